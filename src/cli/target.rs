//! `target`: whom to turn to today, and what came of it before.

use crate::{
    failure::Failure,
    view::{refine::Names, target::target},
};

use super::{
    args::{Format, TargetArgs},
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &TargetArgs) -> Result<Exit, Failure> {
    let (asked, until) = (args.moment.asked(), args.moment.window_end);
    let brand = brand_id(&args.brand)?;
    let targeted = session.runner()?.target(&brand, asked, until, args.first)?;
    let out = session.out;
    let names = Names::of(&targeted.known, args.names);
    // What programs and spreadsheets read is never shortened.
    let whole = args.log || matches!(out.format, Format::Csv | Format::Json);
    let view = target(&targeted, &names, if whole { usize::MAX } else { 0 });
    if out.format == Format::Csv {
        let table = if args.log { render::target::log } else { render::target::table };
        out.document(&table(&view)?)?;
        return Ok(Exit::Done);
    }
    let ids = || view.listed.iter().map(|one| one.who.clone()).collect();
    out.answer(&view, ids, || render::target::text(&view))?;
    Ok(Exit::Done)
}

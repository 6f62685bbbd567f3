//! `repeat`: a cycle beside those before it.

use crate::{
    failure::Failure,
    view::repeat::{Repeat, repeat},
};

use super::{
    args::{Format, RepeatArgs},
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &RepeatArgs) -> Result<Exit, Failure> {
    let view = view(session, args)?;
    match session.out.format {
        Format::Md => session.out.document(&render::repeat::markdown(&view))?,
        Format::Csv => session.out.document(&render::repeat::table(&view)?)?,
        Format::Table
        | Format::Json
        | Format::Ids
        | Format::Sarif
        | Format::Junit
        | Format::Mermaid
        | Format::Dot
        | Format::Svg
        | Format::Ics
        | Format::Html => {
            let ids = || vec![view.brand.clone()];
            session.out.answer(&view, ids, || render::repeat::text(&view))?;
        }
    }
    Ok(Exit::Done)
}

fn view(session: &Session, args: &RepeatArgs) -> Result<Repeat, Failure> {
    let mut runner = session.runner()?;
    let now = runner.now();
    let case = runner.case(&brand_id(&args.brand)?)?;
    let base = runner.store().base(&case.brand.id)?;
    let entries = runner.store().journal(&case.brand.id)?;
    Ok(repeat(&case, &base, &entries, args.cycles.into(), now))
}

//! `define`: whether a brand is what its charter says, and which of its posts drift from it.

use crate::{failure::Failure, view::define::define};

use super::{
    args::{DefineArgs, Format},
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &DefineArgs) -> Result<Exit, Failure> {
    let asked = args.moment.asked();
    let audited =
        session.runner()?.audit(&brand_id(&args.brand)?, asked, args.moment.window_end)?;
    let out = session.out;
    // What programs and spreadsheets read is never shortened.
    let whole = matches!(out.format, Format::Csv | Format::Json | Format::Ids);
    let view = define(&audited, if whole { usize::MAX } else { args.first });
    if out.format == Format::Csv {
        out.document(&render::define::table::text(&view)?)?;
    } else if out.format == Format::Md {
        out.document(&render::define::markdown::text(&view))?;
    } else {
        let posts = || view.drift.listed.iter().map(|one| one.post.clone()).collect();
        out.answer(&view, posts, || render::define::text(&view))?;
    }
    Ok(Exit::Done)
}

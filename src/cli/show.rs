//! `show`: a brand's numbers.

use crate::{failure::Failure, view};

use super::{
    args::ShowArgs,
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &ShowArgs) -> Result<Exit, Failure> {
    let mut runner = session.runner()?.with_window_end(args.window_end);
    let brand = brand_id(&args.brand)?;
    let case = runner.case(&brand)?;
    let numbers = view::numbers::numbers(&case);
    session.out.answer(
        &numbers,
        || numbers.numbers.iter().map(|n| n.observation.metric.name().to_owned()).collect(),
        || render::numbers::text(&numbers),
    )?;
    Ok(Exit::Done)
}

//! `why`: where brands stand, and what would move them. Writes nothing.

use crate::{failure::Failure, view};

use super::{
    args::{Format, WhyArgs},
    exit::Exit,
    hold::no_brand,
    render, report,
    session::Session,
};

pub fn run(session: &Session, args: &WhyArgs) -> Result<Exit, Failure> {
    let mut runner = session.runner()?.with_window_end(args.window_end);
    let now = runner.now();
    let brands = session.brands(&args.brands)?;
    if brands.is_empty() {
        return Err(no_brand(false));
    }
    let mut exits = Vec::new();
    let mut answers = Vec::new();
    for brand in &brands {
        match runner.case(brand) {
            Ok(case) => {
                exits.push(Exit::Done);
                answers.push(view::why::why(&case, now));
            }
            Err(failure) if brands.len() == 1 => return Err(failure),
            Err(failure) => {
                exits.push(Exit::from(&failure));
                anstream::eprint!("{}", report::text(&failure));
            }
        }
    }
    let ids = || answers.iter().map(|why| why.brand.clone()).collect();
    let text = || answers.iter().map(render::why::text).collect::<Vec<_>>().join("\n");
    match (session.out.format, answers.as_slice()) {
        (Format::Json, [one]) if brands.len() == 1 => session.out.answer(one, ids, text)?,
        _ => session.out.answer(&answers, ids, text)?,
    }
    Ok(Exit::of_many(exits))
}

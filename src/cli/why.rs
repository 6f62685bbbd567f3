//! `why`: where brands stand, and what would move them. Writes nothing.

use serde::Serialize;

use crate::{
    failure::Failure,
    runner::Runner,
    view::{self, why::Why},
};

use super::{
    args::WhyArgs,
    exit::Exit,
    hold::no_brand,
    out::List,
    render, report,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &WhyArgs) -> Result<Exit, Failure> {
    let mut runner = session.runner()?.with_window_end(args.window_end);
    let mut names = session.names(&args.brands);
    let Some(first) = names.next().transpose()? else {
        return Err(no_brand(false));
    };
    match names.next() {
        None => one(session, &mut runner, &first),
        Some(second) => many(session, &mut runner, [Ok(first), second].into_iter().chain(names)),
    }
}

fn one(session: &Session, runner: &mut Runner, name: &str) -> Result<Exit, Failure> {
    let why = why_of(runner, name)?;
    session.out.answer(&why, || vec![why.brand.clone()], || render::why::text(&why))?;
    Ok(Exit::Done)
}

/// Answers brand by brand; one that cannot be told hides no other.
fn many(
    session: &Session,
    runner: &mut Runner,
    names: impl Iterator<Item = Result<String, Failure>>,
) -> Result<Exit, Failure> {
    let (mut exit, mut list, mut gap) = (None, List::new(session.out), "");
    for name in names {
        let name = name?;
        let this = match why_of(runner, &name) {
            Ok(why) => {
                let text = || format!("{gap}{}", render::why::text(&why));
                list.push(&why, Some(&why.brand), text)?;
                gap = "\n";
                Exit::Done
            }
            Err(failure) => {
                report::say(&report::text(&failure));
                let failed = Failed { brand: name, error: report::as_json(&failure) };
                list.push(&failed, None, String::new)?;
                Exit::from(&failure)
            }
        };
        exit = Some(Exit::of_many(exit.into_iter().chain([this])));
    }
    list.end()?;
    Ok(Exit::of_many(exit))
}

fn why_of(runner: &mut Runner, name: &str) -> Result<Why, Failure> {
    let case = runner.case(&brand_id(name)?)?;
    Ok(view::why::why(&case, runner.now()))
}

/// What is said of a brand that cannot be told, among several.
#[derive(Serialize)]
struct Failed {
    brand: String,
    error: serde_json::Value,
}

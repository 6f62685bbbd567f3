//! `why`: where brands stand, and what would move them. Writes nothing.

use serde::Serialize;

use crate::{
    failure::Failure,
    view::{self, why::Why},
};

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
                answers.push(Answer::Why(Box::new(view::why::why(&case, now))));
            }
            Err(failure) if brands.len() == 1 => return Err(failure),
            Err(failure) => {
                exits.push(Exit::from(&failure));
                report::say(&report::text(&failure));
                let (brand, error) = (brand.to_string(), report::as_json(&failure));
                answers.push(Answer::Failed { brand, error });
            }
        }
    }
    let told = || answers.iter().filter_map(Answer::told);
    let ids = || told().map(|why| why.brand.clone()).collect();
    let text = || told().map(render::why::text).collect::<Vec<_>>().join("\n");
    match (session.out.format, answers.as_slice()) {
        (Format::Json, [one]) if brands.len() == 1 => session.out.answer(one, ids, text)?,
        _ => session.out.answer(&answers, ids, text)?,
    }
    Ok(Exit::of_many(exits))
}

/// What is said about one of several brands.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Why(Box<Why>),
    Failed { brand: String, error: serde_json::Value },
}

impl Answer {
    fn told(&self) -> Option<&Why> {
        match self {
            Answer::Why(why) => Some(why),
            Answer::Failed { .. } => None,
        }
    }
}

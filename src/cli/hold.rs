//! `pause`, `resume`, `cancel`, `abandon`, and the loop over brands that simple verbs share.

use crate::{
    engine::Step,
    failure::Failure,
    model::{BrandId, Command, Verb},
    view::moved,
};

use super::{
    args::{Format, HoldArgs},
    exit::Exit,
    render, report,
    session::Session,
};

pub fn pause(session: &Session, args: &HoldArgs) -> Result<Exit, Failure> {
    act(session, args, Verb::Pause)
}

pub fn resume(session: &Session, args: &HoldArgs) -> Result<Exit, Failure> {
    act(session, args, Verb::Resume)
}

pub fn cancel(session: &Session, args: &HoldArgs) -> Result<Exit, Failure> {
    act(session, args, Verb::Cancel)
}

pub fn abandon(session: &Session, args: &HoldArgs) -> Result<Exit, Failure> {
    act(session, args, Verb::Abandon)
}

fn act(session: &Session, args: &HoldArgs, verb: Verb) -> Result<Exit, Failure> {
    let mut runner = session.runner()?;
    let brands = session.brands(&args.brands)?;
    let command = Command::new(verb, session.actor()).because(args.reason.as_deref());
    each(session, &brands, args.dry_run, |brand| runner.act(brand, &command, args.dry_run))
}

/// Does something to each brand, prints each outcome, and answers with the exit of all.
pub fn each(
    session: &Session,
    brands: &[BrandId],
    dry_run: bool,
    mut act: impl FnMut(&BrandId) -> Result<Step, Failure>,
) -> Result<Exit, Failure> {
    if brands.is_empty() {
        return Err(no_brand(false));
    }
    let is_read_by_people = session.out.format == Format::Table;
    let mut exits = Vec::new();
    let mut views = Vec::new();
    for brand in brands {
        match act(brand) {
            Ok(step) => {
                let view = moved::done(&step, dry_run);
                session.out.text(&render::moved::done(&view))?;
                if let Some(next) = view.next.as_ref().filter(|_| is_read_by_people) {
                    report::say(&report::hint(next));
                }
                views.push(serde_json::json!(view));
                exits.push(Exit::Done);
            }
            Err(failure) if brands.len() == 1 => return Err(failure),
            Err(failure) => {
                exits.push(Exit::from(&failure));
                report::say(&report::text(&failure));
                views.push(serde_json::json!({
                    "brand": brand,
                    "error": report::as_json(&failure),
                }));
            }
        }
    }
    if !is_read_by_people {
        let done = brands.iter().zip(&exits).filter(|(_, exit)| **exit == Exit::Done);
        session.out.answer(
            &views,
            || done.map(|(brand, _)| brand.to_string()).collect(),
            String::new,
        )?;
    }
    Ok(Exit::of_many(exits))
}

/// A verb over brands that was given none; `start` and `advance` take them all, too.
pub fn no_brand(takes_all: bool) -> Failure {
    let all = if takes_all { ", or take `--all`" } else { "" };
    Failure::Usage {
        message: "no brand was named".to_owned(),
        hint: format!("name brands{all}; `fivestep brand list` shows them"),
    }
}

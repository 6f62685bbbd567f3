//! `status`, also called `list`: where brands stand, from the store's rows alone.

use crate::{
    failure::Failure,
    runner::{Runner, fleet::PAGE as CHECKPOINTS},
    store::{
        Filter, Standing,
        filter::{Likeness, State, TextField},
    },
    view::{
        status::{StatusLine, line},
        stuck::Stuck,
    },
};

use super::{args::StatusArgs, exit::Exit, render, report, session::Session};

/// How many rows are read at once.
const PAGE: usize = 1_000;

pub fn run(session: &Session, args: &StatusArgs) -> Result<Exit, Failure> {
    let runner = session.runner()?;
    let filter = filter(session, args)?;
    if args.stuck {
        return stuck(session, &runner, filter.as_ref());
    }
    if args.watch {
        return super::watch::run(session, filter.as_ref(), args.every);
    }
    let now = runner.now();
    let standings = if args.brands.is_empty() {
        all(&runner, filter.as_ref())?
    } else {
        named(session, &runner, args)?
    };
    let passes =
        |standing: &Standing| filter.as_ref().is_none_or(|filter| filter.lets_pass(standing, now));
    let lines: Vec<StatusLine> =
        standings.into_iter().filter(passes).map(|standing| line(standing, now)).collect();
    let chosen = filter.is_some() || !args.brands.is_empty();
    session.out.answer(
        &lines,
        || lines.iter().map(|line| line.standing.brand.clone()).collect(),
        || render::rows::status(&lines, chosen),
    )?;
    Ok(Exit::Done)
}

/// What `--blocked`, `--stage` and `--where` ask together.
fn filter(session: &Session, args: &StatusArgs) -> Result<Option<Filter>, Failure> {
    let blocked = args.blocked.then_some(Filter::Is(State::Blocked));
    let stage = args.stage.as_ref().map(|stage| Filter::Text {
        field: TextField::Stage,
        how: Likeness::Equal,
        value: stage.clone(),
    });
    let all = [blocked, stage, session.filter(&args.filter)?];
    Ok(all.into_iter().flatten().reduce(Filter::and))
}

/// Shows every brand that passes, in the order of names; one page is in memory at a time.
pub fn each(
    runner: &Runner,
    filter: Option<&Filter>,
    see: &mut dyn FnMut(Standing),
) -> Result<(), Failure> {
    let (now, mut after) = (runner.now(), String::new());
    loop {
        let page = runner.store().standings(filter, &after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after.clone_from(&last.brand);
        let passes = |line: &Standing| filter.is_none_or(|filter| filter.lets_pass(line, now));
        page.into_iter().filter(passes).for_each(&mut *see);
    }
}

/// All brands that pass.
fn all(runner: &Runner, filter: Option<&Filter>) -> Result<Vec<Standing>, Failure> {
    let mut standings = Vec::new();
    each(runner, filter, &mut |one| standings.push(one))?;
    Ok(standings)
}

/// What holds brands, counted over all that pass.
fn stuck(session: &Session, runner: &Runner, filter: Option<&Filter>) -> Result<Exit, Failure> {
    let now = runner.now();
    let (mut stuck, mut failed) = (Stuck::default(), None);
    let mut after = String::new();
    loop {
        let page = runner.store().checkpoints(filter, &after, CHECKPOINTS)?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.brand);
        for row in page {
            let is_asked =
                |at| filter.is_none_or(|filter| filter.lets_pass(&Standing::of(at), now));
            match row.read {
                Ok(at) if is_asked(&at) => stuck.add(&at),
                Ok(_) => {}
                Err(error) => {
                    let failure = Failure::from(error);
                    report::say(&report::text(&failure));
                    failed = Some(Exit::from(&failure));
                }
            }
        }
    }
    let rows = stuck.rows();
    let examples = || rows.iter().map(|row| row.example.clone()).collect();
    session.out.answer(&rows, examples, || render::stuck::all(&rows, now))?;
    Ok(failed.unwrap_or(Exit::Done))
}

fn named(session: &Session, runner: &Runner, args: &StatusArgs) -> Result<Vec<Standing>, Failure> {
    let mut standings = Vec::new();
    for brand in session.brands(&args.brands)? {
        match runner.store().standing(&brand)? {
            Some(standing) => standings.push(standing),
            None => {
                // Tells an unknown name from a brand that has not started.
                runner.workspace().read_brand(&brand)?;
                standings.push(Standing::ready(&brand));
            }
        }
    }
    Ok(standings)
}

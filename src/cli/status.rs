//! `status`: where brands stand, from the store's rows alone.

use crate::{
    failure::Failure,
    store::Standing,
    view::status::{StatusLine, line},
};

use super::{args::StatusArgs, exit::Exit, render, session::Session};

/// How many rows are read at once.
const PAGE: usize = 1_000;

pub fn run(session: &Session, args: &StatusArgs) -> Result<Exit, Failure> {
    let runner = session.runner()?;
    let now = runner.now();
    let standings =
        if args.brands.is_empty() { all(&runner)? } else { named(session, &runner, args)? };
    let lines: Vec<StatusLine> = standings
        .into_iter()
        .map(|standing| line(standing, now))
        .filter(|line| !args.blocked || line.blocked)
        .filter(|line| args.stage.is_none() || line.standing.stage == args.stage)
        .collect();
    let chosen = args.blocked || args.stage.is_some() || !args.brands.is_empty();
    session.out.answer(
        &lines,
        || lines.iter().map(|line| line.standing.brand.clone()).collect(),
        || render::rows::status(&lines, chosen),
    )?;
    Ok(Exit::Done)
}

fn all(runner: &crate::runner::Runner) -> Result<Vec<Standing>, Failure> {
    let mut standings: Vec<Standing> = Vec::new();
    loop {
        let after = standings.last().map_or("", |last| last.brand.as_str()).to_owned();
        let page = runner.store().standings(None, &after, PAGE)?;
        if page.is_empty() {
            return Ok(standings);
        }
        standings.extend(page);
    }
}

fn named(
    session: &Session,
    runner: &crate::runner::Runner,
    args: &StatusArgs,
) -> Result<Vec<Standing>, Failure> {
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

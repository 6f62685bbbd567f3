//! `advance`: brands move on whose gate is open.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    failure::Failure,
    model::StageId,
    runner::{Advance, Runner, Until, fleet::Outcome},
    view::moved::{MoveView, moved},
};

use super::{
    args::{AdvanceArgs, Format},
    exit::Exit,
    hold::no_brand,
    render, report,
    session::{Session, not_a_name},
};

pub fn run(session: &Session, args: &AdvanceArgs) -> Result<Exit, Failure> {
    let mut runner = session.runner()?.with_window_end(args.window_end);
    let until = until(args.until.as_deref())?;
    let mut moves = Moves { session, dry_run: args.dry_run, views: Vec::new(), exits: Vec::new() };
    if args.which.all {
        all(&mut runner, &mut moves, &until)?;
    } else {
        named(&mut runner, &mut moves, args, &until)?;
    }
    moves.finish()
}

pub fn until(text: Option<&str>) -> Result<Until, Failure> {
    match text {
        None => Ok(Until::OneStage),
        Some("blocked") => Ok(Until::Blocked),
        Some(stage) => Ok(Until::Stage(
            StageId::new(stage).map_err(|error| not_a_name(&error, "fivestep status"))?,
        )),
    }
}

fn all(runner: &mut Runner, moves: &mut Moves<'_>, until: &Until) -> Result<(), Failure> {
    let actor = moves.session.actor();
    let bar = progress(runner.store().brands()?);
    runner.advance_all(&actor, until, moves.dry_run, |Outcome { brand, result }| {
        bar.inc(1);
        bar.suspend(|| moves.take(&brand, result))
    })?;
    bar.finish_and_clear();
    Ok(())
}

/// A bar on a terminal, nothing elsewhere.
pub fn progress(brands: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() || brands < 50 {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{pos}/{len} brands {wide_bar} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(brands).with_style(style)
}

fn named(
    runner: &mut Runner,
    moves: &mut Moves<'_>,
    args: &AdvanceArgs,
    until: &Until,
) -> Result<(), Failure> {
    let brands = moves.session.brands(&args.which.brands)?;
    if brands.is_empty() {
        return Err(no_brand(true));
    }
    let actor = moves.session.actor();
    for brand in &brands {
        let result = runner.advance(brand, &actor, until, args.dry_run);
        let stays = result.as_ref().is_ok_and(|advance| advance.moves() == 0);
        moves.take(brand.as_str(), result)?;
        if stays && moves.session.out.format == Format::Table {
            let next = format!("see what would open it with `fivestep why {brand}`");
            report::say(&report::hint(&next));
        }
    }
    Ok(())
}

/// The outcomes of one command.
struct Moves<'a> {
    session: &'a Session,
    dry_run: bool,
    views: Vec<MoveView>,
    exits: Vec<Exit>,
}

impl Moves<'_> {
    /// Prints one brand's outcome for people; programs get all at the end.
    fn take(&mut self, brand: &str, result: Result<Advance, Failure>) -> Result<(), Failure> {
        let view = match result {
            Ok(advance) => {
                let view = moved(&advance);
                self.exits.push(if advance.moves() > 0 { Exit::Done } else { Exit::Blocked });
                self.session.out.text(&self.line(&view))?;
                view
            }
            Err(failure) => {
                self.exits.push(Exit::from(&failure));
                report::say(&report::text(&failure));
                failed(brand, &failure)
            }
        };
        // A fleet's lines are printed as they come; only programs need them all.
        if self.session.out.format != Format::Table {
            self.views.push(view);
        }
        Ok(())
    }

    fn line(&self, view: &MoveView) -> String {
        let line = render::moved::line(view);
        if self.dry_run { format!("would: {line}") } else { line }
    }

    fn finish(self) -> Result<Exit, Failure> {
        if self.exits.is_empty() {
            self.session
                .out
                .text("No brand is running. `fivestep status` shows where each stands.\n")?;
        }
        if self.session.out.format != Format::Table {
            let moved = || {
                let moved = self.views.iter().filter(|view| view.moved());
                moved.map(|view| view.brand.clone()).collect()
            };
            self.session.out.answer(&self.views, moved, String::new)?;
        }
        Ok(Exit::of_many(self.exits))
    }
}

fn failed(brand: &str, failure: &Failure) -> MoveView {
    let blocked = Exit::from(failure) == Exit::Blocked;
    MoveView {
        brand: brand.to_owned(),
        result: if blocked { "blocked" } else { "failed" },
        checkpoint: None,
        path: Vec::new(),
        held_by: Vec::new(),
        error: Some(report::as_json(failure)),
    }
}

//! `advance`: brands move on whose gate is open.

use std::io::IsTerminal;

use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

use crate::{
    failure::Failure,
    model::StageId,
    runner::{
        Advance, Runner, Until,
        fleet::{Outcome, Tour},
    },
    store::state::Sweep,
    view::{
        moved::{MoveView, moved},
        stuck::Stuck,
    },
};

use super::{
    args::{AdvanceArgs, Format},
    exit::Exit,
    hold::no_brand,
    out::{List, unless_closed},
    render, report,
    session::{Session, filter, not_a_name},
};

pub fn run(session: &Session, args: &AdvanceArgs) -> Result<Exit, Failure> {
    if args.resume {
        return resume(session);
    }
    let mut moves = Moves::new(session, args.dry_run);
    if args.which.are_all() {
        let asked = Asked {
            until: args.until.clone(),
            filter: args.which.filter.filter.clone(),
            window_end: args.window_end,
        };
        let mut runner = session.runner()?;
        let tour = asked.tour(session, args.dry_run)?;
        let begun = || runner.begin_sweep(&serde_json::json!(asked).to_string());
        let sweep = (!args.dry_run).then(begun).transpose()?;
        all(runner.with_window_end(args.window_end), &mut moves, &tour, sweep)?;
    } else {
        let until = until(args.until.as_deref())?;
        named(session.runner()?.with_window_end(args.window_end), &mut moves, args, &until)?;
    }
    moves.finish()
}

/// What `advance --all` was asked, as the store keeps it for `--resume`.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    until: Option<String>,
    #[serde(rename = "where")]
    filter: Option<String>,
    window_end: Option<DateTime<Utc>>,
}

impl Asked {
    fn tour(&self, session: &Session, dry_run: bool) -> Result<Tour, Failure> {
        let filter = self.filter.as_deref().map(filter).transpose()?;
        let (actor, until) = (session.actor(), until(self.until.as_deref())?);
        Ok(Tour { actor, until, filter, dry_run })
    }
}

/// Goes on where the newest `advance --all` was interrupted.
fn resume(session: &Session) -> Result<Exit, Failure> {
    let runner = session.runner()?;
    let mut moves = Moves::new(session, false);
    let Some(sweep) = runner.unfinished_sweep()? else {
        report::say("The last run over all brands came to its end: nothing is left to do.\n");
        moves.list.end()?;
        return Ok(Exit::Blocked);
    };
    let asked: Asked = serde_json::from_str(&sweep.asked).map_err(|_| Failure::Usage {
        message: "another version of fivestep was asked for that run".to_owned(),
        hint: "begin again with `fivestep advance --all`".to_owned(),
    })?;
    let tour = asked.tour(session, false)?;
    all(runner.with_window_end(asked.window_end), &mut moves, &tour, Some(sweep))?;
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

fn all(
    mut runner: Runner,
    moves: &mut Moves<'_>,
    tour: &Tour,
    sweep: Option<Sweep>,
) -> Result<(), Failure> {
    let bar = progress(runner.store().brands()?);
    let mut stuck = Stuck::default();
    runner.advance_all(tour, sweep, |Outcome { brand, result }| {
        bar.inc(1);
        if let Ok(advance) = result {
            stuck.add(advance.checkpoint());
        }
        bar.suspend(|| moves.take(brand, result.as_ref()))
    })?;
    bar.finish_and_clear();
    let rows = stuck.rows();
    if rows.is_empty() {
        return Ok(());
    }
    moves.session.out.text(&render::stuck::closing(&rows, runner.now()))
}

/// A bar on a terminal, nothing elsewhere.
pub fn progress(brands: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() || brands < 50 {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{pos}/{len} brands {wide_bar} {per_sec}, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(brands).with_style(style)
}

fn named(
    mut runner: Runner,
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
        moves.take(brand.as_str(), result.as_ref())?;
        if stays && moves.session.out.format == Format::Table {
            let next = format!("see what would open it with `fivestep why {brand}`");
            report::say(&report::hint(&next));
        }
    }
    Ok(())
}

/// The outcomes of one command, printed as they come.
struct Moves<'a> {
    session: &'a Session,
    dry_run: bool,
    list: List,
    exit: Option<Exit>,
}

impl<'a> Moves<'a> {
    fn new(session: &'a Session, dry_run: bool) -> Self {
        Self { session, dry_run, list: List::new(session.out), exit: None }
    }

    /// Prints one brand's outcome.
    fn take(&mut self, brand: &str, result: Result<&Advance, &Failure>) -> Result<(), Failure> {
        let (view, exit) = match result {
            Ok(advance) => {
                let exit = if advance.moves() > 0 { Exit::Done } else { Exit::Blocked };
                (moved(advance), exit)
            }
            Err(failure) => {
                report::say(&report::text(failure));
                (failed(brand, failure), Exit::from(failure))
            }
        };
        self.exit = Some(Exit::of_many(self.exit.into_iter().chain([exit])));
        let id = view.moved().then_some(brand);
        let dry_run = self.dry_run;
        let text = || if result.is_ok() { line(&view, dry_run) } else { String::new() };
        unless_closed(self.list.push(&view, id, text))
    }

    fn finish(self) -> Result<Exit, Failure> {
        if self.exit.is_none() {
            self.session
                .out
                .text("No brand is running. `fivestep status` shows where each stands.\n")?;
        }
        self.list.end()?;
        Ok(Exit::of_many(self.exit))
    }
}

fn line(view: &MoveView, dry_run: bool) -> String {
    let line = render::moved::line(view);
    if dry_run { format!("would: {line}") } else { line }
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

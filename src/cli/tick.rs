//! `tick`: what is due is done, once; safe from cron.
//!
//! Lines are printed as they come, and people get the first few only: memory holds sums.

use std::collections::BTreeSet;

use indicatif::ProgressBar;

use crate::{
    failure::Failure,
    performer::{Stop, Tools},
    runner::{
        Runner,
        tick::{Tally, Told, Whose},
        works::Works,
    },
    view::ticked::{Sums, TickView, ticked},
};

use super::{
    advance::progress,
    args::{Format, TickArgs},
    exit::Exit,
    out::{List, unless_closed},
    render, report,
    session::Session,
};

/// The most lines that people get unasked.
const LINES: u64 = 40;

pub fn run(session: &Session, args: &TickArgs) -> Result<Exit, Failure> {
    let mut runner = session.runner()?;
    let whose = match args.brands.is_empty() {
        true => Whose::All,
        false => Whose::These(session.brands(&args.brands)?),
    };
    let tools = Tools::new(runner.workspace().root());
    let mut works = Works::new(args.workers, tools, Stop::default());
    let most = if args.each || !args.brands.is_empty() { u64::MAX } else { LINES };
    let mut lines = Lines::new(session, most, progress(due(&runner, &whose)?));
    let mut printed = Ok(());
    let tally = runner.tick(&whose, &mut works, &mut |told| {
        let now = lines.take(told);
        if printed.is_ok() {
            printed = now;
        }
    })?;
    printed?;
    lines.finish(&tally)
}

/// For how many brands something is due, at most.
fn due(runner: &Runner, whose: &Whose) -> Result<u64, Failure> {
    match whose {
        Whose::All => Ok(runner.store().brands_due(runner.now())?),
        Whose::These(brands) => Ok(brands.len() as u64),
    }
}

/// What a tick tells, printed as it comes.
struct Lines<'a> {
    session: &'a Session,
    list: List,
    /// The most lines for people.
    most: u64,
    bar: ProgressBar,
    sums: Sums,
    /// The names that were printed, where names were asked for.
    named: BTreeSet<String>,
    exit: Option<Exit>,
}

impl<'a> Lines<'a> {
    fn new(session: &'a Session, most: u64, bar: ProgressBar) -> Self {
        let list = List::of(session.out, "happened");
        let (sums, named) = (Sums::default(), BTreeSet::new());
        Self { session, list, most, bar, sums, named, exit: None }
    }

    fn take(&mut self, told: Told<'_>) -> Result<(), Failure> {
        match told {
            Told::Looked(brands) => {
                let position = self.bar.position() + brands as u64;
                self.bar.set_position(position.min(self.bar.length().unwrap_or_default()));
                Ok(())
            }
            Told::Step(step) => ticked(step).iter().try_for_each(|line| self.line(line)),
            Told::Broken(brand, failure) => {
                let exit = Exit::from(&failure);
                self.exit = Some(Exit::of_many(self.exit.into_iter().chain([exit])));
                let line = TickView {
                    brand: brand.to_owned(),
                    at: self.session.clock().now(),
                    event: "failed",
                    text: failure.to_string(),
                    error: Some(report::as_json(&failure)),
                };
                let fits = self.fits();
                self.line(&line)?;
                if fits {
                    self.bar.suspend(|| report::say(&report::text(&failure)));
                }
                Ok(())
            }
        }
    }

    /// Whether people still get the next line.
    fn fits(&self) -> bool {
        self.session.out.format != Format::Table || self.sums.lines() < self.most
    }

    fn line(&mut self, line: &TickView) -> Result<(), Failure> {
        let fits = self.fits();
        self.sums.add(line);
        let is_new = self.session.out.format != Format::Ids
            || (line.error.is_none() && self.named.insert(line.brand.clone()));
        if !fits || !is_new {
            return Ok(());
        }
        let text = || match line.error {
            // It is told on standard error.
            Some(_) => String::new(),
            None => render::ticked::line(line),
        };
        let list = &mut self.list;
        unless_closed(self.bar.suspend(|| list.push(line, Some(&line.brand), text)))
    }

    fn finish(self, tally: &Tally) -> Result<Exit, Failure> {
        self.bar.finish_and_clear();
        let shown = self.most.min(self.sums.lines());
        let out = self.session.out;
        out.text(&render::ticked::closing(&self.sums, shown, tally))?;
        self.list.end_with(&serde_json::json!({ "done": tally }))?;
        // That nothing was due is an answer.
        Ok(self.exit.unwrap_or(Exit::Done))
    }
}

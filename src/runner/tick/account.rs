//! What came of a tick, and who is told of it while it goes on.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{engine::Step, failure::Failure, model::Event, runner::log};

/// What a tick did, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Brands for which something happened.
    pub brands: u64,
    /// Reminders, deadlines, escalations, waits and limits that fired.
    pub fired: u64,
    /// Stages that were left.
    pub moves: u64,
    /// Attempts that were begun.
    pub begun: u64,
    /// Attempts that did what they should.
    pub succeeded: u64,
    /// Attempts that failed, those that are tried again included.
    pub failed: u64,
    /// Occurrences of schedules that were left out.
    pub skipped: u64,
    /// Notices that were delivered.
    pub delivered: u64,
    /// Brands that another process had moved in the meantime.
    pub conflicts: u64,
    /// Brands for which nothing could be done.
    pub broken: u64,
}

impl Tally {
    fn count(&mut self, step: &Step) {
        for event in &step.entry.events {
            match event {
                Event::Fired { .. } => self.fired += 1,
                Event::StageLeft { .. } => self.moves += 1,
                Event::ActionBegan { .. } => self.begun += 1,
                Event::ActionSucceeded { .. } => self.succeeded += 1,
                Event::ActionFailed { .. } => self.failed += 1,
                Event::Scheduled { skipped, .. } => {
                    self.skipped += skipped.iter().map(|run| run.count).sum::<u64>();
                }
                _ => {}
            }
        }
    }

    /// Adds what another tick did.
    pub fn add(&mut self, other: &Tally) {
        self.brands += other.brands;
        self.fired += other.fired;
        self.moves += other.moves;
        self.begun += other.begun;
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.delivered += other.delivered;
        self.conflicts += other.conflicts;
        self.broken += other.broken;
    }

    /// Whether nothing happened at all.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Whether nothing was done, however much could not be.
    pub fn did_nothing(&self) -> bool {
        Self { broken: 0, ..*self }.is_nothing()
    }
}

/// What is told of a tick while it goes on.
#[derive(Debug)]
pub enum Told<'a> {
    /// So many brands for which something was due were looked at.
    Looked(usize),
    /// A step is on the disk.
    Step(&'a Step),
    /// Nothing can be done for a brand.
    Broken(&'a str, Failure),
}

/// The brands for which nothing can be done, as far as they were told of.
pub(in crate::runner) type Broken = BTreeSet<String>;

/// Counts what happens and tells of it; of a brand for which nothing can be done, once, until it
/// moves again.
pub(in crate::runner) struct Account<'a> {
    pub(in crate::runner) tally: Tally,
    tell: &'a mut dyn FnMut(Told<'_>),
    broken: &'a mut Broken,
}

impl<'a> Account<'a> {
    pub(in crate::runner) fn new(
        tell: &'a mut dyn FnMut(Told<'_>),
        broken: &'a mut Broken,
    ) -> Self {
        Self { tally: Tally::default(), tell, broken }
    }

    /// Whether there is a brand for which nothing can be done.
    pub(in crate::runner) fn knows_broken(&self) -> bool {
        !self.broken.is_empty()
    }

    pub(super) fn looked(&mut self, brands: usize) {
        (self.tell)(Told::Looked(brands));
    }

    /// A brand's decided steps are on the disk.
    pub(super) fn moved(&mut self, steps: &[Step]) {
        self.tally.brands += 1;
        steps.iter().for_each(|step| self.step(step));
    }

    /// A step is on the disk.
    pub(super) fn step(&mut self, step: &Step) {
        log(step);
        self.tally.count(step);
        self.broken.remove(step.checkpoint.brand.as_str());
        (self.tell)(Told::Step(step));
    }

    pub(super) fn conflict(&mut self) {
        self.tally.conflicts += 1;
    }

    pub(super) fn delivered(&mut self, notices: usize) {
        self.tally.delivered += notices as u64;
    }

    /// Tells of a brand for which nothing can be done.
    ///
    /// # Errors
    ///
    /// The failure itself, if it concerns more than this brand.
    pub(super) fn broken(&mut self, brand: &str, failure: Failure) -> Result<(), Failure> {
        if !failure.concerns_one_brand() {
            return Err(failure);
        }
        if self.broken.insert(brand.to_owned()) {
            self.tally.broken += 1;
            (self.tell)(Told::Broken(brand, failure));
        }
        Ok(())
    }
}

//! All brands at once: pages of brands, one transaction a page.
//!
//! Memory holds one page, whatever the number of brands. A brand that cannot be read or moved is
//! reported and never stops the others.

use std::{
    rc::Rc,
    sync::{
        Arc,
        mpsc::{self, Receiver, SyncSender},
    },
    thread,
};

use crate::{
    engine::{self, Refusal, Step},
    failure::Failure,
    model::{Actor, Brand, BrandId, Command, Digest, Observations, Verb, Workflow},
    store::{
        Committed, Filter, Standing,
        state::{CachedFile, Row, Running, Sweep, Texts},
    },
    workspace::is_unchanged,
};

use super::{Advance, Runner, Until, load_brand};

/// How many brands share a transaction: enough to make the disk's share small, few enough that a
/// page is written in milliseconds and other writers get their turn.
pub const PAGE: usize = 500;

/// How many decided pages may wait for the one that is being written.
const AHEAD: usize = 1;

/// What all brands are asked.
#[derive(Debug, Clone)]
pub struct Tour {
    /// Who asks.
    pub actor: Actor,
    /// How far each brand goes.
    pub until: Until,
    /// Only brands that pass it as they stood when their page was read.
    pub filter: Option<Filter>,
    /// Whether nothing is written.
    pub dry_run: bool,
}

/// What happened to one brand of the fleet.
#[derive(Debug)]
pub struct Outcome {
    /// The brand, as the store names it.
    pub brand: String,
    /// Where it stands now, or why it does not move.
    pub result: Result<Advance, Failure>,
}

/// A page of brands, decided and not yet written.
struct Page {
    /// The last of them, whether or not it was asked.
    last: String,
    outcomes: Vec<Outcome>,
    /// The texts of every step of every outcome, in order.
    texts: Vec<Texts>,
    /// The brand files that had to be read, as they looked.
    files: Vec<(BrandId, CachedFile)>,
}

impl Runner {
    /// Moves every running brand on, and hands each outcome to `tell` once it is on the disk.
    ///
    /// A second thread reads and decides the next page while this one writes the last.
    ///
    /// - `sweep`: notes in each page's transaction how far this has come; it goes on after the last
    ///   brand that was noted.
    ///
    /// # Errors
    ///
    /// [`Failure`] only if the store itself cannot be read or written, or if another process goes on
    /// with the sweep; a brand's own failure is an outcome.
    pub fn advance_all(
        &mut self,
        tour: &Tour,
        mut sweep: Option<Sweep>,
        mut tell: impl FnMut(&Outcome) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (workspace, clock, end) = (self.workspace.clone(), self.clock, self.window_end);
        let first = sweep.as_ref().map(|sweep| sweep.after.clone()).unwrap_or_default();
        let (decided, pages) = mpsc::sync_channel(AHEAD);
        let (told, spent) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(move || {
                let runner = Runner::open(workspace, clock).map(|own| own.with_window_end(end));
                let ended =
                    runner.and_then(|mut runner| runner.decide_all(tour, first, &decided, &spent));
                if let Err(failure) = ended {
                    decided.send(Err(failure)).ok();
                }
            });
            // Whatever ends this loop takes the channel along, and with it the other thread.
            for page in pages {
                let mut page = page?;
                if !tour.dry_run {
                    self.commit_page(&mut page, sweep.as_mut())?;
                }
                page.outcomes.iter().try_for_each(&mut tell)?;
                told.send(page).ok();
            }
            Ok::<(), Failure>(())
        })?;
        sweep.map_or(Ok(()), |sweep| Ok(self.store.end_sweep(&sweep)?))
    }

    /// Begins a sweep, which [`Runner::unfinished_sweep`] finds again until it has come to its end.
    ///
    /// - `asked`: what was asked, for whoever goes on with it.
    ///
    /// # Errors
    ///
    /// [`Failure::Store`] if it cannot be written.
    pub fn begin_sweep(&mut self, asked: &str) -> Result<Sweep, Failure> {
        Ok(self.store.begin_sweep(asked)?)
    }

    /// The newest sweep, if it was interrupted or is still under way.
    ///
    /// # Errors
    ///
    /// [`Failure::Store`] if it cannot be read.
    pub fn unfinished_sweep(&self) -> Result<Option<Sweep>, Failure> {
        Ok(self.store.unfinished_sweep()?)
    }

    /// Decides page after page, for as long as somebody takes them.
    fn decide_all(
        &mut self,
        tour: &Tour,
        mut after: String,
        pages: &SyncSender<Result<Page, Failure>>,
        spent: &Receiver<Page>,
    ) -> Result<(), Failure> {
        loop {
            // Memory goes back to the thread that took it; from another it would block both.
            spent.try_iter().for_each(drop);
            let rows = self.store.running(tour.filter.as_ref(), &after, PAGE)?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after.clone_from(&last.brand);
            if pages.send(Ok(self.page_of(rows, &after, tour))).is_err() {
                return Ok(());
            }
        }
    }

    fn page_of(&mut self, rows: Vec<Row<Running>>, last: &str, tour: &Tour) -> Page {
        let command = Command::new(Verb::Advance, tour.actor.clone());
        let now = self.now();
        let is_asked = |row: &Row<Running>| match (&tour.filter, &row.read) {
            (Some(filter), Ok(running)) => {
                filter.lets_pass(&Standing::of(&running.checkpoint), now)
            }
            (Some(_) | None, _) => true,
        };
        let mut files = Vec::new();
        let decide = |Row { brand, read }| Outcome {
            brand,
            result: read.map_err(Failure::from).and_then(|running| {
                self.advance_in_memory(running, &command, &tour.until, &mut files)
            }),
        };
        let outcomes: Vec<Outcome> = rows.into_iter().filter(is_asked).map(decide).collect();
        let texts = steps(&outcomes).map(Texts::of).collect();
        Page { last: last.to_owned(), outcomes, texts, files }
    }

    /// Moves one brand on; a file that had to be read is added to `files`.
    fn advance_in_memory(
        &mut self,
        running: Running,
        command: &Command,
        until: &Until,
        files: &mut Vec<(BrandId, CachedFile)>,
    ) -> Result<Advance, Failure> {
        let (workflow, observations) = self.fresh(&running, files)?;
        until.check(&workflow)?;
        let mut advance = Advance::from(running.checkpoint);
        loop {
            let at = advance.checkpoint();
            match engine::step(&workflow, at, &observations, command, self.now()) {
                Ok(step) => advance.take(step),
                Err(Refusal::GateShut(gate)) => {
                    advance.shut = Some(*gate);
                    return Ok(advance);
                }
                Err(refusal) => {
                    let (brand, refusal) = (at.brand.clone(), Box::new(refusal));
                    return Err(Failure::Refused { brand, refusal });
                }
            }
            if advance.is_over(until) {
                return Ok(advance);
            }
        }
    }

    /// The brand's workflow and what is measured for it, read again only if something changed.
    pub(super) fn fresh(
        &mut self,
        running: &Running,
        files: &mut Vec<(BrandId, CachedFile)>,
    ) -> Result<(Rc<Workflow>, Arc<Observations>), Failure> {
        let Running { checkpoint: at, evidence_revision, .. } = running;
        let Some(runs) = &at.definition else {
            let refusal = Box::new(Refusal::NotStarted);
            return Err(Failure::Refused { brand: at.brand.clone(), refusal });
        };
        let workflow = self.pinned(&at.brand, runs)?;
        if let Some(digest) = self.unchanged_file(running) {
            let basis = self.basis(*evidence_revision, digest, &workflow);
            if basis == at.observations.basis {
                return Ok((workflow, Arc::clone(&at.observations)));
            }
        }
        let brand: Brand = load_brand(&self.workspace, &at.brand)?;
        files.extend(self.looks(&brand).map(|file| (at.brand.clone(), file)));
        let observations = self.observe(&brand, &workflow, at, *evidence_revision)?;
        Ok((workflow, observations))
    }

    /// The digest of the brand's file, if it is surely the one that was read last.
    fn unchanged_file<'a>(&self, running: &'a Running) -> Option<&'a Digest> {
        let cached = running.file.as_ref()?;
        let stamp = self.workspace.brand_file_stamp(&running.checkpoint.brand)?;
        is_unchanged(cached, stamp).then_some(&cached.digest)
    }

    /// Writes a page; an outcome that another process overtook becomes a conflict.
    fn commit_page(&mut self, page: &mut Page, sweep: Option<&mut Sweep>) -> Result<(), Failure> {
        if page.texts.is_empty() && page.files.is_empty() {
            return Ok(());
        }
        let written: Vec<_> = steps(&page.outcomes).zip(&page.texts).collect();
        let to = sweep.as_deref().map(|sweep| (sweep, page.last.as_str()));
        let mut committed = self.store.commit_page(&written, &page.files, to)?.into_iter();
        if let Some(sweep) = sweep {
            sweep.after.clone_from(&page.last);
        }
        for outcome in &mut page.outcomes {
            let Ok(advance) = &outcome.result else {
                continue;
            };
            let fates: Vec<Committed> = committed.by_ref().take(advance.steps.len()).collect();
            if fates.contains(&Committed::Conflict) {
                let brand = advance.checkpoint().brand.clone();
                outcome.result = Err(Failure::Conflict { brand });
            }
        }
        Ok(())
    }
}

/// Every step of every outcome, in order.
fn steps(outcomes: &[Outcome]) -> impl Iterator<Item = &Step> {
    let moved = outcomes.iter().filter_map(|outcome| outcome.result.as_ref().ok());
    moved.flat_map(|advance| &advance.steps)
}

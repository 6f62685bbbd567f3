//! All brands at once: pages of brands, one transaction a page.
//!
//! Memory holds one page, whatever the number of brands. A brand that cannot be read or moved is
//! reported and never stops the others.

use std::{rc::Rc, sync::Arc};

use crate::{
    engine::{self, Refusal, Step},
    failure::Failure,
    model::{Actor, Brand, BrandId, Command, Digest, Observations, Verb, Workflow},
    store::{
        Committed,
        state::{CachedFile, Row, Running},
    },
    workspace::is_unchanged,
};

use super::{Advance, Runner, Until, load_brand};

/// How many brands share a transaction: enough to make the disk's share small, few enough that a
/// page is written in milliseconds and other writers get their turn.
pub const PAGE: usize = 500;

/// What happened to one brand of the fleet.
#[derive(Debug)]
pub struct Outcome {
    /// The brand, as the store names it.
    pub brand: String,
    /// Where it stands now, or why it does not move.
    pub result: Result<Advance, Failure>,
}

impl Runner {
    /// Moves every running brand on, and hands each outcome to `tell` once it is on the disk.
    ///
    /// # Errors
    ///
    /// [`Failure`] only if the store itself cannot be read or written; a brand's own failure is
    /// an outcome.
    pub fn advance_all(
        &mut self,
        actor: &Actor,
        until: &Until,
        dry_run: bool,
        mut tell: impl FnMut(Outcome) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let command = Command::new(Verb::Advance, actor.clone());
        let mut after = String::new();
        loop {
            let page = self.store.running(&after, PAGE)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after.clone_from(&last.brand);
            let mut files = Vec::new();
            let outcomes = page
                .into_iter()
                .map(|Row { brand, read }| Outcome {
                    brand,
                    result: read.map_err(Failure::from).and_then(|running| {
                        self.advance_in_memory(running, &command, until, &mut files)
                    }),
                })
                .collect();
            for outcome in self.commit_page(outcomes, &files, dry_run)? {
                tell(outcome)?;
            }
        }
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
        let mut advance = Advance { steps: Vec::new(), checkpoint: running.checkpoint, shut: None };
        loop {
            let at = &advance.checkpoint;
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

    fn commit_page(
        &mut self,
        mut outcomes: Vec<Outcome>,
        files: &[(BrandId, CachedFile)],
        dry_run: bool,
    ) -> Result<Vec<Outcome>, Failure> {
        if dry_run {
            return Ok(outcomes);
        }
        let moved = outcomes.iter().filter_map(|outcome| outcome.result.as_ref().ok());
        let steps: Vec<&Step> = moved.flat_map(|advance| &advance.steps).collect();
        if steps.is_empty() && files.is_empty() {
            return Ok(outcomes);
        }
        let mut committed = self.store.commit_page(&steps, files)?.into_iter();
        for outcome in &mut outcomes {
            let Ok(advance) = &outcome.result else {
                continue;
            };
            let fates: Vec<Committed> = committed.by_ref().take(advance.steps.len()).collect();
            if fates.contains(&Committed::Conflict) {
                let brand = advance.checkpoint.brand.clone();
                outcome.result = Err(Failure::Conflict { brand });
            }
        }
        Ok(outcomes)
    }
}

//! A brand that begins where another one stands, to try something out.
//!
//! Start reading at [`Runner::fork`].
//!
//! # Always true
//!
//! - The run comes last: a crash before its commit leaves a brand that has not started, with
//!   evidence or without, and forking again goes on from there.
//! - Evidence that the new brand has is never replaced.

use crate::{
    engine::{Refusal, Step},
    failure::Failure,
    model::{BrandId, Command, Verb},
    store::evidence::EvidenceStore,
    workspace::WorkspaceError,
};

use super::{Runner, agree, load_brand, read_brand, refused};

/// What became of the evidence at a fork.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// It was copied.
    Copied,
    /// The new brand had evidence already, which was kept.
    Kept,
    /// There was none to copy.
    None,
}

/// A brand that begins where another one stands.
#[derive(Debug, Clone)]
pub struct Forked {
    /// What was decided.
    pub step: Step,
    /// What became of the evidence, or would.
    pub evidence: Evidence,
}

impl Runner {
    /// Lets `new` begin where `from` stands, on the same text, with a copy of its evidence.
    ///
    /// # Errors
    ///
    /// [`Failure::NoBrandFile`] if `new` has none, [`Failure::Definition`] if that does not agree
    /// with the text that `from` runs on, [`Failure::Refused`] if `new` has started or `from` has
    /// not, else what cannot be read or written.
    pub fn fork(
        &mut self,
        from: &BrandId,
        new: &BrandId,
        ask: impl FnOnce(Verb) -> Command,
        dry_run: bool,
    ) -> Result<Forked, Failure> {
        let state = self.store.checkpoint(from)?;
        let Some(runs) = &state.definition else {
            let from = load_brand(&self.workspace, from)?.id;
            return Err(refused(&from, Refusal::NotStarted));
        };
        let (workflow, text) = (self.pinned(from, runs)?, self.kept_text(from, runs)?);
        let (brand, file) = match read_brand(&self.workspace, new) {
            Err(Failure::Workspace(WorkspaceError::Unknown { what: "brand", .. })) => {
                return Err(Failure::NoBrandFile { brand: new.clone(), like: from.clone() });
            }
            read => read?,
        };
        agree((&workflow, &text), (&brand, &file))?;
        let checkpoint = self.store.checkpoint(new)?;
        let command = ask(Verb::Fork { state: Box::new(state) });
        let step = self.decide_as_seen(&workflow, &checkpoint, &command)?;
        let evidence = self.copy_evidence(from, new, dry_run)?;
        if !dry_run {
            self.commit(&step)?;
            EvidenceStore::sweep_copies(&self.workspace.evidence_path(new));
        }
        Ok(Forked { step, evidence })
    }

    /// Copies the evidence of `from` unless `new` has some, and notes how new it is.
    fn copy_evidence(
        &mut self,
        from: &BrandId,
        new: &BrandId,
        dry_run: bool,
    ) -> Result<Evidence, Failure> {
        let (source, target) =
            (self.workspace.evidence_path(from), self.workspace.evidence_path(new));
        let Some(store) = EvidenceStore::open_existing_read_only(&source)? else {
            return Ok(Evidence::None);
        };
        let copied = match (target.exists(), dry_run) {
            (true, _) => false,
            (false, true) => true,
            (false, false) => store.copy_to(&target)?,
        };
        if let (false, Some(copy)) = (dry_run, EvidenceStore::open_existing_read_only(&target)?) {
            self.store.note_evidence(new, copy.revision()?)?;
        }
        Ok(if copied { Evidence::Copied } else { Evidence::Kept })
    }
}

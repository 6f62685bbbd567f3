//! What a brand shows of itself, held against its charter.
//!
//! Nothing is decided here and no run is needed: a brand file, its workflow's window, and evidence.

use chrono::{DateTime, Utc};

use super::{Runner, known::Asked, load_brand, load_workflow};
use crate::{
    evidence::{
        facts::Facts,
        metrics::{
            audit::{Audit, audit},
            window,
        },
    },
    failure::Failure,
    model::{Brand, BrandId},
    store::evidence::EvidenceStore,
};

/// A brand with what its audit found.
#[derive(Debug)]
pub struct Audited {
    /// The brand's file, as it is now.
    pub brand: Brand,
    /// What was found.
    pub audit: Audit,
}

impl Runner {
    /// Holds what a brand shows of itself against its charter.
    ///
    /// Of its evidence, the own posts of the window are read and nothing of other people.
    ///
    /// - `until`: where the window ends, UTC; absent for the newest evidence.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the brand's file, its workflow or its evidence cannot be read.
    pub fn audit(
        &self,
        brand: &BrandId,
        asked: Asked,
        until: Option<DateTime<Utc>>,
    ) -> Result<Audited, Failure> {
        let brand = load_brand(&self.workspace, brand)?;
        let seconds = match asked.window_seconds {
            Some(seconds) => seconds,
            None => load_workflow(&self.workspace, &brand.workflow)?.0.window_seconds,
        };
        let facts = self.own_facts(&brand.id, asked.as_of, (seconds, until))?;
        let audit = audit(&brand, &facts, seconds, until);
        Ok(Audited { brand, audit })
    }

    /// The brand's own profiles, and its posts of the window; nothing before the first import.
    fn own_facts(
        &self,
        brand: &BrandId,
        as_of: Option<DateTime<Utc>>,
        (seconds, until): (i64, Option<DateTime<Utc>>),
    ) -> Result<Facts, Failure> {
        let path = self.workspace.evidence_path(brand);
        let Some(store) = EvidenceStore::open_existing_read_only(&path)? else {
            return Ok(Facts::default());
        };
        let begins = |newest| window(Some(newest), seconds, until).map_or(newest, |one| one.from);
        store.snapshot(|| {
            let revision = as_of.map(|at| store.revision_at(at)).transpose()?;
            Ok(store.own(revision, begins)?)
        })
    }
}

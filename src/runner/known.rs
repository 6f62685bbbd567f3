//! What a brand's evidence says, now or as it was known on an earlier day; and whom it forgets.
//!
//! Nothing is decided here and no run is needed: a brand file, its workflow's window, and evidence.
#![allow(clippy::disallowed_methods, reason = "the runner is the edge: it looks at files")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{Runner, load_brand, load_workflow};
use crate::{
    evidence::{
        facts::{Facts, PersonId},
        metrics::{self, Explained},
        pseudonym::Pseudonyms,
        scores::Context,
        somebody::{Crowd, Somebody},
    },
    failure::Failure,
    model::{Brand, BrandId, Metric, Observation},
    store::evidence::{EvidenceStore, Forgotten, Order},
};

/// A brand with what was known of it at one moment.
#[derive(Debug)]
pub struct Known {
    /// The brand's file, as it is now.
    pub brand: Brand,
    /// The facts, but for people, follows and interactions.
    pub facts: Facts,
    /// The evidence, which shows people; absent before the first import.
    pub(super) evidence: Option<EvidenceStore>,
    /// The revision of the facts; 0 before the first import.
    pub revision: u64,
    /// The length of the measuring window, in seconds.
    pub window_seconds: i64,
    /// What people are called; absent before the first import.
    pub pseudonyms: Option<Pseudonyms>,
}

/// Which moment, and which window.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// Facts that became known later do not count, UTC; absent for all there are.
    pub as_of: Option<DateTime<Utc>>,
    /// The length of the window in seconds; absent for that of the brand's workflow.
    pub window_seconds: Option<i64>,
    /// What it is asked for.
    pub looks: Looks,
}

/// What evidence is asked for, so that no more of it is held.
#[derive(Debug, Clone, Copy, Default)]
pub enum Looks {
    /// Anything.
    #[default]
    Everywhere,
    /// Its metrics, in the window that ends at this instant, UTC, or at the newest evidence.
    AtMetrics(Option<DateTime<Utc>>),
}

impl Runner {
    /// What is known of a brand, or was known.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the brand's file, its workflow or its evidence cannot be read.
    pub fn known(&self, brand: &BrandId, asked: Asked) -> Result<Known, Failure> {
        let brand = load_brand(&self.workspace, brand)?;
        let window_seconds = match asked.window_seconds {
            Some(seconds) => seconds,
            None => load_workflow(&self.workspace, &brand.workflow)?.0.window_seconds,
        };
        let path = self.workspace.evidence_path(&brand.id);
        let nothing = |brand| Known {
            brand,
            facts: Facts::default(),
            evidence: None,
            revision: 0,
            window_seconds,
            pseudonyms: None,
        };
        let Some(store) = EvidenceStore::open_existing_read_only(&path)? else {
            return Ok(nothing(brand));
        };
        let pseudonyms = Some(store.pseudonyms()?);
        let background = |revision| match asked.looks {
            Looks::Everywhere => store.background(revision),
            Looks::AtMetrics(until) => {
                let since = |as_of| metrics::heard_since(as_of, window_seconds, until);
                store.measured(revision, &since)
            }
        };
        let (facts, revision) = match asked.as_of {
            Some(at) => {
                let revision = store.revision_at(at)?;
                (background(Some(revision))?, revision)
            }
            None => store.snapshot(|| -> Result<_, Failure> {
                Ok((background(None)?, store.revision()?))
            })?,
        };
        let evidence = Some(store);
        Ok(Known { facts, evidence, revision, pseudonyms, ..nothing(brand) })
    }
}

impl Runner {
    /// Takes a person out of a brand's evidence, and notes that it has changed.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the brand has no file, or a store cannot be written; then nobody is forgotten.
    pub fn forget(
        &mut self,
        brand: &BrandId,
        order: &Order,
        dry_run: bool,
    ) -> Result<Forgotten, Failure> {
        load_brand(&self.workspace, brand)?;
        let path = self.workspace.evidence_path(brand);
        if dry_run && !path.exists() {
            return Ok(Forgotten { marked: true, ..Forgotten::default() });
        }
        // A person who is forgotten before the first import stays out of that, too.
        let mut evidence = EvidenceStore::open(&path)?;
        let forgotten = evidence.forget(order, dry_run)?;
        if !dry_run {
            self.store.note_evidence(brand, forgotten.revision)?;
        }
        Ok(forgotten)
    }
}

impl Known {
    /// Every metric that a file may name, with the twins in business hours.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the evidence cannot be read.
    pub fn measure(
        &self,
        until: Option<DateTime<Utc>>,
    ) -> Result<BTreeMap<Metric, Observation>, Failure> {
        let (brand, facts, seconds) = (&self.brand, &self.facts, self.window_seconds);
        let wanted: BTreeSet<Metric> = Metric::ALL.into_iter().collect();
        let Some(store) = &self.evidence else {
            return Ok(metrics::measure(brand, facts, &wanted, seconds, until));
        };
        store.snapshot(|| {
            let crowd = store.everybody(self.earlier(store)?);
            Ok(metrics::measure_crowd(brand, facts, &crowd, &wanted, seconds, until)?)
        })
    }

    /// One metric, and what is behind it.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the evidence cannot be read.
    pub fn explain(
        &self,
        metric: Metric,
        until: Option<DateTime<Utc>>,
    ) -> Result<Explained, Failure> {
        let (brand, facts, seconds) = (&self.brand, &self.facts, self.window_seconds);
        let Some(store) = &self.evidence else {
            let Ok(explained) = metrics::explain(brand, facts, facts, metric, seconds, until);
            return Ok(explained);
        };
        store.snapshot(|| {
            let crowd = store.everybody(self.earlier(store)?);
            Ok(metrics::explain(brand, facts, &crowd, metric, seconds, until)?)
        })
    }

    /// Looks at everybody, one after another, with what judging them needs; `None` if no fact has
    /// a date.
    ///
    /// - `begin`: what the answer is before anybody was seen.
    /// - `see`: adds one person to the answer.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the evidence cannot be read.
    pub fn judge_each<T>(
        &self,
        until: Option<DateTime<Utc>>,
        begin: impl FnOnce(&Context) -> T,
        see: impl FnMut(&mut T, &Context, &Somebody),
    ) -> Result<Option<T>, Failure> {
        self.judge_all(until, begin, see, |answer, _| answer)
    }

    /// The same, with a last word when everybody was seen.
    ///
    /// # Errors
    ///
    /// As [`Known::judge_each`].
    pub fn judge_all<T, U>(
        &self,
        until: Option<DateTime<Utc>>,
        begin: impl FnOnce(&Context) -> T,
        mut see: impl FnMut(&mut T, &Context, &Somebody),
        end: impl FnOnce(T, &Context) -> U,
    ) -> Result<Option<U>, Failure> {
        let (brand, facts, seconds) = (&self.brand, &self.facts, self.window_seconds);
        let Some(store) = &self.evidence else { return Ok(None) };
        store.snapshot(|| {
            let crowd = store.everybody(self.earlier(store)?);
            let Some(context) = Context::look(brand, facts, &crowd, seconds, until)? else {
                return Ok(None);
            };
            let mut answer = begin(&context);
            crowd.each(&mut |somebody| see(&mut answer, &context, somebody))?;
            Ok(Some(end(answer, &context)))
        })
    }

    /// The marks of everybody whom the evidence has to forget.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the evidence cannot be read.
    pub fn forgotten(&self) -> Result<BTreeSet<String>, Failure> {
        let marks = self.evidence.as_ref().map(EvidenceStore::forgotten).transpose()?;
        Ok(marks.unwrap_or_default())
    }

    /// What somebody is called on the platform, if that is known.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the evidence cannot be read.
    pub fn handle(&self, person: &PersonId) -> Result<Option<String>, Failure> {
        let handle = self.evidence.as_ref().map(|store| store.handle(person));
        Ok(handle.transpose()?.flatten())
    }

    /// The revision to look back to, if it is not the newest.
    fn earlier(&self, store: &EvidenceStore) -> Result<Option<u64>, Failure> {
        Ok((store.revision()? != self.revision).then_some(self.revision))
    }
}

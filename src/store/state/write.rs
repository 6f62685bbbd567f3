//! What the store is given: steps, definitions, and how new a brand's evidence is.
//!
//! Start reading at [`StateStore::commit`].

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use rusqlite::{Transaction, TransactionBehavior, params};
use serde::Serialize;

use super::{
    StateStore,
    error::StoreError,
    lease,
    notices::write_notices,
    read::CachedFile,
    sweep::{Sweep, come_to},
    timers::write_timers,
};
use crate::{
    engine::Step,
    failpoint,
    model::{ActionName, BrandId, Checkpoint, Digest, Event, Verdict},
};

/// How one step of a commit fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It is on the disk.
    Yes,
    /// The brand stood elsewhere by then; nothing of this step was written.
    Conflict,
}

/// What is long in a step's rows, made before the transaction begins and by any thread.
#[derive(Debug)]
pub struct Texts {
    checkpoint: String,
    /// Absent where the step measured nothing new.
    observations: Option<String>,
    entry: String,
}

impl Texts {
    /// The texts of `step`.
    pub fn of(step: &Step) -> Self {
        let Step { checkpoint, entry, .. } = step;
        let measured = entry.events.iter().any(replaces_observations);
        Self {
            checkpoint: text(checkpoint),
            observations: measured.then(|| checkpoint.observations.to_lines().expect(TEXT)),
            entry: text(entry),
        }
    }
}

/// A value as JSON, in room that is nearly always enough: texts that grow are moved about.
fn text(value: &impl Serialize) -> String {
    let mut text = Vec::with_capacity(1_024);
    serde_json::to_writer(&mut text, value).expect(TEXT);
    String::from_utf8(text).expect("JSON is UTF-8")
}

/// Why making a text cannot fail.
const TEXT: &str = "our own types have a form in JSON, and memory does not refuse";

impl StateStore {
    /// Writes steps, each only if its brand still stands at the revision before; one transaction
    /// for all. A conflict of one brand takes all its later steps with it and leaves the other
    /// brands as they are.
    ///
    /// The answers keep the order of `steps`. When this returns, what is `Yes` is on the disk.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if SQLite refuses; then nothing of any step was written.
    pub fn commit(&mut self, steps: &[&Step]) -> Result<Vec<Committed>, StoreError> {
        let texts: Vec<Texts> = steps.iter().map(|step| Texts::of(step)).collect();
        let steps: Vec<(&Step, &Texts)> = steps.iter().copied().zip(&texts).collect();
        self.commit_page(&steps, &[], None)
    }

    /// [`StateStore::commit`] of steps whose texts are made, which remembers in the same transaction
    /// how the brands' files looked when they were read, and the brand that a sweep has come to.
    ///
    /// # Errors
    ///
    /// As [`StateStore::commit`].
    pub fn commit_page(
        &mut self,
        steps: &[(&Step, &Texts)],
        files: &[(BrandId, CachedFile)],
        sweep: Option<(&Sweep, &str)>,
    ) -> Result<Vec<Committed>, StoreError> {
        failpoint::pass("commit.before");
        let (path, fence) = (&self.path, self.fence);
        let fail = |source| StoreError::Sqlite { path: path.clone(), source };
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fail)?;
        lease::check(&transaction, fence).map_err(|fault| fault.unwrap_or_else(fail))?;
        if let Some((sweep, last)) = sweep {
            come_to(&transaction, sweep, last).map_err(|fault| fault.unwrap_or_else(fail))?;
        }
        let committed = write_all(&transaction, steps).map_err(fail)?;
        for (brand, file) in files {
            remember(&transaction, brand, file).map_err(fail)?;
        }
        failpoint::pass("commit.written");
        transaction.commit().map_err(fail)?;
        failpoint::pass("commit.after");
        Ok(committed)
    }

    /// Keeps a definition's text under its digest; the same text again changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be written.
    pub fn keep_definition(
        &mut self,
        digest: &Digest,
        name: &str,
        text: &str,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO definition (digest, name, text) VALUES (?1, ?2, ?3)
                   ON CONFLICT DO UPDATE SET unused_since = NULL WHERE unused_since IS NOT NULL";
        self.connection
            .execute(sql, params![digest.as_str(), name, text])
            .map(drop)
            .map_err(|error| self.fail(error))
    }

    /// Notes that the evidence of `brand` stands at `revision`; never goes back.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be written.
    pub fn note_evidence(&mut self, brand: &BrandId, revision: u64) -> Result<(), StoreError> {
        let sql = "INSERT INTO evidence (brand, revision) VALUES (?1, ?2)
                   ON CONFLICT DO UPDATE SET revision = max(revision, excluded.revision)";
        self.connection
            .execute(sql, params![brand.as_str(), revision as i64])
            .map(drop)
            .map_err(|error| self.fail(error))
    }
}

fn write_all(
    transaction: &Transaction<'_>,
    steps: &[(&Step, &Texts)],
) -> rusqlite::Result<Vec<Committed>> {
    let mut committed = Vec::with_capacity(steps.len());
    // A later step of the same brand may happen to fit onto another process's commit.
    let mut conflicted: HashSet<&BrandId> = HashSet::new();
    for (step, texts) in steps {
        let brand = &step.checkpoint.brand;
        let fate = if conflicted.contains(brand) {
            Committed::Conflict
        } else {
            write(transaction, step, texts)?
        };
        if fate == Committed::Conflict {
            conflicted.insert(brand);
        }
        committed.push(fate);
    }
    Ok(committed)
}

fn write(transaction: &Transaction<'_>, step: &Step, texts: &Texts) -> rusqlite::Result<Committed> {
    let Step { checkpoint, entry, timers, notices, .. } = step;
    let place = checkpoint.place.as_ref();
    let row = params![
        checkpoint.brand.as_str(),
        checkpoint.revision as i64,
        stamp(entry.at),
        checkpoint.status.name(),
        checkpoint.workflow.as_ref().map(|workflow| workflow.as_str()),
        checkpoint.definition.as_ref().map(Digest::as_str),
        checkpoint.cycle.number,
        place.map(|place| place.stage.as_str()),
        place.map(|place| stamp(place.since)),
        place.and_then(|place| place.blocked_since).map(stamp),
        held_by(checkpoint),
        waived(checkpoint),
        texts.checkpoint,
        checkpoint.generation,
    ];
    let sql = if checkpoint.revision == 1 { INSERT } else { UPDATE };
    if transaction.prepare_cached(sql)?.execute(row)? == 0 {
        return Ok(Committed::Conflict);
    }
    if let Some(text) = &texts.observations {
        let row = params![checkpoint.brand.as_str(), text];
        transaction.prepare_cached(OBSERVED)?.execute(row)?;
    }
    transaction
        .prepare_cached(
            "INSERT INTO journal (brand, revision, entry, generation) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            entry.brand.as_str(),
            entry.revision as i64,
            texts.entry,
            entry.generation
        ])?;
    if let Some(timers) = timers {
        write_timers(transaction, &checkpoint.brand, checkpoint.generation, timers)?;
    }
    write_notices(transaction, notices)?;
    Ok(Committed::Yes)
}

/// Whether other measurements count from this event on.
fn replaces_observations(event: &Event) -> bool {
    matches!(
        event,
        Event::Observed { .. }
            | Event::Started { .. }
            | Event::Rewound { .. }
            | Event::Forked { .. }
    )
}

pub(super) const INSERT: &str = "
INSERT INTO brand (brand, revision, at, status, workflow, definition, cycle, stage, since,
                   blocked_since, held_by, waived, checkpoint, generation)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
ON CONFLICT DO NOTHING";

const UPDATE: &str = "
UPDATE brand SET revision = ?2, at = ?3, status = ?4, workflow = ?5, definition = ?6, cycle = ?7,
                 stage = ?8, since = ?9, blocked_since = ?10, held_by = ?11, waived = ?12,
                 checkpoint = ?13, generation = ?14
WHERE brand = ?1 AND revision = ?2 - 1";

pub(super) const OBSERVED: &str = "
INSERT INTO observed (brand, observations) VALUES (?1, ?2)
ON CONFLICT DO UPDATE SET observations = excluded.observations";

/// Remembers how a brand's file looked when it was read.
fn remember(
    transaction: &Transaction<'_>,
    brand: &BrandId,
    file: &CachedFile,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO brand_file (brand, modified_ns, bytes, read_ns, digest)
               VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT DO UPDATE SET modified_ns = excluded.modified_ns,
                   bytes = excluded.bytes, read_ns = excluded.read_ns,
                   digest = excluded.digest";
    let CachedFile { modified_ns, bytes, read_ns, digest } = file;
    let row = params![brand.as_str(), modified_ns, bytes, read_ns, digest.as_str()];
    transaction.prepare_cached(sql)?.execute(row).map(drop)
}

/// The clauses and actions that hold a brand, as its line has them.
pub(super) fn held_by(checkpoint: &Checkpoint) -> String {
    let gate = checkpoint.place.iter().flat_map(|place| &place.gate);
    // A waiver counts from the moment it is given, before the gate is judged again.
    let holding = gate.filter(|judged| {
        judged.verdict != Verdict::Pass && !checkpoint.waivers.contains_key(&judged.clause)
    });
    let mut names: Vec<String> = holding.map(|judged| judged.clause.to_string()).collect();
    let unsettled = checkpoint
        .actions
        .iter()
        .filter(|(name, action)| matches!(name, ActionName::Entry(_)) && !action.is_settled());
    names.extend(unsettled.map(|(name, action)| format!("action {name} {}", action.phase.name())));
    names.join(",")
}

/// The clauses that a person lets it pass, as its line has them.
pub(super) fn waived(checkpoint: &Checkpoint) -> String {
    let names: Vec<&str> = checkpoint.waivers.keys().map(|clause| clause.as_str()).collect();
    names.join(",")
}

/// An instant as the tables hold it; their order is that of time.
pub(in crate::store) fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// The instant that a table holds.
pub(in crate::store) fn instant(text: &str) -> Option<DateTime<Utc>> {
    text.parse().ok()
}

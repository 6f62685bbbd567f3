//! One brand as a whole: out of one store, into another.
//!
//! Start reading at [`StateStore::whole`] and [`StateStore::take_in`].

use rusqlite::{Transaction, params};

use super::{
    StateStore, StoreError,
    read::Standing,
    retention::digests_in,
    timers::write_timers,
    write::{INSERT, OBSERVED},
};
use crate::model::{BrandId, Checkpoint, Digest, Entry, Timer, checkpoint::Saved};

/// A text that a brand's journal refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its digest.
    pub digest: Digest,
    /// The workflow's name.
    pub name: String,
    /// The text.
    pub text: String,
}

/// All of a brand but its journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// Where it stands.
    pub checkpoint: Checkpoint,
    /// Where it stood when its journal was pruned.
    pub snapshot: Option<Checkpoint>,
    /// The texts it runs on and ran on.
    pub texts: Vec<Text>,
    /// How often its evidence has changed; 0 before the first import.
    pub evidence_revision: u64,
}

impl StateStore {
    /// All that the store holds of `brand` as it stands at one moment, each entry of its journal
    /// handed to `tell`, the oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if a row cannot be read.
    pub fn whole(
        &self,
        brand: &BrandId,
        tell: &mut dyn FnMut(&Entry),
    ) -> Result<Whole, StoreError> {
        self.at_one_moment(|| {
            let snapshot = self.snapshot(brand)?.map(|(_, saved)| Checkpoint::from(saved));
            let checkpoint = self.checkpoint(brand)?;
            let mut digests: Vec<Digest> = checkpoint.definition.iter().cloned().collect();
            digests.extend(snapshot.iter().filter_map(|state| state.definition.clone()));
            let mut at = 0;
            loop {
                let page = self.entries_after(brand, at)?;
                let Some(last) = page.last() else { break };
                at = last.revision;
                for entry in &page {
                    // Cannot fail: it was read from such a text a moment ago.
                    digests.extend(digests_in(&serde_json::to_string(entry).unwrap_or_default()));
                    tell(entry);
                }
            }
            digests.sort();
            digests.dedup();
            let texts = digests.iter().filter_map(|digest| self.text(digest).transpose());
            Ok(Whole {
                texts: texts.collect::<Result<_, _>>()?,
                evidence_revision: self.evidence_revision(brand)?,
                checkpoint,
                snapshot,
            })
        })
    }

    fn text(&self, digest: &Digest) -> Result<Option<Text>, StoreError> {
        let sql = "SELECT name, text FROM definition WHERE digest = ?1";
        let found = self.rows(sql, [digest.as_str()], |row| {
            Ok(Text { digest: digest.clone(), name: row.get(0)?, text: row.get(1)? })
        })?;
        Ok(found.into_iter().next())
    }

    /// Takes a brand in that was whole in another store, in one transaction. Answers whether it
    /// did: a brand that runs here already is left as it is.
    ///
    /// Nothing is judged here: the caller has seen that the journal leads to the checkpoint.
    ///
    /// - `entries`: its journal, the oldest first.
    /// - `timers`: all that it waits for.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be written, or an entry not be read; nothing is written then.
    pub fn take_in(
        &mut self,
        whole: &Whole,
        entries: &mut dyn Iterator<Item = std::io::Result<Entry>>,
        timers: &[Timer],
    ) -> Result<bool, StoreError> {
        let Whole { checkpoint, snapshot, texts, evidence_revision } = whole;
        let brand = &checkpoint.brand;
        self.write(|transaction| {
            if checkpoint.revision > 0 && !insert(transaction, checkpoint)? {
                return Ok(false);
            }
            for Text { digest, name, text } in texts {
                let sql = "INSERT INTO definition (digest, name, text) VALUES (?1, ?2, ?3)
                           ON CONFLICT DO UPDATE SET unused_since = NULL";
                transaction.execute(sql, params![digest.as_str(), name, text])?;
            }
            if let Some(state) = snapshot {
                let sql = "INSERT INTO snapshot (brand, revision, saved) VALUES (?1, ?2, ?3)";
                let saved = json(&Saved::from(state.clone()))?;
                let row = params![brand.as_str(), state.revision as i64, saved];
                transaction.execute(sql, row)?;
            }
            for entry in entries {
                insert_entry(transaction, &entry.map_err(foreign)?)?;
            }
            write_timers(transaction, brand, checkpoint.generation, timers)?;
            if *evidence_revision > 0 {
                let sql = "INSERT INTO evidence (brand, revision) VALUES (?1, ?2)
                           ON CONFLICT DO UPDATE SET revision = max(revision, excluded.revision)";
                transaction.execute(sql, params![brand.as_str(), *evidence_revision as i64])?;
            }
            Ok(true)
        })
    }
}

/// Writes where a brand stands; answers whether it did not run yet.
fn insert(transaction: &Transaction<'_>, checkpoint: &Checkpoint) -> rusqlite::Result<bool> {
    let line = Standing::of(checkpoint);
    let row = params![
        line.brand,
        line.revision as i64,
        line.at,
        line.status,
        line.workflow,
        line.definition,
        line.cycle,
        line.stage,
        line.since,
        line.blocked_since,
        line.held_by,
        line.waived,
        json(checkpoint)?,
        checkpoint.generation,
    ];
    if transaction.execute(INSERT, row)? == 0 {
        return Ok(false);
    }
    let row = params![line.brand, checkpoint.observations.to_lines().map_err(foreign)?];
    transaction.execute(OBSERVED, row)?;
    Ok(true)
}

fn insert_entry(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
    let sql = "INSERT INTO journal (brand, revision, entry, generation) VALUES (?1, ?2, ?3, ?4)";
    let row = params![entry.brand.as_str(), entry.revision as i64, json(entry)?, entry.generation];
    transaction.prepare_cached(sql)?.execute(row).map(drop)
}

fn json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(foreign)
}

fn foreign(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(error.into())
}

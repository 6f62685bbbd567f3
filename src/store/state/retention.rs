//! What the store gives up in time: old entries of journals, notices that were delivered, texts
//! that nothing runs on, rows of brands that are no more.
//!
//! Start reading at [`StateStore::plan`], which decides what of one journal may go, and at
//! [`StateStore::prune`], which lets it go.
//!
//! ```text
//! entries 1 … R ──► snapshot (the fold up to R) + landmarks        entries R+1 … stay as they are
//! ```
//!
//! # Always true
//!
//! - The fold of the snapshot and the entries after it is the checkpoint ([`StateStore::fold`]).
//! - One batch is one short transaction. The snapshot moves on with the rows that go, so a batch
//!   that was cut off never happened, and the next one begins where the last one ended.
//! - Of what goes, landmarks stay ([`Entry::is_landmark`]), without their measurements.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::de::Error as _;

use super::{StateStore, error::StoreError, write::stamp};
use crate::model::{BrandId, Checkpoint, Digest, Entry, checkpoint::Saved};

/// How many rows one transaction writes at most: a few milliseconds, in which others wait.
pub const BATCH: usize = 500;

/// For how long a delivered notice is kept, in days.
const NOTICE_DAYS: i64 = 30;

/// For how long a text stays after nothing refers to it any more, in hours.
const UNUSED_HOURS: i64 = 24;

/// What stays of a journal. An entry goes only if both limits let it go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Entries of the last so many days stay.
    pub days: u32,
    /// Entries of the last so many cycles of the newest run stay; at least one.
    pub cycles: u32,
}

impl Default for Keep {
    /// A year and a month, and a quarter of weekly cycles.
    fn default() -> Self {
        Self { days: 400, cycles: 13 }
    }
}

/// The beginning of a journal that may go, at most [`BATCH`] entries.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The commit after which it begins: where the snapshot stood when it was planned.
    pub after: u64,
    /// The fold up to its last entry.
    pub state: Checkpoint,
    /// The commits whose entries go.
    pub gone: Vec<u64>,
    /// The landmarks among them, each with what stays of it.
    pub kept: Vec<(u64, String)>,
    /// How many of these lose their measurements.
    pub trimmed: u64,
    /// The text that goes, in bytes.
    pub bytes: u64,
}

impl StateStore {
    /// The fold of the journal of `brand` up to where it was pruned, with that commit's number;
    /// `None` if all of the journal is there.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read.
    pub fn snapshot(&self, brand: &BrandId) -> Result<Option<(u64, Saved)>, StoreError> {
        let sql = "SELECT revision, saved FROM snapshot WHERE brand = ?1";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?));
        let found = self.connection.query_row(sql, [brand.as_str()], read).optional();
        let Some((revision, text)) = found.map_err(|error| self.fail(error))? else {
            return Ok(None);
        };
        let saved = self.parse(|| format!("the snapshot of `{brand}`"), &text)?;
        Ok(Some((revision.unsigned_abs(), saved)))
    }

    /// Where `brand` stood when its journal was pruned; before its first commit if it never was.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read.
    pub fn base(&self, brand: &BrandId) -> Result<Checkpoint, StoreError> {
        let saved = self.snapshot(brand)?.map(|(_, saved)| Checkpoint::from(saved));
        Ok(saved.unwrap_or_else(|| Checkpoint::new(brand.clone())))
    }

    /// The checkpoint that the journal of `brand` leads to, from its snapshot on. It is that of
    /// [`StateStore::checkpoint`] unless the file is damaged.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if a row cannot be read.
    pub fn fold(&self, brand: &BrandId) -> Result<Checkpoint, StoreError> {
        self.at_one_moment(|| {
            let mut state = self.base(brand)?;
            loop {
                let page = self.entries_after(brand, state.revision)?;
                if page.is_empty() {
                    return Ok(state);
                }
                page.iter().for_each(|entry| state.apply(entry));
            }
        })
    }

    /// The next [`BATCH`] entries of a journal after the commit `revision`.
    pub(super) fn entries_after(
        &self,
        brand: &BrandId,
        revision: u64,
    ) -> Result<Vec<Entry>, StoreError> {
        let sql = "SELECT entry FROM journal WHERE brand = ?1 AND revision > ?2
                   ORDER BY revision LIMIT ?3";
        let what = || format!("the journal of `{brand}`");
        let given = params![brand.as_str(), revision as i64, BATCH as i64];
        self.rows(sql, given, |row| Ok(self.parse(what, row.get_ref(0)?.as_str()?)?))
    }

    /// The names after `after` of brands that have gone far enough for something of their journal
    /// to go, in order.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be read.
    pub fn long_journals(&self, keep: &Keep, after: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT brand FROM brand WHERE brand > ?1 AND (generation > 1 OR cycle > ?2)
                   ORDER BY brand LIMIT ?3";
        let given = params![after, keep.cycles.max(1), BATCH as i64];
        self.rows(sql, given, |row| Ok(row.get(0)?))
    }

    /// What of the journal of `brand` may go at `now`, from where the last batch ended; `None` if
    /// nothing may.
    ///
    /// - `from`: where the brand stood there: [`StateStore::base`], or the state of a batch before.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if a row cannot be read, or a commit is missing.
    pub fn plan(
        &self,
        brand: &BrandId,
        from: &Checkpoint,
        keep: &Keep,
        now: DateTime<Utc>,
    ) -> Result<Option<Batch>, StoreError> {
        let Some(newest) = self.newest(brand)? else { return Ok(None) };
        let entries = self.entries_after(brand, from.revision)?;
        let planned = Batch::plan(from, entries, newest, keep, now);
        planned.map_err(|source| self.unwritten(brand, source))
    }

    /// The number of the newest run of a brand, and of its cycle.
    fn newest(&self, brand: &BrandId) -> Result<Option<(u32, u32)>, StoreError> {
        let sql = "SELECT generation, cycle FROM brand WHERE brand = ?1";
        let row = self.connection.query_row(sql, [brand.as_str()], |row| {
            Ok((row.get::<_, u32>(0)?, row.get::<_, u32>(1)?))
        });
        row.optional().map_err(|error| self.fail(error))
    }

    fn unwritten(&self, brand: &BrandId, source: serde_json::Error) -> StoreError {
        let what = format!("the journal of `{brand}`");
        StoreError::Damaged { path: self.path.clone(), what, source }
    }

    /// Lets a batch go, in one transaction. Answers whether it did: if another process has pruned
    /// the journal since the batch was planned, nothing happens.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be written; then nothing has gone.
    pub fn prune(&mut self, batch: &Batch) -> Result<bool, StoreError> {
        let brand = batch.state.brand.clone();
        let saved = serde_json::to_string(&Saved::from(batch.state.clone()));
        let saved = saved.map_err(|source| self.unwritten(&brand, source))?;
        self.write(|transaction| {
            let sql = "SELECT revision FROM snapshot WHERE brand = ?1";
            let stands: Option<i64> =
                transaction.query_row(sql, [brand.as_str()], |row| row.get(0)).optional()?;
            if stands.unwrap_or_default().unsigned_abs() != batch.after {
                return Ok(false);
            }
            let sql = "INSERT INTO snapshot (brand, revision, saved) VALUES (?1, ?2, ?3)
                       ON CONFLICT DO UPDATE SET revision = excluded.revision,
                                                 saved = excluded.saved";
            let row = params![brand.as_str(), batch.state.revision as i64, saved];
            transaction.execute(sql, row)?;
            let mut delete = transaction
                .prepare_cached("DELETE FROM journal WHERE brand = ?1 AND revision = ?2")?;
            for revision in &batch.gone {
                delete.execute(params![brand.as_str(), *revision as i64])?;
            }
            // Written anew at the table's end, and not in place: what is short by now would keep
            // its old page from being given back.
            let sql = "REPLACE INTO journal (brand, revision, entry, generation)
                       SELECT brand, revision, ?3, generation FROM journal
                       WHERE brand = ?1 AND revision = ?2";
            let mut replace = transaction.prepare_cached(sql)?;
            for (revision, entry) in &batch.kept {
                replace.execute(params![brand.as_str(), *revision as i64, entry])?;
            }
            Ok(true)
        })
    }

    /// How many notices were delivered so long ago that they may go at `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be counted.
    pub fn old_notices(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM notice WHERE delivered < ?1";
        let count =
            self.connection.query_row(sql, [notices_before(now)], |row| row.get::<_, i64>(0));
        count.map(i64::unsigned_abs).map_err(|error| self.fail(error))
    }

    /// Lets at most [`BATCH`] of these notices go; answers how many went.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be removed.
    pub fn drop_notices(&mut self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let sql = "DELETE FROM notice WHERE rowid IN
                   (SELECT rowid FROM notice WHERE delivered < ?1 LIMIT ?2)";
        let given = params![notices_before(now), BATCH as i64];
        self.write(|transaction| transaction.execute(sql, given)).map(|rows| rows as u64)
    }

    /// The texts that no brand, snapshot or entry of a journal refers to. Reads every journal
    /// unless each text is in use.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the rows cannot be read.
    pub fn unused_definitions(&self) -> Result<BTreeSet<Digest>, StoreError> {
        let sql = "SELECT digest FROM definition
                   WHERE digest NOT IN (SELECT definition FROM brand WHERE definition IS NOT NULL)";
        let found = self.rows(sql, [], |row| Ok(Digest::from_hex(row.get::<_, String>(0)?)))?;
        let mut unused: BTreeSet<Digest> = found.into_iter().collect();
        for (table, column) in [("snapshot", "saved"), ("journal", "entry")] {
            let sql = format!(
                "SELECT rowid, {column} FROM {table} WHERE rowid > ?1 ORDER BY rowid LIMIT ?2"
            );
            let mut after = i64::MIN;
            while !unused.is_empty() {
                let rows = self.rows(&sql, params![after, BATCH as i64], |row| {
                    let text = row.get_ref(1)?.as_str()?;
                    Ok((row.get::<_, i64>(0)?, digests_in(text)))
                })?;
                let Some((last, _)) = rows.last() else { break };
                after = *last;
                rows.iter().flat_map(|(_, named)| named).for_each(|digest| {
                    unused.remove(digest);
                });
            }
        }
        Ok(unused)
    }

    /// Lets the texts go that were unused a day ago and still are, and remembers of the others
    /// since when they are. Answers how many went.
    ///
    /// - `unused`: those of [`StateStore::unused_definitions`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be written.
    pub fn drop_definitions(
        &mut self,
        unused: &BTreeSet<Digest>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        self.write(|transaction| {
            let mut gone = 0;
            for digest in unused {
                gone += transaction.execute(DROP_DEFINITION, row_of(digest, now))?;
                transaction.execute(MARK_DEFINITION, params![digest.as_str(), stamp(now)])?;
            }
            Ok(gone as u64)
        })
    }

    /// How many texts [`StateStore::drop_definitions`] would let go.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be read.
    pub fn droppable_definitions(
        &self,
        unused: &BTreeSet<Digest>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM definition WHERE digest = ?1 AND unused_since <= ?2";
        let mut count = 0;
        for digest in unused {
            let found = self.connection.query_row(sql, row_of(digest, now), |row| row.get(0));
            count += found.map(i64::unsigned_abs).map_err(|error| self.fail(error))?;
        }
        Ok(count)
    }

    /// What housekeeping has noted under `name`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read.
    pub fn house_note(&self, name: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM house WHERE name = ?1";
        let found = self.connection.query_row(sql, [name], |row| row.get(0)).optional();
        found.map_err(|error| self.fail(error))
    }

    /// Notes things for the next housekeeping, all or none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be written.
    pub fn note_house(&mut self, notes: &[(&str, &str)]) -> Result<(), StoreError> {
        self.write(|transaction| notes.iter().try_for_each(|note| write_note(transaction, note)))
    }

    /// Reads several rows as they stood at one moment.
    pub(super) fn at_one_moment<T>(
        &self,
        read: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let moment = self.connection.unchecked_transaction().map_err(|error| self.fail(error))?;
        let found = read()?;
        moment.commit().map_err(|error| self.fail(error))?;
        Ok(found)
    }
}

impl Batch {
    /// What of a journal may go at `now`; `None` if nothing may.
    ///
    /// - `from`: where the brand stood before `entries`, the next ones of its journal.
    /// - `newest`: the number of its newest run, and of the cycle in that.
    ///
    /// # Errors
    ///
    /// If a commit is missing, or an entry cannot be written.
    pub(in crate::store) fn plan(
        from: &Checkpoint,
        entries: Vec<Entry>,
        (generation, cycle): (u32, u32),
        keep: &Keep,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, serde_json::Error> {
        let old = now.checked_sub_signed(TimeDelta::days(keep.days.into()));
        let may_go = |entry: &Entry, state: &Checkpoint| {
            let earlier = state.cycle.number.saturating_add(keep.cycles.max(1)) <= cycle;
            let over = state.generation < generation || earlier;
            over && old.is_some_and(|old| entry.at < old)
        };
        let (mut batch, mut state) = (Self::after(from), from.clone());
        for entry in entries {
            if entry.revision != state.revision + 1 {
                let problem = format!("commit {} is missing", state.revision + 1);
                return Err(serde_json::Error::custom(problem));
            }
            state.apply(&entry);
            if !may_go(&entry, &state) {
                break;
            }
            batch.take(entry)?;
            batch.state = state.clone();
        }
        Ok((batch.state.revision > batch.after).then_some(batch))
    }

    fn after(state: &Checkpoint) -> Self {
        Self {
            after: state.revision,
            state: state.clone(),
            gone: Vec::new(),
            kept: Vec::new(),
            trimmed: 0,
            bytes: 0,
        }
    }

    fn take(&mut self, entry: Entry) -> serde_json::Result<()> {
        let (revision, whole) = (entry.revision, serde_json::to_string(&entry)?.len());
        if !entry.is_landmark() {
            self.gone.push(revision);
            self.bytes += whole as u64;
            return Ok(());
        }
        let kept = serde_json::to_string(&entry.as_landmark())?;
        self.bytes += whole.saturating_sub(kept.len()) as u64;
        self.trimmed += u64::from(kept.len() < whole);
        self.kept.push((revision, kept));
        Ok(())
    }
}

const DROP_DEFINITION: &str = "
DELETE FROM definition
WHERE digest = ?1 AND unused_since <= ?2
      AND digest NOT IN (SELECT definition FROM brand WHERE definition IS NOT NULL)";

const MARK_DEFINITION: &str = "
UPDATE definition SET unused_since = ?2 WHERE digest = ?1 AND unused_since IS NULL";

fn row_of(digest: &Digest, now: DateTime<Utc>) -> [String; 2] {
    [digest.as_str().to_owned(), stamp(now - TimeDelta::hours(UNUSED_HOURS))]
}

fn notices_before(now: DateTime<Utc>) -> String {
    stamp(now - TimeDelta::days(NOTICE_DAYS))
}

fn write_note(transaction: &Transaction<'_>, note: &(&str, &str)) -> rusqlite::Result<()> {
    let sql = "INSERT INTO house (name, value) VALUES (?1, ?2)
               ON CONFLICT DO UPDATE SET value = excluded.value";
    transaction.execute(sql, params![note.0, note.1]).map(drop)
}

/// The texts that an entry or a snapshot names.
pub(super) fn digests_in(json: &str) -> Vec<Digest> {
    const BEFORE: &str = "\"definition\":\"";
    let after = json.match_indices(BEFORE).map(|(at, _)| &json[at + BEFORE.len()..]);
    after.filter_map(|rest| rest.split('"').next()).map(Digest::from_hex).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_that_an_entry_names_are_found() {
        // (why this row exists, JSON, the digests)
        let table: [(&str, &str, &[&str]); 4] = [
            ("nothing is named", "{}", &[]),
            ("one", r#"{"definition":"ab"}"#, &["ab"]),
            ("two", r#"[{"definition":"ab"},{"x":{"definition":"cd"}}]"#, &["ab", "cd"]),
            ("none yet", r#"{"definition":null}"#, &[]),
        ];
        for (why, json, digests) in table {
            let found = digests_in(json);
            let found: Vec<&str> = found.iter().map(Digest::as_str).collect();
            assert_eq!(found, digests, "{why}");
        }
    }
}

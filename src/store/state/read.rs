//! What the store is asked: where brands stand, what happened, what they run on.

use std::sync::Arc;

use rusqlite::{OptionalExtension, params_from_iter, types::Value};
use serde::Serialize;

use super::{
    StateStore,
    error::{Fault, StoreError},
    write::{held_by, stamp, waived},
};
use crate::{
    model::{BrandId, Checkpoint, Digest, Entry, Observations},
    store::filter::{Filter, State},
};

/// One line about a brand, read without its checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The brand.
    pub brand: String,
    /// `ready`, `running`, `paused` or the outcome.
    pub status: String,
    /// The cycle it is on.
    pub cycle: u32,
    /// The stage it is in.
    pub stage: Option<String>,
    /// In that stage since, UTC.
    pub since: Option<String>,
    /// The gate has been found shut since, UTC.
    pub blocked_since: Option<String>,
    /// The clauses that hold it back, comma-separated.
    #[serde(skip)]
    pub held_by: String,
    /// The clauses that a person lets it pass in this stage, comma-separated.
    #[serde(skip)]
    pub waived: String,
    /// The workflow it follows.
    pub workflow: Option<String>,
    /// The digest of the text it runs on.
    pub definition: Option<String>,
    /// The number of its last commit.
    pub revision: u64,
    /// When that was, UTC; absent if it never started.
    pub at: Option<String>,
}

impl Standing {
    /// A brand that never started.
    pub fn ready(brand: &BrandId) -> Self {
        Self {
            brand: brand.to_string(),
            status: "ready".to_owned(),
            cycle: 0,
            stage: None,
            since: None,
            blocked_since: None,
            held_by: String::new(),
            waived: String::new(),
            workflow: None,
            definition: None,
            revision: 0,
            at: None,
        }
    }

    /// The line that the store has of a brand that stands at `checkpoint`.
    pub fn of(checkpoint: &Checkpoint) -> Self {
        let place = checkpoint.place.as_ref();
        Self {
            brand: checkpoint.brand.to_string(),
            status: checkpoint.status.name().to_owned(),
            cycle: checkpoint.cycle.number,
            stage: place.map(|place| place.stage.to_string()),
            since: place.map(|place| stamp(place.since)),
            blocked_since: place.and_then(|place| place.blocked_since).map(stamp),
            held_by: held_by(checkpoint),
            waived: waived(checkpoint),
            workflow: checkpoint.workflow.as_ref().map(ToString::to_string),
            definition: checkpoint.definition.as_ref().map(|digest| digest.as_str().to_owned()),
            revision: checkpoint.revision,
            at: checkpoint.at.map(stamp),
        }
    }
}

/// A brand file as it was read last.
#[derive(Debug, Clone)]
pub struct CachedFile {
    /// When the file was changed, nanoseconds since 1970.
    pub modified_ns: i64,
    /// Its length.
    pub bytes: i64,
    /// When it was read, nanoseconds since 1970.
    pub read_ns: i64,
    /// The digest of its text.
    pub digest: Digest,
}

/// What was read of one brand among many.
#[derive(Debug)]
pub struct Row<T> {
    /// The brand, as the row names it.
    pub brand: String,
    /// What the row holds, or why it cannot be read.
    pub read: Result<T, StoreError>,
}

/// A running brand with all that the store knows of it.
#[derive(Debug, Clone)]
pub struct Running {
    /// Where it stands.
    pub checkpoint: Checkpoint,
    /// How often its evidence has changed; 0 before the first import.
    pub evidence_revision: u64,
    /// Its file as it was read last.
    pub file: Option<CachedFile>,
}

impl StateStore {
    /// Where `brand` stands; a brand that never started stands at revision 0.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the row cannot be read.
    pub fn checkpoint(&self, brand: &BrandId) -> Result<Checkpoint, StoreError> {
        let sql = "SELECT brand, checkpoint, observations
                   FROM brand LEFT JOIN observed USING (brand) WHERE brand = ?1";
        let found = self.rows(sql, [brand.as_str()], |row| self.checkpoint_in(row))?.pop();
        Ok(found.unwrap_or_else(|| Checkpoint::new(brand.clone())))
    }

    /// The checkpoint of a row that begins with brand, checkpoint and observations.
    pub(super) fn checkpoint_in(&self, row: &rusqlite::Row<'_>) -> Result<Checkpoint, Fault> {
        let brand = row.get_ref(0)?.as_str()?;
        let what = |what: &str| format!("the {what} of `{brand}`");
        let text = row.get_ref(1)?.as_str();
        let text = text.map_err(|error| self.unreadable(what("checkpoint"), &error))?;
        let mut checkpoint: Checkpoint = self.parse(|| what("checkpoint"), text)?;
        let text = row.get_ref(2)?.as_str_or_null();
        let text = text.map_err(|error| self.unreadable(what("measurements"), &error))?;
        if let Some(text) = text {
            let damaged = |source| self.damaged(what("measurements"), source);
            let observations = Observations::of_lines(text).map_err(damaged)?;
            checkpoint.observations = Arc::new(observations);
        }
        Ok(checkpoint)
    }

    /// The checkpoints of the brands whose name follows `after`, in the order of names.
    ///
    /// - `filter`: leaves brands out that surely do not pass it; the others are still to be asked.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if a row cannot be read.
    pub fn checkpoints(
        &self,
        filter: Option<&Filter>,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Row<Checkpoint>>, StoreError> {
        let sql = "SELECT brand, checkpoint, observations
                   FROM brand LEFT JOIN observed USING (brand)";
        let (sql, given) = page(sql, filter, after, limit);
        self.rows(&sql, params_from_iter(given), |row| {
            self.one_of_many(row, |row| self.checkpoint_in(row))
        })
    }

    /// The running brands whose name follows `after`, in the order of names.
    ///
    /// - `filter`: as in [`StateStore::checkpoints`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if a row cannot be read.
    pub fn running(
        &self,
        filter: Option<&Filter>,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Row<Running>>, StoreError> {
        let running = Filter::Is(State::Running);
        let both = match filter {
            Some(filter) => filter.clone().and(running),
            None => running,
        };
        let (sql, given) = page(RUNNING, Some(&both), after, limit);
        self.rows(&sql, params_from_iter(given), |row| {
            self.one_of_many(row, |row| self.running_in(row))
        })
    }

    /// The brand of that name, if it runs.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the row cannot be read.
    pub fn running_named(&self, brand: &str) -> Result<Option<Row<Running>>, StoreError> {
        let sql = format!("{RUNNING} WHERE brand = ?1 AND status = 'running'");
        let mut found =
            self.rows(&sql, [brand], |row| self.one_of_many(row, |row| self.running_in(row)))?;
        Ok(found.pop())
    }

    fn running_in(&self, row: &rusqlite::Row<'_>) -> Result<Running, Fault> {
        let known = row.get::<_, Option<i64>>(4)?.is_some();
        Ok(Running {
            checkpoint: self.checkpoint_in(row)?,
            evidence_revision: row.get::<_, Option<i64>>(3)?.unwrap_or_default().unsigned_abs(),
            file: if known { Some(cached_file(row, 4)?) } else { None },
        })
    }

    /// Reads one brand's row so that a damaged one is an answer about that brand alone.
    pub(super) fn one_of_many<T>(
        &self,
        row: &rusqlite::Row<'_>,
        read: impl FnOnce(&rusqlite::Row<'_>) -> Result<T, Fault>,
    ) -> Result<Row<T>, Fault> {
        let brand = row.get(0)?;
        match read(row) {
            Ok(read) => Ok(Row { brand, read: Ok(read) }),
            Err(Fault::Store(error)) => Ok(Row { brand, read: Err(error) }),
            Err(fault) => Err(fault),
        }
    }

    /// Every row of a query, read where it lies.
    pub(super) fn rows<T>(
        &self,
        sql: &str,
        given: impl rusqlite::Params,
        read: impl Fn(&rusqlite::Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, StoreError> {
        let all = || -> Result<Vec<T>, Fault> {
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.query(given)?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read(row)?);
            }
            Ok(found)
        };
        all().map_err(|fault| fault.unwrap_or_else(|error| self.fail(error)))
    }

    /// The journal of `brand`, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if a row cannot be read.
    pub fn journal(&self, brand: &BrandId) -> Result<Vec<Entry>, StoreError> {
        let sql = "SELECT entry FROM journal WHERE brand = ?1 ORDER BY revision";
        let what = || format!("the journal of `{brand}`");
        self.rows(sql, [brand.as_str()], |row| Ok(self.parse(what, row.get_ref(0)?.as_str()?)?))
    }

    /// One line about `brand`; `None` if it never started.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the row cannot be read.
    pub fn standing(&self, brand: &BrandId) -> Result<Option<Standing>, StoreError> {
        let sql = format!("{STANDING} WHERE brand = ?1");
        self.connection
            .query_row(&sql, [brand.as_str()], standing)
            .optional()
            .map_err(|error| self.fail(error))
    }

    /// One line each about the brands whose name follows `after`, in the order of names.
    ///
    /// - `filter`: as in [`StateStore::checkpoints`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the rows cannot be read.
    pub fn standings(
        &self,
        filter: Option<&Filter>,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Standing>, StoreError> {
        let (sql, given) = page(STANDING, filter, after, limit);
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut rows| rows.query_map(params_from_iter(given), standing)?.collect())
            .map_err(|error| self.fail(error))
    }

    /// How many brands have started.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be counted.
    pub fn brands(&self) -> Result<u64, StoreError> {
        self.connection
            .query_row("SELECT count(*) FROM brand", [], |row| row.get::<_, i64>(0))
            .map(|count| count.unsigned_abs())
            .map_err(|error| self.fail(error))
    }

    /// The text of a definition.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read.
    pub fn definition(&self, digest: &Digest) -> Result<Option<String>, StoreError> {
        self.connection
            .query_row("SELECT text FROM definition WHERE digest = ?1", [digest.as_str()], |row| {
                row.get(0)
            })
            .optional()
            .map_err(|error| self.fail(error))
    }

    /// How often the evidence of `brand` has changed, as the last import told; 0 before the first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if it cannot be read.
    pub fn evidence_revision(&self, brand: &BrandId) -> Result<u64, StoreError> {
        let found: rusqlite::Result<Option<i64>> = self
            .connection
            .prepare_cached("SELECT revision FROM evidence WHERE brand = ?1")
            .and_then(|mut row| row.query_row([brand.as_str()], |row| row.get(0)).optional());
        found
            .map(|revision| revision.unwrap_or_default().unsigned_abs())
            .map_err(|error| self.fail(error))
    }
}

/// All that is known of running brands, as [`StateStore::running_in`] reads it.
const RUNNING: &str = "
SELECT brand, checkpoint, observations, evidence.revision, modified_ns, bytes, read_ns, digest
FROM brand LEFT JOIN observed USING (brand) LEFT JOIN evidence USING (brand)
           LEFT JOIN brand_file USING (brand)";

/// A query of the next `limit` brands after `after` that may pass `filter`, and what it is given.
fn page(select: &str, filter: Option<&Filter>, after: &str, limit: usize) -> (String, Vec<Value>) {
    let (mut sql, mut given) = (format!("{select} WHERE brand > ?"), vec![after.to_owned().into()]);
    for (condition, value) in filter.map(Filter::narrow).unwrap_or_default() {
        sql.push_str(" AND ");
        sql.push_str(condition);
        given.push(value.into());
    }
    sql.push_str(" ORDER BY brand LIMIT ?");
    given.push((limit as i64).into());
    (sql, given)
}

/// The four columns of a brand file, from `first` on.
fn cached_file(row: &rusqlite::Row<'_>, first: usize) -> rusqlite::Result<CachedFile> {
    Ok(CachedFile {
        modified_ns: row.get(first)?,
        bytes: row.get(first + 1)?,
        read_ns: row.get(first + 2)?,
        digest: Digest::from_hex(row.get::<_, String>(first + 3)?),
    })
}

/// The columns of a brand's line, in the order in which [`standing`] reads them.
pub(super) const STANDING: &str = "
SELECT brand, status, cycle, stage, since, blocked_since, held_by, workflow, definition, revision,
       at, waived
FROM brand";

pub(super) fn standing(row: &rusqlite::Row<'_>) -> rusqlite::Result<Standing> {
    Ok(Standing {
        brand: row.get(0)?,
        status: row.get(1)?,
        cycle: row.get(2)?,
        stage: row.get(3)?,
        since: row.get(4)?,
        blocked_since: row.get(5)?,
        held_by: row.get(6)?,
        workflow: row.get(7)?,
        definition: row.get(8)?,
        revision: row.get::<_, i64>(9)?.unsigned_abs(),
        at: row.get(10)?,
        waived: row.get(11)?,
    })
}

//! The runs of all brands: checkpoints, journals, and the definitions they run on.
//!
//! Start reading at [`StateStore::commit`].

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params,
};
use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

use crate::{
    engine::Step,
    model::{BrandId, Checkpoint, Digest, Entry, Event, Observations, Verdict},
};

/// The version of the tables below, kept in `PRAGMA user_version`.
const SCHEMA_VERSION: i64 = 1;

/// Marks the file as ours: "5stp" in `PRAGMA application_id`.
const APPLICATION_ID: i64 = 0x3573_7470;

/// How long a writer waits for another before it gives up.
const BUSY_MILLISECONDS: u64 = 10_000;

// Long rows stand in tables with a row id: without one, SQLite keeps whole rows in the inner nodes
// of the tree, which makes it deep, and a journal's rows would be scattered instead of appended.
const SCHEMA: &str = "
CREATE TABLE definition (
    digest TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    text   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE brand (
    brand         TEXT PRIMARY KEY,
    revision      INTEGER NOT NULL,
    at            TEXT NOT NULL,
    status        TEXT NOT NULL,
    workflow      TEXT,
    definition    TEXT,
    cycle         INTEGER NOT NULL,
    stage         TEXT,
    since         TEXT,
    blocked_since TEXT,
    held_by       TEXT NOT NULL,
    waived        TEXT NOT NULL,
    checkpoint    TEXT NOT NULL
) STRICT;
CREATE TABLE observed (
    brand        TEXT PRIMARY KEY,
    observations TEXT NOT NULL
) STRICT;
CREATE TABLE journal (
    brand    TEXT NOT NULL,
    revision INTEGER NOT NULL,
    entry    TEXT NOT NULL,
    PRIMARY KEY (brand, revision)
) STRICT;
CREATE TABLE evidence (
    brand    TEXT PRIMARY KEY,
    revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE brand_file (
    brand       TEXT PRIMARY KEY,
    modified_ns INTEGER NOT NULL,
    bytes       INTEGER NOT NULL,
    read_ns     INTEGER NOT NULL,
    digest      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Why the store could not answer. A fault, not an everyday answer.
#[derive(Debug, Error)]
pub enum StoreError {
    /// SQLite refused.
    #[error("the state file `{path}` cannot be used: {source}")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
    /// The file was written by a newer fivestep.
    #[error("the state file `{path}` has version {found}; this fivestep knows up to {known}")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The file is some other program's.
    #[error("`{path}` is an SQLite file, but not a fivestep state file")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A row does not hold what fivestep wrote.
    #[error("the state file `{path}` is damaged: {what}: {source}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which row.
        what: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl StoreError {
    /// What to do next, in one sentence.
    pub fn hint(&self) -> String {
        match self {
            StoreError::Sqlite { source, .. } => sqlite_hint(source).to_owned(),
            StoreError::Newer { .. } => "use the newer fivestep that wrote it".to_owned(),
            StoreError::Foreign { .. } => "move it away, or choose another workspace".to_owned(),
            StoreError::Damaged { .. } => "restore the file from a copy".to_owned(),
        }
    }
}

/// What to do about an error of SQLite.
pub fn sqlite_hint(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "free some space; nothing was half written",
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "make the workspace's `.fivestep` folder writable; nothing was changed"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process writes; try again when it is done"
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            "restore the file from a copy"
        }
        Some(ErrorCode::SystemIoFailure) => "look at the disk; nothing was half written",
        _ => "try again; if it stays so, restore the file from a copy",
    }
}

/// How one step of a commit fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It is on the disk.
    Yes,
    /// The brand stood elsewhere by then; nothing of this step was written.
    Conflict,
}

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

/// The store of all brands' runs.
#[derive(Debug)]
pub struct StateStore {
    path: PathBuf,
    connection: Connection,
}

impl StateStore {
    /// Opens the store at `path`, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the file cannot be opened, is damaged, foreign, or newer than this
    /// program.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let fail = |source| StoreError::Sqlite { path: path.to_owned(), source };
        let connection = Connection::open(path).map_err(fail)?;
        let mut store = Self { path: path.to_owned(), connection };
        store.prepare().map_err(|error| error.unwrap_or_else(fail))?;
        Ok(store)
    }

    fn prepare(&mut self) -> Result<(), Fault> {
        let connection = &self.connection;
        connection.busy_timeout(std::time::Duration::from_millis(BUSY_MILLISECONDS))?;
        if self.known_version()? == SCHEMA_VERSION {
            connection.pragma_update(None, "synchronous", "FULL")?;
            return Ok(());
        }
        // Must come before the first table, so that pruned rows can give their bytes back.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have made the tables while this one waited.
        let version: i64 =
            transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version == 0 {
            transaction.execute_batch(SCHEMA)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// The file's version: 0 for a new one. Refuses a newer or foreign file.
    fn known_version(&self) -> Result<i64, Fault> {
        let pragma = |name: &str| -> rusqlite::Result<i64> {
            self.connection.pragma_query_value(None, name, |row| row.get(0))
        };
        let (version, application) = (pragma("user_version")?, pragma("application_id")?);
        let path = || self.path.clone();
        if application != APPLICATION_ID {
            let tables: i64 =
                self.connection
                    .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            if version != 0 || application != 0 || tables != 0 {
                return Err(Fault::Store(StoreError::Foreign { path: path() }));
            }
        }
        if version > SCHEMA_VERSION {
            let (found, known) = (version, SCHEMA_VERSION);
            return Err(Fault::Store(StoreError::Newer { path: path(), found, known }));
        }
        Ok(version)
    }

    fn fail(&self, source: rusqlite::Error) -> StoreError {
        StoreError::Sqlite { path: self.path.clone(), source }
    }

    fn parse<T: DeserializeOwned>(
        &self,
        what: impl Fn() -> String,
        text: &str,
    ) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|source| StoreError::Damaged {
            path: self.path.clone(),
            what: what(),
            source,
        })
    }

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
    fn checkpoint_in(&self, row: &rusqlite::Row<'_>) -> Result<Checkpoint, Fault> {
        let brand = row.get_ref(0)?.as_str()?;
        let what = |what: &str| format!("the {what} of `{brand}`");
        let mut checkpoint: Checkpoint =
            self.parse(|| what("checkpoint"), row.get_ref(1)?.as_str()?)?;
        if let Some(text) = row.get_ref(2)?.as_str_or_null()? {
            let observations: Observations = self.parse(|| what("measurements"), text)?;
            checkpoint.observations = Arc::new(observations);
        }
        Ok(checkpoint)
    }

    /// Every row of a query, read where it lies.
    fn rows<T>(
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
        self.commit_page(steps, &[])
    }

    /// [`StateStore::commit`], which remembers in the same transaction how the brands' files
    /// looked when they were read.
    ///
    /// # Errors
    ///
    /// As [`StateStore::commit`].
    pub fn commit_page(
        &mut self,
        steps: &[&Step],
        files: &[(BrandId, CachedFile)],
    ) -> Result<Vec<Committed>, StoreError> {
        let path = &self.path;
        let fail = |source| StoreError::Sqlite { path: path.clone(), source };
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fail)?;
        let committed = write_all(&transaction, steps).map_err(fail)?;
        for (brand, file) in files {
            remember(&transaction, brand, file).map_err(fail)?;
        }
        transaction.commit().map_err(fail)?;
        Ok(committed)
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
        let sql = "SELECT brand, status, cycle, stage, since, blocked_since, held_by, workflow,
                          definition, revision, at, waived
                   FROM brand WHERE brand = ?1";
        self.connection
            .query_row(sql, [brand.as_str()], standing)
            .optional()
            .map_err(|error| self.fail(error))
    }

    /// One line each about the brands whose name follows `after`, in the order of names.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the rows cannot be read.
    pub fn standings(&self, after: &str, limit: usize) -> Result<Vec<Standing>, StoreError> {
        let sql = "SELECT brand, status, cycle, stage, since, blocked_since, held_by, workflow,
                          definition, revision, at, waived
                   FROM brand WHERE brand > ?1 ORDER BY brand LIMIT ?2";
        self.connection
            .prepare_cached(sql)
            .and_then(|mut rows| rows.query_map(params![after, limit as i64], standing)?.collect())
            .map_err(|error| self.fail(error))
    }

    /// The checkpoints of the brands whose name follows `after`, in the order of names.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if a row cannot be read.
    pub fn checkpoints(
        &self,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Row<Checkpoint>>, StoreError> {
        let sql = "SELECT brand, checkpoint, observations
                   FROM brand LEFT JOIN observed USING (brand)
                   WHERE brand > ?1 ORDER BY brand LIMIT ?2";
        self.rows(sql, params![after, limit as i64], |row| {
            self.one_of_many(row, |row| self.checkpoint_in(row))
        })
    }

    /// The running brands whose name follows `after`, in the order of names.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if a row cannot be read.
    pub fn running(&self, after: &str, limit: usize) -> Result<Vec<Row<Running>>, StoreError> {
        let sql = "SELECT brand, checkpoint, observations, evidence.revision,
                          modified_ns, bytes, read_ns, digest
                   FROM brand LEFT JOIN observed USING (brand) LEFT JOIN evidence USING (brand)
                              LEFT JOIN brand_file USING (brand)
                   WHERE brand > ?1 AND status = 'running' ORDER BY brand LIMIT ?2";
        self.rows(sql, params![after, limit as i64], |row| {
            self.one_of_many(row, |row| self.running_in(row))
        })
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
    fn one_of_many<T>(
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
                   ON CONFLICT DO NOTHING";
        self.connection
            .execute(sql, params![digest.as_str(), name, text])
            .map(drop)
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

/// An error on the way to a [`StoreError`], which knows the path.
enum Fault {
    Sqlite(rusqlite::Error),
    Store(StoreError),
}

impl Fault {
    fn unwrap_or_else(self, fail: impl FnOnce(rusqlite::Error) -> StoreError) -> StoreError {
        match self {
            Fault::Sqlite(source) => fail(source),
            Fault::Store(error) => error,
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Fault::Store(error)
    }
}

impl From<rusqlite::types::FromSqlError> for Fault {
    fn from(error: rusqlite::types::FromSqlError) -> Self {
        Fault::Sqlite(error.into())
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(source: rusqlite::Error) -> Self {
        Fault::Sqlite(source)
    }
}

fn write_all(transaction: &Transaction<'_>, steps: &[&Step]) -> rusqlite::Result<Vec<Committed>> {
    let mut committed = Vec::with_capacity(steps.len());
    // A later step of the same brand may happen to fit onto another process's commit.
    let mut conflicted: HashSet<&BrandId> = HashSet::new();
    for step in steps {
        let brand = &step.checkpoint.brand;
        let fate = if conflicted.contains(brand) {
            Committed::Conflict
        } else {
            write(transaction, step)?
        };
        if fate == Committed::Conflict {
            conflicted.insert(brand);
        }
        committed.push(fate);
    }
    Ok(committed)
}

fn write(transaction: &Transaction<'_>, step: &Step) -> rusqlite::Result<Committed> {
    let Step { checkpoint, entry, .. } = step;
    let json = |error: serde_json::Error| rusqlite::Error::ToSqlConversionFailure(error.into());
    let text = serde_json::to_string(checkpoint).map_err(json)?;
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
        text,
    ];
    let sql = if checkpoint.revision == 1 { INSERT } else { UPDATE };
    if transaction.prepare_cached(sql)?.execute(row)? == 0 {
        return Ok(Committed::Conflict);
    }
    if entry.events.iter().any(|event| matches!(event, Event::Observed { .. })) {
        let text = serde_json::to_string(&*checkpoint.observations).map_err(json)?;
        let row = params![checkpoint.brand.as_str(), text];
        transaction.prepare_cached(OBSERVED)?.execute(row)?;
    }
    let entry_text = serde_json::to_string(entry).map_err(json)?;
    transaction
        .prepare_cached("INSERT INTO journal (brand, revision, entry) VALUES (?1, ?2, ?3)")?
        .execute(params![entry.brand.as_str(), entry.revision as i64, entry_text])?;
    Ok(Committed::Yes)
}

const INSERT: &str = "
INSERT INTO brand (brand, revision, at, status, workflow, definition, cycle, stage, since,
                   blocked_since, held_by, waived, checkpoint)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
ON CONFLICT DO NOTHING";

const UPDATE: &str = "
UPDATE brand SET revision = ?2, at = ?3, status = ?4, workflow = ?5, definition = ?6, cycle = ?7,
                 stage = ?8, since = ?9, blocked_since = ?10, held_by = ?11, waived = ?12,
                 checkpoint = ?13
WHERE brand = ?1 AND revision = ?2 - 1";

const OBSERVED: &str = "
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

/// The four columns of a brand file, from `first` on.
fn cached_file(row: &rusqlite::Row<'_>, first: usize) -> rusqlite::Result<CachedFile> {
    Ok(CachedFile {
        modified_ns: row.get(first)?,
        bytes: row.get(first + 1)?,
        read_ns: row.get(first + 2)?,
        digest: Digest::from_hex(row.get::<_, String>(first + 3)?),
    })
}

fn held_by(checkpoint: &Checkpoint) -> String {
    let gate = checkpoint.place.iter().flat_map(|place| &place.gate);
    // A waiver counts from the moment it is given, before the gate is judged again.
    let holding = gate.filter(|judged| {
        judged.verdict != Verdict::Pass && !checkpoint.waivers.contains_key(&judged.clause)
    });
    let names: Vec<&str> = holding.map(|judged| judged.clause.as_str()).collect();
    names.join(",")
}

fn waived(checkpoint: &Checkpoint) -> String {
    let names: Vec<&str> = checkpoint.waivers.keys().map(|clause| clause.as_str()).collect();
    names.join(",")
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

fn standing(row: &rusqlite::Row<'_>) -> rusqlite::Result<Standing> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        definition::{SourceFile, load_workflow},
        engine::step,
        model::{Actor, Command, Verb},
    };

    fn started(store: &mut StateStore) -> Checkpoint {
        let yaml = include_bytes!("../../workflows/engagement.yaml").to_vec();
        let file = SourceFile::new("engagement.yaml", yaml);
        let workflow = load_workflow(&file).expect("the shipped file is right");
        let brand = Checkpoint::new(BrandId::new("acme").expect("a name"));
        let mut observations = Observations::default();
        observations.basis.brand = Some(Digest::of(b"brand: acme"));
        let now = "2026-03-02T09:00:00Z".parse().expect("an instant");
        let command = Command::new(Verb::Start, Actor::new("Ada"));
        let begun = step(&workflow, &brand, &observations, &command, now).expect("it is ready");
        let digest = Digest::of(b"brand: acme");
        let file = CachedFile { modified_ns: 1, bytes: 2, read_ns: 3, digest };
        let files = [(begun.checkpoint.brand.clone(), file)];
        assert_eq!(store.commit_page(&[&begun], &files).expect("written"), [Committed::Yes]);
        begun.checkpoint
    }

    #[test]
    fn measurements_and_files_come_back_with_their_brand() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut store = StateStore::open(&dir.path().join("state.db")).expect("a store");
        let checkpoint = started(&mut store);
        assert!(checkpoint.observations.basis.brand.is_some(), "something was measured");
        store.note_evidence(&checkpoint.brand, 7).expect("noted");

        assert_eq!(store.checkpoint(&checkpoint.brand).expect("read"), checkpoint);
        let rows = store.checkpoints("", 10).expect("read");
        let read: Vec<_> = rows.into_iter().map(|row| row.read.expect("it reads")).collect();
        assert_eq!(read, std::slice::from_ref(&checkpoint));
        let running = store.running("", 10).expect("read");
        let [Row { read: Ok(running), .. }] = running.as_slice() else {
            panic!("one brand runs: {running:?}")
        };
        assert_eq!(running.checkpoint, checkpoint);
        assert_eq!(running.evidence_revision, 7);
        let file = running.file.as_ref().expect("it was remembered");
        assert_eq!((file.modified_ns, file.bytes, file.read_ns), (1, 2, 3));
        assert!(store.running("acme", 10).expect("read").is_empty(), "nothing follows it");
    }

    #[test]
    fn damaged_measurements_are_named() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut store = StateStore::open(&dir.path().join("state.db")).expect("a store");
        let checkpoint = started(&mut store);
        store.connection.execute("UPDATE observed SET observations = '{'", []).expect("broken");
        let error = store.checkpoint(&checkpoint.brand).expect_err("it cannot be read");
        assert!(error.to_string().contains("the measurements of `acme`"), "{error}");
    }
}

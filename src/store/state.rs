//! The runs of all brands: checkpoints, journals, and the definitions they run on.
//!
//! Start reading at [`StateStore::open`], then `write.rs` for what a commit is and `read.rs` for
//! what can be asked.

mod census;
mod error;
mod lease;
mod look;
mod notices;
mod read;
mod retention;
mod schema;
mod sweep;
mod texts;
mod timers;
mod whole;
mod write;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior, types::FromSqlError};
use serde::de::{DeserializeOwned, Error as _};

use crate::failpoint;

pub use self::{
    census::Census,
    error::StoreError,
    lease::Lease,
    look::{Inspection, Orphans, Stray},
    notices::{NoticeMark, Told, Undelivered},
    read::{CachedFile, Row, Running, Standing},
    retention::{BATCH, Batch, Keep},
    sweep::Sweep,
    timers::{DueMark, DuePage, Mend},
    whole::{Text, Whole},
    write::{Committed, Texts},
};
use self::{
    error::Fault,
    schema::{APPLICATION_ID, VERSION, bring_up},
};
pub(super) use self::{
    schema::sorts,
    write::{instant, stamp},
};

/// How long a writer waits for another before it gives up.
const BUSY_MILLISECONDS: u64 = 10_000;

/// How long the log grows, in pages of 4 kB, before it is carried into the file: long enough that a
/// page which many commits change is carried over once.
const LOG_PAGES: u32 = 4_000;

/// The store of all brands' runs.
#[derive(Debug)]
pub struct StateStore {
    path: PathBuf,
    connection: Connection,
    /// The number under which this process leads, if it does.
    fence: Option<u64>,
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
        let mut store = Self { path: path.to_owned(), connection, fence: None };
        store.prepare().map_err(|error| error.unwrap_or_else(fail))?;
        Ok(store)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn prepare(&mut self) -> Result<(), Fault> {
        let connection = &self.connection;
        connection.busy_timeout(std::time::Duration::from_millis(BUSY_MILLISECONDS))?;
        connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        if self.known_version()? == VERSION {
            connection.pragma_update(None, "synchronous", "FULL")?;
            return Ok(());
        }
        // Must come before the first table, so that pruned rows can give their bytes back.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        failpoint::pass("schema.before");
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have made the tables while this one waited.
        let version: i64 =
            transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version < VERSION {
            bring_up(&transaction, version)?;
        }
        failpoint::pass("schema.written");
        transaction.commit()?;
        failpoint::pass("schema.after");
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
        if version > VERSION {
            let (found, known) = (version, VERSION);
            return Err(Fault::Store(StoreError::Newer { path: path(), found, known }));
        }
        Ok(version)
    }

    /// Writes in one short transaction; refused if this process led and leads no more.
    fn write<T>(
        &mut self,
        write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.write_under(self.fence, write)
    }

    fn write_under<T>(
        &mut self,
        fence: Option<u64>,
        write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let path = &self.path;
        let fail = |source| StoreError::Sqlite { path: path.clone(), source };
        failpoint::pass("write.before");
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fail)?;
        lease::check(&transaction, fence).map_err(|fault| fault.unwrap_or_else(fail))?;
        let written = write(&transaction).map_err(fail)?;
        failpoint::pass("write.written");
        transaction.commit().map_err(fail)?;
        failpoint::pass("write.after");
        Ok(written)
    }

    fn fail(&self, source: rusqlite::Error) -> StoreError {
        StoreError::Sqlite { path: self.path.clone(), source }
    }

    fn parse<T: DeserializeOwned>(
        &self,
        what: impl Fn() -> String,
        text: &str,
    ) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|source| self.damaged(what(), source))
    }

    /// What is held is not even text.
    fn unreadable(&self, what: String, error: &FromSqlError) -> StoreError {
        self.damaged(what, serde_json::Error::custom(error))
    }

    fn damaged(&self, what: String, source: serde_json::Error) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), what, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        definition::{SourceFile, load_workflow},
        engine::step,
        model::{Actor, BrandId, Checkpoint, Command, Digest, Observations, Verb},
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
        let texts = Texts::of(&begun);
        let fates = store.commit_page(&[(&begun, &texts)], &files, None).expect("written");
        assert_eq!(fates, [Committed::Yes]);
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
        let rows = store.checkpoints(None, "", 10).expect("read");
        let read: Vec<_> = rows.into_iter().map(|row| row.read.expect("it reads")).collect();
        assert_eq!(read, std::slice::from_ref(&checkpoint));
        let running = store.running(None, "", 10).expect("read");
        let [Row { read: Ok(running), .. }] = running.as_slice() else {
            panic!("one brand runs: {running:?}")
        };
        assert_eq!(running.checkpoint, checkpoint);
        assert_eq!(running.evidence_revision, 7);
        let file = running.file.as_ref().expect("it was remembered");
        assert_eq!((file.modified_ns, file.bytes, file.read_ns), (1, 2, 3));
        assert!(store.running(None, "acme", 10).expect("read").is_empty(), "nothing follows it");
    }

    #[test]
    fn what_sqlite_leaves_out_no_filter_lets_pass() {
        use crate::store::filter::{Filter, tests::any};
        use proptest::{strategy::Strategy, strategy::ValueTree, test_runner::TestRunner};

        let dir = tempfile::tempdir().expect("a folder");
        let mut store = StateStore::open(&dir.path().join("state.db")).expect("a store");
        let checkpoint = started(&mut store);
        let line = store.standing(&checkpoint.brand).expect("read");
        assert_eq!(line, Some(Standing::of(&checkpoint)));
        let copy = "INSERT INTO brand SELECT ?1, revision, ?2, ?3, workflow, definition, cycle, ?4,
                    since, ?5, 'answered,signed', waived, checkpoint, generation
                    FROM brand WHERE brand = 'acme'";
        for number in 0..60 {
            let of = |all: &[Option<&'static str>]| all[number % all.len()];
            let at = of(&[Some("2026-03-29T16:00:00.000Z"), Some("2026-04-02T09:00:00.777Z")]);
            let status = of(&[Some("running"), Some("paused"), Some("gold")]);
            let stage = of(&[Some("support"), Some("running"), None, Some("answered")]);
            let shut = of(&[Some("2026-03-29T20:00:00.000Z"), None, None, None, None]);
            let name = format!("b-{number}");
            store.connection.execute(copy, (name, at, status, stage, shut)).expect("copied");
        }
        let now = "2026-04-20T10:00:00Z".parse().expect("an instant");
        let passing = |filter: &Filter, narrowed: Option<&Filter>| -> Vec<Standing> {
            let lines = store.standings(narrowed, "", 100).expect("read");
            lines.into_iter().filter(|line| filter.lets_pass(line, now)).collect()
        };
        let (mut runner, mut passed) = (TestRunner::deterministic(), 0);
        for _ in 0..500 {
            let filter = any().new_tree(&mut runner).expect("a filter").current();
            let lines = passing(&filter, Some(&filter));
            assert_eq!(lines, passing(&filter, None), "{filter}");
            passed += lines.len();
        }
        assert!(passed > 0, "some line passes some filter");
    }

    #[test]
    fn a_conflict_takes_the_brands_later_steps_with_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut store = StateStore::open(&dir.path().join("state.db")).expect("a store");
        let begun = started(&mut store);
        let yaml = include_bytes!("../../workflows/engagement.yaml").to_vec();
        let workflow = load_workflow(&SourceFile::new("engagement.yaml", yaml)).expect("right");
        let now = "2026-03-02T10:00:00Z".parse().expect("an instant");
        let seen = Observations::default();
        let decide = |from: &Checkpoint, verb, who| {
            let command = Command::new(verb, Actor::new(who));
            step(&workflow, from, &seen, &command, now).expect("it can be done")
        };
        let faster = decide(&begun, Verb::Pause, "Ada");
        assert_eq!(store.commit(&[&faster]).expect("written"), [Committed::Yes]);

        // The second of these happens to fit onto what the faster process left.
        let paused = decide(&begun, Verb::Pause, "Bob");
        let resumed = decide(&paused.checkpoint, Verb::Resume, "Bob");
        let fates = store.commit(&[&paused, &resumed]).expect("answered");
        assert_eq!(fates, [Committed::Conflict, Committed::Conflict]);
        assert_eq!(store.checkpoint(&begun.brand).expect("read"), faster.checkpoint);
        assert_eq!(store.journal(&begun.brand).expect("read").len(), 2);
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

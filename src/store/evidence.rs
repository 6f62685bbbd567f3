//! The facts of one brand on disk: one SQLite file a brand.
//!
//! Start reading at [`EvidenceStore::import`]. `write` has the upserts, `read` the way back; `people`
//! has the layers of everybody who follows or did something, `crowd` their way back, one at a time.
//!
//! # Always true
//!
//! - An import is one transaction: all of it is there, or nothing.
//! - Importing the same export twice writes no row.
//! - `revision` grows by one when facts changed, and never otherwise.
//! - Newer exports overwrite, older ones only fill in what nobody told yet; so the order of
//!   imports does not matter, except between exports that are exactly as new as each other.
//! - A follower is gone if and only if a complete list newer than their last sight does not show
//!   them. `left_at` is the oldest such list; it is stored nowhere, and follows from the lists.
//!
//! # Why a rollback journal
//!
//! One file holds everything about a brand, at rest and at all times between commits: it can be
//! copied, moved to a read-only disk and erased as one. Imports are rare, long and one at a time;
//! the short reads between them do not need the concurrency that WAL buys with two more files.

mod copy;
mod crowd;
mod error;
mod forget;
mod house;
mod people;
mod read;
mod ruling;
mod schema;
mod words;
mod write;

use std::{
    borrow::Cow,
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use serde::{Deserialize, Serialize};

pub use self::{
    crowd::Everybody,
    error::EvidenceError,
    forget::{Forgotten, Order},
    schema::VERSION as SCHEMA_VERSION,
};
use crate::evidence::{
    erasure::{Erasure, handle_key},
    facts::{Facts, PersonId},
    pseudonym::Pseudonyms,
    somebody::{Crowd, Following, Micros},
    sources::{Export, Receipt},
    target::bio::Sought,
};
use crate::{failpoint, model::KeepWords};

/// Marks a file as ours: "5evd".
const APPLICATION_ID: i64 = 0x3565_7664;
/// How long to wait for another process that imports.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How far the clock of whoever made an export may run ahead of ours, in hours.
const CLOCK_SLACK_HOURS: i64 = 24;

/// How many facts of each family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Profiles of own accounts.
    pub profiles: u64,
    /// People.
    pub people: u64,
    /// Follows.
    pub follows: u64,
    /// Follow requests.
    pub requests: u64,
    /// Posts.
    pub posts: u64,
    /// Interactions.
    pub interactions: u64,
    /// Posts with numbers of the platform.
    #[serde(default)]
    pub post_totals: u64,
    /// Numbers of own accounts.
    #[serde(default)]
    pub account_totals: u64,
}

impl Counts {
    /// All families together.
    pub fn total(&self) -> u64 {
        let dated = self.requests + self.posts + self.interactions;
        let counted = self.post_totals + self.account_totals;
        self.profiles + self.people + self.follows + dated + counted
    }
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// The revision of the facts after it.
    pub revision: u64,
    /// Whether any fact changed.
    pub changed: bool,
    /// Facts that were not there before.
    pub added: Counts,
    /// Facts that were there and are different now.
    pub updated: Counts,
    /// People who are marked as gone now and were not before.
    pub left: u64,
    /// People who were marked as gone and are there again.
    pub returned: u64,
}

/// A receipt as it was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReceipt {
    /// When the export was imported, UTC.
    pub at: DateTime<Utc>,
    /// What became of its rows.
    pub receipt: Receipt,
}

/// The evidence file of one brand.
#[derive(Debug)]
pub struct EvidenceStore {
    connection: Connection,
    path: PathBuf,
    /// Whether it was opened for reading.
    reads_only: bool,
    keep_words: KeepWords,
    /// The words that are kept of descriptions; absent if none is.
    sought: Option<Sought>,
}

impl EvidenceStore {
    /// Opens the file at `path` for reading and writing; makes it, and its folder, if needed.
    ///
    /// # Errors
    ///
    /// [`EvidenceError`] if the file is not ours, newer than this program, damaged, or may not be
    /// written. The file is not touched then.
    pub fn open(path: &Path) -> Result<Self, EvidenceError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|source| EvidenceError::folder(folder, source))?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut store = Self::connect(path, flags)?;
        if store.wrap(store.connection.is_readonly("main"))? {
            return Err(EvidenceError::ReadOnly { path: store.place() });
        }
        if store.is_empty()? {
            // Has to be said before the first table: it lets `gc` give bytes back.
            store.wrap(store.connection.pragma_update(None, "auto_vacuum", "INCREMENTAL"))?;
            store.bring_up(0)?;
        }
        store.check()?;
        Ok(store)
    }

    /// Opens the file at `path` for reading; `None` if there is none yet.
    ///
    /// # Errors
    ///
    /// As [`EvidenceStore::open`], but a file that may not be written is fine.
    pub fn open_existing_read_only(path: &Path) -> Result<Option<Self>, EvidenceError> {
        match fs::metadata(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(EvidenceError::folder(path, source)),
            Ok(_) => {}
        }
        // Opened for writing, where that is allowed, because an import that was killed leaves a
        // journal behind, which the next to open the file has to play back.
        let mut store = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if store.is_empty()? {
            return Ok(None);
        }
        store.check()?;
        store.wrap(store.connection.pragma_update(None, "query_only", true))?;
        store.reads_only = true;
        Ok(Some(store))
    }

    /// The same, keeping these words from now on; without it, the brand's own.
    pub fn keeping(self, keep_words: KeepWords) -> Self {
        Self { keep_words, ..self }
    }

    /// The same, keeping these words of descriptions; without it, none.
    pub fn seeking(self, sought: Option<Sought>) -> Self {
        Self { sought, ..self }
    }

    /// Brings an export in, in one transaction. Words that are to be kept no longer go with it.
    ///
    /// - `at`: now, UTC; kept with the receipt.
    ///
    /// # Errors
    ///
    /// [`EvidenceError::FromTheFuture`] if the export is more than a day newer than `at`, and
    /// whatever the disk says. Nothing is changed then.
    pub fn import(
        &mut self,
        export: &Export,
        at: DateTime<Utc>,
    ) -> Result<Imported, EvidenceError> {
        let as_of = export.facts.as_of.unwrap_or(DateTime::UNIX_EPOCH);
        if as_of > at + chrono::Duration::hours(CLOCK_SLACK_HOURS) {
            return Err(EvidenceError::FromTheFuture { as_of, at });
        }
        let place = self.place();
        let names = self.pseudonyms()?;
        failpoint::pass("import.before");
        let work = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = work.map_err(|error| EvidenceError::sqlite(&place, error))?;
        let marks = Self::marks(&transaction);
        let marks = marks.map_err(|error| EvidenceError::sqlite(&place, error))?;
        let gone = forgotten_in(export, &names, &marks);
        let gone = gone.map_err(|source| EvidenceError::folder(&self.path, source))?;
        let export = without(export, &gone);
        // An error on the way drops the transaction, and that takes everything back.
        let kept =
            write::Kept { words: self.keep_words, sought: self.sought.as_ref(), names: &names };
        let imported = write::import(&transaction, &place, &export, &gone, kept, (as_of, at))?;
        let taken_out = words::take_out(&transaction, self.keep_words);
        let taken_out = taken_out.map_err(|error| EvidenceError::sqlite(&place, error))?;
        failpoint::pass("import.written");
        transaction.commit().map_err(|error| EvidenceError::sqlite(&place, error))?;
        failpoint::pass("import.after");
        if taken_out > 0 {
            // The file is written anew, so that no page keeps what slack it had.
            self.wrap(self.connection.execute_batch("VACUUM"))?;
        }
        Ok(imported)
    }

    /// Everything known, each family in order of its key.
    ///
    /// # Errors
    ///
    /// [`EvidenceError::Damaged`] if a row does not hold what this program wrote.
    pub fn facts(&self) -> Result<Facts, EvidenceError> {
        self.whole(None)
    }

    /// Everything that was known at an earlier revision, as far as it is kept: what stood in a row
    /// before it changed, but not when a follower had been seen last.
    ///
    /// # Errors
    ///
    /// As [`EvidenceStore::facts`].
    ///
    /// # Source
    ///
    /// What is kept, and what is not: `docs/design/0017-what-was-known.md`.
    pub fn facts_at(&self, revision: u64) -> Result<Facts, EvidenceError> {
        self.whole(Some(revision))
    }

    /// Everything known but people, follows and interactions, which [`EvidenceStore::everybody`]
    /// shows.
    ///
    /// - `revision`: what was known at an earlier one; absent for now.
    ///
    /// # Errors
    ///
    /// As [`EvidenceStore::facts`].
    pub fn background(&self, revision: Option<u64>) -> Result<Facts, EvidenceError> {
        self.snapshot(|| read::background(&self.connection, &self.place(), revision, None))
    }

    /// The same, without those posts of others that no measure looks at: neither of the stretch that is
    /// measured nor answered in it. So its memory does not grow with what others ever wrote.
    ///
    /// - `since`: where the stretch begins, given how new the evidence is, UTC.
    ///
    /// # Errors
    ///
    /// As [`EvidenceStore::facts`].
    pub fn measured(
        &self,
        revision: Option<u64>,
        since: &dyn Fn(DateTime<Utc>) -> DateTime<Utc>,
    ) -> Result<Facts, EvidenceError> {
        let place = self.place();
        self.snapshot(|| read::background(&self.connection, &place, revision, Some(since)))
    }

    /// What the brand shows of itself: its profiles, its own posts after a moment, and the oldest of
    /// them all. Nothing of anybody else, so its memory does not grow with them.
    ///
    /// - `revision`: what was known at an earlier one; absent for now.
    /// - `since`: the moment, given how new the evidence is, UTC.
    ///
    /// # Errors
    ///
    /// As [`EvidenceStore::facts`].
    pub fn own(
        &self,
        revision: Option<u64>,
        since: impl FnOnce(DateTime<Utc>) -> DateTime<Utc>,
    ) -> Result<Facts, EvidenceError> {
        self.snapshot(|| read::own(&self.connection, &self.place(), revision, since))
    }

    /// People with what they follow and did, one after another.
    ///
    /// - `revision`: as they were known at an earlier one; absent for now.
    pub fn everybody(&self, revision: Option<u64>) -> Everybody<'_> {
        Everybody::of(self, revision)
    }

    /// What a person is called on the platform now, if that is known.
    ///
    /// # Errors
    ///
    /// As [`EvidenceStore::facts`].
    pub fn handle(&self, person: &PersonId) -> Result<Option<String>, EvidenceError> {
        Ok(self.everybody(None).one(person)?.handle().map(str::to_owned))
    }

    /// The newest revision that had come by `at`, UTC; 0 if none had.
    ///
    /// # Errors
    ///
    /// As [`EvidenceStore::facts`].
    pub fn revision_at(&self, at: DateTime<Utc>) -> Result<u64, EvidenceError> {
        self.wrap(read::revision_at(&self.connection, at))
    }

    /// The receipts of all imports, oldest first.
    ///
    /// # Errors
    ///
    /// As [`EvidenceStore::facts`].
    pub fn receipts(&self) -> Result<Vec<StoredReceipt>, EvidenceError> {
        read::receipts(&self.connection, &self.place(), None)
    }

    /// What people of this file are called where they are not named.
    ///
    /// # Errors
    ///
    /// As [`EvidenceStore::facts`].
    pub fn pseudonyms(&self) -> Result<Pseudonyms, EvidenceError> {
        let key = self.wrap(
            self.connection
                .query_row("SELECT key FROM secret", [], |row| row.get::<_, [u8; 32]>(0)),
        )?;
        Ok(Pseudonyms::new(key))
    }

    /// How many followers of `account` were seen before `moment` and are not known to be gone.
    ///
    /// # Errors
    ///
    /// [`EvidenceError`] if the file cannot be read.
    pub fn followers_before(
        &self,
        account: &PersonId,
        moment: DateTime<Utc>,
    ) -> Result<u64, EvidenceError> {
        let (moment, mut count) = (Micros::from(moment), 0);
        self.everybody(None).each(&mut |one| {
            let theirs = |row: &&Following| one.account(row.account) == account;
            let known = one.follows.iter().find(theirs);
            let there = known.is_some_and(|row| row.left_at.is_none() && row.seen_at < moment);
            count += u64::from(there);
        })?;
        Ok(count)
    }

    /// How often the facts changed.
    ///
    /// # Errors
    ///
    /// As [`EvidenceStore::facts`].
    pub fn revision(&self) -> Result<u64, EvidenceError> {
        self.wrap(read::revision(&self.connection))
    }

    /// The background with everybody in it.
    fn whole(&self, revision: Option<u64>) -> Result<Facts, EvidenceError> {
        self.snapshot(|| {
            let mut facts = self.background(revision)?;
            self.everybody(revision).each(&mut |one| facts.add(one))?;
            Ok(facts)
        })
    }

    /// Reads several tables as they stand at one moment, whoever imports meanwhile.
    ///
    /// # Errors
    ///
    /// Those of `read`, and [`EvidenceError`] if the file cannot be read.
    pub fn snapshot<T, E: From<EvidenceError>>(
        &self,
        read: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        if !self.connection.is_autocommit() {
            // The moment is held already.
            return read();
        }
        let work = self.wrap(self.connection.unchecked_transaction())?;
        let found = read()?;
        self.wrap(work.commit())?;
        Ok(found)
    }

    /// Another reader of the moment that this one holds; `None` if there can be none now.
    fn again(&self) -> Option<Self> {
        let other = Self::connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
        let hold = "PRAGMA busy_timeout = 0; PRAGMA cache_size = -4096; PRAGMA query_only = 1;
                    BEGIN; SELECT count(*) FROM layer";
        other.connection.execute_batch(hold).ok()?;
        Some(other)
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, EvidenceError> {
        let place = path.display().to_string();
        let open = || {
            // A connection is never shared between threads, so SQLite need not lock it.
            let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(path, flags)?;
            connection.busy_timeout(BUSY_TIMEOUT)?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            // 64 MiB: an import of a million rows stays in memory until its commit. Who reads goes
            // through the file once.
            let reads_only = flags.contains(OpenFlags::SQLITE_OPEN_READ_ONLY);
            connection.pragma_update(
                None,
                "cache_size",
                if reads_only { -8_192 } else { -65_536 },
            )?;
            Ok(connection)
        };
        let connection = open().map_err(|error| EvidenceError::sqlite(&place, error))?;
        Ok(Self {
            connection,
            path: path.to_owned(),
            reads_only: false,
            keep_words: KeepWords::default(),
            sought: None,
        })
    }

    /// Whether the file holds nothing yet: it is empty, or who made it died before its first table.
    fn is_empty(&self) -> Result<bool, EvidenceError> {
        let marked = self.pragma("application_id")? != 0 || self.pragma("user_version")? != 0;
        let tables = "SELECT count(*) FROM sqlite_schema";
        let tables: i64 = self.wrap(self.connection.query_row(tables, [], |row| row.get(0)))?;
        Ok(!marked && tables == 0)
    }

    /// Brings a file of an older version to ours, in one transaction. Another process may have
    /// been quicker.
    fn bring_up(&mut self, found: i64) -> Result<(), EvidenceError> {
        let place = self.place();
        let make = |connection: &mut Connection| {
            failpoint::pass("facts.before");
            let work = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let version: i64 = work.pragma_query_value(None, "user_version", |row| row.get(0))?;
            if version == found {
                schema::bring_up(&work, version)?;
                work.pragma_update(None, "application_id", APPLICATION_ID)?;
            }
            failpoint::pass("facts.written");
            work.commit()?;
            failpoint::pass("facts.after");
            Ok(())
        };
        make(&mut self.connection).map_err(|error| EvidenceError::sqlite(&place, error))
    }

    /// Whether the file is ours and of a version we know; an older one is brought up.
    fn check(&mut self) -> Result<(), EvidenceError> {
        if self.pragma("application_id")? != APPLICATION_ID {
            return Err(EvidenceError::Foreign { path: self.place() });
        }
        match self.pragma("user_version")? {
            SCHEMA_VERSION => Ok(()),
            found if (1..SCHEMA_VERSION).contains(&found) => self.bring_up(found),
            found if found > SCHEMA_VERSION => {
                Err(EvidenceError::Newer { path: self.place(), found, known: SCHEMA_VERSION })
            }
            found => Err(EvidenceError::Damaged {
                path: self.place(),
                problem: format!("its version is {found}, which never existed"),
            }),
        }
    }

    fn pragma(&self, name: &str) -> Result<i64, EvidenceError> {
        self.wrap(self.connection.pragma_query_value(None, name, |row| row.get(0)))
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn wrap<T>(&self, result: rusqlite::Result<T>) -> Result<T, EvidenceError> {
        result.map_err(|error| EvidenceError::sqlite(&self.place(), error))
    }
}

/// Those in an export who were forgotten.
fn forgotten_in(
    export: &Export,
    names: &Pseudonyms,
    marks: &BTreeSet<String>,
) -> io::Result<Erasure> {
    if marks.is_empty() {
        return Ok(Erasure::default());
    }
    let mut gone = Erasure::of_marked(&export.facts, names, marks);
    if let Some(pages) = &export.pages {
        pages.each(&mut |page| {
            let more = Erasure::of_marked(&page, names, marks);
            if !more.is_empty() {
                gone = std::mem::take(&mut gone).join(more);
            }
            Ok::<(), io::Error>(())
        })?;
    }
    let Some(crowd) = &export.crowd else { return Ok(gone) };
    let marked = |text: &str| marks.contains(&names.mark(text));
    let (mut ids, mut handles) = (BTreeSet::new(), BTreeSet::new());
    crowd.each(&mut |record| {
        let known: Vec<&str> = record.handles().collect();
        if marked(&record.id) || known.iter().any(|handle| marked(&handle_key(handle))) {
            ids.insert(PersonId::stored(record.id.as_str()));
            handles.extend(known.into_iter().map(str::to_owned));
        }
    })?;
    Ok(gone.and(ids, handles))
}

/// The export without these people; those of its crowd and on its pages are left out on the way into the store.
fn without<'e>(export: &'e Export, gone: &Erasure) -> Cow<'e, Export> {
    if gone.is_empty() {
        return Cow::Borrowed(export);
    }
    let mut export = export.clone();
    gone.clean(&mut export.facts);
    export.receipt.scrub(|words| gone.scrub(words));
    Cow::Owned(export)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        evidence::{
            facts::{Person, PersonId},
            sources::receipt::digest_of,
        },
        model::SourceKind,
    };

    /// An export of so many people.
    fn export(people: usize) -> Export {
        let (kind, account) = (SourceKind::BlueskyApi, "@acme.example".to_owned());
        let person = |number: usize| Person {
            name: Some("x".repeat(100)),
            ..Person::new(
                PersonId::stored(format!("bluesky:did:plc:{number:09}")),
                format!("@{number}.example"),
            )
        };
        let receipt = Receipt {
            spans: Default::default(),
            kind,
            account: account.clone(),
            as_of: None,
            files: Vec::new(),
            carried: Default::default(),
            compared: Vec::new(),
            notes: Vec::new(),
            digest: digest_of(&[]),
        };
        let facts = Facts { people: (0..people).map(person).collect(), ..Default::default() };
        Export {
            kind,
            account,
            facts,
            crowd: None,
            pages: None,
            followers_complete: Vec::new(),
            receipt,
        }
    }

    #[test]
    fn a_full_disk_keeps_nothing_of_the_import() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let mut store = EvidenceStore::open(&folder.path().join("a.db")).expect("a store");
        let now = DateTime::UNIX_EPOCH;
        store.import(&export(10), now).expect("room for ten");
        let before = store.facts().expect("facts");
        // The database says "full" at this many pages, as it does when the disk says so.
        let pages = store.pragma("page_count").expect("a count") + 20;
        store.connection.pragma_update(None, "max_page_count", pages).expect("a limit");

        let error = store.import(&export(10_000), now).expect_err("no room for so many");
        assert!(matches!(error, EvidenceError::Full { .. }), "{error}");
        assert_eq!(store.facts().expect("facts"), before);
        assert_eq!(store.revision().expect("a revision"), 1);
        store.import(&export(20), now).expect("room for twenty");
        assert_eq!(store.facts().expect("facts").people.len(), 20);
    }

    #[test]
    fn a_value_that_nobody_wrote_is_named() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let store = EvidenceStore::open(&folder.path().join("a.db")).expect("a store");
        let row = "INSERT INTO request VALUES ('a', 'b', NULL, 'perhaps', 0, 1)";
        store.connection.execute(row, []).expect("a row");
        let error = store.facts().expect_err("an unknown state");
        assert!(
            matches!(&error, EvidenceError::Damaged { problem, .. } if problem.contains("state"))
        );
    }
}

//! People out of their tables, one after another.
//!
//! ```text
//! layers, and whom we follow: each in the order of people ──► merged ──► Record ──► Somebody
//! ```
//!
//! Start reading at [`Everybody::each`]. It is the one way in which people are read.
//!
//! # Always true
//!
//! - Only one person is in memory, however many there are.
//! - All rows are of one moment: another process that imports is not seen half-way.

use rusqlite::{Rows as Cursor, Statement, fallible_streaming_iterator::FallibleStreamingIterator};

use super::{
    EvidenceError, EvidenceStore, people,
    read::{self, Rows},
};
use crate::evidence::{
    accounts::Accounts,
    facts::PersonId,
    layers::{Record, record::Followed},
    somebody::{Crowd, Somebody},
};

/// Everybody in an evidence file, now or at an earlier revision.
#[derive(Debug)]
pub struct Everybody<'s> {
    store: &'s EvidenceStore,
    revision: Option<u64>,
}

impl<'s> Everybody<'s> {
    pub(super) fn of(store: &'s EvidenceStore, revision: Option<u64>) -> Self {
        Self { store, revision }
    }

    fn rows(&self) -> Rows<'s> {
        Rows { connection: &self.store.connection, at: self.revision }
    }

    /// Merges the layers with the accounts that we follow.
    fn merge(&self, see: &mut dyn FnMut(&Somebody)) -> rusqlite::Result<()> {
        let rows = self.rows();
        let (mut somebody, mut record) = (Somebody::default(), Record::default());
        let times = people::times(rows.connection, self.revision, &mut somebody.accounts)?;
        let mut layers = people::open(rows.connection, &mut somebody.accounts)?;
        let mut follows = rows.connection.prepare(&rows.select("follow", "follower, followed"))?;
        let mut follows = Follows::read(&mut follows)?;
        let mut id = String::new();
        loop {
            let heads = [layers.peek(), follows.head()?];
            let Some(first) = heads.into_iter().flatten().min() else { return Ok(()) };
            id.clear();
            id.push_str(first);
            layers.only(&id, &mut record, &mut somebody.accounts)?;
            follows.take(&id, &mut record, &mut somebody.accounts)?;
            if record.fold(&times, &mut somebody) {
                see(&somebody);
            }
        }
    }

    /// Looks up one person.
    fn look_up(&self, id: &str) -> rusqlite::Result<Somebody> {
        let rows = self.rows();
        let (mut somebody, mut record) = (Somebody::default(), Record::default());
        let times = people::times(rows.connection, self.revision, &mut somebody.accounts)?;
        let mut layers = people::open(rows.connection, &mut somebody.accounts)?;
        let mut follows = rows.connection.prepare(&rows.select("follow", "follower, followed"))?;
        let mut follows = Follows::read(&mut follows)?;
        layers.only(id, &mut record, &mut somebody.accounts)?;
        // We follow few: reading past the others costs less than a statement of its own.
        while follows.head()?.is_some_and(|who| who < id) {
            follows.rows.advance()?;
        }
        follows.take(id, &mut record, &mut somebody.accounts)?;
        record.fold(&times, &mut somebody);
        Ok(somebody)
    }
}

impl Crowd for Everybody<'_> {
    type Error = EvidenceError;

    fn each(&self, see: &mut dyn FnMut(&Somebody)) -> Result<(), EvidenceError> {
        self.store
            .snapshot(|| self.merge(see).map_err(|error| read::bad_row(&self.store.place(), error)))
    }

    fn one(&self, id: &PersonId) -> Result<Somebody, EvidenceError> {
        let found = self.look_up(id.as_str());
        found.map_err(|error| read::bad_row(&self.store.place(), error))
    }

    /// The accounts with a profile: an import addresses every deed to the account it is of, and
    /// keeps that account's profile.
    fn addressed(&self) -> Result<Vec<PersonId>, EvidenceError> {
        let sql = "SELECT DISTINCT account FROM profile";
        let find = || {
            let mut found = self.store.connection.prepare(sql)?;
            let ids =
                found.query_map([], |row| row.get(0).map(|id: String| PersonId::stored(id)))?;
            ids.collect()
        };
        self.store.wrap(find())
    }
}

/// Whom we follow, in the order of our accounts.
struct Follows<'s> {
    rows: Cursor<'s>,
    /// The column that says who follows.
    who: usize,
    /// Those that say whom, since when, and when it was seen first and last.
    columns: [usize; 4],
}

impl<'s> Follows<'s> {
    fn read(follows: &'s mut Statement<'_>) -> rusqlite::Result<Self> {
        let columns = ["follower", "followed", "since", "first_seen_at", "seen_at"];
        let [who, followed, since, first, last] = columns.map(|name| follows.column_index(name));
        let (who, columns) = (who?, [followed?, since?, first?, last?]);
        let mut follows = Self { rows: follows.query([])?, who, columns };
        follows.rows.advance()?;
        Ok(follows)
    }

    /// Adds to `record` whom `id` follows, if the next rows say so.
    fn take(
        &mut self,
        id: &str,
        record: &mut Record,
        accounts: &mut Accounts,
    ) -> rusqlite::Result<()> {
        while let Some(row) = self.of_person(id)? {
            record.follows.push(follow(row, &self.columns, accounts)?);
            self.rows.advance()?;
        }
        Ok(())
    }

    /// Who the next row is about.
    fn head(&self) -> rusqlite::Result<Option<&str>> {
        self.rows.get().map(|row| read::text(row, self.who)).transpose()
    }

    /// The next row, if it is about `id`.
    fn of_person(&self, id: &str) -> rusqlite::Result<Option<&rusqlite::Row<'s>>> {
        Ok(if self.head()? == Some(id) { self.rows.get() } else { None })
    }
}

fn follow(
    row: &rusqlite::Row<'_>,
    [followed, since, first, last]: &[usize; 4],
    accounts: &mut Accounts,
) -> rusqlite::Result<Followed> {
    Ok(Followed {
        // The rows are those of the revision already.
        known: 0,
        account: accounts.place(read::text(row, *followed)?),
        since: read::maybe_moment(row, *since)?,
        first_seen_at: read::moment(row, *first)?,
        seen_at: read::moment(row, *last)?,
    })
}

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

use rusqlite::{Rows as Cursor, fallible_streaming_iterator::FallibleStreamingIterator};

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

    /// Merges the layers with the accounts that we follow.
    fn merge(&self, see: &mut dyn FnMut(&Somebody)) -> rusqlite::Result<()> {
        let rows = Rows { connection: &self.store.connection, at: self.revision };
        let (mut somebody, mut record) = (Somebody::default(), Record::default());
        let times = people::times(rows.connection, self.revision, &mut somebody.accounts)?;
        let mut layers = people::open(rows.connection, &mut somebody.accounts)?;
        let mut follows = rows.connection.prepare(&rows.select("follow", "follower, followed"))?;
        let columns = ["follower", "followed", "since", "first_seen_at", "seen_at"];
        let columns = columns.map(|name| follows.column_index(name));
        let [who, followed, since, first, last] = columns;
        let columns = [followed?, since?, first?, last?];
        let mut follows = Follows { rows: follows.query([])?, who: who? };
        follows.rows.advance()?;
        let mut id = String::new();
        loop {
            let heads = [layers.peek(), follows.head()?];
            let Some(first) = heads.into_iter().flatten().min() else { return Ok(()) };
            id.clear();
            id.push_str(first);
            layers.only(&id, &mut record, &mut somebody.accounts)?;
            while let Some(row) = follows.of_person(&id)? {
                record.follows.push(follow(row, &columns, &mut somebody.accounts)?);
                follows.rows.advance()?;
            }
            if record.fold(&times, &mut somebody) {
                see(&somebody);
            }
        }
    }

    /// One person alone; empty if nothing is known of them.
    pub(super) fn one(&self, id: &str) -> rusqlite::Result<Somebody> {
        let connection = &self.store.connection;
        let (mut somebody, mut record) = (Somebody::default(), Record::default());
        let times = people::times(connection, self.revision, &mut somebody.accounts)?;
        let mut layers = people::open(connection, &mut somebody.accounts)?;
        layers.only(id, &mut record, &mut somebody.accounts)?;
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
}

impl<'s> Follows<'s> {
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

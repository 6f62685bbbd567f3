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
//! - Only one person a core is in memory, however many there are.
//! - All rows are of one moment: another process that imports is not seen half-way.

use std::thread;

use rusqlite::{Rows as Cursor, Statement, fallible_streaming_iterator::FallibleStreamingIterator};

use super::{
    EvidenceError, EvidenceStore, people,
    read::{self, Rows},
};
use crate::evidence::{
    accounts::Accounts,
    facts::PersonId,
    layers::{Record, record::Followed},
    somebody::{Crowd, Somebody, Stretch},
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
    fn merge(&self, stretch: &Stretch, see: &mut dyn FnMut(&Somebody)) -> rusqlite::Result<()> {
        let rows = self.rows();
        let (mut somebody, mut record) = (Somebody::default(), Record::default());
        let times = people::times(rows.connection, self.revision, &mut somebody.accounts)?;
        let mut layers = people::open(rows.connection, &mut somebody.accounts)?;
        let mut follows = rows.connection.prepare(&rows.select("follow", "follower, followed"))?;
        let mut follows = Follows::read(&mut follows)?;
        let mut id = String::new();
        if let Some(from) = &stretch.from {
            layers.seek(from, &mut somebody.accounts)?;
            follows.pass(from)?;
        }
        loop {
            let heads = [layers.peek(), follows.head()?];
            let next = heads.into_iter().flatten().min().filter(|id| !stretch.ends_before(id));
            let Some(first) = next else { return Ok(()) };
            id.clear();
            id.push_str(first);
            layers.only(&id, &mut record, &mut somebody.accounts)?;
            follows.take(&id, &mut record, &mut somebody.accounts)?;
            if record.fold(&times, &mut somebody) {
                see(&somebody);
            }
        }
    }

    /// Shows the people of one stretch; the caller holds the moment.
    fn stretch(
        &self,
        stretch: &Stretch,
        see: &mut dyn FnMut(&Somebody),
    ) -> Result<(), EvidenceError> {
        self.merge(stretch, see).map_err(|error| read::bad_row(&self.store.place(), error))
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
        follows.pass(id)?;
        follows.take(id, &mut record, &mut somebody.accounts)?;
        record.fold(&times, &mut somebody);
        Ok(somebody)
    }
}

impl Crowd for Everybody<'_> {
    type Error = EvidenceError;

    fn each(&self, see: &mut dyn FnMut(&Somebody)) -> Result<(), EvidenceError> {
        self.store.snapshot(|| self.stretch(&Stretch::default(), see))
    }

    /// Each core takes a stretch. As long as the first reader holds the file, nobody can commit to
    /// it, so the others see the same moment.
    fn side_by_side<T: Send>(
        &self,
        begin: &(dyn Fn(&Stretch) -> T + Sync),
        see: &(dyn Fn(&mut T, &Somebody) + Sync),
    ) -> Result<Vec<T>, EvidenceError> {
        self.store.snapshot(|| {
            let cores = thread::available_parallelism().map_or(1, usize::from);
            let mut borders = self.store.wrap(people::borders(&self.store.connection, cores))?;
            let others: Vec<EvidenceStore> =
                borders.iter().map_while(|_| self.store.again()).collect();
            // Where no more readers can be had, those there are take more.
            borders.truncate(others.len());
            let stretches = Stretch::between(borders);
            let revision = self.revision;
            let look = |store: &EvidenceStore, stretch: &Stretch| {
                let mut looker = begin(stretch);
                let all = Everybody::of(store, revision);
                all.stretch(stretch, &mut |somebody| see(&mut looker, somebody))?;
                Ok(looker)
            };
            thread::scope(|scope| {
                let look = &look;
                let work = stretches.iter().skip(1).zip(others);
                let others: Vec<_> = work
                    .map(|(stretch, store)| scope.spawn(move || look(&store, stretch)))
                    .collect();
                let first = look(self.store, &stretches[0]);
                let others = others.into_iter().map(|other| match other.join() {
                    Ok(found) => found,
                    Err(panic) => std::panic::resume_unwind(panic),
                });
                std::iter::once(first).chain(others).collect()
            })
        })
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

    /// Goes on to `id` or whoever comes after it. We follow few: reading past the others costs less than a
    /// statement of its own.
    fn pass(&mut self, id: &str) -> rusqlite::Result<()> {
        while self.head()?.is_some_and(|who| who < id) {
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

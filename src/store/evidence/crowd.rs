//! People out of their tables, one after another.
//!
//! ```text
//! person, follow, interaction: each in the order of people ──► merged ──► Somebody
//! ```
//!
//! Start reading at [`Everybody::each`]. It is the one way in which these rows are read.
//!
//! # Always true
//!
//! - Only one person is in memory, however many there are.
//! - All rows are of one moment: another process that imports is not seen half-way.

use rusqlite::{
    Rows as Cursor, fallible_streaming_iterator::FallibleStreamingIterator, types::ValueRef,
};

use super::{
    EvidenceError, EvidenceStore,
    read::{self, Rows},
};
use crate::evidence::{
    facts::{PersonId, Traits},
    somebody::{Crowd, Deed, Following, Somebody},
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

    /// Merges the three tables.
    fn merge(&self, see: &mut dyn FnMut(&Somebody)) -> rusqlite::Result<()> {
        let rows = Rows { connection: &self.store.connection, at: self.revision };
        let mut people = rows.connection.prepare(&rows.select("person", "id"))?;
        let mut follows = rows.connection.prepare(&rows.select("follow", "follower, followed"))?;
        let mut deeds =
            rows.connection.prepare(&rows.select("interaction", "actor, act, object"))?;
        let person_columns = columns(&people, &PERSON)?;
        let mut people = Table::of(people.query([])?, "id")?;
        let follow_columns =
            columns(&follows, &["followed", "since", "first_seen_at", "seen_at", "left_at"])?;
        let mut follows = Table::of(follows.query([])?, "follower")?;
        let deed_columns = columns(&deeds, &["act", "account", "at", "object"])?;
        let mut deeds = Table::of(deeds.query([])?, "actor")?;
        let (mut somebody, mut id) = (Somebody::default(), String::new());
        loop {
            let heads = [people.head()?, follows.head()?, deeds.head()?];
            let Some(first) = heads.into_iter().flatten().min() else { return Ok(()) };
            id.clear();
            id.push_str(first);
            somebody.begin(&id);
            while let Some(row) = people.of_person(&id)? {
                describe(row, &person_columns, &mut somebody)?;
                people.advance()?;
            }
            while let Some(row) = follows.of_person(&id)? {
                follow(row, &follow_columns, &mut somebody)?;
                follows.advance()?;
            }
            while let Some(row) = deeds.of_person(&id)? {
                deed(row, &deed_columns, &mut somebody)?;
                deeds.advance()?;
            }
            see(&somebody);
        }
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

/// The rows of one table in the order of people.
struct Table<'s> {
    rows: Cursor<'s>,
    /// The column that says who.
    who: usize,
}

impl<'s> Table<'s> {
    fn of(mut rows: Cursor<'s>, who: &str) -> rusqlite::Result<Self> {
        let statement = rows.as_ref().ok_or(rusqlite::Error::InvalidQuery)?;
        let who = statement.column_index(who)?;
        rows.advance()?;
        Ok(Self { rows, who })
    }

    fn advance(&mut self) -> rusqlite::Result<()> {
        self.rows.advance()
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

/// Where the columns of these names stand.
fn columns<const N: usize>(
    statement: &rusqlite::Statement<'_>,
    names: &[&str; N],
) -> rusqlite::Result<[usize; N]> {
    let mut places = [0; N];
    for (place, name) in places.iter_mut().zip(names) {
        *place = statement.column_index(name)?;
    }
    Ok(places)
}

/// What [`describe`] reads.
const PERSON: [&str; 9] = [
    "handle",
    "name",
    "created",
    "last_post",
    "followers",
    "follows",
    "posts",
    "bio_filled",
    "bot",
];

fn describe(
    row: &rusqlite::Row<'_>,
    [handle, name, created, last_post, followers, follows, posts, bio_filled, bot]: &[usize; 9],
    somebody: &mut Somebody,
) -> rusqlite::Result<()> {
    let name = match row.get_ref(*name)? {
        ValueRef::Null => None,
        _ => Some(read::text(row, *name)?),
    };
    let traits = Traits {
        created: read::maybe_time(row, *created)?,
        last_post: read::maybe_time(row, *last_post)?,
        followers: read::count(row, *followers)?,
        follows: read::count(row, *follows)?,
        posts: read::count(row, *posts)?,
        bio_filled: row.get(*bio_filled)?,
        bot: row.get(*bot)?,
    };
    somebody.describe(read::text(row, *handle)?, name, traits);
    Ok(())
}

fn follow(
    row: &rusqlite::Row<'_>,
    [followed, since, first, last, left]: &[usize; 5],
    somebody: &mut Somebody,
) -> rusqlite::Result<()> {
    let account = somebody.place(read::text(row, *followed)?);
    let following = Following {
        account,
        since: read::maybe_moment(row, *since)?,
        first_seen_at: read::moment(row, *first)?,
        seen_at: read::moment(row, *last)?,
        left_at: read::maybe_moment(row, *left)?,
    };
    somebody.follows.push(following);
    Ok(())
}

fn deed(
    row: &rusqlite::Row<'_>,
    [act, account, at, object]: &[usize; 4],
    somebody: &mut Somebody,
) -> rusqlite::Result<()> {
    let act = read::text(row, *act)?;
    let act = read::ACTS.into_iter().find(|known| known.name() == act);
    let act = act.ok_or_else(|| read::bad("act", "an unknown name"))?;
    let account = somebody.place(read::text(row, *account)?);
    let at = read::moment(row, *at)?;
    let object = somebody.keep(read::text(row, *object)?);
    somebody.deeds.push(Deed { act, account, at, object });
    Ok(())
}

//! People out of the tables that versions 1 and 2 had, into a layer.
//!
//! Start reading at [`migrate`].
//!
//! # Always true
//!
//! - What a row had been before is a statement like what it is, known from where it was known; so
//!   every earlier revision shows what it showed.

use std::collections::BTreeSet;

use rusqlite::{Connection, Row, Rows, fallible_streaming_iterator::FallibleStreamingIterator};

use super::{LayerWriter, times};
use crate::{
    evidence::{
        accounts::Accounts,
        facts::Traits,
        layers::{
            Record,
            block::Base,
            record::{Described, Did, Followed},
        },
        somebody::Micros,
    },
    store::evidence::read,
};

/// Moves everybody from the old tables, of which the caller drops what is not needed.
pub(in crate::store::evidence) fn migrate(connection: &Connection) -> rusqlite::Result<()> {
    let own = own_accounts(connection)?;
    let mut people = connection.prepare(&both("person", "id"))?;
    let mut follows = connection.prepare(&both("follow", "follower"))?;
    let mut deeds = connection.prepare(&both("interaction", "actor"))?;
    let mut tables = [people.query([])?, follows.query([])?, deeds.query([])?];
    for table in &mut tables {
        table.advance()?;
    }
    let [mut people, mut follows, mut deeds] = tables;
    let mut accounts = Accounts::default();
    let times = times(connection, None, &mut accounts)?;
    let mut layer = LayerWriter::begin(connection, Base { known: 1, as_of: Micros(0) })?;
    let mut record = Record::default();
    loop {
        let heads = [who(&people)?, who(&follows)?, who(&deeds)?];
        let Some(id) = heads.into_iter().flatten().min() else { break };
        record.begin(&id);
        while let Some(row) = of_person(&people, &id)? {
            describe(row, &mut record)?;
            people.advance()?;
        }
        while let Some(row) = of_person(&follows, &id)? {
            if own.contains(read::text(row, row.as_ref().column_index("followed")?)?) {
                follow(row, &mut accounts, &mut record)?;
            }
            follows.advance()?;
        }
        while let Some(row) = of_person(&deeds, &id)? {
            deed(row, &mut accounts, &mut record)?;
            deeds.advance()?;
        }
        record.condense(&times);
        if !record.is_empty() {
            layer.add(&record, &accounts)?;
        }
    }
    layer.finish(&accounts)
}

/// The rows of a table as they are and as they were, in the order of people.
fn both(table: &str, who: &str) -> String {
    format!(
        "SELECT {who} AS who, 0 AS until, * FROM {table}
         UNION ALL SELECT {who} AS who, * FROM {table}_before ORDER BY who"
    )
}

fn own_accounts(connection: &Connection) -> rusqlite::Result<BTreeSet<String>> {
    connection.prepare("SELECT account FROM profile")?.query_map([], |row| row.get(0))?.collect()
}

/// Whom the row is about that comes next.
fn who(rows: &Rows<'_>) -> rusqlite::Result<Option<String>> {
    rows.get().map(|row| read::text(row, 0).map(str::to_owned)).transpose()
}

fn of_person<'r, 's>(rows: &'r Rows<'s>, id: &str) -> rusqlite::Result<Option<&'r Row<'s>>> {
    let Some(row) = rows.get() else { return Ok(None) };
    Ok((read::text(row, 0)? == id).then_some(row))
}

fn known(row: &Row<'_>) -> rusqlite::Result<u64> {
    Ok(read::count(row, "known")?.unwrap_or_default())
}

fn describe(row: &Row<'_>, record: &mut Record) -> rusqlite::Result<()> {
    let handle: String = row.get("handle")?;
    let name: Option<String> = row.get("name")?;
    let handle = record.keep(&handle);
    let name = name.map(|name| record.keep(&name));
    let traits = Traits {
        created: read::maybe_time(row, "created")?,
        last_post: read::maybe_time(row, "last_post")?,
        followers: read::count(row, "followers")?,
        follows: read::count(row, "follows")?,
        posts: read::count(row, "posts")?,
        bio_filled: row.get("bio_filled")?,
        bio: None,
        bot: row.get("bot")?,
    };
    let as_of = read::moment(row, "as_of")?;
    record.described.push(Described { known: known(row)?, as_of, handle, name, traits });
    Ok(())
}

fn follow(row: &Row<'_>, accounts: &mut Accounts, record: &mut Record) -> rusqlite::Result<()> {
    let followed: String = row.get("followed")?;
    record.follows.push(Followed {
        known: known(row)?,
        account: accounts.place(&followed),
        since: read::maybe_moment(row, "since")?,
        first_seen_at: read::moment(row, "first_seen_at")?,
        seen_at: read::moment(row, "seen_at")?,
    });
    Ok(())
}

fn deed(row: &Row<'_>, accounts: &mut Accounts, record: &mut Record) -> rusqlite::Result<()> {
    let (act, account, object): (String, String, String) =
        (row.get("act")?, row.get("account")?, row.get("object")?);
    let object = record.keep(&object);
    record.deeds.push(Did {
        known: known(row)?,
        act: read::act(&act)?,
        account: accounts.place(&account),
        at: read::moment(row, "at")?,
        object,
    });
    Ok(())
}

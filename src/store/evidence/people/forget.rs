//! People go out of the layers.
//!
//! # Always true
//!
//! - A block that names nobody of them stays as it is; every other is written anew.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use super::{broken, times};
use crate::evidence::{
    accounts::Accounts,
    erasure::{Erasure, bare},
    facts::PersonId,
    layers::{
        Record,
        block::{Reader, Writer},
        codec::Broken,
    },
};

/// Adds everybody who has, or had, this handle or id, with all their handles.
pub(in crate::store::evidence) fn find(
    connection: &Connection,
    handle: &str,
    ids: &mut BTreeSet<PersonId>,
    handles: &mut BTreeSet<String>,
) -> rusqlite::Result<()> {
    let wanted = bare(handle);
    each_block(connection, &mut Accounts::default(), &mut |_, records, _| {
        for record in records {
            let known = record.handles();
            let called: Vec<&str> =
                known.filter(|known| record.id == handle || bare(known) == wanted).collect();
            if !called.is_empty() || record.id == handle {
                ids.insert(PersonId::stored(record.id.as_str()));
                handles.extend(called.into_iter().map(str::to_owned));
            }
        }
        Ok(())
    })
}

/// Takes them out; answers how many statements went and how many texts were changed.
pub(in crate::store::evidence) fn forget(
    connection: &Connection,
    gone: &Erasure,
) -> rusqlite::Result<(u64, u64)> {
    let (mut removed, mut cleaned) = (0, 0);
    let mut accounts = Accounts::default();
    let times = times(connection, None, &mut accounts)?;
    each_block(connection, &mut accounts, &mut |block, records, accounts| {
        let (mut went, mut changed) = (0, 0);
        for record in records.iter_mut() {
            let (said, texts) = record.forget(gone, &times);
            (went, changed) = (went + said, changed + texts);
        }
        if went + changed > 0 {
            (removed, cleaned) = (removed + went, cleaned + changed);
            rewrite(connection, block, records, accounts)?;
        }
        Ok(())
    })?;
    Ok((removed, cleaned))
}

/// A block where it lies.
#[derive(Debug)]
struct At {
    place: i64,
    reader: Reader,
}

/// What is done with a block, of which all is in memory.
type See<'s> = dyn FnMut(&At, &mut Vec<Record>, &Accounts) -> rusqlite::Result<()> + 's;

/// Shows every block of every layer, read whole.
fn each_block(
    connection: &Connection,
    accounts: &mut Accounts,
    see: &mut See<'_>,
) -> rusqlite::Result<()> {
    let mut next = connection
        .prepare("SELECT place, data FROM block WHERE place >= ? ORDER BY place LIMIT 1")?;
    let (mut at, mut records) = (At { place: 0, reader: Reader::default() }, Vec::new());
    loop {
        let mut rows = next.query([at.place + 1])?;
        let Some(row) = rows.next()? else { return Ok(()) };
        at.place = row.get(0)?;
        let bytes = row.get_ref(1)?.as_blob().map_err(|_| broken(at.place))?;
        let read = read_block(&mut at.reader, bytes, accounts, &mut records);
        read.map_err(|Broken| broken(at.place))?;
        drop(rows);
        see(&at, &mut records, accounts)?;
    }
}

fn read_block(
    reader: &mut Reader,
    bytes: &[u8],
    accounts: &mut Accounts,
    records: &mut Vec<Record>,
) -> Result<(), Broken> {
    records.clear();
    reader.turn_to(bytes, accounts)?;
    while let Some(id) = reader.next_id()? {
        let mut record = Record::default();
        record.begin(id);
        reader.read(&mut record)?;
        records.push(record);
    }
    Ok(())
}

/// Writes what is left of a block to its place.
fn rewrite(
    connection: &Connection,
    block: &At,
    records: &[Record],
    accounts: &Accounts,
) -> rusqlite::Result<()> {
    let mut writer = Writer::whole(block.reader.base());
    for record in records.iter().filter(|record| !record.is_empty()) {
        // A whole block is never full.
        drop(writer.add(record, accounts));
    }
    match writer.finish(accounts) {
        Some(left) => {
            let sql = "UPDATE block SET first = ?2, data = ?3 WHERE place = ?1";
            connection.execute(sql, params![block.place, left.first, left.bytes])?;
        }
        None => {
            connection.execute("DELETE FROM block WHERE place = ?1", [block.place])?;
        }
    }
    Ok(())
}

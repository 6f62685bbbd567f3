//! Rows about people, in any order, into records in the order of people, in bounded memory.
//!
//! ```text
//! rows ──► a chunk in memory ──► sorted ──► blocks, in a file without a name ──► merged
//! ```
//!
//! Start reading at [`Sorter::add`].
//!
//! # Always true
//!
//! - At most eight times [`CHUNK_ROWS`] rows or [`CHUNK_BYTES`] of their words are in memory.
//! - What is written to the disk lies in files without a name in the folder for temporary files:
//!   they are gone with the process.

use std::io;

use super::{
    block::{Base, Block, Writer, act_of, number_of},
    codec::{Broken, Bytes, put_text, put_time},
    record::{Described, Did, Followed, Record, Times, UNDATED},
    sorted::{Chunk, Sorted, broken},
};
use crate::{
    evidence::{
        accounts::{Accounts, Place},
        facts::{Act, PersonId, Traits},
        somebody::Micros,
        span::widened,
    },
    model::Platform,
};

/// How many rows are sorted at once, until there are many chunks: few enough for a processor's cache.
pub const CHUNK_ROWS: usize = 1 << 17;
/// After how many chunks twice as many rows are sorted at once.
const CHUNKS: usize = 64;
/// How many bytes of ids and names are held at once.
pub const CHUNK_BYTES: usize = 48 << 20;
/// How many rows are fetched before they are read.
const NEAR: usize = 64;
/// How many bytes a processor fetches at once.
const LINE: usize = 64;

/// Who a row is about.
#[derive(Debug, Clone, Copy)]
pub struct Whom<'a> {
    /// The platform's own id of them.
    pub id: &'a str,
    /// Their name on the platform, without `@`.
    pub handle: &'a str,
    /// Their display name, if the row has one.
    pub name: Option<&'a str>,
}

/// What a row says of them and our account.
#[derive(Debug, Clone, Copy)]
pub enum Said<'a> {
    /// They follow it, since then.
    Follows(Option<Micros>),
    /// They did something to it at an object, then.
    Did(Act, &'a str, Micros),
}

/// Takes the rows of one account's table, and sorts them.
#[derive(Debug)]
pub struct Sorter {
    /// What ids of the platform begin with.
    platform: String,
    accounts: Accounts,
    account: Place,
    /// The first bytes of each row's id, which most comparisons need only, and where the row lies.
    keys: Vec<(u64, u32)>,
    /// The rows, each in one piece.
    rows: Vec<u8>,
    chunks: Vec<Chunk>,
    follows: Option<(Micros, Micros)>,
    deeds: Option<(Micros, Micros)>,
}

impl Sorter {
    /// Begins without a row.
    ///
    /// - `account`: whom people follow or address.
    pub fn new(platform: Platform, account: &PersonId) -> Self {
        let mut accounts = Accounts::default();
        Self {
            platform: PersonId::new(platform, "").as_str().to_owned(),
            account: accounts.place(account.as_str()),
            accounts,
            keys: Vec::new(),
            rows: Vec::new(),
            chunks: Vec::new(),
            follows: None,
            deeds: None,
        }
    }

    /// Adds a row.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn add(&mut self, whom: Whom<'_>, said: Said<'_>) -> io::Result<()> {
        let most = CHUNK_ROWS << (self.chunks.len() / CHUNKS).min(3);
        if self.keys.len() >= most || self.rows.len() >= CHUNK_BYTES {
            self.spill()?;
        }
        self.keys.push((prefix(whom.id), self.rows.len() as u32));
        put_row(&mut self.rows, whom, said);
        let (span, at) = match said {
            Said::Follows(since) => (&mut self.follows, since),
            Said::Did(_, _, at) => (&mut self.deeds, Some(at)),
        };
        if let Some(at) = at {
            *span = widened(*span, at);
        }
        Ok(())
    }

    /// The newest time that a row had.
    pub fn newest(&self) -> Option<Micros> {
        [self.follows, self.deeds].into_iter().flatten().map(|(_, last)| last).max()
    }

    /// Sorts what is left, and hands everything over.
    ///
    /// - `as_of`: how new the export is; follows hold as of then.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn finish(mut self, as_of: Micros) -> io::Result<Sorted> {
        let mut blocks = Vec::new();
        self.sort(&mut |block| {
            blocks.push(block);
            Ok(())
        })?;
        if !blocks.is_empty() {
            self.chunks.push(Chunk::Memory(blocks.into()));
        }
        let (follows, deeds) = (self.follows, self.deeds);
        Ok(Sorted { chunks: self.chunks, as_of, since_by: None, follows, deeds })
    }

    fn spill(&mut self) -> io::Result<()> {
        let chunk = Chunk::file(&mut |put| self.sort(put))?;
        self.chunks.push(chunk);
        Ok(())
    }

    /// Hands over the rows in memory as blocks, and forgets them.
    fn sort(&mut self, each: &mut dyn FnMut(Block) -> io::Result<()>) -> io::Result<()> {
        let (keys, rows) = (&mut self.keys, self.rows.as_slice());
        keys.sort_unstable_by(|one, other| {
            let whole = || id(rows, *one).cmp(id(rows, *other)).then(one.1.cmp(&other.1));
            one.0.cmp(&other.0).then_with(whole)
        });
        let mut writer = Writer::new(Base { known: 0, as_of: UNDATED });
        let (mut record, mut whole) = (Record::default(), self.platform.clone());
        let same = |one: &(u64, u32), other: &(u64, u32)| {
            one.0 == other.0 && id(rows, *one) == id(rows, *other)
        };
        let mut place = 0;
        for theirs in keys.chunk_by(same) {
            if place % NEAR + theirs.len() >= NEAR || place == 0 {
                fetch(rows, &keys[place..]);
            }
            place += theirs.len();
            whole.truncate(self.platform.len());
            whole.push_str(theirs.first().map_or("", |key| id(rows, *key)));
            record.begin(&whole);
            for key in theirs {
                say(&mut record, self.account, &mut Bytes::new(rows, key.1 as usize))
                    .map_err(broken)?;
            }
            if theirs.len() > 1 {
                record.condense(&Times::default());
            }
            writer.add(&record, &self.accounts).map_or(Ok(()), &mut *each)?;
        }
        writer.finish(&self.accounts).map_or(Ok(()), each)?;
        self.keys.clear();
        self.rows.clear();
        Ok(())
    }
}

/// Looks at the rows that come next, all at once: one after another, each would be waited for alone,
/// as they lie in no order.
fn fetch(rows: &[u8], keys: &[(u64, u32)]) {
    let looks = keys.iter().take(2 * NEAR).map(|key| {
        let at = key.1 as usize;
        rows.get(at).copied().unwrap_or_default() ^ rows.get(at + LINE).copied().unwrap_or_default()
    });
    std::hint::black_box(looks.fold(0, |all, look| all ^ look));
}

/// What a row holds beside the id, bit by bit; the lowest three are the act, if it is one.
mod holds {
    pub const FOLLOWS: u8 = 7;
    pub const HANDLE: u8 = 1 << 3;
    pub const NAME: u8 = 1 << 4;
    pub const TIME: u8 = 1 << 5;
}

fn put_row(to: &mut Vec<u8>, whom: Whom<'_>, said: Said<'_>) {
    put_text(to, whom.id);
    // Most are called by their id.
    let handle = (whom.handle != whom.id).then_some(whom.handle);
    let (what, object, at) = match said {
        Said::Follows(since) => (holds::FOLLOWS, None, since),
        Said::Did(act, object, at) => (number_of(act), Some(object), Some(at)),
    };
    let bits = [
        (handle.is_some(), holds::HANDLE),
        (whom.name.is_some(), holds::NAME),
        (at.is_some(), holds::TIME),
    ];
    to.push(bits.iter().filter(|(set, _)| *set).fold(what, |bits, (_, bit)| bits | bit));
    for text in [handle, whom.name, object].into_iter().flatten() {
        put_text(to, text);
    }
    if let Some(at) = at {
        put_time(to, 0, at.0);
    }
}

/// The id of the row of a key.
fn id(rows: &[u8], key: (u64, u32)) -> &str {
    Bytes::new(rows, key.1 as usize).text().unwrap_or_default()
}

/// Adds to a record what a row says, as of the export, which is dated later.
fn say(record: &mut Record, account: Place, row: &mut Bytes<'_>) -> Result<(), Broken> {
    let (known, as_of) = (0, UNDATED);
    let id = row.text()?;
    let bits = row.byte()?;
    let handle = if bits & holds::HANDLE != 0 { row.text()? } else { id };
    let name = if bits & holds::NAME != 0 { Some(row.text()?) } else { None };
    if record.described.is_empty() || name.is_some() {
        let at = record.keep("@").start;
        let handle = at..record.keep(handle).end;
        let name = name.map(|name| record.keep(name));
        let traits = Traits::default();
        record.described.push(Described { known, as_of, handle, name, traits });
    }
    let follows = bits & 7 == holds::FOLLOWS;
    let object = if follows { "" } else { row.text()? };
    let at = if bits & holds::TIME != 0 { Some(Micros(row.time(0)?)) } else { None };
    if follows {
        let (first_seen_at, seen_at) = (as_of, as_of);
        record.follows.push(Followed { known, account, since: at, first_seen_at, seen_at });
    } else {
        let (act, at) = (act_of(bits & 7)?, at.ok_or(Broken)?);
        let object = record.keep(object);
        record.deeds.push(Did { known, act, account, at, object });
    }
    Ok(())
}

/// The first eight bytes of an id: what most comparisons need only.
fn prefix(native: &str) -> u64 {
    let mut first = [0; 8];
    let length = native.len().min(8);
    first[..length].copy_from_slice(&native.as_bytes()[..length]);
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every id with what is said of it, in order.
    fn all(sorted: &Sorted) -> Vec<(String, usize, usize)> {
        let (mut accounts, mut record) = (Accounts::default(), Record::default());
        let mut merge = sorted.read(&mut accounts).expect("a run");
        let mut found = Vec::new();
        while merge.next(&mut record, &mut accounts).expect("a record") {
            found.push((record.id.clone(), record.follows.len(), record.deeds.len()));
        }
        found
    }

    proptest! {
        #[test]
        fn rows_come_out_in_the_order_of_people(rows in prop::collection::vec(("[a-c]{1,12}", any::<bool>(), 0..4_i64), 0..200), cut in 1..50_usize) {
            let us = PersonId::stored("other:us");
            let mut sorter = Sorter::new(crate::model::Platform::Other, &us);
            let mut known = std::collections::BTreeMap::<String, (usize, std::collections::BTreeSet<i64>)>::new();
            for (number, (name, follows, object)) in rows.iter().enumerate() {
                let id = format!("other:{name}");
                let whom = Whom { id: name, handle: "x", name: None };
                let object_id = object.to_string();
                let row = if *follows {
                    Said::Follows(None)
                } else {
                    Said::Did(Act::Like, &object_id, Micros(*object))
                };
                sorter.add(whom, row).expect("memory");
                let one = known.entry(id).or_default();
                if *follows { one.0 = 1 } else { one.1.insert(*object); }
                if number % cut == 0 {
                    sorter.spill().expect("a file");
                }
            }
            let sorted = sorter.finish(Micros(7)).expect("sorted");
            let found = all(&sorted);
            let names: Vec<&String> = found.iter().map(|(id, ..)| id).collect();
            prop_assert_eq!(names, known.keys().collect::<Vec<_>>());
            for (id, follows, deeds) in &found {
                let (followed, objects) = &known[id];
                prop_assert!(*follows >= *followed && (*followed > 0 || *follows == 0), "{}", id);
                prop_assert!(*deeds >= objects.len(), "{}", id);
            }
            prop_assert_eq!(all(&sorted), found, "it can be read again");
        }
    }
}

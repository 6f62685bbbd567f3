//! The tables of people: layers of blocks.
//!
//! ```text
//! import ──► bring_in: what is new ──► a layer ──► compact: layers of like size become one
//! layers ──► LayerRun, one a layer ──► merged by person ──► Record ──► fold ──► Somebody
//! ```
//!
//! A layer is what one import told about people that was not known, in the order of people; a block
//! is a row of some 16 kB of it. Start reading at [`open`] for the way back, at
//! [`bring_in::bring_in`] for the way in.
//!
//! # Always true
//!
//! - A block lies at the number of its layer, shifted by 32 bits, and its own: so the blocks of a
//!   layer lie in the order of people.
//! - Whom the brand's own accounts follow is not in here but in the table `follow`: that can be very
//!   many for one person.

pub(super) mod bring_in;
pub(super) mod compact;
pub(super) mod forget;
pub(super) mod migrate;

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::read;
use crate::evidence::{
    accounts::Accounts,
    layers::{
        Record, Times,
        block::{Base, Block, Reader, Writer},
        codec::Broken,
        merge::{Merge, Run},
        record::List,
    },
};

/// All layers, merged by person.
pub(super) fn open<'c>(
    connection: &'c Connection,
    accounts: &mut Accounts,
) -> rusqlite::Result<Merge<LayerRun<'c>>> {
    let runs = layers(connection)?.into_iter().map(|layer| LayerRun::of(connection, layer.id));
    Merge::of(runs.collect::<rusqlite::Result<Vec<_>>>()?, accounts)
}

/// Ids that part the people of the longest layer into about equal parts, at most so many; fewer where
/// there are few blocks.
pub(super) fn borders(connection: &Connection, parts: usize) -> rusqlite::Result<Vec<String>> {
    let longest = layers(connection)?.into_iter().max_by_key(|layer| layer.said);
    let Some(longest) = longest else { return Ok(Vec::new()) };
    let places = places(longest.id);
    let last = "SELECT max(place) FROM block WHERE place >= ?1 AND place < ?2";
    let last = connection
        .query_row(last, params![places.start, places.end], |row| row.get::<_, Option<i64>>(0))?;
    let blocks = last.map_or(0, |last| last + 1 - places.start);
    let parts = (blocks / LEAST_BLOCKS).clamp(1, i64::try_from(parts).unwrap_or(i64::MAX));
    let first = "SELECT first FROM block WHERE place >= ?1 AND place < ?2 ORDER BY place LIMIT 1";
    let mut first = connection.prepare(first)?;
    let borders = (1..parts).map(|part| places.start + blocks * part / parts);
    let mut found = borders
        .map(|place| first.query_row(params![place, places.end], |row| row.get(0)).optional())
        .filter_map(Result::transpose)
        .collect::<rusqlite::Result<Vec<String>>>()?;
    found.dedup();
    Ok(found)
}

/// So many blocks are worth a look of their own: about a megabyte.
const LEAST_BLOCKS: i64 = 64;

/// One layer, as the table of layers has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer {
    pub id: i64,
    /// How many statements are in it.
    pub said: u64,
}

/// All layers, the oldest first.
pub(super) fn layers(connection: &Connection) -> rusqlite::Result<Vec<Layer>> {
    let read = |row: &rusqlite::Row<'_>| {
        let said = read::count(row, 1)?.unwrap_or_default();
        Ok(Layer { id: row.get(0)?, said })
    };
    connection.prepare("SELECT id, said FROM layer ORDER BY id")?.query_map([], read)?.collect()
}

/// How new the complete lists of followers were, as known at a revision.
pub(super) fn times(
    connection: &Connection,
    revision: Option<u64>,
    accounts: &mut Accounts,
) -> rusqlite::Result<Times> {
    let mut times = Times { revision, lists: Vec::new() };
    let known = revision.map_or(i64::MAX, |revision| i64::try_from(revision).unwrap_or(i64::MAX));
    let sql = "SELECT account, as_of, known FROM complete_list WHERE known <= ?1 ORDER BY as_of";
    let mut lists = connection.prepare(sql)?;
    let mut rows = lists.query([known])?;
    while let Some(row) = rows.next()? {
        let place = accounts.place(read::text(row, 0)?) as usize;
        if times.lists.len() <= place {
            times.lists.resize_with(place + 1, Vec::new);
        }
        let known = read::count(row, 2)?.unwrap_or_default();
        times.lists[place].push(List { as_of: read::moment(row, 1)?, known });
    }
    Ok(times)
}

/// The numbers that the blocks of a layer may have.
fn places(layer: i64) -> std::ops::Range<i64> {
    layer << 32..(layer + 1) << 32
}

/// Comes after every id.
const BEHIND_ALL: &str = "\u{10ffff}";

/// Reads the records of one layer.
pub(super) struct LayerRun<'c> {
    block: CachedStatement<'c>,
    first: CachedStatement<'c>,
    /// Where the next block may lie, and where the layer ends.
    next: i64,
    end: i64,
    /// With whom the block at `next` begins, once that was asked.
    until: Option<String>,
    reader: Reader,
}

impl<'c> LayerRun<'c> {
    pub fn of(connection: &'c Connection, layer: i64) -> rusqlite::Result<Self> {
        // What was forgotten may leave a hole.
        let at = "FROM block WHERE place >= ?1 AND place < ?2 ORDER BY place LIMIT 1";
        let places = places(layer);
        Ok(Self {
            block: connection.prepare_cached(&format!("SELECT place, data {at}"))?,
            first: connection.prepare_cached(&format!("SELECT place, first {at}"))?,
            next: places.start,
            end: places.end,
            until: None,
            reader: Reader::default(),
        })
    }

    /// Opens the next block; answers whether there is one.
    fn turn(&mut self, accounts: &mut Accounts) -> rusqlite::Result<bool> {
        let (reader, range) = (&mut self.reader, params![self.next, self.end]);
        let turn = self.block.query_row(range, |row| {
            let bytes = row.get_ref(1)?.as_blob().map_err(|error| read::bad("data", error))?;
            let place: i64 = row.get(0)?;
            reader.turn_to(bytes, accounts).map_err(|Broken| broken(place))?;
            Ok(place)
        });
        let Some(place) = turn.optional()? else { return Ok(false) };
        (self.next, self.until) = (place + 1, None);
        Ok(true)
    }

    /// The last block from the next one on that begins at or before `id`, if there is one.
    fn block_of(&mut self, id: &str) -> rusqlite::Result<Option<i64>> {
        if self.until.as_deref().is_some_and(|until| id < until) {
            return Ok(None);
        }
        let (mut low, mut high, mut found) = (self.next, self.end, None);
        // The end is far behind the last block: step out, twice as far each time, then close in.
        let mut stride = 1;
        while low < high {
            let probe = (low + stride - 1).min(low + (high - low) / 2);
            let at = self.first.query_row(params![probe, high], |row| {
                let first = read::text(row, 1)?;
                Ok((row.get::<_, i64>(0)?, (first > id).then(|| first.to_owned())))
            });
            let at = at.optional()?;
            if let Some((place, None)) = at {
                (found, low) = (Some(place), place + 1);
                stride *= 2;
                continue;
            }
            if probe == self.next {
                // People come in order: the next few are in the open block as well.
                self.until = Some(at.and_then(|(_, first)| first).unwrap_or(BEHIND_ALL.to_owned()));
            }
            (high, stride) = (probe, 1 + (probe - low) / 2);
        }
        Ok(found)
    }
}

impl Run for LayerRun<'_> {
    type Error = rusqlite::Error;

    fn advance(&mut self, accounts: &mut Accounts) -> rusqlite::Result<bool> {
        loop {
            if self.reader.next_id().map_err(|Broken| broken(self.next - 1))?.is_some() {
                return Ok(true);
            }
            if !self.turn(accounts)? {
                return Ok(false);
            }
        }
    }

    fn seek(&mut self, id: &str, accounts: &mut Accounts) -> rusqlite::Result<bool> {
        if let Some(place) = self.block_of(id)? {
            self.next = place;
            self.turn(accounts)?;
            if !self.advance(accounts)? {
                return Ok(false);
            }
        }
        self.pass(id, accounts)
    }

    fn id(&self) -> &str {
        self.reader.id()
    }

    fn read(&mut self, to: &mut Record) -> rusqlite::Result<()> {
        self.reader.read(to).map_err(|Broken| broken(self.next - 1))
    }
}

/// A block that this program would not have written.
fn broken(place: i64) -> rusqlite::Error {
    read::bad("data", format!("no people in block {place}"))
}

/// Writes one layer.
pub(super) struct LayerWriter<'c> {
    connection: &'c Connection,
    insert: CachedStatement<'c>,
    id: i64,
    next: i64,
    said: u64,
    writer: Writer,
}

impl<'c> LayerWriter<'c> {
    /// Begins a layer after all that are there.
    ///
    /// - `base`: what most of its statements have in common.
    pub fn begin(connection: &'c Connection, base: Base) -> rusqlite::Result<Self> {
        let last = "SELECT coalesce(max(id), 0) FROM layer";
        let last: i64 = connection.query_row(last, [], |row| row.get(0))?;
        let id = last + 1;
        let insert = connection.prepare_cached("INSERT INTO block VALUES (?, ?, ?)")?;
        let next = places(id).start;
        Ok(Self { connection, insert, id, next, said: 0, writer: Writer::new(base) })
    }

    /// Adds a record, whose id comes after all before.
    pub fn add(&mut self, record: &Record, accounts: &Accounts) -> rusqlite::Result<()> {
        self.said += record.len() as u64;
        match self.writer.add(record, accounts) {
            Some(block) => self.write(&block),
            None => Ok(()),
        }
    }

    /// Ends the layer, which is not there if nothing was added.
    pub fn finish(mut self, accounts: &Accounts) -> rusqlite::Result<()> {
        if let Some(block) = self.writer.finish(accounts) {
            self.write(&block)?;
            let said = i64::try_from(self.said).unwrap_or(i64::MAX);
            let row = params![self.id, said];
            self.connection.execute("INSERT INTO layer VALUES (?, ?)", row)?;
        }
        Ok(())
    }

    fn write(&mut self, block: &Block) -> rusqlite::Result<()> {
        self.insert.execute(params![self.next, block.first, block.bytes])?;
        self.next += 1;
        Ok(())
    }
}

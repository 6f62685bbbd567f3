//! People sorted by their ids, in chunks in memory and in files, and their way back as records.
//!
//! Start reading at [`Sorted::read`].
//!
//! # Always true
//!
//! - One block of each chunk is in memory while it is read.
//! - Files have no name: they are gone with the process.

use std::{
    convert::Infallible,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write},
    sync::Arc,
};

use super::{
    block::{Base, Block, Reader, Writer},
    codec::Broken,
    merge::{Merge, Run},
    record::{Record, Times, UNDATED},
};
use crate::evidence::{
    accounts::Accounts,
    facts::{Facts, PersonId},
    somebody::{Crowd, Micros, Somebody},
    span::widened,
};

/// How much of each chunk is read at once.
const READ_BYTES: usize = 64 << 10;
/// The longest block in a chunk's file.
const MAX_BLOCK_BYTES: u32 = 64 << 20;

/// Sorted rows, in memory or in a file.
#[derive(Debug, Clone)]
pub(super) enum Chunk {
    Memory(Arc<[Block]>),
    File(Arc<File>),
}

/// Takes a block.
pub(super) type Put<'p> = dyn FnMut(Block) -> io::Result<()> + 'p;

impl Chunk {
    /// Puts into a file the blocks that `blocks` hands over.
    pub(super) fn file(blocks: &mut dyn FnMut(&mut Put<'_>) -> io::Result<()>) -> io::Result<Self> {
        let mut file = BufWriter::new(tempfile::tempfile()?);
        blocks(&mut |block| put_block(&mut file, &block))?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Chunk::File(Arc::new(file)))
    }
}

/// Files are equal only to themselves.
impl PartialEq for Chunk {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Chunk::Memory(one), Chunk::Memory(other)) => one == other,
            (Chunk::File(one), Chunk::File(other)) => Arc::ptr_eq(one, other),
            (Chunk::Memory(_), Chunk::File(_)) | (Chunk::File(_), Chunk::Memory(_)) => false,
        }
    }
}

/// What people did and whom they follow, sorted by person.
#[derive(Debug, Clone, PartialEq)]
pub struct Sorted {
    pub(super) chunks: Vec<Chunk>,
    pub(super) as_of: Micros,
    /// A time since which somebody follows is not believed if it is later.
    pub(super) since_by: Option<Micros>,
    pub(super) follows: Option<(Micros, Micros)>,
    pub(super) deeds: Option<(Micros, Micros)>,
}

impl Sorted {
    /// The people of facts in memory with what they did and whom they follow.
    ///
    /// - `as_of`: how new the export is.
    /// - `takes`: whether a follow of an account belongs here.
    pub fn of(facts: &Facts, as_of: Micros, takes: &dyn Fn(&PersonId) -> bool) -> Self {
        let mut blocks = Vec::new();
        let put: Result<(), Infallible> = blocks_of(facts, as_of, takes, &mut |block| {
            blocks.push(block);
            Ok(())
        });
        let Ok(()) = put;
        let chunks = vec![Chunk::Memory(blocks.into())];
        Self { chunks, as_of, since_by: None, follows: None, deeds: None }
    }

    /// Nobody yet, to put people aside in; see [`Sorted::put_aside`].
    pub(crate) fn aside() -> Self {
        let (chunks, follows, deeds) = (Vec::new(), None, None);
        Self { chunks, as_of: UNDATED, since_by: None, follows, deeds }
    }

    /// Puts people of facts into a file; what is dated in the year 1 is dated at the end.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub(crate) fn put_aside(&mut self, facts: &Facts) -> io::Result<()> {
        let chunk = Chunk::file(&mut |put| blocks_of(facts, UNDATED, &|_| true, put))?;
        self.chunks.push(chunk);
        Ok(())
    }

    /// How many chunks there are.
    pub(crate) fn chunks(&self) -> usize {
        self.chunks.len()
    }

    /// How many people were put aside who follow without a date of the sight: as a list shows them.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub(crate) fn listed(&self) -> io::Result<u64> {
        let mut count = 0;
        self.each(&mut |record| {
            count += u64::from(record.follows.iter().any(|one| one.seen_at == UNDATED));
        })?;
        Ok(count)
    }

    /// Tells of what was put aside from when to when it is.
    ///
    /// - `since_by`: no follow is believed to have begun later.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub(crate) fn look_through(&mut self, since_by: Option<Micros>) -> io::Result<()> {
        self.since_by = since_by;
        let (mut follows, mut deeds) = (None, None);
        self.each(&mut |record| {
            follows = record.follows.iter().filter_map(|one| one.since).fold(follows, widened);
            deeds = record.deeds.iter().map(|one| one.at).fold(deeds, widened);
        })?;
        (self.follows, self.deeds) = (follows, deeds);
        Ok(())
    }

    /// Dates what was put aside: it holds as of the export.
    pub(crate) fn dated(self, as_of: Micros) -> Self {
        Self { as_of, ..self }
    }

    /// Shows everybody, in the order of their ids.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn each(&self, see: &mut dyn FnMut(&Record)) -> io::Result<()> {
        let (mut accounts, mut record) = (Accounts::default(), Record::default());
        let mut people = self.read(&mut accounts)?;
        while people.next(&mut record, &mut accounts)? {
            see(&record);
        }
        Ok(())
    }

    /// Its people as the facts have them.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn people(&self, see: &mut dyn FnMut(&Somebody)) -> io::Result<()> {
        let (mut somebody, mut record) = (Somebody::default(), Record::default());
        let mut people = self.read(&mut somebody.accounts)?;
        while people.next(&mut record, &mut somebody.accounts)? {
            record.settle(0);
            record.fold(&Times::default(), &mut somebody);
            see(&somebody);
        }
        Ok(())
    }

    /// The first and the last time since which somebody follows, if any row told.
    pub fn follows(&self) -> Option<(Micros, Micros)> {
        self.follows
    }

    /// The first and the last time at which somebody did something.
    pub fn deeds(&self) -> Option<(Micros, Micros)> {
        self.deeds
    }

    /// Reads it from the beginning.
    ///
    /// - `accounts`: where the accounts in it get their numbers.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn read(&self, accounts: &mut Accounts) -> io::Result<Merge<ChunkRun<'_>>> {
        let runs = self.chunks.iter().map(|chunk| ChunkRun::of(chunk, self));
        Merge::of(runs.collect::<Result<Vec<_>, _>>()?, accounts)
    }
}

/// Hands over the people of facts as blocks.
pub(super) fn blocks_of<E>(
    facts: &Facts,
    as_of: Micros,
    takes: &dyn Fn(&PersonId) -> bool,
    put: &mut dyn FnMut(Block) -> Result<(), E>,
) -> Result<(), E> {
    let mut writer = Writer::new(Base { known: 0, as_of });
    let (mut record, mut accounts) = (Record::default(), Accounts::default());
    let mut put_all = Ok(());
    let Ok(()) = facts.each(&mut |somebody| {
        record.copy(somebody, as_of, takes);
        if record.is_empty() || put_all.is_err() {
            return;
        }
        if accounts.all().len() < somebody.accounts().len() {
            accounts.clone_from(&somebody.accounts);
        }
        put_all = writer.add(&record, &accounts).map_or(Ok(()), &mut *put);
    });
    put_all?;
    writer.finish(&accounts).map_or(Ok(()), put)
}

fn put_block(to: &mut impl Write, block: &Block) -> io::Result<()> {
    let length = u32::try_from(block.bytes.len()).map_err(io::Error::other)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&block.bytes)
}

/// Reads the records of one chunk.
#[derive(Debug)]
pub struct ChunkRun<'c> {
    blocks: Blocks<'c>,
    reader: Reader,
    as_of: Micros,
    since_by: Option<Micros>,
}

#[derive(Debug)]
enum Blocks<'c> {
    Memory(std::slice::Iter<'c, Block>),
    File(BufReader<&'c File>, Vec<u8>),
}

impl Blocks<'_> {
    fn next(&mut self) -> io::Result<Option<&[u8]>> {
        match self {
            Blocks::Memory(blocks) => Ok(blocks.next().map(|block| block.bytes.as_slice())),
            Blocks::File(file, bytes) => {
                if file.fill_buf()?.is_empty() {
                    return Ok(None);
                }
                let mut length = [0; 4];
                file.read_exact(&mut length)?;
                let length = u32::from_le_bytes(length);
                if length > MAX_BLOCK_BYTES {
                    return Err(broken(Broken));
                }
                bytes.resize(length as usize, 0);
                file.read_exact(bytes)?;
                Ok(Some(bytes))
            }
        }
    }
}

impl<'c> ChunkRun<'c> {
    fn of(chunk: &'c Chunk, sorted: &Sorted) -> io::Result<Self> {
        let blocks = match chunk {
            Chunk::Memory(blocks) => Blocks::Memory(blocks.iter()),
            Chunk::File(file) => {
                let mut file: &File = file;
                file.rewind()?;
                Blocks::File(BufReader::with_capacity(READ_BYTES, file), Vec::new())
            }
        };
        let Sorted { as_of, since_by, .. } = *sorted;
        Ok(Self { blocks, reader: Reader::default(), as_of, since_by })
    }
}

pub(super) fn broken(_: Broken) -> io::Error {
    io::Error::other("a file for sorting does not hold what was written to it")
}

impl Run for ChunkRun<'_> {
    type Error = io::Error;

    fn advance(&mut self, accounts: &mut Accounts) -> io::Result<bool> {
        loop {
            if self.reader.next_id().map_err(broken)?.is_some() {
                return Ok(true);
            }
            let Some(bytes) = self.blocks.next()? else { return Ok(false) };
            self.reader.turn_to(bytes, accounts).map_err(broken)?;
        }
    }

    fn id(&self) -> &str {
        self.reader.id()
    }

    fn read(&mut self, to: &mut Record) -> io::Result<()> {
        let from = to.counts();
        self.reader.read(to).map_err(broken)?;
        to.date(from, self.as_of, self.since_by);
        Ok(())
    }
}

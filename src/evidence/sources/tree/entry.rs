//! One open entry: its bytes, measured and limited while they come.
//!
//! Start reading at [`Entry`].
//!
//! # Always true
//!
//! - Limits are counted on bytes that really came out, never taken from a header.
//! - The size and digest in a receipt are those of the bytes that were read.

use std::{
    cell::{Cell, RefCell},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::de::DeserializeSeed;

use super::{
    super::{SourceError, json, receipt::FileReceipt, text::clean_name},
    utf16::Utf8,
};
use crate::model::Digest;

/// The most that one entry unpacks to. An outbox of 100,000 posts has about 0.3 GiB.
pub(super) const MAX_ENTRY_BYTES: u64 = 1 << 30;
/// The most of an entry of which one row at a time is held.
const MAX_STREAMED_BYTES: u64 = 64 << 30;
/// The most that may come out for each byte that goes in. Outboxes reach about 30.
pub(super) const MAX_RATIO: u64 = 200;
/// So many bytes more are taken as gone in: an unpacker reads ahead, so the bytes of an entry may
/// have been counted before it began. Ratios matter from 12.5 MiB on.
pub(super) const READ_AHEAD_BYTES: u64 = 1 << 16;

/// A wanted entry, open for reading.
pub(crate) struct Entry<'r> {
    /// The archive or folder and the entry, for messages.
    pub place: String,
    /// Its name with its folders.
    pub name: String,
    /// Whether it begins with the mark of UTF-8.
    pub(crate) marked: bool,
    /// The encoding that its bytes were taken for, where nothing says it.
    pub(crate) assumed: Option<&'static str>,
    pub(super) reader: BufReader<Utf8<Meter<&'r mut dyn Read>>>,
    trip: Rc<Cell<Option<Trip>>>,
    limit: Rc<Cell<u64>>,
}

impl<'r> Entry<'r> {
    pub(super) fn new(
        place: String,
        name: String,
        reader: &'r mut dyn Read,
        packed: Rc<Cell<u64>>,
    ) -> Result<Self, SourceError> {
        let trip = Rc::new(Cell::new(None));
        let limit = Rc::new(Cell::new(MAX_ENTRY_BYTES));
        let meter = Meter::new(reader, packed, Rc::clone(&limit), Rc::clone(&trip));
        let reader = BufReader::with_capacity(1 << 16, Utf8::new(meter));
        Ok(Self { place, name, marked: false, assumed: None, reader, trip, limit })
    }

    /// Lets it be longer than others: its reader keeps no row in memory.
    pub(crate) fn is_streamed(&self) {
        self.limit.set(MAX_STREAMED_BYTES);
    }

    /// Its name without folders.
    pub(crate) fn file(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }

    /// Its text from the start, without the mark of UTF-8.
    ///
    /// # Errors
    ///
    /// [`SourceError`] if it is empty, or plainly no UTF-8.
    pub(crate) fn text(&mut self) -> Result<&mut (dyn BufRead + 'r), SourceError> {
        self.table_text()?;
        if self.reader.get_ref().is_utf16() {
            let file = self.place.clone();
            return Err(SourceError::Encoding { file, found: "UTF-16", byte: 0 });
        }
        Ok(&mut self.reader)
    }

    /// The same of a table, which may be UTF-16 with its mark: programs for tables save that.
    ///
    /// # Errors
    ///
    /// [`SourceError`] if it is empty, or plainly neither.
    pub(crate) fn table_text(&mut self) -> Result<&mut (dyn BufRead + 'r), SourceError> {
        let first = match self.reader.fill_buf() {
            Ok(first) => first,
            Err(error) => return Err(broken(&self.place, self.trip.get(), &error)),
        };
        let mark = if first.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        json::check_encoding(&self.place, &first[mark..])?;
        self.reader.consume(mark);
        self.marked |= mark > 0;
        Ok(&mut self.reader)
    }

    /// Its text from where it was left.
    pub(crate) fn text_on(&mut self) -> &mut (dyn BufRead + 'r) {
        &mut self.reader
    }

    /// Reads the entry as JSON while it is unpacked, to its end.
    pub(crate) fn json<'de, S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, SourceError> {
        let mut reader = serde_json::Deserializer::from_reader(self.text()?);
        let read = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
        read.map_err(|error| self.bad_json(error))
    }

    /// Says what is wrong with its JSON.
    pub(super) fn bad_json(&self, error: serde_json::Error) -> SourceError {
        if error.is_io() { self.broken(&error.into()) } else { json::bad_json(&self.place, &error) }
    }

    /// How many bytes came out by now.
    pub(super) fn unpacked(&self) -> u64 {
        self.reader.get_ref().inner().out
    }

    /// Says why its bytes stopped.
    pub(crate) fn broken(&self, error: &io::Error) -> SourceError {
        broken(&self.place, self.trip.get(), error)
    }

    /// The whole entry, refused beyond `limit` bytes before it fills the memory.
    pub(crate) fn bytes(&mut self, limit: u64) -> Result<Vec<u8>, SourceError> {
        let mut bytes = Vec::new();
        let read = (&mut self.reader).take(limit + 1).read_to_end(&mut bytes);
        read.map_err(|error| self.broken(&error))?;
        if bytes.len() as u64 > limit {
            let limit = format!("{} MiB", limit >> 20);
            let place = self.place.clone();
            return Err(SourceError::TooLarge { place, what: "the size of one file", limit });
        }
        Ok(bytes)
    }

    /// The receipt of what was read, with no row counted yet.
    pub(crate) fn receipt(&self) -> FileReceipt {
        let meter = self.reader.get_ref().inner();
        let digest = Digest::from_hex(meter.hash.finalize().to_hex().to_string());
        let assumed = self.assumed.map(str::to_owned);
        FileReceipt { assumed, ..FileReceipt::new(self.name.clone(), meter.out, digest) }
    }

    /// Puts the size, digest and encoding of what was read by now into `file`.
    pub(crate) fn measure(&self, file: &mut FileReceipt) {
        let FileReceipt { bytes, digest, assumed, .. } = self.receipt();
        (file.bytes, file.digest, file.assumed) = (bytes, digest, assumed);
    }
}

/// A limit that was passed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trip {
    Size(u64),
    Ratio,
}

impl Trip {
    pub(super) fn error(self, place: &str) -> SourceError {
        let place = place.to_owned();
        match self {
            Trip::Ratio => SourceError::Bomb { place, ratio: MAX_RATIO },
            Trip::Size(limit) => SourceError::TooLarge {
                place,
                what: "what it unpacks to",
                limit: format!("{} MiB", limit >> 20),
            },
        }
    }
}

pub(super) fn broken(place: &str, trip: Option<Trip>, error: &io::Error) -> SourceError {
    match trip {
        Some(trip) => trip.error(place),
        // What a library says may repeat bytes of the file.
        None => {
            let problem = clean_name(&error.to_string());
            SourceError::Damaged { place: place.to_owned(), problem }
        }
    }
}

thread_local! {
    /// Where this thread counts what it reads, if anybody watches.
    static WATCHED: RefCell<Option<Arc<AtomicU64>>> = const { RefCell::new(None) };
}

/// Lets this thread count all that it reads from exports.
pub(crate) fn count_into(bytes: &Arc<AtomicU64>) {
    WATCHED.set(Some(Arc::clone(bytes)));
}

/// Counts what is read from the disk.
pub(super) struct Counted<R> {
    inner: R,
    packed: Rc<Cell<u64>>,
}

impl<R> Counted<R> {
    pub(super) fn new(inner: R, packed: Rc<Cell<u64>>) -> Self {
        Self { inner, packed }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.packed.set(self.packed.get() + count as u64);
        WATCHED.with_borrow(|watched| {
            if let Some(bytes) = watched {
                bytes.fetch_add(count as u64, Ordering::Relaxed);
            }
        });
        Ok(count)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// Measures what is unpacked, and stops at the limits.
pub(super) struct Meter<R> {
    inner: R,
    out: u64,
    limit: Rc<Cell<u64>>,
    packed: Rc<Cell<u64>>,
    packed_before: u64,
    hash: blake3::Hasher,
    trip: Rc<Cell<Option<Trip>>>,
}

impl<R> Meter<R> {
    pub(super) fn new(
        inner: R,
        packed: Rc<Cell<u64>>,
        limit: Rc<Cell<u64>>,
        trip: Rc<Cell<Option<Trip>>>,
    ) -> Self {
        let packed_before = packed.get();
        Self { inner, out: 0, limit, packed, packed_before, hash: blake3::Hasher::new(), trip }
    }

    fn passed(&self) -> Option<Trip> {
        let packed = self.packed.get() - self.packed_before + READ_AHEAD_BYTES;
        if self.out > self.limit.get() {
            Some(Trip::Size(self.limit.get()))
        } else if self.out / MAX_RATIO > packed {
            Some(Trip::Ratio)
        } else {
            None
        }
    }
}

impl<R: Read> Read for Meter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.out += count as u64;
        self.hash.update(&buffer[..count]);
        match self.passed() {
            Some(trip) => {
                self.trip.set(Some(trip));
                Err(io::Error::other("a limit was passed"))
            }
            None => Ok(count),
        }
    }
}

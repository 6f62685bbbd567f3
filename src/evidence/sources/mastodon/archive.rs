//! Entries of an archive that somebody else made, read without ever writing one to disk.
//!
//! Start reading at [`walk`]. It checks every entry's name and kind, and hands the wanted ones to
//! the reader one by one, as an [`Entry`].
//!
//! # Always true
//!
//! - The kind of archive is told by its first bytes, never by its name.
//! - Limits are counted on bytes that really came out, never taken from a header.
//! - One entry that points outside the archive refuses the whole archive: an honest server never
//!   makes one.

use std::{
    cell::Cell,
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::Path,
    rc::Rc,
};

use flate2::read::GzDecoder;
use serde::de::DeserializeSeed;
use zip::{ZipArchive, result::ZipError};

use crate::{
    evidence::sources::{SourceError, disk, json},
    model::{Digest, SourceKind},
};

/// The most entries of one archive; pictures and films are entries too.
pub(super) const MAX_ENTRIES: usize = 1_000_000;
/// The most that one entry unpacks to. An outbox of 100,000 posts has about 0.3 GiB.
pub(super) const MAX_ENTRY_BYTES: u64 = 1 << 30;
/// The most that all entries together unpack to, pictures and films included.
pub(super) const MAX_TOTAL_BYTES: u64 = 64 << 30;
/// The most that may come out for each byte that goes in. Outboxes reach about 30.
pub(super) const MAX_RATIO: u64 = 200;
/// So many bytes more are taken as gone in: an unpacker reads ahead, so the bytes of an entry may
/// have been counted before it began. Ratios matter from 12.5 MiB on.
pub(super) const READ_AHEAD_BYTES: u64 = 1 << 16;
/// The most that stands between two entries of a .tar: headers, and names too long for them.
pub(super) const MAX_HEADER_BYTES: u64 = 1 << 20;

/// The container, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Zip,
    TarGz,
    Tar,
}

impl Container {
    /// Tells the container by the first 512 bytes of a file.
    pub(super) fn of(first: &[u8]) -> Option<Container> {
        match first {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Container::Zip),
            [0x1f, 0x8b, ..] => Some(Container::TarGz),
            _ if first.get(257..262) == Some(b"ustar") => Some(Container::Tar),
            _ => None,
        }
    }
}

/// What a reader does with a wanted entry.
pub(super) type Visit<'v> = dyn FnMut(&mut Entry<'_>) -> Result<(), SourceError> + 'v;

/// Checks every entry of the archive at `path` and hands those named in `wanted` to `visit`.
///
/// An entry is wanted at the top of the archive or inside of one folder, because people unpack
/// archives and pack them again.
///
/// # Errors
///
/// Every way in which an archive can be broken, unsafe or too large, and whatever `visit`
/// answers.
pub(super) fn walk(path: &Path, wanted: &[&str], visit: &mut Visit<'_>) -> Result<(), SourceError> {
    let place = path.display().to_string();
    let mut file = disk::open(path)?;
    let mut first = Vec::new();
    let look = file.by_ref().take(512).read_to_end(&mut first);
    look.and_then(|_| file.seek(SeekFrom::Start(0)))
        .map_err(|error| SourceError::io(path, error))?;
    if first.is_empty() {
        return Err(SourceError::Empty { file: place });
    }
    let Some(container) = Container::of(&first) else {
        return Err(SourceError::WrongPlace {
            path: place,
            kind: SourceKind::MastodonArchive,
            found: "no archive by its first bytes",
            wanted: "a .zip, .tar.gz or .tar archive",
        });
    };
    let packed = Rc::new(Cell::new(0));
    let file = Counted { inner: BufReader::new(file), packed: Rc::clone(&packed) };
    let mut walk = Walk { place, wanted, packed, seen: Vec::new(), visit };
    match container {
        Container::Zip => walk.zip(file),
        Container::TarGz => walk.tar(GzDecoder::new(file)),
        Container::Tar => walk.tar(file),
    }
}

struct Walk<'w, 'v> {
    place: String,
    wanted: &'w [&'w str],
    packed: Rc<Cell<u64>>,
    seen: Vec<String>,
    visit: &'w mut Visit<'v>,
}

impl Walk<'_, '_> {
    fn zip(&mut self, file: Counted<BufReader<File>>) -> Result<(), SourceError> {
        let mut archive = ZipArchive::new(file).map_err(|error| self.damaged(&error))?;
        self.check_count(archive.len())?;
        let mut open = Vec::new();
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(|error| self.damaged(&error))?;
            let name = self.safe_name(entry.name_raw())?;
            if entry.is_symlink() {
                return Err(self.unsafe_entry(&name, "is a link"));
            }
            if self.wants(&name, entry.is_dir())? {
                if entry.encrypted() {
                    return Err(SourceError::Encrypted { path: self.place.clone(), entry: name });
                }
                open.push((index, name));
            }
        }
        for (index, name) in open {
            let mut entry = archive.by_index(index).map_err(|error| self.damaged(&error))?;
            self.hand_over(&name, &mut entry)?;
        }
        Ok(())
    }

    fn tar(&mut self, unpacked: impl Read) -> Result<(), SourceError> {
        let trip = Rc::new(Cell::new(None));
        let place = self.place.clone();
        let broken = |error: &io::Error| broken(&place, trip.get(), error);
        let packed = Rc::clone(&self.packed);
        let limit = Rc::new(Cell::new(MAX_HEADER_BYTES));
        let meter = Meter::new(unpacked, packed, Rc::clone(&limit), Rc::clone(&trip));
        let mut archive = tar::Archive::new(meter);
        let mut count = 0;
        for entry in archive.entries().map_err(|error| broken(&error))? {
            let mut entry = entry.map_err(|error| broken(&error))?;
            count += 1;
            self.check_count(count)?;
            // Names and the like are read into memory whole, so they get a limit of their own.
            let end = entry.raw_file_position().saturating_add(entry.size());
            limit.set(end.saturating_add(MAX_HEADER_BYTES).min(MAX_TOTAL_BYTES));
            let name = self.safe_name(&entry.path_bytes())?;
            let kind = entry.header().entry_type();
            if kind.is_pax_global_extensions() {
                continue;
            }
            if !kind.is_file() && !kind.is_dir() {
                return Err(self.unsafe_entry(&name, "is a link or a device"));
            }
            if self.wants(&name, kind.is_dir())? {
                // What trips inside the entry is the archive's own limit: the one that is passed.
                self.hand_over(&name, &mut entry).map_err(|error| match (error, trip.get()) {
                    (SourceError::Damaged { place, .. }, Some(trip)) => trip.error(&place),
                    (error, _) => error,
                })?;
            }
        }
        limit.set(MAX_TOTAL_BYTES);
        // The sum at the end of a .gz is checked only if the end is read.
        let rest = io::copy(&mut archive.into_inner(), &mut io::sink());
        rest.map(|_| ()).map_err(|error| broken(&error))
    }

    fn hand_over(&mut self, name: &str, reader: &mut dyn Read) -> Result<(), SourceError> {
        let place = format!("{}/{name}", self.place);
        let file = name.rsplit('/').next().unwrap_or(name).to_owned();
        let mut entry = Entry::new(place, file, reader, Rc::clone(&self.packed))?;
        (self.visit)(&mut entry)
    }

    fn check_count(&self, count: usize) -> Result<(), SourceError> {
        if count <= MAX_ENTRIES {
            return Ok(());
        }
        let limit = format!("{MAX_ENTRIES} entries");
        Err(SourceError::TooLarge {
            place: self.place.clone(),
            what: "the number of entries",
            limit,
        })
    }

    /// Whether an entry is to be read; twice the same name is refused, because two readers would
    /// disagree which one counts.
    fn wants(&mut self, name: &str, folder: bool) -> Result<bool, SourceError> {
        let parts: Vec<&str> = name.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        let Some((last, folders)) = parts.split_last() else { return Ok(false) };
        if folder || folders.len() > 1 || !self.wanted.contains(last) {
            return Ok(false);
        }
        if self.seen.iter().any(|seen| seen == last) {
            return Err(self.unsafe_entry(name, "is there twice"));
        }
        self.seen.push((*last).to_owned());
        Ok(true)
    }

    /// The name of an entry, if it points nowhere outside.
    fn safe_name(&self, raw: &[u8]) -> Result<String, SourceError> {
        let name = String::from_utf8_lossy(raw).into_owned();
        let mut parts = name.split(['/', '\\']);
        let drive = name.as_bytes().get(1) == Some(&b':');
        if name.starts_with(['/', '\\']) || drive {
            return Err(self.unsafe_entry(&name, "has an absolute path"));
        }
        if parts.any(|part| part == "..") {
            return Err(self.unsafe_entry(&name, "points outside of the archive"));
        }
        if name.contains('\0') {
            return Err(self.unsafe_entry(&name, "has a name with a zero byte"));
        }
        Ok(name)
    }

    fn unsafe_entry(&self, name: &str, problem: &'static str) -> SourceError {
        let entry = crate::evidence::sources::text::clean_name(name);
        SourceError::UnsafeEntry { path: self.place.clone(), entry, problem }
    }

    fn damaged(&self, error: &ZipError) -> SourceError {
        SourceError::Damaged { place: self.place.clone(), problem: error.to_string() }
    }
}

/// A wanted entry, open for reading.
pub(super) struct Entry<'r> {
    /// The archive and the entry, for messages.
    pub place: String,
    /// The entry's name without folders.
    pub file: String,
    reader: BufReader<Meter<&'r mut dyn Read>>,
    trip: Rc<Cell<Option<Trip>>>,
}

impl<'r> Entry<'r> {
    fn new(
        place: String,
        file: String,
        reader: &'r mut dyn Read,
        packed: Rc<Cell<u64>>,
    ) -> Result<Self, SourceError> {
        let trip = Rc::new(Cell::new(None));
        let limit = Rc::new(Cell::new(MAX_ENTRY_BYTES));
        let meter = Meter::new(reader, packed, limit, Rc::clone(&trip));
        let mut reader = BufReader::with_capacity(1 << 16, meter);
        let first = reader.fill_buf().map_err(|error| broken(&place, trip.get(), &error))?;
        let mark = if first.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        json::check_encoding(&place, &first[mark..])?;
        reader.consume(mark);
        Ok(Self { place, file, reader, trip })
    }

    /// Reads the entry as JSON while it is unpacked, to its end.
    pub(super) fn json<'de, S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, SourceError> {
        let mut reader = serde_json::Deserializer::from_reader(&mut self.reader);
        let read = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
        read.map_err(|error| {
            if error.is_io() {
                broken(&self.place, self.trip.get(), &error.into())
            } else {
                json::bad_json(&self.place, &error)
            }
        })
    }

    /// The size and digest of what was read.
    pub(super) fn measured(&self) -> (u64, Digest) {
        let meter = self.reader.get_ref();
        (meter.out, Digest::from_hex(meter.hash.finalize().to_hex().to_string()))
    }
}

/// A limit that was passed.
#[derive(Debug, Clone, Copy)]
enum Trip {
    Size(u64),
    Ratio,
}

impl Trip {
    fn error(self, place: &str) -> SourceError {
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

fn broken(place: &str, trip: Option<Trip>, error: &io::Error) -> SourceError {
    match trip {
        Some(trip) => trip.error(place),
        None => SourceError::Damaged { place: place.to_owned(), problem: error.to_string() },
    }
}

/// Counts what is read from the disk.
struct Counted<R> {
    inner: R,
    packed: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.packed.set(self.packed.get() + count as u64);
        Ok(count)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// Measures what is unpacked, and stops at the limits.
struct Meter<R> {
    inner: R,
    out: u64,
    limit: Rc<Cell<u64>>,
    packed: Rc<Cell<u64>>,
    packed_before: u64,
    hash: blake3::Hasher,
    trip: Rc<Cell<Option<Trip>>>,
}

impl<R> Meter<R> {
    fn new(
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

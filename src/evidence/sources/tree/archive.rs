//! Entries of an archive that somebody else made, read without ever writing one to disk.
//!
//! Start reading at [`walk`]. It checks every entry's name and kind, and hands the wanted ones over
//! one by one.
//!
//! # Always true
//!
//! - One entry that points outside the archive refuses the whole archive: an honest server never
//!   makes one.
//! - What all entries together unpack to is held against the archive as it lies there, so neither many
//!   small bombs nor entries that share their bytes get past the limit of one.
//! - The table of contents of a .zip is counted before it is read into memory.

use std::{
    cell::Cell,
    collections::BTreeSet,
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
    rc::Rc,
};

use flate2::read::GzDecoder;
use zip::{ZipArchive, result::ZipError};

use super::{
    Entry, Listed, MAX_ENTRIES, Shape, Visit, Want, Wants, contents,
    entry::{Counted, MAX_RATIO, Meter, READ_AHEAD_BYTES, Trip, broken},
};
use crate::evidence::sources::{SourceError, disk, text::clean_name};

/// The most that all entries together unpack to, pictures and films included.
const MAX_TOTAL_BYTES: u64 = 64 << 30;
/// The most that stands between two entries of a .tar: headers, and names too long for them.
const MAX_HEADER_BYTES: u64 = 1 << 20;

/// Checks every entry of the archive at `path` and hands the wanted ones to `visit`.
///
/// # Errors
///
/// Every way in which an archive can be broken, unsafe or too large, and whatever `visit`
/// answers.
pub(super) fn walk(
    path: &Path,
    shape: Shape,
    wants: &mut Wants<'_>,
    visit: &mut Visit<'_>,
) -> Result<(), SourceError> {
    let place = path.display().to_string();
    let packed = Rc::new(Cell::new(0));
    let file = disk::open(path)?;
    let bytes = file.metadata().map_err(|error| SourceError::io(path, error))?.len();
    let file = Counted::new(BufReader::new(file), Rc::clone(&packed));
    let mut walk =
        Walk { place, bytes, packed, looked: 0, unpacked: 0, wants, seen: BTreeSet::new(), visit };
    match shape {
        Shape::Zip => walk.zip(file),
        Shape::TarGz => walk.tar(GzDecoder::new(file)),
        Shape::Tar | Shape::File | Shape::Folder => walk.tar(file),
    }
}

struct Walk<'w, 'a, 'v> {
    place: String,
    /// How large the archive is.
    bytes: u64,
    /// How much of it was read, some of it maybe again.
    packed: Rc<Cell<u64>>,
    /// How much of that went into looking what there is.
    looked: u64,
    /// What its entries were unpacked to by now.
    unpacked: u64,
    wants: &'w mut Wants<'a>,
    seen: BTreeSet<String>,
    visit: &'w mut Visit<'v>,
}

impl Walk<'_, '_, '_> {
    fn zip(&mut self, mut file: Counted<BufReader<File>>) -> Result<(), SourceError> {
        let listed = contents::count(&mut file).map_err(|error| self.damaged(&error.into()))?;
        self.check_count(listed.unwrap_or_default())?;
        let mut archive = ZipArchive::new(file).map_err(|error| self.damaged(&error))?;
        self.check_count(archive.len() as u64)?;
        // Of two entries with one name, only the last is told of.
        if listed.is_some_and(|listed| listed > archive.len() as u64) {
            return Err(self.unsafe_entry("of its table of contents", "is there twice"));
        }
        let mut open = Vec::new();
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(|error| self.damaged(&error))?;
            let name = self.safe_name(entry.name_raw())?;
            if entry.is_symlink() {
                return Err(self.unsafe_entry(&name, "is a link"));
            }
            if entry.is_dir() {
                continue;
            }
            let (encrypted, bytes) = (entry.encrypted(), entry.size());
            drop(entry);
            match self.wants(&name, bytes)? {
                Want::Read if encrypted => {
                    return Err(SourceError::Encrypted { path: self.place.clone(), entry: name });
                }
                Want::Read => open.push((index, name)),
                Want::Pass => {}
                Want::Stop => break,
            }
        }
        self.looked = self.packed.get();
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
            if kind.is_dir() {
                continue;
            }
            match self.wants(&name, entry.size())? {
                // What trips inside the entry is the archive's own limit: the one that is passed.
                Want::Read => {
                    self.hand_over(&name, &mut entry).map_err(|error| {
                        match (error, trip.get()) {
                            (SourceError::Damaged { place, .. }, Some(trip)) => trip.error(&place),
                            (error, _) => error,
                        }
                    })?;
                }
                Want::Pass => {}
                Want::Stop => return Ok(()),
            }
        }
        limit.set(MAX_TOTAL_BYTES);
        // The sum at the end of a .gz is checked only if the end is read.
        let rest = io::copy(&mut archive.into_inner(), &mut io::sink());
        rest.map(|_| ()).map_err(|error| broken(&error))
    }

    fn hand_over(&mut self, name: &str, reader: &mut dyn Read) -> Result<(), SourceError> {
        let place = format!("{}/{name}", self.place);
        let mut entry = Entry::new(place, name.to_owned(), reader, Rc::clone(&self.packed))?;
        (self.visit)(&mut entry)?;
        self.unpacked += entry.unpacked();
        self.check_whole()
    }

    /// Holds what came out of all entries against the archive.
    fn check_whole(&self) -> Result<(), SourceError> {
        let packed = (self.packed.get() - self.looked).min(self.bytes) + READ_AHEAD_BYTES;
        if self.unpacked / MAX_RATIO > packed {
            Err(Trip::Ratio.error(&self.place))
        } else if self.unpacked > MAX_TOTAL_BYTES {
            Err(Trip::Size(MAX_TOTAL_BYTES).error(&self.place))
        } else {
            Ok(())
        }
    }

    fn check_count(&self, count: u64) -> Result<(), SourceError> {
        if count <= MAX_ENTRIES as u64 {
            return Ok(());
        }
        let limit = format!("{MAX_ENTRIES} entries");
        Err(SourceError::TooLarge {
            place: self.place.clone(),
            what: "the number of entries",
            limit,
        })
    }

    /// What is to be done with an entry; twice the same name is refused, because two readers would
    /// disagree which one counts.
    fn wants(&mut self, name: &str, bytes: u64) -> Result<Want, SourceError> {
        let want = (self.wants)(&Listed { name: name.to_owned(), bytes });
        if want == Want::Read && !self.seen.insert(name.to_owned()) {
            return Err(self.unsafe_entry(name, "is there twice"));
        }
        Ok(want)
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
        let entry = clean_name(name);
        SourceError::UnsafeEntry { path: self.place.clone(), entry, problem }
    }

    fn damaged(&self, error: &ZipError) -> SourceError {
        SourceError::Damaged { place: self.place.clone(), problem: clean_name(&error.to_string()) }
    }
}

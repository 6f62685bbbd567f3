//! The only place of the readers that touches the disk.
//!
//! Start reading at [`read_whole`] and [`open`].
//!
//! # Always true
//!
//! - Nothing is written, and nothing but plain files is read: a pipe would never end.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use chrono::{DateTime, SubsecRound, Utc};

use super::SourceError;

/// What lies at a path.
pub(crate) enum Found {
    /// A folder.
    Folder,
    /// A plain file.
    File,
    /// A socket, a device and the like.
    Other,
}

/// Looks what lies at `path`.
pub(crate) fn look(path: &Path) -> Result<Found, SourceError> {
    let kind = fs::metadata(path).map_err(|error| SourceError::io(path, error))?.file_type();
    Ok(match (kind.is_dir(), kind.is_file()) {
        (true, _) => Found::Folder,
        (_, true) => Found::File,
        _ => Found::Other,
    })
}

/// The plain files of a folder with their names, in order of name. Subfolders, pipes and devices
/// are left out.
pub(crate) fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>, SourceError> {
    let io = |error| SourceError::io(folder, error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if fs::metadata(&path).is_ok_and(|found| found.is_file()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, path));
        }
    }
    files.sort();
    Ok(files)
}

/// Opens a file for reading.
pub(crate) fn open(path: &Path) -> Result<File, SourceError> {
    File::open(path).map_err(|error| SourceError::io(path, error))
}

/// Reads a whole file, refusing more than `limit` bytes before they fill the memory.
pub(crate) fn read_whole(path: &Path, limit: u64) -> Result<Vec<u8>, SourceError> {
    let mut bytes = Vec::new();
    let read = open(path)?.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| SourceError::io(path, error))?;
    if bytes.len() as u64 > limit {
        return Err(SourceError::TooLarge {
            place: path.display().to_string(),
            what: "the size of one file",
            limit: format!("{} MiB", limit >> 20),
        });
    }
    Ok(bytes)
}

/// When a file, or the newest file of a folder, was changed last; in whole seconds, UTC.
pub(crate) fn changed_at(path: &Path) -> Option<DateTime<Utc>> {
    let of = |path: &Path| fs::metadata(path).and_then(|found| found.modified()).ok();
    let newest = match look(path).ok()? {
        Found::File | Found::Other => of(path)?,
        Found::Folder => files(path).ok()?.iter().filter_map(|(_, file)| of(file)).max()?,
    };
    Some(DateTime::<Utc>::from(newest).trunc_subsecs(0))
}

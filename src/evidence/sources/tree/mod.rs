//! What a person gives to be read: a file, a folder or an archive, as entries with names.
//!
//! ```text
//! file, folder, .zip, .tar.gz, .tar ──► entries, checked and limited ──► the reader
//! ```
//!
//! Start reading at [`walk`]. [`archive`] is about hostile containers, [`entry`] about the bytes
//! of one entry, [`glance`] about telling what was given.
//!
//! # Always true
//!
//! - Nothing is unpacked to disk, and an archive inside of an archive stays closed.
//! - What lies at a path is told by its first bytes, never by its name.
//! - A folder's links are not followed, so nothing outside of it is read.
//! - The entries of a folder come in order of name, those of an archive in its own order.

mod archive;
mod contents;
mod entry;
mod glance;
mod rows;
mod utf16;

use std::{
    cell::Cell,
    fs,
    io::{Read, Seek, SeekFrom},
    path::Path,
    rc::Rc,
};

pub(crate) use self::{
    entry::{Entry, count_into},
    glance::{Glance, glance},
    rows::{Guard, MAX_ROW_BYTES, RowPlace},
};
use super::{
    SourceError,
    disk::{self, Found},
};

/// The most entries of one folder or archive; pictures and films are entries too.
const MAX_ENTRIES: usize = 1_000_000;
/// How many folders may lie inside of each other.
const MAX_DEPTH: usize = 16;

/// The name and size of an entry, before it is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its name with its folders, parted by `/`.
    pub name: String,
    /// Its size unpacked, as its header says.
    pub bytes: u64,
}

impl Listed {
    /// Its name without folders.
    pub(crate) fn file(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }

    /// How many folders it lies in.
    pub(crate) fn depth(&self) -> usize {
        let parts = self.name.split('/').filter(|part| !matches!(*part, "" | "."));
        parts.count().saturating_sub(1)
    }
}

/// What is to be done with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// Open it and hand it over.
    Read,
    /// Pass over it.
    Pass,
    /// Pass over it and everything behind it.
    Stop,
}

impl From<bool> for Want {
    fn from(wanted: bool) -> Self {
        if wanted { Want::Read } else { Want::Pass }
    }
}

/// Which entries a reader wants; asked once for each.
pub(crate) type Wants<'w> = dyn FnMut(&Listed) -> Want + 'w;
/// What a reader does with a wanted entry.
pub(crate) type Visit<'v> = dyn FnMut(&mut Entry<'_>) -> Result<(), SourceError> + 'v;

/// How the entries at a path are held together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A plain file: one entry.
    File,
    Folder,
    Zip,
    TarGz,
    Tar,
}

impl Shape {
    /// Tells what lies at `path`.
    ///
    /// # Errors
    ///
    /// [`SourceError`] if it is missing, cannot be read, or is neither file nor folder.
    pub(crate) fn at(path: &Path) -> Result<Shape, SourceError> {
        match disk::look(path)? {
            Found::Folder => Ok(Shape::Folder),
            Found::Other => Err(SourceError::NoFile { path: path.display().to_string() }),
            Found::File => {
                let mut first = Vec::new();
                let read = disk::open(path)?.take(512).read_to_end(&mut first);
                read.map_err(|error| SourceError::io(path, error))?;
                Ok(Shape::of(&first))
            }
        }
    }

    /// Tells the container by the first 512 bytes of a file.
    fn of(first: &[u8]) -> Shape {
        match first {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Shape::Zip,
            [0x1f, 0x8b, ..] => Shape::TarGz,
            _ if first.get(257..262) == Some(b"ustar") => Shape::Tar,
            _ => Shape::File,
        }
    }
}

/// Checks every entry of what lies at `path` and hands the wanted ones to `visit`.
///
/// # Errors
///
/// Every way in which a file, folder or archive can be missing, broken, unsafe or too large, and
/// whatever `visit` answers.
pub(crate) fn walk(
    path: &Path,
    wants: &mut Wants<'_>,
    visit: &mut Visit<'_>,
) -> Result<(), SourceError> {
    match Shape::at(path)? {
        Shape::Folder => folder(path, wants, visit),
        Shape::File => file(path, wants, visit),
        shape @ (Shape::Zip | Shape::TarGz | Shape::Tar) => {
            archive::walk(path, shape, wants, visit)
        }
    }
}

/// A plain file: its only entry is itself.
fn file(path: &Path, wants: &mut Wants<'_>, visit: &mut Visit<'_>) -> Result<(), SourceError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = fs::metadata(path).map_err(|error| SourceError::io(path, error))?.len();
    let listed = Listed { name, bytes };
    match wants(&listed) {
        Want::Read => open(path, path.display().to_string(), &listed, visit),
        Want::Pass | Want::Stop => Ok(()),
    }
}

/// A folder: its plain files, and those of the folders in it.
fn folder(path: &Path, wants: &mut Wants<'_>, visit: &mut Visit<'_>) -> Result<(), SourceError> {
    let mut files = Vec::new();
    list(path, "", 0, &mut files)?;
    files.sort_by(|one: &Listed, other| one.name.cmp(&other.name));
    for listed in files {
        match wants(&listed) {
            Want::Read => {
                let place = format!("{}/{}", path.display(), listed.name);
                open(&path.join(&listed.name), place, &listed, visit)?;
            }
            Want::Pass => {}
            Want::Stop => break,
        }
    }
    Ok(())
}

/// The plain files below `folder`, each with `before` in front of its name.
fn list(
    folder: &Path,
    before: &str,
    depth: usize,
    files: &mut Vec<Listed>,
) -> Result<(), SourceError> {
    let io = |error| SourceError::io(folder, error);
    let too_large =
        |what, limit| SourceError::TooLarge { place: folder.display().to_string(), what, limit };
    if depth > MAX_DEPTH {
        let limit = format!("{MAX_DEPTH} folders");
        return Err(too_large("the depth of folders in each other", limit));
    }
    for entry in fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        let kind = entry.file_type().map_err(io)?;
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        if kind.is_dir() {
            list(&entry.path(), &format!("{name}/"), depth + 1, files)?;
        } else if kind.is_file() {
            files.push(Listed { name, bytes: entry.metadata().map_or(0, |found| found.len()) });
        }
        if files.len() > MAX_ENTRIES {
            return Err(too_large("the number of files", format!("{MAX_ENTRIES} files")));
        }
    }
    Ok(())
}

/// How many bytes the file at `path`, or all files below the folder, have.
///
/// # Errors
///
/// [`SourceError`] if it cannot be listed.
pub(crate) fn bytes_below(path: &Path) -> Result<u64, SourceError> {
    if Shape::at(path)? != Shape::Folder {
        return Ok(fs::metadata(path).map_err(|error| SourceError::io(path, error))?.len());
    }
    let mut files = Vec::new();
    list(path, "", 0, &mut files)?;
    Ok(files.iter().map(|file| file.bytes).sum())
}

fn open(
    path: &Path,
    place: String,
    listed: &Listed,
    visit: &mut Visit<'_>,
) -> Result<(), SourceError> {
    let packed = Rc::new(Cell::new(0));
    let mut file = entry::Counted::new(disk::open(path)?, Rc::clone(&packed));
    file.seek(SeekFrom::Start(0)).map_err(|error| SourceError::io(path, error))?;
    visit(&mut Entry::new(place, listed.name.clone(), &mut file, packed)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names found, in their order, and what the wanted ones hold.
    fn found(path: &Path, wanted: &[&str]) -> (Vec<String>, Vec<String>) {
        let (mut names, mut texts) = (Vec::new(), Vec::new());
        let mut wants = |listed: &Listed| {
            names.push(listed.name.clone());
            Want::from(wanted.contains(&listed.file()))
        };
        walk(path, &mut wants, &mut |entry| {
            texts.push(String::from_utf8(entry.bytes(99)?).expect("text"));
            Ok(())
        })
        .expect("sound");
        (names, texts)
    }

    #[test]
    fn a_file_and_a_folder_are_trees_too() {
        let dir = tempfile::TempDir::new().expect("a folder");
        fs::create_dir(dir.path().join("data")).expect("a folder");
        fs::write(dir.path().join("data/b.json"), "two").expect("a file");
        fs::write(dir.path().join("a.json"), "one").expect("a file");
        assert_eq!(
            found(dir.path(), &["b.json"]),
            (vec!["a.json".into(), "data/b.json".into()], vec!["two".into()])
        );
        let (names, texts) = found(&dir.path().join("a.json"), &["a.json"]);
        assert_eq!((names, texts), (vec!["a.json".into()], vec!["one".into()]));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_leads_nowhere() {
        let dir = tempfile::TempDir::new().expect("a folder");
        std::os::unix::fs::symlink("/etc", dir.path().join("etc")).expect("a link");
        std::os::unix::fs::symlink(".", dir.path().join("self")).expect("a link");
        assert_eq!(found(dir.path(), &[]), (vec![], vec![]));
    }

    #[test]
    fn folders_without_end_are_refused() {
        let dir = tempfile::TempDir::new().expect("a folder");
        let deep: std::path::PathBuf = std::iter::repeat_n("d", MAX_DEPTH + 1).collect();
        fs::create_dir_all(dir.path().join(deep)).expect("folders");
        let error = walk(dir.path(), &mut |_| Want::Read, &mut |_| Ok(())).expect_err("too deep");
        assert!(matches!(error, SourceError::TooLarge { .. }), "{error}");
    }
}

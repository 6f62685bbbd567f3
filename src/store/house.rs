//! What every database file needs in time, whatever is in it: a look at its health and its room,
//! giving room back, and a copy while others write.
//!
//! Rows that go leave free pages in the file. `PRAGMA incremental_vacuum` moves the last pages of
//! the file into them and cuts it off.

use std::{
    fs::{self, File},
    io,
    path::Path,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use crate::failpoint;

/// How long a copy waits for a writer.
const BUSY: Duration = Duration::from_secs(10);

/// The most problems that one look at a file tells.
const MOST_PROBLEMS: u32 = 10;

/// The room that a database takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Space {
    /// The length of the file.
    pub file_bytes: u64,
    /// The length of its log of writes that are not in the file yet.
    pub log_bytes: u64,
    /// How much of the file is free, and can be given back.
    pub free_bytes: u64,
}

impl Space {
    /// The file and its log together.
    pub fn bytes(&self) -> u64 {
        self.file_bytes + self.log_bytes
    }

    /// What two files take together.
    pub fn and(self, other: Self) -> Self {
        Self {
            file_bytes: self.file_bytes + other.file_bytes,
            log_bytes: self.log_bytes + other.log_bytes,
            free_bytes: self.free_bytes + other.free_bytes,
        }
    }
}

/// The room that the database at `path` takes now.
pub(super) fn space(connection: &Connection, path: &Path) -> rusqlite::Result<Space> {
    let free =
        number(connection, "freelist_count")?.saturating_mul(number(connection, "page_size")?);
    let log = format!("{}-wal", path.display());
    let log_bytes = length(Path::new(&log));
    Ok(Space { file_bytes: length(path), log_bytes, free_bytes: free })
}

/// Gives at most `pages` free pages back, in one transaction; answers whether more can be.
pub(super) fn give_back(connection: &Connection, pages: u32) -> rusqlite::Result<bool> {
    let free = number(connection, "freelist_count")?;
    failpoint::pass("pages.before");
    if free > 0 {
        let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
        let mut rows = statement.query([])?;
        // Each page is one step of the statement.
        while rows.next()?.is_some() {}
    }
    failpoint::pass("pages.after");
    let left = number(connection, "freelist_count")?;
    // A file that was made without this gives nothing back, and must not be asked for ever.
    Ok(left > 0 && left < free)
}

/// What is wrong with the file; empty if it is sound.
///
/// - `full`: compares every index with its table, too.
pub(super) fn problems(connection: &Connection, full: bool) -> rusqlite::Result<Vec<String>> {
    let check = if full { "integrity_check" } else { "quick_check" };
    let mut statement = connection.prepare(&format!("PRAGMA {check}({MOST_PROBLEMS})"))?;
    let lines: rusqlite::Result<Vec<String>> = statement.query_map([], |row| row.get(0))?.collect();
    Ok(lines?.into_iter().filter(|line| line != "ok").collect())
}

/// Copies the database at `from` to the new file `to`, as it stands at one moment, without its
/// free pages, and waits until the copy is on the disk. Others may read and write meanwhile.
///
/// # Errors
///
/// SQLite's reason, or the disk's; what there is of `to` is of no use then.
pub fn copy(from: &Path, to: &Path) -> rusqlite::Result<()> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    source.busy_timeout(BUSY)?;
    let name = to.to_str().ok_or_else(|| rusqlite::Error::InvalidPath(to.to_owned()))?;
    source.execute("VACUUM INTO ?1", [name])?;
    let mode: String = source.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    let target = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // The copy is to be used as its origin was.
    target.pragma_update(None, "journal_mode", mode)?;
    target.close().map_err(|(_, error)| error)?;
    failpoint::pass("copy.made");
    sync(to).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    failpoint::pass("copy.synced");
    Ok(())
}

/// What is wrong with the database at `path`, which nobody writes to.
///
/// # Errors
///
/// SQLite's reason if it is no database at all.
pub fn look(path: &Path) -> rusqlite::Result<Vec<String>> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    problems(&connection, false)
}

/// Waits until a file is on the disk.
fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn number(connection: &Connection, pragma: &str) -> rusqlite::Result<u64> {
    connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
}

/// The length of a file; 0 if there is none.
fn length(path: &Path) -> u64 {
    fs::metadata(path).map(|meta| meta.len()).unwrap_or_default()
}

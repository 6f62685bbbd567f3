//! Why an export could not be read, where, and what to try next.
//!
//! Start reading at [`SourceError`]. A fault in one row is no error: the row is skipped and
//! counted in the [`Receipt`](super::Receipt).
//!
//! # Always true
//!
//! - Every variant names the place, as exactly as the reader knows it.
//! - [`SourceError::hint`] has one next try for every variant.

use std::{io, path::Path};

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::text::on_one_line;
use crate::model::SourceKind;

/// How a moment is written.
const MINUTE: &str = "%Y-%m-%d %H:%M";

/// Why an export could not be read.
#[derive(Debug, Error)]
pub enum SourceError {
    /// Nothing lies at the path.
    #[error("`{path}` is not there", path = on_one_line(.path))]
    Missing {
        /// Where it was looked for.
        path: String,
    },
    /// A folder where a file is read, or the other way round.
    #[error("`{path}` is {found}, but a `{kind}` source is read from {wanted}", path = on_one_line(.path))]
    WrongPlace {
        /// Where.
        path: String,
        /// The kind of source asked for.
        kind: SourceKind,
        /// What lies there.
        found: &'static str,
        /// What should.
        wanted: &'static str,
    },
    /// Neither a file nor a folder: a pipe, a device.
    #[error("`{path}` is neither a file nor a folder", path = on_one_line(.path))]
    NoFile {
        /// Where.
        path: String,
    },
    /// The system does not let us read it.
    #[error("`{path}` cannot be read: {source}", path = on_one_line(.path))]
    Unreadable {
        /// Where.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// There is not one byte.
    #[error("`{file}` is empty", file = on_one_line(.file))]
    Empty {
        /// Which file or entry.
        file: String,
    },
    /// The bytes are not UTF-8.
    #[error("`{file}` is not UTF-8 text: {found} at byte {byte}", file = on_one_line(.file))]
    Encoding {
        /// Which file or entry.
        file: String,
        /// What it seems to be.
        found: &'static str,
        /// The first bad byte, counted from 0.
        byte: u64,
    },
    /// The text is not JSON, or a value in it has the wrong type.
    #[error("`{file}` is not the JSON it should be at line {line}, column {column}: {problem}", file = on_one_line(.file), problem = on_one_line(.problem))]
    Json {
        /// Which file or entry.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What the parser says.
        problem: String,
    },
    /// The JSON is well formed but not what this file should hold.
    #[error("`{file}`: `{pointer}` should be {wanted}, but is {found}", file = on_one_line(.file), pointer = on_one_line(.pointer))]
    Shape {
        /// Which file or entry.
        file: String,
        /// The place in it as a JSON pointer; `/` for the whole.
        pointer: String,
        /// What it should be.
        wanted: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A table was to be read without saying how.
    #[error("`{path}` is a table, and no mapping says what its columns mean", path = on_one_line(.path))]
    NoMapping {
        /// The table.
        path: String,
    },
    /// A mapping that cannot be followed.
    #[error("{}: {problem}", at(&on_one_line(file), *line), problem = on_one_line(.problem))]
    Mapping {
        /// The mapping file.
        file: String,
        /// The line, from 1, if it is one line's fault.
        line: Option<usize>,
        /// What is wrong.
        problem: String,
        /// What to do instead.
        remedy: String,
    },
    /// A table without the columns that the reader needs.
    #[error("`{file}` has no header with the columns that are read", file = on_one_line(.file))]
    NoHeader {
        /// Which file or entry.
        file: String,
    },
    /// A table whose days may be read in two ways.
    #[error("`{file}`: the time `{example}` {problem}", file = on_one_line(.file), example = on_one_line(.example))]
    Days {
        /// Which file or entry.
        file: String,
        /// One of the times.
        example: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The folder has no file that the reader knows.
    #[error("`{path}` holds no file that a `{kind}` source reads", path = on_one_line(.path))]
    NothingToRead {
        /// The folder.
        path: String,
        /// The kind of source asked for.
        kind: SourceKind,
    },
    /// The export does not tell which account it belongs to.
    #[error("no file in `{path}` tells which account `{account}` is", path = on_one_line(.path), account = on_one_line(.account))]
    UnknownAccount {
        /// The folder.
        path: String,
        /// The account asked for.
        account: String,
    },
    /// The export belongs to somebody else.
    #[error("`{file}` is of the account `{found}`, not of `{wanted}`", file = on_one_line(.file), found = on_one_line(.found), wanted = on_one_line(.wanted))]
    OtherAccount {
        /// Which file or entry.
        file: String,
        /// Whose it is.
        found: String,
        /// Whose it should be.
        wanted: String,
    },
    /// Nothing in the export has a time, so nobody can tell how new it is.
    #[error("nothing in `{path}` tells when it was saved", path = on_one_line(.path))]
    Undated {
        /// The export.
        path: String,
    },
    /// Not one row gave a fact.
    #[error("none of {rows} rows could be read; `{file}`, {row}: {reason}", file = on_one_line(.file), row = on_one_line(.row), reason = on_one_line(.reason))]
    NoRows {
        /// The file of the first row left out.
        file: String,
        /// How many rows there are.
        rows: u64,
        /// Where that row stands.
        row: String,
        /// Why it was left out.
        reason: String,
    },
    /// The archive lacks a file it must have.
    #[error("`{path}` has no `{entry}`", path = on_one_line(.path), entry = on_one_line(.entry))]
    MissingEntry {
        /// The archive.
        path: String,
        /// The entry.
        entry: String,
    },
    /// An entry is of a kind that an honest export never has.
    #[error("`{path}`: the entry `{entry}` {problem}", path = on_one_line(.path), entry = on_one_line(.entry))]
    UnsafeEntry {
        /// The archive.
        path: String,
        /// The entry as the archive names it.
        entry: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// An export that tells how new it is was given another date.
    #[error("`{path}` tells itself that it is of {}, not of {}", found.format(MINUTE), asked.format(MINUTE), path = on_one_line(.path))]
    Dated {
        /// The export.
        path: String,
        /// How new it is: when it was made, or its newest fact, UTC.
        found: DateTime<Utc>,
        /// How new it was said to be, UTC.
        asked: DateTime<Utc>,
    },
    /// There is no room for sorting what does not fit into memory.
    #[error("the people could not be sorted in the folder for temporary files: {0}")]
    Unsorted(io::Error),
    /// A limit was passed.
    #[error("`{place}`: {what} passes the limit of {limit}", place = on_one_line(.place), limit = on_one_line(.limit))]
    TooLarge {
        /// Which file, archive or entry.
        place: String,
        /// What was counted.
        what: &'static str,
        /// The limit, with its unit.
        limit: String,
    },
    /// The archive unpacks to absurdly more than it is.
    #[error("`{place}` unpacks to more than {ratio} times its size, as a zip bomb does", place = on_one_line(.place))]
    Bomb {
        /// Which archive or entry.
        place: String,
        /// The limit.
        ratio: u64,
    },
    /// An entry needs a password.
    #[error("`{path}`: the entry `{entry}` is encrypted", path = on_one_line(.path), entry = on_one_line(.entry))]
    Encrypted {
        /// The archive.
        path: String,
        /// The entry.
        entry: String,
    },
    /// The archive breaks off or contradicts itself.
    #[error("`{place}` is damaged: {problem}", place = on_one_line(.place), problem = on_one_line(.problem))]
    Damaged {
        /// Which archive or entry.
        place: String,
        /// What the unpacker says.
        problem: String,
    },
}

impl SourceError {
    /// What the person who meets it can try next.
    pub fn hint(&self) -> String {
        match self {
            Self::Missing { .. } => {
                "check the path; in a brand file it is taken relative to the workspace".into()
            }
            Self::WrongPlace { kind, .. } => kind.given().into(),
            Self::NoFile { .. } => "save it as a file and name that".into(),
            Self::Unreadable { .. } => "check who may read it, and that the disk is well".into(),
            Self::Empty { .. } => "save or download it again: nothing of it arrived".into(),
            Self::Encoding { .. } => "save it again as UTF-8, or take the original file".into(),
            Self::Json { problem, .. } if problem.contains("recursion") => {
                "if it is a thread, save it again with `depth` and `parentHeight` of 40 at most"
                    .into()
            }
            Self::Json { .. } => {
                "save or download it again; it may have been cut off or edited by hand".into()
            }
            Self::Shape { .. } => "check that the file holds what its name says".into(),
            Self::NoMapping { .. } => {
                "write one with `fivestep import BRAND FILE --guess-map > maps/table.yaml`, then \
                 `--map maps/table.yaml`"
                    .into()
            }
            Self::Mapping { remedy, .. } => remedy.clone(),
            Self::NoHeader { .. } => {
                "take the table as it was downloaded, with its header, or give a mapping with \
                 `--map`"
                    .into()
            }
            Self::Days { .. } => {
                "export a month with a day after the 12th, or write the days as 2024-01-31".into()
            }
            Self::NothingToRead { kind, .. } => kind.given().into(),
            Self::UnknownAccount { .. } => {
                "add the answer that names the account (getProfile.json of Bluesky, users.json of X, \
                 channels.list of YouTube), or write the account by its lasting id, such as did:plc:… or \
                 UC…"
                    .into()
            }
            Self::OtherAccount { found, .. } => {
                format!("give the account as `{found}`, or choose the right export")
            }
            Self::Undated { .. } => {
                "say how new it is with `--as-of DATE`, or take an export whose rows have times; beside \
                 saved answers of Bluesky, save getAuthorFeed.json"
                    .into()
            }
            Self::NoRows { .. } => {
                "check that it is the right export, and of a mapping that its columns are the right \
                 ones"
                    .into()
            }
            Self::MissingEntry { entry, .. } => {
                format!("choose the archive as the server made it: it has `{entry}`")
            }
            Self::UnsafeEntry { .. } => {
                "do not trust this archive; download it again from your own server".into()
            }
            Self::Dated { .. } => "leave `--as-of` out: it is for exports without a date".into(),
            Self::Unsorted(_) => {
                "make room there, or name a folder with room in the variable TMPDIR".into()
            }
            Self::TooLarge { .. } => {
                "if the file is honest, split it or leave out what is not needed".into()
            }
            Self::Bomb { .. } => {
                "do not trust this archive; download it again from your own server".into()
            }
            Self::Encrypted { .. } => "unpack it with its password and pack it without one".into(),
            Self::Damaged { .. } => "download it again; it may have been cut off".into(),
        }
    }

    /// Says what the system said about `path`.
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.display().to_string();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            _ => Self::Unreadable { path, source },
        }
    }
}

/// A file and perhaps a line of it.
fn at(file: &str, line: Option<usize>) -> String {
    line.map_or_else(|| format!("`{file}`"), |line| format!("`{file}`, line {line}"))
}

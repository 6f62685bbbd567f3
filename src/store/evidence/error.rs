//! Why evidence could not be stored or read back, and what to try next.

use std::{io, path::Path};

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::ErrorCode;
use thiserror::Error;

/// Why evidence could not be stored or read back. Nothing is half written in any case.
#[derive(Debug, Error)]
pub enum EvidenceError {
    /// The folder or file cannot be reached.
    #[error("`{path}` cannot be opened: {problem}")]
    Unreachable {
        /// Where.
        path: String,
        /// What the system says.
        problem: String,
    },
    /// The file is something else.
    #[error("`{path}` is not an evidence file")]
    Foreign {
        /// Where.
        path: String,
    },
    /// A later program wrote it.
    #[error("`{path}` has version {found}, but this program knows versions up to {known}")]
    Newer {
        /// Where.
        path: String,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The file contradicts itself.
    #[error("`{path}` is damaged: {problem}")]
    Damaged {
        /// Where.
        path: String,
        /// What was found.
        problem: String,
    },
    /// We may not write.
    #[error("`{path}` may not be written")]
    ReadOnly {
        /// Where.
        path: String,
    },
    /// There is no room.
    #[error("there is no room left on the disk of `{path}`")]
    Full {
        /// Where.
        path: String,
    },
    /// Another process holds it.
    #[error("`{path}` is in use by another import")]
    Busy {
        /// Where.
        path: String,
    },
    /// One of two clocks is wrong.
    #[error(
        "the newest fact of the export is of {}, but it is {} now",
        as_of.to_rfc3339_opts(SecondsFormat::Secs, true),
        at.to_rfc3339_opts(SecondsFormat::Secs, true)
    )]
    FromTheFuture {
        /// How new the export is, UTC.
        as_of: DateTime<Utc>,
        /// What our clock says, UTC.
        at: DateTime<Utc>,
    },
    /// Somebody asked to forget an account of the brand itself.
    #[error("that is one of the brand's own accounts, without which `{path}` means nothing")]
    OwnAccount {
        /// Where.
        path: String,
    },
    /// Anything else the database says.
    #[error("`{path}`: {source}")]
    Database {
        /// Where.
        path: String,
        /// What it says.
        source: rusqlite::Error,
    },
}

impl EvidenceError {
    /// What the person who meets it can try next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "check that the folder exists and may be written",
            Self::Foreign { .. } => "move it away; import makes a new file in its place",
            Self::Newer { .. } => "use the newer fivestep that wrote it",
            Self::Damaged { .. } => {
                "restore it from a backup, or move it away and import the exports again"
            }
            Self::ReadOnly { .. } => "give yourself the right to write it and its folder",
            Self::Full { .. } => "make room and import again; nothing of this import was kept",
            Self::Busy { .. } => "wait for the other import and try again",
            Self::FromTheFuture { .. } => {
                "set the clock of this machine right, or leave out the row with the wrong time"
            }
            Self::OwnAccount { .. } => "remove the file to be rid of all the brand's evidence",
            Self::Database { .. } => "try again; if it stays, restore the file from a backup",
        }
    }

    /// Says what the system said about a folder or file.
    pub(super) fn folder(path: &Path, source: io::Error) -> Self {
        let path = path.display().to_string();
        match source.kind() {
            io::ErrorKind::StorageFull => Self::Full { path },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            _ => Self::Unreachable { path, problem: source.to_string() },
        }
    }

    /// Says what the database said about the file at `path`.
    pub(super) fn sqlite(path: &str, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, problem: source.to_string() },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly { path },
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(ErrorCode::CannotOpen) => Self::Unreachable { path, problem: source.to_string() },
            _ => Self::Database { path, source },
        }
    }
}

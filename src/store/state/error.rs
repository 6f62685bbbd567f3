//! Why a store could not answer, and what to do about it.

use std::path::PathBuf;

use rusqlite::ErrorCode;
use thiserror::Error;

/// Why the store could not answer. A fault, not an everyday answer.
#[derive(Debug, Error)]
pub enum StoreError {
    /// SQLite refused.
    #[error("the state file `{path}` cannot be used: {source}")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
    /// The file was written by a newer fivestep.
    #[error("the state file `{path}` has version {found}; this fivestep knows up to {known}")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The file is some other program's.
    #[error("`{path}` is an SQLite file, but not a fivestep state file")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Another process has taken the lead since.
    #[error("{holder} leads now, under number {fence}; this process led under {ours}")]
    Fenced {
        /// The other process.
        holder: String,
        /// Its number.
        fence: u64,
        /// The number of this process.
        ours: u64,
    },
    /// Another process goes on with the sweep over all brands.
    #[error("another process goes on with this run over all brands")]
    Overtaken,
    /// A row does not hold what fivestep wrote.
    #[error("the state file `{path}` is damaged: {what}: {source}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which row.
        what: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl StoreError {
    /// Whether another process held the store up for too long; it may be free again soon.
    pub fn is_busy(&self) -> bool {
        let StoreError::Sqlite { source, .. } = self else { return false };
        matches!(
            source.sqlite_error_code(),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
        )
    }

    /// Whether only one brand is concerned, so that work for the others can go on.
    pub fn concerns_one_brand(&self) -> bool {
        match self {
            StoreError::Damaged { .. } => true,
            StoreError::Sqlite { .. }
            | StoreError::Newer { .. }
            | StoreError::Foreign { .. }
            | StoreError::Fenced { .. }
            | StoreError::Overtaken => false,
        }
    }

    /// What to do next, in one sentence.
    pub fn hint(&self) -> String {
        match self {
            StoreError::Sqlite { source, .. } => sqlite_hint(source).to_owned(),
            StoreError::Newer { .. } => "use the newer fivestep that wrote it".to_owned(),
            StoreError::Foreign { .. } => "move it away, or choose another workspace".to_owned(),
            StoreError::Fenced { .. } => "nothing was written; let the other one lead".to_owned(),
            StoreError::Overtaken => {
                "nothing more was written here; see how far it is with `fivestep status`".to_owned()
            }
            StoreError::Damaged { .. } => "restore the file from a copy".to_owned(),
        }
    }
}

/// What to do about an error of SQLite.
fn sqlite_hint(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "free some space; nothing was half written",
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "make the workspace's `.fivestep` folder writable; nothing was changed"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process writes; try again when it is done"
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            "restore the file from a copy"
        }
        Some(ErrorCode::SystemIoFailure) => "look at the disk; nothing was half written",
        _ => "try again; if it stays so, restore the file from a copy",
    }
}

/// An error on the way to a [`StoreError`], which knows the path.
pub(super) enum Fault {
    Sqlite(rusqlite::Error),
    Store(StoreError),
}

impl Fault {
    pub(super) fn unwrap_or_else(
        self,
        fail: impl FnOnce(rusqlite::Error) -> StoreError,
    ) -> StoreError {
        match self {
            Fault::Sqlite(source) => fail(source),
            Fault::Store(error) => error,
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Fault::Store(error)
    }
}

impl From<rusqlite::types::FromSqlError> for Fault {
    fn from(error: rusqlite::types::FromSqlError) -> Self {
        Fault::Sqlite(error.into())
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(source: rusqlite::Error) -> Self {
        Fault::Sqlite(source)
    }
}

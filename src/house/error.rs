//! Why a copy could not be made or taken in, and what to do about it.

use std::{io, path::PathBuf};

use thiserror::Error;

/// Why a copy could not be made or taken in. What was there before is still there.
#[derive(Debug, Error)]
pub enum HouseError {
    /// Something is where the copy is to be.
    #[error("`{path}` is there already")]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// The system refused.
    #[error("`{path}` cannot be {doing}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// "read" or "written".
        doing: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// A database could not be copied.
    #[error("`{path}` cannot be copied: {source}")]
    Database {
        /// The database.
        path: PathBuf,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
    /// It is not a copy that this program made, or not a whole one.
    #[error("`{path}` is refused: {problem}")]
    Refused {
        /// The archive or folder.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The brand is here already.
    #[error("{brand} {what} in this workspace")]
    Here {
        /// The brand.
        brand: String,
        /// "runs" or "has other evidence".
        what: &'static str,
    },
    /// There is nothing to export.
    #[error("{brand} has not started, and has no evidence")]
    Nothing {
        /// The brand.
        brand: String,
    },
}

impl HouseError {
    /// What to do next, in one sentence.
    pub fn hint(&self) -> String {
        match self {
            HouseError::Exists { .. } => "name a new one, so that nothing is lost".to_owned(),
            HouseError::Io { .. } => "look at the path, its permissions and the room".to_owned(),
            HouseError::Database { .. } => {
                "see what is wrong with `fivestep doctor`, and whether there is room".to_owned()
            }
            HouseError::Refused { .. } => "nothing was changed; take another copy".to_owned(),
            HouseError::Here { brand, .. } => {
                format!("nothing was changed; see it with `fivestep status {brand}`")
            }
            HouseError::Nothing { brand } => {
                format!("its file brands/{brand}.yaml is all there is; copy that")
            }
        }
    }

    /// For `map_err` after a read.
    pub(super) fn reading(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| HouseError::Io { path, doing: "read", source }
    }

    /// For `map_err` after a write.
    pub(super) fn writing(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| HouseError::Io { path, doing: "written", source }
    }

    /// A copy that is not what it should be.
    pub(super) fn refused(path: impl Into<PathBuf>, problem: impl Into<String>) -> Self {
        HouseError::Refused { path: path.into(), problem: problem.into() }
    }
}

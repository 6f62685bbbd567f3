//! One brand's evidence as the beginning of another's.

use std::{fs, io, path::Path};

use rusqlite::params;

use crate::failpoint;

use super::{EvidenceError, EvidenceStore};

/// How the name of a copy in the making goes on after the brand's.
const IN_THE_MAKING: &str = "fork-";

impl EvidenceStore {
    /// Copies everything to `path`, as it stands at one moment. Answers whether it did: a file
    /// that is there already is left as it is.
    ///
    /// The copy appears under its name in one piece, when all of it is on the disk.
    ///
    /// # Errors
    ///
    /// [`EvidenceError`] if it cannot be written; then nothing has appeared.
    pub fn copy_to(&self, path: &Path) -> Result<bool, EvidenceError> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let fail = |source| EvidenceError::folder(path, source);
        let copy = tempfile::Builder::new()
            .prefix(&unfinished(path))
            .tempfile_in(folder)
            .map_err(fail)?
            .into_temp_path();
        let target = copy.to_string_lossy();
        // SQLite counts the copy as a write of this file, which only a reader forbids.
        self.wrap(self.connection.pragma_update(None, "query_only", false))?;
        let copied = self.connection.execute("VACUUM INTO ?1", params![target]);
        self.wrap(self.connection.pragma_update(None, "query_only", self.reads_only))?;
        self.wrap(copied)?;
        let looks = fs::metadata(&self.path).map_err(fail)?;
        fs::set_permissions(&copy, looks.permissions()).map_err(fail)?;
        fs::File::open(&copy).and_then(|file| file.sync_all()).map_err(fail)?;
        failpoint::pass("fork.copied");
        match copy.persist_noclobber(path) {
            Ok(()) => fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(fail)?,
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            Err(error) => return Err(fail(error.error)),
        }
        failpoint::pass("fork.placed");
        Ok(true)
    }

    /// Removes what copies to `path` have left that were killed half-way. Nobody may be copying.
    pub fn sweep_copies(path: &Path) {
        let Some(files) = path.parent().and_then(|folder| fs::read_dir(folder).ok()) else {
            return;
        };
        let begins = unfinished(path);
        for file in files.filter_map(Result::ok) {
            if file.file_name().to_string_lossy().starts_with(&begins) {
                // What cannot be removed is only in the way of nobody's eyes.
                drop(fs::remove_file(file.path()));
            }
        }
    }
}

/// How the names of unfinished copies begin; no brand's file is called so.
fn unfinished(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!(".{name}.{IN_THE_MAKING}")
}

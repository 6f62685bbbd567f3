//! A workspace: the folder with a team's workflows and brands, and what fivestep keeps for them.
//!
//! ```text
//! acme-agency/
//!   workflows/NAME.yaml     one workflow a file, named after it
//!   workflows/NAME.test.yaml  the suite that tests it
//!   brands/NAME.yaml        one brand a file, named after it
//!   .fivestep/              state.db, evidence/BRAND.db
//! ```
//!
//! # Always true
//!
//! - A file is named after what it defines, so finding one brand among 100,000 is one look.
//! - Files that people edit are only read here, never written after [`Workspace::create`].
#![allow(clippy::disallowed_methods, reason = "the workspace is the edge: it reads files")]

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use thiserror::Error;

use crate::{
    definition::{MAX_BYTES, SourceFile},
    failpoint,
    model::{BrandId, Source, WorkflowId},
    store::state::CachedFile,
};

/// The folder in which fivestep keeps its own files.
pub const OWN_FOLDER: &str = ".fivestep";

/// How the name of a suite file ends.
pub const SUITE_END: &str = ".test.yaml";

/// Why a workspace could not be used.
#[derive(Debug, Error)]
pub enum WorkspaceError {
    /// No workspace here or above.
    #[error("there is no fivestep workspace in `{from}` or above it")]
    NotFound {
        /// Where the search began.
        from: PathBuf,
    },
    /// There is one already.
    #[error("`{path}` is a fivestep workspace already")]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// No such brand or workflow file.
    #[error("there is no {what} `{name}`")]
    Unknown {
        /// "brand" or "workflow".
        what: &'static str,
        /// The name given.
        name: String,
        /// The names that exist.
        known: Vec<String>,
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
}

/// A folder with workflows and brands.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Finds the workspace in `from` or the nearest folder above it.
    ///
    /// # Errors
    ///
    /// [`WorkspaceError::NotFound`] if there is none.
    pub fn find(from: &Path) -> Result<Self, WorkspaceError> {
        let here = from.canonicalize().map_err(|source| io_error(from, "read", source))?;
        here.ancestors()
            .find(|folder| folder.join(OWN_FOLDER).is_dir())
            .map(|root| Self { root: root.to_owned() })
            .ok_or_else(|| WorkspaceError::NotFound { from: here.clone() })
    }

    /// Makes a new workspace with its first files; one that was cut off is made whole.
    ///
    /// - `files`: names in the workspace, and what stands in them; one that is there stays as it
    ///   is.
    ///
    /// # Errors
    ///
    /// [`WorkspaceError::Exists`] if `root` is one already, [`WorkspaceError::Io`] if a folder or
    /// file cannot be made.
    pub fn create(root: &Path, files: &[(String, &str)]) -> Result<Self, WorkspaceError> {
        if root.join(OWN_FOLDER).exists() {
            return Err(WorkspaceError::Exists { path: root.to_owned() });
        }
        for folder in ["workflows", "brands", "exports"] {
            let folder = root.join(folder);
            fs::create_dir_all(&folder).map_err(|error| io_error(&folder, "written", error))?;
        }
        for (name, text) in files {
            let path = root.join(name);
            write_new(&path, text).map_err(|error| io_error(&path, "written", error))?;
            failpoint::pass("init.file");
        }
        // The own folder comes last and whole: it is what makes the others a workspace.
        make_own_folder(root).map_err(|error| io_error(root, "written", error))?;
        Self::find(root)
    }

    /// The workspace's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A source of a brand's file with the place of its mapping, as the readers take it.
    pub fn with_map(&self, source: Source) -> Source {
        let map = source.map.map(|map| self.root.join(map).display().to_string());
        Source { map, ..source }
    }

    /// The file with all brands' runs.
    pub fn state_path(&self) -> PathBuf {
        self.root.join(OWN_FOLDER).join("state.db")
    }

    /// The file with one brand's evidence.
    pub fn evidence_path(&self, brand: &BrandId) -> PathBuf {
        self.root.join(OWN_FOLDER).join("evidence").join(format!("{brand}.db"))
    }

    /// A brand's file.
    pub fn brand_path(&self, brand: &BrandId) -> PathBuf {
        self.root.join("brands").join(format!("{brand}.yaml"))
    }

    /// A workflow's file.
    pub fn workflow_path(&self, workflow: &WorkflowId) -> PathBuf {
        self.root.join("workflows").join(format!("{workflow}.yaml"))
    }

    /// Reads a brand's file.
    ///
    /// # Errors
    ///
    /// [`WorkspaceError::Unknown`] with the names that exist if there is none,
    /// [`WorkspaceError::Io`] if it cannot be read.
    pub fn read_brand(&self, brand: &BrandId) -> Result<SourceFile, WorkspaceError> {
        self.read("brand", "brands", brand.as_str(), &self.brand_path(brand))
    }

    /// Reads a workflow's file.
    ///
    /// # Errors
    ///
    /// As [`Workspace::read_brand`].
    pub fn read_workflow(&self, workflow: &WorkflowId) -> Result<SourceFile, WorkspaceError> {
        self.read("workflow", "workflows", workflow.as_str(), &self.workflow_path(workflow))
    }

    fn read(
        &self,
        what: &'static str,
        folder: &str,
        name: &str,
        path: &Path,
    ) -> Result<SourceFile, WorkspaceError> {
        match read_file(path, &format!("{folder}/{name}.yaml")) {
            // A link that leads nowhere is there, and its name must not be called unknown.
            Err(WorkspaceError::Io { source, .. })
                if source.kind() == io::ErrorKind::NotFound && path.symlink_metadata().is_err() =>
            {
                let known = self.names(folder)?;
                Err(WorkspaceError::Unknown { what, name: name.to_owned(), known })
            }
            other => other,
        }
    }

    /// The names of the brands that have a file, sorted.
    ///
    /// # Errors
    ///
    /// [`WorkspaceError::Io`] if the folder cannot be read.
    pub fn brand_names(&self) -> Result<Vec<String>, WorkspaceError> {
        self.names("brands")
    }

    /// The names of the workflows that have a file, sorted.
    ///
    /// # Errors
    ///
    /// [`WorkspaceError::Io`] if the folder cannot be read.
    pub fn workflow_names(&self) -> Result<Vec<String>, WorkspaceError> {
        self.names("workflows")
    }

    fn names(&self, folder: &str) -> Result<Vec<String>, WorkspaceError> {
        let folder = self.root.join(folder);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io_error(&folder, "read", error)),
        };
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .filter(|entry| !entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .filter_map(|entry| entry.file_name().into_string().ok())
            // A suite lies beside its workflow, `engagement.test.yaml`, and is none itself.
            .filter(|name| !name.ends_with(SUITE_END))
            .filter_map(|name| name.strip_suffix(".yaml").map(str::to_owned))
            .collect();
        names.sort();
        Ok(names)
    }

    /// How a brand's file looks now, without its digest; `None` if it is not there.
    pub fn brand_file_stamp(&self, brand: &BrandId) -> Option<(i64, i64)> {
        let meta = fs::metadata(self.brand_path(brand)).ok()?;
        let modified = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some((i64::try_from(modified.as_nanos()).ok()?, i64::try_from(meta.len()).ok()?))
    }
}

/// How old a file must have been when it was read, so that an edit in the same tick of the
/// file system's clock cannot hide behind an equal time and length.
const SAFE_NANOSECONDS: i64 = 2_000_000_000;

/// Whether a file that looks like `stamp` is still the one that was read.
pub fn is_unchanged(cached: &CachedFile, stamp: (i64, i64)) -> bool {
    (cached.modified_ns, cached.bytes) == stamp
        && cached.modified_ns.saturating_add(SAFE_NANOSECONDS) < cached.read_ns
}

/// Reads a definition file, at most one byte more than is allowed, so that a huge file is refused
/// without being read.
///
/// # Errors
///
/// [`WorkspaceError::Io`] if it cannot be read.
pub fn read_file(path: &Path, name: &str) -> Result<SourceFile, WorkspaceError> {
    let fail = |source| io_error(path, "read", source);
    let mut bytes = Vec::new();
    // A pipe or a device may never end, or never begin.
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return Err(fail(io::Error::other("it is not a file")));
    }
    fs::File::open(path)
        .and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(fail)?;
    Ok(SourceFile::new(name, bytes))
}

/// Writes a file in one piece, unless one is there.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    // The name is always the same, so that what a death leaves is used by the next.
    let draft = path.with_extension("unfinished");
    let mut file = File::create(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(draft, path)
}

fn make_own_folder(root: &Path) -> io::Result<()> {
    let draft = root.join(".fivestep.unfinished");
    fs::create_dir_all(draft.join("evidence"))?;
    fs::write(draft.join(".gitignore"), "*\n")?;
    failpoint::pass("init.folder");
    fs::rename(draft, root.join(OWN_FOLDER))
}

fn io_error(path: &Path, doing: &'static str, source: io::Error) -> WorkspaceError {
    WorkspaceError::Io { path: path.to_owned(), doing, source }
}

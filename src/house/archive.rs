//! One copy of many files: a folder or one `.tar.gz`, with a manifest that says what is in it.
//!
//! ```text
//! manifest.json    format, kind, when; every other file with its length and BLAKE3 digest
//! …                the files, each under its name
//! ```
//!
//! Start reading at [`pack`] and at [`unpack`].
//!
//! # Always true
//!
//! - A copy appears under its name in one piece, when all of it is on the disk, or not at all.
//! - What a copy that was killed has left goes with the first copy made beside it a day later.
//! - An archive was perhaps made by somebody else: nothing is written outside of the folder, nothing
//!   that its manifest does not name, no byte more than it says, and no name that we never give.
//! - What was unpacked is what was packed: each length and digest is compared.

use std::{
    cell::Cell,
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
    rc::Rc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::{
    failpoint,
    model::{BrandId, Digest, WorkflowId},
};

use super::HouseError;

/// The file that says what is in a copy.
pub const MANIFEST: &str = "manifest.json";
/// The format that this program writes, and the newest that it reads.
pub const FORMAT: u32 = 1;
/// The longest manifest: about 400,000 files.
const MAX_MANIFEST_BYTES: u64 = 64 << 20;
/// The most that may come out for each byte that goes in. Databases reach about 30.
const MAX_RATIO: u64 = 200;
/// So much may come out of even the smallest archive.
const FREE_BYTES: u64 = 16 << 20;
/// What a .tar has around a file, at most: its header, and zeros up to whole blocks.
const AROUND_BYTES: u64 = 1 << 10;
/// The zeros after the last file; some programs write many.
const END_BYTES: u64 = 1 << 20;

/// How the names of copies in the making begin.
const UNFINISHED: &str = ".fivestep-copy-";

/// After how long nobody is at work on a copy any more.
const NOBODY_AT_WORK: Duration = Duration::from_secs(24 * 3_600);

/// What a copy is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A whole workspace.
    Workspace,
    /// One brand.
    Brand,
}

/// One file of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its name, with `/` between folders.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// The BLAKE3 digest of its bytes.
    pub blake3: String,
}

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The number of the format.
    pub format: u32,
    /// What it is a copy of.
    pub kind: Kind,
    /// The program that wrote it.
    pub fivestep: String,
    /// When, UTC.
    pub made_at: DateTime<Utc>,
    /// How many brands run in it.
    pub brands: u64,
    /// The brand, if it is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<BrandId>,
    /// The names of the workflows whose texts it holds, by digest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, String>,
    /// Every file but this one, in the order of names.
    pub files: Vec<Item>,
}

impl Manifest {
    /// A manifest of nothing yet.
    pub fn new(kind: Kind, made_at: DateTime<Utc>) -> Self {
        Self {
            format: FORMAT,
            kind,
            fivestep: env!("CARGO_PKG_VERSION").to_owned(),
            made_at,
            brands: 0,
            brand: None,
            texts: BTreeMap::new(),
            files: Vec::new(),
        }
    }

    /// All files together.
    pub fn bytes(&self) -> u64 {
        self.files.iter().fold(0, |sum, item| sum.saturating_add(item.bytes))
    }

    /// The file of that name.
    pub fn item(&self, name: &str) -> Option<&Item> {
        self.files.iter().find(|item| item.name == name)
    }
}

/// A folder in the making beside the place where it is to be; it goes when it is dropped.
#[derive(Debug)]
pub struct Stage {
    outer: tempfile::TempDir,
    /// Where the files are put.
    pub folder: PathBuf,
}

impl Stage {
    /// A folder on the same disk as `beside`.
    pub fn beside(beside: &Path) -> Result<Self, HouseError> {
        let parent = parent(beside);
        fs::create_dir_all(parent).map_err(HouseError::writing(parent))?;
        Self::within(parent)
    }

    /// A folder in `parent`.
    pub fn within(parent: &Path) -> Result<Self, HouseError> {
        sweep_unfinished(parent);
        let outer = tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(parent);
        let outer = outer.map_err(HouseError::writing(parent))?;
        let folder = outer.path().join("copy");
        fs::create_dir(&folder).map_err(HouseError::writing(&folder))?;
        Ok(Self { outer, folder })
    }

    /// Writes a file of the copy, and waits until it is on the disk.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), HouseError> {
        let path = self.room_for(name)?;
        let write = || {
            let mut file = File::create_new(&path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(HouseError::writing(&path))?;
        failpoint::pass("copy.file");
        Ok(())
    }

    /// The place of a file of the copy, whose folder is there.
    pub fn room_for(&self, name: &str) -> Result<PathBuf, HouseError> {
        let path = self.folder.join(name);
        let folder = parent(&path);
        fs::create_dir_all(folder).map_err(HouseError::writing(folder))?;
        Ok(path)
    }

    /// Lists the files in `manifest` and writes it.
    pub fn seal(&self, manifest: &mut Manifest) -> Result<(), HouseError> {
        manifest.files = Vec::new();
        collect(&self.folder, "", &mut manifest.files)?;
        manifest.files.sort_by(|one, other| one.name.cmp(&other.name));
        let text = serde_json::to_vec_pretty(manifest)
            .map_err(|error| HouseError::refused(&self.folder, error.to_string()))?;
        self.write(MANIFEST, &text)?;
        failpoint::pass("copy.sealed");
        Ok(())
    }

    /// Puts the folder at `to`, where nothing is or an empty folder.
    pub fn place(self, to: &Path) -> Result<(), HouseError> {
        sync_folders(&self.folder).map_err(HouseError::writing(&self.folder))?;
        // Only an empty folder can be removed so.
        match fs::remove_dir(to) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(_) if to.symlink_metadata().is_ok() => {
                return Err(HouseError::Exists { path: to.to_owned() });
            }
            Ok(()) | Err(_) => {}
        }
        failpoint::pass("copy.complete");
        fs::rename(&self.folder, to).map_err(HouseError::writing(to))?;
        sync_folder(parent(to)).map_err(HouseError::writing(to))?;
        failpoint::pass("copy.placed");
        drop(self.outer);
        Ok(())
    }
}

/// Removes what copies into `parent` have left that were killed a day ago or earlier: by then
/// nobody is at work on them.
pub fn sweep_unfinished(parent: &Path) {
    let old = |entry: &fs::DirEntry| {
        let changed = entry.metadata().and_then(|meta| meta.modified()).ok();
        changed.and_then(|at| at.elapsed().ok()).is_some_and(|age| age >= NOBODY_AT_WORK)
    };
    let entries = fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok);
    let ours = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(UNFINISHED);
    for entry in entries.filter(|entry| ours(entry) && old(entry)) {
        let path = entry.path();
        // What cannot be removed is in nobody's way.
        drop(if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) });
    }
}

/// Refuses a place where something is already; an empty folder is nothing.
pub fn is_free(path: &Path) -> Result<(), HouseError> {
    let empty = || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    match path.symlink_metadata() {
        Ok(meta) if meta.is_dir() && empty() => Ok(()),
        Ok(_) => Err(HouseError::Exists { path: path.to_owned() }),
        Err(_) => Ok(()),
    }
}

fn collect(folder: &Path, before: &str, files: &mut Vec<Item>) -> Result<(), HouseError> {
    for entry in fs::read_dir(folder).map_err(HouseError::reading(folder))? {
        let entry = entry.map_err(HouseError::reading(folder))?;
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
            continue;
        }
        let path = entry.path();
        let (bytes, blake3) = digest(&path).map_err(HouseError::reading(&path))?;
        files.push(Item { name, bytes, blake3 });
    }
    Ok(())
}

/// The length and digest of a file.
pub fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut hasher = blake3::Hasher::new();
    let bytes = io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok((bytes, hasher.finalize().to_hex().to_string()))
}

/// Packs a sealed folder into the new archive `to`.
///
/// # Errors
///
/// [`HouseError`] if something is there already, or it cannot be written.
pub fn pack(stage: &Stage, manifest: &Manifest, to: &Path) -> Result<(), HouseError> {
    let write = || -> io::Result<NamedTempFile> {
        let file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(parent(to))?;
        let packed = GzEncoder::new(BufWriter::new(file), Compression::default());
        let mut tar = tar::Builder::new(packed);
        let names = manifest.files.iter().map(|item| item.name.as_str());
        for name in [MANIFEST].into_iter().chain(names) {
            let mut file = File::open(stage.folder.join(name))?;
            let mut header = tar::Header::new_ustar();
            header.set_size(file.metadata()?.len());
            header.set_mode(0o600);
            header.set_mtime(manifest.made_at.timestamp().unsigned_abs());
            tar.append_data(&mut header, name, &mut file)?;
        }
        let file = tar.into_inner()?.finish()?.into_inner().map_err(|error| error.into_error())?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    let file = write().map_err(HouseError::writing(to))?;
    failpoint::pass("archive.synced");
    match file.persist_noclobber(to) {
        Ok(_) => {
            sync_folder(parent(to)).map_err(HouseError::writing(to))?;
            failpoint::pass("archive.placed");
            Ok(())
        }
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(HouseError::Exists { path: to.to_owned() })
        }
        Err(error) => Err(HouseError::writing(to)(error.error)),
    }
}

/// Unpacks a copy, a folder or an archive, into `stage`; everything was compared when this
/// returns.
///
/// # Errors
///
/// [`HouseError::Refused`] if it is not a whole copy of that kind, or an unsafe one.
pub fn unpack(from: &Path, kind: Kind, stage: &Stage) -> Result<Manifest, HouseError> {
    let put = |name: &str| {
        let path = stage.room_for(name)?;
        File::create_new(&path).map_err(HouseError::writing(&path))
    };
    let manifest = read(from, kind, &mut |item, data| {
        let mut file = put(&item.name)?;
        copy_compared(from, item, data, &mut file)?;
        file.sync_all().map_err(HouseError::writing(from))
    })?;
    Ok(manifest)
}

/// Reads a copy from end to end and compares everything, without writing.
///
/// # Errors
///
/// As [`unpack`].
pub fn verify(from: &Path, kind: Kind) -> Result<Manifest, HouseError> {
    read(from, kind, &mut |item, data| copy_compared(from, item, data, &mut io::sink()))
}

type Take<'a> = &'a mut dyn FnMut(&Item, &mut dyn Read) -> Result<(), HouseError>;

fn read(from: &Path, kind: Kind, take: Take<'_>) -> Result<Manifest, HouseError> {
    if from.is_dir() { read_folder(from, kind, take) } else { read_archive(from, kind, take) }
}

fn read_folder(from: &Path, kind: Kind, take: Take<'_>) -> Result<Manifest, HouseError> {
    let path = from.join(MANIFEST);
    let file = File::open(&path).map_err(HouseError::reading(&path))?;
    let manifest = manifest_in(from, kind, &mut file.take(MAX_MANIFEST_BYTES))?;
    for item in &manifest.files {
        let path = from.join(&item.name);
        let plain = path.symlink_metadata().is_ok_and(|meta| meta.is_file());
        if !plain {
            return Err(HouseError::refused(from, format!("`{}` is not there", item.name)));
        }
        let mut file = File::open(&path).map_err(HouseError::reading(&path))?;
        take(item, &mut file)?;
    }
    Ok(manifest)
}

fn read_archive(from: &Path, kind: Kind, take: Take<'_>) -> Result<Manifest, HouseError> {
    let file = File::open(from).map_err(HouseError::reading(from))?;
    let packed = file.metadata().map_err(HouseError::reading(from))?.len();
    let broken = |error: io::Error| HouseError::refused(from, format!("it is damaged: {error}"));
    let limit = Rc::new(Cell::new(MAX_MANIFEST_BYTES + AROUND_BYTES));
    let unpacked = GzDecoder::new(BufReader::new(file));
    let mut archive = tar::Archive::new(Meter { inner: unpacked, read: 0, limit: limit.clone() });
    // Raw: no extension of the format is followed, so that none can hide a name or a length.
    let mut entries = archive.entries().map_err(broken)?.raw(true);
    let first = entries.next().transpose().map_err(broken)?;
    let mut first = first
        .filter(|entry| &*entry.path_bytes() == MANIFEST.as_bytes())
        .ok_or_else(|| HouseError::refused(from, "it does not begin with a manifest"))?;
    let manifest = manifest_in(from, kind, &mut first)?;
    drop(first);
    let (count, bytes) = (manifest.files.len() as u64, manifest.bytes());
    if bytes > packed.saturating_mul(MAX_RATIO).max(FREE_BYTES) {
        let problem = format!("{bytes} bytes are said to be in an archive of {packed}");
        return Err(HouseError::refused(from, problem));
    }
    let around = (count + 2).saturating_mul(AROUND_BYTES);
    limit.set(bytes.saturating_add(around).saturating_add(MAX_MANIFEST_BYTES + END_BYTES));
    let mut left: BTreeMap<&str, &Item> =
        manifest.files.iter().map(|item| (item.name.as_str(), item)).collect();
    for entry in entries {
        let mut entry = entry.map_err(broken)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let Some(item) = left.remove(name.as_str()) else {
            let problem = format!("`{name}` is in it and not in its manifest, or twice");
            return Err(HouseError::refused(from, problem));
        };
        if !entry.header().entry_type().is_file() {
            return Err(HouseError::refused(from, format!("`{name}` is no plain file")));
        }
        take(item, &mut entry)?;
    }
    if let Some(name) = left.keys().next() {
        return Err(HouseError::refused(from, format!("`{name}` is not in it")));
    }
    // The sum at the end of a .gz is compared only if the end is read.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(broken)?;
    Ok(manifest)
}

/// Reads a manifest and refuses one that no program of ours wrote.
fn manifest_in(from: &Path, kind: Kind, read: &mut dyn Read) -> Result<Manifest, HouseError> {
    let refused = |problem: String| HouseError::refused(from, problem);
    let mut text = Vec::new();
    read.take(MAX_MANIFEST_BYTES)
        .read_to_end(&mut text)
        .map_err(|error| refused(format!("it is damaged: {error}")))?;
    let value: serde_json::Value = serde_json::from_slice(&text)
        .map_err(|error| refused(format!("its manifest cannot be read: {error}")))?;
    let format = value.get("format").and_then(serde_json::Value::as_u64);
    match format {
        Some(format) if format > u64::from(FORMAT) => {
            return Err(refused(format!("its format is {format}; this fivestep knows {FORMAT}")));
        }
        Some(_) | None => {}
    }
    let manifest: Manifest = serde_json::from_value(value)
        .map_err(|error| refused(format!("its manifest cannot be read: {error}")))?;
    if manifest.kind != kind {
        let is = match manifest.kind {
            Kind::Workspace => "a backup of a workspace; `fivestep restore` takes it",
            Kind::Brand => "an export of one brand; `fivestep import BRAND --archive` takes it",
        };
        return Err(refused(format!("it is {is}")));
    }
    if let Some(item) = manifest.files.iter().find(|item| !is_ours(&item.name)) {
        return Err(refused(format!("`{}` is no name of a file in a copy", item.name)));
    }
    Ok(manifest)
}

/// Whether this is a name that we give to a file of a copy.
fn is_ours(name: &str) -> bool {
    let brand = |text: Option<&str>| text.is_some_and(|text| BrandId::new(text).is_ok());
    let workflow = |text: Option<&str>| text.is_some_and(|text| WorkflowId::new(text).is_ok());
    let hex = |text: Option<&str>| {
        text.is_some_and(|text| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    match name.rsplit_once('/') {
        None => ["journal.jsonl", "snapshot.json", "checkpoint.json"].contains(&name),
        Some((".fivestep", file)) => file == "state.db",
        Some((".fivestep/evidence", file)) => brand(file.strip_suffix(".db")),
        Some(("brands", file)) => brand(file.strip_suffix(".yaml")),
        Some(("definitions", file)) => hex(file.strip_suffix(".yaml")),
        Some(("workflows", file)) => {
            workflow(file.strip_suffix(".test.yaml")) || workflow(file.strip_suffix(".yaml"))
        }
        Some(_) => false,
    }
}

/// Copies a file and compares its length and digest.
fn copy_compared(
    from: &Path,
    item: &Item,
    data: &mut dyn Read,
    to: &mut dyn Write,
) -> Result<(), HouseError> {
    let mut hasher = blake3::Hasher::new();
    let mut copied = 0;
    let mut buffer = vec![0; 1 << 16];
    let damaged = |problem: String| {
        HouseError::refused(from, format!("`{}` is damaged: {problem}", item.name))
    };
    loop {
        let count = data.read(&mut buffer).map_err(|error| damaged(error.to_string()))?;
        let Some(part) = buffer.get(..count).filter(|part| !part.is_empty()) else { break };
        copied += count as u64;
        if copied > item.bytes {
            return Err(damaged(format!("it is longer than {} bytes", item.bytes)));
        }
        hasher.update(part);
        to.write_all(part).map_err(HouseError::writing(from))?;
    }
    if copied < item.bytes {
        return Err(damaged(format!("{copied} of {} bytes are there", item.bytes)));
    }
    if hasher.finalize().to_hex().as_str() != item.blake3 {
        return Err(damaged("its digest is another".to_owned()));
    }
    Ok(())
}

/// A reader that ends with an error once more has come out than may.
struct Meter<R> {
    inner: R,
    read: u64,
    limit: Rc<Cell<u64>>,
}

impl<R: Read> Read for Meter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count as u64;
        if self.read > self.limit.get() {
            return Err(io::Error::other("more is in it than it says"));
        }
        Ok(count)
    }
}

/// The folder that a path is in.
pub(super) fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Waits until the names in a folder are on the disk, where folders can be asked for that.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(path) {
        Ok(folder) if cfg!(unix) => folder.sync_all(),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn sync_folders(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        if path.is_dir() {
            sync_folders(&path)?;
        }
    }
    sync_folder(path)
}

/// The digest of a text, as the names of texts in an archive are made of it.
pub(super) fn text_name(digest: &Digest) -> String {
    format!("definitions/{}.yaml", digest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_we_give_are_taken() {
        // (why this row exists, the name, is it ours?)
        let hex = format!("definitions/{}.yaml", "a1".repeat(32));
        let table = [
            ("the state file", ".fivestep/state.db", true),
            ("evidence", ".fivestep/evidence/acme.db", true),
            ("a brand", "brands/acme.yaml", true),
            ("a suite", "workflows/ring.test.yaml", true),
            ("a text", hex.as_str(), true),
            ("a journal", "journal.jsonl", true),
            ("a way up", "../acme.yaml", false),
            ("a way up inside", "brands/../../acme.yaml", false),
            ("from the root", "/etc/passwd", false),
            ("the other slash", "brands\\acme.yaml", false),
            ("a program", "brands/acme.sh", false),
            ("a hook", ".git/hooks/post-checkout", false),
            ("the folder itself", "brands/.yaml", false),
            ("nothing", "", false),
        ];
        for (why, name, ours) in table {
            assert_eq!(is_ours(name), ours, "{why}");
        }
    }
}

//! One brand as one file, to carry it from one workspace to another.
//!
//! Start reading at [`export`] and [`import`].
//!
//! # Always true
//!
//! - An import is all there or not at all: everything is verified first, files come into place
//!   next, and the brand's run, on which all else rests, is one transaction at the end. An import
//!   that was killed before it is ended by importing again.
//! - A brand that runs, or has other evidence, is never touched; nor is a file that people edit.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    path::Path,
};

use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    definition::{SourceFile, load_workflow},
    engine::timers::pending,
    failpoint,
    failure::Failure,
    model::{BrandId, Checkpoint, Digest, Entry, Timer, checkpoint::Saved},
    store::{
        StateStore,
        evidence::EvidenceStore,
        state::{Text, Whole},
    },
    workspace::{OWN_FOLDER, Workspace},
};

use super::{
    HouseError,
    archive::{self, Kind, Manifest, Stage, parent, sync_folder, text_name},
    backup::copy_database,
};

/// How the name of an export ends.
pub const EXPORT_END: &str = ".fivestep.tar.gz";

/// The longest line of a journal: more than any entry that we write.
const MAX_LINE_BYTES: u64 = 64 << 20;

const JOURNAL: &str = "journal.jsonl";
const SNAPSHOT: &str = "snapshot.json";
const CHECKPOINT: &str = "checkpoint.json";

/// Writes all of `brand` to the new archive `to`.
///
/// - `evidence`: with the facts, or without.
///
/// # Errors
///
/// [`Failure`] if there is nothing to write, something is at `to`, or a file cannot be read or
/// written; then nothing is at `to`.
pub fn export(
    workspace: &Workspace,
    store: &StateStore,
    brand: &BrandId,
    to: &Path,
    evidence: bool,
    now: DateTime<Utc>,
) -> Result<Manifest, Failure> {
    archive::is_free(to)?;
    let stage = Stage::beside(to)?;
    let mut manifest = Manifest::new(Kind::Brand, now);
    manifest.brand = Some(brand.clone());
    let whole = write_run(store, brand, &stage)?;
    let facts = workspace.evidence_path(brand);
    if whole.checkpoint.revision == 0 && !facts.exists() {
        workspace.read_brand(brand)?;
        return Err(HouseError::Nothing { brand: brand.to_string() }.into());
    }
    manifest.brands = u64::from(whole.checkpoint.revision > 0);
    for text in &whole.texts {
        stage.write(&text_name(&text.digest), text.text.as_bytes())?;
        manifest.texts.insert(text.digest.as_str().to_owned(), text.name.clone());
    }
    copy_file(&workspace.brand_path(brand), &stage, &format!("brands/{brand}.yaml"))?;
    if let Some(workflow) = &whole.checkpoint.workflow {
        let name = format!("workflows/{workflow}.yaml");
        copy_file(&workspace.workflow_path(workflow), &stage, &name)?;
    }
    // After the state, so that the facts are never older than the state believes.
    if evidence && facts.exists() {
        copy_database(&facts, &stage.room_for(&evidence_name(brand))?)?;
    }
    stage.seal(&mut manifest)?;
    archive::pack(&stage, &manifest, to)?;
    Ok(manifest)
}

fn evidence_name(brand: &BrandId) -> String {
    format!("{OWN_FOLDER}/evidence/{brand}.db")
}

/// Writes checkpoint, snapshot and journal, as they stand at one moment.
fn write_run(store: &StateStore, brand: &BrandId, stage: &Stage) -> Result<Whole, Failure> {
    let path = stage.room_for(JOURNAL)?;
    let mut file = BufWriter::new(File::create_new(&path).map_err(HouseError::writing(&path))?);
    let mut written = Ok(());
    let whole = store.whole(brand, &mut |entry| {
        if written.is_ok() {
            let line = serde_json::to_writer(&mut file, entry).map_err(io::Error::from);
            written = line.and_then(|()| file.write_all(b"\n"));
        }
    })?;
    written.and_then(|()| file.flush()).map_err(HouseError::writing(&path))?;
    stage.write(CHECKPOINT, &json(&whole.checkpoint, &path)?)?;
    if let Some(snapshot) = &whole.snapshot {
        stage.write(SNAPSHOT, &json(snapshot, &path)?)?;
    }
    Ok(whole)
}

fn json(state: &Checkpoint, path: &Path) -> Result<Vec<u8>, HouseError> {
    let text = serde_json::to_vec(&Saved::from(state.clone())).map_err(io::Error::from);
    text.map_err(HouseError::writing(path))
}

/// Copies a file that people edit, if it is there.
fn copy_file(from: &Path, stage: &Stage, name: &str) -> Result<(), HouseError> {
    match fs::read(from) {
        Ok(bytes) => stage.write(name, &bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(HouseError::reading(from)(error)),
    }
}

/// What became of a file that people edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It was not there, and is now.
    Written,
    /// It was there, with the same text.
    Same,
    /// It was there, with another text, and still is.
    Different,
}

/// What an import brought in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// The brand.
    pub brand: BrandId,
    /// The number of its last commit; 0 if it does not run.
    pub revision: u64,
    /// Entries of its journal.
    pub entries: u64,
    /// Whether its facts came with it.
    pub evidence: bool,
    /// The files that people edit, and what became of them.
    pub files: Vec<(String, Fate)>,
}

/// Takes `brand` in from an archive of [`export`].
///
/// - `dry_run`: verify everything, write nothing.
///
/// # Errors
///
/// [`Failure`] if the archive is not whole or not of this brand, or the brand is here already; then
/// nothing of its run was written.
pub fn import(
    workspace: &Workspace,
    store: &mut StateStore,
    brand: &BrandId,
    from: &Path,
    dry_run: bool,
) -> Result<Imported, Failure> {
    let stage = Stage::within(&workspace.root().join(OWN_FOLDER))?;
    let manifest = archive::unpack(from, Kind::Brand, &stage)?;
    let unpacked = Unpacked { from, brand, stage: &stage, manifest: &manifest };
    unpacked.is_of_brand()?;
    let (whole, entries) = unpacked.whole()?;
    let timers = unpacked.timers(&whole)?;
    if store.checkpoint(brand)?.revision > 0 {
        return Err(HouseError::Here { brand: brand.to_string(), what: "runs" }.into());
    }
    let evidence = unpacked.evidence(workspace, dry_run)?;
    let mut files = Vec::new();
    for item in &manifest.files {
        if item.name.starts_with("brands/") || item.name.starts_with("workflows/") {
            let fate =
                put(&stage.folder.join(&item.name), &workspace.root().join(&item.name), dry_run)?;
            files.push((item.name.clone(), fate));
        }
    }
    let revision = whole.checkpoint.revision;
    let whole = Whole { evidence_revision: evidence.unwrap_or_default(), ..whole };
    let here = || HouseError::Here { brand: brand.to_string(), what: "runs" };
    if !dry_run && !store.take_in(&whole, &mut unpacked.journal()?, &timers)? {
        return Err(here().into());
    }
    Ok(Imported { brand: brand.clone(), revision, entries, evidence: evidence.is_some(), files })
}

/// An archive whose files are as its manifest says; whether they make sense is still to be seen.
struct Unpacked<'a> {
    from: &'a Path,
    brand: &'a BrandId,
    stage: &'a Stage,
    manifest: &'a Manifest,
}

impl Unpacked<'_> {
    fn refused(&self, problem: impl Into<String>) -> HouseError {
        HouseError::refused(self.from, problem)
    }

    fn is_of_brand(&self) -> Result<(), HouseError> {
        let own = [evidence_name(self.brand), format!("brands/{}.yaml", self.brand)];
        let of_others = self.manifest.files.iter().find(|item| {
            let of_a_brand = item.name.starts_with("brands/") || item.name.ends_with(".db");
            of_a_brand && !own.contains(&item.name)
        });
        match (&self.manifest.brand, of_others) {
            (Some(brand), _) if brand != self.brand => {
                Err(self.refused(format!("it is of brand `{brand}`")))
            }
            (_, Some(item)) => Err(self.refused(format!("`{}` is of another brand", item.name))),
            (None, None) => Err(self.refused("it names no brand")),
            (Some(_), None) => Ok(()),
        }
    }

    /// Everything but the facts, once the journal was seen to lead to the checkpoint; with the
    /// number of entries.
    fn whole(&self) -> Result<(Whole, u64), HouseError> {
        let checkpoint =
            self.state(CHECKPOINT)?.ok_or_else(|| self.refused("it has no checkpoint"))?;
        let snapshot = self.state(SNAPSHOT)?;
        let entries = self.prove(&checkpoint, snapshot.as_ref())?;
        let texts = self.manifest.texts.iter().map(|(digest, name)| self.text(digest, name));
        let texts = texts.collect::<Result<Vec<_>, _>>()?;
        Ok((Whole { checkpoint, snapshot, texts, evidence_revision: 0 }, entries))
    }

    fn state(&self, name: &str) -> Result<Option<Checkpoint>, HouseError> {
        if self.manifest.item(name).is_none() {
            return Ok(None);
        }
        let path = self.stage.folder.join(name);
        let bytes = fs::read(&path).map_err(HouseError::reading(&path))?;
        let saved: Saved = self.parse(name, &bytes)?;
        let state = Checkpoint::from(saved);
        match state.brand == *self.brand {
            true => Ok(Some(state)),
            false => Err(self.refused(format!("`{name}` is of brand `{}`", state.brand))),
        }
    }

    fn parse<T: DeserializeOwned>(&self, name: &str, bytes: &[u8]) -> Result<T, HouseError> {
        serde_json::from_slice(bytes)
            .map_err(|error| self.refused(format!("`{name}` cannot be read: {error}")))
    }

    fn journal(&self) -> Result<Lines, HouseError> {
        let path = self.stage.folder.join(JOURNAL);
        match self.manifest.item(JOURNAL) {
            Some(_) => File::open(&path).map(Lines::new).map_err(HouseError::reading(&path)),
            None => Err(self.refused("it has no journal")),
        }
    }

    /// Folds the journal and refuses it unless it leads to the checkpoint; counts its entries.
    fn prove(
        &self,
        checkpoint: &Checkpoint,
        snapshot: Option<&Checkpoint>,
    ) -> Result<u64, HouseError> {
        let mut state = snapshot.cloned().unwrap_or_else(|| Checkpoint::new(self.brand.clone()));
        let pruned = state.revision;
        let (mut count, mut last) = (0, 0);
        for entry in self.journal()? {
            let entry = entry
                .map_err(|error| self.refused(format!("its journal cannot be read: {error}")))?;
            let follows = match entry.revision <= pruned {
                true => entry.revision > last,
                false => entry.revision == state.revision + 1,
            };
            if !follows || entry.brand != *self.brand {
                let problem = format!("entry {} of its journal is out of order", count + 1);
                return Err(self.refused(problem));
            }
            if entry.revision > pruned {
                state.apply(&entry);
            }
            last = entry.revision;
            count += 1;
        }
        if state == *checkpoint {
            return Ok(count);
        }
        let (leads, is) = (state.id(), checkpoint.id());
        Err(self.refused(format!("its journal leads to {leads}, its checkpoint is {is}")))
    }

    fn text(&self, digest: &str, name: &str) -> Result<Text, HouseError> {
        let digest = Digest::from_hex(digest);
        let file = text_name(&digest);
        let listed = self.manifest.item(&file);
        listed.ok_or_else(|| self.refused(format!("`{file}` is not in it")))?;
        let path = self.stage.folder.join(&file);
        let text = fs::read_to_string(&path).map_err(HouseError::reading(&path))?;
        match Digest::of(text.as_bytes()) == digest {
            true => Ok(Text { digest, name: name.to_owned(), text }),
            false => Err(self.refused(format!("`{file}` has another digest"))),
        }
    }

    /// What the brand waits for.
    fn timers(&self, whole: &Whole) -> Result<Vec<Timer>, HouseError> {
        let Some(runs) = &whole.checkpoint.definition else { return Ok(Vec::new()) };
        let text = whole.texts.iter().find(|text| text.digest == *runs);
        let text = text.ok_or_else(|| self.refused("the text that it runs on is not in it"))?;
        let file = SourceFile::new(runs.short(), text.text.clone().into_bytes());
        match load_workflow(&file) {
            Ok(workflow) => Ok(pending(&workflow, &whole.checkpoint)),
            Err(_) => Err(self.refused("this fivestep cannot read the text that it runs on")),
        }
    }

    /// Brings the facts into place; answers with how often they have changed.
    fn evidence(&self, workspace: &Workspace, dry_run: bool) -> Result<Option<u64>, Failure> {
        let target = workspace.evidence_path(self.brand);
        let Some(item) = self.manifest.item(&evidence_name(self.brand)) else {
            return match target.exists() {
                true => Err(self.here().into()),
                false => Ok(None),
            };
        };
        let path = self.stage.folder.join(&item.name);
        let digest = |path: &Path| archive::digest(path).map_err(HouseError::reading(path));
        // An import that was killed may have brought it here before.
        if target.exists() && digest(&target)?.1 != item.blake3 {
            return Err(self.here().into());
        }
        let file = EvidenceStore::open_existing_read_only(&path)?;
        let file = file.ok_or_else(|| self.refused("its evidence is empty"))?;
        if let Some(problem) = file.problems(false)?.first() {
            return Err(self.refused(format!("its evidence is damaged: {problem}")).into());
        }
        let revision = file.revision()?;
        drop(file);
        if !dry_run && !target.exists() {
            place(&path, &target).map_err(HouseError::writing(&target))?;
        }
        Ok(Some(revision))
    }

    fn here(&self) -> HouseError {
        HouseError::Here { brand: self.brand.to_string(), what: "has other evidence" }
    }
}

/// The entries of a journal, one a line.
struct Lines {
    file: BufReader<File>,
}

impl Lines {
    fn new(file: File) -> Self {
        Self { file: BufReader::new(file) }
    }
}

impl Iterator for Lines {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        match self.file.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line) {
            Ok(0) => None,
            Ok(_) => Some(serde_json::from_slice(&line).map_err(io::Error::from)),
            Err(error) => Some(Err(error)),
        }
    }
}

/// Puts a file that people edit where it belongs, unless one is there.
fn put(from: &Path, to: &Path, dry_run: bool) -> Result<Fate, HouseError> {
    let bytes = fs::read(from).map_err(HouseError::reading(from))?;
    match fs::read(to) {
        Ok(there) if there == bytes => Ok(Fate::Same),
        Ok(_) => Ok(Fate::Different),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if !dry_run {
                place(from, to).map_err(HouseError::writing(to))?;
            }
            Ok(Fate::Written)
        }
        Err(error) => Err(HouseError::reading(to)(error)),
    }
}

/// Moves a file that is on the disk to a name that nothing has.
fn place(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(parent(to))?;
    fs::hard_link(from, to)?;
    failpoint::pass("arrival.linked");
    fs::remove_file(from)?;
    sync_folder(parent(to))?;
    failpoint::pass("arrival.placed");
    Ok(())
}

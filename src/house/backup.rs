//! A whole workspace as one copy, made while others work in it, and back.
//!
//! Start reading at [`backup`] and [`restore`].
//!
//! # Always true
//!
//! - The state file is copied first and the evidence after it. An import writes facts first and the
//!   note about them second, so in a copy the facts are never older than the state believes; at
//!   worst a restored workspace measures once more.
//! - A copy is read back and compared before it is called one.
//! - A workspace is restored only to where nothing is.

use std::{fs, path::Path};

use chrono::{DateTime, Utc};

use crate::{
    failure::Failure,
    model::{BrandId, WorkflowId},
    store::{StateStore, house as database},
    workspace::{OWN_FOLDER, SUITE_END, Workspace},
};

use super::{
    HouseError,
    archive::{self, Kind, Manifest, Stage},
    doctor::{self, Report},
};

/// How the name of an archive ends.
const ARCHIVE_ENDS: [&str; 2] = [".tar.gz", ".tgz"];

/// What is being copied, for a line that moves.
pub type Tell<'a> = &'a mut dyn FnMut(&str);

/// Copies the workspace to `to`: a new `.tar.gz` by its name, else a new folder.
///
/// # Errors
///
/// [`Failure`] if something is there already, or a file cannot be read or written; then nothing is
/// at `to`.
pub fn backup(
    workspace: &Workspace,
    to: &Path,
    now: DateTime<Utc>,
    tell: Tell<'_>,
) -> Result<Manifest, Failure> {
    archive::is_free(to)?;
    let stage = Stage::beside(to)?;
    let mut manifest = Manifest::new(Kind::Workspace, now);
    copy_state(workspace, &stage, &mut manifest, tell)?;
    for brand in evidence_files(workspace)? {
        tell(brand.as_str());
        let name = format!("{OWN_FOLDER}/evidence/{brand}.db");
        let path = workspace.evidence_path(&brand);
        copy_database(&path, &stage.room_for(&name)?)?;
    }
    tell("brands and workflows");
    copy_texts(workspace, &stage)?;
    stage.seal(&mut manifest)?;
    tell("comparing");
    if is_archive(to) {
        archive::pack(&stage, &manifest, to)?;
        if let Err(error) = archive::verify(to, Kind::Workspace) {
            // What cannot be read back must not be taken for a copy.
            fs::remove_file(to).map_err(HouseError::writing(to))?;
            return Err(error.into());
        }
    } else {
        archive::verify(&stage.folder, Kind::Workspace)?;
        stage.place(to)?;
    }
    Ok(manifest)
}

/// Whether a copy of that name is one file.
pub fn is_archive(path: &Path) -> bool {
    let name = path.to_string_lossy();
    ARCHIVE_ENDS.iter().any(|end| name.ends_with(end))
}

fn copy_state(
    workspace: &Workspace,
    stage: &Stage,
    manifest: &mut Manifest,
    tell: Tell<'_>,
) -> Result<(), Failure> {
    if !workspace.state_path().exists() {
        return Ok(());
    }
    tell("state.db");
    let copy = stage.room_for(&format!("{OWN_FOLDER}/state.db"))?;
    copy_database(&workspace.state_path(), &copy)?;
    manifest.brands = StateStore::open_to_look(&copy)?.0.brands()?;
    Ok(())
}

/// Copies a database and looks whether the copy is sound.
pub(super) fn copy_database(from: &Path, to: &Path) -> Result<(), HouseError> {
    let fail = |source| HouseError::Database { path: from.to_owned(), source };
    database::copy(from, to).map_err(fail)?;
    is_sound(to, from)
}

fn is_sound(path: &Path, named: &Path) -> Result<(), HouseError> {
    let fail = |source| HouseError::Database { path: named.to_owned(), source };
    match database::look(path).map_err(fail)?.first() {
        Some(problem) => Err(HouseError::refused(named, format!("it is damaged: {problem}"))),
        None => Ok(()),
    }
}

fn copy_texts(workspace: &Workspace, stage: &Stage) -> Result<(), Failure> {
    for folder in ["brands", "workflows"] {
        let from = workspace.root().join(folder);
        for (name, path) in files_in(&from)? {
            if is_definition(folder, &name) {
                let bytes = fs::read(&path).map_err(HouseError::reading(&path))?;
                stage.write(&format!("{folder}/{name}"), &bytes)?;
            }
        }
    }
    Ok(())
}

/// Whether a file of that name can define something.
fn is_definition(folder: &str, name: &str) -> bool {
    let stem = name.strip_suffix(SUITE_END).filter(|_| folder == "workflows");
    let stem = stem.or_else(|| name.strip_suffix(".yaml"));
    stem.is_some_and(|stem| WorkflowId::new(stem).is_ok())
}

/// The brands that have an evidence file, in order.
pub(super) fn evidence_files(workspace: &Workspace) -> Result<Vec<BrandId>, HouseError> {
    let files = files_in(&workspace.root().join(OWN_FOLDER).join("evidence"))?;
    let names = files.iter().filter_map(|(name, _)| name.strip_suffix(".db"));
    let mut brands: Vec<BrandId> = names.filter_map(|name| BrandId::new(name).ok()).collect();
    brands.sort();
    Ok(brands)
}

/// The files of a folder with their names; none if there is no such folder.
fn files_in(folder: &Path) -> Result<Vec<(String, std::path::PathBuf)>, HouseError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(HouseError::reading(folder)(error)),
    };
    let files = entries.filter_map(Result::ok).map(|entry| entry.path());
    let files = files.filter(|path| path.is_file());
    let named = |path: std::path::PathBuf| Some((path.file_name()?.to_str()?.to_owned(), path));
    Ok(files.filter_map(named).collect())
}

/// Makes the workspace of a copy anew at `to`, where nothing is or an empty folder. Answers with
/// what `doctor` says of it.
///
/// # Errors
///
/// [`Failure`] if the copy is not whole, or something is at `to`; then nothing was made.
pub fn restore(from: &Path, to: &Path, now: DateTime<Utc>) -> Result<(Manifest, Report), Failure> {
    archive::is_free(to)?;
    let stage = Stage::beside(to)?;
    let manifest = archive::unpack(from, Kind::Workspace, &stage)?;
    for folder in ["workflows", "brands", "exports", ".fivestep/evidence"] {
        let folder = stage.folder.join(folder);
        fs::create_dir_all(&folder).map_err(HouseError::writing(&folder))?;
    }
    stage.write(".fivestep/.gitignore", b"*\n")?;
    for item in manifest.files.iter().filter(|item| item.name.ends_with(".db")) {
        is_sound(&stage.folder.join(&item.name), from)?;
    }
    let report = doctor::examine(&Workspace::find(&stage.folder)?, now, Default::default())?;
    stage.place(to)?;
    Ok((manifest, report))
}

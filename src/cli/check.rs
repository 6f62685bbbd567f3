//! `check`: workflow, brand and suite files, alone and together.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{
    definition::{self, Diagnostic, Histories, History, Severity, SourceFile},
    failure::Failure,
    model::{BrandId, Event},
    store::StateStore,
    workspace::{Workspace, WorkspaceError, read_file},
};

use super::{
    args::{CheckArgs, Format},
    exit::Exit,
    report, sarif,
    session::Session,
};

/// What a check found.
#[derive(Serialize)]
pub struct Checks {
    files: usize,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<Diagnostic>,
}

pub fn run(session: &Session, args: &CheckArgs) -> Result<Exit, Failure> {
    let (files, mut unread) = read(session, args)?;
    if let Some(failure) = unread.pop_if(|_| files.is_empty()) {
        return Err(failure);
    }
    let histories = session.workspace().map(|own| histories(&own, &files)).unwrap_or_default();
    let checks = check(&files, args.paths.is_empty(), &histories);
    unread.iter().for_each(|failure| report::say(&report::text(failure)));
    let exit = if checks.errors > 0 { Exit::Invalid } else { Exit::Done };
    let exit = Exit::of_many(unread.iter().map(Exit::from).chain([exit]));
    if session.out.format == Format::Sarif {
        let root = session.workspace().ok().map(|workspace| workspace.root().to_owned());
        let address = |name: &str| address(name, root.as_deref(), args.paths.is_empty());
        session.out.json(&sarif::log(&checks.diagnostics, &files, address, &unread))?;
        return Ok(exit);
    }
    let sources: Vec<&SourceFile> = files.iter().collect();
    session.out.answer(
        &checks,
        || files.iter().map(|file| file.name().to_owned()).collect(),
        || {
            let mut text = definition::render(&checks.diagnostics, &sources, true);
            if let Some(first) = checks.diagnostics.first() {
                text.push_str(&format!("\n{}", report::more(first.code)));
            }
            text.push_str(&summary(&checks));
            text
        },
    )?;
    Ok(exit)
}

/// Where a file lies in its workspace; `None` if it lies elsewhere.
///
/// - `name`: the file as people know it: from the workspace if that is checked as a `whole`, else
///   from the current folder.
fn address(name: &str, root: Option<&Path>, whole: bool) -> Option<String> {
    let path = match whole {
        true => PathBuf::from(name),
        false => fs::canonicalize(name).ok()?.strip_prefix(root?).ok()?.to_owned(),
    };
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    Some(parts.join("/"))
}

/// Checks files, each alone and brands together with their workflows; `whole` if they are all
/// that the workspace has.
pub fn check(files: &[SourceFile], whole: bool, histories: &Histories) -> Checks {
    let diagnostics = definition::check_all(files, whole, histories);
    let errors =
        diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    let warnings = diagnostics.len() - errors;
    Checks { files: files.len(), errors, warnings, diagnostics }
}

/// What was measured so far for the brands among the files. A check must not fail for want of it:
/// where the store cannot be read, nothing is known.
fn histories(workspace: &Workspace, files: &[SourceFile]) -> Histories {
    let path = workspace.state_path();
    let Some(store) = path.exists().then(|| StateStore::open(&path).ok()).flatten() else {
        return Histories::new();
    };
    let brands = files.iter().filter(|file| definition::is_brand(file));
    let history = |file: &SourceFile| {
        let stem = Path::new(file.name()).file_stem()?.to_str()?;
        let brand = BrandId::new(stem).ok()?;
        let journal = store.journal(&brand).ok()?;
        // Of what was pruned, the last measurements are kept.
        let pruned = store.snapshot(&brand).ok()?.map(|(_, saved)| saved.observations);
        let measured =
            journal.iter().flat_map(|entry| &entry.events).filter_map(|event| match event {
                Event::Observed { observations } => Some(&**observations),
                _ => None,
            });
        let history = History::of(measured.chain(pruned.as_deref()));
        Some((brand, history))
    };
    brands.filter_map(history).collect()
}

/// The last line of a check.
pub fn summary(checks: &Checks) -> String {
    let count = |number: usize, noun: &str| match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    };
    format!(
        "Checked {}: {}, {}.\n",
        count(checks.files, "file"),
        count(checks.errors, "error"),
        count(checks.warnings, "warning")
    )
}

/// The files of the command line, or of the whole workspace.
fn read(session: &Session, args: &CheckArgs) -> Result<Read, Failure> {
    if args.paths.is_empty() {
        return files_of(&session.workspace()?);
    }
    let mut read = Read::default();
    for path in &args.paths {
        let paths = if path.is_dir() { yaml_files(path)? } else { vec![path.clone()] };
        for path in paths {
            take(&mut read, read_file(&path, &path.display().to_string()));
        }
    }
    Ok(read)
}

/// The files that could be read, and why the others could not.
type Read = (Vec<SourceFile>, Vec<Failure>);

fn take(read: &mut Read, file: Result<SourceFile, WorkspaceError>) {
    match file {
        Ok(file) => read.0.push(file),
        Err(error) => read.1.push(error.into()),
    }
}

/// Every definition of a workspace.
pub fn files_of(workspace: &Workspace) -> Result<Read, Failure> {
    let root = workspace.root();
    let mut read = Read::default();
    for folder in ["workflows", "brands"] {
        for path in yaml_files(&root.join(folder))? {
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            take(&mut read, read_file(&path, &name));
        }
    }
    Ok(read)
}

/// The YAML files under a folder, sorted; the workspace's own folder is left out.
pub fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let fail = |source| WorkspaceError::Io { path: folder.clone(), doing: "read", source };
        for entry in fs::read_dir(&folder).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let path = entry.path();
            // A link may lead in a circle, so only real folders are followed.
            let is_folder = entry.file_type().map_err(fail)?.is_dir();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if is_folder && !hidden {
                folders.push(path);
            } else if !is_folder && path.extension().is_some_and(|end| end == "yaml") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

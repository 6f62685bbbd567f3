//! `check`: workflow, brand and suite files, alone and together.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{
    definition::{self, Diagnostic, Severity, SourceFile},
    failure::Failure,
    model::{Brand, Suite, Workflow},
    workspace::{Workspace, WorkspaceError, read_file},
};

use super::{args::CheckArgs, exit::Exit, report, session::Session};

/// A file that was checked.
enum Checked {
    Workflow(Box<Workflow>),
    Brand(Box<Brand>),
    Suite(Box<Suite>),
    Wrong,
}

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
    let checks = check(&files, args.paths.is_empty());
    unread.iter().for_each(|failure| report::say(&report::text(failure)));
    let sources: Vec<&SourceFile> = files.iter().collect();
    session.out.answer(
        &checks,
        || files.iter().map(|file| file.name().to_owned()).collect(),
        || {
            let mut text = definition::render(&checks.diagnostics, &sources, true);
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&summary(&checks));
            text
        },
    )?;
    let exit = if checks.errors > 0 { Exit::Invalid } else { Exit::Done };
    Ok(Exit::of_many(unread.iter().map(Exit::from).chain([exit])))
}

/// Checks files, each alone and brands together with their workflows; `whole` if they are all
/// that the workspace has.
pub fn check(files: &[SourceFile], whole: bool) -> Checks {
    let (mut loaded, mut diagnostics) = load(files);
    diagnostics.extend(suites(files, &mut loaded));
    diagnostics.extend(pairs(files, &loaded));
    if whole {
        diagnostics.extend(places(files, &loaded));
    }
    let errors =
        diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    let warnings = diagnostics.len() - errors;
    Checks { files: files.len(), errors, warnings, diagnostics }
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

fn load(files: &[SourceFile]) -> (Vec<Checked>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut keep = |problems: Vec<Diagnostic>| {
        diagnostics.extend(problems);
        Checked::Wrong
    };
    let loaded = files
        .iter()
        .map(|file| {
            // A suite is read when the workflow it plays is known.
            if definition::is_suite(file) {
                Checked::Wrong
            } else if definition::is_brand(file) {
                definition::load_brand(file)
                    .map_or_else(&mut keep, |brand| Checked::Brand(Box::new(brand)))
            } else {
                definition::load_workflow(file)
                    .map_or_else(&mut keep, |workflow| Checked::Workflow(Box::new(workflow)))
            }
        })
        .collect();
    (loaded, diagnostics)
}

/// Reads the suites, each with its workflow where that is among the files.
fn suites(files: &[SourceFile], loaded: &mut [Checked]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (at, file) in files.iter().enumerate().filter(|(_, file)| definition::is_suite(file)) {
        let plays = definition::suite_of(file);
        let workflow = loaded.iter().find_map(|checked| match checked {
            Checked::Workflow(workflow) if Some(&workflow.id) == plays.as_ref() => Some(workflow),
            _ => None,
        });
        match definition::load_suite(file, workflow.map(|workflow| &**workflow)) {
            Ok(suite) => loaded[at] = Checked::Suite(Box::new(suite)),
            Err(problems) => diagnostics.extend(problems),
        }
    }
    diagnostics
}

/// What each brand and its workflow do not agree on, where both are among the files.
fn pairs(files: &[SourceFile], loaded: &[Checked]) -> Vec<Diagnostic> {
    let workflows = files.iter().zip(loaded).filter_map(|(file, checked)| match checked {
        Checked::Workflow(workflow) => Some((file, workflow)),
        Checked::Brand(_) | Checked::Suite(_) | Checked::Wrong => None,
    });
    let workflows: Vec<_> = workflows.collect();
    let brands = files.iter().zip(loaded).filter_map(|(file, checked)| match checked {
        Checked::Brand(brand) => Some((file, brand)),
        Checked::Workflow(_) | Checked::Suite(_) | Checked::Wrong => None,
    });
    brands
        .filter_map(|(file, brand)| {
            let (workflow_file, workflow) =
                workflows.iter().find(|(_, workflow)| workflow.id == brand.workflow)?;
            Some(definition::check_pair(workflow, workflow_file, brand, file))
        })
        .flatten()
        .collect()
}

/// What files of a workspace must agree on with the folder they lie in.
fn places(files: &[SourceFile], loaded: &[Checked]) -> Vec<Diagnostic> {
    let ids = loaded.iter().filter_map(|checked| match checked {
        Checked::Workflow(workflow) => Some(workflow.id.to_string()),
        Checked::Brand(_) | Checked::Suite(_) | Checked::Wrong => None,
    });
    let known: Vec<String> = ids.collect();
    let wrong = loaded.iter().any(|checked| matches!(checked, Checked::Wrong));
    let each = files.iter().zip(loaded).map(|(file, checked)| match checked {
        Checked::Workflow(workflow) => definition::check_workflow_name(file, workflow),
        // A workflow that is wrong is not missing, so only names are judged until it is mended.
        Checked::Brand(brand) if wrong => {
            let followed = [brand.workflow.to_string()];
            definition::check_brand_place(file, brand, &followed)
        }
        Checked::Brand(brand) => definition::check_brand_place(file, brand, &known),
        Checked::Suite(suite) if wrong => {
            definition::check_suite_place(file, suite, &[suite.workflow.to_string()])
        }
        Checked::Suite(suite) => definition::check_suite_place(file, suite, &known),
        Checked::Wrong => Vec::new(),
    });
    each.flatten().collect()
}

//! `init`: a new workspace with a shipped workflow, its suite and a first brand file.

use std::{fs, path::Path};

use serde::Serialize;

use crate::{
    failure::Failure,
    workspace::{Workspace, WorkspaceError},
};

use super::{args::InitArgs, exit::Exit, session::Session};

const FIRST_BRAND: &str = include_str!("init/acme.yaml");

#[derive(Serialize)]
struct Made {
    workspace: String,
    files: Vec<String>,
}

pub fn run(session: &Session, args: &InitArgs) -> Result<Exit, Failure> {
    let dir = session.new_folder(args.dir.as_ref(), ".");
    let workspace = Workspace::create(&dir)?;
    let follows = format!("workflow: {}", args.workflow.name());
    let brand = FIRST_BRAND.replace("workflow: engagement", &follows);
    let [workflow, suite] = args.workflow.files();
    let files = [workflow, suite, ("brands/acme.yaml".to_owned(), brand.as_str())];
    for (name, text) in &files {
        write_new(&workspace.root().join(name), text)?;
    }
    let made = Made {
        workspace: workspace.root().display().to_string(),
        files: files.iter().map(|(name, _)| name.clone()).collect(),
    };
    session.out.answer(
        &made,
        || made.files.clone(),
        || {
            format!(
                "Made a workspace in {}:\n  {}\n\nNext: put an export where brands/acme.yaml says, \
                 then\n  fivestep check\n  fivestep import acme\n  fivestep start acme\n",
                dir.display(),
                made.files.join("\n  ")
            )
        },
    )?;
    Ok(Exit::Done)
}

/// Writes a file that must not be there; one that is stays as it is.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    if path.exists() {
        return Ok(());
    }
    fs::write(path, text).map_err(|source| {
        WorkspaceError::Io { path: path.to_owned(), doing: "written", source }.into()
    })
}

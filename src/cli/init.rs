//! `init`: a new workspace with a shipped workflow, its suite and a first brand file.

use serde::Serialize;

use crate::{failure::Failure, workspace::Workspace};

use super::{args::InitArgs, exit::Exit, session::Session};

const FIRST_BRAND: &str = include_str!("init/acme.yaml");

#[derive(Serialize)]
struct Made {
    workspace: String,
    files: Vec<String>,
}

pub fn run(session: &Session, args: &InitArgs) -> Result<Exit, Failure> {
    let dir = session.new_folder(args.dir.as_ref(), ".");
    let follows = format!("workflow: {}", args.workflow.name());
    let brand = FIRST_BRAND.replace("workflow: engagement", &follows);
    let [workflow, suite] = args.workflow.files();
    let files = [workflow, suite, ("brands/acme.yaml".to_owned(), brand.as_str())];
    let workspace = Workspace::create(&dir, &files)?;
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

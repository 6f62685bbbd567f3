//! Which workflow a command line means: by name, as a file, or the only one there is.

use std::path::Path;

use crate::{
    definition,
    failure::Failure,
    model::{Workflow, WorkflowId},
    runner::load_workflow,
    workspace::read_file,
};

use super::session::{Session, not_a_name};

/// The workflow of that name or file; without one, the only one of the workspace.
///
/// - `verb`: the command that is given, for advice.
pub fn workflow(session: &Session, named: Option<&str>, verb: &str) -> Result<Workflow, Failure> {
    let Some(name) = named else { return only_workflow(session, verb) };
    if is_path(name) {
        let file = read_file(Path::new(name), name)?;
        return definition::load_workflow(&file)
            .map_err(|diagnostics| Failure::Definition { file: Box::new(file), diagnostics });
    }
    let id = WorkflowId::new(name).map_err(|error| not_a_name(&error, "fivestep check -o ids"))?;
    Ok(load_workflow(&session.workspace()?, &id)?.0)
}

/// A name has neither a folder nor an ending.
pub fn is_path(name: &str) -> bool {
    name.contains(['/', '\\', '.'])
}

fn only_workflow(session: &Session, verb: &str) -> Result<Workflow, Failure> {
    let workspace = session.workspace()?;
    let names = workspace.workflow_names()?;
    let ids: Vec<WorkflowId> =
        names.iter().filter_map(|name| WorkflowId::new(name.as_str()).ok()).collect();
    match ids.as_slice() {
        [only] => Ok(load_workflow(&workspace, only)?.0),
        _ => Err(Failure::Usage {
            message: format!("this workspace has {} workflows", ids.len()),
            hint: hint(&ids, verb),
        }),
    }
}

fn hint(ids: &[WorkflowId], verb: &str) -> String {
    const SHOWN: usize = 12;
    if ids.is_empty() {
        return format!("name a workflow file, such as `{verb} my-workflow.yaml`");
    }
    let names: Vec<String> = ids.iter().take(SHOWN).map(|id| format!("`{id}`")).collect();
    let more = match ids.len().checked_sub(SHOWN + 1) {
        None => String::new(),
        Some(more) => format!(" and {} more", more + 1),
    };
    format!("name one of them: {}{more}", names.join(", "))
}

//! `graph`: a workflow as a drawing, alone or with a brand's run on it. Writes nothing.

use std::path::Path;

use crate::{
    definition,
    failure::Failure,
    model::{Workflow, WorkflowId},
    runner::load_workflow,
    view::{self, graph::Graph},
    workspace::read_file,
};

use super::{
    args::{Format, GraphArgs},
    draw,
    exit::Exit,
    render,
    session::{Session, brand_id, not_a_name},
};

pub fn run(session: &Session, args: &GraphArgs) -> Result<Exit, Failure> {
    let graph = match &args.brand {
        Some(brand) => of_brand(session, brand)?,
        None => view::graph::of_workflow(&workflow(session, args.workflow.as_deref())?),
    };
    match session.out.format {
        Format::Mermaid => session.out.drawing(&draw::mermaid::text(&graph))?,
        Format::Dot => session.out.drawing(&draw::dot::text(&graph))?,
        Format::Svg => session.out.drawing(&draw::svg::text(&graph))?,
        Format::Table
        | Format::Json
        | Format::Ids
        | Format::Sarif
        | Format::Junit
        | Format::Ics => session.out.answer(
            &graph,
            || graph.stages.iter().map(|node| node.stage.clone()).collect(),
            || render::graph::text(&graph),
        )?,
    }
    Ok(Exit::Done)
}

fn of_brand(session: &Session, name: &str) -> Result<Graph, Failure> {
    let mut runner = session.runner()?;
    let now = runner.now();
    let case = runner.case(&brand_id(name)?)?;
    let entries = runner.store().journal(&case.brand.id)?;
    Ok(view::graph::of_brand(&case, &entries, now))
}

/// The workflow of that name or file; without one, the only one of the workspace.
fn workflow(session: &Session, named: Option<&str>) -> Result<Workflow, Failure> {
    let Some(name) = named else { return only_workflow(session) };
    if is_path(name) {
        let file = read_file(Path::new(name), name)?;
        return definition::load_workflow(&file)
            .map_err(|diagnostics| Failure::Definition { file: Box::new(file), diagnostics });
    }
    let id = WorkflowId::new(name).map_err(|error| not_a_name(&error, "fivestep check -o ids"))?;
    Ok(load_workflow(&session.workspace()?, &id)?.0)
}

/// A name has neither a folder nor an ending.
fn is_path(name: &str) -> bool {
    name.contains(['/', '\\', '.'])
}

fn only_workflow(session: &Session) -> Result<Workflow, Failure> {
    let workspace = session.workspace()?;
    let names = workspace.workflow_names()?;
    let ids: Vec<WorkflowId> =
        names.iter().filter_map(|name| WorkflowId::new(name.as_str()).ok()).collect();
    match ids.as_slice() {
        [only] => Ok(load_workflow(&workspace, only)?.0),
        _ => Err(Failure::Usage {
            message: format!("this workspace has {} workflows", ids.len()),
            hint: hint(&ids),
        }),
    }
}

fn hint(ids: &[WorkflowId]) -> String {
    const SHOWN: usize = 12;
    if ids.is_empty() {
        return "name a workflow file, such as `fivestep graph my-workflow.yaml`".to_owned();
    }
    let names: Vec<String> = ids.iter().take(SHOWN).map(|id| format!("`{id}`")).collect();
    let more = match ids.len().checked_sub(SHOWN + 1) {
        None => String::new(),
        Some(more) => format!(" and {} more", more + 1),
    };
    format!("name one of them: {}{more}", names.join(", "))
}

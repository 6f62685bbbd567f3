//! What a file must agree on with the folder it lies in.

use std::path::Path;

use crate::{
    definition::{
        SourceFile,
        diagnostic::{Code, Problem, Problems},
        outline::Node,
    },
    model::{Brand, Suite},
};

/// A file of a workspace is named after what it defines; `key` is where it says so.
pub(in crate::definition) fn name(
    file: &SourceFile,
    key: &str,
    defines: &str,
    outline: &Node,
    problems: &mut Problems<'_>,
) {
    let stem = Path::new(file.name()).file_stem().and_then(|stem| stem.to_str());
    if stem == Some(defines) {
        return;
    }
    let span = outline.get(key).unwrap_or(outline).span.clone();
    let message = format!("`{}` defines `{defines}`", file.name());
    let help = format!("name the file `{defines}.yaml`, or change the name here");
    problems.add(Problem::new(Code::Misnamed, &span, message).help(help));
}

/// The workflow a brand follows must be among those that exist.
pub(in crate::definition) fn workflow(
    brand: &Brand,
    known: &[String],
    outline: &Node,
    problems: &mut Problems<'_>,
) {
    let followed = brand.workflow.as_str();
    if known.iter().any(|name| name == followed) {
        return;
    }
    let span = outline.get("workflow").unwrap_or(outline).span.clone();
    let message = format!("`{}` follows the workflow `{followed}`, which does not exist", brand.id);
    let problem = Problem::new(Code::UnknownWorkflow, &span, message);
    problems.add(problem.known(known.iter().map(String::as_str), followed));
}

/// A suite's file says by its ending that it is no workflow, and its workflow exists.
pub(in crate::definition) fn suite(
    file: &SourceFile,
    suite: &Suite,
    known: &[String],
    outline: &Node,
    problems: &mut Problems<'_>,
) {
    let span = outline.get("suite").unwrap_or(outline).span.clone();
    let plays = suite.workflow.as_str();
    if !file.name().ends_with(".test.yaml") {
        let message = format!("`{}` is a suite, and would be taken for a workflow", file.name());
        let help = format!("name the file `{plays}.test.yaml`");
        problems.add(Problem::new(Code::Misnamed, &span, message).help(help));
    }
    if !known.iter().any(|name| name == plays) {
        no_workflow(plays, known, outline, problems);
    }
}

/// A suite plays a workflow that lies beside it.
pub(in crate::definition) fn no_workflow(
    plays: &str,
    known: &[String],
    outline: &Node,
    problems: &mut Problems<'_>,
) {
    let span = outline.get("suite").unwrap_or(outline).span.clone();
    let message = format!("this suite plays the workflow `{plays}`, which does not exist");
    let problem = Problem::new(Code::NoSuchWorkflow, &span, message);
    let problem = problem.known(known.iter().map(String::as_str), plays);
    problems.add(problem.help(format!("the workflow lies beside its suite, as `{plays}.yaml`")));
}

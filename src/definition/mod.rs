//! YAML text becomes a checked [`Workflow`], [`Brand`] or [`Suite`], or a list of what is wrong with it.
//!
//! ```text
//! bytes ──► text ──► outline ──► shape ──► raw ──► check ──► model
//!           UTF-8    YAML, with  keys and  serde   names,    what the engine
//!                    its places  kinds     mirror  units,    is handed
//!                                                  graph
//! ```
//!
//! Start reading at [`load_workflow`], then follow the arrows; each is one file. One parser reads
//! the text, so what is checked is what is used. The tables of keys in `raw.rs` are also what
//! [`schema`] and the reference ([`manual`]) are made from.
//!
//! # Always true
//!
//! - No file is opened here: the caller reads it, up to [`MAX_BYTES`], and hands over the bytes.
//! - A model that comes out has passed every check; nothing after this asks again.
//! - Every problem names its place, and all problems of a file are reported in one run, in the
//!   order of the file, up to [`diagnostic::MAX_PROBLEMS`].
//! - No input makes it panic, and none takes time or memory out of proportion to [`MAX_BYTES`].

mod benchmark;
mod check;
pub mod diagnostic;
pub mod expression;
mod history;
mod job;
mod key;
mod kind;
mod manual;
mod names;
mod outline;
mod prove;
mod raw;
mod read;
mod records;
mod render;
mod schema;
mod secret;
mod shape;
mod suggest;
mod suite;
mod text;
mod together;
mod url;

pub use diagnostic::{Code, Diagnostic, Related, Severity};
pub use history::History;
pub use manual::{KeyManual, manual, records};
pub use names::Names;
pub use render::render;
pub use schema::{FileKind, schema};
pub use suggest::closest;
pub use together::{Histories, check_all};

use std::collections::BTreeSet;

use diagnostic::Problems;
use outline::Node;
use shape::{Raw, fit};

use crate::model::{Benchmark, Brand, Digest, Metric, Suite, Workflow, WorkflowId, suite::Seen};

/// The longest file that is read, in bytes.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The bytes of a definition file, and how the file is called when people are told about it.
#[derive(Debug, Clone)]
pub struct SourceFile {
    name: String,
    bytes: Vec<u8>,
}

impl SourceFile {
    /// Takes a file's bytes and the name that people know it by.
    ///
    /// More than [`MAX_BYTES`] need not be handed over: one byte more is enough to be refused.
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), bytes }
    }

    /// How the file is called when people are told about it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bytes as they were handed over.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The digest of the bytes, which identifies the definition.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }
}

/// Whether a file means to be a brand file; what is neither that nor a suite file nor a benchmarks
/// file is taken for a workflow file.
pub fn is_brand(file: &SourceFile) -> bool {
    begins(file, b"brand:") && !begins(file, b"stages:") && !is_suite(file)
}

/// Whether a file means to be a suite file.
pub fn is_suite(file: &SourceFile) -> bool {
    begins(file, b"suite:") && !begins(file, b"stages:")
}

/// Whether a file means to be a benchmarks file.
pub fn is_benchmarks(file: &SourceFile) -> bool {
    begins(file, b"benchmarks:") && !begins(file, b"stages:")
}

/// Whether a line of the file begins with `key`.
fn begins(file: &SourceFile, key: &[u8]) -> bool {
    file.bytes().split(|byte| *byte == b'\n').any(|line| line.starts_with(key))
}

/// Reads a workflow file.
///
/// # Errors
///
/// Everything that is wrong with the file, in its order.
///
/// # Example
///
/// ```
/// use fivestep::definition::{Code, SourceFile, load_workflow};
///
/// let file = SourceFile::new("tea.yaml", b"format: 1\nworkflw: tea\n".to_vec());
/// let problems = load_workflow(&file).expect_err("most of it is missing");
/// let misspelt = problems.iter().find(|problem| problem.code == Code::UnknownKey);
/// assert_eq!(misspelt.and_then(|problem| problem.suggestion.as_deref()), Some("workflow"));
/// ```
pub fn load_workflow(file: &SourceFile) -> Result<Workflow, Vec<Diagnostic>> {
    let (workflow, diagnostics) = inspect_workflow(file);
    workflow.ok_or(diagnostics)
}

/// Reads a workflow file and tells everything that there is to say about it, warnings included.
///
/// There is no workflow if one of the diagnostics is an error.
pub fn inspect_workflow(file: &SourceFile) -> (Option<Workflow>, Vec<Diagnostic>) {
    load(file, check::workflow)
}

/// Reads a brand file.
///
/// # Errors
///
/// Everything that is wrong with the file, in its order.
pub fn load_brand(file: &SourceFile) -> Result<Brand, Vec<Diagnostic>> {
    let (brand, diagnostics) = load(file, check::brand);
    brand.ok_or(diagnostics)
}

/// Reads a suite file.
///
/// - `workflow`: the one the suite plays, as [`suite_of`] names it. Without it the names of stages,
///   tasks and clauses are taken as they are.
///
/// # Errors
///
/// Everything that is wrong with the file, in its order.
///
/// # Example
///
/// ```
/// use fivestep::definition::{SourceFile, load_suite, suite_of};
///
/// let text = b"suite: tea\ncases: [ { name: It begins, steps: [ start ] } ]\n";
/// let file = SourceFile::new("tea.test.yaml", text.to_vec());
/// assert_eq!(suite_of(&file).map(|id| id.to_string()).as_deref(), Some("tea"));
/// assert_eq!(load_suite(&file, None).map(|suite| suite.cases.len()), Ok(1));
/// ```
pub fn load_suite(
    file: &SourceFile,
    workflow: Option<&Workflow>,
) -> Result<Suite, Vec<Diagnostic>> {
    let (suite, diagnostics) = load(file, |raw, _, problems| check::suite(raw, workflow, problems));
    suite.ok_or(diagnostics)
}

/// Reads a benchmarks file.
///
/// # Errors
///
/// Everything that is wrong with the file, in its order.
///
/// # Example
///
/// ```
/// use fivestep::definition::{SourceFile, load_benchmarks};
///
/// let row = "{ platform: x, metric: er_impressions, denominator: impressions, value: 2.31%, \
///            source: Buffer, year: 2025 }";
/// let file = SourceFile::new("published.yaml", format!("benchmarks: [ {row} ]").into_bytes());
/// assert_eq!(load_benchmarks(&file).map(|rows| rows[0].year), Ok(2025));
/// ```
pub fn load_benchmarks(file: &SourceFile) -> Result<Vec<Benchmark>, Vec<Diagnostic>> {
    let (benchmarks, diagnostics) = load(file, |raw, _, problems| check::benchmarks(raw, problems));
    benchmarks.ok_or(diagnostics)
}

/// The workflow that a suite file says it plays; `None` if it cannot be read.
pub fn suite_of(file: &SourceFile) -> Option<WorkflowId> {
    let outline = outline_of(file, &mut Problems::new(file))?;
    match &outline.get("suite")?.content {
        outline::Content::Scalar { text, .. } => WorkflowId::new(text.as_str()).ok(),
        outline::Content::List(_) | outline::Content::Map(_) | outline::Content::Refused => None,
    }
}

/// Says that the workflow which a suite plays does not lie beside it.
pub fn check_suite_workflow(file: &SourceFile, plays: &WorkflowId) -> Vec<Diagnostic> {
    with_outline(file, |outline, problems| {
        check::folder::no_workflow(plays.as_str(), &[], outline, problems);
    })
}

/// Reads what a metric is made to say on the command line: `86%`, `86%/40` (of 40 cases), `3h`,
/// `no cases`, `not exported`, `suppressed` or `unmeasurable`.
///
/// # Errors
///
/// What is wrong with it, and what was probably meant.
///
/// ```
/// use fivestep::{definition::seen, model::{Metric, suite::Seen}};
/// assert_eq!(
///     seen(Metric::ResponseRate, "90%/40"),
///     Ok(Seen::Measured { value: 0.9, n: 40, interval: None }),
/// );
/// assert!(seen(Metric::ResponseRate, "90").is_err_and(|why| why.contains("`90%`")));
/// ```
pub fn seen(metric: Metric, text: &str) -> Result<Seen, String> {
    check::seen(metric, text).map_err(read::Wrong::into_sentence)
}

/// Reads a value of a metric, in its unit: `2%`, `20`, `24h`.
///
/// # Errors
///
/// What is wrong with it, and what was probably meant.
pub fn value(metric: Metric, text: &str) -> Result<f64, String> {
    let read = read::quantity(text, metric.unit());
    read.map(|quantity| quantity.value).map_err(read::Wrong::into_sentence)
}

/// Says what a brand and the workflow it follows do not agree on.
///
/// - `workflow` and `brand` are what [`load_workflow`] and [`load_brand`] made of the two files,
///   which are needed again for the places only.
///
/// The answer is empty if they agree. An error keeps the brand from starting; a warning names a
/// clause that no source of the brand can answer, so that a person will have to waive it. For many
/// files at once there is [`check_all`].
pub fn check_pair(
    workflow: &Workflow,
    workflow_file: &SourceFile,
    brand: &Brand,
    brand_file: &SourceFile,
) -> Vec<Diagnostic> {
    let in_brand = with_outline(brand_file, |outline, problems| {
        check::brand_side(workflow, brand, outline, problems);
    });
    let in_workflow = with_outline(workflow_file, |outline, problems| {
        let brands = [(brand, None)];
        check::workflow_side(workflow, outline, &brands, problems);
    });
    in_brand.into_iter().chain(in_workflow).collect()
}

/// The metrics of which a workflow asks for the brand's own goal.
pub fn goals_asked(workflow: &Workflow) -> BTreeSet<Metric> {
    check::own_goals(workflow)
}

/// Says whether a file of a workspace is named after the workflow it defines.
///
/// - `file`: its name ends in the name it has in its folder, such as `workflows/tea.yaml`.
pub fn check_workflow_name(file: &SourceFile, workflow: &Workflow) -> Vec<Diagnostic> {
    with_outline(file, |outline, problems| {
        check::folder::name(file, "workflow", workflow.id.as_str(), outline, problems);
    })
}

/// Says whether a brand file fits into its workspace: named after its brand, and following a
/// workflow that exists.
///
/// - `workflows`: the names of the workflows that exist.
pub fn check_brand_place(
    file: &SourceFile,
    brand: &Brand,
    workflows: &[String],
) -> Vec<Diagnostic> {
    with_outline(file, |outline, problems| {
        check::folder::name(file, "brand", brand.id.as_str(), outline, problems);
        check::folder::workflow(brand, workflows, outline, problems);
    })
}

/// Runs a check that needs the places of a file that was loaded before.
fn with_outline(
    file: &SourceFile,
    check: impl FnOnce(&Node, &mut Problems<'_>),
) -> Vec<Diagnostic> {
    let mut problems = Problems::new(file);
    if let Some(outline) = outline_of(file, &mut problems) {
        check(&outline, &mut problems);
    }
    problems.into_sorted()
}

fn load<R: Raw, T>(
    file: &SourceFile,
    check: impl FnOnce(R, Digest, &mut Problems<'_>) -> Option<T>,
) -> (Option<T>, Vec<Diagnostic>) {
    let (right, diagnostics) = read_file(file, check);
    (right.map(|(value, _)| value), diagnostics)
}

/// What a file says and where it says it, unless one of the diagnostics is an error.
fn read_file<R: Raw, T>(
    file: &SourceFile,
    check: impl FnOnce(R, Digest, &mut Problems<'_>) -> Option<T>,
) -> (Option<(T, Node)>, Vec<Diagnostic>) {
    let mut problems = Problems::new(file);
    let outline = outline_of(file, &mut problems);
    let value = outline
        .as_ref()
        .and_then(|outline| fit::<R>(outline, &mut problems))
        .and_then(|raw| check(raw, file.digest(), &mut problems));
    let diagnostics = problems.into_sorted();
    let wrong = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    (value.zip(outline).filter(|_| !wrong), diagnostics)
}

fn outline_of(file: &SourceFile, problems: &mut Problems<'_>) -> Option<Node> {
    let text = text::checked(file.bytes(), problems)?;
    outline::read(text, problems)
}

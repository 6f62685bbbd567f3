//! How the cases of suites went.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::rehearsal::{Coverage, Failed, Mismatch, Played};

use super::why::{ClauseView, holding};

/// Everything that `test` found.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Tested {
    /// The suites, in the order of their files.
    pub suites: Vec<SuiteView>,
    /// How many cases passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// What of each workflow was taken, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Vec<CoverageView>>,
}

/// One suite.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SuiteView {
    /// Its file.
    pub file: String,
    /// The workflow it plays; absent if the file cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// Its cases, in the order of the file.
    pub cases: Vec<CaseView>,
    /// Why it could not be played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<serde_json::Value>,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseView {
    /// What it shows.
    pub name: String,
    /// The line on which it begins.
    pub line: u32,
    /// Whether everything went as it says.
    pub passed: bool,
    /// How it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureView>,
}

/// The step at which a case failed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FailureView {
    /// The line of the step.
    pub line: u32,
    /// The step as it is written.
    pub step: String,
    /// What is not as expected.
    pub mismatches: Vec<Mismatch>,
    /// The virtual moment, UTC.
    pub at: DateTime<Utc>,
    /// Where the brand stood.
    pub checkpoint: String,
    /// The clauses that held it then.
    pub held_by: Vec<ClauseView>,
}

/// What of a workflow was taken, and in words what was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoverageView {
    /// Everything, with how often it was taken.
    #[serde(flatten)]
    pub coverage: Coverage,
    /// The stages, ways and outcomes that no case took.
    pub not_taken: Vec<String>,
    /// The clauses that never passed, or never held a brand.
    pub not_seen: Vec<String>,
}

/// A suite that was played.
pub fn suite(file: &str, workflow: &str, played: &[Played]) -> SuiteView {
    SuiteView {
        file: file.to_owned(),
        workflow: Some(workflow.to_owned()),
        cases: played.iter().map(case).collect(),
        error: None,
    }
}

fn case(played: &Played) -> CaseView {
    CaseView {
        name: played.name.clone(),
        line: played.line,
        passed: played.failed.is_none(),
        failure: played.failed.as_deref().map(failure),
    }
}

fn failure(failed: &Failed) -> FailureView {
    FailureView {
        line: failed.line,
        step: failed.step.clone(),
        mismatches: failed.mismatches.clone(),
        at: failed.at,
        checkpoint: failed.checkpoint.clone(),
        held_by: failed.gate.iter().flat_map(|gate| holding(gate, failed.at)).collect(),
    }
}

/// What of a workflow was taken.
pub fn coverage(coverage: Coverage) -> CoverageView {
    let (not_taken, not_seen) = (coverage.gaps(), coverage.unseen_verdicts());
    CoverageView { coverage, not_taken, not_seen }
}

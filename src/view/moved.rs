//! What a command did to a brand.

use serde::Serialize;

use crate::{
    engine::{GateReport, Step},
    model::{Event, StageId, Status},
    runner::Advance,
};

/// What `advance` did to one brand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MoveView {
    /// The brand.
    pub brand: String,
    /// `moved`, `blocked`, `finished` or `failed`.
    pub result: &'static str,
    /// Where it stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// The stages it was in, first to last.
    pub path: Vec<String>,
    /// The clauses that hold it, such as `answered insufficient` or `signed (task sign_charter)`.
    pub held_by: Vec<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<serde_json::Value>,
}

impl MoveView {
    /// Whether the brand left a stage.
    pub fn moved(&self) -> bool {
        matches!(self.result, "moved" | "finished")
    }
}

/// The outcome of an advance.
pub fn moved(advance: &Advance) -> MoveView {
    let checkpoint = advance.checkpoint();
    let result = match (&checkpoint.status, advance.moves()) {
        (Status::Finished { .. }, _) => "finished",
        (_, 0) => "blocked",
        _ => "moved",
    };
    let mut path = path(&advance.steps);
    if let Status::Finished { outcome, .. } = checkpoint.status {
        path.push(outcome.to_string());
    }
    if path.is_empty() {
        path.extend(checkpoint.stage().map(StageId::to_string));
    }
    MoveView {
        brand: checkpoint.brand.to_string(),
        result,
        checkpoint: Some(checkpoint.id().to_string()),
        path,
        held_by: advance.shut.iter().flat_map(GateReport::held_by).collect(),
        error: None,
    }
}

/// The stages that steps left and entered.
fn path(steps: &[Step]) -> Vec<String> {
    let mut path = Vec::new();
    for event in steps.iter().flat_map(|step| &step.entry.events) {
        match event {
            Event::StageLeft { stage, .. } if path.is_empty() => path.push(stage.to_string()),
            Event::StageEntered { stage } => path.push(stage.to_string()),
            _ => {}
        }
    }
    path
}

/// What any other command did to one brand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DoneView {
    /// The brand.
    pub brand: String,
    /// Where it stands now.
    pub checkpoint: String,
    /// The verb.
    pub verb: String,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// What happened, in words.
    pub happened: Vec<String>,
    /// What is needed before it counts, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The outcome of one step.
pub fn done(step: &Step, dry_run: bool) -> DoneView {
    let lines = super::history::lines(std::slice::from_ref(&step.entry));
    DoneView {
        brand: step.checkpoint.brand.to_string(),
        checkpoint: step.checkpoint.id().to_string(),
        verb: step.entry.verb.clone(),
        dry_run,
        happened: lines.into_iter().map(|line| line.text).collect(),
        next: step.entry.events.iter().find_map(|event| next(step, event)),
    }
}

/// Who has to do what before an event counts.
fn next(step: &Step, event: &Event) -> Option<String> {
    let brand = &step.checkpoint.brand;
    match event {
        Event::TaskSubmitted { task, .. } => Some(format!(
            "another person has to confirm it: `fivestep done {brand} {task} --actor NAME`"
        )),
        _ => None,
    }
}

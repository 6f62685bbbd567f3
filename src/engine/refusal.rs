//! Everyday answers that change nothing: the gate is shut, the task is not open.
//!
//! A refusal has its own exit code (`docs/reference/exit-codes.md`); a fault is something else.

use serde::Serialize;
use thiserror::Error;

use crate::model::{
    Outcome, TaskId, Verdict,
    form::FormProblem,
    ids::{ClauseId, Digest, StageId},
};

use super::gate::GateReport;

/// Why a command changed nothing.
#[derive(Debug, Clone, PartialEq, Error, Serialize)]
#[serde(rename_all = "snake_case", tag = "refusal")]
pub enum Refusal {
    /// The brand has not started.
    #[error("the brand has not started")]
    NotStarted,
    /// The brand has started already.
    #[error("the brand has started already; it is in stage `{stage}`")]
    AlreadyStarted {
        /// The stage it is in.
        stage: StageId,
    },
    /// The run is over.
    #[error("the brand's run ended as {outcome}")]
    Finished {
        /// How.
        outcome: Outcome,
    },
    /// The run is held.
    #[error("the brand is paused")]
    Paused,
    /// The run is not held.
    #[error("the brand is not paused")]
    NotPaused,
    /// The gate is shut, and nothing new was measured.
    #[error("the gate of stage `{}` is shut: {}", .0.stage, .0.held_by().join(", "))]
    GateShut(Box<GateReport>),
    /// The stage has no such task.
    #[error("stage `{stage}` has no task `{task}`")]
    UnknownTask {
        /// The stage.
        stage: StageId,
        /// The name given.
        task: TaskId,
        /// The names that exist.
        known: Vec<TaskId>,
    },
    /// The task is done already.
    #[error("task `{task}` is done already")]
    TaskDone {
        /// The task.
        task: TaskId,
    },
    /// The task is still open.
    #[error("task `{task}` is open; only a task that is done can be reopened")]
    TaskOpen {
        /// The task.
        task: TaskId,
    },
    /// The form is not filled in as it asks.
    #[error("the form of task `{task}` is not filled in as it asks: {}", problems.join("; "))]
    Form {
        /// The task.
        task: TaskId,
        /// What is wrong, for people.
        problems: Vec<FormProblem>,
    },
    /// The stage's gate has no such clause.
    #[error("the gate of stage `{stage}` has no clause `{clause}`")]
    UnknownClause {
        /// The stage.
        stage: StageId,
        /// The name given.
        clause: ClauseId,
        /// The names that exist.
        known: Vec<ClauseId>,
    },
    /// Only what cannot be measured can be waived.
    #[error("clause `{clause}` answers `{verdict}`; only an `unmeasurable` clause can be waived")]
    NotWaivable {
        /// The clause.
        clause: ClauseId,
        /// Its answer.
        verdict: Verdict,
    },
    /// The clause is waived already.
    #[error("clause `{clause}` is waived already for this visit of the stage")]
    AlreadyWaived {
        /// The clause.
        clause: ClauseId,
    },
    /// A waiver needs a named person.
    #[error("a waiver needs the name of a person")]
    NeedsActor,
    /// A waiver needs a reason.
    #[error("a waiver needs a reason")]
    NeedsReason,
    /// The workflow given is not the one the brand runs on.
    #[error("the brand runs on definition {}, not on {}", .runs.short(), .given.short())]
    OtherDefinition {
        /// The text it runs on.
        runs: Digest,
        /// The text given.
        given: Digest,
    },
    /// The brand runs on that text already.
    #[error("the brand runs on this definition already")]
    SameDefinition,
    /// The edited workflow has no such stage.
    #[error("the edited workflow has no stage `{stage}`, in which the brand is")]
    StageGone {
        /// The stage.
        stage: StageId,
        /// The names that exist.
        known: Vec<StageId>,
    },
}

impl Refusal {
    /// The name in JSON and in suites.
    pub fn name(&self) -> &'static str {
        match self {
            Refusal::NotStarted => "not_started",
            Refusal::AlreadyStarted { .. } => "already_started",
            Refusal::Finished { .. } => "finished",
            Refusal::Paused => "paused",
            Refusal::NotPaused => "not_paused",
            Refusal::GateShut(_) => "gate_shut",
            Refusal::UnknownTask { .. } => "unknown_task",
            Refusal::TaskDone { .. } => "task_done",
            Refusal::TaskOpen { .. } => "task_open",
            Refusal::Form { .. } => "form",
            Refusal::UnknownClause { .. } => "unknown_clause",
            Refusal::NotWaivable { .. } => "not_waivable",
            Refusal::AlreadyWaived { .. } => "already_waived",
            Refusal::NeedsActor => "needs_actor",
            Refusal::NeedsReason => "needs_reason",
            Refusal::OtherDefinition { .. } => "other_definition",
            Refusal::SameDefinition => "same_definition",
            Refusal::StageGone { .. } => "stage_gone",
        }
    }

    /// What to do next, in one sentence; `brand` is the name for the example.
    pub fn hint(&self, brand: &str) -> String {
        match self {
            Refusal::NotStarted => format!("start it with `fivestep start {brand}`"),
            Refusal::AlreadyStarted { .. } | Refusal::TaskDone { .. } => {
                format!("see where it stands with `fivestep why {brand}`")
            }
            Refusal::Finished { .. } => format!("see how with `fivestep history {brand}`"),
            Refusal::Paused => format!("let it go on with `fivestep resume {brand}`"),
            Refusal::NotPaused => format!("hold it with `fivestep pause {brand}`"),
            Refusal::GateShut(_) => format!("see what would open it with `fivestep why {brand}`"),
            Refusal::UnknownTask { known, .. } => names("tasks", known),
            Refusal::UnknownClause { known, .. } => names("clauses", known),
            Refusal::StageGone { known, .. } => names("stages", known),
            Refusal::TaskOpen { .. } => {
                format!("see what its form asks with `fivestep why {brand}`")
            }
            Refusal::Form { task, .. } => format!(
                "fill it in with `fivestep done {brand} {task} --set FIELD=VALUE`, once a field"
            ),
            Refusal::NotWaivable { .. } => {
                format!("see how far it is from passing with `fivestep why {brand}`")
            }
            Refusal::AlreadyWaived { .. } => {
                format!("go on with `fivestep advance {brand}`")
            }
            Refusal::NeedsActor => "say who you are with `--actor NAME`".to_owned(),
            Refusal::NeedsReason => "say why with `--reason TEXT`".to_owned(),
            Refusal::OtherDefinition { .. } | Refusal::SameDefinition => {
                format!("see which one it runs on with `fivestep show {brand}`")
            }
        }
    }
}

fn names<T: ToString>(what: &str, known: &[T]) -> String {
    if known.is_empty() {
        return format!("it has no {what}");
    }
    let names: Vec<String> = known.iter().map(|name| format!("`{}`", name.to_string())).collect();
    format!("its {what} are {}", names.join(", "))
}

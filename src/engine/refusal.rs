//! Everyday answers that change nothing: the gate is shut, the task is not open.
//!
//! A refusal has its own exit code (`docs/reference/exit-codes.md`); a fault is something else.

use serde::Serialize;
use thiserror::Error;

use crate::model::{
    ActionName, Actor, Outcome, TaskId, Verdict,
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
    #[error("task `{task}` is open; only one that is done or rejected can be reopened")]
    TaskOpen {
        /// The task.
        task: TaskId,
    },
    /// Somebody said no to the task.
    #[error("task `{task}` was rejected")]
    TaskRejected {
        /// The task.
        task: TaskId,
    },
    /// Who confirms a task is not who did it.
    #[error("task `{task}` was done by {first}; another person has to confirm it")]
    SecondPerson {
        /// The task.
        task: TaskId,
        /// Who did it.
        first: Actor,
    },
    /// The second person says something else than the first.
    #[error("{first} filled in the form of task `{task}` with other answers")]
    OtherAnswer {
        /// The task.
        task: TaskId,
        /// Who did it.
        first: Actor,
    },
    /// No owner was named.
    #[error("task `{task}` needs an owner: a person, or `role:NAME`")]
    NoOwner {
        /// The task.
        task: TaskId,
    },
    /// The task has this owner already.
    #[error("task `{task}` belongs to {owner} already")]
    SameOwner {
        /// The task.
        task: TaskId,
        /// The owner.
        owner: String,
    },
    /// Nothing is due.
    #[error("nothing is due")]
    NothingDue,
    /// The run has no such action.
    #[error("there is no action `{action}` here")]
    UnknownAction {
        /// The name given.
        action: ActionName,
        /// The names that exist.
        known: Vec<ActionName>,
    },
    /// An attempt of the action runs, and nothing may come in between.
    #[error("attempt {attempt} of action `{action}` runs")]
    ActionRuns {
        /// The action.
        action: ActionName,
        /// The number of the attempt.
        attempt: u32,
    },
    /// Only an action that failed or rests can be tried again.
    #[error("action `{action}` is {phase}; only one that failed or rests can be tried again")]
    NotFailed {
        /// The action.
        action: ActionName,
        /// How far it has come.
        phase: String,
    },
    /// Only an action that is open and does not run can be skipped.
    #[error("action `{action}` is {phase}; only one that is open and does not run can be skipped")]
    NotSkippable {
        /// The action.
        action: ActionName,
        /// How far it has come.
        phase: String,
    },
    /// The attempt is not awaited any more, or never was.
    #[error("attempt {attempt} of action `{action}` is not awaited")]
    NotAwaited {
        /// The action.
        action: ActionName,
        /// The number of the attempt.
        attempt: u32,
    },
    /// Only an earlier commit of the same run can be gone back to.
    #[error("commit {to} is not an earlier one of run {generation}, which stands at {at}")]
    NotEarlier {
        /// The commit given.
        to: u64,
        /// The commit at which the run stands.
        at: u64,
        /// The number of the run.
        generation: u32,
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
    /// Only a named person may do this.
    #[error("this needs the name of a person")]
    NeedsActor,
    /// Whoever does this has to say why.
    #[error("this needs a reason")]
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
            Refusal::TaskRejected { .. } => "task_rejected",
            Refusal::SecondPerson { .. } => "second_person",
            Refusal::OtherAnswer { .. } => "other_answer",
            Refusal::NoOwner { .. } => "no_owner",
            Refusal::SameOwner { .. } => "same_owner",
            Refusal::NothingDue => "nothing_due",
            Refusal::UnknownAction { .. } => "unknown_action",
            Refusal::ActionRuns { .. } => "action_runs",
            Refusal::NotFailed { .. } => "not_failed",
            Refusal::NotSkippable { .. } => "not_skippable",
            Refusal::NotAwaited { .. } => "not_awaited",
            Refusal::NotEarlier { .. } => "not_earlier",
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
            Refusal::Finished { .. } => format!(
                "see how with `fivestep history {brand}`; another run begins with `fivestep start \
                 {brand} --again`"
            ),
            Refusal::Paused => format!("let it go on with `fivestep resume {brand}`"),
            Refusal::NotPaused => format!("hold it with `fivestep pause {brand}`"),
            Refusal::GateShut(_) => format!("see what would open it with `fivestep why {brand}`"),
            Refusal::UnknownTask { known, .. } => names("tasks", known),
            Refusal::UnknownAction { known, .. } => names("actions", known),
            Refusal::TaskRejected { task } => {
                format!("take it up again with `fivestep reopen {brand} {task}`")
            }
            Refusal::SecondPerson { task, .. } => {
                format!("let somebody else confirm it: `fivestep done {brand} {task} --actor NAME`")
            }
            Refusal::OtherAnswer { task, .. } => format!(
                "confirm it without `--set`, or say no with `fivestep reject {brand} {task} \
                 --reason TEXT`"
            ),
            Refusal::NoOwner { .. } | Refusal::SameOwner { .. } => {
                "name the new owner with `--to NAME` or `--to role:NAME`".to_owned()
            }
            Refusal::NothingDue => format!("see what it waits for with `fivestep why {brand}`"),
            Refusal::ActionRuns { .. } => {
                format!("wait until it has ended; `fivestep abandon {brand}` ends the run at once")
            }
            Refusal::NotFailed { .. } | Refusal::NotSkippable { .. } => {
                format!("see how far it has come with `fivestep why {brand}`")
            }
            Refusal::NotAwaited { .. } => {
                format!("see what came first: `fivestep history {brand}`")
            }
            Refusal::NotEarlier { .. } => {
                format!("see the commits with `fivestep history {brand}`")
            }
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

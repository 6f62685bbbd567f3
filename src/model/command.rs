//! What a person asks of a brand's run.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ids::{Actor, ClauseId, StageId, TaskId};

/// What is to happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verb")]
pub enum Verb {
    /// Begin the run in the workflow's first stage.
    Start,
    /// Leave the stage if its gate is open.
    Advance,
    /// Finish a task with its form filled in.
    Done {
        /// The task.
        task: TaskId,
        /// The answers by field name.
        input: Map<String, Value>,
    },
    /// Take a finished task up again.
    Reopen {
        /// The task.
        task: TaskId,
    },
    /// Let the run pass a clause that no source can measure.
    Waive {
        /// The clause.
        clause: ClauseId,
    },
    /// Hold the run.
    Pause,
    /// Let a held run go on.
    Resume,
    /// End the run as abandoned.
    Cancel,
    /// Go on under the edited workflow file.
    Adopt,
}

impl Verb {
    /// The verb's name on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Verb::Start => "start",
            Verb::Advance => "advance",
            Verb::Done { .. } => "done",
            Verb::Reopen { .. } => "reopen",
            Verb::Waive { .. } => "waive",
            Verb::Pause => "pause",
            Verb::Resume => "resume",
            Verb::Cancel => "cancel",
            Verb::Adopt => "adopt",
        }
    }
}

/// A verb, who asked, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// What is to happen.
    pub verb: Verb,
    /// Who asked.
    pub actor: Actor,
    /// Why, in their words.
    pub reason: Option<String>,
}

impl Command {
    /// Joins a verb and who asked.
    pub fn new(verb: Verb, actor: Actor) -> Self {
        Self { verb, actor, reason: None }
    }

    /// The same command with a reason; an empty reason counts as none.
    pub fn because(mut self, reason: Option<&str>) -> Self {
        self.reason = reason.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        self
    }
}

/// How far an advance goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Until {
    /// One stage.
    OneStage,
    /// Until a gate is shut or the run ends.
    Blocked,
    /// Until the brand is in this stage, a gate is shut or the run ends.
    Stage(StageId),
}

impl Until {
    /// Whether a brand that stands in `stage` after a move has come as far as it should.
    pub fn is_reached(&self, stage: Option<&StageId>) -> bool {
        match self {
            Until::OneStage => true,
            Until::Blocked => false,
            Until::Stage(wanted) => stage == Some(wanted),
        }
    }
}

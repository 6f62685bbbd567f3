//! What a person asks of a brand's run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    action::ActionName,
    checkpoint::Checkpoint,
    ids::{Actor, ClauseId, Digest, StageId, TaskId},
};

/// What is to happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    /// Begin the run in the workflow's first stage.
    Start,
    /// Begin another run after the end of one.
    StartAgain,
    /// Leave the stage if its gate is open.
    Advance,
    /// Finish a task with its form filled in.
    Done {
        /// The task.
        task: TaskId,
        /// The answers by field name.
        input: Map<String, Value>,
        /// What shows it, in their words.
        note: Option<String>,
        /// Where it can be seen.
        link: Option<String>,
    },
    /// Say no to a task.
    Reject {
        /// The task.
        task: TaskId,
    },
    /// Give a task to another owner.
    Reassign {
        /// The task.
        task: TaskId,
        /// The new owner: a person or `role:NAME`.
        to: String,
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
    /// End the run as abandoned, once nothing of it is half done.
    Cancel,
    /// End the run as abandoned at once.
    Abandon,
    /// Go on under the edited workflow file.
    Adopt,
    /// Go on under the edited workflow file, in which names may have changed.
    Migrate(Renamed),
    /// Stand again where the run stood after an earlier commit.
    Rewind {
        /// Where it stood.
        state: Box<Checkpoint>,
    },
    /// Begin where another brand's run stands.
    Fork {
        /// Where it stands.
        state: Box<Checkpoint>,
    },
    /// Let everything happen that is due by now.
    Tick,
    /// Begin the actions that are due: what is journaled before anything is done.
    Begin,
    /// Record how an attempt of an action ended.
    Settle {
        /// The action.
        action: ActionName,
        /// Its key, as it was begun.
        key: Digest,
        /// The number of the attempt.
        attempt: u32,
        /// How it ended.
        result: Result<Map<String, Value>, Fault>,
    },
    /// Try an action again that has failed.
    Retry {
        /// The action.
        action: ActionName,
    },
    /// Let the run go on without an action.
    Skip {
        /// The action.
        action: ActionName,
    },
}

/// What has another name in an edited workflow: old name to new.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Renamed {
    /// Stages.
    pub stages: BTreeMap<StageId, StageId>,
    /// Tasks, of whatever stage.
    pub tasks: BTreeMap<TaskId, TaskId>,
    /// The clauses of the brand's stage that do not ask what they asked before: their waivers do
    /// not count any more.
    pub changed_clauses: BTreeSet<ClauseId>,
}

impl Renamed {
    /// The new name of a stage.
    pub fn stage<'a>(&'a self, old: &'a StageId) -> &'a StageId {
        self.stages.get(old).unwrap_or(old)
    }

    /// The new name of a task.
    pub fn task<'a>(&'a self, old: &'a TaskId) -> &'a TaskId {
        self.tasks.get(old).unwrap_or(old)
    }
}

/// Why an attempt of an action failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// For people; no secret and no message text.
    pub message: String,
    /// Whether no other attempt can help.
    pub permanent: bool,
}

impl Verb {
    /// Finishing a task with no more than its form.
    pub fn done(task: TaskId, input: Map<String, Value>) -> Self {
        Verb::Done { task, input, note: None, link: None }
    }

    /// The verb's name on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Verb::Start | Verb::StartAgain => "start",
            Verb::Advance => "advance",
            Verb::Done { .. } => "done",
            Verb::Reject { .. } => "reject",
            Verb::Reassign { .. } => "reassign",
            Verb::Reopen { .. } => "reopen",
            Verb::Waive { .. } => "waive",
            Verb::Pause => "pause",
            Verb::Resume => "resume",
            Verb::Cancel => "cancel",
            Verb::Abandon => "abandon",
            Verb::Adopt => "adopt",
            Verb::Migrate(_) => "migrate",
            Verb::Rewind { .. } => "rewind",
            Verb::Fork { .. } => "fork",
            Verb::Tick => "tick",
            Verb::Begin => "begin",
            Verb::Settle { .. } => "settle",
            Verb::Retry { .. } => "retry",
            Verb::Skip { .. } => "skip",
        }
    }
}

/// A verb, who asked, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// What is to happen.
    pub verb: Verb,
    /// Who asked.
    pub actor: Actor,
    /// Why, in their words.
    pub reason: Option<String>,
}

impl Command {
    /// What the engine does of itself.
    pub fn of_engine(verb: Verb) -> Self {
        Self::new(verb, Actor::new(Self::ENGINE))
    }

    /// Who acts where no person did.
    pub const ENGINE: &str = "fivestep";

    /// Who acts where the system does not say who uses it; no name for what needs one.
    pub const NOBODY: &str = "unknown";

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

//! What happened to a brand's run. The journal is a list of [`Entry`]s, one a commit.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    ids::{Actor, BrandId, ClauseId, Digest, StageId, TaskId, WorkflowId},
    metric::Metric,
    observation::{Observation, Observations},
    workflow::{Outcome, Verdict},
};

/// How one clause was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The clause.
    pub clause: ClauseId,
    /// What it answered.
    pub verdict: Verdict,
    /// Whether a waiver lets the run pass it all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waived: bool,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// The run began.
    Started {
        /// The workflow's name.
        workflow: WorkflowId,
        /// The text it runs on.
        definition: Digest,
    },
    /// A pass round the stages began.
    CycleOpened {
        /// Its number, from 1.
        cycle: u32,
        /// Evidence up to this instant was counted in earlier cycles, UTC; absent for the first.
        counted_to: Option<DateTime<Utc>>,
        /// What the workflow's expressions will read of the cycle that ends (`previous.`).
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        previous: BTreeMap<Metric, Observation>,
    },
    /// The brand came into a stage.
    StageEntered {
        /// The stage.
        stage: StageId,
    },
    /// Work for a person was opened.
    TaskOpened {
        /// The task.
        task: TaskId,
        /// When it is due, UTC.
        deadline: Option<DateTime<Utc>>,
    },
    /// A person finished a task.
    TaskDone {
        /// The task.
        task: TaskId,
        /// The form as they filled it in.
        input: Map<String, Value>,
    },
    /// A finished task was taken up again.
    TaskReopened {
        /// The task.
        task: TaskId,
        /// When it is due now, UTC.
        deadline: Option<DateTime<Utc>>,
    },
    /// A task was removed because the adopted workflow has it no longer.
    TaskDropped {
        /// The task.
        task: TaskId,
    },
    /// A person let the run pass a clause that cannot be measured.
    Waived {
        /// The clause.
        clause: ClauseId,
    },
    /// New measurements, as every later decision uses them.
    Observed {
        /// All of them; shared with the checkpoint, which keeps them as they are.
        observations: Arc<Observations>,
    },
    /// The stage's gate was judged.
    GateJudged {
        /// Whether it is open.
        open: bool,
        /// Clause by clause.
        clauses: Vec<Judged>,
    },
    /// The goal was judged at the end of a cycle.
    GoalJudged {
        /// Whether every clause passed.
        met: bool,
        /// Clause by clause.
        clauses: Vec<Judged>,
        /// In how many cycles in a row it is met by now.
        streak: u32,
        /// For how many cycles in a row no goal metric has gained significantly.
        without_gain: u32,
        /// The measurements that later gains are compared with; present when they changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        marks: Option<BTreeMap<Metric, Observation>>,
    },
    /// The brand left a stage.
    StageLeft {
        /// The stage.
        stage: StageId,
        /// The condition that chose the way on; absent for the way without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<String>,
    },
    /// The run is held.
    Paused,
    /// The held run goes on.
    Resumed,
    /// The run goes on under another text of its workflow.
    Adopted {
        /// The text from now on.
        definition: Digest,
    },
    /// The run ended.
    Finished {
        /// How.
        outcome: Outcome,
    },
}

impl Event {
    /// The event's name in the journal.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Started { .. } => "started",
            Event::CycleOpened { .. } => "cycle_opened",
            Event::StageEntered { .. } => "stage_entered",
            Event::TaskOpened { .. } => "task_opened",
            Event::TaskDone { .. } => "task_done",
            Event::TaskReopened { .. } => "task_reopened",
            Event::TaskDropped { .. } => "task_dropped",
            Event::Waived { .. } => "waived",
            Event::Observed { .. } => "observed",
            Event::GateJudged { .. } => "gate_judged",
            Event::GoalJudged { .. } => "goal_judged",
            Event::StageLeft { .. } => "stage_left",
            Event::Paused => "paused",
            Event::Resumed => "resumed",
            Event::Adopted { .. } => "adopted",
            Event::Finished { .. } => "finished",
        }
    }
}

/// One commit of a brand's journal: what happened at one moment because one person asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The brand.
    pub brand: BrandId,
    /// The number of the commit, from 1 without gaps.
    pub revision: u64,
    /// When, UTC; never earlier than the entry before.
    pub at: DateTime<Utc>,
    /// Who asked.
    pub actor: Actor,
    /// The verb they used.
    pub verb: String,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What happened, in order.
    pub events: Vec<Event>,
}

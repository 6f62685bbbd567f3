//! What happened to a brand's run. The journal is a list of [`Entry`]s, one a commit.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    action::ActionName,
    charter::CharterDigest,
    checkpoint::{Answer, Saved},
    ids::{Actor, BrandId, ClauseId, Digest, ScheduleId, StageId, TaskId, WorkflowId},
    metric::Metric,
    observation::{Observation, Observations},
    schedule::{ScheduleState, SkippedRun},
    timer::TimerKind,
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

/// What a person handed in with a task, and what they could see when they did.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Given {
    /// The form as they filled it in.
    pub input: Map<String, Value>,
    /// What shows it, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where it can be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// How the gate had been judged by then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub saw: Vec<Judged>,
    /// The newest evidence by then, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saw_to: Option<DateTime<Utc>>,
}

impl Given {
    /// The same as part of a task's state.
    pub(super) fn answer(&self, entry: &Entry) -> Answer {
        let (input, note, link) = (self.input.clone(), self.note.clone(), self.link.clone());
        Answer { at: entry.at, by: entry.actor.clone(), input, note, link }
    }
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
        /// The number of the run, from 1.
        #[serde(default = "first_generation")]
        generation: u32,
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
    /// A person did a task that a second person has to confirm.
    TaskSubmitted {
        /// The task.
        task: TaskId,
        /// What they handed in.
        #[serde(flatten)]
        given: Given,
    },
    /// A person finished a task.
    TaskDone {
        /// The task.
        task: TaskId,
        /// What they handed in; for a second person, what the first did.
        #[serde(flatten)]
        given: Given,
        /// Whether they confirmed what another person had done.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        confirms: bool,
    },
    /// A person said no to a task.
    TaskRejected {
        /// The task.
        task: TaskId,
    },
    /// A task was given to another owner by a person.
    TaskReassigned {
        /// The task.
        task: TaskId,
        /// The new owner.
        to: String,
    },
    /// Tasks have other names in the workflow that the run goes on under; all change at once.
    TasksRenamed {
        /// The name from now on by the name until now.
        to: BTreeMap<TaskId, TaskId>,
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
    /// An action belongs to the run from now on.
    ActionOpened {
        /// The action.
        action: ActionName,
        /// What names this piece of work to whoever does it.
        key: Digest,
    },
    /// An action can be tried: those it needs are settled.
    ActionDue {
        /// The action.
        action: ActionName,
    },
    /// An attempt is about to be made. Written before anything is done.
    ActionBegan {
        /// The action.
        action: ActionName,
        /// The number of the attempt, from 1.
        attempt: u32,
        /// From then on the attempt counts as lost, UTC.
        until: DateTime<Utc>,
    },
    /// An attempt did what it should.
    ActionSucceeded {
        /// The action.
        action: ActionName,
        /// The number of the attempt.
        attempt: u32,
        /// What it answered.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        output: Map<String, Value>,
    },
    /// An attempt failed, or was lost.
    ActionFailed {
        /// The action.
        action: ActionName,
        /// The number of the attempt.
        attempt: u32,
        /// Why, for people; no secret and no message text.
        error: String,
        /// When the next one is due, UTC; absent if there is none.
        retry_at: Option<DateTime<Utc>>,
    },
    /// A person asked for another attempt.
    ActionRetried {
        /// The action.
        action: ActionName,
    },
    /// A person lets the run go on without an action.
    ActionSkipped {
        /// The action.
        action: ActionName,
    },
    /// An action was removed before it was settled.
    ActionDropped {
        /// The action.
        action: ActionName,
    },
    /// A schedule came round, or a run began to follow it.
    Scheduled {
        /// The schedule.
        schedule: ScheduleId,
        /// The occurrences that begin now, UTC.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ran: Vec<DateTime<Utc>>,
        /// The occurrences that were left out, with the reason.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        skipped: Vec<SkippedRun>,
        /// Where it stands now.
        #[serde(flatten)]
        state: ScheduleState,
    },
    /// The workflow that the run goes on under does not have this schedule.
    ScheduleDropped {
        /// The schedule.
        schedule: ScheduleId,
    },
    /// A moment has come that the run waited for. It comes once.
    Fired {
        /// What happened.
        timer: TimerKind,
        /// The task, clause or stage.
        of: String,
        /// When it was due, UTC.
        due: DateTime<Utc>,
        /// Who has the task from now on, at an escalation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
    },
    /// A person let the run pass a clause that cannot be measured.
    Waived {
        /// The clause.
        clause: ClauseId,
    },
    /// A waiver does not count any more: the clause asks something else now.
    WaiverDropped {
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
        /// What the brand promises from now on, where the stage was of the step define.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        charter: Option<CharterDigest>,
    },
    /// The run is held.
    Paused,
    /// The held run goes on; what it waits for is put off by the time for which it was held.
    Resumed {
        /// For how long it was held, in milliseconds.
        #[serde(default)]
        held_ms: i64,
    },
    /// The run goes on under another text of its workflow.
    Adopted {
        /// The text from now on.
        definition: Digest,
    },
    /// The run goes on under another text of its workflow, in which its stage may have another
    /// name.
    Migrated {
        /// The text from now on.
        definition: Digest,
        /// The name of its stage from now on.
        stage: StageId,
    },
    /// The run stands again where it stood after an earlier commit.
    Rewound {
        /// The commit.
        to: u64,
        /// Where the run stood.
        state: Box<Saved>,
    },
    /// The run begins where another brand's run stands.
    Forked {
        /// The other brand.
        from: BrandId,
        /// The commit at which it stood.
        at: u64,
        /// Where it stood.
        state: Box<Saved>,
    },
    /// The run ended.
    Finished {
        /// How.
        outcome: Outcome,
    },
}

/// The runs of before there were generations.
fn first_generation() -> u32 {
    1
}

impl Event {
    /// The action it is about.
    pub fn action(&self) -> Option<&ActionName> {
        match self {
            Event::ActionOpened { action, .. }
            | Event::ActionDue { action }
            | Event::ActionBegan { action, .. }
            | Event::ActionSucceeded { action, .. }
            | Event::ActionFailed { action, .. }
            | Event::ActionRetried { action }
            | Event::ActionSkipped { action }
            | Event::ActionDropped { action } => Some(action),
            _ => None,
        }
    }

    /// The event's name in the journal.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Started { .. } => "started",
            Event::CycleOpened { .. } => "cycle_opened",
            Event::StageEntered { .. } => "stage_entered",
            Event::TaskOpened { .. } => "task_opened",
            Event::TaskSubmitted { .. } => "task_submitted",
            Event::TaskDone { .. } => "task_done",
            Event::TaskRejected { .. } => "task_rejected",
            Event::TaskReassigned { .. } => "task_reassigned",
            Event::TasksRenamed { .. } => "tasks_renamed",
            Event::TaskReopened { .. } => "task_reopened",
            Event::TaskDropped { .. } => "task_dropped",
            Event::ActionOpened { .. } => "action_opened",
            Event::ActionDue { .. } => "action_due",
            Event::ActionBegan { .. } => "action_began",
            Event::ActionSucceeded { .. } => "action_succeeded",
            Event::ActionFailed { .. } => "action_failed",
            Event::ActionRetried { .. } => "action_retried",
            Event::ActionSkipped { .. } => "action_skipped",
            Event::ActionDropped { .. } => "action_dropped",
            Event::Scheduled { .. } => "scheduled",
            Event::ScheduleDropped { .. } => "schedule_dropped",
            Event::Fired { .. } => "fired",
            Event::Waived { .. } => "waived",
            Event::WaiverDropped { .. } => "waiver_dropped",
            Event::Observed { .. } => "observed",
            Event::GateJudged { .. } => "gate_judged",
            Event::GoalJudged { .. } => "goal_judged",
            Event::StageLeft { .. } => "stage_left",
            Event::Paused => "paused",
            Event::Resumed { .. } => "resumed",
            Event::Adopted { .. } => "adopted",
            Event::Migrated { .. } => "migrated",
            Event::Rewound { .. } => "rewound",
            Event::Forked { .. } => "forked",
            Event::Finished { .. } => "finished",
        }
    }
}

/// One commit of a brand's journal: what happened at one moment because one person asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The brand.
    pub brand: BrandId,
    /// The number of the run it belongs to, from 1.
    #[serde(default = "first_generation")]
    pub generation: u32,
    /// The number of the commit, from 1 without gaps, over all runs of the brand.
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

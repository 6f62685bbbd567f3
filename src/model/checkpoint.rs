//! Where a brand stands: the fold of its journal, and nothing else.
//!
//! Start reading at [`Checkpoint::apply`]. The live run and recovery both go through it, so a
//! checkpoint can always be made again from the journal.
//!
//! # Always true
//!
//! - A brand is in at most one stage.
//! - Tasks and waivers belong to the stage the brand is in; entering a stage clears them.
//! - `apply` never fails: it records what happened, it does not judge.

use std::{collections::BTreeMap, fmt, sync::Arc};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    event::{Entry, Event, Judged},
    ids::{Actor, BrandId, ClauseId, Digest, StageId, TaskId, WorkflowId},
    metric::Metric,
    observation::{Observation, Observations},
    workflow::Outcome,
};

/// Whether a run goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum Status {
    /// Not started yet.
    Ready,
    /// In a stage.
    Running,
    /// In a stage, held by a person.
    Paused {
        /// Since when, UTC.
        since: DateTime<Utc>,
        /// By whom.
        by: Actor,
        /// Why.
        reason: Option<String>,
    },
    /// Ended.
    Finished {
        /// How.
        outcome: Outcome,
        /// When, UTC.
        ended_at: DateTime<Utc>,
    },
}

impl Status {
    /// The word in JSON, the store and the terminal.
    pub fn name(&self) -> &'static str {
        match self {
            Status::Ready => "ready",
            Status::Running => "running",
            Status::Paused { .. } => "paused",
            Status::Finished { outcome, .. } => outcome.name(),
        }
    }
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "task")]
pub enum TaskState {
    /// Somebody has to do it.
    Open {
        /// Since when, UTC.
        since: DateTime<Utc>,
        /// When it is due, UTC.
        deadline: Option<DateTime<Utc>>,
        /// Whether it had been done before.
        reopened: bool,
    },
    /// Somebody did it.
    Done {
        /// When, UTC.
        at: DateTime<Utc>,
        /// Who.
        by: Actor,
        /// The form as they filled it in.
        input: Map<String, Value>,
    },
}

/// A named person lets the run pass a clause that cannot be measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Actor,
    /// Why.
    pub reason: Option<String>,
}

/// The stage a brand is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The stage.
    pub stage: StageId,
    /// Since when, UTC.
    pub since: DateTime<Utc>,
    /// Since when its gate has been found shut, UTC; absent before it was judged.
    pub blocked_since: Option<DateTime<Utc>>,
    /// How the gate was judged last.
    pub gate: Vec<Judged>,
}

/// The pass round the stages a brand is on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Cycle {
    /// Its number, from 1; 0 before the start.
    pub number: u32,
    /// Since when, UTC.
    pub since: Option<DateTime<Utc>>,
    /// Evidence up to this instant was counted in earlier cycles, UTC; absent for the first.
    pub counted_to: Option<DateTime<Utc>>,
    /// What the workflow's expressions read of the cycle before (`previous.`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub previous: BTreeMap<Metric, Observation>,
}

/// How near the goal is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// In how many cycles in a row the goal was met.
    pub streak: u32,
    /// For how many cycles in a row no goal metric gained significantly.
    pub without_gain: u32,
    /// What later gains are compared with.
    pub marks: BTreeMap<Metric, Observation>,
}

/// Where a brand stands after a commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The brand.
    pub brand: BrandId,
    /// The number of the commit, 0 before the first.
    pub revision: u64,
    /// When it was made, UTC.
    pub at: Option<DateTime<Utc>>,
    /// Whether the run goes on.
    #[serde(flatten)]
    pub status: Status,
    /// The workflow it follows.
    pub workflow: Option<WorkflowId>,
    /// The text of the workflow it runs on.
    pub definition: Option<Digest>,
    /// The pass it is on.
    pub cycle: Cycle,
    /// The stage it is in, or was in when the run ended.
    pub place: Option<Place>,
    /// The tasks of that stage.
    pub tasks: BTreeMap<TaskId, TaskState>,
    /// The waivers of that stage.
    pub waivers: BTreeMap<ClauseId, Waiver>,
    /// The newest measurements a decision used. They are much longer than all the rest and change
    /// seldom: steps share them, and the store keeps them beside the checkpoint's own text, from
    /// which they are therefore left out.
    #[serde(skip)]
    pub observations: Arc<Observations>,
    /// How near the goal is.
    pub progress: Progress,
}

impl Checkpoint {
    /// A brand that has not started.
    pub fn new(brand: BrandId) -> Self {
        Self {
            brand,
            revision: 0,
            at: None,
            status: Status::Ready,
            workflow: None,
            definition: None,
            cycle: Cycle::default(),
            place: None,
            tasks: BTreeMap::new(),
            waivers: BTreeMap::new(),
            observations: Arc::default(),
            progress: Progress::default(),
        }
    }

    /// The checkpoint that a whole journal leads to.
    pub fn fold<'a>(brand: BrandId, entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut checkpoint = Self::new(brand);
        for entry in entries {
            checkpoint.apply(entry);
        }
        checkpoint
    }

    /// Records one entry of the journal.
    pub fn apply(&mut self, entry: &Entry) {
        for event in &entry.events {
            self.record(event, entry);
        }
        self.revision = entry.revision;
        self.at = Some(entry.at);
    }

    /// Records one event; `entry` says when, by whom and why.
    pub(crate) fn record(&mut self, event: &Event, entry: &Entry) {
        let at = entry.at;
        match event {
            Event::Started { workflow, definition } => {
                self.status = Status::Running;
                self.workflow = Some(workflow.clone());
                self.definition = Some(definition.clone());
            }
            Event::CycleOpened { cycle, counted_to, previous } => {
                self.cycle = Cycle {
                    number: *cycle,
                    since: Some(at),
                    counted_to: *counted_to,
                    previous: previous.clone(),
                };
            }
            Event::StageEntered { stage } => self.enter(stage, at),
            Event::TaskOpened { task, deadline } => self.open(task, *deadline, at, false),
            Event::TaskReopened { task, deadline } => self.open(task, *deadline, at, true),
            Event::TaskDone { task, input } => {
                let done = TaskState::Done { at, by: entry.actor.clone(), input: input.clone() };
                self.tasks.insert(task.clone(), done);
            }
            Event::TaskDropped { task } => {
                self.tasks.remove(task);
            }
            Event::Waived { clause } => {
                let (by, reason) = (entry.actor.clone(), entry.reason.clone());
                self.waivers.insert(clause.clone(), Waiver { at, by, reason });
            }
            Event::Observed { observations } => self.observations = Arc::clone(observations),
            Event::GateJudged { open, clauses } => self.judge(*open, clauses, at),
            Event::GoalJudged { streak, without_gain, marks, .. } => {
                self.progress.streak = *streak;
                self.progress.without_gain = *without_gain;
                if let Some(marks) = marks {
                    self.progress.marks = marks.clone();
                }
            }
            Event::StageLeft { .. } => {}
            Event::Paused => {
                let (by, reason) = (entry.actor.clone(), entry.reason.clone());
                self.status = Status::Paused { since: at, by, reason };
            }
            Event::Resumed => self.status = Status::Running,
            Event::Adopted { definition } => {
                self.definition = Some(definition.clone());
                // Under another text a clause of the same name may ask something else.
                self.waivers.clear();
            }
            Event::Finished { outcome } => {
                self.status = Status::Finished { outcome: *outcome, ended_at: at };
            }
        }
    }

    fn enter(&mut self, stage: &StageId, at: DateTime<Utc>) {
        let place =
            Place { stage: stage.clone(), since: at, blocked_since: None, gate: Vec::new() };
        self.place = Some(place);
        self.tasks.clear();
        self.waivers.clear();
    }

    fn open(
        &mut self,
        task: &TaskId,
        deadline: Option<DateTime<Utc>>,
        since: DateTime<Utc>,
        reopened: bool,
    ) {
        self.tasks.insert(task.clone(), TaskState::Open { since, deadline, reopened });
    }

    fn judge(&mut self, open: bool, clauses: &[Judged], at: DateTime<Utc>) {
        if let Some(place) = &mut self.place {
            place.gate = clauses.to_vec();
            place.blocked_since = if open { None } else { place.blocked_since.or(Some(at)) };
        }
    }

    /// The stage the brand is in.
    pub fn stage(&self) -> Option<&StageId> {
        self.place.as_ref().map(|place| &place.stage)
    }

    /// The checkpoint's name, `BRAND@CYCLE.STAGE.REVISION`.
    pub fn id(&self) -> CheckpointId<'_> {
        CheckpointId(self)
    }
}

/// Writes a checkpoint's name.
#[derive(Debug)]
pub struct CheckpointId<'a>(&'a Checkpoint);

impl fmt::Display for CheckpointId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Checkpoint { brand, revision, cycle, .. } = self.0;
        let stage = self.0.stage().map_or("ready", StageId::as_str);
        write!(f, "{brand}@{}.{stage}.{revision}", cycle.number)
    }
}

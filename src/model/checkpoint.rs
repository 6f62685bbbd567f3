//! Where a brand stands: the fold of its journal, and nothing else.
//!
//! Start reading at [`Checkpoint::apply`]. The live run and recovery both go through it, so a
//! checkpoint can always be made again from the journal.
//!
//! # Always true
//!
//! - A brand is in at most one stage.
//! - Tasks, waivers and a stage's actions belong to the stage the brand is in; entering a stage
//!   clears them.
//! - A run that starts again sees nothing of the one before but the number of its last commit.
//! - `apply` never fails: it records what happened, it does not judge.

use std::{collections::BTreeMap, fmt, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    action::{ActionName, ActionState, Actions, Phase},
    calendar::{Period, WorkingTime},
    charter::CharterDigest,
    event::{Entry, Event, Judged},
    ids::{Actor, BrandId, ClauseId, Digest, ScheduleId, StageId, TaskId, WorkflowId},
    metric::Metric,
    observation::{Observation, Observations},
    schedule::ScheduleState,
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
        /// Who has it now; the owner that the workflow names if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
    },
    /// Somebody did it, and a second person has to confirm that.
    Submitted {
        /// When it is due, UTC.
        deadline: Option<DateTime<Utc>>,
        /// Who has it now; the owner that the workflow names if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
        /// What the first person said.
        #[serde(flatten)]
        answer: Answer,
    },
    /// Somebody did it.
    Done {
        /// What they said.
        #[serde(flatten)]
        answer: Answer,
        /// The second person, where one was needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confirmed_by: Option<Actor>,
    },
    /// Somebody said no; it stays so until it is reopened.
    Rejected {
        /// When, UTC.
        at: DateTime<Utc>,
        /// Who.
        by: Actor,
        /// Why.
        reason: Option<String>,
    },
}

impl TaskState {
    /// Whether somebody has to act: to do it, or to confirm it.
    pub fn is_open(&self) -> bool {
        match self {
            TaskState::Open { .. } | TaskState::Submitted { .. } => true,
            TaskState::Done { .. } | TaskState::Rejected { .. } => false,
        }
    }

    /// When it is due, UTC; absent without a deadline and once nobody has to act.
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        match self {
            TaskState::Open { deadline, .. } | TaskState::Submitted { deadline, .. } => *deadline,
            TaskState::Done { .. } | TaskState::Rejected { .. } => None,
        }
    }

    /// Who has it now, where that is not the owner that the workflow names.
    pub fn owner(&self) -> Option<&str> {
        match self {
            TaskState::Open { owner, .. } | TaskState::Submitted { owner, .. } => owner.as_deref(),
            TaskState::Done { .. } | TaskState::Rejected { .. } => None,
        }
    }

    fn give_to(&mut self, new: &str) {
        match self {
            TaskState::Open { owner, .. } | TaskState::Submitted { owner, .. } => {
                *owner = Some(new.to_owned());
            }
            TaskState::Done { .. } | TaskState::Rejected { .. } => {}
        }
    }

    /// Puts the deadline off by the time for which the run was held until `now`; a task that was
    /// opened meanwhile waited only since then.
    fn put_off(&mut self, held: TimeDelta, now: DateTime<Utc>) {
        match self {
            TaskState::Open { since, deadline, .. } => {
                *deadline = deadline.map(|at| later(at, held.min(now - *since)));
            }
            TaskState::Submitted { deadline, .. } => {
                *deadline = deadline.map(|at| later(at, held));
            }
            TaskState::Done { .. } | TaskState::Rejected { .. } => {}
        }
    }
}

/// What a person said when they did a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Actor,
    /// The form as they filled it in.
    pub input: Map<String, Value>,
    /// What shows it, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where it can be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
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
    /// The commit that brought the brand here; tells one visit of a stage from the next.
    #[serde(default)]
    pub entered: u64,
    /// For how long the run was held since, in milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub held_ms: i64,
    /// Since when its gate has been found shut, UTC; absent before it was judged.
    pub blocked_since: Option<DateTime<Utc>>,
    /// How the gate was judged last.
    pub gate: Vec<Judged>,
}

fn is_zero(number: &i64) -> bool {
    *number == 0
}

impl Place {
    /// When the brand has been here for so long, not counting the time for which it was held.
    pub fn after(&self, period: Period, working_time: &WorkingTime) -> DateTime<Utc> {
        later(working_time.after(self.since, period), TimeDelta::milliseconds(self.held_ms))
    }
}

/// An instant put off; the last there is where that cannot be written.
fn later(at: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
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
    /// The number of the run, from 1; a brand that starts again begins the next. 0 before the
    /// first.
    #[serde(default = "first_generation")]
    pub generation: u32,
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
    /// The actions of that stage and of the schedules.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub actions: Actions,
    /// How far the schedules have been decided on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub schedules: BTreeMap<ScheduleId, ScheduleState>,
    /// What the brand promised when it left define, by digests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charter: Option<CharterDigest>,
    /// Every reminder, deadline, escalation, wait and limit up to here has fired, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fired_to: Option<DateTime<Utc>>,
    /// The newest measurements a decision used. They are much longer than all the rest and change
    /// seldom: steps share them, and the store keeps them beside the checkpoint's own text, from
    /// which they are therefore left out.
    #[serde(skip)]
    pub observations: Arc<Observations>,
    /// How near the goal is.
    pub progress: Progress,
}

/// The runs of before there were generations.
fn first_generation() -> u32 {
    1
}

impl Checkpoint {
    /// A brand that has not started.
    pub fn new(brand: BrandId) -> Self {
        Self {
            brand,
            generation: 0,
            revision: 0,
            at: None,
            status: Status::Ready,
            workflow: None,
            definition: None,
            cycle: Cycle::default(),
            place: None,
            tasks: BTreeMap::new(),
            waivers: BTreeMap::new(),
            actions: Actions::new(),
            schedules: BTreeMap::new(),
            charter: None,
            fired_to: None,
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
            Event::Started { workflow, definition, generation } => {
                // A new run sees nothing of the one before.
                *self = Self::new(self.brand.clone());
                self.generation = *generation;
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
            Event::StageEntered { stage } => self.enter(stage, entry),
            Event::TaskOpened { .. }
            | Event::TaskSubmitted { .. }
            | Event::TaskDone { .. }
            | Event::TaskRejected { .. }
            | Event::TaskReassigned { .. }
            | Event::TaskReopened { .. }
            | Event::TasksRenamed { .. }
            | Event::TaskDropped { .. } => self.record_task(event, entry),
            Event::ActionOpened { .. }
            | Event::ActionDue { .. }
            | Event::ActionBegan { .. }
            | Event::ActionSucceeded { .. }
            | Event::ActionFailed { .. }
            | Event::ActionRetried { .. }
            | Event::ActionSkipped { .. }
            | Event::ActionDropped { .. } => self.record_action(event, entry),
            Event::Scheduled { schedule, state, .. } => {
                self.schedules.insert(schedule.clone(), state.clone());
            }
            Event::ScheduleDropped { schedule } => {
                self.schedules.remove(schedule);
                self.actions.remove(&ActionName::Schedule(schedule.clone()));
            }
            Event::Fired { to, of, .. } => {
                self.fired_to = Some(at);
                if let Some(to) = to {
                    self.give(of, to);
                }
            }
            Event::Waived { clause } => {
                let (by, reason) = (entry.actor.clone(), entry.reason.clone());
                self.waivers.insert(clause.clone(), Waiver { at, by, reason });
            }
            Event::WaiverDropped { clause } => {
                self.waivers.remove(clause);
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
            Event::StageLeft { charter: Some(charter), .. } => {
                self.charter = Some(charter.clone());
            }
            Event::StageLeft { charter: None, .. } => {}
            Event::Paused => {
                let (by, reason) = (entry.actor.clone(), entry.reason.clone());
                self.status = Status::Paused { since: at, by, reason };
            }
            Event::Resumed { held_ms } => {
                self.status = Status::Running;
                self.put_off(TimeDelta::milliseconds(*held_ms), at);
            }
            Event::Adopted { definition } => {
                self.definition = Some(definition.clone());
                // Under another text a clause of the same name may ask something else.
                self.waivers.clear();
            }
            Event::Migrated { definition, stage } => {
                self.definition = Some(definition.clone());
                if let Some(place) = &mut self.place {
                    place.stage = stage.clone();
                }
            }
            Event::Rewound { state, .. } | Event::Forked { state, .. } => {
                let brand = self.brand.clone();
                *self = Self { brand, ..Checkpoint::from((**state).clone()) };
            }
            Event::Finished { outcome } => {
                self.status = Status::Finished { outcome: *outcome, ended_at: at };
            }
        }
    }

    fn record_task(&mut self, event: &Event, entry: &Entry) {
        let at = entry.at;
        match event {
            Event::TaskOpened { task, deadline } => self.open(task, *deadline, at, false),
            Event::TaskReopened { task, deadline } => self.open(task, *deadline, at, true),
            Event::TaskSubmitted { task, given } => {
                let answer = given.answer(entry);
                let before = self.tasks.get(task);
                let deadline = before.and_then(TaskState::deadline);
                let owner = before.and_then(TaskState::owner).map(str::to_owned);
                let submitted = TaskState::Submitted { deadline, owner, answer };
                self.tasks.insert(task.clone(), submitted);
            }
            Event::TaskDone { task, given, confirms: false } => {
                let done = TaskState::Done { answer: given.answer(entry), confirmed_by: None };
                self.tasks.insert(task.clone(), done);
            }
            Event::TaskDone { task, confirms: true, .. } => {
                if let Some(TaskState::Submitted { answer, .. }) = self.tasks.get(task) {
                    let (answer, confirmed_by) = (answer.clone(), Some(entry.actor.clone()));
                    self.tasks.insert(task.clone(), TaskState::Done { answer, confirmed_by });
                }
            }
            Event::TaskRejected { task } => {
                let (by, reason) = (entry.actor.clone(), entry.reason.clone());
                self.tasks.insert(task.clone(), TaskState::Rejected { at, by, reason });
            }
            Event::TaskReassigned { task, to } => self.give(task.as_str(), to),
            Event::TasksRenamed { to } => {
                let tasks = std::mem::take(&mut self.tasks).into_iter();
                let called = |task: TaskId| to.get(&task).cloned().unwrap_or(task);
                self.tasks = tasks.map(|(task, state)| (called(task), state)).collect();
            }
            Event::TaskDropped { task } => {
                self.tasks.remove(task);
            }
            _ => {}
        }
    }

    fn record_action(&mut self, event: &Event, entry: &Entry) {
        let at = entry.at;
        let phase = match event {
            Event::ActionOpened { action, key } => {
                let opened = ActionState::new(key.clone(), Phase::Waiting);
                self.actions.insert(action.clone(), opened);
                return;
            }
            Event::ActionDropped { action } => {
                self.actions.remove(action);
                return;
            }
            Event::ActionDue { .. } | Event::ActionRetried { .. } => Phase::Due { at },
            Event::ActionBegan { until, .. } => Phase::Running { since: at, until: *until },
            Event::ActionSucceeded { output, .. } => {
                Phase::Succeeded { at, output: output.clone() }
            }
            Event::ActionFailed { retry_at: Some(at), .. } => Phase::Due { at: *at },
            Event::ActionFailed { error, .. } => Phase::Failed { at, error: error.clone() },
            Event::ActionSkipped { .. } => {
                let (by, reason) = (entry.actor.clone(), entry.reason.clone());
                Phase::Skipped { at, by, reason }
            }
            _ => return,
        };
        let Some(state) = event.action().and_then(|action| self.actions.get_mut(action)) else {
            return;
        };
        match event {
            Event::ActionBegan { attempt, .. } => state.attempts = *attempt,
            Event::ActionFailed { error, .. } => state.last_error = Some(error.clone()),
            Event::ActionRetried { .. } => state.forgiven = state.attempts,
            _ => {}
        }
        state.phase = phase;
    }

    fn enter(&mut self, stage: &StageId, entry: &Entry) {
        self.place = Some(Place {
            stage: stage.clone(),
            since: entry.at,
            entered: entry.revision,
            held_ms: 0,
            blocked_since: None,
            gate: Vec::new(),
        });
        self.tasks.clear();
        self.waivers.clear();
        self.actions.retain(|action, _| matches!(action, ActionName::Schedule(_)));
    }

    fn open(
        &mut self,
        task: &TaskId,
        deadline: Option<DateTime<Utc>>,
        since: DateTime<Utc>,
        reopened: bool,
    ) {
        let open = TaskState::Open { since, deadline, reopened, owner: None };
        self.tasks.insert(task.clone(), open);
    }

    fn give(&mut self, task: &str, to: &str) {
        let named = self.tasks.iter_mut().find(|(id, _)| id.as_str() == task);
        if let Some((_, state)) = named {
            state.give_to(to);
        }
    }

    /// Moves every moment that people and the stage wait for, those that have passed included.
    fn put_off(&mut self, held: TimeDelta, now: DateTime<Utc>) {
        for state in self.tasks.values_mut() {
            state.put_off(held, now);
        }
        if let Some(place) = &mut self.place {
            place.held_ms = place.held_ms.saturating_add(held.num_milliseconds());
        }
        self.fired_to = self.fired_to.map(|at| later(at, held));
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

/// A checkpoint with its measurements, in one piece: what an event that brings back an earlier
/// state carries, and what is kept where the journal before it was given up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// All but the measurements.
    pub checkpoint: Checkpoint,
    /// The measurements.
    pub observations: Arc<Observations>,
}

impl From<Checkpoint> for Saved {
    fn from(mut checkpoint: Checkpoint) -> Self {
        let observations = std::mem::take(&mut checkpoint.observations);
        Self { checkpoint, observations }
    }
}

impl From<Saved> for Checkpoint {
    fn from(saved: Saved) -> Self {
        Checkpoint { observations: saved.observations, ..saved.checkpoint }
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

//! Work that the engine has done: when it is begun, what follows from how it ended.
//!
//! ```text
//! opened ─► waiting ─► due ─► running ─► succeeded
//!             (needs)   ▲        │
//!                       └─ rest ─┴─► failed ─► due (retry) or skipped, by a person
//! ```
//!
//! Start reading at `Draft::begin`. Decide, commit, then perform: an attempt is written to the
//! journal before anything is done, so a crash in between leaves it running, and it is tried again
//! under the same key once its time is over.
//!
//! # Always true
//!
//! - The key of an action is the same over every attempt and restart, and another for every visit
//!   of the stage and every occurrence of a schedule.
//! - An action is begun only when all that it needs are settled, and never while it runs.
//! - A stage is left when each of its actions is settled, or by its limit when none runs.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::model::{
    Action, ActionName, ActionState, Checkpoint, Digest, Event, Job, Phase, Stage, Status,
    Workflow, command::Fault, schedule::Chore,
};

use super::{
    draft::{Draft, Shut},
    refusal::Refusal,
};

/// How long an attempt may wait for a worker, and so how long after its own time it counts as lost.
pub const GRACE: TimeDelta = TimeDelta::seconds(30);

/// What an attempt that never answered says.
const LOST: &str = "the attempt was lost: nothing was heard of it within its time";

/// An attempt that is to be made once the step is on the disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Begun {
    /// The action.
    pub action: ActionName,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// What names the work to whoever does it.
    pub key: Digest,
    /// What is to be done, and how.
    pub job: Job,
}

/// An action that holds a stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActionReport {
    /// The action.
    pub action: ActionName,
    /// What it runs, as the file names it.
    pub run: &'static str,
    /// The most attempts.
    pub most: u32,
    /// Where it stands; absent if it was never opened.
    pub state: Option<ActionState>,
}

/// The actions of `stage` that are not settled, in the order of the file.
pub(super) fn unsettled(stage: &Stage, checkpoint: &Checkpoint) -> Vec<ActionReport> {
    if checkpoint.stage() != Some(&stage.id) {
        return Vec::new();
    }
    let reports = stage.entry.iter().map(|action| {
        let name = ActionName::Entry(action.id.clone());
        let state = checkpoint.actions.get(&name).cloned();
        let (run, most) = (action.job.work.name(), action.job.retry.attempts);
        ActionReport { action: name, run, most, state }
    });
    reports.filter(|report| !report.state.as_ref().is_some_and(ActionState::is_settled)).collect()
}

/// How an action is done, as the workflow says.
pub fn job_of<'w>(
    workflow: &'w Workflow,
    checkpoint: &Checkpoint,
    name: &ActionName,
) -> Option<&'w Job> {
    match name {
        ActionName::Entry(id) => Some(&workflow.stage(checkpoint.stage()?)?.action(id)?.job),
        ActionName::Schedule(id) => match &workflow.schedule(id)?.chore {
            Chore::Job(job) => Some(job),
            Chore::Advance => None,
        },
    }
}

impl Draft<'_> {
    /// Opens the actions of the stage that the brand came into.
    pub(super) fn open_actions(&mut self, stage: &Stage) {
        for action in &stage.entry {
            self.open_action(action);
        }
        self.release(stage);
    }

    pub(super) fn open_action(&mut self, action: &Action) {
        let name = ActionName::Entry(action.id.clone());
        // The visit is told by the commit that began it. Its stage is not named: another text may
        // call it otherwise, and the work is the same.
        let visit = self.checkpoint.place.as_ref().map_or(0, |place| place.entered);
        let key = self.key(&format!("{visit}/{name}"));
        self.emit(Event::ActionOpened { action: name, key });
    }

    /// Names a piece of this run's work.
    pub(super) fn key(&self, work: &str) -> Digest {
        let Checkpoint { brand, generation, .. } = &self.checkpoint;
        Digest::of(format!("{brand}/{generation}/{work}").as_bytes())
    }

    /// Lets the actions be tried whose needs are all settled.
    pub(super) fn release(&mut self, stage: &Stage) {
        let is_settled = |id| {
            let state = self.checkpoint.actions.get(&ActionName::Entry(id));
            state.is_some_and(ActionState::is_settled)
        };
        let waits = |action: &Action| {
            let name = ActionName::Entry(action.id.clone());
            let state = self.checkpoint.actions.get(&name);
            state.is_some_and(|state| state.phase == Phase::Waiting)
        };
        let free = stage
            .entry
            .iter()
            .filter(|action| waits(action) && action.needs.iter().cloned().all(is_settled));
        let free: Vec<_> = free.map(|action| ActionName::Entry(action.id.clone())).collect();
        for action in free {
            self.emit(Event::ActionDue { action });
        }
    }

    /// Writes down that every action that is due is about to be tried.
    pub(super) fn begin(&mut self) -> Result<Shut, Refusal> {
        let now = self.entry.at;
        let is_due = |state: &ActionState| matches!(state.phase, Phase::Due { at } if at <= now);
        let due = self.checkpoint.actions.iter().filter(|(_, state)| is_due(state));
        let due: Vec<_> = due.map(|(name, state)| (name.clone(), state.clone())).collect();
        for (action, state) in due {
            let Some(job) = job_of(self.workflow, &self.checkpoint, &action).cloned() else {
                continue;
            };
            let attempt = state.attempts + 1;
            let until = now + TimeDelta::seconds(i64::from(job.timeout_seconds)) + GRACE;
            self.emit(Event::ActionBegan { action: action.clone(), attempt, until });
            self.begun.push(Begun { action, attempt, key: state.key, job });
        }
        if self.is_empty() { Err(Refusal::NothingDue) } else { Ok(None) }
    }

    /// Records how an attempt ended. What was done counts, however late it is heard of; a failure
    /// counts only for the attempt that is awaited.
    pub(super) fn settle(
        &mut self,
        action: &ActionName,
        key: &Digest,
        attempt: u32,
        result: &Result<Map<String, Value>, Fault>,
    ) -> Result<Shut, Refusal> {
        let not_awaited = || Refusal::NotAwaited { action: action.clone(), attempt };
        let state = self.checkpoint.actions.get(action).filter(|state| state.key == *key);
        let state = state.filter(|state| attempt >= 1 && attempt <= state.attempts);
        let state = state.ok_or_else(not_awaited)?;
        match result {
            Ok(output) if !state.is_settled() => {
                let (action, output) = (action.clone(), output.clone());
                self.emit(Event::ActionSucceeded { action, attempt, output });
            }
            Err(fault) if state.is_running() && attempt == state.attempts => {
                self.fail(action, fault);
            }
            Ok(_) | Err(_) => return Err(not_awaited()),
        }
        self.go_on()
    }

    /// Goes on after an action has ended: those that needed it are tried, and the stage is left if
    /// only the action held the brand when it was asked to move.
    fn go_on(&mut self) -> Result<Shut, Refusal> {
        let stage = self.stage()?;
        self.release(stage);
        let runs = self.checkpoint.status == Status::Running;
        if runs && self.was_asked_to_move() { self.judge_and_go() } else { Ok(None) }
    }

    /// Records that the attempt that runs failed; the next one is due after a rest, if any is left.
    fn fail(&mut self, action: &ActionName, fault: &Fault) {
        let Some(state) = self.checkpoint.actions.get(action) else { return };
        let (attempt, spent) = (state.attempts, state.attempts - state.forgiven);
        let job = job_of(self.workflow, &self.checkpoint, action);
        let rest = job.and_then(|job| job.retry.rest_ms(spent, &state.key));
        let rest = rest.filter(|_| !fault.permanent);
        let retry_at = rest.map(|rest| self.entry.at + TimeDelta::milliseconds(rest));
        let (action, error) = (action.clone(), fault.message.clone());
        self.emit(Event::ActionFailed { action, attempt, error, retry_at });
    }

    /// Counts the attempts as failed whose time is over; answers whether there was one.
    pub(super) fn give_up_lost(&mut self) -> bool {
        let now = self.entry.at;
        let is_lost = |state: &ActionState| matches!(state.phase, Phase::Running { until, .. } if until <= now);
        let lost = self.checkpoint.actions.iter().filter(|(_, state)| is_lost(state));
        let lost: Vec<_> = lost.map(|(name, _)| name.clone()).collect();
        for action in &lost {
            self.fail(action, &Fault { message: LOST.to_owned(), permanent: false });
        }
        !lost.is_empty()
    }

    /// Whether an attempt of the stage's own actions runs.
    pub(super) fn is_acting(&self) -> bool {
        let own = |(name, state): (&ActionName, &ActionState)| {
            matches!(name, ActionName::Entry(_)) && state.is_running()
        };
        self.checkpoint.actions.iter().any(own)
    }

    /// Drops the stage's actions that are not settled.
    pub(super) fn drop_actions(&mut self) {
        let open =
            self.checkpoint.actions.iter().filter(|(name, state)| {
                matches!(name, ActionName::Entry(_)) && !state.is_settled()
            });
        let open: Vec<_> = open.map(|(name, _)| name.clone()).collect();
        for action in open {
            self.emit(Event::ActionDropped { action });
        }
    }

    fn action_state(&self, name: &ActionName) -> Result<&ActionState, Refusal> {
        self.checkpoint.actions.get(name).ok_or_else(|| Refusal::UnknownAction {
            action: name.clone(),
            known: self.checkpoint.actions.keys().cloned().collect(),
        })
    }

    /// Lets an action be tried at once that has failed or rests.
    pub(super) fn retry(&mut self, name: &ActionName) -> Result<Shut, Refusal> {
        let action = name.clone();
        match &self.action_state(name)?.phase {
            Phase::Failed { .. } => Ok(self.emit(Event::ActionRetried { action })),
            Phase::Due { at } if *at > self.entry.at => {
                Ok(self.emit(Event::ActionRetried { action }))
            }
            phase @ (Phase::Waiting
            | Phase::Due { .. }
            | Phase::Running { .. }
            | Phase::Succeeded { .. }
            | Phase::Skipped { .. }) => {
                Err(Refusal::NotFailed { action, phase: phase.name().to_owned() })
            }
        }
    }

    /// Lets the run go on without an action.
    pub(super) fn skip(&mut self, name: &ActionName) -> Result<Shut, Refusal> {
        self.named_with_reason()?;
        let action = name.clone();
        let state = self.action_state(name)?;
        if state.is_settled() || state.is_running() {
            let phase = state.phase.name().to_owned();
            return Err(Refusal::NotSkippable { action, phase });
        }
        self.emit(Event::ActionSkipped { action });
        self.go_on()
    }

    /// Opens the work of an occurrence of a schedule; it is due at once.
    pub(super) fn open_occurrence(&mut self, action: ActionName, due: DateTime<Utc>) {
        let key = self.key(&format!("{action}/{}", due.to_rfc3339()));
        self.emit(Event::ActionOpened { action: action.clone(), key });
        self.emit(Event::ActionDue { action });
    }
}

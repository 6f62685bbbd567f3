//! The moments that a brand's run waits for.
//!
//! Start reading at [`pending`]. They follow from the checkpoint alone, so nothing has to keep
//! them alive: a machine that was off for a week sees the same ones. The store keeps those of the
//! last step as rows, only to find the brands for which something is due.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{
    ActionState, Checkpoint, Demand, Phase, Stage, Status, Task, TaskState, Timer, TimerKind,
    Workflow, checkpoint::Place,
};

/// A moment of the stage, and who gets the task then.
pub(super) struct Waiting {
    pub(super) timer: Timer,
    pub(super) to: Option<String>,
}

impl Waiting {
    fn new(at: DateTime<Utc>, kind: TimerKind, of: impl ToString) -> Self {
        Self { timer: Timer { at, kind, of: of.to_string() }, to: None }
    }
}

/// Every moment that the brand's stage waits for, past ones included, the earliest first.
pub fn timers(workflow: &Workflow, checkpoint: &Checkpoint) -> Vec<Timer> {
    let goes_on = matches!(checkpoint.status, Status::Running | Status::Paused { .. });
    if !goes_on {
        return Vec::new();
    }
    let mut timers: Vec<Timer> =
        waiting(workflow, checkpoint).into_iter().map(|waiting| waiting.timer).collect();
    timers.extend(attempts(checkpoint));
    timers.sort();
    timers
}

/// Every moment at which something happens to the brand unless something else happens before, the
/// earliest first. Nothing happens to a run that is held.
pub fn pending(workflow: &Workflow, checkpoint: &Checkpoint) -> Vec<Timer> {
    if checkpoint.status != Status::Running {
        return Vec::new();
    }
    let fired_to = checkpoint.fired_to;
    let open = waiting(workflow, checkpoint).into_iter().map(|waiting| waiting.timer);
    let mut timers: Vec<Timer> =
        open.filter(|timer| fired_to.is_none_or(|to| timer.at > to)).collect();
    timers.extend(attempts(checkpoint));
    timers.extend(super::schedules::next_timers(workflow, checkpoint));
    timers.sort();
    timers
}

/// What fires once: the moments of the stage and its tasks.
pub(super) fn waiting(workflow: &Workflow, checkpoint: &Checkpoint) -> Vec<Waiting> {
    let place = checkpoint.place.as_ref();
    let Some((place, stage)) = place.and_then(|place| Some((place, workflow.stage(&place.stage)?)))
    else {
        return Vec::new();
    };
    let mut waiting = Vec::new();
    for task in &stage.tasks {
        of_task(checkpoint, task, &mut waiting);
    }
    of_stage(checkpoint, place, stage, &mut waiting);
    waiting.sort_by(|one, other| one.timer.cmp(&other.timer));
    waiting
}

/// The waits of the gate, and the limit.
fn of_stage(checkpoint: &Checkpoint, place: &Place, stage: &Stage, found: &mut Vec<Waiting>) {
    let working_time = &checkpoint.observations.terms.working_time;
    for clause in &stage.exit {
        let waits = clause.demand.walk().into_iter().filter_map(|demand| match demand {
            Demand::Wait(period) => Some(*period),
            _ => None,
        });
        found.extend(waits.map(|period| {
            Waiting::new(place.after(period, working_time), TimerKind::Wait, &clause.id)
        }));
    }
    found.extend(stage.limit.iter().map(|limit| {
        Waiting::new(place.after(limit.after, working_time), TimerKind::Limit, &stage.id)
    }));
}

/// A rung of a task's ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rung {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// Who has the task from then on: a person or `role:NAME`.
    pub to: String,
}

/// Who gets a task after its deadline, past rungs included, in the order of the file; nobody once it
/// is done or rejected.
pub fn ladder(checkpoint: &Checkpoint, task: &Task) -> Vec<Rung> {
    let Some(deadline) = checkpoint.tasks.get(&task.id).and_then(TaskState::deadline) else {
        return Vec::new();
    };
    let working_time = &checkpoint.observations.terms.working_time;
    let rungs = task.escalate.iter().map(|rung| Rung {
        at: rung.after.map_or(deadline, |after| working_time.after(deadline, after)),
        to: rung.to.clone(),
    });
    rungs.collect()
}

/// The deadline of an open task, the reminders before it, and the ladder after it.
fn of_task(checkpoint: &Checkpoint, task: &Task, found: &mut Vec<Waiting>) {
    let Some(deadline) = checkpoint.tasks.get(&task.id).and_then(TaskState::deadline) else {
        return;
    };
    let working_time = &checkpoint.observations.terms.working_time;
    found.push(Waiting::new(deadline, TimerKind::Deadline, &task.id));
    found.extend(task.remind.iter().map(|before| {
        Waiting::new(working_time.before(deadline, *before), TimerKind::Reminder, &task.id)
    }));
    found.extend(ladder(checkpoint, task).into_iter().map(|Rung { at, to }| {
        let waiting = Waiting::new(at, TimerKind::Escalation, &task.id);
        Waiting { to: Some(to), ..waiting }
    }));
}

/// When actions are to be tried, and when attempts count as lost.
fn attempts(checkpoint: &Checkpoint) -> impl Iterator<Item = Timer> {
    checkpoint.actions.iter().filter_map(|(name, ActionState { phase, .. })| {
        let at = match phase {
            Phase::Due { at } => *at,
            Phase::Running { until, .. } => *until,
            Phase::Waiting
            | Phase::Succeeded { .. }
            | Phase::Failed { .. }
            | Phase::Skipped { .. } => return None,
        };
        Some(Timer { at, kind: TimerKind::Attempt, of: name.to_string() })
    })
}

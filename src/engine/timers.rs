//! The moments that a brand's run waits for.
//!
//! Start reading at [`timers`]. They follow from the checkpoint alone, so nothing has to keep
//! them alive: a machine that was off for a week sees the same ones.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{Checkpoint, Demand, Stage, Status, TaskState, Workflow};

/// What happens at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerKind {
    /// A task's owner should be reminded.
    Reminder,
    /// A task is due.
    Deadline,
    /// A clause has waited long enough.
    Wait,
    /// The brand may stay in its stage no longer.
    Limit,
}

/// A moment that a brand's run waits for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Timer {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// What happens then.
    pub kind: TimerKind,
    /// The task, clause or stage it belongs to.
    pub of: String,
}

/// Every moment that the brand's stage waits for, past ones included, the earliest first.
pub fn timers(workflow: &Workflow, checkpoint: &Checkpoint) -> Vec<Timer> {
    let running = matches!(checkpoint.status, Status::Running | Status::Paused { .. });
    let place = checkpoint.place.as_ref().filter(|_| running);
    let Some((place, stage)) = place.and_then(|place| Some((place, workflow.stage(&place.stage)?)))
    else {
        return Vec::new();
    };
    let working_time = &checkpoint.observations.terms.working_time;
    let mut timers = of_tasks(checkpoint, stage);
    for clause in &stage.exit {
        let waits = clause.demand.walk().into_iter().filter_map(|demand| match demand {
            Demand::Wait(period) => Some(*period),
            _ => None,
        });
        timers.extend(waits.map(|period| Timer {
            at: working_time.after(place.since, period),
            kind: TimerKind::Wait,
            of: clause.id.to_string(),
        }));
    }
    timers.extend(stage.limit.iter().map(|limit| Timer {
        at: working_time.after(place.since, limit.after),
        kind: TimerKind::Limit,
        of: stage.id.to_string(),
    }));
    timers.sort();
    timers
}

/// The deadlines of open tasks, and the reminders before them.
fn of_tasks(checkpoint: &Checkpoint, stage: &Stage) -> Vec<Timer> {
    let working_time = &checkpoint.observations.terms.working_time;
    let mut timers = Vec::new();
    for task in &stage.tasks {
        let Some(TaskState::Open { deadline: Some(deadline), .. }) = checkpoint.tasks.get(&task.id)
        else {
            continue;
        };
        let timer = |kind, at| Timer { at, kind, of: task.id.to_string() };
        timers.push(timer(TimerKind::Deadline, *deadline));
        let reminders = task.remind.iter().map(|before| working_time.before(*deadline, *before));
        timers.extend(reminders.map(|at| timer(TimerKind::Reminder, at)));
    }
    timers
}

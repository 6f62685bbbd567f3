//! Held and let go, and the end of a run before its goal.
//!
//! # Always true
//!
//! - Time for which a run was held counts for nothing that it waits for.
//! - A run that was cancelled has nothing half done.

use chrono::TimeDelta;

use crate::model::{Event, Outcome, Status, ids::TaskId};

use super::{
    draft::{Draft, Shut},
    refusal::Refusal,
};

impl Draft<'_> {
    pub(super) fn resume(&mut self) -> Shut {
        let held = match &self.checkpoint.status {
            Status::Paused { since, .. } => self.entry.at - *since,
            Status::Ready | Status::Running | Status::Finished { .. } => TimeDelta::zero(),
        };
        self.emit(Event::Resumed { held_ms: held.num_milliseconds().max(0) });
        self.skip_held_occurrences();
        None
    }

    /// Ends the run once nothing of it is half done: whatever is open is closed by an event of its
    /// own.
    pub(super) fn cancel(&mut self) -> Result<Shut, Refusal> {
        self.nothing_runs()?;
        let open = self.checkpoint.tasks.iter().filter(|(_, state)| state.is_open());
        let open: Vec<TaskId> = open.map(|(task, _)| task.clone()).collect();
        for task in open {
            self.emit(Event::TaskDropped { task });
        }
        self.drop_actions();
        Ok(self.emit(Event::Finished { outcome: Outcome::Abandoned }))
    }

    /// Refuses what must not come between an attempt and its answer.
    pub(super) fn nothing_runs(&self) -> Result<(), Refusal> {
        let running = self.checkpoint.actions.iter().find(|(_, state)| state.is_running());
        match running {
            Some((action, state)) => {
                Err(Refusal::ActionRuns { action: action.clone(), attempt: state.attempts })
            }
            None => Ok(()),
        }
    }
}

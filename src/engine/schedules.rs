//! Schedules in a brand's run: which occurrence is due, and what begins then.

use chrono::{DateTime, Utc};

use crate::model::{Checkpoint, Event, Timer, Workflow, schedule::ScheduleState};

use super::draft::Draft;

/// When each schedule comes round next.
pub(super) fn next_timers(_workflow: &Workflow, _checkpoint: &Checkpoint) -> Vec<Timer> {
    Vec::new()
}

impl Draft<'_> {
    /// Follows the schedules of the workflow from now on, those that it followed before from where
    /// they stand.
    pub(super) fn follow_schedules(&mut self) {
        let now: DateTime<Utc> = self.entry.at;
        for schedule in &self.workflow.schedules {
            if !self.checkpoint.schedules.contains_key(&schedule.id) {
                let state = ScheduleState { handled_to: now, queued: None };
                let (schedule, ran, skipped) = (schedule.id.clone(), Vec::new(), Vec::new());
                self.emit(Event::Scheduled { schedule, ran, skipped, state });
            }
        }
    }

    /// Lets what is due by its schedule begin; answers whether the brand should move on.
    pub(super) fn run_schedules(&mut self) -> bool {
        false
    }

    /// Leaves out what came round while the run was held.
    pub(super) fn skip_held_occurrences(&mut self) {}
}

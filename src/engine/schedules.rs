//! Schedules in a brand's run: which occurrence is due, and what begins then.
//!
//! Start reading at `Draft::run_schedules`; what is decided of each occurrence stands in
//! [`super::schedule`].

use chrono::{DateTime, Utc};

use crate::model::{
    ActionName, ActionState, Checkpoint, Event, Phase, Schedule, ScheduleId, Timer, TimerKind,
    Workflow,
    schedule::{Catchup, Chore, ScheduleState, SkipReason},
};

use super::{
    draft::Draft,
    schedule::{Due, due, pass_over},
};

/// When each schedule comes round next.
pub(super) fn next_timers(workflow: &Workflow, checkpoint: &Checkpoint) -> Vec<Timer> {
    let next = workflow.schedules.iter().filter_map(|schedule| {
        let state = checkpoint.schedules.get(&schedule.id)?;
        let at = next_look(schedule, state, checkpoint)?;
        Some(Timer { at, kind: TimerKind::Occurrence, of: schedule.id.to_string() })
    });
    next.collect()
}

/// When there is something to decide about a schedule.
fn next_look(
    schedule: &Schedule,
    state: &ScheduleState,
    checkpoint: &Checkpoint,
) -> Option<DateTime<Utc>> {
    let runs = is_running(checkpoint, &schedule.id);
    match state.queued {
        // The end of the work that runs is a step, after which this is asked again.
        Some(_) if runs => None,
        Some(queued) => Some(queued),
        None if runs && schedule.catchup == Catchup::All => None,
        None => {
            let working_time = &checkpoint.observations.terms.working_time;
            schedule.next_after(state.handled_to, working_time)
        }
    }
}

/// Whether the work of an earlier occurrence is not over. One that failed is: the next occurrence
/// takes its place.
fn is_running(checkpoint: &Checkpoint, schedule: &ScheduleId) -> bool {
    let action = checkpoint.actions.get(&ActionName::Schedule(schedule.clone()));
    action.is_some_and(|ActionState { phase, .. }| match phase {
        Phase::Waiting | Phase::Due { .. } | Phase::Running { .. } => true,
        Phase::Succeeded { .. } | Phase::Failed { .. } | Phase::Skipped { .. } => false,
    })
}

impl Draft<'_> {
    /// Follows the schedules of the workflow from now on, those that it followed before from where
    /// they stand.
    pub(super) fn follow_schedules(&mut self) {
        let now = self.entry.at;
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
        let mut moves = false;
        for schedule in &self.workflow.schedules {
            let Some(state) = self.checkpoint.schedules.get(&schedule.id).cloned() else {
                continue;
            };
            let runs = is_running(&self.checkpoint, &schedule.id);
            let working_time = &self.checkpoint.observations.terms.working_time;
            let due = due(schedule, &state, runs, self.entry.at, working_time);
            let ran = due.run.clone();
            self.decide_occurrences(schedule, &state, due);
            match &schedule.chore {
                Chore::Advance => moves |= !ran.is_empty(),
                Chore::Job(_) => {
                    for occurrence in ran {
                        self.open_occurrence(ActionName::Schedule(schedule.id.clone()), occurrence);
                    }
                }
            }
        }
        moves
    }

    /// Leaves out what came round while the run was held.
    pub(super) fn skip_held_occurrences(&mut self) {
        for schedule in &self.workflow.schedules {
            let Some(state) = self.checkpoint.schedules.get(&schedule.id).cloned() else {
                continue;
            };
            let working_time = &self.checkpoint.observations.terms.working_time;
            let due = pass_over(schedule, &state, SkipReason::Paused, self.entry.at, working_time);
            self.decide_occurrences(schedule, &state, due);
        }
    }

    /// Records what was decided, if anything was: that time has passed is no news.
    fn decide_occurrences(&mut self, schedule: &Schedule, before: &ScheduleState, due: Due) {
        if due.is_empty() && due.state.queued == before.queued {
            return;
        }
        let Due { run, skipped, state } = due;
        self.emit(Event::Scheduled { schedule: schedule.id.clone(), ran: run, skipped, state });
    }
}

//! Which entries of a journal outlive its pruning.
//!
//! Start reading at [`Entry::is_landmark`]. What a person decided and what a run's story consists of
//! stays for good; what the engine did on the way, and the measurements of the day, do not.

use super::event::{Entry, Event};

impl Event {
    /// Whether the entry it belongs to is kept when a journal is pruned.
    fn is_landmark(&self) -> bool {
        match self {
            Event::Started { .. }
            | Event::StageLeft { .. }
            | Event::GoalJudged { .. }
            | Event::Finished { .. }
            | Event::TaskSubmitted { .. }
            | Event::TaskDone { .. }
            | Event::TaskRejected { .. }
            | Event::TaskReassigned { .. }
            | Event::TaskReopened { .. }
            | Event::ActionRetried { .. }
            | Event::ActionSkipped { .. }
            | Event::Waived { .. }
            | Event::Paused
            | Event::Resumed { .. }
            | Event::Adopted { .. }
            | Event::Migrated { .. }
            | Event::Rewound { .. }
            | Event::Forked { .. } => true,
            Event::CycleOpened { .. }
            | Event::StageEntered { .. }
            | Event::TaskOpened { .. }
            | Event::TasksRenamed { .. }
            | Event::TaskDropped { .. }
            | Event::ActionOpened { .. }
            | Event::ActionDue { .. }
            | Event::ActionBegan { .. }
            | Event::ActionSucceeded { .. }
            | Event::ActionFailed { .. }
            | Event::ActionDropped { .. }
            | Event::Scheduled { .. }
            | Event::ScheduleDropped { .. }
            | Event::Fired { .. }
            | Event::WaiverDropped { .. }
            | Event::Observed { .. }
            | Event::GateJudged { .. } => false,
        }
    }
}

impl Entry {
    /// Whether it is kept when the journal around it is pruned.
    pub fn is_landmark(&self) -> bool {
        self.events.iter().any(Event::is_landmark)
    }

    /// What is kept of a landmark: all but its measurements, which are most of its bytes and are
    /// folded into the snapshot. The verdicts that were made of them stay.
    pub fn as_landmark(mut self) -> Self {
        self.events.retain(|event| !matches!(event, Event::Observed { .. }));
        self
    }
}

//! The moments that a brand's run waits for.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What happens at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerKind {
    /// A task's owner should be reminded.
    Reminder,
    /// A task is due.
    Deadline,
    /// A task that is overdue gets another owner.
    Escalation,
    /// A clause has waited long enough.
    Wait,
    /// The brand may stay in its stage no longer.
    Limit,
    /// An action is to be tried, or its attempt counts as lost.
    Attempt,
    /// A schedule comes round.
    Occurrence,
}

impl TimerKind {
    /// Every kind.
    pub const ALL: [TimerKind; 7] = [
        TimerKind::Reminder,
        TimerKind::Deadline,
        TimerKind::Escalation,
        TimerKind::Wait,
        TimerKind::Limit,
        TimerKind::Attempt,
        TimerKind::Occurrence,
    ];

    /// The word in JSON, the store and the terminal.
    pub fn name(self) -> &'static str {
        match self {
            TimerKind::Reminder => "reminder",
            TimerKind::Deadline => "deadline",
            TimerKind::Escalation => "escalation",
            TimerKind::Wait => "wait",
            TimerKind::Limit => "limit",
            TimerKind::Attempt => "attempt",
            TimerKind::Occurrence => "occurrence",
        }
    }
}

/// A moment that a brand's run waits for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timer {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// What happens then.
    pub kind: TimerKind,
    /// The task, clause, stage, action or schedule it belongs to.
    pub of: String,
}

//! What comes again and again: a line of cron in a zone, with a say on every clock change.
//!
//! [`Cron`] says which times on the wall clock are meant, [`super::occurrence`] which instants they
//! are, and [`crate::engine::schedule`] what is done about those that have passed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    action::Job,
    cron::{Cron, CronError},
    ids::ScheduleId,
};

/// What happens to a time that the clocks skip when they go forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skipped {
    /// It comes at the end of the gap.
    #[default]
    Shift,
    /// It does not come on that day.
    Skip,
}

impl Skipped {
    /// Every one with its name in YAML.
    pub const ALL: [(Skipped, &'static str); 2] =
        [(Skipped::Shift, "shift"), (Skipped::Skip, "skip")];
}

/// What happens to a time that the clocks repeat when they go back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeated {
    /// It comes once, the first time.
    #[default]
    First,
    /// It comes once, the second time.
    Last,
    /// It comes twice.
    Both,
}

impl Repeated {
    /// Every one with its name in YAML.
    pub const ALL: [(Repeated, &'static str); 3] =
        [(Repeated::First, "first"), (Repeated::Last, "last"), (Repeated::Both, "both")];
}

/// What happens to times that passed while nothing ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Catchup {
    /// The newest is made up for, the others are skipped.
    #[default]
    Latest,
    /// Every one is made up for, one after the other.
    All,
    /// None is.
    None,
}

impl Catchup {
    /// Every one with its name in YAML.
    pub const ALL: [(Catchup, &'static str); 3] =
        [(Catchup::Latest, "latest"), (Catchup::All, "all"), (Catchup::None, "none")];
}

/// What happens to a time at which the work of the one before still runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// It is skipped.
    #[default]
    Skip,
    /// It waits for its turn. One at most waits, unless `catchup: all` makes up for every one.
    Queue,
}

impl Overlap {
    /// Every one with its name in YAML.
    pub const ALL: [(Overlap, &'static str); 2] =
        [(Overlap::Skip, "skip"), (Overlap::Queue, "queue")];
}

/// What a schedule does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chore {
    /// Moves the brand on, as `advance` does.
    Advance,
    /// Runs an action.
    Job(Job),
}

/// What comes again and again while a brand's run goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Its name.
    pub id: ScheduleId,
    /// When, on the wall clock.
    pub cron: Cron,
    /// An IANA zone name; the brand's own if absent.
    pub zone: Option<String>,
    /// At a time that the clocks skip.
    pub skipped: Skipped,
    /// At a time that the clocks repeat.
    pub repeated: Repeated,
    /// After times at which nothing ran.
    pub catchup: Catchup,
    /// While the one before still runs.
    pub overlap: Overlap,
    /// What is done.
    pub chore: Chore,
}

impl Schedule {
    /// A schedule in the brand's zone that leaves everything else as it is if nothing is said.
    ///
    /// # Errors
    ///
    /// [`CronError`] if `line` is not five fields of cron, or never comes.
    pub fn new(id: ScheduleId, line: &str, chore: Chore) -> Result<Self, CronError> {
        Ok(Self {
            id,
            cron: line.parse()?,
            zone: None,
            skipped: Skipped::default(),
            repeated: Repeated::default(),
            catchup: Catchup::default(),
            overlap: Overlap::default(),
            chore,
        })
    }
}

/// Why an occurrence was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// It passed while nothing ran, and `catchup` does not make up for it.
    Missed,
    /// The work of the one before still ran.
    Overlap,
    /// The clocks skipped it.
    ClockChange,
    /// The run was held.
    Paused,
}

/// Occurrences that were left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedRun {
    /// The first of them, UTC.
    pub first: DateTime<Utc>,
    /// The last of them, UTC.
    pub last: DateTime<Utc>,
    /// How many there are.
    pub count: u64,
    /// Why.
    pub why: SkipReason,
}

/// Where a schedule stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleState {
    /// Every occurrence up to here was decided on, UTC.
    pub handled_to: DateTime<Utc>,
    /// The occurrence that waits for the one before, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued: Option<DateTime<Utc>>,
}

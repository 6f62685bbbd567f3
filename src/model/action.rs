//! Work that the engine has done: what, how often it is tried, and how long it may take.
//!
//! An action is written at a stage (`entry:`) or at a schedule. The engine decides when it runs
//! ([`crate::engine::actions`]); `performer` runs it.
//!
//! # Always true
//!
//! - How long to wait before the next attempt follows from the action's key alone, so that two
//!   machines agree and the engine needs no dice.

use std::{collections::BTreeMap, fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ids::{ActionId, Actor, Digest, IdError, ScheduleId};

/// How often an action is tried, and how long it rests in between.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Retry {
    /// The most attempts, the first included; at least 1.
    pub attempts: u32,
    /// The rest after the first attempt, in seconds.
    pub first_seconds: u32,
    /// By how much each rest is longer than the one before; at least 1.
    pub factor: f64,
    /// The longest rest, in seconds.
    pub cap_seconds: u32,
    /// The share by which a rest is at most shortened, 0 to 1, so that many brands that failed
    /// together do not try again together.
    pub jitter: f64,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 5, first_seconds: 10, factor: 2.0, cap_seconds: 3_600, jitter: 0.2 }
    }
}

impl Retry {
    /// The rest before the next attempt in milliseconds; `None` if there is none left.
    ///
    /// - `attempt`: the one that failed, from 1.
    /// - `key`: the action's key; the jitter is drawn from it and the attempt.
    ///
    /// # Source
    ///
    /// Exponential backoff with jitter taken off the top: Brooker, "Exponential Backoff And
    /// Jitter", AWS Architecture Blog, 2015 ("equal jitter" is `jitter: 50%`).
    ///
    /// ```
    /// use fivestep::model::{Digest, action::Retry};
    /// let retry = Retry { jitter: 0.0, ..Retry::default() };
    /// let key = Digest::of(b"acme");
    /// let rests: Vec<_> = (1..=5).map(|attempt| retry.rest_ms(attempt, &key)).collect();
    /// assert_eq!(rests, [Some(10_000), Some(20_000), Some(40_000), Some(80_000), None]);
    /// ```
    pub fn rest_ms(&self, attempt: u32, key: &Digest) -> Option<i64> {
        if attempt >= self.attempts {
            return None;
        }
        let exponent = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
        let grown = f64::from(self.first_seconds) * self.factor.powi(exponent);
        let whole = grown.min(f64::from(self.cap_seconds)) * 1_000.0;
        let drawn = Digest::of(format!("{key}/{attempt}").as_bytes()).fraction();
        Some((whole * (1.0 - self.jitter * drawn)) as i64)
    }
}

/// What an action does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "run")]
pub enum Work {
    /// Imports every source of the brand's file that has a path (`source.pull`).
    Pull,
    /// Measures the brand's evidence (`repeat.measure`).
    Measure,
    /// Holds what the brand shows of itself against its charter (`define.audit`).
    Audit,
    /// Counts whom the brand can turn to, and what came of it before (`target.rank`).
    Rank,
    /// Counts the conversations that wait for an answer (`support.inbox`).
    Inbox,
    /// Judges the brand's people and counts what is proposed (`refine.evaluate`).
    Evaluate,
    /// Tells people something (`notify`).
    Notify {
        /// A person or `role:NAME`.
        to: String,
        /// What they are told.
        text: String,
    },
    /// Runs a program (`command`): JSON in, JSON out.
    Command {
        /// The program and its arguments; no shell reads them.
        argv: Vec<String>,
        /// The names of the variables that it sees, beside `PATH`.
        env: Vec<String>,
        /// The most it may write to standard output, in bytes.
        output_bytes: u64,
    },
    /// Calls a webhook (`http`).
    Http {
        /// Where; `https:`, or `http:` for this machine.
        url: String,
        /// The name of the variable that holds a bearer token.
        token_env: Option<String>,
    },
}

impl Work {
    /// The name in YAML.
    pub fn name(&self) -> &'static str {
        match self {
            Work::Pull => "source.pull",
            Work::Measure => "repeat.measure",
            Work::Audit => "define.audit",
            Work::Rank => "target.rank",
            Work::Inbox => "support.inbox",
            Work::Evaluate => "refine.evaluate",
            Work::Notify { .. } => "notify",
            Work::Command { .. } => "command",
            Work::Http { .. } => "http",
        }
    }
}

/// How an action is done, without its name: what a stage's action and a schedule's share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// What it does.
    pub work: Work,
    /// How often it is tried.
    pub retry: Retry,
    /// How long one attempt may take, in seconds; at least 1.
    pub timeout_seconds: u32,
}

/// How long an attempt may take where the file does not say, in seconds.
pub const TIMEOUT_SECONDS: u32 = 300;

/// The most a program may write where the file does not say, in bytes.
pub const OUTPUT_BYTES: u64 = 64 * 1024;

/// An action of a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Its name.
    pub id: ActionId,
    /// What it does, and how.
    pub job: Job,
    /// The actions of the same stage that come before it.
    pub needs: Vec<ActionId>,
}

/// Which of a brand's actions is meant: one of its stage, or that of a schedule.
///
/// ```
/// use fivestep::model::action::ActionName;
/// let name: ActionName = "schedule:morning".parse()?;
/// assert!(matches!(&name, ActionName::Schedule(id) if id.as_str() == "morning"));
/// assert_eq!(name.to_string(), "schedule:morning");
/// # Ok::<(), fivestep::model::ids::IdError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ActionName {
    /// One of the stage's own.
    Entry(ActionId),
    /// That of a schedule.
    Schedule(ScheduleId),
}

/// How the name of a schedule's action begins.
const OF_SCHEDULE: &str = "schedule:";

impl fmt::Display for ActionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ActionName::Entry(id) => f.pad(id.as_str()),
            ActionName::Schedule(id) => f.pad(&format!("{OF_SCHEDULE}{id}")),
        }
    }
}

impl FromStr for ActionName {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.strip_prefix(OF_SCHEDULE) {
            Some(schedule) => ScheduleId::new(schedule).map(ActionName::Schedule),
            None => ActionId::new(text).map(ActionName::Entry),
        }
    }
}

impl TryFrom<String> for ActionName {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<ActionName> for String {
    fn from(name: ActionName) -> String {
        name.to_string()
    }
}

/// How far an action has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "phase")]
pub enum Phase {
    /// For the actions that come before it.
    Waiting,
    /// To be tried, from this moment on.
    Due {
        /// When, UTC.
        at: DateTime<Utc>,
    },
    /// Begun; its answer is awaited.
    Running {
        /// Since when, UTC.
        since: DateTime<Utc>,
        /// From then on the attempt counts as lost, UTC.
        until: DateTime<Utc>,
    },
    /// It was done.
    Succeeded {
        /// When, UTC.
        at: DateTime<Utc>,
        /// What it answered.
        output: Map<String, Value>,
    },
    /// It could not be done, and nobody tries again unasked.
    Failed {
        /// When, UTC.
        at: DateTime<Utc>,
        /// Why, for people.
        error: String,
    },
    /// A person lets the run go on without it.
    Skipped {
        /// When, UTC.
        at: DateTime<Utc>,
        /// Who.
        by: Actor,
        /// Why.
        reason: Option<String>,
    },
}

impl Phase {
    /// The word in JSON and the terminal.
    pub fn name(&self) -> &'static str {
        match self {
            Phase::Waiting => "waiting",
            Phase::Due { .. } => "due",
            Phase::Running { .. } => "running",
            Phase::Succeeded { .. } => "succeeded",
            Phase::Failed { .. } => "failed",
            Phase::Skipped { .. } => "skipped",
        }
    }
}

/// Where an action stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionState {
    /// Names this piece of work to whoever does it, the same over every attempt and restart.
    pub key: Digest,
    /// How many attempts were begun.
    pub attempts: u32,
    /// How many of them came before a person asked for more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub forgiven: u32,
    /// Why the last attempt that failed did, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// How far it has come.
    #[serde(flatten)]
    pub phase: Phase,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl ActionState {
    /// An action that was never tried.
    pub fn new(key: Digest, phase: Phase) -> Self {
        Self { key, attempts: 0, forgiven: 0, last_error: None, phase }
    }

    /// Whether nothing is awaited of it any more: it succeeded or was skipped.
    pub fn is_settled(&self) -> bool {
        match self.phase {
            Phase::Succeeded { .. } | Phase::Skipped { .. } => true,
            Phase::Waiting | Phase::Due { .. } | Phase::Running { .. } | Phase::Failed { .. } => {
                false
            }
        }
    }

    /// Whether an attempt was begun and has not answered.
    pub fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running { .. })
    }
}

/// The actions of a brand by name.
pub type Actions = BTreeMap<ActionName, ActionState>;

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

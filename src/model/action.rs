//! Work that the engine has done: what, how often it is tried, and how long it may take.
//!
//! An action is written at a stage (`entry:`) or at a schedule. The engine decides when it runs
//! ([`crate::engine::actions`]); `performer` runs it.
//!
//! # Always true
//!
//! - How long to wait before the next attempt follows from the action's key alone, so that two
//!   machines agree and the engine needs no dice.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::{ActionId, Digest};

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

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

//! One line a brand.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::store::Standing;

use super::sentence;

/// One brand as `status` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatusLine {
    /// The store's row.
    #[serde(flatten)]
    pub standing: Standing,
    /// Whether the gate was shut when it was judged last.
    pub blocked: bool,
    /// How long it has been in the stage, in words.
    pub stage_age: Option<String>,
    /// How long the gate has been shut, in words.
    pub blocked_age: Option<String>,
}

/// A row of the store as people see it at `now`.
pub fn line(standing: Standing, now: DateTime<Utc>) -> StatusLine {
    let age = |text: &Option<String>| {
        let then: DateTime<Utc> = text.as_ref()?.parse().ok()?;
        Some(sentence::ago(then, now))
    };
    let running = standing.status == "running";
    StatusLine {
        blocked: running && standing.blocked_since.is_some(),
        stage_age: age(&standing.since),
        blocked_age: age(&standing.blocked_since).filter(|_| running),
        standing,
    }
}

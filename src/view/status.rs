//! One line a brand.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::store::Standing;

/// One brand as `status` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatusLine {
    /// The store's row.
    #[serde(flatten)]
    pub standing: Standing,
    /// `BRAND@CYCLE.STAGE.REVISION`.
    pub checkpoint: String,
    /// Whether the gate was shut when it was judged last.
    pub blocked: bool,
    /// The clauses that hold it back.
    pub held_by: Vec<String>,
    /// The clauses that a person lets it pass in this stage.
    pub waived: Vec<String>,
    /// How long it has been in the stage, in seconds.
    pub stage_age_seconds: Option<i64>,
    /// How long the gate has been shut, in seconds.
    pub blocked_age_seconds: Option<i64>,
}

/// A row of the store as people see it at `now`.
pub fn line(standing: Standing, now: DateTime<Utc>) -> StatusLine {
    let age = |text: &Option<String>| {
        let then: DateTime<Utc> = text.as_ref()?.parse().ok()?;
        Some((now - then).num_seconds())
    };
    let running = standing.status == "running";
    let blocked = running && standing.blocked_since.is_some();
    let names = |list: &str, shown: bool| -> Vec<String> {
        let names = list.split(',').filter(|name| shown && !name.is_empty());
        names.map(str::to_owned).collect()
    };
    let stage = standing.stage.as_deref().unwrap_or("ready");
    StatusLine {
        checkpoint: format!("{}@{}.{stage}.{}", standing.brand, standing.cycle, standing.revision),
        blocked,
        held_by: names(&standing.held_by, blocked),
        waived: names(&standing.waived, running),
        stage_age_seconds: age(&standing.since),
        blocked_age_seconds: age(&standing.blocked_since).filter(|_| blocked),
        standing,
    }
}

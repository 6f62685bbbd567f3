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
    /// What it is doing: `ready`, `running`, `acting` while its stage waits for actions alone,
    /// `failed action` while it waits for a person to say what becomes of one, `blocked` by clauses,
    /// `paused`, or the outcome.
    pub state: String,
    /// Whether the gate was shut when it was judged last.
    pub blocked: bool,
    /// The clauses that hold it back, and the actions that do with how far they have come.
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
    let held_by = names(&standing.held_by, running);
    let stage = standing.stage.as_deref().unwrap_or("ready");
    StatusLine {
        checkpoint: format!("{}@{}.{stage}.{}", standing.brand, standing.cycle, standing.revision),
        blocked,
        state: state(&standing.status, blocked, &held_by).to_owned(),
        held_by,
        waived: names(&standing.waived, running),
        stage_age_seconds: age(&standing.since),
        blocked_age_seconds: age(&standing.blocked_since).filter(|_| blocked),
        standing,
    }
}

/// What a brand is doing. An action that failed comes first: nothing goes on before a person says
/// what becomes of it.
fn state<'a>(status: &'a str, blocked: bool, held_by: &[String]) -> &'a str {
    let of_action = |name: &&String| name.starts_with("action ");
    let actions = held_by.iter().filter(of_action).count();
    let has_failed = held_by.iter().filter(of_action).any(|name| name.ends_with(" failed"));
    match (status, blocked) {
        ("running", _) if has_failed => "failed action",
        ("running", _) if actions > 0 && actions == held_by.len() => "acting",
        ("running", true) => "blocked",
        (status, _) => status,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_says_who_has_to_act() {
        // (why this row exists, status, is the gate shut?, held by, state)
        let table: [(&str, &str, bool, &[&str], &str); 8] = [
            ("nothing was judged", "running", false, &[], "running"),
            ("a clause", "running", true, &["answered"], "blocked"),
            ("the engine works", "running", false, &["action fetch due"], "acting"),
            ("it works, all clauses pass", "running", true, &["action fetch running"], "acting"),
            ("both", "running", true, &["answered", "action fetch waiting"], "blocked"),
            ("a person must say", "running", true, &["a", "action fetch failed"], "failed action"),
            ("held", "paused", false, &["action fetch failed"], "paused"),
            ("over", "gold", false, &[], "gold"),
        ];
        for (why, status, blocked, held_by, expected) in table {
            let held_by: Vec<String> = held_by.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(state(status, blocked, &held_by), expected, "{why}");
        }
    }
}

//! What actions answered when they succeeded last, from a brand's journal.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::model::{ActionName, Checkpoint, Entry, Event, Phase};

/// The newest answer of an action.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnswerView {
    /// The brand.
    pub brand: String,
    /// The action, or `schedule:NAME` for that of a schedule.
    pub action: String,
    /// When it succeeded, UTC.
    pub at: DateTime<Utc>,
    /// The commit of the journal that holds it; absent if that was pruned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// What it answered; empty if it had nothing to say.
    pub answer: Map<String, Value>,
}

/// The newest answer of each action.
///
/// - `base`: where the run stood before the first of `entries`.
/// - `entries`: the brand's journal, in order.
pub fn answers(base: &Checkpoint, entries: &[Entry]) -> BTreeMap<ActionName, AnswerView> {
    let view = |action: &ActionName, at, revision, answer: &Map<String, Value>| AnswerView {
        brand: base.brand.to_string(),
        action: action.to_string(),
        at,
        revision,
        answer: answer.clone(),
    };
    let kept = base.actions.iter().filter_map(|(name, state)| match &state.phase {
        Phase::Succeeded { at, output } => Some((name.clone(), view(name, *at, None, output))),
        Phase::Waiting
        | Phase::Due { .. }
        | Phase::Running { .. }
        | Phase::Failed { .. }
        | Phase::Skipped { .. } => None,
    });
    let told = entries.iter().flat_map(|entry| {
        entry.events.iter().filter_map(|event| match event {
            Event::ActionSucceeded { action, output, .. } => {
                Some((action.clone(), view(action, entry.at, Some(entry.revision), output)))
            }
            _ => None,
        })
    });
    kept.chain(told).collect()
}

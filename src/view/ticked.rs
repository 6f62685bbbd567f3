//! What happened of itself, one line an event that people care for.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{engine::Step, model::Event};

use super::history;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TickView {
    /// The brand.
    pub brand: String,
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// The event's name.
    pub event: &'static str,
    /// In words.
    pub text: String,
}

/// The lines of a step; none for what only leads to something else.
pub fn ticked(step: &Step) -> Vec<TickView> {
    let lines = step.entry.events.iter().filter(|event| is_told(event)).map(|event| TickView {
        brand: step.checkpoint.brand.to_string(),
        at: step.entry.at,
        event: event.name(),
        text: history::text(event),
    });
    lines.collect()
}

fn is_told(event: &Event) -> bool {
    matches!(
        event,
        Event::Fired { .. }
            | Event::Scheduled { .. }
            | Event::StageLeft { .. }
            | Event::StageEntered { .. }
            | Event::ActionSucceeded { .. }
            | Event::ActionFailed { .. }
            | Event::Finished { .. }
    )
}

//! What happened of itself, one line an event that people care for.

use std::collections::BTreeMap;

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
    /// Why nothing could be done, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<serde_json::Value>,
}

/// Lines that happened alike.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sum {
    /// How many.
    pub lines: u64,
    /// The brand of the first.
    pub example: String,
}

/// How often what happened, in a size that does not depend on the number of brands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sums {
    by_event: BTreeMap<&'static str, Sum>,
    lines: u64,
}

impl Sums {
    /// Adds a line.
    pub fn add(&mut self, line: &TickView) {
        self.lines += 1;
        let first = || Sum { lines: 0, example: line.brand.clone() };
        self.by_event.entry(line.event).or_insert_with(first).lines += 1;
    }

    /// How many lines there were.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// The sums, in the order of events' names.
    pub fn by_event(&self) -> impl Iterator<Item = (&'static str, &Sum)> {
        self.by_event.iter().map(|(event, sum)| (*event, sum))
    }
}

/// The lines of a step; none for what only leads to something else.
pub fn ticked(step: &Step) -> Vec<TickView> {
    let lines = step.entry.events.iter().filter(|event| is_told(event)).map(|event| TickView {
        brand: step.checkpoint.brand.to_string(),
        at: step.entry.at,
        event: event.name(),
        text: history::text(event),
        error: None,
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

//! The terminal as people see it: every verb's main answer and its main refusals, text and exit
//! code together.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests are an edge")]

mod common;

#[path = "cli/actions.rs"]
mod actions;
#[path = "cli/brands.rs"]
mod brands;
#[path = "cli/calendar.rs"]
mod calendar;
#[path = "cli/change.rs"]
mod change;
#[path = "cli/define.rs"]
mod define;
#[path = "cli/files.rs"]
mod files;
#[path = "cli/fleet.rs"]
mod fleet;
#[path = "cli/formats.rs"]
mod formats;
#[path = "cli/graph.rs"]
mod graph;
#[path = "cli/hints.rs"]
mod hints;
#[path = "cli/imports.rs"]
mod imports;
#[path = "cli/metrics.rs"]
mod metrics;
#[path = "cli/moves.rs"]
mod moves;
#[path = "cli/people.rs"]
mod people;
#[path = "cli/refine.rs"]
mod refine;
#[path = "cli/rehearse.rs"]
mod rehearse;
#[path = "cli/repeat.rs"]
mod repeat;
#[path = "cli/report.rs"]
mod report;
#[path = "cli/schedules.rs"]
mod schedules;
#[path = "cli/target.rs"]
mod target;

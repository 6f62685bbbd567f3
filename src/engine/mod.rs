//! Decides what happens next to one brand.
//!
//! The engine is pure. [`step()`] is handed everything it needs, answers with everything that
//! should follow, and touches nothing:
//!
//! ```text
//! workflow, checkpoint, observations, command, now ──► step ──► new checkpoint, journal entry
//! ```
//!
//! Start reading at [`step()`]. It asks [`gate`] whether a stage may be left, [`goal`] how near
//! gold is, [`expression`] which way goes on, and [`timers`] what the brand waits for.
//!
//! # Always true
//!
//! - Applying the entry to the old checkpoint gives the new one, nothing more.
//! - A decision uses the observations that its own entry, or an earlier one, has recorded; it can
//!   be derived again from the journal alone.
//! - A missing, stale or impossible measurement is neither true nor false, and opens nothing.
//! - A [`Refusal`] changes nothing.

pub mod actions;
mod change;
pub mod charter;
pub mod distance;
mod draft;
pub mod expression;
pub mod gate;
pub mod goal;
pub mod metric;
mod migrate;
pub mod notices;
pub mod past;
pub mod refusal;
mod same;
pub mod schedule;
mod schedules;
mod settle;
mod stages;
pub mod step;
mod tasks;
mod tick;
pub mod timers;
pub mod truth;

pub use actions::{ActionReport, Begun};
pub use distance::Distance;
pub use gate::{ClauseReport, GateReport, Subject};
pub use metric::{MetricReport, Reason};
pub use notices::{Notice, NoticeKind};
pub use past::earlier;
pub use refusal::Refusal;
pub use same::changed_clauses;
pub use step::{Step, step};

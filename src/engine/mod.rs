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
//! gold is, and [`expression`] which way goes on.
//!
//! # Always true
//!
//! - Applying the entry to the old checkpoint gives the new one, nothing more.
//! - A decision uses the observations that its own entry, or an earlier one, has recorded; it can
//!   be derived again from the journal alone.
//! - A missing, stale or impossible measurement is neither true nor false, and opens nothing.
//! - A [`Refusal`] changes nothing.

pub mod distance;
pub mod expression;
pub mod gate;
pub mod goal;
pub mod metric;
pub mod refusal;
mod settle;
pub mod step;
pub mod timers;
pub mod truth;

pub use distance::Distance;
pub use gate::{ClauseReport, GateReport, Subject};
pub use metric::{MetricReport, Reason};
pub use refusal::Refusal;
pub use step::{Step, step};

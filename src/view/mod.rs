//! What people see, as plain structs: one source for the terminal, JSON and reports.
//!
//! Start reading at [`why`]. A view is made from a [`Case`](crate::runner::Case) or from the
//! store's rows; `cli` prints it as it is, as JSON or as a table.
//!
//! # Always true
//!
//! - Numbers stand in a view twice: as they are (a proportion is a fraction) and as text.
//! - Making a view reads nothing and decides nothing.

pub mod actions;
pub mod answers;
pub mod benchmark;
pub mod catalogue;
pub mod chart;
pub mod cycles;
pub mod define;
pub mod demand;
pub mod evaluation;
pub mod graph;
pub mod history;
pub mod imported;
pub mod inbox;
pub mod migration;
pub mod moved;
pub mod notices;
pub mod numbers;
pub mod past;
pub mod receipts;
pub mod refine;
pub mod repeat;
pub mod report;
pub mod review;
pub mod schedule;
pub mod sentence;
pub mod simulate;
pub mod spread;
pub mod status;
pub mod stuck;
pub mod suite;
pub mod target;
pub mod tasks;
pub mod ticked;
pub mod watch;
pub mod why;

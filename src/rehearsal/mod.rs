//! A brand that exists only in memory, on a clock that somebody moves.
//!
//! Start reading at [`World`]: a checkpoint, observations and a clock over [`engine::step()`]. The
//! rest plays it: [`suite`] what the author of a workflow wrote, with [`coverage`] saying what no
//! case took; [`whatif`] a live brand with other numbers; [`replay()`] a live brand's own past under
//! another workflow. [`journey`] tells the way of each.
//!
//! # Always true
//!
//! - Every move is a step of the engine that moves live brands; nothing here decides.
//! - Nothing here reads a file or asks for the time, so the same input gives the same answer.
//!
//! [`engine::step()`]: crate::engine::step()

pub mod coverage;
pub mod journey;
pub mod replay;
pub mod suite;
pub mod whatif;
mod world;

pub use coverage::Coverage;
pub use journey::{Held, Journey, Visit};
pub use replay::{Changed, Replayed, replay};
pub use suite::{Failed, Mismatch, Played, play};
pub use whatif::{Supposed, WhatIf, suppose};
pub use world::World;

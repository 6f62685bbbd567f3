//! What fivestep keeps: one SQLite file for all brands' runs, one a brand for its evidence.
//!
//! ```text
//! .fivestep/state.db            definitions by digest, checkpoints, journals; no personal data
//!                               but the names of those who gave commands
//! .fivestep/evidence/BRAND.db   facts and receipts of one brand
//! ```
//!
//! # Always true
//!
//! - A commit writes a checkpoint and its journal entry in one transaction, and only if the brand
//!   still stands where the decision was made.
//! - What was acknowledged has reached the disk: WAL with `synchronous=FULL`.
#![allow(clippy::disallowed_methods, reason = "the store is the edge: it opens databases")]

pub mod evidence;
pub mod filter;
pub mod house;
pub mod memory;
pub mod runs;
pub mod state;

pub use filter::{Filter, FilterError};
pub use house::Space;
pub use memory::MemoryStore;
pub use runs::RunStore;
pub use state::{Committed, Standing, StateStore, StoreError};

//! Keeping house: what a workspace needs so that it lasts.
//!
//! ```text
//! gc        old entries go, bytes come back        src/house/gc.rs
//! doctor    is everything as it should be?         src/house/doctor.rs
//! backup    everything as one copy, and back       src/house/backup.rs
//! export    one brand as one file, and back        src/house/brand.rs
//! ```
//!
//! Start reading at one of these. `archive.rs` is what backups and exports are written in.
//!
//! # Always true
//!
//! - All of it works while nothing else runs, and while `serve` or `advance --all` runs beside it.
//! - Whatever is killed half-way has left the old state or the new; the same command again ends it.
//! - Nothing that a person edits is ever written over.
#![allow(clippy::disallowed_methods, reason = "keeping house is the edge: it copies files")]

pub mod archive;
pub mod backup;
pub mod brand;
pub mod doctor;
mod error;
pub mod gc;

pub use error::HouseError;

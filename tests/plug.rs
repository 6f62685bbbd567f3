//! The plug is pulled: at every named place, at any moment, with a full disk, with lost writes, with
//! a clock that jumps, with a leader that sleeps. Afterwards everything that was promised holds.
//!
//! The counts are small in `cargo test`; the long run is
//! `FIVESTEP_STORM=1000 FIVESTEP_STORM_BRANDS=200 cargo test --release --test plug storm -- --nocapture`.
//! What these do not show: a disk that lies about what it has synced.
#![cfg(unix)]
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests are an edge")]

mod common;

#[path = "plug/clock.rs"]
mod clock;
#[path = "plug/disk.rs"]
mod disk;
// The named places are compiled into debug builds only.
#[cfg(debug_assertions)]
#[path = "plug/failpoints.rs"]
mod failpoints;
#[path = "plug/leaders.rs"]
mod leaders;
#[path = "plug/sound.rs"]
mod sound;
#[path = "plug/storm.rs"]
mod storm;

//! Exports into facts, and facts into the evidence file.
//!
//! [`make`] builds small exports, [`damage`] breaks them; the other modules each hold one subject.
#![allow(clippy::disallowed_methods, reason = "tests are an edge")]

#[path = "sources/bluesky.rs"]
mod bluesky;
#[path = "sources/bombs.rs"]
mod bombs;
#[path = "sources/car.rs"]
mod car;
#[path = "sources/damage.rs"]
mod damage;
#[path = "sources/dialogues.rs"]
mod dialogues;
#[path = "sources/exports.rs"]
mod exports;
#[path = "sources/hostile.rs"]
mod hostile;
#[path = "sources/make.rs"]
mod make;
#[path = "sources/mastodon.rs"]
mod mastodon;
#[path = "sources/mastodon_api.rs"]
mod mastodon_api;
#[path = "sources/meta.rs"]
mod meta;
#[path = "fuzz/readers.rs"]
mod readers;
#[path = "sources/sample.rs"]
mod sample;
#[path = "sources/samples.rs"]
mod samples;
#[path = "sources/soak.rs"]
mod soak;
#[path = "sources/store.rs"]
mod store;
#[path = "sources/tables.rs"]
mod tables;
#[path = "sources/x.rs"]
mod x;
#[path = "sources/youtube.rs"]
mod youtube;

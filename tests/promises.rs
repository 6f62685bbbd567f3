//! What fivestep promises, each shown through the program: the numbers, the stories, and that
//! every decision can be made again from the journal.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests are an edge")]

mod common;

#[path = "promises/again.rs"]
mod again;
#[path = "promises/numbers.rs"]
mod numbers;
#[path = "promises/stories.rs"]
mod stories;

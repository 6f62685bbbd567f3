//! What the program does with broken, foreign and hostile surroundings: an error with place and
//! remedy, the documented exit code, and nothing written.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests are an edge")]

mod common;

#[path = "hostile/files.rs"]
mod files;
#[path = "hostile/places.rs"]
mod places;
#[path = "hostile/stores.rs"]
mod stores;

use common::{Answer, TestEnv};

/// Asserts a refusal as people need it: the code, the place, what to try, no panic.
fn assert_refusal(why: &str, answer: &Answer, code: i32, place: &str) {
    let text = answer.text();
    assert_eq!(answer.code, code, "{why}: {text}");
    // What `check` finds is its answer; every other verb complains beside its answer.
    assert!(text.contains(place), "{why} does not name {place}: {text}");
    let remedy = ["hint: ", "= help: ", "= note: ", "did you mean"];
    assert!(remedy.iter().any(|word| text.contains(word)), "{why}: no remedy: {text}");
    assert!(!text.contains("panicked"), "{why}: {text}");
    assert!(text.len() < 6_000, "{why}: too long for a terminal: {text}");
}

/// Runs a line that must be refused and leave every file as it was.
fn assert_refused(why: &str, env: &TestEnv, line: &str, code: i32, place: &str) {
    let before = env.contents();
    let answer = env.line(line);
    assert_refusal(&format!("{why}, `{line}`"), &answer, code, place);
    assert!(env.contents() == before, "{why}, `{line}` wrote something");
}

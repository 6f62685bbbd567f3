//! Every order in which workers, people, the clock and crashes can come, tried one by one.
//!
//! The decisions are those of the real [`fivestep::engine::step`], the rows those of
//! [`fivestep::store::MemoryStore`], which `tests/store.rs` holds to what the file promises. What
//! is made up is the world around them: who acts when, and what is lost.
//!
//! Start reading at `model/world.rs` for what can happen, then `model/rules.rs` for what must
//! always be so. `cargo test --test model -- --nocapture` prints how many states there are; with
//! `FIVESTEP_MODEL=long` they are more.
#![allow(clippy::disallowed_methods, reason = "a test says how long it took")]

#[path = "model/archive.rs"]
mod archive;
#[path = "model/kind.rs"]
mod kind;
#[path = "model/rules.rs"]
mod rules;
#[path = "model/sights.rs"]
mod sights;
#[path = "model/tiny.rs"]
mod tiny;
#[path = "model/world.rs"]
mod world;

use std::time::Instant;

use stateright::{Checker, Model};

use crate::world::{Bounds, Town};

/// Nothing goes wrong, and no time passes.
const CALM: Bounds =
    Bounds { brands: 1, cycles: 1, leads: false, last: 0, crashes: 0, faults: 0, people: 0 };

/// What is tried: a name, bounds that take seconds, and bounds that take minutes.
const TRIED: [(&str, Bounds, Bounds); 5] = [
    (
        "ticks",
        Bounds { last: 1, crashes: 1, ..CALM },
        Bounds { last: 2, crashes: 1, faults: 1, ..CALM },
    ),
    (
        "people",
        Bounds { last: 1, faults: 1, people: 1, ..CALM },
        Bounds { leads: true, last: 1, faults: 1, people: 2, ..CALM },
    ),
    (
        "leaders",
        Bounds { leads: true, last: 2, ..CALM },
        Bounds { leads: true, last: 3, crashes: 1, ..CALM },
    ),
    ("brands", Bounds { brands: 2, leads: true, ..CALM }, Bounds { brands: 2, crashes: 1, ..CALM }),
    (
        "cycles",
        Bounds { cycles: 2, last: 1, ..CALM },
        Bounds { cycles: 2, last: 2, crashes: 1, ..CALM },
    ),
];

/// Tries everything within `bounds`, and holds it to every rule.
fn explore(name: &str, bounds: Bounds) {
    let begun = Instant::now();
    let town = Town::new(bounds);
    let checker = town.checker().threads(2).spawn_bfs().join();
    let (met, decided) = checker.model().archive.counts();
    println!(
        "{name:<8} {:>9} states, {:>10} moves, depth {:>3}, {met:>6} checkpoints, \
         {decided:>7} decisions, {:>4} s",
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth(),
        begun.elapsed().as_secs(),
    );
    checker.assert_properties();
    kind::every_run_can_end(&checker.model().archive);
}

/// Explores what has this name: shortly, or at length if that is asked for.
fn try_all_of(name: &str) {
    let long = std::env::var("FIVESTEP_MODEL").is_ok_and(|value| value == "long");
    let tried = TRIED.into_iter().find(|(of, ..)| *of == name);
    let (_, short, longer) = tried.expect("every test has its row");
    explore(name, if long { longer } else { short });
}

#[test]
fn two_ticks_at_once() {
    try_all_of("ticks");
}

#[test]
fn people_and_attempts_that_fail() {
    try_all_of("people");
}

#[test]
fn a_leader_that_sleeps() {
    try_all_of("leaders");
}

#[test]
fn two_brands_in_one_transaction() {
    try_all_of("brands");
}

#[test]
fn the_same_stage_twice() {
    try_all_of("cycles");
}

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
#[path = "model/witness.rs"]
mod witness;
#[path = "model/world.rs"]
mod world;

use std::time::Instant;

use stateright::{Checker, Model};

use crate::{
    sights::Sight,
    world::{Bounds, Deed, Town},
};

/// One brand, nothing goes wrong, nobody does more than their tasks, and no time passes.
const CALM: Bounds = Bounds {
    brands: 1,
    cycles: 1,
    actions: 2,
    pulse: false,
    leads: false,
    last: 0,
    crashes: 0,
    faults: 0,
    people: 0,
    deeds: &[],
};

/// What is tried: a name, bounds that take seconds, and bounds that take minutes.
const TRIED: [(&str, Bounds, Bounds); 11] = [
    (
        "ticks",
        Bounds { last: 1, crashes: 1, ..CALM },
        Bounds { last: 2, crashes: 1, faults: 1, ..CALM },
    ),
    (
        "people",
        Bounds { last: 1, faults: 1, people: 1, deeds: &[Deed::Hold], ..CALM },
        Bounds { leads: true, last: 1, faults: 1, people: 2, deeds: &[Deed::Hold], ..CALM },
    ),
    (
        "leaders",
        Bounds { leads: true, last: 2, ..CALM },
        Bounds { leads: true, last: 2, crashes: 1, ..CALM },
    ),
    ("brands", Bounds { brands: 2, leads: true, ..CALM }, Bounds { brands: 2, crashes: 1, ..CALM }),
    (
        "clocks",
        Bounds { brands: 2, actions: 0, leads: true, last: 1, ..CALM },
        Bounds { brands: 2, actions: 1, leads: true, last: 1, ..CALM },
    ),
    (
        "cycles",
        Bounds { cycles: 2, last: 1, ..CALM },
        Bounds { cycles: 2, last: 2, crashes: 1, ..CALM },
    ),
    (
        "schedule",
        Bounds { actions: 0, pulse: true, last: 2, ..CALM },
        Bounds { actions: 1, pulse: true, last: 2, ..CALM },
    ),
    (
        "rewinds",
        Bounds { actions: 1, leads: true, last: 1, people: 1, deeds: &[Deed::GoBack], ..CALM },
        Bounds { actions: 1, last: 1, people: 1, crashes: 1, deeds: &[Deed::GoBack], ..CALM },
    ),
    (
        "forks",
        Bounds { brands: 2, actions: 1, leads: true, people: 1, deeds: &[Deed::Fork], ..CALM },
        Bounds { brands: 2, leads: true, people: 1, crashes: 1, deeds: &[Deed::Fork], ..CALM },
    ),
    (
        "edits",
        Bounds { leads: true, last: 1, people: 2, deeds: &[Deed::Edit], ..CALM },
        Bounds { last: 1, people: 2, deeds: &[Deed::Edit], ..CALM },
    ),
    (
        "again",
        Bounds { people: 2, deeds: &[Deed::StartAgain], ..CALM },
        Bounds { people: 2, crashes: 1, deeds: &[Deed::StartAgain], ..CALM },
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
    assert_eq!(Sight::missed(&checker.model().sights), [""; 0], "it never happened");
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

#[test]
fn two_brands_while_time_passes() {
    try_all_of("clocks");
}

#[test]
fn a_schedule_of_every_minute() {
    try_all_of("schedule");
}

#[test]
fn back_to_where_a_run_stood() {
    try_all_of("rewinds");
}

#[test]
fn a_fork_beside_its_origin() {
    try_all_of("forks");
}

#[test]
fn to_an_edited_workflow_and_back() {
    try_all_of("edits");
}

#[test]
fn a_run_after_one_that_was_given_up() {
    try_all_of("again");
}

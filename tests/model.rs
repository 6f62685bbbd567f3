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

/// One brand, two workers who need no lead, as two `tick`s at the same time.
const TICKS: Bounds =
    Bounds { brands: 1, cycles: 1, leads: false, last: 5, crashes: 1, faults: 1, people: 0 };

/// One brand whose people pause, retry and skip, and one worker of which no one crashes.
const PEOPLE: Bounds =
    Bounds { brands: 1, cycles: 1, leads: true, last: 5, crashes: 0, faults: 2, people: 2 };

/// Two brands, and two workers of whom one leads.
const LEADERS: Bounds =
    Bounds { brands: 2, cycles: 1, leads: true, last: 3, crashes: 1, faults: 0, people: 0 };

/// The same, with more of everything.
const LONG: [(&str, Bounds); 3] = [
    ("ticks", Bounds { last: 8, crashes: 2, faults: 2, people: 1, ..TICKS }),
    ("people", Bounds { last: 8, crashes: 1, faults: 3, people: 3, ..PEOPLE }),
    ("leaders", Bounds { last: 5, crashes: 2, faults: 1, people: 0, ..LEADERS }),
];

/// Tries everything within `bounds`, and holds it to every rule.
fn explore(name: &str, bounds: Bounds) {
    let begun = Instant::now();
    let bounds = std::env::var("TUNE").ok().map_or(bounds, |t| {
        let n: Vec<u8> = t.split(',').map(|x| x.parse().expect("n")).collect();
        Bounds {
            cycles: n[6].into(),
            brands: n[0],
            leads: n[1] == 1,
            last: n[2],
            crashes: n[3],
            faults: n[4],
            people: n[5],
        }
    });
    let town = Town::new(bounds);
    let checker =
        town.checker().threads(2).timeout(std::time::Duration::from_secs(40)).spawn_bfs().join();
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

/// The longer bounds, if they are asked for.
fn bounds(name: &str, short: Bounds) -> Bounds {
    let long = std::env::var("FIVESTEP_MODEL").is_ok_and(|value| value == "long");
    let longer = LONG.into_iter().find(|(of, _)| *of == name).map(|(_, bounds)| bounds);
    longer.filter(|_| long).unwrap_or(short)
}

#[test]
fn two_ticks_at_once() {
    explore("ticks", bounds("ticks", TICKS));
}

#[test]
fn people_in_between() {
    explore("people", bounds("people", PEOPLE));
}

#[test]
fn two_brands_and_a_leader_that_sleeps() {
    explore("leaders", bounds("leaders", LEADERS));
}

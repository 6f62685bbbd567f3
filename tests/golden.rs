//! Golden runs: three brands of our own making go round three cycles, and everything that people
//! would read on the way is a snapshot that somebody has read.
//!
//! | brand | what it shows |
//! |---|---|
//! | `lume-books` | an engaged small one: it slips in how it answers, mends that, and holds gold |
//! | `granit-bank` | a big silent one: 20,000 followers, two dozen of whom engage; it stalls |
//! | `ponte-care` | a busy care desk: held at *answer everybody* until it does |
//!
//! Start reading at [`run::Run`], which lives the four weeks of a cycle as a person would, with the
//! program alone; `brands` makes the exports, from a seed; `trace` counts every number of a report again.
//!
//! After a change on purpose: `cargo insta test --accept --test golden`, then read the difference in
//! `tests/golden/snapshots/` as the brand's manager would.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests are an edge")]

mod common;

#[path = "golden/brands.rs"]
mod brands;
#[path = "golden/run.rs"]
mod run;
#[path = "golden/trace.rs"]
mod trace;

use brands::{Brand, GRANIT, LUME, PONTE};
use run::Run;

/// What is read of a brand at the end of a cycle.
const READ: &[&str] = &[
    "why BRAND",
    "define BRAND --first 3",
    "target BRAND --names --log",
    "inbox BRAND --names --first 5",
    "refine BRAND --names --first 3",
    "review BRAND --names --first 5",
    "repeat BRAND",
    "history BRAND --last 12",
    "report BRAND -o md",
];

/// Lives three cycles and reads the brand after each.
fn golden(brand: &'static Brand) {
    let mut run = Run::of(brand);
    for cycle in 1..=3 {
        run.live(cycle);
        let read = run.read(READ);
        insta::with_settings!({
            snapshot_path => "golden/snapshots",
            prepend_module_to_snapshot => false,
            omit_expression => true,
            description => format!("{} at the end of cycle {cycle}", brand.id),
        }, { insta::assert_snapshot!(format!("{}-{cycle}", brand.id), read) });
        trace::every_number(&run);
    }
}

#[test]
fn an_engaged_small_brand() {
    golden(&LUME);
}

#[test]
fn a_big_silent_brand() {
    golden(&GRANIT);
}

#[test]
fn a_busy_care_desk() {
    golden(&PONTE);
}

/// A run whose program is killed at its work, and goes on, ends like one that was not.
#[test]
fn a_run_that_is_killed_on_the_way_ends_the_same() {
    let end = |killed: bool| {
        let mut run = Run::of(&LUME);
        run.killed = killed;
        (1..=3).for_each(|cycle| run.live(cycle));
        run.read(&[
            "why BRAND",
            "target BRAND -o csv --names",
            "review BRAND -o csv --names",
            "report BRAND -o md",
        ])
    };
    assert_eq!(end(true), end(false));
}

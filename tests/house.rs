//! A workspace lasts: what is old goes and its bytes come back, what is broken is seen, copies are
//! whole, and a brand moves from one workspace to another.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests are an edge")]

mod common;

#[path = "house/archives.rs"]
mod archives;
#[path = "house/copies.rs"]
mod copies;
#[path = "house/looks.rs"]
mod looks;
#[path = "house/prunes.rs"]
mod prunes;

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use fivestep::{
    clock::Clock,
    model::{Actor, BrandId, Until},
    runner::Runner,
    store::StateStore,
    workspace::Workspace,
};

use common::{NOW, TestEnv, ring};

/// The brand that has gone round often.
fn brand() -> BrandId {
    BrandId::new("ring-0").unwrap()
}

fn store(env: &TestEnv) -> StateStore {
    StateStore::open(&env.path(".fivestep/state.db")).unwrap()
}

fn workspace(root: &Path) -> Workspace {
    Workspace::find(root).unwrap()
}

fn runner(env: &TestEnv, now: DateTime<Utc>) -> Runner {
    Runner::open(workspace(env.root()), Clock::fixed(now)).unwrap()
}

fn began() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

/// How long a cycle takes in [`gone_round`].
const CYCLE: TimeDelta = TimeDelta::days(7);

/// A brand that has gone round so often, a week each time, with new measurements every week.
fn gone_round(cycles: u32) -> (TestEnv, DateTime<Utc>) {
    let env = ring(1);
    let mut now = began();
    for cycle in 1..=cycles {
        store(&env).note_evidence(&brand(), u64::from(cycle) + 1).unwrap();
        let mut runner = runner(&env, now);
        for _stage in 0..5 {
            runner.advance(&brand(), &Actor::new("Ada"), &Until::OneStage, false).unwrap();
        }
        now += CYCLE;
    }
    // The file and the note about it agree again.
    let path = env.path(".fivestep/evidence/ring-0.db");
    let mut evidence = fivestep::store::evidence::EvidenceStore::open(&path).unwrap();
    evidence.raise_revision(u64::from(cycles)).unwrap();
    (env.at(&now.to_rfc3339()), now)
}

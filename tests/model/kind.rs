//! Every run that keeps getting evidence can end.
//!
//! A search for an end within bounds would only find the bounds. This asks more: from every
//! checkpoint that was met, a world that is kind from then on brings the run to gold. It follows
//! for every state of the model, because workers can always crash, which leaves the checkpoints;
//! because a lease always ends; and because no brand waits for another.

use std::sync::Arc;

use fivestep::model::{Checkpoint, Outcome, Phase, Status};

use crate::{
    archive::{Archive, Ask, Case, Stand, number},
    tiny,
};

/// Past everything that anybody waits for, a few minutes at a time.
const MINUTES: u8 = 5;

/// More rounds than any way to the end has.
const ROUNDS: u8 = 40;

/// Brings every run to its end.
pub fn every_run_can_end(archive: &Archive) {
    for (stand, at) in archive.begun() {
        ends(archive, stand, &at);
    }
}

fn ends(archive: &Archive, first: Stand, at: &Checkpoint) {
    let brand = tiny::number(&at.brand);
    let mut stand = first;
    for round in 1..=ROUNDS {
        let at = archive.checkpoint(stand);
        // A run that a person ended has ended.
        let ends = [Outcome::Gold, Outcome::Abandoned];
        if matches!(at.status, Status::Finished { outcome, .. } if ends.contains(&outcome)) {
            return;
        }
        let case = |from, ask| Case { brand, from, ask, seen: true, now: 10 + round * MINUTES };
        for ask in kind_asks(archive, &at) {
            if let Some(decided) = archive.decide(case(stand, ask)) {
                assert_eq!(decided.breaks, None, "{ask:?} at {}", at.id());
                stand = decided.to;
            }
        }
    }
    panic!("no way leads to the end from {}", at.id());
}

/// What a kind world does with a brand that stands here; what is out of place is refused.
fn kind_asks(archive: &Archive, at: &Arc<Checkpoint>) -> Vec<Ask> {
    let mut asks = vec![Ask::Resume, Ask::Tick, Ask::Done];
    for (name, state) in &at.actions {
        let (action, key) = (number(name), archive.key(&state.key));
        asks.push(match state.phase {
            Phase::Running { .. } => {
                Ask::Settle { action, key, attempt: state.attempts, good: true }
            }
            Phase::Failed { .. } => Ask::Retry(action),
            Phase::Waiting
            | Phase::Due { .. }
            | Phase::Succeeded { .. }
            | Phase::Skipped { .. } => Ask::Begin,
        });
    }
    asks.push(Ask::Advance);
    asks
}

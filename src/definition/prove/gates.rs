//! Whether a gate can open at all, and within the time its stage has.

use super::{
    Flaw,
    forms::{Context, STAGE_AGE, Set, Sets, Subject, longest, of_demand, shortest},
};
use crate::model::{Clause, Demand, Period, Stage};

/// What is wrong with the gate of a stage.
pub(super) fn flaws(stage: &Stage, context: &Context) -> Vec<Flaw> {
    let taken: Vec<Option<Sets>> =
        stage.exit.iter().map(|clause| of_demand(&clause.demand, context)).collect();
    let contradiction = contradiction(stage, &taken, context);
    contradiction.into_iter().chain(too_late(stage, &taken)).collect()
}

/// Everything that must hold for the gate to open, as far as its clauses leave no choice; nothing
/// if they contradict each other.
pub(super) fn needed(clauses: &[Clause], context: &Context) -> Option<Set> {
    let only = |clause: &Clause| match of_demand(&clause.demand, context)?.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    };
    let mut sure = clauses.iter().filter_map(only);
    sure.try_fold(Set::default(), |all, set| all.with(&set, context))
}

/// The first clause that cannot pass together with those before it.
fn contradiction(stage: &Stage, taken: &[Option<Sets>], context: &Context) -> Option<Flaw> {
    let mut all = Set::default();
    for (clause, sets) in taken.iter().enumerate() {
        let Some(sets) = sets else { continue };
        let possible: Vec<Set> = sets.iter().filter_map(|set| all.with(set, context)).collect();
        if possible.is_empty() {
            let against = |other: &usize| {
                let earlier = taken[*other].as_deref().unwrap_or_default();
                let together = |one: &Set| sets.iter().any(|set| one.with(set, context).is_some());
                !earlier.is_empty() && !earlier.iter().any(together)
            };
            let other = (0..clause).find(against);
            return Some(Flaw::Contradicts { stage: stage.id.clone(), clause, other });
        }
        // A clause that leaves a choice adds nothing that is sure.
        if let ([only], [_]) = (possible.as_slice(), sets.as_slice()) {
            all = only.clone();
        }
    }
    None
}

/// Clauses and tasks that take longer than the stage may last.
fn too_late(stage: &Stage, taken: &[Option<Sets>]) -> Vec<Flaw> {
    let Some(limit) = &stage.limit else { return Vec::new() };
    let id = || stage.id.clone();
    let age = Subject::Named(STAGE_AGE.to_owned());
    let after_limit = |set: &Set| {
        let waits = set.ranges.get(&age);
        waits.is_some_and(|waits| waits.low.at > longest(limit.after) as f64)
    };
    let outlives = |(at, clause): (usize, &Clause)| {
        let by_length =
            taken[at].as_ref().is_some_and(|sets| !sets.is_empty() && sets.iter().all(after_limit));
        let by_days = match (&clause.demand, limit.after) {
            (Demand::Wait(wait), limit) => longer(*wait, limit),
            _ => false,
        };
        (by_length || by_days).then(|| Flaw::Outlives { stage: id(), clause: at })
    };
    let waits = stage.exit.iter().enumerate().filter_map(outlives);
    let due = stage.tasks.iter().enumerate().filter_map(|(at, task)| {
        let late = task.deadline.is_some_and(|deadline| longer(deadline, limit.after));
        late.then(|| Flaw::DueAfterLimit { stage: id(), task: at })
    });
    waits.chain(due).collect()
}

/// Whether one period always lasts longer than another.
fn longer(one: Period, other: Period) -> bool {
    match (one, other) {
        (Period::BusinessDays(one), Period::BusinessDays(other)) => one > other,
        _ => shortest(one) > longest(other),
    }
}

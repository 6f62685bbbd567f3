//! Whether a gate can open at all, and within the time its stage has.
//!
//! Start reading at [`Gate::of`]: the clauses that leave no choice are joined into one set, the
//! others are held against it.

use super::{
    Flaw,
    forms::{Context, STAGE_AGE, Set, Sets, Subject, both, longest, of_demand, shortest},
};
use crate::model::{Clause, Demand, Period, Stage};

/// The most clauses that leave a choice which are held against a way on.
const MAX_CHOICES: usize = 64;

/// The clauses of a gate or of the goal, taken apart once.
#[derive(Debug)]
pub(super) struct Gate {
    /// What each clause takes; nothing where that is not settled.
    pub(super) taken: Vec<Option<Sets>>,
    /// What must hold for the gate to open, as far as its clauses leave no choice.
    pub(super) sure: Set,
}

/// Clauses that can never pass together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clash {
    /// The last of them in the order of the file.
    pub clause: usize,
    /// The others; none if the clause can never pass alone.
    pub others: Vec<usize>,
}

impl Gate {
    /// Takes `clauses` apart.
    pub fn of(clauses: &[Clause], context: &Context) -> Self {
        let taken: Vec<Option<Sets>> =
            clauses.iter().map(|clause| of_demand(&clause.demand, context)).collect();
        let mut sure = Set::default();
        for only in taken.iter().filter_map(only) {
            // What does not fit is a flaw of its own.
            sure.absorb(only);
        }
        Self { taken, sure }
    }

    /// Whether a brand that has passed the gate could find `set` to hold; what `forget` takes
    /// may have changed since.
    pub fn allows(&self, set: &Set, forget: impl Fn(&str) -> bool + Copy) -> bool {
        let allowed = set.without(forget);
        self.sure.fits(&allowed)
            && self.choices().take(MAX_CHOICES).all(|(_, sets)| together(sets, &allowed))
    }

    /// The first clause that does not go together with `sets`.
    pub fn against(&self, sets: &[Set], forget: impl Fn(&str) -> bool + Copy) -> Option<usize> {
        let sets: Sets = sets.iter().map(|set| set.without(forget)).collect();
        self.taken.iter().position(|taken| {
            let taken = taken.as_deref().unwrap_or_default();
            !taken.is_empty() && !sets.iter().any(|set| together(taken, set))
        })
    }

    /// The clauses that leave a choice.
    fn choices(&self) -> impl Iterator<Item = (usize, &[Set])> {
        let sets = self.taken.iter().map(|taken| taken.as_deref().unwrap_or_default());
        sets.enumerate().filter(|(_, sets)| sets.len() > 1)
    }

    /// Clauses that never pass together, if there are any.
    pub fn clash(&self) -> Option<Clash> {
        let never = self.taken.iter().position(|taken| taken.as_ref().is_some_and(Vec::is_empty));
        if let Some(clause) = never {
            return Some(Clash { clause, others: Vec::new() });
        }
        let mut sure = Set::default();
        for (clause, taken) in self.taken.iter().enumerate() {
            if only(taken).is_some_and(|only| !sure.absorb(only)) {
                return Some(self.between(clause, |other| other < clause));
            }
        }
        // Of a clause that leaves a choice, something must be left beside those that leave none.
        let mut left = vec![Set::default()];
        let mut joined = Vec::new();
        for (clause, sets) in self.choices() {
            let sets: Sets = sets.iter().filter(|set| sure.fits(set)).cloned().collect();
            if sets.is_empty() {
                return Some(self.between(clause, |other| only(&self.taken[other]).is_some()));
            }
            match both(&left, &sets) {
                None => {}
                Some(none) if none.is_empty() => {
                    return Some(self.between(clause, |other| joined.contains(&other)));
                }
                Some(more) => {
                    left = more;
                    joined.push(clause);
                }
            }
        }
        None
    }

    /// The clash of `clause` with one of the clauses that `among` takes, or with several.
    fn between(&self, clause: usize, among: impl Fn(usize) -> bool) -> Clash {
        let sets = self.taken[clause].as_deref().unwrap_or_default();
        let others = || {
            let settled =
                self.taken.iter().enumerate().filter(|(at, _)| *at != clause && among(*at));
            settled.filter_map(|(at, taken)| Some((at, taken.as_deref()?)))
        };
        let alone = others()
            .find(|(_, other)| !other.is_empty() && !sets.iter().any(|set| together(other, set)));
        let in_part = others().filter(|(_, other)| !sets.iter().all(|set| together(other, set)));
        let mut all: Vec<usize> = match alone {
            Some((other, _)) => vec![other],
            None => in_part.map(|(other, _)| other).collect(),
        };
        all.push(clause);
        all.sort_unstable();
        let clause = all.pop().unwrap_or(clause);
        Clash { clause, others: all }
    }
}

/// The one set of a clause that leaves no choice.
pub(super) fn only(taken: &Option<Sets>) -> Option<&Set> {
    match taken.as_deref() {
        Some([only]) => Some(only),
        _ => None,
    }
}

/// Whether one of `sets` can hold beside `set`.
fn together(sets: &[Set], set: &Set) -> bool {
    sets.iter().any(|one| one.fits(set))
}

/// What is wrong with the gate of a stage.
pub(super) fn flaws(stage: &Stage, gate: &Gate) -> Vec<Flaw> {
    let contradiction = gate.clash().map(|Clash { clause, others }| Flaw::Contradicts {
        stage: stage.id.clone(),
        clause,
        others,
    });
    contradiction.into_iter().chain(too_late(stage, &gate.taken)).collect()
}

/// Clauses and tasks that take longer than the stage may last.
fn too_late(stage: &Stage, taken: &[Option<Sets>]) -> Vec<Flaw> {
    let Some(limit) = &stage.limit else { return Vec::new() };
    let id = || stage.id.clone();
    let age = Subject::Named(STAGE_AGE.to_owned());
    let most = longest(limit.after) as f64;
    // At the very moment of the limit the gate is judged first.
    let after_limit = |set: &Set| {
        let waits = set.ranges.get(&age).map(|age| age.range.low);
        waits.is_some_and(|low| low.at > most || (low.at == most && !low.inside))
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
pub(in crate::definition) fn longer(one: Period, other: Period) -> bool {
    match (one, other) {
        (Period::BusinessDays(one), Period::BusinessDays(other)) => one > other,
        _ => shortest(one) > longest(other),
    }
}

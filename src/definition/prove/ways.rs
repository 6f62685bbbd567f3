//! Whether every way on (`next`) can be taken, and whether two of them compete.

use super::{
    Dead, Flaw,
    forms::{Context, Set, Sets, of_expression},
    gates::Gate,
};
use crate::model::{FiveStep, Stage};

/// How many ways before a way it is compared with; more than people write.
const COMPARED: usize = 64;

/// What is wrong with the ways on of a stage.
pub(super) fn flaws(stage: &Stage, gate: &Gate, context: &Context) -> Vec<Flaw> {
    let branches = &stage.next.branches;
    let taken: Vec<Option<Sets>> =
        branches.iter().map(|branch| of_expression(&branch.when, true, context)).collect();
    let ways = Ways { stage, gate, taken };
    let dead = (0..branches.len()).filter_map(|way| {
        let because = ways.dead(way)?;
        Some(Flaw::NeverTaken { stage: stage.id.clone(), way, because })
    });
    // What is true without asking anything leaves nothing to the last way.
    let always =
        |sets: &Option<Sets>| sets.as_ref().is_some_and(|sets| sets.iter().any(Set::always_holds));
    let last = ways.taken.iter().position(always).map(|earlier| {
        let (stage, way) = (stage.id.clone(), branches.len());
        Flaw::NeverTaken { stage, way, because: Dead::Covered(earlier) }
    });
    let competing = (0..branches.len()).filter_map(|way| ways.competes(way));
    dead.chain(last).chain(competing).collect()
}

/// The ways on of a stage with their conditions, taken apart.
struct Ways<'a> {
    stage: &'a Stage,
    gate: &'a Gate,
    taken: Vec<Option<Sets>>,
}

impl Ways<'_> {
    /// Whether what is known by this name can be another on the way on than it was in the gate:
    /// when `repeat` is left, this cycle is counted in between.
    fn is_recounted(&self, name: &str) -> bool {
        self.stage.step == FiveStep::Repeat && name.contains("goal.")
    }

    fn is_allowed(&self, set: &Set) -> bool {
        self.gate.allows(set, |name| self.is_recounted(name))
    }

    /// The ways before a way that it is compared with, nearest last.
    fn before(&self, way: usize) -> std::ops::Range<usize> {
        way.saturating_sub(COMPARED)..way
    }

    fn sets(&self, way: usize) -> &[Set] {
        self.taken[way].as_deref().unwrap_or_default()
    }

    fn dead(&self, way: usize) -> Option<Dead> {
        let sets = self.taken[way].as_ref()?;
        if sets.is_empty() {
            return Some(Dead::Impossible);
        }
        if !sets.iter().any(|set| self.is_allowed(set)) {
            let against = self.gate.against(sets, |name| self.is_recounted(name));
            return Some(against.map_or(Dead::Impossible, Dead::Gate));
        }
        let covers = |earlier: &usize| {
            sets.iter().all(|set| self.sets(*earlier).iter().any(|one| set.implies(one)))
        };
        self.before(way).find(covers).map(Dead::Covered)
    }

    /// An earlier way that leads elsewhere and asks about the same number, where the two
    /// conditions overlap and neither is the wider one: there the order of the file decides, and
    /// nothing says so.
    fn competes(&self, way: usize) -> Option<Flaw> {
        let branches = &self.stage.next.branches;
        let elsewhere = |earlier: &usize| branches[*earlier].target != branches[way].target;
        self.before(way).filter(elsewhere).find_map(|earlier| {
            let (first, later) = (self.sets(earlier), self.sets(way));
            let pairs = first.iter().flat_map(|one| later.iter().map(move |other| (one, other)));
            let on = pairs.filter_map(|(one, other)| {
                let on = crossing(one, other)?;
                let shared = one.with(other).filter(|shared| self.is_allowed(shared))?;
                let decided = |before| self.sets(before).iter().any(|set| shared.implies(set));
                (!self.before(way).take_while(|before| *before < earlier).any(decided))
                    .then_some(on)
            });
            let on = on.into_iter().next()?;
            Some(Flaw::Overlap { stage: self.stage.id.clone(), way, earlier, on })
        })
    }
}

/// A number that both sets bound, neither within the other.
fn crossing(one: &Set, other: &Set) -> Option<String> {
    one.ranges.iter().find_map(|(subject, bounds)| {
        let (range, against) = (bounds.range, other.ranges.get(subject)?.range);
        let cross = !range.is_within(against) && !against.is_within(range);
        cross.then(|| subject.to_string())
    })
}

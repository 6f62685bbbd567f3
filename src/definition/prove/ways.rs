//! Whether every way on (`next`) can be taken, and whether two of them compete.

use super::{
    Dead, Flaw,
    forms::{Context, Set, Sets, of_demand, of_expression},
    gates::needed,
};
use crate::model::Stage;

/// What is wrong with the ways on of a stage.
pub(super) fn flaws(stage: &Stage, context: &Context) -> Vec<Flaw> {
    let branches = &stage.next.branches;
    let taken: Vec<Option<Sets>> =
        branches.iter().map(|branch| of_expression(&branch.when, true, context)).collect();
    let mut flaws: Vec<Flaw> = (0..branches.len())
        .filter_map(|way| {
            let because = dead(stage, way, &taken, context)?;
            Some(Flaw::NeverTaken { stage: stage.id.clone(), way, because })
        })
        .collect();
    // What is true without asking anything leaves nothing to the last way.
    let always =
        |sets: &Option<Sets>| sets.as_ref().is_some_and(|sets| sets.contains(&Set::default()));
    if let Some(earlier) = taken.iter().position(always) {
        let (stage, way) = (stage.id.clone(), branches.len());
        flaws.push(Flaw::NeverTaken { stage, way, because: Dead::Covered(earlier) });
    }
    let competing = (0..branches.len()).filter_map(|way| competes(stage, way, &taken, context));
    flaws.extend(competing);
    flaws
}

fn dead(stage: &Stage, way: usize, taken: &[Option<Sets>], context: &Context) -> Option<Dead> {
    let sets = taken[way].as_ref()?;
    if sets.is_empty() {
        return Some(Dead::Impossible);
    }
    let gate = needed(&stage.exit, context);
    let passes = |set: &Set| gate.as_ref().is_none_or(|gate| gate.with(set, context).is_some());
    if !sets.iter().any(passes) {
        let against = stage.exit.iter().position(|clause| {
            let clause = of_demand(&clause.demand, context).unwrap_or_default();
            let together = |set: &Set| clause.iter().any(|one| one.with(set, context).is_some());
            !clause.is_empty() && !sets.iter().any(together)
        });
        return Some(against.map_or(Dead::Impossible, Dead::Gate));
    }
    let covers = |earlier: &usize| {
        let earlier = taken[*earlier].as_deref().unwrap_or_default();
        sets.iter().all(|set| earlier.iter().any(|one| set.implies(one)))
    };
    (0..way).find(covers).map(Dead::Covered)
}

/// An earlier way that leads elsewhere and asks about the same number, where the two conditions
/// overlap and neither is the wider one: there the order of the file decides, and nothing says so.
fn competes(stage: &Stage, way: usize, taken: &[Option<Sets>], context: &Context) -> Option<Flaw> {
    let branches = &stage.next.branches;
    let later = taken[way].as_ref()?;
    (0..way).filter(|earlier| branches[*earlier].target != branches[way].target).find_map(
        |earlier| {
            let first = taken[earlier].as_ref()?;
            let pairs = first.iter().flat_map(|one| later.iter().map(move |other| (one, other)));
            let on = pairs
                .filter(|(one, other)| one.with(other, context).is_some())
                .find_map(|(one, other)| crossing(one, other))?;
            let stage = stage.id.clone();
            Some(Flaw::Overlap { stage, way, earlier, on })
        },
    )
}

/// A number that both sets bound, neither within the other.
fn crossing(one: &Set, other: &Set) -> Option<String> {
    one.ranges.iter().find_map(|(subject, range)| {
        let against = other.ranges.get(subject)?;
        let cross = !range.is_within(*against) && !against.is_within(*range);
        cross.then(|| subject.to_string())
    })
}

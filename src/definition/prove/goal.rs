//! Whether gold can be reached through the gates on the way to it.

use std::collections::HashMap;

use petgraph::{
    algo::dominators::simple_fast,
    graph::{DiGraph, NodeIndex},
};

use super::{
    Flaw, Parts,
    forms::{Context, Range, Set, Subject, of_demand, part_of},
};
use crate::model::{Clause, Demand, Goal, Outcome, Stage, StageId, Target, expression::Of};

/// What is wrong between the gates and the goal.
pub(super) fn flaws(parts: Parts<'_>, goal: &Goal, context: &Context) -> Vec<Flaw> {
    let taken: Vec<Option<Set>> = goal.all.iter().map(|clause| only(clause, context)).collect();
    let way = way_to_gold(parts);
    let on_the_way = |stage: &Stage| way.contains(&stage.id);
    let mut flaws = Vec::new();
    for stage in parts.stages {
        for (clause, own) in stage.exit.iter().enumerate() {
            let Some(set) = only(own, context) else { continue };
            let against = |wanted: &Option<Set>| {
                wanted.as_ref().is_some_and(|wanted| set.with(wanted, context).is_none())
            };
            if let Some(goal) = taken.iter().position(against).filter(|_| on_the_way(stage)) {
                let (stage, way) = (stage.id.clone(), way.clone());
                flaws.push(Flaw::ShutsGoldOut { stage, clause, goal, way });
                continue;
            }
            let stricter = goal.all.iter().zip(&taken).position(|(wanted, sets)| {
                sets.as_ref().is_some_and(|sets| is_stricter(&set, wanted, sets))
            });
            if let Some(goal) = stricter {
                flaws.push(Flaw::Stricter { stage: stage.id.clone(), clause, goal });
            }
        }
    }
    flaws
}

/// What a clause takes, if it leaves no choice.
fn only(clause: &Clause, context: &Context) -> Option<Set> {
    let mut sets = of_demand(&clause.demand, context)?;
    if sets.len() == 1 { sets.pop() } else { None }
}

/// Whether a gate's clause leaves less room than the goal's on the number that the goal compares.
fn is_stricter(gate: &Set, goal: &Clause, taken: &Set) -> bool {
    let Demand::Metric { metric, bound, .. } = &goal.demand else { return false };
    let subject = Subject::Metric(*metric, part_of(*bound), Of::Now);
    let room = |set: &Set| -> Option<Range> { set.ranges.get(&subject).copied() };
    match (room(gate), room(taken)) {
        (Some(gate), Some(goal)) => gate != goal && gate.is_within(goal),
        _ => false,
    }
}

/// The stages that every way to gold goes through, in their order.
fn way_to_gold(parts: Parts<'_>) -> Vec<StageId> {
    let mut ways: DiGraph<Option<&StageId>, ()> = DiGraph::new();
    let nodes: HashMap<&StageId, NodeIndex> =
        parts.stages.iter().map(|stage| (&stage.id, ways.add_node(Some(&stage.id)))).collect();
    let gold = ways.add_node(None);
    for stage in parts.stages {
        for target in stage.targets() {
            let to = match target {
                Target::Stage(id) => nodes.get(id).copied(),
                Target::Finish(Outcome::Gold) => Some(gold),
                Target::Finish(_) => None,
            };
            if let (Some(from), Some(to)) = (nodes.get(&stage.id), to) {
                ways.update_edge(*from, to, ());
            }
        }
    }
    let Some(first) = nodes.get(parts.initial) else { return Vec::new() };
    let before = simple_fast(&ways, *first);
    let mut way: Vec<StageId> = before
        .strict_dominators(gold)
        .into_iter()
        .flatten()
        .filter_map(|node| ways[node].cloned())
        .collect();
    way.reverse();
    way
}

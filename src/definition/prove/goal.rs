//! Whether gold can be reached through the gates on the way to it.

use std::collections::{BTreeMap, HashMap, HashSet};

use petgraph::{
    algo::dominators::simple_fast,
    graph::{DiGraph, NodeIndex},
};

use super::{
    Flaw, MAX_FLAWS, Parts,
    forms::{Range, Set, Subject, part_of},
    gates::{Clash, Gate, only},
};
use crate::model::{
    Demand, FiveStep, Goal, Metric, Outcome, Stage, StageId, Target, expression::Of,
};

/// What is wrong between the gates and the goal, taken apart; `gates` are those of the stages.
pub(super) fn flaws(parts: Parts<'_>, goal: &Goal, own: &Gate, gates: &[Gate]) -> Vec<Flaw> {
    if let Some(Clash { clause, others }) = own.clash() {
        return vec![Flaw::GoalClashes { clause, others }];
    }
    let way = way_to_gold(parts);
    let on_the_way: HashSet<&StageId> = way.iter().collect();
    let wanted = Wanted::of(goal, own);
    let mut flaws = Vec::new();
    for (stage, gate) in parts.stages.iter().zip(gates) {
        let on_the_way = on_the_way.contains(&stage.id);
        for (clause, taken) in gate.taken.iter().enumerate() {
            if flaws.len() >= MAX_FLAWS {
                return flaws;
            }
            let Some(set) = only(taken) else { continue };
            if let Some(goal) = wanted.shuts_out(set, stage).filter(|_| on_the_way) {
                let (stage, way) = (stage.id.clone(), way.clone());
                flaws.push(Flaw::ShutsGoldOut { stage, clause, goal, way });
            } else if let Some(goal) = wanted.less_than(set) {
                flaws.push(Flaw::Stricter { stage: stage.id.clone(), clause, goal });
            }
        }
    }
    flaws
}

/// What the goal asks for.
struct Wanted<'a> {
    goal: &'a Gate,
    /// What lasts of it from an earlier gate to the end of the cycle.
    lasting: Set,
    /// The numbers that its lines compare, each with the first line that does.
    compared: BTreeMap<Subject, usize>,
}

impl<'a> Wanted<'a> {
    fn of(goal: &Goal, own: &'a Gate) -> Self {
        let mut compared = BTreeMap::new();
        for (at, clause) in goal.all.iter().enumerate() {
            if let Demand::Metric { metric, bound, .. } = &clause.demand {
                compared.entry(Subject::Metric(*metric, part_of(*bound), Of::Now)).or_insert(at);
            }
        }
        Self { goal: own, lasting: own.sure.without(moves), compared }
    }

    /// A line of the goal that cannot be met where a gate's clause holds.
    fn shuts_out(&self, set: &Set, stage: &Stage) -> Option<usize> {
        let gold = |target: &Target| *target == Target::Finish(Outcome::Gold);
        // The goal is judged with the gate that is left for it, and later than any other.
        let at_once = stage.step == FiveStep::Repeat && stage.next.targets().any(gold);
        let forget = |name: &str| !at_once && moves(name);
        let (set, all) =
            (set.without(forget), if at_once { &self.goal.sure } else { &self.lasting });
        if all.fits(&set) {
            return None;
        }
        let lines = self.goal.taken.iter();
        lines.map(only).position(|line| line.is_some_and(|line| !line.without(forget).fits(&set)))
    }

    /// A line of the goal on a number of which a gate's clause leaves less room than the goal.
    fn less_than(&self, gate: &Set) -> Option<usize> {
        let room = |set: &Set, subject| -> Option<Range> { Some(set.ranges.get(subject)?.range) };
        gate.ranges.keys().find_map(|subject| {
            let line = self.compared.get(subject)?;
            let (gate, goal) = (room(gate, subject)?, room(&self.goal.sure, subject)?);
            (gate != goal && gate.is_within(goal)).then_some(*line)
        })
    }
}

/// Whether what is known by this name changes as time goes on, even if nobody does anything.
fn moves(name: &str) -> bool {
    let settles = name.contains(Metric::WindowSettled.name());
    settles || name.contains("now") || name.contains(".age") || name.contains(".n")
}

/// The stages that every way to gold goes through within its last cycle, in their order.
///
/// A cycle begins where the run does, or where a way leads that closes the one before.
fn way_to_gold(parts: Parts<'_>) -> Vec<StageId> {
    let mut ways: DiGraph<Option<&StageId>, ()> = DiGraph::new();
    let nodes: HashMap<&StageId, NodeIndex> =
        parts.stages.iter().map(|stage| (&stage.id, ways.add_node(Some(&stage.id)))).collect();
    let (begin, gold) = (ways.add_node(None), ways.add_node(None));
    if let Some(first) = nodes.get(parts.initial) {
        ways.update_edge(begin, *first, ());
    }
    for stage in parts.stages {
        let Some(from) = nodes.get(&stage.id) else { continue };
        for target in stage.targets() {
            let to = match target {
                Target::Stage(id) => nodes.get(id).copied(),
                Target::Finish(Outcome::Gold) => Some(gold),
                Target::Finish(_) => None,
            };
            let Some(to) = to else { continue };
            let closes = to != gold && (stage.step == FiveStep::Repeat || to <= *from);
            ways.update_edge(if closes { begin } else { *from }, to, ());
        }
    }
    let before = simple_fast(&ways, begin);
    let mut way: Vec<StageId> = before
        .strict_dominators(gold)
        .into_iter()
        .flatten()
        .filter_map(|node| ways[node].cloned())
        .collect();
    way.reverse();
    way
}

//! Whether a brand could go round a circle of stages again and again on the same evidence.
//!
//! A circle waits if one of its gates asks for something that has to happen on every visit: a
//! task, a while in the stage, or a window that holds evidence of this cycle alone
//! (`window_settled`). A circle without any of these is gone round until the cycles are used up,
//! in one `advance --until blocked`.

use std::collections::{HashMap, VecDeque};

use petgraph::{
    algo::tarjan_scc,
    graph::{DiGraph, NodeIndex},
};

use super::{
    Flaw,
    forms::{Context, STAGE_AGE, Set, Subject, of_demand},
};
use crate::model::{Metric, Stage, StageId, Target};

/// Every circle that waits for nothing, once.
pub(super) fn flaws(stages: &[Stage], context: &Context) -> Vec<Flaw> {
    let restless: Vec<&Stage> = stages.iter().filter(|stage| !waits(stage, context)).collect();
    let mut ways: DiGraph<&StageId, ()> = DiGraph::new();
    let nodes: HashMap<&StageId, NodeIndex> =
        restless.iter().map(|stage| (&stage.id, ways.add_node(&stage.id))).collect();
    for stage in &restless {
        // A stage's limit is a wait itself, so its way does not count.
        for target in stage.next.targets() {
            let Target::Stage(to) = target else { continue };
            if let (Some(from), Some(to)) = (nodes.get(&stage.id), nodes.get(to)) {
                ways.update_edge(*from, *to, ());
            }
        }
    }
    let knots = tarjan_scc(&ways).into_iter();
    let mut circles: Vec<Vec<NodeIndex>> = knots.filter_map(|knot| circle(&ways, &knot)).collect();
    circles.sort();
    let name = |node: &NodeIndex| ways[*node].clone();
    circles
        .into_iter()
        .map(|circle| Flaw::Spins { circle: circle.iter().map(name).collect() })
        .collect()
}

/// Whether leaving the stage takes something that happens anew on every visit.
fn waits(stage: &Stage, context: &Context) -> bool {
    stage.exit.iter().any(|clause| {
        let sets = of_demand(&clause.demand, context);
        sets.is_some_and(|sets| sets.iter().all(is_fresh))
    })
}

fn is_fresh(set: &Set) -> bool {
    let settled = set.truths.get(Metric::WindowSettled.name()) == Some(&true);
    let task = set.truths.iter().any(|(name, is)| *is && name.starts_with("tasks."));
    let age = set.ranges.get(&Subject::Named(STAGE_AGE.to_owned()));
    settled || task || age.is_some_and(|age| age.low.at > 0.0)
}

/// A shortest way round within a strongly connected part, back to its first stage.
fn circle(ways: &DiGraph<&StageId, ()>, knot: &[NodeIndex]) -> Option<Vec<NodeIndex>> {
    let first = *knot.iter().min()?;
    let mut before: HashMap<NodeIndex, NodeIndex> = HashMap::new();
    let mut waiting = VecDeque::from([first]);
    while let Some(node) = waiting.pop_front() {
        for next in ways.neighbors(node) {
            if next == first {
                let mut circle = vec![first];
                let mut at = node;
                while at != first {
                    circle.push(at);
                    at = *before.get(&at)?;
                }
                circle.push(first);
                circle.reverse();
                return Some(circle);
            }
            if !before.contains_key(&next) && knot.contains(&next) {
                before.insert(next, node);
                waiting.push_back(next);
            }
        }
    }
    None
}

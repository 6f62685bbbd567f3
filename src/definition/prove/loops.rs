//! Whether a brand could go round a circle of stages again and again on the same evidence.
//!
//! A circle waits if one of its gates or ways asks for something that has to happen on every
//! visit: a task, a while in the stage, a window that holds evidence of this cycle alone
//! (`window_settled`), or a change since the last cycle. A circle without any of these is gone
//! round until the cycles are used up, in one `advance --until blocked`.

use std::collections::HashMap;

use petgraph::graph::{DiGraph, NodeIndex};

use super::{
    Flaw, circle,
    forms::{Context, Set, Sets, of_expression},
    gates::Gate,
};
use crate::model::{Expression, Fact, Stage, StageId, Target};

/// Every circle that waits for nothing, once; `gates` are those of the stages.
pub(super) fn flaws(stages: &[Stage], gates: &[Gate], context: &Context) -> Vec<Flaw> {
    let restless: Vec<(&Stage, &Gate)> =
        stages.iter().zip(gates).filter(|(_, gate)| !gate_waits(gate)).collect();
    let mut ways: DiGraph<(&StageId, &Set), ()> = DiGraph::new();
    let nodes: HashMap<&StageId, NodeIndex> = restless
        .iter()
        .map(|(stage, gate)| (&stage.id, ways.add_node((&stage.id, &gate.sure))))
        .collect();
    for (stage, _) in &restless {
        // A stage's limit is a wait itself, so its way does not count.
        for to in targets(stage, context) {
            if let (Some(from), Some(to)) = (nodes.get(&stage.id), nodes.get(to)) {
                ways.update_edge(*from, *to, ());
            }
        }
    }
    let mut circles = circle::of(&ways);
    // Gates that contradict each other are not passed one after the other on the same evidence.
    circles.retain(|circle| {
        let mut all = Set::default();
        circle.iter().all(|node| all.absorb(ways[*node].1))
    });
    let name = |node: &NodeIndex| ways[*node].0.clone();
    circles
        .into_iter()
        .map(|circle| Flaw::Spins { circle: circle.iter().map(name).collect() })
        .collect()
}

/// Whether opening the gate takes something that happens anew on every visit. What is not settled
/// may well do so.
fn gate_waits(gate: &Gate) -> bool {
    gate.taken.iter().any(wait)
}

fn wait(sets: &Option<Sets>) -> bool {
    sets.as_ref().is_none_or(|sets| sets.iter().all(Set::waits))
}

/// The stages that are reached without waiting.
fn targets<'a>(stage: &'a Stage, context: &Context) -> impl Iterator<Item = &'a StageId> {
    let branches = stage.next.branches.iter().filter(|branch| {
        let returns = matches!(&branch.target, Target::Stage(to) if is_sent_back(&branch.when, to));
        !returns && !wait(&of_expression(&branch.when, true, context))
    });
    let branches: Vec<&Target> = branches.map(|branch| &branch.target).collect();
    branches.into_iter().chain([&stage.next.otherwise]).filter_map(|target| match target {
        Target::Stage(to) => Some(to),
        Target::Finish(_) => None,
    })
}

/// Whether a way is taken only if the gate of the stage it leads to is shut, on the evidence alone.
fn is_sent_back(when: &Expression, to: &StageId) -> bool {
    use crate::model::expression::Operator::{And, Or};
    match when {
        Expression::Fact(Fact::Regressed(stage)) => stage == to,
        Expression::Binary { operator: And, left, right } => {
            is_sent_back(left, to) || is_sent_back(right, to)
        }
        Expression::Binary { operator: Or, left, right } => {
            is_sent_back(left, to) && is_sent_back(right, to)
        }
        Expression::Literal(_)
        | Expression::Fact(_)
        | Expression::Not(_)
        | Expression::Negative(_)
        | Expression::Binary { .. } => false,
    }
}

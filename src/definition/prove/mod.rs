//! What can be proved about a workflow before any brand walks it.
//!
//! ```text
//! checked model ──► graph   where ways lead, and in which order        (petgraph)
//!               ──► loops   whether a circle waits for anything         (petgraph)
//!               ──► forms   a demand as sets of literals ──► gates, ways, goal
//! ```
//!
//! Start reading at [`flaws`]. The prover sees the model, never the file; who asked puts each
//! [`Flaw`] at its place.
//!
//! # Always true
//!
//! - Every flaw is real: where a question is too large to be settled (`forms::MAX_SETS`), nothing
//!   is said.
//! - A flaw carries the stages that show it, in the order in which a brand would meet them.

mod circle;
mod forms;
mod gates;
mod goal;
mod graph;
#[cfg(test)]
mod laws;
mod loops;
mod ways;

pub(super) use circle::circles;
pub(super) use gates::longer;

use crate::model::{
    Expression, Fact, FiveStep, Goal, Stage, StageId, Workflow, expression::Operator,
};
use forms::Context;
use gates::Gate;

/// The most flaws that are told; there are never more places for them in a report.
const MAX_FLAWS: usize = super::diagnostic::MAX_PROBLEMS;

/// One thing that is wrong with a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    /// No stage is this step.
    MissingStep(FiveStep),
    /// No way leads from the first stage to this one; `reached` are those that are.
    Unreachable { stage: StageId, reached: Vec<StageId> },
    /// No way leads from this stage to an outcome; `way` leads there from the first stage.
    NoWayOut { stage: StageId, way: Vec<StageId> },
    /// No stage leads to an outcome at all.
    NothingEnds,
    /// The first stage is not of the first step.
    Begins { at: StageId, step: FiveStep },
    /// The main way goes on to a step that is not the next one.
    OutOfOrder { way: Vec<StageId>, found: FiveStep, expected: FiveStep },
    /// A circle of stages that a brand can go round on the same evidence.
    Spins { circle: Vec<StageId> },
    /// A gate that can never open: `clause` does not go together with `others`, or can never pass
    /// if there are none.
    Contradicts { stage: StageId, clause: usize, others: Vec<usize> },
    /// A goal that can never be met, for the same reason.
    GoalClashes { clause: usize, others: Vec<usize> },
    /// A gate that only opens where the goal cannot be met.
    ShutsGoldOut { stage: StageId, clause: usize, goal: usize, way: Vec<StageId> },
    /// A gate that asks for more than the goal.
    Stricter { stage: StageId, clause: usize, goal: usize },
    /// A clause that waits longer than its stage may last.
    Outlives { stage: StageId, clause: usize },
    /// A task that is due after its stage is over.
    DueAfterLimit { stage: StageId, task: usize },
    /// A way on that is never taken: another one always comes before it, or nothing makes its
    /// condition true.
    NeverTaken { stage: StageId, way: usize, because: Dead },
    /// Two ways on that can be true at once, on a number that each asks about in its own way.
    Overlap { stage: StageId, way: usize, earlier: usize, on: String },
}

/// Why a way on is never taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Dead {
    /// Whenever its condition is true, that of an earlier way is.
    Covered(usize),
    /// Its condition contradicts itself.
    Impossible,
    /// Its condition contradicts this clause of the gate.
    Gate(usize),
}

/// The parts of a workflow that are looked at; what was refused before is missing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'a> {
    /// Where a brand begins; one of `stages`, and so is every target.
    pub initial: &'a StageId,
    /// The stages.
    pub stages: &'a [Stage],
    /// The goal.
    pub goal: Option<&'a Goal>,
    /// The most cycles.
    pub cycles: Option<u32>,
    /// Whether nothing was refused, so that every gate and goal is what its author wrote.
    pub is_whole: bool,
}

impl<'a> Parts<'a> {
    /// All of a workflow that was read before.
    pub fn of(workflow: &'a Workflow) -> Self {
        Self {
            initial: &workflow.initial,
            stages: &workflow.stages,
            goal: Some(&workflow.goal),
            cycles: Some(workflow.limits.cycles),
            is_whole: true,
        }
    }
}

/// Everything that is wrong with a workflow.
pub(super) fn flaws(parts: Parts<'_>) -> Vec<Flaw> {
    let mut flaws = graph::flaws(parts.initial, parts.stages);
    // What follows from half a gate is only noise beside the reason why it is half.
    if !parts.is_whole {
        return flaws;
    }
    let context = Context::new(parts.cycles, parts.goal.map(|goal| goal.held_for));
    let gates: Vec<Gate> =
        parts.stages.iter().map(|stage| Gate::of(&stage.exit, &context)).collect();
    flaws.extend(loops::flaws(parts.stages, &gates, &context));
    for (stage, gate) in parts.stages.iter().zip(&gates) {
        flaws.extend(gates::flaws(stage, gate));
        flaws.extend(ways::flaws(stage, gate, &context));
        if flaws.len() >= MAX_FLAWS {
            return flaws;
        }
    }
    if let Some(goal) = parts.goal {
        flaws.extend(goal::flaws(parts, goal, &Gate::of(&goal.all, &context), &gates));
    }
    flaws
}

/// A shortest way from the first stage to another; empty if there is none.
pub(super) fn way_to(parts: Parts<'_>, stage: &StageId) -> Vec<StageId> {
    graph::way_to(parts.initial, parts.stages, stage)
}

/// Whether an expression can only be true on evidence.
pub(super) fn asks_evidence(expression: &Expression) -> bool {
    only_if(expression, true, &forms::Set::asks_evidence)
}

/// Whether an expression can only be true while the goal is held.
pub(super) fn implies_held(expression: &Expression) -> bool {
    let held = Fact::GoalHeld.to_string();
    only_if(expression, true, &|set| set.truths.get(&held) == Some(&true))
}

/// Whether everything that makes an expression what is `wanted` passes `test`. What is too large
/// to be settled is asked in its parts, and does not pass if they do not say so.
fn only_if(expression: &Expression, wanted: bool, test: &impl Fn(&forms::Set) -> bool) -> bool {
    if let Some(sets) = forms::of_expression(expression, wanted, &Context::new(None, None)) {
        return sets.iter().all(test);
    }
    match expression {
        Expression::Not(inner) => only_if(inner, !wanted, test),
        Expression::Binary { operator: operator @ (Operator::And | Operator::Or), left, right } => {
            let (left, right) = (only_if(left, wanted, test), only_if(right, wanted, test));
            if (*operator == Operator::And) == wanted { left || right } else { left && right }
        }
        Expression::Literal(_)
        | Expression::Fact(_)
        | Expression::Negative(_)
        | Expression::Binary { .. } => false,
    }
}

//! What a brand and its workflow must agree on.
//!
//! Both are models by now; the outlines are needed for the places alone.

use std::{collections::BTreeSet, ops::Range};

use crate::{
    definition::{
        diagnostic::{Code, Problem, Problems},
        outline::Node,
    },
    model::{
        Brand, Clause, Demand, Expression, Fact, FactKind, Metric, SourceKind, Test, Threshold,
        Unit, Workflow, expression::Operator,
    },
};

/// What the brand's file lacks for this workflow.
pub(in crate::definition) fn brand_side(
    workflow: &Workflow,
    brand: &Brand,
    outline: &Node,
    problems: &mut Problems<'_>,
) {
    if brand.workflow != workflow.id {
        let span = place(outline.get("workflow"), outline);
        let message = format!(
            "`{}` follows the workflow `{}`, and this is `{}`",
            brand.id, brand.workflow, workflow.id
        );
        problems.add(
            Problem::new(Code::OtherWorkflow, &span, message)
                .known([workflow.id.as_str()], brand.workflow.as_str()),
        );
    }
    let asked = own_goals(workflow);
    let span = match outline.entry("goals").or_else(|| outline.entry("brand")) {
        Some(entry) => entry.key.span.clone(),
        None => outline.span.clone(),
    };
    for metric in asked.into_iter().filter(|metric| !brand.goals.contains_key(metric)) {
        let message = format!(
            "`{}` does not set the goal `{metric}`, which `{}` asks for",
            brand.id, workflow.id
        );
        let help = format!("add `{metric}: {}` to `goals`", example(metric.unit()));
        problems.add(Problem::new(Code::MissingGoal, &span, message).help(help));
    }
}

/// Which clauses of the workflow no source of the brand can answer.
pub(in crate::definition) fn workflow_side(
    workflow: &Workflow,
    outline: &Node,
    brand: &Brand,
    problems: &mut Problems<'_>,
) {
    for (clause, node) in with_places(workflow, outline) {
        let Some(metric) = unmeasurable(&clause.demand, brand) else { continue };
        let own = node.and_then(|node| node.get("metric"));
        let span = place(own.or(node), outline);
        let message = format!("no source of `{}` can measure `{metric}`", brand.id);
        problems.add(
            Problem::new(Code::Unmeasurable, &span, message)
                .label(format!("it takes {}", needs(metric)))
                .help(remedy(clause, is_goal(workflow, clause), metric)),
        );
    }
}

fn needs(metric: Metric) -> String {
    let needs: Vec<String> = metric.spec().needs.iter().map(FactKind::to_string).collect();
    needs.join(", ")
}

fn is_goal(workflow: &Workflow, clause: &Clause) -> bool {
    workflow.goal.all.iter().any(|of_goal| std::ptr::eq(of_goal, clause))
}

fn remedy(clause: &Clause, is_goal: bool, metric: Metric) -> String {
    let kinds: Vec<&str> = SourceKind::ALL
        .iter()
        .filter(|(kind, _)| kind.can_measure(metric))
        .map(|(_, name)| *name)
        .collect();
    let id = &clause.id;
    let kinds = kinds.join("` or `");
    match (is_goal, kinds.is_empty()) {
        (true, true) => "the goal cannot be met, since a goal cannot be waived".to_owned(),
        (true, false) => format!("the goal cannot be met without a source of kind `{kinds}`"),
        (false, true) => format!("the clause `{id}` needs a waiver by a named person"),
        (false, false) => format!(
            "the clause `{id}` needs a waiver by a named person, or a source of kind `{kinds}`"
        ),
    }
}

/// A metric for want of which the brand can never meet a demand.
fn unmeasurable(demand: &Demand, brand: &Brand) -> Option<Metric> {
    match demand {
        Demand::Metric { metric, .. } => Some(*metric).filter(|metric| !brand.can_measure(*metric)),
        Demand::Task(_) | Demand::Wait(_) => None,
        Demand::When(expression) => untold(expression, brand),
        Demand::All(parts) => parts.iter().find_map(|part| unmeasurable(part, brand)),
        Demand::Any(parts) => {
            let all: Option<Vec<Metric>> =
                parts.iter().map(|part| unmeasurable(part, brand)).collect();
            all?.first().copied()
        }
    }
}

/// A metric for want of which an expression can never be true.
fn untold(expression: &Expression, brand: &Brand) -> Option<Metric> {
    match expression {
        Expression::Literal(_) => None,
        Expression::Fact(Fact::Metric { metric, .. }) => {
            Some(*metric).filter(|metric| !brand.can_measure(*metric))
        }
        Expression::Fact(_) => None,
        Expression::Not(inner) | Expression::Negative(inner) => untold(inner, brand),
        Expression::Binary { operator: Operator::Or, left, right } => {
            untold(left, brand).and(untold(right, brand))
        }
        Expression::Binary { left, right, .. } => {
            untold(left, brand).or_else(|| untold(right, brand))
        }
    }
}

/// The brand's own targets that a workflow compares with.
pub(super) fn own_goals(workflow: &Workflow) -> BTreeSet<Metric> {
    let branches = workflow.stages.iter().flat_map(|stage| &stage.next.branches);
    let mut goals: BTreeSet<Metric> = branches.flat_map(|branch| goals_in(&branch.when)).collect();
    for demand in workflow.clauses().flat_map(|clause| clause.demand.walk()) {
        match demand {
            Demand::Metric { test: Test::AtLeast(Threshold::Goal(metric)), .. }
            | Demand::Metric { test: Test::AtMost(Threshold::Goal(metric)), .. } => {
                goals.insert(*metric);
            }
            Demand::When(expression) => goals.extend(goals_in(expression)),
            Demand::Metric { .. }
            | Demand::Task(_)
            | Demand::Wait(_)
            | Demand::All(_)
            | Demand::Any(_) => {}
        }
    }
    goals
}

fn goals_in(expression: &Expression) -> impl Iterator<Item = Metric> {
    expression.facts().into_iter().filter_map(|fact| match fact {
        Fact::Goal(metric) => Some(*metric),
        _ => None,
    })
}

/// Every clause with its place in the file, in the order of the model.
fn with_places<'a>(
    workflow: &'a Workflow,
    outline: &'a Node,
) -> impl Iterator<Item = (&'a Clause, Option<&'a Node>)> {
    let goal = outline.get("goal").and_then(|goal| goal.get("all"));
    let in_goal = placed(&workflow.goal.all, goal);
    let stages = outline.get("stages");
    let in_gates = workflow.stages.iter().flat_map(move |stage| {
        let exit = stages
            .and_then(|stages| stages.get(stage.id.as_str()))
            .and_then(|stage| stage.get("exit"));
        placed(&stage.exit, exit)
    });
    in_goal.chain(in_gates)
}

/// A loaded workflow has exactly the clauses of its file, in their order.
fn placed<'a>(
    clauses: &'a [Clause],
    list: Option<&'a Node>,
) -> impl Iterator<Item = (&'a Clause, Option<&'a Node>)> {
    let items = list.map(Node::items).unwrap_or_default();
    clauses.iter().enumerate().map(|(at, clause)| (clause, items.get(at)))
}

fn place(node: Option<&Node>, outline: &Node) -> Range<usize> {
    node.unwrap_or(outline).span.clone()
}

pub(super) fn example(unit: Unit) -> &'static str {
    match unit {
        Unit::Proportion => "2%",
        Unit::Count => "20",
        Unit::Duration => "24h",
        Unit::Score => "75",
        Unit::Ratio => "1.5",
        Unit::Instant => "2026-03-02",
        Unit::Truth => "true",
    }
}

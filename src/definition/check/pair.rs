//! What a brand and its workflow must agree on.
//!
//! Both are models by now; the outlines are needed for the places alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use crate::{
    definition::{
        History,
        diagnostic::{Code, Problem, Problems},
        outline::Node,
        prove::{self, Flaw, Parts},
    },
    model::{
        Bound, Brand, Clause, Demand, Expression, Fact, FactKind, Metric, Quantity, SourceKind,
        StageId, Test, Threshold, Unit, Work, Workflow, expression::Operator, quantity::duration,
        schedule::Chore,
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
    own_numbers(workflow, brand, outline, problems);
    own_exports(workflow, brand, outline, problems);
}

/// What `source.pull` would import: without a path it does nothing and says nothing.
fn own_exports(workflow: &Workflow, brand: &Brand, outline: &Node, problems: &mut Problems<'_>) {
    if brand.sources.iter().any(|source| source.path.is_some()) {
        return;
    }
    let Some(puller) = puller(workflow) else { return };
    let span = place(outline.get("sources"), outline);
    let message = format!(
        "`{puller}` of `{}` imports nothing for `{}`: no source has a `path`",
        workflow.id, brand.id
    );
    let help = "add where the export lies, such as `path: exports/acme.zip`";
    problems.add(Problem::new(Code::NothingToPull, &span, message).help(help));
}

/// The first action or schedule that imports from the brand's sources.
fn puller(workflow: &Workflow) -> Option<&str> {
    let actions = workflow.stages.iter().flat_map(|stage| &stage.entry);
    let actions = actions.map(|action| (action.id.as_str(), &action.job.work));
    let schedules = workflow.schedules.iter().filter_map(|schedule| match &schedule.chore {
        Chore::Job(job) => Some((schedule.id.as_str(), &job.work)),
        Chore::Advance => None,
    });
    actions.chain(schedules).find(|(_, work)| matches!(work, Work::Pull)).map(|(id, _)| id)
}

/// What the prover finds once the brand's own targets stand where the workflow asks for them.
fn own_numbers(workflow: &Workflow, brand: &Brand, outline: &Node, problems: &mut Problems<'_>) {
    if own_goals(workflow).is_empty() {
        return;
    }
    let settled = settled(workflow, brand);
    let found = prove::flaws(Parts::of(&settled));
    // What the workflow has by itself was told already; most have nothing.
    let known = if found.is_empty() { Vec::new() } else { prove::flaws(Parts::of(workflow)) };
    let goals = outline.get("goals");
    for flaw in found.into_iter().filter(|flaw| !known.contains(flaw)) {
        let Some((code, metric, message)) = told(&flaw, workflow, brand) else { continue };
        let own = goals.and_then(|goals| goals.get(metric.plain().name()));
        let span = place(own.or(goals), outline);
        problems.add(Problem::new(code, &span, message).help("change the goal or the workflow"));
    }
    for (metric, own) in &brand.goals {
        let asked = workflow.clauses().flat_map(|clause| clause.demand.walk());
        let bounded = asked.filter(|demand| {
            matches!(demand, Demand::Metric { test: Test::AtLeast(Threshold::Goal(goal)), bound: Bound::Lower95, .. }
                if goal == metric)
        });
        if metric.unit() == Unit::Proportion && *own >= 1.0 && bounded.count() > 0 {
            let span = place(goals.and_then(|goals| goals.get(metric.name())), outline);
            let message = "no number of cases brings the lower end of an interval as far as this";
            problems.add(
                Problem::new(Code::NeverMet, &span, message).help("leave some room, such as `95%`"),
            );
        }
    }
}

/// A flaw that comes with the brand's own target: its code, the target, and what is wrong.
fn told(flaw: &Flaw, workflow: &Workflow, brand: &Brand) -> Option<(Code, Metric, String)> {
    let goal_of = |at: usize| workflow.goal.all.get(at)?.demand.metrics().first().copied();
    let gate_of = |stage: &StageId, at: usize| {
        workflow.stage(stage)?.exit.get(at)?.demand.metrics().first().copied()
    };
    match flaw {
        Flaw::Stricter { stage, clause, goal } => {
            let message =
                format!("the gate of `{stage}` asks `{}` for more than the goal does", brand.id);
            Some((Code::StricterThanGoal, goal_of(*goal).or(gate_of(stage, *clause))?, message))
        }
        Flaw::ShutsGoldOut { stage, goal, .. } => {
            let message =
                format!("what passes the gate of `{stage}` cannot meet the goal of `{}`", brand.id);
            Some((Code::GoldShutOut, goal_of(*goal)?, message))
        }
        Flaw::Contradicts { stage, clause, .. } => {
            let message = format!("with this the gate of `{stage}` never opens for `{}`", brand.id);
            Some((Code::Contradiction, gate_of(stage, *clause)?, message))
        }
        _ => None,
    }
}

/// The workflow with the brand's own targets in place of `goals.METRIC`.
fn settled(workflow: &Workflow, brand: &Brand) -> Workflow {
    let mut settled = workflow.clone();
    let gates = settled.stages.iter_mut().flat_map(|stage| &mut stage.exit);
    for clause in gates.chain(&mut settled.goal.all) {
        settle(&mut clause.demand, brand);
    }
    settled
}

fn settle(demand: &mut Demand, brand: &Brand) {
    match demand {
        Demand::Metric { test: Test::AtLeast(threshold) | Test::AtMost(threshold), .. } => {
            if let Threshold::Goal(metric) = threshold
                && let Some(own) = brand.goals.get(metric)
            {
                *threshold = Threshold::Fixed(Quantity::new(metric.unit(), *own));
            }
        }
        Demand::All(parts) | Demand::Any(parts) => {
            parts.iter_mut().for_each(|part| settle(part, brand));
        }
        Demand::Metric { test: Test::Is(_), .. }
        | Demand::Task(_)
        | Demand::Wait(_)
        | Demand::When(_) => {}
    }
}

/// Which clauses of the workflow no source of one of its brands can answer.
pub(in crate::definition) fn workflow_side(
    workflow: &Workflow,
    outline: &Node,
    brands: &[(&Brand, Option<&History>)],
    problems: &mut Problems<'_>,
) {
    for (clause, node) in with_places(workflow, outline) {
        too_few_cases(workflow, clause, node.unwrap_or(outline), brands, problems);
        let mut without: BTreeMap<Metric, Vec<String>> = BTreeMap::new();
        for (brand, _) in brands {
            if let Some(metric) = unmeasurable(&clause.demand, brand) {
                without.entry(metric).or_default().push(brand.id.to_string());
            }
        }
        for (metric, without) in without {
            let own = node.and_then(|node| node.get("metric"));
            let span = place(own.or(node), outline);
            let message = format!("no source of {} can measure `{metric}`", named(&without));
            problems.add(
                Problem::new(Code::Unmeasurable, &span, message)
                    .brands(without)
                    .label(format!("it takes {}", needs(metric)))
                    .help(remedy(clause, is_goal(workflow, clause), metric)),
            );
        }
    }
}

/// Whether brands have shown that the cases a clause asks for do not come within the window.
fn too_few_cases(
    workflow: &Workflow,
    clause: &Clause,
    node: &Node,
    brands: &[(&Brand, Option<&History>)],
    problems: &mut Problems<'_>,
) {
    let Demand::Metric { metric, min_n: Some(min_n), .. } = clause.demand else { return };
    let window = workflow.window_seconds as f64;
    let slow = brands.iter().filter_map(|(brand, history)| {
        let seconds = history.as_ref()?.seconds_for(metric, min_n)?;
        (seconds > window).then(|| (brand.id.to_string(), seconds))
    });
    let slow: Vec<(String, f64)> = slow.collect();
    let Some(least) = slow.iter().map(|(_, seconds)| *seconds).reduce(f64::min) else { return };
    let names: Vec<String> = slow.into_iter().map(|(name, _)| name).collect();
    let cases = metric.spec().cases;
    let message = format!(
        "{min_n} {cases} would take {} {} at the best pace so far, and the window is {}",
        named(&names),
        duration(least),
        duration(window),
    );
    let span = node.get("min_n").unwrap_or(node).span.clone();
    problems.add(
        Problem::new(Code::TooFewCases, &span, message)
            .brands(names)
            .help("lower `min_n`, or take a longer `window`; the clause stays `insufficient`"),
    );
}

/// Brands in a sentence: all of three, else two and how many more.
fn named(brands: &[String]) -> String {
    match brands {
        [] => "no brand".to_owned(),
        [one] => format!("`{one}`"),
        [one, two] => format!("`{one}` and `{two}`"),
        [one, two, three] => format!("`{one}`, `{two}` and `{three}`"),
        [one, two, rest @ ..] => format!("`{one}`, `{two}` and {} more", rest.len()),
    }
}

fn needs(metric: Metric) -> String {
    let way = |way: &&[FactKind]| way.iter().map(FactKind::to_string).collect::<Vec<_>>();
    let needs: Vec<String> = metric.spec().needs.iter().map(|one| way(one).join(", ")).collect();
    needs.join(", or ")
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
    // With more than two, the first stands for all: the reference has the table.
    let listed = match kinds.as_slice() {
        [first, _, _, ..] => format!("`{first}` or another that holds it"),
        few => format!("`{}`", few.join("` or `")),
    };
    match (is_goal, kinds.is_empty()) {
        (true, true) => "the goal cannot be met, since a goal cannot be waived".to_owned(),
        (true, false) => format!("the goal cannot be met without a source of kind {listed}"),
        (false, true) => format!("the clause `{id}` needs a waiver by a named person"),
        (false, false) => format!(
            "the clause `{id}` needs a waiver by a named person, or a source of kind {listed}"
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
pub(in crate::definition) fn own_goals(workflow: &Workflow) -> BTreeSet<Metric> {
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

#[cfg(test)]
mod tests {
    use crate::definition::{Histories, History, SourceFile, check_all, load_brand, load_workflow};
    use crate::model::{Finding, Metric, Observation, Observations, Window};

    const WORKFLOW: &str = include_str!("../../../workflows/engagement.yaml");
    const BRAND: &str = include_str!("../../../tests/definition/accept/brand-acme.yaml");

    /// The codes and places that two files bring together, with texts of them exchanged.
    fn told(exchange: &[(&str, &str)], histories: &Histories) -> Vec<String> {
        let (mut workflow, mut brand) =
            (WORKFLOW.to_owned(), BRAND.replace("mastodon_archive", "bluesky_api"));
        for (from, to) in exchange {
            assert!(workflow.contains(from) || brand.contains(from), "{from} is there");
            workflow = workflow.replace(from, to);
            brand = brand.replace(from, to);
        }
        let files = [
            SourceFile::new("workflows/engagement.yaml", workflow.into_bytes()),
            SourceFile::new("brands/acme.yaml", brand.into_bytes()),
        ];
        assert!(load_workflow(&files[0]).is_ok() && load_brand(&files[1]).is_ok());
        let found = check_all(&files, true, histories);
        let line = |file: &str, line: u32| {
            let text = files.iter().find(|one| one.name() == file).map(SourceFile::bytes);
            let text = String::from_utf8_lossy(text.unwrap_or_default()).into_owned();
            text.lines().nth(line as usize - 1).unwrap_or_default().trim().to_owned()
        };
        found.iter().map(|one| format!("{} {}", one.code, line(&one.file, one.line))).collect()
    }

    #[test]
    fn a_brands_own_targets_are_proved_like_written_numbers() {
        let reached = "metric: engaged_followers\n        at_least: 20";
        let own = "metric: engaged_follower_rate\n        at_least: 5%\n        bound: lower95";
        let most = "metric: engaged_follower_rate\n        at_most: 1%";
        let goals = "goals: { engaged_follower_rate: 2% }";
        let all = "goals: { engaged_follower_rate: 100% }";
        type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);
        // (why, what is exchanged, what is told)
        let table: [Row<'_>; 5] = [
            ("all is well", &[], &[]),
            (
                "a gate below the target",
                &[(reached, "metric: engaged_follower_rate\n        at_least: 1%")],
                &[],
            ),
            (
                "a gate above the target",
                &[(reached, own)],
                &["F0312 goals: { engaged_follower_rate: 2% }"],
            ),
            (
                "a gate that keeps it down",
                &[(reached, most)],
                &["F0311 goals: { engaged_follower_rate: 2% }"],
            ),
            (
                "a target out of reach",
                &[(goals, all)],
                &["F0115 goals: { engaged_follower_rate: 100% }"],
            ),
        ];
        for (why, exchange, expected) in table {
            assert_eq!(told(exchange, &Histories::new()), expected, "{why}");
        }
    }

    #[test]
    fn a_brands_own_history_says_what_takes_too_long() {
        let history = |n| {
            let to = "2026-03-30T00:00:00Z".parse().expect("an instant");
            let from = to - chrono::TimeDelta::days(28);
            let observation = Observation {
                metric: Metric::ResponseRate,
                finding: Finding::Measured { value: 0.5, n, hits: None, interval: None },
                window: Some(Window { from, to, asked: false }),
                span: Some((from, to)),
                as_of: Some(to),
                denominator: String::new(),
                sources: Vec::new(),
                caveats: Vec::new(),
            };
            let metrics = [(Metric::ResponseRate, observation)].into_iter().collect();
            let seen = Observations { metrics, ..Observations::default() };
            let brand = crate::model::BrandId::new("acme").expect("a name");
            Histories::from([(brand, History::of([&seen]))])
        };
        assert_eq!(told(&[], &history(20)), [""; 0]);
        let late = [
            "F0409 - { metric: response_rate, at_least: 90%, bound: lower95, min_n: 20 }",
            "F0409 min_n: 20",
        ];
        assert_eq!(told(&[], &history(19)), late);
    }
}

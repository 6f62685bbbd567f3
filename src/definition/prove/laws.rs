//! Laws of the language, tried on random questions about random brands.
//!
//! A seed makes a brand's world ([`Dice::world`]) and questions about it ([`Dice::truth`]): numbers
//! come from a few round ones, so that worlds often lie right at a threshold.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::json;

use super::{
    asks_evidence,
    forms::{Context, Set, Sets, of_demand, of_expression},
    gates::Gate,
    implies_held,
};
use crate::{
    definition::{
        Names, SourceFile,
        expression::{Place, Scope, parse},
        load_workflow,
    },
    engine::{
        expression::{Answer, Asker},
        gate::{Evidence, judge_clause},
    },
    model::{
        Actor, Bound, BrandId, Checkpoint, Clause, ClauseId, Demand, Expression, Finding, Interval,
        Metric, Observation, Observations, Period, Quantity, Stage, TaskState, Test, Threshold,
        Unit, Verdict, Workflow, checkpoint, expression::Value, metric::Method,
    },
};

const WORKFLOW: &str = "\
format: 1
workflow: small
version: '1'
title: Small
initial: define
window: 28d
goal: { all: [ { metric: response_rate, at_least: 50% } ], held_for: 2 }
limits: { cycles: 3 }
stages:
  define:
    title: Define
    tasks:
      - id: sign
        title: Sign
        owner: lead
        form:
          type: object
          properties:
            people: { type: integer }
            share: { type: number }
            agreed: { type: boolean }
            note: { type: string }
    exit:
      - { id: complete, metric: profile_completeness, at_least: 50%, max_age: 2d }
      - { id: known, any: [ { metric: engaged_followers, at_least: 2 }, { task: sign } ] }
      - { id: asked, when: 'response_rate.low > 10% || tasks.sign.done' }
    next: target
  target:
    title: Target
    exit: [ { id: reached, metric: engaged_followers, at_least: 2 } ]
    next: support
  support:
    title: Support
    exit: [ { id: quick, metric: first_response_median, at_most: 2h, bound: upper95 } ]
    next: refine
  refine:
    title: Refine
    exit: [ { id: voices, metric: concentration, at_most: 60% } ]
    next: repeat
  repeat:
    title: Repeat
    exit: [ { id: settled, metric: window_settled, is: true } ]
    next: [ { when: goal.held, finish: gold }, { to: target } ]
";

fn workflow() -> &'static Workflow {
    static LOADED: std::sync::OnceLock<Workflow> = std::sync::OnceLock::new();
    LOADED.get_or_init(|| {
        let file = SourceFile::new("laws.yaml", WORKFLOW.as_bytes().to_vec());
        load_workflow(&file).unwrap_or_else(|problems| panic!("{problems:#?}"))
    })
}

fn stage() -> &'static Stage {
    &workflow().stages[0]
}

fn now() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().expect("an instant")
}

fn context() -> Context {
    Context::new(Some(workflow().limits.cycles), Some(workflow().goal.held_for))
}

fn read(text: &str, place: Place) -> Option<Expression> {
    let stages = Names::new(workflow().stages.iter().map(|stage| stage.id.as_str()));
    let tasks: BTreeMap<_, _> =
        stage().tasks.iter().map(|task| (task.id.as_str(), Some(&task.form))).collect();
    parse(text, Scope { place, stages: &stages, tasks: &tasks }).ok()
}

/// What is known of a brand, or a part of it.
#[derive(Debug, Clone)]
struct World {
    checkpoint: Checkpoint,
    observations: Observations,
}

impl World {
    fn evidence(&self) -> Evidence<'_> {
        let World { checkpoint, observations } = self;
        Evidence { workflow: workflow(), checkpoint, observations, now: now() }
    }

    fn answer(&self, expression: &Expression) -> Answer {
        Asker::new(self.evidence(), Some(stage())).answer(expression)
    }

    fn is(&self, expression: &Expression, wanted: bool) -> bool {
        self.answer(expression) == Answer::Known(Value::truth(wanted))
    }

    fn verdict(&self, demand: &Demand) -> Verdict {
        let id = ClauseId::new("asked").expect("a name");
        let clause = Clause { id, demand: demand.clone(), because: None };
        judge_clause(&clause, Some(stage()), self.evidence()).verdict
    }
}

/// A seed that makes choices.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    // A world.

    fn world(&mut self) -> World {
        let mut checkpoint = Checkpoint::new(BrandId::new("acme").expect("a name"));
        checkpoint.cycle.number = 1 + self.below(3) as u32;
        checkpoint.cycle.counted_to = Some(now() - TimeDelta::days(10 + self.below(30) as i64));
        checkpoint.progress.streak = self.below(4) as u32;
        let since = now() - TimeDelta::hours(self.below(5) as i64);
        let stage = stage().id.clone();
        checkpoint.place = Some(checkpoint::Place {
            stage,
            since,
            entered: 1,
            held_ms: 0,
            blocked_since: None,
            gate: Vec::new(),
        });
        let task = stage_task();
        if self.one_in(2) {
            let input = json!({
                "people": self.below(4),
                "share": self.below(4) as f64 / 2.0,
                "agreed": self.one_in(2),
                "note": self.pick(&["warm", "dry"]),
            });
            let input = input.as_object().cloned().expect("an object");
            let by = Actor::new("Ada");
            let answer = checkpoint::Answer { at: now(), by, input, note: None, link: None };
            checkpoint.tasks.insert(task, TaskState::Done { answer, confirmed_by: None });
        } else {
            let state = TaskState::Open { since, deadline: None, reopened: false, owner: None };
            checkpoint.tasks.insert(task, state);
        }
        let as_of = Some(now() - TimeDelta::hours(self.below(60) as i64));
        let mut observations = Observations { as_of, ..Observations::default() };
        for metric in Metric::ALL.into_iter().filter(|metric| *metric != Metric::WindowSettled) {
            observations.metrics.insert(metric, self.observation(metric));
            checkpoint.cycle.previous.insert(metric, self.observation(metric));
            let goal = self.number(metric.unit());
            observations.terms.goals.insert(metric, goal);
        }
        World { checkpoint, observations }
    }

    fn number(&mut self, unit: Unit) -> f64 {
        let steps = self.below(5) as f64;
        match unit {
            Unit::Proportion => steps / 4.0,
            Unit::Duration => steps * 3_600.0,
            Unit::Score => steps * 25.0,
            Unit::Count | Unit::Ratio | Unit::Instant | Unit::Truth => steps,
        }
    }

    fn observation(&mut self, metric: Metric) -> Observation {
        let mut ends = [0; 3].map(|_: i32| self.number(metric.unit()));
        ends.sort_by(f64::total_cmp);
        let [low, value, high] = ends;
        let finding = match self.below(12) {
            0 => Finding::Unmeasurable { why: "no source".to_owned() },
            1 => Finding::NoCases { why: "no case".to_owned() },
            2 => Finding::NotExported { why: "no export".to_owned() },
            3 => Finding::Suppressed { why: "withheld".to_owned() },
            _ => {
                let sampled = metric.spec().method != Method::Census && !self.one_in(4);
                let interval = sampled.then_some(Interval { low, high });
                Finding::Measured { value, n: 1 + self.below(4) as u64, hits: None, interval }
            }
        };
        Observation {
            metric,
            finding,
            window: None,
            span: None,
            as_of: Some(now() - TimeDelta::hours(12 * self.below(6) as i64)),
            denominator: String::new(),
            sources: Vec::new(),
            caveats: Vec::new(),
        }
    }

    /// The same world with some of what is known missing.
    fn less(&mut self, world: &World) -> World {
        let mut less = world.clone();
        for metric in Metric::ALL {
            let unmeasurable = |seen: Option<&Observation>| {
                seen.is_some_and(|seen| matches!(seen.finding, Finding::Unmeasurable { .. }))
            };
            // What no source can tell is known never to come.
            if self.one_in(3) && !unmeasurable(less.observations.metrics.get(&metric)) {
                less.observations.metrics.remove(&metric);
            }
            if self.one_in(3) && !unmeasurable(less.checkpoint.cycle.previous.get(&metric)) {
                less.checkpoint.cycle.previous.remove(&metric);
            }
            if self.one_in(3) {
                less.observations.terms.goals.remove(&metric);
            }
            if self.one_in(3)
                && let Some(seen) = less.observations.metrics.get_mut(&metric)
                && let Finding::Measured { interval, .. } = &mut seen.finding
            {
                *interval = None;
            }
        }
        if self.one_in(3) {
            less.observations.as_of = None;
        }
        if let Some(TaskState::Done { answer, .. }) = less.checkpoint.tasks.get_mut(&stage_task()) {
            for field in ["people", "share", "agreed", "note"] {
                if self.one_in(3) {
                    answer.input.remove(field);
                }
            }
        }
        less
    }

    // Questions, as text.

    fn truth(&mut self, place: Place, depth: usize) -> String {
        if depth > 0 && !self.one_in(3) {
            let depth = depth - 1;
            return match self.below(6) {
                0 => format!("!({})", self.truth(place, depth)),
                1 => format!("({}) == ({})", self.truth(place, depth), self.truth(place, depth)),
                2 | 3 => {
                    format!("({}) && ({})", self.truth(place, depth), self.truth(place, depth))
                }
                _ => format!("({}) || ({})", self.truth(place, depth), self.truth(place, depth)),
            };
        }
        match self.below(10) {
            0 => self.named_truth(place),
            1 if place != Place::Goal => {
                let (sign, text) = (self.pick(&["==", "!="]), self.pick(&["\"warm\"", "'dry'"]));
                format!("tasks.sign.note {sign} {text}")
            }
            _ => {
                let unit = self.pick(&[
                    Unit::Proportion,
                    Unit::Proportion,
                    Unit::Count,
                    Unit::Duration,
                    Unit::Ratio,
                    Unit::Instant,
                ]);
                let sign = self.pick(&["<", "<=", ">", ">=", "==", "!="]);
                let (left, right) = (self.amount(unit, place, 2), self.amount(unit, place, 1));
                format!("{left} {sign} {right}")
            }
        }
    }

    fn named_truth(&mut self, place: Place) -> String {
        let everywhere = ["window_settled", "true", "false"];
        let of_a_stage = ["goal.held", "tasks.sign.done", "tasks.sign.agreed"];
        let of_a_way = ["goal.met", "regressed(\"define\")", "regressed(\"support\")"];
        let names = match place {
            Place::Goal => everywhere.to_vec(),
            Place::Gate => [everywhere, of_a_stage].concat(),
            Place::Way => [everywhere, of_a_stage, of_a_way].concat(),
        };
        self.pick(&names).to_owned()
    }

    fn amount(&mut self, unit: Unit, place: Place, depth: usize) -> String {
        if depth > 0 && self.one_in(3) {
            let depth = depth - 1;
            let part = |dice: &mut Self| dice.amount(unit, place, depth);
            return match (self.below(5), unit) {
                (0, Unit::Instant) => {
                    format!("{} + {}", part(self), self.amount(Unit::Duration, place, depth))
                }
                (1, Unit::Duration) => {
                    let instants = [0; 2].map(|_: i32| self.amount(Unit::Instant, place, depth));
                    format!("({}) - ({})", instants[0], instants[1])
                }
                (_, Unit::Instant) => self.amount(unit, place, 0),
                (2, _) => format!("{} * ({})", self.pick(&["0.5", "2", "50%"]), part(self)),
                (3, Unit::Ratio) => {
                    let unit = self.pick(&[Unit::Count, Unit::Duration, Unit::Proportion]);
                    let (above, below) = (self.amount(unit, place, 0), self.amount(unit, place, 0));
                    format!("({above}) / ({below})")
                }
                (3, _) => format!("({}) / 2", part(self)),
                (4, _) => format!("-({})", part(self)),
                (1, _) => format!("({}) - ({})", part(self), part(self)),
                _ => format!("({}) + ({})", part(self), part(self)),
            };
        }
        match unit {
            Unit::Proportion => match self.below(3) {
                0 => format!("{}%", self.pick(&[0, 25, 50, 75, 100])),
                1 => self.of_metric(&["response_rate", "concentration", "profile_completeness"]),
                _ => self.of_metric(&[
                    "response_rate",
                    "back_and_forth_rate",
                    "engaged_follower_rate",
                ]),
            },
            Unit::Count => match self.below(6) {
                0 | 1 => self.below(5).to_string(),
                2 => "cycle".to_owned(),
                3 if place != Place::Goal => {
                    self.pick(&["goal.streak", "tasks.sign.people"]).to_owned()
                }
                4 => format!(
                    "{}.n",
                    self.of_metric(&["response_rate"])
                        .trim_end_matches(".low")
                        .trim_end_matches(".high")
                ),
                _ => self.of_metric(&["engaged_followers", "conversation_depth"]),
            },
            Unit::Duration => match self.below(5) {
                0 | 1 => self.pick(&["0h", "1h", "2h", "60m", "1d"]).to_owned(),
                2 if place != Place::Goal => "stage.age".to_owned(),
                3 => "response_rate.age".to_owned(),
                _ => self.of_metric(&["first_response_median", "longest_silent_gap"]),
            },
            Unit::Instant => {
                self.pick(&["now", "date(\"2026-03-02\")", "date('2026-01-01')"]).to_owned()
            }
            _ => match self.below(3) {
                0 if place != Place::Goal => "tasks.sign.share".to_owned(),
                1 => format!("cycle / {}", 1 + self.below(2)),
                _ => self.pick(&["0.5", "1", "150%", "2"]).to_owned(),
            },
        }
    }

    fn of_metric(&mut self, names: &[&str]) -> String {
        let name = self.pick(names);
        let metric: Metric = name.parse().expect("a metric");
        let parts: &[&str] =
            if metric.spec().method == Method::Census { &[""] } else { &["", ".low", ".high"] };
        let part = self.pick(parts);
        match self.below(6) {
            0 => format!("previous.{name}{part}"),
            1 => format!("goals.{name}"),
            _ => format!("{name}{part}"),
        }
    }

    fn expression(&mut self, place: Place) -> Expression {
        // A few questions mix a bare number with a percentage, which is refused.
        (0..100)
            .find_map(|_| {
                let text = self.truth(place, 3);
                read(&text, place)
            })
            .expect("most questions are right")
    }

    fn demand(&mut self, depth: usize) -> Demand {
        match self.below(if depth > 0 { 8 } else { 6 }) {
            0 => Demand::Task(stage_task()),
            1 => Demand::Wait(Period::Seconds(3_600 * (1 + self.below(4) as i64))),
            2 => Demand::When(self.expression(Place::Gate)),
            3..=5 => self.comparison(),
            group => {
                let count = 1 + self.below(3);
                let parts = (0..count).map(|_| self.demand(depth - 1)).collect();
                if group == 6 { Demand::Any(parts) } else { Demand::All(parts) }
            }
        }
    }

    fn comparison(&mut self) -> Demand {
        let metric = self.pick(&[
            Metric::ResponseRate,
            Metric::Concentration,
            Metric::EngagedFollowers,
            Metric::FirstResponseMedian,
            Metric::WindowSettled,
        ]);
        let threshold = if self.one_in(4) {
            Threshold::Goal(metric)
        } else {
            Threshold::Fixed(Quantity::new(metric.unit(), self.number(metric.unit())))
        };
        let (test, bound) = match (metric.unit(), self.one_in(2)) {
            (Unit::Truth, is) => (Test::Is(is), Bound::Point),
            (_, true) => (Test::AtLeast(threshold), Bound::Lower95),
            (_, false) => (Test::AtMost(threshold), Bound::Upper95),
        };
        let census = metric.spec().method == Method::Census;
        let bound = if census || self.one_in(2) { Bound::Point } else { bound };
        let min_n = self.one_in(3).then(|| 1 + self.below(4) as u64);
        let max_age = self.one_in(3).then(|| Period::Seconds(43_200 * (1 + self.below(4) as i64)));
        Demand::Metric { metric, test, bound, min_n, max_age }
    }
}

fn stage_task() -> crate::model::TaskId {
    stage().tasks[0].id.clone()
}

/// Whether one of `left` and one of `right` can hold together.
fn together(left: &Sets, right: &Sets) -> bool {
    left.iter().any(|one| right.iter().any(|other| one.fits(other)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_question_has_an_answer(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let whole = dice.world();
        let less = dice.less(&whole);
        let asked = dice.expression(Place::Way);
        for world in [whole, less] {
            let asker = Asker::new(world.evidence(), Some(stage()));
            let report = asker.report(&asked);
            let facts = report.facts.iter().map(|fact| &fact.answer);
            for answer in facts.chain([&report.answer]) {
                if let Answer::Known(Value::Number(number)) = answer {
                    prop_assert!(number.value.is_finite(), "{asked}: {answer:?}");
                }
            }
            let is_truth = matches!(
                &report.answer,
                Answer::Missing(_) | Answer::Known(Value::Number(Quantity { unit: Unit::Truth, .. }))
            );
            prop_assert!(is_truth, "{asked}: {:?}", report.answer);
        }
    }

    #[test]
    fn what_is_written_is_read_as_the_same(seed in any::<u64>()) {
        let place = Dice(seed).pick(&[Place::Gate, Place::Goal, Place::Way]);
        let asked = Dice(seed).expression(place);
        prop_assert_eq!(read(&asked.to_string(), place), Some(asked.clone()), "{}", asked);
    }

    #[test]
    fn a_number_is_written_to_its_last_digit(digits in "[0-9]{1,17}", whole in 0..100_u8) {
        for text in [
            format!("response_rate >= 0.{digits}"),
            format!("response_rate >= {whole}.{digits}%"),
            format!("conversation_depth >= {whole}.{digits}"),
            format!("cycle / cycle >= {whole}.{digits}%"),
        ] {
            let asked = read(&text, Place::Gate);
            prop_assert!(asked.is_some(), "{text}");
            let written = asked.as_ref().map(Expression::to_string).unwrap_or_default();
            prop_assert_eq!(read(&written, Place::Gate), asked, "{} as {}", text, written);
        }
    }

    #[test]
    fn learning_what_is_missing_never_turns_a_truth_round(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let whole = dice.world();
        let less = dice.less(&whole);
        for _ in 0..4 {
            let asked = dice.expression(Place::Way);
            let (before, after) = (less.answer(&asked), whole.answer(&asked));
            let kept = matches!(before, Answer::Missing(_)) || matches!(after, Answer::Missing(_));
            prop_assert!(kept || before == after, "{asked}: {before:?}, then {after:?}");
            let demand = dice.demand(2);
            let verdicts = (less.verdict(&demand), whole.verdict(&demand));
            let turned = matches!(
                verdicts,
                (Verdict::Pass, Verdict::Fail) | (Verdict::Fail, Verdict::Pass)
            );
            prop_assert!(!turned, "{demand:?}: {verdicts:?}");
        }
    }

    #[test]
    fn what_the_prover_rules_out_is_so_in_no_world(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let (one, other) = (dice.expression(Place::Way), dice.expression(Place::Way));
        let sets = |asked: &Expression, wanted| of_expression(asked, wanted, &context());
        let (Some(first), Some(second)) = (sets(&one, true), sets(&other, true)) else {
            return Ok(());
        };
        let no = sets(&one, false);
        let implied = first.iter().all(|set| second.iter().any(|wide| set.implies(wide)));
        for _ in 0..20 {
            let world = dice.world();
            let world = if dice.one_in(2) { dice.less(&world) } else { world };
            let (is, is_not) = (world.is(&one, true), world.is(&one, false));
            prop_assert!(!is || !first.is_empty(), "{one} is true");
            prop_assert!(!is_not || no.as_ref().is_none_or(|no| !no.is_empty()), "{one} is false");
            prop_assert!(is || !first.iter().any(Set::always_holds), "{one} is not true");
            let both = is && world.is(&other, true);
            prop_assert!(!both || together(&first, &second), "{one} and {other}");
            prop_assert!(!implied || !is || both, "{one} without {other}");
            let held = world.checkpoint.progress.streak >= workflow().goal.held_for;
            prop_assert!(!is || held || !implies_held(&one), "{one} while the goal is not held");
            let mut blind = world.clone();
            blind.observations = Observations::default();
            blind.checkpoint.cycle.previous.clear();
            let tells_nothing = one.facts().iter().all(|fact| !fact.to_string().contains("regressed"));
            prop_assert!(
                !tells_nothing || !asks_evidence(&one) || !blind.is(&one, true),
                "{one} is true without evidence"
            );
        }
    }

    #[test]
    fn a_gate_that_opens_in_a_world_is_never_called_shut(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let world = dice.world();
        let demands: Vec<Demand> = (0..12).map(|_| dice.demand(2)).collect();
        let passed = demands.into_iter().filter(|demand| world.verdict(demand) == Verdict::Pass);
        let clauses: Vec<Clause> = passed
            .enumerate()
            .map(|(at, demand)| {
                let id = ClauseId::new(format!("c{at}")).expect("a name");
                Clause { id, demand, because: None }
            })
            .collect();
        let gate = Gate::of(&clauses, &context());
        prop_assert_eq!(gate.clash(), None, "{:#?}", clauses);
        for _ in 0..4 {
            let way = dice.expression(Place::Way);
            let Some(sets) = of_expression(&way, true, &context()) else { continue };
            let allowed = sets.iter().any(|set| gate.allows(set, |_| false));
            prop_assert!(allowed || !world.is(&way, true), "{way} after {clauses:#?}");
        }
        for clause in &clauses {
            let sets = of_demand(&clause.demand, &context());
            prop_assert!(sets.is_none_or(|sets| !sets.is_empty()));
        }
    }
}

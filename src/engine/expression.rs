//! Answers an expression: true, false, a number, a text, or missing.
//!
//! Start reading at [`Asker::answer`]. Truths are joined as [`Truth`] joins them; every other
//! operator misses its answer if one of its sides is missing.
//!
//! # Always true
//!
//! - An expression that was checked is answered without an error, and always ends.
//! - Learning a missing fact never changes an answer that was known without it.

use std::{
    borrow::Cow,
    cell::{OnceCell, RefCell},
    collections::BTreeMap,
};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{
    Demand, Expression, Fact, Finding, Metric, Observation, Quantity, Stage, TaskState, Unit,
    Verdict,
    expression::{Kind, Of, Operator, Part, Value},
    ids::{StageId, TaskId},
};

use super::{
    gate::{Evidence, judge_demand},
    goal, settle,
    truth::{Gap, Truth},
};

/// What an expression answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// This value.
    Known(Value),
    /// Nobody can say.
    Missing(Gap),
}

impl Answer {
    /// The answer as a truth; what is not a truth counts as missing, which `check` rules out.
    pub fn truth(&self) -> Truth {
        match self {
            Answer::Known(Value::Number(Quantity { unit: Unit::Truth, value })) => {
                Truth::from(*value != 0.0)
            }
            Answer::Known(_) => Truth::Missing(Gap::NotYet),
            Answer::Missing(gap) => Truth::Missing(*gap),
        }
    }

    /// The verdict of a clause that asks it.
    pub fn verdict(&self) -> Verdict {
        self.truth().verdict()
    }

    fn number(unit: Unit, value: f64) -> Answer {
        // A division by nothing has no answer.
        if value.is_finite() {
            Answer::Known(Value::Number(Quantity::new(unit, value)))
        } else {
            Answer::Missing(Gap::NotYet)
        }
    }
}

impl From<Truth> for Answer {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::True => Answer::Known(Value::truth(true)),
            Truth::False => Answer::Known(Value::truth(false)),
            Truth::Missing(gap) => Answer::Missing(gap),
        }
    }
}

/// A fact and what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FactReport {
    /// The fact as the expression writes it.
    pub name: String,
    /// What is known.
    pub answer: Answer,
    /// Why it is missing, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A part of an expression with its answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trace {
    /// The part as it is written.
    pub text: String,
    /// Its answer.
    pub answer: Answer,
    /// What it is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Trace>,
}

/// An expression, answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExpressionReport {
    /// The answer.
    pub answer: Answer,
    /// The facts it asks for, each once.
    pub facts: Vec<FactReport>,
    /// Every part of it with its answer.
    pub trace: Trace,
}

/// Answers expressions about one brand at one moment.
#[derive(Debug)]
pub struct Asker<'a> {
    evidence: Evidence<'a>,
    stage: Option<&'a Stage>,
    regressed: RefCell<BTreeMap<StageId, Truth>>,
    goal_met: OnceCell<Truth>,
}

impl<'a> Asker<'a> {
    /// Answers about `evidence`; `stage` is the stage whose tasks and time count, absent for the
    /// goal.
    pub fn new(evidence: Evidence<'a>, stage: Option<&'a Stage>) -> Self {
        Self { evidence, stage, regressed: RefCell::default(), goal_met: OnceCell::new() }
    }

    /// Answers `expression`.
    pub fn answer(&self, expression: &Expression) -> Answer {
        match expression {
            Expression::Literal(value) => Answer::Known(value.clone()),
            Expression::Fact(fact) => self.fact(fact).0,
            Expression::Not(inner) => opposite(&self.answer(inner)),
            Expression::Negative(inner) => negative(self.answer(inner)),
            Expression::Binary { operator, left, right } => {
                join(*operator, self.answer(left), self.answer(right))
            }
        }
    }

    /// Answers `expression` and shows how.
    pub fn report(&self, expression: &Expression) -> ExpressionReport {
        let mut facts: Vec<FactReport> = Vec::new();
        for fact in expression.facts() {
            let name = fact.to_string();
            if !facts.iter().any(|known| known.name == name) {
                let (answer, why) = self.fact(fact);
                facts.push(FactReport { name, answer, why });
            }
        }
        let trace = self.trace(expression);
        ExpressionReport { answer: trace.answer.clone(), facts, trace }
    }

    /// Answers every part once, the inner ones first.
    fn trace(&self, expression: &Expression) -> Trace {
        let (answer, parts) = match expression {
            Expression::Literal(_) | Expression::Fact(_) => (self.answer(expression), Vec::new()),
            Expression::Not(inner) => {
                let inner = self.trace(inner);
                (opposite(&inner.answer), vec![inner])
            }
            Expression::Negative(inner) => {
                let inner = self.trace(inner);
                (negative(inner.answer.clone()), vec![inner])
            }
            Expression::Binary { operator, left, right } => {
                let (left, right) = (self.trace(left), self.trace(right));
                let answer = join(*operator, left.answer.clone(), right.answer.clone());
                (answer, vec![left, right])
            }
        };
        Trace { text: expression.to_string(), answer, parts }
    }

    /// What is known of a fact, or why it is missing.
    fn fact(&self, fact: &Fact) -> (Answer, Option<String>) {
        let progress = &self.evidence.checkpoint.progress;
        let count = |number: u32| (Answer::number(Unit::Count, f64::from(number)), None);
        match fact {
            Fact::Metric { metric, part, of } => self.metric(*metric, *part, *of),
            Fact::Goal(metric) => match self.evidence.observations.terms.goals.get(metric) {
                Some(goal) => (Answer::number(metric.unit(), *goal), None),
                None => not_yet(format!("the brand file sets no goals.{metric}")),
            },
            Fact::GoalHeld => {
                let held = progress.streak >= self.evidence.workflow.goal.held_for;
                (Truth::from(held).into(), None)
            }
            Fact::GoalMet => known_or(self.goal_met(), "the goal cannot be judged yet"),
            Fact::GoalStreak => count(progress.streak),
            Fact::Cycle => count(self.evidence.checkpoint.cycle.number),
            Fact::StageAge => match self.since() {
                Some(since) => {
                    let age = (self.evidence.now - since).num_seconds();
                    (Answer::number(Unit::Duration, age as f64), None)
                }
                None => not_yet("the brand is not in the stage".to_owned()),
            },
            Fact::Now => {
                let now = self.evidence.now.timestamp() as f64;
                (Answer::number(Unit::Instant, now), None)
            }
            Fact::Regressed(stage) => {
                known_or(self.regressed(stage), &format!("the gate of {stage} cannot be judged"))
            }
            Fact::TaskDone(task) => self.task_done(task),
            Fact::Field { task, field, kind } => self.field(task, field, *kind),
        }
    }

    fn metric(&self, metric: Metric, part: Part, of: Of) -> (Answer, Option<String>) {
        let seen = match (of, metric) {
            (Of::Now, Metric::WindowSettled) => settle::observe(self.evidence).map(Cow::Owned),
            (Of::Now, _) => self.evidence.observations.metrics.get(&metric).map(Cow::Borrowed),
            (Of::Previous, _) => {
                self.evidence.checkpoint.cycle.previous.get(&metric).map(Cow::Borrowed)
            }
        };
        let Some(seen) = seen else {
            return not_yet(match of {
                Of::Now => "no evidence has been imported yet".to_owned(),
                Of::Previous => "no cycle was closed with it".to_owned(),
            });
        };
        match &seen.finding {
            Finding::Unmeasurable { why } => (Answer::Missing(Gap::Never), Some(why.clone())),
            Finding::NoCases { why }
            | Finding::NotExported { why }
            | Finding::Suppressed { why } => not_yet(why.clone()),
            Finding::Measured { value, n, interval, .. } => {
                let unit = metric.unit();
                let end = |end: Option<f64>| match end {
                    Some(end) => (Answer::number(unit, end), None),
                    None => not_yet("there are too few cases for an interval".to_owned()),
                };
                match part {
                    Part::Value => (Answer::number(unit, *value), None),
                    Part::Low => end(interval.map(|interval| interval.low)),
                    Part::High => end(interval.map(|interval| interval.high)),
                    Part::N => (Answer::number(Unit::Count, *n as f64), None),
                    Part::Age => self.age(&seen),
                }
            }
        }
    }

    fn age(&self, seen: &Observation) -> (Answer, Option<String>) {
        match seen.as_of {
            Some(as_of) => {
                let age = (self.evidence.now - as_of).num_seconds();
                (Answer::number(Unit::Duration, age as f64), None)
            }
            None => not_yet("the age of the evidence is not known".to_owned()),
        }
    }

    /// Since when the brand has been in the stage that is asked about.
    fn since(&self) -> Option<DateTime<Utc>> {
        let place = self.evidence.checkpoint.place.as_ref()?;
        self.stage.filter(|stage| stage.id == place.stage).map(|_| place.since)
    }

    fn task_done(&self, task: &TaskId) -> (Answer, Option<String>) {
        if self.since().is_none() {
            return not_yet("the brand is not in the stage".to_owned());
        }
        let state = self.evidence.checkpoint.tasks.get(task);
        let done = matches!(state, Some(TaskState::Done { .. }));
        (Truth::from(done).into(), None)
    }

    fn field(&self, task: &TaskId, field: &str, kind: Kind) -> (Answer, Option<String>) {
        let input = match self.evidence.checkpoint.tasks.get(task) {
            Some(TaskState::Done { answer, .. }) if self.since().is_some() => &answer.input,
            _ => return not_yet(format!("the task {task} is not done")),
        };
        let value = match (kind, input.get(field)) {
            (Kind::Text, Some(serde_json::Value::String(text))) => Some(Value::Text(text.clone())),
            (Kind::TRUTH, Some(serde_json::Value::Bool(truth))) => Some(Value::truth(*truth)),
            (Kind::Number(unit), Some(number)) => {
                number.as_f64().map(|number| Value::Number(Quantity::new(unit, number)))
            }
            _ => None,
        };
        match value {
            Some(value) => (Answer::Known(value), None),
            None => not_yet(format!("the form of {task} does not say `{field}`")),
        }
    }

    fn goal_met(&self) -> Truth {
        *self.goal_met.get_or_init(|| {
            let reports = goal::clauses(self.evidence);
            let truths = reports.iter().map(|report| Truth::of(report.verdict));
            truths.fold(Truth::True, Truth::and)
        })
    }

    /// Whether the gate of `stage` would be shut by today's measurements. Tasks and waiting do
    /// not count, since they belong to one visit; neither does what no source can measure, since
    /// it was waived.
    fn regressed(&self, id: &StageId) -> Truth {
        if let Some(known) = self.regressed.borrow().get(id) {
            return *known;
        }
        let stage = self.evidence.workflow.stage(id);
        let truths: Vec<Truth> = stage
            .iter()
            .flat_map(|stage| &stage.exit)
            .filter_map(|clause| self.measured(&clause.demand))
            .filter(|truth| *truth != Truth::Missing(Gap::Never))
            .collect();
        let open = truths.iter().copied().fold(Truth::True, Truth::and);
        let answer = if truths.is_empty() { Truth::Missing(Gap::NotYet) } else { open.not() };
        self.regressed.borrow_mut().insert(id.clone(), answer);
        answer
    }

    /// What the measurements alone say of a demand of another visit; nothing if they say nothing.
    fn measured(&self, demand: &Demand) -> Option<Truth> {
        match demand {
            Demand::Metric { metric: Metric::WindowSettled, .. }
            | Demand::Task(_)
            | Demand::Wait(_) => None,
            Demand::Metric { .. } => Some(Truth::of(judge_demand(demand, None, self.evidence).0)),
            // Asked for no stage, so that its tasks and its time are missing.
            Demand::When(expression) => {
                Some(Asker::new(self.evidence, None).answer(expression).truth())
            }
            Demand::All(parts) => {
                let known: Vec<Truth> =
                    parts.iter().filter_map(|part| self.measured(part)).collect();
                (!known.is_empty()).then(|| known.into_iter().fold(Truth::True, Truth::and))
            }
            // One that says nothing could have been the one that passed.
            Demand::Any(parts) => parts
                .iter()
                .map(|part| self.measured(part))
                .try_fold(Truth::False, |any, part| part.map(|part| any.or(part))),
        }
    }
}

fn not_yet(why: String) -> (Answer, Option<String>) {
    (Answer::Missing(Gap::NotYet), Some(why))
}

fn known_or(truth: Truth, why: &str) -> (Answer, Option<String>) {
    let missing = matches!(truth, Truth::Missing(_));
    (truth.into(), missing.then(|| why.to_owned()))
}

fn opposite(answer: &Answer) -> Answer {
    answer.truth().not().into()
}

fn negative(answer: Answer) -> Answer {
    match answer {
        Answer::Known(Value::Number(Quantity { unit, value })) => Answer::number(unit, -value),
        Answer::Known(Value::Text(_)) => Answer::Missing(Gap::NotYet),
        Answer::Missing(gap) => Answer::Missing(gap),
    }
}

fn join(operator: Operator, left: Answer, right: Answer) -> Answer {
    match operator {
        Operator::And => left.truth().and(right.truth()).into(),
        Operator::Or => left.truth().or(right.truth()).into(),
        _ => match (left, right) {
            // Missing for ever stays missing, whatever becomes known beside it.
            (Answer::Missing(one), Answer::Missing(other)) => Answer::Missing(one.max(other)),
            (Answer::Missing(gap), Answer::Known(_)) | (Answer::Known(_), Answer::Missing(gap)) => {
                Answer::Missing(gap)
            }
            (Answer::Known(Value::Number(left)), Answer::Known(Value::Number(right))) => {
                numbers(operator, left, right)
            }
            (Answer::Known(left), Answer::Known(right)) => match operator {
                Operator::Equal => Truth::from(left == right).into(),
                Operator::NotEqual => Truth::from(left != right).into(),
                _ => Answer::Missing(Gap::NotYet),
            },
        },
    }
}

fn numbers(operator: Operator, left: Quantity, right: Quantity) -> Answer {
    let (a, b) = (left.value, right.value);
    let truth = |truth: bool| Answer::from(Truth::from(truth));
    match operator {
        Operator::Equal => truth(a == b),
        Operator::NotEqual => truth(a != b),
        Operator::Less => truth(a < b),
        Operator::AtMost => truth(a <= b),
        Operator::More => truth(a > b),
        Operator::AtLeast => truth(a >= b),
        Operator::Plus => Answer::number(sum_unit(left.unit, right.unit), a + b),
        Operator::Minus => match (left.unit, right.unit) {
            (Unit::Instant, Unit::Instant) => Answer::number(Unit::Duration, a - b),
            _ => Answer::number(left.unit, a - b),
        },
        Operator::Times => Answer::number(product_unit(left.unit, right.unit), a * b),
        Operator::By if left.unit == right.unit => Answer::number(Unit::Ratio, a / b),
        Operator::By => Answer::number(left.unit, a / b),
        Operator::And | Operator::Or => Answer::Missing(Gap::NotYet),
    }
}

fn sum_unit(left: Unit, right: Unit) -> Unit {
    if right == Unit::Instant { right } else { left }
}

/// What scales gives way to what is scaled.
fn product_unit(left: Unit, right: Unit) -> Unit {
    match (left, right) {
        (Unit::Ratio, other) | (other, Unit::Ratio) => other,
        (Unit::Proportion, other) | (other, Unit::Proportion) => other,
        (other, _) => other,
    }
}

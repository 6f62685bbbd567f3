//! A demand as sets of literals: it is met if, and only if, every literal of one set holds.
//!
//! Start reading at [`of_demand`] and [`of_expression`]. `!` is pushed down to the comparisons
//! and `&&` is multiplied out, which is right in three values as it is in two: a demand is *true*
//! exactly when all literals of one of its sets are true. A literal is a range that one number
//! lies in, or one truth; what is not understood further is a number or a truth of its own, named
//! by its text.
//!
//! # Always true
//!
//! - A set that cannot hold is left out; a demand without a set can never be met.
//! - At most [`MAX_SETS`] sets are made; a demand that would need more is not settled (`None`).

use std::collections::BTreeMap;

use crate::model::{
    Bound, Demand, Expression, Fact, Metric, Period, Quantity, Test, Threshold, Unit,
    expression::{Kind, Of, Operator, Part, Value},
    metric::Method,
};

/// The most sets that a demand is taken apart into.
pub(super) const MAX_SETS: usize = 64;

/// A business day is a day at least.
const DAY: i64 = 86_400;

/// The name under which the time in the stage is known.
pub(super) const STAGE_AGE: &str = "stage.age";

/// A number that a literal is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// A number of a metric.
    Metric(Metric, Part, Of),
    /// Another number, by the text that asks for it.
    Named(String),
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Subject::Metric(metric, part, of) => {
                let fact = Fact::Metric { metric: *metric, part: *part, of: *of };
                write!(f, "{fact}")
            }
            Subject::Named(name) => f.write_str(name),
        }
    }
}

/// One end of a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct End {
    /// Where it is; infinite if there is none.
    pub at: f64,
    /// Whether the number may lie right there.
    pub inside: bool,
}

/// The numbers between two ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    pub(super) low: End,
    pub(super) high: End,
}

impl Range {
    const ALL: Range = Range {
        low: End { at: f64::NEG_INFINITY, inside: false },
        high: End { at: f64::INFINITY, inside: false },
    };

    fn from(at: f64, inside: bool) -> Self {
        Range { low: End { at, inside }, ..Range::ALL }
    }

    fn to(at: f64, inside: bool) -> Self {
        Range { high: End { at, inside }, ..Range::ALL }
    }

    fn between(low: f64, high: f64) -> Self {
        Range { low: End { at: low, inside: true }, high: End { at: high, inside: true } }
    }

    /// What lies in both.
    pub(super) fn both(self, other: Range) -> Range {
        let low = if begins_later(self.low, other.low) { self.low } else { other.low };
        let high = if ends_sooner(self.high, other.high) { self.high } else { other.high };
        Range { low, high }
    }

    pub(super) fn is_empty(self) -> bool {
        let Range { low, high } = self;
        low.at > high.at || (low.at == high.at && !(low.inside && high.inside))
    }

    /// Whether every number of it lies in `other`.
    pub(super) fn is_within(self, other: Range) -> bool {
        self.both(other) == self
    }

    /// Only whole numbers: an end that lies between two of them moves to the next inside.
    fn whole(self) -> Range {
        let up = |end: End| match end.at.is_finite() {
            true if end.inside => End { at: end.at.ceil(), inside: true },
            true => End { at: end.at.floor() + 1.0, inside: true },
            false => end,
        };
        let down = |end: End| match end.at.is_finite() {
            true if end.inside => End { at: end.at.floor(), inside: true },
            true => End { at: end.at.ceil() - 1.0, inside: true },
            false => end,
        };
        Range { low: up(self.low), high: down(self.high) }
    }
}

fn begins_later(one: End, other: End) -> bool {
    one.at > other.at || (one.at == other.at && !one.inside)
}

fn ends_sooner(one: End, other: End) -> bool {
    one.at < other.at || (one.at == other.at && !one.inside)
}

/// Literals that all hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Set {
    pub(super) ranges: BTreeMap<Subject, Range>,
    pub(super) truths: BTreeMap<String, bool>,
}

/// Sets of which one must hold.
pub(super) type Sets = Vec<Set>;

impl Set {
    /// Both sets at once, if that can be.
    pub fn with(&self, other: &Set, context: &Context) -> Option<Set> {
        let mut both = self.clone();
        for (subject, range) in &other.ranges {
            both.narrow(subject, *range, context)?;
        }
        for (name, is) in &other.truths {
            both.say(name, *is)?;
        }
        Some(both)
    }

    /// Whether this set holding makes every literal of `other` hold.
    pub fn implies(&self, other: &Set) -> bool {
        let within = |(subject, range): (&Subject, &Range)| {
            self.ranges.get(subject).is_some_and(|own| own.is_within(*range))
        };
        other.ranges.iter().all(within)
            && other.truths.iter().all(|(name, is)| self.truths.get(name) == Some(is))
    }

    /// Whether something of the evidence is among its literals.
    pub fn asks_evidence(&self) -> bool {
        let metric = |subject: &Subject| match subject {
            Subject::Metric(..) => true,
            Subject::Named(name) => names_a_metric(name),
        };
        self.ranges.keys().any(metric) || self.truths.keys().any(|name| names_a_metric(name))
    }

    fn say(&mut self, name: &str, is: bool) -> Option<()> {
        let known = *self.truths.entry(name.to_owned()).or_insert(is);
        (known == is).then_some(())
    }

    /// Narrows what `subject` can be, and what follows for the other numbers of its metric.
    fn narrow(&mut self, subject: &Subject, range: Range, context: &Context) -> Option<()> {
        self.narrow_one(subject, range, context)?;
        let Subject::Metric(metric, part, of) = subject else { return Some(()) };
        // A bootstrapped interval need not hold its own value.
        if metric.spec().method == Method::Bootstrap {
            return Some(());
        }
        let (above, below): (&[Part], &[Part]) = match part {
            Part::Low => (&[Part::Value, Part::High], &[]),
            Part::Value => (&[Part::High], &[Part::Low]),
            Part::High => (&[], &[Part::Low, Part::Value]),
            Part::N | Part::Age => (&[], &[]),
        };
        for part in above {
            let follows = Range { low: range.low, ..Range::ALL };
            self.hint(&Subject::Metric(*metric, *part, *of), follows, context)?;
        }
        for part in below {
            let follows = Range { high: range.high, ..Range::ALL };
            self.hint(&Subject::Metric(*metric, *part, *of), follows, context)?;
        }
        Some(())
    }

    fn hint(&mut self, subject: &Subject, range: Range, context: &Context) -> Option<()> {
        let says = range.low.at.is_finite() || range.high.at.is_finite();
        if says { self.narrow_one(subject, range, context) } else { Some(()) }
    }

    fn narrow_one(&mut self, subject: &Subject, range: Range, context: &Context) -> Option<()> {
        let known = self.ranges.get(subject).copied();
        let known = known.unwrap_or_else(|| context.can_be(subject));
        let narrowed = known.both(range);
        let narrowed = if is_whole(subject) { narrowed.whole() } else { narrowed };
        self.ranges.insert(subject.clone(), narrowed);
        (!narrowed.is_empty()).then_some(())
    }
}

fn names_a_metric(text: &str) -> bool {
    Metric::ALL.iter().any(|metric| text.contains(metric.name()))
}

/// Whether only whole numbers are possible.
fn is_whole(subject: &Subject) -> bool {
    match subject {
        Subject::Metric(_, Part::N, _) => true,
        Subject::Metric(metric, ..) => *metric == Metric::EngagedFollowers,
        Subject::Named(name) => matches!(name.as_str(), "cycle" | "goal.streak"),
    }
}

/// What is known of every number before anything is asked.
#[derive(Debug, Clone)]
pub(super) struct Context {
    cycles: f64,
}

impl Context {
    pub fn new(cycles: Option<u32>) -> Self {
        Self { cycles: cycles.map_or(f64::INFINITY, f64::from) }
    }

    fn can_be(&self, subject: &Subject) -> Range {
        match subject {
            Subject::Metric(_, Part::N, _) => Range::from(1.0, true),
            Subject::Metric(_, Part::Age, _) => Range::ALL,
            Subject::Metric(metric, ..) => match metric.unit() {
                Unit::Proportion | Unit::Truth => Range::between(0.0, 1.0),
                Unit::Score => Range::between(0.0, 100.0),
                Unit::Count | Unit::Duration | Unit::Ratio => Range::from(0.0, true),
                Unit::Instant => Range::ALL,
            },
            Subject::Named(name) => match name.as_str() {
                "cycle" => Range::between(1.0, self.cycles),
                "goal.streak" | STAGE_AGE => Range::from(0.0, true),
                _ => Range::ALL,
            },
        }
    }
}

/// What a demand takes.
pub(super) fn of_demand(demand: &Demand, context: &Context) -> Option<Sets> {
    match demand {
        Demand::Metric { metric, test, bound, min_n, max_age } => {
            let mut set = Set::default();
            let met = comparison(&mut set, *metric, *test, *bound, context).and_then(|()| {
                let number = |part| Subject::Metric(*metric, part, Of::Now);
                if let Some(min_n) = min_n {
                    set.narrow(&number(Part::N), Range::from(*min_n as f64, true), context)?;
                }
                if let Some(max_age) = max_age {
                    let range = Range::to(longest(*max_age) as f64, true);
                    set.narrow(&number(Part::Age), range, context)?;
                }
                Some(())
            });
            Some(if met.is_some() { vec![set] } else { Vec::new() })
        }
        Demand::Task(task) => Some(truth(&Fact::TaskDone(task.clone()).to_string(), true)),
        Demand::Wait(period) => {
            let range = Range::from(shortest(*period) as f64, true);
            Some(number(Subject::Named(STAGE_AGE.to_owned()), range, context))
        }
        Demand::When(expression) => of_expression(expression, true, context),
        Demand::All(parts) => {
            let mut parts = parts.iter().map(|part| of_demand(part, context));
            parts.try_fold(vec![Set::default()], |all, part| both(&all, &part?, context))
        }
        Demand::Any(parts) => {
            let mut parts = parts.iter().map(|part| of_demand(part, context));
            parts.try_fold(Vec::new(), |any, part| either(any, part?))
        }
    }
}

/// A period at its shortest, in seconds.
pub(super) fn shortest(period: Period) -> i64 {
    match period {
        Period::Seconds(seconds) => seconds,
        Period::BusinessDays(days) => i64::from(days) * DAY,
    }
}

/// A period at its longest, in seconds: a working week has one day at least.
pub(super) fn longest(period: Period) -> i64 {
    match period {
        Period::Seconds(seconds) => seconds,
        Period::BusinessDays(days) => i64::from(days) * 7 * DAY,
    }
}

/// Which number of the metric a bound compares.
pub(super) fn part_of(bound: Bound) -> Part {
    match bound {
        Bound::Point => Part::Value,
        Bound::Lower95 => Part::Low,
        Bound::Upper95 => Part::High,
    }
}

fn comparison(
    set: &mut Set,
    metric: Metric,
    test: Test,
    bound: Bound,
    context: &Context,
) -> Option<()> {
    let own = Subject::Metric(metric, part_of(bound), Of::Now);
    let against = |goal: Metric| Subject::Named(format!("{own} - goals.{goal}"));
    match test {
        Test::Is(is) => set.say(metric.name(), is),
        Test::AtLeast(Threshold::Fixed(least)) => {
            set.narrow(&own, Range::from(least.value, true), context)
        }
        Test::AtMost(Threshold::Fixed(most)) => {
            set.narrow(&own, Range::to(most.value, true), context)
        }
        Test::AtLeast(Threshold::Goal(goal)) => {
            set.narrow(&against(goal), Range::from(0.0, true), context)
        }
        Test::AtMost(Threshold::Goal(goal)) => {
            set.narrow(&against(goal), Range::to(0.0, true), context)
        }
    }
}

/// What makes an expression true, or false if `wanted` is.
pub(super) fn of_expression(
    expression: &Expression,
    wanted: bool,
    context: &Context,
) -> Option<Sets> {
    match expression {
        Expression::Literal(value) => {
            let is = *value == Value::truth(true);
            Some(if is == wanted { vec![Set::default()] } else { Vec::new() })
        }
        Expression::Fact(fact) => Some(truth(&fact.to_string(), wanted)),
        Expression::Not(inner) => of_expression(inner, !wanted, context),
        Expression::Negative(_) => Some(truth(&expression.to_string(), wanted)),
        Expression::Binary { operator: operator @ (Operator::And | Operator::Or), left, right } => {
            let left = of_expression(left, wanted, context)?;
            let right = of_expression(right, wanted, context)?;
            // What is not both is one that is not.
            match (*operator == Operator::And) == wanted {
                true => both(&left, &right, context),
                false => either(left, right),
            }
        }
        Expression::Binary { operator, left, right } => {
            let operator = if wanted { *operator } else { opposite(*operator) };
            compared(operator, left, right, context)
        }
    }
}

fn opposite(operator: Operator) -> Operator {
    match operator {
        Operator::Equal => Operator::NotEqual,
        Operator::NotEqual => Operator::Equal,
        Operator::Less => Operator::AtLeast,
        Operator::AtLeast => Operator::Less,
        Operator::More => Operator::AtMost,
        Operator::AtMost => Operator::More,
        other => other,
    }
}

/// The same comparison with its sides exchanged.
fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::More,
        Operator::More => Operator::Less,
        Operator::AtMost => Operator::AtLeast,
        Operator::AtLeast => Operator::AtMost,
        other => other,
    }
}

fn compared(
    operator: Operator,
    left: &Expression,
    right: &Expression,
    context: &Context,
) -> Option<Sets> {
    if let Some(sets) = equal_truths(operator, left, right, context) {
        return sets;
    }
    match (constant(left), constant(right)) {
        (Some(left), Some(right)) => {
            let holds = ranges(operator, right)
                .iter()
                .any(|range| Range::between(left, left).is_within(*range));
            Some(if holds { vec![Set::default()] } else { Vec::new() })
        }
        (None, Some(right)) if is_number(left) => {
            in_ranges(subject(left), operator, right, context)
        }
        (Some(left), None) if is_number(right) => {
            in_ranges(subject(right), mirrored(operator), left, context)
        }
        (None, None) if is_number(left) && is_number(right) => {
            let (left, right) = (left.to_string(), right.to_string());
            let (name, operator) = if left <= right {
                (format!("{left} - {right}"), operator)
            } else {
                (format!("{right} - {left}"), mirrored(operator))
            };
            in_ranges(Subject::Named(name), operator, 0.0, context)
        }
        // Texts: equal or not.
        _ => {
            let name = format!("{left} == {right}");
            Some(truth(&name, operator == Operator::Equal))
        }
    }
}

/// `a == true` and the like.
fn equal_truths(
    operator: Operator,
    left: &Expression,
    right: &Expression,
    context: &Context,
) -> Option<Option<Sets>> {
    let equal = match operator {
        Operator::Equal => true,
        Operator::NotEqual => false,
        _ => return None,
    };
    let literal = |side: &Expression| match side {
        Expression::Literal(value) if value.kind() == Kind::TRUTH => {
            Some(*value == Value::truth(true))
        }
        _ => None,
    };
    match (literal(left), literal(right)) {
        (_, Some(is)) => Some(of_expression(left, is == equal, context)),
        (Some(is), _) => Some(of_expression(right, is == equal, context)),
        (None, None) if is_truth(left) => Some(Some(truth(&format!("{left} == {right}"), equal))),
        (None, None) => None,
    }
}

fn is_truth(expression: &Expression) -> bool {
    match expression {
        Expression::Literal(value) => value.kind() == Kind::TRUTH,
        Expression::Fact(fact) => fact.kind() == Kind::TRUTH,
        Expression::Not(_) => true,
        Expression::Negative(_) => false,
        Expression::Binary { operator, .. } => operator.binding() <= Operator::Equal.binding(),
    }
}

fn is_number(expression: &Expression) -> bool {
    let text = match expression {
        Expression::Literal(value) => value.kind() == Kind::Text,
        Expression::Fact(fact) => fact.kind() == Kind::Text,
        Expression::Not(_) | Expression::Negative(_) | Expression::Binary { .. } => false,
    };
    !text && !is_truth(expression)
}

fn subject(expression: &Expression) -> Subject {
    match expression {
        Expression::Fact(Fact::Metric { metric, part, of }) => Subject::Metric(*metric, *part, *of),
        other => Subject::Named(other.to_string()),
    }
}

/// A number that is written out, in the unit it is written in.
fn constant(expression: &Expression) -> Option<f64> {
    match expression {
        Expression::Literal(Value::Number(Quantity { unit: Unit::Truth, .. })) => None,
        Expression::Literal(Value::Number(quantity)) => Some(quantity.value),
        Expression::Literal(Value::Text(_)) | Expression::Fact(_) | Expression::Not(_) => None,
        Expression::Negative(inner) => constant(inner).map(|value| -value),
        Expression::Binary { operator, left, right } => {
            let (left, right) = (constant(left)?, constant(right)?);
            let value = match operator {
                Operator::Plus => left + right,
                Operator::Minus => left - right,
                Operator::Times => left * right,
                Operator::By => left / right,
                _ => return None,
            };
            value.is_finite().then_some(value)
        }
    }
}

/// The numbers for which `number OPERATOR against` is true.
fn ranges(operator: Operator, against: f64) -> Vec<Range> {
    match operator {
        Operator::AtLeast => vec![Range::from(against, true)],
        Operator::More => vec![Range::from(against, false)],
        Operator::AtMost => vec![Range::to(against, true)],
        Operator::Less => vec![Range::to(against, false)],
        Operator::Equal => vec![Range::between(against, against)],
        Operator::NotEqual => vec![Range::to(against, false), Range::from(against, false)],
        Operator::And
        | Operator::Or
        | Operator::Plus
        | Operator::Minus
        | Operator::Times
        | Operator::By => Vec::new(),
    }
}

fn in_ranges(
    subject: Subject,
    operator: Operator,
    against: f64,
    context: &Context,
) -> Option<Sets> {
    let sets = ranges(operator, against).into_iter();
    Some(sets.flat_map(|range| number(subject.clone(), range, context)).collect())
}

fn number(subject: Subject, range: Range, context: &Context) -> Sets {
    let mut set = Set::default();
    match set.narrow(&subject, range, context) {
        Some(()) => vec![set],
        None => Vec::new(),
    }
}

fn truth(name: &str, is: bool) -> Sets {
    vec![Set { truths: BTreeMap::from([(name.to_owned(), is)]), ..Set::default() }]
}

/// Every set of one with every set of the other, as far as both can hold.
pub(super) fn both(left: &[Set], right: &[Set], context: &Context) -> Option<Sets> {
    if left.len() * right.len() > MAX_SETS {
        return None;
    }
    let pairs = left.iter().flat_map(|one| right.iter().map(move |other| (one, other)));
    Some(pairs.filter_map(|(one, other)| one.with(other, context)).collect())
}

fn either(mut left: Sets, right: Sets) -> Option<Sets> {
    left.extend(right);
    (left.len() <= MAX_SETS).then_some(left)
}

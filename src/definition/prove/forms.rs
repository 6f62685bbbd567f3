//! A demand as sets of literals: it is met if, and only if, every literal of one set holds.
//!
//! Start reading at [`of_demand`] and [`of_expression`]. `!` is pushed down to the comparisons
//! and `&&` is multiplied out, which is right in three values as it is in two: a demand is *true*
//! exactly when all literals of one of its sets are true. A literal is a range that one number
//! lies in, a truth, or a text; what is not understood further is a number or a truth of its own,
//! named by its text.
//!
//! # Always true
//!
//! - A set that cannot hold is left out; a demand without a set can never be met.
//! - At most [`MAX_SETS`] sets are made; a demand that would need more is not settled (`None`).
//! - Joining sets takes time in their literals, never in those that were joined before.

use std::collections::BTreeMap;

use crate::model::{
    Bound, Demand, Expression, Fact, Metric, Period, Quantity, Test, Threshold, Unit,
    expression::{Kind, Of, Operator, Part, Value},
};

/// The most sets that a demand is taken apart into.
pub(super) const MAX_SETS: usize = 64;

/// The most pairs of sets that are joined at once, whatever is left of them.
const MAX_PAIRS: usize = 1_024;

/// A business day is a day, as far as the clocks are not changed meanwhile.
const DAY: i64 = 86_400;

/// As far as clocks are put forward or back, in the zone in which they are changed most.
const CLOCK_CHANGE: i64 = 2 * 3_600;

/// The name under which the time in the stage is known.
pub(super) const STAGE_AGE: &str = "stage.age";

/// The name under which the cycles in a row in which the goal was met are known.
const STREAK: &str = "goal.streak";

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

    /// The same numbers with the other sign.
    fn mirrored(self) -> Self {
        let turned = |end: End| End { at: -end.at, ..end };
        Range { low: turned(self.high), high: turned(self.low) }
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
        // Above this not every whole number can be told from the next one.
        const EXACT: f64 = 9e15;
        let up = |end: End| match end.at.abs() < EXACT {
            true if end.inside => End { at: end.at.ceil(), inside: true },
            true => End { at: end.at.floor() + 1.0, inside: true },
            false => end,
        };
        let down = |end: End| match end.at.abs() < EXACT {
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

/// Where a number lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    pub(super) range: Range,
    /// Whether the number is known for sure; otherwise the range only follows from another one,
    /// and the number may be missing.
    known: bool,
}

/// Literals that all hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Set {
    pub(super) ranges: BTreeMap<Subject, Bounds>,
    pub(super) truths: BTreeMap<String, bool>,
    /// What a text is, by the name of the text.
    texts: BTreeMap<String, String>,
    asks_evidence: bool,
    waits: bool,
}

/// Sets of which one must hold.
pub(super) type Sets = Vec<Set>;

impl Set {
    /// Both sets at once, if that can be.
    pub fn with(&self, other: &Set) -> Option<Set> {
        let mut both = self.fits(other).then(|| self.clone())?;
        both.absorb(other).then_some(both)
    }

    /// Whether both sets can hold at once; `other` is the smaller one.
    pub fn fits(&self, other: &Set) -> bool {
        let in_range = |(subject, bounds): (&Subject, &Bounds)| {
            let own = self.ranges.get(subject);
            own.is_none_or(|own| !own.range.both(bounds.range).is_empty())
        };
        other.ranges.iter().all(in_range)
            && other.truths.iter().all(|(name, is)| self.truths.get(name).unwrap_or(is) == is)
            && other.texts.iter().all(|(name, is)| self.texts.get(name).unwrap_or(is) == is)
    }

    /// Adds the literals of another set; false if both cannot hold at once.
    pub fn absorb(&mut self, other: &Set) -> bool {
        if !self.fits(other) {
            return false;
        }
        for (subject, bounds) in &other.ranges {
            let own = self.ranges.entry(subject.clone()).or_insert(*bounds);
            own.range = own.range.both(bounds.range);
            own.known |= bounds.known;
        }
        self.truths.extend(other.truths.iter().map(|(name, is)| (name.clone(), *is)));
        self.texts.extend(other.texts.iter().map(|(name, is)| (name.clone(), is.clone())));
        self.asks_evidence |= other.asks_evidence;
        self.waits |= other.waits;
        true
    }

    /// Whether this set holding makes every literal of `other` hold.
    pub fn implies(&self, other: &Set) -> bool {
        let within = |(subject, bounds): (&Subject, &Bounds)| {
            let own = self.ranges.get(subject);
            own.is_some_and(|own| own.known && own.range.is_within(bounds.range))
        };
        // What only follows from another number need not be shown again.
        other.ranges.iter().filter(|(_, bounds)| bounds.known).all(within)
            && other.truths.iter().all(|(name, is)| self.truths.get(name) == Some(is))
            && other.texts.iter().all(|(name, is)| self.texts.get(name) == Some(is))
    }

    /// Whether it holds whatever there is.
    pub fn always_holds(&self) -> bool {
        self.ranges.is_empty() && self.truths.is_empty() && self.texts.is_empty()
    }

    /// Whether it can only hold on evidence.
    pub fn asks_evidence(&self) -> bool {
        self.asks_evidence
    }

    /// Whether something must happen anew on every visit before it holds: a task, a while in the
    /// stage, a window that holds this cycle alone, or a change since the last cycle.
    pub fn waits(&self) -> bool {
        let age = self.ranges.get(&Subject::Named(STAGE_AGE.to_owned()));
        self.waits || age.is_some_and(|age| age.range.low.at > 0.0)
    }

    /// The literals that are left when those whose names `forget` takes are dropped.
    pub fn without(&self, forget: impl Fn(&str) -> bool) -> Set {
        let mut left = self.clone();
        left.ranges.retain(|subject, _| !forget(&subject.to_string()));
        left.truths.retain(|name, _| !forget(name));
        left
    }

    fn say(&mut self, name: &str, is: bool) -> Option<()> {
        let known = *self.truths.entry(name.to_owned()).or_insert(is);
        (known == is).then_some(())
    }

    /// Narrows what `subject` can be, and what follows for the other numbers of its metric.
    fn narrow(&mut self, subject: &Subject, range: Range, context: &Context) -> Option<()> {
        self.narrow_one(subject, range, true, context)?;
        let Subject::Metric(metric, part, of) = subject else { return Some(()) };
        // Every interval holds its value. Few cases have a value and no interval, but never an
        // interval without a value.
        let (above, below): (&[Part], &[Part]) = match part {
            Part::Low => (&[Part::Value, Part::High], &[]),
            Part::Value => (&[Part::High], &[Part::Low]),
            Part::High => (&[], &[Part::Low, Part::Value]),
            Part::N | Part::Age => (&[], &[]),
        };
        let known = *part != Part::Value;
        for part in above {
            let follows = Range { low: range.low, ..Range::ALL };
            self.hint(&Subject::Metric(*metric, *part, *of), follows, known, context)?;
        }
        for part in below {
            let follows = Range { high: range.high, ..Range::ALL };
            self.hint(&Subject::Metric(*metric, *part, *of), follows, known, context)?;
        }
        Some(())
    }

    fn hint(
        &mut self,
        subject: &Subject,
        range: Range,
        known: bool,
        context: &Context,
    ) -> Option<()> {
        let says = range.low.at.is_finite() || range.high.at.is_finite();
        if says { self.narrow_one(subject, range, known, context) } else { Some(()) }
    }

    fn narrow_one(
        &mut self,
        subject: &Subject,
        range: Range,
        known: bool,
        context: &Context,
    ) -> Option<()> {
        let before = self.ranges.get(subject).copied();
        let can_be = before.map_or_else(|| context.can_be(subject), |before| before.range);
        let narrowed = can_be.both(range);
        let narrowed = if is_whole(subject) { narrowed.whole() } else { narrowed };
        let known = known || before.is_some_and(|before| before.known);
        self.ranges.insert(subject.clone(), Bounds { range: narrowed, known });
        (!narrowed.is_empty()).then_some(())
    }

    /// Notes what must be there for a literal of `expression` to hold.
    fn rests_on(&mut self, expression: &Expression) -> Option<()> {
        let facts = expression.facts();
        for fact in &facts {
            match fact {
                Fact::Metric { .. } => self.asks_evidence = true,
                // A form says something once its task is done.
                Fact::Field { task, .. } => {
                    self.waits = true;
                    self.say(&Fact::TaskDone(task.clone()).to_string(), true)?;
                }
                _ => {}
            }
        }
        self.waits |= wants_a_change(expression, &facts);
        // Time in the stage that is reckoned with may well be asked to pass.
        self.waits |= facts.contains(&&Fact::StageAge) && !is_about_age(expression);
        Some(())
    }
}

/// Whether a comparison of a metric with its own value of the last cycle fails on the same
/// evidence; what is reckoned with is taken to do so.
fn wants_a_change(expression: &Expression, facts: &[&Fact]) -> bool {
    let now = |fact: &Fact| match fact {
        Fact::Metric { metric, of: Of::Previous, .. } => facts.iter().any(
            |other| matches!(other, Fact::Metric { metric: now, of: Of::Now, .. } if now == metric),
        ),
        _ => false,
    };
    let bare = |side: &Expression| matches!(side, Expression::Fact(_));
    let allows_the_same = match expression {
        Expression::Binary { operator, left, right } => {
            let loose = matches!(operator, Operator::Equal | Operator::AtLeast | Operator::AtMost);
            loose && bare(left) && bare(right)
        }
        _ => false,
    };
    facts.iter().any(|fact| now(fact)) && !allows_the_same
}

/// Whether a comparison is about the time in the stage itself.
fn is_about_age(expression: &Expression) -> bool {
    let age = |side: &Expression| matches!(side, Expression::Fact(Fact::StageAge));
    match expression {
        Expression::Binary { left, right, .. } => {
            age(left) && constant(right).is_some() || age(right) && constant(left).is_some()
        }
        _ => false,
    }
}

/// Whether only whole numbers are possible.
fn is_whole(subject: &Subject) -> bool {
    match subject {
        Subject::Metric(_, Part::N, _) => true,
        Subject::Metric(metric, ..) => *metric == Metric::EngagedFollowers,
        Subject::Named(name) => matches!(name.as_str(), "cycle" | STREAK),
    }
}

/// What is known of every number before anything is asked.
#[derive(Debug, Clone)]
pub(super) struct Context {
    cycles: f64,
    held_for: Option<u32>,
}

impl Context {
    /// - `cycles`: the most cycles of a run, if that is known.
    /// - `held_for`: in how many cycles in a row the goal must be met, if that is known.
    pub fn new(cycles: Option<u32>, held_for: Option<u32>) -> Self {
        Self { cycles: cycles.map_or(f64::INFINITY, f64::from), held_for }
    }

    fn can_be(&self, subject: &Subject) -> Range {
        match subject {
            Subject::Metric(_, Part::N, _) => Range::from(1.0, true),
            Subject::Metric(_, Part::Age, _) => Range::ALL,
            // What shrinks grows by less than nothing.
            Subject::Metric(Metric::Growth, ..) => Range::ALL,
            Subject::Metric(metric, ..) => match metric.unit() {
                Unit::Proportion | Unit::Truth => Range::between(0.0, 1.0),
                Unit::Score => Range::between(0.0, 100.0),
                Unit::Count | Unit::Duration | Unit::Ratio => Range::from(0.0, true),
                Unit::Instant => Range::ALL,
            },
            Subject::Named(name) => match name.as_str() {
                "cycle" => Range::between(1.0, self.cycles),
                STREAK | STAGE_AGE => Range::from(0.0, true),
                _ => Range::ALL,
            },
        }
    }

    /// Whether a number is always known, and always lies in `range`.
    fn always(&self, subject: &Subject, range: Range) -> bool {
        let known = match subject {
            Subject::Named(name) => matches!(name.as_str(), "cycle" | STREAK | STAGE_AGE),
            Subject::Metric(..) => false,
        };
        known && self.can_be(subject).is_within(range)
    }
}

/// What a demand takes.
pub(super) fn of_demand(demand: &Demand, context: &Context) -> Option<Sets> {
    match demand {
        Demand::Metric { metric, test, bound, min_n, max_age } => {
            let waits = *metric == Metric::WindowSettled && *test == Test::Is(true);
            let mut set = Set { asks_evidence: true, waits, ..Set::default() };
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
        Demand::Task(task) => Some(fact(&Fact::TaskDone(task.clone()), true, context)),
        Demand::Wait(period) => {
            let range = Range::from(shortest(*period).max(1) as f64, true);
            Some(number(Subject::Named(STAGE_AGE.to_owned()), range, context))
        }
        Demand::When(expression) => of_expression(expression, true, context),
        Demand::All(parts) => all(parts.iter().map(|part| of_demand(part, context))),
        Demand::Any(parts) => {
            let mut parts = parts.iter().map(|part| of_demand(part, context));
            parts.try_fold(Vec::new(), |any, part| either(any, part?))
        }
    }
}

/// Every one of several demands at once; not settled if one of them is not.
fn all(parts: impl Iterator<Item = Option<Sets>>) -> Option<Sets> {
    let mut sure = Set::default();
    let mut choices = Some(vec![Set::default()]);
    for part in parts {
        match part.as_deref() {
            Some([]) => return Some(Vec::new()),
            Some([only]) if sure.absorb(only) => {}
            // Whatever the others are.
            Some([_]) => return Some(Vec::new()),
            Some(sets) => choices = choices.and_then(|choices| both(&choices, sets)),
            None => choices = None,
        }
    }
    Some(choices?.iter().filter_map(|set| sure.with(set)).collect())
}

/// A period at its shortest, in seconds.
pub(super) fn shortest(period: Period) -> i64 {
    match period {
        Period::Seconds(seconds) => seconds,
        Period::BusinessDays(days) => i64::from(days) * DAY - CLOCK_CHANGE,
    }
}

/// A period at its longest, in seconds: a working week has one day at least.
pub(super) fn longest(period: Period) -> i64 {
    match period {
        Period::Seconds(seconds) => seconds,
        Period::BusinessDays(days) => i64::from(days) * 7 * DAY + CLOCK_CHANGE,
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

/// The name of the difference of two numbers, the same for either order, and whether it is turned
/// round.
fn difference(left: &str, right: &str) -> (String, bool) {
    if left <= right {
        (format!("({left}) - ({right})"), false)
    } else {
        (format!("({right}) - ({left})"), true)
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
    // Named and signed as the same comparison in an expression is.
    let against = |goal: Metric, range: Range| {
        let (name, turned) = difference(&own.to_string(), &Fact::Goal(goal).to_string());
        (Subject::Named(name), if turned { range.mirrored() } else { range })
    };
    match test {
        Test::Is(is) => set.say(metric.name(), is),
        Test::AtLeast(Threshold::Fixed(least)) => {
            set.narrow(&own, Range::from(least.value, true), context)
        }
        Test::AtMost(Threshold::Fixed(most)) => {
            set.narrow(&own, Range::to(most.value, true), context)
        }
        Test::AtLeast(Threshold::Goal(goal)) => {
            let (subject, range) = against(goal, Range::from(0.0, true));
            set.narrow(&subject, range, context)
        }
        Test::AtMost(Threshold::Goal(goal)) => {
            let (subject, range) = against(goal, Range::to(0.0, true));
            set.narrow(&subject, range, context)
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
        Expression::Fact(asked) => Some(fact(asked, wanted, context)),
        Expression::Not(inner) => of_expression(inner, !wanted, context),
        // A number is no truth; `check` refuses that.
        Expression::Negative(_) => None,
        Expression::Binary { operator: operator @ (Operator::And | Operator::Or), left, right } => {
            let left = of_expression(left, wanted, context)?;
            let right = of_expression(right, wanted, context)?;
            // What is not both is one that is not.
            match (*operator == Operator::And) == wanted {
                true => both(&left, &right),
                false => either(left, right),
            }
        }
        Expression::Binary { operator, left, right } => {
            let operator = if wanted { *operator } else { opposite(*operator) };
            compared(operator, left, right, context)
        }
    }
}

/// What makes a truth that is asked for by name what is wanted.
fn fact(asked: &Fact, wanted: bool, context: &Context) -> Sets {
    let mut sets = truth(&asked.to_string(), wanted);
    let set = &mut sets[0];
    let met = set.rests_on(&Expression::Fact(asked.clone())).and_then(|()| match asked {
        Fact::TaskDone(_) | Fact::Metric { metric: Metric::WindowSettled, .. } => {
            set.waits |= wanted;
            Some(())
        }
        Fact::GoalHeld => {
            let Some(held_for) = context.held_for.map(f64::from) else { return Some(()) };
            let enough =
                if wanted { Range::from(held_for, true) } else { Range::to(held_for, false) };
            set.narrow(&Subject::Named(STREAK.to_owned()), enough, context)
        }
        _ => Some(()),
    });
    if met.is_some() { sets } else { Vec::new() }
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
    let sets = match (constant(left), constant(right)) {
        (Some(left), Some(right)) => {
            let holds = ranges(operator, right)
                .iter()
                .any(|range| Range::between(left, left).is_within(*range));
            return Some(if holds { vec![Set::default()] } else { Vec::new() });
        }
        (None, Some(right)) if is_number(left) => {
            in_ranges(subject(left), operator, right, context)
        }
        (Some(left), None) if is_number(right) => {
            in_ranges(subject(right), mirrored(operator), left, context)
        }
        (None, None) if is_number(left) && is_number(right) => {
            let (name, turned) = difference(&left.to_string(), &right.to_string());
            let operator = if turned { mirrored(operator) } else { operator };
            in_ranges(Subject::Named(name), operator, 0.0, context)
        }
        _ => equal_texts(operator, left, right),
    };
    let compared = Expression::binary(operator, left.clone(), right.clone());
    let sets = sets.into_iter().filter_map(|mut set| {
        // What always holds rests on nothing.
        if set.always_holds() || set.rests_on(&compared).is_some() { Some(set) } else { None }
    });
    Some(sets.collect())
}

/// Texts: equal or not.
fn equal_texts(operator: Operator, left: &Expression, right: &Expression) -> Sets {
    let equal = operator == Operator::Equal;
    let literal = |side: &Expression| match side {
        Expression::Literal(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let (name, text) = match (literal(left), literal(right)) {
        (Some(one), Some(other)) => {
            return if (one == other) == equal { vec![Set::default()] } else { Vec::new() };
        }
        (None, Some(text)) => (left.to_string(), text),
        (Some(text), None) => (right.to_string(), text),
        (None, None) => {
            let (one, other) = (left.to_string(), right.to_string());
            let (first, second) = if one <= other { (one, other) } else { (other, one) };
            return truth(&format!("({first}) == ({second})"), equal);
        }
    };
    let mut sets = truth(&format!("({name}) == \"{text}\""), equal);
    if equal {
        sets[0].texts.insert(name, text);
    }
    sets
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
        // Both are true or both are false; for `!=`, one of each.
        (None, None) if is_truth(left) => Some((|| {
            let sets = |side, wanted| of_expression(side, wanted, context);
            let one = both(&sets(left, true)?, &sets(right, equal)?)?;
            either(one, both(&sets(left, false)?, &sets(right, !equal)?)?)
        })()),
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

fn in_ranges(subject: Subject, operator: Operator, against: f64, context: &Context) -> Sets {
    let sets = ranges(operator, against).into_iter();
    sets.flat_map(|range| number(subject.clone(), range, context)).collect()
}

fn number(subject: Subject, range: Range, context: &Context) -> Sets {
    let mut set = Set::default();
    if context.always(&subject, range) {
        return vec![set];
    }
    match set.narrow(&subject, range, context) {
        Some(()) => vec![set],
        None => Vec::new(),
    }
}

fn truth(name: &str, is: bool) -> Sets {
    vec![Set { truths: BTreeMap::from([(name.to_owned(), is)]), ..Set::default() }]
}

/// Every set of one with every set of the other, as far as both can hold.
pub(super) fn both(left: &[Set], right: &[Set]) -> Option<Sets> {
    if left.len() * right.len() > MAX_PAIRS {
        return None;
    }
    let pairs = left.iter().flat_map(|one| right.iter().map(move |other| (one, other)));
    let sets: Sets = pairs.filter_map(|(one, other)| one.with(other)).take(MAX_SETS + 1).collect();
    (sets.len() <= MAX_SETS).then_some(sets)
}

fn either(mut left: Sets, right: Sets) -> Option<Sets> {
    left.extend(right);
    (left.len() <= MAX_SETS).then_some(left)
}

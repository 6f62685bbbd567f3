//! What the made-up evidence says: values with as many cases as the workflow asks about.

use std::{collections::BTreeMap, ops::Range};

use super::Reader;
use crate::{
    definition::{
        diagnostic::{Code, Problem},
        raw::{Spot, Table, Words},
        read::{MAX_COUNT, Wrong, quantity, whole},
        suite as raw,
    },
    model::{
        Bound, Demand, Expression, Fact, Interval, Metric, Unit, Workflow, expression::Part,
        metric::Method, suite::Seen,
    },
};

/// The words that stand for a missing value.
const MISSING: [(Seen, &str); 4] = [
    (Seen::NoCases, "no cases"),
    (Seen::NotExported, "not exported"),
    (Seen::Suppressed, "suppressed"),
    (Seen::Unmeasurable, "unmeasurable"),
];

/// What a workflow asks about a metric, beside its value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Asked {
    cases: bool,
    interval: bool,
}

impl Reader<'_, '_, '_> {
    pub(super) fn observe(
        &mut self,
        table: &Spot<Table<raw::Measure>>,
    ) -> Option<BTreeMap<Metric, Seen>> {
        let rows = table.value.iter().map(|(name, value)| {
            let metric = self.observable(name)?;
            let seen = self.measure(metric, name, value.as_ref()?)?;
            Some((metric, seen))
        });
        // Every row is read, so that all its problems are told at once.
        let rows: Vec<Option<(Metric, Seen)>> = rows.collect();
        rows.into_iter().collect()
    }

    fn observable(&mut self, name: &Words) -> Option<Metric> {
        let metric = match name.value.parse::<Metric>() {
            // Evidence tells each of two twins by itself, as an expression names them.
            Ok(metric) if metric.to_string() == name.value => metric,
            Ok(metric) => {
                let message = format!("here `{metric}` is written as in an expression");
                let problem = Problem::new(Code::UnknownMetric, &name.span, message);
                self.checker.add(problem.suggest(Some(metric.to_string())));
                return None;
            }
            Err(()) => self.checker.metric(name, |plain| plain.to_string())?,
        };
        if metric != Metric::WindowSettled {
            return Some(metric);
        }
        let message = "`window_settled` follows from the cycle and the newest evidence";
        let problem = Problem::new(Code::NotObservable, &name.span, message);
        self.checker.add(problem.help("let time pass with `wait`, then `observe` anything again"));
        None
    }

    fn measure(&mut self, metric: Metric, name: &Words, raw: &Spot<raw::Measure>) -> Option<Seen> {
        let numbers = match &raw.value {
            raw::Measure::Word(word) => {
                let missing = MISSING.iter().find(|(_, missing)| missing == word);
                if let Some((seen, _)) = missing {
                    return Some(*seen);
                }
                let value = Some(Words { value: word.clone(), span: raw.span.clone() });
                raw::Numbers { value, ..raw::Numbers::default() }
            }
            raw::Measure::Numbers(numbers) => (**numbers).clone(),
        };
        let n = match &numbers.n {
            Some(words) => Some(self.checker.read(words, |text| whole(text, 1..=MAX_COUNT))?),
            None => None,
        };
        let value = self.value(metric, name, &numbers, n)?;
        let interval = self.interval(metric, &numbers, value)?;
        self.speaks_enough(metric, name, n, interval)?;
        Some(Seen::Measured { value, n: n.unwrap_or(1), interval })
    }

    /// The value as it is written, or counted from the cases that count.
    fn value(
        &mut self,
        metric: Metric,
        name: &Words,
        numbers: &raw::Numbers,
        n: Option<u64>,
    ) -> Option<f64> {
        let unit = metric.unit();
        match (&numbers.value, &numbers.hits) {
            (Some(words), None) => {
                self.checker.read(words, |text| quantity(text, unit)).map(|value| value.value)
            }
            (None, Some(words)) if unit == Unit::Proportion => {
                let Some(n) = n else {
                    return self.refuse(
                        Code::NeedsCases,
                        &words.span,
                        "`hits` count out of `n`, which is missing".to_owned(),
                        "write both, such as `{ hits: 18, n: 20 }`",
                    );
                };
                let hits = self.checker.read(words, |text| whole(text, 0..=n))?;
                Some(hits as f64 / n as f64)
            }
            (None, Some(words)) => self.refuse(
                Code::NotObservable,
                &words.span,
                format!("`{metric}` is a {unit}; only a proportion has `hits`"),
                "write its `value`",
            ),
            (Some(_), Some(words)) => self.refuse(
                Code::ClashingKeys,
                &words.span,
                "a proportion is written as its `value` or as its `hits`".to_owned(),
                "remove one of them",
            ),
            (None, None) => self.refuse(
                Code::MissingKey,
                &name.span,
                format!("`{metric}` has no `value`"),
                "write it, such as `{ value: 90%, n: 40 }`",
            ),
        }
    }

    /// The interval that is written down; the outer `None` if it is wrong.
    fn interval(
        &mut self,
        metric: Metric,
        numbers: &raw::Numbers,
        value: f64,
    ) -> Option<Option<Interval>> {
        let (low, high) = match (&numbers.low, &numbers.high) {
            (None, None) => return Some(None),
            (Some(low), Some(high)) => (low, high),
            (Some(words), None) | (None, Some(words)) => {
                return self.refuse(
                    Code::NeedsCases,
                    &words.span,
                    "an interval has two ends".to_owned(),
                    "write `low` and `high`",
                );
            }
        };
        if metric.spec().method == Method::Census {
            return self.refuse(
                Code::NotObservable,
                &low.span,
                format!("`{metric}` counts everything there is; it has no interval"),
                "remove `low` and `high`",
            );
        }
        let unit = metric.unit();
        let mut end = |words| self.checker.read(words, |text| quantity(text, unit));
        let ends = Interval { low: end(low)?.value, high: end(high)?.value };
        if ends.low <= value && value <= ends.high {
            return Some(Some(ends));
        }
        self.refuse(
            Code::NotObservable,
            &low.span,
            "the value does not lie inside its interval".to_owned(),
            "`low` is at most the value, `high` at least",
        )
    }

    /// Whether there are the cases and the interval that the workflow asks about.
    fn speaks_enough(
        &mut self,
        metric: Metric,
        name: &Words,
        n: Option<u64>,
        interval: Option<Interval>,
    ) -> Option<()> {
        let asked = self.known.workflow.map(|workflow| asked(workflow, metric)).unwrap_or_default();
        let counted = metric.unit() == Unit::Proportion;
        if asked.interval && !counted && interval.is_none() {
            return self.refuse(
                Code::NeedsCases,
                &name.span,
                format!("the workflow asks for an end of the interval of `{metric}`"),
                "write it, such as `{ value: 3h, low: 2h, high: 5h, n: 40 }`",
            );
        }
        let derived = asked.interval && counted && interval.is_none();
        if (asked.cases || derived) && n.is_none() {
            return self.refuse(
                Code::NeedsCases,
                &name.span,
                format!("the workflow asks on how many cases `{metric}` rests"),
                "write it, such as `{ value: 90%, n: 40 }`",
            );
        }
        Some(())
    }

    fn refuse<T>(
        &mut self,
        code: Code,
        span: &Range<usize>,
        message: String,
        help: &str,
    ) -> Option<T> {
        self.checker.add(Problem::new(code, span, message).help(help));
        None
    }
}

/// What the gates, the goal and the ways on ask about a metric, beside its value.
fn asked(workflow: &Workflow, metric: Metric) -> Asked {
    let mut asked = Asked::default();
    let mut parts = |expression: &Expression| {
        for fact in expression.facts() {
            match fact {
                Fact::Metric { metric: of, part, .. } if *of == metric => {
                    asked.cases |= *part == Part::N;
                    asked.interval |= matches!(part, Part::Low | Part::High);
                }
                _ => {}
            }
        }
    };
    let demands: Vec<&Demand> =
        workflow.clauses().flat_map(|clause| clause.demand.walk()).collect();
    for demand in &demands {
        if let Demand::When(expression) = demand {
            parts(expression);
        }
    }
    for branch in workflow.stages.iter().flat_map(|stage| &stage.next.branches) {
        parts(&branch.when);
    }
    for demand in demands {
        if let Demand::Metric { metric: of, bound, min_n, .. } = demand
            && *of == metric
        {
            asked.cases |= min_n.is_some();
            asked.interval |= *bound != Bound::Point;
        }
    }
    asked
}

/// `86%`, `86%/40`, `no cases`, `not exported`, `suppressed` or `unmeasurable`.
pub(super) fn on_a_line(metric: Metric, text: &str) -> Result<Seen, Wrong> {
    if metric == Metric::WindowSettled {
        let message = "`window_settled` follows from the cycle and the newest evidence".to_owned();
        return Err(Wrong::new(Code::NotObservable, message));
    }
    if let Some((seen, _)) = MISSING.iter().find(|(_, missing)| *missing == text) {
        return Ok(*seen);
    }
    let (value, n) = match text.split_once('/') {
        Some((value, n)) => (value, whole(n.trim(), 1..=MAX_COUNT)?),
        None => (text, 1),
    };
    let value = quantity(value.trim(), metric.unit())?.value;
    Ok(Seen::Measured { value, n, interval: None })
}

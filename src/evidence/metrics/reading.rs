//! What the formula of one metric found, before window and sources are added.

use chrono::{DateTime, Utc};

use super::scope::Scope;
use crate::{
    evidence::{facts::PersonId, interval::wilson, span::widened},
    model::{Finding, Interval, Metric, quantity::count},
};

/// A stretch of time by its first and last instant, UTC.
pub(super) type Span = Option<(DateTime<Utc>, DateTime<Utc>)>;

/// One of the rows behind a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What was looked at.
    pub of: Subject,
    /// When, UTC, where it has a time.
    pub at: Option<DateTime<Utc>>,
    /// Whether it counts towards the number, or only is one of the cases.
    pub counts: bool,
    /// What was found, in words.
    pub what: String,
}

/// What a row is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Somebody else.
    Person(PersonId),
    /// A post of ours, by its address or id.
    Post(String),
    /// A conversation: the root of its thread, and with whom.
    Talk(String, PersonId),
    /// One of our accounts.
    Account(PersonId),
}

/// A finding with what is needed to take it right.
#[derive(Debug)]
pub(super) struct Reading {
    pub finding: Finding,
    /// The first and last instant inside the window from which facts were used, UTC.
    pub span: Span,
    /// What `n` counts, in words.
    pub denominator: String,
    pub caveats: Vec<String>,
    /// The numbers that the formula was given, with what they count.
    pub inputs: Vec<(String, f64)>,
    /// What is behind the number, if that was asked for.
    pub rows: Vec<Row>,
}

impl Reading {
    /// A finding whose `n` counts the metric's usual cases.
    pub fn without(metric: Metric, finding: Finding) -> Self {
        let denominator = metric.spec().cases.to_owned();
        let (caveats, inputs, rows) = (Vec::new(), Vec::new(), Vec::new());
        Self { finding, span: None, denominator, caveats, inputs, rows }
    }

    /// The sources can tell, but there is nothing to count, because of `why`.
    pub fn no_cases(metric: Metric, why: impl Into<String>) -> Self {
        Self::without(metric, Finding::NoCases { why: why.into() })
    }

    /// A value of `n` cases.
    pub fn value(metric: Metric, value: f64, n: u64, interval: Option<Interval>) -> Self {
        Self::without(metric, Finding::Measured { value, n, hits: None, interval })
    }

    /// A proportion of `n` cases, `n` above 0, with Wilson's interval.
    pub fn proportion(metric: Metric, hits: u64, n: u64) -> Self {
        Self::share(metric, hits, n, wilson(hits, n))
    }

    /// A proportion of `n` cases, `n` above 0, with an interval of its own.
    pub fn share(metric: Metric, hits: u64, n: u64, interval: Option<Interval>) -> Self {
        let value = hits as f64 / n as f64;
        Self::without(metric, Finding::Measured { value, n, hits: Some(hits), interval })
    }

    /// Adds a number that the formula was given.
    pub fn given(mut self, what: impl Into<String>, value: f64) -> Self {
        self.inputs.push((what.into(), value));
        self
    }

    /// Adds what is behind the number, if that was asked for.
    pub fn behind<I: IntoIterator<Item = Row>>(
        mut self,
        scope: &Scope,
        rows: impl FnOnce() -> I,
    ) -> Self {
        if scope.tally.explains {
            self.rows.extend(rows());
        }
        self
    }

    /// Adds the instants from which facts were used.
    pub fn over(mut self, instants: impl IntoIterator<Item = DateTime<Utc>>) -> Self {
        self.span = span_of(instants);
        self
    }

    /// Adds the first and last instant from which facts were used.
    pub fn within(mut self, span: Span) -> Self {
        self.span = span;
        self
    }

    /// Says what `n` counts.
    pub fn out_of(mut self, denominator: impl Into<String>) -> Self {
        self.denominator = denominator.into();
        self
    }

    /// Adds what a reader must know.
    pub fn but(mut self, caveats: impl IntoIterator<Item = String>) -> Self {
        self.caveats.extend(caveats);
        self
    }
}

/// The first and last of some instants.
pub(super) fn span_of(instants: impl IntoIterator<Item = DateTime<Utc>>) -> Span {
    instants.into_iter().fold(None, widened)
}

/// The day of an instant as people read it, UTC.
pub(super) fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

/// `1 conversation`, `2 conversations`: a number with its noun, given in the plural.
pub(super) fn counted(amount: u64, plural: &str) -> String {
    let noun = match (amount, plural) {
        (1, "people") => "person",
        (1, _) => plural.strip_suffix('s').unwrap_or(plural),
        _ => plural,
    };
    format!("{} {noun}", count(amount as f64))
}

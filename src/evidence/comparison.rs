//! What changed of a metric between two measurements, and whether chance explains it.
//!
//! Start reading at [`compare`]. It takes two observations as the journal keeps them, so that two
//! cycles can be compared long after their evidence has changed.
//!
//! # Always true
//!
//! - Only what counts the same is compared: the same denominator and sources, windows of one length,
//!   and evidence of their own.
//! - A change says how far a number moved. It never says what moved it.

use serde::Serialize;
use thiserror::Error;

use crate::model::{
    Finding, Interval, Metric, Observation, Unit, Window,
    metric::{Better, Method},
};

use super::interval::newcombe;

/// Where a number went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the better.
    Better,
    /// To the worse.
    Worse,
    /// Nowhere that can be told from chance.
    Unclear,
}

impl Direction {
    /// The word in tables and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Better => "better",
            Direction::Worse => "worse",
            Direction::Unclear => "unclear",
        }
    }
}

/// What tells a change from chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Newcombe's interval of the difference leaves out 0.
    Difference,
    /// The two intervals do not meet.
    Apart,
    /// All there is was counted both times, so there is no chance in it.
    Counted,
    /// Too few cases gave an interval, so nothing tells.
    Nothing,
}

/// How far a metric moved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// The later value minus the earlier, in the unit of the metric.
    pub difference: f64,
    /// Newcombe's 95 % interval of the difference; for proportions only.
    pub interval: Option<Interval>,
    /// Where it went.
    pub direction: Direction,
    /// What that rests on.
    pub proof: Proof,
}

/// Why two measurements cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Incomparable {
    /// One has no value.
    #[error("not measured: {0}")]
    NotMeasured(String),
    /// A moment, or a yes or no.
    #[error("a moment or a yes is no amount")]
    NoAmount,
    /// They count different things.
    #[error("out of {before} then, out of {after} now")]
    OtherDenominator {
        /// What the earlier one counts.
        before: String,
        /// What the later one counts.
        after: String,
    },
    /// They come from different places.
    #[error("from {before} then, from {after} now")]
    OtherSources {
        /// Where the earlier one is from.
        before: String,
        /// Where the later one is from.
        after: String,
    },
    /// Their windows are of different lengths.
    #[error("the windows are of different lengths")]
    OtherWindow,
    /// Their windows overlap.
    #[error("both rest on the same evidence")]
    SharedEvidence,
}

/// Compares two observations of one metric.
///
/// For proportions the difference has Newcombe's interval. It takes the two windows for
/// independent. Where mostly the same people stand in both, as followers do, the true interval is
/// rather narrower, so that a change is called one too seldom, not too often.
///
/// # Errors
///
/// [`Incomparable`] if they do not count the same thing, or one has no value.
///
/// # Source
///
/// `docs/design/0025-cycles-compared.md`.
pub fn compare(before: &Observation, after: &Observation) -> Result<Change, Incomparable> {
    let (one, other) = (point(before)?, point(after)?);
    countable(before.metric)?;
    alike(before, after)?;
    Ok(change(after.metric, one, other))
}

/// A value with its interval.
type Point = (f64, Option<Interval>);

fn point(seen: &Observation) -> Result<Point, Incomparable> {
    match &seen.finding {
        Finding::Measured { value, interval, .. } => Ok((*value, *interval)),
        Finding::NoCases { why }
        | Finding::NotExported { why }
        | Finding::Suppressed { why }
        | Finding::Unmeasurable { why } => Err(Incomparable::NotMeasured(why.clone())),
    }
}

fn countable(metric: Metric) -> Result<(), Incomparable> {
    match metric.unit() {
        Unit::Instant | Unit::Truth => Err(Incomparable::NoAmount),
        Unit::Proportion | Unit::Count | Unit::Duration | Unit::Score | Unit::Ratio => Ok(()),
    }
}

/// Refuses what does not count the same.
fn alike(before: &Observation, after: &Observation) -> Result<(), Incomparable> {
    let (one, other) = (&before.denominator, &after.denominator);
    if without_numbers(one) != without_numbers(other) {
        return Err(Incomparable::OtherDenominator { before: one.clone(), after: other.clone() });
    }
    if before.sources != after.sources {
        let named = |sources: &[String]| match sources {
            [] => "no source".to_owned(),
            sources => sources.join(", "),
        };
        let (before, after) = (named(&before.sources), named(&after.sources));
        return Err(Incomparable::OtherSources { before, after });
    }
    match (before.window, after.window) {
        (Some(one), Some(other)) => apart(one, other),
        (None, _) | (_, None) => Ok(()),
    }
}

/// A denominator may say a date or a count, such as "complete lists of 2026-03-02".
fn without_numbers(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_ascii_digit()).collect()
}

fn apart(before: Window, after: Window) -> Result<(), Incomparable> {
    if before.to - before.from != after.to - after.from {
        Err(Incomparable::OtherWindow)
    } else if before.to - after.from > Window::grace(after.to - after.from) {
        Err(Incomparable::SharedEvidence)
    } else {
        Ok(())
    }
}

fn change(metric: Metric, before: Point, after: Point) -> Change {
    let difference = after.0 - before.0;
    let (interval, proof, certain) = match (metric.unit(), before.1, after.1) {
        (Unit::Proportion, Some(one), Some(other)) => {
            let interval = newcombe((before.0, one), (after.0, other));
            (Some(interval), Proof::Difference, interval.low > 0.0 || interval.high < 0.0)
        }
        (_, Some(one), Some(other)) => {
            (None, Proof::Apart, one.high < other.low || other.high < one.low)
        }
        _ if metric.spec().method == Method::Census => (None, Proof::Counted, difference != 0.0),
        _ => (None, Proof::Nothing, false),
    };
    let risen = match metric.spec().better {
        Better::Higher => difference > 0.0,
        Better::Lower => difference < 0.0,
    };
    let direction = match (certain, risen) {
        (false, _) => Direction::Unclear,
        (true, true) => Direction::Better,
        (true, false) => Direction::Worse,
    };
    Change { difference, interval, direction, proof }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::evidence::interval::wilson;

    /// So many of so many, in the 28 days that end on a day of the year 2026.
    fn seen(metric: Metric, hits: u64, n: u64, day: u32) -> Observation {
        let to = chrono::DateTime::UNIX_EPOCH + TimeDelta::days(20_454 + i64::from(day));
        let value = hits as f64 / n as f64;
        Observation {
            metric,
            finding: Finding::Measured { value, n, hits: Some(hits), interval: wilson(hits, n) },
            window: Some(Window { from: to - TimeDelta::days(28), to, asked: false }),
            span: None,
            as_of: Some(to),
            denominator: "conversations opened in the window".to_owned(),
            sources: vec!["csv acme".to_owned()],
            caveats: Vec::new(),
        }
    }

    #[test]
    fn a_change_is_called_so_when_its_interval_leaves_out_nought() {
        // (why this row exists, before, after, direction)
        let table = [
            ("Newcombe's example (a)", (48, 80), (56, 70), Direction::Better),
            ("the same the other way", (56, 70), (48, 80), Direction::Worse),
            ("the same share on few cases", (6, 10), (8, 10), Direction::Unclear),
            ("no difference", (48, 80), (48, 80), Direction::Unclear),
            ("all, twice", (40, 40), (42, 42), Direction::Unclear),
        ];
        for (why, (a, m), (b, n), direction) in table {
            let (before, after) =
                (seen(Metric::ResponseRate, a, m, 28), seen(Metric::ResponseRate, b, n, 56));
            let change = compare(&before, &after).expect(why);
            assert_eq!(change.direction, direction, "{why}: {change:?}");
            let interval = change.interval.expect("both have one");
            assert!(interval.low <= change.difference && change.difference <= interval.high);
        }
    }

    #[test]
    fn lower_is_better_where_the_catalogue_says_so() {
        let (before, after) =
            (seen(Metric::Concentration, 90, 100, 28), seen(Metric::Concentration, 40, 100, 56));
        assert_eq!(compare(&before, &after).unwrap().direction, Direction::Better);
    }

    #[test]
    fn what_does_not_count_the_same_is_not_compared() {
        let before = || seen(Metric::ResponseRate, 48, 80, 28);
        let after = || seen(Metric::ResponseRate, 56, 70, 56);
        // (why it cannot be compared, the earlier one, the later one)
        let table = [
            ("out of", Observation { denominator: "mentions".to_owned(), ..before() }, after()),
            ("from csv", before(), Observation { sources: vec!["x acme".to_owned()], ..after() }),
            ("same evidence", before(), before()),
            ("same evidence", before(), seen(Metric::ResponseRate, 56, 70, 54)),
            ("no conversation", before(), without_cases(after())),
            ("no conversation", without_cases(before()), after()),
            ("different lengths", shorter(before()), after()),
        ];
        for (why, before, after) in table {
            let refused = compare(&before, &after).expect_err(why).to_string();
            assert!(refused.contains(why), "{refused}");
        }
        assert!(compare(&before(), &seen(Metric::ResponseRate, 56, 70, 55)).is_ok(), "a day less");
        let dated = |seen, day| Observation { denominator: format!("the list of {day}"), ..seen };
        assert!(compare(&dated(before(), 1), &dated(after(), 29)).is_ok(), "only the day differs");
    }

    fn without_cases(seen: Observation) -> Observation {
        Observation { finding: Finding::NoCases { why: "no conversation".to_owned() }, ..seen }
    }

    fn shorter(mut seen: Observation) -> Observation {
        seen.window = seen.window.map(|one| Window { from: one.from + TimeDelta::days(1), ..one });
        seen
    }

    #[test]
    fn a_moment_is_no_amount() {
        let (before, after) =
            (seen(Metric::LastOwnPost, 1, 2, 28), seen(Metric::LastOwnPost, 2, 2, 56));
        assert_eq!(compare(&before, &after), Err(Incomparable::NoAmount));
    }
}

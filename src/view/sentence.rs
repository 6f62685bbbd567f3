//! The pieces of language that every view shares.

use chrono::{DateTime, Utc};

use crate::{
    engine::{Distance, MetricReport, Reason},
    model::{
        Bound, Finding, Interval, Metric, Observation, Quantity, Test, Threshold, Unit, Window,
        metric::Grows,
        quantity::{count, duration, interval_text, working_time},
    },
};

/// An instant for people, to the minute, UTC.
///
/// ```
/// use fivestep::view::sentence::instant;
/// let at = "2026-03-02T09:05:59Z".parse()?;
/// assert_eq!(instant(at), "2026-03-02 09:05");
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

/// A text on one line, without characters that steer a terminal or turn its direction.
///
/// ```
/// use fivestep::view::sentence::plain;
/// assert_eq!(plain("one\ntwo\u{1b}\u{202e}"), "one two  ");
/// ```
pub fn plain(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if steers(c) { ' ' } else { c }).collect()
}

/// A text of at most so many characters; a longer one ends with `…`.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => {
            let kept: String = text.chars().take(most.saturating_sub(1)).collect();
            format!("{}…", kept.trim_end())
        }
    }
}

/// How long ago `then` was, such as `3 h`; `just now` within a minute.
pub fn ago(then: DateTime<Utc>, now: DateTime<Utc>) -> String {
    age((now - then).num_seconds())
}

/// How long ago something so many seconds old was.
pub fn age(seconds: i64) -> String {
    if seconds < 60 { "just now".to_owned() } else { duration(seconds as f64) }
}

/// When a deadline is, seen from now: `in 2 d` or `overdue by 3 h`.
pub fn due(deadline: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let left = (deadline - now).num_seconds() as f64;
    if left >= 0.0 {
        format!("in {}", duration(left))
    } else {
        format!("overdue by {}", duration(-left))
    }
}

/// The two days of a span, such as `2023-08-31 to 2023-09-04`.
pub fn days(span: (DateTime<Utc>, DateTime<Utc>)) -> String {
    format!("{} to {}", span.0.format("%Y-%m-%d"), span.1.format("%Y-%m-%d"))
}

/// A number of a metric in its unit; working time in hours, since its days have fewer than others,
/// and some ratios in percent.
pub fn number(metric: Metric, value: f64) -> String {
    if metric.is_business() {
        working_time(value)
    } else {
        Quantity::new(written_unit(metric), value).to_string()
    }
}

/// The two ends of an interval of a metric, such as `62.12 % to 96.26 %`.
pub fn interval_of(metric: Metric, interval: Interval) -> String {
    if metric.is_business() {
        format!("{} to {}", working_time(interval.low), working_time(interval.high))
    } else {
        interval_text(written_unit(metric), interval)
    }
}

/// The unit in which people write a metric.
fn written_unit(metric: Metric) -> Unit {
    let spec = metric.spec();
    if spec.percent { Unit::Proportion } else { spec.unit }
}

/// What a clause demands, such as `response_rate at least 70 %, by the lower end of the 95 %
/// interval, on 20 conversations or more`.
pub fn demand(report: &MetricReport) -> String {
    let limit = |threshold: &Threshold| match (threshold, report.threshold) {
        (Threshold::Fixed(fixed), _) => number(report.metric, fixed.value),
        (Threshold::Goal(_), Some(value)) => {
            format!("{} (the brand's own goal)", number(report.metric, value))
        }
        (Threshold::Goal(goal), None) => format!("goals.{goal}, which the brand does not set"),
    };
    let (at_least, at_most) = match report.metric.unit() {
        Unit::Instant => ("not before", "not after"),
        Unit::Proportion
        | Unit::Count
        | Unit::Duration
        | Unit::Score
        | Unit::Ratio
        | Unit::Truth => ("at least", "at most"),
    };
    let metric = report.metric.plain();
    let mut text = match &report.test {
        Test::AtLeast(threshold) => format!("{metric} {at_least} {}", limit(threshold)),
        Test::AtMost(threshold) => format!("{metric} {at_most} {}", limit(threshold)),
        Test::Is(true) => format!("{metric} is true"),
        Test::Is(false) => format!("{metric} is false"),
    };
    if report.metric.is_business() {
        text.push_str(", in business hours");
    }
    match report.bound {
        Bound::Point => {}
        Bound::Lower95 => text.push_str(", by the lower end of the 95 % interval"),
        Bound::Upper95 => text.push_str(", by the upper end of the 95 % interval"),
    }
    if let Some(min_n) = report.min_n {
        text.push_str(&format!(", on {} {} or more", min_n, report.metric.spec().cases));
    }
    if let Some(max_age) = report.max_age {
        text.push_str(&format!(", on evidence at most {max_age} old"));
    }
    text
}

/// What was measured, such as `86.67 % (13 of 15 conversations), interval 62.12 % to 96.26 %`.
pub fn measured(observation: &Observation) -> String {
    let (value, n, hits, interval) = match &observation.finding {
        Finding::Measured { value, n, hits, interval } => (*value, *n, *hits, *interval),
        Finding::NoCases { why }
        | Finding::NotExported { why }
        | Finding::Suppressed { why }
        | Finding::Unmeasurable { why } => return why.clone(),
    };
    let spec = observation.metric.spec();
    let mut text = number(observation.metric, value);
    let of = |n: u64| format!("{} {}", count(n as f64), spec.cases);
    match (spec.unit, hits) {
        // One moment is not "over" the others.
        (Unit::Truth | Unit::Instant, _) => return text,
        (Unit::Proportion, Some(hits)) => {
            text.push_str(&format!(" ({} of {})", count(hits as f64), of(n)));
        }
        (Unit::Count, _) if spec.grows == Grows::Hits => {
            text.push_str(&format!(" of {}", of(n)));
        }
        _ => text.push_str(&format!(" over {}", of(n))),
    }
    if let Some(interval) = interval {
        let ends = interval_of(observation.metric, interval);
        text.push_str(&format!(", 95 % interval {ends}"));
    }
    text
}

/// Why a clause does not pass, where its numbers do not say it already.
pub fn reason(report: &MetricReport) -> Option<String> {
    let spec = report.metric.spec();
    match &report.reason {
        Reason::Meets | Reason::Misses => None,
        Reason::TooFew { n, min_n } => {
            Some(format!("not enough data yet: {n} of {min_n} {}", spec.cases))
        }
        Reason::NotSureYet => {
            Some("the value is there, but on so few cases chance could explain it".to_owned())
        }
        Reason::TooOld => report.age_seconds.map(|age| {
            format!("the newest evidence is {} old; the clause allows less", duration(age as f64))
        }),
        Reason::NotMeasured { why } | Reason::CannotTell { why } => Some(why.clone()),
        Reason::NoGoal => Some(format!("the brand file sets no goals.{}", report.metric.plain())),
    }
}

/// What would let a clause pass, such as `9 more conversations at this rate`.
pub fn distance(report: &MetricReport) -> Option<String> {
    let spec = report.metric.spec();
    let whole = |count_of: u64| count(count_of as f64);
    Some(match report.distance? {
        Distance::MoreAtThisRate { cases } => {
            format!("{} more {} at this rate", whole(cases), spec.cases)
        }
        Distance::MoreThatCount { cases } => {
            format!("{} more {} in a row", whole(cases), spec.hits)
        }
        Distance::MoreHits { hits } => format!("{} more {}", whole(hits), spec.hits),
        Distance::Change { by } => {
            let size = number(report.metric, by.abs());
            let noun = if spec.unit == Unit::Count { spec.hits } else { "" };
            format!("{size} {} {noun}", if by < 0.0 { "less" } else { "more" })
                .trim_end()
                .to_owned()
        }
        Distance::NewerCase { at } => {
            let from = Quantity::new(spec.unit, at.timestamp() as f64);
            format!("{} from {from} on", spec.hits)
        }
        Distance::EvidenceUntil { at } => format!("evidence that reaches {}", instant(at)),
        Distance::NewerEvidence => "import a newer export".to_owned(),
    })
}

/// Where a number comes from: sources, span and age.
pub fn provenance(observation: &Observation, age_seconds: Option<i64>) -> String {
    let mut parts = Vec::new();
    if !observation.sources.is_empty() {
        parts.push(observation.sources.join(", "));
    }
    if let Some(span) = observation.span {
        parts.push(days(span));
    }
    match age_seconds {
        Some(age) if age < 0 => {
            parts.push(format!("newest {} ahead of this clock", duration(-age as f64)));
        }
        Some(age) => parts.push(format!("newest {} old", duration(age as f64))),
        None => {}
    }
    parts.join("; ")
}

/// The measuring window in words.
///
/// ```text
/// 28 d to 2023-09-04 04:25, the newest evidence
/// ```
pub fn window(observation: &Observation) -> Option<String> {
    observation.window.map(stretch)
}

/// A window in words, as [`window`].
pub fn stretch(window: Window) -> String {
    let length = duration((window.to - window.from).num_seconds() as f64);
    let end = if window.asked { "as asked" } else { "the newest evidence" };
    format!("{length} to {}, {end}", instant(window.to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::metric::Method;

    /// A clause on a metric whose value is `value`, with the threshold `at` in its unit.
    fn report(metric: Metric, test: fn(Threshold) -> Test, at: f64, value: f64) -> MetricReport {
        let threshold = Threshold::Fixed(Quantity::new(metric.unit(), at));
        let interval = Some(Interval { low: value / 2.0, high: value * 2.0 });
        let interval = interval.filter(|_| metric.spec().method != Method::Census);
        MetricReport {
            metric,
            test: test(threshold),
            threshold: Some(at),
            bound: Bound::Point,
            min_n: None,
            max_age: None,
            observation: Some(Observation {
                metric,
                finding: Finding::Measured { value, n: 20, hits: None, interval },
                window: None,
                span: None,
                as_of: None,
                denominator: String::new(),
                sources: Vec::new(),
                caveats: Vec::new(),
            }),
            age_seconds: None,
            reason: Reason::Misses,
            distance: None,
        }
    }

    #[test]
    fn each_unit_reads_as_people_say_it() {
        use Metric::{
            FirstResponseMedian, FirstResponseMedianBusiness, LastOwnPost, PostsPerReply,
        };
        let (day, hour) = (86_400.0, 3_600.0);
        let march = 1_772_409_600.0;
        // (metric, test, threshold, value, what is demanded, what was measured)
        type Make = fn(Threshold) -> Test;
        let table: [(Metric, Make, f64, f64, &str, &str); 5] = [
            (
                FirstResponseMedian,
                Test::AtMost,
                day,
                26.0 * hour,
                "first_response_median at most 1 d",
                "1 d 2 h over 20 answered conversations, 95 % interval 13 h to 2 d 4 h",
            ),
            (
                FirstResponseMedianBusiness,
                Test::AtMost,
                day,
                26.0 * hour,
                "first_response_median at most 24 h, in business hours",
                "26 h over 20 answered conversations, 95 % interval 13 h to 52 h",
            ),
            (
                PostsPerReply,
                Test::AtMost,
                1.5,
                3.5,
                "posts_per_reply at most 1.5",
                "3.5 over 20 own replies to others",
            ),
            (
                LastOwnPost,
                Test::AtLeast,
                march,
                march - 2.0 * day - 9.0 * hour,
                "last_own_post not before 2026-03-02",
                "2026-02-27 15:00",
            ),
            (
                LastOwnPost,
                Test::AtMost,
                march,
                march,
                "last_own_post not after 2026-03-02",
                "2026-03-02",
            ),
        ];
        for (metric, test, at, value, demanded, found) in table {
            let report = report(metric, test, at, value);
            assert_eq!(demand(&report), demanded);
            assert_eq!(report.observation.as_ref().map(measured).as_deref(), Some(found));
        }
    }

    #[test]
    fn a_distance_is_something_to_do() {
        let at = DateTime::from_timestamp(1_772_409_600, 0).expect("an instant");
        // (metric, distance, in words)
        let table = [
            (Metric::LastOwnPost, Distance::NewerCase { at }, "own posts from 2026-03-02 on"),
            (
                Metric::PostsPerReply,
                Distance::MoreHits { hits: 12 },
                "12 more own replies to others",
            ),
            (Metric::FirstResponseP90Business, Distance::Change { by: -90_000.0 }, "25 h less"),
        ];
        for (metric, known, words) in table {
            let judged = report(metric, Test::AtMost, 1.0, 1.0);
            let judged = MetricReport { distance: Some(known), ..judged };
            assert_eq!(distance(&judged).as_deref(), Some(words));
        }
        let goal = Test::AtMost(Threshold::Goal(Metric::FirstResponseP90));
        let judged = report(Metric::FirstResponseP90Business, Test::AtMost, 1.0, 1.0);
        let judged = MetricReport { test: goal, threshold: None, reason: Reason::NoGoal, ..judged };
        let why = reason(&judged).expect("it says why");
        assert_eq!(why, "the brand file sets no goals.first_response_p90");
    }
}

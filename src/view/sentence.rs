//! The pieces of language that every view shares.

use chrono::{DateTime, Utc};

use crate::{
    engine::{Distance, MetricReport, Reason},
    model::{
        Bound, Finding, Observation, Quantity, Test, Threshold, Unit,
        metric::Grows,
        quantity::{count, duration, interval_text},
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

/// What a clause demands, such as `response_rate at least 70 %, by the lower end of the 95 %
/// interval, on 20 conversations or more`.
pub fn demand(report: &MetricReport) -> String {
    let unit = report.metric.unit();
    let number = |threshold: &Threshold| match (threshold, report.threshold) {
        (Threshold::Fixed(fixed), _) => fixed.to_string(),
        (Threshold::Goal(_), Some(value)) => {
            format!("{} (the brand's own goal)", Quantity::new(unit, value))
        }
        (Threshold::Goal(goal), None) => format!("goals.{goal}, which the brand does not set"),
    };
    let mut text = match &report.test {
        Test::AtLeast(threshold) => format!("{} at least {}", report.metric, number(threshold)),
        Test::AtMost(threshold) => format!("{} at most {}", report.metric, number(threshold)),
        Test::Is(true) => format!("{} is true", report.metric),
        Test::Is(false) => format!("{} is false", report.metric),
    };
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
        Finding::NoCases { why } | Finding::Unmeasurable { why } => return why.clone(),
    };
    let spec = observation.metric.spec();
    let mut text = Quantity::new(spec.unit, value).to_string();
    let of = |n: u64| format!("{} {}", count(n as f64), spec.cases);
    match (spec.unit, hits) {
        (Unit::Truth, _) => return text,
        (Unit::Proportion, Some(hits)) => {
            text.push_str(&format!(" ({} of {})", count(hits as f64), of(n)));
        }
        (Unit::Count, _) if spec.grows == Grows::Hits => {
            text.push_str(&format!(" of {}", of(n)));
        }
        _ => text.push_str(&format!(" over {}", of(n))),
    }
    if let Some(interval) = interval {
        text.push_str(&format!(", 95 % interval {}", interval_text(spec.unit, interval)));
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
        Reason::NoGoal => Some(format!("the brand file sets no goals.{}", report.metric)),
    }
}

/// What would let a clause pass, such as `9 more conversations at this rate`.
pub fn distance(report: &MetricReport) -> Option<String> {
    let spec = report.metric.spec();
    let number = |count_of: u64| count(count_of as f64);
    Some(match report.distance? {
        Distance::MoreAtThisRate { cases } => {
            format!("{} more {} at this rate", number(cases), spec.cases)
        }
        Distance::MoreThatCount { cases } => {
            format!("{} more {} in a row", number(cases), spec.hits)
        }
        Distance::MoreHits { hits } => format!("{} more {}", number(hits), spec.hits),
        Distance::Change { by } => {
            let size = Quantity::new(spec.unit, by.abs());
            let noun = if spec.unit == Unit::Count { spec.hits } else { "" };
            format!("{size} {} {noun}", if by < 0.0 { "less" } else { "more" })
                .trim_end()
                .to_owned()
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
    let window = observation.window?;
    let length = duration((window.to - window.from).num_seconds() as f64);
    let end = if window.asked { "as asked" } else { "the newest evidence" };
    Some(format!("{length} to {}, {end}", instant(window.to)))
}

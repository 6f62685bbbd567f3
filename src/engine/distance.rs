//! How far a clause is from passing, in things a person can do.
//!
//! "9 more answered conversations at this rate" comes from searching the smallest number of
//! further cases with which the bound would meet the threshold.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    evidence::interval::wilson_at,
    model::{
        Bound, Finding, Test, Unit,
        metric::{Grows, Method},
    },
};

use super::{
    gate::Evidence,
    metric::{MetricReport, Numbers, Reason},
    settle,
};

/// No distance beyond this many cases is worth telling.
const MOST_CASES: u64 = 10_000_000;

/// What would let a clause pass.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "take")]
pub enum Distance {
    /// So many more cases, of which the same share counts as until now.
    MoreAtThisRate {
        /// How many.
        cases: u64,
    },
    /// So many more cases, all of which count.
    MoreThatCount {
        /// How many.
        cases: u64,
    },
    /// So many of the cases there are must count beside those that do.
    MoreHits {
        /// How many.
        hits: u64,
    },
    /// The value must change by so much, in the unit of the metric.
    Change {
        /// How much; negative if it must fall.
        by: f64,
    },
    /// There must be a case at this instant, UTC, or later.
    NewerCase {
        /// The instant.
        at: DateTime<Utc>,
    },
    /// Evidence must reach this instant, UTC.
    EvidenceUntil {
        /// The instant.
        at: DateTime<Utc>,
    },
    /// Newer evidence must be imported.
    NewerEvidence,
}

impl Distance {
    /// The distance of a judged clause; `None` if it passes or nothing can be said.
    pub fn of(report: &MetricReport, evidence: Evidence<'_>) -> Option<Distance> {
        match report.reason {
            Reason::TooFew { n, min_n } => match report.metric.spec().grows {
                Grows::Cases => Some(Distance::MoreAtThisRate { cases: min_n - n }),
                Grows::Hits => None,
            },
            Reason::TooOld => Some(Distance::NewerEvidence),
            Reason::Misses if matches!(report.test, Test::Is(_)) => {
                settle::settles_at(evidence).map(|at| Distance::EvidenceUntil { at })
            }
            Reason::Misses | Reason::NotSureYet => from_numbers(report),
            Reason::Meets
            | Reason::NotMeasured { .. }
            | Reason::CannotTell { .. }
            | Reason::NoGoal => None,
        }
    }
}

fn from_numbers(report: &MetricReport) -> Option<Distance> {
    let threshold = report.threshold?;
    let Finding::Measured { value, n, hits, interval } = report.observation.as_ref()?.finding
    else {
        return None;
    };
    let numbers = Numbers { value, n, hits, interval };
    let spec = report.metric.spec();
    let rises = matches!(report.test, Test::AtLeast(_));
    match spec.unit {
        // What happened late cannot be made to have happened early.
        Unit::Instant if !rises => return None,
        Unit::Instant => {
            let at = DateTime::from_timestamp(threshold as i64, 0)?;
            return Some(Distance::NewerCase { at });
        }
        Unit::Ratio if !rises && threshold > 0.0 => return more_below(numbers, threshold),
        Unit::Ratio
        | Unit::Proportion
        | Unit::Count
        | Unit::Duration
        | Unit::Score
        | Unit::Truth => {}
    }
    match (spec.method, spec.grows) {
        (Method::Wilson, Grows::Cases) if rises => {
            more_cases(numbers, threshold, report.bound, &report.reason)
        }
        (Method::Wilson | Method::Census, Grows::Hits) if rises && numbers.hits.is_some() => {
            more_hits(numbers, threshold, report.bound)
        }
        _ if report.reason == Reason::NotSureYet => None,
        _ => Some(Distance::Change { by: threshold - value }),
    }
}

fn more_cases(numbers: Numbers, threshold: f64, bound: Bound, reason: &Reason) -> Option<Distance> {
    let n = numbers.n as f64;
    let hits = numbers.hits? as f64;
    if *reason == Reason::NotSureYet {
        let enough = |more: u64| wilson_at(numbers.value, n + more as f64).low >= threshold;
        return smallest(enough).map(|cases| Distance::MoreAtThisRate { cases });
    }
    let enough = |more: u64| {
        let total = n + more as f64;
        let p = (hits + more as f64) / total;
        lower(p, total, bound) >= threshold
    };
    smallest(enough).map(|cases| Distance::MoreThatCount { cases })
}

fn more_hits(numbers: Numbers, threshold: f64, bound: Bound) -> Option<Distance> {
    let n = numbers.n as f64;
    let hits = numbers.hits?;
    let enough = |more: u64| {
        let p = ((hits + more) as f64 / n).min(1.0);
        lower(p, n, bound) >= threshold
    };
    let more = smallest(enough)?;
    (hits + more <= numbers.n).then_some(Distance::MoreHits { hits: more })
}

/// How many more cases bring a ratio, of which `n` stands under the line, down to the threshold.
fn more_below(numbers: Numbers, threshold: f64) -> Option<Distance> {
    let n = numbers.n as f64;
    let enough = |more: u64| numbers.value * n / (n + more as f64) <= threshold;
    smallest(enough).map(|hits| Distance::MoreHits { hits })
}

fn lower(p: f64, n: f64, bound: Bound) -> f64 {
    match bound {
        Bound::Point => p,
        Bound::Lower95 | Bound::Upper95 => wilson_at(p, n).low,
    }
}

/// The smallest number from 1 on for which `enough` holds; `enough` must stay true once it is.
fn smallest(enough: impl Fn(u64) -> bool) -> Option<u64> {
    if !enough(MOST_CASES) {
        return None;
    }
    let (mut low, mut high) = (0, MOST_CASES);
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if enough(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_is_the_smallest_number_that_is_enough() {
        let some = |value: f64, n| Numbers {
            value,
            n,
            hits: Some((value * n as f64).round() as u64),
            interval: None,
        };
        // 20 of 20 answered: the lower end is 0.839. At that rate 35 are enough for 0.9.
        let sure = more_cases(some(1.0, 20), 0.9, Bound::Lower95, &Reason::NotSureYet);
        assert_eq!(sure, Some(Distance::MoreAtThisRate { cases: 15 }));
        // 10 of 20 answered: the value reaches 0.6 after 5 more answers in a row.
        let point = more_cases(some(0.5, 20), 0.6, Bound::Point, &Reason::Misses);
        assert_eq!(point, Some(Distance::MoreThatCount { cases: 5 }));
        // 5 of 10 followers engaged: two more make 70 %.
        assert_eq!(
            more_hits(some(0.5, 10), 0.7, Bound::Point),
            Some(Distance::MoreHits { hits: 2 })
        );
        // Seven posts for two replies: three more replies make it less than 1.5.
        let ratio = Numbers { value: 3.5, n: 2, hits: None, interval: None };
        assert_eq!(more_below(ratio, 1.5), Some(Distance::MoreHits { hits: 3 }));
        // Ten followers can never prove 99 %.
        assert_eq!(more_hits(some(0.5, 10), 0.99, Bound::Lower95), None);
    }
}

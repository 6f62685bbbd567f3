//! Judges one comparison of a metric with its threshold.
//!
//! Start reading at `Ask::judge`: first whether there is a number at all, then whether it is
//! fresh and rests on enough cases, and last whether it meets the threshold.

use serde::Serialize;

use crate::model::{
    Bound, Finding, Interval, Metric, Observation, Observations, Period, Test, Threshold, Verdict,
};

use super::{distance::Distance, gate::Evidence, settle};

/// Why a metric clause answers as it does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Reason {
    /// The bound meets the threshold.
    Meets,
    /// The value misses the threshold.
    Misses,
    /// Fewer cases than the clause asks for.
    TooFew {
        /// How many there are.
        n: u64,
        /// How many it takes.
        min_n: u64,
    },
    /// The value meets the threshold, but on so few cases the truth may not.
    NotSureYet,
    /// The evidence is older than the clause allows.
    TooOld,
    /// Nothing was measured yet.
    NotMeasured {
        /// Why.
        why: String,
    },
    /// No source of the brand can tell.
    CannotTell {
        /// Why.
        why: String,
    },
    /// The threshold is the brand's own target, and the brand file has none.
    NoGoal,
}

/// A clause on a metric, judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricReport {
    /// The metric.
    pub metric: Metric,
    /// The comparison as the workflow writes it.
    pub test: Test,
    /// The threshold in the unit of the metric, the brand's own target resolved.
    pub threshold: Option<f64>,
    /// What is compared.
    pub bound: Bound,
    /// The fewest cases that may speak.
    pub min_n: Option<u64>,
    /// The oldest evidence that may speak.
    pub max_age: Option<Period>,
    /// What was measured.
    pub observation: Option<Observation>,
    /// How old the evidence is at the moment of the judgement, in seconds.
    pub age_seconds: Option<i64>,
    /// Why the clause answers as it does.
    #[serde(flatten)]
    pub reason: Reason,
    /// How far it is from passing, where that can be said.
    pub distance: Option<Distance>,
}

/// A metric clause, taken apart.
pub(super) struct Ask<'a> {
    pub metric: Metric,
    pub test: &'a Test,
    pub bound: Bound,
    pub min_n: Option<u64>,
    pub max_age: &'a Option<Period>,
}

/// The numbers of a measured observation.
#[derive(Clone, Copy)]
pub(super) struct Numbers {
    pub value: f64,
    pub n: u64,
    pub hits: Option<u64>,
    pub interval: Option<Interval>,
}

impl Ask<'_> {
    pub fn judge(&self, evidence: Evidence<'_>) -> (Verdict, MetricReport) {
        let observation = match self.metric {
            Metric::WindowSettled => settle::observe(evidence),
            _ => evidence.observations.metrics.get(&self.metric).cloned(),
        };
        let age_seconds = observation
            .as_ref()
            .and_then(|seen| seen.as_of)
            .map(|as_of| (evidence.now - as_of).num_seconds());
        let threshold = self.threshold(evidence.observations);
        let (verdict, reason) = self.answer(observation.as_ref(), threshold, evidence);
        let mut report = MetricReport {
            metric: self.metric,
            test: *self.test,
            threshold,
            bound: self.bound,
            min_n: self.min_n,
            max_age: *self.max_age,
            observation,
            age_seconds,
            reason,
            distance: None,
        };
        report.distance = Distance::of(&report, evidence);
        (verdict, report)
    }

    fn threshold(&self, observations: &Observations) -> Option<f64> {
        match self.test {
            Test::AtLeast(Threshold::Fixed(fixed)) | Test::AtMost(Threshold::Fixed(fixed)) => {
                Some(fixed.value)
            }
            Test::AtLeast(Threshold::Goal(goal)) | Test::AtMost(Threshold::Goal(goal)) => {
                observations.terms.goals.get(goal).copied()
            }
            Test::Is(wanted) => Some(f64::from(u8::from(*wanted))),
        }
    }

    fn answer(
        &self,
        observation: Option<&Observation>,
        threshold: Option<f64>,
        evidence: Evidence<'_>,
    ) -> (Verdict, Reason) {
        let Some(observation) = observation else {
            let why = "no evidence has been imported yet".to_owned();
            return (Verdict::Insufficient, Reason::NotMeasured { why });
        };
        let numbers = match &observation.finding {
            Finding::Unmeasurable { why } => {
                return (Verdict::Unmeasurable, Reason::CannotTell { why: why.clone() });
            }
            Finding::NoCases { why }
            | Finding::NotExported { why }
            | Finding::Suppressed { why } => {
                return (Verdict::Insufficient, Reason::NotMeasured { why: why.clone() });
            }
            Finding::Measured { value, n, hits, interval } => {
                Numbers { value: *value, n: *n, hits: *hits, interval: *interval }
            }
        };
        if self.is_too_old(observation, evidence) {
            return (Verdict::Insufficient, Reason::TooOld);
        }
        match (self.min_n, threshold) {
            (Some(min_n), _) if numbers.n < min_n => {
                (Verdict::Insufficient, Reason::TooFew { n: numbers.n, min_n })
            }
            (_, None) => (Verdict::Insufficient, Reason::NoGoal),
            (_, Some(threshold)) => self.compare(numbers, threshold),
        }
    }

    fn is_too_old(&self, observation: &Observation, evidence: Evidence<'_>) -> bool {
        let (Some(max_age), Some(as_of)) = (self.max_age, observation.as_of) else {
            return false;
        };
        // An age equal to the limit is still fresh.
        evidence.observations.terms.working_time.after(as_of, *max_age) < evidence.now
    }

    fn compare(&self, numbers: Numbers, threshold: f64) -> (Verdict, Reason) {
        let meets = |value: f64| match self.test {
            Test::AtLeast(_) => value >= threshold,
            Test::AtMost(_) => value <= threshold,
            Test::Is(_) => value == threshold,
        };
        let end = match (self.bound, numbers.interval) {
            (Bound::Point, _) => Some(numbers.value),
            (Bound::Lower95, Some(interval)) => Some(interval.low),
            (Bound::Upper95, Some(interval)) => Some(interval.high),
            (Bound::Lower95 | Bound::Upper95, None) => None,
        };
        if end.is_some_and(meets) {
            (Verdict::Pass, Reason::Meets)
        } else if meets(numbers.value) {
            (Verdict::Insufficient, Reason::NotSureYet)
        } else {
            (Verdict::Fail, Reason::Misses)
        }
    }
}

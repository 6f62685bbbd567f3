//! A brand's numbers: every metric with its sample, interval, window and sources.

use serde::Serialize;

use crate::{
    model::{Finding, Metric, Observation, Quantity, Unit},
    runner::Case,
};

use super::sentence;

/// One metric as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NumberView {
    /// What was measured, with all that is known about it: `value` and `interval` are fractions
    /// for a proportion, seconds for a duration.
    #[serde(flatten)]
    pub observation: Observation,
    /// What the value counts.
    pub unit: Unit,
    /// The value in words, such as `1.436 % (71 of 4,945 followers), 95 % interval …`.
    pub text: String,
    /// A proportion as a fraction with the digits that matter, such as `0.000014`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fraction: Option<String>,
    /// The window in words.
    pub window_text: Option<String>,
}

/// The numbers of a brand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Numbers {
    /// The brand.
    pub brand: String,
    /// Its name for people.
    pub name: String,
    /// `BRAND@CYCLE.STAGE.REVISION`.
    pub checkpoint: String,
    /// The workflow, and the digest of the text it runs on.
    pub workflow: String,
    /// The window in words.
    pub window: Option<String>,
    /// The first and last day of the evidence inside the window, in words.
    pub span: Option<String>,
    /// The sources.
    pub sources: Vec<String>,
    /// Metric by metric, in the order of the catalogue.
    pub numbers: Vec<NumberView>,
    /// What a person should know beside it.
    pub notes: Vec<String>,
}

/// Every metric measured for the brand of `case`.
pub fn numbers(case: &Case) -> Numbers {
    let metrics = &case.observations.metrics;
    let numbers: Vec<NumberView> =
        Metric::ALL.iter().filter_map(|metric| metrics.get(metric)).map(view).collect();
    let seen: Vec<&Observation> = metrics.values().collect();
    let spans = seen.iter().filter_map(|seen| seen.span);
    let span = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let mut sources: Vec<String> = seen.iter().flat_map(|seen| seen.sources.clone()).collect();
    sources.sort();
    sources.dedup();
    Numbers {
        brand: case.brand.id.to_string(),
        name: case.brand.name.clone(),
        checkpoint: case.checkpoint.id().to_string(),
        workflow: format!("{} {}", case.workflow.id, case.workflow.digest.short()),
        window: seen.iter().find_map(|seen| sentence::window(seen)),
        span: span.map(sentence::days),
        sources,
        numbers,
        notes: super::why::notes(case),
    }
}

/// One observation as people see it.
pub(super) fn view(observation: &Observation) -> NumberView {
    let unit = observation.metric.unit();
    let fraction = match observation.finding {
        Finding::Measured { value, .. } if unit == Unit::Proportion => {
            Some(Quantity::new(unit, value).fraction())
        }
        Finding::Measured { .. }
        | Finding::NoCases { .. }
        | Finding::NotExported { .. }
        | Finding::Suppressed { .. }
        | Finding::Unmeasurable { .. } => None,
    };
    NumberView {
        unit,
        text: sentence::measured(observation),
        fraction,
        window_text: sentence::window(observation),
        observation: observation.clone(),
    }
}

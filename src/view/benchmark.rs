//! A published number beside a brand's own, or why the two are not compared.
//!
//! Start reading at [`beside`].
//!
//! # Always true
//!
//! - Two numbers stand side by side only if metric, platform and denominator are the same.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    evidence::{facts::Facts, metrics::platforms},
    model::{Benchmark, Finding, Metric, Observation, Platform, quantity::count},
};

use super::sentence;

/// A published number with what is said of the brand beside it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BenchmarkView {
    /// The published number.
    #[serde(flatten)]
    pub benchmark: Benchmark,
    /// The same in words.
    pub text: String,
    /// The brand's number in words; absent if the two are not compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<String>,
    /// Why they are not compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
}

/// Holds a published number beside what was measured.
pub fn beside(
    benchmark: &Benchmark,
    measured: &BTreeMap<Metric, Observation>,
    facts: &Facts,
) -> BenchmarkView {
    let own = comparable(benchmark, &platforms(benchmark.metric, facts))
        .and_then(|()| own(benchmark.metric, measured.get(&benchmark.metric)));
    let text = text(benchmark);
    let (own, why_not) = match own {
        Ok(own) => (Some(own), None),
        Err(why) => (None, Some(why)),
    };
    BenchmarkView { benchmark: benchmark.clone(), text, own, why_not }
}

/// Says what a published number and the brand's do not agree on.
fn comparable(benchmark: &Benchmark, platforms: &BTreeSet<Platform>) -> Result<(), String> {
    let Benchmark { platform, metric, denominator, .. } = benchmark;
    match metric.spec().per {
        None => return Err("the brand's number is out of nothing".to_owned()),
        Some(own) if own != *denominator => {
            return Err(format!("it is out of {denominator}, the brand's number out of {own}"));
        }
        Some(_) => {}
    }
    if platforms.len() == 1 && platforms.contains(platform) {
        return Ok(());
    }
    let names: Vec<String> = platforms.iter().map(Platform::to_string).collect();
    Err(match names.len() {
        0 => "no source of the brand tells it".to_owned(),
        1 => format!("the brand's number is of {}", names.join("")),
        _ => format!("the brand's number is of {} together", names.join(" and ")),
    })
}

/// The brand's number in words.
fn own(metric: Metric, measured: Option<&Observation>) -> Result<String, String> {
    let finding = measured.map(|observation| &observation.finding);
    match finding {
        Some(Finding::Measured { value, interval, .. }) => {
            let own = format!("the brand has {}", sentence::number(metric, *value));
            Ok(interval.map_or(own.clone(), |ends| {
                let [low, high] = [ends.low, ends.high].map(|end| sentence::number(metric, end));
                format!("{own} (95 % interval {low} to {high})")
            }))
        }
        Some(
            Finding::NoCases { .. }
            | Finding::NotExported { .. }
            | Finding::Suppressed { .. }
            | Finding::Unmeasurable { .. },
        )
        | None => Err("the brand has no value of it".to_owned()),
    }
}

/// A published number in words: `0.063 % of followers on facebook (Rival IQ, 2024)`.
fn text(benchmark: &Benchmark) -> String {
    let Benchmark { platform, metric, denominator, low, high, population, n, source, year } =
        benchmark;
    let [from, to] = [*low, *high].map(|end| sentence::number(*metric, end));
    let number = if low == high { from } else { format!("{from} to {to}") };
    let about = population.as_ref().map(|who| format!(", {who}")).unwrap_or_default();
    let cases = n.map(|n| format!(", n {}", count(n as f64))).unwrap_or_default();
    format!("{number} out of {denominator} on {platform}{about}{cases} ({source}, {year})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Denominator;

    #[test]
    fn numbers_are_compared_only_where_all_three_agree() {
        use Platform::{Bluesky, Facebook, X};
        let of = |metric, denominator| Benchmark {
            platform: Facebook,
            metric,
            denominator,
            low: 0.01,
            high: 0.02,
            population: None,
            n: None,
            source: "Me".into(),
            year: 2025,
        };
        let views = of(Metric::ErViews, Denominator::Views);
        // (why, the benchmark, platforms of the brand's number, why not)
        let table = [
            ("all agree", &views, &[Facebook][..], ""),
            ("another platform", &views, &[X], "the brand's number is of x"),
            (
                "one more platform",
                &views,
                &[Bluesky, Facebook],
                "the brand's number is of bluesky and facebook together",
            ),
            ("no platform", &views, &[], "no source of the brand tells it"),
            (
                "out of something else",
                &of(Metric::ErViews, Denominator::Followers),
                &[Facebook],
                "it is out of followers, the brand's number out of views",
            ),
            (
                "no share of anything",
                &of(Metric::EngagedFollowers, Denominator::Followers),
                &[Facebook],
                "the brand's number is out of nothing",
            ),
        ];
        for (why, benchmark, platforms, expected) in table {
            let found = comparable(benchmark, &platforms.iter().copied().collect());
            assert_eq!(found.err().unwrap_or_default(), expected, "{why}");
        }
    }
}

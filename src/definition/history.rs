//! How many cases a brand's evidence has brought so far, to judge what a clause asks for.

use std::collections::BTreeMap;

use crate::model::{
    Finding, Metric, Observation, Observations,
    metric::{Grows, Method},
};

/// The shortest stretch of evidence from which a pace is taken, in seconds.
const DAY: i64 = 86_400;

/// The best pace at which each metric's cases came, over everything that was ever measured.
///
/// Only metrics whose cases come with time have one: followers are not waited for.
///
/// ```
/// use fivestep::{definition::History, model::Metric};
/// let history = History::of([]);
/// assert_eq!(history.seconds_for(Metric::ResponseRate, 20), None);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// How many cases came, and in how many seconds.
    best: BTreeMap<Metric, (u64, i64)>,
}

impl History {
    /// The history that measurements tell, in any order.
    pub fn of<'a>(measured: impl IntoIterator<Item = &'a Observations>) -> Self {
        let mut best: BTreeMap<Metric, (u64, i64)> = BTreeMap::new();
        for observation in measured.into_iter().flat_map(|seen| seen.metrics.values()) {
            let Some((n, seconds)) = pace(observation) else { continue };
            let faster = |(known, over): (u64, i64)| {
                i128::from(n) * i128::from(over) > i128::from(known) * i128::from(seconds)
            };
            let known = best.get(&observation.metric).copied();
            if known.is_none_or(faster) {
                best.insert(observation.metric, (n, seconds));
            }
        }
        Self { best }
    }

    /// How long `n` cases take at the best pace so far, in seconds; nothing if none is known.
    pub fn seconds_for(&self, metric: Metric, n: u64) -> Option<f64> {
        let (seen, seconds) = self.best.get(&metric)?;
        Some(n as f64 / *seen as f64 * *seconds as f64)
    }
}

fn pace(observation: &Observation) -> Option<(u64, i64)> {
    let spec = observation.metric.spec();
    let comes_with_time = spec.grows == Grows::Cases && spec.method != Method::Census;
    let Finding::Measured { n, .. } = observation.finding else { return None };
    let window = observation.window?;
    let length = (window.to - window.from).num_seconds();
    let span = observation.span.map_or(length, |(first, last)| (last - first).num_seconds());
    (comes_with_time && n > 0).then_some((n, span.clamp(DAY, length.max(DAY))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Window;

    fn seen(metric: Metric, n: u64, days: i64) -> Observations {
        let to = "2026-03-30T00:00:00Z".parse().expect("an instant");
        let window = Window { from: to - chrono::TimeDelta::days(28), to, asked: false };
        let observation = Observation {
            metric,
            finding: Finding::Measured { value: 0.5, n, hits: None, interval: None },
            window: Some(window),
            span: Some((to - chrono::TimeDelta::days(days), to)),
            as_of: Some(to),
            denominator: String::new(),
            sources: Vec::new(),
            caveats: Vec::new(),
        };
        let metrics = [(metric, observation)].into_iter().collect();
        Observations { metrics, ..Observations::default() }
    }

    #[test]
    fn the_best_pace_counts() {
        use Metric::{EngagedFollowerRate, ResponseRate};
        let slow = seen(ResponseRate, 14, 28);
        let fast = seen(ResponseRate, 10, 5);
        let days = |history: &History, metric, n| {
            history.seconds_for(metric, n).map(|seconds| (seconds / 86_400.0).round())
        };
        assert_eq!(days(&History::of([&slow]), ResponseRate, 20), Some(40.0));
        assert_eq!(days(&History::of([&slow, &fast]), ResponseRate, 20), Some(10.0));
        let followers = seen(EngagedFollowerRate, 14, 28);
        assert_eq!(days(&History::of([&followers]), EngagedFollowerRate, 20), None);
        assert_eq!(days(&History::of([&slow]), Metric::TopicAdherence, 20), None);
    }
}

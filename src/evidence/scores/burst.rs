//! Days on which very many began to follow at once.
//!
//! Start reading at [`Arrivals::bursts`].

use std::collections::{BTreeMap, HashSet};

use crate::evidence::somebody::Micros;

/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400 * 1_000_000;
/// A day's follows are a burst from so many standard deviations above the others on.
const BURST_SIGMAS: f64 = 5.0;
/// From so many days of follows on, a burst can be told from a beginning.
const BURST_DAYS: i64 = 14;

/// How many began to follow, day by day.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arrivals(BTreeMap<i64, u32>);

/// The days of bursts.
#[derive(Debug, Clone)]
pub(crate) struct Bursts(HashSet<i64>);

impl Arrivals {
    /// Counts somebody who began to follow then.
    pub fn add(&mut self, since: Micros) {
        *self.0.entry(day(since)).or_default() += 1;
    }

    /// Adds those whom another one counted.
    pub fn join(&mut self, other: Arrivals) {
        for (day, came) in other.0 {
            *self.0.entry(day).or_default() += came;
        }
    }

    /// Whether nobody says since when they follow.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The days on which very many came; `None` if there are too few days to tell.
    ///
    /// A day is held against the others without it, so that one great burst does not hide itself.
    pub fn bursts(&self) -> Option<Bursts> {
        let (first, last) = (*self.0.keys().next()?, *self.0.keys().next_back()?);
        if last - first + 1 < BURST_DAYS {
            return None;
        }
        let others = (last - first) as f64;
        let sum: f64 = self.0.values().map(|came| f64::from(*came)).sum();
        let squares: f64 = self.0.values().map(|came| f64::from(*came).powi(2)).sum();
        let is_burst = |came: f64| {
            let mean = (sum - came) / others;
            let variance = (squares - came * came) / others - mean * mean;
            // Chance alone scatters counts by the root of their mean.
            let sigma = variance.max(mean).max(1.0).sqrt();
            came > mean + BURST_SIGMAS * sigma
        };
        let days = self.0.iter().filter(|(_, came)| is_burst(f64::from(**came)));
        Some(Bursts(days.map(|(day, _)| *day).collect()))
    }
}

impl Bursts {
    /// Whether that moment lies in a burst.
    pub fn holds(&self, since: Micros) -> bool {
        self.holds_day(day(since))
    }

    /// Whether that day, counted since 1970, is one.
    pub fn holds_day(&self, day: i64) -> bool {
        self.0.contains(&day)
    }
}

/// Days since 1970, UTC.
pub(crate) fn day(at: Micros) -> i64 {
    at.0.div_euclid(DAY_MICROS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_a_day_far_above_the_others() {
        let days = |counts: &[u32]| -> Option<Vec<i64>> {
            let days = (0..).zip(counts.iter().copied()).filter(|(_, count)| *count > 0);
            let mut found: Vec<i64> = Arrivals(days.collect()).bursts()?.0.into_iter().collect();
            found.sort_unstable();
            Some(found)
        };
        // (why, follows a day, the bursts)
        let table = [
            ("nobody follows", vec![], None),
            ("a week tells nothing", vec![1, 1, 1, 90, 1, 1, 1], None),
            ("steady", vec![3; 30], Some(vec![])),
            ("one great day", [vec![3; 20], vec![90], vec![3; 9]].concat(), Some(vec![20])),
            ("ten days tell nothing", [vec![0; 20], vec![1], vec![1; 9]].concat(), None),
        ];
        for (why, counts, expected) in table {
            assert_eq!(days(&counts), expected, "{why}");
        }
    }
}

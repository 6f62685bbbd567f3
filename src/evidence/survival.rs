//! How much has happened by when, where not all of it has happened yet.
//!
//! Start reading at [`Curve::of`].
//!
//! # Always true
//!
//! - The share never falls with time, and lies within its interval.
//! - What has not happened counts for as long as it was waited for, and no longer.
//!
//! # Source
//!
//! E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations", 1958; the variance is
//! Greenwood's, the interval on the scale of log(-log), which keeps it between 0 and 1 (J. D. Kalbfleisch and R. L.
//! Prentice, *The Statistical Analysis of Failure Time Data*, 1980).

use super::interval::Z;
use crate::model::Interval;

/// One case: how long it was waited for, in seconds, and whether it happened then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wait {
    /// From 0 up.
    pub seconds: f64,
    /// Whether it ended with what was waited for; otherwise the waiting goes on.
    pub happened: bool,
}

/// The share of cases that have happened, from one moment of change to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// How many cases there are.
    pub n: u64,
    /// How many have happened.
    pub happened: u64,
    steps: Vec<Step>,
    /// The longest waiting, and whether nobody waits beyond it.
    last: f64,
    ended: bool,
}

/// From a moment on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The moment, in seconds.
    pub seconds: f64,
    /// The share that has happened, 0 to 1.
    pub share: f64,
    /// Its 95 % interval; absent where all have happened.
    pub interval: Option<Interval>,
}

impl Curve {
    /// The curve of some waits, in any order; `None` without one.
    ///
    /// ```
    /// use fivestep::evidence::survival::{Curve, Wait};
    ///
    /// let wait = |seconds, happened| Wait { seconds, happened };
    /// let waits = vec![wait(60.0, true), wait(120.0, false), wait(180.0, true), wait(400.0, false)];
    /// let curve = Curve::of(waits).ok_or("there are waits")?;
    /// assert_eq!(curve.at(60.0).map(|step| step.share), Some(0.25));
    /// // Of those who waited for 180 seconds half were answered then.
    /// assert_eq!(curve.at(200.0).map(|step| step.share), Some(0.625));
    /// assert!(curve.at(500.0).is_none(), "nobody has waited for so long");
    /// # Ok::<(), &str>(())
    /// ```
    pub fn of(mut waits: Vec<Wait>) -> Option<Self> {
        waits.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
        let n = waits.len();
        let last = waits.last()?.seconds;
        let (mut left, mut survives, mut variance) = (n as f64, 1.0, 0.0);
        let mut steps = Vec::new();
        for together in waits.chunk_by(|one, other| one.seconds == other.seconds) {
            let ended = together.iter().filter(|wait| wait.happened).count() as f64;
            if ended > 0.0 {
                survives *= 1.0 - ended / left;
                variance += ended / (left * (left - ended));
                let share: f64 = 1.0 - survives;
                let interval = interval(survives, variance);
                steps.push(Step { seconds: together[0].seconds, share, interval });
            }
            left -= together.len() as f64;
        }
        let happened = waits.iter().filter(|wait| wait.happened).count() as u64;
        Some(Self { n: n as u64, happened, steps, last, ended: survives <= 0.0 })
    }

    /// The moments at which the share changes, the first first.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The longest anybody has waited, in seconds: beyond it nobody can tell. `None` if all have
    /// happened, so that nothing is left to be told.
    pub fn known_until(&self) -> Option<f64> {
        (!self.ended).then_some(self.last)
    }

    /// What has happened after so many seconds; `None` if nobody has waited for so long.
    pub fn at(&self, seconds: f64) -> Option<Step> {
        if self.known_until().is_some_and(|last| seconds > last) {
            return None;
        }
        let before = self.steps.partition_point(|step| step.seconds <= seconds);
        let nothing = Step { seconds, share: 0.0, interval: None };
        Some(before.checked_sub(1).map_or(nothing, |place| self.steps[place]))
    }
}

/// The interval of the share that has happened.
fn interval(survives: f64, variance: f64) -> Option<Interval> {
    if survives <= 0.0 || survives >= 1.0 {
        return None;
    }
    let spread = Z * variance.sqrt() / survives.ln().abs();
    let [low, high] = [-spread, spread].map(|power| 1.0 - survives.powf(power.exp()));
    Some(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Weeks to relapse of 21 patients under 6-mercaptopurine (E. J. Freireich and others, 1963), the
    /// example of most textbooks. Expected: lifelines 0.30.3, `KaplanMeierFitter`, 1 - survival.
    #[test]
    fn the_textbook_example() {
        let weeks = [
            (6, 1),
            (6, 1),
            (6, 1),
            (6, 0),
            (7, 1),
            (9, 0),
            (10, 1),
            (10, 0),
            (11, 0),
            (13, 1),
            (16, 1),
            (17, 0),
            (19, 0),
            (20, 0),
            (22, 1),
            (23, 1),
            (25, 0),
            (32, 0),
            (32, 0),
            (34, 0),
            (35, 0),
        ];
        let waits = weeks
            .map(|(week, happened)| Wait { seconds: f64::from(week), happened: happened == 1 });
        let curve = Curve::of(waits.to_vec()).expect("21 cases");
        // (week, share, interval); theirs takes 1.959964 standard deviations, ours 1.96.
        let table = [
            (6.0, 0.142857, 0.048448, 0.380282),
            (7.0, 0.193277, 0.077191, 0.436853),
            (10.0, 0.247059, 0.110638, 0.496800),
            (13.0, 0.309804, 0.150934, 0.568390),
            (16.0, 0.372549, 0.195088, 0.632489),
            (22.0, 0.462185, 0.253209, 0.732221),
            (23.0, 0.551821, 0.319857, 0.811948),
            (35.0, 0.551821, 0.319857, 0.811948),
        ];
        for (week, share, low, high) in table {
            let step = curve.at(week).expect("somebody waited so long");
            let interval = step.interval.expect("not all relapsed");
            for (found, told) in [(step.share, share), (interval.low, low), (interval.high, high)] {
                assert!((found - told).abs() < 2e-5, "week {week}: {found}, not {told}");
            }
        }
        assert_eq!(
            (curve.n, curve.happened, curve.at(5.0).map(|step| step.share)),
            (21, 9, Some(0.0))
        );
        assert_eq!((curve.at(36.0), curve.known_until()), (None, Some(35.0)));
    }

    proptest! {
        #[test]
        fn shares_grow_and_lie_within_their_intervals(
            waits in proptest::collection::vec((0_u32..50, any::<bool>()), 1..60)
        ) {
            let all = waits.iter().all(|(_, happened)| *happened);
            let waits = waits.into_iter().map(|(seconds, happened)| Wait { seconds: f64::from(seconds), happened });
            let curve = Curve::of(waits.collect()).expect("there is one");
            let mut last = 0.0;
            for step in curve.steps() {
                prop_assert!(step.share >= last && step.share <= 1.0 + 1e-9);
                if let Some(Interval { low, high }) = step.interval {
                    prop_assert!(0.0 <= low && low <= step.share && step.share <= high && high <= 1.0);
                }
                last = step.share;
            }
            // Without anybody who waits on, it is the plain share.
            if all {
                prop_assert!((last - 1.0).abs() < 1e-9);
            }
        }
    }
}

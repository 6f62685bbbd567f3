//! Intervals: how far a number measured on few cases can be from the truth.

use crate::model::Interval;

/// The 97.5 % quantile of the normal distribution, as the formulas' sources round it.
const Z: f64 = 1.96;

/// Wilson's 95 % score interval for `hits` of `n` independent cases.
///
/// Both ends are fractions from 0 to 1. `None` if `n` is 0 or `hits` exceeds `n`: there is no
/// such proportion.
///
/// # Source
///
/// E. B. Wilson (1927), *Probable inference, the law of succession, and statistical inference*,
/// J. Am. Stat. Assoc. 22, 209–212.
///
/// ```
/// use fivestep::evidence::interval::wilson;
/// let interval = wilson(4, 5).expect("n is not 0");
/// assert_eq!(format!("{:.3} {:.3}", interval.low, interval.high), "0.376 0.964");
/// assert_eq!(wilson(0, 0), None);
/// ```
pub fn wilson(hits: u64, n: u64) -> Option<Interval> {
    if n == 0 || hits > n {
        return None;
    }
    Some(wilson_at(hits as f64 / n as f64, n as f64))
}

/// Wilson's interval for a share `p` of `n` cases, where `n` need not be whole.
pub fn wilson_at(p: f64, n: f64) -> Interval {
    let z2 = Z * Z;
    let scale = 1.0 + z2 / n;
    let centre = (p + z2 / (2.0 * n)) / scale;
    let half = Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt() / scale;
    Interval { low: (centre - half).clamp(0.0, p), high: (centre + half).clamp(p, 1.0) }
}

/// Newcombe's 95 % interval for the difference `after - before` of two proportions, each given
/// as its value and Wilson interval.
///
/// # Source
///
/// R. G. Newcombe (1998), *Interval estimation for the difference between independent
/// proportions*, Stat. Med. 17, 873–890, method 10.
///
/// ```
/// use fivestep::evidence::interval::{newcombe, wilson_at};
/// let side = |p, n| (p, wilson_at(p, n));
/// // Newcombe's example (a): 56/70 against 48/80.
/// let change = newcombe(side(48.0 / 80.0, 80.0), side(56.0 / 70.0, 70.0));
/// assert_eq!(format!("{:.4} {:.4}", change.low, change.high), "0.0524 0.3339");
/// ```
pub fn newcombe(before: (f64, Interval), after: (f64, Interval)) -> Interval {
    let ((p0, before), (p1, after)) = (before, after);
    let change = p1 - p0;
    Interval {
        low: change - (p1 - after.low).hypot(before.high - p0),
        high: change + (after.high - p1).hypot(p0 - before.low),
    }
}

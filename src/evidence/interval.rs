//! Intervals: how far a number measured on few cases can be from the truth.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::splitmix::SplitMix;
use crate::model::Interval;

/// The 97.5 % quantile of the normal distribution, as the formulas' sources round it.
pub(super) const Z: f64 = 1.96;

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

/// How often the bootstrap draws again.
const RESAMPLES: usize = 1_000;

/// How many people the bootstrap draws from at most, so that its cost stays bounded.
const DRAWN_PEOPLE: usize = 5_000;

/// The smallest value that at least the share `q` of `sorted` does not exceed (nearest rank).
///
/// It is always one of the values, never a mean of two; `None` if there are none.
///
/// - `sorted`: ascending.
/// - `q`: above 0 and at most 1, such as 0.5 for the median.
///
/// # Source
///
/// R. J. Hyndman, Y. Fan (1996), *Sample quantiles in statistical packages*, Am. Stat. 50,
/// 361–365, definition 1.
///
/// ```
/// use fivestep::evidence::interval::nearest_rank;
/// assert_eq!(nearest_rank(&[1.0, 2.0, 3.0, 4.0], 0.5), Some(2.0));
/// assert_eq!(nearest_rank(&[1.0, 2.0, 3.0, 4.0], 0.9), Some(4.0));
/// ```
pub fn nearest_rank(sorted: &[f64], q: f64) -> Option<f64> {
    // The small step back keeps 0.9 of 70 at rank 63 although 0.9 is not exact in binary.
    let rank = (q * sorted.len() as f64 - 1e-9).ceil().max(1.0) as usize;
    sorted.get(rank - 1).copied()
}

/// The distribution-free 95 % interval of the quantile `q`: two of the values themselves.
///
/// The ends are the ranks that a binomial count of `sorted.len()` cases at chance `q` leaves
/// outside with at most 2.5 % each. `None` if there are too few values for such ranks; see
/// [`least_for_rank_interval`].
///
/// # Source
///
/// W. J. Conover (1999), *Practical nonparametric statistics*, 3rd ed., section 3.2.
///
/// ```
/// use fivestep::evidence::interval::rank_interval;
/// let values: Vec<f64> = (1..=10).map(f64::from).collect();
/// let interval = rank_interval(&values, 0.5).expect("ten are enough");
/// assert_eq!((interval.low, interval.high), (2.0, 9.0));
/// assert_eq!(rank_interval(&values[..5], 0.5), None);
/// ```
pub fn rank_interval(sorted: &[f64], q: f64) -> Option<Interval> {
    let n = sorted.len();
    let odds = (q / (1.0 - q)).ln();
    let (mut log_chance, mut sum) = (n as f64 * (1.0 - q).ln(), 0.0);
    let (mut low, mut high) = (None, None);
    for k in 0..n {
        sum += log_chance.exp();
        if sum <= 0.025 {
            low = Some(k);
        }
        if sum >= 0.975 {
            high = Some(k);
            break;
        }
        log_chance += ((n - k) as f64 / (k + 1) as f64).ln() + odds;
    }
    Some(Interval { low: sorted[low?], high: sorted[high?] })
}

/// The smallest number of cases for which [`rank_interval`] of `q` exists: 6 for the median, 36
/// for nine of ten.
pub fn least_for_rank_interval(q: f64) -> u64 {
    (0.025_f64.ln() / q.max(1.0 - q).ln()).ceil() as u64
}

/// How many events each of the most active people made, of a crowd of any size.
///
/// ```
/// use fivestep::evidence::interval::MostActive;
///
/// let crowd: MostActive = [1, 7, 2].into_iter().collect();
/// assert_eq!((crowd.of_the_top(1), crowd.events, crowd.people), (7, 10, 3));
/// ```
#[derive(Debug, Clone, Default)]
pub struct MostActive {
    /// How many people made any event.
    pub people: u64,
    /// How many events they made.
    pub events: u64,
    /// The most active of them, the least active on top.
    drawn: BinaryHeap<Reverse<u64>>,
}

impl MostActive {
    /// Adds a person with so many events, above 0.
    pub fn add(&mut self, events: u64) {
        self.people += 1;
        self.events += events;
        self.drawn.push(Reverse(events));
        if self.drawn.len() > DRAWN_PEOPLE {
            self.drawn.pop();
        }
    }

    /// Adds other people.
    pub fn join(&mut self, others: Self) {
        self.people += others.people;
        self.events += others.events;
        self.drawn.extend(others.drawn);
        while self.drawn.len() > DRAWN_PEOPLE {
            self.drawn.pop();
        }
    }

    /// How many events the `top` most active people made, of at most 5,000.
    pub fn of_the_top(&self, top: usize) -> u64 {
        self.sorted().iter().take(top).sum()
    }

    /// The 95 % bootstrap interval of the share of all events that the `top` most active people
    /// made, drawn over people; `None` without events.
    ///
    /// People are drawn, not events, because one person's events hang together. The same counts
    /// give the same interval on every machine. It is the percentile interval of 1,000 resamples,
    /// widened to hold the share itself if need be. Of more than 5,000 people only the 5,000 most
    /// active are drawn, by Poisson weights; the others, each of whom weighs less, enter with what
    /// they did.
    ///
    /// # Source
    ///
    /// B. Efron, R. J. Tibshirani (1993), *An introduction to the bootstrap*, section 13.3; Poisson
    /// weights: J. A. Hanley, B. MacGibbon (2006), *Creating non-parametric bootstrap samples using
    /// Poisson frequencies*, Comput. Methods Programs Biomed. 83, 57–62.
    pub fn interval(&self, top: usize) -> Option<Interval> {
        let drawn = self.sorted();
        let rest = self.events - drawn.iter().sum::<u64>();
        let all_drawn = self.people == drawn.len() as u64;
        if self.events == 0 {
            return None;
        }
        let share = self.of_the_top(top) as f64 / self.events as f64;
        let mut random = SplitMix::new(self.people);
        let mut shares: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                let weights = if all_drawn {
                    drawn_weights(&mut random, drawn.len())
                } else {
                    poisson_weights(&mut random, drawn.len())
                };
                weighted_top_share(&drawn, &weights, rest, top)
            })
            .collect();
        shares.sort_by(f64::total_cmp);
        Some(Interval {
            low: nearest_rank(&shares, 0.025)?.min(share),
            high: nearest_rank(&shares, 0.975)?.max(share),
        })
    }

    /// The most active, the first of them first.
    fn sorted(&self) -> Vec<u64> {
        let mut counts: Vec<u64> = self.drawn.iter().map(|Reverse(count)| *count).collect();
        counts.sort_unstable_by_key(|count| Reverse(*count));
        counts
    }
}

impl FromIterator<u64> for MostActive {
    fn from_iter<I: IntoIterator<Item = u64>>(counts: I) -> Self {
        let mut crowd = Self::default();
        counts.into_iter().filter(|count| *count > 0).for_each(|count| crowd.add(count));
        crowd
    }
}

/// The fewest posts on which [`ratio_interval`] speaks: fewer are too much alike by chance.
pub const LEAST_FOR_BOOTSTRAP: u64 = 6;

/// The 95 % bootstrap interval of a ratio of sums: of all `pair.0` to all `pair.1`.
///
/// Whole pairs are drawn (posts, or people), since what happens to one hangs together. The same
/// pairs in any order give the same interval. It is the percentile interval of 1,000 resamples,
/// widened to hold the ratio itself if need be. `None` on fewer than [`LEAST_FOR_BOOTSTRAP`]
/// pairs, or if the sum below is 0. More than 5,000 pairs are drawn as 5,000 bundles.
///
/// # Source
///
/// B. Efron, R. J. Tibshirani (1993), *An introduction to the bootstrap*, section 13.3.
pub fn ratio_interval(pairs: &[(f64, f64)]) -> Option<Interval> {
    let ratio = ratio_of(pairs.iter().copied())?;
    if (pairs.len() as u64) < LEAST_FOR_BOOTSTRAP {
        return None;
    }
    let mut random = SplitMix::new(pairs.len() as u64);
    let drawn = bundled(pairs, &mut random);
    let amount = drawn.len() as u64;
    let mut again = || (0..amount).map(|_| drawn[random.below(amount) as usize]).collect();
    let resamples = (0..RESAMPLES).map(|_| again());
    let mut ratios: Vec<f64> =
        resamples.filter_map(|pairs: Vec<(f64, f64)>| ratio_of(pairs.into_iter())).collect();
    ratios.sort_by(f64::total_cmp);
    Some(Interval {
        low: nearest_rank(&ratios, 0.025)?.min(ratio),
        high: nearest_rank(&ratios, 0.975)?.max(ratio),
    })
}

/// The ratio of two sums; `None` if the one below is 0.
fn ratio_of(pairs: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let (above, below) = pairs.fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
    (below > 0.0).then(|| above / below)
}

/// The pairs in an order of their own, added up to as many bundles as are drawn at most.
fn bundled(pairs: &[(f64, f64)], random: &mut SplitMix) -> Vec<(f64, f64)> {
    let mut sorted = pairs.to_vec();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
    if sorted.len() <= DRAWN_PEOPLE {
        return sorted;
    }
    // Dealt out by chance: neighbours in order are alike, and would make the bundles alike.
    let mut bundles = vec![(0.0, 0.0); DRAWN_PEOPLE];
    for at in (0..sorted.len()).rev() {
        let pair = sorted.swap_remove(random.below(at as u64 + 1) as usize);
        let bundle = &mut bundles[at % DRAWN_PEOPLE];
        *bundle = (bundle.0 + pair.0, bundle.1 + pair.1);
    }
    bundles
}

/// How often each of `people` is drawn when as many are drawn with replacement.
fn drawn_weights(random: &mut SplitMix, people: usize) -> Vec<u64> {
    let mut weights = vec![0; people];
    for _ in 0..people {
        weights[random.below(people as u64) as usize] += 1;
    }
    weights
}

/// A Poisson weight of mean 1 for each of `people`.
fn poisson_weights(random: &mut SplitMix, people: usize) -> Vec<u64> {
    let weight = |random: &mut SplitMix| {
        let (mut left, mut chance, mut k) = (random.fraction(), (-1.0_f64).exp(), 0);
        while left >= chance && k < 20 {
            left -= chance;
            k += 1;
            chance /= k as f64;
        }
        k
    };
    (0..people).map(|_| weight(random)).collect()
}

/// The share of the top ten, or `top`, when person `i` appears `weights[i]` times.
fn weighted_top_share(counts: &[u64], weights: &[u64], rest: u64, top: usize) -> f64 {
    let (mut all, mut best, mut places) = (rest, 0, top as u64);
    for (count, weight) in counts.iter().zip(weights) {
        let taken = places.min(*weight);
        places -= taken;
        best += taken * count;
        all += weight * count;
    }
    if all == 0 { 0.0 } else { best as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_gives_the_known_values() {
        // (hits, n, interval)
        let table = [
            (4, 5, "0.376 0.964"),
            (27, 30, "0.744 0.965"),
            (0, 30, "0.000 0.114"),
            (9, 111, "0.043 0.147"),
        ];
        for (hits, n, known) in table {
            let found = wilson(hits, n).expect("a proportion");
            assert_eq!(format!("{:.3} {:.3}", found.low, found.high), known, "{hits}/{n}");
        }
        let tiny = wilson(575, 41_500_000).expect("a proportion");
        assert_eq!(format!("{:.8} {:.8}", tiny.low, tiny.high), "0.00001277 0.00001504");
        assert_eq!(wilson(2, 1), None);
    }

    #[test]
    fn intervals_agree_with_other_programs() {
        // Of statsmodels 0.15.0, `proportion_confint(hits, n, method="wilson")`.
        let wilsons = [
            (0, 30, 0.0, 0.113_513_393),
            (1, 7, 0.025_679_624, 0.513_127_829),
            (9, 111, 0.043_242_003, 0.146_945_923),
            (27, 30, 0.743_789_174, 0.965_400_111),
            (71, 4_945, 0.011_399_163, 0.018_070_656),
            (575, 41_500_000, 0.000_012_768, 0.000_015_035),
        ];
        for (hits, n, low, high) in wilsons {
            let found = wilson(hits, n).expect("a proportion");
            // They take 1.959964 standard deviations, the formulas' sources 1.96.
            let near = |one: f64, other: f64| (one - other).abs() < 1e-5;
            assert!(near(found.low, low) && near(found.high, high), "{hits}/{n}: {found:?}");
        }
        // Of the same, `confint_proportions_2indep(…, method="newcomb", compare="diff")`.
        let newcombes = [
            ((56, 70), (48, 80), 0.052_431, 0.333_873),
            ((9, 10), (3, 10), 0.170_523, 0.809_018),
            ((6, 7), (2, 7), 0.058_228, 0.806_250),
            ((5, 56), (0, 29), -0.038_137, 0.192_560),
        ];
        let side = |(hits, n): (u64, u64)| {
            (hits as f64 / n as f64, wilson(hits, n).expect("a proportion"))
        };
        for (after, before, low, high) in newcombes {
            let found = newcombe(side(before), side(after));
            let near = |one: f64, other: f64| (one - other).abs() < 1e-4;
            assert!(near(found.low, low) && near(found.high, high), "{after:?}: {found:?}");
        }
        // Of scipy 1.17.1, `quantile_test(values, p=q).confidence_interval(0.95)`.
        for (n, q, low, high) in
            [(20, 0.5, 6.0, 15.0), (100, 0.5, 40.0, 61.0), (100, 0.9, 84.0, 96.0)]
        {
            let values: Vec<f64> = (1..=n).map(f64::from).collect();
            assert_eq!(rank_interval(&values, q), Some(Interval { low, high }), "{n} {q}");
        }
    }

    #[test]
    fn the_bootstrap_agrees_with_another_program() {
        // Of scipy 1.17.1, `bootstrap(…, method="percentile", n_resamples=200000)`; a thousand
        // resamples come within a few percent of its width.
        let pairs = [
            (8.0, 100.0),
            (0.0, 300.0),
            (25.0, 410.0),
            (3.0, 80.0),
            (12.0, 95.0),
            (7.0, 150.0),
            (40.0, 900.0),
            (1.0, 60.0),
            (19.0, 220.0),
            (5.0, 130.0),
        ];
        let ratio = ratio_interval(&pairs).expect("ten are enough");
        let counts = [
            30, 12, 9, 8, 7, 7, 6, 5, 5, 4, 4, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
            1, 1,
        ];
        let top = MostActive::from_iter(counts).interval(10).expect("there are events");
        let table = [(ratio, 0.031_703, 0.069_486), (top, 0.614_173, 0.818_182)];
        for (found, low, high) in table {
            let near = |one: f64, other: f64| (one - other).abs() < 0.06 * (high - low);
            assert!(near(found.low, low) && near(found.high, high), "{found:?}");
        }
    }

    #[test]
    fn a_ratio_is_drawn_in_any_order_and_in_bounded_time() {
        let pairs = |n: u32| -> Vec<(f64, f64)> {
            (1..=n).map(|i| (f64::from(i % 7), f64::from(10 + i % 13))).collect()
        };
        for n in [6, 100, 20_000] {
            let (one, mut other) = (pairs(n), pairs(n));
            other.reverse();
            let found = ratio_interval(&one).expect("enough");
            assert_eq!(ratio_interval(&other), Some(found), "{n}");
            let ratio = ratio_of(one.into_iter()).expect("a ratio");
            assert!(found.low < ratio && ratio < found.high, "{n}: {found:?}");
        }
        assert_eq!(ratio_interval(&pairs(5)), None, "too few");
        assert_eq!(ratio_interval(&[(1.0, 0.0); 9]), None, "nothing below the line");
    }

    #[test]
    fn a_rank_interval_needs_enough_cases() {
        // (why, q, cases, the ranks of the two ends)
        let table = [
            ("five are too few for a median", 0.5, 5, None),
            ("six just do, with both extremes", 0.5, 6, Some((1.0, 6.0))),
            ("a table's value: 20 cases, ranks 6 and 15", 0.5, 20, Some((6.0, 15.0))),
            ("35 are too few for nine of ten", 0.9, 35, None),
            ("36 just do", 0.9, 36, Some((29.0, 36.0))),
        ];
        for (why, q, cases, ends) in table {
            let values: Vec<f64> = (1..=cases).map(f64::from).collect();
            let found = rank_interval(&values, q).map(|found| (found.low, found.high));
            assert_eq!(found, ends, "{why}");
            assert_eq!(cases as u64 >= least_for_rank_interval(q), ends.is_some(), "{why}");
        }
    }

    #[test]
    fn a_rank_interval_holds_its_quantile_and_a_million_cases() {
        for n in (6..400).chain([1_000_000]) {
            let values: Vec<f64> = (0..n).map(f64::from).collect();
            for q in [0.5, 0.9] {
                let value = nearest_rank(&values, q).expect("there are values");
                if let Some(found) = rank_interval(&values, q) {
                    assert!(found.low <= value && value <= found.high, "{n} {q}");
                }
            }
        }
    }

    #[test]
    fn the_top_share_is_drawn_over_people() {
        // (why, counts, share, does the interval have a width?)
        let even = vec![1; 100];
        let fan = [vec![300], vec![1; 100]].concat();
        let crowd = [vec![1_000], vec![1; 20_000]].concat();
        let table = [
            ("ten people are the top ten", vec![5; 10], 1.0, false),
            ("all alike", even, 0.1, false),
            ("one fan may be there or not", fan, 309.0 / 400.0, true),
            ("a crowd is drawn in bounded time", crowd, 1_009.0 / 21_000.0, true),
        ];
        for (why, counts, share, wide) in table {
            let crowd = MostActive::from_iter(counts);
            let found = crowd.interval(10).expect("there are events");
            assert_eq!(crowd.of_the_top(10) as f64 / crowd.events as f64, share, "{why}");
            assert!(0.0 <= found.low && found.low <= share, "{why}");
            assert!(share <= found.high && found.high <= 1.0, "{why}");
            assert_eq!(found.high > found.low, wide, "{why}");
            assert_eq!(crowd.interval(10), Some(found), "{why}");
        }
        assert_eq!(MostActive::default().interval(10), None);
    }
}

//! A number with its unit, and the one place that writes it for people.
//!
//! A proportion is kept as a fraction from 0 to 1 and shown as percent. Nothing else in fivestep
//! multiplies or divides by a hundred, so a fraction and a percentage cannot be mixed up.

use std::fmt;

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use super::observation::Interval;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A fraction from 0 to 1 of people, posts or conversations.
    Proportion,
    /// A number of things, 0 or more.
    Count,
    /// A length of time in seconds.
    Duration,
    /// A mark from 0 to 100.
    Score,
    /// A number without a unit, such as one count divided by another.
    Ratio,
    /// A moment, in seconds since 1970 began, UTC.
    Instant,
    /// True (1) or false (0).
    Truth,
}

impl Unit {
    /// The unit's name, with an example of how a person writes it.
    pub fn described(self) -> &'static str {
        match self {
            Unit::Proportion => "a proportion, such as `60%` or `0.6`",
            Unit::Count => "a count, such as `20`",
            Unit::Duration => "a duration, such as `4h` or `28d`",
            Unit::Score => "a score from 0 to 100, such as `75`",
            Unit::Ratio => "a ratio, such as `1.5` or `3%`",
            Unit::Instant => "a day, such as `2026-03-02`",
            Unit::Truth => "true or false",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Unit::Proportion => "proportion",
            Unit::Count => "count",
            Unit::Duration => "duration",
            Unit::Score => "score",
            Unit::Ratio => "ratio",
            Unit::Instant => "instant",
            Unit::Truth => "truth",
        })
    }
}

/// A finite number with its unit. `Display` writes it for people.
///
/// ```
/// use fivestep::model::{Quantity, Unit};
/// let rate = Quantity::new(Unit::Proportion, 575.0 / 41_500_000.0);
/// assert_eq!(rate.to_string(), "0.0014 %");
/// assert_eq!(rate.fraction(), "0.000014");
/// assert_eq!(Quantity::new(Unit::Duration, 3.0 * 3600.0).to_string(), "3 h");
/// assert_eq!(Quantity::new(Unit::Count, 41_500_000.0).to_string(), "41,500,000");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Quantity {
    /// What the number counts.
    pub unit: Unit,
    /// The number: a fraction for a proportion, seconds for a duration or since 1970 for an
    /// instant, 0 or 1 for a truth.
    pub value: f64,
}

impl Quantity {
    /// Joins a number and its unit.
    pub fn new(unit: Unit, value: f64) -> Self {
        Self { unit, value }
    }

    /// A proportion as a fraction with two significant digits at least, such as `0.000014`.
    pub fn fraction(self) -> String {
        significant(self.value, 2, 4, 5)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.unit {
            // Two digits are enough to see how small a small share is; four tell large ones apart.
            Unit::Proportion => format!("{} %", significant(self.value * 100.0, 2, 4, 3)),
            Unit::Count => count(self.value),
            Unit::Duration => duration(self.value),
            Unit::Score => significant(self.value, 1, 4, 1),
            Unit::Ratio => significant(self.value, 2, 4, 3),
            Unit::Instant => instant(self.value),
            Unit::Truth => if self.value == 0.0 { "no" } else { "yes" }.to_owned(),
        };
        f.pad(&text)
    }
}

/// Writes an interval's two ends in the unit of its metric.
///
/// Ends of a proportion keep four significant digits, so that narrow intervals of tiny shares
/// stay readable.
///
/// ```
/// use fivestep::{evidence::interval::wilson, model::{quantity::interval_text, Unit}};
/// let interval = wilson(575, 41_500_000).expect("n is not 0");
/// assert_eq!(interval_text(Unit::Proportion, interval), "0.001277 % to 0.001504 %");
/// ```
pub fn interval_text(unit: Unit, interval: Interval) -> String {
    let end = |value: f64| match unit {
        Unit::Proportion => format!("{} %", significant(value * 100.0, 4, 4, 6)),
        Unit::Count | Unit::Duration | Unit::Score | Unit::Ratio | Unit::Instant | Unit::Truth => {
            Quantity::new(unit, value).to_string()
        }
    };
    format!("{} to {}", end(interval.low), end(interval.high))
}

/// Writes `value` with up to `most` significant digits and `decimals` decimals, but never with
/// fewer than `least` significant digits; trailing zeros are dropped.
fn significant(value: f64, least: i32, most: i32, decimals: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor() as i32;
    let wanted = (most - 1 - magnitude).min(decimals);
    let places = wanted.max(least - 1 - magnitude).clamp(0, 17);
    let text = format!("{value:.*}", places as usize);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Writes a count with thousands separated, such as `41,500,000`; halves keep one decimal.
pub fn count(value: f64) -> String {
    let whole = value.trunc();
    let digits = format!("{:.0}", whole.abs());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let rest = (value - whole).abs();
    let tail = if rest >= 0.05 { format!("{rest:.1}")[1..].to_owned() } else { String::new() };
    format!("{}{text}{tail}", if value < 0.0 { "-" } else { "" })
}

/// Writes seconds as the two largest units that matter, such as `2 d 4 h` or `15 min`.
pub fn duration(seconds: f64) -> String {
    let sign = if seconds < 0.0 { "-" } else { "" };
    let total = seconds.abs().round() as u64;
    let (days, hours, minutes, rest) =
        (total / 86_400, total / 3_600 % 24, total / 60 % 60, total % 60);
    let parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")];
    let Some(first) = parts.iter().position(|(amount, _)| *amount > 0) else {
        return "0 s".to_owned();
    };
    let text: Vec<String> = parts[first..]
        .iter()
        .take(2)
        .filter(|(amount, _)| *amount > 0)
        .map(|(amount, unit)| format!("{amount} {unit}"))
        .collect();
    format!("{sign}{}", text.join(" "))
}

/// Writes seconds of working time, such as `26 h 30 min`: never in days, because a working day has
/// fewer hours than a day.
///
/// ```
/// use fivestep::model::quantity::working_time;
/// assert_eq!(working_time(95_400.0), "26 h 30 min");
/// assert_eq!(working_time(90.0), "1 min 30 s");
/// ```
pub fn working_time(seconds: f64) -> String {
    let total = seconds.abs().round() as u64;
    if total < 86_400 {
        return duration(seconds);
    }
    let sign = if seconds < 0.0 { "-" } else { "" };
    let (hours, minutes) = (count((total / 3_600) as f64), total / 60 % 60);
    match minutes {
        0 => format!("{sign}{hours} h"),
        _ => format!("{sign}{hours} h {minutes} min"),
    }
}

/// Writes a moment to the minute, UTC; one at the beginning of a day as the day alone.
fn instant(seconds: f64) -> String {
    match DateTime::from_timestamp(seconds as i64, 0) {
        Some(at) if seconds % 86_400.0 == 0.0 => at.format("%Y-%m-%d").to_string(),
        Some(at) => at.format("%Y-%m-%d %H:%M").to_string(),
        None => "no day that a calendar has".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proportion_is_written_as_percent_with_the_digits_that_matter() {
        // (fraction, text)
        let table = [
            (0.0, "0 %"),
            (1.0, "100 %"),
            (0.6, "60 %"),
            (71.0 / 4_945.0, "1.436 %"),
            (575.0 / 41_500_000.0, "0.0014 %"),
            (13.0 / 15.0, "86.67 %"),
            (1.0 / 700.0, "0.143 %"),
            (0.999_96, "100 %"),
        ];
        for (fraction, text) in table {
            assert_eq!(Quantity::new(Unit::Proportion, fraction).to_string(), text);
        }
    }

    #[test]
    fn durations_and_counts_read_as_people_say_them() {
        let durations = [
            (0.0, "0 s"),
            (59.6, "1 min"),
            (3_600.0, "1 h"),
            (5_400.0, "1 h 30 min"),
            (86_400.0 * 28.0, "28 d"),
            (90_061.0, "1 d 1 h"),
            (-60.0, "-1 min"),
        ];
        for (seconds, text) in durations {
            assert_eq!(duration(seconds), text);
        }
        let others = [
            (Unit::Score, 72.5, "72.5"),
            (Unit::Score, 100.0, "100"),
            (Unit::Ratio, 23.0, "23"),
            (Unit::Ratio, 1.0 / 3.0, "0.333"),
            (Unit::Instant, 1_772_442_000.0, "2026-03-02 09:00"),
            (Unit::Instant, 1_772_409_600.0, "2026-03-02"),
            (Unit::Instant, 1e300, "no day that a calendar has"),
        ];
        for (unit, value, text) in others {
            assert_eq!(Quantity::new(unit, value).to_string(), text);
        }
        let counts =
            [(0.0, "0"), (999.0, "999"), (1_000.0, "1,000"), (4_945.0, "4,945"), (2.5, "2.5")];
        for (value, text) in counts {
            assert_eq!(count(value), text);
        }
    }
}

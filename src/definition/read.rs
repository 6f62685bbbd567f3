//! Single values as people write them: numbers, proportions, durations, cadences, truths.
//!
//! Each function takes the words and answers with the value, or with a [`Wrong`] that says what
//! is wrong and what was probably meant. None knows where the words stand.

use std::{cmp::Ordering, ops::RangeInclusive};

use chrono::{DateTime, NaiveDate, Utc};

use super::{diagnostic::Code, suggest::quoted};
use crate::model::{
    Period, Quantity, Unit,
    calendar::{DAY_MINUTES, Hours, MAX_PERIOD_DAYS},
};

/// The largest count that a file may ask for.
pub(super) const MAX_COUNT: u64 = 1_000_000_000;

/// What a threshold that is the brand's own begins with.
pub(super) const GOALS: &str = "goals.";

/// Why words are not a value.
#[derive(Debug, PartialEq)]
pub(super) struct Wrong {
    pub code: Code,
    pub message: String,
    pub suggestion: Option<String>,
    pub help: Option<String>,
}

impl Wrong {
    pub(super) fn new(code: Code, message: String) -> Self {
        Self { code, message, suggestion: None, help: None }
    }

    pub(super) fn meant(self, suggestion: impl Into<String>) -> Self {
        Self { suggestion: Some(suggestion.into()), ..self }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// All of it in one line, for a command line.
    pub(super) fn into_sentence(self) -> String {
        let meant = self.suggestion.map(|meant| format!("did you mean `{meant}`?"));
        let parts = [Some(self.message), meant, self.help];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

/// A whole number within `range`.
pub(super) fn whole(text: &str, range: RangeInclusive<u64>) -> Result<u64, Wrong> {
    let number = digits(text).filter(|number| range.contains(number));
    number.ok_or_else(|| {
        let (low, high) = (range.start(), range.end());
        let message = format!("{} is not a whole number from {low} to {high}", quoted(text));
        Wrong::new(Code::BadNumber, message)
    })
}

/// A number from 1 to `most`, both allowed.
pub(super) fn factor(text: &str, most: u64) -> Result<f64, Wrong> {
    let number = decimal(text).filter(|number| (1.0..=most as f64).contains(number));
    number.ok_or_else(|| {
        let message = format!("{} is not a number from 1 to {most}", quoted(text));
        Wrong::new(Code::BadNumber, message)
    })
}

/// The bytes of a kilobyte.
const KB: u64 = 1_024;

/// The most bytes that a file may ask for.
const MAX_BYTES: u64 = KB * KB;

/// A size in bytes: `64 KB` or `1 MB`.
pub(super) fn size(text: &str) -> Result<u64, Wrong> {
    let (amount, unit) =
        text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let unit_bytes = match unit.trim() {
        "KB" => KB,
        "MB" => KB * KB,
        _ => return Err(bad_size(text, amount, unit.trim())),
    };
    let bytes = digits(amount).and_then(|amount| amount.checked_mul(unit_bytes));
    bytes.filter(|bytes| (1..=MAX_BYTES).contains(bytes)).ok_or_else(|| {
        let message = format!("{} is no size that can be kept", quoted(text));
        Wrong::new(Code::BadSize, message).help("it must be more than nothing and at most `1 MB`")
    })
}

/// What `64k`, `64 kilobytes` or `65536` would be in our words.
fn bad_size(text: &str, amount: &str, unit: &str) -> Wrong {
    let wrong = Wrong::new(Code::BadSize, format!("{} is not a size", quoted(text)))
        .help("write `64 KB` or `1 MB`");
    let meant = match unit.to_ascii_lowercase().as_str() {
        "" => {
            digits(amount).filter(|bytes| bytes % KB == 0).map(|bytes| format!("{} KB", bytes / KB))
        }
        "k" | "kb" | "kib" | "kilobyte" | "kilobytes" => Some(format!("{amount} KB")),
        "m" | "mb" | "mib" | "megabyte" | "megabytes" => Some(format!("{amount} MB")),
        _ => None,
    };
    match meant.filter(|_| !amount.is_empty()) {
        Some(meant) => wrong.meant(meant),
        None => wrong,
    }
}

/// Any decimal number, such as `-2.5`.
pub(super) fn number(text: &str) -> Result<f64, Wrong> {
    let (sign, rest) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    decimal(rest)
        .map(|number| sign * number)
        .ok_or_else(|| Wrong::new(Code::BadNumber, format!("{} is not a number", quoted(text))))
}

/// `true` or `false`, and no other word for it.
pub(super) fn truth(text: &str) -> Result<bool, Wrong> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => {
            let wrong = Wrong::new(Code::BadTruth, format!("{} is not a truth", quoted(text)))
                .help("write `true` or `false`; other words for it are only texts");
            Err(match text.to_ascii_lowercase().as_str() {
                "yes" | "y" | "on" | "1" | "true" => wrong.meant("true"),
                "no" | "n" | "off" | "0" | "false" => wrong.meant("false"),
                _ => wrong,
            })
        }
    }
}

/// A number in `unit`: `60%` or `0.6`, `20`, `4h`.
pub(super) fn quantity(text: &str, unit: Unit) -> Result<Quantity, Wrong> {
    let value = match unit {
        Unit::Proportion => proportion(text)?,
        Unit::Count => count(text)?,
        Unit::Duration => match clock(text) {
            Ok(seconds) => seconds as f64,
            Err(wrong) if digits(text).is_some() || text.ends_with('%') => {
                return Err(Wrong { code: Code::WrongUnit, ..wrong });
            }
            Err(wrong) => return Err(wrong),
        },
        Unit::Score => score(text)?,
        Unit::Ratio => ratio(text)?,
        Unit::Instant => match day(text) {
            Err(wrong) if clock(text).is_ok() => {
                let since =
                    format!("how long ago is an expression: `when: now - METRIC <= {text}`");
                return Err(wrong.help(since));
            }
            day => day?,
        },
        Unit::Truth => f64::from(u8::from(truth(text)?)),
    };
    Ok(Quantity::new(unit, value))
}

fn proportion(text: &str) -> Result<f64, Wrong> {
    let refused = |why: &str| {
        let message = format!("{} is not a proportion{why}", quoted(text));
        Wrong::new(Code::WrongUnit, message).help(expected(Unit::Proportion))
    };
    if let Some(percent) = text.strip_suffix('%') {
        let percent = decimal(percent.trim_end()).ok_or_else(|| refused(""))?;
        return if percent <= 100.0 {
            Ok(percent / 100.0)
        } else {
            Err(refused(": it is more than everything"))
        };
    }
    match decimal(text) {
        // Nobody can see whether a bare 1 is 1 % or everything.
        Some(_) if text == "1" => {
            Err(refused(": it could be 1 % or 100 %").help("write `1%` or `100%`"))
        }
        Some(fraction) if fraction <= 1.0 => Ok(fraction),
        Some(percent) if percent <= 100.0 => Err(refused("").meant(format!("{text}%"))),
        Some(_) => Err(refused(": it is more than everything")),
        None => Err(refused("")),
    }
}

fn count(text: &str) -> Result<f64, Wrong> {
    let plain = decimal(text).filter(|count| *count <= MAX_COUNT as f64);
    plain.ok_or_else(|| {
        let without: String = text.chars().filter(|c| !matches!(c, ',' | '_' | ' ')).collect();
        let wrong = Wrong::new(Code::WrongUnit, format!("{} is not a count", quoted(text)))
            .help(expected(Unit::Count));
        if digits(&without).is_some() && without != text { wrong.meant(without) } else { wrong }
    })
}

fn score(text: &str) -> Result<f64, Wrong> {
    decimal(text).filter(|score| *score <= 100.0).ok_or_else(|| wrong_unit(text, Unit::Score))
}

/// A ratio as a number or in percent, which may be more than a hundred.
fn ratio(text: &str) -> Result<f64, Wrong> {
    let ratio = match text.strip_suffix('%') {
        Some(percent) => decimal(percent.trim_end()).map(|percent| percent / 100.0),
        None => decimal(text),
    };
    ratio.filter(|ratio| *ratio <= MAX_COUNT as f64).ok_or_else(|| wrong_unit(text, Unit::Ratio))
}

/// A day, from its first moment in UTC, in seconds since 1970.
pub(super) fn day(text: &str) -> Result<f64, Wrong> {
    let midnight = text.parse::<NaiveDate>().ok().and_then(|day| day.and_hms_opt(0, 0, 0));
    let written = midnight.filter(|day| day.format("%Y-%m-%d").to_string() == text);
    written
        .map(|midnight| midnight.and_utc().timestamp() as f64)
        .ok_or_else(|| wrong_unit(text, Unit::Instant))
}

/// An instant, or the first moment of a day, UTC.
pub(super) fn instant(text: &str) -> Result<DateTime<Utc>, Wrong> {
    let of_day = || DateTime::from_timestamp(day(text).ok()? as i64, 0);
    let read = DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()).or_else(of_day);
    read.ok_or_else(|| {
        Wrong::new(Code::BadInstant, format!("{} is not an instant", quoted(text)))
            .help("write `2026-03-02T09:00:00Z`, or a day such as `2026-03-02`")
    })
}

fn wrong_unit(text: &str, unit: Unit) -> Wrong {
    Wrong::new(Code::WrongUnit, format!("{} is not {}", quoted(text), unit.described()))
}

fn expected(unit: Unit) -> String {
    format!("write {}", unit.described())
}

/// A length of time: `15m`, `4h`, `28d`, `2w` or `3 business days`.
pub(super) fn period(text: &str) -> Result<Period, Wrong> {
    if let Some(days) = business_days(text) {
        let days = days.ok_or_else(|| bad_duration(text))?;
        return match u32::try_from(days) {
            Ok(days) if days > 0 && i64::from(days) <= MAX_PERIOD_DAYS => {
                Ok(Period::BusinessDays(days))
            }
            _ => Err(out_of_range(text)),
        };
    }
    clock(text).map(Period::Seconds)
}

/// A length of clock time, in seconds.
pub(super) fn clock(text: &str) -> Result<i64, Wrong> {
    if business_days(text).is_some() {
        let message = format!("{} is working time, and clock time is needed here", quoted(text));
        return Err(Wrong::new(Code::BadDuration, message)
            .help("evidence does not rest at weekends; write `4h` or `28d`"));
    }
    let (amount, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(0));
    let Some(unit_seconds) = unit_seconds(unit) else { return Err(bad_duration(text)) };
    let seconds = digits(amount).and_then(|amount| i64::try_from(amount).ok());
    let seconds = seconds.and_then(|amount| amount.checked_mul(unit_seconds));
    match seconds {
        Some(seconds) if seconds > 0 && seconds <= MAX_PERIOD_DAYS * 86_400 => Ok(seconds),
        _ => Err(out_of_range(text)),
    }
}

fn unit_seconds(unit: &str) -> Option<i64> {
    match unit {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3_600),
        "d" => Some(86_400),
        "w" => Some(7 * 86_400),
        _ => None,
    }
}

/// The number before `business days`, if those words are there; nothing inside if it is none.
fn business_days(text: &str) -> Option<Option<u64>> {
    let amount = text.strip_suffix("business days").or(text.strip_suffix("business day"))?;
    Some(digits(amount.trim_end()))
}

fn bad_duration(text: &str) -> Wrong {
    let wrong = Wrong::new(Code::BadDuration, format!("{} is not a duration", quoted(text)))
        .help("write `15m`, `4h`, `28d`, `2w` or, for people, `3 business days`");
    match meant_duration(text) {
        Some(meant) => wrong.meant(meant),
        None => wrong,
    }
}

/// What `4 hours`, `15 min` or `3 working days` would be in our words.
fn meant_duration(text: &str) -> Option<String> {
    let (amount, word) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    digits(amount)?;
    let word = word.trim().to_ascii_lowercase();
    if word.ends_with("days") && (word.starts_with("work") || word.starts_with("bus")) {
        return Some(format!("{amount} business days"));
    }
    let names = ["second", "minute", "hour", "day", "week"];
    let short = |name: &&str| {
        let stem = word.trim_end_matches('s');
        !stem.is_empty() && name.starts_with(stem)
    };
    let name = names.iter().find(|name| short(name))?;
    Some(format!("{amount}{}", &name[..1]))
}

fn out_of_range(text: &str) -> Wrong {
    let message = format!("{} is no length of time that can be waited for", quoted(text));
    Wrong::new(Code::BadDuration, message)
        .help(format!("it must be more than nothing and at most {MAX_PERIOD_DAYS} days"))
}

/// Posts per week, from `2 posts per week`.
pub(super) fn cadence(text: &str) -> Result<f64, Wrong> {
    let rest = text.strip_suffix("posts per week").or(text.strip_suffix("post per week"));
    let posts = rest.and_then(|amount| decimal(amount.trim_end()));
    posts.filter(|posts| *posts > 0.0 && *posts <= 1_000.0).ok_or_else(|| {
        Wrong::new(Code::BadCadence, format!("{} is not a cadence", quoted(text)))
            .help("write it as posts per week, such as `2 posts per week`")
    })
}

/// The hours of a working day, from `09:00-17:00`.
pub(super) fn hours(text: &str) -> Result<Hours, Wrong> {
    let wrong = |why: &str| {
        let message = format!("{} is no working day{why}", quoted(text));
        Wrong::new(Code::BadHours, message)
            .help("write from when to when, such as `09:00-17:00`, midnight at the end as `24:00`")
    };
    let meant = meant_hours(text).ok_or_else(|| wrong(""))?;
    match meant.from_minute.cmp(&meant.to_minute) {
        Ordering::Less if meant.to_string() == text => Ok(meant),
        Ordering::Less => Err(wrong("").meant(meant.to_string())),
        Ordering::Equal => Err(wrong(": it has no time")),
        // The night belongs to two days, of which one may be free.
        Ordering::Greater => Err(wrong(": it goes past midnight")),
    }
}

/// What `9-17`, `9:00 to 17:00`, `9am-5pm` or `09.00–17.00` would be in our words.
fn meant_hours(text: &str) -> Option<Hours> {
    let text = text.to_ascii_lowercase();
    let (from, to) =
        ["-", "–", "—", " to ", " until "].iter().find_map(|sign| text.split_once(sign))?;
    let (from_minute, to_minute) = (minute(from.trim())?, minute(to.trim())?);
    // A day may end at midnight, but hardly at its own beginning.
    let to_minute = if to_minute == 0 { DAY_MINUTES } else { to_minute };
    Some(Hours { from_minute, to_minute })
}

/// Minutes after midnight of `9`, `09:00`, `0900`, `9.30`, `9h`, `9am` or `5 pm`.
fn minute(text: &str) -> Option<u16> {
    let (text, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(text), _) => (text.trim(), Some(0)),
        (_, Some(text)) => (text.trim(), Some(12)),
        _ => (text.strip_suffix('h').unwrap_or(text), None),
    };
    let parted = text.split_once([':', '.', 'h']);
    let (hour, minute) = match parted {
        Some(parted) => parted,
        None if text.len() == 4 && text.is_ascii() => text.split_at(2),
        None => (text, "00"),
    };
    let (hour, minute) = (digits(hour)?, digits(minute).filter(|_| minute.len() == 2)?);
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    let minutes = hour.checked_mul(60)?.checked_add(minute).filter(|_| minute < 60)?;
    u16::try_from(minutes).ok().filter(|minutes| *minutes <= DAY_MINUTES)
}

/// A whole number without sign, of digits alone.
fn digits(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// A number without sign or exponent: digits, and perhaps a point and more digits.
fn decimal(text: &str) -> Option<f64> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !(plain(whole) && plain(rest)) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_its_unit_or_refused_with_what_was_meant() {
        use Unit::{Count, Duration, Instant, Proportion, Ratio, Score, Truth};
        type Expected = Result<f64, Option<&'static str>>;
        // (text, unit, the value or the suggestion)
        let table: [(&str, Unit, Expected); 31] = [
            ("60%", Proportion, Ok(0.6)),
            ("60 %", Proportion, Ok(0.6)),
            ("1.436%", Proportion, Ok(0.014_36)),
            ("0.6", Proportion, Ok(0.6)),
            ("100%", Proportion, Ok(1.0)),
            ("0", Proportion, Ok(0.0)),
            ("1.0", Proportion, Ok(1.0)),
            ("1", Proportion, Err(None)),
            ("60", Proportion, Err(Some("60%"))),
            ("120%", Proportion, Err(None)),
            ("1000", Proportion, Err(None)),
            ("-1%", Proportion, Err(None)),
            (".5", Proportion, Err(None)),
            ("nan", Proportion, Err(None)),
            ("1e-3", Proportion, Err(None)),
            ("20", Count, Ok(20.0)),
            ("2.5", Count, Ok(2.5)),
            ("1,000", Count, Err(Some("1000"))),
            ("inf", Count, Err(None)),
            ("99999999999", Count, Err(None)),
            ("4h", Duration, Ok(14_400.0)),
            ("4 hours", Duration, Err(Some("4h"))),
            ("20", Duration, Err(None)),
            ("75", Score, Ok(75.0)),
            ("101", Score, Err(None)),
            ("1.5", Ratio, Ok(1.5)),
            ("2026-03-02", Instant, Ok(1_772_409_600.0)),
            ("2026-3-2", Instant, Err(None)),
            ("true", Truth, Ok(1.0)),
            ("yes", Truth, Err(Some("true"))),
            ("off", Truth, Err(Some("false"))),
        ];
        for (text, unit, expected) in table {
            let found = quantity(text, unit);
            let found = found.map(|it| it.value).map_err(|wrong| wrong.suggestion);
            assert_eq!(found, expected.map_err(|it| it.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn a_size_is_written_in_kilobytes_or_megabytes() {
        // (text, the bytes or the suggestion)
        let table = [
            ("64 KB", Ok(65_536)),
            ("64KB", Ok(65_536)),
            ("1 MB", Ok(1_048_576)),
            ("1024 KB", Ok(1_048_576)),
            ("1025 KB", Err(None)),
            ("0 KB", Err(None)),
            ("99999999999999999999 MB", Err(None)),
            ("64 kb", Err(Some("64 KB"))),
            ("1M", Err(Some("1 MB"))),
            ("65536", Err(Some("64 KB"))),
            ("100", Err(None)),
            ("KB", Err(None)),
            ("64 bytes", Err(None)),
            ("é", Err(None)),
            ("", Err(None)),
        ];
        for (text, expected) in table {
            let found = size(text).map_err(|wrong| wrong.suggestion);
            assert_eq!(found, expected.map_err(|it| it.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn a_factor_makes_a_rest_longer() {
        let table = [
            ("1", true),
            ("1.5", true),
            ("10", true),
            ("0.9", false),
            ("10.1", false),
            ("-2", false),
            ("x", false),
        ];
        for (text, fits) in table {
            assert_eq!(factor(text, 10).is_ok(), fits, "{text}");
        }
    }

    #[test]
    fn a_period_is_clock_time_or_business_days() {
        // (text, the period or the suggestion)
        let table = [
            ("30s", Ok(Period::Seconds(30))),
            ("15m", Ok(Period::Seconds(900))),
            ("2w", Ok(Period::Seconds(1_209_600))),
            ("3660d", Ok(Period::Seconds(3_660 * 86_400))),
            ("3661d", Err(None)),
            ("0h", Err(None)),
            ("99999999999999999999d", Err(None)),
            ("9223372036854775807w", Err(None)),
            ("1 business day", Ok(Period::BusinessDays(1))),
            ("3 business days", Ok(Period::BusinessDays(3))),
            ("0 business days", Err(None)),
            ("3 working days", Err(Some("3 business days"))),
            ("4 h", Err(Some("4h"))),
            ("15 min", Err(Some("15m"))),
            ("h", Err(None)),
            ("four hours", Err(None)),
            ("4é", Err(None)),
            ("", Err(None)),
        ];
        for (text, expected) in table {
            let found = period(text).map_err(|wrong| wrong.suggestion);
            assert_eq!(found, expected.map_err(|it| it.map(str::to_owned)), "{text}");
        }
        assert!(clock("3 business days").is_err());
    }

    #[test]
    fn a_working_day_is_written_one_way_and_others_are_understood() {
        // (text, the hours or the suggestion)
        let table = [
            ("09:00-17:00", Ok((540, 1_020))),
            ("00:00-24:00", Ok((0, 1_440))),
            ("08:30-12:15", Ok((510, 735))),
            ("9-17", Err(Some("09:00-17:00"))),
            ("9:00-17:00", Err(Some("09:00-17:00"))),
            ("09:00 - 17:00", Err(Some("09:00-17:00"))),
            ("09:00–17:00", Err(Some("09:00-17:00"))),
            ("09.00-17.30", Err(Some("09:00-17:30"))),
            ("0900-1700", Err(Some("09:00-17:00"))),
            ("9h-17h30", Err(Some("09:00-17:30"))),
            ("9 to 17", Err(Some("09:00-17:00"))),
            ("9am-5pm", Err(Some("09:00-17:00"))),
            ("9 AM to 5:30 PM", Err(Some("09:00-17:30"))),
            ("12am-12pm", Err(Some("00:00-12:00"))),
            ("18:00-00:00", Err(Some("18:00-24:00"))),
            ("22:00-06:00", Err(None)),
            ("09:00-09:00", Err(None)),
            ("09:00-24:01", Err(None)),
            ("09:60-17:00", Err(None)),
            ("13pm-5pm", Err(None)),
            ("9:00", Err(None)),
            ("8h", Err(None)),
            ("always", Err(None)),
            ("é-ü", Err(None)),
            ("-", Err(None)),
            ("", Err(None)),
            ("99999999999999999999-99999999999999999999", Err(None)),
        ];
        for (text, expected) in table {
            let found = hours(text).map(|day| (day.from_minute, day.to_minute));
            let found = found.map_err(|wrong| wrong.suggestion);
            assert_eq!(found, expected.map_err(|it| it.map(str::to_owned)), "{text}");
        }
    }
}

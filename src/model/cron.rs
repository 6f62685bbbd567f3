//! The five fields of cron, matched against the wall clock and nothing else.
//!
//! Start reading at [`Cron`]. The crate `croner` reads the fields; what they say is kept as one set
//! of bits a field, and [`Cron::first_from`] looks for the next time that is in all of them. Zones
//! and clock changes are not known here; [`super::occurrence`] knows them.
//!
//! # Always true
//!
//! - A line that was read comes again and again: one that no calendar ever meets is refused.
//! - A field reads as crontab(5) of Vixie's cron has it. Seconds, years, `@reboot`, and the signs
//!   `L W # ? +` of other programs are refused, never guessed at.

use std::{fmt, ops::Range, str::FromStr};

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use croner::parser::{CronParser, Seconds, Year};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The names that stand for a whole line.
pub const NICKNAMES: [&str; 6] =
    ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@hourly"];

/// The days of every month in a year that has most of them.
const LENGTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// How many years are looked through for the next time; 29 February falls on a given day of the
/// week at least every 40 years.
const LOOK_AHEAD_YEARS: i32 = 41;

/// One of the five fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CronField {
    /// The minute of the hour.
    Minute,
    /// The hour of the day.
    Hour,
    /// The day of the month.
    Day,
    /// The month.
    Month,
    /// The day of the week.
    Weekday,
}

impl CronField {
    /// All five, in the order of a line.
    pub const ALL: [CronField; 5] =
        [CronField::Minute, CronField::Hour, CronField::Day, CronField::Month, CronField::Weekday];

    /// What it holds, for people.
    pub fn noun(self) -> &'static str {
        match self {
            CronField::Minute => "minute",
            CronField::Hour => "hour",
            CronField::Day => "day of the month",
            CronField::Month => "month",
            CronField::Weekday => "day of the week",
        }
    }

    /// Which values it takes, for people.
    pub fn values(self) -> &'static str {
        match self {
            CronField::Minute => "0 to 59",
            CronField::Hour => "0 to 23",
            CronField::Day => "1 to 31",
            CronField::Month => "1 to 12, or `jan` to `dec`",
            CronField::Weekday => "0 to 7, or `mon` to `sun`; 0 and 7 are Sunday",
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            CronField::Minute | CronField::Hour | CronField::Day => &[],
            CronField::Month => &[
                "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
            ],
            CronField::Weekday => &super::calendar::DAYS,
        }
    }

    /// Whether the parts of a field are those that this field has: `*`, numbers and its names.
    fn knows(self, text: &str) -> bool {
        let number =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let name = |part: &str| self.names().iter().any(|name| name.eq_ignore_ascii_case(part));
        text.split([',', '-', '/']).all(|part| part == "*" || number(part) || name(part))
    }
}

/// Why a text is not a line of cron.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CronError {
    /// It has more or fewer than five fields.
    #[error("a line of cron has five fields, and this has {count}")]
    Fields {
        /// How many it has.
        count: usize,
    },
    /// It is none of [`NICKNAMES`].
    #[error("there is no line of cron called like this")]
    Nickname,
    /// A field says what it cannot.
    #[error("this cannot be the {}", field.noun())]
    Field {
        /// Which field.
        field: CronField,
        /// Its place in the line, in bytes.
        span: Range<usize>,
    },
    /// Every field is right, but no month has such a day.
    #[error("no month that is named has such a day")]
    Never {
        /// The place of the day of the month, in bytes.
        span: Range<usize>,
    },
}

/// Times on the wall clock: five fields of cron.
///
/// Where both the day of the month and the day of the week are restricted, a day that is in
/// *either* comes; a field is not restricted if it begins with `*`. That is the rule of Vixie's
/// cron, and everybody's since.
///
/// ```
/// use fivestep::model::cron::Cron;
/// let cron: Cron = "30 7 * * mon-fri".parse()?;
/// let friday = "2026-03-06T07:30:00".parse()?;
/// assert_eq!(cron.first_from(friday), Some(friday));
/// let saturday = "2026-03-07T00:00:00".parse()?;
/// assert_eq!(cron.first_from(saturday), Some("2026-03-09T07:30:00".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cron {
    line: String,
    /// A bit for every minute that is in it, from the lowest; so in the next four.
    minutes: u64,
    hours: u32,
    days: u32,
    months: u16,
    /// From Sunday.
    weekdays: u8,
    /// A day need be in one of the two fields of days only.
    either: bool,
}

impl FromStr for Cron {
    type Err = CronError;

    fn from_str(line: &str) -> Result<Self, CronError> {
        let fields = fields(line);
        let read = match line.trim_start().starts_with('@') {
            true => nickname(line.trim())?,
            false => five(line, &fields)?,
        };
        let cron = Cron::of(line.to_owned(), &read);
        if cron.comes() {
            return Ok(cron);
        }
        Err(CronError::Never { span: fields.get(2).cloned().unwrap_or_default() })
    }
}

fn nickname(line: &str) -> Result<croner::Cron, CronError> {
    let known = NICKNAMES.iter().any(|name| name.eq_ignore_ascii_case(line));
    if known { read(line).ok_or(CronError::Nickname) } else { Err(CronError::Nickname) }
}

fn five(line: &str, fields: &[Range<usize>]) -> Result<croner::Cron, CronError> {
    if fields.len() != CronField::ALL.len() {
        return Err(CronError::Fields { count: fields.len() });
    }
    let written = || CronField::ALL.into_iter().zip(fields);
    if let Some((field, span)) =
        written().find(|(field, span)| !field.knows(&line[(*span).clone()]))
    {
        return Err(CronError::Field { field, span: span.clone() });
    }
    read(line).ok_or_else(|| {
        // Its errors do not say which field they are about, so each is read by itself too.
        let alone = |field: CronField, text: &str| {
            let mut stars = ["*"; 5];
            stars[field as usize] = text;
            read(&stars.join(" "))
        };
        let wrong = written().find(|(field, span)| alone(*field, &line[(*span).clone()]).is_none());
        match wrong {
            Some((field, span)) => CronError::Field { field, span: span.clone() },
            None => CronError::Fields { count: fields.len() },
        }
    })
}

fn read(line: &str) -> Option<croner::Cron> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed);
    parser.build().parse(line).ok()
}

/// The places of the fields in a line, in bytes.
fn fields(line: &str) -> Vec<Range<usize>> {
    let start = |field: &str| field.as_ptr() as usize - line.as_ptr() as usize;
    line.split_whitespace().map(|field| start(field)..start(field) + field.len()).collect()
}

impl Cron {
    fn of(line: String, read: &croner::Cron) -> Self {
        let bits =
            |values: Vec<u16>| values.into_iter().fold(0_u64, |bits, value| bits | 1 << value);
        let pattern = &read.pattern;
        // The names are numbers by now, and a nickname is its line.
        let written: Vec<&str> = pattern.as_str().split_whitespace().collect();
        let restricted = |at: usize| written.get(at).is_some_and(|field| !field.starts_with('*'));
        Self {
            line,
            minutes: bits(pattern.minutes.values()),
            hours: bits(pattern.hours.values()) as u32,
            days: bits(pattern.days.values()) as u32,
            months: bits(pattern.months.values()) as u16,
            weekdays: bits(pattern.days_of_week.values()) as u8,
            either: restricted(2) && restricted(4),
        }
    }

    /// The line as it is written.
    pub fn as_str(&self) -> &str {
        &self.line
    }

    /// The first time at or after `from`, both on the wall clock; only after the last year of the
    /// calendar there is none.
    pub fn first_from(&self, from: NaiveDateTime) -> Option<NaiveDateTime> {
        let from = next_full_minute(from)?;
        let mut day = from.date();
        if self.has_day(day)
            && let Some(time) = self.time_from(from.hour(), from.minute())
        {
            return Some(day.and_time(time));
        }
        while day.year() <= from.year() + LOOK_AHEAD_YEARS {
            day = self.later_day(day)?;
            if self.has_day(day) {
                return self.time_from(0, 0).map(|time| day.and_time(time));
            }
        }
        None
    }

    /// Whether some year has a day that is in it. Within 400 years every day of a year falls on
    /// every day of the week, so the days of the week never stand in the way.
    fn comes(&self) -> bool {
        let fits = |(month, length): (usize, &u32)| {
            self.months & 1 << (month + 1) != 0 && self.days.trailing_zeros() <= *length
        };
        self.either || LENGTHS.iter().enumerate().any(fits)
    }

    fn has_day(&self, day: NaiveDate) -> bool {
        let in_month = self.days & 1 << day.day() != 0;
        let in_week = self.weekdays & 1 << day.weekday().num_days_from_sunday() != 0;
        let one_of_both = if self.either { in_month || in_week } else { in_month && in_week };
        self.has_month(day) && one_of_both
    }

    fn has_month(&self, day: NaiveDate) -> bool {
        self.months & 1 << day.month() != 0
    }

    /// The next day, or the first of the next month where this month has none.
    fn later_day(&self, day: NaiveDate) -> Option<NaiveDate> {
        if self.has_month(day) {
            return day.succ_opt();
        }
        let months = chrono::Months::new(1);
        day.with_day(1)?.checked_add_months(months)
    }

    /// The first time of a day at or after `hour:minute`.
    fn time_from(&self, hour: u32, minute: u32) -> Option<NaiveTime> {
        let this_hour = self.hours & 1 << hour != 0;
        let later_minutes = self.minutes >> minute;
        if this_hour && later_minutes != 0 {
            return NaiveTime::from_hms_opt(hour, minute + later_minutes.trailing_zeros(), 0);
        }
        let later_hours = self.hours >> (hour + 1);
        if later_hours == 0 {
            return None;
        }
        let hour = hour + 1 + later_hours.trailing_zeros();
        NaiveTime::from_hms_opt(hour, self.minutes.trailing_zeros(), 0)
    }
}

/// The same time if it is a full minute, else the next one.
fn next_full_minute(time: NaiveDateTime) -> Option<NaiveDateTime> {
    let begun = time.with_second(0)?.with_nanosecond(0)?;
    if begun == time { Some(time) } else { begun.checked_add_signed(chrono::TimeDelta::minutes(1)) }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.line)
    }
}

impl TryFrom<String> for Cron {
    type Error = CronError;

    fn try_from(line: String) -> Result<Self, CronError> {
        line.parse()
    }
}

impl From<Cron> for String {
    fn from(cron: Cron) -> String {
        cron.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cron(line: &str) -> Cron {
        line.parse().expect("a line of cron")
    }

    fn wall(text: &str) -> NaiveDateTime {
        format!("{text}:00").parse().expect("a time on the wall")
    }

    #[test]
    fn the_next_time_is_the_first_that_is_in_every_field() {
        // (why, line, from, the next three)
        let table = [
            (
                "every minute",
                "* * * * *",
                "2026-12-31T23:58",
                ["2026-12-31T23:58", "2026-12-31T23:59", "2027-01-01T00:00"],
            ),
            (
                "steps begin at the first value",
                "*/25 9-10 * * *",
                "2026-03-02T09:51",
                ["2026-03-02T10:00", "2026-03-02T10:25", "2026-03-02T10:50"],
            ),
            (
                "steps within a range",
                "0 8-18/5 * * *",
                "2026-03-02T09:00",
                ["2026-03-02T13:00", "2026-03-02T18:00", "2026-03-03T08:00"],
            ),
            (
                "a list of names",
                "30 7 * * MON,wed,Sun",
                "2026-03-06T00:00",
                ["2026-03-08T07:30", "2026-03-09T07:30", "2026-03-11T07:30"],
            ),
            (
                "a range that ends on Sunday",
                "0 12 * * sat-sun",
                "2026-03-02T00:00",
                ["2026-03-07T12:00", "2026-03-08T12:00", "2026-03-14T12:00"],
            ),
            (
                "7 is Sunday",
                "0 12 * * 7",
                "2026-03-02T00:00",
                ["2026-03-08T12:00", "2026-03-15T12:00", "2026-03-22T12:00"],
            ),
            (
                "months without the day are left out",
                "0 0 31 * *",
                "2026-02-01T00:00",
                ["2026-03-31T00:00", "2026-05-31T00:00", "2026-07-31T00:00"],
            ),
            (
                "29 February, over a century that has none",
                "0 0 29 feb *",
                "2095-01-01T00:00",
                ["2096-02-29T00:00", "2104-02-29T00:00", "2108-02-29T00:00"],
            ),
            (
                "29 February on a Sunday, the longest rest there is",
                "0 0 29 2 */7",
                "2088-03-01T00:00",
                ["2128-02-29T00:00", "2156-02-29T00:00", "2184-02-29T00:00"],
            ),
            (
                "two restricted fields of days: either comes",
                "30 4 1,15 * 5",
                "2026-03-01T00:00",
                ["2026-03-01T04:30", "2026-03-06T04:30", "2026-03-13T04:30"],
            ),
            (
                "a field that begins with a star is not restricted: both must fit",
                "0 9 */2 * mon",
                "2026-03-01T00:00",
                ["2026-03-09T09:00", "2026-03-23T09:00", "2026-04-13T09:00"],
            ),
            (
                "a nickname",
                "@weekly",
                "2026-03-02T00:00",
                ["2026-03-08T00:00", "2026-03-15T00:00", "2026-03-22T00:00"],
            ),
        ];
        for (why, line, from, expected) in table {
            let cron = cron(line);
            let mut from = wall(from);
            for expected in expected {
                let next = cron.first_from(from).expect("it comes");
                assert_eq!(next, wall(expected), "{why}");
                from = next + chrono::TimeDelta::minutes(1);
            }
        }
    }

    #[test]
    fn a_minute_that_has_begun_is_over() {
        let begun = "2026-03-02T07:30:00.001".parse().expect("a time");
        assert_eq!(cron("30 7 * * *").first_from(begun), Some(wall("2026-03-03T07:30")));
        assert_eq!(cron("* * * * *").first_from(NaiveDateTime::MAX), None, "the calendar ends");
    }

    #[test]
    fn what_is_not_five_fields_of_cron_is_refused_at_its_place() {
        // (line, the part that is wrong, or why it has no place)
        let table = [
            ("", Err("0")),
            ("30 7 * *", Err("4")),
            ("0 30 7 * * mon-fri", Err("6")),
            ("0 30 7 * * mon-fri 2026", Err("7")),
            ("@reboot", Err("name")),
            ("@midnight", Err("name")),
            ("@daily 5", Err("name")),
            ("60 7 * * *", Ok("60")),
            ("30 24 * * *", Ok("24")),
            ("30 7 0 * *", Ok("0")),
            ("30 7 * 13 *", Ok("13")),
            ("30 7 * * 8", Ok("8")),
            ("30 7 * * mo", Ok("mo")),
            ("30 mon * * *", Ok("mon")),
            ("30 7 jan * *", Ok("jan")),
            ("30 7 * fri *", Ok("fri")),
            ("30 7 * * fri-mon", Ok("fri-mon")),
            ("30 17-9 * * *", Ok("17-9")),
            ("*/0 7 * * *", Ok("*/0")),
            ("5/15 7 * * *", Ok("5/15")),
            ("1,,2 7 * * *", Ok("1,,2")),
            ("30 7, * * *", Ok("7,")),
            ("30 7- * * *", Ok("7-")),
            ("+5 7 * * *", Ok("+5")),
            ("30 7 L * *", Ok("L")),
            ("30 7 15W * *", Ok("15W")),
            ("30 7 ? * *", Ok("?")),
            ("30 7 * * 5L", Ok("5L")),
            ("30 7 * * 5#2", Ok("5#2")),
            ("30 7 * * +5", Ok("+5")),
            ("30 7 * * lunes", Ok("lunes")),
            ("30  7é * * *", Ok("7é")),
            ("99999999999 7 * * *", Ok("99999999999")),
            ("0 0 30 2 *", Ok("30")),
            ("0 0 31 4,6,9,11 *", Ok("31")),
        ];
        for (line, expected) in table {
            let found = match line.parse::<Cron>().expect_err(line) {
                CronError::Fields { count } => Err(count.to_string()),
                CronError::Nickname => Err("name".to_owned()),
                CronError::Field { span, .. } | CronError::Never { span } => Ok(&line[span]),
            };
            assert_eq!(found, expected.map_err(str::to_owned), "{line}");
        }
    }

    #[test]
    fn it_is_stored_as_its_line() {
        let cron = cron("30 7 * * mon-fri");
        let json = serde_json::to_string(&cron).expect("it is data");
        assert_eq!(json, r#""30 7 * * mon-fri""#);
        assert_eq!(serde_json::from_str::<Cron>(&json).expect("it is read"), cron);
        assert!(serde_json::from_str::<Cron>(r#""30 7""#).is_err());
    }
}

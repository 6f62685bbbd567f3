//! Working time: deadlines for people, in the brand's zone and working week.
//!
//! Stored instants are UTC (`chrono`); zones come from the database that `jiff` bundles, so two
//! machines agree whatever their systems know. This is the only file that speaks `jiff`.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use jiff::{
    Timestamp,
    civil::Weekday,
    tz::{TimeZone, TimeZoneDatabase},
};
use serde::{Deserialize, Serialize};

/// The longest period a file may ask for, in days.
pub const MAX_PERIOD_DAYS: i64 = 3_660;

/// A length of time as a person writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Clock time in seconds, such as `4h` or `28d`.
    Seconds(i64),
    /// Days on which the brand works, such as `3 business days`.
    BusinessDays(u32),
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Period::Seconds(seconds) => f.pad(&super::quantity::duration(*seconds as f64)),
            Period::BusinessDays(1) => f.pad("1 business day"),
            Period::BusinessDays(days) => f.pad(&format!("{days} business days")),
        }
    }
}

/// A brand's zone and the days on which it works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingTime {
    /// An IANA zone name, such as `Europe/Rome`.
    pub timezone: String,
    /// Working days, Monday first; at least one is true.
    pub week: [bool; 7],
}

impl Default for WorkingTime {
    fn default() -> Self {
        Self { timezone: "UTC".to_owned(), week: [true, true, true, true, true, false, false] }
    }
}

/// Whether the bundled database knows a zone of this name.
///
/// ```
/// use fivestep::model::calendar::is_zone;
/// assert!(is_zone("Europe/Rome"));
/// assert!(!is_zone("Europe/Roma"));
/// ```
pub fn is_zone(name: &str) -> bool {
    TimeZoneDatabase::bundled().get(name).is_ok()
}

/// Every zone name of the bundled database, for suggestions.
pub fn zones() -> Vec<String> {
    TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect()
}

impl WorkingTime {
    /// The instant that lies `period` after `from`.
    ///
    /// Business days keep the local time of day: three business days after Friday 17:00 is
    /// Wednesday 17:00 on the wall clock, also when the clocks change in between. A local time
    /// that a clock change skips moves to the end of the gap. A zone that is not known counts
    /// as UTC; `check` refuses such a zone before.
    ///
    /// ```
    /// use chrono::{DateTime, Utc};
    /// use fivestep::model::{Period, WorkingTime};
    /// let rome = WorkingTime { timezone: "Europe/Rome".into(), ..WorkingTime::default() };
    /// let friday: DateTime<Utc> = "2026-03-27T16:00:00Z".parse()?; // 17:00 in Rome
    /// let due = rome.after(friday, Period::BusinessDays(1));
    /// assert_eq!(due.to_rfc3339(), "2026-03-30T15:00:00+00:00"); // 17:00, summer time by now
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn after(&self, from: DateTime<Utc>, period: Period) -> DateTime<Utc> {
        match period {
            Period::Seconds(seconds) => TimeDelta::try_seconds(seconds)
                .and_then(|delta| from.checked_add_signed(delta))
                .unwrap_or(DateTime::<Utc>::MAX_UTC),
            Period::BusinessDays(days) => {
                self.over_business_days(from, days, SameTime::tomorrow).unwrap_or(from)
            }
        }
    }

    /// The instant that lies `period` before `until`: the counterpart of [`WorkingTime::after`].
    ///
    /// ```
    /// use chrono::{DateTime, Utc};
    /// use fivestep::model::{Period, WorkingTime};
    /// let monday: DateTime<Utc> = "2026-03-02T09:00:00Z".parse()?;
    /// let friday = WorkingTime::default().before(monday, Period::BusinessDays(1));
    /// assert_eq!(friday.to_rfc3339(), "2026-02-27T09:00:00+00:00");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn before(&self, until: DateTime<Utc>, period: Period) -> DateTime<Utc> {
        match period {
            Period::Seconds(seconds) => TimeDelta::try_seconds(seconds)
                .and_then(|delta| until.checked_sub_signed(delta))
                .unwrap_or(DateTime::<Utc>::MIN_UTC),
            Period::BusinessDays(days) => {
                self.over_business_days(until, days, SameTime::yesterday).unwrap_or(until)
            }
        }
    }

    /// Goes day by day, as `next` does, until so many working days were met.
    fn over_business_days(
        &self,
        from: DateTime<Utc>,
        days: u32,
        next: impl Fn(jiff::civil::DateTime) -> Option<jiff::civil::DateTime>,
    ) -> Option<DateTime<Utc>> {
        let zone = TimeZoneDatabase::bundled().get(&self.timezone).unwrap_or(TimeZone::UTC);
        let local = Timestamp::from_millisecond(from.timestamp_millis())
            .ok()?
            .to_zoned(zone.clone())
            .datetime();
        let mut due = local;
        let mut left = days;
        // A week without a working day cannot be written in a brand file; the bound is for data
        // from elsewhere, so that no loop here can run for ever.
        for _ in 0..MAX_PERIOD_DAYS * 7 {
            if left == 0 {
                break;
            }
            due = next(due)?;
            left -= u32::from(self.works_on(due.weekday()));
        }
        let instant = zone.to_ambiguous_zoned(due).compatible().ok()?.timestamp();
        DateTime::from_timestamp_millis(instant.as_millisecond())
    }

    fn works_on(&self, day: Weekday) -> bool {
        self.week[day.to_monday_zero_offset() as usize]
    }
}

/// The neighbouring days at the same time on the wall.
struct SameTime;

impl SameTime {
    fn tomorrow(day: jiff::civil::DateTime) -> Option<jiff::civil::DateTime> {
        Some(day.date().tomorrow().ok()?.to_datetime(day.time()))
    }

    fn yesterday(day: jiff::civil::DateTime) -> Option<jiff::civil::DateTime> {
        Some(day.date().yesterday().ok()?.to_datetime(day.time()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn business_days_skip_free_days_and_keep_the_time_on_the_wall() {
        let standard = WorkingTime::default().week;
        let sunday_too = [true, true, true, true, true, false, true];
        // (why, zone, week, from, days, due)
        let table = [
            ("over a weekend", "UTC", standard, "2026-03-06T09:00:00Z", 1, "2026-03-09T09:00:00Z"),
            ("from a free day", "UTC", standard, "2026-03-07T09:00:00Z", 1, "2026-03-09T09:00:00Z"),
            ("no day at all", "UTC", standard, "2026-03-07T09:00:00Z", 0, "2026-03-07T09:00:00Z"),
            ("another week", "UTC", sunday_too, "2026-03-06T09:00:00Z", 1, "2026-03-08T09:00:00Z"),
            (
                "summer time begins",
                "America/New_York",
                standard,
                "2026-03-06T14:00:00Z",
                1,
                "2026-03-09T13:00:00Z",
            ),
            (
                "half-hour shift",
                "Australia/Lord_Howe",
                standard,
                "2026-10-02T00:00:00Z",
                1,
                "2026-10-04T23:30:00Z",
            ),
        ];
        for (why, timezone, week, from, days, due) in table {
            let time = WorkingTime { timezone: timezone.to_owned(), week };
            let from: DateTime<Utc> = from.parse().expect("an instant");
            let due: DateTime<Utc> = due.parse().expect("an instant");
            assert_eq!(time.after(from, Period::BusinessDays(days)), due, "{why}");
        }
    }
}

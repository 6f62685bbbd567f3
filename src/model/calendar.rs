//! Working time: deadlines for people and waiting in business hours, in the brand's zone and week.
//!
//! Start reading at [`WorkingTime`]. A deadline counts working *days* and keeps the time of day
//! ([`WorkingTime::after`]); a waiting time counts working *hours* ([`WorkingTime::between`]).
//!
//! Stored instants are UTC (`chrono`); zones come from the database that `jiff` bundles, so two
//! machines agree whatever their systems know. This is the only file that speaks `jiff`.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use jiff::{
    Timestamp,
    civil::Weekday,
    tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase},
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

/// The days of a week as files write them, Monday first.
pub const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The minutes of a day.
pub const DAY_MINUTES: u16 = 24 * 60;

/// From when to when a working day lasts, on the wall clock.
///
/// ```
/// use fivestep::model::calendar::Hours;
/// assert_eq!(Hours { from_minute: 540, to_minute: 1_440 }.to_string(), "09:00-24:00");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// Its beginning, in minutes after midnight.
    pub from_minute: u16,
    /// Its end, in minutes after midnight; later than the beginning, at most 1,440.
    pub to_minute: u16,
}

impl Hours {
    /// The whole day.
    pub const ALL_DAY: Hours = Hours { from_minute: 0, to_minute: DAY_MINUTES };
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        f.pad(&format!("{}-{}", clock(self.from_minute), clock(self.to_minute)))
    }
}

/// A brand's zone, and the days and hours in which it works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingTime {
    /// An IANA zone name, such as `Europe/Rome`.
    pub timezone: String,
    /// Working days, Monday first; at least one is true.
    pub week: [bool; 7],
    /// The hours of a working day; absent where the whole day counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
}

impl Default for WorkingTime {
    fn default() -> Self {
        let week = [true, true, true, true, true, false, false];
        Self { timezone: "UTC".to_owned(), week, hours: None }
    }
}

/// For people: `09:00-17:00 on mon, tue, Europe/Rome`, or the days and the zone alone.
impl fmt::Display for WorkingTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(hours) = self.hours {
            write!(f, "{hours} on ")?;
        }
        let days = DAYS.iter().zip(self.week).filter(|(_, works)| *works).map(|(day, _)| *day);
        let days: Vec<&str> = days.collect();
        write!(f, "{}, {}", days.join(", "), self.timezone)
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

/// A time zone of the bundled database.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

/// A stretch of time over which the wall clock of a zone runs steadily: from one clock change to
/// the next.
///
/// ```
/// use fivestep::model::calendar::Zone;
/// let summer = Zone::named("Europe/Rome").stretch("2026-03-29T01:00:00Z".parse()?);
/// assert_eq!(summer.wall("2026-03-29T01:00:00Z".parse()?), "2026-03-29T03:00:00".parse()?);
/// assert_eq!(summer.began.map(|change| change.offset_seconds), Some(3_600));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// How far the wall clock is ahead of UTC, in seconds.
    pub offset_seconds: i32,
    /// The change with which it begins, and the offset before; `None` if there was none before.
    pub began: Option<ClockChange>,
    /// The change with which it ends, and the offset after; `None` if none comes.
    pub ends: Option<ClockChange>,
}

/// A clock change, seen from one of its sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockChange {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// How far the wall clock is ahead of UTC on the other side, in seconds.
    pub offset_seconds: i32,
}

impl ClockChange {
    /// What the wall clock of the other side shows at that moment.
    pub fn wall(&self) -> NaiveDateTime {
        wall(self.at, self.offset_seconds)
    }
}

impl Zone {
    /// The zone of that name; one that is not known counts as UTC, and `check` refuses it before.
    pub fn named(name: &str) -> Self {
        Self(TimeZoneDatabase::bundled().get(name).unwrap_or(TimeZone::UTC))
    }

    /// The stretch of time in which `at` lies; a clock change belongs to the stretch it begins.
    pub fn stretch(&self, at: DateTime<Utc>) -> Stretch {
        let at = timestamp(at);
        let offset_before = |at: Timestamp| {
            let before = at.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(at);
            self.0.to_offset(before).seconds()
        };
        let instant = |at: Timestamp| DateTime::from_timestamp(at.as_second(), 0);
        // What comes before the next second includes what comes now.
        let after = at.checked_add(jiff::SignedDuration::from_secs(1)).unwrap_or(at);
        let began = self.0.preceding(after).find(|change| change.timestamp() <= at);
        let began = began.and_then(|change| {
            let offset_seconds = offset_before(change.timestamp());
            Some(ClockChange { at: instant(change.timestamp())?, offset_seconds })
        });
        let ends = self.0.following(at).next().and_then(|change| {
            let offset_seconds = change.offset().seconds();
            Some(ClockChange { at: instant(change.timestamp())?, offset_seconds })
        });
        Stretch { offset_seconds: self.0.to_offset(at).seconds(), began, ends }
    }
}

impl Stretch {
    /// What the wall clock shows at an instant of this stretch.
    pub fn wall(&self, at: DateTime<Utc>) -> NaiveDateTime {
        wall(at, self.offset_seconds)
    }

    /// When the wall clock shows `wall`; `None` outside the calendar.
    pub fn instant(&self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        let ahead = TimeDelta::seconds(i64::from(self.offset_seconds));
        wall.checked_sub_signed(ahead).map(|utc| utc.and_utc())
    }
}

fn wall(at: DateTime<Utc>, offset_seconds: i32) -> NaiveDateTime {
    let ahead = TimeDelta::seconds(i64::from(offset_seconds));
    at.naive_utc().checked_add_signed(ahead).unwrap_or(NaiveDateTime::MAX)
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

    /// How much of the time from `from` to `to` is working time.
    ///
    /// It counts what passes while the wall clock of the brand's zone stands within the hours of
    /// a working day: on the day on which summer time begins, an hour that the clock skips is not
    /// worked, and one that it repeats is worked twice. Exact to the microsecond; nothing where
    /// `to` is not after `from`. A zone that is not known counts as UTC.
    ///
    /// Whole weeks are not walked through: the cost grows with the clock changes in between.
    ///
    /// ```
    /// use chrono::{DateTime, Utc};
    /// use fivestep::model::{WorkingTime, calendar::Hours};
    /// let hours = Some(Hours { from_minute: 9 * 60, to_minute: 17 * 60 });
    /// let rome = WorkingTime { timezone: "Europe/Rome".into(), hours, ..Default::default() };
    /// let friday: DateTime<Utc> = "2026-03-27T15:30:00Z".parse()?; // 16:30 in Rome
    /// let monday: DateTime<Utc> = "2026-03-30T08:00:00Z".parse()?; // 10:00, summer time by now
    /// assert_eq!(rome.between(friday, monday).num_minutes(), 30 + 60);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        let zone = TimeZoneDatabase::bundled().get(&self.timezone).unwrap_or(TimeZone::UTC);
        let end = timestamp(to);
        let (mut start, mut worked) = (timestamp(from), 0);
        while start < end {
            // Up to the next change the wall clock runs as steadily as time itself.
            let change = zone.following(start).next().map(|change| change.timestamp());
            let stop = change.map_or(end, |change| change.min(end));
            let ahead = i64::from(zone.to_offset(start).seconds()) * SECOND;
            let wall = |at: Timestamp| at.as_microsecond() + ahead;
            worked += self.worked_until(wall(stop)) - self.worked_until(wall(start));
            start = stop;
        }
        TimeDelta::microseconds(worked)
    }

    /// The working time from a fixed Monday on until a reading of the wall clock, which is given
    /// in microseconds after 1970 began on that wall. All in microseconds.
    fn worked_until(&self, wall: i64) -> i64 {
        // 1970 began on a Thursday.
        let since_monday = wall + 3 * DAY;
        let (weeks, rest) = (since_monday.div_euclid(7 * DAY), since_monday.rem_euclid(7 * DAY));
        let hours = self.hours.unwrap_or(Hours::ALL_DAY);
        let opens = i64::from(hours.from_minute) * 60 * SECOND;
        let length = (i64::from(hours.to_minute) * 60 * SECOND - opens).max(0);
        let days = (0..).zip(self.week).filter(|(_, works)| *works).map(|(day, _)| day * DAY);
        let this_week: i64 = days.clone().map(|day| (rest - day - opens).clamp(0, length)).sum();
        weeks * length * days.count() as i64 + this_week
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
        let instant = on_the_wall(&zone, due)?;
        DateTime::from_timestamp_millis(instant.as_millisecond())
    }

    fn works_on(&self, day: Weekday) -> bool {
        self.week[day.to_monday_zero_offset() as usize]
    }
}

/// When the wall shows `local`: the first time, if it does so twice; the end of the gap, if a clock
/// change skips it.
fn on_the_wall(zone: &TimeZone, local: jiff::civil::DateTime) -> Option<Timestamp> {
    let asked = zone.to_ambiguous_timestamp(local);
    let is_skipped = matches!(asked.offset(), AmbiguousOffset::Gap { .. });
    let instant = asked.compatible().ok()?;
    if !is_skipped {
        return Some(instant);
    }
    // The instant lies as far behind the gap as the time lies in it.
    let after = instant.checked_add(jiff::SignedDuration::from_nanos(1)).ok()?;
    zone.preceding(after).next().map(|change| change.timestamp())
}

/// A second, in microseconds.
const SECOND: i64 = 1_000_000;

/// A day of 24 hours, in microseconds.
const DAY: i64 = 86_400 * SECOND;

/// An instant as `jiff` counts it; one that a calendar of four digits lacks is the nearest it has.
fn timestamp(at: DateTime<Utc>) -> Timestamp {
    let nearest = if at.timestamp() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(at.timestamp_micros()).unwrap_or(nearest)
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
    use proptest::{prelude::*, sample::select};

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
            let time = WorkingTime { timezone: timezone.to_owned(), week, hours: None };
            let from: DateTime<Utc> = from.parse().expect("an instant");
            let due: DateTime<Utc> = due.parse().expect("an instant");
            assert_eq!(time.after(from, Period::BusinessDays(days)), due, "{why}");
        }
    }
    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn working_time_is_what_the_wall_clock_shows_within_the_hours() {
        let daily = [true; 7];
        let standard = WorkingTime::default().week;
        let nine_to_five = Some(Hours { from_minute: 540, to_minute: 1_020 });
        let night = Some(Hours { from_minute: 60, to_minute: 240 });
        let long = Some(Hours { from_minute: 720, to_minute: 1_440 });
        let rome = "Europe/Rome";
        // (why, zone, week, hours, from, to, minutes)
        let table = [
            ("within", rome, standard, nine_to_five, "2026-03-02T08:00", "2026-03-02T09:30", 90),
            (
                "over lunch",
                rome,
                standard,
                nine_to_five,
                "2026-03-02T00:00",
                "2026-03-03T00:00",
                480,
            ),
            ("at night", rome, standard, nine_to_five, "2026-03-02T17:00", "2026-03-03T07:00", 0),
            ("at the weekend", rome, standard, None, "2026-03-07T01:00", "2026-03-08T22:00", 0),
            (
                "a whole week",
                rome,
                standard,
                nine_to_five,
                "2026-03-02T03:00",
                "2026-03-09T03:00",
                2_400,
            ),
            ("the whole day", rome, standard, None, "2026-03-02T00:00", "2026-03-03T12:00", 2_160),
            ("up to midnight", rome, daily, long, "2026-03-02T00:00", "2026-03-03T00:00", 720),
            ("backwards", rome, daily, None, "2026-03-03T00:00", "2026-03-02T00:00", 0),
            // The clocks go from 02:00 to 03:00, and from 03:00 back to 02:00.
            (
                "a day of 23 hours",
                rome,
                daily,
                None,
                "2026-03-28T23:00",
                "2026-03-29T22:00",
                23 * 60,
            ),
            ("its night", rome, daily, night, "2026-03-28T23:00", "2026-03-29T22:00", 120),
            ("its hours", rome, daily, nine_to_five, "2026-03-28T23:00", "2026-03-29T22:00", 480),
            (
                "a day of 25 hours",
                rome,
                daily,
                None,
                "2026-10-24T22:00",
                "2026-10-25T23:00",
                25 * 60,
            ),
            ("its long night", rome, daily, night, "2026-10-24T22:00", "2026-10-25T23:00", 240),
            (
                "unknown counts as UTC",
                "No/Where",
                daily,
                night,
                "2026-03-02T00:00",
                "2026-03-03T00:00",
                180,
            ),
            // Samoa went from Thursday 29 December 2011 straight to Saturday.
            (
                "a day that never came",
                "Pacific/Apia",
                standard,
                None,
                "2011-12-29T10:00",
                "2011-12-31T10:00",
                1_440,
            ),
        ];
        for (why, zone, week, hours, from, to, minutes) in table {
            let time = WorkingTime { timezone: zone.to_owned(), week, hours };
            let found = time.between(at(&format!("{from}:00Z")), at(&format!("{to}:00Z")));
            assert_eq!(found.num_minutes(), minutes, "{why}");
        }
        let never = WorkingTime { week: [false; 7], ..WorkingTime::default() };
        let always = WorkingTime { week: daily, ..WorkingTime::default() };
        let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        assert_eq!(never.between(first, last), TimeDelta::zero());
        assert!(always.between(first, last).num_days() > 7_000_000, "nothing overflows");
    }

    #[test]
    fn a_journal_from_before_the_hours_is_read() {
        let old = r#"{"timezone":"UTC","week":[true,true,true,true,true,false,false]}"#;
        let read: WorkingTime = serde_json::from_str(old).expect("it is read");
        assert_eq!(read, WorkingTime::default());
        assert_eq!(serde_json::to_string(&read).expect("it is data"), old);
    }

    fn working_time() -> impl Strategy<Value = WorkingTime> {
        const ZONES: [&str; 5] =
            ["UTC", "Europe/Rome", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata"];
        let hours = (0..DAY_MINUTES, 1..=DAY_MINUTES)
            .prop_filter("a day begins before it ends", |(from, to)| from < to)
            .prop_map(|(from_minute, to_minute)| Hours { from_minute, to_minute });
        (select(&ZONES[..]), any::<[bool; 7]>(), proptest::option::of(hours))
            .prop_map(|(zone, week, hours)| WorkingTime { timezone: zone.to_owned(), week, hours })
    }

    /// Three instants within thirty years, in their order, to the millisecond.
    fn instants() -> impl Strategy<Value = [DateTime<Utc>; 3]> {
        prop::array::uniform3(1_000_000_000_000..1_950_000_000_000_i64).prop_map(|mut millis| {
            millis.sort_unstable();
            millis.map(|at| DateTime::from_timestamp_millis(at).expect("an instant"))
        })
    }

    proptest! {
        #[test]
        fn working_time_adds_up_and_is_never_more_than_time(
            time in working_time(),
            [a, b, c] in instants(),
        ) {
            let (first, second) = (time.between(a, b), time.between(b, c));
            let whole = time.between(a, c);
            prop_assert_eq!(first + second, whole);
            prop_assert!(TimeDelta::zero() <= first && first <= whole, "later is never less");
            prop_assert!(whole <= c - a);
        }

        #[test]
        fn who_always_works_works_all_the_time(time in working_time(), [a, _, c] in instants()) {
            let always = WorkingTime { week: [true; 7], hours: None, ..time.clone() };
            prop_assert_eq!(always.between(a, c), c - a);
            let spelled = WorkingTime { hours: Some(Hours::ALL_DAY), ..always };
            prop_assert_eq!(spelled.between(a, c), c - a);
        }

        #[test]
        fn it_is_the_sum_of_its_minutes(time in working_time(), [a, _, _] in instants()) {
            // Where nothing changes within a minute, the wall clock says whether it is worked.
            let start = DateTime::from_timestamp(a.timestamp() / 60 * 60, 0).expect("an instant");
            let zone = TimeZoneDatabase::bundled().get(&time.timezone).expect("a zone");
            let hours = time.hours.unwrap_or(Hours::ALL_DAY);
            let minutes = (0..3 * 24 * 60).filter(|minute| {
                let wall = timestamp(start + TimeDelta::minutes(*minute)).to_zoned(zone.clone());
                let minute = wall.hour() as u16 * 60 + wall.minute() as u16;
                let open = hours.from_minute <= minute && minute < hours.to_minute;
                time.works_on(wall.weekday()) && open
            });
            let worked = time.between(start, start + TimeDelta::days(3));
            prop_assert_eq!(worked, TimeDelta::minutes(minutes.count() as i64));
        }
    }
}

//! When the schedules of a workflow come, for people: what the wall clock shows then, and what a
//! clock change does to it.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::model::{
    Schedule, ScheduleId, WorkingTime,
    calendar::Zone,
    occurrence::{Changed, Occurrence},
    schedule::Repeated,
};

/// The most occurrences of a schedule that are shown.
pub const MOST_SHOWN: usize = 1_000;

/// From when, and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub begins: Begins,
    /// How many days of the wall clock it covers; as many as it takes, if absent.
    pub days: Option<u32>,
    /// The most occurrences; at most [`MOST_SHOWN`].
    pub count: usize,
}

/// Where a preview begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// After this instant.
    After(DateTime<Utc>),
    /// As the day before this one begins on the wall clock.
    Around(NaiveDate),
}

/// The next occurrences of one schedule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    /// The schedule.
    pub schedule: ScheduleId,
    /// Its line of cron.
    pub cron: String,
    /// The zone of its wall clock.
    pub zone: String,
    /// The occurrences, in the order of time, with those that the clocks skip.
    pub occurrences: Vec<Row>,
    /// Whether further ones lie within the days that were asked for.
    pub more: bool,
}

/// One occurrence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// When, UTC; if it does not come, when the clocks skipped it.
    pub at: DateTime<Utc>,
    /// What the wall clock shows then.
    pub wall: NaiveDateTime,
    /// How far the wall clock is ahead of UTC then, in minutes.
    pub offset_minutes: i32,
    /// Whether it comes.
    pub comes: bool,
    /// What a clock change does to it, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The occurrences of one schedule within a span.
///
/// - `working_time`: the brand's, for the zone where the schedule has none.
pub fn preview(schedule: &Schedule, working_time: &WorkingTime, span: Span) -> Preview {
    let zone = schedule.zone_name(working_time).to_owned();
    let clock = Zone::named(&zone);
    let after = match span.begins {
        Begins::After(after) => after,
        Begins::Around(day) => just_before(&clock, day.checked_sub_days(Days::new(1))),
    };
    let until = span.days.and_then(|days| {
        let first = match span.begins {
            Begins::After(after) => clock.stretch(after).wall(after),
            Begins::Around(day) => day.pred_opt().unwrap_or(day).into(),
        };
        first.checked_add_days(Days::new(days.into()))
    });
    let row = |one: Occurrence| row(schedule, &clock, one);
    let within = |row: &Row| until.is_none_or(|until| row.wall < until);
    let mut rows = schedule.occurrences(after, working_time).map(row).take_while(within);
    let occurrences: Vec<Row> = rows.by_ref().take(span.count.min(MOST_SHOWN)).collect();
    let more = span.days.is_some() && rows.next().is_some();
    let (schedule, cron) = (schedule.id.clone(), schedule.cron.to_string());
    Preview { schedule, cron, zone, occurrences, more }
}

/// The last second before a day begins on the wall clock.
fn just_before(clock: &Zone, day: Option<NaiveDate>) -> DateTime<Utc> {
    let midnight = day.unwrap_or(NaiveDate::MIN).and_time(chrono::NaiveTime::MIN);
    let shown = |near: DateTime<Utc>| clock.stretch(near).instant(midnight).unwrap_or(near);
    // The zone is asked for midnight in UTC first, where another offset may still hold.
    let begins = shown(shown(midnight.and_utc()));
    begins.checked_sub_signed(TimeDelta::seconds(1)).unwrap_or(begins)
}

fn row(schedule: &Schedule, clock: &Zone, one: Occurrence) -> Row {
    let stretch = clock.stretch(one.at);
    let wall = stretch.wall(one.at);
    let note = one.change.map(|change| note(schedule, change, one.asked, wall));
    let offset_minutes = stretch.offset_seconds.div_euclid(60);
    Row { at: one.at, wall, offset_minutes, comes: one.comes(), note }
}

fn note(schedule: &Schedule, change: Changed, asked: NaiveDateTime, wall: NaiveDateTime) -> String {
    let time = |at: NaiveDateTime| at.format("%H:%M").to_string();
    let asked = time(asked);
    match (change, schedule.repeated) {
        (Changed::Shifted, _) => format!("{asked} does not exist: shifted to {}", time(wall)),
        (Changed::LeftOut, _) => format!("{asked} does not exist: left out"),
        (Changed::First, Repeated::Both) => format!("{asked} comes twice: the first"),
        (Changed::Second, Repeated::Both) => format!("{asked} comes twice: the second"),
        (Changed::First, Repeated::First | Repeated::Last) => {
            format!("{asked} comes twice: the first counts")
        }
        (Changed::Second, Repeated::First | Repeated::Last) => {
            format!("{asked} comes twice: the second counts")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::schedule::{Chore, Skipped};

    #[test]
    fn a_clock_change_is_told_where_it_changes_something() {
        use {Repeated as R, Skipped as S};
        // (why, line, skipped, repeated, around, the rows)
        type Case = (&'static str, &'static str, S, R, &'static str, &'static [&'static str]);
        let table: [Case; 5] = [
            (
                "a shifted time",
                "30 2 * * *",
                S::Shift,
                R::First,
                "2026-03-29",
                &[
                    "28 02:30 +60",
                    "29 03:00 +120 02:30 does not exist: shifted to 03:00",
                    "30 02:30 +120",
                ],
            ),
            (
                "a time that is left out",
                "30 2 * * *",
                S::Skip,
                R::First,
                "2026-03-29",
                &["28 02:30 +60", "29 03:00 +120 02:30 does not exist: left out", "30 02:30 +120"],
            ),
            (
                "the first of two",
                "30 2 * * *",
                S::Shift,
                R::First,
                "2026-10-25",
                &[
                    "24 02:30 +120",
                    "25 02:30 +120 02:30 comes twice: the first counts",
                    "26 02:30 +60",
                ],
            ),
            (
                "the second of two",
                "30 2 25 10 *",
                S::Shift,
                R::Last,
                "2026-10-25",
                &["25 02:30 +60 02:30 comes twice: the second counts"],
            ),
            (
                "both of two",
                "30 2 25 10 *",
                S::Shift,
                R::Both,
                "2026-10-25",
                &[
                    "25 02:30 +120 02:30 comes twice: the first",
                    "25 02:30 +60 02:30 comes twice: the second",
                ],
            ),
        ];
        let berlin = WorkingTime { timezone: "Europe/Berlin".into(), ..WorkingTime::default() };
        for (why, line, skipped, repeated, around, expected) in table {
            let id = "night".parse().expect("a name");
            let plain = Schedule::new(id, line, Chore::Advance).expect("a line of cron");
            let schedule = Schedule { skipped, repeated, ..plain };
            let begins = Begins::Around(around.parse().expect("a day"));
            let preview =
                preview(&schedule, &berlin, Span { begins, days: Some(3), count: MOST_SHOWN });
            let rows: Vec<String> = preview.occurrences.iter().map(told).collect();
            assert_eq!(rows, expected, "{why}");
            assert!(!preview.more, "{why}");
        }
    }

    fn told(row: &Row) -> String {
        let note = row.note.as_deref().map(|note| format!(" {note}")).unwrap_or_default();
        format!("{} {:+}{note}", row.wall.format("%d %H:%M"), row.offset_minutes)
    }
}

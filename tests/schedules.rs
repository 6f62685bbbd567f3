//! Schedules against tables that other implementations made; `tests/schedules` holds them, and each
//! says at its head how it was made.

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Utc};
use fivestep::model::{
    Cron, Digest, Period, Schedule, WorkingTime,
    action::Retry,
    schedule::{Chore, Repeated, Skipped},
};

/// Each zone, its table, and how many clock changes the table goes through.
const ZONES: [(&str, &str, usize); 5] = [
    ("Europe/Berlin", include_str!("schedules/berlin.csv"), 10),
    ("America/New_York", include_str!("schedules/new_york.csv"), 10),
    ("Australia/Lord_Howe", include_str!("schedules/lord_howe.csv"), 10),
    ("Pacific/Chatham", include_str!("schedules/chatham.csv"), 10),
    ("Africa/Casablanca", include_str!("schedules/casablanca.csv"), 7),
];

/// What each column of a table but the first three was made for.
const POLICIES: [(&str, Skipped, Repeated); 5] = [
    ("shift", Skipped::Shift, Repeated::First),
    ("skip", Skipped::Skip, Repeated::First),
    ("first", Skipped::Shift, Repeated::First),
    ("last", Skipped::Shift, Repeated::Last),
    ("both", Skipped::Shift, Repeated::Both),
];

/// The rows of a table, without its head.
fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.map(|line| line.split(',').collect())
}

fn schedule(line: &str, zone: &str, skipped: Skipped, repeated: Repeated) -> Schedule {
    let id = "one".parse().expect("a name");
    let plain = Schedule::new(id, line, Chore::Advance).expect(line);
    Schedule { zone: Some(zone.to_owned()), skipped, repeated, ..plain }
}

fn instant(text: &str) -> DateTime<Utc> {
    text.replace('Z', ":00Z").parse().expect("an instant")
}

fn wall(text: &str) -> NaiveDateTime {
    format!("{text}:00").parse().expect("a time")
}

/// The instants at which a schedule comes within `days` of `middle`.
fn around(schedule: &Schedule, middle: DateTime<Utc>, days: i64) -> Vec<DateTime<Utc>> {
    let (from, to) = (middle - TimeDelta::days(days), middle + TimeDelta::days(days));
    let time = WorkingTime::default();
    let occurrences = schedule.occurrences(from, &time).take_while(|one| one.at <= to);
    occurrences.filter(|one| one.comes()).map(|one| one.at).collect()
}

#[test]
fn a_time_around_a_clock_change_is_the_instants_that_its_policy_makes_of_it() {
    for (zone, table, changes) in ZONES {
        let mut middles = 0;
        for row in rows(table) {
            let [day, time, what, expected @ ..] = row.as_slice() else { panic!("{row:?}") };
            let asked = wall(&format!("{day}T{time}"));
            let (date, clock) = (asked.date(), asked.time());
            middles += usize::from(*what != "plain");
            // Once a year, so that nothing else comes near.
            let line = format!("{} {} {} *", clock.format("%-M %-H"), date.day(), date.month());
            assert_eq!(expected.len(), POLICIES.len(), "{row:?}");
            for ((policy, skipped, repeated), expected) in POLICIES.into_iter().zip(expected) {
                let schedule = schedule(&line, zone, skipped, repeated);
                let expected: Vec<_> =
                    expected.split(' ').filter(|one| *one != "-").map(instant).collect();
                let found = around(&schedule, asked.and_utc(), 30);
                assert_eq!(found, expected, "{zone}, {day} {time} ({what}), {policy}");
            }
        }
        assert_eq!(middles, changes * 3, "{zone}: three times within every gap and repeat");
    }
}

#[test]
fn every_day_of_five_years_has_its_time_unless_the_policy_leaves_it_out() {
    // Half past two, in the gap or the repeat of three of the zones.
    for (zone, table, _) in ZONES {
        let gaps =
            rows(table).filter(|row| row[1] == "02:30" && row[2] == "gap" && row[0] >= "2026");
        let repeats = rows(table)
            .filter(|row| row[1] == "02:30" && row[2] == "repeat" && row[0] >= "2026")
            .count();
        let (days, gaps) = (5 * 365 + 1, gaps.count());
        // (policy, how often it comes)
        let table = [
            (Skipped::Shift, Repeated::First, days),
            (Skipped::Shift, Repeated::Last, days),
            (Skipped::Shift, Repeated::Both, days + repeats),
            (Skipped::Skip, Repeated::First, days - gaps),
        ];
        for (skipped, repeated, expected) in table {
            let schedule = schedule("30 2 * * *", zone, skipped, repeated);
            let time = WorkingTime::default();
            let (from, to) = (wall("2026-01-01T00:00"), wall("2031-01-01T00:00"));
            let start = from.and_utc() - TimeDelta::days(1);
            let found = schedule
                .occurrences(start, &time)
                .take_while(|one| one.asked < to)
                .filter(|one| one.comes() && one.asked >= from);
            assert_eq!(found.count(), expected, "{zone}, {skipped:?}, {repeated:?}");
        }
    }
}

#[test]
fn quarters_are_a_quarter_apart_where_both_of_two_count() {
    // A gap's times are shifted to its end, which is on a quarter in all of these zones.
    for (zone, _, _) in ZONES {
        let schedule = schedule("*/15 * * * *", zone, Skipped::Shift, Repeated::Both);
        let time = WorkingTime::default();
        let (from, to) = (instant("2025-12-31T23:59Z"), instant("2031-01-01T00:00Z"));
        let comes: Vec<_> =
            schedule.occurrences(from, &time).map(|one| one.at).take_while(|at| *at < to).collect();
        let uneven = comes.windows(2).find(|pair| pair[1] - pair[0] != TimeDelta::minutes(15));
        assert_eq!(uneven, None, "{zone}");
        assert_eq!(comes.len(), (5 * 365 + 1) * 24 * 4, "{zone}");
    }
}

#[test]
fn a_line_means_what_it_means_to_cron() {
    let mut lines = 0;
    for row in rows(include_str!("schedules/lines.csv")) {
        let [line, expected @ ..] = row.as_slice() else { panic!("{row:?}") };
        let line = line.replace(';', ",");
        let cron: Cron = line.parse().expect(&line);
        let mut from = wall("2026-02-26T12:35");
        for expected in expected {
            let next = cron.first_from(from).expect(&line);
            assert_eq!(next, wall(expected), "{line}");
            from = next + TimeDelta::minutes(1);
        }
        lines += 1;
    }
    assert_eq!(lines, 150);
}

#[test]
fn a_wait_of_business_days_ends_when_other_calendars_say() {
    let mut zones = std::collections::BTreeSet::new();
    for row in rows(include_str!("schedules/waits.csv")) {
        let [zone, week, what, from, days, due] = row[..] else { panic!("{row:?}") };
        let mut working = week.bytes().map(|day| day == b'1');
        let week = std::array::from_fn(|_| working.next().expect("seven days"));
        let time = WorkingTime { timezone: zone.to_owned(), week, hours: None };
        let period = Period::BusinessDays(days.parse().expect("a number"));
        let found = match what {
            "after" => time.after(instant(from), period),
            _ => time.before(instant(from), period),
        };
        assert_eq!(found, instant(due), "{row:?}");
        zones.insert(zone);
    }
    assert_eq!(zones.len(), 5);
}

#[test]
fn an_action_rests_as_long_as_another_library_says() {
    let number = |text: &str| -> f64 { text.parse().expect("a number") };
    let (key, mut count) = (Digest::of(b"acme"), 0);
    for row in rows(include_str!("schedules/rests.csv")) {
        let [first, factor, cap, attempt, rest] = row[..] else { panic!("{row:?}") };
        let (first_seconds, cap_seconds) = (number(first) as u32, number(cap) as u32);
        let attempt = number(attempt) as u32;
        let plain = Retry {
            attempts: 100,
            first_seconds,
            factor: number(factor),
            cap_seconds,
            jitter: 0.0,
        };
        let whole = number(rest) as i64;
        assert_eq!(plain.rest_ms(attempt, &key), Some(whole), "{row:?}");
        for share in [0.2, 0.5, 1.0] {
            let jittered = Retry { jitter: share, ..plain }.rest_ms(attempt, &key).expect("a rest");
            let least = (whole as f64 * (1.0 - share)).floor() as i64;
            assert!((least..=whole).contains(&jittered), "{row:?} {share}: {jittered}");
        }
        assert_eq!(Retry { attempts: attempt, ..plain }.rest_ms(attempt, &key), None, "{row:?}");
        count += 1;
    }
    assert!(count > 300, "{count} rests");
}

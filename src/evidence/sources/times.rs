//! Times as exports write them, and times hidden in ids.
//!
//! Start reading at [`instant`].
//!
//! # Always true
//!
//! - A time is UTC, in whole microseconds, and from 2006 to 2099: a wrong clock or a hostile row
//!   cannot stretch a window over centuries.
//! - An id that does not hold a plausible time holds none.
//!
//! # Source
//!
//! TID: the AT Protocol's record key specification (13 characters of `234567a-z`, 53 bits of
//! microseconds above 10 bits of clock id). Mastodon: `id >> 16` is milliseconds since 1970.
//! X: see [`snowflake`].

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, SubsecRound, TimeZone, Utc};

use crate::evidence::snowflake;

/// The first year in which there was something to post on.
const FIRST_YEAR: i32 = 2006;
/// The year from which a time can only be a mistake.
const END_YEAR: i32 = 2100;

/// Reads an RFC 3339 time; `None` if it is not one or not plausible.
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    let told = || Some(DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc));
    plausible(whole_second(text).or_else(told)?)
}

/// The form that most exports write, `2024-05-01T10:00:00Z`, without looking for any other.
fn whole_second(text: &str) -> Option<DateTime<Utc>> {
    const FORM: &[u8; 20] = b"0000-00-00T00:00:00Z";
    let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let fits = |(byte, form): (&u8, &u8)| match form {
        b'0' => byte.is_ascii_digit(),
        _ => byte == form,
    };
    if !bytes.iter().zip(FORM).all(fits) {
        return None;
    }
    let number = |at: usize, digits: usize| {
        bytes[at..at + digits].iter().fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0'))
    };
    let day = NaiveDate::from_ymd_opt(number(0, 4) as i32, number(5, 2), number(8, 2))?;
    Some(day.and_hms_opt(number(11, 2), number(14, 2), number(17, 2))?.and_utc())
}

/// The time inside an AT Protocol record key, if it has one from 2022 on.
pub fn of_tid(key: &str) -> Option<DateTime<Utc>> {
    const DIGITS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
    if key.len() != 13 {
        return None;
    }
    let mut number: u64 = 0;
    for byte in key.bytes() {
        let digit = DIGITS.iter().position(|known| *known == byte)? as u64;
        number = number.checked_mul(32)?.checked_add(digit)?;
    }
    let at = Utc.timestamp_micros(i64::try_from(number >> 10).ok()?).single()?;
    (2022..END_YEAR).contains(&at.year()).then_some(at)
}

/// The time inside a Mastodon status id, if it has one from 2016 on.
pub fn of_mastodon_id(id: &str) -> Option<DateTime<Utc>> {
    // A sign would parse, but no id has one.
    if !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let millis = i64::try_from(id.parse::<u64>().ok()? >> 16).ok()?;
    let at = Utc.timestamp_millis_opt(millis).single()?;
    (2016..END_YEAR).contains(&at.year()).then_some(at)
}

/// The time inside an id of X, if it has one: from November 2010 on, of posts, people and messages.
pub fn of_snowflake(id: &str) -> Option<DateTime<Utc>> {
    plausible(snowflake::time_of(id)?)
}

/// Reads a time in one of the ways that `formats` names, as UTC where it has no zone; a date alone
/// is its midnight. `None` if it is none of them or not plausible.
pub fn one_of(text: &str, formats: &[&str]) -> Option<DateTime<Utc>> {
    let read = |format: &&str| {
        let zoned = DateTime::parse_from_str(text, format).ok().map(|at| at.with_timezone(&Utc));
        let plain = || NaiveDateTime::parse_from_str(text, format).ok().map(|at| at.and_utc());
        let date = || {
            let date = NaiveDate::parse_from_str(text, format).ok()?;
            Some(date.and_time(chrono::NaiveTime::MIN).and_utc())
        };
        zoned.or_else(plain).or_else(date)
    };
    plausible(formats.iter().find_map(read)?)
}

/// A day, or an instant.
pub fn day_or_instant(text: &str) -> Option<DateTime<Utc>> {
    instant(text).or_else(|| one_of(text, &["%Y-%m-%d"]))
}

/// The time that a number of seconds or milliseconds since 1970 tells, if it is plausible.
pub fn of_epoch(text: &str) -> Option<DateTime<Utc>> {
    let number: i64 = text.parse().ok()?;
    let seconds = of_seconds(number);
    seconds.or_else(|| plausible(Utc.timestamp_millis_opt(number).single()?))
}

/// The time that lies so many seconds behind the beginning of 1970; `None` if it is not plausible.
pub fn of_seconds(seconds: i64) -> Option<DateTime<Utc>> {
    plausible(Utc.timestamp_opt(seconds, 0).single()?)
}

fn plausible(at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (FIRST_YEAR..END_YEAR).contains(&at.year()).then(|| at.trunc_subsecs(6))
}

/// How far a client's clock may run ahead before its times are not believed.
pub fn clock_slack() -> Duration {
    Duration::days(31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_short_way_reads_what_the_long_one_does(
            year in 0..10_000_u32, month in 0..14_u32, day in 0..33_u32,
            (hour, minute, second) in (0..26_u32, 0..62_u32, 0..62_u32),
        ) {
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
            if let Some(short) = whole_second(&text) {
                let long = DateTime::parse_from_rfc3339(&text).expect("a time").with_timezone(&Utc);
                prop_assert_eq!(short, long);
            }
        }
    }

    #[test]
    fn a_time_is_plausible_or_absent() {
        // (why this row exists, the text, what is read)
        let table = [
            ("as the API writes it", "2023-09-04T04:25:05.748Z", Some("2023-09-04T04:25:05.748Z")),
            ("another zone", "2023-09-04T06:25:05+02:00", Some("2023-09-04T04:25:05Z")),
            (
                "finer than kept",
                "2023-09-04T04:25:05.1234567Z",
                Some("2023-09-04T04:25:05.123456Z"),
            ),
            ("year 0", "0000-01-01T00:00:00Z", None),
            ("year 9999", "9999-12-31T23:59:59Z", None),
            ("no such day", "2023-02-30T00:00:00Z", None),
            ("no zone", "2023-09-04T04:25:05", None),
            ("words", "yesterday", None),
        ];
        for (why, text, read) in table {
            let read = read.map(|text| text.parse::<DateTime<Utc>>().expect(why));
            assert_eq!(instant(text), read, "{why}");
        }
    }

    #[test]
    fn an_id_of_x_tells_its_time() {
        let of = |text: &str| Some(text.parse::<DateTime<Utc>>().expect("a time"));
        assert_eq!(of_snowflake("1245403438755852288"), of("2020-04-01T17:31:32.933Z"));
        for id in ["", "44187619", "9999999999", "+245403438755852288", "184467440737095516160"] {
            assert_eq!(of_snowflake(id), None, "{id}");
        }
        let formats = ["%a %b %d %H:%M:%S %z %Y", "%a, %b %d, %Y", "%Y-%m-%d %H:%M:%S"];
        // (the text, the time)
        let table = [
            ("Wed Feb 10 18:00:00 +0000 2021", of("2021-02-10T18:00:00Z")),
            ("Tue, Jul 14, 2026", of("2026-07-14T00:00:00Z")),
            ("2023-01-02 03:04:05", of("2023-01-02T03:04:05Z")),
            ("Tue, Jul 32, 2026", None),
            ("1999-01-02 03:04:05", None),
        ];
        for (text, at) in table {
            assert_eq!(one_of(text, &formats), at, "{text}");
        }
    }

    #[test]
    fn ids_tell_their_time_or_none() {
        let of = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        // The post of this key was created at 04:00:35.516 by its own record.
        let at = of_tid("3k6k4as23yu2g").expect("a key of today");
        assert!((at - of("2023-09-04T04:00:35.516Z")).abs() < Duration::seconds(2), "{at}");
        let bad = [
            "",
            "self",
            "3k6k4as23yu2",
            "zzzzzzzzzzzzz",
            "2222222222222",
            "3k6k4as23yu21",
            "💥💥💥x",
        ];
        for key in bad {
            assert_eq!(of_tid(key), None, "{key}");
        }
        let at = of_mastodon_id("113000000000000000").expect("an id of today");
        assert_eq!(at.year(), 2024);
        for id in ["", "1", "12345", "+113000000000000000", "18446744073709551616", "01HZ"] {
            assert_eq!(of_mastodon_id(id), None, "{id}");
        }
    }
}

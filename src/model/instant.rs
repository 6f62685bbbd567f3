//! Reads stored instants fast.
//!
//! A brand's measurements hold some sixty of them, nearly all written as `2026-03-30T10:00:00Z`;
//! that one form is read directly. Every other form goes to `chrono`.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserializer, de};

/// Reads an instant from its text, for `#[serde(deserialize_with = ...)]`.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    from.deserialize_str(Text)
}

struct Text;

impl de::Visitor<'_> for Text {
    type Value = DateTime<Utc>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an instant such as 2026-03-30T10:00:00Z")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<DateTime<Utc>, E> {
        plain(text.as_bytes()).map_or_else(|| text.parse().map_err(E::custom), Ok)
    }
}

/// The instant of a text in the plain form; `None` if it has another.
fn plain(text: &[u8]) -> Option<DateTime<Utc>> {
    let &[
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
        b'Z',
    ] = text
    else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_u32, |sum, digit| {
            digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0'))
        })
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)?;
    let time = day.and_hms_opt(number(&[h1, h2])?, number(&[n1, n2])?, number(&[s1, s2])?)?;
    Some(time.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_as_chrono_reads_it() {
        // (why this row exists, the text)
        let table = [
            ("the plain form", "2026-03-30T10:00:00Z"),
            ("a leap day", "2024-02-29T23:59:59Z"),
            ("no leap day", "2026-02-29T00:00:00Z"),
            ("milliseconds", "2026-03-30T10:00:00.250Z"),
            ("another offset", "2026-03-30T12:00:00+02:00"),
            ("a leap second", "2016-12-31T23:59:60Z"),
            ("an hour too many", "2026-03-30T24:00:00Z"),
            ("a sign where a digit belongs", "+026-03-30T10:00:00Z"),
            ("nothing", ""),
        ];
        for (why, text) in table {
            let read = read(de::value::StrDeserializer::<de::value::Error>::new(text));
            assert_eq!(read.ok(), text.parse().ok(), "{why}");
        }
    }

    #[test]
    fn observations_come_back_as_they_were_written() {
        use crate::model::{Finding, Interval, Metric, Observation, Window};
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
        let (from, to) = (at("2026-03-02T10:00:00Z"), at("2026-03-30T10:00:00.5Z"));
        let interval = Some(Interval { low: 0.1, high: 0.3 });
        let why = "no post yet".to_owned();
        for finding in [
            Finding::Measured { value: 0.2, n: 30, hits: Some(6), interval },
            Finding::Measured { value: 3.0, n: 1, hits: None, interval: None },
            Finding::NoCases { why: why.clone() },
            Finding::NotExported { why: why.clone() },
            Finding::Suppressed { why: why.clone() },
            Finding::Unmeasurable { why },
        ] {
            let observation = Observation {
                metric: Metric::ResponseRate,
                finding,
                window: Some(Window { from, to, asked: false }),
                span: Some((from, to)),
                as_of: None,
                denominator: "conversations".to_owned(),
                sources: vec!["bluesky_api @acme.example".to_owned()],
                caveats: Vec::new(),
            };
            let text = serde_json::to_string(&observation).expect("JSON");
            assert_eq!(serde_json::from_str::<Observation>(&text).expect("it reads"), observation);
        }
        let missing =
            r#"{"metric":"response_rate","found":"measured","denominator":"","sources":[]}"#;
        let error = serde_json::from_str::<Observation>(missing).expect_err("no value");
        assert!(error.to_string().contains("`value` is missing"), "{error}");
    }
}

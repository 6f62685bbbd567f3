//! Times inside the ids of X.
//!
//! # Source
//!
//! Milliseconds since 4 November 2010 stand above the lowest 22 bits: `(id >> 22) + 1288834974657`, found on
//! 1,325 of 1,325 posts within a second. Accounts have such ids from 10^17 on; smaller ones count.

use chrono::{DateTime, TimeZone, Utc};

const EPOCH_MILLIS: i64 = 1_288_834_974_657;
/// How many digits the ids of accounts have from 10^17 on.
const ACCOUNT_DIGITS: usize = 18;

/// The time inside the id of a post, an account or a message, if it has one.
///
/// ```
/// use fivestep::evidence::snowflake;
/// let at = snowflake::time_of("1245403438755852288").expect("it is long enough");
/// assert_eq!(at.to_rfc3339(), "2020-04-01T17:31:32.933+00:00");
/// assert_eq!(snowflake::time_of("44187619"), None);
/// ```
pub fn time_of(id: &str) -> Option<DateTime<Utc>> {
    // Shorter ids were given in order before that day; a sign would parse, but no id has one.
    if id.len() < 11 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let millis = i64::try_from(id.parse::<u64>().ok()? >> 22).ok()? + EPOCH_MILLIS;
    Utc.timestamp_millis_opt(millis).single()
}

/// When an account was made, as its id says; `id` is that of a person, such as `x:1245403438755852288`.
pub fn made(id: &str) -> Option<DateTime<Utc>> {
    let native = id.strip_prefix("x:").filter(|native| native.len() >= ACCOUNT_DIGITS)?;
    time_of(native)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{evidence::facts::PersonId, model::Platform};

    #[test]
    fn an_account_tells_its_age_from_18_digits_on() {
        // (id, the year it was made in)
        let table = [
            ("x:1245403438755852288", Some("2020")),
            ("x:100000000000000000", Some("2011")),
            ("x:99999999999999999", None),
            ("x:44187619", None),
            ("x:12454034387558522-8", None),
            ("mastodon:1245403438755852288", None),
            ("1245403438755852288", None),
        ];
        for (id, year) in table {
            let found = made(id).map(|at| at.format("%Y").to_string());
            assert_eq!(found.as_deref(), year, "{id}");
        }
        let known = PersonId::new(Platform::X, "1245403438755852288");
        assert!(made(known.as_str()).is_some(), "ids begin with the platform's word");
    }
}

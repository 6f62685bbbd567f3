//! The clock goes back a day, and forward a year.

use crate::{
    common::TestEnv,
    sound::{assert_sound, busy},
};

fn tick(env: &TestEnv, now: &str) -> String {
    let answer = env.command().env("FIVESTEP_NOW", now).arg("tick").output().unwrap();
    assert!(answer.status.success(), "{answer:?}");
    String::from_utf8(answer.stdout).unwrap()
}

#[test]
fn a_clock_that_jumps_disorders_nothing_and_fires_everything_once() {
    let env = busy(2);
    let start: chrono::DateTime<chrono::Utc> = crate::common::NOW.parse().unwrap();
    let at = |seconds: i64| (start + chrono::TimeDelta::seconds(seconds)).to_rfc3339();
    let (day, year) = (86_400, 365 * 86_400);
    tick(&env, &at(2));
    let before = assert_sound(&env, 2);
    assert_eq!(tick(&env, &at(-day)), "Nothing is due.\n", "a day back");
    assert_eq!(assert_sound(&env, 2).commits, before.commits);
    tick(&env, &at(year));
    let after = assert_sound(&env, 2);
    assert!(after.fired > before.fired, "a year on: {after:?}");
    // Entries are never dated before the one they follow; what was due does not come again.
    tick(&env, &at(10));
    assert_sound(&env, 2);
    assert_eq!(tick(&env, &at(10)), "Nothing is due.\n");
}

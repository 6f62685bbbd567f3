//! The program dies at each named place, and the next one goes on.

use fivestep::failpoint;

use crate::sound::{assert_sound, busy};

/// So many seconds after the brands have started.
fn later(seconds: i64) -> String {
    let start: chrono::DateTime<chrono::Utc> = crate::common::NOW.parse().unwrap();
    (start + chrono::TimeDelta::seconds(seconds)).to_rfc3339()
}

#[test]
fn death_at_every_place_is_survived() {
    for name in failpoint::ALL {
        for times in [1, 2, 5] {
            let env = busy(3);
            let dies = env
                .command()
                .env("FIVESTEP_NOW", later(2))
                .env("FIVESTEP_FAILPOINT", format!("{name}:{times}"))
                .args(["tick"])
                .output()
                .unwrap();
            let died = dies.status.code().is_none();
            assert!(died || times > 1, "{name}: nobody passes there: {dies:?}");
            assert_sound(&env, 3);
            // What was begun counts as lost after its time, and is tried again.
            for seconds in [400, 800, 1_200] {
                let mut tick = env.command();
                let tick = tick.env("FIVESTEP_NOW", later(seconds)).arg("tick").output().unwrap();
                assert!(tick.status.success(), "{name}: {tick:?}");
            }
            let found = assert_sound(&env, 3);
            assert!(found.left >= 6, "{name}: every brand went on: {found:?}");
            assert!(found.succeeded >= 3, "{name}: what was lost was done again: {found:?}");
            assert!(died || found.twice == 0, "{name}: nothing was repeated: {found:?}");
        }
    }
}

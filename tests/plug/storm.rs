//! A busy server is killed at random moments, again and again.

use std::{process::Stdio, thread, time::Duration};

use crate::sound::{assert_sound, busy};

fn count(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn a_storm_of_kills_loses_nothing_and_does_nothing_twice() {
    let (kills, brands) = (count("FIVESTEP_STORM", 12), count("FIVESTEP_STORM_BRANDS", 20));
    let env = busy(brands);
    for kill in 0..kills as u64 {
        let mut server = env
            .command()
            .env_remove("FIVESTEP_NOW")
            .args(["serve", "--lease", "1s", "--workers", "4"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The lease of the one before has to end first; then any moment of two seconds.
        thread::sleep(Duration::from_millis(1_000 + kill * 7_919 % 2_000));
        server.kill().unwrap();
        server.wait().unwrap();
        if brands <= 50 || kill % 50 == 49 {
            assert_sound(&env, brands);
        }
    }
    let found = assert_sound(&env, brands);
    assert!(found.succeeded > 0 && found.fired > 0, "it was busy: {found:?}");
    println!("{kills} kills of a server with {brands} brands: {found:?}");
}

//! The disk is full at every write in turn, and loses what was not synced.

use std::{fs, path::Path, process::Command};

use fivestep::{
    model::{BrandId, Checkpoint},
    store::StateStore,
};

use crate::{
    common::TestEnv,
    sound::{assert_sound, busy},
};

/// Runs `tick` where no file may grow beyond so many blocks of 512 bytes, as on a full disk.
fn tick_in(env: &TestEnv, blocks: u64, now: &str) -> std::process::Output {
    let script = format!("trap '' XFSZ; ulimit -f {blocks} && exec \"$0\" \"$@\"");
    Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_fivestep"), "tick"])
        .current_dir(env.root())
        .env("FIVESTEP_NOW", now)
        .output()
        .unwrap()
}

#[test]
fn a_disk_that_fills_up_at_any_write_leaves_everything_whole() {
    let env = busy(2);
    let start: chrono::DateTime<chrono::Utc> = crate::common::NOW.parse().unwrap();
    let state = |name: &str| fs::metadata(env.path(&format!(".fivestep/{name}")));
    let used = state("state.db").unwrap().len() / 512;
    let (mut failed, mut went) = (0, 0);
    // From no room for a page to room for some hundred, page by page.
    for (round, pages) in (0..60_u64).step_by(3).enumerate() {
        let now = start + chrono::TimeDelta::seconds(100 * (round as i64 + 1));
        let answer = tick_in(&env, used.min(pages * 8), &now.to_rfc3339());
        let said = String::from_utf8_lossy(&answer.stderr).into_owned();
        match answer.status.code() {
            Some(0) => went += 1,
            code => {
                assert_eq!(code, Some(1), "{pages} pages: {said}");
                assert!(said.contains("error:"), "{said}");
                failed += 1;
            }
        }
        assert_sound(&env, 2);
    }
    assert!(failed > 0, "{failed} of {} found no room", failed + went);
    let now = (start + chrono::TimeDelta::days(1)).to_rfc3339();
    assert!(tick_in(&env, 1 << 20, &now).status.success());
    assert_sound(&env, 2);
}

/// The state of one brand in the files as they would lie there after a power cut.
fn revision(folder: &Path, db: &[u8], wal: &[u8]) -> u64 {
    fs::remove_dir_all(folder).ok();
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("state.db"), db).unwrap();
    fs::write(folder.join("state.db-wal"), wal).unwrap();
    let store = StateStore::open(&folder.join("state.db")).expect("it opens after the cut");
    let brand = BrandId::new("busy-0").unwrap();
    let at = store.checkpoint(&brand).expect("it reads");
    let journal = store.journal(&brand).expect("it reads");
    assert_eq!(at, Checkpoint::fold(brand, &journal), "it is the fold of its journal");
    at.revision
}

#[test]
fn writes_that_were_never_synced_are_lost_whole_or_not_at_all() {
    let env = busy(1);
    let folder = env.path("cut");
    let copy = |name: &str| fs::read(env.path(&format!(".fivestep/{name}"))).unwrap_or_default();
    // A reader that stays keeps the log from being folded into the file at each end of a command.
    let reader = StateStore::open(&env.path(".fivestep/state.db")).unwrap();
    let brand = BrandId::new("busy-0").unwrap();
    let mut cuts = 0;
    let before_db = copy("state.db");
    for round in 0..4 {
        let (acknowledged, synced) =
            (reader.checkpoint(&brand).unwrap().revision, copy("state.db-wal"));
        let verb = if round % 2 == 0 { "pause" } else { "resume" };
        env.ok([verb, "busy-0"]);
        let (db, wal) = (copy("state.db"), copy("state.db-wal"));
        assert_eq!(db, before_db, "what is new stands in the log");
        // What was acknowledged before is on the disk; of what came later, any part may be.
        for length in (synced.len()..=wal.len()).step_by(509).chain([wal.len()]) {
            let found = revision(&folder, &db, &wal[..length]);
            let whole = length == wal.len();
            let expected = acknowledged..=acknowledged + 1;
            assert!(expected.contains(&found) && (!whole || found > acknowledged), "{length}");
            // The rest of the file may be what lay there before.
            let mut torn = wal.clone();
            torn[length..].fill(0xA5);
            assert!(expected.contains(&revision(&folder, &db, &torn)), "{length}, torn");
            cuts += 2;
        }
    }
    // While the log is folded into the file, any pages of the file may be old or new.
    let wal = copy("state.db-wal");
    let newest = reader.checkpoint(&brand).unwrap().revision;
    drop(reader);
    env.ok(["status"]);
    let after_db = copy("state.db");
    assert_ne!(after_db, before_db, "the log was folded into the file");
    let page = 4_096;
    for pattern in 0_u32..24 {
        let mut mixed = after_db.clone();
        for (number, old) in before_db.chunks(page).enumerate() {
            let place = number * page;
            let keeps_old = (pattern.wrapping_mul(2_654_435_761) >> (number % 29)) & 1 == 1;
            if keeps_old && place + old.len() <= mixed.len() {
                mixed[place..place + old.len()].copy_from_slice(old);
            }
        }
        assert_eq!(revision(&folder, &mixed, &wal), newest, "pattern {pattern}");
        cuts += 1;
    }
    println!("{cuts} cuts, nothing acknowledged was lost");
}

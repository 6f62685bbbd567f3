//! What survives when the program is killed, and when two of it meet.
//!
//! The counts are small in `cargo test`; the long run is
//! `FIVESTEP_KILLS=200 FIVESTEP_KILL_BRANDS=1200 FIVESTEP_RACES=1000 \
//!  cargo test --release --test crash -- --nocapture`.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests are an edge")]

mod common;

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::{Child, Stdio},
    sync::mpsc,
    thread,
    time::Instant,
};

use fivestep::{
    model::{BrandId, Checkpoint, Event},
    store::StateStore,
};

use common::TestEnv;

fn count(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Every brand's checkpoint is the fold of its journal, revisions have no gap, and no transition
/// appears twice. Returns the revision of each brand.
fn assert_whole(env: &TestEnv, brands: usize) -> BTreeMap<String, u64> {
    let store = StateStore::open(&env.path(".fivestep/state.db")).expect("the store reopens");
    let names = (0..brands).map(|number| format!("ring-{number}"));
    names
        .map(|name| {
            let brand = BrandId::new(name.as_str()).unwrap();
            let journal = store.journal(&brand).expect("the journal reads");
            let checkpoint = store.checkpoint(&brand).expect("the checkpoint reads");
            let fold = Checkpoint::fold(brand, &journal);
            assert_eq!(checkpoint, fold, "{name}: the checkpoint is the fold of the journal");
            for (place, entry) in journal.iter().enumerate() {
                assert_eq!(entry.revision, place as u64 + 1, "{name}: revisions have no gap");
            }
            assert_alternates(&name, &journal);
            (name, checkpoint.revision)
        })
        .collect()
}

/// A stage is left before the next is entered, in the order of the ring.
fn assert_alternates(name: &str, journal: &[fivestep::model::Entry]) {
    let mut inside: Option<String> = None;
    for event in journal.iter().flat_map(|entry| &entry.events) {
        match event {
            Event::StageEntered { stage } => {
                assert_eq!(inside, None, "{name}: entered {stage} while in a stage");
                inside = Some(stage.to_string());
            }
            Event::StageLeft { stage, .. } => {
                assert_eq!(inside.as_deref(), Some(stage.as_str()), "{name}: left {stage}");
                inside = None;
            }
            _ => {}
        }
    }
}

/// The sum of all brands' revisions, read without folding anything.
fn revisions(env: &TestEnv, brands: usize) -> u64 {
    let store = StateStore::open(&env.path(".fivestep/state.db")).expect("the store reopens");
    let standings = store.standings(None, "", brands).expect("the rows read");
    assert_eq!(standings.len(), brands);
    standings.iter().map(|standing| standing.revision).sum()
}

#[test]
fn a_kill_at_any_moment_loses_nothing_that_was_acknowledged() {
    let kills = count("FIVESTEP_KILLS", 15);
    // More than one page of brands, so that a kill can fall between two transactions.
    let brands = count("FIVESTEP_KILL_BRANDS", 40);
    let env = common::ring(brands);
    // The first run reads every brand file; the second is like those to come.
    env.ok(["advance", "--all"]);
    let began = Instant::now();
    env.ok(["advance", "--all"]);
    let whole = began.elapsed();
    let before = revisions(&env, brands);
    let (mut acknowledged, mut in_time) = (0, 0);
    for kill in 0..kills as u32 {
        let mut child = env
            .command()
            .args(["advance", "--all", "--actor", "Kill"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = read_lines(&mut child);
        let mut told = Vec::new();
        if kill % 3 == 0 {
            // From the first moment to a little after the end, in a fixed order.
            thread::sleep(whole * (kill * 37 % 120) / 100);
        } else {
            // After so many answers, and a moment more.
            let wanted = kill as usize * 37 % brands;
            told.extend(lines.iter().take(wanted));
            thread::sleep(whole * (kill % 7) / 100);
        }
        in_time += u64::from(child.try_wait().unwrap().is_none());
        child.kill().ok();
        child.wait().unwrap();
        for line in told.into_iter().chain(lines) {
            let name = line.split_whitespace().next().unwrap_or_default();
            acknowledged += u64::from(name.starts_with("ring-") && line.contains(" > "));
        }
        let after = revisions(&env, brands);
        assert!(after >= before + acknowledged, "{after} < {before} + {acknowledged}");
        // Folding every journal takes long with many brands; what goes wrong once stays wrong.
        if brands <= 50 || kill % 20 == 0 {
            assert_whole(&env, brands);
        }
    }
    assert_whole(&env, brands);
    let committed = revisions(&env, brands) - before;
    assert!(committed > 0 || kills < 10, "no kill came late enough to show anything");
    println!(
        "{kills} kills of {brands} brands, {in_time} before the end: {acknowledged} transitions \
         acknowledged, {committed} committed, none lost"
    );
}

/// Collects what a child prints until its end, whole lines only.
fn read_lines(child: &mut Child) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    let stdout = child.stdout.take().expect("it is piped");
    thread::spawn(move || {
        let mut reader = BufReader::new(stdout);
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|length| length > 0) {
            if line.ends_with('\n') && send.send(line.clone()).is_err() {
                return;
            }
            line.clear();
        }
    });
    receive
}

#[test]
fn two_processes_on_one_brand_never_lose_or_double_a_transition() {
    let races = count("FIVESTEP_RACES", 60);
    let env = common::ring(1);
    let before = assert_whole(&env, 1)["ring-0"];
    let run = || {
        let mut codes = BTreeMap::<i32, u64>::new();
        for _ in 0..races / 2 {
            let answer = env.fivestep(["advance", "ring-0"]);
            assert!([0, 6].contains(&answer.code), "{}", answer.text());
            *codes.entry(answer.code).or_default() += 1;
        }
        codes
    };
    let (left, right) = thread::scope(|scope| {
        let other = scope.spawn(run);
        (run(), other.join().unwrap())
    });
    let moved = |codes: &BTreeMap<i32, u64>| codes.get(&0).copied().unwrap_or_default();
    let after = assert_whole(&env, 1)["ring-0"];
    assert_eq!(after - before, moved(&left) + moved(&right), "one commit a success");
    println!("{races} advances by two processes: exits {left:?} and {right:?}");
}

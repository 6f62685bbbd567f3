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
    clock::Clock,
    definition::{SourceFile, load_workflow},
    engine::{Step, step},
    failure::Failure,
    model::{
        Actor, BrandId, Checkpoint, Command, Digest, Event, Finding, Metric, Observation,
        Observations, Verb,
    },
    runner::{
        Runner, Until,
        fleet::{Outcome, PAGE, Tour},
    },
    store::StateStore,
    workspace::Workspace,
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

#[test]
fn an_interrupted_run_over_all_goes_on_and_moves_no_brand_twice() {
    let kills = count("FIVESTEP_KILLS", 12);
    let brands = count("FIVESTEP_KILL_BRANDS", 40);
    let env = common::ring(brands);
    env.ok(["advance", "--all"]);
    let began = Instant::now();
    env.ok(["advance", "--all"]);
    let whole = began.elapsed();
    let mut resumed = 0;
    for kill in 0..kills as u32 {
        let before = assert_whole(&env, brands);
        let child = env.command().args(["advance", "--all"]).stdout(Stdio::null()).spawn();
        let mut child = child.unwrap();
        thread::sleep(whole * (kill * 37 % 110) / 100);
        child.kill().ok();
        child.wait().unwrap();
        let answer = env.fivestep(["advance", "--resume"]);
        assert!([0, 10].contains(&answer.code), "{}", answer.text());
        resumed += u32::from(answer.code == 0);
        let after = assert_whole(&env, brands);
        let moves: Vec<u64> = before.iter().map(|(name, at)| after[name] - at).collect();
        let first = moves[0];
        // Killed before it began, it moved none; else each brand moves by one stage, and once.
        assert!(first <= 1 && moves.iter().all(|moved| *moved == first), "{moves:?}");
    }
    println!("{kills} runs killed, {resumed} of them resumed; no brand moved twice");
}

/// Kills a child after so many of its lines; answers with all that it printed.
fn killed_after(env: &TestEnv, args: &[&str], lines: usize) -> Vec<String> {
    let mut command = env.command();
    let mut child =
        command.args(args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let printed = read_lines(&mut child);
    let mut told: Vec<String> = printed.iter().take(lines).collect();
    child.kill().ok();
    child.wait().unwrap();
    told.extend(printed);
    told.iter().map(|line| line.trim().to_owned()).collect()
}

/// How often each brand's journal holds an event that is `wanted`.
fn times(env: &TestEnv, brands: usize, wanted: fn(&Event) -> bool) -> Vec<usize> {
    let store = StateStore::open(&env.path(".fivestep/state.db")).expect("the store reopens");
    let of = |number| {
        let brand = BrandId::new(format!("ring-{number}")).unwrap();
        let journal = store.journal(&brand).expect("the journal reads");
        journal.iter().flat_map(|entry| &entry.events).filter(|event| wanted(event)).count()
    };
    (0..brands).map(of).collect()
}

#[test]
fn a_migration_that_was_killed_takes_only_those_that_are_left() {
    let brands = 2 * PAGE + 100;
    let env = fleet(brands);
    let limit = "    limit: { after: 1h, to: target }\n    next: target";
    env.replace("workflows/ring.yaml", "    next: target", limit);
    let migrate = ["migrate", "ring", "--apply", "-o", "ids"];
    let mut over = 0;
    // At some moment before the first page, and right after a page.
    for lines in [0, 1] {
        let told = killed_after(&env, &migrate, lines);
        let went = times(&env, brands, |event| matches!(event, Event::Migrated { .. }));
        assert!(went.iter().all(|times| *times <= 1), "nobody twice");
        let before = over;
        over = went.iter().sum();
        assert!(over >= before + told.len(), "what was told is there");
        assert!(over % PAGE == 0 || over == brands, "a page goes whole or not at all: {over}");
    }
    let rest = env.fivestep(migrate).stdout.lines().count();
    assert_eq!(over + rest, brands, "only those that were left");
    let went = times(&env, brands, |event| matches!(event, Event::Migrated { .. }));
    assert!(went.iter().all(|times| *times == 1), "everybody once");
    assert_whole(&env, brands);
    println!("{over} of {brands} brands went over before the last kill, {rest} after it");
}

#[test]
fn a_tick_that_was_killed_is_finished_by_the_next() {
    let brands = 2 * PAGE + 100;
    let mut env = fleet(brands);
    let limit = "    limit: { after: 1h, to: target }\n    next: target";
    env.replace("workflows/ring.yaml", "    next: target", limit);
    env.ok(["migrate", "ring", "--apply"]);
    env.set_now("2026-03-30T12:00:00Z");
    let tick = ["tick", "-o", "ids"];
    let told = killed_after(&env, &tick, 1).len();
    let fired = times(&env, brands, |event| matches!(event, Event::Fired { .. }));
    let before: usize = fired.iter().sum();
    assert!(before >= told, "what was told is there");
    let rest = env.fivestep(tick).stdout.lines().count();
    assert_eq!(before + rest, brands, "only those that were left");
    let fired = times(&env, brands, |event| matches!(event, Event::Fired { .. }));
    assert!(fired.iter().all(|times| *times == 1), "everybody once");
    println!("{before} of {brands} brands fired before the kill, {rest} after it");
}

/// A workspace with so many brands on the ring, all in its first stage, without exports.
fn fleet(brands: usize) -> TestEnv {
    let env = TestEnv::new();
    env.write("workflows/ring.yaml", common::RING);
    let file = SourceFile::new("ring.yaml", common::RING.into());
    let workflow = load_workflow(&file).unwrap();
    let mut store = StateStore::open(&env.path(".fivestep/state.db")).unwrap();
    store.keep_definition(&workflow.digest, "ring", common::RING).unwrap();
    let now = common::NOW.parse().unwrap();
    let command = Command::new(Verb::Start, Actor::new("Ada"));
    let started: Vec<Step> = (0..brands)
        .map(|number| {
            let text = common::ring_brand(number);
            env.write(&format!("brands/ring-{number}.yaml"), &text);
            let mut seen = Observations::default();
            seen.basis.brand = Some(Digest::of(text.as_bytes()));
            seen.basis.workflow = Some(workflow.digest.clone());
            seen.metrics.insert(Metric::EngagedFollowers, engaged());
            let brand = Checkpoint::new(BrandId::new(format!("ring-{number}")).unwrap());
            step(&workflow, &brand, &seen, &command, now).unwrap()
        })
        .collect();
    store.commit(&started.iter().collect::<Vec<_>>()).unwrap();
    env
}

fn engaged() -> Observation {
    Observation {
        metric: Metric::EngagedFollowers,
        finding: Finding::Measured { value: 2.0, n: 2, hits: None, interval: None },
        window: None,
        span: None,
        as_of: None,
        denominator: "followers".to_owned(),
        sources: Vec::new(),
        caveats: Vec::new(),
    }
}

#[test]
fn a_run_goes_on_after_the_page_that_was_written_last() {
    let brands = 1_100;
    let env = fleet(brands);
    let open = || {
        let workspace = Workspace::find(env.root()).unwrap();
        Runner::open(workspace, Clock::fixed(common::NOW.parse().unwrap())).unwrap()
    };
    let (actor, until) = (Actor::new("Ada"), Until::OneStage);
    let tour = Tour { actor, until, filter: None, dry_run: false };
    let mut runner = open();
    let sweep = runner.begin_sweep("{}").unwrap();
    // The reader's end, in the middle of the second page: that page is on the disk by then.
    let mut told = 0;
    let ended = runner.advance_all(&tour, Some(sweep), |outcome| {
        assert_eq!(outcome.result.as_ref().unwrap().moves(), 1);
        told += 1;
        let doing = "interrupted".to_owned();
        let source = std::io::ErrorKind::Interrupted.into();
        if told == PAGE + 10 { Err(Failure::Io { doing, source }) } else { Ok(()) }
    });
    assert!(ended.is_err());
    let mut runner = open();
    let sweep = runner.unfinished_sweep().unwrap().expect("it did not end");
    let mut rest = 0;
    let count = |_: &Outcome| {
        rest += 1;
        Ok(())
    };
    runner.advance_all(&tour, Some(sweep), count).unwrap();
    assert_eq!(rest, brands - 2 * PAGE);
    assert_eq!(runner.unfinished_sweep().unwrap(), None);
    assert!(assert_whole(&env, brands).values().all(|revision| *revision == 2), "one stage each");
}

#[test]
fn a_thousand_names_go_through_pipes() {
    let brands = 1_100;
    let env = fleet(brands);
    let listed = env.fivestep(["list", "--where", "running and stage = define", "-o", "ids"]);
    assert_eq!(listed.stdout.lines().count(), brands, "{}", listed.stderr);
    let told = env.fed(&listed.stdout, ["why", "-", "-o", "json"]);
    assert_eq!(told.json().as_array().map(Vec::len), Some(brands));
    let moved = env.fed(&listed.stdout, ["advance", "-", "-o", "ids", "--dry-run"]);
    assert_eq!(moved.stdout, listed.stdout, "in the order in which they were named");
}

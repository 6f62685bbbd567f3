//! What is old goes, its bytes come back, and nothing else changes.

use chrono::TimeDelta;
use fivestep::{
    house::gc::{self, Budget, Gone, Task},
    model::{BrandId, Entry, Event},
    store::{StateStore, state::Keep},
};

use super::{CYCLE, TestEnv, began, brand, gone_round, runner, store};

/// So many cycles, and no more than a month.
fn keep(cycles: u32) -> Keep {
    Keep { days: 30, cycles }
}

fn sweep(
    store: &mut StateStore,
    keep: Keep,
    now: chrono::DateTime<chrono::Utc>,
    dry: bool,
) -> Gone {
    let task = Task { keep, now, dry_run: dry, has_file: &|_| true };
    gc::sweep(store, &task, &mut |brand, failure| panic!("{brand}: {failure}")).unwrap()
}

fn file_bytes(env: &TestEnv) -> u64 {
    std::fs::metadata(env.path(".fivestep/state.db")).unwrap().len()
}

/// The stages that were left, and in which commit.
fn exits(journal: &[Entry]) -> Vec<(u64, String)> {
    let events = journal.iter().flat_map(|entry| {
        entry.events.iter().filter_map(|event| match event {
            Event::StageLeft { stage, .. } => Some((entry.revision, stage.to_string())),
            _ => None,
        })
    });
    events.collect()
}

/// The journal leads to the checkpoint, whether it was pruned or not.
fn assert_whole(store: &StateStore, brand: &BrandId) {
    let checkpoint = store.checkpoint(brand).unwrap();
    assert_eq!(store.fold(brand).unwrap(), checkpoint);
    let base = store.base(brand).unwrap();
    let journal = store.journal(brand).unwrap();
    let after: Vec<u64> = journal
        .iter()
        .map(|entry| entry.revision)
        .filter(|revision| *revision > base.revision)
        .collect();
    let all: Vec<u64> = (base.revision + 1..=checkpoint.revision).collect();
    assert_eq!(after, all, "no commit after the snapshot is missing");
}

#[test]
fn bytes_come_back_and_nothing_else_changes() {
    let (env, now) = gone_round(40);
    let mut state = store(&env);
    state.empty_log(Default::default()).unwrap();
    let (before, journal) = (file_bytes(&env), state.journal(&brand()).unwrap());
    let checkpoint = state.checkpoint(&brand()).unwrap();
    let why = env.ok(["why", "ring-0"]).stdout;

    let told = sweep(&mut state, keep(2), now, true);
    assert_eq!(state.journal(&brand()).unwrap(), journal, "a dry run changes nothing");
    let gone = sweep(&mut state, keep(2), now, false);
    assert_eq!(gone, told, "a dry run says what the real one does");
    assert!(gone.trimmed > 30 && gone.bytes > 100_000, "{gone:?}");
    gc::give_back(&mut state, &mut Budget(usize::MAX)).unwrap();

    let after = file_bytes(&env);
    println!("state.db: {before} bytes before, {after} after, {} of text went", gone.bytes);
    assert!(after < before / 2, "{before} bytes became {after}");
    assert_eq!(state.space().unwrap().free_bytes, 0, "nothing is left to give back");
    assert_whole(&state, &brand());
    assert_eq!(state.checkpoint(&brand()).unwrap(), checkpoint);
    assert_eq!(exits(&state.journal(&brand()).unwrap()), exits(&journal), "every exit is there");
    assert_eq!(env.ok(["why", "ring-0"]).stdout, why);
    assert!(env.ok(["doctor"]).stdout.contains("journals"));
    env.ok(["advance", "ring-0"]);
    assert_whole(&store(&env), &brand());
    assert!(sweep(&mut state, keep(2), now, false).is_nothing(), "nothing is left to go");
}

#[test]
fn both_limits_must_let_an_entry_go() {
    // (why this row exists, days, cycles, does something go?)
    let table = [
        ("old and long gone round", 30, 2, true),
        ("old, but of the last cycles", 30, 13, false),
        ("of earlier cycles, but young", 400, 2, false),
        ("more days than there were", u32::MAX, 1, false),
    ];
    let (env, now) = gone_round(10);
    for (why, days, cycles, goes) in table {
        let copy = env.copied();
        let gone = sweep(&mut store(&copy), Keep { days, cycles }, now, false);
        assert_eq!(!gone.is_nothing(), goes, "{why}: {gone:?}");
    }
}

#[test]
fn a_cut_between_any_two_batches_leaves_a_whole_journal() {
    let (env, now) = gone_round(12);
    let mut last = 0;
    // One transaction each time, as if the program were killed after it.
    for cut in 0..20 {
        let mut state = store(&env);
        let task = Task { keep: keep(cut.max(1)), now, dry_run: false, has_file: &|_| true };
        let (mut budget, mut gone) = (Budget(1), Gone::default());
        let mut broken = |brand: &str, failure| panic!("{brand}: {failure}");
        gc::journals(&mut state, &task, "", &mut budget, &mut gone, &mut broken).unwrap();
        drop(state);
        let state = store(&env);
        assert_whole(&state, &brand());
        let base = state.base(&brand()).unwrap().revision;
        assert!(base >= last, "a snapshot never goes back");
        last = base;
    }
    assert!(last > 0, "something was pruned");
}

#[test]
fn two_that_prune_at_once_prune_once() {
    let (env, now) = gone_round(8);
    let (mut one, mut other) = (store(&env), store(&env));
    let base = one.base(&brand()).unwrap();
    let batch = one.plan(&brand(), &base, &keep(1), now).unwrap().expect("something may go");
    assert!(other.prune(&batch).unwrap());
    assert!(!one.prune(&batch).unwrap(), "it was pruned meanwhile");
    assert_whole(&one, &brand());
}

#[test]
fn a_journal_with_a_hole_is_told_of_and_left_alone() {
    let (env, now) = gone_round(8);
    let path = env.path(".fivestep/state.db");
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute("DELETE FROM journal WHERE revision = 3", []).unwrap();
    let mut state = store(&env);
    let before = state.journal(&brand()).unwrap();
    let task = Task { keep: keep(1), now, dry_run: false, has_file: &|_| true };
    let mut told = Vec::new();
    gc::sweep(&mut state, &task, &mut |brand, failure| told.push(format!("{brand}: {failure}")))
        .unwrap();
    assert!(told.len() == 1 && told[0].contains("commit 3 is missing"), "{told:?}");
    assert_eq!(state.journal(&brand()).unwrap(), before);
}

#[test]
fn the_house_keeps_itself_once_a_day_and_goes_on_where_it_stopped() {
    let (env, now) = gone_round(80);
    let later = now + TimeDelta::days(400);
    // Nothing is spent, so nothing is done; and it stays due.
    assert_eq!(runner(&env, later).keep_house(0).unwrap(), Some(Gone::default()));
    let gone = runner(&env, later).keep_house(100).unwrap().expect("it is due");
    assert!(gone.entries + gone.trimmed > 0, "{gone:?}");
    assert_whole(&store(&env), &brand());
    let kept = store(&env).journal(&brand()).unwrap();
    assert!(kept.iter().any(|entry| entry.at > began() + CYCLE * 66), "13 cycles stay");
    // (why this row exists, hours since, is it due?)
    let table = [("at once", 0, false), ("the same day", 23, false), ("a day later", 24, true)];
    for (why, hours, due) in table {
        let again = runner(&env, later + TimeDelta::hours(hours)).keep_house(100).unwrap();
        assert_eq!(again.is_some(), due, "{why}");
    }
    // The clock was ahead when it was noted: it is done anew instead of waiting for that day.
    assert!(runner(&env, later - TimeDelta::days(30)).keep_house(100).unwrap().is_some());
}

#[test]
fn a_text_waits_a_day_before_it_goes_and_stays_while_a_landmark_names_it() {
    let (env, now) = gone_round(8);
    let mut state = store(&env);
    let used = state.checkpoint(&brand()).unwrap().definition.unwrap();
    let unused = fivestep::model::Digest::of(b"a text");
    state.keep_definition(&unused, "ring", "a text").unwrap();
    let day = TimeDelta::days(1);
    let mut gone = |now| sweep(&mut state, keep(1), now, false).definitions;
    assert_eq!((gone(now), gone(now)), (0, 0), "it is only noted");
    assert_eq!(gone(now + day), 1);
    state.keep_definition(&unused, "ring", "a text").unwrap();
    sweep(&mut state, keep(1), now, false);
    state.keep_definition(&unused, "ring", "a text").unwrap();
    let gone = sweep(&mut state, keep(1), now + day, false);
    assert_eq!(gone.definitions, 0, "somebody wanted it meanwhile");
    assert!(state.definition(&used).unwrap().is_some());
}

#[test]
fn a_pruned_journal_answers_clearly() {
    let (env, now) = gone_round(10);
    sweep(&mut store(&env), keep(2), now, false);
    let base = store(&env).base(&brand()).unwrap().revision;
    let history = env.ok(["history", "ring-0"]).stdout;
    assert!(history.starts_with(&format!("Up to commit {base},")), "{history}");
    assert!(history.contains("started on ring") && history.contains("left define"), "{history}");
    let lines = env.ok(["history", "ring-0", "-o", "json"]).json();
    let pruned = lines.as_array().unwrap().iter().filter(|line| line["pruned"] == true).count();
    assert!(pruned > 0, "{lines}");
    // (from where, the exit code)
    let table = [("start", 2), ("1", 2), ("2026-03-30", 2), ("99999", 2)];
    for (since, code) in table {
        let answer = env.line(&format!("fivestep simulate ring-0 --since {since}"));
        assert_eq!(answer.code, code, "{}", answer.text());
    }
    env.ok(["simulate", "ring-0", "--since", &base.to_string()]);
    env.ok(["graph", "--brand", "ring-0"]);
    env.ok(["check"]);
}

//! What every store of runs promises: one suite, asked of the file and of the memory alike.
//!
//! Start reading at [`every_store`], which names the promises; each is a function that is handed a
//! way to open the same runs any number of times.
//!
//! # What it does not test
//!
//! - What a crash leaves: `tests/crash.rs`. What a full disk or a damaged row does: the file has
//!   tests of its own.
//! - Evidence, brand files and archives, which only the file has, and the bytes that pruning gives
//!   back: `tests/house.rs`.
//! - Two processes: two connections stand for them; `tests/crash.rs` runs two programs.
#![allow(clippy::disallowed_methods, reason = "a test opens files and starts threads")]

use chrono::{DateTime, TimeDelta, Utc};
use fivestep::{
    definition::{SourceFile, load_workflow},
    engine::{Notice, NoticeKind, Step, step},
    model::{
        Actor, BrandId, Checkpoint, Command, Digest, Observations, Timer, TimerKind, Verb, Workflow,
    },
    store::{
        Committed, Filter, MemoryStore, RunStore, StateStore, StoreError,
        state::{DueMark, Keep},
    },
};

fn at(minute: i64) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().expect("an instant");
    first + TimeDelta::minutes(minute)
}

fn brand(name: &str) -> BrandId {
    BrandId::new(name).expect("a name")
}

fn workflow() -> Workflow {
    let yaml = include_bytes!("../workflows/engagement.yaml").to_vec();
    load_workflow(&SourceFile::new("engagement.yaml", yaml)).expect("the shipped file is right")
}

/// What was measured; the number tells one measurement from another.
fn seen(number: u64) -> Observations {
    let mut seen = Observations { as_of: Some(at(0)), ..Observations::default() };
    seen.basis.evidence_revision = number;
    seen
}

/// Decides, on what was measured; it must not be refused.
fn decide_on(seen: &Observations, from: &Checkpoint, verb: Verb, minute: i64) -> Step {
    let command = Command::new(verb, Actor::new("Ada")).because(Some("because"));
    step(&workflow(), from, seen, &command, at(minute)).unwrap_or_else(|no| panic!("{no}"))
}

fn decide(from: &Checkpoint, verb: Verb, minute: i64) -> Step {
    decide_on(&seen(1), from, verb, minute)
}

/// Starts a brand; answers with where it stands.
fn started(store: &mut impl RunStore, name: &str) -> Checkpoint {
    let ready = store.checkpoint(&brand(name)).expect("it reads");
    written(store, decide(&ready, Verb::Start, 0))
}

fn written(store: &mut impl RunStore, step: Step) -> Checkpoint {
    assert_eq!(store.commit(&[&step]).expect("it is answered"), [Committed::Yes]);
    step.checkpoint
}

/// Holds a store to every promise; `open` opens the same runs once more.
fn every_store<S: RunStore + Send>(mut fresh: impl FnMut() -> Box<dyn Fn() -> S + Sync>) {
    what_is_written_reads_back(&*fresh());
    one_writer_wins(&*fresh());
    a_conflict_takes_the_brands_later_steps_with_it(&*fresh());
    lines_come_page_by_page_in_the_order_of_names(&*fresh());
    a_filter_loses_no_line_that_it_lets_pass(&*fresh());
    notices_come_back_until_they_are_delivered(&*fresh());
    what_is_pruned_leads_to_the_same_place(&*fresh());
    timers_are_replaced_and_found_when_due(&*fresh());
    a_fork_goes_its_own_way(&*fresh());
    a_run_under_a_reused_name_sees_nothing_of_the_one_before(&*fresh());
    many_writers_on_one_brand_lose_nothing(&*fresh());
    one_leads_and_the_number_grows(&*fresh());
    a_lease_of_a_clock_that_went_wrong_ends(&*fresh());
    a_writer_that_leads_no_more_changes_nothing(&*fresh());
}

fn what_is_written_reads_back<S: RunStore>(open: &dyn Fn() -> S) {
    let mut store = open();
    let acme = started(&mut store, "acme");
    let measured = decide_on(&seen(2), &acme, Verb::Advance, 1);
    let acme = written(&mut store, measured.clone());
    assert_eq!(acme.observations.basis.evidence_revision, 2, "it was measured anew");
    for store in [store, open()] {
        assert_eq!(store.checkpoint(&acme.brand).expect("it reads"), acme);
        let journal = store.journal(&acme.brand).expect("it reads");
        assert_eq!(journal.last(), Some(&measured.entry));
        assert_eq!(Checkpoint::fold(acme.brand.clone(), &journal), acme);
        let line = store.standing(&acme.brand).expect("it reads").expect("it started");
        assert_eq!((line.revision, line.status.as_str()), (2, "running"));
        assert_eq!(store.checkpoint(&brand("bolt")).expect("it reads").revision, 0);
        assert_eq!(store.standing(&brand("bolt")).expect("it reads"), None);
    }
}

fn one_writer_wins<S: RunStore>(open: &dyn Fn() -> S) {
    let (mut one, mut other) = (open(), open());
    let acme = started(&mut one, "acme");
    let (first, second) = (decide(&acme, Verb::Pause, 1), decide(&acme, Verb::Abandon, 1));
    assert_eq!(one.commit(&[&first]).expect("answered"), [Committed::Yes]);
    assert_eq!(other.commit(&[&second]).expect("answered"), [Committed::Conflict]);
    assert_eq!(one.commit(&[&first]).expect("answered"), [Committed::Conflict], "not twice");
    assert_eq!(other.checkpoint(&acme.brand).expect("it reads"), first.checkpoint);
    assert_eq!(other.journal(&acme.brand).expect("it reads").len(), 2);
    let start = decide(&Checkpoint::new(acme.brand.clone()), Verb::Start, 2);
    assert_eq!(other.commit(&[&start]).expect("answered"), [Committed::Conflict], "not anew");
    let ahead = decide(&first.checkpoint, Verb::Resume, 2);
    let ahead = decide(&ahead.checkpoint, Verb::Pause, 3);
    assert_eq!(other.commit(&[&ahead]).expect("answered"), [Committed::Conflict], "no gap");
}

fn a_conflict_takes_the_brands_later_steps_with_it<S: RunStore>(open: &dyn Fn() -> S) {
    let mut store = open();
    let (acme, bolt) = (started(&mut store, "acme"), started(&mut store, "bolt"));
    let faster = written(&mut store, decide(&acme, Verb::Pause, 1));
    // The second of these happens to fit onto what the faster writer left.
    let paused = decide(&acme, Verb::Pause, 2);
    let resumed = decide(&paused.checkpoint, Verb::Resume, 3);
    let beside = decide(&bolt, Verb::Pause, 2);
    let fates = store.commit(&[&paused, &resumed, &beside]).expect("answered");
    assert_eq!(fates, [Committed::Conflict, Committed::Conflict, Committed::Yes]);
    assert_eq!(store.checkpoint(&acme.brand).expect("it reads"), faster);
    assert_eq!(store.checkpoint(&bolt.brand).expect("it reads"), beside.checkpoint);
}

fn lines_come_page_by_page_in_the_order_of_names<S: RunStore>(open: &dyn Fn() -> S) {
    let mut store = open();
    for name in ["dust", "acme", "coal", "bolt"] {
        started(&mut store, name);
    }
    let page = |after: &str| -> Vec<String> {
        let lines = store.standings(None, after, 3).expect("they read");
        lines.into_iter().map(|line| line.brand).collect()
    };
    assert_eq!(page(""), ["acme", "bolt", "coal"]);
    assert_eq!(page("coal"), ["dust"]);
    assert!(page("dust").is_empty());
}

fn a_filter_loses_no_line_that_it_lets_pass<S: RunStore>(open: &dyn Fn() -> S) {
    let mut store = open();
    for name in ["acme", "bolt", "coal"] {
        started(&mut store, name);
    }
    let held = store.checkpoint(&brand("bolt")).expect("it reads");
    written(&mut store, decide(&held, Verb::Pause, 1));
    // (the filter, the brands that it lets pass)
    let table: [(&str, &[&str]); 6] = [
        ("paused", &["bolt"]),
        ("running", &["acme", "coal"]),
        ("stage = \"define\"", &["acme", "bolt", "coal"]),
        ("stage = \"support\"", &[]),
        ("brand = \"coal\" or paused", &["bolt", "coal"]),
        ("not running", &["bolt"]),
    ];
    for (text, names) in table {
        let filter: Filter = text.parse().unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let lines = store.standings(Some(&filter), "", 10).expect("they read");
        let passing = lines.into_iter().filter(|line| filter.lets_pass(line, at(2)));
        let passing: Vec<String> = passing.map(|line| line.brand).collect();
        assert_eq!(passing, names, "{text}");
    }
}

fn notices_come_back_until_they_are_delivered<S: RunStore>(open: &dyn Fn() -> S) {
    let (mut store, other) = (open(), open());
    for (name, minute) in [("acme", 2), ("bolt", 1)] {
        let here = started(&mut store, name);
        let mut step = decide(&here, Verb::Pause, minute);
        let key = Digest::of(name.as_bytes());
        let (brand, to, text) = (here.brand.clone(), "role:lead".to_owned(), name.to_owned());
        let kind = NoticeKind::Deadline;
        step.notices = vec![Notice { key, brand, at: at(minute), kind, to, text }];
        assert_eq!(store.commit(&[&step]).expect("answered"), [Committed::Yes]);
        assert_eq!(store.commit(&[&step]).expect("answered"), [Committed::Conflict]);
    }
    let open_now = |store: &S, limit| -> Vec<String> {
        let notices = store.open_notices(limit).expect("they read");
        notices.into_iter().map(|notice| notice.text).collect()
    };
    assert_eq!(open_now(&other, 10), ["bolt", "acme"], "the oldest first, each once");
    assert_eq!(open_now(&other, 1), ["bolt"]);
    assert_eq!(open_now(&other, 1), ["bolt"], "it comes back until it is delivered");
    store.note_delivered(&[Digest::of(b"bolt")], at(3)).expect("written");
    store.note_delivered(&[Digest::of(b"bolt"), Digest::of(b"none")], at(4)).expect("written");
    assert_eq!(open_now(&other, 10), ["acme"]);
}

fn what_is_pruned_leads_to_the_same_place<S: RunStore>(open: &dyn Fn() -> S) {
    let (mut store, mut other) = (open(), open());
    let mut acme = started(&mut store, "acme");
    for minute in 1..=6 {
        let verb = if minute % 2 == 1 { Verb::Pause } else { Verb::Resume };
        acme = written(&mut store, decide(&acme, verb, minute));
    }
    acme = written(&mut store, decide(&acme, Verb::Abandon, 7));
    acme = written(&mut store, decide(&acme, Verb::StartAgain, 8));
    let (keep, later) = (Keep { days: 1, cycles: 1 }, at(8) + TimeDelta::days(2));
    let brand = acme.brand.clone();
    let base = store.base(&brand).expect("it reads");
    assert_eq!(base, Checkpoint::new(brand.clone()), "nothing was pruned yet");
    assert_eq!(store.plan(&brand, &base, &keep, at(9)).expect("planned"), None, "it is young");
    let batch = store.plan(&brand, &base, &keep, later).expect("planned").expect("some may go");
    assert_eq!(batch.state.revision, 8, "the whole run before, and nothing of the newest");
    assert!(store.prune(&batch).expect("written"));
    assert!(!other.prune(&batch).expect("answered"), "once");
    let (base, journal) = (other.base(&brand).expect("it reads"), other.journal(&brand));
    let journal = journal.expect("it reads");
    assert_eq!(base.revision, 8);
    assert!(journal.iter().all(|entry| !batch.gone.contains(&entry.revision)));
    assert!(journal.iter().any(|entry| entry.revision == 9), "the newest run is whole");
    assert_eq!(other.checkpoint(&brand).expect("it reads"), acme);
    let mut state = base;
    journal.iter().filter(|entry| entry.revision > 8).for_each(|entry| state.apply(entry));
    assert_eq!(state, acme, "the fold goes on from where it was pruned");
    written(&mut other, decide(&acme, Verb::Pause, 9));
}

fn timers_are_replaced_and_found_when_due<S: RunStore>(open: &dyn Fn() -> S) {
    let mut store = open();
    let (acme, bolt) = (started(&mut store, "acme"), started(&mut store, "bolt"));
    let timer = |minute, of: &str| Timer { at: at(minute), kind: TimerKind::Wait, of: of.into() };
    let mut mend = |at: &Checkpoint, revision: u64, timers: &[Timer]| {
        store.mend_timers(&at.brand, at.generation, revision, timers).expect("written");
    };
    mend(&acme, acme.revision, &[timer(7, "late"), timer(5, "b"), timer(5, "a"), timer(5, "a")]);
    mend(&bolt, bolt.revision, &[timer(4, "early")]);
    mend(&bolt, bolt.revision + 1, &[timer(1, "of another revision")]);
    let names: Vec<String> =
        store.timers(&acme.brand).expect("they read").into_iter().map(|(_, _, of)| of).collect();
    assert_eq!(names, ["a", "b", "late"]);
    assert_eq!(store.next_due().expect("it reads"), Some(at(4)));
    let due = |minute, mark: &DueMark| store.due(at(minute), mark, 1).expect("they read");
    assert!(due(3, &DueMark::default()).brands.is_empty(), "nothing is due before its time");
    let first = due(5, &DueMark::default());
    assert_eq!(first.brands, ["bolt"], "the longest due comes first");
    let second = due(5, &first.next.expect("there is more"));
    assert_eq!(second.brands, ["acme"]);
    assert!(due(5, &second.next.expect("a place")).brands.is_empty(), "each brand once");
    let held = written(&mut store, decide(&acme, Verb::Pause, 6));
    assert!(store.timers(&held.brand).expect("they read").is_empty(), "a held run waits for none");
}

fn a_fork_goes_its_own_way<S: RunStore>(open: &dyn Fn() -> S) {
    let mut store = open();
    let acme = started(&mut store, "acme");
    let state = Box::new(acme.clone());
    let ready = Checkpoint::new(brand("bolt"));
    let bolt = written(&mut store, decide(&ready, Verb::Fork { state }, 1));
    assert_eq!(bolt.stage(), acme.stage());
    let bolt = written(&mut store, decide(&bolt, Verb::Pause, 2));
    assert_eq!(store.checkpoint(&acme.brand).expect("it reads"), acme);
    assert_eq!(store.checkpoint(&bolt.brand).expect("it reads"), bolt);
    assert_eq!(store.journal(&bolt.brand).expect("it reads").len(), 2);
}

fn a_run_under_a_reused_name_sees_nothing_of_the_one_before<S: RunStore>(open: &dyn Fn() -> S) {
    let mut store = open();
    let first = started(&mut store, "acme");
    let paused = written(&mut store, decide(&first, Verb::Pause, 1));
    let ended = written(&mut store, decide(&paused, Verb::Abandon, 2));
    assert!(store.timers(&ended.brand).expect("they read").is_empty(), "the end waits for nothing");
    let nothing = Observations::default();
    let again = decide_on(&nothing, &ended, Verb::StartAgain, 3);
    let again = written(&mut store, again);
    let read = open().checkpoint(&again.brand).expect("it reads");
    assert_eq!(read, again);
    assert_eq!((read.generation, read.revision), (2, 4), "revisions go on");
    assert_eq!(*read.observations, nothing, "nothing measured before counts");
    let begins = store.journal(&again.brand).expect("it reads").pop().expect("an entry");
    assert_eq!(begins.generation, 2);
    let mut alone = Checkpoint::new(again.brand.clone());
    alone.apply(&begins);
    assert_eq!(alone, again, "its own journal is enough");
    let rows: Vec<String> =
        store.timers(&again.brand).expect("they read").into_iter().map(|(at, ..)| at).collect();
    assert!(rows.iter().all(|row| row.as_str() >= "2026-03-02T09:03"), "{rows:?}");
}

fn many_writers_on_one_brand_lose_nothing<S: RunStore + Send>(open: &(dyn Fn() -> S + Sync)) {
    const WRITERS: usize = 4;
    const EACH: usize = 15;
    let acme = started(&mut open(), "acme");
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                let mut store = open();
                let mut won = 0;
                while won < EACH {
                    let here = store.checkpoint(&acme.brand).expect("it reads");
                    let held = here.status.name() == "paused";
                    let verb = if held { Verb::Resume } else { Verb::Pause };
                    let fates = store.commit(&[&decide(&here, verb, 1)]).expect("answered");
                    won += usize::from(fates == [Committed::Yes]);
                }
            });
        }
    });
    let store = open();
    let journal = store.journal(&acme.brand).expect("it reads");
    assert_eq!(journal.len(), 1 + WRITERS * EACH);
    assert!(journal.iter().zip(1..).all(|(entry, revision)| entry.revision == revision));
    let last = store.checkpoint(&acme.brand).expect("it reads");
    assert_eq!(Checkpoint::fold(acme.brand, &journal), last);
}

const MINUTE: TimeDelta = TimeDelta::minutes(1);

fn one_leads_and_the_number_grows<S: RunStore>(open: &dyn Fn() -> S) {
    let (mut one, mut other) = (open(), open());
    assert_eq!(one.leader().expect("it reads"), None);
    // (why this row exists, who asks, when, who leads then, under which number)
    let table = [
        ("the first to ask", "one", 0, "one", 1),
        ("another has to wait", "other", 0, "one", 1),
        ("a renewal keeps the number", "one", 0, "one", 1),
        ("a lease that ended is free", "other", 1, "other", 2),
        ("the first has to wait now", "one", 1, "other", 2),
        ("and gets another number", "one", 2, "one", 3),
    ];
    for (why, who, minute, leads, fence) in table {
        let store = if who == "one" { &mut one } else { &mut other };
        let lease = store.take_lead(who, at(minute), MINUTE).expect("answered");
        assert_eq!((lease.holder.as_str(), lease.fence), (leads, fence), "{why}");
    }
    other.give_up_lead("other").expect("answered");
    assert_eq!(other.take_lead("other", at(2), MINUTE).expect("answered").holder, "one");
    one.give_up_lead("one").expect("answered");
    assert_eq!(other.take_lead("other", at(2), MINUTE).expect("answered").fence, 4);
}

fn a_lease_of_a_clock_that_went_wrong_ends<S: RunStore>(open: &dyn Fn() -> S) {
    const YEAR: i64 = 365 * 24 * 60;
    let mut store = open();
    store.take_lead("ahead", at(YEAR), MINUTE).expect("answered");
    let lease = store.take_lead("right", at(0), MINUTE).expect("answered");
    assert_eq!((lease.holder.as_str(), lease.fence), ("right", 2));
}

fn a_writer_that_leads_no_more_changes_nothing<S: RunStore>(open: &dyn Fn() -> S) {
    let (mut stale, mut newer) = (open(), open());
    let acme = started(&mut stale, "acme");
    let fence = stale.take_lead("stale", at(0), MINUTE).expect("answered").fence;
    stale.fence_with(fence);
    let acme = written(&mut stale, decide(&acme, Verb::Pause, 0));
    newer.take_lead("newer", at(1), MINUTE).expect("answered");
    let resumed = decide(&acme, Verb::Resume, 1);
    let refused = stale.commit(&[&resumed]);
    assert!(matches!(refused, Err(StoreError::Fenced { fence: 2, ours: 1, .. })), "{refused:?}");
    let told = stale.note_delivered(&[Digest::of(b"a notice")], at(1));
    assert!(matches!(told, Err(StoreError::Fenced { .. })), "{told:?}");
    let mended = stale.mend_timers(&acme.brand, 1, acme.revision, &[]);
    assert!(matches!(mended, Err(StoreError::Fenced { .. })), "{mended:?}");
    assert_eq!(newer.checkpoint(&acme.brand).expect("it reads"), acme);
    assert_eq!(newer.journal(&acme.brand).expect("it reads").len(), 2);
    // Whoever never led is not asked: people and `tick` write beside a leader.
    written(&mut newer, resumed);
}

#[test]
fn the_file_keeps_every_promise() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut count = 0;
    every_store(|| {
        count += 1;
        let path = dir.path().join(format!("{count}.db"));
        Box::new(move || StateStore::open(&path).expect("a store"))
    });
}

#[test]
fn the_memory_keeps_every_promise() {
    every_store(|| {
        let runs = MemoryStore::default();
        Box::new(move || runs.other())
    });
}

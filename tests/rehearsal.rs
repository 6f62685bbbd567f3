//! Brands that exist only in memory: suites, coverage, what-if and replay.
#![allow(clippy::disallowed_methods, reason = "tests are an edge")]

use std::{collections::BTreeMap, fs, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use fivestep::{
    definition::{SourceFile, load_suite, load_workflow, render, seen, suite_of},
    engine::Refusal,
    model::{
        BrandId, Checkpoint, Entry, Metric, Period, Suite, Terms, Until, Workflow,
        suite::{REFUSALS, Seen, Wait},
    },
    rehearsal::{Changed, Coverage, WhatIf, World, play, replay, suppose},
};
use proptest::prelude::*;

const SHIPPED: &str = include_str!("../workflows/engagement.yaml");

fn workflow(yaml: &str) -> Workflow {
    let file = SourceFile::new("engagement.yaml", yaml.as_bytes().to_vec());
    load_workflow(&file).unwrap_or_else(|found| panic!("{}", render(&found, &[&file], false)))
}

fn suite(text: &str, workflow: &Workflow) -> Suite {
    let file = SourceFile::new("engagement.test.yaml", text.as_bytes().to_vec());
    let suite = load_suite(&file, Some(workflow));
    suite.unwrap_or_else(|found| panic!("{}", render(&found, &[&file], false)))
}

/// A suite of one case, with the shipped suite's evidence at hand as `healthy`.
fn case(steps: &[&str]) -> String {
    let steps: String = steps.iter().map(|step| format!("      - {step}\n")).collect();
    format!(
        "suite: engagement\n\
         brand: {{ timezone: Europe/Rome, goals: {{ engaged_follower_rate: 2% }} }}\n\
         parts:\n  healthy: [ {HEALTHY} ]\n\
         cases:\n  - name: one\n    steps:\n{steps}"
    )
}

const HEALTHY: &str = "observe: { profile_completeness: 100%, \
    topic_adherence: { value: 85%, n: 60 }, longest_silent_gap: 2d, engaged_followers: 160, \
    engaged_follower_rate: { hits: 160, n: 4000 }, response_rate: { value: 96%, n: 120 }, \
    first_response_median: 3h, back_and_forth_rate: { value: 30%, n: 120 }, \
    concentration: { value: 35%, n: 800 } }";

/// How a case failed: `WHAT: EXPECTED, not ACTUAL` a line; empty if it passed.
fn failure(steps: &[&str], workflow: &Workflow) -> String {
    let played = play(&suite(&case(steps), workflow), workflow, |_| true);
    let failed = played[0].failed.iter().flat_map(|failed| &failed.mismatches);
    let lines = failed.map(|one| format!("{}: {}, not {}", one.what, one.expected, one.actual));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_shipped_suite_passes_and_takes_everything() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("workflows");
    let mut played_workflows = Vec::new();
    for entry in fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if !name.ends_with(".test.yaml") {
            continue;
        }
        let file = SourceFile::new(name.as_str(), fs::read(&path).expect("a file"));
        let id = suite_of(&file).expect("it names its workflow");
        let yaml = fs::read_to_string(folder.join(format!("{id}.yaml"))).expect("it lies beside");
        let workflow = workflow(&yaml);
        let suite = suite(&String::from_utf8_lossy(file.bytes()), &workflow);
        let played = play(&suite, &workflow, |_| true);
        for case in &played {
            assert!(case.failed.is_none(), "{name}: {}: {:#?}", case.name, case.failed);
        }
        let coverage = Coverage::of(&workflow, played.iter().map(|case| case.journal.as_slice()));
        assert_eq!(coverage.gaps(), Vec::<String>::new(), "{name}");
        assert_eq!(coverage.unseen_verdicts(), Vec::<String>::new(), "{name}");
        played_workflows.push(id.to_string());
    }
    for entry in fs::read_dir(&folder).expect("the folder is there") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        let workflow = name.trim_end_matches(".yaml").to_owned();
        let tested = name.ends_with(".test.yaml") || played_workflows.contains(&workflow);
        assert!(tested, "{name} is shipped without a suite");
    }
}

#[test]
fn what_is_not_as_expected_is_told_with_what_is_so() {
    // (the steps, how the case fails; empty if it passes)
    let sign = "done: { task: sign_charter, form: { agreed: true } }";
    let table: &[(&[&str], &str)] = &[
        (&["start", "expect: { stage: define, cycle: 1, status: running }"], ""),
        (&["start", "expect: { stage: target }"], "stage: target, not define"),
        (&["expect: { stage: define }"], "stage: define, not not started"),
        (&["start", "expect: { cycle: 2 }"], "cycle: 2, not 1"),
        (&["start", "cancel", "expect: { status: running }"], "status: running, not finished"),
        (&["start", "expect: { outcome: gold }"], "outcome: gold, not none; the run is running"),
        (&["start", "cancel", "expect: { outcome: gold }"], "outcome: gold, not abandoned"),
        (&["start", "expect: { gate: open }"], "gate: open, not shut"),
        (&["start", "do: healthy", "expect: { shut: [signed] }"], ""),
        (
            &["start", "do: healthy", "expect: { shut: [on_topic] }"],
            "held by: on_topic, not signed",
        ),
        (&["start", "do: healthy", "expect: { shut: [] }"], "held by: nothing, not signed"),
        (&["start", "do: healthy", sign, "expect: { shut: [] }"], ""),
        (
            &["start", "do: healthy", "expect: { clauses: { signed: pass, on_topic: fail } }"],
            "clause signed: pass, not fail\nclause on_topic: fail, not pass",
        ),
        (
            &["start", "expect: { clauses: { reached: pass } }"],
            "clause reached: pass, not not in the gate of define",
        ),
        (
            &["start", "do: healthy", "expect: { goal: { response_rate: fail } }"],
            "goal response_rate: fail, not pass",
        ),
        (
            &["start", "expect: { tasks: { sign_charter: done } }"],
            "task sign_charter: done, not open",
        ),
        (&["start", "expect: { streak: 1, without_gain: 0 }"], "streak: 1, not 0"),
        (&["start", "expect: { because: goal.held }"], "because: goal.held, not no stage was left"),
        (
            &[
                "start",
                "do: healthy",
                sign,
                "advance",
                "expect: { because: 'regressed(\"define\")' }",
            ],
            "because: regressed(\"define\"), not otherwise",
        ),
        // Three business days after Monday, with the hour of Rome.
        (&["start", "expect: { timers: { sign_charter: 3 business days } }"], ""),
        (&["start", "expect: { timers: { sign_charter: 2026-03-05T09:00:00Z } }"], ""),
        (
            &["start", "wait: 1d", "expect: { timers: { sign_charter: 3 business days } }"],
            "timer sign_charter: 2026-03-06T09:00:00Z, not 2026-03-05T09:00:00Z",
        ),
        (&["start", "expect: { timers: { engage: none } }"], ""),
        (
            &["start", "expect: { timers: { sign_charter: none } }"],
            "timer sign_charter: none, not 2026-03-05T09:00:00Z",
        ),
        (&["start", "start", "expect: { refused: already_started }"], ""),
        (
            &["start", "expect: { refused: paused }"],
            "refused: paused, not the last command was not refused",
        ),
        (
            &["start", "start", "expect: { refused: paused }"],
            "refused: paused, not already_started: the brand has started already; it is in stage \
             `define`",
        ),
        // A refusal that nobody expects ends the case where it happens.
        (
            &["start", "start", "expect: { stage: define }"],
            "start: done, not refused (already_started): the brand has started already; it is in \
             stage `define`",
        ),
        // A shut gate is no failure by itself, but an advance that names a stage wants to arrive.
        (&["start", "advance", "advance: blocked", "expect: { stage: define }"], ""),
        (
            &["start", "do: healthy", "advance: support"],
            "stage: support, not define; the gate is shut: signed (task sign_charter)",
        ),
        (&["start", "do: healthy", "advance: support", "expect: { refused: gate_shut }"], ""),
        (
            &["start", "advance", "expect: { refused: gate_shut }", "pause", "advance"],
            "advance: done, not refused (paused): the brand is paused",
        ),
    ];
    let shipped = workflow(SHIPPED);
    for (steps, expected) in table {
        assert_eq!(failure(steps, &shipped), *expected, "{steps:?}");
    }
}

/// The shipped workflow, where topics must have been looked at in the last two days.
fn aging() -> String {
    let (from, to) = (
        "min_n: 20\n        because: Most",
        "min_n: 20\n        max_age: 48h\n        because: Most",
    );
    assert!(SHIPPED.contains(from));
    SHIPPED.replace(from, to)
}

#[test]
fn evidence_ages_until_it_is_observed_again() {
    let workflow = workflow(&aging());
    // (why, steps after a healthy start, the verdict of on_topic)
    let table: [(&str, &[&str], &str); 4] = [
        ("fresh", &[], "pass"),
        ("to the limit", &["wait: 48h"], "pass"),
        ("past it", &["wait: 49h"], "insufficient"),
        (
            "another metric is newer",
            &["wait: 49h", "observe: { longest_silent_gap: 1d }"],
            "insufficient",
        ),
    ];
    for (why, steps, verdict) in table {
        let expect = format!("expect: {{ clauses: {{ on_topic: {verdict} }} }}");
        let steps = [&["start", "do: healthy"], steps, &[expect.as_str()]].concat();
        assert_eq!(failure(&steps, &workflow), "", "{why}");
    }
}

#[test]
fn coverage_counts_what_the_engine_did() {
    let limited = SHIPPED
        .replace("    next: target\n", "    limit: { after: 10d, to: target }\n    next: target\n");
    let workflow = workflow(&limited);
    let suite =
        suite(&case(&["start", "wait: 11d", "advance", "expect: { because: limit }"]), &workflow);
    let played = play(&suite, &workflow, |_| true);
    assert_eq!(played[0].failed, None);
    let coverage = Coverage::of(&workflow, [played[0].journal.as_slice()]);
    let taken = |all: &[fivestep::rehearsal::coverage::Taken]| {
        let taken = all.iter().filter(|taken| taken.times > 0);
        taken.map(|taken| taken.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(taken(&coverage.ways), ["define > target, limit of 10 d"]);
    assert_eq!(taken(&coverage.stages), ["define", "target"]);
    assert_eq!(taken(&coverage.outcomes), Vec::<String>::new());
    assert!(coverage.gaps().contains(&"way define > target".to_owned()), "{:?}", coverage.gaps());
    assert!(coverage.unseen_verdicts().contains(&"define.signed never passed".to_owned()));
}

#[test]
fn outcomes_that_cannot_be_are_not_asked_for() {
    // (what is changed, the outcomes that coverage asks for)
    let table = [
        ("stall_after: 3 ", "stall_after: 3 ", "gold exhausted stalled abandoned"),
        ("  stall_after: 3 ", "  #", "gold exhausted abandoned"),
        ("stall_after: 3 ", "stall_after: 12 ", "gold exhausted abandoned"),
    ];
    for (from, to, outcomes) in table {
        let coverage = Coverage::of(&workflow(&SHIPPED.replace(from, to)), []);
        let names: Vec<&str> = coverage.outcomes.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names.join(" "), outcomes, "{to}");
    }
}

#[test]
fn every_refusal_has_one_name() {
    let id = |text: &str| text.parse().expect("a name");
    for refusal in [
        Refusal::NotStarted,
        Refusal::Paused,
        Refusal::NotPaused,
        Refusal::NeedsActor,
        Refusal::NeedsReason,
        Refusal::TaskDone { task: id("review") },
        Refusal::TaskOpen { task: id("review") },
    ] {
        let stored = serde_json::to_value(&refusal).expect("it is JSON");
        assert_eq!(stored["refusal"], refusal.name());
        assert!(REFUSALS.contains(&refusal.name()), "{}", refusal.name());
    }
}

/// The evidence of [`HEALTHY`].
fn healthy() -> BTreeMap<Metric, Seen> {
    let all = [
        (Metric::ProfileCompleteness, "100%"),
        (Metric::TopicAdherence, "85%/60"),
        (Metric::LongestSilentGap, "2d"),
        (Metric::EngagedFollowers, "160"),
        (Metric::EngagedFollowerRate, "4%/4000"),
        (Metric::ResponseRate, "96%/120"),
        (Metric::FirstResponseMedian, "3h"),
        (Metric::BackAndForthRate, "30%/120"),
        (Metric::Concentration, "35%/800"),
    ];
    all.map(|(metric, text)| (metric, seen(metric, text).expect("a value"))).into()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

const BEGIN: &str = "2026-03-02T09:00:00Z";

fn terms() -> Terms {
    Terms { goals: [(Metric::EngagedFollowerRate, 0.02)].into(), ..Terms::default() }
}

/// What is supposed when everything goes well.
fn well() -> WhatIf {
    WhatIf {
        set: healthy(),
        goals: BTreeMap::new(),
        days: Some(90),
        tasks_done: true,
        until: Until::Blocked,
    }
}

#[test]
fn a_supposition_is_played_day_by_day() {
    let shipped = workflow(SHIPPED);
    let poor = [(Metric::ResponseRate, seen(Metric::ResponseRate, "84%/120").expect("a value"))];
    let set = |more: &[(Metric, Seen)]| healthy().into_iter().chain(more.iter().copied()).collect();
    // (why, what is supposed, cycle, stage, outcome, days until then)
    let table = [
        ("all goes well", well(), 2, "repeat", Some("gold"), 27),
        ("no time passes", WhatIf { days: None, ..well() }, 2, "repeat", None, 0),
        ("nobody works", WhatIf { tasks_done: false, ..well() }, 1, "define", None, 90),
        (
            "the goal is missed",
            WhatIf { set: set(&poor), ..well() },
            4,
            "repeat",
            Some("stalled"),
            81,
        ),
        (
            "the brand aims higher",
            WhatIf { goals: [(Metric::EngagedFollowerRate, 0.05)].into(), ..well() },
            4,
            "repeat",
            Some("stalled"),
            81,
        ),
        (
            "as far as a stage",
            WhatIf { until: Until::Stage("support".parse().expect("a name")), ..well() },
            1,
            "support",
            None,
            0,
        ),
    ];
    for (why, what, cycle, stage, outcome, days) in table {
        let world = World::new(&shipped, terms(), at(BEGIN));
        let supposed = suppose(world, &what).expect("it goes on");
        let journey = &supposed.journey;
        let last = journey.visits.last().expect("it was somewhere");
        assert_eq!((journey.cycle, last.stage.as_str()), (cycle, stage), "{why}");
        assert_eq!(journey.outcome.map(|outcome| outcome.name()), outcome, "{why}");
        assert_eq!((journey.to - journey.from).num_days(), days, "{why}");
    }
}

#[test]
fn evidence_is_as_fresh_as_the_clock_where_days_are_supposed() {
    let aging = workflow(&aging());
    let world = World::new(&aging, terms(), at(BEGIN));
    let supposed = suppose(world, &WhatIf { tasks_done: false, ..well() }).expect("it goes on");
    let held = supposed.shut.expect("nobody signs").held_by();
    assert_eq!(held, ["signed (task sign_charter)"]);
}

/// A life of a brand: each export four weeks after the one before, work done two days later.
fn life<'w>(workflow: &'w Workflow, exports: &[(&str, &str)]) -> World<'w> {
    let mut world = World::new(workflow, terms(), at(BEGIN));
    world.set_out().expect("it starts");
    for (topics, answers) in exports {
        let on_topic = seen(Metric::TopicAdherence, topics).expect("a value");
        let answered = seen(Metric::ResponseRate, answers).expect("a value");
        world.observe(&healthy());
        let both = [(Metric::TopicAdherence, on_topic), (Metric::ResponseRate, answered)];
        world.observe(&both.into());
        drop(world.advance(&Until::Blocked));
        world.now += TimeDelta::days(2);
        for (task, input) in [
            ("sign_charter", serde_json::json!({ "agreed": true })),
            ("engage", serde_json::json!({ "people": 12 })),
            ("review", serde_json::json!({ "reviewed": 24 })),
        ] {
            let input = input.as_object().cloned().expect("an object");
            let verb = fivestep::model::Verb::done(task.parse().expect("a name"), input);
            let ada = fivestep::model::Actor::new("Ada");
            // A task of another stage is refused, as it would be for a person.
            drop(world.ask(&fivestep::model::Command::new(verb, ada)));
            drop(world.advance(&Until::Blocked));
        }
        world.now += TimeDelta::days(26);
    }
    world
}

fn brand() -> BrandId {
    BrandId::new("rehearsal").expect("a name")
}

#[test]
fn a_past_is_replayed_under_another_workflow_or_another_goal() {
    let shipped = workflow(SHIPPED);
    // Topics drift in the second and third export, so that the brand goes back and has to wait.
    let drift = ("30%/80", "96%/120");
    let good = ("85%/60", "96%/120");
    let lived = life(&shipped, &[("85%/60", "84%/120"), drift, drift, good, good]);
    assert_eq!(lived.checkpoint.status.name(), "gold");
    let gentle = workflow(&SHIPPED.replace("at_least: 60%", "at_least: 10%"));
    let strict = workflow(&SHIPPED.replace("at_least: 60%", "at_least: 90%"));
    let same: BTreeMap<Metric, f64> = BTreeMap::new();
    let high: BTreeMap<Metric, f64> = [(Metric::EngagedFollowerRate, 0.5)].into();
    let all = lived.journal.len();
    // (why, workflow, goals, kept, the stage or outcome at the end, cycle, days in define)
    let table = [
        ("nothing changed", &shipped, &same, 0, "gold", 3, 56),
        ("only the end is played again", &shipped, &same, all - 3, "gold", 3, 0),
        ("topics count for less", &gentle, &same, 0, "gold", 3, 2),
        ("topics count for more", &strict, &same, 0, "define", 1, 141),
        ("the brand aims higher", &shipped, &high, 0, "target", 4, 56),
    ];
    for (why, workflow, goals, kept, end, cycle, days) in table {
        let changed = Changed { workflow, goals, tasks_done: false };
        let now = lived.now + TimeDelta::days(1);
        let replayed = replay(&Checkpoint::new(brand()), &lived.journal, kept, changed, now)
            .expect("it can be");
        let then = &replayed.then;
        let last = then.visits.last().map_or("", |visit| visit.stage.as_str());
        let ended = then.outcome.map_or(last, |outcome| outcome.name());
        let define = then.seconds_in(&"define".parse().expect("a name")) / 86_400;
        assert_eq!((ended, then.cycle, define), (end, cycle, days), "{why}");
        assert_eq!(replayed.real.outcome.map(|outcome| outcome.name()), Some("gold"), "{why}");
    }
    let changed = Changed { workflow: &shipped, goals: &same, tasks_done: false };
    let over = replay(&Checkpoint::new(brand()), &lived.journal, all, changed, lived.now);
    assert!(over.is_ok_and(|over| over.then.visits.is_empty()), "nothing is left to play");
}

#[test]
fn a_metric_that_was_never_measured_is_named() {
    let shipped = workflow(SHIPPED);
    let lived = life(&shipped, &[("85%/60", "96%/120")]);
    let asks = workflow(&SHIPPED.replace(
        "metric: longest_silent_gap\n        at_most: 7d",
        "metric: conversation_depth\n        at_least: 2",
    ));
    let same = BTreeMap::new();
    let changed = Changed { workflow: &asks, goals: &same, tasks_done: true };
    let replayed = replay(&Checkpoint::new(brand()), &lived.journal, 0, changed, lived.now)
        .expect("it can be");
    assert_eq!(replayed.missing, [Metric::ConversationDepth]);
    assert_eq!(replayed.then.cycle, 1);
    assert_eq!(replayed.other_window, None);
}

/// Any steps, right or wrong for the moment.
fn steps() -> impl Strategy<Value = Vec<&'static str>> {
    let step = prop::sample::select(vec![
        "start",
        "advance",
        "advance: blocked",
        "do: healthy",
        "observe: { topic_adherence: { value: 30%, n: 80 } }",
        "observe: { engaged_followers: unmeasurable, response_rate: no cases }",
        "done: { task: sign_charter, form: { agreed: true } }",
        "done: { task: engage, form: { people: 3 } }",
        "done: { task: review, form: { reviewed: 3 } }",
        "waive: { clause: reached, by: Ada, reason: blind }",
        "reopen: sign_charter",
        "wait: 28d",
        "wait: 2 business days",
        "pause",
        "resume",
        "expect: { status: running }",
        // Any refusal before it is expected, so that the case goes on.
        "expect: { refused: gate_shut }",
    ]);
    prop::collection::vec(step, 1..60)
}

/// The shipped suite with some of its lines and words exchanged, doubled or dropped.
fn nearly_a_suite() -> impl Strategy<Value = String> {
    let slips = prop::collection::vec(
        (any::<prop::sample::Index>(), 0..6_u8, any::<prop::sample::Index>()),
        1..6,
    );
    slips.prop_map(|slips| {
        let mut lines: Vec<String> =
            include_str!("../workflows/engagement.test.yaml").lines().map(str::to_owned).collect();
        for (at, kind, other) in slips {
            let (at, other) = (at.index(lines.len()), other.index(lines.len()));
            match kind {
                0 => drop(lines.remove(at)),
                1 => lines.swap(at, other),
                2 => lines.insert(at, lines[other].clone()),
                3 => lines[at] = lines[at].replace("28d", "3660d").replace("1", "9999"),
                4 => lines[at] = lines[at].replace(['{', ','], ""),
                _ => lines[at] = lines[at].replace(": ", ": 0"),
            }
        }
        lines.join("\n")
    })
}

#[test]
fn a_clock_that_reaches_the_end_of_time_stops_there() {
    let shipped = workflow(SHIPPED);
    let mut steps = vec!["start", "do: healthy"];
    steps.extend(["wait: 3660d", "wait: 3660 business days", "do: healthy", "advance"].repeat(30));
    let text = case(&steps).replace("parts:", "begin: 9999-12-31\nparts:");
    let late = suite(&text, &shipped);
    assert_eq!(play(&late, &shipped, |_| true)[0].failed, None);
    let mut world = World::new(&shipped, terms(), DateTime::<Utc>::MAX_UTC - TimeDelta::days(40));
    world.set_out().expect("it starts");
    for wait in [Wait::For(Period::Seconds(86_400 * 60)), Wait::For(Period::BusinessDays(3))] {
        world.wait(wait);
        world.observe(&healthy());
        world.freshen();
        drop(world.advance(&Until::Blocked));
    }
    assert_eq!(world.now, DateTime::<Utc>::MAX_UTC);
}

proptest! {
    #[test]
    fn no_slip_in_a_suite_makes_it_panic(text in nearly_a_suite()) {
        let shipped = workflow(SHIPPED);
        let file = SourceFile::new("engagement.test.yaml", text.into_bytes());
        drop(load_suite(&file, None));
        match load_suite(&file, Some(&shipped)) {
            Ok(suite) => drop(play(&suite, &shipped, |_| true)),
            Err(problems) => prop_assert!(!render(&problems, &[&file], false).is_empty()),
        }
    }

    #[test]
    fn a_suite_goes_the_same_way_each_time(steps in steps()) {
        let shipped = workflow(SHIPPED);
        let suite = suite(&case(&steps), &shipped);
        let first = play(&suite, &shipped, |_| true);
        prop_assert_eq!(&first, &play(&suite, &shipped, |_| true));
        // Its journal is one that a live brand could have.
        let folded = Checkpoint::fold(brand(), &first[0].journal);
        let revisions: Vec<u64> = first[0].journal.iter().map(|entry: &Entry| entry.revision).collect();
        let expected: Vec<u64> = (1..=folded.revision).collect();
        prop_assert_eq!(revisions, expected);
    }

    #[test]
    fn the_clock_only_goes_forward(days in -400..400_i64) {
        let shipped = workflow(SHIPPED);
        let mut world = World::new(&shipped, terms(), at(BEGIN));
        let to = at(BEGIN) + TimeDelta::days(days);
        world.wait(Wait::Until(to));
        prop_assert_eq!(world.now, to.max(at(BEGIN)));
    }
}

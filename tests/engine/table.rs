//! The whole table of states and commands, read as one page.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use fivestep::{
    engine::{Refusal, Step},
    model::{
        ActionName, Actor, Checkpoint, ClauseId, Command, Digest, Metric, TaskId, Verb,
        command::{Fault, Renamed},
    },
};
use serde_json::{Map, json};

use crate::common::{Run, SHIPPED, Seen, day, done, edited, load, shipped};

const ACTING: &str = include_str!("acting.yaml");

/// Every state a run can be in, as far as commands tell them apart.
fn states() -> Vec<(&'static str, Run)> {
    let poor = || Seen::good(day(0)).share(Metric::TopicAdherence, 5, 40);
    let ready = Run::ready(shipped(), Seen::good(day(0)));

    let started = Run::started(shipped(), poor());
    let mut shut = started.clone();
    shut.ok(Verb::Advance);

    let mut open = Run::started(shipped(), Seen::good(day(0)));
    open.done("sign_charter", json!({ "agreed": true }));

    let blind = Seen::good(day(0)).unmeasurable(Metric::EngagedFollowers);
    let mut unmeasurable = Run::started(shipped(), blind);
    unmeasurable.done("sign_charter", json!({ "agreed": true }));
    unmeasurable.ok(Verb::Advance);
    unmeasurable.done("engage", json!({ "people": 3 }));
    unmeasurable.ok(Verb::Advance);
    let mut waived = unmeasurable.clone();
    waived.ok(Verb::Waive { clause: clause("reached") });

    let mut paused = shut.clone();
    paused.ok(Verb::Pause);

    let mut gold = Run::started(shipped(), Seen::good(day(0)));
    gold.go();
    gold.seen = Seen::good(day(28));
    gold.go();

    let mut abandoned = shut.clone();
    abandoned.ok(Verb::Cancel);

    vec![
        ("ready", ready),
        ("just started", started),
        ("gate shut", shut),
        ("gate open", open),
        ("unmeasurable", unmeasurable),
        ("waived", waived),
        ("paused", paused),
        ("gold", gold),
        ("abandoned", abandoned),
    ]
}

fn clause(id: &str) -> ClauseId {
    ClauseId::new(id).expect("a name")
}

fn task(id: &str) -> TaskId {
    TaskId::new(id).expect("a name")
}

fn action(id: &str) -> ActionName {
    id.parse().expect("a name")
}

/// Every command that a person or the engine gives, with the ways it can be given wrong.
fn commands() -> Vec<(&'static str, Command)> {
    let ask = |verb| Command::new(verb, Actor::new("Ada")).because(Some("because"));
    let waive = |id: &str| Verb::Waive { clause: clause(id) };
    let (sign, look) = (|| task("sign_charter"), || action("look"));
    let nobody = Command::new(waive("reached"), Actor::new("")).because(Some("because"));
    let no_reason = Command::new(waive("reached"), Actor::new("Ada"));
    let earlier = Run::started(shipped(), Seen::good(day(0))).checkpoint;
    let others = Checkpoint { brand: "other".parse().expect("a name"), ..earlier.clone() };
    let (rewind, fork) = (Box::new(earlier), Box::new(others));
    let (key, result) = (Digest::of(b"key"), Ok(Map::new()));
    vec![
        ("start", ask(Verb::Start)),
        ("start again", ask(Verb::StartAgain)),
        ("advance", ask(Verb::Advance)),
        ("done sign_charter", ask(done("sign_charter", json!({ "agreed": true })))),
        ("done, form wrong", ask(done("sign_charter", json!({ "agreed": 1 })))),
        ("done, no such task", ask(done("nothing", json!({})))),
        ("reject sign_charter", ask(Verb::Reject { task: sign() })),
        ("reassign sign_charter", ask(Verb::Reassign { task: sign(), to: "Ben".to_owned() })),
        ("reopen sign_charter", ask(Verb::Reopen { task: sign() })),
        ("waive reached", ask(waive("reached"))),
        ("waive, nobody", nobody),
        ("waive, no reason", no_reason),
        ("waive, no such clause", ask(waive("nothing"))),
        ("waive on_topic", ask(waive("on_topic"))),
        ("pause", ask(Verb::Pause)),
        ("resume", ask(Verb::Resume)),
        ("cancel", ask(Verb::Cancel)),
        ("abandon", ask(Verb::Abandon)),
        ("adopt, same file", ask(Verb::Adopt)),
        ("migrate, same file", ask(Verb::Migrate(Renamed::default()))),
        ("rewind to commit 1", ask(Verb::Rewind { state: rewind })),
        ("fork from other", ask(Verb::Fork { state: fork })),
        ("tick", Command::of_engine(Verb::Tick)),
        ("begin", Command::of_engine(Verb::Begin)),
        ("settle look", ask(Verb::Settle { action: look(), key, attempt: 1, result })),
        ("retry look", ask(Verb::Retry { action: look() })),
        ("skip look", ask(Verb::Skip { action: look() })),
    ]
}

/// Which row of the table a verb has at least; a new verb does not compile without one.
fn row(verb: &Verb) -> &'static str {
    match verb {
        Verb::Start => "start",
        Verb::StartAgain => "start again",
        Verb::Advance => "advance",
        Verb::Done { .. } => "done",
        Verb::Reject { .. } => "reject",
        Verb::Reassign { .. } => "reassign",
        Verb::Reopen { .. } => "reopen",
        Verb::Waive { .. } => "waive",
        Verb::Pause => "pause",
        Verb::Resume => "resume",
        Verb::Cancel => "cancel",
        Verb::Abandon => "abandon",
        Verb::Adopt => "adopt",
        Verb::Migrate(_) => "migrate",
        Verb::Rewind { .. } => "rewind",
        Verb::Fork { .. } => "fork",
        Verb::Tick => "tick",
        Verb::Begin => "begin",
        Verb::Settle { .. } => "settle",
        Verb::Retry { .. } => "retry",
        Verb::Skip { .. } => "skip",
    }
}

#[test]
fn every_verb_has_a_row() {
    let rows: BTreeSet<&str> = commands().iter().map(|(_, command)| row(&command.verb)).collect();
    assert_eq!(rows.len(), 21, "{rows:?}");
    for (name, command) in commands() {
        assert!(name.starts_with(row(&command.verb)), "{name} is {}", row(&command.verb));
    }
}

fn cell(answer: Result<Step, Refusal>) -> String {
    match answer {
        Ok(step) => {
            let events: Vec<&str> = step.entry.events.iter().map(|event| event.name()).collect();
            let shut = if step.shut.is_some() { " (stays)" } else { "" };
            format!("{}{shut}: {}", step.checkpoint.id(), events.join(", "))
        }
        Err(refusal) => format!("refused: {refusal}"),
    }
}

#[test]
fn every_state_answers_every_command() {
    let mut page = String::new();
    for (name, run) in states() {
        page.push_str(&format!("== {name} ({})\n", run.checkpoint.id()));
        for (what, command) in commands() {
            page.push_str(&format!("{what:<22} {}\n", cell(run.ask(&command))));
        }
        page.push_str(&format!("{:<22} {}\n", "adopt, edited file", cell(adopt(&run))));
        page.push_str(&format!("{:<22} {}\n\n", "advance, other file", cell(other(&run))));
    }
    insta::assert_snapshot!(page);
}

/// Every state of work for machines and for two people.
fn states_of_work() -> Vec<(&'static str, Run)> {
    let entered = Run::started(load(ACTING), Seen::good(day(0)));
    let mut begun = entered.clone();
    begun.ok(Verb::Begin);
    let mut lost = begun.clone();
    lost.now = day(1);
    let mut failing = begun.clone();
    failing.ok(settle(&begun, "fetch", Err("no answer")));
    let mut failed = failing.clone();
    failed.now += TimeDelta::minutes(5);
    failed.ok(Verb::Begin);
    failed.ok(settle(&failed.clone(), "fetch", Err("no answer")));
    let mut fetched = begun.clone();
    fetched.ok(settle(&begun, "fetch", Ok(())));
    let mut counted = fetched.clone();
    counted.ok(Verb::Begin);
    counted.ok(settle(&counted.clone(), "count", Ok(())));
    let mut submitted = counted.clone();
    submitted.done("sign", json!({}));
    let mut rejected = counted.clone();
    rejected.ok(Verb::Reject { task: task("sign") });
    let mut overdue = counted.clone();
    overdue.now = day(2);
    let mut escalated = overdue.clone();
    escalated.ok(Verb::Tick);
    let mut held = begun.clone();
    held.ok(Verb::Pause);
    let mut out_of_time = failed.clone();
    out_of_time.now = day(6);
    vec![
        ("entered", entered),
        ("fetch runs", begun),
        ("fetch is lost", lost),
        ("fetch failed once", failing),
        ("fetch failed for good", failed),
        ("fetch succeeded", fetched),
        ("everything is done by machines", counted),
        ("one person has signed", submitted),
        ("the signature was refused", rejected),
        ("the deadline has passed", overdue),
        ("it is with the director", escalated),
        ("held while fetch runs", held),
        ("the limit has passed", out_of_time),
    ]
}

/// How the attempt that runs ends.
fn settle(run: &Run, name: &str, result: Result<(), &str>) -> Verb {
    let state = &run.checkpoint.actions[&action(name)];
    let fault = |message: &str| Fault { message: message.to_owned(), permanent: false };
    let (key, attempt) = (state.key.clone(), state.attempts);
    let result = result.map(|()| Map::new()).map_err(fault);
    Verb::Settle { action: action(name), key, attempt, result }
}

/// What concerns work.
fn commands_of_work(run: &Run) -> Vec<(&'static str, Command)> {
    let ask = |verb| Command::new(verb, Actor::new("Ada")).because(Some("because"));
    let by = |name: &str, verb| Command::new(verb, Actor::new(name));
    let sign = || task("sign");
    let other_key = match settle(run, "fetch", Ok(())) {
        Verb::Settle { action, attempt, result, .. } => {
            Verb::Settle { action, key: Digest::of(b"other"), attempt, result }
        }
        other => other,
    };
    vec![
        ("advance", ask(Verb::Advance)),
        ("tick", Command::of_engine(Verb::Tick)),
        ("begin", Command::of_engine(Verb::Begin)),
        ("settle fetch, done", Command::of_engine(settle(run, "fetch", Ok(())))),
        ("settle fetch, failed", Command::of_engine(settle(run, "fetch", Err("no answer")))),
        ("settle, another key", Command::of_engine(other_key)),
        ("retry fetch", ask(Verb::Retry { action: action("fetch") })),
        ("skip fetch", ask(Verb::Skip { action: action("fetch") })),
        ("skip, no reason", by("Ada", Verb::Skip { action: action("fetch") })),
        ("skip, nobody", Command::of_engine(Verb::Skip { action: action("fetch") })),
        ("done by Ada", ask(done("sign", json!({})))),
        ("done by Ben", by("Ben", done("sign", json!({})))),
        ("reject", ask(Verb::Reject { task: sign() })),
        ("reject, no reason", by("Ada", Verb::Reject { task: sign() })),
        ("reassign to Ben", ask(Verb::Reassign { task: sign(), to: "Ben".to_owned() })),
        ("reopen", ask(Verb::Reopen { task: sign() })),
        ("pause", ask(Verb::Pause)),
        ("resume", ask(Verb::Resume)),
        ("cancel", ask(Verb::Cancel)),
        ("abandon", ask(Verb::Abandon)),
    ]
}

#[test]
fn every_state_of_work_answers_every_command() {
    let mut page = String::new();
    for (name, run) in states_of_work() {
        page.push_str(&format!("== {name} ({})\n", run.checkpoint.id()));
        for (what, command) in commands_of_work(&run) {
            page.push_str(&format!("{what:<22} {}\n", cell(run.ask(&command))));
        }
        page.push('\n');
    }
    insta::assert_snapshot!(page);
}

/// Adopts a later version of the file.
fn adopt(run: &Run) -> Result<Step, Refusal> {
    let workflow = edited();
    let command = Command::new(Verb::Adopt, Actor::new("Ada"));
    Run { workflow, ..run.clone() }.ask(&command)
}

/// Advances on a file the brand does not run on.
fn other(run: &Run) -> Result<Step, Refusal> {
    let workflow = edited();
    let command = Command::new(Verb::Advance, Actor::new("Ada"));
    Run { workflow, ..run.clone() }.ask(&command)
}

#[test]
fn adopting_opens_new_tasks_drops_gone_ones_and_keeps_done_ones() {
    let mut run = Run::started(shipped(), Seen::good(day(0)));
    run.done("sign_charter", json!({ "agreed": true }));
    let more = SHIPPED.replace(
        "      - { id: signed, task: sign_charter }\n",
        "      - { id: signed, task: sign_charter }\n      - { id: photos, task: photos }\n",
    );
    let more = more.replacen(
        "    tasks:\n",
        "    tasks:\n      - { id: photos, title: Show the people, owner: role:lead }\n",
        1,
    );
    run.workflow = load(&more);
    let names = |step: &Step| -> Vec<&str> { step.entry.events.iter().map(|e| e.name()).collect() };
    assert_eq!(names(&run.ok(Verb::Adopt)), ["adopted", "task_opened"]);
    assert_eq!(run.checkpoint.tasks.len(), 2);
    run.workflow = shipped();
    assert_eq!(names(&run.ok(Verb::Adopt)), ["adopted", "task_dropped"]);
    let state = &run.checkpoint.tasks[&task("sign_charter")];
    assert!(matches!(state, fivestep::model::TaskState::Done { .. }), "{state:?}");
}

#[test]
fn a_file_without_the_stage_cannot_be_adopted() {
    let mut run = Run::started(shipped(), Seen::good(day(0)));
    let renamed = SHIPPED
        .replace("  define:\n", "  identity:\n    step: define\n")
        .replace("initial: define", "initial: identity")
        .replace("regressed(\"define\")", "regressed(\"identity\")")
        .replace("to: define }", "to: identity }");
    run.workflow = load(&renamed);
    let refusal = run.ask(&Command::new(Verb::Adopt, Actor::new("Ada")));
    assert!(matches!(refusal, Err(Refusal::StageGone { .. })), "{refusal:?}");
}

//! The whole table of states and commands, read as one page.

use fivestep::{
    engine::{Refusal, Step},
    model::{Actor, ClauseId, Command, Metric, TaskId, Verb},
};
use serde_json::json;

use crate::common::{Run, SHIPPED, Seen, day, done, edited, load, shipped};

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

/// Every command, with the ways it can be given wrong.
fn commands() -> Vec<(&'static str, Command)> {
    let ask = |verb| Command::new(verb, Actor::new("Ada")).because(Some("because"));
    let waive = |id: &str| Verb::Waive { clause: clause(id) };
    let nobody = Command::new(waive("reached"), Actor::new("")).because(Some("because"));
    let no_reason = Command::new(waive("reached"), Actor::new("Ada"));
    vec![
        ("start", ask(Verb::Start)),
        ("advance", ask(Verb::Advance)),
        ("done sign_charter", ask(done("sign_charter", json!({ "agreed": true })))),
        ("done, form wrong", ask(done("sign_charter", json!({ "agreed": 1 })))),
        ("done, no such task", ask(done("nothing", json!({})))),
        ("reopen sign_charter", ask(Verb::Reopen { task: task("sign_charter") })),
        ("waive reached", ask(waive("reached"))),
        ("waive, nobody", nobody),
        ("waive, no reason", no_reason),
        ("waive, no such clause", ask(waive("nothing"))),
        ("waive on_topic", ask(waive("on_topic"))),
        ("pause", ask(Verb::Pause)),
        ("resume", ask(Verb::Resume)),
        ("cancel", ask(Verb::Cancel)),
        ("adopt, same file", ask(Verb::Adopt)),
    ]
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

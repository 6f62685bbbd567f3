//! Every decision can be made again, at any later day, from the journal alone.

use std::{collections::BTreeMap, path::Path};

use fivestep::{
    definition::{SourceFile, load_workflow},
    engine,
    model::{
        BrandId, Checkpoint, Command, Digest, Entry, Event, Observations, Verb, Workflow,
        command::{Fault, Renamed},
    },
    store::StateStore,
};
use serde_json::Map;

use crate::common::{TestEnv, demo, started};

/// The verb that an entry tells of, as it was given to the brand that stood at `before`.
///
/// - `journal`: of the brand, up to the entry.
fn verb(entry: &Entry, before: &Checkpoint, journal: &[Entry], store: &StateStore) -> Verb {
    match entry.verb.as_str() {
        "start" if before.generation == 0 => Verb::Start,
        "start" => Verb::StartAgain,
        "advance" => Verb::Advance,
        "pause" => Verb::Pause,
        "resume" => Verb::Resume,
        "cancel" => Verb::Cancel,
        "abandon" => Verb::Abandon,
        "adopt" => Verb::Adopt,
        "migrate" => Verb::Migrate(renamed(entry, before)),
        "tick" => Verb::Tick,
        "begin" => Verb::Begin,
        _ => entry
            .events
            .iter()
            .find_map(|event| from_event(event, entry, before, journal, store))
            .expect("an event tells the verb"),
    }
}

fn from_event(
    event: &Event,
    entry: &Entry,
    before: &Checkpoint,
    journal: &[Entry],
    store: &StateStore,
) -> Option<Verb> {
    match event {
        // The second person hands in nothing of their own.
        Event::TaskDone { task, confirms: true, .. } => Some(Verb::done(task.clone(), Map::new())),
        Event::TaskDone { task, given, .. } | Event::TaskSubmitted { task, given } => {
            let (note, link) = (given.note.clone(), given.link.clone());
            Some(Verb::Done { task: task.clone(), input: given.input.clone(), note, link })
        }
        Event::TaskReopened { task, .. } => Some(Verb::Reopen { task: task.clone() }),
        Event::TaskRejected { task } => Some(Verb::Reject { task: task.clone() }),
        Event::TaskReassigned { task, to } => {
            Some(Verb::Reassign { task: task.clone(), to: to.clone() })
        }
        Event::Waived { clause } => Some(Verb::Waive { clause: clause.clone() }),
        Event::ActionSucceeded { action, attempt, output } if entry.verb == "settle" => {
            let key = before.actions[action].key.clone();
            let result = Ok(output.clone());
            Some(Verb::Settle { action: action.clone(), key, attempt: *attempt, result })
        }
        Event::ActionFailed { action, attempt, error, retry_at } if entry.verb == "settle" => {
            let key = before.actions[action].key.clone();
            let result = Err(Fault { message: error.clone(), permanent: retry_at.is_none() });
            Some(Verb::Settle { action: action.clone(), key, attempt: *attempt, result })
        }
        Event::ActionRetried { action } => Some(Verb::Retry { action: action.clone() }),
        Event::ActionSkipped { action } => Some(Verb::Skip { action: action.clone() }),
        Event::Rewound { to, .. } => {
            let state = engine::earlier(Checkpoint::new(before.brand.clone()), journal, *to);
            Some(Verb::Rewind { state: Box::new(state.expect("the journal is whole")) })
        }
        Event::Forked { from, at, .. } => {
            let others = store.journal(from).unwrap();
            let others = others.iter().filter(|entry| entry.revision <= *at);
            let state = Box::new(Checkpoint::fold(from.clone(), others));
            Some(Verb::Fork { state })
        }
        _ => None,
    }
}

/// The names that a migration changed.
fn renamed(entry: &Entry, before: &Checkpoint) -> Renamed {
    let mut renamed = Renamed::default();
    for event in &entry.events {
        match event {
            Event::Migrated { stage, .. } => {
                let old = before.stage().expect("it runs").clone();
                renamed.stages.insert(old, stage.clone());
            }
            Event::TasksRenamed { to } => renamed.tasks.extend(to.clone()),
            Event::WaiverDropped { clause } => {
                renamed.changed_clauses.insert(clause.clone());
            }
            _ => {}
        }
    }
    renamed
}

/// What was known when the entry was decided: what it recorded, else what was known before.
fn known(entry: &Entry, before: &Checkpoint) -> Observations {
    let recorded = entry.events.iter().find_map(|event| match event {
        Event::Observed { observations } => Some(observations.clone()),
        _ => None,
    });
    (*recorded.unwrap_or_else(|| before.observations.clone())).clone()
}

/// The definition that an entry was decided under.
fn digest(entry: &Entry, before: &Checkpoint) -> Digest {
    let named = entry.events.iter().find_map(|event| match event {
        Event::Started { definition, .. }
        | Event::Adopted { definition }
        | Event::Migrated { definition, .. } => Some(definition.clone()),
        Event::Rewound { state, .. } | Event::Forked { state, .. } => {
            state.checkpoint.definition.clone()
        }
        _ => None,
    });
    named.or_else(|| before.definition.clone()).expect("a run has a definition")
}

/// Decides every entry of a brand's journal again; answers how many there are of each verb.
fn decide_again(state: &Path, brand: &str) -> BTreeMap<String, usize> {
    let store = StateStore::open(state).unwrap();
    let brand = BrandId::new(brand).unwrap();
    let journal = store.journal(&brand).unwrap();
    let mut workflows: BTreeMap<String, Workflow> = BTreeMap::new();
    let mut checkpoint = Checkpoint::new(brand.clone());
    let mut verbs = BTreeMap::new();
    for (place, entry) in journal.iter().enumerate() {
        let digest = digest(entry, &checkpoint);
        let workflow = workflows.entry(digest.as_str().to_owned()).or_insert_with(|| {
            let text = store.definition(&digest).unwrap().expect("it is kept");
            load_workflow(&SourceFile::new("kept", text.into_bytes())).expect("it was right once")
        });
        let verb = verb(entry, &checkpoint, &journal[..place], &store);
        let command = Command::new(verb, entry.actor.clone()).because(entry.reason.as_deref());
        let observations = known(entry, &checkpoint);
        let step = engine::step(workflow, &checkpoint, &observations, &command, entry.at)
            .unwrap_or_else(|refusal| panic!("{brand} {}: {refusal}", entry.revision));
        assert_eq!(step.entry, *entry, "{brand} {}", entry.revision);
        checkpoint = step.checkpoint;
        *verbs.entry(entry.verb.clone()).or_default() += 1;
    }
    assert_eq!(checkpoint, Checkpoint::fold(brand.clone(), &journal), "{brand}: the fold");
    assert_eq!(checkpoint, store.checkpoint(&brand).unwrap(), "{brand}: the stored one");
    verbs
}

#[test]
fn every_decision_of_the_demo_can_be_made_again() {
    let env = demo();
    let state = env.path(".fivestep/state.db");
    // Neither the files nor the exports nor the evidence are needed.
    for folder in ["workflows", "brands", "exports", ".fivestep/evidence"] {
        std::fs::remove_dir_all(env.path(folder)).unwrap();
    }
    let mut advances = 0;
    for brand in ["rosso-roasters", "bianco-books", "verde-garden", "azzurro-radio"] {
        let verbs = decide_again(&state, brand);
        assert_eq!(verbs["start"], 1);
        advances += verbs["advance"];
    }
    assert!(advances > 40, "{advances} advances");
}

#[test]
fn every_verb_can_be_decided_again() {
    let mut env = started();
    let act = |env: &TestEnv, line: &str| {
        let answer = env.line(line);
        assert!([0, 10].contains(&answer.code), "{line}: {}", answer.text());
    };
    let early = [
        "fivestep advance acme",
        "fivestep done acme sign_charter --set agreed=true --reason 'read aloud'",
        "fivestep reopen acme sign_charter --reason 'wrong version'",
        "fivestep done acme sign_charter --set agreed=true --set note=again",
        "fivestep pause acme --reason holiday",
        "fivestep resume acme",
        "fivestep advance acme --window-end 2026-03-29",
    ];
    early.iter().for_each(|line| act(&env, line));
    env.set_now("2026-04-02T07:30:00Z");
    env.replace("workflows/engagement.yaml", "at_least: 20\n", "at_least: 21\n");
    let late = [
        "fivestep adopt acme --reason 'a higher bar'",
        "fivestep advance acme",
        "fivestep done acme engage --set people=3",
        "fivestep advance acme --until blocked",
    ];
    late.iter().for_each(|line| act(&env, line));
    // A clock that was set back disorders nothing.
    env.set_now("2026-03-31T07:30:00Z");
    act(&env, "fivestep done acme review --set reviewed=3");
    act(&env, "fivestep advance acme --until blocked");
    act(&env, "fivestep cancel acme --reason enough");
    act(&env, "fivestep start acme --again");
    act(&env, "fivestep abandon acme --reason 'no time'");
    let verbs = decide_again(&env.path(".fivestep/state.db"), "acme");
    let seen: Vec<&str> = verbs.keys().map(String::as_str).collect();
    let verbs = "abandon adopt advance cancel done pause reopen resume start";
    assert_eq!(seen, verbs.split(' ').collect::<Vec<_>>());
}

/// A stage with work for machines and for two people, and a clock.
const ACTING: &str = include_str!("../engine/acting.yaml");

#[test]
fn work_and_change_can_be_decided_again() {
    let mut env = TestEnv::new();
    let brand = |id: &str| {
        let text = std::fs::read_to_string(env.path("brands/acme.yaml")).unwrap();
        text.replace("workflow: engagement", "workflow: acting")
            .replace("brand: acme", &format!("brand: {id}"))
    };
    let (first, trial) = (brand("first"), brand("trial"));
    env.write("workflows/acting.yaml", ACTING);
    env.write("brands/first.yaml", first).write("brands/trial.yaml", trial);
    let act = |env: &TestEnv, line: &str| {
        let answer = env.line(line);
        assert!([0, 10].contains(&answer.code), "{line}: {}", answer.text());
    };
    let begin = [
        "fivestep start first",
        // There is nothing to import yet, so it fails and rests.
        "fivestep tick",
        "fivestep retry first fetch --reason 'the export has come'",
        "fivestep tick",
        "fivestep skip first fetch --reason 'by hand'",
        "fivestep tick",
        "fivestep done first sign --note 'as agreed'",
        "fivestep done first sign --actor Ben",
        "fivestep reopen first sign --reason 'a typo'",
        "fivestep reassign first sign --to Ben",
        "fivestep reject first sign --reason 'not so' --actor Ben",
        "fivestep rewind first --to 3 --reason 'once more'",
        "fivestep fork first trial --reason 'to try it'",
    ];
    begin.iter().for_each(|line| act(&env, line));
    env.set_now("2026-04-01T12:00:00Z");
    act(&env, "fivestep tick");
    env.write(
        "workflows/acting.yaml",
        ACTING
            .replace("target", "aim")
            .replace("id: sign", "id: seal")
            .replace("task: sign", "task: seal")
            .replace("  aim:\n    title: T", "  aim:\n    step: target\n    title: T"),
    );
    act(
        &env,
        "fivestep migrate acting --apply --stage target=aim --task sign=seal --reason better",
    );
    env.set_now("2026-04-08T12:00:00Z");
    act(&env, "fivestep tick");
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for brand in ["first", "trial"] {
        seen.extend(decide_again(&env.path(".fivestep/state.db"), brand));
    }
    let names: Vec<&str> = seen.keys().map(String::as_str).collect();
    let verbs =
        "begin done fork migrate reassign reject reopen retry rewind settle skip start tick";
    assert_eq!(names, verbs.split(' ').collect::<Vec<_>>());
}

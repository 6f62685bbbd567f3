//! Every decision can be made again, at any later day, from the journal alone.

use std::{collections::BTreeMap, path::Path};

use fivestep::{
    definition::{SourceFile, load_workflow},
    engine,
    model::{BrandId, Checkpoint, Command, Digest, Entry, Event, Observations, Verb, Workflow},
    store::StateStore,
};

use crate::common::{TestEnv, demo, started};

/// The verb that an entry tells of.
fn verb(entry: &Entry) -> Verb {
    match entry.verb.as_str() {
        "start" => Verb::Start,
        "advance" => Verb::Advance,
        "pause" => Verb::Pause,
        "resume" => Verb::Resume,
        "cancel" => Verb::Cancel,
        "adopt" => Verb::Adopt,
        _ => entry.events.iter().find_map(from_event).expect("an event tells the verb"),
    }
}

fn from_event(event: &Event) -> Option<Verb> {
    match event {
        Event::TaskDone { task, given, .. } => {
            let (note, link) = (given.note.clone(), given.link.clone());
            Some(Verb::Done { task: task.clone(), input: given.input.clone(), note, link })
        }
        Event::TaskReopened { task, .. } => Some(Verb::Reopen { task: task.clone() }),
        Event::Waived { clause } => Some(Verb::Waive { clause: clause.clone() }),
        _ => None,
    }
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
        Event::Started { definition, .. } | Event::Adopted { definition } => {
            Some(definition.clone())
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
    for entry in &journal {
        let digest = digest(entry, &checkpoint);
        let workflow = workflows.entry(digest.as_str().to_owned()).or_insert_with(|| {
            let text = store.definition(&digest).unwrap().expect("it is kept");
            load_workflow(&SourceFile::new("kept", text.into_bytes())).expect("it was right once")
        });
        let command =
            Command::new(verb(entry), entry.actor.clone()).because(entry.reason.as_deref());
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
    let verbs = decide_again(&env.path(".fivestep/state.db"), "acme");
    let seen: Vec<&str> = verbs.keys().map(String::as_str).collect();
    assert_eq!(seen, ["adopt", "advance", "cancel", "done", "pause", "reopen", "resume", "start"]);
}

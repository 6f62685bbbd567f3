//! Busy brands, and what must be true of them whatever has happened.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::PermissionsExt,
};

use fivestep::{
    definition::{SourceFile, load_workflow},
    engine::timers::pending,
    model::{BrandId, Checkpoint, Digest, Entry, Event, Workflow},
    store::StateStore,
};

use crate::common::TestEnv;

const BUSY: &str = include_str!("busy.yaml");

/// The program of the busy workflow: it leaves a line in the world for each time it is run.
const MARK: &str =
    "#!/bin/sh\nprintf '%s %s\\n' \"$FIVESTEP_KEY\" \"$FIVESTEP_ATTEMPT\" >> marks\n";

/// So many brands, started, each with work to be done all the time.
pub fn busy(brands: usize) -> TestEnv {
    let env = TestEnv::new();
    env.write("workflows/busy.yaml", BUSY);
    env.write("mark.sh", MARK);
    fs::set_permissions(env.path("mark.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::remove_file(env.path("brands/acme.yaml")).unwrap();
    for number in 0..brands {
        env.write(&format!("brands/busy-{number}.yaml"), brand(number));
    }
    env.ok(["start", "--all"]);
    env
}

fn brand(number: usize) -> String {
    format!(
        "brand: busy-{number}\nname: Busy {number}\ntimezone: UTC\nlanguages: [en]\n\
         workflow: busy\naccounts: [ {{ platform: bluesky, handle: \"@busy.example\" }} ]\n\
         charter: {{ pillars: [ {{ id: coffee, words: [coffee] }} ] }}\n\
         sources: [ {{ kind: bluesky_api, account: \"@busy.example\" }} ]\n"
    )
}

/// What was found of all brands.
#[derive(Debug, Default)]
pub struct Found {
    pub commits: u64,
    pub began: usize,
    pub succeeded: usize,
    pub marks: usize,
    pub twice: usize,
    pub fired: usize,
    pub left: usize,
}

/// Asserts everything that must be true of a workspace of busy brands at rest.
pub fn assert_sound(env: &TestEnv, brands: usize) -> Found {
    let store = StateStore::open(&env.path(".fivestep/state.db")).expect("the store reopens");
    let mut found = Found::default();
    let mut begun: BTreeSet<(String, u32)> = BTreeSet::new();
    let mut workflows: BTreeMap<String, Workflow> = BTreeMap::new();
    for number in 0..brands {
        let brand = BrandId::new(format!("busy-{number}")).unwrap();
        let journal = store.journal(&brand).expect("the journal reads");
        let at = store.checkpoint(&brand).expect("the checkpoint reads");
        assert_eq!(at, Checkpoint::fold(brand.clone(), &journal), "{brand}: it is the fold");
        let digest = at.definition.clone().expect("it runs");
        let workflow = workflows
            .entry(digest.to_string())
            .or_insert_with(|| load(&store.definition(&digest).unwrap().expect("it is kept")));
        let rows: Vec<String> =
            store.timers(&brand).unwrap().into_iter().map(|(_, kind, of)| kind + &of).collect();
        let mut waits: Vec<String> = pending(workflow, &at)
            .iter()
            .map(|timer| format!("{}{}", timer.kind.name(), timer.of))
            .collect();
        waits.sort();
        let mut rows = rows;
        rows.sort();
        assert_eq!(rows, waits, "{brand}: the rows are what it waits for");
        assert_in_order(&brand, &journal);
        assert_once(&brand, &journal, &mut begun, &mut found);
        found.commits += at.revision;
    }
    let marks = fs::read_to_string(env.path("marks")).unwrap_or_default();
    let mut seen = BTreeSet::new();
    for line in marks.lines() {
        let (key, attempt) = line.split_once(' ').expect("a whole line");
        let attempt: u32 = attempt.parse().expect("a number");
        assert!(begun.contains(&(key.to_owned(), attempt)), "{line}: done without an intention");
        found.marks += 1;
        found.twice += usize::from(!seen.insert(key.to_owned()));
    }
    found
}

fn load(text: &str) -> Workflow {
    load_workflow(&SourceFile::new("kept", text.as_bytes().to_vec())).expect("it was right once")
}

/// Revisions have no gap, time does not go back, and a stage is left before the next is entered.
fn assert_in_order(brand: &BrandId, journal: &[Entry]) {
    let mut inside: Option<String> = None;
    for (place, entry) in journal.iter().enumerate() {
        assert_eq!(entry.revision, place as u64 + 1, "{brand}: revisions have no gap");
        assert!(place == 0 || journal[place - 1].at <= entry.at, "{brand}: time goes on");
        for event in &entry.events {
            match event {
                Event::StageEntered { stage } => {
                    assert_eq!(inside.replace(stage.to_string()), None, "{brand}: in two stages");
                }
                Event::StageLeft { stage, .. } => {
                    assert_eq!(inside.take().as_deref(), Some(stage.as_str()), "{brand}");
                }
                _ => {}
            }
        }
    }
}

/// Nothing fires twice in one visit, no attempt is begun of what was done, each key is done once.
fn assert_once(
    brand: &BrandId,
    journal: &[Entry],
    begun: &mut BTreeSet<(String, u32)>,
    found: &mut Found,
) {
    let mut keys: BTreeMap<String, Digest> = BTreeMap::new();
    let mut done: BTreeSet<Digest> = BTreeSet::new();
    let mut fired = BTreeSet::new();
    for event in journal.iter().flat_map(|entry| &entry.events) {
        match event {
            Event::StageEntered { .. } => fired.clear(),
            Event::StageLeft { .. } => found.left += 1,
            Event::ActionOpened { action, key } => {
                keys.insert(action.to_string(), key.clone());
            }
            Event::ActionBegan { action, attempt, .. } => {
                let key = keys[&action.to_string()].clone();
                assert!(!done.contains(&key), "{brand}: {action} was begun after it was done");
                assert!(begun.insert((key.to_string(), *attempt)), "{brand}: one attempt twice");
                found.began += 1;
            }
            Event::ActionSucceeded { action, .. } => {
                assert!(done.insert(keys[&action.to_string()].clone()), "{brand}: done twice");
                found.succeeded += 1;
            }
            Event::Fired { timer, of, due, .. } => {
                assert!(fired.insert((*timer, of.clone(), *due)), "{brand}: {of} fired twice");
                found.fired += 1;
            }
            _ => {}
        }
    }
}

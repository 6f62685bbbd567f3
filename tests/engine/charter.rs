//! The charter is frozen when define is left, and a changed one leads back there.

use fivestep::{
    definition::{SourceFile, load_brand},
    engine::Refusal,
    model::{
        Actor, Checkpoint, Command, Event, Verb,
        charter::{CharterDigest, CharterPart},
    },
};
use serde_json::json;

use crate::common::{Run, Seen, day, shipped};

const CHARTER: &str = "\
languages: [en]
accounts: [ { platform: mastodon, handle: \"@a\" }, { platform: x, handle: \"@b\" } ]
charter: { people: [ { name: Rita }, { name: Jan } ], pillars: [ { id: coffee, words: [roast] } ], cadence: { at_least: 2 posts per week } }
";

/// The charter of a brand file in which one text stands in another's place.
fn charter(old: &str, new: &str) -> CharterDigest {
    assert!(CHARTER.contains(old), "{old}");
    let rest = CHARTER.replace(old, new);
    let yaml = format!(
        "brand: acme\nname: Acme\ntimezone: Europe/Rome\nworkflow: engagement\nsources: []\n{rest}"
    );
    let file = SourceFile::new("acme.yaml", yaml.into_bytes());
    CharterDigest::of(&load_brand(&file).unwrap_or_else(|problems| panic!("{problems:#?}")))
}

fn seen(charter: Option<CharterDigest>) -> Seen {
    let mut seen = Seen::good(day(0));
    seen.0.terms.charter = charter;
    seen
}

/// Left define and stands in target, whose task is not done.
fn in_target(charter: Option<CharterDigest>) -> Run {
    let mut run = Run::started(shipped(), seen(charter));
    run.done("sign_charter", json!({"agreed": true}));
    run.ok(Verb::Advance);
    assert_eq!(run.stage(), "target");
    run
}

fn advance() -> Command {
    Command::new(Verb::Advance, Actor::new("Ada"))
}

#[test]
fn each_part_of_a_charter_is_told_from_the_others() {
    use CharterPart::{Accounts, Cadence, Languages, People, Pillars};
    // (why, what is written, what is written instead, the parts that changed)
    let table: [(&str, &str, &str, &[CharterPart]); 10] = [
        ("nothing", "", "", &[]),
        ("a word", "roast", "bean", &[Pillars]),
        ("a word that keeps off", "[roast]", "[roast], not: [instant]", &[Pillars]),
        ("a person less", ", { name: Jan }", "", &[People]),
        ("a role", "name: Jan", "name: Jan, role: roaster", &[People]),
        ("another language", "[en]", "[en, it]", &[Languages]),
        ("another handle", "@b", "@c", &[Accounts]),
        ("more often", "2 posts", "3 posts", &[Cadence]),
        ("another order", "{ name: Rita }, { name: Jan }", "{ name: Jan }, { name: Rita }", &[]),
        (
            "two at once",
            "people: [ { name: Rita }, { name: Jan } ], pillars: [ { id: coffee",
            "pillars: [ { id: tea",
            &[People, Pillars],
        ),
    ];
    let before = charter("", "");
    for (why, old, new, changed) in table {
        assert_eq!(charter(old, new).changed(&before), changed, "{why}");
    }
    let older: CharterDigest = serde_json::from_value(json!({})).unwrap();
    assert_eq!(before.changed(&older), [], "what was not told then has not changed");
}

#[test]
fn a_changed_charter_takes_the_run_back_to_define_in_the_same_cycle() {
    let mut run = in_target(Some(charter("", "")));
    assert_eq!(run.checkpoint.charter, Some(charter("", "")), "frozen");
    run.seen = seen(Some(charter("roast", "bean")));
    let step = run.ok(Verb::Advance);
    assert_eq!((run.stage(), run.checkpoint.cycle.number), ("define", 1));
    let left = step.entry.events.iter().find_map(|event| match event {
        Event::StageLeft { because, .. } => because.clone(),
        _ => None,
    });
    assert_eq!(left.as_deref(), Some("the charter was changed: pillars"));
    assert!(run.checkpoint.tasks.values().all(|task| task.is_open()), "it is signed again");
    assert_eq!(run.checkpoint.charter, Some(charter("", "")), "until define is left again");
    run.done("sign_charter", json!({"agreed": true}));
    run.ok(Verb::Advance);
    assert_eq!(run.stage(), "target");
    assert_eq!(run.checkpoint.charter, Some(charter("roast", "bean")));
}

#[test]
fn a_run_stays_where_it_is_without_a_change() {
    let other = || Some(charter("roast", "bean"));
    // (why, the charter when define is left, the charter then)
    let table = [
        ("the same", Some(charter("", "")), Some(charter("", ""))),
        ("frozen by no earlier version", None, other()),
        ("a file that was not read", other(), None),
    ];
    for (why, before, now) in table {
        let mut run = in_target(before);
        run.seen = seen(now);
        let answer = run.ask(&advance());
        match answer {
            Ok(step) => assert!(step.shut.is_some(), "{why}"),
            Err(refusal) => assert!(matches!(refusal, Refusal::GateShut(_)), "{why}"),
        }
    }
}

#[test]
fn define_itself_is_not_left_for_a_changed_charter() {
    let mut run = Run::started(shipped(), seen(Some(charter("", ""))));
    run.seen = seen(Some(charter("roast", "bean")));
    run.ok(Verb::Advance);
    assert_eq!((run.stage(), &run.checkpoint.charter), ("define", &None));
}

#[test]
fn the_frozen_charter_follows_from_the_journal() {
    let mut run = Run::started(shipped(), seen(Some(charter("", ""))));
    let (brand, mut journal) = (run.checkpoint.brand.clone(), Vec::new());
    let begun = run.checkpoint.clone();
    journal.push(run.done("sign_charter", json!({"agreed": true})).entry);
    journal.push(run.ok(Verb::Advance).entry);
    run.seen = seen(Some(charter("@b", "@c")));
    journal.push(run.ok(Verb::Advance).entry);
    let mut folded = begun;
    journal.iter().for_each(|entry| folded.apply(entry));
    assert_eq!((&folded, &folded.brand), (&run.checkpoint, &brand));
    let text = serde_json::to_string(&folded).unwrap();
    let read: Checkpoint = serde_json::from_str(&text).unwrap();
    assert_eq!(read.charter, folded.charter);
    let again = run.ask(&advance());
    assert!(again.is_err() || again.is_ok_and(|step| step.shut.is_some()), "once is enough");
}

#[test]
fn a_fork_begins_without_a_frozen_charter() {
    let run = in_target(Some(charter("", "")));
    let mut fork = Run::ready(shipped(), seen(Some(charter("@b", "@c"))));
    fork.checkpoint.brand = "other".parse().unwrap();
    fork.ok(Verb::Fork { state: Box::new(run.checkpoint) });
    assert_eq!((fork.stage(), &fork.checkpoint.charter), ("target", &None));
}

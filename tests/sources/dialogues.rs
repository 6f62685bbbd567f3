//! Dialogues of a help desk.

use std::collections::{BTreeMap, BTreeSet};

use fivestep::{
    evidence::{
        facts::{Act, Facts, PostKind},
        inbox::Inbox,
        scores::Context,
        somebody::Crowd,
        sources::{self, SourceError},
    },
    model::{Brand, BrandId, Charter, Digest, KeepWords, SourceKind, WorkflowId, WorkingTime},
};
use serde_json::{Value, json};

use crate::make::{at, compared, folder, rows, shared, source};

pub fn dialogue(company: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut row = json!({"company": company,
        "header": {"conversationDateTime": "2020-04-01T17:31:32.000Z", "duration": "01:26:55.0",
                   "messageCount": "4"},
        "turns": [
            {"client": "Ann", "datetime": "2020-04-01T17:31:32.000Z", "id": "1245403438755852288",
             "message": "@acme help?"},
            {"agent": "acme", "datetime": "2020-04-01T17:35:00.000Z", "id": "1245404310000000000",
             "message": "What is it?"},
            {"client": "Ann", "datetime": "2020-04-01T17:40:00.000Z", "id": "1245405570000000000",
             "message": "It is broken"}],
        "closing": {"turn": "4", "id": "1245425308704149506", "message": "We mend it."}});
    change(&mut row);
    row
}

#[test]
fn a_dialogue_is_a_conversation_with_its_answers() {
    let files = [("desk.json", json!([dialogue("Acme", |_| {}), dialogue("Other", |_| {})]))];
    let folder = folder(&files);
    assert_eq!(sources::detect(folder.path()), Some(SourceKind::Dialogues));
    let source_of = |account| source(SourceKind::Dialogues, account);
    let export = sources::read(&source_of("@acme"), folder.path()).expect("sound");
    let facts = &export.facts;
    let acts: Vec<_> = facts.interactions.iter().map(|i| (i.actor.as_str(), i.act)).collect();
    assert_eq!(acts, [("other:ann", Act::Reply), ("other:ann", Act::Mention)]);
    let ours: Vec<_> =
        facts.posts.iter().filter(|post| post.author == facts.profiles[0].account).collect();
    assert_eq!(ours.len(), 2);
    let closing = ours[1];
    assert_eq!((closing.at, closing.kind), (at("2020-04-01T18:58:27.135Z"), PostKind::Reply));
    assert_eq!(closing.parent_at, Some(at("2020-04-01T17:40:00Z")));
    assert!(facts.posts.iter().all(|post| post.root == "dialogue:1245403438755852288"));
    assert_eq!(compared(&export), [("messages", 4, 4), ("closing times as the ids say", 1, 1)]);
    assert_eq!(rows(&export, "desk.json"), (2, 1, vec![("a dialogue of another brand".into(), 1)]));
    let error = sources::read(&source_of("@nobody"), folder.path());
    assert!(matches!(&error, Err(SourceError::OtherAccount { found, .. }) if found == "Acme"));
}

#[test]
fn a_bad_dialogue_costs_that_dialogue() {
    // (the reason given, what is changed)
    type Change = fn(&mut Value);
    let table: [(&str, Change); 6] = [
        ("not a list", |row| row["turns"] = json!(3)),
        ("without a message", |row| row["turns"] = json!([])),
        ("`client` is not a text", |row| row["turns"][0]["client"] = json!(3)),
        ("plausible time", |row| row["turns"][1]["datetime"] = json!("yesterday")),
        ("without a plausible time", |row| row["closing"]["id"] = json!("1245403438755852288")),
        ("`company` is missing", |row| row["company"] = json!(null)),
    ];
    for (reason, change) in table {
        let folder =
            folder(&[("d.json", json!([dialogue("acme", |_| {}), dialogue("acme", change)]))]);
        let export = sources::read(&source(SourceKind::Dialogues, "acme"), folder.path());
        let (read, kept, skipped) = rows(&export.expect(reason), "d.json");
        assert_eq!((read, kept), (2, 1), "{reason}");
        assert!(skipped[0].0.contains(reason), "{skipped:?}");
    }
    let unsigned = |row: &mut Value| row["turns"][1]["agent"] = json!(null);
    let folder = crate::make::folder(&[("d.json", json!([dialogue("acme", unsigned)]))]);
    let export =
        sources::read(&source(SourceKind::Dialogues, "acme"), folder.path()).expect("kept");
    assert_eq!(export.facts.posts.len(), 3, "a message by nobody knows whom gives no fact");
    assert!(export.receipt.notes[0].contains("without an author"));
    let late = |row: &mut Value| row["header"]["duration"] = json!("-02:00:00.");
    let folder = crate::make::folder(&[("d.json", json!([dialogue("acme", late)]))]);
    let export =
        sources::read(&source(SourceKind::Dialogues, "acme"), folder.path()).expect("kept");
    assert_eq!(compared(&export)[1], ("closing times as the ids say", 1, 0));
    assert!(export.receipt.notes[0].contains("-02:00:00."), "{:?}", export.receipt.notes);
}

#[test]
fn the_real_dialogues_hold_what_is_known_of_them() {
    let Some(data) = shared("conversations") else { return };
    let path = data.join("customer-care-dev.json");
    assert_eq!(sources::detect(&path), Some(SourceKind::Dialogues));
    let text = std::fs::read_to_string(&path).expect("readable");
    let all: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    let mut brands: BTreeMap<&str, u64> = BTreeMap::new();
    for row in &all {
        *brands.entry(row["company"].as_str().expect("a brand")).or_default() += 1;
    }
    let (mut dialogues, mut messages, mut closings, mut different) = (0, (0, 0), (0, 0), vec![]);
    for (brand, count) in &brands {
        let export = sources::read(&source(SourceKind::Dialogues, brand), &path).expect("sound");
        let (read, kept, skipped) = rows(&export, "dev.json");
        assert_eq!((read, kept), (525, *count), "{brand}: {skipped:?}");
        dialogues += kept;
        let [(_, stated, found), (_, closed, told)] = compared(&export)[..] else {
            panic!("two counts")
        };
        messages = (messages.0 + stated, messages.1 + found);
        closings = (closings.0 + closed, closings.1 + told);
        let notes = export.receipt.notes.into_iter();
        different.extend(notes.filter(|note| note.starts_with("dialogue /")));
    }
    assert_eq!((dialogues, brands.len()), (525, 24));
    assert_eq!(messages.0, messages.1, "messageCount = turns + 1, all over");
    let each = all.iter().all(|row| {
        let turns = row["turns"].as_array().expect("turns").len();
        row["header"]["messageCount"].as_str() == Some(&(turns + 1).to_string())
    });
    assert!(each, "and in each");
    assert_eq!(closings.0, 525);
    assert!(closings.1 >= 418, "{closings:?}");
    assert_eq!(different.len() as u64, 525 - closings.1, "the rest are listed");
    println!(
        "{} of 525 closing times are as stated; the rest:\n{}",
        closings.1,
        different.join("\n")
    );
}

/// A brand of which nothing matters here but that there is one.
pub fn brand() -> Brand {
    Brand {
        digest: Digest::of(b""),
        id: BrandId::new("desk").expect("an id"),
        name: "Desk".into(),
        working_time: WorkingTime::default(),
        languages: vec!["en".into()],
        workflow: WorkflowId::new("customer-care").expect("an id"),
        goals: BTreeMap::new(),
        accounts: vec![],
        charter: Charter::default(),
        competitors: vec![],
        audience: Default::default(),
        sources: vec![],
        keep_words: KeepWords::default(),
    }
}

/// The conversations of all time.
fn inbox(facts: &Facts) -> Inbox {
    let (brand, ages) = (brand(), 40 * 366 * 86_400);
    let Ok(context) = Context::look(&brand, facts, facts, ages, None);
    let context = context.expect("the facts have a date");
    let mut inbox = Inbox::default();
    let Ok(()) = facts.each(&mut |somebody| inbox.see(&context, somebody));
    inbox
}

#[test]
fn every_real_dialogue_is_rebuilt_and_waits_unless_it_was_answered() {
    let Some(data) = shared("conversations") else { return };
    let path = data.join("customer-care-dev.json");
    let text = std::fs::read_to_string(&path).expect("readable");
    let all: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    let brands: BTreeSet<&str> = all.iter().filter_map(|row| row["company"].as_str()).collect();
    let (mut opened, mut waiting, mut over, mut unanswered) = (0, 0, 0, 0);
    for brand in &brands {
        let export = sources::read(&source(SourceKind::Dialogues, brand), &path).expect("sound");
        let mut facts = export.facts;
        let found = inbox(&facts);
        opened += found.opened;
        waiting += found.waiting.len();
        over += found.over;
        // Without our answers every dialogue waits.
        let us = facts.profiles[0].account.clone();
        facts.posts.retain(|post| post.author != us);
        let found = inbox(&facts);
        let threads: BTreeSet<(&str, &str)> =
            facts.posts.iter().map(|post| (post.root.as_str(), post.author.as_str())).collect();
        assert_eq!(found.waiting.len(), threads.len(), "{brand}");
        unanswered += found.waiting.len();
    }
    // Of the 525 two begin with the very message that another one begins with.
    assert_eq!((brands.len(), opened, unanswered), (24, 523, 523));
    // The closing answer of each is ours.
    assert_eq!((waiting, over), (0, 0));
}

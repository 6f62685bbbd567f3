//! Dialogues of a help desk.

use std::collections::{BTreeMap, BTreeSet};

use fivestep::{
    evidence::{
        facts::{Act, Facts, PostKind},
        inbox::Inbox,
        metrics::measure,
        scores::Context,
        somebody::Crowd,
        sources::{self, SourceError},
    },
    model::{
        Brand, BrandId, Charter, Digest, KeepWords, Metric, SourceKind, WorkflowId, WorkingTime,
    },
    view::sentence::measured,
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
    assert!(facts.posts.iter().all(|post| &*post.root == "dialogue:1245403438755852288"));
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
            facts.posts.iter().map(|post| (&*post.root, post.author.as_str())).collect();
        assert_eq!(found.waiting.len(), threads.len(), "{brand}");
        unanswered += found.waiting.len();
    }
    // Of the 525 two begin with the very message that another one begins with.
    assert_eq!((brands.len(), opened, unanswered), (24, 523, 523));
    // The closing answer of each is ours.
    assert_eq!((waiting, over), (0, 0));
}

/// Response rate and median first response of every brand, each with its interval, as anybody gets them
/// from `metrics`.
#[test]
fn every_real_brand_has_its_response_rate_and_median_with_intervals() {
    let Some(data) = shared("conversations") else { return };
    let path = data.join("customer-care-dev.json");
    let text = std::fs::read_to_string(&path).expect("readable");
    let all: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    let brands: BTreeSet<&str> = all.iter().filter_map(|row| row["company"].as_str()).collect();
    let wanted = BTreeSet::from([Metric::ResponseRate, Metric::FirstResponseMedian]);
    let lines = brands.iter().map(|company| {
        let source = source(SourceKind::Dialogues, company);
        let facts = sources::read(&source, &path).expect("sound").facts;
        let brand = Brand { sources: vec![source], ..brand() };
        let found = measure(&brand, &facts, &wanted, 40 * 366 * 86_400, None);
        let numbers = found.values().map(measured);
        format!("{company}: {}", numbers.collect::<Vec<_>>().join("; "))
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    AdobeCare: 100 % (29 of 29 conversations), 95 % interval 88.3 % to 100 %; 5 h 44 min over 29 answered conversations, 95 % interval 1 h 33 min to 22 h 4 min
    AmazonHelp: 100 % (6 of 6 conversations), 95 % interval 60.97 % to 100 %; 4 min 26 s over 6 answered conversations, 95 % interval 2 min 29 s to 12 d
    AppleSupport: 100 % (30 of 30 conversations), 95 % interval 88.65 % to 100 %; 44 min 14 s over 30 answered conversations, 95 % interval 19 min 7 s to 1 h 40 min
    AskPlayStation: 100 % (18 of 18 conversations), 95 % interval 82.41 % to 100 %; 1 h 17 min over 18 answered conversations, 95 % interval 7 min 4 s to 11 h 50 min
    Ask_Spectrum: 100 % (2 of 2 conversations), 95 % interval 34.24 % to 100 %; 9 min 26 s over 2 answered conversations
    Ask_WellsFargo: 100 % (14 of 14 conversations), 95 % interval 78.47 % to 100 %; 16 h 20 min over 14 answered conversations, 95 % interval 56 min 12 s to 1 d 2 h
    AskeBay: 95.45 % (21 of 22 conversations), 95 % interval 78.2 % to 99.19 %; 16 h 44 min over 21 answered conversations, 95 % interval 13 h 3 min to 19 h 20 min
    ChaseSupport: 100 % (8 of 8 conversations), 95 % interval 67.56 % to 100 %; 3 d 12 h over 8 answered conversations, 95 % interval 28 min 7 s to 4 d 17 h
    Delta: 100 % (5 of 5 conversations), 95 % interval 56.55 % to 100 %; 10 h 39 min over 5 answered conversations
    DropboxSupport: 100 % (21 of 21 conversations), 95 % interval 84.54 % to 100 %; 11 min over 21 answered conversations, 95 % interval 7 min 39 s to 37 min 27 s
    GoDaddyHelp: 100 % (12 of 12 conversations), 95 % interval 75.75 % to 100 %; 3 h 57 min over 12 answered conversations, 95 % interval 2 h 5 min to 15 h
    Google: 100 % (60 of 60 conversations), 95 % interval 93.98 % to 100 %; 5 d 14 h over 60 answered conversations, 95 % interval 2 d 7 h to 9 d 13 h
    MicrosoftHelps: 100 % (6 of 6 conversations), 95 % interval 60.97 % to 100 %; 1 d 16 h over 6 answered conversations, 95 % interval 1 h 2 min to 3 d 10 h
    MojangSupport: 100 % (56 of 56 conversations), 95 % interval 93.58 % to 100 %; 11 h 57 min over 56 answered conversations, 95 % interval 6 h 36 min to 14 h 33 min
    RockstarSupport: 100 % (88 of 88 conversations), 95 % interval 95.82 % to 100 %; 3 min 16 s over 88 answered conversations, 95 % interval 2 min 7 s to 4 min 39 s
    SouthwestAir: 100 % (7 of 7 conversations), 95 % interval 64.57 % to 100 %; 6 min 29 s over 7 answered conversations, 95 % interval 1 min 22 s to 2 h 33 min
    SpotifyCares: 100 % (18 of 18 conversations), 95 % interval 82.41 % to 100 %; 37 min 44 s over 18 answered conversations, 95 % interval 20 min 44 s to 1 h 34 min
    TMobileHelp: 100 % (8 of 8 conversations), 95 % interval 67.56 % to 100 %; 2 h 44 min over 8 answered conversations, 95 % interval 1 min 8 s to 20 h 44 min
    TeamYouTube: 98.04 % (50 of 51 conversations), 95 % interval 89.7 % to 99.65 %; 1 h 1 min over 50 answered conversations, 95 % interval 34 min 14 s to 6 h 2 min
    Uber_Support: 100 % (1 of 1 conversations), 95 % interval 20.65 % to 100 %; 8 min 13 s over 1 answered conversations
    XboxSupport: 100 % (5 of 5 conversations), 95 % interval 56.55 % to 100 %; 2 h 15 min over 5 answered conversations
    YahooCare: 100 % (19 of 19 conversations), 95 % interval 83.18 % to 100 %; 8 min 31 s over 19 answered conversations, 95 % interval 5 min 38 s to 19 min 45 s
    hulu_support: 100 % (19 of 19 conversations), 95 % interval 83.18 % to 100 %; 2 h 23 min over 19 answered conversations, 95 % interval 1 h 4 min to 10 h 16 min
    zoom_us: 100 % (21 of 21 conversations), 95 % interval 84.54 % to 100 %; 2 h 3 min over 21 answered conversations, 95 % interval 8 min 20 s to 5 h 9 min
    ");
}

//! Answers that nobody here wrote.

use std::collections::{BTreeMap, BTreeSet};

use fivestep::{
    evidence::{facts::Act, sources},
    model::{FactKind, Source, SourceKind},
    store::evidence::EvidenceStore,
};

use crate::make::{at, kept, shared};

#[test]
fn a_real_folder_of_answers_gives_the_numbers_counted_by_hand() {
    let Some(folder) = shared("bluesky-api") else { return };
    let account = "@shinyakato.dev".to_owned();
    let source =
        Source { kind: SourceKind::BlueskyApi, account, path: None, map: None, as_of: None };
    assert_eq!(sources::detect(&folder), Some(SourceKind::BlueskyApi));
    let export = sources::read(&source, &folder).expect("the sample is sound");
    let (facts, receipt) = (&export.facts, &export.receipt);

    let mut acts: BTreeMap<Act, usize> = BTreeMap::new();
    facts.interactions.iter().for_each(|i| *acts.entry(i.act).or_default() += 1);
    let expected =
        [(Act::Like, 149), (Act::Repost, 14), (Act::Reply, 17), (Act::Quote, 4), (Act::Mention, 3)];
    assert_eq!(acts, BTreeMap::from(expected));

    let file = receipt.files.iter().find(|f| f.name == "listNotifications.json").expect("read");
    assert_eq!((file.rows_read, file.kept), (200, 187));
    assert_eq!(file.skipped.values().sum::<u64>(), 13, "the mere follows");

    let own = &facts.profiles[0].account;
    let followers: BTreeSet<_> =
        facts.follows.iter().filter(|f| f.followed == *own).map(|f| &f.follower).collect();
    let engaged: BTreeSet<_> = facts.interactions.iter().map(|i| &i.actor).collect();
    assert_eq!(engaged.intersection(&followers).count(), 71);
    assert_eq!(facts.profiles[0].followers, Some(4945));
    assert!(facts.profiles[0].fields["name"]);
    assert!(!facts.profiles[0].fields["bio"]);

    let times: BTreeSet<_> = facts.interactions.iter().map(|i| i.at).collect();
    assert_eq!(times.first(), Some(&at("2023-08-31T00:06:48.307Z")));
    assert_eq!(facts.as_of, Some(at("2023-09-04T04:25:05.748Z")));
    assert_eq!(times.last().copied(), facts.as_of);

    assert!(export.followers_complete.is_empty(), "50 rows and a cursor are a part");
    let mut carried = facts.carried.clone();
    assert!(carried.insert(FactKind::Traits), "getProfiles was not saved");
    assert_eq!(carried, SourceKind::BlueskyApi.carries().iter().copied().collect());
    let thread = receipt.files.iter().find(|f| f.name == "getPostThread.json").expect("read");
    assert_eq!((thread.rows_read, thread.kept), (59, 0), "a thread of other people");
    assert_eq!(thread.skipped["a post that is blocked"], 1);
    println!("{}", serde_json::to_string_pretty(receipt).expect("JSON"));
}

#[test]
fn people_in_the_notifications_are_counted_once() {
    let Some(folder) = shared("bluesky-api") else { return };
    let only = tempfile::TempDir::new().expect("a folder");
    for name in ["listNotifications.json", "getProfile.json"] {
        std::fs::copy(folder.join(name), only.path().join(name)).expect("a copy");
    }
    let account = "shinyakato.dev".to_owned();
    let source =
        Source { kind: SourceKind::BlueskyApi, account, path: None, map: None, as_of: None };
    let export = sources::read(&source, only.path()).expect("the sample is sound");
    assert_eq!(export.facts.people.len(), 125);
    let carried = &export.facts.carried;
    assert!(!carried.contains(&FactKind::OwnPosts) && !carried.contains(&FactKind::Answers));
}

#[test]
fn the_real_folder_survives_the_store_unchanged() {
    let Some(folder) = shared("bluesky-api") else { return };
    let account = "@shinyakato.dev".to_owned();
    let source =
        Source { kind: SourceKind::BlueskyApi, account, path: None, map: None, as_of: None };
    let export = sources::read(&source, &folder).expect("the sample is sound");
    let dir = tempfile::TempDir::new().expect("a folder");
    let mut store = EvidenceStore::open(&dir.path().join("a.db")).expect("a store");
    let now = at("2024-01-01T00:00:00Z");
    let first = store.import(&export, now).expect("an import");
    assert!(first.changed && first.updated.total() == 0 && first.left == 0);
    let again = store.import(&export, now).expect("an import");
    assert!(!again.changed && again.added.total() + again.updated.total() == 0);
    let mut facts = store.facts().expect("facts");
    facts.interactions.sort_by_key(|i| (i.actor.clone(), i.act, i.object.clone()));
    assert_eq!(facts, kept(&export.facts));
}

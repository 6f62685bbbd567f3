//! What the evidence file keeps, and in which order exports may come.

use std::{collections::BTreeSet, fs};

use chrono::{DateTime, Utc};
use fivestep::{
    evidence::{
        facts::{
            AccountTotals, Act, Count, Facts, Follow, Interaction, Person, PersonId, Post,
            PostKind, PostTotals, Request, RequestState, Visibility,
        },
        metrics::{heard_since, measure, measure_crowd},
        somebody::{Crowd, Somebody},
        sources::{self, Export},
        splitmix::SplitMix,
    },
    model::{Brand, FactKind, Finding, KeepWords, Metric, Source, SourceKind},
    store::evidence::{EvidenceError, EvidenceStore, Imported, Order},
};
use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    dialogues,
    make::{at, followers, notice, notices, profile, read_bluesky, read_outbox, status, view},
    tables,
};

struct Place {
    _folder: TempDir,
    path: std::path::PathBuf,
}

fn place() -> Place {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("evidence/acme.db");
    Place { _folder: folder, path }
}

fn now() -> DateTime<Utc> {
    at("2024-01-01T00:00:00Z")
}

/// An export as of `day` of September with these followers, complete or not.
fn export(day: u32, names: &[&str], complete: bool) -> Export {
    let mut profile = profile();
    profile.as_object_mut().expect("an object").remove("followersCount");
    let like = notice("zoe", false, "like", &format!("2023-09-{day:02}T10:00:00Z"));
    let cursor = (!complete).then_some("more");
    read_bluesky(&[
        ("getProfile.json", profile),
        ("getFollowers.json", followers(names, cursor)),
        ("listNotifications.json", notices(&[like])),
    ])
    .expect("a sound export")
}

fn import(store: &mut EvidenceStore, export: &Export) -> Imported {
    store.import(export, now()).expect("an import")
}

fn facts_of(exports: &[Export]) -> Facts {
    let place = place();
    let mut store = EvidenceStore::open(&place.path).expect("a store");
    exports.iter().for_each(|export| {
        import(&mut store, export);
    });
    store.facts().expect("facts")
}

/// Followers with a mark on those who are gone.
fn standing(facts: &Facts) -> String {
    let one = |follow: &fivestep::evidence::facts::Follow| {
        let name = follow.follower.as_str().rsplit(':').next().unwrap_or_default().to_owned();
        follow.left_at.map_or(name.clone(), |left| format!("{name} gone {}", left.format("%d")))
    };
    facts.follows.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn words_stay_only_if_the_brand_says_so() {
    let asks = notice("rita", true, "reply", "2023-09-01T10:00:00Z");
    let posts = json!({"feed": [{"post": view("did:plc:own", "3k6k4as23yu2g", "2023-09-01T09:00:00Z", "We roast", None)}]});
    let export = read_bluesky(&[
        ("getProfile.json", profile()),
        ("listNotifications.json", notices(&[asks])),
        ("getAuthorFeed.json", posts),
    ])
    .expect("sound");
    // (whose words are kept, and then; are ours in the file, and hers?)
    let table = [
        (KeepWords::None, None, (false, false)),
        (KeepWords::Own, None, (true, false)),
        (KeepWords::All, None, (true, true)),
        (KeepWords::All, Some(KeepWords::Own), (true, false)),
        (KeepWords::All, Some(KeepWords::None), (false, false)),
        (KeepWords::Own, Some(KeepWords::All), (true, true)),
    ];
    let mut hashes = BTreeSet::new();
    for (first, then, expected) in table {
        let place = place();
        for keep in [Some(first), then].into_iter().flatten() {
            let mut store = EvidenceStore::open(&place.path).expect("a store").keeping(keep);
            import(&mut store, &export);
        }
        let found = (holds(&place, "we roast"), holds(&place, "is it good?"));
        assert_eq!(found, expected, "{first:?} and then {then:?}");
        let store = EvidenceStore::open(&place.path).expect("a store");
        let facts = store.facts().expect("facts");
        let hers = facts.posts.iter().find(|post| post.question == Some(true)).expect("hers");
        assert_eq!(
            (hers.chars, hers.language.map(String::from).as_deref()),
            (11, Some("en")),
            "{first:?}"
        );
        hashes.extend(words_hashes(&place));
    }
    assert_eq!(hashes.len(), 12, "two posts in six files, each file with a secret of its own");
}

/// The hashes in the file.
fn words_hashes(place: &Place) -> Vec<String> {
    let file = Connection::open(&place.path).expect("a file");
    let mut rows = file.prepare("SELECT words_hash FROM post").expect("a column");
    let hashes = rows.query_map([], |row| row.get(0)).expect("rows");
    hashes.collect::<Result<_, _>>().expect("a hash for each")
}

#[test]
fn importing_twice_changes_nothing() {
    let place = place();
    let mut store = EvidenceStore::open(&place.path).expect("a store");
    let export = export(1, &["ada", "bob"], true);
    let first = import(&mut store, &export);
    assert!(first.changed && first.revision == 1);
    assert_eq!((first.added.follows, first.added.interactions, first.added.people), (2, 1, 3));
    let (facts, bytes) = (store.facts().expect("facts"), fs::read(&place.path).expect("bytes"));
    let again = store.import(&export, at("2024-06-01T00:00:00Z")).expect("an import");
    assert!(!again.changed && again.revision == 1);
    assert_eq!((again.added.total(), again.updated.total(), again.left), (0, 0, 0));
    assert_eq!(store.facts().expect("facts"), facts);
    assert_eq!(store.receipts().expect("receipts").len(), 1);
    assert!(fs::read(&place.path).expect("bytes") == bytes, "not one byte of the file");
}

#[test]
fn facts_come_back_as_they_went_in() {
    let mut rows = vec![status(1, "2023-05-01T10:00:00Z", "<p>Öl?</p>", |_| {})];
    rows.push(status(2, "2023-05-02T10:00:00Z", "x", |note| {
        note["inReplyTo"] = "https://b.example/users/rita/statuses/110293847561029384".into();
        note["to"] = Value::Null;
        note["cc"] = Value::Null;
    }));
    let outbox = read_outbox(&crate::make::outbox(&rows)).expect("ok");
    for export in [outbox, export(1, &["ada"], false)] {
        assert_eq!(facts_of(std::slice::from_ref(&export)), export.facts);
    }
}

#[test]
fn people_leave_and_return_by_complete_lists_only() {
    // (why this row exists, exports as (day, followers, complete), who stands how)
    type Row<'a> = (&'a str, &'a [(u32, &'a [&'a str], bool)], &'a str);
    let table: [Row; 7] = [
        (
            "a later complete list",
            &[(1, &["ada", "bob"], true), (2, &["ada"], true)],
            "ada, bob gone 02",
        ),
        ("a later part", &[(1, &["ada", "bob"], true), (2, &["ada"], false)], "ada, bob"),
        (
            "gone, then back",
            &[(1, &["ada"], true), (2, &["bob"], true), (3, &["ada", "bob"], true)],
            "ada, bob",
        ),
        (
            "back on a part",
            &[(1, &["ada"], true), (2, &["bob"], true), (3, &["ada"], false)],
            "ada, bob",
        ),
        (
            "gone since the first list without",
            &[(1, &["ada"], true), (2, &["bob"], true), (3, &["bob"], true)],
            "ada gone 02, bob",
        ),
        ("an empty list", &[(1, &["ada"], true), (2, &[], true)], "ada gone 02"),
        ("the same age", &[(1, &["ada"], true), (1, &["bob"], true)], "ada, bob"),
    ];
    for (why, exports, expected) in table {
        let exports: Vec<Export> =
            exports.iter().map(|(day, names, complete)| export(*day, names, *complete)).collect();
        assert_eq!(standing(&facts_of(&exports)), expected, "{why}");
        let late: Vec<Export> = exports.into_iter().rev().collect();
        assert_eq!(standing(&facts_of(&late)), expected, "{why}, imported the other way round");
    }
}

#[test]
fn an_import_says_who_left_and_who_returned() {
    let place = place();
    let mut store = EvidenceStore::open(&place.path).expect("a store");
    import(&mut store, &export(1, &["ada", "bob"], true));
    let left = import(&mut store, &export(2, &["ada"], true));
    assert_eq!((left.left, left.returned, left.revision), (1, 0, 2));
    let back = import(&mut store, &export(3, &["ada", "bob"], true));
    assert_eq!((back.left, back.returned, back.revision), (0, 1, 3));
    assert_eq!(back.added.follows, 0);
    let late = import(&mut store, &export(1, &["ada", "bob"], true));
    assert!(!late.changed && late.revision == 3);
}

#[test]
fn an_older_export_fills_gaps_but_overwrites_nothing() {
    let name = |day: u32, name: Option<&str>| {
        let mut export = export(day, &["ada"], false);
        let ada = export.facts.people.iter_mut().find(|p| p.handle.contains("ada")).expect("ada");
        ada.name = name.map(str::to_owned);
        export
    };
    // (why this row exists, first, second, the name that stands)
    let table = [
        ("newer over older", name(1, Some("old")), name(2, Some("new")), "new"),
        ("older after newer", name(2, Some("new")), name(1, Some("old")), "new"),
        ("older fills a gap", name(2, None), name(1, Some("old")), "old"),
        ("newer without a name", name(1, Some("old")), name(2, None), "old"),
    ];
    for (why, first, second, expected) in table {
        let facts = facts_of(&[first, second]);
        let ada = facts.people.iter().find(|p| p.handle.contains("ada")).expect("ada");
        assert_eq!(ada.name.as_deref(), Some(expected), "{why}");
    }
    // Seen unchanged in a newer export, a name is as new as that export.
    let facts = facts_of(&[name(1, Some("x")), name(3, Some("x")), name(2, Some("y"))]);
    assert!(facts.people.iter().any(|p| p.name.as_deref() == Some("x")));
}

/// An export as of `day` that holds these numbers of one post; `None` for one withheld.
fn counting(day: u32, counts: &[(Count, Option<u64>)]) -> Export {
    let mut export = export(day, &[], false);
    let as_of = at(&format!("2023-09-{day:02}T10:00:00Z"));
    let us = PersonId::stored("bluesky:did:plc:us");
    export.facts.post_totals.push(PostTotals {
        post: "at://us/p".into(),
        account: us.clone(),
        at: at("2023-08-01T10:00:00Z"),
        as_of,
        counts: counts.iter().copied().collect(),
    });
    let total = |value| AccountTotals {
        account: us.clone(),
        count: Count::Followers,
        from: at("2023-08-01T00:00:00Z"),
        to: at("2023-08-02T00:00:00Z"),
        value,
        as_of,
    };
    export.facts.account_totals.extend(counts.iter().filter_map(|c| c.1).max().map(total));
    export
}

/// The numbers of the one post, those of the account, and how new the post's are.
fn counted(facts: &Facts) -> String {
    let [post] = &facts.post_totals[..] else { panic!("{:?}", facts.post_totals) };
    let mut words: Vec<String> =
        post.counts.stated().map(|(count, value)| format!("{} {value}", count.name())).collect();
    let withheld = post.counts.iter().filter(|(_, value)| value.is_none());
    words.extend(withheld.map(|(count, _)| format!("{} withheld", count.name())));
    words.extend(facts.account_totals.iter().map(|total| format!("account {}", total.value)));
    format!("{}; as of {}", words.join(", "), post.as_of.format("%d"))
}

#[test]
fn a_newer_number_wins_number_by_number() {
    use Count::{Likes, Saves};
    // (why this row exists, exports, what is known whatever their order)
    type Row<'a> = (&'a str, &'a [(u32, &'a [(Count, Option<u64>)])], &'a str);
    let table: [Row; 6] = [
        ("one export", &[(1, &[(Likes, Some(5))])], "likes 5, account 5; as of 01"),
        (
            "a newer number, even a smaller one",
            &[(1, &[(Likes, Some(5))]), (2, &[(Likes, Some(4))])],
            "likes 4, account 4; as of 02",
        ),
        (
            "what the newer one leaves out is kept",
            &[(1, &[(Likes, Some(5)), (Saves, Some(0))]), (2, &[(Likes, Some(6))])],
            "likes 6, saves 0, account 6; as of 02",
        ),
        (
            "withheld since",
            &[(1, &[(Likes, Some(5))]), (2, &[(Likes, None)])],
            "likes withheld, account 5; as of 02",
        ),
        (
            "told since",
            &[(1, &[(Likes, None)]), (2, &[(Likes, Some(5))])],
            "likes 5, account 5; as of 02",
        ),
        (
            "seen unchanged, a number is as new as the export that saw it last",
            &[(1, &[(Likes, Some(5))]), (3, &[(Likes, Some(5))]), (2, &[(Likes, Some(4))])],
            "likes 5, account 5; as of 03",
        ),
    ];
    for (why, exports, expected) in table {
        let exports: Vec<Export> =
            exports.iter().map(|(day, counts)| counting(*day, counts)).collect();
        assert_eq!(counted(&facts_of(&exports)), expected, "{why}");
        let late: Vec<Export> = exports.into_iter().rev().collect();
        assert_eq!(counted(&facts_of(&late)), expected, "{why}, imported the other way round");
    }
}

#[test]
fn numbers_come_back_as_they_went_in_and_twice_is_once() {
    let export = counting(1, &[(Count::Likes, Some(5)), (Count::Reach, None)]);
    let place = place();
    let mut store = EvidenceStore::open(&place.path).expect("a store");
    let first = import(&mut store, &export);
    assert_eq!((first.added.post_totals, first.added.account_totals), (1, 1));
    assert_eq!(store.facts().expect("facts"), export.facts);
    assert!(!import(&mut store, &export).changed);
    let more = import(&mut store, &counting(1, &[(Count::Likes, Some(6))]));
    assert_eq!((more.updated.post_totals, more.updated.account_totals), (1, 1));
}

#[test]
fn a_decided_request_stays_decided() {
    let request = |day: u32, state| {
        let mut export = export(day, &[], false);
        let account = PersonId::stored("bluesky:did:plc:us");
        let person = PersonId::stored("bluesky:did:plc:ann");
        export.facts.requests.push(Request { person, account, at: None, state });
        export
    };
    use RequestState::{Accepted, Pending};
    let exports = [request(1, Accepted), request(3, Accepted), request(2, Pending)];
    assert_eq!(facts_of(&exports).requests[0].state, Accepted, "it was seen so on day 3");
}

#[test]
fn a_file_of_the_first_version_is_brought_up_and_keeps_what_it_holds() {
    let place = place();
    fs::create_dir_all(place.path.parent().expect("a folder")).expect("a folder");
    let old = Connection::open(&place.path).expect("a file");
    old.execute_batch(include_str!("../../src/store/evidence/schema/1.sql")).expect("tables");
    old.execute_batch(
        "INSERT INTO person VALUES ('bluesky:ann', '@ann', 'Ann', 0);
         UPDATE state SET revision = 7;
         PRAGMA application_id = 895841892; PRAGMA user_version = 1;",
    )
    .expect("rows");
    drop(old);
    let reader = EvidenceStore::open_existing_read_only(&place.path).expect("a file");
    let facts = reader.expect("a store").facts().expect("facts");
    assert_eq!(facts.people[0].name.as_deref(), Some("Ann"));
    let mut store = EvidenceStore::open(&place.path).expect("a store");
    assert_eq!(store.revision().expect("a revision"), 7);
    assert_eq!(import(&mut store, &counting(1, &[(Count::Likes, Some(5))])).revision, 8);
}

#[test]
fn a_file_whose_people_lay_in_rows_is_brought_up_with_all_it_knew() {
    let place = place();
    fs::create_dir_all(place.path.parent().expect("a folder")).expect("a folder");
    let old = Connection::open(&place.path).expect("a file");
    old.execute_batch(include_str!("../../src/store/evidence/schema/1.sql")).expect("tables");
    old.execute_batch(include_str!("../../src/store/evidence/schema/2.sql")).expect("tables");
    // Known at 1: Ann follows and likes. At 2 a complete list has nobody, and Ann is called Anna.
    // At 3 she is on a list again. We follow Bob all the time.
    old.execute_batch(
        "INSERT INTO profile (account, as_of, handle, known) VALUES ('x:us', 1000000, '@us', 1);
         INSERT INTO complete_list (account, as_of, known) VALUES ('x:us', 2000000, 2);
         INSERT INTO person (id, handle, name, as_of, followers, known)
             VALUES ('x:ann', '@ann', NULL, 1000000, 7, 1);
         UPDATE person SET name = 'Anna', as_of = 2000000, known = 2;
         INSERT INTO follow (follower, followed, since, seen_at, first_seen_at, known) VALUES
             ('x:ann', 'x:us', 500000, 1000000, 1000000, 1),
             ('x:us', 'x:bob', NULL, 1000000, 1000000, 1);
         UPDATE follow SET left_at = 2000000, known = 2 WHERE follower = 'x:ann';
         UPDATE follow SET left_at = NULL, seen_at = 3000000, known = 3 WHERE follower = 'x:ann';
         INSERT INTO interaction (actor, act, object, account, at, known) VALUES
             ('x:ann', 'like', 'p', 'x:us', 900000, 1);
         UPDATE interaction SET at = 800000, known = 3;
         UPDATE state SET revision = 3;
         PRAGMA application_id = 895841892; PRAGMA user_version = 2;",
    )
    .expect("rows");
    drop(old);
    let store = EvidenceStore::open(&place.path).expect("a store");
    let told = |revision: u64| {
        let facts = store.facts_at(revision).expect("facts");
        let ann = facts.people.first().expect("a person");
        let follow = facts.follows.iter().find(|one| one.follower == ann.id).expect("a follow");
        let like = facts.interactions.first().expect("a like");
        format!(
            "{} {:?}, followed since {:?}, gone {}, liked {}; {} of ours",
            ann.name.as_deref().unwrap_or("-"),
            ann.traits.followers.expect("a number"),
            follow.since.map(|at| at.timestamp_millis()).unwrap_or_default(),
            follow.left_at.map_or(0, |at| at.timestamp_millis()),
            like.at.timestamp_millis(),
            facts.follows.iter().filter(|one| one.followed.as_str() == "x:bob").count(),
        )
    };
    assert_eq!(told(1), "- 7, followed since 500, gone 0, liked 900; 1 of ours");
    assert_eq!(told(2), "Anna 7, followed since 500, gone 2000, liked 900; 1 of ours");
    assert_eq!(told(3), "Anna 7, followed since 500, gone 0, liked 800; 1 of ours");
    assert_eq!(store.facts().expect("facts"), store.facts_at(3).expect("facts"));
}

#[test]
fn a_new_kind_of_fact_alone_is_a_change() {
    let place = place();
    let mut store = EvidenceStore::open(&place.path).expect("a store");
    import(&mut store, &read_bluesky(&[("getProfile.json", profile())]).expect("ok"));
    let empty = [("getProfile.json", profile()), ("listNotifications.json", notices(&[]))];
    let imported = import(&mut store, &read_bluesky(&empty).expect("ok"));
    assert!(imported.changed && imported.updated.total() + imported.added.total() == 0);
    assert_eq!(store.revision().expect("a revision"), 2);
}

#[test]
fn an_export_from_the_future_is_refused_and_leaves_nothing() {
    let place = place();
    let mut store = EvidenceStore::open(&place.path).expect("a store");
    let export = export(3, &["ada"], true);
    let error = store.import(&export, at("2023-09-02T09:00:00Z")).expect_err("a wrong clock");
    assert!(matches!(error, EvidenceError::FromTheFuture { .. }));
    assert!(store.facts().expect("facts").people.is_empty());
    assert!(store.import(&export, at("2023-09-02T11:00:00Z")).is_ok(), "a zone apart");
}

#[test]
fn a_file_that_is_not_ours_is_refused_and_left_alone() {
    let sound = place();
    drop(EvidenceStore::open(&sound.path).expect("a store"));
    let sound = fs::read(&sound.path).expect("bytes");
    let sql = |text: &str| {
        let place = place();
        fs::create_dir_all(place.path.parent().expect("a folder")).expect("a folder");
        fs::write(&place.path, if text.contains("CREATE") { &[] } else { sound.as_slice() })
            .expect("a file");
        Connection::open(&place.path).and_then(|c| c.execute_batch(text)).expect("SQL");
        fs::read(&place.path).expect("bytes")
    };
    // (why this row exists, the bytes, the message)
    let table: [(&str, Vec<u8>, &str); 6] = [
        ("a text", b"not a database, but long enough to be one".repeat(99), "not an evidence file"),
        ("a short text", b"hello".to_vec(), "not an evidence file"),
        ("another program's", sql("CREATE TABLE x (y)"), "not an evidence file"),
        ("a newer version", sql("PRAGMA user_version = 99"), "version 99"),
        ("cut off", sound[..sound.len() / 2].to_vec(), "damaged"),
        ("a version that never was", sql("PRAGMA user_version = 0"), "damaged"),
    ];
    for (why, bytes, message) in table {
        let place = place();
        fs::create_dir_all(place.path.parent().expect("a folder")).expect("a folder");
        fs::write(&place.path, &bytes).expect("a file");
        let refused = |error: EvidenceError| {
            assert!(error.to_string().contains(message), "{why}: {error}");
            assert!(error.to_string().contains("acme.db") && !error.hint().is_empty(), "{why}");
        };
        let import = |mut store: EvidenceStore| store.import(&export(1, &["ada"], true), now());
        refused(EvidenceStore::open(&place.path).and_then(import).map(|_| ()).expect_err(why));
        let read = EvidenceStore::open_existing_read_only(&place.path)
            .and_then(|store| store.map_or(Ok(Facts::default()), |store| store.facts()));
        refused(read.map(|_| ()).expect_err(why));
        assert!(fs::read(&place.path).expect("bytes") == bytes, "{why}: untouched");
    }
}

#[test]
fn reading_makes_no_file_and_writes_to_none() {
    let place = place();
    assert!(EvidenceStore::open_existing_read_only(&place.path).expect("no file").is_none());
    assert!(!place.path.exists());
    import(&mut EvidenceStore::open(&place.path).expect("a store"), &export(1, &["ada"], true));
    let mut reader =
        EvidenceStore::open_existing_read_only(&place.path).expect("a file").expect("a store");
    assert_eq!(reader.facts().expect("facts").follows.len(), 1);
    let error = reader.import(&export(2, &["bob"], true), now()).expect_err("for reading only");
    assert!(matches!(error, EvidenceError::ReadOnly { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_read_and_not_written() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    import(&mut EvidenceStore::open(&place.path).expect("a store"), &export(1, &["ada"], true));
    fs::set_permissions(&place.path, fs::Permissions::from_mode(0o444)).expect("rights");
    if fs::OpenOptions::new().append(true).open(&place.path).is_ok() {
        println!("skipped: this user may write everything");
        return;
    }
    let error = EvidenceStore::open(&place.path).expect_err("read-only");
    assert!(matches!(error, EvidenceError::ReadOnly { .. }), "{error}");
    let store = EvidenceStore::open_existing_read_only(&place.path).expect("a file");
    assert_eq!(store.expect("a store").facts().expect("facts").follows.len(), 1);
}

#[test]
fn a_second_import_waits_for_the_first() {
    let place = place();
    drop(EvidenceStore::open(&place.path).expect("a store"));
    std::thread::scope(|scope| {
        for name in ["ada", "bob", "cleo", "dan"] {
            let path = &place.path;
            scope.spawn(move || {
                let mut store = EvidenceStore::open(path).expect("a store");
                import(&mut store, &export(1, &[name], false));
            });
        }
    });
    let store = EvidenceStore::open(&place.path).expect("a store");
    assert_eq!(standing(&store.facts().expect("facts")), "ada, bob, cleo, dan");
    assert_eq!(store.revision().expect("a revision"), 4);
}

/// Whether any file beside the store holds these bytes, in capitals or not.
fn holds(place: &Place, name: &str) -> bool {
    let folder = place.path.parent().expect("a folder");
    fs::read_dir(folder).expect("a folder").any(|file| {
        let bytes = fs::read(file.expect("a file").path()).expect("bytes").to_ascii_lowercase();
        bytes.windows(name.len()).any(|window| window == name.as_bytes())
    })
}

fn order(handle: &str) -> Order {
    let reason = format!("{handle} asked");
    Order { handle: handle.into(), actor: "Ada".into(), reason, at: now() }
}

/// Exports in which zoe follows, likes, writes to us and is written to; her name changes once.
fn with_zoe() -> Vec<Export> {
    let mut exports = vec![export(1, &["zoe", "bob"], true), export(2, &["zoe", "bob"], true)];
    let facts = &mut exports[1].facts;
    let zoe = facts.people.iter_mut().find(|p| p.handle.contains("zoe")).expect("zoe");
    zoe.name = Some("Zoe Z".into());
    let (zoe, us) = (zoe.id.clone(), PersonId::stored("bluesky:did:plc:own"));
    let native = zoe.as_str().strip_prefix("bluesky:").expect("on Bluesky").to_owned();
    let post = |id: String, author: &PersonId, text: Option<&str>| Post {
        id: (*id).into(),
        author: author.clone(),
        at: at("2023-09-01T09:00:00Z"),
        kind: PostKind::Reply,
        root: format!("at://{native}/app.bsky.feed.post/3k").into(),
        parent: Some(format!("at://{native}/app.bsky.feed.post/3k").into()),
        parent_author: Some(zoe.clone()),
        parent_at: None,
        text: text.map(Into::into),
        chars: 0,
        question: None,
        needs_answer: None,
        language: None,
        visibility: Visibility::Public,
    };
    let handle = "zoe.example";
    let ours = post("at://did:plc:us/p/1".into(), &us, Some(&format!("Thanks @{handle}!")));
    let hers = post(format!("at://{native}/p/2"), &zoe, None);
    facts.posts.extend([ours, hers]);
    exports[1].receipt.notes.push(format!("@{handle} was read twice"));
    exports
}

#[test]
fn who_is_forgotten_leaves_no_byte_and_does_not_come_back() {
    let place = place();
    let mut store = EvidenceStore::open(&place.path).expect("a store");
    let exports = with_zoe();
    let zoe = exports[0].facts.people.iter().find(|p| p.handle.contains("zoe")).expect("zoe");
    let (handle, id) = (zoe.handle.clone(), zoe.id.as_str().replace("bluesky:", ""));
    exports.iter().for_each(|export| assert_eq!(import(&mut store, export).left, 0));
    assert!(holds(&place, "zoe.example") && holds(&place, &id) && holds(&place, "zoe z"));

    let before = store.facts().expect("facts");
    let would = store.forget(&order(&handle), true).expect("a dry run");
    assert!(would.marked && would.people == 1 && would.rows_removed > 3, "{would:?}");
    assert_eq!(store.facts().expect("facts"), before, "a dry run changes nothing");

    let gone = store.forget(&order(&handle.to_uppercase()), false).expect("she goes");
    assert_eq!(
        (gone.people, gone.rows_removed, gone.texts_cleaned),
        (would.people, would.rows_removed, would.texts_cleaned)
    );
    for name in ["zoe.example", &id, "zoe z", "zoe"] {
        assert!(!holds(&place, name), "{name}");
    }
    let after = store.facts().expect("facts");
    assert_eq!(after.follows.len(), 1, "bob stays");
    assert_eq!(after.posts.len(), 1, "so does our answer");
    assert_eq!(after.posts[0].text.as_deref(), Some("Thanks @[forgotten]!"));
    assert_eq!(store.revision().expect("a revision"), gone.revision);
    assert!(store.problems(true).expect("a look").is_empty());

    let again = store.forget(&order(&handle), false).expect("nothing more");
    assert_eq!((again.people, again.rows_removed, again.texts_cleaned), (0, 0, 0));
    assert!(!again.marked && again.revision == gone.revision);

    exports.iter().for_each(|export| assert_eq!(import(&mut store, export).left, 0));
    for name in ["zoe.example", &id, "zoe z", "zoe"] {
        assert!(!holds(&place, name), "{name} came back");
    }
    assert_eq!(store.facts().expect("facts"), after, "the rest is as it was");
    for revision in 0..=gone.revision {
        let then = store.facts_at(revision).expect("facts");
        assert!(!format!("{then:?}").contains("zoe"), "revision {revision}");
    }
}

#[test]
fn our_own_account_cannot_be_forgotten_and_a_stranger_leaves_a_mark_only() {
    let place = place();
    let mut store = EvidenceStore::open(&place.path).expect("a store");
    import(&mut store, &export(1, &["bob"], true));
    let before = store.facts().expect("facts");
    let own = before.profiles[0].handle.clone();
    let error = store.forget(&order(&own), false).expect_err("without it nothing is left");
    assert!(matches!(error, EvidenceError::OwnAccount { .. }) && !error.hint().is_empty());
    let stranger = store.forget(&order("@nobody"), false).expect("a mark");
    assert_eq!((stranger.people, stranger.rows_removed, stranger.marked), (0, 0, true));
    assert_eq!(store.facts().expect("facts"), before);
    // A name that is a word of ours harms nothing.
    for word in ["like", "original", "public", "profile"] {
        store.forget(&order(word), false).expect("a mark");
    }
    assert_eq!(store.facts().expect("facts"), before);
    assert_eq!(store.receipts().expect("receipts").len(), 1);
}

/// What no look back can tell: when a follower was seen last.
fn without_last_sights(mut facts: Facts) -> Facts {
    facts.follows.iter_mut().for_each(|follow| follow.seen_at = DateTime::UNIX_EPOCH);
    facts
}

#[test]
fn what_was_known_at_a_moment_is_told_later() {
    let place = place();
    let mut store = EvidenceStore::open(&place.path).expect("a store");
    let march = |day: u32| at(&format!("2024-03-{day:02}T12:00:00Z"));
    // The second export is the oldest; it was imported second all the same.
    let exports = [
        export(5, &["ada", "bob"], true),
        counting(2, &[(Count::Likes, Some(5))]),
        counting(7, &[(Count::Likes, Some(9))]),
        export(9, &["bob"], true),
    ];
    let mut known = vec![Facts::default()];
    for (export, day) in exports.iter().zip(1..) {
        store.import(export, march(day)).expect("an import");
        known.push(store.facts().expect("facts"));
    }
    for (facts, revision) in known.into_iter().zip(0..) {
        let then = store.facts_at(revision).expect("facts");
        assert_eq!(without_last_sights(then), without_last_sights(facts), "revision {revision}");
    }
    // (why this row exists, the moment, the revision)
    let table = [
        ("before the first import", "2024-03-01T11:59:59Z", 0),
        ("the first import itself", "2024-03-01T12:00:00Z", 1),
        ("between two", "2024-03-02T23:00:00Z", 2),
        ("long after", "2030-01-01T00:00:00Z", 4),
    ];
    for (why, moment, revision) in table {
        assert_eq!(store.revision_at(at(moment)).expect("a revision"), revision, "{why}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is imported in whatever order, every revision is told as it was.
    #[test]
    fn every_revision_is_told_as_it_was(
        exports in proptest::collection::vec(
            (1u32..9, proptest::collection::btree_set(0usize..5, 0..5), any::<bool>(), 0u64..4),
            1..7),
    ) {
        let names = ["ada", "bob", "cleo", "dan", "eve"];
        let place = place();
        let mut store = EvidenceStore::open(&place.path).expect("a store");
        let mut known = std::collections::BTreeMap::new();
        for (day, who, complete, likes) in exports {
            let who: Vec<&str> = who.iter().map(|i| names[*i]).collect();
            let mut export = export(day, &who, complete);
            let likes = (likes > 0).then_some(likes);
            let numbers = counting(day, &[(Count::Likes, likes)]).facts;
            export.facts.post_totals = numbers.post_totals;
            export.facts.account_totals = numbers.account_totals;
            let revision = import(&mut store, &export).revision;
            known.insert(revision, store.facts().expect("facts"));
        }
        for (revision, facts) in known {
            let then = store.facts_at(revision).expect("facts");
            prop_assert_eq!(without_last_sights(then), without_last_sights(facts));
        }
    }

    /// Any exports, each of its own day, in any order and any of them twice: the same facts.
    #[test]
    fn neither_order_nor_repetition_matters(
        exports in proptest::collection::vec(
            (proptest::collection::btree_set(0usize..5, 0..5), any::<bool>()), 1..5),
        seed in any::<prop::sample::Index>(),
    ) {
        let names = ["ada", "bob", "cleo", "dan", "eve"];
        let exports: Vec<Export> = exports.iter().zip(1..).map(|((who, complete), day)| {
            let who: Vec<&str> = who.iter().map(|i| names[*i]).collect();
            export(day, &who, *complete)
        }).collect();
        let reference = facts_of(&exports);
        let mut other = exports.clone();
        other.rotate_left(seed.index(exports.len()));
        other.reverse();
        other.extend(exports.iter().cloned());
        prop_assert_eq!(facts_of(&other), reference);
    }
}

/// What a crowd shows of one person: who, what is known of them, whom they follow, what they did.
type Shown = (String, Option<Person>, Vec<Follow>, Vec<Interaction>);

/// Everybody as a crowd shows them.
fn shown<C: Crowd>(crowd: &C) -> Vec<Shown>
where
    C::Error: std::fmt::Debug,
{
    let mut all = Vec::new();
    let see = &mut |one: &Somebody| {
        let mut follows: Vec<Follow> = one.follows.iter().map(|row| one.follow(row)).collect();
        let mut deeds: Vec<Interaction> =
            one.deeds.iter().map(|row| one.interaction(row)).collect();
        follows.sort_by(|one, other| one.followed.cmp(&other.followed));
        deeds.sort_by(|one, other| (one.act, &one.object).cmp(&(other.act, &other.object)));
        all.push((one.id().to_owned(), one.person(), follows, deeds));
    };
    crowd.each(see).expect("a readable crowd");
    all
}

#[test]
fn the_file_shows_everybody_as_its_facts_do_now_and_at_every_earlier_revision() {
    let exports = [
        export(1, &["ann", "bob"], true),
        export(3, &["ann", "cid"], true),
        export(2, &["bob", "dan"], false),
        export(4, &["bob", "ann"], true),
    ];
    let place = place();
    let mut store = EvidenceStore::open(&place.path).expect("a store");
    exports.iter().for_each(|export| {
        import(&mut store, export);
    });
    let newest = store.revision().expect("a revision");
    assert!(newest > 3, "every export tells something new");
    for revision in (1..=newest).map(Some).chain([None]) {
        let facts = match revision {
            Some(revision) => store.facts_at(revision),
            None => store.facts(),
        };
        let everybody = shown(&store.everybody(revision));
        assert!(everybody.len() >= 3, "{revision:?}");
        assert!(everybody.is_sorted_by(|one, other| one.0 < other.0), "{revision:?}");
        assert_eq!(everybody, shown(&facts.expect("facts")), "{revision:?}");
    }
}

#[test]
fn several_lookers_see_everybody_once_and_measure_the_same() {
    let place = place();
    let mut store = EvidenceStore::open(&place.path).expect("a store");
    let mut random = SplitMix::new(1);
    let people: Vec<u64> = (0..160_000).map(|_| random.next_u64()).collect();
    let at = |row: usize| format!("2023-09-{:02}T{:02}:00:00Z", 1 + row % 28, row % 24);
    let (mut followers, mut deeds) = (String::from("id,at\n"), String::from("who,act,what,at\n"));
    for (row, who) in people.iter().enumerate() {
        followers.push_str(&format!("{who},{}\n", at(row / 7)));
        let act = ["like", "mention", "repost"][row % 3];
        deeds.push_str(&format!(
            "{},{act},p{},{}\n",
            people[row * row % 9_000],
            row % 500,
            at(row)
        ));
    }
    let map = "rows: followers\ncomplete: true\ncolumns: { author: id, at: at }\n";
    import(&mut store, &tables::read("f.csv", &followers, map).expect("sound"));
    let map = "rows: interactions\ncolumns: { author: who, act: act, object: what, at: at }\n";
    import(&mut store, &tables::read("d.csv", &deeds, map).expect("sound"));

    let crowd = store.everybody(None);
    let see = |seen: &mut Vec<String>, one: &Somebody| seen.push(one.id().to_owned());
    let lookers = crowd.side_by_side(&|_| Vec::new(), &see).expect("readable");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    assert_eq!(lookers.len(), cores.min(2), "two parts are worth it, and no more");
    let all: Vec<String> = shown(&crowd).into_iter().map(|(id, ..)| id).collect();
    assert!(lookers.concat() == all && all.len() >= people.len(), "{} people", all.len());

    let table = Source {
        kind: SourceKind::Table,
        account: "acme".into(),
        path: None,
        map: None,
        as_of: None,
    };
    let brand = Brand { sources: vec![table], ..dialogues::brand() };
    let facts = store.facts().expect("facts");
    let wanted: BTreeSet<Metric> = Metric::ALL.into_iter().collect();
    let window = 14 * 86_400;
    let background = store.background(None).expect("facts");
    let by_many = measure_crowd(&brand, &background, &crowd, &wanted, window, None);
    let by_one = measure(&brand, &facts, &wanted, window, None);
    assert_eq!(by_many.expect("readable"), by_one);
    let engaged = &by_one[&Metric::EngagedFollowerRate].finding;
    assert!(matches!(engaged, Finding::Measured { .. }), "{engaged:?}");
}

#[test]
fn what_others_wrote_long_ago_changes_no_measure() {
    let table = Source { ..crate::make::source(SourceKind::Table, "acme") };
    let brand = Brand { sources: vec![table], ..dialogues::brand() };
    let wanted: BTreeSet<Metric> = Metric::ALL.into_iter().collect();
    let (mut random, mut left_out) = (SplitMix::new(7), 0);
    for _ in 0..12 {
        let place = place();
        let mut store = EvidenceStore::open(&place.path).expect("a store");
        // Talks of many weeks, in which an answer may come a month after what it answers.
        let mut rows = String::from("id,thread,at,side,who,words\n");
        for talk in 0..25_u64 {
            let mut hour = random.below(24 * 100);
            for turn in 0..random.below(7) {
                hour += [1, 5, 20, 30, 24 * 9, 24 * 31][random.below(6) as usize];
                let side = ["client", "us"][random.below(2) as usize];
                let moment = at("2023-01-01T00:00:00Z") + chrono::TimeDelta::hours(hour as i64);
                let who = random.below(9);
                rows.push_str(&format!("{talk}-{turn},{talk},{moment},{side},c{who},so?\n"));
            }
        }
        let map = "rows: messages\nours: [us]\n\
            columns: { id: id, thread: thread, at: at, side: side, author: who, text: words }\n";
        import(&mut store, &tables::read("t.csv", &rows.replace(" UTC", "Z"), map).expect("sound"));
        let crowd = store.everybody(None);
        let all = store.background(None).expect("facts");
        for (days, until) in [(7, None), (28, None), (14, Some("2023-03-01T00:00:00Z"))] {
            let (window, until) = (days * 86_400, until.map(at));
            let since = |as_of| heard_since(as_of, window, until);
            let few = store.measured(None, &since).expect("facts");
            left_out += all.posts.len() - few.posts.len();
            let by = |facts: &Facts| {
                measure_crowd(&brand, facts, &crowd, &wanted, window, until).expect("readable")
            };
            assert_eq!(by(&few), by(&all), "{days} days until {until:?}");
        }
    }
    assert!(left_out > 500, "only {left_out} posts were left out");
}

#[test]
fn what_an_answer_of_the_window_answers_is_looked_at_however_old_it_is() {
    // Ann wrote in June; we answer in September, in a thread that our export calls by another name. An hour
    // later she writes again: only with her first post it is known that the talk is the same.
    let mut export = export(28, &[], false);
    let (us, ann) =
        (PersonId::stored("bluesky:did:plc:own"), PersonId::stored("bluesky:did:plc:ann"));
    let post = |id: &str, author: &PersonId, day: &str, root: &str| Post {
        kind: PostKind::Reply,
        root: root.into(),
        ..Post::new(id, author.clone(), at(day))
    };
    let answer = Post {
        parent: Some("at://ann/1".into()),
        parent_author: Some(ann.clone()),
        ..post("at://us/1", &us, "2023-09-26T10:00:00Z", "elsewhere")
    };
    let theirs = [("at://ann/1", "2023-06-01T10:00:00Z"), ("at://ann/2", "2023-09-26T11:00:00Z")];
    for (id, day) in theirs {
        export.facts.posts.push(post(id, &ann, day, "at://ann/0"));
        let (actor, object, account) = (ann.clone(), id.to_owned(), us.clone());
        export.facts.interactions.push(Interaction {
            actor,
            act: Act::Reply,
            object,
            account,
            at: at(day),
        });
    }
    export.facts.posts.push(answer);
    export.receipt.carried.extend([FactKind::Conversations, FactKind::Answers, FactKind::OwnPosts]);
    let place = place();
    let mut store = EvidenceStore::open(&place.path).expect("a store");
    import(&mut store, &export);

    let brand = Brand { sources: vec![crate::make::bluesky()], ..dialogues::brand() };
    let (wanted, window) = (BTreeSet::from([Metric::ResponseRate]), 14 * 86_400);
    let rate = |facts: &Facts| {
        let found = measure_crowd(&brand, facts, &store.everybody(None), &wanted, window, None);
        format!("{:?}", found.expect("readable")[&Metric::ResponseRate].finding)
    };
    let since = |as_of| heard_since(as_of, window, None);
    let few = rate(&store.measured(None, &since).expect("facts"));
    assert_eq!(few, rate(&store.background(None).expect("facts")));
    assert!(few.contains("nobody opened a conversation"), "{few}");
}

#[test]
fn a_row_that_no_import_wrote_is_named_by_its_column() {
    // (the column, what is done to the file)
    let table = [
        ("seen_at", "UPDATE follow SET seen_at = 9223372036854775807"),
        ("followed", "UPDATE follow SET followed = CAST(x'ff' AS TEXT)"),
        ("data", "UPDATE block SET data = x''"),
        ("data", "UPDATE block SET data = x'09'"),
        ("data", "UPDATE block SET data = CAST(substr(data, 1, length(data) - 1) AS BLOB)"),
        ("data", "UPDATE block SET data = CAST(data || x'0101' AS BLOB)"),
        ("as_of", "UPDATE complete_list SET as_of = 9223372036854775807"),
    ];
    for (column, sql) in table {
        let place = place();
        let mut store = EvidenceStore::open(&place.path).expect("a store");
        let mut export = export(1, &["ann"], true);
        let theirs = export.facts.follows[0].clone();
        let ours = Follow {
            follower: theirs.followed.clone(),
            followed: theirs.follower.clone(),
            ..theirs
        };
        export.facts.follows.push(ours);
        import(&mut store, &export);
        Connection::open(&place.path).and_then(|file| file.execute_batch(sql)).expect("SQL");
        let error = store.everybody(None).each(&mut |_| {}).expect_err(sql).to_string();
        assert!(error.contains("damaged") && error.contains(&format!("`{column}`")), "{error}");
    }
}

/// Reads a table of what people did.
fn deeds(rows: &[(u8, u8, u8)]) -> Export {
    let lines = rows.iter().map(|(who, what, when)| {
        let act = ["like", "repost", "quote"][usize::from(*what) % 3];
        format!("{who},{act},post-{},2023-09-01T{:02}:00:00Z\n", what / 3, when)
    });
    // The last row dates every export alike.
    let table =
        format!("who,act,on,at\n{}9,like,p,2023-09-02T00:00:00Z\n", lines.collect::<String>());
    let map = "rows: interactions\ncolumns: { author: who, act: act, object: on, at: at }\n";
    let folder = crate::make::texts(&[("t.csv", &table), ("map.yaml", map)]);
    let map = Some(folder.path().join("map.yaml").display().to_string());
    let source = Source { map, ..crate::make::source(SourceKind::Table, "acme") };
    sources::read(&source, &folder.path().join("t.csv")).expect("a sound table")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Two exports that overlap say together what one of all their rows says, in either order, and
    /// however often; so do those that were made one layer meanwhile.
    #[test]
    fn overlapping_exports_say_what_their_union_says(
        parts in proptest::collection::vec(
            proptest::collection::vec((0u8..6, 0u8..6, 0u8..24), 0..12), 1..7),
    ) {
        let union: Vec<(u8, u8, u8)> = parts.iter().flatten().copied().collect();
        let mut whole = facts_of(&[deeds(&union)]);
        let mut exports: Vec<Export> = parts.iter().map(|rows| deeds(rows)).collect();
        let mut both = facts_of(&exports);
        exports.reverse();
        exports.extend(exports.clone());
        let mut again = facts_of(&exports);
        for facts in [&mut whole, &mut both, &mut again] {
            facts.people.sort_by(|one, other| one.id.cmp(&other.id));
        }
        prop_assert_eq!(&both, &whole);
        prop_assert_eq!(&again, &whole);
    }
}

#[test]
fn who_was_forgotten_does_not_come_back_with_a_table() {
    let place = place();
    let mut store = EvidenceStore::open(&place.path).expect("a store");
    import(&mut store, &deeds(&[(1, 0, 1), (2, 0, 1)]));
    let order = Order {
        handle: "@1".to_owned(),
        actor: "rita".to_owned(),
        reason: "asked".to_owned(),
        at: now(),
    };
    assert_eq!(store.forget(&order, false).expect("it goes").people, 1);
    import(&mut store, &deeds(&[(1, 0, 1), (1, 3, 2), (2, 0, 1), (3, 0, 1)]));
    let ids = |facts: Facts| {
        let ids: Vec<String> = facts.people.iter().map(|one| one.id.as_str().to_owned()).collect();
        ids.join(" ")
    };
    assert_eq!(ids(store.facts().expect("facts")), "other:2 other:3 other:9");
}

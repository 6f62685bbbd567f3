//! Saved Bluesky answers, row by row.

use std::collections::BTreeSet;

use fivestep::{
    evidence::{
        facts::{Act, PostKind},
        sources::SourceError,
    },
    model::{FactKind, SourceKind},
};
use serde_json::{Value, json};

use crate::make::{
    OWN, at, bluesky, folder, followers, notice, notices, profile, read_bluesky, rows, someone,
    view,
};

const DAY: &str = "2023-09-01T10:00:00Z";

#[test]
fn every_reason_is_an_act_or_says_why_not() {
    // (the reason in the answer, what it counts as)
    let table = [
        ("like", Some(Act::Like)),
        ("like-via-repost", Some(Act::Like)),
        ("repost", Some(Act::Repost)),
        ("repost-via-repost", Some(Act::Repost)),
        ("reply", Some(Act::Reply)),
        ("quote", Some(Act::Quote)),
        ("mention", Some(Act::Mention)),
        ("follow", None),
        ("starterpack-joined", None),
        ("verified", None),
        ("unverified", None),
        ("subscribed-post", None),
        ("contact-match", None),
        ("of-the-future", None),
    ];
    for (reason, act) in table {
        let page = notices(&[notice("rita", false, reason, DAY)]);
        let files = [("getProfile.json", profile()), ("listNotifications.json", page)];
        let export = read_bluesky(&files).expect(reason);
        let found: Vec<Act> = export.facts.interactions.iter().map(|i| i.act).collect();
        assert_eq!(found, act.into_iter().collect::<Vec<_>>(), "{reason}");
        let file = &export.receipt.files[1];
        let skipped: u64 = file.skipped.values().sum();
        assert_eq!((file.rows_read, file.kept + skipped), (1, 1), "{reason}");
        assert_eq!(export.facts.follows.len(), usize::from(reason == "follow"), "{reason}");
    }
}

#[test]
fn a_bad_row_costs_that_row_and_says_where() {
    let good = notice("rita", true, "like", DAY);
    // (why this row exists, the place that is changed, its new value, the reason given)
    let table: [(&str, &str, Value, &str); 12] = [
        ("a number for a DID", "/author/did", json!(7), "`author/did` is not a text"),
        ("a quote in a DID", "/author/did", json!("did:plc:a'b"), "not a DID"),
        ("no author", "/author", Value::Null, "`author/did` is missing"),
        ("no reason", "/reason", Value::Null, "`reason` is missing"),
        ("a list as reason", "/reason", json!([]), "`reason` is not a text"),
        ("a wrong address", "/reasonSubject", json!("x' OR 1"), "at:// and a DID"),
        ("no time", "/indexedAt", Value::Null, "`indexedAt` is missing"),
        ("year 0", "/indexedAt", json!("0000-01-01T00:00:00Z"), "plausible"),
        ("year 9999", "/indexedAt", json!("9999-01-01T00:00:00Z"), "plausible"),
        ("no such day", "/indexedAt", json!("2023-02-30T00:00:00Z"), "plausible"),
        ("a time as a huge number", "/indexedAt", json!(1e300), "`indexedAt` is not a text"),
        ("our own like", "/author/did", json!(OWN), "our own act"),
    ];
    for (why, place, value, reason) in table {
        let mut bad = good.clone();
        *bad.pointer_mut(place).expect("the place is there") = value;
        let page = notices(&[good.clone(), bad, json!(null), json!([1])]);
        let files = [("getProfile.json", profile()), ("listNotifications.json", page)];
        let export = read_bluesky(&files).expect(why);
        let file = &export.receipt.files[1];
        assert_eq!((file.rows_read, file.kept), (4, 1), "{why}");
        assert_eq!(export.facts.interactions.len(), 1, "{why}");
        let met = file.skipped.keys().find(|met| met.contains(reason));
        let met = met.unwrap_or_else(|| panic!("{why}: {:?}", file.skipped));
        assert!(
            ["/notifications/1", "/notifications/2"].contains(&file.places[met].as_str()),
            "{why}"
        );
    }
}

#[test]
fn the_earlier_clock_counts_unless_it_is_absurd() {
    // (why this row exists, the client's clock, the time taken)
    let table = [
        ("the client first", "2023-09-01T09:00:00Z", "2023-09-01T09:00:00Z"),
        ("the client late", "2030-01-01T00:00:00Z", DAY),
        ("the client in the year 1", "0001-01-01T00:00:00Z", DAY),
        ("no clock at all", "soon", DAY),
    ];
    for (why, made, taken) in table {
        let mut row = notice("rita", false, "like", DAY);
        row["record"]["createdAt"] = json!(made);
        let files = [("getProfile.json", profile()), ("listNotifications.json", notices(&[row]))];
        let export = read_bluesky(&files).expect(why);
        assert_eq!(export.facts.interactions[0].at, at(taken), "{why}");
    }
}

#[test]
fn what_others_wrote_is_measured() {
    let page = notices(&[notice("rita", false, "reply", DAY)]);
    let export = read_bluesky(&[("getProfile.json", profile()), ("listNotifications.json", page)])
        .expect("ok");
    let post = &export.facts.posts[0];
    assert_eq!((post.kind, post.chars, post.question), (PostKind::Reply, 11, Some(true)));
    assert_eq!(
        (post.text.as_deref(), post.language.map(String::from).as_deref()),
        (Some("Is it good?"), Some("en"))
    );
    assert_eq!(post.parent_author.as_ref(), Some(&export.facts.profiles[0].account));
    assert_eq!(*post.id, export.facts.interactions[0].object);
    assert!(post.parent_at.is_none(), "its parent's key is of a later time than the reply");
}

fn feed(rows: &[Value]) -> [(&'static str, Value); 2] {
    [("getProfile.json", profile()), ("getAuthorFeed.json", json!({ "feed": rows }))]
}

#[test]
fn the_feed_tells_posts_answers_threads_and_reposts_apart() {
    let theirs = "did:plc:rita";
    let question = view(theirs, "q", "2023-09-01T08:00:00Z", "How?", None);
    let asked = question["uri"].as_str().expect("an address");
    let first = view(OWN, "a", DAY, "We roast. \u{1b}[31mhttps://a.example/?x", None);
    let own = first["uri"].as_str().expect("an address");
    let by = json!({"$type": "app.bsky.feed.defs#reasonRepost", "by": {"did": OWN},
                    "indexedAt": "2023-09-02T10:00:00Z"});
    let other = json!({"$type": "app.bsky.feed.defs#reasonRepost", "by": {"did": theirs},
                       "indexedAt": DAY});
    let rows = [
        json!({ "post": first }),
        json!({"post": view(OWN, "b", DAY, "Slowly.", Some(asked)),
               "reply": {"parent": question, "root": {"$type": "x#notFoundPost", "uri": asked}}}),
        json!({ "post": view(OWN, "c", DAY, "And on.", Some(own)) }),
        json!({ "post": question, "reason": by }),
        json!({ "post": question, "reason": other }),
        json!({ "post": question }),
    ];
    let export = read_bluesky(&feed(&rows)).expect("ok");
    let kinds: Vec<_> = export.facts.posts.iter().map(|p| (&*p.id, p.kind)).collect();
    let (b, c) = (own.replace("post/a", "post/b"), own.replace("post/a", "post/c"));
    let passed = format!("{asked}#repost-by-{OWN}");
    let expected = [
        (own, PostKind::Original),
        (b.as_str(), PostKind::Reply),
        (c.as_str(), PostKind::SelfThread),
        (asked, PostKind::Original),
        (passed.as_str(), PostKind::Repost),
    ];
    assert_eq!(kinds, expected);
    let posts = &export.facts.posts;
    assert_eq!(posts[0].text.as_deref(), Some("We roast. [31mhttps://a.example/?x"));
    assert_eq!(posts[0].question, Some(false));
    assert_eq!(posts[1].parent_at, Some(at("2023-09-01T08:00:00Z")), "from the view beside it");
    assert_eq!(posts[3].text.as_deref(), Some("How?"), "the store judges whether it stays");
    assert_eq!(posts[4].at, at("2023-09-02T10:00:00Z"), "when we passed it on");
    let file = &export.receipt.files[0];
    assert_eq!((file.kept, file.skipped.len()), (4, 2), "{:?}", file.skipped);
    assert!(export.facts.carried.contains(&FactKind::OwnPosts));
}

#[test]
fn a_feed_of_somebody_else_carries_nothing() {
    let post = view("did:plc:rita", "q", DAY, "Hi", None);
    let export = read_bluesky(&feed(&[json!({ "post": post })])).expect("ok");
    assert!(!export.facts.carried.contains(&FactKind::OwnPosts));
    let export = read_bluesky(&feed(&[])).expect("an empty feed is an answer");
    assert!(export.facts.carried.contains(&FactKind::OwnPosts));
}

#[test]
fn a_thread_counts_only_if_we_spoke_in_it() {
    let root = view("did:plc:rita", "q", DAY, "How?", None);
    let uri = root["uri"].as_str().expect("an address").to_owned();
    let missing = json!({"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri});
    let blocked = json!({"$type": "app.bsky.feed.defs#blockedPost", "uri": uri, "blocked": true});
    let ours = json!({"post": view(OWN, "a", DAY, "So.", Some(&uri)), "replies": null});
    // (why this row exists, the replies in the thread, posts kept, rows skipped)
    let table = [
        ("we answered", json!([ours, missing]), 2, 1),
        ("somebody blocks us", json!([ours, blocked]), 2, 1),
        ("we did not", json!([missing]), 0, 2),
        ("no replies at all", json!(null), 0, 1),
    ];
    for (why, replies, kept, skipped) in table {
        let thread = json!({"thread": {"post": root, "replies": replies, "parent": null}});
        let files = [("getProfile.json", profile()), ("getPostThread.json", thread)];
        let export = read_bluesky(&files).expect(why);
        assert_eq!(export.facts.posts.len(), kept, "{why}");
        assert_eq!(export.receipt.files[0].skipped.values().sum::<u64>(), skipped, "{why}");
        assert_eq!(export.facts.carried.contains(&FactKind::Answers), kept > 0, "{why}");
    }
}

#[test]
fn followers_come_from_lists_and_from_notifications() {
    let rows = [
        notice("ada", true, "like", DAY),
        notice("bob", false, "like", DAY),
        notice("cleo", false, "follow", DAY),
    ];
    let files = [
        ("getProfile.json", profile()),
        ("getFollowers.json", followers(&["dan"], Some("c1"))),
        ("getFollowers-2.json", followers(&["eve", "fay"], None)),
        ("listNotifications.json", notices(&rows)),
        (
            "getFollows.json",
            json!({"subject": {"did": OWN, "handle": "acme.example"},
                                   "follows": [someone("gus", true)]}),
        ),
    ];
    let export = read_bluesky(&files).expect("ok");
    let own = &export.facts.profiles[0].account;
    let names: BTreeSet<&str> = export
        .facts
        .follows
        .iter()
        .filter(|follow| follow.followed == *own)
        .map(|follow| follow.follower.as_str().rsplit(':').next().expect("a name"))
        .collect();
    assert_eq!(names, BTreeSet::from(["ada", "cleo", "dan", "eve", "fay", "gus"]));
    assert_eq!(export.facts.follows.len(), 7, "and whom we follow");
    assert_eq!(export.followers_complete.as_slice(), std::slice::from_ref(own));
    let ada = export.facts.follows.iter().find(|f| f.follower.as_str().ends_with("ada"));
    let since = ada.and_then(|ada| ada.since).expect("told by the id of the record");
    assert_eq!(since.date_naive().to_string(), "2023-05-12");
}

#[test]
fn a_list_with_an_unreadable_row_is_not_complete() {
    let mut page = followers(&["ada", "bob"], None);
    page["followers"][1]["handle"] = json!(7);
    let mut profile = profile();
    profile["followersCount"] = json!(1);
    let files = [("getProfile.json", profile), ("getFollowers.json", page)];
    let export = read_bluesky(&files).expect("ok");
    assert!(export.followers_complete.is_empty());
    assert!(export.receipt.notes[0].contains("1 of its rows could not be read"));
}

#[test]
fn a_time_invented_in_an_id_moves_nothing() {
    let mut page = followers(&["ada"], None);
    // The key says the year 2055.
    page["followers"][0]["viewer"]["followedBy"] =
        json!("at://did:plc:ada/app.bsky.graph.follow/4zzzzzzzzzzzz");
    let rows = notices(&[notice("bob", false, "like", DAY)]);
    let files = [
        ("getProfile.json", profile()),
        ("getFollowers.json", page),
        ("listNotifications.json", rows),
    ];
    let export = read_bluesky(&files).expect("ok");
    assert_eq!(export.facts.as_of, Some(at(DAY)));
    assert_eq!(export.facts.follows[0].since, None);
}

#[test]
fn a_complete_list_gives_the_number_of_followers_when_no_profile_does() {
    let files = [("getFollowers.json", followers(&["ada", "bob"], None))];
    let export = read_bluesky(&files).expect("ok");
    assert_eq!(export.facts.profiles[0].followers, Some(2));
    let carried = [FactKind::Followers, FactKind::FollowerCount];
    assert_eq!(export.facts.carried, carried.into_iter().rev().collect());
    let files = [("getFollowers.json", followers(&["ada", "bob"], Some("more")))];
    let export = read_bluesky(&files).expect("ok");
    assert_eq!(export.facts.profiles[0].followers, None);
    assert!(export.followers_complete.is_empty());
}

#[test]
fn the_account_is_found_or_the_remedy_is_said() {
    let page = || notices(&[notice("ada", true, "like", DAY)]);
    let read = |account: &str, files: &[(&str, Value)]| {
        let mut source = bluesky();
        source.account = account.into();
        fivestep::evidence::sources::read(&source, folder(files).path())
    };
    let with = [("getProfile.json", profile()), ("listNotifications.json", page())];
    let without = [("listNotifications.json", page())];
    for account in ["@acme.example", "acme.example", "ACME.example", OWN] {
        assert!(read(account, &with).is_ok(), "{account}");
    }
    assert!(read(OWN, &without).is_ok(), "a DID needs no answer to be known");
    let error = read("acme.example", &without).expect_err("nothing tells the account");
    assert!(error.hint().contains("getProfile.json"), "{error}");
    let error = read("other.example", &with).expect_err("another account");
    assert!(matches!(&error, SourceError::OtherAccount { found, .. } if found == "@acme.example"));
    assert!(error.to_string().contains("other.example"));
}

#[test]
fn public_answers_about_our_posts_tell_who_engaged() {
    let post = format!("at://{OWN}/app.bsky.feed.post/3k6k5mbzzig23");
    let later = "2023-09-05T10:00:00.000Z";
    let like = |name: &str, made: &str| json!({"actor": someone(name, false), "createdAt": made, "indexedAt": later});
    let about = |uri: &str, list: &str, rows: Value| json!({"uri": uri, "cid": "x", list: rows});
    let foreign = "at://did:plc:other/app.bsky.feed.post/3k6k5mbzzig23";
    let files = [
        ("getProfile.json", profile()),
        (
            "getLikes-1.json",
            about(&post, "likes", json!([like("rita", DAY), like("own", DAY), {"actor": {}}])),
        ),
        ("getLikes-2.json", about(foreign, "likes", json!([like("eve", DAY)]))),
        ("getRepostedBy.json", about(&post, "repostedBy", json!([someone("bob", true)]))),
        (
            "getQuotes.json",
            about(
                &post,
                "posts",
                json!([view("did:plc:cid", "3k6k4as23yu2g", DAY, "So true", None)]),
            ),
        ),
    ];
    let export = read_bluesky(&files).expect("sound");
    let acts: Vec<_> =
        export.facts.interactions.iter().map(|one| (one.actor.as_str(), one.act, one.at)).collect();
    let written = at("2023-09-04T04:24:56.182220Z");
    let expected = [
        ("bluesky:did:plc:bob", Act::Repost, written),
        ("bluesky:did:plc:cid", Act::Quote, at(DAY)),
        ("bluesky:did:plc:rita", Act::Like, at(DAY)),
    ];
    assert_eq!(acts, expected, "of two clocks the earlier; a repost as of our post");
    let skipped =
        |file: &str| rows(&export, file).2.into_iter().map(|one| one.0).collect::<Vec<_>>();
    assert_eq!(skipped("getLikes-2.json"), ["about a post of somebody else"]);
    assert!(skipped("getLikes-1.json").contains(&"our own act is not engagement".to_owned()));
    assert!(export.receipt.notes.iter().any(|note| note.contains("no times")));
    assert!(export.facts.carried.contains(&FactKind::Inbound));
}

#[test]
fn profiles_and_relationships_tell_of_followers() {
    let detailed = |name: &str, more: Value| {
        let mut row = someone(name, false);
        row.as_object_mut().expect("one").extend(more.as_object().expect("one").clone());
        row
    };
    let full = json!({"followersCount": 10, "followsCount": 2001, "postsCount": 0,
        "description": "Coffee", "createdAt": DAY, "indexedAt": DAY});
    let files = [
        ("getProfile.json", profile()),
        (
            "getProfiles-1.json",
            json!({"profiles": [detailed("rita", full), detailed("bob", json!({})), profile()]}),
        ),
        (
            "getRelationships.json",
            json!({"actor": OWN, "relationships": [
            {"$type": "app.bsky.graph.defs#relationship", "did": "did:plc:rita",
             "followedBy": "at://did:plc:rita/app.bsky.graph.follow/3jviuw7r6ns2b"},
            {"$type": "app.bsky.graph.defs#relationship", "did": "did:plc:bob",
             "following": format!("at://{OWN}/app.bsky.graph.follow/3jviuw7r6ns2b")},
            {"$type": "app.bsky.graph.defs#relationship", "did": "did:plc:eve"},
            {"$type": "app.bsky.graph.defs#notFoundActor", "actor": "did:plc:gone", "notFound": true}]}),
        ),
        ("getRelationships-2.json", json!({"actor": "did:plc:other", "relationships": []})),
    ];
    let export = read_bluesky(&files).expect("sound");
    let traits = |name: &str| {
        let people = &export.facts.people;
        people
            .iter()
            .find(|one| one.handle == format!("@{name}.example"))
            .expect(name)
            .traits
            .clone()
    };
    let rita = traits("rita");
    assert_eq!((rita.followers, rita.follows, rita.posts), (Some(10), Some(2001), Some(0)));
    assert_eq!((rita.created, rita.bio_filled), (Some(at(DAY)), Some(true)));
    assert_eq!((traits("bob").followers, traits("bob").bio_filled), (None, Some(false)));
    let follows: Vec<_> = export
        .facts
        .follows
        .iter()
        .map(|one| (one.follower.as_str(), one.followed.as_str()))
        .collect();
    let us = format!("bluesky:{OWN}");
    assert_eq!(
        follows,
        [(us.as_str(), "bluesky:did:plc:bob"), ("bluesky:did:plc:rita", us.as_str())]
    );
    let skipped: Vec<_> =
        rows(&export, "getRelationships.json").2.into_iter().map(|one| one.0).collect();
    assert_eq!(skipped, ["an account that was not found", "neither follows the other"]);
    assert!(export.facts.carried.contains(&FactKind::Traits));
}

#[test]
fn files_of_no_known_call_are_named() {
    let files = [("getProfile.json", profile()), ("notes.json", json!({}))];
    let export = read_bluesky(&files).expect("ok");
    assert!(export.receipt.notes.iter().any(|note| note.contains("notes.json")));
    let error = read_bluesky(&[("notes.json", json!({}))]).expect_err("nothing to read");
    assert!(matches!(&error, SourceError::NothingToRead { kind: SourceKind::BlueskyApi, .. }));
}

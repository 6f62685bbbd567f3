//! Mastodon archives with the quirks that real ones have.

use std::fs;

use fivestep::{
    evidence::{
        facts::{PostKind, Visibility},
        sources::{self, SourceError},
    },
    model::{FactKind, SourceKind},
};
use serde_json::{Value, json};

use crate::make::{
    ACTOR, Archive, PUBLIC, actor, at, entries, gz, mastodon, outbox, read_outbox, status, tar, zip,
};

const DAY: &str = "2024-05-01T10:00:00Z";

fn one(html: &str, change: impl FnOnce(&mut Value)) -> String {
    outbox(&[status(1, DAY, html, change)])
}

#[test]
fn zip_tar_gz_and_tar_give_the_same_export() {
    let files = entries(&one("<p>Hi</p>", |_| {}));
    let reference = Archive::of(&zip(&files)).read().expect("a zip");
    assert_eq!(reference.facts.posts[0].text.as_deref(), Some("Hi"));
    let inside: Vec<_> = files.iter().map(|(n, b)| (format!("./export/{n}"), b.clone())).collect();
    let table = [
        ("tar.gz", gz(&tar(&files))),
        ("tar", tar(&files)),
        ("in one folder", gz(&tar(&inside))),
        ("in one folder, zip", zip(&inside)),
    ];
    for (why, bytes) in table {
        let archive = Archive::of(&bytes);
        assert_eq!(sources::detect(&archive.path), Some(SourceKind::MastodonArchive), "{why}");
        assert_eq!(archive.read().expect(why), reference, "{why}");
    }
}

#[test]
fn a_small_archive_of_long_words_is_no_bomb() {
    // 2 MB of posts that pack so well that the unpacker has read them all before the outbox begins.
    let rows: Vec<Value> =
        (1..3000).map(|id| status(id, DAY, "<p>Good morning</p>", |_| {})).collect();
    let files = entries(&outbox(&rows));
    assert!(files[1].1.len() > 1 << 20 && gz(&tar(&files)).len() < 1 << 16);
    for packed in [gz(&tar(&files)), zip(&files)] {
        assert_eq!(Archive::of(&packed).read().expect("no bomb").facts.posts.len(), 2999);
    }
}

#[test]
fn of_two_lists_the_last_that_is_not_empty_counts() {
    let row = |id| status(id, DAY, "<p>Hi</p>", |_| {}).to_string();
    // (why this row exists, the lists, the ids that count)
    let table = [
        ("as one release wrote it", format!("[],\"orderedItems\":[{}]", row(1)), vec![1]),
        ("the other way round", format!("[{}],\"orderedItems\":[]", row(1)), vec![1]),
        ("both full", format!("[{}],\"orderedItems\":[{}]", row(1), row(2)), vec![2]),
    ];
    for (why, lists, ids) in table {
        let text = format!("{{\"totalItems\":1557,\"orderedItems\":{lists}}}");
        let export = read_outbox(&text).expect(why);
        let found: Vec<String> =
            export.facts.posts.iter().map(|post| post.id.to_string()).collect();
        let ids: Vec<String> = ids.iter().map(|id| format!("{ACTOR}/statuses/{id}")).collect();
        assert_eq!(found, ids, "{why}");
        assert!(export.receipt.notes.iter().any(|note| note.contains("more than once")), "{why}");
        let compared = &export.receipt.compared[0];
        assert_eq!((compared.stated, compared.found), (1557, 1), "{why}");
    }
}

#[test]
fn visibility_follows_from_the_audience() {
    let followers = format!("{ACTOR}/followers");
    let rita = "https://b.example/users/rita";
    // (why this row exists, to, cc, who may read it)
    let table = [
        ("public", json!([PUBLIC]), json!([followers]), Visibility::Public),
        ("public, short", json!("as:Public"), json!(null), Visibility::Public),
        ("unlisted", json!([followers]), json!([PUBLIC]), Visibility::Unlisted),
        ("followers", json!([followers]), json!([rita]), Visibility::Followers),
        ("direct", json!([rita]), json!([]), Visibility::Direct),
        (
            "followers of another",
            json!([format!("{rita}/followers")]),
            json!([]),
            Visibility::Direct,
        ),
        ("nothing said", json!(null), json!(3), Visibility::Direct),
    ];
    for (why, to, cc, visibility) in table {
        let text = one("<p>Psst?</p>", |note| {
            note["to"] = to;
            note["cc"] = cc;
        });
        let post = read_outbox(&text).expect(why).facts.posts.remove(0);
        assert_eq!(post.visibility, visibility, "{why}");
        let kept = visibility != Visibility::Direct;
        assert_eq!(post.text.is_some(), kept, "{why}");
        assert_eq!((post.chars, post.question), (5, Some(true)), "{why}");
    }
}

#[test]
fn parents_tell_thread_author_and_time_as_far_as_they_do() {
    let snowflake = |time: &str| (at(time).timestamp_millis() as u64) << 16;
    let asked = snowflake("2024-05-01T09:00:00Z");
    let rita = "mastodon:https://b.example/users/rita";
    let own = format!("mastodon:{ACTOR}");
    // (why this row exists, the parent, kind, its author, whether its time is told)
    let table = [
        (
            "a user's status",
            format!("https://b.example/users/rita/statuses/{asked}"),
            PostKind::Reply,
            Some(rita),
            true,
        ),
        (
            "the page of a status",
            format!("https://b.example/@rita/{asked}"),
            PostKind::Reply,
            Some(rita),
            true,
        ),
        (
            "an old id",
            "https://b.example/users/rita/statuses/12345".into(),
            PostKind::Reply,
            Some(rita),
            false,
        ),
        (
            "an id later than the answer",
            format!("https://b.example/@rita/{}", snowflake("2024-05-01T11:00:00Z")),
            PostKind::Reply,
            Some(rita),
            false,
        ),
        ("other software", "https://b.example/objects/5f0e".into(), PostKind::Reply, None, false),
        (
            "our own, in the outbox",
            format!("{ACTOR}/statuses/1"),
            PostKind::SelfThread,
            Some(own.as_str()),
            true,
        ),
        (
            "our own, deleted since",
            format!("{ACTOR}/statuses/99"),
            PostKind::SelfThread,
            Some(own.as_str()),
            false,
        ),
        (
            "our own page",
            "https://social.example/@acme/99".into(),
            PostKind::SelfThread,
            Some(own.as_str()),
            false,
        ),
    ];
    for (why, parent, kind, author, timed) in table {
        let first = status(1, "2024-05-01T08:00:00Z", "<p>One</p>", |_| {});
        let answer = status(2, DAY, "<p>Two</p>", |note| note["inReplyTo"] = json!(parent));
        let export = read_outbox(&outbox(&[answer, first])).expect(why);
        let post = &export.facts.posts[1];
        assert_eq!((post.kind, post.parent.as_deref()), (kind, Some(parent.as_str())), "{why}");
        assert_eq!(post.parent_author.as_ref().map(|id| id.as_str()), author, "{why}");
        assert_eq!(post.parent_at.is_some(), timed, "{why}: {:?}", post.parent_at);
        assert_eq!(*post.root, parent, "{why}");
        let known = export.facts.people.iter().map(|person| person.handle.as_str());
        let expected = (author == Some(rita)).then_some("@rita@b.example");
        assert_eq!(known.collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>(), "{why}");
    }
}

#[test]
fn a_thread_in_circles_comes_to_an_end() {
    let id = |number: u64| format!("{ACTOR}/statuses/{number}");
    let row = |number, parent| status(number, DAY, "x", |n| n["inReplyTo"] = json!(id(parent)));
    let export = read_outbox(&outbox(&[row(1, 2), row(2, 1), row(3, 3)])).expect("no hang");
    assert!(export.facts.posts.iter().all(|post| post.kind == PostKind::SelfThread));
}

#[test]
fn a_thread_as_long_as_the_outbox_has_one_root() {
    let id = |number: u64| format!("{ACTOR}/statuses/{number}");
    let row = |number: u64| {
        status(number, DAY, "x", |note| {
            note["inReplyTo"] = if number == 1 { Value::Null } else { json!(id(number - 1)) };
        })
    };
    let export = read_outbox(&outbox(&(1..=20_000).map(row).collect::<Vec<_>>())).expect("soon");
    assert!(export.facts.posts.iter().all(|post| *post.root == id(1)));
}

#[test]
fn a_repost_is_no_post_of_ours() {
    let row = json!({"id": format!("{ACTOR}/statuses/9/activity"), "type": "Announce",
                     "actor": ACTOR, "published": DAY, "to": [PUBLIC],
                     "object": "https://b.example/users/rita/statuses/1"});
    let export = read_outbox(&outbox(&[row])).expect("ok");
    let post = &export.facts.posts[0];
    assert_eq!((post.kind, &post.text, post.chars), (PostKind::Repost, &None, 0));
}

#[test]
fn a_bad_row_costs_that_row() {
    let note = |change: fn(&mut Value)| status(7, DAY, "x", change);
    let mut stranger = note(|_| {});
    stranger["actor"] = json!("https://b.example/users/rita");
    // (the row, the reason given)
    let table = [
        (json!(3), "not an object"),
        (json!({"type": "Delete"}), "neither a post nor a repost"),
        (json!({"type": "Create", "object": "https://b.example/1"}), "without its content"),
        (note(|n| n["type"] = json!("Video")), "not a post"),
        (note(|n| n["id"] = json!("x\"y")), "not a web address"),
        (note(|n| n["published"] = json!("9999-01-01T00:00:00Z")), "plausible"),
        (note(|n| n["content"] = json!(7)), "`content` is not a text"),
        (note(|n| n["inReplyTo"] = json!({})), "`inReplyTo` is not a text"),
        (status(1, DAY, "again", |_| {}), "twice"),
        (stranger, "another account"),
    ];
    for (row, reason) in table {
        let good = status(1, DAY, "<p>Hi</p>", |_| {});
        let export = read_outbox(&outbox(&[good, row])).expect(reason);
        let file = &export.receipt.files[1];
        assert_eq!((file.rows_read, file.kept), (2, 1), "{reason}");
        let met = file.skipped.keys().next().expect(reason);
        assert!(met.contains(reason), "{met}");
        assert_eq!(file.places[met], "/orderedItems/1");
    }
}

#[test]
fn the_profile_and_the_capability_are_what_the_archive_has() {
    let export = read_outbox(&one("Hi", |_| {})).expect("ok");
    let profile = &export.facts.profiles[0];
    assert!(profile.fields.values().all(|filled| *filled), "{:?}", profile.fields);
    assert_eq!((profile.handle.as_str(), profile.posts), ("@acme@social.example", Some(8)));
    assert_eq!(profile.followers, None);
    let carried = [FactKind::Profile, FactKind::Answers, FactKind::OwnPosts];
    assert_eq!(export.facts.carried, carried.into_iter().collect());
    assert!(export.facts.follows.is_empty() && export.facts.interactions.is_empty());

    let mut bare = entries(&one("Hi", |_| {}));
    let mut actor = actor();
    for field in ["name", "summary", "icon", "attachment"] {
        actor.as_object_mut().expect("an object").remove(field);
    }
    bare[0].1 = actor.to_string().into_bytes();
    let export = Archive::of(&zip(&bare)).read().expect("ok");
    assert!(export.facts.profiles[0].fields.values().all(|filled| !filled));
}

#[test]
fn an_archive_of_another_account_is_refused_with_both_names() {
    let archive = Archive::of(&zip(&entries(&one("Hi", |_| {}))));
    // (the account asked for, is it this one?)
    let table = [
        ("@acme@social.example", true),
        ("ACME@Social.Example", true),
        (ACTOR, true),
        ("@acme@example", false),
        ("@acme@other.example", false),
        ("@rita@social.example", false),
        ("acme", false),
        ("", false),
    ];
    for (account, same) in table {
        let mut source = mastodon();
        source.account = account.into();
        match sources::read(&source, &archive.path) {
            Ok(_) => assert!(same, "{account}"),
            Err(error) => {
                assert!(!same, "{account}: {error}");
                let message = error.to_string();
                assert!(message.contains("@acme@social.example") && message.contains(account));
            }
        }
    }
}

#[test]
fn likes_and_bookmarks_are_named_and_left_alone() {
    let mut files = entries(&one("Hi", |_| {}));
    files.push(("likes.json".into(), b"{\"orderedItems\":[]}".to_vec()));
    files.push(("media_attachments/files/1.png".into(), vec![0; 9000]));
    let export = Archive::of(&gz(&tar(&files))).read().expect("ok");
    assert!(export.receipt.notes[0].contains("likes.json"));
    assert_eq!(export.receipt.files.len(), 2);
}

#[test]
fn a_missing_part_is_named() {
    let files = entries(&one("Hi", |_| {}));
    for (left_out, name) in [(0, "actor.json"), (1, "outbox.json")] {
        let mut files = files.clone();
        files.remove(left_out);
        let error = Archive::of(&zip(&files)).read().expect_err(name);
        assert!(matches!(&error, SourceError::MissingEntry { entry, .. } if entry == name));
    }
    let folder = Archive::of(b"x");
    let error = sources::read(&mastodon(), folder.folder.path()).expect_err("an empty folder");
    assert!(matches!(error, SourceError::MissingEntry { .. }), "{error}");
    for (name, bytes) in entries(&one("Hi", |_| {})) {
        fs::write(folder.folder.path().join(name), bytes).expect("a file");
    }
    let unpacked = sources::read(&mastodon(), folder.folder.path()).expect("an unpacked archive");
    assert_eq!(Ok(unpacked), Archive::of(&zip(&files)).read().map_err(|e| e.to_string()));
    fs::remove_file(&folder.path).expect("gone");
    assert!(matches!(folder.read().expect_err("missing"), SourceError::Missing { .. }));
    let error = read_outbox(&outbox(&[])).expect_err("no time anywhere");
    assert!(matches!(error, SourceError::Undated { .. }));
}

//! Saved answers of the Mastodon API, and the lists that a server lets people download.

use std::{
    fs,
    time::{Duration, SystemTime},
};

use fivestep::{
    evidence::{
        facts::{Act, Count, PostKind, RequestState, Visibility},
        sources::{self, Export, SourceError},
    },
    model::{FactKind, SourceKind},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::make::{at, rows, shared, source, texts};

const DAY: &str = "2026-08-01T13:51:39.668Z";

fn person(id: &str, name: &str) -> Value {
    json!({"id": id, "username": name, "acct": format!("{name}@b.example"), "display_name": name,
           "created_at": "2020-01-01T00:00:00.000Z", "last_status_at": "2026-07-30", "bot": false,
           "note": "<p>Coffee</p>", "url": format!("https://b.example/@{name}"),
           "uri": format!("https://b.example/users/{name}"), "followers_count": 7,
           "following_count": 8, "statuses_count": 9})
}

fn own(followers: u64) -> Value {
    json!({"id": "1", "username": "acme", "acct": "acme", "display_name": "Acme", "fields": [],
           "note": "<p>See https://acme.example</p>", "avatar": "https://a.example/missing.png",
           "url": "https://a.example/@acme", "uri": "https://a.example/users/acme",
           "followers_count": followers, "following_count": 1, "statuses_count": 2,
           "created_at": "2020-01-01T00:00:00.000Z"})
}

fn status(id: &str, author: &Value, change: impl FnOnce(&mut Value)) -> Value {
    let mut status = json!({
        "id": id, "created_at": DAY, "visibility": "public", "language": "en",
        "uri": format!("{}/statuses/{id}", author["uri"].as_str().expect("a uri")),
        "content": "<p>How?</p>", "account": author, "in_reply_to_id": null,
        "in_reply_to_account_id": null, "reblog": null, "mentions": [],
        "replies_count": 1, "reblogs_count": 2, "favourites_count": 3});
    change(&mut status);
    status
}

fn read(files: &[(&str, Value)]) -> Result<Export, SourceError> {
    let texts_of: Vec<(&str, String)> = files.iter().map(|(n, v)| (*n, v.to_string())).collect();
    let borrowed: Vec<(&str, &str)> = texts_of.iter().map(|(n, t)| (*n, t.as_str())).collect();
    sources::read(&source(SourceKind::MastodonApi, "@acme@a.example"), texts(&borrowed).path())
}

/// A folder with an answer of every call.
pub fn sample() -> Vec<(String, Vec<u8>)> {
    let rita = person("7", "rita");
    let answer = status("101", &rita, |status| {
        status["in_reply_to_id"] = json!("100");
        status["in_reply_to_account_id"] = json!("1");
    });
    let ours = status("100", &own(1), |_| {});
    let note = json!({"type": "mention", "created_at": DAY, "account": rita, "status": answer});
    let answers = [
        ("verify_credentials.json", own(1)),
        ("followers.json", json!([rita])),
        ("follow_requests.json", json!([person("8", "bob")])),
        ("notifications.json", json!([note])),
        ("statuses.json", json!([ours])),
        ("context.json", json!({"ancestors": [], "descendants": [answer]})),
    ];
    answers.into_iter().map(|(name, value)| (name.into(), value.to_string().into_bytes())).collect()
}

/// Downloaded lists.
pub fn lists() -> Vec<(String, Vec<u8>)> {
    let followed = "Account address,Show boosts\nrita@b.example,true\n".into();
    vec![
        ("following_accounts.csv".into(), followed),
        ("blocked_domains.csv".into(), b"bad.example\n".to_vec()),
    ]
}

#[test]
fn every_notification_is_an_act_or_says_why_not() {
    let rita = person("7", "rita");
    let ours = status("100", &own(1), |_| {});
    let answer = status("101", &rita, |status| {
        status["in_reply_to_id"] = json!("100");
        status["in_reply_to_account_id"] = json!("1");
    });
    let naming = status("102", &rita, |status| status["mentions"] = json!([{"id": "1"}]));
    let theirs = "https://b.example/users/rita/statuses";
    let us = "https://a.example/users/acme/statuses/100";
    // (type, its status, what it counts as, done to what)
    let table = [
        ("mention", answer, Some((Act::Reply, format!("{theirs}/101")))),
        ("mention", naming.clone(), Some((Act::Mention, format!("{theirs}/102")))),
        ("quote", naming, Some((Act::Quote, format!("{theirs}/102")))),
        ("favourite", ours.clone(), Some((Act::Like, us.to_owned()))),
        ("reblog", ours.clone(), Some((Act::Repost, us.to_owned()))),
        ("follow", Value::Null, None),
        ("follow_request", Value::Null, None),
        ("poll", ours, None),
        ("severed_relationships", Value::Null, None),
    ];
    for (kind, status, act) in table {
        let row = json!({"id": "20", "type": kind, "created_at": DAY, "account": rita,
                         "status": status});
        let export =
            read(&[("verify_credentials.json", own(1)), ("notifications.json", json!([row]))])
                .expect(kind);
        let found = export.facts.interactions.first().map(|i| (i.act, i.object.clone()));
        assert_eq!(found, act, "{kind}");
        assert_eq!(export.facts.follows.len(), usize::from(kind == "follow"), "{kind}");
        assert_eq!(export.facts.requests.len(), usize::from(kind == "follow_request"), "{kind}");
        assert_eq!(rows(&export, "notifications.json").0, 1, "{kind}");
    }
}

#[test]
fn who_touched_a_post_and_who_follows_whom_is_told_by_the_servers_ids() {
    let (rita, bob, zoe) = (person("7", "rita"), person("8", "bob"), person("9", "zoe"));
    let ours = status("100", &own(1), |_| {});
    let relation = |id: &str, following: bool, followed_by: bool, requested_by: bool| {
        json!({"id": id, "following": following, "followed_by": followed_by,
               "requested_by": requested_by, "requested": false, "muting": false})
    };
    let export = read(&[
        ("verify_credentials.json", own(1)),
        ("favourited_by-100.json", json!([rita, own(1)])),
        ("favourited_by-999.json", json!([bob])),
        ("familiar_followers.json", json!([{"id": "7", "accounts": [bob]}])),
        ("following.json", json!([zoe])),
        ("reblogged_by-100.json", json!([bob])),
        (
            "relationships.json",
            json!([
                relation("7", false, true, false),
                relation("8", false, false, true),
                relation("9", false, false, false),
                relation("44", true, true, false),
            ]),
        ),
        ("statuses.json", json!([ours])),
    ])
    .expect("sound");
    let post = export.facts.posts[0].clone();
    let acts: Vec<_> = export.facts.interactions.iter().map(|one| (one.act, one.at)).collect();
    assert_eq!(acts, [(Act::Repost, post.at), (Act::Like, post.at)]);
    assert!(export.facts.interactions.iter().all(|one| *one.object == *post.id));
    let pending: Vec<&str> = export.facts.requests.iter().map(|one| one.person.as_str()).collect();
    assert_eq!(pending.len(), 1);
    assert!(pending[0].contains("bob"));
    let follow = export.facts.follows.iter().filter(|one| one.followed == post.author);
    assert!(follow.map(|one| one.follower.as_str()).all(|id| id.contains("rita")));
    // (file, why rows were skipped)
    let table = [
        ("favourited_by-999.json", vec!["about a post of ours that was not saved"]),
        ("familiar_followers.json", vec!["who of ours follows them, which is no engagement"]),
        (
            "relationships.json",
            vec!["an account that no other answer names", "neither follows the other"],
        ),
    ];
    for (file, expected) in table {
        let found = rows(&export, file).2;
        let found: Vec<&str> = found.iter().map(|(why, _)| why.as_str()).collect();
        assert_eq!(found, expected, "{file}");
    }
}

#[test]
fn requests_wait_and_their_time_is_known_only_from_a_notification() {
    let note = json!({"type": "follow_request", "created_at": DAY, "account": person("7", "rita")});
    let export = read(&[
        ("verify_credentials.json", own(0)),
        ("follow_requests.json", json!([person("7", "rita"), person("8", "bob")])),
        ("notifications.json", json!([note])),
    ])
    .expect("sound");
    let requests: Vec<_> = export
        .facts
        .requests
        .iter()
        .map(|request| (request.person.as_str(), request.at, request.state))
        .collect();
    let bob = "mastodon:https://b.example/users/bob";
    let rita = "mastodon:https://b.example/users/rita";
    let (pending, day) = (RequestState::Pending, Some(at(DAY)));
    assert_eq!(requests, [(bob, None, pending), (rita, day, pending)]);
    assert!(export.facts.carried.contains(&FactKind::Requests));
    let traits = &export.facts.people[0].traits;
    assert_eq!(
        (traits.followers, traits.bio_filled, traits.bot),
        (Some(7), Some(true), Some(false))
    );
    assert_eq!(traits.last_post, Some(at("2026-07-30T00:00:00Z")));
}

#[test]
fn an_answer_finds_its_parent_by_the_servers_ids() {
    let rita = person("7", "rita");
    let asked = status("100", &rita, |status| {
        status["created_at"] = json!("2026-08-01T13:00:00Z");
        status["mentions"] = json!([{"id": "1"}]);
    });
    let answer = |id: &str, to: &str| {
        status(id, &own(1), |status| {
            status["in_reply_to_id"] = json!(to);
            status["in_reply_to_account_id"] = json!("7");
            status["visibility"] = json!("unlisted");
        })
    };
    let shared = status("105", &own(1), |status| status["reblog"] = json!({"id": "9"}));
    let export = read(&[
        ("verify_credentials.json", own(1)),
        (
            "statuses-1.json",
            json!([answer("101", "100"), answer("102", "117020576916218297"), shared]),
        ),
        ("context-101.json", json!({"ancestors": [asked], "descendants": []})),
    ])
    .expect("sound");
    let find = |end: &str| {
        let found = export.facts.posts.iter().find(|post| post.id.ends_with(end));
        found.unwrap_or_else(|| panic!("{end} is not there"))
    };
    let known = find("/101");
    assert_eq!(known.parent.as_deref(), Some("https://b.example/users/rita/statuses/100"));
    assert_eq!(known.parent_at, Some(at("2026-08-01T13:00:00Z")));
    assert_eq!(&*known.root, "https://b.example/users/rita/statuses/100");
    assert_eq!((known.kind, known.visibility), (PostKind::Reply, Visibility::Unlisted));
    assert_eq!(known.text.as_deref(), Some("How?"));
    let unknown = find("/102");
    assert_eq!(
        unknown.parent.as_deref(),
        Some("https://a.example/api/v1/statuses/117020576916218297")
    );
    assert_eq!(unknown.parent_at, Some(at("2026-08-01T13:51:39.136Z")), "its id has a time");
    assert_eq!(find("/105").kind, PostKind::Repost);
    assert_eq!(find("/100").text.as_deref(), Some("How?"));
    assert_eq!(export.facts.interactions[0].act, Act::Mention, "a context tells who came in");
    let totals = &export.facts.post_totals[0];
    assert_eq!(totals.counts.get(Count::Likes).unwrap(), 3);
    assert_eq!(export.facts.post_totals.len(), 2, "what is passed on is counted elsewhere");
}

#[test]
fn a_list_marks_nobody_as_gone_unless_it_is_proved_whole() {
    let page = |next: &str, rows: Value| {
        let link =
            if next.is_empty() { String::new() } else { format!("<{next}>; rel=\"next\", ") };
        format!(
            "HTTP/2 200\r\ndate: Sat, 01 Aug 2026 14:00:00 GMT\r\n\
             link: {link}<https://a.example/x?since_id=1>; rel=\"prev\"\r\n\r\n{rows}"
        )
    };
    let (ada, bob) = (json!([person("7", "ada")]), json!([person("8", "bob")]));
    // (why this row exists, followers stated, the pages, is it complete?)
    let table: [(&str, u64, Vec<String>, bool); 5] = [
        ("as many as stated", 1, vec![ada.to_string()], true),
        ("one of two", 2, vec![ada.to_string()], false),
        (
            "both pages, with headers",
            2,
            vec![page("https://a/2", ada.clone()), page("", bob)],
            true,
        ),
        ("the first page, with headers", 1000, vec![page("https://a/2", ada.clone())], false),
        ("a row that cannot be read", 1, vec![json!([person("7", "ada"), {}]).to_string()], false),
    ];
    for (why, stated, pages, complete) in table {
        let own = own(stated).to_string();
        let mut files = vec![("verify_credentials.json".to_owned(), own)];
        let pages = pages.into_iter().enumerate();
        files.extend(pages.map(|(index, page)| (format!("followers-{index}.json"), page)));
        let borrowed: Vec<(&str, &str)> =
            files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        let folder = texts(&borrowed);
        let source = source(SourceKind::MastodonApi, "@acme@a.example");
        let export = sources::read(&source, folder.path()).expect(why);
        assert_eq!(
            !export.followers_complete.is_empty(),
            complete,
            "{why}: {:?}",
            export.receipt.notes
        );
    }
}

#[test]
fn what_is_not_ours_or_no_answer_is_refused() {
    // (why this row exists, files, a word of the message)
    let table = [
        ("no account", vec![("followers.json", json!([]))], "which account"),
        (
            "another account",
            vec![("verify_credentials.json", person("7", "rita"))],
            "@rita@b.example",
        ),
        ("a list for an account", vec![("verify_credentials.json", json!([]))], "an object"),
        (
            "an error for a list",
            vec![("verify_credentials.json", own(1)), ("followers.json", json!({"error": "x"}))],
            "should be a list",
        ),
        (
            "a list for a context",
            vec![("verify_credentials.json", own(1)), ("context.json", json!([]))],
            "an object",
        ),
    ];
    for (why, files, message) in table {
        let error = read(&files).expect_err(why);
        assert!(error.to_string().contains(message), "{why}: {error}");
        assert!(!error.hint().is_empty(), "{why}");
    }
}

/// The answers in a recording: path of the request, `Link` header and body.
fn recorded(name: &str) -> Option<Vec<(String, String, String)>> {
    let folder = shared("mastodon-http")?;
    let text = fs::read_to_string(folder.join(name)).expect("a recording");
    let whole: serde_yaml::Value = serde_yaml::from_str(&text).expect("YAML");
    let rows = whole["interactions"].as_sequence().expect("a list").iter().map(|row| {
        let text = |value: &serde_yaml::Value| value.as_str().unwrap_or_default().to_owned();
        let link = text(&row["response"]["headers"]["link"][0]);
        let path = text(&row["request"]["uri"]).replace("http://localhost:3000/api/v1/", "");
        let path = format!("{} {path}", text(&row["request"]["method"]));
        (path, link, text(&row["response"]["body"]["string"]))
    });
    Some(rows.collect())
}

/// Saves recorded answers as `curl -i` does, each under the name that is given for its request.
fn saved(name: &str, names: &[(&str, &str)]) -> Option<TempDir> {
    let mut files = Vec::new();
    for (path, link, body) in recorded(name)? {
        for (_, file) in names.iter().filter(|(wanted, _)| *wanted == path) {
            files.push((*file, format!("HTTP/1.1 200 OK\r\nLink: {link}\r\n\r\n{body}")));
        }
    }
    assert_eq!(files.len(), names.len(), "{name}");
    let borrowed: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
    Some(texts(&borrowed))
}

#[test]
fn recorded_answers_of_a_real_server_are_read() {
    let me = ("GET accounts/verify_credentials", "verify_credentials.json");
    let source = |name: &str| source(SourceKind::MastodonApi, &format!("@{name}@localhost:3000"));
    let recordings = ["authorize", "reject"];
    for kind in recordings {
        let name = format!("test_follow_request_{kind}.yaml");
        let names = [me, ("GET follow_requests", "follow_requests.json")];
        let Some(folder) = saved(&name, &names) else { return };
        assert_eq!(sources::detect(folder.path()), Some(SourceKind::MastodonApi));
        let export = sources::read(&source("mastodonpy_test"), folder.path()).expect("sound");
        let request = &export.facts.requests[0];
        let admin = "mastodon:http://localhost:3000/ap/users/117020565693913441";
        assert_eq!((request.person.as_str(), request.state), (admin, RequestState::Pending));
        assert_eq!(export.facts.profiles[0].handle, "@mastodonpy_test@localhost:3000");
        let fields = &export.facts.profiles[0].fields;
        assert!(fields["name"] && fields["bio"] && fields["picture"] && !fields["link"]);
    }
    let names = [me, ("GET accounts/117020565966271181/statuses?limit=5", "statuses.json")];
    let Some(folder) = saved("test_get_pagination_info.yaml", &names) else { return };
    let export = sources::read(&source("mastodonpy_test"), folder.path()).expect("sound");
    assert_eq!(rows(&export, "statuses.json"), (5, 5, vec![]));
    assert_eq!(export.facts.posts.len(), 5);
    assert_eq!(export.facts.posts[0].visibility, Visibility::Unlisted);
    assert_eq!(export.facts.as_of, Some(at("2026-08-01T13:52:55.413Z")));

    let names = [me, ("GET accounts/117020457910412882/followers", "followers.json")];
    let Some(folder) = saved("test_account_followers.yaml", &names) else { return };
    let export = sources::read(&source("mastodonpy_test"), folder.path()).expect("sound");
    assert_eq!(export.followers_complete.len(), 1, "none of none is a whole list");
}

#[test]
fn a_recorded_mention_comes_in_and_a_list_by_type_is_not_all() {
    // The account that was asked stands in another recording of the same server.
    let Some(accounts) = recorded("test_follow_request_reject.yaml") else { return };
    let own = accounts[0].2.clone();
    // (recording, request, does it hold all that came in?)
    let table = [
        ("test_notifications.yaml", "GET notifications", true),
        (
            "test_notifications_types.yaml",
            "GET notifications?types%5B%5D=follow&types%5B%5D=mention",
            false,
        ),
    ];
    for (name, request, all) in table {
        let Some(folder) = saved(name, &[(request, "notifications.json")]) else { return };
        fs::write(folder.path().join("verify_credentials.json"), &own).expect("a file");
        let source = source(SourceKind::MastodonApi, "@mastodonpy_test@localhost:3000");
        let export = sources::read(&source, folder.path()).expect("sound");
        assert_eq!(export.facts.interactions.len(), 1, "{name}");
        let came = &export.facts.interactions[0];
        assert_eq!(came.act, Act::Mention, "{name}");
        assert!(came.actor.as_str().ends_with("/ap/users/117020565693913441"), "{name}");
        assert_eq!(export.facts.carried.contains(&FactKind::Conversations), all, "{name}");
    }
}

#[test]
fn the_downloaded_lists_tell_whom_we_follow_and_count_the_rest() {
    let folder = texts(&[
        (
            "following_accounts.csv",
            "Account address,Show boosts,Notify on new posts,Languages\n\
             rita@b.example,true,false,\nbob@c.example,true,false,\"en, it\"\nnobody,true,false,\n",
        ),
        ("muted_accounts.csv", "Account address,Hide notifications\nx@b.example,true\n"),
        ("blocked_accounts.csv", "y@b.example\n"),
        ("blocked_domains.csv", "bad.example\nworse.example\n"),
        ("bookmarks.csv", "https://b.example/users/rita/statuses/1\n"),
        ("lists.csv", "Friends,rita@b.example\n"),
    ]);
    let saved = SystemTime::UNIX_EPOCH + Duration::from_secs(1_785_585_600);
    for file in fs::read_dir(folder.path()).expect("a folder") {
        let file = fs::File::options().append(true).open(file.expect("a file").path());
        file.expect("open").set_modified(saved).expect("a time");
    }
    assert_eq!(sources::detect(folder.path()), Some(SourceKind::MastodonCsv));
    let source = source(SourceKind::MastodonCsv, "@acme@a.example");
    let export = sources::read(&source, folder.path()).expect("sound");
    let followed: Vec<&str> = export.facts.follows.iter().map(|f| f.followed.as_str()).collect();
    assert_eq!(
        followed,
        ["mastodon:https://b.example/users/rita", "mastodon:https://c.example/users/bob"]
    );
    assert_eq!(export.facts.as_of, Some(at("2026-08-01T12:00:00Z")), "when the files were saved");
    // (file, rows, kept, why not)
    let table = [
        ("following_accounts.csv", 3, 2, "`Account address` is not `name@host`"),
        ("muted_accounts.csv", 1, 0, "whom we mute, which is no fact"),
        ("blocked_accounts.csv", 1, 0, "whom we block, which is no fact"),
        ("blocked_domains.csv", 2, 0, "a domain we block, which is no fact"),
        ("bookmarks.csv", 1, 0, "a bookmark, which is no fact"),
        ("lists.csv", 1, 0, "a member of a list of ours, which is no fact"),
    ];
    for (file, read, kept, reason) in table {
        assert_eq!(
            rows(&export, file),
            (read, kept, vec![(reason.to_owned(), read - kept)]),
            "{file}"
        );
    }
    assert!(export.followers_complete.is_empty());
}

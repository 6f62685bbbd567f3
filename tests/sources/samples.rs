//! A small sound export of every kind: what is damaged, and what fuzzing begins with.

use std::{fs, path::Path};

use fivestep::model::SourceKind;
use serde_json::json;

use crate::{
    make::{ACTOR, entries, followers, notice, notices, outbox, profile, status, view},
    readers::{Answer, Files, Ground, MAP, account_of, joined, parted},
};

const DAY: &str = "2024-05-01T10:00:00Z";

/// A sound export of `kind`.
pub fn sample(kind: SourceKind) -> Files {
    match kind {
        SourceKind::BlueskyApi => bluesky_answers(),
        SourceKind::BlueskyCar => vec![("a.car".into(), crate::car::sample())],
        SourceKind::MastodonArchive => mastodon_archive(),
        SourceKind::MastodonApi => crate::mastodon_api::sample(),
        SourceKind::MastodonCsv => crate::mastodon_api::lists(),
        SourceKind::XArchive => of(&crate::x::whole()),
        SourceKind::XAnalytics => of(&[("a.csv", crate::x::POSTS), ("b.csv", crate::x::LEGACY)]),
        SourceKind::XApi => crate::x::answers(),
        SourceKind::Dialogues => {
            let dialogues = json!([crate::dialogues::dialogue("acme", |_| {})]).to_string();
            of(&[("d.json", &dialogues)])
        }
        SourceKind::LinkedinExport => of(&crate::exports::linkedin()),
        SourceKind::TiktokExport => {
            of(&[("user_data_tiktok.json", &crate::exports::tiktok(true, 1).to_string())])
        }
        SourceKind::Table => of(&[("t.csv", crate::tables::TICKETS), (MAP, crate::tables::MAP)]),
        SourceKind::InstagramExport => crate::meta::instagram_sample(),
        SourceKind::FacebookExport => crate::meta::facebook_sample(),
        SourceKind::FacebookInsights => crate::meta::classic_sample(),
        SourceKind::MetaBusinessSuite => crate::meta::suite_sample(),
        SourceKind::YoutubeTakeout => crate::youtube::takeout_sample(),
        SourceKind::YoutubeStudio => crate::youtube::studio_sample(),
        SourceKind::YoutubeApi => crate::youtube::api_sample(),
    }
}

fn of(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(name, text)| ((*name).into(), text.as_bytes().to_vec())).collect()
}

fn bluesky_answers() -> Files {
    let question = view("did:plc:rita", "3k6k4as23yu2g", DAY, "How?", None);
    let answers = [
        ("getProfile.json", profile()),
        ("getFollowers.json", followers(&["ada", "bob"], None)),
        ("listNotifications.json", notices(&[notice("rita", true, "reply", DAY)])),
        ("getAuthorFeed.json", json!({"feed": [{"post": question}]})),
        ("getPostThread.json", json!({"thread": {"post": question, "replies": []}})),
    ];
    answers.into_iter().map(|(name, value)| (name.into(), value.to_string().into_bytes())).collect()
}

fn mastodon_archive() -> Files {
    let question = status(1, DAY, "<p>How &amp; why?</p>", |_| {});
    let answer = status(2, "2024-05-02T10:00:00Z", "<p>So.</p>", |note| {
        note["inReplyTo"] = json!(format!("{ACTOR}/statuses/1"));
    });
    let repost = json!({"id": "x", "type": "Announce", "actor": ACTOR, "published": DAY,
                        "object": "https://b.example/users/rita/statuses/9"});
    entries(&outbox(&[question, answer, repost]))
}

#[test]
fn every_sample_is_sound() {
    for (kind, name) in SourceKind::ALL {
        assert_eq!(Ground::new().ask(kind, &sample(kind), true), Answer::Read, "{name}");
        assert_eq!(account_of(kind).trim(), account_of(kind));
    }
}

#[test]
fn files_are_one_input_and_files_again() {
    for (kind, name) in SourceKind::ALL {
        assert_eq!(parted(&joined(&sample(kind))), sample(kind), "{name}");
    }
    // (the input, its files)
    let table: [(&str, &[(&str, &str)]); 4] = [
        ("", &[]),
        ("bare", &[("input", "bare")]),
        ("--- a\n", &[("a", "")]),
        ("x\n--- a\n1\n--- b", &[("input", "x"), ("a", "1"), ("b", "")]),
    ];
    for (input, files) in table {
        assert_eq!(parted(input.as_bytes()), of(files), "{input:?}");
    }
}

/// Every kept input is asked again; `FIVESTEP_BLESS=1` writes the samples among them.
#[test]
fn what_fuzzing_found_in_exports_still_holds() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    for (kind, name) in SourceKind::ALL {
        let folder = corpus.join(name);
        let (first, input) = (folder.join("sample"), joined(&sample(kind)));
        if std::env::var_os("FIVESTEP_BLESS").is_some() {
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(&first, &input).expect("a file");
        }
        let stale = format!("{name}: stale; run FIVESTEP_BLESS=1 cargo test --test sources");
        assert!(fs::read(&first).is_ok_and(|kept| kept == input), "{stale}");
        for entry in fs::read_dir(&folder).expect("the corpus is there") {
            let path = entry.expect("an entry").path();
            println!("{}", path.display());
            crate::readers::ask(kind, &fs::read(path).expect("a file"));
        }
    }
}

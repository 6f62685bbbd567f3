//! Writes a Mastodon archive, in the shape in which a server exports it.
//!
//! Start reading at [`mastodon`].
//!
//! # Source
//!
//! Fields and quirks (the key that stands twice, the count that disagrees): archives that people
//! published; `docs/reference/sources.md`.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

use chrono::{DateTime, SecondsFormat, SubsecRound, TimeDelta, Utc};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    Outbox, SampleAccount, is_picked,
    names::{cid, status_number},
    plan::Words,
    texts,
};

/// The address that stands for everybody.
const EVERYBODY: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Writes the archive that `account`'s server would have made at the end of `outbox`.
///
/// It holds `actor.json`, `outbox.json`, `likes.json`, `bookmarks.json` and the picture.
///
/// - `file`: ends in `.zip` or `.tar.gz`, which decides the form; replaced if it is there.
///
/// # Errors
///
/// [`io::ErrorKind::InvalidInput`] if the name ends otherwise, `posts` is 0, or `on_topic` or
/// `continued` exceeds it; and whatever writing meets.
pub fn mastodon(file: &Path, account: &SampleAccount, outbox: &Outbox) -> io::Result<()> {
    if outbox.posts == 0 || outbox.on_topic.max(outbox.continued) > outbox.posts {
        let why = "`posts` is 0 or less than `on_topic` or `continued`";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    let server = Server { account, outbox };
    let files = [
        ("actor.json", serde_json::to_vec(&server.actor())?),
        ("outbox.json", server.outbox_json()?),
        ("likes.json", serde_json::to_vec(&server.list("likes.json", 4))?),
        ("bookmarks.json", serde_json::to_vec(&server.list("bookmarks.json", 2))?),
        ("avatar.png", PICTURE.to_vec()),
    ];
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if name.ends_with(".zip") {
        write_zip(file, &files)
    } else if name.ends_with(".tar.gz") {
        write_tar_gz(file, &files)
    } else {
        let why = "an archive's name ends in `.zip` or `.tar.gz`";
        Err(io::Error::new(io::ErrorKind::InvalidInput, why))
    }
}

/// The first bytes of a picture; nobody looks at more.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n";

fn write_zip(file: &Path, files: &[(&str, Vec<u8>)]) -> io::Result<()> {
    let mut zip = ZipWriter::new(File::create(file)?);
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default())?;
        zip.write_all(bytes)?;
    }
    zip.finish()?.sync_all()
}

fn write_tar_gz(file: &Path, files: &[(&str, Vec<u8>)]) -> io::Result<()> {
    let gzip = GzEncoder::new(File::create(file)?, Compression::default());
    let mut tar = tar::Builder::new(gzip);
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, name, bytes.as_slice())?;
    }
    tar.into_inner()?.finish()?.sync_all()
}

/// Who may read a post.
#[derive(Clone, Copy)]
enum To {
    Public,
    Unlisted,
    Followers,
    One,
}

/// A post on its way into the outbox.
struct Status {
    at: DateTime<Utc>,
    number: u64,
    words: Words,
    to: To,
    /// The address of what it answers, and whom it names.
    answers: Option<(String, Option<&'static str>)>,
}

/// Tells one account's posts in ActivityPub's words.
struct Server<'a> {
    account: &'a SampleAccount,
    outbox: &'a Outbox,
}

impl Server<'_> {
    /// The name and the host of the handle.
    fn parts(&self) -> (&str, &str) {
        let handle = self.account.handle.trim_start_matches('@');
        handle.split_once('@').unwrap_or((handle, "social.example"))
    }

    /// The account's address.
    fn id(&self) -> String {
        let (name, host) = self.parts();
        format!("https://{host}/users/{name}")
    }

    fn actor(&self) -> Value {
        let (id, (name, host)) = (self.id(), self.parts());
        // Servers hide the scheme of a link from readers, not from the text.
        let home = format!(
            r#"<a href="https://{host}" rel="me"><span class="invisible">https://</span>{host}</a>"#
        );
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": id,
            "type": "Person",
            "preferredUsername": name,
            "name": self.account.name,
            "summary": format!("<p>{}</p>", self.account.bio),
            "url": format!("https://{host}/@{name}"),
            "manuallyApprovesFollowers": false,
            "discoverable": true,
            "published": self.account.opened_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            "inbox": format!("{id}/inbox"),
            "outbox": "outbox.json",
            "likes": "likes.json",
            "bookmarks": "bookmarks.json",
            "followers": format!("{id}/followers"),
            "following": format!("{id}/following"),
            "tag": [],
            "attachment": [{
                "type": "PropertyValue",
                "name": "Home",
                "value": home,
            }],
            "icon": { "type": "Image", "mediaType": "image/png", "url": "avatar.png" },
        })
    }

    /// `likes.json` or `bookmarks.json`: addresses only.
    fn list(&self, id: &str, items: u32) -> Value {
        let rows: Vec<String> = (0..items).map(|i| self.others_post(self.start(), i).0).collect();
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": id,
            "type": "OrderedCollection",
            "orderedItems": rows,
        })
    }

    /// The outbox, written by hand where the key stands twice.
    fn outbox_json(&self) -> io::Result<Vec<u8>> {
        let items = self.items();
        let total = items.len() as u64 + u64::from(self.outbox.uncounted);
        let rows = serde_json::to_string(&items)?;
        let doubled = if self.outbox.doubled_key { r#""orderedItems":[],"# } else { "" };
        let text = format!(
            r#"{{"@context":"https://www.w3.org/ns/activitystreams","id":"outbox.json","type":"OrderedCollection","totalItems":{total},{doubled}"orderedItems":{rows}}}"#
        );
        Ok(text.into_bytes())
    }

    /// Every row of the outbox, oldest first.
    fn items(&self) -> Vec<Value> {
        let mut statuses = self.threads();
        statuses.extend(self.answers());
        statuses.extend(self.hidden());
        let written = statuses.iter().map(|status| (status.at, self.create(status)));
        let mut rows: Vec<(DateTime<Utc>, Value)> = written.chain(self.boosts()).collect();
        rows.sort_by_key(|(at, _)| *at);
        rows.into_iter().map(|(_, row)| row).collect()
    }

    fn end(&self) -> DateTime<Utc> {
        self.outbox.ends_at.trunc_subsecs(0)
    }

    fn start(&self) -> DateTime<Utc> {
        self.end() - TimeDelta::days(i64::from(self.outbox.days))
    }

    /// The instant `i + 1` of `all`, the last of which is the end.
    fn step(&self, i: u32, all: u32) -> DateTime<Utc> {
        let length = i128::from((self.end() - self.start()).num_seconds());
        let offset = length * (i128::from(i) + 1) / i128::from(all.max(1));
        self.start() + TimeDelta::seconds(offset as i64)
    }

    fn status(&self, at: DateTime<Utc>, clock: u32, words: Words, to: To) -> Status {
        let at = at.trunc_subsecs(0);
        Status { at, number: status_number(at, u64::from(clock)), words, to, answers: None }
    }

    /// The threads we begin, some with a second post.
    fn threads(&self) -> Vec<Status> {
        let Outbox { posts, on_topic, continued, .. } = *self.outbox;
        let trade = self.account.trade;
        let mut statuses = Vec::new();
        for i in 0..posts {
            let is_on = is_picked(i, on_topic, posts);
            let texts = if is_on { trade.on_topic() } else { trade.off_topic() };
            let to = if i % 3 == 2 { To::Unlisted } else { To::Public };
            let first = self.status(self.step(i, posts), 0, texts[i as usize % texts.len()], to);
            if is_picked(i, continued, posts) {
                // Nothing comes after the end, so the last thread goes on at once.
                let at = (first.at + TimeDelta::minutes(2)).min(self.end());
                let next = self.status(at, 1, texts::CONTINUATION, to);
                let answers = Some((self.address(first.number), None));
                statuses.push(Status { answers, ..next });
            }
            statuses.push(first);
        }
        statuses
    }

    /// Our answers to others, each to a person and a thread of its own.
    fn answers(&self) -> Vec<Status> {
        let Outbox { answers, answer_minutes, .. } = *self.outbox;
        let asked = (0..answers).map(|i| {
            let wait = i64::from(answer_minutes) * 60 * (50 + i64::from(i) * 37 % 101) / 100;
            let at = self.step(i, answers + 1);
            let (address, name) = self.others_post(at - TimeDelta::seconds(wait), i);
            let words = texts::ANSWERS[i as usize % texts::ANSWERS.len()];
            let status = self.status(at, 2, words, To::Public);
            Status { answers: Some((address, Some(name))), ..status }
        });
        asked.collect()
    }

    /// Posts that are not for everybody.
    fn hidden(&self) -> Vec<Status> {
        let all = self.outbox.hidden;
        let for_some = |i| {
            let at = self.step(i, all + 1);
            let [followers, one] = [
                self.status(
                    at,
                    3,
                    ("en", "For those who follow: we move the desk."),
                    To::Followers,
                ),
                self.status(at, 4, ("en", "@vera Thank you, I will call."), To::One),
            ];
            [followers, one]
        };
        (0..all).flat_map(for_some).collect()
    }

    /// Somebody's post made `at`: its address and their name.
    fn others_post(&self, at: DateTime<Utc>, i: u32) -> (String, &'static str) {
        const NAMES: [&str; 6] = ["anna", "bruno", "carla", "dario", "elsa", "franco"];
        let name = NAMES[i as usize % NAMES.len()];
        let number = status_number(at, u64::from(i));
        (format!("https://town.example/users/{name}/statuses/{number}"), name)
    }

    fn address(&self, number: u64) -> String {
        format!("{}/statuses/{number}", self.id())
    }

    /// To whom a post goes: the fields `to` and `cc`.
    fn readers(&self, status: &Status) -> (Value, Value) {
        let followers = format!("{}/followers", self.id());
        let named = status.answers.iter().filter_map(|(_, name)| *name);
        let named: Vec<String> =
            named.map(|name| format!("https://town.example/users/{name}")).collect();
        match status.to {
            To::Public => (json!([EVERYBODY]), json!([vec![followers], named].concat())),
            To::Unlisted => {
                (json!([followers]), json!([vec![EVERYBODY.to_owned()], named].concat()))
            }
            To::Followers => (json!([followers]), json!(named)),
            To::One => (json!(["https://town.example/users/vera"]), json!([])),
        }
    }

    /// The row of a post.
    fn create(&self, status: &Status) -> Value {
        let (id, (to, cc)) = (self.address(status.number), self.readers(status));
        let published = status.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let (language, text) = status.words;
        let named = status.answers.iter().filter_map(|(_, name)| *name);
        let tags: Vec<Value> = named
            .map(|name| {
                let href = format!("https://town.example/users/{name}");
                json!({ "type": "Mention", "href": href, "name": format!("@{name}@town.example") })
            })
            .collect();
        let content = format!("<p>{text}</p>");
        json!({
            "id": format!("{id}/activity"),
            "type": "Create",
            "actor": self.id(),
            "published": published,
            "to": to,
            "cc": cc,
            "object": {
                "id": id,
                "type": "Note",
                "summary": null,
                "inReplyTo": status.answers.as_ref().map(|(address, _)| address),
                "published": published,
                "url": id.replace("/users/", "/@").replace("/statuses/", "/"),
                "attributedTo": self.id(),
                "to": to,
                "cc": cc,
                "sensitive": false,
                "conversation": self.conversation(status),
                "content": content,
                "contentMap": { language: content },
                "attachment": [],
                "tag": tags,
                "replies": { "id": format!("{id}/replies"), "type": "Collection" },
            },
        })
    }

    /// The tag that the posts of one thread share.
    fn conversation(&self, status: &Status) -> String {
        let first = match &status.answers {
            Some((address, _)) => address.clone(),
            None => self.address(status.number),
        };
        let host = self.parts().1;
        format!("tag:{host},2020:objectId={}:objectType=Conversation", &cid(&first)[7..19])
    }

    /// Posts of others that we passed on.
    fn boosts(&self) -> Vec<(DateTime<Utc>, Value)> {
        let all = self.outbox.boosts;
        let boost = |i| {
            let at = self.step(i, all + 1);
            let (address, _) = self.others_post(at - TimeDelta::hours(5), 1_000 + i);
            let id = format!("{}/statuses/{}/activity", self.id(), status_number(at, 5));
            let row = json!({
                "id": id,
                "type": "Announce",
                "actor": self.id(),
                "published": at.to_rfc3339_opts(SecondsFormat::Secs, true),
                "to": [EVERYBODY],
                "cc": [format!("{}/followers", self.id())],
                "object": address,
            });
            (at, row)
        };
        (0..all).map(boost).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::samples::Trade;

    fn account() -> SampleAccount {
        SampleAccount {
            handle: "@azzurro@radio.example".into(),
            name: "Azzurro".into(),
            bio: "Radio".into(),
            trade: Trade::Radio,
            opened_at: "2025-01-01T00:00:00Z".parse().expect("an instant"),
        }
    }

    fn outbox() -> Outbox {
        Outbox::healthy("2026-03-29T12:00:00Z".parse().expect("an instant"))
    }

    /// Writes an archive and reads one of its files.
    fn file_of(name: &str, outbox: &Outbox, inside: &str) -> String {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join(name);
        mastodon(&path, &account(), outbox).expect("it is written");
        let file = File::open(&path).expect("it is there");
        let mut text = String::new();
        if name.ends_with(".zip") {
            let mut zip = zip::ZipArchive::new(file).expect("a zip");
            zip.by_name(inside).expect("inside").read_to_string(&mut text).expect("text");
        } else {
            let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(file));
            let mut entries = tar.entries().expect("a tar").map(|entry| entry.expect("an entry"));
            let mut entry = entries
                .find(|entry| entry.path().is_ok_and(|path| path == Path::new(inside)))
                .expect("inside");
            entry.read_to_string(&mut text).expect("text");
        }
        text
    }

    fn items(text: &str) -> Vec<Value> {
        let value: Value = serde_json::from_str(text).expect("JSON, the last key wins");
        value["orderedItems"].as_array().expect("items").clone()
    }

    #[test]
    fn both_forms_hold_the_posts_asked_for() {
        for name in ["a.zip", "a.tar.gz"] {
            let items = items(&file_of(name, &outbox(), "outbox.json"));
            let asked = outbox();
            let all = asked.posts + asked.continued + asked.answers + asked.boosts;
            assert_eq!(items.len() as u32, all + 2 * asked.hidden, "{name}");
            let last = items.iter().filter_map(|item| item["published"].as_str()).max();
            assert_eq!(last, Some("2026-03-29T12:00:00Z"), "{name}");
            let actor = file_of(name, &outbox(), "actor.json");
            assert!(actor.contains("https://radio.example/users/azzurro"), "{name}");
        }
    }

    #[test]
    fn an_answers_parent_holds_its_time() {
        let items = items(&file_of("a.zip", &outbox(), "outbox.json"));
        let answers = items.iter().filter_map(|item| {
            let object = &item["object"];
            let parent = object["inReplyTo"].as_str().filter(|url| url.contains("town.example"))?;
            let number: u64 = parent.rsplit('/').next()?.parse().ok()?;
            let asked = DateTime::from_timestamp_millis((number >> 16) as i64)?;
            let answered: DateTime<Utc> = object["published"].as_str()?.parse().ok()?;
            Some((answered - asked).num_minutes())
        });
        let minutes: Vec<i64> = answers.collect();
        assert_eq!(minutes.len(), 24);
        assert!(minutes.iter().all(|minutes| (30..=91).contains(minutes)), "{minutes:?}");
    }

    #[test]
    fn quirks_are_written_when_asked_for() {
        let odd = Outbox { doubled_key: true, uncounted: 9, ..outbox() };
        let text = file_of("a.zip", &odd, "outbox.json");
        assert_eq!(text.matches(r#""orderedItems":["#).count(), 2);
        let value: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(value["totalItems"], items(&text).len() + 9);
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        for (name, outbox) in [
            ("a.rar", outbox()),
            ("a.zip", Outbox { posts: 0, on_topic: 0, continued: 0, ..outbox() }),
            ("a.zip", Outbox { on_topic: 37, ..outbox() }),
        ] {
            let refused = mastodon(&dir.path().join(name), &account(), &outbox);
            let kind = refused.expect_err("it is refused").kind();
            assert_eq!(kind, io::ErrorKind::InvalidInput, "{name}");
        }
    }
}

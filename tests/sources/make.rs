//! Builds small exports for the tests.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use fivestep::{
    evidence::{
        facts::Facts,
        sources::{self, Export, SourceError},
    },
    model::{KeepWords, Source, SourceKind},
};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

pub const OWN: &str = "did:plc:own";

/// The facts as they are kept: without the words of others.
pub fn kept(facts: &Facts) -> Facts {
    let mut facts = facts.clone();
    facts.keep_words(KeepWords::Own);
    facts
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

/// A folder of answers: names and contents.
pub fn folder(files: &[(&str, Value)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, value) in files {
        fs::write(folder.path().join(name), value.to_string()).expect("a file");
    }
    folder
}

pub fn bluesky() -> Source {
    Source {
        kind: SourceKind::BlueskyApi,
        account: "@acme.example".into(),
        path: None,
        map: None,
        as_of: None,
    }
}

pub fn read_bluesky(files: &[(&str, Value)]) -> Result<Export, SourceError> {
    sources::read(&bluesky(), folder(files).path())
}

pub fn profile() -> Value {
    json!({"did": OWN, "handle": "acme.example", "displayName": "Acme", "followersCount": 3,
           "postsCount": 2, "indexedAt": "2023-01-01T00:00:00.000Z"})
}

/// Somebody, who follows us if `follows`.
pub fn someone(name: &str, follows: bool) -> Value {
    let did = format!("did:plc:{name}");
    let record = format!("at://{did}/app.bsky.graph.follow/3jviuw7r6ns2b");
    let viewer = if follows { json!({ "followedBy": record }) } else { json!({}) };
    json!({"did": did, "handle": format!("{name}.example"), "displayName": name, "viewer": viewer})
}

/// A notification: who, why and when.
pub fn notice(name: &str, follows: bool, reason: &str, time: &str) -> Value {
    let subject = format!("at://{OWN}/app.bsky.feed.post/3k6k5mbzzig23");
    let seconds = time.replace(['-', ':', 'T', 'Z', '.'], "");
    json!({
        "uri": format!("at://did:plc:{name}/app.bsky.feed.{reason}/{seconds}"),
        "author": someone(name, follows), "reason": reason, "reasonSubject": subject,
        "record": {"text": "Is it good?", "langs": ["en-GB"], "createdAt": time,
                   "reply": {"root": {"uri": subject}, "parent": {"uri": subject}}},
        "indexedAt": time,
    })
}

pub fn notices(rows: &[Value]) -> Value {
    json!({ "notifications": rows })
}

/// A page of followers; without `cursor` it is the last.
pub fn followers(names: &[&str], cursor: Option<&str>) -> Value {
    let rows: Vec<Value> = names.iter().map(|name| someone(name, true)).collect();
    let mut page = json!({
        "subject": {"did": OWN, "handle": "acme.example"}, "followers": rows });
    if let Some(cursor) = cursor {
        page["cursor"] = json!(cursor);
    }
    page
}

/// A post view by `did`, answering `parent` if there is one.
pub fn view(did: &str, key: &str, time: &str, text: &str, parent: Option<&str>) -> Value {
    let reply = parent.map(|uri| json!({"root": {"uri": uri}, "parent": {"uri": uri}}));
    let mut record = json!({"text": text, "createdAt": time});
    if let Some(reply) = reply {
        record["reply"] = reply;
    }
    json!({"uri": format!("at://{did}/app.bsky.feed.post/{key}"), "indexedAt": time,
           "author": {"did": did, "handle": "x.example"}, "record": record})
}

pub fn mastodon() -> Source {
    let account = "@Acme@social.example".into();
    Source { kind: SourceKind::MastodonArchive, account, path: None, map: None, as_of: None }
}

pub const ACTOR: &str = "https://social.example/users/acme";
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

pub fn actor() -> Value {
    json!({"id": ACTOR, "preferredUsername": "acme", "followers": format!("{ACTOR}/followers"),
           "name": "Acme", "summary": "<p>We roast</p>", "icon": {"url": "avatar.png"},
           "attachment": [{"type": "PropertyValue", "name": "Web",
                           "value": "<a href=\"https://acme.example\">https://acme.example</a>"}]})
}

/// A status of ours; `change` edits the note.
pub fn status(id: u64, time: &str, html: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut note = json!({
        "id": format!("{ACTOR}/statuses/{id}"), "type": "Note", "published": time,
        "content": html, "contentMap": {"en": html}, "to": [PUBLIC],
        "cc": [format!("{ACTOR}/followers")], "inReplyTo": null, "tag": []});
    change(&mut note);
    json!({"id": format!("{ACTOR}/statuses/{id}/activity"), "type": "Create", "actor": ACTOR,
           "published": time, "object": note})
}

pub fn outbox(items: &[Value]) -> String {
    json!({"type": "OrderedCollection", "totalItems": items.len() + 7, "orderedItems": items})
        .to_string()
}

/// The two files that every archive has.
pub fn entries(outbox: &str) -> Vec<(String, Vec<u8>)> {
    vec![
        ("actor.json".into(), actor().to_string().into_bytes()),
        ("outbox.json".into(), outbox.as_bytes().to_vec()),
    ]
}

/// A kept archive: the folder must outlive the path.
pub struct Archive {
    pub folder: TempDir,
    pub path: PathBuf,
}

impl Archive {
    pub fn of(bytes: &[u8]) -> Self {
        let folder = TempDir::new().expect("a folder");
        // The name says nothing on purpose: the first bytes decide.
        let path = folder.path().join("export");
        fs::write(&path, bytes).expect("a file");
        Self { folder, path }
    }

    pub fn read(&self) -> Result<Export, SourceError> {
        sources::read(&mastodon(), &self.path)
    }
}

pub fn zip(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).expect("an entry");
        zip.write_all(bytes).expect("its bytes");
    }
    zip.finish().expect("a zip").into_inner()
}

pub fn tar(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_ustar();
        // Set by hand: the builder refuses the hostile names that the tests need.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, bytes.as_slice()).expect("an entry");
    }
    tar.into_inner().expect("a tar")
}

pub fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut gz = GzEncoder::new(Vec::new(), Compression::default());
    gz.write_all(bytes).expect("bytes");
    gz.finish().expect("a gz")
}

/// Reads an archive with this outbox.
pub fn read_outbox(outbox: &str) -> Result<Export, SourceError> {
    Archive::of(&zip(&entries(outbox))).read()
}

/// Where the real samples lie, if they do.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let named = std::env::var_os("FIVESTEP_SHARED_DATA").map(PathBuf::from);
    let found = [named, Some(beside)].into_iter().flatten().map(|data| data.join(folder));
    let found = found.into_iter().find(|path| path.is_dir());
    if found.is_none() {
        println!("skipped: the real samples `{folder}` are not there");
    }
    found
}

/// A folder of texts: names, which may have folders in them, and contents.
pub fn texts(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

/// A source of a kind.
pub fn source(kind: SourceKind, account: &str) -> Source {
    Source { kind, account: account.into(), path: None, map: None, as_of: None }
}

/// What became of the rows of one file: read, kept, and the reasons with their numbers.
pub fn rows(export: &Export, file: &str) -> (u64, u64, Vec<(String, u64)>) {
    let found = export.receipt.files.iter().find(|read| read.name.ends_with(file)).expect(file);
    let skipped = found.skipped.iter().map(|(reason, count)| (reason.clone(), *count));
    (found.rows_read, found.kept, skipped.collect())
}

/// What was compared: the words, stated and found.
pub fn compared(export: &Export) -> Vec<(&str, u64, u64)> {
    let rows = export.receipt.compared.iter();
    rows.map(|row| (row.what.as_str(), row.stated, row.found)).collect()
}

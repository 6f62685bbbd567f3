//! What the answers of all calls share: accounts, addresses, posts.
//!
//! # Always true
//!
//! - A DID and an address consist of the characters the protocol allows, and nothing else gets
//!   into a key.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{
    evidence::{
        facts::{Person, PersonId, Post, PostKind, Traits, Visibility},
        language::Language,
        sources::{
            gather::FollowSeen,
            json::{self, Skip},
            text, times,
        },
    },
    model::Platform,
};

/// The longest id or address that the protocol allows, rounded up.
const MAX_ID_BYTES: usize = 8192;

/// The id of an account.
pub(super) fn person_id(did: &str) -> PersonId {
    PersonId::new(Platform::Bluesky, did)
}

/// The DID at `path`.
pub(super) fn did<'v>(row: &'v Value, path: &str) -> Result<&'v str, Skip> {
    let found = json::text(row, path)?;
    if is_did(found) { Ok(found) } else { Err(Skip::because("an account id is not a DID")) }
}

/// The `at://` address at `path`, if there is one.
pub(super) fn maybe_address<'v>(row: &'v Value, path: &str) -> Result<Option<&'v str>, Skip> {
    match json::maybe_text(row, path)? {
        Some(found) if author_of(found).is_none() => {
            Err(Skip::because("an address does not begin with at:// and a DID"))
        }
        found => Ok(found),
    }
}

/// The `at://` address at `path`.
pub(super) fn address<'v>(row: &'v Value, path: &str) -> Result<&'v str, Skip> {
    maybe_address(row, path)?.ok_or_else(|| Skip::because("an address is missing"))
}

/// Whether a text is a DID.
pub(super) fn is_did(text: &str) -> bool {
    text.len() <= MAX_ID_BYTES
        && text.strip_prefix("did:").is_some_and(|rest| rest.contains(':'))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:_%-".contains(&byte))
}

/// The DID in an `at://` address of a record.
pub(super) fn author_of(address: &str) -> Option<&str> {
    let (did, record) = address.strip_prefix("at://")?.split_once('/')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:_~%/-".contains(&byte);
    (address.len() <= MAX_ID_BYTES && is_did(did) && record.bytes().all(plain)).then_some(did)
}

/// The time in the key of a record's address.
pub(super) fn time_of(address: &str) -> Option<DateTime<Utc>> {
    times::of_tid(address.rsplit('/').next()?)
}

/// A follow as its record's address tells it, if there is one.
pub(super) fn seen(record: Option<&str>) -> FollowSeen {
    FollowSeen { since_by_id: record.and_then(time_of), ..Default::default() }
}

/// The account at `path`.
pub(super) fn person(row: &Value, path: &str) -> Result<Person, Skip> {
    let id = person_id(did(row, &format!("{path}/did"))?);
    let handle = text::clean_name(json::text(row, &format!("{path}/handle"))?);
    let name = json::maybe_text(row, &format!("{path}/displayName"))?.map(text::clean_name);
    let name = name.filter(|name| !name.is_empty());
    let bio = json::maybe_text(row, &format!("{path}/description"))?.map(text::clean_text);
    let traits = Traits { bio, ..Traits::default() };
    Ok(Person { name, traits, ..Person::new(id, format!("@{handle}")) })
}

/// When something happened: the earlier of the server's and the client's clock.
pub(super) fn happened_at(row: &Value) -> Result<DateTime<Utc>, Skip> {
    earlier(row, "/record/createdAt")
}

/// The same, where the client's clock stands at `made`.
pub(super) fn earlier(row: &Value, made: &str) -> Result<DateTime<Utc>, Skip> {
    let indexed = json::instant(row, "/indexedAt")?;
    Ok(json::maybe_instant(row, made).map_or(indexed, |made| made.min(indexed)))
}

/// The post in a view or a notification, which have the same fields.
pub(super) fn post(row: &Value) -> Result<Post, Skip> {
    let id = address(row, "/uri")?;
    let author = person_id(did(row, "/author/did")?);
    let at = happened_at(row)?;
    let parent = maybe_address(row, "/record/reply/parent/uri")?;
    let root = maybe_address(row, "/record/reply/root/uri")?;
    let parent_author = parent.and_then(author_of).map(person_id);
    let kind = match &parent_author {
        None => PostKind::Original,
        Some(parent_author) if *parent_author == author => PostKind::SelfThread,
        Some(_) => PostKind::Reply,
    };
    let words = json::maybe_text(row, "/record/text")?.map(text::clean_text);
    let stated = row.pointer("/record/langs/0").and_then(Value::as_str).and_then(Language::of_tag);
    let told = text::Heard::of(words.as_deref(), stated);
    Ok(Post {
        id: id.into(),
        kind,
        root: root.or(parent).unwrap_or(id).into(),
        parent: parent.map(Into::into),
        parent_author,
        // A key is made when its post is, so it cannot be later than the answer.
        parent_at: parent.and_then(time_of).filter(|parent_at| *parent_at <= at),
        chars: told.chars,
        question: told.question,
        needs_answer: None,
        language: told.language,
        text: words.map(Into::into),
        visibility: Visibility::Public,
        author,
        at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_protocol_allows_is_an_id() {
        // (why this row exists, the text, is it a DID?)
        let table = [
            ("plc", "did:plc:abc", true),
            ("web", "did:web:acme.example", true),
            ("no method", "did:abc", false),
            ("a quote", "did:plc:a'b", false),
            ("a space", "did:plc:a b", false),
            ("a handle", "acme.example", false),
        ];
        for (why, text, good) in table {
            assert_eq!(is_did(text), good, "{why}");
        }
        let post = "at://did:plc:abc/app.bsky.feed.post/3k6k4as23yu2g";
        assert_eq!(author_of(post), Some("did:plc:abc"));
        for bad in ["at://did:plc:abc", "https://a.example/x", "at://did:plc:abc/x\"y", ""] {
            assert_eq!(author_of(bad), None, "{bad}");
        }
    }
}

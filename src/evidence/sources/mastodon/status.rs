//! One row of an outbox, and what can be told from its addresses.
//!
//! Start reading at [`Item`]; [`Own::post`] turns it into a fact once the account is known.
//!
//! # Always true
//!
//! - Who wrote the parent and when is told only by addresses that state it.
//! - The words of a post to named people are not kept.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::actor::Actor;
use crate::{
    evidence::{
        facts::{Person, PersonId, Post, PostKind, Visibility},
        language::Language,
        sources::{
            html,
            json::{self, Skip},
            text, times,
        },
    },
    model::Platform,
};

/// The longest address that is taken for one.
const MAX_ADDRESS_BYTES: usize = 2048;

/// The id of an account by its address.
pub(super) fn person_id(url: &str) -> PersonId {
    PersonId::new(Platform::Mastodon, url)
}

/// A web address, or why it is not one.
pub(super) fn address(text: &str) -> Result<&str, Skip> {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"\"'<>\\`{}|^".contains(c);
    let good = text.len() <= MAX_ADDRESS_BYTES && text.chars().all(plain);
    match host(text) {
        Some(host) if good && !host.is_empty() => Ok(text),
        _ => Err(Skip::because("an address is not a web address")),
    }
}

/// The host of a web address.
pub(super) fn host(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    rest.split('/').next()
}

/// A row of an outbox, cut down to what a fact needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Item {
    /// The address of the post; of the act, if it passes another on.
    pub id: String,
    at: DateTime<Utc>,
    actor: Option<String>,
    repost: bool,
    parent: Option<String>,
    to: Vec<String>,
    cc: Vec<String>,
    text: Option<String>,
    language: Option<Language>,
    mentions: Vec<(String, String)>,
}

impl Item {
    /// How many bytes of words it has.
    pub(super) fn words(&self) -> usize {
        self.text.as_deref().map_or(0, str::len)
    }

    /// Reads one row.
    pub(super) fn of(row: &Value) -> Result<Item, Skip> {
        if !row.is_object() {
            return Err(Skip::because("a row is not an object"));
        }
        match json::text(row, "/type")? {
            "Create" => Self::note(row),
            "Announce" => Self::announce(row),
            _ => Err(Skip::because("an act that is neither a post nor a repost")),
        }
    }

    fn announce(row: &Value) -> Result<Item, Skip> {
        Ok(Item {
            id: address(json::text(row, "/id")?)?.to_owned(),
            at: json::instant(row, "/published")?,
            actor: json::maybe_text(row, "/actor")?.map(str::to_owned),
            repost: true,
            parent: None,
            to: strings(row, "/to"),
            cc: strings(row, "/cc"),
            text: None,
            language: None,
            mentions: Vec::new(),
        })
    }

    fn note(row: &Value) -> Result<Item, Skip> {
        let note = row.pointer("/object").filter(|note| note.is_object());
        let note = note.ok_or_else(|| Skip::because("a post without its content"))?;
        if !matches!(json::text(note, "/type")?, "Note" | "Question" | "Article") {
            return Err(Skip::because("an object that is not a post"));
        }
        let parent = json::maybe_text(note, "/inReplyTo")?.map(address).transpose()?;
        let languages = note.pointer("/contentMap").and_then(Value::as_object);
        Ok(Item {
            id: address(json::text(note, "/id")?)?.to_owned(),
            at: json::instant(note, "/published")?,
            actor: json::maybe_text(row, "/actor")?.map(str::to_owned),
            repost: false,
            parent: parent.map(str::to_owned),
            to: strings(note, "/to"),
            cc: strings(note, "/cc"),
            text: json::maybe_text(note, "/content")?.map(words),
            language: languages
                .and_then(|map| map.keys().next())
                .and_then(|tag| Language::of_tag(tag)),
            mentions: mentions(note),
        })
    }

    fn visibility(&self, actor: &Actor) -> Visibility {
        let public = |name: &String| {
            matches!(
                name.as_str(),
                "https://www.w3.org/ns/activitystreams#Public" | "as:Public" | "Public"
            )
        };
        let followers = |name: &String| Some(name) == actor.followers.as_ref();
        if self.to.iter().any(public) {
            Visibility::Public
        } else if self.cc.iter().any(public) {
            Visibility::Unlisted
        } else if self.to.iter().chain(&self.cc).any(followers) {
            Visibility::Followers
        } else {
            Visibility::Direct
        }
    }
}

fn words(content: &str) -> String {
    text::clean_text(&html::to_text(content))
}

/// The texts at `path`: a list, or one alone.
fn strings(row: &Value, path: &str) -> Vec<String> {
    match row.pointer(path) {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(list)) => {
            list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// The accounts named in a note: address and handle.
fn mentions(note: &Value) -> Vec<(String, String)> {
    let tags = note.pointer("/tag").and_then(Value::as_array).into_iter().flatten();
    let mention = |tag: &Value| {
        let text = |path: &str| tag.pointer(path).and_then(Value::as_str);
        let (href, name) = (text("/href")?, text("/name")?);
        (text("/type") == Some("Mention")).then(|| (href.to_owned(), text::clean_name(name)))
    };
    tags.filter_map(mention).collect()
}

/// What the address of a status tells about it.
#[derive(Debug, PartialEq, Eq)]
struct Told<'u> {
    /// The address of its author.
    author: String,
    /// The author's handle, if the address has the name.
    handle: Option<String>,
    /// The server's own id of the status.
    status: &'u str,
}

/// Reads `https://HOST/users/NAME/statuses/ID`, `https://HOST/@NAME/ID` and
/// `https://HOST/ap/users/NUMBER/statuses/ID`.
fn told(url: &str) -> Option<Told<'_>> {
    let host = host(url)?;
    let scheme = url.split_once("://")?.0;
    let path = url.split_once("://")?.1.strip_prefix(host)?.strip_prefix('/')?;
    let parts: Vec<&str> = path.split('/').collect();
    let named = |name: &str, status| Told {
        author: format!("{scheme}://{host}/users/{name}"),
        handle: Some(format!("@{name}@{host}")),
        status,
    };
    match parts[..] {
        ["users", name, "statuses", status] if !name.is_empty() => Some(named(name, status)),
        ["ap", "users", number, "statuses", status] if !number.is_empty() => Some(Told {
            author: format!("{scheme}://{host}/ap/users/{number}"),
            handle: None,
            status,
        }),
        [name, status] => {
            let name = name.strip_prefix('@')?;
            // `@name@other` is the view of an account on another server.
            (!name.is_empty() && !name.contains('@')).then(|| named(name, status))
        }
        _ => None,
    }
}

/// Our own statuses, as context for each of them: when each was written, by a hash of its address.
pub(super) struct Own<'a> {
    actor: &'a Actor,
    hasher: RandomState,
    written: HashMap<u64, DateTime<Utc>>,
}

impl<'a> Own<'a> {
    /// Begins without a status of `actor`.
    pub(super) fn of(actor: &'a Actor) -> Self {
        Self { actor, hasher: RandomState::new(), written: HashMap::new() }
    }

    /// Learns of a status.
    pub(super) fn learn(&mut self, item: &Item) {
        self.written.insert(self.hasher.hash_one(&item.id), item.at);
    }

    /// When one of our own statuses was written, if `address` is that of one.
    fn written(&self, address: &str) -> Option<DateTime<Utc>> {
        self.written.get(&self.hasher.hash_one(address)).copied()
    }

    /// The fact in one row, and the person it answers.
    ///
    /// # Errors
    ///
    /// A [`Skip`] if the row is of another account.
    pub(super) fn post(&self, item: &Item) -> Result<(Post, Option<Person>), Skip> {
        if item.actor.as_ref().is_some_and(|actor| *actor != self.actor.url) {
            return Err(Skip::because("an act of another account"));
        }
        let visibility = item.visibility(self.actor);
        let parent = item.parent.as_deref();
        let person = parent.and_then(|parent| self.parent_author(item, parent));
        let words = item.text.as_deref();
        let told = text::Heard::of(words, item.language);
        let post = Post {
            id: (*item.id).into(),
            author: self.actor.id.clone(),
            at: item.at,
            kind: self.kind(item, person.as_ref()),
            // Found when all posts are there.
            root: (*item.id).into(),
            parent: item.parent.as_deref().map(Into::into),
            parent_author: person.as_ref().map(|person| person.id.clone()),
            parent_at: parent.and_then(|parent| self.parent_at(item, parent)),
            text: words.filter(|_| visibility != Visibility::Direct).map(Into::into),
            chars: told.chars,
            question: told.question,
            needs_answer: None,
            language: told.language,
            visibility,
        };
        // Without a handle there is nobody to show.
        let person =
            person.filter(|person| person.id != self.actor.id && !person.handle.is_empty());
        Ok((post, person))
    }

    fn kind(&self, item: &Item, parent_author: Option<&Person>) -> PostKind {
        match (item.repost, &item.parent, parent_author) {
            (true, _, _) => PostKind::Repost,
            (false, None, _) => PostKind::Original,
            (false, Some(_), Some(person)) if person.id == self.actor.id => PostKind::SelfThread,
            (false, Some(_), _) => PostKind::Reply,
        }
    }

    fn parent_author(&self, item: &Item, parent: &str) -> Option<Person> {
        let person = |url: &str, handle: String| Person::new(person_id(url), handle);
        let own = || person(&self.actor.url, self.actor.profile.handle.clone());
        if self.written(parent).is_some() {
            return Some(own());
        }
        let told = told(parent)?;
        let handle = told.handle.unwrap_or_default();
        if told.author == self.actor.url || self.is_own_handle(&handle) {
            return Some(own());
        }
        // A mention knows the handle better: the server may write its accounts under another host.
        let mention = item.mentions.iter().find(|(href, _)| *href == told.author);
        Some(person(&told.author, mention.map_or(handle, |(_, name)| name.clone())))
    }

    fn is_own_handle(&self, handle: &str) -> bool {
        handle.eq_ignore_ascii_case(&self.actor.profile.handle)
    }

    /// When the parent was written; never later than the answer.
    fn parent_at(&self, item: &Item, parent: &str) -> Option<DateTime<Utc>> {
        let by_id = || told(parent).and_then(|told| times::of_mastodon_id(told.status));
        self.written(parent).or_else(by_id).filter(|at| *at <= item.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_author_and_status() {
        // (the address, the author, the status)
        let table = [
            ("https://a.example/users/rita/statuses/12", "https://a.example/users/rita", "12"),
            ("https://a.example/@rita/12", "https://a.example/users/rita", "12"),
            ("https://a.example/ap/users/7/statuses/12", "https://a.example/ap/users/7", "12"),
        ];
        for (url, author, status) in table {
            let found = told(url).expect(url);
            assert_eq!((found.author.as_str(), found.status), (author, status));
        }
        let silent = [
            "https://a.example/objects/5f0e",
            "https://a.example/@rita@b.example/12",
            "https://a.example/users//statuses/12",
            "https://a.example",
            "",
        ];
        for url in silent {
            assert_eq!(told(url), None, "{url}");
        }
    }

    #[test]
    fn only_a_plain_web_address_is_one() {
        assert!(address("https://a.example/users/rita").is_ok());
        for bad in ["", "https://", "ftp://a.example", "https://a.example/\"x", "https://a. b"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}

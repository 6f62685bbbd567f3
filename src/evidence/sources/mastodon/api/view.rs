//! Accounts and statuses as every call of the API shows them.
//!
//! # Always true
//!
//! - Ids of a server are opaque and its own; a person's key is the address that all servers know.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::status::{address, host, person_id};
use crate::evidence::{
    facts::{Count, Person, PersonId, Post, PostKind, Traits, Visibility},
    language::Language,
    numbers::Numbers,
    sources::{
        gather::ProfileSeen,
        html,
        json::{self, Skip},
        text, times,
    },
};

/// The brand's own account.
#[derive(Debug)]
pub(super) struct Own {
    /// The key of the account.
    pub id: PersonId,
    /// Its id on its server.
    pub local: String,
    /// Its server.
    pub host: String,
    /// Its profile.
    pub profile: ProfileSeen,
}

impl Own {
    /// The account in the answer of `verify_credentials`.
    pub(super) fn of(row: &Value) -> Result<Own, Skip> {
        let url = account_address(row)?;
        let host = host(&url).unwrap_or_default().to_owned();
        let name = text::clean_name(json::text(row, "/username")?);
        let count = |path| json::maybe_count(row, path);
        let profile = ProfileSeen {
            handle: format!("@{name}@{host}"),
            fields: fields(row),
            says: says(row),
            followers: count("/followers_count")?,
            follows: count("/following_count")?,
            posts: count("/statuses_count")?,
        };
        let local = json::text(row, "/id")?.to_owned();
        Ok(Own { id: person_id(&url), local, host, profile })
    }

    /// Whether `account` means this one: its address, or `name@host`, where the host may also be
    /// the domain above the server's.
    pub(super) fn is(&self, account: &str) -> bool {
        let account = account.trim().to_lowercase();
        if self.id == person_id(account.as_str()) {
            return true;
        }
        let own = self.profile.handle.to_lowercase();
        match (account.trim_start_matches('@').split_once('@'), own[1..].split_once('@')) {
            (Some((name, host)), Some((own_name, own_host))) => {
                let above = host.contains('.') && own_host.ends_with(&format!(".{host}"));
                name == own_name && (host == own_host || above)
            }
            _ => false,
        }
    }
}

/// Which of the required fields are filled in.
fn fields(row: &Value) -> BTreeMap<String, bool> {
    let field = |path: &str| row.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let bio = html::to_text(field("/note"));
    let rows = row.pointer("/fields").and_then(Value::as_array).into_iter().flatten();
    let values = rows.filter_map(|row| row.pointer("/value").and_then(Value::as_str));
    let linked = values.map(html::to_text).any(|value| text::has_link(&value));
    let avatar = field("/avatar");
    BTreeMap::from([
        ("name".to_owned(), !field("/display_name").trim().is_empty()),
        ("bio".to_owned(), !bio.is_empty()),
        ("picture".to_owned(), !avatar.is_empty() && !avatar.ends_with("/missing.png")),
        ("link".to_owned(), linked || text::has_link(&bio)),
    ])
}

/// What the profile says; links that the server has verified are told apart.
fn says(row: &Value) -> BTreeMap<String, String> {
    let field = |path: &str| row.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let rows = row.pointer("/fields").and_then(Value::as_array).into_iter().flatten();
    // The text of a link is cut short; where it leads stands in its markup.
    let rows: Vec<(&str, bool)> = rows
        .filter_map(|row| {
            let value = row.pointer("/value").and_then(Value::as_str)?;
            Some((value, row.pointer("/verified_at").is_some_and(Value::is_string)))
        })
        .collect();
    let links = rows.iter().map(|(value, _)| *value);
    let verified = rows.iter().filter(|(_, verified)| *verified).map(|(value, _)| *value);
    let bio = html::to_text(field("/note"));
    text::profile_says(field("/display_name"), &bio, links, verified)
}

/// The address that all servers know an account by.
fn account_address(row: &Value) -> Result<String, Skip> {
    if let Some(uri) = json::maybe_text(row, "/uri")? {
        return Ok(address(uri)?.to_owned());
    }
    // Servers before 4.2 left it out; theirs follow from the page of the account.
    let url = address(json::text(row, "/url")?)?;
    match url.rsplit_once("/@") {
        Some((host, name)) if !name.contains(['/', '@']) => Ok(format!("{host}/users/{name}")),
        _ => Ok(url.to_owned()),
    }
}

/// An account, with its id on the server that was asked.
pub(super) fn person(row: &Value, home: &str) -> Result<(String, Person), Skip> {
    let id = person_id(&account_address(row)?);
    let acct = text::clean_name(json::text(row, "/acct")?);
    let handle = if acct.contains('@') { format!("@{acct}") } else { format!("@{acct}@{home}") };
    let name = json::maybe_text(row, "/display_name")?.map(text::clean_name);
    let bio = json::maybe_text(row, "/note")?.map(html::to_text);
    let traits = Traits {
        created: json::maybe_instant(row, "/created_at"),
        last_post: json::maybe_text(row, "/last_status_at")?
            .and_then(|day| times::one_of(day, &["%Y-%m-%d"])),
        followers: json::maybe_count(row, "/followers_count")?,
        follows: json::maybe_count(row, "/following_count")?,
        posts: json::maybe_count(row, "/statuses_count")?,
        bio_filled: bio.as_ref().map(|bio| !bio.is_empty()),
        bot: row.pointer("/bot").and_then(Value::as_bool),
        bio,
    };
    let name = name.filter(|name| !name.is_empty());
    Ok((json::text(row, "/id")?.to_owned(), Person { name, traits, ..Person::new(id, handle) }))
}

/// A status, with what links it to others by the server's own ids.
pub(super) struct Status {
    pub local: String,
    pub author: Person,
    pub author_local: String,
    /// The status that it answers.
    pub parent: Option<String>,
    /// Who wrote that, as the server remembers.
    pub parent_author: Option<String>,
    /// Whether it names our account.
    pub names_us: bool,
    pub post: Post,
    /// What the server counts for it.
    pub counts: Numbers,
}

impl Status {
    pub(super) fn of(row: &Value, own: &Own) -> Result<Status, Skip> {
        let nowhere = || Skip::because("`account` is missing");
        let (author_local, author) =
            person(row.pointer("/account").ok_or_else(nowhere)?, &own.host)?;
        let id = address(json::text(row, "/uri")?)?.to_owned();
        let parent = json::maybe_text(row, "/in_reply_to_id")?.map(str::to_owned);
        let parent_author = json::maybe_text(row, "/in_reply_to_account_id")?.map(str::to_owned);
        let repost = row.pointer("/reblog").is_some_and(Value::is_object);
        let at = json::instant(row, "/created_at")?;
        let words = json::maybe_text(row, "/content")?.filter(|_| !repost);
        let words = words.map(|html| text::clean_text(&html::to_text(html)));
        let stated = json::maybe_text(row, "/language")?.and_then(Language::of_tag);
        let told = text::Heard::of(words.as_deref(), stated);
        let visibility = visibility(json::maybe_text(row, "/visibility")?)?;
        let kept = visibility != Visibility::Direct;
        let post = Post {
            root: id.clone().into(),
            id: id.into(),
            author: author.id.clone(),
            at,
            kind: match (repost, &parent) {
                (true, _) => PostKind::Repost,
                (false, None) => PostKind::Original,
                (false, Some(_)) if parent_author.as_ref() == Some(&author_local) => {
                    PostKind::SelfThread
                }
                (false, Some(_)) => PostKind::Reply,
            },
            parent: None,
            parent_author: None,
            parent_at: parent.as_deref().and_then(times::of_mastodon_id).filter(|told| *told <= at),
            chars: told.chars,
            question: told.question,
            needs_answer: None,
            language: told.language,
            text: words.filter(|_| kept).map(Into::into),
            visibility,
        };
        let (local, names_us) = (json::text(row, "/id")?.to_owned(), names(row, &own.local));
        let counts = if repost { Numbers::default() } else { counts(row)? };
        Ok(Status { local, author, author_local, parent, parent_author, names_us, post, counts })
    }

    /// When it was posted.
    pub(super) fn at(&self) -> DateTime<Utc> {
        self.post.at
    }
}

fn names(row: &Value, local: &str) -> bool {
    let mentions = row.pointer("/mentions").and_then(Value::as_array).into_iter().flatten();
    mentions.filter_map(|row| row.pointer("/id")).any(|id| id.as_str() == Some(local))
}

fn counts(row: &Value) -> Result<Numbers, Skip> {
    let counted = [
        (Count::Replies, "/replies_count"),
        (Count::Reposts, "/reblogs_count"),
        (Count::Likes, "/favourites_count"),
        (Count::Quotes, "/quotes_count"),
    ];
    let mut counts = Numbers::default();
    for (count, path) in counted {
        if let Some(value) = json::maybe_count(row, path)? {
            counts.add(count, Some(value));
        }
    }
    Ok(counts)
}

fn visibility(word: Option<&str>) -> Result<Visibility, Skip> {
    match word {
        Some("public") => Ok(Visibility::Public),
        Some("unlisted") => Ok(Visibility::Unlisted),
        Some("private") => Ok(Visibility::Followers),
        Some("direct") => Ok(Visibility::Direct),
        Some(_) | None => Err(Skip::because("`visibility` is not a known word")),
    }
}

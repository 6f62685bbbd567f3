//! The export that Facebook makes of a person, as JSON.
//!
//! Start reading at [`read`].
//!
//! # Always true
//!
//! - The export names people and has no ids: two of the same name are one here.
//! - Friends are never complete, since the export does not say whether it covers all time.

use std::path::Path;

use serde_json::Value;

use super::{second, stem};
use crate::{
    evidence::{
        facts::{Person, PersonId, Post, PostKind, Request, RequestState},
        sources::{
            Export, SourceError,
            draft::{Draft, Fate, rows_of},
            gather::FollowSeen,
            json::{self, Skip},
            mojibake, text,
            tree::{self, Glance, Listed, RowPlace, Want},
        },
    },
    model::{Digest, FactKind, Platform, Source},
};

/// The files that are read, by what they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Friends,
    Asked,
    Declined,
    Removed,
    AskedByUs,
    /// Whom we follow without being friends.
    Followed,
    Comments,
    Reactions,
}

impl Content {
    /// What an entry holds, by its name: the folders around it have changed often.
    fn of(name: &str) -> Option<Content> {
        Some(match stem(&name.to_lowercase()) {
            "your_friends" | "friends" => Content::Friends,
            "received_friend_requests" | "friend_requests_received" => Content::Asked,
            "rejected_friend_requests" => Content::Declined,
            "removed_friends" => Content::Removed,
            "sent_friend_requests" | "friend_requests_sent" => Content::AskedByUs,
            "comments" => Content::Comments,
            "likes_and_reactions" => Content::Reactions,
            // The apostrophe between is written in several ways.
            followed if followed.starts_with("who_you") && followed.ends_with("ve_followed") => {
                Content::Followed
            }
            _ => return None,
        })
    }
}

/// Whether lists of friends or comments of a person are among what was seen.
pub(in super::super) fn fits(glance: &Glance) -> bool {
    let keys = [
        "\"friends_v2\"",
        "_requests_v2\"",
        "\"comments_v2\"",
        "\"deleted_friends_v2\"",
        "\"following_v",
    ];
    glance.heads().any(|(name, head)| {
        Content::of(name).is_some() && keys.iter().any(|key| head.contains(key))
    })
}

/// Reads an export: a .zip, or the folder it was unpacked to.
pub(in super::super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let handle = source.account.trim().to_owned();
    let own = PersonId::new(Platform::Facebook, handle.trim_start_matches('@'));
    let mut draft = Draft::of(&own);
    draft.profile.handle = handle;
    let mut wants = |listed: &Listed| Want::from(Content::of(&listed.name).is_some());
    tree::walk(path, &mut wants, &mut |entry| {
        let Some(content) = Content::of(&entry.name) else { return Ok(()) };
        let file = rows_of(entry, &mut |place, row| {
            if is_aside(place) {
                return Ok(Fate::Aside);
            }
            take(content, &mojibake::mended_value(row), &own, &mut draft).map(|()| Fate::Kept)
        })?;
        draft.files.push(file);
        Ok(())
    })?;
    draft.note("people are known by their names only; two of the same name are taken for one");
    draft.finish(source, &own, path)
}

/// A value that is in no list.
fn is_aside(place: RowPlace<'_>) -> bool {
    place.index.is_none()
}

fn take(content: Content, row: &Value, own: &PersonId, draft: &mut Draft) -> Result<(), Skip> {
    match content {
        Content::Friends => {
            let (friend, since) = (person(row, draft)?, Some(second(row, "/timestamp")?));
            let seen = FollowSeen { since, ..Default::default() };
            draft.gather.follow(friend.clone(), own.clone(), seen);
            draft.gather.follow(own.clone(), friend, seen);
            draft.gather.carried.insert(FactKind::Followers);
        }
        Content::Followed => {
            let (person, since) = (person(row, draft)?, Some(second(row, "/timestamp")?));
            let seen = FollowSeen { since, ..Default::default() };
            draft.gather.follow(own.clone(), person, seen);
        }
        Content::Asked | Content::Declined => {
            let at = Some(second(row, "/timestamp")?);
            let (person, account) = (person(row, draft)?, own.clone());
            let declined = content == Content::Declined;
            let state = if declined { RequestState::Declined } else { RequestState::Pending };
            draft.gather.request(Request { person, account, at, state });
            draft.gather.carried.insert(FactKind::Requests);
        }
        Content::Comments => comment(row, own, draft)?,
        Content::Removed => return Err(Skip::because("a friend who was removed")),
        Content::AskedByUs => return Err(Skip::because("a request of ours")),
        Content::Reactions => return Err(Skip::because("a reaction of ours, which is no fact")),
    }
    Ok(())
}

fn person(row: &Value, draft: &mut Draft) -> Result<PersonId, Skip> {
    let name = text::clean_name(json::text(row, "/name")?);
    if name.is_empty() {
        return Err(Skip::because("a row names nobody"));
    }
    let id = PersonId::new(Platform::Facebook, &name);
    draft.gather.person(Person { name: Some(name.clone()), ..Person::new(id.clone(), name) });
    Ok(id)
}

/// A comment of ours; under what it stands is told in words only.
fn comment(row: &Value, own: &PersonId, draft: &mut Draft) -> Result<(), Skip> {
    let at = second(row, "/timestamp")?;
    let words = json::text(row, "/data/0/comment/comment")?;
    let title = json::maybe_text(row, "/title")?.unwrap_or_default();
    let told = format!("{at} {title} {words}");
    let id = format!("{own}#comment-{}", Digest::of(told.as_bytes()));
    draft
        .gather
        .post(Post { kind: PostKind::Reply, ..text::ours(Post::new(id, own.clone(), at), words) });
    Ok(())
}

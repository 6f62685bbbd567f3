//! `listNotifications`: who engaged with us, and whether they follow us.
//!
//! # Always true
//!
//! - A row is gathered whole or not at all.
//! - The same row tells whether its author follows us, so no list is needed for that.

use serde_json::Value;

use super::{own::Own, view};
use crate::{
    evidence::{
        facts::{Act, Interaction},
        sources::{
            SourceError,
            gather::{FollowSeen, Gather},
            json::{self, Skip},
            receipt::FileReceipt,
        },
    },
    model::FactKind,
};

/// Why a notification of a follow is not counted as kept.
const MERE_FOLLOW: &str = "a follow is not engagement; it is kept as a follow";

/// Reads one page.
pub(super) fn read(
    own: &Own,
    page: &Value,
    file: &mut FileReceipt,
    gather: &mut Gather,
) -> Result<(), SourceError> {
    let rows = json::rows(&file.name, page, "/notifications")?;
    gather.carried.extend([FactKind::Inbound, FactKind::Conversations]);
    json::each(rows, "/notifications", file, &mut |row| notification(own, row, gather));
    Ok(())
}

fn notification(own: &Own, row: &Value, gather: &mut Gather) -> Result<(), Skip> {
    let person = view::person(row, "/author")?;
    let at = view::happened_at(row)?;
    gather.stated(json::maybe_instant(row, "/indexedAt"));
    // What the answer says about an author's following it says by presence or absence.
    if row.pointer("/author/viewer").is_some_and(Value::is_object) {
        gather.carried.insert(FactKind::Followers);
    }
    if person.id == own.id {
        return Err(Skip::because("our own act is not engagement"));
    }
    let reason = json::text(row, "/reason")?;
    let act = act_of(reason);
    let object = act.map(|act| object_of(act, row)).transpose()?;
    // Nothing is gathered before every field of the row has been read without a fault.
    let post = match act {
        Some(Act::Reply | Act::Mention | Act::Quote) => Some(view::post(row)?),
        Some(Act::Like | Act::Repost) | None => None,
    };
    let record = view::maybe_address(row, "/author/viewer/followedBy")?;
    if record.is_some() || reason == "follow" {
        let seen = FollowSeen {
            since: (reason == "follow").then_some(at),
            since_by_id: record.and_then(view::time_of),
            seen_at: record.is_none().then_some(at),
        };
        gather.follow(person.id.clone(), own.id.clone(), seen);
        gather.carried.insert(FactKind::Followers);
    }
    let actor = person.id.clone();
    gather.person(person);
    gather.maybe_post(post);
    let (Some(act), Some(object)) = (act, object) else { return Err(Skip::because(other(reason))) };
    gather.interaction(Interaction { actor, act, object, account: own.id.clone(), at });
    Ok(())
}

fn act_of(reason: &str) -> Option<Act> {
    match reason {
        "like" | "like-via-repost" => Some(Act::Like),
        "repost" | "repost-via-repost" => Some(Act::Repost),
        "reply" => Some(Act::Reply),
        "quote" => Some(Act::Quote),
        "mention" => Some(Act::Mention),
        _ => None,
    }
}

/// Our post for a like or repost, their own post for the rest.
fn object_of(act: Act, row: &Value) -> Result<String, Skip> {
    let object = match act {
        Act::Like | Act::Repost => match view::maybe_address(row, "/reasonSubject")? {
            Some(subject) => subject,
            None => view::address(row, "/record/subject/uri")?,
        },
        Act::Reply | Act::Quote | Act::Mention => view::address(row, "/uri")?,
    };
    Ok(object.to_owned())
}

fn other(reason: &str) -> &'static str {
    match reason {
        "follow" => MERE_FOLLOW,
        "starterpack-joined" => "joining by a starter pack is not engagement",
        "verified" | "unverified" => "a verification is not engagement",
        "subscribed-post" => "a post we subscribed to is not engagement with us",
        "contact-match" => "a contact found is not engagement",
        _ => "a kind of notification that this version does not know",
    }
}

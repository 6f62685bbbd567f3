//! The calls about one post of ours or about given accounts: `getLikes`, `getRepostedBy`, `getQuotes`,
//! `getProfiles`, `getRelationships`. All of them are public, so no password is needed for them.
//!
//! # Always true
//!
//! - An answer about somebody else's post, or about somebody else's relationships, gives nothing.
//! - That an account is not found is no fact about it.

use serde_json::Value;

use super::{own::Own, view};
use crate::{
    evidence::{
        facts::{Act, Interaction},
        sources::{
            SourceError,
            gather::Gather,
            json::{self, Skip},
            receipt::FileReceipt,
        },
    },
    model::FactKind,
};

/// What a reader of numbers from these answers should know.
pub(super) const KNOWN_IN_PART: &str =
    "who liked, passed on or quoted is known of those posts whose answers were saved";
/// The same, of reposts.
pub(super) const UNDATED: &str =
    "an answer about reposts has no times: each counts as of when our post was written";

/// Reads one answer about a post of ours.
///
/// - `act`: what the call lists.
pub(super) fn read_engaged(
    own: &Own,
    act: Act,
    page: &Value,
    file: &mut FileReceipt,
    gather: &mut Gather,
) -> Result<(), SourceError> {
    let list = match act {
        Act::Like => "/likes",
        Act::Repost => "/repostedBy",
        Act::Reply | Act::Quote | Act::Mention => "/posts",
    };
    let rows = json::rows(&file.name, page, list)?;
    let post = page.pointer("/uri").and_then(Value::as_str).unwrap_or_default();
    if !view::author_of(post).is_some_and(|did| own.is(did)) {
        file.skip("about a post of somebody else", || "/uri".into());
        return Ok(());
    }
    gather.carried.insert(FactKind::Inbound);
    json::each(rows, list, file, &mut |row| engaged(own, act, post, row, gather));
    Ok(())
}

fn engaged(own: &Own, act: Act, post: &str, row: &Value, gather: &mut Gather) -> Result<(), Skip> {
    let who = match act {
        Act::Like => "/actor",
        Act::Repost => "",
        Act::Reply | Act::Quote | Act::Mention => "/author",
    };
    let person = view::person(row, who)?;
    if person.id == own.id {
        return Err(Skip::because("our own act is not engagement"));
    }
    let (object, at) = match act {
        Act::Like => (post.to_owned(), view::earlier(row, "/createdAt")?),
        Act::Repost => {
            let at = view::time_of(post);
            (post.to_owned(), at.ok_or_else(|| Skip::because("a repost without a time"))?)
        }
        Act::Reply | Act::Quote | Act::Mention => {
            let quote = view::post(row)?;
            let told = (quote.id.to_string(), quote.at);
            gather.post(quote);
            told
        }
    };
    gather.stated(json::maybe_instant(row, "/indexedAt"));
    let actor = person.id.clone();
    gather.person(person);
    gather.interaction(Interaction { actor, act, object, account: own.id.clone(), at });
    Ok(())
}

/// Reads one answer with accounts and their numbers.
pub(super) fn read_profiles(
    own: &Own,
    page: &Value,
    file: &mut FileReceipt,
    gather: &mut Gather,
) -> Result<(), SourceError> {
    let rows = json::rows(&file.name, page, "/profiles")?;
    json::each(rows, "/profiles", file, &mut |row| profile(own, row, gather));
    Ok(())
}

fn profile(own: &Own, row: &Value, gather: &mut Gather) -> Result<(), Skip> {
    let mut person = view::person(row, "")?;
    if person.id == own.id {
        return Err(Skip::because("our own account, of which getProfile tells"));
    }
    let traits = &mut person.traits;
    traits.followers = json::maybe_count(row, "/followersCount")?;
    traits.follows = json::maybe_count(row, "/followsCount")?;
    traits.posts = json::maybe_count(row, "/postsCount")?;
    traits.created = json::maybe_instant(row, "/createdAt");
    // The API leaves an empty description out.
    traits.bio_filled = Some(traits.bio.as_deref().is_some_and(|bio| !bio.trim().is_empty()));
    gather.stated(json::maybe_instant(row, "/indexedAt"));
    gather.person(person);
    Ok(())
}

/// Reads one answer about who follows whom.
pub(super) fn read_relationships(
    own: &Own,
    page: &Value,
    file: &mut FileReceipt,
    gather: &mut Gather,
) -> Result<(), SourceError> {
    let rows = json::rows(&file.name, page, "/relationships")?;
    if !page.pointer("/actor").and_then(Value::as_str).is_some_and(|did| own.is(did)) {
        file.skip("relationships of somebody else", || "/actor".into());
        return Ok(());
    }
    json::each(rows, "/relationships", file, &mut |row| relationship(own, row, gather));
    Ok(())
}

fn relationship(own: &Own, row: &Value, gather: &mut Gather) -> Result<(), Skip> {
    let kind = row.get("$type").and_then(Value::as_str).unwrap_or_default();
    if kind.ends_with("#notFoundActor") || row.get("notFound").is_some() {
        return Err(Skip::because("an account that was not found"));
    }
    let them = view::person_id(view::did(row, "/did")?);
    let ours = view::maybe_address(row, "/following")?;
    let theirs = view::maybe_address(row, "/followedBy")?;
    if ours.is_some() {
        gather.follow(own.id.clone(), them.clone(), view::seen(ours));
    }
    if theirs.is_some() {
        gather.follow(them, own.id.clone(), view::seen(theirs));
        gather.carried.insert(FactKind::Followers);
    }
    match (ours, theirs) {
        (None, None) => Err(Skip::because("neither follows the other")),
        _ => Ok(()),
    }
}

//! `getAuthorFeed`: what we posted, answered and passed on.
//!
//! # Always true
//!
//! - Only a feed that has something of ours, or nothing at all, tells about our posts.

use serde_json::Value;

use super::{own::Own, view};
use crate::{
    evidence::{
        facts::{Count, Post, PostKind},
        numbers::Numbers,
        sources::{
            SourceError,
            gather::{Gather, TotalsSeen},
            json::{self, Skip},
            receipt::FileReceipt,
        },
    },
    model::FactKind,
};

/// Where a post's numbers stand.
const COUNTS: [(&str, Count); 5] = [
    ("/likeCount", Count::Likes),
    ("/replyCount", Count::Replies),
    ("/repostCount", Count::Reposts),
    ("/quoteCount", Count::Quotes),
    ("/bookmarkCount", Count::Saves),
];

/// Reads one page.
pub(super) fn read(
    own: &Own,
    page: &Value,
    file: &mut FileReceipt,
    gather: &mut Gather,
) -> Result<(), SourceError> {
    let rows = json::rows(&file.name, page, "/feed")?;
    json::each(rows, "/feed", file, &mut |row| item(own, row, gather));
    // The feed of somebody else tells nothing about our posts; an empty one tells there are none.
    if rows.is_empty() || file.kept > 0 {
        gather.carried.extend([FactKind::OwnPosts, FactKind::Answers]);
    }
    Ok(())
}

fn item(own: &Own, row: &Value, gather: &mut Gather) -> Result<(), Skip> {
    let view = row.pointer("/post").ok_or_else(|| Skip::because("`post` is missing"))?;
    let kind = json::maybe_text(row, "/reason/$type")?.unwrap_or_default();
    if kind.ends_with("#reasonRepost") {
        gather.maybe_post(Some(repost(own, row)?));
        return Ok(());
    }
    let mut post = view::post(view)?;
    if post.author != own.id {
        return Err(Skip::because("a post of somebody else"));
    }
    gather.stated(json::maybe_instant(view, "/indexedAt"));
    if let Some(parent) = row.pointer("/reply/parent") {
        let parent_at = view::happened_at(parent).ok().filter(|_| same(parent, &post));
        post.parent_at = parent_at.filter(|at| *at <= post.at).or(post.parent_at);
    }
    totals(view, &post, gather);
    gather.post(post);
    for path in ["/reply/parent", "/reply/root"] {
        row.pointer(path).into_iter().for_each(|view| around(own, view, gather));
    }
    Ok(())
}

/// Adds what the service counted for a post of ours; a number that is odd is none.
fn totals(view: &Value, post: &Post, gather: &mut Gather) {
    let stated = COUNTS.into_iter().filter_map(|(path, count)| {
        let number = json::maybe_count(view, path).ok().flatten()?;
        Some((count, Some(number)))
    });
    let counts: Numbers = stated.collect();
    if !counts.is_empty() {
        gather.carried.insert(FactKind::PostTotals);
        let seen = TotalsSeen { account: post.author.clone(), at: post.at, counts };
        gather.post_totals(post.id.clone(), seen);
    }
}

fn same(parent: &Value, post: &Post) -> bool {
    json::text(parent, "/uri").ok() == post.parent.as_deref()
}

/// Adds a post that ours answers; one that was deleted or blocks us has nothing to add.
pub(super) fn around(own: &Own, view: &Value, gather: &mut Gather) {
    let read = view::post(view).and_then(|post| Ok((post, view::person(view, "/author")?)));
    if let Ok((post, person)) = read {
        if person.id != own.id {
            gather.person(person);
        }
        gather.post(post);
    }
}

/// Somebody's post that we passed on. Its own record is not in every answer, so its id is made of
/// what always is: the post and us.
fn repost(own: &Own, row: &Value) -> Result<Post, Skip> {
    if !own.is(view::did(row, "/reason/by/did")?) {
        return Err(Skip::because("passed on by somebody else"));
    }
    let id = format!("{}#repost-by-{}", view::address(row, "/post/uri")?, own.did);
    let at = json::instant(row, "/reason/indexedAt")?;
    Ok(Post { kind: PostKind::Repost, ..Post::new(id, own.id.clone(), at) })
}

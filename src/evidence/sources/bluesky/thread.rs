//! `getPostThread`: conversations around a post.
//!
//! # Always true
//!
//! - The tree is walked with a list of our own, so its depth costs memory, not stack.
//! - A thread in which we said nothing is other people's business: nothing of it is kept.

use serde_json::Value;

use super::{feed::around, own::Own, view};
use crate::{
    evidence::{
        facts::{Post, PostKind},
        sources::{
            SourceError,
            gather::Gather,
            json::{self, Skip},
            receipt::FileReceipt,
        },
    },
    model::FactKind,
};

/// Reads one thread.
pub(super) fn read(
    own: &Own,
    page: &Value,
    file: &mut FileReceipt,
    gather: &mut Gather,
) -> Result<(), SourceError> {
    let nodes = nodes(json::object(&file.name, page, "/thread")?);
    let read: Vec<_> = nodes.iter().map(|(_, node)| post_of(node)).collect();
    let ours = read.iter().flatten().any(|post| post.author == own.id);
    for ((place, node), post) in nodes.iter().zip(&read) {
        match post {
            Ok(_) if !ours => file.skip("in a thread in which we said nothing", || place.clone()),
            Ok(post) => {
                if post.author == own.id && post.kind == PostKind::Reply {
                    gather.carried.insert(FactKind::Answers);
                }
                around(own, &node["post"], gather);
                file.keep();
            }
            Err(Skip(reason)) => file.skip(reason, || place.clone()),
        }
    }
    Ok(())
}

/// Every node of the tree with its place.
fn nodes(thread: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    let mut open = vec![("/thread".to_owned(), thread)];
    while let Some((place, node)) = open.pop() {
        if let Some(parent) = node.get("parent").filter(|parent| parent.is_object()) {
            open.push((format!("{place}/parent"), parent));
        }
        let replies = node.get("replies").and_then(Value::as_array).into_iter().flatten();
        open.extend(replies.enumerate().map(|(i, node)| (format!("{place}/replies/{i}"), node)));
        found.push((place, node));
    }
    found
}

fn post_of(node: &Value) -> Result<Post, Skip> {
    let kind = node.get("$type").and_then(Value::as_str).unwrap_or_default();
    if kind.ends_with("#notFoundPost") {
        return Err(Skip::because("a post that was not found"));
    }
    if kind.ends_with("#blockedPost") {
        return Err(Skip::because("a post that is blocked"));
    }
    let post = node.get("post").ok_or_else(|| Skip::because("`post` is missing"))?;
    view::person(post, "/author")?;
    view::post(post)
}

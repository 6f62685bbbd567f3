//! A mapping to start from, guessed from the header of a table.
//!
//! Start reading at [`guess_map`].
//!
//! # Always true
//!
//! - A guess is a text for a person to read and correct; nothing is imported by it.

use std::path::Path;

use serde_json::Value;

use super::{cells::Form, map::Rows};
use crate::evidence::{
    facts::Count,
    sources::{SourceError, table, tree},
};

/// The names under which programs export what a column means, in the order in which they count.
const NAMES: [(&str, &[&str]); 9] = [
    ("id", &["id", "message_id", "post_id", "tweet_id", "comment_id"]),
    (
        "thread",
        &[
            "conversation_id",
            "conversation id",
            "ticket_id",
            "ticket id",
            "ticket",
            "thread",
            "thread_id",
        ],
    ),
    (
        "at",
        &[
            "created_at",
            "created at",
            "sent_at",
            "timestamp",
            "date",
            "time",
            "datetime",
            "published_at",
        ],
    ),
    (
        "author",
        &[
            "sender",
            "from",
            "author",
            "author_id",
            "username",
            "user",
            "email",
            "requester",
            "sender.name",
            "handle",
            "person",
        ],
    ),
    ("side", &["sender_type", "message_type", "direction", "role", "sender.type"]),
    ("text", &["content", "text", "body", "message", "plain_body"]),
    ("object", &["object", "on", "post", "post_url", "url"]),
    ("act", &["act", "action", "type", "event", "reaction"]),
    ("name", &["name", "display_name", "full name"]),
];

/// Guesses what the columns of the table at `path` mean, as the text of a mapping file.
///
/// # Errors
///
/// [`SourceError`] if it cannot be read, or nothing in it looks like a column.
pub fn guess_map(path: &Path) -> Result<String, SourceError> {
    let glance = tree::glance(path)?;
    let head = glance.heads().next().map(|(_, head)| head).unwrap_or_default();
    let columns = match Form::of(&head) {
        Form::Table => table::first_columns(&head),
        Form::JsonLines | Form::JsonList => keys(&head),
    };
    if columns.is_empty() {
        return Err(SourceError::NoHeader { file: path.display().to_string() });
    }
    Ok(written(&columns))
}

/// The names of the first object's values, with those of the objects in it.
fn keys(head: &str) -> Vec<String> {
    let text = head.trim_start().trim_start_matches('[');
    let first = serde_json::Deserializer::from_str(text).into_iter::<Value>().next();
    let Some(Ok(Value::Object(row))) = first else { return Vec::new() };
    let mut keys = Vec::new();
    for (name, value) in &row {
        match value {
            Value::Object(inner) => keys.extend(inner.keys().map(|key| format!("{name}.{key}"))),
            _ => keys.push(name.clone()),
        }
    }
    keys
}

fn written(columns: &[String]) -> String {
    let find = |names: &[&str]| {
        names.iter().find_map(|name| columns.iter().find(|column| plain(column) == plain(name)))
    };
    let ours = |name: &str| {
        let (_, names) = NAMES.iter().find(|(known, _)| *known == name)?;
        find(names)
    };
    let counts: Vec<(&str, &String)> =
        Count::ALL.iter().filter_map(|(_, name)| Some((*name, find(&[name])?))).collect();
    let rows = rows_of(&|name| ours(name).is_some(), counts.len());
    let mut text = format!(
        "# A guess from the header; check every line, then: fivestep import BRAND FILE --map THIS\n\
         # The table has: {}\nrows: {rows}\ncolumns:\n",
        columns.join(", ")
    );
    let (needed, optional) = rows.columns();
    for name in needed.iter().chain(optional) {
        match ours(name) {
            Some(column) => text.push_str(&format!("  {name}: {}\n", quoted(column))),
            None if needed.contains(name) => {
                text.push_str(&format!("  {name}: COLUMN  # needed, and not found\n"));
            }
            None => {}
        }
    }
    if rows.counts() {
        let lines = counts.iter().map(|(name, column)| format!("  {name}: {}\n", quoted(column)));
        text.extend(lines);
    }
    match rows {
        Rows::Messages => {
            text.push_str("ours: [agent]  # the values of `side`, or of `author`, that mean you\n");
        }
        Rows::Followers => {
            text.push_str("complete: false  # true if it lists everybody who follows\n");
        }
        Rows::Interactions if ours("act").is_none() => text.push_str("act: mention\n"),
        Rows::Interactions | Rows::Posts | Rows::PostNumbers | Rows::AccountNumbers => {}
    }
    text
}

/// What a row most likely is.
fn rows_of(has: &dyn Fn(&str) -> bool, counts: usize) -> Rows {
    match (has("id"), has("author"), has("at")) {
        (true, false, true) if counts > 1 => Rows::PostNumbers,
        (false, _, true) if counts > 1 => Rows::AccountNumbers,
        (true, true, true) => Rows::Messages,
        (false, true, true) if has("object") => Rows::Interactions,
        (_, true, _) => Rows::Followers,
        (_, false, _) => Rows::Posts,
    }
}

/// A name without capitals, with one sign between its words.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

fn quoted(column: &str) -> String {
    serde_json::Value::from(column).to_string()
}

//! What Takeout hands over of an account: the comments it wrote, and what it subscribed to.
//!
//! Start reading at [`Cells::of`]: it finds the parts of a comment by what they look like, because
//! the columns are named in the account's language and new ones have been put between them.
//!
//! # Always true
//!
//! - The export knows nobody who subscribed or commented, so no such fact is made up.

use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{is_channel, is_token, is_video, person_id};
use crate::{
    evidence::{
        facts::{Person, PersonId, Post, PostKind},
        sources::{
            Export, SourceError, disk,
            draft::{Draft, Fate, table_of},
            gather::FollowSeen,
            json::Skip,
            table::{self, Columns, Row},
            text, times,
            tree::{self, Glance, Listed, Shape, Want},
        },
    },
    model::{FactKind, Source},
};

/// The fewest columns of a table of comments.
const COMMENT_COLUMNS: usize = 7;
/// The columns of a table of subscriptions.
const SUBSCRIPTION_COLUMNS: usize = 3;

/// Whether the first row of a table names several ids, as comments do in every language.
fn is_comments(columns: &Columns) -> bool {
    let names = columns.names();
    names.len() >= COMMENT_COLUMNS && names.iter().filter(|name| has_id(name)).count() >= 3
}

/// Whether it is the table of subscriptions: id, address and title of a channel.
fn is_subscriptions(columns: &Columns) -> bool {
    match columns.names() {
        [id, address, _] => has_id(id) && (address.contains("url") || address.contains("http")),
        _ => false,
    }
}

fn has_id(name: &str) -> bool {
    name.split([' ', '-', '_']).any(|word| matches!(word, "id" | "identifiant" | "identificador"))
}

fn is_header(columns: &Columns) -> bool {
    is_comments(columns) || is_subscriptions(columns)
}

/// Whether a table of comments or subscriptions is among what was seen.
pub(in super::super) fn fits(glance: &Glance) -> bool {
    glance.heads().any(|(_, head)| {
        table::begins(&head, &is_header) && (head.contains("{\"\"text\"\":") || head.contains("UC"))
    })
}

/// Reads an export: a .zip or .tgz, the folder it was unpacked to, or one table of it.
pub(in super::super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let mut reading = Reading::new(source);
    let alone = Shape::at(path)? == Shape::File;
    let is_table = |listed: &Listed| alone || listed.name.to_lowercase().ends_with(".csv");
    let mut tables = Vec::new();
    tree::walk(path, &mut |listed| Want::from(is_table(listed)), &mut |entry| {
        let file = table_of(entry, &is_header, &mut |row| match row.cells().len() {
            SUBSCRIPTION_COLUMNS => reading.subscription(row).map(|()| Fate::Kept),
            _ => reading.comment(row).map(|()| Fate::Kept),
        });
        match file {
            Ok(file) => tables.push(file),
            // Takeout puts tables of many other kinds beside them.
            Err(SourceError::NoHeader { .. } | SourceError::Empty { .. }) => {
                let name = text::clean_name(&entry.name);
                reading.draft.note(format!("`{name}` was not read: no known table"));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    })?;
    reading.draft.files = tables;
    if reading.draft.gather.has_no_post() {
        if source.as_of.is_none() {
            reading.draft.gather.made_at = disk::changed_at(path);
            reading.draft.note(
                "no row has a time: its date is when the file was saved, or give `--as-of DATE`",
            );
        }
    } else {
        reading.draft.gather.carried.insert(FactKind::OwnPosts);
    }
    let own = reading.own.clone();
    reading.draft.finish(source, &own, path)
}

/// The state of one reading.
struct Reading {
    own: PersonId,
    channel: String,
    draft: Draft,
}

impl Reading {
    fn new(source: &Source) -> Self {
        let channel = source.account.trim().to_owned();
        let mut draft = Draft::default();
        draft.profile.handle.clone_from(&channel);
        Self { own: person_id(channel.trim_start_matches('@')), channel, draft }
    }

    fn subscription(&mut self, row: &Row<'_>) -> Result<(), Skip> {
        let [channel, _, title] = row.cells() else { return Err(Skip::because("not three cells")) };
        if !is_channel(channel) {
            return Err(Skip::because("a cell that is no id of a channel"));
        }
        let title = text::clean_name(title);
        let id = person_id(channel);
        self.draft.gather.follow(self.own.clone(), id.clone(), FollowSeen::default());
        self.draft.gather.person(Person { name: Some(title.clone()), ..Person::new(id, title) });
        Ok(())
    }

    fn comment(&mut self, row: &Row<'_>) -> Result<(), Skip> {
        let cells = Cells::of(row.cells())?;
        // An account named by its handle cannot be compared: the table has ids only.
        if is_channel(&self.channel) && cells.channel.is_some_and(|found| found != self.channel) {
            return Err(Skip::because("a comment of another channel"));
        }
        let id = format!("youtube:comment:{}", cells.id);
        let parent = cells.parent.map(|parent| format!("youtube:comment:{parent}"));
        let video = cells.video.map(|video| format!("https://www.youtube.com/watch?v={video}"));
        let root = parent.clone().or(video).unwrap_or_else(|| id.clone());
        self.draft.gather.post(Post {
            root: root.into(),
            kind: if parent.is_some() { PostKind::Reply } else { PostKind::Original },
            parent: parent.map(Into::into),
            ..text::ours(Post::new(id, self.own.clone(), cells.at), &cells.words)
        });
        Ok(())
    }
}

/// The parts of a comment.
#[derive(Debug, PartialEq, Eq)]
struct Cells<'c> {
    id: &'c str,
    parent: Option<&'c str>,
    channel: Option<&'c str>,
    video: Option<&'c str>,
    at: DateTime<Utc>,
    words: String,
}

impl<'c> Cells<'c> {
    /// Finds the parts among the cells of a row.
    fn of(cells: &[&'c str]) -> Result<Cells<'c>, Skip> {
        let find = |fits: &dyn Fn(&str) -> bool| cells.iter().copied().find(|cell| fits(cell));
        let is_comment = |cell: &str| cell.starts_with("Ug") && cell.len() > 12 && is_plain(cell);
        let id =
            find(&is_comment).ok_or_else(|| Skip::because("no cell is the id of a comment"))?;
        // The comment that is answered comes behind; newer tables repeat the id where it is the
        // first of its thread.
        let mut others = cells.iter().copied().filter(|cell| is_comment(cell) && *cell != id);
        let at = cells.iter().find_map(|cell| times::instant(cell).or_else(|| utc(cell)));
        let words = cells.iter().rev().find_map(|cell| words(cell));
        Ok(Cells {
            id,
            parent: others.next(),
            channel: find(&is_channel),
            video: find(&is_video),
            at: at.ok_or_else(|| Skip::because("no cell is a plausible time"))?,
            words: words.ok_or_else(|| Skip::because("no cell holds the words as JSON"))?,
        })
    }
}

/// Whether a cell is an id, with the dot by which answers extend that of their thread.
fn is_plain(cell: &str) -> bool {
    cell.split('.').all(is_token)
}

/// A time as older exports write it.
fn utc(cell: &str) -> Option<DateTime<Utc>> {
    times::one_of(cell, &["%Y-%m-%d %H:%M:%S UTC"])
}

/// The words of a comment: `{"text":"…"}`, or several such with commas between them.
fn words(cell: &str) -> Option<String> {
    let cell = cell.trim().trim_end_matches(',');
    if !cell.starts_with('{') {
        return None;
    }
    let parts: Vec<Value> = serde_json::from_str(&format!("[{cell}]")).ok()?;
    Some(parts.iter().filter_map(|part| part.pointer("/text")?.as_str()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_out_of_their_json() {
        // (why this row exists, the cell, the words)
        let table = [
            ("one part", r#"{"text":"Hola"}"#, Some("Hola")),
            (
                "several parts",
                r#"{"text":"See "},{"text":"@rita","mention":{}}"#,
                Some("See @rita"),
            ),
            ("a comma behind", r#"{"text":"a"},"#, Some("a")),
            ("not words", r#"{"link":1}"#, Some("")),
            ("no JSON", "Hola", None),
            ("broken", r#"{"text":"#, None),
        ];
        for (why, cell, expected) in table {
            assert_eq!(words(cell).as_deref(), expected, "{why}");
        }
    }
}

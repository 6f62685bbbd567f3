//! A table of people who are not in the audience yet.
//!
//! Start reading at [`prospects`].
//!
//! # Always true
//!
//! - A row that is wrong costs that row, and the receipt says which and why.
//! - An empty cell says nothing.

use std::{cell::RefCell, path::Path};

use super::{
    FileReceipt, SourceError,
    draft::{Fate, table_of},
    json::Skip,
    table::{Columns, Row},
    text::clean_name,
    times,
    tree::{self, Listed, Want},
};
use crate::{
    evidence::{
        facts::Traits,
        target::{prospect::Prospect, segment::name},
    },
    model::Platform,
};

/// The columns that are read, beside `platform` and `handle`.
pub const COLUMNS: [&str; 11] = [
    "bio",
    "languages",
    "follows",
    "segment",
    "post",
    "note",
    "same_as",
    "followers",
    "following",
    "posts",
    "last_post",
];

/// What a table of prospects says.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The people in it, in its order.
    pub people: Vec<Prospect>,
    /// What became of the rows.
    pub file: FileReceipt,
    /// Columns that it has and nothing reads.
    pub unread: Vec<String>,
}

/// Reads a table of prospects.
///
/// # Errors
///
/// [`SourceError`] if the file cannot be read, or has no columns `platform` and `handle`.
pub fn prospects(path: &Path) -> Result<Table, SourceError> {
    let mut people = Vec::new();
    let found = RefCell::new(None);
    let first = &mut |_: &Listed| Want::from(found.borrow().is_none());
    tree::walk(path, first, &mut |entry| {
        let mut names = Vec::new();
        let header = |columns: &Columns| columns.have(&["platform", "handle"]);
        let read = table_of(entry, &header, &mut |row| {
            if names.is_empty() {
                names = row.columns().names().to_vec();
            }
            people.push(prospect(row)?);
            Ok(Fate::Kept)
        });
        let file = read.map_err(without_header)?;
        found.replace(Some((file, names)));
        Ok(())
    })?;
    let place = path.display().to_string();
    let (file, names) = found.take().ok_or(SourceError::Empty { file: place })?;
    let read = |name: &str| matches!(name, "platform" | "handle") || COLUMNS.contains(&name);
    let unread = names.into_iter().filter(|name| !read(name)).collect();
    Ok(Table { people, file, unread })
}

fn without_header(error: SourceError) -> SourceError {
    match error {
        SourceError::NoHeader { file } => SourceError::Mapping {
            file,
            line: None,
            problem: "it has no columns `platform` and `handle`".to_owned(),
            remedy: format!(
                "write `platform`, `handle` and, if you like, some of `{}` above the columns",
                COLUMNS.join("`, `")
            ),
        },
        other => other,
    }
}

fn prospect(row: &Row<'_>) -> Result<Prospect, Skip> {
    let platform = platform(row.text("platform")?)?;
    let handle = clean_name(row.text("handle")?);
    let said = |name: &str| row.maybe(name).map(clean_name);
    let list = |name: &str| -> Vec<String> { parts(row.maybe(name).unwrap_or_default()) };
    let follows = list("follows").iter().map(|handle| name(platform, handle)).collect();
    Ok(Prospect {
        bio: row.maybe("bio").map(str::to_owned),
        languages: list("languages").iter().map(|code| code.to_lowercase()).collect(),
        follows,
        segment: said("segment"),
        post: said("post"),
        note: said("note"),
        same_as: row.maybe("same_as").map(other_account).transpose()?,
        traits: Traits {
            followers: row.count("followers")?,
            follows: row.count("following")?,
            posts: row.count("posts")?,
            bio_filled: row.maybe("bio").map(|bio| !bio.is_empty()),
            last_post: time(row, "last_post")?,
            created: None,
            bot: None,
            bio: None,
        },
        ..Prospect::new(platform, &handle)
    })
}

fn platform(cell: &str) -> Result<Platform, Skip> {
    let cell = cell.to_lowercase();
    let known = Platform::ALL.iter().find(|(_, name)| *name == cell);
    known.map(|(platform, _)| *platform).ok_or_else(|| {
        let names: Vec<&str> = Platform::ALL.iter().map(|(_, name)| *name).collect();
        Skip::because(format!("`platform` is none of {}", names.join(", ")))
    })
}

/// Another account, such as `mastodon:@ann@example.social`.
fn other_account(cell: &str) -> Result<String, Skip> {
    let because =
        || Skip::because("`same_as` is no account such as `mastodon:@ann@example.social`");
    let (network, handle) = cell.split_once(':').ok_or_else(because)?;
    Ok(name(platform(network).map_err(|_| because())?, handle))
}

/// Words with blanks, commas or semicolons between them.
fn parts(cell: &str) -> Vec<String> {
    let parts = cell.split([' ', ',', ';']).filter(|part| !part.is_empty());
    parts.map(clean_name).collect()
}

fn time(row: &Row<'_>, name: &str) -> Result<Option<chrono::DateTime<chrono::Utc>>, Skip> {
    let Some(cell) = row.maybe(name) else { return Ok(None) };
    times::day_or_instant(cell)
        .map(Some)
        .ok_or_else(|| Skip::because(format!("`{name}` is no time such as 2026-03-02")))
}

//! A table of accounts of which somebody knows whether they are genuine.
//!
//! Start reading at [`labelled`].

use std::{cell::RefCell, path::Path};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    FileReceipt, SourceError,
    draft::{Fate, table_of},
    json::Skip,
    table::{Columns, Row},
    times,
    tree::{self, Listed, Want},
};
use crate::evidence::{
    facts::Traits,
    scores::{Evaluation, Signs},
};

/// What a label may say, and whether such an account is *not* genuine.
const LABELS: [(&str, bool); 9] = [
    ("fake", true),
    ("bot", true),
    ("spam", true),
    ("bought", true),
    ("1", true),
    ("genuine", false),
    ("human", false),
    ("real", false),
    ("0", false),
];

/// The columns that are read, beside `label`.
pub const COLUMNS: [&str; 12] = [
    "followers",
    "follows",
    "posts",
    "bio_filled",
    "bot",
    "created",
    "last_post",
    "followed_since",
    "in_burst",
    "engaged",
    "replied",
    "followed",
];

/// What a table of labelled accounts gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Labelled {
    /// What the screen got right and wrong.
    pub evaluation: Evaluation,
    /// What became of the rows.
    pub file: FileReceipt,
    /// Columns that the table has and nothing reads.
    pub unread: Vec<String>,
    /// Whether no column says who engaged, so that everybody counts as silent.
    pub all_silent: bool,
}

/// Screens every account of a table; one row is in memory at a time.
///
/// - `now`: the moment of the look, UTC, against which ages are counted.
///
/// # Errors
///
/// [`SourceError`] if the file cannot be read, or has no column `label`.
pub fn labelled(path: &Path, now: DateTime<Utc>) -> Result<Labelled, SourceError> {
    let mut evaluation = Evaluation::default();
    let found = RefCell::new(None);
    let first = &mut |_: &Listed| Want::from(found.borrow().is_none());
    tree::walk(path, first, &mut |entry| {
        let mut names = Vec::new();
        let header = |columns: &Columns| columns.have(&["label"]);
        let read = table_of(entry, &header, &mut |row| {
            if names.is_empty() {
                names = row.columns().names().to_vec();
            }
            let (fake, signs) = (label(row)?, signs(row, now)?);
            evaluation.see(&signs, fake);
            Ok(Fate::Kept)
        });
        let file = read.map_err(without_label)?;
        found.replace(Some((file, names)));
        Ok(())
    })?;
    let place = path.display().to_string();
    let (file, names) = found.take().ok_or(SourceError::Empty { file: place })?;
    let all_silent = !names.iter().any(|name| name == "engaged");
    let unread = names.into_iter().filter(|name| name != "label" && !COLUMNS.contains(&&**name));
    Ok(Labelled { evaluation, file, unread: unread.collect(), all_silent })
}

/// The remedy that fits this kind of table.
fn without_label(error: SourceError) -> SourceError {
    match error {
        SourceError::NoHeader { file } => SourceError::Mapping {
            file,
            line: None,
            problem: "no column is called `label`".to_owned(),
            remedy: format!(
                "write `label` and some of `{}` above the columns",
                COLUMNS.join("`, `")
            ),
        },
        other => other,
    }
}

fn label(row: &Row<'_>) -> Result<bool, Skip> {
    let label = row.text("label")?.to_lowercase();
    let known = LABELS.iter().find(|(name, _)| *name == label);
    known.map(|(_, fake)| *fake).ok_or_else(|| {
        let names: Vec<&str> = LABELS.iter().map(|(name, _)| *name).collect();
        Skip::because(format!("`label` is none of {}", names.join(", ")))
    })
}

fn signs(row: &Row<'_>, now: DateTime<Utc>) -> Result<Signs, Skip> {
    let traits = Traits {
        created: time(row, "created")?,
        last_post: time(row, "last_post")?,
        followers: row.count("followers")?,
        follows: row.count("follows")?,
        posts: row.count("posts")?,
        bio_filled: truth(row, "bio_filled")?,
        bot: truth(row, "bot")?,
        bio: None,
    };
    let engaged =
        if row.columns().have(&["engaged"]) { truth(row, "engaged")? } else { Some(false) };
    Ok(Signs {
        followed_since: time(row, "followed_since")?,
        in_burst: truth(row, "in_burst")?,
        engaged,
        replied: truth(row, "replied")?.unwrap_or(false),
        followed: truth(row, "followed")?.unwrap_or(false),
        ..Signs::of(&traits, now)
    })
}

fn truth(row: &Row<'_>, name: &str) -> Result<Option<bool>, Skip> {
    let Some(cell) = row.maybe(name) else { return Ok(None) };
    match cell.to_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(Some(true)),
        "false" | "no" | "0" => Ok(Some(false)),
        _ => Err(Skip::because(format!("`{name}` is neither true nor false"))),
    }
}

fn time(row: &Row<'_>, name: &str) -> Result<Option<DateTime<Utc>>, Skip> {
    let Some(cell) = row.maybe(name) else { return Ok(None) };
    let because = || Skip::because(format!("`{name}` is no time such as 2026-03-02"));
    times::day_or_instant(cell).map(Some).ok_or_else(because)
}

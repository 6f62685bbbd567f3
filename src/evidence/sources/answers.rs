//! Tables that people fill in and hand back: rulings about people, and plans that were carried out.
//!
//! Start reading at [`answers`] and [`deeds`].
//!
//! # Always true
//!
//! - One row that is wrong refuses the whole table, with its line: nothing is half taken.
//! - A row that was not filled in says nothing.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::{
    SourceError,
    draft::{Fate, table_of},
    json::Skip,
    table::{Columns, Row},
    times,
    tree::{self, Want},
};
use crate::evidence::scores::ruling::Ruling;

/// A row of the review table that was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The line of the file, from 1.
    pub line: u64,
    /// About whom, as the table names them.
    pub who: String,
    /// The answer.
    pub ruling: Ruling,
    /// Until when, UTC.
    pub until: Option<DateTime<Utc>>,
    /// Why.
    pub reason: Option<String>,
}

/// A row of a plan that says it was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// The line of the file, from 1.
    pub line: u64,
    /// To whom, by their id.
    pub id: String,
    /// What was done.
    pub ruling: Ruling,
}

/// The filled-in rows of a review table.
///
/// # Errors
///
/// [`SourceError`] if the file cannot be read, or with the line of the first row that is wrong.
pub fn answers(path: &Path) -> Result<Vec<Answer>, SourceError> {
    rows(path, &["who", "ruling"], |row| {
        if row.maybe("ruling").is_none() {
            return Ok(None);
        }
        let (line, ruling) = (row.line, ruling(row)?);
        let who = row.text("who")?.trim_start_matches('\'').to_owned();
        let until = row.maybe("until").map(|until| day(until, "until")).transpose()?;
        let reason = row.maybe("reason").map(str::to_owned);
        fits(ruling, until, reason.as_deref())?;
        Ok(Some(Answer { line, who, ruling, until, reason }))
    })
}

/// The rows of a plan that say that they were carried out.
///
/// # Errors
///
/// As [`answers`].
pub fn deeds(path: &Path) -> Result<Vec<Deed>, SourceError> {
    rows(path, &["id", "ruling", "done"], |row| match row.maybe("done") {
        None | Some("no") => Ok(None),
        Some("yes") => {
            let (line, id) = (row.line, row.id("id")?.to_owned());
            Ok(Some(Deed { line, id, ruling: ruling(row)? }))
        }
        Some(_) => Err(Skip::because("`done` is neither `yes` nor `no`")),
    })
}

/// Whether a ruling says all that it must.
///
/// # Errors
///
/// What is missing, in words.
pub fn complete(
    ruling: Ruling,
    until: Option<DateTime<Utc>>,
    reason: Option<&str>,
) -> Result<(), String> {
    let name = ruling.name();
    match (ruling == Ruling::Snooze, until, ruling.needs_a_reason(), reason) {
        (true, None, ..) => Err(format!("`{name}` needs a day in `until`, such as 2026-04-01")),
        (false, Some(_), ..) => Err(format!("`{name}` stands without an `until`")),
        (_, _, true, None) => Err(format!("`{name}` needs a `reason`: they may ask why")),
        (_, _, true, Some(_)) | (_, _, false, _) => Ok(()),
    }
}

fn fits(ruling: Ruling, until: Option<DateTime<Utc>>, reason: Option<&str>) -> Result<(), Skip> {
    complete(ruling, until, reason).map_err(Skip::because)
}

fn ruling(row: &Row<'_>) -> Result<Ruling, Skip> {
    row.text("ruling")?.to_lowercase().parse().map_err(|()| {
        let names = Ruling::ALL.map(Ruling::name);
        Skip::because(format!("`ruling` is none of {}", names.join(", ")))
    })
}

/// A day, or an instant.
fn day(cell: &str, name: &str) -> Result<DateTime<Utc>, Skip> {
    times::day_or_instant(cell)
        .ok_or_else(|| Skip::because(format!("`{name}` is no day such as 2026-04-01")))
}

fn rows<T>(
    path: &Path,
    columns: &[&str],
    read: impl Fn(&Row<'_>) -> Result<Option<T>, Skip>,
) -> Result<Vec<T>, SourceError> {
    let (mut found, mut wrong) = (Vec::new(), None);
    tree::walk(path, &mut |_| Want::from(true), &mut |entry| {
        let header = |known: &Columns| known.have(columns);
        let taken = table_of(entry, &header, &mut |row| {
            match read(row) {
                Ok(one) => found.extend(one),
                Err(Skip(problem)) => {
                    wrong.get_or_insert((row.line, problem));
                }
            }
            Ok(Fate::Aside)
        });
        taken.map(drop).map_err(|error| without_header(error, columns))
    })?;
    match wrong {
        None => Ok(found),
        Some((line, problem)) => Err(SourceError::Mapping {
            file: path.display().to_string(),
            line: usize::try_from(line).ok(),
            problem,
            remedy: "mend that line; nothing was taken".to_owned(),
        }),
    }
}

fn without_header(error: SourceError, columns: &[&str]) -> SourceError {
    match error {
        SourceError::NoHeader { file } => SourceError::Mapping {
            file,
            line: None,
            problem: format!("it has no columns `{}`", columns.join("`, `")),
            remedy: "fill in the table that `fivestep review` writes".to_owned(),
        },
        other => other,
    }
}

//! The mapping file: which column of a table means what.
//!
//! ```yaml
//! rows: messages
//! columns: { id: message_id, thread: ticket, at: created_at, side: sender_type, author: email }
//! ours: [agent]
//! ```
//!
//! Start reading at [`Map`].
//!
//! # Always true
//!
//! - A mapping is checked before a row is read: a word that it does not know, or a column that it
//!   lacks, is an error that names its line and what is known.

use std::{collections::BTreeMap, fmt, path::Path};

use serde::Deserialize;

use crate::{
    definition::closest,
    evidence::{
        facts::{Act, Count},
        sources::{SourceError, disk, text::clean_name},
    },
    model::Platform,
};

/// The longest mapping.
const MAX_BYTES: u64 = 64 << 10;

/// What a row of the table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Rows {
    /// A message of a conversation, theirs or ours.
    Messages,
    /// Something that somebody did to us.
    Interactions,
    /// Somebody who follows us.
    Followers,
    /// A post of ours.
    Posts,
    /// What a platform counted for a post of ours.
    PostNumbers,
    /// What a platform counted for our account on a day, or how often a competitor was named.
    AccountNumbers,
}

impl Rows {
    pub(super) const ALL: [(Rows, &'static str); 6] = [
        (Rows::Messages, "messages"),
        (Rows::Interactions, "interactions"),
        (Rows::Followers, "followers"),
        (Rows::Posts, "posts"),
        (Rows::PostNumbers, "post_numbers"),
        (Rows::AccountNumbers, "account_numbers"),
    ];

    /// The columns that a mapping must name, and those that it may.
    pub(super) fn columns(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Rows::Messages => (&["id", "at", "author"], &["thread", "side", "text", "status"]),
            Rows::Interactions => (&["author", "at", "object"], &["act", "name"]),
            Rows::Followers => (&["author"], &["name", "at"]),
            Rows::Posts => (&["id", "at"], &["text", "parent"]),
            Rows::PostNumbers => (&["id", "at"], &[]),
            Rows::AccountNumbers => (&["at"], &["account"]),
        }
    }

    /// Whether its rows are of people, who may be more than the memory holds.
    pub(super) fn are_people(self) -> bool {
        match self {
            Rows::Interactions | Rows::Followers => true,
            Rows::Messages | Rows::Posts | Rows::PostNumbers | Rows::AccountNumbers => false,
        }
    }

    /// Whether its rows hold numbers.
    pub(super) fn counts(self) -> bool {
        match self {
            Rows::PostNumbers | Rows::AccountNumbers => true,
            Rows::Messages | Rows::Interactions | Rows::Followers | Rows::Posts => false,
        }
    }
}

impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(rows, _)| rows == self);
        f.pad(name.map_or("", |(_, name)| name))
    }
}

/// A mapping as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Map {
    pub rows: Rows,
    /// The network that the people are on.
    #[serde(default = "other")]
    pub platform: Platform,
    /// The table's column for each of ours.
    pub columns: BTreeMap<String, String>,
    /// The values of `side`, or of `author` where there is no `side`, that mean us.
    #[serde(default)]
    pub ours: Vec<String>,
    /// The values of `status` that mean spam, or that no answer is needed.
    #[serde(default)]
    pub no_answer: Vec<String>,
    /// What every row is, where no column says so.
    pub act: Option<Act>,
    /// How a time is written, where it is none of the common ways.
    pub time: Option<String>,
    /// Whether the table lists every follower, so that who is missing there is gone.
    #[serde(default)]
    pub complete: bool,
}

fn other() -> Platform {
    Platform::Other
}

impl Map {
    /// Reads and checks a mapping file.
    ///
    /// # Errors
    ///
    /// [`SourceError::Mapping`] with line and remedy, or why the file cannot be read.
    pub(super) fn read(path: &Path) -> Result<Map, SourceError> {
        let file = path.display().to_string();
        let bytes = disk::read_whole(path, MAX_BYTES)?;
        let wrong = |line: Option<usize>, problem: String, remedy: &str| SourceError::Mapping {
            file: file.clone(),
            line,
            // It repeats words of the file.
            problem: clean_name(&problem),
            remedy: remedy.to_owned(),
        };
        let keys = "a mapping has `rows`, `columns`, and perhaps `ours`, `no_answer`, `act`, `platform`, \
                    `time`, `complete`; `--guess-map` writes one to start from";
        let text = String::from_utf8(bytes)
            .map_err(|_| wrong(None, "the mapping is not UTF-8".into(), "save it as UTF-8"))?;
        let map: Map = serde_yaml::from_str(&text).map_err(|error| {
            let line = error.location().map(|at| at.line());
            wrong(line, error.to_string(), keys)
        })?;
        match map.problem() {
            None => Ok(map),
            Some((word, problem, remedy)) => Err(wrong(line_of(&text, &word), problem, &remedy)),
        }
    }

    /// The first word that cannot be followed, with what is wrong and what to do.
    fn problem(&self) -> Option<(String, String, String)> {
        let (needed, optional) = self.rows.columns();
        let numbers = Count::ALL.iter().map(|(_, name)| *name).filter(|_| self.rows.counts());
        let known: Vec<&str> =
            needed.iter().chain(optional).copied().chain(numbers.clone()).collect();
        if let Some(unknown) = self.columns.keys().find(|name| !known.contains(&name.as_str())) {
            let problem = format!("rows of `{}` have no column `{unknown}`", self.rows);
            let near = closest(unknown, known.iter().copied());
            let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
            return Some((unknown.clone(), problem, format!("{near}known: {}", known.join(", "))));
        }
        if let Some(missing) = needed.iter().find(|name| !self.columns.contains_key(**name)) {
            let problem = format!("rows of `{}` need the column `{missing}`", self.rows);
            let remedy = format!("add `{missing}: COLUMN` below `columns`");
            return Some(("columns".into(), problem, remedy));
        }
        let mut numbers = numbers;
        if self.rows.counts() && !numbers.any(|name| self.columns.contains_key(name)) {
            let problem = format!("rows of `{}` need a column with a number", self.rows);
            return Some(("columns".into(), problem, format!("known: {}", known.join(", "))));
        }
        self.unsaid()
    }

    /// What the rows need beside their columns.
    fn unsaid(&self) -> Option<(String, String, String)> {
        let said = |problem: &str, remedy: &str| {
            Some(("rows".to_owned(), problem.to_owned(), remedy.to_owned()))
        };
        match self.rows {
            Rows::Messages if self.ours.is_empty() => said(
                "nothing says which messages are ours",
                "add `ours: [agent]` with the values of `side`, or of `author`, that mean you",
            ),
            Rows::Messages if self.no_answer.is_empty() && self.columns.contains_key("status") => {
                said(
                    "nothing says which `status` means that no answer is needed",
                    "add `no_answer: [spam, closed]` with those values, or leave `status` out",
                )
            }
            Rows::Messages
                if !self.no_answer.is_empty() && !self.columns.contains_key("status") =>
            {
                said(
                    "`no_answer` has values, and no column has them",
                    "add `status: COLUMN` below `columns`",
                )
            }
            Rows::Interactions if self.act.is_none() && !self.columns.contains_key("act") => said(
                "nothing says what was done",
                "add `act: COLUMN` below `columns`, or `act: like` for all rows",
            ),
            Rows::Messages
            | Rows::Interactions
            | Rows::Followers
            | Rows::Posts
            | Rows::PostNumbers
            | Rows::AccountNumbers => None,
        }
    }
}

/// The line on which a key stands.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let holds = |line: &str| {
        line.match_indices(key).any(|(at, _)| line[at + key.len()..].trim_start().starts_with(':'))
    };
    text.lines().position(holds).map(|index| index + 1)
}

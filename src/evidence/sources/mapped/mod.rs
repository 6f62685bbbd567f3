//! Tables of one's own, CSV or JSON Lines, read by a mapping: help desks, shops, spreadsheets.
//!
//! ```text
//! mapping ──► which column means what
//! table   ──► rows as cells ──► messages, interactions, followers, posts, numbers ──► facts
//! ```
//!
//! Start reading at [`read`]; [`map`] says what a mapping holds, [`guess`] writes one.
//!
//! # Always true
//!
//! - Nothing is taken from a column that the mapping does not name.
//! - Followers are complete only if the mapping says so.

mod cells;
mod guess;
mod map;

use std::{borrow::Cow, collections::BTreeMap, io, path::Path};

use chrono::{DateTime, TimeDelta, Utc};

pub use self::guess::guess_map;
use self::{
    cells::Cells,
    map::{Map, Rows},
};
use super::{
    Export, SourceError,
    draft::Draft,
    gather::TotalsSeen,
    json::Skip,
    table, text,
    thread::{By, Message, Threads, Us},
    times,
    tree::{self, Listed, Shape, Want},
};
use crate::{
    evidence::{
        facts::{Act, Count, PersonId, Post, PostKind, Visibility},
        layers::sorter::{Said, Sorter, Whom},
        somebody::Micros,
    },
    model::{FactKind, Source},
};

/// The ways of writing a time that need not be told.
const TIMES: [&str; 8] = [
    "%Y-%m-%d %H:%M:%S%.f %Z",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%d %b %Y",
    "%a, %b %d, %Y",
];
/// The longest id or name.
const MAX_NAME_BYTES: usize = 512;

/// Reads one table, or every .csv, .tsv, .jsonl and .json file of a folder.
pub(super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let Some(map) = &source.map else {
        return Err(SourceError::NoMapping { path: path.display().to_string() });
    };
    let map_file = Path::new(map);
    let mut reading = Reading::new(Map::read(map_file)?, &source.account);
    let alone = Shape::at(path)? == Shape::File;
    let endings = [".csv", ".tsv", ".jsonl", ".ndjson", ".json"];
    let mut wants = |listed: &Listed| {
        let name = listed.name.to_lowercase();
        Want::from(alone || endings.iter().any(|ending| name.ends_with(ending)))
    };
    tree::walk(path, &mut wants, &mut |entry| {
        if reading.map.rows.are_people() {
            entry.is_streamed();
        }
        let columns: Vec<String> = reading.map.columns.values().cloned().collect();
        let wanted: Vec<&str> = columns.iter().map(String::as_str).collect();
        let (file, names) = cells::read(entry, &wanted, &mut |cells| reading.row(cells))?;
        let has = |names: &[String], column: &str| {
            names.iter().any(|name| name.eq_ignore_ascii_case(column.trim()))
        };
        let missing = names.filter(|names| !names.is_empty()).and_then(|names| {
            let lacking = wanted.iter().find(|column| !has(&names, column))?;
            Some(((*lacking).to_owned(), names))
        });
        if let Some((column, names)) = missing {
            return Err(SourceError::Mapping {
                file: map_file.display().to_string(),
                line: None,
                problem: format!("`{}` has no column `{column}`", entry.file()),
                remedy: format!("it has: {}", names.join(", ")),
            });
        }
        reading.draft.files.push(file);
        Ok(())
    })?;
    reading.finish(source, path)
}

struct Reading {
    map: Map,
    us: Us,
    draft: Draft,
    /// Messages by their thread.
    threads: Threads,
    /// People in tables of people, who may be more than the memory holds.
    crowd: Sorter,
    /// Why they could not be kept.
    fault: Option<io::Error>,
    /// The id of the person of this row.
    native: String,
}

impl Reading {
    fn new(map: Map, account: &str) -> Self {
        let name = account.trim().trim_start_matches('@').to_owned();
        let id = PersonId::named(map.platform, &name);
        let mut draft = Draft::of(&id);
        draft.profile.handle = format!("@{}", text::clean_name(&name));
        let kinds: &[FactKind] = match map.rows {
            Rows::Messages => &[FactKind::Inbound, FactKind::Conversations, FactKind::Answers],
            Rows::Interactions => &[FactKind::Inbound],
            Rows::Followers => &[FactKind::Followers],
            Rows::Posts => &[FactKind::OwnPosts],
            Rows::PostNumbers => &[FactKind::PostTotals],
            Rows::AccountNumbers => &[FactKind::AccountTotals],
        };
        draft.gather.carried.extend(kinds.iter().copied());
        let us = Us { id, platform: map.platform, visibility: Visibility::Public };
        let crowd = Sorter::new(us.platform, &us.id);
        Self {
            map,
            us,
            draft,
            threads: Threads::default(),
            crowd,
            fault: None,
            native: String::new(),
        }
    }

    fn row(&mut self, cells: &Cells<'_>) -> Result<(), Skip> {
        match self.map.rows {
            Rows::Messages => self.message(cells),
            Rows::Interactions => self.interaction(cells),
            Rows::Followers => self.follower(cells),
            Rows::Posts => self.post(cells),
            Rows::PostNumbers => self.post_numbers(cells),
            Rows::AccountNumbers => self.account_numbers(cells),
        }
    }

    /// The cell that means `name`.
    fn maybe<'c>(&self, cells: &Cells<'c>, name: &str) -> Option<Cow<'c, str>> {
        cells(self.map.columns.get(name)?)
    }

    fn cell<'c>(&self, cells: &Cells<'c>, name: &str) -> Result<Cow<'c, str>, Skip> {
        let cell = self.maybe(cells, name);
        cell.ok_or_else(|| Skip::because(format!("`{name}` is empty")))
    }

    /// An id or a name that is one.
    fn id<'c>(&self, cells: &Cells<'c>, name: &str) -> Result<Cow<'c, str>, Skip> {
        let id = self.cell(cells, name)?;
        if table::is_rounded(&id) {
            let reason = format!("`{name}` was rounded by a spreadsheet, as in `1.22158E+17`");
            return Err(Skip::because(reason));
        }
        if id.len() > MAX_NAME_BYTES || !text::is_plain(&id) && id.contains(char::is_control) {
            return Err(Skip::because(format!("`{name}` is no id or name")));
        }
        Ok(id)
    }

    fn at(&self, cells: &Cells<'_>) -> Result<DateTime<Utc>, Skip> {
        let text = self.cell(cells, "at")?;
        let at = match &self.map.time {
            Some(format) => times::one_of(&text, &[format]),
            None => times::instant(&text)
                .or_else(|| times::one_of(text.trim_end_matches(" UTC"), &TIMES))
                .or_else(|| times::of_epoch(&text)),
        };
        at.ok_or_else(|| {
            let way = self.map.time.as_deref().unwrap_or("2024-05-01T10:00:00Z");
            Skip::because(format!("`at` is not a plausible time, written as `{way}`"))
        })
    }

    fn message(&mut self, cells: &Cells<'_>) -> Result<(), Skip> {
        let id = self.id(cells, "id")?.into_owned();
        let at = self.at(cells)?;
        let author = self.maybe(cells, "author");
        let side = self.maybe(cells, "side");
        let told = if self.map.columns.contains_key("side") { side } else { author.clone() };
        let ours = told.is_some_and(|told| {
            self.map.ours.iter().any(|value| value.eq_ignore_ascii_case(told.trim()))
        });
        let by = if ours { By::Us } else { By::Client(self.id(cells, "author")?.into_owned()) };
        let thread = self.maybe(cells, "thread").map_or_else(|| id.clone(), Cow::into_owned);
        let words = self.maybe(cells, "text");
        let id = format!("{}:{id}", self.us.id);
        let mut message = Message::new(id, at, by, words.as_deref());
        message.needs_answer = self.maybe(cells, "status").map(|told| {
            !self.map.no_answer.iter().any(|value| value.eq_ignore_ascii_case(told.trim()))
        });
        self.threads.add(thread, message)
    }

    fn interaction(&mut self, cells: &Cells<'_>) -> Result<(), Skip> {
        let author = self.id(cells, "author")?;
        let at = self.at(cells)?;
        let act = match self.maybe(cells, "act") {
            Some(word) => act(&word).ok_or_else(|| {
                Skip::because("`act` is none of like, repost, reply, quote and mention")
            })?,
            None => self.map.act.ok_or_else(|| Skip::because("`act` is empty"))?,
        };
        let object = self.id(cells, "object")?;
        self.person(cells, &author, Said::Did(act, &object, at.into()));
        Ok(())
    }

    fn follower(&mut self, cells: &Cells<'_>) -> Result<(), Skip> {
        let since = match self.maybe(cells, "at") {
            Some(_) => Some(self.at(cells)?),
            None => None,
        };
        let author = self.id(cells, "author")?;
        self.person(cells, &author, Said::Follows(since.map(Micros::from)));
        Ok(())
    }

    /// Keeps what a row says about a person.
    fn person(&mut self, cells: &Cells<'_>, author: &str, said: Said<'_>) {
        let author = author.trim_start_matches('@');
        let name = self.maybe(cells, "name");
        let name = name.as_deref().map(text::cleaned);
        let handle = text::cleaned(author);
        self.native.clear();
        if author.is_ascii() {
            self.native.push_str(author);
            self.native.make_ascii_lowercase();
        } else {
            self.native.push_str(&author.to_lowercase());
        }
        let whom = Whom { id: &self.native, handle: &handle, name: name.as_deref() };
        if self.fault.is_none() {
            self.fault = self.crowd.add(whom, said).err();
        }
    }

    fn post(&mut self, cells: &Cells<'_>) -> Result<(), Skip> {
        let (id, at) = (self.id(cells, "id")?.into_owned(), self.at(cells)?);
        let words = self.maybe(cells, "text");
        let parent = self.maybe(cells, "parent").map(Into::into);
        let kind = if parent.is_some() { PostKind::Reply } else { PostKind::Original };
        let post = self.us.post(id, at, words.as_deref());
        self.draft.gather.post(Post { kind, parent, ..post });
        Ok(())
    }

    fn post_numbers(&mut self, cells: &Cells<'_>) -> Result<(), Skip> {
        let (id, at) = (self.id(cells, "id")?, self.at(cells)?);
        let counts = self.counts(cells)?;
        let counts = counts.into_iter().map(|(count, value)| (count, Some(value))).collect();
        let seen = TotalsSeen { account: self.us.id.clone(), at, counts };
        self.draft.gather.post_totals(id, seen);
        Ok(())
    }

    fn account_numbers(&mut self, cells: &Cells<'_>) -> Result<(), Skip> {
        let at = self.at(cells)?;
        let end = at + TimeDelta::days(1);
        let account = if self.map.columns.contains_key("account") {
            PersonId::named(self.us.platform, &self.id(cells, "account")?)
        } else {
            self.us.id.clone()
        };
        let mut counts = self.counts(cells)?;
        if account != self.us.id {
            // What a competitor's audience does is not our business.
            counts.retain(|count, _| *count == Count::Mentions);
            if counts.is_empty() {
                let reason =
                    "a row of another account without `mentions`, which is all that is kept";
                return Err(Skip::because(reason));
            }
        }
        for (count, value) in counts {
            self.draft.gather.account_total((account.clone(), count, at, end), value);
        }
        Ok(())
    }

    fn counts(&self, cells: &Cells<'_>) -> Result<BTreeMap<Count, u64>, Skip> {
        let mut counts = BTreeMap::new();
        for (count, name) in Count::ALL {
            if let Some(cell) = self.maybe(cells, name) {
                let value = table::count(&cell).ok_or_else(|| {
                    Skip::because(format!("`{name}` is not a whole number from 0 up"))
                })?;
                counts.insert(count, value);
            }
        }
        if counts.is_empty() { Err(Skip::because("a row without a number")) } else { Ok(counts) }
    }

    fn finish(mut self, source: &Source, path: &Path) -> Result<Export, SourceError> {
        if let Some(fault) = self.fault {
            return Err(SourceError::Unsorted(fault));
        }
        self.threads.keep(&self.us, &mut self.draft.gather)?;
        if self.map.rows.are_people() {
            self.draft.crowd = Some(self.crowd);
        }
        if self.map.rows == Rows::Followers {
            let skipped = self.draft.files.iter().any(|file| file.kept < file.rows_read);
            self.draft.followers_complete = self.map.complete && !skipped;
            if self.draft.followers_complete {
                // A complete list tells how many there are.
                self.draft.gather.carried.insert(FactKind::FollowerCount);
            } else {
                self.draft.note("the list of followers may be a part, so nobody is marked as gone");
            }
        }
        self.draft.note(format!("read by a mapping as rows of `{}`", self.map.rows));
        self.draft.finish(source, &self.us.id, path)
    }
}

/// What a word of a table means.
fn act(word: &str) -> Option<Act> {
    match word.trim().to_lowercase().as_str() {
        "like" | "favourite" | "favorite" | "reaction" => Some(Act::Like),
        "repost" | "retweet" | "boost" | "share" | "reblog" => Some(Act::Repost),
        "reply" | "comment" | "answer" => Some(Act::Reply),
        "quote" => Some(Act::Quote),
        "mention" | "message" => Some(Act::Mention),
        _ => None,
    }
}

//! Dialogues of a help desk: what people asked, what was answered, and the closing answer.
//!
//! ```text
//! [ { company, header: { conversationDateTime, duration, messageCount },
//!     turns: [ { client | agent, datetime, id, message } ], closing: { id, message } } ]
//! ```
//!
//! Start reading at [`read`]. A file may hold the dialogues of many brands; those whose `company`
//! is the account of the source are taken.
//!
//! # Always true
//!
//! - The closing answer has no time of its own: it is read from its id, and where the id has none,
//!   from the stated duration.
//! - Where both tell a time and they differ, the receipt lists it and the id is believed.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::{
    Export, SourceError,
    draft::{Draft, Fate, rows_of},
    json::{self, Skip},
    text,
    thread::{self, By, Message, Us},
    times,
    tree::{self, Glance, Want},
};
use crate::{
    evidence::facts::{PersonId, Visibility},
    model::{FactKind, Platform, Source},
};

/// By how much a time from an id may differ from the stated one: it is in milliseconds, the
/// stated one in seconds.
const SLACK_MILLIS: i64 = 1_500;
/// How many differences a receipt lists.
const MAX_LISTED: usize = 100;
/// The longest name of a person or a message.
const MAX_NAME_BYTES: usize = 256;

/// Whether a list of dialogues is among what was seen.
pub(super) fn fits(glance: &Glance) -> bool {
    glance.heads().any(|(_, head)| {
        let begins = head.trim_start().starts_with('[');
        begins && ["\"company\"", "\"turns\"", "\"header\""].iter().all(|key| head.contains(key))
    })
}

/// Reads a file of dialogues, or every .json file of a folder.
pub(super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let mut desk = Desk::of(&source.account);
    let alone = tree::Shape::at(path)? == tree::Shape::File;
    let mut wants = |listed: &tree::Listed| Want::from(alone || listed.name.ends_with(".json"));
    tree::walk(path, &mut wants, &mut |entry| {
        let file = rows_of(entry, &mut |place, row| match place.index {
            Some(_) if place.path.is_empty() => {
                desk.dialogue(row, &place.to_string()).map(|()| Fate::Kept)
            }
            _ => Ok(Fate::Aside),
        })?;
        desk.draft.files.push(file);
        Ok(())
    })?;
    desk.finish(source, path)
}

/// The brand's side of the dialogues.
struct Desk {
    name: String,
    us: Us,
    draft: Draft,
    /// Another brand that was met.
    other: Option<String>,
    dialogues: u64,
    /// Messages as the headers state them, and as they were found.
    messages: (u64, u64),
    /// Closing times that a duration states, and those that the id confirms.
    closings: (u64, u64),
    differences: Vec<String>,
    /// Messages of which nobody knows who wrote them.
    unsigned: u64,
}

impl Desk {
    fn of(account: &str) -> Self {
        let name = account.trim().trim_start_matches('@').to_owned();
        let platform = Platform::Other;
        let id = PersonId::new(platform, &name.to_lowercase());
        let mut draft = Draft::of(&id);
        draft.profile.handle = format!("@{}", text::clean_name(&name));
        let kinds = [FactKind::Inbound, FactKind::Conversations, FactKind::Answers];
        draft.gather.carried.extend(kinds);
        Self {
            us: Us { id, platform, visibility: Visibility::Public },
            name,
            draft,
            other: None,
            dialogues: 0,
            messages: (0, 0),
            closings: (0, 0),
            differences: Vec::new(),
            unsigned: 0,
        }
    }

    /// Takes one dialogue; nothing of it is kept if one of its messages is bad.
    fn dialogue(&mut self, row: &Value, place: &str) -> Result<(), Skip> {
        let company = json::text(row, "/company")?;
        if !company.eq_ignore_ascii_case(&self.name) {
            self.other.get_or_insert_with(|| text::clean_name(company));
            return Err(Skip::because("a dialogue of another brand"));
        }
        let begun = json::instant(row, "/header/conversationDateTime")?;
        let turns = row.pointer("/turns").and_then(Value::as_array);
        let turns = turns.ok_or_else(|| Skip::because("`turns` is not a list"))?;
        let messages: Result<Vec<Message>, Skip> = turns.iter().map(turn).collect();
        let mut messages = messages?;
        if messages.is_empty() {
            return Err(Skip::because("a dialogue without a message"));
        }
        let last = messages.last().map_or(begun, |message| message.at);
        if let Some(closing) = row.pointer("/closing").filter(|closing| !closing.is_null()) {
            messages.push(self.closing(closing, row, begun, last, place)?);
        }
        self.dialogues += 1;
        self.messages.1 += messages.len() as u64;
        self.messages.0 += stated_messages(row).unwrap_or(messages.len() as u64);
        self.unsigned += messages.iter().filter(|message| message.by == By::Nobody).count() as u64;
        thread::keep(&self.us, &messages, &mut self.draft.gather);
        Ok(())
    }

    /// The closing answer, never earlier than what it answers.
    fn closing(
        &mut self,
        closing: &Value,
        row: &Value,
        begun: DateTime<Utc>,
        last: DateTime<Utc>,
        place: &str,
    ) -> Result<Message, Skip> {
        let id = name(json::text(closing, "/id")?)?;
        let words = json::text(closing, "/message")?;
        let duration = row.pointer("/header/duration").and_then(Value::as_str);
        let stated = duration.and_then(length).and_then(|length| begun.checked_add_signed(length));
        let told = times::of_snowflake(id);
        if let (Some(stated), Some(told), Some(duration)) = (stated, told, duration) {
            self.closings.0 += 1;
            if (told - stated).num_milliseconds().abs() <= SLACK_MILLIS {
                self.closings.1 += 1;
            } else {
                let found = (told - begun).num_seconds();
                let duration = text::clean_name(duration);
                self.differences.push(format!(
                    "dialogue {place} states that it took {duration}, its closing id says {found} s"
                ));
            }
        }
        let at = told.or(stated).filter(|at| *at >= last);
        let at = at.ok_or_else(|| Skip::because("a closing answer without a plausible time"))?;
        Ok(Message::new(address(id), at, By::Us, Some(words)))
    }

    fn finish(mut self, source: &Source, path: &Path) -> Result<Export, SourceError> {
        if let (0, Some(found)) = (self.dialogues, self.other.take()) {
            let file = path.display().to_string();
            return Err(SourceError::OtherAccount { file, found, wanted: source.account.clone() });
        }
        let (stated, found) = self.messages;
        self.draft.compare("messages", stated, found, "some dialogues are a part");
        let (stated, found) = self.closings;
        let note = "the others differ, and their ids are believed";
        self.draft.compare("closing times as the ids say", stated, found, note);
        if self.unsigned > 0 {
            let count = self.unsigned;
            self.draft
                .note(format!("messages without an author, which count for nothing: {count}"));
        }
        let more = self.differences.len().saturating_sub(MAX_LISTED);
        self.differences.truncate(MAX_LISTED);
        self.draft.notes.append(&mut self.differences);
        if more > 0 {
            self.draft.note(format!("and {more} more closing times that differ"));
        }
        self.draft.finish(source, &self.us.id, path)
    }
}

/// The address of a message: it has none but its number.
fn address(id: &str) -> String {
    format!("dialogue:{id}")
}

fn name(text: &str) -> Result<&str, Skip> {
    let good = !text.trim().is_empty()
        && text.len() <= MAX_NAME_BYTES
        && !text.contains(|c: char| c.is_control());
    if good { Ok(text) } else { Err(Skip::because("a name or id that is none")) }
}

fn turn(row: &Value) -> Result<Message, Skip> {
    let client = json::maybe_text(row, "/client")?.map(name).transpose()?;
    let agent = json::maybe_text(row, "/agent")?.map(name).transpose()?;
    let by = match (client, agent) {
        (Some(client), _) => By::Client(client.to_owned()),
        (None, Some(_)) => By::Us,
        (None, None) => By::Nobody,
    };
    let id = address(name(json::text(row, "/id")?)?);
    let at = json::instant(row, "/datetime")?;
    Ok(Message::new(id, at, by, Some(json::text(row, "/message")?)))
}

fn stated_messages(row: &Value) -> Option<u64> {
    let stated = row.pointer("/header/messageCount")?;
    let count = stated.as_u64().or_else(|| stated.as_str()?.parse().ok())?;
    Some(count).filter(|count| *count <= u64::from(u32::MAX))
}

/// A length such as `01:26:55.0`; negative ones are mistakes of the source and say so by themselves.
fn length(text: &str) -> Option<TimeDelta> {
    let (sign, plain) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let mut seconds = 0.0;
    let parts: Vec<&str> = plain.split(':').collect();
    for part in &parts {
        seconds = seconds * 60.0 + part.parse::<f64>().ok().filter(|part| *part >= 0.0)?;
    }
    let known = parts.len() == 3 && seconds < 1e9;
    known.then(|| TimeDelta::milliseconds((sign * seconds * 1_000.0) as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_read_or_none() {
        let table = [
            ("01:26:55.0", Some(5_215_000)),
            ("-12:14:20.", Some(-44_060_000)),
            ("00:00:00.5", Some(500)),
            ("1:2", None),
            ("a:b:c", None),
            ("1:-2:3", None),
            ("1e300:0:0", None),
            ("NaN:0:0", None),
        ];
        for (text, millis) in table {
            assert_eq!(length(text).map(|length| length.num_milliseconds()), millis, "{text}");
        }
    }
}

//! Tasks as iCalendar (RFC 5545), for calendar programs.
//!
//! Start reading at [`Calendar::entry`]. A task is an event that ends at its deadline, because that
//! is what every calendar program shows; to-dos are for those that know them. What stands in an
//! entry, and why, is told in `docs/reference/calendar.md`.
//!
//! # Always true
//!
//! - A line has at most 75 octets, ends with CRLF, and is never broken inside a character.
//! - The same task has the same UID in every calendar, and a SEQUENCE that never falls.
//! - The same state of the store gives the same text; the clock is not asked.

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use crate::view::{
    sentence,
    tasks::{TaskView, TaskWord},
};

/// How long before its deadline the event of a task begins: an event without a length is hard to
/// see, and the standard wants its end after its start.
const LENGTH: TimeDelta = TimeDelta::minutes(30);

/// The most octets of a line, its end not counted.
const OCTETS: usize = 75;

/// What tasks become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entries {
    /// One event each, at the deadline.
    Events,
    /// One to-do each.
    ToDos,
}

/// A calendar that is written task by task.
#[derive(Debug)]
pub struct Calendar {
    entries: Entries,
    is_begun: bool,
}

impl Calendar {
    pub fn new(entries: Entries) -> Self {
        Self { entries, is_begun: false }
    }

    /// The text of one task; `None` for one that has no moment at which to show it.
    pub fn entry(&mut self, task: &TaskView) -> Option<String> {
        let deadline = task.deadline.filter(is_written);
        let mut text = match self.entries {
            Entries::Events => event(task, deadline?),
            Entries::ToDos => to_do(task, deadline),
        };
        text.0.insert_str(0, &self.head());
        Some(text.0)
    }

    /// What comes after the last.
    pub fn end(mut self) -> String {
        let head = self.head();
        format!("{head}END:VCALENDAR\r\n")
    }

    /// What comes before the first; empty once it was written.
    fn head(&mut self) -> String {
        if std::mem::replace(&mut self.is_begun, true) {
            return String::new();
        }
        let mut text = Text::default();
        text.line("BEGIN", "VCALENDAR");
        text.line("VERSION", "2.0");
        text.line("PRODID", "-//fivestep//tasks//EN");
        text.line("CALSCALE", "GREGORIAN");
        text.line("NAME", "fivestep tasks");
        text.line("X-WR-CALNAME", "fivestep tasks");
        text.0
    }
}

/// Whether the standard can write a moment: its years have four digits.
fn is_written(at: &DateTime<Utc>) -> bool {
    (1..=9_999).contains(&at.year())
}

fn event(task: &TaskView, deadline: DateTime<Utc>) -> Text {
    let mut text = Text::default();
    text.line("BEGIN", "VEVENT");
    text.about(task);
    text.line("DTSTART", &utc(deadline - LENGTH));
    text.line("DTEND", &utc(deadline));
    // Whoever has a task due is not busy then.
    text.line("TRANSP", "TRANSPARENT");
    text.alarms(task);
    text.line("END", "VEVENT");
    text
}

fn to_do(task: &TaskView, deadline: Option<DateTime<Utc>>) -> Text {
    let mut text = Text::default();
    text.line("BEGIN", "VTODO");
    text.about(task);
    if let Some(deadline) = deadline {
        text.line("DUE", &utc(deadline));
    }
    let status = match task.state {
        TaskWord::Open | TaskWord::Reopened => "NEEDS-ACTION",
        TaskWord::ToConfirm => "IN-PROCESS",
        TaskWord::Done => "COMPLETED",
        TaskWord::Rejected => "CANCELLED",
    };
    text.line("STATUS", status);
    if let Some(at) = task.done_at.filter(|_| task.state == TaskWord::Done) {
        text.line("COMPLETED", &utc(at));
    }
    text.alarms(task);
    text.line("END", "VTODO");
    text
}

/// A part of a calendar in the making.
#[derive(Debug, Default)]
struct Text(String);

impl Text {
    /// What an event and a to-do say of a task.
    fn about(&mut self, task: &TaskView) {
        self.line("UID", &task.uid);
        self.line("DTSTAMP", &utc(task.changed_at));
        self.line("LAST-MODIFIED", &utc(task.changed_at));
        self.line("SEQUENCE", &task.revision.to_string());
        self.line("SUMMARY", &escaped(&summary(task)));
        self.line("DESCRIPTION", &escaped(&description(task)));
        self.line("CATEGORIES", &format!("{},{}", escaped(&task.brand), escaped(&task.stage)));
    }

    /// One alarm a reminder.
    fn alarms(&mut self, task: &TaskView) {
        for at in task.reminders.iter().filter(|at| is_written(at)) {
            self.line("BEGIN", "VALARM");
            self.line("ACTION", "DISPLAY");
            self.line("DESCRIPTION", &escaped(&summary(task)));
            self.line("TRIGGER;VALUE=DATE-TIME", &utc(*at));
            self.line("END", "VALARM");
        }
    }

    /// Adds a line, broken where it is longer than the standard allows.
    fn line(&mut self, name: &str, value: &str) {
        let mut column = 0;
        for c in format!("{name}:{value}").chars() {
            if column + c.len_utf8() > OCTETS {
                self.0.push_str("\r\n ");
                column = 1;
            }
            self.0.push(c);
            column += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

fn summary(task: &TaskView) -> String {
    format!("{} ({})", task.title, task.brand)
}

fn description(task: &TaskView) -> String {
    let mut lines = vec![format!("{}, for {}", task.told(), task.owner)];
    lines.extend(
        task.next_owner.as_ref().map(|next| {
            format!("From {} UTC on it is for {}.", sentence::instant(next.at), next.to)
        }),
    );
    lines.extend(task.form.iter().map(|field| format!("Form: {field}")));
    let shown_by = task.shown_by();
    lines.extend((!shown_by.is_empty()).then(|| format!("Shown by: {shown_by}")));
    lines.extend(task.reason.as_ref().map(|reason| format!("Because: {reason}")));
    lines.extend(task.command.as_ref().map(|command| format!("Next: {command}")));
    lines.join("\n")
}

/// A moment, UTC.
fn utc(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// A text in which nothing has a meaning of its own.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_broken_between_characters_and_comes_back_whole() {
        // (why this row exists, a value)
        let table = [
            ("short", "x".to_owned()),
            ("just as long as allowed", "x".repeat(OCTETS - "NAME:".len())),
            ("one octet longer", "x".repeat(OCTETS - "NAME:".len() + 1)),
            ("three lines", "x".repeat(200)),
            ("two octets a character", "ß".repeat(100)),
            ("three octets", "x".to_owned() + &"…".repeat(60)),
            ("four octets", "👩‍🌾".repeat(30)),
        ];
        for (why, value) in table {
            let mut text = Text::default();
            text.line("NAME", &value);
            assert!(text.0.lines().all(|line| line.len() <= OCTETS), "{why}");
            assert_eq!(text.0.replace("\r\n ", ""), format!("NAME:{value}\r\n"), "{why}");
        }
    }

    #[test]
    fn nothing_in_a_text_ends_it() {
        // (a text, how it is written)
        let table = [
            ("one, two; three", "one\\, two\\; three"),
            ("C:\\new", "C:\\\\new"),
            ("one\ntwo", "one\\ntwo"),
            ("one\r\nEND:VEVENT", "one\\nEND:VEVENT"),
            ("bell\u{7}", "bell"),
        ];
        for (text, written) in table {
            assert_eq!(escaped(text), written);
        }
    }
}

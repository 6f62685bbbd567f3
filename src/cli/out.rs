//! Standard output, in the form that was asked for.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use crate::failure::Failure;

use super::args::Format;

/// The widest line for people.
pub const COLUMNS: u16 = 80;

/// Where answers go.
#[derive(Debug, Clone, Copy)]
pub struct Out {
    /// How to print.
    pub format: Format,
}

impl Out {
    pub fn new(format: Format) -> Self {
        Self { format }
    }

    /// Says whether a verb writes the format that was asked for.
    ///
    /// - `own`: what it writes beside the formats of every verb.
    ///
    /// # Errors
    ///
    /// [`Failure::Usage`] with the formats that it writes.
    pub fn writes(self, own: &[Format]) -> Result<(), Failure> {
        let formats = [&Format::COMMON, own].concat();
        if formats.contains(&self.format) {
            return Ok(());
        }
        let names: Vec<String> = formats.iter().map(|one| format!("`{}`", one.name())).collect();
        Err(Failure::Usage {
            message: format!("this verb does not write `{}`", self.format.name()),
            hint: format!("it writes {}", names.join(", ")),
        })
    }

    /// Prints one JSON document.
    pub fn json<T: Serialize>(self, view: &T) -> Result<(), Failure> {
        let mut json = serde_json::to_string_pretty(view)
            .map_err(|error| io_failure(io::Error::new(io::ErrorKind::InvalidData, error)))?;
        json.push('\n');
        print(&json)
    }

    /// Prints an answer in a form that only its verb has.
    pub fn drawing(self, text: &str) -> Result<(), Failure> {
        print(text)
    }

    /// Prints an answer: `view` as JSON, `ids` as names, or what `text` makes for people.
    pub fn answer<T: Serialize>(
        self,
        view: &T,
        ids: impl FnOnce() -> Vec<String>,
        text: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        match self.format {
            Format::Json => self.json(view),
            Format::Ids => print(&ids().iter().map(|id| format!("{id}\n")).collect::<String>()),
            Format::Table => print(&text()),
            // A verb that has a form of its own writes it before it asks for an answer.
            Format::Sarif
            | Format::Junit
            | Format::Mermaid
            | Format::Dot
            | Format::Svg
            | Format::Ics => self.writes(&[]),
        }
    }

    /// Prints a document as it is.
    pub fn document(self, text: &str) -> Result<(), Failure> {
        print(text)
    }

    /// Prints lines for people only, while work goes on.
    pub fn text(self, text: &str) -> Result<(), Failure> {
        match self.format {
            Format::Table => unless_closed(print(text)),
            Format::Json
            | Format::Ids
            | Format::Sarif
            | Format::Junit
            | Format::Mermaid
            | Format::Dot
            | Format::Svg
            | Format::Ics => Ok(()),
        }
    }
}

/// Answers that are printed as they come, so that memory holds one.
#[derive(Debug)]
pub struct List {
    out: Out,
    printed: u64,
}

impl List {
    pub fn new(out: Out) -> Self {
        Self { out, printed: 0 }
    }

    /// Prints one more: `view` as an item of a JSON list, its name, or what `text` makes for people.
    pub fn push<T: Serialize>(
        &mut self,
        view: &T,
        id: Option<&str>,
        text: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        let head = if self.printed == 0 { "[\n" } else { ",\n" };
        self.printed += 1;
        match self.out.format {
            Format::Json => print(&format!("{head}{}", item(view)?)),
            Format::Ids => id.map_or(Ok(()), |id| print(&format!("{id}\n"))),
            Format::Table => print(&text()),
            Format::Sarif
            | Format::Junit
            | Format::Mermaid
            | Format::Dot
            | Format::Svg
            | Format::Ics => Ok(()),
        }
    }

    /// Prints what comes after the last.
    pub fn end(self) -> Result<(), Failure> {
        match self.out.format {
            Format::Json if self.printed == 0 => print("[]\n"),
            Format::Json => print("\n]\n"),
            Format::Ids
            | Format::Table
            | Format::Sarif
            | Format::Junit
            | Format::Mermaid
            | Format::Dot
            | Format::Svg
            | Format::Ics => Ok(()),
        }
    }
}

/// An item of a list as it stands in a whole document.
fn item<T: Serialize>(view: &T) -> Result<String, Failure> {
    let json = serde_json::to_string_pretty(view)
        .map_err(|error| io_failure(io::Error::new(io::ErrorKind::InvalidData, error)))?;
    // No text of JSON holds a line break as it is.
    Ok(format!("  {}", json.replace('\n', "\n  ")))
}

/// A reader who has seen enough, as in `fivestep advance --all | head`, does not stop what a
/// command does.
pub fn unless_closed(printed: Result<(), Failure>) -> Result<(), Failure> {
    match printed {
        Err(Failure::Io { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Prints to standard output; colours are dropped where they are not welcome.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(io_failure)
}

fn io_failure(source: io::Error) -> Failure {
    Failure::Io { doing: "the answer cannot be printed".to_owned(), source }
}

/// A table for people, no wider than 80 columns.
pub fn table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(COLUMNS)
        .set_header(head);
    table
}

/// A table as text, without the spaces that pad its lines.
pub fn finish(table: &Table) -> String {
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

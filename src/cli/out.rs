//! Standard output, in the form that was asked for.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use crate::failure::Failure;

use super::args::{Format, Plain};

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
        let mut json = pretty(view)?;
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
        match self.format.plain() {
            Some(Plain::Json) => self.json(view),
            Some(Plain::Ids) => {
                print(&ids().iter().map(|id| format!("{id}\n")).collect::<String>())
            }
            Some(Plain::Table) => print(&text()),
            // A verb that has a form of its own writes it before it asks for an answer.
            None => self.writes(&[]),
        }
    }

    /// Prints what `text` makes if JSON was asked for.
    fn json_only(self, text: impl FnOnce() -> Result<String, Failure>) -> Result<(), Failure> {
        match self.format.plain() {
            Some(Plain::Json) => print(&text()?),
            Some(Plain::Ids | Plain::Table) | None => Ok(()),
        }
    }

    /// Prints a document as it is.
    pub fn document(self, text: &str) -> Result<(), Failure> {
        print(text)
    }

    /// Prints lines for people only, while work goes on.
    pub fn text(self, text: &str) -> Result<(), Failure> {
        match self.format.plain() {
            Some(Plain::Table) => unless_closed(print(text)),
            Some(Plain::Json | Plain::Ids) | None => Ok(()),
        }
    }
}

/// Answers that are printed as they come, so that memory holds one.
#[derive(Debug)]
pub struct List {
    out: Out,
    /// The field of a JSON document in which the list stands; absent if the list is all.
    field: Option<&'static str>,
    printed: u64,
}

impl List {
    /// A list that is the whole answer.
    pub fn new(out: Out) -> Self {
        Self { out, field: None, printed: 0 }
    }

    /// A list that is the first field of a JSON document; [`List::end_with`] adds the others.
    pub fn of(out: Out, field: &'static str) -> Self {
        Self { out, field: Some(field), printed: 0 }
    }

    /// Prints one more: `view` as an item of a JSON list, its name, or what `text` makes for people.
    pub fn push<T: Serialize>(
        &mut self,
        view: &T,
        id: Option<&str>,
        text: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        let head = self.head();
        self.printed += 1;
        match self.out.format.plain() {
            Some(Plain::Json) => {
                print(&format!("{head}{}", indented(&pretty(view)?, self.depth() + 2)))
            }
            Some(Plain::Ids) => id.map_or(Ok(()), |id| print(&format!("{id}\n"))),
            Some(Plain::Table) => print(&text()),
            None => Ok(()),
        }
    }

    /// Prints what comes after the last.
    pub fn end(self) -> Result<(), Failure> {
        self.out.json_only(|| Ok(format!("{}\n", self.tail())))
    }

    /// Ends the list, and adds the other fields of its document: those of `rest`, an object.
    pub fn end_with<T: Serialize>(self, rest: &T) -> Result<(), Failure> {
        self.out.json_only(|| {
            let rest = pretty(rest)?;
            Ok(format!("{},{}\n", self.tail(), rest.trim_start_matches('{')))
        })
    }

    /// What comes before the next item.
    fn head(&self) -> String {
        match (self.printed, self.field) {
            (0, None) => "[\n".to_owned(),
            (0, Some(field)) => format!("{{\n  \"{field}\": [\n"),
            (_, _) => ",\n".to_owned(),
        }
    }

    /// What closes the list.
    fn tail(&self) -> String {
        match (self.printed, self.field) {
            (0, None) => "[]".to_owned(),
            (0, Some(field)) => format!("{{\n  \"{field}\": []"),
            (_, _) => format!("\n{:1$}]", "", self.depth()),
        }
    }

    /// How far the list itself is indented.
    fn depth(&self) -> usize {
        if self.field.is_some() { 2 } else { 0 }
    }
}

/// JSON as it stands in a document of its own.
fn pretty<T: Serialize>(view: &T) -> Result<String, Failure> {
    serde_json::to_string_pretty(view)
        .map_err(|error| io_failure(io::Error::new(io::ErrorKind::InvalidData, error)))
}

/// JSON as it stands inside another document. No text of JSON holds a line break as it is.
fn indented(json: &str, depth: usize) -> String {
    let margin = " ".repeat(depth);
    format!("{margin}{}", json.replace('\n', &format!("\n{margin}")))
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

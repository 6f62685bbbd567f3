//! The rows of a table or of JSON Lines, each as cells by name.
//!
//! Start reading at [`read`].
//!
//! # Always true
//!
//! - A JSON row's cells are named by their way down: `sender.type`.

use std::{
    borrow::Cow,
    io::{BufRead, Read},
};

use serde_json::Value;

use crate::evidence::sources::{
    SourceError,
    draft::{Fate, rows_of, table_of},
    json::Skip,
    receipt::FileReceipt,
    table::Columns,
    text::clean_name,
    tree::{Entry, MAX_ROW_BYTES},
};

/// One row: the cell of a name, if it says anything.
pub(super) type Cells<'c> = dyn Fn(&str) -> Option<Cow<'c, str>> + 'c;
/// What is done with a row.
pub(super) type Each<'e> = dyn FnMut(&Cells<'_>) -> Result<(), Skip> + 'e;

/// How a file holds its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Table,
    JsonLines,
    JsonList,
}

impl Form {
    /// Tells it by the first sign that is none of white space.
    pub(super) fn of(head: &str) -> Form {
        match head.trim_start().chars().next() {
            Some('{') => Form::JsonLines,
            Some('[') => Form::JsonList,
            _ => Form::Table,
        }
    }
}

/// Hands every row to `each`, and counts what becomes of it; the columns are those of the table.
///
/// - `wanted`: the columns, of which a header must have at least one.
pub(super) fn read(
    entry: &mut Entry<'_>,
    wanted: &[&str],
    each: &mut Each<'_>,
) -> Result<(FileReceipt, Option<Vec<String>>), SourceError> {
    let place = entry.place.clone();
    let head = entry.table_text()?.fill_buf();
    let head = head.map(|head| String::from_utf8_lossy(head).into_owned());
    let head = head
        .map_err(|error| SourceError::Damaged { place, problem: clean_name(&error.to_string()) })?;
    match Form::of(&head) {
        Form::Table => table(entry, wanted, each),
        Form::JsonLines => Ok((lines(entry, each)?, None)),
        Form::JsonList => {
            let file = rows_of(entry, &mut |_, row| each(&cells(row)).map(|()| Fate::Kept))?;
            Ok((file, None))
        }
    }
}

fn table(
    entry: &mut Entry<'_>,
    wanted: &[&str],
    each: &mut Each<'_>,
) -> Result<(FileReceipt, Option<Vec<String>>), SourceError> {
    let mut names = Vec::new();
    let header = |columns: &Columns| wanted.iter().any(|name| columns.have(&[name]));
    let file = table_of(entry, &header, &mut |row| {
        if names.is_empty() {
            names = row.columns().names().to_vec();
        }
        each(&|name| row.maybe(name).map(Cow::Borrowed)).map(|()| Fate::Kept)
    })?;
    Ok((file, Some(names)))
}

fn lines(entry: &mut Entry<'_>, each: &mut Each<'_>) -> Result<FileReceipt, SourceError> {
    let mut file = entry.receipt();
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        let read = entry.text_on().take(MAX_ROW_BYTES).read_until(b'\n', &mut line);
        let count = read.map_err(|error| entry.broken(&error))?;
        if count == 0 {
            break;
        }
        number += 1;
        if count as u64 == MAX_ROW_BYTES {
            let (place, limit) = (entry.place.clone(), format!("{} MiB", MAX_ROW_BYTES >> 20));
            return Err(SourceError::TooLarge { place, what: "the size of one row", limit });
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let row: Result<Value, _> = serde_json::from_slice(&line);
        let kept = match row {
            Ok(row @ Value::Object(_)) => each(&cells(&row)),
            Ok(_) => Err(Skip::because("a line that is not an object")),
            Err(_) => Err(Skip::because("a line that is not JSON")),
        };
        match kept {
            Ok(()) => file.keep(),
            Err(Skip(reason)) => file.skip(&reason, || format!("line {number}")),
        }
    }
    entry.measure(&mut file);
    Ok(file)
}

fn cells<'r>(row: &'r Value) -> impl Fn(&str) -> Option<Cow<'r, str>> {
    move |name| {
        let direct = row.get(name);
        let found = direct.or_else(|| row.pointer(&format!("/{}", name.replace('.', "/"))))?;
        let text = match found {
            Value::String(text) => Cow::Borrowed(text.trim()),
            Value::Number(number) => Cow::Owned(number.to_string()),
            Value::Bool(truth) => Cow::Owned(truth.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        (!text.is_empty()).then_some(text)
    }
}

//! Bytes to JSON, and JSON to the few fields a reader wants.
//!
//! [`parse`] is strict about the whole file: a person can mend that. The field functions
//! ([`text`], [`instant`], …) answer a [`Skip`] for one bad row, so that it costs one row and
//! not the import.
//!
//! # Always true
//!
//! - A field that is absent or `null` is not the same as one of a wrong type: the second skips
//!   the row.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{SourceError, receipt::FileReceipt, text as words, times};

/// Why one row gives no fact, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Skip(pub String);

impl Skip {
    pub(crate) fn because(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    fn field(path: &str, what: &str) -> Self {
        Self(format!("`{}` {what}", path.trim_start_matches('/')))
    }
}

/// Parses one whole file or entry.
///
/// # Errors
///
/// [`SourceError::Empty`], [`SourceError::Encoding`] or [`SourceError::Json`], each with `file`.
pub(crate) fn parse(file: &str, bytes: &[u8]) -> Result<Value, SourceError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    check_encoding(file, bytes)?;
    if let Err(bad) = std::str::from_utf8(bytes) {
        let (file, byte) = (file.to_owned(), bad.valid_up_to() as u64);
        return Err(SourceError::Encoding { file, found: "a byte of another encoding", byte });
    }
    serde_json::from_slice(bytes).map_err(|error| bad_json(file, &error))
}

/// Refuses, by its first bytes, what is empty, UTF-16 or binary.
pub(crate) fn check_encoding(file: &str, first: &[u8]) -> Result<(), SourceError> {
    let found = match first {
        [] => return Err(SourceError::Empty { file: file.to_owned() }),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16",
        [0, second, ..] if *second != 0 => "UTF-16 without its mark",
        [second, 0, ..] if *second != 0 => "UTF-16 without its mark",
        [0, ..] => "binary data",
        _ => return Ok(()),
    };
    Err(SourceError::Encoding { file: file.to_owned(), found, byte: 0 })
}

/// Turns the parser's complaint into ours.
pub(crate) fn bad_json(file: &str, error: &serde_json::Error) -> SourceError {
    let problem = error.to_string();
    // The place stands in fields of its own.
    let problem = problem.rsplit_once(" at line ").map_or(problem.as_str(), |(what, _)| what);
    SourceError::Json {
        file: file.to_owned(),
        line: error.line(),
        column: error.column(),
        // It may quote the file.
        problem: words::clean_name(problem),
    }
}

/// The rows of the list at `pointer` in a whole answer.
pub(crate) fn rows<'v>(
    file: &str,
    value: &'v Value,
    pointer: &str,
) -> Result<&'v [Value], SourceError> {
    match value.pointer(pointer) {
        Some(Value::Array(rows)) => Ok(rows),
        other => Err(shape(file, value, pointer, "a list", other)),
    }
}

/// Takes every row of a list, and counts what becomes of it.
///
/// - `list`: where the rows stand in the answer.
pub(crate) fn each(
    rows: &[Value],
    list: &str,
    file: &mut FileReceipt,
    take: &mut dyn FnMut(&Value) -> Result<(), Skip>,
) {
    for (index, row) in rows.iter().enumerate() {
        match take(row) {
            Ok(()) => file.keep(),
            Err(Skip(reason)) => file.skip(&reason, || format!("{list}/{index}")),
        }
    }
}

/// A whole number, as such or as a text; none that is too large to be kept.
pub(crate) fn number(value: &Value) -> Option<u64> {
    let count = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    count.filter(|count| i64::try_from(*count).is_ok())
}

/// The object at `pointer` in a whole answer; the whole answer if `pointer` is empty.
pub(crate) fn object<'v>(
    file: &str,
    value: &'v Value,
    pointer: &str,
) -> Result<&'v Value, SourceError> {
    match value.pointer(pointer) {
        Some(found @ Value::Object(_)) => Ok(found),
        other => Err(shape(file, value, pointer, "an object", other)),
    }
}

fn shape(
    file: &str,
    whole: &Value,
    pointer: &str,
    wanted: &'static str,
    found: Option<&Value>,
) -> SourceError {
    // Whoever saved a list where an object belongs is told so, not that a field is missing.
    let (pointer, wanted, found) = match (whole, found) {
        (Value::Object(_), found) => (pointer, wanted, found.map_or("missing", type_of)),
        (whole, _) => ("", "an object", type_of(whole)),
    };
    let pointer = if pointer.is_empty() { "/" } else { pointer };
    SourceError::Shape { file: file.to_owned(), pointer: pointer.to_owned(), wanted, found }
}

/// The type of a JSON value in words.
pub(crate) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The text at `path`, if there is one.
pub(crate) fn maybe_text<'v>(row: &'v Value, path: &str) -> Result<Option<&'v str>, Skip> {
    match row.pointer(path) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Skip::field(path, "is not a text")),
    }
}

/// The text at `path`.
pub(crate) fn text<'v>(row: &'v Value, path: &str) -> Result<&'v str, Skip> {
    maybe_text(row, path)?.ok_or_else(|| Skip::field(path, "is missing"))
}

/// The whole number at `path`, if there is one.
pub(crate) fn maybe_count(row: &Value, path: &str) -> Result<Option<u64>, Skip> {
    match row.pointer(path) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64() {
            // Larger numbers do not fit the store and count nothing real.
            Some(count) if i64::try_from(count).is_ok() => Ok(Some(count)),
            _ => Err(Skip::field(path, "is not a whole number from 0 up")),
        },
    }
}

/// The time at `path`.
pub(crate) fn instant(row: &Value, path: &str) -> Result<DateTime<Utc>, Skip> {
    times::instant(text(row, path)?).ok_or_else(|| Skip::field(path, "is not a plausible time"))
}

/// The time at `path`, if there is a plausible one.
pub(crate) fn maybe_instant(row: &Value, path: &str) -> Option<DateTime<Utc>> {
    times::instant(row.pointer(path)?.as_str()?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bad_file_is_named_with_its_place() {
        let deep = "[".repeat(200_000);
        // (why this row exists, the bytes, the message)
        let table: [(&str, &[u8], &str); 9] = [
            ("nothing", b"", "`f.json` is empty"),
            ("only the mark of UTF-8", b"\xef\xbb\xbf", "`f.json` is empty"),
            ("UTF-16", b"\xff\xfe{\0", "`f.json` is not UTF-8 text: UTF-16 at byte 0"),
            ("UTF-16 unmarked", b"{\0}\0", "UTF-16 without its mark at byte 0"),
            ("Latin-1", b"{\"a\":\"caf\xe9\"}", "a byte of another encoding at byte 9"),
            ("binary", b"\0\0\0\x01", "binary data at byte 0"),
            ("cut off", b"{\"a\":\n[1,", "at line 2, column 3: EOF"),
            ("two documents", b"{} {}", "line 1, column 4: trailing characters"),
            ("too deep", deep.as_bytes(), "recursion limit exceeded"),
        ];
        for (why, bytes, message) in table {
            let error = parse("f.json", bytes).expect_err(why);
            assert!(error.to_string().contains(message), "{why}: {error}");
            assert!(!error.hint().is_empty(), "{why}");
        }
    }

    #[test]
    fn a_field_is_read_or_says_why_not() {
        let row = json!({"a": {"t": "x", "n": 3, "minus": -1, "huge": 1e300, "nil": null}});
        let skip = |what: &str| Err(Skip::because(what));
        assert_eq!(text(&row, "/a/t"), Ok("x"));
        assert_eq!(text(&row, "/a/n"), skip("`a/n` is not a text").map(|()| ""));
        assert_eq!(text(&row, "/a/nil"), skip("`a/nil` is missing").map(|()| ""));
        assert_eq!(maybe_text(&row, "/a/nil"), Ok(None));
        assert_eq!(maybe_count(&row, "/a/n"), Ok(Some(3)));
        for bad in ["minus", "huge", "t"] {
            assert!(maybe_count(&row, &format!("/a/{bad}")).is_err(), "{bad}");
        }
    }
}

//! The rows of a JSON file, one at a time, whatever the file is nested in.
//!
//! Start reading at [`Entry::rows`].
//!
//! # Always true
//!
//! - One row is in memory at a time, and no row may be larger than [`MAX_ROW_BYTES`].

use std::{
    cell::Cell,
    fmt,
    io::{self, BufRead, Read},
    rc::Rc,
};

use serde::{
    Deserializer,
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use super::{super::SourceError, Entry};

/// The longest row. As values in memory it takes at most about fifteen times that.
pub(crate) const MAX_ROW_BYTES: u64 = 8 << 20;
/// The longest name before a `=`.
const MAX_NAME_BYTES: u64 = 256;

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowPlace<'p> {
    /// The names of the objects around it, each with a `/` before it; empty at the top.
    pub path: &'p str,
    /// Its number in its list, from 0; `None` for a value that stands alone.
    pub index: Option<usize>,
}

impl fmt::Display for RowPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "{}/{index}", self.path),
            None if self.path.is_empty() => f.write_str("/"),
            None => f.write_str(self.path),
        }
    }
}

/// What a reader does with a row.
pub(crate) type EachRow<'e> = dyn FnMut(RowPlace<'_>, Value) + 'e;

impl Entry<'_> {
    /// Hands every row of a JSON file to `each`, in its order: every element of a list, and every
    /// value that stands alone. Objects are gone into; what lies in a row is not.
    ///
    /// # Errors
    ///
    /// [`SourceError`] if the file is not JSON, breaks off, or has a row that is too long. Rows
    /// before that place have been handed over.
    pub(crate) fn rows(&mut self, each: &mut EachRow<'_>) -> Result<(), SourceError> {
        let guard = Guard::new(self.text()?);
        let (since, long) = (Rc::clone(&guard.since), Rc::clone(&guard.long));
        let mut json = serde_json::Deserializer::from_reader(guard);
        let mut path = String::new();
        let read = Descent { path: &mut path, since, each }.deserialize(&mut json);
        read.and_then(|()| json.end()).map_err(|error| self.bad_row(error, long.get()))
    }

    /// Passes over a name and the `=` behind it, as in `window.YTD.like.part0 = [`, and answers
    /// the name.
    ///
    /// # Errors
    ///
    /// [`SourceError::Shape`] if the file does not begin so.
    pub(crate) fn assigned(&mut self) -> Result<String, SourceError> {
        let mut name = Vec::new();
        let read = self.text()?.take(MAX_NAME_BYTES).read_until(b'=', &mut name);
        read.map_err(|error| self.broken(&error))?;
        match (name.pop(), String::from_utf8(name)) {
            (Some(b'='), Ok(name)) => Ok(name.trim().to_owned()),
            _ => Err(SourceError::Shape {
                file: self.place.clone(),
                pointer: "/".into(),
                wanted: "a name, `=` and a value",
                found: "something else",
            }),
        }
    }

    fn bad_row(&self, error: serde_json::Error, long: bool) -> SourceError {
        if !long {
            return self.bad_json(error);
        }
        let limit = format!("{} MiB", MAX_ROW_BYTES >> 20);
        SourceError::TooLarge { place: self.place.clone(), what: "the size of one row", limit }
    }
}

/// Counts the bytes of a row and stops at the limit.
pub(crate) struct Guard<R> {
    inner: R,
    /// The bytes since the last row.
    pub since: Rc<Cell<u64>>,
    /// Whether a row was too long.
    pub long: Rc<Cell<bool>>,
}

impl<R> Guard<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, since: Rc::default(), long: Rc::default() }
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.since.set(self.since.get() + count as u64);
        if self.since.get() > MAX_ROW_BYTES {
            self.long.set(true);
            return Err(io::Error::other("a row is too long"));
        }
        Ok(count)
    }
}

struct Descent<'d, 'e> {
    path: &'d mut String,
    since: Rc<Cell<u64>>,
    each: &'d mut EachRow<'e>,
}

impl Descent<'_, '_> {
    fn row(self, row: Value) {
        self.since.set(0);
        (self.each)(RowPlace { path: self.path, index: None }, row);
    }
}

impl<'de> DeserializeSeed<'de> for Descent<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Descent<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let length = self.path.len();
        while let Some(key) = map.next_key::<String>()? {
            self.path.push('/');
            self.path.push_str(&key);
            let since = Rc::clone(&self.since);
            map.next_value_seed(Descent { path: self.path, since, each: self.each })?;
            self.path.truncate(length);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0;
        while let Some(row) = list.next_element::<Value>()? {
            self.since.set(0);
            (self.each)(RowPlace { path: self.path, index: Some(index) }, row);
            index += 1;
        }
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.row(value.into());
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.row(value.into());
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.row(value.into());
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.row(value.into());
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.row(value.into());
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.row(Value::Null);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::{super::walk, *};
    use crate::evidence::sources::tree::Want;

    fn rows(path: &Path) -> Result<Vec<String>, SourceError> {
        let mut rows = Vec::new();
        walk(path, &mut |_| Want::Read, &mut |entry| {
            if entry.file().ends_with(".js") {
                rows.push(entry.assigned()?);
            }
            entry.rows(&mut |place, row| rows.push(format!("{place} {row}")))
        })?;
        Ok(rows)
    }

    #[test]
    fn rows_come_one_by_one_with_their_places() {
        let dir = tempfile::TempDir::new().expect("a folder");
        // (the file, its text, its rows)
        let table: [(&str, &str, &[&str]); 5] = [
            ("list.json", "[1,[2]]", &["/0 1", "/1 [2]"]),
            (
                "nested.json",
                r#"{"a":{"b":[{"c":1}],"d":"e"}}"#,
                &[r#"/a/b/0 {"c":1}"#, r#"/a/d "e""#],
            ),
            ("twice.json", r#"{"a":[],"a":[2]}"#, &["/a/0 2"]),
            ("alone.json", "null", &["/ null"]),
            ("assigned.js", "window.YTD.like.part0 = [ 1 ]", &["window.YTD.like.part0", "/0 1"]),
        ];
        for (name, text, expected) in table {
            let path = dir.path().join(name);
            fs::write(&path, text).expect("a file");
            assert_eq!(rows(&path).expect(name), expected, "{name}");
        }
        let path = dir.path().join("no.js");
        fs::write(&path, "[1]").expect("a file");
        assert!(matches!(rows(&path), Err(SourceError::Shape { .. })));
    }

    #[test]
    fn a_row_without_end_is_refused_and_many_rows_are_not() {
        let dir = tempfile::TempDir::new().expect("a folder");
        let path = dir.path().join("a.json");
        let long = "x".repeat(MAX_ROW_BYTES as usize);
        fs::write(&path, format!("[\"{long}\"]")).expect("a file");
        assert!(matches!(rows(&path), Err(SourceError::TooLarge { .. })));
        let half = &long[..long.len() / 4];
        fs::write(&path, format!("[\"{half}\",\"{half}\",\"{half}\",\"{half}\",\"{half}\"]"))
            .expect("a file");
        assert_eq!(rows(&path).expect("sound").len(), 5);
    }
}

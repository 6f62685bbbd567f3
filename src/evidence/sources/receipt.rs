//! What became of every row of an export: the paper a person checks an import by.
//!
//! Start reading at [`Receipt`].
//!
//! # Always true
//!
//! - In each file, `kept` and everything in `skipped` add up to `rows_read`.
//! - The same files give the same receipt: it holds no clock and no path.
//! - A number that the export states is compared, never believed over what was found.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{Digest, FactKind, SourceKind};

/// What was read, kept and skipped in one export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The kind of source.
    pub kind: SourceKind,
    /// Whose export it is, as the brand file names it.
    pub account: String,
    /// The newest fact in it, UTC.
    pub as_of: Option<DateTime<Utc>>,
    /// Every file or archive entry that was read, in order of name.
    pub files: Vec<FileReceipt>,
    /// For each family of facts with times, the first and the last, UTC; of follows, since when.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub spans: BTreeMap<String, (DateTime<Utc>, DateTime<Utc>)>,
    /// The kinds of facts it really held.
    pub carried: BTreeSet<FactKind>,
    /// The export's own counts against what was found.
    pub compared: Vec<Comparison>,
    /// What else a person should know.
    pub notes: Vec<String>,
    /// Over names and contents of all files read: identifies the export.
    pub digest: Digest,
}

impl Receipt {
    /// Passes the words that an export may have brought through `clean`: names of files, reasons,
    /// notes.
    pub fn scrub(&mut self, clean: impl Fn(&str) -> String) {
        self.notes.iter_mut().for_each(|note| *note = clean(note));
        for compared in &mut self.compared {
            compared.note = clean(&compared.note);
        }
        for file in &mut self.files {
            file.name = clean(&file.name);
            let skipped = std::mem::take(&mut file.skipped);
            let places = std::mem::take(&mut file.places);
            for (reason, count) in skipped {
                *file.skipped.entry(clean(&reason)).or_default() += count;
            }
            file.places =
                places.into_iter().map(|(why, place)| (clean(&why), clean(&place))).collect();
        }
    }
}

/// What became of the rows of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReceipt {
    /// Its name within the export.
    pub name: String,
    /// Its size, unpacked.
    pub bytes: u64,
    /// The digest of its content.
    pub digest: Digest,
    /// The encoding that it was taken for, where it is not UTF-8 and nothing says which it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumed: Option<String>,
    /// How many rows it has.
    pub rows_read: u64,
    /// How many of them became facts.
    pub kept: u64,
    /// How many did not, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// For each reason, the first row it met: a JSON pointer, or `line 7` of a table.
    pub places: BTreeMap<String, String>,
}

/// A count that the export states, beside the count that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// What was counted.
    pub what: String,
    /// What the export says.
    pub stated: u64,
    /// What was found in it.
    pub found: u64,
    /// How to take a difference.
    pub note: String,
}

impl FileReceipt {
    /// A file of which no row was read yet.
    pub(crate) fn new(name: impl Into<String>, bytes: u64, digest: Digest) -> Self {
        Self {
            name: name.into(),
            bytes,
            digest,
            assumed: None,
            rows_read: 0,
            kept: 0,
            skipped: BTreeMap::new(),
            places: BTreeMap::new(),
        }
    }

    /// Counts a row that became facts.
    pub(crate) fn keep(&mut self) {
        self.rows_read += 1;
        self.kept += 1;
    }

    /// Counts a row that did not, and remembers where the first of its reason stands.
    pub(crate) fn skip(&mut self, reason: &str, place: impl FnOnce() -> String) {
        self.rows_read += 1;
        match self.skipped.get_mut(reason) {
            Some(count) => *count += 1,
            None => {
                self.skipped.insert(reason.to_owned(), 1);
                self.places.insert(reason.to_owned(), place());
            }
        }
    }
}

/// The digest of an export: over the names and digests of its files, in order of name.
pub(crate) fn digest_of(files: &[FileReceipt]) -> Digest {
    let mut text = String::new();
    for file in files {
        // Lengths keep two different lists of names from reading the same.
        text.push_str(&format!("{} {} {}\n", file.name.len(), file.name, file.digest));
    }
    Digest::of(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_add_up_and_the_first_place_of_a_reason_is_kept() {
        let mut file = FileReceipt::new("a.json", 3, Digest::of(b"abc"));
        file.keep();
        file.skip("odd", || "/rows/1".into());
        file.skip("odd", || "/rows/2".into());
        assert_eq!((file.rows_read, file.kept, file.skipped["odd"]), (3, 1, 2));
        assert_eq!(file.places["odd"], "/rows/1");
    }

    #[test]
    fn the_digest_tells_exports_apart_by_name_and_content() {
        let file = |name: &str, content: &[u8]| FileReceipt::new(name, 1, Digest::of(content));
        let digest = digest_of(&[file("a", b"1")]);
        assert_eq!(digest, digest_of(&[file("a", b"1")]));
        assert_ne!(digest, digest_of(&[file("b", b"1")]), "another name");
        assert_ne!(digest, digest_of(&[file("a", b"2")]), "another content");
        assert_ne!(digest, digest_of(&[file("a", b"1"), file("b", b"1")]), "another file");
    }
}

//! A first look at what was given: the names in it, and how its texts begin.
//!
//! Start reading at [`glance`]. Each reader says with `fits` whether it knows what it sees.
//!
//! # Always true
//!
//! - A glance reads little: of a packed archive without a table of contents only its beginning.

use std::{io::BufRead, path::Path};

use super::{
    super::{SourceError, windows::windows_1252},
    Entry, Listed, Shape, Want, walk,
};

/// How many names are looked at.
const MAX_NAMES: usize = 20_000;
/// How far a .tar.gz, which has no table of contents, is unpacked for a look.
const MAX_UNPACKED_BYTES: u64 = 256 << 20;
/// How many texts are looked into.
const MAX_HEADS: usize = 48;
/// How much of each.
const HEAD_BYTES: usize = 16 << 10;
/// The endings of texts that are looked into.
const TEXTS: [&str; 7] = [".json", ".js", ".csv", ".tsv", ".txt", ".jsonl", ".ndjson"];

/// What was seen at a path.
pub(crate) struct Glance {
    /// How the entries are held together.
    pub shape: Shape,
    /// Their names and sizes, as many as were looked at.
    pub entries: Vec<Listed>,
    heads: Vec<(String, Vec<u8>)>,
}

impl Glance {
    /// The beginnings of the texts, with their names; in Windows-1252 what can be that and not
    /// UTF-8. Other bytes are replaced.
    pub(crate) fn heads(&self) -> impl Iterator<Item = (&str, String)> {
        self.heads.iter().map(|(name, head)| (name.as_str(), text_of(head)))
    }
}

fn text_of(head: &[u8]) -> String {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    // A sign that the end of the head cuts in half is no other encoding.
    let wrong = std::str::from_utf8(text).is_err_and(|error| error.error_len().is_some());
    let windows = if wrong && text.len() == head.len() { windows_1252(text) } else { None };
    windows.unwrap_or_else(|| String::from_utf8_lossy(text).into_owned())
}

/// Looks at what lies at `path`.
///
/// # Errors
///
/// [`SourceError`] if it cannot be read or is unsafe.
pub(crate) fn glance(path: &Path) -> Result<Glance, SourceError> {
    let shape = Shape::at(path)?;
    let (mut entries, mut heads) = (Vec::new(), Vec::new());
    let (mut unpacked, mut texts) = (0_u64, 0);
    let mut wants = |listed: &Listed| {
        // Sizes are what a header says, so they may add up to anything.
        unpacked = unpacked.saturating_add(listed.bytes);
        if entries.len() >= MAX_NAMES || (shape == Shape::TarGz && unpacked > MAX_UNPACKED_BYTES) {
            return Want::Stop;
        }
        entries.push(listed.clone());
        let name = listed.name.to_lowercase();
        let text = shape == Shape::File || TEXTS.iter().any(|ending| name.ends_with(ending));
        texts += usize::from(text);
        Want::from(text && texts <= MAX_HEADS)
    };
    walk(path, &mut wants, &mut |entry| {
        heads.push((entry.name.clone(), entry.head(HEAD_BYTES)?));
        Ok(())
    })?;
    Ok(Glance { shape, entries, heads })
}

impl Entry<'_> {
    /// Its first bytes, at most `count`.
    fn head(&mut self, count: usize) -> Result<Vec<u8>, SourceError> {
        match self.reader.fill_buf() {
            Ok(first) => Ok(first[..first.len().min(count)].to_vec()),
            Err(error) => Err(self.broken(&error)),
        }
    }
}

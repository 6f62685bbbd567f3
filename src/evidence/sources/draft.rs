//! An export while it is read: facts, receipts and notes, up to the finished [`Export`].
//!
//! Start reading at [`Draft::finish`]; [`rows_of`] and [`table_of`] count what becomes of each row.
//!
//! # Always true
//!
//! - Every row of a file is counted once: as kept, or as skipped with its reason and first place.

use std::path::Path;

use serde_json::Value;

use super::{
    Export, SourceError,
    gather::{Gather, Gathered, ProfileSeen},
    json::Skip,
    receipt::{Comparison, FileReceipt, Receipt, digest_of},
    table::{self, Columns, Row},
    tree::{Entry, RowPlace},
};
use crate::{
    evidence::{
        facts::{Origin, PersonId},
        layers::sorter::Sorter,
        somebody::Micros,
    },
    model::Source,
};

/// What became of a row that is not skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It gave facts.
    Kept,
    /// It is no row of the list, but something beside it.
    Aside,
}

/// An export while it is read.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub gather: Gather,
    pub profile: ProfileSeen,
    pub files: Vec<FileReceipt>,
    pub compared: Vec<Comparison>,
    pub notes: Vec<String>,
    /// People who may be more than the memory holds.
    pub crowd: Option<Sorter>,
    /// Whether the list of followers is whole, so that who is missing there is gone.
    pub followers_complete: bool,
}

impl Draft {
    /// Begins the export of `own`.
    pub(crate) fn of(own: &PersonId) -> Self {
        Self { gather: Gather::of(own), ..Self::default() }
    }

    /// Adds a remark once.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Puts a count that the export states beside what was found.
    pub(crate) fn compare(&mut self, what: impl Into<String>, stated: u64, found: u64, note: &str) {
        let note = if stated == found { "equal" } else { note };
        self.compared.push(Comparison { what: what.into(), stated, found, note: note.into() });
    }

    /// Says which tables were read in an encoding that nothing states.
    fn note_encodings(&mut self) {
        let of = |file: &FileReceipt| {
            let assumed = file.assumed.as_ref()?;
            Some(format!(
                "`{}` is not UTF-8 and was read as {assumed}: look whether its names are right",
                file.name
            ))
        };
        let notes: Vec<String> = self.files.iter().filter_map(of).collect();
        notes.into_iter().for_each(|note| self.note(note));
    }

    /// Makes the export of what was read.
    ///
    /// # Errors
    ///
    /// [`SourceError::NothingToRead`] if no file was read, [`SourceError::Undated`] if nothing in
    /// them has a time.
    pub(crate) fn finish(
        mut self,
        source: &Source,
        own: &PersonId,
        path: &Path,
    ) -> Result<Export, SourceError> {
        let place = || path.display().to_string();
        if self.files.is_empty() {
            return Err(SourceError::NothingToRead { path: place(), kind: source.kind });
        }
        self.files.sort_by(|one, other| one.name.cmp(&other.name));
        self.note_encodings();
        let (kind, account) = (source.kind, source.account.clone());
        let origin = Origin { kind, account: account.clone() };
        let newest = self.crowd.as_ref().and_then(Sorter::newest).map(Micros::time);
        if let (None, Some(asked)) = (self.gather.made_at, source.as_of) {
            self.gather.made_at = Some(asked);
            self.note("it does not say how new it is: its date is the one that was given");
        }
        self.gather.made_at = self.gather.made_at.max(newest);
        self.gather.finds_roots = true;
        let gathered = self.gather.finish(own, self.profile, origin)?;
        let Gathered { facts, crowd, pages } =
            gathered.ok_or_else(|| nothing_dated(&self.files, place()))?;
        let sorted = self.crowd.zip(facts.as_of).map(|(crowd, as_of)| crowd.finish(as_of.into()));
        let crowd = sorted.transpose().map_err(SourceError::Unsorted)?.or(crowd);
        let receipt = Receipt {
            spans: Default::default(),
            kind,
            account: account.clone(),
            as_of: facts.as_of,
            carried: facts.carried.clone(),
            compared: self.compared,
            notes: self.notes,
            digest: digest_of(&self.files),
            files: self.files,
        };
        let followers_complete = if self.followers_complete { vec![own.clone()] } else { vec![] };
        Ok(Export { kind, account, facts, crowd, pages, followers_complete, receipt })
    }
}

/// Why an export gives no fact with a time: none of its rows could be read, or none has one.
fn nothing_dated(files: &[FileReceipt], path: String) -> SourceError {
    let none_kept = files.iter().all(|file| file.kept == 0);
    let first = files.iter().find_map(|file| {
        let (reason, place) = file.places.iter().next()?;
        Some((file, reason.clone(), place.clone()))
    });
    match first.filter(|_| none_kept) {
        Some((file, reason, row)) => SourceError::NoRows {
            file: file.name.clone(),
            rows: files.iter().map(|file| file.rows_read).sum(),
            row,
            reason,
        },
        None => SourceError::Undated { path },
    }
}

/// Reads the rows of a JSON entry, and counts what becomes of each.
pub(crate) fn rows_of(
    entry: &mut Entry<'_>,
    each: &mut dyn FnMut(RowPlace<'_>, &Value) -> Result<Fate, Skip>,
) -> Result<FileReceipt, SourceError> {
    let mut file = entry.receipt();
    entry.rows(&mut |place, row| match each(place, &row) {
        Ok(Fate::Kept) => file.keep(),
        Ok(Fate::Aside) => {}
        Err(Skip(reason)) => file.skip(&reason, || place.to_string()),
    })?;
    entry.measure(&mut file);
    Ok(file)
}

/// Reads the rows of a table, and counts what becomes of each.
pub(crate) fn table_of(
    entry: &mut Entry<'_>,
    header: &dyn Fn(&Columns) -> bool,
    each: &mut dyn FnMut(&Row<'_>) -> Result<Fate, Skip>,
) -> Result<FileReceipt, SourceError> {
    let mut file = entry.receipt();
    table::read(entry, header, &mut |row| match each(&row) {
        Ok(Fate::Kept) => file.keep(),
        Ok(Fate::Aside) => {}
        Err(Skip(reason)) => file.skip(&reason, || format!("line {}", row.line)),
    })?;
    entry.measure(&mut file);
    Ok(file)
}

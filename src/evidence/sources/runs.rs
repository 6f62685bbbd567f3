//! Rows of an export in the order of their keys, however many: those that the memory is not to hold wait
//! in files.
//!
//! ```text
//! rows ──► in memory, up to a number ──► sorted, into a file without a name ──► merged when they are read
//! ```
//!
//! Start reading at [`Runs::add`], then at [`Rows::each`].
//!
//! # Always true
//!
//! - Rows with the same key are one row, joined in the order in which they came.
//! - What goes wrong with the disk is told at the end, once; no row is lost unnoticed.
//! - Files have no name: they are gone with the process.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Seek, Write},
    sync::Arc,
};

use serde::{Serialize, de::DeserializeOwned};

use super::{
    SourceError,
    gather::{FILES, MOST_ROWS},
};
use crate::evidence::layers::sorter::CHUNK_BYTES;

/// How much of each file is read at once.
const READ_BYTES: usize = 64 << 10;

/// A row that has a key.
pub(crate) trait Row: Serialize + DeserializeOwned + Clone {
    /// What rows are told apart and sorted by.
    type Key<'r>: Ord
    where
        Self: 'r;

    /// The key.
    fn key(&self) -> Self::Key<'_>;

    /// How many bytes of words it has: rows of many are put aside earlier.
    fn words(&self) -> usize;

    /// Takes over what a later row of the same key knows more.
    fn join(&mut self, later: &mut Self);
}

/// Rows while they are gathered.
#[derive(Debug)]
pub(crate) struct Runs<T> {
    here: Vec<T>,
    /// How many bytes of words they have.
    words: usize,
    files: Vec<Arc<File>>,
    /// How many rows are held in memory, until there are many files.
    room: usize,
    fault: Option<io::Error>,
}

impl<T> Default for Runs<T> {
    fn default() -> Self {
        Self { here: Vec::new(), words: 0, files: Vec::new(), room: MOST_ROWS, fault: None }
    }
}

impl<T: Row> Runs<T> {
    /// Begins without a row.
    ///
    /// - `room`: how many rows are held in memory.
    #[cfg(test)]
    pub(crate) fn with_room(room: usize) -> Self {
        Self { room, ..Self::default() }
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, row: T) {
        let most = self.room << (self.files.len() / FILES).min(3);
        if self.here.len() >= most || self.words >= CHUNK_BYTES {
            self.put_aside();
        }
        self.words += row.words();
        self.here.push(row);
    }

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.here.is_empty() && self.files.is_empty()
    }

    /// Whether rows wait in files.
    pub(crate) fn overflows(&self) -> bool {
        !self.files.is_empty()
    }

    /// Puts the rows in memory into a file.
    pub(crate) fn put_aside(&mut self) {
        let rows = in_order(std::mem::take(&mut self.here));
        self.words = 0;
        match write(&rows) {
            Ok(file) => self.files.push(Arc::new(file)),
            Err(error) => self.fault = self.fault.take().or(Some(error)),
        }
    }

    /// All rows, in order.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub(crate) fn finish(mut self) -> Result<Rows<T>, SourceError> {
        if self.overflows() {
            self.put_aside();
        }
        match self.fault {
            Some(fault) => Err(SourceError::Unsorted(fault)),
            None if self.files.is_empty() => Ok(Rows::Here(in_order(self.here))),
            None => Ok(Rows::Aside(self.files)),
        }
    }
}

/// Rows in the order of their keys, each key once.
#[derive(Debug, Clone)]
pub(crate) enum Rows<T> {
    /// In memory.
    Here(Vec<T>),
    /// In files, each of them sorted.
    Aside(Vec<Arc<File>>),
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Rows::Here(Vec::new())
    }
}

impl<T: Row> Rows<T> {
    /// Shows every row, in order.
    ///
    /// # Errors
    ///
    /// Those of `see`, and what the disk says.
    pub(crate) fn each<E: From<io::Error>>(
        &self,
        see: &mut dyn FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Rows::Here(rows) => rows.iter().cloned().try_for_each(see),
            Rows::Aside(files) => merge(files, see),
        }
    }

    /// Shows every row, in order, to somebody who only looks.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub(crate) fn look(&self, see: &mut dyn FnMut(&T)) -> Result<(), SourceError> {
        match self {
            Rows::Here(rows) => rows.iter().for_each(see),
            Rows::Aside(files) => merge(files, &mut |row| {
                see(&row);
                Ok::<(), io::Error>(())
            })
            .map_err(SourceError::Unsorted)?,
        }
        Ok(())
    }

    /// The same as [`Rows::each`], without keeping those in memory.
    ///
    /// # Errors
    ///
    /// As [`Rows::each`].
    pub(crate) fn into_each<E: From<io::Error>>(
        self,
        see: &mut dyn FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Rows::Here(rows) => rows.into_iter().try_for_each(see),
            Rows::Aside(files) => merge(&files, see),
        }
    }
}

/// Files are equal only to themselves.
impl<T: PartialEq> PartialEq for Rows<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Rows::Here(one), Rows::Here(other)) => one == other,
            (Rows::Aside(one), Rows::Aside(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(a, b)| Arc::ptr_eq(a, b))
            }
            (Rows::Here(_), Rows::Aside(_)) | (Rows::Aside(_), Rows::Here(_)) => false,
        }
    }
}

/// Sorts rows, and joins those of one key.
fn in_order<T: Row>(mut rows: Vec<T>) -> Vec<T> {
    rows.sort_by(|one, other| one.key().cmp(&other.key()));
    rows.dedup_by(|later, kept| {
        let same = later.key() == kept.key();
        if same {
            kept.join(later);
        }
        same
    });
    rows
}

fn write<T: Row>(rows: &[T]) -> io::Result<File> {
    let mut file = BufWriter::new(tempfile::tempfile()?);
    for row in rows {
        serde_json::to_writer(&mut file, row)?;
        file.write_all(b"\n")?;
    }
    file.into_inner().map_err(io::IntoInnerError::into_error)
}

/// Reads sorted files side by side; of one key the row of the earliest file comes first.
fn merge<T: Row, E: From<io::Error>>(
    files: &[Arc<File>],
    see: &mut dyn FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let runs = files.iter().map(|file| Run::of(file));
    let mut runs = runs.collect::<io::Result<Vec<Run<T>>>>()?;
    let mut last: Option<T> = None;
    loop {
        let heads = runs.iter_mut().filter(|run| run.head.is_some());
        let least = heads.min_by(|one, other| {
            let keys = [&one.head, &other.head].map(|head| head.as_ref().map(Row::key));
            keys[0].cmp(&keys[1])
        });
        let Some(run) = least else { break };
        let mut row = run.take()?;
        match (&mut last, &mut row) {
            (Some(last), Some(row)) if last.key() == row.key() => last.join(row),
            _ => std::mem::replace(&mut last, row).map_or(Ok(()), &mut *see)?,
        }
    }
    last.map_or(Ok(()), see)
}

/// One file on the way back.
struct Run<'f, T> {
    lines: BufReader<&'f File>,
    line: String,
    head: Option<T>,
}

impl<'f, T: Row> Run<'f, T> {
    fn of(mut file: &'f File) -> io::Result<Self> {
        file.rewind()?;
        let lines = BufReader::with_capacity(READ_BYTES, file);
        let mut run = Self { lines, line: String::new(), head: None };
        run.take()?;
        Ok(run)
    }

    /// The next row; the one behind it is read.
    fn take(&mut self) -> io::Result<Option<T>> {
        self.line.clear();
        let next = match self.lines.read_line(&mut self.line)? {
            0 => None,
            _ => Some(serde_json::from_str(&self.line)?),
        };
        Ok(std::mem::replace(&mut self.head, next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::facts::{PersonId, Post};

    #[test]
    fn rows_of_many_words_are_put_aside_before_there_are_many_rows() {
        let post = |number: usize, words: usize| Post {
            text: Some("x".repeat(words).into()),
            ..Post::new(format!("{number}"), PersonId::stored("x:us"), chrono::DateTime::UNIX_EPOCH)
        };
        // (why, rows, bytes of words in each, do they overflow?)
        let table = [("few words", 100, 10, false), ("many", 3, CHUNK_BYTES / 2, true)];
        for (why, rows, words, overflows) in table {
            let mut runs = Runs::default();
            (0..rows).for_each(|number| runs.add(post(number, words)));
            assert_eq!(runs.overflows(), overflows, "{why}");
            let mut seen = 0;
            let all = runs.finish().expect("a disk").into_each(&mut |post: Post| {
                assert_eq!(post.text.as_deref().map(str::len), Some(words), "{why}");
                seen += 1;
                Ok::<(), io::Error>(())
            });
            all.expect("a disk");
            assert_eq!(seen, rows, "{why}");
        }
    }
}

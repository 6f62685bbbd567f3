//! Tables as people get them: CSV by any program, with whatever stands above the header.
//!
//! Start reading at [`read`]. It finds the header by the columns that the reader needs, and hands
//! over the rows below as [`Row`]s.
//!
//! # Always true
//!
//! - One row is in memory at a time, and no row may be longer than
//!   [`MAX_ROW_BYTES`](super::tree::MAX_ROW_BYTES).
//! - A cell that is empty or `-` says nothing; it is not 0.
//! - Bytes that are not UTF-8 are taken for Windows-1252 only if all of the table can be that.
//! - An id that a spreadsheet has rounded (`1.22158E+17`) is told as such and joined to nothing.

use csv::{ByteRecord, ReaderBuilder, Terminator};

use super::{
    SourceError,
    json::Skip,
    tree::{Entry, Guard, MAX_ROW_BYTES},
    windows::windows_1252,
};

/// How many lines may stand above the header.
const MAX_PREAMBLE_ROWS: usize = 30;
/// What parts the cells, in the order in which it is tried.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The columns of a table, by the names in its header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Columns {
    names: Vec<String>,
}

impl Columns {
    fn of(record: &ByteRecord) -> Self {
        let name = |cell: &[u8]| plain(&likely_text(cell));
        Self { names: record.iter().map(name).collect() }
    }

    /// The names as the reader compares them: without capitals and doubled blanks.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether the header has all of `names`, in any order.
    pub(crate) fn have(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.place(name).is_some())
    }

    /// The place of the first column of this name; some tables have a name twice.
    fn place(&self, name: &str) -> Option<usize> {
        let find = |name: &str| self.names.iter().position(|known| known == name);
        // Most names are asked for as they are compared, once a row.
        find(name).or_else(|| find(&plain(name)))
    }
}

fn plain(name: &str) -> String {
    let name = name.trim().trim_start_matches('\u{feff}').to_lowercase();
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One row below the header.
pub(crate) struct Row<'r> {
    columns: &'r Columns,
    cells: &'r [&'r str],
    /// The line of the file on which it begins, from 1.
    pub line: u64,
}

impl<'r> Row<'r> {
    /// The cell in the first column of this name; absent if it is empty, `-` or not there.
    pub(crate) fn maybe(&self, name: &str) -> Option<&'r str> {
        let cell = self.cells.get(self.columns.place(name)?)?.trim();
        (!matches!(cell, "" | "-" | "--" | "N/A" | "n/a")).then_some(cell)
    }

    /// The same, or why the row gives no fact.
    pub(crate) fn text(&self, name: &str) -> Result<&'r str, Skip> {
        self.maybe(name).ok_or_else(|| Skip::because(format!("`{name}` is empty")))
    }

    /// The id in a column.
    ///
    /// # Errors
    ///
    /// A [`Skip`] if it is not there, or if a spreadsheet has rounded it.
    pub(crate) fn id(&self, name: &str) -> Result<&'r str, Skip> {
        let id = self.text(name)?;
        if is_rounded(id) {
            let reason = format!("`{name}` was rounded by a spreadsheet, as in `1.22158E+17`");
            return Err(Skip::because(reason));
        }
        Ok(id)
    }

    /// The whole number in a column; absent if the cell says nothing.
    ///
    /// # Errors
    ///
    /// A [`Skip`] if the cell says something else.
    pub(crate) fn count(&self, name: &str) -> Result<Option<u64>, Skip> {
        let Some(cell) = self.maybe(name) else { return Ok(None) };
        match count(cell) {
            Some(count) => Ok(Some(count)),
            None => Err(Skip::because(format!("`{name}` is not a whole number from 0 up"))),
        }
    }

    /// The columns of the table.
    pub(crate) fn columns(&self) -> &'r Columns {
        self.columns
    }

    /// Every cell in its order, for tables that have a name twice.
    pub(crate) fn cells(&self) -> &'r [&'r str] {
        self.cells
    }

    /// Whether it says nothing at all.
    fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// A number as spreadsheets write it: `5`, `424.0`, `1,234`, `1 234`, `1.234`.
pub(crate) fn count(cell: &str) -> Option<u64> {
    let cell = cell.trim();
    // `424.0` is a whole number that was kept as a broken one.
    let whole = cell.strip_suffix(".0").or_else(|| cell.strip_suffix(".00")).unwrap_or(cell);
    let parted: Vec<&str> = whole.split([',', '.', '\u{a0}', '\u{202f}', ' ', '\'']).collect();
    let (first, rest) = parted.split_first()?;
    let grouped = (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    let digits = parted.concat();
    let good = rest.is_empty() || grouped;
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()) && good;
    // Larger numbers do not fit the store and count nothing real.
    digits.parse().ok().filter(|count| number && i64::try_from(*count).is_ok())
}

/// Whether a spreadsheet has made a number of an id and rounded it.
pub(crate) fn is_rounded(id: &str) -> bool {
    let Some(at) = id.bytes().position(|byte| matches!(byte, b'E' | b'e')) else { return false };
    let (digits, power) = (&id[..at], &id[at + 1..]);
    let number = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
    };
    number(digits) && power.strip_prefix('+').is_some_and(number)
}

/// Reads a table to its end.
///
/// - `entry`: the table; its rows are counted nowhere, that is up to `each`.
/// - `header`: whether a row is the header. It is asked for the first rows until it says yes, with
///   each way to part the cells; rows above it are passed over.
/// - `each`: takes each row below; rows without a single cell are passed over.
///
/// # Errors
///
/// [`SourceError`] if the table has no such header, is of no one encoding, or has a row without end.
pub(crate) fn read(
    entry: &mut Entry<'_>,
    header: &dyn Fn(&Columns) -> bool,
    each: &mut dyn FnMut(Row<'_>),
) -> Result<Columns, SourceError> {
    let place = entry.place.clone();
    let text = entry.table_text()?;
    let first = text.fill_buf().map(|first| sniff(first, header));
    let found = match first {
        Ok(found) => found,
        Err(error) => return Err(entry.broken(&error)),
    };
    let Some(delimiter) = found else { return Err(SourceError::NoHeader { file: place }) };
    let mut encoding = Encoding::of(entry);
    let mut guard = Guard::new(entry.table_text()?);
    let (since, long) = (guard.since.clone(), guard.long.clone());
    let below = Below { delimiter, header, next: &|| since.set(0) };
    let read = below.rows(&mut guard, &mut encoding, each);
    entry.assumed = (encoding == Encoding::Windows1252).then_some("Windows-1252");
    read.map_err(|fault| match fault {
        Fault::Encoding(byte) => {
            SourceError::Encoding { file: place, found: "a byte of another encoding", byte }
        }
        Fault::Io(_) if long.get() => {
            let limit = format!("{} MiB", MAX_ROW_BYTES >> 20);
            SourceError::TooLarge { place, what: "the size of one row", limit }
        }
        Fault::Io(error) => entry.broken(&error),
    })
}

/// Why a table stopped.
enum Fault {
    Encoding(u64),
    Io(std::io::Error),
}

impl From<csv::Error> for Fault {
    fn from(error: csv::Error) -> Self {
        Fault::Io(std::io::Error::from(error))
    }
}

/// In what the rows by now were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// Nothing but ASCII came, which is the same in both.
    Unseen,
    Utf8,
    Windows1252,
}

impl Encoding {
    fn of(entry: &Entry<'_>) -> Self {
        if entry.marked { Self::Utf8 } else { Self::Unseen }
    }

    /// Makes UTF-8 of a record; `false` if it is of another encoding than those before, or of none.
    fn settle(&mut self, record: &mut ByteRecord) -> bool {
        if record.as_slice().is_ascii() {
            return true;
        }
        let wide = |cell: &&[u8]| !cell.is_ascii();
        let sound = |cell: &[u8]| std::str::from_utf8(cell).is_ok();
        let utf8 = record.iter().filter(wide).any(sound);
        let other = !record.iter().all(sound);
        match (*self, utf8, other) {
            (Self::Unseen | Self::Utf8, _, false) => *self = Self::Utf8,
            (Self::Unseen | Self::Windows1252, false, true) => {
                let cells: Option<Vec<String>> = record.iter().map(windows_1252).collect();
                let Some(cells) = cells else { return false };
                (*self, *record) = (Self::Windows1252, ByteRecord::from(cells));
            }
            // Two encodings in one table: nobody can tell which cell means what.
            (Self::Unseen, true, true) | (Self::Utf8, _, true) | (Self::Windows1252, _, _) => {
                return false;
            }
        }
        true
    }
}

/// A cell of a header, before it is known in what the table is written.
fn likely_text(cell: &[u8]) -> String {
    let text = String::from_utf8(cell.to_vec()).ok();
    let text = text.or_else(|| windows_1252(cell));
    text.unwrap_or_else(|| String::from_utf8_lossy(cell).into_owned())
}

/// How the rows below a header are found.
struct Below<'t> {
    delimiter: u8,
    header: &'t dyn Fn(&Columns) -> bool,
    /// Told of each row that came.
    next: &'t dyn Fn(),
}

impl Below<'_> {
    fn rows(
        &self,
        text: &mut dyn std::io::Read,
        encoding: &mut Encoding,
        each: &mut dyn FnMut(Row<'_>),
    ) -> Result<Columns, Fault> {
        let mut reader = records(self.delimiter, text);
        let mut record = ByteRecord::new();
        let mut columns: Option<Columns> = None;
        while reader.read_byte_record(&mut record)? {
            (self.next)();
            let (byte, line) = place_of(&record, reader.position().line());
            if !encoding.settle(&mut record) {
                return Err(Fault::Encoding(byte));
            }
            let Some(columns) = &columns else {
                columns = Some(Columns::of(&record)).filter(|columns| (self.header)(columns));
                continue;
            };
            let cells = cells(&record).ok_or(Fault::Encoding(byte))?;
            let row = Row { columns, cells: &cells, line };
            if !row.is_empty() {
                each(row);
            }
        }
        Ok(columns.unwrap_or_default())
    }
}

/// The cells of a record, if all are UTF-8.
fn cells(record: &ByteRecord) -> Option<Vec<&str>> {
    let text = std::str::from_utf8(record.as_slice()).ok()?;
    // A cell that ends within a sign ends at no border of the text.
    (0..record.len()).map(|at| text.get(record.range(at)?)).collect()
}

fn records<R: std::io::Read>(delimiter: u8, text: R) -> csv::Reader<R> {
    let mut builder = ReaderBuilder::new();
    // A `\r` before it is trimmed with the cell; so lines are counted as an editor does.
    builder.has_headers(false).flexible(true).terminator(Terminator::Any(b'\n'));
    builder.delimiter(delimiter).from_reader(text)
}

/// Byte and line at which a record begins, when the next one begins on line `next`.
fn place_of(record: &ByteRecord, next: u64) -> (u64, u64) {
    let (byte, line) = record.position().map_or((0, 1), |at| (at.byte(), at.line()));
    let inside = record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
    // Empty lines before it are no records of their own.
    (byte, line.max(next.saturating_sub(inside + 1)))
}

/// The delimiter with which one of the first rows is the header.
fn sniff(first: &[u8], header: &dyn Fn(&Columns) -> bool) -> Option<u8> {
    DELIMITERS.into_iter().find(|delimiter| {
        let mut reader = records(*delimiter, first);
        let records = reader.byte_records().take(MAX_PREAMBLE_ROWS).map_while(Result::ok);
        records.into_iter().any(|record| header(&Columns::of(&record)))
    })
}

/// The names in the first row that has several cells, as they are written.
pub(crate) fn first_columns(head: &str) -> Vec<String> {
    let first = |delimiter: u8| {
        let mut reader = records(delimiter, head.as_bytes());
        let mut found = reader.byte_records().take(MAX_PREAMBLE_ROWS).map_while(Result::ok);
        let record = found.find(|record| record.len() > 1)?;
        let cell = |cell: &[u8]| String::from_utf8_lossy(cell).trim().to_owned();
        Some(record.iter().map(cell).collect::<Vec<_>>())
    };
    let found = DELIMITERS.into_iter().filter_map(first);
    found.max_by_key(Vec::len).unwrap_or_default()
}

/// Whether a text begins with a table whose header is `header`.
pub(crate) fn begins(head: &str, header: &dyn Fn(&Columns) -> bool) -> bool {
    sniff(head.as_bytes(), header).is_some()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::evidence::sources::tree::{Want, walk};

    type Found = Result<Vec<(u64, String, Result<Option<u64>, Skip>)>, SourceError>;

    /// Line, id and count of every row of a table with the columns `Post id` and `Likes`.
    fn found(bytes: &[u8]) -> Found {
        let dir = tempfile::TempDir::new().expect("a folder");
        let path = dir.path().join("t.csv");
        fs::write(&path, bytes).expect("a file");
        let mut rows = Vec::new();
        walk(&path, &mut |_| Want::Read, &mut |entry| {
            let header = |columns: &Columns| columns.have(&["post id", "Likes"]);
            read(entry, &header, &mut |row| {
                let id = row.id("Post id").map_or_else(|Skip(why)| why, str::to_owned);
                rows.push((row.line, id, row.count("Likes")));
            })
            .map(|_| ())
        })?;
        Ok(rows)
    }

    /// A text as spreadsheets save "Unicode text".
    fn utf16(text: &str) -> Vec<u8> {
        let marked = format!("\u{feff}{text}");
        marked.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn a_table_is_read_whoever_wrote_it() {
        let five = |line| (line, "1".to_owned(), Ok(Some(5)));
        // (why this row exists, the file, its rows)
        let table: [(&str, &[u8], Vec<_>); 12] = [
            ("plain", b"Post id,Likes\n1,5\n", vec![five(2)]),
            ("other names and order", b"LIKES,text,Post  ID\r\n5,\"a,b\",1\r\n", vec![five(2)]),
            ("the mark of UTF-8", b"\xef\xbb\xbfPost id,Likes\n1,5", vec![five(2)]),
            ("UTF-16", &utf16("Post id\tLikes\n1\t5\n"), vec![five(2)]),
            (
                "Windows-1252 below",
                b"Post id,Likes,t\n1,5,a\n1,5,caf\xe9\n",
                vec![five(2), five(3)],
            ),
            ("Windows-1252 in the header", b"Gef\xe4llt,Post id,Likes\n\x80,1,5\n", vec![five(2)]),
            ("semicolons", b"Post id;Likes\n1;5\n", vec![five(2)]),
            ("tabs", b"Post id\tLikes\n1\t5\n", vec![five(2)]),
            ("a preamble", b"Notes:\n\"what, this is\"\n\nPost id,Likes\n1,5\n", vec![five(5)]),
            (
                "a text of two lines",
                b"Post id,Likes,t\n1,5,\"a\nb\"\n1,5,c\n",
                vec![five(2), five(4)],
            ),
            ("a name twice", b"Post id,Likes,Likes\n1,5,7\n", vec![five(2)]),
            ("empty rows", b"Post id,Likes\n\n,\n1,5\n", vec![five(4)]),
        ];
        for (why, bytes, rows) in table {
            assert_eq!(found(bytes).expect(why), rows, "{why}");
        }
    }

    #[test]
    fn cells_say_a_number_or_nothing_or_are_wrong() {
        // (the cell, what it says)
        let table = [
            ("5", Some(5)),
            ("424.0", Some(424)),
            ("1,234", Some(1234)),
            ("1.234.567", Some(1_234_567)),
            ("12\u{202f}345", Some(12_345)),
            ("0", Some(0)),
            ("1,5", None),
            ("12.5", None),
            ("-1", None),
            ("99999999999999999999", None),
            ("1e3", None),
            ("many", None),
            ("", None),
        ];
        for (cell, says) in table {
            assert_eq!(count(cell), says, "{cell}");
        }
        let rows = found(b"Post id,Likes\n1,-\n1,\n1,x\n1.22158E+17,1\n").expect("rows");
        assert_eq!((&rows[0].2, &rows[1].2), (&Ok(None), &Ok(None)), "`-` is not 0");
        assert!(rows[2].2.is_err());
        assert!(rows[3].1.contains("rounded by a spreadsheet"), "{}", rows[3].1);
        for sound in ["122158000000000123", "Eve+1", "1E", "e+5", "did:1E+5"] {
            assert!(!is_rounded(sound), "{sound}");
        }
    }

    #[test]
    fn what_is_no_such_table_is_refused_with_its_place() {
        // (why this row exists, the bytes, a word of the message)
        let endless = [b"Post id,Likes\n1,\"".as_slice(), &vec![b'x'; 9 << 20]].concat();
        let table: [(&str, &[u8], &str); 9] = [
            ("nothing", b"", "empty"),
            ("other columns", b"a,b\n1,2\n", "no header"),
            ("Windows-1252 below UTF-8", b"Post id,Likes\n\xc3\xa9,5\ncaf\xe9,5\n", "at byte 19"),
            ("UTF-8 below Windows-1252", b"Post id,Likes\n\xe9,5\ncaf\xc3\xa9,5\n", "at byte 18"),
            ("marked as UTF-8", b"\xef\xbb\xbfPost id,Likes\ncaf\xe9,5\n", "at byte 14"),
            ("no sign of Windows-1252", b"Post id,Likes\n1,5\ncaf\x81,5\n", "at byte 18"),
            ("UTF-16 without its mark", b"P\0", "UTF-16"),
            ("binary", b"\0\0\0\x01", "binary"),
            ("a quote that never ends", &endless, "one row"),
        ];
        for (why, bytes, message) in table {
            let error = found(bytes).expect_err(why);
            assert!(error.to_string().contains(message), "{why}: {error}");
            assert!(error.to_string().contains("t.csv"), "{why}: {error}");
            assert!(!error.hint().is_empty());
        }
    }
}

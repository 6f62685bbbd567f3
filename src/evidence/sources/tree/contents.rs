//! How long the table of contents of a .zip is, before anybody reads it into memory.
//!
//! Start reading at [`count`].
//!
//! # Always true
//!
//! - At most the last 64 KiB and one record more are read.
//!
//! # Source
//!
//! APPNOTE.TXT of PKWARE, 4.3.14 to 4.3.16: the records that end a .zip.

use std::io::{self, Read, Seek, SeekFrom};

/// What the last record begins with; its length without a comment.
const END: (&[u8], u64) = (b"PK\x05\x06", 22);
/// What the record before it begins with, where the .zip is a large one; its length.
const LOCATOR: (&[u8], u64) = (b"PK\x06\x07", 20);
/// What the record begins with to which that one leads.
const LARGE: &[u8] = b"PK\x06\x06";
/// The longest comment.
const MAX_COMMENT_BYTES: u64 = 0xffff;

/// How many entries the last record of a .zip names; `None` if it has none, and so is no .zip.
///
/// # Errors
///
/// What the disk says.
pub(super) fn count(file: &mut (impl Read + Seek)) -> io::Result<Option<u64>> {
    let length = file.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(END.1 + MAX_COMMENT_BYTES + LOCATOR.1);
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.read_to_end(&mut tail)?;
    let Some(end) = tail.windows(END.0.len()).rposition(|found| found == END.0) else {
        return Ok(None);
    };
    match number::<2>(&tail, end + 10) {
        Some(0xffff) => Ok(large(file, &tail[..end])?.or(Some(0xffff))),
        few => Ok(few),
    }
}

/// The same of a .zip with more entries than two bytes can say.
fn large(file: &mut (impl Read + Seek), before: &[u8]) -> io::Result<Option<u64>> {
    let locator = before.len().checked_sub(LOCATOR.1 as usize).map(|at| &before[at..]);
    let Some(locator) = locator.filter(|found| found.starts_with(LOCATOR.0)) else {
        return Ok(None);
    };
    let Some(at) = number::<8>(locator, 8) else { return Ok(None) };
    let mut record = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    file.take(56).read_to_end(&mut record)?;
    Ok(number::<8>(&record, 32).filter(|_| record.starts_with(LARGE)))
}

/// The number of `N` bytes at `at`, the lowest first.
fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<u64> {
    let found = bytes.get(at..at.checked_add(N)?)?;
    Some(found.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn end(count: u16) -> Vec<u8> {
        [END.0, &[0; 4], &count.to_le_bytes(), &count.to_le_bytes(), &[0; 10]].concat()
    }

    #[test]
    fn the_last_record_says_how_many_entries_there_are() {
        let large = |at: u64| {
            let record = [LARGE, &[0; 28], &70_000_u64.to_le_bytes(), &[0; 16]].concat();
            let locator = [LOCATOR.0, &[0; 4], &at.to_le_bytes(), &[0; 4]].concat();
            [record, locator, end(0xffff)].concat()
        };
        // (why this row exists, the bytes, the count)
        let table = [
            ("nothing", vec![], None),
            ("no record", b"hello".to_vec(), None),
            ("few", end(3), Some(3)),
            (
                "behind other bytes, with a comment",
                [b"PK", &end(3)[..], b"words"].concat(),
                Some(3),
            ),
            ("the last counts", [end(2), end(3)].concat(), Some(3)),
            ("cut off", end(3)[..10].to_vec(), None),
            ("many", large(0), Some(70_000)),
            ("as many as two bytes can say", end(0xffff), Some(0xffff)),
            ("a record that is elsewhere", large(7), Some(0xffff)),
            ("a record behind the end", large(u64::MAX >> 1), Some(0xffff)),
        ];
        for (why, bytes, expected) in table {
            assert_eq!(count(&mut Cursor::new(bytes)).expect(why), expected, "{why}");
        }
    }
}

//! From bytes to a text that a person could have typed.
//!
//! Start reading at [`checked`].

use super::{
    MAX_BYTES,
    diagnostic::{Code, Problem, Problems},
};

/// The mark that some editors put in front of UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A text and where in the file it begins: behind the byte order mark, if there is one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    pub text: &'a str,
    pub offset: usize,
}

/// The file's bytes as text; nothing if they are too many, not UTF-8 or hold control characters.
pub(super) fn checked<'a>(bytes: &'a [u8], problems: &mut Problems<'_>) -> Option<Text<'a>> {
    match decode(bytes) {
        Ok(text) => Some(text),
        Err(problem) => {
            problems.add(*problem);
            None
        }
    }
}

fn decode(bytes: &[u8]) -> Result<Text<'_>, Box<Problem>> {
    if bytes.len() > MAX_BYTES {
        let message = format!("the file is longer than {} MB", MAX_BYTES / (1024 * 1024));
        let help = "a definition is written by people; is this the right file?";
        return Err(Box::new(Problem::new(Code::TooLarge, &(0..0), message).help(help)));
    }
    let all = std::str::from_utf8(bytes).map_err(|error| Box::new(not_utf8(bytes, error)))?;
    let text = all.strip_prefix(BYTE_ORDER_MARK).unwrap_or(all);
    let offset = all.len() - text.len();
    if let Some((at, c)) = text.char_indices().find(|(_, c)| is_invisible(*c)) {
        let span = offset + at..offset + at + c.len_utf8();
        let message = format!("the text holds the control character U+{:04X}", u32::from(c));
        let help = "remove it; inside double quotes it can be written as an escape";
        return Err(Box::new(Problem::new(Code::ControlCharacter, &span, message).help(help)));
    }
    Ok(Text { text, offset })
}

fn not_utf8(bytes: &[u8], error: std::str::Utf8Error) -> Problem {
    let at = error.valid_up_to();
    let message = match bytes.get(at) {
        Some(byte) => format!("the byte {byte:#04x} is not UTF-8"),
        None => "the text is not UTF-8".to_owned(),
    };
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let help = if utf16 {
        "the file looks like UTF-16; save it as UTF-8"
    } else {
        "save the file as UTF-8"
    };
    Problem::new(Code::NotUtf8, &(at..at + 1), message).help(help)
}

/// Characters that YAML does not allow to stand in a file as they are.
fn is_invisible(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}'))
        || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Where the lines of a file begin.
#[derive(Debug)]
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub fn of(bytes: &[u8]) -> Self {
        let breaks = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        Self([0].into_iter().chain(breaks.map(|(at, _)| at + 1)).collect())
    }

    fn index(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset).max(1) - 1
    }

    /// Line and column of a byte, both from 1; the column counts characters.
    pub fn place(&self, bytes: &[u8], offset: usize) -> (u32, u32) {
        let line = self.index(offset);
        let start = self.0.get(line).copied().unwrap_or(0);
        let before = bytes.get(start..offset.min(bytes.len())).unwrap_or_default();
        // A byte order mark has no width; in broken text every byte counts as far as it goes.
        let before = before.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(before);
        let column = String::from_utf8_lossy(before).chars().count();
        (count(line), count(column))
    }
}

/// From 1, and as large as fits; files are too short for more.
fn count(from_zero: usize) -> u32 {
    u32::try_from(from_zero + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let text = "\u{feff}a: 1\nbé: 2\r\nc".as_bytes();
        // (why, byte, line and column)
        let table = [
            ("the mark has no width", 3, (1, 1)),
            ("behind it", 6, (1, 4)),
            ("a new line", 8, (2, 1)),
            ("two bytes, one character", 11, (2, 3)),
            ("after CR LF", 16, (3, 1)),
            ("the end", 17, (3, 2)),
            ("beyond the end", 99, (3, 2)),
        ];
        let lines = Lines::of(text);
        for (why, offset, place) in table {
            assert_eq!(lines.place(text, offset), place, "{why}");
        }
    }
}

//! Texts in UTF-16, as spreadsheets save "Unicode text", handed on as UTF-8 while they are read.
//!
//! Start reading at [`Utf8`].
//!
//! # Always true
//!
//! - Only a mark at the very start makes a text UTF-16; nothing is guessed from its bytes.
//! - Without the mark every byte passes as it is.
//! - A sign cut in half, as where a program shortened a text, becomes one U+FFFD.

use std::io::{self, Read};

/// How many bytes are asked for at a time.
const PIECE_BYTES: usize = 8 << 10;

/// A reader that gives UTF-8 for UTF-16 with a mark, and all else as it is.
pub(super) struct Utf8<R> {
    inner: R,
    form: Form,
    /// Bytes that came and are not converted yet.
    raw: Vec<u8>,
    /// What is converted, of which `given` bytes were handed on.
    text: String,
    given: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Unseen,
    AsItIs,
    LittleEnd,
    BigEnd,
}

impl Form {
    fn of(first: &[u8]) -> Self {
        match first {
            [0xff, 0xfe, ..] => Form::LittleEnd,
            [0xfe, 0xff, ..] => Form::BigEnd,
            _ => Form::AsItIs,
        }
    }
}

impl<R> Utf8<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, form: Form::Unseen, raw: Vec::new(), text: String::new(), given: 0 }
    }

    /// Whether what was read by now began with the mark of UTF-16.
    pub(super) fn is_utf16(&self) -> bool {
        matches!(self.form, Form::LittleEnd | Form::BigEnd)
    }

    /// What it reads from.
    pub(super) fn inner(&self) -> &R {
        &self.inner
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.form {
            Form::Unseen => self.first(buffer),
            Form::AsItIs => self.inner.read(buffer),
            Form::LittleEnd | Form::BigEnd => self.next(buffer),
        }
    }
}

impl<R: Read> Utf8<R> {
    /// Reads where the mark would stand.
    fn first(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = self.inner.read(buffer)?;
        if count == 1 {
            count += self.inner.read(&mut buffer[1..])?;
        }
        self.form = Form::of(&buffer[..count]);
        if self.form == Form::AsItIs {
            return Ok(count);
        }
        self.raw.extend_from_slice(&buffer[2..count]);
        self.next(buffer)
    }

    fn next(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if !self.more()? {
                return Ok(0);
            }
        }
        let ready = &self.text.as_bytes()[self.given..];
        let count = ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ready[..count]);
        self.given += count;
        Ok(count)
    }

    /// Converts one piece more; `false` at the end.
    fn more(&mut self) -> io::Result<bool> {
        let mut piece = [0; PIECE_BYTES];
        let count = self.inner.read(&mut piece)?;
        self.raw.extend_from_slice(&piece[..count]);
        match (count, self.raw.len()) {
            (0, 0) => return Ok(false),
            (0, 1) => return Err(io::Error::other("UTF-16 that ends within a sign")),
            _ => self.convert(count == 0),
        }
        Ok(true)
    }

    fn convert(&mut self, ended: bool) {
        let unit = |pair: &[u8]| match self.form {
            Form::BigEnd => u16::from_be_bytes([pair[0], pair[1]]),
            Form::LittleEnd | Form::Unseen | Form::AsItIs => u16::from_le_bytes([pair[0], pair[1]]),
        };
        let mut units: Vec<u16> = self.raw.chunks_exact(2).map(unit).collect();
        // The other half of the last sign may be in the next piece.
        if !ended && units.last().is_some_and(|last| (0xd800..0xdc00).contains(last)) {
            units.pop();
        }
        let signs = char::decode_utf16(units.iter().copied());
        self.text = signs.map(|sign| sign.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.given = 0;
        self.raw.drain(..units.len() * 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives at most so many bytes at a time.
    struct Drops<'b>(&'b [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(self.1);
            self.0.read(&mut buffer[..most])
        }
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    fn read(bytes: &[u8], step: usize) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        Utf8::new(Drops(bytes, step)).read_to_end(&mut text).map(|_| text)
    }

    #[test]
    fn a_marked_text_is_the_same_however_its_bytes_come() {
        let text = "Beitrag;Gefällt\n1;5 ☕🙂\n".repeat(900);
        for step in [1, 2, 3, 7, 1 << 20] {
            for bytes in [utf16(&text, u16::to_le_bytes), utf16(&text, u16::to_be_bytes)] {
                assert!(read(&bytes, step).expect("UTF-16") == text.as_bytes(), "{step} at a time");
            }
        }
    }

    #[test]
    fn what_has_no_mark_passes_and_what_is_cut_is_told() {
        type Row<'r> = (&'r str, &'r [u8], Option<&'r [u8]>);
        // (why this row exists, the bytes, what is read)
        let table: [Row<'_>; 7] = [
            ("nothing", b"", Some(b"")),
            ("one byte", b"\xff", Some(b"\xff")),
            ("UTF-8 with its mark", b"\xef\xbb\xbfa", Some(b"\xef\xbb\xbfa")),
            ("no mark", b"a\0b\0", Some(b"a\0b\0")),
            ("only the mark", b"\xff\xfe", Some(b"")),
            ("half a sign", b"\xff\xfea\0\x3d\xd8", Some("a\u{fffd}".as_bytes())),
            ("half a unit", b"\xff\xfea\0b", None),
        ];
        for (why, bytes, wanted) in table {
            for step in [1, 64] {
                assert_eq!(read(bytes, step).ok().as_deref(), wanted, "{why}");
            }
        }
    }
}

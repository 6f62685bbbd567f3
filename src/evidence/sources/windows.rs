//! Windows-1252, in which spreadsheets save tables on many a desk, and Latin-1 within it.
//!
//! Start reading at [`windows_1252`].
//!
//! # Always true
//!
//! - Bytes that stand for nothing in Windows-1252, and control signs, are refused, not replaced.

/// What the bytes from 0x80 to 0x9f stand for; five of them stand for nothing.
const SIGNS: [Option<char>; 32] = [
    Some('€'),
    None,
    Some('‚'),
    Some('ƒ'),
    Some('„'),
    Some('…'),
    Some('†'),
    Some('‡'),
    Some('ˆ'),
    Some('‰'),
    Some('Š'),
    Some('‹'),
    Some('Œ'),
    None,
    Some('Ž'),
    None,
    None,
    Some('‘'),
    Some('’'),
    Some('“'),
    Some('”'),
    Some('•'),
    Some('–'),
    Some('—'),
    Some('˜'),
    Some('™'),
    Some('š'),
    Some('›'),
    Some('œ'),
    None,
    Some('ž'),
    Some('Ÿ'),
];

/// The text that `bytes` are in Windows-1252; nothing if a byte of them is none of its signs.
pub(crate) fn windows_1252(bytes: &[u8]) -> Option<String> {
    bytes.iter().map(|byte| sign(*byte)).collect()
}

fn sign(byte: u8) -> Option<char> {
    match byte {
        b'\t' | b'\n' | b'\r' => Some(char::from(byte)),
        0..0x20 | 0x7f => None,
        0x80..=0x9f => SIGNS[usize::from(byte - 0x80)],
        // The rest are the signs of Latin-1, which have the numbers of Unicode.
        0x20..0x7f | 0xa0..=0xff => Some(char::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_its_sign_or_refused() {
        // (why this row exists, the bytes, the text)
        let table: [(&str, &[u8], Option<&str>); 6] = [
            ("nothing", b"", Some("")),
            ("Latin-1", b"caf\xe9 \xdcber", Some("café Über")),
            ("what Windows adds", b"\x80 5 \x93a\x94 \x96 \x9f", Some("€ 5 “a” – Ÿ")),
            ("two lines", b"a\r\n\tb", Some("a\r\n\tb")),
            ("no sign", b"a\x81", None),
            ("binary", b"a\0\xe9", None),
        ];
        for (why, bytes, text) in table {
            assert_eq!(windows_1252(bytes).as_deref(), text, "{why}");
        }
        let refused: Vec<u8> = (0x80..=0xff).filter(|byte| sign(*byte).is_none()).collect();
        assert_eq!(refused, [0x81, 0x8d, 0x8f, 0x90, 0x9d]);
    }
}

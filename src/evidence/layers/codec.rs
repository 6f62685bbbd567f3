//! Numbers, times and texts as few bytes.
//!
//! # Always true
//!
//! - Whatever is put is got again; bytes that nobody put give [`Broken`].

/// Bytes that this program would not have written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

/// Takes bytes off the front of a slice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Bytes<'b> {
    pub fn new(bytes: &'b [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// How far it has come.
    pub fn at(&self) -> usize {
        self.at
    }

    #[inline]
    pub fn byte(&mut self) -> Result<u8, Broken> {
        let byte = *self.bytes.get(self.at).ok_or(Broken)?;
        self.at += 1;
        Ok(byte)
    }

    /// A number in groups of seven bits, the least first.
    #[inline]
    pub fn number(&mut self) -> Result<u64, Broken> {
        let first = self.byte()?;
        if first < 0x80 {
            return Ok(u64::from(first));
        }
        let (mut number, mut shift) = (u64::from(first & 0x7f), 7);
        loop {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
            shift += 7;
            if shift > 63 {
                return Err(Broken);
            }
        }
    }

    #[inline]
    pub fn take(&mut self, length: usize) -> Result<&'b [u8], Broken> {
        let end = self.at.checked_add(length).ok_or(Broken)?;
        let taken = self.bytes.get(self.at..end).ok_or(Broken)?;
        self.at = end;
        Ok(taken)
    }

    #[inline]
    pub fn text(&mut self) -> Result<&'b str, Broken> {
        let length = self.length()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| Broken)
    }

    #[inline]
    pub fn length(&mut self) -> Result<usize, Broken> {
        usize::try_from(self.number()?).map_err(|_| Broken)
    }

    /// Microseconds, from those of `base`, which are whole seconds.
    #[inline]
    pub fn time(&mut self, base: i64) -> Result<i64, Broken> {
        let number = self.number()?;
        let whole = number >> 1;
        let signed = (whole >> 1) as i64 ^ -((whole & 1) as i64);
        let micros = if number & 1 == 0 { signed.wrapping_mul(SECOND) } else { signed };
        Ok(base.wrapping_add(micros))
    }
}

/// Microseconds in a second.
pub(super) const SECOND: i64 = 1_000_000;

pub(super) fn put_number(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

pub(super) fn put_text(to: &mut Vec<u8>, text: &str) {
    put_number(to, text.len() as u64);
    to.extend_from_slice(text.as_bytes());
}

/// Whole seconds from `base` are short, microseconds long.
pub(super) fn put_time(to: &mut Vec<u8>, base: i64, micros: i64) {
    let since = micros.wrapping_sub(base);
    if since % SECOND == 0 {
        put_number(to, zigzag(since / SECOND) << 1);
    } else {
        // The highest bit is free: no calendar reaches so far.
        put_number(to, zigzag(since) << 1 | 1);
    }
}

/// Small numbers of either sign as small numbers.
fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_put_is_got(number: u64, text: String, base in -4_000_000_000..8_000_000_000_i64, since in -1_i64 << 58..1 << 58) {
            let base = base * SECOND;
            let mut bytes = Vec::new();
            put_number(&mut bytes, number);
            put_text(&mut bytes, &text);
            put_time(&mut bytes, base, base.wrapping_add(since));
            put_time(&mut bytes, base, base + 77 * SECOND);
            let mut read = Bytes::new(&bytes, 0);
            prop_assert_eq!(read.number(), Ok(number));
            prop_assert_eq!(read.text(), Ok(text.as_str()));
            prop_assert_eq!(read.time(base), Ok(base.wrapping_add(since)));
            prop_assert_eq!(read.time(base), Ok(base + 77 * SECOND));
            prop_assert_eq!(read.at(), bytes.len());
        }

        #[test]
        fn any_bytes_give_something_or_an_error(bytes: Vec<u8>) {
            let mut read = Bytes::new(&bytes, 0);
            while read.number().is_ok() && read.text().is_ok() && read.time(0).is_ok() {}
            prop_assert!(read.at() <= bytes.len());
        }
    }
}

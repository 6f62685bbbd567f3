//! Damages exports: their bytes, their files, and the archives that they come in.
//!
//! Start reading at [`input`]: the same kind and round give the same input.

use std::io::Write;

use fivestep::{evidence::splitmix::SplitMix, model::SourceKind};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{
    make::{gz, tar, zip},
    readers::Files,
};

/// What a reader might stumble over, at any place.
const PIECES: [&[u8]; 36] = [
    b"\"",
    b"[",
    b"{",
    b"]",
    b"}",
    b",",
    b":",
    b"\n",
    b"\r",
    b"=",
    b"-1",
    b"0",
    b"1e999",
    b"null",
    b"\xff",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\\ud800",
    b"\\u0000",
    b"\"\"",
    b"{}",
    b"[]",
    b"18446744073709551616",
    b"-9223372036854775808",
    b"9223372036854775807",
    b"4294967295",
    b"99999-12-31T23:59:59Z",
    b"0000-00-00",
    b"1969-12-31T23:59:59.999999999-23:59",
    b"\xf4\x8f\xbf\xbf",
    b"&#x110000;",
    b"<p><br>",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\xe2\x80\xae",
];
/// Begins of structures that may lie in each other.
const NESTS: [&[u8]; 4] = [b"[", b"{\"a\":", b"\x81", b"<p>"];
/// What stands in place of a word or a number, so that the syntax around it stays sound.
const WORDS: [&str; 22] = [
    "",
    "0",
    "-0",
    "-1",
    "1e308",
    "1.5",
    "null",
    "true",
    "18446744073709551615",
    "-9223372036854775808",
    "99999999999999999999999999",
    "253402300800",
    "9999-12-31T23:59:59Z",
    "0000",
    "\\ud83d",
    "RT @",
    "did:",
    "at://x/y/z",
    "../../x",
    "\u{202e}",
    "1.22158E+17",
    "UCaaaaaaaaaaaaaaaaaaaaaa",
];
/// The longest file that damage makes of a small one.
const MAX_BYTES: usize = 64 << 10;

/// The damaged export of a round.
pub fn input(kind: SourceKind, sample: &Files, round: u64) -> Files {
    let mut dice = SplitMix::of(&format!("{kind} {round}"));
    let mut files = sample.clone();
    // Answers are read from a folder alone; of a table the mapping lies beside it.
    let packs = !matches!(kind, SourceKind::BlueskyApi | SourceKind::Table);
    match dice.below(16) {
        0..=2 if packs => packed_and_damaged(&files, &mut dice),
        3 | 4 if packs => {
            damage_files(kind, &mut files, &mut dice);
            vec![("export".into(), packed(&files, &mut dice))]
        }
        _ => {
            damage_files(kind, &mut files, &mut dice);
            files
        }
    }
}

fn packed_and_damaged(files: &Files, dice: &mut SplitMix) -> Files {
    let mut bytes = packed(files, dice);
    damage(&mut bytes, &[], dice);
    vec![("export".into(), bytes)]
}

/// Packs files; seldom with much work, since most of the time would go there.
fn packed(files: &Files, dice: &mut SplitMix) -> Vec<u8> {
    let short: Vec<_> = files.iter().filter(|(name, _)| name.len() < 100).cloned().collect();
    match dice.below(16) {
        0 => zip(&short),
        1 => gz(&tar(&short)),
        2..=8 => tar(&short),
        _ => stored(&short),
    }
}

/// A .zip that is not compressed.
fn stored(files: &Files) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in files {
        // A name twice is what the writer refuses; readers meet it in damaged bytes.
        if zip.start_file(name.as_str(), options).is_ok() {
            zip.write_all(bytes).expect("room");
        }
    }
    zip.finish().expect("a zip").into_inner()
}

/// Damages one file, or the names of two.
fn damage_files(kind: SourceKind, files: &mut Files, dice: &mut SplitMix) {
    let (one, other) = (pick(files.len(), dice), pick(files.len(), dice));
    match dice.below(24) {
        0 => drop(files.remove(one)),
        1 => files[one].1 = files[other].1.clone(),
        2 => files.push((format!("x/{}", files[one].0), files[other].1.clone())),
        _ if kind == SourceKind::BlueskyCar && dice.below(4) > 0 => {
            files[one].1 = resealed(&files[one].1, dice);
        }
        _ => {
            let donor = files[other].1.clone();
            damage(&mut files[one].1, &donor, dice);
        }
    }
}

fn pick(count: usize, dice: &mut SplitMix) -> usize {
    dice.below(count.max(1) as u64) as usize
}

/// Damages some bytes: flips, cuts, repeats, nests, or puts something of meaning there.
///
/// - `donor`: other bytes, of which a part may be put in.
pub fn damage(bytes: &mut Vec<u8>, donor: &[u8], dice: &mut SplitMix) {
    for _ in 0..=dice.below(3) {
        let at = pick(bytes.len(), dice);
        let end = (at + pick(40, dice)).min(bytes.len());
        match dice.below(12) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let again = bytes[at..end].repeat(1 + pick(50, dice));
                bytes.splice(at..at, again).for_each(drop);
            }
            4 => {
                let deep = if dice.below(500) == 0 { 50_000 } else { 1 + pick(300, dice) };
                let nest = NESTS[pick(NESTS.len(), dice)].repeat(deep);
                bytes.splice(at..end, nest).for_each(drop);
            }
            5 if !donor.is_empty() => {
                let from = pick(donor.len(), dice);
                let to = (from + pick(400, dice)).min(donor.len());
                bytes.splice(at..end, donor[from..to].iter().copied()).for_each(drop);
            }
            6 if at < end => bytes[at..end].fill(dice.below(256) as u8),
            7 | 8 => other_word(bytes, at, dice),
            _ => {
                let piece = PIECES[pick(PIECES.len(), dice)];
                bytes.splice(at..end, piece.iter().copied()).for_each(drop);
            }
        }
        bytes.truncate(if bytes.len() > 4 * MAX_BYTES { MAX_BYTES } else { bytes.len() });
    }
}

/// Puts another word, or one of the same bytes, where a word stands.
fn other_word(bytes: &mut Vec<u8>, at: usize, dice: &mut SplitMix) {
    let of_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:+".contains(byte);
    let before = bytes[..at].iter().rev().take_while(|byte| of_word(byte)).count();
    let behind = bytes[at..].iter().take_while(|byte| of_word(byte)).count();
    let word = if dice.below(2) == 0 {
        WORDS[pick(WORDS.len(), dice)].as_bytes().to_vec()
    } else {
        let from = pick(bytes.len(), dice);
        bytes[from..].iter().copied().take_while(|byte| of_word(byte)).collect()
    };
    bytes.splice(at - before..at + behind, word).for_each(drop);
}

/// A repository with one damaged block whose id, and every id above it, is mended: otherwise the
/// sums refuse it before anything is read.
fn resealed(car: &[u8], dice: &mut SplitMix) -> Vec<u8> {
    let mut blocks = crate::car::sections(car);
    let hit = pick(blocks.len(), dice);
    damage(&mut blocks[hit].1, &[], dice);
    crate::car::sealed(blocks)
}

//! Sound exports, broken by seeded mutations: never a panic, never a row that is not counted.
//!
//! `FIVESTEP_MUTATIONS` sets how many a kind; the same number gives the same mutations.

use fivestep::{evidence::splitmix::SplitMix, model::SourceKind};
use tempfile::TempDir;

#[path = "../fuzz/exports_law.rs"]
mod exports_law;

use crate::{car, make::OWN, mastodon_api, meta, youtube};

/// Mutations of each kind when nobody asks for more.
const USUAL: u64 = 40;

/// Pieces that readers have stumbled over.
const PIECES: [&[u8]; 20] = [
    b"\"",
    b"[",
    b"{",
    b"]",
    b"}",
    b",",
    b":",
    b"null",
    b"-1",
    b"1e999",
    b"99999999999999999999",
    b"1.22158E+17",
    b"\xff\xfe",
    b"\xc3",
    b"\0",
    b"\n",
    b"\r\n\r\n",
    b"9999-12-31T23:59:59Z",
    b"../",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
];

type Files = Vec<(String, Vec<u8>)>;

/// A sound export of each kind, with the account it is of.
fn samples() -> Vec<(SourceKind, &'static str, Files)> {
    vec![
        (SourceKind::BlueskyCar, OWN, vec![("a.car".into(), car::sample())]),
        (SourceKind::MastodonApi, "@acme@a.example", mastodon_api::sample()),
        (SourceKind::MastodonCsv, "@acme@a.example", mastodon_api::lists()),
        (SourceKind::InstagramExport, "acme", meta::instagram_sample()),
        (SourceKind::FacebookExport, "acme", meta::facebook_sample()),
        (SourceKind::FacebookInsights, "acme", meta::classic_sample()),
        (SourceKind::MetaBusinessSuite, "acme", meta::suite_sample()),
        (SourceKind::YoutubeTakeout, youtube::OWN, youtube::takeout_sample()),
        (SourceKind::YoutubeStudio, youtube::OWN, youtube::studio_sample()),
    ]
}

fn below(random: &mut SplitMix, end: usize) -> usize {
    usize::try_from(random.below(end as u64)).expect("less than a length")
}

/// Changes some bytes: flips one, puts a piece in, takes a part out, doubles one, cuts the end off.
fn mutate(bytes: &mut Vec<u8>, random: &mut SplitMix) {
    let at = below(random, bytes.len() + 1);
    let end = (at + below(random, 40)).min(bytes.len());
    match below(random, 5) {
        0 if at < bytes.len() => bytes[at] ^= 1 << below(random, 8),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let part = bytes[at..end].to_vec();
            bytes.splice(at..at, part);
        }
        3 => bytes.truncate(at),
        _ => {
            bytes.splice(at..at, PIECES[below(random, PIECES.len())].iter().copied());
        }
    }
}

#[test]
fn a_mutated_export_is_read_or_refused() {
    let rounds = std::env::var("FIVESTEP_MUTATIONS").ok().and_then(|count| count.parse().ok());
    for (kind, account, files) in samples() {
        let mut random = SplitMix::new(7);
        let folder = TempDir::new().expect("a folder");
        for _ in 0..rounds.unwrap_or(USUAL) {
            let mut mutated = files.clone();
            for _ in 0..=below(&mut random, 3) {
                let chosen = below(&mut random, mutated.len());
                mutate(&mut mutated[chosen].1, &mut random);
            }
            let given: Vec<(&str, &[u8])> =
                mutated.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
            exports_law::export(kind, account, folder.path(), &given);
        }
    }
}

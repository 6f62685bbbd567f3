//! Sound exports of every kind, damaged at random: whatever comes of it, nothing crashes and every row
//! is counted.
//!
//! `FIVESTEP_MUTATIONS=100000 cargo test --release --test sources mutated -- --nocapture` damages each
//! as often as that.

use std::{fs, io::Write};

use fivestep::{
    evidence::{
        sources::{self, SourceError},
        splitmix::SplitMix,
    },
    model::{Source, SourceKind},
};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::make::{OWN, source, texts};

/// A sound export: its kind, its account, and its files.
type Sample = (SourceKind, &'static str, Vec<(String, Vec<u8>)>);

fn samples() -> Vec<Sample> {
    let of = |files: &[(&str, &str)]| -> Vec<(String, Vec<u8>)> {
        files.iter().map(|(name, text)| ((*name).into(), text.as_bytes().to_vec())).collect()
    };
    let tiktok = crate::exports::tiktok(true, 1).to_string();
    let dialogues = serde_json::json!([crate::dialogues::dialogue("acme", |_| {})]).to_string();
    vec![
        (SourceKind::XArchive, "acme", of(&crate::x::whole())),
        (
            SourceKind::XAnalytics,
            "acme",
            of(&[("a.csv", crate::x::POSTS), ("b.csv", crate::x::LEGACY)]),
        ),
        (SourceKind::XApi, "acme", crate::x::answers()),
        (SourceKind::Dialogues, "acme", of(&[("d.json", &dialogues)])),
        (SourceKind::LinkedinExport, "acme", of(&crate::exports::linkedin())),
        (SourceKind::TiktokExport, "acme", of(&[("user_data_tiktok.json", &tiktok)])),
        (
            SourceKind::Table,
            "acme",
            of(&[("t.csv", crate::tables::TICKETS), ("m.yaml", crate::tables::MAP)]),
        ),
        (SourceKind::BlueskyCar, OWN, vec![("a.car".into(), crate::car::sample())]),
        (SourceKind::MastodonApi, "@acme@a.example", crate::mastodon_api::sample()),
        (SourceKind::MastodonCsv, "@acme@a.example", crate::mastodon_api::lists()),
        (SourceKind::InstagramExport, "acme", crate::meta::instagram_sample()),
        (SourceKind::FacebookExport, "acme", crate::meta::facebook_sample()),
        (SourceKind::FacebookInsights, "acme", crate::meta::classic_sample()),
        (SourceKind::MetaBusinessSuite, "acme", crate::meta::suite_sample()),
        (SourceKind::YoutubeTakeout, crate::youtube::OWN, crate::youtube::takeout_sample()),
        (SourceKind::YoutubeStudio, crate::youtube::OWN, crate::youtube::studio_sample()),
    ]
}

/// How often each sample is damaged.
fn mutations() -> u64 {
    let asked = std::env::var("FIVESTEP_MUTATIONS").ok();
    asked.map_or(60, |count| count.parse().expect("a number"))
}

/// Damages some bytes: flips, cuts, repeats, or puts something of meaning there.
fn damage(bytes: &mut Vec<u8>, dice: &mut SplitMix) {
    const PIECES: [&[u8]; 12] =
        [b"\"", b"[", b"{", b"]", b"}", b",", b"\n", b"-1", b"1e999", b"null", b"\xff", b"\0"];
    for _ in 0..=dice.below(3) {
        let length = bytes.len() as u64;
        let at = dice.below(length.max(1)) as usize;
        let end = (at + dice.below(40) as usize).min(bytes.len());
        match dice.below(5) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let again = bytes[at.min(end)..end].repeat(1 + dice.below(50) as usize);
                bytes.splice(at..at, again).for_each(drop);
            }
            _ => {
                let piece = PIECES[dice.below(PIECES.len() as u64) as usize];
                bytes.splice(at..end, piece.iter().copied()).for_each(drop);
            }
        }
    }
}

#[test]
fn a_damaged_export_is_refused_or_its_rows_are_counted() {
    let mut dice = SplitMix::new(7);
    for (kind, account, files) in samples() {
        let (mut read, mut refused) = (0, 0);
        let folder = texts(&[]);
        let map = folder.path().join("m.yaml").display().to_string();
        let source = Source { map: Some(map), ..source(kind, account) };
        for (name, bytes) in &files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        }
        sources::read(&source, folder.path()).expect("sound before it is damaged");
        for _ in 0..mutations() {
            let (name, bytes) = &files[dice.below(files.len() as u64) as usize];
            let (path, mut damaged) = (folder.path().join(name), bytes.clone());
            damage(&mut damaged, &mut dice);
            fs::write(&path, damaged).expect("a file");
            let _ = sources::detect(folder.path());
            match sources::read(&source, folder.path()) {
                Ok(export) => {
                    read += 1;
                    let carried = &export.facts.carried;
                    assert!(carried.iter().all(|fact| kind.carries().contains(fact)), "{kind}");
                    for file in &export.receipt.files {
                        let skipped: u64 = file.skipped.values().sum();
                        assert_eq!(file.kept + skipped, file.rows_read, "{kind}: {}", file.name);
                    }
                }
                Err(error) => {
                    refused += 1;
                    assert!(!error.hint().is_empty() && error.to_string().len() < 2_000);
                }
            }
            fs::write(&path, bytes).expect("a file");
        }
        // A repository is refused for any bit: `car.rs` damages what its sums cover.
        let summed = kind == SourceKind::BlueskyCar;
        assert!((read > 0 || summed) && refused > 0, "{kind}: {read} read, {refused} refused");
        println!("{kind}: {read} read, {refused} refused");
    }
}

#[test]
fn a_bomb_in_any_list_stops_early() {
    // (the kind, the entry that never ends, how it begins)
    let table: [(SourceKind, &str, &[u8]); 6] = [
        (SourceKind::XArchive, "data/tweets.js", b"window.YTD.tweets.part0 = [ \""),
        (SourceKind::XAnalytics, "a.csv", b"Post id,Post link,Impressions\n"),
        (SourceKind::XApi, "users.json", b"{\"data\": [\""),
        (SourceKind::Dialogues, "d.json", b"[ "),
        (SourceKind::LinkedinExport, "Connections.csv", b"First Name,URL,Connected On\n\""),
        (SourceKind::TiktokExport, "user_data.json", b"{\"Activity\": \""),
    ];
    for (kind, name, begin) in table {
        let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default();
        for (name, text) in crate::x::whole().iter().filter(|(known, _)| known.contains("account"))
        {
            zip.start_file(*name, options).expect("an entry");
            zip.write_all(text.as_bytes()).expect("room");
        }
        zip.start_file(name, options).expect("an entry");
        zip.write_all(begin).expect("room");
        let blanks = vec![b' '; 1 << 20];
        (0..24).for_each(|_| zip.write_all(&blanks).expect("room"));
        let bomb = crate::make::Archive::of(&zip.finish().expect("a zip").into_inner());
        let _ = sources::detect(&bomb.path);
        let error = sources::read(&source(kind, "acme"), &bomb.path).expect_err("a bomb");
        let stopped = matches!(error, SourceError::Bomb { .. } | SourceError::TooLarge { .. });
        assert!(stopped, "{kind}: {error}");
    }
}

//! Inputs that are broken or mean harm: an error with place and remedy, never a crash.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use fivestep::{
    evidence::sources::{self, SourceError},
    model::{Source, SourceKind},
};
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use serde_json::json;
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::make::{
    Archive, bluesky, entries, folder, followers, gz, mastodon, notice, notices, outbox, profile,
    status, tar, view, zip,
};

const DAY: &str = "2024-05-01T10:00:00Z";

fn sound() -> Vec<(String, Vec<u8>)> {
    entries(&outbox(&[status(1, DAY, "<p>Hi</p>", |_| {})]))
}

/// Contents that no JSON file should have, each with a word of the message they deserve.
fn bad_contents() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let utf16: Vec<u8> = "{\"feed\":[]}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        ("empty", Vec::new(), "empty"),
        ("binary", vec![0, 1, 2, 255], "UTF-16 without its mark"),
        ("zeros", vec![0; 100], "binary data"),
        ("UTF-16", [vec![0xff, 0xfe], utf16.clone()].concat(), "UTF-16"),
        ("UTF-16 unmarked", utf16, "UTF-16 without its mark"),
        ("Latin-1", b"{\"a\":\"caf\xe9\"}".to_vec(), ""),
        ("a list", b"[]".to_vec(), ""),
        ("a number", b"1e999999".to_vec(), ""),
        ("null", b"null".to_vec(), ""),
        ("an empty object", b"{}".to_vec(), ""),
        ("words", b"<html>404</html>".to_vec(), "line 1, column 1"),
        ("two documents", b"{}{}".to_vec(), ""),
        ("deep lists", "[".repeat(200_000).into_bytes(), ""),
        ("deep objects", "{\"a\":".repeat(200_000).into_bytes(), ""),
        (
            "deep in the rows",
            [b"{\"orderedItems\":[", "[".repeat(200_000).as_bytes()].concat(),
            "recursion",
        ),
    ]
}

fn assert_refused(why: &str, error: &SourceError, file: &str, message: &str) {
    let text = error.to_string();
    assert!(text.contains(file), "{why}: names no place: {text}");
    assert!(text.contains(message), "{why}: {text}");
    assert!(!error.hint().is_empty(), "{why}: no remedy");
    assert!(text.len() < 1000, "{why}: too long for a terminal");
}

#[test]
fn each_bluesky_file_is_refused_with_place_and_remedy() {
    let names = [
        "getProfile.json",
        "getFollowers.json",
        "getFollows.json",
        "listNotifications.json",
        "getAuthorFeed.json",
        "getPostThread.json",
    ];
    for name in names {
        for (why, bytes, message) in bad_contents() {
            let folder = folder(&[("getProfile.json", profile())]);
            fs::write(folder.path().join(name), bytes).expect("a file");
            let error = sources::read(&bluesky(), folder.path()).expect_err(why);
            assert_refused(&format!("{why} as {name}"), &error, name, message);
        }
    }
}

#[test]
fn each_mastodon_entry_is_refused_with_place_and_remedy() {
    for (index, name) in [(0, "actor.json"), (1, "outbox.json")] {
        for (why, bytes, message) in bad_contents() {
            let mut files = sound();
            files[index].1 = bytes;
            for packed in [zip(&files), gz(&tar(&files))] {
                let error = Archive::of(&packed).read().expect_err(why);
                assert_refused(&format!("{why} as {name}"), &error, name, message);
            }
        }
    }
}

#[test]
fn a_file_cut_off_anywhere_is_an_error() {
    let page = notices(&[notice("rita", true, "reply", DAY)]).to_string();
    for end in (1..page.len()).step_by(7) {
        let folder = folder(&[("getProfile.json", profile())]);
        fs::write(folder.path().join("listNotifications.json"), &page[..end]).expect("a file");
        let error = sources::read(&bluesky(), folder.path()).expect_err("cut off");
        assert!(matches!(error, SourceError::Json { .. }), "{error}");
    }
    for packed in [zip(&sound()), gz(&tar(&sound()))] {
        for end in (0..packed.len() - 1).step_by(5) {
            let archive = Archive::of(&packed[..end]);
            let error = archive.read().expect_err("cut off");
            assert_refused("cut off", &error, "export", "");
        }
    }
}

#[test]
fn entries_that_point_outside_refuse_the_archive() {
    // (the entry's name, a word of the message)
    let table = [
        ("../evil.json", "outside"),
        ("a/../../evil.json", "outside"),
        ("a\\..\\evil.json", "outside"),
        ("/etc/evil.json", "absolute"),
        ("\\evil.json", "absolute"),
        ("C:/evil.json", "absolute"),
    ];
    for (name, message) in table {
        let mut files = sound();
        files.push((name.into(), b"{}".to_vec()));
        for (kind, packed) in [("zip", zip(&files)), ("tar", tar(&files)), ("gz", gz(&tar(&files)))]
        {
            let error = Archive::of(&packed).read().expect_err(name);
            assert!(matches!(error, SourceError::UnsafeEntry { .. }), "{kind} {name}: {error}");
            assert_refused(name, &error, name, message);
        }
    }
}

#[test]
fn links_and_devices_refuse_the_archive() {
    use tar::{Builder, EntryType, Header};
    let kinds = [EntryType::Symlink, EntryType::Link, EntryType::Fifo, EntryType::Block];
    for kind in kinds {
        let mut bytes = Builder::new(Vec::new());
        let mut header = Header::new_ustar();
        header.set_entry_type(kind);
        header.set_size(0);
        bytes.append_link(&mut header, "outbox.json", "/etc/passwd").expect("an entry");
        let error = Archive::of(&bytes.into_inner().expect("a tar")).read().expect_err("a link");
        assert_refused("a link", &error, "outbox.json", "link");
    }
    let mut zip = ZipWriter::new(io::Cursor::new(Vec::new()));
    zip.add_symlink("outbox.json", "/etc/passwd", SimpleFileOptions::default()).expect("a link");
    let bytes = zip.finish().expect("a zip").into_inner();
    let error = Archive::of(&bytes).read().expect_err("a link");
    assert_refused("a link in a zip", &error, "outbox.json", "link");
}

#[test]
fn the_same_entry_twice_refuses_the_archive() {
    let mut files = sound();
    files.push(("other/outbox.json".into(), files[1].1.clone()));
    for packed in [zip(&files), tar(&files)] {
        let error = Archive::of(&packed).read().expect_err("two outboxes");
        assert_refused("twice", &error, "outbox.json", "twice");
    }
}

/// Writes 300 MB of zeros.
fn write_zeros(to: &mut impl Write) {
    let zeros = vec![b' '; 1 << 20];
    (0..300).for_each(|_| to.write_all(&zeros).expect("room"));
}

fn bomb_zip(path: &Path) {
    let mut zip = ZipWriter::new(File::create(path).expect("a file"));
    zip.start_file("actor.json", SimpleFileOptions::default()).expect("an entry");
    write_zeros(&mut zip);
    zip.finish().expect("a zip");
}

fn bomb_tar_gz(path: &Path, name: &str) {
    let mut gz = GzEncoder::new(File::create(path).expect("a file"), Compression::best());
    let mut header = tar::Header::new_ustar();
    header.set_path(name).expect("a name");
    header.set_size(300 << 20);
    header.set_cksum();
    gz.write_all(header.as_bytes()).expect("room");
    write_zeros(&mut gz);
    gz.finish().expect("a gz");
}

#[test]
fn a_zip_bomb_stops_early() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("bomb");
    // (what it is, how it is made)
    type Make = fn(&Path);
    let table: [(&str, Make); 3] = [
        ("zip", bomb_zip),
        ("tar.gz, in what is read", |path| bomb_tar_gz(path, "actor.json")),
        ("tar.gz, in what is passed over", |path| bomb_tar_gz(path, "media/film.mp4")),
    ];
    for (why, make) in table {
        make(&path);
        let error = sources::read(&mastodon(), &path).expect_err(why);
        assert!(matches!(error, SourceError::Bomb { .. }), "{why}: {error}");
    }
}

#[test]
fn a_header_that_lies_about_its_size_is_not_believed() {
    // A name of 20 MB, as an extension header before the entry.
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_path("././@LongLink").expect("a name");
    header.set_size(20 << 20);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend((0..20 << 20).map(|i: u32| b'a' + (i % 25) as u8));
    bytes.extend(tar(&sound()));
    // Behind an entry as well; the two empty blocks at the end are left out for that.
    let sound = tar(&sound());
    let behind = [&sound[..sound.len() - 1024], &bytes].concat();
    for bytes in [bytes, behind] {
        let error = Archive::of(&bytes).read().expect_err("an endless name");
        assert!(matches!(error, SourceError::TooLarge { .. }), "{error}");
    }
}

#[test]
fn what_a_broken_file_says_cannot_steer_the_terminal() {
    let mut sum = tar(&sound());
    // The sum of the first header, in which the library quotes what is no number.
    sum[148..156].copy_from_slice(b"\x1b[31m\x04xx");
    let archive = Archive::of(&sum);
    let folder = crate::make::texts(&[
        ("t.csv", crate::tables::TICKETS),
        ("m.yaml", "rows: messages\ncolumns: { \"a\\e[31m\\tt\": id }\n"),
    ]);
    let map = Some(folder.path().join("m.yaml").display().to_string());
    let table =
        Source { kind: SourceKind::Table, account: "acme".into(), path: None, map, as_of: None };
    let errors = [
        ("a .tar", archive.read()),
        ("a mapping", sources::read(&table, &folder.path().join("t.csv"))),
    ];
    for (why, read) in errors {
        let text = read.expect_err(why).to_string();
        assert!(!text.contains(|c: char| c.is_control()), "{why}: {text:?}");
    }
}

#[test]
fn an_encrypted_entry_is_named() {
    let mut bytes = zip(&sound());
    // Bit 0 of the flags, at 6 in a local header and at 8 in a central one.
    for (mark, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let starts: Vec<usize> =
            bytes.windows(4).enumerate().filter(|(_, w)| w == mark).map(|(i, _)| i).collect();
        starts.iter().for_each(|start| bytes[start + flags] |= 1);
    }
    let error = Archive::of(&bytes).read().expect_err("a password");
    assert!(
        matches!(&error, SourceError::Encrypted { entry, .. } if entry == "actor.json"),
        "{error}"
    );
}

#[test]
fn other_things_than_exports_are_told_apart() {
    let nested = zip(&[("archive.zip".into(), zip(&sound()))]);
    let error = Archive::of(&nested).read().expect_err("an archive in an archive");
    assert!(matches!(error, SourceError::MissingEntry { .. }), "{error}");
    // (why this row exists, the bytes)
    for (why, bytes) in [("text", b"hello".to_vec()), ("empty", vec![]), ("zeros", vec![0; 2000])] {
        let archive = Archive::of(&bytes);
        assert_eq!(sources::detect(&archive.path), None, "{why}");
        assert_refused(why, &archive.read().expect_err(why), "export", "");
        let error = sources::read(&bluesky(), &archive.path).expect_err(why);
        assert!(error.to_string().contains("is a file"), "{why}: {error}");
    }
    let empty = TempDir::new().expect("a folder");
    assert_eq!(sources::detect(empty.path()), None);
    assert_eq!(sources::detect(&empty.path().join("missing")), None);
    let error = sources::read(&bluesky(), &empty.path().join("missing")).expect_err("missing");
    assert!(matches!(error, SourceError::Missing { .. }));
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&[("getProfile.json", profile()), ("getFollows.json", json!({}))]);
    let file = folder.path().join("getFollows.json");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).expect("rights");
    if File::open(&file).is_ok() {
        println!("skipped: this user may read everything");
        return;
    }
    let error = sources::read(&bluesky(), folder.path()).expect_err("unreadable");
    assert!(matches!(error, SourceError::Unreadable { .. }), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), lead in 0..4) {
        let leads: [&[u8]; 4] = [b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"{\"thread\":{"];
        let bytes = [leads[lead as usize], &bytes].concat();
        let archive = Archive::of(&bytes);
        prop_assert!(archive.read().is_err());
        fs::rename(&archive.path, archive.folder.path().join("getPostThread.json"))?;
        prop_assert!(sources::read(&bluesky(), archive.folder.path()).is_err());
    }

    #[test]
    fn a_mutated_archive_never_panics(at in any::<prop::sample::Index>(), byte in any::<u8>(), kind in 0..3) {
        let mut bytes = match kind {
            0 => zip(&sound()),
            1 => tar(&sound()),
            _ => gz(&tar(&sound())),
        };
        *at.get_mut(&mut bytes) = byte;
        let _ = Archive::of(&bytes).read();
    }

    #[test]
    fn a_mutated_answer_never_panics(
        at in any::<prop::sample::Index>(), byte in 32u8..127, length in 0usize..40,
    ) {
        let question = view("did:plc:rita", "3k6k4as23yu2g", DAY, "How?", None);
        let files = [
            ("getProfile.json", profile()),
            ("getFollowers.json", followers(&["ada", "bob"], None)),
            ("listNotifications.json", notices(&[notice("rita", true, "reply", DAY)])),
            ("getAuthorFeed.json", json!({"feed": [{"post": question}]})),
            ("getPostThread.json", json!({"thread": {"post": question, "replies": []}})),
        ];
        for (name, value) in &files {
            let folder = folder(&files);
            let mut bytes = value.to_string().into_bytes();
            let start = at.index(bytes.len());
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, [byte]);
            fs::write(folder.path().join(name), bytes)?;
            if let Ok(export) = sources::read(&bluesky(), folder.path()) {
                for file in &export.receipt.files {
                    let skipped: u64 = file.skipped.values().sum();
                    prop_assert_eq!(file.kept + skipped, file.rows_read);
                }
            }
        }
    }
}

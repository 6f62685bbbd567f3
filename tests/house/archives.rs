//! A brand moves to another workspace as it is; a hostile archive changes nothing.

use std::{fs, io::Read, path::Path};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde_json::{Value, json};

use super::{TestEnv, common::started, gone_round, store};

/// What people see of a brand.
fn seen(env: &TestEnv, brand: &str) -> Vec<String> {
    let ask = |verb: &str| env.line(&format!("fivestep {verb} {brand}")).text();
    ["history", "status", "why", "show"].into_iter().map(ask).collect()
}

/// A workspace with the shipped workflow and no brand.
fn fresh() -> TestEnv {
    let env = TestEnv::new();
    fs::remove_file(env.path("brands/acme.yaml")).unwrap();
    env
}

fn carried(from: &TestEnv, brand: &str, to: &TestEnv) {
    from.ok(["export", brand, "brand.fivestep.tar.gz"]);
    fs::copy(from.path("brand.fivestep.tar.gz"), to.path("brand.fivestep.tar.gz")).unwrap();
}

#[test]
fn a_brand_looks_the_same_in_another_workspace() {
    let (from, to) = (started(), fresh());
    from.ok(["pause", "acme"]);
    from.ok(["resume", "acme"]);
    carried(&from, "acme", &to);
    let tried = to.ok(["import", "acme", "--archive", "brand.fivestep.tar.gz", "--dry-run"]);
    assert!(tried.stdout.contains("would stand at commit 3"), "{}", tried.text());
    assert!(!to.path("brands/acme.yaml").exists(), "a dry run writes nothing");
    to.ok(["import", "acme", "--archive", "brand.fivestep.tar.gz"]);
    assert_eq!(seen(&to, "acme"), seen(&from, "acme"));
    assert_eq!(to.line("fivestep doctor").code, 0, "{}", to.line("fivestep doctor").text());
    let timers = |env: &TestEnv| {
        let acme = fivestep::model::BrandId::new("acme").unwrap();
        store(env).timers(&acme).unwrap()
    };
    assert_eq!(timers(&to), timers(&from));
    let (one, other) = (from.line("fivestep advance acme"), to.line("fivestep advance acme"));
    assert_eq!(one.text(), other.text(), "it goes on in the same way");
}

#[test]
fn a_pruned_journal_moves_too() {
    let (from, now) = gone_round(10);
    let to = TestEnv::new().at(&now.to_rfc3339());
    from.ok(["gc", "--keep-days", "30", "--keep-cycles", "2"]);
    carried(&from, "ring-0", &to);
    to.ok(["import", "ring-0", "--archive", "brand.fivestep.tar.gz"]);
    assert_eq!(seen(&to, "ring-0"), seen(&from, "ring-0"));
    assert!(store(&to).base(&super::brand()).unwrap().revision > 0);
    assert_eq!(to.line("fivestep doctor").code, 0, "{}", to.line("fivestep doctor").text());
}

#[test]
fn a_brand_that_is_here_is_left_alone() {
    let (from, to) = (started(), started());
    carried(&from, "acme", &to);
    let before = to.contents();
    let line = "fivestep import acme --archive brand.fivestep.tar.gz";
    let answer = to.line(line);
    assert_eq!(answer.code, 1, "{}", answer.text());
    assert!(answer.stderr.contains("acme runs in this workspace"), "{}", answer.text());
    assert_eq!(to.contents(), before);

    // Its own text stays, and is told of.
    let to = TestEnv::new();
    fs::copy(from.path("brand.fivestep.tar.gz"), to.path("brand.fivestep.tar.gz")).unwrap();
    let said = to.line(line).text();
    assert!(said.contains("brands/acme.yaml: here already with another text"), "{said}");
    assert!(said.contains("workflows/engagement.yaml: here already, the same"), "{said}");

    let to = TestEnv::new();
    fs::copy(from.path("brand.fivestep.tar.gz"), to.path("brand.fivestep.tar.gz")).unwrap();
    to.write(".fivestep/evidence/acme.db", "other facts");
    let said = to.line(line).text();
    assert!(said.contains("acme has other evidence"), "{said}");
}

#[test]
fn an_import_that_was_killed_is_ended_by_another() {
    let (from, to) = (started(), fresh());
    carried(&from, "acme", &to);
    // Everything is in place but the last transaction.
    let copy = to.copied();
    let line = "fivestep import acme --archive brand.fivestep.tar.gz";
    assert_eq!(copy.line(line).code, 0);
    for name in [".fivestep/evidence/acme.db", "brands/acme.yaml"] {
        fs::copy(copy.path(name), to.path(name)).unwrap();
    }
    fs::create_dir(to.path(".fivestep/.fivestep-copy-left-over")).unwrap();
    let status = to.line("fivestep status acme").text();
    assert!(status.contains("ready"), "no run yet: {status}");
    assert_eq!(to.line(line).code, 0, "{}", to.line(line).text());
    assert_eq!(seen(&to, "acme"), seen(&from, "acme"));
}

#[test]
fn without_evidence_no_fact_travels() {
    let (from, to) = (started(), fresh());
    from.ok(["export", "acme", "brand.fivestep.tar.gz", "--without-evidence"]);
    fs::copy(from.path("brand.fivestep.tar.gz"), to.path("brand.fivestep.tar.gz")).unwrap();
    to.ok(["import", "acme", "--archive", "brand.fivestep.tar.gz"]);
    assert!(!to.path(".fivestep/evidence/acme.db").exists());
    let (one, other) = (seen(&to, "acme"), seen(&from, "acme"));
    assert_eq!(one[..2], other[..2], "the run is the same");
}

type Files = Vec<(String, Vec<u8>)>;

/// The files of an archive, the manifest first.
fn files(path: &Path) -> Files {
    let mut archive = tar::Archive::new(GzDecoder::new(fs::File::open(path).unwrap()));
    let read = |entry: std::io::Result<tar::Entry<'_, _>>| {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        Read::read_to_end(&mut entry, &mut bytes).unwrap();
        (name, bytes)
    };
    archive.entries().unwrap().map(read).collect()
}

/// Packs files as they are, whatever their names.
fn packed(files: &Files, kind: tar::EntryType) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        let place = header.as_ustar_mut().unwrap();
        place.name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        let plain = name == "manifest.json" || kind.is_file();
        header.set_entry_type(if plain { tar::EntryType::Regular } else { kind });
        header.set_cksum();
        tar.append(&header, bytes.as_slice()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// Makes the manifest say what the files are.
fn resealed(files: &mut Files) {
    let mut manifest: Value = serde_json::from_slice(&files[0].1).unwrap();
    let items = files[1..].iter().map(|(name, bytes)| {
        let digest = fivestep::model::Digest::of(bytes);
        json!({ "name": name, "bytes": bytes.len(), "blake3": digest.as_str() })
    });
    manifest["files"] = items.collect();
    files[0].1 = serde_json::to_vec(&manifest).unwrap();
}

fn text_of<'a>(files: &'a mut Files, name: &str) -> &'a mut Vec<u8> {
    &mut files.iter_mut().find(|(named, _)| named == name).expect(name).1
}

fn replaced(files: &mut Files, name: &str, from: &str, to: &str) {
    let text = String::from_utf8(text_of(files, name).clone()).unwrap();
    assert!(text.contains(from), "{name} does not hold {from:?}: {text}");
    *text_of(files, name) = text.replacen(from, to, 1).into_bytes();
}

/// What is done to an archive.
type Deed = fn(&mut Files);

#[test]
fn a_hostile_archive_changes_nothing() {
    let from = started();
    from.ok(["export", "acme", "brand.fivestep.tar.gz"]);
    let whole = files(&from.path("brand.fivestep.tar.gz"));
    // (what was done to it, is the manifest made to agree?, how, words of the refusal)
    let table: [(&str, bool, Deed, &str); 15] = [
        ("a file is gone", false, |files| drop(files.pop()), "is not in it"),
        ("a file is twice in it", false, |files| files.push(files[1].clone()), "or twice"),
        ("a file is longer", false, |files| files[1].1.push(b' '), "is longer than"),
        ("a file is shorter", false, |files| files[1].1.truncate(9), "bytes are there"),
        ("a file was changed", false, |files| files[1].1[0] ^= 1, "its digest is another"),
        ("the manifest comes last", false, |files| files.rotate_left(1), "begin with a manifest"),
        (
            "the manifest is no JSON",
            false,
            |files| files[0].1.truncate(20),
            "its manifest cannot be read",
        ),
        (
            "of a later format",
            false,
            |files| replaced(files, "manifest.json", "\"format\": 1", "\"format\": 2"),
            "its format is 2",
        ),
        ("a way up", true, |files| files[1].0 = "../evil".to_owned(), "is no name of a file"),
        (
            "a program",
            true,
            |files| files.push(("workflows/evil.sh".to_owned(), b"x".to_vec())),
            "is no name of a file",
        ),
        (
            "another brand's file",
            true,
            |files| files.push(("brands/other.yaml".to_owned(), b"x".to_vec())),
            "is of another brand",
        ),
        (
            "a journal that leads elsewhere",
            true,
            |files| {
                replaced(files, "journal.jsonl", "\"stage\":\"define\"", "\"stage\":\"refine\"")
            },
            "its journal leads to",
        ),
        (
            "a journal that begins later",
            true,
            |files| replaced(files, "journal.jsonl", "\"revision\":1", "\"revision\":2"),
            "out of order",
        ),
        (
            "a journal without a line",
            true,
            |files| text_of(files, "journal.jsonl").clear(),
            "its journal leads to",
        ),
        (
            "evidence that is no database",
            true,
            |files| *text_of(files, ".fivestep/evidence/acme.db") = vec![7; 4096],
            "acme.db",
        ),
    ];
    for (why, agrees, deed, words) in table {
        let (to, mut files) = (fresh(), whole.clone());
        deed(&mut files);
        if agrees {
            resealed(&mut files);
        }
        to.ok(["status"]);
        to.write("bad.fivestep.tar.gz", packed(&files, tar::EntryType::Regular));
        let before = to.contents();
        let answer = to.line("fivestep import acme --archive bad.fivestep.tar.gz");
        assert_eq!(answer.code, 1, "{why}: {}", answer.text());
        assert!(answer.stderr.contains(words), "{why}: {}", answer.text());
        assert_eq!(to.contents(), before, "{why}");
    }
}

#[test]
fn links_and_devices_in_an_archive_are_refused() {
    let from = started();
    from.ok(["export", "acme", "brand.fivestep.tar.gz"]);
    let whole = files(&from.path("brand.fivestep.tar.gz"));
    for kind in [
        tar::EntryType::Symlink,
        tar::EntryType::Link,
        tar::EntryType::Directory,
        tar::EntryType::Block,
        tar::EntryType::Fifo,
        tar::EntryType::GNULongName,
        tar::EntryType::XHeader,
        tar::EntryType::GNUSparse,
    ] {
        let to = fresh();
        to.write("bad.fivestep.tar.gz", packed(&whole, kind));
        let answer = to.line("fivestep import acme --archive bad.fivestep.tar.gz");
        assert_eq!(answer.code, 1, "{kind:?}: {}", answer.text());
        assert!(answer.stderr.contains("is refused"), "{kind:?}: {}", answer.text());
        assert!(!to.path("brands/acme.yaml").exists());
    }
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    let from = started();
    from.ok(["export", "acme", "brand.fivestep.tar.gz"]);
    let mut files = files(&from.path("brand.fivestep.tar.gz"));
    let length = text_of(&mut files, "journal.jsonl").len();
    let (is, says) = (format!("\"bytes\": {length}"), format!("\"bytes\": {}", 1_u64 << 40));
    replaced(&mut files, "manifest.json", &is, &says);
    let to = fresh();
    to.write("bomb.fivestep.tar.gz", packed(&files, tar::EntryType::Regular));
    let answer = to.line("fivestep import acme --archive bomb.fivestep.tar.gz");
    assert_eq!(answer.code, 1);
    assert!(answer.stderr.contains("are said to be in an archive of"), "{}", answer.text());
}

#[test]
fn each_kind_of_copy_is_told_from_the_other() {
    let env = started();
    env.ok(["export", "acme"]);
    env.ok(["backup", "all.tar.gz"]);
    let one = env.line("fivestep restore acme.fivestep.tar.gz again").text();
    assert!(one.contains("an export of one brand"), "{one}");
    let other = env.line("fivestep import acme --archive all.tar.gz").text();
    assert!(other.contains("a backup of a workspace"), "{other}");
    let other = env.line("fivestep import other --archive acme.fivestep.tar.gz").text();
    assert!(other.contains("it is of brand `acme`"), "{other}");
}

//! Broken definitions and exports, and names that are none.

use std::{fs::File, os::unix::fs::symlink};

use crate::{
    assert_refusal, assert_refused,
    common::{TestEnv, demo, round, started},
};

/// Contents that no file of ours should have.
fn broken(sound: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let text = String::from_utf8_lossy(sound);
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        ("empty", Vec::new()),
        ("white space", b" \n\t\n".to_vec()),
        ("cut in half", sound[..sound.len() / 2].to_vec()),
        ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        ("zeros", vec![0; 4096]),
        ("UTF-16", [vec![0xff, 0xfe], utf16].concat()),
        ("Latin-1", [sound, b"# caf\xe9 \xff\n"].concat()),
        ("deep", "[".repeat(200_000).into_bytes()),
        ("a web page", b"<!doctype html><title>404</title>".to_vec()),
    ]
}

#[test]
fn a_broken_definition_is_refused_by_every_verb_that_needs_it() {
    let env = started();
    env.write("brands/next.yaml", "");
    let verbs = [
        (
            "workflows/engagement.yaml",
            &["fivestep check", "fivestep start next", "fivestep adopt acme"][..],
        ),
        (
            "brands/acme.yaml",
            &[
                "fivestep check",
                "fivestep why acme",
                "fivestep advance acme",
                "fivestep import acme",
            ],
        ),
    ];
    let acme = std::fs::read_to_string(env.path("brands/acme.yaml")).unwrap();
    env.write("brands/next.yaml", acme.replace("brand: acme", "brand: next"));
    for (file, lines) in verbs {
        let sound = std::fs::read(env.path(file)).unwrap();
        let mut table = broken(&sound);
        table.push(("huge", [&sound[..], &vec![b'#'; fivestep::definition::MAX_BYTES]].concat()));
        for (why, bytes) in table {
            env.write(file, bytes);
            for line in lines {
                assert_refused(why, &env, line, 3, file);
            }
        }
        env.write(file, sound);
    }
    assert_eq!(env.line("fivestep check").code, 0, "it was sound");
}

#[test]
fn a_broken_answer_of_an_api_is_refused_and_no_fact_is_kept() {
    let env = started();
    env.export("exports/b", &round());
    for name in ["getProfile.json", "listNotifications-1.json", "getFollowers-2.json"] {
        let sound = std::fs::read(env.path("exports/b").join(name)).unwrap();
        for (why, bytes) in broken(&sound) {
            env.write(&format!("exports/b/{name}"), bytes);
            for line in
                ["fivestep import acme exports/b", "fivestep import acme exports/b --dry-run"]
            {
                assert_refused(why, &env, line, 1, name);
            }
        }
        env.write(&format!("exports/b/{name}"), sound);
    }
    assert_eq!(env.line("fivestep import acme exports/b").code, 0, "it was sound");
}

#[test]
fn a_broken_archive_is_refused_and_no_fact_is_kept() {
    let env = demo();
    let path = "exports/azzurro-radio/2026-03-30.zip";
    let sound = std::fs::read(env.path(path)).unwrap();
    let mut table = broken(&sound);
    // Not UTF-8 text, but an archive still.
    table.retain(|(why, _)| *why != "Latin-1");
    table.push(("without its end", sound[..sound.len() - 30].to_vec()));
    for (why, bytes) in table {
        env.write(path, bytes);
        assert_refused(why, &env, &format!("fivestep import azzurro-radio {path}"), 1, path);
    }
}

#[test]
fn an_answer_of_gigabytes_is_refused_unread() {
    let env = started();
    // A hole in a file takes no room; it lies elsewhere, because the workspace is compared.
    let elsewhere = tempfile::tempdir().unwrap();
    let profile = env.path("exports/acme/getProfile.json");
    std::fs::copy(profile, elsewhere.path().join("getProfile.json")).unwrap();
    let huge = File::create(elsewhere.path().join("getAuthorFeed.json")).unwrap();
    huge.set_len(8 << 30).unwrap();
    let line = format!("fivestep import acme {}", elsewhere.path().display());
    assert_refused("8 GB", &env, &line, 1, "getAuthorFeed.json");
}

#[test]
fn a_name_that_is_none_leads_nowhere() {
    let long = "x".repeat(5_000);
    let env = started();
    let names =
        ["../acme", "brands/acme", "..", ".", "acme.yaml", "Acme", "a b", "caffè", "", &long];
    let verbs: [&[&str]; 14] = [
        &["why"],
        &["start"],
        &["advance"],
        &["import"],
        &["show"],
        &["history"],
        &["status"],
        &["tasks"],
        &["pause"],
        &["adopt"],
        &["brand", "show"],
        &["done", "--set=a=1", "NAME", "task"],
        &["reopen", "NAME", "task"],
        &["waive", "--reason=x", "NAME", "clause"],
    ];
    let before = env.contents();
    for name in names {
        for verb in verbs {
            let mut words: Vec<&str> =
                verb.iter().map(|word| if *word == "NAME" { name } else { word }).collect();
            if !verb.contains(&"NAME") {
                words.push(name);
            }
            let answer = env.fivestep(words);
            let shown = &name[..name.len().min(20)];
            assert_eq!(answer.code, 2, "{verb:?} {shown}: {}", answer.text());
            assert!(answer.stderr.contains("is not a brand name"), "{verb:?} {shown}");
            assert!(answer.stderr.contains("hint: "), "{verb:?} {shown}");
            assert!(!answer.stderr.contains('\u{1b}'), "{verb:?}: a terminal would obey");
            assert!(answer.stderr.len() < 1_000, "{verb:?} {shown}: too long for a terminal");
        }
    }
    assert!(env.contents() == before);
}

#[test]
fn a_dash_is_a_name_only_where_names_are_read() {
    let env = started();
    for line in ["fivestep show -", "fivestep history -", "fivestep brand show -"] {
        assert_refused("a dash", &env, line, 2, "`-` is not a brand name");
    }
    for verb in ["why", "advance", "pause", "start", "import"] {
        let line = &format!("fivestep {verb} -");
        assert_refused("nothing to read", &env, line, 2, "no brand was named");
    }
    let answer = env.command().args(["why", "-"]).stdin(File::open("/").unwrap()).output().unwrap();
    assert_eq!(answer.status.code(), Some(1), "a folder is no list of names");
}

#[test]
fn what_lies_among_the_brands_and_is_none_hides_no_brand() {
    let env = TestEnv::new();
    std::fs::create_dir(env.path("brands/folder.yaml")).unwrap();
    symlink("nowhere", env.path("brands/dead.yaml")).unwrap();
    symlink("loop.yaml", env.path("brands/loop.yaml")).unwrap();
    symlink("../workflows", env.path("brands/link.yaml")).unwrap();
    env.write("brands/notes.txt", "no brand").write("brands/.hidden/x.yaml", "no brand");

    let started = env.line("fivestep start --all");
    assert_eq!(started.code, 1, "{}", started.text());
    assert!(started.stdout.contains("acme@1.define.1"), "{}", started.text());
    for name in ["dead", "loop", "link"] {
        assert!(started.stderr.contains(&format!("brands/{name}.yaml` cannot be read")), "{name}");
        assert_refused(
            name,
            &env,
            &format!("fivestep why {name}"),
            1,
            &format!("brands/{name}.yaml"),
        );
    }
    assert_refused("a folder", &env, "fivestep brand show folder", 1, "brands/folder.yaml");
    assert_refusal("check", &env.line("fivestep check"), 1, "brands/");
    let listed = env.ok(["brand", "list", "-o", "ids"]).stdout;
    assert_eq!(listed, "acme\ndead\nlink\nloop\n");
}

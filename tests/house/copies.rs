//! Backups are whole, are made while others write, and come back as they were.

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use fivestep::{
    house::{archive, backup},
    model::{Actor, Until},
    runner::fleet::Tour,
};

use super::{
    TestEnv, began, brand,
    common::{ring, started},
    runner, store, workspace,
};

/// What people see of a workspace.
fn seen(env: &TestEnv, folder: &str) -> Vec<String> {
    let questions = ["status", "why acme", "history acme", "show acme", "brand list", "tasks"];
    let ask = |line: &str| env.line(&format!("fivestep -C {folder} {line}")).text();
    questions.into_iter().map(ask).collect()
}

#[test]
fn a_workspace_comes_back_as_it_was() {
    let env = started();
    for copy in ["copy.tar.gz", "copy"] {
        let said = env.ok(["backup", copy]).stdout;
        assert!(said.contains("read back and compared"), "{said}");
        let again = format!("again-{}", copy.len());
        let said = env.ok(["restore", copy, &again]).stdout;
        assert!(said.contains("journals"), "{said}");
        assert_eq!(seen(&env, &again), seen(&env, "."), "{copy}");
        let advanced = env.line(&format!("fivestep -C {again} advance acme"));
        assert!([0, 10].contains(&advanced.code), "{}", advanced.text());
        let path = env.path(&again).join(".fivestep/state.db");
        let raw = rusqlite::Connection::open(path).unwrap();
        let pragma = |name: &str| -> String {
            let value =
                raw.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
            format!("{:?}", value.unwrap())
        };
        assert_eq!(pragma("journal_mode"), "Text(\"wal\")", "it works as its origin did");
        assert_eq!(pragma("auto_vacuum"), "Integer(2)", "it gives bytes back as its origin did");
    }
}

#[test]
fn what_a_killed_copy_has_left_goes_a_day_later() {
    let env = started();
    let now = std::time::SystemTime::now();
    // (what is left, how many hours ago, does it stay?)
    let table = [
        (".fivestep-copy-folder/copy/state.db", 25, false),
        (".fivestep-copy-file", 25, false),
        (".fivestep-copy-at-work/copy/state.db", 1, true),
        ("my.fivestep-copy-mine", 25, true),
    ];
    let top = |name: &str| env.path(name.split('/').next().unwrap());
    for (name, hours, _) in table {
        env.write(name, "half");
        let then = now - std::time::Duration::from_secs(hours * 3_600);
        fs::File::open(top(name)).unwrap().set_modified(then).unwrap();
    }
    env.ok(["backup", "copy.tar.gz"]);
    for (name, _, stays) in table {
        assert_eq!(top(name).exists(), stays, "{name}");
    }
}

#[test]
fn nothing_is_ever_written_over() {
    let env = started();
    env.write("there.tar.gz", "mine").write("full/mine", "mine");
    fs::create_dir(env.path("empty")).unwrap();
    env.ok(["backup", "copy.tar.gz"]);
    // (the command, does it go?)
    let table = [
        ("backup there.tar.gz", false),
        ("backup full", false),
        ("backup copy.tar.gz", false),
        ("backup empty", true),
        ("restore copy.tar.gz full", false),
        ("restore copy.tar.gz .", false),
        ("restore copy.tar.gz there.tar.gz", false),
        ("backup copy.zip", false),
    ];
    for (line, goes) in table {
        let before = env.contents();
        let answer = env.line(&format!("fivestep {line}"));
        assert_eq!(answer.code == 0, goes, "{line}: {}", answer.text());
        if !goes {
            let left = env.contents().keys().filter(|path| !before.contains_key(*path)).count();
            assert!(left == 0, "{line} leaves something behind");
        }
    }
}

#[test]
fn a_copy_made_while_others_write_is_whole() {
    let env = ring(3);
    let over = AtomicBool::new(false);
    let copies: Vec<PathBuf> = thread::scope(|scope| {
        scope.spawn(|| {
            let mut runner = runner(&env, began());
            let tour = Tour {
                actor: Actor::new("Ada"),
                until: Until::OneStage,
                filter: None,
                dry_run: false,
            };
            while !over.load(Ordering::SeqCst) {
                runner.advance_all(&tour, None, |_| Ok(())).unwrap();
            }
        });
        let make = |number: usize| {
            let to = env.path(&format!("copy-{number}"));
            backup::backup(&workspace(env.root()), &to, began(), &mut |_| {}).unwrap();
            to
        };
        let copies = (0..5).map(make).collect();
        over.store(true, Ordering::SeqCst);
        copies
    });
    let mut revisions = Vec::new();
    for copy in copies {
        let to = copy.with_extension("again");
        let (_, report) = backup::restore(&copy, &to, began()).unwrap();
        assert!(report.is_fine(), "{report:#?}");
        let path = to.join(".fivestep/state.db");
        let state = fivestep::store::StateStore::open(&path).unwrap();
        revisions.push(state.checkpoint(&brand()).unwrap().revision);
    }
    assert!(revisions.is_sorted(), "{revisions:?}");
    assert!(store(&env).checkpoint(&brand()).unwrap().revision >= revisions[4]);
}

#[test]
fn a_damaged_backup_restores_nothing() {
    let env = started();
    env.ok(["backup", "copy.tar.gz"]);
    env.ok(["backup", "folder"]);
    let whole = fs::read(env.path("copy.tar.gz")).unwrap();
    for part in [0, 1, 100, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
        env.write("cut.tar.gz", &whole[..part]);
        let answer = env.line("fivestep restore cut.tar.gz again");
        assert_eq!(answer.code, 1, "{part} bytes: {}", answer.text());
        assert!(!env.path("again").exists());
    }
    for place in [200, whole.len() / 3, whole.len() / 2, whole.len() - 30] {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x10;
        env.write("bent.tar.gz", &bytes);
        let answer = env.line("fivestep restore bent.tar.gz again");
        assert_eq!(answer.code, 1, "byte {place}: {}", answer.text());
        assert!(!env.path("again").exists());
    }
    fs::remove_file(env.path("folder/brands/acme.yaml")).unwrap();
    let answer = env.line("fivestep restore folder again");
    assert!(answer.stderr.contains("`brands/acme.yaml` is not there"), "{}", answer.text());
    let verified = archive::verify(&env.path("copy.tar.gz"), archive::Kind::Workspace).unwrap();
    assert!(verified.item(".fivestep/state.db").is_some());
}

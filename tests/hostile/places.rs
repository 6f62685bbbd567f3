//! Odd folders, a disk that may not be written or is full, and readers who walk away.

use std::{
    fs::{self, Permissions},
    io::{ErrorKind, Read},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use fivestep::{
    model::{BrandId, Checkpoint},
    store::{StateStore, evidence::EvidenceStore},
};

use crate::{
    assert_refusal, assert_refused,
    common::{Answer, TestEnv, demo, round, started},
};

fn answer(command: &mut Command) -> Answer {
    read(command.output().unwrap())
}

fn read(output: Output) -> Answer {
    Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_workspace_may_have_any_name() {
    let env = TestEnv::empty();
    let folder = "Ada's Café 東京 \u{1f680} -x";
    let run = |line: &str| {
        let mut command = env.command();
        command.args(["-C", folder]).args(line.split(' '));
        let answer = answer(&mut command);
        assert_eq!(answer.code, 0, "{line}: {}", answer.text());
        answer
    };
    run("init");
    env.export(&format!("{folder}/exports/acme"), &round());
    for line in ["check", "import acme", "start acme", "done acme sign_charter --set agreed=true"] {
        run(line);
    }
    // The samples talk of coffee in two languages, and so does the brand.
    let words = "words: [coffee, ";
    let all = "words: [caffè, moka, beans, chicchi, tostare, grinder, macinatura, coffee, ";
    env.replace(&format!("{folder}/brands/acme.yaml"), words, all);
    assert!(run("advance acme").stdout.starts_with("acme  define > target"));
    assert_eq!(run("import acme -o json").json()[0]["changed"], false);
    assert!(run("history acme").stdout.contains("left define"));
}

#[test]
fn a_demo_replaces_a_demo_and_nothing_else() {
    let env = TestEnv::empty();
    let first = env.ok(["demo"]).stdout;
    env.ok(["-C", "demo", "pause", "verde-garden"]);
    assert_eq!(env.ok(["demo"]).stdout, first, "the second is as new");

    env.write("mine/letters/love.txt", "dear").write("file", "text");
    env.ok(["init", "work"]);
    assert_refused("a foreign folder", &env, "fivestep demo mine", 2, "`mine` is not empty");
    assert_refused("a workspace", &env, "fivestep demo work", 1, "`work` is a fivestep workspace");
    assert_refused("a file", &env, "fivestep demo file", 1, "file");
    assert_refused("below a file", &env, "fivestep demo file/demo", 1, "file");
    assert_refused("init below a file", &env, "fivestep init file/x", 1, "file");
}

#[test]
fn init_makes_no_half_workspace_where_a_file_is_in_the_way() {
    let env = TestEnv::empty();
    env.write("workflows", "a file");
    let answer = env.line("fivestep init");
    assert_refusal("a file in the way", &answer, 1, "workflows");
    assert_eq!(env.line("fivestep status").code, 1, "there is no workspace");
}

/// Runs the program as somebody who owns nothing, if this is the system's administrator, to whom
/// nothing is forbidden. `None` if nobody else may look into the folders above.
fn as_nobody(env: &TestEnv, program: &Path, line: &str) -> Option<Answer> {
    let mut command = Command::new(program);
    command
        .args(line.split(' ').skip(1))
        .current_dir(env.root())
        .env_clear()
        .env("FIVESTEP_NOW", crate::common::NOW)
        .stdin(Stdio::null());
    if fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0) {
        command.gid(65_534).uid(65_534);
    }
    loop {
        match command.output() {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => return None,
            // A child that another test has just made may hold the copied program open for writing
            // until it becomes a program itself.
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => continue,
            output => return Some(read(output.unwrap())),
        }
    }
}

/// Makes every file and folder readable, and writable only if asked.
fn permit(path: &Path, write: bool) {
    let meta = fs::symlink_metadata(path).unwrap();
    let mode = match (meta.is_dir(), write) {
        (true, true) => 0o755,
        (true, false) => 0o555,
        (false, true) => 0o644,
        (false, false) => 0o444,
    };
    if meta.is_dir() {
        fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
        let inside: Vec<PathBuf> =
            fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        inside.iter().for_each(|path| permit(path, write));
    }
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_workspace_that_may_not_be_written_is_left_alone() {
    let env = started();
    env.export("exports/b", &round());
    // The program itself may lie where nobody else may look.
    let bin = tempfile::tempdir().unwrap();
    let program = bin.path().join("fivestep");
    fs::copy(env!("CARGO_BIN_EXE_fivestep"), &program).unwrap();
    fs::set_permissions(bin.path(), Permissions::from_mode(0o755)).unwrap();
    permit(env.root(), false);
    if as_nobody(&env, &program, "fivestep --version").is_none() {
        eprintln!("skipped: nobody else may look into {}", env.root().display());
        return;
    }
    let refused = |line: &str, place: &str| {
        let answer = as_nobody(&env, &program, line).expect("it ran a moment ago");
        assert_refusal(line, &answer, 1, place);
    };
    let before = env.contents();
    let table = [
        ("fivestep start acme", "state.db"),
        ("fivestep advance acme", "state.db"),
        ("fivestep advance --all", "state.db"),
        ("fivestep done acme sign_charter --set agreed=true", "state.db"),
        ("fivestep import acme exports/b", "state.db"),
        ("fivestep init inside", "inside"),
        ("fivestep demo inside", "inside"),
    ];
    for (line, place) in table {
        refused(line, place);
        assert!(env.contents() == before, "{line} wrote something");
    }
    let check = as_nobody(&env, &program, "fivestep check").expect("it ran a moment ago");
    assert_eq!(check.code, 0, "files can be read: {}", check.text());

    // Runs may be kept, but not the evidence.
    permit(&env.path(".fivestep"), true);
    for path in [".fivestep", ".fivestep/state.db"] {
        let open = if path.ends_with("db") { 0o666 } else { 0o777 };
        fs::set_permissions(env.path(path), Permissions::from_mode(open)).unwrap();
    }
    permit(&env.path(".fivestep/evidence"), false);
    refused("fivestep import acme exports/b", "acme.db");
    assert!(env.contents() == before, "the import wrote something");
    permit(env.root(), true);
}

/// Runs a line where no file may grow beyond so many blocks of 512 bytes, as on a full disk.
fn in_room(env: &TestEnv, blocks: u32, line: &str) -> Answer {
    let script = format!("trap '' XFSZ; ulimit -f {blocks} && exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command
        .args(["-c", &script, env!("CARGO_BIN_EXE_fivestep")])
        .args(line.split(' ').skip(1))
        .current_dir(env.root())
        .env_clear()
        .env("FIVESTEP_NOW", crate::common::NOW)
        .env("FIVESTEP_ACTOR", "Ada");
    answer(&mut command)
}

/// The store opens again and every checkpoint is the fold of its journal; how far the brand is.
fn assert_whole(env: &TestEnv) -> u64 {
    let store = StateStore::open(&env.path(".fivestep/state.db")).expect("the store reopens");
    let brand = BrandId::new("acme").unwrap();
    let journal = store.journal(&brand).expect("the journal reads");
    let checkpoint = store.checkpoint(&brand).expect("the checkpoint reads");
    assert_eq!(checkpoint, Checkpoint::fold(brand, &journal));
    checkpoint.revision
}

#[test]
fn a_disk_that_fills_up_during_an_advance_loses_nothing() {
    let whole = started();
    whole.ok(["done", "acme", "sign_charter", "--set", "agreed=true"]);
    let mut failed = 0;
    for blocks in [0, 1, 4, 8, 16, 24, 32, 48, 64, 96, 128, 256, 512, 100_000] {
        let env = whole.copied();
        let before = assert_whole(&env);
        let answer = in_room(&env, blocks, "fivestep advance acme");
        let after = assert_whole(&env);
        match answer.code {
            0 => assert_eq!(after, before + 1, "{blocks}: {}", answer.text()),
            _ => {
                failed += 1;
                assert_refusal(&format!("{blocks} blocks"), &answer, 1, "state.db");
                assert_eq!(after, before, "{blocks}: {}", answer.text());
            }
        }
        // With room again, it goes on where it stood.
        assert_eq!(env.line("fivestep advance acme").code, if after == before { 0 } else { 10 });
    }
    assert!((3..14).contains(&failed), "{failed} failed: the limits test nothing");
}

#[test]
fn a_disk_that_fills_up_during_an_import_keeps_all_of_it_or_nothing() {
    let whole = started();
    let ends_at = "2026-03-30T09:00:00Z".parse().unwrap();
    let later = fivestep::samples::Round { ends_at, followers_from: 7, ..round() };
    whole.export("exports/later", &later);
    let facts = |env: &TestEnv| {
        let path = env.path(".fivestep/evidence/acme.db");
        EvidenceStore::open_existing_read_only(&path).unwrap().unwrap().facts().unwrap()
    };
    let before = facts(&whole);
    let done = whole.copied();
    done.ok(["import", "acme", "exports/later"]);
    let after = facts(&done);
    assert!(before != after);
    let mut failed = 0;
    for blocks in [0, 4, 16, 64, 128, 256, 384, 512, 640, 768, 1024, 2048, 100_000] {
        let env = whole.copied();
        let answer = in_room(&env, blocks, "fivestep import acme exports/later");
        assert_whole(&env);
        let expected = if answer.code == 0 { &after } else { &before };
        if answer.code != 0 {
            failed += 1;
            assert_refusal(&format!("{blocks} blocks"), &answer, 1, ".db");
        }
        assert!(facts(&env) == *expected, "{blocks}: {}", answer.text());
        env.ok(["import", "acme", "exports/later"]);
        assert!(facts(&env) == after, "{blocks}: importing again makes up for it");
    }
    assert!((3..13).contains(&failed), "{failed} failed: the limits test nothing");
}

#[test]
fn a_reader_who_walks_away_causes_no_panic() {
    let env = demo();
    let lines = [
        "history bianco-books",
        "history bianco-books -o json",
        "show rosso-roasters -o json",
        "why verde-garden azzurro-radio",
        "status",
        "check",
        "completions bash",
        "--help",
        "--version",
        "why nobody",
    ];
    for line in lines {
        let mut child = env
            .command()
            .args(line.split(' '))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains("panicked"), "{line}: {said}");
        let code = if line == "why nobody" { 4 } else { 0 };
        assert_eq!(output.status.code(), Some(code), "{line}: {said}");
    }
    // One byte read, then gone, as `head` does.
    let mut child = env
        .command()
        .args(["check"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdout.take().unwrap().read_exact(&mut [0]).unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

#[test]
fn work_goes_on_when_nobody_reads_about_it() {
    let env = demo();
    let brands = ["azzurro-radio", "bianco-books", "verde-garden"];
    let mut command = env.command();
    let mut child = command.arg("pause").args(brands).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    for brand in brands {
        let status = env.ok(["status", brand, "-o", "json"]).json();
        assert_eq!(status[0]["status"], "paused", "{brand}");
    }
}

#[test]
fn an_answer_that_cannot_be_printed_is_a_fault() {
    let env = demo();
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    if !Path::new("/dev/full").exists() {
        return;
    }
    for line in ["why verde-garden", "history bianco-books -o json", "status"] {
        let mut command = env.command();
        let output = command.args(line.split(' ')).stdout(full()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}: {said}");
        assert!(said.contains("the answer cannot be printed"), "{line}: {said}");
    }
}

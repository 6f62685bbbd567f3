//! The performers keep the contract of `docs/reference/actions.md`, with real programs.
//!
//! Programs are a few words of `sh`, and run on Unix only. A test that waits for something fails
//! after a while; none asserts a time.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests are an edge"
)]

#[cfg(feature = "http")]
#[path = "performers/http.rs"]
mod http;

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use fivestep::{
    clock::Clock,
    engine::{Notice, NoticeKind},
    model::{
        BrandId, Digest, StageId,
        action::{Job, OUTPUT_BYTES, Retry, Work},
    },
    performer::{self, Environment, Fault, Order, Stop, Tools},
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What a program sees where a test says nothing else.
const PATH: (&str, &str) = ("PATH", "/usr/local/bin:/usr/bin:/bin");

/// A workspace's folder in which programs run.
struct Workshop {
    dir: TempDir,
}

impl Workshop {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(".fivestep")).unwrap();
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Writes a file that can be run. Another process does it: a program that is being written
    /// cannot be run, and a program that starts at that moment would inherit our open file.
    fn executable(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        let mut shell = Command::new("sh")
            .args(["-c", "cat > \"$1\" && chmod +x \"$1\"", "sh"])
            .arg(&path)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        shell.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(shell.wait().unwrap().success());
        path
    }

    fn tools(&self) -> Tools {
        self.tools_with(Environment::of([PATH]))
    }

    fn tools_with(&self, environment: Environment) -> Tools {
        let clock = Clock::fixed("2026-03-30T10:00:00Z".parse().unwrap());
        Tools::with(&self.path(""), clock, environment)
    }

    /// Runs a script of `sh`.
    fn sh(&self, script: &str) -> Result<Value, Fault> {
        perform(&order(sh(script)), &self.tools(), &Stop::default())
    }

    /// The process whose number a script wrote to a file.
    fn process(&self, file: &str) -> Process {
        wait_until(file, || {
            fs::read_to_string(self.path(file)).is_ok_and(|text| text.ends_with('\n'))
        });
        Process(self.text(file).trim().to_owned())
    }
}

/// A process by its number.
struct Process(String);

impl Process {
    /// Its state as Linux tells it (`S` sleeps, `Z` is a zombie); `None` if it is no more.
    fn state(&self) -> Option<char> {
        let stat = fs::read_to_string(Path::new("/proc").join(&self.0).join("stat")).ok()?;
        stat.rsplit(") ").next()?.chars().next()
    }

    fn is_running(&self) -> bool {
        self.state().is_some_and(|state| state != 'Z')
    }
}

fn order(work: Work) -> Order {
    Order {
        brand: BrandId::new("acme").unwrap(),
        cycle: 2,
        stage: Some(StageId::new("support").unwrap()),
        action: "post".to_owned(),
        attempt: 1,
        key: Digest::of(b"acme/2/support/post"),
        job: Job { work, retry: Retry::default(), timeout_seconds: 1 },
    }
}

fn perform(order: &Order, tools: &Tools, stop: &Stop) -> Result<Value, Fault> {
    performer::perform(order, tools, stop).map(Value::Object)
}

/// A script with a minute of time, so that a busy machine fails no test.
fn patient(script: &str) -> Order {
    let mut order = order(sh(script));
    order.job.timeout_seconds = 60;
    order
}

fn sh(script: &str) -> Work {
    command(&["sh", "-c", script], &[])
}

fn command(argv: &[&str], env: &[&str]) -> Work {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Work::Command { argv: texts(argv), env: texts(env), output_bytes: OUTPUT_BYTES }
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..3_000 {
        if is_so() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("waited in vain: {what}");
}

#[test]
fn every_ending_means_what_the_reference_says() {
    let workshop = Workshop::new();
    workshop.executable("not-a-program", "\u{1}\u{2}\u{3}");
    fs::write(workshop.path("not-allowed"), "").unwrap();
    fs::create_dir(workshop.path("tools")).unwrap();
    std::os::unix::fs::symlink("/bin/sh", workshop.path("tools/shell")).unwrap();
    // (why this row exists, the program, how the attempt ends, what it says)
    let table: [(&str, &[&str], &str, &str); 19] = [
        ("done", &["true"], "done", "{}"),
        ("an answer", &["echo", r#"{ "posts": 3 }"#], "done", r#"{"posts":3}"#),
        ("no shell reads it", &["echo", "{}", ">", "x"], "permanent", "line 1, column 4"),
        ("a failure", &["false"], "passing", "`false` ended with exit code 1"),
        ("later", &["sh", "-c", "exit 75"], "passing", "exit code 75"),
        ("wrong use", &["sh", "-c", "exit 64"], "permanent", "exit code 64"),
        ("wrong settings", &["sh", "-c", "exit 78"], "permanent", "exit code 78"),
        ("beyond them", &["sh", "-c", "exit 79"], "passing", "exit code 79"),
        ("not found by a shell", &["sh", "-c", "no-such"], "permanent", "exit code 127"),
        ("a failure with an answer", &["sh", "-c", "echo {}; exit 1"], "passing", "exit code 1"),
        ("a signal", &["sh", "-c", "kill -KILL $$"], "passing", "was ended by signal 9"),
        ("half a JSON", &["printf", r#"{"a": "#], "permanent", "line 1, column 6"),
        ("a list", &["echo", "[]"], "permanent", "is JSON, but not an object"),
        ("nowhere", &["no-such-program"], "permanent", "`no-such-program` cannot be started"),
        ("nowhere in the workspace", &["tools/no"], "permanent", "cannot be started"),
        ("in the workspace", &["tools/shell", "-c", "echo {}"], "done", "{}"),
        ("not allowed", &["./not-allowed"], "permanent", "cannot be started"),
        ("not a program", &["./not-a-program"], "permanent", "cannot be started"),
        ("no program at all", &[], "permanent", "names no program"),
    ];
    for (why, argv, wanted, says) in table {
        let mut order = order(command(argv, &[]));
        order.job.timeout_seconds = 60;
        let (ending, said) = match perform(&order, &workshop.tools(), &Stop::default()) {
            Ok(answer) => ("done", answer.to_string()),
            Err(fault) if fault.permanent => ("permanent", fault.message),
            Err(fault) => ("passing", fault.message),
        };
        assert_eq!(ending, wanted, "{why}: {said}");
        assert!(said.contains(says), "{why}: {said}");
    }
}

#[test]
fn a_program_is_given_its_order_its_folder_and_what_it_names() {
    let workshop = Workshop::new();
    let environment = Environment::of([
        PATH,
        ("HOME", "/home/rita"),
        ("LANG", "C"),
        ("TOKEN", "s3cret"),
        ("OTHER", "not for it"),
        ("FIVESTEP_KEY", "not from outside"),
    ]);
    let mut order =
        order(command(&["sh", "-c", "cat > order; env > seen; pwd > folder"], &["TOKEN"]));
    (order.attempt, order.job.timeout_seconds) = (3, 60);
    perform(&order, &workshop.tools_with(environment), &Stop::default()).unwrap();

    let given: Value = serde_json::from_str(&workshop.text("order")).unwrap();
    let wanted = json!({
        "format": 1, "brand": "acme", "cycle": 2, "stage": "support", "action": "post",
        "attempt": 3, "key": order.key,
    });
    assert_eq!(given, wanted);
    assert_eq!(Path::new(workshop.text("folder").trim()), workshop.path("").as_path());
    let seen = workshop.text("seen");
    let of_the_shell = ["PWD", "OLDPWD", "SHLVL", "_"];
    let names = seen.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name);
    let names: BTreeSet<&str> = names.filter(|name| !of_the_shell.contains(name)).collect();
    let wanted =
        ["FIVESTEP_ATTEMPT", "FIVESTEP_BRAND", "FIVESTEP_KEY", "HOME", "LANG", "PATH", "TOKEN"];
    assert_eq!(names, BTreeSet::from(wanted), "{seen}");
    assert!(seen.contains(&format!("FIVESTEP_KEY={}\n", order.key)), "{seen}");
    assert!(seen.contains("FIVESTEP_ATTEMPT=3\n"), "{seen}");
}

#[test]
fn a_variable_that_is_promised_and_not_set_is_named() {
    let workshop = Workshop::new();
    let order = order(command(&["touch", "ran"], &["TOKEN"]));
    let fault = perform(&order, &workshop.tools(), &Stop::default()).unwrap_err();
    assert_eq!(fault.message, "the environment variable `TOKEN` is not set");
    assert!(fault.permanent && !workshop.path("ran").exists());
}

#[test]
fn a_schedules_action_has_no_stage() {
    let workshop = Workshop::new();
    let order = Order { stage: None, ..patient("cat > order") };
    perform(&order, &workshop.tools(), &Stop::default()).unwrap();
    let given: Value = serde_json::from_str(&workshop.text("order")).unwrap();
    assert_eq!(given["stage"], Value::Null);
}

#[test]
fn too_much_output_ends_a_program_and_its_complaints_do_not() {
    let workshop = Workshop::new();
    // (why this row exists, the script, the answer or what the permanent fault says)
    let table = [
        ("100 MB of output", "head -c 100000000 /dev/zero", Err("more than 65536 bytes")),
        ("output for ever", "yes", Err("more than 65536 bytes")),
        ("exactly the limit", "printf %-65536s {}", Ok(json!({}))),
        ("one byte more", "printf %-65537s {}", Err("more than 65536 bytes")),
        ("100 MB of complaints", "head -c 100000000 /dev/zero >&2; echo {}", Ok(json!({}))),
    ];
    for (why, script, wanted) in table {
        match (perform(&patient(script), &workshop.tools(), &Stop::default()), wanted) {
            (Ok(answer), Ok(wanted)) => assert_eq!(answer, wanted, "{why}"),
            (Err(fault), Err(says)) => {
                assert!(fault.permanent && fault.message.contains(says), "{why}: {fault:?}");
            }
            (found, wanted) => panic!("{why}: {found:?} instead of {wanted:?}"),
        }
    }
}

#[test]
fn a_program_whose_time_is_up_is_ended_with_all_its_children() {
    let deaf = "trap '' TERM; sh -c 'echo $$ > child; while :; do sleep 1; done' & ";
    // (why this row exists, the script)
    let table = [
        ("it sleeps", "echo $$ > child; echo $$ > leader; exec sleep 3600".to_owned()),
        ("it is deaf to SIGTERM", format!("{deaf} echo $$ > leader; while :; do sleep 1; done")),
        ("it goes, its deaf child stays", format!("{deaf} trap - TERM; echo $$ > leader; wait")),
    ];
    for (why, script) in table {
        let workshop = Workshop::new();
        let fault = workshop.sh(&script).expect_err(why);
        assert!(!fault.permanent, "{why}: {fault:?}");
        assert_eq!(fault.message, "`sh` did not end within 1 s and was ended", "{why}");
        let (leader, child) = (workshop.process("leader"), workshop.process("child"));
        assert_eq!(leader.state(), None, "{why}: a zombie is left");
        wait_until(why, || !child.is_running());
    }
}

#[test]
fn a_program_that_is_asked_to_end_may_clean_up() {
    let workshop = Workshop::new();
    let script = "trap 'echo so > cleaned; exit 0' TERM; echo {}; while :; do sleep 0.05; done";
    let fault = workshop.sh(script).unwrap_err();
    assert!(fault.message.contains("did not end within 1 s"), "an exit code then is no success");
    assert_eq!(workshop.text("cleaned"), "so\n");
}

#[test]
fn a_child_that_holds_the_output_open_holds_nobody_up() {
    // (why this row exists, the script, is the child ended?)
    let table = [
        ("in the group", "sh -c 'echo $$ > child; exec sleep 3600' & ", true),
        (
            "out of it",
            "setsid sh -c 'echo $$ > child; while [ -e order ]; do sleep 0.05; done' & ",
            false,
        ),
    ];
    for (why, child, is_ended) in table {
        let workshop = Workshop::new();
        fs::write(workshop.path("order"), "").unwrap();
        let script = format!("{child} while [ ! -s child ]; do sleep 0.01; done; echo '{{}}'");
        let answer = perform(&patient(&script), &workshop.tools(), &Stop::default());
        assert_eq!(answer, Ok(json!({})), "{why}");
        let child = workshop.process("child");
        if is_ended {
            wait_until(why, || !child.is_running());
        } else {
            assert!(child.is_running(), "{why}: who leaves on purpose is not followed");
            fs::remove_file(workshop.path("order")).unwrap();
            wait_until(why, || !child.is_running());
        }
    }
}

#[test]
fn a_stop_ends_what_runs_and_begins_nothing() {
    let workshop = Workshop::new();
    let (tools, stop) = (workshop.tools(), Stop::default());
    let mut order = patient("echo $$ > leader; exec sleep 3600");
    order.job.timeout_seconds = 3_600;
    let fault = thread::scope(|scope| {
        let running = scope.spawn(|| perform(&order, &tools, &stop));
        let leader = workshop.process("leader");
        stop.set();
        let fault = running.join().unwrap().unwrap_err();
        assert_eq!(leader.state(), None);
        fault
    });
    assert!(!fault.permanent && fault.message.contains("fivestep is stopping"), "{fault:?}");

    let fault = perform(&patient("touch begun"), &tools, &stop).unwrap_err();
    assert!(!fault.permanent && fault.message.contains("was not begun"), "{fault:?}");
    assert!(!workshop.path("begun").exists());
}

#[test]
fn many_programs_run_side_by_side() {
    let workshop = Workshop::new();
    let tools = workshop.tools();
    // Each waits until all are there: one after the other they would wait for ever.
    let script = "touch here-$FIVESTEP_ATTEMPT; \
                  until [ $(ls | grep -c here-) = 12 ]; do sleep 0.02; done; \
                  echo \"{ \\\"n\\\": $FIVESTEP_ATTEMPT }\"";
    let answers: Vec<Value> = thread::scope(|scope| {
        let run = |attempt| {
            let order = Order { attempt, ..patient(script) };
            let tools = &tools;
            scope.spawn(move || perform(&order, tools, &Stop::default()))
        };
        let running: Vec<_> = (0..12).map(run).collect();
        running.into_iter().map(|running| running.join().unwrap().unwrap()).collect()
    });
    assert_eq!(answers, (0..12).map(|n| json!({ "n": n })).collect::<Vec<_>>());
}

#[test]
fn no_value_of_the_environment_is_repeated() {
    // The last 4096 bytes of this begin inside the token.
    let cut = "echo $TOKEN >&2; head -c 4085 /dev/zero | tr '\\0' x >&2; echo >&2";
    // (why this row exists, the script, the answer or a fault)
    let table = [
        (
            "in an answer",
            r#"echo "{ \"$TOKEN\": [\"is $TOKEN\"] }""#,
            Ok(json!({ "***": ["is ***"] })),
        ),
        ("in what is no JSON", "echo $TOKEN", Err(())),
        ("in half a JSON", r#"echo "{ \"a\": \"$TOKEN""#, Err(())),
        ("in complaints", "echo \"$TOKEN is wrong\" >&2; exit 1", Err(())),
        ("in a complaint that is cut", cut, Ok(json!({}))),
        ("in an exit", "exit 78", Err(())),
    ];
    for (why, script, wanted) in table {
        let workshop = Workshop::new();
        let tools = workshop.tools_with(Environment::of([PATH, ("TOKEN", "s3cret-token")]));
        let mut order = order(command(&["sh", "-c", script], &["TOKEN"]));
        order.job.timeout_seconds = 60;
        let log = Log::default();
        let answer = log.of(|| perform(&order, &tools, &Stop::default()));
        assert_eq!(answer.clone().map_err(drop), wanted, "{why}");
        let told = format!("{answer:?} {order:?} {tools:?} {}", log.text());
        // Neither the whole nor an end of it.
        assert!(!told.contains("s3cret") && !told.contains("-token"), "{why}: {told}");
        assert!(log.text().contains("brand=acme"), "{why}: the log is read at all");
    }
}

#[test]
fn complaints_are_logged_for_those_who_ask() {
    let workshop = Workshop::new();
    let log = Log::default();
    let script = "seq 1 5000 | sed 's/^/line /' >&2; exit 1";
    log.of(|| perform(&patient(script), &workshop.tools(), &Stop::default())).unwrap_err();
    let text = log.text();
    assert!(text.contains("line 5000") && text.contains("line 4981"), "{text}");
    assert!(!text.contains("line 4980"), "{text}");
}

/// What was logged, down to debug.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn of<R>(&self, work: impl FnOnce() -> R) -> R {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || log.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, work)
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn notice(text: &str) -> Notice {
    Notice {
        key: Digest::of(text.as_bytes()),
        brand: BrandId::new("acme").unwrap(),
        kind: NoticeKind::Reminder,
        to: "role:lead".to_owned(),
        text: text.to_owned(),
        at: "2026-03-30T10:00:00Z".parse().unwrap(),
    }
}

#[test]
fn a_notice_is_a_line_of_a_file() {
    let workshop = Workshop::new();
    let work = Work::Notify { to: "rita".to_owned(), text: "Say \"hello\"\nsoon.".to_owned() };
    let order = order(work);
    assert_eq!(perform(&order, &workshop.tools(), &Stop::default()), Ok(json!({})));
    workshop.tools().tell(&notice("Sign the charter.")).unwrap();

    let text = workshop.text(".fivestep/notices.jsonl");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let wanted = json!({
        "format": 1, "kind": "notify", "to": "rita", "text": "Say \"hello\"\nsoon.",
        "brand": "acme", "at": "2026-03-30T10:00:00Z", "key": order.key,
    });
    assert_eq!(lines[0], wanted);
    assert_eq!((&lines[1]["kind"], &lines[1]["to"]), (&json!("reminder"), &json!("role:lead")));
    assert_eq!(lines.len(), 2);
}

#[test]
fn notices_that_come_together_stay_whole_lines() {
    let workshop = Workshop::new();
    thread::scope(|scope| {
        for number in 0..8 {
            let tools = workshop.tools();
            scope.spawn(move || {
                for nth in 0..10 {
                    let text = format!("{number}/{nth} {}", "x".repeat(10_000));
                    tools.tell(&notice(&text)).unwrap();
                }
            });
        }
    });
    let text = workshop.text(".fivestep/notices.jsonl");
    let keys: BTreeSet<String> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["key"].to_string())
        .collect();
    assert_eq!((text.lines().count(), keys.len()), (80, 80));
}

#[test]
fn a_notice_is_handed_to_the_program_of_the_operator() {
    let workshop = Workshop::new();
    // (why this row exists, the program, what the fault says and whether it is permanent)
    let table = [
        ("it takes it", "cat > taken; env > seen; echo thank you", None),
        ("it never reads", "exit 0", None),
        ("later", "exit 75", Some(("`FIVESTEP_NOTIFY` ended with exit code 75", false))),
        ("never", "exit 64", Some(("`FIVESTEP_NOTIFY` ended with exit code 64", true))),
    ];
    // More than a pipe holds, so that a program that does not read breaks it.
    let notice = notice(&"x".repeat(1_000_000));
    for (why, script, wanted) in table {
        let path = workshop.executable("deliver", &format!("#!/bin/sh\n{script}\n"));
        let environment = Environment::of([
            PATH,
            ("FIVESTEP_NOTIFY", path.to_str().unwrap()),
            ("FIVESTEP_NOTIFY_ENV", "TOKEN"),
            ("TOKEN", "s3cret-token"),
        ]);
        let tools = workshop.tools_with(environment);
        let fault = tools.tell(&notice).err();
        let found = fault.as_ref().map(|fault| (fault.message.as_str(), fault.permanent));
        assert_eq!(found, wanted, "{why}");
    }
    let taken: Value = serde_json::from_str(&workshop.text("taken")).unwrap();
    assert_eq!((&taken["format"], &taken["key"]), (&json!(1), &json!(notice.key)));
    assert!(workshop.text("seen").contains("TOKEN=s3cret-token\n"));
    assert!(!workshop.path(".fivestep/notices.jsonl").exists());
}

#[test]
fn a_notice_that_cannot_be_delivered_is_a_fault_without_the_path() {
    let workshop = Workshop::new();
    let environment = Environment::of([("FIVESTEP_NOTIFY", "/no/such/s3cret-program")]);
    let fault = workshop.tools_with(environment).tell(&notice("Hello.")).unwrap_err();
    assert!(fault.permanent && fault.message.starts_with("`FIVESTEP_NOTIFY` cannot be started"));
    assert!(!fault.message.contains("s3cret"), "{fault:?}");

    fs::create_dir(workshop.path(".fivestep/notices.jsonl")).unwrap();
    let fault = workshop.tools().tell(&notice("Hello.")).unwrap_err();
    assert!(!fault.permanent && fault.message.contains("notices.jsonl"), "{fault:?}");
}

#[test]
fn the_runners_own_work_is_refused() {
    for work in [Work::Pull, Work::Measure, Work::Audit, Work::Inbox, Work::Evaluate] {
        let fault = perform(&order(work), &Workshop::new().tools(), &Stop::default()).unwrap_err();
        assert!(fault.permanent, "{fault:?}");
    }
}

#[cfg(not(feature = "http"))]
#[test]
fn a_webhook_without_the_feature_says_how_to_get_it() {
    let work = Work::Http { url: "https://example.org/".to_owned(), token_env: None };
    let fault = perform(&order(work), &Workshop::new().tools(), &Stop::default()).unwrap_err();
    assert!(fault.permanent && fault.message.contains("--features http"), "{fault:?}");
}

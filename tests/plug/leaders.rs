//! Two servers, and the one that leads falls asleep for longer than its lease.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use crate::{
    common::TestEnv,
    sound::{assert_sound, busy},
};

fn serve(env: &TestEnv) -> (Child, Receiver<String>) {
    let mut server = env
        .command()
        .env_remove("FIVESTEP_NOW")
        .args(["serve", "--lease", "2s"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (send, lines) = channel();
    let said = BufReader::new(server.stderr.take().unwrap());
    thread::spawn(move || said.lines().map_while(Result::ok).all(|line| send.send(line).is_ok()));
    (server, lines)
}

/// Waits until a server says something.
fn hear(lines: &Receiver<String>, wanted: &str) {
    let mut said = Vec::new();
    while let Ok(line) = lines.recv_timeout(Duration::from_secs(120)) {
        if line.contains(wanted) {
            return;
        }
        said.push(line);
    }
    panic!("nobody said `{wanted}`, but {said:#?}");
}

fn signal(server: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &server.id().to_string()]).status().unwrap();
    assert!(sent.success(), "kill {name}");
}

/// Stops a server in its tracks, but not in the middle of a write: SQLite's lock would hold up
/// everybody until it goes on.
fn fall_asleep(env: &TestEnv, server: &Child) {
    loop {
        signal(server, "-STOP");
        let store = rusqlite::Connection::open(env.path(".fivestep/state.db")).unwrap();
        store.busy_timeout(Duration::from_millis(200)).unwrap();
        if store.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_ok() {
            return;
        }
        signal(server, "-CONT");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_leader_that_slept_past_its_lease_changes_nothing() {
    let env = busy(8);
    let (mut first, first_says) = serve(&env);
    hear(&first_says, "leads under number 1");
    hear(&first_says, "entered");
    fall_asleep(&env, &first);
    let (mut second, second_says) = serve(&env);
    hear(&second_says, "waiting until it stops");
    hear(&second_says, "leads under number 2");
    hear(&second_says, "entered");
    signal(&first, "-CONT");
    // It wakes up, finds each of its commits refused, and waits like any other.
    hear(&first_says, "waiting until it stops");
    hear(&second_says, "entered");
    signal(&second, "-TERM");
    assert!(second.wait().unwrap().success(), "a stop is graceful");
    hear(&first_says, "leads under number 3");
    signal(&first, "-TERM");
    assert!(first.wait().unwrap().success(), "a stop is graceful");
    let found = assert_sound(&env, 8);
    assert!(found.began > 0 && found.fired > 0, "both had work to do: {found:?}");
}

//! Damaged and foreign databases.

use std::{process::Stdio, time::Duration};

use rusqlite::Connection;

use crate::{
    assert_refused,
    common::{TestEnv, started},
};

const STATE: &str = ".fivestep/state.db";
const EVIDENCE: &str = ".fivestep/evidence/acme.db";

/// Verbs that read the store of runs, each in its own way.
const OF_STATE: [&str; 9] = [
    "fivestep status",
    "fivestep why acme",
    "fivestep tasks",
    "fivestep history acme",
    "fivestep advance acme",
    "fivestep advance --all",
    "fivestep done acme sign_charter --set agreed=true",
    "fivestep pause acme",
    "fivestep import acme",
];

/// Verbs that read or write the evidence of a brand.
const OF_EVIDENCE: [&str; 6] = [
    "fivestep import acme",
    "fivestep receipts acme",
    "fivestep refine acme",
    "fivestep review acme",
    "fivestep inbox acme",
    "fivestep show acme --window-end 2026-03-20",
];

fn sql(env: &TestEnv, file: &str, batch: &str) {
    let connection = Connection::open(env.path(file)).unwrap();
    connection.execute_batch(batch).unwrap();
}

/// What spoils a database file.
type Spoil = fn(&TestEnv, &str);

/// Ways to spoil a database file, each with a word of the messages that the two kinds deserve.
fn spoiled() -> Vec<(&'static str, Spoil, [&'static str; 2])> {
    vec![
        (
            "text",
            |env, file| {
                env.write(file, "hello\n".repeat(500));
            },
            ["cannot be used", "not an evidence file"],
        ),
        (
            "zeros",
            |env, file| {
                env.write(file, vec![0; 8192]);
            },
            ["", ""],
        ),
        (
            "cut off",
            |env, file| {
                let bytes = std::fs::read(env.path(file)).unwrap();
                env.write(file, &bytes[..5000]);
            },
            ["", ""],
        ),
        (
            "overwritten in the middle",
            |env, file| {
                let mut bytes = std::fs::read(env.path(file)).unwrap();
                bytes[4096..].fill(0xa5);
                env.write(file, bytes);
            },
            ["", ""],
        ),
        (
            "another program's",
            |env, file| {
                std::fs::remove_file(env.path(file)).unwrap();
                sql(
                    env,
                    file,
                    "CREATE TABLE cookies (name TEXT); INSERT INTO cookies VALUES ('a')",
                );
            },
            ["not a fivestep state file", "not an evidence file"],
        ),
        (
            "marked as another program's",
            |env, file| sql(env, file, "PRAGMA application_id = 252006674"),
            ["not a fivestep state file", "not an evidence file"],
        ),
        (
            "from a newer fivestep",
            |env, file| sql(env, file, "PRAGMA user_version = 99"),
            ["has version 99", "has version 99"],
        ),
    ]
}

#[test]
fn a_spoiled_state_file_is_refused_and_left_as_it_is() {
    for (why, spoil, [message, _]) in spoiled() {
        let env = started();
        spoil(&env, STATE);
        for line in OF_STATE {
            assert_refused(why, &env, line, 1, "state.db");
            assert!(env.line(line).stderr.contains(message), "{why}, {line}");
        }
        assert_eq!(env.line("fivestep check").code, 0, "{why}: files can be checked all the same");
    }
}

#[test]
fn spoiled_evidence_is_refused_and_left_as_it_is() {
    for (why, spoil, [_, message]) in spoiled() {
        let env = started();
        spoil(&env, EVIDENCE);
        for line in OF_EVIDENCE {
            assert_refused(why, &env, line, 1, "acme.db");
            assert!(env.line(line).stderr.contains(message), "{why}, {line}");
        }
        assert_eq!(env.line("fivestep status").code, 0, "{why}: where brands stand is elsewhere");
    }
}

#[test]
fn a_damaged_row_is_named_and_harms_no_other() {
    // (what is spoiled, the verbs that meet it, what they name)
    let table: [(&str, &[&str], &str); 4] = [
        (
            "UPDATE brand SET checkpoint = '{' WHERE brand = 'acme'",
            &["fivestep why acme", "fivestep advance acme", "fivestep pause acme"],
            "the checkpoint of `acme`",
        ),
        (
            "UPDATE brand SET checkpoint = '{}' WHERE brand = 'acme'",
            &["fivestep why acme", "fivestep tasks"],
            "checkpoint",
        ),
        (
            "UPDATE journal SET entry = 'null' WHERE brand = 'acme'",
            &["fivestep history acme"],
            "the journal of `acme`",
        ),
        (
            "DELETE FROM definition",
            &["fivestep why acme", "fivestep advance acme", "fivestep tasks"],
            "which the state file does not hold",
        ),
    ];
    for (spoil, lines, place) in table {
        let env = started();
        sql(&env, STATE, spoil);
        for line in lines {
            assert_refused(spoil, &env, line, 1, place);
        }
        assert_eq!(env.line("fivestep status").code, 0, "{spoil}");
    }
}

#[test]
fn a_definition_that_was_lost_is_adopted_as_the_hint_says() {
    let env = started();
    sql(&env, STATE, "DELETE FROM definition");
    let said = env.line("fivestep why acme").stderr;
    assert!(said.contains("`fivestep adopt acme`"), "{said}");
    env.replace("workflows/engagement.yaml", "version: 1.0.0", "version: 1.0.1");
    env.ok(["adopt", "acme"]);
    env.ok(["why", "acme"]);
}

#[test]
fn a_folder_in_the_place_of_evidence_is_refused() {
    let env = started();
    std::fs::remove_file(env.path(EVIDENCE)).unwrap();
    std::fs::create_dir(env.path(EVIDENCE)).unwrap();
    for line in OF_EVIDENCE {
        assert_refused("a folder in its place", &env, line, 1, "acme.db");
    }
}

#[test]
fn a_fleet_goes_on_past_a_brand_whose_row_is_damaged() {
    let env = crate::common::ring(3);
    sql(&env, STATE, "UPDATE brand SET checkpoint = '{' WHERE brand = 'ring-1'");
    let answer = env.line("fivestep advance --all");
    assert_eq!(answer.code, 1, "{}", answer.text());
    assert!(answer.stderr.contains("the checkpoint of `ring-1`"), "{}", answer.text());
    for brand in ["ring-0", "ring-2"] {
        assert!(answer.stdout.contains(&format!("{brand}  define > target")), "{}", answer.text());
    }
}

/// Three brands whose stage has come to its limit.
fn three_are_due() -> TestEnv {
    let mut env = crate::common::ring(3);
    let limit = "    limit: { after: 1h, to: target }\n    next: target";
    env.replace("workflows/ring.yaml", "    next: target", limit);
    env.ok(["migrate", "ring", "--apply"]);
    env.set_now("2026-03-30T12:00:00Z");
    env
}

#[test]
fn what_is_damaged_of_one_brand_stops_no_other_brands_timers() {
    // (what is spoiled, what is said of it, who moves all the same)
    let table: [(&str, &str, &[&str]); 5] = [
        (
            "UPDATE brand SET checkpoint = '{' WHERE brand = 'ring-1'",
            "the checkpoint of `ring-1`",
            &["ring-0", "ring-2"],
        ),
        (
            "UPDATE brand SET checkpoint = CAST(x'ff' AS TEXT) WHERE brand = 'ring-1'",
            "the checkpoint of `ring-1`",
            &["ring-0", "ring-2"],
        ),
        (
            "UPDATE observed SET observations = '{' WHERE brand = 'ring-1'",
            "the measurements of `ring-1`",
            &["ring-0", "ring-2"],
        ),
        (
            "UPDATE brand SET checkpoint = '{', status = 'gold' WHERE brand = 'ring-1'",
            "the checkpoint of `ring-1`",
            &["ring-0", "ring-2"],
        ),
        (
            "INSERT INTO notice VALUES ('k', 'ring-1', '2026-03-30T10:00:00.000Z', '{', NULL)",
            "a notice of `ring-1`",
            &["ring-0", "ring-1", "ring-2"],
        ),
    ];
    for (spoil, said, movers) in table {
        let ticked = three_are_due();
        sql(&ticked, STATE, spoil);
        let tick = ticked.line("fivestep tick");
        assert_eq!(tick.code, 1, "{spoil}: {}", tick.text());

        let served = three_are_due();
        sql(&served, STATE, spoil);
        let serve = served.line("fivestep serve --for 1s");
        assert_eq!(serve.code, 0, "{spoil}: {}", serve.text());

        for (env, answer) in [(&ticked, tick), (&served, serve)] {
            let times = answer.stderr.matches(said).count();
            assert_eq!(times, 1, "{spoil}: told once\n{}", answer.text());
            let moved = env.line("fivestep list --where 'stage = target' -o ids").stdout;
            assert_eq!(moved.lines().collect::<Vec<_>>(), movers, "{spoil}");
        }
    }
}

#[test]
fn an_answer_to_a_damaged_brand_keeps_no_other_answer_from_the_journal() {
    let env = three_are_due();
    let nap = "#!/bin/sh\n: > \"asleep-$FIVESTEP_BRAND\"\n\
               while [ ! -e wake ]; do sleep 0.05; done\necho '{}'\n";
    env.write("nap.sh", nap);
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(env.path("nap.sh"), executable).unwrap();
    let nap = "    title: Target\n    entry: [ { id: nap, run: command, argv: [./nap.sh] } ]";
    env.replace("workflows/ring.yaml", "    title: Target", nap);
    env.ok(["migrate", "ring", "--apply"]);
    let mut tick = env.command();
    tick.args(["tick"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let tick = tick.spawn().unwrap();
    let asleep = |number| env.path(&format!("asleep-ring-{number}")).exists();
    for _ in 0..500 {
        if (0..3).all(asleep) {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    sql(&env, STATE, "UPDATE brand SET checkpoint = '{' WHERE brand = 'ring-1'");
    env.write("wake", "");
    let answer = tick.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&answer.stderr);
    assert_eq!(answer.status.code(), Some(1), "{said}");
    assert_eq!(said.matches("the checkpoint of `ring-1`").count(), 1, "told once\n{said}");
    for brand in ["ring-0", "ring-2"] {
        let journal = env.ok(["history", brand]).stdout;
        assert!(journal.contains("action nap succeeded"), "{journal}");
    }
}

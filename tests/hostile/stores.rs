//! Damaged and foreign databases.

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
const OF_EVIDENCE: [&str; 3] = [
    "fivestep import acme",
    "fivestep show acme --receipts",
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

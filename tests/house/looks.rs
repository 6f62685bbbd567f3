//! `doctor` sees what is wrong, names it, and mends what follows from what is right.

use std::fs;

use rusqlite::Connection;

use super::{TestEnv, common::started, store};

fn raw(env: &TestEnv) -> Connection {
    Connection::open(env.path(".fivestep/state.db")).unwrap()
}

#[test]
fn a_sound_workspace_is_fine_and_stays_as_it_is() {
    let env = started();
    let before = env.contents();
    let answer = env.line("fivestep doctor");
    assert_eq!(answer.code, 0, "{}", answer.text());
    assert_eq!(env.contents(), before, "a look writes nothing");
    let report = env.ok(["doctor", "-o", "json"]).json();
    assert!(report["checks"].as_array().unwrap().len() >= 9, "{report}");
}

#[test]
fn what_is_wrong_is_named_and_mended_where_it_can_be() {
    // (what was done to the store, the check, words of the finding, can it be mended?)
    let table = [
        ("DELETE FROM journal WHERE revision = 1", "journals", "commit 1 is missing", false),
        (
            "UPDATE brand SET checkpoint = replace(checkpoint, '\"number\":1', '\"number\":2')",
            "journals",
            "its journal leads to acme@1.define.1, its checkpoint is acme@2.define.1",
            false,
        ),
        ("UPDATE brand SET checkpoint = '{'", "journals", "the checkpoint of `acme`", false),
        ("UPDATE brand SET status = 'gold'", "columns", "its line does not say", false),
        ("UPDATE brand SET generation = 7", "columns", "its line does not say", false),
        ("DELETE FROM definition", "definitions", "is not there", false),
        ("UPDATE definition SET text = 'x'", "definitions", "was changed", false),
        (
            "INSERT INTO timer VALUES ('acme', '2026-04-01T00:00:00.000Z', 'limit', 'x', 1)",
            "timers",
            "follow from its checkpoint",
            true,
        ),
        (
            "INSERT INTO timer VALUES ('gone', '2026-04-01T00:00:00.000Z', 'limit', 'x', 1)",
            "orphans",
            "gone: 1 in `timer`",
            true,
        ),
        ("INSERT INTO evidence VALUES ('gone', 3)", "orphans", "gone: 1 in `evidence`", true),
        (
            "INSERT INTO journal VALUES ('gone', 1, '{}', 1)",
            "orphans",
            "gone: 1 in `journal`",
            false,
        ),
        ("DELETE FROM evidence", "evidence", "import 1 is not noted", true),
        ("UPDATE evidence SET revision = 9", "evidence", "import 9 is noted", true),
        (
            "INSERT INTO notice VALUES ('k', 'acme', '2026-03-01T00:00:00.000Z', '{}', NULL)",
            "notices",
            "1 wait to be delivered",
            false,
        ),
        (
            "INSERT INTO lease VALUES ('serve', 'one', 4, '2027-03-01T00:00:00.000Z')",
            "clock",
            "the clock was ahead when one took the lead",
            false,
        ),
    ];
    for (deed, check, words, mends) in table {
        let env = started();
        raw(&env).execute(deed, []).unwrap();
        let answer = env.line("fivestep doctor");
        assert_eq!(answer.code, 1, "{deed}: {}", answer.text());
        let found = answer.stdout.replace("\n    ", " ");
        let line = found.lines().find(|line| line.trim_start().starts_with(check)).expect(check);
        assert!(!line.ends_with("ok"), "{deed}: {found}");
        let flat: String = found.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{deed}: {found}");
        env.line("fivestep doctor --fix");
        let again = env.line("fivestep doctor");
        assert_eq!(again.code == 0, mends, "{deed}: {}", again.text());
    }
}

#[test]
fn a_clock_that_was_ahead_is_seen() {
    let env = started().at("2026-03-29T10:00:00Z");
    let answer = env.line("fivestep doctor");
    assert_eq!(answer.code, 1, "{}", answer.text());
    assert!(answer.stdout.contains("the clock was ahead when commit 1 was written"));
}

#[test]
fn one_bad_file_never_stops_the_rest() {
    let env = started();
    env.write(".fivestep/evidence/acme.db", "this is no database, but it is long enough");
    env.write(".fivestep/evidence/other.db", "nor is this");
    let said = env.line("fivestep doctor").text();
    for words in ["acme: `", "other: a file of a brand that is not there", "journals"] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn an_older_state_file_is_told_of_and_not_brought_up() {
    let env = started();
    // As the first version made it.
    let first = "DROP TABLE timer; DROP TABLE notice; DROP TABLE lease; DROP TABLE snapshot;
                 DROP TABLE sweep; DROP TABLE house;
                 ALTER TABLE brand DROP COLUMN generation;
                 ALTER TABLE journal DROP COLUMN generation;
                 ALTER TABLE definition DROP COLUMN unused_since; PRAGMA user_version = 1";
    raw(&env).execute_batch(first).unwrap();
    let answer = env.line("fivestep doctor");
    assert_eq!(answer.code, 1, "{}", answer.text());
    assert!(answer.stdout.contains("it is 1; any other command"), "{}", answer.text());
    let version: i64 =
        raw(&env).pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
    env.ok(["status"]);
    env.ok(["doctor"]);
}

#[test]
fn an_imported_fact_counts_after_an_older_file_was_put_back() {
    let env = started();
    let mut state = store(&env);
    let acme = fivestep::model::BrandId::new("acme").unwrap();
    state.note_evidence(&acme, 9).unwrap();
    env.line("fivestep doctor --fix");
    assert_eq!(state.evidence_revision(&acme).unwrap(), 10);
    let path = env.path(".fivestep/evidence/acme.db");
    let file = fivestep::store::evidence::EvidenceStore::open(&path).unwrap();
    assert_eq!(file.revision().unwrap(), 10);
}

#[test]
fn orphaned_evidence_is_listed_and_removed_when_asked() {
    let env = started();
    let orphan = env.path(".fivestep/evidence/gone.db");
    fs::copy(env.path(".fivestep/evidence/acme.db"), &orphan).unwrap();
    let said = env.ok(["gc"]).stdout;
    assert!(said.contains("evidence of gone") && orphan.exists(), "{said}");
    env.ok(["gc", "--orphans", "--dry-run"]);
    assert!(orphan.exists(), "a dry run removes nothing");
    env.ok(["gc", "--orphans"]);
    assert!(!orphan.exists());
    assert!(env.path(".fivestep/evidence/acme.db").exists());
}

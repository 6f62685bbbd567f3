//! `tasks`, `done`, `reopen` and `waive`: what people do.

use insta::assert_snapshot;

use crate::common::{TestEnv, demo, started};

#[test]
fn tasks_are_listed_by_owner_and_lateness() {
    let mut env = started();
    let lines = "
        fivestep tasks
        fivestep tasks acme -o ids
        fivestep tasks --owner role:lead
        fivestep tasks --owner role:nobody
        fivestep tasks --overdue
        fivestep tasks nobody";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep tasks
     BRAND  TASK          OWNER      STATE  DUE     TITLE
     acme   sign_charter  role:lead  open   in 3 d  Sign the charter
    [exit 0]

    $ fivestep tasks acme -o ids
    acme
    [exit 0]

    $ fivestep tasks --owner role:lead
     BRAND  TASK          OWNER      STATE  DUE     TITLE
     acme   sign_charter  role:lead  open   in 3 d  Sign the charter
    [exit 0]

    $ fivestep tasks --owner role:nobody
    No task is like that. `fivestep tasks` shows all that are open.
    [exit 0]

    $ fivestep tasks --overdue
    No task is like that. `fivestep tasks` shows all that are open.
    [exit 0]

    $ fivestep tasks nobody
    error: there is no brand `nobody`
    hint: there is `acme`
    [exit 4]
    ");
    env.set_now("2026-04-03T12:00:00Z");
    assert_snapshot!(env.terminal("fivestep tasks --overdue"), @r"
    $ fivestep tasks --overdue
     BRAND  TASK          OWNER      STATE  DUE                 TITLE
     acme   sign_charter  role:lead  open   overdue by 1 d 2 h  Sign the charter
    [exit 0]
    ");
    assert_snapshot!(TestEnv::new().terminal("fivestep tasks"), @r"
    $ fivestep tasks
    No task is open.
    [exit 0]
    ");
}

#[test]
fn a_task_is_done_when_its_form_is_filled_in() {
    let env = started();
    let lines = "
        fivestep done acme sign_charter
        fivestep done acme sign_charter --set agreed=no --set signed=yes
        fivestep done acme sign_charter --set agreed
        fivestep done acme sign_charter --set agreed=true --set agreed=true
        fivestep done acme sign_charter --input '[true]'
        fivestep done acme sign_chart --set agreed=true
        fivestep done acme 'Sign it'
        fivestep done acme sign_charter --set agreed=true --reason 'read aloud' --dry-run
        fivestep done acme sign_charter --set agreed=true --reason 'read aloud'
        fivestep done acme sign_charter --set agreed=true
        fivestep tasks acme --done";
    assert_snapshot!(env.terminal(lines), @r#"
    $ fivestep done acme sign_charter
    error: acme: the form of task `sign_charter` is not filled in as it asks: `agreed` is missing: true
    hint: fill it in with `fivestep done acme sign_charter --set FIELD=VALUE`, once a field
    [exit 2]

    $ fivestep done acme sign_charter --set agreed=no --set signed=yes
    error: acme: the form of task `sign_charter` is not filled in as it asks: `agreed` is "no", but it must be true; the form has no field `signed`; it has `agreed`, `note`
    hint: fill it in with `fivestep done acme sign_charter --set FIELD=VALUE`, once a field
    [exit 2]

    $ fivestep done acme sign_charter --set agreed
    error: `--set agreed` has no `=`
    hint: write `--set FIELD=VALUE`, once a field
    [exit 2]

    $ fivestep done acme sign_charter --set agreed=true --set agreed=true
    error: the field `agreed` is set twice
    hint: set each field once
    [exit 2]

    $ fivestep done acme sign_charter --input '[true]'
    error: `--input` is not a JSON object: invalid type: sequence, expected a map at line 1 column 0
    hint: write it as '{"agreed": true}'
    [exit 2]

    $ fivestep done acme sign_chart --set agreed=true
    error: acme: stage `define` has no task `sign_chart`
    hint: its tasks are `sign_charter`
    [exit 4]

    $ fivestep done acme 'Sign it'
    error: `Sign it` is not a task name: use 1 to 64 of a-z, 0-9, `-` and `_`, beginning with a letter or digit
    hint: see the names with `fivestep tasks`
    [exit 2]

    $ fivestep done acme sign_charter --set agreed=true --reason 'read aloud' --dry-run
    acme  acme@1.define.2
      would: task sign_charter done
    [exit 0]

    $ fivestep done acme sign_charter --set agreed=true --reason 'read aloud'
    acme  acme@1.define.2
      task sign_charter done
    [exit 0]

    $ fivestep done acme sign_charter --set agreed=true
    blocked: acme: task `sign_charter` is done already
    hint: see where it stands with `fivestep why acme`
    [exit 10]

    $ fivestep tasks acme --done
     BRAND  TASK          OWNER      STATE  DUE  TITLE
     acme   sign_charter  role:lead  done        Sign the charter
    [exit 0]
    "#);
}

#[test]
fn a_whole_form_can_be_given_as_json() {
    let env = started();
    let answer = env.fivestep(["done", "acme", "sign_charter", "--input", "{\"agreed\": true}"]);
    assert_snapshot!(answer.text(), @r"
    acme  acme@1.define.2
      task sign_charter done
    [exit 0]
    ");
}

#[test]
fn a_task_that_is_done_can_be_taken_up_again() {
    let env = started();
    let lines = "
        fivestep reopen acme sign_charter
        fivestep done acme sign_charter --set agreed=true
        fivestep reopen acme sign_charter --reason 'wrong version'
        fivestep tasks acme
        fivestep history acme --last 2";
    assert_snapshot!(env.terminal(lines), @r"
    $ fivestep reopen acme sign_charter
    blocked: acme: task `sign_charter` is open; only a task that is done can be reopened
    hint: see what its form asks with `fivestep why acme`
    [exit 10]

    $ fivestep done acme sign_charter --set agreed=true
    acme  acme@1.define.2
      task sign_charter done
    [exit 0]

    $ fivestep reopen acme sign_charter --reason 'wrong version'
    acme  acme@1.define.3
      task sign_charter reopened
    [exit 0]

    $ fivestep tasks acme
     BRAND  TASK          OWNER      STATE     DUE     TITLE
     acme   sign_charter  role:lead  reopened  in 3 d  Sign the charter
    [exit 0]

    $ fivestep history acme --last 2
     REV  WHEN (UTC)        WHO  WHAT
     2    2026-03-30 10:00  Ada  task sign_charter done
     3    2026-03-30 10:00  Ada  task sign_charter reopened (wrong version)
    [exit 0]
    ");
}

#[test]
fn a_waiver_needs_a_named_person_and_a_reason_and_something_unmeasurable() {
    let env = demo();
    let before = env.contents();
    let nobody = |args: &[&str]| {
        let output =
            env.command().env_remove("FIVESTEP_ACTOR").env("USER", "root").args(args).output();
        let output = output.unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        format!("{text}[exit {}]", output.status.code().unwrap())
    };
    assert_snapshot!(nobody(&["waive", "azzurro-radio", "answered", "--reason", "x"]), @"
    error: azzurro-radio: this needs the name of a person
    hint: say who you are with `--actor NAME`
    [exit 2]
    ");
    let lines = "
        fivestep waive azzurro-radio answered
        fivestep waive azzurro-radio answered --reason ' '
        fivestep waive azzurro-radio answred --reason x
        fivestep waive azzurro-radio quick --reason x
        fivestep waive verde-garden answered --reason x
        fivestep waive rosso-roasters answered --reason x";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep waive azzurro-radio answered
    error: azzurro-radio: this needs a reason
    hint: say why with `--reason TEXT`
    [exit 2]

    $ fivestep waive azzurro-radio answered --reason ' '
    error: azzurro-radio: this needs a reason
    hint: say why with `--reason TEXT`
    [exit 2]

    $ fivestep waive azzurro-radio answred --reason x
    error: azzurro-radio: the gate of stage `support` has no clause `answred`
    hint: its clauses are `answered`, `quick`, `open`
    [exit 4]

    $ fivestep waive azzurro-radio quick --reason x
    blocked: azzurro-radio: clause `quick` answers `pass`; only an `unmeasurable` clause can be waived
    hint: see how far it is from passing with `fivestep why azzurro-radio`
    [exit 10]

    $ fivestep waive verde-garden answered --reason x
    blocked: verde-garden: clause `answered` answers `insufficient`; only an `unmeasurable` clause can be waived
    hint: see how far it is from passing with `fivestep why verde-garden`
    [exit 10]

    $ fivestep waive rosso-roasters answered --reason x
    blocked: rosso-roasters: the brand's run ended as gold
    hint: see how with `fivestep history rosso-roasters`
    [exit 10]
    ");
    assert_eq!(env.contents(), before, "nothing was written");
}

#[test]
fn a_reminder_is_told_from_its_moment_on_until_the_task_is_done() {
    let mut env = TestEnv::new();
    env.replace(
        "workflows/engagement.yaml",
        "deadline: 3 business days\n",
        "deadline: 3 business days\n        remind: [1 business day]\n",
    );
    assert_eq!(env.fivestep(["start", "acme"]).code, 0);
    env.set_now("2026-04-01T09:59:59Z");
    assert_snapshot!(env.terminal("fivestep tasks --remind"), @"
    $ fivestep tasks --remind
    No task is like that. `fivestep tasks` shows all that are open.
    [exit 0]
    ");
    env.set_now("2026-04-01T10:00:00Z");
    assert_snapshot!(env.terminal("fivestep tasks --remind\nfivestep tasks"), @"
    $ fivestep tasks --remind
     BRAND  TASK          OWNER      STATE  DUE             TITLE
     acme   sign_charter  role:lead  open   in 1 d: remind  Sign the charter
    [exit 0]

    $ fivestep tasks
     BRAND  TASK          OWNER      STATE  DUE             TITLE
     acme   sign_charter  role:lead  open   in 1 d: remind  Sign the charter
    [exit 0]
    ");
    let done = env.line("fivestep done acme sign_charter --set agreed=true");
    assert_eq!(done.code, 0, "{}", done.text());
    assert_snapshot!(env.terminal("fivestep tasks --remind"), @"
    $ fivestep tasks --remind
    No task is like that. `fivestep tasks` shows all that are open.
    [exit 0]
    ");
}

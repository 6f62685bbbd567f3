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
     BRAND  TASK          OWNER      STATE        DUE  TITLE
     acme   sign_charter  role:lead  done by Ada       Sign the charter
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
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep reopen acme sign_charter
    blocked: acme: task `sign_charter` is open; only one that is done or rejected can be reopened
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
    hint: see how with `fivestep history rosso-roasters`; another run begins with `fivestep start rosso-roasters --again`
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

/// A workspace in which the charter of acme needs two persons and climbs a ladder, not started.
fn with_ladder() -> TestEnv {
    let env = TestEnv::new();
    env.replace(
        "workflows/engagement.yaml",
        "deadline: 3 business days\n",
        "deadline: 3 business days\n        remind: [1 business day]\n        \
         four_eyes: true\n        on_deadline:\n          \
         - { after: 1 business day, escalate_to: role:head }\n",
    );
    env
}

#[test]
fn a_second_person_confirms_what_the_first_did() {
    let env = with_ladder();
    env.ok(["start", "acme"]);
    let lines = "
        fivestep done acme sign_charter --set agreed=true --note 'read aloud' --link https://acme.example/charter
        fivestep tasks
        fivestep done acme sign_charter
        fivestep done acme sign_charter --actor ADA
        fivestep done acme sign_charter --actor unknown
        fivestep done acme sign_charter --actor Ben --set agreed=false
        fivestep done acme sign_charter --actor Ben --dry-run
        fivestep done acme sign_charter --actor Ben
        fivestep tasks acme
        fivestep tasks acme --done
        fivestep history acme --last 2";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep done acme sign_charter --set agreed=true --note 'read aloud' --link https://acme.example/charter
    acme  acme@1.define.2
      task sign_charter done, to be confirmed: read aloud,
      https://acme.example/charter
    hint: another person has to confirm it: `fivestep done acme sign_charter --actor NAME`
    [exit 0]

    $ fivestep tasks
     BRAND  TASK          OWNER      STATE                 DUE     TITLE
     acme   sign_charter  role:lead  to confirm, done by   in 3 d  Sign the charter
                                     Ada
    [exit 0]

    $ fivestep done acme sign_charter
    blocked: acme: task `sign_charter` was done by Ada; another person has to confirm it
    hint: let somebody else confirm it: `fivestep done acme sign_charter --actor NAME`
    [exit 10]

    $ fivestep done acme sign_charter --actor ADA
    blocked: acme: task `sign_charter` was done by Ada; another person has to confirm it
    hint: let somebody else confirm it: `fivestep done acme sign_charter --actor NAME`
    [exit 10]

    $ fivestep done acme sign_charter --actor unknown
    error: acme: this needs the name of a person
    hint: say who you are with `--actor NAME`
    [exit 2]

    $ fivestep done acme sign_charter --actor Ben --set agreed=false
    blocked: acme: Ada filled in the form of task `sign_charter` with other answers
    hint: confirm it without `--set`, or say no with `fivestep reject acme sign_charter --reason TEXT`
    [exit 10]

    $ fivestep done acme sign_charter --actor Ben --dry-run
    acme  acme@1.define.3
      would: task sign_charter confirmed
    [exit 0]

    $ fivestep done acme sign_charter --actor Ben
    acme  acme@1.define.3
      task sign_charter confirmed
    [exit 0]

    $ fivestep tasks acme
    No task is like that. `fivestep tasks` shows all that are open.
    [exit 0]

    $ fivestep tasks acme --done
     BRAND  TASK          OWNER      STATE                    DUE  TITLE
     acme   sign_charter  role:lead  done by Ada, confirmed        Sign the charter
                                     by Ben
    [exit 0]

    $ fivestep history acme --last 2
     REV  WHEN (UTC)        WHO  WHAT
     2    2026-03-30 10:00  Ada  task sign_charter done, to be confirmed: read
                                 aloud, https://acme.example/charter
     3    2026-03-30 10:00  Ben  task sign_charter confirmed
    [exit 0]
    ");
    let why = env.ok(["why", "acme"]).stdout;
    let tasks = why.split("\nTasks\n").nth(1).unwrap_or_default();
    assert_snapshot!(tasks.split("\nGoal").next().unwrap_or_default(), @"
    sign_charter: Sign the charter
      done by Ada, confirmed by Ben
      shown by: read aloud, https://acme.example/charter
    ");
}

#[test]
fn two_persons_on_one_account_say_who_they_are() {
    let env = with_ladder();
    env.ok(["start", "acme"]);
    // (the system's user, the exit code, a part of what is said)
    let table = [
        ("", 2, "say who you are with `--actor NAME`"),
        ("office", 0, "another person has to confirm it"),
        ("office", 10, "let somebody else confirm it"),
    ];
    for (user, code, part) in table {
        let mut command = env.command();
        let form = ["done", "acme", "sign_charter", "--set", "agreed=true"];
        command.env_remove("FIVESTEP_ACTOR").args(form);
        if !user.is_empty() {
            command.env("USER", user);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn a_link_is_a_whole_address_and_a_note_is_short() {
    let env = started();
    let long = "n".repeat(2_001);
    // (why this row exists, flag, value, is it taken?)
    let table = [
        ("an address", "--link", "https://acme.example/a?b=c#d", true),
        ("in the clear", "--link", "http://acme.example", true),
        ("a number", "--link", "http://[::1]/", true),
        ("no scheme", "--link", "acme.example", false),
        ("a program", "--link", "javascript:alert(1)", false),
        ("a file", "--link", "file:///etc/passwd", false),
        ("no host", "--link", "https://", false),
        ("two lines", "--link", "https://acme.example\nX:1", false),
        ("words", "--note", "signed on paper", true),
        ("as long as may be", "--note", &long[1..], true),
        ("too long", "--note", &long, false),
    ];
    for (why, flag, value, taken) in table {
        let form = ["done", "acme", "sign_charter", "--set", "agreed=true", "--dry-run"];
        let answer = env.fivestep(form.into_iter().chain([flag, value]));
        assert_eq!(answer.code, if taken { 0 } else { 2 }, "{why}: {}", answer.text());
    }
}

#[test]
fn a_task_can_be_rejected_and_taken_up_again() {
    let env = started();
    let lines = "
        fivestep reject acme sign_charter
        fivestep reject acme sign_chart --reason x
        fivestep reject acme sign_charter --reason 'the client says no'
        fivestep reject acme sign_charter --reason again
        fivestep done acme sign_charter --set agreed=true
        fivestep tasks
        fivestep history acme --last 1
        fivestep reopen acme sign_charter
        fivestep tasks";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep reject acme sign_charter
    error: acme: this needs a reason
    hint: say why with `--reason TEXT`
    [exit 2]

    $ fivestep reject acme sign_chart --reason x
    error: acme: stage `define` has no task `sign_chart`
    hint: its tasks are `sign_charter`
    [exit 4]

    $ fivestep reject acme sign_charter --reason 'the client says no'
    acme  acme@1.define.2
      task sign_charter rejected
    [exit 0]

    $ fivestep reject acme sign_charter --reason again
    blocked: acme: task `sign_charter` was rejected
    hint: take it up again with `fivestep reopen acme sign_charter`
    [exit 10]

    $ fivestep done acme sign_charter --set agreed=true
    blocked: acme: task `sign_charter` was rejected
    hint: take it up again with `fivestep reopen acme sign_charter`
    [exit 10]

    $ fivestep tasks
     BRAND  TASK          OWNER      STATE            DUE  TITLE
     acme   sign_charter  role:lead  rejected by Ada       Sign the charter
    [exit 0]

    $ fivestep history acme --last 1
     REV  WHEN (UTC)        WHO  WHAT
     2    2026-03-30 10:00  Ada  task sign_charter rejected (the client says no)
    [exit 0]

    $ fivestep reopen acme sign_charter
    acme  acme@1.define.3
      task sign_charter reopened
    [exit 0]

    $ fivestep tasks
     BRAND  TASK          OWNER      STATE     DUE     TITLE
     acme   sign_charter  role:lead  reopened  in 3 d  Sign the charter
    [exit 0]
    ");
    env.ok(["reject", "acme", "sign_charter", "--reason", "the client says no"]);
    let why = env.ok(["why", "acme"]).stdout;
    let tasks = why.split("\nTasks\n").nth(1).unwrap_or_default();
    assert_snapshot!(tasks.split("\nGoal").next().unwrap_or_default(), @"
    sign_charter: Sign the charter
      rejected by Ada
      because: the client says no
      next: `fivestep reopen acme sign_charter`
    ");
    let mut nobody = env.command();
    nobody.env_remove("FIVESTEP_ACTOR").env("USER", "root");
    let refused =
        nobody.args(["reject", "acme", "sign_charter", "--reason", "x"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "the system's user name is no person's");
}

#[test]
fn a_task_goes_to_another_owner_by_hand_or_up_its_ladder() {
    let mut env = with_ladder();
    env.ok(["start", "acme"]);
    let lines = "
        fivestep reassign acme sign_charter --to Ada --reason 'Lea is away'
        fivestep reassign acme sign_charter --to Ada
        fivestep reassign acme sign_charter --to role:
        fivestep tasks --owner me
        fivestep tasks --owner role:lead
        fivestep history acme --last 1";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep reassign acme sign_charter --to Ada --reason 'Lea is away'
    acme  acme@1.define.2
      task sign_charter given to Ada
    [exit 0]

    $ fivestep reassign acme sign_charter --to Ada
    blocked: acme: task `sign_charter` belongs to Ada already
    hint: name the new owner with `--to NAME` or `--to role:NAME`
    [exit 10]

    $ fivestep reassign acme sign_charter --to role:
    error: acme: task `sign_charter` needs an owner: a person, or `role:NAME`
    hint: name the new owner with `--to NAME` or `--to role:NAME`
    [exit 2]

    $ fivestep tasks --owner me
     BRAND  TASK          OWNER                STATE  DUE     TITLE
     acme   sign_charter  Ada (was role:lead)  open   in 3 d  Sign the charter
    [exit 0]

    $ fivestep tasks --owner role:lead
    No task is like that. `fivestep tasks` shows all that are open.
    [exit 0]

    $ fivestep history acme --last 1
     REV  WHEN (UTC)        WHO  WHAT
     2    2026-03-30 10:00  Ada  task sign_charter given to Ada (Lea is away)
    [exit 0]
    ");
    // The deadline passes in silence, and so does the day after it: that approves nothing.
    env.set_now("2026-04-06T12:00:00Z");
    let lines = "
        fivestep tick
        fivestep tasks --brand acme --overdue
        fivestep tasks acme --brand acme -o ids
        fivestep notices";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep tick
    acme: reminder of sign_charter
    acme: deadline of sign_charter
    acme: escalation of sign_charter: given to role:head
    1 brand, 3 timers fired, 2 notices delivered.
    [exit 0]

    $ fivestep tasks --brand acme --overdue
     BRAND  TASK          OWNER           STATE  DUE                 TITLE
     acme   sign_charter  role:head (was  open   overdue by 4 d 2 h  Sign the
                          role:lead)                                 charter
    [exit 0]

    $ fivestep tasks acme --brand acme -o ids
    acme
    [exit 0]

    $ fivestep notices
    Nobody waits to be told. `fivestep notices --all` shows what was told.
    [exit 0]
    ");
    let why = env.ok(["why", "acme"]).stdout;
    let tasks = why.split("\nTasks\n").nth(1).unwrap_or_default();
    assert_snapshot!(tasks.split("\nGoal").next().unwrap_or_default(), @"
    sign_charter: Sign the charter
      open, for role:head, who has it from role:lead, due 2026-04-02 10:00
      (overdue by 4 d 2 h)
      form: agreed: true
      form: note: a text (optional)
    ");
}

#[test]
fn programs_get_the_tasks_one_by_one_as_one_document() {
    let env = with_ladder();
    assert_eq!(env.ok(["tasks", "-o", "json"]).json(), serde_json::json!([]));
    env.ok(["start", "acme"]);
    let tasks = env.ok(["tasks", "-o", "json"]).json();
    let [task] = tasks.as_array().unwrap().as_slice() else { panic!("one task: {tasks}") };
    let said = |key: &str| task[key].clone();
    assert_eq!(said("state"), "open");
    assert_eq!(said("next_owner")["to"], "role:head");
    assert_eq!(said("reminders"), serde_json::json!(["2026-04-01T10:00:00Z"]));
    assert_eq!(said("command"), "fivestep done acme sign_charter --set agreed=VALUE");
    env.ok(["done", "acme", "sign_charter", "--set", "agreed=true"]);
    let later = env.ok(["tasks", "-o", "json"]).json();
    assert_eq!(later[0]["state"], "to confirm");
    assert_eq!(later[0]["uid"], said("uid"), "it is the same task");
}

//! `retry`, `skip`, `abandon`, `start --again` and `notices`, and what `status` and `why` say of
//! actions.

use insta::assert_snapshot;

use crate::common::TestEnv;

/// A workspace in which acme's first stage runs a program that is not there, and measures after it.
fn acting() -> TestEnv {
    let env = TestEnv::new();
    env.replace(
        "workflows/engagement.yaml",
        "    purpose: Set up accounts on the true brand and stick with it.\n",
        "    purpose: Set up accounts on the true brand and stick with it.\n    entry:\n      \
         - { id: fetch, run: command, argv: [\"./bin/not-there\"], retry: { attempts: 2 } }\n      \
         - { id: measure, run: repeat.measure, needs: [fetch] }\n",
    );
    env.ok(["start", "acme"]);
    env
}

/// What `why` says of actions, up to the tasks.
fn actions(env: &TestEnv) -> String {
    let why = env.ok(["why", "acme"]).stdout;
    let actions = why.split("\nActions\n").nth(1).unwrap_or_default();
    let tail = why.lines().find(|line| line.starts_with("next:")).unwrap_or_default();
    format!("{}\n{tail}", actions.split("\nTasks").next().unwrap_or_default())
}

#[test]
fn a_failed_action_holds_its_stage_until_a_person_says_what_becomes_of_it() {
    let env = acting();
    assert_snapshot!(env.terminal("fivestep status"), @"
    $ fivestep status
     BRAND  CYCLE  STAGE   FOR       STATUS  HELD BY
     acme   1      define  just now  acting  action fetch due, action measure
                                             waiting
    [exit 0]
    ");
    assert_snapshot!(actions(&env), @"
      fetch: command
        attempt 1 of 2 is due now
      measure: repeat.measure
        waits for fetch

    next: attempt of fetch, due since 2026-03-30 10:00: `fivestep tick acme`
    ");
    let lines = "
        fivestep retry acme fetch
        fivestep skip acme fetch
        fivestep tick
        fivestep status
        fivestep status -o json
        fivestep cancel acme --dry-run";
    assert_snapshot!(env.terminal(lines), @r#"
    $ fivestep retry acme fetch
    blocked: acme: action `fetch` is due; only one that failed or rests can be tried again
    hint: see how far it has come with `fivestep why acme`
    [exit 10]

    $ fivestep skip acme fetch
    error: acme: this needs a reason
    hint: say why with `--reason TEXT`
    [exit 2]

    $ fivestep tick
    acme: attempt 1 of action fetch failed, failed for good: `./bin/not-there`
          cannot be started: No such file or directory (os error 2)
    1 brand, 1 attempt failed, 1 notice delivered.
    [exit 0]

    $ fivestep status
     BRAND  CYCLE  STAGE   FOR       STATUS         HELD BY
     acme   1      define  just now  failed action  action fetch failed, action
                                                    measure waiting
    [exit 0]

    $ fivestep status -o json
    [
      {
        "brand": "acme",
        "status": "running",
        "cycle": 1,
        "stage": "define",
        "since": "2026-03-30T10:00:00.000Z",
        "blocked_since": null,
        "workflow": "engagement",
        "definition": "9d1509d8ab8b04ff8ca213e7b3061cd96915fab68efef8c456caa6024e100c01",
        "revision": 3,
        "at": "2026-03-30T10:00:00.000Z",
        "checkpoint": "acme@1.define.3",
        "state": "failed action",
        "blocked": false,
        "held_by": [
          "action fetch failed",
          "action measure waiting"
        ],
        "waived": [],
        "stage_age_seconds": 0,
        "blocked_age_seconds": null
      }
    ]
    [exit 0]

    $ fivestep cancel acme --dry-run
    acme  acme@1.define.4
      would: task sign_charter dropped
      would: action fetch dropped
      would: action measure dropped
      would: finished: abandoned
    [exit 0]
    "#);
    assert_snapshot!(actions(&env), @"
      fetch: command
        failed at attempt 1 of 2, 2026-03-30 10:00
        last error: `./bin/not-there` cannot be started: No such file or directory
                    (os error 2)
        next: `fivestep retry acme fetch`
        next: `fivestep skip acme fetch --reason TEXT`
      measure: repeat.measure
        waits for fetch

    next: deadline of sign_charter in 3 d (2026-04-02 10:00)
    ");
    let lines = "
        fivestep retry acme fetch --reason 'the program is there now'
        fivestep tick
        fivestep retry acme fetsh
        fivestep retry acme schedule:morning
        fivestep retry acme 'fetch it'
        fivestep skip acme fetch --reason 'the exports came by mail' --dry-run
        fivestep skip acme fetch --reason 'the exports came by mail'
        fivestep status
        fivestep tick
        fivestep status
        fivestep notices
        fivestep notices acme --all
        fivestep notices nobody";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep retry acme fetch --reason 'the program is there now'
    acme  acme@1.define.4
      action fetch is tried again
    [exit 0]

    $ fivestep tick
    acme: attempt 2 of action fetch failed, failed for good: `./bin/not-there`
          cannot be started: No such file or directory (os error 2)
    1 brand, 1 attempt failed, 1 notice delivered.
    [exit 0]

    $ fivestep retry acme fetsh
    error: acme: there is no action `fetsh` here
    hint: its actions are `fetch`, `measure`
    [exit 4]

    $ fivestep retry acme schedule:morning
    error: acme: there is no action `schedule:morning` here
    hint: its actions are `fetch`, `measure`
    [exit 4]

    $ fivestep retry acme 'fetch it'
    error: `fetch it` is not an action name: use 1 to 64 of a-z, 0-9, `-` and `_`, beginning with a letter or digit
    hint: see the names with `fivestep why acme`
    [exit 2]

    $ fivestep skip acme fetch --reason 'the exports came by mail' --dry-run
    acme  acme@1.define.7
      would: action fetch skipped
      would: action measure is due
    [exit 0]

    $ fivestep skip acme fetch --reason 'the exports came by mail'
    acme  acme@1.define.7
      action fetch skipped
      action measure is due
    [exit 0]

    $ fivestep status
     BRAND  CYCLE  STAGE   FOR       STATUS  HELD BY
     acme   1      define  just now  acting  action measure due
    [exit 0]

    $ fivestep tick
    acme: action measure succeeded at attempt 1
    1 brand, 1 attempt succeeded.
    [exit 0]

    $ fivestep status
     BRAND  CYCLE  STAGE   FOR       STATUS   HELD BY
     acme   1      define  just now  running
    [exit 0]

    $ fivestep notices
    Nobody waits to be told. `fivestep notices --all` shows what was told.
    [exit 0]

    $ fivestep notices acme --all
    acme  alert of 2026-03-30 10:00 for role:operator, delivered 2026-03-30 10:00
      action fetch failed at attempt 1: `./bin/not-there` cannot be started: No such
      file or directory (os error 2)
    acme  alert of 2026-03-30 10:00 for role:operator, delivered 2026-03-30 10:00
      action fetch failed at attempt 2: `./bin/not-there` cannot be started: No such
      file or directory (os error 2)
    [exit 0]

    $ fivestep notices nobody
    error: there is no brand `nobody`
    hint: there is `acme`
    [exit 4]
    ");
}

#[test]
fn skipping_needs_a_named_person() {
    let env = acting();
    let mut nobody = env.command();
    nobody.env_remove("FIVESTEP_ACTOR").env("USER", "root");
    let refused = nobody.args(["skip", "acme", "fetch", "--reason", "x"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "the system's user name is no person's");
}

#[test]
fn a_brand_whose_run_ended_begins_another_that_sees_nothing_of_it() {
    let env = TestEnv::new();
    let lines = "
        fivestep start acme --again
        fivestep start acme --again
        fivestep done acme sign_charter --set agreed=true
        fivestep cancel acme
        fivestep start acme
        fivestep start --all
        fivestep start --all --again
        fivestep start acme --again --dry-run
        fivestep start acme --again
        fivestep tasks
        fivestep history acme --last 4
        fivestep abandon acme --reason 'a mistake'
        fivestep status";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep start acme --again
    acme  acme@1.define.1
      started on engagement 27dfd609
      brand file read, no evidence yet
      cycle 1 begins
      entered define
      task sign_charter opened, due 2026-04-02 10:00
    [exit 0]

    $ fivestep start acme --again
    blocked: acme: the brand has started already; it is in stage `define`
    hint: see where it stands with `fivestep why acme`
    [exit 10]

    $ fivestep done acme sign_charter --set agreed=true
    acme  acme@1.define.2
      task sign_charter done
    [exit 0]

    $ fivestep cancel acme
    acme  acme@1.define.3
      finished: abandoned
    [exit 0]

    $ fivestep start acme
    blocked: acme: the brand's run ended as abandoned
    hint: see how with `fivestep history acme`; another run begins with `fivestep start acme --again`
    [exit 10]

    $ fivestep start --all
    blocked: acme: the brand's run ended as abandoned
    hint: see how with `fivestep history acme`; another run begins with `fivestep start acme --again`
    [exit 10]

    $ fivestep start --all --again
    error: the argument '--all' cannot be used with '--again'

    Usage: fivestep start --all --actor <NAME> --now <INSTANT> [BRAND]...

    For more information, try '--help'.
    [exit 2]

    $ fivestep start acme --again --dry-run
    acme  acme@1.define.4
      would: run 2 started on engagement 27dfd609
      would: brand file read, no evidence yet
      would: cycle 1 begins
      would: entered define
      would: task sign_charter opened, due 2026-04-02 10:00
    [exit 0]

    $ fivestep start acme --again
    acme  acme@1.define.4
      run 2 started on engagement 27dfd609
      brand file read, no evidence yet
      cycle 1 begins
      entered define
      task sign_charter opened, due 2026-04-02 10:00
    [exit 0]

    $ fivestep tasks
     BRAND  TASK          OWNER      STATE  DUE     TITLE
     acme   sign_charter  role:lead  open   in 3 d  Sign the charter
    [exit 0]

    $ fivestep history acme --last 4
     REV  WHEN (UTC)        WHO  WHAT
     4    2026-03-30 10:00  Ada  brand file read, no evidence yet
                                 cycle 1 begins
                                 entered define
                                 task sign_charter opened, due 2026-04-02 10:00
    [exit 0]

    $ fivestep abandon acme --reason 'a mistake'
    acme  acme@1.define.5
      finished: abandoned
    [exit 0]

    $ fivestep status
     BRAND  CYCLE  STAGE   FOR       STATUS     HELD BY
     acme   1      define  just now  abandoned
    [exit 0]
    ");
}

#[test]
fn another_run_follows_the_workflow_that_the_brand_names_now() {
    let env = TestEnv::new();
    env.write("workflows/ring.yaml", crate::common::RING);
    env.ok(["start", "acme"]);
    env.ok(["cancel", "acme"]);
    env.replace("brands/acme.yaml", "workflow: engagement", "workflow: ring");
    env.ok(["start", "acme", "--again"]);
    let status = env.ok(["status", "-o", "json"]).json();
    assert_eq!(status[0]["workflow"], "ring", "{status}");
}

#[test]
fn a_held_run_says_that_nothing_comes_of_itself() {
    let env = acting();
    env.ok(["pause", "acme", "--reason", "summer break"]);
    let why = env.ok(["why", "acme"]).stdout;
    assert!(why.contains("paused by Ada"), "{why}");
    assert!(why.contains("next: nothing while it is paused; `fivestep resume acme`"), "{why}");
}

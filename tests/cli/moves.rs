//! `start`, `advance`, `pause`, `resume`, `cancel`, `adopt`: brands move.

use insta::assert_snapshot;

use crate::common::{TestEnv, demo, ring, started};

#[test]
fn a_brand_starts_once() {
    let env = TestEnv::new();
    let lines = "
        fivestep start acme --dry-run
        fivestep status
        fivestep start acme
        fivestep start acme
        fivestep start acne
        fivestep start
        fivestep start Acme";
    assert_snapshot!(env.terminal(lines), @r"
    $ fivestep start acme --dry-run
    acme  acme@1.define.1
      would: started on engagement 27dfd609
      would: brand file read, no evidence yet
      would: cycle 1 begins
      would: entered define
      would: task sign_charter opened, due 2026-04-02 10:00
    [exit 0]

    $ fivestep status
    No brand has started. `fivestep brand list` shows those that could.
    [exit 0]

    $ fivestep start acme
    acme  acme@1.define.1
      started on engagement 27dfd609
      brand file read, no evidence yet
      cycle 1 begins
      entered define
      task sign_charter opened, due 2026-04-02 10:00
    [exit 0]

    $ fivestep start acme
    blocked: acme: the brand has started already; it is in stage `define`
    hint: see where it stands with `fivestep why acme`
    [exit 10]

    $ fivestep start acne
    error: there is no brand `acne`
    hint: did you mean `acme`? there is `acme`
    [exit 4]

    $ fivestep start
    error: no brand was named
    hint: name brands, or take `--all`; `fivestep brand list` shows them
    [exit 2]

    $ fivestep start Acme
    error: `Acme` is not a brand name: use 1 to 64 of a-z, 0-9, `-` and `_`, beginning with a letter or digit
    hint: see the names with `fivestep brand list`
    [exit 2]
    ");
}

#[test]
fn a_brand_moves_when_its_gate_opens() {
    let env = started();
    let lines = "
        fivestep advance acme
        fivestep advance acme
        fivestep done acme sign_charter --set agreed=true
        fivestep advance acme
        fivestep advance acme";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep advance acme
    acme  blocked in define: signed (task sign_charter)
    hint: see what would open it with `fivestep why acme`
    [exit 10]

    $ fivestep advance acme
    acme  blocked in define: signed (task sign_charter)
    hint: see what would open it with `fivestep why acme`
    [exit 10]

    $ fivestep done acme sign_charter --set agreed=true
    acme  acme@1.define.3
      task sign_charter done
    [exit 0]

    $ fivestep advance acme
    acme  define > target
    [exit 0]

    $ fivestep advance acme
    acme  blocked in target: wrote (task engage)
    hint: see what would open it with `fivestep why acme`
    [exit 10]
    ");
}

#[test]
fn a_brand_goes_as_far_as_it_was_told() {
    let env = started();
    env.ok(["done", "acme", "sign_charter", "--set", "agreed=true"]);
    env.ok(["advance", "acme"]);
    env.ok(["done", "acme", "engage", "--set", "people=3"]);
    let lines = "
        fivestep advance acme --until blocked --dry-run
        fivestep advance acme --until support
        fivestep advance acme --until blocked
        fivestep advance acme --until blocked
        fivestep advance acme --until suport
        fivestep advance acme --until Target";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep advance acme --until blocked --dry-run
    would: acme  target > support > refine; held there by reviewed (task review)
    [exit 0]

    $ fivestep advance acme --until support
    acme  target > support
    [exit 0]

    $ fivestep advance acme --until blocked
    acme  support > refine; held there by reviewed (task review)
    [exit 0]

    $ fivestep advance acme --until blocked
    acme  blocked in refine: reviewed (task review)
    hint: see what would open it with `fivestep why acme`
    [exit 10]

    $ fivestep advance acme --until suport
    error: there is no stage `suport`
    hint: did you mean `support`? there is `define`, `target`, `support`, `refine`, `repeat`
    [exit 4]

    $ fivestep advance acme --until Target
    error: `Target` is not a stage name: use 1 to 64 of a-z, 0-9, `-` and `_`, beginning with a letter or digit
    hint: see the names with `fivestep status`
    [exit 2]
    ");
}

#[test]
fn a_dry_run_writes_nothing() {
    let env = started();
    env.ok(["done", "acme", "sign_charter", "--set", "agreed=true"]);
    env.replace("workflows/engagement.yaml", "version: 1.0.0", "version: 1.1.0");
    let before = env.contents();
    let lines = [
        "fivestep advance acme --dry-run",
        "fivestep advance acme --until blocked --dry-run",
        "fivestep advance --all --dry-run",
        "fivestep import acme --dry-run",
        "fivestep reopen acme sign_charter --dry-run",
        "fivestep pause acme --dry-run",
        "fivestep cancel acme --dry-run",
        "fivestep adopt acme --dry-run",
    ];
    for line in lines {
        let answer = env.line(line);
        assert_eq!(answer.code, 0, "{line}: {}", answer.text());
        assert!(env.contents() == before, "{line} wrote something");
    }
}

#[test]
fn a_broken_brand_hides_no_other() {
    let env = ring(3);
    env.replace("brands/ring-1.yaml", "timezone: UTC", "timezone: Mars/Olympus");
    let lines = "
        fivestep advance --all
        fivestep advance ring-0 ring-1 ring-2
        fivestep advance ring-0 nobody ring-2
        fivestep why ring-1 nobody";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep advance --all
    ring-0  define > target
    ring-2  define > target
    error[F0401]: there is no time zone `Mars/Olympus`
     --> brands/ring-1.yaml:3:11
      |
    3 | timezone: Mars/Olympus
      |           ^^^^^^^^^^^^
      |
      = help: write the zone as region and city, such as `Europe/Rome`

    For more about a code: fivestep explain F0401
    [exit 3]

    $ fivestep advance ring-0 ring-1 ring-2
    ring-0  target > support
    ring-2  target > support
    error[F0401]: there is no time zone `Mars/Olympus`
     --> brands/ring-1.yaml:3:11
      |
    3 | timezone: Mars/Olympus
      |           ^^^^^^^^^^^^
      |
      = help: write the zone as region and city, such as `Europe/Rome`

    For more about a code: fivestep explain F0401
    [exit 3]

    $ fivestep advance ring-0 nobody ring-2
    ring-0  support > refine
    ring-2  support > refine
    error: there is no brand `nobody`
    hint: there is `ring-0`, `ring-1`, `ring-2`
    [exit 4]

    $ fivestep why ring-1 nobody
    error[F0401]: there is no time zone `Mars/Olympus`
     --> brands/ring-1.yaml:3:11
      |
    3 | timezone: Mars/Olympus
      |           ^^^^^^^^^^^^
      |
      = help: write the zone as region and city, such as `Europe/Rome`

    For more about a code: fivestep explain F0401
    error: there is no brand `nobody`
    hint: there is `ring-0`, `ring-1`, `ring-2`
    [exit 3]
    ");
}

#[test]
fn advancing_all_of_nothing_is_no_success() {
    assert_snapshot!(TestEnv::new().terminal("fivestep advance --all\nfivestep advance"), @r"
    $ fivestep advance --all
    No brand is running. `fivestep status` shows where each stands.
    [exit 10]

    $ fivestep advance
    error: no brand was named
    hint: name brands, or take `--all`; `fivestep brand list` shows them
    [exit 2]
    ");
}

#[test]
fn a_held_brand_stays_until_it_is_let_go() {
    let env = started();
    let lines = "
        fivestep pause acme --reason 'summer break'
        fivestep pause acme
        fivestep advance acme
        fivestep done acme sign_charter --set agreed=true
        fivestep status
        fivestep resume acme
        fivestep resume acme";
    assert_snapshot!(env.terminal(lines), @r"
    $ fivestep pause acme --reason 'summer break'
    acme  acme@1.define.2
      paused
    [exit 0]

    $ fivestep pause acme
    blocked: acme: the brand is paused
    hint: let it go on with `fivestep resume acme`
    [exit 10]

    $ fivestep advance acme
    blocked: acme: the brand is paused
    hint: let it go on with `fivestep resume acme`
    [exit 10]

    $ fivestep done acme sign_charter --set agreed=true
    blocked: acme: the brand is paused
    hint: let it go on with `fivestep resume acme`
    [exit 10]

    $ fivestep status
     BRAND  CYCLE  STAGE   FOR       STATUS  HELD BY
     acme   1      define  just now  paused
    [exit 0]

    $ fivestep resume acme
    acme  acme@1.define.3
      resumed
    [exit 0]

    $ fivestep resume acme
    blocked: acme: the brand is not paused
    hint: hold it with `fivestep pause acme`
    [exit 10]
    ");
    env.ok(["pause", "acme", "--reason", "summer break"]);
    let why = env.ok(["why", "acme"]).stdout;
    assert!(why.contains("\n  paused by Ada at 2026-03-30 10:00: summer break\n"), "{why}");
}

#[test]
fn a_cancelled_run_is_over() {
    let env = started();
    let lines = "
        fivestep cancel acme --reason 'the shop closed'
        fivestep advance acme
        fivestep cancel acme
        fivestep start acme
        fivestep status
        fivestep why acme
        fivestep tasks acme";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep cancel acme --reason 'the shop closed'
    acme  acme@1.define.2
      task sign_charter dropped
      finished: abandoned
    [exit 0]

    $ fivestep advance acme
    blocked: acme: the brand's run ended as abandoned
    hint: see how with `fivestep history acme`; another run begins with `fivestep start acme --again`
    [exit 10]

    $ fivestep cancel acme
    blocked: acme: the brand's run ended as abandoned
    hint: see how with `fivestep history acme`; another run begins with `fivestep start acme --again`
    [exit 10]

    $ fivestep start acme
    blocked: acme: the brand's run ended as abandoned
    hint: see how with `fivestep history acme`; another run begins with `fivestep start acme --again`
    [exit 10]

    $ fivestep status
     BRAND  CYCLE  STAGE   FOR       STATUS     HELD BY
     acme   1      define  just now  abandoned
    [exit 0]

    $ fivestep why acme
    acme  Acme Coffee
    Cycle 1, stage define: Define your true brand
      there since 2026-03-30 10:00 (just now), checkpoint acme@1.define.2
      measured over 28 d to 2026-03-30 08:00, the newest evidence
      abandoned since 2026-03-30 10:00

    Goal: met in 0 of 2 cycles in a row
      pass         engaged_follower_rate at least 2 % (the brand's own goal)
                   11 % (44 of 400 followers), 95 % interval 8.297 % to 14.45 %
      pass         response_rate at least 90 %
                   100 % (40 of 40 conversations), 95 % interval 91.24 % to 100 %
      pass         back_and_forth_rate at least 20 %
                   40 % (16 of 40 conversations), 95 % interval 26.35 % to 55.4 %
    [exit 0]

    $ fivestep tasks acme
    No task is like that. `fivestep tasks` shows all that are open.
    [exit 0]
    ");
}

#[test]
fn a_brand_keeps_its_definition_until_it_adopts_the_edited_file() {
    let env = started();
    env.replace("workflows/engagement.yaml", "at_least: 60%", "at_least: 95%");
    let note = |env: &TestEnv| {
        let why = env.ok(["why", "acme"]).stdout;
        why.lines().skip(4).take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(note(&env), @"
    note: workflows/engagement.yaml was edited: acme runs on 27dfd609, the file is
          233c8444; `fivestep adopt acme` goes on under the edited file
    ");
    let lines = "
        fivestep adopt acme --reason 'a higher bar'
        fivestep adopt acme
        fivestep history acme --last 1";
    assert_snapshot!(env.terminal(lines), @r"
    $ fivestep adopt acme --reason 'a higher bar'
    acme  acme@1.define.2
      goes on under 233c8444
    [exit 0]

    $ fivestep adopt acme
    blocked: acme: the brand runs on this definition already
    hint: see which one it runs on with `fivestep show acme`
    [exit 10]

    $ fivestep history acme --last 1
     REV  WHEN (UTC)        WHO  WHAT
     2    2026-03-30 10:00  Ada  goes on under 233c8444 (a higher bar)
    [exit 0]
    ");
    assert_eq!(note(&env), "");
}

#[test]
fn a_brand_cannot_adopt_a_workflow_that_lost_its_stage() {
    let env = started();
    let text = std::fs::read_to_string(env.path("workflows/engagement.yaml")).unwrap();
    let renamed = text
        .replace("initial: define", "initial: outset")
        .replace("\n  define:\n", "\n  outset:\n    step: define\n")
        .replace("regressed(\"define\"), to: define", "regressed(\"outset\"), to: outset");
    env.write("workflows/engagement.yaml", renamed);
    assert_snapshot!(env.terminal("fivestep check\nfivestep adopt acme"), @r#"
    $ fivestep check
    error[F0203]: there is no stage `define`
      --> workflows/engagement.test.yaml:75:26
       |
    75 |       - expect: { stage: define, timers: { sign_charter: 2026-03-05T09:00:00Z } }
       |                          ^^^^^^
       |
       = help: did you mean `refine`?
       = note: known here: `outset`, `target`, `support`, `refine`, `repeat`

    error[F0203]: there is no stage `define`
       --> workflows/engagement.test.yaml:134:26
        |
    134 |       - expect: { stage: define, cycle: 2, because: 'regressed("define")' }
        |                          ^^^^^^
        |
        = help: did you mean `refine`?
        = note: known here: `outset`, `target`, `support`, `refine`, `repeat`

    error[F0504]: no way on has the condition `regressed("define")`
       --> workflows/engagement.test.yaml:134:53
        |
    134 |       - expect: { stage: define, cycle: 2, because: 'regressed("define")' }
        |                                                     ^^^^^^^^^^^^^^^^^^^^^
        |
        = help: did you mean `regressed("outset")`?
        = note: known here: `goal.held`, `regressed("outset")`, `otherwise`, `limit`

    error[F0203]: there is no stage `define`
       --> workflows/engagement.test.yaml:202:43
        |
    202 |       - expect: { status: running, stage: define }
        |                                           ^^^^^^
        |
        = help: did you mean `refine`?
        = note: known here: `outset`, `target`, `support`, `refine`, `repeat`

    For more about a code: fivestep explain F0203
    Checked 3 files: 4 errors, 0 warnings.
    [exit 3]

    $ fivestep adopt acme
    blocked: acme: the edited workflow has no stage `define`, in which the brand is
    hint: its stages are `outset`, `target`, `support`, `refine`, `repeat`
    [exit 10]
    "#);
}

#[test]
fn several_brands_are_held_through_a_pipe() {
    let env = demo();
    let lines = "
        fivestep status --blocked -o ids | fivestep pause - --reason audit
        fivestep status --blocked
        fivestep status -o ids | fivestep resume -";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep status --blocked -o ids | fivestep pause - --reason audit
    azzurro-radio  azzurro-radio@1.support.12
      paused
    bianco-books  bianco-books@4.repeat.42
      paused
    verde-garden  verde-garden@1.support.9
      paused
    [exit 0]

    $ fivestep status --blocked
    No brand is like that. `fivestep status` shows all that have started.
    [exit 0]

    $ fivestep status -o ids | fivestep resume -
    azzurro-radio  azzurro-radio@1.support.13
      resumed
    bianco-books  bianco-books@4.repeat.43
      resumed
    verde-garden  verde-garden@1.support.10
      resumed
    blocked: rosso-roasters: the brand's run ended as gold
    hint: see how with `fivestep history rosso-roasters`; another run begins with `fivestep start rosso-roasters --again`
    [exit 0]
    ");
}

//! Many brands at once: filters, the closing table, names through pipes.

use insta::assert_snapshot;

use crate::common;

#[test]
fn a_filter_says_which_brands() {
    let env = common::demo();
    // (the filter, who passes)
    let table = [
        ("blocked", "azzurro-radio bianco-books verde-garden"),
        ("stage = support and blocked", "azzurro-radio verde-garden"),
        ("not blocked", "rosso-roasters"),
        ("brand ~ \"*-books\" or finished", "bianco-books rosso-roasters"),
        ("clause = answered", "verde-garden"),
        (
            "workflow = engagement and cycle >= 1 and blocked_for < 1h",
            "azzurro-radio bianco-books verde-garden",
        ),
        ("blocked_for > 1h or not blocked_for <= 1h", ""),
    ];
    for (filter, names) in table {
        let listed = env.fivestep(["list", "--where", filter, "-o", "ids"]);
        assert_eq!(listed.code, 0, "{}", listed.text());
        assert_eq!(common::words(&listed.stdout).join(" "), names, "{filter}");
    }
    let tasks = env.fivestep(["tasks", "--where", "stage = support", "-o", "ids"]);
    assert!(!tasks.stdout.contains("bianco"), "{}", tasks.text());
}

#[test]
fn a_filter_that_asks_for_nothing_is_answered_with_the_place() {
    let env = common::demo();
    assert_snapshot!(env.fivestep(["list", "--where", "stagee = support"]).text(), @"
    error: `stagee` is nothing that a brand's line has
      stagee = support
      ^^^^^^
    hint: did you mean `stage`? there is `brand`, `status`, `stage`, `workflow`, `definition`, `clause`, `cycle`, `blocked_for`, `in_stage_for`, `since`, `blocked_since`, `at`, `blocked`, `running`, `paused`, `finished`, `ready`
    [exit 2]
    ");
    assert_snapshot!(env.fivestep(["advance", "--where", "blocked_for > soon"]).text(), @r#"
    error: `soon` is not a duration such as 90m, 4h, 7d or 2w
      blocked_for > soon
                    ^^^^
    hint: write for example `stage = "support" and blocked_for >= 7d`
    [exit 2]
    "#);
    assert_snapshot!(env.fivestep(["tasks", "--where", "status = runing and blocked"]).text(), @"
    error: no brand has the status `runing`
      status = runing and blocked
               ^^^^^^
    hint: did you mean `running`? there is `ready`, `running`, `paused`, `gold`, `exhausted`, `stalled`, `abandoned`
    [exit 2]
    ");
}

#[test]
fn only_those_that_pass_are_asked_to_advance() {
    let env = common::ring(3);
    let moved = env.fivestep(["advance", "--where", "brand != ring-1", "-o", "ids"]);
    assert_eq!(moved.stdout, "ring-0\nring-2\n", "{}", moved.text());
    let none = env.fivestep(["advance", "--where", "stage = nowhere"]);
    assert_eq!(none.code, 10, "{}", none.text());
    let behind = env.fivestep(["start", "--where", "not ready"]);
    assert_eq!(behind.code, 10, "they run already: {}", behind.text());
}

#[test]
fn what_holds_brands_is_counted() {
    let env = common::demo();
    assert_snapshot!(env.fivestep(["status", "--stuck"]).text(), @"
     STAGE    CLAUSE    BRANDS  LONGEST   SUCH AS        WHY
     repeat   settled   1       just now  bianco-books   fail
     support  answered  1       just now  verde-garden   insufficient
     support  open      1       just now  verde-garden   insufficient
     support  open      1       just now  azzurro-radio  unmeasurable
    [exit 0]
    ");
    let rows = env.fivestep(["status", "--stuck", "--where", "stage = support", "-o", "json"]);
    let rows = rows.json();
    let clauses: Vec<&str> =
        rows.as_array().unwrap().iter().map(|row| row["clause"].as_str().unwrap()).collect();
    assert!(clauses.contains(&"answered"), "{clauses:?}");
    assert_snapshot!(env.fivestep(["advance", "--all"]).text(), @"
    azzurro-radio  blocked in support: open unmeasurable
    bianco-books  blocked in repeat: settled fail
    verde-garden  blocked in support: answered insufficient, open insufficient

    Where brands are stuck
     STAGE    CLAUSE    BRANDS  LONGEST   SUCH AS        WHY
     repeat   settled   1       just now  bianco-books   fail
     support  answered  1       just now  verde-garden   insufficient
     support  open      1       just now  verde-garden   insufficient
     support  open      1       just now  azzurro-radio  unmeasurable
    [exit 10]
    ");
}

#[test]
fn names_go_through_a_pipe_one_by_one() {
    let env = common::ring(3);
    let told = env.fed("ring-0\nno-such-brand\n../etc\nring-2\n", ["why", "-", "-o", "ids"]);
    assert_eq!(told.stdout, "ring-0\nring-2\n", "{}", told.text());
    assert_eq!(told.code, 4, "{}", told.text());
    let told = env.fed("ring-0\nno-such-brand\n", ["why", "-", "-o", "json"]);
    let told = told.json();
    assert_eq!(told[0]["brand"], "ring-0");
    assert_eq!(told[1]["error"]["kind"], "unknown");
}

#[test]
fn a_run_that_came_to_its_end_cannot_be_resumed() {
    let env = common::ring(2);
    env.ok(["advance", "--all"]);
    assert_snapshot!(env.fivestep(["advance", "--resume"]).text(), @"
    The last run over all brands came to its end: nothing is left to do.
    [exit 10]
    ");
    assert_snapshot!(env.fivestep(["advance", "--resume", "--all"]).text(), @"
    error: the argument '--resume' cannot be used with '--all'

    Usage: fivestep advance --resume --actor <NAME> --now <INSTANT> [BRAND]...

    For more information, try '--help'.
    [exit 2]
    ");
}

/// Ring brands whose stage has come to its limit.
fn at_their_limit(brands: usize) -> common::TestEnv {
    let mut env = common::ring(brands);
    let limit = "    limit: { after: 1h, to: target }\n    next: target";
    env.replace("workflows/ring.yaml", "    next: target", limit);
    env.ok(["migrate", "ring", "--apply"]);
    env.set_now("2026-03-30T12:00:00Z");
    env
}

#[test]
fn a_tick_over_many_brands_closes_with_sums() {
    let (brands, lines) = (30, 90);
    // (the command line, how many lines of brands it prints)
    for (line, told) in [("tick", 40), ("tick --each", lines), ("tick ring-1 ring-2", 6)] {
        let env = at_their_limit(brands);
        let answer = env.line(&format!("fivestep {line}"));
        let of_brands = answer.stdout.lines().filter(|line| line.starts_with("ring-")).count();
        assert_eq!(of_brands, told, "{line}: {}", answer.text());
        if told == 40 {
            let closing = answer.stdout.lines().skip(told).collect::<Vec<_>>().join("\n");
            assert_snapshot!(closing, @"
            and 50 more lines; `fivestep history BRAND` has those of a brand.

             EVENT          TIMES  SUCH AS
             fired          30     ring-0
             stage entered  30     ring-0
             stage left     30     ring-0

            30 brands, 30 timers fired, 30 stages left.
            ");
        }
    }
}

#[test]
fn programs_get_every_line_of_a_tick() {
    let (brands, lines) = (30, 90);
    let told = at_their_limit(brands).ok(["tick", "-o", "json"]).json();
    assert_eq!(told["happened"].as_array().map(Vec::len), Some(lines));
    assert_eq!(told["done"]["brands"], 30);
    let names = at_their_limit(brands).ok(["tick", "-o", "ids"]).stdout;
    assert_eq!(names.lines().count(), brands, "each name once: {names}");
    assert_snapshot!(common::ring(1).ok(["tick", "-o", "json"]).stdout, @r#"
    {
      "happened": [],
      "done": {
        "begun": 0,
        "brands": 0,
        "broken": 0,
        "conflicts": 0,
        "delivered": 0,
        "failed": 0,
        "fired": 0,
        "moves": 0,
        "skipped": 0,
        "succeeded": 0
      }
    }
    "#);
}

#[test]
fn a_brand_that_cannot_be_read_holds_no_migration_up() {
    let env = common::ring(3);
    env.replace("workflows/ring.yaml", "title: Target", "title: Aim");
    let state = rusqlite::Connection::open(env.path(".fivestep/state.db")).unwrap();
    state.execute("UPDATE brand SET checkpoint = '{' WHERE brand = 'ring-1'", []).unwrap();
    assert_snapshot!(env.terminal(
        "fivestep migrate ring --plan
         fivestep migrate ring --apply
         fivestep migrate ring --apply -o json",
    ), @r#"
    $ fivestep migrate ring --plan
    ring is c3e8d4c2 now: 2 brands can go over, 1 brand cannot.

     FROM      STAGE   BRANDS  WHAT HAPPENS  LOST
     59c3ce76  define  2       nothing       nothing

    cannot go over: ring-1: the state file `$DIR/.fivestep/state.db` is
                    damaged: the checkpoint of it: EOF while parsing an object at
                    line 1 column 1
      hint: the others go over without it; restore the file from a copy

    Next: fivestep migrate ring --apply
    [exit 1]

    $ fivestep migrate ring --apply
    ring is c3e8d4c2 now: 2 brands went over, 1 brand cannot.

     FROM      STAGE   BRANDS  WHAT HAPPENS  LOST
     59c3ce76  define  2       nothing       nothing

    cannot go over: ring-1: the state file `$DIR/.fivestep/state.db` is
                    damaged: the checkpoint of it: EOF while parsing an object at
                    line 1 column 1
      hint: the others go over without it; restore the file from a copy
    [exit 1]

    $ fivestep migrate ring --apply -o json
    {
      "brands": [
        {
          "brand": "ring-1",
          "goes": false,
          "effects": [],
          "lost": [],
          "why": "the state file `$DIR/.fivestep/state.db` is damaged: the checkpoint of it: EOF while parsing an object at line 1 column 1"
        }
      ],
      "workflow": "ring",
      "to": "c3e8d4c2",
      "applied": false,
      "going": 0,
      "there": 0,
      "groups": [],
      "stuck": [
        {
          "why": "the state file `$DIR/.fivestep/state.db` is damaged: the checkpoint of it: EOF while parsing an object at line 1 column 1",
          "remedy": "the others go over without it; restore the file from a copy",
          "brands": 1,
          "such_as": [
            "ring-1"
          ],
          "holds_up": false
        }
      ]
    }
    [exit 1]
    "#);
}

#[test]
fn the_fleet_at_a_glance_shows_those_first_that_need_somebody() {
    let env = crate::common::demo();
    insta::assert_snapshot!(env.terminal(
        "fivestep status --watch
         fivestep status --watch --blocked -o ids
         fivestep status --watch --stuck
         fivestep status --every 3"
    ), @"
    $ fivestep status --watch
    4 brands at 2026-03-30 10:00 UTC  3 blocked, 1 gold
     BRAND           WHERE      STATUS            ENGAGED         HELD BY
     azzurro-radio   1.support  blocked just now  · not measured  open (waived:
                                                                  answered)
     bianco-books    4.repeat   blocked just now  ███· 5.743 %    settled
     verde-garden    1.support  blocked just now  █ 13.08 %       answered, open
     rosso-roasters  2.repeat   gold 56 d         ██ 11.65 %
    [exit 0]

    $ fivestep status --watch --blocked -o ids
    azzurro-radio
    bianco-books
    verde-garden
    [exit 0]

    $ fivestep status --watch --stuck
    error: the argument '--watch' cannot be used with '--stuck'

    Usage: fivestep status --watch --actor <NAME> --now <INSTANT> [BRAND]...

    For more information, try '--help'.
    [exit 2]

    $ fivestep status --every 3
    error: the following required arguments were not provided:
      --watch

    Usage: fivestep status --watch --every <SECONDS> --actor <NAME> --now <INSTANT> [BRAND]...

    For more information, try '--help'.
    [exit 2]
    ");
    let frame = env.ok(["status", "--watch", "-o", "json"]).json();
    let shown = frame["shown"].as_array().unwrap();
    assert_eq!(frame["brands"], 4);
    assert_eq!(shown.iter().filter(|one| one["course"]["cycles"].is_array()).count(), 4);
}

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

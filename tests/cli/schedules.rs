//! `schedule preview`: when schedules come, and what is said where there is none.

use insta::assert_snapshot;

use crate::common::TestEnv;

/// A workspace whose workflow has two schedules.
fn scheduled() -> TestEnv {
    let env = TestEnv::new();
    let workflow = "workflows/engagement.yaml";
    let text = std::fs::read_to_string(env.path(workflow)).unwrap();
    let schedules = "\
schedules:
  - { id: night, cron: 30 2 * * *, dst: { repeated: both }, run: source.pull }
  - { id: week, cron: 0 9 * * mon, zone: Australia/Lord_Howe, dst: { skipped: skip }, run: advance }
";
    env.write(workflow, format!("{text}{schedules}"));
    env
}

#[test]
fn a_preview_shows_the_wall_and_what_the_clocks_do_to_it() {
    let env = scheduled();
    assert_snapshot!(env.terminal("fivestep schedule preview --count 2"), @"
    $ fivestep schedule preview --count 2
    night: 30 2 * * *, UTC
     wall clock                   UTC
     Tue 2026-03-31 02:30 +00:00  Tue 02:30
     Wed 2026-04-01 02:30 +00:00  Wed 02:30

    week: 0 9 * * mon, Australia/Lord_Howe
     wall clock                   UTC
     Mon 2026-04-06 09:00 +10:30  Sun 22:30
     Mon 2026-04-13 09:00 +10:30  Sun 22:30
    [exit 0]
    ");
    assert_snapshot!(env.terminal(
        "fivestep schedule preview engagement --schedule night --zone Europe/Rome --around 2026-10-25"
    ), @"
    $ fivestep schedule preview engagement --schedule night --zone Europe/Rome --around 2026-10-25
    night: 30 2 * * *, Europe/Rome
     wall clock                   UTC
     Sat 2026-10-24 02:30 +02:00  Sat 00:30
     Sun 2026-10-25 02:30 +02:00  Sun 00:30  02:30 comes twice: the first
     Sun 2026-10-25 02:30 +01:00  Sun 01:30  02:30 comes twice: the second
     Mon 2026-10-26 02:30 +01:00  Mon 01:30
    [exit 0]
    ");
    assert_snapshot!(env.terminal("fivestep schedule preview acme --schedule week --days 10"), @"
    $ fivestep schedule preview acme --schedule week --days 10
    week: 0 9 * * mon, Australia/Lord_Howe
     wall clock                   UTC
     Mon 2026-04-06 09:00 +10:30  Sun 22:30
    [exit 0]
    ");
    assert_snapshot!(env.terminal("fivestep schedule preview -o ids"), @"
    $ fivestep schedule preview -o ids
    night
    week
    [exit 0]
    ");
    let json = env.ok(["schedule", "preview", "--schedule", "night", "--count", "1", "-o", "json"]);
    assert_eq!(json.json()[0]["occurrences"][0]["at"], "2026-03-31T02:30:00Z");
}

#[test]
fn what_a_preview_cannot_show_is_said() {
    let env = scheduled();
    assert_snapshot!(env.terminal("fivestep schedule preview --schedule nigth"), @"
    $ fivestep schedule preview --schedule nigth
    error: there is no schedule `nigth`
    hint: did you mean `night`? there is `night`, `week`
    [exit 4]
    ");
    assert_snapshot!(env.terminal("fivestep schedule preview --zone Europe/Roma"), @"
    $ fivestep schedule preview --zone Europe/Roma
    error: there is no time zone `Europe/Roma`
    hint: did you mean `Europe/Rome`?
    [exit 2]
    ");
    assert_snapshot!(env.terminal("fivestep schedule preview somewhere"), @"
    $ fivestep schedule preview somewhere
    error: there is no workflow `somewhere`
    hint: there is `engagement`
    [exit 4]
    ");
    assert_snapshot!(TestEnv::new().terminal("fivestep schedule preview"), @"
    $ fivestep schedule preview
    The workflow engagement has no schedule.
    [exit 0]
    ");
}

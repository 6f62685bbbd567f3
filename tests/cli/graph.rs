//! `graph`: a workflow as a drawing, alone and with a brand on it.

use insta::assert_snapshot;

use crate::common::{TestEnv, demo, ring, started};

const NINE: &str = include_str!("../drawing/nine.yaml");

#[test]
fn the_only_workflow_is_drawn_and_others_by_name_or_file() {
    let env = TestEnv::new();
    let only = env.ok(["graph"]).stdout;
    assert_snapshot!(only, @r#"
    engagement 1.0.0  Five steps to an engaged audience

     ● start
     ▼
    1 define  Define your true brand
     │  complete: profile_completeness ≥ 100 %
     │  on_topic: topic_adherence ≥ 60 % (lower95, n ≥ 20)
     │  steady: longest_silent_gap ≤ 7 d
     │  signed: task sign_charter
     ▼
    2 target  Engage the people you want
     │  reached: engaged_followers ≥ 20
     │  wrote: task engage
     ▼
    3 support  Support the audience you have
     │  answered: response_rate ≥ 70 % (lower95, n ≥ 20)
     │  quick: first_response_median ≤ 1 d
     │  open: back_and_forth_rate ≥ 10 % (n ≥ 20)
     ▼
    4 refine  Refine your network
     │  many_voices: concentration ≤ 60 % (upper95)
     │  reviewed: task review
     ▼
    5 repeat  Repeat what works
     │  settled: window_settled
     ├─ if goal.held ─▶ end: gold
     ├─ else if regressed("define") ─▶ 1 define, next cycle
     ├─ otherwise ─▶ 2 target, next cycle
     ├┄ after 3 cycles without a gain ┄▷ end: stalled
     └┄ after 12 cycles ┄▷ end: exhausted

    Gold: all of these pass at the end of 2 cycles in a row
      engaged_follower_rate ≥ goals.engaged_follower_rate (lower95)
      response_rate ≥ 90 % (lower95, n ≥ 20)
      back_and_forth_rate ≥ 20 %
    "#);
    assert_eq!(env.ok(["graph", "engagement"]).stdout, only);
    assert_eq!(env.ok(["graph", "workflows/engagement.yaml"]).stdout, only);
    // A file needs no workspace.
    let outside = TestEnv::empty();
    outside.write("nine.yaml", NINE);
    assert_snapshot!(outside.ok(["graph", "nine.yaml"]).stdout, @r#"
    sign-off 2.1.0  An agency's own process, with a sign-off by the client before
    anything is said in public

     ● start
     ▼
    1 define  Define the brand with everybody who has a say in it, from the founders
     │  to the people in the shop
     │  complete: profile_completeness ≥ 100 %
     ▼
    1 define: charter  Write the charter
     │  written: task write
     │  seen: engaged_followers ≥ 1
     ▼
    1 define: approve  The client approves the charter
     │  signed: task sign
     │  slept: wait 1 d
     │  seen: engaged_followers ≥ 1
     ├─ if !tasks.sign.agreed ─▶ 1 define: charter, next cycle
     ├─ otherwise ─▶ 2 target
     ├┄ gate still shut after 10 business days ┄▷ end: stalled
     ▼
    2 target  Engage the people you want
     │  reached: any of: engaged_followers ≥ 20; (all of: engaged_followers ≥ 5;
     │    wait 28 d)
     ▼
    2 target: pilot  Try three kinds of posts
     │  tried: wait 7 d
     │  seen: engaged_followers ≥ 1
     ├─ if topic_adherence < 50% && topic_adherence.n >= 20 || engaged_followers < 3
     │    && stage.age > 2w && previous.engaged_followers >= engaged_followers ─▶ 1
     │    define: charter, next cycle
     ├─ else if engaged_followers >= 100 ─▶ 4 refine
     ├─ otherwise ─▶ 3 support
     ▼
    3 support  Support the audience you have
     │  answered: response_rate ≥ 70 % (lower95, n ≥ 20, age ≤ 2 d)
     │  quick: first_response_median ≤ 1 d
     ├┄ gate still shut after 60 d ┄▷ 3 support: review
     ▼
    3 support: review  Read the month's conversations together
     │  read: task read
     │  seen: engaged_followers ≥ 1
     ├─ if !tasks.read.fine ─▶ 3 support, next cycle
     ├─ otherwise ─▶ 4 refine
     ▼
    4 refine  Refine your network
     │  many_voices: concentration ≤ 60 % (upper95)
     ▼
    5 repeat  Repeat what works
     │  settled: window_settled
     ├─ if goal.held ─▶ end: gold
     ├─ else if regressed("define") ─▶ 1 define, next cycle
     ├─ otherwise ─▶ 2 target, next cycle
     ├┄ after 4 cycles without a gain ┄▷ end: stalled
     └┄ after 24 cycles ┄▷ end: exhausted

    Gold: all of these pass at the end of a cycle
      engaged_follower_rate ≥ goals.engaged_follower_rate (lower95)
      response_rate ≥ 90 % (lower95, n ≥ 20)
    "#);
}

#[test]
fn a_brand_is_drawn_where_it_stands_with_its_verdicts_and_its_way() {
    let env = demo();
    assert_snapshot!(env.ok(["graph", "--brand", "verde-garden"]).stdout, @r#"
    engagement 1.0.0  Five steps to an engaged audience
    verde-garden  Verde Garden: cycle 1, stage support
      cycle 1: define → target → support

     ● start
     ▼
    1 define  Define your true brand (passed 1×)
     │  complete: profile_completeness ≥ 100 %
     │  on_topic: topic_adherence ≥ 60 % (lower95, n ≥ 20)
     │  steady: longest_silent_gap ≤ 7 d
     │  signed: task sign_charter
     ▼  taken 1×
    2 target  Engage the people you want (passed 1×)
     │  reached: engaged_followers ≥ 20
     │  wrote: task engage
     ▼  taken 1×
    ▶ 3 support  Support the audience you have (the brand is here)
     │  insufficient answered: response_rate ≥ 70 % (lower95, n ≥ 20)
     │               100 % (11 of 11 conversations), 95 % interval 74.12 % to 100 %
     │  pass         quick: first_response_median ≤ 1 d
     │               43 min 39 s over 11 answered conversations, 95 % interval 27
     │               min to 1 h
     │  insufficient open: back_and_forth_rate ≥ 10 % (n ≥ 20)
     │               36.36 % (4 of 11 conversations), 95 % interval 15.17 % to
     │               64.62 %
     ▼
    4 refine  Refine your network
     │  many_voices: concentration ≤ 60 % (upper95)
     │  reviewed: task review
     ▼
    5 repeat  Repeat what works
     │  settled: window_settled
     ├─ if goal.held ─▶ end: gold
     ├─ else if regressed("define") ─▶ 1 define, next cycle
     ├─ otherwise ─▶ 2 target, next cycle
     ├┄ after 3 cycles without a gain ┄▷ end: stalled
     └┄ after 12 cycles ┄▷ end: exhausted

    Gold: all of these pass at the end of 2 cycles in a row
      pass         engaged_follower_rate ≥ goals.engaged_follower_rate (lower95)
                   13.08 % (34 of 260 followers), 95 % interval 9.511 % to 17.72 %
      insufficient response_rate ≥ 90 % (lower95, n ≥ 20)
                   100 % (11 of 11 conversations), 95 % interval 74.12 % to 100 %
      pass         back_and_forth_rate ≥ 20 %
                   36.36 % (4 of 11 conversations), 95 % interval 15.17 % to
                   64.62 %
    "#);
    assert_snapshot!(env.ok(["graph", "--brand", "rosso-roasters"]).stdout, @r#"
    engagement 1.0.0  Five steps to an engaged audience
    rosso-roasters  Rosso Roasters: cycle 2, stage repeat, gold since 2026-03-02
    10:00
      cycle 1: define → target → support → refine → repeat
      cycle 2: target → support → refine → repeat → gold

     ● start
     ▼
    1 define  Define your true brand (passed 1×)
     │  complete: profile_completeness ≥ 100 %
     │  on_topic: topic_adherence ≥ 60 % (lower95, n ≥ 20)
     │  steady: longest_silent_gap ≤ 7 d
     │  signed: task sign_charter
     ▼  taken 1×
    2 target  Engage the people you want (passed 2×)
     │  reached: engaged_followers ≥ 20
     │  wrote: task engage
     ▼  taken 2×
    3 support  Support the audience you have (passed 2×)
     │  answered: response_rate ≥ 70 % (lower95, n ≥ 20)
     │  quick: first_response_median ≤ 1 d
     │  open: back_and_forth_rate ≥ 10 % (n ≥ 20)
     ▼  taken 2×
    4 refine  Refine your network (passed 2×)
     │  many_voices: concentration ≤ 60 % (upper95)
     │  reviewed: task review
     ▼  taken 2×
    5 repeat  Repeat what works (passed 2×)
     │  settled: window_settled
     ├─ if goal.held ─▶ end: gold (taken 1×)
     ├─ else if regressed("define") ─▶ 1 define, next cycle
     ├─ otherwise ─▶ 2 target, next cycle (taken 1×)
     ├┄ after 3 cycles without a gain ┄▷ end: stalled
     └┄ after 12 cycles ┄▷ end: exhausted

    Gold: all of these pass at the end of 2 cycles in a row
      pass         engaged_follower_rate ≥ goals.engaged_follower_rate (lower95)
                   12.33 % (53 of 430 followers), 95 % interval 9.548 % to 15.77 %
      pass         response_rate ≥ 90 % (lower95, n ≥ 20)
                   100 % (44 of 44 conversations), 95 % interval 91.97 % to 100 %
      pass         back_and_forth_rate ≥ 20 %
                   45.45 % (20 of 44 conversations), 95 % interval 31.71 % to
                   59.93 %
    "#);
    let json = env.ok(["graph", "--brand", "rosso-roasters", "-o", "json"]).json();
    let taken =
        json["edges"].as_array().unwrap().iter().map(|edge| {
            format!("{} {} {}", edge["from"].as_str().unwrap(), edge["to"], edge["taken"])
        });
    assert_eq!(
        taken.collect::<Vec<_>>(),
        [
            r#"define {"stage":"target"} 1"#,
            r#"target {"stage":"support"} 2"#,
            r#"support {"stage":"refine"} 2"#,
            r#"refine {"stage":"repeat"} 2"#,
            r#"repeat {"finish":"gold"} 1"#,
            r#"repeat {"stage":"define"} 0"#,
            r#"repeat {"stage":"target"} 1"#,
            r#"repeat {"finish":"stalled"} 0"#,
            r#"repeat {"finish":"exhausted"} 0"#,
        ]
    );
    assert_eq!(json["run"]["outcome"], "gold");
    assert_eq!(json["run"]["other_moves"], 0);
}

#[test]
fn a_run_that_a_person_ended_and_one_that_has_not_begun_are_drawn_too() {
    let env = started();
    env.ok(["cancel", "acme", "--reason", "sold"]);
    let text = env.ok(["graph", "--brand", "acme"]).stdout;
    assert!(text.contains("cycle 1: define → abandoned"), "{text}");
    assert!(!text.contains("is here"), "{text}");
    let fresh = TestEnv::new().ok(["graph", "--brand", "acme"]).stdout;
    assert!(fresh.contains("acme  Acme Coffee: not started"), "{fresh}");
}

#[test]
fn a_run_on_an_edited_workflow_is_drawn_on_the_text_it_runs_on() {
    let env = ring(1);
    env.ok(["advance", "ring-0"]);
    let name = "workflows/ring.yaml";
    env.replace(name, "next: support", "next: [ { when: goal.met, to: refine }, { to: support } ]");
    let before = env.ok(["graph", "--brand", "ring-0"]).stdout;
    assert!(before.contains("was edited") && !before.contains("goal.met"), "{before}");
    env.ok(["adopt", "ring-0", "--reason", "a shorter way"]);
    env.ok(["advance", "ring-0"]);
    let after = env.ok(["graph", "--brand", "ring-0"]).stdout;
    assert!(after.contains("if goal.met ─▶ 4 refine"), "{after}");
    assert!(after.contains("otherwise ─▶ 3 support (taken 1×)"), "{after}");
}

#[test]
fn no_line_of_a_drawing_is_wider_than_80_columns() {
    let env = demo();
    env.write("nine.yaml", NINE.replace("Write the charter", &"Very-long-".repeat(30)));
    for line in ["graph nine.yaml", "graph --brand bianco-books", "graph --brand azzurro-radio"] {
        let text = env.line(&format!("fivestep {line}")).stdout;
        let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
        assert_eq!(wide, Vec::<&str>::new(), "{line}");
        assert!(text.lines().all(|line| line == line.trim_end()), "{line} pads a line");
    }
}

#[test]
fn each_form_is_written_and_other_verbs_refuse_it() {
    let env = started();
    let table = [("mermaid", "---\ntitle:"), ("dot", "digraph"), ("svg", "<svg "), ("json", "{")];
    for (format, begin) in table {
        let text = env.ok(["graph", "--brand", "acme", "-o", format]).stdout;
        assert!(text.starts_with(begin), "{format}: {text}");
    }
    assert_snapshot!(env.terminal("
        fivestep graph -o ids
        fivestep status -o svg
        fivestep graph nothing
        fivestep graph nothing.yaml
        fivestep graph Not-A-Name
        fivestep graph --brand nobody
    "), @"
    $ fivestep graph -o ids
    define
    target
    support
    refine
    repeat
    [exit 0]

    $ fivestep status -o svg
    error: this verb does not write `svg`
    hint: it writes `table`, `json`, `ids`
    [exit 2]

    $ fivestep graph nothing
    error: there is no workflow `nothing`
    hint: there is `engagement`
    [exit 4]

    $ fivestep graph nothing.yaml
    error: `nothing.yaml` cannot be read: No such file or directory (os error 2)
    hint: look at the path and its permissions
    [exit 1]

    $ fivestep graph Not-A-Name
    error: `Not-A-Name` is not a workflow name: use 1 to 64 of a-z, 0-9, `-` and `_`, beginning with a letter or digit
    hint: see the names with `fivestep check -o ids`
    [exit 2]

    $ fivestep graph --brand nobody
    error: there is no brand `nobody`
    hint: there is `acme`
    [exit 4]
    ");
    env.write("workflows/nine.yaml", NINE.replace("workflow: sign-off", "workflow: nine"));
    assert_snapshot!(env.terminal("fivestep graph"), @"
    $ fivestep graph
    error: this workspace has 2 workflows
    hint: name one of them: `engagement`, `nine`
    [exit 2]
    ");
    env.replace("workflows/nine.yaml", "next: approve", "next: aprove");
    assert_eq!(env.line("fivestep graph nine -o svg").code, 3);
}

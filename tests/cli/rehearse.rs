//! `test` and `simulate`: brands that exist only in memory.

use insta::assert_snapshot;

use crate::common::{TestEnv, demo, started};

/// A suite with one case that passes and one that does not.
const SUITE: &str = "\
suite: engagement
brand: { goals: { engaged_follower_rate: 2% } }
cases:
  - name: A brand begins in define
    steps:
      - start
      - expect: { stage: define, cycle: 1 }
  - name: 'Silence is <no> \"answer\" & no evidence'
    steps:
      - start
      - done: { task: sign_charter, form: { agreed: true } }
      - observe: { profile_completeness: 75%, topic_adherence: { value: 80%, n: 10 } }
      - expect:
          stage: target
          shut: [complete, steady]
";

#[test]
fn a_suite_says_which_step_went_otherwise_and_why() {
    let env = TestEnv::new();
    env.write("workflows/short.test.yaml", SUITE);
    let lines = "
        fivestep test
        fivestep test workflows/short.test.yaml --filter begins
        fivestep test workflows/short.test.yaml -o ids
        fivestep test workflows/short.test.yaml -o junit
        fivestep test --filter nonsense
        fivestep status -o junit";
    assert_snapshot!(env.terminal(lines), @r#"
    $ fivestep test
    workflows/engagement.test.yaml
      ok      A brand reaches gold when the goal holds for two rounds
      ok      Nothing opens the first gate but evidence and a signature
      ok      A handful of posts proves nothing, however good they are
      ok      Conversations that nobody answers hold a brand in support
      ok      A brand that drifts from its topics goes back to define
      ok      The same evidence is not counted in two rounds
      ok      Rounds without a gain stall
      ok      Twelve rounds are enough, even when every other one is good
      ok      An archive cannot tell who engaged, and a named person may say so
      ok      A brand can rest, and its run can be ended

    workflows/short.test.yaml
      ok      A brand begins in define
      FAILED  Silence is <no> "answer" & no evidence
              workflows/short.test.yaml:13: expect: stage: target shut: [complete,
                                            steady]
              stage
                - expected: target
                + actual:   define
              held by
                - expected: complete, steady
                + actual:   complete, on_topic, steady
              at 2026-03-02 09:00, rehearsal@1.define.2
                fail         complete
                  profile_completeness at least 100 %; 75 % over 1 profile fields;
                  to pass: 25 % more
                insufficient on_topic
                  topic_adherence at least 60 %; 80 % (8 of 10 own posts), 95 %
                  interval 49.02 % to 94.33 %; to pass: 10 more own posts at this
                  rate
                insufficient steady
                  longest_silent_gap at most 7 d; nothing yet

    12 cases: 11 passed, 1 failed.
    [exit 5]

    $ fivestep test workflows/short.test.yaml --filter begins
    workflows/short.test.yaml
      ok      A brand begins in define

    1 case: 1 passed, 0 failed.
    [exit 0]

    $ fivestep test workflows/short.test.yaml -o ids
    Silence is <no> "answer" & no evidence
    [exit 5]

    $ fivestep test workflows/short.test.yaml -o junit
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="fivestep" tests="2" failures="1" errors="0">
      <testsuite name="workflows/short.test.yaml" tests="2" failures="1" errors="0">
        <testcase name="A brand begins in define" classname="workflows/short" file="workflows/short.test.yaml" line="4"/>
        <testcase name="Silence is &lt;no&gt; &quot;answer&quot; &amp; no evidence" classname="workflows/short" file="workflows/short.test.yaml" line="8">
          <failure message="stage: expected target, actual define; held by: expected complete, steady, actual complete, on_topic, steady">workflows/short.test.yaml:13: expect: stage: target shut: [complete, steady]
    stage: expected target, actual define
    held by: expected complete, steady, actual complete, on_topic, steady
    held by complete: profile_completeness at least 100 %; 75 % over 1 profile fields
    held by on_topic: topic_adherence at least 60 %, by the lower end of the 95 % interval, on 20 own posts or more; 80 % (8 of 10 own posts), 95 % interval 49.02 % to 94.33 %
    held by steady: longest_silent_gap at most 7 d; nothing yet</failure>
        </testcase>
      </testsuite>
    </testsuites>
    [exit 5]

    $ fivestep test --filter nonsense
    error: no case has `nonsense` in its name
    hint: see the names with `fivestep test`
    [exit 2]

    $ fivestep status -o junit
    error: this verb does not write `junit`
    hint: it writes `table`, `json`, `ids`
    [exit 2]
    "#);
}

#[test]
fn coverage_names_what_no_case_took() {
    let env = TestEnv::new();
    env.write("workflows/engagement.test.yaml", SUITE);
    let lines = "
        fivestep test --filter begins --coverage
        fivestep test --filter begins --require-coverage -o ids";
    assert_snapshot!(env.terminal(lines), @r#"
    $ fivestep test --filter begins --coverage
    workflows/engagement.test.yaml
      ok      A brand begins in define

    Coverage of engagement
      1 of 5 stages, 0 of 7 ways, 0 of 4 outcomes, 0 of 30 verdicts
      not taken: stage target
      not taken: stage support
      not taken: stage refine
      not taken: stage repeat
      not taken: way define > target
      not taken: way target > support
      not taken: way support > refine
      not taken: way refine > repeat
      not taken: way repeat > gold, when goal.held
      not taken: way repeat > define, when regressed("define")
      not taken: way repeat > target, otherwise
      not taken: outcome gold
      not taken: outcome exhausted
      not taken: outcome stalled
      not taken: outcome abandoned
      not seen:  define.complete never passed
      not seen:  define.complete never held a brand
      not seen:  define.on_topic never passed
      not seen:  define.on_topic never held a brand
      not seen:  define.steady never passed
      not seen:  define.steady never held a brand
      not seen:  define.signed never passed
      not seen:  define.signed never held a brand
      not seen:  target.reached never passed
      not seen:  target.reached never held a brand
      not seen:  target.wrote never passed
      not seen:  target.wrote never held a brand
      not seen:  support.answered never passed
      not seen:  support.answered never held a brand
      not seen:  support.quick never passed
      not seen:  support.quick never held a brand
      not seen:  support.open never passed
      not seen:  support.open never held a brand
      not seen:  refine.many_voices never passed
      not seen:  refine.many_voices never held a brand
      not seen:  refine.reviewed never passed
      not seen:  refine.reviewed never held a brand
      not seen:  repeat.settled never passed
      not seen:  repeat.settled never held a brand
      not seen:  goal.engaged_follower_rate never passed
      not seen:  goal.engaged_follower_rate never held a brand
      not seen:  goal.response_rate never passed
      not seen:  goal.response_rate never held a brand
      not seen:  goal.back_and_forth_rate never passed
      not seen:  goal.back_and_forth_rate never held a brand

    1 case: 1 passed, 0 failed.
    [exit 0]

    $ fivestep test --filter begins --require-coverage -o ids
    [exit 5]
    "#);
    let env = TestEnv::new();
    assert_eq!(env.fivestep(["test", "--require-coverage"]).code, 0);
    let json = env.ok(["test", "--coverage", "-o", "json"]).json();
    assert_eq!(json["failed"], 0);
    assert_eq!(json["coverage"][0]["not_taken"].as_array().map(Vec::len), Some(0));
    assert_eq!(json["coverage"][0]["outcomes"][0]["name"], "gold");
}

#[test]
fn a_failed_case_is_told_in_full_as_json() {
    let env = TestEnv::new();
    env.write("workflows/short.test.yaml", SUITE);
    let answer = env.fivestep(["test", "workflows/short.test.yaml", "-o", "json"]);
    assert_eq!(answer.code, 5);
    let json = answer.json();
    assert_eq!((&json["passed"], &json["failed"]), (&1.into(), &1.into()));
    let failure = &json["suites"][0]["cases"][1]["failure"];
    assert_eq!(failure["line"], 13);
    assert_eq!(failure["mismatches"][0]["expected"], "target");
    assert_eq!(failure["mismatches"][0]["actual"], "define");
    let held = failure["held_by"].as_array().expect("the gate is told");
    assert_eq!(held.len(), 3, "{held:#?}");
}

#[test]
fn a_suite_is_checked_like_every_file() {
    let env = TestEnv::new();
    let wrong = SUITE.replace("stage: target", "stage: tarhet").replace("75%", "75");
    env.write("workflows/short.test.yaml", wrong);
    env.write("workflows/lost.test.yaml", SUITE.replace("suite: engagement", "suite: engagemnt"));
    env.write("workflows/suite.yaml", SUITE);
    let lines = "
        fivestep check
        fivestep check workflows/short.test.yaml
        fivestep test
        fivestep test workflows/engagement.yaml --filter gold
        fivestep test brands/acme.yaml
        fivestep brand list";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep check
    error[F0501]: this suite plays the workflow `engagemnt`, which does not exist
     --> workflows/lost.test.yaml:1:8
      |
    1 | suite: engagemnt
      |        ^^^^^^^^^
      |
      = help: did you mean `engagement`?
      = help: the workflow lies beside its suite, as `engagemnt.yaml`
      = note: known here: `engagement`

    error[F0109]: `75` is not a proportion
      --> workflows/short.test.yaml:12:42
       |
    12 |       - observe: { profile_completeness: 75, topic_adherence: { value: 80%, n: 10 } }
       |                                          ^^
       |
       = help: did you mean `75%`?
       = help: write a proportion, such as `60%` or `0.6`

    error[F0203]: there is no stage `tarhet`
      --> workflows/short.test.yaml:14:18
       |
    14 |           stage: tarhet
       |                  ^^^^^^
       |
       = help: did you mean `target`?
       = note: known here: `define`, `target`, `support`, `refine`, `repeat`

    error[F0210]: `workflows/suite.yaml` is a suite, and would be taken for a workflow
     --> workflows/suite.yaml:1:8
      |
    1 | suite: engagement
      |        ^^^^^^^^^^
      |
      = help: name the file `engagement.test.yaml`

    For more about a code: fivestep explain F0501
    Checked 6 files: 4 errors, 0 warnings.
    [exit 3]

    $ fivestep check workflows/short.test.yaml
    error[F0109]: `75` is not a proportion
      --> workflows/short.test.yaml:12:42
       |
    12 |       - observe: { profile_completeness: 75, topic_adherence: { value: 80%, n: 10 } }
       |                                          ^^
       |
       = help: did you mean `75%`?
       = help: write a proportion, such as `60%` or `0.6`

    For more about a code: fivestep explain F0109
    Checked 1 file: 1 error, 0 warnings.
    [exit 3]

    $ fivestep test
    workflows/engagement.test.yaml
      ok      A brand reaches gold when the goal holds for two rounds
      ok      Nothing opens the first gate but evidence and a signature
      ok      A handful of posts proves nothing, however good they are
      ok      Conversations that nobody answers hold a brand in support
      ok      A brand that drifts from its topics goes back to define
      ok      The same evidence is not counted in two rounds
      ok      Rounds without a gain stall
      ok      Twelve rounds are enough, even when every other one is good
      ok      An archive cannot tell who engaged, and a named person may say so
      ok      A brand can rest, and its run can be ended

    workflows/lost.test.yaml
      not played: the file is wrong

    workflows/short.test.yaml
      not played: the file is wrong

    10 cases: 10 passed, 0 failed; 2 suites were not played.
    error[F0501]: this suite plays the workflow `engagemnt`, which does not exist
     --> workflows/lost.test.yaml:1:8
      |
    1 | suite: engagemnt
      |        ^^^^^^^^^
      |
      = help: the workflow lies beside its suite, as `engagemnt.yaml`

    For more about a code: fivestep explain F0501
    error[F0109]: `75` is not a proportion
      --> workflows/short.test.yaml:12:42
       |
    12 |       - observe: { profile_completeness: 75, topic_adherence: { value: 80%, n: 10 } }
       |                                          ^^
       |
       = help: did you mean `75%`?
       = help: write a proportion, such as `60%` or `0.6`

    error[F0203]: there is no stage `tarhet`
      --> workflows/short.test.yaml:14:18
       |
    14 |           stage: tarhet
       |                  ^^^^^^
       |
       = help: did you mean `target`?
       = note: known here: `define`, `target`, `support`, `refine`, `repeat`
    [exit 3]

    $ fivestep test workflows/engagement.yaml --filter gold
    workflows/engagement.test.yaml
      ok      A brand reaches gold when the goal holds for two rounds

    1 case: 1 passed, 0 failed.
    [exit 0]

    $ fivestep test brands/acme.yaml
    error: no suite lies beside `brands/acme.yaml`
    hint: write one as `brands/acme.test.yaml`
    [exit 2]

    $ fivestep brand list
    acme
    [exit 0]
    ");
    assert_snapshot!(TestEnv::empty().terminal("fivestep test"), @"
    $ fivestep test
    error: there is no fivestep workspace in `$DIR` or above it
    hint: make one with `fivestep init`, or look at a ready one with `fivestep demo`
    [exit 1]
    ");
}

#[test]
fn a_brand_is_played_on_with_other_numbers() {
    let env = demo();
    let lines = "
        fivestep simulate verde-garden
        fivestep simulate verde-garden --set response_rate=95%/120 --set back_and_forth_rate=30%/120 --tasks done --for 12w
        fivestep simulate verde-garden --set response_rate=99%/400 --set back_and_forth_rate=30%/120 --until repeat --tasks done
        fivestep simulate rosso-roasters
        fivestep simulate --workflow workflows/engagement.yaml --tasks done";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep simulate verde-garden
    verde-garden  on engagement 27dfd609, from 2026-03-30 10:00; nothing is written

     DAY  CYCLE  STAGE    FOR      WAY    BECAUSE  HELD BY
     0    1      support  no time  stays           answered, open

    verde-garden would stand in support of cycle 1, held by answered, open.
      insufficient answered
                   response_rate at least 70 %; 100 % (11 of 11 conversations), 95 %
                   interval 74.12 % to 100 %; to pass: 9 more conversations at this
                   rate
      insufficient open
                   back_and_forth_rate at least 10 %; 36.36 % (4 of 11
                   conversations), 95 % interval 15.17 % to 64.62 %; to pass: 9 more
                   conversations at this rate
    assumes: no time passes, and no evidence is new but what was set
    assumes: nobody does a task that is open
    [exit 0]

    $ fivestep simulate verde-garden --set response_rate=95%/120 --set back_and_forth_rate=30%/120 --tasks done --for 12w
    verde-garden  on engagement 27dfd609, from 2026-03-30 10:00; nothing is written

     DAY  CYCLE  STAGE    FOR      WAY      BECAUSE  HELD BY
     0    1      support  no time  refine
     0    1      refine   no time  repeat
     0    1      repeat   no time  target
     0    2      target   no time  support
     0    2      support  no time  refine
     0    2      refine   no time  repeat
     27   2      repeat   27 d     target            settled 27 d
     27   3      target   no time  support
     27   3      support  no time  refine
     27   3      refine   no time  repeat
     54   3      repeat   27 d     target            settled 27 d
     54   4      target   no time  support
     54   4      support  no time  refine
     54   4      refine   no time  repeat
     81   4      repeat   27 d     stalled           settled 27 d

    verde-garden would end as stalled in cycle 4 after 81 d, on 2026-06-19.
    The goal would lack:
      insufficient response_rate
                   response_rate at least 90 %; 95 % (114 of 120 conversations),
                   95 % interval 89.52 % to 97.69 %; to pass: 19 more conversations
                   at this rate
    assumes: evidence is as fresh as the clock each day, and its numbers stay
    assumes: people do every task at once
    [exit 0]

    $ fivestep simulate verde-garden --set response_rate=99%/400 --set back_and_forth_rate=30%/120 --until repeat --tasks done
    verde-garden  on engagement 27dfd609, from 2026-03-30 10:00; nothing is written

     DAY  CYCLE  STAGE    FOR      WAY     BECAUSE  HELD BY
     0    1      support  no time  refine
     0    1      refine   no time  repeat
     0    1      repeat   no time  stays

    verde-garden would stand in repeat of cycle 1 with an open gate.
    assumes: no time passes, and no evidence is new but what was set
    assumes: people do every task at once
    [exit 0]

    $ fivestep simulate rosso-roasters
    blocked: rosso-roasters: the brand's run ended as gold
    hint: see how with `fivestep history rosso-roasters`; another run begins with `fivestep start rosso-roasters --again`
    [exit 10]

    $ fivestep simulate --workflow workflows/engagement.yaml --tasks done
    from nothing  on engagement 27dfd609, from 2026-03-30 10:00; nothing is written

     DAY  CYCLE  STAGE   FOR      WAY    BECAUSE  HELD BY
     0    1      define  no time  stays           complete, on_topic, signed,
                                                  steady

    A brand would stand in define of cycle 1, held by complete, on_topic, steady.
      insufficient complete
                   profile_completeness at least 100 %; nothing yet
      insufficient on_topic
                   topic_adherence at least 60 %; nothing yet
      insufficient steady
                   longest_silent_gap at most 7 d; nothing yet
    assumes: no time passes, and no evidence is new but what was set
    assumes: people do every task at once
    [exit 0]
    ");
}

#[test]
fn a_past_is_played_again() {
    let env = demo();
    let yaml = std::fs::read_to_string(env.path("workflows/engagement.yaml")).unwrap();
    env.write("drafts/gentle.yaml", yaml.replace("at_least: 60%", "at_least: 20%"));
    env.write("drafts/longer.yaml", yaml.replace("held_for: 2", "held_for: 3"));
    let lines = "
        fivestep simulate bianco-books --since start --workflow drafts/gentle.yaml --tasks done
        fivestep simulate rosso-roasters --since 2026-02-10 --workflow drafts/longer.yaml
        fivestep simulate rosso-roasters --since start --goal engaged_follower_rate=30%
        fivestep simulate rosso-roasters --since 999
        fivestep simulate rosso-roasters --since yesterday
        fivestep simulate rosso-roasters --since 2026-03-29";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep simulate bianco-books --since start --workflow drafts/gentle.yaml --tasks done
    bianco-books  on engagement 8496ef19, from 2026-02-02 10:00; nothing is written

     STAGE    REALLY   THEN     CHANGE
     define   28 d     no time  28 d less
     target   no time  no time  same
     support  no time  no time  same
     refine   no time  no time  same
     repeat   28 d     56 d     28 d longer

    really: cycles 1 to 4, 17 stages left; stands in repeat
    then:   cycles 1 to 4, 16 stages left; stands in repeat
      fail         settled
                   window_settled is true; no; to pass: evidence that reaches
                   2026-04-26 08:00

    You would stand in repeat of cycle 4 (really: repeat of cycle 4). Define would
    have held you 28 d less. Repeat would have held you 28 d longer.
    assumes: somebody asks for an advance each time something is new, or a wait or
             limit is over
    assumes: people do every task at once; waivers count from the moment they really
             came
    [exit 0]

    $ fivestep simulate rosso-roasters --since 2026-02-10 --workflow drafts/longer.yaml
    rosso-roasters  on engagement 9e7d6146, from 2026-02-02 10:00; nothing is
                    written

     STAGE    REALLY  THEN  CHANGE
     define
     target           28 d
     support
     refine
     repeat   28 d    28 d  same

    really: cycle 2, 1 stage left; gold on 2026-03-02
    then:   cycles 2 to 3, 1 stage left; stands in target
      fail         wrote
                   task engage done: Write to the people you want in your audience;
                   open, for role:manager, due 2026-03-09 10:00 (overdue by 21 d)

    You would stand in target of cycle 3 (really: gold in cycle 2 on 2026-03-02).
    Target would have held you 28 d longer.
    assumes: somebody asks for an advance each time something is new, or a wait or
             limit is over
    assumes: work and waivers count from the moment they really came, each once
    assumes: nothing is known after 2026-03-02 10:00
    [exit 0]

    $ fivestep simulate rosso-roasters --since start --goal engaged_follower_rate=30%
    rosso-roasters  on engagement 27dfd609, from 2026-02-02 10:00; nothing is
                    written

     STAGE    REALLY   THEN     CHANGE
     define   no time  no time  same
     target   no time  28 d     28 d longer
     support  no time  no time  same
     refine   no time  no time  same
     repeat   28 d     28 d     same

    really: cycles 1 to 2, 9 stages left; gold on 2026-03-02
    then:   cycles 1 to 3, 9 stages left; stands in target
      fail         wrote
                   task engage done: Write to the people you want in your audience;
                   open, for role:manager, due 2026-03-09 10:00 (overdue by 21 d)

    You would stand in target of cycle 3 (really: gold in cycle 2 on 2026-03-02).
    Target would have held you 28 d longer.
    assumes: somebody asks for an advance each time something is new, or a wait or
             limit is over
    assumes: work and waivers count from the moment they really came, each once
    assumes: nothing is known after 2026-03-02 10:00
    [exit 0]

    $ fivestep simulate rosso-roasters --since 999
    error: there is no revision 999
    hint: write `start`, a revision from 0 to 21, or a day such as `2026-03-02`
    [exit 2]

    $ fivestep simulate rosso-roasters --since yesterday
    error: `yesterday` is no moment of a run
    hint: write `start`, a revision from 0 to 21, or a day such as `2026-03-02`
    [exit 2]

    $ fivestep simulate rosso-roasters --since 2026-03-29
    error: nothing has happened to rosso-roasters since then
    hint: play it on with `fivestep simulate rosso-roasters`, without `--since`
    [exit 2]
    ");
}

#[test]
fn what_cannot_be_supposed_is_said_with_what_can() {
    let env = started();
    let lines = "
        fivestep simulate
        fivestep simulate acne
        fivestep simulate acme --set respnse_rate=90%
        fivestep simulate acme --set response_rate=90
        fivestep simulate acme --set response_rate
        fivestep simulate acme --set window_settled=true
        fivestep simulate acme --goal engaged_follower_rate=2
        fivestep simulate acme --until suport
        fivestep simulate acme --for 3h
        fivestep simulate acme --workflow brands/acme.yaml --since start";
    let shown = env.terminal(lines);
    let errors: Vec<&str> = shown
        .lines()
        .filter(|line| line.starts_with("error") || line.starts_with("[exit"))
        .collect();
    assert_snapshot!(errors.join("\n"), @"
    error: neither a brand nor a workflow was named
    [exit 2]
    error: there is no brand `acne`
    [exit 4]
    error: there is no metric `respnse_rate`
    [exit 4]
    error: `90` is not a proportion; did you mean `90%`?; write a proportion, such as `60%` or `0.6`
    [exit 2]
    error: `response_rate` is not METRIC=VALUE
    [exit 2]
    error: `window_settled` follows from the cycle and the newest evidence
    [exit 2]
    error: `2` is not a proportion; did you mean `2%`?; write a proportion, such as `60%` or `0.6`
    [exit 2]
    error: there is no stage `suport`
    [exit 4]
    error: invalid value '3h' for '--for <DAYS>': write days or weeks, such as `90d` or `12w`, up to 3660 days
    [exit 2]
    error[F0101]: the file has no key `brand`
    error[F0103]: the file lacks the key `format`
    error[F0103]: the file lacks the key `version`
    error[F0103]: the file lacks the key `title`
    error[F0103]: the file lacks the key `initial`
    error[F0103]: the file lacks the key `window`
    error[F0103]: the file lacks the key `goal`
    error[F0103]: the file lacks the key `limits`
    error[F0103]: the file lacks the key `stages`
    error[F0101]: the file has no key `name`
    error[F0101]: the file has no key `timezone`
    error[F0101]: the file has no key `languages`
    error[F0101]: the file has no key `goals`
    error[F0101]: the file has no key `accounts`
    error[F0101]: the file has no key `charter`
    error[F0101]: the file has no key `sources`
    [exit 3]
    ");
}

#[test]
fn nothing_is_written() {
    let env = demo();
    let before = env.contents();
    for line in [
        "fivestep test --coverage",
        "fivestep simulate verde-garden --set response_rate=95%/120 --tasks done --for 90d",
        "fivestep simulate bianco-books --since start --goal engaged_follower_rate=1% -o json",
        "fivestep simulate --workflow workflows/engagement.yaml -o json",
    ] {
        assert_eq!(env.line(line).code, 0, "{line}");
        assert!(env.contents() == before, "{line} changed a file");
    }
}

#[test]
fn simulate_answers_in_full_as_json() {
    let env = demo();
    let line = "fivestep simulate verde-garden --set response_rate=95%/120 --tasks done -o json";
    let json = env.line(line).json();
    assert_eq!(json["brand"], "verde-garden");
    assert_eq!(json["end"]["stage"], "support");
    assert_eq!(json["end"]["held_by"][0]["clause"], "open");
    let json = env.line("fivestep simulate bianco-books --since start -o json").json();
    assert_eq!(json["stages"][0]["stage"], "define");
    assert_eq!(json["stages"][0]["real_seconds"], json["stages"][0]["then_seconds"]);
    assert!(json["assumes"][0].as_str().unwrap().contains("asks for an advance"));
    // What happened is told alike on both sides, entry by entry.
    assert_eq!(json["real"]["path"], json["then"]["path"]);
}

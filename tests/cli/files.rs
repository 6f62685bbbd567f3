//! `init`, `check` and `brand`: the files that people write.

use insta::assert_snapshot;

use crate::common::{TestEnv, demo};

#[test]
fn a_workspace_is_made_once() {
    let env = TestEnv::empty();
    assert_snapshot!(env.terminal("fivestep init\nfivestep init"), @"
    $ fivestep init
    Made a workspace in .:
      workflows/engagement.yaml
      workflows/engagement.test.yaml
      brands/acme.yaml

    Next: put an export where brands/acme.yaml says, then
      fivestep check
      fivestep import acme
      fivestep start acme
    [exit 0]

    $ fivestep init
    error: `.` is a fivestep workspace already
    hint: go on in it, or choose another folder
    [exit 1]
    ");
}

#[test]
fn a_folder_can_be_named() {
    let env = TestEnv::empty();
    let lines = "
        fivestep init acme-agency
        fivestep -C acme-agency brand list
        fivestep brand list
        fivestep -C nowhere brand list
        fivestep -C acme-agency init";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep init acme-agency
    Made a workspace in acme-agency:
      workflows/engagement.yaml
      workflows/engagement.test.yaml
      brands/acme.yaml

    Next: put an export where brands/acme.yaml says, then
      fivestep check
      fivestep import acme
      fivestep start acme
    [exit 0]

    $ fivestep -C acme-agency brand list
    acme
    [exit 0]

    $ fivestep brand list
    error: there is no fivestep workspace in `$DIR` or above it
    hint: make one with `fivestep init`, or look at a ready one with `fivestep demo`
    [exit 1]

    $ fivestep -C nowhere brand list
    error: `nowhere` cannot be read: No such file or directory (os error 2)
    hint: look at the path and its permissions
    [exit 1]

    $ fivestep -C acme-agency init
    error: `acme-agency` is a fivestep workspace already
    hint: go on in it, or choose another folder
    [exit 1]
    ");
}

#[test]
fn init_keeps_the_files_that_are_there() {
    let env = TestEnv::empty();
    env.write("brands/acme.yaml", "mine");
    env.ok(["init"]);
    assert_eq!(std::fs::read_to_string(env.path("brands/acme.yaml")).unwrap(), "mine");
}

#[test]
fn a_clean_workspace_checks_clean() {
    let env = TestEnv::new();
    let lines = "
        fivestep check
        fivestep check workflows/engagement.yaml
        fivestep check brands
        fivestep check -o ids
        fivestep check nowhere.yaml";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep check
    Checked 3 files: 0 errors, 0 warnings.
    [exit 0]

    $ fivestep check workflows/engagement.yaml
    Checked 1 file: 0 errors, 0 warnings.
    [exit 0]

    $ fivestep check brands
    Checked 1 file: 0 errors, 0 warnings.
    [exit 0]

    $ fivestep check -o ids
    workflows/engagement.test.yaml
    workflows/engagement.yaml
    brands/acme.yaml
    [exit 0]

    $ fivestep check nowhere.yaml
    error: `nowhere.yaml` cannot be read: No such file or directory (os error 2)
    hint: look at the path and its permissions
    [exit 1]
    ");
}

#[test]
fn a_misspelt_key_is_answered_with_the_name_that_was_meant() {
    let env = TestEnv::new();
    env.replace("workflows/engagement.yaml", "at_most: 24h", "at_mots: 24h");
    let lines = "
        fivestep check
        fivestep start acme";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep check
    error[F0111]: this clause does not say what `first_response_median` is compared with
       --> workflows/engagement.yaml:100:9
        |
    100 |       - id: quick
        |         ^^^^^^^^^
        |
        = help: add `at_least:` with a duration, such as `4h` or `28d`

    error[F0101]: an entry of `exit` has no key `at_mots`
       --> workflows/engagement.yaml:102:9
        |
    102 |         at_mots: 24h
        |         ^^^^^^^ not a key here
        |
        = help: did you mean `at_most`?
        = note: known here: `id`, `metric`, `at_least`, `at_most`, `is`, `bound`, `min_n`,
                `max_age`, `task`, `wait`, `when`, `any`, `all`, `because`

    Checked 3 files: 2 errors, 0 warnings.
    [exit 3]

    $ fivestep start acme
    error[F0111]: this clause does not say what `first_response_median` is compared with
       --> workflows/engagement.yaml:100:9
        |
    100 |       - id: quick
        |         ^^^^^^^^^
        |
        = help: add `at_least:` with a duration, such as `4h` or `28d`

    error[F0101]: an entry of `exit` has no key `at_mots`
       --> workflows/engagement.yaml:102:9
        |
    102 |         at_mots: 24h
        |         ^^^^^^^ not a key here
        |
        = help: did you mean `at_most`?
        = note: known here: `id`, `metric`, `at_least`, `at_most`, `is`, `bound`, `min_n`,
                `max_age`, `task`, `wait`, `when`, `any`, `all`, `because`
    [exit 3]
    ");
}

#[test]
fn what_no_source_can_measure_is_said_before_the_start() {
    let env = demo();
    let first = env.ok(["check"]).stdout;
    let first = first.split("\n\n").next().unwrap();
    assert_snapshot!(first, @r"
    warning[F0407]: no source of `azzurro-radio` can measure `engaged_follower_rate`
      --> workflows/engagement.yaml:22:17
       |
    22 |     - { metric: engaged_follower_rate, at_least: goals.engaged_follower_rate, bound: lower95 }
       |                 ^^^^^^^^^^^^^^^^^^^^^ it takes number of followers, followers by name, people who engaged, by name
       |
       = help: the goal cannot be met without a source of kind `bluesky_api`
    ");
}

#[test]
fn a_goal_that_the_brand_does_not_set_is_named() {
    let env = TestEnv::new();
    env.replace("brands/acme.yaml", "goals: { engaged_follower_rate: 2% }\n", "");
    let lines = "
        fivestep check
        fivestep start acme
        fivestep status";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep check
    error[F0406]: `acme` does not set the goal `engaged_follower_rate`, which `engagement` asks for
     --> brands/acme.yaml:2:1
      |
    2 | brand: acme
      | ^^^^^
      |
      = help: add `engaged_follower_rate: 2%` to `goals`

    Checked 3 files: 1 error, 0 warnings.
    [exit 3]

    $ fivestep start acme
    error[F0406]: `acme` does not set the goal `engaged_follower_rate`, which `engagement` asks for
     --> brands/acme.yaml:2:1
      |
    2 | brand: acme
      | ^^^^^
      |
      = help: add `engaged_follower_rate: 2%` to `goals`
    [exit 3]

    $ fivestep status
    No brand has started. `fivestep brand list` shows those that could.
    [exit 0]
    ");
}

#[test]
fn a_file_is_named_after_what_it_defines() {
    let env = TestEnv::new();
    env.replace("brands/acme.yaml", "brand: acme", "brand: apex");
    assert_snapshot!(env.terminal("fivestep start acme"), @r"
    $ fivestep start acme
    error[F0210]: `brands/acme.yaml` defines `apex`
     --> brands/acme.yaml:2:8
      |
    2 | brand: apex
      |        ^^^^
      |
      = help: name the file `apex.yaml`, or change the name here
    [exit 3]
    ");
}

#[test]
fn brands_are_listed_and_shown() {
    let env = demo();
    let lines = "
        fivestep brand list
        fivestep brand show azzurro-radio
        fivestep brand show azuro-radio
        fivestep brand show nobody";
    assert_snapshot!(env.terminal(lines), @r"
    $ fivestep brand list
    azzurro-radio
    bianco-books
    rosso-roasters
    verde-garden
    [exit 0]

    $ fivestep brand show azzurro-radio
    azzurro-radio  Azzurro Radio
      workflow:  engagement
      zone:      Europe/Rome
      languages: en, it
      accounts:  mastodon @azzurro@radio.example
      pillars:   on-air, voices
      people:    Aldo
      goals:     engaged_follower_rate 2 %
      sources:   mastodon_archive @azzurro@radio.example
      metrics:   first_response_median, first_response_p90, topic_adherence,
                 profile_completeness, longest_silent_gap, window_settled
      unmeasurable with these sources: engaged_followers, engaged_follower_rate,
                                       response_rate, back_and_forth_rate,
                                       conversation_depth, concentration,
                                       engaged_retention
    [exit 0]

    $ fivestep brand show azuro-radio
    error: there is no brand `azuro-radio`
    hint: did you mean `azzurro-radio`? there is `azzurro-radio`, `bianco-books`, `rosso-roasters`, `verde-garden`
    [exit 4]

    $ fivestep brand show nobody
    error: there is no brand `nobody`
    hint: there is `azzurro-radio`, `bianco-books`, `rosso-roasters`, `verde-garden`
    [exit 4]
    ");
}

#[test]
fn a_workspace_without_brands_says_how_to_get_one() {
    let env = TestEnv::new();
    std::fs::remove_file(env.path("brands/acme.yaml")).unwrap();
    let lines = "
        fivestep brand list
        fivestep brand show acme
        fivestep status
        fivestep start --all";
    assert_snapshot!(env.terminal(lines), @r"
    $ fivestep brand list
    There is no brand yet; write brands/NAME.yaml.
    [exit 0]

    $ fivestep brand show acme
    error: there is no brand `acme`
    hint: there is no brand in this workspace yet
    [exit 4]

    $ fivestep status
    No brand has started. `fivestep brand list` shows those that could.
    [exit 0]

    $ fivestep start --all
    error: no brand was named
    hint: name brands, or take `--all`; `fivestep brand list` shows them
    [exit 2]
    ");
}

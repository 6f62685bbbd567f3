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
                `max_age`, `hours`, `task`, `wait`, `when`, `any`, `all`, `because`

    For more about a code: fivestep explain F0111
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
                `max_age`, `hours`, `task`, `wait`, `when`, `any`, `all`, `because`

    For more about a code: fivestep explain F0111
    [exit 3]
    ");
}

#[test]
fn what_no_source_can_measure_is_said_before_the_start() {
    let env = demo();
    let first = env.ok(["check"]).stdout;
    let first = first.split("\n\n").next().unwrap();
    assert_snapshot!(first, @"
    warning[F0407]: no source of `azzurro-radio` can measure `engaged_follower_rate`
      --> workflows/engagement.yaml:22:17
       |
    22 |     - { metric: engaged_follower_rate, at_least: goals.engaged_follower_rate, bound: lower95 }
       |                 ^^^^^^^^^^^^^^^^^^^^^ it takes number of followers, followers by name, people who engaged, by name, or number of engaged followers
       |
       = help: the goal cannot be met without a source of kind `bluesky_api` or another that holds it
    ");
}

#[test]
fn a_page_explains_each_code() {
    let env = TestEnv::empty();
    let lines = "
        fivestep explain 205
        fivestep explain F0299
        fivestep explain gate
        fivestep explain F0205 -o ids";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep explain 205
    F0205: A metric that does not exist

    A metric is a number that fivestep computes from evidence by a fixed rule. A
    name that is not among them measures nothing, and its gate would never open.

    Wrong

        metric: reply_rate
        at_least: 70%

    Right

        metric: response_rate
        at_least: 70%

    What to do

    Take the name that is suggested, or one of those listed. The page metrics says
    what each measures and what it needs.
    [exit 0]

    $ fivestep explain F0299
    error: there is no code `F0299`
    hint: did you mean `F0209`? see them all with `fivestep explain`
    [exit 4]

    $ fivestep explain gate
    error: there is no code `gate`
    hint: see them all with `fivestep explain`
    [exit 4]

    $ fivestep explain F0205 -o ids
    F0205
    [exit 0]
    ");
    let list = env.ok(["explain"]).stdout;
    let head: Vec<&str> = list.lines().take(3).collect();
    assert_snapshot!(head.join("\n"), @"
    code   meaning
    F0001  The file is longer than a definition may be.
    F0002  The bytes are not UTF-8.
    ");
    let codes = env.ok(["explain", "-o", "ids"]).stdout;
    for code in codes.lines() {
        let page = env.ok(["explain", code]).stdout;
        assert!(page.starts_with(code), "{page}");
        // The quoted lines of a definition keep their own width.
        let prose = page.lines().filter(|line| !line.starts_with("    "));
        assert!(prose.into_iter().all(|line| line.chars().count() <= 80), "{page}");
    }
    let one = env.ok(["explain", "f0407", "-o", "json"]).json();
    assert_eq!((&one["code"], &one["severity"]), (&"F0407".into(), &"warning".into()));
    assert!(one["page"].as_str().unwrap().starts_with("# F0407: "), "{one}");
    assert_eq!(env.ok(["explain", "-o", "json"]).json()[1]["code"], "F0002");
}

#[test]
fn findings_are_written_for_tools_that_review_code() {
    let env = TestEnv::new();
    env.replace("workflows/engagement.yaml", "id: quick", "id: answered");
    env.replace("workflows/engagement.yaml", "next: support", "next: suport");
    let answer = env.fivestep(["check", "-o", "sarif"]);
    assert_eq!((answer.code, answer.stderr.as_str()), (3, ""));
    let mut log = answer.json();
    let driver = &mut log["runs"][0]["tool"]["driver"];
    driver["version"] = "V".into();
    // What a page says is tested where the pages are.
    for rule in driver["rules"].as_array_mut().unwrap() {
        assert_eq!(rule["help"]["text"], env.ok(["explain", rule["id"].as_str().unwrap()]).stdout);
        let page = rule["help"]["markdown"].as_str().unwrap().replace('\n', " ");
        assert!(page.contains(rule["fullDescription"]["text"].as_str().unwrap()), "{rule}");
        rule["help"] = "…".into();
        rule["fullDescription"] = "…".into();
    }
    assert_snapshot!(serde_json::to_string_pretty(&log).unwrap(), @r#"
    {
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "runs": [
        {
          "columnKind": "unicodeCodePoints",
          "invocations": [
            {
              "executionSuccessful": true,
              "toolExecutionNotifications": []
            }
          ],
          "results": [
            {
              "fixes": [
                {
                  "artifactChanges": [
                    {
                      "artifactLocation": {
                        "uri": "workflows/engagement.yaml",
                        "uriBaseId": "%SRCROOT%"
                      },
                      "replacements": [
                        {
                          "deletedRegion": {
                            "endColumn": 17,
                            "endLine": 87,
                            "startColumn": 11,
                            "startLine": 87
                          },
                          "insertedContent": {
                            "text": "support"
                          }
                        }
                      ]
                    }
                  ],
                  "description": {
                    "text": "Write `support`."
                  }
                }
              ],
              "level": "error",
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "workflows/engagement.yaml",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "endColumn": 17,
                      "endLine": 87,
                      "startColumn": 11,
                      "startLine": 87
                    }
                  }
                }
              ],
              "message": {
                "text": "there is no stage `suport`\ndid you mean `support`?"
              },
              "relatedLocations": [
                {
                  "id": 1,
                  "message": {
                    "text": "`support` is defined here, and nothing refers to it"
                  },
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "workflows/engagement.yaml",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "endColumn": 10,
                      "endLine": 90,
                      "startColumn": 3,
                      "startLine": 90
                    }
                  }
                }
              ],
              "ruleId": "F0203",
              "ruleIndex": 1
            },
            {
              "level": "error",
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "workflows/engagement.yaml",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "endColumn": 21,
                      "endLine": 100,
                      "startColumn": 13,
                      "startLine": 100
                    }
                  }
                }
              ],
              "message": {
                "text": "there are two clauses `answered`"
              },
              "relatedLocations": [
                {
                  "id": 1,
                  "message": {
                    "text": "the first clause of this name"
                  },
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "workflows/engagement.yaml",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "endColumn": 21,
                      "endLine": 94,
                      "startColumn": 13,
                      "startLine": 94
                    }
                  }
                }
              ],
              "ruleId": "F0202",
              "ruleIndex": 0
            }
          ],
          "tool": {
            "driver": {
              "name": "fivestep",
              "rules": [
                {
                  "defaultConfiguration": {
                    "level": "error"
                  },
                  "fullDescription": "…",
                  "help": "…",
                  "id": "F0202",
                  "name": "DuplicateName",
                  "shortDescription": {
                    "text": "Two things of one kind carry the same name."
                  }
                },
                {
                  "defaultConfiguration": {
                    "level": "error"
                  },
                  "fullDescription": "…",
                  "help": "…",
                  "id": "F0203",
                  "name": "UnknownStage",
                  "shortDescription": {
                    "text": "A stage that the file does not define."
                  }
                }
              ],
              "version": "V"
            }
          }
        }
      ],
      "version": "2.1.0"
    }
    "#);
}

#[test]
fn a_finding_leads_to_its_file_wherever_the_command_is_given() {
    let env = TestEnv::new();
    env.write("brands/café bar.yaml", "brand: [");
    let place = |args: &[&str]| {
        let log = env.fivestep(args.iter().copied().chain(["-o", "sarif"])).json();
        log["runs"][0]["results"][0]["locations"][0]["physicalLocation"].clone()
    };
    let root =
        serde_json::json!({ "uri": "brands/caf%C3%A9%20bar.yaml", "uriBaseId": "%SRCROOT%" });
    assert_eq!(place(&["check"])["artifactLocation"], root);
    assert_eq!(place(&["check", "./brands/../brands/café bar.yaml"])["artifactLocation"], root);
    let whole = env.path("brands/café bar.yaml").display().to_string();
    assert_eq!(place(&["check", &whole])["artifactLocation"], root);
    // Outside of a workspace there is no root to which it could be relative.
    let outside = TestEnv::empty();
    outside.write("w.yaml", "é: 1 [");
    let log = outside.fivestep(["check", "w.yaml", "-o", "sarif"]).json();
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"], serde_json::json!({ "uri": "w.yaml" }));
}

#[test]
fn what_cannot_be_read_is_told_to_tools_too() {
    let env = TestEnv::new();
    let answer = env.fivestep(["check", "brands", "nowhere.yaml", "-o", "sarif"]);
    assert_eq!(answer.code, 1);
    let run = &answer.json()["runs"][0]["invocations"][0];
    assert_eq!(run["executionSuccessful"], false);
    let told = run["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(told.starts_with("`nowhere.yaml` cannot be read"), "{told}");
}

#[test]
fn a_format_that_a_verb_does_not_write_is_refused_before_anything_is_done() {
    let env = TestEnv::new();
    let lines = "
        fivestep start acme -o sarif
        fivestep status
        fivestep status -o nonsense";
    assert_snapshot!(env.terminal(lines), @"
    $ fivestep start acme -o sarif
    error: this verb does not write `sarif`
    hint: it writes `table`, `json`, `ids`
    [exit 2]

    $ fivestep status
    No brand has started. `fivestep brand list` shows those that could.
    [exit 0]

    $ fivestep status -o nonsense
    error: invalid value 'nonsense' for '--output <OUTPUT>'
      [possible values: table, json, ids]

    For more information, try '--help'.
    [exit 2]
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

    For more about a code: fivestep explain F0406
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

    For more about a code: fivestep explain F0406
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
    assert_snapshot!(env.terminal("fivestep start acme"), @"
    $ fivestep start acme
    error[F0210]: `brands/acme.yaml` defines `apex`
     --> brands/acme.yaml:2:8
      |
    2 | brand: apex
      |        ^^^^
      |
      = help: name the file `apex.yaml`, or change the name here

    For more about a code: fivestep explain F0210
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
    assert_snapshot!(env.terminal(lines), @"
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
                 human_share, profile_completeness, longest_silent_gap,
                 last_own_post, posts_per_reply, window_settled
      unmeasurable: 27 metrics; `fivestep metrics azzurro-radio` says why
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

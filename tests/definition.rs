//! Definition files as people write them, right and wrong, and as an attacker would.
//!
//! Start with `definition/corpus.rs`: small files on both sides of every code.
#![allow(clippy::disallowed_methods, reason = "tests are an edge")]

#[path = "definition/corpus.rs"]
mod corpus;
#[path = "definition/edits.rs"]
mod edits;
#[path = "definition/fuzzed.rs"]
mod fuzzed;
#[path = "definition/hostile.rs"]
mod hostile;
#[path = "definition/shipped.rs"]
mod shipped;

use std::{collections::BTreeSet, fs, path::Path};

use fivestep::{
    definition::{
        Code, Diagnostic, MAX_BYTES, SourceFile, check_all, check_pair, diagnostic::MAX_PROBLEMS,
        load_brand, load_suite, load_workflow, render,
    },
    model::{Brand, Demand, Metric, Target, Workflow},
};
use proptest::prelude::*;

use corpus::{corpus, problems_of};

fn engagement() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("workflows/engagement.yaml");
    fs::read_to_string(path).expect("the shipped workflow is there")
}

fn workflow(yaml: &str) -> Result<Workflow, Vec<Diagnostic>> {
    load_workflow(&SourceFile::new("w.yaml", yaml.as_bytes().to_vec()))
}

/// The codes of what is wrong with a workflow file.
fn codes(bytes: impl Into<Vec<u8>>) -> Vec<&'static str> {
    match load_workflow(&SourceFile::new("w.yaml", bytes.into())) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(|problem| problem.code.id()).collect(),
    }
}

#[test]
fn the_shipped_workflow_says_what_the_tutorial_says() {
    let workflow = workflow(&engagement()).expect("it loads");
    let mut stages = String::new();
    for stage in &workflow.stages {
        let clauses = stage.exit.iter().map(|clause| format!(" {}", clause.id));
        let tasks = stage.tasks.iter().map(|task| format!(" +{}", task.id));
        stages += &format!("{}:{}\n", stage.id, clauses.chain(tasks).collect::<String>());
    }
    insta::assert_snapshot!(stages, @r"
    define: complete on_topic steady signed +sign_charter
    target: reached wrote +engage
    support: answered quick open
    refine: many_voices reviewed +review
    repeat: settled
    ");
    let repeat = workflow.stages.last().expect("five stages");
    let ways: Vec<String> =
        repeat.next.branches.iter().map(|branch| branch.when.to_string()).collect();
    assert_eq!(ways, ["goal.held", "regressed(\"define\")"]);
    let onward = matches!(&repeat.next.otherwise, Target::Stage(id) if id.as_str() == "target");
    assert!(onward, "the round goes on at `target`");
    let goal: Vec<&str> = workflow.goal.all.iter().map(|clause| clause.id.as_str()).collect();
    assert_eq!(goal, ["engaged_follower_rate", "response_rate", "back_and_forth_rate"]);
    assert_eq!((workflow.goal.held_for, workflow.limits.cycles), (2, 12));
    assert_eq!(workflow.limits.stall_after, Some(3));
    assert_eq!(workflow.window_seconds, 28 * 86_400);
    let on_topic = &workflow.stages[0].exit[1].demand;
    assert!(matches!(
        on_topic,
        Demand::Metric { metric: Metric::TopicAdherence, min_n: Some(20), .. }
    ));
}

#[test]
fn a_file_with_thousands_of_problems_names_the_first_of_them() {
    let many: String = (0..50_000).map(|at| format!("key{at}: value\n")).collect();
    let found = codes(many);
    assert_eq!(found.len(), MAX_PROBLEMS + 1);
    assert_eq!(found.last(), Some(&"F0013"));
}

#[test]
fn a_workflow_of_a_megabyte_loads() {
    let mut yaml = engagement();
    let clause = |at: usize| {
        format!(
            "      - {{ id: more_{at}, metric: engaged_followers, at_least: {at}, because: Padding of this line. }}\n"
        )
    };
    let more: String = (1..14_000).map(clause).collect();
    yaml = yaml.replace(
        "      - { id: wrote, task: engage }\n",
        &format!("      - {{ id: wrote, task: engage }}\n{more}"),
    );
    assert!(yaml.len() > 1_000_000 && yaml.len() < MAX_BYTES, "{}", yaml.len());
    let workflow = workflow(&yaml).expect("it is long, and right");
    assert_eq!(workflow.stages[1].exit.len(), 14_001);
}

#[test]
fn a_file_cut_anywhere_is_refused_or_right_but_never_a_panic() {
    let whole = engagement();
    let mut loaded = 0;
    for end in (0..whole.len()).step_by(37) {
        let file = SourceFile::new("cut.yaml", whole.as_bytes()[..end].to_vec());
        match load_workflow(&file) {
            Ok(_) => loaded += 1,
            Err(problems) => {
                assert!(!problems.is_empty());
                assert!(render(&problems, &[&file], true).contains("cut.yaml"));
            }
        }
    }
    assert_eq!(loaded, 0, "half a workflow is none");
    for (name, bytes) in corpus("accept") {
        for end in (0..bytes.len()).step_by(11) {
            let file = SourceFile::new(name.as_str(), bytes[..end].to_vec());
            render(&problems_of(&file), &[&file], false);
        }
    }
}

/// Texts that are nearly workflows: the shipped one with a few characters exchanged.
fn nearly_a_workflow() -> impl Strategy<Value = String> {
    let pieces = "[\\[\\]{}:,&*!|>'\"%@`#?\t\n a-z0-9é\u{1f600}-]{0,4}";
    prop::collection::vec((0.0..1.0f64, 0..6usize, pieces), 1..4).prop_map(|edits| {
        let mut text: Vec<char> = engagement().chars().collect();
        for (place, removed, inserted) in edits {
            let at = (place * text.len() as f64) as usize;
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        text.into_iter().collect()
    })
}

fn never_panics(bytes: Vec<u8>) {
    let file = SourceFile::new("any.yaml", bytes);
    let suite = load_suite(&file, None).err();
    let all = [load_workflow(&file).err(), load_brand(&file).err(), suite];
    for problems in all.into_iter().flatten() {
        assert!(!problems.is_empty());
        for problem in &problems {
            assert!(
                problem.line >= 1 && problem.column >= 1 && problem.span.start <= problem.span.end
            );
        }
        render(&problems, &[&file], false);
    }
}

/// Words of expressions in any order, and what is none.
fn expression_like() -> impl Strategy<Value = String> {
    const WORDS: [&str; 38] = [
        "goal.held",
        "goal.met",
        "cycle",
        "stage.age",
        "now",
        "response_rate",
        "response_rate.low",
        "previous.response_rate",
        "goals.response_rate",
        "first_response_median",
        "first_response_median.business",
        "previous.first_response_p90.business.high",
        "posts_per_reply",
        "last_own_post",
        "regressed(\"define\")",
        "date(\"2026-03-02\")",
        "5%",
        "0.5",
        "3",
        "4h",
        "true",
        "\"x\"",
        "(",
        ")",
        "(",
        ")",
        "!",
        "-",
        "&&",
        "||",
        "==",
        "<",
        ">=",
        "+",
        "*",
        "/",
        ".",
        "é",
    ];
    prop::collection::vec(prop::sample::select(&WORDS[..]), 0..12).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        never_panics(bytes);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        never_panics(text.into_bytes());
    }

    #[test]
    fn no_slip_in_a_workflow_makes_it_panic(text in nearly_a_workflow()) {
        never_panics(text.into_bytes());
    }

    #[test]
    fn no_expression_makes_it_panic(text in expression_like()) {
        fuzzed::laws::expression(&text);
    }
}

#[test]
fn a_suite_observes_business_hours_as_an_expression_names_them() {
    // (what is observed, the code and the suggestion)
    let table = [
        ("first_response_median.business: 3h", None),
        ("first_response_median: 3h", None),
        ("last_own_post: 2026-03-02, posts_per_reply: { value: 1.5, n: 20 }", None),
        (
            "first_response_median_business: 3h",
            Some(("F0205", Some("first_response_median.business"))),
        ),
        ("response_rate.business: 3h", Some(("F0205", None))),
    ];
    for (observed, expected) in table {
        let yaml = format!(
            "suite: small\ncases:\n  - name: a\n    steps: [{{ observe: {{ {observed} }} }}]\n"
        );
        let file = SourceFile::new("small.test.yaml", yaml.into_bytes());
        let problem = load_suite(&file, None).err().unwrap_or_default().into_iter().next();
        let found = problem.as_ref().map(|it| (it.code.id(), it.suggestion.as_deref()));
        assert_eq!(found, expected, "{observed}");
    }
}

/// The brand of the corpus with some of its text exchanged, beside the shipped workflow.
fn pair(exchange: &[(&str, &str)]) -> (Vec<Diagnostic>, String) {
    let workflow_file = SourceFile::new("workflows/engagement.yaml", engagement().into_bytes());
    let workflow = load_workflow(&workflow_file).expect("it loads");
    let acme = corpus("accept").into_iter().find(|(name, _)| name == "brand-acme.yaml");
    let mut text = String::from_utf8(acme.expect("it is there").1).expect("UTF-8");
    for (from, to) in exchange {
        assert!(text.contains(from), "the brand says {from}");
        text = text.replace(from, to);
    }
    let brand_file = SourceFile::new("brands/acme.yaml", text.into_bytes());
    let brand: Brand = load_brand(&brand_file).expect("it loads");
    let found = check_pair(&workflow, &workflow_file, &brand, &brand_file);
    let shown = render(&found, &[&workflow_file, &brand_file], false);
    (found, shown)
}

#[test]
fn a_brand_and_its_workflow_must_agree() {
    let ids = |exchange| -> Vec<&'static str> {
        pair(exchange).0.iter().map(|problem| problem.code.id()).collect()
    };
    let bluesky = ("mastodon_archive", "bluesky_api");
    type Exchange<'a> = &'a [(&'a str, &'a str)];
    let table: [(&str, Exchange<'_>, &[&str]); 4] = [
        ("all is there", &[bluesky], &[]),
        ("another workflow", &[bluesky, ("workflow: engagement", "workflow: small")], &["F0405"]),
        (
            "no such goal",
            &[bluesky, ("engaged_follower_rate: 2%", "response_rate: 2%")],
            &["F0406"],
        ),
        ("an archive cannot tell", &[], &["F0407"; 7]),
    ];
    for (why, exchange, expected) in table {
        assert_eq!(ids(exchange), expected, "{why}");
    }
}

#[test]
fn a_clause_is_unmeasurable_once_for_all_brands_in_the_order_of_the_files() {
    let acme = include_str!("definition/accept/brand-acme.yaml");
    let brand = |name: &str| {
        let yaml = acme.replace("brand: acme", &format!("brand: {name}"));
        SourceFile::new(format!("brands/{name}.yaml"), yaml.into_bytes())
    };
    let mut files = vec![
        brand("a"),
        SourceFile::new("workflows/engagement.yaml", engagement().into_bytes()),
        SourceFile::new("brands/b.yaml", acme.replace("brand: acme", "brand: c").into_bytes()),
    ];
    let told = |files: &[SourceFile]| -> Vec<String> {
        let found = check_all(files, true, &Default::default());
        found.iter().map(|one| format!("{} {} {}", one.file, one.code, one.brands.len())).collect()
    };
    let clauses = "workflows/engagement.yaml F0407 2";
    assert_eq!(told(&files), [vec![clauses; 7], vec!["brands/b.yaml F0210 0"]].concat());
    // (how many more brands, whom the message names)
    let table = [
        (0, "`a` and `c`"),
        (1, "`a`, `c` and `d0`"),
        (2, "`a`, `c` and 2 more"),
        (300, "`a`, `c` and 300 more"),
    ];
    for (more, named) in table {
        files.truncate(3);
        files.extend((0..more).map(|at| brand(&format!("d{at}"))));
        let found = check_all(&files, true, &Default::default());
        assert_eq!(found.len(), 8);
        let message = format!("no source of {named} can measure `engaged_follower_rate`");
        assert_eq!(found[0].message, message);
        assert_eq!(found[0].brands.len(), 2 + more);
    }
}

#[test]
fn a_wrong_workflow_is_not_a_missing_one() {
    let yaml = include_bytes!("definition/accept/brand-norwegian.yaml").to_vec();
    let brand = load_brand(&SourceFile::new("x.yaml", yaml.clone())).expect("it loads");
    let file = SourceFile::new(format!("brands/{}.yaml", brand.id), yaml);
    let wrong = SourceFile::new("workflows/w.yaml", b"format: 1\n".to_vec());
    let found = |files: &[SourceFile], whole| -> BTreeSet<&'static str> {
        check_all(files, whole, &Default::default())
            .iter()
            .map(|problem| problem.code.id())
            .collect()
    };
    assert_eq!(found(std::slice::from_ref(&file), true), BTreeSet::from(["F0408"]));
    assert_eq!(found(std::slice::from_ref(&file), false), BTreeSet::new());
    assert_eq!(found(&[file, wrong], true), BTreeSet::from(["F0103"]));
}

/// What is shown when texts of the shipped workflow are exchanged.
fn shown(exchange: &[(&str, &str)]) -> String {
    let mut yaml = engagement();
    for (from, to) in exchange {
        assert!(yaml.contains(from), "the workflow says {from}");
        yaml = yaml.replacen(from, to, 1);
    }
    let file = SourceFile::new("workflows/engagement.yaml", yaml.into_bytes());
    render(&load_workflow(&file).expect_err("it is wrong"), &[&file], false)
}

#[test]
fn all_problems_are_shown_in_one_run_in_the_order_of_the_file() {
    let slips = [
        ("window: 28d", "window: 28 days"),
        ("metric: topic_adherence", "metric: topic_adherance"),
        ("at_least: 60%", "at_least: 60"),
        ("min_n: 20\n        because", "min_m: 20\n        because"),
        ("next: support", "next: suport"),
        ("regressed(\"define\")", "regresed(\"define\")"),
    ];
    insta::assert_snapshot!(shown(&slips), @r#"
    error[F0108]: `28 days` is not a duration
      --> workflows/engagement.yaml:14:9
       |
    14 | window: 28 days
       |         ^^^^^^^
       |
       = help: did you mean `28d`?
       = help: write `15m`, `4h`, `28d`, `2w` or, for people, `3 business days`

    error[F0205]: there is no metric `topic_adherance`
      --> workflows/engagement.yaml:54:17
       |
    54 |         metric: topic_adherance
       |                 ^^^^^^^^^^^^^^^
       |
       = help: did you mean `topic_adherence`?
       = note: known here: `engaged_followers`, `engaged_follower_rate`, `er_active`,
               `er_followers_post`, `er_reach`, `er_impressions`, `er_views`,
               `response_rate`, `first_response_median`, `first_response_p90`,
               `back_and_forth_rate`, `conversation_depth`, `conversation_rate`,
               `amplification_rate`, `applause_rate`, `high_intent_rate`,
               `high_intent_followers_post`, `reciprocity`, `mutual_follow_rate`,
               `topic_adherence`, `human_share`, `profile_completeness`,
               `longest_silent_gap`, `last_own_post`, and 12 more

    error[F0101]: an entry of `exit` has no key `min_m`
      --> workflows/engagement.yaml:57:9
       |
    57 |         min_m: 20
       |         ^^^^^ not a key here
       |
       = help: did you mean `min_n`?
       = note: known here: `id`, `metric`, `at_least`, `at_most`, `is`, `bound`, `min_n`,
               `max_age`, `hours`, `task`, `wait`, `when`, `any`, `all`, `because`

    error[F0203]: there is no stage `suport`
      --> workflows/engagement.yaml:87:11
       |
    87 |     next: suport
       |           ^^^^^^
    ...
    90 |   support:
       |   ------- `support` is defined here, and nothing refers to it
       |
       = help: did you mean `support`?
       = note: known here: `define`, `target`, `support`, `refine`, `repeat`

    error[F0211]: there is no question `regresed`
       --> workflows/engagement.yaml:146:17
        |
    146 |       - { when: regresed("define"), to: define }
        |                 ^^^^^^^^
        |
        = help: did you mean `regressed`?
        = note: known here: `regressed("STAGE")`, `date("DAY")`
    "#);
}

#[test]
fn what_is_written_twice_is_shown_with_its_first_place() {
    let slips = [("id: steady", "id: complete"), ("title: Five steps", "window: 28d\ntitle: Five")];
    insta::assert_snapshot!(shown(&slips), @"
    error[F0012]: the key `window` is written twice
      --> workflows/engagement.yaml:15:1
       |
    10 | window: 28d
       | ------ first written here
    ...
    15 | window: 28d
       | ^^^^^^
       |
       = help: keep one of the two

    error[F0202]: there are two clauses `complete`
      --> workflows/engagement.yaml:60:13
       |
    50 |       - id: complete
       |             -------- the first clause of this name
    ...
    60 |       - id: complete
       |             ^^^^^^^^
    ");
}

#[test]
fn a_pair_is_shown_with_both_files() {
    let exchange = [
        ("mastodon_archive", "bluesky_api"),
        ("engaged_follower_rate: 2%", "response_rate: 2%"),
        ("workflow: engagement", "workflow: engagment"),
    ];
    insta::assert_snapshot!(pair(&exchange).1, @r"
    error[F0405]: `acme` follows the workflow `engagment`, and this is `engagement`
     --> brands/acme.yaml:5:11
      |
    5 | workflow: engagment
      |           ^^^^^^^^^
      |
      = help: did you mean `engagement`?
      = note: known here: `engagement`

    error[F0406]: `acme` does not set the goal `engaged_follower_rate`, which `engagement` asks for
     --> brands/acme.yaml:6:1
      |
    6 | goals: { response_rate: 2% }
      | ^^^^^
      |
      = help: add `engaged_follower_rate: 2%` to `goals`
    ");
    let unmeasurable = pair(&[]).0.split_off(6);
    let files = [SourceFile::new("workflows/engagement.yaml", engagement().into_bytes())];
    insta::assert_snapshot!(render(&unmeasurable, &[&files[0]], false), @"
    warning[F0407]: no source of `acme` can measure `concentration`
       --> workflows/engagement.yaml:128:17
        |
    128 |         metric: concentration
        |                 ^^^^^^^^^^^^^ it takes people who engaged, by name
        |
        = help: the clause `many_voices` needs a waiver by a named person, or a source of kind `bluesky_api` or another that holds it
    ");
}

#[test]
fn a_file_that_is_no_text_is_shown_without_its_lines() {
    let show = |bytes: &[u8]| {
        let file = SourceFile::new("acme.yaml", bytes.to_vec());
        render(&load_brand(&file).expect_err("it is wrong"), &[&file], false)
    };
    insta::assert_snapshot!(show(b"brand: acme\nname: Caf\xe9\n"), @r"
    error[F0002]: the byte 0xe9 is not UTF-8
    --> acme.yaml:2:10
     = help: save the file as UTF-8
    ");
    insta::assert_snapshot!(show(&vec![b' '; MAX_BYTES + 1]), @r"
    error[F0001]: the file is longer than 4 MB
    --> acme.yaml:1:1
     = help: a definition is written by people; is this the right file?
    ");
}

#[test]
fn a_hostile_name_cannot_speak_to_the_terminal() {
    let text = shown(&[("window: 28d", "window: 28d\n\"\\e[31mred\\u202e\": 1")]);
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    assert!(render(&[], &[], true).is_empty());
}

#[test]
fn a_problem_is_data_for_programs() {
    let problems = workflow(&engagement().replace("initial: define", "initial: defin"));
    let problems = problems.expect_err("no such stage");
    let json = serde_json::to_string_pretty(&problems).expect("it is data");
    insta::assert_snapshot!(json, @r#"
    [
      {
        "code": "F0203",
        "severity": "error",
        "message": "there is no stage `defin`",
        "file": "w.yaml",
        "span": {
          "start": 456,
          "end": 461
        },
        "line": 11,
        "column": 10,
        "end_line": 11,
        "end_column": 15,
        "label": "",
        "known": [
          "define",
          "target",
          "support",
          "refine",
          "repeat"
        ],
        "suggestion": "define",
        "help": null
      }
    ]
    "#);
}

#[test]
fn a_file_fits_into_its_folder() {
    let yaml = include_bytes!("definition/accept/brand-norwegian.yaml").to_vec();
    let named = |name: &str| SourceFile::new(name, yaml.clone());
    let brand = fivestep::definition::load_brand(&named("x.yaml")).expect("it loads");
    let codes = |file: &str, workflows: &[&str]| -> Vec<Code> {
        let workflows: Vec<String> = workflows.iter().map(|name| (*name).to_owned()).collect();
        let found = fivestep::definition::check_brand_place(&named(file), &brand, &workflows);
        found.into_iter().map(|problem| problem.code).collect()
    };
    let own = format!("brands/{}.yaml", brand.id);
    let follows = brand.workflow.as_str();
    assert_eq!(codes(&own, &["other", follows]), []);
    assert_eq!(codes("brands/other.yaml", &[follows]), [Code::Misnamed]);
    assert_eq!(codes(&own, &["other"]), [Code::UnknownWorkflow]);
}

#[test]
fn a_proof_shows_the_other_place_and_the_way_that_leads_there() {
    let quick = "      - id: quick\n        metric: first_response_median\n        at_most: 24h";
    let slow = "      - id: quick\n        when: response_rate.high < 50% && cycle > 2";
    insta::assert_snapshot!(shown(&[(quick, slow)]), @"
    error[F0310]: this clause contradicts `answered`, so that the gate of `support` never opens
       --> workflows/engagement.yaml:100:9
        |
     94 |       - id: answered
        |         ------------ it cannot pass together with this
    ...
    100 |       - id: quick
        |         ^^^^^^^^^
        |
        = note: path: define -> target -> support
        = help: change one of them, or join them with `any:`

    error[F0311]: what passes the gate of `support` here cannot meet the goal, and every way to gold leads through it
       --> workflows/engagement.yaml:100:9
        |
     23 |     - { metric: response_rate, at_least: 90%, bound: lower95, min_n: 20 }
        |       ------------------------------------------------------------------- the goal asks for this
    ...
    100 |       - id: quick
        |         ^^^^^^^^^
        |
        = note: path: target -> support -> refine -> repeat
        = help: change the clause or the goal
    ");
}

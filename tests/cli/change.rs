//! Going over to an edited workflow, going back, and trying something on a fork.

use crate::common::{TestEnv, demo, started};

/// A second brand, `beta`, that has started like `acme`, which has signed its charter.
fn two_brands() -> TestEnv {
    let env = started();
    copy_brand(&env, "acme", "beta");
    env.ok(["start", "beta"]);
    env.ok(["done", "acme", "sign_charter", "--set", "agreed=true"]);
    env
}

fn copy_brand(env: &TestEnv, from: &str, to: &str) {
    let text = std::fs::read_to_string(env.path(&format!("brands/{from}.yaml"))).unwrap();
    let text = text.replace(&format!("brand: {from}\n"), &format!("brand: {to}\n"));
    env.write(&format!("brands/{to}.yaml"), text);
}

const FILE: &str = "workflows/engagement.yaml";

/// The workflow in which the first stage is called otherwise.
fn rename_define(env: &TestEnv) {
    env.replace(FILE, "  define:\n", "  identity:\n    step: define\n")
        .replace(FILE, "initial: define", "initial: identity")
        .replace(FILE, "regressed(\"define\")", "regressed(\"identity\")")
        .replace(FILE, "to: define }", "to: identity }");
}

#[test]
fn a_plan_groups_brands_and_says_what_is_lost() {
    let env = two_brands();
    env.replace(FILE, "id: sign_charter", "id: sign").replace(
        FILE,
        "task: sign_charter }",
        "task: sign }",
    );
    let before = env.contents();
    insta::assert_snapshot!(env.terminal(
        "fivestep migrate engagement --plan
         fivestep migrate engagement --plan --task sign_charter=sign
         fivestep migrate engagement --plan --task sign_charter=sign acme beta
         fivestep migrate engagement --plan --each -o ids",
    ), @"
    $ fivestep migrate engagement --plan
    engagement is 5684a959 now: 2 brands can go over.

     FROM      STAGE   BRANDS  WHAT HAPPENS            LOST
     27dfd609  define  2       task sign opens         open task sign_charter (1)
                               task sign_charter goes  answers to sign_charter (1)

    Next: fivestep migrate engagement --apply
    [exit 0]

    $ fivestep migrate engagement --plan --task sign_charter=sign
    engagement is 5684a959 now: 2 brands can go over.

     FROM      STAGE   BRANDS  WHAT HAPPENS                    LOST
     27dfd609  define  2       task sign_charter becomes sign  nothing

    Next: fivestep migrate engagement --apply --task sign_charter=sign
    [exit 0]

    $ fivestep migrate engagement --plan --task sign_charter=sign acme beta
    acme  define; loses nothing
    beta  define; loses nothing
    engagement is 5684a959 now: 2 brands can go over.

     FROM      STAGE   BRANDS  WHAT HAPPENS                    LOST
     27dfd609  define  2       task sign_charter becomes sign  nothing

    Next: fivestep migrate engagement acme beta --apply --task sign_charter=sign
    [exit 0]

    $ fivestep migrate engagement --plan --each -o ids
    acme
    beta
    [exit 0]
    ");
    assert_eq!(env.contents(), before, "a plan writes nothing");
}

#[test]
fn nobody_goes_over_until_everybody_has_a_place() {
    let env = two_brands();
    rename_define(&env);
    insta::assert_snapshot!(env.terminal(
        "fivestep migrate engagement --plan
         fivestep migrate engagement --apply
         fivestep migrate engagement --apply --stage define=identity --reason \"a better word\"
         fivestep status
         fivestep migrate engagement --apply --stage define=identity
         fivestep history acme --last 3",
    ), @r#"
    $ fivestep migrate engagement --plan
    engagement is 020fac47 now: 0 brands can go over, 2 brands cannot.

    cannot go over: acme, beta: stage `define` is not in the edited workflow
      hint: say which stage takes its place: `--stage define=NAME`, one of
            `identity`, `target`, `support`, `refine`, `repeat`
    [exit 10]

    $ fivestep migrate engagement --apply
    engagement is 020fac47 now: 0 brands can go over, 2 brands cannot.

    cannot go over: acme, beta: stage `define` is not in the edited workflow
      hint: say which stage takes its place: `--stage define=NAME`, one of
            `identity`, `target`, `support`, `refine`, `repeat`
    blocked: not every brand can go over, so none did
    [exit 10]

    $ fivestep migrate engagement --apply --stage define=identity --reason "a better word"
    engagement is 020fac47 now: 2 brands went over.

     FROM      STAGE              BRANDS  WHAT HAPPENS             LOST
     27dfd609  define > identity  2       task sign_charter stays  nothing
    [exit 0]

    $ fivestep status
     BRAND  CYCLE  STAGE     FOR       STATUS   HELD BY
     acme   1      identity  just now  running
     beta   1      identity  just now  running
    [exit 0]

    $ fivestep migrate engagement --apply --stage define=identity
    engagement is 020fac47 now, and every live brand of it runs on that.
    [exit 10]

    $ fivestep history acme --last 3
     REV  WHEN (UTC)        WHO  WHAT
     1    2026-03-30 10:00  Ada  task sign_charter opened, due 2026-04-02 10:00
     2    2026-03-30 10:00  Ada  task sign_charter done
     3    2026-03-30 10:00  Ada  goes on under 020fac47, in identity (a better
                                 word)
    [exit 0]
    "#);
}

#[test]
fn some_can_go_first_and_asking_again_takes_the_rest() {
    let env = two_brands();
    env.replace(FILE, "at_least: 60%", "at_least: 61%");
    let brands = |json: serde_json::Value| (json["going"].clone(), json["there"].clone());
    let apply = |which: &[&str]| {
        let args = ["migrate", "engagement", "--apply", "-o", "json"];
        brands(env.fivestep(args.into_iter().chain(which.iter().copied())).json())
    };
    assert_eq!(apply(&["beta"]), (1.into(), 0.into()));
    assert_eq!(apply(&["acme", "beta"]), (1.into(), 1.into()));
    assert_eq!(apply(&[]), (0.into(), 0.into()));
}

#[test]
fn answers_that_fit_no_more_are_named_before_they_are_lost() {
    let env = two_brands();
    env.replace(FILE, "required: [agreed]", "required: [agreed, note]");
    insta::assert_snapshot!(env.terminal("fivestep migrate engagement --plan"), @"
    $ fivestep migrate engagement --plan
    engagement is dece69ae now: 2 brands can go over.

     FROM      STAGE   BRANDS  WHAT HAPPENS               LOST
     27dfd609  define  2       task sign_charter stays    answers to sign_charter,
                               (1)                        which do not fit (1)
                               task sign_charter opens
                               again (1)

    Next: fivestep migrate engagement --apply
    [exit 0]
    ");
}

#[test]
fn a_goal_that_a_brand_does_not_set_keeps_it_where_it_is() {
    let env = two_brands();
    env.replace(FILE, "at_least: 60%", "at_least: goals.topic_adherence");
    insta::assert_snapshot!(env.terminal("fivestep migrate engagement --apply"), @"
    $ fivestep migrate engagement --apply
    engagement is 13ba68be now: 0 brands can go over, 2 brands cannot.

    cannot go over: acme, beta: it does not set the goal `topic_adherence`, which
                    `engagement` asks for
      hint: mend its file; `check` shows the place
    blocked: not every brand can go over, so none did
    [exit 10]
    ");
}

#[test]
fn names_that_mean_nothing_are_told() {
    let env = two_brands();
    rename_define(&env);
    // (why this row exists, the flags, the exit code, what is said)
    let table: [(&str, &str, i32, &str); 9] = [
        ("a stage that never was", "--plan --stage defin=identity", 4, "did you mean `define`?"),
        (
            "one that is not there now",
            "--plan --stage define=identty",
            4,
            "did you mean `identity`?",
        ),
        ("a task that never was", "--plan --task sing=engage", 4, "there is no task `sing`"),
        ("no pair", "--plan --stage define", 2, "`define` is not OLD=NEW"),
        ("two answers", "--plan --stage define=target --stage define=identity", 2, "two new names"),
        ("joined by accident", "--plan --stage define=target", 2, "`--stage target=target`"),
        ("a name right, a place missing", "--plan --task sign_charter=engage", 10, "hint: say"),
        ("neither plan nor apply", "", 2, "<--plan|--apply>"),
        ("both", "--plan --apply", 2, "cannot be used"),
    ];
    for (why, flags, code, said) in table {
        let answer = env.line(format!("fivestep migrate engagement {flags}").trim());
        assert_eq!(answer.code, code, "{why}: {}", answer.text());
        assert!(answer.text().contains(said), "{why}: {}", answer.text());
    }
}

#[test]
fn a_brand_goes_back_and_its_text_comes_back_with_it() {
    let env = two_brands();
    env.replace(FILE, "id: sign_charter", "id: sign").replace(
        FILE,
        "task: sign_charter }",
        "task: sign }",
    );
    insta::assert_snapshot!(env.terminal(
        "fivestep migrate engagement --apply --task sign_charter=sign
         fivestep rewind acme --to 1 --reason \"signed by mistake\" --dry-run
         fivestep rewind acme --to acme@1.define.2 --reason \"the new text was wrong\"
         fivestep rewind acme --to acme@1.target.2 --reason x
         fivestep rewind acme --to 99 --reason x
         fivestep rewind acme --to 1
         fivestep rewind acme --to then --reason x
         fivestep rewind nobody --to 1 --reason x",
    ), @r#"
    $ fivestep migrate engagement --apply --task sign_charter=sign
    engagement is 5684a959 now: 2 brands went over.

     FROM      STAGE   BRANDS  WHAT HAPPENS                    LOST
     27dfd609  define  2       task sign_charter becomes sign  nothing
    [exit 0]

    $ fivestep rewind acme --to 1 --reason "signed by mistake" --dry-run
    acme  acme@1.define.4
      would: back to commit 1, in define
      definition: 5684a959 becomes 27dfd609
      task sign: done becomes not there
      task sign_charter: not there becomes open
      what people did since does not count any more:
        2 2026-03-30 10:00 Ada task sign_charter done
        3 2026-03-30 10:00 Ada goes on under 5684a959, in define
    [exit 0]

    $ fivestep rewind acme --to acme@1.define.2 --reason "the new text was wrong"
    acme  acme@1.define.4
      back to commit 2, in define
      definition: 5684a959 becomes 27dfd609
      task sign: done becomes not there
      task sign_charter: not there becomes done
      what people did since does not count any more:
        3 2026-03-30 10:00 Ada goes on under 5684a959, in define
    [exit 0]

    $ fivestep rewind acme --to acme@1.target.2 --reason x
    error: commit 2 is called acme@1.define.2
    hint: see the commits with `fivestep history acme`
    [exit 2]

    $ fivestep rewind acme --to 99 --reason x
    error: acme: commit 99 is not an earlier one of run 1, which stands at 4
    hint: see the commits with `fivestep history acme`
    [exit 4]

    $ fivestep rewind acme --to 1
    error: acme: this needs a reason
    hint: say why with `--reason TEXT`
    [exit 2]

    $ fivestep rewind acme --to then --reason x
    error: `then` is no commit
    hint: write a number such as `17`, or a name such as `acme@2.support.17`; `fivestep history acme` shows them
    [exit 2]

    $ fivestep rewind nobody --to 1 --reason x
    error: there is no brand `nobody`
    hint: there is `acme`, `beta`
    [exit 4]
    "#);
}

#[test]
fn a_fork_needs_a_file_and_begins_once() {
    let env = two_brands();
    let first = env.terminal("fivestep fork acme trial --reason \"a bolder goal\"");
    copy_brand(&env, "acme", "trial");
    let then = env.terminal(
        "fivestep fork acme trial --reason \"a bolder goal\" --dry-run
         fivestep fork acme trial --reason \"a bolder goal\"
         fivestep fork acme trial
         fivestep fork trial trial",
    );
    insta::assert_snapshot!(format!("{first}\n\n{then}"), @r#"
    $ fivestep fork acme trial --reason "a bolder goal"
    error: there is no brand `trial` yet: `brands/trial.yaml` is missing
    hint: make it with `cp brands/acme.yaml brands/trial.yaml`, then `sed -i 's/^brand: acme/brand: trial/' brands/trial.yaml`
    [exit 4]

    $ fivestep fork acme trial --reason "a bolder goal" --dry-run
    trial  trial@1.define.1
      would: begins where acme stood at commit 2
      would: evidence copied
    [exit 0]

    $ fivestep fork acme trial --reason "a bolder goal"
    trial  trial@1.define.1
      begins where acme stood at commit 2
      evidence copied
    [exit 0]

    $ fivestep fork acme trial
    blocked: trial: the brand has started already; it is in stage `define`
    hint: see where it stands with `fivestep why trial`
    [exit 10]

    $ fivestep fork trial trial
    blocked: trial: the brand has started already; it is in stage `define`
    hint: see where it stands with `fivestep why trial`
    [exit 10]
    "#);
}

#[test]
fn a_fork_has_a_copy_of_the_evidence_and_goes_its_own_way() {
    let env = demo();
    copy_brand(&env, "verde-garden", "trial");
    let facts = |brand: &str| {
        let path = env.path(&format!(".fivestep/evidence/{brand}.db"));
        let store = fivestep::store::evidence::EvidenceStore::open_existing_read_only(&path);
        let store = store.unwrap().expect("evidence");
        (store.facts().unwrap(), store.receipts().unwrap(), store.revision().unwrap())
    };
    // What a fork left that was killed while it copied.
    env.write(".fivestep/evidence/.trial.db.fork-x", "half");
    let said = env.ok(["fork", "verde-garden", "trial"]).stdout;
    assert!(said.contains("evidence copied"), "{said}");
    assert_eq!(facts("trial"), facts("verde-garden"));
    let files: Vec<String> = std::fs::read_dir(env.path(".fivestep/evidence"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("trial"))
        .collect();
    assert_eq!(files, ["trial.db"]);
    let stage = |brand: &str| env.ok(["status", brand, "-o", "json"]).json()[0]["stage"].clone();
    assert_eq!(stage("trial"), stage("verde-garden"));
    env.ok(["cancel", "trial", "--reason", "seen enough"]);
    let status = env.ok(["status", "verde-garden", "-o", "json"]).json()[0]["status"].clone();
    assert_eq!(status, "running");
}

#[test]
fn a_fork_that_died_before_its_commit_is_finished_by_asking_again() {
    let env = demo();
    copy_brand(&env, "verde-garden", "trial");
    let evidence = |brand: &str| env.path(&format!(".fivestep/evidence/{brand}.db"));
    // All that is on the disk when it dies just before the commit.
    std::fs::copy(evidence("verde-garden"), evidence("trial")).unwrap();
    let before = std::fs::read(evidence("trial")).unwrap();
    let said = env.ok(["fork", "verde-garden", "trial"]).stdout;
    assert!(said.contains("it has evidence of its own, which was kept"), "{said}");
    assert_eq!(std::fs::read(evidence("trial")).unwrap(), before);
    let why = env.ok(["why", "trial"]).stdout;
    assert!(!why.contains("no evidence has been imported"), "{why}");
}

#[test]
fn what_was_given_up_cannot_be_gone_back_to() {
    let env = demo();
    env.ok(["gc", "--keep-days", "0", "--keep-cycles", "1"]);
    let lines = "
        fivestep rewind bianco-books --to 2 --reason \"the first cycle\"
        fivestep rewind rosso-roasters --to 20 --reason \"not gold yet\" --dry-run";
    insta::assert_snapshot!(env.terminal(lines), @r#"
    $ fivestep rewind bianco-books --to 2 --reason "the first cycle"
    error: the journal of bianco-books before commit 24 was given up; commit 2 was before
    hint: the earliest is 24: see `fivestep history bianco-books`
    [exit 4]

    $ fivestep rewind rosso-roasters --to 20 --reason "not gold yet" --dry-run
    rosso-roasters  rosso-roasters@2.repeat.22
      would: back to commit 20, in repeat
      status: gold becomes running
    [exit 0]
    "#);
}

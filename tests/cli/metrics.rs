//! `metrics` and `forget`: the catalogue, what is behind a number, and a person's way out.

use fivestep::samples::Round;
use insta::assert_snapshot;
use serde_json::Value;

use crate::common::{TestEnv, round};

/// Acme's first export is imported.
fn imported() -> TestEnv {
    let env = TestEnv::new();
    env.export("exports/acme", &round());
    env.ok(["import", "acme"]);
    env
}

/// The metrics of an answer in JSON, without the one that follows from a run.
fn metrics(answer: &Value, list: &str) -> Vec<Value> {
    let all = answer[list].as_array().expect("a list").iter();
    all.filter(|one| one["metric"] != "window_settled").cloned().collect()
}

#[test]
fn the_catalogue_says_what_has_a_value_and_why_the_others_have_none() {
    assert_snapshot!(imported().terminal("fivestep metrics acme"), @"
    $ fivestep metrics acme
    acme  Acme Coffee
      window: 28 d to 2026-03-30 08:00, the newest evidence

     METRIC                      VALUE             95 % INTERVAL              CASES
     engaged_followers           44                                           400
     engaged_follower_rate       11 %              8.297 % to 14.45 %         400
     er_followers_post           0 %               0 % to 0.5 %               73
     response_rate               100 %             91.24 % to 100 %           40
     first_response_median       43 min 39 s       37 min 21 s to 52 min 39   40
                                                   s
     first_response_median.busi  31 min 3 s        23 min 51 s to 43 min 12   40
     ness                                          s
     first_response_p90          1 h 3 min         58 min 30 s to 1 h 7 min   40
     first_response_p90.busines  58 min 30 s       54 min to 1 h 7 min        40
     s
     back_and_forth_rate         40 %              26.35 % to 55.4 %          40
     conversation_depth          2                 2 to 3                     40
     conversation_rate           0.26              0.164 to 0.37              73
     amplification_rate          0.26              0.164 to 0.37              73
     applause_rate               0.767             0.562 to 0.986             73
     high_intent_followers_post  0 %               0 % to 0 %                 73
     reciprocity                 71.43 %           58.52 % to 81.58 %         56
     mutual_follow_rate          12.5 %            9.611 % to 16.1 %          400
     topic_adherence             46.88 %           30.87 % to 63.55 %         32
     human_share                 13.7 %            7.614 % to 23.41 %         73
     profile_completeness        100 %                                        4
     longest_silent_gap          16 h 58 min                                  73
     last_own_post               2026-03-29 21:30                             73
     posts_per_reply             0.8                                          40
     concentration               27.34 %           24.26 % to 30.15 %         139
     follow_ratio                0.125                                        400

    No case in the window
      engaged_retention: the evidence begins 2026-03-02; the window before ends
                         2026-03-02
      target_reach: no segment lists an account: name some below `accounts` of a
                    segment of `audience`
      target_reply_back: no segment lists an account: name some below `accounts` of
                         a segment of `audience`

    Not exported
      audience_quality: no export held what followers' accounts show yet: save
                        `getProfiles` and import again
      growth: no export states the number of followers near 2026-03-02 and near
              2026-03-30
      churn: it takes two complete lists of followers, one of about 2026-03-02 and
             one of about 2026-03-30
      retention: it takes two complete lists of followers, one of about 2026-03-02
                 and one of about 2026-03-30

    Unmeasurable with these sources
      er_active: a folder of saved Bluesky API answers does not hold last posts of
                 followers
      er_reach: a folder of saved Bluesky API answers does not hold reach of posts
      er_impressions: a folder of saved Bluesky API answers does not hold
                      impressions of posts
      er_views: a folder of saved Bluesky API answers does not hold views of posts
      high_intent_rate: a folder of saved Bluesky API answers does not hold reach of
                        posts
      share_of_voice: a folder of saved Bluesky API answers does not hold mentions
                      of us and of competitors: a table with a mapping can

    Notes
      er_followers_post: the number of followers was stated more than 7 days away
                         from 55 own posts
      er_followers_post: not in this number, since no export states them: quotes,
                         shares
      er_followers_post: provisional: 7 own posts counted less than 72 hours after
                         being written
      first_response_median.business: only working time counts: mon, tue, wed, thu,
                                      fri, Europe/Rome
      first_response_p90.business: only working time counts: mon, tue, wed, thu,
                                   fri, Europe/Rome
      conversation_rate: provisional: 7 own posts counted less than 72 hours after
                         being written
      amplification_rate: not in this number, since no export states them: quotes,
                          shares
      amplification_rate: provisional: 7 own posts counted less than 72 hours after
                          being written
      applause_rate: provisional: 7 own posts counted less than 72 hours after being
                     written
      high_intent_followers_post: the number of followers was stated more than 7
                                  days away from 55 own posts
      high_intent_followers_post: not in this number, since no export states them:
                                  saves, shares, quotes
      high_intent_followers_post: provisional: 7 own posts counted less than 72
                                  hours after being written
    [exit 0]
    ");
}

#[test]
fn a_number_is_explained_by_its_formula_its_inputs_and_its_rows() {
    let env = imported();
    assert_snapshot!(env.terminal(
        "fivestep metrics acme --explain engaged_follower_rate --names --first 3
         fivestep metrics acme --explain follow_ratio
         fivestep metrics acme --explain er_reach
         fivestep metrics acme --explain engaged_folower_rate
         fivestep metrics acme --names"
    ), @"
    $ fivestep metrics acme --explain engaged_follower_rate --names --first 3
    engaged_follower_rate  engaged followers out of all followers
      11 % (44 of 400 followers), 95 % interval 8.297 % to 14.45 %
      formula: engaged followers / followers
      source of the formula: own definition
      out of: followers as the profile states them
      window: 28 d to 2026-03-30 08:00, the newest evidence
      sources: bluesky_api @acme.example

             WHO OR WHAT       WHEN              FOUND
     counts  @piero39.example  2026-03-29 20:37  4 interactions, follows
     counts  @olga38.example   2026-03-29 02:49  3 interactions, follows
     counts  @nino37.example   2026-03-28 11:25  3 interactions, follows
    and 53 more: `--first 56`
    [exit 0]

    $ fivestep metrics acme --explain follow_ratio
    follow_ratio  accounts we follow for each follower
      0.125 over 400 followers
      formula: accounts followed / max(followers, 1)
      source of the formula: a signal, never a verdict
      out of: followers as the profile states them
      window: 28 d to 2026-03-30 08:00, the newest evidence
      sources: bluesky_api @acme.example
      accounts followed: 50
      followers: 400

             WHO OR WHAT    WHEN              FOUND
     counts  @acme.example  2026-03-30 08:00  follows 50, has 400 followers
    [exit 0]

    $ fivestep metrics acme --explain er_reach
    er_reach  interactions for each person reached
      a folder of saved Bluesky API answers does not hold reach of posts
      formula: sum of likes, replies, reposts, quotes, shares / sum of reach, over
               posts
      source of the formula: own definition
      out of: own posts
      window: 28 d to 2026-03-30 08:00, the newest evidence
    [exit 0]

    $ fivestep metrics acme --explain engaged_folower_rate
    error: there is no metric `engaged_folower_rate`
    hint: did you mean `engaged_follower_rate`? `fivestep metrics BRAND` lists all
    [exit 2]

    $ fivestep metrics acme --names
    error: the following required arguments were not provided:
      --explain <NAME>

    Usage: fivestep metrics --explain <NAME> --names --actor <NAME> --now <INSTANT> <BRAND>

    For more information, try '--help'.
    [exit 2]
    ");
}

#[test]
fn people_have_pseudonyms_unless_they_are_asked_for_by_name() {
    let env = imported();
    let names = |line: &str| -> Vec<String> {
        let rows = env.line(line).json()["rows"].as_array().expect("rows").clone();
        rows.iter().map(|row| row["of"].as_str().expect("a name").to_owned()).collect()
    };
    let line = "fivestep metrics acme --explain engaged_followers -o json --first 99";
    let (hidden, named) = (names(line), names(&format!("{line} --names")));
    assert_eq!(hidden.len(), named.len());
    assert!(hidden.iter().all(|name| name.starts_with("p-") && name.len() == 12), "{hidden:?}");
    assert!(named.iter().all(|name| name.starts_with('@')), "{named:?}");
    assert_eq!(hidden, names(line), "the same person is called the same");
    let all = env.line(line).text();
    assert!(named.iter().all(|name| !all.contains(name.trim_start_matches('@'))));
}

#[test]
fn what_was_imported_later_does_not_count_for_an_earlier_day() {
    let mut env = imported();
    env.ok(["start", "acme"]);
    let before = env.line("fivestep metrics acme -o json").json();
    let decided = env.line("fivestep show acme -o json").json();
    assert_eq!(metrics(&decided, "numbers"), metrics(&before, "metrics"), "one measuring");
    env.set_now("2026-05-01T09:00:00Z");
    let more = Round { engaged: 90, ..Round::healthy("2026-04-30T08:00:00Z".parse().unwrap()) };
    env.export("exports/later", &more);
    env.ok(["import", "acme", "exports/later"]);
    let now = env.line("fivestep metrics acme -o json").json();
    assert_ne!(metrics(&now, "metrics"), metrics(&before, "metrics"), "the import says more");
    let then = env.line("fivestep metrics acme --as-of 2026-04-01 -o json").json();
    assert_eq!(metrics(&then, "metrics"), metrics(&before, "metrics"));
    assert_eq!(then["evidence_revision"], before["evidence_revision"]);
    let never = env.line("fivestep metrics acme --as-of 2020-01-01 -o json").json();
    assert_eq!(never["evidence_revision"], 0);
    let found = metrics(&never, "metrics");
    assert!(found.iter().all(|one| one["found"] != "measured"), "nothing was known");
}

#[test]
fn a_person_is_forgotten_once_and_stays_out() {
    let env = imported();
    let rows = env.line("fivestep metrics acme --explain engaged_followers --names -o json").json();
    let person = rows["rows"][0]["of"].as_str().expect("a name").to_owned();
    let engaged = |env: &TestEnv| {
        env.line("fivestep metrics acme --explain engaged_followers -o json").json()["value"]
            .as_f64()
            .expect("a number")
    };
    let before = engaged(&env);
    let told = env.terminal(&format!(
        "fivestep forget acme {person} --reason asked --dry-run
         fivestep forget acme {person} --reason asked
         fivestep forget acme {person} --reason asked
         fivestep forget acme @acme.example --reason asked
         fivestep forget acme @ --reason asked"
    ));
    assert_snapshot!(told.replace(&person, "@PERSON"), @r#"
    $ fivestep forget acme @PERSON --reason asked --dry-run
    Would go: 1 person, 8 rows, 2 texts of others.
    [exit 0]

    $ fivestep forget acme @PERSON --reason asked
    Gone: 1 person, 8 rows, 2 texts of others.
    A later import will leave them out.
    note: the export files, backups, and what people wrote into reasons, notes and
          forms are not touched
    [exit 0]

    $ fivestep forget acme @PERSON --reason asked
    Forgotten already; nothing was left.
    A later import will leave them out.
    note: the export files, backups, and what people wrote into reasons, notes and
          forms are not touched
    [exit 0]

    $ fivestep forget acme @acme.example --reason asked
    error: that is one of the brand's own accounts, without which `$DIR/.fivestep/evidence/acme.db` means nothing
    hint: remove the file to be rid of all the brand's evidence
    [exit 1]

    $ fivestep forget acme @ --reason asked
    error: who is to be forgotten, and why, must be said
    hint: such as `fivestep forget acme @ann.example --reason "she asked"`
    [exit 2]
    "#);
    assert_eq!(engaged(&env), before - 1.0);
    env.ok(["import", "acme"]);
    assert_eq!(engaged(&env), before - 1.0, "importing again does not bring them back");
    let name = person.trim_start_matches('@').as_bytes();
    for (path, bytes) in env.contents() {
        if path.to_string_lossy().contains(".fivestep") {
            assert!(!bytes.windows(name.len()).any(|part| part == name), "{}", path.display());
        }
    }
}

/// The file `name` holds `text`.
fn written(env: &TestEnv, name: &str, text: &str) {
    std::fs::write(env.path(name), text).expect("the folder is there");
}

#[test]
fn a_published_number_stands_beside_ones_own_or_is_said_not_to() {
    let env = imported();
    let rows = "\
benchmarks:
  - { platform: bluesky, metric: er_followers_post, denominator: followers, value: 0.4%, source: Us, year: 2025 }
  - { platform: x, metric: er_followers_post, denominator: followers, value: 0.035%, source: Them, year: 2022 }
  - { platform: bluesky, metric: response_rate, denominator: messages, range: [11%, 12.5%], n: 900, source: Them, year: 2016 }
  - { platform: bluesky, metric: er_reach, denominator: reach, value: 3%, population: shops, source: Them, year: 2025 }
";
    written(&env, "published.yaml", rows);
    written(&env, "wrong.yaml", "benchmarks:\n  - { platform: blusky, metric: er_reach }\n");
    let shown = env.terminal(
        "fivestep metrics acme --benchmarks published.yaml
         fivestep metrics acme --benchmarks wrong.yaml
         fivestep metrics acme --benchmarks nowhere.yaml
         fivestep check published.yaml",
    );
    let (_, beside) = shown.split_once("Beside benchmarks").expect("one agrees");
    assert_snapshot!(beside, @"

      er_followers_post: 0.4 % out of followers on bluesky (Us, 2025); the brand has
                         0 % (95 % interval 0 % to 0.5 %)

    Not compared
      er_followers_post: 0.035 % out of followers on x (Them, 2022); the brand's
                         number is of bluesky
      response_rate: 11 % to 12.5 % out of messages on bluesky, n 900 (Them, 2016);
                     it is out of messages, the brand's number out of conversations
      er_reach: 3 % out of reach on bluesky, shops (Them, 2025); the brand has no
                value of it
    [exit 0]

    $ fivestep metrics acme --benchmarks wrong.yaml
    error[F0103]: an entry of `benchmarks` lacks the key `denominator`
     --> wrong.yaml:2:5
      |
    2 |   - { platform: blusky, metric: er_reach }
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: add `denominator:` with a single value

    error[F0103]: an entry of `benchmarks` lacks the key `source`
     --> wrong.yaml:2:5
      |
    2 |   - { platform: blusky, metric: er_reach }
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: add `source:` with a single value

    error[F0103]: an entry of `benchmarks` lacks the key `year`
     --> wrong.yaml:2:5
      |
    2 |   - { platform: blusky, metric: er_reach }
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: add `year:` with a single value

    error[F0112]: a benchmark says a number: `value`, or `range`
     --> wrong.yaml:2:5
      |
    2 |   - { platform: blusky, metric: er_reach }
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error[F0207]: there is no platform `blusky`
     --> wrong.yaml:2:17
      |
    2 |   - { platform: blusky, metric: er_reach }
      |                 ^^^^^^
      |
      = help: did you mean `bluesky`?
      = note: known here: `bluesky`, `mastodon`, `facebook`, `instagram`, `linkedin`,
              `tiktok`, `x`, `youtube`, `other`

    For more about a code: fivestep explain F0103
    [exit 3]

    $ fivestep metrics acme --benchmarks nowhere.yaml
    error: `nowhere.yaml` cannot be read: No such file or directory (os error 2)
    hint: look at the path and its permissions
    [exit 1]

    $ fivestep check published.yaml
    Checked 1 file: 0 errors, 0 warnings.
    [exit 0]
    ");
    let answer = env.line("fivestep metrics acme --benchmarks published.yaml -o json").json();
    let told = answer["benchmarks"].as_array().expect("a list");
    let compared: Vec<bool> = told.iter().map(|one| one["own"].is_string()).collect();
    assert_eq!(compared, [true, false, false, false]);
    assert!(told.iter().all(|one| one["own"].is_string() != one["why_not"].is_string()));
    assert_eq!(told[2]["denominator"], "messages");
}

#[test]
fn the_share_of_voice_comes_from_a_table_that_counts_all() {
    let env = imported();
    let brand = std::fs::read_to_string(env.path("brands/acme.yaml")).expect("a brand");
    let rivals = "competitors: [ { platform: bluesky, handle: \"@Beans.example\" } ]\n";
    written(&env, "brands/acme.yaml", &format!("{brand}\n{rivals}"));
    let counted = (1..=8)
        .map(|day| format!("2026-03-0{day},@acme.example,{day}\n2026-03-0{day},beans.example,4\n"));
    let table: String = counted.collect();
    written(&env, "mentions.csv", &format!("day,who,named\n{table}2026-03-09,beans.example,-\n"));
    let map = "rows: account_numbers\nplatform: bluesky\n\
               columns: { at: day, account: who, mentions: named }\n";
    written(&env, "mentions.yaml", map);
    assert_snapshot!(env.terminal(
        "fivestep metrics acme --explain share_of_voice
         fivestep import acme mentions.csv --map mentions.yaml
         fivestep metrics acme --explain share_of_voice"
    ), @"
    $ fivestep metrics acme --explain share_of_voice
    share_of_voice  mentions of us out of those of us and of declared competitors
      a folder of saved Bluesky API answers does not hold mentions of us and of
      competitors: a table with a mapping can
      formula: our mentions / (our mentions + those of the declared competitors)
      source of the formula: own definition
      out of: mentions
      window: 28 d to 2026-03-30 08:00, the newest evidence
    [exit 0]

    $ fivestep import acme mentions.csv --map mentions.yaml
    acme  mentions.csv
      table acme, newest 2026-03-09 00:00
        mentions.csv: 17 rows, 16 kept; left out: 1 a row without a number
        account totals: 2026-03-01 to 2026-03-09
        note: read by a mapping as rows of `account_numbers`
      17 facts added, 0 updated.
    [exit 0]

    $ fivestep metrics acme --explain share_of_voice
    share_of_voice  mentions of us out of those of us and of declared competitors
      57.89 % (33 of 57 mentions), 95 % interval 51.02 % to 63.08 %
      formula: our mentions / (our mentions + those of the declared competitors)
      source of the formula: own definition
      out of: mentions of us and of the declared competitors, as the tables count
              them
      window: 28 d to 2026-03-30 08:00, the newest evidence
      sources: table @acme
      mentions of us: 33
      mentions of competitors: 24
      days: 6

             WHO OR WHAT            WHEN              FOUND
     counts  bluesky:acme.example   2026-03-09 00:00  33 mentions
             bluesky:beans.example  2026-03-09 00:00  24 mentions
    [exit 0]
    ");
}

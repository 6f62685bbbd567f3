//! `refine`: scores of people, what is proposed, and one person in full.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::common::{TestEnv, demo, shared_data, without_pseudonyms};

/// Somebody on Mastodon: followers, accounts followed, posts, description, last post.
fn person(name: &str, counts: [u64; 3], note: &str, last: Option<&str>) -> Value {
    let [followers, follows, posts] = counts;
    json!({"id": name, "username": name, "acct": format!("{name}@b.example"), "bot": false,
           "display_name": name, "note": note, "created_at": "2024-01-01T00:00:00.000Z",
           "last_status_at": last, "url": format!("https://b.example/@{name}"),
           "uri": format!("https://b.example/users/{name}"), "followers_count": followers,
           "following_count": follows, "statuses_count": posts})
}

fn reader(name: &str) -> Value {
    person(name, [120, 150, 300], "<p>I like coffee.</p>", Some("2026-03-20"))
}

fn bought(name: &str) -> Value {
    person(name, [2, 4_800, 0], "", None)
}

fn us() -> Value {
    let mut us = person("acme", [6, 0, 2], "<p>We roast. https://acme.example</p>", None);
    for (key, value) in [
        ("id", "1"),
        ("acct", "acme"),
        ("url", "https://a.example/@acme"),
        ("uri", "https://a.example/users/acme"),
    ] {
        us[key] = json!(value);
    }
    us
}

/// A post; `to` is the post and the person that it answers.
fn status(id: &str, author: &Value, at: &str, to: Option<(&str, &str)>) -> Value {
    json!({"id": id, "created_at": at, "visibility": "public", "language": "en",
           "uri": format!("{}/statuses/{id}", author["uri"].as_str().unwrap()),
           "content": "<p>How do you roast it?</p>", "account": author, "reblog": null,
           "in_reply_to_id": to.map(|to| to.0), "in_reply_to_account_id": to.map(|to| to.1),
           "mentions": [], "replies_count": 0, "reblogs_count": 0, "favourites_count": 0})
}

/// Acme on Mastodon: rita talks to us, ida asked and waits, bob reads, two accounts were bought,
/// and of two who ask to follow one was, too.
pub fn refined() -> TestEnv {
    let env = TestEnv::new();
    let brand = std::fs::read_to_string(env.path("brands/acme.yaml")).unwrap();
    let accounts = brand.find("accounts:").unwrap();
    let mut brand = brand[..accounts].to_owned();
    brand.push_str(
        "accounts: [ { platform: mastodon, handle: \"@acme@a.example\" } ]\n\
         charter: { pillars: [ { id: coffee, words: [coffee] } ] }\n\
         sources: [ { kind: mastodon_api, account: \"@acme@a.example\", path: exports/acme } ]\n",
    );
    env.write("brands/acme.yaml", brand);
    let (rita, ida) = (reader("rita"), reader("ida"));
    let post = status("100", &us(), "2026-03-10T09:00:00.000Z", None);
    let answer = |id: &str, at: &str| status(id, &us(), at, Some(("101", "rita")));
    let says = |id: &str, who: &Value, at: &str, to: &str| {
        json!({"id": id, "type": "mention", "created_at": at, "account": who,
               "status": status(id, who, at, Some((to, "1")))})
    };
    let likes = |id: &str, who: &Value, at: &str| json!({"id": id, "type": "favourite", "created_at": at, "account": who, "status": post});
    let notes = json!([
        likes("90", &ida, "2025-12-20T09:00:00.000Z"),
        likes("91", &rita, "2026-03-10T10:00:00.000Z"),
        says("101", &rita, "2026-03-11T09:00:00.000Z", "100"),
        says("103", &rita, "2026-03-11T11:00:00.000Z", "102"),
        says("104", &ida, "2026-03-28T09:00:00.000Z", "100"),
    ]);
    let files = [
        ("verify_credentials.json", us()),
        ("followers.json", json!([rita, reader("bob"), bought("x1"), bought("x2")])),
        ("follow_requests.json", json!([reader("zoe"), bought("x3")])),
        ("notifications.json", notes),
        ("statuses.json", json!([post, answer("102", "2026-03-11T10:00:00.000Z")])),
    ];
    for (name, value) in files {
        env.write(&format!("exports/acme/{name}"), value.to_string());
    }
    env.ok(["import", "acme"]);
    env
}

/// What a terminal shows, with pseudonyms as `p-[..]`: every evidence file makes its own.
pub fn terminal(env: &TestEnv, lines: &str) -> String {
    without_pseudonyms(env.terminal(lines))
}

#[test]
fn people_are_counted_by_decision_and_quiet_readers_left_in_peace() {
    assert_snapshot!(refined().terminal("fivestep refine acme --names"), @"
    $ fivestep refine acme --names
    acme  Acme Coffee
      window: 28 d to 2026-03-28 09:00, the newest evidence
      judged: 7 people, 4 of them followers
      known what they give: 7 of 7 (100.0 %)
      known what they gain: 7 of 7 (100.0 %)

     DECISION            PEOPLE  WHAT TO DO
     watch               2       nothing yet: look again next time
     leave_in_peace      3       nothing: quiet readers are welcome
     review_for_removal  2       a person looks and decides

    review for removal
     WHO            GIVES  GAINS  MOST OF IT
     @x1@b.example  0.0    0.0    follows_many, mass_following, no_bio,
                                  never_posted
     @x2@b.example  0.0    0.0    follows_many, mass_following, no_bio,
                                  never_posted

    2 ask to follow
     WHO             GIVES  GAINS  SCREEN  PROPOSED
     @zoe@b.example  13.4   0.0    ok      approve_and_watch
     @x3@b.example   0.0    0.0    flag    hold

    screen: 4 ok, 3 flag, 0 unknown
    since the window before: 2 woke up, 0 fell asleep, not known: who came, who left
    questions for a person: fivestep review acme
    [exit 0]
    ");
}

#[test]
fn a_person_is_shown_with_every_part_of_both_scores() {
    assert_snapshot!(terminal(
        &refined(),
        "fivestep refine acme --explain RITA@b.example
         fivestep refine acme --explain @x1@b.example --names
         fivestep refine acme --explain nobody"
    ), @"
    $ fivestep refine acme --explain RITA@b.example
    p-[..]  watch
      what to do: nothing yet: look again next time

      what they give: 56.8 of 100, middle (75 % known)
         34.5 of  46.6  engagement: 2 replies and quotes, 1 like
          8.9 of  26.7  conversation: conversations of 3 turns or more: 1
             not known  relevance: too few words of theirs are kept
          0.0 of  13.3  amplification: 0 of 1 posts that they touched shared
         13.4 of  13.4  reachability: posted 8 d ago
             not known  tenure: nobody tells since when they follow

      what they gain: 58.7 of 100, middle (75 % known)
         25.3 of  40.0  open_asks: asks without an answer: 1
             not known  topical_need: too few words of theirs are kept
          6.7 of  20.0  attention_owed: 2 of 3 messages between us are theirs
         20.0 of  20.0  reading: 1 of 1 posts of ours in the window
          0.0 of  13.3  lift: followers of theirs: 120
          6.7 of   6.7  language: wrote to us in ours

      screen: ok, -3 points
        -3 has_replied: replied to us
    [exit 0]

    $ fivestep refine acme --explain @x1@b.example --names
    @x1@b.example  review for removal
      what to do: a person looks and decides

      what they give: 0.0 of 100, low (65 % known)
          0.0 of  53.8  engagement: nothing yet
          0.0 of  30.8  conversation: conversations of 3 turns or more: 0
             not known  relevance: too few words of theirs are kept
          0.0 of  15.4  amplification: 0 of 0 posts that they touched shared
             not known  reachability: nobody tells when they posted last
             not known  tenure: nobody tells since when they follow

      what they gain: 0.0 of 100, low (70 % known)
          0.0 of  42.8  open_asks: asks without an answer: 0
             not known  topical_need: too few words of theirs are kept
          0.0 of  21.4  attention_owed: 0 of 0 messages between us are theirs
          0.0 of  21.5  reading: 0 of 1 posts of ours in the window
          0.0 of  14.3  lift: followers of theirs: 2
             not known  language: nobody tells in which they write

      screen: flag, 5 points
        +2 follows_many: follows at least 200 accounts and ten times as many as
                         follow it
        +1 mass_following: follows more than 1,500 accounts and has fewer than 30
                           posts
        +1 no_bio: its description is empty
        +1 never_posted: never posted
    [exit 0]

    $ fivestep refine acme --explain nobody
    error: nobody called `nobody` has to do with acme
    hint: write a handle, an id, or a pseudonym as `fivestep refine acme` shows it
    [exit 4]
    ");
}

#[test]
fn everybody_is_a_line_of_a_table() {
    let env = refined();
    assert_snapshot!(terminal(
        &env,
        "fivestep refine acme -o csv --names
         fivestep refine acme -o csv --only review_for_removal
         fivestep refine acme -o ids
         fivestep refine acme -o csv --only remove"
    ), @"
    $ fivestep refine acme -o csv --names
    who,decision,gives,gives_band,gives_known,gains,gains_band,gains_known,screen,reasons,follows,engaged,request
    '@bob@b.example,leave_in_peace,13.4,low,75,0.0,low,70,ok,,true,false,
    '@ida@b.example,watch,39.2,low,75,52.0,middle,75,ok,has_replied,false,true,
    '@rita@b.example,watch,56.8,middle,75,58.7,middle,75,ok,has_replied,true,true,
    '@x1@b.example,review_for_removal,0.0,low,65,0.0,low,70,flag,follows_many mass_following no_bio never_posted,true,false,
    '@x2@b.example,review_for_removal,0.0,low,65,0.0,low,70,flag,follows_many mass_following no_bio never_posted,true,false,
    '@x3@b.example,leave_in_peace,0.0,low,65,0.0,low,70,flag,follows_many mass_following no_bio never_posted,false,false,hold
    '@zoe@b.example,leave_in_peace,13.4,low,75,0.0,low,70,ok,,false,false,approve_and_watch
    [exit 0]

    $ fivestep refine acme -o csv --only review_for_removal
    who,decision,gives,gives_band,gives_known,gains,gains_band,gains_known,screen,reasons,follows,engaged,request
    p-[..],review_for_removal,0.0,low,65,0.0,low,70,flag,follows_many mass_following no_bio never_posted,true,false,
    p-[..],review_for_removal,0.0,low,65,0.0,low,70,flag,follows_many mass_following no_bio never_posted,true,false,
    [exit 0]

    $ fivestep refine acme -o ids
    p-[..]
    p-[..]
    [exit 0]

    $ fivestep refine acme -o csv --only remove
    error: invalid value 'remove' for '--only <DECISION>': there is `partner`, `keep_and_thank`, `keep_and_look`, `nurture`, `nurture_lightly`, `watch`, `leave_in_peace`, `insufficient_evidence`, `review_for_removal`

    For more information, try '--help'.
    [exit 2]
    ");
}

#[test]
fn a_score_is_the_sum_of_its_parts_in_json_too() {
    let env = demo();
    let mut judged = 0;
    for brand in ["rosso-roasters", "bianco-books", "verde-garden"] {
        let answer = env.ok(["refine", brand, "-o", "json", "--first", "1000"]).json();
        for decision in answer["decisions"].as_array().unwrap() {
            for person in decision["first"].as_array().unwrap() {
                judged += 1;
                for axis in ["gives", "gains"] {
                    let parts = person[axis]["parts"].as_array().unwrap().iter();
                    let sum: f64 = parts.filter_map(|part| part["points"].as_f64()).sum();
                    let value = person[axis]["value"].as_f64().unwrap_or(sum);
                    assert!((sum - value).abs() < 1e-6, "{person}");
                }
            }
        }
    }
    assert!(judged > 50, "{judged} people are listed");
}

#[test]
fn without_evidence_nobody_is_judged() {
    assert_snapshot!(TestEnv::new().terminal("fivestep refine acme"), @"
    $ fivestep refine acme
    acme  Acme Coffee
      no export is imported yet
    [exit 0]
    ");
}

#[test]
fn the_screen_is_judged_on_labelled_accounts() {
    let env = TestEnv::empty();
    let mut table = "label,followers,follows,posts,bio_filled,mood\n".to_owned();
    for (rows, row) in [
        (6, "fake,2,4800,0,no,"),
        (2, "bot,90,120,300,yes,"),
        (19, "human,120,150,300,yes,"),
        (1, "human,3,900,2,no,"),
        (1, "genuine,,,,,"),
        (1, "perhaps,1,1,1,yes,"),
        (1, "fake,many,1,1,yes,"),
    ] {
        table.push_str(&format!("{row}\n").repeat(rows));
    }
    env.write("labelled.csv", table);
    env.write(
        "engaged.csv",
        "label,follows,followers,posts,engaged\nfake,5000,1,0,yes\nfake,5000,1,0,no\n",
    );
    env.write("plain.csv", "followers\n1\n");
    assert_snapshot!(env.terminal(
        "fivestep refine --evaluate labelled.csv
         fivestep refine --evaluate plain.csv
         fivestep refine --evaluate missing.csv
         fivestep refine"
    ), @"
    $ fivestep refine --evaluate labelled.csv
        labelled.csv: 31 rows, 29 kept; left out: 1 `followers` is not a whole
                      number from 0 up, 1 `label` is none of fake, bot, spam,
                      bought, 1, genuine, human, real, 0
        note: no column `engaged`: everybody counts as somebody who never engaged
        note: columns that nothing reads: mood

                   SHARE    95 % INTERVAL        ACCOUNTS
     precision     85.71 %  48.69 % to 97.43 %   6 of 7    of the flagged are not
                                                           genuine
     recall        75 %     40.93 % to 92.85 %   6 of 8    of those not genuine are
                                                           flagged
     false alarms  4.762 %  0.8456 % to 22.67 %  1 of 21   of the genuine are
                                                           flagged

                     NOT GENUINE  GENUINE
     accounts        8            21
     flagged         6            1
     not known       0            1
     follows_many    6            1
     mass_following  6            0
     no_bio          6            1
     never_posted    6            0
    [exit 0]

    $ fivestep refine --evaluate plain.csv
    error: `plain.csv`: no column is called `label`
    hint: write `label` and some of `followers`, `follows`, `posts`, `bio_filled`, `bot`, `created`, `last_post`, `followed_since`, `in_burst`, `engaged`, `replied`, `followed` above the columns
    [exit 1]

    $ fivestep refine --evaluate missing.csv
    error: `missing.csv` is not there
    hint: check the path; in a brand file it is taken relative to the workspace
    [exit 1]

    $ fivestep refine
    error: the following required arguments were not provided:
      <BRAND>

    Usage: fivestep refine --actor <NAME> --now <INSTANT> <BRAND>

    For more information, try '--help'.
    [exit 2]
    ");
    let found = env.ok(["refine", "--evaluate", "engaged.csv", "-o", "json"]).json();
    assert_eq!((&found["flagged"]["fake"], &found["recall"]["value"]), (&json!(1), &json!(0.5)));
}

#[test]
fn questions_are_answered_one_by_one() {
    let env = refined();
    assert_snapshot!(terminal(&env, "fivestep review acme --names"), @"
    $ fivestep review acme --names
    acme  4 new, 0 pending, 0 reviewed, 0 snoozed

     WHO             QUESTION  STATUS  PROPOSED           GIVES  GAINS  SCREEN
     @x1@b.example   follower  new     look               0.0    0.0    flag
     @x2@b.example   follower  new     look               0.0    0.0    flag
     @x3@b.example   request   new     hold               0.0    0.0    flag
     @zoe@b.example  request   new     approve_and_watch  13.4   0.0    ok
    [exit 0]
    ");
    let mut anonymous = env.command();
    let anonymous = anonymous.env_remove("FIVESTEP_ACTOR").args(["review", "acme", "--keys"]);
    let refused = String::from_utf8(anonymous.output().unwrap().stderr).unwrap();
    assert!(refused.contains("only a named person decides about people"), "{refused}");
    let typed = "k it is our own test account\nr\nr bought, checked by hand\ns 2026-04-15\nz\nw\n";
    let args = ["review", "acme", "--keys", "--names", "--actor", "Rita"];
    assert_snapshot!(env.fed(typed, args).text(), @"
    @x1@b.example  review for removal
      what to do: a person looks and decides

      what they give: 0.0 of 100, low (65 % known)
          0.0 of  53.8  engagement: nothing yet
          0.0 of  30.8  conversation: conversations of 3 turns or more: 0
             not known  relevance: too few words of theirs are kept
          0.0 of  15.4  amplification: 0 of 0 posts that they touched shared
             not known  reachability: nobody tells when they posted last
             not known  tenure: nobody tells since when they follow

      what they gain: 0.0 of 100, low (70 % known)
          0.0 of  42.8  open_asks: asks without an answer: 0
             not known  topical_need: too few words of theirs are kept
          0.0 of  21.4  attention_owed: 0 of 0 messages between us are theirs
          0.0 of  21.5  reading: 0 of 1 posts of ours in the window
          0.0 of  14.3  lift: followers of theirs: 2
             not known  language: nobody tells in which they write

      screen: flag, 5 points
        +2 follows_many: follows at least 200 accounts and ten times as many as
                         follow it
        +1 mass_following: follows more than 1,500 accounts and has fewer than 30
                           posts
        +1 no_bio: its description is empty
        +1 never_posted: never posted

      k keep: let them stay
      r remove: remove them, for a reason
      s snooze: ask again on another day
      l later: seen, and not decided
      q: stop here
    > @x2@b.example  review for removal
      what to do: a person looks and decides

      what they give: 0.0 of 100, low (65 % known)
          0.0 of  53.8  engagement: nothing yet
          0.0 of  30.8  conversation: conversations of 3 turns or more: 0
             not known  relevance: too few words of theirs are kept
          0.0 of  15.4  amplification: 0 of 0 posts that they touched shared
             not known  reachability: nobody tells when they posted last
             not known  tenure: nobody tells since when they follow

      what they gain: 0.0 of 100, low (70 % known)
          0.0 of  42.8  open_asks: asks without an answer: 0
             not known  topical_need: too few words of theirs are kept
          0.0 of  21.4  attention_owed: 0 of 0 messages between us are theirs
          0.0 of  21.5  reading: 0 of 1 posts of ours in the window
          0.0 of  14.3  lift: followers of theirs: 2
             not known  language: nobody tells in which they write

      screen: flag, 5 points
        +2 follows_many: follows at least 200 accounts and ten times as many as
                         follow it
        +1 mass_following: follows more than 1,500 accounts and has fewer than 30
                           posts
        +1 no_bio: its description is empty
        +1 never_posted: never posted

      k keep: let them stay
      r remove: remove them, for a reason
      s snooze: ask again on another day
      l later: seen, and not decided
      q: stop here
    > `remove` needs a `reason`: they may ask why
    > @x3@b.example  asks to follow; proposed: hold

      what they give: 0.0 of 100, low (65 % known)
          0.0 of  53.8  engagement: nothing yet
          0.0 of  30.8  conversation: conversations of 3 turns or more: 0
             not known  relevance: too few words of theirs are kept
          0.0 of  15.4  amplification: 0 of 0 posts that they touched shared
             not known  reachability: nobody tells when they posted last
             not known  tenure: nobody tells since when they follow

      what they gain: 0.0 of 100, low (70 % known)
          0.0 of  42.8  open_asks: asks without an answer: 0
             not known  topical_need: too few words of theirs are kept
          0.0 of  21.4  attention_owed: 0 of 0 messages between us are theirs
          0.0 of  21.5  reading: 0 of 1 posts of ours in the window
          0.0 of  14.3  lift: followers of theirs: 2
             not known  language: nobody tells in which they write

      screen: flag, 5 points
        +2 follows_many: follows at least 200 accounts and ten times as many as
                         follow it
        +1 mass_following: follows more than 1,500 accounts and has fewer than 30
                           posts
        +1 no_bio: its description is empty
        +1 never_posted: never posted

      a approve: let them in
      w approve_and_watch: let them in, and look again
      h hold: leave the request as it is
      d decline: turn them away, for a reason
      s snooze: ask again on another day
      l later: seen, and not decided
      q: stop here
    > @zoe@b.example  asks to follow; proposed: approve and watch

      what they give: 13.4 of 100, low (75 % known)
          0.0 of  46.6  engagement: nothing yet
          0.0 of  26.7  conversation: conversations of 3 turns or more: 0
             not known  relevance: too few words of theirs are kept
          0.0 of  13.3  amplification: 0 of 0 posts that they touched shared
         13.4 of  13.4  reachability: posted 8 d ago
             not known  tenure: nobody tells since when they follow

      what they gain: 0.0 of 100, low (70 % known)
          0.0 of  42.8  open_asks: asks without an answer: 0
             not known  topical_need: too few words of theirs are kept
          0.0 of  21.4  attention_owed: 0 of 0 messages between us are theirs
          0.0 of  21.5  reading: 0 of 1 posts of ours in the window
          0.0 of  14.3  lift: followers of theirs: 120
             not known  language: nobody tells in which they write

      screen: ok, 0 points

      a approve: let them in
      w approve_and_watch: let them in, and look again
      h hold: leave the request as it is
      d decline: turn them away, for a reason
      s snooze: ask again on another day
      l later: seen, and not decided
      q: stop here
    > there is no such key
    > [exit 0]
    ");
    assert_snapshot!(terminal(
        &env,
        "fivestep review acme --names
         fivestep review acme --names --all
         fivestep review acme -o csv --names --all"
    ), @r#"
    $ fivestep review acme --names
    acme  0 new, 0 pending, 3 reviewed, 1 snoozed
      nobody waits for an answer
    [exit 0]

    $ fivestep review acme --names --all
    acme  0 new, 0 pending, 3 reviewed, 1 snoozed

     WHO             QUESTION  STATUS    PROPOSED           GIVES  GAINS  SCREEN
     @x1@b.example   follower  reviewed  look               0.0    0.0    flag
     @x2@b.example   follower  reviewed  look               0.0    0.0    flag
     @x3@b.example   request   snoozed   hold               0.0    0.0    flag
     @zoe@b.example  request   reviewed  approve_and_watch  13.4   0.0    ok
    [exit 0]

    $ fivestep review acme -o csv --names --all
    who,question,status,proposed,gives,gains,screen,reasons,ruling,until,reason,by,at
    '@x1@b.example,follower,reviewed,look,0.0,0.0,flag,follows_many mass_following no_bio never_posted,keep,,it is our own test account,Rita,2026-03-30 10:00
    '@x2@b.example,follower,reviewed,look,0.0,0.0,flag,follows_many mass_following no_bio never_posted,remove,,"bought, checked by hand",Rita,2026-03-30 10:00
    '@x3@b.example,request,snoozed,hold,0.0,0.0,flag,follows_many mass_following no_bio never_posted,snooze,2026-04-15T23:59:59+00:00,,Rita,2026-03-30 10:00
    '@zoe@b.example,request,reviewed,approve_and_watch,13.4,0.0,ok,,approve_and_watch,,,Rita,2026-03-30 10:00
    [exit 0]
    "#);
    let later = env.copied().at("2026-04-16T00:00:00Z");
    assert_snapshot!(terminal(&later, "fivestep review acme --names"), @"
    $ fivestep review acme --names
    acme  0 new, 1 pending, 3 reviewed, 0 snoozed

     WHO            QUESTION  STATUS   PROPOSED  GIVES  GAINS  SCREEN
     @x3@b.example  request   pending  hold      0.0    0.0    flag
    [exit 0]
    ");
}

#[test]
fn a_filled_in_table_is_taken_whole_or_not_at_all() {
    let env = refined();
    let table = |rows: &str| {
        env.write("answers.csv", format!("who,ruling,until,reason\n{rows}"));
    };
    // (why, the rows, what is said)
    let wrong = [
        (
            "nobody",
            "@rita@b.example,keep,,\n",
            "line 2: there is no question about `@rita@b.example`",
        ),
        (
            "another question",
            "@zoe@b.example,remove,,spam\n",
            "`remove` is no answer about a request",
        ),
        ("no reason", "'@x1@b.example,remove,,\n", "`remove` needs a `reason`"),
        ("no day", "@x1@b.example,snooze,,\n", "`snooze` needs a day"),
        ("no ruling", "@x1@b.example,block,,\n", "`ruling` is none of"),
        (
            "the second row",
            "@zoe@b.example,approve,,\n@x1@b.example,keep,soon,\n",
            "line 3: `until` is no day",
        ),
    ];
    for (why, rows, said) in wrong {
        table(rows);
        let answer = env.line("fivestep review acme --from answers.csv --actor Rita");
        assert!(answer.code == 1 && answer.stderr.contains(said), "{why}: {}", answer.text());
    }
    assert!(env.line("fivestep review acme --names").stdout.contains("4 new"), "nothing was taken");

    table("'@zoe@b.example,approve,,\n@x1@b.example,remove,,bought\n@x2@b.example,,,\n");
    assert_snapshot!(terminal(
        &env,
        "fivestep review acme --from answers.csv --actor Rita --dry-run
         fivestep review acme --from answers.csv --actor Rita
         fivestep review acme --from answers.csv --actor Ugo
         fivestep review acme --names"
    ), @"
    $ fivestep review acme --from answers.csv --actor Rita --dry-run
    2 answers would be taken, by Rita.
    [exit 0]

    $ fivestep review acme --from answers.csv --actor Rita
    2 answers taken, by Rita.
    [exit 0]

    $ fivestep review acme --from answers.csv --actor Ugo
    0 answers taken, by Ugo; 2 stood already.
    [exit 0]

    $ fivestep review acme --names
    acme  2 new, 0 pending, 2 reviewed, 0 snoozed

     WHO            QUESTION  STATUS  PROPOSED  GIVES  GAINS  SCREEN
     @x2@b.example  follower  new     look      0.0    0.0    flag
     @x3@b.example  request   new     hold      0.0    0.0    flag
    [exit 0]
    ");
    env.line("fivestep forget acme @x1@b.example --reason asked");
    let left = std::fs::read(env.path(".fivestep/evidence/acme.db")).unwrap();
    assert!(!left.windows(6).any(|bytes| bytes == b"bought"), "the ruling went with the person");
}

#[test]
fn a_plan_lists_deeds_and_what_was_done_is_noted() {
    let env = refined();
    env.write(
        "answers.csv",
        "who,ruling,until,reason\n@x1@b.example,remove,,bought\n@zoe@b.example,approve_and_watch,,\n\
         @x2@b.example,keep,,\n",
    );
    env.ok(["review", "acme", "--from", "answers.csv", "--actor", "Rita"]);
    env.ok(["review", "acme", "--plan", "plan.csv"]);
    let plan = std::fs::read_to_string(env.path("plan.csv")).unwrap();
    assert_snapshot!(plan, @"
    id,handle,ruling,reason,ruled_by,ruled_at,done
    mastodon:https://b.example/users/zoe,'@zoe@b.example,approve_and_watch,,Rita,2026-03-30 10:00,no
    mastodon:https://b.example/users/x1,'@x1@b.example,remove,bought,Rita,2026-03-30 10:00,no
    ");
    env.write("plan.csv", plan.replacen(",no\n", ",yes\n", 1));
    assert_snapshot!(terminal(
        &env,
        "fivestep review acme --done plan.csv --actor Ugo
         fivestep review acme --done plan.csv --actor Ugo
         fivestep review acme --plan plan.csv"
    ), @"
    $ fivestep review acme --done plan.csv --actor Ugo
    1 deed noted as done, by Ugo.
    [exit 0]

    $ fivestep review acme --done plan.csv --actor Ugo
    error: `plan.csv`, line 2: it was done before
    hint: mend that line; nothing was taken
    [exit 1]

    $ fivestep review acme --plan plan.csv
    1 deed to do: plan.csv.
    [exit 0]
    ");
    let plan = std::fs::read_to_string(env.path("plan.csv")).unwrap();
    assert!(plan.lines().count() == 2 && plan.contains("x1"), "{plan}");
    env.write("plan.csv", "id,ruling,done\nmastodon:https://b.example/users/x1,approve,yes\n");
    assert_snapshot!(terminal(&env, "fivestep review acme --done plan.csv --actor Ugo"), @"
    $ fivestep review acme --done plan.csv --actor Ugo
    error: `plan.csv`, line 2: the ruling is `remove` by now
    hint: mend that line; nothing was taken
    [exit 1]
    ");
}

#[test]
fn the_inbox_names_those_to_answer_first() {
    let env = refined();
    assert_snapshot!(terminal(
        &env,
        "fivestep inbox acme
         fivestep inbox acme --names --first 1 --minutes 3 --each 5
         fivestep inbox acme -o csv --names"
    ), @"
    $ fivestep inbox acme
    acme  Acme Coffee
      window: 28 d to 2026-03-28 09:00, the newest evidence
      conversations: 2 opened, 0 ended with words of theirs that ask nothing
      waiting: 2, from 2 people, 2 with a question
      reach: 60 minutes a day are 15.0 answers of 4 minutes; 0.1 conversations open
             a day, so nobody waits after a day

     WHO           ASKS  GIVES  WAITS      WORKING TIME  POSTS
     p-[..]  yes   56.8   16 d 22 h  300 h         1
     p-[..]  yes   39.2   0 s        0 s           1
    [exit 0]

    $ fivestep inbox acme --names --first 1 --minutes 3 --each 5
    acme  Acme Coffee
      window: 28 d to 2026-03-28 09:00, the newest evidence
      conversations: 2 opened, 0 ended with words of theirs that ask nothing
      waiting: 2, from 2 people, 2 with a question
      reach: 3 minutes a day are 0.6 answers of 5 minutes; 0.1 conversations open a
             day, so nobody waits after 4 days

     WHO              ASKS  GIVES  WAITS      WORKING TIME  POSTS
     @rita@b.example  yes   56.8   16 d 22 h  300 h         1

    posts to answer
      @rita@b.example: https://b.example/users/rita/statuses/103
    and 1 more: `--first 2`
    [exit 0]

    $ fivestep inbox acme -o csv --names
    who,post,since,waited_hours,waited_working_hours,posts,asks,language,gives,band,words
    '@rita@b.example,https://b.example/users/rita/statuses/103,2026-03-11T11:00:00+00:00,406.0,300.0,1,yes,en,56.8,middle,
    '@ida@b.example,https://b.example/users/ida/statuses/104,2026-03-28T09:00:00+00:00,0.0,0.0,1,yes,en,39.2,low,
    [exit 0]
    ");
    assert_snapshot!(TestEnv::new().terminal("fivestep inbox acme"), @"
    $ fivestep inbox acme
    acme  Acme Coffee
      no export is imported yet
    [exit 0]
    ");
}

#[test]
fn a_workflow_has_people_and_the_inbox_counted_and_names_nobody() {
    let env = refined();
    let purpose = "    purpose: Set up accounts on the true brand and stick with it.\n";
    let entry =
        "    entry: [ { id: inbox, run: support.inbox }, { id: people, run: refine.evaluate } ]\n";
    env.replace("workflows/engagement.yaml", purpose, &format!("{purpose}{entry}"));
    env.ok(["start", "acme"]);
    assert_snapshot!(env.terminal("fivestep tick"), @"
    $ fivestep tick
    acme: action inbox succeeded at attempt 1
    acme: action people succeeded at attempt 1
    1 brand, 2 attempts succeeded.
    [exit 0]
    ");
    let outputs = outputs(&env);
    assert_snapshot!(outputs.join("\n"), @r#"
    {"as_of":"2026-03-28T09:00:00Z","opened":2,"overdue":0,"questions":2,"waiting":2}
    {"as_of":"2026-03-28T09:00:00Z","decisions":{"insufficient_evidence":0,"keep_and_look":0,"keep_and_thank":0,"leave_in_peace":3,"nurture":0,"nurture_lightly":0,"partner":0,"review_for_removal":2,"watch":2},"judged":7,"questions":4}
    "#);
}

/// What actions answered, as the journal holds it; nobody of the audience is named there.
pub fn outputs(env: &TestEnv) -> Vec<String> {
    let state = rusqlite::Connection::open(env.path(".fivestep/state.db")).unwrap();
    let mut entries = state.prepare("SELECT entry FROM journal ORDER BY revision").unwrap();
    let mut outputs = Vec::new();
    for entry in entries.query_map([], |row| row.get::<_, String>(0)).unwrap() {
        let entry = entry.unwrap();
        assert!(!entry.contains("b.example"), "somebody is named");
        find(&serde_json::from_str(&entry).unwrap(), "output", &mut outputs);
    }
    outputs
}

/// Every value of a key, wherever it stands.
fn find(value: &Value, key: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == key {
                    found.push(value.to_string());
                }
                find(value, key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| find(item, key, found)),
        _ => {}
    }
}

#[test]
fn the_real_account_has_a_quadrant_and_an_inbox() {
    let Some(data) = shared_data() else { return };
    let env = TestEnv::new().at("2023-09-05T09:00:00Z");
    let acme = std::fs::read_to_string(env.path("brands/acme.yaml")).unwrap();
    env.write("brands/acme.yaml", acme.replace("@acme.example", "@shinyakato.dev"));
    env.ok(["import", "acme", &data.join("bluesky-api").display().to_string()]);
    let refined = env.ok(["refine", "acme", "-o", "json"]).json();
    assert_eq!((&refined["judged"], &refined["followers"]), (&json!(221), &json!(164)));
    let decisions = refined["decisions"].as_array().unwrap().iter();
    let people: Vec<(&str, u64)> = decisions
        .map(|one| (one["decision"].as_str().unwrap(), one["people"].as_u64().unwrap()))
        .filter(|(_, people)| *people > 0)
        .collect();
    // The saved notifications begin four days before the end: of those who did not engage in
    // them nothing is known, and nobody is called silent.
    let expected = [
        ("partner", 1),
        ("nurture", 1),
        ("watch", 108),
        ("leave_in_peace", 4),
        ("insufficient_evidence", 107),
    ];
    assert_eq!(people, expected);
    let inbox = env.ok(["inbox", "acme", "-o", "json"]).json();
    // Seventeen replies and three mentions, of which some are posts of one thread.
    let numbers =
        ["opened", "waiting", "people", "questions"].map(|one| inbox[one].as_u64().unwrap());
    assert_eq!(numbers, [17, 17, 16, 1]);
}

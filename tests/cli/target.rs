//! `target`: the list of the day, as people, programs and workflows see it.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{
    common::{TestEnv, demo},
    refine::{outputs, refined, terminal},
};

/// Acme, that wants baristas, writers of English and two people by name; with a table of prospects.
fn targeting() -> TestEnv {
    let env = refined();
    let brand = std::fs::read_to_string(env.path("brands/acme.yaml")).unwrap();
    env.write(
        "brands/acme.yaml",
        brand
            + "audience:\n  segments:\n    \
               - { id: baristas, bio: [barista, \"latte art\"], languages: [en], not: [\"follow back\"] }\n    \
               - id: guild\n      follows: [ { platform: mastodon, handle: \"@guild@b.example\" } ]\n      \
               accounts: [ { platform: mastodon, handle: \"@bob@b.example\" } ]\n  \
               never: [ { platform: mastodon, handle: \"@rival@c.example\" } ]\n  \
               prospects: prospects/acme.csv\n  people_a_day: 4\n",
    );
    env.write(
        "prospects/acme.csv",
        "platform,handle,bio,languages,follows,post,note,same_as,mood\n\
         mastodon,@bea@c.example,Barista and latte art,en,,https://c.example/@bea/7,=met at the fair,,good\n\
         mastodon,@cai@c.example,\"barista, follow back!\",en,,,,,\n\
         mastodon,@dot@c.example,Tea,de,,,,,\n\
         mastodon,@eli@c.example,,,@guild@b.example,,,bluesky:@eli.example,\n\
         bluesky,eli.example,Barista,,,,,,\n\
         mastodon,@rival@c.example,Barista,en,,,,,\n\
         ello,@fay@c.example,Barista,en,,,,,\n\
         mastodon,,Barista,en,,,,,\n",
    );
    env
}

#[test]
fn the_list_says_whom_to_turn_to_today_and_why() {
    assert_snapshot!(terminal(&targeting(), "fivestep target acme
         fivestep target acme --names --first 2 --log
         fivestep target acme --names -o csv
         fivestep target acme --names --log -o csv
         fivestep target acme -o ids --names"), @r#"
    $ fivestep target acme
    acme  Acme Coffee
      window: 28 d to 2026-03-28 09:00, the newest evidence
      today: 4 of 5 people who fit with 50 points or more and may be written to; 13
             were looked at
      not listed: 1 the brand's file says never; 1 a word of their profile keeps
                  them out; 1 the same person under another account; 1 fit less than
                  asked for; 4 too little is known to say how they fit
      written to: 1 person, once: 1 turned to you within 14 days, 0 open, 0 met
                  silence
      prospects: 6 of 8 rows of acme.csv; skipped, `handle` is empty: 1, first at
                 line 9; skipped, `platform` is none of bluesky, mastodon, facebook,
                 instagram, linkedin, tiktok, x, youtube, other: 1, first at line 8;
                 not read: mood

        WHO           FIT    KNOWN  SEGMENT   WHY
     1  p-[..]  100.0  85 %   baristas  asked you something on 2026-03-11
                                              11:00, and waits
     2  p-[..]  100.0  85 %   baristas  asked you something on 2026-03-28
                                              09:00, and waits
     3  p-[..]  88.3   85 %   guild     follows, silent so far
     4  p-[..]  76.9   65 %   baristas  nothing links them to you yet

      p-[..]: 100.0 = segment 58.8/58.8 (1 of 1 rules of the segment met) +
                    tie 23.5/23.5 (engaged 16 d ago) + topic n/a (too few words of
                    theirs are kept) + awake 17.7/17.7 (posted 8 d ago)
      p-[..]: 100.0 = segment 58.8/58.8 (1 of 1 rules of the segment met) +
                    tie 23.5/23.5 (engaged 0 d ago) + topic n/a (too few words of
                    theirs are kept) + awake 17.7/17.7 (posted 0 d ago)
      p-[..]: 88.3 = segment 58.8/58.8 (a segment lists them) + tie 11.8/23.5
                    (follows us) + topic n/a (too few words of theirs are kept) +
                    awake 17.7/17.7 (posted 8 d ago)
      p-[..]: 76.9 = segment 76.9/76.9 (1 of 1 rules of the segment met) + tie
                    n/a (no export tells who engaged) + topic 0.0/23.1 (their
                    description is on no pillar) + awake n/a (nobody tells when they
                    posted last)
    [exit 0]

    $ fivestep target acme --names --first 2 --log
    acme  Acme Coffee
      window: 28 d to 2026-03-28 09:00, the newest evidence
      today: 2 of 5 people who fit with 50 points or more and may be written to; 13
             were looked at
      not listed: 1 the brand's file says never; 1 a word of their profile keeps
                  them out; 1 the same person under another account; 1 fit less than
                  asked for; 4 too little is known to say how they fit
      written to: 1 person, once: 1 turned to you within 14 days, 0 open, 0 met
                  silence
      prospects: 6 of 8 rows of acme.csv; skipped, `handle` is empty: 1, first at
                 line 9; skipped, `platform` is none of bluesky, mastodon, facebook,
                 instagram, linkedin, tiktok, x, youtube, other: 1, first at line 8;
                 not read: mood

        WHO              FIT    KNOWN  SEGMENT   WHY
     1  @rita@b.example  100.0  85 %   baristas  asked you something on 2026-03-11
                                                 11:00, and waits
     2  @ida@b.example   100.0  85 %   baristas  asked you something on 2026-03-28
                                                 09:00, and waits

      @rita@b.example: 100.0 = segment 58.8/58.8 (1 of 1 rules of the segment met) +
                       tie 23.5/23.5 (engaged 16 d ago) + topic n/a (too few words
                       of theirs are kept) + awake 17.7/17.7 (posted 8 d ago)
        answer https://b.example/users/rita/statuses/103
      @ida@b.example: 100.0 = segment 58.8/58.8 (1 of 1 rules of the segment met) +
                      tie 23.5/23.5 (engaged 0 d ago) + topic n/a (too few words of
                      theirs are kept) + awake 17.7/17.7 (posted 0 d ago)
        answer https://b.example/users/ida/statuses/104

    whom you wrote to
     WHO              LAST              TIMES  OUTCOME
     @rita@b.example  2026-03-11 10:00  1      turned to us  a reply on 2026-03-11
                                                             11:00
    [exit 0]

    $ fivestep target acme --names -o csv
    place,who,platform,fit,coverage,parts,segment,rules_met,reason,because,post,begin,about,unanswered,note
    1,'@rita@b.example,mastodon,100.0,85,segment 58.8/58.8 (1 of 1 rules of the segment met) + tie 23.5/23.5 (engaged 16 d ago) + topic n/a (too few words of theirs are kept) + awake 17.7/17.7 (posted 8 d ago),baristas,their language,waits,"asked you something on 2026-03-11 11:00, and waits",https://b.example/users/rita/statuses/103,answer,,0,
    2,'@ida@b.example,mastodon,100.0,85,segment 58.8/58.8 (1 of 1 rules of the segment met) + tie 23.5/23.5 (engaged 0 d ago) + topic n/a (too few words of theirs are kept) + awake 17.7/17.7 (posted 0 d ago),baristas,their language,waits,"asked you something on 2026-03-28 09:00, and waits",https://b.example/users/ida/statuses/104,answer,,0,
    3,'@bob@b.example,mastodon,88.3,85,segment 58.8/58.8 (a segment lists them) + tie 11.8/23.5 (follows us) + topic n/a (too few words of theirs are kept) + awake 17.7/17.7 (posted 8 d ago),guild,,follows,"follows, silent so far",,,,0,
    4,eli.example,bluesky,76.9,65,segment 76.9/76.9 (1 of 1 rules of the segment met) + tie n/a (no export tells who engaged) + topic 0.0/23.1 (their description is on no pillar) + awake n/a (nobody tells when they posted last),baristas,their description,outside,nothing links them to you yet,,,,0,
    [exit 0]

    $ fivestep target acme --names --log -o csv
    who,last,post,approaches,unanswered,outcome,because
    '@rita@b.example,2026-03-11T10:00:00+00:00,https://a.example/users/acme/statuses/102,1,0,turned to us,a reply on 2026-03-11 11:00
    [exit 0]

    $ fivestep target acme -o ids --names
    @rita@b.example
    @ida@b.example
    @bob@b.example
    eli.example
    [exit 0]
    "#);
}

#[test]
fn without_people_to_judge_it_says_what_to_add() {
    let env = refined();
    assert_snapshot!(terminal(&env, "fivestep target acme"), @"
    $ fivestep target acme
    acme  Acme Coffee
      window: 28 d to 2026-03-28 09:00, the newest evidence
      whom: the brand's file does not say whom it wants: add `audience.segments`
      today: 0 of 0 people who fit with 50 points or more and may be written to; 7
             were looked at
      not listed: 7 too little is known to say how they fit
      written to: nobody of a segment in this window
    [exit 0]
    ");
    let new = TestEnv::new();
    assert_snapshot!(new.terminal("fivestep target acme"), @"
    $ fivestep target acme
    acme  Acme Coffee
      window: none: no export is imported yet; as of 2026-03-30 10:00
      whom: the brand's file does not say whom it wants: add `audience.segments`
      today: 0 of 0 people who fit with 50 points or more and may be written to; 0
             were looked at
      written to: nobody of a segment in this window
    [exit 0]
    ");
}

#[test]
fn prospects_alone_are_enough_for_a_list() {
    let env = targeting();
    std::fs::remove_dir_all(env.path(".fivestep/evidence")).unwrap();
    assert_snapshot!(env.terminal("fivestep target acme --names -o ids"), @"
    $ fivestep target acme --names -o ids
    bob@b.example
    @eli@c.example
    @bea@c.example
    [exit 0]
    ");
}

#[test]
fn a_table_that_cannot_be_read_says_what_to_write() {
    let env = targeting();
    env.write("prospects/acme.csv", "name,where\nAnn,here\n");
    assert_snapshot!(env.terminal("fivestep target acme"), @"
    $ fivestep target acme
    error: `$DIR/prospects/acme.csv`: it has no columns `platform` and `handle`
    hint: write `platform`, `handle` and, if you like, some of `bio`, `languages`, `follows`, `segment`, `post`, `note`, `same_as`, `followers`, `following`, `posts`, `last_post` above the columns
    [exit 1]
    ");
    std::fs::remove_file(env.path("prospects/acme.csv")).unwrap();
    assert_snapshot!(env.terminal("fivestep target acme"), @"
    $ fivestep target acme
    error: `$DIR/prospects/acme.csv` is not there
    hint: check the path; in a brand file it is taken relative to the workspace
    [exit 1]
    ");
}

#[test]
fn whom_a_brand_forgets_no_table_lists_again() {
    let env = targeting();
    env.ok(["forget", "acme", "@bea@c.example", "--actor", "Ada", "--reason", "asked to"]);
    let listed = env.ok(["target", "acme", "--names", "-o", "ids"]).stdout;
    assert!(!listed.contains("bea") && listed.contains("ida"), "{listed}");
}

#[test]
fn json_names_nobody_unless_asked_and_holds_all_parts() {
    let env = targeting();
    let told = env.ok(["target", "acme", "-o", "json", "--log"]).stdout;
    for name in ["example/@bea", "@bea", "@bob", "@ida", "met at", "b.example/users"] {
        assert!(!told.contains(name), "{name} in {told}");
    }
    let view: Value = serde_json::from_str(&told).unwrap();
    for one in view["listed"].as_array().unwrap() {
        let points =
            one["parts"].as_array().unwrap().iter().filter_map(|part| part["points"].as_f64());
        let sum: f64 = points.sum();
        assert!((sum - one["fit"].as_f64().unwrap()).abs() < 0.001, "{one}");
    }
}

#[test]
fn a_workflow_has_targets_counted_and_names_nobody() {
    let env = targeting();
    let purpose = "    purpose: Set up accounts on the true brand and stick with it.\n";
    let entry = "    entry: [ { id: rank, run: target.rank } ]\n";
    env.replace("workflows/engagement.yaml", purpose, &format!("{purpose}{entry}"));
    env.ok(["start", "acme"]);
    assert_snapshot!(env.terminal("fivestep tick"), @"
    $ fivestep tick
    acme: action rank succeeded at attempt 1
    1 brand, 1 attempt succeeded.
    [exit 0]
    ");
    assert_snapshot!(outputs(&env).join("\n"), @r#"{"as_of":"2026-03-28T09:00:00Z","considered":13,"contacts":1,"fitting":5,"listed":4,"open":0,"pressed":0,"silent":0,"turned":1}"#);
}

/// Every number of the list of the demo's brands is one of the list itself.
#[test]
fn the_demo_has_a_list_for_every_brand() {
    let env = demo();
    for brand in ["rosso-roasters", "bianco-books", "verde-garden", "azzurro-radio"] {
        let view: Value =
            serde_json::from_str(&env.ok(["target", brand, "-o", "json"]).stdout).unwrap();
        let left = view["left"].as_array().unwrap().iter();
        let left: u64 = left.map(|one| one["people"].as_u64().unwrap()).sum();
        let (considered, fitting) = (&view["considered"], view["fitting"].as_u64().unwrap());
        assert_eq!(considered.as_u64(), Some(left + fitting), "{brand}");
        let contacts = &view["contacts"];
        let parts = ["turned", "open", "silent"].map(|part| contacts[part].as_u64().unwrap());
        assert_eq!(contacts["approaches"].as_u64(), Some(parts.iter().sum()), "{brand}");
    }
}

/// A new file of the demo's brand: what its followers say of themselves was looked at when the export was
/// read, for the words of then.
#[test]
fn descriptions_count_by_the_words_that_were_asked_for_when_they_were_read() {
    let env = TestEnv::new();
    let ask = |words: &str| {
        let brand = std::fs::read_to_string(env.path("brands/acme.yaml")).unwrap();
        let brand = brand.split("audience:").next().unwrap().to_owned();
        let sources =
            "sources: [ { kind: bluesky_api, account: \"@acme.example\", path: exports/acme } ]\n";
        let brand = brand.split("sources:").next().unwrap().to_owned();
        env.write(
            "brands/acme.yaml",
            format!("{brand}audience:\n  segments:\n    - {{ id: wanted, bio: [{words}], not: [\"follow back\"] }}\n{sources}"),
        );
        env.ok(["target", "acme", "-o", "json"]).json()
    };
    env.export("exports/acme", &crate::common::round());
    let left = |view: &Value, reason: &str| {
        let left = view["left"].as_array().unwrap().iter();
        left.filter(|one| one["reason"] == reason)
            .map(|one| one["people"].as_u64().unwrap())
            .sum::<u64>()
    };
    ask("barista");
    env.ok(["import", "acme"]);
    let view = ask("barista");
    // Of 400 followers every fifth is a barista, and every fifth wants to be followed back; so do two
    // of the twelve others who engage.
    assert_eq!(left(&view, "kept_out"), 82, "{view}");
    let fits = view["fitting"].as_u64().unwrap()
        + left(&view, "written_lately")
        + left(&view, "unanswered");
    assert_eq!(fits, 83, "{view}");
    // Other words were not asked for: nobody is known to have them, or not to have them.
    let view = ask("barista, cats");
    assert_eq!((left(&view, "kept_out"), left(&view, "fits_less")), (0, 0), "{view}");
    env.ok(["import", "acme"]);
    let view = ask("barista, cats");
    let fits = view["fitting"].as_u64().unwrap()
        + left(&view, "written_lately")
        + left(&view, "unanswered");
    assert_eq!((fits, left(&view, "kept_out")), (165, 82), "{view}");
    for file in ["acme.db", "acme.db-wal"] {
        let bytes =
            std::fs::read(env.path(&format!(".fivestep/evidence/{file}"))).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("around the corner") && !text.contains("lettrice"), "{file}");
    }
}

#[test]
fn who_follows_somebody_else_comes_from_a_saved_list() {
    let env = TestEnv::new();
    let brand = std::fs::read_to_string(env.path("brands/acme.yaml")).unwrap();
    let brand = brand.split("audience:").next().unwrap().split("sources:").next().unwrap();
    env.write(
        "brands/acme.yaml",
        format!(
            "{brand}audience:\n  segments:\n    - id: guild\n      follows: [ {{ platform: bluesky, handle: \"@guild.example\" }} ]\n  \
             seeds: [ {{ kind: bluesky_api, account: \"@guild.example\", path: seeds/guild }} ]\nsources: []\n"
        ),
    );
    let person = |name: &str| {
        json!({"did": format!("did:plc:{name}"), "handle": format!("{name}.example"),
               "displayName": name, "description": "Espresso", "indexedAt": "2026-03-01T00:00:00.000Z"})
    };
    let page = json!({"subject": person("guild"), "followers": [person("gus"), person("hal")]});
    env.write("seeds/guild/getFollowers.json", page.to_string());
    assert_snapshot!(env.terminal("fivestep target acme --names"), @"
    $ fivestep target acme --names
    acme  Acme Coffee
      window: none: no export is imported yet; as of 2026-03-30 10:00
      today: 2 of 2 people who fit with 50 points or more and may be written to; 2
             were looked at
      written to: nobody of a segment in this window

        WHO           FIT    KNOWN  SEGMENT  WHY
     1  @gus.example  100.0  65 %   guild    nothing links them to you yet
     2  @hal.example  100.0  65 %   guild    nothing links them to you yet

      @gus.example: 100.0 = segment 76.9/76.9 (1 of 1 rules of the segment met) +
                    tie n/a (no export tells who engaged) + topic 23.1/23.1 (their
                    description is on a pillar) + awake n/a (nobody tells when they
                    posted last)
      @hal.example: 100.0 = segment 76.9/76.9 (1 of 1 rules of the segment met) +
                    tie n/a (no export tells who engaged) + topic 23.1/23.1 (their
                    description is on a pillar) + awake n/a (nobody tells when they
                    posted last)
    [exit 0]
    ");
    std::fs::remove_dir_all(env.path("seeds")).unwrap();
    assert_snapshot!(env.terminal("fivestep target acme"), @"
    $ fivestep target acme
    error: `$DIR/seeds/guild` is not there
    hint: check the path; in a brand file it is taken relative to the workspace
    [exit 1]
    ");
}

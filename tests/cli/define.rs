//! `define`: the charter audit, as people, programs and workflows see it.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::common::{TestEnv, demo, shared_data};

/// Our account on Mastodon, without a picture.
fn us() -> Value {
    json!({"id": "1", "username": "acme", "acct": "acme", "display_name": "Acme Coffee",
           "note": "<p>We roast. https://acme.example</p>", "bot": false, "avatar": "",
           "url": "https://a.example/@acme", "uri": "https://a.example/users/acme",
           "created_at": "2024-01-01T00:00:00.000Z", "last_status_at": null, "fields": [],
           "followers_count": 6, "following_count": 0, "statuses_count": 7})
}

/// A post of ours; `to` is the post and the person that it answers.
fn status(id: &str, at: &str, words: &str, to: Option<(&str, &str)>) -> Value {
    json!({"id": id, "created_at": format!("{at}:00.000Z"), "visibility": "public",
           "language": "en", "uri": format!("https://a.example/users/acme/statuses/{id}"),
           "content": format!("<p>{words}</p>"), "account": us(), "reblog": null,
           "in_reply_to_id": to.map(|to| to.0), "in_reply_to_account_id": to.map(|to| to.1),
           "mentions": [], "replies_count": 0, "reblogs_count": 0, "favourites_count": 0})
}

/// Acme, with two accounts of which one is exported, two pillars and a promise.
fn charted() -> TestEnv {
    let env = TestEnv::new();
    let brand = std::fs::read_to_string(env.path("brands/acme.yaml")).unwrap();
    let accounts = brand.find("accounts:").unwrap();
    let mut brand = brand[..accounts].to_owned();
    brand.push_str(
        "accounts:\n  - { platform: mastodon, handle: \"@acme@a.example\" }\n  \
         - { platform: bluesky, handle: \"@acme.example\" }\n\
         charter:\n  people: [ { name: Rita } ]\n  pillars:\n    \
         - { id: coffee, words: [coffee, roast] }\n    - { id: football, words: [derby] }\n  \
         cadence: { at_least: 2 posts per week }\n\
         sources: [ { kind: mastodon_api, account: \"@acme@a.example\", path: exports/acme } ]\n",
    );
    env.write("brands/acme.yaml", brand);
    let posts = json!([
        status("108", "2026-03-28T09:00", "Rain, @rita. @bob@b.example agrees.", None),
        status("107", "2026-03-27T09:00", "Rita roasts all day", None),
        status("106", "2026-03-26T09:00", "It opens at nine. ^RT", Some(("9", "2"))),
        status(
            "105",
            "2026-03-12T09:00",
            "=cmd: ten percent off everything, only today and only in our shop downtown",
            None
        ),
        status("104", "2026-03-11T09:00", "Coffee at the derby", None),
        status("103", "2026-03-10T09:00", "New coffee", None),
        status("102", "2026-01-10T09:00", "Before the window", None),
    ]);
    let files = [("verify_credentials.json", us()), ("statuses.json", posts)];
    for (name, value) in files {
        env.write(&format!("exports/acme/{name}"), value.to_string());
    }
    env.ok(["import", "acme"]);
    env
}

#[test]
fn an_audit_says_what_drifts_from_the_charter() {
    let env = charted();
    assert_snapshot!(env.terminal(
        "fivestep define acme
         fivestep define acme --window 90d --first 1 -o md
         fivestep define acme -o csv
         fivestep define acme -o ids"
    ), @r#"
    $ fivestep define acme
    acme  Acme Coffee
      window: 28 d to 2026-03-28 09:00, the newest evidence
      sources: mastodon_api @acme@a.example

    numbers
      profile_completeness: 75 % (3 of 4 profile fields)
      topic_adherence: 60 % (3 of 5 own posts), 95 % interval 23.07 % to 88.24 %
      longest_silent_gap: 14 d over 6 own posts
      human_share: 33.33 % (2 of 6 own posts), 95 % interval 9.677 % to 70 %
      posts_per_reply: no own reply to others in the window, beside 5 own posts
      note on profile_completeness: the picture of @acme@a.example is empty

    accounts
      @acme@a.example: picture empty
      @acme.example: no export shows its profile

    accounts on which a field is filled in
      bio: 100 % (1 of 1)
      link: 100 % (1 of 1)
      name: 100 % (1 of 1)
      picture: 0 % (0 of 1)

    posts on a pillar
      coffee: 60 % (3 of 5), 95 % interval 23.07 % to 88.24 %
      football: 20 % (1 of 5), 95 % interval 3.622 % to 62.45 %

    posts and replies that show a person
      Rita: 16.67 % (1 of 6), 95 % interval 3.005 % to 56.35 %
      signed with initials: 16.67 % (1 of 6), 95 % interval 3.005 % to 56.35 %

    weeks with
      a post: 50 % (2 of 4)
      2 posts or more, as promised: 50 % (2 of 4)

    longest silences
      14 d: 2026-03-12 09:00 to 2026-03-26 09:00
      10 d: 2026-02-28 09:00 to 2026-03-10 09:00
      1 d: 2026-03-10 09:00 to 2026-03-11 09:00

    on no pillar, newest first: 2 of 5
      2026-03-28 09:00  Rain, @… @… agrees.
        https://a.example/users/acme/statuses/108
      2026-03-12 09:00  =cmd: ten percent off everything, only today and only in ou…
        https://a.example/users/acme/statuses/105
    [exit 0]

    $ fivestep define acme --window 90d --first 1 -o md
    # Acme Coffee: the charter and what we show

    Window: 90 d to 2026-03-28 09:00, the newest evidence

    Sources: mastodon\_api @acme@a.example

    ## Numbers

    | Number | Found | Out of | Notes |
    | --- | --- | --- | --- |
    | profile\_completeness | 75 % (3 of 4 profile fields) | required profile fields that the sources tell | the picture of @acme@a.example is empty |
    | topic\_adherence | 50 % (3 of 6 own posts), 95 % interval 18.76 % to 81.24 % | own posts that begin a thread, public or unlisted |  |
    | longest\_silent\_gap | 59 d over 7 own posts | own posts in the window | the oldest own post known is of 2026-01-10; the window begins 2025-12-28 |
    | human\_share | 28.57 % (2 of 7 own posts), 95 % interval 8.222 % to 64.11 % | own posts and replies, public or unlisted |  |
    | posts\_per\_reply | no own reply to others in the window, beside 6 own posts | own replies to others |  |

    ## Accounts

    | Account | Profile | As of (UTC) |
    | --- | --- | --- |
    | @acme@a.example | picture empty | 2026-03-28 09:00 |
    | @acme.example | no export shows its profile |  |

    ## Profile fields

    | Field | Share | Cases | 95 % interval | Out of |
    | --- | --- | --- | --- | --- |
    | bio | 100 % | 1 of 1 | none: all there is was counted | accounts whose export tells of the field |
    | link | 100 % | 1 of 1 | none: all there is was counted | accounts whose export tells of the field |
    | name | 100 % | 1 of 1 | none: all there is was counted | accounts whose export tells of the field |
    | picture | 0 % | 0 of 1 | none: all there is was counted | accounts whose export tells of the field |

    ## Pillars

    | Pillar | Share | Cases | 95 % interval | Out of |
    | --- | --- | --- | --- | --- |
    | coffee | 50 % | 3 of 6 | 18.76 % to 81.24 % | own posts that begin a thread, public or unlisted, with known words |
    | football | 16.67 % | 1 of 6 | 3.005 % to 56.35 % | own posts that begin a thread, public or unlisted, with known words |

    ## People

    | Person | Share | Cases | 95 % interval | Out of |
    | --- | --- | --- | --- | --- |
    | Rita | 14.29 % | 1 of 7 | 2.568 % to 51.31 % | own posts and replies, public or unlisted, with known words |
    | signed with initials | 14.29 % | 1 of 7 | 2.568 % to 51.31 % | own posts and replies, public or unlisted, with known words |

    ## Weeks

    | Weeks with | Share | Cases | 95 % interval | Out of |
    | --- | --- | --- | --- | --- |
    | a post | 18.18 % | 2 of 11 | none: all there is was counted | whole weeks of the window that the exports reach |
    | 2 posts or more, as promised | 18.18 % | 2 of 11 | none: all there is was counted | whole weeks of the window that the exports reach |

    ## Longest silences

    | For | From (UTC) | To (UTC) |
    | --- | --- | --- |
    | 59 d | 2026-01-10 09:00 | 2026-03-10 09:00 |
    | 14 d | 2026-03-12 09:00 | 2026-03-26 09:00 |
    | 1 d | 2026-03-10 09:00 | 2026-03-11 09:00 |

    ## Posts on no pillar: 3 of 6

    | When (UTC) | Begins | Post |
    | --- | --- | --- |
    | 2026-03-28 09:00 | Rain, @… @… agrees. | https://a.example/users/acme/statuses/108 |
    [exit 0]

    $ fivestep define acme -o csv
    part,of,value,text,hits,n,denominator,low,high,from,to,window,sources,notes
    number,profile_completeness,0.75,75 % (3 of 4 profile fields),3,4,required profile fields that the sources tell,,,,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,the picture of @acme@a.example is empty
    number,topic_adherence,0.6,"60 % (3 of 5 own posts), 95 % interval 23.07 % to 88.24 %",3,5,"own posts that begin a thread, public or unlisted",0.23071993220883708,0.8823817688407467,,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    number,longest_silent_gap,1209600,14 d over 6 own posts,,6,own posts in the window,,,,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    number,human_share,0.3333333333333333,"33.33 % (2 of 6 own posts), 95 % interval 9.677 % to 70 %",2,6,"own posts and replies, public or unlisted",0.09676933255921683,0.7000116786584712,,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    number,posts_per_reply,,"no own reply to others in the window, beside 5 own posts",,,own replies to others,,,,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    account,'@acme@a.example,,picture empty,,,,,,,2026-03-28T09:00:00+00:00,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    account,'@acme.example,,no export shows its profile,,,,,,,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    field,bio,1,100 % (1 of 1),1,1,accounts whose export tells of the field,,,,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    field,link,1,100 % (1 of 1),1,1,accounts whose export tells of the field,,,,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    field,name,1,100 % (1 of 1),1,1,accounts whose export tells of the field,,,,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    field,picture,0,0 % (0 of 1),0,1,accounts whose export tells of the field,,,,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    pillar,coffee,0.6,"60 % (3 of 5), 95 % interval 23.07 % to 88.24 %",3,5,"own posts that begin a thread, public or unlisted, with known words",0.23071993220883708,0.8823817688407467,,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    pillar,football,0.2,"20 % (1 of 5), 95 % interval 3.622 % to 62.45 %",1,5,"own posts that begin a thread, public or unlisted, with known words",0.03622316096978745,0.6244717358814613,,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    person,Rita,0.16666666666666666,"16.67 % (1 of 6), 95 % interval 3.005 % to 56.35 %",1,6,"own posts and replies, public or unlisted, with known words",0.03005258587173032,0.563509436563646,,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    person,signed with initials,0.16666666666666666,"16.67 % (1 of 6), 95 % interval 3.005 % to 56.35 %",1,6,"own posts and replies, public or unlisted, with known words",0.03005258587173032,0.563509436563646,,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    week,a post,0.5,50 % (2 of 4),2,4,whole weeks of the window that the exports reach,,,,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    week,"2 posts or more, as promised",0.5,50 % (2 of 4),2,4,whole weeks of the window that the exports reach,,,,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    silence,,1209600,,,,,,,2026-03-12T09:00:00+00:00,2026-03-26T09:00:00+00:00,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    silence,,864000,,,,,,,2026-02-28T09:00:00+00:00,2026-03-10T09:00:00+00:00,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    silence,,86400,,,,,,,2026-03-10T09:00:00+00:00,2026-03-11T09:00:00+00:00,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    drift,https://a.example/users/acme/statuses/108,,"Rain, @… @… agrees.",,,,,,2026-03-28T09:00:00+00:00,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    drift,https://a.example/users/acme/statuses/105,,"'=cmd: ten percent off everything, only today and only in ou…",,,,,,2026-03-12T09:00:00+00:00,,"28 d to 2026-03-28 09:00, the newest evidence",mastodon_api @acme@a.example,
    [exit 0]

    $ fivestep define acme -o ids
    https://a.example/users/acme/statuses/108
    https://a.example/users/acme/statuses/105
    [exit 0]
    "#);
}

#[test]
fn a_brand_without_evidence_has_no_number_and_no_zero() {
    assert_snapshot!(TestEnv::new().terminal("fivestep define acme\nfivestep define nobody"), @"
    $ fivestep define acme
    acme  Acme Coffee
      window: no export is imported yet

    numbers
      profile_completeness: nothing was imported yet
      topic_adherence: nothing was imported yet
      longest_silent_gap: nothing was imported yet
      human_share: nothing was imported yet
      posts_per_reply: nothing was imported yet

    accounts
      @acme.example: no export shows its profile
    [exit 0]

    $ fivestep define nobody
    error: there is no brand `nobody`
    hint: there is `acme`
    [exit 4]
    ");
    let json = TestEnv::new().ok(["define", "acme", "-o", "json"]).json();
    assert_eq!((&json["window"], &json["drift"]["posts"]), (&Value::Null, &json!(0)));
    assert!(json["numbers"].as_array().unwrap().iter().all(|one| one.get("value").is_none()));
}

#[test]
fn an_audit_has_the_numbers_that_the_gate_is_judged_by() {
    let env = charted();
    let audit = env.ok(["define", "acme", "-o", "json"]).json();
    let metrics = env.ok(["metrics", "acme", "-o", "json"]).json();
    let measured = metrics["metrics"].as_array().unwrap();
    let numbers = audit["numbers"].as_array().unwrap();
    assert_eq!(numbers.len(), 5);
    for number in numbers {
        assert!(measured.contains(number), "{number:#}");
    }
}

#[test]
fn what_became_known_later_is_not_audited() {
    let env = charted();
    let audit = env.ok(["define", "acme", "--as-of", "2026-03-01", "-o", "json"]).json();
    assert_eq!(audit["drift"]["of"], json!(0), "nothing was imported by then");
    let earlier = env.ok(["define", "acme", "--window-end", "2026-03-12T10:00:00Z", "-o", "json"]);
    let earlier = earlier.json();
    assert_eq!((&earlier["drift"]["posts"], &earlier["drift"]["of"]), (&json!(1), &json!(3)));
}

#[test]
fn a_workflow_has_the_charter_audited_and_names_nobody() {
    let env = charted();
    let purpose = "    purpose: Set up accounts on the true brand and stick with it.\n";
    let entry = "    entry: [ { id: charter, run: define.audit } ]\n";
    env.replace("workflows/engagement.yaml", purpose, &format!("{purpose}{entry}"));
    env.ok(["start", "acme"]);
    env.ok(["tick"]);
    let journal = env.ok(["show", "acme", "--answer", "charter", "-o", "json"]).stdout;
    assert!(!journal.contains("Rita") && !journal.contains("a.example"), "{journal}");
    assert_snapshot!(env.terminal(
        "fivestep show acme --answer charter
         fivestep show acme --answer chart"
    ), @r#"
    $ fivestep show acme --answer charter
    acme  charter
      succeeded: 2026-03-30 10:00, commit 3
    {
      "as_of": "2026-03-28T09:00:00Z",
      "drift": {
        "hits": 2,
        "n": 5
      },
      "empty_fields": 1,
      "metrics": {
        "human_share": {
          "n": 6,
          "value": 0.3333333333333333
        },
        "longest_silent_gap": {
          "n": 6,
          "value": 1209600.0
        },
        "profile_completeness": {
          "n": 4,
          "value": 0.75
        },
        "topic_adherence": {
          "n": 5,
          "value": 0.6
        }
      },
      "pillars": {
        "coffee": {
          "hits": 3,
          "n": 5
        },
        "football": {
          "hits": 1,
          "n": 5
        }
      },
      "weeks": {
        "hits": 2,
        "n": 4
      },
      "weeks_kept": {
        "hits": 2,
        "n": 4
      }
    }
    [exit 0]

    $ fivestep show acme --answer chart
    error: there is no answer of an action `chart`
    hint: did you mean `charter`? there is `charter`
    [exit 4]
    "#);
    let unread = TestEnv::new();
    unread.replace("workflows/engagement.yaml", purpose, &format!("{purpose}{entry}"));
    unread.ok(["start", "acme"]);
    unread.ok(["tick"]);
    let answer = unread.ok(["show", "acme", "--answer", "charter", "-o", "json"]).json();
    let absent = ["as_of", "empty_fields", "weeks", "weeks_kept", "drift"];
    assert!(absent.iter().all(|field| answer["answer"][field].is_null()), "{answer:#}");
}

#[test]
fn the_real_account_has_an_audit() {
    let Some(data) = shared_data() else { return };
    let env = TestEnv::new().at("2023-09-05T09:00:00Z");
    let acme = std::fs::read_to_string(env.path("brands/acme.yaml")).unwrap();
    env.write("brands/acme.yaml", acme.replace("@acme.example", "@shinyakato.dev"));
    env.ok(["import", "acme", &data.join("bluesky-api").display().to_string()]);
    let audit = env.ok(["define", "acme", "-o", "json"]).json();
    let metrics = env.ok(["metrics", "acme", "-o", "json"]).json();
    let measured = metrics["metrics"].as_array().unwrap();
    let numbers = audit["numbers"].as_array().unwrap();
    assert!(numbers.iter().all(|number| measured.contains(number)), "{audit:#}");
    let drift = &audit["drift"];
    assert_eq!(drift["posts"], json!(drift["listed"].as_array().unwrap().len()));
}

#[test]
fn a_charter_that_is_changed_later_leads_back_to_define() {
    let env = demo();
    env.replace("brands/verde-garden.yaml", "id: pruning", "id: cutting");
    let notes = || env.ok(["why", "verde-garden", "-o", "json"]).json()["notes"].clone();
    let before = notes();
    let moved = env.terminal(
        "fivestep advance verde-garden
         fivestep advance verde-garden
         fivestep history verde-garden --last 4",
    );
    assert_snapshot!(format!("{before:#}\n{moved}\n{:#}", notes()), @r#"
    [
      "the charter was changed since define was left: pillars; `fivestep advance verde-garden` goes back there"
    ]
    $ fivestep advance verde-garden
    verde-garden  support > define
    [exit 0]

    $ fivestep advance verde-garden
    verde-garden  blocked in define: signed (task sign_charter)
    hint: see what would open it with `fivestep why verde-garden`
    [exit 10]

    $ fivestep history verde-garden --last 4
     REV  WHEN (UTC)        WHO  WHAT
     9    2026-03-30 10:00  Ada  left support, because the charter was changed:
                                 pillars
                                 entered define
                                 task sign_charter opened, due 2026-04-02 10:00
     10   2026-03-30 10:00  Ada  gate shut: signed fail
    [exit 0]
    [
      "the charter was changed since define was left last: pillars"
    ]
    "#);
    env.replace("brands/verde-garden.yaml", "id: cutting", "id: pruning");
    assert_eq!(notes(), json!([]), "it is what it was");
}

/// Acme on two networks, under two names.
#[test]
fn two_accounts_say_the_same_or_do_not() {
    let env = charted();
    let brand = std::fs::read_to_string(env.path("brands/acme.yaml")).unwrap();
    let sources = brand.find("sources:").unwrap();
    env.write(
        "brands/acme.yaml",
        brand[..sources].to_owned()
            + "sources:\n  - { kind: mastodon_api, account: \"@acme@a.example\", path: exports/acme }\n  \
               - { kind: bluesky_api, account: \"@acme.example\", path: exports/sky }\n",
    );
    let profile = json!({"did": "did:plc:acme", "handle": "acme.example", "displayName": "ACME  coffee",
                         "description": "Beans from here. https://acme.example/beans", "followersCount": 3,
                         "followsCount": 0, "postsCount": 2, "indexedAt": "2026-03-28T09:00:00.000Z"});
    env.write("exports/sky/getProfile.json", profile.to_string());
    let mut us = us();
    us["fields"] = json!([{"name": "Shop", "value": "<a href=\"https://acme.example\">acme.example</a>",
                           "verified_at": "2025-01-01T00:00:00.000Z"}]);
    env.write("exports/acme/verify_credentials.json", us.to_string());
    std::fs::remove_dir_all(env.path(".fivestep/evidence")).unwrap();
    env.ok(["import", "acme"]);
    let shown = env.ok(["define", "acme", "--first", "1"]).stdout;
    let from = shown.find("\naccounts\n").unwrap();
    let to = shown.find("\nposts on a pillar").unwrap();
    assert_snapshot!(&shown[from..to], @"

    accounts
      @acme.example: picture empty; verified: acme.example
      @acme@a.example: picture empty; verified: acme.example

    accounts on which a field is filled in
      bio: 100 % (2 of 2)
      link: 100 % (2 of 2)
      name: 100 % (2 of 2)
      picture: 0 % (0 of 2)

    whether the accounts say the same
      name: the same on 2 accounts
      bio: not the same: @acme.example says “Beans from here.
           https://acme.example/beans”; @acme@a.example says “We roast.
           https://acme.example”
      link: the same on 2 accounts
    ");
    let table = env.ok(["define", "acme", "-o", "csv"]).stdout;
    let lines: Vec<&str> = table.lines().filter(|line| line.starts_with("agreement")).collect();
    assert_snapshot!(lines.join("\n"), @r#"
    agreement,name,true,the same on 2 accounts,,2,,,,,,"28 d to 2026-03-28 09:00, the newest evidence",bluesky_api @acme.example; mastodon_api @acme@a.example,
    agreement,bio,false,not the same: @acme.example says “Beans from here. https://acme.example/beans”; @acme@a.example says “We roast. https://acme.example”,,2,,,,,,"28 d to 2026-03-28 09:00, the newest evidence",bluesky_api @acme.example; mastodon_api @acme@a.example,
    agreement,link,true,the same on 2 accounts,,2,,,,,,"28 d to 2026-03-28 09:00, the newest evidence",bluesky_api @acme.example; mastodon_api @acme@a.example,
    "#);
    let markdown = env.ok(["define", "acme", "-o", "md"]).stdout;
    assert!(markdown.contains("## Whether the accounts say the same"), "{markdown}");
}

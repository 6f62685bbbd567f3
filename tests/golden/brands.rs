//! Three brands, and what their exports hold at the end of each cycle.

use chrono::{DateTime, TimeDelta, Utc};
use fivestep::{
    evidence::splitmix::SplitMix,
    samples::{Round, SampleAccount, Trade, bluesky},
};

use crate::common::TestEnv;

/// A brand and its story.
pub struct Brand {
    /// Its short name.
    pub id: &'static str,
    /// The shipped workflow that it follows.
    pub workflow: &'static str,
    /// Its file.
    pub yaml: &'static str,
    /// Files that lie beside it.
    pub files: &'static [(&'static str, &'static str)],
    /// What people write into the form of each task.
    pub forms: &'static [(&'static str, &'static str)],
    /// Writes what is exported at the end of a cycle.
    pub export: fn(&TestEnv, u32, DateTime<Utc>),
}

impl Brand {
    /// When the evidence of a cycle ends: every four weeks.
    pub fn ends(&self, cycle: u32) -> DateTime<Utc> {
        let first: DateTime<Utc> = "2026-01-05T08:00:00Z".parse().unwrap();
        first + TimeDelta::days(28 * (i64::from(cycle) - 1))
    }
}

/// How a table of all followers is read.
const FOLLOWERS: &str = "rows: followers\ncolumns: { author: id, at: since }\ncomplete: true\n";

/// What people do for a workflow of the shipped kind.
const ENGAGEMENT: &[(&str, &str)] = &[
    ("sign_charter", r#"{"agreed":true}"#),
    ("engage", r#"{"people":12}"#),
    ("review", r#"{"reviewed":8}"#),
];

pub const LUME: Brand = Brand {
    id: "lume-books",
    workflow: "engagement",
    yaml: r#"brand: lume-books
name: Lume Books
timezone: Europe/Rome
languages: [en, it]
workflow: engagement
goals: { engaged_follower_rate: 15% }
accounts: [ { platform: bluesky, handle: "@lume.example" } ]
charter:
  people: [ { name: Lia, role: bookseller } ]
  pillars:
    - { id: books, words: [book, libro, novel, romanzo, romanzi, paperback, author] }
    - { id: reading, words: [read, reading, letture, poesie, shortlist] }
  cadence: { at_least: 3 posts per week }
audience:
  segments:
    - { id: readers, bio: [reader, lettrice], languages: [en], not: ["follow back"] }
    - id: neighbours
      languages: [it]
      accounts:
        - { platform: bluesky, handle: "@vera21.example" }
        - { platform: bluesky, handle: "@olga140.example" }
        - { platform: bluesky, handle: "@ada0.example" }
  prospects: prospects/lume.csv
  people_a_day: 5
sources: [ { kind: bluesky_api, account: "@lume.example", path: exports/lume } ]
"#,
    files: &[(
        "prospects/lume.csv",
        "platform,handle,bio,languages,post,note\n\
         bluesky,@pia.example,A reader of everything,en,https://bsky.app/profile/pia.example/post/3k,asked at the fair\n\
         bluesky,@gus.example,Reader. Follow back!,en,,\n",
    )],
    forms: ENGAGEMENT,
    export: lume,
};

/// Few followers, a third of whom engage. In the first cycle not everybody is answered.
fn lume(env: &TestEnv, cycle: u32, ends_at: DateTime<Utc>) {
    let account = SampleAccount {
        handle: "lume.example".to_owned(),
        name: "Lume Books".to_owned(),
        bio: "Lia and a room of books. https://lume.example".to_owned(),
        trade: Trade::Bookshop,
        opened_at: "2025-12-01T00:00:00Z".parse().unwrap(),
    };
    let round =
        Round { ends_at, followers: 150, engaged: 40, strangers: 8, ..Round::healthy(ends_at) };
    let round = match cycle {
        1 => Round { answered: 34, back_and_forth: 14, answer_minutes: 300, ..round },
        2 => Round { followers: 158, followers_from: 3, engaged: 46, ..round },
        _ => Round {
            followers: 170,
            followers_from: 5,
            engaged: 55,
            conversations: 44,
            answered: 44,
            ..round
        },
    };
    let folder = env.path("exports/lume");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    bluesky(&folder, &account, &[round]).unwrap();
}

pub const GRANIT: Brand = Brand {
    id: "granit-bank",
    workflow: "engagement",
    yaml: r#"brand: granit-bank
name: Granit Bank
timezone: Europe/Zurich
languages: [en]
workflow: engagement
goals: { engaged_follower_rate: 2% }
accounts: [ { platform: other, handle: "@granit" } ]
charter:
  people: [ { name: Greta, role: adviser } ]
  pillars: [ { id: money, words: [savings, mortgage, rates, budget] } ]
  cadence: { at_least: 2 posts per week }
audience:
  segments:
    - { id: savers, hashtags: [savings], languages: [en] }
  never: [ { platform: other, handle: "@reader7" } ]
sources:
  - { kind: table, account: granit, path: exports/followers.csv, map: maps/followers.yaml }
  - { kind: table, account: granit, path: exports/reactions.csv, map: maps/reactions.yaml }
  - { kind: table, account: granit, path: exports/messages.csv, map: maps/messages.yaml }
  - { kind: table, account: granit, path: exports/posts.csv, map: maps/posts.yaml }
"#,
    files: &[
        ("maps/followers.yaml", FOLLOWERS),
        (
            "maps/reactions.yaml",
            "rows: interactions\ncolumns: { author: who, act: act, object: post, at: at }\n",
        ),
        (
            "maps/messages.yaml",
            "rows: messages\ncolumns: { id: id, at: at, author: who, thread: thread, side: side, text: text }\nours: [bank]\n",
        ),
        ("maps/posts.yaml", "rows: posts\ncolumns: { id: id, at: at, text: text }\n"),
    ],
    forms: ENGAGEMENT,
    export: granit,
};

/// Very many followers, of whom two dozen react and a few more ask something.
fn granit(env: &TestEnv, cycle: u32, ends: DateTime<Utc>) {
    let mut random = SplitMix::new(u64::from(cycle));
    let began = ends - TimeDelta::days(28);
    let mut at = |share: u64| {
        let minutes = 28 * 24 * 60;
        stamp(
            began + TimeDelta::minutes((minutes * share / 1_000) as i64 + random.below(30) as i64),
        )
    };
    let gone = 200 * u64::from(cycle - 1);
    let since = |number: u64| {
        stamp(
            "2023-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap()
                + TimeDelta::minutes(number as i64 * 60),
        )
    };
    let followers =
        (gone..20_000 + gone / 2).map(|number| format!("reader{number},{}", since(number)));
    let posts = (0..24_u64).map(|post| {
        let topic =
            ["Our rates this week", "A budget for two", "How a mortgage works", "Rates again"];
        format!("p{cycle}-{post},{},{}", at(post * 40), topic[post as usize % 4])
    });
    let posts: Vec<String> = posts.collect();
    let reactions: Vec<String> = (0..60_u64)
        .map(|row| {
            let who = 5_000 + row % 24;
            format!("reader{who},like,p{cycle}-{},{}", row % 24, at(row * 16))
        })
        .collect();
    let mut messages = Vec::new();
    for talk in 0..40_u64 {
        let (thread, who) = (format!("{cycle}-{talk}"), 6_000 + talk);
        let asked = began + TimeDelta::hours(16 * talk as i64 + 3);
        let mut say = |minutes: i64, side: &str, text: &str| {
            let (at, id) = (stamp(asked + TimeDelta::minutes(minutes)), messages.len());
            let name = if side == "bank" { "granit".to_owned() } else { format!("reader{who}") };
            messages.push(format!("m{cycle}-{id},{at},{name},{thread},{side},{text}"));
        };
        say(0, "reader", "Can I change the limit of my card?");
        if talk != 39 {
            say(
                40 + (talk as i64 * 7) % 60,
                "bank",
                "You can, in the app under limits. Did that help?",
            );
        }
        if talk % 4 == 0 && talk != 39 {
            say(160, "reader", "It did");
        }
    }
    // Something happens at the end, so that the window is the cycle.
    let last = format!("reader{},like,p{cycle}-23,{}", 5_001, stamp(ends));
    let table = |head: &str, rows: Vec<String>| format!("{head}\n{}\n", rows.join("\n"));
    env.write("exports/followers.csv", table("id,since", followers.collect()));
    env.write("exports/posts.csv", table("id,at,text", posts));
    env.write("exports/reactions.csv", table("who,act,post,at", [reactions, vec![last]].concat()));
    env.write("exports/messages.csv", table("id,at,who,thread,side,text", messages));
}

pub const PONTE: Brand = Brand {
    id: "ponte-care",
    workflow: "customer-care",
    yaml: r#"brand: ponte-care
name: Ponte Railways, care desk
timezone: Europe/Rome
working_hours: "08:00-20:00"
languages: [en]
workflow: customer-care
accounts: [ { platform: other, handle: "@ponte" } ]
charter: { people: [ { name: Ivo, role: answers } ] }
audience: { segments: [ { id: passengers, languages: [en] } ] }
sources:
  - { kind: table, account: ponte, path: exports/desk.csv, map: maps/desk.yaml }
  - { kind: table, account: ponte, path: exports/followers.csv, map: maps/followers.yaml }
"#,
    files: &[
        ("maps/followers.yaml", FOLLOWERS),
        (
            "maps/desk.yaml",
            "rows: messages\ncolumns: { id: id, at: at, author: who, thread: ticket, side: side, text: text }\nours: [desk]\n",
        ),
    ],
    forms: &[
        ("promise", r#"{"hours":"Mon-Fri 8-20","answer_within":"half-day"}"#),
        ("top_questions", r#"{"questions":3}"#),
    ],
    export: ponte,
};

/// Hundreds of conversations; in the first cycle a fifth of them gets no answer.
fn ponte(env: &TestEnv, cycle: u32, ends: DateTime<Utc>) {
    let mut rows = Vec::new();
    for past in 1..=cycle {
        let mut random = SplitMix::new(u64::from(past));
        let began = ends - TimeDelta::days(28 * i64::from(cycle - past + 1));
        let mut say = |at: DateTime<Utc>, who: &str, ticket: &str, side: &str, text: &str| {
            let minute = at.timestamp() / 60;
            rows.push(format!("m{ticket}-{minute},{},{who},{ticket},{side},{text}", stamp(at)));
        };
        for talk in 0..260_i64 {
            let (ticket, who) =
                (format!("{past}-{talk}"), format!("passenger{}", random.below(400)));
            // Nine a day, in the hours of the desk.
            let opened = began + TimeDelta::days(talk % 28) + TimeDelta::minutes(talk / 28 * 55);
            let asks = [
                "Is the 8:14 late again?",
                "My refund has not come",
                "Where do I find my umbrella?",
            ];
            say(opened, &who, &ticket, "passenger", asks[talk as usize % 3]);
            let answered = random.below(100) < if past == 1 { 79 } else { 96 };
            if !answered {
                continue;
            }
            let answer = opened + TimeDelta::minutes(10 + random.below(80) as i64);
            say(
                answer,
                "desk",
                &ticket,
                "desk",
                "It is on its way. Can you tell me the number of the ticket?",
            );
            if random.below(100) < 45 {
                say(answer + TimeDelta::minutes(9), &who, &ticket, "passenger", "Here it is");
                say(
                    answer + TimeDelta::minutes(15),
                    "desk",
                    &ticket,
                    "desk",
                    "Thank you. It is done",
                );
            }
        }
    }
    rows.push(format!(
        "mend-{cycle},{},passenger1,end-{cycle},passenger,Thank you all",
        stamp(ends)
    ));
    // Two of three who write follow.
    let followers = (0..900).filter(|number| number % 3 != 0);
    let followers = followers.map(|number| format!("passenger{number},2025-06-01T00:00:00Z"));
    env.write(
        "exports/followers.csv",
        format!("id,since\n{}\n", followers.collect::<Vec<_>>().join("\n")),
    );
    env.write("exports/desk.csv", format!("id,at,who,ticket,side,text\n{}\n", rows.join("\n")));
}

fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

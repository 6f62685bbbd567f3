//! Import and audit of a brand that writes much: an X archive with many answers, and a LinkedIn export with
//! many messages. What matters is the memory, which is not to grow with either import.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{harness::knob, many, place::now};

const ACCOUNTS: &str = "\
accounts:
  - { platform: x, handle: \"@acme\" }
  - { platform: linkedin, handle: acme }
sources:
  - { kind: x_archive, account: \"@acme\", path: archive }
  - { kind: linkedin_export, account: acme, path: linkedin }
";
/// X counts milliseconds in its ids since then.
const X_BEGAN: i64 = 1_288_834_974_657;

/// Measures once: each step is a process of its own.
pub fn words(dir: &Path) {
    let posts = knob("FIVESTEP_BENCH_POSTS", 100_000) as i64;
    println!("a brand with {posts} posts on X and {posts} messages on LinkedIn");
    let root = dir.join("words");
    fs::create_dir_all(&root).unwrap();
    many::run(&root, "init", now());
    let file = root.join("brands/acme.yaml");
    let brand = fs::read_to_string(&file).unwrap();
    let (before, rest) = brand.split_once("accounts:").unwrap();
    let charter = &rest[rest.find("charter:").unwrap()..rest.find("sources:").unwrap()];
    fs::write(&file, format!("{before}{charter}{ACCOUNTS}")).unwrap();
    archive(&root.join("archive/data"), posts);
    messages(&root.join("linkedin"), posts);
    for line in ["import acme archive", "import acme linkedin", "metrics acme"] {
        let many::Took { seconds, cpu_seconds, megabytes } = many::run(&root, line, now());
        println!(
            "  {line:<52} {seconds:>9.2} s, CPU {cpu_seconds:.2} s, peak memory {megabytes:.0} MB"
        );
    }
    println!();
    fs::remove_dir_all(&root).unwrap();
}

/// When the post of a number was written: one every minute, the newest an hour ago.
fn minute(number: i64, of: i64) -> DateTime<Utc> {
    now() - TimeDelta::minutes(60 + of - number)
}

fn create(folder: &Path, name: &str) -> BufWriter<File> {
    fs::create_dir_all(folder).unwrap();
    BufWriter::new(File::create(folder.join(name)).unwrap())
}

/// Answers to 40,000 people.
fn archive(folder: &Path, posts: i64) {
    let account =
        r#"window.YTD.account.part0 = [{"account":{"username":"acme","accountId":"12"}}]"#;
    create(folder, "account.js").write_all(account.as_bytes()).unwrap();
    let mut to = create(folder, "tweets.js");
    write!(to, "window.YTD.tweets.part0 = [").unwrap();
    for number in 0..posts {
        let (at, who) = (minute(number, posts), number % 40_000);
        let id = |millis: i64| (millis - X_BEGAN) << 22;
        let (one, parent) = (id(at.timestamp_millis()), id(at.timestamp_millis() - 300_000) + 7);
        let day = at.format("%a %b %d %H:%M:%S +0000 %Y");
        let comma = if number > 0 { "," } else { "" };
        write!(
            to,
            r#"{comma}{{"tweet":{{"id_str":"{one}","full_text":"@user{who} thanks for telling us, we look into order {number} and come back to you soon","created_at":"{day}","favorite_count":"1","retweet_count":"0","lang":"en","in_reply_to_status_id_str":"{parent}","in_reply_to_user_id_str":"{}","in_reply_to_screen_name":"user{who}"}}}}"#,
            who + 1_000
        )
        .unwrap();
    }
    write!(to, "]").unwrap();
    to.flush().unwrap();
}

/// Conversations of five messages each.
fn messages(folder: &Path, messages: i64) {
    let mut to = create(folder, "messages.csv");
    writeln!(to, "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER").unwrap();
    let profile = |name: &str| format!("{name},https://www.linkedin.com/in/{name}");
    for number in 0..messages {
        let with = profile(&format!("ann-{}", number / 5));
        let us = profile("acme");
        let (from, to_whom) = if number % 5 % 2 == 0 { (with, us) } else { (us, with) };
        let day = minute(number, messages).format("%Y-%m-%d %H:%M:%S UTC");
        let words = "when will the order be with me? Thank you for the help so far, it was great";
        let talk = number / 5;
        writeln!(to, "2-talk{talk}==,,{from},{to_whom},{day},,\"Order {number}, {words}\",INBOX")
            .unwrap();
    }
    to.flush().unwrap();
}

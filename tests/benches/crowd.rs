//! Import and audit of a page with many followers, beside a column database doing the same job and
//! beside `cat` of the files.
//!
//! The page is made from a seed: followers and interactions in no order, as CSV. DuckDB is asked
//! through Python where both are there, and left out aloud where they are not.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    process::Command,
};

use fivestep::evidence::splitmix::SplitMix;

use super::{
    harness::{knob, seconds},
    many,
    place::now,
};

/// How many posts of the page people engage with.
const POSTS: u64 = 20_000;
/// Days over which the interactions are spread; the last 28 are the window.
const DAYS: u64 = 364;

const BRAND: &str = "\
brand: page
name: Page
timezone: UTC
languages: [en]
workflow: engagement
goals: { engaged_follower_rate: 2% }
accounts:
  - { platform: other, handle: \"@page\" }
charter:
  people: [{ name: Rita }]
  pillars:
    - { id: coffee, words: [coffee] }
sources:
  - { kind: table, account: page, path: followers.csv, map: followers.yaml }
";
const FOLLOWERS: &str =
    "rows: followers\ncolumns: { author: id, at: followed_at }\ncomplete: true\n";
const INTERACTIONS: &str =
    "rows: interactions\ncolumns: { author: actor, act: act, object: post, at: at }\n";

/// What DuckDB does: both tables with keys, and the engaged followers of the last 28 days.
const DUCKDB: &str = "\
import duckdb, resource, sys, time
def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
base = duckdb.connect('duck.db')
base.execute('set threads = 2')
began, spent = time.time(), used()
base.execute('create table follower (id varchar primary key, since timestamp)')
base.execute(\"insert into follower select * from read_csv('followers.csv')\")
base.execute(\"create table deed as select * from read_csv('interactions.csv')\")
print('import', time.time() - began, used() - spent)
began, spent = time.time(), used()
found = base.execute('''select count(*) from follower where id in
    (select actor from deed where at > (select max(at) - interval 28 day from deed))''').fetchone()
print('audit', time.time() - began, used() - spent)
print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
print('engaged', found[0])
";

/// Measures once: the work is long, and each step is a process of its own.
pub fn crowd(dir: &Path) {
    let followers = knob("FIVESTEP_BENCH_FOLLOWERS", 100_000) as u64;
    let interactions = knob("FIVESTEP_BENCH_INTERACTIONS", 5 * followers as usize) as u64;
    println!("a page with {followers} followers and {interactions} interactions, from CSV");
    let root = dir.join("crowd");
    write(&root, followers, interactions);
    let cat = seconds(|| {
        let files = ["followers.csv", "interactions.csv"];
        let out = Command::new("cat").args(files).current_dir(&root).output().unwrap();
        assert!(out.status.success());
    });
    println!("  {:<52} {cat:>9.2} s", "cat of both files");
    for line in [
        "import page followers.csv --map followers.yaml",
        "import page interactions.csv --map interactions.yaml",
        "metrics page",
    ] {
        let many::Took { seconds, cpu_seconds, megabytes } = many::run(&root, line, now());
        print(line, seconds, cpu_seconds, megabytes);
    }
    duckdb(&root);
    println!();
    fs::remove_dir_all(&root).unwrap();
}

fn print(what: &str, seconds: f64, cpu: f64, megabytes: f64) {
    println!("  {what:<52} {seconds:>9.2} s, CPU {cpu:.2} s, peak memory {megabytes:.0} MB");
}

/// A workspace with the page and its two tables.
fn write(root: &Path, followers: u64, interactions: u64) {
    fs::create_dir_all(root).unwrap();
    many::run(root, "init", now());
    fs::write(root.join("brands/page.yaml"), BRAND).unwrap();
    fs::write(root.join("followers.yaml"), FOLLOWERS).unwrap();
    fs::write(root.join("interactions.yaml"), INTERACTIONS).unwrap();
    let mut random = SplitMix::new(followers);
    let mut to = BufWriter::new(File::create(root.join("followers.csv")).unwrap());
    writeln!(to, "id,followed_at").unwrap();
    for number in 0..followers {
        writeln!(to, "{},{}", person(number), time(random.below(DAYS * 86_400))).unwrap();
    }
    to.flush().unwrap();
    let mut to = BufWriter::new(File::create(root.join("interactions.csv")).unwrap());
    writeln!(to, "actor,act,post,at").unwrap();
    for _ in 0..interactions {
        // Half of those who engage follow; a few do most of it.
        let rank = random.below(2 * followers).min(random.below(2 * followers));
        let act = ["like", "like", "like", "repost", "quote"][random.below(5) as usize];
        let (post, at) = (random.below(POSTS), time(random.below(DAYS * 86_400)));
        writeln!(to, "{},{act},post-{post},{at}", person(rank)).unwrap();
    }
    to.flush().unwrap();
}

/// An id as platforms give them: many digits, in no order.
fn person(number: u64) -> u64 {
    SplitMix::new(number).next_u64() >> 4
}

/// So many seconds after the first day.
fn time(second: u64) -> String {
    let first = now() - chrono::TimeDelta::days(DAYS as i64);
    (first + chrono::TimeDelta::seconds(second as i64)).format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn duckdb(root: &Path) {
    let ran = Command::new("python3").args(["-c", DUCKDB]).current_dir(root).output();
    let Some(answer) = ran.ok().filter(|answer| answer.status.success()) else {
        println!("  DuckDB: left out, `python3 -c \"import duckdb\"` does not work here");
        return;
    };
    for line in String::from_utf8_lossy(&answer.stdout).lines() {
        println!("  DuckDB {line}");
    }
}

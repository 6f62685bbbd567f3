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
/// Seconds in a day.
const DAY: u64 = 86_400;

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
  - { kind: table, account: page, path: interactions.csv, map: interactions.yaml }
";
const FOLLOWERS: &str =
    "rows: followers\ncolumns: { author: id, at: followed_at }\ncomplete: true\n";
const INTERACTIONS: &str =
    "rows: interactions\ncolumns: { author: actor, act: act, object: post, at: at }\n";

/// What DuckDB does: both tables with a key, and the engaged followers of the last 28 days; then the same
/// from lean columns, numbers in the order of people, which it makes of its tables first.
const DUCKDB: &str = "\
import duckdb, resource, time
def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
base = duckdb.connect('duck.db')
base.execute('set threads = 2')
base.execute('set enable_progress_bar = false')
def step(name, *all):
    began, spent = time.time(), used()
    for one in all:
        answer = base.execute(one)
    found = answer.fetchone()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f'{name}|{time.time() - began}|{used() - spent}|{peak}')
    return found[0]
step('import, key on followers',
    'create table follower (id varchar primary key, since timestamp)',
    \"insert into follower select * from read_csv('followers.csv', header=true, columns={'id': 'varchar', 'since': 'timestamp'})\",
    \"create table deed as select * from read_csv('interactions.csv', header=true, columns={'actor': 'varchar', 'act': 'varchar', 'post': 'varchar', 'moment': 'timestamp'})\")
engaged = 'select count(*) from follower where id in (select actor from deed where moment > (select max(moment) from deed) - interval 28 day)'
full = step('audit, full tables', engaged)
step('lean columns, from the tables',
    'create table lean_follower as select id::ubigint as id from follower order by 1',
    'create table lean_deed as select actor::ubigint as actor, moment from deed order by 1')
lean = step('audit, lean columns', engaged.replace('follower', 'lean_follower').replace('deed', 'lean_deed'))
assert full == lean
step('lean columns with what was done',
    'create table lean_since as select id::ubigint as id, since from follower order by 1',
    \"create table lean_act as select actor::ubigint as actor, case act when 'like' then 0 when 'repost' then 1 else 2 end::utinyint as act, replace(post, 'post-', '')::uinteger as post, moment from deed order by 1\",
    'select count(*) from lean_act')
step('scores and quadrants of everybody, lean columns', open('scores.sql').read(),
    'select count(*) from score group by u >= 60, u < 40, v >= 60, v < 40',
    'select id from score order by u desc, id limit 100')
step('append 1 %, and audit full tables',
    \"insert into deed select * from read_csv('more.csv', header=true, columns={'actor': 'varchar', 'act': 'varchar', 'post': 'varchar', 'moment': 'timestamp'})\",
    engaged)
print(f'engaged|{full}')
";

/// What `refine` does, as far as columns go: both scores of everybody from what they did, by the formulas
/// of `docs/reference/scores.md`, in one window. The bands of two windows before, the screen and who
/// came and left are left out: ours does them as well.
const SCORES: &str = "\
create temp table score as
with bounds as (select max(moment) e, max(moment) - interval 28 day s from lean_act),
d as (select actor, act, post, moment, (epoch(e) - epoch(moment)) / 86400.0 age, moment > s inside from lean_act, bounds),
liked as (select actor, age from (select actor, age, row_number() over (partition by actor, moment::date order by moment desc) n from d where act = 0) where n <= 3),
energy as (select actor, sum(v) v from (select actor, case act when 2 then 3 else 2 end * pow(0.5, age / 45) v from d where act > 0 union all select actor, pow(0.5, age / 45) from liked) group by actor),
deeds as (select actor, count(*) filter (act > 0) shares, count(distinct post) touched, count(distinct post) filter (inside and act < 2) seen, min(age) filter (act = 2) wrote from d group by actor),
posts as (select count(distinct post) n from d where inside),
everybody as (select coalesce(f.id, x.actor) id, w.v energy, shares, touched, seen, wrote, ((select epoch(e) from bounds) - epoch(since)) / 86400 followed from lean_since f full join deeds x on f.id = x.actor left join energy w on w.actor = coalesce(f.id, x.actor))
select id,
    (35 * (1 - exp(-coalesce(energy, 0) / 4)) + 10 * case when coalesce(shares, 0) = 0 then 0 else least(1, 10.0 * shares / touched) end
        + case when wrote <= 30 then 10 else 0 end + 5 * least(1, coalesce(followed, 0) / 365.25)) * 100 / (50 + case when wrote <= 30 then 10 else 0 end) u,
    100 * least(1, 4.0 * coalesce(seen, 0) / (select n from posts)) v
from everybody
";

/// Measures once: the work is long, and each step is a process of its own.
pub fn crowd(dir: &Path) {
    let page = Page {
        followers: knob("FIVESTEP_BENCH_FOLLOWERS", 100_000) as u64,
        interactions: knob("FIVESTEP_BENCH_INTERACTIONS", 500_000) as u64,
        engaged: knob("FIVESTEP_BENCH_ENGAGED", 0) as u64,
    };
    let Page { followers, interactions, .. } = page;
    println!("a page with {followers} followers and {interactions} interactions, from CSV");
    let root = dir.join("crowd");
    page.write(&root);
    let cat = seconds(|| {
        let files = ["followers.csv", "interactions.csv"];
        let out = Command::new("cat").args(files).current_dir(&root).output().unwrap();
        assert!(out.status.success());
    });
    println!("  {:<52} {cat:>9.2} s", "cat of both files");
    let [mut ours, mut audit] = [0.0; 2];
    let all = [
        "import page followers.csv --map followers.yaml",
        "import page interactions.csv --map interactions.yaml",
        "metrics page",
    ];
    for line in all {
        let many::Took { seconds, cpu_seconds, megabytes } = many::run(&root, line, now());
        print(line, seconds, cpu_seconds, megabytes);
        (ours, audit) = (ours + cpu_seconds, cpu_seconds);
    }
    let many::Took { seconds, cpu_seconds: scores, megabytes } =
        many::run(&root, "refine page", now());
    print("refine page", seconds, scores, megabytes);
    let theirs = duckdb(&root);
    if let Some(theirs) = &theirs {
        let [import, full, _, lean, _, scored, _] = theirs.cpu;
        let ratio = ours / (import + full);
        println!("  import and first audit, CPU, of DuckDB's: {ratio:.2}");
        println!("  audit, CPU, of DuckDB's over full tables: {:.2}", audit / full);
        println!("  audit, CPU, of DuckDB's over lean columns: {:.2}", audit / lean);
        println!("  refine, CPU, of DuckDB's scores over lean columns: {:.2}", scores / scored);
        // Who does the same to the same post again did it once, at the first time; a column database
        // that is asked for one sum does not look.
        let (ours, theirs) = (engaged(&root), theirs.engaged);
        assert!(theirs >= ours && theirs - ours <= theirs / 1_000, "{ours} and {theirs}");
    }
    let mut more = 0.0;
    for line in ["import page more.csv --map interactions.yaml", "metrics page"] {
        let many::Took { seconds, cpu_seconds, megabytes } = many::run(&root, line, now());
        print(&format!("1 % more: {line}"), seconds, cpu_seconds, megabytes);
        more += cpu_seconds;
    }
    if let Some([.., append]) = theirs.map(|theirs| theirs.cpu) {
        println!("  1 % more and audit, CPU, of DuckDB's: {:.2}", more / append);
    }
    println!();
    fs::remove_dir_all(&root).unwrap();
    many_pages(dir);
}

/// Many brands, read and measured by one command.
fn many_pages(dir: &Path) {
    let brands = knob("FIVESTEP_BENCH_PAGES", 20);
    let page = Page { followers: 20_000, interactions: 20_000, engaged: 0 };
    let root = dir.join("pages");
    page.write(&root);
    let brand = fs::read_to_string(root.join("brands/page.yaml")).unwrap();
    fs::remove_file(root.join("brands/page.yaml")).unwrap();
    for number in 0..brands {
        let text = brand.replace("brand: page", &format!("brand: page-{number}"));
        fs::write(root.join(format!("brands/page-{number}.yaml")), text).unwrap();
    }
    println!("{brands} brands with 20000 followers each");
    let line = "import --all --measure";
    let many::Took { seconds, cpu_seconds, megabytes } = many::run(&root, line, now());
    print(line, seconds, cpu_seconds, megabytes);
    println!();
    fs::remove_dir_all(&root).unwrap();
}

/// How many followers of the page are engaged, as the program says.
fn engaged(root: &Path) -> u64 {
    let answer = many::answer(root, "metrics page -o json", now());
    let metrics: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let all = metrics["metrics"].as_array().unwrap();
    let rate = all.iter().find(|one| one["metric"] == "engaged_follower_rate").unwrap();
    rate["hits"].as_u64().unwrap_or_else(|| panic!("{rate}"))
}

fn print(what: &str, seconds: f64, cpu: f64, megabytes: f64) {
    println!("  {what:<52} {seconds:>9.2} s, CPU {cpu:.2} s, peak memory {megabytes:.0} MB");
}

/// A page to be made from a seed.
struct Page {
    followers: u64,
    interactions: u64,
    /// How many followers do all that is done in the last 28 days; 0 for as many as it happens.
    engaged: u64,
}

impl Page {
    /// A workspace with the page and its two tables.
    fn write(&self, root: &Path) {
        let Page { followers, interactions, engaged } = *self;
        fs::create_dir_all(root).unwrap();
        many::run(root, "init", now());
        fs::write(root.join("brands/page.yaml"), BRAND).unwrap();
        fs::write(root.join("followers.yaml"), FOLLOWERS).unwrap();
        fs::write(root.join("interactions.yaml"), INTERACTIONS).unwrap();
        let mut random = SplitMix::new(followers);
        let mut to = BufWriter::new(File::create(root.join("followers.csv")).unwrap());
        writeln!(to, "id,followed_at").unwrap();
        for number in 0..followers {
            writeln!(to, "{},{}", person(number), time(random.below(DAYS * DAY))).unwrap();
        }
        to.flush().unwrap();
        let create = |name: &str| {
            let mut to = BufWriter::new(File::create(root.join(name)).unwrap());
            writeln!(to, "actor,act,post,at").unwrap();
            to
        };
        let (mut to, mut more) = (create("interactions.csv"), create("more.csv"));
        let mut recent = 0;
        for row in 0..interactions + interactions / 100 {
            let to = if row < interactions { &mut to } else { &mut more };
            // Half of those who engage follow; a few do most of it.
            let mut rank = random.below(2 * followers).min(random.below(2 * followers));
            let act = ["like", "like", "like", "repost", "quote"][random.below(5) as usize];
            let (post, second) = (random.below(POSTS), random.below(DAYS * DAY));
            if engaged > 0 && second >= (DAYS - 29) * DAY {
                rank = recent % engaged;
                recent += 1;
            }
            writeln!(to, "{},{act},post-{post},{}", person(rank), time(second)).unwrap();
        }
        to.flush().unwrap();
        more.flush().unwrap();
    }
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

/// What DuckDB took.
struct Theirs {
    /// CPU seconds of import, audit, making lean columns, audit of these, making lean columns with
    /// what was done, scores of everybody from these, and of 1 % more.
    cpu: [f64; 7],
    engaged: u64,
}

fn duckdb(root: &Path) -> Option<Theirs> {
    fs::write(root.join("scores.sql"), SCORES).unwrap();
    let ran = Command::new("python3").args(["-c", DUCKDB]).current_dir(root).output();
    let Some(answer) = ran.ok().filter(|answer| answer.status.success()) else {
        println!("  DuckDB: left out, `python3 -c \"import duckdb\"` does not work here");
        return None;
    };
    let mut theirs = Theirs { cpu: [0.0; 7], engaged: 0 };
    let answer = String::from_utf8_lossy(&answer.stdout);
    for (line, place) in answer.lines().zip(0..) {
        match line.split('|').collect::<Vec<_>>().as_slice() {
            [name, seconds, cpu, peak] => {
                theirs.cpu[place] = cpu.parse().unwrap();
                let (seconds, peak) = (seconds.parse().unwrap(), peak.parse().unwrap());
                print(&format!("DuckDB: {name}"), seconds, theirs.cpu[place], peak);
            }
            [_, engaged] => theirs.engaged = engaged.parse().unwrap(),
            _ => panic!("{line}"),
        }
    }
    Some(theirs)
}

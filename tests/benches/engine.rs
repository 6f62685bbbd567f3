//! How fast a brand moves, next to what SQLite alone can do: `cargo bench`.
//!
//! What the figures mean, and those of one run: `docs/design/0006-speed.md`. Shorter or longer
//! by `FIVESTEP_BENCH_ROUNDS` (how often each side is measured), `FIVESTEP_BENCH_BRANDS` (the
//! fleet) and `FIVESTEP_BENCH_MEMORY` (the largest fleet whose memory is measured, 0 for none); the parts
//! `pure`, `check`, `gate`, `one`, `fleet` and `memory` can be named: `cargo bench -- one fleet`.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "benches are an edge")]

mod floor;
mod harness;
mod language;
mod place;

use std::{
    hint::black_box,
    path::Path,
    process::{Command as Process, Stdio},
};

use rusqlite::Connection;

use fivestep::{
    engine::step,
    model::{BrandId, Checkpoint, Command, Observations, Verb, Workflow},
    runner::fleet::PAGE,
    store::StateStore,
};

use floor::{Floor, Payload};
use harness::{Series, file_system, knob, limit, rates, seconds};
use place::{ENGAGEMENT, Fleet, RING, ask, commit, done, now, observations, unanswered, walk};

/// A payload of a few words.
const SHORT: Payload = Payload { row: 64, entry: 64 };

/// Set in a child whose memory is measured: the workspace it works in.
const CHILD: &str = "FIVESTEP_BENCH_CHILD";

fn main() {
    if let Some(root) = std::env::var_os(CHILD) {
        return child(Path::new(&root));
    }
    // `cargo test --benches` only asks whether this runs.
    if !std::env::args().any(|word| word == "--bench") {
        return;
    }
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let observations = observations(&dir.path().join("sample"));
    println!("median (least..most) over the rounds; file system {}\n", file_system(dir.path()));
    if asked("pure") {
        pure(&observations);
    }
    if asked("check") {
        language::check();
    }
    if asked("gate") {
        language::gate(&observations);
    }
    if asked("one") {
        one_key(dir.path(), &observations);
    }
    if asked("fleet") {
        let brands = knob("FIVESTEP_BENCH_BRANDS", 10_000);
        let fleet = Fleet::new(dir.path().join("fleet"), brands, &observations);
        all_keys(dir.path(), &fleet);
        questions(&fleet);
    }
    if asked("memory") {
        memory(dir.path(), &observations);
    }
}

/// Whether a part is wanted: `cargo bench -- pure fleet` runs two, without names all run.
fn asked(part: &str) -> bool {
    let mut named = std::env::args().skip(1).filter(|word| !word.starts_with('-')).peekable();
    named.peek().is_none() || named.any(|word| word == part)
}

/// `engine::step` alone.
fn pure(observations: &Observations) {
    let engagement = place::workflow(ENGAGEMENT);
    let count = observations.metrics.len();
    println!("pure step, shipped workflow, {count} observations");
    let advance = ask(Verb::Advance);
    let round = [done("sign_charter"), advance.clone(), done("engage"), advance.clone()];
    let to_repeat = [advance.clone(), done("review"), advance.clone()];
    let whole: Vec<Command> = round.iter().chain(&to_repeat).cloned().collect();
    let missing = unanswered(observations);
    let first = walk(&engagement, &missing, &round);
    let shut = step(&engagement, &first, &missing, &advance, now()).unwrap().checkpoint;
    let cases = [
        ("gate of define open", walk(&engagement, observations, &whole[..1]), observations),
        (
            "gate of repeat open, goal judged, next cycle",
            walk(&engagement, observations, &whole),
            observations,
        ),
        ("gate of support shut, found for the first time", first, &missing),
        ("gate of support shut, nothing new: refused", shut, &missing),
    ];
    for (name, at, seen) in cases {
        limit(&time_step(name, &engagement, &at, seen), 5.0, "µs");
    }
    println!();
}

fn time_step(name: &str, workflow: &Workflow, at: &Checkpoint, seen: &Observations) -> Series {
    const BATCH: u32 = 2_000;
    let mut series = Series::new(name);
    let (advance, now) = (ask(Verb::Advance), now());
    for _ in 0..rounds() {
        let took = seconds(|| {
            for _ in 0..BATCH {
                drop(black_box(step(workflow, black_box(at), seen, &advance, now)));
            }
        });
        series.add(took * 1e6 / f64::from(BATCH));
    }
    series
}

/// Durable transitions of one brand.
fn one_key(dir: &Path, observations: &Observations) {
    let ring = place::workflow(RING);
    let path = dir.join("one.db");
    let mut store = StateStore::open(&path).unwrap();
    let brand = Checkpoint::new(BrandId::new("sample").unwrap());
    let begun = step(&ring, &brand, observations, &ask(Verb::Start), now()).expect("ready");
    let mut at = begun.checkpoint.clone();
    commit(&mut store, &[begun]);
    let advance = ask(Verb::Advance);
    let mut once = || {
        let moved = step(&ring, &at, &at.observations, &advance, now()).expect("the gate is open");
        store.commit(&[&moved]).unwrap();
        at = moved.checkpoint;
    };
    (0..5).for_each(|_| once());
    let ours = place::payload(&Connection::open(&path).unwrap());
    let mut floors = [(&dir.join("a.db"), ours), (&dir.join("b.db"), SHORT)]
        .map(|(path, payload)| (floor_series(payload), Floor::new(path, 1, payload)));
    let mut series = Series::new("engine::step and StateStore::commit");
    for _ in 0..rounds() {
        let [(long, long_floor), (short, short_floor)] = &mut floors;
        let [a, b, c] = rates([&mut once, &mut || long_floor.one(), &mut || short_floor.one()]);
        series.add(a);
        long.add(b);
        short.add(c);
    }
    println!("durable transitions of one brand, a commit each, WAL, synchronous=FULL");
    print_beside(&series, &floors, 0.8);
}

/// One stage each for every brand of a fleet.
fn all_keys(dir: &Path, fleet: &Fleet) {
    const FLOOR_PAGE: usize = 1_000;
    let brands = fleet.brands;
    let mut runner = fleet.runner();
    let first = seconds(|| fleet.advance(&mut runner));
    let mut floors = [("c.db", fleet.payload()), ("d.db", SHORT)].map(|(name, payload)| {
        (floor_series(payload), Floor::new(&dir.join(name), brands, payload))
    });
    let mut series = Series::new(format!("Runner::advance_all, {PAGE} a commit"));
    // Seven stages later the brands wait for the evidence of the next cycle.
    for _ in 0..rounds().min(7) {
        fleet.work();
        series.add(brands as f64 / seconds(|| fleet.advance(&mut runner)));
        for (series, floor) in &mut floors {
            floor.settle();
            series.add(brands as f64 / seconds(|| floor.all(brands, FLOOR_PAGE)));
        }
    }
    println!("{brands} brands, one stage each; the floor commits {FLOOR_PAGE} at once");
    print_beside(&series, &floors, 0.5);
    println!("  first pass, every brand file read: {:.0} transitions/s", brands as f64 / first);
    parts(fleet);
}

/// Where the time of a pass goes, apart from `step` and the commit.
fn parts(fleet: &Fleet) {
    let runner = fleet.runner();
    let mut read = Series::new("of it: rows of a page read and parsed");
    let mut looked = Series::new("of it: brand file looked at, not read");
    for _ in 0..rounds().min(7) {
        let mut names: Vec<BrandId> = Vec::new();
        let took = seconds(|| {
            while names.len() < fleet.brands {
                let after = names.last().map_or("", BrandId::as_str).to_owned();
                let page = runner.store().running(None, &after, PAGE).unwrap();
                names.extend(page.into_iter().map(|row| row.read.unwrap().checkpoint.brand));
            }
        });
        read.add(took * 1e6 / fleet.brands as f64);
        let look = |name| assert!(runner.workspace().brand_file_stamp(name).is_some());
        looked.add(seconds(|| names.iter().for_each(look)) * 1e6 / fleet.brands as f64);
    }
    read.print("µs a brand");
    looked.print("µs a brand");
    println!();
}

fn floor_series(payload: Payload) -> Series {
    let Payload { row, entry } = payload;
    Series::new(format!("bare SQLite, {row} B updated, {entry} B inserted"))
}

fn print_beside(series: &Series, floors: &[(Series, Floor)], target: f64) {
    series.print("/s");
    for (floor, _) in floors {
        floor.print("/s");
    }
    println!("  ratio to");
    for (floor, _) in floors {
        series.print_ratio(floor, target);
    }
    println!();
}

/// What a person waits for: one brand among many, the whole process.
fn questions(fleet: &Fleet) {
    println!("one brand among {}, process start included", fleet.brands);
    let brand = format!("brand-{:06}", fleet.brands / 2);
    let lines = [vec!["--version"], vec!["status", &brand], vec!["why", &brand]];
    let mut series = lines.each_ref().map(|line| Series::new(line.join(" ")));
    for _ in 0..rounds() * 2 {
        for (line, series) in lines.iter().zip(&mut series) {
            series.add(1e3 * seconds(|| run(&fleet.root, line)));
        }
    }
    series.iter().for_each(|series| limit(series, 20.0, "ms"));
    println!();
}

fn run(root: &Path, line: &[&str]) {
    let status = Process::new(env!("CARGO_BIN_EXE_fivestep"))
        .args(line)
        .current_dir(root)
        .env("FIVESTEP_NOW", now().to_rfc3339())
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success(), "{line:?}");
}

/// The most memory that moving a whole fleet takes, each fleet in a process of its own.
fn memory(dir: &Path, observations: &Observations) {
    let largest = knob("FIVESTEP_BENCH_MEMORY", 50_000);
    println!("peak memory of advance_all (VmHWM)");
    for brands in [1_000, 10_000, 50_000].into_iter().filter(|brands| *brands <= largest) {
        let root = dir.join(format!("memory-{brands}"));
        drop(Fleet::new(root.clone(), brands, observations));
        let answer = Process::new(std::env::current_exe().unwrap()).env(CHILD, &root).output();
        print!("  {brands:>6} brands {}", String::from_utf8(answer.unwrap().stdout).unwrap());
        std::fs::remove_dir_all(&root).unwrap();
    }
}

/// Moves the fleet at `root` on, and prints the most memory this took.
fn child(root: &Path) {
    let brands = std::fs::read_dir(root.join("brands")).unwrap().count();
    let fleet = Fleet { root: root.to_owned(), brands };
    fleet.advance(&mut fleet.runner());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!("{}", line.map_or("not known here", str::trim));
}

fn rounds() -> usize {
    knob("FIVESTEP_BENCH_ROUNDS", 15)
}

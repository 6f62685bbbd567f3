//! How fast a brand moves, next to what SQLite alone can do: `cargo bench`.
//!
//! What the figures mean, and those of one run: `docs/design/0006-speed.md`. Shorter or longer
//! by `FIVESTEP_BENCH_ROUNDS` (how often each side is measured) and `FIVESTEP_BENCH_BRANDS` (the
//! largest fleet), `FIVESTEP_BENCH_FOLLOWERS` and `FIVESTEP_BENCH_INTERACTIONS` (a page); the parts
//! `pure`, `check`, `gate`, `one`, `fleet`, `tick`, `verbs` and `crowd` can be named:
//! `cargo bench -- one fleet`.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "benches are an edge")]

mod crowd;
mod floor;
mod harness;
mod language;
mod many;
mod place;
mod words;

use std::{
    hint::black_box,
    path::Path,
    process::{Command as Process, ExitCode, Stdio},
};

use chrono::TimeDelta;
use rusqlite::Connection;

use fivestep::{
    engine::step,
    model::{BrandId, Checkpoint, Command, Observations, Verb, Workflow},
    performer::{Stop, Tools},
    runner::{Runner, fleet::PAGE, tick::Whose, works::Works},
    store::StateStore,
};

use floor::{Floor, Payload, TimerFloor};
use harness::{Series, file_system, knob, limit, rates, seconds, written};
use place::{ENGAGEMENT, Fleet, RING, ask, commit, done, now, observations, unanswered, walk};

/// A payload of a few words.
const SHORT: Payload = Payload { row: 64, entry: 64 };

/// The sizes of fleets, as far as `FIVESTEP_BENCH_BRANDS` lets them.
const FLEETS: [usize; 2] = [10_000, 100_000];

fn main() -> ExitCode {
    if std::env::var_os(many::CHILD).is_some() {
        return many::child();
    }
    // `cargo test --benches` only asks whether this runs.
    if std::env::args().any(|word| word == "--bench") {
        measure();
    }
    ExitCode::SUCCESS
}

fn measure() {
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
        fleets(dir.path(), &observations);
    }
    if asked("tick") {
        ticks(dir.path(), &observations);
    }
    if asked("verbs") {
        verbs(dir.path(), &observations);
    }
    if asked("crowd") {
        crowd::crowd(dir.path());
    }
    if asked("words") {
        words::words(dir.path());
    }
}

/// The most brands that a fleet may have.
fn largest() -> usize {
    knob("FIVESTEP_BENCH_BRANDS", 100_000)
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
    let looker = Connection::open(&path).unwrap();
    let ours = place::payload(&looker);
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
    const MANY: usize = 1_000;
    let length = |_: &()| {
        floor::settle(&looker);
        std::fs::metadata(&path).unwrap().len()
    };
    let mut bytes = [(); 3].map(|()| Bytes::new(MANY));
    bytes[0].around(&mut (), length, |()| (0..MANY).for_each(|_| once()));
    for ((_, floor), bytes) in floors.iter_mut().zip(&mut bytes[1..]) {
        bytes.around(floor, Floor::settle, |floor| (0..MANY).for_each(|_| floor.one()));
    }
    print_bytes(&bytes);
}

/// One stage each for every brand of fleets of each size.
fn fleets(dir: &Path, observations: &Observations) {
    for brands in FLEETS.into_iter().filter(|brands| *brands <= largest()) {
        let fleet = Fleet::new(dir.join("fleet"), brands, observations);
        all_keys(dir, &fleet);
        questions(&fleet);
        std::fs::remove_dir_all(&fleet.root).unwrap();
    }
}

fn all_keys(dir: &Path, fleet: &Fleet) {
    const FLOOR_PAGE: usize = 1_000;
    let brands = fleet.brands;
    let mut runner = fleet.runner();
    let first = seconds(|| fleet.advance(&mut runner));
    let mut floors = [("c.db", fleet.payload()), ("d.db", SHORT)].map(|(name, payload)| {
        std::fs::remove_file(dir.join(name)).ok();
        (floor_series(payload), Floor::new(&dir.join(name), brands, payload))
    });
    let mut series = Series::new(format!("Runner::advance_all, {PAGE} a commit"));
    let mut bytes = [(); 3].map(|()| Bytes::new(brands));
    // Seven stages later the brands wait for the evidence of the next cycle.
    for _ in 0..rounds().min(7) {
        fleet.work();
        let [our_bytes, floor_bytes @ ..] = &mut bytes;
        let pass = |runner: &mut Runner| seconds(|| fleet.advance(runner));
        let took = our_bytes.around(&mut runner, |_| fleet.settle(), pass);
        series.add(brands as f64 / took);
        for ((series, floor), bytes) in floors.iter_mut().zip(floor_bytes) {
            let pass = |floor: &mut Floor| seconds(|| floor.all(brands, FLOOR_PAGE));
            series.add(brands as f64 / bytes.around(floor, |floor| floor.settle(), pass));
        }
    }
    println!("{brands} brands, one stage each; the floor commits {FLOOR_PAGE} at once");
    print_beside(&series, &floors, 0.5);
    print_bytes(&bytes);
    println!("  first pass, every brand file read: {:.0} transitions/s", brands as f64 / first);
    parts(fleet);
}

/// What transitions leave on the disk, and what they have written for it.
struct Bytes {
    transitions: usize,
    grown: Series,
    written: Series,
}

impl Bytes {
    fn new(transitions: usize) -> Self {
        let series = || Series::new("");
        Self { transitions, grown: series(), written: series() }
    }

    /// Measures around `work`; `settle` empties the log and answers with the length of the file.
    fn around<S, T>(
        &mut self,
        subject: &mut S,
        settle: impl Fn(&S) -> u64,
        work: impl FnOnce(&mut S) -> T,
    ) -> T {
        let (before, start) = (settle(subject), written());
        let done = work(subject);
        let wrote = written() - start;
        let grown = settle(subject) - before;
        self.grown.add(grown as f64 / self.transitions as f64);
        self.written.add(wrote as f64 / self.transitions as f64);
        done
    }

    fn print(&self, name: &str) {
        println!("  {name}");
        self.grown.print_as("the file grows by", "B a transition");
        self.written.print_as("written meanwhile, log and file", "B a transition");
    }
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

fn print_bytes(bytes: &[Bytes; 3]) {
    let names = ["fivestep", "bare SQLite, rows as long", "bare SQLite, short rows"];
    bytes.iter().zip(names).for_each(|(bytes, name)| bytes.print(name));
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

/// A look at 100,000 timers of which 100 are due, and what follows from those.
fn ticks(dir: &Path, observations: &Observations) {
    let (brands, due) = (largest(), largest() / 1_000);
    let fleet = Fleet::timed(dir.join("timed"), brands, due, observations);
    let floor = TimerFloor::new(&dir.join("e.db"), brands, due, fleet.payload());
    let mut series = Series::new("Runner::tick");
    let mut beside = Series::new("bare SQLite: look, read, two rows and a timer");
    let mut nothing = Series::new("Runner::tick when nothing is due");
    for hour in 0..rounds() as i64 {
        let mut runner = fleet.runner_at(now() + TimeDelta::hours(hour));
        let tools = Tools::new(&fleet.root);
        let mut works = Works::new(1, tools, Stop::default());
        let mut tick = || runner.tick(&Whose::All, &mut works, &mut |_| {}).unwrap();
        let mut tally = None;
        series.add(1e3 * seconds(|| tally = Some(tick())));
        assert_eq!(tally.expect("it ticked").moves, due as u64);
        nothing.add(1e3 * seconds(|| assert!(tick().is_nothing())));
        beside.add(1e3 * seconds(|| assert_eq!(floor.tick(hour), due)));
    }
    println!("{brands} timers, {due} of them due");
    [&series, &beside, &nothing].iter().for_each(|series| series.print("ms"));
    let later = now() + TimeDelta::hours(rounds() as i64);
    many::once(&fleet.root, "tick -o ids", later);
    println!("  and all that are left, at once");
    many::once(&fleet.root, "tick", later + TimeDelta::hours(1_000));
    println!();
    std::fs::remove_dir_all(&fleet.root).unwrap();
}

/// Whole verbs among fleets of each size: time and peak memory.
fn verbs(dir: &Path, observations: &Observations) {
    for brands in [1_000].into_iter().chain(FLEETS).filter(|brands| *brands <= largest()) {
        let fleet = Fleet::new(dir.join("verbs"), brands, observations);
        println!("{brands} brands, whole verbs, each in a process of its own");
        let brand = format!("brand-{:06}", brands / 2);
        let file = fleet.root.join("workflows/engagement.yaml");
        many::once(&fleet.root, &format!("status {brand}"), now());
        many::once(&fleet.root, &format!("why {brand}"), now());
        many::once(&fleet.root, "advance --all", now());
        fleet.work();
        many::once(&fleet.root, "advance --all -o json", now());
        std::fs::write(file, ENGAGEMENT.replace("at_least: 60%", "at_least: 61%")).unwrap();
        many::once(&fleet.root, "migrate engagement --plan", now());
        many::once(&fleet.root, "migrate engagement --plan -o json", now());
        many::once(&fleet.root, "migrate engagement --apply", now());
        println!();
        std::fs::remove_dir_all(&fleet.root).unwrap();
    }
}

fn rounds() -> usize {
    knob("FIVESTEP_BENCH_ROUNDS", 15)
}

//! Sound exports of every kind, damaged as often as one likes: no reader panics, hangs or takes more
//! than 512 MB, and every row is counted.
//!
//! ```text
//! FIVESTEP_SOAK=2000000 cargo test --release --test sources soak -- --nocapture
//! ```
//!
//! `FIVESTEP_SOAK_KIND=x_archive` asks one reader, `FIVESTEP_SOAK_ROUND=7` one input again. Start reading
//! at [`soak`]. Each reader has a process of its own, so that its memory is its own.

use std::{
    fs,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    process::{Command, exit},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use fivestep::model::SourceKind;

use crate::{
    damage,
    readers::{Answer, Files, Ground, joined, kind_of},
    samples::sample,
};

/// How many inputs a reader gets in the suite.
const ROUNDS: u64 = 150;
/// The most memory that a reader may take, in bytes.
const MAX_MEMORY_BYTES: u64 = 512 << 20;
/// How long one input may take: a thousand times what it does.
const PATIENCE: Duration = Duration::from_secs(20);
/// The test that a process of its own runs.
const ONE: &str = "soak::one_reader_alone";
/// Which reader that is.
const OF: &str = "FIVESTEP_SOAK_OF";

fn asked(name: &str) -> Option<u64> {
    let asked = std::env::var(name).ok()?;
    Some(asked.parse().unwrap_or_else(|_| panic!("{name} is a number, not `{asked}`")))
}

#[test]
fn soak() {
    let only = std::env::var("FIVESTEP_SOAK_KIND").ok().map(|name| kind_of(&name));
    let this = std::env::current_exe().expect("this test");
    let mut failed = Vec::new();
    for (kind, name) in SourceKind::ALL {
        if only.is_some_and(|only| only != kind) {
            continue;
        }
        let arguments = ["--exact", ONE, "--nocapture"];
        let run = Command::new(&this).args(arguments).env(OF, name).output().expect("a process");
        let (said, why) =
            (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        said.lines().filter(|line| line.contains(" inputs")).for_each(|line| println!("{line}"));
        if !run.status.success() {
            println!("{name}: {}", run.status);
            failed.push(format!("{name}: {}\n{said}\n{why}", run.status));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[test]
fn one_reader_alone() {
    let Ok(name) = std::env::var(OF) else { return };
    let kind = kind_of(&name);
    let rounds = match asked("FIVESTEP_SOAK_ROUND") {
        Some(round) => round..round + 1,
        None => 0..asked("FIVESTEP_SOAK").unwrap_or(ROUNDS),
    };
    let sample = sample(kind);
    let mut ground = Ground::new();
    let (began, mut read, count) = (Instant::now(), 0_u64, rounds.end - rounds.start);
    watch(kind);
    for round in rounds {
        NOW.store(round + 1, Ordering::Relaxed);
        let input = damage::input(kind, &sample, round);
        let ask = AssertUnwindSafe(|| ground.ask(kind, &input, round % 4 == 0));
        match panic::catch_unwind(ask) {
            Ok(answer) => read += u64::from(answer == Answer::Read),
            Err(_) => fail(kind, round, "it panicked"),
        }
        if round % 64 == 0 && peak_bytes().is_some_and(|peak| peak > MAX_MEMORY_BYTES) {
            fail(kind, round, "it took more than 512 MB, here or in the 63 inputs before");
        }
    }
    NOW.store(0, Ordering::Relaxed);
    let seconds = began.elapsed().as_secs_f64();
    let memory = peak_bytes().map_or("unknown".to_owned(), |peak| format!("{} MB", peak >> 20));
    println!(
        "{name}: {count} inputs in {seconds:.1} s ({:.0} a second), {read} read, {} refused, \
         peak memory {memory}",
        count as f64 / seconds.max(0.001),
        count - read,
    );
}

/// The round that is running, counted from 1.
static NOW: AtomicU64 = AtomicU64::new(0);

/// Ends the process when one input takes too long.
fn watch(kind: SourceKind) {
    thread::spawn(move || {
        let mut last = (0, Instant::now());
        loop {
            thread::sleep(Duration::from_millis(200));
            let now = NOW.load(Ordering::Relaxed);
            if now != last.0 {
                last = (now, Instant::now());
            } else if now > 0 && last.1.elapsed() > PATIENCE {
                fail(kind, now - 1, "it hangs");
            }
        }
    });
}

/// Keeps the input of a round, says how to repeat it, and ends the process.
fn fail(kind: SourceKind, round: u64, what: &str) -> ! {
    let input: Files = damage::input(kind, &sample(kind), round);
    let kept = keep(&format!("{kind}-{round}"), &joined(&input));
    eprintln!(
        "{kind}: {what} at input {round}, kept as {}\nonce more: FIVESTEP_SOAK_KIND={kind} \
         FIVESTEP_SOAK_ROUND={round} cargo test --test sources soak -- --nocapture",
        kept.display()
    );
    exit(1)
}

fn keep(name: &str, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("soak");
    let path = folder.join(name);
    let kept = fs::create_dir_all(&folder).and_then(|()| fs::write(&path, input));
    kept.unwrap_or_else(|error| eprintln!("{} cannot be kept: {error}", path.display()));
    path
}

/// The most memory that this process has had; `None` where the system does not say.
pub fn peak_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes << 10)
}

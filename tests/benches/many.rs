//! Whole verbs among very many brands: how long each takes, and how much memory at most.
//!
//! Each runs in a process of its own, this program once more, so that its memory is its own.

use std::{
    ffi::OsString,
    path::Path,
    process::{Command, ExitCode, Stdio},
};

use chrono::{DateTime, Utc};

use fivestep::cli;

use super::harness::{cpu_seconds as cpu, peak_megabytes, seconds};

/// Set in a child: it does what its arguments say, and says what memory that took.
pub const CHILD: &str = "FIVESTEP_BENCH_CHILD";

/// Does what the arguments of this process say, as the program does.
pub fn child() -> ExitCode {
    let program = OsString::from("fivestep");
    let code = cli::run([program].into_iter().chain(std::env::args_os().skip(1)));
    let unknown = f64::NAN;
    println!("\npeak {} {}", peak_megabytes().unwrap_or(unknown), cpu().unwrap_or(unknown));
    code
}

/// What one run of a verb took.
pub struct Took {
    pub seconds: f64,
    pub cpu_seconds: f64,
    pub megabytes: f64,
}

/// Runs a verb in the workspace at `root`.
pub fn run(root: &Path, line: &str, now: DateTime<Utc>) -> Took {
    let mut out = String::new();
    let seconds = seconds(|| out = whole_answer(root, line, now));
    let last = out.lines().last().and_then(|line| line.strip_prefix("peak ")).unwrap();
    let (megabytes, cpu) = last.split_once(' ').unwrap();
    let (megabytes, cpu_seconds) = (megabytes.parse().unwrap(), cpu.parse().unwrap());
    Took { seconds, cpu_seconds, megabytes }
}

/// What a verb says.
pub fn answer(root: &Path, line: &str, now: DateTime<Utc>) -> String {
    let out = whole_answer(root, line, now);
    out.rsplit_once("\npeak ").map_or(out.clone(), |(answer, _)| answer.to_owned())
}

/// What a verb says, and behind that what it took.
fn whole_answer(root: &Path, line: &str, now: DateTime<Utc>) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(line.split_whitespace())
        .current_dir(root)
        .env(CHILD, "1")
        .env("FIVESTEP_NOW", now.to_rfc3339())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let answer = command.output().unwrap();
    let (out, err) = (String::from_utf8(answer.stdout).unwrap(), answer.stderr);
    assert!(answer.status.success(), "{line}: {}", String::from_utf8_lossy(&err));
    out
}

/// Prints what a verb took that can be done once only.
pub fn once(root: &Path, line: &str, now: DateTime<Utc>) {
    let Took { seconds, megabytes, cpu_seconds: _ } = run(root, line, now);
    let milliseconds = 1e3 * seconds;
    println!("  {line:<52} {milliseconds:>9.0} ms, peak memory {megabytes:.1} MB");
}

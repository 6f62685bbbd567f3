//! Runs one program within bounds: of time, of output, and of what it sees.
//!
//! Start reading at [`Program::run`].
//!
//! # Always true
//!
//! - The program sees the variables that it is given, and no other.
//! - When [`Program::run`] answers, the program and what it started in its group have ended.
//! - It answers at the latest [`GRACE`] after the time is up, whoever still holds a pipe.
#![allow(clippy::disallowed_methods, reason = "performers are the edge: they run programs")]

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    Stop,
    group::Group,
    pipe::{self, Drain, Keep},
};

/// How long a program that is asked to end may take to clean up.
pub(super) const GRACE: Duration = Duration::from_secs(2);

/// How much of standard error is kept, in bytes: its end tells what went wrong.
const COMPLAINT_BYTES: usize = 4 * 1024;

/// How long the watch rests at first and at most: a short program is noticed soon, a long one
/// costs nothing.
const FIRST_REST: Duration = Duration::from_millis(1);
const LONGEST_REST: Duration = Duration::from_millis(20);

/// What is to be run.
pub(super) struct Program<'a> {
    /// What messages call it.
    pub(super) called: &'a str,
    /// Where it is: a bare name is looked up in `PATH`, a relative path in `folder`.
    pub(super) path: &'a str,
    /// What follows it; no shell reads it.
    pub(super) arguments: &'a [String],
    /// The folder it runs in, absolute.
    pub(super) folder: &'a Path,
    /// Everything that it sees of the environment.
    pub(super) variables: Vec<(String, OsString)>,
    /// What it may read from standard input.
    pub(super) input: Vec<u8>,
    /// What is kept of its standard output.
    pub(super) output: Keep,
    /// How long it may take.
    pub(super) timeout: Duration,
}

/// How a program ended, and what it wrote.
pub(super) struct Run {
    pub(super) ending: Ending,
    pub(super) output: Vec<u8>,
    /// The last of its standard error, and whether there was more before it.
    pub(super) complaint: Vec<u8>,
    pub(super) complained_more: bool,
}

/// Why a program is no longer running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// It ended by itself.
    Exited(ExitStatus),
    /// Its time was up.
    TimedOut,
    /// It wrote more than it may.
    Overflowed,
    /// We are to stop.
    Stopped,
}

impl Program<'_> {
    /// Runs the program to its end, whichever comes first.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub(super) fn run(self, stop: &Stop) -> io::Result<Run> {
        let deadline = Instant::now() + self.timeout;
        let mut group = Group::start(&mut self.command())?;
        let leader = group.leader();
        let (stdin, stdout, stderr) =
            (leader.stdin.take(), leader.stdout.take(), leader.stderr.take());
        let piped = "all three were asked for as pipes";
        let output = Drain::of(stdout.expect(piped), self.output)?;
        let complaint = Drain::of(stderr.expect(piped), Keep::Last(COMPLAINT_BYTES))?;
        pipe::feed(stdin.expect(piped), self.input)?;

        let must_end = watch(&mut group, || {
            if stop.is_set() {
                Some(Ending::Stopped)
            } else if matches!(self.output, Keep::First(_)) && output.has_overflown() {
                Some(Ending::Overflowed)
            } else {
                (Instant::now() >= deadline).then_some(Ending::TimedOut)
            }
        });
        if must_end.is_some() {
            group.terminate();
            let last = Instant::now() + GRACE;
            watch(&mut group, || (Instant::now() >= last).then_some(()));
        }
        let status = group.collect()?;
        let (output, complaint) = (output.close(), complaint.close());
        let overflowed = matches!(self.output, Keep::First(_)) && output.more;
        let by_itself = if overflowed { Ending::Overflowed } else { Ending::Exited(status) };
        Ok(Run {
            ending: must_end.unwrap_or(by_itself),
            output: output.bytes,
            complaint: complaint.bytes,
            complained_more: complaint.more,
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.place());
        command
            .args(self.arguments)
            .current_dir(self.folder)
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// A bare name is left to `PATH`; systems differ in where they look for a relative path.
    fn place(&self) -> PathBuf {
        let is_bare = !self.path.contains(std::path::is_separator);
        if is_bare { PathBuf::from(self.path) } else { self.folder.join(self.path) }
    }
}

/// Waits until the program has ended (`None`) or `reason` gives a reason not to wait any longer.
fn watch<R>(group: &mut Group, mut reason: impl FnMut() -> Option<R>) -> Option<R> {
    let mut rest = FIRST_REST;
    while !group.has_ended() {
        let found = reason();
        if found.is_some() {
            return found;
        }
        thread::sleep(rest);
        rest = (rest * 2).min(LONGEST_REST);
    }
    None
}

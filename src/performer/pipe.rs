//! Reads what a program writes, in a thread of its own, and never waits longer than it must.
//!
//! A pipe ends when the last process that holds it ends, and that may be a daemon which the program
//! left behind. So a [`Drain`] is closed by us: it takes what is there and looks no further.
//!
//! # Always true
//!
//! - Memory is bounded by what is to be kept, however much is written.
//! - On Unix no thread outlives [`Drain::close`]; elsewhere it ends with its pipe.
#![allow(clippy::disallowed_methods, reason = "performers are the edge: they read pipes")]

use std::{
    io::{self, Read, Write},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// How long a reader waits before it looks whether it is to close.
const TURN: Duration = Duration::from_millis(50);

/// How often a pipe is read once it is to be closed: more than any pipe holds, and an end to one
/// that is filled for ever.
const LAST_READS: usize = 256;

/// How often [`Drain::close`] looks, a millisecond apart, whether a reader is done. On Unix it is,
/// within a [`TURN`]; elsewhere it may hang in a pipe that a daemon holds, and is left behind.
const LAST_TURNS: usize = 1_000;

/// How much is read at once, in bytes.
const READ_BYTES: usize = 8 * 1024;

/// Which part of what is written is kept, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Keep {
    /// The first so many; what is more is an overflow, and reading stops.
    First(usize),
    /// The last so many; all is read.
    Last(usize),
}

/// What was kept.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) bytes: Vec<u8>,
    /// Whether more was written than was kept.
    pub(super) more: bool,
}

impl Kept {
    fn take(&mut self, read: &[u8], keep: Keep) {
        self.bytes.extend_from_slice(read);
        match keep {
            Keep::First(most) => {
                self.more = self.bytes.len() > most;
                self.bytes.truncate(most);
            }
            Keep::Last(most) => {
                let spare = self.bytes.len().saturating_sub(most);
                self.more |= spare > 0;
                self.bytes.drain(..spare);
            }
        }
    }
}

/// A pipe that is being read.
pub(super) struct Drain {
    shared: Arc<Shared>,
    reader: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    kept: Mutex<Kept>,
    closing: AtomicBool,
}

impl Shared {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drain {
    /// Begins to read `pipe`; fails if the system has no thread left.
    pub(super) fn of(pipe: impl Pipe, keep: Keep) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let reader = thread::Builder::new().spawn(move || read(pipe, keep, &theirs))?;
        Ok(Self { shared, reader })
    }

    /// Whether more was written than may be kept.
    pub(super) fn has_overflown(&self) -> bool {
        self.shared.kept().more
    }

    /// Takes what is there and stops reading.
    pub(super) fn close(self) -> Kept {
        self.shared.closing.store(true, Ordering::Release);
        for _ in 0..LAST_TURNS {
            if self.reader.is_finished() {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        std::mem::take(&mut self.shared.kept())
    }
}

fn read(mut pipe: impl Pipe, keep: Keep, shared: &Shared) {
    let mut buffer = [0; READ_BYTES];
    let mut reads_left = LAST_READS;
    while reads_left > 0 {
        // Asked before the pipe is: what was written before closing is then still read.
        let closing = shared.closing.load(Ordering::Acquire);
        let patience = if closing { Duration::ZERO } else { TURN };
        reads_left -= usize::from(closing);
        if !pipe.is_ready(patience) {
            if closing {
                return;
            }
            continue;
        }
        match pipe.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => shared.kept().take(&buffer[..count], keep),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
        if matches!(keep, Keep::First(_)) && shared.kept().more {
            return;
        }
    }
}

/// Writes `input` to a program that may never read it, and closes the pipe.
pub(super) fn feed(mut pipe: impl Write + Send + 'static, input: Vec<u8>) -> io::Result<()> {
    // Whoever ends without reading breaks the pipe, and that is their right.
    thread::Builder::new().spawn(move || pipe.write_all(&input))?;
    Ok(())
}

/// The reading end of a pipe.
pub(super) trait Pipe: Read + Send + 'static {
    /// Waits at most `patience` until there is something to read, or the end.
    fn is_ready(&self, patience: Duration) -> bool;
}

#[cfg(unix)]
impl<P: Read + std::os::fd::AsFd + Send + 'static> Pipe for P {
    fn is_ready(&self, patience: Duration) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let patience = Timespec { tv_sec: 0, tv_nsec: patience.subsec_nanos().into() };
        poll(&mut [PollFd::new(self, PollFlags::IN)], Some(&patience)).is_ok_and(|ready| ready > 0)
    }
}

#[cfg(not(unix))]
impl<P: Read + Send + 'static> Pipe for P {
    fn is_ready(&self, _: Duration) -> bool {
        true // Only reading tells.
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded_however_much_is_written() {
        // (why this row exists, what is kept, the writes, the bytes kept, was there more?)
        let table: [(&str, Keep, &[&str], &str, bool); 7] = [
            ("nothing", Keep::First(4), &[], "", false),
            ("less", Keep::First(4), &["abc"], "abc", false),
            ("exactly as much", Keep::First(4), &["ab", "cd"], "abcd", false),
            ("one more", Keep::First(4), &["ab", "cde"], "abcd", true),
            ("the last, exactly", Keep::Last(4), &["abcd"], "abcd", false),
            ("the last of more", Keep::Last(4), &["abc", "def"], "cdef", true),
            ("more once is more for good", Keep::Last(2), &["abc", ""], "bc", true),
        ];
        for (why, keep, writes, bytes, more) in table {
            let mut kept = Kept::default();
            writes.iter().for_each(|write| kept.take(write.as_bytes(), keep));
            assert_eq!((kept.bytes.as_slice(), kept.more), (bytes.as_bytes(), more), "{why}");
        }
    }
}

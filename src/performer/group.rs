//! A program together with every process that it starts: watched and ended as one.
//!
//! # Always true
//!
//! - A group is signalled only while its leader has not been collected: until then the system
//!   gives its number to nobody else, so no stranger is ever hit.
//! - Whatever becomes of us short of death, the leader is collected: no zombie is left.
//!
//! Other systems than Unix know no groups here: the program itself is ended, its children are not.
#![allow(clippy::disallowed_methods, reason = "performers are the edge: they run programs")]

use std::{
    io,
    process::{Child, Command, ExitStatus},
};

#[cfg(unix)]
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// A running program and its children.
pub(super) struct Group {
    leader: Child,
    collected: bool,
}

impl Group {
    /// Starts `command` as the leader of a group of its own.
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        Ok(Self { leader: command.spawn()?, collected: false })
    }

    /// The program itself, for its pipes.
    pub(super) fn leader(&mut self) -> &mut Child {
        &mut self.leader
    }

    /// Ends every process that is left, and says how the program itself ended.
    pub(super) fn collect(&mut self) -> io::Result<ExitStatus> {
        self.kill();
        let status = self.leader.wait();
        self.collected = true;
        status
    }
}

#[cfg(unix)]
impl Group {
    /// Whether the program itself has ended; it is not collected by this.
    pub(super) fn has_ended(&mut self) -> bool {
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        // An error means that there is nothing to wait for.
        !matches!(waitid(WaitId::Pid(self.id()), look), Ok(None))
    }

    /// Asks every process to end.
    pub(super) fn terminate(&mut self) {
        self.signal(Signal::TERM);
    }

    fn kill(&mut self) {
        self.signal(Signal::KILL);
    }

    fn signal(&self, signal: Signal) {
        // An error means that nobody is left to hear it.
        let _ = kill_process_group(self.id(), signal);
    }

    fn id(&self) -> Pid {
        Pid::from_child(&self.leader)
    }
}

#[cfg(not(unix))]
impl Group {
    /// Whether the program itself has ended.
    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.leader.try_wait(), Ok(None))
    }

    /// Ends the program: there is no way to ask it.
    pub(super) fn terminate(&mut self) {
        self.kill();
    }

    fn kill(&mut self) {
        // An error means that it has ended already.
        let _ = self.leader.kill();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.collected {
            let _ = self.collect();
        }
    }
}

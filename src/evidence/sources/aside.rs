//! The people of an export who are too many for the memory, put aside in files until it is read.
//!
//! # Always true
//!
//! - What goes wrong with the disk is told at the end, once; nobody put aside is lost unnoticed.

use std::io;

use chrono::{DateTime, Utc};

use super::SourceError;
use crate::evidence::{facts::Facts, layers::Sorted};

/// People put aside.
#[derive(Debug)]
pub(super) struct Aside {
    people: Sorted,
    fault: Option<io::Error>,
    /// The newest time that a server stated of what they did.
    pub newest: Option<DateTime<Utc>>,
    /// How many follows stayed in memory when somebody was put aside last.
    pub kept_follows: usize,
}

impl Default for Aside {
    fn default() -> Self {
        let (people, fault, newest) = (Sorted::aside(), None, None);
        Self { people, fault, newest, kept_follows: 0 }
    }
}

impl Aside {
    /// In how many files they wait.
    pub(super) fn files(&self) -> usize {
        self.people.chunks()
    }

    /// Puts people aside.
    ///
    /// - `newest`: see the field; of everybody so far.
    pub(super) fn add(&mut self, facts: &Facts, newest: Option<DateTime<Utc>>) {
        self.newest = newest;
        if self.fault.is_none() {
            self.fault = self.people.put_aside(facts).err();
        }
    }

    /// How many followers a list showed.
    pub(super) fn listed(&mut self) -> Result<u64, SourceError> {
        self.told()?;
        self.people.listed().map_err(SourceError::Unsorted)
    }

    /// Everybody, still to be dated.
    ///
    /// - `since_by`: no follow is believed to have begun later.
    pub(super) fn finish(mut self, since_by: Option<DateTime<Utc>>) -> Result<Sorted, SourceError> {
        self.told()?;
        self.people.look_through(since_by.map(Into::into)).map_err(SourceError::Unsorted)?;
        Ok(self.people)
    }

    fn told(&mut self) -> Result<(), SourceError> {
        self.fault.take().map_or(Ok(()), |fault| Err(SourceError::Unsorted(fault)))
    }
}

//! The list of a day while it is made: the best so far, one person once.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashSet},
};

use chrono::{DateTime, Utc};

use super::{Contact, Left, Outcome, prospect::Links};
use crate::{
    evidence::{
        facts::{Act, PersonId},
        foremost::Foremost,
        scores::fit::Fit,
    },
    model::Window,
};

/// Somebody to turn to.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Who.
    pub id: PersonId,
    /// Their name on the platform, if it is known.
    pub handle: Option<String>,
    /// The person behind several accounts, if a table says that they have some.
    pub(super) person: Option<String>,
    /// The segment that they meet best.
    pub segment: Option<String>,
    /// By which of its rules.
    pub met: Vec<&'static str>,
    /// Why today.
    pub reason: Reason,
    /// How they fit.
    pub fit: Fit,
    /// How many approaches in a row they have not answered.
    pub unanswered: usize,
    /// The pillars that the post to answer is on.
    pub about: Vec<String>,
    /// The post that a table says to answer.
    pub post: Option<String>,
    /// What somebody noted in the table.
    pub note: Option<String>,
}

/// Why somebody is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// They wrote to us and wait.
    Waits {
        /// The address of the post to answer.
        post: String,
        /// Since when, UTC.
        since: DateTime<Utc>,
        /// Whether they ask something; absent where nobody can tell.
        asks: Option<bool>,
    },
    /// They did something for us, and nothing of it waits for an answer.
    Turned {
        /// How much in the window.
        count: u64,
        /// What last.
        act: Act,
        /// When, UTC.
        at: DateTime<Utc>,
        /// What they did it to: our post for a like or repost, else their own.
        post: String,
    },
    /// They follow us, or ask to.
    Follows {
        /// Since when, UTC, if anybody tells.
        since: Option<DateTime<Utc>>,
    },
    /// Nothing links them to us yet.
    Outside,
}

/// Where somebody comes: kind of reason, fit and what is known of it, time, and who.
type Rank = (u8, Reverse<(u16, u16)>, i64, PersonId);

impl Candidate {
    /// The lesser comes first: who waits, who engages, the others; then who fits best, and of
    /// whom more is known; then who waits longest, or engaged last.
    fn rank(&self) -> Rank {
        let (class, time) = match self.reason {
            Reason::Waits { since, .. } => (0, since.timestamp()),
            Reason::Turned { at, .. } => (1, -at.timestamp()),
            Reason::Follows { .. } | Reason::Outside => (2, 0),
        };
        (class, Reverse((self.fit.sum().0, self.fit.coverage)), time, self.id.clone())
    }
}

/// What a look at everybody found.
#[derive(Debug, Clone)]
pub struct Targets {
    /// The window; its end is the moment of the list.
    pub window: Window,
    /// Whether the brand says whom it wants.
    pub wants: bool,
    /// How many people were looked at.
    pub considered: u64,
    /// The list, whom to turn to first at the top.
    pub listed: Vec<Candidate>,
    /// How many could have been listed.
    pub fitting: u64,
    /// How many were not, by the first reason that holds.
    pub left: BTreeMap<Left, u64>,
    /// Everybody in a segment to whom we turned in the window, the last first.
    pub contacts: Vec<Contact>,
}

impl Targets {
    /// How many approaches of the window turned somebody to us, are open, and were met with
    /// silence.
    pub fn outcomes(&self) -> [u64; 3] {
        let mut outcomes = [0; 3];
        let approaches = self.contacts.iter().flat_map(|one| &one.approaches);
        for one in approaches.filter(|one| self.window.holds(one.at)) {
            outcomes[match one.outcome {
                Outcome::Turned { .. } => 0,
                Outcome::Open => 1,
                Outcome::Silent => 2,
            }] += 1;
        }
        outcomes
    }

    /// How many people were written to more often without an answer than anybody should be.
    pub fn pressed(&self) -> u64 {
        let pressed = |one: &&Contact| one.unanswered() > super::PATIENT_APPROACHES;
        self.contacts.iter().filter(pressed).count() as u64
    }
}

/// The best candidates so far.
#[derive(Debug)]
pub(super) struct List {
    links: Links,
    first: Foremost<Rank, Candidate>,
    /// Persons with several accounts: one of these may be left alone, and so all of them.
    linked: Vec<Candidate>,
    fitting: u64,
    /// Persons who are left alone under one of their accounts.
    resting: HashSet<String>,
}

impl List {
    pub fn of(most: usize, links: Links) -> Self {
        let (first, linked, resting) = (Foremost::new(most), Vec::new(), HashSet::new());
        Self { links, first, linked, fitting: 0, resting }
    }

    /// The person behind an account of these names, if they have more than one.
    pub fn person(&self, names: &[String]) -> Option<String> {
        self.links.person(names).map(str::to_owned)
    }

    pub fn add(&mut self, candidate: Candidate) {
        match candidate.person {
            Some(_) => self.linked.push(candidate),
            None => self.keep(candidate),
        }
    }

    fn keep(&mut self, candidate: Candidate) {
        self.fitting += 1;
        self.first.add(candidate.rank(), candidate);
    }

    /// Somebody is left alone; so are their other accounts, if it is for what we did.
    pub fn rests(&mut self, left: Left, names: &[String]) {
        let for_good = match left {
            Left::Never | Left::Unanswered | Left::WrittenLately => true,
            Left::KeptOut | Left::Flagged | Left::SamePerson | Left::FitsLess | Left::Unknown => {
                false
            }
        };
        if let Some(person) = self.person(names).filter(|_| for_good) {
            self.resting.insert(person);
        }
    }

    /// The list, how many could have been on it, and how many others are somebody of them.
    pub fn finish(mut self) -> (Vec<Candidate>, u64, u64) {
        let (mut linked, mut same) = (std::mem::take(&mut self.linked), 0);
        linked.sort_by_cached_key(Candidate::rank);
        for one in linked {
            let person = one.person.clone().unwrap_or_default();
            if self.resting.insert(person) {
                self.keep(one);
            } else {
                same += 1;
            }
        }
        (self.first.into_sorted(), self.fitting, same)
    }
}

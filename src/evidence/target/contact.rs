//! When we turned to somebody, and what came of it.
//!
//! Start reading at `Contact::read`.
//!
//! # Always true
//!
//! - An approach is a reply of ours; several within 24 hours, with nothing of theirs between, are one.
//! - Its outcome is what they did within 14 days after it, whatever it was.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::PATIENCE;
use crate::{
    evidence::{
        facts::{Act, PersonId},
        metrics::talks::{Side, Talk, Turn},
        scores::Context,
        somebody::Somebody,
    },
    model::Window,
};

/// So close together, replies of ours are one approach.
const TOGETHER: TimeDelta = TimeDelta::hours(24);

/// Somebody to whom we turned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Who.
    pub id: PersonId,
    /// Their name on the platform, if it is known.
    pub handle: Option<String>,
    /// When we turned to them, the oldest first; never empty.
    pub approaches: Vec<Approach>,
    /// How many of the last ones had nothing of theirs after them.
    unanswered: usize,
}

/// When we turned to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approach {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// The address of our reply.
    pub post: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of an approach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// They turned to us within 14 days.
    Turned {
        /// How, first.
        act: Act,
        /// When, UTC.
        at: DateTime<Utc>,
    },
    /// It is less than 14 days ago.
    Open,
    /// 14 days passed without a deed of theirs.
    Silent,
}

impl Outcome {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Turned { .. } => "turned to us",
            Outcome::Open => "open",
            Outcome::Silent => "silent",
        }
    }
}

impl Contact {
    /// When we turned to somebody, and what came of it; `None` if we never did.
    ///
    /// - `talks`: every conversation with them, up to the end of the window.
    pub(super) fn read(context: &Context, somebody: &Somebody, talks: &[Talk<'_>]) -> Option<Self> {
        let end = context.now().window.to;
        let mut ours: Vec<&Turn> = talks
            .iter()
            .flat_map(|talk| &talk.turns)
            .filter(|turn| turn.side == Side::Ours)
            .collect();
        ours.sort_unstable();
        let mut theirs: Vec<(DateTime<Utc>, Act)> =
            somebody.deeds.iter().map(|deed| (deed.at.time(), deed.act)).collect();
        theirs.retain(|(at, _)| *at <= end);
        theirs.sort_unstable();
        let approaches: Vec<Approach> = begun(&ours, &theirs)
            .into_iter()
            .map(|turn| Approach {
                at: turn.at,
                post: turn.id.to_owned(),
                outcome: outcome(turn.at, &theirs, end),
            })
            .collect();
        let last = theirs.last().map(|(at, _)| *at);
        let unanswered =
            approaches.iter().rev().take_while(|one| last.is_none_or(|last| last <= one.at));
        let unanswered = unanswered.count();
        (!approaches.is_empty()).then(|| Self {
            id: somebody.person_id(),
            handle: somebody.handle().map(str::to_owned),
            unanswered,
            approaches,
        })
    }

    /// When we turned to them last, UTC.
    pub fn last(&self) -> DateTime<Utc> {
        self.approaches.last().map_or(DateTime::<Utc>::MIN_UTC, |one| one.at)
    }

    /// How many approaches in a row had no answer yet.
    pub fn unanswered(&self) -> usize {
        self.unanswered
    }

    /// Whether we turned to them in `window`.
    pub(super) fn is_in(&self, window: Window) -> bool {
        self.approaches.iter().any(|one| window.holds(one.at))
    }
}

/// The first turn of each approach.
fn begun<'t, 'a>(ours: &[&'t Turn<'a>], theirs: &[(DateTime<Utc>, Act)]) -> Vec<&'t Turn<'a>> {
    let mut begun: Vec<&Turn> = Vec::new();
    let mut before: Option<DateTime<Utc>> = None;
    for turn in ours {
        let goes_on = before.is_some_and(|before| {
            let spoke = theirs.iter().any(|(at, _)| before < *at && *at <= turn.at);
            turn.at - before < TOGETHER && !spoke
        });
        if !goes_on {
            begun.push(turn);
        }
        before = Some(turn.at);
    }
    begun
}

fn outcome(at: DateTime<Utc>, theirs: &[(DateTime<Utc>, Act)], end: DateTime<Utc>) -> Outcome {
    let answer = theirs.iter().find(|(deed, _)| at < *deed && *deed <= at + PATIENCE);
    match answer {
        Some((at, act)) => Outcome::Turned { act: *act, at: *at },
        None if end - at < PATIENCE => Outcome::Open,
        None => Outcome::Silent,
    }
}

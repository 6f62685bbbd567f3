//! What people decide about people, and who still waits for that.
//!
//! Start reading at [`Status::of`].
//!
//! # Always true
//!
//! - Only a named person rules, and whoever is turned away is told a reason.
//! - A ruling stands until somebody rules again, its time is over, or another question comes up.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Decision, Judgement};
use crate::evidence::facts::PersonId;

/// The question about somebody that a person has to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// They ask to follow: let them in?
    Request,
    /// They follow, and their account looks bought: let them stay?
    Follower,
}

impl Question {
    /// Every question with its name in the store, in tables and in JSON.
    pub const ALL: [(Question, &'static str); 2] =
        [(Question::Request, "request"), (Question::Follower, "follower")];

    /// The question about somebody; `None` if there is none.
    pub fn about(judgement: &Judgement) -> Option<Self> {
        if judgement.proposal.is_some() {
            return Some(Question::Request);
        }
        (judgement.decision == Decision::ReviewForRemoval).then_some(Question::Follower)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }
}

/// Writes the rulings with their names, keys, questions and effects from one row each.
macro_rules! rulings {
    ($($(#[$doc:meta])* $ruling:ident = $name:literal $key:literal [$($question:ident)*] $acts:literal, $words:literal;)*) => {
        /// A person's answer; of two the gentler comes first.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Ruling { $($(#[$doc])* $ruling,)* }

        impl Ruling {
            /// Every ruling.
            pub const ALL: [Ruling; [$($name),*].len()] = [$(Ruling::$ruling),*];

            /// Its name in the store, in tables and in JSON.
            pub fn name(self) -> &'static str {
                match self { $(Ruling::$ruling => $name,)* }
            }

            /// The key that gives it when the queue is worked by keyboard.
            pub fn key(self) -> char {
                match self { $(Ruling::$ruling => $key,)* }
            }

            /// Whether it answers a question.
            pub fn answers(self, question: Question) -> bool {
                match self { $(Ruling::$ruling => [$(Question::$question),*].contains(&question),)* }
            }

            /// Whether somebody has to do something on the platform afterwards.
            pub fn asks_for_a_deed(self) -> bool {
                match self { $(Ruling::$ruling => $acts,)* }
            }

            /// What it says, in words.
            pub fn words(self) -> &'static str {
                match self { $(Ruling::$ruling => $words,)* }
            }
        }
    };
}

rulings! {
    /// Let them in.
    Approve = "approve" 'a' [Request] true, "let them in";
    /// Let them in, and look again.
    ApproveAndWatch = "approve_and_watch" 'w' [Request] true, "let them in, and look again";
    /// Leave the request as it is.
    Hold = "hold" 'h' [Request] false, "leave the request as it is";
    /// Turn them away.
    Decline = "decline" 'd' [Request] true, "turn them away, for a reason";
    /// Let them stay.
    Keep = "keep" 'k' [Follower] false, "let them stay";
    /// Remove them.
    Remove = "remove" 'r' [Follower] true, "remove them, for a reason";
    /// Ask again on another day.
    Snooze = "snooze" 's' [Request Follower] false, "ask again on another day";
    /// Seen, and not decided.
    Later = "later" 'l' [Request Follower] false, "seen, and not decided";
}

impl Ruling {
    /// Whether it must come with a reason: whoever is turned away may ask why.
    pub fn needs_a_reason(self) -> bool {
        match self {
            Ruling::Decline | Ruling::Remove => true,
            Ruling::Approve
            | Ruling::ApproveAndWatch
            | Ruling::Hold
            | Ruling::Keep
            | Ruling::Snooze
            | Ruling::Later => false,
        }
    }
}

impl std::str::FromStr for Ruling {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|ruling| ruling.name() == name).ok_or(())
    }
}

/// What somebody decided about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruled {
    /// About whom.
    pub person: PersonId,
    /// Which question was answered.
    pub question: Question,
    /// The answer.
    pub ruling: Ruling,
    /// Who gave it.
    pub by: String,
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// Until when it stands, UTC; for a snooze.
    pub until: Option<DateTime<Utc>>,
    /// Why.
    pub reason: Option<String>,
    /// When somebody said that it was done on the platform, UTC, and who.
    pub done: Option<(DateTime<Utc>, String)>,
}

/// Where a question about somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody has looked yet.
    New,
    /// Somebody has looked, and the answer is open, or open again.
    Pending,
    /// It is answered.
    Reviewed,
    /// It will be asked again later.
    Snoozed,
}

impl Status {
    /// Every status with its name.
    pub const ALL: [(Status, &'static str); 4] = [
        (Status::New, "new"),
        (Status::Pending, "pending"),
        (Status::Reviewed, "reviewed"),
        (Status::Snoozed, "snoozed"),
    ];

    /// Where `question` stands.
    ///
    /// - `last`: the newest ruling about this person.
    /// - `now`: the moment of the look, UTC.
    pub fn of(question: Question, last: Option<&Ruled>, now: DateTime<Utc>) -> Self {
        match last {
            None => Status::New,
            // They were let in, and now their account looks bought.
            Some(last) if last.question != question => Status::Pending,
            Some(last) => match last.ruling {
                Ruling::Later => Status::Pending,
                Ruling::Snooze if last.until.is_some_and(|until| now < until) => Status::Snoozed,
                Ruling::Snooze => Status::Pending,
                Ruling::Approve
                | Ruling::ApproveAndWatch
                | Ruling::Hold
                | Ruling::Decline
                | Ruling::Keep
                | Ruling::Remove => Status::Reviewed,
            },
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// Whether somebody has to look.
    pub fn waits(self) -> bool {
        match self {
            Status::New | Status::Pending => true,
            Status::Reviewed | Status::Snoozed => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_new_pending_reviewed_or_snoozed() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
        let now = at("2026-03-10T09:00:00Z");
        let ruled = |question, ruling, until: Option<&str>| Ruled {
            person: PersonId::stored("x:ann"),
            question,
            ruling,
            by: "Rita".into(),
            at: at("2026-03-01T09:00:00Z"),
            until: until.map(at),
            reason: None,
            done: None,
        };
        let (request, follower) = (Question::Request, Question::Follower);
        // (why, the question, the newest ruling, the status)
        let table = [
            ("nobody looked", request, None, Status::New),
            ("let in", request, Some(ruled(request, Ruling::Approve, None)), Status::Reviewed),
            ("held", request, Some(ruled(request, Ruling::Hold, None)), Status::Reviewed),
            ("seen", request, Some(ruled(request, Ruling::Later, None)), Status::Pending),
            (
                "snoozed until tomorrow",
                follower,
                Some(ruled(follower, Ruling::Snooze, Some("2026-03-11T00:00:00Z"))),
                Status::Snoozed,
            ),
            (
                "snoozed until now",
                follower,
                Some(ruled(follower, Ruling::Snooze, Some("2026-03-10T09:00:00Z"))),
                Status::Pending,
            ),
            (
                "let in, and looks bought now",
                follower,
                Some(ruled(request, Ruling::Approve, None)),
                Status::Pending,
            ),
        ];
        for (why, question, last, expected) in table {
            assert_eq!(Status::of(question, last.as_ref(), now), expected, "{why}");
        }
    }

    #[test]
    fn every_question_has_its_rulings_and_no_key_twice() {
        for (question, name) in Question::ALL {
            let rulings = Ruling::ALL.into_iter().filter(|ruling| ruling.answers(question));
            let mut keys: Vec<char> = rulings.map(Ruling::key).collect();
            let count = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert!(count >= 4 && keys.len() == count && !keys.contains(&'q'), "{name}: {keys:?}");
        }
    }
}

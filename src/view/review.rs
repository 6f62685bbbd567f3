//! The review queue: who waits for a person's answer, and what was answered.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    evidence::scores::ruling::{Question, Ruled, Ruling, Status},
    runner::review::Subject,
};

use super::refine::{Names, PersonView, person};

/// The queue of a brand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Queue {
    /// The brand.
    pub brand: String,
    /// How many questions stand where.
    pub statuses: Vec<StatusView>,
    /// Those that are listed.
    pub questions: Vec<QuestionView>,
    /// Whether people are named.
    pub names: bool,
}

/// How many questions stand somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StatusView {
    /// Where.
    pub status: Status,
    /// How many.
    pub people: u64,
}

/// A question about somebody.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuestionView {
    /// The question.
    pub question: Question,
    /// Where it stands.
    pub status: Status,
    /// About whom, with what was found.
    #[serde(flatten)]
    pub person: PersonView,
    /// The newest ruling about them.
    pub ruling: Option<RulingView>,
}

/// What somebody decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RulingView {
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
    /// When somebody said that it was carried out, UTC.
    pub done_at: Option<DateTime<Utc>>,
}

/// What became of a table of answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TakenView {
    /// The brand.
    pub brand: String,
    /// Who gave the answers.
    pub by: String,
    /// How many are new.
    pub answers: usize,
    /// How many stood already.
    pub unchanged: u64,
    /// Whether nothing was written.
    pub dry_run: bool,
}

/// What a plan holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanView {
    /// The brand.
    pub brand: String,
    /// The file that was written.
    pub file: String,
    /// How many deeds it lists.
    pub deeds: usize,
    /// How many more wait for another day.
    pub behind: usize,
}

/// What of a plan was noted as done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoneView {
    /// The brand.
    pub brand: String,
    /// Who did it.
    pub by: String,
    /// How many deeds.
    pub deeds: usize,
    /// Whether nothing was written.
    pub dry_run: bool,
}

impl From<&Ruled> for RulingView {
    fn from(ruled: &Ruled) -> Self {
        Self {
            ruling: ruled.ruling,
            by: ruled.by.clone(),
            at: ruled.at,
            until: ruled.until,
            reason: ruled.reason.clone(),
            done_at: ruled.done.as_ref().map(|done| done.0),
        }
    }
}

impl QuestionView {
    /// The view of one question; `None` if nothing was found about the person.
    pub fn of(asked: &Subject, names: &Names) -> Option<Self> {
        let judgement = asked.found.judgement.as_ref()?;
        // An answer to another question is past.
        let last = asked.last.as_ref().filter(|last| last.question == asked.question);
        Some(Self {
            question: asked.question,
            status: asked.status,
            person: person(&asked.found, judgement, names),
            ruling: last.map(Into::into),
        })
    }

    /// What the scores propose.
    pub fn proposed(&self) -> &'static str {
        match (self.question, self.person.request) {
            (Question::Request, Some(request)) => request.name(),
            (Question::Request, None) | (Question::Follower, _) => "look",
        }
    }
}

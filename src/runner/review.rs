//! The questions about people that a person has to answer, and their answers.
//!
//! Start reading at [`Known::each_question`].
#![allow(clippy::disallowed_methods, reason = "the runner is the edge: it looks at files")]

use std::{collections::BTreeMap, path::Path};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Runner, known::Known};
use crate::{
    evidence::{
        facts::PersonId,
        scores::{
            judge,
            ruling::{Question, Ruled, Ruling, Status},
            survey::Found,
        },
        somebody::Somebody,
        sources::{
            SourceError,
            answers::{self, Answer},
        },
    },
    failure::Failure,
    model::BrandId,
    store::evidence::EvidenceStore,
};

/// How many relationships of a brand may be changed in a day.
pub const DEEDS_A_DAY: usize = 20;

/// A question about somebody, and where it stands.
#[derive(Debug, Clone)]
pub struct Subject {
    /// About whom, with what was found.
    pub found: Found,
    /// The question.
    pub question: Question,
    /// Where it stands.
    pub status: Status,
    /// The newest ruling about them.
    pub last: Option<Ruled>,
}

/// What becomes of a table that was handed back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// The rulings that are new.
    pub rulings: Vec<Ruled>,
    /// How many rows say what stands already.
    pub unchanged: u64,
}

impl Known {
    /// Everybody about whom there is a question, one after another.
    ///
    /// - `now`: the moment of the look, UTC; snoozes end by it.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the evidence cannot be read.
    pub fn each_question(
        &self,
        now: DateTime<Utc>,
        mut see: impl FnMut(&Somebody, Subject),
    ) -> Result<(), Failure> {
        let rulings = self.rulings()?;
        let asked = self.judge_each(
            None,
            |_| (),
            |(), context, somebody| {
                let Some(judgement) = judge(context, somebody) else { return };
                let Some(question) = Question::about(&judgement) else { return };
                let id = somebody.person_id();
                let last = rulings.get(&id).cloned();
                let status = Status::of(question, last.as_ref(), now);
                let handle = somebody.handle().map(str::to_owned);
                let found = Found { id, handle, judgement: Some(judgement) };
                see(somebody, Subject { found, question, status, last });
            },
        )?;
        asked.map_or(Ok(()), Ok)
    }

    /// The newest ruling about everybody about whom there is one.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the evidence cannot be read.
    pub fn rulings(&self) -> Result<BTreeMap<PersonId, Ruled>, Failure> {
        let rulings = self.evidence.as_ref().map(EvidenceStore::rulings).transpose()?;
        Ok(rulings.unwrap_or_default())
    }

    /// Matches the rows of a filled-in table to the questions that they answer.
    ///
    /// - `means`: whether a row's name means somebody.
    /// - `by`: who gives the answers.
    ///
    /// # Errors
    ///
    /// [`Failure`] with the line of the first row that is wrong, or answers nothing.
    pub fn take(
        &self,
        table: &Path,
        by: &str,
        now: DateTime<Utc>,
        means: impl Fn(&str, &Somebody) -> bool,
    ) -> Result<Taken, Failure> {
        let rows = answers::answers(table)?;
        let mut asked: Vec<Option<Subject>> = rows.iter().map(|_| None).collect();
        self.each_question(now, |somebody, question| {
            for (row, asked) in rows.iter().zip(&mut asked) {
                if means(&row.who, somebody) {
                    *asked = Some(question.clone());
                }
            }
        })?;
        let mut taken = Taken::default();
        for (row, asked) in rows.iter().zip(asked) {
            let ruled =
                ruled(row, asked, by, now).map_err(|problem| wrong(table, row.line, problem))?;
            match ruled {
                Some(ruled) => taken.rulings.push(ruled),
                None => taken.unchanged += 1,
            }
        }
        Ok(taken)
    }

    /// The rulings that ask for a deed on the platform that nobody did yet: gentle ones first, no
    /// more than may be done today; and how many wait behind them.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the evidence cannot be read.
    pub fn plan(&self, now: DateTime<Utc>) -> Result<(Vec<Ruled>, usize), Failure> {
        let rulings = self.rulings()?;
        let day_ago = now - TimeDelta::days(1);
        let done = rulings.values().filter_map(|ruled| ruled.done.as_ref());
        let today = done.filter(|(at, _)| *at > day_ago).count();
        let open = rulings.into_values();
        let mut open: Vec<Ruled> =
            open.filter(|ruled| ruled.ruling.asks_for_a_deed() && ruled.done.is_none()).collect();
        open.sort_by_key(|ruled| (ruled.ruling, ruled.at));
        let kept = open.len().min(DEEDS_A_DAY.saturating_sub(today));
        let behind = open.len() - kept;
        open.truncate(kept);
        Ok((open, behind))
    }

    /// Whose rulings a plan says were carried out.
    ///
    /// # Errors
    ///
    /// [`Failure`] with the line of the first row that nobody ruled so, or that was done before.
    pub fn carried_out(&self, table: &Path) -> Result<Vec<PersonId>, Failure> {
        let rulings = self.rulings()?;
        let deeds = answers::deeds(table)?.into_iter();
        let done = deeds.map(|deed| {
            let person = PersonId::stored(deed.id.as_str());
            let problem = match rulings.get(&person) {
                None => Some("nobody ruled about this person".to_owned()),
                Some(ruled) if ruled.ruling != deed.ruling => {
                    Some(format!("the ruling is `{}` by now", ruled.ruling.name()))
                }
                Some(ruled) if ruled.done.is_some() => Some("it was done before".to_owned()),
                Some(_) => None,
            };
            problem.map_or(Ok(person), |problem| Err(wrong(table, deed.line, problem)))
        });
        done.collect()
    }
}

impl Runner {
    /// Adds rulings to a brand's evidence, all or none.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the evidence cannot be written.
    pub fn rule(&self, brand: &BrandId, rulings: &[Ruled]) -> Result<(), Failure> {
        let path = self.workspace.evidence_path(brand);
        Ok(EvidenceStore::open(&path)?.rule(rulings)?)
    }

    /// Notes that the rulings about these people were carried out, all or none.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the evidence cannot be written.
    pub fn mark_done(
        &self,
        brand: &BrandId,
        people: &[PersonId],
        by: &str,
        at: DateTime<Utc>,
    ) -> Result<(), Failure> {
        let path = self.workspace.evidence_path(brand);
        Ok(EvidenceStore::open(&path)?.mark_done(people, by, at)?)
    }
}

/// The ruling that a row gives; `None` if it stands already.
fn ruled(
    row: &Answer,
    asked: Option<Subject>,
    by: &str,
    now: DateTime<Utc>,
) -> Result<Option<Ruled>, String> {
    let Some(Subject { found, question, last, .. }) = asked else {
        return Err(format!("there is no question about `{}`", row.who));
    };
    let Answer { ruling, until, reason, .. } = row.clone();
    check(ruling, question)?;
    let stands = |last: &Ruled| {
        (last.question, last.ruling, last.until, &last.reason) == (question, ruling, until, &reason)
    };
    if last.as_ref().is_some_and(stands) {
        return Ok(None);
    }
    let (person, by) = (found.id, by.to_owned());
    Ok(Some(Ruled { person, question, ruling, by, at: now, until, reason, done: None }))
}

/// Whether a ruling answers a question.
///
/// # Errors
///
/// Which rulings do, in words.
pub fn check(ruling: Ruling, question: Question) -> Result<(), String> {
    if ruling.answers(question) {
        return Ok(());
    }
    let fitting = Ruling::ALL.into_iter().filter(|one| one.answers(question));
    let names: Vec<&str> = fitting.map(Ruling::name).collect();
    let (ruling, question, names) = (ruling.name(), question.name(), names.join("`, `"));
    Err(format!("`{ruling}` is no answer about a {question}: there is `{names}`"))
}

fn wrong(table: &Path, line: u64, problem: String) -> Failure {
    let (file, line) = (table.display().to_string(), usize::try_from(line).ok());
    let remedy = "mend that line; nothing was taken".to_owned();
    Failure::Source(SourceError::Mapping { file, line, problem, remedy })
}

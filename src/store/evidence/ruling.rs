//! What people decided about people.
//!
//! # Always true
//!
//! - Rulings that are given together are written together, or none is.
//! - No ruling is overwritten: the newest about somebody counts, the others are its past.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, TransactionBehavior, params};

use super::{EvidenceError, EvidenceStore, read};
use crate::evidence::{
    facts::PersonId,
    scores::ruling::{Question, Ruled, Ruling},
};

impl EvidenceStore {
    /// The newest ruling about everybody about whom there is one.
    ///
    /// # Errors
    ///
    /// [`EvidenceError::Damaged`] if a row does not hold what this program wrote.
    pub fn rulings(&self) -> Result<BTreeMap<PersonId, Ruled>, EvidenceError> {
        let sql = "SELECT * FROM ruling ORDER BY id";
        let all = || -> rusqlite::Result<Vec<Ruled>> {
            self.connection.prepare(sql)?.query_map([], ruled)?.collect()
        };
        let all = all().map_err(|error| read::bad_row(&self.place(), error))?;
        // In order of time: the last about somebody stays.
        Ok(all.into_iter().map(|ruled| (ruled.person.clone(), ruled)).collect())
    }

    /// Adds rulings, all or none.
    ///
    /// # Errors
    ///
    /// [`EvidenceError`] if the file cannot be written; nothing is changed then.
    pub fn rule(&mut self, rulings: &[Ruled]) -> Result<(), EvidenceError> {
        self.together(|connection| {
            let mut insert = connection.prepare(
                "INSERT INTO ruling (person, question, ruling, by, at, until, reason)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            for one in rulings {
                insert.execute(params![
                    one.person.as_str(),
                    one.question.name(),
                    one.ruling.name(),
                    one.by,
                    one.at.timestamp_micros(),
                    one.until.map(|until| until.timestamp_micros()),
                    one.reason,
                ])?;
            }
            Ok(())
        })
    }

    /// Notes that the newest rulings about these people were done on the platform, all or none.
    ///
    /// # Errors
    ///
    /// As [`EvidenceStore::rule`].
    pub fn mark_done(
        &mut self,
        people: &[PersonId],
        by: &str,
        at: DateTime<Utc>,
    ) -> Result<(), EvidenceError> {
        self.together(|connection| {
            let mut update = connection.prepare(
                "UPDATE ruling SET done_at = ?2, done_by = ?3
                 WHERE id = (SELECT max(id) FROM ruling WHERE person = ?1)",
            )?;
            for person in people {
                update.execute(params![person.as_str(), at.timestamp_micros(), by])?;
            }
            Ok(())
        })
    }

    fn together(
        &mut self,
        write: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<(), EvidenceError> {
        let place = self.place();
        let wrap = |error| EvidenceError::sqlite(&place, error);
        let work = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let work = work.map_err(wrap)?;
        // An error on the way drops the transaction, and that takes everything back.
        write(&work).map_err(wrap)?;
        work.commit().map_err(wrap)
    }
}

fn ruled(row: &Row<'_>) -> rusqlite::Result<Ruled> {
    let named = |column: &'static str| -> rusqlite::Result<String> { row.get(column) };
    let question = named("question")?;
    let question = Question::ALL.iter().find(|one| one.1 == question).map(|one| one.0);
    let ruling = named("ruling")?.parse::<Ruling>();
    let done_by: Option<String> = row.get("done_by")?;
    Ok(Ruled {
        person: PersonId::stored(named("person")?),
        question: question.ok_or_else(|| read::bad("question", "an unknown name"))?,
        ruling: ruling.map_err(|()| read::bad("ruling", "an unknown name"))?,
        by: named("by")?,
        at: read::time(row, "at")?,
        until: read::maybe_time(row, "until")?,
        reason: row.get("reason")?,
        done: read::maybe_time(row, "done_at")?.zip(done_by),
    })
}

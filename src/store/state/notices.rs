//! What people are to be told: written with the step from which it follows, kept until it was
//! delivered.

use chrono::{DateTime, Utc};
use rusqlite::{Transaction, params};

use super::{
    StateStore,
    error::StoreError,
    write::{instant, stamp},
};
use crate::{engine::Notice, model::Digest};

/// A notice with when it was delivered.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Its place in the order in which notices came up.
    pub place: i64,
    /// The notice.
    pub notice: Notice,
    /// When it was delivered, UTC; absent if it was not yet.
    pub delivered: Option<DateTime<Utc>>,
}

impl StateStore {
    /// Notices in the order in which they came up.
    ///
    /// - `all`: those that were delivered, too.
    /// - `after`: only those behind this place; 0 for all.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the rows cannot be read.
    pub fn notices(&self, all: bool, after: i64, limit: usize) -> Result<Vec<Told>, StoreError> {
        let sql = "SELECT rowid, notice, delivered FROM notice
                   WHERE rowid > ?1 AND (?2 OR delivered IS NULL) ORDER BY rowid LIMIT ?3";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let rows: rusqlite::Result<Vec<(i64, String, Option<String>)>> =
            self.connection.prepare_cached(sql).and_then(|mut rows| {
                rows.query_map(params![after, all, limit as i64], read)?.collect()
            });
        let rows = rows.map_err(|error| self.fail(error))?.into_iter();
        rows.map(|(place, text, delivered)| {
            let notice = self.parse(|| "a notice".to_owned(), &text)?;
            Ok(Told { place, notice, delivered: delivered.as_deref().and_then(instant) })
        })
        .collect()
    }

    /// Notices that were not delivered yet, the oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the rows cannot be read.
    pub fn open_notices(&self, limit: usize) -> Result<Vec<Notice>, StoreError> {
        let sql = "SELECT notice FROM notice WHERE delivered IS NULL ORDER BY at, key LIMIT ?1";
        let texts: rusqlite::Result<Vec<String>> = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut rows| rows.query_map([limit as i64], |row| row.get(0))?.collect());
        let texts = texts.map_err(|error| self.fail(error))?;
        texts.iter().map(|text| self.parse(|| "a notice".to_owned(), text)).collect()
    }

    /// Notes that notices were delivered.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the rows cannot be written.
    pub fn note_delivered(
        &mut self,
        keys: &[Digest],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            let sql = "UPDATE notice SET delivered = ?2 WHERE key = ?1";
            let mut update = transaction.prepare_cached(sql)?;
            for key in keys {
                update.execute(params![key.as_str(), stamp(now)])?;
            }
            Ok(())
        })
    }
}

/// Keeps the notices of a step.
pub(super) fn write_notices(
    transaction: &Transaction<'_>,
    notices: &[Notice],
) -> rusqlite::Result<()> {
    for notice in notices {
        let json = |error: serde_json::Error| rusqlite::Error::ToSqlConversionFailure(error.into());
        let text = serde_json::to_string(notice).map_err(json)?;
        let sql = "INSERT INTO notice (key, brand, at, notice) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT DO NOTHING";
        let Notice { key, brand, at, .. } = notice;
        let row = params![key.as_str(), brand.as_str(), stamp(*at), text];
        transaction.prepare_cached(sql)?.execute(row)?;
    }
    Ok(())
}

//! What people are to be told: written with the step from which it follows, kept until it was
//! delivered.

use chrono::{DateTime, Utc};
use rusqlite::{Transaction, params};

use super::{StateStore, error::StoreError, write::stamp};
use crate::{engine::Notice, model::Digest};

impl StateStore {
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

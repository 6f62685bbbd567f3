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

/// A place in the order in which notices are delivered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NoticeMark {
    at: String,
    key: String,
}

/// A notice that was not delivered yet.
#[derive(Debug)]
pub struct Undelivered {
    /// Its place in the order.
    pub mark: NoticeMark,
    /// The brand, as the row names it.
    pub brand: String,
    /// The notice, or why it cannot be read.
    pub read: Result<Notice, StoreError>,
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
    /// [`StoreError`] if a row cannot be read.
    pub fn open_notices(&self, limit: usize) -> Result<Vec<Notice>, StoreError> {
        let rows = self.undelivered(&NoticeMark::default(), limit)?;
        rows.into_iter().map(|row| row.read).collect()
    }

    /// Notices that were not delivered yet, from `mark` on, the oldest first; a damaged one is an
    /// answer about its brand alone.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the rows cannot be read.
    pub fn undelivered(
        &self,
        mark: &NoticeMark,
        limit: usize,
    ) -> Result<Vec<Undelivered>, StoreError> {
        let sql = "SELECT at, key, brand, notice FROM notice
                   WHERE delivered IS NULL AND (at, key) > (?1, ?2) ORDER BY at, key LIMIT ?3";
        self.rows(sql, params![mark.at, mark.key, limit as i64], |row| {
            let mark = NoticeMark { at: row.get(0)?, key: row.get(1)? };
            let brand: String = row.get(2)?;
            let what = || format!("a notice of `{brand}`");
            let text = row.get_ref(3)?.as_str();
            let text = text.map_err(|error| self.unreadable(what(), &error));
            let read = text.and_then(|text| self.parse(what, text));
            Ok(Undelivered { mark, brand, read })
        })
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

//! Whose turn it is: timers as rows, so that one look finds the few brands among many for which
//! something is due.
//!
//! # Always true
//!
//! - The rows of a brand are written in the transaction of the step from which they follow.
//! - A row says when to look, never what to do: that follows from the checkpoint. A row too many
//!   costs a look.

use chrono::{DateTime, Utc};
use rusqlite::{Transaction, params};

use super::{
    StateStore,
    error::StoreError,
    schema::sorts,
    write::{instant, stamp},
};
use crate::model::{BrandId, Timer};

/// A place in the order of what is due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct DueMark {
    at: String,
    brand: String,
}

impl DueMark {
    /// The place of a row: when, and for which brand.
    pub(in crate::store) fn new(at: String, brand: String) -> Self {
        Self { at, brand }
    }

    /// Whether the row is due at `now`.
    pub(in crate::store) fn is_by(&self, now: &str) -> bool {
        self.at.as_str() <= now
    }
}

/// The timers of a brand as they should be, if it still stands at `revision`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// The brand.
    pub brand: BrandId,
    /// The number of its run.
    pub generation: u32,
    /// The number of its last commit.
    pub revision: u64,
    /// Its timers.
    pub timers: Vec<Timer>,
}

/// A page of what is due.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DuePage {
    /// The brands, each once, as the store names them.
    pub brands: Vec<String>,
    /// Where the next page begins; absent after the last.
    pub next: Option<DueMark>,
}

impl DuePage {
    /// The page of these rows, which lie in order.
    pub(in crate::store) fn of(rows: Vec<DueMark>) -> Self {
        let next = rows.last().cloned();
        let mut brands: Vec<String> = rows.into_iter().map(|row| row.brand).collect();
        brands.sort();
        brands.dedup();
        Self { brands, next }
    }
}

impl StateStore {
    /// The brands for which something is due at `now`, from `mark` on, the longest due first.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the rows cannot be read.
    pub fn due(
        &self,
        now: DateTime<Utc>,
        mark: &DueMark,
        limit: usize,
    ) -> Result<DuePage, StoreError> {
        let sql = "SELECT at, brand FROM timer
                   WHERE at <= ?1 AND (at, brand) > (?2, ?3) ORDER BY at, brand LIMIT ?4";
        let given = params![stamp(now), mark.at, mark.brand, limit as i64];
        let read = |row: &rusqlite::Row<'_>| Ok(DueMark { at: row.get(0)?, brand: row.get(1)? });
        let rows: rusqlite::Result<Vec<DueMark>> = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut rows| rows.query_map(given, read)?.collect());
        rows.map(DuePage::of).map_err(|error| self.fail(error))
    }

    /// When something is due next, UTC; `None` if nothing ever is.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the rows cannot be read.
    pub fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.earliest().map_err(|error| self.fail(error))
    }

    /// The earliest timer, UTC.
    pub(super) fn earliest(&self) -> rusqlite::Result<Option<DateTime<Utc>>> {
        let sql = "SELECT min(at) FROM timer";
        let found: Option<String> =
            self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(found.as_deref().and_then(instant))
    }

    /// For how many brands something is due at `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be counted.
    pub fn brands_due(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let sql = "SELECT count(DISTINCT brand) FROM timer WHERE at <= ?1";
        self.number(sql, [stamp(now)]).map_err(|error| self.fail(error))
    }

    /// The timers of `brand`, the earliest first: when, kind, and what they belong to.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the rows cannot be read.
    pub fn timers(&self, brand: &BrandId) -> Result<Vec<(String, String, String)>, StoreError> {
        let sql = "SELECT at, kind, of FROM timer WHERE brand = ?1 ORDER BY at, kind, of";
        self.connection
            .prepare_cached(sql)
            .and_then(|mut rows| {
                let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
                rows.query_map([brand.as_str()], read)?.collect()
            })
            .map_err(|error| self.fail(error))
    }

    /// Writes the timers of a brand anew, if it still stands at `revision`: for rows that do not
    /// agree with its checkpoint.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be written.
    pub fn mend_timers(
        &mut self,
        brand: &BrandId,
        generation: u32,
        revision: u64,
        timers: &[Timer],
    ) -> Result<(), StoreError> {
        let (brand, timers) = (brand.clone(), timers.to_vec());
        self.mend_all(&[Mend { brand, generation, revision, timers }])
    }

    /// [`StateStore::mend_timers`] of many brands, in one transaction.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be written.
    pub fn mend_all(&mut self, mends: &[Mend]) -> Result<(), StoreError> {
        if mends.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            let sql = "SELECT 1 FROM brand WHERE brand = ?1 AND revision = ?2";
            let mut stands = transaction.prepare_cached(sql)?;
            for Mend { brand, generation, revision, timers } in mends {
                if stands.exists(params![brand.as_str(), *revision as i64])? {
                    write_timers(transaction, brand, *generation, timers)?;
                }
            }
            Ok(())
        })
    }
}

/// Makes the timers of a brand these.
pub(super) fn write_timers(
    transaction: &Transaction<'_>,
    brand: &BrandId,
    generation: u32,
    timers: &[Timer],
) -> rusqlite::Result<()> {
    transaction.prepare_cached("DELETE FROM timer WHERE brand = ?1")?.execute([brand.as_str()])?;
    let sql = "INSERT INTO timer (brand, at, kind, of, generation) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT DO NOTHING";
    let mut insert = transaction.prepare_cached(sql)?;
    for Timer { at, kind, of } in timers.iter().filter(|timer| sorts(timer.at)) {
        insert.execute(params![brand.as_str(), stamp(*at), kind.name(), of, generation])?;
    }
    Ok(())
}

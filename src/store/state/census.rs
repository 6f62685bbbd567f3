//! How the brands stand in all.

use chrono::{DateTime, Utc};
use rusqlite::Params;

use super::{StateStore, error::StoreError, write::stamp};

/// How the brands stand in all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Census {
    /// Brands by status, in the order of names.
    pub by_status: Vec<(String, u64)>,
    /// Running brands whose gate is shut, by stage, in the order of names.
    pub blocked_by_stage: Vec<(String, u64)>,
    /// Timers that wait or are due.
    pub timers: u64,
    /// Timers that are due.
    pub due: u64,
    /// The earliest timer, UTC.
    pub next_due: Option<DateTime<Utc>>,
    /// Notices that were not delivered yet.
    pub notices: u64,
}

impl StateStore {
    /// How the brands stand in all at `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be counted.
    pub fn census(&self, now: DateTime<Utc>) -> Result<Census, StoreError> {
        let now = stamp(now);
        let counts = || -> rusqlite::Result<Census> {
            Ok(Census {
                by_status: self.tally("SELECT status, count(*) FROM brand GROUP BY 1")?,
                blocked_by_stage: self.tally(
                    "SELECT stage, count(*) FROM brand
                     WHERE status = 'running' AND blocked_since IS NOT NULL GROUP BY 1",
                )?,
                timers: self.number("SELECT count(*) FROM timer", [])?,
                due: self.number("SELECT count(*) FROM timer WHERE at <= ?1", [&now])?,
                next_due: self.earliest()?,
                notices: self.number("SELECT count(*) FROM notice WHERE delivered IS NULL", [])?,
            })
        };
        counts().map_err(|error| self.fail(error))
    }

    fn tally(&self, sql: &str) -> rusqlite::Result<Vec<(String, u64)>> {
        let read = |row: &rusqlite::Row<'_>| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
        };
        self.connection.prepare_cached(sql)?.query_map([], read)?.collect()
    }

    /// The one number that a query answers with.
    pub(super) fn number(&self, sql: &str, given: impl Params) -> rusqlite::Result<u64> {
        let count: i64 = self.connection.prepare_cached(sql)?.query_row(given, |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }
}

//! Looking at the whole store without changing it: what `doctor` asks.
//!
//! Start reading at [`StateStore::inspect`]. Each brand is read as it stands at one moment, so a
//! brand that moves meanwhile is not taken for a broken one; memory holds one brand at a time.

use std::{path::Path, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OpenFlags, params};

use super::{
    BUSY_MILLISECONDS, StateStore, StoreError,
    read::{STANDING, Standing, standing},
    retention::BATCH,
    schema::{VERSION, sorts},
    write::stamp,
};
use crate::{
    model::{BrandId, Checkpoint, Timer},
    store::house::{self, Space},
};

/// Tables whose rows belong to brands that run.
const OF_RUNS: [&str; 5] = ["journal", "observed", "timer", "notice", "snapshot"];

/// Tables whose rows belong to brands that run or have a file.
const OF_BRANDS: [&str; 2] = ["evidence", "brand_file"];

/// The most brands that one look at a table names.
const MOST_STRAY: i64 = 100;

/// All that the store holds of one brand, read at one moment.
#[derive(Debug)]
pub struct Inspection {
    /// The brand's line, as its columns say.
    pub standing: Standing,
    /// The number of its run, as its column says.
    pub generation: u32,
    /// Where it stands.
    pub stored: Checkpoint,
    /// Where its journal leads.
    pub fold: Checkpoint,
    /// The first commit that is missing in its journal.
    pub gap: Option<u64>,
    /// Its timers: when, kind, and what they belong to.
    pub timers: Vec<(String, String, String)>,
    /// How often its evidence has changed, as the last import told.
    pub evidence_revision: u64,
}

/// Rows of a brand that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// The table.
    pub table: &'static str,
    /// The brand.
    pub brand: String,
    /// How many rows.
    pub rows: u64,
}

/// Rows of brands that are not there, table by table.
pub type Orphans = Vec<Stray>;

impl StateStore {
    /// Opens the store at `path` to look at it; answers with the version of its tables, too. An
    /// older file stays as old as it is, and its brands cannot be read.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the file cannot be opened, is damaged, foreign, or newer than this
    /// program.
    pub fn open_to_look(path: &Path) -> Result<(Self, i64), StoreError> {
        let fail = |source| StoreError::Sqlite { path: path.to_owned(), source };
        // For writing, because the log of a process that was killed has to be played back.
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
        let connection = connection.map_err(fail)?;
        let store = Self { path: path.to_owned(), connection, fence: None };
        let busy = Duration::from_millis(BUSY_MILLISECONDS);
        store.connection.busy_timeout(busy).map_err(fail)?;
        let version = store.known_version().map_err(|fault| fault.unwrap_or_else(fail))?;
        store.connection.pragma_update(None, "query_only", true).map_err(fail)?;
        Ok((store, version))
    }

    /// Whether tables of that version are those that this program reads.
    pub fn is_current(version: i64) -> bool {
        version == VERSION
    }

    /// What is wrong with the file; empty if it is sound.
    ///
    /// - `full`: compares every index with its table, too.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if SQLite cannot even look.
    pub fn problems(&self, full: bool) -> Result<Vec<String>, StoreError> {
        house::problems(&self.connection, full).map_err(|error| self.fail(error))
    }

    /// The room that the file takes now.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the file cannot be read.
    pub fn space(&self) -> Result<Space, StoreError> {
        house::space(&self.connection, &self.path).map_err(|error| self.fail(error))
    }

    /// Gives at most `pages` free pages back, in one transaction; answers whether more can be.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the file cannot be written.
    pub fn give_back(&mut self, pages: u32) -> Result<bool, StoreError> {
        house::give_back(&self.connection, pages).map_err(|error| self.fail(error))
    }

    /// Carries the log into the file and makes it empty, as far as nobody reads from it.
    ///
    /// - `wait`: for how long others are waited for.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the file cannot be written.
    pub fn empty_log(&mut self, wait: Duration) -> Result<(), StoreError> {
        let reset = || {
            self.connection.busy_timeout(wait)?;
            let done = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            self.connection.busy_timeout(Duration::from_millis(BUSY_MILLISECONDS))?;
            done
        };
        reset().map_err(|error| self.fail(error))
    }

    /// The next names of brands after `after`, in order.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be read.
    pub fn names(&self, after: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT brand FROM brand WHERE brand > ?1 ORDER BY brand LIMIT ?2";
        self.rows(sql, params![after, BATCH as i64], |row| Ok(row.get(0)?))
    }

    /// All that the store holds of one brand; `None` if it does not run.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if a row of it cannot be read.
    pub fn inspect(&self, brand: &BrandId) -> Result<Option<Inspection>, StoreError> {
        self.at_one_moment(|| {
            let sql = format!("{STANDING} WHERE brand = ?1");
            let lines = self.rows(&sql, [brand.as_str()], |row| Ok(standing(row)?))?;
            let Some(standing) = lines.into_iter().next() else { return Ok(None) };
            let sql = "SELECT generation FROM brand WHERE brand = ?1";
            let generation = self.rows(sql, [brand.as_str()], |row| Ok(row.get(0)?))?;
            let (fold, gap) = self.fold_and_gap(brand)?;
            Ok(Some(Inspection {
                standing,
                generation: generation.first().copied().unwrap_or_default(),
                stored: self.checkpoint(brand)?,
                gap: gap.or((fold.revision == 0).then_some(1)),
                fold,
                timers: self.timers(brand)?,
                evidence_revision: self.evidence_revision(brand)?,
            }))
        })
    }

    fn fold_and_gap(&self, brand: &BrandId) -> Result<(Checkpoint, Option<u64>), StoreError> {
        let (mut state, mut gap) = (self.base(brand)?, None);
        loop {
            let page = self.entries_after(brand, state.revision)?;
            if page.is_empty() {
                return Ok((state, gap));
            }
            for entry in &page {
                let next = state.revision + 1;
                gap = gap.or((entry.revision != next).then_some(next));
                state.apply(entry);
            }
        }
    }

    /// Rows of brands that do not run and, where that counts, for which `has_file` says no.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if a table cannot be read.
    pub fn orphans(&self, has_file: &dyn Fn(&str) -> bool) -> Result<Orphans, StoreError> {
        let mut orphans = Orphans::new();
        for table in OF_RUNS {
            orphans.extend(self.strays(table, MOST_STRAY)?);
        }
        for table in OF_BRANDS {
            let strays = self.strays(table, -1)?;
            orphans.extend(strays.into_iter().filter(|stray| !has_file(&stray.brand)));
        }
        Ok(orphans)
    }

    fn strays(&self, table: &'static str, limit: i64) -> Result<Orphans, StoreError> {
        let sql = format!(
            "SELECT brand, count(*) FROM {table}
             WHERE brand NOT IN (SELECT brand FROM brand) GROUP BY brand LIMIT ?1"
        );
        self.rows(&sql, [limit], |row| {
            let rows = row.get::<_, i64>(1)?.unsigned_abs();
            Ok(Stray { table, brand: row.get(0)?, rows })
        })
    }

    /// Whether rows of that table may go once their brand is gone. A journal never goes so: where
    /// it is without its brand, something is broken.
    pub fn may_go(stray: &Stray) -> bool {
        OF_BRANDS.contains(&stray.table) || stray.table == "timer"
    }

    /// Removes rows of brands that do not run, in one transaction; answers how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be removed.
    pub fn drop_strays(&mut self, strays: &[Stray]) -> Result<u64, StoreError> {
        self.write(|transaction| {
            let mut gone = 0;
            for Stray { table, brand, .. } in strays {
                let sql = format!(
                    "DELETE FROM {table} WHERE brand = ?1
                     AND brand NOT IN (SELECT brand FROM brand)"
                );
                gone += transaction.execute(&sql, [brand])?;
            }
            Ok(gone as u64)
        })
    }

    /// How many notices have waited since before `at`, and since when the oldest has.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be read.
    pub fn waiting_notices(&self, at: DateTime<Utc>) -> Result<(u64, Option<String>), StoreError> {
        let sql = "SELECT count(*), min(at) FROM notice WHERE delivered IS NULL AND at < ?1";
        let read = |row: &rusqlite::Row<'_>| {
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, Option<String>>(1)?))
        };
        self.connection.query_row(sql, [stamp(at)], read).map_err(|error| self.fail(error))
    }
}

impl Inspection {
    /// Whether the columns of the brand's row say what its checkpoint says.
    pub fn has_right_columns(&self) -> bool {
        self.generation == self.stored.generation && self.standing == Standing::of(&self.stored)
    }

    /// Whether the brand's timers are `pending`. A file of an older version has one that only says
    /// "look here" until the next tick; that is as good.
    pub fn has_timers(&self, pending: &[Timer]) -> bool {
        let placeholder = |row: &(String, String, String)| row.1 == "wait" && row.2.is_empty();
        if self.timers.iter().any(placeholder) {
            return true;
        }
        let rows = pending
            .iter()
            .filter(|timer| sorts(timer.at))
            .map(|timer| (stamp(timer.at), timer.kind.name().to_owned(), timer.of.clone()));
        let mut rows: Vec<_> = rows.collect();
        rows.sort();
        rows.dedup();
        rows == self.timers
    }

    /// The attempts that count as lost by `now` and have not been settled for an hour.
    pub fn lost_attempts(&self, now: DateTime<Utc>) -> Vec<String> {
        use crate::model::Phase;
        let late = |until: DateTime<Utc>| now - until > TimeDelta::hours(1);
        let running = self.stored.actions.iter().filter(|(_, action)| match &action.phase {
            Phase::Running { until, .. } => late(*until),
            Phase::Waiting
            | Phase::Due { .. }
            | Phase::Succeeded { .. }
            | Phase::Failed { .. }
            | Phase::Skipped { .. } => false,
        });
        running.map(|(name, _)| name.to_string()).collect()
    }
}

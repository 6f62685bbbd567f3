//! One leader among many processes: a lease that ends by itself, with a number that grows.
//!
//! A lease cannot stop a process that was asleep from waking up and writing. The number can: every
//! commit of a leader names the number under which it leads, and one that is not the newest is
//! refused in the same transaction ([`StoreError::Fenced`]).

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;

use super::{
    StateStore,
    error::{Fault, StoreError},
    write::{instant, stamp},
};

/// Who leads, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lease {
    /// The process, as it names itself.
    pub holder: String,
    /// Grows whenever another process takes the lead.
    pub fence: u64,
    /// Until when, UTC, unless it is renewed.
    pub until: DateTime<Utc>,
}

/// The lease of those who do what is due.
const SERVE: &str = "serve";

impl StateStore {
    /// Takes or renews the lead for `holder`, unless another process has it; answers with whoever
    /// leads now.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the row cannot be written.
    pub fn take_lead(
        &mut self,
        holder: &str,
        now: DateTime<Utc>,
        lasts: TimeDelta,
    ) -> Result<Lease, StoreError> {
        let until = now + lasts;
        // Who leads does not depend on having led.
        self.write_under(None, |transaction| {
            let known = read(transaction)?;
            let fence = match &known {
                Some(lease) if lease.holder == holder => lease.fence,
                // A time that lies further ahead than any lease lasts was written by a clock that
                // went wrong.
                Some(lease) if lease.until > now && lease.until <= until => {
                    return Ok(lease.clone());
                }
                Some(lease) => lease.fence + 1,
                None => 1,
            };
            let sql = "INSERT INTO lease (name, holder, fence, until) VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT DO UPDATE SET holder = excluded.holder,
                           fence = excluded.fence, until = excluded.until";
            transaction.execute(sql, params![SERVE, holder, fence as i64, stamp(until)])?;
            Ok(Lease { holder: holder.to_owned(), fence, until })
        })
    }

    /// Gives up the lead of `holder`; nothing happens if another process has it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the row cannot be written.
    pub fn give_up_lead(&mut self, holder: &str) -> Result<(), StoreError> {
        // The row stays: its number must go on growing.
        let sql = "UPDATE lease SET until = '' WHERE name = ?1 AND holder = ?2";
        self.write_under(None, |transaction| {
            transaction.execute(sql, params![SERVE, holder]).map(drop)
        })
    }

    /// Who leads, or led last; `None` if nobody ever did.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the row cannot be read.
    pub fn leader(&self) -> Result<Option<Lease>, StoreError> {
        let row = self.connection.query_row(LEASE, [SERVE], lease).optional();
        row.map_err(|error| self.fail(error))
    }

    /// From now on refuses every commit unless the lead still has the number `fence`.
    pub fn fence_with(&mut self, fence: u64) {
        self.fence = Some(fence);
    }
}

/// Refuses a writer whose lead has passed to another.
pub(super) fn check(transaction: &Transaction<'_>, fence: Option<u64>) -> Result<(), Fault> {
    let Some(ours) = fence else { return Ok(()) };
    match read(transaction)? {
        Some(lease) if lease.fence == ours => Ok(()),
        Some(Lease { holder, fence, .. }) => {
            Err(Fault::Store(StoreError::Fenced { holder, fence, ours }))
        }
        None => Err(Fault::Store(StoreError::Fenced { holder: String::new(), fence: 0, ours })),
    }
}

const LEASE: &str = "SELECT holder, fence, until FROM lease WHERE name = ?1";

fn read(transaction: &Transaction<'_>) -> rusqlite::Result<Option<Lease>> {
    transaction.query_row(LEASE, [SERVE], lease).optional()
}

fn lease(row: &rusqlite::Row<'_>) -> rusqlite::Result<Lease> {
    let until: String = row.get(2)?;
    Ok(Lease {
        holder: row.get(0)?,
        fence: row.get::<_, i64>(1)?.unsigned_abs(),
        until: instant(&until).unwrap_or(DateTime::<Utc>::MIN_UTC),
    })
}

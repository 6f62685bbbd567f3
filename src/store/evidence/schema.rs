//! The tables, version by version. A file of an older version is brought up in one transaction.

use rusqlite::Transaction;

/// What each version adds to the one before, the first from nothing.
const VERSIONS: &[&str] =
    &[include_str!("schema/1.sql"), include_str!("schema/2.sql"), include_str!("schema/4.sql")];

/// The version of the tables that this program reads and writes, kept in `PRAGMA user_version`.
pub const VERSION: i64 = VERSIONS.len() as i64;

/// Brings a file from `version` to the newest.
pub(super) fn bring_up(transaction: &Transaction<'_>, version: i64) -> rusqlite::Result<()> {
    let known = usize::try_from(version).unwrap_or_default();
    for sql in VERSIONS.iter().skip(known) {
        transaction.execute_batch(sql)?;
    }
    transaction.pragma_update(None, "user_version", VERSION)
}

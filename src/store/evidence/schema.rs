//! The tables, version by version. A file of an older version is brought up in one transaction.

use rusqlite::Transaction;

use super::people::migrate;

/// One step from a version to the next.
enum Step {
    /// Statements.
    Sql(&'static str),
    /// Work that statements cannot do.
    Work(fn(&rusqlite::Connection) -> rusqlite::Result<()>),
}

/// What each version adds to the one before, the first from nothing.
const VERSIONS: [&[Step]; 7] = [
    &[Step::Sql(include_str!("schema/1.sql"))],
    &[Step::Sql(include_str!("schema/2.sql"))],
    &[
        Step::Sql(include_str!("schema/3.sql")),
        Step::Work(migrate::migrate),
        Step::Sql(include_str!("schema/3_after.sql")),
    ],
    &[Step::Sql(include_str!("schema/4.sql"))],
    &[Step::Sql(include_str!("schema/5.sql"))],
    &[Step::Sql(include_str!("schema/6.sql"))],
    &[Step::Sql(include_str!("schema/7.sql"))],
];

/// The version of the tables that this program reads and writes, kept in `PRAGMA user_version`.
pub const VERSION: i64 = VERSIONS.len() as i64;

/// Brings a file from `version` to the newest.
pub(super) fn bring_up(transaction: &Transaction<'_>, version: i64) -> rusqlite::Result<()> {
    let known = usize::try_from(version).unwrap_or_default();
    for step in VERSIONS.iter().skip(known).copied().flatten() {
        match step {
            Step::Sql(sql) => transaction.execute_batch(sql)?,
            Step::Work(work) => work(transaction)?,
        }
    }
    transaction.pragma_update(None, "user_version", VERSION)
}

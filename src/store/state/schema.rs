//! The tables, version by version. A file of an older version is brought up in one transaction.

use chrono::{DateTime, Utc};
use rusqlite::Transaction;

use super::write::stamp;

/// What each version adds to the one before, the first from nothing.
const VERSIONS: &[&str] = &[FIRST, SECOND];

/// The version of the tables, kept in `PRAGMA user_version`.
pub(super) const VERSION: i64 = VERSIONS.len() as i64;

/// Marks the file as ours: "5stp" in `PRAGMA application_id`.
pub(super) const APPLICATION_ID: i64 = 0x3573_7470;

// Long rows stand in tables with a row id: without one, SQLite keeps whole rows in the inner nodes
// of the tree, which makes it deep, and a journal's rows would be scattered instead of appended.
const FIRST: &str = "
CREATE TABLE definition (
    digest TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    text   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE brand (
    brand         TEXT PRIMARY KEY,
    revision      INTEGER NOT NULL,
    at            TEXT NOT NULL,
    status        TEXT NOT NULL,
    workflow      TEXT,
    definition    TEXT,
    cycle         INTEGER NOT NULL,
    stage         TEXT,
    since         TEXT,
    blocked_since TEXT,
    held_by       TEXT NOT NULL,
    waived        TEXT NOT NULL,
    checkpoint    TEXT NOT NULL
) STRICT;
CREATE TABLE observed (
    brand        TEXT PRIMARY KEY,
    observations TEXT NOT NULL
) STRICT;
CREATE TABLE journal (
    brand    TEXT NOT NULL,
    revision INTEGER NOT NULL,
    entry    TEXT NOT NULL,
    PRIMARY KEY (brand, revision)
) STRICT;
CREATE TABLE evidence (
    brand    TEXT PRIMARY KEY,
    revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE brand_file (
    brand       TEXT PRIMARY KEY,
    modified_ns INTEGER NOT NULL,
    bytes       INTEGER NOT NULL,
    read_ns     INTEGER NOT NULL,
    digest      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

// Timers say only for which brand something is due: what that is, follows from the checkpoint.
// A running brand of an older file has none yet; the first tick looks at it and writes them.
//
// The number of a sweep is never used again, so that an old process cannot take a new one for its
// own. `unused_since` lets a text wait a day before it goes: whoever starts a brand keeps the text
// first and commits the brand's first step after. `house` remembers how far housekeeping has come.
const SECOND: &str = "
ALTER TABLE brand ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
ALTER TABLE journal ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
CREATE TABLE timer (
    brand      TEXT NOT NULL,
    at         TEXT NOT NULL,
    kind       TEXT NOT NULL,
    of         TEXT NOT NULL,
    generation INTEGER NOT NULL,
    PRIMARY KEY (brand, at, kind, of)
) STRICT, WITHOUT ROWID;
CREATE INDEX timer_at ON timer (at, brand);
CREATE TABLE notice (
    key       TEXT PRIMARY KEY,
    brand     TEXT NOT NULL,
    at        TEXT NOT NULL,
    notice    TEXT NOT NULL,
    delivered TEXT
) STRICT;
CREATE INDEX notice_open ON notice (at, key) WHERE delivered IS NULL;
CREATE TABLE lease (
    name   TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    fence  INTEGER NOT NULL,
    until  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE snapshot (
    brand    TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    saved    TEXT NOT NULL
) STRICT;
INSERT INTO timer (brand, at, kind, of, generation)
SELECT brand, at, 'wait', '', 1 FROM brand WHERE status = 'running';
CREATE TABLE sweep (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    after TEXT NOT NULL,
    asked TEXT NOT NULL
) STRICT;
ALTER TABLE definition ADD COLUMN unused_since TEXT;
CREATE TABLE house (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Brings a file from `version` to the newest.
pub(super) fn bring_up(transaction: &Transaction<'_>, version: i64) -> rusqlite::Result<()> {
    let known = usize::try_from(version).unwrap_or_default();
    for sql in VERSIONS.iter().skip(known) {
        transaction.execute_batch(sql)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)
}

/// The last instant whose text sorts among the others.
pub(in crate::store) fn sorts(at: DateTime<Utc>) -> bool {
    stamp(at).len() == "2026-03-02T09:00:00.000Z".len()
}

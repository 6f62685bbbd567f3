//! The floor: what SQLite alone can do, with our pragmas and nothing of ours around it.

use std::path::Path;

use rusqlite::{Connection, params};

/// How much one transition writes.
#[derive(Clone, Copy)]
pub struct Payload {
    /// Bytes of the row that is updated.
    pub row: usize,
    /// Bytes of the row that is inserted.
    pub entry: usize,
}

/// A table of rows to update and a journal to insert into.
pub struct Floor {
    connection: Connection,
    payload: Payload,
    revision: i64,
}

impl Floor {
    /// A new file with `keys` rows.
    pub fn new(path: &Path, keys: usize, payload: Payload) -> Self {
        let connection = Connection::open(path).unwrap();
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL").unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.pragma_update(None, "synchronous", "FULL").unwrap();
        connection.pragma_update(None, "wal_autocheckpoint", 4_000).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE state (
                     key TEXT PRIMARY KEY, revision INTEGER NOT NULL, value TEXT NOT NULL
                 ) STRICT;
                 CREATE TABLE journal (
                     key TEXT NOT NULL, revision INTEGER NOT NULL, entry TEXT NOT NULL,
                     PRIMARY KEY (key, revision)
                 ) STRICT;
                 BEGIN",
            )
            .unwrap();
        let value = text(payload.row, 0);
        for key in 0..keys {
            connection
                .prepare_cached("INSERT INTO state VALUES (?1, 0, ?2)")
                .unwrap()
                .execute(params![name(key), value])
                .unwrap();
        }
        connection.execute_batch("COMMIT").unwrap();
        Self { connection, payload, revision: 0 }
    }

    /// One update and one insert for each of `keys`, in one transaction.
    fn commit(&mut self, keys: std::ops::Range<usize>) {
        let value = text(self.payload.row, self.revision);
        let entry = text(self.payload.entry, self.revision);
        self.connection.prepare_cached("BEGIN IMMEDIATE").unwrap().execute([]).unwrap();
        let sql = "UPDATE state SET revision = ?2, value = ?3 WHERE key = ?1 AND revision = ?2 - 1";
        let mut update = self.connection.prepare_cached(sql).unwrap();
        let sql = "INSERT INTO journal VALUES (?1, ?2, ?3)";
        let mut insert = self.connection.prepare_cached(sql).unwrap();
        for key in keys {
            let key = name(key);
            assert_eq!(update.execute(params![key, self.revision, value]).unwrap(), 1);
            insert.execute(params![key, self.revision, entry]).unwrap();
        }
        self.connection.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
    }

    /// One transition of the only key.
    pub fn one(&mut self) {
        self.revision += 1;
        self.commit(0..1);
    }

    /// One transition of each of `keys` keys, `page` keys a commit.
    pub fn all(&mut self, keys: usize, page: usize) {
        self.revision += 1;
        for first in (0..keys).step_by(page) {
            self.commit(first..(first + page).min(keys));
        }
    }

    /// Empties the write-ahead log, so that every round begins alike; answers with the length of
    /// the file.
    pub fn settle(&self) -> u64 {
        settle(&self.connection);
        std::fs::metadata(self.connection.path().unwrap()).unwrap().len()
    }
}

/// The least that a look for what is due can be: one timer a key, the due ones found by an index,
/// and of each its row read, updated, a row inserted, its timer deleted and another one written.
pub struct TimerFloor {
    floor: Floor,
}

impl TimerFloor {
    /// A new file with `keys` timers, `due` of which come at each of the next moments.
    pub fn new(path: &Path, keys: usize, due: usize, payload: Payload) -> Self {
        let floor = Floor::new(path, keys, payload);
        let table = "CREATE TABLE timer (
                         key TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (key, at)
                     ) STRICT, WITHOUT ROWID;
                     CREATE INDEX timer_at ON timer (at, key); BEGIN";
        floor.connection.execute_batch(table).unwrap();
        let mut insert = floor.connection.prepare("INSERT INTO timer VALUES (?1, ?2)").unwrap();
        for key in 0..keys {
            insert.execute(params![name(key), (key / due) as i64]).unwrap();
        }
        drop(insert);
        floor.connection.execute_batch("COMMIT").unwrap();
        Self { floor }
    }

    /// Does what is due at moment `now`, in one transaction; answers with how many that were.
    pub fn tick(&self, now: i64) -> usize {
        let Floor { connection, payload, .. } = &self.floor;
        let run = |sql: &str, given: &[&dyn rusqlite::ToSql]| {
            connection.prepare_cached(sql).unwrap().execute(given).unwrap()
        };
        run("BEGIN IMMEDIATE", &[]);
        let sql = "SELECT key FROM timer WHERE at <= ?1 ORDER BY at, key LIMIT 500";
        let due: Vec<String> = connection
            .prepare_cached(sql)
            .unwrap()
            .query_map([now], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let (value, entry) = (text(payload.row, now), text(payload.entry, now));
        for key in &due {
            let read = "SELECT revision, value FROM state WHERE key = ?1";
            let revision: i64 = connection
                .prepare_cached(read)
                .unwrap()
                .query_row([key], |row| row.get::<_, String>(1).and(row.get(0)))
                .unwrap();
            let sql = "UPDATE state SET revision = ?2, value = ?3 WHERE key = ?1";
            run(sql, params![key, revision + 1, value]);
            run("INSERT INTO journal VALUES (?1, ?2, ?3)", params![key, revision + 1, entry]);
            run("DELETE FROM timer WHERE key = ?1", params![key]);
            run("INSERT INTO timer VALUES (?1, ?2)", params![key, now + 240]);
        }
        run("COMMIT", &[]);
        due.len()
    }
}

/// Empties the write-ahead log of a file.
pub fn settle(connection: &Connection) {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
}

fn name(key: usize) -> String {
    format!("brand-{key:06}")
}

/// A text that differs from one revision to the next all along.
fn text(length: usize, revision: i64) -> String {
    let piece = format!("{revision:08} ");
    piece.chars().cycle().take(length).collect()
}

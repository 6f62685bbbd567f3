//! A person goes out of an evidence file, for good.
//!
//! Start reading at [`EvidenceStore::forget`].
//!
//! # Always true
//!
//! - It is one transaction: all of the person is there, or nothing.
//! - No byte of the file names the person afterwards, neither in a row nor in free space.
//! - What is left is a mark that only this file's secret can make; an import that meets it leaves
//!   the person out.
//! - Forgetting twice changes nothing more.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, TransactionBehavior, functions::FunctionFlags, params};
use serde::Serialize;

use super::{EvidenceError, EvidenceStore, people, write};
use crate::evidence::{
    erasure::{Erasure, bare, handle_key},
    facts::PersonId,
    pseudonym::Pseudonyms,
    sources::Receipt,
};
use crate::failpoint;

/// What went with a person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Forgotten {
    /// How many people had that name.
    pub people: u64,
    /// How many rows about them went, what they had been before included.
    pub rows_removed: u64,
    /// How many texts and addresses of others named them.
    pub texts_cleaned: u64,
    /// Whether this was the first time.
    pub marked: bool,
    /// The revision of the facts after it.
    pub revision: u64,
}

/// Who asked that a person be forgotten, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The person's handle, or their id as fivestep writes it.
    pub handle: String,
    /// Who gives the order.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When, UTC.
    pub at: DateTime<Utc>,
}

/// Columns with somebody's id, each with its table: whose row goes with them.
const WHO: [(&str, &str); 4] =
    [("follow", "follower"), ("follow", "followed"), ("request", "person"), ("post", "author")];

/// Columns in which others may name them.
const TEXTS: [(&str, &str); 1] = [("post", "text")];

impl EvidenceStore {
    /// Takes the person of `order` out of everything, and marks them.
    ///
    /// - `dry_run`: says what would go, and changes nothing.
    ///
    /// # Errors
    ///
    /// [`EvidenceError::OwnAccount`] if it is one of the brand's own accounts, and whatever the disk
    /// says. Nothing is changed then.
    pub fn forget(&mut self, order: &Order, dry_run: bool) -> Result<Forgotten, EvidenceError> {
        let place = self.place();
        let wrap = |error| EvidenceError::sqlite(&place, error);
        let names = self.pseudonyms()?;
        let own = self.wrap(own_accounts(&self.connection))?;
        let erasure = self.wrap(find(&self.connection, &order.handle))?;
        if own.iter().any(|(id, handle)| {
            erasure.ids().any(|gone| gone == id) || bare(handle) == bare(&order.handle)
        }) {
            return Err(EvidenceError::OwnAccount { path: place });
        }
        // What is deleted is overwritten with zeros.
        self.wrap(self.connection.pragma_update(None, "secure_delete", true))?;
        self.wrap(teach(&self.connection, &erasure))?;
        failpoint::pass("forget.before");
        let work = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let work = work.map_err(wrap)?;
        let forgotten = forget(&work, order, &erasure, &names).map_err(wrap)?;
        if dry_run {
            work.rollback().map_err(wrap)?;
            return Ok(forgotten);
        }
        failpoint::pass("forget.written");
        work.commit().map_err(wrap)?;
        failpoint::pass("forget.after");
        // The file is written anew, so that no page keeps what slack it had.
        self.wrap(self.connection.execute_batch("VACUUM"))?;
        failpoint::pass("forget.clean");
        Ok(forgotten)
    }

    /// The marks of everybody whom the file has to forget.
    ///
    /// # Errors
    ///
    /// [`EvidenceError`] if they cannot be read.
    pub fn forgotten(&self) -> Result<BTreeSet<String>, EvidenceError> {
        self.wrap(Self::marks(&self.connection))
    }

    /// The marks of everybody who was forgotten.
    pub(super) fn marks(connection: &Connection) -> rusqlite::Result<BTreeSet<String>> {
        connection.prepare("SELECT mark FROM forgotten")?.query_map([], |row| row.get(0))?.collect()
    }
}

/// The brand's own accounts with their handles.
fn own_accounts(connection: &Connection) -> rusqlite::Result<Vec<(PersonId, String)>> {
    let read =
        |row: &rusqlite::Row<'_>| Ok((PersonId::stored(row.get::<_, String>(0)?), row.get(1)?));
    connection.prepare("SELECT account, handle FROM profile")?.query_map([], read)?.collect()
}

/// Everybody who has, or had, this handle or id.
fn find(connection: &Connection, handle: &str) -> rusqlite::Result<Erasure> {
    let (mut ids, mut handles) = (BTreeSet::new(), BTreeSet::from([handle.to_owned()]));
    people::forget::find(connection, handle, &mut ids, &mut handles)?;
    Ok(Erasure::new(ids, handles))
}

/// Teaches the connection to find and take out the person: `holds(text)`, `scrub(text)`.
fn teach(connection: &Connection, erasure: &Erasure) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let (holds, scrub) = (Arc::new(erasure.clone()), Arc::new(erasure.clone()));
    connection.create_scalar_function("holds", 1, flags, move |row| {
        Ok(row.get::<Option<String>>(0)?.is_some_and(|text| holds.holds(&text)))
    })?;
    connection.create_scalar_function("scrub", 1, flags, move |row| {
        Ok(row.get::<Option<String>>(0)?.map(|text| scrub.scrub(&text)))
    })
}

fn forget(
    connection: &Connection,
    order: &Order,
    erasure: &Erasure,
    names: &Pseudonyms,
) -> rusqlite::Result<Forgotten> {
    let mut forgotten = Forgotten { people: erasure.ids().count() as u64, ..Forgotten::default() };
    for id in erasure.ids() {
        forgotten.rows_removed += remove(connection, id.as_str())?;
    }
    let (removed, cleaned) = people::forget::forget(connection, erasure)?;
    forgotten.rows_removed += removed;
    forgotten.texts_cleaned =
        cleaned + loosen(connection)? + clean(connection)? + clean_receipts(connection, erasure)?;
    let keys = erasure.ids().map(|id| id.as_str().to_owned());
    for key in keys.chain([handle_key(&order.handle)]) {
        forgotten.marked |= mark(connection, &names.mark(&key), order, erasure)?;
    }
    if forgotten.rows_removed + forgotten.texts_cleaned > 0 {
        write::revise(connection, order.at)?;
    }
    forgotten.revision = super::read::revision(connection)?;
    Ok(forgotten)
}

/// Removes every row about `id`, as it stands and as it stood.
fn remove(connection: &Connection, id: &str) -> rusqlite::Result<u64> {
    let mut removed = 0;
    for (table, column) in WHO {
        for table in [table.to_owned(), format!("{table}_before")] {
            let sql = format!("DELETE FROM {table} WHERE {column} = ?1");
            removed += connection.execute(&sql, [id])? as u64;
        }
    }
    removed += connection.execute("DELETE FROM ruling WHERE person = ?1", [id])? as u64;
    Ok(removed)
}

/// Loosens posts of others and of ours from posts of the person: their address tells who they are.
fn loosen(connection: &Connection) -> rusqlite::Result<u64> {
    let mut changed = 0;
    for table in ["post", "post_before"] {
        changed += connection.execute(
            &format!(
                "UPDATE {table} SET parent = NULL, parent_author = NULL, parent_at = NULL
                 WHERE holds(parent_author) OR holds(parent)"
            ),
            [],
        )?;
        let sql = format!("UPDATE {table} SET root = id WHERE holds(root)");
        changed += connection.execute(&sql, [])?;
    }
    Ok(changed as u64)
}

/// Takes the name out of the texts in which others may name the person.
fn clean(connection: &Connection) -> rusqlite::Result<u64> {
    let mut changed = 0;
    for (table, column) in TEXTS {
        for table in [table.to_owned(), format!("{table}_before")] {
            // Two rows that become one are one from now on.
            let sql = format!(
                "UPDATE OR REPLACE {table} SET {column} = scrub({column}) WHERE holds({column})"
            );
            changed += connection.execute(&sql, [])? as u64;
        }
    }
    for table in ["forgotten", "ruling"] {
        let sql = format!("UPDATE {table} SET reason = scrub(reason) WHERE holds(reason)");
        changed += connection.execute(&sql, [])? as u64;
    }
    Ok(changed)
}

/// Takes the name out of the words of the receipts; what in them is no word, is none of a person.
fn clean_receipts(connection: &Connection, erasure: &Erasure) -> rusqlite::Result<u64> {
    let rows: Vec<(i64, String)> = connection
        .prepare("SELECT id, receipt FROM import WHERE holds(receipt)")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut changed = 0;
    for (id, text) in rows {
        let Ok(mut receipt) = serde_json::from_str::<Receipt>(&text) else { continue };
        receipt.scrub(|words| erasure.scrub(words));
        if let Ok(cleaned) = serde_json::to_string(&receipt) {
            changed += u64::from(cleaned != text);
            let sql = "UPDATE import SET receipt = ?2 WHERE id = ?1";
            connection.execute(sql, params![id, cleaned])?;
        }
    }
    Ok(changed)
}

/// Leaves a mark; answers whether it is new.
fn mark(
    connection: &Connection,
    mark: &str,
    order: &Order,
    erasure: &Erasure,
) -> rusqlite::Result<bool> {
    // Whoever wrote the reason may have named the person.
    let reason = erasure.scrub(&order.reason);
    let row = params![mark, order.at.timestamp_micros(), order.actor, reason];
    Ok(connection.execute("INSERT OR IGNORE INTO forgotten VALUES (?, ?, ?, ?)", row)? > 0)
}

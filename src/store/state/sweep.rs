//! How far the newest `advance --all` has come, so that it can go on after a crash.
//!
//! A sweep takes brands in the order of names, page by page. Each page writes the name it came to
//! in its own transaction: what stands before that name was decided, what follows was not, whatever
//! any clock says. Only the newest sweep can go on, so there is one row at most.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{
    StateStore,
    error::{Fault, StoreError},
};

/// A sweep that has begun and not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sweep {
    id: i64,
    /// The last brand that was decided; empty before the first page.
    pub after: String,
    /// What was asked, as the command line wrote it down.
    pub asked: String,
}

impl StateStore {
    /// Begins a sweep; one that was interrupted cannot go on any more.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the row cannot be written.
    pub fn begin_sweep(&mut self, asked: &str) -> Result<Sweep, StoreError> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM sweep", [])?;
            transaction.execute("INSERT INTO sweep (after, asked) VALUES ('', ?1)", [asked])?;
            let id = transaction.last_insert_rowid();
            Ok(Sweep { id, after: String::new(), asked: asked.to_owned() })
        })
    }

    /// The newest sweep, unless it has come to its end.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the row cannot be read.
    pub fn unfinished_sweep(&self) -> Result<Option<Sweep>, StoreError> {
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Sweep { id: row.get(0)?, after: row.get(1)?, asked: row.get(2)? })
        };
        self.connection
            .query_row("SELECT id, after, asked FROM sweep", [], read)
            .optional()
            .map_err(|error| self.fail(error))
    }

    /// Ends a sweep that has come to its end.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the row cannot be written.
    pub fn end_sweep(&mut self, sweep: &Sweep) -> Result<(), StoreError> {
        let sql = "DELETE FROM sweep WHERE id = ?1";
        self.write(|transaction| transaction.execute(sql, [sweep.id]).map(drop))
    }
}

/// Notes that `sweep` has come to `last`, unless another process goes on with it.
pub(super) fn come_to(
    transaction: &Transaction<'_>,
    sweep: &Sweep,
    last: &str,
) -> Result<(), Fault> {
    let known: Option<String> = transaction
        .prepare_cached("SELECT after FROM sweep WHERE id = ?1")?
        .query_row([sweep.id], |row| row.get(0))
        .optional()?;
    match known {
        // A newer sweep has begun meanwhile: this one cannot go on after a crash, but now it can.
        None => Ok(()),
        Some(after) if after == sweep.after => {
            let sql = "UPDATE sweep SET after = ?2 WHERE id = ?1";
            transaction.prepare_cached(sql)?.execute(params![sweep.id, last])?;
            Ok(())
        }
        Some(_) => Err(Fault::Store(StoreError::Overtaken)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(dir: &tempfile::TempDir) -> StateStore {
        StateStore::open(&dir.path().join("state.db")).expect("a store")
    }

    fn page(store: &mut StateStore, sweep: &mut Sweep, last: &str) -> Result<(), StoreError> {
        store.commit_page(&[], &[], Some((sweep, last)))?;
        sweep.after = last.to_owned();
        Ok(())
    }

    #[test]
    fn only_one_process_goes_on_with_a_sweep() {
        let dir = tempfile::tempdir().expect("a folder");
        let (mut one, mut other) = (store(&dir), store(&dir));
        assert_eq!(one.unfinished_sweep().expect("read"), None);
        let mut sweep = one.begin_sweep("{}").expect("begun");
        page(&mut one, &mut sweep, "brand-1").expect("written");

        let mut resumed = other.unfinished_sweep().expect("read").expect("it did not end");
        assert_eq!(resumed, sweep);
        page(&mut other, &mut resumed, "brand-2").expect("written");
        let late = page(&mut one, &mut sweep, "brand-2");
        assert!(matches!(late, Err(StoreError::Overtaken)), "{late:?}");

        other.end_sweep(&resumed).expect("ended");
        assert_eq!(one.unfinished_sweep().expect("read"), None);
    }

    #[test]
    fn a_newer_sweep_leaves_an_older_one_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let (mut one, mut other) = (store(&dir), store(&dir));
        let mut older = one.begin_sweep("older").expect("begun");
        let newer = other.begin_sweep("newer").expect("begun");
        page(&mut one, &mut older, "brand-1").expect("it goes on");
        one.end_sweep(&older).expect("ended");
        assert_eq!(other.unfinished_sweep().expect("read"), Some(newer));
    }
}

//! Which brands run on which text of a workflow.

use rusqlite::params;

use super::{StateStore, error::StoreError, read::Row};
use crate::model::{Checkpoint, Digest, WorkflowId};

impl StateStore {
    /// The live brands of `workflow` that run on another text than `newest`, whose name follows
    /// `after`, in the order of names.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if a row cannot be read.
    pub fn on_older_texts(
        &self,
        workflow: &WorkflowId,
        newest: &Digest,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Row<Checkpoint>>, StoreError> {
        let sql = "SELECT brand, checkpoint, observations
                   FROM brand LEFT JOIN observed USING (brand)
                   WHERE brand > ?1 AND workflow = ?2 AND definition <> ?3
                         AND status IN ('running', 'paused')
                   ORDER BY brand LIMIT ?4";
        let given = params![after, workflow.as_str(), newest.as_str(), limit as i64];
        self.rows(sql, given, |row| self.one_of_many(row, |row| self.checkpoint_in(row)))
    }

    /// The texts that live brands of `workflow` run on, with how many run on each.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if they cannot be read.
    pub fn texts_in_use(&self, workflow: &WorkflowId) -> Result<Vec<(Digest, u64)>, StoreError> {
        let sql = "SELECT definition, count(*) FROM brand
                   WHERE workflow = ?1 AND status IN ('running', 'paused') AND definition IS NOT NULL
                   GROUP BY definition ORDER BY definition";
        self.rows(sql, [workflow.as_str()], |row| {
            let digest = Digest::from_hex(row.get::<_, String>(0)?);
            Ok((digest, row.get::<_, i64>(1)?.unsigned_abs()))
        })
    }
}

//! Looking after an evidence file: its health, its room, its number.

use rusqlite::params;

use super::{EvidenceError, EvidenceStore};
use crate::store::house::{self, Space};

impl EvidenceStore {
    /// What is wrong with the file; empty if it is sound.
    ///
    /// - `full`: compares every index with its table, too.
    ///
    /// # Errors
    ///
    /// [`EvidenceError`] if SQLite cannot even look.
    pub fn problems(&self, full: bool) -> Result<Vec<String>, EvidenceError> {
        self.wrap(house::problems(&self.connection, full))
    }

    /// The room that the file takes now.
    ///
    /// # Errors
    ///
    /// [`EvidenceError`] if it cannot be read.
    pub fn space(&self) -> Result<Space, EvidenceError> {
        self.wrap(house::space(&self.connection, &self.path))
    }

    /// Gives at most `pages` free pages back; answers whether more can be.
    ///
    /// # Errors
    ///
    /// [`EvidenceError`] if the file cannot be written.
    pub fn give_back(&mut self, pages: u32) -> Result<bool, EvidenceError> {
        self.wrap(house::give_back(&self.connection, pages))
    }

    /// Numbers the facts as newer than `revision`, unless they are: for an older file that was put
    /// back, so that what is imported next is seen to be new. Answers with the number.
    ///
    /// # Errors
    ///
    /// [`EvidenceError`] if the file cannot be written.
    pub fn raise_revision(&mut self, revision: u64) -> Result<u64, EvidenceError> {
        let sql = "UPDATE state SET revision = ?1 WHERE revision < ?1";
        self.wrap(self.connection.execute(sql, params![(revision + 1) as i64]))?;
        self.revision()
    }
}

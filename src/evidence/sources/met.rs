//! Which ids were met, at 8 bytes each.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

/// A hash of each id that was met, however many there are.
#[derive(Debug, Default)]
pub(super) struct Met(HashSet<u64>);

impl Met {
    /// Notes an id; answers whether it is the first time.
    pub fn first(&mut self, id: &str) -> bool {
        let mut hash = DefaultHasher::new();
        id.hash(&mut hash);
        self.0.insert(hash.finish())
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.len() as u64
    }
}

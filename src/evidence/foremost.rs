//! The first few of very many, in order.
//!
//! # Always true
//!
//! - However many are added, no more than asked for are kept.
//! - Which are kept depends on their keys alone, not on the order in which they come.

use std::{cmp::Ordering, collections::BinaryHeap};

/// Keeps those with the least keys.
#[derive(Debug)]
pub struct Foremost<K, T> {
    most: usize,
    /// The last of those kept on top, so that a better one pushes it out.
    kept: BinaryHeap<Keyed<K, T>>,
}

impl<K: Ord, T> Foremost<K, T> {
    /// - `most`: how many are kept.
    ///
    /// ```
    /// use fivestep::evidence::foremost::Foremost;
    ///
    /// let mut first = Foremost::new(2);
    /// [30, 10, 20].into_iter().for_each(|age| first.add(age, format!("{age} years")));
    /// assert_eq!(first.into_sorted(), ["10 years", "20 years"]);
    /// ```
    pub fn new(most: usize) -> Self {
        Self { most, kept: BinaryHeap::new() }
    }

    /// Whether something of this key would be kept: whoever has to make it first may ask.
    pub fn takes(&self, is_less_than: impl FnOnce(&K) -> bool) -> bool {
        self.kept.len() < self.most || self.kept.peek().is_some_and(|last| is_less_than(&last.key))
    }

    /// Keeps something, if it is among the first.
    pub fn add(&mut self, key: K, thing: T) {
        self.kept.push(Keyed { key, thing });
        if self.kept.len() > self.most {
            self.kept.pop();
        }
    }

    /// Those that are kept, in order.
    pub fn sorted(&self) -> Vec<&T> {
        let mut kept: Vec<&Keyed<K, T>> = self.kept.iter().collect();
        kept.sort_unstable();
        kept.into_iter().map(|one| &one.thing).collect()
    }

    /// The same, given away.
    pub fn into_sorted(self) -> Vec<T> {
        self.kept.into_sorted_vec().into_iter().map(|one| one.thing).collect()
    }
}

/// Something that is compared by its key.
#[derive(Debug)]
struct Keyed<K, T> {
    key: K,
    thing: T,
}

impl<K: Ord, T> Ord for Keyed<K, T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl<K: Ord, T> PartialOrd for Keyed<K, T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Ord, T> PartialEq for Keyed<K, T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<K: Ord, T> Eq for Keyed<K, T> {}

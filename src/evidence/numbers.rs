//! What a platform counted, number by number, in the least memory: an account's export may hold a
//! million posts with a handful of numbers each.
//!
//! # Always true
//!
//! - Each count is there at most once, in the order of [`Count`].

use serde::{Deserialize, Serialize};

use super::facts::Count;

/// The numbers of one post; a count that no export states is left out, and `None` stands for one
/// that the platform withheld.
///
/// ```
/// use fivestep::evidence::{facts::Count, numbers::Numbers};
///
/// let mut numbers = Numbers::from([(Count::Likes, Some(3)), (Count::Reach, None)]);
/// numbers.add(Count::Likes, Some(5));
/// assert_eq!(numbers.get(Count::Likes), Some(5));
/// assert!(numbers.withholds(Count::Reach) && !numbers.states(Count::Saves));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Numbers(Vec<(Count, Option<u64>)>);

impl Numbers {
    /// Adds a number; of two the larger counts, and a number counts more than one withheld.
    pub fn add(&mut self, count: Count, value: Option<u64>) {
        match self.place(count) {
            Ok(place) => self.0[place].1 = self.0[place].1.max(value),
            Err(place) => {
                self.0.reserve_exact(1);
                self.0.insert(place, (count, value));
            }
        }
    }

    /// Takes over what `other` knows, as [`Numbers::add`] does.
    pub fn fill(&mut self, other: Self) {
        other.0.into_iter().for_each(|(count, value)| self.add(count, value));
    }

    /// A number, if it is stated.
    pub fn get(&self, count: Count) -> Option<u64> {
        self.0[self.place(count).ok()?].1
    }

    /// Whether a number is stated.
    pub fn states(&self, count: Count) -> bool {
        self.get(count).is_some()
    }

    /// Whether the platform withheld a number.
    pub fn withholds(&self, count: Count) -> bool {
        self.place(count).is_ok_and(|place| self.0[place].1.is_none())
    }

    /// Whether nothing was counted, nor withheld.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The numbers in order, with those withheld.
    pub fn iter(&self) -> impl Iterator<Item = (Count, Option<u64>)> {
        self.0.iter().copied()
    }

    /// The numbers that are stated, in order.
    pub fn stated(&self) -> impl Iterator<Item = (Count, u64)> {
        self.iter().filter_map(|(count, value)| Some((count, value?)))
    }

    fn place(&self, count: Count) -> Result<usize, usize> {
        self.0.binary_search_by_key(&count, |(known, _)| *known)
    }
}

impl FromIterator<(Count, Option<u64>)> for Numbers {
    fn from_iter<T: IntoIterator<Item = (Count, Option<u64>)>>(all: T) -> Self {
        let mut numbers = Self::default();
        all.into_iter().for_each(|(count, value)| numbers.add(count, value));
        numbers
    }
}

impl<const N: usize> From<[(Count, Option<u64>); N]> for Numbers {
    fn from(all: [(Count, Option<u64>); N]) -> Self {
        all.into_iter().collect()
    }
}

//! Names for people that say nothing about them.
//!
//! # Always true
//!
//! - The same person has the same name in one evidence file, and another one in every other.
//! - Without the file's secret nobody can tell whose name it is, not even by trying all handles.

use super::facts::PersonId;

/// How many characters of the hash a name has.
const NAME_CHARS: usize = 10;

/// Makes names and marks with one evidence file's secret.
#[derive(Clone)]
pub struct Pseudonyms {
    key: [u8; 32],
}

impl Pseudonyms {
    /// With this secret.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// What a person is called where they are not named, such as `p-0f3a9c21b7`.
    ///
    /// ```
    /// use fivestep::evidence::{facts::PersonId, pseudonym::Pseudonyms};
    /// let ann = PersonId::stored("bluesky:did:plc:ann");
    /// let (one, other) = (Pseudonyms::new([1; 32]), Pseudonyms::new([2; 32]));
    /// assert_eq!(one.name(&ann), one.name(&ann));
    /// assert_ne!(one.name(&ann), other.name(&ann));
    /// ```
    pub fn name(&self, person: &PersonId) -> String {
        format!("p-{}", &self.mark(person.as_str())[..NAME_CHARS])
    }

    /// The mark by which a text is known again although it is not kept: 64 hexadecimal digits.
    /// Capitals make no difference.
    pub fn mark(&self, text: &str) -> String {
        let text = text.to_lowercase();
        blake3::keyed_hash(&self.key, text.as_bytes()).to_hex().to_string()
    }
}

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms")
    }
}

//! Names as types, so that a stage is never handed over where a task was meant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest name, in characters. Short enough for a file name on every system.
pub const MAX_ID_CHARS: usize = 64;

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{text}` is not {} {what} name: use 1 to {MAX_ID_CHARS} of a-z, 0-9, `-` and `_`, \
     beginning with a letter or digit",
    article(what)
)]
pub struct IdError {
    what: &'static str,
    text: String,
}

/// How much of a text that is no name is repeated.
const SHOWN_CHARS: usize = 80;

fn article(what: &str) -> &'static str {
    if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

impl IdError {
    /// Keeps what can be shown on a terminal: not endless, and nothing that it would obey.
    fn new(what: &'static str, text: &str) -> Self {
        let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
        let mut shown: String = text.chars().take(SHOWN_CHARS).map(plain).collect();
        if text.chars().nth(SHOWN_CHARS).is_some() {
            shown.push('…');
        }
        Self { what, text: shown }
    }
}

fn is_id(text: &str) -> bool {
    let mut chars = text.chars();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.len() <= MAX_ID_CHARS
        && chars.next().is_some_and(plain)
        && chars.all(|c| plain(c) || c == '-' || c == '_')
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        ///
        /// 1 to 64 of `a-z`, `0-9`, `-`, `_`, beginning with a letter or digit: safe as a file
        /// name and as a YAML key.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks `text` and makes it a name.
            ///
            /// # Errors
            ///
            /// [`IdError`] if a character is not allowed or the length is not.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                if is_id(&text) { Ok(Self(text)) } else { Err(IdError::new($what, &text)) }
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

id!(
    /// Names one brand.
    BrandId, "brand");
id!(
    /// Names one workflow.
    WorkflowId, "workflow");
id!(
    /// Names one stage of a workflow.
    StageId, "stage");
id!(
    /// Names one task of a stage.
    TaskId, "task");
id!(
    /// Names one clause of a gate.
    ClauseId, "clause");
id!(
    /// Names one action of a stage.
    ActionId, "action");
id!(
    /// Names one schedule of a workflow.
    ScheduleId, "schedule");

/// Who did something: a person's name as they gave it. Written into the journal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(String);

impl Actor {
    /// Takes a person's name; control characters become spaces and 200 characters are kept.
    pub fn new(name: &str) -> Self {
        let clean: String =
            name.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
        Self(clean.trim().to_owned())
    }

    /// The name as text; empty if nobody was named.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The BLAKE3 digest of a text or a file, 64 hexadecimal characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// Digests `bytes`.
    ///
    /// ```
    /// use fivestep::model::Digest;
    /// assert_eq!(Digest::of(b"").short(), "af1349b9");
    /// ```
    pub fn of(bytes: &[u8]) -> Self {
        Self(blake3::hash(bytes).to_hex().to_string())
    }

    /// Takes a digest that was stored before.
    pub fn from_hex(hex: impl Into<String>) -> Self {
        Self(hex.into())
    }

    /// The whole digest.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A number from 0 to below 1 that follows from the digest alone.
    ///
    /// ```
    /// use fivestep::model::Digest;
    /// assert!((0.0..1.0).contains(&Digest::of(b"acme").fraction()));
    /// ```
    pub fn fraction(&self) -> f64 {
        const HEX_DIGITS: usize = 12;
        let head = self.0.get(..HEX_DIGITS).unwrap_or_default();
        let number = u64::from_str_radix(head, 16).unwrap_or_default();
        number as f64 / 16_f64.powi(HEX_DIGITS as i32)
    }

    /// The first eight characters, for people.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_plain_and_safe_as_a_file_name() {
        let long = "a".repeat(65);
        // (why this row exists, the text, is it a name?)
        let table = [
            ("letters", "acme", true),
            ("digits may lead", "7up", true),
            ("hyphen and underscore inside", "acme-coffee_2", true),
            ("nothing", "", false),
            ("a path", "../acme", false),
            ("capitals differ on some disks only", "Acme", false),
            ("a leading hyphen looks like a flag", "-acme", false),
            ("other scripts look alike", "аcme", false),
            ("too long", &long, false),
        ];
        for (why, text, good) in table {
            assert_eq!(BrandId::new(text).is_ok(), good, "{why}");
        }
    }
}

//! Invented people and the addresses that platforms give to them and to what they write.
//!
//! # Always true
//!
//! - A person's number gives the same id, handle and name in every round.
//! - Addresses are well-formed: a reader may decode the time in them.
//!
//! # Source
//!
//! Timestamp identifiers: the AT Protocol's specification of record keys (53 bits of
//! microseconds, 10 bits of clock, base 32 in sorting order). Mastodon's status numbers:
//! milliseconds shifted by 16 bits.

use chrono::{DateTime, TimeDelta, Utc};

use super::SampleAccount;
use crate::evidence::splitmix::SplitMix;

/// The number of the first person who does not follow.
const FIRST_STRANGER: u64 = 10_000_000;

const FIRST_NAMES: [&str; 24] = [
    "Ada", "Bruno", "Carla", "Dario", "Elsa", "Franco", "Gaia", "Hugo", "Irene", "Jonas", "Katia",
    "Luca", "Marta", "Nino", "Olga", "Piero", "Quinn", "Rosa", "Sandro", "Tea", "Ugo", "Vera",
    "Walter", "Zoe",
];

/// Somebody invented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guest {
    /// Their number.
    pub number: u64,
    /// Whether they follow the account.
    pub follows: bool,
}

impl Guest {
    /// A follower.
    pub fn follower(number: u32) -> Self {
        Self { number: u64::from(number), follows: true }
    }

    /// Somebody who does not follow.
    pub fn stranger(number: u32) -> Self {
        Self { number: FIRST_STRANGER + u64::from(number), follows: false }
    }

    /// Their display name.
    pub fn name(self) -> &'static str {
        FIRST_NAMES[(self.number % FIRST_NAMES.len() as u64) as usize]
    }

    /// Their handle.
    pub fn handle(self) -> String {
        format!("{}{}.example", self.name().to_lowercase(), self.number)
    }

    /// Their lasting id on Bluesky.
    pub fn did(self) -> String {
        did(&self.handle())
    }
}

/// The lasting id on Bluesky of whoever has `handle`.
pub fn did(handle: &str) -> String {
    format!("did:plc:{}", letters(handle, 24))
}

/// The address of a post's content on Bluesky, made from its address.
pub fn cid(uri: &str) -> String {
    format!("bafyrei{}", letters(uri, 52))
}

/// Repeatable letters in base 32.
fn letters(text: &str, length: usize) -> String {
    const BASE_32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut random = SplitMix::of(text);
    (0..length).map(|_| char::from(BASE_32[random.below(32) as usize])).collect()
}

/// The record key of something made `at`; `clock` tells apart what is made in one instant.
///
/// ```
/// use fivestep::samples::names::tid;
/// let key = tid("2023-09-04T04:25:05.748Z".parse()?, 0);
/// assert!(key.len() == 13 && key.starts_with("3k6k5m"));
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn tid(at: DateTime<Utc>, clock: u64) -> String {
    const SORTING: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
    let micros = at.timestamp_micros().max(0) as u64;
    let key = ((micros & ((1 << 53) - 1)) << 10) | (clock & 1023);
    (0..13).rev().map(|place| char::from(SORTING[(key >> (5 * place)) as usize & 31])).collect()
}

/// The number of a Mastodon post made `at`.
pub fn status_number(at: DateTime<Utc>, clock: u64) -> u64 {
    ((at.timestamp_millis().max(0) as u64) << 16) | (clock & 0xffff)
}

/// When a follower came, UTC.
pub fn followed_since(account: &SampleAccount, guest: Guest) -> DateTime<Utc> {
    account.opened_at + TimeDelta::hours(guest.number.min(1_000_000) as i64)
}

/// An instant as Bluesky writes it.
pub fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_keep_their_ids_and_do_not_share_them() {
        let dids: std::collections::BTreeSet<String> = (0..2_000)
            .map(|number| Guest::follower(number).did())
            .chain((0..500).map(|number| Guest::stranger(number).did()))
            .collect();
        assert_eq!(dids.len(), 2_500);
        assert!(dids.iter().all(|did| did.len() == 32), "as long as real ones");
    }

    #[test]
    fn a_status_number_holds_its_time() {
        let at: DateTime<Utc> = "2024-05-06T07:08:09Z".parse().expect("an instant");
        assert_eq!((status_number(at, 70_000) >> 16) as i64, at.timestamp_millis());
    }
}

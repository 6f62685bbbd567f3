//! Sample exports of our own making: for the demo, and for tests of any size.
//!
//! The files have the shape of real ones, so that readers cannot tell the difference, and hold
//! exactly the numbers asked for, so that a test can say what must be measured. Start reading at
//! [`Round`], which asks; [`bluesky`] and [`mastodon`] write; [`story`] holds the demo's brands.
//!
//! # Always true
//!
//! - The same account and rounds give the same bytes on every machine: no clock, no chance.
//! - Every person, name, sentence and address is invented; addresses end in `.example`.
//! - The newest fact of an export is at its last round's `ends_at`, so the window is the round.

#![allow(clippy::disallowed_methods, reason = "samples write files: they stand at the edge")]

mod archive;
mod bluesky;
pub mod names;
mod plan;
pub mod story;
pub mod texts;

use std::io;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

pub use self::{archive::mastodon, bluesky::bluesky, texts::Trade};

/// An account whose export is made up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleAccount {
    /// Its handle: `rosso.example` on Bluesky, `azzurro@radio.example` on Mastodon.
    pub handle: String,
    /// Its display name.
    pub name: String,
    /// Its bio; a link in it fills the profile's link on Bluesky.
    pub bio: String,
    /// What it talks about.
    pub trade: Trade,
    /// When it was opened, UTC; its first follower came then, and one more every hour.
    pub opened_at: DateTime<Utc>,
}

/// What one stretch of a Bluesky account's life shall hold. All numbers are exact.
///
/// ```
/// use fivestep::samples::Round;
/// let ends_at = "2026-03-29T12:00:00Z".parse()?;
/// let quiet = Round { conversations: 11, answered: 11, back_and_forth: 4, ..Round::healthy(ends_at) };
/// assert!(quiet.check().is_ok());
/// assert!(Round { answered: 12, ..quiet }.check().is_err(), "12 answers to 11 questions");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// When it ends, UTC; the newest fact is of this instant, to the millisecond.
    pub ends_at: DateTime<Utc>,
    /// How long it is.
    pub days: u32,
    /// How many followers are listed.
    pub followers: u32,
    /// The number of the oldest follower still there: between two rounds, those below it left.
    pub followers_from: u32,
    /// How many followers the profile states, if not as many as are listed.
    pub stated_followers: Option<u64>,
    /// How many of the followers like, repost, quote, reply or mention.
    pub engaged: u32,
    /// How many others do.
    pub strangers: u32,
    /// How many conversations are opened, each a thread and a person of its own.
    pub conversations: u32,
    /// How many of them we answer.
    pub answered: u32,
    /// How many of the answered ones are answered back.
    pub back_and_forth: u32,
    /// How long an answer takes typically; it varies from half to one and a half of it.
    pub answer_minutes: u32,
    /// How many threads we begin.
    pub posts: u32,
    /// How many of them are about what the account knows.
    pub on_topic: u32,
    /// Whether the profile has a bio and a picture.
    pub profile_complete: bool,
}

impl Round {
    /// Four weeks of an account that does everything well.
    pub fn healthy(ends_at: DateTime<Utc>) -> Self {
        Self {
            ends_at,
            days: 28,
            followers: 400,
            followers_from: 0,
            stated_followers: None,
            engaged: 44,
            strangers: 12,
            conversations: 40,
            answered: 40,
            back_and_forth: 16,
            answer_minutes: 45,
            posts: 32,
            on_topic: 28,
            profile_complete: true,
        }
    }

    /// Says whether the numbers fit together.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] naming the two numbers that do not.
    pub fn check(&self) -> io::Result<()> {
        let minutes = self.days.saturating_mul(24 * 60);
        let table = [
            (self.days > 0, "`days` is 0"),
            (self.posts > 0, "`posts` is 0, so there is nothing to like"),
            (self.on_topic <= self.posts, "`on_topic` exceeds `posts`"),
            (self.engaged <= self.followers, "`engaged` exceeds `followers`"),
            (self.answered <= self.conversations, "`answered` exceeds `conversations`"),
            (self.back_and_forth <= self.answered, "`back_and_forth` exceeds `answered`"),
            (
                self.conversations == 0 || self.engaged + self.strangers > 0,
                "`conversations` need somebody `engaged`, or `strangers`",
            ),
            (self.answer_minutes <= minutes / 2, "`answer_minutes` do not fit into `days`"),
        ];
        match table.iter().find(|(holds, _)| !holds) {
            Some((_, why)) => Err(io::Error::new(io::ErrorKind::InvalidInput, *why)),
            None => Ok(()),
        }
    }

    /// When it ends, to the millisecond.
    fn end(&self) -> DateTime<Utc> {
        self.ends_at.trunc_subsecs(3)
    }

    /// When it begins.
    fn start(&self) -> DateTime<Utc> {
        self.end() - TimeDelta::days(i64::from(self.days))
    }
}

/// What a Mastodon archive shall hold. All numbers are exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outbox {
    /// When it ends, UTC; the newest post is of this instant, to the second.
    pub ends_at: DateTime<Utc>,
    /// How long it is.
    pub days: u32,
    /// How many threads we begin for everybody; every third is unlisted.
    pub posts: u32,
    /// How many of them are about what the account knows.
    pub on_topic: u32,
    /// How many of them we go on with in a second post.
    pub continued: u32,
    /// How many answers to others there are; the time of what they answer is in its number.
    pub answers: u32,
    /// How long an answer takes typically; it varies from half to one and a half of it.
    pub answer_minutes: u32,
    /// How many posts of others are passed on.
    pub boosts: u32,
    /// How many posts are for followers only, and as many for one person only.
    pub hidden: u32,
    /// Whether `orderedItems` stands twice, first empty, as some servers write it.
    pub doubled_key: bool,
    /// How many posts more the account counts than the archive holds.
    pub uncounted: u32,
}

impl Outbox {
    /// Four weeks of an account that posts steadily on its topics.
    pub fn healthy(ends_at: DateTime<Utc>) -> Self {
        Self {
            ends_at,
            days: 28,
            posts: 36,
            on_topic: 31,
            continued: 6,
            answers: 24,
            answer_minutes: 60,
            boosts: 8,
            hidden: 2,
            doubled_key: false,
            uncounted: 0,
        }
    }
}

/// Whether case `index` of `all` is among the `some` that are spread evenly over them.
fn is_picked(index: u32, some: u32, all: u32) -> bool {
    let up_to = |count: u64| count * u64::from(some) / u64::from(all.max(1));
    up_to(u64::from(index) + 1) > up_to(u64::from(index))
}

/// The instant of case `index` of `all`, spread evenly over a stretch, in the middle of its part.
fn spread(from: DateTime<Utc>, length: TimeDelta, index: u32, all: u32) -> DateTime<Utc> {
    let parts = i128::from(all.max(1)) * 2;
    let offset = i128::from(length.num_milliseconds()) * (i128::from(index) * 2 + 1) / parts;
    from + TimeDelta::milliseconds(offset as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picking_is_even_and_exact() {
        for (some, all) in [(0, 5), (5, 5), (3, 10), (16, 40), (1, 1)] {
            let picked = (0..all).filter(|index| is_picked(*index, some, all)).count();
            assert_eq!(picked as u32, some, "{some} of {all}");
        }
    }
}

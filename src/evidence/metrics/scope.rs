//! The facts as the formulas see them: up to the window's end, with what all share found once.
//!
//! Start reading at [`Scope::open`].
//!
//! # Always true
//!
//! - No fact later than the window's end passes.
//! - An account of the brand is never "somebody".

use std::{cell::OnceCell, collections::HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    reading::{Span, day, span_of},
    talks::{Talk, talks},
    tally::Tally,
};
use crate::{
    evidence::facts::{Facts, PersonId, Post, PostKind, Profile, Visibility},
    model::{Brand, Window},
};

/// One brand's facts within one window.
pub(super) struct Scope<'a> {
    pub brand: &'a Brand,
    pub facts: &'a Facts,
    /// What a look at everybody found.
    pub tally: &'a Tally,
    pub window: Window,
    /// The newest fact known, but not after the window's end, UTC.
    pub as_of: Option<DateTime<Utc>>,
    talks: OnceCell<Vec<Talk<'a>>>,
    settled: OnceCell<HashSet<&'a str>>,
}

impl<'a> Scope<'a> {
    /// Opens the window that the tally was taken for.
    pub fn open(brand: &'a Brand, facts: &'a Facts, tally: &'a Tally) -> Self {
        let window = tally.window;
        let as_of = facts.as_of.map(|as_of| as_of.min(window.to));
        Self {
            brand,
            facts,
            tally,
            window,
            as_of,
            talks: OnceCell::new(),
            settled: OnceCell::new(),
        }
    }

    /// Whether `person` is an account of the brand.
    pub fn is_own(&self, person: &PersonId) -> bool {
        self.tally.own.binary_search(person).is_ok()
    }

    /// The accounts of the brand, sorted.
    pub fn own_accounts(&self) -> &'a [PersonId] {
        &self.tally.own
    }

    /// Whether `at` is not after the window's end.
    pub fn knows(&self, at: DateTime<Utc>) -> bool {
        at <= self.window.to
    }

    /// Whether `profile` tells more about the window's end than `kept`: the newest up to the end,
    /// else the first after it.
    pub fn prefers(&self, profile: &Profile, kept: &Profile) -> bool {
        match (self.knows(profile.as_of), self.knows(kept.as_of)) {
            (true, true) => kept.as_of < profile.as_of,
            (false, false) => profile.as_of < kept.as_of,
            (known, _) => known,
        }
    }

    /// When the oldest engagement known happened: before it the exports tell nothing.
    pub fn inbound_begins(&self) -> Option<DateTime<Utc>> {
        self.tally.inbound_begins
    }

    /// Why nobody can tell who engaged: the exports begin after the window ends.
    pub fn before_engagement(&self) -> Option<String> {
        let begins = self.inbound_begins().filter(|begins| !self.knows(*begins))?;
        let (begins, ended) = (day(begins), day(self.window.to));
        Some(format!("the oldest engagement known is of {begins}; the window ends {ended}"))
    }

    /// Our own posts up to the window's end, of any kind.
    pub fn own_posts(&self) -> impl Iterator<Item = &'a Post> {
        let posts = self.facts.posts.iter();
        posts.filter(|post| self.knows(post.at) && self.is_own(&post.author))
    }

    /// Our own words up to the window's end that others may read: no reposts, nothing direct.
    pub fn own_words(&self) -> impl Iterator<Item = &'a Post> {
        self.own_posts().filter(|post| {
            let ours = match post.kind {
                PostKind::Original | PostKind::Reply | PostKind::SelfThread => true,
                PostKind::Repost => false,
            };
            ours && post.visibility != Visibility::Direct
        })
    }

    /// The oldest and newest own post known.
    pub fn own_posts_span(&self) -> Span {
        span_of(self.own_posts().map(|post| post.at))
    }

    /// Every conversation between us and one person, built on first use.
    pub fn talks(&self) -> &[Talk<'a>] {
        self.talks.get_or_init(|| talks(self))
    }

    /// The posts that want no answer, as their source says, found on first use.
    pub fn settled(&self) -> &HashSet<&'a str> {
        self.settled.get_or_init(|| {
            let posts = self.facts.posts.iter().filter(|post| post.needs_answer == Some(false));
            posts.map(|post| &*post.id).collect()
        })
    }

    /// The caveat that a person asked for a window which the evidence does not reach the end of.
    pub fn ends_early(&self) -> Option<String> {
        let as_of = self.as_of.filter(|as_of| *as_of < self.window.to)?;
        let (known, asked) = (day(as_of), day(self.window.to));
        Some(format!("the newest evidence is of {known}; the window ends {asked}"))
    }

    /// The caveat that engagement is known for a part of the window only.
    pub fn begins_late(&self) -> Option<String> {
        begins_late("engagement", self.inbound_begins()?, "the window", self.window.from)
    }
}

/// The caveat that what is known of a window begins well after the window does.
pub(super) fn begins_late(
    what: &str,
    begins: DateTime<Utc>,
    window: &str,
    from: DateTime<Utc>,
) -> Option<String> {
    // Within the first day, silence is as likely as a short export.
    (begins > from + TimeDelta::days(1)).then(|| {
        let (begins, from) = (day(begins), day(from));
        format!("the oldest {what} known is of {begins}; {window} begins {from}")
    })
}

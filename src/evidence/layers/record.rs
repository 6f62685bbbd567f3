//! What was said about one person, and what follows from it.
//!
//! Start reading at [`Record::fold`].
//!
//! # Always true
//!
//! - Everything said carries the revision from which it is known; what is known later than the
//!   revision asked for does not exist.
//! - Newer exports overwrite; older ones only fill in what nobody told yet.

use std::ops::Range;

use crate::evidence::{
    erasure::Erasure,
    facts::{Act, PersonId, Traits},
    somebody::{Deed, Following, Micros, Place, Somebody},
};

/// Something about the account of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// The revision from which it is known.
    pub known: u64,
    /// How new the export was that said so.
    pub as_of: Micros,
    pub(crate) handle: Range<u32>,
    pub(crate) name: Option<Range<u32>>,
    /// What it says of the account.
    pub traits: Traits,
}

/// They were seen to follow an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// The revision from which it is known.
    pub known: u64,
    /// Which account.
    pub account: Place,
    /// Since when, if it says so.
    pub since: Option<Micros>,
    /// How new the first and the last export were that showed it.
    pub first_seen_at: Micros,
    /// See `first_seen_at`.
    pub seen_at: Micros,
}

/// They did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Did {
    /// The revision from which it is known.
    pub known: u64,
    /// What.
    pub act: Act,
    /// To which account.
    pub account: Place,
    /// When.
    pub at: Micros,
    pub(crate) object: Range<u32>,
}

/// All that is said about one person; filled again and again.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// Who.
    pub id: String,
    pub(crate) described: Vec<Described>,
    pub(crate) follows: Vec<Followed>,
    pub(crate) deeds: Vec<Did>,
    pub(crate) words: String,
    /// From how many records it was put together.
    parts: u32,
    /// From how many of them its deeds came: those of one are in order, and none is there twice.
    with_deeds: u32,
}

/// The date of what is to be dated with the export: the year 1, of which there is none.
pub(crate) const UNDATED: Micros = Micros(-62_135_596_800_000_000);

/// What holds for everybody while records are folded.
#[derive(Debug, Clone, Default)]
pub struct Times {
    /// Nothing known later counts; absent for all there is.
    pub revision: Option<u64>,
    /// For each account, by its place, the complete lists of its followers, the oldest first.
    pub lists: Vec<Vec<List>>,
}

/// A complete list of an account's followers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List {
    /// How new it is.
    pub as_of: Micros,
    /// The revision from which it is known.
    pub known: u64,
}

impl Times {
    /// The first complete list of `account` after `seen_at`.
    fn left(&self, account: Place, seen_at: Micros) -> Option<Micros> {
        self.after(account, seen_at).first().map(|list| list.as_of)
    }

    /// The complete lists of `account` after `seen_at`.
    fn after(&self, account: Place, seen_at: Micros) -> &[List] {
        let lists = self.lists.get(account as usize).map_or(&[][..], Vec::as_slice);
        &lists[lists.partition_point(|list| list.as_of <= seen_at)..]
    }

    fn counts(&self, known: u64) -> bool {
        self.revision.is_none_or(|revision| known <= revision)
    }
}

impl Record {
    /// Empties it for another person.
    pub fn begin(&mut self, id: &str) {
        self.id.clear();
        self.id.push_str(id);
        self.described.clear();
        self.follows.clear();
        self.deeds.clear();
        self.words.clear();
        (self.parts, self.with_deeds) = (0, 0);
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.described.is_empty() && self.follows.is_empty() && self.deeds.is_empty()
    }

    /// How many things are said.
    pub fn len(&self) -> usize {
        self.described.len() + self.follows.len() + self.deeds.len()
    }

    /// Says what somebody known in full says, as of `as_of`.
    ///
    /// - `takes`: whether a follow of an account is said.
    pub(crate) fn copy(
        &mut self,
        somebody: &Somebody,
        as_of: Micros,
        takes: &dyn Fn(&PersonId) -> bool,
    ) {
        self.begin(somebody.id());
        let known = 0;
        if let Some(handle) = somebody.handle() {
            let handle = self.keep(handle);
            let name = somebody.name().map(|name| self.keep(name));
            let traits = somebody.traits().clone();
            self.described.push(Described { known, as_of, handle, name, traits });
        }
        for one in somebody.follows.iter().filter(|one| takes(somebody.account(one.account))) {
            let Following { account, since, first_seen_at, seen_at, left_at: _ } = *one;
            self.follows.push(Followed { known, account, since, first_seen_at, seen_at });
        }
        for one in &somebody.deeds {
            let object = self.keep(somebody.object(one));
            let Deed { act, account, at, .. } = *one;
            self.deeds.push(Did { known, act, account, at, object });
        }
        self.sort_deeds();
    }

    /// What they are, or were, called on the platform.
    pub fn handles(&self) -> impl Iterator<Item = &str> {
        self.described.iter().map(|one| self.word(&one.handle))
    }

    /// How much of each kind is said.
    pub(crate) fn counts(&self) -> (usize, usize, usize) {
        (self.described.len(), self.follows.len(), self.deeds.len())
    }

    /// Dates what was said behind `from` and has no date: it holds as of the export.
    ///
    /// - `since_by`: no follow is believed to have begun later.
    pub(crate) fn date(
        &mut self,
        from: (usize, usize, usize),
        as_of: Micros,
        since_by: Option<Micros>,
    ) {
        for one in self.described.iter_mut().skip(from.0) {
            one.as_of = if one.as_of == UNDATED { as_of } else { one.as_of };
        }
        for one in self.follows.iter_mut().skip(from.1) {
            one.since = one.since.filter(|since| since_by.is_none_or(|last| *since <= last));
            for seen in [&mut one.first_seen_at, &mut one.seen_at] {
                *seen = if *seen == UNDATED { as_of } else { *seen };
            }
        }
    }

    /// How new the newest export was that described them.
    pub(crate) fn newest(&self) -> Option<Micros> {
        self.described.iter().map(|one| one.as_of).max()
    }

    /// Says of everything from when it is known, and brings together what came in several parts.
    pub(crate) fn settle(&mut self, known: u64) {
        self.described.iter_mut().for_each(|one| one.known = known);
        self.follows.iter_mut().for_each(|one| one.known = known);
        self.deeds.iter_mut().for_each(|one| one.known = known);
        if self.parts > 1 {
            self.condense(&Times::default());
        }
    }

    /// Takes people out: all that is said, if this is one of them, and their names otherwise.
    /// Answers how many statements went and how many texts were changed.
    ///
    /// - `times`: the lists known; what was known earlier stays as it was known.
    pub(crate) fn forget(&mut self, gone: &Erasure, times: &Times) -> (u64, u64) {
        if gone.has(&self.id) {
            let said = self.len() as u64;
            self.described.clear();
            self.follows.clear();
            self.deeds.clear();
            return (said, 0);
        }
        let names = self.described.iter_mut().filter_map(|one| one.name.as_mut());
        let (mut cleaned, words) = (0, &mut self.words);
        for range in names.chain(self.deeds.iter_mut().map(|one| &mut one.object)) {
            let word = &words[range.start as usize..range.end as usize];
            if gone.holds(word) {
                let word = gone.scrub(word);
                let from = words.len() as u32;
                words.push_str(&word);
                *range = from..words.len() as u32;
                cleaned += 1;
            }
        }
        if cleaned > 0 {
            // Two deeds that become one are one from now on.
            self.condense(times);
        }
        (0, cleaned)
    }

    /// Notes that what comes now is of another layer.
    pub(crate) fn next_part(&mut self) {
        self.parts += 1;
    }

    /// Notes that deeds come from that layer; the same may be there twice if statements of several imports
    /// were brought together in it.
    pub(crate) fn next_deeds(&mut self, once: bool) {
        self.with_deeds += if once { 1 } else { 2 };
    }

    /// Keeps words, and says where.
    pub(crate) fn keep(&mut self, words: &str) -> Range<u32> {
        let from = self.words.len() as u32;
        self.words.push_str(words);
        from..self.words.len() as u32
    }

    pub(crate) fn word(&self, range: &Range<u32>) -> &str {
        &self.words[range.start as usize..range.end as usize]
    }

    /// Adds what another record says about the same person.
    pub fn add(&mut self, other: &Record) {
        self.next_part();
        if !other.deeds.is_empty() {
            self.next_deeds(other.with_deeds <= 1);
        }
        for one in &other.described {
            let handle = self.keep(other.word(&one.handle));
            let name = one.name.as_ref().map(|name| self.keep(other.word(name)));
            self.described.push(Described { handle, name, ..one.clone() });
        }
        self.follows.extend_from_slice(&other.follows);
        for one in &other.deeds {
            let object = self.keep(other.word(&one.object));
            self.deeds.push(Did { object, ..one.clone() });
        }
    }

    /// Fills `somebody` with what holds; answers whether there is anything.
    pub fn fold(&mut self, times: &Times, somebody: &mut Somebody) -> bool {
        somebody.begin(&self.id);
        self.fold_described(times, somebody);
        self.fold_follows(times, somebody);
        self.fold_deeds(times, somebody);
        somebody.handle().is_some() || !somebody.follows.is_empty() || !somebody.deeds.is_empty()
    }

    /// The same without what they did.
    pub fn fold_account(&mut self, times: &Times, somebody: &mut Somebody) {
        somebody.begin(&self.id);
        self.fold_described(times, somebody);
        self.fold_follows(times, somebody);
    }

    fn fold_described(&mut self, times: &Times, somebody: &mut Somebody) {
        if let [one] = self.described.as_slice() {
            if times.counts(one.known) {
                let name = one.name.as_ref().map(|name| self.word(name));
                somebody.describe(self.word(&one.handle), name, one.traits.clone());
            }
            return;
        }
        self.described.sort_by_key(|one| (one.as_of, one.known));
        let mut newest: Option<(&Described, Option<&Range<u32>>, Traits)> = None;
        for one in self.described.iter().rev().filter(|one| times.counts(one.known)) {
            match &mut newest {
                None => newest = Some((one, one.name.as_ref(), one.traits.clone())),
                Some((_, name, traits)) => {
                    *name = name.or(one.name.as_ref());
                    traits.fill(one.traits.clone());
                }
            }
        }
        if let Some((one, name, traits)) = newest {
            let name = name.map(|name| self.word(name));
            somebody.describe(self.word(&one.handle), name, traits);
        }
    }

    fn fold_follows(&mut self, times: &Times, somebody: &mut Somebody) {
        if self.follows.len() > 1 {
            self.follows.sort_by_key(|one| (one.account, one.seen_at, one.known, one.since));
        }
        for one in self.follows.iter().filter(|one| times.counts(one.known)) {
            match somebody.follows.last_mut().filter(|last| last.account == one.account) {
                Some(last) => {
                    last.since = one.since.or(last.since);
                    last.first_seen_at = last.first_seen_at.min(one.first_seen_at);
                    last.seen_at = last.seen_at.max(one.seen_at);
                }
                None => somebody.follows.push(Following {
                    account: one.account,
                    since: one.since,
                    first_seen_at: one.first_seen_at,
                    seen_at: one.seen_at,
                    left_at: None,
                }),
            }
        }
        for follow in &mut somebody.follows {
            follow.left_at = times.left(follow.account, follow.seen_at);
        }
    }

    fn fold_deeds(&mut self, times: &Times, somebody: &mut Somebody) {
        if self.with_deeds > 1 {
            self.sort_deeds();
        }
        let mut last: Option<&Did> = None;
        for one in self.deeds.iter().filter(|one| times.counts(one.known)) {
            if self.with_deeds > 1 && last.is_some_and(|last| self.same_deed(last, one)) {
                continue;
            }
            let object = somebody.keep(self.word(&one.object));
            let Did { act, account, at, .. } = *one;
            somebody.deeds.push(Deed { act, account, at, object });
            last = Some(one);
        }
    }

    /// Brings the same deed together, the earliest first.
    fn sort_deeds(&mut self) {
        let words = std::mem::take(&mut self.words);
        let text = |object: &Range<u32>| &words[object.start as usize..object.end as usize];
        self.deeds.sort_by(|one, other| {
            let key = |did: &Did| (did.act, did.at, did.known);
            one.act
                .cmp(&other.act)
                .then_with(|| text(&one.object).cmp(text(&other.object)))
                .then_with(|| key(one).cmp(&key(other)))
        });
        self.words = words;
    }

    fn same_deed(&self, one: &Did, other: &Did) -> bool {
        one.act == other.act && self.word(&one.object) == self.word(&other.object)
    }

    /// Drops what nobody can ask for any more: sights of a follow between which no complete list
    /// lies, and descriptions that say again what the one before them said.
    pub fn condense(&mut self, times: &Times) {
        self.follows.sort_by_key(|one| (one.account, one.seen_at, one.known, one.since));
        let mut kept: Vec<Followed> = Vec::with_capacity(self.follows.len());
        for one in &self.follows {
            match kept.last_mut().filter(|last| self_evident(last, one, times)) {
                Some(last) => last.seen_at = one.seen_at,
                None => kept.push(*one),
            }
        }
        self.follows = kept;
        self.described.sort_by_key(|one| (one.as_of, one.known));
        let described = std::mem::take(&mut self.described);
        for one in described {
            let again = self.described.last().is_some_and(|last| self.says_again(last, &one));
            match self.described.last_mut() {
                Some(last) if again => last.as_of = one.as_of,
                // Said by the same export: what the second row knows more is added to the first.
                Some(last) if (last.known, last.as_of) == (one.known, one.as_of) => {
                    last.name = last.name.take().or(one.name);
                    last.traits.fill(one.traits);
                }
                Some(_) | None => self.described.push(one),
            }
        }
        self.sort_deeds();
        let deeds = std::mem::take(&mut self.deeds);
        for one in deeds {
            // An earlier time for a deed that is known is a later statement: both stay.
            let again = self.deeds.last().is_some_and(|last| {
                self.same_deed(last, &one)
                    && (last.at == one.at && last.known <= one.known || last.known == one.known)
            });
            if !again {
                self.deeds.push(one);
            }
        }
    }

    fn says_again(&self, last: &Described, one: &Described) -> bool {
        let name = |said: &Described| said.name.as_ref().map(|name| self.word(name).to_owned());
        last.known <= one.known
            && self.word(&last.handle) == self.word(&one.handle)
            && (one.name.is_none() || name(last) == name(one))
            && says_no_more(&last.traits, &one.traits)
    }
}

/// Whether a later sight of a follow tells nothing but that it is later: before it was known, no list
/// between the two was known either, which would have shown them as gone.
fn self_evident(last: &Followed, one: &Followed, times: &Times) -> bool {
    let lists = times.after(last.account, last.seen_at).iter();
    let mut between = lists.take_while(|list| list.as_of <= one.seen_at);
    let nothing_between = between.all(|list| list.known >= one.known);
    last.account == one.account
        && last.known <= one.known
        && (one.since.is_none() || one.since == last.since)
        && last.first_seen_at <= one.first_seen_at
        && nothing_between
}

/// Whether everything that `one` states was stated by `last`.
fn says_no_more(last: &Traits, one: &Traits) -> bool {
    let mut both = one.clone();
    both.fill(last.clone());
    both == *last
}

//! One person with everything the evidence holds of them, and a crowd of such people.
//!
//! A page with 41 million followers does not fit into memory, but each of its followers does: so
//! whatever judges people is a function of one [`Somebody`], and a [`Crowd`] shows everybody, one
//! after another.
//!
//! # Always true
//!
//! - A crowd shows people in the order of their ids, each once, and nobody of whom nothing is
//!   known.
//! - One `Somebody` is filled again and again: what is to outlive the look must be copied.

use std::{cmp::Ordering, convert::Infallible, ops::Range};

use chrono::{DateTime, Utc};

pub use super::accounts::Place;
use super::{
    accounts::Accounts,
    facts::{Act, Facts, Follow, Interaction, Person, PersonId, Traits},
    snowflake,
};

/// A moment as the store keeps it: microseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Micros(pub i64);

impl Micros {
    /// Whether the calendar knows it.
    pub fn is_a_time(self) -> bool {
        const FIRST: i64 = DateTime::<Utc>::MIN_UTC.timestamp_micros();
        const LAST: i64 = DateTime::<Utc>::MAX_UTC.timestamp_micros();
        (FIRST..=LAST).contains(&self.0)
    }

    /// The moment for the calendar; a number that no calendar holds is its end.
    ///
    /// ```
    /// use fivestep::evidence::somebody::Micros;
    ///
    /// assert_eq!(Micros(0).time(), chrono::DateTime::UNIX_EPOCH);
    /// ```
    pub fn time(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

impl From<DateTime<Utc>> for Micros {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time.timestamp_micros())
    }
}

/// They follow an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Following {
    /// Which.
    pub account: Place,
    /// Since when, if the platform tells.
    pub since: Option<Micros>,
    /// How new the first export was that showed it.
    pub first_seen_at: Micros,
    /// How new the last export was that showed it.
    pub seen_at: Micros,
    /// How new the first complete list was that showed it no longer.
    pub left_at: Option<Micros>,
}

impl Following {
    /// Whether it had begun at `end`, as far as anybody says.
    pub fn had_begun(&self, end: Micros) -> bool {
        self.since.is_none_or(|since| since <= end)
    }

    /// Whether it held at `end`.
    pub fn held(&self, end: Micros) -> bool {
        self.had_begun(end) && self.left_at.is_none_or(|left| left > end)
    }
}

/// They did something to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// What.
    pub act: Act,
    /// To which account.
    pub account: Place,
    /// When.
    pub at: Micros,
    /// What they did it to; read it by [`Somebody::object`].
    pub(crate) object: Range<u32>,
}

/// One person with all their rows.
#[derive(Debug, Clone, Default)]
pub struct Somebody {
    /// Who.
    id: String,
    /// Whether more than their id is known: handle, name and traits.
    described: bool,
    handle: String,
    name: Option<Range<u32>>,
    traits: Traits,
    /// What they follow; each account once.
    pub follows: Vec<Following>,
    /// What they did to us; each deed once, in no order.
    pub deeds: Vec<Deed>,
    words: String,
    pub(crate) accounts: Accounts,
}

impl Somebody {
    /// Empties it for the next person.
    pub(crate) fn begin(&mut self, id: &str) {
        self.id.clear();
        self.id.push_str(id);
        self.described = false;
        self.handle.clear();
        self.name = None;
        self.traits = Traits::default();
        self.follows.clear();
        self.deeds.clear();
        self.words.clear();
    }

    /// Their lasting id as text, as [`PersonId::as_str`] gives it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Their lasting id.
    pub fn person_id(&self) -> PersonId {
        PersonId::stored(self.id.as_str())
    }

    /// Their name on the platform; absent where only their id is known.
    pub fn handle(&self) -> Option<&str> {
        self.described.then_some(self.handle.as_str())
    }

    /// Their display name, if anything tells it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_ref().map(|range| self.words_at(range))
    }

    /// When their account was made: as a platform says, or else as its id does.
    pub fn made(&self) -> Option<DateTime<Utc>> {
        self.traits().created.or_else(|| snowflake::made(self.id()))
    }

    /// What platforms say about their account; each absent where no export does.
    pub fn traits(&self) -> &Traits {
        &self.traits
    }

    /// All that is known of them as a fact of its own.
    pub fn person(&self) -> Option<Person> {
        self.handle().map(|handle| Person {
            id: self.person_id(),
            handle: handle.to_owned(),
            name: self.name().map(str::to_owned),
            traits: self.traits.clone(),
        })
    }

    /// The accounts that anybody shown so far follows or addresses, each at its place for good.
    pub fn accounts(&self) -> &[PersonId] {
        self.accounts.all()
    }

    /// The account at a place.
    pub fn account(&self, place: Place) -> &PersonId {
        self.accounts.get(place)
    }

    /// The address that a deed was done to: our post for a like or repost, their own post for a
    /// reply, quote or mention.
    pub fn object<'a>(&'a self, deed: &'a Deed) -> &'a str {
        self.words_at(&deed.object)
    }

    /// A deed as a fact of its own.
    pub fn interaction(&self, deed: &Deed) -> Interaction {
        Interaction {
            actor: self.person_id(),
            act: deed.act,
            object: self.object(deed).to_owned(),
            account: self.account(deed.account).clone(),
            at: deed.at.time(),
        }
    }

    /// A follow as a fact of its own.
    pub fn follow(&self, following: &Following) -> Follow {
        Follow {
            follower: self.person_id(),
            followed: self.account(following.account).clone(),
            since: following.since.map(Micros::time),
            first_seen_at: following.first_seen_at.time(),
            seen_at: following.seen_at.time(),
            left_at: following.left_at.map(Micros::time),
        }
    }

    /// Says what is known of their account.
    pub(crate) fn describe(&mut self, handle: &str, name: Option<&str>, traits: Traits) {
        self.described = true;
        self.handle.clear();
        self.handle.push_str(handle);
        self.name = name.map(|name| self.keep(name));
        self.traits = traits;
    }

    /// Keeps words of this person, and says where.
    pub(crate) fn keep(&mut self, words: &str) -> Range<u32> {
        let from = self.words.len() as u32;
        self.words.push_str(words);
        from..self.words.len() as u32
    }

    fn words_at(&self, range: &Range<u32>) -> &str {
        &self.words[range.start as usize..range.end as usize]
    }
}

/// The ids from one on, up to another that is not among them; without them, from the first and to the
/// last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stretch {
    /// The first id that may be in it.
    pub from: Option<String>,
    /// The first id behind it.
    pub to: Option<String>,
}

impl Stretch {
    /// The stretches between `borders`, which are in order.
    ///
    /// ```
    /// use fivestep::evidence::somebody::Stretch;
    ///
    /// let [low, high] = &Stretch::between(["m".to_owned()])[..] else { panic!("two") };
    /// assert!(low.ends_before("m") && !low.ends_before("l") && !high.ends_before("z"));
    /// ```
    pub fn between(borders: impl IntoIterator<Item = String>) -> Vec<Stretch> {
        let mut all = vec![Stretch::default()];
        for border in borders {
            let before = all.last_mut().expect("there is one from the beginning");
            before.to = Some(border.clone());
            all.push(Stretch { from: Some(border), to: None });
        }
        all
    }

    /// Whether `id` is behind it.
    pub fn ends_before(&self, id: &str) -> bool {
        self.to.as_deref().is_some_and(|to| to <= id)
    }
}

/// Everybody of whom the evidence holds something.
pub trait Crowd {
    /// Why somebody cannot be shown.
    type Error;

    /// Shows everybody, to several lookers side by side if that is worth it: each sees one stretch
    /// of the ids, in order, and all together see everybody once.
    ///
    /// - `begin`: makes the looker of a stretch.
    /// - `see`: shows somebody to a looker.
    ///
    /// Answers with the lookers in the order of their stretches.
    ///
    /// # Errors
    ///
    /// As [`Crowd::each`].
    fn side_by_side<T: Send>(
        &self,
        begin: &(dyn Fn(&Stretch) -> T + Sync),
        see: &(dyn Fn(&mut T, &Somebody) + Sync),
    ) -> Result<Vec<T>, Self::Error> {
        let mut looker = begin(&Stretch::default());
        self.each(&mut |somebody| see(&mut looker, somebody))?;
        Ok(vec![looker])
    }

    /// Shows everybody, one after another, in the order of their ids.
    ///
    /// # Errors
    ///
    /// What hinders reading; those before it were shown.
    fn each(&self, see: &mut dyn FnMut(&Somebody)) -> Result<(), Self::Error>;

    /// Looks up one person; empty if nothing is known of them.
    ///
    /// For a few accounts, such as the brand's own: whoever asks for many reads everybody.
    ///
    /// # Errors
    ///
    /// What hinders reading.
    fn one(&self, id: &PersonId) -> Result<Somebody, Self::Error>;

    /// The accounts that deeds are addressed to: they are the brand's own.
    ///
    /// # Errors
    ///
    /// What hinders reading.
    fn addressed(&self) -> Result<Vec<PersonId>, Self::Error>;
}

/// Facts in memory, each key once, in any order.
impl Crowd for Facts {
    type Error = Infallible;

    fn each(&self, see: &mut dyn FnMut(&Somebody)) -> Result<(), Infallible> {
        let mut people: Vec<&Person> = self.people.iter().collect();
        let mut follows: Vec<&Follow> = self.follows.iter().collect();
        let mut deeds: Vec<&Interaction> = self.interactions.iter().collect();
        people.sort_by(|one, other| one.id.cmp(&other.id));
        follows.sort_by(|one, other| one.follower.cmp(&other.follower));
        deeds.sort_by(|one, other| one.actor.cmp(&other.actor));
        let mut somebody = Somebody::default();
        let (mut people, mut follows, mut deeds) = (&people[..], &follows[..], &deeds[..]);
        while let Some(id) = [
            people.first().map(|one| &one.id),
            follows.first().map(|one| &one.follower),
            deeds.first().map(|one| &one.actor),
        ]
        .into_iter()
        .flatten()
        .min()
        {
            somebody.begin(id.as_str());
            let theirs = take(&mut people, |one| one.id.cmp(id));
            if let Some(one) = theirs.first() {
                somebody.describe(&one.handle, one.name.as_deref(), one.traits.clone());
            }
            for follow in take(&mut follows, |one| one.follower.cmp(id)) {
                let account = somebody.accounts.place(follow.followed.as_str());
                somebody.follows.push(Following {
                    account,
                    since: follow.since.map(Micros::from),
                    first_seen_at: follow.first_seen_at.into(),
                    seen_at: follow.seen_at.into(),
                    left_at: follow.left_at.map(Micros::from),
                });
            }
            for deed in take(&mut deeds, |one| one.actor.cmp(id)) {
                let object = somebody.keep(&deed.object);
                let account = somebody.accounts.place(deed.account.as_str());
                let (act, at) = (deed.act, deed.at.into());
                somebody.deeds.push(Deed { act, account, at, object });
            }
            see(&somebody);
        }
        Ok(())
    }

    fn one(&self, id: &PersonId) -> Result<Somebody, Infallible> {
        let mut found = Somebody::default();
        self.each(&mut |somebody| {
            if somebody.id() == id.as_str() {
                found = somebody.clone();
            }
        })?;
        Ok(found)
    }

    fn addressed(&self) -> Result<Vec<PersonId>, Infallible> {
        let mut accounts: Vec<&PersonId> =
            self.interactions.iter().map(|one| &one.account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        Ok(accounts.into_iter().cloned().collect())
    }
}

impl Facts {
    /// Adds all of somebody.
    pub(crate) fn add(&mut self, one: &Somebody) {
        self.people.extend(one.person());
        self.follows.extend(one.follows.iter().map(|row| one.follow(row)));
        self.interactions.extend(one.deeds.iter().map(|row| one.interaction(row)));
    }
}

/// The rows of one person off the front of `rows`.
fn take<'a, T>(rows: &mut &'a [T], order: impl Fn(&T) -> Ordering) -> &'a [T] {
    let count = rows.iter().take_while(|row| order(row).is_eq()).count();
    let (theirs, rest) = rows.split_at(count);
    *rows = rest;
    theirs
}

//! Collects facts while files are read, each under its natural key.
//!
//! Start reading at [`Gather`]. A reader adds what it sees, in any order, and [`Gather::finish`]
//! dates the whole.
//!
//! # Always true
//!
//! - A fact seen twice is one fact; what the second sight knows more is added to the first.
//! - An interaction is never our own.
//! - A time taken from an id, which any client may invent, never moves `as_of` far ahead of the
//!   times that servers stated.
//! - At most [`MOST_ROWS`] rows about people, as many posts, and as many posts with numbers are in
//!   memory, eight times that in a huge export; the others wait in files. Requests, numbers of accounts
//!   and whom we follow stay in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::{
    SourceError,
    aside::Aside,
    met::Met,
    pages::Pages,
    roots::Roots,
    runs::{Rows, Runs},
    spans::Span,
    times,
};
use crate::{
    evidence::{
        facts::{
            AccountTotals, Act, Count, Facts, Follow, Interaction, Origin, Person, PersonId, Post,
            PostTotals, Profile, Request, Traits,
        },
        layers::{Sorted, record::UNDATED},
        numbers::Numbers,
        span::widened,
    },
    model::FactKind,
};

/// The share of the stated followers that a complete list has at least. Lists leave out accounts
/// that are suspended or switched off, so they are always a little shorter.
pub(crate) const COMPLETE_FROM: f64 = 0.95;

/// Whether a list is long enough to be that of all who are stated.
pub(crate) fn lists_all(listed: u64, stated: u64) -> bool {
    listed as f64 >= stated as f64 * COMPLETE_FROM
}

/// How many rows of a family are held in memory, until there are many files.
pub(super) const MOST_ROWS: usize = 1 << 17;
/// After how many files twice as many rows are held.
pub(super) const FILES: usize = 64;

/// What an export said about a follow.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FollowSeen {
    /// Since when, as a server stated it.
    pub since: Option<DateTime<Utc>>,
    /// Since when, as the id says.
    pub since_by_id: Option<DateTime<Utc>>,
    /// When it was seen; absent if it holds as of the whole export.
    pub seen_at: Option<DateTime<Utc>>,
}

/// What a profile said about an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProfileSeen {
    pub handle: String,
    pub fields: BTreeMap<String, bool>,
    pub says: BTreeMap<String, String>,
    pub followers: Option<u64>,
    pub follows: Option<u64>,
    pub posts: Option<u64>,
}

/// What an export counted for one of our posts.
#[derive(Debug, Clone)]
pub(crate) struct TotalsSeen {
    pub account: PersonId,
    /// When it was posted.
    pub at: DateTime<Utc>,
    pub counts: Numbers,
}

/// An account, what was counted, and the period by its ends.
pub(crate) type Period = (PersonId, Count, DateTime<Utc>, DateTime<Utc>);

/// When and how a follow was seen, all sights together.
#[derive(Debug, Clone, Copy)]
struct Sights {
    seen: FollowSeen,
    /// The first sight that had a time of its own.
    first: Option<DateTime<Utc>>,
}

/// The facts of one export while it is read.
#[derive(Debug, Default)]
pub(crate) struct Gather {
    pub carried: BTreeSet<FactKind>,
    /// Our account, if it is known: only then can people be put aside.
    own: Option<PersonId>,
    room: Room,
    people: BTreeMap<PersonId, Person>,
    follows: BTreeMap<(PersonId, PersonId), Sights>,
    posts: Runs<Post>,
    met: Met,
    interactions: BTreeMap<(PersonId, Act, String), Interaction>,
    /// Who was put aside.
    aside: Option<Aside>,
    pub requests: BTreeMap<(PersonId, PersonId), Request>,
    post_totals: Runs<PostTotals>,
    /// From when to when the posts are, and those with numbers.
    spans: [Option<Span>; 2],
    /// Whether the readers leave it to this to find the roots of threads.
    pub finds_roots: bool,
    /// What was counted of posts, or withheld.
    counted: BTreeSet<Count>,
    pub account_totals: BTreeMap<Period, u64>,
    /// When the export says it was made.
    pub made_at: Option<DateTime<Utc>>,
    /// The newest time that a server stated about anything, fact or not.
    pub newest_stated: Option<DateTime<Utc>>,
}

/// How many rows about people are held in memory.
#[derive(Debug, Clone, Copy)]
struct Room(usize);

impl Default for Room {
    fn default() -> Self {
        Self(MOST_ROWS)
    }
}

impl Gather {
    /// Begins the facts of an export of `own`: who follows it or does something to it may be more
    /// than the memory is to hold.
    pub(crate) fn of(own: &PersonId) -> Self {
        Self { own: Some(own.clone()), ..Self::default() }
    }

    /// Remembers that a server stated `at`.
    pub(crate) fn stated(&mut self, at: Option<DateTime<Utc>>) {
        self.newest_stated = self.newest_stated.max(at);
    }

    /// Adds a person; a name is not lost again.
    pub(crate) fn person(&mut self, person: Person) {
        match self.people.get_mut(&person.id) {
            Some(known) => {
                known.name = known.name.take().or(person.name);
                known.traits.fill(person.traits);
            }
            None => {
                self.people.insert(person.id.clone(), person);
                self.make_room();
            }
        }
    }

    /// Adds a follow; a sight that holds for the whole export counts most.
    pub(crate) fn follow(&mut self, follower: PersonId, followed: PersonId, seen: FollowSeen) {
        use std::collections::btree_map::Entry;
        match self.follows.entry((follower, followed)) {
            Entry::Vacant(place) => {
                place.insert(Sights { seen, first: seen.seen_at });
                self.make_room();
            }
            Entry::Occupied(mut place) => place.get_mut().add(seen),
        }
    }

    /// Adds a post; what an earlier sight lacked is filled in.
    pub(crate) fn post(&mut self, mut post: Post) {
        // One copy of an id for all who name it.
        for id in [Some(&mut post.author), post.parent_author.as_mut()].into_iter().flatten() {
            let own = self.own.as_ref().filter(|own| *own == id);
            let known = own.or_else(|| Some(&self.people.get(id)?.id));
            known.into_iter().for_each(|known| id.clone_from(known));
        }
        if post.root == post.id {
            post.root = post.id.clone();
        } else if let Some(parent) = post.parent.as_ref().filter(|parent| **parent == post.root) {
            post.root = parent.clone();
        }
        self.spans[0] = widened(self.spans[0], post.at);
        self.posts.add(post);
    }

    /// Whether it is the first post of this id, for readers to whom the second is none.
    pub(crate) fn first_of(&mut self, id: &str) -> bool {
        self.met.first(id)
    }

    /// Whether there is no post.
    pub(crate) fn has_no_post(&self) -> bool {
        self.posts.is_empty()
    }

    /// Adds a post, if there is one.
    pub(crate) fn maybe_post(&mut self, post: Option<Post>) {
        post.into_iter().for_each(|post| self.post(post));
    }

    /// Adds what somebody did to us; seen twice, the earlier time counts.
    pub(crate) fn interaction(&mut self, interaction: Interaction) {
        let key = (interaction.actor.clone(), interaction.act, interaction.object.clone());
        let at = interaction.at;
        let known = self.interactions.entry(key).or_insert(interaction);
        known.at = known.at.min(at);
        self.make_room();
    }

    /// Adds who asks to follow; what an earlier sight lacked is filled in.
    pub(crate) fn request(&mut self, request: Request) {
        let key = (request.person.clone(), request.account.clone());
        let at = request.at;
        let known = self.requests.entry(key).or_insert(request);
        known.at = known.at.or(at);
    }

    /// Adds what the platform counted for a post of ours; of two numbers the larger counts, and a
    /// number counts more than one withheld.
    pub(crate) fn post_totals(&mut self, post: impl Into<Arc<str>>, seen: TotalsSeen) {
        let TotalsSeen { account, at, counts } = seen;
        self.counted.extend(counts.iter().map(|(count, _)| count));
        self.spans[1] = widened(self.spans[1], at);
        // It holds as of the export, which is dated later.
        let as_of = DateTime::UNIX_EPOCH;
        self.post_totals.add(PostTotals { post: post.into(), account, at, as_of, counts });
    }

    /// Adds what the platform counted for our account in a period; of two numbers the larger counts.
    pub(crate) fn account_total(&mut self, period: Period, value: u64) {
        let known = self.account_totals.entry(period).or_default();
        *known = (*known).max(value);
    }

    /// How many followers a list showed.
    ///
    /// # Errors
    ///
    /// What the disk says, where people wait who do not fit into memory.
    pub(crate) fn listed(&mut self) -> Result<u64, SourceError> {
        if self.aside.is_some() {
            self.put_aside();
        }
        let ours = |followed: &PersonId| self.own.as_ref() == Some(followed);
        let listed = |(key, sights): (&(PersonId, PersonId), &Sights)| {
            ours(&key.1) && sights.seen.seen_at.is_none()
        };
        let here = self.follows.iter().filter(|one| listed(*one)).count() as u64;
        Ok(here + self.aside.as_mut().map_or(Ok(0), Aside::listed)?)
    }

    /// Puts people aside when there are too many.
    fn make_room(&mut self) {
        let aside = self.aside.as_ref();
        let most = self.room.0 << aside.map_or(0, |aside| aside.files() / FILES).min(3);
        let kept = aside.map_or(0, |aside| aside.kept_follows);
        let rows = self.people.len() + self.follows.len() + self.interactions.len();
        if rows >= most + kept {
            self.put_aside();
        }
    }

    /// Puts everybody aside who is here; whom we follow stays.
    fn put_aside(&mut self) {
        let Some(own) = self.own.clone() else { return };
        let newest = self.newest_of_people();
        self.tell_people();
        let people = std::mem::take(&mut self.people).into_values().collect();
        let interactions = std::mem::take(&mut self.interactions).into_values().collect();
        let mut follows = Vec::new();
        self.follows.retain(|key, sights| {
            let theirs = key.1 == own;
            if theirs {
                follows.push(sights.dated(key.clone(), UNDATED.time()));
            }
            !theirs
        });
        let facts = Facts { people, follows, interactions, ..Facts::default() };
        let aside = self.aside.get_or_insert_default();
        aside.kept_follows = self.follows.len();
        aside.add(&facts, newest);
    }

    /// Dates everything and hands it over, each family in order of its key.
    ///
    /// `None` if nothing tells how new the export is.
    ///
    /// # Errors
    ///
    /// What the disk says, where people wait who do not fit into memory.
    pub(crate) fn finish(
        mut self,
        account: &PersonId,
        profile: ProfileSeen,
        origin: Origin,
    ) -> Result<Option<Gathered>, SourceError> {
        if self.aside.is_some() {
            self.put_aside();
        }
        let since_by = self.drop_invented_times();
        let aside = self.aside.take().map(|aside| aside.finish(since_by)).transpose()?;
        let Some(as_of) = self.as_of(aside.as_ref()) else { return Ok(None) };
        let crowd = aside.map(|crowd| crowd.dated(as_of.into()));
        self.tell_numbers();
        let (in_memory, post_totals, pages) = self.posts_in_order(as_of)?;
        let ProfileSeen { handle, fields, says, followers, follows, posts } = profile;
        let account = account.clone();
        let facts = Facts {
            carried: self.carried,
            origins: BTreeSet::from([origin]),
            as_of: Some(as_of),
            profiles: vec![Profile {
                account,
                handle,
                as_of,
                fields,
                says,
                followers,
                follows,
                posts,
            }],
            people: self.people.into_values().collect(),
            follows: self.follows.into_iter().map(|(key, seen)| seen.dated(key, as_of)).collect(),
            requests: self.requests.into_values().collect(),
            complete_lists: BTreeSet::new(),
            posts: in_memory,
            interactions: self.interactions.into_values().collect(),
            post_totals,
            account_totals: self
                .account_totals
                .into_iter()
                .map(|(p, v)| stated(p, v, as_of))
                .collect(),
        };
        Ok(Some(Gathered { facts, crowd, pages }))
    }

    /// The posts and their numbers: in memory, or on pages if either are too many.
    fn posts_in_order(&mut self, as_of: DateTime<Utc>) -> Result<Posts, SourceError> {
        if self.posts.overflows() || self.post_totals.overflows() {
            self.posts.put_aside();
            self.post_totals.put_aside();
        }
        let posts = std::mem::take(&mut self.posts).finish()?;
        let totals = std::mem::take(&mut self.post_totals).finish()?;
        let roots = if self.finds_roots { Roots::find(&posts)? } else { Roots::default() };
        Ok(match (posts, totals) {
            (Rows::Here(mut posts), Rows::Here(mut totals)) => {
                posts.iter_mut().for_each(|post| roots.tell(post));
                totals.iter_mut().for_each(|totals| totals.as_of = as_of);
                (posts, totals, None)
            }
            (posts, totals) => {
                let pages = Pages { posts, roots, totals, as_of, spans: self.spans };
                (Vec::new(), Vec::new(), Some(pages))
            }
        })
    }

    /// Adds to `carried` the kinds of facts that follow from the numbers themselves.
    fn tell_numbers(&mut self) {
        let of_posts = [
            (Count::Reach, FactKind::Reach),
            (Count::Impressions, FactKind::Impressions),
            (Count::Views, FactKind::Views),
        ];
        for (count, kind) in of_posts {
            if self.counted.contains(&count) {
                self.carried.insert(kind);
            }
        }
        let of_accounts = [
            (Count::EngagedFollowers, FactKind::EngagedTotals),
            (Count::Mentions, FactKind::Mentions),
        ];
        for (count, kind) in of_accounts {
            if self.account_totals.keys().any(|(_, of, ..)| *of == count) {
                self.carried.insert(kind);
            }
        }
        self.tell_people();
    }

    /// Adds to `carried` the kinds of facts that follow from what the people here show; those who
    /// were put aside have been asked.
    fn tell_people(&mut self) {
        let shows = |told: fn(&Traits) -> bool| self.people.values().any(|one| told(&one.traits));
        let active = shows(|traits| traits.last_post.is_some());
        let counted = shows(|traits| traits.followers.is_some() && traits.follows.is_some());
        self.carried.extend(active.then_some(FactKind::Activity));
        self.carried.extend(counted.then_some(FactKind::Traits));
    }

    /// Forgets times from ids that lie too far behind everything a server stated; answers how late
    /// one may be.
    fn drop_invented_times(&mut self) -> Option<DateTime<Utc>> {
        let newest = self.newest_fact().max(self.newest_stated)?;
        let limit = newest + times::clock_slack();
        for Sights { seen, .. } in self.follows.values_mut() {
            seen.since_by_id = seen.since_by_id.filter(|since| *since <= limit);
        }
        Some(limit)
    }

    /// How new the export is: when it was made or its newest fact, or else the newest time a server
    /// stated in it.
    fn as_of(&self, aside: Option<&Sorted>) -> Option<DateTime<Utc>> {
        let by_id = self.follows.values().filter_map(|sights| sights.seen.since_by_id).max();
        let aside = aside.and_then(Sorted::follows).map(|(_, last)| last.time());
        self.newest_fact().max(by_id).max(aside).max(self.made_at).or(self.newest_stated)
    }

    fn newest_fact(&self) -> Option<DateTime<Utc>> {
        let posts = self.spans.iter().flatten().map(|(_, last)| *last).max();
        let requests = self.requests.values().filter_map(|request| request.at).max();
        let periods = self.account_totals.keys().map(|(_, _, _, to)| *to).max();
        posts.max(self.newest_of_people()).max(requests).max(periods)
    }

    /// The newest time that a server stated of what somebody did.
    fn newest_of_people(&self) -> Option<DateTime<Utc>> {
        let interactions = self.interactions.values().map(|interaction| interaction.at).max();
        let follows = self.follows.values().filter_map(|sights| sights.seen.since).max();
        let aside = self.aside.as_ref().and_then(|aside| aside.newest);
        interactions.max(follows).max(aside)
    }
}

/// What was gathered.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub facts: Facts,
    /// Its people, where they were too many; then there are none in `facts`.
    pub crowd: Option<Sorted>,
    /// Its posts and their numbers, where they were too many; then there are none in `facts`.
    pub pages: Option<Pages>,
}

impl Gathered {
    /// Counts its posts.
    ///
    /// # Errors
    ///
    /// What the disk says, where they wait.
    pub(crate) fn count_posts(&self, of: impl Fn(&Post) -> bool) -> Result<u64, SourceError> {
        let mut count = self.facts.posts.iter().filter(|post| of(post)).count() as u64;
        if let Some(pages) = &self.pages {
            let counted = pages.each(&mut |page| {
                count += page.posts.iter().filter(|post| of(post)).count() as u64;
                Ok::<(), std::io::Error>(())
            });
            counted.map_err(SourceError::Unsorted)?;
        }
        Ok(count)
    }
}

/// Posts and their numbers, in memory or on pages.
type Posts = (Vec<Post>, Vec<PostTotals>, Option<Pages>);

impl Sights {
    /// A sight that holds for the whole export counts most.
    fn add(&mut self, seen: FollowSeen) {
        let known = &mut self.seen;
        known.since = known.since.max(seen.since);
        known.since_by_id = known.since_by_id.max(seen.since_by_id);
        known.seen_at = match (known.seen_at, seen.seen_at) {
            (Some(one), Some(other)) => Some(one.max(other)),
            _ => None,
        };
        self.first = [self.first, seen.seen_at].into_iter().flatten().min();
    }

    fn dated(&self, key: (PersonId, PersonId), as_of: DateTime<Utc>) -> Follow {
        let (follower, followed) = key;
        let Self { seen, first } = *self;
        let since = seen.since.or(seen.since_by_id);
        let seen_at = seen.seen_at.unwrap_or(as_of);
        let first_seen_at = first.unwrap_or(seen_at);
        Follow { follower, followed, since, first_seen_at, seen_at, left_at: None }
    }
}

fn stated(period: Period, value: u64, as_of: DateTime<Utc>) -> AccountTotals {
    let (account, count, from, to) = period;
    AccountTotals { account, count, from, to, value, as_of }
}

#[cfg(test)]
mod tests {
    use std::io;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        evidence::facts::{RequestState, Traits},
        model::SourceKind,
    };

    fn at(day: u32) -> DateTime<Utc> {
        format!("2024-01-{day:02}T00:00:00Z").parse().expect("a day")
    }

    fn us() -> PersonId {
        PersonId::stored("bluesky:us")
    }

    fn finished(gather: Gather) -> Facts {
        let origin = Origin { kind: SourceKind::BlueskyApi, account: "us".into() };
        let gathered = gather.finish(&us(), ProfileSeen::default(), origin).expect("no disk");
        gathered.expect("something has a time").facts
    }

    #[test]
    fn numbers_seen_twice_are_one_and_the_larger_counts() {
        use Count::{Likes, Saves, Views};
        let seen = |counts: &[(Count, Option<u64>)]| TotalsSeen {
            account: us(),
            at: at(1),
            counts: counts.iter().copied().collect(),
        };
        let mut gather = Gather::default();
        gather.post_totals("p", seen(&[(Likes, Some(5)), (Saves, None), (Views, None)]));
        gather.post_totals("p", seen(&[(Likes, Some(3)), (Saves, Some(0))]));
        gather.account_total((us(), Likes, at(1), at(3)), 7);
        gather.account_total((us(), Likes, at(1), at(3)), 6);
        let facts = finished(gather);
        let [post] = &facts.post_totals[..] else { panic!("{:?}", facts.post_totals) };
        let expected = Numbers::from([(Likes, Some(5)), (Saves, Some(0)), (Views, None)]);
        assert_eq!(post.counts, expected, "0 is a number, withheld is none");
        assert_eq!((post.as_of, facts.as_of), (at(3), Some(at(3))), "as new as the export");
        let values: Vec<u64> = facts.account_totals.iter().map(|total| total.value).collect();
        assert_eq!(values, [7]);
    }

    /// What an export tells of people, one thing after another.
    #[derive(Debug, Clone)]
    enum Told {
        Person(u8, Option<u8>, Option<u64>),
        Follow(u8, Option<u32>, Option<u32>, Option<u32>),
        Deed(u8, u8, u32),
        /// A post with the one that it answers, and whether the export tells its words.
        Post(u8, Option<u8>, bool),
        Number(u8, Option<u64>),
    }

    fn told() -> impl Strategy<Value = Told> {
        let day = || proptest::option::of(1..28_u32);
        prop_oneof![
            (0..6_u8, proptest::option::of(0..3_u8), proptest::option::of(0..3_u64))
                .prop_map(|(who, name, posts)| Told::Person(who, name, posts)),
            (0..6_u8, any::<bool>(), day()).prop_map(|(who, told, seen)| {
                Told::Follow(who, told.then_some(3 * u32::from(who) + 1), None, seen)
            }),
            // An id is of one record, so it tells one time.
            (6..9_u8, any::<bool>(), day()).prop_map(|(who, told, seen)| {
                Told::Follow(who, None, told.then_some(3 * u32::from(who)), seen)
            }),
            (0..6_u8, 0..4_u8, 1..20_u32).prop_map(|(who, what, day)| Told::Deed(who, what, day)),
            (0..8_u8, proptest::option::of(0..12_u8), any::<bool>())
                .prop_map(|(id, parent, words)| Told::Post(id, parent, words)),
            (0..8_u8, proptest::option::of(0..9_u64))
                .prop_map(|(id, likes)| Told::Number(id, likes)),
        ]
    }

    /// What was told, with `room` rows in memory.
    fn gathered(told: &[Told], room: usize) -> Facts {
        let person = |who: u8| PersonId::stored(format!("bluesky:{who}"));
        let mut gather = Gather {
            room: Room(room),
            posts: Runs::with_room(room),
            post_totals: Runs::with_room(room),
            finds_roots: true,
            ..Gather::of(&us())
        };
        // A post answers one only: that of the first sight.
        let mut parents: BTreeMap<u8, Option<u8>> = BTreeMap::new();
        gather.follow(us(), person(0), FollowSeen::default());
        for one in told {
            match one.clone() {
                Told::Person(who, name, posts) => {
                    let last_post = posts.map(|posts| at(posts as u32 + 1));
                    let (followers, follows) = (posts, posts);
                    let traits =
                        Traits { posts, followers, follows, last_post, ..Traits::default() };
                    let name = name.map(|name| name.to_string());
                    gather.person(Person { name, traits, ..Person::new(person(who), "x") });
                }
                Told::Follow(who, since, by_id, seen) => {
                    let [since, since_by_id, seen_at] = [since, by_id, seen].map(|day| day.map(at));
                    let seen = FollowSeen { since, since_by_id, seen_at };
                    gather.follow(person(who), us(), seen);
                }
                Told::Post(id, parent, words) => {
                    let parent = *parents.entry(id).or_insert(parent);
                    gather.post(Post {
                        parent: parent.map(|parent| format!("post {parent}").into()),
                        text: words.then(|| format!("words of {id}").into()),
                        question: words.then_some(false),
                        ..Post::new(format!("post {id}"), us(), at(u32::from(id) + 1))
                    });
                }
                Told::Number(id, likes) => {
                    let counts = Numbers::from([(Count::Likes, likes)]);
                    let seen = TotalsSeen { account: us(), at: at(u32::from(id) + 1), counts };
                    gather.post_totals(format!("post {id}"), seen);
                }
                Told::Deed(who, what, day) => gather.interaction(Interaction {
                    actor: person(who),
                    act: Act::Like,
                    object: what.to_string(),
                    account: us(),
                    at: at(day),
                }),
            }
        }
        gather.stated(Some(at(14)));
        gather.made_at = Some(at(28));
        let origin = Origin { kind: SourceKind::BlueskyApi, account: "us".into() };
        let gathered = gather.finish(&us(), ProfileSeen::default(), origin).expect("a disk");
        let Gathered { mut facts, crowd, pages } = gathered.expect("something has a time");
        crowd.into_iter().for_each(|crowd| {
            crowd.people(&mut |one| facts.add(one)).expect("a disk");
        });
        if let Some(pages) = pages {
            assert!(facts.posts.is_empty() && facts.post_totals.is_empty(), "they are on pages");
            let all: Result<(), io::Error> = pages.each(&mut |page| {
                facts.posts.extend(page.posts);
                facts.post_totals.extend(page.post_totals);
                Ok(())
            });
            all.expect("a disk");
        }
        facts.follows.sort_by(|one, other| one.follower.cmp(&other.follower));
        facts.people.iter_mut().for_each(|person| person.handle = "x".into());
        facts
    }

    proptest! {
        #[test]
        fn what_is_put_aside_is_the_same(told in prop::collection::vec(told(), 0..60), room in 1..9_usize) {
            prop_assert_eq!(gathered(&told, room), gathered(&told, usize::MAX));
        }
    }

    #[test]
    fn a_request_seen_twice_is_one_and_keeps_its_time() {
        let request = |at: Option<DateTime<Utc>>| Request {
            person: PersonId::stored("bluesky:ann"),
            account: us(),
            at,
            state: RequestState::Pending,
        };
        let mut gather = Gather::default();
        gather.request(request(None));
        gather.request(request(Some(at(2))));
        assert_eq!(finished(gather).requests, [request(Some(at(2)))]);
    }
}

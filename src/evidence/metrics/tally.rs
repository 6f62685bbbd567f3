//! What one look at the crowd finds: every sum over people that a formula asks for.
//!
//! ```text
//! Facts (own accounts, posts, lists) ─┐
//! Crowd (one person after another) ───┴─► Tally::take ──► sums, never people
//! ```
//!
//! Start reading at [`Tally::take`], then at [`Counting::see`], which is asked once a person.
//!
//! # Always true
//!
//! - Its memory grows with the conversations of the window and our own answers, not with followers
//!   or interactions, unless the people behind a number are asked for.
//! - No deed later than the window's end is counted; an account of the brand is never somebody.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    quality::{Quality, Screening},
    reached::{Reached, Reaching, Targets},
    reading::Span,
    staying,
    talks::matters_from,
};
use crate::{
    evidence::{
        facts::{Facts, Interaction, PersonId, Post, PostKind},
        interval::MostActive,
        scores::Signs,
        somebody::{Crowd, Deed, Following, Micros, Somebody, Stretch},
        span::widened,
    },
    model::{Brand, Window},
};

/// The longest window: a century. A longer one would leave the calendar's range.
const LONGEST_WINDOW_SECONDS: i64 = 100 * 366 * 86_400;

/// Who posted within this time is active.
const ACTIVE: TimeDelta = TimeDelta::days(90);

/// Which stretch of time is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// The length of the window, above 0.
    pub window_seconds: i64,
    /// Where it ends, UTC; without it, at the newest evidence.
    pub until: Option<DateTime<Utc>>,
    /// Whether the people behind the numbers are kept.
    pub explains: bool,
    /// Whether followers are screened.
    pub screens: bool,
}

/// The sums over everybody.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    pub window: Window,
    /// Whether those behind the numbers are asked for.
    pub explains: bool,
    /// The accounts of the brand, sorted.
    pub own: Vec<PersonId>,
    /// When the oldest engagement known happened: before it the exports tell nothing.
    pub inbound_begins: Option<DateTime<Utc>>,
    /// The first and last engagement in the window.
    pub inbound: Span,
    /// How many followers of each of our accounts are known by name at the window's end.
    pub followers_of: BTreeMap<PersonId, u64>,
    /// Distinct followers at the window's end who engaged in the window.
    pub engaged_followers: u64,
    /// People who engaged in the window before, and those of them who did in this one.
    pub before: u64,
    pub stayed: u64,
    pub activity: Activity,
    /// What the screen says of followers, if it was asked.
    pub quality: Quality,
    /// How many interactions each of the most active people made in the window.
    pub most_active: MostActive,
    /// Followers of our accounts between two complete lists, where there are two.
    pub lists: BTreeMap<PersonId, Listed>,
    pub ties: Ties,
    /// What came of the target list.
    pub reached: Reached,
    /// What others said to us that may belong to a conversation of the window.
    pub said: Vec<Interaction>,
    /// Those behind the numbers, if `explains`.
    pub faces: Vec<Face>,
}

/// Followers by when they posted last.
#[derive(Debug, Clone, Default)]
pub(super) struct Activity {
    /// Distinct followers at the window's end.
    pub followers: u64,
    /// Those of whom it is known when they posted last.
    pub known: u64,
    /// Those who posted in the 90 days before the window's end.
    pub active: u64,
    /// Those of the active who engaged in the window.
    pub engaged: u64,
}

/// The followers of one account between two complete lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listed {
    /// How new the two lists are.
    pub ends: (DateTime<Utc>, DateTime<Utc>),
    /// How many were on the first.
    pub first: u64,
    /// How many of these are not on the last.
    pub lost: u64,
    /// How many are on the last.
    pub last: u64,
}

/// With how many people there is which direction.
#[derive(Debug, Clone, Default)]
pub(super) struct Ties {
    pub theirs: u64,
    pub ours: u64,
    pub both: u64,
    /// How many we follow at the window's end, and how many of our followers are among them.
    pub follows: u64,
    pub mutual: u64,
    /// The last time with each of them: the first and last of these.
    pub last: Span,
}

/// Somebody behind the numbers.
#[derive(Debug, Clone)]
pub(super) struct Face {
    pub id: PersonId,
    /// How often they engaged in the window, and when last.
    pub deeds: u64,
    pub last: Option<DateTime<Utc>>,
    /// Whether they engaged in the window before.
    pub before: bool,
    /// Whether they follow us at the window's end, and we them.
    pub follows: bool,
    pub followed: bool,
    pub posted: Option<DateTime<Utc>>,
    /// When we wrote to them last in the window.
    pub ours: Option<DateTime<Utc>>,
    /// Whether they were on the first and the last list of an account, and when they had left.
    pub listed: Vec<(bool, bool, Option<DateTime<Utc>>)>,
    /// What the screen looks at, if they follow us and were screened.
    pub signs: Option<Signs>,
}

impl Face {
    /// Whether they posted in the 90 days before `end`.
    pub fn is_active(&self, end: DateTime<Utc>) -> bool {
        self.posted.is_some_and(|posted| posted > end - ACTIVE)
    }
}

impl Tally {
    /// Looks at everybody once; `None` if nothing says where the window ends.
    pub fn take<C: Crowd>(
        brand: &Brand,
        facts: &Facts,
        crowd: &C,
        look: Look,
    ) -> Result<Option<Self>, C::Error> {
        let window = window(facts.as_of, look.window_seconds, look.until);
        let Some(window) = window else { return Ok(None) };
        let (own, targets) = (own(facts, crowd)?, Targets::of(brand));
        let followed = Arc::new(followed(crowd, &own, window.to)?);
        let mut counting = Counting::new(facts, own, targets, window, look.explains);
        counting.tally.ties.follows = followed.len() as u64;
        counting.followed = followed;
        if look.screens {
            counting.screening = Screening::begin(facts, window.to);
        }
        let parts = crowd.side_by_side(&|stretch| counting.begin(stretch), &Counting::see)?;
        let all = parts.into_iter().map(Counting::end).reduce(Counting::join).unwrap_or(counting);
        Ok(Some(all.finish()))
    }
}

/// The window of so many seconds; `None` if nothing says where it ends.
///
/// - `as_of`: the newest evidence, UTC.
/// - `until`: where a person asked it to end, UTC.
pub(crate) fn window(
    as_of: Option<DateTime<Utc>>,
    seconds: i64,
    until: Option<DateTime<Utc>>,
) -> Option<Window> {
    let to = until.or(as_of)?;
    let length = TimeDelta::seconds(seconds.clamp(1, LONGEST_WINDOW_SECONDS));
    let from = to.checked_sub_signed(length).unwrap_or(DateTime::<Utc>::MIN_UTC);
    Some(Window { from, to, asked: until.is_some() })
}

/// The accounts of the brand: those with a profile, those addressed, those whose posts are counted.
pub(crate) fn own<C: Crowd>(facts: &Facts, crowd: &C) -> Result<Vec<PersonId>, C::Error> {
    let mut own = crowd.addressed()?;
    own.extend(facts.profiles.iter().map(|profile| profile.account.clone()));
    own.extend(facts.post_totals.iter().map(|totals| totals.account.clone()));
    own.sort_unstable();
    own.dedup();
    Ok(own)
}

/// Whom our accounts follow at `end`, in order.
fn followed<C: Crowd>(
    crowd: &C,
    own: &[PersonId],
    end: DateTime<Utc>,
) -> Result<Vec<String>, C::Error> {
    let mut followed = Vec::new();
    for account in own {
        let account = crowd.one(account)?;
        let now = account.follows.iter().filter(|one| one.held(end.into()));
        followed.extend(now.map(|one| account.account(one.account).as_str().to_owned()));
    }
    followed.sort_unstable();
    followed.dedup();
    Ok(followed)
}

/// The window in the store's time.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    from: Micros,
    to: Micros,
}

impl Bounds {
    fn of(window: Window) -> Self {
        Self { from: window.from.into(), to: window.to.into() }
    }

    /// As [`Window::holds`]: after its beginning, up to its end.
    fn holds(self, at: Micros) -> bool {
        self.from < at && at <= self.to
    }
}

/// What an account that people follow is to us.
#[derive(Debug, Clone)]
struct Account {
    id: PersonId,
    own: bool,
    /// How many follow it at the window's end.
    followers: u64,
    listed: Option<Listed>,
}

/// A tally in the making: of everybody, or of a stretch of the ids.
#[derive(Clone)]
struct Counting<'a> {
    stretch: Stretch,
    window: Bounds,
    before: Bounds,
    active_since: Micros,
    said_since: Micros,
    /// Our accounts and those to whom we replied, sorted, and how far the crowd has come in both.
    own_place: usize,
    ours: Vec<(&'a PersonId, DateTime<Utc>)>,
    ours_place: usize,
    /// Whom we follow, sorted, and how far the crowd has come there.
    followed: Arc<Vec<String>>,
    followed_place: usize,
    /// What our replies answer.
    answered: HashSet<&'a str>,
    accounts: Vec<Account>,
    begins: Option<Micros>,
    inbound: Option<(Micros, Micros)>,
    screening: Option<Screening>,
    reaching: Reaching<'a>,
    tally: Tally,
}

impl<'a> Counting<'a> {
    fn new(
        facts: &'a Facts,
        own: Vec<PersonId>,
        targets: Targets,
        window: Window,
        explains: bool,
    ) -> Self {
        let is_own = |person: &PersonId| own.binary_search(person).is_ok();
        let replies = || {
            let ours = facts.posts.iter().filter(|post| is_own(&post.author));
            ours.filter(|post| post.kind == PostKind::Reply && post.at <= window.to)
        };
        let since = matters_from(window);
        let recent = || replies().filter(|post| post.at >= since);
        let inside = || replies().filter(|post| window.holds(post.at));
        let to_whom = || {
            let others = |post: &'a Post| post.parent_author.as_ref().filter(|to| !is_own(to));
            inside().filter_map(move |post| Some((others(post)?, post.at)))
        };
        let mut ours: BTreeMap<&PersonId, DateTime<Utc>> = BTreeMap::new();
        for (to, at) in to_whom() {
            let last = ours.entry(to).or_insert(at);
            *last = at.max(*last);
        }
        let tally = Tally {
            window,
            explains,
            own: Vec::new(),
            inbound_begins: None,
            inbound: None,
            followers_of: BTreeMap::new(),
            engaged_followers: 0,
            before: 0,
            stayed: 0,
            activity: Activity::default(),
            quality: Quality::default(),
            most_active: MostActive::default(),
            lists: staying::lists(facts, &own, window),
            ties: Ties { ours: ours.len() as u64, ..Ties::default() },
            reached: Reached::default(),
            said: Vec::new(),
            faces: Vec::new(),
        };
        Self {
            stretch: Stretch::default(),
            window: Bounds::of(window),
            before: Bounds::of(window.before()),
            active_since: (window.to - ACTIVE).into(),
            said_since: since.into(),
            own_place: 0,
            ours: ours.into_iter().collect(),
            ours_place: 0,
            reaching: Reaching::begin(targets, window, to_whom()),
            followed: Arc::default(),
            followed_place: 0,
            answered: recent().filter_map(|post| post.parent.as_deref()).collect(),
            accounts: Vec::new(),
            begins: None,
            inbound: None,
            screening: None,
            tally: Tally { own, ..tally },
        }
    }

    /// The same for a stretch, with nobody seen.
    fn begin(&self, stretch: &Stretch) -> Self {
        let mut part = Self { stretch: stretch.clone(), ..self.clone() };
        if let Some(from) = stretch.from.as_deref() {
            part.own_place = self.tally.own.partition_point(|own| own.as_str() < from);
            part.ours_place = self.ours.partition_point(|(person, _)| person.as_str() < from);
            part.followed_place = self.followed.partition_point(|id| id.as_str() < from);
        }
        part
    }

    /// Adds one person.
    fn see(&mut self, somebody: &Somebody) {
        self.meet(somebody.accounts());
        let oldest = somebody.deeds.iter().map(|deed| deed.at).min();
        self.begins = self.begins.into_iter().chain(oldest).min();
        if self.is_own(somebody.id()) {
            return;
        }
        let deeds = self.deeds(somebody);
        // Every follow is counted, whether one before it was of us or not.
        let follows = somebody.follows.iter().filter(|one| self.follow(one)).count() > 0;
        self.people(&deeds, follows);
        self.activity(somebody, &deeds, follows);
        let ours = self.tie(somebody.id(), &deeds);
        self.reaching.see(somebody);
        let followed = self.is_followed(somebody.id());
        self.tally.ties.mutual += u64::from(follows && followed);
        let signs = self.screen(somebody, followed);
        if self.tally.explains {
            self.keep(somebody, &deeds, (follows, followed), ours, signs);
        }
    }

    /// Puts somebody to the screen, if it was asked for; answers with their signs if they follow us.
    fn screen(&mut self, somebody: &Somebody, followed: bool) -> Option<Signs> {
        let accounts = &self.accounts;
        let is_own = |place| accounts.get(place as usize).is_some_and(|account| account.own);
        self.screening.as_mut()?.see(somebody, followed, is_own)
    }

    /// Learns what the accounts are that came up with this person.
    fn meet(&mut self, accounts: &[PersonId]) {
        for account in accounts.iter().skip(self.accounts.len()) {
            let own = self.tally.own.binary_search(account).is_ok();
            let listed = self.tally.lists.get(account).copied();
            self.accounts.push(Account { id: account.clone(), own, followers: 0, listed });
        }
    }

    fn is_own(&mut self, id: &str) -> bool {
        let own = &self.tally.own;
        while own.get(self.own_place).is_some_and(|one| one.as_str() < id) {
            self.own_place += 1;
        }
        own.get(self.own_place).is_some_and(|one| one.as_str() == id)
    }

    /// Whether we follow the next person of the crowd.
    fn is_followed(&mut self, id: &str) -> bool {
        while self.followed.get(self.followed_place).is_some_and(|one| one.as_str() < id) {
            self.followed_place += 1;
        }
        self.followed.get(self.followed_place).is_some_and(|one| one == id)
    }

    fn deeds(&mut self, somebody: &Somebody) -> Deeds {
        let mut deeds = Deeds::default();
        for deed in &somebody.deeds {
            if self.window.holds(deed.at) {
                deeds.now += 1;
                deeds.last = deeds.last.max(Some(deed.at));
                self.inbound = widened(self.inbound, deed.at);
            }
            deeds.before |= self.before.holds(deed.at);
            if deed.act.opens_conversation() {
                self.hear(somebody, deed);
            }
        }
        deeds
    }

    /// Keeps what they said, if it can matter to a conversation of the window: since the silence
    /// before it, or answered by us since then.
    fn hear(&mut self, somebody: &Somebody, deed: &Deed) {
        let recent = deed.at >= self.said_since || self.answered.contains(somebody.object(deed));
        if recent && deed.at <= self.window.to {
            self.tally.said.push(somebody.interaction(deed));
        }
    }

    /// Counts a follow; answers whether it is one of us that holds at the window's end.
    fn follow(&mut self, one: &Following) -> bool {
        let Some(account) = self.accounts.get_mut(one.account as usize) else { return false };
        if let Some(listed) = &mut account.listed {
            let (first, last) = stood(one, listed.ends);
            listed.first += u64::from(first);
            listed.last += u64::from(last);
            listed.lost += u64::from(first && !last);
        }
        let holds = account.own && one.held(self.window.to);
        account.followers += u64::from(holds);
        holds
    }

    fn people(&mut self, deeds: &Deeds, follows: bool) {
        let tally = &mut self.tally;
        tally.engaged_followers += u64::from(follows && deeds.now > 0);
        tally.before += u64::from(deeds.before);
        tally.stayed += u64::from(deeds.before && deeds.now > 0);
        if deeds.now > 0 {
            tally.most_active.add(deeds.now);
        }
    }

    fn activity(&mut self, somebody: &Somebody, deeds: &Deeds, follows: bool) {
        if !follows {
            return;
        }
        let activity = &mut self.tally.activity;
        activity.followers += 1;
        if let Some(posted) = somebody.traits().last_post {
            let active = Micros::from(posted) > self.active_since;
            activity.known += 1;
            activity.active += u64::from(active);
            activity.engaged += u64::from(active && deeds.now > 0);
        }
    }

    /// Counts the directions; answers when we wrote to them last in the window.
    fn tie(&mut self, id: &str, deeds: &Deeds) -> Option<DateTime<Utc>> {
        while let Some((person, at)) = self.ours.get(self.ours_place).copied() {
            if person.as_str() > id {
                break;
            }
            self.ours_place += 1;
            if person.as_str() == id {
                self.tally.ties.theirs += u64::from(deeds.now > 0);
                self.tally.ties.both += u64::from(deeds.now > 0);
                self.tally.ties.add(deeds.last.map_or(at, |last| last.time().max(at)));
                return Some(at);
            }
            self.only_ours(person, at);
        }
        if let Some(last) = deeds.last {
            self.tally.ties.theirs += 1;
            self.tally.ties.add(last.time());
        }
        None
    }

    /// Somebody to whom we wrote and of whom the crowd knows nothing.
    fn only_ours(&mut self, person: &PersonId, at: DateTime<Utc>) {
        self.tally.ties.add(at);
        if self.tally.explains {
            self.tally.faces.push(Face { ours: Some(at), ..Face::of(person.clone()) });
        }
    }

    fn keep(
        &mut self,
        somebody: &Somebody,
        deeds: &Deeds,
        (follows, followed): (bool, bool),
        ours: Option<DateTime<Utc>>,
        signs: Option<Signs>,
    ) {
        let lists = somebody.follows.iter().filter_map(|one| {
            let listed = self.accounts.get(one.account as usize)?.listed?;
            let (first, last) = stood(one, listed.ends);
            Some((first, last, one.left_at.map(Micros::time)))
        });
        self.tally.faces.push(Face {
            deeds: deeds.now,
            last: deeds.last.map(Micros::time),
            before: deeds.before,
            follows,
            followed,
            posted: somebody.traits().last_post,
            ours,
            listed: lists.collect(),
            signs,
            ..Face::of(somebody.person_id())
        });
    }

    /// Adds those to whom we wrote behind the last whom the crowd knows.
    fn end(mut self) -> Self {
        while let Some((person, at)) = self.ours.get(self.ours_place).copied() {
            if self.stretch.ends_before(person.as_str()) {
                break;
            }
            self.ours_place += 1;
            self.only_ours(person, at);
        }
        self
    }

    /// Adds the stretch behind this one.
    fn join(mut self, next: Self) -> Self {
        self.begins = self.begins.into_iter().chain(next.begins).min();
        self.inbound =
            next.inbound.into_iter().flat_map(|(a, b)| [a, b]).fold(self.inbound, widened);
        for account in next.accounts {
            match self.accounts.iter_mut().find(|one| one.id == account.id) {
                Some(known) => known.add(&account),
                None => self.accounts.push(account),
            }
        }
        self.screening = match (self.screening, next.screening) {
            (Some(one), Some(other)) => Some(one.join(other)),
            (one, other) => one.or(other),
        };
        self.reaching.join(next.reaching);
        self.tally.add(next.tally);
        self
    }

    fn finish(self) -> Tally {
        let mut tally = self.tally;
        tally.reached = self.reaching.finish();
        tally.quality = self.screening.map(Screening::finish).unwrap_or_default();
        tally.inbound_begins = self.begins.map(Micros::time);
        tally.inbound = self.inbound.map(|(first, last)| (first.time(), last.time()));
        for Account { id, followers, listed, own: _ } in self.accounts {
            if let Some(listed) = listed {
                tally.lists.insert(id.clone(), listed);
            }
            if followers > 0 {
                tally.followers_of.insert(id, followers);
            }
        }
        tally
    }
}

impl Account {
    fn add(&mut self, other: &Account) {
        self.followers += other.followers;
        if let (Some(listed), Some(other)) = (&mut self.listed, other.listed) {
            listed.first += other.first;
            listed.lost += other.lost;
            listed.last += other.last;
        }
    }
}

impl Tally {
    /// Adds the sums of others; what is not summed over people is the same in both.
    fn add(&mut self, other: Tally) {
        self.engaged_followers += other.engaged_followers;
        self.before += other.before;
        self.stayed += other.stayed;
        self.activity.add(&other.activity);
        self.most_active.join(other.most_active);
        self.ties.theirs += other.ties.theirs;
        self.ties.both += other.ties.both;
        self.ties.mutual += other.ties.mutual;
        other.ties.last.into_iter().for_each(|(first, last)| {
            self.ties.add(first);
            self.ties.add(last);
        });
        self.said.extend(other.said);
        self.faces.extend(other.faces);
    }
}

impl Activity {
    fn add(&mut self, other: &Activity) {
        self.followers += other.followers;
        self.known += other.known;
        self.active += other.active;
        self.engaged += other.engaged;
    }
}

/// What one person did.
#[derive(Debug, Default)]
struct Deeds {
    /// How often in the window, and when last.
    now: u64,
    last: Option<Micros>,
    /// Whether in the window before.
    before: bool,
}

impl Ties {
    fn add(&mut self, at: DateTime<Utc>) {
        self.last = widened(self.last, at);
    }

    /// With how many people there was either direction.
    pub fn any(&self) -> u64 {
        self.theirs + self.ours - self.both
    }
}

impl Face {
    fn of(id: PersonId) -> Self {
        Self {
            id,
            deeds: 0,
            last: None,
            before: false,
            follows: false,
            followed: false,
            posted: None,
            ours: None,
            listed: Vec::new(),
            signs: None,
        }
    }
}

/// Whether somebody was on each of two complete lists.
fn stood(one: &Following, ends: (DateTime<Utc>, DateTime<Utc>)) -> (bool, bool) {
    let since = one.since.unwrap_or(one.first_seen_at).min(one.first_seen_at);
    let at = |end: DateTime<Utc>| {
        let end = Micros::from(end);
        since <= end && one.left_at.is_none_or(|left| left > end)
    };
    (at(ends.0), at(ends.1))
}

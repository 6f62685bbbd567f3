//! What judging one person needs beside their own rows.
//!
//! Start reading at [`Context::look`], which takes one look at the crowd.
//!
//! # Always true
//!
//! - It holds no row a person: sums, our own posts and replies, and the accounts that we follow.
//! - Nothing later than the end of a [`Moment`] is looked at when that moment is judged.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Relation,
    burst::{Arrivals, Bursts},
};
use crate::{
    evidence::{
        facts::{Facts, PersonId, Post, PostKind, RequestState},
        metrics::tally,
        somebody::{Crowd, Following, Micros, Somebody},
        topics::Topics,
    },
    model::{Brand, FactKind, Window},
};

/// How many windows before the present one a band remembers.
const PAST_WINDOWS: usize = 2;
/// The longest window: a century.
const LONGEST_WINDOW_SECONDS: i64 = 100 * 366 * 86_400;

/// What the sources of one platform hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Told {
    /// Who engaged, by name.
    pub inbound: bool,
    /// Every conversation that others opened, and our answers.
    pub talks: bool,
}

/// One window, and the sums over everybody in it.
#[derive(Debug)]
pub struct Moment<'a> {
    /// The window; its end is the moment of the judgement.
    pub window: Window,
    /// How many followers engaged in it.
    pub engaged_followers: u64,
    /// Whether engagement is known of the whole window, so that silence is silence.
    pub(crate) whole: bool,
    /// Our posts in it that others can like and share.
    pub(crate) posts: HashSet<&'a str>,
    /// The pillars that they are on; absent if their words are not known.
    pub(super) pillars: Option<HashSet<String>>,
}

/// A brand and its surroundings.
#[derive(Debug)]
pub struct Context<'a> {
    /// The brand.
    pub brand: &'a Brand,
    /// The present window, then those before it; never empty.
    moments: Vec<Moment<'a>>,
    /// Our accounts, sorted.
    own: Vec<PersonId>,
    /// Accounts that we follow.
    followed: HashSet<String>,
    /// People whose request nobody has answered.
    asking: HashSet<&'a str>,
    /// What others wrote, by address.
    others: HashMap<&'a str, &'a Post>,
    /// Our replies by the address of what they answer.
    pub(super) replies_to_post: HashMap<&'a str, Vec<&'a Post>>,
    /// Our replies by the person whom they answer.
    pub(super) replies_to_person: HashMap<&'a str, Vec<&'a Post>>,
    /// How new the oldest complete list of an account's followers is.
    first_lists: HashMap<&'a PersonId, Micros>,
    /// Whether an account of ours was listed in full in the window, and earlier as well.
    pub(super) listed_twice: bool,
    /// Whether any follow says since when.
    pub(super) tells_since: bool,
    /// Days on which very many began to follow; absent if nobody can tell.
    bursts: Option<Bursts>,
    /// What the sources of each platform tell, by its name.
    told: BTreeMap<String, Told>,
    /// What the brand talks about.
    topics: Topics,
}

impl<'a> Context<'a> {
    /// Looks at everybody once; `None` if no fact has a date.
    ///
    /// - `facts`: all facts of the brand; its people, follows and interactions are not looked at,
    ///   those of `crowd` are.
    /// - `window_seconds`: the length of the measuring window, above 0.
    /// - `until`: the moment of the judgement, UTC; without it, the newest evidence.
    ///
    /// # Errors
    ///
    /// Why the crowd cannot be shown.
    pub fn look<C: Crowd>(
        brand: &'a Brand,
        facts: &'a Facts,
        crowd: &C,
        window_seconds: i64,
        until: Option<DateTime<Utc>>,
    ) -> Result<Option<Self>, C::Error> {
        let Some(to) = until.or(facts.as_of) else { return Ok(None) };
        let length = TimeDelta::seconds(window_seconds.clamp(1, LONGEST_WINDOW_SECONDS));
        let from = to.checked_sub_signed(length).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let window = Window { from, to, asked: until.is_some() };
        let mut context = Self::of_posts(brand, facts, tally::own(facts, crowd)?, window);
        let (mut arrivals, mut begins) = (Arrivals::default(), None);
        crowd.each(&mut |somebody| context.see(somebody, &mut arrivals, &mut begins))?;
        context.tells_since = !arrivals.is_empty();
        context.bursts = arrivals.bursts();
        for moment in &mut context.moments {
            // Within the first day, silence is as likely as a short export.
            let late = Micros::from(moment.window.from + TimeDelta::days(1));
            moment.whole = begins.is_some_and(|begins| begins <= late);
        }
        Ok(Some(context))
    }

    /// What our own posts and replies tell.
    fn of_posts(brand: &'a Brand, facts: &'a Facts, own: Vec<PersonId>, window: Window) -> Self {
        let is_own = |person: &PersonId| own.binary_search(person).is_ok();
        let known = || facts.posts.iter().filter(|post| post.at <= window.to);
        let others: HashMap<&str, &Post> =
            known().filter(|post| !is_own(&post.author)).map(|post| (&*post.id, post)).collect();
        let mut replies_to_post: HashMap<&str, Vec<&Post>> = HashMap::new();
        let mut replies_to_person: HashMap<&str, Vec<&Post>> = HashMap::new();
        let ours = || known().filter(|post| is_own(&post.author));
        for reply in ours().filter(|post| post.kind == PostKind::Reply) {
            let parent = reply.parent.as_deref();
            if let Some(parent) = parent {
                replies_to_post.entry(parent).or_default().push(reply);
            }
            let saved = parent.and_then(|parent| others.get(parent)).map(|post| &post.author);
            let author = saved.or(reply.parent_author.as_ref()).filter(|author| !is_own(author));
            if let Some(author) = author {
                replies_to_person.entry(author.as_str()).or_default().push(reply);
            }
        }
        let published: Vec<&Post> = ours().filter(|post| is_published(post)).collect();
        let topics = Topics::new(&brand.charter.pillars, &brand.languages);
        let moment = |window| Moment::of(window, &published, &topics);
        let moments = windows(window).map(moment).collect();
        let pending = facts.requests.iter().filter(|one| one.state == RequestState::Pending);
        let (mut first_lists, mut listed_twice) = (HashMap::new(), false);
        for (account, at) in &facts.complete_lists {
            // In order of account and time: the first of an account stays.
            let first = *first_lists.entry(account).or_insert(Micros::from(*at));
            listed_twice |= first < Micros::from(*at) && window.holds(*at);
        }
        Self {
            brand,
            moments,
            followed: HashSet::new(),
            asking: pending.map(|request| request.person.as_str()).collect(),
            others,
            replies_to_post,
            replies_to_person,
            first_lists,
            listed_twice,
            tells_since: false,
            bursts: None,
            told: told(facts),
            topics,
            own,
        }
    }

    /// Adds one person to the sums.
    fn see(&mut self, somebody: &Somebody, arrivals: &mut Arrivals, begins: &mut Option<Micros>) {
        let oldest = somebody.deeds.iter().map(|deed| deed.at).min();
        *begins = begins.iter().copied().chain(oldest).min();
        if self.is_own(somebody.id()) {
            let end = self.now().end();
            let theirs = somebody.follows.iter().filter(|one| one.held(end));
            let followed = theirs.map(|one| somebody.account(one.account).as_str().to_owned());
            self.followed.extend(followed);
            return;
        }
        for since in self.follows_of_us(somebody).filter_map(|one| one.since) {
            arrivals.add(since);
        }
        for place in 0..self.moments.len() {
            let moment = &self.moments[place];
            let follows = self.follows_of_us(somebody).any(|one| one.held(moment.end()));
            let counts = follows && moment.engaged(somebody);
            self.moments[place].engaged_followers += u64::from(counts);
        }
    }

    /// The present moment.
    pub fn now(&self) -> &Moment<'a> {
        self.moments.first().expect("`of_posts` makes the present window")
    }

    /// The moment of the window before.
    pub(super) fn before(&self) -> &Moment<'a> {
        self.moments.get(1).expect("`windows` gives past ones")
    }

    /// The moments before the present one, the oldest first.
    pub(super) fn past(&self) -> impl Iterator<Item = &Moment<'a>> {
        self.moments.iter().skip(1).rev()
    }

    /// Whether `id` is an account of the brand.
    pub fn is_own(&self, id: &str) -> bool {
        self.own.binary_search_by(|own| own.as_str().cmp(id)).is_ok()
    }

    /// Somebody's follows of our accounts, past ones too.
    pub(super) fn follows_of_us<'b>(
        &'b self,
        somebody: &'b Somebody,
    ) -> impl Iterator<Item = &'b Following> {
        let follows = somebody.follows.iter();
        follows.filter(|one| self.is_own(somebody.account(one.account).as_str()))
    }

    /// How somebody stood to us at `moment`; `None` for our own accounts.
    pub fn relation(&self, somebody: &Somebody, moment: &Moment) -> Option<Relation> {
        if self.is_own(somebody.id()) {
            return None;
        }
        let end = moment.end();
        Some(Relation {
            follows: self.follows_of_us(somebody).any(|one| one.held(end)),
            followed: self.followed.contains(somebody.id()),
            asks: self.asking.contains(somebody.id()),
            engaged: somebody.deeds.iter().any(|deed| deed.at <= end),
        })
    }

    /// Since when somebody follows us, if it is told; the oldest of several.
    pub(crate) fn since(&self, somebody: &Somebody, moment: &Moment) -> Option<Micros> {
        let holding = self.follows_of_us(somebody).filter(|one| one.held(moment.end()));
        holding.filter_map(|one| one.since).min()
    }

    /// Whether that moment lies in a burst of follows; `None` where nobody can tell.
    pub(crate) fn in_burst(&self, since: Micros) -> Option<bool> {
        Some(self.bursts.as_ref()?.holds(since))
    }

    /// How new the first complete list of an account's followers is.
    pub(super) fn first_list(&self, account: &PersonId) -> Option<Micros> {
        self.first_lists.get(account).copied()
    }

    /// What somebody else wrote, if it was saved.
    pub(crate) fn written(&self, address: &str) -> Option<&'a Post> {
        self.others.get(address).copied()
    }

    /// The pillars that the words of a post are on; `None` if its words are not known, or there is
    /// no pillar.
    pub(super) fn pillars_of(&self, post: &Post) -> Option<Vec<&str>> {
        let words = post.text.as_deref().filter(|_| !self.brand.charter.pillars.is_empty())?;
        Some(self.topics.found_in(words, post.language))
    }

    /// The same of somebody else's post at an address.
    pub(crate) fn pillars_at(&self, address: &str) -> Option<Vec<&str>> {
        self.pillars_of(self.written(address)?)
    }

    /// Whether some words are on a pillar; `None` if there is no pillar.
    pub(crate) fn on_a_pillar(&self, words: &str) -> Option<bool> {
        (!self.brand.charter.pillars.is_empty()).then(|| self.topics.touches(words, None))
    }

    /// What the sources of somebody's platform tell.
    pub(crate) fn told(&self, id: &str) -> Told {
        let platform = id.split_once(':').map_or(id, |(platform, _)| platform);
        self.told.get(platform).copied().unwrap_or_default()
    }
}

impl<'a> Moment<'a> {
    fn of(window: Window, published: &[&'a Post], topics: &Topics) -> Self {
        let inside = || published.iter().filter(|post| window.holds(post.at));
        let posts = inside().map(|post| &*post.id).collect();
        let mut pillars: Option<HashSet<String>> = None;
        for post in inside() {
            let Some(words) = &post.text else { continue };
            let found = topics.found_in(words, post.language);
            pillars.get_or_insert_default().extend(found.into_iter().map(str::to_owned));
        }
        Self { window, engaged_followers: 0, whole: false, posts, pillars }
    }

    /// Its end in the store's time.
    pub(super) fn end(&self) -> Micros {
        self.window.to.into()
    }

    /// Whether somebody did something in its window.
    pub(super) fn engaged(&self, somebody: &Somebody) -> bool {
        let (from, to) = (Micros::from(self.window.from), self.end());
        somebody.deeds.iter().any(|deed| from < deed.at && deed.at <= to)
    }
}

/// The window and those before it.
fn windows(window: Window) -> impl Iterator<Item = Window> {
    std::iter::successors(Some(window), |window| Some(window.before())).take(1 + PAST_WINDOWS)
}

/// Whether a post of ours is one that others can like and share.
fn is_published(post: &Post) -> bool {
    match post.kind {
        PostKind::Original | PostKind::SelfThread => true,
        PostKind::Reply | PostKind::Repost => false,
    }
}

/// What the sources of each platform tell, by its name.
pub(crate) fn told(facts: &Facts) -> BTreeMap<String, Told> {
    let mut told: BTreeMap<String, Told> = BTreeMap::new();
    for origin in &facts.origins {
        let carries = |kind| facts.carried.contains(&kind) && origin.kind.carries().contains(&kind);
        let platform = told.entry(origin.kind.platform().to_string()).or_default();
        platform.inbound |= carries(FactKind::Inbound);
        platform.talks |= carries(FactKind::Conversations);
    }
    told
}

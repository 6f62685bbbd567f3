//! The parts of both scores, one function each.
//!
//! Start reading at [`View::gives`] and [`View::gains`]; weights and formulas in words stand at
//! [`Feature`].

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Relation,
    context::{Context, Moment, Told},
    score::{Because, Feature, Found, Score},
    screen::Signs,
};
use crate::evidence::{
    facts::Act,
    language::Language,
    metrics::talks::{Side, Talk, Turn},
    somebody::{Deed, Micros, Somebody},
};

/// After so many days a deed counts half.
const HALF_LIFE_DAYS: f64 = 45.0;
/// So many likes a day count, no more.
const LIKES_A_DAY: usize = 3;
/// From so many turns on a conversation goes back and forth.
const BACK_AND_FORTH_TURNS: usize = 3;
/// Questions older than this are no longer waited for.
pub(crate) const ASKS: TimeDelta = TimeDelta::days(90);
/// Microseconds of a day.
const DAY: i64 = 86_400 * 1_000_000;

const NOT_TOLD: &str = "no export tells who engaged";
const NOT_WHOLE: &str = "engagement is known of a part of the window only";
const NO_TALKS: &str = "no export holds conversations";
const NO_WORDS: &str = "too few words of theirs are kept";
const NO_PILLARS: &str = "no post of ours in the window has known words";
/// So many of their newest posts are looked at.
const NEWEST: usize = 50;
/// From so many posts with known words on it is said what somebody writes about.
const FEWEST: usize = 3;

/// One person as the formulas see them.
pub(super) struct View<'v> {
    context: &'v Context<'v>,
    moment: &'v Moment<'v>,
    somebody: &'v Somebody,
    relation: Relation,
    talks: &'v [Talk<'v>],
    told: Told,
    end: Micros,
}

impl<'v> View<'v> {
    pub fn of(
        context: &'v Context<'v>,
        moment: &'v Moment<'v>,
        somebody: &'v Somebody,
        relation: Relation,
        talks: &'v [Talk<'v>],
    ) -> Self {
        let told = context.told(somebody.id());
        Self { context, moment, somebody, relation, talks, told, end: moment.end() }
    }

    /// What they give us.
    pub fn gives(&self) -> Score {
        Score::of([
            self.engagement(),
            self.conversation(),
            self.relevance(),
            self.amplification(),
            self.reachability(),
            self.tenure(),
        ])
    }

    /// What they gain from us.
    pub fn gains(&self) -> Score {
        Score::of([
            self.open_asks(),
            self.topical_need(),
            self.attention_owed(),
            self.reading(),
            self.lift(),
            self.language(),
        ])
    }

    /// What the screen looks at.
    pub fn signs(&self) -> Signs {
        let since = self.context.since(self.somebody, self.moment);
        let engaged = match (self.relation.engaged, self.told.inbound && self.moment.whole) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        };
        Signs {
            followed_since: since.map(Micros::time),
            in_burst: since.and_then(|since| self.context.in_burst(since)),
            engaged,
            replied: self.deeds().any(|deed| deed.act == Act::Reply),
            followed: self.relation.followed,
            created: self.somebody.made(),
            ..Signs::of(self.somebody.traits(), self.moment.window.to)
        }
    }

    /// How they stand to us.
    pub fn relation(&self) -> Relation {
        self.relation
    }

    /// How many days ago they did something last; absent if they never did.
    pub fn last_deed_days(&self) -> Option<i64> {
        self.deeds().map(|deed| (self.end.0 - deed.at.0) / DAY).min()
    }

    /// What they did up to the end.
    fn deeds(&self) -> impl Iterator<Item = &'v Deed> {
        let end = self.end;
        self.somebody.deeds.iter().filter(move |deed| deed.at <= end)
    }

    /// Why nothing can be said of what they did; `None` if something can.
    ///
    /// Who did something is known to have done so; silence is known where all would be.
    pub(super) fn not_told(&self) -> Option<Because> {
        match (self.told.inbound, self.moment.whole, self.relation.engaged) {
            (false, _, _) => Some(Because::Unknown(NOT_TOLD)),
            (true, false, false) => Some(Because::Unknown(NOT_WHOLE)),
            (true, true, _) | (true, _, true) => None,
        }
    }

    /// As [`View::not_told`], for what only conversations tell.
    fn no_talks(&self) -> Option<Because> {
        let none = (!self.told.talks).then_some(Because::Unknown(NO_TALKS));
        none.or_else(|| self.not_told())
    }

    fn engagement(&self) -> Found {
        let feature = Feature::Engagement;
        if let Some(why) = self.not_told() {
            return (feature, None, why);
        }
        let acts = self.acts();
        let mut weighed = self.weighed();
        // Added in one order, whatever the order of the rows.
        weighed.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
        let energy = weighed.iter().map(|(at, weight)| {
            let days = (self.end.0 - at.0) as f64 / DAY as f64;
            weight * 0.5_f64.powf(days / HALF_LIFE_DAYS)
        });
        (feature, Some(1.0 - (-energy.sum::<f64>() / 4.0).exp()), acts)
    }

    /// How often they did what.
    fn acts(&self) -> Because {
        let (mut words, mut mentions, mut shares, mut likes) = (0, 0, 0, 0);
        for deed in self.deeds() {
            match deed.act {
                Act::Reply | Act::Quote => words += 1,
                Act::Mention => mentions += 1,
                Act::Repost => shares += 1,
                Act::Like => likes += 1,
            }
        }
        Because::Acts { words, mentions, shares, likes }
    }

    /// Every deed that counts, with what it weighs fresh.
    fn weighed(&self) -> Vec<(Micros, f64)> {
        let mut weighed: Vec<(Micros, f64)> = Vec::new();
        let mut liked: Vec<Micros> = Vec::new();
        for deed in self.deeds() {
            match deed.act {
                Act::Reply | Act::Quote => weighed.push((deed.at, 3.0)),
                Act::Mention | Act::Repost => weighed.push((deed.at, 2.0)),
                Act::Like => liked.push(deed.at),
            }
        }
        liked.sort_unstable();
        let day = |at: &Micros| at.0.div_euclid(DAY);
        for likes in liked.chunk_by(|one, other| day(one) == day(other)) {
            weighed.extend(likes.iter().rev().take(LIKES_A_DAY).map(|at| (*at, 1.0)));
        }
        weighed
    }

    fn conversation(&self) -> Found {
        let feature = Feature::Conversation;
        if let Some(why) = self.no_talks() {
            return (feature, None, why);
        }
        let turns = |talk: &Talk| talk.turns.chunk_by(|one, other| one.side == other.side).count();
        let deep = self.talks.iter().filter(|talk| turns(talk) >= BACK_AND_FORTH_TURNS).count();
        let because = Because::Counted(deep as u32, "conversations of 3 turns or more");
        (feature, Some((deep as f64 / 3.0).min(1.0)), because)
    }

    fn amplification(&self) -> Found {
        let feature = Feature::Amplification;
        if let Some(why) = self.not_told() {
            return (feature, None, why);
        }
        let mut touched: HashSet<&str> = HashSet::new();
        let (mut shares, mut quotes) = (0_u32, 0_u32);
        for deed in self.deeds() {
            match deed.act {
                Act::Like => drop(touched.insert(self.somebody.object(deed))),
                Act::Repost => {
                    shares += 1;
                    touched.insert(self.somebody.object(deed));
                }
                Act::Quote => quotes += 1,
                Act::Reply | Act::Mention => {}
            }
        }
        let (shares, touched) = (shares + quotes, touched.len() as u32 + quotes);
        let because = Because::OutOf(shares, touched, "posts that they touched shared");
        if shares == 0 {
            return (feature, Some(0.0), because);
        }
        let Some(followers) = self.somebody.traits().followers else {
            return (feature, None, Because::Unknown("nobody tells how many follow them"));
        };
        let often = (10.0 * f64::from(shares) / f64::from(touched)).min(1.0);
        let far = ((1.0 + followers as f64).log10() / 5.0).min(1.0);
        (feature, Some(often * far), because)
    }

    pub(super) fn reachability(&self) -> Found {
        let feature = Feature::Reachability;
        let end = self.moment.window.to;
        let wrote = |deed: &&Deed| match deed.act {
            Act::Reply | Act::Mention | Act::Quote => true,
            Act::Like | Act::Repost => false,
        };
        let to_us = self.deeds().filter(wrote).map(|deed| deed.at.time()).max();
        let stated = self.somebody.traits().last_post.filter(|posted| *posted <= end);
        let days = |at: DateTime<Utc>| (end - at).num_days().max(0);
        match (stated.max(to_us), stated.is_some()) {
            // What they wrote to us shows that they are there, not that they are gone.
            (Some(at), known) if known || days(at) <= 30 => {
                let share = match days(at) {
                    ..=30 => 1.0,
                    31..=90 => 0.6,
                    91..=180 => 0.3,
                    181.. => 0.0,
                };
                (feature, Some(share), Because::Days(days(at) as u32, "posted"))
            }
            (_, _) => (feature, None, Because::Unknown("nobody tells when they posted last")),
        }
    }

    fn tenure(&self) -> Found {
        let feature = Feature::Tenure;
        let Some(since) = self.context.since(self.somebody, self.moment) else {
            return (feature, None, Because::Unknown("nobody tells since when they follow"));
        };
        let days = ((self.end.0 - since.0) / DAY).max(0);
        let months = days as f64 / (365.25 / 12.0);
        (feature, Some((months / 12.0).min(1.0)), Because::Days(days as u32, "followed"))
    }

    /// The pillars that their newest posts to us are on, a list a post whose words are kept.
    fn written(&self) -> Vec<Vec<&'v str>> {
        let mut posts: Vec<_> = self
            .deeds()
            .filter(|deed| match deed.act {
                Act::Reply | Act::Mention | Act::Quote => true,
                Act::Like | Act::Repost => false,
            })
            .map(|deed| (deed.at, self.somebody.object(deed)))
            .collect();
        posts.sort_unstable();
        posts.dedup();
        let newest = posts.iter().rev().take(NEWEST);
        newest.filter_map(|(_, id)| self.context.pillars_of(self.context.written(id)?)).collect()
    }

    /// The share of their posts that `counts`, if enough words are kept to say.
    fn share_of_posts(
        &self,
        feature: Feature,
        what: &'static str,
        counts: impl Fn(&str) -> bool,
    ) -> Found {
        let written = self.written();
        if written.len() < FEWEST {
            return (feature, None, Because::Unknown(NO_WORDS));
        }
        let hits = written.iter().filter(|pillars| pillars.iter().any(|pillar| counts(pillar)));
        let (hits, all) = (hits.count() as u32, written.len() as u32);
        (feature, Some(f64::from(hits) / f64::from(all)), Because::OutOf(hits, all, what))
    }

    pub(super) fn relevance(&self) -> Found {
        self.share_of_posts(Feature::Relevance, "posts to us are on a pillar", |_| true)
    }

    fn topical_need(&self) -> Found {
        let feature = Feature::TopicalNeed;
        let Some(published) = &self.moment.pillars else {
            return (feature, None, Because::Unknown(NO_PILLARS));
        };
        let what = "posts to us are on a pillar that we publish on";
        self.share_of_posts(feature, what, |pillar| published.contains(pillar))
    }

    fn open_asks(&self) -> Found {
        let feature = Feature::OpenAsks;
        if let Some(why) = self.no_talks() {
            return (feature, None, why);
        }
        let since = self.moment.window.to - ASKS;
        let (mut asked, mut unclear) = (0_u32, false);
        for talk in self.talks {
            let waiting = waiting(talk).iter().filter(|turn| turn.at >= since);
            let asks: Vec<Option<bool>> = waiting.map(|turn| self.asks(turn)).collect();
            asked += u32::from(asks.contains(&Some(true)));
            unclear |= asks.contains(&None);
        }
        if asked == 0 && unclear {
            return (feature, None, Because::Unknown("nobody tells whether what they said asks"));
        }
        let because = Because::Counted(asked, "asks without an answer");
        (feature, Some(1.0 - (-f64::from(asked)).exp()), because)
    }

    /// Whether a turn of theirs asks us something; a mention does.
    fn asks(&self, turn: &Turn) -> Option<bool> {
        asks(self.context, self.somebody, turn)
    }

    fn attention_owed(&self) -> Found {
        let feature = Feature::AttentionOwed;
        if let Some(why) = self.no_talks() {
            return (feature, None, why);
        }
        let of = |side: Side| {
            let turns = self.talks.iter().flat_map(|talk| &talk.turns);
            turns.filter(|turn| turn.side == side).count() as u32
        };
        let (theirs, ours) = (of(Side::Theirs), of(Side::Ours));
        let because = Because::OutOf(theirs, theirs + ours, "messages between us are theirs");
        if theirs < 2 {
            return (feature, Some(0.0), because);
        }
        let (theirs, ours) = (f64::from(theirs), f64::from(ours));
        (feature, Some(((theirs - ours) / (theirs + ours)).max(0.0)), because)
    }

    fn reading(&self) -> Found {
        let feature = Feature::Reading;
        if let Some(why) = self.not_told() {
            return (feature, None, why);
        }
        let posts = &self.moment.posts;
        if posts.is_empty() {
            return (feature, None, Because::Unknown("no post of ours is known in the window"));
        }
        let liked = self.deeds().filter(|deed| match deed.act {
            Act::Like | Act::Repost => true,
            Act::Reply | Act::Mention | Act::Quote => false,
        });
        let read = liked.map(|deed| self.somebody.object(deed)).filter(|post| posts.contains(post));
        let read = read.collect::<HashSet<_>>().len() as u32;
        let because = Because::OutOf(read, posts.len() as u32, "posts of ours in the window");
        (feature, Some((4.0 * f64::from(read) / posts.len() as f64).min(1.0)), because)
    }

    fn lift(&self) -> Found {
        let feature = Feature::Lift;
        let Some(followers) = self.somebody.traits().followers else {
            return (feature, None, Because::Unknown("nobody tells how many follow them"));
        };
        let ours = self.moment.engaged_followers as f64 + 1.0;
        let share = (ours / (followers as f64 + 1.0)).log10() / 2.0;
        let because =
            Because::Counted(followers.min(u64::from(u32::MAX)) as u32, "followers of theirs");
        (feature, Some(share.clamp(0.0, 1.0)), because)
    }

    fn language(&self) -> Found {
        let feature = Feature::Language;
        let ours = &self.context.brand.languages;
        let written = self.deeds().filter_map(|deed| {
            let post = self.context.written(self.somebody.object(deed))?;
            post.language
        });
        let (mut any, mut matches) = (false, false);
        for language in written {
            any = true;
            matches |= ours.iter().any(|tag| Language::of_tag(tag) == Some(language));
        }
        match (any && !ours.is_empty(), matches) {
            (false, _) => (feature, None, Because::Unknown("nobody tells in which they write")),
            (true, true) => (feature, Some(1.0), Because::Said("wrote to us in ours")),
            (true, false) => (feature, Some(0.0), Because::Said("wrote to us in another")),
        }
    }
}

/// The turns of theirs after our last one.
pub(crate) fn waiting<'t, 'a>(talk: &'t Talk<'a>) -> &'t [Turn<'a>] {
    let answered = talk.turns.iter().rposition(|turn| turn.side == Side::Ours);
    &talk.turns[answered.map_or(0, |place| place + 1)..]
}

/// Whether a turn of theirs asks us something: a question, or a mention; `None` where the words
/// were not there to judge.
pub(crate) fn asks(context: &Context, somebody: &Somebody, turn: &Turn) -> Option<bool> {
    let mentions = |deed: &Deed| deed.act == Act::Mention && somebody.object(deed) == turn.id;
    if somebody.deeds.iter().any(mentions) {
        return Some(true);
    }
    context.written(turn.id).and_then(|post| post.question)
}

//! A small world for tests: a brand with facts, built one sentence at a time.
//!
//! Times are whole hours before [`end`], the newest evidence.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::measure;
use crate::{
    evidence::facts::{
        AccountTotals, Act, Count, Facts, Follow, Interaction, Origin, Person, PersonId, Post,
        PostKind, PostTotals, Profile, Traits, Visibility,
    },
    model::{
        Account, Audience, Brand, BrandId, Charter, Digest, FactKind, Finding, Interval, KeepWords,
        Metric, Observation, Pillar, Platform, Segment, Source, SourceKind, WorkflowId,
        WorkingTime, brand::CharterPerson,
    },
};

/// Four weeks, in seconds.
pub const WINDOW: i64 = 28 * 86_400;

/// The newest evidence of every world.
pub fn end() -> DateTime<Utc> {
    "2026-03-29T12:00:00Z".parse().expect("an instant")
}

/// An instant some hours before the end.
pub fn ago(hours: i64) -> DateTime<Utc> {
    end() - TimeDelta::hours(hours)
}

/// Somebody on Bluesky.
pub fn person(name: &str) -> PersonId {
    PersonId::new(Platform::Bluesky, name)
}

/// A brand and its facts. Its account is `us`.
#[derive(Debug, Clone)]
pub struct World {
    pub brand: Brand,
    pub facts: Facts,
}

impl World {
    /// A brand on Bluesky whose exports carry everything and hold nothing yet.
    pub fn new() -> Self {
        let brand = Brand {
            digest: Digest::of(b""),
            id: BrandId::new("acme").expect("an id"),
            name: "Acme".into(),
            working_time: WorkingTime::default(),
            languages: vec!["en".into()],
            workflow: WorkflowId::new("engagement").expect("an id"),
            goals: BTreeMap::new(),
            accounts: Vec::new(),
            competitors: Vec::new(),
            charter: Charter::default(),
            audience: Audience::default(),
            sources: Vec::new(),
            keep_words: KeepWords::default(),
        };
        let facts = Facts { as_of: Some(end()), ..Facts::default() };
        Self { brand, facts }
            .from(SourceKind::BlueskyApi, "us.example")
            .profile(0, None, &[("bio", true), ("name", true)])
            .pillar("coffee", &["coffee"])
    }

    /// Without its source, profile and pillar.
    pub fn bare(mut self) -> Self {
        (self.brand.sources, self.brand.charter) = (Vec::new(), Charter::default());
        self.facts = Facts { as_of: Some(end()), ..Facts::default() };
        self
    }

    pub fn from(mut self, kind: SourceKind, account: &str) -> Self {
        let account = account.to_owned();
        self.facts.carried.extend(kind.carries());
        self.facts.origins.insert(Origin { kind, account: account.clone() });
        self.brand.sources.push(Source { kind, account, path: None, map: None, as_of: None });
        self
    }

    pub fn lacking(mut self, kind: FactKind) -> Self {
        self.facts.carried.remove(&kind);
        self
    }

    pub fn pillar(mut self, id: &str, words: &[&str]) -> Self {
        let words = words.iter().map(|word| word.to_string()).collect();
        self.brand.charter.pillars.push(Pillar { id: id.into(), words, not: Vec::new() });
        self
    }

    pub fn profile(self, hours: i64, followers: Option<u64>, fields: &[(&str, bool)]) -> Self {
        self.profile_of("us", hours, followers, fields)
    }

    pub fn profile_of(
        mut self,
        account: &str,
        hours: i64,
        followers: Option<u64>,
        fields: &[(&str, bool)],
    ) -> Self {
        self.facts.profiles.push(Profile {
            account: person(account),
            handle: format!("{account}.example"),
            as_of: ago(hours),
            fields: fields.iter().map(|(name, filled)| (name.to_string(), *filled)).collect(),
            says: BTreeMap::new(),
            followers,
            follows: None,
            posts: None,
        });
        self
    }

    /// Somebody follows us since, and left, so many hours before the end.
    pub fn follows(mut self, who: &str, since: Option<i64>, left: Option<i64>) -> Self {
        self.facts.follows.push(Follow {
            follower: person(who),
            followed: person("us"),
            since: since.map(ago),
            first_seen_at: since.map_or(end(), ago),
            seen_at: end(),
            left_at: left.map(ago),
        });
        self
    }

    /// We follow somebody; so many hours before the end we gave it up.
    pub fn we_follow(mut self, whom: &str, left: Option<i64>) -> Self {
        self.facts.follows.push(Follow {
            follower: person("us"),
            followed: person(whom),
            since: None,
            first_seen_at: ago(40 * 24),
            seen_at: end(),
            left_at: left.map(ago),
        });
        self
    }

    pub fn follow_all<'a>(self, people: impl IntoIterator<Item = &'a str>) -> Self {
        people.into_iter().fold(self, |world, who| world.follows(who, None, None))
    }

    /// The list of our followers was complete so many hours before the end.
    pub fn listed(mut self, hours: i64) -> Self {
        self.facts.complete_lists.insert((person("us"), ago(hours)));
        self
    }

    /// Every profile of ours states that we follow so many.
    pub fn following(mut self, follows: u64) -> Self {
        self.facts.profiles.iter_mut().for_each(|profile| profile.follows = Some(follows));
        self
    }

    /// The platform counted a post of ours, as the newest evidence; `None` for what it withheld.
    pub fn counted(mut self, post: &str, hours: i64, counts: &[(Count, Option<u64>)]) -> Self {
        for (count, value) in counts {
            let kind = match count {
                Count::Reach => FactKind::Reach,
                Count::Impressions => FactKind::Impressions,
                Count::Views => FactKind::Views,
                _ => FactKind::PostTotals,
            };
            self.facts.carried.extend(value.map(|_| kind));
        }
        self.facts.carried.insert(FactKind::PostTotals);
        self.facts.post_totals.push(PostTotals {
            post: post.into(),
            account: person("us"),
            at: ago(hours),
            as_of: end(),
            counts: counts.iter().copied().collect(),
        });
        self
    }

    /// As if some export had stated `count`.
    pub fn told(mut self, count: Count) -> Self {
        let other = World::new().counted("", 0, &[(count, Some(0))]);
        self.facts.carried.extend(other.facts.carried);
        self
    }

    /// Every counted post was written so many hours before the end.
    pub fn moved(mut self, hours: i64) -> Self {
        self.facts.post_totals.iter_mut().for_each(|totals| totals.at = ago(hours));
        self
    }

    pub fn without_totals(mut self) -> Self {
        self.facts.post_totals.clear();
        self
    }

    /// The platform counted for our account, from so many hours before the end to so many.
    pub fn total(mut self, count: Count, from: i64, to: i64, value: u64) -> Self {
        self.facts.carried.insert(FactKind::AccountTotals);
        if count == Count::EngagedFollowers {
            self.facts.carried.insert(FactKind::EngagedTotals);
        }
        self.facts.account_totals.push(AccountTotals {
            account: person("us"),
            count,
            from: ago(from),
            to: ago(to),
            value,
            as_of: end(),
        });
        self
    }

    /// The brand file names an account of the brand.
    pub fn account(mut self, handle: &str) -> Self {
        let handle = handle.to_owned();
        self.brand.accounts.push(Account { platform: Platform::Bluesky, handle });
        self
    }

    /// The brand wants to reach somebody.
    pub fn wants(mut self, who: &str) -> Self {
        let account = Account { platform: Platform::Bluesky, handle: who.to_owned() };
        let segments = &mut self.brand.audience.segments;
        if segments.is_empty() {
            segments.push(Segment { id: "wanted".into(), ..Segment::default() });
        }
        segments[0].accounts.push(account);
        self
    }

    /// A competitor is declared.
    pub fn rival(mut self, who: &str) -> Self {
        let handle = format!("@{who}");
        self.brand.competitors.push(Account { platform: Platform::Bluesky, handle });
        self
    }

    /// An account was named so often on a day, that many days before the end.
    pub fn mentioned(mut self, who: &str, days: i64, mentions: u64) -> Self {
        self.facts.carried.insert(FactKind::Mentions);
        let (account, count, as_of) = (person(who), Count::Mentions, end());
        let (from, to) = (ago((days + 1) * 24), ago(days * 24));
        let mut totals = self.facts.account_totals.iter();
        if !totals.any(|known| known.account == account && known.count == count && known.to == to) {
            let value = mentions;
            self.facts.account_totals.push(AccountTotals {
                account,
                count,
                from,
                to,
                value,
                as_of,
            });
        }
        self
    }

    /// Somebody's account shows these traits.
    pub fn shows(mut self, who: &str, traits: Traits) -> Self {
        self.facts.carried.insert(FactKind::Traits);
        self.described(who, traits)
    }

    fn described(mut self, who: &str, traits: Traits) -> Self {
        match self.facts.people.iter_mut().find(|one| one.id == person(who)) {
            Some(known) => known.traits.fill(traits),
            None => self.facts.people.push(Person { traits, ..Person::new(person(who), who) }),
        }
        self
    }

    /// Somebody posted last so many hours before the end.
    pub fn last_posted(mut self, who: &str, hours: i64) -> Self {
        self.facts.carried.insert(FactKind::Activity);
        self.described(who, Traits { last_post: Some(ago(hours)), ..Traits::default() })
    }

    /// Somebody is a person of the charter.
    pub fn names(mut self, name: &str) -> Self {
        self.brand.charter.people.push(CharterPerson { name: name.to_owned(), role: None });
        self
    }

    pub fn act(mut self, who: &str, act: Act, object: &str, hours: i64) -> Self {
        self.facts.interactions.push(Interaction {
            actor: person(who),
            act,
            object: object.to_owned(),
            account: person("us"),
            at: ago(hours),
        });
        self
    }

    pub fn likes(self, who: &str, hours: i64) -> Self {
        self.act(who, Act::Like, &format!("post {hours}"), hours)
    }

    /// They reply to us in the thread `root`.
    pub fn says(mut self, who: &str, root: &str, hours: i64) -> Self {
        let id = format!("{who}/{root}/{hours}");
        let post = Post { root: root.into(), ..self.post(&id, who, PostKind::Reply, hours) };
        self.facts.posts.push(post);
        self.act(who, Act::Reply, &id, hours)
    }

    /// We reply to them in the thread `root`.
    pub fn answers(mut self, who: &str, root: &str, hours: i64) -> Self {
        let id = format!("us/{who}/{root}/{hours}");
        let post = Post {
            root: root.into(),
            parent: Some("a post that is not saved".into()),
            parent_author: Some(person(who)),
            ..self.post(&id, "us", PostKind::Reply, hours)
        };
        self.facts.posts.push(post);
        self
    }

    /// We write for everybody.
    pub fn posts(self, text: &str, hours: i64) -> Self {
        self.posts_as(text, hours, PostKind::Original, Visibility::Public)
    }

    pub fn posts_as(mut self, text: &str, hours: i64, kind: PostKind, to: Visibility) -> Self {
        let id = format!("us/{text}/{hours}");
        let text = Some(text.to_owned());
        let post = Post {
            text: text.map(Into::into),
            visibility: to,
            ..self.post(&id, "us", kind, hours)
        };
        self.facts.posts.push(post);
        self
    }

    /// The newest post becomes part of the thread that the one before it began.
    pub fn continued(mut self) -> Self {
        let [.., first, next] = self.facts.posts.as_mut_slice() else {
            panic!("two posts come first");
        };
        (next.kind, next.root) = (PostKind::SelfThread, first.id.clone());
        self
    }

    pub fn post(&self, id: &str, author: &str, kind: PostKind, hours: i64) -> Post {
        Post {
            id: id.into(),
            author: person(author),
            at: ago(hours),
            kind,
            root: id.into(),
            parent: None,
            parent_author: None,
            parent_at: None,
            text: None,
            chars: 0,
            question: None,
            needs_answer: None,
            language: None,
            visibility: Visibility::Public,
        }
    }

    pub fn measured(&self, metric: Metric) -> Observation {
        self.measured_until(metric, None)
    }

    pub fn measured_until(&self, metric: Metric, until: Option<i64>) -> Observation {
        let wanted = BTreeSet::from([metric]);
        let mut found = measure(&self.brand, &self.facts, &wanted, WINDOW, until.map(ago));
        found.remove(&metric).expect("it was wanted")
    }

    /// The finding in one line: `2 of 5`, `value 7 of 3`, `no cases: …`, `unmeasurable: …`.
    pub fn line(&self, metric: Metric) -> String {
        line(&self.measured(metric))
    }
}

/// An observation's finding in one line.
pub fn line(observation: &Observation) -> String {
    match &observation.finding {
        Finding::Measured { n, hits: Some(hits), .. } => format!("{hits} of {n}"),
        Finding::Measured { value, n, hits: None, .. } => format!("value {value} of {n}"),
        Finding::NoCases { why } => format!("no cases: {why}"),
        Finding::NotExported { why } => format!("not exported: {why}"),
        Finding::Suppressed { why } => format!("suppressed: {why}"),
        Finding::Unmeasurable { why } => format!("unmeasurable: {why}"),
    }
}

/// An observation's interval, if it has one.
pub fn interval(observation: &Observation) -> Option<Interval> {
    match observation.finding {
        Finding::Measured { interval, .. } => interval,
        Finding::NoCases { .. }
        | Finding::NotExported { .. }
        | Finding::Suppressed { .. }
        | Finding::Unmeasurable { .. } => None,
    }
}

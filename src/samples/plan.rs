//! What happens in a round, before it takes the shape of any platform.
//!
//! Start reading at [`Plan::of`].
//!
//! # Always true
//!
//! - Each conversation has a thread and a person that no other of the export shares.
//! - Everybody who is engaged does something; nothing happens after the round's end, and
//!   something happens at it.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Round, SampleAccount, is_picked, names::Guest, spread, texts};
use crate::evidence::splitmix::SplitMix;

/// A language and a text in it.
pub(super) type Words = (&'static str, &'static str);

/// A thread we begin.
pub(super) struct Thread {
    pub at: DateTime<Utc>,
    pub words: Words,
    /// How we go on, if we do.
    pub next: Option<(DateTime<Utc>, Words)>,
}

/// A conversation.
pub(super) struct Talk {
    pub guest: Guest,
    /// The thread of ours they reply to; otherwise they begin one and name us.
    pub thread: Option<usize>,
    pub opened: (DateTime<Utc>, Words),
    pub answer: Option<(DateTime<Utc>, Words)>,
    pub back: Option<(DateTime<Utc>, Words)>,
}

/// What is done to a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Like,
    Repost,
    Quote,
}

/// Somebody reacts to a thread.
pub(super) struct Reaction {
    pub guest: Guest,
    pub deed: Deed,
    pub thread: usize,
    pub at: DateTime<Utc>,
}

/// Everything that happens in an export.
#[derive(Default)]
pub(super) struct Plan {
    pub threads: Vec<Thread>,
    pub talks: Vec<Talk>,
    pub reactions: Vec<Reaction>,
}

impl Plan {
    /// Plans `rounds` one after the other.
    pub fn of(account: &SampleAccount, rounds: &[Round]) -> Plan {
        let mut plan = Plan::default();
        let mut taken = HashSet::new();
        for round in rounds {
            let first = plan.threads.len();
            plan.threads.extend(threads(account, round));
            plan.reactions.extend(reactions(round, first, &plan.threads));
            let talks = talks(round, &plan.threads, &mut taken);
            plan.talks.extend(talks);
        }
        plan
    }
}

/// Everybody who is engaged in a round, followers first.
fn engaged(round: &Round) -> Vec<Guest> {
    let followers = (0..round.engaged).map(|i| Guest::follower(round.followers_from + i));
    followers.chain((0..round.strangers).map(Guest::stranger)).collect()
}

fn threads(account: &SampleAccount, round: &Round) -> Vec<Thread> {
    let length = round.end() - round.start();
    let mut random = SplitMix::of(&format!("{} {}", account.handle, round.end()));
    let (mut on, mut off) = (random.below(100) as usize, random.below(100) as usize);
    let mut threads: Vec<Thread> = (0..round.posts)
        .map(|i| {
            let is_on = is_picked(i, round.on_topic, round.posts);
            let (texts, at) = if is_on {
                (account.trade.on_topic(), &mut on)
            } else {
                (account.trade.off_topic(), &mut off)
            };
            *at += 1;
            let words = texts[*at % texts.len()];
            Thread { at: spread(round.start(), length, i, round.posts), words, next: None }
        })
        .collect();
    // One thread goes on off its topic; its beginning still counts.
    let begun = (0..round.posts).find(|i| is_picked(*i, round.on_topic, round.posts));
    if let Some(thread) = begun.and_then(|i| threads.get_mut(i as usize)) {
        thread.next = Some((thread.at + TimeDelta::minutes(3), texts::CONTINUATION));
    }
    if engaged(round).is_empty()
        && let Some(last) = threads.last_mut()
    {
        last.at = round.end();
    }
    threads
}

/// Each person likes a thread, some pass it on or quote it; the last like ends the round.
fn reactions(round: &Round, first: usize, threads: &[Thread]) -> Vec<Reaction> {
    let (people, end) = (engaged(round), round.end());
    let (many, posts) = (people.len(), round.posts as usize);
    let mut reactions = Vec::new();
    for (i, guest) in people.into_iter().enumerate() {
        let is_last = i + 1 == many;
        let thread = first + if is_last { posts - 1 } else { i * posts / many };
        let soon = threads[thread].at + TimeDelta::minutes(5 + i as i64 % 50);
        let at = if is_last { end } else { soon.min(end) };
        let react = |deed, at| Reaction { guest, deed, thread, at };
        reactions.push(react(Deed::Like, at));
        let later = (soon + TimeDelta::minutes(2)).min(end);
        if i % 3 == 0 {
            reactions.push(react(Deed::Repost, later));
        }
        if i % 7 == 3 {
            reactions.push(react(Deed::Quote, later));
        }
    }
    reactions
}

fn talks(round: &Round, threads: &[Thread], taken: &mut HashSet<(usize, Guest)>) -> Vec<Talk> {
    let people = engaged(round);
    let typical = TimeDelta::minutes(i64::from(round.answer_minutes));
    // The slowest answer and what they say to it still fit in.
    let room = (round.end() - round.start()) - typical * 3 / 2 - TimeDelta::hours(3);
    let mut answers = 0;
    (0..round.conversations)
        .map(|i| {
            let guest = people[i as usize % people.len()];
            let at = spread(round.start(), room.max(TimeDelta::hours(1)), i, round.conversations);
            // The newest thread that is a while old; every other person speaks up unasked.
            let older = threads.partition_point(|thread| thread.at + TimeDelta::hours(1) < at);
            let thread = older.checked_sub(1).filter(|_| i % 2 == 0);
            let thread = thread.filter(|thread| taken.insert((*thread, guest)));
            let answer = is_picked(i, round.answered, round.conversations).then(|| {
                answers += 1;
                let share = 50 + i64::from(i) * 37 % 101;
                at + (typical * share as i32 / 100).max(TimeDelta::seconds(40))
            });
            let goes_on = is_picked(answers.max(1) - 1, round.back_and_forth, round.answered);
            let back = answer.filter(|_| goes_on).map(|at| at + TimeDelta::minutes(30));
            let pick = |texts: &'static [Words]| texts[i as usize % texts.len()];
            Talk {
                guest,
                thread,
                opened: (at, pick(texts::OPENINGS)),
                answer: answer.map(|at| (at, pick(texts::ANSWERS))),
                back: back.map(|at| (at, pick(texts::BACK))),
            }
        })
        .collect()
}

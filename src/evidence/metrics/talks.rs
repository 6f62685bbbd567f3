//! Conversations: what one person and the brand said to each other in one thread.
//!
//! Start reading at [`talks`]. A conversation is a thread's root and a person; their turns are
//! replies and mentions, ours are the replies to them.
//!
//! # Always true
//!
//! - A conversation *opens* with a turn of theirs after at least 24 hours in which neither side
//!   spoke. Until it opens again, our first turn is its answer.
//! - Turns are in the order of time; of two in one instant theirs comes first.
//!
//! # Source
//!
//! The 24 hours are the rule by which Facebook counts a page's response rate.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::scope::Scope;
use crate::{
    evidence::facts::{PersonId, Post, PostKind},
    model::Window,
};

/// How long both sides must be silent before a turn opens a conversation again.
pub(super) const SILENCE: TimeDelta = TimeDelta::hours(24);

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Theirs,
    Ours,
}

/// One post of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Turn<'a> {
    pub at: DateTime<Utc>,
    pub side: Side,
    pub id: &'a str,
}

/// A conversation, its turns in the order of time.
#[derive(Debug)]
pub(crate) struct Talk<'a> {
    /// The root of its thread, and with whom.
    pub key: Key<'a>,
    pub turns: Vec<Turn<'a>>,
}

/// A moment at which a conversation waits for an answer, and when that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Opening<'a> {
    /// The conversation that waits.
    pub talk: Key<'a>,
    /// The post that opened it, if that is known.
    pub post: Option<&'a str>,
    pub at: DateTime<Utc>,
    pub answered_at: Option<DateTime<Utc>>,
}

impl<'a> Talk<'a> {
    /// Every opening with its answer.
    pub fn openings(&self) -> Vec<Opening<'a>> {
        let mut openings: Vec<Opening> = Vec::new();
        let mut last: Option<DateTime<Utc>> = None;
        for turn in &self.turns {
            let after_silence = last.is_none_or(|last| turn.at - last >= SILENCE);
            match (turn.side, openings.last_mut()) {
                (Side::Theirs, _) if after_silence => {
                    let (talk, post) = (self.key, Some(turn.id));
                    openings.push(Opening { talk, post, at: turn.at, answered_at: None });
                }
                (Side::Ours, Some(open)) if open.answered_at.is_none() => {
                    open.answered_at = Some(turn.at);
                }
                (Side::Theirs | Side::Ours, _) => {}
            }
            last = Some(turn.at);
        }
        openings
    }

    /// Whether they said something within `window`.
    pub fn is_inbound_in(&self, window: Window) -> bool {
        self.turns.iter().any(|turn| turn.side == Side::Theirs && window.holds(turn.at))
    }

    /// How many times the word passed within `window`: turns of one side in a row count once.
    pub fn alternations_in(&self, window: Window) -> u64 {
        let inside = self.turns.iter().filter(|turn| window.holds(turn.at));
        let mut sides: Vec<Side> = inside.map(|turn| turn.side).collect();
        sides.dedup();
        sides.len() as u64
    }
}

/// A conversation's key: the root of its thread, and the person.
pub(crate) type Key<'a> = (&'a str, &'a PersonId);

/// Where a post of theirs belongs, and when it was written.
type Place<'a> = (Key<'a>, DateTime<Utc>);

/// The moment from which on turns matter to a window: none that lies further back than the silence
/// before it can open a conversation in it, or keep one from opening.
pub(super) fn matters_from(window: Window) -> DateTime<Utc> {
    window.from.checked_sub_signed(SILENCE).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// Finds every conversation of the window, with what of it went before as far as that matters.
pub(super) fn talks<'a>(scope: &Scope<'a>) -> Vec<Talk<'a>> {
    let since = matters_from(scope.window);
    let theirs = posts_of_others(scope);
    let mut places: HashMap<&str, Place> = HashMap::new();
    for inbound in &scope.tally.said {
        let object = inbound.object.as_str();
        // A post that was not saved is a thread of its own, as far as anybody can tell.
        let root = theirs.get(object).map_or(object, |post| &*post.root);
        let place = ((root, &inbound.actor), inbound.at);
        let kept = places.entry(object).or_insert(place);
        *kept = place.min(*kept);
    }
    let mut turns: HashMap<Key, Vec<Turn>> = HashMap::new();
    for (id, (key, at)) in places.iter().filter(|(_, (_, at))| *at >= since) {
        turns.entry(*key).or_default().push(Turn { at: *at, side: Side::Theirs, id });
    }
    for post in scope.own_posts().filter(|post| post.kind == PostKind::Reply) {
        if let Some((key, at)) = place_of_answer(scope, &theirs, &places, post) {
            // Clocks differ: an answer is never before what it answers.
            let turn = Turn { at: post.at.max(at), side: Side::Ours, id: &post.id };
            if turn.at >= since {
                turns.entry(key).or_default().push(turn);
            }
        }
    }
    turns.into_iter().map(|(key, turns)| sorted(key, turns)).collect()
}

fn sorted<'a>(key: Key<'a>, mut turns: Vec<Turn<'a>>) -> Talk<'a> {
    turns.sort_unstable();
    Talk { key, turns }
}

/// The saved posts that are not ours, by address.
fn posts_of_others<'a>(scope: &Scope<'a>) -> HashMap<&'a str, &'a Post> {
    let posts = scope.facts.posts.iter();
    let others = posts.filter(|post| scope.knows(post.at) && !scope.is_own(&post.author));
    others.map(|post| (&*post.id, post)).collect()
}

/// The conversation that a reply of ours belongs to, and when its parent was written.
fn place_of_answer<'a>(
    scope: &Scope<'a>,
    theirs: &HashMap<&'a str, &'a Post>,
    places: &HashMap<&'a str, Place<'a>>,
    post: &'a Post,
) -> Option<Place<'a>> {
    let parent = post.parent.as_deref();
    if let Some(place) = parent.and_then(|parent| places.get(parent)) {
        return Some(*place);
    }
    if let Some(parent) = parent.and_then(|parent| theirs.get(parent)) {
        return Some(((&parent.root, &parent.author), parent.at));
    }
    let author = post.parent_author.as_ref().filter(|author| !scope.is_own(author))?;
    Some(((&post.root, author), post.at))
}

/// Our first answer to each person in each thread, by the time of what it answers, for sources
/// that hold our side only; of threads in which one of the window's posts was answered. `counts`
/// picks the replies to look at.
pub(super) fn first_answers<'a>(
    scope: &Scope<'a>,
    counts: impl Fn(&Post) -> bool,
) -> Vec<Opening<'a>> {
    let answers = || {
        let replies = scope.own_posts().filter(|post| post.kind == PostKind::Reply && counts(post));
        replies.filter_map(|post| {
            let author = post.parent_author.as_ref().filter(|author| !scope.is_own(author))?;
            Some(((&*post.root, author), (post.at, &*post.id, post.parent_at?)))
        })
    };
    let inside = answers().filter(|(_, (_, _, parent_at))| scope.window.holds(*parent_at));
    let asked: HashSet<Key> = inside.map(|(key, _)| key).collect();
    let mut first: BTreeMap<Key, (DateTime<Utc>, &str, DateTime<Utc>)> = BTreeMap::new();
    for (key, answer) in answers().filter(|(key, _)| asked.contains(key)) {
        let kept = first.entry(key).or_insert(answer);
        *kept = answer.min(*kept);
    }
    let openings = first.into_iter().map(|(talk, (at, _, parent_at))| Opening {
        talk,
        post: None,
        at: parent_at,
        answered_at: Some(at.max(parent_at)),
    });
    openings.collect()
}

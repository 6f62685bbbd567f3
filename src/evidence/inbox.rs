//! The conversations that wait for our answer.
//!
//! Start reading at [`Inbox::see`], which is asked once a person.
//!
//! # Always true
//!
//! - Its memory grows with the conversations of the window that wait, not with people.
//! - A conversation waits if it opened in the window and nobody answered, or if their last words in
//!   it ask something. Last words that ask nothing are counted, and wait for nothing.
//!
//! # Source
//!
//! When a conversation opens: `metrics::talks`. What an answer is worth: `scores`.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    facts::PersonId,
    language::Language,
    metrics::talks::{Side, Talk, Turn},
    scores::{Band, Context, Tenths, judge},
    somebody::Somebody,
};

/// From so long a waiting on, a question of somebody who gives much is overdue.
const OVERDUE: TimeDelta = TimeDelta::hours(72);
/// How many people make up the concentration.
const MOST: usize = 10;

/// A conversation that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// With whom.
    pub person: PersonId,
    /// Their name on the platform, if it is known.
    pub handle: Option<String>,
    /// The address of the post to answer: the first that asks, else the first that waits.
    pub post: String,
    /// Since when it waits, UTC.
    pub since: DateTime<Utc>,
    /// How many posts of theirs wait in it.
    pub posts: u32,
    /// Whether one of them asks something; absent where nobody can tell.
    pub asks: Option<bool>,
    /// The language of the post to answer, if it is known.
    pub language: Option<Language>,
    /// Its words, where the brand keeps the words of others.
    pub words: Option<String>,
    /// What the person gives us; absent if too little is known.
    pub gives: Option<Tenths>,
    /// The band of that.
    pub band: Band,
}

/// The conversations of a brand in its window.
#[derive(Debug, Default)]
pub struct Inbox {
    /// Those that opened in the window.
    pub opened: u64,
    /// Those whose last words are theirs and ask nothing: they are over.
    pub over: u64,
    /// Those that wait: who asks first, then who gives most, then who waits longest.
    pub waiting: Vec<Waiting>,
}

impl Inbox {
    /// Adds one person's conversations.
    pub fn see(&mut self, context: &Context, somebody: &Somebody) {
        let speaks = somebody.deeds.iter().any(|deed| deed.act.opens_conversation());
        if !speaks || context.is_own(somebody.id()) {
            return;
        }
        let moment = context.now();
        let id = somebody.person_id();
        let before = self.waiting.len();
        for talk in context.talks_with(somebody, &id, moment) {
            let opened = talk.openings().iter().any(|open| moment.window.holds(open.at));
            self.opened += u64::from(opened);
            match standing(context, somebody, &talk) {
                Standing::Waits(waiting) => self.waiting.push(waiting),
                Standing::Over => self.over += 1,
                Standing::Answered => {}
            }
        }
        self.value(context, somebody, before);
    }

    /// Says what the person gives in the conversations from `from` on.
    fn value(&mut self, context: &Context, somebody: &Somebody, from: usize) {
        if self.waiting.len() == from {
            return;
        }
        let Some(judgement) = judge(context, somebody) else { return };
        for waiting in &mut self.waiting[from..] {
            waiting.gives = judgement.gives.value();
            waiting.band = judgement.standings.gives.band;
        }
    }

    /// Puts those that wait in order.
    pub fn sort(&mut self) {
        self.waiting.sort_by(|one, other| {
            let urgency = |one: &Waiting| (asking(one.asks), worth(one.band), one.since);
            urgency(one).cmp(&urgency(other)).then_with(|| one.post.cmp(&other.post))
        });
    }

    /// How many ask something.
    pub fn questions(&self) -> usize {
        self.waiting.iter().filter(|one| one.asks == Some(true)).count()
    }

    /// Questions of people who give much that have waited for more than 72 hours.
    pub fn overdue(&self, now: DateTime<Utc>) -> usize {
        let due = |one: &&Waiting| one.asks == Some(true) && one.band == Band::High;
        self.waiting.iter().filter(due).filter(|one| now - one.since > OVERDUE).count()
    }

    /// Who waits in more than one conversation, and in how many; the most first.
    pub fn repeated(&self) -> Vec<(&Waiting, u64)> {
        let mut people = self.by_person();
        people.retain(|(_, count)| *count > 1);
        people
    }

    /// The share of those that wait in which the ten people with the most of them wait; absent if
    /// none waits.
    pub fn concentration(&self) -> Option<f64> {
        let most: u64 = self.by_person().iter().take(MOST).map(|(_, count)| count).sum();
        (!self.waiting.is_empty()).then(|| most as f64 / self.waiting.len() as f64)
    }

    /// How many people wait.
    pub fn people(&self) -> usize {
        self.by_person().len()
    }

    /// Everybody who waits with the number of their conversations, the most first.
    fn by_person(&self) -> Vec<(&Waiting, u64)> {
        let mut people: BTreeMap<&PersonId, (&Waiting, u64)> = BTreeMap::new();
        for waiting in &self.waiting {
            people.entry(&waiting.person).or_insert((waiting, 0)).1 += 1;
        }
        let mut people: Vec<(&Waiting, u64)> = people.into_values().collect();
        people.sort_by_key(|one| std::cmp::Reverse(one.1));
        people
    }
}

/// Who asks comes before who may ask.
fn asking(asks: Option<bool>) -> u8 {
    match asks {
        Some(true) => 0,
        None => 1,
        Some(false) => 2,
    }
}

/// Who gives much comes first; of whom nothing is known is not last.
fn worth(band: Band) -> u8 {
    match band {
        Band::High => 0,
        Band::Middle | Band::Unknown => 1,
        Band::Low => 2,
    }
}

/// Whether a conversation waits.
pub(crate) enum Standing {
    /// It does.
    Waits(Waiting),
    /// The last words are theirs and ask nothing.
    Over,
    /// The last words of the window are ours, or there are none.
    Answered,
}

/// How a conversation stands at the end of the window.
pub(crate) fn standing(context: &Context, somebody: &Somebody, talk: &Talk) -> Standing {
    let answered = talk.turns.iter().rposition(|turn| turn.side == Side::Ours);
    let window = context.now().window;
    let last = &talk.turns[answered.map_or(0, |place| place + 1)..];
    let settled = |turn: &&Turn| {
        context.written(turn.id).is_some_and(|post| post.needs_answer == Some(false))
    };
    let theirs = last.iter().filter(|turn| window.holds(turn.at) && !settled(turn));
    let theirs: Vec<&Turn> = theirs.collect();
    let Some(first) = theirs.first() else { return Standing::Answered };
    let question = |id: &str| context.written(id).and_then(|post| post.question);
    let asking = theirs.iter().find(|turn| question(turn.id) == Some(true));
    let unanswered = talk.openings().last().is_some_and(|open| open.answered_at.is_none());
    if asking.is_none() && !unanswered {
        return Standing::Over;
    }
    let told = theirs.iter().all(|turn| question(turn.id).is_some());
    let to_answer = asking.unwrap_or(first);
    let written = context.written(to_answer.id);
    Standing::Waits(Waiting {
        person: talk.key.1.clone(),
        handle: somebody.handle().map(str::to_owned),
        post: to_answer.id.to_owned(),
        since: first.at,
        posts: theirs.len() as u32,
        asks: if asking.is_some() { Some(true) } else { told.then_some(false) },
        language: written.and_then(|post| post.language),
        words: written.and_then(|post| post.text.as_deref().map(str::to_owned)),
        gives: None,
        band: Band::Unknown,
    })
}

/// How far so much time a day reaches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// How many answers a day it is enough for.
    pub answers_a_day: f64,
    /// How many conversations open a day.
    pub opened_a_day: f64,
    /// In how many days nobody waits any more; absent if more come than are answered.
    pub days: Option<f64>,
}

impl Inbox {
    /// How far so much time a day reaches.
    ///
    /// - `minutes_a_day`: the time for answers.
    /// - `minutes_each`: what one answer takes; above 0.
    /// - `window_days`: the length of the window.
    ///
    /// ```
    /// use fivestep::evidence::inbox::Inbox;
    /// let inbox = Inbox { opened: 56, ..Inbox::default() };
    /// let reach = inbox.reach(60.0, 4.0, 28.0);
    /// assert_eq!((reach.answers_a_day, reach.opened_a_day, reach.days), (15.0, 2.0, Some(0.0)));
    /// ```
    pub fn reach(&self, minutes_a_day: f64, minutes_each: f64, window_days: f64) -> Reach {
        let (answers, opened) = (minutes_a_day / minutes_each, self.opened as f64 / window_days);
        let spare = answers - opened;
        let days = (spare > 0.0).then(|| (self.waiting.len() as f64 / spare).ceil());
        Reach { answers_a_day: answers, opened_a_day: opened, days }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{
        metrics::testing::{WINDOW, World, person},
        somebody::Crowd,
    };

    fn inbox(world: &World) -> Inbox {
        let facts = &world.facts;
        let Ok(context) = Context::look(&world.brand, facts, facts, WINDOW, None);
        let context = context.expect("the facts have a date");
        let mut inbox = Inbox::default();
        let Ok(()) = facts.each(&mut |somebody| inbox.see(&context, somebody));
        inbox.sort();
        inbox
    }

    /// The newest post asks, or does not.
    fn asks(mut world: World, question: bool) -> World {
        world.facts.posts.last_mut().expect("a post").question = Some(question);
        world
    }

    #[test]
    fn a_conversation_waits_until_it_is_answered_or_over() {
        let world = World::new;
        // (why, the world; conversations opened, over and waiting)
        let table = [
            ("nobody speaks", world().likes("ann", 5), (0, 0, 0)),
            ("not answered", world().says("ann", "r", 50), (1, 0, 1)),
            ("answered", world().says("ann", "r", 50).answers("ann", "r", 49), (1, 0, 0)),
            (
                "thanks for the answer",
                asks(
                    world().says("ann", "r", 50).answers("ann", "r", 49).says("ann", "r", 48),
                    false,
                ),
                (1, 1, 0),
            ),
            (
                "asked back",
                asks(
                    world().says("ann", "r", 50).answers("ann", "r", 49).says("ann", "r", 48),
                    true,
                ),
                (1, 0, 1),
            ),
            (
                "after a day of silence it opens again",
                world().says("ann", "r", 90).answers("ann", "r", 89).says("ann", "r", 48),
                (1, 0, 1),
            ),
            ("before the window", world().says("ann", "r", 29 * 24), (0, 0, 0)),
            ("two threads", world().says("ann", "r", 50).says("ann", "s", 40), (2, 0, 2)),
            ("posts of one thread", world().says("ann", "r", 50).says("ann", "r", 45), (1, 0, 1)),
        ];
        for (why, world, expected) in table {
            let found = inbox(&world);
            assert_eq!((found.opened, found.over, found.waiting.len()), expected, "{why}");
        }
    }

    #[test]
    fn who_asks_comes_first_then_who_gives_most_then_who_waits_longest() {
        let world = asks(World::new().says("bob", "r", 20), false);
        let world = asks(world.says("ann", "s", 10), true);
        let world = world.says("cid", "t", 90).says("dan", "u", 95).says("ann", "v", 3);
        let found = inbox(&world);
        let order: Vec<(&str, Option<bool>)> =
            found.waiting.iter().map(|one| (one.post.as_str(), one.asks)).collect();
        let expected = [
            ("ann/s/10", Some(true)),
            ("ann/v/3", None),
            ("dan/u/95", None),
            ("cid/t/90", None),
            ("bob/r/20", Some(false)),
        ];
        assert_eq!(order, expected);
        assert_eq!((found.questions(), found.people()), (1, 4));
        let repeated: Vec<(&PersonId, u64)> =
            found.repeated().into_iter().map(|(one, count)| (&one.person, count)).collect();
        assert_eq!(repeated, [(&person("ann"), 2)]);
    }

    #[test]
    fn an_hour_a_day_reaches_everybody_or_never() {
        // (opened in 28 days, waiting, minutes an answer, days until nobody waits)
        let table = [
            (28, 0, 4.0, Some(0.0)),
            (28, 15, 4.0, Some(2.0)),
            (420, 10, 4.0, None),
            (280, 10, 4.0, Some(2.0)),
        ];
        for (opened, waiting, each, days) in table {
            let one = inbox(&World::new().says("ann", "r", 50)).waiting.remove(0);
            let inbox = Inbox { opened, over: 0, waiting: vec![one; waiting] };
            assert_eq!(inbox.reach(60.0, each, 28.0).days, days, "{opened} {waiting}");
        }
    }
}

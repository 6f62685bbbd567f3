//! Who came, left, woke up and fell asleep since the window before.
//!
//! Start reading at [`Context::movement`].
//!
//! # Always true
//!
//! - A person moves in one way at most: who left is not also asleep, who came is not also awake.
//! - An export that lists some followers only makes nobody leave, and a first one makes nobody come.

use serde::{Deserialize, Serialize};

use super::context::{Context, Moment};
use crate::evidence::somebody::{Following, Micros, Somebody};

/// How somebody moved since the window before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    /// They began to follow us in the window.
    Came,
    /// They stopped following us in the window.
    Left,
    /// They engaged in the window, and not in the one before.
    WokeUp,
    /// They engaged in the window before, and not in this one.
    FellAsleep,
}

impl Movement {
    /// Every movement with its name in JSON and its words for people.
    pub const ALL: [(Movement, &'static str, &'static str); 4] = [
        (Movement::Came, "came", "came"),
        (Movement::Left, "left", "left"),
        (Movement::WokeUp, "woke_up", "woke up"),
        (Movement::FellAsleep, "fell_asleep", "fell asleep"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// What it says, in words.
    pub fn words(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("", |row| row.2)
    }
}

impl Context<'_> {
    /// How somebody moved; `None` if they did not, as far as anybody can tell.
    pub fn movement(&self, somebody: &Somebody) -> Option<Movement> {
        if self.is_own(somebody.id()) {
            return None;
        }
        let (now, before) = (self.now(), self.before());
        let (mut follows, mut came, mut left) = (false, false, false);
        for one in self.follows_of_us(somebody) {
            follows |= one.held(now.end());
            came |= self.came(somebody, one, now);
            left |= one.left_at.is_some_and(|at| now.holds(at));
        }
        match (now.engaged(somebody), before.engaged(somebody)) {
            _ if left && !follows => Some(Movement::Left),
            _ if came && follows => Some(Movement::Came),
            (true, false) if before.whole => Some(Movement::WokeUp),
            (false, true) => Some(Movement::FellAsleep),
            (true | false, true | false) => None,
        }
    }

    /// Whether the exports could tell this movement if it happened.
    pub fn tells(&self, movement: Movement) -> bool {
        match movement {
            Movement::Came => self.tells_since || self.listed_twice,
            Movement::Left => self.listed_twice,
            Movement::WokeUp => self.now().whole && self.before().whole,
            Movement::FellAsleep => self.before().whole,
        }
    }

    /// Whether a follow began in the window. Where no platform tells since when, it did if an
    /// earlier list did not show it.
    fn came(&self, somebody: &Somebody, one: &Following, now: &Moment) -> bool {
        let unseen_before = || {
            let first = self.first_list(somebody.account(one.account));
            first.is_some_and(|first| first < one.first_seen_at) && now.holds(one.first_seen_at)
        };
        one.since.map_or_else(unseen_before, |since| now.holds(since))
    }
}

impl Moment<'_> {
    /// Whether its window holds that time.
    fn holds(&self, at: Micros) -> bool {
        Micros::from(self.window.from) < at && at <= self.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{
        metrics::testing::{WINDOW, World, ago, person},
        somebody::Crowd,
    };

    /// Hours of a day.
    const DAY: i64 = 24;

    /// How `ann` moved in a world where engagement is known from long ago on.
    fn moved(world: World) -> Option<Movement> {
        let world = world.likes("cid", 200 * DAY);
        let (brand, facts) = (&world.brand, &world.facts);
        let Ok(context) = Context::look(brand, facts, facts, WINDOW, None);
        let context = context.expect("the facts have a date");
        let mut found = None;
        let Ok(()) = facts.each(&mut |somebody| {
            if somebody.id() == person("ann").as_str() {
                found = context.movement(somebody);
            }
        });
        found
    }

    #[test]
    fn somebody_comes_leaves_wakes_or_sleeps_and_only_one_of_these() {
        let world = World::new;
        let seen = |mut world: World, hours| {
            world.facts.follows[0].first_seen_at = ago(hours);
            world
        };
        // The window is 28 days. (why, the world, how ann moved)
        let table = [
            ("a silent follower", world().follows("ann", Some(99 * DAY), None), None),
            (
                "follows since last week",
                world().follows("ann", Some(7 * DAY), None),
                Some(Movement::Came),
            ),
            (
                "came and engaged at once",
                world().follows("ann", Some(7 * DAY), None).likes("ann", 5),
                Some(Movement::Came),
            ),
            (
                "left in the window",
                world().follows("ann", Some(99 * DAY), Some(3 * DAY)),
                Some(Movement::Left),
            ),
            ("left before it", world().follows("ann", Some(99 * DAY), Some(40 * DAY)), None),
            ("the first export comes without times", world().follows("ann", None, None), None),
            (
                "an earlier list did not show her",
                seen(world().listed(20 * DAY).follows("ann", None, None), 2 * DAY),
                Some(Movement::Came),
            ),
            ("engaged now only", world().likes("ann", 5), Some(Movement::WokeUp)),
            ("engaged before only", world().likes("ann", 30 * DAY), Some(Movement::FellAsleep)),
            ("engaged in both", world().likes("ann", 30 * DAY).likes("ann", 5), None),
            ("engaged long ago", world().likes("ann", 99 * DAY), None),
        ];
        for (why, world, expected) in table {
            assert_eq!(moved(world), expected, "{why}");
        }
    }
}

//! What was seen so far, as later rules ask of it: the journal's announcements, and what was done
//! outside, which nobody can take back.
//!
//! Start reading at [`Witness::hear`] for the journal and [`Witness::see`] for the world outside.

use chrono::{DateTime, Utc};
use fivestep::model::{ActionName, Checkpoint, Event};

use crate::{
    archive::{Archive, Key, number},
    rules::Rule,
    tiny,
};

/// A piece of work: what must never be done twice under two keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Work {
    pub brand: u8,
    /// Which visit of which stage, or which minute of a schedule.
    which: i64,
    pub action: u8,
}

/// An attempt that a worker is to make, or has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Order {
    pub work: Work,
    pub attempt: u32,
    pub key: Key,
}

/// A moment that has come: brand, visit, kind, what it belongs to.
pub type Fired = (u8, u64, &'static str, String);

/// Everything that was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Witness {
    /// What the journal announced.
    announced: Vec<Order>,
    /// What the journal says was done.
    done: Vec<Work>,
    /// What has fired.
    fired: Vec<Fired>,
    /// Which minutes of the schedule came: brand and minute.
    came: Vec<(u8, i64)>,
    /// What was done outside, by key and attempt.
    outside: Vec<Order>,
}

impl Witness {
    /// Which piece of work an action of a brand is that stands here.
    pub fn work(&self, brand: u8, at: &Checkpoint, action: &ActionName) -> Work {
        let which = match action {
            ActionName::Entry(_) => at.place.as_ref().map_or(0, |place| place.entered as i64),
            ActionName::Schedule(_) => {
                let came = self.came.iter().filter(|(of, _)| *of == brand);
                came.map(|(_, minute)| *minute).max().unwrap_or(0)
            }
        };
        Work { brand, which, action: number(action) }
    }

    /// What has fired of a brand.
    pub fn fired(&self, brand: u8) -> Vec<Fired> {
        self.fired.iter().filter(|(of, ..)| *of == brand).cloned().collect()
    }

    /// A brand waits again for what it waited for when only `fired` had fired.
    fn waits_again(&mut self, brand: u8, fired: &[Fired]) {
        self.fired.retain(|(of, ..)| *of != brand);
        self.fired.extend_from_slice(fired);
        self.fired.sort();
    }

    /// One event of the journal; the rule that it breaks.
    ///
    /// - `at`: where the brand stood before it.
    /// - `marked`: what had fired where a rewind goes back to.
    pub fn hear(
        &mut self,
        archive: &Archive,
        brand: u8,
        at: &Checkpoint,
        event: &Event,
        marked: &[Fired],
    ) -> Option<Rule> {
        match event {
            Event::ActionBegan { action, attempt, .. } => {
                let (work, key) = (self.work(brand, at, action), &at.actions[action].key);
                insert(
                    &mut self.announced,
                    Order { work, attempt: *attempt, key: archive.key(key) },
                );
                self.done.contains(&work).then_some(Rule::DoneAgain)
            }
            Event::ActionSucceeded { action, .. } => {
                let work = self.work(brand, at, action);
                insert(&mut self.done, work);
                let seen = self.outside.iter().any(|order| order.work == work);
                (!seen).then_some(Rule::NeverDone)
            }
            // A run that has an action no more forgets it. Should it be back, it is work to be done
            // again, under the same key.
            Event::ActionDropped { action } => {
                let work = self.work(brand, at, action);
                self.done.retain(|done| *done != work);
                None
            }
            Event::Fired { timer, of, .. } => {
                let visit = at.place.as_ref().map_or(0, |place| place.entered);
                let new = insert(&mut self.fired, (brand, visit, timer.name(), of.clone()));
                (!new).then_some(Rule::FiredTwice)
            }
            Event::Scheduled { ran, .. } => {
                let minute = |at: &DateTime<Utc>| (*at - tiny::moment(0)).num_minutes();
                let again = ran.iter().filter(|at| !insert(&mut self.came, (brand, minute(at))));
                (again.count() > 0).then_some(Rule::CameTwice)
            }
            Event::Rewound { .. } => {
                self.waits_again(brand, marked);
                None
            }
            Event::Forked { from, state, .. } => {
                self.take_over(tiny::number(from), brand, &state.checkpoint);
                None
            }
            _ => None,
        }
    }

    /// What was done for the brand that a fork comes from is done for the fork.
    fn take_over(&mut self, from: u8, brand: u8, state: &Checkpoint) {
        let came: Vec<_> = self.came.iter().filter(|(of, _)| *of == from).copied().collect();
        for (_, minute) in came {
            insert(&mut self.came, (brand, minute));
        }
        let settled = state.actions.iter().filter(|(_, action)| action.is_settled());
        for (name, _) in settled {
            let work = self.work(brand, state, name);
            insert(&mut self.done, work);
        }
    }

    /// Something is done outside; the rule that it breaks.
    pub fn see(&mut self, order: Order) -> Option<Rule> {
        let mut others = self.outside.iter();
        let rules = [
            (Rule::NotAnnounced, self.announced.contains(&order)),
            (
                Rule::OtherKey,
                !others.clone().any(|other| other.work == order.work && other.key != order.key),
            ),
            (
                Rule::SharedKey,
                !others.any(|other| other.work != order.work && other.key == order.key),
            ),
        ];
        insert(&mut self.outside, order);
        rules.into_iter().find(|(_, holds)| !holds).map(|(rule, _)| rule)
    }
}

/// Adds what is not there yet, in order; whether it was not.
fn insert<T: Ord>(list: &mut Vec<T>, item: T) -> bool {
    match list.binary_search(&item) {
        Ok(_) => false,
        Err(place) => {
            list.insert(place, item);
            true
        }
    }
}

//! What judging everybody comes to: counts, and the first of each kind.
//!
//! Start reading at [`Survey::see`], which is asked once a person.
//!
//! # Always true
//!
//! - It keeps the first few of each kind only, so its memory does not grow with the crowd.
//! - Of two who rank alike the one whose id comes first is named; nothing else looks at ids.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{Context, Decision, Judgement, Movement, Screen, judge};
use crate::evidence::{facts::PersonId, foremost::Foremost, somebody::Somebody};

/// Somebody with what was found about them.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Who.
    pub id: PersonId,
    /// Their name on the platform, if it is known.
    pub handle: Option<String>,
    /// What was found; absent for somebody who left without a word.
    pub judgement: Option<Judgement>,
}

/// The counts of a look at everybody, with the first of each kind.
#[derive(Debug)]
pub struct Survey {
    most: usize,
    /// People who were judged.
    pub judged: u64,
    /// Those of them who follow us.
    pub followers: u64,
    /// Those of whom enough is known to say what they give, and what they gain.
    pub known: (u64, u64),
    /// By decision.
    pub decisions: BTreeMap<Decision, Kind>,
    /// By what the screen says.
    pub screens: BTreeMap<Screen, u64>,
    /// People who ask to follow.
    pub requests: Kind,
    /// By how they moved since the window before.
    pub movements: BTreeMap<Movement, Kind>,
}

impl Survey {
    /// An empty one.
    ///
    /// - `most`: how many of each kind are kept.
    pub fn new(most: usize) -> Self {
        let kind = || Kind::new(most);
        Self {
            most,
            judged: 0,
            followers: 0,
            known: (0, 0),
            decisions: Decision::ALL.map(|row| (row.0, kind())).into(),
            screens: Screen::ALL.map(|row| (row.0, 0)).into(),
            requests: kind(),
            movements: Movement::ALL.map(|row| (row.0, kind())).into(),
        }
    }

    /// Judges one person and adds what was found.
    pub fn see(&mut self, context: &Context, somebody: &Somebody) {
        let judgement = judge(context, somebody);
        if let Some(judgement) = &judgement {
            self.count(judgement);
            let kind = self.decisions.entry(judgement.decision);
            let kind = kind.or_insert_with(|| Kind::new(self.most));
            kind.add(rank(judgement), somebody, Some(judgement));
            if judgement.proposal.is_some() {
                self.requests.add(rank(judgement), somebody, Some(judgement));
            }
        }
        if let Some(movement) = context.movement(somebody) {
            let kind = self.movements.entry(movement);
            let kind = kind.or_insert_with(|| Kind::new(self.most));
            kind.add(judgement.as_ref().map_or(0, rank), somebody, judgement.as_ref());
        }
    }

    fn count(&mut self, judgement: &Judgement) {
        self.judged += 1;
        self.followers += u64::from(judgement.relation.follows);
        self.known.0 += u64::from(judgement.gives.value().is_some());
        self.known.1 += u64::from(judgement.gains.value().is_some());
        *self.screens.entry(judgement.screening.screen).or_default() += 1;
    }
}

/// Who is named first: the loudest signs for those to look at, else the highest scores.
fn rank(judgement: &Judgement) -> i32 {
    match judgement.decision {
        Decision::ReviewForRemoval => judgement.screening.points,
        Decision::Partner
        | Decision::KeepAndThank
        | Decision::KeepAndLook
        | Decision::Nurture
        | Decision::NurtureLightly
        | Decision::Watch
        | Decision::LeaveInPeace
        | Decision::InsufficientEvidence => {
            i32::from(judgement.gives.sum().0) + i32::from(judgement.gains.sum().0)
        }
    }
}

/// People of one kind: how many, and the first of them.
#[derive(Debug)]
pub struct Kind {
    /// How many there are.
    pub count: u64,
    first: Foremost<(Reverse<i32>, PersonId), Found>,
}

impl Kind {
    fn new(most: usize) -> Self {
        Self { count: 0, first: Foremost::new(most) }
    }

    fn add(&mut self, rank: i32, somebody: &Somebody, judgement: Option<&Judgement>) {
        self.count += 1;
        let id = somebody.id();
        if !self.first.takes(|(last, who)| (Reverse(rank), id) < (*last, who.as_str())) {
            return;
        }
        let found = Found {
            id: somebody.person_id(),
            handle: somebody.handle().map(str::to_owned),
            judgement: judgement.cloned(),
        };
        self.first.add((Reverse(rank), found.id.clone()), found);
    }

    /// The first of them, in order.
    pub fn first(&self) -> Vec<&Found> {
        self.first.sorted()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{
        metrics::testing::{WINDOW, World},
        somebody::Crowd,
    };

    #[test]
    fn the_first_few_are_the_same_however_few_are_kept() {
        let names = ["ann", "bob", "cid", "dan", "eve", "fay"];
        let world = names.iter().enumerate().fold(World::new(), |world, (place, who)| {
            let likes = 0..(place * 7 % 5) as i64;
            likes.fold(world.follows(who, None, None), |world, day| world.likes(who, day * 24 + 2))
        });
        let facts = &world.facts;
        let first = |most: usize| {
            let Ok(context) = Context::look(&world.brand, facts, facts, WINDOW, None);
            let context = context.expect("the facts have a date");
            let mut survey = Survey::new(most);
            let Ok(()) = facts.each(&mut |somebody| survey.see(&context, somebody));
            let kinds = survey.decisions.values();
            let first = kinds.map(|kind| {
                let first = kind.first().into_iter().map(|one| one.id.clone());
                (kind.count, first.collect::<Vec<_>>())
            });
            first.collect::<Vec<_>>()
        };
        let all = first(names.len());
        assert_eq!(all.iter().map(|(count, _)| count).sum::<u64>(), names.len() as u64);
        for most in 0..names.len() {
            for ((count, some), (counted, all)) in first(most).iter().zip(&all) {
                assert_eq!(count, counted);
                assert_eq!(some[..], all[..most.min(all.len())], "{most}");
            }
        }
    }
}

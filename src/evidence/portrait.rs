//! What a report shows of an audience beside its numbers: how long answers take, how deep talks go, who
//! gives and who gains.
//!
//! Start reading at [`Portrait::see`], which is asked once a person.
//!
//! # Always true
//!
//! - It counts people and names nobody.
//! - It sees the conversations that `response_rate`, `back_and_forth_rate` and `conversation_depth` count,
//!   so that its sums are theirs.
//! - Its memory grows with the conversations of the window, not with people.

use std::collections::BTreeMap;

use super::{
    scores::{Band, Context, judge},
    somebody::Somebody,
    survival::{Curve, Wait},
};

/// From so many turns on conversations are counted together.
pub const DEEPEST: u64 = 5;

/// An audience, counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Portrait {
    waits: Vec<Wait>,
    /// Conversations in which they spoke in the window, by how often the word passed; the last of
    /// them, [`DEEPEST`], holds those of more turns as well.
    pub turns: BTreeMap<u64, u64>,
    /// People who were judged, by the bands of what they give and gain.
    pub people: BTreeMap<(Band, Band), u64>,
}

impl Portrait {
    /// Adds one person.
    pub fn see(&mut self, context: &Context, somebody: &Somebody) {
        if let Some(judgement) = judge(context, somebody) {
            let bands = (judgement.standings.gives.band, judgement.standings.gains.band);
            *self.people.entry(bands).or_default() += 1;
        }
        if !context.is_own(somebody.id()) {
            self.hear(context, somebody);
        }
    }

    fn hear(&mut self, context: &Context, somebody: &Somebody) {
        let (moment, id) = (context.now(), somebody.person_id());
        for talk in context.talks_with(somebody, &id, moment) {
            for open in talk.openings().iter().filter(|open| moment.window.holds(open.at)) {
                let until = open.answered_at.unwrap_or(moment.window.to);
                let seconds = (until - open.at).num_seconds().max(0) as f64;
                self.waits.push(Wait { seconds, happened: open.answered_at.is_some() });
            }
            if talk.is_inbound_in(moment.window) {
                let turns = talk.alternations_in(moment.window).min(DEEPEST);
                *self.turns.entry(turns).or_default() += 1;
            }
        }
    }

    /// How many of the conversations that opened in the window were answered by when; `None` if none
    /// opened.
    pub fn answered(&self) -> Option<Curve> {
        Curve::of(self.waits.clone())
    }
}

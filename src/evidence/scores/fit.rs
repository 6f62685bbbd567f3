//! How well somebody fits whom the brand wants in its audience.
//!
//! Start reading at [`fit`]. Its parts are weighed as those of the other scores are.

use super::{
    Relation,
    context::Context,
    score::{Because, Feature, Found, Score},
    value::View,
};
use crate::evidence::somebody::Somebody;

/// A score of how somebody fits.
pub type Fit = Score<4>;

/// So recent a deed is a tie of today, in days.
const RECENT_DAYS: i64 = 90;

/// What is known of somebody beside the evidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beside {
    /// How many rules of the best segment they meet, of those that anybody can tell; absent if
    /// nobody can tell any.
    pub rules: Option<(u32, u32)>,
    /// Whether a segment lists them.
    pub listed: bool,
    /// Whether their description is on a pillar of ours; absent if nobody tells.
    pub on_a_pillar: Option<bool>,
}

/// How well somebody fits, now.
///
/// - `relation`: how they stand to us now.
pub fn fit(context: &Context, somebody: &Somebody, relation: Relation, beside: Beside) -> Fit {
    let moment = context.now();
    let talks = [];
    let view = View::of(context, moment, somebody, relation, &talks);
    let segment = (Feature::Segment, segment(beside), segment_because(beside));
    let (_, topic, because) = view.relevance();
    let (topic, because) = match (topic, beside.on_a_pillar) {
        (None, Some(true)) => (Some(1.0), Because::Said("their description is on a pillar")),
        (None, Some(false)) => (Some(0.0), Because::Said("their description is on no pillar")),
        (topic, _) => (topic, because),
    };
    let (_, awake, seen) = view.reachability();
    let tie = view.tie(RECENT_DAYS);
    Score::of([segment, tie, (Feature::Topic, topic, because), (Feature::Awake, awake, seen)])
}

fn segment(beside: Beside) -> Option<f64> {
    match beside {
        Beside { listed: true, .. } => Some(1.0),
        Beside { rules: Some((met, of)), .. } if of > 0 => Some(f64::from(met) / f64::from(of)),
        Beside { .. } => None,
    }
}

fn segment_because(beside: Beside) -> Because {
    match beside {
        Beside { listed: true, .. } => Because::Said("a segment lists them"),
        Beside { rules: Some((met, of)), .. } if of > 0 => {
            Because::OutOf(met, of, "rules of the segment met")
        }
        Beside { .. } => Because::Unknown("no rule of a segment can be told"),
    }
}

impl View<'_> {
    /// What links them to us; what they did is known even where silence is not.
    fn tie(&self, recent_days: i64) -> Found {
        let feature = Feature::Tie;
        let relation = self.relation();
        let last = self.last_deed_days();
        match (last, relation) {
            (Some(days), _) if days <= recent_days => {
                (feature, Some(1.0), Because::Days(days as u32, "engaged"))
            }
            (Some(days), _) => (feature, Some(0.7), Because::Days(days as u32, "engaged")),
            (None, Relation { follows: true, .. }) => {
                (feature, Some(0.5), Because::Said("follows us"))
            }
            (None, Relation { followed: true, .. }) => {
                (feature, Some(0.3), Because::Said("we follow them"))
            }
            (None, _) => match self.not_told() {
                Some(why) => (feature, None, why),
                None => (feature, Some(0.0), Because::Said("nothing links them to us yet")),
            },
        }
    }
}

//! Every conversation with one person.
//!
//! As `metrics::talks` finds those of a window with everybody, but from one person's rows, so that
//! a crowd of any size can be judged in one pass.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::context::{Context, Moment};
use crate::evidence::{
    facts::{PersonId, Post},
    metrics::talks::{Side, Talk, Turn},
    somebody::Somebody,
};

/// The root of the thread to which a post of theirs belongs, and when it was written.
type Place<'a> = (&'a str, DateTime<Utc>);

impl<'a> Context<'a> {
    /// Every conversation with one person up to the end of `moment`, in the order of their roots.
    ///
    /// - `id`: the id of `somebody`.
    pub(crate) fn talks_with<'b>(
        &self,
        somebody: &'b Somebody,
        id: &'b PersonId,
        moment: &Moment,
    ) -> Vec<Talk<'b>>
    where
        'a: 'b,
    {
        let answered = self.replies_to_person.contains_key(somebody.id());
        if !answered && !somebody.deeds.iter().any(|deed| deed.act.opens_conversation()) {
            return Vec::new();
        }
        let places = self.places(somebody, moment);
        let mut turns: BTreeMap<&str, Vec<Turn>> = BTreeMap::new();
        for (object, (root, at)) in &places {
            let turn = Turn { at: *at, side: Side::Theirs, id: object };
            turns.entry(root).or_default().push(turn);
        }
        for reply in self.replies(somebody, &places, moment) {
            let (root, at) = self.place_of_answer(&places, reply);
            // Clocks differ: an answer is never before what it answers.
            let turn = Turn { at: reply.at.max(at), side: Side::Ours, id: &reply.id };
            turns.entry(root).or_default().push(turn);
        }
        let talk = |(root, mut turns): (&'b str, Vec<Turn<'b>>)| {
            turns.sort_unstable();
            Talk { key: (root, id), turns }
        };
        turns.into_iter().map(talk).collect()
    }

    /// Where each of their replies and mentions belongs.
    fn places<'b>(&self, somebody: &'b Somebody, moment: &Moment) -> HashMap<&'b str, Place<'b>>
    where
        'a: 'b,
    {
        let end = moment.end();
        let said = somebody.deeds.iter();
        let said = said.filter(|deed| deed.act.opens_conversation() && deed.at <= end);
        let mut places: HashMap<&str, Place> = HashMap::new();
        for deed in said {
            let object = somebody.object(deed);
            // A post that was not saved is a thread of its own, as far as anybody can tell.
            let root = self.written(object).map_or(object, |post| &post.root);
            let place = places.entry(object).or_insert((root, deed.at.time()));
            place.1 = place.1.min(deed.at.time());
        }
        places
    }

    /// Our replies to them, each once.
    fn replies(
        &self,
        somebody: &Somebody,
        places: &HashMap<&str, Place>,
        moment: &Moment,
    ) -> Vec<&'a Post> {
        let to_them = self.replies_to_person.get(somebody.id()).into_iter();
        let to_posts = places.keys().filter_map(|object| self.replies_to_post.get(object));
        let both = to_them.chain(to_posts).flatten().copied();
        let mut replies: Vec<&Post> = both.filter(|reply| reply.at <= moment.window.to).collect();
        replies.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        replies.dedup_by(|one, other| one.id == other.id);
        replies
    }

    /// The thread that a reply of ours belongs to, and when what it answers was written.
    fn place_of_answer<'b>(&self, places: &HashMap<&str, Place<'b>>, reply: &'a Post) -> Place<'b>
    where
        'a: 'b,
    {
        let parent = reply.parent.as_deref();
        let theirs = parent.and_then(|parent| places.get(parent).copied());
        let saved = || Some(self.written(parent?)?).map(|post| (&*post.root, post.at));
        theirs.or_else(saved).unwrap_or((&reply.root, reply.at))
    }
}

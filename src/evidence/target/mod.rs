//! Whom the brand turns to today, with the reason, and what came of it when it did before.
//!
//! ```text
//! segments, prospects ──► Targeting ─┐
//! Context, everybody ────────────────┴─► Targeting::see, once a person ──► finish ──► Targets
//! ```
//!
//! Start reading at [`Targeting::see`]. Who fits is judged by [`segment`] and `scores::fit`, what
//! came of an approach by [`contact`], who is left alone by [`Left`].
//!
//! # Always true
//!
//! - Its memory grows with the prospects, with those whom the brand answered, and with the length of
//!   the list; never with followers or interactions.
//! - An approach is a reply of ours that the exports hold, never a tick; so is its outcome.
//! - Nobody is listed to whom we wrote twice without an answer, or less than 14 days ago, unless
//!   words of theirs wait for ours.
//! - What nobody tells lowers no fit, and a fit of which too little is known lists nobody.
//!
//! # Source
//!
//! Why these limits: `docs/guides/target.md`; weights: `docs/reference/scores.md`.

pub mod bio;
pub mod contact;
mod list;
mod look;
pub mod prospect;
pub mod segment;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::TimeDelta;
use serde::Serialize;

use self::{
    bio::Sought,
    list::List,
    look::Look,
    prospect::{Prospect, Prospects},
    segment::{Segments, Subject},
};
pub use self::{
    contact::{Approach, Contact, Outcome},
    list::{Candidate, Reason, Targets},
};
use super::{
    pseudonym::Pseudonyms,
    scores::{Context, Relation},
    somebody::Somebody,
};

/// Who was written to has this long to turn to us, and is left alone meanwhile.
pub const PATIENCE: TimeDelta = TimeDelta::days(14);
/// After so many approaches in a row without an answer somebody is left alone.
pub const PATIENT_APPROACHES: usize = 2;

/// Why somebody is not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// The brand's file says never.
    Never,
    /// Their profile has a word that keeps them out.
    KeptOut,
    /// The screen flags the account.
    Flagged,
    /// We wrote to them twice, and they did not answer.
    Unanswered,
    /// We wrote to them less than 14 days ago.
    WrittenLately,
    /// They are somebody who is listed, or left alone, under another account.
    SamePerson,
    /// They fit less than the brand's file asks for.
    FitsLess,
    /// Too little is known to say how they fit.
    Unknown,
}

impl Left {
    /// Every reason with what it says.
    pub const ALL: [(Left, &'static str); 8] = [
        (Left::Never, "the brand's file says never"),
        (Left::KeptOut, "a word of their profile keeps them out"),
        (Left::Flagged, "the screen flags the account"),
        (Left::Unanswered, "written to twice without an answer"),
        (Left::WrittenLately, "written to in the last 14 days"),
        (Left::SamePerson, "the same person under another account"),
        (Left::FitsLess, "fit less than asked for"),
        (Left::Unknown, "too little is known to say how they fit"),
    ];

    /// What it says.
    pub fn words(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }
}

/// The list of a brand while everybody is looked at.
#[derive(Debug)]
pub struct Targeting {
    segments: Segments,
    sought: Option<Sought>,
    prospects: Prospects,
    never: HashSet<String>,
    least_fit: u32,
    list: List,
    contacts: Vec<Contact>,
    considered: u64,
    left: BTreeMap<Left, u64>,
}

impl Targeting {
    /// Before anybody was seen.
    ///
    /// - `prospects`: people outside of the evidence.
    /// - `most`: how many are listed.
    pub fn begin(context: &Context, prospects: Vec<Prospect>, most: usize) -> Self {
        let audience = &context.brand.audience;
        let segments = Segments::of(context.brand);
        let never = audience.never.iter();
        let prospects = Prospects::of(prospects, segments.accounts());
        Self {
            never: never.map(|one| segment::name(one.platform, &one.handle)).collect(),
            least_fit: audience.least_fit,
            sought: Sought::of(context.brand),
            list: List::of(most, prospects.links()),
            segments,
            prospects,
            contacts: Vec::new(),
            considered: 0,
            left: Left::ALL.map(|row| (row.0, 0)).into(),
        }
    }

    /// Adds one person.
    pub fn see(&mut self, context: &Context, somebody: &Somebody) {
        let Some(relation) = context.relation(somebody, context.now()) else { return };
        let prospect = self.prospects.take(somebody);
        if prospect.is_some() || relation.matters() {
            self.consider(context, somebody, relation, prospect);
        }
    }

    /// Judges one person who may be listed.
    fn consider(
        &mut self,
        context: &Context,
        somebody: &Somebody,
        relation: Relation,
        prospect: Option<Prospect>,
    ) {
        self.considered += 1;
        let (id, names) = (somebody.person_id(), segment::names(somebody));
        let talks = context.talks_with(somebody, &id, context.now());
        let sought = self.sought.as_ref();
        let subject = Subject::of(context, somebody, &names, prospect.as_ref(), sought);
        let found = self.segments.best(&subject);
        let wanted = found.listed || !found.met.is_empty();
        let contact = Contact::read(context, somebody, &talks);
        let look = Look::at(context, somebody, relation, &talks, subject, found, contact.as_ref());
        match self.left_alone(&look) {
            Some(left) => {
                self.list.rests(left, &names);
                *self.left.entry(left).or_default() += 1;
            }
            None => {
                let person = self.list.person(&names);
                self.list.add(look.candidate(person, prospect.as_ref()));
            }
        }
        self.contacts.extend(contact.filter(|one| wanted && one.is_in(context.now().window)));
    }

    /// Why somebody is not listed.
    fn left_alone(&self, look: &Look<'_>) -> Option<Left> {
        if look.names().iter().any(|name| self.never.contains(name)) {
            return Some(Left::Never);
        }
        if look.found.kept_out {
            return Some(Left::KeptOut);
        }
        match look.fit.value() {
            None => return Some(Left::Unknown),
            Some(value) if u32::from(value.0) < 10 * self.least_fit => return Some(Left::FitsLess),
            Some(_) => {}
        }
        look.rests().or_else(|| look.flagged())
    }

    /// Adds those whom nobody in the evidence is, and gives the list of the day.
    ///
    /// - `forgotten`: marks of people whom the evidence has to forget.
    pub fn finish(
        mut self,
        context: &Context,
        pseudonyms: Option<&Pseudonyms>,
        forgotten: &BTreeSet<String>,
    ) -> Targets {
        let is_forgotten = |one: &Prospect| {
            let names = [one.id.as_str(), &one.handle_key()];
            pseudonyms.is_some_and(|by| names.iter().any(|name| forgotten.contains(&by.mark(name))))
        };
        for prospect in self.prospects.rest() {
            if is_forgotten(&prospect) || context.is_own(prospect.id.as_str()) {
                continue;
            }
            let somebody = prospect.somebody();
            let Some(relation) = context.relation(&somebody, context.now()) else { continue };
            self.consider(context, &somebody, relation, Some(prospect));
        }
        let Self { segments, list, mut contacts, considered, mut left, .. } = self;
        let (listed, fitting, same) = list.finish();
        *left.entry(Left::SamePerson).or_default() += same;
        contacts.sort_by(|one, other| (other.last(), &one.id).cmp(&(one.last(), &other.id)));
        let (window, wants) = (context.now().window, !segments.is_empty());
        Targets { window, wants, considered, listed, fitting, left, contacts }
    }
}

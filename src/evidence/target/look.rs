//! One person as the list of the day sees them.

use super::{
    Contact, Left, PATIENCE, PATIENT_APPROACHES,
    list::{Candidate, Reason},
    prospect::{self, Prospect},
    segment::{Match, Subject},
};
use crate::evidence::{
    inbox::{Standing, standing},
    metrics::talks::Talk,
    scores::{
        Context, Relation, Screen,
        fit::{Beside, Fit, fit},
        screened,
    },
    somebody::{Micros, Somebody},
};

/// Somebody, with what was found about them.
pub(super) struct Look<'l> {
    context: &'l Context<'l>,
    somebody: &'l Somebody,
    relation: Relation,
    subject: Subject<'l>,
    contact: Option<&'l Contact>,
    /// What of theirs waits for us.
    waits: Option<Reason>,
    /// How they meet the segments.
    pub found: Match<'l>,
    /// How they fit.
    pub fit: Fit,
}

impl<'l> Look<'l> {
    pub fn at(
        context: &'l Context<'l>,
        somebody: &'l Somebody,
        relation: Relation,
        talks: &[Talk<'_>],
        subject: Subject<'l>,
        found: Match<'l>,
        contact: Option<&'l Contact>,
    ) -> Self {
        let rules = (found.known > 0).then_some((found.met.len() as u32, found.known));
        let on_a_pillar = subject.bio.and_then(|bio| context.on_a_pillar(bio));
        let beside = Beside { rules, listed: found.listed, on_a_pillar };
        let fit = fit(context, somebody, relation, beside);
        let waits = waiting(context, somebody, talks);
        Self { context, somebody, relation, subject, contact, waits, found, fit }
    }

    /// What they may be called on a list.
    pub fn names(&self) -> &[String] {
        self.subject.names
    }

    /// Why we leave them alone for what we did; `None` if words of theirs wait, or we did nothing.
    pub fn rests(&self) -> Option<Left> {
        let contact = self.contact.filter(|_| self.waits.is_none())?;
        let lately = contact.last() > self.context.now().window.to - PATIENCE;
        match contact.unanswered() {
            PATIENT_APPROACHES.. => Some(Left::Unanswered),
            _ => lately.then_some(Left::WrittenLately),
        }
    }

    /// Whether the screen flags them.
    pub fn flagged(&self) -> Option<Left> {
        let screen = screened(self.context, self.somebody, self.relation);
        (screen == Screen::Flag).then_some(Left::Flagged)
    }

    /// Them on the list.
    ///
    /// - `person`: who they are, if they have several accounts.
    pub fn candidate(self, person: Option<String>, prospect: Option<&Prospect>) -> Candidate {
        let told = prospect.and_then(|one| one.post.clone());
        let reason = self.waits.clone().unwrap_or_else(|| self.reason());
        Candidate {
            id: self.somebody.person_id(),
            handle: prospect::handle(self.somebody, prospect),
            person,
            segment: self.found.segment.map(str::to_owned),
            met: self.found.met,
            about: about(self.context, &reason),
            reason,
            fit: self.fit,
            unanswered: self.contact.map_or(0, Contact::unanswered),
            post: told,
            note: prospect.and_then(|one| one.note.clone()),
        }
    }

    /// Why they are listed if nothing of theirs waits.
    fn reason(&self) -> Reason {
        let (moment, somebody) = (self.context.now(), self.somebody);
        let deeds = || somebody.deeds.iter().filter(|deed| deed.at.time() <= moment.window.to);
        let in_window = deeds().filter(|deed| moment.window.holds(deed.at.time())).count();
        match deeds().max_by_key(|deed| (deed.at, deed.act)) {
            Some(last) => Reason::Turned {
                count: in_window as u64,
                act: last.act,
                at: last.at.time(),
                post: somebody.object(last).to_owned(),
            },
            None if self.relation.follows || self.relation.asks => {
                let since = self.context.since(somebody, moment);
                Reason::Follows { since: since.map(Micros::time) }
            }
            None => Reason::Outside,
        }
    }
}

/// What of theirs waits for our answer, the oldest; `None` if nothing does.
fn waiting(context: &Context, somebody: &Somebody, talks: &[Talk<'_>]) -> Option<Reason> {
    let waits = talks.iter().filter_map(|talk| match standing(context, somebody, talk) {
        Standing::Waits(waiting) => Some(waiting),
        Standing::Over | Standing::Answered => None,
    });
    let first =
        waits.min_by(|one, other| (one.since, &one.post).cmp(&(other.since, &other.post)))?;
    Some(Reason::Waits { post: first.post, since: first.since, asks: first.asks })
}

/// The pillars that the post to answer is on, where its words are kept.
fn about(context: &Context, reason: &Reason) -> Vec<String> {
    let post = match reason {
        Reason::Waits { post, .. } | Reason::Turned { post, .. } => post,
        Reason::Follows { .. } | Reason::Outside => return Vec::new(),
    };
    let pillars = context.pillars_at(post).unwrap_or_default();
    pillars.into_iter().map(str::to_owned).collect()
}

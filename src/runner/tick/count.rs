//! What the actions `define.audit`, `target.rank`, `support.inbox` and `refine.evaluate` count.
//!
//! # Always true
//!
//! - No person stands in an answer: it goes into the journal, which holds none.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::settle::{object, values};
use crate::{
    evidence::{inbox::Inbox, metrics::audit::Share, scores::Survey, target::Targets},
    failure::Failure,
    model::BrandId,
    runner::{Runner, known::Asked},
};

impl Runner {
    /// Holds what the brand shows of itself against its charter; people of the charter are not
    /// named.
    pub(super) fn count_audit(&mut self, brand: &BrandId) -> Result<Map<String, Value>, Failure> {
        let audit = self.audit(brand, Asked::default(), None)?.audit;
        let share = |share: Share| json!({ "hits": share.hits, "n": share.n });
        let empty = |found: &Share| found.n - found.hits;
        // Where nothing is known of them, nothing is not 0.
        let known = !audit.fields.is_empty();
        let empty_fields = known.then(|| audit.fields.values().map(empty).sum::<u64>());
        let drift = Share { hits: audit.drift.len() as u64, n: audit.threads };
        let pillars: BTreeMap<&str, Value> =
            audit.pillars.iter().map(|(id, found)| (id.as_str(), share(*found))).collect();
        let rhythm = audit.rhythm.as_ref();
        Ok(object([
            ("as_of", json!(audit.window.map(|window| window.to))),
            ("metrics", json!(values(audit.numbers.iter()))),
            ("pillars", json!(pillars)),
            ("drift", json!((drift.n > 0).then(|| share(drift)))),
            ("empty_fields", json!(empty_fields)),
            ("weeks", json!(rhythm.map(|rhythm| share(rhythm.weeks)))),
            ("weeks_kept", json!(rhythm.and_then(|rhythm| rhythm.kept).map(share))),
        ]))
    }

    /// Counts those to turn to, those who are left alone, and what came of it before.
    pub(super) fn count_targets(&mut self, brand: &BrandId) -> Result<Map<String, Value>, Failure> {
        let targets = self.target(brand, Asked::default(), None, None)?.targets;
        let targets = targets.as_ref();
        let [turned, open, silent] = targets.map(Targets::outcomes).unwrap_or_default();
        Ok(object([
            ("as_of", json!(targets.map(|one| one.window.to))),
            ("listed", json!(targets.map_or(0, |one| one.listed.len()))),
            ("fitting", json!(targets.map_or(0, |one| one.fitting))),
            ("considered", json!(targets.map_or(0, |one| one.considered))),
            ("contacts", json!(targets.map_or(0, |one| one.contacts.len()))),
            ("turned", json!(turned)),
            ("open", json!(open)),
            ("silent", json!(silent)),
            ("pressed", json!(targets.map_or(0, Targets::pressed))),
        ]))
    }

    /// Counts the conversations that wait for an answer.
    pub(super) fn count_inbox(&mut self, brand: &BrandId) -> Result<Map<String, Value>, Failure> {
        let known = self.known(brand, Asked::default())?;
        let inbox = known.judge_each(
            None,
            |context| (Inbox::default(), context.now().window.to),
            |(inbox, _), context, somebody| inbox.see(context, somebody),
        )?;
        let (inbox, as_of) = inbox.map(|(inbox, to)| (inbox, Some(to))).unwrap_or_default();
        Ok(object([
            ("as_of", json!(as_of)),
            ("opened", json!(inbox.opened)),
            ("waiting", json!(inbox.waiting.len())),
            ("questions", json!(inbox.questions())),
            ("overdue", json!(as_of.map_or(0, |as_of| inbox.overdue(as_of)))),
        ]))
    }

    /// Judges everybody and counts what is proposed, and how many questions wait for a person.
    pub(super) fn count_people(&mut self, brand: &BrandId) -> Result<Map<String, Value>, Failure> {
        let (known, now) = (self.known(brand, Asked::default())?, self.now());
        let found = known.judge_each(
            None,
            |context| (Survey::new(0), context.now().window.to),
            |(survey, _), context, somebody| survey.see(context, somebody),
        )?;
        let (survey, as_of) =
            found.map_or((Survey::new(0), None), |(survey, to)| (survey, Some(to)));
        let mut waiting = 0_u64;
        known.each_question(now, |_, asked| waiting += u64::from(asked.status.waits()))?;
        let decisions = survey.decisions.iter();
        let decisions: BTreeMap<&str, u64> =
            decisions.map(|(decision, kind)| (decision.name(), kind.count)).collect();
        Ok(object([
            ("as_of", json!(as_of)),
            ("judged", json!(survey.judged)),
            ("decisions", json!(decisions)),
            ("questions", json!(waiting)),
        ]))
    }
}

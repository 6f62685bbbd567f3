//! Whether those whom the brand wants to reach engage, and turn to it when it writes to them.
//!
//! ```text
//! accounts of the segments ──► Targets ─┐
//! our replies in the window ────────────┴─► Reaching::see, once a person ──► Reached ──► two metrics
//! ```
//!
//! # Always true
//!
//! - Its memory grows with the target list, never with followers or interactions.
//! - Whether somebody was approached, and turned to us, is read from what was posted: nobody ticks it off.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::{
    reading::{Reading, Row, Subject, counted},
    scope::Scope,
};
use crate::{
    evidence::{erasure::bare, facts::PersonId, somebody::Somebody, target::PATIENCE},
    model::{Brand, Metric, Window},
};

const NOBODY_LISTED: &str =
    "no segment lists an account: name some below `accounts` of a segment of `audience`";

/// Accounts of the list that engaged in the window.
pub(super) fn target_reach(scope: &Scope) -> Reading {
    let metric = Metric::TargetReach;
    let reached = &scope.tally.reached;
    if reached.0.is_empty() {
        return Reading::no_cases(metric, NOBODY_LISTED);
    }
    let engaged = || reached.0.values().filter_map(|met| met.engaged);
    let rows = || {
        reached.0.iter().map(|(name, met)| {
            let what = if met.engaged.is_some() { "engaged" } else { "did not engage" };
            row(name, met, met.engaged, met.engaged.is_some(), what)
        })
    };
    Reading::proportion(metric, engaged().count() as u64, reached.0.len() as u64)
        .out_of("accounts of the target list")
        .given("people who engaged, on the list or not", scope.tally.most_active.people as f64)
        .over(engaged())
        .behind(scope, rows)
        .but(scope.begins_late())
}

/// Accounts of the list to whom we wrote in the window, and who turned to us within 14 days.
pub(super) fn target_reply_back(scope: &Scope) -> Reading {
    let metric = Metric::TargetReplyBack;
    let reached = &scope.tally.reached;
    if reached.0.is_empty() {
        return Reading::no_cases(metric, NOBODY_LISTED);
    }
    // Whoever has had less time is left out, silent or not: those who turn to us at once would count alone.
    let due = |met: &Met| met.wrote <= Some(scope.window.to - PATIENCE);
    let wrote = || reached.0.iter().filter(|(_, met)| met.wrote.is_some());
    let judged: Vec<(&String, &Met)> = wrote().filter(|(_, met)| due(met)).collect();
    let waiting = (wrote().count() - judged.len()) as u64;
    let left_out = (waiting > 0).then(|| {
        let who = counted(waiting, "accounts");
        format!("{who} left out: written to less than 14 days ago")
    });
    if judged.is_empty() {
        let why = left_out.unwrap_or_else(|| {
            "no reply of ours in the window goes to an account of the target list".to_owned()
        });
        return Reading::no_cases(metric, why);
    }
    let turned = judged.iter().filter(|(_, met)| met.turned.is_some()).count() as u64;
    let rows = || {
        judged.iter().map(|(name, met)| {
            let what = match met.turned {
                Some(_) => "engaged after we wrote",
                None => "silent for 14 days after we wrote",
            };
            row(name, met, met.turned.or(met.wrote), met.turned.is_some(), what)
        })
    };
    Reading::proportion(metric, turned, judged.len() as u64)
        .out_of("accounts of the target list to whom we replied in the window")
        .over(judged.iter().filter_map(|(_, met)| met.wrote))
        .behind(scope, rows)
        .but(left_out)
}

fn row(name: &str, met: &Met, at: Option<DateTime<Utc>>, counts: bool, what: &str) -> Row {
    let id = met.id.clone().unwrap_or_else(|| PersonId::stored(name));
    Row { of: Subject::Person(id), at, counts, what: what.to_owned() }
}

/// Whom the brand wants to reach: the accounts of its segments, each as platform and name.
#[derive(Debug, Clone, Default)]
pub(super) struct Targets(BTreeMap<String, Met>);

impl Targets {
    pub fn of(brand: &Brand) -> Self {
        let accounts = brand.audience.segments.iter().flat_map(|segment| &segment.accounts);
        let named = accounts.map(|one| PersonId::named(one.platform, &one.handle));
        Self(named.map(|id| (id.as_str().to_owned(), Met::default())).collect())
    }

    /// What somebody is called on the list, by id or by handle.
    fn name_of(&self, id: &str, handle: Option<&str>) -> Option<String> {
        if self.0.contains_key(id) {
            return Some(id.to_owned());
        }
        let (platform, _) = id.split_once(':')?;
        Some(format!("{platform}:{}", bare(handle?))).filter(|name| self.0.contains_key(name))
    }
}

/// What is known of an account of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Met {
    /// The platform's own id, once they were met.
    id: Option<PersonId>,
    /// When they engaged last in the window.
    engaged: Option<DateTime<Utc>>,
    /// When we replied to them first in the window.
    wrote: Option<DateTime<Utc>>,
    /// When they engaged first within 14 days of that.
    turned: Option<DateTime<Utc>>,
}

impl Met {
    /// Adds what somebody of the same name did.
    fn add(&mut self, other: Met) {
        let least = |one: Option<DateTime<Utc>>, other| one.into_iter().chain(other).min();
        self.id = self.id.take().or(other.id);
        self.engaged = self.engaged.max(other.engaged);
        self.wrote = least(self.wrote, other.wrote);
        self.turned = least(self.turned, other.turned);
    }
}

/// What came of the target list.
#[derive(Debug, Clone, Default)]
pub(super) struct Reached(BTreeMap<String, Met>);

/// The target list held against everybody, one after another.
#[derive(Debug, Clone)]
pub(super) struct Reaching<'a> {
    window: Window,
    /// When we replied first in the window to whom.
    wrote: HashMap<&'a PersonId, DateTime<Utc>>,
    met: Targets,
}

impl<'a> Reaching<'a> {
    /// - `replies`: to whom we replied in the window, and when.
    pub fn begin(
        targets: Targets,
        window: Window,
        replies: impl Iterator<Item = (&'a PersonId, DateTime<Utc>)>,
    ) -> Self {
        let mut wrote: HashMap<&PersonId, DateTime<Utc>> = HashMap::new();
        for (to, at) in replies.filter(|_| !targets.0.is_empty()) {
            let first = wrote.entry(to).or_insert(at);
            *first = at.min(*first);
        }
        Self { window, wrote, met: targets }
    }

    /// Adds somebody, if they are on the list.
    pub fn see(&mut self, somebody: &Somebody) {
        if self.met.0.is_empty() {
            return;
        }
        let Some(name) = self.met.name_of(somebody.id(), somebody.handle()) else { return };
        let id = somebody.person_id();
        let wrote = self.wrote.get(&id).copied();
        let deeds = || somebody.deeds.iter().map(|deed| deed.at.time());
        let in_time = |at: &DateTime<Utc>| {
            *at <= self.window.to
                && wrote.is_some_and(|wrote| wrote < *at && *at <= wrote + PATIENCE)
        };
        let met = Met {
            id: Some(id),
            engaged: deeds().filter(|at| self.window.holds(*at)).max(),
            wrote,
            turned: deeds().filter(in_time).min(),
        };
        self.met.0.entry(name).or_default().add(met);
    }

    /// Adds those whom another one met.
    pub fn join(&mut self, other: Self) {
        for (name, met) in other.met.0 {
            self.met.0.entry(name).or_default().add(met);
        }
    }

    /// Adds those to whom we wrote and of whom nothing else is known.
    pub fn finish(self) -> Reached {
        let mut met = self.met.0;
        for (person, at) in self.wrote {
            if let Some(unmet) = met.get_mut(person.as_str()).filter(|met| met.id.is_none()) {
                unmet.add(Met { id: Some(person.clone()), wrote: Some(at), ..Met::default() });
            }
        }
        Reached(met)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    const DAY: i64 = 24;

    #[test]
    fn the_share_of_the_list_that_engages() {
        let listed = || World::new().wants("ann").wants("bob");
        // (why, world, line)
        let table = [
            (
                "no list",
                World::new().likes("ann", 5),
                "no cases: no segment lists an account: name some below `accounts` of a segment of `audience`",
            ),
            ("nobody of the list", listed().likes("cid", 5), "0 of 2"),
            ("one of two", listed().likes("ann", 5).likes("ann", 6).likes("cid", 4), "1 of 2"),
            ("before the window", listed().likes("ann", 29 * DAY).likes("cid", 5), "0 of 2"),
            ("listed twice", listed().wants("ann").likes("ann", 5), "1 of 2"),
            ("by handle, in any case", World::new().wants("@ANN").likes("ann", 5), "1 of 1"),
        ];
        for (why, world, expected) in table {
            assert_eq!(world.line(Metric::TargetReach), expected, "{why}");
        }
    }

    #[test]
    fn those_written_to_turn_to_us_within_14_days_or_do_not() {
        let wrote =
            |days: i64| World::new().wants("ann").wants("bob").answers("ann", "r", days * DAY);
        // (why, world, line)
        let table = [
            (
                "we wrote to nobody of the list",
                World::new().wants("ann").answers("cid", "r", 5),
                "no cases: no reply of ours in the window goes to an account of the target list",
            ),
            ("turned to us", wrote(20).likes("ann", 10 * DAY), "1 of 1"),
            ("too late", wrote(20).likes("ann", 5 * DAY), "0 of 1"),
            ("only before", wrote(20).likes("ann", 21 * DAY), "0 of 1"),
            ("silent", wrote(20).likes("cid", 5), "0 of 1"),
            (
                "may still turn to us",
                wrote(3).likes("cid", 5),
                "no cases: 1 account left out: written to less than 14 days ago",
            ),
            (
                "turned to us at once",
                wrote(3).likes("ann", 2 * DAY),
                "no cases: 1 account left out: written to less than 14 days ago",
            ),
            (
                "who turned at once does not count before who is silent",
                wrote(3).likes("ann", 2 * DAY).answers("bob", "s", 20 * DAY),
                "0 of 1",
            ),
            (
                "one waits, one is due",
                wrote(3).answers("bob", "s", 20 * DAY).likes("cid", 5),
                "0 of 1",
            ),
        ];
        for (why, world, expected) in table {
            assert_eq!(world.line(Metric::TargetReplyBack), expected, "{why}");
        }
    }
}

//! Who comes, who stays and who leaves.
//!
//! # Always true
//!
//! - A follower is lost only between two complete lists; a part of a list, or a number that fell,
//!   names nobody.
//! - The two ends of a change lie near the two ends of the window, or there is no number.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    reading::{Reading, Row, Subject, counted, day},
    scope::Scope,
    tally::Listed,
};
use crate::{
    evidence::facts::{Count, Facts, PersonId, Profile},
    model::{Finding, Metric, Window},
};

/// Followers of the first complete list who are not on the last, out of those on the first.
pub(super) fn churn(scope: &Scope) -> Reading {
    let metric = Metric::Churn;
    match Lists::of(scope) {
        Ok(lists) => lists.reading(scope, metric, lists.lost),
        Err(finding) => Reading::without(metric, finding),
    }
}

/// Followers on both complete lists, out of those on the first.
pub(super) fn retention(scope: &Scope) -> Reading {
    let metric = Metric::Retention;
    match Lists::of(scope) {
        Ok(lists) => lists.reading(scope, metric, lists.first - lists.lost),
        Err(finding) => Reading::without(metric, finding),
    }
}

/// How much the number of followers grew in the window, by the best source there is: the numbers
/// stated near its two ends, those of the platform for the days in it, or two complete lists.
pub(super) fn growth(scope: &Scope) -> Reading {
    let metric = Metric::Growth;
    let lists = || Lists::of(scope).ok().map(Change::of_lists);
    let change = Change::stated(scope).or_else(|| Change::counted(scope)).or_else(lists);
    let Some(Change { before, after, how, caveats }) = change else {
        let (from, to) = (day(scope.window.from), day(scope.window.to));
        let why = format!("no export states the number of followers near {from} and near {to}");
        return Reading::without(metric, Finding::NotExported { why });
    };
    if before <= 0.0 {
        return Reading::no_cases(metric, "there was no follower at the beginning");
    }
    Reading::value(metric, (after - before) / before, before as u64, None)
        .out_of(format!("followers at the beginning, {how}"))
        .given("followers at the beginning", before)
        .given("followers at the end", after)
        .but(caveats)
}

/// Accounts that ours follow for each follower, by the newest profile of each.
pub(super) fn follow_ratio(scope: &Scope) -> Reading {
    let metric = Metric::FollowRatio;
    let (mut follows, mut followers, mut rows) = (0_u64, 0_u64, Vec::new());
    for account in scope.own_accounts() {
        let profiles = scope.facts.profiles.iter().filter(|profile| profile.account == *account);
        let both = profiles.filter(|profile| profile.followers.and(profile.follows).is_some());
        let best = |kept: &'_ Profile, one: &Profile| scope.prefers(one, kept);
        let newest = both.reduce(|kept, one| if best(kept, one) { one } else { kept });
        if let Some(profile) = newest {
            let (to, from) = (profile.follows.unwrap_or(0), profile.followers.unwrap_or(0));
            (follows, followers) = (follows + to, followers + from);
            let what = format!("follows {to}, has {}", counted(from, "followers"));
            let of = Subject::Account(account.clone());
            rows.push(Row { of, at: Some(profile.as_of), counts: true, what });
        }
    }
    if rows.is_empty() {
        let why = "no profile states both how many it follows and how many follow it".to_owned();
        return Reading::without(metric, Finding::NotExported { why });
    }
    let base = followers.max(1);
    Reading::value(metric, follows as f64 / base as f64, base, None)
        .out_of("followers as the profile states them")
        .given("accounts followed", follows as f64)
        .given("followers", followers as f64)
        .behind(scope, || rows)
}

/// How far from an end of the window something may lie that speaks for that end.
fn slack(window: Window) -> TimeDelta {
    ((window.to - window.from) / 8).max(TimeDelta::days(1))
}

/// The accounts with two complete lists of followers near the window's ends; nobody counted yet.
pub(super) fn lists(facts: &Facts, own: &[PersonId], window: Window) -> BTreeMap<PersonId, Listed> {
    let empty = |ends| Listed { ends, first: 0, lost: 0, last: 0 };
    let found = own.iter().filter_map(|account| {
        ends_of(facts, window, account).map(|ends| (account.clone(), empty(ends)))
    });
    found.collect()
}

/// The followers of our accounts between two complete lists.
struct Lists {
    ends: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// How many were on the first lists.
    first: u64,
    /// How many of these are not on the last ones.
    lost: u64,
    /// How many are on the last ones.
    last: u64,
    caveats: Vec<String>,
}

impl Lists {
    fn of(scope: &Scope) -> Result<Self, Finding> {
        let listed = &scope.tally.lists;
        if listed.is_empty() {
            let (from, to) = (day(scope.window.from), day(scope.window.to));
            let why = format!(
                "it takes two complete lists of followers, one of about {from} and one of about \
                 {to}"
            );
            return Err(Finding::NotExported { why });
        }
        let without = scope.own_accounts().iter().filter(|account| !listed.contains_key(*account));
        let lists = Self {
            ends: listed.values().map(|one| one.ends).collect(),
            first: listed.values().map(|one| one.first).sum(),
            lost: listed.values().map(|one| one.lost).sum(),
            last: listed.values().map(|one| one.last).sum(),
            caveats: without.map(|account| left_out(scope, account)).collect(),
        };
        if lists.first == 0 {
            let why = "nobody was on the first complete list".to_owned();
            return Err(Finding::NoCases { why });
        }
        Ok(lists)
    }

    fn reading(&self, scope: &Scope, metric: Metric, hits: u64) -> Reading {
        let spans = self.ends.iter();
        let days: Vec<String> =
            spans.map(|(first, last)| format!("{} and {}", day(*first), day(*last))).collect();
        let leaves = metric == Metric::Churn;
        Reading::proportion(metric, hits, self.first)
            .out_of(format!("followers on the first of the complete lists of {}", days.join("; ")))
            .behind(scope, || {
                scope.tally.faces.iter().flat_map(move |one| {
                    let first = one.listed.iter().filter(|(first, ..)| *first);
                    first.map(move |(_, last, left_at)| Row {
                        of: Subject::Person(one.id.clone()),
                        at: left_at.filter(|_| !last),
                        counts: *last != leaves,
                        what: if *last { "stayed" } else { "left" }.to_owned(),
                    })
                })
            })
            .but(self.caveats.clone())
    }
}

/// The complete lists of an account nearest to the window's two ends.
fn ends_of(
    facts: &Facts,
    window: Window,
    account: &PersonId,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let lists = || {
        let lists = facts.complete_lists.iter().filter(|(of, _)| of == account);
        lists.map(|(_, at)| *at).filter(|at| *at <= window.to)
    };
    let (from, near) = (window.from, slack(window));
    let last = lists().max().filter(|last| window.to - *last <= near)?;
    let first = lists().min_by_key(|at| ((*at - from).abs(), *at))?;
    ((first - from).abs() <= near && first < last).then_some((first, last))
}

fn left_out(scope: &Scope, account: &PersonId) -> String {
    let mut profiles = scope.facts.profiles.iter();
    let profile = profiles.find(|profile| profile.account == *account);
    let handle = profile.map_or(account.as_str(), |profile| profile.handle.as_str());
    format!("the followers of {handle} are not in this number")
}

/// How many followers there were and are.
struct Change {
    before: f64,
    after: f64,
    /// How that is known.
    how: String,
    caveats: Vec<String>,
}

impl Change {
    /// By the numbers that profiles and platforms state near the window's two ends.
    fn stated(scope: &Scope) -> Option<Self> {
        let (mut before, mut after, mut caveats) = (None, None, Vec::new());
        for account in scope.own_accounts() {
            match (near(scope, account, scope.window.from), near(scope, account, scope.window.to)) {
                (Some(first), Some(last)) if first.0 < last.0 => {
                    *before.get_or_insert(0.0) += first.1 as f64;
                    *after.get_or_insert(0.0) += last.1 as f64;
                }
                _ => caveats.push(left_out(scope, account)),
            }
        }
        Some(Self { before: before?, after: after?, how: "as stated".to_owned(), caveats })
    }

    /// By the platform's numbers of those who came and went in the window, back from its end.
    fn counted(scope: &Scope) -> Option<Self> {
        let inside = |from: DateTime<Utc>, to: DateTime<Utc>| {
            scope.window.from <= from && to <= scope.window.to
        };
        let sum = |count: Count, account: &PersonId| {
            let totals = scope.facts.account_totals.iter();
            let here = totals.filter(|total| total.count == count && total.account == *account);
            let values = here.filter(|total| inside(total.from, total.to)).map(|one| one.value);
            values.reduce(|sum, value| sum + value)
        };
        let (mut before, mut after, mut caveats) = (None, None, Vec::new());
        for account in scope.own_accounts() {
            let came = sum(Count::NewFollows, account);
            let left = sum(Count::Unfollows, account);
            let last = near(scope, account, scope.window.to);
            let (Some(came), Some(left), Some((_, last))) = (came, left, last) else {
                caveats.push(left_out(scope, account));
                continue;
            };
            *before.get_or_insert(0.0) += last as f64 - came as f64 + left as f64;
            *after.get_or_insert(0.0) += last as f64;
        }
        let how = "from those who came and left as the platform counts them".to_owned();
        Some(Self { before: before?, after: after?, how, caveats })
    }

    fn of_lists(lists: Lists) -> Self {
        let (before, after) = (lists.first as f64, lists.last as f64);
        Self { before, after, how: "on complete lists".to_owned(), caveats: lists.caveats }
    }
}

/// The number of followers stated nearest to `at` within the slack, and when.
fn near(scope: &Scope, account: &PersonId, at: DateTime<Utc>) -> Option<(DateTime<Utc>, u64)> {
    let stated = super::totals::followers_near(scope, account, at)?;
    let near = (stated.0 - at).abs() <= slack(scope.window) && scope.knows(stated.0);
    near.then_some(stated)
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{World, line},
        *,
    };

    const DAY: i64 = 24;

    #[test]
    fn who_left_is_told_by_two_complete_lists_near_the_windows_ends() {
        let crowd = |first: i64, last: i64| {
            World::new()
                .follows("ann", Some(90 * DAY), None)
                .follows("bob", Some(90 * DAY), Some(last))
                .follows("cid", Some(10 * DAY), None)
                .listed(first)
                .listed(last)
        };
        let none = "not exported: it takes two complete lists of followers, one of about \
                    2026-03-01 and one of about 2026-03-29";
        // (why, world, churn, retention)
        let table = [
            ("both ends", crowd(28 * DAY, 0), "1 of 2", "1 of 2"),
            ("within the slack", crowd(30 * DAY, 2 * DAY), "1 of 2", "1 of 2"),
            ("the first is too late", crowd(20 * DAY, 0), none, none),
            ("the last is too early", crowd(28 * DAY, 9 * DAY), none, none),
            ("one list", World::new().follow_all(["ann"]).listed(0), none, none),
            (
                "who came since is no loss",
                World::new()
                    .follows("cid", Some(10 * DAY), Some(5 * DAY))
                    .listed(28 * DAY)
                    .listed(0),
                "no cases: nobody was on the first complete list",
                "no cases: nobody was on the first complete list",
            ),
        ];
        for (why, world, churn, retention) in table {
            assert_eq!(world.line(Metric::Churn), churn, "{why}");
            assert_eq!(world.line(Metric::Retention), retention, "{why}");
        }
    }

    #[test]
    fn growth_is_told_by_the_best_source_there_is() {
        let ends = |before, after| {
            World::new().profile(28 * DAY, Some(before), &[]).profile(0, Some(after), &[])
        };
        let came = |count, value| World::new().total(count, 3 * DAY, 2 * DAY, value);
        let none = "not exported: no export states the number of followers near 2026-03-01 and \
                    near 2026-03-29";
        // (why, world, line)
        let table =
            [
                ("it grew by a tenth", ends(100, 110), "value 0.1 of 100"),
                ("it fell", ends(100, 90), "value -0.1 of 100"),
                ("from nothing", ends(0, 90), "no cases: there was no follower at the beginning"),
                ("one end only", World::new().profile(0, Some(9), &[]), none),
                ("the two ends are one", World::new().profile(14 * DAY, Some(9), &[]), none),
                (
                    "who came and went, back from the end",
                    came(Count::NewFollows, 30)
                        .total(Count::Unfollows, 3 * DAY, 2 * DAY, 10)
                        .profile(0, Some(120), &[]),
                    "value 0.2 of 100",
                ),
                (
                    "who came alone says too little",
                    came(Count::NewFollows, 30).profile(0, Some(9), &[]),
                    none,
                ),
                (
                    "two complete lists",
                    World::new()
                        .follows("ann", Some(90 * DAY), None)
                        .follows("bob", Some(1), None)
                        .listed(28 * DAY)
                        .listed(0),
                    "value 1 of 1",
                ),
            ];
        for (why, world, expected) in table {
            assert_eq!(world.line(Metric::Growth), expected, "{why}");
        }
    }

    #[test]
    fn whom_we_follow_is_put_beside_who_follows_us() {
        let world = World::new().profile(0, Some(50), &[]).following(100);
        assert_eq!(line(&world.measured(Metric::FollowRatio)), "value 2 of 50");
        let world = World::new().profile(0, Some(0), &[]).following(3);
        assert_eq!(line(&world.measured(Metric::FollowRatio)), "value 3 of 1", "max(followers, 1)");
        assert!(World::new().line(Metric::FollowRatio).starts_with("not exported: no profile"));
    }
}

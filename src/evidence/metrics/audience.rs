//! Who engages: how many followers, how evenly, and whether they come back.
//!
//! # Always true
//!
//! - A person counts once, however often they act and whichever of our accounts they act on.
//! - A mere follow is no engagement, and neither is what our own accounts do.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::{
    reading::{Reading, counted, day},
    scope::{Scope, begins_late},
};
use crate::{
    evidence::{
        facts::{Follow, PersonId, Profile},
        interval::{top_share, top_share_interval},
    },
    model::{Metric, Window},
};

/// How many people [`concentration`] looks at.
const TOP: usize = 10;

/// Distinct followers at the window's end with at least one interaction in the window.
pub(super) fn engaged_followers(scope: &Scope) -> Reading {
    let metric = Metric::EngagedFollowers;
    if let Some(why) = scope.before_engagement() {
        return Reading::no_cases(metric, why);
    }
    let (engaged, base) = (engaged_now(scope), Base::of(scope));
    match base.followers.max(engaged) {
        0 => Reading::no_cases(metric, "no follower is known"),
        n => base.explain(scope, Reading::value(metric, engaged as f64, n, None)),
    }
}

/// [`engaged_followers`] out of all followers.
pub(super) fn engaged_follower_rate(scope: &Scope) -> Reading {
    let metric = Metric::EngagedFollowerRate;
    if let Some(why) = scope.before_engagement() {
        return Reading::no_cases(metric, why);
    }
    let (engaged, mut base) = (engaged_now(scope), Base::of(scope));
    if engaged > base.followers {
        base.correct_stale_count();
    }
    match base.followers {
        0 => Reading::no_cases(metric, "no follower is known"),
        n => base.explain(scope, Reading::proportion(metric, engaged, n)),
    }
}

/// People engaged in the window before who are engaged in this one too.
pub(super) fn engaged_retention(scope: &Scope) -> Reading {
    let metric = Metric::EngagedRetention;
    let earlier = scope.window.before();
    let Some(begins) = scope.inbound_begins() else {
        return Reading::no_cases(metric, "nobody engaged yet");
    };
    if begins > earlier.to {
        let (begins, ended) = (day(begins), day(earlier.to));
        let why = format!("the evidence begins {begins}; the window before ends {ended}");
        return Reading::no_cases(metric, why);
    }
    let (before, now) = (engaged_in(scope, earlier), engaged_in(scope, scope.window));
    if before.is_empty() {
        return Reading::no_cases(metric, "nobody engaged in the window before");
    }
    let stayed = before.intersection(&now).count() as u64;
    let partly = begins_late("engagement", begins, "the window before", earlier.from);
    Reading::proportion(metric, stayed, before.len() as u64)
        .over(scope.inbound(scope.window).map(|one| one.at))
        .but(partly)
}

/// The share of interactions that the ten most active people made.
pub(super) fn concentration(scope: &Scope) -> Reading {
    let metric = Metric::Concentration;
    let mut by_person: HashMap<&PersonId, u64> = HashMap::new();
    for one in scope.inbound(scope.window) {
        *by_person.entry(&one.actor).or_default() += 1;
    }
    let mut counts: Vec<u64> = by_person.into_values().collect();
    counts.sort_unstable_by(|one, other| other.cmp(one));
    let (all, top) = (counts.iter().sum(), counts.iter().take(TOP).sum());
    if all == 0 {
        return Reading::no_cases(metric, "nobody engaged in the window");
    }
    debug_assert_eq!(top_share(&counts, TOP), top as f64 / all as f64);
    let people = counted(counts.len() as u64, "people");
    Reading::share(metric, top, all, top_share_interval(&counts, TOP))
        .out_of(format!("interactions of {people} in the window"))
        .over(scope.inbound(scope.window).map(|one| one.at))
        .but(scope.begins_late())
}

/// The people who engaged with us within `window`.
fn engaged_in<'a>(scope: &Scope<'a>, window: Window) -> HashSet<&'a PersonId> {
    scope.inbound(window).map(|one| &one.actor).collect()
}

/// How many of the engaged people follow us at the window's end.
fn engaged_now(scope: &Scope) -> u64 {
    let engaged = engaged_in(scope, scope.window);
    let followers = current_follows(scope).map(|follow| &follow.follower);
    followers.filter(|follower| engaged.contains(follower)).collect::<HashSet<_>>().len() as u64
}

/// The follows of our accounts that hold at the window's end.
fn current_follows<'a>(scope: &Scope<'a>) -> impl Iterator<Item = &'a Follow> {
    scope.facts.follows.iter().filter(|follow| {
        let gone = follow.left_at.is_some_and(|left| scope.knows(left));
        let began = follow.since.is_none_or(|since| scope.knows(since));
        began && !gone && scope.is_own(&follow.followed) && !scope.is_own(&follow.follower)
    })
}

/// How many followers there are, and how we know.
struct Base {
    /// The followers that the rate is out of.
    followers: u64,
    /// The followers known by name.
    known: u64,
    /// Whether every account states its number.
    stated: bool,
    caveats: Vec<String>,
}

impl Base {
    /// Adds up our accounts: the number each states at the window's end, else who is known.
    fn of(scope: &Scope) -> Base {
        let by_account = known_followers(scope);
        let known = by_account.values().sum();
        let mut base = Base { followers: 0, known, stated: true, caveats: Vec::new() };
        for account in scope.own_accounts() {
            let known = by_account.get(account).copied().unwrap_or(0);
            match stated(scope, account) {
                Some((profile, followers)) => {
                    base.followers += followers;
                    base.caveats.extend(late_profile(scope, profile));
                }
                None if known > 0 => {
                    base.followers += known;
                    base.stated = false;
                    base.caveats.push(format!(
                        "no profile states how many followers there are: {} known by name \
                         are counted",
                        counted(known, "followers")
                    ));
                }
                None => base.caveats.extend(left_out(scope, account)),
            }
        }
        base
    }

    /// More followers engaged than the profile states: it is older than the list.
    fn correct_stale_count(&mut self) {
        self.caveats.push(format!(
            "the profile states {}, fewer than engaged: the {} known by name are taken",
            counted(self.followers, "followers"),
            self.known
        ));
        (self.followers, self.stated) = (self.followers.max(self.known), false);
    }

    /// Adds to `reading` what stands under the line, and from when.
    fn explain(self, scope: &Scope, reading: Reading) -> Reading {
        let how = if self.stated { "as the profile states them" } else { "known by name" };
        reading
            .out_of(format!("followers {how}"))
            .over(scope.inbound(scope.window).map(|one| one.at))
            .but(self.caveats)
            .but(scope.begins_late())
    }
}

/// How many followers of each of our accounts are known by name at the window's end.
fn known_followers<'a>(scope: &Scope<'a>) -> BTreeMap<&'a PersonId, u64> {
    let mut known = BTreeMap::new();
    for follow in current_follows(scope) {
        *known.entry(&follow.followed).or_default() += 1;
    }
    known
}

/// The profile that states the followers of `account` at the window's end: the newest up to it,
/// else the first after it.
fn stated<'a>(scope: &Scope<'a>, account: &PersonId) -> Option<(&'a Profile, u64)> {
    let profiles = scope.facts.profiles.iter().filter(|profile| profile.account == *account);
    let with_count = profiles.filter_map(|profile| Some((profile, profile.followers?)));
    with_count.reduce(|kept, one| if scope.prefers(one.0, kept.0) { one } else { kept })
}

/// The caveat that the number of followers is newer than the window.
fn late_profile(scope: &Scope, profile: &Profile) -> Option<String> {
    let after: Option<DateTime<Utc>> = (!scope.knows(profile.as_of)).then_some(profile.as_of);
    after.map(|at| format!("the number of followers is of {}, after the window", day(at)))
}

/// The caveat that an account adds nothing, because nothing tells its followers.
fn left_out(scope: &Scope, account: &PersonId) -> Option<String> {
    let mut profiles = scope.facts.profiles.iter();
    let profile = profiles.find(|profile| profile.account == *account)?;
    Some(format!("the followers of {} are not known and not in this number", profile.handle))
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{World, ago, end, interval, line},
        *,
    };
    use crate::evidence::facts::Act;

    #[test]
    fn before_the_first_engagement_known_nobody_can_tell() {
        let world = World::new().follows("ann", None, None).likes("ann", 5);
        for metric in [Metric::EngagedFollowers, Metric::EngagedFollowerRate] {
            let found = line(&world.measured_until(metric, Some(50)));
            assert!(found.starts_with("no cases: the oldest engagement known"), "{found}");
        }
    }

    #[test]
    fn an_engaged_follower_acts_in_the_window_and_follows_at_its_end() {
        let day = 24;
        // (why, world, engaged followers out of 10 stated)
        let world = || World::new().profile(0, Some(10), &[]);
        let table = [
            ("nobody at all", world(), 0),
            ("a follower likes", world().follows("ann", None, None).likes("ann", 1), 1),
            ("a stranger likes", world().likes("bob", 1), 0),
            ("a follow alone is no engagement", world().follows("ann", Some(1), None), 0),
            (
                "twice is once",
                world().follows("ann", None, None).likes("ann", 1).likes("ann", 2),
                1,
            ),
            (
                "at the window's first instant, which is outside",
                world().follows("ann", None, None).likes("ann", 28 * day),
                0,
            ),
            ("an hour inside", world().follows("ann", None, None).likes("ann", 28 * day - 1), 1),
            ("who left does not count", world().follows("ann", None, Some(0)).likes("ann", 1), 0),
            ("we do not count", world().follows("us", None, None).likes("us", 1), 0),
        ];
        for (why, world, engaged) in table {
            let count = format!("value {engaged} of 10");
            assert_eq!(world.line(Metric::EngagedFollowers), count, "{why}");
            let share = format!("{engaged} of 10");
            assert_eq!(world.line(Metric::EngagedFollowerRate), share, "{why}");
        }
    }

    #[test]
    fn followers_are_taken_from_the_best_profile_known() {
        let fan = |world: World| world.follow_all(["ann", "bob"]).likes("ann", 1).likes("bob", 2);
        // (why, world, rate, words that a caveat holds)
        let table = [
            (
                "the newest profile up to the window's end",
                World::new().profile(50, Some(7), &[]).profile(1, Some(9), &[]),
                "2 of 9",
                "",
            ),
            (
                "else the first one after it",
                World::new().profile(-9, Some(8), &[]).profile(-5, Some(9), &[]),
                "2 of 9",
                "after the window",
            ),
            ("else who is known by name", World::new(), "2 of 2", "no profile states"),
            (
                "a count below the engaged is stale",
                World::new().profile(1, Some(1), &[]),
                "2 of 2",
                "fewer than engaged",
            ),
            (
                "accounts add up",
                World::new().profile(1, Some(5), &[]).profile_of("we", 1, Some(6), &[]),
                "2 of 11",
                "",
            ),
            (
                "an account that tells nothing is named",
                World::new().profile(1, Some(5), &[]).profile_of("we", 1, None, &[]),
                "2 of 5",
                "we.example are not known",
            ),
        ];
        for (why, world, rate, caveat) in table {
            let found = fan(world).measured(Metric::EngagedFollowerRate);
            assert_eq!(line(&found), rate, "{why}");
            assert!(found.caveats.iter().any(|text| text.contains(caveat)), "{why}: {found:?}");
        }
    }

    #[test]
    fn an_earlier_window_sees_what_was_known_then() {
        let world = World::new()
            .profile(100, Some(50), &[])
            .profile(0, Some(40), &[])
            .follows("ann", Some(900), Some(0))
            .follows("bob", Some(10), None)
            .likes("ann", 200)
            .likes("bob", 150);
        let found = world.measured_until(Metric::EngagedFollowerRate, Some(100));
        assert_eq!(line(&found), "1 of 50", "ann had not left and bob had not come");
        assert_eq!(found.as_of, Some(ago(100)));
        assert_eq!(found.span, Some((ago(200), ago(150))));
        let window = found.window.expect("a window");
        assert!(window.asked && window.to == ago(100));
        assert_eq!(world.line(Metric::EngagedFollowerRate), "1 of 40");
    }

    #[test]
    fn the_page_of_the_headline_is_measured_as_it_was_published() {
        let mut world = World::new().profile(0, Some(41_500_000), &[]);
        for i in 0..575 {
            let who = format!("fan{i}");
            world = world.follows(&who, None, None).likes(&who, 1);
        }
        let found = world.measured(Metric::EngagedFollowerRate);
        assert_eq!(line(&found), "575 of 41500000");
        let interval = interval(&found).expect("a proportion");
        assert_eq!(format!("{:.8} {:.8}", interval.low, interval.high), "0.00001277 0.00001504");
        assert_eq!(found.denominator, "followers as the profile states them");
        assert_eq!(found.sources, ["bluesky_api @us.example"]);
        assert_eq!((found.as_of, found.span), (Some(end()), Some((ago(1), ago(1)))));
    }

    #[test]
    fn the_top_ten_are_counted_by_what_they_did() {
        let ten = (0..10).fold(World::new(), |world, i| world.likes(&format!("p{i}"), 1));
        // (why, world, line)
        let table = [
            ("nobody", World::new().likes("us", 1), "no cases: nobody engaged in the window"),
            ("ten people are the top ten", ten.clone(), "10 of 10"),
            ("an eleventh is beyond", ten.clone().likes("p10", 2), "10 of 11"),
            ("every act counts", ten.likes("p0", 2).likes("p0", 3).likes("p10", 2), "12 of 13"),
        ];
        for (why, world, expected) in table {
            let found = world.measured(Metric::Concentration);
            assert_eq!(line(&found), expected, "{why}");
            assert_eq!(interval(&found).is_some(), expected.contains(" of "), "{why}");
        }
    }

    #[test]
    fn who_was_engaged_before_may_be_engaged_still() {
        let (now, before, first) = (24, 30 * 24, 56 * 24);
        // (why, world, line)
        let table = [
            ("nobody yet", World::new(), "no cases: nobody engaged yet"),
            (
                "the evidence is too short",
                World::new().likes("ann", now),
                "no cases: the evidence begins 2026-03-28; the window before ends 2026-03-01",
            ),
            (
                "nobody then",
                World::new().likes("ann", first).likes("ann", now),
                "no cases: nobody engaged in the window before",
            ),
            (
                "one of two stayed, and who is new does not matter",
                World::new()
                    .likes("ann", before)
                    .likes("bob", before)
                    .likes("ann", now)
                    .likes("eve", now),
                "1 of 2",
            ),
            ("we are nobody", World::new().likes("us", before).likes("ann", before), "0 of 1"),
        ];
        for (why, world, expected) in table {
            assert_eq!(world.line(Metric::EngagedRetention), expected, "{why}");
        }
        let short = World::new().act("ann", Act::Like, "p", before);
        let found = short.measured(Metric::EngagedRetention);
        assert!(found.caveats[0].starts_with("the oldest engagement known"), "{found:?}");
    }
}

//! Who engages: how many followers, how evenly, and whether they come back.
//!
//! # Always true
//!
//! - A person counts once, however often they act and whichever of our accounts they act on.
//! - A mere follow is no engagement, and neither is what our own accounts do.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    reading::{Reading, Row, Subject, counted, day},
    scope::{Scope, begins_late},
    tally::Face,
    totals::followers_near,
};
use crate::{
    evidence::facts::{AccountTotals, Count, PersonId, Profile},
    model::{FactKind, Finding, Metric},
};

/// How many people [`concentration`] looks at.
const TOP: usize = 10;

/// Distinct followers at the window's end with at least one interaction in the window.
pub(super) fn engaged_followers(scope: &Scope) -> Reading {
    let metric = Metric::EngagedFollowers;
    if !by_name(scope) {
        return by_platform(scope, metric, |total| {
            Reading::value(metric, total.engaged as f64, total.followers, None)
        });
    }
    if let Some(why) = scope.before_engagement() {
        return Reading::no_cases(metric, why);
    }
    let (engaged, base) = (scope.tally.engaged_followers, Base::of(scope));
    match base.followers.max(engaged) {
        0 => Reading::no_cases(metric, "no follower is known"),
        n => base.explain(scope, Reading::value(metric, engaged as f64, n, None)),
    }
}

/// [`engaged_followers`] out of all followers.
pub(super) fn engaged_follower_rate(scope: &Scope) -> Reading {
    let metric = Metric::EngagedFollowerRate;
    if !by_name(scope) {
        return by_platform(scope, metric, |total| {
            Reading::proportion(metric, total.engaged, total.followers)
        });
    }
    if let Some(why) = scope.before_engagement() {
        return Reading::no_cases(metric, why);
    }
    let (engaged, mut base) = (scope.tally.engaged_followers, Base::of(scope));
    if engaged > base.followers {
        base.correct_stale_count();
    }
    match base.followers {
        0 => Reading::no_cases(metric, "no follower is known"),
        n => base.explain(scope, Reading::proportion(metric, engaged, n)),
    }
}

/// Engaged followers among those who posted themselves in the last 90 days.
pub(super) fn er_active(scope: &Scope) -> Reading {
    let metric = Metric::ErActive;
    if let Some(why) = scope.before_engagement() {
        return Reading::no_cases(metric, why);
    }
    let activity = &scope.tally.activity;
    if activity.active == 0 {
        return Reading::no_cases(
            metric,
            "no follower is known to have posted in the last 90 days",
        );
    }
    let unknown = activity.followers - activity.known;
    let unknown = (unknown > 0).then(|| {
        let who = counted(unknown, "followers");
        format!("{who} left out: nobody states when they posted last")
    });
    let end = scope.window.to;
    Reading::proportion(metric, activity.engaged, activity.active)
        .out_of("followers who posted in the 90 days before the window's end")
        .within(scope.tally.inbound)
        .behind(scope, || {
            let active = scope.tally.faces.iter().filter(move |one| one.is_active(end));
            active.filter(|one| one.follows).map(|one| Row {
                of: Subject::Person(one.id.clone()),
                at: one.posted,
                counts: one.deeds > 0,
                what: "posted last".to_owned(),
            })
        })
        .but(unknown)
        .but(scope.begins_late())
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
    let (before, stayed) = (scope.tally.before, scope.tally.stayed);
    if before == 0 {
        return Reading::no_cases(metric, "nobody engaged in the window before");
    }
    let partly = begins_late("engagement", begins, "the window before", earlier.from);
    Reading::proportion(metric, stayed, before)
        .behind(scope, || {
            scope.tally.faces.iter().filter(|one| one.before).map(|one| Row {
                of: Subject::Person(one.id.clone()),
                at: None,
                counts: one.deeds > 0,
                what: if one.deeds > 0 { "engaged still" } else { "silent now" }.to_owned(),
            })
        })
        .within(scope.tally.inbound)
        .but(partly)
}

/// The share of interactions that the ten most active people made.
pub(super) fn concentration(scope: &Scope) -> Reading {
    let metric = Metric::Concentration;
    let crowd = &scope.tally.most_active;
    if crowd.events == 0 {
        return Reading::no_cases(metric, "nobody engaged in the window");
    }
    let people = counted(crowd.people, "people");
    Reading::share(metric, crowd.of_the_top(TOP), crowd.events, crowd.interval(TOP))
        .out_of(format!("interactions of {people} in the window"))
        .behind(scope, || most_active_rows(scope))
        .within(scope.tally.inbound)
        .but(scope.begins_late())
}

/// Those who engaged in the window.
fn engaged<'a>(scope: &'a Scope) -> impl Iterator<Item = &'a Face> {
    scope.tally.faces.iter().filter(|one| one.deeds > 0)
}

/// The engaged people, those who follow us and those who do not.
fn engaged_rows(scope: &Scope) -> Vec<Row> {
    let row = |one: &Face| {
        let follows = if one.follows { "follows" } else { "does not follow" };
        let what = format!("{}, {follows}", counted(one.deeds, "interactions"));
        Row { of: Subject::Person(one.id.clone()), at: one.last, counts: one.follows, what }
    };
    engaged(scope).map(row).collect()
}

/// Everybody who engaged; those of the ten most active count.
fn most_active_rows(scope: &Scope) -> Vec<Row> {
    let mut people: Vec<&Face> = engaged(scope).collect();
    people.sort_by(|one, other| {
        one.deeds.cmp(&other.deeds).reverse().then_with(|| one.id.cmp(&other.id))
    });
    let row = |(place, one): (usize, &Face)| Row {
        of: Subject::Person(one.id.clone()),
        at: one.last,
        counts: place < TOP,
        what: counted(one.deeds, "interactions"),
    };
    people.into_iter().enumerate().map(row).collect()
}

/// Whether the exports hold who follows and who engaged, person by person.
fn by_name(scope: &Scope) -> bool {
    let carried = &scope.facts.carried;
    carried.contains(&FactKind::Followers) && carried.contains(&FactKind::Inbound)
}

/// What the platforms count of engaged followers, over our accounts.
struct Total {
    engaged: u64,
    followers: u64,
    caveats: Vec<String>,
}

/// A number from those that the platforms count.
fn by_platform(scope: &Scope, metric: Metric, number: impl Fn(&Total) -> Reading) -> Reading {
    match aggregated(scope) {
        Ok((total, _)) if total.followers == 0 => Reading::no_cases(metric, "no follower is known"),
        Ok((total, period)) => {
            let reading = number(&total);
            total.explain(period, reading)
        }
        Err(finding) => Reading::without(metric, finding),
    }
}

/// What a platform counted, and from when to when, UTC.
type Counted = (Total, (DateTime<Utc>, DateTime<Utc>));

/// The platforms' numbers for a period that is about the window.
///
/// Numbers of people cannot be added up over periods: who engaged in two would count twice.
fn aggregated(scope: &Scope) -> Result<Counted, Finding> {
    let mut total = Total { engaged: 0, followers: 0, caveats: Vec::new() };
    let mut period: Option<(DateTime<Utc>, DateTime<Utc>)> = None;
    for account in scope.own_accounts() {
        let stated = followers_near(scope, account, scope.window.to);
        let (Some(found), Some((_, followers))) = (about_the_window(scope, account), stated) else {
            total.caveats.extend(left_out(scope, account));
            continue;
        };
        total.engaged += found.value;
        total.followers += followers;
        let (from, to) = period.unwrap_or((found.from, found.to));
        period = Some((from.min(found.from), to.max(found.to)));
    }
    if total.engaged > total.followers {
        total.caveats.push("more engaged than the stated number of followers".to_owned());
        total.followers = total.engaged;
    }
    let period = period.ok_or_else(|| {
        let (from, to) = (day(scope.window.from), day(scope.window.to));
        let why = format!("no export counts engaged followers from about {from} to about {to}");
        Finding::NotExported { why }
    })?;
    Ok((total, period))
}

/// The platform's newest number of engaged followers for a period as long as the window, give or
/// take a tenth and a day, that ends at most as much before it.
fn about_the_window<'a>(scope: &Scope<'a>, account: &PersonId) -> Option<&'a AccountTotals> {
    let length = scope.window.to - scope.window.from;
    let slack = (length / 10).max(TimeDelta::days(1));
    let totals = scope.facts.account_totals.iter().filter(|total| {
        total.account == *account
            && total.count == Count::EngagedFollowers
            && scope.knows(total.to)
            && scope.window.to - total.to <= slack
            && (total.to - total.from - length).abs() <= slack
    });
    totals.max_by_key(|total| (total.to, total.from, total.value))
}

impl Total {
    /// Adds to `reading` which period the platform counted.
    fn explain(self, period: (DateTime<Utc>, DateTime<Utc>), reading: Reading) -> Reading {
        let (from, to) = (day(period.0), day(period.1));
        reading
            .out_of("followers as stated")
            .given("engaged followers", self.engaged as f64)
            .given("followers", self.followers as f64)
            .but([format!("engaged followers as the platform counts them, {from} to {to}")])
            .but(self.caveats)
    }
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
        let by_account = &scope.tally.followers_of;
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
            .behind(scope, || engaged_rows(scope))
            .within(scope.tally.inbound)
            .but(self.caveats)
            .but(scope.begins_late())
    }
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
    use crate::{evidence::facts::Act, model::SourceKind};

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
    fn active_followers_are_those_who_posted_in_ninety_days() {
        let (day, fans) = (24, || World::new().follow_all(["ann", "bob"]).likes("ann", 1));
        // (why, world, line, words that a caveat holds)
        let table = [
            ("both", fans().last_posted("ann", 5).last_posted("bob", 5), "1 of 2", ""),
            (
                "one long silent",
                fans().last_posted("ann", 5).last_posted("bob", 91 * day),
                "1 of 1",
                "",
            ),
            ("one not known", fans().last_posted("bob", 5), "0 of 1", "1 follower left out"),
            (
                "a stranger is no follower",
                World::new()
                    .follow_all(["bob"])
                    .likes("ann", 1)
                    .last_posted("ann", 1)
                    .last_posted("bob", 1),
                "0 of 1",
                "",
            ),
        ];
        for (why, world, rate, caveat) in table {
            let found = world.measured(Metric::ErActive);
            assert_eq!(line(&found), rate, "{why}");
            let said = found.caveats.iter().any(|text| text.contains(caveat));
            assert!(caveat.is_empty() || said, "{why}: {found:?}");
        }
        assert!(fans().line(Metric::ErActive).starts_with("unmeasurable"), "nobody states it");
    }

    #[test]
    fn without_names_the_platforms_number_counts_for_a_period_like_the_window() {
        use Count::{EngagedFollowers, Followers};
        let (day, none) = (24, "not exported: no export counts engaged followers from about");
        let base = || World::new().lacking(FactKind::Inbound).total(Followers, 1, 0, 1_000);
        let counted = |from: i64, to: i64| base().total(EngagedFollowers, from, to, 30);
        // (why, world, line)
        let table = [
            ("the window itself", counted(28 * day, 0), "30 of 1000"),
            ("thirty days", counted(30 * day, 0), "30 of 1000"),
            ("a week cannot be stretched", counted(7 * day, 0), none),
            ("the month before", counted(56 * day, 28 * day), none),
            (
                "the newest counts",
                counted(29 * day, day).total(EngagedFollowers, 28 * day, 0, 40),
                "40 of 1000",
            ),
        ];
        for (why, world, rate) in table {
            let found = world.line(Metric::EngagedFollowerRate);
            assert!(found.starts_with(rate), "{why}: {found}");
        }
        let named = counted(28 * day, 0).profile(0, Some(1_000), &[]).likes("ann", 1);
        let named = named.from(SourceKind::BlueskyApi, "us");
        assert_eq!(named.line(Metric::EngagedFollowerRate), "0 of 1000", "names tell more");
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

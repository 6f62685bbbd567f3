//! How people react to our posts, by the numbers that the platforms count.
//!
//! Start reading at [`rate`]. A number counts for the post whose number it is, so a post belongs
//! to the window in which it was written, however late it was counted.
//!
//! # Always true
//!
//! - A number that no export states is not 0: the post is left out, and that is said.
//! - Neither is a number 0 that the platform withheld.
//! - Nobody tells who stands behind the numbers, so intervals are drawn over posts.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    reading::{Reading, Row, Subject, counted, day},
    scope::Scope,
};
use crate::{
    evidence::{
        facts::{Count, PersonId, PostTotals},
        interval::{
            LEAST_FOR_BOOTSTRAP, least_for_rank_interval, nearest_rank, rank_interval,
            ratio_interval,
        },
    },
    model::{Finding, Metric},
};

/// What people do to a post where all can see it.
pub(super) const REACTIONS: &[Count] =
    &[Count::Likes, Count::Replies, Count::Reposts, Count::Quotes, Count::Shares];

/// What costs people more than a touch.
pub(super) const INTENT: &[Count] = &[Count::Saves, Count::Shares, Count::Replies, Count::Quotes];

/// What sends a post on.
pub(super) const SENT_ON: &[Count] = &[Count::Reposts, Count::Quotes, Count::Shares];

/// For how long the numbers of a post still grow or are corrected.
const PROVISIONAL: TimeDelta = TimeDelta::hours(72);

/// How far from a post the number of followers may have been stated without a word about it.
const NEAR: TimeDelta = TimeDelta::days(7);

/// The sum of `of` over own posts of the window, for each of `by`; for each post without it.
pub(super) fn rate(scope: &Scope, metric: Metric, of: &[Count], by: Option<Count>) -> Reading {
    let posts = match Posts::of(scope, of, by) {
        Ok(posts) => posts,
        Err(finding) => return Reading::without(metric, finding),
    };
    let pairs: Vec<(f64, f64)> = posts.used.iter().map(|one| (one.above, one.below)).collect();
    let above: f64 = pairs.iter().map(|pair| pair.0).sum();
    let below: f64 = pairs.iter().map(|pair| pair.1).sum();
    let base = by.map_or("posts".to_owned(), |count| worded(&[count]));
    if below == 0.0 {
        return Reading::no_cases(metric, format!("the {base} of all own posts is 0"));
    }
    let interval = ratio_interval(&pairs);
    let few = interval.is_none().then(|| too_few(LEAST_FOR_BOOTSTRAP, pairs.len()));
    Reading::value(metric, above / below, pairs.len() as u64, interval)
        .out_of(match by {
            Some(_) => format!("{base} of own posts in the window"),
            None => "own posts in the window whose numbers are known".to_owned(),
        })
        .given(worded(of), above)
        .given(base, below)
        .over(posts.used.iter().map(|one| one.totals.at))
        .behind(scope, || posts.rows(of, by))
        .but(few)
        .but(posts.caveats)
}

/// The median over own posts of the sum of `of` for each follower at the time of the post.
pub(super) fn per_follower(scope: &Scope, metric: Metric, of: &[Count]) -> Reading {
    let posts = match Posts::of(scope, of, None) {
        Ok(posts) => posts,
        Err(finding) => return Reading::without(metric, finding),
    };
    let mut rates: Vec<f64> = Vec::new();
    let (mut unknown, mut far, mut rows) = (0_u64, 0_u64, Vec::new());
    for one in &posts.used {
        let at = one.totals.at;
        match followers_near(scope, &one.totals.account, at) {
            Some((stated, followers)) if followers > 0 => {
                far += u64::from((stated - at).abs() > NEAR);
                rates.push(one.above / followers as f64);
                rows.push(one.row(format!("{} for {followers} followers", one.above)));
            }
            Some(_) | None => unknown += 1,
        }
    }
    rates.sort_by(f64::total_cmp);
    let Some(median) = nearest_rank(&rates, 0.5) else {
        let why = "no export states how many followers the account of the posts has".to_owned();
        return Reading::without(metric, Finding::NotExported { why });
    };
    let interval = rank_interval(&rates, 0.5);
    let few = interval.is_none().then(|| too_few(least_for_rank_interval(0.5), rates.len()));
    let unknown = (unknown > 0).then(|| {
        format!("{} left out: the number of followers is not known", counted(unknown, "own posts"))
    });
    let far = (far > 0).then(|| {
        let posts = counted(far, "own posts");
        format!("the number of followers was stated more than 7 days away from {posts}")
    });
    Reading::value(metric, median, rates.len() as u64, interval)
        .out_of("own posts in the window, each by the followers stated nearest to it")
        .over(posts.used.iter().map(|one| one.totals.at))
        .behind(scope, || rows)
        .but(few)
        .but(unknown)
        .but(far)
        .but(posts.caveats)
}

/// The number of followers of an account stated nearest to `at` up to the window's end, with the
/// time of the statement; else the first one after it.
pub(super) fn followers_near(
    scope: &Scope,
    account: &PersonId,
    at: DateTime<Utc>,
) -> Option<(DateTime<Utc>, u64)> {
    let profiles = scope.facts.profiles.iter().filter(|profile| profile.account == *account);
    let stated = profiles.filter_map(|profile| Some((profile.as_of, profile.followers?)));
    let totals = scope.facts.account_totals.iter();
    let counted =
        totals.filter(|total| total.count == Count::Followers && total.account == *account);
    let all = stated.chain(counted.map(|total| (total.to, total.value)));
    // Of two as near, the earlier one, and of those the smaller: the order of facts is nothing.
    all.min_by_key(|(stated, value)| (!scope.knows(*stated), (*stated - at).abs(), *stated, *value))
}

/// Own posts of the window with the numbers that a metric takes.
struct Posts<'a> {
    used: Vec<Used<'a>>,
    caveats: Vec<String>,
}

/// One post, and what it adds above and below the line.
struct Used<'a> {
    totals: &'a PostTotals,
    above: f64,
    below: f64,
}

impl<'a> Posts<'a> {
    /// Picks the posts that state at least one number of `of`, and `by`; says why if there is none.
    fn of(scope: &Scope<'a>, of: &[Count], by: Option<Count>) -> Result<Self, Finding> {
        let totals = scope.facts.post_totals.iter();
        let inside: Vec<&PostTotals> =
            totals.filter(|totals| scope.window.holds(totals.at)).collect();
        if inside.is_empty() {
            let why = "no own post with numbers in the window".to_owned();
            return Err(Finding::NoCases { why });
        }
        let withheld = |totals: &&&PostTotals| {
            of.iter().chain(&by).any(|count| totals.counts.withholds(*count))
        };
        let suppressed = inside.iter().filter(withheld).count();
        let told = inside.iter().filter(|totals| !withheld(totals));
        let used: Vec<Used> = told.filter_map(|totals| Used::of(totals, of, by)).collect();
        let untold = inside.len() - suppressed - used.len();
        let what = worded(&by.map_or(of.to_vec(), |by| vec![by]));
        if used.is_empty() && untold == 0 {
            let why = format!("the platform withheld the {what} of all own posts in the window");
            return Err(Finding::Suppressed { why });
        }
        if used.is_empty() {
            let why = format!("no export states the {what} of own posts in the window");
            return Err(Finding::NotExported { why });
        }
        let mut posts = Self { used, caveats: Vec::new() };
        posts.caveats.extend(left_out(suppressed, "the platform withheld their numbers"));
        posts.caveats.extend(left_out(untold, "no export states their numbers"));
        posts.caveats.extend(posts.partly(of));
        posts.caveats.extend(posts.provisional());
        posts.caveats.extend(posts.late(scope));
        Ok(posts)
    }

    /// The caveats that a number is stated for some posts only, or for none.
    fn partly(&self, of: &[Count]) -> Vec<String> {
        let all = self.used.len();
        let stated =
            |count: &Count| self.used.iter().filter(|one| one.totals.counts.states(*count)).count();
        let never: Vec<Count> = of.iter().copied().filter(|count| stated(count) == 0).collect();
        let absent = (!never.is_empty()).then(|| {
            format!("not in this number, since no export states them: {}", worded(&never))
        });
        let some = of.iter().filter(|count| (1..all).contains(&stated(count)));
        let some = some.map(|count| {
            format!("{} are stated for {} of {all} own posts", worded(&[*count]), stated(count))
        });
        absent.into_iter().chain(some).collect()
    }

    fn provisional(&self) -> Option<String> {
        let young = |one: &&Used| one.totals.as_of - one.totals.at < PROVISIONAL;
        let young = self.used.iter().filter(young).count() as u64;
        (young > 0).then(|| {
            let posts = counted(young, "own posts");
            format!("provisional: {posts} counted less than 72 hours after being written")
        })
    }

    /// The caveat that the numbers are newer than the window.
    fn late(&self, scope: &Scope) -> Option<String> {
        let newest = self.used.iter().map(|one| one.totals.as_of).max()?;
        let late = !scope.knows(newest);
        late.then(|| format!("the numbers are of {}, after the window", day(newest)))
    }

    fn rows(&self, of: &[Count], by: Option<Count>) -> Vec<Row> {
        let told: BTreeSet<Count> = of.iter().copied().chain(by).collect();
        let row = |one: &Used| {
            let counts = one.totals.counts.stated().filter(|(count, _)| told.contains(count));
            let words: Vec<String> =
                counts.map(|(count, value)| format!("{value} {}", worded(&[count]))).collect();
            one.row(words.join(", "))
        };
        self.used.iter().map(row).collect()
    }
}

impl<'a> Used<'a> {
    fn of(totals: &'a PostTotals, of: &[Count], by: Option<Count>) -> Option<Self> {
        let numbers: Vec<u64> = of.iter().filter_map(|what| totals.counts.get(*what)).collect();
        let below = match by {
            Some(by) => totals.counts.get(by)? as f64,
            None => 1.0,
        };
        let above = numbers.iter().map(|number| *number as f64).sum();
        (!numbers.is_empty()).then_some(Self { totals, above, below })
    }

    fn row(&self, what: String) -> Row {
        let of = Subject::Post(self.totals.post.to_string());
        Row { of, at: Some(self.totals.at), counts: true, what }
    }
}

fn left_out(posts: usize, because: &str) -> Option<String> {
    (posts > 0).then(|| format!("{} left out: {because}", counted(posts as u64, "own posts")))
}

fn too_few(least: u64, posts: usize) -> String {
    format!("no interval: it takes {least} own posts and there are {posts}")
}

/// `likes, new follows`: counts as people read them.
fn worded(counts: &[Count]) -> String {
    let words: Vec<String> = counts.iter().map(|count| count.name().replace('_', " ")).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{World, ago, interval, line},
        *,
    };
    use Count::{Clicks, Impressions, Likes, Quotes, Reach, Replies, Saves, Shares, Views};

    const DAY: i64 = 24;

    /// A world whose one post was counted so, five days before the end.
    fn one(counts: &[(Count, Option<u64>)]) -> World {
        World::new().counted("p", 5 * DAY, counts)
    }

    #[test]
    fn intent_for_each_follower_needs_no_reach() {
        let stated = || World::new().profile_of("us", 3, Some(200), &[]);
        let kept = [(Saves, Some(3)), (Replies, Some(1)), (Likes, Some(90))];
        // (why, world, line)
        let table = [
            ("likes are none", stated().counted("p", 5 * DAY, &kept), "value 0.02 of 1"),
            (
                "the lower of two is the median",
                stated().counted("p", 5 * DAY, &kept).counted("q", 6 * DAY, &[(Shares, Some(2))]),
                "value 0.01 of 2",
            ),
            (
                "only likes are told",
                stated().counted("p", 5 * DAY, &[(Likes, Some(90))]),
                "not exported: no export states the saves, shares, replies, quotes of own posts \
                 in the window",
            ),
        ];
        for (why, world, expected) in table {
            assert_eq!(world.line(Metric::HighIntentFollowersPost), expected, "{why}");
        }
    }

    #[test]
    fn numbers_are_added_over_posts_before_they_are_divided() {
        let two =
            one(&[(Likes, Some(8)), (Replies, Some(2)), (Saves, Some(5)), (Reach, Some(100))])
                .counted("q", 6 * DAY, &[(Likes, Some(0)), (Reach, Some(300)), (Views, Some(50))]);
        // (metric, line)
        let table = [
            (Metric::ErReach, "value 0.025 of 2"),
            (Metric::ErViews, "value 0 of 1"),
            (Metric::HighIntentRate, "value 0.07 of 1"),
            (Metric::ConversationRate, "value 2 of 1"),
            (Metric::ApplauseRate, "value 4 of 2"),
            (
                Metric::AmplificationRate,
                "not exported: no export states the reposts, quotes, \
                shares of own posts in the window",
            ),
            (
                Metric::ErImpressions,
                "unmeasurable: a folder of saved Bluesky API answers does not \
                hold impressions of posts",
            ),
        ];
        for (metric, expected) in table {
            assert_eq!(two.line(metric), expected, "{metric}");
        }
    }

    #[test]
    fn absent_is_never_zero_and_withheld_is_neither() {
        let reach = |value| (Reach, value);
        // (why, world, line of the reactions by reach, words that a caveat holds)
        let withheld = "suppressed: the platform withheld the reach of all own posts in the window";
        let table = [
            ("0 of 100 is 0", one(&[(Likes, Some(0)), reach(Some(100))]), "value 0 of 1", ""),
            (
                "no post",
                one(&[reach(Some(1))]).counted("q", 40 * DAY, &[]).without_totals(),
                "no cases: no own post with numbers in the window",
                "",
            ),
            (
                "a post outside the window",
                one(&[reach(Some(1)), (Likes, Some(1))]).moved(40 * DAY),
                "no cases: no own post with numbers in the window",
                "",
            ),
            (
                "only clicks",
                one(&[(Clicks, Some(3)), reach(Some(100))]),
                "not exported: no export states the reach of own posts in the window",
                "",
            ),
            (
                "reach 0",
                one(&[(Likes, Some(1)), reach(Some(0))]),
                "no cases: the reach of all own \
                posts is 0",
                "",
            ),
            ("all withheld", one(&[(Likes, Some(1)), reach(None)]).told(Reach), withheld, ""),
            (
                "one of two withheld",
                one(&[(Likes, Some(1)), reach(Some(10))]).counted(
                    "q",
                    6 * DAY,
                    &[(Likes, None), reach(Some(90))],
                ),
                "value 0.1 of 1",
                "1 own post left out: the platform withheld",
            ),
            (
                "quotes of one post only",
                one(&[(Likes, Some(1)), (Quotes, Some(1)), reach(Some(10))]).counted(
                    "q",
                    6 * DAY,
                    &[(Likes, Some(0)), reach(Some(10))],
                ),
                "value 0.1 of 2",
                "quotes are stated for 1 of 2 own posts",
            ),
            (
                "never stated",
                one(&[(Likes, Some(1)), reach(Some(10))]),
                "value 0.1 of 1",
                "no export states them: replies, reposts, quotes, shares",
            ),
            (
                "counted too soon",
                World::new().counted("p", 2 * DAY, &[(Shares, Some(1)), reach(Some(10))]),
                "value 0.1 of 1",
                "provisional: 1 own post",
            ),
        ];
        for (why, world, expected, caveat) in table {
            let found = world.measured(Metric::ErReach);
            assert_eq!(line(&found), expected, "{why}");
            let said = found.caveats.iter().any(|text| text.contains(caveat));
            assert!(caveat.is_empty() || said, "{why}: {:?}", found.caveats);
        }
    }

    #[test]
    fn a_post_is_measured_by_the_followers_of_its_time() {
        let post = |hours, likes| one(&[(Likes, Some(likes))]).moved(hours);
        // (why, world, line, words that a caveat holds)
        let table = [
            (
                "the number stated nearest to it",
                post(5 * DAY, 10).profile(4 * DAY, Some(100), &[]).profile(1, Some(1_000), &[]),
                "value 0.1 of 1",
                "no interval: it takes 6 own posts and there are 1",
            ),
            (
                "however far",
                post(20 * DAY, 10).profile(1, Some(1_000), &[]),
                "value 0.01 of 1",
                "more than 7 days away from 1 own post",
            ),
            (
                "nobody states one",
                post(5 * DAY, 10),
                "not exported: no export states how many followers the account of the posts has",
                "",
            ),
        ];
        for (why, world, expected, caveat) in table {
            let found = world.measured(Metric::ErFollowersPost);
            assert_eq!(line(&found), expected, "{why}");
            let said = found.caveats.iter().any(|text| text.contains(caveat));
            assert!(caveat.is_empty() || said, "{why}: {:?}", found.caveats);
        }
    }

    #[test]
    fn a_rate_of_a_few_posts_has_no_interval_and_of_more_has_one() {
        let posts = |amount: i64| {
            (1..=amount).fold(World::new(), |world, i| {
                let counts = [(Likes, Some(i as u64)), (Impressions, Some(100))];
                world.counted(&format!("p{i}"), 80 + i, &counts)
            })
        };
        for (amount, has) in [(1, false), (5, false), (6, true), (40, true)] {
            let found = posts(amount).measured(Metric::ErImpressions);
            assert_eq!(interval(&found).is_some(), has, "{amount}");
            assert_eq!(found.span, Some((ago(80 + amount), ago(81))), "{amount}");
        }
    }
}

//! How often people name us rather than a competitor, by mentions that somebody counted day by day.
//!
//! Start reading at [`share_of_voice`].
//!
//! # Always true
//!
//! - A day counts only if it tells a number for us and for every declared competitor of that
//!   platform: who was not counted was not silent.
//! - Mentions on one platform are never held against those on another.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{
    reading::{Reading, Row, Subject, counted},
    scope::Scope,
};
use crate::{
    evidence::{
        facts::{AccountTotals, Count, PersonId},
        interval::{LEAST_FOR_BOOTSTRAP, ratio_interval},
    },
    model::{Account, Finding, Metric},
};

/// Mentions of us out of those of us and of the declared competitors.
pub(super) fn share_of_voice(scope: &Scope) -> Reading {
    let metric = Metric::ShareOfVoice;
    let rivals = named(&scope.brand.competitors);
    if rivals.is_empty() {
        let why = "the brand file declares no competitor: name some below `competitors`";
        return Reading::no_cases(metric, why);
    }
    let counts = Counts::of(scope, &rivals);
    if let Some(why) = counts.untold() {
        return Reading::without(metric, Finding::NotExported { why });
    }
    let (whole, partly): (Vec<&Day>, Vec<&Day>) =
        counts.days.values().partition(|day| counts.is_whole(day));
    if whole.is_empty() {
        let why = "no day of the window has a number for us and for every declared competitor";
        return Reading::no_cases(metric, why);
    }
    let pairs: Vec<(f64, f64)> = whole.iter().map(|day| counts.pair(day)).collect();
    let (ours, all) = pairs.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
    if all == 0.0 {
        return Reading::no_cases(metric, "nobody named us or a declared competitor in the window");
    }
    let interval = ratio_interval(&pairs);
    let days = pairs.len();
    let few = interval
        .is_none()
        .then(|| format!("no interval: it takes {LEAST_FOR_BOOTSTRAP} days and there are {days}"));
    let partly = (!partly.is_empty()).then(|| {
        let days = counted(partly.len() as u64, "days");
        format!("{days} left out: not everybody's mentions were counted")
    });
    Reading::share(metric, ours as u64, all as u64, interval)
        .out_of("mentions of us and of the declared competitors, as the tables count them")
        .given("mentions of us", ours)
        .given("mentions of competitors", all - ours)
        .given("days", days as f64)
        .over(whole.iter().flat_map(|day| [day.from, day.to]).filter(|at| scope.window.holds(*at)))
        .behind(scope, || counts.rows(&whole))
        .but(few)
        .but(partly)
}

/// The accounts that the brand file names, called as a table calls them.
fn named(accounts: &[Account]) -> BTreeSet<PersonId> {
    accounts.iter().map(|one| PersonId::named(one.platform, &one.handle)).collect()
}

/// Mentions counted on one platform in one period of the window, which mostly is a day.
struct Day {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    platform: String,
    mentions: BTreeMap<PersonId, u64>,
}

/// Everybody's mentions in the window, on the platforms of the competitors.
struct Counts {
    days: BTreeMap<(String, DateTime<Utc>, DateTime<Utc>), Day>,
    ours: BTreeSet<PersonId>,
    rivals: BTreeSet<PersonId>,
}

impl Counts {
    fn of(scope: &Scope, rivals: &BTreeSet<PersonId>) -> Self {
        let platforms: BTreeSet<&str> = rivals.iter().map(PersonId::platform).collect();
        let declared = named(&scope.brand.accounts);
        let is_ours = |account: &PersonId| {
            let own = scope.is_own(account) || declared.contains(account);
            own && platforms.contains(account.platform()) && !rivals.contains(account)
        };
        let mut counts =
            Self { days: BTreeMap::new(), ours: BTreeSet::new(), rivals: rivals.clone() };
        for total in scope.facts.account_totals.iter().filter(|total| is_mentions(scope, total)) {
            let ours = is_ours(&total.account);
            if ours {
                counts.ours.insert(total.account.clone());
            }
            if ours || rivals.contains(&total.account) {
                counts.add(total);
            }
        }
        counts
    }

    fn add(&mut self, total: &AccountTotals) {
        let AccountTotals { account, from, to, value, .. } = total;
        let platform = account.platform().to_owned();
        let day = self.days.entry((platform.clone(), *from, *to));
        let day = day.or_insert_with(|| {
            let mentions = BTreeMap::new();
            Day { from: *from, to: *to, platform, mentions }
        });
        day.mentions.insert(account.clone(), *value);
    }

    /// Why no day can count: of somebody no mention was counted at all.
    fn untold(&self) -> Option<String> {
        if self.ours.is_empty() {
            return Some("no table counts mentions of us in the window, day by day".to_owned());
        }
        let told =
            |rival: &&PersonId| self.days.values().any(|day| day.mentions.contains_key(*rival));
        let untold = self.rivals.iter().find(|rival| !told(rival))?;
        Some(format!(
            "no table counts mentions of `{untold}` in the window: add its rows, or take it off \
             `competitors`"
        ))
    }

    /// Whether a day tells the mentions of everybody of its platform.
    fn is_whole(&self, day: &Day) -> bool {
        let mut ours = self.ours.iter().filter(|one| one.platform() == day.platform).peekable();
        let mut rivals = self.rivals.iter().filter(|one| one.platform() == day.platform);
        ours.peek().is_some()
            && ours.all(|one| day.mentions.contains_key(one))
            && rivals.all(|one| day.mentions.contains_key(one))
    }

    /// Mentions of us, and all.
    fn pair(&self, day: &Day) -> (f64, f64) {
        let ours = day.mentions.iter().filter(|(account, _)| self.ours.contains(*account));
        let ours: u64 = ours.map(|(_, mentions)| mentions).sum();
        let all: u64 = day.mentions.values().sum();
        (ours as f64, all as f64)
    }

    /// Each account with its mentions; ours count.
    fn rows(&self, days: &[&Day]) -> Vec<Row> {
        let row = |account: &PersonId| {
            let told = days.iter().filter_map(|day| Some((day.to, *day.mentions.get(account)?)));
            let mentions: u64 = told.clone().map(|(_, mentions)| mentions).sum();
            let at = told.map(|(to, _)| to).max();
            let counts = self.ours.contains(account);
            let what = counted(mentions, "mentions");
            Row { of: Subject::Account(account.clone()), at, counts, what }
        };
        self.ours.iter().chain(&self.rivals).map(row).collect()
    }
}

/// Whether a number is one of mentions inside the window.
fn is_mentions(scope: &Scope, total: &AccountTotals) -> bool {
    let window = scope.window;
    total.count == Count::Mentions && window.from <= total.from && total.to <= window.to
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{World, interval, line},
        *,
    };

    /// Days, each with the mentions of us and of two competitors.
    fn world(days: &[(Option<u64>, Option<u64>, Option<u64>)]) -> World {
        let world = World::new().rival("beans").rival("brews");
        days.iter().enumerate().fold(world, |world, (day, (us, beans, brews))| {
            [("us", us), ("beans", beans), ("brews", brews)].into_iter().fold(
                world,
                |world, (who, mentions)| match mentions {
                    Some(mentions) => world.mentioned(who, day as i64, *mentions),
                    None => world,
                },
            )
        })
    }

    #[test]
    fn our_mentions_are_held_against_those_of_all_declared_competitors() {
        let day = |us, beans, brews| (Some(us), Some(beans), Some(brews));
        let many = "no day of the window has a number for us and for every declared competitor";
        // (why, world, line, words that a caveat holds)
        let table = [
            ("one day", world(&[day(3, 6, 1)]), "3 of 10", "no interval: it takes 6 days"),
            ("days are added up", world(&[day(3, 6, 1), day(0, 10, 0)]), "3 of 20", ""),
            ("never named is 0", world(&[day(0, 6, 1)]), "0 of 7", ""),
            (
                "a day on which one was not counted is left out",
                world(&[day(3, 6, 1), (Some(9), Some(9), None)]),
                "3 of 10",
                "1 day left out: not everybody's mentions were counted",
            ),
            (
                "nobody named anybody",
                world(&[day(0, 0, 0)]),
                "no cases: nobody named us or a declared competitor in the window",
                "",
            ),
            (
                "never on the same day",
                world(&[(Some(1), Some(1), None), (Some(1), None, Some(1))]),
                &format!("no cases: {many}"),
                "",
            ),
            (
                "a competitor that nobody counted",
                world(&[(Some(3), Some(6), None)]),
                "not exported: no table counts mentions of `bluesky:brews` in the window: add its \
                 rows, or take it off `competitors`",
                "",
            ),
            (
                "we were not counted",
                world(&[(None, Some(6), Some(1))]),
                "not exported: no table counts mentions of us in the window, day by day",
                "",
            ),
            (
                "a day before the window",
                world(&[day(3, 6, 1)]).mentioned("us", 40, 90).mentioned("beans", 40, 1),
                "3 of 10",
                "",
            ),
            (
                "who is not declared is nobody",
                world(&[day(3, 6, 1)]).mentioned("tea", 0, 90),
                "3 of 10",
                "",
            ),
            (
                "an account that only the brand file names is ours, too",
                world(&[day(3, 6, 1)]).mentioned("shop", 0, 2).account("Shop"),
                "5 of 12",
                "",
            ),
            (
                "no competitor",
                World::new().mentioned("us", 0, 3),
                "no cases: the brand file declares no competitor: name some below `competitors`",
                "",
            ),
            (
                "no table",
                World::new().rival("beans"),
                "unmeasurable: a folder of saved Bluesky API answers does not hold mentions of us \
                 and of competitors: a table with a mapping can",
                "",
            ),
        ];
        for (why, world, expected, caveat) in table {
            let found = world.measured(Metric::ShareOfVoice);
            assert_eq!(line(&found), expected, "{why}");
            let said = found.caveats.iter().any(|text| text.contains(caveat));
            assert!(caveat.is_empty() || said, "{why}: {:?}", found.caveats);
        }
    }

    #[test]
    fn from_six_days_on_there_is_an_interval_over_days() {
        for (days, has) in [(5, false), (6, true), (20, true)] {
            let counted: Vec<_> = (1..=days).map(|i| (Some(i), Some(10), Some(i % 3))).collect();
            let found = world(&counted).measured(Metric::ShareOfVoice);
            assert_eq!(interval(&found).is_some(), has, "{days}");
        }
    }
}

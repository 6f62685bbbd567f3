//! Whether the audience looks real: the screen, put to every follower in the one look at everybody.
//!
//! ```text
//! one follower ──► Screening::see ──► counts by the day they came ──► Quality ──► audience_quality
//! ```
//!
//! Whether a day brought a burst of follows is known only when everybody was seen. So a follower is
//! screened for each way in which that may turn out, and counted under the day they came.
//!
//! # Always true
//!
//! - Its memory grows with days and with the accounts that we follow, never with followers.
//! - Who is not known well enough to be flagged is neither good nor bad: they are left out, and how
//!   many are is said.
//!
//! # Source
//!
//! The screen and its signs: `docs/reference/scores.md`.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    reading::{Reading, Row, Subject, counted, day},
    scope::Scope,
};
use crate::{
    evidence::{
        facts::{Act, Facts},
        scores::{
            Reason, Screen, Signs,
            burst::{self, Arrivals, Bursts},
            context::{self, Told},
            screen::{could_flag, screen},
        },
        somebody::{Following, Micros, Place, Somebody},
    },
    model::{FactKind, Finding, Metric},
};

/// So many of the followers must be known well enough.
const LEAST_COVERAGE: f64 = 0.5;

/// What may turn out of the day on which somebody came: nobody can tell, no burst, a burst.
const OUTLOOKS: [Option<bool>; 3] = [None, Some(false), Some(true)];

/// Followers who look real, out of those of whom enough is known to tell.
pub(super) fn audience_quality(scope: &Scope) -> Reading {
    let metric = Metric::AudienceQuality;
    let Quality { followers, judged, flagged, .. } = scope.tally.quality;
    if followers == 0 {
        return Reading::no_cases(metric, "no follower is known");
    }
    if let Some(why) = silence_is_unknown(scope) {
        return Reading::no_cases(metric, why);
    }
    let coverage = judged as f64 / followers as f64;
    if coverage < LEAST_COVERAGE {
        return Reading::without(metric, too_little_known(followers, judged));
    }
    let left_out = followers - judged;
    let left_out = (left_out > 0).then(|| {
        let who = counted(left_out, "followers");
        format!("{who} left out: too little is known of their accounts to judge them")
    });
    Reading::proportion(metric, judged - flagged, judged)
        .out_of("followers of whom enough is known to judge them")
        .given("followers", followers as f64)
        .given("followers judged", judged as f64)
        .given("followers flagged", flagged as f64)
        .within(scope.tally.inbound)
        .behind(scope, || rows(scope))
        .but(left_out)
}

/// Why nobody's silence can be told: the engagement known begins after the window does.
fn silence_is_unknown(scope: &Scope) -> Option<String> {
    let from = scope.window.from;
    let Some(begins) = scope.inbound_begins() else {
        return Some("nobody engaged yet, so nobody can tell who is silent".to_owned());
    };
    // Within the first day, silence is as likely as a short export.
    (begins > from + TimeDelta::days(1)).then(|| {
        let (begins, from) = (day(begins), day(from));
        format!(
            "who is silent cannot be told: the oldest engagement known is of {begins}; the \
             window begins {from}"
        )
    })
}

fn too_little_known(followers: u64, judged: u64) -> Finding {
    let (judged, followers) = (counted(judged, "followers"), counted(followers, "followers"));
    let why = format!(
        "enough to judge is known of {judged} out of {followers}, and it takes half: save lists of \
         followers that show what their accounts are like, and import again"
    );
    Finding::NotExported { why }
}

/// The followers who were judged; those who look real count.
fn rows(scope: &Scope) -> Vec<Row> {
    let bursts = scope.tally.quality.bursts.as_ref();
    let judged = scope.tally.faces.iter().filter_map(|one| {
        let signs = one.signs?;
        let in_burst = bursts.zip(signs.followed_since).map(|(b, since)| b.holds(since.into()));
        let signs = Signs { in_burst, ..signs };
        let flagged = is_flagged(&signs)?;
        let against = screen(&signs).reasons.into_iter().filter(|reason| reason.points() > 0);
        let against = against.map(Reason::words).collect::<Vec<&str>>().join(", ");
        let what = match (flagged, against.is_empty()) {
            (true, _) => format!("flagged: {against}"),
            (false, false) => format!("not flagged: {against}"),
            (false, true) => "nothing speaks against the account".to_owned(),
        };
        let of = Subject::Person(one.id.clone());
        Some(Row { of, at: signs.followed_since, counts: !flagged, what })
    });
    judged.collect()
}

/// Whether the screen flags an account; `None` if it could not, had all spoken against it.
fn is_flagged(signs: &Signs) -> Option<bool> {
    match signs.engaged {
        // Whoever did anything for us is flagged by nothing.
        Some(true) => Some(false),
        Some(false) if could_flag(signs) => Some(screen(signs).screen == Screen::Flag),
        Some(false) | None => None,
    }
}

/// What the screen says of all followers.
#[derive(Debug, Clone, Default)]
pub(super) struct Quality {
    /// Distinct followers at the window's end.
    pub followers: u64,
    /// Those of whom enough is known.
    pub judged: u64,
    /// Those whom the screen flags.
    pub flagged: u64,
    bursts: Option<Bursts>,
}

/// The screen at work, one follower after another.
#[derive(Debug, Clone)]
pub(super) struct Screening {
    end: DateTime<Utc>,
    told: BTreeMap<String, Told>,
    arrivals: Arrivals,
    followers: u64,
    /// Followers of whom nobody says when they came.
    undated: Judged,
    /// The others by the day on which they came, for each of the [`OUTLOOKS`].
    dated: BTreeMap<i64, [Judged; OUTLOOKS.len()]>,
}

/// How many were judged, and how many of them flagged.
#[derive(Debug, Default, Clone, Copy)]
struct Judged {
    all: u64,
    flagged: u64,
}

impl Screening {
    /// Begins to screen as of `end`; `None` if the exports hold nothing to judge by.
    ///
    pub fn begin(facts: &Facts, end: DateTime<Utc>) -> Option<Self> {
        let held = |kind| facts.carried.contains(&kind);
        (held(FactKind::Traits) && held(FactKind::Inbound)).then(|| Self {
            end,
            told: context::told(facts),
            arrivals: Arrivals::default(),
            followers: 0,
            undated: Judged::default(),
            dated: BTreeMap::new(),
        })
    }

    /// Adds somebody; answers with their signs if they follow us.
    ///
    /// - `followed`: whether we follow them.
    /// - `is_own`: whether the account at a place is ours.
    pub fn see(
        &mut self,
        somebody: &Somebody,
        followed: bool,
        is_own: impl Fn(Place) -> bool,
    ) -> Option<Signs> {
        let end = Micros::from(self.end);
        let known = |one: &&Following| is_own(one.account) && one.had_begun(end);
        let of_us = || somebody.follows.iter().filter(known);
        of_us().filter_map(|one| one.since).for_each(|since| self.arrivals.add(since));
        let mut now = of_us().filter(|one| one.held(end)).peekable();
        now.peek()?;
        let since = now.filter_map(|one| one.since).min();
        let signs = Signs { followed, ..self.signs(somebody, since) };
        self.followers += 1;
        match since {
            None => self.undated.add(&signs),
            Some(since) => {
                let day = self.dated.entry(burst::day(since)).or_default();
                for (judged, in_burst) in day.iter_mut().zip(OUTLOOKS) {
                    judged.add(&Signs { in_burst, ..signs });
                }
            }
        }
        Some(signs)
    }

    fn signs(&self, somebody: &Somebody, since: Option<Micros>) -> Signs {
        let end = Micros::from(self.end);
        let deeds = || somebody.deeds.iter().filter(|deed| deed.at <= end);
        let platform = somebody.id().split_once(':').map_or(somebody.id(), |(name, _)| name);
        let told = self.told.get(platform).is_some_and(|told| told.inbound);
        let engaged = match deeds().next() {
            Some(_) => Some(true),
            None => told.then_some(false),
        };
        Signs {
            followed_since: since.map(Micros::time),
            engaged,
            replied: deeds().any(|deed| deed.act == Act::Reply),
            created: somebody.made(),
            ..Signs::of(somebody.traits(), self.end)
        }
    }

    /// Adds those whom another one screened.
    pub fn join(mut self, other: Self) -> Self {
        self.arrivals.join(other.arrivals);
        self.followers += other.followers;
        self.undated.join(other.undated);
        for (day, outlooks) in other.dated {
            let known = self.dated.entry(day).or_default();
            known.iter_mut().zip(outlooks).for_each(|(known, one)| known.join(one));
        }
        self
    }

    /// Adds up, now that the bursts are known.
    pub fn finish(self) -> Quality {
        let bursts = self.arrivals.bursts();
        let (mut judged, mut flagged) = (self.undated.all, self.undated.flagged);
        for (day, outlooks) in self.dated {
            let in_burst = bursts.as_ref().map(|bursts| bursts.holds_day(day));
            let turned_out = OUTLOOKS.into_iter().zip(outlooks);
            for (_, sum) in turned_out.filter(|(outlook, _)| *outlook == in_burst) {
                judged += sum.all;
                flagged += sum.flagged;
            }
        }
        Quality { followers: self.followers, judged, flagged, bursts }
    }
}

impl Judged {
    fn join(&mut self, other: Judged) {
        self.all += other.all;
        self.flagged += other.flagged;
    }

    fn add(&mut self, signs: &Signs) {
        if let Some(flagged) = is_flagged(signs) {
            self.all += 1;
            self.flagged += u64::from(flagged);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{World, ago, line, person},
        *,
    };
    use crate::evidence::facts::{Follow, Traits};

    const DAY: i64 = 24;

    /// An account of which all is known and nothing is odd.
    fn sound() -> Traits {
        Traits {
            followers: Some(100),
            follows: Some(100),
            posts: Some(100),
            bio_filled: Some(true),
            last_post: Some(ago(DAY)),
            ..Traits::default()
        }
    }

    /// An account with three points from two groups.
    fn bought() -> Traits {
        Traits { follows: Some(2_000), bio_filled: Some(false), ..sound() }
    }

    /// A world whose engagement is known from before the window; the follower `old` is sound.
    fn world() -> World {
        World::new().likes("a stranger", 30 * DAY).follows("old", None, None).shows("old", sound())
    }

    /// `who` follows us, and their account shows this.
    fn with(who: &str, traits: Traits) -> World {
        world().follows(who, None, None).shows(who, traits)
    }

    /// We follow somebody, as the newest export shows.
    fn following(mut world: World, who: &str) -> World {
        let Some(theirs) = world.facts.follows.last().cloned() else { panic!("somebody follows") };
        world.facts.follows.push(Follow {
            follower: person("us"),
            followed: person(who),
            ..theirs
        });
        world
    }

    #[test]
    fn only_who_is_known_well_enough_is_judged() {
        // (why, world, line, words that a caveat holds)
        let table = [
            ("a sound account", world(), "1 of 1", ""),
            ("a bought one", with("bot", bought()), "1 of 2", ""),
            (
                "a bought one that liked something",
                with("bot", bought()).likes("bot", 9),
                "2 of 2",
                "",
            ),
            (
                "a bought one that liked something long ago",
                with("bot", bought()).likes("bot", 90 * DAY),
                "2 of 2",
                "",
            ),
            ("a bought one whom we follow", following(with("bot", bought()), "bot"), "2 of 2", ""),
            (
                "a bought one who had left",
                world().follows("bot", None, Some(3)).shows("bot", bought()),
                "1 of 1",
                "",
            ),
            ("a bought one who does not follow us", world().shows("bot", bought()), "1 of 1", ""),
            (
                "nothing is known of one",
                world().follows("ann", None, None),
                "1 of 1",
                "1 follower left out: too little is known",
            ),
            (
                "a mere description could not have flagged",
                with("ann", Traits { bio_filled: Some(true), ..Traits::default() }),
                "1 of 1",
                "1 follower left out: too little is known",
            ),
            (
                "who engaged is known to be no mere number",
                world().follows("ann", None, None).likes("ann", 5),
                "2 of 2",
                "",
            ),
            (
                "too little is known of most",
                world().follows("ann", None, None).follows("bob", None, None),
                "not exported: enough to judge is known of 1 follower out of 3 followers, and it \
                 takes half: save lists of followers that show what their accounts are like, and \
                 import again",
                "",
            ),
            (
                "engagement is known since yesterday",
                World::new().likes("ann", DAY).follows("ann", None, None).shows("ann", bought()),
                "no cases: who is silent cannot be told: the oldest engagement known is of \
                 2026-03-28; the window begins 2026-03-01",
                "",
            ),
            (
                "nobody engaged",
                World::new().follows("ann", None, None).shows("ann", bought()),
                "no cases: nobody engaged yet, so nobody can tell who is silent",
                "",
            ),
            (
                "nobody follows",
                World::new().likes("ann", 30 * DAY).shows("ann", sound()),
                "no cases: no follower is known",
                "",
            ),
            (
                "no export told",
                world().lacking(FactKind::Traits),
                "not exported: no export held what followers' accounts show yet: save \
                 `getProfiles` and import again",
                "",
            ),
        ];
        for (why, world, expected, caveat) in table {
            let found = world.measured(Metric::AudienceQuality);
            assert_eq!(line(&found), expected, "{why}");
            let said = found.caveats.iter().any(|text| text.contains(caveat));
            assert!(caveat.is_empty() || said, "{why}: {:?}", found.caveats);
        }
    }

    #[test]
    fn a_burst_of_follows_counts_against_who_came_in_it_once_all_are_seen() {
        // Two points each; a third comes from the burst, of another group.
        let thin = Traits { follows: Some(2_000), ..sound() };
        let came = |world: World, who: String, hours| {
            world.follows(&who, Some(hours), None).shows(&who, thin.clone())
        };
        let steady =
            |days: i64| (0..days).fold(world(), |w, day| came(w, format!("d{day}"), day * DAY));
        // (why, days with one follow each, follows on one day more, those flagged)
        let table = [
            ("steady", 20, 1, 0),
            ("a burst", 20, 90, 91),
            ("too few days to tell a burst", 5, 90, 0),
        ];
        for (why, days, many, flagged) in table {
            let world = (0..many).fold(steady(days), |w, i| came(w, format!("b{i}"), 3 * DAY + 1));
            let n = 1 + days + many;
            let expected = format!("{} of {n}", n - flagged);
            assert_eq!(world.line(Metric::AudienceQuality), expected, "{why}");
        }
    }
}

//! The screen: does an account look real and awake? Signs with points, never a verdict alone.
//!
//! Start reading at [`screen`].
//!
//! # Always true
//!
//! - A flag takes three points from two groups of signs, about somebody of whom no export shows
//!   that they ever did anything for us. A sign alone flags nobody, and neither do signs of one
//!   group.
//! - What is not known gives no points.
//! - Who says that a program posts there is told so and gets no points: such accounts may be
//!   welcome.
//!
//! # Source
//!
//! Which signs, and how good they are: `docs/reference/scores.md`.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::super::facts::Traits;

/// From so many points on a person should look.
const FLAG_POINTS: i32 = 3;
/// From so many groups.
const FLAG_GROUPS: usize = 2;

/// What is known of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signs {
    /// The moment of the look, UTC.
    pub now: DateTime<Utc>,
    /// Followers of the account.
    pub followers: Option<u64>,
    /// Accounts that it follows.
    pub follows: Option<u64>,
    /// Posts of the account.
    pub posts: Option<u64>,
    /// Whether its description says anything.
    pub bio_filled: Option<bool>,
    /// Whether it says that a program posts there.
    pub bot: Option<bool>,
    /// When it was made, UTC.
    pub created: Option<DateTime<Utc>>,
    /// When it posted last, UTC.
    pub last_post: Option<DateTime<Utc>>,
    /// When it began to follow us, UTC.
    pub followed_since: Option<DateTime<Utc>>,
    /// Whether it did so in a burst of follows.
    pub in_burst: Option<bool>,
    /// Whether it ever did anything for us.
    pub engaged: Option<bool>,
    /// Whether it ever replied to us.
    pub replied: bool,
    /// Whether we follow it.
    pub followed: bool,
}

impl Signs {
    /// What a platform says of an account, and nothing else yet.
    pub fn of(traits: &Traits, now: DateTime<Utc>) -> Self {
        let Traits { created, last_post, followers, follows, posts, bio_filled, bot, bio: _ } =
            *traits;
        Self {
            now,
            followers,
            follows,
            posts,
            bio_filled,
            bot,
            created,
            last_post,
            followed_since: None,
            in_burst: None,
            engaged: None,
            replied: false,
            followed: false,
        }
    }
}

/// What the screen says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Screen {
    /// Too little speaks against the account to trouble a person.
    Ok,
    /// A person should look.
    Flag,
    /// Nothing is known of the account, or enough speaks against it but nobody tells whether it
    /// ever did anything for us.
    Unknown,
}

impl Screen {
    /// Every answer with its name in the store and in JSON.
    pub const ALL: [(Screen, &'static str); 3] =
        [(Screen::Ok, "ok"), (Screen::Flag, "flag"), (Screen::Unknown, "unknown")];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(screen, _)| *screen == self).map_or("", |(_, name)| name)
    }
}

/// What kind of sign a reason is; a flag takes two kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// How many it follows.
    Volume,
    /// How little it shows of itself.
    Emptiness,
    /// For how long it has been silent.
    Staleness,
    /// How it came to us.
    Burst,
    /// What speaks for it, or is only said.
    Beside,
}

impl Group {
    /// Its name in docs.
    pub fn name(self) -> &'static str {
        match self {
            Group::Volume => "volume",
            Group::Emptiness => "emptiness",
            Group::Staleness => "staleness",
            Group::Burst => "burst",
            Group::Beside => "none",
        }
    }
}

/// Writes the reasons with their codes, groups, points and words from one row each.
macro_rules! reasons {
    ($($(#[$doc:meta])* $reason:ident = $code:literal $group:ident $points:literal, $words:literal;)*) => {
        /// Why the screen says what it says.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Reason { $($(#[$doc])* $reason,)* }

        impl Reason {
            /// Every reason.
            pub const ALL: [Reason; [$($code),*].len()] = [$(Reason::$reason),*];

            /// Its code in the store, in JSON and in docs.
            pub fn code(self) -> &'static str {
                match self { $(Reason::$reason => $code,)* }
            }

            /// The points that it gives.
            pub fn points(self) -> i32 {
                match self { $(Reason::$reason => $points,)* }
            }

            /// What kind of sign it is.
            pub fn group(self) -> Group {
                match self { $(Reason::$reason => Group::$group,)* }
            }

            /// What it says, in words.
            pub fn words(self) -> &'static str {
                match self { $(Reason::$reason => $words,)* }
            }
        }
    };
}

reasons! {
    /// Volume: it follows many times more than follow it.
    FollowsMany = "follows_many" Volume 2,
        "follows at least 200 accounts and ten times as many as follow it";
    /// Volume: it follows masses and hardly writes.
    MassFollowing = "mass_following" Volume 1,
        "follows more than 1,500 accounts and has fewer than 30 posts";
    /// Emptiness: no description.
    NoBio = "no_bio" Emptiness 1, "its description is empty";
    /// Emptiness: it never posted.
    NeverPosted = "never_posted" Emptiness 1, "never posted";
    /// Staleness: long silent.
    Stale = "stale" Staleness 1, "posted last more than 180 days ago";
    /// Burst: it came with many others.
    FollowBurst = "follow_burst" Burst 1, "followed us on a day of very many follows";
    /// Burst: it was new when it came.
    FreshAccount = "fresh_account" Burst 1, "was younger than 7 days when it followed us";
    /// Said only: a program posts there.
    SaysBot = "says_bot" Beside 0, "says that a program posts there";
    /// It speaks for an account that it replied to us.
    HasReplied = "has_replied" Beside -3, "replied to us";
    /// We follow it, so that it follows many counts for nothing.
    WeFollow = "we_follow" Beside 0, "we follow it: whom it follows is not counted";
}

/// The answer of the screen with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screening {
    /// What it says.
    pub screen: Screen,
    /// The points of all reasons together.
    pub points: i32,
    /// The reasons, in the order of [`Reason::ALL`].
    pub reasons: Vec<Reason>,
}

/// Screens an account.
///
/// ```
/// use fivestep::evidence::{facts::Traits, scores::{Screen, Signs, screen::screen}};
/// let now = "2026-03-02T09:00:00Z".parse()?;
/// let traits = Traits { followers: Some(3), follows: Some(4_000), posts: Some(0), ..Traits::default() };
/// let silent = Signs { engaged: Some(false), ..Signs::of(&traits, now) };
/// assert_eq!(screen(&silent).screen, Screen::Flag);
/// let replied = Signs { engaged: Some(true), replied: true, ..silent };
/// assert_eq!(screen(&replied).screen, Screen::Ok);
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn screen(signs: &Signs) -> Screening {
    let mut known = false;
    let mut reasons = Vec::new();
    for reason in Reason::ALL {
        let applies = applies(reason, signs);
        known |= applies.is_some() && reason.group() != Group::Beside;
        if applies == Some(true) {
            reasons.push(reason);
        }
    }
    if signs.followed {
        reasons.retain(|reason| reason.group() != Group::Volume);
    }
    let points = points(&reasons);
    let suspicious = are_enough(&reasons);
    let screen = match (suspicious, signs.engaged) {
        (true, Some(false)) if !signs.replied => Screen::Flag,
        (true, None) => Screen::Unknown,
        (true, Some(_)) => Screen::Ok,
        (false, _) if known => Screen::Ok,
        (false, _) => Screen::Unknown,
    };
    Screening { screen, points, reasons }
}

/// Whether enough is known of an account for a flag, had all of it spoken against the account.
///
/// Of an account that hardly anything is known of, no flag means nothing.
///
/// ```
/// use fivestep::evidence::{facts::Traits, scores::{Signs, screen::could_flag}};
/// let now = "2026-03-02T09:00:00Z".parse()?;
/// let described = Traits { bio_filled: Some(true), ..Traits::default() };
/// assert!(!could_flag(&Signs::of(&described, now)), "one sign alone flags nobody");
/// let counted = Traits { followers: Some(90), follows: Some(80), ..described };
/// assert!(could_flag(&Signs::of(&counted, now)));
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn could_flag(signs: &Signs) -> bool {
    let counts = |reason: &Reason| {
        let cancelled = signs.followed && reason.group() == Group::Volume;
        reason.points() > 0 && !cancelled && applies(*reason, signs).is_some()
    };
    are_enough(&Reason::ALL.into_iter().filter(counts).collect::<Vec<Reason>>())
}

/// Whether reasons are enough for a flag.
fn are_enough(reasons: &[Reason]) -> bool {
    points(reasons) >= FLAG_POINTS && groups(reasons) >= FLAG_GROUPS
}

fn points(reasons: &[Reason]) -> i32 {
    reasons.iter().map(|reason| reason.points()).sum()
}

/// From how many groups the signs against an account are.
fn groups(reasons: &[Reason]) -> usize {
    let against = reasons.iter().filter(|reason| reason.points() > 0);
    against.map(|reason| reason.group()).collect::<BTreeSet<Group>>().len()
}

/// Whether a reason applies; `None` where nobody tells.
fn applies(reason: Reason, signs: &Signs) -> Option<bool> {
    match reason {
        Reason::FollowsMany => {
            let (follows, followers) = (signs.follows?, signs.followers?);
            Some(follows >= 200 && follows >= followers.saturating_mul(10))
        }
        Reason::MassFollowing => Some(signs.follows? > 1_500 && signs.posts? < 30),
        Reason::NoBio => signs.bio_filled.map(|filled| !filled),
        Reason::NeverPosted => signs.posts.map(|posts| posts == 0),
        Reason::Stale => Some(signs.now - signs.last_post? > TimeDelta::days(180)),
        Reason::FollowBurst => signs.in_burst,
        Reason::FreshAccount => Some(signs.followed_since? - signs.created? < TimeDelta::days(7)),
        Reason::SaysBot => signs.bot,
        Reason::HasReplied => Some(signs.replied),
        Reason::WeFollow => Some(signs.followed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An account of which all is known and nothing is odd.
    fn good() -> Signs {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
        Signs {
            now: at("2026-03-02T09:00:00Z"),
            followers: Some(100),
            follows: Some(100),
            posts: Some(100),
            bio_filled: Some(true),
            bot: Some(false),
            created: Some(at("2020-01-01T00:00:00Z")),
            last_post: Some(at("2026-03-01T00:00:00Z")),
            followed_since: Some(at("2025-01-01T00:00:00Z")),
            in_burst: Some(false),
            engaged: Some(false),
            replied: false,
            followed: false,
        }
    }

    #[test]
    fn signs_give_points_and_only_two_groups_flag() {
        type Change = fn(&mut Signs);
        // (why, what is changed, the answer)
        let table: [(&str, Change, &str); 17] = [
            ("nothing odd", |_| {}, "ok 0"),
            ("ten to one", |s| s.follows = Some(1_000), "ok 2 follows_many"),
            ("nine to one", |s| s.follows = Some(999), "ok 0"),
            ("199 are few", |s| (s.follows, s.followers) = (Some(199), Some(0)), "ok 0"),
            (
                "one group, three points",
                |s| (s.follows, s.posts) = (Some(2_000), Some(29)),
                "ok 3 follows_many mass_following",
            ),
            (
                "two groups",
                |s| (s.follows, s.bio_filled) = (Some(2_000), Some(false)),
                "flag 3 follows_many no_bio",
            ),
            (
                "they liked something once",
                |s| {
                    (s.follows, s.bio_filled) = (Some(2_000), Some(false));
                    s.engaged = Some(true);
                },
                "ok 3 follows_many no_bio",
            ),
            (
                "nobody tells whether they engaged",
                |s| {
                    (s.follows, s.bio_filled) = (Some(2_000), Some(false));
                    s.engaged = None;
                },
                "unknown 3 follows_many no_bio",
            ),
            (
                "they replied once",
                |s| {
                    (s.follows, s.bio_filled) = (Some(2_000), Some(false));
                    (s.engaged, s.replied) = (Some(true), true);
                },
                "ok 0 follows_many no_bio has_replied",
            ),
            (
                "we follow them",
                |s| {
                    (s.follows, s.bio_filled) = (Some(2_000), Some(false));
                    s.followed = true;
                },
                "ok 1 no_bio we_follow",
            ),
            ("an empty account", |s| s.posts = Some(0), "ok 1 never_posted"),
            (
                "half a year and a day",
                |s| s.last_post = Some(s.now - TimeDelta::days(181)),
                "ok 1 stale",
            ),
            ("half a year", |s| s.last_post = Some(s.now - TimeDelta::days(180)), "ok 0"),
            (
                "six days old",
                |s| s.created = s.followed_since.map(|at| at - TimeDelta::days(6)),
                "ok 1 fresh_account",
            ),
            ("a program", |s| s.bot = Some(true), "ok 0 says_bot"),
            (
                "a burst of new empty accounts",
                |s| {
                    (s.in_burst, s.created) = (Some(true), s.followed_since);
                    s.bio_filled = Some(false);
                },
                "flag 3 no_bio follow_burst fresh_account",
            ),
            (
                "nothing is known",
                |s| *s = Signs { engaged: Some(false), ..Signs::of(&Traits::default(), s.now) },
                "unknown 0",
            ),
        ];
        for (why, change, expected) in table {
            let mut signs = good();
            change(&mut signs);
            let found = screen(&signs);
            let codes = found.reasons.iter().map(|reason| format!(" {}", reason.code()));
            let line =
                format!("{} {}{}", found.screen.name(), found.points, codes.collect::<String>());
            assert_eq!(line, expected, "{why}");
        }
    }
}

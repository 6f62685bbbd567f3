//! Which facts a source can carry, and so which metrics a brand can have at all.
//!
//! A metric that no source of a brand can carry is *unmeasurable*, never 0. The table is read by
//! `check` (before a brand starts) and by the measuring (when it does).
//!
//! # Source
//!
//! What each export really holds: `docs/reference/sources.md`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{brand::Brand, metric::Metric, source_kind::SourceKind};

/// A family of facts that an export either has or has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// Profile fields: name, bio, picture, link.
    Profile,
    /// How many followers the account has.
    FollowerCount,
    /// Who follows, by name.
    Followers,
    /// Who engaged with us, by name.
    Inbound,
    /// Every conversation somebody opened with us, answered or not.
    Conversations,
    /// When our answers came, for the conversations we did answer.
    Answers,
    /// Our own posts, with their text.
    OwnPosts,
    /// What the platform counted for each of our posts.
    PostTotals,
    /// What the platform counted for our account, period by period.
    AccountTotals,
    /// Who asks to follow.
    Requests,
    /// When followers posted last.
    Activity,
    /// What the accounts of followers show: how many they follow, and how many follow them.
    Traits,
    /// How many people each of our posts reached.
    Reach,
    /// How often each of our posts was shown.
    Impressions,
    /// How often each of our posts was watched or opened.
    Views,
    /// How many followers engaged, as the platform counts them.
    EngagedTotals,
    /// How often we and our competitors were named in public.
    Mentions,
}

impl FactKind {
    /// Every kind of fact, in the order of the capability table.
    pub const ALL: [FactKind; 17] = [
        FactKind::Profile,
        FactKind::FollowerCount,
        FactKind::Followers,
        FactKind::Inbound,
        FactKind::Conversations,
        FactKind::Answers,
        FactKind::OwnPosts,
        FactKind::PostTotals,
        FactKind::AccountTotals,
        FactKind::Requests,
        FactKind::Activity,
        FactKind::Traits,
        FactKind::Reach,
        FactKind::Impressions,
        FactKind::Views,
        FactKind::EngagedTotals,
        FactKind::Mentions,
    ];
}

impl fmt::Display for FactKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            FactKind::Profile => "profile fields",
            FactKind::FollowerCount => "number of followers",
            FactKind::Followers => "followers by name",
            FactKind::Inbound => "people who engaged, by name",
            FactKind::Conversations => "conversations others opened",
            FactKind::Answers => "times of our answers",
            FactKind::OwnPosts => "own posts",
            FactKind::PostTotals => "numbers of posts",
            FactKind::AccountTotals => "numbers of the account",
            FactKind::Requests => "follow requests",
            FactKind::Activity => "last posts of followers",
            FactKind::Traits => "what followers' accounts show",
            FactKind::Reach => "reach of posts",
            FactKind::Impressions => "impressions of posts",
            FactKind::Views => "views of posts",
            FactKind::EngagedTotals => "number of engaged followers",
            FactKind::Mentions => "mentions of us and of competitors",
        })
    }
}

impl SourceKind {
    /// Whether a source of this kind can carry everything that one way to `metric` needs.
    ///
    /// ```
    /// use fivestep::model::{Metric, SourceKind};
    /// assert!(SourceKind::BlueskyApi.can_measure(Metric::ResponseRate));
    /// assert!(!SourceKind::MastodonArchive.can_measure(Metric::ResponseRate));
    /// ```
    pub fn can_measure(self, metric: Metric) -> bool {
        let carries = |need| self.carries().contains(need);
        metric.spec().needs.iter().any(|way| way.iter().all(carries))
    }
}

impl Brand {
    /// Whether the brand's sources together can carry everything that one way to `metric` needs. A
    /// metric that needs no facts needs no source.
    pub fn can_measure(&self, metric: Metric) -> bool {
        let carries = |need| self.sources.iter().any(|source| source.kind.carries().contains(need));
        metric.spec().needs.iter().any(|way| way.iter().all(carries))
    }
}

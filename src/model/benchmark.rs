//! A benchmark: a number that somebody published about others, to be read beside one's own.
//!
//! # Always true
//!
//! - A benchmark never takes part in a decision: no gate, goal or score reads one.
//! - It says where it comes from, of which year, and what it is out of.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{brand::Platform, metric::Metric};

/// Writes the enum and its words from one row each.
macro_rules! denominators {
    ($($(#[$doc:meta])+ $per:ident = $name:literal;)+) => {
        /// What a share or a rate is out of. Two numbers that are out of different things are
        /// never compared.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Denominator { $($(#[$doc])+ $per,)+ }

        impl Denominator {
            /// Every denominator with its name in YAML.
            pub const ALL: [(Denominator, &'static str); [$($name),+].len()] =
                [$((Denominator::$per, $name)),+];

            /// The name in YAML and in JSON.
            pub fn name(self) -> &'static str {
                match self { $(Denominator::$per => $name,)+ }
            }
        }
    };
}

denominators! {
    /// Everybody who follows.
    Followers = "followers";
    /// Followers who posted themselves of late.
    ActiveFollowers = "active_followers";
    /// Followers of whom enough is known to judge them.
    JudgedFollowers = "judged_followers";
    /// People who engaged, or to whom the brand wrote.
    People = "people";
    /// Accounts of the platform, whomever they follow.
    Accounts = "accounts";
    /// People reached.
    Reach = "reach";
    /// How often posts were shown.
    Impressions = "impressions";
    /// How often posts were watched or opened.
    Views = "views";
    /// Posts.
    Posts = "posts";
    /// Replies of the brand to others.
    Replies = "replies";
    /// Everything that people did.
    Interactions = "interactions";
    /// Conversations that others opened.
    Conversations = "conversations";
    /// Messages, each for itself.
    Messages = "messages";
    /// Mentions.
    Mentions = "mentions";
}

impl fmt::Display for Denominator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name().replace('_', " "))
    }
}

/// A published number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Benchmark {
    /// The network it is about.
    pub platform: Platform,
    /// The metric it is a value of.
    pub metric: Metric,
    /// What it is out of.
    pub denominator: Denominator,
    /// The number, in the metric's unit; the lower end of a range.
    pub low: f64,
    /// The same number, or the upper end of a range.
    pub high: f64,
    /// Whom it is about: an industry, a size of accounts.
    pub population: Option<String>,
    /// How many cases it rests on.
    pub n: Option<u64>,
    /// Who published it.
    pub source: String,
    /// The year in which it was published.
    pub year: u16,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denominator_reads_as_the_same_word_everywhere() {
        for (per, name) in Denominator::ALL {
            assert_eq!(per.name(), name);
            assert_eq!(serde_json::json!(per), name);
        }
    }
}

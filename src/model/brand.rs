//! A brand: who the process is run for, what it promises, and where its evidence comes from.

use std::{collections::BTreeMap, fmt};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    calendar::WorkingTime,
    charter::CharterDigest,
    ids::{BrandId, Digest, WorkflowId},
    metric::Metric,
    observation::Terms,
    source_kind::SourceKind,
};

/// A network on which a brand has an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Bluesky and other AT Protocol services.
    Bluesky,
    /// Mastodon and servers that export like it.
    Mastodon,
    /// Facebook.
    Facebook,
    /// Instagram.
    Instagram,
    /// LinkedIn.
    Linkedin,
    /// TikTok.
    Tiktok,
    /// X, once Twitter.
    X,
    /// YouTube.
    Youtube,
    /// Anything else: a help desk, a shop, a table of one's own.
    Other,
}

impl Platform {
    /// Every platform with its name in YAML.
    pub const ALL: [(Platform, &'static str); 9] = [
        (Platform::Bluesky, "bluesky"),
        (Platform::Mastodon, "mastodon"),
        (Platform::Facebook, "facebook"),
        (Platform::Instagram, "instagram"),
        (Platform::Linkedin, "linkedin"),
        (Platform::Tiktok, "tiktok"),
        (Platform::X, "x"),
        (Platform::Youtube, "youtube"),
        (Platform::Other, "other"),
    ];
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(platform, _)| platform == self);
        f.pad(name.map_or("", |(_, name)| name))
    }
}

/// One account of the brand, or of a competitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The network.
    pub platform: Platform,
    /// The name there, as people write it.
    pub handle: String,
}

/// A real person of the brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CharterPerson {
    /// Their name.
    pub name: String,
    /// What they do.
    pub role: Option<String>,
}

/// A topic that the brand likes and knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pillar {
    /// Its short name.
    pub id: String,
    /// Words and phrases, any of which puts a post on the pillar.
    pub words: Vec<String>,
    /// Words and phrases, any of which keeps a post off it.
    pub not: Vec<String>,
}

/// What the brand promises.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Charter {
    /// The real people behind it.
    pub people: Vec<CharterPerson>,
    /// What it talks about.
    pub pillars: Vec<Pillar>,
    /// How many posts a week it promises, at least.
    pub posts_per_week: Option<f64>,
}

/// People the brand wants in its audience.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Segment {
    /// Its short name.
    pub id: String,
    /// Words in a person's bio.
    pub bio: Vec<String>,
    /// Languages they write, as two-letter codes.
    pub languages: Vec<String>,
    /// Words of what they write; a hashtag says them without blanks.
    pub hashtags: Vec<String>,
    /// Accounts whose followers are in it.
    pub follows: Vec<Account>,
    /// Words in a person's bio that keep them out of it.
    pub not: Vec<String>,
    /// Accounts that are in it, whatever else is known of them: the brand's target list.
    pub accounts: Vec<Account>,
}

/// How many people a day a brand turns to where its file does not say.
const PEOPLE_A_DAY: u32 = 15;
/// How well they must fit where its file does not say, from 0 to 100.
const LEAST_FIT: u32 = 50;

/// Whom the brand wants in its audience, and how it goes about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audience {
    /// The groups.
    pub segments: Vec<Segment>,
    /// Accounts to whom the brand never turns.
    pub never: Vec<Account>,
    /// A table of people outside of the audience, relative to the workspace.
    pub prospects: Option<String>,
    /// Saved lists of those who follow somebody else, whose audience the brand wants.
    pub seeds: Vec<Source>,
    /// How many people are listed a day, at most.
    pub people_a_day: u32,
    /// How well somebody must fit to be listed, from 0 to 100.
    pub least_fit: u32,
}

impl Default for Audience {
    fn default() -> Self {
        Self {
            segments: Vec::new(),
            never: Vec::new(),
            prospects: None,
            seeds: Vec::new(),
            people_a_day: PEOPLE_A_DAY,
            least_fit: LEAST_FIT,
        }
    }
}

/// Where evidence comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The kind of export.
    pub kind: SourceKind,
    /// Whose export it is: a handle or the platform's own id.
    pub account: String,
    /// Where it lies, relative to the workspace, if it is always the same place.
    pub path: Option<String>,
    /// The mapping by which a table is read, relative to the workspace.
    #[serde(default)]
    pub map: Option<String>,
    /// How new the export at hand is, UTC, where a person says so; never in a brand file.
    #[serde(skip)]
    pub as_of: Option<DateTime<Utc>>,
}

/// A checked brand file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Brand {
    /// The digest of the file's text.
    pub digest: Digest,
    /// Its short name.
    pub id: BrandId,
    /// Its name for people.
    pub name: String,
    /// Zone and working week.
    pub working_time: WorkingTime,
    /// The languages it writes, as two-letter codes; the first is the main one.
    pub languages: Vec<String>,
    /// The workflow it follows.
    pub workflow: WorkflowId,
    /// Its own targets, in the unit of each metric.
    pub goals: BTreeMap<Metric, f64>,
    /// Its accounts.
    pub accounts: Vec<Account>,
    /// Accounts whose mentions are counted beside its own.
    #[serde(default)]
    pub competitors: Vec<Account>,
    /// What it promises.
    pub charter: Charter,
    /// Whom it wants in its audience.
    pub audience: Audience,
    /// Where its evidence comes from.
    pub sources: Vec<Source>,
    /// Whose words its evidence keeps.
    #[serde(default)]
    pub keep_words: KeepWords,
}

/// Whose words a brand's evidence keeps. Of the others it keeps a hash, the length, the language and
/// whether they ask; of what was written to named people only it never keeps the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeepWords {
    /// Nobody's.
    None,
    /// The brand's own, without which nobody can tell what it talks about.
    #[default]
    Own,
    /// Everybody's.
    All,
}

impl KeepWords {
    /// Each with its name in the brand file.
    pub const ALL: [(KeepWords, &'static str); 3] =
        [(KeepWords::None, "none"), (KeepWords::Own, "own"), (KeepWords::All, "all")];

    /// Their names.
    pub const NAMES: [&'static str; 3] = [Self::ALL[0].1, Self::ALL[1].1, Self::ALL[2].1];

    /// Whether the words of a post are kept.
    ///
    /// - `ours`: whether the brand wrote it.
    ///
    /// ```
    /// use fivestep::model::KeepWords;
    ///
    /// assert!(KeepWords::default().keeps(true) && !KeepWords::default().keeps(false));
    /// ```
    pub fn keeps(self, ours: bool) -> bool {
        match self {
            KeepWords::None => false,
            KeepWords::Own => ours,
            KeepWords::All => true,
        }
    }
}

impl Brand {
    /// What the brand's file adds to a decision.
    pub fn terms(&self) -> Terms {
        Terms {
            goals: self.goals.clone(),
            working_time: self.working_time.clone(),
            charter: Some(CharterDigest::of(self)),
        }
    }
}

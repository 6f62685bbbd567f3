//! The catalogue of metrics: name, unit, what is counted, and which facts it takes.
//!
//! One row a metric, read by the checker (types and units), the gate (what a case is, which way
//! is better), the measuring (`evidence::metrics`) and the reference page.
//!
//! A metric that measures waiting has a *twin* in business hours ([`Metric::business`]). It has a
//! row and observations of its own; a file never names it, but asks for `hours: business`, and an
//! expression for `METRIC.business`. So the twin has two names: [`Metric::name`] is the one that
//! is stored, `Display` writes the one that people read.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{capability::FactKind, quantity::Unit};

/// The word with which a file asks for a metric in business hours.
pub const BUSINESS: &str = "business";

/// A number that fivestep can compute from evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Distinct followers with at least one countable interaction in the window.
    EngagedFollowers,
    /// Engaged followers out of all followers.
    EngagedFollowerRate,
    /// Answered conversations out of opened ones.
    ResponseRate,
    /// Half of the first answers came within this time.
    FirstResponseMedian,
    /// [`Metric::FirstResponseMedian`] in business hours.
    FirstResponseMedianBusiness,
    /// Nine of ten first answers came within this time.
    FirstResponseP90,
    /// [`Metric::FirstResponseP90`] in business hours.
    FirstResponseP90Business,
    /// Conversations that went back and forth, out of those with an inbound turn.
    BackAndForthRate,
    /// The median number of alternating turns of a conversation.
    ConversationDepth,
    /// Own posts that touch a declared pillar, out of own posts.
    TopicAdherence,
    /// Required profile fields that are filled in.
    ProfileCompleteness,
    /// The longest time without a post of our own.
    LongestSilentGap,
    /// When the newest post of our own was written.
    LastOwnPost,
    /// Own posts that begin a thread for each own reply to others.
    PostsPerReply,
    /// The share of interactions that the ten most active people made.
    Concentration,
    /// People engaged in the window before who are engaged in this one too.
    EngagedRetention,
    /// Whether the window holds evidence of this cycle alone.
    WindowSettled,
}

/// Which direction of a metric is an improvement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// A larger value is better.
    Higher,
    /// A smaller value is better.
    Lower,
}

/// What makes a proportion move when the brand works at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grows {
    /// Each new case adds to the denominator (one more conversation, one more post).
    Cases,
    /// The denominator stays; more of it must count (one more follower engages).
    Hits,
}

/// How a metric's interval is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Wilson's score interval for a proportion of independent cases.
    Wilson,
    /// Order statistics: a distribution-free interval for a quantile.
    Rank,
    /// Percentile bootstrap over people, for shares of events that one person can repeat.
    Bootstrap,
    /// Everything there is was counted; there is no sampling error to state.
    Census,
}

/// One row of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// The name in YAML, JSON and the terminal.
    pub name: &'static str,
    /// What the number counts.
    pub unit: Unit,
    /// A few words for people.
    pub title: &'static str,
    /// What one case of `n` is, in the plural: "conversations".
    pub cases: &'static str,
    /// What a case that counts is, in the plural: "answered conversations".
    pub hits: &'static str,
    /// Which direction is better.
    pub better: Better,
    /// How work moves the number.
    pub grows: Grows,
    /// How the interval is made.
    pub method: Method,
    /// The facts it takes; all of them.
    pub needs: &'static [FactKind],
    /// The same metric in business hours, for one that measures waiting.
    pub business: Option<Metric>,
    /// What a person can do to move it.
    pub remedy: &'static str,
}

impl Metric {
    /// Every metric, in the order of the reference page.
    pub const ALL: [Metric; 17] = [
        Metric::EngagedFollowers,
        Metric::EngagedFollowerRate,
        Metric::ResponseRate,
        Metric::FirstResponseMedian,
        Metric::FirstResponseMedianBusiness,
        Metric::FirstResponseP90,
        Metric::FirstResponseP90Business,
        Metric::BackAndForthRate,
        Metric::ConversationDepth,
        Metric::TopicAdherence,
        Metric::ProfileCompleteness,
        Metric::LongestSilentGap,
        Metric::LastOwnPost,
        Metric::PostsPerReply,
        Metric::Concentration,
        Metric::EngagedRetention,
        Metric::WindowSettled,
    ];

    /// The metrics that a file names, in the same order: all but the twins.
    pub const WRITTEN: [Metric; 15] = [
        Metric::EngagedFollowers,
        Metric::EngagedFollowerRate,
        Metric::ResponseRate,
        Metric::FirstResponseMedian,
        Metric::FirstResponseP90,
        Metric::BackAndForthRate,
        Metric::ConversationDepth,
        Metric::TopicAdherence,
        Metric::ProfileCompleteness,
        Metric::LongestSilentGap,
        Metric::LastOwnPost,
        Metric::PostsPerReply,
        Metric::Concentration,
        Metric::EngagedRetention,
        Metric::WindowSettled,
    ];

    /// The metric's row of the catalogue.
    ///
    /// # Source
    ///
    /// Formulas and denominators: `docs/reference/metrics.md`.
    ///
    /// ```
    /// use fivestep::model::{Metric, Unit};
    /// assert_eq!(Metric::ResponseRate.spec().unit, Unit::Proportion);
    /// ```
    pub fn spec(self) -> &'static Spec {
        match self {
            Metric::EngagedFollowers => &ENGAGED_FOLLOWERS,
            Metric::EngagedFollowerRate => &ENGAGED_FOLLOWER_RATE,
            Metric::ResponseRate => &RESPONSE_RATE,
            Metric::FirstResponseMedian => &FIRST_RESPONSE_MEDIAN,
            Metric::FirstResponseMedianBusiness => &FIRST_RESPONSE_MEDIAN_BUSINESS,
            Metric::FirstResponseP90 => &FIRST_RESPONSE_P90,
            Metric::FirstResponseP90Business => &FIRST_RESPONSE_P90_BUSINESS,
            Metric::BackAndForthRate => &BACK_AND_FORTH_RATE,
            Metric::ConversationDepth => &CONVERSATION_DEPTH,
            Metric::TopicAdherence => &TOPIC_ADHERENCE,
            Metric::ProfileCompleteness => &PROFILE_COMPLETENESS,
            Metric::LongestSilentGap => &LONGEST_SILENT_GAP,
            Metric::LastOwnPost => &LAST_OWN_POST,
            Metric::PostsPerReply => &POSTS_PER_REPLY,
            Metric::Concentration => &CONCENTRATION,
            Metric::EngagedRetention => &ENGAGED_RETENTION,
            Metric::WindowSettled => &WINDOW_SETTLED,
        }
    }

    /// The name in YAML and JSON, and under which it is stored.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// The same metric in business hours, if it measures waiting in clock time.
    ///
    /// ```
    /// use fivestep::model::Metric;
    /// let twin = Metric::FirstResponseMedian.business().expect("it measures waiting");
    /// assert_eq!(twin.name(), "first_response_median_business");
    /// assert_eq!(twin.to_string(), "first_response_median.business");
    /// assert_eq!((twin.plain(), twin.business()), (Metric::FirstResponseMedian, None));
    /// ```
    pub fn business(self) -> Option<Metric> {
        self.spec().business
    }

    /// The metric that a file names to ask for this one: that of a twin, else itself.
    pub fn plain(self) -> Metric {
        match self {
            Metric::FirstResponseMedianBusiness => Metric::FirstResponseMedian,
            Metric::FirstResponseP90Business => Metric::FirstResponseP90,
            Metric::EngagedFollowers
            | Metric::EngagedFollowerRate
            | Metric::ResponseRate
            | Metric::FirstResponseMedian
            | Metric::FirstResponseP90
            | Metric::BackAndForthRate
            | Metric::ConversationDepth
            | Metric::TopicAdherence
            | Metric::ProfileCompleteness
            | Metric::LongestSilentGap
            | Metric::LastOwnPost
            | Metric::PostsPerReply
            | Metric::Concentration
            | Metric::EngagedRetention
            | Metric::WindowSettled => self,
        }
    }

    /// Whether it measures in business hours.
    pub fn is_business(self) -> bool {
        self.plain() != self
    }

    /// The unit of its value and of thresholds on it.
    pub fn unit(self) -> Unit {
        self.spec().unit
    }
}

/// For people, and as an expression writes it: `response_rate`, `first_response_median.business`.
impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_business() {
            f.pad(&format!("{}.{BUSINESS}", self.plain().name()))
        } else {
            f.pad(self.name())
        }
    }
}

/// From the name that is stored or the one that people read.
impl FromStr for Metric {
    type Err = ();
    fn from_str(name: &str) -> Result<Self, ()> {
        let is_named = |metric: &Metric| metric.name() == name || metric.to_string() == name;
        Self::ALL.into_iter().find(is_named).ok_or(())
    }
}

static ENGAGED_FOLLOWERS: Spec = Spec {
    name: "engaged_followers",
    unit: Unit::Count,
    title: "engaged followers",
    cases: "followers",
    hits: "engaged followers",
    better: Better::Higher,
    grows: Grows::Hits,
    method: Method::Census,
    needs: &[FactKind::Followers, FactKind::Inbound],
    business: None,
    remedy: "answer and address followers who have not reacted yet",
};

static ENGAGED_FOLLOWER_RATE: Spec = Spec {
    name: "engaged_follower_rate",
    unit: Unit::Proportion,
    title: "engaged followers out of all followers",
    cases: "followers",
    hits: "engaged followers",
    better: Better::Higher,
    grows: Grows::Hits,
    method: Method::Wilson,
    needs: &[FactKind::FollowerCount, FactKind::Followers, FactKind::Inbound],
    business: None,
    remedy: "answer and address followers who have not reacted yet",
};

static RESPONSE_RATE: Spec = Spec {
    name: "response_rate",
    unit: Unit::Proportion,
    title: "answered conversations",
    cases: "conversations",
    hits: "answered conversations",
    better: Better::Higher,
    grows: Grows::Cases,
    method: Method::Wilson,
    needs: &[FactKind::Conversations, FactKind::Answers],
    business: None,
    remedy: "answer the conversations that wait",
};

static FIRST_RESPONSE_MEDIAN: Spec = Spec {
    name: "first_response_median",
    unit: Unit::Duration,
    title: "median time to the first answer",
    cases: "answered conversations",
    hits: "answered conversations",
    better: Better::Lower,
    grows: Grows::Cases,
    method: Method::Rank,
    needs: &[FactKind::Answers],
    business: Some(Metric::FirstResponseMedianBusiness),
    remedy: "answer sooner",
};

static FIRST_RESPONSE_MEDIAN_BUSINESS: Spec = Spec {
    name: "first_response_median_business",
    title: "median time to the first answer, in business hours",
    business: None,
    ..FIRST_RESPONSE_MEDIAN
};

static FIRST_RESPONSE_P90: Spec = Spec {
    name: "first_response_p90",
    title: "time within which nine of ten first answers came",
    business: Some(Metric::FirstResponseP90Business),
    ..FIRST_RESPONSE_MEDIAN
};

static FIRST_RESPONSE_P90_BUSINESS: Spec = Spec {
    name: "first_response_p90_business",
    title: "time within which nine of ten first answers came, in business hours",
    business: None,
    ..FIRST_RESPONSE_MEDIAN
};

static BACK_AND_FORTH_RATE: Spec = Spec {
    name: "back_and_forth_rate",
    unit: Unit::Proportion,
    title: "conversations of three turns or more",
    cases: "conversations",
    hits: "conversations of three turns or more",
    better: Better::Higher,
    grows: Grows::Cases,
    method: Method::Wilson,
    needs: &[FactKind::Conversations, FactKind::Answers],
    business: None,
    remedy: "answer so that people answer back: ask, do not close",
};

static CONVERSATION_DEPTH: Spec = Spec {
    name: "conversation_depth",
    unit: Unit::Count,
    title: "median turns of a conversation",
    cases: "conversations",
    hits: "conversations",
    better: Better::Higher,
    grows: Grows::Cases,
    method: Method::Rank,
    needs: &[FactKind::Conversations, FactKind::Answers],
    business: None,
    remedy: "answer so that people answer back: ask, do not close",
};

static TOPIC_ADHERENCE: Spec = Spec {
    name: "topic_adherence",
    unit: Unit::Proportion,
    title: "own posts on a declared pillar",
    cases: "own posts",
    hits: "posts on a pillar",
    better: Better::Higher,
    grows: Grows::Cases,
    method: Method::Wilson,
    needs: &[FactKind::OwnPosts],
    business: None,
    remedy: "post about what the charter says you know, or change the charter's pillars",
};

static PROFILE_COMPLETENESS: Spec = Spec {
    name: "profile_completeness",
    unit: Unit::Proportion,
    title: "required profile fields filled in",
    cases: "profile fields",
    hits: "fields filled in",
    better: Better::Higher,
    grows: Grows::Hits,
    method: Method::Census,
    needs: &[FactKind::Profile],
    business: None,
    remedy: "fill in the empty profile fields",
};

static LONGEST_SILENT_GAP: Spec = Spec {
    name: "longest_silent_gap",
    unit: Unit::Duration,
    title: "longest time without an own post",
    cases: "own posts",
    hits: "own posts",
    better: Better::Lower,
    grows: Grows::Cases,
    method: Method::Census,
    needs: &[FactKind::OwnPosts],
    business: None,
    remedy: "post more steadily",
};

static LAST_OWN_POST: Spec = Spec {
    name: "last_own_post",
    unit: Unit::Instant,
    title: "when the newest own post was written",
    cases: "own posts",
    hits: "own posts",
    better: Better::Higher,
    grows: Grows::Cases,
    method: Method::Census,
    needs: &[FactKind::OwnPosts],
    business: None,
    remedy: "post again",
};

static POSTS_PER_REPLY: Spec = Spec {
    name: "posts_per_reply",
    unit: Unit::Ratio,
    title: "own posts for each own reply to others",
    cases: "own replies to others",
    hits: "own replies to others",
    better: Better::Lower,
    grows: Grows::Cases,
    method: Method::Census,
    needs: &[FactKind::OwnPosts],
    business: None,
    remedy: "talk with people more than at them: reply to what others write",
};

static CONCENTRATION: Spec = Spec {
    name: "concentration",
    unit: Unit::Proportion,
    title: "interactions made by the ten most active people",
    cases: "interactions",
    hits: "interactions of the top ten",
    better: Better::Lower,
    grows: Grows::Cases,
    method: Method::Bootstrap,
    needs: &[FactKind::Inbound],
    business: None,
    remedy: "engage people beyond the ten who always react",
};

static ENGAGED_RETENTION: Spec = Spec {
    name: "engaged_retention",
    unit: Unit::Proportion,
    title: "people engaged before who are engaged still",
    cases: "people engaged in the window before",
    hits: "people engaged in both windows",
    better: Better::Higher,
    grows: Grows::Hits,
    method: Method::Wilson,
    needs: &[FactKind::Inbound],
    business: None,
    remedy: "turn to the people who were engaged last time and are silent now",
};

static WINDOW_SETTLED: Spec = Spec {
    name: "window_settled",
    unit: Unit::Truth,
    title: "the window holds evidence of this cycle alone",
    cases: "windows",
    hits: "settled windows",
    better: Better::Higher,
    grows: Grows::Cases,
    method: Method::Census,
    needs: &[],
    business: None,
    remedy: "import a later export when the window has passed",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_found_by_its_name_and_by_its_stored_form() {
        for metric in Metric::ALL {
            assert_eq!(metric.name().parse(), Ok(metric));
            assert_eq!(metric.to_string().parse(), Ok(metric));
            let stored = serde_json::to_string(&metric).expect("a name is JSON");
            assert_eq!(stored, format!("\"{}\"", metric.name()));
        }
    }

    #[test]
    fn a_file_names_every_metric_but_the_twins() {
        let written = Metric::ALL.into_iter().filter(|metric| !metric.is_business());
        assert_eq!(written.collect::<Vec<_>>(), Metric::WRITTEN);
        for metric in Metric::ALL.into_iter().filter(|metric| metric.is_business()) {
            assert_eq!(metric.plain().business(), Some(metric));
            assert_eq!(metric.name(), format!("{}_{BUSINESS}", metric.plain().name()));
            assert_eq!(metric.unit(), metric.plain().unit(), "a goal serves both");
        }
    }
}

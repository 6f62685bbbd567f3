//! The rows of the catalogue, in the order of the reference page.
//!
//! # Always true
//!
//! - The order of rows that were there before never changes: stored observations are in it.

use serde::{Deserialize, Serialize};

use super::{Better, Grows, Method, Spec};
use crate::model::{benchmark::Denominator, capability::FactKind, quantity::Unit};

/// Makes the enum, its lists and its table from the rows.
macro_rules! catalogue {
    ($($(#[doc = $doc:literal])+ $metric:ident { $($row:tt)+ })+) => {
        /// A number that fivestep can compute from evidence.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Metric {
            $($(#[doc = $doc])+ $metric,)+
        }

        const EVERY: &[Metric] = &[$(Metric::$metric),+];
        const ROWS: [Spec; EVERY.len()] = [$(Spec { $($row)+ }),+];
    };
}

/// Each metric's row, at the place of the metric in [`Metric::ALL`].
pub(super) static TABLE: [Spec; EVERY.len()] = ROWS;

/// How many metrics a file names.
const WRITTEN: usize = {
    let (mut at, mut written) = (0, 0);
    while at < EVERY.len() {
        written += ROWS[at].business_of.is_none() as usize;
        at += 1;
    }
    written
};

impl Metric {
    /// Every metric, in the order of the reference page.
    pub const ALL: [Metric; EVERY.len()] = {
        let mut all = [Metric::WindowSettled; EVERY.len()];
        all.copy_from_slice(EVERY);
        all
    };

    /// The metrics that a file names, in the same order: all but the twins.
    pub const WRITTEN: [Metric; WRITTEN] = {
        let mut written = [Metric::WindowSettled; WRITTEN];
        let (mut at, mut to) = (0, 0);
        while at < EVERY.len() {
            if ROWS[at].business_of.is_none() {
                written[to] = EVERY[at];
                to += 1;
            }
            at += 1;
        }
        written
    };
}

/// What most rows share.
const BASE: Spec = Spec {
    name: "",
    unit: Unit::Proportion,
    title: "",
    cases: "",
    per: None,
    hits: "",
    better: Better::Higher,
    grows: Grows::Cases,
    method: Method::Wilson,
    needs: &[],
    business: None,
    business_of: None,
    percent: false,
    formula: "",
    source: "own definition",
    remedy: "",
};

/// What the metrics that wait for answers share.
const WAITING: Spec = Spec {
    unit: Unit::Duration,
    per: Some(Denominator::Conversations),
    cases: "answered conversations",
    hits: "answered conversations",
    better: Better::Lower,
    method: Method::Rank,
    needs: &[&[FactKind::Answers]],
    source: "plain.com's documentation: median and p90, machine replies do not stop the clock",
    remedy: "answer sooner",
    ..BASE
};

/// What the metrics from platforms' own numbers of posts share.
const COUNTED: Spec = Spec {
    unit: Unit::Ratio,
    per: Some(Denominator::Posts),
    cases: "own posts",
    hits: "own posts",
    method: Method::Bootstrap,
    needs: &[&[FactKind::PostTotals]],
    percent: true,
    remedy: "post more of what people react to",
    ..BASE
};

/// What the metrics about coming and going share.
const STAYING: Spec = Spec {
    per: Some(Denominator::Followers),
    cases: "followers at the beginning",
    hits: "followers who stayed",
    grows: Grows::Hits,
    needs: &[&[FactKind::Followers]],
    remedy: "find out what those who left last saw, and give those who came a reason to stay",
    ..BASE
};

catalogue! {
    /// Distinct followers with at least one countable interaction in the window.
    EngagedFollowers {
        name: "engaged_followers",
        unit: Unit::Count,
        title: "engaged followers",
        cases: "followers",
        hits: "engaged followers",
        grows: Grows::Hits,
        method: Method::Census,
        needs: &[&[FactKind::Followers, FactKind::Inbound], &[FactKind::EngagedTotals]],
        formula: "distinct followers at the window's end with an interaction in the window",
        remedy: "answer and address followers who have not reacted yet",
        ..BASE
    }
    /// Engaged followers out of all followers.
    EngagedFollowerRate {
        name: "engaged_follower_rate",
        title: "engaged followers out of all followers",
        per: Some(Denominator::Followers),
        cases: "followers",
        hits: "engaged followers",
        grows: Grows::Hits,
        needs: &[
            &[FactKind::FollowerCount, FactKind::Followers, FactKind::Inbound],
            &[FactKind::EngagedTotals],
        ],
        formula: "engaged followers / followers",
        remedy: "answer and address followers who have not reacted yet",
        ..BASE
    }
    /// Engaged followers out of those who post themselves.
    ErActive {
        name: "er_active",
        title: "engaged followers out of active ones",
        per: Some(Denominator::ActiveFollowers),
        cases: "active followers",
        hits: "engaged followers",
        grows: Grows::Hits,
        needs: &[&[FactKind::Followers, FactKind::Inbound, FactKind::Activity]],
        formula: "engaged followers / followers who posted in the 90 days before the window's end",
        remedy: "answer and address followers who have not reacted yet",
        ..BASE
    }
    /// The median share of followers who reacted to a post.
    ErFollowersPost {
        name: "er_followers_post",
        title: "median interactions of a post for each follower",
        per: Some(Denominator::Followers),
        method: Method::Rank,
        needs: &[
            &[FactKind::PostTotals, FactKind::FollowerCount],
            &[FactKind::PostTotals, FactKind::AccountTotals],
        ],
        formula: "median over posts of (likes + replies + reposts + quotes + shares) / followers",
        source: "Rival IQ, engagement rate by follower",
        ..COUNTED
    }
    /// Interactions out of the people reached.
    ErReach {
        name: "er_reach",
        title: "interactions for each person reached",
        per: Some(Denominator::Reach),
        needs: &[&[FactKind::PostTotals, FactKind::Reach]],
        formula: "sum of likes, replies, reposts, quotes, shares / sum of reach, over posts",
        ..COUNTED
    }
    /// Interactions out of impressions.
    ErImpressions {
        name: "er_impressions",
        title: "interactions for each impression",
        per: Some(Denominator::Impressions),
        needs: &[&[FactKind::PostTotals, FactKind::Impressions]],
        formula: "sum of likes, replies, reposts, quotes, shares / sum of impressions, over posts",
        source: "Buffer, engagement rate by impressions",
        ..COUNTED
    }
    /// Interactions out of views.
    ErViews {
        name: "er_views",
        title: "interactions for each view",
        per: Some(Denominator::Views),
        needs: &[&[FactKind::PostTotals, FactKind::Views]],
        formula: "sum of likes, replies, reposts, quotes, shares / sum of views, over posts",
        source: "Meta: views replace impressions",
        ..COUNTED
    }
    /// Answered conversations out of opened ones.
    ResponseRate {
        name: "response_rate",
        title: "answered conversations",
        per: Some(Denominator::Conversations),
        cases: "conversations",
        hits: "answered conversations",
        needs: &[&[FactKind::Conversations, FactKind::Answers]],
        formula: "answered openings / openings; an opening follows 24 hours of silence",
        source: "Facebook's rule for a page's response rate",
        remedy: "answer the conversations that wait",
        ..BASE
    }
    /// Half of the first answers came within this time.
    FirstResponseMedian {
        name: "first_response_median",
        title: "median time to the first answer",
        business: Some(Metric::FirstResponseMedianBusiness),
        formula: "median of (first answer - opening), unanswered ones apart",
        ..WAITING
    }
    /// [`Metric::FirstResponseMedian`] in business hours.
    FirstResponseMedianBusiness {
        name: "first_response_median_business",
        title: "median time to the first answer, in business hours",
        business_of: Some(Metric::FirstResponseMedian),
        formula: "median of the working time between opening and first answer",
        ..WAITING
    }
    /// Nine of ten first answers came within this time.
    FirstResponseP90 {
        name: "first_response_p90",
        title: "time within which nine of ten first answers came",
        business: Some(Metric::FirstResponseP90Business),
        formula: "90th percentile of (first answer - opening), unanswered ones apart",
        ..WAITING
    }
    /// [`Metric::FirstResponseP90`] in business hours.
    FirstResponseP90Business {
        name: "first_response_p90_business",
        title: "time within which nine of ten first answers came, in business hours",
        business_of: Some(Metric::FirstResponseP90),
        formula: "90th percentile of the working time between opening and first answer",
        ..WAITING
    }
    /// Conversations that went back and forth, out of those with an inbound turn.
    BackAndForthRate {
        name: "back_and_forth_rate",
        title: "conversations of three turns or more",
        per: Some(Denominator::Conversations),
        cases: "conversations",
        hits: "conversations of three turns or more",
        needs: &[&[FactKind::Conversations, FactKind::Answers]],
        formula: "conversations of three alternating turns or more / conversations",
        remedy: "answer so that people answer back: ask, do not close",
        ..BASE
    }
    /// The median number of alternating turns of a conversation.
    ConversationDepth {
        name: "conversation_depth",
        unit: Unit::Count,
        title: "median turns of a conversation",
        per: Some(Denominator::Conversations),
        cases: "conversations",
        hits: "conversations",
        method: Method::Rank,
        needs: &[&[FactKind::Conversations, FactKind::Answers]],
        formula: "median of the alternating turns of a conversation",
        remedy: "answer so that people answer back: ask, do not close",
        ..BASE
    }
    /// Comments for each own post.
    ConversationRate {
        name: "conversation_rate",
        title: "replies for each own post",
        percent: false,
        formula: "replies / own posts",
        source: "A. Kaushik, conversation rate",
        remedy: "ask what people like to answer",
        ..COUNTED
    }
    /// Shares for each own post.
    AmplificationRate {
        name: "amplification_rate",
        title: "reposts, quotes and shares for each own post",
        percent: false,
        formula: "(reposts + quotes + shares) / own posts",
        source: "A. Kaushik, amplification rate",
        remedy: "post what people want others to see",
        ..COUNTED
    }
    /// Likes for each own post.
    ApplauseRate {
        name: "applause_rate",
        title: "likes for each own post",
        percent: false,
        formula: "likes / own posts",
        source: "A. Kaushik, applause rate",
        ..COUNTED
    }
    /// What costs people more than a touch, out of the people reached.
    HighIntentRate {
        name: "high_intent_rate",
        title: "saves, shares, replies and quotes for each person reached",
        per: Some(Denominator::Reach),
        needs: &[&[FactKind::PostTotals, FactKind::Reach]],
        formula: "sum of saves, shares, replies, quotes / sum of reach, over posts",
        remedy: "post what is worth keeping, sending on or answering",
        ..COUNTED
    }
    /// The median share of followers who did more than touch a post.
    HighIntentFollowersPost {
        name: "high_intent_followers_post",
        title: "median saves, shares, replies and quotes of a post for each follower",
        per: Some(Denominator::Followers),
        method: Method::Rank,
        needs: &[
            &[FactKind::PostTotals, FactKind::FollowerCount],
            &[FactKind::PostTotals, FactKind::AccountTotals],
        ],
        formula: "median over posts of (saves + shares + replies + quotes) / followers",
        source: "as high_intent_rate, for exports that tell no reach",
        remedy: "post what is worth keeping, sending on or answering",
        ..COUNTED
    }
    /// People with whom it goes both ways.
    Reciprocity {
        name: "reciprocity",
        title: "people with whom it goes both ways",
        per: Some(Denominator::People),
        cases: "people who spoke with us or we with them",
        hits: "people with both directions",
        needs: &[&[FactKind::Inbound, FactKind::OwnPosts]],
        formula: "people who engaged and were answered / people who engaged or were answered",
        remedy: "answer those who engage, and write to people who may answer back",
        ..BASE
    }
    /// Followers whom we follow, out of all followers.
    MutualFollowRate {
        name: "mutual_follow_rate",
        title: "followers whom we follow",
        per: Some(Denominator::Followers),
        cases: "followers known by name",
        hits: "followers whom we follow",
        needs: &[&[FactKind::Followers]],
        formula: "followers whom we follow / followers, at the window's end",
        source: "mutual follows, the lasting side of reciprocity",
        remedy: "follow back those who add value, as `fivestep refine` shows them",
        ..BASE
    }
    /// Own posts that touch a declared pillar, out of own posts.
    TopicAdherence {
        name: "topic_adherence",
        title: "own posts on a declared pillar",
        per: Some(Denominator::Posts),
        cases: "own posts",
        hits: "posts on a pillar",
        needs: &[&[FactKind::OwnPosts]],
        formula: "threads begun that touch a pillar / threads begun",
        remedy: "post about what the charter says you know, or change the charter's pillars",
        ..BASE
    }
    /// Own posts that name a person of the charter or are signed, out of own posts.
    HumanShare {
        name: "human_share",
        title: "own posts that name or are signed by a real person",
        per: Some(Denominator::Posts),
        cases: "own posts",
        hits: "posts with a person",
        needs: &[&[FactKind::OwnPosts]],
        formula: "own posts that name a person of the charter or end signed (`^RT`) / own posts",
        remedy: "show and name the people behind the brand, and sign answers",
        ..BASE
    }
    /// Required profile fields that are filled in.
    ProfileCompleteness {
        name: "profile_completeness",
        title: "required profile fields filled in",
        cases: "profile fields",
        hits: "fields filled in",
        grows: Grows::Hits,
        method: Method::Census,
        needs: &[&[FactKind::Profile]],
        formula: "filled fields / required fields",
        remedy: "fill in the empty profile fields",
        ..BASE
    }
    /// The longest time without a post of our own.
    LongestSilentGap {
        name: "longest_silent_gap",
        unit: Unit::Duration,
        title: "longest time without an own post",
        cases: "own posts",
        hits: "own posts",
        better: Better::Lower,
        method: Method::Census,
        needs: &[&[FactKind::OwnPosts]],
        formula: "longest time between two own posts, the window's ends included",
        remedy: "post more steadily",
        ..BASE
    }
    /// When the newest post of our own was written.
    LastOwnPost {
        name: "last_own_post",
        unit: Unit::Instant,
        title: "when the newest own post was written",
        cases: "own posts",
        hits: "own posts",
        method: Method::Census,
        needs: &[&[FactKind::OwnPosts]],
        formula: "newest own post up to the window's end",
        remedy: "post again",
        ..BASE
    }
    /// Own posts that begin a thread for each own reply to others.
    PostsPerReply {
        name: "posts_per_reply",
        unit: Unit::Ratio,
        title: "own posts for each own reply to others",
        per: Some(Denominator::Replies),
        cases: "own replies to others",
        hits: "own replies to others",
        better: Better::Lower,
        method: Method::Census,
        needs: &[&[FactKind::OwnPosts]],
        formula: "own posts that begin a thread / own replies to others",
        source: "Sprout Social, posts for each reply",
        remedy: "talk with people more than at them: reply to what others write",
        ..BASE
    }
    /// How often people name us rather than a declared competitor.
    ShareOfVoice {
        name: "share_of_voice",
        title: "mentions of us out of those of us and of declared competitors",
        per: Some(Denominator::Mentions),
        cases: "mentions",
        hits: "mentions of us",
        method: Method::Bootstrap,
        needs: &[&[FactKind::Mentions]],
        formula: "our mentions / (our mentions + those of the declared competitors)",
        remedy: "do what people talk about, and answer those who name you",
        ..BASE
    }
    /// The share of interactions that the ten most active people made.
    Concentration {
        name: "concentration",
        title: "interactions made by the ten most active people",
        per: Some(Denominator::Interactions),
        cases: "interactions",
        hits: "interactions of the top ten",
        better: Better::Lower,
        method: Method::Bootstrap,
        needs: &[&[FactKind::Inbound]],
        formula: "interactions of the ten most active people / interactions",
        remedy: "engage people beyond the ten who always react",
        ..BASE
    }
    /// People engaged in the window before who are engaged in this one too.
    EngagedRetention {
        name: "engaged_retention",
        title: "people engaged before who are engaged still",
        per: Some(Denominator::People),
        cases: "people engaged in the window before",
        hits: "people engaged in both windows",
        grows: Grows::Hits,
        needs: &[&[FactKind::Inbound]],
        formula: "people engaged in this window and the one before / those of the one before",
        remedy: "turn to the people who were engaged last time and are silent now",
        ..BASE
    }
    /// How much of the target list engages.
    TargetReach {
        name: "target_reach",
        title: "accounts of the target list that engaged with us",
        cases: "accounts of the target list",
        hits: "accounts that engaged",
        grows: Grows::Hits,
        needs: &[&[FactKind::Inbound]],
        formula: "accounts of the segments who engaged in the window / accounts of the segments",
        remedy: "answer what they write, and publish what they asked for",
        ..BASE
    }
    /// Whether those whom we approach turn to us.
    TargetReplyBack {
        name: "target_reply_back",
        title: "accounts of the target list that engaged after we wrote to them",
        cases: "accounts that we wrote to",
        hits: "accounts that engaged within 14 days",
        needs: &[&[FactKind::Inbound, FactKind::Answers]],
        formula: "accounts of the segments to whom we replied in the window and who engaged within 14 days \
                  / those to whom we replied; whoever has had less than 14 days is left out",
        remedy: "write to fewer of them and say more: about what they posted, not about you",
        ..BASE
    }
    /// Followers who look real, out of those of whom enough is known.
    AudienceQuality {
        name: "audience_quality",
        title: "followers whose accounts look real",
        per: Some(Denominator::JudgedFollowers),
        cases: "followers judged",
        hits: "followers not flagged",
        grows: Grows::Hits,
        needs: &[&[FactKind::Followers, FactKind::Inbound, FactKind::Traits]],
        formula: "1 - followers that the screen flags / followers of whom enough is known",
        source: "the screen of `docs/reference/scores.md`",
        remedy: "look at the flagged followers with `fivestep review`, and buy none",
        ..BASE
    }
    /// How much the number of followers grew.
    Growth {
        name: "growth",
        unit: Unit::Ratio,
        title: "growth of the number of followers",
        method: Method::Census,
        needs: &[&[FactKind::FollowerCount], &[FactKind::AccountTotals], &[FactKind::Followers]],
        percent: true,
        formula: "(followers at the end - followers at the beginning) / followers at the beginning",
        remedy: "engage the people you want in your audience",
        ..STAYING
    }
    /// Followers at the beginning who left.
    Churn {
        name: "churn",
        title: "followers at the beginning who left",
        hits: "followers who left",
        better: Better::Lower,
        formula: "followers of the first complete list who are not on the last / those on the first",
        ..STAYING
    }
    /// Followers at the beginning who stayed.
    Retention {
        name: "retention",
        title: "followers at the beginning who stayed",
        formula: "followers on the first and the last complete list / those on the first",
        ..STAYING
    }
    /// Accounts followed for each follower.
    FollowRatio {
        name: "follow_ratio",
        unit: Unit::Ratio,
        title: "accounts we follow for each follower",
        per: Some(Denominator::Followers),
        cases: "followers",
        hits: "followers",
        better: Better::Lower,
        method: Method::Census,
        needs: &[&[FactKind::FollowerCount]],
        formula: "accounts followed / max(followers, 1)",
        source: "a signal, never a verdict",
        remedy: "follow the people you want to talk with, not everybody",
        ..BASE
    }
    /// Whether the window holds evidence of this cycle alone.
    WindowSettled {
        name: "window_settled",
        unit: Unit::Truth,
        title: "the window holds evidence of this cycle alone",
        cases: "windows",
        hits: "settled windows",
        method: Method::Census,
        needs: &[&[]],
        formula: "the window began after the cycle did",
        remedy: "import a later export when the window has passed",
        ..BASE
    }
}

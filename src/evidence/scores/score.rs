//! A score that shows its parts.
//!
//! Start reading at `Score::of`.
//!
//! # Always true
//!
//! - The points of the parts add up to the score, and what they could be adds up to 100, both to
//!   the tenth.
//! - A part that nothing is known of has neither points nor a share of the 100.

use std::fmt;

use serde::{Serialize, Serializer};

/// The least share of the weights that must be known for an axis to be judged, in percent.
pub const LEAST_COVERAGE: u16 = 50;

/// Points in tenths: whole numbers add up exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Tenths(pub u16);

impl Tenths {
    /// As a number with one digit after the point.
    pub fn value(self) -> f64 {
        f64::from(self.0) / 10.0
    }
}

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}", self.0 / 10, self.0 % 10))
    }
}

impl Serialize for Tenths {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.value())
    }
}

/// Writes the enum of features with their names, weights and formulas from one row each.
macro_rules! features {
    ($($(#[$doc:meta])* $feature:ident = $axis:ident $name:literal $weight:literal, $words:literal;)*) => {
        /// What a score is made of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Feature { $($(#[$doc])* $feature,)* }

        impl Feature {
            /// Every feature: those of what somebody gives, of what they gain, of how they fit.
            pub const ALL: [Feature; 16] = [$(Feature::$feature),*];

            /// Its name in JSON, tables and docs.
            pub fn name(self) -> &'static str {
                match self { $(Feature::$feature => $name,)* }
            }

            /// How much it weighs out of the 100 of its axis.
            pub fn weight(self) -> u16 {
                match self { $(Feature::$feature => $weight,)* }
            }

            /// The score that it belongs to: `gives`, `gains` or `fits`.
            pub fn axis(self) -> &'static str {
                match self { $(Feature::$feature => stringify!($axis),)* }
            }

            /// How it is computed, in words.
            pub fn formula(self) -> &'static str {
                match self { $(Feature::$feature => $words,)* }
            }
        }
    };
}

features! {
    /// What they did for us lately.
    Engagement = gives "engagement" 35,
        "1 - exp(-E / 4); E adds 3 for a reply or quote, 2 for a mention or share, 1 for a like (at \
         most 3 a day), each halved every 45 days";
    /// Whether talks with them go back and forth.
    Conversation = gives "conversation" 20,
        "conversations of at least 3 turns / 3, at most 1";
    /// Whether they write about what we write about.
    Relevance = gives "relevance" 20,
        "share of their newest 50 posts to us that are on a pillar; from 3 posts on whose words are \
         kept (`keep_words: all`)";
    /// Whether they pass us on, and to how many.
    Amplification = gives "amplification" 10,
        "shares per 10 of our posts they touched, at most 1, times log10(1 + their followers) / 5, \
         at most 1";
    /// Whether they are there at all.
    Reachability = gives "reachability" 10,
        "posted in the last 30 days: 1; 90 days: 0.6; 180 days: 0.3; else 0";
    /// For how long they have been with us.
    Tenure = gives "tenure" 5,
        "months since they followed / 12, at most 1";
    /// What they asked us and got no answer to.
    OpenAsks = gains "open_asks" 30,
        "1 - exp(-n); n counts conversations of the last 90 days in which a question or mention of \
         theirs has no answer";
    /// Whether we publish on what they write about.
    TopicalNeed = gains "topical_need" 25,
        "share of the same posts that are on a pillar that we published on in the window";
    /// Whether they speak to us more than we to them.
    AttentionOwed = gains "attention_owed" 15,
        "(theirs - ours) / (theirs + ours), at least 0, from 2 messages of theirs on";
    /// Whether they take in what we publish.
    Reading = gains "reading" 15,
        "share of our posts in the window that they liked or shared, times 4, at most 1";
    /// Whether a word of ours would lift them.
    Lift = gains "lift" 10,
        "log10((our engaged followers + 1) / (their followers + 1)) / 2, from 0 to 1";
    /// Whether we speak their language.
    Language = gains "language" 5,
        "1 if they wrote to us in a language of the brand, else 0";
    /// Whether they are whom we want.
    Segment = fits "segment" 50,
        "1 if a segment lists them, else the rules of the best segment that they meet / its rules \
         that anybody can tell";
    /// What links them to us so far.
    Tie = fits "tie" 20,
        "engaged in the last 90 days: 1; ever: 0.7; follow us: 0.5; we follow them: 0.3; else 0";
    /// Whether they write about what we write about.
    Topic = fits "topic" 15,
        "as `relevance`; for a prospect: 1 if their description is on a pillar, else 0";
    /// Whether they are there at all.
    Awake = fits "awake" 15,
        "as `reachability`";
}

/// Why a part has the points it has: what was counted, or why nothing could be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Because {
    /// Acts towards us by kind.
    Acts {
        /// Replies and quotes.
        words: u32,
        /// Mentions.
        mentions: u32,
        /// Shares.
        shares: u32,
        /// Likes.
        likes: u32,
    },
    /// So many of something.
    Counted(u32, &'static str),
    /// So many of so many of something.
    OutOf(u32, u32, &'static str),
    /// Days since something.
    Days(u32, &'static str),
    /// Said in words alone.
    Said(&'static str),
    /// Nobody tells, for this reason.
    Unknown(&'static str),
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Because::Acts { words, mentions, shares, likes } => {
                let kinds = [
                    (words, "reply or quote", "replies and quotes"),
                    (mentions, "mention", "mentions"),
                    (shares, "share", "shares"),
                    (likes, "like", "likes"),
                ];
                let some = kinds.iter().filter(|(count, ..)| *count > 0);
                let listed: Vec<String> = some
                    .map(|(count, one, many)| {
                        format!("{count} {}", if *count == 1 { one } else { many })
                    })
                    .collect();
                f.write_str(if listed.is_empty() { "nothing yet" } else { "" })?;
                f.write_str(&listed.join(", "))
            }
            Because::Counted(count, what) => write!(f, "{what}: {count}"),
            Because::OutOf(some, all, what) => write!(f, "{some} of {all} {what}"),
            Because::Days(days, what) => write!(f, "{what} {days} d ago"),
            Because::Said(words) | Because::Unknown(words) => f.write_str(words),
        }
    }
}

/// One part of a score, as it is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Which.
    pub feature: Feature,
    /// The points; absent where nothing is known.
    pub points: Option<Tenths>,
    /// What they could be at most: the weight, shared out over the parts that are known.
    pub of: Tenths,
    /// Why.
    pub because: Because,
}

/// `engagement 17.5/35.0 (1 reply or quote)`, or `relevance n/a (…)`.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.feature.name();
        match self.points {
            Some(points) => write!(f, "{name} {points}/{} ({})", self.of, self.because),
            None => write!(f, "{name} n/a ({})", self.because),
        }
    }
}

/// A share from 0 to 1 and why; the share is absent where nothing is known.
pub(super) type Found = (Feature, Option<f64>, Because);

/// The score of one axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score<const PARTS: usize = 6> {
    /// All parts of the axis, known or not.
    pub parts: [Part; PARTS],
    /// The share of the weights that is known, in percent.
    pub coverage: u16,
}

impl<const PARTS: usize> Score<PARTS> {
    /// Weighs what was found; each part's points are rounded to the tenth, then added.
    pub(super) fn of(found: [Found; PARTS]) -> Self {
        let known = found.iter().filter(|(_, share, _)| share.is_some());
        let coverage: u16 = known.map(|(feature, ..)| feature.weight()).sum();
        let mut so_far = 0;
        // What comes before a part is rounded, not the part: so all together are 100 exactly.
        let until = |weight: u16| (1_000 * u32::from(weight)) / u32::from(coverage.max(1));
        let parts = found.map(|(feature, share, because)| {
            let Some(share) = share else {
                return Part { feature, points: None, of: Tenths(0), because };
            };
            let before = until(so_far);
            so_far += feature.weight();
            let of = (until(so_far) - before) as u16;
            let points = (share.clamp(0.0, 1.0) * f64::from(of)).round() as u16;
            Part { feature, points: Some(Tenths(points)), of: Tenths(of), because }
        });
        Self { parts, coverage }
    }

    /// The sum of the parts, 0 to 100; absent if too little is known to say.
    pub fn value(&self) -> Option<Tenths> {
        (self.coverage >= LEAST_COVERAGE).then(|| self.sum())
    }

    /// The sum of the parts that are known, however few.
    pub fn sum(&self) -> Tenths {
        Tenths(self.parts.iter().filter_map(|part| part.points).map(|points| points.0).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_of_an_axis_are_100() {
        for axis in ["gives", "gains", "fits"] {
            let of_axis = Feature::ALL.into_iter().filter(|feature| feature.axis() == axis);
            assert_eq!(of_axis.map(Feature::weight).sum::<u16>(), 100, "{axis}");
        }
    }

    #[test]
    fn a_part_says_its_points_and_why() {
        let some = Because::Acts { words: 1, mentions: 0, shares: 2, likes: 1 };
        let found = [
            (Feature::Engagement, Some(0.5), some),
            (Feature::Conversation, Some(0.0), Because::Counted(0, "conversations")),
            (Feature::Relevance, None, Because::Unknown("nobody tells")),
            (Feature::Amplification, None, Because::Unknown("nobody tells")),
            (Feature::Reachability, None, Because::Unknown("nobody tells")),
            (Feature::Tenure, Some(1.0), Because::Days(400, "followed")),
        ];
        let score = Score::of(found);
        let shown: Vec<String> = score.parts.iter().map(Part::to_string).collect();
        assert_eq!(
            shown,
            [
                "engagement 29.2/58.3 (1 reply or quote, 2 shares, 1 like)",
                "conversation 0.0/33.3 (conversations: 0)",
                "relevance n/a (nobody tells)",
                "amplification n/a (nobody tells)",
                "reachability n/a (nobody tells)",
                "tenure 8.4/8.4 (followed 400 d ago)",
            ]
        );
        assert_eq!((score.coverage, score.value()), (60, Some(Tenths(376))));
    }
}

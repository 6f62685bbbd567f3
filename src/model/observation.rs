//! What was measured: a metric's value with all that is needed to trust or doubt it.

use std::{borrow::Cow, collections::BTreeMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    by_metric::ByMetric, calendar::WorkingTime, charter::CharterDigest, ids::Digest, instant,
    metric::Metric,
};

/// A two-sided 95 % interval, in the unit of its metric.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// A stretch of time, closed at its end: an instant `t` is inside if `from < t && t <= to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Where it begins, UTC, not inside.
    #[serde(deserialize_with = "instant::read")]
    pub from: DateTime<Utc>,
    /// Where it ends, UTC, inside.
    #[serde(deserialize_with = "instant::read")]
    pub to: DateTime<Utc>,
    /// Whether a person chose the end; otherwise it is the newest evidence.
    pub asked: bool,
}

impl Window {
    /// How much of a window of this length may also be in that of the cycle before: a day, since
    /// exports are taken by hand, at slightly different hours.
    pub fn grace(length: TimeDelta) -> TimeDelta {
        TimeDelta::days(1).min(length)
    }

    /// Whether `at` lies inside.
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        self.from < at && at <= self.to
    }

    /// The window of the same length that ends where this one begins.
    pub fn before(&self) -> Window {
        Window { from: self.from - (self.to - self.from), to: self.from, asked: self.asked }
    }
}

/// What the measuring found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "found")]
pub enum Finding {
    /// A value.
    Measured {
        /// The value, in the unit of the metric.
        value: f64,
        /// How many cases it rests on; at least 1.
        n: u64,
        /// For proportions, how many of the cases count.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hits: Option<u64>,
        /// The 95 % interval; absent where everything there is was counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        interval: Option<Interval>,
    },
    /// The sources can tell, but there is no case in the window yet.
    NoCases {
        /// Why, for people.
        why: String,
    },
    /// A source of the brand could tell, but no export held it.
    NotExported {
        /// Why, for people.
        why: String,
    },
    /// The platform withheld it.
    Suppressed {
        /// Why, for people.
        why: String,
    },
    /// No source of the brand can tell.
    Unmeasurable {
        /// Why, for people.
        why: String,
    },
}

impl Finding {
    /// Why there is no value; absent if there is one.
    pub fn why_not(&self) -> Option<&str> {
        match self {
            Finding::Measured { .. } => None,
            Finding::NoCases { why }
            | Finding::NotExported { why }
            | Finding::Suppressed { why }
            | Finding::Unmeasurable { why } => Some(why),
        }
    }
}

/// One metric of one brand at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Flat")]
pub struct Observation {
    /// What was measured.
    pub metric: Metric,
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
    /// The measuring window; absent while there is no evidence at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// The first and last instant inside the window from which facts were used, UTC. Shorter
    /// than the window when the export is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// How new the evidence is: the newest fact known, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<DateTime<Utc>>,
    /// What `n` counts, in words, such as "followers as the profile states them".
    pub denominator: String,
    /// The sources used: kind and account.
    pub sources: Vec<String>,
    /// What a reader must know to take the number right, such as "answered conversations only".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caveats: Vec<String>,
}

/// An observation as its text lays it out. A fleet reads a dozen for each brand, and the general
/// way to read a flattened enum keeps every value aside first.
#[derive(Deserialize)]
struct Flat {
    metric: Metric,
    found: Found,
    value: Option<f64>,
    n: Option<u64>,
    hits: Option<u64>,
    interval: Option<Interval>,
    why: Option<String>,
    window: Option<Window>,
    span: Option<(Instant, Instant)>,
    as_of: Option<Instant>,
    denominator: String,
    sources: Vec<String>,
    #[serde(default)]
    caveats: Vec<String>,
}

/// An instant that is read as [`instant`] reads it.
#[derive(Deserialize)]
struct Instant(#[serde(deserialize_with = "instant::read")] DateTime<Utc>);

/// Which [`Finding`] it is.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Found {
    Measured,
    NoCases,
    NotExported,
    Suppressed,
    Unmeasurable,
}

impl TryFrom<Flat> for Observation {
    type Error = &'static str;

    fn try_from(flat: Flat) -> Result<Self, Self::Error> {
        let why = flat.why.ok_or("`why` is missing");
        let finding = match flat.found {
            Found::Measured => Finding::Measured {
                value: flat.value.ok_or("`value` is missing")?,
                n: flat.n.ok_or("`n` is missing")?,
                hits: flat.hits,
                interval: flat.interval,
            },
            Found::NoCases => Finding::NoCases { why: why? },
            Found::NotExported => Finding::NotExported { why: why? },
            Found::Suppressed => Finding::Suppressed { why: why? },
            Found::Unmeasurable => Finding::Unmeasurable { why: why? },
        };
        let Flat { metric, window, denominator, sources, caveats, .. } = flat;
        let span = flat.span.map(|(first, last)| (first.0, last.0));
        let as_of = flat.as_of.map(|at| at.0);
        Ok(Self { metric, finding, window, span, as_of, denominator, sources, caveats })
    }
}

/// What a brand's own file adds to a decision.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Terms {
    /// The brand's own targets, in the unit of each metric.
    pub goals: BTreeMap<Metric, f64>,
    /// Where and when the brand's people work.
    pub working_time: WorkingTime,
    /// What it promises, by digests; absent where no brand's file was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charter: Option<CharterDigest>,
}

/// What observations were measured from. Equal bases give equal observations.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Basis {
    /// How often the brand's evidence has changed; 0 before the first import.
    pub evidence_revision: u64,
    /// The digest of the brand file.
    pub brand: Option<Digest>,
    /// The digest of the workflow, which sets the window and the metrics.
    pub workflow: Option<Digest>,
    /// Where a person asked the window to end, UTC; absent where it ends at the newest evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_end: Option<DateTime<Utc>>,
}

/// Everything measured for one brand, as a decision takes it and the journal keeps it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Observations {
    /// What they were measured from.
    pub basis: Basis,
    /// The brand's own terms at that moment.
    pub terms: Terms,
    /// The newest fact known, UTC; absent before the first import.
    pub as_of: Option<DateTime<Utc>>,
    /// One observation a metric.
    pub metrics: ByMetric,
}

/// The first of the lines in which the store keeps observations; the metrics follow.
#[derive(Serialize, Deserialize)]
struct Head<'a> {
    basis: Cow<'a, Basis>,
    terms: Cow<'a, Terms>,
    as_of: Option<DateTime<Utc>>,
    /// The CRC-32 of the lines that follow.
    checksum: u32,
}

impl Observations {
    /// Their text in the store: JSON, one object a line. First what they rest on, then one metric
    /// a line.
    ///
    /// # Errors
    ///
    /// [`serde_json::Error`] if a value has no form in JSON.
    pub fn to_lines(&self) -> serde_json::Result<String> {
        let lines = self.metrics.lines()?;
        let head = Head {
            basis: Cow::Borrowed(&self.basis),
            terms: Cow::Borrowed(&self.terms),
            as_of: self.as_of,
            checksum: checksum(&lines),
        };
        Ok(serde_json::to_string(&head)? + "\n" + &lines)
    }

    /// The observations of such a text. One that is as it was written is read metric by metric
    /// when one is asked for; one that was changed is read at once.
    ///
    /// # Errors
    ///
    /// [`serde_json::Error`] if the text is damaged.
    ///
    /// ```
    /// use fivestep::model::Observations;
    /// let nothing = Observations::default();
    /// assert_eq!(Observations::of_lines(&nothing.to_lines()?)?, nothing);
    /// assert!(Observations::of_lines("{").is_err());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn of_lines(text: &str) -> serde_json::Result<Self> {
        // Older files hold all in one object, on one line.
        let Some((head, lines)) = text.split_once('\n') else {
            return serde_json::from_str(text);
        };
        let Head { basis, terms, as_of, checksum: written } = serde_json::from_str(head)?;
        let metrics = ByMetric::of_lines(lines, checksum(lines) == written)?;
        Ok(Self { basis: basis.into_owned(), terms: terms.into_owned(), as_of, metrics })
    }
}

fn checksum(lines: &str) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(lines.as_bytes());
    crc.sum()
}

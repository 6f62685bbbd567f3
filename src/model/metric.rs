//! The catalogue of metrics: name, unit, what is counted, and which facts it takes.
//!
//! One row a metric, in `catalogue`, read by the checker (types and units), the gate (what a
//! case is, which way is better), the measuring (`evidence::metrics`), `metrics --explain` and the
//! reference page. To add a metric, add its row there and its formula in `evidence::metrics`.
//!
//! A metric that measures waiting has a *twin* in business hours ([`Metric::business`]). It has a
//! row and observations of its own; a file never names it, but asks for `hours: business`, and an
//! expression for `METRIC.business`. So the twin has two names: [`Metric::name`] is the one that
//! is stored, `Display` writes the one that people read.

mod catalogue;

use std::{fmt, str::FromStr};

use super::{benchmark::Denominator, capability::FactKind, quantity::Unit};

pub use self::catalogue::Metric;

/// The word with which a file asks for a metric in business hours.
pub const BUSINESS: &str = "business";

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
    /// What it is out of, if it is a share, a rate or a quantile of something.
    pub per: Option<Denominator>,
    /// What a case that counts is, in the plural: "answered conversations".
    pub hits: &'static str,
    /// Which direction is better.
    pub better: Better,
    /// How work moves the number.
    pub grows: Grows,
    /// How the interval is made.
    pub method: Method,
    /// How it can be known: each way is a set of facts, all of which it takes.
    pub needs: &'static [&'static [FactKind]],
    /// The same metric in business hours, for one that measures waiting.
    pub business: Option<Metric>,
    /// The metric of which this one is the twin in business hours.
    pub business_of: Option<Metric>,
    /// Whether people write it in percent although it is no part of a whole.
    pub percent: bool,
    /// How it is computed, in one line.
    pub formula: &'static str,
    /// Where the formula or its rules come from.
    pub source: &'static str,
    /// What a person can do to move it.
    pub remedy: &'static str,
}

impl Metric {
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
        &catalogue::TABLE[self as usize]
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
        self.spec().business_of.unwrap_or(self)
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

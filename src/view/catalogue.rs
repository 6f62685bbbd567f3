//! Every metric of a brand, and what is behind one.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    evidence::{
        facts::PersonId,
        metrics::{Explained, Row, Subject},
    },
    failure::Failure,
    model::{Benchmark, Metric, Observation},
    runner::known::Known,
};

use super::{
    benchmark::{self, BenchmarkView},
    numbers::{NumberView, view},
    sentence,
};

/// The catalogue of a brand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Catalogue {
    /// The brand.
    pub brand: String,
    /// Its name for people.
    pub name: String,
    /// The moment up to which facts had to be known, UTC; absent for now.
    pub known_by: Option<DateTime<Utc>>,
    /// How often the facts had changed by then.
    pub evidence_revision: u64,
    /// How new the evidence is, UTC.
    pub as_of: Option<DateTime<Utc>>,
    /// The window in words.
    pub window: Option<String>,
    /// Metric by metric, in the order of the catalogue.
    pub metrics: Vec<NumberView>,
    /// Published numbers, if some were given, each with what is said of the brand beside it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub benchmarks: Vec<BenchmarkView>,
}

/// One number and what is behind it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Behind {
    /// The brand.
    pub brand: String,
    /// The number.
    #[serde(flatten)]
    pub number: NumberView,
    /// What it says, in a few words.
    pub title: &'static str,
    /// How it is computed.
    pub formula: &'static str,
    /// Where the formula comes from.
    pub formula_source: &'static str,
    /// The numbers that the formula was given.
    pub inputs: Vec<Input>,
    /// The rows behind it: those that count first, the newest of each first.
    pub rows: Vec<RowView>,
    /// How many rows there are in all.
    pub rows_in_all: usize,
    /// Whether people are named.
    pub names: bool,
}

/// A number that a formula was given.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Input {
    /// What it counts.
    pub what: String,
    /// The number.
    pub value: f64,
}

/// A row behind a number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowView {
    /// Who or what: a pseudonym or a handle, or the address of a post of ours.
    pub of: String,
    /// When, UTC.
    pub at: Option<DateTime<Utc>>,
    /// Whether it counts towards the number.
    pub counts: bool,
    /// What was found.
    pub what: String,
}

/// Every metric of what is known; `window_settled` follows from a run and is not among them.
pub fn catalogue(
    known: &Known,
    observations: &BTreeMap<Metric, Observation>,
    known_by: Option<DateTime<Utc>>,
    benchmarks: &[Benchmark],
) -> Catalogue {
    let beside = |one| benchmark::beside(one, observations, &known.facts);
    Catalogue {
        brand: known.brand.id.to_string(),
        name: known.brand.name.clone(),
        known_by,
        evidence_revision: known.revision,
        as_of: known.facts.as_of,
        window: observations.values().find_map(sentence::window),
        metrics: observations.values().map(view).collect(),
        benchmarks: benchmarks.iter().map(beside).collect(),
    }
}

/// One number with the first rows behind it.
///
/// - `names`: whether people are named; otherwise each has a pseudonym.
/// - `first`: how many rows at most.
///
/// # Errors
///
/// [`Failure`] if the names cannot be read.
pub fn behind(
    known: &Known,
    explained: &Explained,
    names: bool,
    first: usize,
) -> Result<Behind, Failure> {
    let metric = explained.observation.metric;
    let spec = metric.spec();
    let people = People { known, names };
    let rows = explained.rows.iter().take(first).map(|row| people.row(row));
    let rows = rows.collect::<Result<_, _>>()?;
    let input = |(what, value): &(String, f64)| Input { what: what.clone(), value: *value };
    Ok(Behind {
        brand: known.brand.id.to_string(),
        number: view(&explained.observation),
        title: spec.title,
        formula: spec.formula,
        formula_source: spec.source,
        inputs: explained.inputs.iter().map(input).collect(),
        rows,
        rows_in_all: explained.rows.len(),
        names,
    })
}

/// What people are called in an answer.
struct People<'a> {
    known: &'a Known,
    names: bool,
}

impl People<'_> {
    fn name(&self, person: &PersonId) -> Result<String, Failure> {
        if self.names {
            let handle = self.known.handle(person)?;
            return Ok(handle.map_or_else(|| person.to_string(), |name| sentence::plain(&name)));
        }
        let pseudonyms = self.known.pseudonyms.as_ref();
        Ok(pseudonyms.map_or_else(|| "somebody".to_owned(), |names| names.name(person)))
    }

    fn row(&self, row: &Row) -> Result<RowView, Failure> {
        let of = match &row.of {
            Subject::Person(person) => self.name(person)?,
            Subject::Post(address) => sentence::plain(address),
            Subject::Talk(_, person) => format!("with {}", self.name(person)?),
            Subject::Account(account) => {
                let mut profiles = self.known.facts.profiles.iter();
                let profile = profiles.find(|profile| profile.account == *account);
                profile.map_or_else(|| account.to_string(), |profile| profile.handle.clone())
            }
        };
        Ok(RowView { of, at: row.at, counts: row.counts, what: row.what.clone() })
    }
}

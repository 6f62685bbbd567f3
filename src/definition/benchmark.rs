//! A benchmarks file as it is written: its mirror, and its keys.
//!
//! It follows the rules of [`super::raw`].

use serde::Deserialize;

use super::{
    key::{Key, Shape, optional, required},
    kind::Kind,
    raw::{Field, Spot, Words},
    read::MAX_COUNT,
    shape::Raw,
};

/// The years that a benchmark may be of.
pub(super) const YEARS: (u64, u64) = (1990, 2100);

/// What a number can be out of.
const DENOMINATORS: &[&str] = &{
    let all = crate::model::Denominator::ALL;
    let (mut names, mut at) = ([""; crate::model::Denominator::ALL.len()], 0);
    while at < all.len() {
        names[at] = all[at].1;
        at += 1;
    }
    names
};

/// A benchmarks file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Benchmarks {
    pub benchmarks: Field<Vec<Spot<Benchmark>>>,
}

impl Raw for Benchmarks {
    const KEYS: &'static [Key] = &[required("benchmarks", Shape::List(&Shape::Record(BENCHMARK)))
        .some()
        .about("The published numbers.")
        .example(
            "[{ platform: x, metric: er_impressions, denominator: impressions, value: 2.31%, \
             source: Buffer, year: 2025 }]",
        )];
}

/// One of `benchmarks:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Benchmark {
    pub platform: Field<String>,
    pub metric: Field<String>,
    pub denominator: Field<String>,
    pub value: Field<String>,
    pub range: Field<Vec<Words>>,
    pub population: Field<String>,
    pub n: Field<String>,
    pub source: Field<String>,
    pub year: Field<String>,
}

pub(super) const BENCHMARK: &[Key] = &[
    required("platform", Shape::Words)
        .is(Kind::Platform)
        .about("The network it is about.")
        .example("facebook"),
    required("metric", Shape::Words)
        .is(Kind::Metric)
        .about("The metric it is a value of.")
        .example("er_followers_post"),
    required("denominator", Shape::Words)
        .is(Kind::Word(DENOMINATORS))
        .about("What the published number is out of, whatever the metric is out of.")
        .example("followers"),
    optional("value", Shape::Words)
        .about("The number, in the unit of the metric.")
        .example("0.063%"),
    optional("range", Shape::List(&Shape::Words))
        .some()
        .about("In place of `value`: the lower and the upper end.")
        .example("[0.14%, 2.1%]"),
    optional("population", Shape::Words)
        .about("Whom it is about: an industry, a size of accounts.")
        .example("accounts below 10,000 followers"),
    optional("n", Shape::Words)
        .is(Kind::Whole(1, MAX_COUNT))
        .about("How many cases it rests on.")
        .example("70000000"),
    required("source", Shape::Words)
        .about("Who published it, and where.")
        .example("\"Rival IQ, 2024 report\""),
    required("year", Shape::Words)
        .is(Kind::Whole(YEARS.0, YEARS.1))
        .about("The year in which it was published.")
        .example("2024"),
];

//! A benchmarks file: published numbers, each in the unit of its metric.

use super::{Checker, value_of};
use crate::{
    definition::{
        benchmark::{self as raw, YEARS},
        diagnostic::{Code, Problem, Problems},
        raw::{Spot, Words},
        read::{self, MAX_COUNT, quantity},
    },
    model::{Benchmark, Denominator, Metric, Platform, metric::BUSINESS},
};

/// Checks a benchmarks file.
pub(in crate::definition) fn benchmarks(
    raw: raw::Benchmarks,
    problems: &mut Problems<'_>,
) -> Option<Vec<Benchmark>> {
    let checker = &mut Checker { problems };
    let list = raw.benchmarks?;
    checker
        .not_empty(&list, "write down a published number with its source, or leave the file away");
    Some(list.value.iter().filter_map(|row| checker.benchmark(row)).collect())
}

impl Checker<'_, '_> {
    fn benchmark(&mut self, Spot { value: raw, span }: &Spot<raw::Benchmark>) -> Option<Benchmark> {
        let platform = raw
            .platform
            .as_ref()
            .and_then(|words| self.word(words, Code::UnknownWord, "platform", &Platform::ALL));
        let metric = raw.metric.as_ref().and_then(|words| {
            self.metric(words, |plain| format!("a benchmark is of `{plain}`, not of `{BUSINESS}`"))
        });
        let denominator = raw.denominator.as_ref().and_then(|words| {
            self.word(words, Code::UnknownWord, "denominator", &Denominator::ALL)
        });
        let ends = metric.and_then(|metric| self.ends(raw, metric, span));
        let n = self.read_field(&raw.n, |text| read::whole(text, 1..=MAX_COUNT));
        let year = self.read_field(&raw.year, |text| read::whole(text, YEARS.0..=YEARS.1));
        let (low, high) = ends?;
        Some(Benchmark {
            platform: platform?,
            metric: metric?,
            denominator: denominator?,
            low,
            high,
            population: value_of(&raw.population),
            n,
            source: value_of(&raw.source)?,
            year: u16::try_from(year?).ok()?,
        })
    }

    /// The lower and the upper end of the number.
    fn ends(
        &mut self,
        raw: &raw::Benchmark,
        metric: Metric,
        span: &std::ops::Range<usize>,
    ) -> Option<(f64, f64)> {
        let mut read = |words: &Words| {
            self.read(words, |text| quantity(text, metric.unit())).map(|quantity| quantity.value)
        };
        let clash = |message: &str| Problem::new(Code::ClashingKeys, span, message);
        match (&raw.value, &raw.range) {
            (Some(value), None) => read(value).map(|value| (value, value)),
            (None, Some(range)) => {
                let ends: Vec<Option<f64>> = range.value.iter().map(read).collect();
                match ends[..] {
                    [Some(low), Some(high)] if low <= high => Some((low, high)),
                    [None, _] | [_, None] => None,
                    _ => {
                        let message = "a range is two numbers, the lower one first";
                        self.add(Problem::new(Code::BadNumber, &range.span, message));
                        None
                    }
                }
            }
            (None, None) => {
                self.add(clash("a benchmark says a number: `value`, or `range`"));
                None
            }
            (Some(_), Some(_)) => {
                self.add(clash("a benchmark says one number (`value`) or a `range`, never both"));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::definition::{SourceFile, load_benchmarks};

    #[test]
    fn a_benchmark_has_a_place_for_everything_and_a_number_in_its_unit() {
        let good = "platform: x, metric: er_views, denominator: views, source: Me, year: 2025";
        // (why, the row, what is said; nothing if it is read)
        let table = [
            ("a value", format!("{good}, value: 2%"), ""),
            ("a range", format!("{good}, range: [1%, 0.03]"), ""),
            ("of so many", format!("{good}, value: 2%, n: 70, population: shops"), ""),
            ("no number", good.to_owned(), "F0112 a benchmark says a number: `value`, or `range`"),
            (
                "two numbers",
                format!("{good}, value: 2%, range: [1%, 2%]"),
                "F0112 a benchmark says one number (`value`) or a `range`, never both",
            ),
            (
                "the wrong way round",
                format!("{good}, range: [2%, 1%]"),
                "F0107 a range is two numbers, the lower one first",
            ),
            (
                "one end",
                format!("{good}, range: [2%]"),
                "F0107 a range is two numbers, the lower one first",
            ),
            (
                "no unit",
                format!("{good}, value: 3h"),
                "F0109 `3h` is not a ratio, such as `1.5` or `3%`",
            ),
            (
                "no such denominator",
                format!("{}, value: 2%", good.replace("r: views", "r: clicks")),
                "F0207 there is no denominator `clicks`",
            ),
            (
                "no source",
                format!("{}, value: 2%", good.replace("source: Me, ", "")),
                "F0103 an entry of `benchmarks` lacks the key `source`",
            ),
            (
                "a year before there was any",
                format!("{}, value: 2%", good.replace("2025", "25")),
                "F0107 `25` is not a whole number from 1990 to 2100",
            ),
        ];
        for (why, row, expected) in table {
            let text = format!("benchmarks:\n  - {{ {row} }}\n");
            let found = load_benchmarks(&SourceFile::new("b.yaml", text.into_bytes()));
            let said = found.err().unwrap_or_default();
            let said = said.first().map(|one| format!("{} {}", one.code, one.message));
            assert_eq!(said.unwrap_or_default(), expected, "{why}");
        }
    }
}

//! Every number of a report, counted again from the rows that its own command lists.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::run::Run;

/// How the rows behind a number give the number.
#[derive(Debug, Clone, Copy)]
enum By {
    /// The rows that count are the value.
    Counting,
    /// The rows that count are the hits out of `n`.
    Hits,
    /// The same, and every case has a row.
    EachCase,
    /// The numbers in the rows that count add up to the hits out of `n`.
    Sum,
    /// Every case has a row; so great a share of the numbers in them is no greater than the value.
    Rank(f64),
    /// The same, of the first number in a row for each of the second.
    RankOfEach(f64),
    /// Every case has a row, and the numbers in them add up to the first input; it, divided by the second, is the value.
    Ratio,
    /// The rows that count are the first input, the others the second; divided they are the value.
    Parts,
    /// The first input divided by the second.
    Inputs,
    /// The second input is greater than the first by this share.
    Grown,
    /// The longest time between two rows, or between a row and an end of the window.
    Gap,
    /// The newest row is of this moment.
    Newest,
}

/// How each metric is counted again; a metric that is missing here fails the test.
const RULES: &[(&str, By)] = &[
    ("engaged_followers", By::Counting),
    ("engaged_follower_rate", By::Hits),
    ("mutual_follow_rate", By::Hits),
    ("engaged_retention", By::EachCase),
    ("response_rate", By::EachCase),
    ("back_and_forth_rate", By::EachCase),
    ("reciprocity", By::EachCase),
    ("topic_adherence", By::EachCase),
    ("human_share", By::EachCase),
    ("profile_completeness", By::EachCase),
    ("target_reach", By::EachCase),
    ("target_reply_back", By::EachCase),
    ("audience_quality", By::EachCase),
    ("churn", By::EachCase),
    ("retention", By::EachCase),
    ("concentration", By::Sum),
    ("first_response_median", By::Rank(0.5)),
    ("first_response_median.business", By::Rank(0.5)),
    ("first_response_p90", By::Rank(0.9)),
    ("first_response_p90.business", By::Rank(0.9)),
    ("conversation_depth", By::Rank(0.5)),
    ("er_followers_post", By::RankOfEach(0.5)),
    ("high_intent_followers_post", By::RankOfEach(0.5)),
    ("conversation_rate", By::Ratio),
    ("amplification_rate", By::Ratio),
    ("applause_rate", By::Ratio),
    ("posts_per_reply", By::Parts),
    ("follow_ratio", By::Inputs),
    ("growth", By::Grown),
    ("longest_silent_gap", By::Gap),
    ("last_own_post", By::Newest),
];

/// Counts every number of the brand's report again.
pub fn every_number(run: &Run) {
    let report = run.env.ok(["report", run.brand.id, "-o", "json"]).json();
    let figures = report["figures"].as_array().unwrap();
    let trend = report["trend"].as_array().unwrap().iter().map(|point| &point["figure"]);
    let mut counted = 0;
    for figure in figures.iter().chain(trend) {
        if figure["value"].is_null() {
            let why = figure["text"].as_str().unwrap_or_default();
            assert!(!why.is_empty(), "nobody says why {} is absent", figure["metric"]);
            continue;
        }
        let metric = figure["metric"].as_str().unwrap();
        // What the engine tells has no rows of the audience.
        if metric == "window_settled" {
            continue;
        }
        let rule = RULES.iter().find(|(name, _)| *name == metric);
        let rule = rule.unwrap_or_else(|| panic!("nobody says how {metric} is counted again")).1;
        let command = format!("{} -o json --first 1000000", figure["trace"].as_str().unwrap());
        let traced = run.env.line(&command).json();
        let wrong = Traced { figure, traced: &traced }.differs(rule);
        assert!(wrong.is_none(), "{} {metric}: {}: {command}", run.brand.id, wrong.unwrap());
        counted += 1;
    }
    assert!(counted >= 10, "{}: only {counted} numbers", run.brand.id);
    report["spreads"].as_array().unwrap().iter().for_each(|spread| every_portion(run, spread));
}

/// Counts the cases of a picture again, and those of each portion that is counted.
fn every_portion(run: &Run, spread: &Value) {
    let (id, n) = (spread["id"].as_str().unwrap(), spread["n"].as_u64().unwrap());
    let command = spread["trace"].as_str().unwrap();
    if id == "value" {
        let table = run.env.line(command).stdout;
        assert_eq!(table.lines().count() as u64 - 1, n, "{}: {command}", run.brand.id);
        return;
    }
    let traced = run.env.line(&format!("{command} -o json --first 1000000")).json();
    let rows = traced["rows"].as_array().unwrap();
    assert_eq!(rows.len() as u64, n, "{}: {command}", run.brand.id);
    if id == "turns" {
        for (turns, portion) in (1..).zip(spread["portions"].as_array().unwrap()) {
            let turns_of = |row: &Value| number(row["what"].as_str().unwrap()).min(5.0);
            let found = rows.iter().filter(|row| turns_of(row) == f64::from(turns)).count();
            assert_eq!(portion["cases"].as_u64(), Some(found as u64), "{}: {turns}", run.brand.id);
        }
    }
}

/// A number, and what its command lists.
struct Traced<'t> {
    figure: &'t Value,
    traced: &'t Value,
}

impl Traced<'_> {
    /// What is wrong; nothing if the rows give the number.
    fn differs(&self, by: By) -> Option<String> {
        let (value, n) = (self.value(), self.figure["n"].as_f64().unwrap());
        let (rows, counting) = (self.rows().len() as f64, self.counting() as f64);
        let inputs = || [0, 1].map(|place| self.traced["inputs"][place]["value"].as_f64().unwrap());
        let pairs = match by {
            By::Counting => vec![(counting, value)],
            By::Hits => vec![(counting, value * n)],
            By::EachCase => vec![(counting, value * n), (rows, n)],
            By::Sum => vec![(self.numbers(true).iter().sum(), value * n)],
            By::Rank(share) => return self.rank(share, &self.numbers(false), 60.0),
            By::RankOfEach(share) => return self.rank(share, &self.ratios(), 1e-9),
            By::Ratio => {
                let [some, all] = inputs();
                vec![(self.numbers(false).iter().sum(), some), (rows, n), (some / all, value)]
            }
            By::Parts => {
                let [some, all] = inputs();
                vec![(counting, some), (rows - counting, all), (some / all, value)]
            }
            By::Inputs => vec![(inputs()[0] / inputs()[1], value)],
            By::Grown => vec![((inputs()[1] - inputs()[0]) / inputs()[0], value)],
            By::Gap => vec![(self.gap(), value)],
            By::Newest => vec![(self.times().last().unwrap().timestamp() as f64, value)],
        };
        let wrong = pairs.into_iter().find(|(found, told)| (found - told).abs() > 1e-6);
        wrong.map(|(found, told)| format!("the rows give {found}, not {told}"))
    }

    fn value(&self) -> f64 {
        self.figure["value"].as_f64().unwrap()
    }

    fn rows(&self) -> &[Value] {
        self.traced["rows"].as_array().unwrap()
    }

    fn counting(&self) -> usize {
        self.rows().iter().filter(|row| row["counts"] == true).count()
    }

    /// The first number in the words of every row, or of every one that counts; a time in seconds.
    fn numbers(&self, counting: bool) -> Vec<f64> {
        let rows = self.rows().iter().filter(|row| !counting || row["counts"] == true);
        rows.map(|row| number(row["what"].as_str().unwrap())).collect()
    }

    /// Whether the value is the rank that it says: so many rows at most it, and the rest at least, to
    /// as near as words are written.
    fn rank(&self, share: f64, numbers: &[f64], near: f64) -> Option<String> {
        let value = self.value();
        let n = numbers.len() as f64;
        let at_most = numbers.iter().filter(|number| **number <= value + near).count() as f64;
        let at_least = numbers.iter().filter(|number| **number >= value - near).count() as f64;
        let holds = at_most >= (share * n).floor() && at_least >= ((1.0 - share) * n).floor();
        let all = Some(n) == self.figure["n"].as_f64();
        (!holds || !all).then(|| format!("{at_most} of {n} rows are at most {value}"))
    }

    /// The first number in the words of every row for each of the number after `for`.
    fn ratios(&self) -> Vec<f64> {
        let words = self.rows().iter().map(|row| row["what"].as_str().unwrap());
        let parts = words.map(|words| words.split_once(" for ").unwrap());
        parts.map(|(some, all)| number(some) / number(all)).collect()
    }

    fn times(&self) -> Vec<DateTime<Utc>> {
        let at = |row: &Value| row["at"].as_str().unwrap().parse().unwrap();
        let mut times: Vec<DateTime<Utc>> = self.rows().iter().map(at).collect();
        times.sort();
        times
    }

    /// The longest time without a row; before the first one nothing is known.
    fn gap(&self) -> f64 {
        let to: DateTime<Utc> = self.traced["window"]["to"].as_str().unwrap().parse().unwrap();
        let times = [self.times(), vec![to]].concat();
        let gaps = times.windows(2).map(|pair| (pair[1] - pair[0]).num_seconds());
        gaps.max().unwrap() as f64
    }
}

/// The first number in some words; hours, minutes and seconds together, in seconds.
fn number(words: &str) -> f64 {
    let words: Vec<&str> = words.split(' ').collect();
    let mut sum: Option<f64> = None;
    for (place, word) in words.iter().enumerate() {
        let Ok(number) = word.replace(',', "").parse::<f64>() else { continue };
        let unit = match words.get(place + 1).copied() {
            Some("d") => 86_400.0,
            Some("h") => 3_600.0,
            Some("min") => 60.0,
            Some("s") => 1.0,
            _ => return sum.unwrap_or(number),
        };
        sum = Some(sum.unwrap_or(0.0) + number * unit);
    }
    sum.unwrap_or_else(|| panic!("no number in {words:?}"))
}

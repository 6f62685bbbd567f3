//! Every metric of a brand, and what is behind one, for people.

use crate::{
    cli::out::{finish, table},
    model::{Finding, Interval, quantity::count},
    view::{
        benchmark::BenchmarkView,
        catalogue::{Behind, Catalogue},
        numbers::NumberView,
        sentence,
    },
};

use super::{bold, wrapped};

/// The whole catalogue: a table of what has a value, then why the others have none.
pub fn text(catalogue: &Catalogue) -> String {
    let mut out = format!("{}  {}\n", bold(&catalogue.brand), catalogue.name);
    if let Some(window) = &catalogue.window {
        out.push_str(&wrapped(2, "window: ", window));
    }
    if let Some(at) = catalogue.known_by {
        let known = format!(
            "{}, revision {} of the evidence",
            sentence::instant(at),
            catalogue.evidence_revision
        );
        out.push_str(&wrapped(2, "as known at: ", &known));
    }
    let measured = catalogue.metrics.iter().filter_map(values);
    let rows: Vec<[String; 4]> = measured.collect();
    if !rows.is_empty() {
        let mut table = table(&["METRIC", "VALUE", "95 % INTERVAL", "CASES"]);
        table.add_rows(rows);
        out.push_str(&format!("\n{}", finish(&table)));
    }
    for (heading, which) in ABSENT {
        let absent: Vec<&NumberView> =
            catalogue.metrics.iter().filter(|number| which(&number.observation.finding)).collect();
        if absent.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{}\n", bold(heading)));
        for number in absent {
            let label = format!("{}: ", number.observation.metric);
            out.push_str(&wrapped(2, &label, &number.text));
        }
    }
    out.push_str(&notes(catalogue));
    out.push_str(&benchmarks(&catalogue.benchmarks));
    out
}

/// The published numbers: those beside which a number of the brand stands, then the others.
fn benchmarks(benchmarks: &[BenchmarkView]) -> String {
    let (beside, apart): (Vec<&BenchmarkView>, Vec<&BenchmarkView>) =
        benchmarks.iter().partition(|one| one.own.is_some());
    let mut out = String::new();
    for (heading, rows) in [("Beside benchmarks", beside), ("Not compared", apart)] {
        if rows.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{}\n", bold(heading)));
        for row in rows {
            let said = row.own.as_ref().or(row.why_not.as_ref());
            let text = format!("{}; {}", row.text, said.map_or("", String::as_str));
            out.push_str(&wrapped(2, &format!("{}: ", row.benchmark.metric), &text));
        }
    }
    out
}

/// Whether a finding belongs under a heading.
type Belongs = fn(&Finding) -> bool;

/// The ways in which a number is absent, each under its own heading.
const ABSENT: [(&str, Belongs); 4] = [
    ("No case in the window", |finding| matches!(finding, Finding::NoCases { .. })),
    ("Not exported", |finding| matches!(finding, Finding::NotExported { .. })),
    ("Suppressed", |finding| matches!(finding, Finding::Suppressed { .. })),
    ("Unmeasurable with these sources", |finding| matches!(finding, Finding::Unmeasurable { .. })),
];

/// Name, value, interval and cases of a number that has a value.
fn values(number: &NumberView) -> Option<[String; 4]> {
    let observation = &number.observation;
    let metric = observation.metric;
    match &observation.finding {
        Finding::Measured { value, n, interval, .. } => Some([
            metric.to_string(),
            sentence::number(metric, *value),
            interval.map_or_else(String::new, |Interval { low, high }| {
                format!("{} to {}", sentence::number(metric, low), sentence::number(metric, high))
            }),
            count(*n as f64),
        ]),
        Finding::NoCases { .. }
        | Finding::NotExported { .. }
        | Finding::Suppressed { .. }
        | Finding::Unmeasurable { .. } => None,
    }
}

/// What a reader must know to take the numbers right.
fn notes(catalogue: &Catalogue) -> String {
    let caveats = catalogue.metrics.iter().flat_map(|number| {
        let caveats = number.observation.caveats.iter();
        caveats.map(move |caveat| (number.observation.metric, caveat))
    });
    let notes: String =
        caveats.map(|(metric, caveat)| wrapped(2, &format!("{metric}: "), caveat)).collect();
    if notes.is_empty() { notes } else { format!("\n{}\n{notes}", bold("Notes")) }
}

/// One number and what is behind it.
pub fn behind(behind: &Behind) -> String {
    let observation = &behind.number.observation;
    let mut out = format!("{}  {}\n", bold(&observation.metric.to_string()), behind.title);
    out.push_str(&wrapped(2, "", &behind.number.text));
    out.push_str(&wrapped(2, "formula: ", behind.formula));
    out.push_str(&wrapped(2, "source of the formula: ", behind.formula_source));
    out.push_str(&wrapped(2, "out of: ", &observation.denominator));
    if let Some(window) = &behind.number.window_text {
        out.push_str(&wrapped(2, "window: ", window));
    }
    if !observation.sources.is_empty() {
        out.push_str(&wrapped(2, "sources: ", &observation.sources.join(", ")));
    }
    for input in &behind.inputs {
        out.push_str(&wrapped(2, &format!("{}: ", input.what), &format!("{}", input.value)));
    }
    for caveat in &observation.caveats {
        out.push_str(&wrapped(2, "note: ", caveat));
    }
    if !behind.rows.is_empty() {
        out.push_str(&format!("\n{}", rows(behind)));
    }
    out
}

fn rows(behind: &Behind) -> String {
    let mut table = table(&["", "WHO OR WHAT", "WHEN", "FOUND"]);
    for row in &behind.rows {
        table.add_row([
            if row.counts { "counts" } else { "" }.to_owned(),
            row.of.clone(),
            row.at.map(sentence::instant).unwrap_or_default(),
            row.what.clone(),
        ]);
    }
    let mut out = finish(&table);
    if behind.rows_in_all > behind.rows.len() {
        let more = behind.rows_in_all - behind.rows.len();
        out.push_str(&format!("and {more} more: `--first {}`\n", behind.rows_in_all));
    }
    out
}

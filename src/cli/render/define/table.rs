//! The charter audit as a table of comma-separated values: a line a finding.

use crate::{
    cli::render::{refine::record, report::table::safe},
    failure::Failure,
    model::{Finding, Interval},
    view::{
        define::{DefineView, ShareView},
        numbers::NumberView,
    },
};

/// The columns.
const HEAD: [&str; 14] = [
    "part",
    "of",
    "value",
    "text",
    "hits",
    "n",
    "denominator",
    "low",
    "high",
    "from",
    "to",
    "window",
    "sources",
    "notes",
];

/// One finding; what it does not have is empty.
#[derive(Default)]
struct Line {
    part: &'static str,
    of: String,
    value: String,
    text: String,
    hits: String,
    n: String,
    denominator: String,
    interval: Option<Interval>,
    from: String,
    to: String,
    notes: String,
}

/// The whole table.
///
/// # Errors
///
/// [`Failure::Io`] if it cannot be made.
pub fn text(view: &DefineView) -> Result<String, Failure> {
    let window = view.window_text.clone().unwrap_or_default();
    let sources = view.sources.join("; ");
    let mut out = record(&HEAD)?;
    for line in lines(view) {
        let end = |end: fn(Interval) -> f64| line.interval.map(end).map(|end| end.to_string());
        out.push_str(&record(&[
            line.part,
            &safe(&line.of),
            &line.value,
            &safe(&line.text),
            &line.hits,
            &line.n,
            &line.denominator,
            &end(|one| one.low).unwrap_or_default(),
            &end(|one| one.high).unwrap_or_default(),
            &line.from,
            &line.to,
            &window,
            &safe(&sources),
            &safe(&line.notes),
        ])?);
    }
    Ok(out)
}

fn lines(view: &DefineView) -> Vec<Line> {
    let shares = |part: &'static str, found: &'_ [ShareView]| -> Vec<Line> {
        found.iter().map(|one| share(part, one)).collect()
    };
    let mut lines: Vec<Line> = view.numbers.iter().map(number).collect();
    lines.extend(view.accounts.iter().map(|one| Line {
        part: "account",
        of: one.handle.clone(),
        text: one.text.clone(),
        to: one.as_of.map(|at| at.to_rfc3339()).unwrap_or_default(),
        ..Line::default()
    }));
    lines.extend(shares("field", &view.fields));
    lines.extend(view.agreements.iter().map(|one| Line {
        part: "agreement",
        of: one.field.to_owned(),
        value: one.agrees.to_string(),
        text: one.text.clone(),
        n: one.said.len().to_string(),
        ..Line::default()
    }));
    lines.extend(shares("pillar", &view.pillars));
    lines.extend(shares("person", &view.people));
    lines.extend(shares("week", &view.weeks));
    lines.extend(view.silences.iter().map(|one| Line {
        part: "silence",
        value: one.seconds.to_string(),
        from: one.from.to_rfc3339(),
        to: one.to.to_rfc3339(),
        ..Line::default()
    }));
    lines.extend(view.drift.listed.iter().map(|one| Line {
        part: "drift",
        of: one.post.clone(),
        text: one.excerpt.clone(),
        from: one.at.to_rfc3339(),
        ..Line::default()
    }));
    lines
}

fn number(one: &NumberView) -> Line {
    let seen = &one.observation;
    let line = Line {
        part: "number",
        of: seen.metric.to_string(),
        text: one.text.clone(),
        denominator: seen.denominator.clone(),
        notes: seen.caveats.join("; "),
        ..Line::default()
    };
    match seen.finding {
        Finding::Measured { value, n, hits, interval } => Line {
            value: value.to_string(),
            hits: hits.map(|hits| hits.to_string()).unwrap_or_default(),
            n: n.to_string(),
            interval,
            ..line
        },
        Finding::NoCases { .. }
        | Finding::NotExported { .. }
        | Finding::Suppressed { .. }
        | Finding::Unmeasurable { .. } => line,
    }
}

fn share(part: &'static str, one: &ShareView) -> Line {
    Line {
        part,
        of: one.of.clone(),
        value: one.value.map(|value| value.to_string()).unwrap_or_default(),
        text: one.text.clone(),
        hits: one.hits.to_string(),
        n: one.n.to_string(),
        denominator: one.denominator.to_owned(),
        interval: one.interval,
        ..Line::default()
    }
}

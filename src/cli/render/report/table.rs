//! A report's numbers as a table of comma-separated values: a line a number.

use std::io;

use crate::{
    failure::Failure,
    view::{
        report::{Figure, Report},
        spread::{Portion, Spread},
    },
};

/// The whole table: the present numbers, those of the trend, then how answers, conversations and people
/// are spread.
///
/// # Errors
///
/// [`Failure::Io`] if the table cannot be made.
pub fn text(report: &Report) -> Result<String, Failure> {
    let failed = |source| Failure::Io { doing: "the table cannot be made".to_owned(), source };
    lines(report).map_err(|error| failed(io::Error::other(error)))
}

fn lines(report: &Report) -> csv::Result<String> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record([
        "brand",
        "part",
        "metric",
        "title",
        "value",
        "text",
        "absent",
        "n",
        "denominator",
        "low",
        "high",
        "interval",
        "window",
        "sources",
        "notes",
        "trace",
    ])?;
    for figure in &report.figures {
        table.write_record(line(report, "now", figure))?;
    }
    for point in &report.trend {
        table.write_record(line(report, &format!("cycle {}", point.cycle), &point.figure))?;
    }
    for spread in &report.spreads {
        for portion in &spread.portions {
            table.write_record(portion_line(report, spread, portion))?;
        }
    }
    let bytes = table.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn portion_line(report: &Report, spread: &Spread, portion: &Portion) -> [String; 16] {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let absent = if portion.share.is_none() { "not known" } else { "" };
    [
        report.brand.clone(),
        portion.label.clone(),
        spread.id.to_owned(),
        spread.title.to_owned(),
        number(portion.share),
        safe(&portion.text),
        absent.to_owned(),
        spread.n.to_string(),
        safe(&spread.denominator),
        number(portion.interval.map(|interval| interval.low)),
        number(portion.interval.map(|interval| interval.high)),
        portion.interval_text(),
        spread.window.clone().unwrap_or_default(),
        safe(&spread.sources.join("; ")),
        safe(&spread.caveats.join("; ")),
        spread.trace.clone(),
    ]
}

fn line(report: &Report, part: &str, figure: &Figure) -> [String; 16] {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    [
        report.brand.clone(),
        part.to_owned(),
        figure.metric.clone(),
        figure.title.to_owned(),
        number(figure.value),
        safe(&figure.text),
        figure.absent.unwrap_or_default().to_owned(),
        figure.n.map(|n| n.to_string()).unwrap_or_default(),
        safe(&figure.denominator),
        number(figure.interval.map(|interval| interval.low)),
        number(figure.interval.map(|interval| interval.high)),
        figure.interval_text.clone(),
        figure.window.clone().unwrap_or_default(),
        safe(&figure.sources.join("; ")),
        safe(&figure.caveats.join("; ")),
        figure.trace.clone(),
    ]
}

/// A text that no spreadsheet takes for a formula.
pub fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

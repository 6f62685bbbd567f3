//! A brand's report for people: a page, Markdown, a table, and the terminal.
//!
//! Start reading at [`html`]. All are made from one [`Report`] and add nothing to it.

pub mod html;
pub mod markdown;
pub mod table;

use crate::view::{
    report::{Figure, Report},
    sentence,
    spread::{Portion, Spread},
};

use super::{bold, wrapped};

/// The heading of what a figure is made of; the same in all forms.
const COLUMNS: [&str; 8] =
    ["Number", "Value", "95 % interval", "Cases", "Out of", "Window", "Sources", "Rows behind it"];

/// The heading of what a portion is made of; the same in all forms.
const PORTIONS: [&str; 8] =
    ["Portion", "Share", "95 % interval", "Cases", "Out of", "Window", "Sources", "Rows behind it"];

/// A portion's cells under [`PORTIONS`].
fn portion(spread: &Spread, one: &Portion) -> [String; 8] {
    let n = crate::model::quantity::count(spread.n as f64);
    [
        one.label.clone(),
        one.text.clone(),
        one.interval_text(),
        n,
        spread.denominator.clone(),
        spread.window.clone().unwrap_or_else(|| "none".to_owned()),
        spread.sources.join(", "),
        spread.trace.clone(),
    ]
}

/// A figure's cells under [`COLUMNS`].
fn cells(figure: &Figure) -> [String; 8] {
    [
        figure.title.to_owned(),
        value(figure),
        figure.interval_text.clone(),
        figure.n.map_or_else(|| "none".to_owned(), |n| crate::model::quantity::count(n as f64)),
        figure.denominator.clone(),
        figure.window.clone().unwrap_or_else(|| "none".to_owned()),
        match figure.sources.is_empty() {
            true => "none".to_owned(),
            false => figure.sources.join(", "),
        },
        figure.trace.clone(),
    ]
}

/// The value, or in which way it is absent and why.
fn value(figure: &Figure) -> String {
    match figure.absent {
        Some(how) => format!("{how}: {}", figure.text),
        None => figure.text.clone(),
    }
}

/// The report in a few lines for the terminal.
pub fn brief(report: &Report) -> String {
    let mut out = format!("{}  {}\n", bold(&report.brand), sentence::plain(&report.name));
    out.push_str(&wrapped(2, "", &report.headline));
    out.push_str(&wrapped(2, "", &report.headline_basis));
    out.push_str(&wrapped(2, "", &report.stands));
    for point in &report.trend {
        let mut text = value(&point.figure);
        if point.figure.interval.is_some() {
            text.push_str(&format!(", 95 % interval {}", point.figure.interval_text));
        }
        out.push_str(&wrapped(2, &format!("cycle {}: ", point.cycle), &text));
    }
    for step in &report.next {
        out.push_str(&wrapped(2, "next: ", step));
    }
    let page = format!("fivestep report {0} -o html --to {0}.html", report.brand);
    out.push_str(&format!("\n{}", wrapped(2, "a page to send: ", &page)));
    out
}

//! The charter audit as Markdown, to hand on.

use crate::{
    cli::render::report::markdown::{head_row, row, safe},
    model::{
        Unit,
        quantity::{count, duration, interval_text},
    },
    view::{
        define::{DefineView, ShareView},
        sentence,
    },
};

/// The whole document.
pub fn text(view: &DefineView) -> String {
    let mut out = format!("# {}: the charter and what we show\n\n", safe(&view.name));
    let window = view.window_text.as_deref().unwrap_or("no export is imported yet");
    out.push_str(&format!("Window: {}\n", safe(window)));
    if !view.sources.is_empty() {
        out.push_str(&format!("\nSources: {}\n", safe(&view.sources.join(", "))));
    }
    section(&mut out, "Numbers", ["Number", "Found", "Out of", "Notes"], numbers(view));
    let accounts = view.accounts.iter().map(|one| {
        let as_of = one.as_of.map(sentence::instant).unwrap_or_default();
        [one.handle.clone(), one.text.clone(), as_of]
    });
    section(&mut out, "Accounts", ["Account", "Profile", "As of (UTC)"], accounts.collect());
    let agreements = view.agreements.iter().map(|one| [one.field.to_owned(), one.text.clone()]);
    let title = "Whether the accounts say the same";
    section(&mut out, title, ["Field", "Found"], agreements.collect());
    for (title, of, found) in [
        ("Profile fields", "Field", &view.fields),
        ("Pillars", "Pillar", &view.pillars),
        ("People", "Person", &view.people),
        ("Weeks", "Weeks with", &view.weeks),
    ] {
        let head = [of, "Share", "Cases", "95 % interval", "Out of"];
        section(&mut out, title, head, found.iter().map(share).collect());
    }
    let silences = view.silences.iter().map(|one| {
        let (from, to) = (sentence::instant(one.from), sentence::instant(one.to));
        [duration(one.seconds as f64), from, to]
    });
    section(&mut out, "Longest silences", ["For", "From (UTC)", "To (UTC)"], silences.collect());
    let drift = view.drift.listed.iter();
    let drift = drift.map(|one| [sentence::instant(one.at), one.excerpt.clone(), one.post.clone()]);
    let title = format!("Posts on no pillar: {} of {}", view.drift.posts, view.drift.of);
    section(&mut out, &title, ["When (UTC)", "Begins", "Post"], drift.collect());
    out
}

fn section<const N: usize>(out: &mut String, title: &str, head: [&str; N], rows: Vec<[String; N]>) {
    if !rows.is_empty() {
        let rows: String = rows.into_iter().map(row).collect();
        out.push_str(&format!("\n## {title}\n\n{}{rows}", head_row(head)));
    }
}

fn numbers(view: &DefineView) -> Vec<[String; 4]> {
    let numbers = view.numbers.iter().map(|one| {
        let seen = &one.observation;
        let (metric, notes) = (seen.metric.to_string(), seen.caveats.join("; "));
        [metric, one.text.clone(), seen.denominator.clone(), notes]
    });
    numbers.collect()
}

fn share(one: &ShareView) -> [String; 5] {
    let (share, _) = one.text.split_once(" (").unwrap_or((&one.text, ""));
    let interval = one.interval.map(|ends| interval_text(Unit::Proportion, ends));
    let cases = format!("{} of {}", count(one.hits as f64), count(one.n as f64));
    let none = if one.n > 0 { "none: all there is was counted" } else { "none" };
    let interval = interval.unwrap_or_else(|| none.to_owned());
    [one.of.clone(), share.to_owned(), cases, interval, one.denominator.to_owned()]
}

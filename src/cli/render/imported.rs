//! Imports and their receipts, for people.

use crate::{
    evidence::sources::Receipt,
    view::{
        imported::ImportView,
        receipts::{ReceiptView, ReceiptsView},
        sentence,
    },
};

use super::{bold, wrapped};

/// What one import did.
pub fn text(view: &ImportView) -> String {
    let mut out = format!("{}  {}\n", bold(&view.brand), view.path);
    out.push_str(&receipt(&view.receipt));
    out.extend(view.preview.iter().map(|line| format!("    {line}\n")));
    out.push_str(&wrapped(2, "", &view.result));
    if let Some(engaged) = &view.engaged {
        let engaged = format!("{}: {}", engaged.metric, sentence::measured(engaged));
        out.push_str(&wrapped(2, "", &engaged));
    }
    out
}

/// Everything imported for a brand, oldest first.
pub fn receipts(view: &ReceiptsView) -> String {
    if view.receipts.is_empty() {
        return "Nothing has been imported yet.\n".to_owned();
    }
    view.receipts.iter().map(one).collect()
}

fn one(view: &ReceiptView) -> String {
    let head = format!("{}  {}", view.number, sentence::instant(view.at));
    let mut out = format!("{}\n{}", bold(&head), receipt(&view.receipt));
    let tells: Vec<String> = view.receipt.carried.iter().map(ToString::to_string).collect();
    out.push_str(&wrapped(4, "tells: ", &listed(&tells)));
    let missing: Vec<String> =
        view.missing.iter().map(|one| format!("{} (`{}`)", one.facts, one.file)).collect();
    if !missing.is_empty() {
        out.push_str(&wrapped(4, "could tell, and does not: ", &listed(&missing)));
    }
    out + &wrapped(4, "cannot tell: ", &listed(&view.cannot_tell))
}

fn listed(all: &[String]) -> String {
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}

fn receipt(receipt: &Receipt) -> String {
    let newest = receipt.as_of.map(sentence::instant).unwrap_or_else(|| "nothing dated".to_owned());
    let mut out = wrapped(2, "", &format!("{} {}, newest {newest}", receipt.kind, receipt.account));
    for file in &receipt.files {
        let skipped: Vec<String> =
            file.skipped.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        let rest = if skipped.is_empty() {
            String::new()
        } else {
            format!("; left out: {}", skipped.join(", "))
        };
        let rows = if file.rows_read == 1 { "row" } else { "rows" };
        let line = format!("{} {rows}, {} kept{rest}", file.rows_read, file.kept);
        out.push_str(&wrapped(4, &format!("{}: ", file.name), &line));
    }
    for (facts, (first, last)) in &receipt.spans {
        let days = format!("{} to {}", first.format("%Y-%m-%d"), last.format("%Y-%m-%d"));
        out.push_str(&wrapped(4, &format!("{}: ", facts.replace('_', " ")), &days));
    }
    for compared in &receipt.compared {
        let line =
            format!("stated {}, found {}: {}", compared.stated, compared.found, compared.note);
        out.push_str(&wrapped(4, &format!("{}: ", compared.what), &line));
    }
    out.extend(receipt.notes.iter().map(|note| wrapped(4, "note: ", note)));
    out
}

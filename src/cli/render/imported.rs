//! Imports and their receipts, for people.

use crate::{
    evidence::sources::{FileReceipt, Receipt},
    store::evidence::StoredReceipt,
    view::{imported::ImportView, sentence},
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
pub fn receipts(receipts: &[StoredReceipt]) -> String {
    if receipts.is_empty() {
        return "Nothing has been imported yet.\n".to_owned();
    }
    let one = |stored: &StoredReceipt| {
        format!("{}\n{}", bold(&sentence::instant(stored.at)), receipt(&stored.receipt))
    };
    receipts.iter().map(one).collect()
}

fn receipt(receipt: &Receipt) -> String {
    let newest = receipt.as_of.map(sentence::instant).unwrap_or_else(|| "nothing dated".to_owned());
    let mut out = wrapped(2, "", &format!("{} {}, newest {newest}", receipt.kind, receipt.account));
    out.extend(receipt.files.iter().map(file));
    for compared in &receipt.compared {
        let line =
            format!("stated {}, found {}: {}", compared.stated, compared.found, compared.note);
        out.push_str(&wrapped(4, &format!("{}: ", compared.what), &line));
    }
    out.extend(receipt.notes.iter().map(|note| wrapped(4, "note: ", note)));
    out
}

/// What became of the rows of one file.
pub fn file(file: &FileReceipt) -> String {
    let skipped: Vec<String> =
        file.skipped.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    let rest = if skipped.is_empty() {
        String::new()
    } else {
        format!("; left out: {}", skipped.join(", "))
    };
    let rows = if file.rows_read == 1 { "row" } else { "rows" };
    let line = format!("{} {rows}, {} kept{rest}", file.rows_read, file.kept);
    wrapped(4, &format!("{}: ", file.name), &line)
}

//! Where brands are stuck.

use chrono::{DateTime, Utc};

use crate::{
    cli::out::{finish, table},
    model::Verdict,
    view::{sentence, stuck::StuckRow},
};

use super::bold;

/// How many rows a run over all brands closes with.
const CLOSING: usize = 10;

/// Every row.
pub fn all(rows: &[StuckRow], now: DateTime<Utc>) -> String {
    if rows.is_empty() { "No brand is stuck.\n".to_owned() } else { listed(rows, now) }
}

/// The rows with which a run over all brands closes: the first, and how many there are more.
pub fn closing(rows: &[StuckRow], now: DateTime<Utc>) -> String {
    let shown = &rows[..rows.len().min(CLOSING)];
    let mut text = format!("\n{}\n{}", bold("Where brands are stuck"), listed(shown, now));
    if rows.len() > CLOSING {
        let more = rows.len() - CLOSING;
        text.push_str(&format!("and {more} more: `fivestep status --stuck`\n"));
    }
    text
}

fn listed(rows: &[StuckRow], now: DateTime<Utc>) -> String {
    let mut table = table(&["STAGE", "CLAUSE", "BRANDS", "LONGEST", "SUCH AS", "WHY"]);
    for row in rows {
        table.add_row([
            row.stage.clone(),
            row.clause.clone(),
            row.brands.to_string(),
            sentence::age((now - row.since).num_seconds()),
            row.example.clone(),
            row.verdict.map_or("not done yet", Verdict::name).to_owned(),
        ]);
    }
    finish(&table)
}

//! How good the screen is, for people.

use crate::{
    cli::out::{finish, table},
    evidence::scores::evaluation::{Share, Sides},
    model::{
        Quantity, Unit,
        quantity::{count, interval_text},
    },
    view::evaluation::EvaluationView,
};

use super::{imported, wrapped};

/// The whole answer.
pub fn text(view: &EvaluationView) -> String {
    let mut out = imported::file(&view.file);
    for note in &view.notes {
        out.push_str(&wrapped(4, "note: ", note));
    }
    let rows = [
        ("precision", &view.precision, "of the flagged are not genuine"),
        ("recall", &view.recall, "of those not genuine are flagged"),
        ("false alarms", &view.false_alarms, "of the genuine are flagged"),
    ];
    let mut shares = table(&["", "SHARE", "95 % INTERVAL", "ACCOUNTS", ""]);
    for (name, share, meaning) in rows {
        let [value, interval] = numbers(share);
        let cases = format!("{} of {}", count(share.hits as f64), count(share.of as f64));
        shares.add_row([name, &value, &interval, &cases, meaning]);
    }
    out.push_str(&format!("\n{}\n", finish(&shares)));
    let mut counts = table(&["", "NOT GENUINE", "GENUINE"]);
    counts.add_row(sides("accounts", &view.accounts));
    counts.add_row(sides("flagged", &view.flagged));
    counts.add_row(sides("not known", &view.unknown));
    for met in &view.reasons {
        counts.add_row(sides(met.reason, &met.accounts));
    }
    out.push_str(&finish(&counts));
    out
}

fn numbers(share: &Share) -> [String; 2] {
    let percent = |value: f64| Quantity::new(Unit::Proportion, value).to_string();
    let value = share.value.map_or_else(|| "none".to_owned(), percent);
    let interval = share.interval.map(|interval| interval_text(Unit::Proportion, interval));
    [value, interval.unwrap_or_default()]
}

fn sides(name: &str, sides: &Sides) -> [String; 3] {
    [name.to_owned(), count(sides.fake as f64), count(sides.genuine as f64)]
}

//! `tick` for people.

use crate::{runner::tick::Tally, view::ticked::TickView};

use super::wrapped;

/// What happened, and how much.
pub fn text(happened: &[TickView], tally: &Tally) -> String {
    if tally.is_nothing() {
        return "Nothing is due.\n".to_owned();
    }
    let mut out = String::new();
    for line in happened {
        out.push_str(&wrapped(0, &format!("{}: ", line.brand), &line.text));
    }
    out.push_str(&wrapped(0, "", &sums(tally)));
    out
}

/// The sums of a tick in one sentence, without those that are nothing.
pub fn sums(tally: &Tally) -> String {
    let parts = [
        (tally.brands, "brand", "brands"),
        (tally.fired, "timer fired", "timers fired"),
        (tally.moves, "stage left", "stages left"),
        (tally.succeeded, "attempt succeeded", "attempts succeeded"),
        (tally.failed, "attempt failed", "attempts failed"),
        (tally.skipped, "occurrence left out", "occurrences left out"),
        (tally.delivered, "notice delivered", "notices delivered"),
        (tally.conflicts, "conflict", "conflicts"),
        (tally.broken, "brand not read", "brands not read"),
    ];
    let parts = parts.into_iter().filter(|(number, ..)| *number > 0);
    let parts: Vec<String> = parts
        .map(|(number, one, many)| {
            let noun = if number == 1 { one } else { many };
            format!("{number} {noun}")
        })
        .collect();
    format!("{}.", parts.join(", "))
}

//! `tick` for people.

use crate::{
    cli::out::{finish, table},
    runner::tick::Tally,
    view::ticked::{Sums, TickView},
};

use super::wrapped;

/// One thing that happened.
pub fn line(line: &TickView) -> String {
    wrapped(0, &format!("{}: ", line.brand), &line.text)
}

/// What a tick closes with: how much of what happened, a table of it where not every line was
/// `shown`.
pub fn closing(sums: &Sums, shown: u64, tally: &Tally) -> String {
    if tally.is_nothing() {
        return "Nothing is due.\n".to_owned();
    }
    let told = wrapped(0, "", &self::sums(tally));
    if sums.lines() <= shown {
        return told;
    }
    let mut table = table(&["EVENT", "TIMES", "SUCH AS"]);
    for (event, sum) in sums.by_event() {
        table.add_row([event.replace('_', " "), sum.lines.to_string(), sum.example.clone()]);
    }
    let more = sums.lines() - shown;
    let more = format!("and {more} more lines; `fivestep history BRAND` has those of a brand.");
    format!("{}\n{}\n{told}", wrapped(0, "", &more), finish(&table))
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

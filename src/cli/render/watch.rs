//! The fleet at a glance, for people.

use crate::{
    cli::out::{finish, table},
    model::quantity::count,
    view::{
        sentence,
        watch::{Frame, Watched},
    },
};

use super::{bold, rows::held_by};

/// How many brands stand how, then those that need somebody.
pub fn text(frame: &Frame) -> String {
    let brands = count(frame.brands as f64);
    let states: Vec<String> =
        frame.states.iter().map(|(state, brands)| format!("{brands} {state}")).collect();
    let head = format!("{brands} brands at {} UTC", sentence::instant(frame.at));
    let mut out = format!("{}  {}\n", bold(&head), states.join(", "));
    if frame.shown.is_empty() {
        return out;
    }
    let mut rows = table(&["BRAND", "WHERE", "STATUS", "ENGAGED", "HELD BY"]);
    for one in &frame.shown {
        rows.add_row(row(one));
    }
    out.push_str(&finish(&rows));
    let more = frame.brands - frame.shown.len() as u64;
    if more > 0 {
        out.push_str(&format!("and {} more\n", count(more as f64)));
    }
    out
}

fn row(one: &Watched) -> [String; 5] {
    let Watched { line, course } = one;
    let stage = line.standing.stage.clone().unwrap_or_default();
    let age = line.blocked_age_seconds.or(line.stage_age_seconds).map(sentence::age);
    let state = format!("{} {}", line.state, age.unwrap_or_default());
    let number = course.last.clone().unwrap_or_else(|| "not measured".to_owned());
    [
        line.standing.brand.clone(),
        format!("{}.{stage}", line.standing.cycle),
        state.trim_end().to_owned(),
        format!("{} {number}", course.bars()).trim_start().to_owned(),
        held_by(line),
    ]
}

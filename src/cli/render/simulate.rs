//! What would become of a brand, for people.

use crate::{
    cli::out::{finish, table},
    model::quantity::duration,
    view::{
        sentence,
        simulate::{Life, ReplayView, Stay, WhatIfView, held},
        why::ClauseView,
    },
};

use super::{bold, verdict, wrapped};

/// The way a brand would go.
pub fn what_if(view: &WhatIfView) -> String {
    let who = view.brand.as_deref().unwrap_or("from nothing");
    let mut out = head(who, &view.workflow, &view.definition, &sentence::instant(view.from));
    out.push_str(&path(&view.path));
    out.push_str(&format!("\n{}", wrapped(0, "", &view.sentence)));
    out.push_str(&clauses(&view.end.held_by));
    if !view.end.goal_lacks.is_empty() {
        out.push_str("The goal would lack:\n");
        out.push_str(&clauses(&view.end.goal_lacks));
    }
    out.push_str(&assumes(&view.assumes));
    out
}

/// Two lives side by side.
pub fn replay(view: &ReplayView) -> String {
    let from = sentence::instant(view.from);
    let mut out = head(&view.brand, &view.workflow, &view.definition, &from);
    let mut times = table(&["STAGE", "REALLY", "THEN", "CHANGE"]);
    for row in &view.stages {
        let change = match (row.real_seconds, row.then_seconds) {
            (Some(real), Some(then)) => signed(then - real),
            _ => String::new(),
        };
        times.add_row([row.stage.clone(), told(row.real_seconds), told(row.then_seconds), change]);
    }
    out.push_str(&finish(&times));
    out.push_str(&format!("\n{}", wrapped(0, "really: ", &life(&view.real))));
    out.push_str(&wrapped(0, "then:   ", &life(&view.then)));
    out.push_str(&clauses(&view.held_by));
    out.push_str(&format!("\n{}", wrapped(0, "", &view.sentence)));
    if !view.not_measured.is_empty() {
        out.push_str(&wrapped(0, "never measured: ", &view.not_measured.join(", ")));
    }
    out.push_str(&assumes(&view.assumes));
    out
}

fn head(who: &str, workflow: &str, definition: &str, from: &str) -> String {
    let short = definition.get(..8).unwrap_or(definition);
    let text = format!("on {workflow} {short}, from {from}; nothing is written");
    let plain = wrapped(0, &format!("{who}  "), &text);
    format!("{}\n", plain.replacen(who, &bold(who), 1))
}

fn path(path: &[Stay]) -> String {
    let mut rows = table(&["DAY", "CYCLE", "STAGE", "FOR", "WAY", "BECAUSE", "HELD BY"]);
    for stay in path {
        rows.add_row([
            stay.day.to_string(),
            stay.cycle.to_string(),
            stay.stage.clone(),
            told(Some(stay.seconds)),
            stay.way.clone().unwrap_or_else(|| "stays".to_owned()),
            stay.because.clone().unwrap_or_default(),
            held(stay),
        ]);
    }
    finish(&rows)
}

/// A time in a stage; a stage that was left at the same moment took none.
fn told(seconds: Option<i64>) -> String {
    match seconds {
        None => String::new(),
        Some(0) => "no time".to_owned(),
        Some(seconds) => duration(seconds as f64),
    }
}

fn signed(seconds: i64) -> String {
    match seconds {
        0 => "same".to_owned(),
        less if less < 0 => format!("{} less", duration(-less as f64)),
        more => format!("{} longer", duration(more as f64)),
    }
}

/// The stages of a life in a row, one cycle after the other, and how it ended.
fn life(life: &Life) -> String {
    let end = match (life.outcome, &life.stage) {
        (Some(outcome), _) => format!("{outcome} on {}", life.until.format("%Y-%m-%d")),
        (None, Some(stage)) => format!("stands in {stage}"),
        (None, None) => return "not started".to_owned(),
    };
    let first = life.path.first().map_or(life.cycle, |stay| stay.cycle);
    let cycles = match life.cycle - first {
        0 => format!("cycle {}", life.cycle),
        _ => format!("cycles {first} to {}", life.cycle),
    };
    let left = life.path.iter().filter(|stay| stay.to.is_some()).count();
    let stages = if left == 1 { "stage" } else { "stages" };
    format!("{cycles}, {left} {stages} left; {end}")
}

fn clauses(clauses: &[ClauseView]) -> String {
    let one = |clause: &ClauseView| {
        let demand = clause.demand.split(',').next().unwrap_or_default();
        let to_pass = clause.to_pass.as_ref().map(|text| format!("; to pass: {text}"));
        let told = format!("{demand}; {}{}", clause.measured, to_pass.unwrap_or_default());
        let head = format!("  {} {}\n", verdict(clause.verdict, false), bold(&clause.clause));
        format!("{head}{}", wrapped(15, "", &told))
    };
    clauses.iter().map(one).collect()
}

fn assumes(assumes: &[String]) -> String {
    assumes.iter().map(|text| wrapped(0, "assumes: ", text)).collect()
}

//! Scores of people, for people: a survey, one person in full, and lines of a table.

use std::io;

use crate::{
    cli::out::{finish, table},
    evidence::scores::Decision,
    failure::Failure,
    model::quantity::count,
    view::refine::{PersonView, Refine, ScoreView},
};

use super::{bold, report::table::safe, wrapped};

/// Everybody counted, and the first of each decision that asks for something.
pub fn text(view: &Refine) -> String {
    let mut out = format!("{}  {}\n", bold(&view.brand), view.name);
    let Some(window) = &view.window_text else {
        out.push_str(&wrapped(2, "", "no export is imported yet"));
        return out;
    };
    out.push_str(&wrapped(2, "window: ", window));
    if view.judged == 0 {
        out.push_str(&wrapped(2, "", "no export names anybody who follows, asks or engages"));
        return out;
    }
    let followers = count(view.followers as f64);
    let judged = format!("{} people, {followers} of them followers", count(view.judged as f64));
    out.push_str(&wrapped(2, "judged: ", &judged));
    out.push_str(&wrapped(2, "known what they give: ", &share(view.gives_known, view)));
    out.push_str(&wrapped(2, "known what they gain: ", &share(view.gains_known, view)));
    out.push_str(&format!("\n{}", decisions(view)));
    for decision in view.decisions.iter().filter(|decision| !decision.first.is_empty()) {
        let name = decision.decision.name().replace('_', " ");
        out.push_str(&format!("\n{}\n{}", bold(&name), people(&decision.first)));
    }
    if !view.requests.is_empty() {
        let heading = format!("{} ask to follow", count(view.requests_in_all as f64));
        out.push_str(&format!("\n{}\n{}", bold(&heading), requests(&view.requests)));
    }
    out.push_str(&format!("\n{}", screens(view)));
    out.push_str(&wrapped(0, "since the window before: ", &movements(view)));
    let removals = view.decisions.iter().find(|one| one.decision == Decision::ReviewForRemoval);
    if view.requests_in_all + removals.map_or(0, |one| one.people) > 0 {
        let next = format!("fivestep review {}", view.brand);
        out.push_str(&wrapped(0, "questions for a person: ", &next));
    }
    out
}

/// So many of everybody.
fn share(people: u64, view: &Refine) -> String {
    let (some, all) = (count(people as f64), count(view.judged as f64));
    format!("{some} of {all} ({:.1} %)", 100.0 * people as f64 / view.judged as f64)
}

fn decisions(view: &Refine) -> String {
    let mut rows = table(&["DECISION", "PEOPLE", "WHAT TO DO"]);
    for decision in view.decisions.iter().filter(|decision| decision.people > 0) {
        let people = count(decision.people as f64);
        rows.add_row([decision.decision.name(), &people, decision.advice]);
    }
    finish(&rows)
}

fn people(people: &[PersonView]) -> String {
    let mut rows = table(&["WHO", "GIVES", "GAINS", "MOST OF IT"]);
    for person in people {
        rows.add_row([
            person.who.clone(),
            points(&person.gives),
            points(&person.gains),
            most(person),
        ]);
    }
    finish(&rows)
}

fn requests(people: &[PersonView]) -> String {
    let mut rows = table(&["WHO", "GIVES", "GAINS", "SCREEN", "PROPOSED"]);
    for person in people {
        rows.add_row([
            person.who.as_str(),
            &points(&person.gives),
            &points(&person.gains),
            person.screen.name(),
            person.request.map_or("", |request| request.name()),
        ]);
    }
    finish(&rows)
}

/// A score with a mark where its band slips.
pub fn points(score: &ScoreView) -> String {
    let slips = if score.slips { "~" } else { "" };
    score.value.map_or_else(|| "unknown".to_owned(), |value| format!("{value}{slips}"))
}

/// What a person's place rests on most: the reasons of the screen for those to look at, else the
/// part with the most points.
fn most(person: &PersonView) -> String {
    if person.decision == Decision::ReviewForRemoval {
        return reasons(person, ", ");
    }
    let parts = person.gives.parts.iter().chain(&person.gains.parts);
    let first = parts.reduce(|best, part| if part.points > best.points { part } else { best });
    first.map_or_else(String::new, |part| format!("{}: {}", part.part, part.because))
}

/// The codes of the screen's reasons.
pub fn reasons(person: &PersonView, between: &str) -> String {
    let codes: Vec<&str> = person.reasons.iter().map(|reason| reason.code).collect();
    codes.join(between)
}

fn screens(view: &Refine) -> String {
    let screens = view.screens.iter();
    let said = screens.map(|one| format!("{} {}", count(one.people as f64), one.screen.name()));
    wrapped(0, "screen: ", &said.collect::<Vec<_>>().join(", "))
}

fn movements(view: &Refine) -> String {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for one in &view.movements {
        match one.people {
            Some(people) => {
                known.push(format!("{} {}", count(people as f64), one.movement.words()))
            }
            None => unknown.push(format!("who {}", one.movement.words())),
        }
    }
    if !unknown.is_empty() {
        unknown[0].insert_str(0, "not known: ");
    }
    [known, unknown].concat().join(", ")
}

/// One person with every part of both scores.
pub fn person(person: &PersonView) -> String {
    let plain = |name: &str| name.replace('_', " ");
    let mut out = match person.request {
        Some(request) => {
            let proposed = plain(request.name());
            format!("{}  asks to follow; proposed: {proposed}\n", bold(&person.who))
        }
        None => {
            let head = format!("{}  {}\n", bold(&person.who), plain(person.decision.name()));
            head + &wrapped(2, "what to do: ", person.advice)
        }
    };
    out.push_str(&score("what they give", &person.gives));
    out.push_str(&score("what they gain", &person.gains));
    let heading = format!("screen: {}, {} points", person.screen.name(), person.screen_points);
    out.push_str(&format!("\n  {}\n", bold(&heading)));
    for reason in &person.reasons {
        let label = format!("{:+} {}: ", reason.points, reason.code);
        out.push_str(&wrapped(4, &label, reason.words));
    }
    out
}

fn score(title: &str, score: &ScoreView) -> String {
    let value = match score.value {
        Some(value) => format!("{value} of 100, {}", score.band.name()),
        None => "unknown".to_owned(),
    };
    let slips = if score.slips { ", and falls if the next window is like this one" } else { "" };
    let heading = format!("{title}: {value}{slips} ({} % known)", score.coverage);
    let mut out = format!("\n  {}\n", bold(&heading));
    for part in &score.parts {
        let points = match part.points {
            Some(points) => format!("{points:>5} of {:>5}", part.of),
            None => format!("{:>14}", "not known"),
        };
        out.push_str(&wrapped(4, &format!("{points}  {}: ", part.part), &part.because));
    }
    out
}

/// The columns of the table of everybody.
const COLUMNS: [&str; 13] = [
    "who",
    "decision",
    "gives",
    "gives_band",
    "gives_known",
    "gains",
    "gains_band",
    "gains_known",
    "screen",
    "reasons",
    "follows",
    "engaged",
    "request",
];

/// The first line of the table.
///
/// # Errors
///
/// [`Failure::Io`] if it cannot be made.
pub fn head() -> Result<String, Failure> {
    record(&COLUMNS)
}

/// One person's line of the table.
///
/// # Errors
///
/// [`Failure::Io`] if it cannot be made.
pub fn line(person: &PersonView) -> Result<String, Failure> {
    let value = |score: &ScoreView| score.value.map(|value| value.to_string()).unwrap_or_default();
    record(&[
        safe(&person.who).as_str(),
        person.decision.name(),
        &value(&person.gives),
        person.gives.band.name(),
        &person.gives.coverage.to_string(),
        &value(&person.gains),
        person.gains.band.name(),
        &person.gains.coverage.to_string(),
        person.screen.name(),
        &reasons(person, " "),
        &person.follows.to_string(),
        &person.engaged.to_string(),
        person.request.map_or("", |request| request.name()),
    ])
}

/// One line of comma-separated values.
pub fn record(cells: &[&str]) -> Result<String, Failure> {
    let failed = |source| Failure::Io { doing: "the table cannot be made".to_owned(), source };
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(cells).map_err(|error| failed(io::Error::other(error)))?;
    let bytes = table.into_inner().map_err(|error| failed(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

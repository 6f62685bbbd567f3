//! The review queue, for people: a list, a table to fill in, one question, a plan.

use crate::{
    cli::out::{finish, table},
    evidence::scores::ruling::{Ruled, Ruling},
    failure::Failure,
    model::quantity::count,
    view::{
        review::{DoneView, PlanView, QuestionView, Queue, TakenView},
        sentence,
    },
};

use super::{
    bold,
    refine::{person, points, reasons, record},
    report::table::safe,
    wrapped,
};

/// Those who wait, and how many stand where.
pub fn text(queue: &Queue) -> String {
    let counts = queue.statuses.iter();
    let counts = counts.map(|one| format!("{} {}", count(one.people as f64), one.status.name()));
    let mut out = format!("{}  {}\n", bold(&queue.brand), counts.collect::<Vec<_>>().join(", "));
    if queue.questions.is_empty() {
        out.push_str(&wrapped(2, "", "nobody waits for an answer"));
        return out;
    }
    let mut rows = table(&["WHO", "QUESTION", "STATUS", "PROPOSED", "GIVES", "GAINS", "SCREEN"]);
    for one in &queue.questions {
        rows.add_row([
            one.person.who.as_str(),
            one.question.name(),
            one.status.name(),
            one.proposed(),
            &points(&one.person.gives),
            &points(&one.person.gains),
            one.person.screen.name(),
        ]);
    }
    out.push_str(&format!("\n{}", finish(&rows)));
    out
}

/// One question with all that is known, and the keys that answer it.
pub fn question(view: &QuestionView) -> String {
    let mut out = person(&view.person);
    out.push('\n');
    for ruling in Ruling::ALL.into_iter().filter(|ruling| ruling.answers(view.question)) {
        let label = format!("{} {}: ", ruling.key(), ruling.name());
        out.push_str(&wrapped(2, &label, ruling.words()));
    }
    out.push_str(&wrapped(2, "q: ", "stop here"));
    out
}

/// The columns of the table to fill in.
const COLUMNS: [&str; 13] = [
    "who", "question", "status", "proposed", "gives", "gains", "screen", "reasons", "ruling",
    "until", "reason", "by", "at",
];

/// The first line of the table to fill in.
///
/// # Errors
///
/// [`Failure::Io`] if it cannot be made.
pub fn head() -> Result<String, Failure> {
    record(&COLUMNS)
}

/// One question's line of the table.
///
/// # Errors
///
/// [`Failure::Io`] if it cannot be made.
pub fn line(view: &QuestionView) -> Result<String, Failure> {
    let person = &view.person;
    let ruling = view.ruling.as_ref();
    let text = |text: Option<&String>| text.map(|text| safe(text)).unwrap_or_default();
    record(&[
        safe(&person.who).as_str(),
        view.question.name(),
        view.status.name(),
        view.proposed(),
        &points(&person.gives),
        &points(&person.gains),
        person.screen.name(),
        &reasons(person, " "),
        ruling.map_or("", |ruling| ruling.ruling.name()),
        &ruling.and_then(|one| one.until).map(|at| at.to_rfc3339()).unwrap_or_default(),
        &text(ruling.and_then(|one| one.reason.as_ref())),
        &text(ruling.map(|one| &one.by)),
        &ruling.map(|one| sentence::instant(one.at)).unwrap_or_default(),
    ])
}

/// What became of a table that was handed back.
pub fn taken(view: &TakenView) -> String {
    let word = if view.dry_run { "would be taken" } else { "taken" };
    let mut out = format!("{} {word}, by {}", many(view.answers, "answer"), view.by);
    if view.unchanged > 0 {
        out.push_str(&format!("; {} stood already", view.unchanged));
    }
    out.push_str(".\n");
    out
}

/// The first line of a plan.
///
/// # Errors
///
/// [`Failure::Io`] if it cannot be made.
pub fn plan_head() -> Result<String, Failure> {
    record(&["id", "handle", "ruling", "reason", "ruled_by", "ruled_at", "done"])
}

/// One deed of a plan.
///
/// # Errors
///
/// [`Failure::Io`] if it cannot be made.
pub fn plan_line(ruled: &Ruled, handle: Option<&str>) -> Result<String, Failure> {
    record(&[
        ruled.person.as_str(),
        &safe(&sentence::plain(handle.unwrap_or_default())),
        ruled.ruling.name(),
        &safe(ruled.reason.as_deref().unwrap_or_default()),
        &safe(&ruled.by),
        &sentence::instant(ruled.at),
        "no",
    ])
}

/// What a plan holds.
pub fn planned(view: &PlanView) -> String {
    let mut text = format!("{} to do: {}.", many(view.deeds, "deed"), view.file);
    if view.behind > 0 {
        text.push_str(&format!(" {} more wait for another day.", view.behind));
    }
    wrapped(0, "", &text)
}

/// How many deeds were noted.
pub fn done(view: &DoneView) -> String {
    let word = if view.dry_run { "would be noted" } else { "noted" };
    format!("{} {word} as done, by {}.\n", many(view.deeds, "deed"), view.by)
}

/// So many of something.
fn many(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

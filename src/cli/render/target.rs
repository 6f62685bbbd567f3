//! The list of the day, for people: a list, and tables to hand on.

use crate::{
    cli::out::{self, finish},
    failure::Failure,
    model::quantity::count,
    view::{
        refine::PartView,
        sentence::instant,
        target::{ContactsView, ProspectsView, TargetRow, TargetView},
    },
};

use super::{bold, refine::record, report::table::safe, wrapped};

/// Whom to turn to today, who is left alone, and what came of it before.
pub fn text(view: &TargetView) -> String {
    let mut out = format!("{}  {}\n", bold(&view.brand), view.name);
    let Some(window) = &view.window_text else {
        out.push_str(&wrapped(2, "", "no export is imported yet"));
        return out;
    };
    out.push_str(&wrapped(2, "window: ", window));
    if !view.wants {
        let advice = "the brand's file does not say whom it wants: add `audience.segments`";
        out.push_str(&wrapped(2, "whom: ", advice));
    }
    out.push_str(&wrapped(2, "today: ", &today(view)));
    if !view.left.is_empty() {
        let left =
            view.left.iter().map(|one| format!("{} {}", count(one.people as f64), one.words));
        out.push_str(&wrapped(2, "not listed: ", &left.collect::<Vec<_>>().join("; ")));
    }
    out.push_str(&wrapped(2, "written to: ", &contacts(&view.contacts)));
    if let Some(table) = &view.prospects {
        out.push_str(&wrapped(2, "prospects: ", &prospects(table)));
    }
    if !view.listed.is_empty() {
        out.push_str(&format!(
            "\n{}\n{}",
            listed(view),
            view.listed.iter().map(why).collect::<String>()
        ));
    }
    if !view.contacts.listed.is_empty() {
        out.push_str(&format!("\n{}\n{}", bold("whom you wrote to"), written(&view.contacts)));
    }
    out
}

fn today(view: &TargetView) -> String {
    let number = |number: u64| count(number as f64);
    format!(
        "{} of {} people who fit with {} points or more and may be written to; {} were looked at",
        number(view.listed.len() as u64),
        number(view.fitting),
        view.least_fit,
        number(view.considered)
    )
}

fn contacts(contacts: &ContactsView) -> String {
    let ContactsView { people, approaches, turned, open, silent, pressed, .. } = contacts;
    if *people == 0 {
        return "nobody of a segment in this window".to_owned();
    }
    let number = |number: u64| count(number as f64);
    let who = if *people == 1 {
        "1 person".to_owned()
    } else {
        format!("{} people", number(*people as u64))
    };
    let times =
        if *approaches == 1 { "once".to_owned() } else { format!("{} times", number(*approaches)) };
    let mut text = format!(
        "{who}, {times}: {} turned to you within 14 days, {} open, {} met silence",
        number(*turned),
        number(*open),
        number(*silent)
    );
    if *pressed > 0 {
        text.push_str(&format!("; {} more than twice without an answer", number(*pressed)));
    }
    text
}

fn prospects(table: &ProspectsView) -> String {
    let mut text = format!("{} of {} rows of {}", table.people, table.rows, table.file);
    for skipped in &table.skipped {
        text.push_str(&format!("; skipped, {skipped}"));
    }
    if !table.unread.is_empty() {
        text.push_str(&format!("; not read: {}", table.unread.join(", ")));
    }
    text
}

fn listed(view: &TargetView) -> String {
    let mut rows = out::table(&["", "WHO", "FIT", "KNOWN", "SEGMENT", "WHY"]);
    for (place, one) in view.listed.iter().enumerate() {
        rows.add_row([
            (place + 1).to_string(),
            one.who.clone(),
            fit(one),
            format!("{} %", one.coverage),
            one.segment.clone().unwrap_or_default(),
            one.because.clone(),
        ]);
    }
    finish(&rows)
}

fn fit(one: &TargetRow) -> String {
    one.fit.map_or_else(|| "unknown".to_owned(), |fit| fit.to_string())
}

/// What a place rests on, and what to begin with.
fn why(one: &TargetRow) -> String {
    let mut out =
        wrapped(2, &format!("{}: ", one.who), &format!("{} = {}", fit(one), parts(&one.parts)));
    let begin = one.begin.zip(one.post.as_ref());
    out.extend(begin.map(|(how, post)| wrapped(4, &format!("{how} "), post)));
    if !one.about.is_empty() {
        out.push_str(&wrapped(4, "about: ", &one.about.join(", ")));
    }
    if let Some(note) = &one.note {
        out.push_str(&wrapped(4, "note: ", note));
    }
    if one.unanswered > 0 {
        out.push_str(&wrapped(4, "", "they have not answered what you wrote last"));
    }
    out
}

/// The parts of a fit, such as `segment 62.5/62.5 (a segment lists them) + tie n/a (…)`.
fn parts(parts: &[PartView]) -> String {
    let parts = parts.iter().map(|part| match part.points {
        Some(points) => format!("{} {points}/{} ({})", part.part, part.of, part.because),
        None => format!("{} n/a ({})", part.part, part.because),
    });
    parts.collect::<Vec<_>>().join(" + ")
}

fn written(contacts: &ContactsView) -> String {
    let mut rows = out::table(&["WHO", "LAST", "TIMES", "OUTCOME", ""]);
    for one in &contacts.listed {
        rows.add_row([
            one.who.clone(),
            instant(one.at),
            one.approaches.to_string(),
            one.outcome.to_owned(),
            one.because.clone(),
        ]);
    }
    finish(&rows)
}

/// A line a person to turn to, for those who do it.
///
/// # Errors
///
/// [`Failure::Io`] if it cannot be made.
pub fn table(view: &TargetView) -> Result<String, Failure> {
    let mut out = record(&[
        "place",
        "who",
        "platform",
        "fit",
        "coverage",
        "parts",
        "segment",
        "rules_met",
        "reason",
        "because",
        "post",
        "begin",
        "about",
        "unanswered",
        "note",
    ])?;
    for (place, one) in view.listed.iter().enumerate() {
        out.push_str(&record(&[
            (place + 1).to_string().as_str(),
            &safe(&one.who),
            &one.platform,
            &one.fit.map(|fit| fit.to_string()).unwrap_or_default(),
            &one.coverage.to_string(),
            &parts(&one.parts),
            one.segment.as_deref().unwrap_or_default(),
            &one.met.join(", "),
            one.reason,
            &one.because,
            &safe(one.post.as_deref().unwrap_or_default()),
            one.begin.unwrap_or_default(),
            &one.about.join(", "),
            &one.unanswered.to_string(),
            &safe(one.note.as_deref().unwrap_or_default()),
        ])?);
    }
    Ok(out)
}

/// A line a person to whom the brand turned in the window.
///
/// # Errors
///
/// As [`table`].
pub fn log(view: &TargetView) -> Result<String, Failure> {
    let mut out =
        record(&["who", "last", "post", "approaches", "unanswered", "outcome", "because"])?;
    for one in &view.contacts.listed {
        out.push_str(&record(&[
            safe(&one.who).as_str(),
            &one.at.to_rfc3339(),
            &safe(one.post.as_deref().unwrap_or_default()),
            &one.approaches.to_string(),
            &one.unanswered.to_string(),
            one.outcome,
            &one.because,
        ])?);
    }
    Ok(out)
}

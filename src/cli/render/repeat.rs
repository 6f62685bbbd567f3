//! A cycle beside those before it, for people: the terminal, Markdown, and a table.
//!
//! Start reading at [`lines`], which says in sentences what the terminal and Markdown share.

use crate::{
    failure::Failure,
    view::{
        repeat::{Compared, Gold, Repeat, Worked},
        report::Figure,
        sentence,
    },
};

use super::{
    bold,
    refine::record,
    report::{
        markdown::{head_row, row, safe as escaped},
        table::safe,
    },
    wrapped,
};

/// How a cycle compares, then what was worked on.
pub fn text(view: &Repeat) -> String {
    let mut out = format!("{}  {}\n", bold(&view.brand), sentence::plain(&view.name));
    for (label, said) in lines(view) {
        out.push_str(&wrapped(2, &format!("{label}: "), &said));
    }
    for (cycle, compared) in by_cycle(&view.compared) {
        out.push_str(&format!("\n{}\n", bold(&format!("compared with cycle {cycle}"))));
        compared.iter().for_each(|one| out.push_str(&moved(2, one)));
    }
    if !view.worked.is_empty() {
        out.push_str(&format!("\n{}\n", bold(&retrospective(view))));
        view.worked.iter().for_each(|worked| out.push_str(&stage(worked)));
        out.push_str(&format!("\n{}", wrapped(0, "", view.attribution)));
    }
    out
}

/// What there is to say, each with a word before it.
pub(super) fn lines(view: &Repeat) -> Vec<(&'static str, String)> {
    let mut lines = vec![("cycle", cycle(view))];
    lines.extend(view.notes.iter().map(|note| ("note", note.clone())));
    lines.push(("gold", gold(&view.gold)));
    lines.push(("first regressed", regressed(view)));
    lines.push(("plateau", view.plateau.text.clone()));
    lines.push(("budget", budget(view)));
    lines
}

fn cycle(view: &Repeat) -> String {
    match (view.cycle, view.as_of) {
        (Some(cycle), Some(at)) => format!("{cycle}, evidence to {}", sentence::instant(at)),
        (Some(cycle), None) => format!("{cycle}, no evidence yet"),
        (None, _) => "the run has not started, so there is no cycle yet".to_owned(),
    }
}

fn gold(gold: &Gold) -> String {
    let Gold { held, streak, held_for, met_in, judged } = gold;
    let held = if *held { "held" } else { "not held" };
    let streak = format!("{held}; the goal was met {streak} times in a row, gold takes {held_for}");
    let met: Vec<String> = met_in.iter().map(ToString::to_string).collect();
    match (judged, met.is_empty()) {
        (0, _) => format!("{held}; no cycle was judged yet"),
        (_, true) => format!("{held}; no cycle of {judged} met the goal"),
        (_, false) => format!("{streak}; met in cycle {}", met.join(", ")),
    }
}

fn regressed(view: &Repeat) -> String {
    match &view.regressed {
        None => "no stage that was passed would be shut by today's numbers".to_owned(),
        Some(stage) => format!("{}, by {}", stage.stage, stage.clauses.join(", ")),
    }
}

fn budget(view: &Repeat) -> String {
    let budget = view.budget;
    let stall = match budget.stall_after {
        Some(most) => format!("{} of {most} cycles without a gain", budget.without_gain),
        None => format!("{} cycles without a gain", budget.without_gain),
    };
    format!("cycle {} of {}; {stall}", budget.cycle, budget.cycles)
}

fn retrospective(view: &Repeat) -> String {
    let cycle = view.cycle.unwrap_or_default();
    format!("what was done in cycle {cycle}, and what moved beside it")
}

/// Each earlier cycle with its comparisons.
pub(super) fn by_cycle(compared: &[Compared]) -> impl Iterator<Item = (u32, &[Compared])> {
    let chunks = compared.chunk_by(|one, other| one.with_cycle == other.with_cycle);
    chunks.filter_map(|chunk| Some((chunk.first()?.with_cycle, chunk)))
}

fn cells(one: &Compared) -> [String; 5] {
    let direction = one.direction.map_or("not compared", |direction| direction.name());
    let [then, now] = [&one.before, &one.after].map(|figure| value(figure.as_ref()));
    [one.metric.clone(), then, now, one.text.clone(), direction.to_owned()]
}

/// A value with its cases, such as `97.2 % (n 36)`; in a word why there is none.
fn value(figure: Option<&Figure>) -> String {
    match figure {
        None => "not measured".to_owned(),
        Some(Figure { absent: Some(how), .. }) => (*how).to_owned(),
        Some(Figure { absent: None, text, n: Some(n), interval: Some(_), .. }) => {
            format!("{text} (n {})", crate::model::quantity::count(*n as f64))
        }
        Some(Figure { absent: None, text, .. }) => text.clone(),
    }
}

fn stage(worked: &Worked) -> String {
    let mut out = wrapped(2, &format!("{}: ", worked.stage), &worked.done);
    worked.moved.iter().for_each(|one| out.push_str(&moved(4, one)));
    out
}

/// A comparison in a line, such as `response_rate: 90 % (n 40), was 80 % (n 35): …`.
fn moved(indent: usize, one: &Compared) -> String {
    wrapped(indent, &format!("{}: ", one.metric), &sentence_of(one))
}

pub(super) fn sentence_of(one: &Compared) -> String {
    let [_, then, now, change, direction] = cells(one);
    match one.direction {
        Some(_) => format!("{now}, was {then}: {direction}, {change}"),
        None => format!("not compared, {change}"),
    }
}

/// The same as Markdown.
pub fn markdown(view: &Repeat) -> String {
    format!("# {}\n\n{}", escaped(&view.name), within(view, "##"))
}

/// The same as a part of another document.
///
/// - `heading`: what stands before its headings.
pub(super) fn within(view: &Repeat, heading: &str) -> String {
    let mut out = String::new();
    for (label, said) in lines(view) {
        out.push_str(&format!("- {label}: {}\n", escaped(&said)));
    }
    for (cycle, compared) in by_cycle(&view.compared) {
        out.push_str(&format!("\n{heading} Compared with cycle {cycle}\n\n"));
        out.push_str(&head_row(COLUMNS));
        compared.iter().for_each(|one| out.push_str(&row(in_full(one))));
    }
    if !view.worked.is_empty() {
        out.push_str(&format!(
            "\n{heading} What was done in cycle {}, and what moved beside it\n\n",
            view.cycle.unwrap_or_default()
        ));
        for worked in &view.worked {
            out.push_str(&format!("- {}: {}\n", escaped(&worked.stage), escaped(&worked.done)));
            for one in &worked.moved {
                out.push_str(&format!(
                    "  - {}: {}\n",
                    escaped(&one.metric),
                    escaped(&sentence_of(one))
                ));
            }
        }
        out.push_str(&format!("\n{}\n", escaped(view.attribution)));
    }
    out
}

/// The heading of a comparison in full.
pub(super) const COLUMNS: [&str; 9] = [
    "Number",
    "Then",
    "Now",
    "Change (95 % interval)",
    "Direction",
    "Out of",
    "Window",
    "Sources",
    "Rows behind both",
];

/// A comparison with all that it takes to trust or doubt it.
pub(super) fn in_full(one: &Compared) -> [String; 9] {
    let [metric, then, now, change, direction] = cells(one);
    let figure = one.after.as_ref().or(one.before.as_ref());
    let of = figure.map(|figure| figure.denominator.clone()).unwrap_or_default();
    let window = figure.and_then(|figure| figure.window.clone()).unwrap_or_default();
    let sources = figure.map(|figure| figure.sources.join(", ")).unwrap_or_default();
    let traces: Vec<&str> =
        [&one.before, &one.after].into_iter().flatten().map(|one| one.trace.as_str()).collect();
    [metric, then, now, change, direction, of, window, sources, traces.join("; ")]
}

/// A line a comparison: those with earlier cycles, then those of the stages' gates.
///
/// # Errors
///
/// [`Failure::Io`] if it cannot be made.
pub fn table(view: &Repeat) -> Result<String, Failure> {
    let mut out = record(&[
        "brand",
        "cycle",
        "with_cycle",
        "stage",
        "metric",
        "then",
        "then_n",
        "now",
        "now_n",
        "difference",
        "low",
        "high",
        "direction",
        "text",
        "denominator",
        "window",
        "sources",
        "trace_then",
        "trace_now",
    ])?;
    for one in &view.compared {
        out.push_str(&line(view, "", one)?);
    }
    for worked in &view.worked {
        for one in &worked.moved {
            out.push_str(&line(view, &worked.stage, one)?);
        }
    }
    Ok(out)
}

fn line(view: &Repeat, stage: &str, one: &Compared) -> Result<String, Failure> {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let of = |figure: &Option<Figure>| {
        let figure = figure.as_ref();
        let n = figure.and_then(|figure| figure.n).map(|n| n.to_string());
        let trace = figure.map(|figure| figure.trace.clone()).unwrap_or_default();
        (number(figure.and_then(|figure| figure.value)), n.unwrap_or_default(), trace)
    };
    let ((then, then_n, trace_then), (now, now_n, trace_now)) = (of(&one.before), of(&one.after));
    let [.., denominator, window, sources, _] = in_full(one);
    record(&[
        view.brand.as_str(),
        &view.cycle.map(|cycle| cycle.to_string()).unwrap_or_default(),
        &one.with_cycle.to_string(),
        stage,
        &one.metric,
        &then,
        &then_n,
        &now,
        &now_n,
        &number(one.difference),
        &number(one.interval.map(|interval| interval.low)),
        &number(one.interval.map(|interval| interval.high)),
        one.direction.map_or("", |direction| direction.name()),
        &safe(&one.text),
        &safe(&denominator),
        &window,
        &safe(&sources),
        &trace_then,
        &trace_now,
    ])
}

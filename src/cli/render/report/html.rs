//! A report as one page that stands alone: for a browser, a mail, or paper.
//!
//! # Always true
//!
//! - Every text goes through the template's escaping; only our own style sheet does not.
//! - The page loads nothing: its policy forbids scripts and every address.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{COLUMNS, PORTIONS, cells, portion, value};
use crate::{
    cli::render::repeat,
    view::{
        chart,
        repeat::Repeat,
        report::{Line, Report},
        sentence::{self, plain},
        spread::Spread,
    },
};

const STYLE: &str = include_str!("style.css");
/// What the browser may load: nothing but the style that stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The whole document.
pub fn text(report: &Report) -> String {
    let title = format!("{}: engagement report", plain(&report.name));
    let body = html! {
        main {
            (opening(report))
            (trend(report))
            @for one in &report.spreads { (spread(one)) }
            (beside(&report.repeat))
            (stands(report))
            (done(report))
            (next(report))
            (figures(report))
        }
        (closing(report))
    };
    page(&title, &body)
}

/// A page that leads to the reports of many brands.
pub fn index(lines: &[Line]) -> String {
    let body = html! {
        main {
            header { h1 { "Engagement reports" } }
            (scrolling("Reports", html! {
                thead { tr { th scope="col" { "Brand" } th scope="col" { "Engaged followers" }
                    th scope="col" { "Where it stands" } } }
                tbody {
                    @for line in lines {
                        tr {
                            th scope="row" { a href=(line.file) { (plain(&line.name)) } }
                            td { (plain(&line.headline)) }
                            td { (plain(&line.stands)) }
                        }
                    }
                }
            }))
        }
    };
    page("Engagement reports", &body)
}

fn page(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    };
    page.into_string() + "\n"
}

fn opening(report: &Report) -> Markup {
    html! {
        header {
            p.brand { (plain(&report.name)) }
            h1 { (report.headline) }
            p.note { (plain(&report.headline_basis)) }
            p.stands { (plain(&report.stands)) }
        }
        @if let Some(share) = report.share {
            figure.proportion {
                (chart::share(share, &report.headline))
                figcaption {
                    span.key { span.swatch.all {} "all followers" }
                    span.key { span.swatch.part {} "those who engaged" }
                    span { "The areas are to scale." }
                }
            }
        }
    }
}

fn trend(report: &Report) -> Markup {
    let told = trend_told(report);
    let measured = report.trend.iter().any(|point| point.figure.value.is_some());
    html! {
        section {
            h2 { "Cycle by cycle" }
            p { (told) }
            @if measured {
                figure {
                    (chart::trend(&report.trend, report.target, &told))
                    figcaption { "Each line is a 95 % interval: how far chance alone may have moved the share." }
                }
            }
            @for note in &report.trend_notes { p.note { (note) } }
            @if !report.trend.is_empty() {
                details {
                    summary { "The numbers of this chart" }
                    (scrolling("Numbers by cycle", html! {
                        thead { tr { th scope="col" { "Cycle" }
                            @for name in &COLUMNS[1..] { th scope="col" { (name) } } } }
                        tbody { @for point in &report.trend {
                            tr { th scope="row" { (point.cycle) }
                                @for cell in &cells(&point.figure)[1..] { td { (plain(cell)) } } }
                        } }
                    }))
                }
            }
        }
    }
}

/// How something is spread, drawn and in numbers.
fn spread(spread: &Spread) -> Markup {
    let (drawing, caption) = match spread.id {
        "answers" => (chart::curve(spread), caption_of_curve(spread)),
        "value" => (
            chart::square(spread, &AXES),
            "The areas are to scale; ? is not known. No name, handle or id has any influence.",
        ),
        _ => (chart::bars(spread), "Each bar is a share of all conversations."),
    };
    html! {
        section {
            h2 { (spread.title) }
            p { (plain(&spread.told)) }
            figure { (drawing) figcaption { (caption) } }
            @if !spread.steps.is_empty() { (marks(spread)) }
            p.note { (plain(&spread.basis())) }
            @for note in &spread.caveats { p.note { (plain(note)) } }
            details {
                summary { "The numbers of this chart" }
                (scrolling(spread.title, html! {
                    thead { tr { @for name in PORTIONS { th scope="col" { (name) } } } }
                    tbody { @for one in &spread.portions {
                        @let [label, rest @ ..] = portion(spread, one);
                        tr { th scope="row" { (label) } @for cell in rest { td { (plain(&cell)) } } }
                    } }
                }))
            }
        }
    }
}

fn caption_of_curve(spread: &Spread) -> &'static str {
    match spread.known_until {
        Some(_) => {
            "The shade is the 95 % interval; time is on a scale of powers. \
             The line ends where nobody has waited for longer."
        }
        None => "The shade is the 95 % interval; time is on a scale of powers.",
    }
}

/// The share at some moments, on paper, too: a stair alone is hard to read off.
fn marks(spread: &Spread) -> Markup {
    html! {
        table.marks {
            thead { tr { @for name in &PORTIONS[..3] { th scope="col" { (name) } } } }
            tbody { @for one in &spread.portions {
                tr { th scope="row" { (one.label) } td { (one.text) } td { (one.interval_text()) } }
            } }
        }
    }
}

/// What the columns and rows of the square are called.
const AXES: [&str; 4] = ["much", "some", "little", "?"];

/// The cycle beside those before it.
fn beside(view: &Repeat) -> Markup {
    html! {
        section {
            h2 { "Beside the cycles before" }
            ul { @for (label, said) in repeat::lines(view) { li { (label) ": " (plain(&said)) } } }
            @for (cycle, compared) in repeat::by_cycle(&view.compared) {
                @let label = format!("Compared with cycle {cycle}");
                details {
                    summary { (label) }
                    (scrolling(&label, html! {
                        thead { tr { @for name in repeat::COLUMNS { th scope="col" { (name) } } } }
                        tbody { @for one in compared {
                            @let [metric, rest @ ..] = repeat::in_full(one);
                            tr { th scope="row" { (metric) } @for cell in rest { td { (plain(&cell)) } } }
                        } }
                    }))
                }
            }
            @if !view.worked.is_empty() {
                p { "What was done in cycle " (view.cycle.unwrap_or_default()) ", and what moved beside it:" }
                ul { @for worked in &view.worked {
                    li { (plain(&worked.stage)) ": " (plain(&worked.done))
                        @if !worked.moved.is_empty() {
                            ul { @for one in &worked.moved {
                                li { (one.metric) ": " (plain(&repeat::sentence_of(one))) }
                            } }
                        }
                    }
                } }
                p.note { (view.attribution) }
            }
        }
    }
}

/// The trend's message: its first and its last number.
fn trend_told(report: &Report) -> String {
    let known: Vec<_> = report.trend.iter().filter(|point| point.figure.value.is_some()).collect();
    match known.as_slice() {
        [] if report.trend.is_empty() => "The run has not started: no cycle yet.".to_owned(),
        [] => "No cycle has a measured share of engaged followers yet.".to_owned(),
        [only] => format!("Measured once so far: {} in cycle {}.", only.figure.text, only.cycle),
        [first, .., last] => format!(
            "{} in cycle {}, {} in cycle {}.",
            first.figure.text, first.cycle, last.figure.text, last.cycle
        ),
    }
}

fn stands(report: &Report) -> Markup {
    html! {
        section {
            h2 { "What this stage asks for" }
            @match report.open {
                None => p { "No stage is running, so nothing is asked for." },
                Some(true) => p { "Every condition is met." },
                Some(false) => p { "The brand goes on when every condition is met." },
            }
            ul.gate { @for clause in &report.gate {
                li {
                    span.verdict.(clause.verdict.to_string()) {
                        @if let Some(waived) = &clause.waived { (plain(waived)) }
                        @else { (clause.verdict) }
                    }
                    div {
                        p.demand { (plain(&clause.demand)) }
                        @if !clause.measured.is_empty() { p { (plain(&clause.measured)) } }
                        @if let Some(reason) = &clause.reason { p { (plain(reason)) } }
                        @if let Some(evidence) = &clause.evidence { p.note { (plain(evidence)) } }
                        @if let Some(because) = &clause.because { p.note { (plain(because)) } }
                    }
                }
            } }
        }
    }
}

fn done(report: &Report) -> Markup {
    html! {
        section {
            h2 { "What was done in this cycle" }
            @if report.done.is_empty() { p { "Nothing yet." } }
            @else { ol.done { @for deed in &report.done {
                li { time datetime=(deed.at.to_rfc3339()) { (sentence::instant(deed.at)) }
                    span { (plain(&deed.what)) " " span.note { "by " (plain(&deed.by)) } } }
            } } }
        }
    }
}

fn next(report: &Report) -> Markup {
    html! {
        section {
            h2 { "What is next" }
            @if report.next.is_empty() { p { "Nothing is missing." } }
            @else { ul { @for step in &report.next { li { (plain(step)) } } } }
        }
    }
}

fn figures(report: &Report) -> Markup {
    html! {
        section {
            h2 { "All numbers" }
            p { "Each with its window, cases and sources. The last line is the command that lists the \
                 rows behind it, people under pseudonyms." }
            div.figures { @for figure in &report.figures {
                @let [_, _, interval, n, of, window, sources, trace] = cells(figure);
                article.absent[figure.absent.is_some()] {
                    h3 { (figure.title) }
                    p.value { (value(figure)) }
                    dl {
                        @if figure.absent.is_none() {
                            dt { (COLUMNS[2]) } dd { (interval) }
                            dt { (COLUMNS[3]) } dd { (n) }
                        }
                        dt { (COLUMNS[4]) } dd { (plain(&of)) }
                        dt { (COLUMNS[5]) } dd { (window) }
                        dt { (COLUMNS[6]) } dd { (plain(&sources)) }
                    }
                    @for note in &figure.caveats { p.note { (plain(note)) } }
                    p { code { (trace) } }
                }
            } }
        }
    }
}

fn closing(report: &Report) -> Markup {
    html! {
        footer {
            @for note in &report.notes { p { (plain(note)) } }
            p { (plain(&report.checkpoint)) " · " (sentence::instant(report.made_at)) " UTC · made with fivestep" }
        }
    }
}

/// A table that scrolls by itself where the page is narrow, also by keyboard.
fn scrolling(label: &str, rows: Markup) -> Markup {
    html! { div.scroll role="region" aria-label=(label) tabindex="0" { table { (rows) } } }
}

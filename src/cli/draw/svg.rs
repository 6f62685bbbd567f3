//! The graph as an SVG picture, for light and for dark pages.
//!
//! # Always true
//!
//! - It needs nothing from elsewhere: no font, no script, no address.
//! - What is shortened in the picture is whole in a `<title>`, which browsers show and read out.

use crate::{
    model::{FiveStep, Outcome, Verdict},
    view::graph::Graph,
};

use super::{
    heading,
    layout::{Area, Picture, Shape, Style, Text, WIDTH, picture},
};

/// The whole document.
pub fn text(graph: &Graph) -> String {
    let Picture { height, shapes, texts } = picture(graph);
    let id = &graph.workflow;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"title-{id} desc-{id}\">\n\
         <title id=\"title-{id}\">{}</title>\n<desc id=\"desc-{id}\">{}</desc>\n<style>{}</style>\n\
         <rect class=\"page\" width=\"100%\" height=\"100%\"/>\n",
        escaped(&heading(graph)),
        escaped(&graph.told()),
        style_sheet(),
    );
    // The lines lie under the cards and the marks.
    let (ways, figures): (Vec<&Shape>, Vec<&Shape>) =
        shapes.iter().partition(|shape| matches!(shape, Shape::Way { .. }));
    ways.into_iter().chain(figures).for_each(|one| shape(&mut out, one));
    texts.iter().for_each(|one| written(&mut out, one));
    out.push_str("</svg>\n");
    out
}

fn written(out: &mut String, text: &Text) {
    let class = match text.style {
        Style::Heading => "heading",
        Style::Title => "title",
        Style::Plain => "plain",
        Style::Strong => "strong",
        Style::Small => "small",
        Style::Number => "number",
        Style::End => "end",
    };
    let middle = if text.centred { " text-anchor=\"middle\"" } else { "" };
    let full = text.full.as_ref().map(|full| format!("<title>{}</title>", escaped(full)));
    line(
        out,
        &format!(
            "<text class=\"{class}\" x=\"{}\" y=\"{}\"{middle}>{}{}</text>",
            n(text.x),
            n(text.y),
            full.unwrap_or_default(),
            escaped(&text.text)
        ),
    );
}

fn shape(out: &mut String, shape: &Shape) {
    match shape {
        Shape::Card { area, step, here } => {
            let here = if *here { " here" } else { "" };
            rectangle(out, *area, 9.0, &format!("card {step}{here}"));
        }
        Shape::Badge { x, y, step } => badge(out, *x, *y, *step),
        Shape::End { area, outcome, reached } => {
            let class = if *outcome == Outcome::Gold { "gold" } else { "over" };
            let here = if *reached { " here" } else { "" };
            rectangle(out, *area, 14.0, &format!("{class}{here}"));
            let inner = Area {
                x: area.x + 3.0,
                y: area.y + 3.0,
                width: area.width - 6.0,
                height: area.height - 6.0,
            };
            // Two borders mean an end, as in other drawings of state machines.
            rectangle(out, inner, 11.0, "inner");
        }
        Shape::Mark { x, y, answer } => mark(out, *x, *y, *answer),
        Shape::Way { points, dashed, taken, arrow } => way(out, points, *dashed, *taken, *arrow),
        Shape::Start { x, y } => {
            line(
                out,
                &format!("<circle class=\"ink\" cx=\"{}\" cy=\"{}\" r=\"7\"/>", n(*x), n(*y)),
            );
        }
        Shape::Rule { y } => {
            let right = WIDTH - 16.0;
            line(out, &format!("<path class=\"rule\" d=\"M16 {y}H{right}\"/>", y = n(*y)));
        }
    }
}

fn rectangle(out: &mut String, area: Area, round: f64, class: &str) {
    line(
        out,
        &format!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
            n(area.x),
            n(area.y),
            n(area.width),
            n(area.height),
            n(round)
        ),
    );
}

/// Each step has a figure of its own, beside its colour and its number.
fn badge(out: &mut String, x: f64, y: f64, step: FiveStep) {
    let corners: &[(f64, f64)] = match step {
        FiveStep::Define => {
            let (x, y) = (n(x), n(y));
            line(out, &format!("<circle class=\"badge {step}\" cx=\"{x}\" cy=\"{y}\" r=\"15\"/>"));
            return;
        }
        FiveStep::Target => &[(0.0, -18.0), (18.0, 0.0), (0.0, 18.0), (-18.0, 0.0)],
        FiveStep::Support => &[(-14.0, -14.0), (14.0, -14.0), (14.0, 14.0), (-14.0, 14.0)],
        FiveStep::Refine => {
            &[(-8.5, -15.0), (8.5, -15.0), (17.0, 0.0), (8.5, 15.0), (-8.5, 15.0), (-17.0, 0.0)]
        }
        FiveStep::Repeat => {
            &[(0.0, -17.0), (17.0, -4.0), (10.5, 15.5), (-10.5, 15.5), (-17.0, -4.0)]
        }
    };
    polygon(out, &format!("badge {step}"), corners.iter().map(|(a, b)| (x + a, y + b)));
}

fn polygon(out: &mut String, class: &str, corners: impl Iterator<Item = (f64, f64)>) {
    let corners: Vec<String> = corners.map(|(x, y)| format!("{},{}", n(x), n(y))).collect();
    line(out, &format!("<polygon class=\"{class}\" points=\"{}\"/>", corners.join(" ")));
}

/// A clause's sign: a lozenge, or a disc with a tick, a cross, dots or a question mark's bar.
fn mark(out: &mut String, x: f64, y: f64, answer: Option<(Verdict, bool)>) {
    let Some((verdict, waived)) = answer else {
        let corners = [(0.0, -5.0), (5.0, 0.0), (0.0, 5.0), (-5.0, 0.0)];
        return polygon(out, "clause", corners.into_iter().map(|(a, b)| (x + a, y + b)));
    };
    let (class, sign) = match (verdict, waived) {
        (_, true) => ("waived", "m-4 0.5l3 3l5.5-6.5"),
        (Verdict::Pass, false) => ("pass", "m-4 0.5l3 3l5.5-6.5"),
        (Verdict::Fail, false) => ("fail", "m-3.5-3.5l7 7m0-7l-7 7"),
        (Verdict::Insufficient, false) => ("insufficient", "m-4 0h.1m3.9 0h.1m3.9 0h.1"),
        (Verdict::Unmeasurable, false) => ("unmeasurable", "m-4 0h8"),
    };
    let (x, y) = (n(x), n(y));
    line(out, &format!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"8.5\"/>"));
    line(out, &format!("<path class=\"sign\" d=\"M{x} {y}{sign}\"/>"));
}

fn way(out: &mut String, points: &[(f64, f64)], dashed: bool, taken: bool, arrow: bool) {
    let dashed = if dashed { " dashed" } else { "" };
    let taken = if taken { " taken" } else { "" };
    let mut path = String::new();
    for (at, point) in points.iter().enumerate() {
        match (at.checked_sub(1).map(|before| points[before]), points.get(at + 1)) {
            (None, _) => path = format!("M{} {}", n(point.0), n(point.1)),
            (Some(_), None) => path.push_str(&format!("L{} {}", n(point.0), n(point.1))),
            (Some(before), Some(after)) => path.push_str(&corner(before, *point, *after)),
        }
    }
    line(out, &format!("<path class=\"way{dashed}{taken}\" d=\"{path}\"/>"));
    if let ([.., from, to], true) = (points, arrow) {
        let (dx, dy) = ((to.0 - from.0).signum(), (to.1 - from.1).signum());
        let along = |back: f64, side: f64| match from.1 == to.1 {
            true => (to.0 - dx * back, to.1 + side),
            false => (to.0 + side, to.1 - dy * back),
        };
        let head = [*to, along(9.0, 5.0), along(9.0, -5.0)];
        polygon(out, &format!("head{taken}"), head.into_iter());
    }
}

/// A round corner.
fn corner(before: (f64, f64), at: (f64, f64), after: (f64, f64)) -> String {
    let toward = |other: (f64, f64)| {
        let (dx, dy) = (other.0 - at.0, other.1 - at.1);
        let length = dx.abs().max(dy.abs());
        let radius = (length / 2.0).min(9.0);
        (at.0 + dx.signum() * radius.min(dx.abs()), at.1 + dy.signum() * radius.min(dy.abs()))
    };
    let (begin, end) = (toward(before), toward(after));
    format!("L{} {}Q{} {} {} {}", n(begin.0), n(begin.1), n(at.0), n(at.1), n(end.0), n(end.1))
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// A number with one decimal at most.
fn n(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// A text as XML; characters that XML cannot hold become the sign for what cannot be shown.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Fill, line and badge of each step on a light and on a dark page. White numbers stand out from
/// every badge, and no two steps differ by colour alone: number and figure differ, too.
const COLOURS: [(FiveStep, [&str; 3], [&str; 2]); 5] = [
    (FiveStep::Define, ["#eaf2ff", "#1f5fbf", "#1f5fbf"], ["#14243d", "#6ea8ff"]),
    (FiveStep::Target, ["#f5edfd", "#7a3fb5", "#7a3fb5"], ["#2a1b3d", "#c79bff"]),
    (FiveStep::Support, ["#e6f7f0", "#0b7a5b", "#0b7a5b"], ["#0f2b23", "#4fd1a5"]),
    (FiveStep::Refine, ["#fef3e4", "#a35200", "#a35200"], ["#33210c", "#f2a65a"]),
    (FiveStep::Repeat, ["#fdebf2", "#b3265e", "#b3265e"], ["#371522", "#ff8fb8"]),
];

fn style_sheet() -> String {
    let mut light = String::new();
    let mut dark = String::new();
    for (step, [fill, edge, badge], [dark_fill, dark_edge]) in COLOURS {
        light.push_str(&format!(".card.{step}{{fill:{fill};stroke:{edge}}}\n"));
        light.push_str(&format!(".badge.{step}{{fill:{badge}}}\n"));
        dark.push_str(&format!(".card.{step}{{fill:{dark_fill};stroke:{dark_edge}}}\n"));
    }
    format!("{STYLE}{light}@media(prefers-color-scheme:dark){{\n{DARK}{dark}}}\n")
}

const STYLE: &str = "
text{font-family:system-ui,-apple-system,'Segoe UI','Helvetica Neue',Arial,sans-serif;fill:#1b2330}
.page{fill:#fff}
.heading{font-size:19px;font-weight:700}
.title{font-size:15px;font-weight:600}
.plain{font-size:13px}
.strong{font-size:13px;font-weight:700}
.small{font-size:12px;fill:#4d5868}
.number{font-size:13px;font-weight:700;fill:#fff}
.end{font-size:13px;font-weight:700;fill:#1b2330}
.card{stroke-width:1.5}
.here{stroke-width:4}
.gold{fill:#ffd54a;stroke:#8a6a00;stroke-width:1.5}
.over{fill:#e6e8ec;stroke:#5b6472;stroke-width:1.5}
.gold.here,.over.here{stroke-width:4}
.inner{fill:none;stroke:#5b6472;stroke-width:1}
.way{fill:none;stroke:#5b6472;stroke-width:1.6}
.dashed{stroke-dasharray:5 4}
.head,.ink,.clause{fill:#5b6472}
.taken{stroke-width:3.4;stroke:#1b2330}
.head.taken{fill:#1b2330;stroke-width:1}
.rule{stroke:#c9cfd8;stroke-width:1}
.pass{fill:#0b7a3e}
.fail{fill:#c0262d}
.insufficient{fill:#8f6200}
.unmeasurable{fill:#7a3fb5}
.waived{fill:#0e7490}
.sign{fill:none;stroke:#fff;stroke-width:2;stroke-linecap:round}
";

const DARK: &str = "\
text{fill:#e8ecf2}
.page{fill:#10151d}
.small{fill:#aab4c3}
.number{fill:#fff}
.end{fill:#1b2330}
.gold{stroke:#ffe9a3}
.over{fill:#c3cad4;stroke:#e8ecf2}
.way{stroke:#97a3b4}
.head,.ink,.clause{fill:#97a3b4}
.taken{stroke:#f5f7fa}
.head.taken{fill:#f5f7fa}
.rule{stroke:#38424f}
";

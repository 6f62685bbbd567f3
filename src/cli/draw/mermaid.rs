//! The graph as a Mermaid flowchart, which code hosts draw in Markdown.
//!
//! A flowchart rather than a state diagram: its labels may hold several lines, and its nodes have
//! shapes, so that the five steps differ by more than their colour.

use crate::{
    model::{FiveStep, Outcome},
    view::graph::{Edge, Graph, Kind, Place},
};

use super::{gate_lines, heading, parts, stage_lines, way_lines};

/// The whole flowchart.
pub fn text(graph: &Graph) -> String {
    let mut out = format!("---\ntitle: \"{}\"\n{CONFIG}---\nflowchart TD\n", title(graph));
    out.push_str("  start((\"start\"))\n");
    for (place, node) in graph.stages.iter().enumerate() {
        let (open, close) = shape(node.step);
        let label = label(&stage_lines(node));
        let step = node.step;
        out.push_str(&format!("  s{place}{open}\"{label}\"{close}:::{step}\n"));
        if parts(graph, place) {
            out.push_str(&format!("  g{place}{{\"gate\"}}\n"));
        }
    }
    for outcome in graph.outcomes() {
        let star = if outcome == Outcome::Gold { "★ " } else { "" };
        out.push_str(&format!("  {outcome}([\"{star}{outcome}\"]):::{}\n", class(outcome)));
    }
    out.push_str(&ways(graph));
    out.push_str(STYLES);
    if let Some(here) = graph.stages.iter().position(|node| node.is_here()) {
        out.push_str(&format!("  style s{here} stroke-width:5px\n"));
    }
    out
}

/// The heading as YAML text. Mermaid leaves out what looks like HTML, so that must not.
fn title(graph: &Graph) -> String {
    let text = heading(graph).replace('<', "‹").replace('>', "›");
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Clauses stay on one line where they can.
const CONFIG: &str = "config:\n  flowchart:\n    wrappingWidth: 420\n";

/// The lines of all ways. Those that a brand took are thick.
fn ways(graph: &Graph) -> String {
    let initial = graph.stages.iter().position(|node| node.stage == graph.initial);
    let mut out = format!("  start --> s{}\n", initial.unwrap_or_default());
    for (place, node) in graph.stages.iter().enumerate() {
        let parts = parts(graph, place);
        if parts {
            let taken = graph.ways(place).iter().any(|edge| edge.is_taken() && opens(edge));
            out.push_str(&line(
                &format!("s{place}"),
                if taken { "==>" } else { "-->" },
                &gate_lines(node),
                &format!("g{place}"),
            ));
        }
        for edge in graph.ways(place) {
            let begin = if parts && opens(edge) { "g" } else { "s" };
            let gate = if parts || !opens(edge) { Vec::new() } else { gate_lines(node) };
            let lines = [gate, way_lines(edge)].concat();
            out.push_str(&line(&format!("{begin}{place}"), arrow(edge), &lines, &target(edge)));
        }
    }
    out
}

fn opens(edge: &Edge) -> bool {
    edge.kind != Kind::StageLimit
}

fn arrow(edge: &Edge) -> &'static str {
    match edge.kind {
        Kind::Gate if edge.is_taken() => "==>",
        Kind::Gate => "-->",
        Kind::StageLimit | Kind::CycleLimit => "-.->",
    }
}

fn target(edge: &Edge) -> String {
    match edge.to {
        Place::Stage(place) => format!("s{place}"),
        Place::Outcome(outcome) => outcome.to_string(),
    }
}

fn line(from: &str, arrow: &str, lines: &[String], to: &str) -> String {
    let text = if lines.is_empty() { String::new() } else { format!("|\"{}\"|", label(lines)) };
    format!("  {from} {arrow}{text} {to}\n")
}

/// Each step has a shape of its own.
fn shape(step: FiveStep) -> (&'static str, &'static str) {
    match step {
        FiveStep::Define => ("[", "]"),
        FiveStep::Target => ("{{", "}}"),
        FiveStep::Support => ("(", ")"),
        FiveStep::Refine => ("[/", "\\]"),
        FiveStep::Repeat => ("[[", "]]"),
    }
}

fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Gold => "gold",
        Outcome::Exhausted | Outcome::Stalled | Outcome::Abandoned => "ended",
    }
}

/// Lines as one label. Mermaid breaks them where it likes, but a number stays with its sign.
fn label(lines: &[String]) -> String {
    let line = |line: &String| escaped(line).replace("≥ ", "≥\u{a0}").replace("≤ ", "≤\u{a0}");
    let lines: Vec<String> = lines.iter().map(|one| line(one).replace(" %", "\u{a0}%")).collect();
    lines.join("<br/>")
}

/// A text that Mermaid shows as it is. It takes labels for HTML, and what looks like it for
/// Markdown; `#34;` is how it writes a character by its number.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    let chars: Vec<char> = text.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        let inside = |place: Option<usize>| {
            place.and_then(|place| chars.get(place)).is_some_and(|c| c.is_ascii_alphanumeric())
        };
        // Inside a name an underscore is no markup, and names are full of them.
        let in_name = c == '_' && inside(at.checked_sub(1)) && inside(Some(at + 1));
        match c {
            '"' | '#' | '&' | '<' | '>' | '*' | '`' | '[' | ']' | '~' | '\\' | '^' | '$' | '|'
            | '{' | '}' | ';' | '@' => out.push_str(&format!("#{};", c as u32)),
            '_' if !in_name => out.push_str("#95;"),
            // Two of them would begin a comment.
            '%' if chars.get(at + 1) == Some(&'%')
                || at.checked_sub(1).map(|b| chars[b]) == Some('%') =>
            {
                out.push_str("#37;");
            }
            _ => out.push(c),
        }
    }
    out
}

const STYLES: &str = "  classDef define fill:#dbe9ff,stroke:#1f5fbf,color:#10233f
  classDef target fill:#eee2fb,stroke:#7a3fb5,color:#2a1440
  classDef support fill:#d8f3e8,stroke:#0b7a5b,color:#062e22
  classDef refine fill:#fdebd5,stroke:#a35200,color:#3d1f00
  classDef repeat fill:#fbdfe9,stroke:#b3265e,color:#430a21
  classDef gold fill:#ffd54a,stroke:#8a6a00,color:#2f2400
  classDef ended fill:#e6e8ec,stroke:#5b6472,color:#20252d
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_s_words_become_markup() {
        // (text, as Mermaid is given it)
        let table = [
            ("response_rate ≥ 70 %", "response_rate ≥ 70 %"),
            ("say \"hi\" & <b>", "say #34;hi#34; #38; #60;b#62;"),
            ("__init__ a_b", "#95;#95;init#95;#95; a_b"),
            ("%%{init}%%", "#37;#37;#123;init#125;#37;#37;"),
            ("#quot; `x`", "#35;quot#59; #96;x#96;"),
        ];
        for (text, given) in table {
            assert_eq!(escaped(text), given);
        }
    }
}

//! The graph in the language of Graphviz, for those who lay it out and print it themselves.

use crate::{
    model::{FiveStep, Outcome},
    view::graph::{Edge, Graph, Kind, Node, Place},
};

use super::{gate_lines, heading, parts, stage_lines, way_lines};

/// The whole graph.
pub fn text(graph: &Graph) -> String {
    let mut out = format!(
        "digraph {} {{\n  label={}\n  labelloc=t\n  rankdir=TB\n  fontname=\"Helvetica\"\n\
         \x20 node [fontname=\"Helvetica\" style=filled]\n  edge [fontname=\"Helvetica\" fontsize=11]\n\
         \x20 start [shape=circle label=\"start\" fillcolor=\"#20252d\" fontcolor=\"white\"]\n",
        quoted(&graph.workflow),
        quoted(&heading(graph)),
    );
    for (place, node) in graph.stages.iter().enumerate() {
        out.push_str(&stage(place, node));
        if parts(graph, place) {
            out.push_str(&format!("  g{place} [shape=diamond style=solid label=\"gate\"]\n"));
        }
    }
    for outcome in graph.outcomes() {
        let colour = if outcome == Outcome::Gold { "#ffd54a" } else { "#e6e8ec" };
        out.push_str(&format!("  {outcome} [shape=box peripheries=2 fillcolor=\"{colour}\"]\n"));
    }
    out.push_str(&ways(graph));
    out.push_str("}\n");
    out
}

fn stage(place: usize, node: &Node) -> String {
    let (shape, fill, line) = match node.step {
        FiveStep::Define => ("box", "#dbe9ff", "#1f5fbf"),
        FiveStep::Target => ("hexagon", "#eee2fb", "#7a3fb5"),
        FiveStep::Support => ("ellipse", "#d8f3e8", "#0b7a5b"),
        FiveStep::Refine => ("octagon", "#fdebd5", "#a35200"),
        FiveStep::Repeat => ("component", "#fbdfe9", "#b3265e"),
    };
    let width = if node.is_here() { " penwidth=4" } else { "" };
    format!(
        "  s{place} [shape={shape} fillcolor=\"{fill}\" color=\"{line}\"{width} label={} tooltip={}]\n",
        quoted_lines(&stage_lines(node)),
        quoted(&node.title),
    )
}

fn ways(graph: &Graph) -> String {
    let initial = graph.stages.iter().position(|node| node.stage == graph.initial);
    let mut out = format!("  start -> s{}\n", initial.unwrap_or_default());
    for (place, node) in graph.stages.iter().enumerate() {
        let parts = parts(graph, place);
        if parts {
            let gate = label(&gate_lines(node));
            out.push_str(&format!("  s{place} -> g{place} [label={gate} weight=9]\n"));
        }
        for edge in graph.ways(place) {
            let opens = edge.kind != Kind::StageLimit;
            let begin = if parts && opens { "g" } else { "s" };
            let gate = if parts || !opens { Vec::new() } else { gate_lines(node) };
            let lines = label(&[gate, way_lines(edge)].concat());
            let to = match edge.to {
                Place::Stage(to) => format!("s{to}"),
                Place::Outcome(outcome) => outcome.to_string(),
            };
            out.push_str(&format!("  {begin}{place} -> {to} [label={lines}{}]\n", style(edge)));
        }
    }
    out
}

fn style(edge: &Edge) -> String {
    let line = match edge.kind {
        Kind::Gate => "",
        Kind::StageLimit | Kind::CycleLimit => " style=dashed",
    };
    let weight = if edge.is_straight() { " weight=9" } else { "" };
    format!("{line}{}{weight}", if edge.is_taken() { " penwidth=3" } else { "" })
}

/// Lines as the label of a node.
fn quoted_lines(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    format!("\"{}\"", lines.join("\\n"))
}

/// Lines as the label of an arrow: each from the left, a little beside it.
fn label(lines: &[String]) -> String {
    let lines: String = lines.iter().map(|line| format!("  {}\\l", escaped(line))).collect();
    format!("\"{lines}\"")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A text that Graphviz shows as it is: it reads backslashes as commands and `&amp;` as in HTML.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_s_words_become_markup() {
        // (text, as Graphviz is given it)
        let table = [
            ("response_rate ≥ 70 %", "\"response_rate ≥ 70 %\""),
            ("say \"hi\"", r#""say \"hi\"""#),
            (r"\N \", r#""\\N \\""#),
            ("&lt;<b>", "\"&amp;lt;<b>\""),
        ];
        for (text, given) in table {
            assert_eq!(quoted(text), given);
        }
    }
}

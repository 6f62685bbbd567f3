//! A workflow's graph in the languages that draw: one writer, one file.
//!
//! Start reading at [`svg`] for the picture that fivestep draws itself; [`layout`] says where
//! everything in it stands. [`mermaid`] and [`dot`] leave that to others.
//!
//! # Always true
//!
//! - A writer takes a [`crate::view::graph::Graph`] and gives a text; the same graph gives
//!   the same text.
//! - Whatever a title holds, the text stays what it is: nobody's words become markup.

pub mod dot;
pub mod layout;
pub mod mermaid;
pub mod svg;

use crate::view::{
    graph::{Clause, Edge, Graph, Kind, Node},
    sentence::shortened,
};

/// The most characters of a line of a label.
const MOST: usize = 120;

/// The most clauses of a gate that a label lists.
const MOST_CLAUSES: usize = 12;

/// A clause as lines: its name and demand, and what it answers.
fn clause_lines(clause: &Clause) -> Vec<String> {
    let demand = shortened(&clause.text(), MOST);
    match &clause.answer {
        None => vec![demand],
        Some(answer) => {
            let word = if answer.waived { "waived" } else { answer.verdict.name() };
            vec![demand, shortened(&format!("{word}: {}", answer.measured), MOST)]
        }
    }
}

/// A gate as lines.
fn gate_lines(node: &Node) -> Vec<String> {
    if node.gate.is_empty() {
        return vec!["no gate".to_owned()];
    }
    let mut lines: Vec<String> =
        node.gate.iter().take(MOST_CLAUSES).flat_map(clause_lines).collect();
    if let Some(more) = node.gate.len().checked_sub(MOST_CLAUSES + 1) {
        lines.push(format!("and {} more clauses", more + 1));
    }
    lines
}

/// A stage as lines: its name, its title, and what the brand did there.
fn stage_lines(node: &Node) -> Vec<String> {
    let mut lines = vec![node.name(), shortened(&node.title, MOST)];
    if node.is_here() {
        lines.push("the brand is here".to_owned());
    }
    lines.extend(node.visited_text());
    lines
}

/// What opens a way, beside the gate, as lines.
fn way_lines(edge: &Edge) -> Vec<String> {
    let label = edge.label.iter().map(|label| shortened(label, MOST));
    label.chain(edge.taken_text()).collect()
}

/// Whether the gate of a stage opens several ways, which part behind it.
fn parts(graph: &Graph, stage: usize) -> bool {
    graph.ways(stage).iter().filter(|edge| edge.kind != Kind::StageLimit).count() > 1
}

/// The heading of a drawing: the workflow, and the brand that is shown on it.
fn heading(graph: &Graph) -> String {
    let version = shortened(&graph.version, 20);
    let workflow = format!("{} {version}: {}", graph.workflow, shortened(&graph.title, MOST));
    match &graph.run {
        None => workflow,
        Some(run) => format!("{}, {}; {workflow}", shortened(&run.name, MOST), run.standing),
    }
}

//! A workflow as a drawing for the terminal: the stages from top to bottom, each gate beside the
//! line that leads on.

use anstyle::{AnsiColor, Style};

use crate::{
    cli::out::COLUMNS,
    model::FiveStep,
    view::{
        graph::{Clause, Edge, Graph, Kind, Node, Place, Run},
        sentence::shortened,
    },
};

use super::{bold, verdict, words};

/// The most characters of a title, and of what opens a way: three lines.
const MOST: usize = 210;

/// The most clauses of one gate.
const MOST_CLAUSES: usize = 12;

/// How many cycles of a path are told.
const CYCLES: usize = 3;

/// The whole drawing.
pub fn text(graph: &Graph) -> String {
    let name = format!("{} {}", graph.workflow, shortened(&graph.version, 20));
    let mut out = lines(&format!("{}  ", bold(&name)), name.chars().count() + 2, "", &graph.title);
    out.extend(graph.run.as_ref().map(run));
    out.push('\n');
    for (place, node) in graph.stages.iter().enumerate() {
        out.push_str(&stage(graph, place, node));
    }
    out.push_str(&goal(graph));
    out
}

fn run(run: &Run) -> String {
    let name = format!("{}  ", run.brand);
    let mut out = lines(
        &format!("{}  ", bold(&run.brand)),
        name.chars().count(),
        "",
        &format!("{}: {}", shortened(&run.name, 60), run.standing),
    );
    for cycle in run.cycles(CYCLES) {
        out.push_str(&lines("  ", 2, "    ", &cycle));
    }
    if run.other_moves > 0 {
        let text = match run.other_moves {
            1 => "1 move took a way that this text does not have".to_owned(),
            moves => format!("{moves} moves took ways that this text does not have"),
        };
        out.push_str(&lines("note: ", 6, "      ", &text));
    }
    for note in &run.notes {
        out.push_str(&lines("note: ", 6, "      ", note));
    }
    out
}

fn stage(graph: &Graph, place: usize, node: &Node) -> String {
    let mut out = String::new();
    let begins = node.stage == graph.initial;
    if begins && place == 0 {
        out.push_str(" ● start\n ▼\n");
    }
    let name = node.name();
    let mut about = shortened(&node.title, MOST);
    let told = [
        (begins && place > 0).then(|| "start".to_owned()),
        node.is_here().then(|| "the brand is here".to_owned()),
        node.visited_text(),
    ];
    let told: Vec<String> = told.into_iter().flatten().collect();
    if !told.is_empty() {
        about.push_str(&format!("  ({})", told.join("; ")));
    }
    let here = if node.is_here() { "▶ " } else { "" };
    let width = here.chars().count() + name.chars().count() + 2;
    let head = format!("{}{}  ", here, step(node.step, &name));
    let ways = graph.ways(place);
    let straight = ways.iter().any(Edge::is_straight);
    let last = ways.iter().rposition(|edge| !is_plain(edge));
    let rail = if straight || last.is_some() { " │  " } else { "    " };
    out.push_str(&lines(&head, width, rail, &about));
    out.push_str(&gate(node, if straight || last.is_some() { " │  " } else { "    " }));
    for (at, edge) in ways.iter().enumerate().filter(|(_, edge)| !is_plain(edge)) {
        out.push_str(&way(graph, edge, last == Some(at) && !straight));
    }
    if straight {
        let taken = ways.iter().filter(|edge| is_plain(edge)).find_map(Edge::taken_text);
        out.push_str(&format!(" ▼{}\n", taken.map(|text| format!("  {text}")).unwrap_or_default()));
    } else {
        out.push('\n');
    }
    out
}

/// Whether an edge is only the line to the next stage.
fn is_plain(edge: &Edge) -> bool {
    edge.is_straight() && edge.label.is_none()
}

fn gate(node: &Node, rail: &str) -> String {
    let mut out = String::new();
    if node.gate.is_empty() {
        out.push_str(&lines(rail, 4, rail, "no gate"));
    }
    for clause in node.gate.iter().take(MOST_CLAUSES) {
        out.push_str(&line_of(clause, rail));
    }
    if let Some(more) = node.gate.len().checked_sub(MOST_CLAUSES + 1) {
        out.push_str(&lines(rail, 4, rail, &format!("and {} more clauses", more + 1)));
    }
    out
}

fn line_of(clause: &Clause, rail: &str) -> String {
    let text = shortened(&clause.text(), MOST);
    let Some(answer) = &clause.answer else {
        return lines(rail, 4, &format!("{rail}  "), &text);
    };
    let head = format!("{rail}{} ", verdict(answer.verdict, answer.waived));
    let hang = format!("{rail}{:13}", "");
    let mut out = lines(&head, 17, &hang, &text);
    if !answer.measured.is_empty() {
        out.push_str(&lines(&hang, 17, &hang, &answer.measured));
    }
    out
}

/// A way that does not simply lead on.
fn way(graph: &Graph, edge: &Edge, is_last: bool) -> String {
    let (corner, rail) = if is_last { ("└", "    ") } else { ("├", " │  ") };
    let (line, arrow) = match edge.kind {
        Kind::Gate => ("─", "─▶"),
        Kind::StageLimit | Kind::CycleLimit => ("┄", "┄▷"),
    };
    let to = match (edge.to, edge.closes_cycle) {
        (Place::Outcome(outcome), _) => format!("end: {outcome}"),
        (Place::Stage(_), true) => format!("{}, next cycle", graph.place(edge.to)),
        (Place::Stage(_), false) => graph.place(edge.to),
    };
    let label = edge.label.as_ref().map(|label| format!("{} ", shortened(label, MOST)));
    let taken = edge.taken_text().map(|text| format!(" ({text})")).unwrap_or_default();
    let text = format!("{}{arrow} {to}{taken}", label.unwrap_or_default());
    lines(&format!(" {corner}{line} "), 4, &format!("{rail}  "), &text)
}

fn goal(graph: &Graph) -> String {
    let mut out = format!("{}: {}\n", bold("Gold"), graph.goal.held);
    out.extend(graph.goal.clauses.iter().map(|clause| line_of(clause, "  ")));
    out
}

/// A stage's name in the colour of its step; the name says the step as well.
fn step(step: FiveStep, name: &str) -> String {
    let colour = match step {
        FiveStep::Define => AnsiColor::Blue,
        FiveStep::Target => AnsiColor::Magenta,
        FiveStep::Support => AnsiColor::Green,
        FiveStep::Refine => AnsiColor::Yellow,
        FiveStep::Repeat => AnsiColor::Cyan,
    };
    let style = Style::new().bold().fg_color(Some(colour.into()));
    format!("{style}{name}{style:#}")
}

/// Breaks `text` into lines of at most 80 columns: the first begins with `head`, which is so many
/// columns wide, the others with `hang`. A word too long for a line is cut.
fn lines(head: &str, head_width: usize, hang: &str, text: &str) -> String {
    let width = usize::from(COLUMNS);
    let room = width - hang.chars().count();
    let (mut out, mut column, mut begins) = (head.to_owned(), head_width, true);
    let mut put = |piece: &str| {
        let length = piece.chars().count();
        if column + usize::from(!begins) + length > width {
            out.truncate(out.trim_end().len());
            out.push_str(&format!("\n{hang}"));
            (column, begins) = (width - room, true);
        }
        if !begins {
            out.push(' ');
            column += 1;
        }
        out.push_str(piece);
        (column, begins) = (column + length, false);
    };
    for word in words(text) {
        let chars: Vec<char> = word.chars().collect();
        chars.chunks(room).for_each(|piece| put(&piece.iter().collect::<String>()));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

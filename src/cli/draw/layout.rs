//! Where everything in the picture of a workflow stands.
//!
//! ```text
//!   lanes    trunk                                    ends
//!     ╭────▶ ┌─ card of a stage ────────────┐  what the brand did there
//!     │      └──┬───────────────────────────┘
//!     │         ◆ clause of the gate
//!     │         ├─ if goal.held ───────────────────▶ ( gold )
//!     ╰─────────┤ otherwise → 1 define
//!               ▼
//! ```
//!
//! Start reading at [`picture`]. Stages stand in one column in the order of the file, so that the
//! five steps read from top to bottom; what a general layout would have to search for is known
//! here (`docs/design/0009-drawing-workflows.md`).
//!
//! # Always true
//!
//! - No two texts overlap, and all lie inside the picture: widths are reckoned with wide letters,
//!   and a text without room ends with `…`.
//! - The picture is as wide as [`WIDTH`], whatever the workflow holds; only its height grows.

use crate::{
    model::{FiveStep, Outcome, Verdict},
    view::{
        graph::{Answer, Clause, Edge, Graph, Kind, Node, Place, Run},
        sentence::shortened,
    },
};

/// How wide a picture is, in its own units; one is a pixel at full size.
pub const WIDTH: f64 = 800.0;

const MARGIN: f64 = 16.0;
const CARD_RIGHT: f64 = 596.0;
const END_LEFT: f64 = 664.0;
const LANE: f64 = 14.0;

/// The most lines beside the column; ways beyond say in words where they lead.
const MOST_LANES: usize = 8;

/// The most clauses of a gate that are drawn.
const MOST_CLAUSES: usize = 12;

/// The most letters of a condition before it says where it leads.
const MOST_LABEL: usize = 110;

/// How many cycles of a brand's path are told.
const CYCLES: usize = 2;

/// A picture: what is drawn, and what is written on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// How high it is.
    pub height: f64,
    /// Lines and figures, the lowest first.
    pub shapes: Vec<Shape>,
    /// Texts, above all figures.
    pub texts: Vec<Text>,
}

/// A rectangle: left, top, width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Its left side.
    pub x: f64,
    /// Its upper side.
    pub y: f64,
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
}

impl Area {
    /// Whether the two have a point in common.
    pub fn meets(&self, other: &Area) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// The title of the picture.
    Heading,
    /// The title of a stage.
    Title,
    /// What is read.
    Plain,
    /// What is read first.
    Strong,
    /// What is read last.
    Small,
    /// The number on a badge.
    Number,
    /// The name of an outcome.
    End,
}

impl Style {
    /// The size of its letters.
    pub fn size(self) -> f64 {
        match self {
            Style::Heading => 19.0,
            Style::Title => 15.0,
            Style::Plain | Style::Strong | Style::Number | Style::End => 13.0,
            Style::Small => 12.0,
        }
    }

    /// Whether its letters are bold.
    pub fn is_bold(self) -> bool {
        match self {
            Style::Heading | Style::Title | Style::Strong | Style::Number | Style::End => true,
            Style::Plain | Style::Small => false,
        }
    }

    fn line_height(self) -> f64 {
        (self.size() * 1.4).round()
    }
}

/// A text on one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// Where it begins, or its middle if it is centred.
    pub x: f64,
    /// The line it stands on.
    pub y: f64,
    /// How it looks.
    pub style: Style,
    /// Whether `x` is its middle.
    pub centred: bool,
    /// What it says.
    pub text: String,
    /// The whole text, if this is only its beginning.
    pub full: Option<String>,
}

impl Text {
    /// The room that it takes at most.
    pub fn area(&self) -> Area {
        let (width, size) = (width(&self.text, self.style), self.style.size());
        let x = if self.centred { self.x - width / 2.0 } else { self.x };
        Area { x, y: self.y - size * 0.95, width, height: size * 1.22 }
    }
}

/// A line or a figure.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// The card of a stage.
    Card {
        /// Where.
        area: Area,
        /// The step, for its colour.
        step: FiveStep,
        /// Whether the brand is there.
        here: bool,
    },
    /// The figure behind a step's number: each step has its own.
    Badge {
        /// Its middle.
        x: f64,
        /// Its middle.
        y: f64,
        /// The step.
        step: FiveStep,
    },
    /// The end of a run.
    End {
        /// Where.
        area: Area,
        /// Which.
        outcome: Outcome,
        /// Whether the brand's run ended so.
        reached: bool,
    },
    /// The sign of a clause on the trunk; without an answer a lozenge.
    Mark {
        /// Its middle.
        x: f64,
        /// Its middle.
        y: f64,
        /// The verdict, and whether it was waived.
        answer: Option<(Verdict, bool)>,
    },
    /// A way, with round corners.
    Way {
        /// Its corners.
        points: Vec<(f64, f64)>,
        /// Whether it is a limit's.
        dashed: bool,
        /// Whether the brand took it.
        taken: bool,
        /// Whether it ends with an arrow.
        arrow: bool,
    },
    /// The dot where a brand begins.
    Start {
        /// Its middle.
        x: f64,
        /// Its middle.
        y: f64,
    },
    /// A line across.
    Rule {
        /// How high.
        y: f64,
    },
}

/// Lays out a graph.
pub fn picture(graph: &Graph) -> Picture {
    let lanes = lanes(graph);
    let count = lanes.iter().flatten().max().map_or(0, |most| most + 1);
    let left = MARGIN + 20.0 + LANE * count as f64;
    let mut draft = Draft { graph, lanes, left, ..Draft::new(graph) };
    draft.head();
    for (place, node) in graph.stages.iter().enumerate() {
        draft.stage(place, node);
    }
    draft.beside();
    draft.foot();
    Picture { height: (draft.y + MARGIN).round(), shapes: draft.shapes, texts: draft.texts }
}

/// The lane of every way that needs one, 0 next to the column. Short ways come first, so that
/// long ones go round them.
fn lanes(graph: &Graph) -> Vec<Option<usize>> {
    // A card takes the place of its stage, the ways out of it follow.
    let mut spans: Vec<(usize, usize, usize)> = Vec::new();
    let step = graph.edges.len() + 1;
    for (place, edge) in graph.edges.iter().enumerate() {
        if let (Place::Stage(to), false) = (edge.to, edge.is_straight()) {
            let (begin, end) = (edge.from * step + 1 + place, to * step);
            spans.push((begin.min(end), begin.max(end), place));
        }
    }
    spans.sort_by_key(|(begin, end, place)| (end - begin, *place));
    let mut lanes = vec![None; graph.edges.len()];
    let mut taken: Vec<Vec<(usize, usize)>> = vec![Vec::new(); MOST_LANES];
    for (begin, end, place) in spans {
        let is_free = |lane: &Vec<(usize, usize)>| {
            lane.iter().all(|(other, until)| end < *other || *until < begin)
        };
        if let Some(lane) = taken.iter().position(is_free) {
            taken[lane].push((begin, end));
            lanes[place] = Some(lane);
        }
    }
    lanes
}

/// A picture in the making.
struct Draft<'g> {
    graph: &'g Graph,
    lanes: Vec<Option<usize>>,
    /// The left side of the cards.
    left: f64,
    /// How far down it is filled.
    y: f64,
    /// Top and height of every card.
    cards: Vec<(f64, f64)>,
    /// The ways that go beside the column, and how high each leaves the trunk.
    leaving: Vec<(usize, f64)>,
    shapes: Vec<Shape>,
    texts: Vec<Text>,
}

impl<'g> Draft<'g> {
    fn new(graph: &'g Graph) -> Self {
        Self {
            graph,
            lanes: Vec::new(),
            left: MARGIN,
            y: MARGIN,
            cards: Vec::new(),
            leaving: Vec::new(),
            shapes: Vec::new(),
            texts: Vec::new(),
        }
    }

    fn trunk(&self) -> f64 {
        self.left + 30.0
    }

    /// Where texts beside the trunk begin.
    fn beside_trunk(&self) -> f64 {
        self.trunk() + 20.0
    }

    /// Writes `text` from `x` to `right`, on at most so many lines, and goes on below it.
    fn write(&mut self, x: f64, right: f64, most: usize, style: Style, text: &str) {
        self.write_short(x, right, most, style, (text, text));
    }

    /// As [`Draft::write`], with a text that may be shortened already, and the whole of it.
    fn write_short(
        &mut self,
        x: f64,
        right: f64,
        most: usize,
        style: Style,
        (text, whole): (&str, &str),
    ) {
        let (lines, fits) = broken(text, style, right - x, most);
        for line in lines {
            self.y += style.line_height();
            let full = (!fits || text != whole).then(|| whole.to_owned());
            let y = self.y - style.size() * 0.35;
            self.texts.push(Text { x, y, style, centred: false, text: line, full });
        }
    }

    fn head(&mut self) {
        let graph = self.graph;
        let right = WIDTH - MARGIN;
        self.write(MARGIN, right, 2, Style::Heading, &graph.title);
        let name = format!("{} {}", graph.workflow, graph.version);
        self.write(MARGIN, right, 1, Style::Small, &name);
        if let Some(run) = &graph.run {
            self.y += 6.0;
            self.run(run);
        }
        self.y += 12.0;
    }

    fn run(&mut self, run: &Run) {
        let right = WIDTH - MARGIN;
        self.write(MARGIN, right, 2, Style::Title, &format!("{}: {}", run.name, run.standing));
        for cycle in run.cycles(CYCLES) {
            self.write(MARGIN, right, 2, Style::Plain, &cycle);
        }
        if run.other_moves > 0 {
            let text =
                format!("Moves along ways that this text does not have: {}", run.other_moves);
            self.write(MARGIN, right, 1, Style::Small, &text);
        }
        for note in &run.notes {
            self.write(MARGIN, right, 3, Style::Small, note);
        }
    }

    fn stage(&mut self, place: usize, node: &Node) {
        let begins = node.stage == self.graph.initial;
        if begins && place == 0 {
            let (x, y) = (self.trunk(), self.y + 8.0);
            self.shapes.push(Shape::Start { x, y });
            self.label(x + 16.0, y + 4.0, Style::Small, "start");
            self.y += 34.0;
            self.way(vec![(x, y), (x, self.y)], false, false, true);
        }
        self.card(place, node, begins && place > 0);
        let bottom = self.y;
        self.y += 6.0;
        self.gate(node);
        let end = self.ways(place, bottom);
        let graph = self.graph;
        let ways = graph.ways(place);
        let x = self.trunk();
        let goes_on = ways.iter().any(Edge::is_straight);
        let is_taken = ways.iter().any(|edge| edge.is_straight() && edge.is_taken());
        self.y += 20.0;
        let until = if goes_on { self.y } else { end.last };
        self.way(vec![(x, bottom), (x, until)], false, is_taken, goes_on);
        if let Some(taken) = end.taken.filter(|_| !is_taken) {
            self.way(vec![(x, bottom), (x, taken)], false, true, false);
        }
    }

    fn card(&mut self, place: usize, node: &Node, begins: bool) {
        let (top, x) = (self.y, self.left + 54.0);
        self.y += 6.0;
        self.write(x, CARD_RIGHT - 10.0, 2, Style::Title, &node.title);
        let name = match node.step.name() == node.stage {
            true => node.stage.clone(),
            false => format!("{}: {}", node.step, node.stage),
        };
        self.write(x, CARD_RIGHT - 10.0, 1, Style::Small, &name);
        self.y += 7.0;
        let area =
            Area { x: self.left, y: top, width: CARD_RIGHT - self.left, height: self.y - top };
        self.shapes.push(Shape::Card { area, step: node.step, here: node.is_here() });
        let (x, y) = (self.trunk(), top + area.height / 2.0);
        self.shapes.push(Shape::Badge { x, y, step: node.step });
        let number = node.number().to_string();
        self.texts.push(Text {
            x,
            y: y + 4.6,
            style: Style::Number,
            centred: true,
            text: number,
            full: None,
        });
        self.cards.push((top, area.height));
        debug_assert_eq!(self.cards.len(), place + 1);
        self.did(node, begins, top);
    }

    /// What the brand did at a stage, to the right of its card.
    fn did(&mut self, node: &Node, begins: bool, top: f64) {
        let x = CARD_RIGHT + 30.0;
        let (bottom, right) = (self.y, WIDTH - MARGIN);
        self.y = if node.is_here() || begins { top + 1.0 } else { (top + bottom) / 2.0 - 9.0 };
        let y = top + 12.0;
        if begins {
            self.shapes.push(Shape::Start { x: x - 8.0, y });
            self.way(vec![(x - 8.0, y), (CARD_RIGHT, y)], false, false, true);
            self.write(x + 8.0, right, 1, Style::Small, "start");
        }
        if node.is_here() {
            let y = self.y + 11.0;
            self.way(vec![(x - 6.0, y), (CARD_RIGHT + 2.0, y)], false, true, true);
            self.write(x, right, 1, Style::Strong, "the brand is here");
        }
        if let Some(text) = node.visited_text() {
            self.write(x, right, 2, Style::Small, &text);
        }
        self.y = bottom.max(self.y + 2.0);
    }

    fn gate(&mut self, node: &Node) {
        if node.gate.is_empty() {
            let (x, right) = (self.beside_trunk(), WIDTH - MARGIN);
            self.write(x, right, 1, Style::Small, "no gate");
        }
        for clause in node.gate.iter().take(MOST_CLAUSES) {
            self.clause(clause, self.trunk());
        }
        if let Some(more) = node.gate.len().checked_sub(MOST_CLAUSES + 1) {
            let text = format!("and {} more clauses", more + 1);
            self.write(self.beside_trunk(), WIDTH - MARGIN, 1, Style::Small, &text);
        }
        self.y += 4.0;
    }

    /// One clause, its mark at `mark`.
    fn clause(&mut self, clause: &Clause, mark: f64) {
        let (x, right) = (mark + 20.0, WIDTH - MARGIN);
        let answer = clause.answer.as_ref().map(|answer| (answer.verdict, answer.waived));
        self.shapes.push(Shape::Mark { x: mark, y: self.y + 9.5, answer });
        let text = clause.text();
        self.write(x, right, 3, Style::Plain, &text);
        if let Some(answer) = &clause.answer {
            self.write(x, right, 2, Style::Small, &answered(answer));
            self.y += 3.0;
        }
    }

    /// The ways out of a stage that are more than the line to the next.
    fn ways(&mut self, place: usize, bottom: f64) -> Ends {
        let graph = self.graph;
        let first = graph.edges.partition_point(|edge| edge.from < place);
        let mut ends = Ends { last: bottom, taken: None };
        self.y += 4.0;
        for (at, edge) in graph.ways(place).iter().enumerate() {
            let taken = edge.taken_text().map(|text| format!(" ({text})")).unwrap_or_default();
            let label = edge.label.clone().unwrap_or_default();
            if let Place::Outcome(outcome) = edge.to {
                let y = self.ending_way(edge, outcome, &format!("{label}{taken}"));
                ends.add(y, edge);
                continue;
            }
            if edge.is_straight() && label.is_empty() {
                if let Some(taken) = edge.taken_text() {
                    self.write(self.beside_trunk(), WIDTH - MARGIN, 1, Style::Small, &taken);
                }
                continue;
            }
            let to = graph.place(edge.to);
            let cycle = if edge.closes_cycle { ", next cycle" } else { "" };
            let text = |label: &str| {
                let text = format!("{label} → {to}{cycle}{taken}");
                text.trim_start().to_owned()
            };
            // Where it leads is said even if its condition is too long to be said.
            let (short, whole) = (text(&shortened(&label, MOST_LABEL)), text(&label));
            let y = self.y + 10.0;
            let (x, right) = (self.beside_trunk(), WIDTH - MARGIN);
            self.write_short(x, right, 3, Style::Plain, (&short, &whole));
            self.y += 4.0;
            if !edge.is_straight() {
                ends.add(y, edge);
                self.leaving.push((first + at, y));
            }
        }
        ends
    }

    /// A way to an outcome, which stands at the right; answers where it leaves the trunk.
    fn ending_way(&mut self, edge: &Edge, outcome: Outcome, text: &str) -> f64 {
        let top = self.y;
        self.write(self.beside_trunk(), END_LEFT - 12.0, 2, Style::Plain, text);
        let y = (self.y + 3.0).max(top + 18.0);
        let (dashed, taken) = (edge.kind != Kind::Gate, edge.is_taken());
        self.way(vec![(self.trunk(), y), (END_LEFT, y)], dashed, taken, true);
        let ended = self.graph.run.as_ref().and_then(|run| run.outcome);
        let area =
            Area { x: END_LEFT, y: y - 14.0, width: WIDTH - MARGIN - END_LEFT, height: 28.0 };
        self.shapes.push(Shape::End { area, outcome, reached: taken && ended == Some(outcome) });
        self.texts.push(Text {
            x: END_LEFT + area.width / 2.0,
            y: y + 4.6,
            style: Style::End,
            centred: true,
            text: outcome.to_string(),
            full: None,
        });
        self.y = y + 18.0;
        y
    }

    /// The ways beside the column, each in its lane.
    fn beside(&mut self) {
        let graph = self.graph;
        let leaving = std::mem::take(&mut self.leaving);
        let entries = self.entries(&leaving);
        for ((place, y), enters) in leaving.iter().zip(entries) {
            let edge = &graph.edges[*place];
            let (dashed, taken) = (edge.kind != Kind::Gate, edge.is_taken());
            let (trunk, left) = (self.trunk(), self.left);
            let points = match (self.lanes[*place], enters) {
                (Some(lane), Some(enters)) => {
                    let x = left - 14.0 - LANE * lane as f64;
                    vec![(trunk, *y), (x, *y), (x, enters), (left, enters)]
                }
                // Without a lane the words say where it leads.
                _ => vec![(trunk, *y), (trunk - 18.0, *y)],
            };
            self.way(points, dashed, taken, true);
        }
    }

    /// Where each way enters its card: beside each other, the outer ones so that they do not cross
    /// the inner ones.
    fn entries(&self, leaving: &[(usize, f64)]) -> Vec<Option<f64>> {
        let mut coming: Vec<Vec<(bool, isize, usize)>> = vec![Vec::new(); self.cards.len()];
        for (at, (place, y)) in leaving.iter().enumerate() {
            if let (Some(lane), Place::Stage(to)) =
                (self.lanes[*place], self.graph.edges[*place].to)
            {
                let from_above = *y < self.cards[to].0;
                let lane = lane as isize;
                let order = if from_above { lane } else { -lane };
                coming[to].push((from_above, order, at));
            }
        }
        let mut entries = vec![None; leaving.len()];
        for (card, mut ways) in coming.into_iter().enumerate() {
            ways.sort_unstable();
            let (top, height) = self.cards[card];
            let gap = (height - 16.0) / ways.len().max(1) as f64;
            for (place, (_, _, at)) in ways.into_iter().enumerate() {
                entries[at] = Some(top + 8.0 + gap * (place as f64 + 0.5));
            }
        }
        entries
    }

    fn foot(&mut self) {
        let graph = self.graph;
        let right = WIDTH - MARGIN;
        self.shapes.push(Shape::Rule { y: self.y + 2.0 });
        self.y += 8.0;
        self.write(MARGIN, right, 1, Style::Strong, &format!("Gold: {}", graph.goal.held));
        for clause in graph.goal.clauses.iter().take(MOST_CLAUSES) {
            self.clause(clause, MARGIN + 10.0);
        }
        if let Some(more) = graph.goal.clauses.len().checked_sub(MOST_CLAUSES + 1) {
            let text = format!("and {} more clauses", more + 1);
            self.write(MARGIN + 30.0, right, 1, Style::Small, &text);
        }
        self.y += 4.0;
        let key = "Below a stage stands its gate: every clause must pass before the line is \
                   followed. A dashed line is a limit. Lines at the left lead to another stage.";
        self.write(MARGIN, right, 3, Style::Small, key);
    }

    fn label(&mut self, x: f64, y: f64, style: Style, text: &str) {
        let text = text.to_owned();
        self.texts.push(Text { x, y, style, centred: false, text, full: None });
    }

    fn way(&mut self, points: Vec<(f64, f64)>, dashed: bool, taken: bool, arrow: bool) {
        self.shapes.push(Shape::Way { points, dashed, taken, arrow });
    }
}

/// How far down ways leave the trunk of a stage.
#[derive(Debug, Clone, Copy)]
struct Ends {
    /// The last of them.
    last: f64,
    /// The last of those that the brand took.
    taken: Option<f64>,
}

impl Ends {
    fn add(&mut self, y: f64, edge: &Edge) {
        self.last = y;
        self.taken = Some(y).filter(|_| edge.is_taken()).or(self.taken);
    }
}

fn answered(answer: &Answer) -> String {
    let word = if answer.waived { "waived" } else { answer.verdict.name() };
    match answer.measured.is_empty() {
        true => word.to_owned(),
        false => format!("{word}: {}", answer.measured),
    }
}

/// How wide a text is at most: the letters of the widest common fonts.
fn width(text: &str, style: Style) -> f64 {
    let em: f64 = text.chars().map(em).sum();
    em * style.size() * if style.is_bold() { 1.1 } else { 1.0 }
}

fn em(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.36,
        'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '-' | '/' | '"' | 'I' | '_' => 0.52,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 1.0,
        'A'..='Z' | '+' | '<' | '=' | '>' | '&' => 0.84,
        '\u{0}'..='\u{7f}' => 0.64,
        '\u{80}'..='\u{2e7f}' => 1.0,
        _ => 1.3,
    }
}

/// Breaks a text into at most `most` lines, and says whether they hold all of it.
fn broken(text: &str, style: Style, room: f64, most: usize) -> (Vec<String>, bool) {
    let mut lines = vec![String::new()];
    let fits = |line: &str| width(line, style) <= room;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let line = lines.last_mut().expect("there is always a line");
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        // No line holds so many letters; a text of any length takes no longer.
        if word.len() < 4_000 && fits(&joined) {
            *line = joined;
            continue;
        }
        if line.is_empty() || lines.len() == most {
            if !cut(&mut lines, word, most, &fits) {
                return (lines, false);
            }
        } else if fits(word) {
            lines.push(word.to_owned());
        } else {
            lines.push(String::new());
            if !cut(&mut lines, word, most, &fits) {
                return (lines, false);
            }
        }
    }
    (lines, true)
}

/// Lays a word letter by letter; answers whether there was room for all of it.
fn cut(lines: &mut Vec<String>, word: &str, most: usize, fits: &impl Fn(&str) -> bool) -> bool {
    let space = lines.last().is_some_and(|line| !line.is_empty());
    for c in space.then_some(' ').into_iter().chain(word.chars()) {
        let is_last = lines.len() == most;
        let line = lines.last_mut().expect("there is always a line");
        line.push(c);
        if fits(&format!("{line}…")) || (!is_last && fits(line)) {
            continue;
        }
        line.pop();
        if is_last {
            line.truncate(line.trim_end().len());
            // What was there before the word may have fitted only without the sign.
            while !line.is_empty() && !fits(&format!("{line}…")) {
                line.pop();
            }
            line.push('…');
            return false;
        }
        lines.push(c.to_string());
    }
    true
}

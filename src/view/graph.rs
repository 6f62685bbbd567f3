//! A workflow as stages and ways between them, alone or with a brand's run on it.
//!
//! Start reading at [`Graph`]: every drawing (`cli::render::graph`, `cli::draw`) is made from it.
//! [`of_workflow`] draws what the file says, [`of_brand`] adds what the journal and today's
//! evidence say.
//!
//! # Always true
//!
//! - Stages and the ways out of each stand in the order of the file; the first way that is open is
//!   the one taken.
//! - Every text is on one line and holds nothing that steers a terminal; nothing is shortened.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    model::{
        Entry, Event, FiveStep, Outcome, Stage, StageId, Target, Verdict, Workflow,
        workflow::Limits,
    },
    runner::Case,
};

use super::{
    demand,
    sentence::plain,
    why::{self, ClauseView, Why},
};

/// A workflow as a graph.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Graph {
    /// The workflow's name.
    pub workflow: String,
    /// Its version.
    pub version: String,
    /// A few words for people.
    pub title: String,
    /// Where a brand begins.
    pub initial: String,
    /// The stages, in the order of the file.
    pub stages: Vec<Node>,
    /// The ways between them: stage by stage, and in the order in which they are tried.
    pub edges: Vec<Edge>,
    /// Engagement gold.
    pub goal: Goal,
    /// The brand that is shown on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Node {
    /// The stage.
    pub stage: String,
    /// Which of the five steps it is.
    pub step: FiveStep,
    /// A few words for people.
    pub title: String,
    /// Its gate: every clause must pass before a brand goes on.
    pub gate: Vec<Clause>,
    /// How often the brand was here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visits: Option<Visits>,
}

/// A clause of a gate or of the goal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Clause {
    /// The clause.
    pub clause: String,
    /// What it demands, in few words.
    pub demand: String,
    /// What it answers for the brand now; present at the stage where the brand is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

impl Clause {
    /// Its name and what it demands; a name that the demand begins with is not said twice.
    pub fn text(&self) -> String {
        let again = self.demand.strip_prefix(&self.clause);
        match again.is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')) {
            true => self.demand.clone(),
            false => format!("{}: {}", self.clause, self.demand),
        }
    }
}

/// What a clause answers for a brand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The verdict.
    pub verdict: Verdict,
    /// Whether a waiver lets the brand pass it all the same.
    pub waived: bool,
    /// What was measured, or who did the task, in words.
    pub measured: String,
}

/// How often a brand came into a stage and left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Visits {
    /// It is here now.
    pub here: bool,
    /// How often it came.
    pub entered: u32,
    /// How often it left through an open gate.
    pub passed: u32,
    /// How often it left by the stage's limit, with the gate shut.
    pub limited: u32,
}

/// Where a way leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// To the stage with this place in [`Graph::stages`].
    Stage(usize),
    /// To the end of the run.
    Outcome(Outcome),
}

/// What opens a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The gate, and a condition if there is one.
    Gate,
    /// The stage's limit, with the gate shut.
    StageLimit,
    /// The workflow's limits, in place of the next cycle.
    CycleLimit,
}

/// A way from a stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Edge {
    /// Where it begins: a place in [`Graph::stages`].
    #[serde(skip)]
    pub from: usize,
    /// Where it leads.
    #[serde(skip)]
    pub to: Place,
    /// The stage where it begins, for JSON.
    #[serde(rename = "from")]
    pub stage: String,
    /// The stage or the outcome to which it leads, for JSON.
    #[serde(rename = "to")]
    pub target: Target,
    /// What opens it.
    pub kind: Kind,
    /// What opens it beside the gate, in words; absent for an only way.
    pub label: Option<String>,
    /// Whether it ends the cycle.
    pub closes_cycle: bool,
    /// How often the brand took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<u32>,
    /// What the journal says when it is taken.
    #[serde(skip)]
    because: Option<String>,
}

impl Edge {
    /// Whether it leads to the next stage of the file.
    pub fn is_straight(&self) -> bool {
        self.kind == Kind::Gate && self.to == Place::Stage(self.from + 1)
    }

    /// Whether the brand took it.
    pub fn is_taken(&self) -> bool {
        self.taken.is_some_and(|times| times > 0)
    }

    /// `taken 2×`, if the brand took it.
    pub fn taken_text(&self) -> Option<String> {
        self.taken.filter(|times| *times > 0).map(|times| format!("taken {times}×"))
    }
}

/// Engagement gold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Goal {
    /// When it is held, in words.
    pub held: String,
    /// Every one must pass.
    pub clauses: Vec<Clause>,
}

/// A brand's run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// The brand.
    pub brand: String,
    /// Its name for people.
    pub name: String,
    /// Where it stands, in words.
    pub standing: String,
    /// `BRAND@CYCLE.STAGE.REVISION`.
    pub checkpoint: String,
    /// `ready`, `running`, `paused` or the outcome.
    pub status: String,
    /// How the run ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Every stop, oldest first.
    pub path: Vec<Stop>,
    /// How many moves this text of the workflow has no way for, because it was edited.
    pub other_moves: u32,
    /// What a person should know beside it.
    pub notes: Vec<String>,
}

/// A stage that a brand came into, or how its run ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stop {
    /// In which cycle.
    pub cycle: u32,
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// The stage or the outcome.
    pub to: String,
}

impl Run {
    /// The path in words, one line a cycle, the last `most` cycles.
    pub fn cycles(&self, most: usize) -> Vec<String> {
        let cycles = self.path.chunk_by(|one, next| one.cycle == next.cycle);
        let lines = cycles.map(|stops| {
            let names: Vec<&str> = stops.iter().map(|stop| stop.to.as_str()).collect();
            format!("cycle {}: {}", stops[0].cycle, names.join(" → "))
        });
        let mut lines: Vec<String> = lines.collect();
        lines.split_off(lines.len().saturating_sub(most))
    }
}

impl Graph {
    /// A stage's name for people: `1 define`, or `3 support: sign_off` if it is not named after
    /// its step.
    pub fn name(&self, stage: usize) -> String {
        self.stages.get(stage).map(Node::name).unwrap_or_default()
    }

    /// The name of a place for people.
    pub fn place(&self, place: Place) -> String {
        match place {
            Place::Stage(stage) => self.name(stage),
            Place::Outcome(outcome) => outcome.to_string(),
        }
    }

    /// The ways out of a stage, in the order in which they are tried.
    pub fn ways(&self, stage: usize) -> &[Edge] {
        let first = self.edges.partition_point(|edge| edge.from < stage);
        let last = self.edges.partition_point(|edge| edge.from <= stage);
        &self.edges[first..last]
    }

    /// Every outcome that a way leads to, gold first.
    pub fn outcomes(&self) -> Vec<Outcome> {
        let leads =
            |outcome: &Outcome| self.edges.iter().any(|edge| edge.to == Place::Outcome(*outcome));
        Outcome::ALL.into_iter().filter(leads).collect()
    }

    /// The drawing in one sentence, for those who hear it.
    pub fn told(&self) -> String {
        const TOLD: usize = 12;
        let names: Vec<String> = self.stages.iter().take(TOLD).map(Node::name).collect();
        let more = match self.stages.len().checked_sub(TOLD + 1) {
            None => String::new(),
            Some(more) => format!(" and {} more", more + 1),
        };
        let ends: Vec<&str> = self.outcomes().into_iter().map(Outcome::name).collect();
        let brand = self.run.as_ref().map(|run| format!(" {}: {}.", run.name, run.standing));
        format!(
            "The stages in order: {}{more}. It can end as {}.{}",
            names.join(", "),
            ends.join(", "),
            brand.unwrap_or_default()
        )
    }
}

impl Node {
    /// As [`Graph::name`].
    pub fn name(&self) -> String {
        let number = self.number();
        match self.step.name() == self.stage {
            true => format!("{number} {}", self.stage),
            false => format!("{number} {}: {}", self.step, self.stage),
        }
    }

    /// The number of its step, from 1.
    pub fn number(&self) -> usize {
        FiveStep::ALL.iter().position(|step| *step == self.step).map_or(0, |place| place + 1)
    }

    /// How often the brand left it, such as `passed 2×, left by its limit 1×`.
    pub fn visited_text(&self) -> Option<String> {
        let visits = self.visits?;
        let passed = (visits.passed > 0).then(|| format!("passed {}×", visits.passed));
        let limited =
            (visits.limited > 0).then(|| format!("left by its limit {}×", visits.limited));
        let parts: Vec<String> = passed.into_iter().chain(limited).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// Whether the brand is there now.
    pub fn is_here(&self) -> bool {
        self.visits.is_some_and(|visits| visits.here)
    }
}

/// Draws what a workflow file says.
pub fn of_workflow(workflow: &Workflow) -> Graph {
    let index = index(workflow);
    let clause = |clause: &crate::model::Clause| Clause {
        clause: clause.id.to_string(),
        demand: demand::short(&clause.demand),
        answer: None,
    };
    let stages = workflow.stages.iter().map(|stage| Node {
        stage: stage.id.to_string(),
        step: stage.step,
        title: plain(&stage.title),
        gate: stage.exit.iter().map(clause).collect(),
        visits: None,
    });
    Graph {
        workflow: workflow.id.to_string(),
        version: plain(&workflow.version),
        title: plain(&workflow.title),
        initial: workflow.initial.to_string(),
        stages: stages.collect(),
        edges: edges(workflow, &index),
        goal: Goal {
            held: demand::held(&workflow.goal),
            clauses: workflow.goal.all.iter().map(clause).collect(),
        },
        run: None,
    }
}

fn index(workflow: &Workflow) -> HashMap<&StageId, usize> {
    workflow.stages.iter().enumerate().map(|(place, stage)| (&stage.id, place)).collect()
}

fn edges(workflow: &Workflow, index: &HashMap<&StageId, usize>) -> Vec<Edge> {
    let mut edges = Vec::new();
    // The limits count cycles, wherever one ends: drawing them once, at the last, says it.
    let last = workflow.stages.iter().rposition(|stage| closes(workflow, stage));
    for (from, stage) in workflow.stages.iter().enumerate() {
        edges.extend(ways(workflow, index, from, stage));
        if last == Some(from) {
            edges.extend(cycle_limits(workflow.limits, from, stage));
        }
    }
    edges
}

fn closes(workflow: &Workflow, stage: &Stage) -> bool {
    stage.targets().any(|target| closes_to(workflow, stage, target))
}

fn closes_to(workflow: &Workflow, stage: &Stage, target: &Target) -> bool {
    matches!(target, Target::Stage(to) if workflow.closes_cycle(stage, to))
}

fn ways(
    workflow: &Workflow,
    index: &HashMap<&StageId, usize>,
    from: usize,
    stage: &Stage,
) -> Vec<Edge> {
    let edge = |target: &Target, kind, label: Option<String>, because: Option<String>| {
        let to = match target {
            Target::Stage(to) => Place::Stage(*index.get(to)?),
            Target::Finish(outcome) => Place::Outcome(*outcome),
        };
        let closes_cycle = closes_to(workflow, stage, target);
        let label = label.map(|label| plain(&label));
        let (stage, target) = (stage.id.to_string(), target.clone());
        Some(Edge { from, to, stage, target, kind, label, closes_cycle, taken: None, because })
    };
    let branches = stage.next.branches.iter().enumerate().map(|(place, branch)| {
        let when = branch.when.to_string();
        let order = if place == 0 { "if" } else { "else if" };
        edge(&branch.target, Kind::Gate, Some(format!("{order} {when}")), Some(when))
    });
    let otherwise = (!stage.next.branches.is_empty()).then(|| "otherwise".to_owned());
    let otherwise = edge(&stage.next.otherwise, Kind::Gate, otherwise, None);
    let limit = stage.limit.as_ref().map(|limit| {
        let label = format!("gate still shut after {}", limit.after);
        let because = limit.because();
        edge(&limit.target, Kind::StageLimit, Some(label), Some(because))
    });
    branches.chain([otherwise]).chain(limit).flatten().collect()
}

fn cycle_limits(limits: Limits, from: usize, stage: &Stage) -> Vec<Edge> {
    let edge = |outcome, label: String| Edge {
        from,
        to: Place::Outcome(outcome),
        stage: stage.id.to_string(),
        target: Target::Finish(outcome),
        kind: Kind::CycleLimit,
        label: Some(label),
        closes_cycle: true,
        taken: None,
        because: None,
    };
    let cycles = |number: u32| match number {
        1 => "1 cycle".to_owned(),
        _ => format!("{number} cycles"),
    };
    let stalled = limits
        .stall_after
        .map(|after| edge(Outcome::Stalled, format!("after {} without a gain", cycles(after))));
    let exhausted = edge(Outcome::Exhausted, format!("after {}", cycles(limits.cycles)));
    stalled.into_iter().chain([exhausted]).collect()
}

/// Draws a brand's run on the workflow that it runs on.
///
/// - `entries`: the brand's whole journal, oldest first.
/// - `now`: the moment of the answer, UTC; the gate of the brand's stage is judged at it.
pub fn of_brand(case: &Case, entries: &[Entry], now: DateTime<Utc>) -> Graph {
    let mut graph = of_workflow(&case.workflow);
    let why = why::why(case, now);
    let ended = entries.iter().flat_map(|entry| &entry.events).find_map(|event| match event {
        Event::Finished { outcome } => Some(*outcome),
        _ => None,
    });
    let mut trail = Trail::new(&case.workflow, &mut graph);
    entries.iter().for_each(|entry| trail.follow(entry));
    let (path, other_moves) = (trail.path, trail.other_moves);
    let here = why.stage.as_ref().filter(|_| ended.is_none());
    for node in &mut graph.stages {
        if here == Some(&node.stage) {
            node.visits.get_or_insert_default().here = true;
            answer(&mut node.gate, &why.gate);
        }
    }
    answer(&mut graph.goal.clauses, &why.goal);
    graph.run = Some(Run {
        brand: why.brand.clone(),
        name: plain(&why.name),
        standing: standing(&why),
        checkpoint: why.checkpoint.clone(),
        status: why.status.clone(),
        outcome: ended,
        path,
        other_moves,
        notes: why.notes.iter().map(|note| plain(note)).collect(),
    });
    graph
}

fn answer(clauses: &mut [Clause], judged: &[ClauseView]) {
    for (clause, view) in clauses.iter_mut().zip(judged) {
        clause.answer = Some(Answer {
            verdict: view.verdict,
            waived: view.waived.is_some(),
            measured: plain(&view.measured),
        });
    }
}

fn standing(why: &Why) -> String {
    let at = why.stage.as_ref().map(|stage| format!("cycle {}, stage {stage}", why.cycle));
    let parts: Vec<String> = match at {
        None => vec!["not started".to_owned()],
        Some(at) => [at].into_iter().chain(why.status_detail.clone()).collect(),
    };
    plain(&parts.join(", "))
}

/// A journal followed along the ways of a graph.
struct Trail<'g> {
    graph: &'g mut Graph,
    index: HashMap<String, usize>,
    cycle: u32,
    left: Option<(Option<usize>, Option<String>)>,
    path: Vec<Stop>,
    other_moves: u32,
}

impl<'g> Trail<'g> {
    fn new(workflow: &Workflow, graph: &'g mut Graph) -> Self {
        graph.stages.iter_mut().for_each(|node| node.visits = Some(Visits::default()));
        graph.edges.iter_mut().for_each(|edge| edge.taken = Some(0));
        let stages = workflow.stages.iter().enumerate();
        let index = stages.map(|(place, stage)| (stage.id.to_string(), place)).collect();
        Self { graph, index, cycle: 0, left: None, path: Vec::new(), other_moves: 0 }
    }

    fn follow(&mut self, entry: &Entry) {
        for event in &entry.events {
            match event {
                Event::CycleOpened { cycle, .. } => self.cycle = *cycle,
                Event::StageLeft { stage, because, .. } => {
                    let from = self.index.get(stage.as_str()).copied();
                    self.left = Some((from, because.clone()));
                }
                Event::StageEntered { stage } => {
                    let to = self.index.get(stage.as_str()).copied();
                    self.arrive(entry.at, stage.to_string(), to.map(Place::Stage));
                }
                Event::Finished { outcome } => {
                    let to = Some(Place::Outcome(*outcome));
                    self.arrive(entry.at, outcome.to_string(), to);
                }
                Event::Started { .. }
                | Event::TaskOpened { .. }
                | Event::TaskSubmitted { .. }
                | Event::TaskDone { .. }
                | Event::TaskRejected { .. }
                | Event::TaskReassigned { .. }
                | Event::TaskReopened { .. }
                | Event::TasksRenamed { .. }
                | Event::TaskDropped { .. }
                | Event::ActionOpened { .. }
                | Event::ActionDue { .. }
                | Event::ActionBegan { .. }
                | Event::ActionSucceeded { .. }
                | Event::ActionFailed { .. }
                | Event::ActionRetried { .. }
                | Event::ActionSkipped { .. }
                | Event::ActionDropped { .. }
                | Event::Scheduled { .. }
                | Event::ScheduleDropped { .. }
                | Event::Fired { .. }
                | Event::Waived { .. }
                | Event::WaiverDropped { .. }
                | Event::Observed { .. }
                | Event::GateJudged { .. }
                | Event::GoalJudged { .. }
                | Event::Paused
                | Event::Resumed { .. }
                | Event::Adopted { .. }
                | Event::Migrated { .. } => {}
                // The brand stands where it stood before, or where another one stands.
                Event::Rewound { state, .. } | Event::Forked { state, .. } => {
                    let at = &state.checkpoint;
                    self.cycle = at.cycle.number;
                    if let Some(stage) = at.stage() {
                        let to = self.index.get(stage.as_str()).copied();
                        self.arrive(entry.at, stage.to_string(), to.map(Place::Stage));
                    }
                }
            }
        }
    }

    fn arrive(&mut self, at: DateTime<Utc>, name: String, to: Option<Place>) {
        self.path.push(Stop { cycle: self.cycle, at, to: name });
        if let Some(Place::Stage(stage)) = to {
            self.visits(stage, |visits| visits.entered += 1);
        }
        // Nothing was left at the start, and when a person ends the run.
        let Some((from, because)) = self.left.take() else { return };
        let way = from.zip(to).and_then(|(from, to)| self.way(from, to, because.as_deref()));
        let kind = way.map(|place| {
            let edge = &mut self.graph.edges[place];
            edge.taken = edge.taken.map(|times| times + 1);
            edge.kind
        });
        if let Some(from) = from {
            self.visits(from, |visits| match kind {
                Some(Kind::StageLimit) => visits.limited += 1,
                Some(Kind::Gate | Kind::CycleLimit) | None => visits.passed += 1,
            });
        }
        self.other_moves += u32::from(way.is_none());
    }

    fn visits(&mut self, stage: usize, change: impl FnOnce(&mut Visits)) {
        if let Some(node) = self.graph.stages.get_mut(stage) {
            change(node.visits.get_or_insert_default());
        }
    }

    /// The way of the graph that a move took: the one that gives the same reason, else, if the
    /// conditions were edited since, the first between the same places.
    fn way(&self, from: usize, to: Place, because: Option<&str>) -> Option<usize> {
        let edges = || self.graph.edges.iter();
        let between = |edge: &Edge| edge.from == from && edge.to == to;
        edges()
            .position(|edge| between(edge) && edge.because.as_deref() == because)
            .or_else(|| edges().position(between))
            // A cycle may end anywhere; its limits are drawn once.
            .or_else(|| edges().position(|edge| edge.kind == Kind::CycleLimit && edge.to == to))
    }
}

//! A suite: cases that play a brand through a workflow, with made-up evidence and a made-up clock.
//!
//! Start reading at [`Suite`]. `definition` makes it from a `*.test.yaml` file, `rehearsal` plays
//! it. Steps that cases share are written into each of them when the file is read, so a case is
//! one list from its beginning to its end.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    calendar::Period,
    command::{Command, Until},
    ids::{ClauseId, StageId, TaskId, WorkflowId},
    metric::Metric,
    observation::{Interval, Terms},
    workflow::{Outcome, Verdict},
};

/// A checked suite file.
#[derive(Debug, Clone, PartialEq)]
pub struct Suite {
    /// The workflow that is played.
    pub workflow: WorkflowId,
    /// The terms of the brand that is played.
    pub terms: Terms,
    /// When every case begins, UTC.
    pub begin: DateTime<Utc>,
    /// The cases, in the order of the file.
    pub cases: Vec<Case>,
}

/// One story, from a brand that has not started.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What it shows, in words.
    pub name: String,
    /// The line on which it begins, from 1.
    pub line: u32,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One thing that happens in a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The line on which it stands, from 1.
    pub line: u32,
    /// The step as it is written, on one line.
    pub text: String,
    /// What happens.
    pub deed: Deed,
}

/// What happens in a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// A person asks for something other than an advance.
    Ask(Command),
    /// A person lets the brand move on.
    Advance(Until),
    /// New evidence is measured.
    Observe(BTreeMap<Metric, Seen>),
    /// Time passes.
    Wait(Wait),
    /// Something must be so.
    Expect(Vec<Expectation>),
}

/// What the made-up evidence says of a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Seen {
    /// A value.
    Measured {
        /// The value, in the unit of the metric.
        value: f64,
        /// How many cases it rests on; at least 1.
        n: u64,
        /// The 95 % interval, where it was written down.
        interval: Option<Interval>,
    },
    /// The sources can tell, but there is no case.
    NoCases,
    /// A source could tell, but no export held it.
    NotExported,
    /// The platform withheld it.
    Suppressed,
    /// No source of the brand can tell.
    Unmeasurable,
}

/// How far the clock moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// By so much.
    For(Period),
    /// To this instant, UTC.
    Until(DateTime<Utc>),
}

/// One thing that must be so.
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    /// The brand is in this stage.
    Stage(StageId),
    /// It is on this cycle.
    Cycle(u32),
    /// Its run is in this state.
    Status(Standing),
    /// Its run ended so.
    Outcome(Outcome),
    /// Its gate is open, or shut.
    Open(bool),
    /// Exactly these clauses hold it.
    Shut(Vec<ClauseId>),
    /// A clause of its gate answers so.
    Clause(ClauseId, Reply),
    /// A clause of the goal would answer so.
    Goal(ClauseId, Reply),
    /// A task of its stage is done, or open.
    Task(TaskId, bool),
    /// The goal was met in so many cycles in a row.
    Streak(u32),
    /// So many cycles in a row brought no gain.
    WithoutGain(u32),
    /// It left the last stage by this way.
    Because(Because),
    /// A task, clause or stage waits for this moment, or for none.
    Timer(String, Option<Wait>),
    /// The last command was refused so.
    Refused(&'static str),
}

/// Whether a run goes on, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Not started yet.
    Ready,
    /// In a stage.
    Running,
    /// Held by a person.
    Paused,
    /// Ended.
    Finished,
}

impl Standing {
    /// Every state with its name in YAML.
    pub const ALL: [(Standing, &'static str); 4] = [
        (Standing::Ready, "ready"),
        (Standing::Running, "running"),
        (Standing::Paused, "paused"),
        (Standing::Finished, "finished"),
    ];
}

/// What a clause answers, or that it was waived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// The verdict; nobody waived it.
    Verdict(Verdict),
    /// A person let the brand pass it.
    Waived,
}

impl Reply {
    /// Every answer with its name in YAML.
    pub const ALL: [(Reply, &'static str); 5] = [
        (Reply::Verdict(Verdict::Pass), "pass"),
        (Reply::Verdict(Verdict::Fail), "fail"),
        (Reply::Verdict(Verdict::Insufficient), "insufficient"),
        (Reply::Verdict(Verdict::Unmeasurable), "unmeasurable"),
        (Reply::Waived, "waived"),
    ];

    /// The name in YAML.
    pub fn name(self) -> &'static str {
        match self {
            Reply::Verdict(verdict) => verdict.name(),
            Reply::Waived => "waived",
        }
    }
}

/// The names of the refusals that a brand can meet as long as it stays on one text of its workflow.
pub const REFUSALS: [&str; 17] = [
    "not_started",
    "already_started",
    "finished",
    "paused",
    "not_paused",
    "gate_shut",
    "unknown_task",
    "task_done",
    "task_open",
    "second_person",
    "other_answer",
    "form",
    "unknown_clause",
    "not_waivable",
    "already_waived",
    "needs_actor",
    "needs_reason",
];

/// Which way on was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// The one with this condition, written as the engine writes it.
    When(String),
    /// The one without a condition.
    Otherwise,
    /// The stage's limit.
    Limit,
}

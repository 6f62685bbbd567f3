//! A workflow: the five steps as stages, each with tasks, a gate and what comes next.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::{
    action::Action,
    calendar::Period,
    expression::{Expression, Fact, Of},
    form::Form,
    ids::{ActionId, ClauseId, Digest, ScheduleId, StageId, TaskId, WorkflowId},
    metric::Metric,
    quantity::Quantity,
    schedule::Schedule,
};

/// One of the five steps of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FiveStep {
    /// Accounts on the true brand.
    Define,
    /// Engage those you want in your audience.
    Target,
    /// Keep an open conversation with those you have.
    Support,
    /// Evaluate followers and requests.
    Refine,
    /// Measure, and go round again.
    Repeat,
}

impl FiveStep {
    /// The five, in their order.
    pub const ALL: [FiveStep; 5] =
        [FiveStep::Define, FiveStep::Target, FiveStep::Support, FiveStep::Refine, FiveStep::Repeat];

    /// The name in YAML.
    pub fn name(self) -> &'static str {
        match self {
            FiveStep::Define => "define",
            FiveStep::Target => "target",
            FiveStep::Support => "support",
            FiveStep::Refine => "refine",
            FiveStep::Repeat => "repeat",
        }
    }
}

impl fmt::Display for FiveStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How a brand's run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The goal was held as long as it had to be.
    Gold,
    /// The allowed cycles are used up.
    Exhausted,
    /// Too many cycles brought no significant gain.
    Stalled,
    /// A person ended it.
    Abandoned,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Outcome; 4] =
        [Outcome::Gold, Outcome::Exhausted, Outcome::Stalled, Outcome::Abandoned];

    /// The name in YAML.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Gold => "gold",
            Outcome::Exhausted => "exhausted",
            Outcome::Stalled => "stalled",
            Outcome::Abandoned => "abandoned",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a clause answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Yes.
    Pass,
    /// No.
    Fail,
    /// Too few cases, or too old evidence, to say.
    Insufficient,
    /// No source of the brand can say.
    Unmeasurable,
}

impl Verdict {
    /// The word in JSON and the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Insufficient => "insufficient",
            Verdict::Unmeasurable => "unmeasurable",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Which end of the 95 % interval a clause compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The value itself.
    Point,
    /// The lower end.
    Lower95,
    /// The upper end.
    Upper95,
}

impl Bound {
    /// Every bound with its name in YAML.
    pub const ALL: [(Bound, &'static str); 3] =
        [(Bound::Point, "point"), (Bound::Lower95, "lower95"), (Bound::Upper95, "upper95")];
}

/// What a metric is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Threshold {
    /// A number written in the workflow.
    Fixed(Quantity),
    /// The brand's own target for that metric, `goals.METRIC`.
    Goal(Metric),
}

/// How a metric is compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Not below.
    AtLeast(Threshold),
    /// Not above.
    AtMost(Threshold),
    /// Exactly this truth.
    Is(bool),
}

/// What a clause demands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// A metric passes a test.
    Metric {
        /// The metric.
        metric: Metric,
        /// The comparison.
        test: Test,
        /// What is compared.
        bound: Bound,
        /// The fewest cases that may speak.
        min_n: Option<u64>,
        /// The oldest evidence that may speak.
        max_age: Option<Period>,
    },
    /// A task of the stage is done.
    Task(TaskId),
    /// The brand has been in the stage for so long.
    Wait(Period),
    /// An expression is true.
    When(Expression),
    /// Every one of several demands is met.
    All(Vec<Demand>),
    /// At least one of several demands is met.
    Any(Vec<Demand>),
}

impl Demand {
    /// Every metric it reads, of this cycle, in the order of the file.
    pub fn metrics(&self) -> Vec<Metric> {
        match self {
            Demand::Metric { metric, .. } => vec![*metric],
            Demand::Task(_) | Demand::Wait(_) => Vec::new(),
            Demand::When(expression) => {
                let read = expression.facts().into_iter().filter_map(|fact| match fact {
                    Fact::Metric { metric, of: Of::Now, .. } => Some(*metric),
                    _ => None,
                });
                read.collect()
            }
            Demand::All(parts) | Demand::Any(parts) => {
                parts.iter().flat_map(Demand::metrics).collect()
            }
        }
    }

    /// Itself, and every demand inside a group.
    pub fn walk(&self) -> Vec<&Demand> {
        match self {
            Demand::Metric { .. } | Demand::Task(_) | Demand::Wait(_) | Demand::When(_) => {
                vec![self]
            }
            Demand::All(parts) | Demand::Any(parts) => {
                [self].into_iter().chain(parts.iter().flat_map(Demand::walk)).collect()
            }
        }
    }
}

/// One named line of a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clause {
    /// Its name.
    pub id: ClauseId,
    /// What it demands.
    pub demand: Demand,
    /// Why it is there, for people.
    pub because: Option<String>,
}

/// Work for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its name.
    pub id: TaskId,
    /// A few words for people.
    pub title: String,
    /// Who does it: a person or `role:NAME`.
    pub owner: String,
    /// What they fill in.
    pub form: Form,
    /// How long they have, from the moment the task opens.
    pub deadline: Option<Period>,
    /// How long before the deadline they are reminded, in the order of the file.
    pub remind: Vec<Period>,
    /// Who gets the task after the deadline, the first first.
    pub escalate: Vec<Escalation>,
    /// Whether a second person has to confirm it.
    pub four_eyes: bool,
}

/// One rung of the ladder that a task climbs after its deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// How long after the deadline; at once if absent.
    pub after: Option<Period>,
    /// Who owns the task from then on: a person or `role:NAME`.
    pub to: String,
}

/// Where a branch leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// To a stage.
    Stage(StageId),
    /// To the end of the run.
    Finish(Outcome),
}

/// One way on, with its condition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// Taken when this is true.
    pub when: Expression,
    /// Where it leads.
    pub target: Target,
}

/// What comes after a stage: the first branch that is true, else `otherwise`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Next {
    /// The ways on that have a condition, in order.
    pub branches: Vec<Branch>,
    /// The way on when no branch is true.
    pub otherwise: Target,
}

impl Next {
    /// Every place this can lead to.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.branches.iter().map(|branch| &branch.target).chain([&self.otherwise])
    }
}

/// A state of the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name.
    pub id: StageId,
    /// Which of the five steps it is.
    pub step: FiveStep,
    /// A few words for people.
    pub title: String,
    /// Why it is there, for people.
    pub purpose: Option<String>,
    /// Work that the engine has done when a brand comes in.
    pub entry: Vec<Action>,
    /// Work for people while it lasts.
    pub tasks: Vec<Task>,
    /// Its gate: every clause must pass.
    pub exit: Vec<Clause>,
    /// What comes after.
    pub next: Next,
    /// The longest a brand stays while its gate is shut.
    pub limit: Option<StageLimit>,
}

/// What ends a stage whose gate does not open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageLimit {
    /// How long a brand may stay.
    pub after: Period,
    /// Where it goes then.
    pub target: Target,
}

impl StageLimit {
    /// How the reason begins for which a stage was left by its limit.
    pub const BECAUSE: &str = "limit of ";

    /// What the journal says of a stage that was left by its limit.
    pub fn because(&self) -> String {
        format!("{}{}", Self::BECAUSE, self.after)
    }
}

impl Stage {
    /// The action of that name.
    pub fn action(&self, id: &ActionId) -> Option<&Action> {
        self.entry.iter().find(|action| action.id == *id)
    }

    /// The task of that name.
    pub fn task(&self, id: &TaskId) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == *id)
    }

    /// The clause of that name.
    pub fn clause(&self, id: &ClauseId) -> Option<&Clause> {
        self.exit.iter().find(|clause| clause.id == *id)
    }

    /// Every place that a brand can go to from here.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.next.targets().chain(self.limit.iter().map(|limit| &limit.target))
    }
}

/// Engagement gold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// Every one must pass; only metrics, never tasks.
    pub all: Vec<Clause>,
    /// In how many cycles in a row.
    pub held_for: u32,
}

/// What ends a run that does not reach its goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The most cycles; then the outcome is `exhausted`.
    pub cycles: u32,
    /// So many cycles without a significant gain make the outcome `stalled`.
    pub stall_after: Option<u32>,
}

/// A checked workflow file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workflow {
    /// The digest of the file's text; identifies the workflow.
    pub digest: Digest,
    /// Its name.
    pub id: WorkflowId,
    /// Its version, for people.
    pub version: String,
    /// A few words for people.
    pub title: String,
    /// Where a brand begins.
    pub initial: StageId,
    /// The measuring window in seconds.
    pub window_seconds: i64,
    /// Engagement gold.
    pub goal: Goal,
    /// What ends a run that does not reach it.
    pub limits: Limits,
    /// The stages, in the order of the file.
    pub stages: Vec<Stage>,
    /// What comes again and again, in the order of the file.
    pub schedules: Vec<Schedule>,
}

impl Workflow {
    /// The stage of that name.
    pub fn stage(&self, id: &StageId) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == *id)
    }

    /// The schedule of that name.
    pub fn schedule(&self, id: &ScheduleId) -> Option<&Schedule> {
        self.schedules.iter().find(|schedule| schedule.id == *id)
    }

    /// Whether going from one stage to another ends the cycle: every way back in the order of the
    /// file does, so that every loop is counted, and every way on from the last of the five steps.
    pub fn closes_cycle(&self, from: &Stage, to: &StageId) -> bool {
        let place = |id: &StageId| self.stages.iter().position(|stage| stage.id == *id);
        from.step == FiveStep::Repeat || place(to) <= place(&from.id)
    }

    /// Every clause of the gates and of the goal.
    pub fn clauses(&self) -> impl Iterator<Item = &Clause> {
        self.stages.iter().flat_map(|stage| &stage.exit).chain(&self.goal.all)
    }

    /// Every metric of which an expression reads the value at the end of the last cycle
    /// (`previous.`).
    pub fn remembered(&self) -> BTreeSet<Metric> {
        let demands = self.clauses().flat_map(|clause| clause.demand.walk());
        let in_clauses = demands.filter_map(|demand| match demand {
            Demand::When(expression) => Some(expression),
            _ => None,
        });
        let branches = self.stages.iter().flat_map(|stage| &stage.next.branches);
        let facts = in_clauses.chain(branches.map(|branch| &branch.when)).flat_map(|expression| {
            expression.facts().into_iter().filter_map(|fact| match fact {
                Fact::Metric { metric, of: Of::Previous, .. } => Some(*metric),
                _ => None,
            })
        });
        facts.collect()
    }
}

//! Judges a gate, clause by clause, on what was measured.
//!
//! Start reading at [`judge`]. A clause answers with one of four verdicts:
//!
//! | verdict | when |
//! |---|---|
//! | `pass` | the bound that the clause names meets the threshold |
//! | `fail` | the value itself misses the threshold |
//! | `insufficient` | too few cases, too old, nothing measured yet, or the value meets the threshold and the bound does not yet |
//! | `unmeasurable` | no source of the brand can tell |
//!
//! # Always true
//!
//! - Only `pass`, or an unmeasurable clause that a named person waived, lets a brand through.
//! - A clause is judged from its observation, the brand's terms and `now`, nothing else.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{
    Checkpoint, Clause, Demand, Observations, Period, Stage, TaskId, TaskState, Verdict, Workflow,
    checkpoint::Waiver,
    event::Judged,
    ids::{ClauseId, StageId},
};

use super::{
    actions::{ActionReport, unsettled},
    expression::{Asker, ExpressionReport},
    metric::{Ask, MetricReport},
    truth::Truth,
};

/// What a clause is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A metric.
    Metric(Box<MetricReport>),
    /// A task of the stage.
    Task {
        /// The task.
        id: TaskId,
        /// A few words for people.
        title: String,
        /// Who does it.
        owner: String,
        /// Where it stands; absent if it was never opened.
        state: Option<TaskState>,
    },
    /// The time in the stage.
    Wait {
        /// How long it takes.
        period: Period,
        /// When it is over, UTC; absent outside the stage.
        until: Option<DateTime<Utc>>,
    },
    /// An expression.
    When(Box<ExpressionReport>),
    /// Several demands.
    Group {
        /// Whether every one must be met, or one is enough.
        takes: Takes,
        /// One by one, in the order of the file.
        parts: Vec<Part>,
    },
}

/// How many demands of a group must be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// Every one.
    All,
    /// One at least.
    Any,
}

/// One demand of a group, judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// Its answer.
    pub verdict: Verdict,
    /// What it is about.
    pub subject: Subject,
}

/// One clause, judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClauseReport {
    /// The clause.
    pub clause: ClauseId,
    /// Its answer.
    pub verdict: Verdict,
    /// The waiver that lets the run pass it all the same.
    pub waiver: Option<Waiver>,
    /// Why the clause is there.
    pub because: Option<String>,
    /// What it is about.
    pub subject: Subject,
}

impl ClauseReport {
    /// Whether the clause lets the brand through.
    pub fn lets_through(&self) -> bool {
        self.verdict == Verdict::Pass
            || (self.verdict == Verdict::Unmeasurable && self.waiver.is_some())
    }

    /// The short form that the journal keeps.
    pub fn judged(&self) -> Judged {
        Judged {
            clause: self.clause.clone(),
            verdict: self.verdict,
            waived: self.verdict == Verdict::Unmeasurable && self.waiver.is_some(),
        }
    }
}

/// A stage's gate, judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GateReport {
    /// The stage.
    pub stage: StageId,
    /// Whether every clause lets the brand through, and no action holds it.
    pub open: bool,
    /// Clause by clause, in the order of the file.
    pub clauses: Vec<ClauseReport>,
    /// The actions that are not settled, in the order of the file; each holds the brand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionReport>,
}

impl GateReport {
    /// The clauses that hold the brand back.
    pub fn holding(&self) -> impl Iterator<Item = &ClauseReport> {
        self.clauses.iter().filter(|clause| !clause.lets_through())
    }

    /// The clauses that hold the brand back in words, such as `answered insufficient` or
    /// `signed (task sign_charter)`.
    pub fn held_by(&self) -> Vec<String> {
        let held = self.holding().map(|report| match &report.subject {
            Subject::Task { id, .. } => format!("{} (task {id})", report.clause),
            Subject::Metric(_)
            | Subject::Wait { .. }
            | Subject::When(_)
            | Subject::Group { .. } => format!("{} {}", report.clause, report.verdict),
        });
        let acting = self.actions.iter().map(|report| {
            let phase = report.state.as_ref().map_or("not opened", |state| state.phase.name());
            format!("action {} {phase}", report.action)
        });
        held.chain(acting).collect()
    }

    /// The short form that the journal keeps.
    pub fn judged(&self) -> Vec<Judged> {
        self.clauses.iter().map(ClauseReport::judged).collect()
    }
}

/// What every clause of a brand is judged on.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The workflow, for its window.
    pub workflow: &'a Workflow,
    /// Where the brand stands: its cycle, tasks and waivers.
    pub checkpoint: &'a Checkpoint,
    /// What was measured.
    pub observations: &'a Observations,
    /// The moment of the judgement, UTC.
    pub now: DateTime<Utc>,
}

/// Judges the gate of `stage`.
pub fn judge(stage: &Stage, evidence: Evidence<'_>) -> GateReport {
    let clauses: Vec<ClauseReport> =
        stage.exit.iter().map(|clause| judge_clause(clause, Some(stage), evidence)).collect();
    let actions = unsettled(stage, evidence.checkpoint);
    let open = clauses.iter().all(ClauseReport::lets_through) && actions.is_empty();
    GateReport { stage: stage.id.clone(), open, clauses, actions }
}

/// Judges one clause; `stage` is the stage whose task or waiver counts, absent for the goal.
pub fn judge_clause(
    clause: &Clause,
    stage: Option<&Stage>,
    evidence: Evidence<'_>,
) -> ClauseReport {
    let (verdict, subject) = judge_demand(&clause.demand, stage, evidence);
    let waiver = stage.and_then(|_| evidence.checkpoint.waivers.get(&clause.id).cloned());
    ClauseReport {
        clause: clause.id.clone(),
        verdict,
        waiver,
        because: clause.because.clone(),
        subject,
    }
}

/// Judges one demand; `stage` is as for [`judge_clause`].
pub(super) fn judge_demand(
    demand: &Demand,
    stage: Option<&Stage>,
    evidence: Evidence<'_>,
) -> (Verdict, Subject) {
    match demand {
        Demand::Metric { metric, test, bound, min_n, max_age } => {
            let ask = Ask { metric: *metric, test, bound: *bound, min_n: *min_n, max_age };
            let (verdict, report) = ask.judge(evidence);
            (verdict, Subject::Metric(Box::new(report)))
        }
        Demand::Task(task) => judge_task(task, stage, evidence.checkpoint),
        Demand::Wait(period) => judge_wait(*period, stage, evidence),
        Demand::When(expression) => {
            let asker = Asker::new(evidence, stage);
            let report = asker.report(expression);
            (report.answer.verdict(), Subject::When(Box::new(report)))
        }
        Demand::All(parts) => judge_group(Takes::All, parts, stage, evidence),
        Demand::Any(parts) => judge_group(Takes::Any, parts, stage, evidence),
    }
}

fn judge_group(
    takes: Takes,
    demands: &[Demand],
    stage: Option<&Stage>,
    evidence: Evidence<'_>,
) -> (Verdict, Subject) {
    let judged = demands.iter().map(|demand| judge_demand(demand, stage, evidence));
    let parts: Vec<Part> = judged.map(|(verdict, subject)| Part { verdict, subject }).collect();
    let truths = parts.iter().map(|part| Truth::of(part.verdict));
    let truth = match takes {
        Takes::All => truths.fold(Truth::True, Truth::and),
        Takes::Any => truths.fold(Truth::False, Truth::or),
    };
    (truth.verdict(), Subject::Group { takes, parts })
}

fn judge_wait(period: Period, stage: Option<&Stage>, evidence: Evidence<'_>) -> (Verdict, Subject) {
    let place = evidence.checkpoint.place.as_ref();
    let here = place.filter(|place| stage.is_some_and(|stage| stage.id == place.stage));
    let working_time = &evidence.observations.terms.working_time;
    let until = here.map(|place| place.after(period, working_time));
    let over = until.is_some_and(|until| until <= evidence.now);
    let verdict = if over { Verdict::Pass } else { Verdict::Fail };
    (verdict, Subject::Wait { period, until })
}

fn judge_task(id: &TaskId, stage: Option<&Stage>, at: &Checkpoint) -> (Verdict, Subject) {
    let state = at.tasks.get(id).cloned();
    let task = stage.and_then(|stage| stage.task(id));
    let subject = Subject::Task {
        id: id.clone(),
        title: task.map(|task| task.title.clone()).unwrap_or_default(),
        owner: match state.as_ref().and_then(TaskState::owner) {
            Some(owner) => owner.to_owned(),
            None => task.map(|task| task.owner.clone()).unwrap_or_default(),
        },
        state: state.clone(),
    };
    match state {
        Some(TaskState::Done { .. }) => (Verdict::Pass, subject),
        Some(TaskState::Open { .. } | TaskState::Submitted { .. } | TaskState::Rejected { .. })
        | None => (Verdict::Fail, subject),
    }
}

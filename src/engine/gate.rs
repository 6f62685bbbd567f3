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
    Bound, Checkpoint, Clause, Demand, Finding, Interval, Metric, Observation, Observations,
    Period, Stage, TaskId, TaskState, Test, Threshold, Verdict, Workflow,
    checkpoint::Waiver,
    event::Judged,
    ids::{ClauseId, StageId},
};

use super::{distance::Distance, settle};

/// Why a metric clause answers as it does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Reason {
    /// The bound meets the threshold.
    Meets,
    /// The value misses the threshold.
    Misses,
    /// Fewer cases than the clause asks for.
    TooFew {
        /// How many there are.
        n: u64,
        /// How many it takes.
        min_n: u64,
    },
    /// The value meets the threshold, but on so few cases the truth may not.
    NotSureYet,
    /// The evidence is older than the clause allows.
    TooOld,
    /// Nothing was measured yet.
    NotMeasured {
        /// Why.
        why: String,
    },
    /// No source of the brand can tell.
    CannotTell {
        /// Why.
        why: String,
    },
    /// The threshold is the brand's own target, and the brand file has none.
    NoGoal,
}

/// A clause on a metric, judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricReport {
    /// The metric.
    pub metric: Metric,
    /// The comparison as the workflow writes it.
    pub test: Test,
    /// The threshold in the unit of the metric, the brand's own target resolved.
    pub threshold: Option<f64>,
    /// What is compared.
    pub bound: Bound,
    /// The fewest cases that may speak.
    pub min_n: Option<u64>,
    /// The oldest evidence that may speak.
    pub max_age: Option<Period>,
    /// What was measured.
    pub observation: Option<Observation>,
    /// How old the evidence is at the moment of the judgement, in seconds.
    pub age_seconds: Option<i64>,
    /// Why the clause answers as it does.
    #[serde(flatten)]
    pub reason: Reason,
    /// How far it is from passing, where that can be said.
    pub distance: Option<Distance>,
}

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
    /// Whether every clause lets the brand through.
    pub open: bool,
    /// Clause by clause, in the order of the file.
    pub clauses: Vec<ClauseReport>,
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
            Subject::Metric(_) => format!("{} {}", report.clause, report.verdict),
        });
        held.collect()
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
    let open = clauses.iter().all(ClauseReport::lets_through);
    GateReport { stage: stage.id.clone(), open, clauses }
}

/// Judges one clause; `stage` is the stage whose task or waiver counts, absent for the goal.
pub fn judge_clause(
    clause: &Clause,
    stage: Option<&Stage>,
    evidence: Evidence<'_>,
) -> ClauseReport {
    let (verdict, subject) = match &clause.demand {
        Demand::Metric { metric, test, bound, min_n, max_age } => {
            let ask = Ask { metric: *metric, test, bound: *bound, min_n: *min_n, max_age };
            let (verdict, report) = ask.judge(evidence);
            (verdict, Subject::Metric(Box::new(report)))
        }
        Demand::Task(task) => judge_task(task, stage, evidence.checkpoint),
    };
    let waiver = stage.and_then(|_| evidence.checkpoint.waivers.get(&clause.id).cloned());
    ClauseReport {
        clause: clause.id.clone(),
        verdict,
        waiver,
        because: clause.because.clone(),
        subject,
    }
}

fn judge_task(id: &TaskId, stage: Option<&Stage>, at: &Checkpoint) -> (Verdict, Subject) {
    let state = at.tasks.get(id).cloned();
    let task = stage.and_then(|stage| stage.task(id));
    let subject = Subject::Task {
        id: id.clone(),
        title: task.map(|task| task.title.clone()).unwrap_or_default(),
        owner: task.map(|task| task.owner.clone()).unwrap_or_default(),
        state: state.clone(),
    };
    match state {
        Some(TaskState::Done { .. }) => (Verdict::Pass, subject),
        Some(TaskState::Open { .. }) | None => (Verdict::Fail, subject),
    }
}

/// A metric clause, taken apart.
struct Ask<'a> {
    metric: Metric,
    test: &'a Test,
    bound: Bound,
    min_n: Option<u64>,
    max_age: &'a Option<Period>,
}

/// The numbers of a measured observation.
#[derive(Clone, Copy)]
pub(super) struct Numbers {
    pub value: f64,
    pub n: u64,
    pub hits: Option<u64>,
    pub interval: Option<Interval>,
}

impl Ask<'_> {
    fn judge(&self, evidence: Evidence<'_>) -> (Verdict, MetricReport) {
        let observation = match self.metric {
            Metric::WindowSettled => settle::observe(evidence),
            _ => evidence.observations.metrics.get(&self.metric).cloned(),
        };
        let age_seconds = observation
            .as_ref()
            .and_then(|seen| seen.as_of)
            .map(|as_of| (evidence.now - as_of).num_seconds());
        let threshold = self.threshold(evidence.observations);
        let (verdict, reason) = self.answer(observation.as_ref(), threshold, evidence);
        let mut report = MetricReport {
            metric: self.metric,
            test: *self.test,
            threshold,
            bound: self.bound,
            min_n: self.min_n,
            max_age: *self.max_age,
            observation,
            age_seconds,
            reason,
            distance: None,
        };
        report.distance = Distance::of(&report, evidence);
        (verdict, report)
    }

    fn threshold(&self, observations: &Observations) -> Option<f64> {
        match self.test {
            Test::AtLeast(Threshold::Fixed(fixed)) | Test::AtMost(Threshold::Fixed(fixed)) => {
                Some(fixed.value)
            }
            Test::AtLeast(Threshold::Goal(goal)) | Test::AtMost(Threshold::Goal(goal)) => {
                observations.terms.goals.get(goal).copied()
            }
            Test::Is(wanted) => Some(f64::from(u8::from(*wanted))),
        }
    }

    fn answer(
        &self,
        observation: Option<&Observation>,
        threshold: Option<f64>,
        evidence: Evidence<'_>,
    ) -> (Verdict, Reason) {
        let Some(observation) = observation else {
            let why = "no evidence has been imported yet".to_owned();
            return (Verdict::Insufficient, Reason::NotMeasured { why });
        };
        let numbers = match &observation.finding {
            Finding::Unmeasurable { why } => {
                return (Verdict::Unmeasurable, Reason::CannotTell { why: why.clone() });
            }
            Finding::NoCases { why } => {
                return (Verdict::Insufficient, Reason::NotMeasured { why: why.clone() });
            }
            Finding::Measured { value, n, hits, interval } => {
                Numbers { value: *value, n: *n, hits: *hits, interval: *interval }
            }
        };
        if self.is_too_old(observation, evidence) {
            return (Verdict::Insufficient, Reason::TooOld);
        }
        match (self.min_n, threshold) {
            (Some(min_n), _) if numbers.n < min_n => {
                (Verdict::Insufficient, Reason::TooFew { n: numbers.n, min_n })
            }
            (_, None) => (Verdict::Insufficient, Reason::NoGoal),
            (_, Some(threshold)) => self.compare(numbers, threshold),
        }
    }

    fn is_too_old(&self, observation: &Observation, evidence: Evidence<'_>) -> bool {
        let (Some(max_age), Some(as_of)) = (self.max_age, observation.as_of) else {
            return false;
        };
        // An age equal to the limit is still fresh.
        evidence.observations.terms.working_time.after(as_of, *max_age) < evidence.now
    }

    fn compare(&self, numbers: Numbers, threshold: f64) -> (Verdict, Reason) {
        let meets = |value: f64| match self.test {
            Test::AtLeast(_) => value >= threshold,
            Test::AtMost(_) => value <= threshold,
            Test::Is(_) => value == threshold,
        };
        let end = match (self.bound, numbers.interval) {
            (Bound::Point, _) => Some(numbers.value),
            (Bound::Lower95, Some(interval)) => Some(interval.low),
            (Bound::Upper95, Some(interval)) => Some(interval.high),
            (Bound::Lower95 | Bound::Upper95, None) => None,
        };
        if end.is_some_and(meets) {
            (Verdict::Pass, Reason::Meets)
        } else if meets(numbers.value) {
            (Verdict::Insufficient, Reason::NotSureYet)
        } else {
            (Verdict::Fail, Reason::Misses)
        }
    }
}

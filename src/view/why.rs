//! Why a brand stands where it stands: the gate as a tree, with what would open it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    engine::{
        ClauseReport, GateReport, Reason, Subject, charter,
        expression::{Answer, ExpressionReport},
        gate::{Evidence, Takes, judge},
        goal,
        timers::{pending, timers},
    },
    model::{FiveStep, Interval, Period, Status, TaskState, Timer, Unit, Verdict},
    runner::Case,
};

use super::{
    actions::{ActionView, actions_of},
    sentence,
    tasks::{TaskView, tasks_of},
};

/// One clause as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClauseView {
    /// The clause.
    pub clause: String,
    /// `pass`, `fail`, `insufficient` or `unmeasurable`.
    pub verdict: Verdict,
    /// Who let the run pass it all the same, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived: Option<String>,
    /// What it demands, in words.
    pub demand: String,
    /// What was measured, or who did the task, in words.
    pub measured: String,
    /// Why it does not pass, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What would let it pass, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_pass: Option<String>,
    /// What a person can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// Where the number comes from, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// What a reader must know to take the number right.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub caveats: Vec<String>,
    /// Why the clause is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// The numbers as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<Numbers>,
    /// The demands of a group, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<ClauseView>,
    /// An expression with the answer of every part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<ExpressionReport>,
}

/// A clause's numbers in the unit of its metric: a proportion is a fraction, a duration seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Numbers {
    /// The metric.
    pub metric: String,
    /// What the numbers count.
    pub unit: Unit,
    /// The value.
    pub value: Option<f64>,
    /// How many cases.
    pub n: Option<u64>,
    /// The 95 % interval.
    pub interval: Option<Interval>,
    /// The threshold.
    pub threshold: Option<f64>,
    /// How old the evidence is, in seconds.
    pub age_seconds: Option<i64>,
}

/// Where a brand stands, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// The brand.
    pub brand: String,
    /// Its name for people.
    pub name: String,
    /// `BRAND@CYCLE.STAGE.REVISION`.
    pub checkpoint: String,
    /// `ready`, `running`, `paused` or the outcome.
    pub status: String,
    /// Who paused it and why, or when it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_detail: Option<String>,
    /// The cycle it is on.
    pub cycle: u32,
    /// The stage it is in.
    pub stage: Option<String>,
    /// The stage's title.
    pub title: Option<String>,
    /// Why the stage is there.
    pub purpose: Option<String>,
    /// In that stage since, UTC.
    pub since: Option<DateTime<Utc>>,
    /// The measuring window in words; absent before the first import.
    pub window: Option<String>,
    /// Whether the gate is open.
    pub open: bool,
    /// The gate.
    pub gate: Vec<ClauseView>,
    /// The actions that are not settled; those of the stage hold it.
    pub actions: Vec<ActionView>,
    /// The stage's tasks.
    pub tasks: Vec<TaskView>,
    /// The goal, clause by clause, as it would be judged now.
    pub goal: Vec<ClauseView>,
    /// In how many cycles in a row the goal was met.
    pub goal_streak: u32,
    /// In how many it must be.
    pub goal_held_for: u32,
    /// The moments the stage waits for, the earliest first.
    pub timers: Vec<Timer>,
    /// What happens next of itself; absent while the run is held, and where only people and evidence
    /// are waited for.
    pub next: Option<Timer>,
    /// What a person should know beside it.
    pub notes: Vec<String>,
    /// The moment of the answer, UTC.
    pub now: DateTime<Utc>,
}

/// Explains where the brand of `case` stands at `now`.
pub fn why(case: &Case, now: DateTime<Utc>) -> Why {
    let checkpoint = &case.checkpoint;
    let evidence =
        Evidence { workflow: &case.workflow, checkpoint, observations: &case.observations, now };
    let ended = matches!(checkpoint.status, Status::Finished { .. });
    let stage = checkpoint.stage().and_then(|id| case.workflow.stage(id));
    let gate = stage.filter(|_| !ended).map(|stage| judge(stage, evidence));
    let place = checkpoint.place.as_ref();
    Why {
        brand: checkpoint.brand.to_string(),
        name: case.brand.name.clone(),
        checkpoint: checkpoint.id().to_string(),
        status: checkpoint.status.name().to_owned(),
        status_detail: status_detail(&checkpoint.status),
        cycle: checkpoint.cycle.number,
        stage: place.map(|place| place.stage.to_string()),
        title: stage.map(|stage| stage.title.clone()),
        purpose: stage.and_then(|stage| stage.purpose.clone()),
        since: place.map(|place| place.since),
        window: case.observations.metrics.values().find_map(sentence::window),
        open: gate.as_ref().is_some_and(|gate| gate.open),
        gate: gate.iter().flat_map(|gate| &gate.clauses).map(|clause| view(clause, now)).collect(),
        actions: match ended {
            true => Vec::new(),
            false => actions_of(checkpoint, &case.workflow, now),
        },
        tasks: if ended { Vec::new() } else { tasks_of(checkpoint, &case.workflow, now) },
        goal: goal::clauses(evidence).iter().map(|clause| view(clause, now)).collect(),
        goal_streak: checkpoint.progress.streak,
        goal_held_for: case.workflow.goal.held_for,
        timers: timers(&case.workflow, checkpoint),
        next: pending(&case.workflow, checkpoint).into_iter().next(),
        notes: notes(case),
        now,
    }
}

fn status_detail(status: &Status) -> Option<String> {
    match status {
        Status::Ready | Status::Running => None,
        Status::Paused { since, by, reason } => {
            let reason = reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            Some(format!("paused by {by} at {}{reason}", sentence::instant(*since)))
        }
        Status::Finished { outcome, ended_at } => {
            Some(format!("{outcome} since {}", sentence::instant(*ended_at)))
        }
    }
}

/// What a person should know about definitions, beside the gate.
pub fn notes(case: &Case) -> Vec<String> {
    let brand = &case.checkpoint.brand;
    let runs = case.workflow.digest.short();
    let edited = case.edited.iter().map(|digest| {
        format!(
            "workflows/{}.yaml was edited: {brand} runs on {runs}, the file is {}; \
             `fivestep adopt {brand}` goes on under the edited file",
            case.workflow.id,
            digest.short()
        )
    });
    let empty = case.observations.as_of.is_none().then(|| {
        format!("no evidence has been imported for {brand} yet; `fivestep import {brand}`")
    });
    edited.chain(charter_note(case)).chain(empty).collect()
}

/// That the charter is another than when define was left, and what follows.
fn charter_note(case: &Case) -> Option<String> {
    let changed = charter::changed(&case.checkpoint, &case.observations);
    let stage = case.checkpoint.stage().and_then(|id| case.workflow.stage(id))?;
    let running = matches!(case.checkpoint.status, Status::Running | Status::Paused { .. });
    if changed.is_empty() || !running {
        return None;
    }
    let parts: Vec<String> = changed.iter().map(ToString::to_string).collect();
    let (parts, brand) = (parts.join(", "), &case.checkpoint.brand);
    Some(match stage.step {
        FiveStep::Define => {
            format!("the charter was changed since define was left last: {parts}")
        }
        FiveStep::Target | FiveStep::Support | FiveStep::Refine | FiveStep::Repeat => format!(
            "the charter was changed since define was left: {parts}; \
             `fivestep advance {brand}` goes back there"
        ),
    })
}

/// The clauses that hold a gate, as people see them at `now`.
pub fn holding(gate: &GateReport, now: DateTime<Utc>) -> Vec<ClauseView> {
    gate.holding().map(|clause| view(clause, now)).collect()
}

/// The clauses of the goal that do not pass.
pub fn goal_lacks(evidence: Evidence<'_>) -> Vec<ClauseView> {
    let reports = goal::clauses(evidence);
    let lacking = reports.iter().filter(|report| report.verdict != Verdict::Pass);
    lacking.map(|report| view(report, evidence.now)).collect()
}

fn view(report: &ClauseReport, now: DateTime<Utc>) -> ClauseView {
    let waived = report.waiver.as_ref().map(|waiver| {
        let reason = waiver.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        format!("waived by {} at {}{reason}", waiver.by, sentence::instant(waiver.at))
    });
    let because = report.because.clone();
    let base = empty(report.clause.to_string(), report.verdict);
    subject_view(ClauseView { waived, because, ..base }, &report.subject, now)
}

fn empty(clause: String, verdict: Verdict) -> ClauseView {
    ClauseView {
        clause,
        verdict,
        waived: None,
        demand: String::new(),
        measured: String::new(),
        reason: None,
        to_pass: None,
        remedy: None,
        evidence: None,
        caveats: Vec::new(),
        because: None,
        numbers: None,
        parts: Vec::new(),
        expression: None,
    }
}

fn subject_view(base: ClauseView, subject: &Subject, now: DateTime<Utc>) -> ClauseView {
    match subject {
        Subject::Metric(metric) => metric_view(base, metric),
        Subject::Task { id, title, owner, state } => ClauseView {
            demand: format!("task {id} done: {title}"),
            measured: task_state(owner, state.as_ref(), now),
            ..base
        },
        Subject::Wait { period, until } => wait_view(base, *period, *until, now),
        Subject::When(report) => expression_view(base, report),
        Subject::Group { takes, parts } => {
            let passed = parts.iter().filter(|part| part.verdict == Verdict::Pass).count();
            let views = parts.iter().enumerate().map(|(at, part)| {
                let name = format!("{}.{}", base.clause, at + 1);
                subject_view(empty(name, part.verdict), &part.subject, now)
            });
            let parts: Vec<ClauseView> = views.collect();
            let demand = match takes {
                Takes::All => format!("all {} of these", parts.len()),
                Takes::Any => format!("one of these {}", parts.len()),
            };
            let measured = format!("{passed} of {} pass", parts.len());
            ClauseView { demand, measured, parts, ..base }
        }
    }
}

fn wait_view(
    base: ClauseView,
    period: Period,
    until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> ClauseView {
    let demand = format!("{period} in the stage");
    let Some(until) = until else { return ClauseView { demand, ..base } };
    let over = until <= now;
    let when = sentence::instant(until);
    let measured = match over {
        true => format!("over since {when}"),
        false => format!("until {when} ({})", sentence::due(until, now)),
    };
    ClauseView { demand, measured, to_pass: (!over).then(|| format!("wait until {when}")), ..base }
}

fn expression_view(base: ClauseView, report: &ExpressionReport) -> ClauseView {
    let told = report.facts.iter().map(|fact| match &fact.answer {
        Answer::Known(value) => format!("{} is {value}", fact.name),
        Answer::Missing(_) => format!("{} is missing", fact.name),
    });
    let missing = report.facts.iter().filter_map(|fact| {
        let why = fact.why.as_ref()?;
        Some(format!("{}: {why}", fact.name))
    });
    let missing: Vec<String> = missing.collect();
    ClauseView {
        demand: report.trace.text.clone(),
        measured: told.collect::<Vec<String>>().join("; "),
        reason: (base.verdict != Verdict::Pass && !missing.is_empty()).then(|| missing.join("; ")),
        expression: Some(report.clone()),
        ..base
    }
}

fn metric_view(base: ClauseView, report: &crate::engine::MetricReport) -> ClauseView {
    let seen = report.observation.as_ref();
    let (value, n, interval) = match seen.map(|seen| &seen.finding) {
        Some(crate::model::Finding::Measured { value, n, interval, .. }) => {
            (Some(*value), Some(*n), *interval)
        }
        _ => (None, None, None),
    };
    let measured = match seen {
        Some(seen) => sentence::measured(seen),
        None => "nothing yet".to_owned(),
    };
    let reason = sentence::reason(report).filter(|reason| *reason != measured);
    let remedy = remedy(base.verdict, report);
    ClauseView {
        demand: sentence::demand(report),
        measured,
        reason,
        to_pass: sentence::distance(report),
        remedy,
        evidence: seen
            .map(|seen| sentence::provenance(seen, report.age_seconds))
            .filter(|text| !text.is_empty()),
        caveats: seen.map(|seen| seen.caveats.clone()).unwrap_or_default(),
        numbers: Some(Numbers {
            metric: report.metric.name().to_owned(),
            unit: report.metric.unit(),
            value,
            n,
            interval,
            threshold: report.threshold,
            age_seconds: report.age_seconds,
        }),
        ..base
    }
}

fn task_state(owner: &str, state: Option<&TaskState>, now: DateTime<Utc>) -> String {
    match state {
        Some(TaskState::Done { answer, confirmed_by }) => {
            let second = confirmed_by.as_ref().map(|by| format!(", confirmed by {by}"));
            let at = sentence::instant(answer.at);
            format!("done by {} at {at}{}", answer.by, second.unwrap_or_default())
        }
        Some(TaskState::Open { deadline, reopened, .. }) => {
            let again = if *reopened { "reopened" } else { "open" };
            format!("{again}, for {owner}{}", due(*deadline, now))
        }
        Some(TaskState::Submitted { deadline, answer, .. }) => {
            let due = due(*deadline, now);
            format!("done by {}, to be confirmed by another person{due}", answer.by)
        }
        Some(TaskState::Rejected { at, by, reason }) => {
            let why = reason.as_ref().map(|reason| format!(": {reason}"));
            let at = sentence::instant(*at);
            format!("rejected by {by} at {at}{}", why.unwrap_or_default())
        }
        None => "not opened".to_owned(),
    }
}

/// When a task is due, as the end of a sentence.
fn due(deadline: Option<DateTime<Utc>>, now: DateTime<Utc>) -> String {
    let due = deadline.map(|deadline| {
        format!(", due {} ({})", sentence::instant(deadline), sentence::due(deadline, now))
    });
    due.unwrap_or_default()
}

/// What a person can do; nothing where the reason says it already.
fn remedy(verdict: Verdict, report: &crate::engine::MetricReport) -> Option<String> {
    let waits = matches!(report.reason, Reason::NotMeasured { .. } | Reason::TooOld);
    match verdict {
        Verdict::Pass => None,
        Verdict::Unmeasurable => Some(
            "add a source that tells; a named person can waive a gate's clause with `waive`"
                .to_owned(),
        ),
        Verdict::Insufficient if waits => None,
        Verdict::Fail | Verdict::Insufficient => Some(report.metric.spec().remedy.to_owned()),
    }
}

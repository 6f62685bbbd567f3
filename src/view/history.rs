//! A brand's journal, one line an event.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{
    Entry, Event, ScheduleId, Verdict,
    event::{Given, Judged},
    quantity,
    schedule::{SkipReason, SkippedRun},
};

use super::sentence;

/// One event as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryLine {
    /// The number of the commit.
    pub revision: u64,
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// Who asked.
    pub actor: String,
    /// The event's name.
    pub event: &'static str,
    /// What happened, in words.
    pub text: String,
    /// Whether the journal around it was pruned: only landmarks are left there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pruned: bool,
    /// Why, in the words of whoever asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The journal, oldest first.
pub fn lines(entries: &[Entry]) -> Vec<HistoryLine> {
    let events = entries.iter().flat_map(|entry| {
        entry.events.iter().map(move |event| HistoryLine {
            revision: entry.revision,
            at: entry.at,
            actor: entry.actor.to_string(),
            event: event.name(),
            text: text(event),
            pruned: false,
            reason: reason(entry, event),
        })
    });
    events.collect()
}

/// Marks the lines up to the commit `pruned`: only landmarks are left there.
pub fn mark_pruned(lines: &mut [HistoryLine], pruned: u64) {
    for line in lines.iter_mut().filter(|line| line.revision <= pruned) {
        line.pruned = true;
    }
}

/// A reason belongs to what a person decided, not to what followed from it.
fn reason(entry: &Entry, event: &Event) -> Option<String> {
    let decided = matches!(
        event,
        Event::Waived { .. }
            | Event::Paused
            | Event::Resumed { .. }
            | Event::Adopted { .. }
            | Event::Migrated { .. }
            | Event::Rewound { .. }
            | Event::Forked { .. }
            | Event::TaskSubmitted { .. }
            | Event::TaskDone { .. }
            | Event::TaskRejected { .. }
            | Event::TaskReassigned { .. }
            | Event::TaskReopened { .. }
            | Event::ActionRetried { .. }
            | Event::ActionSkipped { .. }
            | Event::Finished { .. }
    );
    entry.reason.clone().filter(|_| decided)
}

/// What happened, in words.
pub fn text(event: &Event) -> String {
    match event {
        Event::Started { workflow, definition, generation: 1 } => {
            format!("started on {workflow} {}", definition.short())
        }
        Event::Started { workflow, definition, generation } => {
            format!("run {generation} started on {workflow} {}", definition.short())
        }
        Event::CycleOpened { cycle, .. } => format!("cycle {cycle} begins"),
        Event::StageEntered { stage } => format!("entered {stage}"),
        Event::TaskOpened { task, deadline } => {
            let due = deadline.map(|at| format!(", due {}", sentence::instant(at)));
            format!("task {task} opened{}", due.unwrap_or_default())
        }
        Event::TaskSubmitted { task, given } => {
            format!("task {task} done, to be confirmed{}", shown_by(given))
        }
        Event::TaskDone { task, given, confirms: false } => {
            format!("task {task} done{}", shown_by(given))
        }
        Event::TaskDone { task, given, confirms: true } => {
            format!("task {task} confirmed{}", shown_by(given))
        }
        Event::TaskRejected { task } => format!("task {task} rejected"),
        Event::TaskReassigned { task, to } => format!("task {task} given to {to}"),
        Event::TasksRenamed { to } => {
            let names: Vec<String> =
                to.iter().map(|(old, new)| format!("task {old} is called {new} now")).collect();
            names.join(", ")
        }
        Event::TaskReopened { task, .. } => format!("task {task} reopened"),
        Event::TaskDropped { task } => format!("task {task} dropped"),
        Event::ActionOpened { action, .. } => format!("action {action} opened"),
        Event::ActionDue { action } => format!("action {action} is due"),
        Event::ActionBegan { action, attempt, .. } => {
            format!("action {action} begun, attempt {attempt}")
        }
        Event::ActionSucceeded { action, attempt, .. } => {
            format!("action {action} succeeded at attempt {attempt}")
        }
        Event::ActionFailed { action, attempt, error, retry_at } => {
            let next = match retry_at {
                Some(at) => format!("next attempt {}", sentence::instant(*at)),
                None => "failed for good".to_owned(),
            };
            format!("attempt {attempt} of action {action} failed, {next}: {error}")
        }
        Event::ActionRetried { action } => format!("action {action} is tried again"),
        Event::ActionSkipped { action } => format!("action {action} skipped"),
        Event::ActionDropped { action } => format!("action {action} dropped"),
        Event::Scheduled { schedule, ran, skipped, .. } => scheduled(schedule, ran, skipped),
        Event::ScheduleDropped { schedule } => format!("schedule {schedule} dropped"),
        Event::Fired { timer, of, to: Some(to), .. } => {
            format!("{} of {of}: given to {to}", timer.name())
        }
        Event::Fired { timer, of, to: None, .. } => format!("{} of {of}", timer.name()),
        Event::Waived { clause } => format!("clause {clause} waived"),
        Event::WaiverDropped { clause } => format!("waiver of {clause} dropped"),
        Event::Observed { observations } => match observations.as_of {
            Some(as_of) => format!("evidence measured, newest {}", sentence::instant(as_of)),
            None => "brand file read, no evidence yet".to_owned(),
        },
        Event::GateJudged { open: true, clauses } => match clauses.len() {
            1 => "gate open: its clause lets through".to_owned(),
            count => format!("gate open: all {count} clauses let through"),
        },
        Event::GateJudged { open: false, clauses } => format!("gate shut: {}", holding(clauses)),
        Event::GoalJudged { met: true, streak, .. } => {
            format!("goal met, {streak} in a row")
        }
        Event::GoalJudged { met: false, clauses, .. } => {
            format!("goal not met: {}", holding(clauses))
        }
        Event::StageLeft { stage, because: Some(because), .. } => {
            format!("left {stage}, because {because}")
        }
        Event::StageLeft { stage, because: None, .. } => format!("left {stage}"),
        Event::Paused => "paused".to_owned(),
        Event::Resumed { held_ms: 0 } => "resumed".to_owned(),
        Event::Resumed { held_ms } => {
            let held = quantity::duration(*held_ms as f64 / 1_000.0);
            format!("resumed after {held}; what it waits for is put off by that")
        }
        Event::Adopted { definition } => format!("goes on under {}", definition.short()),
        Event::Migrated { definition, stage } => {
            format!("goes on under {}, in {stage}", definition.short())
        }
        Event::Rewound { to, state } => {
            let at = &state.checkpoint;
            let stage = at.stage().map(|stage| format!(", in {stage}"));
            format!("back to commit {to}{}", stage.unwrap_or_default())
        }
        Event::Forked { from, at, .. } => format!("begins where {from} stood at commit {at}"),
        Event::Finished { outcome } => format!("finished: {outcome}"),
    }
}

/// What shows that a task was done, as the end of a sentence.
fn shown_by(given: &Given) -> String {
    let shown = [given.note.as_deref(), given.link.as_deref()];
    let shown: Vec<&str> = shown.into_iter().flatten().collect();
    if shown.is_empty() {
        String::new()
    } else {
        format!(": {}", sentence::plain(&shown.join(", ")))
    }
}

fn scheduled(schedule: &ScheduleId, ran: &[DateTime<Utc>], skipped: &[SkippedRun]) -> String {
    let began = ran.iter().map(|at| format!("the one of {} begins", sentence::instant(*at)));
    let left_out = skipped.iter().map(|run| {
        let why = match run.why {
            SkipReason::Missed => "missed",
            SkipReason::Overlap => "the one before still ran",
            SkipReason::ClockChange => "the clocks skip it",
            SkipReason::Paused => "the run was held",
        };
        format!("{} left out from {}: {why}", run.count, sentence::instant(run.first))
    });
    let parts: Vec<String> = began.chain(left_out).collect();
    match parts.is_empty() {
        true => format!("schedule {schedule} is followed from now on"),
        false => format!("schedule {schedule}: {}", parts.join("; ")),
    }
}

fn holding(clauses: &[Judged]) -> String {
    let names: Vec<String> = clauses
        .iter()
        .filter(|judged| judged.verdict != Verdict::Pass && !judged.waived)
        .map(|judged| format!("{} {}", judged.clause, judged.verdict))
        .collect();
    names.join(", ")
}

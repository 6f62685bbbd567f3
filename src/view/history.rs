//! A brand's journal, one line an event.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{Entry, Event, Verdict, event::Judged};

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
            reason: reason(entry, event),
        })
    });
    events.collect()
}

/// A reason belongs to what a person decided, not to what followed from it.
fn reason(entry: &Entry, event: &Event) -> Option<String> {
    let decided = matches!(
        event,
        Event::Waived { .. }
            | Event::Paused
            | Event::Resumed
            | Event::Adopted { .. }
            | Event::TaskDone { .. }
            | Event::TaskReopened { .. }
            | Event::Finished { .. }
    );
    entry.reason.clone().filter(|_| decided)
}

fn text(event: &Event) -> String {
    match event {
        Event::Started { workflow, definition } => {
            format!("started on {workflow} {}", definition.short())
        }
        Event::CycleOpened { cycle, .. } => format!("cycle {cycle} begins"),
        Event::StageEntered { stage } => format!("entered {stage}"),
        Event::TaskOpened { task, deadline } => {
            let due = deadline.map(|at| format!(", due {}", sentence::instant(at)));
            format!("task {task} opened{}", due.unwrap_or_default())
        }
        Event::TaskDone { task, .. } => format!("task {task} done"),
        Event::TaskReopened { task, .. } => format!("task {task} reopened"),
        Event::TaskDropped { task } => format!("task {task} dropped"),
        Event::Waived { clause } => format!("clause {clause} waived"),
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
        Event::StageLeft { stage, because: Some(because) } => {
            format!("left {stage}, because {because}")
        }
        Event::StageLeft { stage, because: None } => format!("left {stage}"),
        Event::Paused => "paused".to_owned(),
        Event::Resumed => "resumed".to_owned(),
        Event::Adopted { definition } => format!("goes on under {}", definition.short()),
        Event::Finished { outcome } => format!("finished: {outcome}"),
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

//! Work for people, over one brand or many.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    engine::timers::timers,
    model::{Checkpoint, TaskState, Timer, TimerKind, Workflow},
};

/// One task as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaskView {
    /// The brand.
    pub brand: String,
    /// The task.
    pub task: String,
    /// A few words about it.
    pub title: String,
    /// Who does it.
    pub owner: String,
    /// `open`, `reopened` or `done`.
    pub state: String,
    /// When it is due, UTC.
    pub deadline: Option<DateTime<Utc>>,
    /// Whether that is past.
    pub overdue: bool,
    /// Whether it is time to remind its owner.
    pub remind: bool,
    /// Who did it.
    pub done_by: Option<String>,
    /// What has to be filled in, field by field.
    pub form: Vec<String>,
}

/// The tasks of the stage a brand is in, in the order of the file.
pub fn tasks_of(checkpoint: &Checkpoint, workflow: &Workflow, now: DateTime<Utc>) -> Vec<TaskView> {
    let Some(stage) = checkpoint.stage().and_then(|id| workflow.stage(id)) else {
        return Vec::new();
    };
    let reminders = timers(workflow, checkpoint).into_iter();
    let due = |timer: &Timer| timer.kind == TimerKind::Reminder && timer.at <= now;
    let reminders: Vec<Timer> = reminders.filter(due).collect();
    let known = stage.tasks.iter().filter_map(|task| {
        let state = checkpoint.tasks.get(&task.id)?;
        Some((task, state))
    });
    known
        .map(|(task, state)| {
            let (word, deadline, done_by) = match state {
                TaskState::Open { deadline, reopened: false, .. } => ("open", *deadline, None),
                TaskState::Open { deadline, reopened: true, .. } => ("reopened", *deadline, None),
                TaskState::Submitted { deadline, .. } => ("to confirm", *deadline, None),
                TaskState::Done { answer, .. } => ("done", None, Some(answer.by.to_string())),
                TaskState::Rejected { .. } => ("rejected", None, None),
            };
            let fields = task.form.fields.iter().map(|(name, field)| {
                let need = if field.required { "" } else { " (optional)" };
                format!("{name}: {}{need}", field.expected())
            });
            TaskView {
                brand: checkpoint.brand.to_string(),
                task: task.id.to_string(),
                title: task.title.clone(),
                owner: state.owner().unwrap_or(&task.owner).to_owned(),
                state: word.to_owned(),
                deadline,
                overdue: deadline.is_some_and(|deadline| deadline < now),
                remind: reminders.iter().any(|timer| timer.of == task.id.as_str()),
                done_by,
                form: fields.collect(),
            }
        })
        .collect()
}

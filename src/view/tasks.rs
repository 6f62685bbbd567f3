//! Work for people, over one brand or many.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    engine::timers::{Timer, TimerKind, timers},
    model::{Checkpoint, TaskState, Workflow},
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
                TaskState::Done { by, .. } => ("done", None, Some(by.to_string())),
            };
            let fields = task.form.fields.iter().map(|(name, field)| {
                let need = if field.required { "" } else { " (optional)" };
                format!("{name}: {}{need}", field.expected())
            });
            TaskView {
                brand: checkpoint.brand.to_string(),
                task: task.id.to_string(),
                title: task.title.clone(),
                owner: task.owner.clone(),
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

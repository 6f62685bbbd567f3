//! Work for people, over one brand or many.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    engine::timers::{Rung, ladder, timers},
    model::{
        Checkpoint, Digest, Stage, Task, TaskState, TimerKind, Workflow,
        checkpoint::{Answer, Place},
    },
};

use super::sentence;

/// How far a task has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskWord {
    /// Somebody has to do it.
    Open,
    /// Somebody has to do it again.
    Reopened,
    /// Somebody did it, and another person has to confirm that.
    #[serde(rename = "to confirm")]
    ToConfirm,
    /// It is done.
    Done,
    /// Somebody said no to it.
    Rejected,
}

/// One task as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaskView {
    /// The brand.
    pub brand: String,
    /// The stage.
    pub stage: String,
    /// The task.
    pub task: String,
    /// A few words about it.
    pub title: String,
    /// Who has it now: a person or `role:NAME`.
    pub owner: String,
    /// Who had it first, where somebody else has it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_owner: Option<String>,
    /// `open`, `reopened`, `to confirm`, `done` or `rejected`.
    pub state: TaskWord,
    /// When it is due, UTC.
    pub deadline: Option<DateTime<Utc>>,
    /// Whether that is past.
    pub overdue: bool,
    /// Whether it is time to remind its owner.
    pub remind: bool,
    /// The moments at which its owner is reminded, UTC.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<DateTime<Utc>>,
    /// Who gets it next if nobody does it, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_owner: Option<Rung>,
    /// Whether a second person has to confirm it.
    pub four_eyes: bool,
    /// Who did it.
    pub done_by: Option<String>,
    /// When, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_at: Option<DateTime<Utc>>,
    /// Who confirmed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<String>,
    /// What shows that it was done, in their words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where it can be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Who said no to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejected_by: Option<String>,
    /// Why they did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What has to be filled in, field by field.
    pub form: Vec<String>,
    /// The command that takes it on; absent once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Names the task of this visit of the stage, whatever becomes of it.
    pub uid: String,
    /// The brand's last commit.
    pub revision: u64,
    /// When that was, UTC.
    pub changed_at: DateTime<Utc>,
}

impl TaskView {
    /// How far it has come, and by whom.
    pub fn told(&self) -> String {
        let by = |who: &Option<String>| who.as_deref().unwrap_or_default().to_owned();
        match (self.state, &self.confirmed_by) {
            (TaskWord::Open, _) => "open".to_owned(),
            (TaskWord::Reopened, _) => "reopened".to_owned(),
            (TaskWord::ToConfirm, _) => format!("to confirm, done by {}", by(&self.done_by)),
            (TaskWord::Done, None) => format!("done by {}", by(&self.done_by)),
            (TaskWord::Done, Some(second)) => {
                format!("done by {}, confirmed by {second}", by(&self.done_by))
            }
            (TaskWord::Rejected, _) => format!("rejected by {}", by(&self.rejected_by)),
        }
    }

    /// What shows that it was done, in one line; empty if nothing does.
    pub fn shown_by(&self) -> String {
        let shown: Vec<&str> =
            [&self.note, &self.link].into_iter().flatten().map(String::as_str).collect();
        sentence::plain(&shown.join(", "))
    }
}

/// The tasks of the stage a brand is in, in the order of the file.
pub fn tasks_of(checkpoint: &Checkpoint, workflow: &Workflow, now: DateTime<Utc>) -> Vec<TaskView> {
    let place = checkpoint.place.as_ref();
    let found = place.and_then(|place| Some((place, workflow.stage(&place.stage)?)));
    let Some((place, stage)) = found else {
        return Vec::new();
    };
    let mut reminders = timers(workflow, checkpoint);
    reminders.retain(|timer| timer.kind == TimerKind::Reminder);
    let views = stage.tasks.iter().filter_map(|task| {
        let state = checkpoint.tasks.get(&task.id)?;
        let own = reminders.iter().filter(|timer| timer.of == task.id.as_str());
        let own: Vec<DateTime<Utc>> = own.map(|timer| timer.at).collect();
        let base = base((checkpoint, place, stage, task), state, now);
        let remind = own.iter().any(|at| *at <= now);
        Some(stated(TaskView { remind, reminders: own, ..base }, state))
    });
    views.collect()
}

/// What does not depend on how far a task has come.
fn base(
    (checkpoint, place, stage, task): (&Checkpoint, &Place, &Stage, &Task),
    state: &TaskState,
    now: DateTime<Utc>,
) -> TaskView {
    let fields = task.form.fields.iter().map(|(name, field)| {
        let need = if field.required { "" } else { " (optional)" };
        format!("{name}: {}{need}", field.expected())
    });
    let deadline = state.deadline();
    let owner = state.owner().unwrap_or(&task.owner).to_owned();
    TaskView {
        brand: checkpoint.brand.to_string(),
        stage: stage.id.to_string(),
        task: task.id.to_string(),
        title: task.title.clone(),
        first_owner: (owner != task.owner).then(|| task.owner.clone()),
        owner,
        state: TaskWord::Open,
        deadline,
        overdue: deadline.is_some_and(|deadline| deadline < now),
        remind: false,
        reminders: Vec::new(),
        next_owner: ladder(checkpoint, task).into_iter().find(|rung| rung.at > now),
        four_eyes: task.four_eyes,
        done_by: None,
        done_at: None,
        confirmed_by: None,
        note: None,
        link: None,
        rejected_by: None,
        reason: None,
        form: fields.collect(),
        command: command(checkpoint, task, state),
        uid: uid(checkpoint, place, task),
        revision: checkpoint.revision,
        changed_at: checkpoint.at.unwrap_or(place.since),
    }
}

/// How far it has come, and by whom.
fn stated(base: TaskView, state: &TaskState) -> TaskView {
    match state {
        TaskState::Open { reopened: false, .. } => base,
        TaskState::Open { reopened: true, .. } => TaskView { state: TaskWord::Reopened, ..base },
        TaskState::Submitted { answer, .. } => {
            TaskView { state: TaskWord::ToConfirm, ..answered(base, answer) }
        }
        TaskState::Done { answer, confirmed_by } => TaskView {
            state: TaskWord::Done,
            confirmed_by: confirmed_by.as_ref().map(ToString::to_string),
            ..answered(base, answer)
        },
        TaskState::Rejected { by, reason, .. } => TaskView {
            state: TaskWord::Rejected,
            rejected_by: Some(by.to_string()),
            reason: reason.clone(),
            ..base
        },
    }
}

fn answered(base: TaskView, answer: &Answer) -> TaskView {
    TaskView {
        done_by: Some(answer.by.to_string()),
        done_at: Some(answer.at),
        note: answer.note.clone(),
        link: answer.link.clone(),
        ..base
    }
}

/// The command that takes a task on.
fn command(checkpoint: &Checkpoint, task: &Task, state: &TaskState) -> Option<String> {
    let (brand, id) = (&checkpoint.brand, &task.id);
    match state {
        TaskState::Open { .. } => {
            let needed = task.form.fields.iter().filter(|(_, field)| field.required);
            let set: String = needed.map(|(name, _)| format!(" --set {name}=VALUE")).collect();
            Some(format!("fivestep done {brand} {id}{set}"))
        }
        TaskState::Submitted { .. } => Some(format!("fivestep done {brand} {id} --actor NAME")),
        TaskState::Rejected { .. } => Some(format!("fivestep reopen {brand} {id}")),
        TaskState::Done { .. } => None,
    }
}

/// The same for a task as long as the brand is in the stage; another for every visit, every run and
/// every brand.
fn uid(checkpoint: &Checkpoint, place: &Place, task: &Task) -> String {
    let Checkpoint { brand, generation, .. } = checkpoint;
    let Place { entered, since, .. } = place;
    let name = format!("{brand}/{generation}/{entered}/{}/{}", since.to_rfc3339(), task.id);
    let digest = Digest::of(name.as_bytes());
    format!("{}@fivestep", digest.as_str().get(..32).unwrap_or(digest.as_str()))
}

//! What people are to be told: reminders, deadlines, escalations, and actions that failed.
//!
//! A notice follows from an entry of the journal, and is kept with it until it was delivered.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{
    BrandId, Checkpoint, Digest, Entry, Event, TaskId, TaskState, TimerKind, Workflow,
};

/// Who is told of an action that failed.
pub const OPERATOR: &str = "role:operator";

/// Why somebody is told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A task is due soon.
    Reminder,
    /// A task is due.
    Deadline,
    /// A task that is overdue is theirs now.
    Escalation,
    /// An action failed and is not tried again unasked.
    Alert,
    /// An action of the workflow says so.
    Notify,
}

impl NoticeKind {
    /// The word in JSON and the terminal.
    pub fn name(self) -> &'static str {
        match self {
            NoticeKind::Reminder => "reminder",
            NoticeKind::Deadline => "deadline",
            NoticeKind::Escalation => "escalation",
            NoticeKind::Alert => "alert",
            NoticeKind::Notify => "notify",
        }
    }
}

/// Something that a person is to be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// What tells this notice from every other, the same however often it is delivered.
    pub key: Digest,
    /// The brand.
    pub brand: BrandId,
    /// When it came up, UTC.
    pub at: DateTime<Utc>,
    /// Why.
    pub kind: NoticeKind,
    /// A person or `role:NAME`.
    pub to: String,
    /// In words.
    pub text: String,
}

/// The notices that follow from `entry`, which led to `checkpoint`.
pub(super) fn of(entry: &Entry, workflow: &Workflow, checkpoint: &Checkpoint) -> Vec<Notice> {
    let told = entry.events.iter().enumerate().filter_map(|(place, event)| {
        if is_outdated(event, &entry.events[place + 1..]) {
            return None;
        }
        let (kind, to, text) = told(event, workflow, checkpoint)?;
        let Entry { brand, generation, revision, .. } = entry;
        let key = Digest::of(format!("{brand}/{generation}/{revision}/{place}").as_bytes());
        Some(Notice { key, brand: brand.clone(), at: entry.at, kind, to, text })
    });
    told.collect()
}

/// Whether what comes after a reminder in its entry leaves it nothing to say: a machine that was
/// off fires several reminders of a task at once, or the deadline itself.
fn is_outdated(event: &Event, later: &[Event]) -> bool {
    let Event::Fired { timer: TimerKind::Reminder, of: task, .. } = event else { return false };
    later.iter().any(|event| {
        matches!(
            event,
            Event::Fired { timer: TimerKind::Reminder | TimerKind::Deadline, of, .. } if of == task
        )
    })
}

fn told(
    event: &Event,
    workflow: &Workflow,
    checkpoint: &Checkpoint,
) -> Option<(NoticeKind, String, String)> {
    match event {
        Event::Fired { timer, of, to, .. } => {
            let task = TaskId::new(of.as_str()).ok()?;
            let (title, owner) = task_of(workflow, checkpoint, &task)?;
            let named = format!("task {task} ({title})");
            match timer {
                TimerKind::Reminder => {
                    Some((NoticeKind::Reminder, owner, format!("{named} is due soon")))
                }
                TimerKind::Deadline => {
                    Some((NoticeKind::Deadline, owner, format!("{named} is due")))
                }
                TimerKind::Escalation => {
                    let to = to.clone()?;
                    Some((NoticeKind::Escalation, to, format!("{named} is overdue and yours now")))
                }
                TimerKind::Wait | TimerKind::Limit | TimerKind::Attempt | TimerKind::Occurrence => {
                    None
                }
            }
        }
        Event::ActionFailed { action, attempt, error, retry_at: None } => {
            let text = format!("action {action} failed at attempt {attempt}: {error}");
            Some((NoticeKind::Alert, OPERATOR.to_owned(), text))
        }
        _ => None,
    }
}

/// The title of a task of the brand's stage, and who has it now.
fn task_of(workflow: &Workflow, at: &Checkpoint, task: &TaskId) -> Option<(String, String)> {
    let written = workflow.stage(at.stage()?)?.task(task)?;
    let owner = at.tasks.get(task).and_then(TaskState::owner);
    Some((written.title.clone(), owner.unwrap_or(&written.owner).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_is_told_unless_something_newer_is_told_with_it() {
        let fired = |timer, of: &str| Event::Fired {
            timer,
            of: of.to_owned(),
            due: DateTime::<Utc>::UNIX_EPOCH,
            to: None,
        };
        let (remind, due) = (TimerKind::Reminder, TimerKind::Deadline);
        // (why, what fires in one entry, for which of them somebody is told nothing)
        let table = [
            ("a reminder alone", vec![(remind, "look")], vec![]),
            ("the newest of two", vec![(remind, "look"), (remind, "look")], vec![0]),
            ("it is due by now", vec![(remind, "look"), (due, "look")], vec![0]),
            ("another task is due", vec![(remind, "look"), (due, "sign")], vec![]),
            ("a deadline is told with its rung", vec![(due, "look"), (due, "look")], vec![]),
            ("the first of all", vec![(due, "sign"), (remind, "look"), (due, "look")], vec![1]),
        ];
        for (why, events, expected) in table {
            let events: Vec<Event> = events.into_iter().map(|(kind, of)| fired(kind, of)).collect();
            let silent = |at: &usize| is_outdated(&events[*at], &events[at + 1..]);
            assert_eq!((0..events.len()).filter(silent).collect::<Vec<_>>(), expected, "{why}");
        }
    }
}

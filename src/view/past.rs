//! What going back to an earlier commit changed, and what began as another brand's run.

use serde::Serialize;

use crate::{
    model::{Checkpoint, Entry, Status, TaskState, Verb, ids::StageId},
    runner::{
        fork::{Evidence, Forked},
        past::Rewound,
    },
};

use super::{
    history::{self, HistoryLine},
    moved::{self, DoneView},
    sentence,
};

/// A brand that stands again where it stood.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RewoundView {
    /// What happened.
    #[serde(flatten)]
    pub done: DoneView,
    /// Where it stood until now.
    pub from: String,
    /// What is otherwise than it was until now.
    pub changes: Vec<Change>,
    /// What people did since, which does not count any more.
    pub undone: Vec<HistoryLine>,
}

/// One thing that is otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What: `stage`, `cycle`, `task sign_charter`.
    pub what: String,
    /// As it was.
    pub before: String,
    /// As it is now.
    pub now: String,
}

/// The outcome of a rewind.
pub fn rewound(rewound: &Rewound, dry_run: bool) -> RewoundView {
    let Rewound { before, step, since } = rewound;
    let undone = history::lines(since).into_iter().filter(|line| is_undone(line, since));
    RewoundView {
        done: moved::done(step, dry_run),
        from: before.id().to_string(),
        changes: changes(before, &step.checkpoint),
        undone: undone.collect(),
    }
}

/// What a person did that the run forgets: evidence and the work of actions stay.
fn is_undone(line: &HistoryLine, since: &[Entry]) -> bool {
    let decided = [
        "task_submitted",
        "task_done",
        "task_rejected",
        "task_reassigned",
        "task_reopened",
        "waived",
        "paused",
        "resumed",
        "adopted",
        "migrated",
        "rewound",
    ];
    let entry = since.iter().find(|entry| entry.revision == line.revision);
    let ended = [Verb::Cancel.name(), Verb::Abandon.name()];
    let by_hand = entry.is_some_and(|entry| ended.contains(&entry.verb.as_str()));
    decided.contains(&line.event) || (by_hand && line.event == "finished")
}

fn changes(before: &Checkpoint, now: &Checkpoint) -> Vec<Change> {
    let stage = |at: &Checkpoint| at.stage().map(StageId::to_string).unwrap_or_default();
    let cycle = |at: &Checkpoint| at.cycle.number.to_string();
    let status = |at: &Checkpoint| at.status.name().to_owned();
    let text =
        |at: &Checkpoint| at.definition.as_ref().map_or("", |digest| digest.short()).to_owned();
    let mut changes = vec![
        changed("stage", stage(before), stage(now)),
        changed("cycle", cycle(before), cycle(now)),
        changed("status", status(before), status(now)),
        changed("definition", text(before), text(now)),
    ];
    let mut tasks: Vec<_> = before.tasks.keys().chain(now.tasks.keys()).collect();
    tasks.sort();
    tasks.dedup();
    let state = |at: &Checkpoint, task| at.tasks.get(task).map_or("not there", word).to_owned();
    changes.extend(
        tasks
            .into_iter()
            .map(|task| changed(&format!("task {task}"), state(before, task), state(now, task))),
    );
    changes.into_iter().flatten().collect()
}

fn changed(what: &str, before: String, now: String) -> Option<Change> {
    (before != now).then(|| Change { what: what.to_owned(), before, now })
}

/// Where a task stands, in a word.
fn word(state: &TaskState) -> &'static str {
    match state {
        TaskState::Open { .. } => "open",
        TaskState::Submitted { .. } => "to confirm",
        TaskState::Done { .. } => "done",
        TaskState::Rejected { .. } => "rejected",
    }
}

/// A brand that began where another one stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ForkedView {
    /// What happened.
    #[serde(flatten)]
    pub done: DoneView,
    /// `copied`, `kept` or `none`.
    pub evidence: &'static str,
    /// The same in words.
    #[serde(skip)]
    pub told: String,
}

/// The outcome of a fork.
pub fn forked(forked: &Forked, dry_run: bool) -> ForkedView {
    let Forked { step, evidence } = forked;
    let (evidence, told) = match evidence {
        Evidence::Copied => ("copied", "evidence copied"),
        Evidence::Kept => ("kept", "it has evidence of its own, which was kept"),
        Evidence::None => ("none", "there is no evidence to copy"),
    };
    let paused = matches!(step.checkpoint.status, Status::Paused { .. });
    let told = if paused { format!("{told}; it is paused, too") } else { told.to_owned() };
    ForkedView { done: moved::done(step, dry_run), evidence, told }
}

/// One line of what people did since, such as `4  2026-03-02 09:00  Ada  task sign_charter done`.
pub fn undone_line(line: &HistoryLine) -> String {
    let HistoryLine { revision, at, actor, text, .. } = line;
    format!("{revision}  {}  {actor}  {text}", sentence::instant(*at))
}

//! To another text of the workflow: what a run keeps, what it loses, what is new to it.
//!
//! Start reading at `Draft::migrate`. `adopt` follows the file as it is; `migrate` knows besides
//! which stages and tasks have another name now, and which clauses ask what they asked before
//! ([`changed_clauses`](super::same::changed_clauses)).
//!
//! # Always true
//!
//! - A run moves to another text only where its stage has a place in it.
//! - What is lost is lost by an event that names it.
//! - To another text and back by the opposite names leads to the same checkpoint, if no name was
//!   lost on the way.

use std::collections::BTreeMap;

use crate::model::{
    ActionName, Event, Stage, TaskState,
    command::Renamed,
    ids::{ClauseId, TaskId},
};

use super::{
    draft::{Draft, Shut},
    refusal::Refusal,
};

impl Draft<'_> {
    pub(super) fn adopt(&mut self) -> Result<Shut, Refusal> {
        let stage = self.stage()?;
        self.emit(Event::Adopted { definition: self.workflow.digest.clone() });
        self.take_over(stage);
        Ok(None)
    }

    /// Goes on under another text, in which stages and tasks may have other names.
    pub(super) fn migrate(&mut self, renamed: &Renamed) -> Result<Shut, Refusal> {
        self.nothing_runs()?;
        let old = self.checkpoint.stage().cloned().ok_or(Refusal::NotStarted)?;
        let new = renamed.stage(&old);
        let stage = self.workflow.stage(new).ok_or_else(|| self.stage_gone(new))?;
        let definition = self.workflow.digest.clone();
        self.emit(Event::Migrated { definition, stage: stage.id.clone() });
        self.rename_tasks(renamed);
        self.drop_waivers(stage, renamed);
        self.take_over(stage);
        Ok(None)
    }

    /// Gives the tasks their new names, all at once, so that two can change theirs. A task that
    /// keeps a name which another one gets is dropped first.
    fn rename_tasks(&mut self, renamed: &Renamed) {
        let tasks = self.checkpoint.tasks.keys();
        let moves = tasks.map(|task| (task.clone(), renamed.task(task).clone()));
        let moves: BTreeMap<TaskId, TaskId> = moves.filter(|(old, new)| old != new).collect();
        if moves.is_empty() {
            return;
        }
        let in_the_way =
            |task: &&TaskId| !moves.contains_key(*task) && moves.values().any(|new| new == *task);
        let gone: Vec<TaskId> = self.checkpoint.tasks.keys().filter(in_the_way).cloned().collect();
        for task in gone {
            self.emit(Event::TaskDropped { task });
        }
        self.emit(Event::TasksRenamed { to: moves });
    }

    /// Drops the waivers of clauses that the stage does not have, or that ask something else now.
    fn drop_waivers(&mut self, stage: &Stage, renamed: &Renamed) {
        let asks_the_same =
            |id: &ClauseId| stage.clause(id).is_some() && !renamed.changed_clauses.contains(id);
        let gone = self.checkpoint.waivers.keys().filter(|id| !asks_the_same(id));
        let gone: Vec<ClauseId> = gone.cloned().collect();
        for clause in gone {
            self.emit(Event::WaiverDropped { clause });
        }
    }

    /// Makes tasks, actions and schedules those of `stage` as the workflow has it now.
    fn take_over(&mut self, stage: &Stage) {
        let known: Vec<TaskId> = self.checkpoint.tasks.keys().cloned().collect();
        for task in known.iter().filter(|task| stage.task(task).is_none()) {
            self.emit(Event::TaskDropped { task: task.clone() });
        }
        for task in &stage.tasks {
            if !known.contains(&task.id) || !self.still_fits(stage, &task.id) {
                let deadline = self.deadline(stage, &task.id);
                self.emit(Event::TaskOpened { task: task.id.clone(), deadline });
            }
        }
        self.take_over_actions(stage);
        self.take_over_schedules();
    }

    /// Whether what was said of a task would be accepted now.
    fn still_fits(&self, stage: &Stage, id: &TaskId) -> bool {
        let form = stage.task(id).map(|task| &task.form);
        match self.checkpoint.tasks.get(id) {
            Some(TaskState::Done { answer, .. } | TaskState::Submitted { answer, .. }) => {
                form.is_some_and(|form| form.problems(&answer.input).is_empty())
            }
            Some(TaskState::Open { .. } | TaskState::Rejected { .. }) => true,
            None => false,
        }
    }

    fn take_over_actions(&mut self, stage: &Stage) {
        let gone = self.checkpoint.actions.keys().filter(|name| match name {
            ActionName::Entry(id) => stage.action(id).is_none(),
            ActionName::Schedule(_) => false,
        });
        let gone: Vec<ActionName> = gone.cloned().collect();
        for action in gone {
            self.emit(Event::ActionDropped { action });
        }
        for action in &stage.entry {
            if !self.checkpoint.actions.contains_key(&ActionName::Entry(action.id.clone())) {
                self.open_action(action);
            }
        }
        self.release(stage);
    }

    fn take_over_schedules(&mut self) {
        let known = self.checkpoint.schedules.keys();
        let gone = known.filter(|id| self.workflow.schedule(id).is_none());
        let gone: Vec<_> = gone.cloned().collect();
        for schedule in gone {
            self.emit(Event::ScheduleDropped { schedule });
        }
        self.follow_schedules();
    }
}

//! Mistakes and change: held and let go, other texts of the workflow, earlier states, the end.
//!
//! # Always true
//!
//! - Nothing here rewrites the journal: an earlier state is brought back by one more entry.
//! - A brand moves to another text only where every name that it uses has a place there.

use chrono::TimeDelta;

use crate::model::{
    ActionName, ActionState, Checkpoint, Clause, Event, Outcome, Stage, Status, TaskState,
    checkpoint::Saved,
    command::Renamed,
    ids::{ClauseId, TaskId},
};

use super::{
    draft::{Draft, Shut},
    refusal::Refusal,
};

impl Draft<'_> {
    pub(super) fn resume(&mut self) -> Shut {
        let held = match &self.checkpoint.status {
            Status::Paused { since, .. } => self.entry.at - *since,
            Status::Ready | Status::Running | Status::Finished { .. } => TimeDelta::zero(),
        };
        self.emit(Event::Resumed { held_ms: held.num_milliseconds().max(0) });
        self.skip_held_occurrences();
        None
    }

    /// Ends the run once nothing of it is half done: whatever is open is closed by an event of its
    /// own.
    pub(super) fn cancel(&mut self) -> Result<Shut, Refusal> {
        self.nothing_runs()?;
        let open = self.checkpoint.tasks.iter().filter(|(_, state)| state.is_open());
        let open: Vec<TaskId> = open.map(|(task, _)| task.clone()).collect();
        for task in open {
            self.emit(Event::TaskDropped { task });
        }
        self.drop_actions();
        Ok(self.emit(Event::Finished { outcome: Outcome::Abandoned }))
    }

    /// Refuses what must not come between an attempt and its answer.
    fn nothing_runs(&self) -> Result<(), Refusal> {
        let running = self.checkpoint.actions.iter().find(|(_, state)| state.is_running());
        match running {
            Some((action, state)) => {
                Err(Refusal::ActionRuns { action: action.clone(), attempt: state.attempts })
            }
            None => Ok(()),
        }
    }

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
        let new = renamed.stages.get(&old).unwrap_or(&old);
        let stage = self.workflow.stage(new).ok_or_else(|| self.stage_gone(new))?;
        let definition = self.workflow.digest.clone();
        self.emit(Event::Migrated { definition, stage: stage.id.clone() });
        self.rename_tasks(renamed);
        self.drop_waivers(stage);
        self.take_over(stage);
        Ok(None)
    }

    fn rename_tasks(&mut self, renamed: &Renamed) {
        let moves = renamed
            .tasks
            .iter()
            .filter(|(old, new)| old != new && self.checkpoint.tasks.contains_key(old));
        let moves: Vec<_> = moves.map(|(old, new)| (old.clone(), new.clone())).collect();
        for (task, to) in moves {
            self.emit(Event::TaskRenamed { task, to });
        }
    }

    /// Drops the waivers of clauses that the stage does not have.
    fn drop_waivers(&mut self, stage: &Stage) {
        let has = |id: &ClauseId| stage.exit.iter().any(|clause: &Clause| clause.id == *id);
        let gone = self.checkpoint.waivers.keys().filter(|id| !has(id));
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

    /// Stands again where the run stood after an earlier commit.
    pub(super) fn rewind(&mut self, state: &Checkpoint) -> Result<Shut, Refusal> {
        self.named_with_reason()?;
        if matches!(self.checkpoint.status, Status::Running) {
            self.nothing_runs()?;
        }
        let Checkpoint { generation, revision, .. } = self.checkpoint;
        let is_earlier = state.revision < revision && state.revision > 0;
        if state.brand != self.checkpoint.brand || state.generation != generation || !is_earlier {
            return Err(Refusal::NotEarlier { to: state.revision, at: revision, generation });
        }
        let mut state = state.clone();
        keep_what_was_done(&mut state, &self.checkpoint);
        let to = state.revision;
        Ok(self.emit(Event::Rewound { to, state: Box::new(Saved::from(state)) }))
    }

    /// Begins where another brand's run stands. What its actions have not done yet is this brand's
    /// to do, under keys of its own.
    pub(super) fn fork(&mut self, state: &Checkpoint) -> Result<Shut, Refusal> {
        if let Some((action, running)) =
            state.actions.iter().find(|(_, action)| action.is_running())
        {
            let (action, attempt) = (action.clone(), running.attempts);
            return Err(Refusal::ActionRuns { action, attempt });
        }
        if state.status == Status::Ready {
            return Err(Refusal::NotStarted);
        }
        let (from, at) = (state.brand.clone(), state.revision);
        let mut state = state.clone();
        state.brand = self.checkpoint.brand.clone();
        state.generation = self.entry.generation;
        for (name, action) in &mut state.actions {
            if !action.is_settled() {
                action.key = self.key(&format!("{}/{name}/{}", action.key, self.entry.generation));
            }
        }
        Ok(self.emit(Event::Forked { from, at, state: Box::new(Saved::from(state)) }))
    }
}

/// What was done since is not undone by going back: an action of the same visit keeps how it ended.
fn keep_what_was_done(state: &mut Checkpoint, now: &Checkpoint) {
    for (name, action) in &mut state.actions {
        let later = now.actions.get(name).filter(|later| later.key == action.key);
        if let Some(later) = later.filter(|later| ActionState::is_settled(later)) {
            *action = later.clone();
        }
        if let Some(later) = later {
            action.attempts = action.attempts.max(later.attempts);
        }
    }
}

//! Work for people: done, confirmed by a second person, rejected, given to another, taken up again.
//!
//! # Always true
//!
//! - Only a person finishes a task. A deadline that passes in silence gives it to somebody else at
//!   most.
//! - Who confirms a task is not who did it.

use serde_json::{Map, Value};

use crate::model::{
    Event, Stage, TaskState,
    event::Given,
    ids::{Actor, TaskId},
};

use super::{
    draft::{Draft, Shut},
    refusal::Refusal,
};

impl<'a> Draft<'a> {
    fn task_state(&self, task: &TaskId) -> Result<(&'a Stage, &TaskState), Refusal> {
        let stage = self.stage()?;
        match self.checkpoint.tasks.get(task) {
            Some(state) => Ok((stage, state)),
            None => Err(Refusal::UnknownTask {
                stage: stage.id.clone(),
                task: task.clone(),
                known: self.checkpoint.tasks.keys().cloned().collect(),
            }),
        }
    }

    pub(super) fn done(
        &mut self,
        id: &TaskId,
        input: &Map<String, Value>,
        note: &Option<String>,
        link: &Option<String>,
    ) -> Result<Shut, Refusal> {
        let (stage, state) = self.task_state(id)?;
        let task = id.clone();
        let first = match state {
            TaskState::Open { .. } => None,
            TaskState::Submitted { answer, .. } => Some((answer.by.clone(), answer.input.clone())),
            TaskState::Done { .. } => return Err(Refusal::TaskDone { task }),
            TaskState::Rejected { .. } => return Err(Refusal::TaskRejected { task }),
        };
        let given = self.given(input, note, link);
        if let Some((by, filled_in)) = first {
            self.second_person(id, &by, input, &filled_in)?;
            let given = Given { input: filled_in, ..given };
            return Ok(self.emit(Event::TaskDone { task, given, confirms: true }));
        }
        let asked = stage.task(id);
        let problems = asked.map(|task| task.form.problems(input)).unwrap_or_default();
        if !problems.is_empty() {
            return Err(Refusal::Form { task, problems });
        }
        if asked.is_some_and(|task| task.four_eyes) {
            self.named()?;
            return Ok(self.emit(Event::TaskSubmitted { task, given }));
        }
        Ok(self.emit(Event::TaskDone { task, given, confirms: false }))
    }

    /// Refuses a second person who is the first, or who says something else.
    fn second_person(
        &self,
        id: &TaskId,
        first: &Actor,
        input: &Map<String, Value>,
        filled_in: &Map<String, Value>,
    ) -> Result<(), Refusal> {
        self.named()?;
        let (task, first) = (id.clone(), first.clone());
        // A name in other letters is no other person.
        let lower = |actor: &Actor| actor.as_str().to_lowercase();
        if lower(&self.entry.actor) == lower(&first) {
            return Err(Refusal::SecondPerson { task, first });
        }
        if !input.is_empty() && input != filled_in {
            return Err(Refusal::OtherAnswer { task, first });
        }
        Ok(())
    }

    fn given(
        &self,
        input: &Map<String, Value>,
        note: &Option<String>,
        link: &Option<String>,
    ) -> Given {
        let saw = self.checkpoint.place.as_ref().map(|place| place.gate.clone());
        Given {
            input: input.clone(),
            note: note.clone(),
            link: link.clone(),
            saw: saw.unwrap_or_default(),
            saw_to: self.checkpoint.observations.as_of,
        }
    }

    pub(super) fn reject(&mut self, id: &TaskId) -> Result<Shut, Refusal> {
        self.named_with_reason()?;
        let (_, state) = self.task_state(id)?;
        let task = id.clone();
        match state {
            TaskState::Open { .. } | TaskState::Submitted { .. } => {
                Ok(self.emit(Event::TaskRejected { task }))
            }
            TaskState::Done { .. } => Err(Refusal::TaskDone { task }),
            TaskState::Rejected { .. } => Err(Refusal::TaskRejected { task }),
        }
    }

    pub(super) fn reassign(&mut self, id: &TaskId, to: &str) -> Result<Shut, Refusal> {
        let (stage, state) = self.task_state(id)?;
        let (task, to) = (id.clone(), to.trim().to_owned());
        match state {
            TaskState::Open { .. } | TaskState::Submitted { .. } => {}
            TaskState::Done { .. } => return Err(Refusal::TaskDone { task }),
            TaskState::Rejected { .. } => return Err(Refusal::TaskRejected { task }),
        }
        let role = to.strip_prefix("role:").unwrap_or(&to);
        if role.trim().is_empty() {
            return Err(Refusal::NoOwner { task });
        }
        let written = stage.task(id).map(|task| task.owner.as_str());
        if state.owner().or(written) == Some(to.as_str()) {
            return Err(Refusal::SameOwner { task, owner: to });
        }
        Ok(self.emit(Event::TaskReassigned { task, to }))
    }

    pub(super) fn reopen(&mut self, id: &TaskId) -> Result<Shut, Refusal> {
        let (stage, state) = self.task_state(id)?;
        if state.is_open() {
            return Err(Refusal::TaskOpen { task: id.clone() });
        }
        let deadline = self.deadline(stage, id);
        Ok(self.emit(Event::TaskReopened { task: id.clone(), deadline }))
    }
}

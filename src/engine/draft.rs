//! A step in the making.
//!
//! Each event is applied to the checkpoint as it is decided, so a later decision of the same step
//! sees the earlier ones, and the new checkpoint is the fold of the entry by construction.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::model::{
    Checkpoint, Command, Entry, Event, Observations, Stage, Verb, Workflow, ids::StageId,
};

use super::{
    actions::Begun,
    gate::{Evidence, GateReport},
    notices,
    refusal::Refusal,
    step::Step,
    timers::pending,
};

/// What a part of a step leaves: the gate if it was found shut.
pub(super) type Shut = Option<GateReport>;

/// A step in the making.
pub(super) struct Draft<'a> {
    pub(super) workflow: &'a Workflow,
    pub(super) checkpoint: Checkpoint,
    pub(super) entry: Entry,
    pub(super) begun: Vec<Begun>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        workflow: &'a Workflow,
        checkpoint: &Checkpoint,
        command: &Command,
        now: DateTime<Utc>,
    ) -> Self {
        let begins = matches!(command.verb, Verb::Start | Verb::StartAgain | Verb::Fork { .. });
        let entry = Entry {
            brand: checkpoint.brand.clone(),
            generation: checkpoint.generation + u32::from(begins),
            revision: checkpoint.revision + 1,
            at: checkpoint.at.map_or(now, |last| last.max(now)),
            actor: command.actor.clone(),
            verb: command.verb.name().to_owned(),
            reason: command.reason.clone(),
            events: Vec::new(),
        };
        Self { workflow, checkpoint: checkpoint.clone(), entry, begun: Vec::new() }
    }

    /// Records an event; answers `None`, for a part that leaves no shut gate.
    pub(super) fn emit(&mut self, event: Event) -> Shut {
        self.checkpoint.record(&event, &self.entry);
        self.entry.events.push(event);
        None
    }

    /// Whether nothing was decided yet.
    pub(super) fn is_empty(&self) -> bool {
        self.entry.events.is_empty()
    }

    /// The step, for a brand that stood at `before`.
    pub(super) fn finish(mut self, shut: Shut, before: &Checkpoint) -> Step {
        self.checkpoint.revision = self.entry.revision;
        self.checkpoint.at = Some(self.entry.at);
        let timers = self.changes_timers(before).then(|| pending(self.workflow, &self.checkpoint));
        let notices = notices::of(&self.entry, self.workflow, &self.checkpoint);
        let Self { checkpoint, entry, begun, .. } = self;
        Step { checkpoint, entry, shut, timers, notices, begun }
    }

    /// Whether the step decided anything that a timer could follow from.
    fn changes_timers(&self, before: &Checkpoint) -> bool {
        let terms = &self.checkpoint.observations.terms;
        let judged = |event: &Event| {
            matches!(
                event,
                Event::Observed { .. }
                    | Event::GateJudged { .. }
                    | Event::GoalJudged { .. }
                    | Event::Waived { .. }
                    | Event::TaskReassigned { .. }
            )
        };
        before.observations.terms.working_time != terms.working_time
            || !self.entry.events.iter().all(judged)
    }

    /// The stage the brand is in. A running brand is always in a stage of its own workflow.
    pub(super) fn stage(&self) -> Result<&'a Stage, Refusal> {
        let id = self.checkpoint.stage().ok_or(Refusal::NotStarted)?;
        self.workflow.stage(id).ok_or_else(|| self.stage_gone(id))
    }

    pub(super) fn stage_gone(&self, stage: &StageId) -> Refusal {
        let known = self.workflow.stages.iter().map(|stage| stage.id.clone()).collect();
        Refusal::StageGone { stage: stage.clone(), known }
    }

    pub(super) fn evidence(&self) -> Evidence<'_> {
        Evidence {
            workflow: self.workflow,
            checkpoint: &self.checkpoint,
            observations: &self.checkpoint.observations,
            now: self.entry.at,
        }
    }

    pub(super) fn observe(&mut self, observations: &Observations) {
        let known = &*self.checkpoint.observations;
        if !std::ptr::eq(known, observations) && known != observations {
            self.emit(Event::Observed { observations: Arc::new(observations.clone()) });
        }
    }

    /// Refuses what only a person who says who they are may do.
    pub(super) fn named(&self) -> Result<(), Refusal> {
        match self.entry.actor.as_str() {
            "" | Command::ENGINE | Command::NOBODY => Err(Refusal::NeedsActor),
            _ => Ok(()),
        }
    }

    /// Refuses what only a named person may do who says why.
    pub(super) fn named_with_reason(&self) -> Result<(), Refusal> {
        self.named()?;
        match self.entry.reason {
            None => Err(Refusal::NeedsReason),
            Some(_) => Ok(()),
        }
    }
}

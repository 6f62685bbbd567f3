//! Starting, and going from stage to stage.
//!
//! Start reading at `Draft::advance`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::model::{
    Event, FiveStep, Observations, Outcome, Stage, StageLimit, Target, Verdict, Workflow,
    ids::{ClauseId, StageId, TaskId},
};

use super::{
    draft::{Draft, Shut},
    expression::Asker,
    gate::judge,
    goal,
    refusal::Refusal,
    truth::Truth,
};

impl Draft<'_> {
    pub(super) fn start(&mut self, observations: &Observations) -> Result<Shut, Refusal> {
        let Workflow { id, digest, initial, .. } = self.workflow;
        let generation = self.entry.generation;
        let (workflow, definition) = (id.clone(), digest.clone());
        self.emit(Event::Started { workflow, definition, generation });
        self.observe(observations);
        self.emit(Event::CycleOpened { cycle: 1, counted_to: None, previous: BTreeMap::new() });
        self.follow_schedules();
        self.enter(initial)
    }

    pub(super) fn enter(&mut self, id: &StageId) -> Result<Shut, Refusal> {
        let stage = self.workflow.stage(id).ok_or_else(|| self.stage_gone(id))?;
        self.emit(Event::StageEntered { stage: id.clone() });
        for task in &stage.tasks {
            let deadline = self.deadline(stage, &task.id);
            self.emit(Event::TaskOpened { task: task.id.clone(), deadline });
        }
        self.open_actions(stage);
        Ok(None)
    }

    pub(super) fn deadline(&self, stage: &Stage, task: &TaskId) -> Option<DateTime<Utc>> {
        let period = stage.task(task)?.deadline?;
        Some(self.checkpoint.observations.terms.working_time.after(self.entry.at, period))
    }

    /// Fires what is due, then leaves the stage if its gate is open or its limit is reached.
    pub(super) fn advance(&mut self, observations: &Observations) -> Result<Shut, Refusal> {
        self.observe(observations);
        self.fire();
        self.judge_and_go()
    }

    /// Goes back to define if the charter was changed; else judges the gate, and leaves the stage
    /// if it is open or its limit is reached.
    pub(super) fn judge_and_go(&mut self) -> Result<Shut, Refusal> {
        let stage = self.stage()?;
        if let Some(shut) = self.back_to_define(stage)? {
            return Ok(shut);
        }
        let gate = judge(stage, self.evidence());
        let judged = gate.judged();
        let known = self.checkpoint.place.as_ref().is_some_and(|place| {
            place.gate == judged && place.blocked_since.is_some() != gate.open
        });
        if !known {
            self.emit(Event::GateJudged { open: gate.open, clauses: judged });
        }
        if gate.open {
            return self.leave(stage);
        }
        if let Some(limit) = self.limit_reached(stage) {
            self.drop_actions();
            return self.go(stage, &limit.target, Some(limit.because()));
        }
        match self.is_empty() {
            false => Ok(Some(gate)),
            true => Err(Refusal::GateShut(Box::new(gate))),
        }
    }

    /// The stage's limit, if the brand has been there so long. A stage is not left in the middle
    /// of an attempt, which has an end of its own.
    fn limit_reached<'s>(&self, stage: &'s Stage) -> Option<&'s StageLimit> {
        let place = self.checkpoint.place.as_ref()?;
        let working_time = &self.checkpoint.observations.terms.working_time;
        let reached = |limit: &&StageLimit| {
            place.after(limit.after, working_time) <= self.entry.at && !self.is_acting()
        };
        stage.limit.as_ref().filter(reached)
    }

    fn leave(&mut self, stage: &Stage) -> Result<Shut, Refusal> {
        if stage.step == FiveStep::Repeat {
            let judged = goal::judge(self.evidence());
            self.emit(judged);
        }
        let (target, because) = self.way_on(stage);
        self.go(stage, target, because)
    }

    fn go(
        &mut self,
        stage: &Stage,
        target: &Target,
        because: Option<String>,
    ) -> Result<Shut, Refusal> {
        let closes =
            matches!(target, Target::Stage(next) if self.workflow.closes_cycle(stage, next));
        // A cycle that ends early is judged like any other: it must not be left out of a streak.
        if closes && !self.is_judged() {
            let judged = goal::judge(self.evidence());
            self.emit(judged);
        }
        let charter = self.frozen(stage);
        self.emit(Event::StageLeft { stage: stage.id.clone(), because, charter });
        match target {
            Target::Finish(outcome) => Ok(self.emit(Event::Finished { outcome: *outcome })),
            Target::Stage(next) if closes => self.next_cycle(next),
            Target::Stage(next) => self.enter(next),
        }
    }

    /// Whether this step has judged the goal already.
    fn is_judged(&self) -> bool {
        self.entry.events.iter().any(|event| matches!(event, Event::GoalJudged { .. }))
    }

    fn way_on<'s>(&self, stage: &'s Stage) -> (&'s Target, Option<String>) {
        let asker = Asker::new(self.evidence(), Some(stage));
        let mut branches = stage.next.branches.iter();
        match branches.find(|branch| asker.answer(&branch.when).truth() == Truth::True) {
            Some(branch) => (&branch.target, Some(branch.when.to_string())),
            None => (&stage.next.otherwise, None),
        }
    }

    fn next_cycle(&mut self, first: &StageId) -> Result<Shut, Refusal> {
        let limits = self.workflow.limits;
        let progress = &self.checkpoint.progress;
        let cycle = self.checkpoint.cycle.number;
        if limits.stall_after.is_some_and(|most| progress.without_gain >= most) {
            return Ok(self.emit(Event::Finished { outcome: Outcome::Stalled }));
        }
        if cycle >= limits.cycles {
            return Ok(self.emit(Event::Finished { outcome: Outcome::Exhausted }));
        }
        let seen = &self.checkpoint.observations;
        let counted_to = seen.as_of;
        let remembered = self.workflow.remembered().into_iter();
        let previous = remembered
            .filter_map(|metric| Some((metric, seen.metrics.get(&metric)?.clone())))
            .collect();
        self.emit(Event::CycleOpened { cycle: cycle + 1, counted_to, previous });
        self.enter(first)
    }

    pub(super) fn waive(
        &mut self,
        id: &ClauseId,
        observations: &Observations,
    ) -> Result<Shut, Refusal> {
        self.named_with_reason()?;
        self.observe(observations);
        let gate = judge(self.stage()?, self.evidence());
        let Some(report) = gate.clauses.iter().find(|report| report.clause == *id) else {
            let known = gate.clauses.iter().map(|report| report.clause.clone()).collect();
            return Err(Refusal::UnknownClause { stage: gate.stage, clause: id.clone(), known });
        };
        if report.waiver.is_some() {
            return Err(Refusal::AlreadyWaived { clause: id.clone() });
        }
        if report.verdict != Verdict::Unmeasurable {
            return Err(Refusal::NotWaivable { clause: id.clone(), verdict: report.verdict });
        }
        Ok(self.emit(Event::Waived { clause: id.clone() }))
    }
}

//! One command, one decision.
//!
//! Start reading at [`step`]. A `Draft` collects the events; each is applied to the checkpoint
//! as it is decided, so a later decision of the same step sees the earlier ones, and the new
//! checkpoint is the fold of the entry by construction.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};

use crate::model::{
    Checkpoint, Command, Entry, Event, FiveStep, Observations, Outcome, Stage, StageLimit, Status,
    Target, TaskState, Verb, Verdict, Workflow,
    ids::{ClauseId, StageId, TaskId},
};

use super::{
    expression::Asker,
    gate::{Evidence, GateReport, judge},
    goal,
    refusal::Refusal,
    truth::Truth,
};

/// What follows from a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Where the brand stands now.
    pub checkpoint: Checkpoint,
    /// What the journal says about it.
    pub entry: Entry,
    /// The gate, if it was judged and found shut: something new was recorded, the brand stays.
    pub shut: Option<GateReport>,
}

/// Decides what `command` does to a brand.
///
/// - `workflow`: the text the brand runs on; for `start` and `adopt`, the text it is to run on.
/// - `observations`: everything measured for the brand. What differs from the checkpoint's is
///   recorded before it is used.
/// - `now`: the moment of the decision, UTC. An entry is never dated before the one it follows,
///   so a clock that was set back cannot disorder a journal.
///
/// # Errors
///
/// A [`Refusal`] if the command changes nothing. `advance` at a shut gate is refused only when
/// nothing new was measured; otherwise the measurements are a step, with [`Step::shut`] set.
///
/// # Example
///
/// ```
/// use fivestep::{engine::{Refusal, step}, model::*};
///
/// let yaml = include_bytes!("../../workflows/engagement.yaml");
/// let file = fivestep::definition::SourceFile::new("engagement.yaml", yaml.to_vec());
/// let workflow = fivestep::definition::load_workflow(&file).expect("the shipped file is right");
/// let brand = Checkpoint::new(BrandId::new("acme")?);
/// let now = "2026-03-02T09:00:00Z".parse()?;
/// let ask = |verb| Command::new(verb, Actor::new("Ada"));
/// let nothing = Observations::default();
///
/// let started = step(&workflow, &brand, &nothing, &ask(Verb::Start), now).expect("it is ready");
/// assert_eq!(started.checkpoint.id().to_string(), "acme@1.define.1");
///
/// // Nothing was measured yet, so nothing opens the gate: that is recorded once, then refused.
/// let judged = step(&workflow, &started.checkpoint, &nothing, &ask(Verb::Advance), now)
///     .expect("the first judgement is new");
/// assert!(judged.shut.is_some());
/// let again = step(&workflow, &judged.checkpoint, &nothing, &ask(Verb::Advance), now);
/// assert!(matches!(again, Err(Refusal::GateShut(_))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn step(
    workflow: &Workflow,
    checkpoint: &Checkpoint,
    observations: &Observations,
    command: &Command,
    now: DateTime<Utc>,
) -> Result<Step, Refusal> {
    may(workflow, checkpoint, &command.verb)?;
    let mut draft = Draft::new(workflow, checkpoint, command, now);
    let shut = match &command.verb {
        Verb::Start => draft.start(observations)?,
        Verb::Advance => draft.advance(observations)?,
        Verb::Done { task, input } => draft.done(task, input)?,
        Verb::Reopen { task } => draft.reopen(task)?,
        Verb::Waive { clause } => draft.waive(clause, observations, command)?,
        Verb::Pause => draft.emit(Event::Paused),
        Verb::Resume => draft.emit(Event::Resumed),
        Verb::Cancel => draft.emit(Event::Finished { outcome: Outcome::Abandoned }),
        Verb::Adopt => draft.adopt()?,
    };
    Ok(draft.finish(shut))
}

/// Whether a brand that stands here can be asked this at all.
fn may(workflow: &Workflow, checkpoint: &Checkpoint, verb: &Verb) -> Result<(), Refusal> {
    match (&checkpoint.status, verb) {
        (Status::Ready, Verb::Start) => return Ok(()),
        (Status::Ready, _) => return Err(Refusal::NotStarted),
        (Status::Finished { outcome, .. }, _) => {
            return Err(Refusal::Finished { outcome: *outcome });
        }
        (Status::Running | Status::Paused { .. }, Verb::Start) => {
            let stage = checkpoint.stage().cloned().ok_or(Refusal::NotStarted)?;
            return Err(Refusal::AlreadyStarted { stage });
        }
        (Status::Paused { .. }, Verb::Resume | Verb::Cancel | Verb::Adopt)
        | (Status::Running, _) => {}
        (Status::Paused { .. }, _) => return Err(Refusal::Paused),
    }
    if matches!(checkpoint.status, Status::Running) && *verb == Verb::Resume {
        return Err(Refusal::NotPaused);
    }
    match &checkpoint.definition {
        Some(runs) if *runs != workflow.digest && *verb != Verb::Adopt => {
            let given = workflow.digest.clone();
            Err(Refusal::OtherDefinition { runs: runs.clone(), given })
        }
        Some(runs) if *runs == workflow.digest && *verb == Verb::Adopt => {
            Err(Refusal::SameDefinition)
        }
        _ => Ok(()),
    }
}

/// What a part of a step leaves: the gate if it was found shut.
type Shut = Option<GateReport>;

/// A step in the making.
struct Draft<'a> {
    workflow: &'a Workflow,
    checkpoint: Checkpoint,
    entry: Entry,
}

impl<'a> Draft<'a> {
    fn new(
        workflow: &'a Workflow,
        checkpoint: &Checkpoint,
        command: &Command,
        now: DateTime<Utc>,
    ) -> Self {
        let entry = Entry {
            brand: checkpoint.brand.clone(),
            revision: checkpoint.revision + 1,
            at: checkpoint.at.map_or(now, |last| last.max(now)),
            actor: command.actor.clone(),
            verb: command.verb.name().to_owned(),
            reason: command.reason.clone(),
            events: Vec::new(),
        };
        Self { workflow, checkpoint: checkpoint.clone(), entry }
    }

    /// Records an event; answers `None`, for a part that leaves no shut gate.
    fn emit(&mut self, event: Event) -> Shut {
        self.checkpoint.record(&event, &self.entry);
        self.entry.events.push(event);
        None
    }

    fn finish(mut self, shut: Shut) -> Step {
        self.checkpoint.revision = self.entry.revision;
        self.checkpoint.at = Some(self.entry.at);
        Step { checkpoint: self.checkpoint, entry: self.entry, shut }
    }

    /// The stage the brand is in. A running brand is always in a stage of its own workflow.
    fn stage(&self) -> Result<&'a Stage, Refusal> {
        let id = self.checkpoint.stage().ok_or(Refusal::NotStarted)?;
        self.workflow.stage(id).ok_or_else(|| self.stage_gone(id))
    }

    fn stage_gone(&self, stage: &StageId) -> Refusal {
        let known = self.workflow.stages.iter().map(|stage| stage.id.clone()).collect();
        Refusal::StageGone { stage: stage.clone(), known }
    }

    fn evidence(&self) -> Evidence<'_> {
        Evidence {
            workflow: self.workflow,
            checkpoint: &self.checkpoint,
            observations: &self.checkpoint.observations,
            now: self.entry.at,
        }
    }

    fn observe(&mut self, observations: &Observations) {
        let known = &*self.checkpoint.observations;
        if !std::ptr::eq(known, observations) && known != observations {
            self.emit(Event::Observed { observations: Arc::new(observations.clone()) });
        }
    }

    fn start(&mut self, observations: &Observations) -> Result<Shut, Refusal> {
        self.emit(Event::Started {
            workflow: self.workflow.id.clone(),
            definition: self.workflow.digest.clone(),
        });
        self.observe(observations);
        self.emit(Event::CycleOpened { cycle: 1, counted_to: None, previous: BTreeMap::new() });
        self.enter(&self.workflow.initial)
    }

    fn enter(&mut self, id: &StageId) -> Result<Shut, Refusal> {
        let stage = self.workflow.stage(id).ok_or_else(|| self.stage_gone(id))?;
        self.emit(Event::StageEntered { stage: id.clone() });
        for task in &stage.tasks {
            let deadline = self.deadline(stage, &task.id);
            self.emit(Event::TaskOpened { task: task.id.clone(), deadline });
        }
        Ok(None)
    }

    fn deadline(&self, stage: &Stage, task: &TaskId) -> Option<DateTime<Utc>> {
        let period = stage.task(task)?.deadline?;
        Some(self.checkpoint.observations.terms.working_time.after(self.entry.at, period))
    }

    fn advance(&mut self, observations: &Observations) -> Result<Shut, Refusal> {
        self.observe(observations);
        let stage = self.stage()?;
        let gate = judge(stage, self.evidence());
        let judged = gate.judged();
        let known = self.checkpoint.place.as_ref().is_some_and(|place| place.gate == judged);
        if !known {
            self.emit(Event::GateJudged { open: gate.open, clauses: judged });
        }
        if gate.open {
            return self.leave(stage);
        }
        if let Some(limit) = self.limit_reached(stage) {
            return self.go(stage, &limit.target, Some(limit.because()));
        }
        match self.entry.events.is_empty() {
            false => Ok(Some(gate)),
            true => Err(Refusal::GateShut(Box::new(gate))),
        }
    }

    /// The stage's limit, if the brand has been there so long.
    fn limit_reached<'s>(&self, stage: &'s Stage) -> Option<&'s StageLimit> {
        let since = self.checkpoint.place.as_ref()?.since;
        let working_time = &self.checkpoint.observations.terms.working_time;
        let reached = |limit: &&StageLimit| working_time.after(since, limit.after) <= self.entry.at;
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
        self.emit(Event::StageLeft { stage: stage.id.clone(), because });
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

    fn done(
        &mut self,
        id: &TaskId,
        input: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<Shut, Refusal> {
        let (stage, state) = self.task_state(id)?;
        if matches!(state, TaskState::Done { .. }) {
            return Err(Refusal::TaskDone { task: id.clone() });
        }
        let problems = stage.task(id).map(|task| task.form.problems(input)).unwrap_or_default();
        if !problems.is_empty() {
            return Err(Refusal::Form { task: id.clone(), problems });
        }
        Ok(self.emit(Event::TaskDone { task: id.clone(), input: input.clone() }))
    }

    fn reopen(&mut self, id: &TaskId) -> Result<Shut, Refusal> {
        let (stage, state) = self.task_state(id)?;
        if matches!(state, TaskState::Open { .. }) {
            return Err(Refusal::TaskOpen { task: id.clone() });
        }
        let deadline = self.deadline(stage, id);
        Ok(self.emit(Event::TaskReopened { task: id.clone(), deadline }))
    }

    fn waive(
        &mut self,
        id: &ClauseId,
        observations: &Observations,
        command: &Command,
    ) -> Result<Shut, Refusal> {
        if command.actor.as_str().is_empty() {
            return Err(Refusal::NeedsActor);
        }
        if command.reason.is_none() {
            return Err(Refusal::NeedsReason);
        }
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

    fn adopt(&mut self) -> Result<Shut, Refusal> {
        let stage = self.stage()?;
        self.emit(Event::Adopted { definition: self.workflow.digest.clone() });
        let open: Vec<TaskId> = self.checkpoint.tasks.keys().cloned().collect();
        for task in open.iter().filter(|task| stage.task(task).is_none()) {
            self.emit(Event::TaskDropped { task: task.clone() });
        }
        for task in stage.tasks.iter().filter(|task| !open.contains(&task.id)) {
            let deadline = self.deadline(stage, &task.id);
            self.emit(Event::TaskOpened { task: task.id.clone(), deadline });
        }
        Ok(None)
    }
}

//! The brand, its evidence and its clock.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    engine::{
        Begun, GateReport, Refusal, Step,
        gate::{Evidence, judge},
        step,
    },
    evidence::interval::wilson_at,
    model::{
        Actor, BrandId, Checkpoint, Command, Entry, Finding, Interval, Metric, Observation,
        Observations, Phase, Status, Terms, Unit, Until, Verb, Window, Workflow,
        metric::Method,
        suite::{Seen, Wait},
    },
};

/// Who asks for an advance where nobody is named.
pub(super) const SOMEBODY: &str = "somebody";

/// A brand that exists only in memory.
#[derive(Debug, Clone)]
pub struct World<'w> {
    /// The workflow it runs on.
    pub workflow: &'w Workflow,
    /// Where it stands.
    pub checkpoint: Checkpoint,
    /// What is measured for it.
    pub observations: Arc<Observations>,
    /// Its clock, UTC.
    pub now: DateTime<Utc>,
    /// What happened since it was made, oldest first.
    pub journal: Vec<Entry>,
}

impl<'w> World<'w> {
    /// A brand that has not started and has no evidence.
    pub fn new(workflow: &'w Workflow, terms: Terms, begin: DateTime<Utc>) -> Self {
        let name = BrandId::new("rehearsal").expect("the name is one");
        let observations = Arc::new(Observations { terms, ..Observations::default() });
        Self::of(workflow, Checkpoint::new(name), observations, begin)
    }

    /// A copy of a brand as it stands.
    pub fn of(
        workflow: &'w Workflow,
        checkpoint: Checkpoint,
        observations: Arc<Observations>,
        now: DateTime<Utc>,
    ) -> Self {
        Self { workflow, checkpoint, observations, now, journal: Vec::new() }
    }

    /// Does what somebody asks; the gate comes back if it was found shut.
    ///
    /// # Errors
    ///
    /// The engine's refusal, which changes nothing.
    pub fn ask(&mut self, command: &Command) -> Result<Option<GateReport>, Refusal> {
        let step = self.take(command)?;
        self.act()?;
        Ok(step.shut)
    }

    fn take(&mut self, command: &Command) -> Result<Step, Refusal> {
        let step = step(self.workflow, &self.checkpoint, &self.observations, command, self.now)?;
        self.checkpoint = step.checkpoint.clone();
        self.journal.push(step.entry.clone());
        Ok(step)
    }

    /// Lets every action that is due succeed at its first attempt: a rehearsal does nothing to the
    /// world.
    fn act(&mut self) -> Result<(), Refusal> {
        let running = |status: &Status| *status == Status::Running;
        while running(&self.checkpoint.status) && self.is_due() {
            for begun in self.take(&Command::of_engine(Verb::Begin))?.begun {
                let Begun { action, attempt, key, .. } = begun;
                let result = Ok(serde_json::Map::new());
                let verb = Verb::Settle { action, key, attempt, result };
                self.take(&Command::of_engine(verb))?;
            }
        }
        Ok(())
    }

    fn is_due(&self) -> bool {
        let due = |phase: &Phase| matches!(phase, Phase::Due { at } if *at <= self.now);
        self.checkpoint.actions.values().any(|action| due(&action.phase))
    }

    /// Moves the brand on; the gate comes back if one was found shut.
    ///
    /// # Errors
    ///
    /// Any refusal but a shut gate, which is an answer here.
    pub fn advance(&mut self, until: &Until) -> Result<Option<GateReport>, Refusal> {
        let command = Command::new(Verb::Advance, Actor::new(SOMEBODY));
        loop {
            match self.ask(&command) {
                Ok(None) if self.goes_on(until) => {}
                Ok(shut) => return Ok(shut),
                Err(Refusal::GateShut(gate)) => return Ok(Some(*gate)),
                Err(refusal) => return Err(refusal),
            }
        }
    }

    fn goes_on(&self, until: &Until) -> bool {
        let ended = matches!(self.checkpoint.status, Status::Finished { .. });
        !ended && !until.is_reached(self.checkpoint.stage())
    }

    /// Lets time pass; the evidence stays as old as it was.
    pub fn wait(&mut self, wait: Wait) {
        self.now = self.now.max(self.moment(wait));
    }

    /// The instant that `wait` leads to from now.
    pub fn moment(&self, wait: Wait) -> DateTime<Utc> {
        match wait {
            Wait::For(period) => self.observations.terms.working_time.after(self.now, period),
            Wait::Until(at) => at,
        }
    }

    /// Measures now; metrics that are not named keep their value and their age.
    pub fn observe(&mut self, seen: &BTreeMap<Metric, Seen>) {
        let (now, window) = (self.now, self.window());
        let all = Arc::make_mut(&mut self.observations);
        all.basis.evidence_revision += 1;
        all.as_of = Some(now);
        for (metric, seen) in seen {
            all.metrics.insert(*metric, observation(*metric, *seen, now, window));
        }
    }

    /// Measures everything again now, with the same result.
    pub fn freshen(&mut self) {
        let (now, window) = (self.now, self.window());
        let all = Arc::make_mut(&mut self.observations);
        if all.as_of.is_none() {
            return;
        }
        all.basis.evidence_revision += 1;
        all.as_of = Some(now);
        for seen in all.metrics.values_mut() {
            (seen.as_of, seen.window) = (Some(now), window);
            seen.span = window.map(|window| (window.from, window.to));
        }
    }

    fn window(&self) -> Option<Window> {
        let length = TimeDelta::try_seconds(self.workflow.window_seconds)?;
        let from = self.now.checked_sub_signed(length)?;
        Some(Window { from, to: self.now, asked: false })
    }

    /// The gate of the stage the brand is in, judged now; `None` if it is in none.
    pub fn gate(&self) -> Option<GateReport> {
        let running = matches!(self.checkpoint.status, Status::Running | Status::Paused { .. });
        let stage = self.workflow.stage(self.checkpoint.stage()?).filter(|_| running)?;
        Some(judge(stage, self.evidence()))
    }

    /// What every judgement now rests on.
    pub fn evidence(&self) -> Evidence<'_> {
        Evidence {
            workflow: self.workflow,
            checkpoint: &self.checkpoint,
            observations: &self.observations,
            now: self.now,
        }
    }
}

/// A made-up measurement.
fn observation(
    metric: Metric,
    seen: Seen,
    now: DateTime<Utc>,
    window: Option<Window>,
) -> Observation {
    let spec = metric.spec();
    let finding = match seen {
        Seen::Measured { value, n, interval } => Finding::Measured {
            value,
            n,
            hits: hits_of(metric, value, n),
            interval: interval.or_else(|| interval_of(metric, value, n)),
        },
        Seen::NoCases => Finding::NoCases { why: "there is no case in the window".to_owned() },
        Seen::NotExported => Finding::NotExported { why: "no export held it yet".to_owned() },
        Seen::Suppressed => Finding::Suppressed { why: "the platform withheld it".to_owned() },
        Seen::Unmeasurable => {
            Finding::Unmeasurable { why: "no source of the brand can tell".to_owned() }
        }
    };
    Observation {
        metric,
        finding,
        window,
        span: window.map(|window| (window.from, window.to)),
        as_of: Some(now),
        denominator: spec.cases.to_owned(),
        sources: Vec::new(),
        caveats: Vec::new(),
    }
}

/// How many of the cases count, where so many cases can have that share.
fn hits_of(metric: Metric, value: f64, n: u64) -> Option<u64> {
    const ROUNDED: f64 = 0.005;
    let hits = (value * n as f64).round();
    let fits = (hits / n as f64 - value).abs() <= ROUNDED;
    (metric.unit() == Unit::Proportion && fits).then_some(hits as u64)
}

/// Wilson's interval stands for every proportion; nothing can be made up for other units.
fn interval_of(metric: Metric, value: f64, n: u64) -> Option<Interval> {
    let spec = metric.spec();
    let counted = spec.unit == Unit::Proportion && spec.method != Method::Census;
    counted.then(|| wilson_at(value, n as f64))
}

//! What would become of a brand, if its numbers were these.
//!
//! Start reading at [`suppose`]. The brand is a copy; nothing that is supposed is kept.

use std::{collections::BTreeMap, sync::Arc};

use chrono::TimeDelta;

use crate::{
    engine::{GateReport, Refusal},
    model::{
        Actor, Checkpoint, Command, FieldKind, Form, Metric, Status, TaskId, Until, Verb,
        suite::Seen,
    },
};

use super::{Journey, World, world::SOMEBODY};

/// What is supposed.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    /// What is measured, for each metric named.
    pub set: BTreeMap<Metric, Seen>,
    /// The brand's own targets that are other than in its file.
    pub goals: BTreeMap<Metric, f64>,
    /// For how many days the clock goes on; without it, nothing but this moment.
    pub days: Option<u32>,
    /// People do every task at once.
    pub tasks_done: bool,
    /// How far the brand goes.
    pub until: Until,
}

/// What would become of the brand.
#[derive(Debug, Clone)]
pub struct Supposed<'w> {
    /// Where it would stand.
    pub world: World<'w>,
    /// The way there.
    pub journey: Journey,
    /// The gate that would hold it.
    pub shut: Option<GateReport>,
}

/// Plays the brand of `world` on.
///
/// A brand that has not started starts; one that runs on another text goes on under the workflow
/// of `world`; one that is paused goes on.
///
/// # Errors
///
/// The engine's refusal, if the brand cannot go on at all.
pub fn suppose<'w>(mut world: World<'w>, what: &WhatIf) -> Result<Supposed<'w>, Refusal> {
    let (start, from) = (world.checkpoint.clone(), world.now);
    if !what.goals.is_empty() {
        let observations = Arc::make_mut(&mut world.observations);
        observations.terms.goals.extend(&what.goals);
    }
    if !what.set.is_empty() {
        world.observe(&what.set);
    }
    world.set_out()?;
    for day in 0..=what.days.unwrap_or_default() {
        if day > 0 {
            world.now = from + TimeDelta::days(i64::from(day));
            world.freshen();
        }
        world.go(&what.until, what.tasks_done)?;
        if world.is_over(&what.until) {
            break;
        }
    }
    let journey = Journey::of(&start, &world.journal, from, world.now);
    let shut = world.gate().filter(|gate| !gate.open);
    Ok(Supposed { world, journey, shut })
}

impl World<'_> {
    /// Makes the brand run on the workflow of this world.
    ///
    /// # Errors
    ///
    /// The engine's refusal, if it cannot.
    pub fn set_out(&mut self) -> Result<(), Refusal> {
        let command = |verb| Command::new(verb, Actor::new(SOMEBODY));
        if self.checkpoint.status == Status::Ready {
            return self.ask(&command(Verb::Start)).map(drop);
        }
        if self.checkpoint.definition.as_ref() != Some(&self.workflow.digest) {
            self.ask(&command(Verb::Adopt))?;
        }
        if matches!(self.checkpoint.status, Status::Paused { .. }) {
            self.ask(&command(Verb::Resume))?;
        }
        Ok(())
    }

    /// Moves the brand on as far as it comes at this moment; `work`: people do every task at once.
    fn go(&mut self, until: &Until, work: bool) -> Result<(), Refusal> {
        loop {
            self.advance(until)?;
            if self.is_over(until) || !(work && self.work()) {
                return Ok(());
            }
        }
    }

    fn is_over(&self, until: &Until) -> bool {
        let ended = matches!(self.checkpoint.status, Status::Finished { .. });
        ended || matches!(until, Until::Stage(stage) if self.checkpoint.stage() == Some(stage))
    }

    /// Does every open task whose form can be filled in; whether there was one.
    pub(super) fn work(&mut self) -> bool {
        let Some(stage) = self.checkpoint.stage().and_then(|id| self.workflow.stage(id)) else {
            return false;
        };
        let mut worked = false;
        for task in open_tasks(&self.checkpoint) {
            let form = stage.task(&task).map(|task| task.form.clone()).unwrap_or_default();
            let verb = Verb::done(task, filled_in(&form));
            worked |= self.ask(&Command::new(verb, Actor::new(SOMEBODY))).is_ok();
        }
        worked
    }
}

fn open_tasks(checkpoint: &Checkpoint) -> Vec<TaskId> {
    let open = checkpoint.tasks.iter().filter(|(_, state)| state.is_open());
    open.map(|(task, _)| task.clone()).collect()
}

/// The shortest answer that a form takes: only what is required, the first value that fits.
fn filled_in(form: &Form) -> serde_json::Map<String, serde_json::Value> {
    let required = form.fields.iter().filter(|(_, field)| field.required);
    let answers = required.map(|(name, field)| {
        let any = || match &field.kind {
            FieldKind::Any | FieldKind::Boolean => true.into(),
            FieldKind::String { min_chars, .. } => {
                "-".repeat(min_chars.unwrap_or(1).min(1_000) as usize).into()
            }
            FieldKind::Number { minimum, maximum, whole } => number(*minimum, *maximum, *whole),
        };
        (name.clone(), field.allowed.first().cloned().unwrap_or_else(any))
    });
    answers.collect()
}

/// A number inside the limits: the smallest, else the largest, else 1.
fn number(minimum: Option<f64>, maximum: Option<f64>, whole: bool) -> serde_json::Value {
    match (minimum, maximum) {
        (Some(low), _) if whole => low.ceil().into(),
        (Some(low), _) => low.into(),
        (None, Some(high)) if whole => high.floor().min(1.0).into(),
        (None, Some(high)) => high.min(1.0).into(),
        (None, None) => 1.into(),
    }
}

//! Work that the engine has done and that is not settled, as people see it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    engine::actions::job_of,
    model::{ActionName, ActionState, Checkpoint, Phase, Workflow, ids::ActionId},
};

use super::sentence;

/// One action that is not settled.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActionView {
    /// The action, or `schedule:NAME` for that of a schedule.
    pub action: String,
    /// What it runs, as the file names it.
    pub run: String,
    /// `waiting`, `due`, `running` or `failed`.
    pub phase: &'static str,
    /// Whether the stage waits for it.
    pub holds: bool,
    /// The number of the attempt that runs, failed or comes next; those before a person asked for
    /// more are not counted.
    pub attempt: u32,
    /// The most attempts.
    pub most: u32,
    /// The actions that it waits for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<String>,
    /// When the next attempt is due, or when the one that runs counts as lost, UTC.
    pub at: Option<DateTime<Utc>>,
    /// Why the last attempt that failed did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// How far it has come, in words.
    pub told: String,
    /// The commands that take it on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
}

/// The actions that are not settled: the stage's in the order of the file, then the schedules'.
pub fn actions_of(
    checkpoint: &Checkpoint,
    workflow: &Workflow,
    now: DateTime<Utc>,
) -> Vec<ActionView> {
    let stage = checkpoint.stage().and_then(|id| workflow.stage(id));
    let own = stage.iter().flat_map(|stage| &stage.entry);
    let own = own.map(|action| ActionName::Entry(action.id.clone()));
    let of_schedules = checkpoint.actions.keys().filter(|name| match name {
        ActionName::Entry(_) => false,
        ActionName::Schedule(_) => true,
    });
    let views = own.chain(of_schedules.cloned()).filter_map(|name| {
        let state = checkpoint.actions.get(&name).filter(|state| !state.is_settled())?;
        Some(view(checkpoint, workflow, &name, state, now))
    });
    views.collect()
}

fn view(
    checkpoint: &Checkpoint,
    workflow: &Workflow,
    name: &ActionName,
    state: &ActionState,
    now: DateTime<Utc>,
) -> ActionView {
    let job = job_of(workflow, checkpoint, name);
    let most = job.map_or(1, |job| job.retry.attempts);
    let tried = state.attempts - state.forgiven;
    let attempt = match state.phase {
        Phase::Running { .. } | Phase::Failed { .. } => tried,
        Phase::Waiting | Phase::Due { .. } | Phase::Succeeded { .. } | Phase::Skipped { .. } => {
            tried + 1
        }
    };
    let waits_for = waits_for(checkpoint, workflow, name);
    ActionView {
        action: name.to_string(),
        run: job.map(|job| job.work.to_string()).unwrap_or_default(),
        phase: state.phase.name(),
        holds: matches!(name, ActionName::Entry(_)),
        attempt,
        most,
        at: next(&state.phase),
        last_error: state.last_error.as_deref().map(sentence::plain),
        told: told(&state.phase, (attempt, most), &waits_for, now),
        commands: commands(checkpoint, name, &state.phase, now),
        waits_for,
    }
}

fn next(phase: &Phase) -> Option<DateTime<Utc>> {
    match phase {
        Phase::Due { at } => Some(*at),
        Phase::Running { until, .. } => Some(*until),
        Phase::Waiting | Phase::Succeeded { .. } | Phase::Failed { .. } | Phase::Skipped { .. } => {
            None
        }
    }
}

fn told(
    phase: &Phase,
    (attempt, most): (u32, u32),
    waits_for: &[String],
    now: DateTime<Utc>,
) -> String {
    match phase {
        Phase::Waiting => format!("waits for {}", waits_for.join(", ")),
        Phase::Due { at } if *at <= now => format!("attempt {attempt} of {most} is due now"),
        Phase::Due { at } => {
            let (due, when) = (sentence::due(*at, now), sentence::instant(*at));
            format!("rests; attempt {attempt} of {most} is due {due} ({when})")
        }
        Phase::Running { since, .. } => {
            format!("attempt {attempt} of {most} runs since {}", sentence::instant(*since))
        }
        Phase::Failed { at, .. } => {
            format!("failed at attempt {attempt} of {most}, {}", sentence::instant(*at))
        }
        Phase::Succeeded { .. } | Phase::Skipped { .. } => phase.name().to_owned(),
    }
}

/// The actions before it that are not settled.
fn waits_for(checkpoint: &Checkpoint, workflow: &Workflow, name: &ActionName) -> Vec<String> {
    let ActionName::Entry(id) = name else {
        return Vec::new();
    };
    let stage = checkpoint.stage().and_then(|stage| workflow.stage(stage));
    let needs = stage.and_then(|stage| stage.action(id)).map(|action| action.needs.as_slice());
    let is_open = |id: &&ActionId| {
        let state = checkpoint.actions.get(&ActionName::Entry((*id).clone()));
        !state.is_some_and(ActionState::is_settled)
    };
    needs.unwrap_or_default().iter().filter(is_open).map(ToString::to_string).collect()
}

fn commands(
    checkpoint: &Checkpoint,
    name: &ActionName,
    phase: &Phase,
    now: DateTime<Utc>,
) -> Vec<String> {
    let brand = &checkpoint.brand;
    match phase {
        Phase::Failed { .. } => vec![
            format!("fivestep retry {brand} {name}"),
            format!("fivestep skip {brand} {name} --reason TEXT"),
        ],
        Phase::Due { at } if *at > now => vec![format!("fivestep retry {brand} {name}")],
        Phase::Due { .. }
        | Phase::Waiting
        | Phase::Running { .. }
        | Phase::Succeeded { .. }
        | Phase::Skipped { .. } => Vec::new(),
    }
}

//! What must always be so.
//!
//! Start reading at [`Rule`]. The rules about one decision are asked of each decision once
//! ([`broken_by`]); those about the world, whenever it changes (`world.rs`).

use chrono::{DateTime, Utc};
use fivestep::{
    engine::{Step, timers::pending},
    model::{ActionName, Checkpoint, Event, Finding, Metric, Phase, Status, TaskState, Workflow},
};

/// What must never happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// The entry, applied to the checkpoint before, does not give the one after.
    NotTheFold,
    /// A stage was entered while the brand was in another, or left by a brand that was not in it.
    TwoStages,
    /// A stage was left though its gate was shut and its limit not reached.
    ShutGatePassed,
    /// The rows of timers are not those that follow from the checkpoint.
    OtherTimers,
    /// The same moment of one visit of a stage came twice.
    FiredTwice,
    /// A commit was written that had been decided elsewhere than where the brand stood.
    LostUpdate,
    /// The stored checkpoint is not the fold of the stored journal.
    JournalDiffers,
    /// A worker wrote though another led.
    FenceIgnored,
    /// A refused writer changed something.
    RefusedButWritten,
    /// Something was done outside that the journal had not announced.
    NotAnnounced,
    /// Work that was done was begun again.
    DoneAgain,
    /// The same piece of work went out under two keys.
    OtherKey,
    /// Two pieces of work went out under one key.
    SharedKey,
}

/// The first rule that a decision breaks.
pub fn broken_by(
    workflow: &Workflow,
    before: &Checkpoint,
    step: &Step,
    now: DateTime<Utc>,
) -> Option<Rule> {
    let mut folded = before.clone();
    folded.apply(&step.entry);
    let rules = [
        (Rule::NotTheFold, folded == step.checkpoint && step.entry.revision == before.revision + 1),
        (Rule::TwoStages, one_stage_at_a_time(before, step)),
        (Rule::ShutGatePassed, every_gate_was_open(before, step, now)),
        (Rule::OtherTimers, timers_follow(workflow, before, step)),
    ];
    rules.into_iter().find(|(_, holds)| !holds).map(|(rule, _)| rule)
}

/// Walks through the stages that the events tell of.
fn one_stage_at_a_time(before: &Checkpoint, step: &Step) -> bool {
    let goes_on = matches!(before.status, Status::Running | Status::Paused { .. });
    let mut place = before.stage().filter(|_| goes_on).cloned();
    for event in &step.entry.events {
        let fits = match event {
            Event::StageEntered { stage } => place.replace(stage.clone()).is_none(),
            Event::StageLeft { stage, .. } => place.take().as_ref() == Some(stage),
            _ => true,
        };
        if !fits {
            return false;
        }
    }
    let still = step.checkpoint.status == Status::Running || place.is_some();
    let named = step.checkpoint.stage();
    (place.is_none() || place.as_ref() == named) && (still || place.is_none())
}

/// Judges by what the workflow means, without the engine's own judgement.
fn every_gate_was_open(before: &Checkpoint, step: &Step, now: DateTime<Utc>) -> bool {
    let left = step.entry.events.iter().find_map(|event| match event {
        Event::StageLeft { stage, .. } => Some(stage.as_str()),
        _ => None,
    });
    let Some(stage) = left else { return true };
    let known = step.entry.events.iter().find_map(|event| match event {
        Event::Observed { observations } => Some(observations),
        _ => None,
    });
    let metrics = &known.unwrap_or(&before.observations).metrics;
    let enough = metrics.get(&Metric::EngagedFollowers).is_some_and(
        |seen| matches!(seen.finding, Finding::Measured { value, .. } if value >= 1.0),
    );
    let stayed = before
        .place
        .as_ref()
        .map_or(0, |place| (now - place.since).num_milliseconds() - place.held_ms);
    let minute = 60_000;
    match stage {
        "define" => {
            let settled = before.actions.values().all(|action| action.is_settled());
            // An attempt that the same step gives up does not run any more.
            let runs =
                |phase: &Phase| matches!(phase, Phase::Running { until, .. } if *until > now);
            let runs = before.actions.values().any(|action| runs(&action.phase));
            (enough && settled) || (stayed >= 3 * minute && !runs)
        }
        "target" => {
            enough && before.tasks.values().all(|task| matches!(task, TaskState::Done { .. }))
        }
        "repeat" => enough && stayed >= minute,
        other => panic!("the tiny workflow has no stage `{other}`"),
    }
}

/// Timers that a step does not tell of are those of before.
fn timers_follow(workflow: &Workflow, before: &Checkpoint, step: &Step) -> bool {
    let follow = pending(workflow, &step.checkpoint);
    match &step.timers {
        Some(told) => *told == follow,
        None => pending(workflow, before) == follow,
    }
}

/// Which visit of a stage a brand is on, and which of the stage's actions is meant.
pub fn work(checkpoint: &Checkpoint, action: &ActionName) -> (u64, u8) {
    let visit = checkpoint.place.as_ref().map_or(0, |place| place.entered);
    (visit, crate::archive::number(action))
}

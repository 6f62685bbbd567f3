//! What must always be so.
//!
//! Start reading at [`Rule`]. The rules about one decision are asked of each decision once
//! ([`broken_by`]); those about the journal and what is done outside, of what was seen so far
//! (`witness.rs`); those about the rows, at every write (`world.rs`).

use chrono::{DateTime, Utc};
use fivestep::{
    engine::{Step, timers::pending},
    model::{
        ActionName, Checkpoint, Entry, Event, Finding, Metric, Phase, Status, TaskState, Workflow,
        schedule::{ScheduleState, SkippedRun},
    },
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
    /// A schedule was decided on for some time, and an occurrence neither came, nor waits, nor was
    /// left out with a reason; or two things became of one.
    OccurrenceLost,
    /// The same occurrence of a schedule came twice.
    CameTwice,
    /// An occurrence began while the work of the one before was not over.
    Overlapped,
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
    /// The journal says that work was done which nobody did.
    NeverDone,
    /// Work that was done was begun again.
    DoneAgain,
    /// The same piece of work went out under two keys.
    OtherKey,
    /// Two pieces of work went out under one key.
    SharedKey,
}

/// The first rule that a decision breaks.
///
/// - `workflow`: the text on which the run goes on.
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
        (Rule::OccurrenceLost, every_occurrence_is_decided_once(before, step)),
        (Rule::Overlapped, one_occurrence_at_a_time(before, step)),
    ];
    rules.into_iter().find(|(_, holds)| !holds).map(|(rule, _)| rule)
}

/// Every event of an entry, with where the brand stood before it.
pub fn walk<'e>(
    before: &Checkpoint,
    entry: &'e Entry,
) -> impl Iterator<Item = (Checkpoint, &'e Event)> {
    let mut at = before.clone();
    entry.events.iter().map(move |event| {
        let stood = at.clone();
        at.apply(&Entry { events: vec![event.clone()], ..entry.clone() });
        (stood, event)
    })
}

/// Walks through the stages that the events tell of.
fn one_stage_at_a_time(before: &Checkpoint, step: &Step) -> bool {
    let goes_on = |at: &Checkpoint| matches!(at.status, Status::Running | Status::Paused { .. });
    let stage_of = |at: &Checkpoint| at.stage().filter(|_| goes_on(at)).cloned();
    let mut place = stage_of(before);
    for event in &step.entry.events {
        let fits = match event {
            Event::StageEntered { stage } => place.replace(stage.clone()).is_none(),
            Event::StageLeft { stage, .. } => place.take().as_ref() == Some(stage),
            Event::Migrated { stage, .. } => place.replace(stage.clone()).is_some(),
            Event::Forked { state, .. } => {
                std::mem::replace(&mut place, stage_of(&state.checkpoint)).is_none()
            }
            Event::Rewound { state, .. } => {
                place = stage_of(&state.checkpoint);
                true
            }
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

/// Whether a stage was left only by its limit or through its gate.
fn every_gate_was_open(before: &Checkpoint, step: &Step, now: DateTime<Utc>) -> bool {
    walk(before, &step.entry).all(|(at, event)| match event {
        Event::StageLeft { stage, .. } => may_leave(&at, stage.as_str(), now),
        _ => true,
    })
}

/// Judges by what the workflow means, without the engine's own judgement.
fn may_leave(at: &Checkpoint, stage: &str, now: DateTime<Utc>) -> bool {
    let enough = at.observations.metrics.get(&Metric::EngagedFollowers).is_some_and(
        |seen| matches!(seen.finding, Finding::Measured { value, .. } if value >= 1.0),
    );
    let stayed =
        at.place.as_ref().map_or(0, |place| (now - place.since).num_milliseconds() - place.held_ms);
    let minute = 60_000;
    match stage {
        "define" => {
            let own = |(name, _): &(&ActionName, _)| matches!(name, ActionName::Entry(_));
            let mut actions = at.actions.iter().filter(own).map(|(_, action)| action);
            let runs = actions.clone().any(|action| action.is_running());
            (enough && actions.all(|action| action.is_settled())) || (stayed >= 3 * minute && !runs)
        }
        "target" | "aim" => {
            enough && at.tasks.values().all(|task| matches!(task, TaskState::Done { .. }))
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

/// Counts the minutes for which a schedule was decided on, in each of which it comes once.
fn every_occurrence_is_decided_once(before: &Checkpoint, step: &Step) -> bool {
    walk(before, &step.entry).all(|(at, event)| match event {
        Event::Scheduled { schedule, ran, skipped, state } => {
            at.schedules.get(schedule).is_none_or(|known| {
                let waits = |state: &ScheduleState| i64::from(state.queued.is_some());
                let minutes = (state.handled_to - known.handled_to).num_minutes();
                let left_out: u64 = skipped.iter().map(|SkippedRun { count, .. }| count).sum();
                minutes == (ran.len() as i64) + (left_out as i64) + waits(state) - waits(known)
            })
        }
        _ => true,
    })
}

/// Whether a schedule's work was over when it began anew.
fn one_occurrence_at_a_time(before: &Checkpoint, step: &Step) -> bool {
    walk(before, &step.entry).all(|(at, event)| match event {
        Event::ActionOpened { action: action @ ActionName::Schedule(_), .. } => {
            at.actions.get(action).is_none_or(|state| match state.phase {
                Phase::Succeeded { .. } | Phase::Failed { .. } | Phase::Skipped { .. } => true,
                Phase::Waiting | Phase::Due { .. } | Phase::Running { .. } => false,
            })
        }
        _ => true,
    })
}

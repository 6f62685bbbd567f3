//! One command, one decision.
//!
//! Start reading at [`step`]. What each verb decides stands in a file of its own: `stages` (start,
//! advance), `tasks`, `actions`, `tick` (what is due), `migrate` (other
//! texts), `past` (earlier states), `change` (holding, the end).

use chrono::{DateTime, Utc};

use crate::model::{
    Checkpoint, Command, Entry, Event, Observations, Outcome, Status, Timer, Verb, Workflow,
};

use super::{actions::Begun, draft::Draft, gate::GateReport, notices::Notice, refusal::Refusal};

/// What follows from a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Where the brand stands now.
    pub checkpoint: Checkpoint,
    /// What the journal says about it.
    pub entry: Entry,
    /// The gate, if it was judged and found shut: something new was recorded, the brand stays.
    pub shut: Option<GateReport>,
    /// Everything that the brand waits for from now on, the earliest first; absent if that is
    /// what it was.
    pub timers: Option<Vec<Timer>>,
    /// What people are to be told.
    pub notices: Vec<Notice>,
    /// The attempts that are to be made once this is on the disk.
    pub begun: Vec<Begun>,
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
        Verb::Start | Verb::StartAgain => draft.start(observations)?,
        Verb::Advance => draft.advance(observations)?,
        Verb::Done { task, input, note, link } => draft.done(task, input, note, link)?,
        Verb::Reject { task } => draft.reject(task)?,
        Verb::Reassign { task, to } => draft.reassign(task, to)?,
        Verb::Reopen { task } => draft.reopen(task)?,
        Verb::Waive { clause } => draft.waive(clause, observations)?,
        Verb::Pause => draft.emit(Event::Paused),
        Verb::Resume => draft.resume(),
        Verb::Cancel => draft.cancel()?,
        Verb::Abandon => draft.emit(Event::Finished { outcome: Outcome::Abandoned }),
        Verb::Adopt => draft.adopt()?,
        Verb::Migrate(renamed) => draft.migrate(renamed)?,
        Verb::Rewind { state } => draft.rewind(state)?,
        Verb::Fork { state } => draft.fork(state)?,
        Verb::Tick => draft.tick(observations)?,
        Verb::Begin => draft.begin()?,
        Verb::Settle { action, key, attempt, result } => {
            draft.settle(action, key, *attempt, result)?
        }
        Verb::Retry { action } => draft.retry(action)?,
        Verb::Skip { action } => draft.skip(action)?,
    };
    Ok(draft.finish(shut, checkpoint))
}

/// Whether a brand that stands here can be asked this at all.
fn may(workflow: &Workflow, checkpoint: &Checkpoint, verb: &Verb) -> Result<(), Refusal> {
    may_now(checkpoint, verb)?;
    let changes_text = matches!(verb, Verb::Adopt | Verb::Migrate(_));
    let begins = matches!(verb, Verb::StartAgain | Verb::Rewind { .. });
    match &checkpoint.definition {
        Some(runs) if *runs != workflow.digest && !changes_text && !begins => {
            let given = workflow.digest.clone();
            Err(Refusal::OtherDefinition { runs: runs.clone(), given })
        }
        Some(runs) if *runs == workflow.digest && changes_text => Err(Refusal::SameDefinition),
        _ => Ok(()),
    }
}

/// Whether a run in this state can be asked this.
fn may_now(checkpoint: &Checkpoint, verb: &Verb) -> Result<(), Refusal> {
    match (&checkpoint.status, verb) {
        (Status::Ready, Verb::Start | Verb::StartAgain | Verb::Fork { .. }) => Ok(()),
        (Status::Ready, _) => Err(Refusal::NotStarted),
        (_, Verb::Rewind { .. }) => Ok(()),
        (Status::Finished { .. }, Verb::StartAgain) => Ok(()),
        (Status::Finished { outcome, .. }, _) => Err(Refusal::Finished { outcome: *outcome }),
        (
            Status::Running | Status::Paused { .. },
            Verb::Start | Verb::StartAgain | Verb::Fork { .. },
        ) => {
            let stage = checkpoint.stage().cloned().ok_or(Refusal::NotStarted)?;
            Err(Refusal::AlreadyStarted { stage })
        }
        (Status::Running, Verb::Resume) => Err(Refusal::NotPaused),
        (Status::Running, _) => Ok(()),
        // An attempt that was begun before may end while the run is held.
        (
            Status::Paused { .. },
            Verb::Resume
            | Verb::Cancel
            | Verb::Abandon
            | Verb::Adopt
            | Verb::Migrate(_)
            | Verb::Settle { .. },
        ) => Ok(()),
        (Status::Paused { .. }, _) => Err(Refusal::Paused),
    }
}

//! Earlier states of a run, and where another one stands.
//!
//! Start reading at [`earlier`] for what a journal says of an earlier commit, and at `Draft::rewind`
//! for standing there again.
//!
//! # Always true
//!
//! - Nothing here rewrites the journal: an earlier state is brought back by one more entry.
//! - What was done by the engine is not undone, and not done again: an action of the same visit
//!   stands where it has come to since, and a schedule does not come round again.

use crate::model::{ActionName, Checkpoint, Entry, Event, Phase, Status, checkpoint::Saved};

use super::{
    draft::{Draft, Shut},
    refusal::Refusal,
};

/// Where a run stood after the commit `revision`, with what its actions have come to since.
///
/// - `from`: where the brand stood before the first entry of `journal`.
/// - `journal`: every entry since, the oldest first.
///
/// `None` if neither `from` nor an entry is that commit.
pub fn earlier(from: Checkpoint, journal: &[Entry], revision: u64) -> Option<Checkpoint> {
    let mut now = from;
    let mut then = (now.revision == revision).then(|| now.clone());
    for entry in journal {
        now.apply(entry);
        if entry.revision == revision {
            then = Some(now.clone());
        } else if let Some(then) = &mut then {
            keep_what_was_done(then, &now);
        }
    }
    then
}

/// Lets every action that `state` and `now` share stand where it stands now.
fn keep_what_was_done(state: &mut Checkpoint, now: &Checkpoint) {
    for (name, action) in &mut state.actions {
        let later = now.actions.get(name).filter(|later| later.key == action.key);
        if let Some(later) = later {
            *action = later.clone();
        }
    }
}

/// Lets every schedule that `state` and `now` share stand where it stands now, with its action:
/// schedules follow the clock, which does not go back.
fn keep_schedules(state: &mut Checkpoint, now: &Checkpoint) {
    for (id, schedule) in &mut state.schedules {
        let Some(later) = now.schedules.get(id) else { continue };
        *schedule = later.clone();
        let action = ActionName::Schedule(id.clone());
        match now.actions.get(&action) {
            Some(later) => state.actions.insert(action, later.clone()),
            None => state.actions.remove(&action),
        };
    }
}

impl Draft<'_> {
    /// Stands again where the run stood after an earlier commit.
    pub(super) fn rewind(&mut self, state: &Checkpoint) -> Result<Shut, Refusal> {
        self.named_with_reason()?;
        self.nothing_is_awaited()?;
        let Checkpoint { generation, revision, .. } = self.checkpoint;
        let is_earlier = state.revision < revision && state.revision > 0;
        if state.brand != self.checkpoint.brand || state.generation != generation || !is_earlier {
            return Err(Refusal::NotEarlier { to: state.revision, at: revision, generation });
        }
        self.runs_on_this_text(state)?;
        let mut state = state.clone();
        keep_what_was_done(&mut state, &self.checkpoint);
        keep_schedules(&mut state, &self.checkpoint);
        let to = state.revision;
        self.emit(Event::Rewound { to, state: Box::new(Saved::from(state)) });
        if self.checkpoint.status == Status::Running {
            // What an action waited for then may have been settled since.
            let stage = self.stage()?;
            self.release(stage);
        }
        Ok(None)
    }

    /// Begins where another brand's run stands. What its actions have not done yet is this brand's
    /// to do, under keys of its own.
    pub(super) fn fork(&mut self, state: &Checkpoint) -> Result<Shut, Refusal> {
        let running = state.actions.iter().find(|(_, action)| action.is_running());
        if let Some((action, running)) = running {
            let (action, attempt) = (action.clone(), running.attempts);
            return Err(Refusal::ActionRuns { action, attempt });
        }
        match state.status {
            Status::Ready => return Err(Refusal::NotStarted),
            Status::Finished { outcome, .. } => return Err(Refusal::Finished { outcome }),
            Status::Running | Status::Paused { .. } => self.runs_on_this_text(state)?,
        }
        let (from, at) = (state.brand.clone(), state.revision);
        let mut state = state.clone();
        state.brand = self.checkpoint.brand.clone();
        // What the other brand promised is not what this one did.
        state.charter = None;
        state.generation = self.entry.generation;
        if let Some(place) = &mut state.place {
            place.entered = self.entry.revision;
        }
        for (name, action) in &mut state.actions {
            if !action.is_settled() {
                action.key = self.key(&format!("{}/{name}/{}", action.key, self.entry.generation));
            }
        }
        Ok(self.emit(Event::Forked { from, at, state: Box::new(Saved::from(state)) }))
    }

    /// Refuses a state that belongs to another text than the one that was given.
    fn runs_on_this_text(&self, state: &Checkpoint) -> Result<(), Refusal> {
        let given = &self.workflow.digest;
        match &state.definition {
            Some(runs) if runs != given => {
                Err(Refusal::OtherDefinition { runs: runs.clone(), given: given.clone() })
            }
            Some(_) => Ok(()),
            None => Err(Refusal::NotStarted),
        }
    }

    /// Refuses to go back while an attempt may still answer. One whose time is over is lost.
    fn nothing_is_awaited(&self) -> Result<(), Refusal> {
        let awaited = self.checkpoint.actions.iter().find(|(_, action)| {
            matches!(action.phase, Phase::Running { until, .. } if until > self.entry.at)
        });
        match awaited {
            Some((action, state)) => {
                Err(Refusal::ActionRuns { action: action.clone(), attempt: state.attempts })
            }
            None => Ok(()),
        }
    }
}

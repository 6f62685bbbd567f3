//! A changed charter leads back to define.
//!
//! Whatever comes after define rests on what the brand promised there. So the charter is frozen when
//! define is left; if the brand's file promises something else later, define is gone through again.
//!
//! # Always true
//!
//! - Only a person who edits the brand's file can cause it, so no loop of a workflow hides in it: the
//!   cycle stays the same.
//! - A run that left define before charters were frozen is let go on.

use crate::model::{
    Checkpoint, Event, FiveStep, Observations, Stage,
    charter::{CharterDigest, CharterPart},
};

use super::{
    draft::{Draft, Shut},
    refusal::Refusal,
};

/// The parts of the charter that are otherwise than when define was left; none before that.
///
/// - `observations`: with the charter as the brand's file has it now.
pub fn changed(checkpoint: &Checkpoint, observations: &Observations) -> Vec<CharterPart> {
    match (&observations.terms.charter, &checkpoint.charter) {
        (Some(now), Some(frozen)) => now.changed(frozen),
        (None, _) | (_, None) => Vec::new(),
    }
}

impl Draft<'_> {
    /// Goes back to define if the charter was changed; `None` if it was not, or not yet, as an
    /// attempt of an action runs.
    pub(super) fn back_to_define(&mut self, stage: &Stage) -> Result<Option<Shut>, Refusal> {
        let changed = changed(&self.checkpoint, &self.checkpoint.observations);
        let define = self.workflow.stages.iter().find(|one| one.step == FiveStep::Define);
        let Some(define) = define.filter(|_| stage.step != FiveStep::Define) else {
            return Ok(None);
        };
        if changed.is_empty() || self.is_acting() {
            return Ok(None);
        }
        self.drop_actions();
        let because = Some(because(&changed));
        self.emit(Event::StageLeft { stage: stage.id.clone(), because, charter: None });
        self.enter(&define.id).map(Some)
    }

    /// The charter that is frozen when `stage` is left.
    pub(super) fn frozen(&self, stage: &Stage) -> Option<CharterDigest> {
        let charter = &self.checkpoint.observations.terms.charter;
        charter.clone().filter(|_| stage.step == FiveStep::Define)
    }
}

/// What the journal says of a stage that was left for a changed charter.
fn because(changed: &[CharterPart]) -> String {
    let parts: Vec<String> = changed.iter().map(CharterPart::to_string).collect();
    format!("the charter was changed: {}", parts.join(", "))
}

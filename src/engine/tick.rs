//! What is due happens: reminders, deadlines, waits, limits, lost attempts, schedules.
//!
//! Start reading at `Draft::tick`. Everything that was due by now happens in one step, each once:
//! what has fired is in the checkpoint, so a machine that was off for a week, or asked twice, sees
//! the same.

use crate::model::{Event, Observations, TimerKind};

use super::{
    draft::{Draft, Shut},
    refusal::Refusal,
    timers::{Waiting, waiting},
};

impl Draft<'_> {
    pub(super) fn tick(&mut self, observations: &Observations) -> Result<Shut, Refusal> {
        let moves = self.fire();
        let asked = self.run_schedules();
        if moves || asked {
            self.observe(observations);
            return self.judge_and_go();
        }
        if self.is_empty() { Err(Refusal::NothingDue) } else { Ok(None) }
    }

    /// Whether a wait or the limit of the stage is over that could not move the brand then, because
    /// an action held it.
    pub(super) fn was_asked_to_move(&self) -> bool {
        let fired_to = self.checkpoint.fired_to;
        waiting(self.workflow, &self.checkpoint).iter().any(|Waiting { timer, .. }| {
            matches!(timer.kind, TimerKind::Wait | TimerKind::Limit)
                && fired_to.is_some_and(|to| timer.at <= to)
        })
    }

    /// Fires what is due; answers whether the gate should be judged because of it.
    pub(super) fn fire(&mut self) -> bool {
        let lost = self.give_up_lost();
        let now = self.entry.at;
        let fired_to = self.checkpoint.fired_to;
        let due = waiting(self.workflow, &self.checkpoint)
            .into_iter()
            .filter(|waits| waits.timer.at <= now && fired_to.is_none_or(|to| waits.timer.at > to));
        let due: Vec<Waiting> = due.collect();
        let mut moves = lost && self.was_asked_to_move();
        for Waiting { timer, to } in due {
            moves |= matches!(timer.kind, TimerKind::Wait | TimerKind::Limit);
            let (timer, of, due) = (timer.kind, timer.of, timer.at);
            self.emit(Event::Fired { timer, of, due, to });
        }
        moves
    }
}

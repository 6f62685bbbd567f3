//! What would have become of a brand, had its workflow or its goals been others.
//!
//! Start reading at [`replay`]. The brand's journal says what was measured and what people did, and
//! when. At each of these moments, and whenever a wait or a limit is over, somebody is assumed to
//! ask for an advance.
//!
//! # Always true
//!
//! - Nothing is known in a replay before it was known to the live brand.
//! - Work that was done counts from the moment it was done: in a stage that comes later than it
//!   really did, it is done as soon as the stage begins; each piece of work counts once.
//! - A metric that was never measured stays missing.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use crate::{
    engine::{Refusal, timers::timers},
    model::{
        Checkpoint, ClauseId, Command, Entry, Event, Finding, Metric, Observations, Status, TaskId,
        TimerKind, Until, Verb, Verdict, Workflow,
    },
};

use super::{Journey, World};

/// What is other than it was.
#[derive(Debug, Clone, Copy)]
pub struct Changed<'a> {
    /// The workflow on which the brand is replayed.
    pub workflow: &'a Workflow,
    /// The brand's own targets that are other than in its file.
    pub goals: &'a BTreeMap<Metric, f64>,
    /// People do every task at once, instead of when they really did it.
    pub tasks_done: bool,
}

/// A life beside the one it could have been.
#[derive(Debug, Clone)]
pub struct Replayed<'w> {
    /// What really happened.
    pub real: Journey,
    /// What would have happened.
    pub then: Journey,
    /// Where the brand would stand.
    pub world: World<'w>,
    /// The metrics the workflow asks for that were never measured in this time.
    pub missing: Vec<Metric>,
    /// The moment of the journal's last entry, UTC: nothing that came later is known.
    pub known_until: Option<DateTime<Utc>>,
    /// For how long the stored numbers were measured, in seconds, where that is not the window of
    /// the workflow.
    pub other_window: Option<i64>,
}

/// Plays a brand's journal again.
///
/// - `base`: where the brand stood before the first entry of `journal`.
/// - `journal`: all that is whole of it, oldest first.
/// - `kept`: how many of its entries stay as they were; the rest is played again.
/// - `now`: the moment up to which it is played, UTC.
///
/// # Errors
///
/// The engine's refusal, if the brand could not have gone on under the workflow at all.
pub fn replay<'w>(
    base: &Checkpoint,
    journal: &[Entry],
    kept: usize,
    changed: Changed<'w>,
    now: DateTime<Utc>,
) -> Result<Replayed<'w>, Refusal> {
    let (before, after) = journal.split_at(kept.min(journal.len()));
    let mut start = base.clone();
    before.iter().for_each(|entry| start.apply(entry));
    let from = start.at.or(after.first().map(|entry| entry.at)).unwrap_or(now);
    let seen = with_goals(&start.observations, changed.goals);
    let world = World::of(changed.workflow, start.clone(), seen, from);
    let mut player = Player { world, changed, done: BTreeMap::new(), waived: BTreeMap::new() };
    if start.status != Status::Ready {
        player.world.set_out()?;
    }
    for entry in after {
        player.until(entry.at);
        if player.is_over() {
            break;
        }
        player.take(entry)?;
    }
    player.until(now);
    let observed: Vec<&Observations> = [&*start.observations]
        .into_iter()
        .chain(after.iter().flat_map(|entry| &entry.events).filter_map(|event| match event {
            Event::Observed { observations } => Some(&**observations),
            _ => None,
        }))
        .collect();
    let world = player.world;
    Ok(Replayed {
        real: Journey::of(&start, after, from, now),
        then: Journey::of(&start, &world.journal, from, now.max(world.now)),
        missing: missing(changed.workflow, &observed),
        known_until: journal.last().map(|entry| entry.at),
        other_window: other_window(changed.workflow, &observed),
        world,
    })
}

/// Work that was done and is not used yet.
type Ready<T> = BTreeMap<T, VecDeque<Command>>;

struct Player<'w, 'a> {
    world: World<'w>,
    changed: Changed<'a>,
    done: Ready<TaskId>,
    waived: Ready<ClauseId>,
}

impl Player<'_, '_> {
    fn is_over(&self) -> bool {
        matches!(self.world.checkpoint.status, Status::Finished { .. })
    }

    /// Lets time pass, with an advance whenever a wait or a limit is over.
    fn until(&mut self, at: DateTime<Utc>) {
        while !self.is_over() {
            let timers = timers(self.world.workflow, &self.world.checkpoint);
            let next = timers.into_iter().find(|timer| {
                let moves = matches!(timer.kind, TimerKind::Wait | TimerKind::Limit);
                moves && timer.at > self.world.now && timer.at < at
            });
            let Some(next) = next else { break };
            self.world.now = next.at;
            self.go();
        }
        if !self.is_over() {
            self.world.now = self.world.now.max(at);
            self.go();
        }
    }

    /// One moment of the journal: what became known, what people did.
    fn take(&mut self, entry: &Entry) -> Result<(), Refusal> {
        for event in &entry.events {
            self.learn(event, entry)?;
        }
        self.go();
        Ok(())
    }

    fn learn(&mut self, event: &Event, entry: &Entry) -> Result<(), Refusal> {
        let command =
            |verb| Command::new(verb, entry.actor.clone()).because(entry.reason.as_deref());
        match event {
            Event::Observed { observations } => {
                self.world.observations = with_goals(observations, self.changed.goals);
            }
            Event::Started { .. } => {
                // What the first entry measured was known when it was decided.
                let seen = entry.events.iter().find_map(|event| match event {
                    Event::Observed { observations } => Some(observations),
                    _ => None,
                });
                if let Some(seen) = seen {
                    self.world.observations = with_goals(seen, self.changed.goals);
                }
                self.world.ask(&command(Verb::Start))?;
            }
            Event::TaskSubmitted { task, given } | Event::TaskDone { task, given, .. } => {
                let verb = Verb::done(task.clone(), given.input.clone());
                self.done.entry(task.clone()).or_default().push_back(command(verb));
            }
            Event::Waived { clause } => {
                let verb = Verb::Waive { clause: clause.clone() };
                self.waived.entry(clause.clone()).or_default().push_back(command(verb));
            }
            // These change nothing where they do not fit, as a person would find out.
            Event::TaskReopened { task, .. } => {
                drop(self.world.ask(&command(Verb::Reopen { task: task.clone() })));
            }
            Event::Paused => drop(self.world.ask(&command(Verb::Pause))),
            Event::Resumed { .. } => drop(self.world.ask(&command(Verb::Resume))),
            Event::TaskRejected { task } => {
                drop(self.world.ask(&command(Verb::Reject { task: task.clone() })));
            }
            Event::Finished { .. } if entry.verb == Verb::Cancel.name() => {
                drop(self.world.ask(&command(Verb::Cancel)));
            }
            Event::Finished { .. } if entry.verb == Verb::Abandon.name() => {
                drop(self.world.ask(&command(Verb::Abandon)));
            }
            _ => {}
        }
        Ok(())
    }

    /// Moves on as far as evidence and work allow at this moment.
    fn go(&mut self) {
        loop {
            let moved = self.world.advance(&Until::Blocked).is_ok();
            if !moved || self.is_over() || !(self.work() || self.waive()) {
                return;
            }
        }
    }

    /// Does the open tasks that were done by now; whether there was one.
    fn work(&mut self) -> bool {
        if self.changed.tasks_done {
            return self.world.work();
        }
        let tasks = &self.world.checkpoint.tasks;
        let open = tasks.iter().filter(|(_, state)| state.is_open());
        let open: Vec<TaskId> = open.map(|(task, _)| task.clone()).collect();
        let mut worked = false;
        for task in &open {
            let ready = self.done.get_mut(task).and_then(VecDeque::pop_front);
            worked |= ready.is_some_and(|command| self.world.ask(&command).is_ok());
        }
        worked
    }

    /// Waives the clauses that were waived by now; whether there was one.
    fn waive(&mut self) -> bool {
        let gate = self.world.gate();
        let blind = gate.iter().flat_map(|gate| gate.holding());
        let blind = blind.filter(|report| report.verdict == Verdict::Unmeasurable);
        let blind: Vec<ClauseId> = blind.map(|report| report.clause.clone()).collect();
        let mut waived = false;
        for clause in &blind {
            let ready = self.waived.get_mut(clause).and_then(VecDeque::pop_front);
            waived |= ready.is_some_and(|command| self.world.ask(&command).is_ok());
        }
        waived
    }
}

fn with_goals(seen: &Arc<Observations>, goals: &BTreeMap<Metric, f64>) -> Arc<Observations> {
    if goals.is_empty() {
        return Arc::clone(seen);
    }
    let mut seen = (**seen).clone();
    seen.terms.goals.extend(goals);
    Arc::new(seen)
}

/// The metrics the workflow asks for that none of the observations has a value of.
fn missing(workflow: &Workflow, observed: &[&Observations]) -> Vec<Metric> {
    let asked: BTreeSet<Metric> =
        workflow.clauses().flat_map(|clause| clause.demand.metrics()).collect();
    let measured = |metric: &Metric| {
        observed
            .iter()
            .filter_map(|seen| seen.metrics.get(metric))
            .any(|seen| matches!(seen.finding, Finding::Measured { .. }))
    };
    let derived = |metric: &Metric| *metric == Metric::WindowSettled;
    asked.into_iter().filter(|metric| !derived(metric) && !measured(metric)).collect()
}

fn other_window(workflow: &Workflow, observed: &[&Observations]) -> Option<i64> {
    let windows =
        observed.iter().flat_map(|seen| seen.metrics.values()).filter_map(|seen| seen.window);
    let mut lengths = windows.map(|window| (window.to - window.from).num_seconds());
    lengths.find(|length| *length != workflow.window_seconds)
}

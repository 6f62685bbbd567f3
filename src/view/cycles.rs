//! The cycles of a run: what was worked on in each, and the numbers it ended with.
//!
//! Start reading at [`Cycles::read`], which folds a journal. A retrospective is made from it.
//!
//! # Always true
//!
//! - A cycle's numbers are those that were in force when its goal was judged, or are now while it
//!   goes on: what people decided on, not what would be measured of that time today.
//! - Cycles that a rewind left behind are no part of the run.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{DateTime, Utc};

use crate::model::{
    Checkpoint, Entry, Event, Observations, StageId, Verdict, event::Judged, ids::ClauseId,
};

/// The cycles of a run, the first that the journal still tells of first.
#[derive(Debug, Clone, Default)]
pub struct Cycles {
    /// One by one, in order.
    pub all: Vec<Cycle>,
    /// Whether earlier entries were pruned.
    pub pruned: bool,
    /// The newest measurements.
    newest: Seen,
    /// Each measurement, and when it was journaled.
    journaled: Vec<Seen>,
}

/// Measurements, and when they were journaled.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// What was measured.
    pub observations: Arc<Observations>,
    /// When it was journaled, UTC, or known to be in force; absent for what is known only now.
    pub at: Option<DateTime<Utc>>,
}

/// One pass round the stages.
#[derive(Debug, Clone)]
pub struct Cycle {
    /// Its number, from 1.
    pub number: u32,
    /// What it ended with; the newest while it goes on.
    pub seen: Seen,
    /// How its goal was judged; absent while it goes on.
    pub judged: Option<Judgement>,
    /// The stages it went through, in order.
    pub visits: Vec<Visit>,
}

/// How a cycle's goal was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// Whether every clause passed.
    pub met: bool,
}

/// The time in one stage, with what was done there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The stage.
    pub stage: StageId,
    /// When it was entered, UTC.
    pub from: DateTime<Utc>,
    /// When it was left, UTC; absent while the brand is there.
    pub to: Option<DateTime<Utc>>,
    /// How many tasks were done; one with four eyes counts once.
    pub tasks_done: u32,
    /// How many tasks were rejected.
    pub tasks_rejected: u32,
    /// How many actions were done.
    pub actions_done: u32,
    /// How many clauses were waived.
    pub waived: u32,
    /// The clauses that held its gate at any time.
    pub held_by: BTreeSet<ClauseId>,
}

impl Cycles {
    /// Reads the cycles of the run `generation` from a journal.
    ///
    /// - `base`: where the brand stood before the first of `entries`.
    pub fn read(base: &Checkpoint, entries: &[Entry], generation: u32) -> Self {
        let mut cycles = Self { pruned: base.revision > 0, ..Self::default() };
        if base.revision > 0 && base.generation == generation {
            cycles.stand_at(base, base.place.as_ref().map_or(DateTime::UNIX_EPOCH, |at| at.since));
        }
        for entry in entries.iter().filter(|entry| entry.generation == generation) {
            for event in &entry.events {
                cycles.take(event, entry);
            }
        }
        cycles
    }

    /// Puts what is known today in the place of what a cycle that goes on had last.
    pub fn now(&mut self, observations: &Arc<Observations>) {
        let newest = self.newest.observations.basis == observations.basis;
        if let Some(cycle) = self.all.last_mut().filter(|cycle| cycle.judged.is_none() && !newest) {
            cycle.seen = Seen { observations: Arc::clone(observations), at: None };
        }
    }

    /// The stages that were ever left.
    pub fn passed(&self) -> BTreeSet<&StageId> {
        let visits = self.all.iter().flat_map(|cycle| &cycle.visits);
        visits.filter(|visit| visit.to.is_some()).map(|visit| &visit.stage).collect()
    }

    fn take(&mut self, event: &Event, entry: &Entry) {
        match event {
            Event::Started { .. } => *self = Self::default(),
            Event::CycleOpened { cycle, .. } => self.open(*cycle),
            Event::Observed { observations } => self.observe(observations, entry.at),
            Event::GoalJudged { met, .. } => self.close(*met, entry.at),
            Event::Rewound { state, .. } | Event::Forked { state, .. } => {
                let mut stood = state.checkpoint.clone();
                stood.observations = Arc::clone(&state.observations);
                self.stand_at(&stood, entry.at);
            }
            Event::StageEntered { stage } | Event::Migrated { stage, .. } => {
                self.enter(stage, entry.at);
            }
            Event::StageLeft { .. } | Event::Finished { .. } => self.leave(entry.at),
            Event::TaskDone { .. } => self.work(|visit| visit.tasks_done += 1),
            Event::TaskRejected { .. } => self.work(|visit| visit.tasks_rejected += 1),
            Event::ActionSucceeded { .. } => self.work(|visit| visit.actions_done += 1),
            Event::Waived { .. } => self.work(|visit| visit.waived += 1),
            Event::GateJudged { clauses, .. } => {
                let held = clauses.iter().filter(|judged| holds(judged));
                let held: Vec<ClauseId> = held.map(|judged| judged.clause.clone()).collect();
                self.work(|visit| visit.held_by.extend(held));
            }
            Event::TaskOpened { .. }
            | Event::TaskSubmitted { .. }
            | Event::TaskReassigned { .. }
            | Event::TasksRenamed { .. }
            | Event::TaskReopened { .. }
            | Event::TaskDropped { .. }
            | Event::ActionOpened { .. }
            | Event::ActionDue { .. }
            | Event::ActionBegan { .. }
            | Event::ActionFailed { .. }
            | Event::ActionRetried { .. }
            | Event::ActionSkipped { .. }
            | Event::ActionDropped { .. }
            | Event::Scheduled { .. }
            | Event::ScheduleDropped { .. }
            | Event::Fired { .. }
            | Event::WaiverDropped { .. }
            | Event::Paused
            | Event::Resumed { .. }
            | Event::Adopted { .. } => {}
        }
    }

    /// Goes on from an earlier state: the cycles after it are left behind, and its own is open.
    fn stand_at(&mut self, stood: &Checkpoint, at: DateTime<Utc>) {
        let number = stood.cycle.number;
        self.all.retain(|cycle| cycle.number <= number);
        let basis = &stood.observations.basis;
        let known = self.journaled.iter().find(|seen| seen.observations.basis == *basis);
        let seen_at = known.and_then(|seen| seen.at).or(stood.at);
        self.newest = Seen { observations: Arc::clone(&stood.observations), at: seen_at };
        if self.all.last().is_none_or(|cycle| cycle.number < number) {
            self.open(number);
        }
        if let Some(cycle) = self.all.last_mut() {
            (cycle.judged, cycle.seen) = (None, self.newest.clone());
        }
        if let Some(place) = &stood.place {
            self.enter(&place.stage, at);
        }
    }

    fn open(&mut self, number: u32) {
        let seen = self.newest.clone();
        self.all.push(Cycle { number, seen, judged: None, visits: Vec::new() });
    }

    fn observe(&mut self, observations: &Arc<Observations>, at: DateTime<Utc>) {
        self.newest = Seen { observations: Arc::clone(observations), at: Some(at) };
        self.journaled.push(self.newest.clone());
        if let Some(cycle) = self.all.last_mut().filter(|cycle| cycle.judged.is_none()) {
            cycle.seen = self.newest.clone();
        }
    }

    fn close(&mut self, met: bool, at: DateTime<Utc>) {
        if let Some(cycle) = self.all.last_mut() {
            cycle.judged = Some(Judgement { at, met });
        }
    }

    fn enter(&mut self, stage: &StageId, at: DateTime<Utc>) {
        let Some(cycle) = self.all.last_mut() else { return };
        let here = cycle.visits.last_mut().filter(|visit| visit.to.is_none());
        match here {
            // Another text, or a way back, to the stage where the brand is.
            Some(visit) if visit.stage == *stage => return,
            Some(visit) => visit.to = Some(at),
            None => {}
        }
        cycle.visits.push(Visit {
            stage: stage.clone(),
            from: at,
            to: None,
            tasks_done: 0,
            tasks_rejected: 0,
            actions_done: 0,
            waived: 0,
            held_by: BTreeSet::new(),
        });
    }

    fn leave(&mut self, at: DateTime<Utc>) {
        self.work(|visit| visit.to = Some(at));
    }

    /// Notes what happened in the stage where the brand is.
    fn work(&mut self, note: impl FnOnce(&mut Visit)) {
        let visit = self.all.last_mut().and_then(|cycle| cycle.visits.last_mut());
        if let Some(visit) = visit.filter(|visit| visit.to.is_none()) {
            note(visit);
        }
    }
}

fn holds(judged: &Judged) -> bool {
    judged.verdict != Verdict::Pass && !judged.waived
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Actor, BrandId, TaskId, event::Given};

    fn entry(revision: u64, events: Vec<Event>) -> Entry {
        Entry {
            brand: BrandId::new("acme").unwrap(),
            generation: 1,
            revision,
            at: DateTime::UNIX_EPOCH + chrono::TimeDelta::days(revision as i64),
            actor: Actor::new("Ada"),
            verb: "advance".to_owned(),
            reason: None,
            events,
        }
    }

    fn stage(name: &str) -> StageId {
        StageId::new(name).unwrap()
    }

    fn entered(name: &str) -> Event {
        Event::StageEntered { stage: stage(name) }
    }

    fn left(name: &str) -> Event {
        Event::StageLeft { stage: stage(name), because: None, charter: None }
    }

    fn opened(cycle: u32) -> Event {
        Event::CycleOpened { cycle, counted_to: None, previous: Default::default() }
    }

    fn observed(revision: u64) -> Event {
        let mut observations = Observations::default();
        observations.basis.evidence_revision = revision;
        Event::Observed { observations: Arc::new(observations) }
    }

    fn judged(met: bool) -> Event {
        Event::GoalJudged { met, clauses: Vec::new(), streak: 0, without_gain: 0, marks: None }
    }

    fn done() -> Event {
        let (task, given) = (TaskId::new("sign").unwrap(), Given::default());
        Event::TaskDone { task, given, confirms: false }
    }

    /// Two cycles: define with a task, repeat; then target.
    fn journal() -> Vec<Entry> {
        vec![
            entry(1, vec![observed(1), opened(1), entered("define")]),
            entry(2, vec![done()]),
            entry(3, vec![left("define"), entered("repeat")]),
            entry(4, vec![observed(2), judged(true), left("repeat"), opened(2), entered("target")]),
        ]
    }

    fn read(entries: &[Entry]) -> Cycles {
        Cycles::read(&Checkpoint::new(BrandId::new("acme").unwrap()), entries, 1)
    }

    /// The revision of the evidence that a cycle's numbers rest on.
    fn rests_on(cycle: &Cycle) -> u64 {
        cycle.seen.observations.basis.evidence_revision
    }

    #[test]
    fn a_cycle_keeps_the_numbers_it_was_judged_by() {
        let mut entries = journal();
        entries.push(entry(5, vec![observed(3)]));
        let cycles = read(&entries);
        let told: Vec<_> = cycles
            .all
            .iter()
            .map(|one| (one.number, rests_on(one), one.judged.is_some()))
            .collect();
        assert_eq!(told, [(1, 2, true), (2, 3, false)]);
    }

    #[test]
    fn what_is_known_now_changes_only_the_cycle_that_goes_on() {
        let mut cycles = read(&journal());
        let Event::Observed { observations } = observed(9) else { unreachable!() };
        cycles.now(&observations);
        assert_eq!(cycles.all.iter().map(rests_on).collect::<Vec<_>>(), [2, 9]);
        assert_eq!(cycles.all[1].seen.at, None, "no entry tells of it");
    }

    #[test]
    fn work_belongs_to_the_visit_in_which_it_was_done() {
        let cycles = read(&journal());
        let [define, repeat] = &cycles.all[0].visits[..] else { panic!("{cycles:?}") };
        assert_eq!((define.tasks_done, repeat.tasks_done), (1, 0));
        assert_eq!(define.to.map(|to| (to - define.from).num_days()), Some(2));
        assert_eq!(cycles.passed(), BTreeSet::from([&stage("define"), &stage("repeat")]));
    }

    #[test]
    fn a_rewind_leaves_the_later_cycles_behind() {
        let mut entries = journal();
        let mut back = Checkpoint::new(BrandId::new("acme").unwrap());
        entries[..3].iter().for_each(|entry| back.apply(entry));
        entries.push(entry(5, vec![Event::Rewound { to: 3, state: Box::new(back.into()) }]));
        let cycles = read(&entries);
        let [first] = &cycles.all[..] else { panic!("{cycles:?}") };
        assert_eq!((first.number, rests_on(first), first.judged.is_none()), (1, 1, true));
        assert!(first.seen.at.is_some(), "the entry that told of it is known");
    }
}

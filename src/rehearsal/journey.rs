//! A brand's way through its workflow, as a journal tells it: which stages, how long, why on.
//!
//! Start reading at [`Journey::of`]. The journal of a live brand and that of a [`World`] are told
//! by the same code, so that they can be laid side by side.
//!
//! [`World`]: super::World

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{
    Checkpoint, ClauseId, Entry, Event, Outcome, StageId, Status, Verdict, event::Judged,
};

/// One stay in a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The cycle.
    pub cycle: u32,
    /// The stage.
    pub stage: StageId,
    /// When it began, UTC; not before the journey did.
    pub from: DateTime<Utc>,
    /// When it ended, UTC; absent if it still lasts.
    pub to: Option<DateTime<Utc>>,
    /// Where the way led: a stage or an outcome.
    pub way: Option<String>,
    /// The condition that chose the way.
    pub because: Option<String>,
    /// The clauses that held the brand, the longest first.
    pub held: Vec<Held>,
}

/// How long a clause held a brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// The clause.
    pub clause: ClauseId,
    /// What it answered last while it did.
    pub verdict: Verdict,
    /// For how long, in seconds.
    pub seconds: i64,
}

/// Every stay of a brand between two moments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journey {
    /// When it begins, UTC.
    pub from: DateTime<Utc>,
    /// When it ends, UTC: the end of the run, or the moment up to which it is told.
    pub to: DateTime<Utc>,
    /// The stays, in order.
    pub visits: Vec<Visit>,
    /// The cycle at its end.
    pub cycle: u32,
    /// How the run ended, if it did.
    pub outcome: Option<Outcome>,
}

impl Journey {
    /// The way of a brand that stands at `start`, through `journal`.
    ///
    /// - `journal`: what happened after `start`, oldest first.
    /// - `from`, `until`: the moments between which it is told.
    pub fn of(
        start: &Checkpoint,
        journal: &[Entry],
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Self {
        let cycle = start.cycle.number;
        let mut teller = Teller { cycle, ..Teller::default() };
        if let (Status::Running | Status::Paused { .. }, Some(place)) =
            (&start.status, &start.place)
        {
            teller.enter(&place.stage, place.since.max(from));
            teller.judged(&place.gate, place.since.max(from));
        }
        for entry in journal {
            for event in &entry.events {
                teller.take(event, entry.at.max(from));
            }
        }
        let to = teller.ended.map_or(until, |(_, at)| at);
        teller.close(to, None);
        let outcome = teller.ended.map(|(outcome, _)| outcome);
        Self { from, to, visits: teller.visits, cycle: teller.cycle, outcome }
    }

    /// How long all stays in a stage took together, in seconds.
    pub fn seconds_in(&self, stage: &StageId) -> i64 {
        let visits = self.visits.iter().filter(|visit| visit.stage == *stage);
        visits.map(|visit| visit.seconds(self.to)).sum()
    }
}

impl Visit {
    /// How long it took, in seconds; `until` stands for the end of a stay that lasts.
    pub fn seconds(&self, until: DateTime<Utc>) -> i64 {
        (self.to.unwrap_or(until) - self.from).num_seconds()
    }
}

/// A journey in the making.
#[derive(Default)]
struct Teller {
    cycle: u32,
    visits: Vec<Visit>,
    /// The stay that lasts.
    here: Option<Visit>,
    /// Since when a clause holds, with its last answer.
    holding: BTreeMap<ClauseId, (DateTime<Utc>, Verdict)>,
    held: BTreeMap<ClauseId, (i64, Verdict)>,
    ended: Option<(Outcome, DateTime<Utc>)>,
}

impl Teller {
    fn take(&mut self, event: &Event, at: DateTime<Utc>) {
        match event {
            Event::CycleOpened { cycle, .. } => self.cycle = *cycle,
            Event::StageEntered { stage } => self.enter(stage, at),
            Event::GateJudged { clauses, .. } => self.judged(clauses, at),
            Event::StageLeft { because, .. } => self.close(at, Some(because.clone())),
            Event::Finished { outcome } => {
                self.close(at, Some(None));
                self.leads_to(outcome.name());
                self.ended = Some((*outcome, at));
            }
            _ => {}
        }
    }

    fn enter(&mut self, stage: &StageId, at: DateTime<Utc>) {
        self.leads_to(stage.as_str());
        self.here = Some(Visit {
            cycle: self.cycle,
            stage: stage.clone(),
            from: at,
            to: None,
            way: None,
            because: None,
            held: Vec::new(),
        });
    }

    /// Says where the last stay led.
    fn leads_to(&mut self, way: &str) {
        if let Some(last) = self.visits.last_mut().filter(|last| last.way.is_none()) {
            last.way = Some(way.to_owned());
        }
    }

    fn judged(&mut self, clauses: &[Judged], at: DateTime<Utc>) {
        for judged in clauses {
            let holds = judged.verdict != Verdict::Pass && !judged.waived;
            self.release(&judged.clause, at);
            if holds {
                self.holding.insert(judged.clause.clone(), (at, judged.verdict));
            }
        }
    }

    fn release(&mut self, clause: &ClauseId, at: DateTime<Utc>) {
        if let Some((since, verdict)) = self.holding.remove(clause) {
            let held = self.held.entry(clause.clone()).or_insert((0, verdict));
            *held = (held.0 + (at - since).num_seconds(), verdict);
        }
    }

    /// Ends the stay that lasts; `left` is the reason, absent if it goes on.
    fn close(&mut self, at: DateTime<Utc>, left: Option<Option<String>>) {
        let holding: Vec<ClauseId> = self.holding.keys().cloned().collect();
        for clause in &holding {
            self.release(clause, at);
        }
        let held = std::mem::take(&mut self.held).into_iter();
        let mut held: Vec<Held> =
            held.map(|(clause, (seconds, verdict))| Held { clause, verdict, seconds }).collect();
        held.sort_by_key(|held| std::cmp::Reverse(held.seconds));
        let Some(mut visit) = self.here.take() else { return };
        visit.held = held;
        if let Some(because) = left {
            (visit.to, visit.because) = (Some(at), because);
        }
        self.visits.push(visit);
    }
}

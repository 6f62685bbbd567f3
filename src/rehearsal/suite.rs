//! Plays the cases of a suite.
//!
//! Start reading at [`play`]. A case ends at the first step that does not go as it says: an
//! expectation that does not hold, a refusal that the next step does not expect, or an advance
//! that does not arrive.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    engine::{ClauseReport, GateReport, goal, timers::timers},
    model::{
        Entry, Event, StageLimit, Status, TaskState, Until, Workflow,
        suite::{Because, Case, Deed, Expectation, Reply, Standing, Step, Suite},
    },
};

use super::World;

/// A case that was played.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    /// What the case shows.
    pub name: String,
    /// The line on which it begins.
    pub line: u32,
    /// How it failed; absent if everything went as it says.
    pub failed: Option<Box<Failed>>,
    /// What happened, oldest first.
    pub journal: Vec<Entry>,
}

/// The step at which a case failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    /// The line of the step.
    pub line: u32,
    /// The step as it is written.
    pub step: String,
    /// What is not as expected.
    pub mismatches: Vec<Mismatch>,
    /// The virtual moment, UTC.
    pub at: DateTime<Utc>,
    /// Where the brand stood, `BRAND@CYCLE.STAGE.REVISION`.
    pub checkpoint: String,
    /// The gate as it was judged then; absent if the brand was in no stage.
    pub gate: Option<GateReport>,
}

/// One thing that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// What was looked at.
    pub what: String,
    /// What the case says.
    pub expected: String,
    /// What is so.
    pub actual: String,
}

/// Plays every case whose name `chosen` takes.
pub fn play(suite: &Suite, workflow: &Workflow, chosen: impl Fn(&str) -> bool) -> Vec<Played> {
    let cases = suite.cases.iter().filter(|case| chosen(&case.name));
    cases.map(|case| play_case(suite, case, workflow)).collect()
}

fn play_case(suite: &Suite, case: &Case, workflow: &Workflow) -> Played {
    let world = World::new(workflow, suite.terms.clone(), suite.begin);
    let mut stage = Stage { world, refused: None };
    let mut failed = None;
    for (at, step) in case.steps.iter().enumerate() {
        let mismatches = stage.take(step, case.steps.get(at + 1));
        if !mismatches.is_empty() {
            failed = Some(Box::new(Failed {
                line: step.line,
                step: step.text.clone(),
                mismatches,
                at: stage.world.now,
                checkpoint: stage.world.checkpoint.id().to_string(),
                gate: stage.world.gate(),
            }));
            break;
        }
    }
    Played { name: case.name.clone(), line: case.line, failed, journal: stage.world.journal }
}

/// The world of one case, and how the last command was refused.
struct Stage<'w> {
    world: World<'w>,
    refused: Option<(&'static str, String)>,
}

impl Stage<'_> {
    /// Takes one step; what comes back is not as expected.
    fn take(&mut self, step: &Step, next: Option<&Step>) -> Vec<Mismatch> {
        match &step.deed {
            Deed::Ask(command) => {
                let refused = self.world.ask(command).err();
                self.refused = refused.map(|refusal| (refusal.name(), refusal.to_string()));
                self.unexpected(command.verb.name(), next)
            }
            Deed::Advance(until) => self.advance(until, next),
            Deed::Observe(seen) => {
                self.world.observe(seen);
                Vec::new()
            }
            Deed::Wait(wait) => {
                self.world.wait(*wait);
                Vec::new()
            }
            Deed::Expect(all) => all.iter().filter_map(|one| self.look(one)).collect(),
        }
    }

    fn advance(&mut self, until: &Until, next: Option<&Step>) -> Vec<Mismatch> {
        match self.world.advance(until) {
            Ok(shut) => {
                let held = shut.map(|gate| gate.held_by().join(", "));
                self.refused = held.map(|held| ("gate_shut", format!("the gate is shut: {held}")));
            }
            Err(refusal) => self.refused = Some((refusal.name(), refusal.to_string())),
        }
        match until {
            // A gate that stays shut is an everyday answer; the case says if it minds.
            _ if self.refused.as_ref().is_some_and(|(name, _)| *name != "gate_shut") => {
                self.unexpected("advance", next)
            }
            Until::Stage(stage) if self.world.checkpoint.stage() != Some(stage) => {
                if expects_refusal(next) {
                    Vec::new()
                } else {
                    vec![self.not_arrived(stage.as_str())]
                }
            }
            Until::OneStage | Until::Blocked | Until::Stage(_) => Vec::new(),
        }
    }

    fn not_arrived(&self, stage: &str) -> Mismatch {
        let why = self.refused.as_ref().map(|(_, why)| format!("; {why}")).unwrap_or_default();
        Mismatch {
            what: "stage".to_owned(),
            expected: stage.to_owned(),
            actual: format!("{}{why}", self.place()),
        }
    }

    /// A refusal is a failure, unless the next step says that it expects one.
    fn unexpected(&self, verb: &str, next: Option<&Step>) -> Vec<Mismatch> {
        match &self.refused {
            Some((name, why)) if !expects_refusal(next) => vec![Mismatch {
                what: verb.to_owned(),
                expected: "done".to_owned(),
                actual: format!("refused ({name}): {why}"),
            }],
            Some(_) | None => Vec::new(),
        }
    }

    fn place(&self) -> String {
        let checkpoint = &self.world.checkpoint;
        match (&checkpoint.status, checkpoint.stage()) {
            (Status::Finished { outcome, .. }, _) => format!("the run ended as {outcome}"),
            (_, Some(stage)) => stage.to_string(),
            (_, None) => "not started".to_owned(),
        }
    }

    /// What is not as expected, if it is not.
    fn look(&self, expected: &Expectation) -> Option<Mismatch> {
        let checkpoint = &self.world.checkpoint;
        let (what, expected, actual) = match expected {
            Expectation::Stage(stage) => {
                let actual = match checkpoint.stage() {
                    Some(stage) => stage.to_string(),
                    None => self.place(),
                };
                ("stage".to_owned(), stage.to_string(), actual)
            }
            Expectation::Cycle(cycle) => {
                ("cycle".to_owned(), cycle.to_string(), checkpoint.cycle.number.to_string())
            }
            Expectation::Status(status) => {
                ("status".to_owned(), word(*status), word(standing(&checkpoint.status)))
            }
            Expectation::Outcome(outcome) => {
                let actual = match &checkpoint.status {
                    Status::Finished { outcome, .. } => outcome.to_string(),
                    other => format!("none; the run is {}", other.name()),
                };
                ("outcome".to_owned(), outcome.to_string(), actual)
            }
            Expectation::Open(open) => ("gate".to_owned(), open_word(*open), self.gate_word()),
            Expectation::Shut(clauses) => self.shut(clauses),
            Expectation::Clause(clause, reply) => {
                let gate = self.world.gate();
                let found = gate
                    .as_ref()
                    .and_then(|gate| gate.clauses.iter().find(|report| report.clause == *clause));
                let actual = match (found, gate.as_ref()) {
                    (Some(report), _) => reply_of(report).name().to_owned(),
                    (None, Some(gate)) => format!("not in the gate of {}", gate.stage),
                    (None, None) => self.place(),
                };
                (format!("clause {clause}"), reply.name().to_owned(), actual)
            }
            Expectation::Goal(clause, reply) => {
                let reports = goal::clauses(self.world.evidence());
                let found = reports.iter().find(|report| report.clause == *clause);
                let actual = found.map_or("not in the goal", |report| reply_of(report).name());
                (format!("goal {clause}"), reply.name().to_owned(), actual.to_owned())
            }
            Expectation::Task(task, done) => {
                let actual = match checkpoint.tasks.get(task) {
                    Some(TaskState::Done { .. }) => "done".to_owned(),
                    Some(TaskState::Open { .. }) => "open".to_owned(),
                    Some(TaskState::Submitted { .. }) => "to be confirmed".to_owned(),
                    Some(TaskState::Rejected { .. }) => "rejected".to_owned(),
                    None => format!("not in stage {}", self.place()),
                };
                let expected = if *done { "done" } else { "open" };
                (format!("task {task}"), expected.to_owned(), actual)
            }
            Expectation::Streak(streak) => {
                let actual = checkpoint.progress.streak;
                ("streak".to_owned(), streak.to_string(), actual.to_string())
            }
            Expectation::WithoutGain(cycles) => {
                let actual = checkpoint.progress.without_gain;
                ("without_gain".to_owned(), cycles.to_string(), actual.to_string())
            }
            Expectation::Because(because) => {
                ("because".to_owned(), because_word(because), self.last_way())
            }
            Expectation::Timer(of, wait) => {
                let at = wait.map(|wait| instant(self.world.moment(wait)));
                return self.timer(of, at);
            }
            Expectation::Refused(name) => {
                let (actual, why) = match &self.refused {
                    Some((actual, why)) => (*actual, format!("{actual}: {why}")),
                    None => ("", "the last command was not refused".to_owned()),
                };
                if actual == *name {
                    return None;
                }
                ("refused".to_owned(), (*name).to_owned(), why)
            }
        };
        (expected != actual).then_some(Mismatch { what, expected, actual })
    }

    fn gate_word(&self) -> String {
        match self.world.gate() {
            Some(gate) => open_word(gate.open),
            None => self.place(),
        }
    }

    /// The clauses that hold, in the order of the file on both sides.
    fn shut(&self, clauses: &[crate::model::ClauseId]) -> (String, String, String) {
        let gate = self.world.gate();
        let holding = gate.iter().flat_map(GateReport::holding).map(|report| &report.clause);
        let holding: Vec<&crate::model::ClauseId> = holding.collect();
        let strangers = clauses.iter().filter(|clause| !holding.contains(clause));
        let both = holding.iter().copied().filter(|clause| clauses.contains(clause));
        let names = |list: &mut dyn Iterator<Item = &crate::model::ClauseId>| {
            let names: Vec<&str> = list.map(|clause| clause.as_str()).collect();
            if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
        };
        let expected = names(&mut both.chain(strangers));
        let actual = match &gate {
            Some(_) => names(&mut holding.iter().copied()),
            None => self.place(),
        };
        ("held by".to_owned(), expected, actual)
    }

    fn timer(&self, of: &str, at: Option<String>) -> Option<Mismatch> {
        let timers = timers(self.world.workflow, &self.world.checkpoint);
        let found: Vec<String> =
            timers.iter().filter(|timer| timer.of == of).map(|timer| instant(timer.at)).collect();
        let fits = match &at {
            Some(at) => found.contains(at),
            None => found.is_empty(),
        };
        let none = || "none".to_owned();
        (!fits).then(|| Mismatch {
            what: format!("timer {of}"),
            expected: at.unwrap_or_else(none),
            actual: if found.is_empty() { none() } else { found.join(", ") },
        })
    }

    /// How the last stage was left.
    fn last_way(&self) -> String {
        let events = self.world.journal.iter().rev().flat_map(|entry| entry.events.iter().rev());
        let mut left = events.filter_map(|event| match event {
            Event::StageLeft { because, .. } => Some(because),
            _ => None,
        });
        match left.next() {
            None => "no stage was left".to_owned(),
            Some(None) => "otherwise".to_owned(),
            Some(Some(because)) if because.starts_with(StageLimit::BECAUSE) => "limit".to_owned(),
            Some(Some(because)) => because.clone(),
        }
    }
}

fn expects_refusal(next: Option<&Step>) -> bool {
    let Some(Step { deed: Deed::Expect(all), .. }) = next else { return false };
    all.iter().any(|one| matches!(one, Expectation::Refused(_)))
}

fn reply_of(report: &ClauseReport) -> Reply {
    let waived = report.judged().waived;
    if waived { Reply::Waived } else { Reply::Verdict(report.verdict) }
}

fn standing(status: &Status) -> Standing {
    match status {
        Status::Ready => Standing::Ready,
        Status::Running => Standing::Running,
        Status::Paused { .. } => Standing::Paused,
        Status::Finished { .. } => Standing::Finished,
    }
}

fn word(standing: Standing) -> String {
    let named = Standing::ALL.iter().find(|(other, _)| *other == standing);
    named.map(|(_, name)| (*name).to_owned()).unwrap_or_default()
}

fn open_word(open: bool) -> String {
    if open { "open" } else { "shut" }.to_owned()
}

fn because_word(because: &Because) -> String {
    match because {
        Because::When(text) => text.clone(),
        Because::Otherwise => "otherwise".to_owned(),
        Because::Limit => "limit".to_owned(),
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

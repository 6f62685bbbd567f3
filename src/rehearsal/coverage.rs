//! What of a workflow the cases of its suites took, and what no case took.
//!
//! Start reading at [`Coverage::of`]: everything is counted from journals, so what counts is what
//! the engine did, not what a case says.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{
    Entry, Event, Outcome, Stage, StageId, Target, Verdict, Workflow, event::Judged,
};

/// How often each part of a workflow was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The workflow.
    pub workflow: String,
    /// The stages that were entered.
    pub stages: Vec<Taken>,
    /// The ways on: every branch, the one without a condition, and the limit.
    pub ways: Vec<Taken>,
    /// The outcomes that the workflow can have.
    pub outcomes: Vec<Taken>,
    /// The clauses of the gates and of the goal.
    pub clauses: Vec<Judgements>,
}

/// Something that a run can take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Its name.
    pub name: String,
    /// How often it was taken.
    pub times: u64,
}

/// How often a clause passed, and how often it did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judgements {
    /// The stage; `goal` for a clause of the goal.
    pub of: String,
    /// The clause.
    pub clause: String,
    /// How often it was judged `pass`.
    pub pass: u64,
    /// How often it was judged anything else.
    pub hold: u64,
}

impl Coverage {
    /// Counts what journals of brands that began on `workflow` took.
    pub fn of<'a>(workflow: &Workflow, journals: impl IntoIterator<Item = &'a [Entry]>) -> Self {
        let mut counts = Counts::default();
        for journal in journals {
            counts.take(journal);
        }
        counts.of(workflow)
    }

    /// The stages, ways and outcomes that were not taken, in words.
    pub fn gaps(&self) -> Vec<String> {
        let kinds = [("stage", &self.stages), ("way", &self.ways), ("outcome", &self.outcomes)];
        let gaps = kinds.into_iter().flat_map(|(kind, all)| {
            let missing = all.iter().filter(|taken| taken.times == 0);
            missing.map(move |taken| format!("{kind} {}", taken.name))
        });
        gaps.collect()
    }

    /// The clauses that never passed, or never held, in words.
    pub fn unseen_verdicts(&self) -> Vec<String> {
        let unseen = self.clauses.iter().flat_map(|clause| {
            let sides = [("never passed", clause.pass), ("never held a brand", clause.hold)];
            let unseen = sides.into_iter().filter(|(_, times)| *times == 0);
            unseen.map(|(what, _)| format!("{}.{} {what}", clause.of, clause.clause))
        });
        unseen.collect()
    }
}

/// The events of many journals.
#[derive(Default)]
struct Counts {
    stages: BTreeMap<StageId, u64>,
    ways: BTreeMap<(StageId, Option<String>), u64>,
    outcomes: BTreeMap<Outcome, u64>,
    clauses: BTreeMap<(String, String), (u64, u64)>,
}

impl Counts {
    fn take(&mut self, journal: &[Entry]) {
        let mut here = String::new();
        for event in journal.iter().flat_map(|entry| &entry.events) {
            match event {
                Event::StageEntered { stage } => {
                    here = stage.to_string();
                    *self.stages.entry(stage.clone()).or_default() += 1;
                }
                Event::StageLeft { stage, because, .. } => {
                    *self.ways.entry((stage.clone(), because.clone())).or_default() += 1;
                }
                Event::Finished { outcome } => *self.outcomes.entry(*outcome).or_default() += 1,
                Event::GateJudged { clauses, .. } => self.judged(&here, clauses),
                Event::GoalJudged { clauses, .. } => self.judged(GOAL, clauses),
                _ => {}
            }
        }
    }

    fn judged(&mut self, of: &str, clauses: &[Judged]) {
        for judged in clauses {
            let key = (of.to_owned(), judged.clause.to_string());
            let (pass, hold) = self.clauses.entry(key).or_default();
            *if judged.verdict == Verdict::Pass { pass } else { hold } += 1;
        }
    }

    fn of(&self, workflow: &Workflow) -> Coverage {
        let stages = workflow.stages.iter().map(|stage| Taken {
            name: stage.id.to_string(),
            times: self.stages.get(&stage.id).copied().unwrap_or_default(),
        });
        let outcomes = outcomes(workflow).into_iter().map(|outcome| Taken {
            name: outcome.to_string(),
            times: self.outcomes.get(&outcome).copied().unwrap_or_default(),
        });
        let of_gates = workflow.stages.iter().flat_map(|stage| {
            stage.exit.iter().map(|clause| (stage.id.to_string(), clause.id.to_string()))
        });
        let of_goal =
            workflow.goal.all.iter().map(|clause| (GOAL.to_owned(), clause.id.to_string()));
        let clauses = of_gates.chain(of_goal).map(|key| {
            let (pass, hold) = self.clauses.get(&key).copied().unwrap_or_default();
            let (of, clause) = key;
            Judgements { of, clause, pass, hold }
        });
        Coverage {
            workflow: workflow.id.to_string(),
            stages: stages.collect(),
            ways: workflow.stages.iter().flat_map(|stage| self.ways(stage)).collect(),
            outcomes: outcomes.collect(),
            clauses: clauses.collect(),
        }
    }

    fn ways(&self, stage: &Stage) -> Vec<Taken> {
        let times = |because: Option<String>| {
            self.ways.get(&(stage.id.clone(), because)).copied().unwrap_or_default()
        };
        let name = |target: &Target| format!("{} > {}", stage.id, place(target));
        let branches = stage.next.branches.iter().map(|branch| {
            let when = branch.when.to_string();
            let name = format!("{}, when {when}", name(&branch.target));
            Taken { name, times: times(Some(when)) }
        });
        let otherwise = match stage.next.branches.is_empty() {
            true => name(&stage.next.otherwise),
            false => format!("{}, otherwise", name(&stage.next.otherwise)),
        };
        let otherwise = Taken { name: otherwise, times: times(None) };
        let limit = stage.limit.iter().map(|limit| {
            let because = limit.because();
            let name = format!("{}, {because}", name(&limit.target));
            Taken { name, times: times(Some(because)) }
        });
        branches.chain([otherwise]).chain(limit).collect()
    }
}

/// What stands for a stage where the goal is meant.
const GOAL: &str = "goal";

fn place(target: &Target) -> String {
    match target {
        Target::Stage(stage) => stage.to_string(),
        Target::Finish(outcome) => outcome.to_string(),
    }
}

/// The outcomes that a run of the workflow can have.
fn outcomes(workflow: &Workflow) -> Vec<Outcome> {
    let given: Vec<Outcome> = workflow
        .stages
        .iter()
        .flat_map(Stage::targets)
        .filter_map(|target| match target {
            Target::Finish(outcome) => Some(*outcome),
            Target::Stage(_) => None,
        })
        .collect();
    let rounds = goes_round(workflow);
    // A stall is noticed at the end of a cycle, and the first has nothing to gain on.
    let stalls = workflow.limits.stall_after.is_some_and(|after| after < workflow.limits.cycles);
    let can = |outcome: &Outcome| match outcome {
        Outcome::Gold => given.contains(outcome),
        Outcome::Exhausted => rounds || given.contains(outcome),
        Outcome::Stalled => rounds && stalls || given.contains(outcome),
        Outcome::Abandoned => true,
    };
    Outcome::ALL.into_iter().filter(can).collect()
}

/// Whether a way leads back, so that cycles are counted.
fn goes_round(workflow: &Workflow) -> bool {
    workflow.stages.iter().any(|stage| {
        stage.targets().any(|target| match target {
            Target::Stage(to) => workflow.closes_cycle(stage, to),
            Target::Finish(_) => false,
        })
    })
}

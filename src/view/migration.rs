//! What going over to an edited workflow means: for a fleet in a few rows, and brand by brand.
//!
//! Start reading at [`Summary`], which takes one brand after the other and keeps a row for each
//! text and stage. What happens to a brand is read off the events of the decision itself.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    engine::{Refusal, Step},
    failure::Failure,
    model::{
        ActionName, Checkpoint, ClauseId, Event, Phase, ScheduleId, StageId, TaskId, TaskState,
        ids::Digest,
    },
    runner::migrate::Planned,
};

/// How many brands are named as examples of those that cannot go over.
const NAMED: usize = 3;

/// One thing that going over does to a brand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "effect")]
pub enum Effect {
    /// A task stays as it is.
    TaskKept {
        /// The task.
        task: TaskId,
    },
    /// A task has another name, and stays as it is.
    TaskRenamed {
        /// Its name until now.
        task: TaskId,
        /// Its name from now on.
        to: TaskId,
    },
    /// A task opens that was not there.
    TaskOpened {
        /// The task.
        task: TaskId,
    },
    /// A task opens again: what was said of it does not fit its form any more.
    TaskReopened {
        /// The task.
        task: TaskId,
    },
    /// A task goes.
    TaskDropped {
        /// The task.
        task: TaskId,
        /// Whether somebody had said something of it.
        answered: bool,
    },
    /// A waiver goes: its clause asks something else, or is not there any more.
    WaiverDropped {
        /// The clause.
        clause: ClauseId,
    },
    /// An action opens that was not there.
    ActionOpened {
        /// The action.
        action: ActionName,
    },
    /// An action goes.
    ActionDropped {
        /// The action.
        action: ActionName,
        /// How far it had come.
        phase: &'static str,
    },
    /// A schedule is followed from now on.
    ScheduleFollowed {
        /// The schedule.
        schedule: ScheduleId,
    },
    /// A schedule is not followed any more.
    ScheduleDropped {
        /// The schedule.
        schedule: ScheduleId,
    },
}

impl Effect {
    /// The same in words.
    pub fn text(&self) -> String {
        match self {
            Effect::TaskKept { task } => format!("task {task} stays"),
            Effect::TaskRenamed { task, to } => format!("task {task} becomes {to}"),
            Effect::TaskOpened { task } => format!("task {task} opens"),
            Effect::TaskReopened { task } => format!("task {task} opens again"),
            Effect::TaskDropped { task, .. } => format!("task {task} goes"),
            Effect::WaiverDropped { clause } => format!("waiver of {clause} goes"),
            Effect::ActionOpened { action } => format!("action {action} opens"),
            Effect::ActionDropped { action, .. } => format!("action {action} goes"),
            Effect::ScheduleFollowed { schedule } => format!("schedule {schedule} begins"),
            Effect::ScheduleDropped { schedule } => format!("schedule {schedule} goes"),
        }
    }

    /// What is lost by it.
    pub fn loss(&self) -> Option<String> {
        match self {
            Effect::TaskReopened { task } => Some(format!("answers to {task}, which do not fit")),
            Effect::TaskDropped { task, answered: true } => Some(format!("answers to {task}")),
            Effect::TaskDropped { task, answered: false } => Some(format!("open task {task}")),
            Effect::WaiverDropped { clause } => Some(format!("waiver of {clause}")),
            Effect::ActionDropped { action, phase } => Some(format!("action {action} ({phase})")),
            Effect::ScheduleDropped { schedule } => Some(format!("schedule {schedule}")),
            Effect::TaskKept { .. }
            | Effect::TaskRenamed { .. }
            | Effect::TaskOpened { .. }
            | Effect::ActionOpened { .. }
            | Effect::ScheduleFollowed { .. } => None,
        }
    }
}

/// An effect, and for how many brands of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// The effect.
    #[serde(flatten)]
    pub effect: Effect,
    /// What is lost by it, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<String>,
    /// For so many brands.
    pub brands: usize,
}

/// The brands that go from one stage of one text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// The text they run on.
    pub from: String,
    /// Their stage.
    pub stage: String,
    /// What it is called from now on.
    pub to: String,
    /// How many there are.
    pub brands: usize,
    /// What happens to them.
    pub effects: Vec<Counted>,
}

/// The brands that cannot go over for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stuck {
    /// Why.
    pub why: String,
    /// What would help.
    pub remedy: String,
    /// How many there are.
    pub brands: usize,
    /// The first of them.
    pub such_as: Vec<String>,
    /// Whether all others wait for them; a brand that the store cannot read holds nobody up.
    pub holds_up: bool,
}

/// What going over means for one brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrandLine {
    /// The brand.
    pub brand: String,
    /// Whether it goes over, or went.
    pub goes: bool,
    /// Where it stands after it, or stood if it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// Its stage, and what that is called from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<(String, String)>,
    /// What happens to it.
    pub effects: Vec<Effect>,
    /// What it loses, in words.
    pub lost: Vec<String>,
    /// Why it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A migration of many brands, planned or done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MigrationView {
    /// The workflow.
    pub workflow: String,
    /// The text that they go over to.
    pub to: String,
    /// Whether it was done.
    pub applied: bool,
    /// How many brands go over, or went.
    pub going: usize,
    /// How many were asked for that run on this text already.
    pub there: usize,
    /// From which text and stage.
    pub groups: Vec<Group>,
    /// Who cannot.
    pub stuck: Vec<Stuck>,
}

impl MigrationView {
    /// Whether nobody goes over because somebody cannot.
    pub fn is_held_up(&self) -> bool {
        self.stuck.iter().any(|stuck| stuck.holds_up)
    }

    /// Whether there are brands that the store cannot read.
    pub fn has_unread(&self) -> bool {
        self.stuck.iter().any(|stuck| !stuck.holds_up)
    }
}

/// A migration, told brand by brand and kept as sums.
#[derive(Debug, Default)]
pub struct Summary {
    there: usize,
    groups: BTreeMap<From, Going>,
    stuck: BTreeMap<String, Stuck>,
}

impl Summary {
    /// Adds a brand; answers with its line, unless it is there already.
    pub fn take(&mut self, planned: &Planned) -> Option<BrandLine> {
        match (&planned.before, &planned.result) {
            (Some(before), Ok(step)) => Some(self.goes(before, step)),
            (_, Err(failure)) if is_there(failure) => {
                self.there += 1;
                None
            }
            (_, Err(failure)) => Some(self.stays(&planned.brand, failure)),
            // A decision is made of where a brand stands; without that there is none.
            (None, Ok(_)) => None,
        }
    }

    fn goes(&mut self, before: &Checkpoint, step: &Step) -> BrandLine {
        let stage = |at: &Checkpoint| at.stage().map(StageId::to_string).unwrap_or_default();
        let (old, new) = (stage(before), stage(&step.checkpoint));
        let from = before.definition.as_ref().map_or("", Digest::short).to_owned();
        let effects = effects(before, step);
        let group = self.groups.entry((from, old.clone(), new.clone())).or_default();
        group.brands += 1;
        for effect in &effects {
            *group.effects.entry(effect.clone()).or_default() += 1;
        }
        BrandLine {
            brand: before.brand.to_string(),
            goes: true,
            checkpoint: Some(step.checkpoint.id().to_string()),
            stage: Some((old, new)),
            lost: effects.iter().filter_map(Effect::loss).collect(),
            effects,
            why: None,
        }
    }

    fn stays(&mut self, brand: &str, failure: &Failure) -> BrandLine {
        let (why, remedy) = reason(brand, failure);
        let stuck = self.stuck.entry(why.clone()).or_insert_with(|| Stuck {
            why: why.clone(),
            remedy,
            brands: 0,
            such_as: Vec::new(),
            holds_up: !matches!(failure, Failure::Store(_)),
        });
        stuck.brands += 1;
        if stuck.such_as.len() < NAMED {
            stuck.such_as.push(brand.to_owned());
        }
        BrandLine {
            brand: brand.to_owned(),
            goes: false,
            checkpoint: None,
            stage: None,
            effects: Vec::new(),
            lost: Vec::new(),
            why: Some(why),
        }
    }

    /// The whole of it.
    pub fn finish(self, workflow: &str, to: &Digest, applied: bool) -> MigrationView {
        let groups: Vec<Group> = self.groups.into_iter().map(group).collect();
        MigrationView {
            workflow: workflow.to_owned(),
            to: to.short().to_owned(),
            applied,
            going: groups.iter().map(|group| group.brands).sum(),
            there: self.there,
            groups,
            stuck: self.stuck.into_values().collect(),
        }
    }
}

/// A text, a stage of it, and what that is called from now on.
type From = (String, String, String);

/// The brands that go from there, and what happens to how many of them.
#[derive(Debug, Default)]
struct Going {
    brands: usize,
    effects: BTreeMap<Effect, usize>,
}

fn group(((from, stage, to), Going { brands, effects }): (From, Going)) -> Group {
    let counted = |(effect, brands): (Effect, usize)| {
        let lost = effect.loss();
        Counted { effect, lost, brands }
    };
    Group { from, stage, to, brands, effects: effects.into_iter().map(counted).collect() }
}

/// Whether a brand need not go anywhere.
fn is_there(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused { refusal, .. } if **refusal == Refusal::SameDefinition)
}

/// Why a brand cannot go over, without its name, and what would help.
fn reason(brand: &str, failure: &Failure) -> (String, String) {
    let ask_again = || "ask again once it has ended; the others can go over by name".to_owned();
    match failure {
        Failure::Refused { refusal, .. } => match &**refusal {
            Refusal::StageGone { stage, known } => {
                let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                let remedy = format!(
                    "say which stage takes its place: `--stage {stage}=NAME`, one of {}",
                    names.join(", ")
                );
                (format!("stage `{stage}` is not in the edited workflow"), remedy)
            }
            refusal @ Refusal::ActionRuns { .. } => (refusal.to_string(), ask_again()),
            refusal => (refusal.to_string(), "leave it out, and name the others".to_owned()),
        },
        Failure::DefinitionLost { digest, .. } => (
            format!("the text {} is not in the store any more", digest.short()),
            "`adopt` goes on without it".to_owned(),
        ),
        Failure::Definition { diagnostics, .. } => {
            let first = diagnostics.first().map(|problem| problem.message.clone());
            let why = first.unwrap_or_else(|| failure.to_string());
            // Many brands may lack the same: that is one reason.
            let why = why.replace(&format!("`{brand}`"), "it");
            (why, "mend its file; `check` shows the place".to_owned())
        }
        Failure::Store(_) => {
            let why = failure.to_string().replace(&format!("`{brand}`"), "it");
            (why, format!("the others go over without it; {}", failure.hint().unwrap_or_default()))
        }
        Failure::Conflict { .. } => (
            "another process moved it at the same moment".to_owned(),
            "ask again: those that went over are not asked".to_owned(),
        ),
        failure => (failure.to_string(), failure.hint().unwrap_or_default()),
    }
}

/// What going over does to a brand, as its events say, tasks first.
fn effects(before: &Checkpoint, step: &Step) -> Vec<Effect> {
    let events = &step.entry.events;
    let mut tasks: BTreeMap<TaskId, &TaskState> =
        before.tasks.iter().map(|(task, state)| (task.clone(), state)).collect();
    let mut changed: BTreeSet<TaskId> = BTreeSet::new();
    let mut found = Vec::new();
    for event in events {
        match event {
            Event::TasksRenamed { to } => {
                let called = |task: TaskId| to.get(&task).cloned().unwrap_or(task);
                tasks = tasks.into_iter().map(|(task, state)| (called(task), state)).collect();
                changed.extend(to.values().cloned());
                found.extend(
                    to.iter().map(|(task, to)| Effect::TaskRenamed {
                        task: task.clone(),
                        to: to.clone(),
                    }),
                );
            }
            Event::TaskDropped { task } => {
                let answered = tasks.remove(task).is_some_and(is_answered);
                found.push(Effect::TaskDropped { task: task.clone(), answered });
            }
            Event::TaskOpened { task, .. } => {
                changed.insert(task.clone());
                let task = task.clone();
                found.push(match tasks.contains_key(&task) {
                    true => Effect::TaskReopened { task },
                    false => Effect::TaskOpened { task },
                });
            }
            Event::WaiverDropped { clause } => {
                found.push(Effect::WaiverDropped { clause: clause.clone() });
            }
            Event::ActionOpened { action, .. } => {
                found.push(Effect::ActionOpened { action: action.clone() });
            }
            Event::ActionDropped { action } => {
                let state = before.actions.get(action);
                let phase = state.map_or(Phase::Waiting.name(), |state| state.phase.name());
                found.push(Effect::ActionDropped { action: action.clone(), phase });
            }
            Event::Scheduled { schedule, .. } => {
                found.push(Effect::ScheduleFollowed { schedule: schedule.clone() });
            }
            Event::ScheduleDropped { schedule } => {
                found.push(Effect::ScheduleDropped { schedule: schedule.clone() });
            }
            _ => {}
        }
    }
    let kept = tasks.into_keys().filter(|task| !changed.contains(task));
    found.extend(kept.map(|task| Effect::TaskKept { task }));
    found.sort();
    found
}

fn is_answered(state: &TaskState) -> bool {
    match state {
        TaskState::Open { .. } => false,
        TaskState::Submitted { .. } | TaskState::Done { .. } | TaskState::Rejected { .. } => true,
    }
}

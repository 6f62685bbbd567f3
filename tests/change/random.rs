//! Random workflows, the same under other names, and whatever people and machines may do to a run.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use fivestep::{
    engine::{Refusal, Step, changed_clauses, earlier, step},
    model::{
        Action, ActionName, Actor, Bound, Checkpoint, Clause, Command, Demand, Digest, Entry,
        Expression, Fact, Field, FieldKind, FiveStep, Form, Job, Limits, Metric, Next, Period,
        Phase, Quantity, Schedule, Stage, StageLimit, Status, Target, Task, Test, Threshold, Unit,
        Verb, Work, Workflow,
        action::Retry,
        command::{Fault, Renamed},
        schedule::Chore,
        workflow::Escalation,
    },
};
use proptest::prelude::*;
use serde_json::{Map, json};

use crate::common::{Seen, day, shipped};

const HOUR: i64 = 3_600;

/// What a random stage has.
#[derive(Debug, Clone)]
pub struct StagePlan {
    tasks: Vec<(bool, Option<i64>)>,
    measured: bool,
    waits: bool,
    asks: bool,
    limit: Option<i64>,
    actions: usize,
}

fn stage_plan() -> impl Strategy<Value = StagePlan> {
    let task = (any::<bool>(), prop::option::of(1..72_i64));
    (
        prop::collection::vec(task, 0..3),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        prop::option::of(24..240_i64),
        0..3_usize,
    )
        .prop_map(|(tasks, measured, waits, asks, limit, actions)| StagePlan {
            tasks,
            measured,
            waits,
            asks,
            limit,
            actions,
        })
}

/// A random workflow of five to eight stages.
pub fn workflow() -> impl Strategy<Value = Workflow> {
    prop::collection::vec(stage_plan(), 5..=8).prop_map(|plans| {
        let count = plans.len();
        let stages: Vec<Stage> =
            plans.iter().enumerate().map(|(place, plan)| stage(place, count, plan)).collect();
        let mut workflow = shipped();
        workflow.initial = name("s0");
        workflow.limits = Limits { cycles: 3, stall_after: None };
        workflow.stages = stages;
        workflow.schedules = vec![Schedule {
            id: name("weekly"),
            cron: "0 9 * * 1".parse().expect("a line of cron"),
            zone: None,
            skipped: Default::default(),
            repeated: Default::default(),
            catchup: Default::default(),
            overlap: Default::default(),
            chore: Chore::Advance,
        }];
        sealed(workflow)
    })
}

/// Gives a workflow the digest of what it says.
fn sealed(mut workflow: Workflow) -> Workflow {
    workflow.digest = Digest::of(b"");
    workflow.digest = Digest::of(format!("{workflow:?}").as_bytes());
    workflow
}

pub fn name<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().expect("a name")
}

fn stage(place: usize, count: usize, plan: &StagePlan) -> Stage {
    let next = Target::Stage(name(&format!("s{}", (place + 1) % count)));
    let tasks: Vec<Task> =
        plan.tasks.iter().enumerate().map(|(number, plan)| task(place, number, *plan)).collect();
    Stage {
        id: name(&format!("s{place}")),
        // The stages beyond five come first, and all belong to the first step.
        step: FiveStep::ALL[place.saturating_sub(count - 5)],
        title: String::new(),
        purpose: None,
        entry: (0..plan.actions).map(action).collect(),
        exit: gate(plan, &tasks),
        tasks,
        next: Next { branches: Vec::new(), otherwise: next.clone() },
        limit: plan
            .limit
            .map(|hours| StageLimit { after: Period::Seconds(hours * HOUR), target: next }),
    }
}

fn task(place: usize, number: usize, (four_eyes, deadline): (bool, Option<i64>)) -> Task {
    let kind = FieldKind::Boolean;
    let field = Field { kind, required: true, allowed: Vec::new(), description: None };
    Task {
        id: name(&format!("t{place}_{number}")),
        title: String::new(),
        owner: "role:lead".to_owned(),
        form: Form { fields: BTreeMap::from([("right".to_owned(), field)]) },
        deadline: deadline.map(|hours| Period::Seconds(hours * HOUR)),
        remind: vec![Period::Seconds(HOUR / 2)],
        escalate: vec![Escalation { after: None, to: "role:director".to_owned() }],
        four_eyes,
    }
}

fn action(number: usize) -> Action {
    let work = Work::Notify { to: "role:lead".to_owned(), text: "look".to_owned() };
    let retry = Retry { attempts: 3, jitter: 0.0, ..Retry::default() };
    let before = number.checked_sub(1).map(|before| name(&format!("a{before}")));
    Action {
        id: name(&format!("a{number}")),
        job: Job { work, retry, timeout_seconds: 60 },
        needs: before.into_iter().collect(),
    }
}

fn gate(plan: &StagePlan, tasks: &[Task]) -> Vec<Clause> {
    let clause = |id: &str, demand| Clause { id: name(id), demand, because: None };
    let mut exit: Vec<Clause> = tasks
        .iter()
        .enumerate()
        .map(|(number, task)| clause(&format!("did_{number}"), Demand::Task(task.id.clone())))
        .collect();
    if plan.measured {
        let test = Test::AtLeast(Threshold::Fixed(Quantity::new(Unit::Proportion, 0.5)));
        let (metric, bound) = (Metric::ResponseRate, Bound::Point);
        let demand = Demand::Metric { metric, test, bound, min_n: None, max_age: None };
        let done = tasks
            .first()
            .map(|task| Demand::When(Expression::Fact(Fact::TaskDone(task.id.clone()))));
        exit.push(clause("measured", Demand::All([demand].into_iter().chain(done).collect())));
    }
    if plan.waits {
        exit.push(clause("waited", Demand::Wait(Period::Seconds(20 * HOUR))));
    }
    if let Some(task) = tasks.first().filter(|_| plan.asks) {
        let kind = fivestep::model::expression::Kind::TRUTH;
        let fact = Fact::Field { task: task.id.clone(), field: "right".to_owned(), kind };
        exit.push(clause("asked", Demand::When(Expression::Fact(fact))));
    }
    exit
}

/// The same workflow in which every stage and task has another name, and the way there and back.
/// Names are turned round within a stage, so that two tasks change theirs.
pub fn under_other_names(workflow: &Workflow) -> (Workflow, Renamed, Renamed) {
    let mut there = Renamed::default();
    for stage in &workflow.stages {
        there.stages.insert(stage.id.clone(), name(&format!("new_{}", stage.id)));
        let ids: Vec<_> = stage.tasks.iter().map(|task| task.id.clone()).collect();
        let turned = ids.iter().cloned().cycle().skip(1);
        there.tasks.extend(ids.iter().cloned().zip(turned));
    }
    let back = Renamed {
        stages: there.stages.iter().map(|(old, new)| (new.clone(), old.clone())).collect(),
        tasks: there.tasks.iter().map(|(old, new)| (new.clone(), old.clone())).collect(),
        changed_clauses: BTreeSet::new(),
    };
    let mut other = workflow.clone();
    other.initial = there.stage(&workflow.initial).clone();
    for stage in &mut other.stages {
        stage.id = there.stage(&stage.id).clone();
        stage.tasks.iter_mut().for_each(|task| task.id = there.task(&task.id).clone());
        stage.exit.iter_mut().for_each(|clause| rename(&mut clause.demand, &there));
        let limit = stage.limit.as_mut().map(|limit| &mut limit.target);
        for target in [&mut stage.next.otherwise].into_iter().chain(limit) {
            if let Target::Stage(next) = target {
                *next = there.stage(next).clone();
            }
        }
    }
    (sealed(other), there, back)
}

fn rename(demand: &mut Demand, names: &Renamed) {
    match demand {
        Demand::Task(task)
        | Demand::When(Expression::Fact(Fact::TaskDone(task) | Fact::Field { task, .. })) => {
            *task = names.task(task).clone();
        }
        Demand::All(parts) => parts.iter_mut().for_each(|part| rename(part, names)),
        Demand::Metric { .. } | Demand::Wait(_) | Demand::When(_) | Demand::Any(_) => {}
    }
}

/// What is asked of a run; a number picks among what is there.
#[derive(Debug, Clone)]
pub enum Ask {
    Start,
    StartAgain,
    Advance,
    Tick,
    Begin,
    Settle(usize, Result<(), bool>),
    Done(usize, bool),
    Reject(usize),
    Reassign(usize),
    Reopen(usize),
    Waive(usize),
    Pause,
    Resume,
    Cancel,
    Abandon,
    Retry(usize),
    Skip(usize),
    Migrate,
    Rewind(usize),
}

/// Something asked, by one of two people, so many minutes later, on these measurements.
pub type Move = (Ask, bool, i64, u8);

pub fn moves(most: usize) -> impl Strategy<Value = Vec<Move>> {
    let pick = 0..8_usize;
    let ended = prop_oneof![3 => Just(Ok(())), 1 => any::<bool>().prop_map(Err)];
    let ask = prop_oneof![
        2 => Just(Ask::Start),
        1 => Just(Ask::StartAgain),
        12 => Just(Ask::Advance),
        6 => Just(Ask::Tick),
        6 => Just(Ask::Begin),
        8 => (pick.clone(), ended).prop_map(|(pick, ended)| Ask::Settle(pick, ended)),
        10 => (pick.clone(), prop::bool::weighted(0.9)).prop_map(|(pick, right)| Ask::Done(pick, right)),
        1 => pick.clone().prop_map(Ask::Reject),
        1 => pick.clone().prop_map(Ask::Reassign),
        2 => pick.clone().prop_map(Ask::Reopen),
        2 => pick.clone().prop_map(Ask::Waive),
        1 => Just(Ask::Pause),
        2 => Just(Ask::Resume),
        1 => prop_oneof![Just(Ask::Cancel), Just(Ask::Abandon)],
        1 => pick.clone().prop_map(Ask::Retry),
        2 => pick.clone().prop_map(Ask::Skip),
        2 => Just(Ask::Migrate),
        2 => (0..60_usize).prop_map(Ask::Rewind),
    ];
    prop::collection::vec((ask, any::<bool>(), 0..2_000_i64, 0..4_u8), 1..most)
}

/// A run of a brand on two texts that differ in names.
#[derive(Debug, Clone)]
pub struct Life {
    pub texts: [(Workflow, Renamed); 2],
    pub checkpoint: Checkpoint,
    pub journal: Vec<Entry>,
    /// Where it stood after each entry.
    pub stood: Vec<Checkpoint>,
    pub now: DateTime<Utc>,
    pub seen: Seen,
}

impl Life {
    pub fn new(workflow: &Workflow) -> Self {
        let (other, there, back) = under_other_names(workflow);
        Self {
            texts: [(workflow.clone(), there), (other, back)],
            checkpoint: Checkpoint::new(name("acme")),
            journal: Vec::new(),
            stood: Vec::new(),
            now: day(0),
            seen: Seen::good(day(0)),
        }
    }

    /// A run that has come somewhere.
    pub fn played(workflow: &Workflow, moves: &[Move]) -> Self {
        let mut life = Self::new(workflow);
        moves.iter().for_each(|one| drop(life.play(one)));
        life
    }

    /// The text on which a run that stands there goes on, and its names under the other one.
    pub fn text(&self, at: &Checkpoint) -> &(Workflow, Renamed) {
        let runs = at.definition.as_ref();
        self.texts.iter().find(|text| Some(&text.0.digest) == runs).unwrap_or(&self.texts[0])
    }

    fn other_text(&self) -> &Workflow {
        let here = &self.text(&self.checkpoint).0.digest;
        self.texts.iter().map(|text| &text.0).find(|text| text.digest != *here).expect("two texts")
    }

    /// Does what is asked, if that can be done.
    pub fn play(&mut self, (ask, who, wait, seen): &Move) -> Option<Result<Step, Refusal>> {
        self.now += TimeDelta::minutes(*wait);
        self.seen = match seen {
            0 => Seen::good(self.now),
            1 => Seen::good(self.now).share(Metric::ResponseRate, 1, 40),
            _ => Seen::good(self.now).unmeasurable(Metric::ResponseRate),
        };
        let verb = self.verb(ask)?;
        Some(self.ask(verb, if *who { "Ada" } else { "Bob" }))
    }

    pub fn ask(&mut self, verb: Verb, who: &str) -> Result<Step, Refusal> {
        let step = self.decide(&verb, who)?;
        self.checkpoint = step.checkpoint.clone();
        self.journal.push(step.entry.clone());
        self.stood.push(step.checkpoint.clone());
        Ok(step)
    }

    pub fn decide(&self, verb: &Verb, who: &str) -> Result<Step, Refusal> {
        let text = match verb {
            Verb::Migrate(_) => self.other_text(),
            Verb::Rewind { state } => &self.text(state).0,
            _ => &self.text(&self.checkpoint).0,
        };
        let command = Command::new(verb.clone(), Actor::new(who)).because(Some("because"));
        step(text, &self.checkpoint, &self.seen.0, &command, self.now)
    }

    /// The verb for what is asked here; `None` if there is nothing to pick.
    pub fn verb(&self, ask: &Ask) -> Option<Verb> {
        let at = &self.checkpoint;
        let task = |pick: &usize| at.tasks.keys().cycle().nth(*pick).cloned();
        let action = |pick: &usize| at.actions.keys().cycle().nth(*pick).cloned();
        Some(match ask {
            Ask::Start => Verb::Start,
            Ask::StartAgain => Verb::StartAgain,
            Ask::Advance => Verb::Advance,
            Ask::Tick => Verb::Tick,
            Ask::Begin => Verb::Begin,
            Ask::Settle(pick, ended) => settle(at, &action(pick)?, *ended)?,
            Ask::Done(pick, right) => Verb::done(task(pick)?, form(*right)),
            Ask::Reject(pick) => Verb::Reject { task: task(pick)? },
            Ask::Reassign(pick) => Verb::Reassign { task: task(pick)?, to: format!("P{pick}") },
            Ask::Reopen(pick) => Verb::Reopen { task: task(pick)? },
            Ask::Waive(pick) => {
                let stage = self.text(at).0.stage(at.stage()?)?;
                Verb::Waive { clause: stage.exit.iter().cycle().nth(*pick)?.id.clone() }
            }
            Ask::Pause => Verb::Pause,
            Ask::Resume => Verb::Resume,
            Ask::Cancel => Verb::Cancel,
            Ask::Abandon => Verb::Abandon,
            Ask::Retry(pick) => Verb::Retry { action: action(pick)? },
            Ask::Skip(pick) => Verb::Skip { action: action(pick)? },
            Ask::Migrate => Verb::Migrate(self.renamed()?),
            Ask::Rewind(pick) => {
                let revision = *pick as u64 % at.revision.max(1);
                Verb::Rewind { state: Box::new(self.at(revision)?) }
            }
        })
    }

    /// What has another name under the other text, and what is asked otherwise there.
    fn renamed(&self) -> Option<Renamed> {
        let (here, names) = self.text(&self.checkpoint);
        let stage = self.checkpoint.stage()?;
        let changed_clauses = changed_clauses(here, self.other_text(), stage, names);
        Some(Renamed { changed_clauses, ..names.clone() })
    }

    /// Where it stood after a commit, as its journal says.
    pub fn at(&self, revision: u64) -> Option<Checkpoint> {
        let ready = Checkpoint::new(self.checkpoint.brand.clone());
        earlier(ready, &self.journal, revision)
    }

    pub fn goes_on(&self) -> bool {
        matches!(self.checkpoint.status, Status::Running | Status::Paused { .. })
    }
}

pub fn form(right: bool) -> Map<String, serde_json::Value> {
    let value = if right { json!(true) } else { json!("wrong") };
    Map::from_iter([("right".to_owned(), value)])
}

fn settle(at: &Checkpoint, action: &ActionName, ended: Result<(), bool>) -> Option<Verb> {
    let state = &at.actions[action];
    let result = ended
        .map(|()| Map::new())
        .map_err(|permanent| Fault { message: "it did not work".to_owned(), permanent });
    let attempt = state.attempts;
    let (action, key) = (action.clone(), state.key.clone());
    matches!(state.phase, Phase::Running { .. }).then_some(Verb::Settle {
        action,
        key,
        attempt,
        result,
    })
}

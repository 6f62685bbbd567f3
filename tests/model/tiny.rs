//! The workflow that the model runs on, the edited one, and what its brands see.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use fivestep::{
    definition::{SourceFile, load_workflow},
    model::{
        Action, BrandId, Finding, Job, Metric, Observation, Observations, Schedule, StageId,
        Target, Work, Workflow,
        action::Retry,
        command::Renamed,
        ids::{ActionId, TaskId},
        schedule::{Chore, Overlap},
    },
};

use crate::world::Bounds;

/// Everything that the engine can have done: the two actions of the first stage, of which the
/// second needs the first; what the edited workflow has instead of the second; and a schedule's.
pub const ACTIONS: [&str; 4] = ["pull", "tell", "post", "schedule:pulse"];

/// What has another name in the edited workflow: the second stage, and its task.
const RENAMED: [(&str, &str); 2] = [("target", "aim"), ("ask", "call")];

/// The brands.
pub fn brand(number: u8) -> BrandId {
    BrandId::new(["acme", "bolt"][usize::from(number)]).expect("a name")
}

/// The number of a brand.
pub fn number(brand: &BrandId) -> u8 {
    u8::from(brand.as_str() != "acme")
}

/// A moment of the model's clock, whose hand moves a minute at a time: as long as an attempt, a
/// rest between two, a lease, the task's deadline, or the wait.
pub fn moment(number: u8) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().expect("an instant");
    first + TimeDelta::minutes(number.into())
}

/// The workflow of the file, with the actions that make it worth a model and without the two
/// stages that add nothing to it.
///
/// It has as many cycles and actions as `bounds` say, and the schedule if they do.
pub fn workflow(bounds: Bounds) -> Workflow {
    tiny(include_str!("workflow.yaml").to_owned(), ACTIONS[1], bounds)
}

/// The same workflow after an edit: two names are others, and the second action is another.
pub fn edited(bounds: Bounds) -> Workflow {
    let text = include_str!("workflow.yaml")
        .replace("  target:\n", "  aim:\n    step: target\n")
        .replace("to: target", "to: aim")
        .replace("next: target", "next: aim")
        .replace("id: ask,", "id: call,")
        .replace("task: ask", "task: call");
    tiny(text, ACTIONS[2], bounds)
}

/// What `migrate` is told of the edit, or of the edit that takes it back.
pub fn renamed(back: bool) -> Renamed {
    let [stage, task] = RENAMED.map(|(old, new)| if back { (new, old) } else { (old, new) });
    let id = |name: &str| StageId::new(name).expect("a name");
    let task_id = |name: &str| TaskId::new(name).expect("a name");
    Renamed {
        stages: [(id(stage.0), id(stage.1))].into(),
        tasks: [(task_id(task.0), task_id(task.1))].into(),
        ..Renamed::default()
    }
}

fn tiny(text: String, second: &str, bounds: Bounds) -> Workflow {
    let file = SourceFile::new("tiny.yaml", text.into_bytes());
    let mut workflow = load_workflow(&file).unwrap_or_else(|wrong| panic!("{wrong:#?}"));
    workflow.stages.retain(|stage| !["support", "refine"].contains(&stage.id.as_str()));
    workflow.goal.held_for = bounds.cycles;
    let actions = [action(ACTIONS[0], &[]), action(second, &[ACTIONS[0]])];
    workflow.stages[0].entry = actions.into_iter().take(bounds.actions.into()).collect();
    let last = StageId::new("repeat").expect("a name");
    workflow.stages[1].next.otherwise = Target::Stage(last);
    if bounds.pulse {
        workflow.schedules = vec![pulse()];
    }
    workflow
}

/// An action every minute, which waits while the one before runs: longer than a minute, at times.
fn pulse() -> Schedule {
    let work = Chore::Job(Job { timeout_seconds: 60, ..attempts(1) });
    let id = "pulse".parse().expect("a name");
    let schedule = Schedule::new(id, "* * * * *", work).expect("five fields");
    Schedule { overlap: Overlap::Queue, ..schedule }
}

/// Work that is tried so often, and takes less than a minute.
fn attempts(attempts: u32) -> Job {
    let retry = Retry { attempts, first_seconds: 60, factor: 1.0, cap_seconds: 60, jitter: 0.0 };
    Job { work: Work::Measure, retry, timeout_seconds: 30 }
}

fn action(name: &str, needs: &[&str]) -> Action {
    let id = |name: &str| ActionId::new(name).expect("a name");
    Action { id: id(name), job: attempts(2), needs: needs.iter().map(|name| id(name)).collect() }
}

/// What is measured: nothing yet, or all that the gates ask for.
pub fn seen(enough: bool) -> &'static Observations {
    static NOTHING: LazyLock<Observations> = LazyLock::new(Observations::default);
    static ENOUGH: LazyLock<Observations> = LazyLock::new(|| {
        let metric = Metric::EngagedFollowers;
        let observation = Observation {
            metric,
            finding: Finding::Measured { value: 5.0, n: 9, hits: None, interval: None },
            window: None,
            span: None,
            as_of: Some(moment(0)),
            denominator: String::new(),
            sources: Vec::new(),
            caveats: Vec::new(),
        };
        let mut seen = Observations { as_of: Some(moment(0)), ..Observations::default() };
        seen.metrics.insert(metric, observation);
        seen
    });
    if enough { &ENOUGH } else { &NOTHING }
}

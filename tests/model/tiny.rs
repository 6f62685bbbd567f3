//! The workflow that the model runs on, and what its brands see.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use fivestep::{
    definition::{SourceFile, load_workflow},
    model::{
        Action, BrandId, Finding, Job, Metric, Observation, Observations, StageId, Target, Work,
        Workflow, action::Retry, ids::ActionId,
    },
};

/// The actions of the first stage; the second needs the first.
pub const ACTIONS: [&str; 2] = ["pull", "tell"];

/// The brands.
pub fn brand(number: u8) -> BrandId {
    BrandId::new(["acme", "bolt"][usize::from(number)]).expect("a name")
}

/// A moment of the model's clock, whose hand moves a minute at a time: as long as an attempt, a
/// rest between two, a lease, the task's deadline, or the wait.
pub fn moment(number: u8) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().expect("an instant");
    first + TimeDelta::minutes(number.into())
}

/// The workflow of the file, with the actions that make it worth a model and without the two
/// stages that add nothing to it.
pub fn workflow(cycles: u32) -> Workflow {
    let file = SourceFile::new("tiny.yaml", include_bytes!("workflow.yaml").to_vec());
    let mut workflow = load_workflow(&file).unwrap_or_else(|wrong| panic!("{wrong:#?}"));
    let id = |name: &str| StageId::new(name).expect("a name");
    workflow.stages.retain(|stage| !["support", "refine"].contains(&stage.id.as_str()));
    workflow.goal.held_for = cycles;
    workflow.stages[0].entry = vec![action(ACTIONS[0], &[]), action(ACTIONS[1], &[ACTIONS[0]])];
    workflow.stages[1].next.otherwise = Target::Stage(id("repeat"));
    workflow
}

fn action(name: &str, needs: &[&str]) -> Action {
    let id = |name: &str| ActionId::new(name).expect("a name");
    let retry = Retry { attempts: 2, first_seconds: 60, factor: 1.0, cap_seconds: 60, jitter: 0.0 };
    let job = Job { work: Work::Measure, retry, timeout_seconds: 30 };
    Action { id: id(name), job, needs: needs.iter().map(|name| id(name)).collect() }
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

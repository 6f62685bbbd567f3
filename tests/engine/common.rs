//! A brand on the shipped workflow, with made-up measurements.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use fivestep::{
    definition::{SourceFile, load_workflow},
    engine::{Refusal, Step, step},
    evidence::interval::wilson,
    model::{
        Actor, BrandId, Checkpoint, Command, Finding, Metric, Observation, Observations, Verb,
        Workflow,
    },
};
use serde_json::{Value, json};

pub const SHIPPED: &str = include_str!("../../workflows/engagement.yaml");

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// The moment at which evidence begins to be counted.
pub fn day(number: i64) -> DateTime<Utc> {
    at("2026-03-02T09:00:00Z") + TimeDelta::days(number)
}

pub fn load(yaml: &str) -> Workflow {
    let file = SourceFile::new("test.yaml", yaml.as_bytes().to_vec());
    load_workflow(&file).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

pub fn shipped() -> Workflow {
    static LOADED: LazyLock<Workflow> = LazyLock::new(|| load(SHIPPED));
    LOADED.clone()
}

/// The shipped workflow with a goal that agrees with every gate a test can think of.
pub fn easy_goal() -> String {
    let (before, rest) = SHIPPED.split_once("  all:\n").expect("a goal");
    let (_, after) = rest.split_once("  held_for: 2").expect("what follows");
    format!("{before}  all: [{{ metric: conversation_depth, at_least: 1 }}]\n  held_for: 2{after}")
}

/// The shipped workflow in a later version: another text, the same stages.
pub fn edited() -> Workflow {
    static LOADED: LazyLock<Workflow> =
        LazyLock::new(|| load(&SHIPPED.replace("version: 1.0.0", "version: 1.0.1")));
    LOADED.clone()
}

/// Measurements of one moment.
#[derive(Debug, Clone)]
pub struct Seen(pub Observations);

impl Seen {
    /// Nothing but the day to which the evidence reaches.
    pub fn on(day: DateTime<Utc>) -> Self {
        let mut observations = Observations { as_of: Some(day), ..Observations::default() };
        observations.terms.goals.insert(Metric::EngagedFollowerRate, 0.02);
        Self(observations)
    }

    /// Every gate of the shipped workflow passes, and so does its goal.
    pub fn good(day: DateTime<Utc>) -> Self {
        Self::on(day)
            .share(Metric::ProfileCompleteness, 4, 4)
            .share(Metric::TopicAdherence, 28, 32)
            .value(Metric::LongestSilentGap, 86_400.0, 40)
            .value(Metric::EngagedFollowers, 40.0, 400)
            .share(Metric::EngagedFollowerRate, 40, 400)
            .share(Metric::ResponseRate, 40, 40)
            .value(Metric::FirstResponseMedian, 3_600.0, 40)
            .share(Metric::BackAndForthRate, 16, 40)
            .share(Metric::Concentration, 40, 160)
    }

    pub fn share(self, metric: Metric, hits: u64, n: u64) -> Self {
        let value = hits as f64 / n as f64;
        let interval = (metric != Metric::ProfileCompleteness).then(|| wilson(hits, n)).flatten();
        self.found(metric, Finding::Measured { value, n, hits: Some(hits), interval })
    }

    pub fn value(self, metric: Metric, value: f64, n: u64) -> Self {
        self.found(metric, Finding::Measured { value, n, hits: None, interval: None })
    }

    pub fn unmeasurable(self, metric: Metric) -> Self {
        self.found(metric, Finding::Unmeasurable { why: "no source tells".to_owned() })
    }

    pub fn found(mut self, metric: Metric, finding: Finding) -> Self {
        let observation = Observation {
            metric,
            finding,
            window: None,
            span: None,
            as_of: self.0.as_of,
            denominator: String::new(),
            sources: Vec::new(),
            caveats: Vec::new(),
        };
        self.0.metrics.insert(metric, observation);
        self
    }
}

/// A brand whose run is played command by command.
#[derive(Debug, Clone)]
pub struct Run {
    pub workflow: Workflow,
    pub checkpoint: Checkpoint,
    pub seen: Seen,
    pub now: DateTime<Utc>,
}

impl Run {
    pub fn ready(workflow: Workflow, seen: Seen) -> Self {
        let checkpoint = Checkpoint::new(BrandId::new("acme").expect("a name"));
        Self { workflow, checkpoint, seen, now: day(0) }
    }

    pub fn started(workflow: Workflow, seen: Seen) -> Self {
        let mut run = Self::ready(workflow, seen);
        run.ok(Verb::Start);
        run
    }

    pub fn ask(&self, command: &Command) -> Result<Step, Refusal> {
        step(&self.workflow, &self.checkpoint, &self.seen.0, command, self.now)
    }

    /// Does it; it must not be refused.
    pub fn ok(&mut self, verb: Verb) -> Step {
        let command = Command::new(verb, Actor::new("Ada")).because(Some("because"));
        let step = self.ask(&command).unwrap_or_else(|refusal| panic!("refused: {refusal}"));
        self.checkpoint = step.checkpoint.clone();
        step
    }

    pub fn done(&mut self, task: &str, input: Value) -> Step {
        self.ok(done(task, input))
    }

    /// Advances and does every task until nothing moves any more.
    pub fn go(&mut self) -> &mut Self {
        let advance = Command::new(Verb::Advance, Actor::new("Ada"));
        while let Ok(step) = self.ask(&advance) {
            self.checkpoint = step.checkpoint;
            for (task, input) in [
                ("sign_charter", json!({ "agreed": true })),
                ("engage", json!({ "people": 3 })),
                ("review", json!({ "reviewed": 0 })),
            ] {
                let command = Command::new(done(task, input), Actor::new("Ada"));
                if let Ok(step) = self.ask(&command) {
                    self.checkpoint = step.checkpoint;
                }
            }
        }
        self
    }

    pub fn stage(&self) -> &str {
        self.checkpoint.stage().map_or("", |stage| stage.as_str())
    }
}

pub fn done(task: &str, input: Value) -> Verb {
    let input = input.as_object().cloned().expect("an object");
    Verb::done(task.parse().expect("a name"), input)
}

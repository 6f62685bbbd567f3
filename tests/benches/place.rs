//! Workspaces to measure in: many brands, each with a full set of real measurements.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Connection;

use fivestep::{
    clock::Clock,
    definition::{SourceFile, load_brand, load_workflow},
    engine::{Step, step},
    evidence::sources,
    model::{
        Actor, BrandId, Checkpoint, Command, Digest, Finding, Interval, Metric, Observations, Verb,
        Workflow, ids::TaskId,
    },
    runner::{
        Runner, Until,
        fleet::{PAGE, Tour},
    },
    samples::{self, Round, SampleAccount, Trade},
    store::{Committed, StateStore},
    workspace::Workspace,
};

use super::floor::{Payload, settle};

/// The workflow that comes with fivestep.
pub const ENGAGEMENT: &str = include_str!("../../workflows/engagement.yaml");

/// A workflow whose gates stay open, so that one brand can go round and round.
pub const RING: &str = include_str!("../common/ring.yaml");

/// A workflow whose gates stay shut, so that each stage is left by its limit, after ten days.
pub const TIMED: &str = include_str!("timed.yaml");

/// The moment at which everything happens.
pub fn now() -> DateTime<Utc> {
    "2026-03-30T10:00:00Z".parse().unwrap()
}

/// A workflow of this text.
pub fn workflow(text: &str) -> Workflow {
    load_workflow(&SourceFile::new("workflow.yaml", text.into())).expect("the file is right")
}

/// A command of the one who measures.
pub fn ask(verb: Verb) -> Command {
    Command::new(verb, Actor::new("Ada"))
}

/// The finished task of that name, with a form that every task of the workflow accepts.
pub fn done(task: &str) -> Command {
    let form = serde_json::json!({ "note": "as agreed" });
    let mut input = form.as_object().unwrap().clone();
    match task {
        "sign_charter" => input.insert("agreed".to_owned(), true.into()),
        "engage" => input.insert("people".to_owned(), 12.into()),
        _ => input.insert("reviewed".to_owned(), 25.into()),
    };
    ask(Verb::done(TaskId::new(task).unwrap(), input))
}

fn brand_text(id: &BrandId, workflow: &str) -> String {
    format!(
        "brand: {id}\nname: The Roastery\ntimezone: Europe/Rome\nlanguages: [en, it]\n\
         workflow: {workflow}\ngoals: {{ engaged_follower_rate: 2% }}\n\
         accounts: [ {{ platform: bluesky, handle: \"@roastery.example\" }} ]\n\
         charter:\n  people: [ {{ name: Rita, role: roaster }} ]\n  pillars:\n    \
         - {{ id: coffee, words: [coffee, espresso, roast, \"single origin\"] }}\n    \
         - {{ id: football, words: [match, derby] }}\n\
         sources: [ {{ kind: bluesky_api, account: \"@roastery.example\", \
         path: exports/roastery }} ]\n"
    )
}

/// What fivestep measures on a sample export; the values at which gates look are set to pass, so
/// that the brand can go round.
pub fn observations(root: &Path) -> Observations {
    let workspace = Workspace::create(root, &[]).unwrap();
    fs::write(root.join("workflows/engagement.yaml"), ENGAGEMENT).unwrap();
    let id = BrandId::new("sample").unwrap();
    let text = brand_text(&id, "engagement");
    fs::write(workspace.brand_path(&id), &text).unwrap();
    let brand = load_brand(&SourceFile::new("sample.yaml", text.into())).unwrap();
    let account = SampleAccount {
        handle: "roastery.example".to_owned(),
        name: "The Roastery".to_owned(),
        bio: "https://roastery.example".to_owned(),
        trade: Trade::Roaster,
        opened_at: "2025-03-01T00:00:00Z".parse().unwrap(),
    };
    let export = root.join("exports/roastery");
    let round = Round::healthy("2026-03-30T08:00:00Z".parse().unwrap());
    samples::bluesky(&export, &account, &[round]).unwrap();
    let mut runner = Runner::open(workspace, Clock::fixed(now())).unwrap();
    let export = sources::read(&brand.sources[0], &export).unwrap();
    runner.import(&brand, &export).unwrap();
    let mut observations = (*runner.case(&id).unwrap().observations).clone();
    for (metric, value, low, high) in [
        (Metric::ProfileCompleteness, 1.0, None, None),
        (Metric::TopicAdherence, 0.86, Some(0.71), Some(0.94)),
        (Metric::LongestSilentGap, 2.5 * 86_400.0, None, None),
        (Metric::EngagedFollowers, 44.0, None, None),
        (Metric::ResponseRate, 0.93, Some(0.82), Some(0.97)),
        (Metric::FirstResponseMedian, 3_600.0, Some(3_000.0), Some(4_200.0)),
        (Metric::BackAndForthRate, 0.45, Some(0.31), Some(0.6)),
        (Metric::Concentration, 0.38, Some(0.31), Some(0.46)),
    ] {
        let interval = low.zip(high).map(|(low, high)| Interval { low, high });
        let finding = Finding::Measured { value, n: 44, hits: None, interval };
        observations.metrics.get_mut(&metric).expect("it was measured").finding = finding;
    }
    observations
}

/// The same for a response rate that misses its threshold.
pub fn unanswered(observations: &Observations) -> Observations {
    let mut observations = observations.clone();
    let interval = Some(Interval { low: 0.66, high: 0.85 });
    let finding = Finding::Measured { value: 0.7667, n: 60, hits: Some(46), interval };
    observations.metrics.get_mut(&Metric::ResponseRate).unwrap().finding = finding;
    observations
}

/// A brand right after its start, and what follows from each of `commands`.
pub fn walk(workflow: &Workflow, observations: &Observations, commands: &[Command]) -> Checkpoint {
    let brand = Checkpoint::new(BrandId::new("sample").unwrap());
    let first = step(workflow, &brand, observations, &ask(Verb::Start), now()).expect("ready");
    commands.iter().fold(first.checkpoint, |at, command| {
        step(workflow, &at, observations, command, now()).expect("it may").checkpoint
    })
}

/// A workspace of many started brands.
pub struct Fleet {
    pub root: PathBuf,
    pub brands: usize,
}

impl Fleet {
    /// Brands on the shipped workflow, each with a start and a signed charter.
    pub fn new(root: PathBuf, brands: usize, sample: &Observations) -> Self {
        Self::of(root, brands, sample, ENGAGEMENT, |workflow, at, seen, _| {
            let begun = step(workflow, at, seen, &ask(Verb::Start), now()).unwrap();
            let signed = done("sign_charter");
            let signed = step(workflow, &begun.checkpoint, seen, &signed, now()).unwrap();
            vec![begun, signed]
        })
    }

    /// Brands on [`TIMED`], each with one timer, `due` of which come at each full hour from now on.
    pub fn timed(root: PathBuf, brands: usize, due: usize, sample: &Observations) -> Self {
        Self::of(root, brands, sample, TIMED, |workflow, at, seen, number| {
            let started = now() - TimeDelta::days(10) + TimeDelta::hours((number / due) as i64);
            vec![step(workflow, at, seen, &ask(Verb::Start), started).unwrap()]
        })
    }

    /// Writes the files, and commits how each brand began.
    fn of(
        root: PathBuf,
        brands: usize,
        sample: &Observations,
        yaml: &str,
        begin: impl Fn(&Workflow, &Checkpoint, &Observations, usize) -> Vec<Step>,
    ) -> Self {
        let workspace = Workspace::create(&root, &[]).unwrap();
        let workflow = workflow(yaml);
        let name = workflow.id.as_str();
        fs::write(root.join(format!("workflows/{name}.yaml")), yaml).unwrap();
        let mut store = StateStore::open(&workspace.state_path()).unwrap();
        store.keep_definition(&workflow.digest, name, yaml).unwrap();
        let mut steps = Vec::new();
        // Old enough for fivestep to trust the times of the files.
        let changed = SystemTime::now() - Duration::from_secs(3_600);
        for number in 0..brands {
            let id = BrandId::new(format!("brand-{number:06}")).unwrap();
            let text = brand_text(&id, name);
            let path = workspace.brand_path(&id);
            fs::write(&path, &text).unwrap();
            fs::File::options().write(true).open(&path).unwrap().set_modified(changed).unwrap();
            let mut observations = sample.clone();
            observations.basis.evidence_revision = 0;
            observations.basis.brand = Some(Digest::of(text.as_bytes()));
            observations.basis.workflow = Some(workflow.digest.clone());
            steps.extend(begin(&workflow, &Checkpoint::new(id), &observations, number));
            if steps.len() >= PAGE {
                commit(&mut store, &steps);
                steps.clear();
            }
        }
        commit(&mut store, &steps);
        Self { root, brands }
    }

    /// Opens the workspace as the program does.
    pub fn runner(&self) -> Runner {
        self.runner_at(now())
    }

    /// The same at another moment.
    pub fn runner_at(&self, now: DateTime<Utc>) -> Runner {
        Runner::open(Workspace::find(&self.root).unwrap(), Clock::fixed(now)).unwrap()
    }

    /// Moves every brand on by one stage, and demands that each one moved.
    pub fn advance(&self, runner: &mut Runner) {
        let mut moved = 0;
        let tell = |outcome: &fivestep::runner::fleet::Outcome| {
            moved += outcome.result.as_ref().expect("it moves").moves();
            Ok(())
        };
        let (actor, until) = (Actor::new("Ada"), Until::OneStage);
        let tour = Tour { actor, until, filter: None, dry_run: false };
        let sweep = runner.begin_sweep("{}").unwrap();
        runner.advance_all(&tour, Some(sweep), tell).unwrap();
        assert_eq!(moved, self.brands, "every gate was open");
    }

    /// Has every open task done, so that every gate is open again.
    pub fn work(&self) {
        let workflow = workflow(ENGAGEMENT);
        let mut store = StateStore::open(&self.state()).unwrap();
        let mut after = String::new();
        loop {
            let rows = store.checkpoints(None, &after, PAGE).unwrap();
            let page: Vec<Checkpoint> = rows.into_iter().map(|row| row.read.unwrap()).collect();
            let Some(last) = page.last() else { break };
            after = last.brand.to_string();
            let finish = |at: &Checkpoint| {
                let task = at.tasks.keys().next()?;
                let command = done(task.as_str());
                step(&workflow, at, &at.observations, &command, now()).ok()
            };
            let steps: Vec<Step> = page.iter().filter_map(finish).collect();
            commit(&mut store, &steps);
        }
    }

    /// The workspace's own file.
    pub fn state(&self) -> PathBuf {
        self.root.join(".fivestep/state.db")
    }

    /// Empties the write-ahead log; answers with the length of the file.
    pub fn settle(&self) -> u64 {
        settle(&self.connection());
        fs::metadata(self.state()).unwrap().len()
    }

    fn connection(&self) -> Connection {
        Connection::open(self.state()).unwrap()
    }

    /// What a transition of these brands writes.
    pub fn payload(&self) -> Payload {
        payload(&self.connection())
    }
}

/// What the last transition of each brand wrote, on average.
pub fn payload(connection: &Connection) -> Payload {
    let bytes = |sql: &str| -> usize {
        connection.query_row(sql, [], |row| row.get::<_, f64>(0)).unwrap() as usize
    };
    Payload {
        row: bytes("SELECT avg(length(checkpoint)) FROM brand"),
        entry: bytes("SELECT avg(length(entry)) FROM journal JOIN brand USING (brand, revision)"),
    }
}

/// Commits steps that nothing can conflict with.
pub fn commit(store: &mut StateStore, steps: &[Step]) {
    let steps: Vec<&Step> = steps.iter().collect();
    assert!(store.commit(&steps).unwrap().iter().all(|fate| *fate == Committed::Yes));
}

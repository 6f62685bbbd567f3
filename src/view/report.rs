//! A brand's report: what its audience does, where the run stands, what was done, what is next.
//!
//! Start reading at [`report`]. The page, the Markdown and the table of `fivestep report` are all
//! made from one [`Report`], so they say the same.
//!
//! # Always true
//!
//! - A number stands with its cases, denominator, interval, window and sources, and with the
//!   command that shows the rows behind it.
//! - A number that is absent says why; it is never 0.
//! - It counts the audience and names nobody of it.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use crate::{
    evidence::portrait::Portrait,
    model::{
        Checkpoint, Entry, Event, Finding, Interval, Metric, Observation, metric::Method,
        quantity::count,
    },
    runner::Case,
};

use super::{
    history,
    repeat::{Repeat, repeat},
    sentence,
    spread::{Spread, spreads},
    tasks::TaskView,
    why::{self, ClauseView},
};

/// With how many cycles a report compares the present one.
const COMPARED: usize = 2;
/// The number that a report is about.
pub const HEADLINE: Metric = Metric::EngagedFollowerRate;

/// Everything a report says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The brand.
    pub brand: String,
    /// Its name for people.
    pub name: String,
    /// `BRAND@CYCLE.STAGE.REVISION`.
    pub checkpoint: String,
    /// When it was made, UTC.
    pub made_at: DateTime<Utc>,
    /// The engaged followers in one sentence, or why nobody can tell.
    pub headline: String,
    /// What the sentence rests on: interval, denominator, window and sources.
    pub headline_basis: String,
    /// Engaged followers and all followers, where both are known.
    pub share: Option<Share>,
    /// The same number cycle by cycle.
    pub trend: Vec<Point>,
    /// What a reader must know of the trend.
    pub trend_notes: Vec<String>,
    /// What the goal demands of it, as a fraction; absent without such a goal.
    pub target: Option<f64>,
    /// Where the run stands, in words.
    pub stands: String,
    /// Whether the gate of the stage is open; absent outside of a stage.
    pub open: Option<bool>,
    /// The gate, clause by clause.
    pub gate: Vec<ClauseView>,
    /// What happened in this cycle, the oldest first.
    pub done: Vec<Deed>,
    /// What has to come next.
    pub next: Vec<String>,
    /// How answers, conversations and people are spread.
    pub spreads: Vec<Spread>,
    /// The cycle beside those before it, what was done and what moved.
    pub repeat: Repeat,
    /// Every number, in the order of the catalogue.
    pub figures: Vec<Figure>,
    /// What a person should know beside it.
    pub notes: Vec<String>,
}

/// What a list of reports says of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The brand's name for people.
    pub name: String,
    /// The file of its report.
    pub file: String,
    /// The engaged followers in one sentence.
    pub headline: String,
    /// Where the run stands, in words.
    pub stands: String,
}

/// A part of a whole, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many count.
    pub hits: u64,
    /// Out of how many; at least 1.
    pub n: u64,
}

/// The headline's number at the end of one cycle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// The cycle.
    pub cycle: u32,
    /// When it was measured, UTC; absent if the journal holds no measurement of the cycle.
    pub at: Option<DateTime<Utc>>,
    /// The number.
    pub figure: Figure,
}

/// One number with what it takes to trust or doubt it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// The metric.
    pub metric: String,
    /// What it says, in a few words.
    pub title: &'static str,
    /// The value: a fraction for a proportion, seconds for a duration.
    pub value: Option<f64>,
    /// The value for people, or why there is none.
    pub text: String,
    /// In one word why there is no value.
    pub absent: Option<&'static str>,
    /// How many cases.
    pub n: Option<u64>,
    /// What a case is.
    pub denominator: String,
    /// The 95 % interval.
    pub interval: Option<Interval>,
    /// The interval for people, or why there is none.
    pub interval_text: String,
    /// The window in words.
    pub window: Option<String>,
    /// The sources.
    pub sources: Vec<String>,
    /// What a reader must know to take it right.
    pub caveats: Vec<String>,
    /// The command that shows what is behind it.
    pub trace: String,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deed {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// What.
    pub what: String,
}

/// Makes the report of the brand of `case`.
///
/// - `base`: where the run stood before the first of `entries`.
/// - `entries`: the brand's journal, in order.
/// - `portrait`: what was seen of the audience; absent if there is no evidence.
pub fn report(
    case: &Case,
    base: &Checkpoint,
    entries: &[Entry],
    portrait: Option<&Portrait>,
    now: DateTime<Utc>,
) -> Report {
    let why = why::why(case, now);
    let brand = case.brand.id.to_string();
    let metrics = &case.observations.metrics;
    let seen = metrics.get(&HEADLINE);
    let run = ThisRun::read(base, entries, case.checkpoint.generation);
    let window_end = case.observations.basis.window_end;
    let figures = Metric::ALL.iter().filter_map(|metric| metrics.get(metric));
    let next = next(&why.gate, &why.tasks, why.open);
    let target = why.goal.iter().filter_map(|clause| clause.numbers.as_ref());
    let mut target = target.filter(|numbers| numbers.metric == HEADLINE.name());
    Report {
        headline: headline(seen),
        headline_basis: seen.map(basis).unwrap_or_default(),
        share: seen.and_then(share),
        trend: run.points(&brand),
        trend_notes: run.notes(seen),
        target: target.next().and_then(|numbers| numbers.threshold),
        stands: stands(&why),
        open: why.stage.is_some().then_some(why.open),
        done: run.deeds,
        spreads: portrait.map(|portrait| spreads(case, portrait)).unwrap_or_default(),
        repeat: repeat(case, base, entries, COMPARED, now),
        next,
        figures: figures
            .map(|seen| figure(seen, trace(&brand, seen.metric, None, window_end)))
            .collect(),
        gate: why.gate,
        notes: why.notes,
        checkpoint: why.checkpoint,
        name: why.name,
        made_at: now,
        brand,
    }
}

/// The number of engaged followers as a sentence.
fn headline(seen: Option<&Observation>) -> String {
    let Some(seen) = seen else { return "The engaged followers were not measured.".to_owned() };
    match (share(seen), seen.finding.why_not()) {
        (Some(Share { hits, n }), _) => {
            let rate = sentence::number(HEADLINE, hits as f64 / n as f64);
            let (hits, n) = (count(hits as f64), count(n as f64));
            format!("{hits} of {n} followers engage: {rate}.")
        }
        (None, None) => format!("Engaged followers: {}.", sentence::measured(seen)),
        (None, Some(why)) => format!("How many followers engage is not known: {why}."),
    }
}

/// What a number rests on, in one line.
fn basis(seen: &Observation) -> String {
    let interval = match &seen.finding {
        Finding::Measured { interval: Some(interval), .. } => {
            Some(format!("95 % interval {}", sentence::interval_of(seen.metric, *interval)))
        }
        Finding::Measured { .. }
        | Finding::NoCases { .. }
        | Finding::NotExported { .. }
        | Finding::Suppressed { .. }
        | Finding::Unmeasurable { .. } => None,
    };
    let of = format!("out of {}", seen.denominator);
    let sources = (!seen.sources.is_empty()).then(|| format!("from {}", seen.sources.join(", ")));
    let parts = [interval, Some(of), sentence::window(seen), sources];
    parts.into_iter().flatten().collect::<Vec<String>>().join(" · ")
}

fn share(seen: &Observation) -> Option<Share> {
    match seen.finding {
        Finding::Measured { n, hits: Some(hits), .. } if n > 0 => Some(Share { hits, n }),
        Finding::Measured { .. }
        | Finding::NoCases { .. }
        | Finding::NotExported { .. }
        | Finding::Suppressed { .. }
        | Finding::Unmeasurable { .. } => None,
    }
}

fn stands(why: &why::Why) -> String {
    match (&why.status_detail, &why.stage, &why.title) {
        (Some(detail), ..) => format!("Cycle {}, {detail}", why.cycle),
        (None, Some(stage), Some(title)) => format!("Cycle {}, in {stage}: {title}", why.cycle),
        (None, ..) => format!("The run is {}", why.status),
    }
}

/// What is missing, and the tasks that are open.
fn next(gate: &[ClauseView], tasks: &[TaskView], open: bool) -> Vec<String> {
    let missing = gate.iter().filter(|clause| clause.to_pass.is_some() || clause.remedy.is_some());
    let missing = missing.map(|clause| {
        let parts = [clause.to_pass.clone(), clause.remedy.clone()];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        format!("{}: {}", clause.clause, parts.join("; "))
    });
    let tasks = tasks.iter().filter(|task| task.command.is_some()).map(|task| {
        let due = task.deadline.map(|at| format!(", due {}", sentence::instant(at)));
        format!("{} ({}){}", task.title, task.owner, due.unwrap_or_default())
    });
    let gate = open.then(|| "the gate is open: the brand can go on".to_owned());
    gate.into_iter().chain(missing).chain(tasks).collect()
}

/// One observation as a report shows it.
pub(super) fn figure(seen: &Observation, trace: String) -> Figure {
    let spec = seen.metric.spec();
    let (value, n, interval) = match &seen.finding {
        Finding::Measured { value, n, interval, .. } => (Some(*value), Some(*n), *interval),
        Finding::NoCases { .. }
        | Finding::NotExported { .. }
        | Finding::Suppressed { .. }
        | Finding::Unmeasurable { .. } => (None, None, None),
    };
    let text = match seen.finding.why_not() {
        Some(why) => why.to_owned(),
        None => sentence::number(seen.metric, value.unwrap_or_default()),
    };
    Figure {
        metric: seen.metric.to_string(),
        title: spec.title,
        value,
        text,
        absent: absent(&seen.finding),
        n,
        denominator: seen.denominator.clone(),
        interval,
        interval_text: interval_text(seen, interval),
        window: sentence::window(seen),
        sources: seen.sources.clone(),
        caveats: seen.caveats.clone(),
        trace,
    }
}

/// Where there is no value there is no interval.
const NO_INTERVAL: &str = "none";

fn interval_text(seen: &Observation, interval: Option<Interval>) -> String {
    match (interval, seen.metric.spec().method) {
        (Some(interval), _) => sentence::interval_of(seen.metric, interval),
        (None, _) if seen.finding.why_not().is_some() => NO_INTERVAL.to_owned(),
        (None, Method::Census) => "none: all there is was counted".to_owned(),
        (None, Method::Wilson | Method::Rank | Method::Bootstrap) => {
            "none: these cases do not give one".to_owned()
        }
    }
}

/// In one word why there is no value.
fn absent(finding: &Finding) -> Option<&'static str> {
    match finding {
        Finding::Measured { .. } => None,
        Finding::NoCases { .. } => Some("no case"),
        Finding::NotExported { .. } => Some("not exported"),
        Finding::Suppressed { .. } => Some("suppressed"),
        Finding::Unmeasurable { .. } => Some("not measurable"),
    }
}

/// The command that shows what is behind a number.
pub(super) fn trace(
    brand: &str,
    metric: Metric,
    as_of: Option<DateTime<Utc>>,
    window_end: Option<DateTime<Utc>>,
) -> String {
    if metric == Metric::WindowSettled {
        return format!("fivestep why {brand}");
    }
    let mut command = format!("fivestep metrics {brand} --explain {}", metric.name());
    for (flag, at) in [("--as-of", as_of), ("--window-end", window_end)] {
        if let Some(at) = at {
            let at = at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
            command.push_str(&format!(" {flag} {at}"));
        }
    }
    command
}

/// The headline's number at the end of each cycle of a run; absent where nothing was measured.
///
/// - `base`: where the run stood before the first of `entries`.
pub(super) fn by_cycle(
    base: &Checkpoint,
    entries: &[Entry],
    generation: u32,
) -> Vec<(u32, Option<f64>)> {
    let run = ThisRun::read(base, entries, generation);
    let value = |seen: &Option<Seen>| match seen.as_ref().map(|seen| &seen.observation.finding) {
        Some(Finding::Measured { value, .. }) => Some(*value),
        Some(
            Finding::NoCases { .. }
            | Finding::NotExported { .. }
            | Finding::Suppressed { .. }
            | Finding::Unmeasurable { .. },
        )
        | None => None,
    };
    run.cycles.iter().map(|(cycle, seen)| (*cycle, value(seen))).collect()
}

/// A measurement in the journal.
struct Seen<'a> {
    at: DateTime<Utc>,
    observation: &'a Observation,
    window_end: Option<DateTime<Utc>>,
}

/// What the journal says of the present run.
struct ThisRun<'a> {
    /// The last measurement of each cycle.
    cycles: BTreeMap<u32, Option<Seen<'a>>>,
    /// What happened in the present cycle.
    deeds: Vec<Deed>,
    /// Whether earlier entries are gone.
    pruned: bool,
}

impl<'a> ThisRun<'a> {
    fn read(base: &Checkpoint, entries: &'a [Entry], generation: u32) -> Self {
        let mut run =
            Self { cycles: BTreeMap::new(), deeds: Vec::new(), pruned: base.revision > 0 };
        let mut cycle = base.cycle.number.max(1);
        for entry in entries.iter().filter(|entry| entry.generation == generation) {
            for event in &entry.events {
                run.take(&mut cycle, entry, event);
            }
        }
        run
    }

    fn take(&mut self, cycle: &mut u32, entry: &'a Entry, event: &'a Event) {
        if let Some(opened) = opens(event) {
            if opened != *cycle {
                self.deeds.clear();
            }
            *cycle = opened;
            // Going back leaves the cycles behind that came after.
            self.cycles.retain(|known, _| *known <= opened);
            self.cycles.entry(opened).or_default();
        }
        if let Event::Observed { observations } = event
            && let Some(observation) = observations.metrics.get(&HEADLINE)
        {
            let window_end = observations.basis.window_end;
            self.cycles.insert(*cycle, Some(Seen { at: entry.at, observation, window_end }));
        }
        if let Some(what) = deed(event) {
            self.deeds.push(Deed { at: entry.at, by: entry.actor.to_string(), what });
        }
    }

    /// What a reader must know of the points.
    fn notes(&self, now: Option<&Observation>) -> Vec<String> {
        let pruned = self.pruned.then_some("earlier measurements were pruned from the journal");
        let last = self.cycles.values().flatten().last();
        let newer =
            last.is_some_and(|last| now.is_some_and(|now| now.finding != last.observation.finding));
        let newer = newer.then_some("the evidence has changed since the last point was journaled");
        pruned.into_iter().chain(newer).map(str::to_owned).collect()
    }

    fn points(&self, brand: &str) -> Vec<Point> {
        let points = self.cycles.iter().map(|(cycle, seen)| match seen {
            Some(Seen { at, observation, window_end }) => Point {
                cycle: *cycle,
                at: Some(*at),
                figure: figure(observation, trace(brand, HEADLINE, Some(*at), *window_end)),
            },
            None => Point { cycle: *cycle, at: None, figure: unmeasured(brand) },
        });
        points.collect()
    }
}

/// The headline's number in a cycle without a measurement.
fn unmeasured(brand: &str) -> Figure {
    Figure {
        metric: HEADLINE.to_string(),
        title: HEADLINE.spec().title,
        value: None,
        text: "nothing new was measured in this cycle".to_owned(),
        absent: Some("not measured"),
        n: None,
        denominator: HEADLINE.spec().cases.to_owned(),
        interval: None,
        interval_text: NO_INTERVAL.to_owned(),
        window: None,
        sources: Vec::new(),
        caveats: Vec::new(),
        trace: format!("fivestep history {brand}"),
    }
}

/// The cycle that goes on after an event.
fn opens(event: &Event) -> Option<u32> {
    match event {
        Event::CycleOpened { cycle, .. } => Some(*cycle),
        Event::Rewound { state, .. } | Event::Forked { state, .. } => {
            Some(state.checkpoint.cycle.number)
        }
        Event::Started { .. }
        | Event::StageEntered { .. }
        | Event::TaskOpened { .. }
        | Event::TaskSubmitted { .. }
        | Event::TaskDone { .. }
        | Event::TaskRejected { .. }
        | Event::TaskReassigned { .. }
        | Event::TasksRenamed { .. }
        | Event::TaskReopened { .. }
        | Event::TaskDropped { .. }
        | Event::ActionOpened { .. }
        | Event::ActionDue { .. }
        | Event::ActionBegan { .. }
        | Event::ActionSucceeded { .. }
        | Event::ActionFailed { .. }
        | Event::ActionRetried { .. }
        | Event::ActionSkipped { .. }
        | Event::ActionDropped { .. }
        | Event::Scheduled { .. }
        | Event::ScheduleDropped { .. }
        | Event::Fired { .. }
        | Event::Waived { .. }
        | Event::WaiverDropped { .. }
        | Event::Observed { .. }
        | Event::GateJudged { .. }
        | Event::GoalJudged { .. }
        | Event::StageLeft { .. }
        | Event::Paused
        | Event::Resumed { .. }
        | Event::Adopted { .. }
        | Event::Migrated { .. }
        | Event::Finished { .. } => None,
    }
}

/// What was done, in words; nothing for what belongs in the journal only. What people wrote beside
/// a task stays there, too: it was not meant for the reader of a report.
fn deed(event: &Event) -> Option<String> {
    match event {
        Event::TaskSubmitted { task, .. } => Some(format!("task {task} done, to be confirmed")),
        Event::TaskDone { task, confirms: false, .. } => Some(format!("task {task} done")),
        Event::TaskDone { task, confirms: true, .. } => Some(format!("task {task} confirmed")),
        Event::CycleOpened { .. }
        | Event::StageEntered { .. }
        | Event::StageLeft { .. }
        | Event::TaskRejected { .. }
        | Event::TaskReopened { .. }
        | Event::Waived { .. }
        | Event::GoalJudged { .. }
        | Event::Rewound { .. }
        | Event::Forked { .. }
        | Event::Finished { .. } => Some(history::text(event)),
        Event::Started { .. }
        | Event::TaskOpened { .. }
        | Event::TaskReassigned { .. }
        | Event::TasksRenamed { .. }
        | Event::TaskDropped { .. }
        | Event::ActionOpened { .. }
        | Event::ActionDue { .. }
        | Event::ActionBegan { .. }
        | Event::ActionSucceeded { .. }
        | Event::ActionFailed { .. }
        | Event::ActionRetried { .. }
        | Event::ActionSkipped { .. }
        | Event::ActionDropped { .. }
        | Event::Scheduled { .. }
        | Event::ScheduleDropped { .. }
        | Event::Fired { .. }
        | Event::WaiverDropped { .. }
        | Event::Observed { .. }
        | Event::GateJudged { .. }
        | Event::Paused
        | Event::Resumed { .. }
        | Event::Adopted { .. }
        | Event::Migrated { .. } => None,
    }
}

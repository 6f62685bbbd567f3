//! A cycle beside those before it: what moved, and what was done.
//!
//! Start reading at [`repeat`]. It reads the journal, so that numbers are compared on which people
//! decided; only a cycle that goes on is compared by what is known today.
//!
//! # Always true
//!
//! - A change stands with both numbers and its interval, or with the reason why there is none.
//! - What was done and what moved stand side by side. Nothing here says that one caused the other.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::{
    engine::{
        expression::Asker,
        gate::{Evidence, judge},
        truth::Truth,
    },
    evidence::comparison::{Change, Direction, Proof, compare},
    model::{
        Checkpoint, ClauseId, Entry, Expression, Fact, Interval, Metric, Observation, Stage,
        StageId, Unit, Verdict, Window, quantity::duration,
    },
    runner::Case,
};

use super::{
    cycles::{Cycle, Cycles, Visit},
    report::{Figure, figure, trace},
    sentence,
};

/// What cycles are compared by.
pub const MEASURES: [Metric; 5] = [
    Metric::EngagedFollowerRate,
    Metric::EngagedRetention,
    Metric::BackAndForthRate,
    Metric::ResponseRate,
    Metric::HighIntentRate,
];

/// So many cycles without a change that chance does not explain are a plateau.
pub const PLATEAU: usize = 3;

/// What a reader must not read into it.
pub const ATTRIBUTION: &str = "What was done and what moved are shown side by side. That one \
     followed the other does not show that it was caused by it: seasons, news and what the \
     platform shows to whom move numbers, too.";

/// A cycle beside those before it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Repeat {
    /// The brand.
    pub brand: String,
    /// Its name for people.
    pub name: String,
    /// `BRAND@CYCLE.STAGE.REVISION`.
    pub checkpoint: String,
    /// The cycle that is compared; absent before the start.
    pub cycle: Option<u32>,
    /// How far its evidence reaches, UTC.
    pub as_of: Option<DateTime<Utc>>,
    /// What a reader must know of the choice.
    pub notes: Vec<String>,
    /// Engagement gold.
    pub gold: Gold,
    /// The first stage whose gate today's numbers would shut again.
    pub regressed: Option<Regressed>,
    /// Whether nothing moves any more.
    pub plateau: Plateau,
    /// How near the run is to its end.
    pub budget: Budget,
    /// Each measure beside each earlier cycle, the newest first.
    pub compared: Vec<Compared>,
    /// What was worked on in the cycle, stage by stage, and what moved beside it.
    pub worked: Vec<Worked>,
    /// What a reader must not read into it.
    pub attribution: &'static str,
}

/// Engagement gold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gold {
    /// Whether it is held.
    pub held: bool,
    /// In how many cycles in a row the goal was met.
    pub streak: u32,
    /// In how many it must be.
    pub held_for: u32,
    /// The cycles that met it, of those that were judged.
    pub met_in: Vec<u32>,
    /// How many cycles were judged.
    pub judged: usize,
}

/// A stage that was passed, and would not be today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Regressed {
    /// The stage.
    pub stage: String,
    /// Its title.
    pub title: String,
    /// The clauses that would hold it.
    pub clauses: Vec<String>,
}

/// Whether nothing moves any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plateau {
    /// Whether it is reached; absent while there are too few cycles to tell.
    pub reached: Option<bool>,
    /// With how many earlier cycles it was compared.
    pub cycles: usize,
    /// The same in words, and what to do about it.
    pub text: String,
}

/// How near a run is to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// The cycle that it is on.
    pub cycle: u32,
    /// The most it may take.
    pub cycles: u32,
    /// For how many cycles in a row no goal metric gained.
    pub without_gain: u32,
    /// How many of them end the run as stalled; absent if none do.
    pub stall_after: Option<u32>,
}

/// One metric of a cycle beside an earlier one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// The metric.
    pub metric: String,
    /// What it says, in a few words.
    pub title: &'static str,
    /// The earlier cycle.
    pub with_cycle: u32,
    /// The number then; absent if the journal holds none.
    pub before: Option<Figure>,
    /// The number of the cycle that is compared; absent if there is none.
    pub after: Option<Figure>,
    /// The later minus the earlier, in the unit of the metric.
    pub difference: Option<f64>,
    /// Newcombe's 95 % interval of the difference.
    pub interval: Option<Interval>,
    /// Where it went; absent if they cannot be compared.
    pub direction: Option<Direction>,
    /// What that rests on.
    pub proof: Option<Proof>,
    /// The change for people, or why there is none.
    pub text: String,
}

/// What was done in a stage, and what moved beside it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Worked {
    /// The stage.
    pub stage: String,
    /// When it was entered, UTC.
    pub from: DateTime<Utc>,
    /// When it was left, UTC; absent while the brand is there.
    pub to: Option<DateTime<Utc>>,
    /// What was done there, in words.
    pub done: String,
    /// What its gate looks at, beside the cycle before.
    pub moved: Vec<Compared>,
}

/// Compares the newest cycle that has evidence of its own with at most `earlier` before it.
///
/// - `base`: where the run stood before the first of `entries`.
/// - `entries`: the brand's journal, in order.
pub fn repeat(
    case: &Case,
    base: &Checkpoint,
    entries: &[Entry],
    earlier: usize,
    now: DateTime<Utc>,
) -> Repeat {
    let mut cycles = Cycles::read(base, entries, case.checkpoint.generation);
    cycles.now(&case.observations);
    let place = compared_cycle(&cycles.all, case.workflow.window_seconds);
    let before = &cycles.all[..place.unwrap_or_default()];
    let cycle = place.map(|place| &cycles.all[place]);
    let brand = case.brand.id.to_string();
    let beside = |metrics: &[Metric], earlier: usize| -> Vec<Compared> {
        let pairs = cycle
            .into_iter()
            .flat_map(|cycle| before.iter().rev().take(earlier).map(move |before| (before, cycle)));
        pairs
            .flat_map(|(before, cycle)| metrics.iter().map(move |metric| (before, cycle, *metric)))
            .map(|(before, cycle, metric)| compared(&brand, before, cycle, metric))
            .collect()
    };
    let visits = cycle.into_iter().flat_map(|cycle| &cycle.visits);
    let worked = visits.map(|visit| {
        let stage = case.workflow.stage(&visit.stage);
        worked(visit, beside(&stage.map(looked_at).unwrap_or_default(), 1), now)
    });
    Repeat {
        name: case.brand.name.clone(),
        checkpoint: case.checkpoint.id().to_string(),
        cycle: cycle.map(|cycle| cycle.number),
        as_of: cycle.and_then(|cycle| cycle.seen.observations.as_of),
        notes: notes(&cycles, cycle),
        gold: gold(case, &cycles),
        regressed: regressed(case, &cycles.passed(), now),
        plateau: plateau(&beside(&MEASURES, PLATEAU)),
        budget: budget(case),
        compared: beside(&MEASURES, earlier),
        worked: worked.collect(),
        attribution: ATTRIBUTION,
        brand: brand.clone(),
    }
}

/// The newest cycle whose window holds nothing that the cycle before had; the first has none before.
fn compared_cycle(cycles: &[Cycle], window_seconds: i64) -> Option<usize> {
    let window = TimeDelta::try_seconds(window_seconds)?;
    let reaches = |place: usize| cycles[place].seen.observations.as_of;
    let own = |place: &usize| match place.checked_sub(1).map(reaches) {
        None => true,
        Some(None) => reaches(*place).is_some(),
        Some(Some(before)) => {
            reaches(*place).is_some_and(|at| at - before >= window - Window::grace(window))
        }
    };
    (0..cycles.len()).rev().find(own)
}

fn notes(cycles: &Cycles, cycle: Option<&Cycle>) -> Vec<String> {
    let pruned = cycles.pruned.then(|| "earlier cycles were pruned from the journal".to_owned());
    let newest = cycles.all.last().map(|newest| newest.number);
    let chosen = cycle.map(|cycle| cycle.number);
    let waits = newest.filter(|_| newest != chosen).map(|newest| {
        format!("cycle {newest} has no evidence of its own yet; import a later export")
    });
    let open = cycle.is_some_and(|cycle| cycle.judged.is_none());
    let open = open.then(|| "the cycle goes on: its numbers may still change".to_owned());
    pruned.into_iter().chain(waits).chain(open).collect()
}

fn gold(case: &Case, cycles: &Cycles) -> Gold {
    let judged = || cycles.all.iter().filter_map(|one| Some((one.number, one.judged.as_ref()?)));
    let (streak, held_for) = (case.checkpoint.progress.streak, case.workflow.goal.held_for);
    Gold {
        held: streak >= held_for,
        streak,
        held_for,
        met_in: judged().filter(|(_, judged)| judged.met).map(|(number, _)| number).collect(),
        judged: judged().count(),
    }
}

fn budget(case: &Case) -> Budget {
    let limits = case.workflow.limits;
    Budget {
        cycle: case.checkpoint.cycle.number,
        cycles: limits.cycles,
        without_gain: case.checkpoint.progress.without_gain,
        stall_after: limits.stall_after,
    }
}

/// The first stage, in the order of the file, that was passed and would be shut by today's numbers.
fn regressed(case: &Case, passed: &BTreeSet<&StageId>, now: DateTime<Utc>) -> Option<Regressed> {
    let evidence = Evidence {
        workflow: &case.workflow,
        checkpoint: &case.checkpoint,
        observations: &case.observations,
        now,
    };
    let asker = Asker::new(evidence, None);
    let would_be_shut = |stage: &&Stage| {
        let fact = Expression::Fact(Fact::Regressed(stage.id.clone()));
        passed.contains(&stage.id) && asker.answer(&fact).truth() == Truth::True
    };
    let stage = case.workflow.stages.iter().find(would_be_shut)?;
    let gate = judge(stage, evidence);
    let failed = gate.clauses.iter().filter(|judged| judged.verdict == Verdict::Fail);
    let about_numbers = |id| stage.clause(id).is_some_and(|one| !one.demand.metrics().is_empty());
    let clauses = failed.map(|judged| &judged.clause).filter(|id| about_numbers(*id));
    Some(Regressed {
        stage: stage.id.to_string(),
        title: stage.title.clone(),
        clauses: clauses.map(ToString::to_string).collect(),
    })
}

/// Whether no measure moved against any of the last cycles.
fn plateau(compared: &[Compared]) -> Plateau {
    let earlier: BTreeSet<u32> = compared.iter().map(|one| one.with_cycle).collect();
    let tells = |cycle: &&u32| {
        compared.iter().any(|one| one.with_cycle == **cycle && one.direction.is_some())
    };
    let cycles = earlier.iter().filter(tells).count();
    let moved = compared.iter().find(|one| match one.direction {
        Some(Direction::Better | Direction::Worse) => true,
        Some(Direction::Unclear) | None => false,
    });
    let (reached, text) = match moved {
        Some(moved) => {
            (Some(false), format!("no: {} moved against cycle {}", moved.metric, moved.with_cycle))
        }
        None if cycles < PLATEAU => {
            (None, format!("not known yet: {cycles} of {PLATEAU} earlier cycles can be compared"))
        }
        None => (Some(true), advice()),
    };
    Plateau { reached, cycles, text }
}

fn advice() -> String {
    format!(
        "yes: nothing moved beyond chance against any of {PLATEAU} cycles. Change what is tried: \
         the charter (pillars, people, cadence) or whom you turn to (audience, goals)"
    )
}

/// One metric of `cycle` beside that of an earlier one.
fn compared(brand: &str, before: &Cycle, cycle: &Cycle, metric: Metric) -> Compared {
    let (one, other) = (seen(before, metric), seen(cycle, metric));
    let change = match (one, other) {
        (Some(one), Some(other)) => compare(one, other).map_err(|why| why.to_string()),
        (None, _) | (_, None) => Err("not measured".to_owned()),
    };
    let text = match &change {
        Ok(change) => said(metric, *change),
        Err(why) => why.clone(),
    };
    let change = change.ok();
    Compared {
        metric: metric.to_string(),
        title: metric.spec().title,
        with_cycle: before.number,
        before: one.map(|seen| traced(brand, before, seen)),
        after: other.map(|seen| traced(brand, cycle, seen)),
        difference: change.map(|change| change.difference),
        interval: change.and_then(|change| change.interval),
        direction: change.map(|change| change.direction),
        proof: change.map(|change| change.proof),
        text,
    }
}

fn seen(cycle: &Cycle, metric: Metric) -> Option<&Observation> {
    cycle.seen.observations.metrics.get(&metric)
}

/// A number of a cycle, with the command that shows the rows behind it.
fn traced(brand: &str, cycle: &Cycle, seen: &Observation) -> Figure {
    let window_end = cycle.seen.observations.basis.window_end;
    figure(seen, trace(brand, seen.metric, cycle.seen.at, window_end))
}

/// A change in words, such as `+1.5 points (-0.4 to +3.4)`.
fn said(metric: Metric, change: Change) -> String {
    let step = |value: f64| signed(metric, value);
    let moved = unit(metric, step(change.difference));
    match (change.interval, change.proof, change.direction) {
        (Some(Interval { low, high }), ..) => format!("{moved} ({} to {})", step(low), step(high)),
        (None, Proof::Counted | Proof::Difference, _) => format!("{moved}, all counted"),
        (None, Proof::Apart, Direction::Unclear) => format!("{moved}, the intervals meet"),
        (None, Proof::Apart, Direction::Better | Direction::Worse) => {
            format!("{moved}, the intervals do not meet")
        }
        (None, Proof::Nothing, _) => format!("{moved}, too few cases for an interval"),
    }
}

/// A difference with its sign; of proportions in hundredths.
fn signed(metric: Metric, value: f64) -> String {
    if metric.unit() == Unit::Proportion {
        return format!("{:+.1}", 100.0 * value);
    }
    let sign = if value < 0.0 { '-' } else { '+' };
    format!("{sign}{}", sentence::number(metric, value.abs()))
}

fn unit(metric: Metric, text: String) -> String {
    if metric.unit() == Unit::Proportion { format!("{text} points") } else { text }
}

/// The amounts that a stage's gate looks at, in the order of the file.
fn looked_at(stage: &Stage) -> Vec<Metric> {
    let mut metrics: Vec<Metric> = Vec::new();
    for metric in stage.exit.iter().flat_map(|clause| clause.demand.metrics()) {
        let is_amount = !matches!(metric.unit(), Unit::Instant | Unit::Truth);
        if is_amount && !metrics.contains(&metric) {
            metrics.push(metric);
        }
    }
    metrics
}

fn worked(visit: &Visit, moved: Vec<Compared>, now: DateTime<Utc>) -> Worked {
    let Visit { stage, from, to, .. } = visit;
    Worked { stage: stage.to_string(), from: *from, to: *to, done: done(visit, now), moved }
}

/// What was done in a stage, in words.
fn done(visit: &Visit, now: DateTime<Utc>) -> String {
    let stayed = (visit.to.unwrap_or(now) - visit.from).num_seconds() as f64;
    let so_far = if visit.to.is_none() { " so far" } else { "" };
    let stayed = match stayed {
        0.0 if visit.to.is_none() => "entered just now".to_owned(),
        0.0 => "passed at once".to_owned(),
        stayed => format!("{}{so_far}", duration(stayed)),
    };
    let parts = [
        (visit.tasks_done, "task done", "tasks done"),
        (visit.tasks_rejected, "task rejected", "tasks rejected"),
        (visit.actions_done, "action done", "actions done"),
        (visit.waived, "clause waived", "clauses waived"),
    ];
    let counted = parts.iter().filter(|(count, ..)| *count > 0).map(|(count, one, many)| {
        let words = if *count == 1 { one } else { many };
        format!("{count} {words}")
    });
    let held: Vec<&str> = visit.held_by.iter().map(ClauseId::as_str).collect();
    let held = (!held.is_empty()).then(|| format!("held by {}", held.join(", ")));
    [stayed].into_iter().chain(counted).chain(held).collect::<Vec<String>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_written_with_its_sign_and_unit() {
        use Direction::{Better, Unclear};
        let interval = Some(Interval { low: -0.004, high: 0.034 });
        let (rate, wait) = (Metric::ResponseRate, Metric::FirstResponseMedian);
        // (metric, difference, interval, direction, proof, text)
        let table = [
            (rate, 0.015, interval, Unclear, Proof::Difference, "+1.5 points (-0.4 to +3.4)"),
            (
                rate,
                -0.5,
                None,
                Unclear,
                Proof::Nothing,
                "-50.0 points, too few cases for an interval",
            ),
            (Metric::EngagedFollowers, 4.0, None, Better, Proof::Counted, "+4, all counted"),
            (wait, -5_400.0, None, Better, Proof::Apart, "-1 h 30 min, the intervals do not meet"),
            (wait, 60.0, None, Unclear, Proof::Apart, "+1 min, the intervals meet"),
        ];
        for (metric, difference, interval, direction, proof, text) in table {
            let change = Change { difference, interval, direction, proof };
            assert_eq!(said(metric, change), text);
        }
    }

    fn beside(with_cycle: u32, direction: Option<Direction>) -> Compared {
        Compared {
            metric: "response_rate".to_owned(),
            title: "answered conversations",
            with_cycle,
            before: None,
            after: None,
            difference: None,
            interval: None,
            direction,
            proof: None,
            text: String::new(),
        }
    }

    #[test]
    fn a_plateau_takes_three_cycles_that_tell_of_no_change() {
        const UNCLEAR: Option<Direction> = Some(Direction::Unclear);
        // (why this row exists, what each earlier cycle tells, is it a plateau?)
        type Case<'c> = (&'c str, &'c [Option<Direction>], Option<bool>);
        let table: [Case; 5] = [
            ("nothing before", &[], None),
            ("two cycles are too few", &[UNCLEAR, UNCLEAR], None),
            ("a cycle that tells nothing does not count", &[UNCLEAR, None, UNCLEAR], None),
            ("three cycles", &[UNCLEAR, UNCLEAR, UNCLEAR], Some(true)),
            ("worse is a change as well", &[UNCLEAR, Some(Direction::Worse)], Some(false)),
        ];
        for (why, told, reached) in table {
            let compared: Vec<Compared> =
                told.iter().zip(1..).map(|(direction, cycle)| beside(cycle, *direction)).collect();
            assert_eq!(plateau(&compared).reached, reached, "{why}");
        }
    }
}

//! What would become of a brand, and what would have become of it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    model::{BrandId, Outcome, StageId, Status, Workflow, quantity::duration},
    rehearsal::{Held, Journey, Replayed, Supposed, Visit, World},
};

use super::{
    sentence,
    why::{ClauseView, goal_lacks, holding},
};

/// Less than this is no difference worth a sentence, in seconds.
const WORTH_TELLING: i64 = 3_600;

/// One stay in a stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stay {
    /// On which day it ended, from 0; the last day if it still lasts.
    pub day: i64,
    /// The cycle.
    pub cycle: u32,
    /// The stage.
    pub stage: String,
    /// When it began, UTC.
    pub from: DateTime<Utc>,
    /// When it ended, UTC; absent if it still lasts.
    pub to: Option<DateTime<Utc>>,
    /// How long it took, in seconds.
    pub seconds: i64,
    /// Where the way led: a stage or an outcome.
    pub way: Option<String>,
    /// The condition that chose the way; absent for the way without one.
    pub because: Option<String>,
    /// How long each clause held the brand, the longest first.
    pub held: Vec<Held>,
}

/// Where a brand stands at the end of its way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct End {
    /// `running`, `paused` or the outcome.
    pub status: String,
    /// The cycle.
    pub cycle: u32,
    /// The stage it is in, or was in when the run ended.
    pub stage: Option<String>,
    /// How the run ended, if it did.
    pub outcome: Option<Outcome>,
    /// When it is so, UTC: the end of the run, or the moment up to which it was played.
    pub at: DateTime<Utc>,
    /// The clauses that hold the brand there.
    pub held_by: Vec<ClauseView>,
    /// What the goal lacks, where the run ends without gold.
    pub goal_lacks: Vec<ClauseView>,
}

/// What would become of a brand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WhatIfView {
    /// The brand; absent if a workflow is played from nothing.
    pub brand: Option<String>,
    /// The workflow it is played on.
    pub workflow: String,
    /// The digest of that text.
    pub definition: String,
    /// The moment at which the playing begins, UTC.
    pub from: DateTime<Utc>,
    /// The way, stay by stay.
    pub path: Vec<Stay>,
    /// Where it ends.
    pub end: End,
    /// It in one sentence.
    pub sentence: String,
    /// What is assumed.
    pub assumes: Vec<String>,
}

/// A life beside the one it could have been.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplayView {
    /// The brand.
    pub brand: String,
    /// The workflow it is replayed on.
    pub workflow: String,
    /// The digest of that text.
    pub definition: String,
    /// The moment from which it is replayed, UTC.
    pub from: DateTime<Utc>,
    /// The time in each stage.
    pub stages: Vec<StageTimes>,
    /// What really happened.
    pub real: Life,
    /// What would have happened.
    pub then: Life,
    /// The clauses that would hold the brand now.
    pub held_by: Vec<ClauseView>,
    /// Metrics the workflow asks for that were never measured.
    pub not_measured: Vec<String>,
    /// The difference in sentences.
    pub sentence: String,
    /// What is assumed.
    pub assumes: Vec<String>,
}

/// How long a stage took, really and then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageTimes {
    /// The stage.
    pub stage: String,
    /// Really, in seconds; absent if the brand never was there.
    pub real_seconds: Option<i64>,
    /// In the replay, in seconds; absent if the brand would never have been there.
    pub then_seconds: Option<i64>,
}

/// One of the two lives.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Life {
    /// The cycle at its end.
    pub cycle: u32,
    /// The stage at its end.
    pub stage: Option<String>,
    /// How it ended, if it did.
    pub outcome: Option<Outcome>,
    /// When it ended, UTC, or the moment up to which it is told.
    pub until: DateTime<Utc>,
    /// The way, stay by stay.
    pub path: Vec<Stay>,
}

/// What would become of a brand.
pub fn what_if(
    brand: Option<&BrandId>,
    supposed: &Supposed<'_>,
    assumes: Vec<String>,
) -> WhatIfView {
    let Supposed { world, journey, shut } = supposed;
    let held_by: Vec<ClauseView> = shut.iter().flat_map(|gate| holding(gate, world.now)).collect();
    let end = End {
        status: world.checkpoint.status.name().to_owned(),
        cycle: journey.cycle,
        stage: stage_at_end(journey),
        outcome: journey.outcome,
        at: journey.to,
        held_by,
        goal_lacks: match journey.outcome {
            None | Some(Outcome::Gold) => Vec::new(),
            Some(_) => goal_lacks(world.evidence()),
        },
    };
    let who = brand.map_or_else(|| "A brand".to_owned(), ToString::to_string);
    WhatIfView {
        brand: brand.map(ToString::to_string),
        workflow: world.workflow.id.to_string(),
        definition: world.workflow.digest.to_string(),
        from: journey.from,
        path: path(journey),
        sentence: ending(&who, journey, &end),
        end,
        assumes,
    }
}

fn ending(who: &str, journey: &Journey, end: &End) -> String {
    let after = (journey.to - journey.from).num_seconds();
    let when = match after {
        0 => "at once".to_owned(),
        after => format!("after {}, on {}", duration(after as f64), day(journey.to)),
    };
    match (end.outcome, &end.stage) {
        (Some(outcome), _) => {
            format!("{who} would end as {outcome} in cycle {} {when}.", end.cycle)
        }
        (None, Some(stage)) if end.held_by.is_empty() => {
            format!("{who} would stand in {stage} of cycle {} with an open gate.", end.cycle)
        }
        (None, Some(stage)) => {
            let names: Vec<&str> =
                end.held_by.iter().map(|clause| clause.clause.as_str()).collect();
            let held = names.join(", ");
            format!("{who} would stand in {stage} of cycle {}, held by {held}.", end.cycle)
        }
        (None, None) => format!("{who} would not have started."),
    }
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

fn stage_at_end(journey: &Journey) -> Option<String> {
    journey.visits.last().map(|visit| visit.stage.to_string())
}

fn path(journey: &Journey) -> Vec<Stay> {
    let stay = |visit: &Visit| {
        let end = visit.to.unwrap_or(journey.to);
        Stay {
            day: (end - journey.from).num_days(),
            cycle: visit.cycle,
            stage: visit.stage.to_string(),
            from: visit.from,
            to: visit.to,
            seconds: visit.seconds(journey.to),
            way: visit.way.clone(),
            because: visit.because.clone(),
            held: visit.held.clone(),
        }
    };
    journey.visits.iter().map(stay).collect()
}

/// A life beside the one it could have been.
///
/// - `tasks_done`: whether people were assumed to do every task at once.
pub fn replayed(brand: &BrandId, replayed: &Replayed<'_>, tasks_done: bool) -> ReplayView {
    let Replayed { real, then, world, missing, .. } = replayed;
    let workflow = world.workflow;
    let stages = stage_times(workflow, real, then);
    let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
    ReplayView {
        brand: brand.to_string(),
        workflow: workflow.id.to_string(),
        definition: workflow.digest.to_string(),
        from: then.from,
        sentence: difference(real, then, &stages),
        stages,
        real: life(real),
        then: life(then),
        held_by: held_at_end(world),
        not_measured: missing,
        assumes: replay_assumes(replayed, tasks_done),
    }
}

fn held_at_end(world: &World<'_>) -> Vec<ClauseView> {
    let running = matches!(world.checkpoint.status, Status::Running | Status::Paused { .. });
    let gate = world.gate().filter(|_| running);
    gate.iter().flat_map(|gate| holding(gate, world.now)).collect()
}

fn life(journey: &Journey) -> Life {
    Life {
        cycle: journey.cycle,
        stage: stage_at_end(journey),
        outcome: journey.outcome,
        until: journey.to,
        path: path(journey),
    }
}

/// The stages of the workflow, then those that only the real life knows.
fn stage_times(workflow: &Workflow, real: &Journey, then: &Journey) -> Vec<StageTimes> {
    let mut names: Vec<_> = workflow.stages.iter().map(|stage| &stage.id).collect();
    for visit in &real.visits {
        if !names.contains(&&visit.stage) {
            names.push(&visit.stage);
        }
    }
    let seconds = |journey: &Journey, stage: &StageId| {
        let been = journey.visits.iter().any(|visit| visit.stage == *stage);
        been.then(|| journey.seconds_in(stage))
    };
    let rows = names.into_iter().map(|stage| StageTimes {
        stage: stage.to_string(),
        real_seconds: seconds(real, stage),
        then_seconds: seconds(then, stage),
    });
    rows.collect()
}

fn replay_assumes(replayed: &Replayed<'_>, tasks_done: bool) -> Vec<String> {
    let Replayed { then, world, known_until, other_window, .. } = replayed;
    let work = match tasks_done {
        true => "people do every task at once; waivers count from the moment they really came",
        false => "work and waivers count from the moment they really came, each once",
    };
    let mut assumes = vec![
        "somebody asks for an advance each time something is new, or a wait or limit is over"
            .to_owned(),
        work.to_owned(),
    ];
    if let Some(known) = known_until.filter(|known| then.outcome.is_none() && *known < then.to) {
        assumes.push(format!("nothing is known after {}", sentence::instant(known)));
    }
    if let Some(seconds) = *other_window {
        let (was, is) = (duration(seconds as f64), duration(world.workflow.window_seconds as f64));
        assumes.push(format!(
            "the numbers would be the same over {is}; they were measured over {was}"
        ));
    }
    assumes
}

/// The difference in sentences.
fn difference(real: &Journey, then: &Journey, stages: &[StageTimes]) -> String {
    let was = place(real, real.outcome != then.outcome || real.outcome.is_none());
    let mut text = match (then.outcome, stage_at_end(then)) {
        (Some(outcome), _) => {
            let how = match outcome {
                Outcome::Gold => "reached gold".to_owned(),
                other => format!("ended as {other}"),
            };
            let on = day(then.to);
            format!("You would have {how} in cycle {} on {on} (really: {was}).", then.cycle)
        }
        (None, Some(stage)) => {
            format!("You would stand in {stage} of cycle {} (really: {was}).", then.cycle)
        }
        (None, None) => format!("You would not have started (really: {was})."),
    };
    let changes = stages.iter().map(|times| {
        let (real, then) = (times.real_seconds, times.then_seconds);
        (times, then.unwrap_or_default() - real.unwrap_or_default())
    });
    let mut changes: Vec<(&StageTimes, i64)> =
        changes.filter(|(_, change)| change.abs() >= WORTH_TELLING).collect();
    changes.sort_by_key(|(_, change)| std::cmp::Reverse(change.abs()));
    if changes.is_empty() {
        text.push_str(" No stage would have held you longer or shorter.");
    }
    for (times, change) in changes.into_iter().take(2) {
        let size = duration(change.abs() as f64);
        let word = if change < 0 { "less" } else { "longer" };
        text.push_str(&format!(" {} would have held you {size} {word}.", capital(&times.stage)));
    }
    text
}

/// Where a life ended or stands; `full` where the outcome was not said already.
fn place(journey: &Journey, full: bool) -> String {
    match (journey.outcome, stage_at_end(journey)) {
        (Some(outcome), _) if full => {
            format!("{outcome} in cycle {} on {}", journey.cycle, day(journey.to))
        }
        (Some(_), _) => format!("cycle {} on {}", journey.cycle, day(journey.to)),
        (None, Some(stage)) => format!("{stage} of cycle {}", journey.cycle),
        (None, None) => "not started".to_owned(),
    }
}

fn capital(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// How long the clauses of a stay held the brand, such as `answered 12 d, quick 3 d`.
pub fn held(stay: &Stay) -> String {
    let told = stay.held.iter().filter(|held| held.seconds > 0 || stay.to.is_none());
    let told = told.map(|held| match held.seconds {
        0 => held.clause.to_string(),
        seconds => format!("{} {}", held.clause, sentence::age(seconds)),
    });
    told.collect::<Vec<String>>().join(", ")
}

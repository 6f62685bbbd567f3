//! How near a brand is to gold, judged at the end of each cycle.
//!
//! Start reading at [`judge`]. The goal is met when every clause passes; a cycle *gains* when at
//! least one goal metric is significantly better than at the last gain, so that small steps that
//! add up still count and noise does not.

use std::collections::BTreeMap;

use crate::{
    evidence::interval::newcombe,
    model::{Event, Finding, Interval, Metric, Observation, Unit, Verdict, metric::Better},
};

use super::gate::{ClauseReport, Evidence, judge_clause};

/// Judges every clause of the goal.
pub fn clauses(evidence: Evidence<'_>) -> Vec<ClauseReport> {
    let goal = &evidence.workflow.goal;
    goal.all.iter().map(|clause| judge_clause(clause, None, evidence)).collect()
}

/// The event that closes a cycle: the goal's verdicts, the streak and the gain.
pub fn judge(evidence: Evidence<'_>) -> Event {
    let reports = clauses(evidence);
    let met = reports.iter().all(|report| report.verdict == Verdict::Pass);
    let progress = &evidence.checkpoint.progress;
    let now = measured(evidence);
    let gained = now.iter().any(|(metric, observation)| {
        progress.marks.get(metric).is_some_and(|mark| gains(*metric, mark, observation))
    });
    let without_gain = match (met || gained, progress.marks.is_empty()) {
        (false, false) => progress.without_gain + 1,
        _ => 0,
    };
    Event::GoalJudged {
        met,
        clauses: reports.iter().map(ClauseReport::judged).collect(),
        streak: if met { progress.streak + 1 } else { 0 },
        without_gain,
        marks: new_marks(&progress.marks, now, gained),
    }
}

/// The goal metrics that have a value now.
fn measured(evidence: Evidence<'_>) -> BTreeMap<Metric, Observation> {
    let clauses = evidence.workflow.goal.all.iter();
    clauses
        .flat_map(|clause| clause.demand.metrics())
        .filter_map(|metric| Some((metric, evidence.observations.metrics.get(&metric)?.clone())))
        .filter(|(_, seen)| matches!(seen.finding, Finding::Measured { .. }))
        .collect()
}

/// A gain moves every mark; otherwise only metrics without a mark get one.
fn new_marks(
    old: &BTreeMap<Metric, Observation>,
    now: BTreeMap<Metric, Observation>,
    gained: bool,
) -> Option<BTreeMap<Metric, Observation>> {
    let mut marks = old.clone();
    for (metric, observation) in now {
        if gained || !marks.contains_key(&metric) {
            marks.insert(metric, observation);
        }
    }
    (marks != *old).then_some(marks)
}

/// Whether `after` is better than `before` beyond what chance explains.
///
/// A moment never gains: whoever goes on at all has a later one in every cycle, so that no run
/// would ever stall.
fn gains(metric: Metric, before: &Observation, after: &Observation) -> bool {
    let (Some(before), Some(after)) = (point(before), point(after)) else {
        return false;
    };
    let (worse, better) = match metric.spec().better {
        Better::Higher => (before, after),
        Better::Lower => (after, before),
    };
    match (metric.unit(), worse.1, better.1) {
        (Unit::Instant, _, _) => false,
        (Unit::Proportion, Some(low), Some(high)) => {
            newcombe((worse.0, low), (better.0, high)).low > 0.0
        }
        (_, Some(low), Some(high)) => low.high < high.low,
        _ => worse.0 < better.0,
    }
}

fn point(observation: &Observation) -> Option<(f64, Option<Interval>)> {
    match &observation.finding {
        Finding::Measured { value, interval, .. } => Some((*value, *interval)),
        Finding::NoCases { .. }
        | Finding::NotExported { .. }
        | Finding::Suppressed { .. }
        | Finding::Unmeasurable { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(metric: Metric, value: f64) -> Observation {
        Observation {
            metric,
            finding: Finding::Measured { value, n: 40, hits: None, interval: None },
            window: None,
            span: None,
            as_of: None,
            denominator: String::new(),
            sources: Vec::new(),
            caveats: Vec::new(),
        }
    }

    #[test]
    fn a_gain_is_a_better_value_but_never_a_later_moment() {
        // (metric, before, after, is it a gain?)
        let table = [
            (Metric::PostsPerReply, 4.0, 3.0, true),
            (Metric::PostsPerReply, 3.0, 4.0, false),
            (Metric::EngagedFollowers, 20.0, 21.0, true),
            (Metric::LastOwnPost, 1_772_409_600.0, 1_774_828_800.0, false),
            (Metric::LastOwnPost, 1_774_828_800.0, 1_772_409_600.0, false),
        ];
        for (metric, before, after, gain) in table {
            let (before, after) = (seen(metric, before), seen(metric, after));
            assert_eq!(gains(metric, &before, &after), gain, "{metric}");
        }
    }
}

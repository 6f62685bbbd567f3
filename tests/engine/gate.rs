//! Verdicts at their edges, and the distance to passing.

use chrono::TimeDelta;
use fivestep::{
    engine::{
        ClauseReport, Distance, Subject,
        gate::{Evidence, judge},
    },
    model::{Finding, Metric, Verdict, Verdict::*, Workflow},
};

use crate::common::{Run, Seen, at, day, easy_goal, load};

/// The shipped workflow with another first clause in `define`.
fn with_clause(clause: &str) -> Workflow {
    let mut yaml = easy_goal();
    let from = yaml.find("      - { id: complete,").or(yaml.find("      - id: complete"));
    let from = from.expect("define has the clause `complete`");
    yaml.insert_str(from, &format!("      - {{ id: probe, {clause} }}\n"));
    load(&yaml)
}

fn probe(clause: &str, seen: Seen, now: chrono::DateTime<chrono::Utc>) -> ClauseReport {
    let run = Run::started(with_clause(clause), seen);
    let evidence = Evidence {
        workflow: &run.workflow,
        checkpoint: &run.checkpoint,
        observations: &run.seen.0,
        now,
    };
    let stage = &run.workflow.stages[0];
    let report = judge(stage, evidence);
    report.clauses.into_iter().find(|clause| clause.clause.as_str() == "probe").expect("the probe")
}

fn distance(report: &ClauseReport) -> Option<Distance> {
    match &report.subject {
        Subject::Metric(metric) => metric.distance,
        Subject::Task { .. } | Subject::Wait { .. } | Subject::When(_) | Subject::Group { .. } => {
            None
        }
    }
}

#[test]
fn a_clause_answers_from_the_bound_it_names() {
    use Metric::{FirstResponseMedian, ResponseRate};
    let rate = |hits, n| Seen::on(day(0)).share(ResponseRate, hits, n);
    let wait = |seconds| Seen::on(day(0)).value(FirstResponseMedian, seconds, 30);
    let lower = "metric: response_rate, at_least: 70%, bound: lower95";
    let point = "metric: response_rate, at_least: 70%";
    let enough = "metric: response_rate, at_least: 70%, min_n: 20";
    let most = "metric: response_rate, at_most: 70%, bound: upper95";
    let soon = "metric: first_response_median, at_most: 1h";
    // (why, clause, what was measured, verdict)
    let table: Vec<(&str, &str, Seen, Verdict)> = vec![
        ("the lower end is above", lower, rate(90, 100), Pass),
        ("the value is above, its lower end is not", lower, rate(8, 10), Insufficient),
        ("all of a few is not proof", lower, rate(4, 5), Insufficient),
        ("the value is below", lower, rate(6, 10), Fail),
        ("exactly at the threshold", point, rate(7, 10), Pass),
        ("one below the threshold", point, rate(69, 100), Fail),
        ("none of some is a real zero", point, rate(0, 30), Fail),
        ("exactly enough cases", enough, rate(20, 20), Pass),
        ("one case short", enough, rate(19, 19), Insufficient),
        ("too few cases to fail, too", enough, rate(0, 19), Insufficient),
        ("the upper end is below", most, rate(10, 100), Pass),
        ("the value is below, its upper end is not", most, rate(6, 10), Insufficient),
        ("the value is above what is allowed", most, rate(8, 10), Fail),
        ("a duration at its limit", soon, wait(3_600.0), Pass),
        ("a duration past its limit", soon, wait(3_601.0), Fail),
        ("never measured", point, Seen::on(day(0)), Insufficient),
        (
            "no case in the window",
            point,
            Seen::on(day(0)).found(ResponseRate, Finding::NoCases { why: "none".to_owned() }),
            Insufficient,
        ),
        ("no source can tell", point, Seen::on(day(0)).unmeasurable(ResponseRate), Unmeasurable),
        (
            "the brand's own goal is met",
            "metric: engaged_follower_rate, at_least: goals.engaged_follower_rate",
            Seen::on(day(0)).share(Metric::EngagedFollowerRate, 2, 100),
            Pass,
        ),
        (
            "the brand sets no such goal",
            "metric: response_rate, at_least: goals.response_rate",
            rate(9, 10),
            Insufficient,
        ),
    ];
    for (why, clause, seen, verdict) in table {
        assert_eq!(probe(clause, seen, day(0)).verdict, verdict, "{why}");
    }
}

#[test]
fn evidence_speaks_until_its_last_moment() {
    let clause = "metric: response_rate, at_least: 70%, max_age: 48h";
    let seen = || Seen::on(day(0)).share(Metric::ResponseRate, 9, 10);
    // (why, how long after the newest evidence, verdict)
    let table = [
        ("at once", TimeDelta::zero(), Pass),
        ("exactly at the limit", TimeDelta::hours(48), Pass),
        ("a second past it", TimeDelta::hours(48) + TimeDelta::seconds(1), Insufficient),
    ];
    for (why, age, verdict) in table {
        let report = probe(clause, seen(), day(0) + age);
        assert_eq!(report.verdict, verdict, "{why}");
    }
    let old = probe(clause, seen(), day(30));
    assert_eq!(distance(&old), Some(Distance::NewerEvidence));
}

#[test]
fn the_distance_says_what_would_be_enough() {
    let rate = |hits, n| Seen::on(day(0)).share(Metric::ResponseRate, hits, n);
    let sure = "metric: response_rate, at_least: 90%, bound: lower95, min_n: 20";
    let point = "metric: response_rate, at_least: 60%";
    let people = "metric: engaged_follower_rate, at_least: 2%, bound: lower95";
    let engaged = Seen::on(day(0)).share(Metric::EngagedFollowerRate, 71, 4_945);
    let fields = "metric: profile_completeness, at_least: 100%";
    let half_filled = Seen::on(day(0)).share(Metric::ProfileCompleteness, 2, 4);
    // (why, clause, what was measured, distance)
    let table: Vec<(&str, &str, Seen, Option<Distance>)> = vec![
        ("cases to the minimum", sure, rate(11, 11), Some(Distance::MoreAtThisRate { cases: 9 })),
        ("cases to certainty", sure, rate(20, 20), Some(Distance::MoreAtThisRate { cases: 15 })),
        ("answers in a row", point, rate(10, 20), Some(Distance::MoreThatCount { cases: 5 })),
        ("followers to win", people, engaged, Some(Distance::MoreHits { hits: 48 })),
        ("fields to fill in", fields, half_filled, Some(Distance::MoreHits { hits: 2 })),
        ("nothing to do", point, rate(20, 20), None),
        ("nothing can be said", point, Seen::on(day(0)), None),
    ];
    for (why, clause, seen, expected) in table {
        assert_eq!(distance(&probe(clause, seen, day(0))), expected, "{why}");
    }
}

#[test]
fn a_window_is_settled_when_it_holds_its_own_cycle_alone() {
    let mut run = Run::started(crate::common::shipped(), Seen::good(day(0)));
    run.go();
    assert_eq!((run.stage(), run.checkpoint.cycle.number), ("repeat", 2), "cycle 1 counts all");
    // (why, how far the evidence reaches, whether the brand gets on)
    let table = [
        ("the same evidence", day(0), false),
        ("half the window", day(14), false),
        ("an hour too early even with a day of grace", day(27) - TimeDelta::hours(1), false),
        ("the day of grace", day(27), true),
        ("a whole window", day(28), true),
    ];
    for (why, reach, gets_on) in table {
        let mut then = run.clone();
        then.seen = Seen::good(reach);
        then.now = at("2026-06-01T00:00:00Z");
        then.go();
        assert_eq!(then.checkpoint.status.name() == "gold", gets_on, "{why}");
    }
}

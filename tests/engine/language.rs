//! What the gate language means when a brand stands before a gate: groups, waits, expressions,
//! limits.

use chrono::TimeDelta;
use fivestep::{
    engine::{
        gate::{Evidence, judge},
        timers::timers,
    },
    model::{Event, Metric, Outcome, Status, TimerKind, Verb, Verdict},
};
use serde_json::json;

use crate::common::{Run, SHIPPED, Seen, day, easy_goal, load};

/// The shipped workflow with other clauses in the gate of its first stage, which has a task.
fn with_gate(clauses: &str) -> String {
    let yaml = easy_goal();
    let (before, rest) = yaml.split_once("    exit:\n").expect("a gate");
    let (_, after) = rest.split_once("    next: target").expect("what follows");
    format!("{before}    exit:\n{clauses}\n    next: target{after}")
}

/// The verdict of the gate's only clause, `probe`.
fn verdict(run: &Run) -> Verdict {
    let evidence = Evidence {
        workflow: &run.workflow,
        checkpoint: &run.checkpoint,
        observations: &run.seen.0,
        now: run.now,
    };
    judge(&run.workflow.stages[0], evidence).clauses[0].verdict
}

fn probe(clause: &str, seen: Seen) -> Run {
    Run::started(load(&with_gate(&format!("      - {{ id: probe, {clause} }}"))), seen)
}

#[test]
fn a_group_answers_in_four_verdicts() {
    use Metric::{Concentration, EngagedFollowers, ProfileCompleteness, ResponseRate};
    use Verdict::{Fail, Insufficient, Pass, Unmeasurable};
    let yes = "{ metric: profile_completeness, at_least: 100% }";
    let no = "{ metric: response_rate, at_least: 90% }";
    let later = "{ metric: topic_adherence, at_least: 60% }";
    let never = "{ metric: concentration, at_most: 60% }";
    let task = "{ task: sign_charter }";
    // (the group's clauses, as `all`, as `any`)
    let table: Vec<(Vec<&str>, Verdict, Verdict)> = vec![
        (vec![yes, yes], Pass, Pass),
        (vec![yes, no], Fail, Pass),
        (vec![yes, later], Insufficient, Pass),
        (vec![yes, never], Unmeasurable, Pass),
        (vec![no, no], Fail, Fail),
        (vec![no, later], Fail, Insufficient),
        (vec![no, never], Fail, Unmeasurable),
        (vec![later, never], Insufficient, Insufficient),
        (vec![never], Unmeasurable, Unmeasurable),
        (vec![yes, task], Fail, Pass),
    ];
    let seen = Seen::on(day(0))
        .share(ProfileCompleteness, 4, 4)
        .share(ResponseRate, 1, 40)
        .unmeasurable(Concentration)
        .value(EngagedFollowers, 40.0, 400);
    for (clauses, all, any) in table {
        let list = clauses.join(", ");
        // A second clause on evidence, so that a group with a task is no gate of ticks.
        let gate = |takes: &str| {
            format!(
                "      - {{ id: probe, {takes}: [{list}] }}\n      - {{ id: reached, metric: \
                 engaged_followers, at_least: 20 }}"
            )
        };
        for (takes, expected) in [("all", all), ("any", any)] {
            let run = Run::started(load(&with_gate(&gate(takes))), seen.clone());
            assert_eq!(verdict(&run), expected, "{takes} of {list}");
        }
    }
}

#[test]
fn an_expression_is_a_clause_with_the_same_verdicts() {
    use Metric::{Concentration, FirstResponseMedian, ResponseRate};
    use Verdict::{Fail, Insufficient, Pass, Unmeasurable};
    let seen = Seen::on(day(-1))
        .share(ResponseRate, 30, 40)
        .value(FirstResponseMedian, 7_200.0, 30)
        .unmeasurable(Concentration);
    // (expression, verdict); 30 of 40 is 75 %, with an interval from 59.8 % to 85.81 %
    let table = [
        ("response_rate >= 75%", Pass),
        ("response_rate > 75%", Fail),
        ("response_rate.low >= 59% && response_rate.high < 86%", Pass),
        ("response_rate.low >= 60%", Fail),
        ("response_rate.n >= 40", Pass),
        ("response_rate.age <= 1d", Pass),
        ("response_rate.age < 1d", Fail),
        ("topic_adherence >= 50%", Insufficient),
        ("topic_adherence >= 50% || response_rate >= 50%", Pass),
        ("topic_adherence >= 50% && response_rate >= 90%", Fail),
        ("!(topic_adherence >= 50%) && response_rate >= 50%", Insufficient),
        ("concentration < 50% && response_rate > 1%", Unmeasurable),
        ("concentration < 50% && topic_adherence > 1%", Insufficient),
        ("concentration < topic_adherence", Unmeasurable),
        ("first_response_median * 2 <= 4h && response_rate > 1%", Pass),
        ("response_rate / (response_rate - response_rate) > 1", Insufficient),
        ("response_rate >= previous.response_rate + 5%", Insufficient),
        ("engaged_follower_rate >= goals.engaged_follower_rate", Insufficient),
        ("response_rate >= goals.response_rate", Insufficient),
        ("cycle == 1 && response_rate > 1%", Pass),
        ("goal.streak == 0 && !goal.held && response_rate > 1%", Pass),
        ("tasks.sign_charter.done && response_rate > 1%", Fail),
        ("tasks.sign_charter.note == \"fine\" && response_rate > 1%", Insufficient),
        ("now >= date(\"2026-03-02\") && response_rate > 1%", Pass),
        ("stage.age >= 0s + 1d && response_rate > 1%", Fail),
        ("-response_rate < 0 && true && response_rate != 1%", Pass),
    ];
    for (expression, expected) in table {
        let run = probe(&format!("when: '{expression}'"), seen.clone());
        assert_eq!(verdict(&run), expected, "{expression}");
    }
}

#[test]
fn a_form_answers_once_its_task_is_done() {
    let seen = Seen::on(day(0)).share(Metric::ResponseRate, 30, 40);
    let clause = "when: 'tasks.sign_charter.note == \"fine\" && response_rate > 1%'";
    let mut run = probe(clause, seen);
    assert_eq!(verdict(&run), Verdict::Insufficient, "nobody signed");
    run.done("sign_charter", json!({ "agreed": true }));
    assert_eq!(verdict(&run), Verdict::Insufficient, "the note was left out");
    let reopened = Verb::Reopen { task: "sign_charter".parse().expect("a name") };
    run.ok(reopened);
    run.done("sign_charter", json!({ "agreed": true, "note": "fine" }));
    assert_eq!(verdict(&run), Verdict::Pass);
}

#[test]
fn a_wait_is_over_after_its_time_in_the_stage() {
    let gate = "      - { id: probe, wait: 3 business days }\n      - { id: reached, metric: \
                engaged_followers, at_least: 20 }";
    let mut run = Run::started(load(&with_gate(gate)), Seen::good(day(0)));
    // Monday 9:00; it is over on Thursday 9:00.
    for (hours, expected) in [(0, Verdict::Fail), (71, Verdict::Fail), (72, Verdict::Pass)] {
        run.now = day(0) + TimeDelta::hours(hours);
        assert_eq!(verdict(&run), expected, "after {hours} h");
    }
}

#[test]
fn the_last_cycle_is_remembered_for_those_who_ask() {
    let asks = SHIPPED.replace(
        "- { when: regressed(\"define\"), to: define }",
        "- { when: response_rate >= previous.response_rate + 5%, to: define }",
    );
    let answered = |day, share| Seen::good(day).share(Metric::ResponseRate, share, 40);
    let mut run = Run::started(load(&asks), answered(day(0), 36));
    run.go();
    assert_eq!((run.stage(), run.checkpoint.cycle.number), ("repeat", 2), "nothing to compare");
    assert_eq!(run.checkpoint.cycle.previous.len(), 1, "only what is asked for is kept");
    run.now = day(40);
    run.seen = answered(day(40), 40).share(Metric::ProfileCompleteness, 3, 4);
    run.go();
    assert_eq!((run.stage(), run.checkpoint.cycle.number), ("define", 3), "from 90 % to all");
}

#[test]
fn a_limit_ends_a_stage_whose_gate_stays_shut() {
    let limit = |way: &str| {
        SHIPPED.replacen(
            "    next: support",
            &format!("    limit: {{ after: 14d, {way} }}\n    next: support"),
            1,
        )
    };
    let silent = |day| Seen::good(day).value(Metric::EngagedFollowers, 3.0, 400);
    // (where the limit leads, the stage after it, the cycle, how the run ended)
    let table = [
        ("to: define", "define", 2, None),
        ("to: refine", "refine", 1, None),
        ("finish: stalled", "target", 1, Some(Outcome::Stalled)),
    ];
    for (way, stage, cycle, outcome) in table {
        let mut run = Run::started(load(&limit(way)), silent(day(0)));
        run.go();
        assert_eq!(run.stage(), "target", "{way}");
        let timer = timers(&run.workflow, &run.checkpoint).into_iter().next_back();
        let timer = timer.expect("the limit is known beforehand");
        assert_eq!((timer.kind, timer.at), (TimerKind::Limit, day(14)), "{way}");
        run.now = day(14) - TimeDelta::seconds(1);
        run.go();
        assert_eq!(run.stage(), "target", "one second before, {way}");
        run.now = day(14);
        let step = run.ok(Verb::Advance);
        let left = step.entry.events.iter().find_map(|event| match event {
            Event::StageLeft { because, .. } => because.clone(),
            _ => None,
        });
        assert_eq!(left.as_deref(), Some("limit of 14 d"), "{way}");
        assert_eq!((run.stage(), run.checkpoint.cycle.number), (stage, cycle), "{way}");
        let ended = match run.checkpoint.status {
            Status::Finished { outcome, .. } => Some(outcome),
            _ => None,
        };
        assert_eq!(ended, outcome, "{way}");
    }
}

#[test]
fn a_cycle_that_ends_early_breaks_the_streak() {
    let limit = "    limit: { after: 14d, to: define }\n    next: support";
    let yaml = SHIPPED.replacen("    next: support", limit, 1);
    let yaml = yaml.replace("held_for: 2", "held_for: 5");
    let mut run = Run::started(load(&yaml), Seen::good(day(0)));
    run.go();
    run.now = day(30);
    run.seen = Seen::good(day(30)).value(Metric::EngagedFollowers, 3.0, 400);
    run.go();
    let place = |run: &Run| {
        (run.stage().to_owned(), run.checkpoint.cycle.number, run.checkpoint.progress.streak)
    };
    assert_eq!(place(&run), ("target".to_owned(), 3, 2), "two good cycles, then a shut gate");
    run.now = day(44);
    run.seen = run.seen.clone().share(Metric::ResponseRate, 1, 40);
    run.go();
    assert_eq!(place(&run), ("target".to_owned(), 4, 0), "the cycle that the limit ended counts");
}

#[test]
fn a_stage_says_beforehand_what_it_waits_for() {
    let yaml = SHIPPED.replacen(
        "        deadline: 3 business days\n",
        "        deadline: 3 business days\n        remind: [1d, 1 business day]\n",
        1,
    );
    let run = Run::started(load(&yaml), Seen::good(day(0)));
    let told = timers(&run.workflow, &run.checkpoint);
    let told: Vec<String> =
        told.iter().map(|timer| format!("{} {:?} {}", timer.at, timer.kind, timer.of)).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    2026-03-04 09:00:00 UTC Reminder sign_charter
    2026-03-04 09:00:00 UTC Reminder sign_charter
    2026-03-05 09:00:00 UTC Deadline sign_charter
    ");
}

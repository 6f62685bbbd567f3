//! How runs end, and what sends a brand back.

use fivestep::model::{Event, Metric, Status, Verb};

use crate::common::{Run, SHIPPED, Seen, day, edited, load, shipped};

/// Plays one cycle after another, each on evidence a window later, until the run ends.
fn play(mut run: Run, evidence: impl Fn(i64) -> Seen, cycles: i64) -> Run {
    for cycle in 0..cycles {
        if matches!(run.checkpoint.status, Status::Finished { .. }) {
            break;
        }
        run.seen = evidence(cycle);
        run.now = day(cycle * 28);
        run.go();
    }
    run
}

/// Every gate passes, the goal does not: too few followers engage.
fn short_of_goal(reach: chrono::DateTime<chrono::Utc>) -> Seen {
    Seen::good(reach).share(Metric::EngagedFollowerRate, 5, 400)
}

#[test]
fn gold_takes_the_goal_in_two_cycles_in_a_row() {
    let run = play(
        Run::started(shipped(), Seen::good(day(0))),
        |cycle| if cycle == 1 { short_of_goal(day(28)) } else { Seen::good(day(28 * cycle)) },
        10,
    );
    assert_eq!(run.checkpoint.status.name(), "gold");
    assert_eq!(run.checkpoint.cycle.number, 4, "met, not met, met, met");
}

#[test]
fn a_run_without_gain_stalls_and_one_with_small_gains_is_exhausted() {
    let start = || Run::started(shipped(), short_of_goal(day(0)));
    let flat = play(start(), |cycle| short_of_goal(day(28 * cycle)), 20);
    assert_eq!(flat.checkpoint.status.name(), "stalled");
    // The first cycle sets the mark, and three more bring nothing.
    assert_eq!(flat.checkpoint.cycle.number, 4);

    // Each cycle gains: ten times the followers every time, still below 2 % by the lower end.
    let growing = play(
        start(),
        |cycle| {
            let n = 4_000 * 4_u64.pow(cycle.min(10) as u32);
            let share = 0.001 + 0.001 * cycle as f64;
            Seen::good(day(28 * cycle)).share(
                Metric::EngagedFollowerRate,
                (n as f64 * share.min(0.018)) as u64,
                n,
            )
        },
        20,
    );
    assert_eq!(growing.checkpoint.status.name(), "exhausted");
    assert_eq!(growing.checkpoint.cycle.number, 12);
}

#[test]
fn a_stage_that_regressed_takes_the_brand_back() {
    let mut run = Run::started(shipped(), short_of_goal(day(0)));
    run.go();
    run.seen = short_of_goal(day(28)).share(Metric::TopicAdherence, 8, 40);
    let step = run.ok(Verb::Advance);
    assert_eq!(run.stage(), "define");
    assert_eq!(run.checkpoint.cycle.number, 3);
    let left = step.entry.events.iter().find_map(|event| match event {
        Event::StageLeft { because, .. } => because.clone(),
        _ => None,
    });
    assert_eq!(left.as_deref(), Some("regressed(\"define\")"));
}

#[test]
fn an_unknown_condition_is_not_taken() {
    let mut run = Run::started(shipped(), short_of_goal(day(0)));
    run.go();
    // Nobody can tell whether the topics regressed, so the brand is not sent back for it.
    let mut unknown = short_of_goal(day(28));
    unknown.0.metrics.remove(&Metric::TopicAdherence);
    run.seen = unknown;
    run.ok(Verb::Advance);
    assert_eq!(run.stage(), "target");
}

#[test]
fn a_person_can_end_a_run_and_nothing_moves_it_after() {
    let mut run = Run::started(shipped(), Seen::good(day(0)));
    run.ok(Verb::Cancel);
    assert_eq!(run.checkpoint.status.name(), "abandoned");
    let before = run.checkpoint.clone();
    assert_eq!(run.go().checkpoint, before);
}

#[test]
fn a_way_back_before_repeat_closes_the_cycle_so_that_no_loop_goes_uncounted() {
    let back = SHIPPED.replacen(
        "    next: repeat\n",
        "    next:\n      - { when: '!goal.met', to: define }\n      - { to: repeat }\n",
        1,
    );
    let mut run = Run::started(load(&back), short_of_goal(day(0)));
    run.go();
    // Each of these cycles is judged like any other, and none of them gains.
    assert_eq!(run.checkpoint.status.name(), "stalled", "{}", run.checkpoint.id());
}

#[test]
fn a_waiver_lasts_for_one_visit() {
    let blind = |reach| Seen::good(reach).unmeasurable(Metric::Concentration);
    let mut run = Run::started(shipped(), blind(day(0)));
    run.go();
    assert_eq!(run.stage(), "refine");
    run.ok(Verb::Waive { clause: "many_voices".parse().expect("a name") });
    run.go();
    assert_eq!((run.stage(), run.checkpoint.cycle.number), ("refine", 2));
    assert!(run.checkpoint.waivers.is_empty(), "the next visit asks again");
}

#[test]
fn an_adopted_file_asks_again_what_was_waived() {
    let blind = Seen::good(day(0)).unmeasurable(Metric::Concentration);
    let mut run = Run::started(shipped(), blind);
    run.go();
    run.ok(Verb::Waive { clause: "many_voices".parse().expect("a name") });
    run.workflow = edited();
    run.ok(Verb::Adopt);
    assert!(run.checkpoint.waivers.is_empty());
    run.go();
    assert_eq!(run.stage(), "refine");
}

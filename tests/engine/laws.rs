//! Laws that hold for every sequence of commands.

use chrono::TimeDelta;
use fivestep::{
    engine::step,
    model::{Actor, BrandId, Checkpoint, Command, Entry, Metric, Verb},
};
use proptest::prelude::*;
use serde_json::json;

use crate::common::{Run, Seen, day, done, edited, shipped};

/// Any command, right or wrong for the moment.
fn verb() -> impl Strategy<Value = Verb> {
    let task = prop_oneof![Just("sign_charter"), Just("engage"), Just("review"), Just("nothing")];
    let clause = prop_oneof![Just("reached"), Just("answered"), Just("on_topic")];
    prop_oneof![
        2 => Just(Verb::Start),
        12 => Just(Verb::Advance),
        1 => Just(Verb::Pause),
        2 => Just(Verb::Resume),
        1 => Just(Verb::Adopt),
        8 => (task.clone(), any::<bool>()).prop_map(|(task, right)| {
            let input = json!({ "agreed": true, "people": 2, "reviewed": 1 });
            let field = match task {
                "sign_charter" => "agreed",
                "engage" => "people",
                _ => "reviewed",
            };
            let value = if right { input[field].clone() } else { json!("wrong") };
            done(task, json!({ field: value }))
        }),
        2 => task.prop_map(|task| Verb::Reopen { task: task.parse().expect("a name") }),
        3 => clause.prop_map(|clause| Verb::Waive { clause: clause.parse().expect("a name") }),
    ]
}

/// Any measurements: good, poor, few, blind or none, reaching to any day.
fn seen() -> impl Strategy<Value = Seen> {
    (0..200_i64, 0..5_u8, 0..60_u64, 0..60_u64).prop_map(|(reach, kind, hits, more)| {
        let good = Seen::good(day(reach));
        match kind {
            0 => good,
            1 => good.share(Metric::TopicAdherence, hits, hits + more + 1),
            2 => good.share(Metric::ResponseRate, hits, hits + more + 1),
            3 => good.unmeasurable(Metric::EngagedFollowers).unmeasurable(Metric::ResponseRate),
            _ => Seen::on(day(reach)),
        }
    })
}

/// A command, when it is given, on what, and under which of two files.
type Move = (Verb, Seen, i64, bool);

fn moves() -> impl Strategy<Value = Vec<Move>> {
    prop::collection::vec((verb(), seen(), -3_600..90_000_i64, any::<bool>()), 1..60)
}

/// Plays moves, and hands over each checkpoint with the entry that made it.
fn played(moves: Vec<Move>) -> (Vec<Entry>, Vec<Checkpoint>) {
    let mut run = Run::ready(shipped(), Seen::on(day(0)));
    let (mut entries, mut checkpoints) = (Vec::new(), Vec::new());
    for (verb, seen, wait, other) in moves {
        run.seen = seen;
        // Clocks are set back now and then.
        run.now += TimeDelta::seconds(wait);
        run.workflow = if other { edited() } else { shipped() };
        let command = Command::new(verb, Actor::new("Ada")).because(Some("because"));
        if let Ok(step) = run.ask(&command) {
            run.checkpoint = step.checkpoint.clone();
            entries.push(step.entry);
            checkpoints.push(step.checkpoint);
        }
    }
    (entries, checkpoints)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_checkpoint_is_the_fold_of_the_journal(moves in moves()) {
        let (entries, checkpoints) = played(moves);
        for (count, checkpoint) in checkpoints.iter().enumerate() {
            let fold = Checkpoint::fold(checkpoint.brand.clone(), &entries[..=count]);
            prop_assert_eq!(&fold, checkpoint);
        }
    }

    #[test]
    fn revisions_have_no_gap_and_time_never_goes_back(moves in moves()) {
        let (entries, _) = played(moves);
        for (place, entry) in entries.iter().enumerate() {
            prop_assert_eq!(entry.revision, place as u64 + 1);
            prop_assert!(!entry.events.is_empty(), "a commit says something");
        }
        prop_assert!(entries.is_sorted_by_key(|entry| entry.at));
    }

    #[test]
    fn what_is_stored_reads_back_as_it_was(moves in moves()) {
        let (entries, checkpoints) = played(moves);
        for entry in &entries {
            let text = serde_json::to_string(entry).expect("it is JSON");
            prop_assert_eq!(entry, &serde_json::from_str::<Entry>(&text).expect("it reads"));
        }
        for checkpoint in &checkpoints {
            let text = serde_json::to_string(checkpoint).expect("it is JSON");
            let mut back = serde_json::from_str::<Checkpoint>(&text).expect("it reads");
            // The measurements are kept beside the checkpoint, in a text of their own.
            let seen = serde_json::to_string(&checkpoint.observations).expect("it is JSON");
            back.observations = serde_json::from_str(&seen).expect("it reads");
            prop_assert_eq!(checkpoint, &back);
        }
    }

    #[test]
    fn a_decision_is_the_same_every_time(moves in moves(), verb in verb(), seen in seen()) {
        let (_, checkpoints) = played(moves);
        let ready = Checkpoint::new(BrandId::new("acme").expect("a name"));
        let checkpoint = checkpoints.last().unwrap_or(&ready);
        let command = Command::new(verb, Actor::new("Ada")).because(Some("because"));
        let decide = || step(&shipped(), checkpoint, &seen.0, &command, day(300));
        prop_assert_eq!(decide(), decide());
    }

    #[test]
    fn advancing_again_on_the_same_evidence_comes_to_an_end(moves in moves(), seen in seen()) {
        let (_, checkpoints) = played(moves);
        let Some(checkpoint) = checkpoints.last() else { return Ok(()) };
        let mut run = Run::ready(shipped(), seen);
        if checkpoint.definition.as_ref() != Some(&run.workflow.digest) {
            run.workflow = edited();
        }
        run.checkpoint = checkpoint.clone();
        run.now = day(400);
        let advance = Command::new(Verb::Advance, Actor::new("Ada"));
        let mut steps = 0;
        while let Ok(step) = run.ask(&advance) {
            run.checkpoint = step.checkpoint;
            steps += 1;
            prop_assert!(steps < 20, "it spins at {}", run.checkpoint.id());
        }
    }
}

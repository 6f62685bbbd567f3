//! What change promises, over random workflows and whatever is done to a run: the journal tells
//! where it stood, going back leads there, other names and back lead nowhere new, and what was done
//! once is not done twice.

#[path = "engine/common.rs"]
#[allow(dead_code, reason = "each test file uses a part")]
mod common;
#[path = "change/random.rs"]
mod random;

use fivestep::{
    engine::Refusal,
    model::{Checkpoint, Digest, Phase, Status, Verb},
};
use proptest::prelude::*;

use random::{Ask, Life, form, moves, workflow};

/// A checkpoint without what a later commit has otherwise by nature: its number, its date, and the
/// work of actions and schedules, which is not undone.
fn bare(checkpoint: &Checkpoint) -> Checkpoint {
    let mut bare = checkpoint.clone();
    (bare.revision, bare.at) = (0, None);
    bare.actions.clear();
    bare.schedules.clear();
    bare
}

/// A checkpoint without the numbers of commits and what follows from them.
fn unnumbered(checkpoint: &Checkpoint) -> Checkpoint {
    let mut plain = checkpoint.clone();
    plain.revision = 0;
    plain.place.iter_mut().for_each(|place| place.entered = 0);
    plain.actions.values_mut().for_each(|action| action.key = Digest::of(b""));
    plain
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_checkpoint_is_the_fold_of_the_journal(workflow in workflow(), moves in moves(60)) {
        let life = Life::played(&workflow, &moves);
        let mut fold = Checkpoint::new(life.checkpoint.brand.clone());
        for (entry, stood) in life.journal.iter().zip(&life.stood) {
            fold.apply(entry);
            prop_assert_eq!(&fold, stood);
        }
    }

    #[test]
    fn going_back_to_any_commit_leads_to_where_it_stood(
        workflow in workflow(),
        moves in moves(50),
    ) {
        let life = Life::played(&workflow, &moves);
        for stood in life.stood.iter().rev().skip(1) {
            let state = life.at(stood.revision).expect("it was a commit");
            match life.decide(&Verb::Rewind { state: Box::new(state) }, "Ada") {
                Ok(step) => {
                    prop_assert_eq!(bare(&step.checkpoint), bare(stood));
                    for (name, action) in &step.checkpoint.actions {
                        prop_assert_eq!(&action.key, &stood.actions[name].key);
                        let later = life.stood.iter().filter(|at| at.revision >= stood.revision);
                        let same = later.filter_map(|at| at.actions.get(name));
                        for known in same.filter(|known| known.key == action.key) {
                            prop_assert!(action.attempts >= known.attempts, "{}", name);
                            prop_assert!(action.is_settled() || !known.is_settled(), "{}", name);
                        }
                    }
                }
                Err(Refusal::NotEarlier { .. }) => {
                    prop_assert_ne!(stood.generation, life.checkpoint.generation);
                }
                Err(Refusal::ActionRuns { action, .. }) => {
                    prop_assert!(life.checkpoint.actions[&action].is_running());
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }

    #[test]
    fn going_on_from_there_is_going_on_as_then(
        workflow in workflow(),
        before in moves(30),
        since in moves(10),
        after in moves(30),
    ) {
        let then = Life::played(&workflow, &before);
        if !then.goes_on() {
            return Ok(());
        }
        let mut back = then.clone();
        since.iter().for_each(|one| drop(back.play(one)));
        let state = back.at(then.checkpoint.revision).expect("it was a commit");
        if back.checkpoint.revision == then.checkpoint.revision
            || back.ask(Verb::Rewind { state: Box::new(state) }, "Ada").is_err()
        {
            return Ok(());
        }
        // What machines have done since stays done; whoever went on then would not know of it.
        if bare(&back.checkpoint) != bare(&then.checkpoint)
            || back.checkpoint.actions != then.checkpoint.actions
            || back.checkpoint.schedules != then.checkpoint.schedules
        {
            return Ok(());
        }
        let mut on = then;
        on.now = back.now;
        for one in after.iter().filter(|one| !matches!(one.0, Ask::Rewind(_))) {
            let (as_then, as_now) = (on.play(one), back.play(one));
            let words = |answer: Option<Result<_, Refusal>>| {
                answer.map(|answer| answer.map(drop).map_err(|refusal| refusal.name()))
            };
            prop_assert_eq!(words(as_then), words(as_now), "{:?}", one);
            prop_assert_eq!(
                unnumbered(&Checkpoint { at: None, ..on.checkpoint.clone() }),
                unnumbered(&Checkpoint { at: None, ..back.checkpoint.clone() })
            );
        }
    }

    #[test]
    fn other_names_and_back_lead_to_the_same_checkpoint(
        workflow in workflow(),
        moves in moves(60),
    ) {
        let mut life = Life::played(&workflow, &moves);
        let before = life.checkpoint.clone();
        let Some(migrate) = life.verb(&Ask::Migrate) else { return Ok(()) };
        let Ok(there) = life.ask(migrate, "Ada") else {
            let runs = before.actions.values().any(|action| action.is_running());
            prop_assert!(runs || !life.goes_on());
            return Ok(());
        };
        prop_assert_ne!(&there.checkpoint.definition, &before.definition);
        prop_assert_ne!(there.checkpoint.stage(), before.stage());
        life.ask(life.verb(&Ask::Migrate).expect("it runs"), "Ada").expect("the way back");
        let after = Checkpoint { revision: before.revision, at: before.at, ..life.checkpoint };
        prop_assert_eq!(after, before);
    }

    #[test]
    fn what_was_done_once_is_not_done_twice(workflow in workflow(), moves in moves(50)) {
        let mut life = Life::new(&workflow);
        for one in moves {
            let Some(verb) = ({ life.now += chrono::TimeDelta::minutes(one.2); life.verb(&one.0) })
            else { continue };
            let before = life.checkpoint.place.as_ref().map(|place| place.entered);
            if life.ask(verb.clone(), "Ada").is_err() {
                continue;
            }
            let moved = life.checkpoint.place.as_ref().map(|place| place.entered) != before;
            let again = life.decide(&verb, "Ada").map(|step| step.checkpoint.id().to_string());
            let refused = again.as_ref().err().map(|refusal| refusal.name());
            let known: &[&str] = match verb {
                Verb::Start | Verb::StartAgain => &["already_started"],
                Verb::Tick => &["nothing_due", "finished"],
                Verb::Begin => &["nothing_due"],
                Verb::Done { .. } => &["task_done", "second_person"],
                Verb::Settle { .. } => &["not_awaited", "finished"],
                Verb::Reject { .. } => &["task_rejected"],
                Verb::Reassign { .. } => &["same_owner"],
                Verb::Reopen { .. } => &["task_open"],
                Verb::Waive { .. } => &["already_waived"],
                Verb::Pause => &["paused"],
                Verb::Resume => &["not_paused"],
                Verb::Cancel | Verb::Abandon => &["finished"],
                Verb::Retry { .. } => &["not_failed"],
                // The next stage may have an action of the same name, which is another one.
                Verb::Skip { .. } if moved => continue,
                Verb::Skip { .. } => &["not_skippable", "finished"],
                // The same names again are those of the other text, which it runs on by now.
                Verb::Migrate(_) => &["stage_gone"],
                // Going on and going back again are commits of their own.
                Verb::Advance | Verb::Rewind { .. } => continue,
                Verb::Adopt | Verb::Fork { .. } => unreachable!("nobody asks for them here"),
            };
            prop_assert!(refused.is_some_and(|name| known.contains(&name)), "{verb:?}: {again:?}");
        }
    }

    #[test]
    fn a_fork_stands_where_the_other_stands_and_owns_what_is_left(
        workflow in workflow(),
        moves in moves(50),
    ) {
        let life = Life::played(&workflow, &moves);
        let mut fork = Life::new(&workflow);
        fork.checkpoint = Checkpoint::new(random::name("twin"));
        fork.texts.rotate_left(usize::from(life.text(&life.checkpoint).0.digest != workflow.digest));
        fork.now = life.now;
        let state = Box::new(life.checkpoint.clone());
        let step = match fork.ask(Verb::Fork { state: state.clone() }, "Ada") {
            Ok(step) => step,
            Err(refusal) => {
                let runs = life.checkpoint.actions.values().any(|action| action.is_running());
                prop_assert!(runs || !life.goes_on(), "{refusal}");
                return Ok(());
            }
        };
        prop_assert_eq!(&step.checkpoint.tasks, &life.checkpoint.tasks);
        prop_assert_eq!(&step.checkpoint.waivers, &life.checkpoint.waivers);
        for (name, action) in &step.checkpoint.actions {
            let same = action.key == life.checkpoint.actions[name].key;
            prop_assert_eq!(same, action.is_settled(), "{}", name);
        }
        let again = fork.decide(&Verb::Fork { state }, "Ada");
        prop_assert_eq!(again.expect_err("it runs").name(), "already_started");
    }
}

#[test]
fn the_random_runs_come_to_where_it_is_interesting() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..150 {
        let workflow = workflow().new_tree(&mut runner).expect("a workflow").current();
        let moves = moves(60).new_tree(&mut runner).expect("moves").current();
        let life = Life::played(&workflow, &moves);
        seen.extend(life.journal.iter().flat_map(|entry| &entry.events).map(|event| event.name()));
        if life.goes_on() && !life.checkpoint.waivers.is_empty() {
            seen.insert("a run that ends with a waiver");
        }
        let failed = |at: &Checkpoint| {
            at.actions.values().any(|action| matches!(action.phase, Phase::Failed { .. }))
        };
        if life.stood.iter().any(failed) {
            seen.insert("an action that failed");
        }
        if life.stood.iter().any(|at| matches!(at.status, Status::Paused { .. })) {
            seen.insert("a run that is held");
        }
    }
    let must = [
        "action_began",
        "action_succeeded",
        "an action that failed",
        "a run that ends with a waiver",
        "a run that is held",
        "cycle_opened",
        "fired",
        "migrated",
        "rewound",
        "stage_left",
        "task_done",
        "task_submitted",
        "tasks_renamed",
        "waived",
    ];
    for event in must {
        assert!(seen.contains(event), "{event} never happens: {seen:?}");
    }
    assert!(form(true) != form(false));
}

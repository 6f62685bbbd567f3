//! What must happen somewhere, or the model would be too small to show anything.
//!
//! It is looked for at every move, because two moves can lead to one state.

use std::sync::atomic::{AtomicBool, Ordering};

use fivestep::model::{Checkpoint, Event, Outcome, Status};

use crate::world::{Bounds, Deed, Town, World};

/// What is looked for.
pub struct Sight {
    name: &'static str,
    shows: fn(&Town, &World) -> bool,
    seen: AtomicBool,
}

/// Everything that is seen within such bounds.
pub fn within(bounds: Bounds) -> Vec<Sight> {
    let Bounds { leads, last, crashes, faults, pulse, cycles, .. } = bounds;
    let sight = |name, shows| Sight { name, shows, seen: AtomicBool::new(false) };
    let sights = [
        (true, sight("a brand is in its second stage", in_second_stage)),
        (true, sight("a brand is in its last stage", in_last_stage)),
        // Each cycle waits for a minute.
        (u32::from(last) >= cycles, sight("every run ends in gold", all_gold)),
        (last >= 3, sight("a limit ends a stage", left_by_limit)),
        (faults > 0 && last > 0, sight("a second attempt succeeds", retried)),
        (crashes > 0 && last > 0, sight("an attempt is lost", lost)),
        (crashes > 0 && last > 0, sight("a run ends after a crash", ended_after_a_crash)),
        (leads && last > 0, sight("a leader that slept is refused", refused)),
        (pulse && last > 1, sight("an occurrence waits for the one before", waits)),
        (pulse && last > 1, sight("an occurrence that waited has its turn", had_its_turn)),
        (bounds.allow(Deed::GoBack), sight("a run stands in an earlier stage again", went_back)),
        (bounds.allow(Deed::Fork), sight("a fork has work of its own", forked)),
        (bounds.allow(Deed::Edit), sight("a stage has another name", renamed)),
        (bounds.allow(Deed::StartAgain), sight("a brand has started again", again)),
    ];
    sights.into_iter().filter(|(within, _)| *within).map(|(_, sight)| sight).collect()
}

impl Sight {
    /// Looks whether a move shows it.
    pub fn look(&self, town: &Town, world: &World) {
        if !self.seen.load(Ordering::Relaxed) && (self.shows)(town, world) {
            self.seen.store(true, Ordering::Relaxed);
        }
    }

    /// What nobody saw.
    pub fn missed(sights: &[Sight]) -> Vec<&'static str> {
        let unseen = sights.iter().filter(|sight| !sight.seen.load(Ordering::Relaxed));
        unseen.map(|sight| sight.name).collect()
    }
}

/// Whether a brand is in one of these stages.
fn in_stage(town: &Town, world: &World, stages: &[&str]) -> bool {
    let runs = |status: &Status| *status == Status::Running;
    world.stands(town).any(|at| {
        runs(&at.status) && at.stage().is_some_and(|stage| stages.contains(&stage.as_str()))
    })
}

fn in_second_stage(town: &Town, world: &World) -> bool {
    in_stage(town, world, &["target", "aim"])
}

fn in_last_stage(town: &Town, world: &World) -> bool {
    in_stage(town, world, &["repeat"])
}

/// Whether every brand's run ended in gold.
fn all_gold(town: &Town, world: &World) -> bool {
    let gold = |status: &Status| matches!(status, Status::Finished { outcome: Outcome::Gold, .. });
    world.stands(town).all(|at| gold(&at.status))
}

/// Whether what was just written tells of such an event.
fn just(world: &World, such: impl Fn(&Event) -> bool) -> bool {
    world.last.iter().any(|decided| decided.step.entry.events.iter().any(&such))
}

/// Whether a stage was left by its limit.
fn left_by_limit(_: &Town, world: &World) -> bool {
    let limit = |because: &str| because.starts_with("limit of");
    just(world, |event| match event {
        Event::StageLeft { because, .. } => because.as_deref().is_some_and(limit),
        _ => false,
    })
}

/// Whether a second attempt did what the first did not.
fn retried(_: &Town, world: &World) -> bool {
    just(world, |event| matches!(event, Event::ActionSucceeded { attempt: 2.., .. }))
}

/// Whether an attempt was given up of which nothing was heard.
fn lost(_: &Town, world: &World) -> bool {
    just(world, |event| match event {
        Event::ActionFailed { error, .. } => error.contains("was lost"),
        _ => false,
    })
}

/// Whether a run ended after a worker had crashed.
fn ended_after_a_crash(town: &Town, world: &World) -> bool {
    world.crashes_left() < town.bounds.crashes && all_gold(town, world)
}

/// Whether a worker just wrote nothing because another leads.
fn refused(_: &Town, world: &World) -> bool {
    world.refused
}

/// Whether an occurrence waits for the one before.
fn waits(_: &Town, world: &World) -> bool {
    just(world, |event| {
        matches!(event, Event::Scheduled { ran, state, .. }
            if ran.is_empty() && state.queued.is_some())
    })
}

/// Whether an occurrence began that had waited.
fn had_its_turn(_: &Town, world: &World) -> bool {
    let waited = |at: &Checkpoint| at.schedules.values().any(|schedule| schedule.queued.is_some());
    let comes = |event: &Event| matches!(event, Event::Scheduled { ran, .. } if !ran.is_empty());
    world
        .last
        .iter()
        .any(|decided| waited(&decided.before) && decided.step.entry.events.iter().any(comes))
}

/// Whether a run was brought back out of a later stage.
fn went_back(_: &Town, world: &World) -> bool {
    world.last.iter().any(|decided| {
        let (from, to) = (decided.before.stage(), decided.step.checkpoint.stage());
        from != to && to.is_some_and(|stage| stage.as_str() == "define")
    }) && just(world, |event| matches!(event, Event::Rewound { .. }))
}

/// Whether an action of a fork has begun.
fn forked(_: &Town, world: &World) -> bool {
    world.last.iter().any(|decided| {
        decided.step.checkpoint.brand.as_str() == "bolt" && !decided.step.begun.is_empty()
    })
}

/// Whether a run is in a stage that had another name when it came there.
fn renamed(_: &Town, world: &World) -> bool {
    just(world, |event| matches!(event, Event::Migrated { stage, .. } if stage.as_str() == "aim"))
}

/// Whether a brand is on its second run.
fn again(_: &Town, world: &World) -> bool {
    just(world, |event| matches!(event, Event::Started { generation: 2, .. }))
}

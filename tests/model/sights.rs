//! What must happen somewhere, or the model would be too small to show anything.

use fivestep::model::{Event, Outcome, Status};

use crate::world::{Town, World};

/// Whether a brand is in the stage.
pub fn in_stage(town: &Town, world: &World, stage: &str) -> bool {
    world
        .stands(town)
        .any(|at| at.status == Status::Running && at.stage().is_some_and(|at| at.as_str() == stage))
}

/// Whether every brand's run ended in gold.
pub fn all_gold(town: &Town, world: &World) -> bool {
    let gold = |status: &Status| matches!(status, Status::Finished { outcome: Outcome::Gold, .. });
    world.stands(town).all(|at| gold(&at.status))
}

/// Whether the last commit tells of such an event.
fn just(world: &World, such: impl Fn(&Event) -> bool) -> bool {
    world.last.iter().any(|decided| decided.step.entry.events.iter().any(&such))
}

/// Whether a stage was left by its limit.
pub fn left_by_limit(_: &Town, world: &World) -> bool {
    let limit = |because: &str| because.starts_with("limit of");
    just(world, |event| match event {
        Event::StageLeft { because, .. } => because.as_deref().is_some_and(limit),
        _ => false,
    })
}

/// Whether a second attempt did what the first did not.
pub fn retried(_: &Town, world: &World) -> bool {
    just(world, |event| matches!(event, Event::ActionSucceeded { attempt: 2.., .. }))
}

/// Whether an attempt was given up of which nothing was heard.
pub fn lost(_: &Town, world: &World) -> bool {
    just(world, |event| match event {
        Event::ActionFailed { error, .. } => error.contains("was lost"),
        _ => false,
    })
}

/// Whether a run ended after a worker had crashed.
pub fn ended_after_a_crash(town: &Town, world: &World) -> bool {
    world.crashes_left() < town.bounds.crashes && all_gold(town, world)
}

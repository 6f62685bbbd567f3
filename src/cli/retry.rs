//! `retry`: an action that has failed, or rests, is tried again.

use crate::{
    failure::Failure,
    model::{ActionName, Verb},
};

use super::{
    args::RetryArgs,
    done::act,
    exit::Exit,
    session::{Session, not_a_name},
};

pub fn run(session: &Session, args: &RetryArgs) -> Result<Exit, Failure> {
    let verb = Verb::Retry { action: action_name(&args.action, &args.brand)? };
    act(session, session.actor(), &args.brand, verb, args.reason.as_deref(), args.dry_run)
}

/// The name of one of a brand's actions, from the command line.
pub fn action_name(name: &str, brand: &str) -> Result<ActionName, Failure> {
    name.parse().map_err(|error| not_a_name(&error, &format!("fivestep why {brand}")))
}

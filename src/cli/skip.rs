//! `skip`: a named person lets a brand go on without an action, and says why.

use crate::{failure::Failure, model::Verb};

use super::{args::SkipArgs, done::act, exit::Exit, retry::action_name, session::Session};

pub fn run(session: &Session, args: &SkipArgs) -> Result<Exit, Failure> {
    let verb = Verb::Skip { action: action_name(&args.action, &args.brand)? };
    // The system's user name is not enough here: somebody must say who they are.
    act(session, session.named_actor(), &args.brand, verb, args.reason.as_deref(), args.dry_run)
}

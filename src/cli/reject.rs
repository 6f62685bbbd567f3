//! `reject`: a named person says no to a task, and why.

use crate::{failure::Failure, model::Verb};

use super::{
    args::RejectArgs,
    done::{act, task_id},
    exit::Exit,
    session::Session,
};

pub fn run(session: &Session, args: &RejectArgs) -> Result<Exit, Failure> {
    let verb = Verb::Reject { task: task_id(&args.task)? };
    // The system's user name is not enough here: somebody must say who they are.
    act(session, session.named_actor(), &args.brand, verb, args.reason.as_deref(), args.dry_run)
}

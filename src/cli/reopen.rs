//! `reopen`: a task that is done or rejected is taken up again.

use crate::{failure::Failure, model::Verb};

use super::{
    args::ReopenArgs,
    done::{act, task_id},
    exit::Exit,
    session::Session,
};

pub fn run(session: &Session, args: &ReopenArgs) -> Result<Exit, Failure> {
    let verb = Verb::Reopen { task: task_id(&args.task)? };
    act(session, session.actor(), &args.brand, verb, args.reason.as_deref(), args.dry_run)
}

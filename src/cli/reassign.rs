//! `reassign`: a task is given to another owner.

use crate::{failure::Failure, model::Verb};

use super::{
    args::ReassignArgs,
    done::{act, task_id},
    exit::Exit,
    session::Session,
};

pub fn run(session: &Session, args: &ReassignArgs) -> Result<Exit, Failure> {
    let verb = Verb::Reassign { task: task_id(&args.task)?, to: args.to.clone() };
    act(session, session.actor(), &args.brand, verb, args.reason.as_deref(), args.dry_run)
}

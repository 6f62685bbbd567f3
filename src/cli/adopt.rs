//! `adopt`: brands go on under the edited workflow file.

use crate::{
    failure::Failure,
    model::{Command, Verb},
};

use super::{args::HoldArgs, exit::Exit, hold::each, session::Session};

pub fn run(session: &Session, args: &HoldArgs) -> Result<Exit, Failure> {
    let mut runner = session.runner()?;
    let brands = session.brands(&args.brands)?;
    let command = Command::new(Verb::Adopt, session.actor()).because(args.reason.as_deref());
    each(session, &brands, args.dry_run, |brand| runner.adopt(brand, &command, args.dry_run))
}

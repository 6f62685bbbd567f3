//! `completions`: a script for a shell.

use clap::CommandFactory;

use crate::failure::Failure;

use super::{
    args::{Cli, CompletionsArgs},
    exit::Exit,
    session::Session,
};

pub fn run(session: &Session, args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "fivestep", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    session.out.answer(&script, Vec::new, || script.clone())?;
    Ok(Exit::Done)
}

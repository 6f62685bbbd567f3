//! The command line: one verb, one file.
//!
//! Start reading at [`run`]. A verb reads its arguments, asks the runner, makes a view and hands
//! it to `out`; failures come back as [`Failure`]s and are printed once, in `report`.
//!
//! # Always true
//!
//! - Data goes to standard output, everything else to standard error.
//! - Exit codes are those of [`exit`], and no others.
//! - `-o json` prints one JSON document; `-o ids` prints one name a line.
#![allow(clippy::disallowed_methods, reason = "the command line is the edge")]

pub mod args;
pub mod draw;
pub mod exit;
mod out;
pub mod reference;
mod render;
mod repeat;
mod report;
mod sarif;
mod session;

mod adopt;
mod advance;
mod backup;
mod brand;
mod check;
mod client_report;
mod completions;
mod define;
mod demo;
mod doctor;
mod done;
mod explain;
mod export;
mod forget;
mod fork;
mod gc;
mod graph;
mod history;
mod hold;
mod ics;
mod import;
mod inbox;
mod init;
mod junit;
mod metrics;
mod migrate;
mod notices;
mod prometheus;
mod reassign;
mod receipts;
mod refine;
mod reject;
mod reopen;
mod restore;
mod retry;
mod review;
mod rewind;
mod schedule;
mod schema;
mod serve;
mod shipped;
mod show;
mod simulate;
mod skip;
mod start;
mod status;
mod target;
mod tasks;
mod telemetry;
mod test;
mod tick;
mod waive;
mod watch;
mod which;
mod why;

use std::{ffi::OsString, process::ExitCode};

use clap::Parser;

use crate::failure::Failure;
use args::{Cli, Verb};
use exit::Exit;
use session::Session;

/// Runs one command line and answers with its exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error),
    };
    let _telemetry = telemetry::start(&cli.common);
    let mut session = Session::new(cli.common);
    match dispatch(&mut session, &cli.verb) {
        Ok(exit) => exit.into(),
        // The reader has seen enough, as in `fivestep history acme | head`.
        Err(Failure::Io { source, .. }) if source.kind() == std::io::ErrorKind::BrokenPipe => {
            Exit::Done.into()
        }
        Err(failure) => report::print(&session, &failure).into(),
    }
}

fn dispatch(session: &mut Session, verb: &Verb) -> Result<Exit, Failure> {
    session.out.writes(verb.own_formats())?;
    match verb {
        Verb::Init(args) => init::run(session, args),
        Verb::Demo(args) => demo::run(session, args),
        Verb::Check(args) => check::run(session, args),
        Verb::Schema(args) => schema::run(session, args),
        Verb::Explain(args) => explain::run(session, args),
        Verb::Test(args) => test::run(session, args),
        Verb::Brand(args) => brand::run(session, args),
        Verb::Import(args) => import::run(session, args),
        Verb::Start(args) => start::run(session, args),
        Verb::Advance(args) => advance::run(session, args),
        Verb::Status(args) => status::run(session, args),
        Verb::Why(args) => why::run(session, args),
        Verb::Simulate(args) => simulate::run(session, args),
        Verb::Tasks(args) => tasks::run(session, args),
        Verb::Done(args) => done::run(session, args),
        Verb::Reject(args) => reject::run(session, args),
        Verb::Reassign(args) => reassign::run(session, args),
        Verb::Reopen(args) => reopen::run(session, args),
        Verb::Notices(args) => notices::run(session, args),
        Verb::Retry(args) => retry::run(session, args),
        Verb::Skip(args) => skip::run(session, args),
        Verb::Waive(args) => waive::run(session, args),
        Verb::History(args) => history::run(session, args),
        Verb::Show(args) => show::run(session, args),
        Verb::Receipts(args) => receipts::run(session, args),
        Verb::Metrics(args) => metrics::run(session, args),
        Verb::Define(args) => define::run(session, args),
        Verb::Target(args) => target::run(session, args),
        Verb::Inbox(args) => inbox::run(session, args),
        Verb::Refine(args) => refine::run(session, args),
        Verb::Review(args) => review::run(session, args),
        Verb::Repeat(args) => repeat::run(session, args),
        Verb::Report(args) => client_report::run(session, args),
        Verb::Graph(args) => graph::run(session, args),
        Verb::Schedule(args) => schedule::run(session, args),
        Verb::Pause(args) => hold::pause(session, args),
        Verb::Resume(args) => hold::resume(session, args),
        Verb::Cancel(args) => hold::cancel(session, args),
        Verb::Abandon(args) => hold::abandon(session, args),
        Verb::Adopt(args) => adopt::run(session, args),
        Verb::Migrate(args) => migrate::run(session, args),
        Verb::Rewind(args) => rewind::run(session, args),
        Verb::Fork(args) => fork::run(session, args),
        Verb::Tick(args) => tick::run(session, args),
        Verb::Serve(args) => serve::run(session, args),
        Verb::Gc(args) => gc::run(session, args),
        Verb::Doctor(args) => doctor::run(session, args),
        Verb::Forget(args) => forget::run(session, args),
        Verb::Backup(args) => backup::run(session, args),
        Verb::Restore(args) => restore::run(session, args),
        Verb::Export(args) => export::run(session, args),
        Verb::Completions(args) => completions::run(session, args),
    }
}

fn not_understood(error: &clap::Error) -> ExitCode {
    // Help and version are answers; clap prints them to standard output.
    let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
    match error.print() {
        Ok(()) => exit.into(),
        // The reader has seen enough, as in `fivestep --help | head`.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => exit.into(),
        Err(_) => Exit::Fault.into(),
    }
}

//! `doctor`: is everything that is kept as it should be?

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    failure::Failure,
    house::doctor::{How, Report, examine},
};

use super::{args::DoctorArgs, exit::Exit, render, session::Session};

pub fn run(session: &Session, args: &DoctorArgs) -> Result<Exit, Failure> {
    let (workspace, now) = (session.workspace()?, session.clock().now());
    let bar = progress();
    let mut tell = |done: u64, all: u64| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let how = How { fix: args.fix, full: args.full, tell: Some(&mut tell) };
    let report = examine(&workspace, now, how)?;
    bar.finish_and_clear();
    session.out.answer(&report, || brands(&report), || render::house::doctor(&report, now))?;
    Ok(exit(&report))
}

/// How a look at a workspace ends.
pub fn exit(report: &Report) -> Exit {
    if report.is_fine() { Exit::Done } else { Exit::Fault }
}

/// The brands about which something was found, each once.
fn brands(report: &Report) -> Vec<String> {
    let findings = report.checks.iter().flat_map(|checked| &checked.findings);
    let mut brands: Vec<String> = findings.filter_map(|finding| finding.brand.clone()).collect();
    brands.sort();
    brands.dedup();
    brands
}

/// A bar on a terminal, nothing elsewhere.
fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{pos}/{len} looked at {wide_bar} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

//! `backup`: the whole workspace as one copy.

use std::{io::IsTerminal, path::Path, time::Duration};

use indicatif::ProgressBar;

use crate::{failure::Failure, house::backup};

use super::{args::BackupArgs, exit::Exit, render, session::Session};

pub fn run(session: &Session, args: &BackupArgs) -> Result<Exit, Failure> {
    is_readable_name(&args.to)?;
    let workspace = session.workspace()?;
    let spinner = spinner();
    let mut tell = |what: &str| spinner.set_message(format!("copying {what}"));
    let manifest = backup::backup(&workspace, &args.to, session.clock().now(), &mut tell)?;
    spinner.finish_and_clear();
    let ids = || vec![args.to.display().to_string()];
    session.out.answer(&manifest, ids, || render::house::backup(&manifest, &args.to))?;
    Ok(Exit::Done)
}

/// Refuses a name that promises another kind of archive than we write.
fn is_readable_name(to: &Path) -> Result<(), Failure> {
    const OTHERS: [&str; 6] = [".zip", ".tar", ".zst", ".xz", ".bz2", ".7z"];
    let name = to.to_string_lossy();
    match OTHERS.iter().find(|end| name.ends_with(**end)) {
        None => Ok(()),
        Some(end) => Err(Failure::Usage {
            message: format!("a backup is no `{end}`"),
            hint: "name a file that ends with `.tar.gz`, or a folder".to_owned(),
        }),
    }
}

fn spinner() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let spinner = ProgressBar::new_spinner();
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

//! `restore`: a workspace again, from a backup.

use crate::{failure::Failure, house::backup};

use super::{args::RestoreArgs, doctor, exit::Exit, render, session::Session};

pub fn run(session: &Session, args: &RestoreArgs) -> Result<Exit, Failure> {
    let now = session.clock().now();
    let (manifest, report) = backup::restore(&args.from, &args.dir, now)?;
    let view = serde_json::json!({ "restored": manifest, "doctor": report });
    let ids = || vec![args.dir.display().to_string()];
    let text = || render::house::restored(&manifest, &report, &args.dir, now);
    session.out.answer(&view, ids, text)?;
    Ok(doctor::exit(&report))
}

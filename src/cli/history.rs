//! `history`: a brand's journal.

use crate::{failure::Failure, view};

use super::{
    args::HistoryArgs,
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &HistoryArgs) -> Result<Exit, Failure> {
    let runner = session.runner()?;
    let brand = brand_id(&args.brand)?;
    let entries = runner.store().journal(&brand)?;
    if entries.is_empty() {
        // Tells an unknown name from a brand that has not started.
        runner.workspace().read_brand(&brand)?;
    }
    let pruned = runner.store().base(&brand)?.revision;
    let mut lines = view::history::lines(&entries);
    view::history::mark_pruned(&mut lines, pruned);
    let first = lines.len().saturating_sub(args.last.unwrap_or(usize::MAX));
    let lines = lines.split_off(first);
    let mut revisions: Vec<u64> = lines.iter().map(|line| line.revision).collect();
    revisions.dedup();
    session.out.answer(
        &lines,
        || revisions.iter().map(|revision| format!("{brand}@{revision}")).collect(),
        || match entries.is_empty() {
            true => format!("{brand} has not started; `fivestep start {brand}`\n"),
            false => render::rows::history(&lines, pruned),
        },
    )?;
    Ok(Exit::Done)
}

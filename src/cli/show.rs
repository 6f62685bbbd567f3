//! `show`: a brand's numbers, or the receipts of its imports.

use crate::{failure::Failure, store::evidence::EvidenceStore, view};

use super::{
    args::ShowArgs,
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &ShowArgs) -> Result<Exit, Failure> {
    let mut runner = session.runner()?.with_window_end(args.window_end);
    let brand = brand_id(&args.brand)?;
    let case = runner.case(&brand)?;
    if args.receipts {
        let path = runner.workspace().evidence_path(&brand);
        let receipts = match EvidenceStore::open_existing_read_only(&path)? {
            Some(store) => store.receipts()?,
            None => Vec::new(),
        };
        session.out.answer(&receipts, Vec::new, || render::imported::receipts(&receipts))?;
        return Ok(Exit::Done);
    }
    let numbers = view::numbers::numbers(&case);
    session.out.answer(
        &numbers,
        || numbers.numbers.iter().map(|n| n.observation.metric.name().to_owned()).collect(),
        || render::numbers::text(&numbers),
    )?;
    Ok(Exit::Done)
}

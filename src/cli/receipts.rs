//! `receipts`: what was imported for a brand, file by file, and what it can tell.

use crate::{failure::Failure, runner::load_brand, store::evidence::EvidenceStore, view};

use super::{
    args::ReceiptsArgs,
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &ReceiptsArgs) -> Result<Exit, Failure> {
    let workspace = session.workspace()?;
    let brand = load_brand(&workspace, &brand_id(&args.brand)?)?.id;
    let stored = match EvidenceStore::open_existing_read_only(&workspace.evidence_path(&brand))? {
        Some(store) => store.receipts()?,
        None => Vec::new(),
    };
    let all = stored.len();
    let view = view::receipts::receipts(&brand, stored, args.number);
    if let (Some(number), true) = (args.number, view.receipts.is_empty()) {
        return Err(Failure::Usage {
            message: format!("{brand} has no receipt {number}"),
            hint: format!("it has {all}: `fivestep receipts {brand}` shows them"),
        });
    }
    let digests = || view.receipts.iter().map(|one| one.receipt.digest.to_string()).collect();
    session.out.answer(&view, digests, || render::imported::receipts(&view))?;
    Ok(Exit::Done)
}

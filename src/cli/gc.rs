//! `gc`: what is old goes, and its bytes come back.

use serde::Serialize;

use crate::{
    failure::Failure,
    house::gc::{self, Budget, Evidence, Gone, Task},
    model::BrandId,
    store::{Space, StateStore, state::Keep},
};

use super::{args::GcArgs, exit::Exit, render, report, session::Session};

/// The answer of `gc`.
#[derive(Debug, Clone, Serialize)]
pub struct GcView {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// What went, or would go.
    pub gone: Gone,
    /// The room of the state file before.
    pub before: Space,
    /// The room of the state file after.
    pub after: Space,
    /// What was seen of the evidence files.
    pub evidence: Evidence,
    /// Whether orphaned evidence was removed, or would be.
    pub removes: bool,
}

pub fn run(session: &Session, args: &GcArgs) -> Result<Exit, Failure> {
    let workspace = session.workspace()?;
    let mut store = StateStore::open(&workspace.state_path())?;
    let has_file =
        |name: &str| BrandId::new(name).is_ok_and(|brand| workspace.brand_path(&brand).exists());
    let task = Task {
        keep: Keep { days: args.keep_days, cycles: args.keep_cycles },
        now: session.clock().now(),
        dry_run: args.dry_run,
        has_file: &has_file,
    };
    let mut exits = vec![Exit::Done];
    let mut broken = |_brand: &str, failure: Failure| {
        report::say(&report::text(&failure));
        exits.push(Exit::from(&failure));
    };
    let before = store.space()?;
    let gone = gc::sweep(&mut store, &task, &mut broken)?;
    if !args.dry_run {
        gc::give_back(&mut store, &mut Budget(usize::MAX))?;
    }
    let after = store.space()?;
    let evidence = gc::evidence(&workspace, &store, args.dry_run, args.orphans, &mut broken)?;
    let removes = args.orphans;
    let view = GcView { dry_run: args.dry_run, gone, before, after, evidence, removes };
    let ids = || view.evidence.orphans.iter().map(|orphan| orphan.brand.clone()).collect();
    session.out.answer(&view, ids, || render::house::gc(&view))?;
    Ok(Exit::of_many(exits))
}

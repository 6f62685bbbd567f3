//! `waive`: a named person lets a brand pass a clause that no source can measure.

use crate::{
    failure::Failure,
    model::{ClauseId, Command, Verb},
};

use super::{
    args::WaiveArgs,
    exit::Exit,
    hold::each,
    session::{Session, brand_id, not_a_name},
};

pub fn run(session: &Session, args: &WaiveArgs) -> Result<Exit, Failure> {
    let mut runner = session.runner()?;
    let brand = brand_id(&args.brand)?;
    let clause = ClauseId::new(args.clause.as_str())
        .map_err(|error| not_a_name(&error, &format!("fivestep why {brand}")))?;
    // The system's user name is not enough here: somebody must say who they are.
    let command =
        Command::new(Verb::Waive { clause }, session.named_actor()).because(args.reason.as_deref());
    each(session, &[brand], args.dry_run, |brand| runner.act(brand, &command, args.dry_run))
}

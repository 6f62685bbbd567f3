//! `start`: brands begin on their workflow.

use crate::{failure::Failure, model::BrandId};

use super::{
    args::StartArgs,
    exit::Exit,
    hold::{each, no_brand},
    session::Session,
};

pub fn run(session: &Session, args: &StartArgs) -> Result<Exit, Failure> {
    let mut runner = session.runner()?;
    let actor = session.actor();
    let brands: Vec<BrandId> = if args.which.all {
        let names = runner.workspace().brand_names()?;
        names.into_iter().filter_map(|name| BrandId::new(name).ok()).collect()
    } else {
        session.brands(&args.which.brands)?
    };
    if brands.is_empty() {
        return Err(no_brand(true));
    }
    each(session, &brands, args.dry_run, |brand| runner.start(brand, &actor, args.dry_run))
}

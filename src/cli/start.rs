//! `start`: brands begin on their workflow.

use crate::{
    failure::Failure,
    model::BrandId,
    runner::Runner,
    store::{Filter, Standing},
};

use super::{
    args::StartArgs,
    exit::Exit,
    hold::{each, no_brand},
    report,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &StartArgs) -> Result<Exit, Failure> {
    let mut runner = session.runner()?;
    let actor = session.actor();
    let (brands, misnamed) = if args.which.are_all() {
        let filter = session.filter(&args.which.filter)?;
        let (brands, misnamed) = all(&runner.workspace().brand_names()?);
        (passing(&runner, brands, filter.as_ref())?, misnamed)
    } else {
        (session.brands(&args.which.brands)?, None)
    };
    if brands.is_empty() && misnamed.is_none() {
        return Err(no_brand(true));
    }
    if brands.is_empty() {
        return Ok(Exit::of_many(misnamed));
    }
    let started = each(session, &brands, args.dry_run, |brand| match args.again {
        true => runner.start_again(brand, &actor, args.dry_run),
        false => runner.start(brand, &actor, args.dry_run),
    });
    Ok(Exit::of_many([started?].into_iter().chain(misnamed)))
}

/// Those of the brands that pass the filter as they stand.
fn passing(
    runner: &Runner,
    brands: Vec<BrandId>,
    filter: Option<&Filter>,
) -> Result<Vec<BrandId>, Failure> {
    let Some(filter) = filter else { return Ok(brands) };
    let mut asked = Vec::new();
    for brand in brands {
        let line = runner.store().standing(&brand)?.unwrap_or_else(|| Standing::ready(&brand));
        if filter.lets_pass(&line, runner.now()) {
            asked.push(brand);
        }
    }
    Ok(asked)
}

/// Every brand that has a file. A file whose name no brand can have is told, and hides no other.
fn all(names: &[String]) -> (Vec<BrandId>, Option<Exit>) {
    let mut misnamed = None;
    let mut known = |name: &String| match brand_id(name) {
        Ok(brand) => Some(brand),
        Err(failure) => {
            report::say(&report::text(&failure));
            misnamed = Some(Exit::Invalid);
            None
        }
    };
    (names.iter().filter_map(&mut known).collect(), misnamed)
}

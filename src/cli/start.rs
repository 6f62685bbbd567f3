//! `start`: brands begin on their workflow.

use crate::{failure::Failure, model::BrandId};

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
    let (brands, misnamed) = if args.which.all {
        all(&runner.workspace().brand_names()?)
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

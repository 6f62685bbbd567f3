//! `brand`: the brand files of the workspace.

use crate::{failure::Failure, runner::load_brand};

use super::{
    args::{BrandArgs, BrandVerb},
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &BrandArgs) -> Result<Exit, Failure> {
    let workspace = session.workspace()?;
    match &args.verb {
        BrandVerb::List => {
            let names = workspace.brand_names()?;
            let lines = || match names.is_empty() {
                true => "There is no brand yet; write brands/NAME.yaml.\n".to_owned(),
                false => names.iter().map(|name| format!("{name}\n")).collect(),
            };
            session.out.answer(&names, || names.clone(), lines)?;
        }
        BrandVerb::Show { brand } => {
            let brand = load_brand(&workspace, &brand_id(brand)?)?;
            session.out.answer(
                &brand,
                || vec![brand.id.to_string()],
                || render::brand::text(&brand),
            )?;
        }
    }
    Ok(Exit::Done)
}

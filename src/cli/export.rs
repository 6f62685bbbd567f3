//! `export`: one brand as one file. `import --archive` is the way back.

use std::path::PathBuf;

use crate::{
    failure::Failure,
    house::brand::{self, EXPORT_END},
    store::StateStore,
};

use super::{
    args::ExportArgs,
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &ExportArgs) -> Result<Exit, Failure> {
    let (workspace, brand) = (session.workspace()?, brand_id(&args.brand)?);
    let to = match &args.file {
        Some(file) => file.clone(),
        None => PathBuf::from(format!("{brand}{EXPORT_END}")),
    };
    let store = StateStore::open(&workspace.state_path())?;
    let (evidence, now) = (!args.without_evidence, session.clock().now());
    let manifest = brand::export(&workspace, &store, &brand, &to, evidence, now)?;
    let ids = || vec![to.display().to_string()];
    session.out.answer(&manifest, ids, || render::house::exported(&manifest, &brand, &to))?;
    Ok(Exit::Done)
}

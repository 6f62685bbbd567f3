//! `forget`: a person goes out of a brand's evidence.

use serde::Serialize;

use crate::{
    failure::Failure,
    store::evidence::{Forgotten, Order},
};

use super::{
    args::ForgetArgs,
    exit::Exit,
    render,
    session::{Session, brand_id},
};

/// The answer of `forget`. It does not name the person.
#[derive(Debug, Clone, Serialize)]
pub struct ForgetView {
    /// The brand.
    pub brand: String,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// What went, or would go.
    #[serde(flatten)]
    pub forgotten: Forgotten,
}

pub fn run(session: &Session, args: &ForgetArgs) -> Result<Exit, Failure> {
    if args.handle.trim().trim_start_matches('@').is_empty() || args.reason.trim().is_empty() {
        return Err(Failure::Usage {
            message: "who is to be forgotten, and why, must be said".to_owned(),
            hint: "such as `fivestep forget acme @ann.example --reason \"she asked\"`".to_owned(),
        });
    }
    let brand = brand_id(&args.brand)?;
    let mut runner = session.runner()?;
    let order = Order {
        handle: args.handle.trim().to_owned(),
        actor: session.actor().to_string(),
        reason: args.reason.clone(),
        at: runner.now(),
    };
    let forgotten = runner.forget(&brand, &order, args.dry_run)?;
    let view = ForgetView { brand: brand.to_string(), dry_run: args.dry_run, forgotten };
    session.out.answer(&view, || vec![view.brand.clone()], || render::house::forgotten(&view))?;
    Ok(Exit::Done)
}

//! `fork`: a brand begins where another one stands.

use crate::{failure::Failure, model::Command, view::past};

use super::{
    args::ForkArgs,
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &ForkArgs) -> Result<Exit, Failure> {
    let mut runner = session.runner()?;
    let (from, new) = (brand_id(&args.brand)?, brand_id(&args.new)?);
    let actor = session.actor();
    let ask = |verb| Command::new(verb, actor).because(args.reason.as_deref());
    let forked = runner.fork(&from, &new, ask, args.dry_run)?;
    let view = past::forked(&forked, args.dry_run);
    session.out.answer(&view, || vec![new.to_string()], || render::past::forked(&view))?;
    Ok(Exit::Done)
}

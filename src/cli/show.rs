//! `show`: a brand's numbers, or what one of its actions answered.

use crate::{
    failure::Failure,
    view::{self, answers::answers},
    workspace::WorkspaceError,
};

use super::{
    args::ShowArgs,
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &ShowArgs) -> Result<Exit, Failure> {
    if let Some(action) = &args.answer {
        return answer(session, args, action);
    }
    let mut runner = session.runner()?.with_window_end(args.window_end);
    let brand = brand_id(&args.brand)?;
    let case = runner.case(&brand)?;
    let numbers = view::numbers::numbers(&case);
    session.out.answer(
        &numbers,
        || numbers.numbers.iter().map(|n| n.observation.metric.name().to_owned()).collect(),
        || render::numbers::text(&numbers),
    )?;
    Ok(Exit::Done)
}

/// What an action answered last.
fn answer(session: &Session, args: &ShowArgs, action: &str) -> Result<Exit, Failure> {
    let runner = session.runner()?;
    let brand = brand_id(&args.brand)?;
    // Tells an unknown name from a brand whose actions have not answered.
    runner.workspace().read_brand(&brand)?;
    let answers = answers(&runner.store().base(&brand)?, &runner.store().journal(&brand)?);
    let Some((_, view)) = answers.iter().find(|(name, _)| name.to_string() == action) else {
        let known = answers.keys().map(ToString::to_string).collect();
        let (what, name) = ("answer of an action", action.to_owned());
        return Err(WorkspaceError::Unknown { what, name, known }.into());
    };
    session.out.answer(view, || vec![view.action.clone()], || render::answer::text(view))?;
    Ok(Exit::Done)
}

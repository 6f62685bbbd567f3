//! `rewind`: a brand stands again where it stood after an earlier commit.

use crate::{failure::Failure, model::Command, runner::past::CommitName, view::past};

use super::{
    args::RewindArgs,
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &RewindArgs) -> Result<Exit, Failure> {
    let mut runner = session.runner()?;
    let brand = brand_id(&args.brand)?;
    let to = CommitName::read(&args.to).ok_or_else(|| Failure::Usage {
        message: format!("`{}` is no commit", args.to),
        hint: format!(
            "write a number such as `17`, or a name such as `{brand}@2.support.17`; \
             `fivestep history {brand}` shows them"
        ),
    })?;
    let actor = session.actor();
    let ask = |verb| Command::new(verb, actor).because(args.reason.as_deref());
    let rewound = runner.rewind(&brand, &to, ask, args.dry_run)?;
    let view = past::rewound(&rewound, args.dry_run);
    session.out.answer(&view, || vec![brand.to_string()], || render::past::rewound(&view))?;
    Ok(Exit::Done)
}

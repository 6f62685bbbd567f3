//! `tick`: what is due is done, once; safe from cron.

use crate::{
    failure::Failure,
    performer::{Stop, Tools},
    runner::{
        tick::{Tally, Told, Whose},
        works::Works,
    },
    view::ticked::{TickView, ticked},
};

use super::{args::TickArgs, exit::Exit, render, report, session::Session};

pub fn run(session: &Session, args: &TickArgs) -> Result<Exit, Failure> {
    let mut runner = session.runner()?;
    let whose = match args.brands.is_empty() {
        true => Whose::All,
        false => Whose::These(session.brands(&args.brands)?),
    };
    let tools = Tools::new(runner.workspace().root());
    let mut works = Works::new(args.workers, tools, Stop::default());
    let mut seen = Seen::default();
    let tally = runner.tick(&whose, &mut works, &mut |told| seen.take(told))?;
    seen.answer(session, &tally)
}

/// What a tick told, for the answer at its end.
#[derive(Debug, Default)]
struct Seen {
    happened: Vec<TickView>,
    exits: Vec<Exit>,
}

impl Seen {
    fn take(&mut self, told: Told<'_>) {
        match told {
            Told::Looked(_) => {}
            Told::Step(step) => self.happened.extend(ticked(step)),
            Told::Broken(brand, failure) => {
                report::say(&report::text(&failure));
                self.exits.push(Exit::from(&failure));
                tracing::warn!(brand, "nothing could be done");
            }
        }
    }

    fn answer(self, session: &Session, tally: &Tally) -> Result<Exit, Failure> {
        let Self { happened, exits } = self;
        let all = serde_json::json!({ "done": tally, "happened": happened });
        session.out.answer(
            &all,
            || {
                let mut brands: Vec<String> =
                    happened.iter().map(|line| line.brand.clone()).collect();
                brands.sort();
                brands.dedup();
                brands
            },
            || render::ticked::text(&happened, tally),
        )?;
        // That nothing was due is an answer.
        if exits.is_empty() { Ok(Exit::Done) } else { Ok(Exit::of_many(exits)) }
    }
}

//! What is due is done: for one brand or for all.
//!
//! ```text
//! timer rows ─► decide (tick, begin) ─► one commit a page ─► perform ─► settle ─► deliver
//! ```
//!
//! Start reading at [`Runner::tick`]. Decide, commit, then perform: what is about to be tried is
//! on the disk before anything is done, so a crash repeats it under the same key and loses nothing.
//! How attempts are made and recorded: `settle.rs`.
//!
//! # Always true
//!
//! - Timer rows say only where to look. What is due follows from the checkpoint, and is committed
//!   against its revision: two processes that tick at once do nothing twice.
//! - A brand that cannot be read is told of and never stops the others.
//! - Memory holds one page of brands and the attempts under way. A tick that was killed needs no
//!   resuming: what it had written is not due any more, and the next one does the rest.

mod account;
mod count;
mod deliver;
mod due;
mod settle;

use std::{rc::Rc, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};

use crate::{
    engine::{self, Begun, Refusal, Step},
    failure::Failure,
    model::{BrandId, Checkpoint, Command, Observations, Phase, Status, Verb, Workflow},
    store::{
        Committed,
        state::{CachedFile, Mend, Row, Running, Texts},
    },
};

pub(super) use self::{
    account::{Account, Broken},
    due::Due,
};
pub use self::{
    account::{Tally, Told},
    due::Whose,
};
use super::{Runner, refused, serve::HOUSE, works::Works};

/// The most steps of one brand before other brands have their turn: more than any sound workflow
/// needs at one moment.
const MOST_STEPS: usize = 50;

/// What is due for a page of brands, decided and not yet written.
#[derive(Default)]
struct Page {
    /// The steps of each brand that moves.
    moves: Vec<Vec<Step>>,
    /// Timer rows that do not agree with their checkpoint.
    mends: Vec<Mend>,
    /// The brand files that had to be read, as they looked.
    files: Vec<(BrandId, CachedFile)>,
}

impl Runner {
    /// Does everything that is due by now, what follows from it included, until nothing is left.
    ///
    /// # Errors
    ///
    /// [`Failure`] only if the store itself cannot be read or written; what concerns one brand is
    /// told.
    pub fn tick(
        &mut self,
        whose: &Whose,
        works: &mut Works,
        tell: &mut dyn FnMut(Told<'_>),
    ) -> Result<Tally, Failure> {
        let mut broken = Broken::new();
        let mut account = Account::new(tell, &mut broken);
        let mut due = Due::of(whose);
        loop {
            let whole = due.is_at_start();
            // While every worker is busy there is time to wait for one.
            let begun = match (works.room(), works.busy()) {
                (0, 1..) => Vec::new(),
                (room, _) => self.decide_due(&mut due, room, &mut account)?,
            };
            let nothing_new = begun.is_empty();
            self.hand_out(begun, works, &mut account)?;
            if whole && nothing_new && works.busy() == 0 {
                break;
            }
            self.take_answers(works, Duration::from_millis(200), &mut account)?;
        }
        self.deliver(works, &mut account)?;
        self.keep_house(HOUSE)?;
        Ok(account.tally)
    }

    /// Decides and commits what is due, page by page, until the walk is at its end or enough was
    /// begun; answers with the attempts that are to be made.
    ///
    /// - `room`: how many workers are free; without any, nothing is begun.
    pub(super) fn decide_due(
        &mut self,
        due: &mut Due<'_>,
        room: usize,
        account: &mut Account<'_>,
    ) -> Result<Vec<(Checkpoint, Begun)>, Failure> {
        let now = self.now();
        let mut begun = Vec::new();
        while begun.len() < room.max(1) {
            let Some(brands) = due.page(&self.store, now)? else { break };
            let page = self.decide_page(&brands, room > 0, account)?;
            begun.extend(self.commit_due(page, account)?);
            account.looked(brands.len());
        }
        Ok(begun)
    }

    /// What is due for each brand of a page, decided but not written yet.
    fn decide_page(
        &mut self,
        brands: &[String],
        begin: bool,
        account: &mut Account<'_>,
    ) -> Result<Page, Failure> {
        let mut page = Page::default();
        for brand in brands {
            if let Err(failure) = self.decide_brand(brand, begin, &mut page) {
                account.broken(brand, failure)?;
            }
        }
        Ok(page)
    }

    /// Adds what is due for a brand to its page.
    fn decide_brand(&mut self, brand: &str, begin: bool, page: &mut Page) -> Result<(), Failure> {
        let Some(Row { read, .. }) = self.store.running_named(brand)? else {
            page.mends.extend(self.waits_for_nothing(brand)?);
            return Ok(());
        };
        let running: Running = read?;
        let (workflow, observations) = self.fresh(&running, &mut page.files)?;
        let mut turn = Turn { workflow, observations, at: running.checkpoint, steps: Vec::new() };
        self.fire(&mut turn)?;
        if begin {
            turn.step(Verb::Begin, self.now())?;
        }
        if turn.steps.is_empty() {
            page.mends.extend(turn.mend(begin, self.now()));
        } else {
            page.moves.push(turn.steps);
        }
        Ok(())
    }

    /// A brand whose run ended or is held has no timers.
    fn waits_for_nothing(&self, brand: &str) -> Result<Option<Mend>, Failure> {
        let Ok(brand) = BrandId::new(brand) else { return Ok(None) };
        let Checkpoint { generation, revision, .. } = self.store.checkpoint(&brand)?;
        Ok(Some(Mend { brand, generation, revision, timers: Vec::new() }))
    }

    /// Lets everything fire that is due, what follows from it included.
    fn fire(&self, turn: &mut Turn) -> Result<(), Failure> {
        for _ in 0..MOST_STEPS {
            if !turn.step(Verb::Tick, self.now())? {
                break;
            }
        }
        Ok(())
    }

    /// Writes a page; answers with the attempts that are to be made.
    fn commit_due(
        &mut self,
        page: Page,
        account: &mut Account<'_>,
    ) -> Result<Vec<(Checkpoint, Begun)>, Failure> {
        let Page { moves, mends, files } = page;
        self.store.mend_all(&mends)?;
        if moves.is_empty() && files.is_empty() {
            return Ok(Vec::new());
        }
        let texts: Vec<Texts> = moves.iter().flatten().map(Texts::of).collect();
        let all: Vec<(&Step, &Texts)> = moves.iter().flatten().zip(&texts).collect();
        let mut fates = self.store.commit_page(&all, &files, None)?.into_iter();
        let mut begun = Vec::new();
        for steps in moves {
            let fates: Vec<Committed> = fates.by_ref().take(steps.len()).collect();
            if fates.contains(&Committed::Conflict) {
                account.conflict();
                continue;
            }
            account.moved(&steps);
            begun.extend(steps.into_iter().flat_map(attempts));
        }
        Ok(begun)
    }
}

/// A brand whose turn it is, and what was decided for it so far.
struct Turn {
    workflow: Rc<Workflow>,
    observations: Arc<Observations>,
    /// Where it stands after `steps`.
    at: Checkpoint,
    steps: Vec<Step>,
}

impl Turn {
    /// Takes the step that follows from `verb`; answers whether there was one.
    fn step(&mut self, verb: Verb, now: DateTime<Utc>) -> Result<bool, Failure> {
        if self.at.status != Status::Running {
            return Ok(false);
        }
        let command = Command::of_engine(verb);
        match engine::step(&self.workflow, &self.at, &self.observations, &command, now) {
            Ok(step) => {
                self.at = step.checkpoint.clone();
                self.steps.push(step);
                Ok(true)
            }
            Err(Refusal::NothingDue) => Ok(false),
            Err(refusal) => Err(refused(&self.at.brand, refusal)),
        }
    }

    /// The timer rows as they should be, since those there are said that something was due, and
    /// nothing was; `None` while it waits only for somebody who may begin an action.
    fn mend(&self, begin: bool, now: DateTime<Utc>) -> Option<Mend> {
        if !begin && is_due(&self.at, now) {
            return None;
        }
        let Checkpoint { brand, generation, revision, .. } = &self.at;
        let timers = engine::timers::pending(&self.workflow, &self.at);
        let (brand, generation, revision) = (brand.clone(), *generation, *revision);
        Some(Mend { brand, generation, revision, timers })
    }
}

/// The attempts that a step begins, each with where its brand stands.
fn attempts(step: Step) -> impl Iterator<Item = (Checkpoint, Begun)> {
    let Step { checkpoint, begun, .. } = step;
    begun.into_iter().map(move |begun| (checkpoint.clone(), begun))
}

/// Whether an action could be begun now.
fn is_due(at: &Checkpoint, now: DateTime<Utc>) -> bool {
    at.actions.values().any(|action| matches!(action.phase, Phase::Due { at } if at <= now))
}

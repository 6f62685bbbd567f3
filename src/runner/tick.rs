//! What is due is done: for one brand or for all.
//!
//! ```text
//! timer rows ─► decide (tick, begin) ─► one commit a page ─► perform ─► settle, one commit each
//! ```
//!
//! Start reading at [`Runner::tick`]. Decide, commit, then perform: what is about to be tried is
//! on the disk before anything is done, so a crash repeats it under the same key and loses nothing.
//!
//! # Always true
//!
//! - Timer rows say only where to look. What is due follows from the checkpoint, and is committed
//!   against its revision: two processes that tick at once do nothing twice.
//! - A brand that cannot be read is told of and never stops the others.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tracing::{info_span, warn};

use crate::{
    engine::{self, Begun, Refusal, Step},
    failpoint,
    failure::Failure,
    model::{
        ActionName, BrandId, Checkpoint, Command, Event, Finding, Phase, Status, Verb, Work,
        command::Fault,
    },
    performer::Order,
    store::{
        Committed,
        state::{DueMark, Row, Running},
    },
};

use super::{Runner, fleet::PAGE, load_brand, log, serve::HOUSE, works::Works};

/// The most steps of one brand before other brands have their turn: more than any sound workflow
/// needs at one moment.
const MOST_STEPS: usize = 50;

/// How often an answer is decided anew because another process was faster.
const TRIES: usize = 20;

/// What a tick did, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Brands for which something happened.
    pub brands: u64,
    /// Reminders, deadlines, escalations, waits and limits that fired.
    pub fired: u64,
    /// Stages that were left.
    pub moves: u64,
    /// Attempts that were begun.
    pub begun: u64,
    /// Attempts that did what they should.
    pub succeeded: u64,
    /// Attempts that failed, those that are tried again included.
    pub failed: u64,
    /// Occurrences of schedules that were left out.
    pub skipped: u64,
    /// Notices that were delivered.
    pub delivered: u64,
    /// Brands that another process had moved in the meantime.
    pub conflicts: u64,
    /// Brands for which nothing could be done.
    pub broken: u64,
}

impl Tally {
    fn count(&mut self, step: &Step) {
        for event in &step.entry.events {
            match event {
                Event::Fired { .. } => self.fired += 1,
                Event::StageLeft { .. } => self.moves += 1,
                Event::ActionBegan { .. } => self.begun += 1,
                Event::ActionSucceeded { .. } => self.succeeded += 1,
                Event::ActionFailed { .. } => self.failed += 1,
                Event::Scheduled { skipped, .. } => {
                    self.skipped += skipped.iter().map(|run| run.count).sum::<u64>();
                }
                _ => {}
            }
        }
    }

    /// Adds what another tick did.
    pub fn add(&mut self, other: &Tally) {
        self.brands += other.brands;
        self.fired += other.fired;
        self.moves += other.moves;
        self.begun += other.begun;
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.delivered += other.delivered;
        self.conflicts += other.conflicts;
        self.broken += other.broken;
    }

    /// Whether nothing happened at all.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What is told of a tick while it goes on.
#[derive(Debug)]
pub enum Told<'a> {
    /// A step is on the disk.
    Step(&'a Step),
    /// Nothing can be done for a brand.
    Broken(&'a str, Failure),
}

/// For which brands what is due is done.
#[derive(Debug, Clone)]
pub enum Whose {
    /// For all.
    All,
    /// For these.
    These(Vec<BrandId>),
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
        let mut tally = Tally::default();
        loop {
            let begun = self.decide_due(whose, works.room(), &mut tally, tell)?;
            let nothing_new = begun.is_empty();
            self.hand_out(begun, works, &mut tally, tell)?;
            if nothing_new && works.busy() == 0 {
                break;
            }
            self.take_answers(works, Duration::from_millis(200), &mut tally, tell)?;
        }
        self.deliver(works, &mut tally)?;
        self.keep_house(HOUSE)?;
        Ok(tally)
    }

    /// Decides and commits what is due, page by page; answers with the attempts that are to be
    /// made, for at most so many brands.
    pub(super) fn decide_due(
        &mut self,
        whose: &Whose,
        room: usize,
        tally: &mut Tally,
        tell: &mut dyn FnMut(Told<'_>),
    ) -> Result<Vec<(Checkpoint, Begun)>, Failure> {
        let now = self.now();
        let mut begun = Vec::new();
        let mut mark = DueMark::default();
        while begun.len() < room.max(1) {
            let (brands, next) = match whose {
                Whose::All => {
                    let page = self.store.due(now, &mark, PAGE)?;
                    (page.brands, page.next)
                }
                Whose::These(brands) => (brands.iter().map(BrandId::to_string).collect(), None),
            };
            let steps = self.decide_page(brands, room > 0, tell, tally)?;
            begun.extend(self.commit_due(steps, tally, tell)?);
            match next {
                Some(next) => mark = next,
                None => break,
            }
        }
        Ok(begun)
    }

    /// What is due for each brand of a page, decided but not written yet.
    fn decide_page(
        &mut self,
        brands: Vec<String>,
        begin: bool,
        tell: &mut dyn FnMut(Told<'_>),
        tally: &mut Tally,
    ) -> Result<Vec<Vec<Step>>, Failure> {
        let mut decided = Vec::new();
        for brand in brands {
            match self.decide_brand(&brand, begin) {
                Ok(steps) => decided.push(steps),
                Err(failure @ Failure::Store(_)) => return Err(failure),
                Err(failure) => {
                    tally.broken += 1;
                    tell(Told::Broken(&brand, failure));
                }
            }
        }
        Ok(decided)
    }

    fn decide_brand(&mut self, brand: &str, begin: bool) -> Result<Vec<Step>, Failure> {
        let Some(Row { read, .. }) = self.store.running_named(brand)? else {
            // Its run ended or is held: it waits for nothing.
            if let Ok(brand) = BrandId::new(brand) {
                let at = self.store.checkpoint(&brand)?;
                self.store.mend_timers(&brand, at.generation, at.revision, &[])?;
            }
            return Ok(Vec::new());
        };
        let running: Running = read?;
        let (workflow, observations) = self.fresh(&running, &mut Vec::new())?;
        let mut steps: Vec<Step> = Vec::new();
        let mut at = running.checkpoint;
        let verbs = std::iter::repeat_n(Verb::Tick, MOST_STEPS).chain(begin.then_some(Verb::Begin));
        let mut ticks = true;
        for verb in verbs {
            if (verb == Verb::Tick && !ticks) || at.status != Status::Running {
                continue;
            }
            let now = self.now();
            let command = Command::of_engine(verb);
            match engine::step(&workflow, &at, &observations, &command, now) {
                Ok(step) => {
                    at = step.checkpoint.clone();
                    steps.push(step);
                }
                Err(Refusal::NothingDue) => ticks = false,
                Err(refusal) => {
                    let (brand, refusal) = (at.brand.clone(), Box::new(refusal));
                    return Err(Failure::Refused { brand, refusal });
                }
            }
        }
        if steps.is_empty() && (begin || !is_due(&at, self.now())) {
            let timers = engine::timers::pending(&workflow, &at);
            self.store.mend_timers(&at.brand, at.generation, at.revision, &timers)?;
        }
        Ok(steps)
    }

    /// Writes the steps of a page; answers with the attempts that are to be made.
    fn commit_due(
        &mut self,
        decided: Vec<Vec<Step>>,
        tally: &mut Tally,
        tell: &mut dyn FnMut(Told<'_>),
    ) -> Result<Vec<(Checkpoint, Begun)>, Failure> {
        let all: Vec<&Step> = decided.iter().flatten().collect();
        if all.is_empty() {
            return Ok(Vec::new());
        }
        let mut fates = self.store.commit(&all)?.into_iter();
        let mut begun = Vec::new();
        for steps in decided.into_iter().filter(|steps| !steps.is_empty()) {
            let fates: Vec<Committed> = fates.by_ref().take(steps.len()).collect();
            if fates.contains(&Committed::Conflict) {
                tally.conflicts += 1;
                continue;
            }
            tally.brands += 1;
            for step in steps {
                log(&step);
                tally.count(&step);
                tell(Told::Step(&step));
                let Step { checkpoint, begun: attempts, .. } = step;
                begun.extend(attempts.into_iter().map(|begun| (checkpoint.clone(), begun)));
            }
        }
        Ok(begun)
    }

    /// Gives the workers what they can do, and does here what needs the workspace.
    pub(super) fn hand_out(
        &mut self,
        begun: Vec<(Checkpoint, Begun)>,
        works: &mut Works,
        tally: &mut Tally,
        tell: &mut dyn FnMut(Told<'_>),
    ) -> Result<(), Failure> {
        for (at, begun) in begun {
            let order = order(&at, begun);
            match order.job.work {
                Work::Pull | Work::Measure => {
                    let result = self.do_here(&order);
                    self.settle(&order, result, tally, tell)?;
                }
                Work::Notify { .. } | Work::Command { .. } | Work::Http { .. } => {
                    works.give(order);
                }
            }
        }
        Ok(())
    }

    /// Records what came of the attempts that have ended, the first waited for at most so long.
    pub(super) fn take_answers(
        &mut self,
        works: &mut Works,
        wait: Duration,
        tally: &mut Tally,
        tell: &mut dyn FnMut(Told<'_>),
    ) -> Result<(), Failure> {
        let mut wait = wait;
        while let Some((order, result)) = works.take(wait) {
            self.settle(&order, result, tally, tell)?;
            wait = Duration::ZERO;
        }
        Ok(())
    }

    /// Records how an attempt ended. What nobody waits for any more is left out of the journal.
    fn settle(
        &mut self,
        order: &Order,
        result: Result<Map<String, Value>, Fault>,
        tally: &mut Tally,
        tell: &mut dyn FnMut(Told<'_>),
    ) -> Result<(), Failure> {
        let Ok(action) = order.action.parse::<ActionName>() else { return Ok(()) };
        let (key, attempt) = (order.key.clone(), order.attempt);
        let verb = Verb::Settle { action, key, attempt, result };
        let command = Command::of_engine(verb);
        for _ in 0..TRIES {
            let at = self.store.checkpoint(&order.brand)?;
            let Some(runs) = at.definition.clone() else { return Ok(()) };
            let workflow = self.pinned(&order.brand, &runs)?;
            let decided = engine::step(&workflow, &at, &at.observations, &command, self.now());
            let step = match decided {
                Ok(step) => step,
                Err(refusal) => {
                    warn!(brand = %order.brand, action = order.action, %refusal, "not recorded");
                    return Ok(());
                }
            };
            if self.store.commit(&[&step])?.first() == Some(&Committed::Yes) {
                log(&step);
                tally.count(&step);
                tell(Told::Step(&step));
                return Ok(());
            }
        }
        Err(Failure::Conflict { brand: order.brand.clone() })
    }

    /// Does what needs the workspace and its stores.
    fn do_here(&mut self, order: &Order) -> Result<Map<String, Value>, Fault> {
        let Order { brand, action, attempt, .. } = order;
        let _span = info_span!("perform", %brand, action, attempt).entered();
        failpoint::pass("effect.before");
        let done = match order.job.work {
            Work::Pull => self.pull(&order.brand),
            Work::Measure | Work::Notify { .. } | Work::Command { .. } | Work::Http { .. } => {
                self.numbers(&order.brand)
            }
        };
        failpoint::pass("effect.after");
        done.map_err(|failure| Fault { message: failure.to_string(), permanent: false })
    }

    /// Imports every source of the brand's file that has a path.
    fn pull(&mut self, brand: &BrandId) -> Result<Map<String, Value>, Failure> {
        let brand = load_brand(&self.workspace, brand)?;
        let (mut sources, mut changed) = (0_u64, 0_u64);
        for source in &brand.sources {
            let Some(path) = &source.path else { continue };
            let source = self.workspace.with_map(source.clone());
            let path = self.workspace.root().join(path);
            let export = crate::evidence::sources::read(&source, &path)?;
            self.ask_if_whole(&brand.id, &export)?;
            changed += u64::from(self.import(&brand.id, &export)?.changed);
            sources += 1;
        }
        Ok(object([("sources", json!(sources)), ("changed", json!(changed))]))
    }

    /// Measures the brand's evidence; the answer holds each number with its sample.
    fn numbers(&mut self, brand: &BrandId) -> Result<Map<String, Value>, Failure> {
        let case = self.case(brand)?;
        let metrics = case.observations.metrics.iter();
        let numbers: BTreeMap<String, Value> = metrics
            .filter_map(|(metric, seen)| match &seen.finding {
                Finding::Measured { value, n, .. } => {
                    Some((metric.to_string(), json!({ "value": value, "n": n })))
                }
                Finding::NoCases { .. } | Finding::Unmeasurable { .. } => None,
            })
            .collect();
        Ok(object([("as_of", json!(case.observations.as_of)), ("metrics", json!(numbers))]))
    }

    /// Tells people what they are to be told. What could not be delivered is tried again the next
    /// time.
    pub(super) fn deliver(&mut self, works: &Works, tally: &mut Tally) -> Result<(), Failure> {
        loop {
            let notices = self.store.open_notices(PAGE)?;
            let mut delivered = Vec::new();
            for notice in &notices {
                failpoint::pass("notice.before");
                match works.tell(notice) {
                    Ok(()) => delivered.push(notice.key.clone()),
                    Err(fault) => {
                        warn!(brand = %notice.brand, error = fault.message, "not delivered");
                        break;
                    }
                }
                failpoint::pass("notice.after");
            }
            let now = self.now();
            self.store.note_delivered(&delivered, now)?;
            tally.delivered += delivered.len() as u64;
            if delivered.len() < notices.len() || notices.is_empty() {
                return Ok(());
            }
        }
    }
}

/// Whether an action could be begun now.
fn is_due(at: &Checkpoint, now: DateTime<Utc>) -> bool {
    at.actions.values().any(|action| matches!(action.phase, Phase::Due { at } if at <= now))
}

fn order(at: &Checkpoint, begun: Begun) -> Order {
    let Begun { action, attempt, key, job } = begun;
    Order {
        brand: at.brand.clone(),
        cycle: at.cycle.number,
        stage: at.stage().cloned(),
        action: action.to_string(),
        attempt,
        key,
        job,
    }
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

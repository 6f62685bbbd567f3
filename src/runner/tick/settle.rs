//! Attempts are handed to those who make them, and what came of each is recorded.
//!
//! Start reading at [`Runner::hand_out`]. An answer that nobody waits for any more is left out of
//! the journal; answers that come at the same time share a transaction.

use std::{collections::BTreeMap, iter, time::Duration};

use serde_json::{Map, Value, json};
use tracing::{info_span, warn};

use crate::{
    engine::{self, Begun, Step},
    failpoint,
    failure::Failure,
    model::{
        ActionName, BrandId, Checkpoint, Command, Finding, Observation, StageId, Verb, Work,
        command::Fault,
    },
    performer::Order,
    runner::{Runner, load_brand, works::Works},
    store::Committed,
};

use super::account::Account;

/// How often an answer is decided anew because another process was faster.
const TRIES: usize = 20;

/// What came of an attempt.
type Answer = Result<Map<String, Value>, Fault>;

/// An attempt that has ended, and the command that records what came of it.
type Settling = (Order, Command);

impl Runner {
    /// Gives the workers what they can do, and does here what needs the workspace.
    pub(in crate::runner) fn hand_out(
        &mut self,
        begun: Vec<(Checkpoint, Begun)>,
        works: &mut Works,
        account: &mut Account<'_>,
    ) -> Result<(), Failure> {
        for (at, begun) in begun {
            let order = order(&at, begun);
            match order.job.work {
                Work::Pull
                | Work::Measure
                | Work::Audit
                | Work::Rank
                | Work::Inbox
                | Work::Evaluate => {
                    let answer = self.do_here(&order);
                    self.settle(vec![(order, answer)], account)?;
                }
                Work::Notify { .. } | Work::Command { .. } | Work::Http { .. } => {
                    works.give(order);
                }
            }
        }
        Ok(())
    }

    /// Records what came of the attempts that have ended, the first waited for at most so long.
    pub(in crate::runner) fn take_answers(
        &mut self,
        works: &mut Works,
        wait: Duration,
        account: &mut Account<'_>,
    ) -> Result<(), Failure> {
        let first = works.take(wait);
        let others = iter::from_fn(|| works.take(Duration::ZERO));
        let ended = first.into_iter().chain(others).collect();
        self.settle(ended, account)
    }

    /// Records how attempts ended, all in one transaction. What another writer overtook, or another
    /// answer to the same brand, is decided anew.
    fn settle(
        &mut self,
        ended: Vec<(Order, Answer)>,
        account: &mut Account<'_>,
    ) -> Result<(), Failure> {
        let mut ended: Vec<Settling> =
            ended.into_iter().filter_map(|(order, answer)| settling(order, answer)).collect();
        for _ in 0..TRIES {
            let decided = self.decide_settled(ended, account)?;
            if decided.is_empty() {
                return Ok(());
            }
            let steps: Vec<&Step> = decided.iter().map(|(_, step)| step).collect();
            let fates = self.store.commit(&steps)?;
            ended = Vec::new();
            for ((order, step), fate) in decided.into_iter().zip(fates) {
                match fate {
                    Committed::Yes => account.step(&step),
                    Committed::Conflict => ended.push(order),
                }
            }
        }
        ended.into_iter().try_for_each(|(Order { brand, .. }, _)| {
            account.broken(&brand.to_string(), Failure::Conflict { brand })
        })
    }

    /// Decides each answer; a brand that cannot be read is told of.
    fn decide_settled(
        &mut self,
        ended: Vec<Settling>,
        account: &mut Account<'_>,
    ) -> Result<Vec<(Settling, Step)>, Failure> {
        let mut decided = Vec::new();
        for (order, command) in ended {
            match self.decide_answer(&order, &command) {
                Ok(Some(step)) => decided.push(((order, command), step)),
                Ok(None) => {}
                Err(failure) => account.broken(order.brand.as_str(), failure)?,
            }
        }
        Ok(decided)
    }

    /// Decides what follows from an answer; `None` if nobody waits for it any more.
    fn decide_answer(&mut self, order: &Order, command: &Command) -> Result<Option<Step>, Failure> {
        let at = self.store.checkpoint(&order.brand)?;
        let Some(runs) = &at.definition else { return Ok(None) };
        let workflow = self.pinned(&order.brand, runs)?;
        match engine::step(&workflow, &at, &at.observations, command, self.now()) {
            Ok(step) => Ok(Some(step)),
            Err(refusal) => {
                warn!(brand = %order.brand, action = order.action, %refusal, "not recorded");
                Ok(None)
            }
        }
    }

    /// Does what needs the workspace and its stores.
    fn do_here(&mut self, order: &Order) -> Answer {
        let Order { brand, cycle, action, attempt, .. } = order;
        let stage = order.stage.as_ref().map(StageId::as_str);
        let _span = info_span!("perform", %brand, cycle, stage, action, attempt).entered();
        failpoint::pass("effect.before");
        let done = match order.job.work {
            Work::Pull => self.pull(&order.brand),
            Work::Audit => self.count_audit(&order.brand),
            Work::Rank => self.count_targets(&order.brand),
            Work::Inbox => self.count_inbox(&order.brand),
            Work::Evaluate => self.count_people(&order.brand),
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
            changed += u64::from(self.import(&brand, &export)?.changed);
            sources += 1;
        }
        Ok(object([("sources", json!(sources)), ("changed", json!(changed))]))
    }

    /// Measures the brand's evidence; the answer holds each number with its sample.
    fn numbers(&mut self, brand: &BrandId) -> Result<Map<String, Value>, Failure> {
        let case = self.case(brand)?;
        let numbers = values(case.observations.metrics.values());
        Ok(object([("as_of", json!(case.observations.as_of)), ("metrics", json!(numbers))]))
    }
}

/// The numbers that have a value, each with its sample.
pub(super) fn values<'o>(seen: impl Iterator<Item = &'o Observation>) -> BTreeMap<String, Value> {
    let numbers = seen.filter_map(|seen| match &seen.finding {
        Finding::Measured { value, n, .. } => {
            Some((seen.metric.to_string(), json!({ "value": value, "n": n })))
        }
        Finding::NoCases { .. }
        | Finding::NotExported { .. }
        | Finding::Suppressed { .. }
        | Finding::Unmeasurable { .. } => None,
    });
    numbers.collect()
}

/// The command that records an answer.
fn settling(order: Order, result: Answer) -> Option<Settling> {
    let action = order.action.parse::<ActionName>().ok()?;
    let (key, attempt) = (order.key.clone(), order.attempt);
    let verb = Verb::Settle { action, key, attempt, result };
    Some((order, Command::of_engine(verb)))
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

/// An object of these fields.
pub(super) fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

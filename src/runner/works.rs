//! The workers of actions, and the way notices take.

use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::{
    engine::{Notice, actions::GRACE},
    failpoint,
    model::command::Fault,
    performer::{Order, Stop, Tools, perform},
};

use super::crew::Crew;

/// What an attempt answers.
type Answer = Result<Map<String, Value>, Fault>;

/// An attempt, and since when it is begun.
#[derive(Debug)]
struct Given {
    order: Order,
    since: Instant,
}

/// The workers of actions.
#[derive(Debug)]
pub struct Works {
    crew: Crew<Given, Answer>,
    tools: Tools,
    most: usize,
}

impl Works {
    /// Starts `workers` workers, who end what they do when `stop` says so.
    pub fn new(workers: usize, tools: Tools, stop: Stop) -> Self {
        let theirs = tools.clone();
        let crew = Crew::new(workers, move |Given { order, since }: &Given| {
            // An attempt that began any later could still run when it counts as lost.
            if since.elapsed().as_secs() >= GRACE.num_seconds().unsigned_abs() {
                return Err(fault("no worker was free in time"));
            }
            failpoint::pass("effect.before");
            let answer = perform(order, &theirs, &stop);
            failpoint::pass("effect.after");
            answer
        });
        Self { crew, tools, most: workers }
    }

    /// How many more orders find a worker at once.
    pub fn room(&self) -> usize {
        self.most.saturating_sub(self.crew.busy())
    }

    /// How many orders have not been answered.
    pub fn busy(&self) -> usize {
        self.crew.busy()
    }

    /// Hands over an order.
    pub fn give(&mut self, order: Order) {
        self.crew.give(Given { order, since: now() });
    }

    /// The next answer, waited for at most so long.
    pub fn take(&mut self, wait: Duration) -> Option<(Order, Answer)> {
        let (Given { order, .. }, answer) = self.crew.take(wait)?;
        Some((order, answer.unwrap_or_else(|| Err(fault("the worker broke down")))))
    }

    /// Delivers a notice.
    ///
    /// # Errors
    ///
    /// [`Fault`] if it could not be delivered; it may be tried again, under the same key.
    pub fn tell(&self, notice: &Notice) -> Result<(), Fault> {
        self.tools.tell(notice)
    }
}

fn fault(message: &str) -> Fault {
    Fault { message: message.to_owned(), permanent: false }
}

#[allow(clippy::disallowed_methods, reason = "how long an order waited is no matter of a brand's")]
fn now() -> Instant {
    Instant::now()
}

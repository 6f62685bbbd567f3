//! Really does what the engine decided: runs a program, calls a webhook, tells people.
//!
//! ```text
//! Order, Tools ──► perform ──► a small JSON object, or a Fault
//! ```
//!
//! Start reading at [`perform`]. What it asks of a program and of a webhook, and what it gives them,
//! is written down in `docs/reference/actions.md`.
//!
//! # Always true
//!
//! - The runner journals the intention before it calls [`perform`] and the answer after it. A crash
//!   in between repeats the work under the same key.
//! - Nothing of the environment's values is in an answer, a [`Fault`] or the log.
//! - [`perform`] answers soon after the job's time is up, and soon after [`Stop::set`].
//! - When it has answered, nothing that it started is running, but for what a program set free on
//!   purpose (a session of its own), and a webhook's call that was given up.
//!
//! A fivestep that is itself killed leaves a running program behind: having the system end it as
//! well (`PR_SET_PDEATHSIG`) needs `unsafe`, which this package forbids, and would not reach the
//! program's children. The work is done again under its key, beside the rest of the first.

mod command;
mod environment;
mod group;
#[cfg(feature = "http")]
mod http;
pub mod notify;
mod pipe;
mod program;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde::Serialize;
use serde_json::{Map, Value};
use tracing::{debug, info_span};

pub use environment::Environment;
pub use notify::Notifier;

pub use crate::model::command::Fault;
use crate::{
    clock::Clock,
    engine::Notice,
    model::{
        BrandId, Digest, StageId,
        action::{Job, Work},
    },
};

/// One attempt at an action: all of it plain values, so that it can run in a thread of its own.
#[derive(Debug, Clone)]
pub struct Order {
    /// Whose action it is.
    pub brand: BrandId,
    /// The brand's cycle, from 1.
    pub cycle: u32,
    /// The stage whose action it is; `None` for a schedule's.
    pub stage: Option<StageId>,
    /// The action's name.
    pub action: String,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// The same for every attempt, so that doing it twice can be noticed.
    pub key: Digest,
    /// What is to be done.
    pub job: Job,
}

impl Fault {
    /// A fault that another attempt may mend.
    fn passing(message: impl Into<String>) -> Self {
        Self { message: message.into(), permanent: false }
    }

    /// A fault that stays until a person changes something.
    fn permanent(message: impl Into<String>) -> Self {
        Self { message: message.into(), permanent: true }
    }
}

/// A flag that ends running work; its clones are the same flag.
///
/// ```
/// use fivestep::performer::Stop;
/// let stop = Stop::default();
/// stop.clone().set();
/// assert!(stop.is_set());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks everything that looks at this flag to end. There is no way back.
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether everything is to end.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl From<Arc<AtomicBool>> for Stop {
    /// Takes a flag that somebody else sets, such as a signal.
    fn from(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }
}

/// What the work needs from outside.
#[derive(Debug, Clone)]
pub struct Tools {
    root: PathBuf,
    clock: Clock,
    environment: Environment,
    notifier: Notifier,
}

impl Tools {
    /// Tools for the workspace at `root`, an absolute path, with this machine's clock and the
    /// environment of this process.
    pub fn new(root: &Path) -> Self {
        Self::with(root, Clock::system(), Environment::system())
    }

    /// Tools with another clock and another environment.
    pub fn with(root: &Path, clock: Clock, environment: Environment) -> Self {
        let notifier = Notifier::new(root, environment.clone());
        Self { root: root.to_owned(), clock, environment, notifier }
    }

    /// Delivers a notice of the engine.
    ///
    /// # Errors
    ///
    /// As [`Notifier::deliver`].
    pub fn tell(&self, notice: &Notice) -> Result<(), Fault> {
        self.notifier.deliver(notice)
    }
}

/// Makes one attempt at an action and answers with what is to be journaled of it: an object of at
/// most the bytes that the job allows, often empty.
///
/// An attempt that [`Stop`] ended is a passing fault as well; ask [`Stop::is_set`] whether it counts.
///
/// # Errors
///
/// [`Fault`] says why it is not done, as far as we know: a webhook may have done its work and
/// failed to say so. What needs the workspace and its stores, such as `source.pull`, is the runner's, and
/// refused here.
pub fn perform(order: &Order, tools: &Tools, stop: &Stop) -> Result<Map<String, Value>, Fault> {
    let Order { brand, cycle, action, attempt, .. } = order;
    let stage = order.stage.as_ref().map(StageId::as_str);
    let _span = info_span!("perform", %brand, cycle, stage, action, attempt).entered();
    let answer = if stop.is_set() {
        Err(Fault::passing("it was not begun: fivestep is stopping"))
    } else {
        attempt_of(order, tools, stop)
    };
    match &answer {
        Ok(_) => debug!("done"),
        Err(fault) => debug!(permanent = fault.permanent, "{}", fault.message),
    }
    answer
}

fn attempt_of(order: &Order, tools: &Tools, stop: &Stop) -> Result<Map<String, Value>, Fault> {
    match &order.job.work {
        Work::Command { argv, env, output_bytes } => {
            command::perform(order, argv, env, *output_bytes, tools, stop)
        }
        Work::Http { url, token_env } => {
            http::perform(order, url, token_env.as_deref(), tools, stop)
        }
        Work::Notify { to, text } => notify::perform(order, to, text, tools, stop),
        Work::Pull | Work::Measure | Work::Audit | Work::Rank | Work::Inbox | Work::Evaluate => {
            let name = order.job.work.name();
            Err(Fault::permanent(format!("`{name}` is the runner's own work")))
        }
    }
}

/// What stands in for webhooks in a fivestep that was built without them.
#[cfg(not(feature = "http"))]
mod http {
    use super::{Fault, Map, Order, Stop, Tools, Value};

    pub(super) fn perform(
        _: &Order,
        _: &str,
        _: Option<&str>,
        _: &Tools,
        _: &Stop,
    ) -> Result<Map<String, Value>, Fault> {
        Err(Fault::permanent(
            "this fivestep was built without the feature `http`; \
             build it with `cargo install --locked --features http --path .`",
        ))
    }
}

/// What a program reads and a webhook is sent; `docs/reference/actions.md` explains each key.
#[derive(Debug, Serialize)]
struct Input<'a> {
    format: u32,
    brand: &'a BrandId,
    cycle: u32,
    stage: Option<&'a StageId>,
    action: &'a str,
    attempt: u32,
    key: &'a Digest,
}

/// The version of what programs and webhooks are given.
const FORMAT: u32 = 1;

impl Order {
    fn input(&self) -> Vec<u8> {
        line(&Input {
            format: FORMAT,
            brand: &self.brand,
            cycle: self.cycle,
            stage: self.stage.as_ref(),
            action: &self.action,
            attempt: self.attempt,
            key: &self.key,
        })
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(self.job.timeout_seconds.into())
    }
}

/// `value` as one line of JSON.
fn line(value: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).expect("names, numbers and texts are always JSON");
    line.push(b'\n');
    line
}

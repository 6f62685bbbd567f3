//! Every checkpoint that was met, numbered, and every decision, made once.
//!
//! A state of the model names checkpoints by number, so that millions of them are small. The engine
//! is pure: asked the same again it would say the same (`tests/engine/laws.rs`).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use fivestep::{
    engine::{Step, step},
    model::{
        ActionName, Actor, Checkpoint, Command, Digest, Verb, Workflow, command::Fault,
        ids::ActionId,
    },
};
use serde_json::Map;

use crate::{
    rules::{self, Rule},
    tiny,
};

/// The number of a checkpoint.
pub type Stand = u32;

/// The number of an action's key.
pub type Key = u32;

/// What can be asked of a brand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ask {
    Start,
    Advance,
    Done,
    Pause,
    Resume,
    Tick,
    Begin,
    Settle { action: u8, key: Key, attempt: u32, good: bool },
    Retry(u8),
    Skip(u8),
}

/// Everything that a decision follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Case {
    /// Which brand.
    pub brand: u8,
    /// Where it stands.
    pub from: Stand,
    /// What is asked.
    pub ask: Ask,
    /// Whether its evidence is in.
    pub seen: bool,
    /// When, on the model's clock.
    pub now: u8,
}

/// A decision that was not refused.
#[derive(Debug)]
pub struct Decided {
    /// What the engine answered.
    pub step: Step,
    /// Where the brand would stand.
    pub to: Stand,
    /// The rule that it breaks.
    pub breaks: Option<Rule>,
}

#[derive(Default)]
struct Shelves {
    numbers: HashMap<Digest, Stand>,
    met: Vec<Arc<Checkpoint>>,
    keys: Vec<Digest>,
    decided: HashMap<Case, Option<Arc<Decided>>>,
}

/// The memory of the whole model.
pub struct Archive {
    pub workflow: Workflow,
    shelves: Mutex<Shelves>,
}

impl Archive {
    pub fn new(cycles: u32) -> Self {
        Self { workflow: tiny::workflow(cycles), shelves: Mutex::default() }
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().expect("nobody breaks down while they hold it")
    }

    /// How many checkpoints were met, and how many decisions made.
    pub fn counts(&self) -> (usize, usize) {
        let shelves = self.shelves();
        (shelves.met.len(), shelves.decided.len())
    }

    /// The checkpoint of that number.
    pub fn checkpoint(&self, stand: Stand) -> Arc<Checkpoint> {
        Arc::clone(&self.shelves().met[stand as usize])
    }

    /// The number of a checkpoint.
    pub fn stand(&self, checkpoint: &Checkpoint) -> Stand {
        let text = serde_json::to_string(&(checkpoint, &*checkpoint.observations));
        let digest = Digest::of(text.expect("it is JSON").as_bytes());
        let mut shelves = self.shelves();
        if let Some(stand) = shelves.numbers.get(&digest) {
            return *stand;
        }
        let stand = shelves.met.len() as Stand;
        shelves.met.push(Arc::new(checkpoint.clone()));
        shelves.numbers.insert(digest, stand);
        stand
    }

    /// The number of a key.
    pub fn key(&self, key: &Digest) -> Key {
        let mut shelves = self.shelves();
        let known = shelves.keys.iter().position(|known| known == key);
        let number = known.unwrap_or_else(|| {
            shelves.keys.push(key.clone());
            shelves.keys.len() - 1
        });
        number as Key
    }

    /// What the engine decides; `None` if it refuses.
    pub fn decide(&self, case: Case) -> Option<Arc<Decided>> {
        if let Some(known) = self.shelves().decided.get(&case) {
            return known.clone();
        }
        let before = self.checkpoint(case.from);
        let (command, now) = (self.command(case.ask), tiny::moment(case.now));
        let answer = step(&self.workflow, &before, tiny::seen(case.seen), &command, now);
        let decided = answer.ok().map(|step| {
            let to = self.stand(&step.checkpoint);
            let breaks = rules::broken_by(&self.workflow, &before, &step, now);
            Arc::new(Decided { step, to, breaks })
        });
        self.shelves().decided.insert(case, decided.clone());
        decided
    }

    fn command(&self, ask: Ask) -> Command {
        let by_ada = |verb| Command::new(verb, Actor::new("Ada")).because(Some("because"));
        match ask {
            Ask::Start => by_ada(Verb::Start),
            Ask::Advance => by_ada(Verb::Advance),
            Ask::Done => by_ada(Verb::done("ask".parse().expect("a name"), Map::new())),
            Ask::Pause => by_ada(Verb::Pause),
            Ask::Resume => by_ada(Verb::Resume),
            Ask::Tick => Command::of_engine(Verb::Tick),
            Ask::Begin => Command::of_engine(Verb::Begin),
            Ask::Retry(action) => by_ada(Verb::Retry { action: name(action) }),
            Ask::Skip(action) => by_ada(Verb::Skip { action: name(action) }),
            Ask::Settle { action, key, attempt, good } => {
                let (action, key) = (name(action), self.shelves().keys[key as usize].clone());
                let fault = || Fault { message: "no".to_owned(), permanent: false };
                let result = if good { Ok(Map::new()) } else { Err(fault()) };
                Command::of_engine(Verb::Settle { action, key, attempt, result })
            }
        }
    }
}

/// The name of an action by its number.
pub fn name(action: u8) -> ActionName {
    ActionName::Entry(ActionId::new(tiny::ACTIONS[usize::from(action)]).expect("a name"))
}

/// The number of an action by its name.
pub fn number(action: &ActionName) -> u8 {
    let known = tiny::ACTIONS.iter().position(|known| *known == action.to_string());
    known.expect("an action of the tiny workflow") as u8
}

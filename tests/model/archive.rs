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
        ActionName, Actor, Checkpoint, Command, Digest, Status, TaskId, Verb, Workflow,
        command::Fault,
    },
};
use serde_json::Map;

use crate::{
    rules::{self, Rule},
    tiny,
    world::Bounds,
};

/// The number of a checkpoint.
pub type Stand = u32;

/// The number of an action's key.
pub type Key = u32;

/// What can be asked of a brand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ask {
    Start,
    StartAgain,
    Advance,
    Done,
    Pause,
    Resume,
    Abandon,
    /// To the text that it does not run on.
    Migrate,
    /// To where it stood.
    Rewind(Stand),
    /// From where the other brand stands.
    Fork(Stand),
    Tick,
    Begin,
    Settle {
        action: u8,
        key: Key,
        attempt: u32,
        good: bool,
    },
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
    /// Where the brand stood.
    pub before: Arc<Checkpoint>,
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
    /// The workflow, and what an edit made of it.
    texts: [Workflow; 2],
    shelves: Mutex<Shelves>,
}

impl Archive {
    pub fn new(bounds: Bounds) -> Self {
        Self { texts: [tiny::workflow(bounds), tiny::edited(bounds)], shelves: Mutex::default() }
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

    /// Whether a run is on the text of after the edit.
    fn is_edited(&self, at: &Checkpoint) -> bool {
        at.definition.as_ref() == Some(&self.texts[1].digest)
    }

    /// The text that a run is on; the first, if it has not started.
    pub fn text(&self, at: &Checkpoint) -> &Workflow {
        &self.texts[usize::from(self.is_edited(at))]
    }

    /// The text on which a run goes on after it was asked this.
    fn text_after(&self, before: &Checkpoint, ask: Ask) -> &Workflow {
        match ask {
            Ask::Start | Ask::StartAgain => &self.texts[0],
            Ask::Migrate => &self.texts[usize::from(!self.is_edited(before))],
            Ask::Rewind(state) | Ask::Fork(state) => self.text(&self.checkpoint(state)),
            Ask::Advance
            | Ask::Done
            | Ask::Pause
            | Ask::Resume
            | Ask::Abandon
            | Ask::Tick
            | Ask::Begin
            | Ask::Settle { .. }
            | Ask::Retry(_)
            | Ask::Skip(_) => self.text(before),
        }
    }

    /// What the engine decides; `None` if it refuses.
    pub fn decide(&self, case: Case) -> Option<Arc<Decided>> {
        if let Some(known) = self.shelves().decided.get(&case) {
            return known.clone();
        }
        let before = self.checkpoint(case.from);
        let (command, now) = (self.command(&before, case.ask), tiny::moment(case.now));
        let workflow = self.text_after(&before, case.ask);
        let answer = step(workflow, &before, tiny::seen(case.seen), &command, now);
        let decided = answer.ok().map(|step| {
            let to = self.stand(&step.checkpoint);
            let breaks = rules::broken_by(workflow, &before, &step, now);
            Arc::new(Decided { step, before: Arc::clone(&before), to, breaks })
        });
        self.shelves().decided.insert(case, decided.clone());
        decided
    }

    fn command(&self, before: &Checkpoint, ask: Ask) -> Command {
        let by_ada = |verb| Command::new(verb, Actor::new("Ada")).because(Some("because"));
        match ask {
            Ask::Start => by_ada(Verb::Start),
            Ask::StartAgain => by_ada(Verb::StartAgain),
            Ask::Advance => by_ada(Verb::Advance),
            Ask::Done => by_ada(Verb::done(only_task(self.text(before)), Map::new())),
            Ask::Pause => by_ada(Verb::Pause),
            Ask::Resume => by_ada(Verb::Resume),
            Ask::Abandon => by_ada(Verb::Abandon),
            Ask::Migrate => by_ada(Verb::Migrate(tiny::renamed(self.is_edited(before)))),
            Ask::Rewind(state) => by_ada(Verb::Rewind { state: self.state(state) }),
            Ask::Fork(state) => by_ada(Verb::Fork { state: self.state(state) }),
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

    fn state(&self, stand: Stand) -> Box<Checkpoint> {
        Box::new((*self.checkpoint(stand)).clone())
    }

    /// Every checkpoint of a run that was begun.
    pub fn begun(&self) -> Vec<(Stand, Arc<Checkpoint>)> {
        let met = self.shelves().met.clone();
        let all = (0..).zip(met);
        all.filter(|(_, at)| at.status != Status::Ready).collect()
    }
}

fn only_task(workflow: &Workflow) -> TaskId {
    let task = workflow.stages.iter().flat_map(|stage| &stage.tasks).next();
    task.expect("the tiny workflow has one").id.clone()
}

/// The name of an action by its number.
pub fn name(action: u8) -> ActionName {
    tiny::ACTIONS[usize::from(action)].parse().expect("a name")
}

/// The number of an action by its name.
pub fn number(action: &ActionName) -> u8 {
    let known = tiny::ACTIONS.iter().position(|known| *known == action.to_string());
    known.expect("an action of the tiny workflow") as u8
}

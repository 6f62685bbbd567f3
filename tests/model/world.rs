//! What can happen: one [`Move`] at a time, in every order.
//!
//! ```text
//! worker:  wake ─► look (read, decide) ─► write ─► perform ─► hear (read, decide) ─► note
//!            ▲                                                                        │
//!            └── crash, after any of them ──────── nothing of it is remembered ◄──────┘
//! ```
//!
//! Start reading at [`Town::next_state`]. Between any two moves of one worker everybody else may
//! act, the clock may go on, and the worker may crash.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use chrono::TimeDelta;
use fivestep::{
    engine::{Step, earlier, timers::pending},
    model::Checkpoint,
    store::{Committed, MemoryStore, RunStore, StoreError, memory::Runs},
};
use stateright::{Model, Property};

use crate::{
    archive::{Archive, Ask, Case, Decided, Stand},
    rules::{Rule, walk},
    sights::{self, Sight},
    tiny,
    witness::{Fired, Order, Witness, Work},
};

/// What people do besides advancing and doing their tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Pause, resume, retry and skip.
    Hold,
    /// Note where a brand stands, and rewind to there.
    GoBack,
    /// Fork the first brand; the second does not start otherwise.
    Fork,
    /// Migrate to the edited workflow, or back.
    Edit,
    /// Abandon a run, and start again.
    StartAgain,
}

/// How much may happen.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How many brands there are: one or two.
    pub brands: u8,
    /// In how many cycles the goal has to be met.
    pub cycles: u32,
    /// How many actions the first stage has: two at most.
    pub actions: u8,
    /// Whether an action comes round every minute.
    pub pulse: bool,
    /// Whether a worker needs the lead, as `serve` does; `tick` does not.
    pub leads: bool,
    /// The last minute of the clock.
    pub last: u8,
    /// How many workers may crash.
    pub crashes: u8,
    /// How many attempts may fail.
    pub faults: u8,
    /// How many such deeds people do.
    pub people: u8,
    /// Which.
    pub deeds: &'static [Deed],
}

impl Bounds {
    pub fn allow(&self, deed: Deed) -> bool {
        self.people > 0 && self.deeds.contains(&deed)
    }
}

/// How long a lead lasts.
const LEASE: TimeDelta = TimeDelta::minutes(1);

/// What a worker holds in its memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Worker {
    /// Whether it runs.
    up: bool,
    /// The number under which it leads.
    fence: Option<u64>,
    /// Decided, but not written yet.
    decided: Vec<Case>,
    /// To be performed.
    orders: Vec<Order>,
    /// Performed, and how it went.
    answer: Option<(Order, bool)>,
    /// Decided about an answer, but not written yet.
    noted: Option<Case>,
}

/// What a person noted to go back to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Mark {
    brand: u8,
    /// Where the brand stood, with what its actions have come to since: what `rewind` is given.
    state: Stand,
    /// What had fired by then.
    fired: Vec<Fired>,
}

/// What tells one state from another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Essence {
    stands: Vec<Stand>,
    seen: Vec<bool>,
    now: u8,
    /// Who leads, under which number, until when.
    lease: Option<(u8, u64, u8)>,
    workers: Vec<Worker>,
    witness: Witness,
    /// What a person may rewind to.
    mark: Option<Mark>,
    crashes: u8,
    faults: u8,
    people: u8,
    broken: Option<Rule>,
}

/// One state of everything.
#[derive(Debug, Clone)]
pub struct World {
    essence: Essence,
    /// The rows: they follow from the checkpoints, but for the journal, of which one suffices.
    runs: Runs,
    /// What was written last.
    pub last: Vec<Arc<Decided>>,
    /// Whether a writer was just refused because it leads no more.
    pub refused: bool,
}

impl World {
    /// The checkpoints of the brands.
    pub fn stands<'w>(&'w self, town: &'w Town) -> impl Iterator<Item = Arc<Checkpoint>> + 'w {
        self.essence.stands.iter().map(|stand| town.archive.checkpoint(*stand))
    }

    /// How many workers may still crash.
    pub fn crashes_left(&self) -> u8 {
        self.essence.crashes
    }

    /// The first rule that was broken.
    fn broken(&self) -> Option<Rule> {
        self.essence.broken
    }

    fn breaks(&mut self, rule: Rule) {
        self.essence.broken.get_or_insert(rule);
    }
}

/// Workers are alike: a state and the one with the workers' places changed are one.
impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut one = self.essence.clone();
        if let [first, second] = one.workers.as_slice()
            && (second, self.leads(1)) < (first, self.leads(0))
        {
            one.workers.swap(0, 1);
            one.lease = one.lease.map(|(who, fence, until)| (1 - who, fence, until));
        }
        one.hash(state);
    }
}

impl World {
    fn leads(&self, worker: u8) -> bool {
        self.essence.lease.is_some_and(|(who, ..)| who == worker)
    }
}

impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        self.essence == other.essence
    }
}

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Move {
    /// A minute passes.
    Clock,
    /// Evidence of a brand comes in.
    Evidence(u8),
    /// A person asks, and it is decided and written at once.
    Person(u8, Ask),
    /// A person notes where a brand stands.
    Mark(u8),
    /// A worker begins to run, if it may: where workers need the lead, it takes or renews it.
    Wake(u8),
    /// A worker reads where all brands stand, and decides what is due.
    Look(u8),
    /// A worker writes what it decided.
    Write(u8),
    /// A worker makes its next attempt, which succeeds or fails.
    Perform(u8, bool),
    /// A worker reads where the brand of an answer stands, and decides what follows.
    Hear(u8),
    /// A worker writes what follows from an answer.
    Note(u8),
    /// A worker forgets everything.
    Crash(u8),
}

/// The model.
pub struct Town {
    pub archive: Archive,
    pub bounds: Bounds,
    pub sights: Vec<Sight>,
}

/// A decision on its way to the store.
type Written = (Case, Arc<Decided>);

impl Town {
    pub fn new(bounds: Bounds) -> Self {
        Self { archive: Archive::new(bounds), bounds, sights: sights::within(bounds) }
    }

    fn case(&self, world: &World, brand: u8, from: Stand, ask: Ask) -> Case {
        let Essence { seen, now, .. } = &world.essence;
        Case { brand, from, ask, seen: seen[usize::from(brand)], now: *now }
    }

    /// What is due for a brand, decided but not written: as `runner::tick` decides it.
    fn due(&self, world: &World, brand: u8) -> Vec<Case> {
        let (mut cases, mut stand) = (Vec::new(), world.essence.stands[usize::from(brand)]);
        let mut ask = Ask::Tick;
        loop {
            let case = self.case(world, brand, stand, ask);
            match (self.archive.decide(case), ask) {
                (Some(decided), _) => {
                    cases.push(case);
                    stand = decided.to;
                    if ask == Ask::Begin {
                        return cases;
                    }
                }
                (None, Ask::Tick) => ask = Ask::Begin,
                (None, _) => return cases,
            }
        }
    }

    /// What a person might ask of a brand now; what is refused changes nothing.
    fn asks(&self, world: &World, brand: u8) -> Vec<Ask> {
        let mut asks = vec![Ask::Done, Ask::Advance];
        if world.essence.people > 0 {
            asks.extend(self.bounds.deeds.iter().flat_map(|deed| self.deeds(world, brand, *deed)));
        }
        let stand = world.essence.stands[usize::from(brand)];
        asks.retain(|ask| self.archive.decide(self.case(world, brand, stand, *ask)).is_some());
        asks
    }

    fn deeds(&self, world: &World, brand: u8, deed: Deed) -> Vec<Ask> {
        match deed {
            Deed::Hold => {
                let actions = [0, 1].into_iter();
                let mended = actions.flat_map(|action| [Ask::Retry(action), Ask::Skip(action)]);
                [Ask::Pause, Ask::Resume].into_iter().chain(mended).collect()
            }
            Deed::GoBack => {
                let mark = world.essence.mark.iter().filter(|mark| mark.brand == brand);
                mark.map(|mark| Ask::Rewind(mark.state)).collect()
            }
            Deed::Fork if brand == 1 => vec![Ask::Fork(world.essence.stands[0])],
            Deed::Fork => Vec::new(),
            Deed::Edit => vec![Ask::Migrate],
            Deed::StartAgain => vec![Ask::Abandon, Ask::StartAgain],
        }
    }

    fn of_worker(&self, world: &World, number: u8, moves: &mut Vec<Move>) {
        let worker = &world.essence.workers[usize::from(number)];
        let idle = worker.decided.is_empty() && worker.noted.is_none();
        if idle && worker.orders.is_empty() && worker.answer.is_none() {
            moves.push(if worker.up { Move::Look(number) } else { Move::Wake(number) });
            if worker.up && self.bounds.leads {
                moves.push(Move::Wake(number));
            }
        }
        if !worker.decided.is_empty() {
            moves.push(Move::Write(number));
        }
        if idle && worker.answer.is_some() {
            moves.push(Move::Hear(number));
        }
        if idle && worker.answer.is_none() && !worker.orders.is_empty() {
            moves.push(Move::Perform(number, true));
            if world.essence.faults > 0 {
                moves.push(Move::Perform(number, false));
            }
        }
        if worker.noted.is_some() {
            moves.push(Move::Note(number));
        }
        let forgets = !idle || !worker.orders.is_empty() || worker.answer.is_some();
        if forgets && world.essence.crashes > 0 {
            moves.push(Move::Crash(number));
        }
    }

    /// A worker takes or renews the lead. One that has lost it forgets under which number it led.
    fn wake(&self, world: &mut World, number: u8) {
        let Essence { now, workers, lease, .. } = &mut world.essence;
        let worker = &mut workers[usize::from(number)];
        if !self.bounds.leads {
            worker.up = true;
            return;
        }
        let mut store = MemoryStore::from(world.runs.clone());
        let holder = format!("worker {number}");
        let held = store.take_lead(&holder, tiny::moment(*now), LEASE).expect("nothing stops it");
        let leads = held.holder == holder;
        worker.up = leads;
        worker.fence = leads.then_some(held.fence);
        if leads {
            *lease = Some((number, held.fence, *now + 1));
            world.runs = store.runs();
        }
    }

    /// A worker reads where the brands stand, and decides what is due for each.
    fn look(&self, world: &mut World, number: u8) {
        let brands = 0..self.bounds.brands;
        let cases = brands.flat_map(|brand| self.due(world, brand)).collect();
        world.essence.workers[usize::from(number)].decided = cases;
    }

    /// Writes decisions in one transaction, and holds the rows to the rules. Answers with those
    /// that were written; `None` if the writer was refused.
    fn write(&self, world: &mut World, fence: Option<u64>, cases: &[Case]) -> Option<Vec<Written>> {
        let decided: Vec<Arc<Decided>> =
            cases.iter().map(|case| self.archive.decide(*case).expect("decided before")).collect();
        let steps: Vec<&Step> = decided.iter().map(|decided| &decided.step).collect();
        let mut store = MemoryStore::from(world.runs.clone());
        if let Some(fence) = fence {
            store.fence_with(fence);
        }
        let answer = store.commit(&steps);
        world.runs = store.runs();
        let newest = world.essence.lease.map(|(_, fence, _)| fence);
        let fates = match answer {
            Ok(fates) if fence.is_some() && fence != newest => {
                world.breaks(Rule::FenceIgnored);
                fates
            }
            Ok(fates) => fates,
            Err(StoreError::Fenced { .. }) => Vec::new(),
            Err(other) => panic!("{other}"),
        };
        let refused = fates.is_empty() && !steps.is_empty();
        world.refused = refused;
        let mut written = Vec::new();
        for ((case, decided), fate) in cases.iter().zip(decided).zip(&fates) {
            if *fate == Committed::Yes {
                self.follow(world, case, &decided);
                written.push((*case, decided));
            }
        }
        self.compare_rows(world, &store);
        if !written.is_empty() {
            self.read_mark(world, &store);
        }
        if refused { None } else { Some(written) }
    }

    /// Follows one written decision.
    fn follow(&self, world: &mut World, case: &Case, decided: &Arc<Decided>) {
        let brand = usize::from(case.brand);
        if world.essence.stands[brand] != case.from {
            world.breaks(Rule::LostUpdate);
        }
        if let Some(rule) = decided.breaks {
            world.breaks(rule);
        }
        world.essence.stands[brand] = decided.to;
        world.last.push(Arc::clone(decided));
        let marked = world.essence.mark.as_ref().map_or(Vec::new(), |mark| mark.fired.clone());
        // Events are told of the visit that they belong to, which may end in the same step.
        let before = self.archive.checkpoint(case.from);
        for (at, event) in walk(&before, &decided.step.entry) {
            let witness = &mut world.essence.witness;
            if let Some(rule) = witness.hear(&self.archive, case.brand, &at, event, &marked) {
                world.breaks(rule);
            }
        }
    }

    /// A person notes where a brand stands.
    fn note_down(&self, world: &mut World, brand: u8) {
        let (state, fired) =
            (world.essence.stands[usize::from(brand)], world.essence.witness.fired(brand));
        world.essence.mark = Some(Mark { brand, state, fired });
    }

    /// What was noted is read again from the journal, as `rewind` reads it: with what the actions
    /// have come to since.
    fn read_mark(&self, world: &mut World, store: &MemoryStore) {
        let Some(mark) = &mut world.essence.mark else { return };
        let (brand, revision) =
            (tiny::brand(mark.brand), self.archive.checkpoint(mark.state).revision);
        let journal = store.journal(&brand).expect("it reads");
        let state = earlier(Checkpoint::new(brand), &journal, revision);
        mark.state = self.archive.stand(&state.expect("it stood there"));
    }

    /// Holds what the store answers to what should stand there.
    fn compare_rows(&self, world: &mut World, store: &MemoryStore) {
        for brand in 0..self.bounds.brands {
            let at = self.archive.checkpoint(world.essence.stands[usize::from(brand)]);
            let name = tiny::brand(brand);
            let stored = store.checkpoint(&name).expect("it reads");
            let journal = store.journal(&name).expect("it reads");
            let rows = store.timers(&name).expect("they read");
            let kinds = pending(self.archive.text(&at), &at);
            let mut kinds: Vec<_> =
                kinds.iter().map(|timer| (timer.kind.name(), timer.of.as_str())).collect();
            let mut kept: Vec<_> = rows.iter().map(|(_, kind, of)| (&**kind, &**of)).collect();
            kinds.sort_unstable();
            kept.sort_unstable();
            if stored != *at {
                world.breaks(if world.refused {
                    Rule::RefusedButWritten
                } else {
                    Rule::LostUpdate
                });
            }
            if Checkpoint::fold(name, &journal) != *at {
                world.breaks(Rule::JournalDiffers);
            }
            if kept != kinds {
                world.breaks(Rule::OtherTimers);
            }
        }
    }

    /// A worker writes what it decided; what was begun is then its to do.
    fn write_page(&self, world: &mut World, number: u8) {
        let worker = usize::from(number);
        let cases = std::mem::take(&mut world.essence.workers[worker].decided);
        let fence = world.essence.workers[worker].fence;
        let Some(written) = self.write(world, fence, &cases) else {
            world.essence.workers[worker] = Worker::default();
            return;
        };
        let orders = written.iter().flat_map(|(case, decided)| {
            let (at, witness) = (self.archive.checkpoint(decided.to), &world.essence.witness);
            decided.step.begun.iter().map(move |begun| {
                let work = witness.work(case.brand, &at, &begun.action);
                let key = self.archive.key(&begun.key);
                Order { work, attempt: begun.attempt, key }
            })
        });
        let orders: Vec<Order> = orders.collect();
        // A brand of which any step met a conflict is left to the next look, as the runner does.
        let whole = |brand: u8| {
            let of = |case: &&Case| case.brand == brand;
            cases.iter().filter(of).count()
                == written.iter().filter(|(case, _)| case.brand == brand).count()
        };
        let orders = orders.into_iter().filter(|order| whole(order.work.brand));
        world.essence.workers[worker].orders = orders.collect();
    }

    /// Something is done outside: it cannot be taken back.
    fn perform(&self, world: &mut World, number: u8, good: bool) {
        let worker = &mut world.essence.workers[usize::from(number)];
        let order = worker.orders.remove(0);
        worker.answer = Some((order, good));
        world.essence.faults -= u8::from(!good);
        if let Some(rule) = world.essence.witness.see(order) {
            world.breaks(rule);
        }
    }

    /// A worker decides what follows from an answer; nothing, if nobody waits for it any more.
    fn hear(&self, world: &mut World, number: u8) {
        let worker = usize::from(number);
        let Some((order, good)) = world.essence.workers[worker].answer else { return };
        let Order { work: Work { brand, action, .. }, attempt, key } = order;
        let from = world.essence.stands[usize::from(brand)];
        let ask = Ask::Settle { action, key, attempt, good };
        let case = self.case(world, brand, from, ask);
        match self.archive.decide(case) {
            Some(_) => world.essence.workers[worker].noted = Some(case),
            None => world.essence.workers[worker].answer = None,
        }
    }

    /// A worker writes what follows from an answer; after a conflict it decides again.
    fn note(&self, world: &mut World, number: u8) {
        let worker = usize::from(number);
        let Some(case) = world.essence.workers[worker].noted.take() else { return };
        let fence = world.essence.workers[worker].fence;
        match self.write(world, fence, &[case]) {
            None => world.essence.workers[worker] = Worker::default(),
            Some(written) if written.is_empty() => {}
            Some(_) => world.essence.workers[worker].answer = None,
        }
    }

    fn person(&self, world: &mut World, brand: u8, ask: Ask) {
        let from = world.essence.stands[usize::from(brand)];
        let case = self.case(world, brand, from, ask);
        world.essence.people -= u8::from(!matches!(ask, Ask::Done | Ask::Advance));
        self.write(world, None, &[case]);
    }
}

impl Model for Town {
    type State = World;
    type Action = Move;

    /// All brands have just started.
    fn init_states(&self) -> Vec<World> {
        let brands = usize::from(self.bounds.brands);
        let ready = |brand| self.archive.stand(&Checkpoint::new(tiny::brand(brand)));
        let Bounds { crashes, faults, people, .. } = self.bounds;
        let mut world = World {
            essence: Essence {
                stands: (0..self.bounds.brands).map(ready).collect(),
                seen: vec![false; brands],
                now: 0,
                lease: None,
                workers: vec![Worker::default(); 2],
                witness: Witness::default(),
                mark: None,
                crashes,
                faults,
                people,
                broken: None,
            },
            runs: Runs::default(),
            last: Vec::new(),
            refused: false,
        };
        let asked = |brand: u8| {
            self.case(&world, brand, world.essence.stands[usize::from(brand)], Ask::Start)
        };
        // A brand that is to be a fork does not start.
        let started = if self.bounds.allow(Deed::Fork) { 1 } else { self.bounds.brands };
        let cases: Vec<Case> = (0..started).map(asked).collect();
        self.write(&mut world, None, &cases);
        vec![world]
    }

    fn actions(&self, world: &World, moves: &mut Vec<Move>) {
        let Essence { now, seen, broken, .. } = &world.essence;
        if broken.is_some() {
            return;
        }
        if *now < self.bounds.last {
            moves.push(Move::Clock);
        }
        for brand in 0..self.bounds.brands {
            if !seen[usize::from(brand)] {
                moves.push(Move::Evidence(brand));
            }
            moves.extend(self.asks(world, brand).into_iter().map(|ask| Move::Person(brand, ask)));
            let may_mark = world.essence.people > 0 && self.bounds.allow(Deed::GoBack);
            if may_mark && world.essence.mark.is_none() {
                moves.push(Move::Mark(brand));
            }
        }
        for worker in [0, 1] {
            self.of_worker(world, worker, moves);
        }
    }

    fn next_state(&self, before: &World, moved: Move) -> Option<World> {
        let mut world = before.clone();
        world.last.clear();
        world.refused = false;
        match moved {
            Move::Clock => world.essence.now += 1,
            Move::Evidence(brand) => world.essence.seen[usize::from(brand)] = true,
            Move::Person(brand, ask) => self.person(&mut world, brand, ask),
            Move::Mark(brand) => self.note_down(&mut world, brand),
            Move::Wake(worker) => self.wake(&mut world, worker),
            Move::Look(worker) => self.look(&mut world, worker),
            Move::Write(worker) => self.write_page(&mut world, worker),
            Move::Perform(worker, good) => self.perform(&mut world, worker, good),
            Move::Hear(worker) => self.hear(&mut world, worker),
            Move::Note(worker) => self.note(&mut world, worker),
            Move::Crash(worker) => {
                world.essence.workers[usize::from(worker)] = Worker::default();
                world.essence.crashes -= 1;
            }
        }
        self.sights.iter().for_each(|sight| sight.look(self, &world));
        (world != *before).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let kept =
            Property::always("no rule is ever broken", |_, world: &World| world.broken().is_none());
        vec![kept]
    }
}

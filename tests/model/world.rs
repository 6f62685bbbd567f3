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
    engine::{Step, timers::pending},
    model::{Checkpoint, Event},
    store::{Committed, MemoryStore, RunStore, StoreError, memory::Runs},
};
use stateright::{Model, Property};

use crate::{
    archive::{Archive, Ask, Case, Decided, Key, Stand},
    rules::{Rule, work},
    sights, tiny,
};

/// How much may happen.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How many brands there are: one or two.
    pub brands: u8,
    /// In how many cycles the goal has to be met.
    pub cycles: u32,
    /// Whether a worker needs the lead, as `serve` does; `tick` does not.
    pub leads: bool,
    /// The last minute of the clock.
    pub last: u8,
    /// How many workers may crash.
    pub crashes: u8,
    /// How many attempts may fail.
    pub faults: u8,
    /// How often people pause, resume, retry or skip. They advance and do their tasks besides.
    pub people: u8,
}

/// How long a lead lasts.
const LEASE: TimeDelta = TimeDelta::minutes(1);

/// An attempt that a worker is to make, or has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Order {
    brand: u8,
    /// Which visit of which stage.
    visit: u64,
    action: u8,
    attempt: u32,
    key: Key,
}

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

/// What tells one state from another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Essence {
    stands: Vec<Stand>,
    seen: Vec<bool>,
    now: u8,
    /// Who leads, under which number, until when.
    lease: Option<(u8, u64, u8)>,
    workers: Vec<Worker>,
    /// What the journal announced.
    announced: Vec<Order>,
    /// What the journal says was done: brand, visit, action.
    done: Vec<(u8, u64, u8)>,
    /// What has fired: brand, visit, kind, what it belongs to.
    fired: Vec<(u8, u64, &'static str, String)>,
    /// What was done outside, by key and attempt.
    outside: Vec<Order>,
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
    pub last: Option<Arc<Decided>>,
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
}

/// A decision on its way to the store.
type Written = (Case, Arc<Decided>);

impl Town {
    pub fn new(bounds: Bounds) -> Self {
        Self { archive: Archive::new(bounds.cycles), bounds }
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
            asks.extend([Ask::Pause, Ask::Resume]);
            asks.extend(
                [0, 1].into_iter().flat_map(|action| [Ask::Retry(action), Ask::Skip(action)]),
            );
        }
        let stand = world.essence.stands[usize::from(brand)];
        asks.retain(|ask| self.archive.decide(self.case(world, brand, stand, *ask)).is_some());
        asks
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
        world.last = Some(Arc::clone(decided));
        // Events are told of the visit that they belong to, which may end in the same step.
        let mut at = (*self.archive.checkpoint(case.from)).clone();
        for event in &decided.step.entry.events {
            self.recall(world, case.brand, &at, event);
            let mut entry = decided.step.entry.clone();
            entry.events = vec![event.clone()];
            at.apply(&entry);
        }
    }

    /// Keeps what later rules ask of the journal.
    fn recall(&self, world: &mut World, brand: u8, at: &Checkpoint, event: &Event) {
        match event {
            Event::ActionBegan { action, attempt, .. } => {
                let (visit, number) = work(at, action);
                if world.essence.done.contains(&(brand, visit, number)) {
                    world.breaks(Rule::DoneAgain);
                }
                let key = self.archive.key(&at.actions[action].key);
                let order = Order { brand, visit, action: number, attempt: *attempt, key };
                insert(&mut world.essence.announced, order);
            }
            Event::ActionSucceeded { action, .. } => {
                let (visit, number) = work(at, action);
                insert(&mut world.essence.done, (brand, visit, number));
            }
            Event::Fired { timer, of, .. } => {
                let visit = at.place.as_ref().map_or(0, |place| place.entered);
                let fired = (brand, visit, timer.name(), of.clone());
                if world.essence.fired.contains(&fired) {
                    world.breaks(Rule::FiredTwice);
                }
                insert(&mut world.essence.fired, fired);
            }
            _ => {}
        }
    }

    /// Holds what the store answers to what should stand there.
    fn compare_rows(&self, world: &mut World, store: &MemoryStore) {
        for brand in 0..self.bounds.brands {
            let at = self.archive.checkpoint(world.essence.stands[usize::from(brand)]);
            let name = tiny::brand(brand);
            let stored = store.checkpoint(&name).expect("it reads");
            let journal = store.journal(&name).expect("it reads");
            let rows = store.timers(&name).expect("they read");
            let kinds = pending(&self.archive.workflow, &at);
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
            let at = self.archive.checkpoint(case.from);
            decided.step.begun.iter().map(move |begun| {
                let (visit, action) = work(&at, &begun.action);
                let key = self.archive.key(&begun.key);
                Order { brand: case.brand, visit, action, attempt: begun.attempt, key }
            })
        });
        // A brand of which any step met a conflict is left to the next look, as the runner does.
        let whole = |brand: u8| {
            let of = |case: &&Case| case.brand == brand;
            cases.iter().filter(of).count()
                == written.iter().filter(|(case, _)| case.brand == brand).count()
        };
        world.essence.workers[worker].orders = orders.filter(|order| whole(order.brand)).collect();
    }

    /// Something is done outside: it cannot be taken back.
    fn perform(&self, world: &mut World, number: u8, good: bool) {
        let worker = &mut world.essence.workers[usize::from(number)];
        let order = worker.orders.remove(0);
        worker.answer = Some((order, good));
        world.essence.faults -= u8::from(!good);
        if !world.essence.announced.contains(&order) {
            world.breaks(Rule::NotAnnounced);
        }
        let work = |order: &Order| (order.brand, order.visit, order.action);
        let others = world.essence.outside.clone();
        if others.iter().any(|other| work(other) == work(&order) && other.key != order.key) {
            world.breaks(Rule::OtherKey);
        }
        if others.iter().any(|other| work(other) != work(&order) && other.key == order.key) {
            world.breaks(Rule::SharedKey);
        }
        insert(&mut world.essence.outside, order);
    }

    /// A worker decides what follows from an answer; nothing, if nobody waits for it any more.
    fn hear(&self, world: &mut World, number: u8) {
        let worker = usize::from(number);
        let Some((order, good)) = world.essence.workers[worker].answer else { return };
        let Order { brand, action, attempt, key, .. } = order;
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

/// Adds what is not there yet, in order.
fn insert<T: Ord>(list: &mut Vec<T>, item: T) {
    if let Err(place) = list.binary_search(&item) {
        list.insert(place, item);
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
                announced: Vec::new(),
                done: Vec::new(),
                fired: Vec::new(),
                outside: Vec::new(),
                crashes,
                faults,
                people,
                broken: None,
            },
            runs: Runs::default(),
            last: None,
            refused: false,
        };
        let asked = |brand: u8| {
            self.case(&world, brand, world.essence.stands[usize::from(brand)], Ask::Start)
        };
        let cases: Vec<Case> = (0..self.bounds.brands).map(asked).collect();
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
        }
        for worker in [0, 1] {
            self.of_worker(world, worker, moves);
        }
    }

    fn next_state(&self, before: &World, moved: Move) -> Option<World> {
        let mut world = before.clone();
        world.last = None;
        world.refused = false;
        match moved {
            Move::Clock => world.essence.now += 1,
            Move::Evidence(brand) => world.essence.seen[usize::from(brand)] = true,
            Move::Person(brand, ask) => self.person(&mut world, brand, ask),
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
        (world != *before).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always("no rule is ever broken", |_, world: &World| {
                world.essence.broken.is_none()
            }),
            Property::sometimes("a brand is in its second stage", |town, world| {
                sights::in_stage(town, world, "target")
            }),
            Property::sometimes("a brand is in its last stage", |town, world| {
                sights::in_stage(town, world, "repeat")
            }),
        ];
        // Each cycle waits for a minute.
        if u32::from(self.bounds.last) >= self.bounds.cycles {
            properties.push(Property::sometimes("every run ends in gold", sights::all_gold));
        }
        if self.bounds.last >= 3 {
            properties.push(Property::sometimes("a limit ends a stage", sights::left_by_limit));
        }
        if self.bounds.faults > 0 && self.bounds.last > 0 {
            properties.push(Property::sometimes("a second attempt succeeds", sights::retried));
        }
        if self.bounds.crashes > 0 && self.bounds.last > 0 {
            properties.extend([
                Property::sometimes("an attempt is lost", sights::lost),
                Property::sometimes("a run ends after a crash", sights::ended_after_a_crash),
            ]);
        }
        if self.bounds.leads && self.bounds.last > 0 {
            properties
                .push(Property::sometimes("a leader that slept is refused", |_, world: &World| {
                    world.refused
                }));
        }
        properties
    }
}

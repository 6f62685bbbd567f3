//! A loop that does what is due when it is due.
//!
//! Start reading at [`Runner::serve`]. Nothing lives in its memory that is not on the disk: it may
//! be stopped at any moment, and a second one beside it waits until the first is gone.
//!
//! # Always true
//!
//! - One process leads. It does so under a number, which every commit of it names; a process that
//!   slept past its lease wakes up to find each of its commits refused.
//! - A stop is graceful: nothing new is begun, what runs may end, then the lead is given up.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use chrono::TimeDelta;
use tracing::{info, warn};

use crate::{
    clock::Clock,
    failure::Failure,
    store::{StateStore, StoreError, state::Lease},
};

use super::{
    Runner,
    tick::{Account, Broken, Due, Tally, Told, Whose},
    works::Works,
};

/// How long a lead lasts without being renewed, unless somebody says otherwise.
pub const LEASE: Duration = Duration::from_secs(15);

/// How often a lead is renewed while it lasts.
const RENEWALS: u32 = 4;

/// The longest it sleeps: people and other processes write to the same store.
const NAP: Duration = Duration::from_millis(500);

/// How many short transactions of housekeeping a round may take.
pub(super) const HOUSE: usize = 4;

/// What is told of a server.
#[derive(Debug)]
pub enum News<'a> {
    /// This process leads now.
    Leads(Lease),
    /// Another process leads; this one waits.
    Waits(Lease),
    /// Something happened to a brand.
    Told(Told<'a>),
    /// What one round did.
    Round(Tally),
}

impl Runner {
    /// Does what is due when it is due, until `stop` says so.
    ///
    /// - `name`: how this process is called among those that may lead.
    /// - `lease`: how long it leads without being heard of.
    /// - `tell`: is handed what happens.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the store cannot be read or written; what concerns one brand is told.
    pub fn serve(
        &mut self,
        name: &str,
        lease: Duration,
        works: &mut Works,
        stop: &AtomicBool,
        tell: &mut dyn FnMut(News<'_>),
    ) -> Result<(), Failure> {
        let lasts = TimeDelta::from_std(lease).unwrap_or(TimeDelta::MAX);
        let mut waits_for = None;
        while !stop.load(Ordering::SeqCst) {
            let lease = match self.store.take_lead(name, self.clock.now(), lasts) {
                Ok(lease) => lease,
                Err(error) if error.is_busy() => {
                    warn!(%error, "waiting for the store");
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            if lease.holder != name {
                if waits_for.as_ref() != Some(&lease.holder) {
                    waits_for = Some(lease.holder.clone());
                    tell(News::Waits(lease));
                }
                thread::sleep(NAP);
                continue;
            }
            waits_for = None;
            self.store.fence_with(lease.fence);
            let keeper = Keeper::start(self.store.path(), name, self.clock, &lease, lasts);
            tell(News::Leads(lease));
            let led = self.lead(works, &keeper, stop, tell);
            keeper.end();
            match led {
                // What was begun is found by whoever leads now.
                Err(Failure::Store(StoreError::Fenced { holder, .. })) => {
                    warn!(holder, "the lead has passed to another process");
                }
                // Whoever holds the store up goes on or ends some day; nothing was half written.
                Err(Failure::Store(error)) if error.is_busy() => {
                    warn!(%error, "waiting for the store");
                }
                other => other?,
            }
        }
        self.wind_up(works, tell)?;
        self.store.give_up_lead(name)?;
        Ok(())
    }

    fn lead(
        &mut self,
        works: &mut Works,
        keeper: &Keeper,
        stop: &AtomicBool,
        tell: &mut dyn FnMut(News<'_>),
    ) -> Result<(), Failure> {
        let mut broken = Broken::new();
        let mut due = Due::of(&Whose::All);
        while !stop.load(Ordering::SeqCst) && keeper.leads() {
            let mut told = |told: Told<'_>| tell(News::Told(told));
            let mut account = Account::new(&mut told, &mut broken);
            let begun = self.decide_due(&mut due, works.room(), &mut account)?;
            self.hand_out(begun, works, &mut account)?;
            self.deliver(works, &mut account)?;
            self.keep_house(HOUSE)?;
            let nap = self.nap(&account)?;
            match works.busy() {
                0 => thread::sleep(nap),
                _ => self.take_answers(works, nap, &mut account)?,
            }
            let tally = account.tally;
            if !tally.is_nothing() {
                tell(News::Round(tally));
            }
        }
        Ok(())
    }

    /// How long nothing is due, as far as can be known.
    fn nap(&self, account: &Account<'_>) -> Result<Duration, Failure> {
        if !account.tally.did_nothing() {
            return Ok(Duration::ZERO);
        }
        // What is due and cannot be done must not keep the machine busy.
        if account.knows_broken() {
            return Ok(NAP);
        }
        let next = self.store.next_due()?.map(|at| (at - self.now()).to_std().unwrap_or_default());
        Ok(next.unwrap_or(NAP).clamp(NAP / 10, NAP))
    }

    /// Waits for the attempts that run. Their answers are kept if this process may still write.
    fn wind_up(
        &mut self,
        works: &mut Works,
        tell: &mut dyn FnMut(News<'_>),
    ) -> Result<(), Failure> {
        let mut told = |told: Told<'_>| tell(News::Told(told));
        let mut broken = Broken::new();
        let mut account = Account::new(&mut told, &mut broken);
        while works.busy() > 0 {
            match self.take_answers(works, NAP, &mut account) {
                Err(Failure::Store(StoreError::Fenced { .. })) => return Ok(()),
                other => other?,
            }
        }
        info!("stopped");
        Ok(())
    }
}

/// Renews the lead while the leader is busy.
#[derive(Debug)]
struct Keeper {
    lost: Arc<AtomicBool>,
    over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Keeper {
    fn start(path: &Path, name: &str, clock: Clock, lease: &Lease, lasts: TimeDelta) -> Self {
        let fence = lease.fence;
        let rest = lasts.to_std().unwrap_or(LEASE) / RENEWALS;
        let (lost, over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (tells, ends) = (Arc::clone(&lost), Arc::clone(&over));
        let (path, name) = (path.to_owned(), name.to_owned());
        let thread = thread::spawn(move || {
            let mut store = StateStore::open(&path).ok();
            while !ends.load(Ordering::SeqCst) {
                thread::park_timeout(rest);
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                let lease = store
                    .as_mut()
                    .and_then(|store| store.take_lead(&name, clock.now(), lasts).ok());
                // A store that cannot be written just now is tried again; the lease has time.
                if lease.is_some_and(|lease| lease.holder != name || lease.fence != fence) {
                    tells.store(true, Ordering::SeqCst);
                    return;
                }
            }
        });
        Self { lost, over, thread }
    }

    fn leads(&self) -> bool {
        !self.lost.load(Ordering::SeqCst)
    }

    fn end(self) {
        self.over.store(true, Ordering::SeqCst);
        self.thread.thread().unpark();
        // Whatever became of it, the lead ends by itself.
        drop(self.thread.join());
    }
}

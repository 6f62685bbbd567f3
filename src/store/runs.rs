//! What the runner needs of a store of runs, whatever it is made of.
//!
//! Start reading at [`RunStore::commit`]. [`StateStore`] keeps runs in a file, `MemoryStore` in
//! memory; `tests/store.rs` holds both to the same promises, and `tests/model.rs` explores the
//! second in every order of crashes and commits.
//!
//! # Always true
//!
//! - A brand's row, its journal entry, its timers and its notices change together or not at all.
//! - Of two steps decided at the same revision one is written; the other is told so.
//! - A writer whose lead has passed to another writes nothing.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Committed, Filter, Standing, StateStore, StoreError,
    state::{Batch, DueMark, DuePage, Keep, Lease},
};
use crate::{
    engine::{Notice, Step},
    model::{BrandId, Checkpoint, Digest, Entry, Timer},
};

/// The runs of many brands.
///
/// Each method promises what that of [`StateStore`] with the same name does, and fails as it does:
/// with a [`StoreError`] if something cannot be read or written.
pub trait RunStore {
    /// Writes steps, each only if its brand still stands at the revision before. A conflict takes
    /// the brand's later steps with it and leaves the other brands as they are.
    ///
    /// # Errors
    ///
    /// [`StoreError::Fenced`] if this writer led and leads no more; then nothing was written.
    fn commit(&mut self, steps: &[&Step]) -> Result<Vec<Committed>, StoreError>;

    /// Where `brand` stands; a brand that never started stands at revision 0.
    fn checkpoint(&self, brand: &BrandId) -> Result<Checkpoint, StoreError>;

    /// The journal of `brand`, oldest first.
    fn journal(&self, brand: &BrandId) -> Result<Vec<Entry>, StoreError>;

    /// One line about `brand`; `None` if it never started.
    fn standing(&self, brand: &BrandId) -> Result<Option<Standing>, StoreError>;

    /// One line each about the brands whose name follows `after`, in the order of names.
    ///
    /// - `filter`: every brand that it lets pass is among them; others may be, so ask it again.
    fn standings(
        &self,
        filter: Option<&Filter>,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Standing>, StoreError>;

    /// The brands for which something is due at `now`, from `mark` on, the longest due first.
    fn due(&self, now: DateTime<Utc>, mark: &DueMark, limit: usize) -> Result<DuePage, StoreError>;

    /// When something is due next, UTC; `None` if nothing ever is.
    fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// The timers of `brand`, the earliest first: when, kind, and what they belong to.
    fn timers(&self, brand: &BrandId) -> Result<Vec<(String, String, String)>, StoreError>;

    /// Makes the timers of a brand these, if it still stands at `revision`.
    fn mend_timers(
        &mut self,
        brand: &BrandId,
        generation: u32,
        revision: u64,
        timers: &[Timer],
    ) -> Result<(), StoreError>;

    /// Takes or renews the lead for `holder`, unless another process has it; answers with whoever
    /// leads now.
    fn take_lead(
        &mut self,
        holder: &str,
        now: DateTime<Utc>,
        lasts: TimeDelta,
    ) -> Result<Lease, StoreError>;

    /// Gives up the lead of `holder`; nothing happens if another process has it.
    fn give_up_lead(&mut self, holder: &str) -> Result<(), StoreError>;

    /// Who leads, or led last; `None` if nobody ever did.
    fn leader(&self) -> Result<Option<Lease>, StoreError>;

    /// From now on refuses what this writer commits unless the lead still has the number `fence`.
    fn fence_with(&mut self, fence: u64);

    /// Notices that were not delivered yet, the oldest first.
    fn open_notices(&self, limit: usize) -> Result<Vec<Notice>, StoreError>;

    /// Notes that notices were delivered.
    fn note_delivered(&mut self, keys: &[Digest], now: DateTime<Utc>) -> Result<(), StoreError>;

    /// Where `brand` stood when its journal was pruned; before its first commit if it never was.
    fn base(&self, brand: &BrandId) -> Result<Checkpoint, StoreError>;

    /// What of the journal of `brand` may go at `now`, from where the last batch ended; `None` if
    /// nothing may.
    fn plan(
        &self,
        brand: &BrandId,
        from: &Checkpoint,
        keep: &Keep,
        now: DateTime<Utc>,
    ) -> Result<Option<Batch>, StoreError>;

    /// Lets a batch go; answers whether it did, which it does not if the journal was pruned since.
    fn prune(&mut self, batch: &Batch) -> Result<bool, StoreError>;
}

impl RunStore for StateStore {
    fn commit(&mut self, steps: &[&Step]) -> Result<Vec<Committed>, StoreError> {
        StateStore::commit(self, steps)
    }

    fn checkpoint(&self, brand: &BrandId) -> Result<Checkpoint, StoreError> {
        StateStore::checkpoint(self, brand)
    }

    fn journal(&self, brand: &BrandId) -> Result<Vec<Entry>, StoreError> {
        StateStore::journal(self, brand)
    }

    fn standing(&self, brand: &BrandId) -> Result<Option<Standing>, StoreError> {
        StateStore::standing(self, brand)
    }

    fn standings(
        &self,
        filter: Option<&Filter>,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Standing>, StoreError> {
        StateStore::standings(self, filter, after, limit)
    }

    fn due(&self, now: DateTime<Utc>, mark: &DueMark, limit: usize) -> Result<DuePage, StoreError> {
        StateStore::due(self, now, mark, limit)
    }

    fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        StateStore::next_due(self)
    }

    fn timers(&self, brand: &BrandId) -> Result<Vec<(String, String, String)>, StoreError> {
        StateStore::timers(self, brand)
    }

    fn mend_timers(
        &mut self,
        brand: &BrandId,
        generation: u32,
        revision: u64,
        timers: &[Timer],
    ) -> Result<(), StoreError> {
        StateStore::mend_timers(self, brand, generation, revision, timers)
    }

    fn take_lead(
        &mut self,
        holder: &str,
        now: DateTime<Utc>,
        lasts: TimeDelta,
    ) -> Result<Lease, StoreError> {
        StateStore::take_lead(self, holder, now, lasts)
    }

    fn give_up_lead(&mut self, holder: &str) -> Result<(), StoreError> {
        StateStore::give_up_lead(self, holder)
    }

    fn leader(&self) -> Result<Option<Lease>, StoreError> {
        StateStore::leader(self)
    }

    fn fence_with(&mut self, fence: u64) {
        StateStore::fence_with(self, fence)
    }

    fn open_notices(&self, limit: usize) -> Result<Vec<Notice>, StoreError> {
        StateStore::open_notices(self, limit)
    }

    fn note_delivered(&mut self, keys: &[Digest], now: DateTime<Utc>) -> Result<(), StoreError> {
        StateStore::note_delivered(self, keys, now)
    }

    fn base(&self, brand: &BrandId) -> Result<Checkpoint, StoreError> {
        StateStore::base(self, brand)
    }

    fn plan(
        &self,
        brand: &BrandId,
        from: &Checkpoint,
        keep: &Keep,
        now: DateTime<Utc>,
    ) -> Result<Option<Batch>, StoreError> {
        StateStore::plan(self, brand, from, keep, now)
    }

    fn prune(&mut self, batch: &Batch) -> Result<bool, StoreError> {
        StateStore::prune(self, batch)
    }
}

//! Runs kept in memory: for tests, and for exploring every order in which things can happen.
//!
//! Start reading at [`MemoryStore`]. Its rows are a plain value, [`Runs`], which can be copied,
//! kept aside and gone back to.
//!
//! # Always true
//!
//! - `tests/store.rs` asks of it what it asks of the file.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Committed, Filter, RunStore, Standing, StoreError,
    state::{BATCH, Batch, DueMark, DuePage, Keep, Lease, instant, sorts, stamp},
};
use crate::{
    engine::{Notice, Step},
    model::{BrandId, Checkpoint, Digest, Entry, Timer},
};

/// A timer as a row: when, kind, and what it belongs to.
type TimerRow = (String, String, String);

/// What is kept of one brand.
#[derive(Debug, Clone)]
struct Kept {
    checkpoint: Checkpoint,
    journal: Vec<Arc<Entry>>,
    timers: BTreeSet<TimerRow>,
    /// Where it stood when its journal was pruned.
    base: Option<Checkpoint>,
}

/// The rows of a [`MemoryStore`] at one moment. Copies share what they have in common.
#[derive(Debug, Clone, Default)]
pub struct Runs {
    brands: BTreeMap<BrandId, Arc<Kept>>,
    notices: BTreeMap<(String, Digest), Arc<Notice>>,
    told: BTreeSet<Digest>,
    lease: Option<Lease>,
}

/// A writer to runs that are kept in memory.
///
/// ```
/// use fivestep::{model::BrandId, store::{MemoryStore, RunStore}};
///
/// let store = MemoryStore::default();
/// let acme = store.checkpoint(&BrandId::new("acme")?)?;
/// assert_eq!(acme.revision, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore {
    runs: Arc<Mutex<Runs>>,
    fence: Option<u64>,
}

impl From<Runs> for MemoryStore {
    fn from(runs: Runs) -> Self {
        Self { runs: Arc::new(Mutex::new(runs)), fence: None }
    }
}

impl MemoryStore {
    /// Another writer to the same runs, as another process would be.
    pub fn other(&self) -> Self {
        Self { runs: Arc::clone(&self.runs), fence: None }
    }

    /// A copy of the rows as they are now.
    pub fn runs(&self) -> Runs {
        self.rows().clone()
    }

    /// The rows, for one writer at a time.
    fn rows(&self) -> MutexGuard<'_, Runs> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RunStore for MemoryStore {
    fn commit(&mut self, steps: &[&Step]) -> Result<Vec<Committed>, StoreError> {
        let mut runs = self.rows();
        runs.check(self.fence)?;
        let mut conflicted: HashSet<&BrandId> = HashSet::new();
        let fates = steps.iter().map(|step| {
            let brand = &step.checkpoint.brand;
            let fits = !conflicted.contains(brand) && runs.stands_before(step);
            if fits {
                runs.write(step);
                return Committed::Yes;
            }
            conflicted.insert(brand);
            Committed::Conflict
        });
        Ok(fates.collect())
    }

    fn checkpoint(&self, brand: &BrandId) -> Result<Checkpoint, StoreError> {
        let kept = self.rows().brands.get(brand).cloned();
        Ok(kept.map_or_else(|| Checkpoint::new(brand.clone()), |kept| kept.checkpoint.clone()))
    }

    fn journal(&self, brand: &BrandId) -> Result<Vec<Entry>, StoreError> {
        let kept = self.rows().brands.get(brand).cloned();
        let entries = kept.iter().flat_map(|kept| &kept.journal);
        Ok(entries.map(|entry| (**entry).clone()).collect())
    }

    fn standing(&self, brand: &BrandId) -> Result<Option<Standing>, StoreError> {
        Ok(self.rows().brands.get(brand).map(|kept| Standing::of(&kept.checkpoint)))
    }

    fn standings(
        &self,
        _filter: Option<&Filter>,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Standing>, StoreError> {
        let runs = self.rows();
        let later = runs.brands.iter().filter(|(brand, _)| brand.as_str() > after);
        Ok(later.take(limit).map(|(_, kept)| Standing::of(&kept.checkpoint)).collect())
    }

    fn due(&self, now: DateTime<Utc>, mark: &DueMark, limit: usize) -> Result<DuePage, StoreError> {
        let (runs, now) = (self.rows(), stamp(now));
        let rows = runs.brands.iter().flat_map(|(brand, kept)| {
            let at = |(at, _, _): &TimerRow| DueMark::new(at.clone(), brand.to_string());
            kept.timers.iter().map(at)
        });
        let mut rows: Vec<DueMark> = rows.filter(|row| row.is_by(&now) && row > mark).collect();
        rows.sort();
        rows.truncate(limit);
        Ok(DuePage::of(rows))
    }

    fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let runs = self.rows();
        let first = runs.brands.values().filter_map(|kept| kept.timers.first()).min();
        Ok(first.and_then(|(at, _, _)| instant(at)))
    }

    fn timers(&self, brand: &BrandId) -> Result<Vec<TimerRow>, StoreError> {
        let kept = self.rows().brands.get(brand).cloned();
        Ok(kept.iter().flat_map(|kept| kept.timers.iter().cloned()).collect())
    }

    fn mend_timers(
        &mut self,
        brand: &BrandId,
        _generation: u32,
        revision: u64,
        timers: &[Timer],
    ) -> Result<(), StoreError> {
        let mut runs = self.rows();
        runs.check(self.fence)?;
        let kept = runs.brands.get_mut(brand);
        if let Some(kept) = kept.filter(|kept| kept.checkpoint.revision == revision) {
            Arc::make_mut(kept).timers = timer_rows(timers);
        }
        Ok(())
    }

    fn take_lead(
        &mut self,
        holder: &str,
        now: DateTime<Utc>,
        lasts: TimeDelta,
    ) -> Result<Lease, StoreError> {
        let (mut runs, until) = (self.rows(), now + lasts);
        let fence = match &runs.lease {
            Some(lease) if lease.holder == holder => lease.fence,
            Some(lease) if lease.until > now && lease.until <= until => return Ok(lease.clone()),
            Some(lease) => lease.fence + 1,
            None => 1,
        };
        let lease = Lease { holder: holder.to_owned(), fence, until };
        runs.lease = Some(lease.clone());
        Ok(lease)
    }

    fn give_up_lead(&mut self, holder: &str) -> Result<(), StoreError> {
        let mut runs = self.rows();
        if let Some(lease) = runs.lease.as_mut().filter(|lease| lease.holder == holder) {
            lease.until = DateTime::<Utc>::MIN_UTC;
        }
        Ok(())
    }

    fn leader(&self) -> Result<Option<Lease>, StoreError> {
        Ok(self.rows().lease.clone())
    }

    fn fence_with(&mut self, fence: u64) {
        self.fence = Some(fence);
    }

    fn open_notices(&self, limit: usize) -> Result<Vec<Notice>, StoreError> {
        let runs = self.rows();
        let open = runs.notices.iter().filter(|((_, key), _)| !runs.told.contains(key));
        Ok(open.take(limit).map(|(_, notice)| (**notice).clone()).collect())
    }

    fn note_delivered(&mut self, keys: &[Digest], _now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut runs = self.rows();
        runs.check(self.fence)?;
        runs.told.extend(keys.iter().cloned());
        Ok(())
    }

    fn base(&self, brand: &BrandId) -> Result<Checkpoint, StoreError> {
        let base = self.rows().brands.get(brand).and_then(|kept| kept.base.clone());
        Ok(base.unwrap_or_else(|| Checkpoint::new(brand.clone())))
    }

    fn plan(
        &self,
        brand: &BrandId,
        from: &Checkpoint,
        keep: &Keep,
        now: DateTime<Utc>,
    ) -> Result<Option<Batch>, StoreError> {
        let Some(kept) = self.rows().brands.get(brand).cloned() else { return Ok(None) };
        let newest = (kept.checkpoint.generation, kept.checkpoint.cycle.number);
        let later = kept.journal.iter().filter(|entry| entry.revision > from.revision);
        let entries = later.take(BATCH).map(|entry| (**entry).clone()).collect();
        Batch::plan(from, entries, newest, keep, now).map_err(|source| damaged(brand, source))
    }

    fn prune(&mut self, batch: &Batch) -> Result<bool, StoreError> {
        let brand = &batch.state.brand;
        let landmarks = batch.kept.iter().map(|(revision, entry)| {
            let entry: Entry = serde_json::from_str(entry).map_err(|e| damaged(brand, e))?;
            Ok((*revision, Arc::new(entry)))
        });
        let landmarks = landmarks.collect::<Result<BTreeMap<u64, Arc<Entry>>, StoreError>>()?;
        let mut runs = self.rows();
        runs.check(self.fence)?;
        let Some(kept) = runs.brands.get_mut(brand) else { return Ok(false) };
        if kept.base.as_ref().map_or(0, |base| base.revision) != batch.after {
            return Ok(false);
        }
        let kept = Arc::make_mut(kept);
        kept.journal.retain(|entry| !batch.gone.contains(&entry.revision));
        for entry in &mut kept.journal {
            if let Some(landmark) = landmarks.get(&entry.revision) {
                *entry = Arc::clone(landmark);
            }
        }
        kept.base = Some(batch.state.clone());
        Ok(true)
    }
}

impl Runs {
    /// Refuses a writer whose lead has passed to another.
    fn check(&self, fence: Option<u64>) -> Result<(), StoreError> {
        let Some(ours) = fence else { return Ok(()) };
        let newest = self.lease.as_ref().map_or(0, |lease| lease.fence);
        if newest == ours {
            return Ok(());
        }
        let holder = self.lease.as_ref().map(|lease| lease.holder.clone());
        Err(StoreError::Fenced { holder: holder.unwrap_or_default(), fence: newest, ours })
    }

    /// Whether the brand stands where `step` was decided.
    fn stands_before(&self, step: &Step) -> bool {
        let kept = self.brands.get(&step.checkpoint.brand);
        kept.map_or(0, |kept| kept.checkpoint.revision) + 1 == step.checkpoint.revision
    }

    fn write(&mut self, step: &Step) {
        let Step { checkpoint, entry, timers, notices, .. } = step;
        let known = self.brands.get(&checkpoint.brand);
        let journal = known.iter().flat_map(|kept| &kept.journal).cloned();
        let journal = journal.chain([Arc::new(entry.clone())]).collect();
        let timers = match timers {
            Some(timers) => timer_rows(timers),
            None => known.map(|kept| kept.timers.clone()).unwrap_or_default(),
        };
        let base = known.and_then(|kept| kept.base.clone());
        let kept = Kept { checkpoint: checkpoint.clone(), journal, timers, base };
        self.brands.insert(checkpoint.brand.clone(), Arc::new(kept));
        for notice in notices {
            let place = (stamp(notice.at), notice.key.clone());
            self.notices.entry(place).or_insert_with(|| Arc::new(notice.clone()));
        }
    }
}

fn damaged(brand: &BrandId, source: serde_json::Error) -> StoreError {
    let what = format!("the journal of `{brand}`");
    StoreError::Damaged { path: PathBuf::from("memory"), what, source }
}

/// Timers as rows, each once; those are left out whose time does not sort.
fn timer_rows(timers: &[Timer]) -> BTreeSet<TimerRow> {
    let rows = timers.iter().filter(|timer| sorts(timer.at));
    rows.map(|Timer { at, kind, of }| (stamp(*at), kind.name().to_owned(), of.clone())).collect()
}

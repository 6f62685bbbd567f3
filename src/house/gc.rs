//! What a workspace gives up in time, and the bytes that come back for it.
//!
//! Start reading at [`sweep`] for the state file, at [`evidence`] for the others.
//!
//! # Always true
//!
//! - A dry run counts what the real one would do, with the same code, and writes nothing.
//! - A brand that cannot be read is told of and never stops the others.
//! - An evidence file is removed only where that is asked for, and only if its brand neither runs
//!   nor has a file.

use std::{fs, path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    failure::Failure,
    model::{BrandId, Checkpoint},
    store::{
        Space, StateStore, StoreError,
        evidence::EvidenceStore,
        state::{Batch, Keep},
    },
    workspace::Workspace,
};

use super::{HouseError, backup::evidence_files};

/// How many pages are given back in one transaction: about half a megabyte is moved.
const PAGES: u32 = 128;

/// For how long the log's reset waits for others, in milliseconds.
const LOG_WAIT: Duration = Duration::from_millis(1_000);

/// What went, or would go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Gone {
    /// Brands whose journal became shorter.
    pub brands: u64,
    /// Entries of journals.
    pub entries: u64,
    /// Landmarks that gave up their measurements.
    pub trimmed: u64,
    /// Delivered notices.
    pub notices: u64,
    /// Texts of workflows that nothing refers to.
    pub definitions: u64,
    /// Rows of brands that are no more.
    pub orphans: u64,
    /// The text of the entries that went, in bytes.
    pub bytes: u64,
}

impl Gone {
    fn take(&mut self, batch: &Batch) {
        self.entries += batch.gone.len() as u64;
        self.trimmed += batch.trimmed;
        self.bytes += batch.bytes;
    }

    /// Whether nothing went.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// How far a sweep goes.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    /// What stays of journals.
    pub keep: Keep,
    /// The moment from which ages count, UTC.
    pub now: DateTime<Utc>,
    /// Count, and write nothing.
    pub dry_run: bool,
    /// Whether a brand of that name has a file.
    pub has_file: &'a dyn Fn(&str) -> bool,
}

/// How many transactions a sweep may still make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget(pub usize);

impl Budget {
    /// Takes one; answers whether there was one.
    fn spend(&mut self) -> bool {
        let had = self.0 > 0;
        self.0 = self.0.saturating_sub(1);
        had
    }
}

/// A brand whose journal cannot be pruned, and why.
pub type Broken<'a> = &'a mut dyn FnMut(&str, Failure);

/// Lets everything go that may. Free pages are not given back yet: [`give_back`].
///
/// # Errors
///
/// [`StoreError`] if the store itself cannot be read or written; what was done until then stays
/// done.
pub fn sweep(
    store: &mut StateStore,
    task: &Task<'_>,
    broken: Broken<'_>,
) -> Result<Gone, StoreError> {
    let mut gone = Gone::default();
    journals(store, task, "", &mut Budget(usize::MAX), &mut gone, broken)?;
    rest(store, task, &mut gone)?;
    let unused = store.unused_definitions()?;
    gone.definitions = match task.dry_run {
        true => store.droppable_definitions(&unused, task.now)?,
        false => store.drop_definitions(&unused, task.now)?,
    };
    Ok(gone)
}

/// Prunes the journals of the brands after `after`. Answers with the brand at which the budget
/// ended; `None` if all are done.
pub fn journals(
    store: &mut StateStore,
    task: &Task<'_>,
    after: &str,
    budget: &mut Budget,
    gone: &mut Gone,
    broken: Broken<'_>,
) -> Result<Option<String>, StoreError> {
    let mut after = after.to_owned();
    loop {
        let page = store.long_journals(&task.keep, &after)?;
        let Some(last) = page.last().cloned() else { return Ok(None) };
        for name in page {
            match journal(store, task, &name, budget, gone) {
                Ok(true) => {}
                Ok(false) => return Ok(Some(after)),
                Err(error) if error.concerns_one_brand() => broken(&name, error.into()),
                Err(error) => return Err(error),
            }
            after = name;
        }
        after = last;
    }
}

/// Prunes one journal; answers whether the budget sufficed.
fn journal(
    store: &mut StateStore,
    task: &Task<'_>,
    name: &str,
    budget: &mut Budget,
    gone: &mut Gone,
) -> Result<bool, StoreError> {
    let Ok(brand) = BrandId::new(name) else { return Ok(true) };
    let mut state: Checkpoint = store.base(&brand)?;
    let before = *gone;
    let mut enough = true;
    while let Some(batch) = store.plan(&brand, &state, &task.keep, task.now)? {
        if !budget.spend() {
            enough = false;
            break;
        }
        // Another process that prunes at the same time does the rest.
        if !task.dry_run && !store.prune(&batch)? {
            break;
        }
        gone.take(&batch);
        state = batch.state;
    }
    gone.brands += u64::from(*gone != before);
    Ok(enough)
}

/// Notices, and rows of brands that are no more.
pub fn rest(store: &mut StateStore, task: &Task<'_>, gone: &mut Gone) -> Result<(), StoreError> {
    let mut strays = store.orphans(task.has_file)?;
    strays.retain(StateStore::may_go);
    if task.dry_run {
        gone.notices += store.old_notices(task.now)?;
        gone.orphans += strays.iter().map(|stray| stray.rows).sum::<u64>();
        return Ok(());
    }
    loop {
        match store.drop_notices(task.now)? {
            0 => break,
            count => gone.notices += count,
        }
    }
    for batch in strays.chunks(crate::store::state::BATCH) {
        gone.orphans += store.drop_strays(batch)?;
    }
    Ok(())
}

/// Gives free pages of the state file back, as far as the budget goes, and empties its log.
///
/// # Errors
///
/// [`StoreError`] if the file cannot be written.
pub fn give_back(store: &mut StateStore, budget: &mut Budget) -> Result<(), StoreError> {
    while budget.spend() && store.give_back(PAGES)? {}
    store.empty_log(LOG_WAIT)
}

/// An evidence file whose brand neither runs nor has a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Orphan {
    /// The brand.
    pub brand: String,
    /// The file.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
}

/// What was seen of the evidence files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Evidence {
    /// How many there are.
    pub files: u64,
    /// The room of those that have something to give back.
    pub before: Space,
    /// The same afterwards.
    pub after: Space,
    /// Those whose brand is no more.
    pub orphans: Vec<Orphan>,
}

/// Gives free pages of every evidence file back, and removes the files of brands that are no more
/// where `remove` says so.
///
/// # Errors
///
/// [`Failure`] if the folder cannot be read or a file not be removed; a file that cannot be opened
/// is told of.
pub fn evidence(
    workspace: &Workspace,
    store: &StateStore,
    dry_run: bool,
    remove: bool,
    broken: Broken<'_>,
) -> Result<Evidence, Failure> {
    let mut seen = Evidence::default();
    for brand in evidence_files(workspace)? {
        seen.files += 1;
        let path = workspace.evidence_path(&brand);
        if store.standing(&brand)?.is_none() && !workspace.brand_path(&brand).exists() {
            let bytes = fs::metadata(&path).map(|meta| meta.len()).unwrap_or_default();
            if remove && !dry_run {
                fs::remove_file(&path).map_err(HouseError::writing(&path))?;
            }
            seen.orphans.push(Orphan { brand: brand.to_string(), path, bytes });
            continue;
        }
        match shrink(&path, dry_run) {
            Ok((before, after)) => {
                seen.before = seen.before.and(before);
                seen.after = seen.after.and(after);
            }
            Err(failure) => broken(brand.as_str(), failure),
        }
    }
    Ok(seen)
}

/// Gives the free pages of one evidence file back; the room before and after.
fn shrink(path: &std::path::Path, dry_run: bool) -> Result<(Space, Space), Failure> {
    let Some(file) = EvidenceStore::open_existing_read_only(path)? else {
        return Ok(Default::default());
    };
    let before = file.space()?;
    drop(file);
    if dry_run || before.free_bytes == 0 {
        return Ok((before, before));
    }
    let mut file = EvidenceStore::open(path)?;
    while file.give_back(PAGES)? {}
    Ok((before, file.space()?))
}

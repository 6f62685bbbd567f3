//! What an export tells about people that is not known yet becomes a layer.
//!
//! Start reading at [`bring_in`].
//!
//! # Always true
//!
//! - One person is in memory at a time, of what is known and of what comes.
//! - What is known already is not written again.

use rusqlite::Connection;

use super::{LayerRun, LayerWriter, compact, open, times};
use crate::evidence::{
    accounts::Accounts,
    erasure::Erasure,
    layers::{
        Record, Times,
        block::Base,
        merge::Merge,
        sorted::{ChunkRun, Sorted},
    },
    somebody::{Micros, Somebody},
    target::bio::Sought,
};

/// How many of each family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::store::evidence) struct Rows {
    pub people: u64,
    pub follows: u64,
    pub interactions: u64,
}

/// What changed with an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::store::evidence) struct Change {
    pub added: Rows,
    pub updated: Rows,
    /// How many follows are gone now and were not.
    pub left: u64,
    /// How many were gone and are there again.
    pub returned: u64,
    /// How many are gone at another time than thought.
    pub redated: u64,
}

/// What is brought in.
#[derive(Debug, Clone, Copy)]
pub(in crate::store::evidence) struct Incoming<'i> {
    pub people: &'i Sorted,
    /// How new the export is.
    pub as_of: Micros,
    /// Who is left out.
    pub gone: &'i Erasure,
    /// The revision of before; what comes is known from the next one on.
    pub revision: u64,
    /// Whether a complete list came with it, so that everybody may be gone or back.
    pub lists: bool,
    /// The words that are kept of descriptions; absent if none is.
    pub sought: Option<&'i Sought>,
}

/// Adds what is new as a layer; the lists of the export are in their table already.
pub(in crate::store::evidence) fn bring_in(
    connection: &Connection,
    incoming: Incoming<'_>,
) -> rusqlite::Result<Change> {
    let mut accounts = Accounts::default();
    let before = times(connection, Some(incoming.revision), &mut accounts)?;
    let mut known = open(connection, &mut accounts)?;
    let mut coming = incoming.people.read(&mut accounts).map_err(from_disk)?;
    let after = times(connection, None, &mut accounts)?;
    let base = Base { known: incoming.revision + 1, as_of: incoming.as_of };
    let layer = LayerWriter::begin(connection, base)?;
    let mut work = Work {
        incoming,
        // All that was known then is known; only the lists are those of then.
        before: Times { revision: None, ..before },
        after,
        layer,
        change: Change::default(),
        old: Record::default(),
        new: Record::default(),
        was: Somebody::default(),
        is: Somebody::default(),
    };
    work.everybody(&mut known, &mut coming, &mut accounts)?;
    let Work { layer, change, .. } = work;
    drop(known);
    layer.finish(&accounts)?;
    compact::compact(connection, base)?;
    Ok(change)
}

/// What the disk says about a file for sorting.
fn from_disk(error: std::io::Error) -> rusqlite::Error {
    rusqlite::Error::UserFunctionError(error.into())
}

struct Work<'w> {
    incoming: Incoming<'w>,
    before: Times,
    after: Times,
    layer: LayerWriter<'w>,
    change: Change,
    /// All that is said of the person, and what the export says of them.
    old: Record,
    new: Record,
    /// What follows from it.
    was: Somebody,
    is: Somebody,
}

impl Work<'_> {
    fn everybody(
        &mut self,
        known: &mut Merge<LayerRun<'_>>,
        coming: &mut Merge<ChunkRun<'_>>,
        accounts: &mut Accounts,
    ) -> rusqlite::Result<()> {
        let mut id = String::new();
        loop {
            let old = known.peek().filter(|_| self.incoming.lists);
            let Some(next) = [old, coming.peek()].into_iter().flatten().min() else {
                return Ok(());
            };
            id.clear();
            id.push_str(next);
            known.only(&id, &mut self.old, accounts)?;
            coming.only(&id, &mut self.new, accounts).map_err(from_disk)?;
            self.prepare();
            if self.new.is_empty() {
                self.absent();
            } else if self.old.is_empty() {
                self.arrive(accounts)?;
            } else {
                self.meet(accounts)?;
            }
        }
    }

    /// Leaves out who was forgotten, and says from when the rest is known.
    fn prepare(&mut self) {
        if !self.incoming.gone.is_empty() {
            self.new.forget(self.incoming.gone, &self.after);
        }
        self.new.settle(self.incoming.revision + 1);
        for one in &mut self.new.described {
            let bio = one.traits.bio.take();
            one.traits.bio = bio.zip(self.incoming.sought).map(|(bio, by)| by.found(&bio));
        }
    }

    /// Somebody of whom nothing comes: a complete list may say that they are gone.
    fn absent(&mut self) {
        self.old.fold_account(&self.before, &mut self.was);
        self.old.fold_account(&self.after, &mut self.is);
        self.count_gone();
    }

    /// Somebody of whom nothing was known.
    fn arrive(&mut self, accounts: &Accounts) -> rusqlite::Result<()> {
        self.was.begin(&self.new.id);
        self.new.fold(&self.after, &mut self.is);
        let added = &mut self.change.added;
        added.people += u64::from(self.is.handle().is_some());
        added.follows += self.is.follows.len() as u64;
        added.interactions += self.is.deeds.len() as u64;
        self.count_gone();
        self.layer.add(&self.new, accounts)
    }

    /// Somebody who was known: what tells nothing new is left out.
    fn meet(&mut self, accounts: &Accounts) -> rusqlite::Result<()> {
        self.old.fold(&self.before, &mut self.was);
        let newest = self.old.newest();
        self.old.add(&self.new);
        self.old.fold_account(&self.after, &mut self.is);
        let described = (self.is.handle(), self.is.name(), self.is.traits())
            != (self.was.handle(), self.was.name(), self.was.traits());
        let first = u64::from(self.was.handle().is_none());
        self.change.added.people += first * u64::from(described);
        self.change.updated.people += (1 - first) * u64::from(described);
        // A newer sight that says the same is kept for its age: nothing older may overrule it.
        self.new.described.retain(|one| described || Some(one.as_of) > newest);
        self.keep_follows();
        self.keep_deeds();
        self.count_gone();
        if self.new.is_empty() { Ok(()) } else { self.layer.add(&self.new, accounts) }
    }

    fn keep_follows(&mut self) {
        let Change { added, updated, .. } = &mut self.change;
        let mut changed = Vec::new();
        for now in &self.is.follows {
            match self.was.follows.iter().find(|was| was.account == now.account) {
                None => added.follows += 1,
                Some(was)
                    if (was.since, was.first_seen_at, was.seen_at)
                        != (now.since, now.first_seen_at, now.seen_at) =>
                {
                    updated.follows += 1;
                }
                Some(_) => continue,
            }
            changed.push(now.account);
        }
        self.new.follows.retain(|one| changed.contains(&one.account));
    }

    /// Keeps what was not known, or is known to have been earlier. Both are in the order of what was
    /// done to what.
    fn keep_deeds(&mut self) {
        let Change { added, updated, .. } = &mut self.change;
        let (new, was) = (&mut self.new, &self.was);
        let mut known = was.deeds.iter().peekable();
        let words = &new.words;
        new.deeds.retain(|one| {
            let object = &words[one.object.start as usize..one.object.end as usize];
            let key = (one.act, object);
            while known.next_if(|was_done| (was_done.act, was.object(was_done)) < key).is_some() {}
            match known.peek().filter(|was_done| (was_done.act, was.object(was_done)) == key) {
                None => added.interactions += 1,
                Some(was_done) if one.at < was_done.at => updated.interactions += 1,
                Some(_) => return false,
            }
            true
        });
    }

    /// Counts who is gone or back.
    fn count_gone(&mut self) {
        for now in &self.is.follows {
            let was = self.was.follows.iter().find(|was| was.account == now.account);
            match (was.and_then(|was| was.left_at), now.left_at) {
                (None, Some(_)) => self.change.left += 1,
                (Some(_), None) => self.change.returned += 1,
                (Some(was), Some(is)) if was != is => self.change.redated += 1,
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
    }
}

//! Housekeeping that nobody has to ask for: a little at a time, at most once a day.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    failure::Failure,
    house::gc::{self, Budget, Gone, Task},
    model::BrandId,
    store::state::Keep,
};

use super::Runner;

/// When the last housekeeping was done.
const KEPT: &str = "kept";
/// The brand after which one that was cut short goes on.
const AFTER: &str = "after";

impl Runner {
    /// Lets go what may go, in at most `budget` short transactions, if that was not done for a
    /// day: old entries of journals, delivered notices, rows of brands that are no more; and gives
    /// free pages back. What is left over is done the next time. `None` if nothing is due, which
    /// costs one look.
    ///
    /// Texts that nothing refers to, and evidence files, are left to `gc`.
    ///
    /// # Errors
    ///
    /// [`Failure::Store`] if the store cannot be read or written; a brand that cannot be read is
    /// logged.
    pub fn keep_house(&mut self, budget: usize) -> Result<Option<Gone>, Failure> {
        let now = self.now();
        let last = self.store.house_note(KEPT)?.and_then(|text| text.parse::<DateTime<Utc>>().ok());
        // A note from later than now was made by a clock that went wrong.
        let fresh = |at| now - at < TimeDelta::days(1) && at <= now;
        if last.is_some_and(fresh) {
            return Ok(None);
        }
        let has_file = |name: &str| {
            BrandId::new(name).is_ok_and(|brand| self.workspace.brand_path(&brand).exists())
        };
        let task = Task { keep: Keep::default(), now, dry_run: false, has_file: &has_file };
        let (mut gone, mut budget) = (Gone::default(), Budget(budget));
        let after = self.store.house_note(AFTER)?.unwrap_or_default();
        let mut broken = |brand: &str, failure: Failure| {
            tracing::warn!(brand, %failure, "the journal cannot be pruned");
        };
        let store = &mut self.store;
        let left = gc::journals(store, &task, &after, &mut budget, &mut gone, &mut broken)?;
        if let Some(after) = left {
            self.store.note_house(&[(AFTER, &after)])?;
            return Ok(Some(gone));
        }
        gc::rest(&mut self.store, &task, &mut gone)?;
        gc::give_back(&mut self.store, &mut budget)?;
        self.store.note_house(&[(AFTER, ""), (KEPT, &now.to_rfc3339())])?;
        Ok(Some(gone))
    }
}

//! People are told what they are to be told.

use tracing::warn;

use crate::{
    failpoint,
    failure::Failure,
    runner::{Runner, fleet::PAGE, works::Works},
    store::state::{NoticeMark, Undelivered},
};

use super::account::Account;

impl Runner {
    /// Delivers every notice that waits, the oldest first. What could not be delivered is tried
    /// again the next time, and what comes after it with it: the way to people is the same for all.
    pub(in crate::runner) fn deliver(
        &mut self,
        works: &Works,
        account: &mut Account<'_>,
    ) -> Result<(), Failure> {
        let mut mark = NoticeMark::default();
        loop {
            let page = self.store.undelivered(&mark, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            mark = last.mark.clone();
            let (mut delivered, mut open) = (Vec::new(), true);
            for Undelivered { brand, read, .. } in page {
                let notice = match read {
                    Ok(notice) => notice,
                    Err(error) => {
                        account.broken(&brand, error.into())?;
                        continue;
                    }
                };
                failpoint::pass("notice.before");
                if let Err(fault) = works.tell(&notice) {
                    warn!(%brand, error = fault.message, "not delivered");
                    open = false;
                    break;
                }
                failpoint::pass("notice.after");
                delivered.push(notice.key);
            }
            let now = self.now();
            self.store.note_delivered(&delivered, now)?;
            account.delivered(delivered.len());
            if !open {
                return Ok(());
            }
        }
    }
}

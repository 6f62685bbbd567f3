//! The brands for which something is due, page by page.

use chrono::{DateTime, Utc};

use crate::{
    model::BrandId,
    runner::fleet::PAGE,
    store::{StateStore, StoreError, state::DueMark},
};

/// For which brands what is due is done.
#[derive(Debug, Clone)]
pub enum Whose {
    /// For all.
    All,
    /// For these.
    These(Vec<BrandId>),
}

/// A walk over the brands for which something may be due. After the last page it is at the
/// beginning again.
#[derive(Debug)]
pub(in crate::runner) struct Due<'a> {
    whose: &'a Whose,
    mark: DueMark,
    /// How many of the named were handed out.
    named: usize,
}

impl<'a> Due<'a> {
    pub(in crate::runner) fn of(whose: &'a Whose) -> Self {
        Self { whose, mark: DueMark::default(), named: 0 }
    }

    /// Whether the next page is the first.
    pub(super) fn is_at_start(&self) -> bool {
        self.named == 0 && self.mark == DueMark::default()
    }

    /// The next page of brands, as the store names them; `None` once behind the last.
    pub(super) fn page(
        &mut self,
        store: &StateStore,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let page = match self.whose {
            Whose::All => self.due(store, now)?,
            Whose::These(brands) => self.next_of(brands),
        };
        if page.is_none() {
            *self = Self::of(self.whose);
        }
        Ok(page)
    }

    fn due(
        &mut self,
        store: &StateStore,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let page = store.due(now, &self.mark, PAGE)?;
        Ok(page.next.map(|next| {
            self.mark = next;
            page.brands
        }))
    }

    fn next_of(&mut self, brands: &[BrandId]) -> Option<Vec<String>> {
        let page = brands[self.named..].chunks(PAGE).next()?;
        self.named += page.len();
        Some(page.iter().map(BrandId::to_string).collect())
    }
}

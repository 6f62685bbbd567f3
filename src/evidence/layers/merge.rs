//! Several sorted runs of records as one.

use std::cmp::Ordering;

use super::record::Record;
use crate::evidence::accounts::Accounts;

/// Records in the order of ids, each id once.
pub trait Run {
    /// Why it cannot be read.
    type Error;

    /// Goes to the next record; answers whether there is one. Its body must be read before the
    /// one after it.
    ///
    /// - `accounts`: where the accounts in it get their numbers.
    ///
    /// # Errors
    ///
    /// What hinders reading.
    fn advance(&mut self, accounts: &mut Accounts) -> Result<bool, Self::Error>;

    /// Whose record it is.
    fn id(&self) -> &str;

    /// Goes on to the first record whose id is `id` or after it, without reading the one it is at;
    /// answers whether there is one.
    ///
    /// # Errors
    ///
    /// What hinders reading.
    fn seek(&mut self, id: &str, accounts: &mut Accounts) -> Result<bool, Self::Error> {
        self.pass(id, accounts)
    }

    /// The same by reading on, record after record.
    ///
    /// # Errors
    ///
    /// What hinders reading.
    fn pass(&mut self, id: &str, accounts: &mut Accounts) -> Result<bool, Self::Error> {
        let mut passed = Record::default();
        while self.id() < id {
            passed.begin("");
            self.read(&mut passed)?;
            if !self.advance(accounts)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Adds what the record says.
    ///
    /// # Errors
    ///
    /// What hinders reading.
    fn read(&mut self, to: &mut Record) -> Result<(), Self::Error>;
}

/// Several runs, merged: a person in more than one of them gives one record.
///
/// The runs are a heap, the one that comes next at its root; of several at the same person the one
/// that was given first comes first, so that what an export said first is read first.
#[derive(Debug)]
pub struct Merge<R> {
    /// Those not yet at their end, each with its number and at a record that is not read yet.
    runs: Vec<(usize, R)>,
}

/// Which of two runs comes first.
fn order<R: Run>(one: &(usize, R), other: &(usize, R)) -> Ordering {
    one.1.id().cmp(other.1.id()).then(one.0.cmp(&other.0))
}

impl<R: Run> Merge<R> {
    /// Begins to merge.
    ///
    /// # Errors
    ///
    /// What hinders reading.
    pub fn of(
        runs: impl IntoIterator<Item = R>,
        accounts: &mut Accounts,
    ) -> Result<Self, R::Error> {
        let mut live = Vec::new();
        for (number, mut run) in runs.into_iter().enumerate() {
            if run.advance(accounts)? {
                live.push((number, run));
            }
        }
        live.sort_by(order);
        Ok(Self { runs: live })
    }

    /// Whose record comes next.
    pub fn peek(&self) -> Option<&str> {
        self.runs.first().map(|(_, run)| run.id())
    }

    /// Fills `record` with the next person; answers whether there was one.
    ///
    /// # Errors
    ///
    /// What hinders reading.
    pub fn next(&mut self, record: &mut Record, accounts: &mut Accounts) -> Result<bool, R::Error> {
        let Some(first) = self.peek() else { return Ok(false) };
        record.begin(first);
        while let Some((_, run)) = self.runs.first_mut().filter(|run| run.1.id() == record.id) {
            run.read(record)?;
            if !run.advance(accounts)? {
                self.runs.swap_remove(0);
            }
            self.sink(0);
        }
        Ok(true)
    }

    /// Fills `record` with what is said of `id`, which may be nothing; those before are left out.
    ///
    /// # Errors
    ///
    /// What hinders reading.
    pub fn only(
        &mut self,
        id: &str,
        record: &mut Record,
        accounts: &mut Accounts,
    ) -> Result<(), R::Error> {
        self.seek(id, accounts)?;
        if self.peek() == Some(id) {
            self.next(record, accounts)?;
        } else {
            record.begin(id);
        }
        Ok(())
    }

    /// Goes on to `id` or whoever comes first after it; those before are left out.
    ///
    /// # Errors
    ///
    /// What hinders reading.
    pub fn seek(&mut self, id: &str, accounts: &mut Accounts) -> Result<(), R::Error> {
        while let Some((_, run)) = self.runs.first_mut().filter(|run| run.1.id() < id) {
            if !run.seek(id, accounts)? {
                self.runs.swap_remove(0);
            }
            self.sink(0);
        }
        Ok(())
    }

    /// Brings the run at `place` to where it belongs.
    fn sink(&mut self, mut place: usize) {
        loop {
            let below = [2 * place + 1, 2 * place + 2].into_iter();
            let least = below
                .filter(|at| *at < self.runs.len())
                .min_by(|one, other| order(&self.runs[*one], &self.runs[*other]));
            match least.filter(|at| order(&self.runs[*at], &self.runs[place]).is_lt()) {
                Some(least) => self.runs.swap(place, least),
                None => return,
            }
            place = least.unwrap_or(place);
        }
    }
}

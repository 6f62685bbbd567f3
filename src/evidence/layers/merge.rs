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
/// Of several at the same person the one that was given first comes first, so that what an export said
/// first is read first.
#[derive(Debug)]
pub struct Merge<R> {
    runs: Vec<R>,
    /// A heap of the runs that are not yet at their end, each at a record that is not read yet; the one
    /// that comes next at its root.
    heads: Vec<Head>,
}

/// What is looked at to find which run comes next.
#[derive(Debug, Clone, Copy)]
struct Head {
    /// The beginning of the id: what most comparisons need only.
    begins: Beginning,
    /// Its place among the runs.
    run: usize,
}

/// The first bytes of an id, in two numbers that sort as they do.
type Beginning = (u128, u128);

/// How many bytes of an id a number holds.
const HALF: usize = size_of::<u128>();

fn beginning(id: &str) -> Beginning {
    let mut bytes = [[0; HALF]; 2];
    for (bytes, part) in bytes.iter_mut().zip(id.as_bytes().chunks(HALF)) {
        bytes[..part.len()].copy_from_slice(part);
    }
    (u128::from_be_bytes(bytes[0]), u128::from_be_bytes(bytes[1]))
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
        let mut all = Self { runs: Vec::new(), heads: Vec::new() };
        for (number, mut run) in runs.into_iter().enumerate() {
            if run.advance(accounts)? {
                all.heads.push(Head { begins: beginning(run.id()), run: number });
            }
            all.runs.push(run);
        }
        let Self { runs, heads } = &mut all;
        heads.sort_by(|one, other| order(runs, one, other));
        Ok(all)
    }

    /// Whose record comes next.
    pub fn peek(&self) -> Option<&str> {
        self.heads.first().map(|head| self.runs[head.run].id())
    }

    /// Fills `record` with the next person; answers whether there was one.
    ///
    /// # Errors
    ///
    /// What hinders reading.
    pub fn next(&mut self, record: &mut Record, accounts: &mut Accounts) -> Result<bool, R::Error> {
        let Some(Head { begins, run }) = self.heads.first().copied() else { return Ok(false) };
        record.begin(self.runs[run].id());
        while let Some(head) = self.heads.first().filter(|head| head.begins == begins) {
            let run = &mut self.runs[head.run];
            if run.id() != record.id {
                break;
            }
            run.read(record)?;
            let goes_on = run.advance(accounts)?;
            self.settle(goes_on);
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
        while let Some(head) = self.heads.first() {
            let run = &mut self.runs[head.run];
            if run.id() >= id {
                break;
            }
            let goes_on = run.seek(id, accounts)?;
            self.settle(goes_on);
        }
        Ok(())
    }

    /// Puts the run at the root where it belongs, now that it went on or came to its end.
    fn settle(&mut self, goes_on: bool) {
        match self.heads.first_mut() {
            Some(head) if goes_on => head.begins = beginning(self.runs[head.run].id()),
            Some(_) => drop(self.heads.swap_remove(0)),
            None => {}
        }
        let (runs, heads) = (&self.runs, &mut self.heads);
        let mut place = 0;
        loop {
            let below = [2 * place + 1, 2 * place + 2].into_iter().filter(|at| *at < heads.len());
            let least = below.min_by(|one, other| order(runs, &heads[*one], &heads[*other]));
            match least.filter(|at| order(runs, &heads[*at], &heads[place]).is_lt()) {
                Some(least) => {
                    heads.swap(place, least);
                    place = least;
                }
                None => return,
            }
        }
    }
}

/// Which of two runs comes first.
fn order<R: Run>(runs: &[R], one: &Head, other: &Head) -> Ordering {
    let ids = || runs[one.run].id().cmp(runs[other.run].id());
    one.begins.cmp(&other.begins).then_with(ids).then(one.run.cmp(&other.run))
}

//! Where a brand stood after an earlier commit, and standing there again.
//!
//! Start reading at [`Runner::rewind`]. The journal is folded up to the commit, from the state that
//! is kept where the journal before it was given up.

use crate::{
    engine::{self, Refusal, Step},
    failure::Failure,
    model::{BrandId, Checkpoint, Command, Entry, Verb, ids::StageId},
};

use super::{Runner, load_brand, refused};

/// A commit as people name it: `17`, or `acme@2.support.17` as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitName {
    /// The number of the commit.
    pub revision: u64,
    /// The rest of the long name, which must agree with the journal: brand, cycle and stage.
    long: Option<(String, u32, String)>,
}

impl CommitName {
    /// Reads a name; `None` if it is neither form.
    ///
    /// ```
    /// use fivestep::runner::past::CommitName;
    /// assert_eq!(CommitName::read("acme@2.support.17").map(|name| name.revision), Some(17));
    /// assert_eq!(CommitName::read("17").map(|name| name.revision), Some(17));
    /// assert_eq!(CommitName::read("acme@support"), None);
    /// ```
    pub fn read(text: &str) -> Option<Self> {
        let Some((brand, rest)) = text.split_once('@') else {
            return Some(Self { revision: text.parse().ok()?, long: None });
        };
        let (cycle, rest) = rest.split_once('.')?;
        let (stage, revision) = rest.rsplit_once('.')?;
        let long = Some((brand.to_owned(), cycle.parse().ok()?, stage.to_owned()));
        Some(Self { revision: revision.parse().ok()?, long })
    }

    /// Whether this is what that checkpoint is called.
    fn names(&self, state: &Checkpoint) -> bool {
        self.long.as_ref().is_none_or(|(brand, cycle, stage)| {
            let stands = state.stage().map_or("ready", StageId::as_str);
            (state.brand.as_str(), state.cycle.number, stands) == (brand, *cycle, stage)
        })
    }
}

/// A brand that stands again where it stood.
#[derive(Debug, Clone)]
pub struct Rewound {
    /// Where it stood until now.
    pub before: Checkpoint,
    /// What was decided.
    pub step: Step,
    /// What happened since that commit, the oldest first.
    pub since: Vec<Entry>,
}

impl Runner {
    /// Where `brand` stood after the commit `revision`, with what its actions have come to since.
    ///
    /// # Errors
    ///
    /// [`Failure::JournalGivenUp`] if the journal does not reach back so far;
    /// [`Failure::Refused`] if there is no such commit; else what cannot be read.
    pub fn checkpoint_at(&self, brand: &BrandId, revision: u64) -> Result<Checkpoint, Failure> {
        let journal = self.store.journal(brand)?;
        self.fold_to(brand, &journal, revision)
    }

    fn fold_to(
        &self,
        brand: &BrandId,
        journal: &[Entry],
        revision: u64,
    ) -> Result<Checkpoint, Failure> {
        let from = self.store.base(brand)?;
        if revision > 0 && revision < from.revision {
            let (brand, kept) = (brand.clone(), from.revision);
            return Err(Failure::JournalGivenUp { brand, asked: revision, kept });
        }
        let first = journal.partition_point(|entry| entry.revision <= from.revision);
        let generation = from.generation;
        let found = engine::earlier(from, &journal[first..], revision);
        found.filter(|_| revision > 0).ok_or_else(|| {
            let last = journal.last();
            let at = last.map_or(0, |entry| entry.revision);
            let generation = last.map_or(generation, |entry| entry.generation);
            refused(brand, Refusal::NotEarlier { to: revision, at, generation })
        })
    }

    /// Lets a brand stand again where it stood after the commit `to`, on the text of the workflow
    /// on which it ran then.
    ///
    /// # Errors
    ///
    /// As [`Runner::checkpoint_at`] and [`Runner::act`]; [`Failure::Usage`] if the commit is
    /// called otherwise than `to` says.
    pub fn rewind(
        &mut self,
        brand: &BrandId,
        to: &CommitName,
        ask: impl FnOnce(Verb) -> Command,
        dry_run: bool,
    ) -> Result<Rewound, Failure> {
        let before = self.store.checkpoint(brand)?;
        if before.revision == 0 {
            let brand = load_brand(&self.workspace, brand)?.id;
            return Err(refused(&brand, Refusal::NotStarted));
        }
        let mut journal = self.store.journal(brand)?;
        let state = self.fold_to(brand, &journal, to.revision)?;
        if !to.names(&state) {
            return Err(Failure::Usage {
                message: format!("commit {} is called {}", to.revision, state.id()),
                hint: format!("see the commits with `fivestep history {brand}`"),
            });
        }
        let runs = state.definition.as_ref().ok_or_else(|| refused(brand, Refusal::NotStarted))?;
        let workflow = self.pinned(brand, runs)?;
        let command = ask(Verb::Rewind { state: Box::new(state) });
        let step = self.decide_as_seen(&workflow, &before, &command)?;
        if !dry_run {
            self.commit(&step)?;
        }
        let first = journal.partition_point(|entry| entry.revision <= to.revision);
        let since = journal.split_off(first);
        Ok(Rewound { before, step, since })
    }
}

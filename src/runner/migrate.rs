//! Brands go over to the edited text of their workflow, all of them or some.
//!
//! Start reading at [`Runner::migration`], which reads the file and settles the names, then
//! [`Runner::plan`] and [`Runner::migrate`]. A plan is the decision itself, made and not committed,
//! so it cannot say anything else than what happens.
//!
//! # Always true
//!
//! - The new text is in the store before the first brand runs on it.
//! - Memory holds one page of brands. A brand on the new text is not looked at again, so a
//!   migration that was killed is finished by asking again.

use std::{
    collections::{BTreeMap, BTreeSet},
    slice::Chunks,
};

use crate::{
    definition::{self, SourceFile},
    engine::{self, Refusal, Step},
    failure::Failure,
    model::{
        BrandId, Checkpoint, Command, Digest, StageId, Status, TaskId, Verb, Workflow, WorkflowId,
        command::Renamed,
    },
    store::{Committed, state::Row},
    workspace::WorkspaceError,
};

use super::{Runner, agree, fleet::PAGE, load_workflow, read_brand, refused};

/// What has another name in the edited workflow, as people say it: pairs of old and new.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// Stages.
    pub stages: Vec<(String, String)>,
    /// Tasks, of whatever stage.
    pub tasks: Vec<(String, String)>,
}

/// A way from the texts that brands run on to the workflow's file as it is now.
#[derive(Debug)]
pub struct Migration {
    /// The workflow as it is now.
    pub workflow: Workflow,
    file: SourceFile,
    names: Renamed,
    /// How many live brands ran on an older text.
    brands: u64,
    /// For each older text and stage of it, what a brand there is told.
    ways: BTreeMap<(Digest, StageId), Renamed>,
    /// The older texts that ask for no goal of which the new one does not.
    goals_known: BTreeSet<Digest>,
}

impl Migration {
    /// How many live brands ran on an older text when this was made.
    pub fn brands(&self) -> u64 {
        self.brands
    }
}

/// Which brands go over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Every live brand of the workflow that runs on an older text.
    All,
    /// These.
    These(Vec<BrandId>),
}

/// What going over means for one brand.
#[derive(Debug)]
pub struct Planned {
    /// The brand, as the store names it.
    pub brand: String,
    /// Where it stands; absent if that cannot be read.
    pub before: Option<Box<Checkpoint>>,
    /// What happens, or why nothing can.
    pub result: Result<Box<Step>, Failure>,
}

impl Runner {
    /// Reads the workflow's file, and settles what the names mean for the texts in use.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the file is wrong or a name is in none of the texts; [`Failure::Usage`] if
    /// two names would become one.
    pub fn migration(
        &mut self,
        workflow: &WorkflowId,
        names: &Names,
    ) -> Result<Migration, Failure> {
        let (workflow, file) = load_workflow(&self.workspace, workflow)?;
        let (mut older, mut brands) = (Vec::new(), 0);
        for (digest, running) in self.store.texts_in_use(&workflow.id)? {
            if digest == workflow.digest {
                continue;
            }
            brands += running;
            // A text that is lost holds up only the brands that run on it.
            let text = self.store.definition(&digest)?.map(String::into_bytes);
            let file = text.map(|bytes| SourceFile::new(digest.short(), bytes));
            older.extend(file.and_then(|file| definition::load_workflow(&file).ok()));
        }
        let names = settled(names, &older, &workflow)?;
        let asked = definition::goals_asked(&workflow);
        let known = |old: &&Workflow| asked.is_subset(&definition::goals_asked(old));
        let goals_known = older.iter().filter(known).map(|old| old.digest.clone()).collect();
        let ways = older.iter().flat_map(|old| ways(old, &workflow, &names)).collect();
        Ok(Migration { workflow, file, names, brands, ways, goals_known })
    }

    /// Tells for every brand that would go over what that means; writes nothing.
    ///
    /// # Errors
    ///
    /// [`Failure`] only if the store cannot be read; a brand's own is told with it.
    pub fn plan(
        &mut self,
        migration: &Migration,
        which: &Which,
        ask: &Ask<'_>,
        mut tell: impl FnMut(Planned) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.each_page(migration, which, ask, |_, page| Ok(page), &mut tell)
    }

    /// Takes brands over, a page of them in one transaction, and tells of each once it is on the
    /// disk.
    ///
    /// # Errors
    ///
    /// As [`Runner::plan`], or if the store cannot be written. What was told stays committed.
    pub fn migrate(
        &mut self,
        migration: &Migration,
        which: &Which,
        ask: &Ask<'_>,
        mut tell: impl FnMut(Planned) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let Workflow { digest, id, .. } = &migration.workflow;
        let text = String::from_utf8_lossy(migration.file.bytes());
        self.store.keep_definition(digest, id.as_str(), &text)?;
        self.each_page(migration, which, ask, Self::commit_planned, &mut tell)
    }

    /// Decides page after page, and tells of each brand once `settle` is done with its page.
    fn each_page(
        &mut self,
        migration: &Migration,
        which: &Which,
        ask: &Ask<'_>,
        settle: impl Fn(&mut Self, Vec<Planned>) -> Result<Vec<Planned>, Failure>,
        tell: &mut impl FnMut(Planned) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut walk = Walk::over(which);
        while let Some(rows) = self.page(migration, &mut walk)? {
            let planned = rows.into_iter().map(|row| self.planned(migration, row, ask));
            let page = planned.collect::<Result<_, Failure>>()?;
            settle(self, page)?.into_iter().try_for_each(&mut *tell)?;
        }
        Ok(())
    }

    /// The next page of a walk; `None` behind the last.
    fn page(
        &self,
        migration: &Migration,
        walk: &mut Walk<'_>,
    ) -> Result<Option<Vec<Standing>>, Failure> {
        let page: Vec<Standing> = match walk {
            Walk::Older { after } => self.on_older_texts(migration, after)?,
            Walk::Named(pages) => pages.next().map(|page| self.named(page)).unwrap_or_default(),
        };
        Ok((!page.is_empty()).then_some(page))
    }

    fn on_older_texts(
        &self,
        migration: &Migration,
        after: &mut String,
    ) -> Result<Vec<Standing>, Failure> {
        let Workflow { id, digest, .. } = &migration.workflow;
        let page = self.store.on_older_texts(id, digest, after, PAGE)?;
        if let Some(last) = page.last() {
            after.clone_from(&last.brand);
        }
        let standing = |Row { brand, read }| (brand, read.map_err(Failure::from));
        Ok(page.into_iter().map(standing).collect())
    }

    fn named(&self, brands: &[BrandId]) -> Vec<Standing> {
        let read = |brand: &BrandId| {
            let checkpoint = self.store.checkpoint(brand)?;
            if checkpoint.revision == 0 {
                super::load_brand(&self.workspace, brand)?;
            }
            Ok(checkpoint)
        };
        brands.iter().map(|brand| (brand.to_string(), read(brand))).collect()
    }

    /// What going over means for a brand that stands there.
    fn planned(
        &self,
        migration: &Migration,
        (brand, read): Standing,
        ask: &Ask<'_>,
    ) -> Result<Planned, Failure> {
        let (before, result) = match read {
            Ok(before) => {
                let result = self.decide_migration(migration, &before, ask);
                (Some(Box::new(before)), result.map(Box::new))
            }
            Err(failure) => (None, Err(failure)),
        };
        match result {
            Err(failure) if !failure.concerns_one_brand() => Err(failure),
            result => Ok(Planned { brand, before, result }),
        }
    }

    fn decide_migration(
        &self,
        migration: &Migration,
        at: &Checkpoint,
        ask: &Ask<'_>,
    ) -> Result<Step, Failure> {
        let (Some(runs), Some(stage)) = (&at.definition, at.stage()) else {
            return Err(refused(&at.brand, Refusal::NotStarted));
        };
        if at.workflow.as_ref() != Some(&migration.workflow.id) {
            return Err(other_workflow(at, &migration.workflow.id));
        }
        let live = matches!(at.status, Status::Running | Status::Paused { .. });
        let way = migration.ways.get(&(runs.clone(), stage.clone()));
        if way.is_none() && live && *runs != migration.workflow.digest {
            let (brand, digest) = (at.brand.clone(), runs.clone());
            return Err(Failure::DefinitionLost { brand, digest });
        }
        let renamed = way.unwrap_or(&migration.names).clone();
        let step = self.decide_as_seen(&migration.workflow, at, &ask(Verb::Migrate(renamed)))?;
        if !migration.goals_known.contains(runs) {
            let (brand, file) = read_brand(&self.workspace, &at.brand)?;
            agree((&migration.workflow, &migration.file), (&brand, &file))?;
        }
        Ok(step)
    }

    fn commit_planned(&mut self, mut page: Vec<Planned>) -> Result<Vec<Planned>, Failure> {
        let steps: Vec<&Step> =
            page.iter().filter_map(|planned| planned.result.as_deref().ok()).collect();
        let mut fates = self.store.commit(&steps)?.into_iter();
        for planned in page.iter_mut() {
            let Ok(step) = &planned.result else { continue };
            if fates.next() != Some(Committed::Yes) {
                let brand = step.checkpoint.brand.clone();
                planned.result = Err(Failure::Conflict { brand });
            }
        }
        Ok(page)
    }
}

/// A walk over the brands that go over.
enum Walk<'a> {
    /// Those on older texts whose name follows `after`.
    Older { after: String },
    /// Those that were named.
    Named(Chunks<'a, BrandId>),
}

impl<'a> Walk<'a> {
    fn over(which: &'a Which) -> Self {
        match which {
            Which::All => Self::Older { after: String::new() },
            Which::These(brands) => Self::Named(brands.chunks(PAGE)),
        }
    }
}

/// A brand's name, and where it stands or why that cannot be read.
type Standing = (String, Result<Checkpoint, Failure>);

/// Makes a command of a verb: by whom, and why.
pub type Ask<'a> = dyn Fn(Verb) -> Command + 'a;

fn other_workflow(at: &Checkpoint, asked: &WorkflowId) -> Failure {
    let follows = at.workflow.as_ref().map(WorkflowId::to_string).unwrap_or_default();
    Failure::Usage {
        message: format!("{} follows the workflow `{follows}`, not `{asked}`", at.brand),
        hint: format!("take it over with `fivestep migrate {follows} --plan {}`", at.brand),
    }
}

/// What a brand in each stage of an older text is told.
fn ways<'a>(
    old: &'a Workflow,
    new: &'a Workflow,
    names: &'a Renamed,
) -> impl Iterator<Item = ((Digest, StageId), Renamed)> + 'a {
    old.stages.iter().map(move |stage| {
        let changed_clauses = engine::changed_clauses(old, new, &stage.id, names);
        let renamed = Renamed { changed_clauses, ..names.clone() };
        ((old.digest.clone(), stage.id.clone()), renamed)
    })
}

/// The names as the engine takes them, once each is known and no two become one unasked.
fn settled(names: &Names, older: &[Workflow], new: &Workflow) -> Result<Renamed, Failure> {
    if older.is_empty() {
        // Nobody is there any more to whom the names could mean something.
        return Ok(Renamed::default());
    }
    let stages_of = |workflow: &Workflow| -> BTreeSet<String> {
        workflow.stages.iter().map(|stage| stage.id.to_string()).collect()
    };
    let tasks_of = |workflow: &Workflow| -> BTreeSet<String> {
        let tasks = workflow.stages.iter().flat_map(|stage| &stage.tasks);
        tasks.map(|task| task.id.to_string()).collect()
    };
    let old_stages = older.iter().flat_map(stages_of).collect();
    let old_tasks = older.iter().flat_map(tasks_of).collect();
    let stages: BTreeMap<StageId, StageId> =
        pairs("stage", &names.stages, &old_stages, &stages_of(new))?;
    let tasks: BTreeMap<TaskId, TaskId> = pairs("task", &names.tasks, &old_tasks, &tasks_of(new))?;
    let renamed = Renamed { stages, tasks, changed_clauses: BTreeSet::new() };
    for old in older {
        no_stage_by_accident(old, &renamed)?;
        no_task_twice(old, &renamed)?;
    }
    Ok(renamed)
}

/// The pairs as names, if each old one was and each new one is.
fn pairs<T: Ord + std::str::FromStr>(
    what: &'static str,
    given: &[(String, String)],
    old: &BTreeSet<String>,
    new: &BTreeSet<String>,
) -> Result<BTreeMap<T, T>, Failure> {
    let known = |name: &str, all: &BTreeSet<String>| match (all.contains(name), name.parse()) {
        (true, Ok(name)) => Ok(name),
        (true | false, _) => {
            let known = all.iter().cloned().collect();
            Err(WorkspaceError::Unknown { what, name: name.to_owned(), known })
        }
    };
    let mut pairs = BTreeMap::new();
    for (from, to) in given {
        if pairs.insert(known(from, old)?, known(to, new)?).is_some() {
            return Err(Failure::Usage {
                message: format!("{what} `{from}` was given two new names"),
                hint: format!("say once what becomes of it: `--{what} {from}=NAME`"),
            });
        }
    }
    Ok(pairs)
}

/// Refuses that a stage takes the place of another which nobody spoke of.
fn no_stage_by_accident(old: &Workflow, names: &Renamed) -> Result<(), Failure> {
    for (from, to) in &names.stages {
        let there = old.stage(from).is_some() && old.stage(to).is_some();
        if from != to && there && !names.stages.contains_key(to) {
            return Err(Failure::Usage {
                message: format!(
                    "stage `{from}` would become `{to}`, and a stage `{to}` is there already"
                ),
                hint: format!("say what becomes of that, too: `--stage {to}={to}` joins the two"),
            });
        }
    }
    Ok(())
}

/// Refuses that two tasks of a stage become one: only one answer could stay.
fn no_task_twice(old: &Workflow, names: &Renamed) -> Result<(), Failure> {
    for stage in &old.stages {
        let mut taken: BTreeMap<&TaskId, &TaskId> = BTreeMap::new();
        for task in &stage.tasks {
            let new = names.task(&task.id);
            if let Some(other) = taken.insert(new, &task.id) {
                return Err(Failure::Usage {
                    message: format!(
                        "the tasks `{other}` and `{}` of stage `{}` would both become `{new}`",
                        task.id, stage.id
                    ),
                    hint: "give each a name of its own; a task without one is dropped".to_owned(),
                });
            }
        }
    }
    Ok(())
}

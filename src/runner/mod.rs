//! The loop around the engine: load, measure, decide, commit.
//!
//! ```text
//! files, state.db, evidence ──► Case ──► engine::step ──► StateStore::commit
//! ```
//!
//! Start reading at [`Runner::act`] for one brand and one verb, at [`Runner::advance`] for moving
//! one brand on, and at [`fleet`] for moving all.
//!
//! # Always true
//!
//! - A brand runs on the definition it started with; an edited file is noticed, never used
//!   unasked.
//! - Evidence is measured again only when it, the brand file or the workflow has changed.
//! - A second writer is refused by the store; the decision is then made again by whoever asked.
#![allow(clippy::disallowed_methods, reason = "the runner is the edge: it looks at files")]

pub mod audit;
pub mod crew;
pub mod fleet;
pub mod fork;
mod house;
pub mod known;
pub mod meter;
pub mod migrate;
pub mod past;
pub mod review;
pub mod serve;
pub mod target;
pub mod tick;
pub mod works;

use std::{collections::BTreeSet, collections::HashMap, rc::Rc, sync::Arc};

use chrono::{DateTime, Utc};
use tracing::{debug, info, info_span};

use crate::{
    clock::{self, Clock},
    definition::{self, Diagnostic, Severity, SourceFile},
    engine::{self, GateReport, Refusal, Step},
    evidence::{
        facts::Facts,
        metrics,
        sources::{Export, SourceError},
        target::bio::Sought,
    },
    failure::Failure,
    model::{
        Actor, Brand, BrandId, Checkpoint, Command, Digest, Metric, Observations, StageId, Status,
        Verb, Workflow, WorkflowId, observation::Basis,
    },
    store::{
        Committed, StateStore,
        evidence::{EvidenceStore, Imported},
        state::CachedFile,
    },
    workspace::{Workspace, WorkspaceError},
};

/// Everything a decision about one brand needs.
#[derive(Debug, Clone)]
pub struct Case {
    /// The brand's file, checked.
    pub brand: Brand,
    /// Where it stands.
    pub checkpoint: Checkpoint,
    /// The workflow it runs on, or is to start on.
    pub workflow: Rc<Workflow>,
    /// The workflow file's digest, if it was edited since the brand started.
    pub edited: Option<Digest>,
    /// What was measured, new or as it stands in the checkpoint.
    pub observations: Arc<Observations>,
}

pub use crate::model::Until;

impl Until {
    /// Refuses a stage that the workflow does not have: nobody would ever arrive there.
    fn check(&self, workflow: &Workflow) -> Result<(), Failure> {
        match self {
            Until::Stage(stage) if workflow.stage(stage).is_none() => {
                let known = workflow.stages.iter().map(|stage| stage.id.to_string()).collect();
                let name = stage.to_string();
                Err(WorkspaceError::Unknown { what: "stage", name, known }.into())
            }
            Until::OneStage | Until::Blocked | Until::Stage(_) => Ok(()),
        }
    }
}

/// Where a brand stands after an advance, and the steps that led there.
#[derive(Debug, Clone)]
pub struct Advance {
    /// The steps, in order; empty if nothing was new.
    pub steps: Vec<Step>,
    /// The gate that holds it, if one was found shut.
    pub shut: Option<GateReport>,
    /// Where the brand stood before the first step.
    before: Checkpoint,
}

impl Advance {
    fn from(before: Checkpoint) -> Self {
        Self { steps: Vec::new(), shut: None, before }
    }

    /// Where the brand stands now.
    pub fn checkpoint(&self) -> &Checkpoint {
        self.steps.last().map_or(&self.before, |step| &step.checkpoint)
    }

    /// How many stages were left.
    pub fn moves(&self) -> usize {
        self.steps.iter().filter(|step| step.shut.is_none()).count()
    }
}

/// Runs commands on the brands of one workspace.
#[derive(Debug)]
pub struct Runner {
    workspace: Workspace,
    store: StateStore,
    clock: Clock,
    window_end: Option<DateTime<Utc>>,
    workflows: HashMap<Digest, Rc<Workflow>>,
}

/// From how many followers on a list that lost half of them is asked about.
const MANY_FOLLOWERS: u64 = 20;

impl Runner {
    /// Opens the workspace's store for reading and writing.
    ///
    /// # Errors
    ///
    /// [`Failure::Store`] if it cannot be opened.
    pub fn open(workspace: Workspace, clock: Clock) -> Result<Self, Failure> {
        let store = StateStore::open(&workspace.state_path())?;
        Ok(Self { workspace, store, clock, window_end: None, workflows: HashMap::new() })
    }

    /// Lets every measuring window end at `end` instead of at the newest evidence.
    pub fn with_window_end(mut self, end: Option<DateTime<Utc>>) -> Self {
        self.window_end = end;
        self
    }

    /// The workspace.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// The store of runs.
    pub fn store(&self) -> &StateStore {
        &self.store
    }

    /// The time now, UTC.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Loads everything a decision about `brand` needs, and measures its evidence if it changed.
    ///
    /// # Errors
    ///
    /// [`Failure`] if a file, the store or the evidence cannot be read.
    pub fn case(&mut self, brand: &BrandId) -> Result<Case, Failure> {
        let brand = load_brand(&self.workspace, brand)?;
        let checkpoint = self.store.checkpoint(&brand.id)?;
        let (workflow, edited) = self.workflow_of(&brand, &checkpoint)?;
        let evidence = self.store.evidence_revision(&brand.id)?;
        let observations = self.observe(&brand, &workflow, &checkpoint, evidence)?;
        Ok(Case { brand, checkpoint, workflow, edited, observations })
    }

    /// The workflow a brand runs on, and the digest of its file if that was edited since.
    fn workflow_of(
        &mut self,
        brand: &Brand,
        checkpoint: &Checkpoint,
    ) -> Result<(Rc<Workflow>, Option<Digest>), Failure> {
        let Some(runs) = &checkpoint.definition else {
            return Ok((Rc::new(load_workflow(&self.workspace, &brand.workflow)?.0), None));
        };
        let pinned = self.pinned(&brand.id, runs)?;
        let edited = self
            .workspace
            .read_workflow(&pinned.id)
            .ok()
            .map(|file| Digest::of(file.bytes()))
            .filter(|digest| digest != runs);
        Ok((pinned, edited))
    }

    /// The workflow of that digest, as the store keeps it.
    pub(crate) fn pinned(
        &mut self,
        brand: &BrandId,
        digest: &Digest,
    ) -> Result<Rc<Workflow>, Failure> {
        if let Some(workflow) = self.workflows.get(digest) {
            return Ok(Rc::clone(workflow));
        }
        let file = self.kept_text(brand, digest)?;
        let workflow = Rc::new(checked(file, definition::load_workflow)?.0);
        self.workflows.insert(digest.clone(), Rc::clone(&workflow));
        Ok(workflow)
    }

    /// The text of that digest, as the store keeps it.
    fn kept_text(&self, brand: &BrandId, digest: &Digest) -> Result<SourceFile, Failure> {
        let text = self.store.definition(digest)?.ok_or_else(|| Failure::DefinitionLost {
            brand: brand.clone(),
            digest: digest.clone(),
        })?;
        Ok(SourceFile::new(format!("definition {}", digest.short()), text.into_bytes()))
    }

    fn observe(
        &self,
        brand: &Brand,
        workflow: &Workflow,
        checkpoint: &Checkpoint,
        evidence_revision: u64,
    ) -> Result<Arc<Observations>, Failure> {
        let basis = self.basis(evidence_revision, &brand.digest, workflow);
        if checkpoint.observations.basis == basis {
            return Ok(Arc::clone(&checkpoint.observations));
        }
        Ok(Arc::new(self.measure(brand, workflow, basis)?))
    }

    fn basis(&self, evidence_revision: u64, brand_file: &Digest, workflow: &Workflow) -> Basis {
        Basis {
            evidence_revision,
            brand: Some(brand_file.clone()),
            workflow: Some(workflow.digest.clone()),
            window_end: self.window_end,
        }
    }

    fn measure(
        &self,
        brand: &Brand,
        workflow: &Workflow,
        basis: Basis,
    ) -> Result<Observations, Failure> {
        let _span = info_span!("measure", brand = %brand.id).entered();
        let path = self.workspace.evidence_path(&brand.id);
        // All of them, so that the journal can answer questions nobody has asked yet.
        let wanted: BTreeSet<Metric> = Metric::ALL.into_iter().collect();
        let (seconds, end) = (workflow.window_seconds, self.window_end);
        let (facts, metrics) = match EvidenceStore::open_existing_read_only(&path)? {
            Some(evidence) => evidence.snapshot(|| -> Result<_, Failure> {
                let since = |as_of| metrics::heard_since(as_of, seconds, end);
                let (facts, crowd) = (evidence.measured(None, &since)?, evidence.everybody(None));
                let metrics = metrics::measure_crowd(brand, &facts, &crowd, &wanted, seconds, end)?;
                Ok((facts, metrics))
            })?,
            None => {
                let nothing = Facts::default();
                let metrics = metrics::measure(brand, &nothing, &wanted, seconds, end);
                (nothing, metrics)
            }
        };
        debug!(posts = facts.posts.len(), "measured");
        let as_of = match (facts.as_of, self.window_end) {
            (Some(newest), Some(end)) => Some(newest.min(end)),
            (newest, _) => newest,
        };
        let metrics = metrics.into_iter().collect();
        Ok(Observations { basis, terms: brand.terms(), as_of, metrics })
    }

    /// Decides and commits one command on one brand.
    ///
    /// # Errors
    ///
    /// [`Failure::Refused`] if it changes nothing, [`Failure::Conflict`] if another process was
    /// faster, else what could not be read or written.
    pub fn act(
        &mut self,
        brand: &BrandId,
        command: &Command,
        dry_run: bool,
    ) -> Result<Step, Failure> {
        let case = self.case(brand)?;
        self.act_on(&case, command, dry_run)
    }

    fn act_on(&mut self, case: &Case, command: &Command, dry_run: bool) -> Result<Step, Failure> {
        let step = self.decide(case, command)?;
        if !dry_run {
            self.commit(&step)?;
        }
        Ok(step)
    }

    fn decide(&self, case: &Case, command: &Command) -> Result<Step, Failure> {
        let Case { workflow, checkpoint, observations, .. } = case;
        engine::step(workflow, checkpoint, observations, command, self.now())
            .map_err(|refusal| refused(&checkpoint.brand, refusal))
    }

    /// Decides what needs no new measurement.
    fn decide_as_seen(
        &self,
        workflow: &Workflow,
        checkpoint: &Checkpoint,
        command: &Command,
    ) -> Result<Step, Failure> {
        engine::step(workflow, checkpoint, &checkpoint.observations, command, self.now())
            .map_err(|refusal| refused(&checkpoint.brand, refusal))
    }

    fn commit(&mut self, step: &Step) -> Result<(), Failure> {
        match self.store.commit(&[step])?.first() {
            Some(Committed::Yes) => {
                log(step);
                Ok(())
            }
            Some(Committed::Conflict) | None => {
                Err(Failure::Conflict { brand: step.checkpoint.brand.clone() })
            }
        }
    }

    /// Starts a brand on its workflow's file as it is now.
    ///
    /// # Errors
    ///
    /// As [`Runner::act`].
    pub fn start(
        &mut self,
        brand: &BrandId,
        actor: &Actor,
        dry_run: bool,
    ) -> Result<Step, Failure> {
        let command = Command::new(Verb::Start, actor.clone());
        if self.store.checkpoint(brand)?.revision > 0 {
            return self.act(brand, &command, dry_run);
        }
        self.act_on_file(brand, &command, dry_run)
    }

    /// Starts a brand whose run has ended once more, on the workflow that its file names now.
    ///
    /// # Errors
    ///
    /// As [`Runner::act`].
    pub fn start_again(
        &mut self,
        brand: &BrandId,
        actor: &Actor,
        dry_run: bool,
    ) -> Result<Step, Failure> {
        let command = Command::new(Verb::StartAgain, actor.clone());
        self.act_on_file(brand, &command, dry_run)
    }

    /// Lets a brand go on under its workflow's file as it is now.
    ///
    /// # Errors
    ///
    /// As [`Runner::act`].
    pub fn adopt(
        &mut self,
        brand: &BrandId,
        command: &Command,
        dry_run: bool,
    ) -> Result<Step, Failure> {
        self.act_on_file(brand, command, dry_run)
    }

    /// Decides on the workflow's file as it is now, and keeps its text before it commits: what a
    /// brand runs on is always there.
    fn act_on_file(
        &mut self,
        brand: &BrandId,
        command: &Command,
        dry_run: bool,
    ) -> Result<Step, Failure> {
        let (case, file) = self.case_on_file(brand, &command.verb)?;
        let step = self.decide(&case, command)?;
        if !dry_run {
            let Workflow { digest, id, .. } = &*case.workflow;
            let text = String::from_utf8_lossy(file.bytes());
            self.store.keep_definition(digest, id.as_str(), &text)?;
            self.commit(&step)?;
        }
        Ok(step)
    }

    /// The case of a brand on its workflow's file as it is now, and that file, read once.
    fn case_on_file(&self, brand: &BrandId, verb: &Verb) -> Result<(Case, SourceFile), Failure> {
        let (brand, brand_file) = read_brand(&self.workspace, brand)?;
        let checkpoint = self.store.checkpoint(&brand.id)?;
        // A run keeps its workflow; a new one follows that of the brand's file.
        let runs = checkpoint.workflow.as_ref().filter(|_| *verb != Verb::StartAgain);
        let name = runs.unwrap_or(&brand.workflow);
        let (workflow, file) = load_workflow(&self.workspace, name)?;
        agree((&workflow, &file), (&brand, &brand_file))?;
        let evidence = self.store.evidence_revision(&brand.id)?;
        let observations = self.observe(&brand, &workflow, &checkpoint, evidence)?;
        let workflow = Rc::new(workflow);
        Ok((Case { brand, checkpoint, workflow, edited: None, observations }, file))
    }

    /// Moves one brand on.
    ///
    /// # Errors
    ///
    /// As [`Runner::act`], but a shut gate is an answer here. Steps before a failure stay
    /// committed.
    pub fn advance(
        &mut self,
        brand: &BrandId,
        actor: &Actor,
        until: &Until,
        dry_run: bool,
    ) -> Result<Advance, Failure> {
        let mut case = self.case(brand)?;
        until.check(&case.workflow)?;
        let command = Command::new(Verb::Advance, actor.clone());
        let mut advance = Advance::from(case.checkpoint.clone());
        loop {
            match self.act_on(&case, &command, dry_run) {
                Ok(step) => {
                    case.checkpoint = step.checkpoint.clone();
                    advance.take(step);
                }
                Err(Failure::Refused { refusal, .. }) if advance.stops_at(&refusal) => {
                    return Ok(advance);
                }
                Err(failure) => return Err(failure),
            }
            if advance.is_over(until) {
                return Ok(advance);
            }
        }
    }

    /// Keeps the facts of an export, and notes that the brand's evidence has changed.
    ///
    /// The facts come first: if the note is lost with a crash, importing again adds it.
    ///
    /// # Errors
    ///
    /// [`Failure`] if either store cannot be written; then none of the export's facts is kept.
    pub fn import(&mut self, brand: &Brand, export: &Export) -> Result<Imported, Failure> {
        let (keep_words, sought) = (brand.keep_words, Sought::of(brand));
        let brand = &brand.id;
        let evidence = EvidenceStore::open(&self.workspace.evidence_path(brand))?;
        let mut evidence = evidence.keeping(keep_words).seeking(sought);
        let imported = evidence.import(export, self.now())?;
        self.store.note_evidence(brand, imported.revision)?;
        info!(%brand, changed = imported.changed, revision = imported.revision, "imported");
        Ok(imported)
    }

    /// Asks whether an export really lists everybody who follows.
    ///
    /// # Errors
    ///
    /// [`Failure::Usage`] if most of the followers known would be marked as gone: an export of a
    /// range of dates looks so.
    pub fn ask_if_whole(&self, brand: &BrandId, export: &Export) -> Result<(), Failure> {
        let Some(as_of) = export.facts.as_of else { return Ok(()) };
        let path = self.workspace.evidence_path(brand);
        let Some(store) = EvidenceStore::open_existing_read_only(&path)? else { return Ok(()) };
        for account in &export.followers_complete {
            let known = store.followers_before(account, as_of)?;
            let listed = export.lists(account).map_err(SourceError::Unsorted)?;
            if known >= MANY_FOLLOWERS && listed < known / 2 {
                return Err(Failure::Usage {
                    message: format!(
                        "{known} followers of {brand} are known and this export lists {listed}: \
                         the others would be marked as gone"
                    ),
                    hint: "if it is a part, such as a range of dates, add `--part`; if they are \
                           really gone, `--whole`"
                        .to_owned(),
                });
            }
        }
        Ok(())
    }

    /// How a brand's file looks, so that a fleet need not read it again.
    fn looks(&self, brand: &Brand) -> Option<CachedFile> {
        let (modified_ns, bytes) = self.workspace.brand_file_stamp(&brand.id)?;
        let digest = brand.digest.clone();
        Some(CachedFile { modified_ns, bytes, read_ns: clock::file_time_ns(), digest })
    }
}

impl Advance {
    /// Adds the next step.
    fn take(&mut self, step: Step) {
        self.shut = step.shut.clone();
        self.steps.push(step);
    }

    /// Whether a refusal is simply where the way ends: at a shut gate.
    fn stops_at(&mut self, refusal: &Refusal) -> bool {
        if let Refusal::GateShut(gate) = refusal {
            self.shut = Some((**gate).clone());
        }
        self.shut.is_some()
    }

    fn is_over(&self, until: &Until) -> bool {
        let at = self.checkpoint();
        let ended = matches!(at.status, Status::Finished { .. });
        ended || self.shut.is_some() || until.is_reached(at.stage())
    }
}

fn refused(brand: &BrandId, refusal: Refusal) -> Failure {
    Failure::Refused { brand: brand.clone(), refusal: Box::new(refusal) }
}

/// Tells an operator of a transition that is on the disk, as a span that holds one line.
fn log(step: &Step) {
    let Step { checkpoint, entry, .. } = step;
    let span = info_span!(
        "transition",
        brand = %checkpoint.brand,
        cycle = checkpoint.cycle.number,
        stage = checkpoint.stage().map(StageId::as_str),
        revision = checkpoint.revision,
        verb = entry.verb,
    );
    span.in_scope(|| info!("committed"));
}

/// Reads and checks a brand's file.
///
/// # Errors
///
/// [`Failure::Definition`] with every problem, or why it cannot be read.
pub fn load_brand(workspace: &Workspace, id: &BrandId) -> Result<Brand, Failure> {
    read_brand(workspace, id).map(|(brand, _)| brand)
}

fn read_brand(workspace: &Workspace, id: &BrandId) -> Result<(Brand, SourceFile), Failure> {
    let file = workspace.read_brand(id)?;
    let (brand, file) = checked(file, definition::load_brand)?;
    if brand.id == *id {
        return Ok((brand, file));
    }
    let diagnostics = definition::check_brand_place(&file, &brand, &workspace.workflow_names()?);
    Err(wrong(file, diagnostics))
}

/// Reads and checks a workflow's file.
///
/// # Errors
///
/// As [`load_brand`].
pub fn load_workflow(
    workspace: &Workspace,
    id: &WorkflowId,
) -> Result<(Workflow, SourceFile), Failure> {
    let file = workspace.read_workflow(id)?;
    let (workflow, file) = checked(file, definition::load_workflow)?;
    let diagnostics = definition::check_workflow_name(&file, &workflow);
    if diagnostics.is_empty() { Ok((workflow, file)) } else { Err(wrong(file, diagnostics)) }
}

fn checked<T>(
    file: SourceFile,
    load: impl FnOnce(&SourceFile) -> Result<T, Vec<Diagnostic>>,
) -> Result<(T, SourceFile), Failure> {
    match load(&file) {
        Ok(value) => Ok((value, file)),
        Err(diagnostics) => Err(wrong(file, diagnostics)),
    }
}

fn wrong(file: SourceFile, diagnostics: Vec<Diagnostic>) -> Failure {
    Failure::Definition { file: Box::new(file), diagnostics }
}

/// Refuses a brand and a workflow that do not agree.
fn agree(workflow: (&Workflow, &SourceFile), brand: (&Brand, &SourceFile)) -> Result<(), Failure> {
    let mut diagnostics = definition::check_pair(workflow.0, workflow.1, brand.0, brand.1);
    diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
    if diagnostics.is_empty() { Ok(()) } else { Err(wrong(brand.1.clone(), diagnostics)) }
}

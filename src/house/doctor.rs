//! Is everything as it should be? A look at all that fivestep keeps, one brand at a time.
//!
//! Start reading at [`examine`]. Each check is a line of the answer; what one finds never stops the
//! others.
//!
//! # Always true
//!
//! - Nothing is written unless mending is asked for; and what is mended follows from what is right
//!   beside it (timers from the checkpoint, a note from the file it is about).
//! - Memory holds one brand, whatever their number.

use std::{collections::HashMap, fs, rc::Rc};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::{
    definition::{SourceFile, load_workflow},
    engine::timers::pending,
    failure::Failure,
    model::{BrandId, Checkpoint, Digest, Workflow},
    store::{
        Space, StateStore,
        evidence::EvidenceStore,
        state::{Inspection, Lease},
    },
    workspace::Workspace,
};

use super::backup::evidence_files;

/// The most findings that one check tells; all are counted.
const MOST_TOLD: usize = 20;

/// The most workflows in memory at a time.
const MOST_WORKFLOWS: usize = 64;

/// How far an entry may be dated after now: clocks of two machines are never the same.
const SLACK: TimeDelta = TimeDelta::minutes(1);

/// What is looked at, in the order of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The state file is sound.
    StateFile,
    /// Its tables are of the version that this program writes.
    Version,
    /// Each journal leads to its checkpoint, and no commit is missing.
    Journals,
    /// The columns of each brand say what its checkpoint says.
    Columns,
    /// Each text that a brand runs on is there and can be read.
    Definitions,
    /// The timers are those that follow from the checkpoints.
    Timers,
    /// No attempt has been lost without being settled.
    Attempts,
    /// No row belongs to a brand that is not there.
    Orphans,
    /// No notice has waited for a day.
    Notices,
    /// Each evidence file is sound and as new as the state believes.
    Evidence,
    /// Nothing is dated after now.
    Clock,
}

impl Check {
    /// All, in the order of the answer.
    pub const ALL: [Check; 11] = [
        Check::StateFile,
        Check::Version,
        Check::Journals,
        Check::Columns,
        Check::Definitions,
        Check::Timers,
        Check::Attempts,
        Check::Orphans,
        Check::Notices,
        Check::Evidence,
        Check::Clock,
    ];

    /// The name in the answer.
    pub fn name(self) -> &'static str {
        match self {
            Check::StateFile => "state file",
            Check::Version => "version",
            Check::Journals => "journals",
            Check::Columns => "columns",
            Check::Definitions => "definitions",
            Check::Timers => "timers",
            Check::Attempts => "attempts",
            Check::Orphans => "orphans",
            Check::Notices => "notices",
            Check::Evidence => "evidence",
            Check::Clock => "clock",
        }
    }
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The brand it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// What is wrong.
    pub text: String,
    /// Whether it is right by now.
    pub mended: bool,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// The check.
    pub check: Check,
    /// How many things it looked at.
    pub looked_at: u64,
    /// How many of its findings are not mended.
    pub found: u64,
    /// How many are.
    pub mended: u64,
    /// The first of them.
    pub findings: Vec<Finding>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Every check that could be made.
    pub checks: Vec<Checked>,
    /// The room that the state file takes, and how much of it `gc` gives back.
    pub state: Space,
    /// The same of all evidence files.
    pub evidence: Space,
    /// Who does what is due, or did last.
    pub leader: Option<Lease>,
}

impl Report {
    /// Whether everything is as it should be by now.
    pub fn is_fine(&self) -> bool {
        self.checks.iter().all(|checked| checked.found == 0)
    }

    fn check(&mut self, check: Check) -> &mut Checked {
        let at = self.checks.iter().position(|checked| checked.check == check);
        let at = at.unwrap_or_else(|| {
            let new = Checked { check, looked_at: 0, found: 0, mended: 0, findings: Vec::new() };
            let at = self.checks.partition_point(|checked| checked.check < check);
            self.checks.insert(at, new);
            at
        });
        &mut self.checks[at]
    }

    fn look(&mut self, check: Check) {
        self.check(check).looked_at += 1;
    }

    fn find(&mut self, check: Check, brand: Option<&str>, text: impl Into<String>, mended: bool) {
        let checked = self.check(check);
        if mended {
            checked.mended += 1;
        } else {
            checked.found += 1;
        }
        if checked.findings.len() < MOST_TOLD {
            let brand = brand.map(str::to_owned);
            checked.findings.push(Finding { brand, text: text.into(), mended });
        }
    }
}

/// How to look.
#[derive(Default)]
pub struct How<'a> {
    /// Mend what can be mended.
    pub fix: bool,
    /// Compare every index with its table, too.
    pub full: bool,
    /// Is told how many brands and files were looked at, of how many.
    pub tell: Option<&'a mut dyn FnMut(u64, u64)>,
}

/// Looks at everything that fivestep keeps of a workspace.
///
/// - `now`: the moment of the look, UTC.
///
/// # Errors
///
/// [`Failure`] only if nothing can be looked at: the state file is foreign, newer than this program
/// or cannot be opened.
pub fn examine<'a>(
    workspace: &'a Workspace,
    now: DateTime<Utc>,
    how: How<'a>,
) -> Result<Report, Failure> {
    let report = Report {
        checks: Vec::new(),
        state: Space::default(),
        evidence: Space::default(),
        leader: None,
    };
    let path = workspace.state_path();
    let (mut current, mut store, mut mender) = (false, None, None);
    if path.exists() {
        let (looking, version) = StateStore::open_to_look(&path)?;
        current = StateStore::is_current(version);
        if how.fix {
            // Brings an older file up, as any other command would.
            mender = Some(StateStore::open(&path)?);
            current = true;
        }
        // Who began the file may have died before its first table: nothing is kept there yet.
        store = (version > 0).then_some((looking, version));
    }
    let mut doctor =
        Doctor { workspace, now, how, report, mender, workflows: HashMap::new(), done: (0, 0) };
    if let Some((store, version)) = &store {
        doctor.file(store, *version, current)?;
        if current {
            doctor.brands(store)?;
            doctor.strays(store)?;
            doctor.notices(store)?;
            doctor.leader(store)?;
        }
    }
    doctor.evidence(store.as_ref().map(|(store, _)| store).filter(|_| current))?;
    Ok(doctor.report)
}

struct Doctor<'a> {
    workspace: &'a Workspace,
    now: DateTime<Utc>,
    how: How<'a>,
    report: Report,
    mender: Option<StateStore>,
    workflows: HashMap<Digest, Option<Rc<Workflow>>>,
    done: (u64, u64),
}

impl Doctor<'_> {
    fn file(&mut self, store: &StateStore, version: i64, current: bool) -> Result<(), Failure> {
        self.report.look(Check::StateFile);
        // What cannot even be looked at is the finding itself.
        let problems =
            store.problems(self.how.full).unwrap_or_else(|error| vec![error.to_string()]);
        for problem in problems {
            self.report.find(Check::StateFile, None, problem, false);
        }
        self.report.look(Check::Version);
        if !current {
            let text = format!("it is {version}; any other command brings it to the newest");
            self.report.find(Check::Version, None, text, false);
        }
        self.report.state = store.space()?;
        Ok(())
    }

    fn brands(&mut self, store: &StateStore) -> Result<(), Failure> {
        self.done.1 = store.brands()?;
        let mut after = String::new();
        loop {
            let page = store.names(&after)?;
            let Some(last) = page.last().cloned() else { return Ok(()) };
            for name in page {
                self.brand(store, &name)?;
                self.step();
            }
            after = last;
        }
    }

    fn step(&mut self) {
        self.done.0 += 1;
        let (done, all) = self.done;
        if let Some(tell) = &mut self.how.tell {
            tell(done, all.max(done));
        }
    }

    fn brand(&mut self, store: &StateStore, name: &str) -> Result<(), Failure> {
        self.report.look(Check::Journals);
        let brand = match BrandId::new(name) {
            Ok(brand) => brand,
            Err(error) => {
                self.report.find(Check::Journals, Some(name), error.to_string(), false);
                return Ok(());
            }
        };
        match store.inspect(&brand) {
            Ok(Some(seen)) => self.seen(store, &brand, &seen),
            // It was there a moment ago: somebody took it away meanwhile.
            Ok(None) => Ok(()),
            Err(error) => {
                self.report.find(Check::Journals, Some(name), error.to_string(), false);
                Ok(())
            }
        }
    }

    fn seen(
        &mut self,
        store: &StateStore,
        brand: &BrandId,
        seen: &Inspection,
    ) -> Result<(), Failure> {
        let name = Some(brand.as_str());
        if let Some(missing) = seen.gap {
            let text = format!("commit {missing} is missing in its journal");
            self.report.find(Check::Journals, name, text, false);
        } else if seen.fold != seen.stored {
            let text = format!(
                "its journal leads to {}, its checkpoint is {}",
                seen.fold.id(),
                seen.stored.id()
            );
            self.report.find(Check::Journals, name, text, false);
        }
        self.report.look(Check::Columns);
        if !seen.has_right_columns() {
            let text = "its line does not say what its checkpoint says";
            self.report.find(Check::Columns, name, text, false);
        }
        self.dates(brand, &seen.stored);
        self.report.look(Check::Attempts);
        for action in seen.lost_attempts(self.now) {
            let text =
                format!("an attempt of action {action} was lost; `fivestep tick` settles it");
            self.report.find(Check::Attempts, name, text, false);
        }
        self.report.look(Check::Definitions);
        if let Some(workflow) = self.workflow(store, brand, &seen.stored)? {
            self.timers(brand, seen, &workflow)?;
        }
        if seen.evidence_revision > 0 && !self.workspace.evidence_path(brand).exists() {
            let text = "its evidence file is gone; import its exports again";
            self.report.find(Check::Evidence, name, text, false);
        }
        Ok(())
    }

    fn dates(&mut self, brand: &BrandId, stored: &Checkpoint) {
        self.report.look(Check::Clock);
        if let Some(at) = stored.at.filter(|at| *at > self.now + SLACK) {
            let text = format!(
                "the clock was ahead when commit {} was written: it is dated {at}",
                stored.revision
            );
            self.report.find(Check::Clock, Some(brand.as_str()), text, false);
        }
    }

    /// The workflow a brand runs on, if its text is there and can be read.
    fn workflow(
        &mut self,
        store: &StateStore,
        brand: &BrandId,
        stored: &Checkpoint,
    ) -> Result<Option<Rc<Workflow>>, Failure> {
        let Some(digest) = &stored.definition else { return Ok(None) };
        if let Some(known) = self.workflows.get(digest) {
            return Ok(known.clone());
        }
        let short = digest.short();
        let read = match store.definition(digest)? {
            None => Err(format!("the text {short} that it runs on is not there")),
            Some(text) if Digest::of(text.as_bytes()) != *digest => {
                Err(format!("the text {short} that it runs on was changed"))
            }
            Some(text) => load_workflow(&SourceFile::new(short, text.into_bytes()))
                .map_err(|_| format!("the text {short} that it runs on cannot be read any more")),
        };
        let workflow = match read {
            Ok(workflow) => Some(Rc::new(workflow)),
            Err(problem) => {
                let text = format!("{problem}; go on with `fivestep adopt {brand}`");
                self.report.find(Check::Definitions, Some(brand.as_str()), text, false);
                None
            }
        };
        if self.workflows.len() >= MOST_WORKFLOWS {
            self.workflows.clear();
        }
        self.workflows.insert(digest.clone(), workflow.clone());
        Ok(workflow)
    }

    fn timers(
        &mut self,
        brand: &BrandId,
        seen: &Inspection,
        workflow: &Workflow,
    ) -> Result<(), Failure> {
        self.report.look(Check::Timers);
        let pending = pending(workflow, &seen.stored);
        if seen.has_timers(&pending) {
            return Ok(());
        }
        let Checkpoint { generation, revision, .. } = seen.stored;
        if let Some(mender) = &mut self.mender {
            mender.mend_timers(brand, generation, revision, &pending)?;
        }
        let text =
            format!("{} are kept, {} follow from its checkpoint", seen.timers.len(), pending.len());
        self.report.find(Check::Timers, Some(brand.as_str()), text, self.mender.is_some());
        Ok(())
    }

    fn strays(&mut self, store: &StateStore) -> Result<(), Failure> {
        self.report.look(Check::Orphans);
        let workspace = self.workspace;
        let has_file = |name: &str| {
            BrandId::new(name).is_ok_and(|brand| workspace.brand_path(&brand).exists())
        };
        for stray in store.orphans(&has_file)? {
            let mut mended = false;
            if let Some(mender) = self.mender.as_mut().filter(|_| StateStore::may_go(&stray)) {
                mender.drop_strays(std::slice::from_ref(&stray))?;
                mended = true;
            }
            let text = format!("{} in `{}` of a brand that is not there", stray.rows, stray.table);
            self.report.find(Check::Orphans, Some(&stray.brand), text, mended);
        }
        Ok(())
    }

    fn notices(&mut self, store: &StateStore) -> Result<(), Failure> {
        self.report.look(Check::Notices);
        let (count, since) = store.waiting_notices(self.now - TimeDelta::days(1))?;
        if let (1.., Some(since)) = (count, since) {
            let text = format!("{count} wait to be delivered since {since}; `fivestep tick` does");
            self.report.find(Check::Notices, None, text, false);
        }
        Ok(())
    }

    fn leader(&mut self, store: &StateStore) -> Result<(), Failure> {
        self.report.leader = store.leader()?;
        let ahead = self.now + TimeDelta::days(1);
        if let Some(lease) = self.report.leader.clone().filter(|lease| lease.until > ahead) {
            let text = format!(
                "the clock was ahead when {} took the lead: it lasts until {}",
                lease.holder, lease.until
            );
            self.report.find(Check::Clock, None, text, false);
        }
        Ok(())
    }

    fn evidence(&mut self, store: Option<&StateStore>) -> Result<(), Failure> {
        let files = evidence_files(self.workspace)?;
        self.done.1 += files.len() as u64;
        for brand in files {
            self.report.look(Check::Evidence);
            if let Err(failure) = self.evidence_of(store, &brand) {
                let text = failure.to_string();
                self.report.find(Check::Evidence, Some(brand.as_str()), text, false);
            }
            self.step();
        }
        Ok(())
    }

    fn evidence_of(&mut self, store: Option<&StateStore>, brand: &BrandId) -> Result<(), Failure> {
        let (path, name) = (self.workspace.evidence_path(brand), Some(brand.as_str()));
        let runs = match store {
            Some(store) => store.standing(brand)?.is_some(),
            None => true,
        };
        if !runs && fs::metadata(self.workspace.brand_path(brand)).is_err() {
            let text = "a file of a brand that is not there; `fivestep gc --orphans` removes it";
            self.report.find(Check::Evidence, name, text, false);
        }
        let Some(file) = EvidenceStore::open_existing_read_only(&path)? else { return Ok(()) };
        for problem in file.problems(self.how.full)? {
            self.report.find(Check::Evidence, name, problem, false);
        }
        self.report.evidence = self.report.evidence.and(file.space()?);
        let revision = file.revision()?;
        let Some(store) = store else { return Ok(()) };
        let noted = store.evidence_revision(brand)?;
        if revision == noted {
            return Ok(());
        }
        let mended = self.note(brand, revision, noted)?;
        let text = match revision > noted {
            true => format!("import {revision} is not noted, only {noted}"),
            false => format!("import {noted} is noted, but an older file of {revision} lies there"),
        };
        self.report.find(Check::Evidence, name, text, mended);
        Ok(())
    }

    /// Lets the note about an evidence file and the file agree; answers whether it did.
    fn note(&mut self, brand: &BrandId, revision: u64, noted: u64) -> Result<bool, Failure> {
        let Some(mender) = &mut self.mender else { return Ok(false) };
        let mut revision = revision;
        if revision < noted {
            let path = self.workspace.evidence_path(brand);
            revision = EvidenceStore::open(&path)?.raise_revision(noted)?;
        }
        mender.note_evidence(brand, revision)?;
        Ok(true)
    }
}

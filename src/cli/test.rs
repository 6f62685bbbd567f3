//! `test`: plays the suites that lie beside the workflows.

use std::{
    path::{Path, PathBuf},
    rc::Rc,
};

use crate::{
    definition::{self, Diagnostic, SourceFile},
    failure::Failure,
    model::{Entry, Workflow},
    rehearsal::{Coverage, Played, play},
    view::suite::{self, CoverageView, SuiteView, Tested},
    workspace::{SUITE_END, read_file},
};

use super::{
    args::{Format, TestArgs},
    check::yaml_files,
    exit::Exit,
    junit, render, report,
    session::Session,
};

pub fn run(session: &Session, args: &TestArgs) -> Result<Exit, Failure> {
    let files = suites(session, args)?;
    let mut run = Run { args, tested: Tested::default(), journals: Vec::new(), exits: Vec::new() };
    for (path, name) in &files {
        match read_file(path, name).map_err(Failure::from).and_then(|file| run.play(path, &file)) {
            Ok(()) => {}
            Err(failure) => run.unplayed(name, &failure),
        }
    }
    run.finish(session)
}

/// The suites to play, each with the name that people know it by.
fn suites(session: &Session, args: &TestArgs) -> Result<Vec<(PathBuf, String)>, Failure> {
    let mut found = Vec::new();
    if args.paths.is_empty() {
        let workspace = session.workspace()?;
        let root = workspace.root();
        for path in yaml_files(&root.join("workflows"))?.into_iter().filter(|path| is_suite(path)) {
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            found.push((path, name));
        }
    }
    for path in &args.paths {
        let paths = match path.is_dir() {
            true => yaml_files(path)?.into_iter().filter(|path| is_suite(path)).collect(),
            false => vec![beside(path)?],
        };
        found.extend(paths.into_iter().map(|path| {
            let name = path.display().to_string();
            (path, name)
        }));
    }
    if found.is_empty() {
        return Err(Failure::Usage {
            message: "there is no suite to play".to_owned(),
            hint: "write one beside its workflow, as `workflows/NAME.test.yaml`".to_owned(),
        });
    }
    Ok(found)
}

fn is_suite(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(SUITE_END))
}

/// The suite that is meant by a path: itself, or the one beside a workflow.
fn beside(path: &Path) -> Result<PathBuf, Failure> {
    let file = read_file(path, &path.display().to_string())?;
    if definition::is_suite(&file) || is_suite(path) {
        return Ok(path.to_owned());
    }
    let suite = path.with_extension("test.yaml");
    if suite.exists() {
        return Ok(suite);
    }
    Err(Failure::Usage {
        message: format!("no suite lies beside `{}`", path.display()),
        hint: format!("write one as `{}`", suite.display()),
    })
}

/// Suites that are being played.
struct Run<'a> {
    args: &'a TestArgs,
    tested: Tested,
    /// What happened in all cases of a workflow.
    journals: Vec<(Rc<Workflow>, Vec<Vec<Entry>>)>,
    exits: Vec<Exit>,
}

impl Run<'_> {
    fn play(&mut self, path: &Path, file: &SourceFile) -> Result<(), Failure> {
        let Some(id) = definition::suite_of(file) else {
            let problems = definition::load_suite(file, None).err().unwrap_or_default();
            return Err(wrong(file, problems));
        };
        let place = path.with_file_name(format!("{id}.yaml"));
        if !place.exists() {
            return Err(wrong(file, definition::check_suite_workflow(file, &id)));
        }
        let name = Path::new(file.name()).with_file_name(format!("{id}.yaml"));
        let text = read_file(&place, &name.display().to_string())?;
        let workflow = definition::load_workflow(&text).map_err(|found| wrong(&text, found))?;
        let misnamed = definition::check_workflow_name(&text, &workflow);
        if !misnamed.is_empty() {
            return Err(wrong(&text, misnamed));
        }
        let suite = definition::load_suite(file, Some(&workflow))
            .map_err(|problems| wrong(file, problems))?;
        let chosen = |name: &str| self.args.filter.as_ref().is_none_or(|part| name.contains(part));
        let played = play(&suite, &workflow, chosen);
        self.take(suite::suite(file.name(), workflow.id.as_str(), &played));
        self.keep(workflow, played);
        Ok(())
    }

    fn take(&mut self, view: SuiteView) {
        let passed = view.cases.iter().filter(|case| case.passed).count();
        let failed = view.cases.len() - passed;
        self.exits.push(if failed > 0 { Exit::Failed } else { Exit::Done });
        self.tested.passed += passed;
        self.tested.failed += failed;
        self.tested.suites.push(view);
    }

    /// Several suites may play one workflow; together they cover it.
    fn keep(&mut self, workflow: Workflow, played: Vec<Played>) {
        let journals = played.into_iter().map(|played| played.journal);
        let known = self.journals.iter_mut().find(|(known, _)| known.digest == workflow.digest);
        match known {
            Some((_, all)) => all.extend(journals),
            None => self.journals.push((Rc::new(workflow), journals.collect())),
        }
    }

    fn unplayed(&mut self, name: &str, failure: &Failure) {
        self.exits.push(Exit::from(failure));
        report::say(&report::text(failure));
        self.tested.suites.push(SuiteView {
            file: name.to_owned(),
            workflow: None,
            cases: Vec::new(),
            error: Some(report::as_json(failure)),
        });
    }

    fn coverage(&self) -> Vec<CoverageView> {
        let each = self.journals.iter().map(|(workflow, journals)| {
            let journals = journals.iter().map(Vec::as_slice);
            suite::coverage(Coverage::of(workflow, journals))
        });
        each.collect()
    }

    fn finish(mut self, session: &Session) -> Result<Exit, Failure> {
        if self.tested.passed + self.tested.failed == 0
            && let Some(part) = &self.args.filter
            && !self.exits.contains(&Exit::Invalid)
        {
            return Err(Failure::Usage {
                message: format!("no case has `{part}` in its name"),
                hint: "see the names with `fivestep test`".to_owned(),
            });
        }
        if self.args.coverage || self.args.require_coverage {
            let coverage = self.coverage();
            if self.args.require_coverage && coverage.iter().any(|one| !one.not_taken.is_empty()) {
                self.exits.push(Exit::Failed);
            }
            self.tested.coverage = Some(coverage);
        }
        if session.out.format == Format::Junit {
            session.out.document(&junit::document(&self.tested))?;
        } else {
            let ids = || failed(&self.tested);
            session.out.answer(&self.tested, ids, || render::suite::text(&self.tested))?;
        }
        Ok(Exit::of_many(self.exits))
    }
}

/// The cases that failed, one name each.
fn failed(tested: &Tested) -> Vec<String> {
    let cases = tested.suites.iter().flat_map(|suite| &suite.cases);
    cases.filter(|case| !case.passed).map(|case| case.name.clone()).collect()
}

fn wrong(file: &SourceFile, diagnostics: Vec<Diagnostic>) -> Failure {
    Failure::Definition { file: Box::new(file.clone()), diagnostics }
}

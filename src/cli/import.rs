//! `import`: a brand's exports become its evidence.

use std::{
    collections::BTreeMap,
    fmt,
    io::IsTerminal,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressState, ProgressStyle};

use crate::{
    evidence::sources::{self, Export, SourceError},
    failure::Failure,
    house,
    model::{Brand, BrandId, Source, SourceKind},
    runner::{
        Runner,
        known::{Asked, Looks},
        load_brand,
    },
    store::StateStore,
    view::imported::{ImportView, PREVIEWED, first_facts, imported},
    view::report::HEADLINE,
};

use super::{
    args::{Format, ImportArgs},
    exit::Exit,
    hold::no_brand,
    render, report,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &ImportArgs) -> Result<Exit, Failure> {
    if let (Some(brand), Some(archive)) = (&args.brand, &args.archive) {
        return take_in(session, brand, archive, args.dry_run);
    }
    if let (true, Some(path)) = (args.guess_map, args.paths.first()) {
        let guess = sources::guess_map(path)?;
        session.out.text(&guess)?;
        return Ok(Exit::Done);
    }
    let mut runner = session.runner()?;
    let brands = which(session, args)?;
    match (brands.as_slice(), args.paths.first()) {
        ([], _) => return Err(no_brand(false)),
        ([_], _) | (_, None) => {}
        (_, Some(path)) => return Err(one_export(path)),
    }
    let mut done = Done::new(session, &brands, How::of(args));
    let (owners, tasks) = plan(&runner, &brands, args, &mut done);
    let bytes = Arc::new(AtomicU64::new(0));
    let bar = watched(&tasks, &bytes);
    sources::read_all(&tasks, &bytes, &mut |place, export| {
        done.take(&mut runner, owners[place], &tasks[place].1, export);
    });
    bar.finish_and_clear();
    done.finish()
}

/// The brands of a command line.
fn which(session: &Session, args: &ImportArgs) -> Result<Vec<BrandId>, Failure> {
    match &args.brand {
        Some(brand) => session.brands(std::slice::from_ref(brand)),
        None => session.workspace()?.brand_names()?.iter().map(|name| brand_id(name)).collect(),
    }
}

/// Every export to be read, each with the place of its brand; a brand without any is done.
fn plan(
    runner: &Runner,
    brands: &[BrandId],
    args: &ImportArgs,
    done: &mut Done<'_>,
) -> (Vec<usize>, Vec<(Source, PathBuf)>) {
    let (mut owners, mut tasks) = (Vec::new(), Vec::new());
    for (owner, brand) in brands.iter().enumerate() {
        let found = load_brand(runner.workspace(), brand);
        match found.and_then(|brand| exports(runner, &brand, args)) {
            Ok(exports) => {
                owners.extend(std::iter::repeat_n(owner, exports.len()));
                tasks.extend(exports);
            }
            Err(failure) => done.fail(owner, failure),
        }
    }
    (owners, tasks)
}

/// What has become of each brand.
struct Done<'s> {
    session: &'s Session,
    brands: &'s [BrandId],
    how: How,
    views: Vec<serde_json::Value>,
    /// Why a brand's exports were not all taken.
    failures: BTreeMap<usize, Failure>,
}

impl<'s> Done<'s> {
    fn new(session: &'s Session, brands: &'s [BrandId], how: How) -> Self {
        Self { session, brands, how, views: Vec::new(), failures: BTreeMap::new() }
    }

    /// Keeps what was read for a brand, unless an export before it failed.
    fn take(
        &mut self,
        runner: &mut Runner,
        owner: usize,
        path: &Path,
        export: Result<Export, SourceError>,
    ) {
        if self.failures.contains_key(&owner) {
            return;
        }
        let brand = &self.brands[owner];
        let kept = export.map_err(Failure::from).and_then(|export| {
            let brand = load_brand(runner.workspace(), brand)?;
            let view = keep(runner, &brand, path, export, self.how)?;
            self.session.out.text(&render::imported::text(&view))?;
            Ok(view)
        });
        match kept {
            Ok(view) => self.views.push(serde_json::json!(view)),
            Err(failure) => self.fail(owner, failure),
        }
    }

    fn fail(&mut self, owner: usize, failure: Failure) {
        if self.brands.len() > 1 {
            report::say(&report::text(&failure));
            let error = report::as_json(&failure);
            self.views.push(serde_json::json!({ "brand": self.brands[owner], "error": error }));
        }
        self.failures.insert(owner, failure);
    }

    fn finish(mut self) -> Result<Exit, Failure> {
        if let ([_], Some(failure)) = (self.brands, self.failures.remove(&0)) {
            return Err(failure);
        }
        if self.session.out.format != Format::Table {
            let places = 0..self.brands.len();
            let done = places.filter(|place| !self.failures.contains_key(place));
            let ids = || done.map(|place| self.brands[place].to_string()).collect();
            self.session.out.answer(&self.views, ids, String::new)?;
        }
        let exits = self
            .brands
            .iter()
            .enumerate()
            .map(|(place, _)| self.failures.get(&place).map_or(Exit::Done, Exit::from));
        Ok(Exit::of_many(exits))
    }
}

/// A whole brand, from another workspace.
fn take_in(session: &Session, brand: &str, archive: &Path, dry_run: bool) -> Result<Exit, Failure> {
    let (workspace, brand) = (session.workspace()?, brand_id(brand)?);
    let mut store = StateStore::open(&workspace.state_path())?;
    let imported = house::brand::import(&workspace, &mut store, &brand, archive, dry_run)?;
    let ids = || vec![brand.to_string()];
    session.out.answer(&imported, ids, || render::house::imported(&imported, dry_run))?;
    Ok(Exit::Done)
}

fn one_export(path: &Path) -> Failure {
    Failure::Usage {
        message: format!("`{}` is one export, and several brands were named", path.display()),
        hint: "name one brand, or give each brand's source its path in the brand file".to_owned(),
    }
}

/// How an export is taken.
#[derive(Debug, Clone, Copy, Default)]
pub struct How {
    /// Read and report, write nothing.
    pub dry_run: bool,
    /// Show the first facts.
    pub preview: bool,
    /// It is a part: nobody is marked as gone.
    pub part: bool,
    /// It is whole, however many are gone.
    pub whole: bool,
    /// Say how many followers are engaged, once it is in.
    pub measure: bool,
}

impl How {
    fn of(args: &ImportArgs) -> Self {
        Self {
            dry_run: args.dry_run || args.preview,
            preview: args.preview,
            part: args.part,
            whole: args.whole,
            measure: args.measure,
        }
    }
}

/// Reads one export and keeps its facts.
pub fn import(
    runner: &mut Runner,
    brand: &Brand,
    source: &Source,
    path: &Path,
    how: How,
) -> Result<ImportView, Failure> {
    keep(runner, brand, path, sources::read(source, path)?, how)
}

/// Keeps the facts of an export.
fn keep(
    runner: &mut Runner,
    brand: &Brand,
    path: &Path,
    mut export: Export,
    how: How,
) -> Result<ImportView, Failure> {
    if how.part && !export.followers_complete.is_empty() {
        export.followers_complete.clear();
        export.receipt.notes.push("taken as a part, so nobody is marked as gone".to_owned());
    }
    if !how.whole {
        runner.ask_if_whole(&brand.id, &export)?;
    }
    let result = if how.dry_run { None } else { Some(runner.import(brand, &export)?) };
    let mut view = imported(&brand.id, path, &export, result.as_ref());
    if how.preview {
        let mut facts = export.with_people(PREVIEWED).map_err(SourceError::Unsorted)?;
        facts.keep_words(brand.keep_words);
        view.preview = first_facts(&facts);
    }
    if how.measure {
        let asked = Asked { looks: Looks::AtMetrics(None), ..Asked::default() };
        let mut measured = runner.known(&brand.id, asked)?.measure(None)?;
        view.engaged = measured.remove(&HEADLINE);
    }
    Ok(view)
}

/// A bar of all the bytes to be read, with rate and time left, that moves by itself.
fn watched(tasks: &[(Source, PathBuf)], bytes: &Arc<AtomicU64>) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let all = tasks.iter().map(|(_, path)| sources::bytes_at(path)).sum();
    let (read, stored) = (Arc::clone(bytes), "all read, being stored");
    let place = move |state: &ProgressState, to: &mut dyn fmt::Write| {
        let _ = match (read.load(Ordering::Relaxed), state.elapsed().as_secs_f64()) {
            (read, _) if read >= all => write!(to, "{stored}"),
            (0, _) => write!(to, "opening"),
            (read, seconds) => {
                let left = seconds * (all - read) as f64 / read as f64;
                let rate = HumanBytes((read as f64 / seconds.max(0.001)) as u64);
                let left = HumanDuration(Duration::from_secs_f64(left));
                write!(
                    to,
                    "{} of {}, {rate} a second, {left} left",
                    HumanBytes(read),
                    HumanBytes(all)
                )
            }
        };
    };
    let style = ProgressStyle::with_template("{spinner} {read}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = ProgressBar::new_spinner().with_style(style.with_key("read", place));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// The exports to read, each with the source of the brand's file that it belongs to.
fn exports(
    runner: &Runner,
    brand: &Brand,
    args: &ImportArgs,
) -> Result<Vec<(Source, PathBuf)>, Failure> {
    let workspace = runner.workspace();
    if !args.paths.is_empty() {
        let one = |path: &PathBuf| {
            let source = match &args.map {
                Some(map) => mapped(brand, map),
                None => workspace.with_map(source_of(brand, path)?),
            };
            Ok((Source { as_of: args.as_of, ..source }, path.clone()))
        };
        return args.paths.iter().map(one).collect();
    }
    let with_path = brand.sources.iter().filter_map(|source| {
        let path = workspace.root().join(source.path.as_ref()?);
        Some((workspace.with_map(source.clone()), path))
    });
    let exports: Vec<_> = with_path.collect();
    if exports.is_empty() {
        return Err(Failure::Usage {
            message: format!("no source of {} has a path", brand.id),
            hint: format!("name the export: `fivestep import {} PATH`", brand.id),
        });
    }
    Ok(exports)
}

/// The source of a table that is read by `map`: the brand's own, if it has one.
fn mapped(brand: &Brand, map: &Path) -> Source {
    let mut tables = brand.sources.iter().filter(|source| source.kind == SourceKind::Table);
    let account = tables.next().map_or_else(|| brand.id.to_string(), |one| one.account.clone());
    let map = Some(map.display().to_string());
    Source { kind: SourceKind::Table, account, path: None, map, as_of: None }
}

/// The brand's source of the kind that lies at `path`.
fn source_of(brand: &Brand, path: &Path) -> Result<Source, Failure> {
    let of_kind = |kind: SourceKind| brand.sources.iter().filter(move |s| s.kind == kind);
    let kind = sources::detect(path);
    let found = match kind {
        Some(kind) => of_kind(kind).collect::<Vec<_>>(),
        // What cannot be told by looking is a table of one's own, or the only source there is,
        // whose reader then says what is wrong with it.
        None if of_kind(SourceKind::Table).count() == 1 => of_kind(SourceKind::Table).collect(),
        None => brand.sources.iter().collect(),
    };
    let place = path.display();
    match (found.as_slice(), kind) {
        ([source], _) => Ok((*source).clone()),
        ([], Some(kind)) => Err(Failure::Usage {
            message: format!(
                "`{place}` is {}, and {} has no source of kind `{kind}`",
                kind.words(),
                brand.id
            ),
            hint: format!(
                "add `{{ kind: {kind}, account: ACCOUNT }}` to `sources` in brands/{}.yaml",
                brand.id
            ),
        }),
        ([], None) => Err(Failure::Usage {
            message: format!("`{place}` is no export of a source that {} has", brand.id),
            hint: format!("add the source to brands/{}.yaml", brand.id),
        }),
        (several, _) => Err(Failure::Usage {
            message: format!(
                "{} has {} sources that `{place}` could belong to",
                brand.id,
                several.len()
            ),
            hint: format!(
                "give each its path in brands/{}.yaml and import without naming one",
                brand.id
            ),
        }),
    }
}

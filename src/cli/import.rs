//! `import`: a brand's exports become its evidence.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    time::Duration,
};

use indicatif::ProgressBar;

use crate::{
    evidence::sources::{self, Export, SourceError},
    failure::Failure,
    house,
    model::{Brand, BrandId, Source, SourceKind},
    runner::{Runner, load_brand},
    store::StateStore,
    view::imported::{ImportView, PREVIEWED, first_facts, imported},
};

use super::{
    args::{Format, ImportArgs},
    exit::Exit,
    hold::no_brand,
    render, report,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &ImportArgs) -> Result<Exit, Failure> {
    if let Some(archive) = &args.archive {
        return take_in(session, &args.brand, archive, args.dry_run);
    }
    if let (true, Some(path)) = (args.guess_map, args.paths.first()) {
        let guess = sources::guess_map(path)?;
        session.out.text(&guess)?;
        return Ok(Exit::Done);
    }
    let mut runner = session.runner()?;
    let brands = session.brands(std::slice::from_ref(&args.brand))?;
    match (brands.as_slice(), args.paths.first()) {
        ([], _) => return Err(no_brand(false)),
        ([_], _) | (_, None) => {}
        (_, Some(path)) => return Err(one_export(path)),
    }
    let (mut views, mut exits) = (Vec::new(), Vec::new());
    for brand in &brands {
        match import_brand(session, &mut runner, brand, args) {
            Ok(imported) => {
                views.extend(imported.into_iter().map(|view| serde_json::json!(view)));
                exits.push(Exit::Done);
            }
            Err(failure) if brands.len() == 1 => return Err(failure),
            Err(failure) => {
                exits.push(Exit::from(&failure));
                report::say(&report::text(&failure));
                let error = report::as_json(&failure);
                views.push(serde_json::json!({ "brand": brand, "error": error }));
            }
        }
    }
    if session.out.format != Format::Table {
        let done = brands.iter().zip(&exits).filter(|(_, exit)| **exit == Exit::Done);
        let ids = || done.map(|(brand, _)| brand.to_string()).collect();
        session.out.answer(&views, ids, String::new)?;
    }
    Ok(Exit::of_many(exits))
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

/// Reads a brand's exports one after the other.
fn import_brand(
    session: &Session,
    runner: &mut Runner,
    brand: &BrandId,
    args: &ImportArgs,
) -> Result<Vec<ImportView>, Failure> {
    let brand = load_brand(runner.workspace(), brand)?;
    let mut views = Vec::new();
    let how = How {
        dry_run: args.dry_run || args.preview,
        preview: args.preview,
        part: args.part,
        whole: args.whole,
    };
    for (source, path) in exports(runner, &brand, args)? {
        let view = import(runner, &brand, &source, &path, how)?;
        session.out.text(&render::imported::text(&view))?;
        views.push(view);
    }
    Ok(views)
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
}

/// Reads one export and keeps its facts.
pub fn import(
    runner: &mut Runner,
    brand: &Brand,
    source: &Source,
    path: &Path,
    how: How,
) -> Result<ImportView, Failure> {
    let spinner = spinner(path);
    let mut export: Export = sources::read(source, path)?;
    if how.part && !export.followers_complete.is_empty() {
        export.followers_complete.clear();
        export.receipt.notes.push("taken as a part, so nobody is marked as gone".to_owned());
    }
    if !how.whole {
        runner.ask_if_whole(&brand.id, &export)?;
    }
    let result = if how.dry_run { None } else { Some(runner.import(&brand.id, &export)?) };
    spinner.finish_and_clear();
    let mut view = imported(&brand.id, path, &export, result.as_ref());
    if how.preview {
        view.preview = first_facts(&export.with_people(PREVIEWED).map_err(SourceError::Unsorted)?);
    }
    Ok(view)
}

fn spinner(path: &Path) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let spinner = ProgressBar::new_spinner().with_message(format!("reading {}", path.display()));
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
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
            Ok((source, path.clone()))
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
    Source { kind: SourceKind::Table, account, path: None, map }
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

//! `report`: what a brand's people would send to a client. (The module `report` prints failures.)

use std::{fs, path::Path};

use crate::{
    evidence::portrait::Portrait,
    failure::Failure,
    runner::known::Asked,
    view::report::{Line, Report, report as made_of},
};

use super::{
    advance::progress,
    args::{Format, ReportArgs},
    exit::Exit,
    hold::no_brand,
    render, report,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &ReportArgs) -> Result<Exit, Failure> {
    if let (None, Some(folder)) = (&args.brand, &args.to) {
        return all(session, folder);
    }
    let report = report_of(session, args.brand.as_deref().unwrap_or_default())?;
    match (&args.to, text(&report, session.out.format)?) {
        (Some(to), Some(text)) => write(to, &text)?,
        (None, Some(text)) => session.out.document(&text)?,
        (to, None) => {
            if to.is_some() {
                return Err(no_document());
            }
            session.out.answer(&report, || vec![report.brand.clone()], String::new)?;
        }
    }
    Ok(Exit::Done)
}

fn no_document() -> Failure {
    Failure::Usage {
        message: "names are not written to a file".to_owned(),
        hint: "`-o html`, `md`, `csv` or `json` writes one".to_owned(),
    }
}

/// Writes a report for every brand, and a page that leads to them. A brand whose report cannot be made
/// hides no other.
fn all(session: &Session, folder: &Path) -> Result<Exit, Failure> {
    let names = session.workspace()?.brand_names()?;
    if names.is_empty() {
        return Err(no_brand(false));
    }
    let ending = ending(session.out.format).ok_or_else(no_document)?;
    fs::create_dir_all(folder).map_err(|source| unwritten(folder, source))?;
    let bar = progress(names.len() as u64);
    let (mut made, mut exits) = (Vec::new(), Vec::new());
    for name in &names {
        match one_of_all(session, name, folder, ending) {
            Ok(line) => {
                made.push(line);
                exits.push(Exit::Done);
            }
            Err(failure) => {
                exits.push(Exit::from(&failure));
                bar.suspend(|| report::say(&report::text(&failure)));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if session.out.format == Format::Html {
        write(&folder.join("index.html"), &render::report::html::index(&made))?;
    }
    let (count, place) = (made.len(), folder.display());
    let reports = if count == 1 { "report" } else { "reports" };
    report::say(&format!("{count} {reports} in {place}\n"));
    Ok(Exit::of_many(exits))
}

fn one_of_all(session: &Session, name: &str, folder: &Path, ending: &str) -> Result<Line, Failure> {
    let report = report_of(session, name)?;
    let file = format!("{name}.{ending}");
    let text = text(&report, session.out.format)?.ok_or_else(no_document)?;
    write(&folder.join(&file), &text)?;
    let Report { name, headline, stands, .. } = report;
    Ok(Line { name, file, headline, stands })
}

/// How the file of a format ends; nothing for those that are no document.
fn ending(format: Format) -> Option<&'static str> {
    match format {
        Format::Html => Some("html"),
        Format::Md => Some("md"),
        Format::Csv => Some("csv"),
        Format::Table => Some("txt"),
        Format::Json => Some("json"),
        Format::Ids
        | Format::Sarif
        | Format::Junit
        | Format::Mermaid
        | Format::Dot
        | Format::Svg
        | Format::Ics => None,
    }
}

fn report_of(session: &Session, name: &str) -> Result<Report, Failure> {
    let mut runner = session.runner()?;
    let now = runner.now();
    let case = runner.case(&brand_id(name)?)?;
    let known = runner.known(&case.brand.id, Asked::default())?;
    let portrait = known.judge_each(
        case.observations.basis.window_end,
        |_| Portrait::default(),
        |portrait, context, somebody| portrait.see(context, somebody),
    )?;
    let base = runner.store().base(&case.brand.id)?;
    let entries = runner.store().journal(&case.brand.id)?;
    Ok(made_of(&case, &base, &entries, portrait.as_ref(), now))
}

/// The report in a format; nothing for the formats of every verb that are no document.
fn text(report: &Report, format: Format) -> Result<Option<String>, Failure> {
    Ok(match format {
        Format::Html => Some(render::report::html::text(report)),
        Format::Md => Some(render::report::markdown::text(report)),
        Format::Csv => Some(render::report::table::text(report)?),
        Format::Table => Some(render::report::brief(report)),
        Format::Json => Some(format!("{:#}\n", serde_json::json!(report))),
        Format::Ids
        | Format::Sarif
        | Format::Junit
        | Format::Mermaid
        | Format::Dot
        | Format::Svg
        | Format::Ics => None,
    })
}

/// Writes a file whole or not at all; it is on the disk when this returns.
pub fn write(to: &Path, text: &str) -> Result<(), Failure> {
    let failed = |source| unwritten(to, source);
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut new = tempfile::Builder::new();
    // Whoever may read what a person writes here may read this.
    #[cfg(unix)]
    new.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = new.tempfile_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(to).map(drop).map_err(|error| failed(error.error))
}

fn unwritten(to: &Path, source: std::io::Error) -> Failure {
    Failure::Io { doing: format!("{} cannot be written", to.display()), source }
}

//! `report`: what a brand's people would send to a client. (The module `report` prints failures.)

use std::path::Path;

use crate::{
    failure::Failure,
    view::report::{Report, report},
};

use super::{
    args::{Format, ReportArgs},
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &ReportArgs) -> Result<Exit, Failure> {
    let report = report_of(session, &args.brand)?;
    match (&args.to, text(&report, session.out.format)?) {
        (Some(to), Some(text)) => write(to, &text)?,
        (None, Some(text)) => session.out.document(&text)?,
        (to, None) => {
            if to.is_some() {
                return Err(Failure::Usage {
                    message: "names are not written to a file".to_owned(),
                    hint: "`-o html`, `md`, `csv` or `json` writes one".to_owned(),
                });
            }
            session.out.answer(&report, || vec![report.brand.clone()], String::new)?;
        }
    }
    Ok(Exit::Done)
}

fn report_of(session: &Session, name: &str) -> Result<Report, Failure> {
    let mut runner = session.runner()?;
    let now = runner.now();
    let case = runner.case(&brand_id(name)?)?;
    let base = runner.store().base(&case.brand.id)?;
    let entries = runner.store().journal(&case.brand.id)?;
    Ok(report(&case, &base, &entries, now))
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

/// Writes a file whole or not at all.
pub fn write(to: &Path, text: &str) -> Result<(), Failure> {
    let failed =
        |source| Failure::Io { doing: format!("{} cannot be written", to.display()), source };
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file =
        tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)?;
    file.persist(to).map(drop).map_err(|error| failed(error.error))
}

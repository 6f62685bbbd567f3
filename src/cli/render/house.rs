//! `gc`, `doctor`, `backup`, `restore`, `export` for people.

use std::path::Path;

use chrono::{DateTime, Utc};

use crate::{
    cli::{
        forget::ForgetView,
        gc::GcView,
        out::{finish, table},
    },
    house::{
        archive::Manifest,
        brand::{Fate, Imported},
        doctor::{Checked, Report},
        gc::{Gone, Orphan},
    },
    model::BrandId,
    store::{Space, evidence::Forgotten},
    view::sentence,
};

use super::wrapped;

/// What went, and what came back for it.
pub fn gc(view: &GcView) -> String {
    let GcView { dry_run, gone, before, after, evidence, removes } = view;
    let mut out = wrapped(0, "", &went(gone, *dry_run));
    if !dry_run {
        out.push_str(&shrunk("state file", *before, *after));
        out.push_str(&shrunk("evidence", evidence.before, evidence.after));
    }
    for orphan in &evidence.orphans {
        out.push_str(&orphaned(orphan, *removes, *dry_run));
    }
    out
}

/// What went with a person.
pub fn forgotten(view: &ForgetView) -> String {
    let Forgotten { people, rows_removed, texts_cleaned, marked, .. } = &view.forgotten;
    let went = format!(
        "{}, {}, {}",
        counted(*people, "person", "people"),
        counted(*rows_removed, "row", "rows"),
        counted(*texts_cleaned, "text of others", "texts of others")
    );
    let first = match (view.dry_run, people, marked) {
        (true, _, _) => format!("Would go: {went}."),
        (false, _, false) => "Forgotten already; nothing was left.".to_owned(),
        (false, 0, true) => format!("Nobody here had that name. Gone: {went}."),
        (false, _, true) => format!("Gone: {went}."),
    };
    let mut out = wrapped(0, "", &first);
    if !view.dry_run {
        out.push_str(&wrapped(0, "", "A later import will leave them out."));
        out.push_str(&wrapped(
            0,
            "note: ",
            "the export files, backups, and what people wrote into reasons, notes and forms are \
             not touched",
        ));
    }
    out
}

fn went(gone: &Gone, dry_run: bool) -> String {
    let parts = [
        (gone.entries, "entry", "entries"),
        (gone.trimmed, "landmark without its measurements", "landmarks without their measurements"),
        (gone.notices, "delivered notice", "delivered notices"),
        (gone.definitions, "text that nothing runs on", "texts that nothing runs on"),
        (gone.orphans, "row of no brand", "rows of no brand"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| counted(number, one, many))
        .collect();
    match (parts.is_empty(), dry_run) {
        (true, _) => "Nothing is old enough to go.".to_owned(),
        (false, true) => format!("Would go: {}; {} of text.", parts.join(", "), size(gone.bytes)),
        (false, false) => format!("Gone: {}; {} of text.", parts.join(", "), size(gone.bytes)),
    }
}

fn shrunk(what: &str, before: Space, after: Space) -> String {
    let (was, is) = (before.bytes(), after.bytes());
    match was.checked_sub(is) {
        Some(back @ 1..) => format!("{what}: {} given back, {} are left\n", size(back), size(is)),
        Some(0) | None => format!("{what}: {}\n", size(is)),
    }
}

fn orphaned(orphan: &Orphan, removes: bool, dry_run: bool) -> String {
    let what = match (removes, dry_run) {
        (true, false) => "removed",
        (true, true) => "would be removed",
        (false, _) => "removed by `--orphans`",
    };
    let Orphan { brand, bytes, .. } = orphan;
    wrapped(0, "", &format!("evidence of {brand}, which is no more: {}, {what}", size(*bytes)))
}

/// A line a check, and what it found.
pub fn doctor(report: &Report, now: DateTime<Utc>) -> String {
    let mut lines = table(&["CHECK", "LOOKED AT", "FOUND"]);
    for checked in &report.checks {
        let looked = checked.looked_at.to_string();
        lines.add_row([checked.check.name().to_owned(), looked, found(checked)]);
    }
    let mut out = finish(&lines);
    for checked in report.checks.iter().filter(|checked| !checked.findings.is_empty()) {
        out.push_str(&findings(checked));
    }
    out.push('\n');
    out.push_str(&room("state file", report.state));
    out.push_str(&room("evidence", report.evidence));
    if let Some(lease) = &report.leader {
        let leads = if lease.until > now { "leads" } else { "led last" };
        out.push_str(&format!("{} {leads}, number {}\n", lease.holder, lease.fence));
    }
    out
}

fn found(checked: &Checked) -> String {
    match (checked.found, checked.mended) {
        (0, 0) => "ok".to_owned(),
        (0, mended) => format!("{mended} mended"),
        (found, 0) => found.to_string(),
        (found, mended) => format!("{found}, and {mended} mended"),
    }
}

fn findings(checked: &Checked) -> String {
    let mut out = format!("\n{}\n", checked.check.name());
    for finding in &checked.findings {
        let label = finding.brand.as_ref().map(|brand| format!("{brand}: ")).unwrap_or_default();
        let mended = if finding.mended { " (mended)" } else { "" };
        out.push_str(&wrapped(2, &label, &format!("{}{mended}", finding.text)));
    }
    let all = checked.found + checked.mended;
    let told = checked.findings.len() as u64;
    if all > told {
        out.push_str(&format!("  and {} more\n", all - told));
    }
    out
}

fn room(what: &str, space: Space) -> String {
    let all = size(space.bytes());
    match space.free_bytes {
        0 => format!("{what}: {all}\n"),
        free => format!("{what}: {all}, of which `fivestep gc` gives {} back\n", size(free)),
    }
}

/// What was copied.
pub fn backup(manifest: &Manifest, to: &Path) -> String {
    format!(
        "{}: {}, {}, {}; read back and compared\n",
        to.display(),
        counted(manifest.brands, "run", "runs"),
        counted(manifest.files.len() as u64, "file", "files"),
        size(manifest.bytes())
    )
}

/// What was made again, and how it is.
pub fn restored(manifest: &Manifest, report: &Report, dir: &Path, now: DateTime<Utc>) -> String {
    let made = sentence::instant(manifest.made_at);
    let head = format!(
        "{}: {}, {}, as of {made}\n\n",
        dir.display(),
        counted(manifest.brands, "run", "runs"),
        counted(manifest.files.len() as u64, "file", "files")
    );
    head + &doctor(report, now)
}

/// What was written of a brand.
pub fn exported(manifest: &Manifest, brand: &BrandId, to: &Path) -> String {
    let facts = manifest.files.iter().any(|item| item.name.ends_with(".db"));
    let evidence = if facts { "with" } else { "without" };
    format!("{brand}: {}, {} {evidence} evidence\n", to.display(), size(manifest.bytes()))
}

/// What was brought in of a brand.
pub fn imported(imported: &Imported, dry_run: bool) -> String {
    let Imported { brand, revision, entries, evidence, files } = imported;
    let evidence = if *evidence { "with" } else { "without" };
    let would = if dry_run { "would stand" } else { "stands" };
    let entries = counted(*entries, "entry", "entries");
    let mut out = match revision {
        0 => format!("{brand}: not started, {evidence} evidence\n"),
        _ => format!("{brand}: {would} at commit {revision}, {entries}, {evidence} evidence\n"),
    };
    for (name, fate) in files {
        let fate = match (fate, dry_run) {
            (Fate::Written, false) => "written",
            (Fate::Written, true) => "would be written",
            (Fate::Same, _) => "here already, the same",
            (Fate::Different, _) => "here already with another text, which stays",
        };
        out.push_str(&format!("  {name}: {fate}\n"));
    }
    out
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A number of bytes as people read it.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let (mut size, mut unit) = (bytes as f64, 0);
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    match unit {
        0 => counted(bytes, "byte", "bytes"),
        _ => format!("{size:.1} {}", UNITS[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let table = [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1_023, "1023 bytes"),
            (1_024, "1.0 KiB"),
            (1_500_000, "1.4 MiB"),
        ];
        for (bytes, text) in table {
            assert_eq!(size(bytes), text);
        }
    }
}

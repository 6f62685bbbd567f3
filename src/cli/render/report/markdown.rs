//! A report as Markdown.

use crate::view::{report::Report, sentence, spread::Spread};

use super::{COLUMNS, PORTIONS, cells, portion};
use crate::cli::render::repeat;

/// The whole document.
pub fn text(report: &Report) -> String {
    let (name, headline) = (safe(&report.name), safe(&report.headline));
    let mut out = format!("# {name}\n\n**{headline}**\n\n{}\n", safe(&report.headline_basis));
    section(&mut out, "Cycle by cycle", trend(report));
    for spread in &report.spreads {
        section(&mut out, spread.title, portions(spread));
    }
    section(&mut out, "Beside the cycles before", repeat::within(&report.repeat, "###"));
    section(&mut out, "Where the brand stands", stands(report));
    section(&mut out, "What was done in this cycle", done(report));
    section(&mut out, "What is next", list(&report.next, "Nothing is missing."));
    section(&mut out, "All numbers", figures(report));
    let notes = report.notes.iter().map(|note| format!("- {}\n", safe(note)));
    let notes: String = notes.collect();
    out.push_str(&format!(
        "\n{notes}\n{} · {} UTC\n",
        safe(&report.checkpoint),
        sentence::instant(report.made_at)
    ));
    out
}

fn section(out: &mut String, title: &str, text: String) {
    out.push_str(&format!("\n## {title}\n\n{text}"));
}

fn trend(report: &Report) -> String {
    let note = report.trend_notes.iter().map(|note| format!("\n{}\n", safe(note)));
    let rows = report.trend.iter().map(|point| {
        let [_, rest @ ..] = cells(&point.figure);
        row([point.cycle.to_string()].into_iter().chain(rest))
    });
    let head = ["Cycle"].into_iter().chain(COLUMNS.into_iter().skip(1));
    match report.trend.is_empty() {
        true => "The run has not started, so there is no cycle yet.\n".to_owned(),
        false => head_row(head) + &rows.collect::<String>() + &note.collect::<String>(),
    }
}

fn portions(spread: &Spread) -> String {
    let rows = spread.portions.iter().map(|one| row(portion(spread, one)));
    let notes = spread.caveats.iter().map(|note| format!("- {}\n", safe(note)));
    let (rows, notes): (String, String) = (rows.collect(), notes.collect());
    format!("{}\n\n{}{rows}\n{notes}", safe(&spread.told), head_row(PORTIONS))
}

fn stands(report: &Report) -> String {
    let rows = report.gate.iter().map(|clause| {
        let verdict = clause.waived.clone().unwrap_or_else(|| clause.verdict.to_string());
        let evidence = clause.evidence.clone().unwrap_or_default();
        row([
            clause.clause.clone(),
            verdict,
            clause.demand.clone(),
            clause.measured.clone(),
            evidence,
        ])
    });
    let rows: String = rows.collect();
    let table = match rows.is_empty() {
        true => String::new(),
        false => {
            format!("\n{}{rows}", head_row(["Condition", "Answer", "Demands", "Found", "Evidence"]))
        }
    };
    format!("{}\n{table}", safe(&report.stands))
}

fn done(report: &Report) -> String {
    let lines = report
        .done
        .iter()
        .map(|deed| format!("{}, {}: {}", sentence::instant(deed.at), deed.by, deed.what));
    list(&lines.collect::<Vec<String>>(), "Nothing yet.")
}

fn figures(report: &Report) -> String {
    let rows: String = report.figures.iter().map(|figure| row(cells(figure))).collect();
    let notes = report.figures.iter().flat_map(|figure| {
        figure.caveats.iter().map(|note| format!("- {}: {}\n", safe(figure.title), safe(note)))
    });
    format!("{}{rows}\n{}", head_row(COLUMNS), notes.collect::<String>())
}

fn list(lines: &[String], none: &str) -> String {
    match lines.is_empty() {
        true => format!("{none}\n"),
        false => lines.iter().map(|line| format!("- {}\n", safe(line))).collect(),
    }
}

/// The first two lines of a table.
pub fn head_row<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    format!("| {} |\n|{}\n", names.join(" | "), " --- |".repeat(names.len()))
}

/// A line of a table.
pub fn row(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|cell| safe(&cell)).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// A text in which nothing is markup.
pub fn safe(text: &str) -> String {
    let plain = sentence::plain(text);
    plain.chars().fold(String::with_capacity(plain.len()), |mut out, letter| {
        if "\\`*_[]<>|#&~".contains(letter) {
            out.push('\\');
        }
        out.push(letter);
        out
    })
}

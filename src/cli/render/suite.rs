//! How the cases of suites went, for people.

use anstyle::{AnsiColor, Style};

use crate::view::{
    sentence,
    suite::{CaseView, CoverageView, FailureView, SuiteView, Tested},
    why::ClauseView,
};

use super::{bold, verdict, wrapped};

/// The most holding clauses that a failed step shows.
const SHOWN_CLAUSES: usize = 6;

/// The whole answer.
pub fn text(tested: &Tested) -> String {
    let mut out: String = tested.suites.iter().map(suite).collect();
    for coverage in tested.coverage.iter().flatten() {
        out.push_str(&self::coverage(coverage));
    }
    out.push_str(&summary(tested));
    out
}

fn suite(suite: &SuiteView) -> String {
    let mut out = format!("{}\n", bold(&suite.file));
    if suite.error.is_some() {
        out.push_str("  not played: the file is wrong\n");
    }
    out.extend(suite.cases.iter().map(|case| self::case(case, &suite.file)));
    out.push('\n');
    out
}

fn case(case: &CaseView, file: &str) -> String {
    let (word, colour) = match case.passed {
        true => ("ok", AnsiColor::Green),
        false => ("FAILED", AnsiColor::Red),
    };
    let style = Style::new().fg_color(Some(colour.into()));
    let plain = wrapped(2, &format!("{word:<6}  "), &case.name);
    let mut out = plain.replacen(word, &format!("{style}{word}{style:#}"), 1);
    if let Some(failure) = &case.failure {
        out.push_str(&self::failure(failure, file));
    }
    out
}

fn failure(failure: &FailureView, file: &str) -> String {
    let mut out = wrapped(10, &format!("{file}:{}: ", failure.line), &failure.step);
    let red = Style::new().fg_color(Some(AnsiColor::Red.into()));
    let green = Style::new().fg_color(Some(AnsiColor::Green.into()));
    for mismatch in &failure.mismatches {
        out.push_str(&wrapped(10, "", &mismatch.what));
        out.push_str(&side(&green, "- expected: ", &mismatch.expected));
        out.push_str(&side(&red, "+ actual:   ", &mismatch.actual));
    }
    let at = sentence::instant(failure.at);
    out.push_str(&wrapped(10, "at ", &format!("{at}, {}", failure.checkpoint)));
    out.extend(failure.held_by.iter().take(SHOWN_CLAUSES).map(clause));
    if let Some(more) = failure.held_by.len().checked_sub(SHOWN_CLAUSES).filter(|more| *more > 0) {
        out.push_str(&wrapped(12, "", &format!("and {more} more clauses")));
    }
    out
}

/// One side of a difference; the label alone is coloured, so that lines break where they should.
fn side(style: &Style, label: &str, text: &str) -> String {
    let plain = wrapped(12, label, text);
    plain.replacen(label, &format!("{style}{label}{style:#}"), 1)
}

/// A clause that held the brand, as `why` says it, without its background.
fn clause(clause: &ClauseView) -> String {
    let head = format!("{:12}{} {}\n", "", verdict(clause.verdict, false), clause.clause);
    let told = match &clause.to_pass {
        Some(to_pass) => format!("{}; to pass: {to_pass}", measured(clause)),
        None => measured(clause),
    };
    format!("{head}{}", wrapped(14, "", &told))
}

fn measured(clause: &ClauseView) -> String {
    let demand = clause.demand.split(',').next().unwrap_or_default();
    format!("{demand}; {}", clause.measured)
}

fn coverage(view: &CoverageView) -> String {
    let taken = |all: &[crate::rehearsal::coverage::Taken]| {
        let taken = all.iter().filter(|taken| taken.times > 0).count();
        format!("{taken} of {}", all.len())
    };
    let all = &view.coverage;
    let verdicts = 2 * all.clauses.len();
    let head = format!("Coverage of {}", all.workflow);
    let line = format!(
        "{} stages, {} ways, {} outcomes, {} of {verdicts} verdicts",
        taken(&all.stages),
        taken(&all.ways),
        taken(&all.outcomes),
        verdicts - view.not_seen.len(),
    );
    let mut out = format!("{}\n{}", bold(&head), wrapped(2, "", &line));
    out.extend(view.not_taken.iter().map(|gap| wrapped(2, "not taken: ", gap)));
    out.extend(view.not_seen.iter().map(|gap| wrapped(2, "not seen:  ", gap)));
    out.push('\n');
    out
}

fn summary(tested: &Tested) -> String {
    let count = tested.passed + tested.failed;
    let noun = if count == 1 { "case" } else { "cases" };
    let unplayed = tested.suites.iter().filter(|suite| suite.error.is_some()).count();
    let unplayed = match unplayed {
        0 => String::new(),
        1 => "; 1 suite was not played".to_owned(),
        more => format!("; {more} suites were not played"),
    };
    format!("{count} {noun}: {} passed, {} failed{unplayed}.\n", tested.passed, tested.failed)
}

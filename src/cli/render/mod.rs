//! Views as text for people: at most 80 columns, colour only for verdicts and headings.

pub mod answer;
pub mod brand;
pub mod catalogue;
pub mod define;
pub mod evaluation;
pub mod graph;
pub mod house;
pub mod imported;
pub mod inbox;
pub mod migration;
pub mod moved;
pub mod notices;
pub mod numbers;
pub mod page;
pub mod past;
pub mod refine;
pub mod repeat;
pub mod report;
pub mod review;
pub mod rows;
pub mod schedule;
pub mod simulate;
pub mod stuck;
pub mod suite;
pub mod target;
pub mod ticked;
pub mod watch;
pub mod why;

use anstyle::{AnsiColor, Style};

use crate::model::Verdict;

use super::out::COLUMNS;

/// A heading.
pub fn bold(text: &str) -> String {
    let bold = Style::new().bold();
    format!("{bold}{text}{bold:#}")
}

/// A verdict in its colour, padded before the colour so that columns hold.
pub fn verdict(verdict: Verdict, waived: bool) -> String {
    let (word, colour) = match (verdict, waived) {
        (_, true) => ("waived", AnsiColor::Cyan),
        (Verdict::Pass, false) => ("pass", AnsiColor::Green),
        (Verdict::Fail, false) => ("fail", AnsiColor::Red),
        (Verdict::Insufficient, false) => ("insufficient", AnsiColor::Yellow),
        (Verdict::Unmeasurable, false) => ("unmeasurable", AnsiColor::Magenta),
    };
    let style = Style::new().fg_color(Some(colour.into()));
    format!("{style}{word:<12}{style:#}")
}

/// Breaks `text` into lines of at most 80 columns; each begins with `indent` spaces, and the
/// first with `label` on top.
pub fn wrapped(indent: usize, label: &str, text: &str) -> String {
    let width = usize::from(COLUMNS);
    let hang = indent + label.chars().count();
    let mut out = format!("{:indent$}{label}", "");
    let mut column = hang;
    for (place, word) in words(text).enumerate() {
        let length = word.chars().count();
        if place > 0 && column + 1 + length > width {
            out.push_str(&format!("\n{:hang$}", ""));
            column = hang;
        } else if place > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
    out
}

/// The words of a text; a percent sign stays with its number.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text.trim_start();
    std::iter::from_fn(move || {
        let mut end = rest.find(' ').unwrap_or(rest.len());
        if rest[end..].starts_with(" %") {
            end = rest[end + 2..].find(' ').map_or(rest.len(), |more| end + 2 + more);
        }
        let (word, tail) = rest.split_at(end);
        rest = tail.trim_start();
        (!word.is_empty()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_between_words_and_never_before_a_percent_sign() {
        let words: Vec<&str> = words("  12 % to 15.77 %, of  5").collect();
        assert_eq!(words, ["12 %", "to", "15.77 %,", "of", "5"]);
        let text = wrapped(2, "label: ", &"word ".repeat(30));
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with("         word")), "{text}");
    }
}

//! Every slip of a finger in a shipped workflow is shown at its place, or changes nothing.
//!
//! Every word of the language in every shipped workflow (keys, names of stages, tasks, clauses,
//! fields and metrics, outcomes, bounds, types, names in expressions) is edited in every one of
//! these ways: one character deleted, one inserted or replaced by its neighbour on the keyboard,
//! two neighbours swapped, one in the other case. Every unit is removed and exchanged for one of
//! another kind: `60%` for `60` and `60d`, `28d` for `28`, `28%` and `28x`, `20` for `20%` and
//! `20d`.
//!
//! An edited file is met with a diagnostic *there*: its span, or a place that is related to it,
//! covers the edited word or lies in it. Or the file means the same: it loads without a word, to a
//! model that differs in nothing but the edited name. Only a name that nothing refers to can do
//! that: a clause, a field that is not asked for, the workflow itself.
//!
//! Not among the edits, because the result is another workflow that its author may want: texts for
//! people, owners, versions, the values of a form's `const` and `enum`, other numbers, and one
//! duration for another (`28h` for `28d`).
//!
//! `FIVESTEP_EVERY_EDIT=1` makes all of the edits; otherwise every eleventh is made, so that the
//! test takes seconds.

use std::ops::Range;

use fivestep::definition::{Diagnostic, SourceFile, inspect_workflow};
use serde_json::Value;

use super::shipped::workflows;

/// Which of the edits are made when not all are.
const SAMPLE: usize = 11;

/// Keys whose values are for people, or are data: nothing in them is a word of the language.
const FREE: [&str; 10] = [
    "title",
    "purpose",
    "because",
    "description",
    "version",
    "owner",
    "escalate_to",
    "text",
    "const",
    "enum",
];

/// How a value begins that is an owner, whatever its key: `to` names a stage in a way.
const OWNER: &str = ": role:";

/// A word or a number of a file.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    /// A word of the language, or a name.
    Word(Range<usize>),
    /// A number with its unit behind it: the place of the unit, perhaps empty.
    Unit(Range<usize>),
}

/// Every word and every unit of a workflow file, in its order.
fn pieces(text: &str) -> Vec<Piece> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        let code = match line.find('#') {
            Some(at) if line[..at].trim().is_empty() || line[..at].ends_with(' ') => &line[..at],
            _ => line,
        };
        pieces_of_line(code, start, &mut pieces);
        start += line.len();
    }
    pieces
}

fn pieces_of_line(line: &str, start: usize, pieces: &mut Vec<Piece>) {
    // The dash of a name stands between letters, that of a list alone.
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut at = 0;
    while let Some(offset) = line[at..].find(inside) {
        let begin = at + offset;
        let end = line[begin..].find(|c| !inside(c)).map_or(line.len(), |length| begin + length);
        let word = &line[begin..end];
        at = end;
        if !word.contains(|c: char| c.is_ascii_alphanumeric()) {
            continue;
        }
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len();
            let percent = usize::from(line[end..].starts_with('%'));
            pieces.push(Piece::Unit(start + begin + digits..start + end + percent));
            continue;
        }
        pieces.push(Piece::Word(start + begin..start + end));
        let rest = &line[end..];
        if (FREE.contains(&word) && rest.starts_with(':')) || rest.starts_with(OWNER) {
            let in_flow = line[..begin].contains(['{', '[']);
            at = end
                + if in_flow { rest.find([',', '}']).unwrap_or(rest.len()) } else { rest.len() };
        }
    }
}

/// The neighbour of a character on the keyboard.
fn neighbour(c: char) -> char {
    const ROWS: [&str; 5] = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "_-"];
    let row = ROWS.iter().find(|row| row.contains(c)).unwrap_or(&ROWS[2]);
    let at = row.find(c).unwrap_or_default();
    let other = if at + 1 < row.len() { at + 1 } else { at.saturating_sub(1) };
    row[other..].chars().next().unwrap_or('x')
}

/// Every way in which a finger slips in a word.
fn slips(word: &str) -> Vec<String> {
    let chars: Vec<char> = word.chars().collect();
    let with = |at: usize, removed: usize, inserted: &[char]| -> String {
        chars[..at].iter().chain(inserted).chain(&chars[at + removed..]).collect()
    };
    let mut slips = Vec::new();
    for (at, c) in chars.iter().copied().enumerate() {
        slips.push(with(at, 1, &[]));
        slips.push(with(at, 1, &[neighbour(c)]));
        slips.push(with(at, 0, &[neighbour(c)]));
        if let Some(next) = chars.get(at + 1) {
            slips.push(with(at, 2, &[*next, c]));
        }
        let other = if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
        slips.push(with(at, 1, &[other]));
    }
    slips.retain(|slip| slip != word && !slip.is_empty());
    slips
}

/// The units of another kind that a unit is exchanged for, and none.
fn other_units(unit: &str) -> &'static [&'static str] {
    match unit {
        "%" => &["", "d"],
        "" => &["%", "d"],
        _ => &["", "%", "x"],
    }
}

/// Every edit of a file: the place, and what is written there instead.
fn edits(text: &str) -> Vec<(Range<usize>, String)> {
    let edits = pieces(text).into_iter().flat_map(|piece| match piece {
        Piece::Word(place) => {
            let slips = slips(&text[place.clone()]);
            slips.into_iter().map(|slip| (place.clone(), slip)).collect::<Vec<_>>()
        }
        // `3 business days` is a number whose unit is two words.
        Piece::Unit(place) if text[place.end..].starts_with(" business day") => {
            let rest = &text[place.end..];
            let words = rest.find(|c: char| !(c.is_ascii_lowercase() || c == ' '));
            let unit = place.start..place.end + words.unwrap_or(rest.len());
            vec![(unit.clone(), String::new()), (unit, "%".to_owned())]
        }
        Piece::Unit(place) => {
            let others = other_units(&text[place.clone()]);
            others.iter().map(|unit| (place.clone(), (*unit).to_owned())).collect()
        }
    });
    edits.collect()
}

/// Whether a diagnostic, or a place that is related to it, covers `place` or lies in it.
fn is_there(problem: &Diagnostic, place: &Range<usize>) -> bool {
    let mut spans = problem.related.iter().map(|related| &related.span).chain([&problem.span]);
    let within = |inner: &Range<usize>, outer: &Range<usize>| {
        outer.start <= inner.start && inner.end <= outer.end
    };
    spans.any(|span| !span.is_empty() && (within(place, span) || within(span, place)))
}

/// A workflow as data, its digest left out; nothing if there is anything to say about it.
fn model(file: &SourceFile) -> Option<Value> {
    let (workflow, problems) = inspect_workflow(file);
    let mut value = serde_json::to_value(workflow.filter(|_| problems.is_empty())?).ok()?;
    value.as_object_mut()?.remove("digest");
    Some(value)
}

/// Whether two models differ in nothing but a name: `word` in one, `slip` in the other.
fn is_same(before: &Value, after: &Value, word: &str, slip: &str) -> bool {
    let same = |before: &Value, after: &Value| is_same(before, after, word, slip);
    match (before, after) {
        (Value::String(before), Value::String(after)) => {
            before == after || (before == word && after == slip)
        }
        (Value::Array(before), Value::Array(after)) => {
            before.len() == after.len()
                && before.iter().zip(after).all(|(one, other)| same(one, other))
        }
        (Value::Object(before), Value::Object(after)) => {
            let found =
                |name: &str| after.get(name).or_else(|| after.get(slip).filter(|_| name == word));
            before.len() == after.len()
                && before
                    .iter()
                    .all(|(name, one)| found(name).is_some_and(|other| same(one, other)))
        }
        _ => before == after,
    }
}

#[test]
fn every_slip_is_shown_at_its_place_or_changes_nothing() {
    let every = std::env::var_os("FIVESTEP_EVERY_EDIT").is_some();
    let step = if every { 1 } else { SAMPLE };
    let (mut made, mut same, mut wrong) = (0, 0, Vec::new());
    for original in workflows() {
        let text = String::from_utf8(original.bytes().to_vec()).expect("UTF-8");
        let before = model(&original).expect("a shipped workflow is right");
        for (place, slip) in edits(&text).into_iter().step_by(step) {
            made += 1;
            let word = &text[place.clone()];
            let edited = format!("{}{slip}{}", &text[..place.start], &text[place.end..]);
            let file = SourceFile::new(original.name(), edited.into_bytes());
            // A unit that is gone leaves its number to be shown.
            let there =
                place.start.saturating_sub(usize::from(slip.is_empty()))..place.start + slip.len();
            let problems = inspect_workflow(&file).1;
            if problems.iter().any(|problem| is_there(problem, &there)) {
                continue;
            }
            if model(&file).is_some_and(|after| is_same(&before, &after, word, &slip)) {
                same += 1;
                continue;
            }
            let line = text[..place.start].lines().count();
            let codes: Vec<String> = problems
                .iter()
                .map(|problem| format!("{} {}:{}", problem.code, problem.line, problem.column))
                .collect();
            wrong.push(format!("{}:{line}: `{word}` as `{slip}`: {codes:?}", original.name()));
        }
    }
    let count = wrong.len();
    wrong.truncate(60);
    assert!(wrong.is_empty(), "{count} of {made} edits:\n{}", wrong.join("\n"));
    println!("{made} edits, of which {same} change nothing");
    assert!(made > 1_000 && same > 20, "{made} edits, {same} that change nothing");
}

#[test]
fn the_words_and_units_of_a_file_are_found() {
    let text = "\
goal: # a comment
  - { metric: a_b, at_least: goals.x, title: Not this, n: 60% }
  - { to: role:nobody, to: gold }
  when: stage.age >= 28d && f(\"g\")
  title: nor this
  due: 3 business days
";
    let found: Vec<&str> = pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Word(place) | Piece::Unit(place) => &text[place],
        })
        .collect();
    let expected = [
        "goal", "metric", "a_b", "at_least", "goals", "x", "title", "n", "%", "to", "to", "gold",
        "when", "stage", "age", "d", "f", "g", "title", "due", "", "business", "days",
    ];
    assert_eq!(found, expected);
    let slips = slips("ab");
    assert_eq!(slips, ["b", "sb", "sab", "ba", "Ab", "a", "an", "anb", "aB"]);
}

//! Problems as a person reads them: message, place, the line itself, a caret, and help.
//!
//! Start reading at [`render`]. Everything it shows is in [`Diagnostic`]; it decides nothing.

use std::ops::Range;

use annotate_snippets::{
    AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet, renderer::DecorStyle,
};

use super::{Diagnostic, Severity, SourceFile, suggest::quoted};

/// The widest line that is shown; of a longer one only the place is named.
const MAX_LINE_BYTES: usize = 2_000;

/// How far apart two places may be, in bytes, and still be shown in one piece.
const MAX_EXCERPT_BYTES: usize = 64 * 1024;

/// How many of the names that exist are shown.
const MAX_KNOWN: usize = 24;

/// The width for which long lines are cut.
const WIDTH: usize = 100;

/// Writes `diagnostics` one below the other, each with the line it is about.
///
/// - `files`: the files that the diagnostics speak about, found by name. A diagnostic of a file
///   that is not among them is shown without its line.
/// - `colour`: whether to add the codes that make a terminal show colours.
///
/// The answer ends with a line break, unless there is nothing to show.
pub fn render(diagnostics: &[Diagnostic], files: &[&SourceFile], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(WIDTH).decor_style(DecorStyle::Ascii);
    let texts: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| {
            let file = files.iter().find(|file| file.name() == diagnostic.file);
            renderer.render(&[group(diagnostic, file.copied())])
        })
        .collect();
    if texts.is_empty() { String::new() } else { texts.join("\n\n") + "\n" }
}

fn group<'a>(diagnostic: &'a Diagnostic, file: Option<&'a SourceFile>) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(&diagnostic.message).id(diagnostic.code.id());
    let suggestion =
        diagnostic.suggestion.as_ref().map(|name| format!("did you mean {}?", quoted(name)));
    title
        .elements(places(diagnostic, file))
        .elements(path(diagnostic).map(|text| Level::NOTE.message(text)))
        .elements(suggestion.map(|text| Level::HELP.message(text)))
        .elements(diagnostic.help.as_deref().map(|text| Level::HELP.message(text)))
        .elements(known(diagnostic).map(|text| Level::NOTE.message(text)))
}

/// A place whose line can be shown.
struct Place<'a> {
    kind: AnnotationKind,
    /// Its bytes in the file, no further than the end of the line.
    span: Range<usize>,
    /// Its line, in the file's bytes.
    whole_line: Range<usize>,
    line: u32,
    label: &'a str,
}

impl<'a> Place<'a> {
    fn new(
        kind: AnnotationKind,
        (span, line): (&Range<usize>, u32),
        label: &'a str,
        file: &SourceFile,
    ) -> Option<Self> {
        let (start, text) = line_around(file.bytes(), span.start)?;
        let end = start + text.len();
        // A mapping or a folded text goes on for lines; its beginning is enough to find it.
        let from = span.start.min(end);
        let to = span.end.clamp(from, end);
        Some(Self { kind, span: from..to, whole_line: start..end, line, label })
    }
}

/// The line with its caret and those that belong to it; only numbers where no line can be shown.
fn places<'a>(diagnostic: &'a Diagnostic, file: Option<&'a SourceFile>) -> Vec<Element<'a>> {
    let primary = (&diagnostic.span, diagnostic.line);
    let primary = file.and_then(|file| {
        let place = Place::new(AnnotationKind::Primary, primary, &diagnostic.label, file)?;
        Some((file, place))
    });
    let Some((file, primary)) = primary else {
        let origin = Origin::path(&diagnostic.file)
            .line(diagnostic.line as usize)
            .char_column(diagnostic.column as usize);
        return vec![origin.into()];
    };
    let mut snippets = vec![vec![primary]];
    for related in &diagnostic.related {
        let place = (&related.span, related.line);
        let place = Place::new(AnnotationKind::Context, place, &related.message, file);
        let Some(place) = place else { continue };
        match snippets.iter_mut().find(|places| is_near(places, &place)) {
            Some(places) => places.push(place),
            None => snippets.push(vec![place]),
        }
    }
    snippets.into_iter().filter_map(|places| snippet(places, diagnostic, file)).collect()
}

/// Whether `place` can be shown together with `places`: what lies between is read, too.
fn is_near(places: &[Place<'_>], place: &Place<'_>) -> bool {
    around(places.iter().chain([place])).len() <= MAX_EXCERPT_BYTES
}

/// From the first line of some places to the last.
fn around<'p>(places: impl Iterator<Item = &'p Place<'p>>) -> Range<usize> {
    let lines = places.map(|place| place.whole_line.clone());
    lines.reduce(|all, line| all.start.min(line.start)..all.end.max(line.end)).unwrap_or_default()
}

fn snippet<'a>(
    places: Vec<Place<'a>>,
    diagnostic: &'a Diagnostic,
    file: &'a SourceFile,
) -> Option<Element<'a>> {
    let all = around(places.iter());
    let text = std::str::from_utf8(file.bytes().get(all.clone())?).ok()?;
    let line = places.iter().map(|place| place.line).min()?;
    let marks = places.into_iter().map(|Place { kind, span, label, .. }| {
        let span = span.start - all.start..span.end - all.start;
        kind.span(span).label((!label.is_empty()).then_some(label))
    });
    let snippet = Snippet::source(text).line_start(line as usize).path(&diagnostic.file);
    Some(snippet.annotations(marks).into())
}

/// The way through the workflow, in lines that fit.
fn path(diagnostic: &Diagnostic) -> Option<String> {
    let (first, rest) = diagnostic.path.split_first()?;
    let mut text = format!("path: {first}");
    let mut width = text.chars().count();
    for stage in rest {
        width += " -> ".len() + stage.chars().count();
        let gap = if width > WIDTH - 24 { '\n' } else { ' ' };
        if gap == '\n' {
            width = "-> ".len() + stage.chars().count();
        }
        text += &format!("{gap}-> {stage}");
    }
    Some(text)
}

/// The line around a byte and where it begins; nothing if it is too long or not text.
fn line_around(bytes: &[u8], offset: usize) -> Option<(usize, &str)> {
    let before = bytes.get(..offset)?;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let start = if bytes[start..].starts_with(b"\xef\xbb\xbf") { start + 3 } else { start };
    let rest = bytes.get(start..).filter(|_| start <= offset)?;
    // One byte more than is shown tells whether the line goes on.
    let rest = rest.get(..=MAX_LINE_BYTES).unwrap_or(rest);
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let line = rest.get(..end).filter(|line| line.len() <= MAX_LINE_BYTES)?;
    Some((start, std::str::from_utf8(line).ok()?.trim_end_matches('\r')))
}

/// The names that exist, in lines that fit.
fn known(diagnostic: &Diagnostic) -> Option<String> {
    let known = &diagnostic.known;
    if known.is_empty() {
        return None;
    }
    let mut text = "known here:".to_owned();
    let mut width = text.len();
    for (at, name) in known.iter().take(MAX_KNOWN).enumerate() {
        let name = quoted(name);
        let comma = if at + 1 < known.len() { "," } else { "" };
        width += 2 + name.chars().count();
        let gap = if width > WIDTH - 24 { '\n' } else { ' ' };
        if gap == '\n' {
            width = name.chars().count();
        }
        text += &format!("{gap}{name}{comma}");
    }
    let rest = known.len().saturating_sub(MAX_KNOWN);
    Some(if rest > 0 { format!("{text} and {rest} more") } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::diagnostic::{Code, Problem, Problems};

    /// What is shown of a problem at `at` of a text, which begins at `first`.
    fn shown(text: &str, at: &str, first: &str) -> String {
        let file = SourceFile::new("w.yaml", text.as_bytes().to_vec());
        let span = |words: &str| {
            let start = text.find(words).expect("the text has it");
            start..start + words.len()
        };
        let mut problems = Problems::new(&file);
        let problem = Problem::new(Code::NoWayOut, &span(at), "no way out")
            .path(["define", "target", "support"])
            .related(&span(first), "begins here");
        problems.add(problem);
        render(&problems.into_sorted(), &[&file], false)
    }

    #[test]
    fn places_that_belong_together_are_shown_together_with_the_path() {
        insta::assert_snapshot!(shown("a: 1\nb: 2\nc: 3\nd: 4\ne: 5\n", "e", "a"), @"
        error[F0304]: no way out
         --> w.yaml:5:1
          |
        1 | a: 1
          | - begins here
        ...
        5 | e: 5
          | ^
          |
          = note: path: define -> target -> support
        ");
        let far = format!("a: 1\n{}e: 5\n", "b: 2\n".repeat(MAX_EXCERPT_BYTES / 5));
        insta::assert_snapshot!(shown(&far, "e", "a"), @"
        error[F0304]: no way out
             --> w.yaml:13109:1
              |
        13109 | e: 5
              | ^
              |
             ::: w.yaml:1:1
              |
            1 | a: 1
              | - begins here
              |
              = note: path: define -> target -> support
        ");
        insta::assert_snapshot!(shown("a: 1\n", "a", "a"), @"
        error[F0304]: no way out
         --> w.yaml:1:1
          |
        1 | a: 1
          | ^
          | |
          | begins here
          |
          = note: path: define -> target -> support
        ");
        let long = format!("a: 1\nb: {}\n", "x".repeat(MAX_LINE_BYTES));
        insta::assert_snapshot!(shown(&long, "a", "b"), @"
        error[F0304]: no way out
         --> w.yaml:1:1
          |
        1 | a: 1
          | ^
          |
          = note: path: define -> target -> support
        ");
    }

    #[test]
    fn a_long_path_is_shown_in_lines_that_fit() {
        let file = SourceFile::new("w.yaml", b"a: 1".to_vec());
        let mut problems = Problems::new(&file);
        let stages = (1..12).map(|at| format!("a_stage_with_a_name_{at}"));
        problems.add(Problem::new(Code::NoWayOut, &(0..1), "no way out").path(stages));
        let text = render(&problems.into_sorted(), &[&file], false);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.contains("-> a_stage_with_a_name_11"), "{text}");
    }
}

//! Problems as a person reads them: message, place, the line itself, a caret, and help.
//!
//! Start reading at [`render`]. Everything it shows is in [`Diagnostic`]; it decides nothing.

use annotate_snippets::{
    AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet, renderer::DecorStyle,
};

use super::{Diagnostic, Severity, SourceFile, suggest::quoted};

/// The widest line that is shown; of a longer one only the place is named.
const MAX_LINE_BYTES: usize = 2_000;

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
        .element(place(diagnostic, file))
        .elements(suggestion.map(|text| Level::HELP.message(text)))
        .elements(diagnostic.help.as_deref().map(|text| Level::HELP.message(text)))
        .elements(known(diagnostic).map(|text| Level::NOTE.message(text)))
}

/// The line with its caret, or only its number if it cannot be shown.
fn place<'a>(diagnostic: &'a Diagnostic, file: Option<&'a SourceFile>) -> Element<'a> {
    let line = file.and_then(|file| line_around(file.bytes(), diagnostic.span.start));
    let Some((start, line)) = line else {
        return Origin::path(&diagnostic.file)
            .line(diagnostic.line as usize)
            .char_column(diagnostic.column as usize)
            .into();
    };
    // A mapping or a folded text goes on for lines; its beginning is enough to find it.
    let from = (diagnostic.span.start - start).min(line.len());
    let to = (diagnostic.span.end - start).clamp(from, line.len());
    let label = (!diagnostic.label.is_empty()).then_some(diagnostic.label.as_str());
    Snippet::source(line)
        .line_start(diagnostic.line as usize)
        .path(&diagnostic.file)
        .annotation(AnnotationKind::Primary.span(from..to).label(label))
        .into()
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

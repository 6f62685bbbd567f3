//! The YAML text as a tree of values, each with its place.
//!
//! Start reading at [`read`]. It takes the parser's events one by one, so that a hostile file is
//! put down as soon as it has gone too far.
//!
//! # Always true
//!
//! - The tree is at most [`MAX_LEVELS`] deep, so that whoever walks it may recurse.
//! - It has at most [`MAX_NODES`] values; none stands for another (no aliases), so that its size
//!   is bounded by the size of the file.
//! - A mapping has each key once.

use std::{collections::HashMap, ops::Range};

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, options};

use super::{
    diagnostic::{Code, Problem, Problems},
    suggest::quoted,
    text::Text,
};

/// How deep values may be nested.
pub(super) const MAX_LEVELS: usize = 64;

/// How many values a file may have.
pub(super) const MAX_NODES: usize = 250_000;

/// A value and its place in the file.
#[derive(Debug)]
pub(super) struct Node {
    pub span: Range<usize>,
    pub content: Content,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Content {
    /// A text, a number, a truth or nothing; `plain` if it has no quotes.
    Scalar { text: String, plain: bool },
    /// Values in a row.
    List(Vec<Node>),
    /// Values by key, in the order of the file.
    Map(Vec<Entry>),
    /// Something that was refused already; nothing more needs to be said about it.
    Refused,
}

/// A key and its value.
#[derive(Debug)]
pub(super) struct Entry {
    pub key: Key,
    pub value: Node,
}

/// A key and its place in the file.
#[derive(Debug)]
pub(super) struct Key {
    pub text: String,
    pub span: Range<usize>,
}

impl Node {
    /// The value under a key of this mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// A key of this mapping, with its value.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.content {
            Content::Map(entries) => entries.iter().find(|entry| entry.key.text == key),
            Content::Scalar { .. } | Content::List(_) | Content::Refused => None,
        }
    }

    /// The values of this list, in order; none if it is not a list.
    pub fn items(&self) -> &[Node] {
        match &self.content {
            Content::List(items) => items,
            Content::Scalar { .. } | Content::Map(_) | Content::Refused => &[],
        }
    }

    /// Whether nothing is written here.
    pub fn is_nothing(&self) -> bool {
        match &self.content {
            Content::Scalar { text, plain } => {
                text.trim().is_empty()
                    || (*plain && matches!(text.as_str(), "~" | "null" | "Null" | "NULL"))
            }
            Content::List(_) | Content::Map(_) | Content::Refused => false,
        }
    }
}

/// Reads the text, or says why that is not possible.
///
/// Nothing comes back if a problem leaves no tree to look at; other problems (a key written
/// twice, an alias) are added and the tree goes on without the value.
pub(super) fn read(text: Text<'_>, problems: &mut Problems<'_>) -> Option<Node> {
    let options = options! {
        flow_nesting_limit: MAX_LEVELS,
        block_nesting_limit: MAX_LEVELS,
        disallow_directives: true,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
    };
    let mut builder = Builder { offset: text.offset, ..Builder::default() };
    for event in Parser::new_from_str_with_options(text.text, options) {
        let taken = match event {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or_default();
                let start = span.tag_start().and_then(|mark| mark.byte_offset());
                builder.take(event, range, start, problems)
            }
            Err(error) => Err(Box::new(syntax(&error, text))),
        };
        if let Err(problem) = taken {
            problems.add(*problem);
            return None;
        }
    }
    root(builder.root, text, problems)
}

/// The one value of the file must be a mapping.
fn root(root: Option<Node>, text: Text<'_>, problems: &mut Problems<'_>) -> Option<Node> {
    let start = text.offset..text.offset;
    let (place, message) = match root {
        Some(Node { content: Content::Map(entries), span }) if !entries.is_empty() => {
            return Some(Node { content: Content::Map(entries), span });
        }
        Some(node) if !node.is_nothing() => {
            (node.span, "the file is not a mapping of keys to values")
        }
        Some(_) | None => (start, "the file says nothing"),
    };
    if problems.is_empty() {
        let help = "a definition begins with a key and a value, such as `format: 1`";
        problems.add(Problem::new(Code::NotADefinition, &place, message).help(help));
    }
    None
}

/// A list or mapping whose end has not come yet.
enum Open {
    List {
        start: Range<usize>,
        items: Vec<Node>,
    },
    Map {
        start: Range<usize>,
        entries: Vec<Entry>,
        key: Pending,
        seen: HashMap<String, Range<usize>>,
    },
}

/// What a mapping waits for.
enum Pending {
    /// A key.
    Key,
    /// The value of this key.
    Value(Key),
    /// A value that is dropped, because its key is no good.
    Dropped,
}

#[derive(Default)]
struct Builder {
    offset: usize,
    nodes: usize,
    documents: usize,
    open: Vec<Open>,
    root: Option<Node>,
}

impl Builder {
    fn take(
        &mut self,
        event: Event<'_>,
        range: Range<usize>,
        tag_start: Option<usize>,
        problems: &mut Problems<'_>,
    ) -> Result<(), Box<Problem>> {
        let span = range.start + self.offset..range.end + self.offset;
        if event.is_node() {
            self.limits(&span)?;
        }
        if let Some(start) = tag_start.filter(|_| event.tag().is_some()) {
            problems.add(tag(start + self.offset..span.start));
        }
        match event {
            Event::DocumentStart(..) => self.document(&span)?,
            Event::Scalar(text, style, ..) => {
                let plain = style == ScalarStyle::Plain;
                let content = Content::Scalar { text: text.into_owned(), plain };
                self.place(Node { span: problems.trimmed(span), content }, problems);
            }
            Event::Anchor(..) => {
                problems.add(reference(&span, "an anchor (`&name`) marks a value to be copied"));
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                problems.add(reference(&span, "an alias (`*name`) stands for another value"));
                self.place(Node { span, content: Content::Refused }, problems);
            }
            Event::SequenceStart(..) => {
                self.open.push(Open::List { start: span, items: Vec::new() });
            }
            Event::MappingStart(..) => self.open.push(Open::Map {
                start: span,
                entries: Vec::new(),
                key: Pending::Key,
                seen: HashMap::new(),
            }),
            Event::SequenceEnd | Event::MappingEnd => self.close(span.end, problems),
            // Starts and ends of the stream say nothing; the parser may learn new events.
            _ => {}
        }
        Ok(())
    }

    fn limits(&mut self, span: &Range<usize>) -> Result<(), Box<Problem>> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("the file has more than {MAX_NODES} values");
            let help = "split it: a file defines one workflow or one brand";
            return Err(Box::new(Problem::new(Code::TooManyNodes, span, message).help(help)));
        }
        if self.open.len() >= MAX_LEVELS {
            return Err(Box::new(too_deep(span)));
        }
        Ok(())
    }

    fn document(&mut self, span: &Range<usize>) -> Result<(), Box<Problem>> {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        let problem = Problem::new(Code::SecondDocument, span, "a second document begins here");
        let help = "a file holds one definition; put the other one into a file of its own";
        Err(Box::new(problem.help(help)))
    }

    /// Ends the innermost list or mapping and puts it where it belongs.
    fn close(&mut self, end: usize, problems: &mut Problems<'_>) {
        let (start, content) = match self.open.pop() {
            Some(Open::List { start, items }) => (start, Content::List(items)),
            Some(Open::Map { start, entries, .. }) => (start, Content::Map(entries)),
            None => return,
        };
        let span = problems.trimmed(start.start..end.max(start.end));
        self.place(Node { span, content }, problems);
    }

    /// Puts a whole value into what is open around it.
    fn place(&mut self, node: Node, problems: &mut Problems<'_>) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, seen, .. }) => {
                *key = match std::mem::replace(key, Pending::Key) {
                    Pending::Key => pending(node, seen, problems),
                    Pending::Dropped => Pending::Key,
                    Pending::Value(key) => {
                        entries.push(Entry { key, value: node });
                        Pending::Key
                    }
                };
            }
        }
    }
}

/// Takes a value as the next key of a mapping.
fn pending(
    node: Node,
    seen: &mut HashMap<String, Range<usize>>,
    problems: &mut Problems<'_>,
) -> Pending {
    if matches!(node.content, Content::Refused) {
        return Pending::Dropped;
    }
    let nothing = node.is_nothing();
    let Node { span, content: Content::Scalar { text, plain } } = node else {
        problems.add(Problem::new(Code::UnusedYaml, &node.span, "a key must be a plain word"));
        return Pending::Dropped;
    };
    if nothing {
        problems.add(Problem::new(Code::UnusedYaml, &span, "a key is missing before the `:`"));
        return Pending::Dropped;
    }
    if text == "<<" && plain {
        problems.add(reference(&span, "a merge key (`<<`) copies another mapping"));
        return Pending::Dropped;
    }
    if let Some(first) = seen.get(&text) {
        let message = format!("the key {} is written twice", quoted(&text));
        let problem = Problem::new(Code::DuplicateKey, &span, message);
        problems.add(problem.related(first, "first written here").help("keep one of the two"));
        return Pending::Dropped;
    }
    seen.insert(text.clone(), span.clone());
    Pending::Value(Key { text, span })
}

fn reference(span: &Range<usize>, message: &str) -> Problem {
    Problem::new(Code::Reference, span, message)
        .help("write every value out where it is used; that is how it is read by people")
}

fn tag(span: Range<usize>) -> Problem {
    Problem::new(Code::UnusedYaml, &span, "a word that begins with `!` is a YAML tag")
        .help("tags are not used here; if it is part of the text, put the text in quotes")
}

fn too_deep(span: &Range<usize>) -> Problem {
    let message = format!("values are nested more than {MAX_LEVELS} levels deep");
    Problem::new(Code::TooDeep, span, message)
        .help("no definition needs so many; look for a bracket that is never closed")
}

/// The parser's refusal in our words.
fn syntax(error: &ScanError, text: Text<'_>) -> Problem {
    let at = error.marker().byte_offset().unwrap_or(0).min(text.text.len());
    let width = text.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let span = at + text.offset..at + width + text.offset;
    let simple = |code, message: &str, help: &str| Problem::new(code, &span, message).help(help);
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => too_deep(&span),
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => {
            let message = "a tab stands where YAML wants spaces";
            Problem::new(Code::Tab, &nearest_tab(span, text), message).help("use spaces to indent")
        }
        ErrorKind::DirectiveDisallowed => {
            simple(Code::UnusedYaml, "a line that begins with `%` is a directive", "remove it")
        }
        ErrorKind::BomInsideDocument => simple(
            Code::ControlCharacter,
            "a byte order mark stands inside the text",
            "remove the invisible character",
        ),
        kind => {
            let (message, help) = words(kind);
            simple(Code::Syntax, message, help)
        }
    }
}

/// The parser stops behind the tab; the caret should stand under it.
fn nearest_tab(span: Range<usize>, text: Text<'_>) -> Range<usize> {
    let before = text.text.get(..span.end - text.offset).unwrap_or_default();
    match before.rfind(['\t', '\n']) {
        Some(at) if before[at..].starts_with('\t') => at + text.offset..at + 1 + text.offset,
        Some(_) | None => span,
    }
}

/// What went wrong, and what usually is the cause.
fn words(kind: &ErrorKind) -> (&'static str, &'static str) {
    match kind {
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("a quote is opened and never closed", "close it, or remove it")
        }
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            ("a bracket is opened and never closed", "close it with `]` or `}`")
        }
        ErrorKind::MismatchedFlowCollectionEnd { .. } => {
            ("this bracket is closed by one of another kind", "`[` is closed by `]` and `{` by `}`")
        }
        ErrorKind::MisplacedFlowCollectionEnd => {
            ("this bracket closes nothing", "a text that begins with a bracket wants quotes")
        }
        ErrorKind::MappingValueNotAllowed
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::InvalidMappingValueWhitespace => (
            "a `:` stands where no key is possible",
            "put a text that holds `: ` in quotes, and check the indentation",
        ),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape => (
            "this escape does not exist",
            "in double quotes a backslash begins an escape; single quotes take it as it is",
        ),
        ErrorKind::UnexpectedCharacter { .. } => {
            ("no value can begin with this character", "put a text that begins with it in quotes")
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("a `:` is missing after this key", "write `key: value`, with a space behind the `:`")
        }
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => {
            ("a comma or a closing bracket is missing before this", "separate entries with `,`")
        }
        _ => (
            "this is not valid YAML here",
            "check the indentation: the keys of one mapping stand in one column",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::{Diagnostic, SourceFile, text};

    fn outline(yaml: &str) -> Result<Node, Vec<Diagnostic>> {
        let file = SourceFile::new("t.yaml", yaml.as_bytes().to_vec());
        let mut problems = Problems::new(&file);
        let node =
            text::checked(file.bytes(), &mut problems).and_then(|text| read(text, &mut problems));
        node.filter(|_| problems.is_empty()).ok_or_else(|| problems.into_sorted())
    }

    #[test]
    fn every_value_knows_its_place() {
        let yaml = "\u{feff}a: {é: 'x''y', l: [1, two]} # end\nb:\n  - c: d\n  -\nt: >\n  one\n\n";
        let node = outline(yaml).expect("it is YAML");
        let at = |node: Option<&Node>| node.map(|node| &yaml[node.span.clone()]);
        let flow = node.get("a").expect("it is there");
        assert_eq!(at(flow.get("é")), Some("'x''y'"));
        assert_eq!(at(flow.get("l")), Some("[1, two]"));
        assert_eq!(at(flow.get("l").and_then(|list| list.items().last())), Some("two"));
        assert_eq!(at(node.get("b").and_then(|list| list.items().first())), Some("c: d"));
        assert_eq!(at(node.get("t")), Some("one"));
    }

    #[test]
    fn the_parser_itself_stops_at_the_limits() {
        // (why, a text, the code)
        let table = [
            ("brackets", "[".repeat(200_000), "F0007"),
            ("mappings", "{a: ".repeat(200_000), "F0007"),
            ("dashes", "- ".repeat(200_000), "F0007"),
            ("keys of keys", "? ".repeat(200_000), "F0007"),
            ("mixed", "- ".repeat(60) + &"[".repeat(60) + &"]".repeat(60), "F0007"),
            ("values", format!("a: [{}]", "b,".repeat(MAX_NODES)), "F0008"),
        ];
        for (why, yaml, code) in table {
            let problems = outline(&yaml).expect_err(why);
            assert_eq!(problems.last().map(|problem| problem.code.id()), Some(code), "{why}");
        }
    }
}

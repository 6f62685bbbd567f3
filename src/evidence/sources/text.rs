//! What readers need to know about words without keeping them.
//!
//! Start reading at [`asks`].
//!
//! # Always true
//!
//! - What people typed cannot steer a terminal: control characters never get through.
//! - Every function is linear in the text and never panics.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use crate::evidence::{facts::Post, language::Language};

/// The longest name or handle kept, in characters.
const MAX_NAME_CHARS: usize = 256;
/// No description of our own account is kept longer.
const MAX_PROFILE_CHARS: usize = 2_000;
/// No piece of a message is longer.
const MAX_MESSAGE_CHARS: usize = 500;

/// Question marks of the world's scripts.
const QUESTION_MARKS: [char; 11] = ['?', '？', '؟', '\u{37e}', '՞', '፧', '﹖', '⁇', '⁈', '⁉', '‽'];

/// Endings by which a bare name such as `acme.com` counts as a link.
const COMMON_DOMAINS: [&str; 16] = [
    "com", "org", "net", "info", "io", "dev", "app", "shop", "store", "blog", "site", "online",
    "social", "xyz", "tv", "eu",
];

/// Whether `text` asks something: a question mark stands outside of its links.
///
/// A question mark that ends a link counts too: people write "have you seen https://a.example?".
pub fn asks(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut rest = lower.as_str();
    loop {
        let Some(start) = link_start(rest) else { return words_ask(rest) };
        let (before, link) = rest.split_at(start);
        let end = link.find(|c: char| c.is_whitespace() || !c.is_ascii()).unwrap_or(link.len());
        let (link, after) = link.split_at(end);
        if words_ask(before) || link.ends_with('?') {
            return true;
        }
        rest = after;
    }
}

/// Whether `text` has a link in it.
pub fn has_link(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    link_start(&lower).is_some_and(|start| {
        let link = &lower[start..];
        let name = link.trim_start_matches("https://").trim_start_matches("http://");
        name.starts_with(|c: char| c.is_alphanumeric())
    }) || lower.split_whitespace().any(is_bare_link)
}

/// The hosts that links in `text` lead to, in order, each once and without `www.`.
pub fn hosts(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || "()<>,;\"'|".contains(c));
    let mut hosts: Vec<String> = words.filter_map(host).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}

/// The host that a word leads to, if it is a link.
fn host(word: &str) -> Option<String> {
    let word = word.to_lowercase();
    let bare = ["https://", "http://"].iter().find_map(|begin| word.strip_prefix(begin));
    let rest =
        bare.or_else(|| (word.starts_with("www.") || is_bare_link(&word)).then_some(&*word))?;
    let host = rest.split(['/', '?', '#', ':']).next()?.trim_end_matches('.');
    let host = host.strip_prefix("www.").unwrap_or(host);
    (host.contains('.') && host.len() <= 253).then(|| host.to_owned())
}

/// What a profile says of an account, field by field; empty ones are left out.
///
/// - `links`: texts in which its links stand.
/// - `verified`: those that the platform has verified.
pub fn profile_says<'t>(
    name: &str,
    bio: &'t str,
    links: impl IntoIterator<Item = &'t str>,
    verified: impl IntoIterator<Item = &'t str>,
) -> BTreeMap<String, String> {
    let all = |texts: Vec<&str>| hosts(&texts.join(" ")).join(" ");
    let said = [
        ("name", clean_name(name)),
        ("bio", clean_text(bio).trim().chars().take(MAX_PROFILE_CHARS).collect()),
        ("link", all(links.into_iter().chain([bio]).collect())),
        ("verified", all(verified.into_iter().collect())),
    ];
    let said = said.into_iter().filter(|(_, text)| !text.is_empty());
    said.map(|(field, text)| (field.to_owned(), text)).collect()
}

/// How many characters a reader sees.
pub fn chars(text: &str) -> u32 {
    u32::try_from(text.graphemes(true).count()).unwrap_or(u32::MAX)
}

/// What is told of words whether they are kept or not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Heard {
    /// How many characters.
    pub chars: u32,
    /// Whether they ask something; absent if there are none.
    pub question: Option<bool>,
    /// Their language; absent where it cannot be told.
    pub language: Option<Language>,
}

impl Heard {
    /// Judges words, as they are kept.
    ///
    /// - `stated`: the language that the export states; otherwise it is judged from the words.
    pub fn of(words: Option<&str>, stated: Option<Language>) -> Self {
        let Some(words) = words else { return Self { language: stated, ..Self::default() } };
        Self {
            chars: chars(words),
            question: Some(asks(words)),
            language: stated.or_else(|| Language::of_words(words)),
        }
    }
}

/// A post of ours with its words.
pub fn ours(post: Post, words: &str) -> Post {
    let words = clean_text(words);
    let Heard { chars, question, language } = Heard::of(Some(&words), None);
    Post { chars, question, language, text: Some(words.into()), ..post }
}

/// A name on one line, without characters that steer a terminal, not too long.
pub fn clean_name(text: &str) -> String {
    cleaned(text).into_owned()
}

/// The same, without a copy of a name that is clean.
pub fn cleaned(text: &str) -> Cow<'_, str> {
    if text.len() <= MAX_NAME_CHARS && is_plain(text) {
        return Cow::Borrowed(text.trim());
    }
    let clean: String =
        text.chars().take(MAX_NAME_CHARS).map(|c| if steers(c) { ' ' } else { c }).collect();
    Cow::Owned(clean.trim().to_owned())
}

/// A text on one line for a message, without characters that steer a terminal; what is longer than a
/// person reads ends with `…`.
pub fn on_one_line(text: &str) -> String {
    let line = |text: &str| text.chars().map(|c| if steers(c) { ' ' } else { c }).collect();
    match text.char_indices().nth(MAX_MESSAGE_CHARS) {
        None => line(text),
        Some((end, _)) => line(&text[..end]) + "…",
    }
}

/// Whether a text is of signs that stand for themselves everywhere: those of ASCII that can be seen,
/// and blanks.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// A text with its line ends, without other characters that steer a terminal.
pub fn clean_text(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !steers(*c)).collect()
}

fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn link_start(lower: &str) -> Option<usize> {
    // One pass that stops at the first hit, so that many links do not make it quadratic.
    lower.match_indices(['h', 'w']).map(|(at, _)| at).find(|at| {
        let rest = &lower[*at..];
        ["https://", "http://", "www."].iter().any(|begin| rest.starts_with(begin))
    })
}

fn words_ask(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        if is_bare_link(word) {
            word.ends_with(QUESTION_MARKS)
        } else {
            word.contains(QUESTION_MARKS)
        }
    })
}

/// Whether a word is a link without `https://`: `acme.com`, `linktr.ee/acme`.
fn is_bare_link(word: &str) -> bool {
    let (host, path) = word.split_once('/').map_or((word, None), |(host, path)| (host, Some(path)));
    let Some((name, ending)) = host.rsplit_once('.') else { return false };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    !name.is_empty()
        && name.chars().all(plain)
        && ending.len() >= 2
        && ending.chars().all(|c| c.is_ascii_alphabetic())
        && (path.is_some_and(|path| !path.is_empty()) || COMMON_DOMAINS.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_known_by_the_hosts_they_lead_to() {
        // (why, words, hosts)
        let table: [(&str, &str, &[&str]); 7] = [
            ("none", "We roast. On the square", &[]),
            ("whole", "See https://Acme.example/shop?x=1#y", &["acme.example"]),
            ("without www", "http://www.acme.example", &["acme.example"]),
            ("bare", "acme.com and beans.org/a", &["acme.com", "beans.org"]),
            ("in brackets", "(https://acme.example)", &["acme.example"]),
            (
                "each once",
                "https://b.example/1 https://a.example https://b.example/2",
                &["a.example", "b.example"],
            ),
            ("a port", "https://acme.example:8443/x", &["acme.example"]),
        ];
        for (why, words, expected) in table {
            assert_eq!(hosts(words), expected, "{why}");
        }
    }

    #[test]
    fn a_question_is_asked_outside_of_links() {
        // (why this row exists, the text, does it ask?)
        let table = [
            ("plain", "How long do you roast?", true),
            ("nothing asked", "Good morning.", false),
            ("full width", "元気ですか？", true),
            ("Arabic", "كيف حالك؟", true),
            ("inside a link", "see https://a.example/?page=2 now", false),
            ("inside a link without scheme", "see a.example/list?page=2 now", false),
            ("a link in capitals", "HTTPS://A.EXAMPLE/?x=1", false),
            ("behind a link", "https://a.example/?x=1 really?", true),
            ("ends a link", "have you seen https://a.example/new?", true),
            ("before a link without a space", "見た？https://a.example/x", true),
            ("behind a link without a space", "https://a.example/x見た？", true),
            ("two links", "http://a.example/?b http://c.example/?d", false),
            ("nothing", "", false),
        ];
        for (why, text, ask) in table {
            assert_eq!(asks(text), ask, "{why}");
        }
    }

    #[test]
    fn a_megabyte_of_links_is_read_in_one_pass() {
        assert!(!asks(&"http://a ".repeat(1 << 17)));
        assert!(!asks(&"http://あ".repeat(1 << 16)));
    }

    #[test]
    fn a_link_is_seen_with_and_without_scheme() {
        // (why this row exists, the text, is there a link?)
        let table = [
            ("with scheme", "we roast https://acme.example", true),
            ("scheme alone", "https:// is a scheme", false),
            ("with www", "www.acme.example", true),
            ("a common ending", "find us at acme.com", true),
            ("with a path", "linktr.ee/acme", true),
            ("a missing space", "We roast.Come in", false),
            ("an abbreviation", "e.g. and/or", false),
            ("a fraction", "1.5/2", false),
        ];
        for (why, text, link) in table {
            assert_eq!(has_link(text), link, "{why}");
        }
    }

    #[test]
    fn characters_are_what_a_reader_sees() {
        assert_eq!(chars("ありがとう😊"), 6);
        assert_eq!(chars("👨‍👩‍👧"), 1);
        assert_eq!(chars(""), 0);
    }

    #[test]
    fn what_is_told_of_words_has_the_language_that_is_stated() {
        let told = Heard::of(Some("Wo?"), Language::of_tag("de"));
        assert_eq!(
            (told.chars, told.question, told.language),
            (3, Some(true), Language::of_tag("de"))
        );
        assert_eq!(Heard::of(None, None), Heard::default());
    }

    #[test]
    fn names_cannot_steer_a_terminal() {
        assert_eq!(clean_name(" a\u{1b}[31mb\nc\u{202e}d "), "a [31mb c d");
        assert_eq!(clean_name(&"x".repeat(1000)).len(), MAX_NAME_CHARS);
        assert_eq!(clean_text("a\u{1b}\nb"), "a\nb");
    }
}

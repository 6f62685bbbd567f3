//! Finds a brand's declared topics in the words of a post.
//!
//! Start reading at [`Topics::touches`]. Text and patterns are cut into words the same way by
//! `words`; a pattern is found where all its words stand one after the other.
//!
//! # Always true
//!
//! - Words match whole and in any case: `art` is not in `start`, `@tesco` not in `@tescomobile`.
//! - Words of one stem match (`roast`, `roasted`) in the language of the post, or, where it is not known,
//!   in all that the brand writes.
//! - A hashtag matches a phrase without its spaces: `#SingleOrigin` is `single origin`.
//! - A mention (`@rosso`) matches only a pattern that begins with `@`: a name is no topic.
//!
//! # Source
//!
//! Word boundaries: Unicode Standard Annex 29. Stems: the Snowball stemmers.

use std::fmt;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

use super::language::Language;
use crate::model::Pillar;

/// The pillars of a brand, ready to be looked for.
pub struct Topics {
    /// The stemmers of the brand's languages, each with its language.
    stemmers: Vec<(String, Stemmer)>,
    pillars: Vec<Ready>,
}

impl fmt::Debug for Topics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pillars = self.pillars.iter().map(|pillar| &pillar.id);
        f.debug_list().entries(pillars).finish()
    }
}

/// One pillar's patterns.
struct Ready {
    id: String,
    words: Vec<Vec<Word>>,
    not: Vec<Vec<Word>>,
}

/// What stands before a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Plain,
    Hashtag,
    Mention,
}

/// A word in lower case, with its stem in each language of the brand that its text may be in.
#[derive(Debug, PartialEq, Eq)]
struct Word {
    mark: Mark,
    text: String,
    stems: Vec<Option<String>>,
}

impl Topics {
    /// Prepares `pillars` for text in `languages` (two-letter codes).
    ///
    /// A language without a known stemmer is matched by whole words only.
    pub fn new(pillars: &[Pillar], languages: &[String]) -> Self {
        let stemmers: Vec<(String, Stemmer)> = languages
            .iter()
            .filter_map(|code| Some((main(code).to_owned(), Stemmer::create(algorithm(code)?))))
            .collect();
        let ready = |patterns: &[String]| -> Vec<Vec<Word>> {
            let cut = patterns.iter().map(|pattern| words(pattern, &Stems::all(&stemmers)));
            cut.filter(|pattern| !pattern.is_empty()).collect()
        };
        let pillars = pillars
            .iter()
            .map(|pillar| Ready {
                id: pillar.id.clone(),
                words: ready(&pillar.words),
                not: ready(&pillar.not),
            })
            .collect();
        Self { stemmers, pillars }
    }

    /// Whether `text` is on at least one pillar: it has one of the pillar's words or phrases and
    /// none of its `not` words.
    ///
    /// - `language`: that of the text; absent if it is not known.
    ///
    /// ```
    /// use fivestep::{evidence::{language::Language, topics::Topics}, model::Pillar};
    /// let coffee = Pillar {
    ///     id: "coffee".into(),
    ///     words: vec!["roast".into(), "single origin".into()],
    ///     not: vec!["instant".into()],
    /// };
    /// let topics = Topics::new(&[coffee], &["en".to_owned()]);
    /// assert!(topics.touches("We ROASTED all night.", None));
    /// assert!(topics.touches("A new #SingleOrigin is here", Language::of_tag("en")));
    /// assert!(!topics.touches("Even instant is a roast, they say", Language::of_tag("en")));
    /// assert!(!topics.touches("Each origin is single", None));
    /// ```
    pub fn touches(&self, text: &str, language: Option<Language>) -> bool {
        let found = words(text, &Stems::of(&self.stemmers, language));
        self.pillars.iter().any(|pillar| pillar.holds(&found))
    }

    /// The ids of the pillars that `text` is on, in the order of the charter.
    ///
    /// - `language`: as for [`Topics::touches`].
    pub fn found_in(&self, text: &str, language: Option<Language>) -> Vec<&str> {
        let found = words(text, &Stems::of(&self.stemmers, language));
        let on = self.pillars.iter().filter(|pillar| pillar.holds(&found));
        on.map(|pillar| pillar.id.as_str()).collect()
    }
}

/// The stemmers for one text; none in place of those of other languages.
struct Stems<'s>(Vec<Option<&'s Stemmer>>);

impl<'s> Stems<'s> {
    fn all(stemmers: &'s [(String, Stemmer)]) -> Self {
        Self(stemmers.iter().map(|(_, by)| Some(by)).collect())
    }

    /// Those for a text in `language`.
    fn of(stemmers: &'s [(String, Stemmer)], language: Option<Language>) -> Self {
        let fits = |code: &str| language.is_none_or(|language| language.as_str() == code);
        Self(stemmers.iter().map(|(code, by)| fits(code).then_some(by)).collect())
    }
}

impl Ready {
    fn holds(&self, text: &[Word]) -> bool {
        let stands = |pattern: &Vec<Word>| is_in(pattern, text);
        self.words.iter().any(stands) && !self.not.iter().any(stands)
    }
}

/// Whether the words of `pattern` stand one after the other in `text`.
fn is_in(pattern: &[Word], text: &[Word]) -> bool {
    let in_a_row = text
        .windows(pattern.len())
        .any(|place| pattern.iter().zip(place).all(|(wanted, word)| wanted.is(word)));
    in_a_row || (pattern.len() > 1 && is_in_a_hashtag(pattern, text))
}

/// Whether `text` has a hashtag that writes the phrase `pattern` as one word.
fn is_in_a_hashtag(pattern: &[Word], text: &[Word]) -> bool {
    if pattern.iter().any(|word| word.mark != Mark::Plain) {
        return false;
    }
    let joined: String = pattern.iter().map(|word| word.text.as_str()).collect();
    text.iter().any(|word| word.mark == Mark::Hashtag && word.text == joined)
}

impl Word {
    fn new(mark: Mark, text: &str, stemmers: &Stems<'_>) -> Self {
        let text = text.to_lowercase();
        // A name has no grammar.
        let stemmers = if mark == Mark::Mention { &[] } else { stemmers.0.as_slice() };
        let stem = |by: &Option<&Stemmer>| by.map(|by| by.stem(&text).into_owned());
        let stems = stemmers.iter().map(stem).collect();
        Self { mark, text, stems }
    }

    /// Whether `word` of a text is what this word of a pattern asks for.
    fn is(&self, word: &Word) -> bool {
        match (self.mark, word.mark) {
            (Mark::Mention, Mark::Mention) => {
                let rest = word.text.strip_prefix(&self.text);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
            }
            (Mark::Plain, Mark::Plain | Mark::Hashtag) | (Mark::Hashtag, Mark::Hashtag) => {
                let mut stems = self.stems.iter().zip(&word.stems);
                self.text == word.text || stems.any(|(one, other)| one.is_some() && one == other)
            }
            (Mark::Plain, Mark::Mention)
            | (Mark::Hashtag, Mark::Plain | Mark::Mention)
            | (Mark::Mention, Mark::Plain | Mark::Hashtag) => false,
        }
    }
}

/// Cuts `text` into words, hashtags and mentions.
fn words(text: &str, stemmers: &Stems<'_>) -> Vec<Word> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (before, from) = rest.split_at(at);
        let handle = handle(&from[1..]);
        plain_words(before, stemmers, &mut found);
        // Inside a word, as in a mail address, the sign begins no mention.
        let is_mention = !handle.is_empty() && !before.ends_with(char::is_alphanumeric);
        if is_mention {
            found.push(Word::new(Mark::Mention, handle, stemmers));
        }
        rest = &from[1 + if is_mention { handle.len() } else { 0 }..];
    }
    plain_words(rest, stemmers, &mut found);
    found
}

/// The longest handle that `text` begins with, such as `rita@example.social`; may be empty.
fn handle(text: &str) -> &str {
    // No platform has longer handles; the limit keeps a text of nothing but `@` cheap.
    let mut signs = text.char_indices().take(300);
    let end = signs.find(|(_, sign)| !(sign.is_alphanumeric() || "._-@".contains(*sign)));
    let end = end.or_else(|| text.char_indices().nth(300)).map_or(text.len(), |(at, _)| at);
    text[..end].trim_end_matches(['.', '-', '@'])
}

/// Adds the words of `text`, which holds no mention, to `found`.
fn plain_words(text: &str, stemmers: &Stems<'_>, found: &mut Vec<Word>) {
    for (at, word) in text.unicode_word_indices() {
        let mark = if text[..at].ends_with('#') { Mark::Hashtag } else { Mark::Plain };
        found.push(Word::new(mark, word, stemmers));
    }
}

/// A language without its country, and one name for all that Norwegians write.
fn main(code: &str) -> &str {
    match code.split(['-', '_']).next().unwrap_or(code) {
        "nb" | "nn" => "no",
        main => main,
    }
}

/// The stemmer of a language, if there is one.
fn algorithm(code: &str) -> Option<Algorithm> {
    Some(match main(code) {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "en" => Algorithm::English,
        "es" => Algorithm::Spanish,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "nl" => Algorithm::Dutch,
        "no" => Algorithm::Norwegian,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touches(pattern: &str, languages: &[&str], text: &str) -> bool {
        let pillar =
            Pillar { id: "it".into(), words: vec![pattern.to_owned()], not: vec!["decaf".into()] };
        let languages: Vec<String> = languages.iter().map(|code| code.to_string()).collect();
        Topics::new(&[pillar], &languages).touches(text, None)
    }

    #[test]
    fn a_text_of_a_known_language_is_cut_as_that_language_is() {
        let pillar = |word: &str| Pillar { id: "it".into(), words: vec![word.into()], not: vec![] };
        let languages = ["en".to_owned(), "it".to_owned()];
        // (why, pattern, text, its language, found?)
        let table = [
            ("unknown: any of them", "libro", "due libri", None, true),
            ("its own", "libro", "due libri", Some("it"), true),
            ("another of the brand's", "libro", "due libri", Some("en"), false),
            ("none of the brand's", "libro", "due libri", Some("fr"), false),
            ("the word itself counts in any", "libro", "un libro", Some("fr"), true),
            ("a country changes nothing", "roast", "roasted", Some("en-GB"), true),
        ];
        for (why, pattern, text, language, found) in table {
            let topics = Topics::new(&[pillar(pattern)], &languages);
            assert_eq!(topics.touches(text, language.and_then(Language::of_tag)), found, "{why}");
        }
    }

    #[test]
    fn a_pattern_is_found_as_whole_words() {
        // (why, pattern, languages, text, found?)
        let table: [(&str, &str, &[&str], &str, bool); 23] = [
            ("any case", "Espresso", &[], "an ESPRESSO, please", true),
            ("not inside a word", "art", &[], "the start of it", false),
            ("punctuation is a boundary", "roast", &[], "(roast!)", true),
            ("one stem", "roast", &["en"], "roasting since dawn", true),
            ("no stem without the language", "roast", &[], "roasting since dawn", false),
            ("the second language counts", "libro", &["en", "it"], "due libri nuovi", true),
            ("an unknown language is no fault", "kava", &["xx"], "dobra kava", true),
            ("a phrase", "single origin", &["en"], "our single origins are in", true),
            ("a phrase in another order", "single origin", &[], "origin single", false),
            ("a phrase with a word between", "single origin", &[], "single big origin", false),
            ("a hashtag is a word", "coffee", &[], "good morning #Coffee", true),
            ("a hashtag joins a phrase", "single origin", &[], "new: #singleOrigin", true),
            ("plain text does not join it", "single origin", &[], "singleorigin", false),
            ("a wanted hashtag", "#coffee", &[], "coffee", false),
            ("a wanted mention", "@tesco", &[], "thanks @Tesco!", true),
            ("a longer handle", "@tesco", &[], "thanks @tescomobile", false),
            ("a handle with a hyphen", "@tesco", &[], "thanks @tesco-mobile.example", false),
            ("the same name with its server", "@tesco", &[], "hi @tesco@example.social.", true),
            ("a name is no topic", "coffee", &[], "thanks @coffee", false),
            ("a mail address is no mention", "@tesco", &[], "mail me@tesco", false),
            ("a word of `not` keeps it off", "coffee", &[], "decaf coffee", false),
            ("accents are letters", "caffè", &["it"], "un CAFFÈ lungo", true),
            ("signs without spaces", "咖啡", &[], "我喜欢咖啡。", true),
        ];
        for (why, pattern, languages, text, found) in table {
            assert_eq!(touches(pattern, languages, text), found, "{why}");
        }
    }

    #[test]
    fn the_pillars_found_are_named_in_the_charters_order() {
        let pillar = |id: &str, word: &str| Pillar {
            id: id.to_owned(),
            words: vec![word.to_owned(), String::new()],
            not: Vec::new(),
        };
        let topics = Topics::new(&[pillar("b", "beans"), pillar("a", "water")], &[]);
        assert_eq!(topics.found_in("water, then beans", None), ["b", "a"]);
        assert_eq!(topics.found_in("", None), [""; 0]);
    }
}

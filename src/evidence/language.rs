//! The language of words.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many characters of a text tell its language.
const MAX_JUDGED_CHARS: usize = 2000;

/// A language by its code of two letters (ISO 639-1), in small letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language([u8; 2]);

impl Language {
    /// The language of a tag such as `pt-BR`; `None` where it has no code of two letters.
    ///
    /// ```
    /// use fivestep::evidence::language::Language;
    /// assert_eq!(Language::of_tag("pt-BR").map(|code| code.to_string()), Some("pt".to_owned()));
    /// assert_eq!(Language::of_tag("qme"), None);
    /// ```
    pub fn of_tag(tag: &str) -> Option<Self> {
        let code = tag.split(['-', '_']).next()?;
        let letters: [u8; 2] = code.as_bytes().try_into().ok()?;
        letters
            .iter()
            .all(u8::is_ascii_alphabetic)
            .then(|| Self(letters.map(|l| l.to_ascii_lowercase())))
    }

    /// The language that words are in; `None` where they are too few or could be of several.
    ///
    /// # Source
    ///
    /// Trigrams and alphabets, by `whatlang`; only what it calls reliable counts.
    pub fn of_words(words: &str) -> Option<Self> {
        let end = words.char_indices().nth(MAX_JUDGED_CHARS).map_or(words.len(), |(at, _)| at);
        let found = whatlang::detect(&words[..end]).filter(whatlang::Info::is_reliable)?;
        let known = LANGUAGES.iter().find(|(three, _)| *three == found.lang().code());
        known.and_then(|(_, two)| Self::of_tag(two))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.as_str().to_owned()
    }
}

impl TryFrom<String> for Language {
    type Error = String;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        let known = Self::of_tag(&code).filter(|language| language.as_str() == code);
        known.ok_or_else(|| format!("`{code}` is no language code of two small letters"))
    }
}

/// Languages by their codes of three letters (ISO 639-3) and of two (ISO 639-1): those with a stemmer,
/// and others that are written much.
const LANGUAGES: [(&str, &str); 36] = [
    ("ara", "ar"),
    ("ben", "bn"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("cmn", "zh"),
    ("dan", "da"),
    ("deu", "de"),
    ("ell", "el"),
    ("eng", "en"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("ind", "id"),
    ("ita", "it"),
    ("jpn", "ja"),
    ("kor", "ko"),
    ("lit", "lt"),
    ("nld", "nl"),
    ("nob", "no"),
    ("pes", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rus", "ru"),
    ("slk", "sk"),
    ("spa", "es"),
    ("swe", "sv"),
    ("tam", "ta"),
    ("tha", "th"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("vie", "vi"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_two_letters_or_none() {
        let table =
            [("pt-BR", Some("pt")), ("EN", Some("en")), ("fil", None), ("", None), ("日本", None)];
        for (tag, code) in table {
            assert_eq!(Language::of_tag(tag).map(String::from).as_deref(), code, "{tag}");
        }
    }

    #[test]
    fn the_language_of_words_is_told_where_it_is_plain() {
        // (the words, their language)
        let table = [
            (
                "We roast our beans every morning and would love to show you how it is done",
                Some("en"),
            ),
            ("Wir rösten unsere Bohnen jeden Morgen und zeigen gern, wie das geht", Some("de")),
            (
                "Tostiamo i nostri chicchi ogni mattina e vi mostriamo volentieri come si fa",
                Some("it"),
            ),
            ("Мы обжариваем зёрна каждое утро и с радостью покажем, как это делается", Some("ru")),
            ("ok", None),
            ("", None),
            ("12 34 🙂", None),
        ];
        for (words, language) in table {
            assert_eq!(Language::of_words(words).map(String::from).as_deref(), language, "{words}");
        }
    }
}

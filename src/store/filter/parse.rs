//! Reads a filter from its text.
//!
//! ```text
//! filter   := all ( ("or" | "||") all )*
//! all      := one ( ("and" | "&&") one )*
//! one      := ("not" | "!") one | "(" filter ")" | STATE | FIELD OPERATOR VALUE
//! VALUE    := WORD | "text" | 'text'
//! OPERATOR := = == != ~ < <= > >=
//! ```
//!
//! Start reading at [`Filter::from_str`]. Names need no quotes: `stage = support`.

use std::{fmt, ops::Range, str::FromStr};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use thiserror::Error;

use super::{
    AgeField, CYCLE, FIELDS, Filter, Likeness, MomentField, Order, State, TextField, UNITS,
};
use crate::model::Outcome;

/// The most questions, negations and brackets of one filter, so that it cannot be too deep.
const MAX_TERMS: usize = 64;

/// Why a text is not a filter.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct FilterError {
    /// The place in the text, in bytes.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What can stand there instead; empty where that is no list.
    pub known: Vec<&'static str>,
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let mut reader = Reader { text, at: 0, terms: 0 };
        let filter = reader.any()?;
        match reader.next()? {
            (Token::End, _) => Ok(filter),
            (token, span) => {
                Err(wrong(span, format!("{token} where `and`, `or` or the end should be")))
            }
        }
    }
}

/// A piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Quoted(&'a str),
    Sign(&'a str),
    End,
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Word(text) | Token::Sign(text) => write!(f, "`{text}`"),
            Token::Quoted(text) => write!(f, "the text `{text}`"),
            Token::End => f.write_str("the end"),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    terms: usize,
}

type Read<T> = Result<T, FilterError>;

impl<'a> Reader<'a> {
    fn any(&mut self) -> Read<Filter> {
        let mut filter = self.all()?;
        while self.takes(&["or", "||"])? {
            filter = Filter::Or(Box::new([filter, self.all()?]));
        }
        Ok(filter)
    }

    fn all(&mut self) -> Read<Filter> {
        let mut filter = self.one()?;
        while self.takes(&["and", "&&"])? {
            filter = filter.and(self.one()?);
        }
        Ok(filter)
    }

    fn one(&mut self) -> Read<Filter> {
        let (token, span) = self.next()?;
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(wrong(span, format!("more than {MAX_TERMS} questions")));
        }
        match token {
            Token::Word("not") | Token::Sign("!") => Ok(Filter::Not(Box::new(self.one()?))),
            Token::Sign("(") => {
                let inner = self.any()?;
                match self.next()? {
                    (Token::Sign(")"), _) => Ok(inner),
                    (token, at) => Err(wrong(at, format!("{token} where `)` should be"))),
                }
            }
            Token::Word(word) => self.question(word, span),
            Token::Quoted(_) | Token::Sign(_) | Token::End => {
                Err(unknown(span, format!("{token} where a field should be"), fields()))
            }
        }
    }

    fn question(&mut self, word: &str, span: Range<usize>) -> Read<Filter> {
        if let Some(state) = State::of(word) {
            return Ok(Filter::Is(state));
        }
        if let Some(field) = TextField::of(word) {
            let how = self.operator(word, Likeness::of, Likeness::ALL)?;
            let value = self.text_value(field, how)?;
            return Ok(Filter::Text { field, how, value });
        }
        if word == CYCLE {
            let order = self.operator(word, Order::of, Order::ALL)?;
            let value = self.value("a number such as 2", |text| text.parse().ok())?;
            return Ok(Filter::Cycle { order, value });
        }
        if let Some(field) = AgeField::of(word) {
            let order = self.operator(word, Order::of, Order::ALL)?;
            let seconds = self.value("a duration such as 90m, 4h, 7d or 2w", seconds)?;
            return Ok(Filter::Age { field, order, seconds });
        }
        if let Some(field) = MomentField::of(word) {
            let order = self.operator(word, Order::of, Order::ALL)?;
            let form = "an instant such as 2026-03-02T09:00:00Z, or a day such as 2026-03-02";
            let at = self.value(form, instant)?;
            return Ok(Filter::Moment { field, order, at });
        }
        Err(unknown(span, format!("`{word}` is nothing that a brand's line has"), fields()))
    }

    fn operator<T>(
        &mut self,
        field: &str,
        of: fn(&str) -> Option<T>,
        all: &[(T, &'static str)],
    ) -> Read<T> {
        let (token, span) = self.next()?;
        let operator = match token {
            Token::Sign("==") => of("="),
            Token::Sign(sign) => of(sign),
            Token::Word(_) | Token::Quoted(_) | Token::End => None,
        };
        operator.ok_or_else(|| {
            let known = all.iter().map(|(_, text)| *text).collect();
            unknown(span, format!("{token} cannot follow `{field}`"), known)
        })
    }

    fn text_value(&mut self, field: TextField, how: Likeness) -> Read<String> {
        let (text, span) = self.raw_value("a name, in quotes or not")?;
        if text.contains('"') && text.contains('\'') {
            return Err(wrong(span, "a text holds one kind of quotes at most"));
        }
        let statuses = || {
            let outcomes = Outcome::ALL.iter().map(|outcome| outcome.name());
            ["ready", "running", "paused"].into_iter().chain(outcomes)
        };
        let is_named = field == TextField::Status && how != Likeness::Like;
        if is_named && !statuses().any(|status| status == text) {
            let known = statuses().collect();
            return Err(unknown(span, format!("no brand has the status `{text}`"), known));
        }
        Ok(text.to_owned())
    }

    fn value<T>(&mut self, form: &str, read: impl FnOnce(&str) -> Option<T>) -> Read<T> {
        let (text, span) = self.raw_value(form)?;
        read(text).ok_or_else(|| wrong(span, format!("`{text}` is not {form}")))
    }

    fn raw_value(&mut self, form: &str) -> Read<(&'a str, Range<usize>)> {
        match self.next()? {
            (Token::Word(text) | Token::Quoted(text), span) => Ok((text, span)),
            (token @ (Token::Sign(_) | Token::End), span) => {
                Err(wrong(span, format!("{token} where {form} should be")))
            }
        }
    }

    /// Goes on past the next token if it is one of `words`.
    fn takes(&mut self, words: &[&str]) -> Read<bool> {
        let before = self.at;
        let is_one = match self.next()?.0 {
            Token::Word(word) | Token::Sign(word) => words.contains(&word),
            Token::Quoted(_) | Token::End => false,
        };
        if !is_one {
            self.at = before;
        }
        Ok(is_one)
    }

    fn next(&mut self) -> Read<(Token<'a>, Range<usize>)> {
        let rest = self.text[self.at..].trim_start();
        let from = self.text.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            self.at = from;
            return Ok((Token::End, from..from));
        };
        let (token, length) = if first == '"' || first == '\'' {
            let inner = &rest[1..];
            let Some(end) = inner.find(first) else {
                return Err(wrong(from..self.text.len(), "this text has no closing quote"));
            };
            (Token::Quoted(&inner[..end]), end + 2)
        } else if is_of_word(first) {
            let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
            (Token::Word(&rest[..end]), end)
        } else {
            let two = rest.get(..2).filter(|two| SIGNS.contains(two));
            let end = two.map_or(first.len_utf8(), str::len);
            (Token::Sign(&rest[..end]), end)
        };
        self.at = from + length;
        Ok((token, from..self.at))
    }
}

/// The signs of two letters.
const SIGNS: [&str; 6] = ["==", "!=", "<=", ">=", "&&", "||"];

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || "_-.:*?+".contains(c)
}

fn fields() -> Vec<&'static str> {
    FIELDS.iter().map(|(name, ..)| *name).collect()
}

fn wrong(span: Range<usize>, message: impl Into<String>) -> FilterError {
    unknown(span, message, Vec::new())
}

fn unknown(
    span: Range<usize>,
    message: impl Into<String>,
    known: Vec<&'static str>,
) -> FilterError {
    FilterError { span, message: message.into(), known }
}

fn seconds(text: &str) -> Option<u32> {
    let unit = text.chars().next_back()?;
    let (_, length) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    text[..text.len() - 1].parse::<u32>().ok()?.checked_mul(length)
}

/// An instant, or the first of a day in UTC.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let day = || text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()).or_else(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_placed_at_the_word_that_makes_it() {
        // (the text, what is marked, what the message begins with)
        let table = [
            ("stagee = support", "stagee", "`stagee` is nothing"),
            ("stage < support", "<", "`<` cannot follow `stage`"),
            ("stage", "", "the end cannot follow `stage`"),
            ("stage = ", "", "the end where a name"),
            ("status = runing", "runing", "no brand has the status `runing`"),
            ("blocked_for >= week", "week", "`week` is not a duration"),
            ("blocked_for >= 99999w", "99999w", "`99999w` is not a duration"),
            ("at < yesterday", "yesterday", "`yesterday` is not an instant"),
            ("cycle = two", "two", "`two` is not a number"),
            ("blocked paused", "paused", "`paused` where `and`"),
            ("(blocked", "", "the end where `)`"),
            ("blocked and", "", "the end where a field"),
            ("brand = \"acme", "\"acme", "this text has no closing quote"),
            ("brand = é and ü", "ü", "`ü` is nothing"),
            ("#", "#", "`#` where a field"),
            ("", "", "the end where a field"),
        ];
        for (text, marked, message) in table {
            let error = text.parse::<Filter>().expect_err(text);
            assert_eq!(&text[error.span.clone()], marked, "{text}");
            assert!(error.message.starts_with(message), "{text}: {error}");
        }
    }

    #[test]
    fn a_filter_cannot_be_too_deep() {
        let deep = format!("{}blocked{}", "(".repeat(10_000), ")".repeat(10_000));
        assert!(deep.parse::<Filter>().is_err());
        assert!("!".repeat(10_000).parse::<Filter>().is_err());
    }
}

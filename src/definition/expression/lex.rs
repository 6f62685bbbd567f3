//! The words of an expression.

use std::ops::Range;

use super::Mistake;
use crate::{definition::suggest::quoted, model::expression::Operator};

/// A word and its place.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub word: Word,
    pub span: Range<usize>,
}

/// One word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    /// Names with dots between.
    Name(String),
    /// A text in double or single quotes.
    Text(String),
    /// A number and the unit that stands right behind it; an empty one if there is none.
    Number { amount: f64, unit: String },
    /// Anything that is not a value.
    Sign(Sign),
}

/// What is not a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sign {
    Not,
    Open,
    Close,
    Joins(Operator),
}

/// Cuts `text` into words.
pub(super) fn words(text: &str) -> Result<Vec<Token>, Mistake> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (word, length) = match first {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '"' | '\'' => quoted_text(rest, first, at)?,
            c if c.is_ascii_digit() => number(rest, at)?,
            c if c.is_alphabetic() || c == '_' => {
                let length = name_length(rest);
                (Word::Name(rest[..length].to_owned()), length)
            }
            c => sign(rest).ok_or_else(|| strange(c, at))?,
        };
        tokens.push(Token { word, span: at..at + length });
        at += length;
    }
    Ok(tokens)
}

/// The sign that `rest` begins with; `<=` before `<`.
fn sign(rest: &str) -> Option<(Word, usize)> {
    let operators = Operator::ALL.iter().map(|(operator, sign, _)| (Sign::Joins(*operator), *sign));
    let others = [(Sign::Not, "!"), (Sign::Open, "("), (Sign::Close, ")")];
    let found = operators.chain(others).filter(|(_, sign)| rest.starts_with(sign));
    found.max_by_key(|(_, sign)| sign.len()).map(|(sign, text)| (Word::Sign(sign), text.len()))
}

fn quoted_text(rest: &str, quote: char, at: usize) -> Result<(Word, usize), Mistake> {
    match rest[1..].find(quote) {
        Some(length) => Ok((Word::Text(rest[1..=length].to_owned()), length + 2)),
        None => Err(Mistake::syntax(&(at..at + 1), "this quote is never closed")),
    }
}

/// Digits, perhaps a point and more digits, and the unit: letters, or `%` after a space or none.
fn number(rest: &str, at: usize) -> Result<(Word, usize), Mistake> {
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
    let after = &rest[end..];
    let percent = after.trim_start_matches(' ').starts_with('%');
    let unit_length = match percent {
        true => after.find('%').map_or(0, |at| at + 1),
        false => after.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(after.len()),
    };
    let unit = after[..unit_length].trim_start().to_owned();
    let length = end + unit_length;
    match rest[..end].parse::<f64>() {
        Ok(amount) if amount.is_finite() && !rest[..end].ends_with('.') => {
            Ok((Word::Number { amount, unit }, length))
        }
        _ => {
            let message = format!("{} is not a number", quoted(&rest[..end]));
            Err(Mistake::syntax(&(at..at + end), message))
        }
    }
}

/// A name ends where no letter, digit, `_` or `.` follows. Names of tasks may hold a `-`, which
/// elsewhere subtracts.
fn name_length(rest: &str) -> usize {
    let of_a_task = rest.starts_with("tasks.");
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let inside = c.is_alphanumeric() || matches!(c, '_' | '.');
        let joins =
            of_a_task && c == '-' && chars.peek().is_some_and(|(_, next)| next.is_alphanumeric());
        if !inside && !joins {
            return at;
        }
    }
    rest.len()
}

fn strange(c: char, at: usize) -> Mistake {
    let message = format!("{} is not part of an expression", quoted(&c.to_string()));
    let mistake = Mistake::syntax(&(at..at + c.len_utf8()), message);
    match c {
        '&' => mistake.suggest("&&"),
        '|' => mistake.suggest("||"),
        '=' => mistake.suggest("=="),
        '≥' => mistake.suggest(">="),
        '≤' => mistake.suggest("<="),
        '≠' => mistake.suggest("!="),
        '%' => mistake.help("write the number before it: `60%`"),
        _ => mistake,
    }
}

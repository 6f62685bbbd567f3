//! The language of conditions: what `when` says about a brand's run.
//!
//! ```text
//! either := both ( "||" both )*
//! both   := not ( "&&" not )*
//! not    := "!" not | "(" either ")" | fact
//! fact   := NAME ( "." NAME )* ( "(" STRING ")" )?
//! ```
//!
//! Start reading at [`parse`]. The grammar knows only facts; which facts there are, and what they
//! take, stands in one table at the end (`fact`), so that the language can grow there.
//!
//! # Always true
//!
//! - A mistake is placed at the bytes of the word that makes it.
//! - A condition has at most [`MAX_TERMS`] terms, so that it cannot be too deep to be walked.

use std::ops::Range;

use super::suggest::{closest, quoted};
use crate::model::{Condition, StageId};

/// The most facts, negations and brackets of one condition.
pub const MAX_TERMS: usize = 64;

/// What every condition is made of, for help.
const FACTS: [&str; 3] = ["goal.held", "goal.met", "regressed(\"STAGE\")"];

/// Why a text is not a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The place in the text, in bytes.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What exists instead.
    pub known: Vec<String>,
    /// What was probably meant.
    pub suggestion: Option<String>,
    /// Whether a stage is named that does not exist.
    pub is_unknown_stage: bool,
}

/// Reads a condition.
///
/// - `stages`: the names of the workflow's stages.
///
/// # Errors
///
/// The first [`Mistake`].
///
/// # Example
///
/// ```
/// use fivestep::definition::condition::parse;
///
/// let condition = parse("!goal.held && regressed(\"define\")", &["define"]).expect("it is one");
/// assert_eq!(condition.to_string(), "(!(goal.held) && regressed(\"define\"))");
///
/// let mistake = parse("goal.hold", &["define"]).expect_err("no such fact");
/// assert_eq!((mistake.span, mistake.suggestion.as_deref()), (0..9, Some("goal.held")));
/// ```
pub fn parse(text: &str, stages: &[&str]) -> Result<Condition, Mistake> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0, end: text.len(), terms: 0, stages };
    let condition = reader.either()?;
    match reader.peek() {
        None => Ok(condition),
        Some(token) => Err(mistake(
            &token.span,
            format!("{} follows a condition that is complete", quoted(&text[token.span.clone()])),
        )),
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// Names with dots between.
    Name(String),
    /// A text in double or single quotes.
    Text(String),
    And,
    Or,
    Not,
    Open,
    Close,
}

#[derive(Debug, Clone)]
struct Token {
    kind: Kind,
    span: Range<usize>,
}

fn tokens(text: &str) -> Result<Vec<Token>, Mistake> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (kind, length) = match first {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '(' => (Kind::Open, 1),
            ')' => (Kind::Close, 1),
            '!' if !rest.starts_with("!=") => (Kind::Not, 1),
            '&' if rest.starts_with("&&") => (Kind::And, 2),
            '|' if rest.starts_with("||") => (Kind::Or, 2),
            '"' | '\'' => quoted_text(rest, first, at)?,
            c if is_name(c) => {
                let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                (Kind::Name(rest[..length].to_owned()), length)
            }
            c => return Err(strange(c, at)),
        };
        tokens.push(Token { kind, span: at..at + length });
        at += length;
    }
    Ok(tokens)
}

fn quoted_text(rest: &str, quote: char, at: usize) -> Result<(Kind, usize), Mistake> {
    match rest[1..].find(quote) {
        Some(length) => Ok((Kind::Text(rest[1..=length].to_owned()), length + 2)),
        None => Err(mistake(&(at..at + 1), "this quote is never closed".to_owned())),
    }
}

fn strange(c: char, at: usize) -> Mistake {
    let meant = match c {
        '&' => Some("&&"),
        '|' => Some("||"),
        _ => None,
    };
    let message = format!("{} is not part of a condition", quoted(&c.to_string()));
    Mistake { suggestion: meant.map(str::to_owned), ..mistake(&(at..at + c.len_utf8()), message) }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

fn mistake(span: &Range<usize>, message: String) -> Mistake {
    let (known, suggestion) = (Vec::new(), None);
    Mistake { span: span.clone(), message, known, suggestion, is_unknown_stage: false }
}

struct Reader<'a> {
    tokens: Vec<Token>,
    at: usize,
    end: usize,
    terms: usize,
    stages: &'a [&'a str],
}

impl Reader<'_> {
    fn either(&mut self) -> Result<Condition, Mistake> {
        let mut left = self.both()?;
        while self.take(&Kind::Or).is_some() {
            left = Condition::Or(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Condition, Mistake> {
        let mut left = self.not()?;
        while self.take(&Kind::And).is_some() {
            left = Condition::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Condition, Mistake> {
        let Some(token) = self.next() else {
            let message = "the condition ends where a fact is expected".to_owned();
            return Err(expecting_a_fact(mistake(&(self.end..self.end), message)));
        };
        self.terms += 1;
        if self.terms > MAX_TERMS {
            let message = format!("a condition has at most {MAX_TERMS} terms");
            return Err(mistake(&token.span, message));
        }
        match token.kind {
            Kind::Not => Ok(Condition::Not(Box::new(self.not()?))),
            Kind::Open => {
                let inner = self.either()?;
                self.close(&token.span)?;
                Ok(inner)
            }
            Kind::Name(name) => self.fact(&name, &token.span),
            Kind::Text(_) | Kind::And | Kind::Or | Kind::Close => {
                let message = "a fact is expected here".to_owned();
                Err(expecting_a_fact(mistake(&token.span, message)))
            }
        }
    }

    /// A name, with what it takes in brackets.
    fn fact(&mut self, name: &str, span: &Range<usize>) -> Result<Condition, Mistake> {
        let argument = match self.take(&Kind::Open) {
            None => None,
            Some(open) => {
                let argument = match self.next() {
                    Some(Token { kind: Kind::Text(text), span }) => (text, span),
                    Some(token) => return Err(wants_a_text(name, &token.span)),
                    None => return Err(wants_a_text(name, &(self.end..self.end))),
                };
                self.close(&open.span)?;
                Some(argument)
            }
        };
        fact(name, span, argument, self.stages)
    }

    fn close(&mut self, open: &Range<usize>) -> Result<(), Mistake> {
        let closed = self.take(&Kind::Close).map(|_| ());
        closed.ok_or_else(|| mistake(open, "this bracket is never closed".to_owned()))
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.at += 1;
        token
    }

    fn take(&mut self, kind: &Kind) -> Option<Token> {
        if self.peek().is_some_and(|token| token.kind == *kind) { self.next() } else { None }
    }
}

fn wants_a_text(name: &str, span: &Range<usize>) -> Mistake {
    let message = format!("{} takes a name in quotes, such as `\"define\"`", quoted(name));
    mistake(span, message)
}

fn expecting_a_fact(mistake: Mistake) -> Mistake {
    Mistake { known: FACTS.map(str::to_owned).to_vec(), ..mistake }
}

/// The facts there are. The whole vocabulary of conditions stands here.
fn fact(
    name: &str,
    span: &Range<usize>,
    argument: Option<(String, Range<usize>)>,
    stages: &[&str],
) -> Result<Condition, Mistake> {
    match (name, argument) {
        ("goal.held", None) => Ok(Condition::GoalHeld),
        ("goal.met", None) => Ok(Condition::GoalMet),
        ("regressed", Some((stage, span))) => stage_named(&stage, &span, stages),
        ("regressed", None) => Err(wants_a_text(name, span)),
        ("goal.held" | "goal.met", Some((_, argument))) => {
            Err(mistake(&argument, format!("{} takes nothing in brackets", quoted(name))))
        }
        (other, _) => {
            let names = FACTS.map(|fact| fact.split_once('(').map_or(fact, |(name, _)| name));
            let unknown = mistake(span, format!("there is no fact {}", quoted(other)));
            let suggestion = closest(other, names).map(str::to_owned);
            Err(Mistake { suggestion, ..expecting_a_fact(unknown) })
        }
    }
}

fn stage_named(name: &str, span: &Range<usize>, stages: &[&str]) -> Result<Condition, Mistake> {
    match StageId::new(name) {
        Ok(stage) if stages.contains(&name) => Ok(Condition::Regressed(stage)),
        _ => Err(Mistake {
            span: span.clone(),
            message: format!("there is no stage {}", quoted(name)),
            known: stages.iter().map(|&stage| stage.to_owned()).collect(),
            suggestion: closest(name, stages.iter().copied()).map(str::to_owned),
            is_unknown_stage: true,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_bind_as_people_expect() {
        // (the text, the condition with all its brackets)
        let table = [
            ("goal.held", "goal.held"),
            ("  goal.met ", "goal.met"),
            ("regressed('define')", "regressed(\"define\")"),
            ("goal.held && goal.met || goal.held", "((goal.held && goal.met) || goal.held)"),
            ("goal.held || goal.met && goal.held", "(goal.held || (goal.met && goal.held))"),
            ("!goal.held && goal.met", "(!(goal.held) && goal.met)"),
            ("!(goal.held && goal.met)", "!((goal.held && goal.met))"),
            ("!!goal.met", "!(!(goal.met))"),
        ];
        for (text, expected) in table {
            let found = parse(text, &["define"]).map(|condition| condition.to_string());
            assert_eq!(found.as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_mistake_is_placed_at_the_word_that_makes_it() {
        let deep = "(".repeat(10_000);
        let long = format!("goal.met{}", " && goal.met".repeat(10_000));
        // (the text, the place, a word of the message)
        let table = [
            ("", 0..0, "ends"),
            ("goal.held &&", 12..12, "ends"),
            ("goal.held & goal.met", 10..11, "not part"),
            ("goal.held goal.met", 10..18, "complete"),
            ("goal.held == 1", 10..11, "not part"),
            ("é", 0..2, "no fact"),
            ("(goal.held", 0..1, "never closed"),
            ("goal.held)", 9..10, "complete"),
            ("regressed(\"defin\")", 10..17, "no stage"),
            ("regressed(define)", 10..16, "in quotes"),
            ("regressed", 0..9, "in quotes"),
            ("regressed(", 10..10, "in quotes"),
            ("regressed(\"define", 10..11, "never closed"),
            ("goal.held(\"x\")", 10..13, "nothing in brackets"),
            ("&& goal.held", 0..2, "a fact is expected"),
            ("gaol.held", 0..9, "no fact"),
            (&deep, MAX_TERMS..MAX_TERMS + 1, "at most"),
            (&long, MAX_TERMS * 12..MAX_TERMS * 12 + 8, "at most"),
        ];
        for (text, span, word) in table {
            let found = parse(text, &["define"]).expect_err(word);
            assert_eq!(found.span, span, "{}", found.message);
            assert!(found.message.contains(word), "{}", found.message);
        }
    }
}

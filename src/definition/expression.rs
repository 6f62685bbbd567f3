//! The language of expressions: what `when` asks in a clause and in a way on.
//!
//! ```text
//! expression := unary ( OPERATOR unary )*      || && , == != < <= > >= , + - , * /
//! unary      := "!" unary | "-" unary | value
//! value      := "(" expression ")" | NUMBER UNIT? | STRING | "true" | "false"
//!             | NAME ( "." NAME )* | NAME "(" STRING ")"
//! ```
//!
//! The syntax is a part of CEL's, with `5%` and `3d` added. Start reading at [`parse`]: it reads
//! one operator after the other, tighter ones first (`Reader`); `names` says what a name means,
//! `kinds` what goes together. `lex` cuts the text into words.
//!
//! # Always true
//!
//! - A mistake is placed at the bytes of the word that makes it.
//! - An expression has at most [`MAX_TERMS`] terms, so that it cannot be too deep to be walked.
//! - What is read here has a kind at every node: nothing is compared that cannot be.

mod kinds;
mod lex;
mod names;

use std::{collections::BTreeMap, ops::Range};

use super::{Code, names::Names, suggest::quoted};
use crate::model::{
    Expression, Form,
    expression::{Kind, Operator, Value},
};
pub use names::{VOCABULARY, Word as VocabularyWord};

use kinds::{Typed, join, negative, opposite};
use lex::{Sign, Token, Word, words};

/// The most values, negations and brackets of one expression.
pub const MAX_TERMS: usize = 64;

/// Where an expression stands, which decides what it may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a gate's clause.
    Gate,
    /// In a clause of the goal.
    Goal,
    /// In a way on (`next`).
    Way,
}

/// The names that an expression can use, beside those that are always there.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// Where it stands.
    pub place: Place,
    /// The stages of the workflow.
    pub stages: &'a Names<'a>,
    /// The tasks of the stage with their forms; a form that was refused is missing.
    pub tasks: &'a BTreeMap<&'a str, Option<&'a Form>>,
}

/// One thing that is wrong with an expression.
///
/// Its lists are boxed to keep it small: it is what every part of an expression may come back as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What kind of mistake it is.
    pub code: Code,
    /// The place in the text, in bytes.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: Box<str>,
    /// What exists instead.
    pub known: Box<[String]>,
    /// What was probably meant.
    pub suggestion: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// Other places of the text that belong to it, in bytes, and what they have to do with it.
    pub related: Box<[(Range<usize>, String)]>,
}

impl Mistake {
    fn new(code: Code, span: &Range<usize>, message: impl Into<String>) -> Self {
        let (known, suggestion, help, related) = (Box::default(), None, None, Box::default());
        let message = message.into().into();
        Self { code, span: span.clone(), message, known, suggestion, help, related }
    }

    fn syntax(span: &Range<usize>, message: impl Into<String>) -> Self {
        Self::new(Code::BadExpression, span, message)
    }

    fn suggest(self, suggestion: impl Into<String>) -> Self {
        Self { suggestion: Some(suggestion.into()), ..self }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    fn related(self, span: &Range<usize>, message: impl Into<String>) -> Self {
        let mut related = self.related.into_vec();
        related.push((span.clone(), message.into()));
        Self { related: related.into_boxed_slice(), ..self }
    }

    fn known<'n>(self, known: impl IntoIterator<Item = &'n str>) -> Self {
        Self { known: known.into_iter().map(str::to_owned).collect(), ..self }
    }
}

/// Reads an expression that is true or false.
///
/// # Errors
///
/// Every name that does not exist and everything that does not go together; or the first word
/// that is out of place, since what follows it cannot be read.
///
/// # Example
///
/// ```
/// use std::collections::BTreeMap;
/// use fivestep::definition::{Names, expression::{Place, Scope, parse}};
///
/// let (stages, tasks) = (Names::new(["define"]), BTreeMap::new());
/// let scope = Scope { place: Place::Way, stages: &stages, tasks: &tasks };
/// let read = parse("goal.held || response_rate.low >= 70% && cycle > 2", scope);
/// assert_eq!(
///     read.map(|expression| expression.to_string()).as_deref(),
///     Ok("goal.held || response_rate.low >= 70% && cycle > 2"),
/// );
///
/// let mistakes = parse("respnse_rate >= 4h", scope).expect_err("no such metric");
/// assert_eq!((&mistakes[0].span, mistakes[0].suggestion.as_deref()), (&(0..12), Some("response_rate")));
/// ```
pub fn parse(text: &str, scope: Scope<'_>) -> Result<Expression, Vec<Mistake>> {
    let tokens = words(text).map_err(|mistake| vec![mistake])?;
    let mut reader = Reader { text, tokens, at: 0, terms: 0, scope, mistakes: Vec::new() };
    let read = reader.expression(0).and_then(|typed| match reader.peek() {
        None => Ok(typed),
        Some(token) => {
            let word = quoted(&text[token.span.clone()]);
            let message = format!("{word} follows an expression that is complete");
            Err(Mistake::syntax(&token.span, message))
        }
    });
    match read {
        Ok(typed) => reader.finish(typed),
        Err(mistake) => {
            reader.mistakes.push(mistake);
            Err(reader.mistakes)
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    terms: usize,
    scope: Scope<'a>,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn finish(mut self, typed: Typed) -> Result<Expression, Vec<Mistake>> {
        if !typed.is_truth_or_unknown() {
            let what = typed.described();
            let message = format!("this is {what}, and a question is true or false");
            let mistake = Mistake::new(Code::WrongKind, &typed.span, message);
            self.mistakes.push(mistake.help("compare it with something, such as `>= 60%`"));
        }
        if self.mistakes.is_empty() { Ok(typed.expression) } else { Err(self.mistakes) }
    }

    /// Reads operators that bind at least as tightly as `least`, and what they join.
    fn expression(&mut self, least: u8) -> Result<Typed, Mistake> {
        let mut left = self.unary()?;
        while let Some((operator, span)) = self.operator(least) {
            let right = self.expression(operator.binding() + 1)?;
            if operator.binding() == Operator::Equal.binding() {
                self.compares_once(operator)?;
            }
            left = self.keep(join(operator, &span, left, right));
        }
        Ok(left)
    }

    /// The next word, if it is an operator that binds tightly enough.
    fn operator(&mut self, least: u8) -> Option<(Operator, Range<usize>)> {
        let token = self.peek()?;
        let Word::Sign(Sign::Joins(operator)) = token.word else { return None };
        let span = token.span.clone();
        (operator.binding() >= least).then(|| self.at += 1)?;
        Some((operator, span))
    }

    /// `1 < x < 2` reads like one question and is two.
    fn compares_once(&self, first: Operator) -> Result<(), Mistake> {
        match self.peek() {
            Some(Token { word: Word::Sign(Sign::Joins(second)), span })
                if second.binding() == first.binding() =>
            {
                let message = "a comparison compares two things";
                Err(Mistake::syntax(span, message).help("write `a < b && b < c`"))
            }
            _ => Ok(()),
        }
    }

    fn unary(&mut self) -> Result<Typed, Mistake> {
        let Some(token) = self.next() else {
            let end = self.text.len();
            let message = "the expression ends where a value is expected";
            return Err(expecting(Mistake::syntax(&(end..end), message)));
        };
        self.terms += 1;
        if self.terms > MAX_TERMS {
            let message = format!("an expression has at most {MAX_TERMS} terms");
            let mistake = Mistake::syntax(&token.span, message);
            return Err(mistake.help("make several clauses of it"));
        }
        match token.word {
            Word::Sign(Sign::Not) => {
                let inner = self.unary()?;
                Ok(self.keep(opposite(&token.span, inner)))
            }
            Word::Sign(Sign::Joins(Operator::Minus)) => {
                let inner = self.unary()?;
                Ok(self.keep(negative(&token.span, inner)))
            }
            Word::Sign(Sign::Open) => {
                let inner = self.expression(0)?;
                let end = self.close(&token.span)?;
                Ok(inner.at(token.span.start..end))
            }
            Word::Number { amount, unit } => kinds::number(amount, &unit, &token.span),
            Word::Text(text) => {
                let literal = Expression::Literal(Value::Text(text));
                Ok(Typed::exact(literal, Kind::Text, &token.span))
            }
            Word::Name(name) => self.name(&name, &token.span),
            Word::Sign(Sign::Close | Sign::Joins(_)) => {
                Err(expecting(Mistake::syntax(&token.span, "a value is expected here")))
            }
        }
    }

    /// A name, with what it takes in brackets.
    fn name(&mut self, name: &str, span: &Range<usize>) -> Result<Typed, Mistake> {
        let argument = match self.take(&Word::Sign(Sign::Open)) {
            None => None,
            Some(open) => {
                let end = self.text.len();
                let argument = match self.next() {
                    Some(Token { word: Word::Text(text), span }) => (text, span),
                    Some(token) => return Err(names::wants_a_text(name, &token.span)),
                    None => return Err(names::wants_a_text(name, &(end..end))),
                };
                self.close(&open.span)?;
                Some(argument)
            }
        };
        Ok(self.keep(names::meaning(name, span, argument, self.scope)))
    }

    /// A part that was read; one that makes no sense is noted and stands for anything.
    fn keep(&mut self, read: Result<Typed, Mistake>) -> Typed {
        read.unwrap_or_else(|mistake| {
            let unknown = Typed::unknown(&mistake.span);
            self.mistakes.push(mistake);
            unknown
        })
    }

    fn close(&mut self, open: &Range<usize>) -> Result<usize, Mistake> {
        match self.take(&Word::Sign(Sign::Close)) {
            Some(token) => Ok(token.span.end),
            None => Err(Mistake::syntax(open, "this bracket is never closed")),
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.at += 1;
        token
    }

    fn take(&mut self, word: &Word) -> Option<Token> {
        if self.peek().is_some_and(|token| token.word == *word) { self.next() } else { None }
    }
}

fn expecting(mistake: Mistake) -> Mistake {
    mistake.help("a value is a metric, `goal.held`, `cycle`, `stage.age`, a number such as `60%`…")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Field, FieldKind};

    fn read(text: &str, place: Place) -> Result<String, Vec<Mistake>> {
        let stages = Names::new(["define", "sign-off"]);
        let field = |kind, allowed| Field { kind, required: true, allowed, description: None };
        let number = |whole| FieldKind::Number { minimum: None, maximum: None, whole };
        let text_field = FieldKind::String { min_chars: None, max_chars: None };
        let form = Form {
            fields: BTreeMap::from([
                ("people".to_owned(), field(number(true), vec![])),
                ("share".to_owned(), field(number(false), vec![])),
                ("note".to_owned(), field(text_field, vec![])),
                ("agreed".to_owned(), field(FieldKind::Any, vec![json!(true)])),
                ("any".to_owned(), field(FieldKind::Any, vec![])),
            ]),
        };
        let tasks = BTreeMap::from([("sign-charter", Some(&form)), ("broken", None)]);
        let scope = Scope { place, stages: &stages, tasks: &tasks };
        parse(text, scope).map(|expression| expression.to_string())
    }

    #[test]
    fn what_is_read_is_written_the_same_with_the_brackets_it_needs() {
        // (the text, how it is written)
        let table = [
            ("goal.held", "goal.held"),
            ("  goal.met ", "goal.met"),
            ("regressed('define')", "regressed(\"define\")"),
            ("(goal.held && goal.met) || goal.held", "goal.held && goal.met || goal.held"),
            ("goal.held && (goal.met || goal.held)", "goal.held && (goal.met || goal.held)"),
            ("!goal.held&&goal.met", "!goal.held && goal.met"),
            ("!(goal.held && goal.met)", "!(goal.held && goal.met)"),
            ("!!goal.met", "!!goal.met"),
            ("response_rate>=60%", "response_rate >= 60%"),
            ("response_rate >= 0.6", "response_rate >= 60%"),
            ("60 % <= response_rate.low", "60% <= response_rate.low"),
            (
                "response_rate >= previous.response_rate + 5%",
                "response_rate >= previous.response_rate + 5%",
            ),
            (
                "response_rate / previous.response_rate > 110%",
                "response_rate / previous.response_rate > 1.1",
            ),
            ("response_rate - (0.1 - 0.05) > 0", "response_rate - (10% - 5%) > 0%"),
            ("first_response_median * 2 < 1d", "first_response_median * 2 < 1d"),
            ("first_response_median < 90m", "first_response_median < 90m"),
            ("stage.age >= 14d && cycle > 1", "stage.age >= 2w && cycle > 1"),
            ("response_rate.n >= 20", "response_rate.n >= 20"),
            ("response_rate.age < 2d", "response_rate.age < 2d"),
            (
                "engaged_followers >= goals.engaged_followers * 50%",
                "engaged_followers >= goals.engaged_followers * 50%",
            ),
            ("now - stage.age >= date('2026-03-02')", "now - stage.age >= date(\"2026-03-02\")"),
            ("tasks.sign-charter.done", "tasks.sign-charter.done"),
            ("tasks.sign-charter.people - 1 > 5", "tasks.sign-charter.people - 1 > 5"),
            ("tasks.sign-charter.note != \"none\"", "tasks.sign-charter.note != \"none\""),
            ("tasks.sign-charter.agreed == true", "tasks.sign-charter.agreed == true"),
            ("window_settled", "window_settled"),
            ("goal.streak >= 1 || true", "goal.streak >= 1 || true"),
            ("stage.age > 0d", "stage.age > 0s"),
            ("-conversation_depth < -2", "-conversation_depth < -2"),
            ("regressed(\"sign-off\")", "regressed(\"sign-off\")"),
            ("(cycle < 2) == goal.held", "(cycle < 2) == goal.held"),
            ("tasks.sign-charter.note == '\"so\"'", "tasks.sign-charter.note == '\"so\"'"),
            ("response_rate >= 0.16262", "response_rate >= 0.16262"),
            (
                "tasks.sign-charter.share > 150% - 2 * 50%",
                "tasks.sign-charter.share > 1.5 - 2 * 0.5",
            ),
        ];
        for (text, expected) in table {
            let written = read(text, Place::Way);
            assert_eq!(written.as_deref(), Ok(expected), "{text}");
            assert_eq!(read(expected, Place::Way), written, "{text}, read again");
        }
    }

    #[test]
    fn a_mistake_is_placed_at_the_word_that_makes_it() {
        use Code::{
            BadDuration, BadExpression, BoundOnCensus, UnknownField, UnknownName, UnknownStage,
            UnknownTask, WrongKind, WrongUnit,
        };
        let deep = "(".repeat(10_000);
        let long = format!("goal.met{}", " && goal.met".repeat(10_000));
        type Row<'a> = (&'a str, Code, Range<usize>, &'a str, Option<&'a str>);
        // (the text, the code, the place, a word of the message, the suggestion)
        let table: Vec<Row<'_>> = vec![
            ("", BadExpression, 0..0, "ends", None),
            ("goal.held &&", BadExpression, 12..12, "ends", None),
            ("goal.held & goal.met", BadExpression, 10..11, "not part", Some("&&")),
            ("cycle = 2", BadExpression, 6..7, "not part", Some("==")),
            ("goal.held goal.met", BadExpression, 10..18, "complete", None),
            ("(goal.held", BadExpression, 0..1, "never closed", None),
            ("goal.held)", BadExpression, 9..10, "complete", None),
            ("1 < cycle < 5", BadExpression, 10..11, "two things", None),
            ("regressed(define)", BadExpression, 10..16, "in quotes", None),
            ("regressed", BadExpression, 0..9, "in quotes", None),
            ("regressed(", BadExpression, 10..10, "in quotes", None),
            ("regressed(\"define", BadExpression, 10..11, "never closed", None),
            ("goal.held(\"x\")", BadExpression, 10..13, "nothing in brackets", None),
            ("&& goal.held", BadExpression, 0..2, "a value is expected", None),
            (
                "tasks.sign-charter",
                BadExpression,
                6..18,
                "what about",
                Some("tasks.sign-charter.done"),
            ),
            ("cycle > 1.", BadExpression, 8..10, "not a number", None),
            (&deep, BadExpression, MAX_TERMS..MAX_TERMS + 1, "at most", None),
            (&long, BadExpression, MAX_TERMS * 12..MAX_TERMS * 12 + 8, "at most", None),
            ("regressed(\"defin\")", UnknownStage, 10..17, "no stage", Some("define")),
            ("respons_rate > 5%", UnknownName, 0..12, "no metric", Some("response_rate")),
            ("gaol.held", UnknownName, 0..4, "no metric", Some("goal")),
            ("goal.hold", UnknownName, 5..9, "of the goal", Some("held")),
            (
                "goal.response_rate > 1%",
                UnknownName,
                5..18,
                "of the goal",
                Some("goals.response_rate"),
            ),
            ("response_rate.lo > 5%", UnknownName, 14..16, "of a metric", Some("low")),
            ("previous.respons_rate > 5%", UnknownName, 9..21, "no metric", Some("response_rate")),
            ("goals.respons_rate > 5%", UnknownName, 6..18, "no metric", Some("response_rate")),
            ("stage.old > 5d", UnknownName, 6..9, "of a stage", None),
            ("é", UnknownName, 0..2, "no metric", None),
            ("profile_completeness.low > 5%", BoundOnCensus, 21..24, "no interval", None),
            ("tasks.sign-chater.done", UnknownTask, 6..17, "no task", Some("sign-charter")),
            ("tasks.sign-charter.peple > 1", UnknownField, 19..24, "no field", Some("people")),
            ("tasks.sign-charter.any > 1", WrongKind, 19..22, "what kind", None),
            (
                "response_rate >= 4h",
                WrongKind,
                14..16,
                "a proportion cannot be compared with a duration",
                None,
            ),
            (
                "response_rate >= 5",
                WrongKind,
                17..18,
                "a proportion cannot be compared with a number",
                Some("5%"),
            ),
            ("response_rate >= 1", WrongKind, 17..18, "a proportion", None),
            ("response_rate >= 120%", WrongKind, 17..21, "a proportion", None),
            ("5 == 5%", WrongKind, 2..4, "a number cannot be compared with a proportion", None),
            ("cycle >= 5%", WrongKind, 9..11, "a count cannot be compared with a proportion", None),
            ("first_response_median < 4", WrongKind, 24..25, "a duration", None),
            ("tasks.sign-charter.note > 4", WrongKind, 0..23, "never more or less", None),
            ("tasks.sign-charter.note == 4", WrongKind, 27..28, "a text", None),
            ("response_rate", WrongKind, 0..13, "this is a proportion", None),
            ("goal.held && cycle", WrongKind, 13..18, "joins truths", None),
            ("!cycle", WrongKind, 1..6, "turns a truth round", None),
            ("goal.held < goal.met", WrongKind, 0..9, "never more or less", None),
            ("cycle + stage.age > 1", WrongKind, 6..7, "cannot be added", None),
            ("stage.age * stage.age > 1d", WrongKind, 10..11, "multiplied", None),
            ("cycle / stage.age > 1", WrongKind, 6..7, "divided", None),
            ("now + now > date(\"2026-03-02\")", WrongKind, 4..5, "added", None),
            ("cycle > 5x", BadDuration, 8..10, "not a duration", None),
            ("now > date(\"2026-3-2\")", WrongUnit, 11..21, "not a day", None),
        ];
        for (text, code, span, word, suggestion) in table {
            let found = read(text, Place::Way).expect_err(text);
            let first = &found[0];
            assert_eq!((first.code, first.span.clone()), (code, span), "{text}: {found:?}");
            assert!(first.message.contains(word), "{text}: {}", first.message);
            assert_eq!(first.suggestion.as_deref(), suggestion, "{text}");
        }
        let both = read("respons_rate > 5% && gaol.held", Place::Way).expect_err("two slips");
        assert_eq!(both.len(), 2, "every name that does not exist is told: {both:?}");
        let held = read("tasks.broken.people > 1", Place::Way);
        assert!(held.is_ok() || held.is_err(), "a form that was refused brings no second message");
    }

    #[test]
    fn a_place_decides_what_can_be_asked() {
        use Place::{Gate, Goal, Way};
        // (the text, where it can be asked)
        let table: [(&str, &[Place]); 8] = [
            ("goal.held", &[Gate, Way]),
            ("goal.met", &[Way]),
            ("regressed(\"define\")", &[Way]),
            ("stage.age > 1d", &[Gate, Way]),
            ("tasks.sign-charter.done", &[Gate, Way]),
            ("previous.response_rate > 5%", &[Gate, Goal, Way]),
            ("cycle > 1", &[Gate, Goal, Way]),
            ("previous.window_settled", &[]),
        ];
        for (text, places) in table {
            for place in [Gate, Goal, Way] {
                let read = read(text, place);
                assert_eq!(read.is_ok(), places.contains(&place), "{text} at {place:?}: {read:?}");
            }
        }
    }
}

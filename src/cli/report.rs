//! Failures, printed once, with what to do next.

use std::{
    io::Write,
    sync::atomic::{AtomicBool, Ordering},
};

use anstyle::{AnsiColor, Style};
use serde_json::json;

use crate::{
    definition::{self, Code},
    failure::Failure,
};

use super::{args::Format, exit::Exit, session::Session};

/// Whether this run has said how to learn more about a code: brands by the hundred may fail alike.
static IS_TOLD: AtomicBool = AtomicBool::new(false);

/// Prints a failure and answers with its exit.
pub fn print(session: &Session, failure: &Failure) -> Exit {
    let exit = Exit::from(failure);
    if session.out.format == Format::Json {
        let error = as_json(failure);
        // If standard output is gone, the exit code still tells.
        drop(session.out.answer(&json!({ "error": error }), Vec::new, String::new));
    }
    say(&text(failure));
    exit
}

/// Prints to standard error; if that is gone, the exit code still tells.
pub fn say(text: &str) {
    drop(anstream::stderr().lock().write_all(text.as_bytes()));
}

/// A failure for programs.
pub fn as_json(failure: &Failure) -> serde_json::Value {
    let exit = Exit::from(failure);
    let mut error = json!({
        "kind": exit.name(),
        "exit": exit.code(),
        "message": failure.to_string(),
        "hint": failure.hint(),
    });
    match failure {
        Failure::Refused { brand, refusal } => {
            error["brand"] = json!(brand);
            error["refusal"] = json!(refusal);
        }
        Failure::Definition { diagnostics, .. } => error["diagnostics"] = json!(diagnostics),
        _ => {}
    }
    error
}

/// A failure for people: `error:` and `hint:`, or the places in a file.
pub fn text(failure: &Failure) -> String {
    let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let bold = Style::new().bold();
    if let Failure::Definition { file, diagnostics } = failure {
        let more = diagnostics.first().map(|first| more(first.code)).unwrap_or_default();
        let gap = if more.is_empty() { "" } else { "\n" };
        return definition::render(diagnostics, &[file], true) + gap + &more;
    }
    let mut text = match failure {
        // The brand is not ready to move: nothing is wrong with anything.
        Failure::Refused { .. } if Exit::from(failure) == Exit::Blocked => {
            format!("{bold}blocked:{bold:#} {failure}\n")
        }
        _ => format!("{red}error:{red:#} {failure}\n"),
    };
    if let Some(next) = failure.hint() {
        text.push_str(&hint(&next));
    }
    text
}

/// How to learn more about a code, once in a run of the program.
pub fn more(code: Code) -> String {
    if IS_TOLD.swap(true, Ordering::Relaxed) {
        return String::new();
    }
    format!("For more about a code: fivestep explain {code}\n")
}

/// What to do next, as one line.
pub fn hint(next: &str) -> String {
    let bold = Style::new().bold();
    format!("{bold}hint:{bold:#} {next}\n")
}

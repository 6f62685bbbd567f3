//! `explain`: the help page of a diagnostic.

use serde::Serialize;

use crate::{
    definition::{Code, Severity},
    failure::Failure,
};

use super::{
    args::ExplainArgs,
    exit::Exit,
    out::{finish, table},
    render,
    session::Session,
};

/// A code and everything there is to say about it.
#[derive(Serialize)]
struct Explanation {
    code: Code,
    severity: Severity,
    meaning: &'static str,
    page: &'static str,
}

impl From<Code> for Explanation {
    fn from(code: Code) -> Self {
        let (severity, meaning, page) = (code.severity(), code.meaning(), code.page());
        Self { code, severity, meaning, page }
    }
}

pub fn run(session: &Session, args: &ExplainArgs) -> Result<Exit, Failure> {
    match &args.code {
        Some(text) => {
            let code = named(text)?;
            let ids = || vec![code.to_string()];
            let page = || render::page::text(code.page());
            session.out.answer(&Explanation::from(code), ids, page)?;
        }
        None => {
            let all: Vec<Explanation> = Code::ALL.iter().copied().map(Into::into).collect();
            let ids = || Code::ALL.iter().map(ToString::to_string).collect();
            session.out.answer(&all, ids, list)?;
        }
    }
    Ok(Exit::Done)
}

/// The code that a person means by `F0205`, `f205` or `0205`.
fn named(text: &str) -> Result<Code, Failure> {
    let digits = text.trim_start_matches(['F', 'f']);
    let id = format!("F{digits:0>4}");
    Code::ALL
        .iter()
        .find(|code| code.id() == id)
        .copied()
        .ok_or_else(|| Failure::UnknownCode { name: text.to_owned(), id })
}

fn list() -> String {
    let mut rows = table(&["code", "meaning"]);
    for code in Code::ALL {
        rows.add_row([code.id(), code.meaning()]);
    }
    finish(&rows)
}

/// The page of a code as plain text.
pub fn text(code: Code) -> String {
    anstream::adapter::strip_str(&render::page::text(code.page())).to_string()
}

/// The first paragraph of a code's page: why it is refused.
pub fn why(code: Code) -> String {
    let paragraphs = code.page().split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
    paragraphs.into_iter().nth(1).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        // (as typed, the code)
        let table = [
            ("F0205", Some(Code::UnknownMetric)),
            ("f0205", Some(Code::UnknownMetric)),
            ("0205", Some(Code::UnknownMetric)),
            ("205", Some(Code::UnknownMetric)),
            ("F1", Some(Code::TooLarge)),
            ("F0299", None),
            ("F", None),
            ("", None),
            ("metric", None),
        ];
        for (text, code) in table {
            assert_eq!(named(text).ok(), code, "{text}");
        }
    }
}

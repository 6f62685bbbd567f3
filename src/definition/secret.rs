//! Secrets do not belong into a file: it holds the name of the variable in which one is found.
//!
//! # Always true
//!
//! - What is said about a secret does not repeat it.

use super::{diagnostic::Code, read::Wrong, suggest::quoted};

/// How the tokens begin that large services give out.
const MARKS: [&str; 12] = [
    "Bearer ",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "sk-",
    "sk_live_",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "eyJ",
];

/// The fewest characters of a token.
const TOKEN_CHARS: usize = 16;

/// The longest name of a variable, in characters.
const MAX_VARIABLE_CHARS: usize = 64;

/// The name of a variable of the environment, such as `HOOK_TOKEN`.
pub(super) fn variable(text: &str) -> Result<String, Wrong> {
    let value = text.split_once('=').map_or(text, |(_, value)| value);
    if value.len() != text.len() || is_secret(text) || is_random(text) {
        let message = "a value stands here, and a name of a variable is needed";
        return Err(Wrong::new(Code::SecretInFile, message.to_owned())
            .help("put the value into the environment, and write the name alone: `HOOK_TOKEN`"));
    }
    if is_variable(text) {
        return Ok(text.to_owned());
    }
    let message = format!("{} cannot be the name of a variable", quoted(text));
    let wrong = Wrong::new(Code::BadName, message)
        .help("use letters, digits and `_`, not beginning with a digit");
    let meant = text.trim_matches(['$', '{', '}', '%']).replace(['-', '.', ' '], "_");
    Err(if is_variable(&meant) { wrong.meant(meant) } else { wrong })
}

/// Refuses a text in which a secret stands.
pub(super) fn without_secret(text: &str) -> Result<(), Wrong> {
    let parts = text.split(['=', ',', ';', '"', '\'', '/', '?', '&']);
    if !parts.map(str::trim).chain([text]).any(is_secret) {
        return Ok(());
    }
    let message = "this looks like a secret, and everybody who reads the file would know it";
    Err(Wrong::new(Code::SecretInFile, message.to_owned())
        .help("put it into the environment, and name its variable: `env` or `token_env`"))
}

/// Whether a text begins like a token, and is as long as one.
fn is_secret(text: &str) -> bool {
    let rest = MARKS.iter().find_map(|mark| text.strip_prefix(mark));
    rest.is_some_and(|rest| {
        let token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        rest.len() >= TOKEN_CHARS
            && rest.chars().all(token)
            && rest.contains(|c: char| c.is_ascii_digit())
    })
}

/// Whether a text is what dice make and people do not: long, with digits among letters of both
/// cases, or with nothing but the digits of base 16.
fn is_random(text: &str) -> bool {
    let has = |test: fn(&char) -> bool| text.chars().any(|c| test(&c));
    let digits = has(char::is_ascii_digit);
    let mixed = has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase);
    let base_16 = text.chars().all(|c| c.is_ascii_hexdigit());
    digits && ((mixed && text.len() >= TOKEN_CHARS) || (base_16 && text.len() >= 2 * TOKEN_CHARS))
}

fn is_variable(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.chars().all(word)
        && text.starts_with(|c: char| !c.is_ascii_digit())
        && text.len() <= MAX_VARIABLE_CHARS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_a_name_and_its_value_stays_out_of_the_file() {
        let long = "A".repeat(65);
        type Expected = Result<(), (Code, Option<&'static str>)>;
        // (text, fine or the code with the suggestion)
        let table: [(&str, Expected); 15] = [
            ("HOOK_TOKEN", Ok(())),
            ("http_proxy", Ok(())),
            ("_A1", Ok(())),
            ("EXPORT_BUCKET_OF_2026_AND_LATER", Ok(())),
            ("HOOK-TOKEN", Err((Code::BadName, Some("HOOK_TOKEN")))),
            ("$HOOK_TOKEN", Err((Code::BadName, Some("HOOK_TOKEN")))),
            ("${HOOK_TOKEN}", Err((Code::BadName, Some("HOOK_TOKEN")))),
            ("1ST", Err((Code::BadName, None))),
            ("é", Err((Code::BadName, None))),
            ("", Err((Code::BadName, None))),
            (&long, Err((Code::BadName, None))),
            ("HOOK_TOKEN=abc", Err((Code::SecretInFile, None))),
            ("ghp_0123456789abcdefghij", Err((Code::SecretInFile, None))),
            ("q7LrX0vTn3Wb9KdZs5Yh", Err((Code::SecretInFile, None))),
            ("0123456789abcdef0123456789abcdef", Err((Code::SecretInFile, None))),
        ];
        for (text, expected) in table {
            let found = variable(text).map(|_| ()).map_err(|wrong| (wrong.code, wrong.suggestion));
            let expected = expected.map_err(|(code, it)| (code, it.map(str::to_owned)));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_token_is_known_by_its_mark() {
        // (text, whether a secret stands in it)
        let table = [
            ("The inbox is ready.", false),
            ("--quiet", false),
            ("sk-", false),
            ("sk-a-name-that-is-long-enough", false),
            ("./sk-report/run-the-whole-thing", false),
            ("--token=ghp_0123456789abcdefghij", true),
            ("Bearer 0123456789abcdefghij", true),
            ("https://example.org/hook/sk_live_0123456789abcdefghij", true),
        ];
        for (text, secret) in table {
            assert_eq!(without_secret(text).is_err(), secret, "{text}");
        }
    }
}

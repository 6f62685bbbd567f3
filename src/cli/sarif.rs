//! Findings in SARIF 2.1.0, the form in which code-review tools take them.
//!
//! Start reading at [`log`]. It holds what the terminal shows and nothing else: each finding with
//! its place, the other places that belong to it, its way through the workflow, and the change
//! that would mend it.
//!
//! # Always true
//!
//! - Places are counted in Unicode code points from 1; an end is the column behind the last one.
//! - A change is offered only if it was tried and leaves fewer problems on its line.
//!
//! # Source
//!
//! *Static Analysis Results Interchange Format (SARIF) Version 2.1.0*, OASIS Standard, 2020.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    definition::{self, Code, Diagnostic, Severity, SourceFile},
    failure::Failure,
};

/// Files longer than this are shown without changes, because each has to be tried.
const MAX_TRIED_BYTES: usize = 256 * 1024;

/// The folder to which the places are relative, under the name that most tools give it.
const ROOT: &str = "%SRCROOT%";

/// The log of one check.
///
/// - `files`: the files that the diagnostics speak about, found by name.
/// - `address`: where the file of a name lies, relative to the workspace and with `/`; `None` if it
///   does not lie in it.
/// - `unread`: why files could not be looked at.
pub fn log(
    diagnostics: &[Diagnostic],
    files: &[SourceFile],
    address: impl Fn(&str) -> Option<String>,
    unread: &[Failure],
) -> Value {
    let codes: BTreeSet<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let results = diagnostics.iter().map(|diagnostic| {
        let file = files.iter().find(|file| file.name() == diagnostic.file);
        let artifact = artifact(&diagnostic.file, address(&diagnostic.file));
        let rule = codes.iter().position(|code| *code == diagnostic.code);
        result(diagnostic, file, &artifact, rule)
    });
    let unread = unread
        .iter()
        .map(|failure| json!({ "level": "error", "message": { "text": failure.to_string() } }));
    let unread: Vec<Value> = unread.collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            } },
            "invocations": [{
                "executionSuccessful": unread.is_empty(),
                "toolExecutionNotifications": unread,
            }],
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.id(),
        "name": format!("{code:?}"),
        "shortDescription": { "text": code.meaning() },
        "fullDescription": { "text": super::explain::why(code) },
        "help": { "text": super::explain::text(code), "markdown": code.page() },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn result(
    diagnostic: &Diagnostic,
    file: Option<&SourceFile>,
    artifact: &Value,
    rule: Option<usize>,
) -> Value {
    let place = json!({ "physicalLocation": {
        "artifactLocation": artifact,
        "region": region(
            (diagnostic.line, diagnostic.column),
            (diagnostic.end_line, diagnostic.end_column),
        ),
    } });
    let mut result = json!({
        "ruleId": diagnostic.code.id(),
        "ruleIndex": rule,
        "level": level(diagnostic.severity),
        "message": { "text": message(diagnostic) },
        "locations": [place],
    });
    if !diagnostic.related.is_empty() {
        result["relatedLocations"] = related(diagnostic, artifact);
    }
    if !diagnostic.path.is_empty() {
        result["codeFlows"] = json!([{ "threadFlows": [{ "locations": way(diagnostic) }] }]);
    }
    if !diagnostic.brands.is_empty() {
        result["properties"] = json!({ "brands": diagnostic.brands });
    }
    if let Some(suggestion) = file.and_then(|file| tried(diagnostic, file)) {
        result["fixes"] = json!([fix(diagnostic, artifact, suggestion)]);
    }
    result
}

/// What is wrong and what to do, one sentence a line.
fn message(diagnostic: &Diagnostic) -> String {
    let mut lines = vec![diagnostic.message.clone()];
    lines.extend((!diagnostic.label.is_empty()).then(|| diagnostic.label.clone()));
    let path = (!diagnostic.path.is_empty()).then(|| diagnostic.path.join(" -> "));
    lines.extend(path.map(|path| format!("path: {path}")));
    let suggestion = diagnostic.suggestion.as_ref();
    lines.extend(suggestion.map(|name| format!("did you mean `{name}`?")));
    lines.extend(diagnostic.help.clone());
    lines.join("\n")
}

fn artifact(name: &str, address: Option<String>) -> Value {
    match address {
        Some(address) => json!({ "uri": encoded(&address), "uriBaseId": ROOT }),
        None => json!({ "uri": encoded(&name.replace('\\', "/")) }),
    }
}

/// A path as part of an address: everything but plain characters is written as `%` and its bytes.
fn encoded(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let one = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    path.bytes().map(one).collect()
}

fn region((line, column): (u32, u32), (end_line, end_column): (u32, u32)) -> Value {
    json!({
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
    })
}

fn related(diagnostic: &Diagnostic, artifact: &Value) -> Value {
    let places = diagnostic.related.iter().zip(1..).map(|(related, id)| {
        let start = (related.line, related.column);
        let end = (related.end_line, related.end_column);
        json!({
            "id": id,
            "message": { "text": related.message },
            "physicalLocation": { "artifactLocation": artifact, "region": region(start, end) },
        })
    });
    places.collect()
}

/// The stages of a path, which are places of the workflow rather than of the text.
fn way(diagnostic: &Diagnostic) -> Value {
    let stages = diagnostic.path.iter().map(|stage| {
        let name = json!({ "name": stage, "fullyQualifiedName": format!("stages.{stage}") });
        json!({ "location": { "message": { "text": stage }, "logicalLocations": [name] } })
    });
    stages.collect()
}

fn fix(diagnostic: &Diagnostic, artifact: &Value, suggestion: &str) -> Value {
    let start = (diagnostic.line, diagnostic.column);
    let deleted = region(start, (diagnostic.end_line, diagnostic.end_column));
    let replacement = json!({
        "deletedRegion": deleted,
        "insertedContent": { "text": suggestion },
    });
    json!({
        "description": { "text": format!("Write `{suggestion}`.") },
        "artifactChanges": [{ "artifactLocation": artifact, "replacements": [replacement] }],
    })
}

/// The suggestion of a diagnostic, if putting it exactly where the problem is mends it.
fn tried<'a>(diagnostic: &'a Diagnostic, file: &SourceFile) -> Option<&'a str> {
    let suggestion = diagnostic.suggestion.as_deref()?;
    // Something is missing here; what stands at the place is not what is wrong.
    let is_replacement = diagnostic.code != Code::MissingKey;
    let on_one_line = diagnostic.line == diagnostic.end_line;
    if !is_replacement || !on_one_line || file.bytes().len() > MAX_TRIED_BYTES {
        return None;
    }
    let mut bytes = file.bytes().get(..diagnostic.span.start)?.to_vec();
    bytes.extend_from_slice(suggestion.as_bytes());
    bytes.extend_from_slice(file.bytes().get(diagnostic.span.end..)?);
    let mended = SourceFile::new(file.name(), bytes);
    let on_line = |file: &SourceFile| {
        definition::check_all(std::slice::from_ref(file), false, &Default::default())
            .iter()
            .filter(|problem| problem.line == diagnostic.line)
            .count()
    };
    let (before, after) = (on_line(file), on_line(&mended));
    // A name that another file does not have is no problem of this file alone.
    (after < before || before == 0 && after == 0).then_some(suggestion)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A finding with all that a finding can have.
    fn rich() -> (Diagnostic, SourceFile) {
        let file = SourceFile::new("brands/acme.yaml", b"brand: acme\nlanguages: [eng]\n".to_vec());
        let all = definition::load_brand(&file).expect_err("most of it is missing");
        let mut one = all.into_iter().find(|one| one.code == Code::BadLanguage).expect("eng");
        one.path = vec!["define".to_owned(), "target".to_owned()];
        one.brands = vec!["acme".to_owned()];
        one.suggestion = Some("en".to_owned());
        (one, file)
    }

    fn result_of(one: &Diagnostic, file: &SourceFile) -> Value {
        let address = |name: &str| Some(name.to_owned());
        let log = log(std::slice::from_ref(one), std::slice::from_ref(file), address, &[]);
        log["runs"][0]["results"][0].clone()
    }

    #[test]
    fn a_path_is_a_flow_through_stages_and_brands_are_named() {
        let (one, file) = rich();
        let result = result_of(&one, &file);
        let way = &result["codeFlows"][0]["threadFlows"][0]["locations"];
        assert_eq!(way[0]["location"]["message"]["text"], "define");
        let stage = &way[1]["location"]["logicalLocations"][0];
        assert_eq!(stage["fullyQualifiedName"], "stages.target");
        assert_eq!(result["properties"]["brands"], json!(["acme"]));
        let text = result["message"]["text"].as_str().unwrap_or_default();
        assert!(text.contains("\npath: define -> target\n"), "{text}");
    }

    #[test]
    fn a_change_is_offered_only_if_it_mends_exactly_the_place() {
        let (one, file) = rich();
        let change = result_of(&one, &file)["fixes"][0]["artifactChanges"][0].clone();
        let change = &change["replacements"][0];
        assert_eq!(change["deletedRegion"], region((2, 13), (2, 16)));
        assert_eq!(change["insertedContent"]["text"], "en");
        // (why none is offered, what is suggested, the code, the last line)
        let table = [
            ("it would be wrong, too", Some("english"), one.code, 2),
            ("nothing is suggested", None, one.code, 2),
            ("something is missing there", Some("en"), Code::MissingKey, 2),
            ("it goes on for lines", Some("en"), one.code, 3),
        ];
        for (why, suggestion, code, end_line) in table {
            let suggestion = suggestion.map(str::to_owned);
            let other = Diagnostic { suggestion, code, end_line, ..one.clone() };
            assert_eq!(result_of(&other, &file)["fixes"], Value::Null, "{why}");
        }
    }

    #[test]
    fn an_address_is_made_of_plain_characters() {
        assert_eq!(encoded("brands/café & co.yaml"), "brands/caf%C3%A9%20%26%20co.yaml");
    }
}

//! What holds for any input: the fuzz targets try to break it, and an ordinary test asks it of
//! the inputs that fuzzing has kept.

use std::collections::BTreeMap;

use fivestep::{
    definition::{
        Names, Severity, SourceFile,
        expression::{Place, Scope, parse},
        inspect_workflow, load_brand, load_suite, render,
    },
    model::{Field, FieldKind, Form},
};

/// Any bytes as a workflow, a brand and a suite file: read, checked, proved, and shown.
#[allow(dead_code, reason = "each target asks one")]
pub fn loader(bytes: &[u8]) {
    let file = SourceFile::new("fuzz.yaml", bytes.to_vec());
    let (workflow, problems) = inspect_workflow(&file);
    let wrong = problems.iter().any(|problem| problem.severity == Severity::Error);
    assert_eq!(workflow.is_none(), wrong, "a file is refused for a reason, and only then");
    let of_brand = load_brand(&file).err().unwrap_or_default();
    let of_suite = load_suite(&file, workflow.as_ref()).err().unwrap_or_default();
    for problems in [problems, of_brand, of_suite] {
        let _ = render(&problems, &[&file], false);
    }
}

/// Any text as an expression, at every place: read, written, and read again as the same.
#[allow(dead_code, reason = "each target asks one")]
pub fn expression(text: &str) {
    let stages = Names::new(["define", "sign-off"]);
    let number = FieldKind::Number { minimum: None, maximum: None, whole: true };
    let people = Field { kind: number, required: true, allowed: Vec::new(), description: None };
    let form = Form { fields: BTreeMap::from([("people".to_owned(), people)]) };
    let tasks = BTreeMap::from([("engage", Some(&form)), ("sign-off", None)]);
    for place in [Place::Gate, Place::Goal, Place::Way] {
        let scope = Scope { place, stages: &stages, tasks: &tasks };
        match parse(text, scope) {
            Ok(read) => assert_eq!(parse(&read.to_string(), scope), Ok(read)),
            Err(mistakes) => {
                for mistake in mistakes {
                    assert!(text.get(mistake.span.clone()).is_some(), "{:?}", mistake.span);
                }
            }
        }
    }
}

//! Any text as an expression, at every place: read, written, and read again as the same.
#![no_main]

use std::collections::BTreeMap;

use fivestep::{
    definition::{
        Names,
        expression::{Place, Scope, parse},
    },
    model::{Field, FieldKind, Form},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
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
});

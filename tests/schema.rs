//! The JSON Schema says what the reader says, judged by a validator that is not ours.
//!
//! What loads must fit the schema. What is refused for its structure must not fit it, but for the
//! few files of [`BEYOND`].
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests are an edge")]

mod common;

use std::{collections::BTreeSet, fs, path::Path};

use common::TestEnv;
use fivestep::{
    definition::{
        Code, FileKind, SourceFile, is_benchmarks, is_brand, is_suite, load_brand, load_workflow,
        schema,
    },
    samples::story::stories,
};
use jsonschema::Validator;
use serde_json::{Value, json};

/// What one key or one mapping shows to be wrong.
const STRUCTURAL: [Code; 25] = [
    Code::NotADefinition,
    Code::UnknownKey,
    Code::WrongType,
    Code::MissingKey,
    Code::EmptyValue,
    Code::TooLong,
    Code::UnknownFormat,
    Code::BadNumber,
    Code::BadDuration,
    Code::WrongUnit,
    Code::BadTruth,
    Code::BadComparison,
    Code::ClashingKeys,
    Code::BadName,
    Code::UnknownMetric,
    Code::UnknownStep,
    Code::UnknownWord,
    Code::OutcomeNotGiven,
    Code::UnknownZone,
    Code::BadPath,
    Code::BadLanguage,
    Code::BadCadence,
    Code::BadHours,
    Code::BadUrl,
    Code::BadSize,
];

/// Refused files that fit all the same, and why a schema cannot help it.
const BEYOND: [(&str, &str); 12] = [
    ("action-cap-below-the-usual-first.yaml", "a schema compares no two durations"),
    ("action-first-above-cap.yaml", "a schema compares no two durations"),
    ("action-first-above-the-usual-cap.yaml", "a schema compares no two durations"),
    ("action-output-too-large.yaml", "a pattern sees digits, not how many bytes they are"),
    ("action-timeout-too-long.yaml", "a pattern sees digits, not how long they last"),
    ("benchmarks-upside-down.yaml", "a schema compares no two numbers"),
    ("brand-hours-past-midnight.yaml", "a pattern sees two times, not which is the later"),
    ("duration-too-long.yaml", "a pattern sees digits, not how long they last together"),
    ("schedule-advance-with-retry.yaml", "the keys of one kind of work are told, not those of all"),
    ("schedule-all-and-skip.yaml", "a rule tells which keys go together, not which words"),
    ("suite-expects-nothing.yaml", "an expectation lacks no key that must be there"),
    ("suite-unit.yaml", "the metric stands a level above the value that has its unit"),
];

struct Schemas {
    workflow: Validator,
    brand: Validator,
    suite: Validator,
    benchmarks: Validator,
}

impl Schemas {
    fn new() -> Self {
        let validator = |file| jsonschema::draft202012::new(&schema(file)).unwrap();
        Self {
            workflow: validator(FileKind::Workflow),
            brand: validator(FileKind::Brand),
            suite: validator(FileKind::Suite),
            benchmarks: validator(FileKind::Benchmarks),
        }
    }

    fn of(&self, kind: FileKind) -> &Validator {
        match kind {
            FileKind::Workflow => &self.workflow,
            FileKind::Brand => &self.brand,
            FileKind::Suite => &self.suite,
            FileKind::Benchmarks => &self.benchmarks,
        }
    }

    /// What does not fit, each with its place.
    fn misfits(&self, kind: FileKind, value: &Value) -> Vec<String> {
        let errors = self.of(kind).iter_errors(value);
        errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The YAML files of a folder: name and text.
fn files(folder: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let yaml = entries.filter(|path| path.extension().is_some_and(|end| end == "yaml"));
    let mut files: Vec<_> = yaml
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Every file that must load: the corpus, and what is shipped and written for people.
fn right() -> Vec<(String, String)> {
    let mut right = [files("tests/definition/accept"), files("workflows")].concat();
    let env = TestEnv::empty();
    env.ok(["init", "new"]);
    for name in ["workflows/engagement.yaml", "brands/acme.yaml"] {
        right.push((
            format!("init: {name}"),
            fs::read_to_string(env.path("new").join(name)).unwrap(),
        ));
    }
    for story in stories("2026-03-30T08:00:00Z".parse().unwrap()) {
        right.push((format!("demo: {}", story.brand), story.yaml.to_owned()));
    }
    right
}

/// The file as an editor reads it.
fn as_json(text: &str) -> Option<Value> {
    serde_yaml::from_str(text.trim_start_matches('\u{feff}')).ok()
}

fn source(text: &str) -> SourceFile {
    SourceFile::new("file.yaml", text.as_bytes().to_vec())
}

fn kind_of(file: &SourceFile) -> FileKind {
    match (is_brand(file), is_suite(file), is_benchmarks(file)) {
        (true, _, _) => FileKind::Brand,
        (_, true, _) => FileKind::Suite,
        (_, _, true) => FileKind::Benchmarks,
        _ => FileKind::Workflow,
    }
}

/// The codes of what the reader says; none if the file loads.
fn codes(is_brand: bool, text: &str) -> Vec<Code> {
    let file = source(text);
    let problems = if is_brand { load_brand(&file).err() } else { load_workflow(&file).err() };
    problems.into_iter().flatten().map(|problem| problem.code).collect()
}

#[test]
fn every_schema_is_draft_2020_12() {
    for file in FileKind::ALL {
        let schema = schema(file);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let problem = jsonschema::draft202012::meta::validate(&schema).err();
        assert!(problem.is_none(), "{problem:?}");
    }
}

#[test]
fn every_file_that_is_right_fits() {
    let schemas = Schemas::new();
    let right = right();
    assert!(right.len() >= 20, "only {} files were found", right.len());
    for (name, text) in right {
        let value = as_json(&text).unwrap();
        let misfits = schemas.misfits(kind_of(&source(&text)), &value);
        assert!(misfits.is_empty(), "{name}:\n{}", misfits.join("\n"));
    }
}

#[test]
fn every_file_that_is_refused_for_its_structure_does_not_fit() {
    let schemas = Schemas::new();
    let (mut fitting, mut seen) = (Vec::new(), BTreeSet::new());
    for (name, text) in files("tests/definition/reject") {
        let expected = text.lines().next().unwrap().strip_prefix("# expect: ").unwrap();
        let code = STRUCTURAL.iter().find(|code| expected.starts_with(code.id()));
        let (Some(code), Some(value)) = (code, as_json(&text)) else { continue };
        seen.insert(*code);
        if schemas.misfits(kind_of(&source(&text)), &value).is_empty() {
            fitting.push(name);
        }
    }
    assert_eq!(fitting, BEYOND.map(|(name, _)| name));
    let unseen: Vec<&Code> = STRUCTURAL.iter().filter(|code| !seen.contains(code)).collect();
    assert!(unseen.is_empty(), "no file shows {unseen:?}");
}

#[test]
fn every_example_fits_where_it_stands() {
    /// Each place of a schema that shows examples.
    fn shown<'s>(schema: &'s Value, found: &mut Vec<&'s Value>) {
        if schema.get("examples").is_some_and(Value::is_array) {
            found.push(schema);
        }
        match schema {
            Value::Array(list) => list.iter().for_each(|inner| shown(inner, found)),
            Value::Object(fields) => fields.values().for_each(|inner| shown(inner, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut count = 0;
    for file in FileKind::ALL {
        let whole = schema(file);
        let mut places = Vec::new();
        shown(&whole, &mut places);
        for place in places {
            let mut alone = place.clone();
            alone["$defs"] = whole["$defs"].clone();
            let validator = jsonschema::draft202012::new(&alone).unwrap();
            for example in place["examples"].as_array().unwrap() {
                let problem = validator.validate(example).err();
                assert!(problem.is_none(), "{example}: {problem:?}");
                count += 1;
            }
        }
    }
    assert!(count >= 70, "only {count} examples were found");
}

/// Values that stand where others were: every kind of words, right, nearly right and wrong.
fn words() -> Vec<Value> {
    let texts = [
        "",
        " ",
        "~",
        "null",
        "a",
        "A",
        "a b",
        "true",
        "yes",
        "1",
        "01",
        "1.5",
        "-1",
        "1e3",
        "60%",
        "60 %",
        "100%",
        "101%",
        "0.6",
        "1.0",
        "28d",
        "0d",
        "4 h",
        "3 business days",
        "1 business day",
        "2 posts per week",
        "1 post per week",
        "goals.response_rate",
        "goals.engaged_followers",
        "response_rate",
        "engaged_followers",
        "window_settled",
        "define",
        "gold",
        "stalled",
        "lower95",
        "object",
        "string",
        "integer",
        "mastodon",
        "bluesky_api",
        "mon",
        "09:00-17:00",
        "9-17",
        "business",
        "2026-03-02",
        "en",
        "Europe/Rome",
        "UTC",
        "role:",
        "role:lead",
        "../a",
        "a/../b",
        "a..b",
        "/a",
        "C:a",
        "é:a",
        "~/a",
        "a.zip",
        "goal.held",
        "10001",
        "@acme",
        "ünï",
        "64 KB",
        "64 kb",
        "HOOK_TOKEN",
        "$HOOK_TOKEN",
        "A=b",
        "https://example.org/hook",
        "https://a@example.org",
        "http://localhost:80/?a=b",
        "http://example.org",
        "http:",
        "notify",
        "command",
        "fetch",
    ];
    let others = [json!(true), json!(false), json!(0), json!(1), json!(0.6), json!(20), json!(-3)];
    let long = json!("x".repeat(4_001));
    texts.map(Value::from).into_iter().chain(others).chain([json!(1e9), long]).collect()
}

/// The place of each single value, as a JSON Pointer.
fn scalars(value: &Value, way: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(list) => {
            for (at, inner) in list.iter().enumerate() {
                scalars(inner, &format!("{way}/{at}"), found);
            }
        }
        Value::Object(fields) => {
            for (key, inner) in fields {
                scalars(inner, &format!("{way}/{key}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            found.push(way.to_owned());
        }
    }
}

#[test]
fn what_loads_fits_whatever_words_are_exchanged() {
    let schemas = Schemas::new();
    let (words, mut loaded, mut refused, mut missed) = (words(), 0, 0, 0);
    let files = [
        "form.yaml",
        "business-hours.yaml",
        "action-of-every-kind.yaml",
        "ladder-and-four-eyes.yaml",
        "brand-acme.yaml",
        "brand-hours.yaml",
    ];
    for name in files {
        let path = root().join("tests/definition/accept").join(name);
        let file = as_json(&fs::read_to_string(path).unwrap()).unwrap();
        let brand = name.starts_with("brand");
        let kind = if brand { FileKind::Brand } else { FileKind::Workflow };
        let mut places = Vec::new();
        scalars(&file, "", &mut places);
        for (place, word) in places.iter().flat_map(|place| words.iter().map(move |w| (place, w))) {
            let mut changed = file.clone();
            *changed.pointer_mut(place).unwrap() = word.clone();
            let codes = codes(brand, &changed.to_string());
            let fits = schemas.of(kind).is_valid(&changed);
            if codes.is_empty() {
                assert!(fits, "{place}: {word} loads\n{:#?}", schemas.misfits(kind, &changed));
                loaded += 1;
            } else if codes.iter().any(|code| STRUCTURAL.contains(code)) {
                refused += 1;
                if fits {
                    missed += 1;
                    println!("{name} {place}: {word} fits, and is refused: {codes:?}");
                }
            }
        }
    }
    println!("{loaded} files load; {missed} of {refused} refused for their structure fit");
    assert!(loaded >= 500 && refused >= 2_000, "{loaded} load, {refused} do not");
    assert!(missed * 50 <= refused, "the schema lets {missed} of {refused} wrong values pass");
}

#[test]
fn the_verb_prints_each_schema_in_every_format() {
    let env = TestEnv::empty();
    for (line, file) in [
        ("fivestep schema", FileKind::Workflow),
        ("fivestep schema workflow", FileKind::Workflow),
        ("fivestep schema brand -o json", FileKind::Brand),
        ("fivestep schema suite", FileKind::Suite),
    ] {
        assert_eq!(env.line(line).json(), schema(file), "{line}");
    }
    assert_eq!(env.line("fivestep schema nonsense").code, 2);
}

#[test]
fn an_editor_shows_what_a_metric_is() {
    let schema = schema(FileKind::Workflow);
    let metrics = schema["$defs"]["clause"]["properties"]["metric"]["oneOf"].as_array().unwrap();
    let rate = metrics.iter().find(|metric| metric["const"] == "response_rate").unwrap();
    assert_eq!(rate["description"], "answered conversations (proportion)");
}

//! No false alarm: what is shipped is right, and `check` has nothing to say about it.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use fivestep::definition::{SourceFile, check_all, inspect_workflow, load_benchmarks, render};
use serde_json::Value;

/// Every file of `workflows/`, workflows and suites.
pub fn files() -> Vec<SourceFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("workflows");
    let mut files: Vec<SourceFile> = fs::read_dir(folder)
        .expect("the shipped workflows are there")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            SourceFile::new(format!("workflows/{name}"), fs::read(&path).expect("a file"))
        })
        .collect();
    files.sort_by(|one, other| one.name().cmp(other.name()));
    files
}

/// The workflows alone.
pub fn workflows() -> Vec<SourceFile> {
    files().into_iter().filter(|file| !file.name().ends_with(".test.yaml")).collect()
}

#[test]
fn nothing_is_said_about_what_is_shipped() {
    for file in workflows() {
        let (workflow, problems) = inspect_workflow(&file);
        assert!(
            workflow.is_some() && problems.is_empty(),
            "{}",
            render(&problems, &[&file], false)
        );
    }
    let first = include_bytes!("../../src/cli/init/acme.yaml").to_vec();
    let mut files = files();
    files.push(SourceFile::new("brands/acme.yaml", first));
    let problems = check_all(&files, true, &Default::default());
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn the_sample_benchmarks_are_cited_and_out_of_what_their_metric_is_out_of() {
    let file =
        SourceFile::new("benchmarks.yaml", include_bytes!("../../docs/benchmarks.yaml").to_vec());
    let rows = load_benchmarks(&file).unwrap_or_else(|found| panic!("{found:#?}"));
    for row in &rows {
        assert_eq!(Some(row.denominator), row.metric.spec().per, "{row:?}");
        assert!(row.source.len() > 5 && row.high < 0.1, "{row:?}");
    }
    let distinct: BTreeSet<String> = rows.iter().map(|row| format!("{row:?}")).collect();
    assert_eq!((rows.len(), distinct.len()), (11, 11));
}

#[test]
fn the_sample_brands_are_warned_of_what_their_story_is_about() {
    // (the code, the brand, why it is told)
    let stories = [
        ("F0407", "azzurro-radio", "an archive cannot tell who engaged"),
        ("F0409", "verde-garden", "a small brand has few conversations"),
    ];
    let dir = tempfile::tempdir().expect("a folder");
    let fivestep = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fivestep"));
        command.args(args).current_dir(dir.path()).output().expect("it runs").stdout
    };
    fivestep(&["demo", "."]);
    let found: Value = serde_json::from_slice(&fivestep(&["check", "-o", "json"])).expect("JSON");
    let problems = found["diagnostics"].as_array().expect("a list");
    for problem in problems {
        let text = problem["message"].as_str().expect("a text");
        let told =
            stories.iter().any(|(code, brand, _)| problem["code"] == *code && text.contains(brand));
        assert!(told, "{problem:#}");
    }
    for (code, _, why) in stories {
        assert!(problems.iter().any(|problem| problem["code"] == code), "{why}");
    }
}

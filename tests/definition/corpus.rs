//! The corpus: small files on both sides of every code.
//!
//! - `accept/`: files that are right, without a warning. `# near: CODE, CODE` names the codes that
//!   such a file stands just short of.
//! - `reject/`: files that are wrong. `# expect: CODE LINE:COLUMN` is the first problem reported,
//!   an error or a warning.
//! - `pairs/`: a workflow and a brand in one file, the brand below a line of `---`. They begin with
//!   one of the two lines as well; the place is one of the file that is named, such as
//!   `# expect: F0406 brand 5:1`.
//!
//! A file whose name begins with `brand` is a brand file, with `suite` a suite that plays the
//! shipped workflow; any other is a workflow file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use fivestep::definition::{
    Code, Diagnostic, SourceFile, check_pair, inspect_workflow, load_benchmarks, load_brand,
    load_suite, load_workflow, render,
};

/// Codes that no small file shows, with the test that shows both sides of them.
const ELSEWHERE: [(Code, &str); 10] = [
    (Code::TooLarge, "hostile::each_limit_is_met_exactly"),
    (Code::NotUtf8, "hostile::hostile_files_are_refused_with_one_clear_word"),
    (Code::TooDeep, "hostile::each_limit_is_met_exactly"),
    (Code::TooManyNodes, "hostile::each_limit_is_met_exactly"),
    (Code::TooManyProblems, "a_file_with_thousands_of_problems_names_the_first_of_them"),
    (Code::Misnamed, "a_file_fits_into_its_folder"),
    (Code::UnknownWorkflow, "a_file_fits_into_its_folder"),
    (Code::TooFewCases, "the tests of `definition::History`: it takes evidence"),
    (Code::NoSuchWorkflow, "the tests of `fivestep check`: it takes a workspace"),
    // A file of a format that is not known tells of nothing else.
    (Code::UnknownFormat, "reject/format-two.yaml, and every accepted file"),
];

/// The files of a folder of the corpus, by name.
pub fn corpus(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/definition").join(folder);
    let files = fs::read_dir(&folder).expect("the corpus is there");
    let mut files: Vec<(String, Vec<u8>)> = files
        .map(|file| {
            let path = file.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read(&path).expect("a file"))
        })
        .collect();
    files.sort();
    files
}

/// Everything there is to say about a file, warnings included.
pub fn problems_of(file: &SourceFile) -> Vec<Diagnostic> {
    if file.name().starts_with("brand") {
        load_brand(file).err().unwrap_or_default()
    } else if file.name().starts_with("benchmarks") {
        load_benchmarks(file).err().unwrap_or_default()
    } else if file.name().starts_with("suite") {
        let workflow = SourceFile::new("engagement.yaml", super::engagement().into_bytes());
        let workflow = load_workflow(&workflow).expect("it loads");
        load_suite(file, Some(&workflow)).err().unwrap_or_default()
    } else {
        inspect_workflow(file).1
    }
}

/// What the first line of a file says after `# KEY: `, wherever a mark of byte order stands.
fn head(bytes: &[u8], key: &str) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let line = text.trim_start_matches('\u{feff}').lines().next()?;
    Some(line.strip_prefix(&format!("# {key}: "))?.to_owned())
}

/// The codes that files say they are near.
fn near(files: &[(String, Vec<u8>)]) -> BTreeSet<String> {
    let heads = files.iter().filter_map(|(_, bytes)| head(bytes, "near"));
    heads.flat_map(|codes| codes.split(", ").map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn every_file_that_is_right_loads_without_a_warning() {
    let mut wrong = Vec::new();
    for (name, bytes) in corpus("accept") {
        let file = SourceFile::new(name, bytes);
        let problems = problems_of(&file);
        if !problems.is_empty() {
            wrong.push(render(&problems, &[&file], false));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_that_is_wrong_is_met_with_its_code_at_its_place() {
    let mut wrong = Vec::new();
    for (name, bytes) in corpus("reject") {
        let expected = head(&bytes, "expect");
        let file = SourceFile::new(name, bytes);
        let problems = problems_of(&file);
        let first = problems
            .first()
            .map(|problem| format!("{} {}:{}", problem.code, problem.line, problem.column));
        if first != expected {
            let shown = render(&problems, &[&file], false);
            wrong.push(format!("{} expects {expected:?}:\n{shown}", file.name()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A workflow and a brand of `pairs/`.
fn pair(name: &str, bytes: &[u8]) -> (SourceFile, SourceFile, Vec<Diagnostic>) {
    let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let (workflow, brand) = text.split_once("\n---\n").expect("a brand below the workflow");
    // The brand keeps the lines it has in the file.
    let above = "\n".repeat(workflow.lines().count() + 1);
    let workflow = SourceFile::new("workflow", workflow.as_bytes().to_vec());
    let brand = SourceFile::new("brand", format!("{above}{brand}").into_bytes());
    let shown = |problems: Vec<Diagnostic>| {
        panic!("{name}: {}", render(&problems, &[&workflow, &brand], false))
    };
    let loaded = load_workflow(&workflow).unwrap_or_else(shown);
    let follows = load_brand(&brand).unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
    let problems = check_pair(&loaded, &workflow, &follows, &brand);
    (workflow, brand, problems)
}

#[test]
fn every_pair_agrees_or_is_met_with_its_code_at_its_place() {
    let mut wrong = Vec::new();
    for (name, bytes) in corpus("pairs") {
        let expected = head(&bytes, "expect");
        assert!(expected.is_some() || head(&bytes, "near").is_some(), "{name} says nothing");
        let (workflow, brand, problems) = pair(&name, &bytes);
        let first = problems.first().map(|problem| {
            format!("{} {} {}:{}", problem.code, problem.file, problem.line, problem.column)
        });
        if first != expected {
            let shown = render(&problems, &[&workflow, &brand], false);
            wrong.push(format!("{name} expects {expected:?}:\n{shown}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_has_a_file_on_either_side() {
    let (accept, reject, pairs) = (corpus("accept"), corpus("reject"), corpus("pairs"));
    let count = accept.len() + reject.len() + pairs.len();
    assert!(count >= 190, "only {count} files");
    let wrong: BTreeSet<String> = reject
        .iter()
        .flat_map(|(name, bytes)| problems_of(&SourceFile::new(name.as_str(), bytes.clone())))
        .chain(pairs.iter().flat_map(|(name, bytes)| pair(name, bytes).2))
        .map(|problem| problem.code.id().to_owned())
        .collect();
    let right: BTreeSet<String> = near(&accept).into_iter().chain(near(&pairs)).collect();
    let elsewhere: BTreeMap<&str, &str> =
        ELSEWHERE.iter().map(|(code, test)| (code.id(), *test)).collect();
    let known: Vec<&str> = Code::ALL.iter().map(|code| code.id()).collect();
    for code in &right {
        assert!(known.contains(&code.as_str()), "a file is near {code}, which does not exist");
    }
    for code in known.into_iter().filter(|code| !elsewhere.contains_key(code)) {
        assert!(wrong.contains(code), "no file is refused with {code}");
        assert!(right.contains(code), "no accepted file says `# near: {code}`");
    }
}

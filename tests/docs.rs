//! The documents do what they say: every example in them is loaded or run, every generated part is
//! up to date, every link leads somewhere.
//!
//! How a page talks to this test, in comments on the lines before a block:
//!
//! | comment | meaning |
//! |---|---|
//! | `<!-- fragment of: workflow.stages.define -->` | the YAML stands at that place of a small file |
//! | `<!-- refused: F0203 -->` | the YAML is refused with this code (`F0203, F0303`) and no other |
//! | `<!-- file: brands/acme.yaml -->` | the block is written to this file before what follows runs |
//! | `<!-- setup: fivestep demo -->` | runs before the block, its output is not shown |
//!
//! The pages of the codes have a rule of their own: the block under `## Right` stands line by line
//! in a file that is right, and that file is refused with the page's code, there, when the block
//! under `## Wrong` takes its place.
//!
//! A whole YAML file needs no comment; a suite is played on the shipped workflow, and its cases must
//! pass. In a `console` block every line after `$ ` runs, in one
//! fresh folder a page; what it prints must be what follows it, where `[..]` stands for the rest
//! of a line and `...` alone for any lines. A command that shows an exit code writes `|| echo $?`.
//!
//! `FIVESTEP_BLESS=1 cargo test --test docs` writes the generated parts again.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests are an edge")]

mod common;

use std::{
    collections::BTreeSet,
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use clap::Parser;
use common::NOW;
use fivestep::rehearsal::play;
use fivestep::{
    cli::{
        args::Cli,
        draw::{mermaid, svg},
        reference,
    },
    definition::{
        Code, Diagnostic, SourceFile, check_all, inspect_workflow, is_benchmarks, is_brand,
        is_suite, load_benchmarks, load_brand, load_suite, load_workflow, records,
    },
    view::graph::{Graph, of_workflow},
};
use serde_yaml::Value;

/// Where the pages of the codes lie.
const OF_CODES: &str = "docs/reference/diagnostics/";

/// The smallest workflow, into which fragments are laid.
const WORKFLOW: &str = "\
format: 1
workflow: small
version: '1'
title: Small
initial: define
window: 28d
goal: { all: [ { metric: response_rate, at_least: 90% } ], held_for: 1 }
limits: { cycles: 3 }
stages:
  define:
    title: Define
    exit: [ { id: complete, metric: profile_completeness, at_least: 100% } ]
    next: target
  target:
    title: Target
    exit: [ { id: reached, metric: engaged_followers, at_least: 20 } ]
    next: support
  support:
    title: Support
    exit: [ { id: quick, metric: first_response_median, at_most: 24h } ]
    next: refine
  refine:
    title: Refine
    exit: [ { id: voices, metric: concentration, at_most: 60% } ]
    next: repeat
  repeat:
    title: Repeat
    exit: [ { id: settled, metric: window_settled, is: true } ]
    next: [ { when: goal.held, finish: gold }, { to: target } ]
";

/// The smallest brand, into which fragments are laid.
const BRAND: &str = "\
brand: acme
name: Acme
timezone: UTC
languages: [en]
workflow: engagement
accounts: []
charter: {}
sources: []
";

/// The smallest suite, into which fragments are laid.
const SUITE: &str = "\
suite: engagement
brand: { goals: { engaged_follower_rate: 2% } }
cases: [ { name: A brand begins, steps: [ start ] } ]
";

/// Codes that no few lines can show: they need bytes that no page holds, a file of great length,
/// nothing at all, a workflow and a brand that were brought together by hand, or evidence.
const WITHOUT_EXAMPLE: [Code; 11] = [
    Code::TooLarge,
    Code::NotUtf8,
    Code::ControlCharacter,
    Code::NotADefinition,
    Code::TooDeep,
    Code::TooManyNodes,
    Code::TooManyProblems,
    Code::TooLong,
    Code::OtherWorkflow,
    Code::TooFewCases,
    Code::TooManySteps,
];

/// Codes whose problem lies in the workflow, where the lines of the brand's file only cause it.
const IN_ANOTHER_FILE: [Code; 1] = [Code::Unmeasurable];

#[test]
fn every_code_has_a_page_whose_examples_are_right_and_wrong() {
    let (pages, files) = (pages(), files_that_are_right());
    for code in Code::ALL {
        let name = format!("{OF_CODES}{code}.md");
        let page = pages.iter().find(|page| page.name == name).unwrap();
        assert_eq!(code.page(), page.text, "{name}");
        let title = format!("# {code}: {}", code.meaning().trim_end_matches('.'));
        let headings: Vec<&str> = prose(&page.text).filter(|line| line.starts_with('#')).collect();
        if WITHOUT_EXAMPLE.contains(code) {
            assert_eq!(headings, [title.as_str(), "## What to do"], "{name}");
            continue;
        }
        let parts = [title.as_str(), "## Wrong", "## Right", "## What to do"];
        assert_eq!(headings, parts, "{name}");
        let [wrong, right] = page.blocks.as_slice() else { panic!("{name}: two blocks") };
        assert!(page.blocks.iter().all(|block| block.language == "yaml"), "{name}");
        let mut found = Vec::new();
        for file in &files {
            for (text, near) in exchanged(&file.text, &right.text, &wrong.text) {
                let mut problems = file.problems_of(text);
                problems.retain(|problem| {
                    IN_ANOTHER_FILE.contains(code)
                        || problem.file == file.name && near.contains(&(problem.line as usize))
                });
                found.push(problems);
            }
        }
        assert!(!found.is_empty(), "{name}: the right lines stand in no file that is right");
        let shown = found.iter().flatten().any(|problem| problem.code == *code);
        assert!(shown, "{name}: the wrong lines are not refused with {code}: {found:#?}");
    }
    let codes = pages.iter().filter(|page| page.name.starts_with(OF_CODES)).count();
    assert_eq!(codes, Code::ALL.len(), "a page has no code");
}

#[test]
fn every_yaml_block_is_loaded_or_refused_as_its_page_says() {
    let mut count = 0;
    for page in pages().into_iter().filter(|page| !page.name.starts_with(OF_CODES)) {
        for block in page.blocks.iter().filter(|block| block.language == "yaml") {
            let found = load(&yaml_of(block));
            let place = format!("{}:{}", page.name, block.line);
            let wanted = block.mark("refused").into_iter().flat_map(|codes| codes.split(", "));
            let wanted: Vec<&str> = wanted.collect();
            let codes: BTreeSet<&str> = found.iter().map(|problem| problem.code.id()).collect();
            let codes: Vec<&str> = codes.into_iter().collect();
            assert_eq!(codes, wanted, "{place}\n{}\n{found:#?}", block.text);
            count += 1;
        }
    }
    assert!(count >= 15, "only {count} YAML blocks were found: are the pages read at all?");
}

#[test]
fn every_console_block_prints_what_its_page_shows() {
    let mut count = 0;
    for page in pages() {
        count += Session::new(&page).run();
    }
    assert!(count >= 20, "only {count} commands were run: are the pages read at all?");
}

#[test]
fn every_generated_part_is_what_the_program_says_today() {
    let bless = std::env::var_os("FIVESTEP_BLESS").is_some();
    let mut count = 0;
    for page in pages() {
        let (now, parts) = generated_anew(&page);
        count += parts;
        if bless && now != page.text {
            fs::write(root().join(&page.name), now).unwrap();
        } else {
            assert_eq!(page.text, now, "{}: `FIVESTEP_BLESS=1 cargo test --test docs`", page.name);
        }
    }
    assert!(count >= 8, "only {count} generated parts were found");
}

#[test]
fn every_shipped_workflow_has_its_picture() {
    let folder = root().join("docs/images");
    for (name, graph) in shipped_workflows() {
        let path = folder.join(format!("{name}.svg"));
        let now = svg::text(&graph);
        if std::env::var_os("FIVESTEP_BLESS").is_some() {
            fs::write(&path, &now).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == now, "docs/images/{name}.svg: `FIVESTEP_BLESS=1 cargo test --test docs`");
    }
}

#[test]
fn every_relative_link_leads_to_a_page_and_a_heading_that_exist() {
    let pages = pages();
    let headings = |name: &Path| {
        let text = fs::read_to_string(name).unwrap();
        prose(&text).filter(|line| line.starts_with('#')).map(slug).collect::<Vec<_>>()
    };
    let mut count = 0;
    for page in &pages {
        for link in links(&page.text) {
            let (path, heading) = link.split_once('#').unwrap_or((&link, ""));
            let own = root().join(&page.name);
            let target = if path.is_empty() { own } else { own.parent().unwrap().join(path) };
            assert!(target.exists(), "{}: `{link}` leads nowhere", page.name);
            let known = heading.is_empty() || headings(&target).contains(&heading.to_owned());
            assert!(known, "{}: `{link}` names no heading of its page", page.name);
            count += 1;
        }
    }
    assert!(count >= 20, "only {count} links were found");
}

#[test]
fn every_promise_names_tests_that_exist() {
    let tests = test_names();
    let page = fs::read_to_string(root().join("docs/reference/promises.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.contains("| tests |"));
    let mut count = 0;
    for row in rows {
        let named = row.trim_end_matches('|').rsplit('|').next().unwrap();
        let named: Vec<&str> = named.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test holds this promise: {row}");
        for name in named {
            assert!(tests.contains(name), "there is no test `{name}`: {row}");
        }
        count += 1;
    }
    assert!(count >= 25, "only {count} promises were found");
}

/// The name of every test in the checkout.
fn test_names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![root().join("src"), root().join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(path).unwrap();
                let after = text.split("#[test]\n").skip(1);
                names.extend(after.filter_map(|rest| {
                    let rest = rest.split_once("fn ")?.1;
                    Some(rest.split_once('(')?.0.to_owned())
                }));
            }
        }
    }
    names
}

#[test]
fn every_key_of_a_file_stands_on_its_reference_page() {
    // (page, a file that has everything, the places whose keys the program knows)
    let workflow = include_str!("definition/accept/form.yaml");
    let brand = include_str!("definition/accept/brand-acme.yaml");
    let table: [(&str, &str, &[&str]); 2] = [
        (
            "docs/reference/workflow-file.md",
            workflow,
            &[
                "",
                "goal",
                "goal.all.0",
                "limits",
                "stages.define",
                "stages.define.exit.0",
                "stages.define.tasks.0",
                "stages.define.tasks.0.form",
                "stages.define.tasks.0.form.properties.n",
                "stages.repeat.next.0",
            ],
        ),
        (
            "docs/reference/brand-file.md",
            brand,
            &[
                "",
                "accounts.0",
                "charter",
                "charter.people.0",
                "charter.pillars.0",
                "charter.cadence",
                "audience",
                "audience.segments.0",
                "sources.0",
            ],
        ),
    ];
    for (page, file, places) in table {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for place in places {
            let keys = known_keys(file, place);
            assert!(!keys.is_empty(), "{page}: `{place}` has no keys");
            for key in keys {
                assert!(text.contains(&format!("`{key}`")), "{page} lacks `{key}` of `{place}`");
            }
        }
    }
}

#[test]
fn every_record_has_its_table_on_a_reference_page() {
    let all: String = pages().into_iter().map(|page| page.text).collect();
    for record in records() {
        let part = format!("<!-- generated: keys of {record} -->");
        assert_eq!(all.matches(&part).count(), 1, "{part}");
    }
}

#[test]
fn every_example_of_the_help_is_a_command_line_that_is_understood() {
    let pages = pages();
    let examples =
        pages.iter().flat_map(|page| &page.blocks).filter(|block| block.language == "sh");
    let mut count = 0;
    for part in examples.flat_map(|block| block.text.lines()).flat_map(|line| line.split(" | ")) {
        let command = part.split("  # ").next().unwrap().split(" > ").next().unwrap();
        let words = common::words(command);
        assert!(Cli::try_parse_from(&words).is_ok(), "`{command}` is not understood");
        count += 1;
    }
    assert!(count >= 20, "only {count} examples were found");
}

#[test]
fn output_is_compared_line_by_line_with_two_wildcards() {
    // (expected, printed, does it fit?)
    let table = [
        ("a\nb", "a\nb\n", true),
        ("a\nb", "a\nc\n", false),
        ("a", "a\nb\n", false),
        ("", "", true),
        ("", "a\n", false),
        ("a [..]", "a whatever\n", true),
        ("a [..] b", "a x y b\n", true),
        ("a [..] b", "a x y c\n", false),
        ("a[..]a", "a\n", false),
        ("...", "", true),
        ("...\nb", "a\na\nb\n", true),
        ("a\n...\nc", "a\nb\nd\n", false),
        ("a\n...", "b\n", false),
    ];
    for (expected, printed, fits) in table {
        let expected: Vec<String> = expected.lines().map(str::to_owned).collect();
        assert_eq!(matches(&expected, &lines_of(printed)), fits, "{expected:?} {printed:?}");
    }
}

/// One Markdown file.
struct Page {
    name: String,
    text: String,
    blocks: Vec<Block>,
}

/// A fenced block and the comments before it.
struct Block {
    language: String,
    marks: Vec<(String, String)>,
    line: usize,
    text: String,
}

impl Block {
    fn mark(&self, name: &str) -> Option<&str> {
        self.marks.iter().find(|mark| mark.0 == name).map(|mark| mark.1.as_str())
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every page: those at the top and all under `docs`.
fn pages() -> Vec<Page> {
    let mut names: Vec<String> =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_owned).into();
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "md") {
                let name = path.strip_prefix(root()).unwrap();
                names.push(name.to_str().unwrap().replace('\\', "/"));
            }
        }
    }
    names.sort();
    names
        .into_iter()
        .map(|name| {
            let text = fs::read_to_string(root().join(&name)).unwrap();
            let blocks = blocks(&text);
            Page { name, text, blocks }
        })
        .collect()
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut marks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in (1..).zip(text.lines()) {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, Some(language)) => {
                let (language, marks) = (language.trim().to_owned(), std::mem::take(&mut marks));
                open = Some(Block { language, marks, line: number, text: String::new() });
            }
            (None, None) => match comment(line) {
                Some(mark) => marks.push(mark),
                None if line.trim().is_empty() => {}
                None => marks.clear(),
            },
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// The name and text of `<!-- name: text -->`.
fn comment(line: &str) -> Option<(String, String)> {
    let inner = line.trim().strip_prefix("<!--")?.strip_suffix("-->")?;
    let (name, text) = inner.split_once(':')?;
    Some((name.trim().to_owned(), text.trim().to_owned()))
}

/// The file that a YAML block stands for.
fn yaml_of(block: &Block) -> String {
    let Some(place) = block.mark("fragment of") else { return block.text.clone() };
    let (base, path) = place.split_once('.').unwrap_or((place, ""));
    let base = match base {
        "workflow" => WORKFLOW,
        "brand" => BRAND,
        "suite" => SUITE,
        other => panic!("line {}: a fragment of `{other}`?", block.line),
    };
    let fragment: Value = serde_yaml::from_str(&block.text)
        .unwrap_or_else(|error| panic!("line {}: {error}", block.line));
    spliced(base, path, fragment)
}

/// `base` with `fragment` at `path`: the keys of a mapping are set, anything else is replaced.
fn spliced(base: &str, path: &str, fragment: Value) -> String {
    let mut file: Value = serde_yaml::from_str(base).unwrap();
    let mut place = &mut file;
    for key in path.split('.').filter(|key| !key.is_empty()) {
        place = match key.parse::<usize>() {
            Ok(index) => &mut place[index],
            Err(_) => &mut place[key],
        };
    }
    match (place, fragment) {
        (Value::Mapping(known), Value::Mapping(new)) => known.extend(new),
        (place, fragment) => *place = fragment,
    }
    serde_yaml::to_string(&file).unwrap()
}

/// What is wrong with a file; nothing if it is right.
fn load(text: &str) -> Vec<Diagnostic> {
    let file = SourceFile::new("example.yaml", text.as_bytes().to_vec());
    if is_benchmarks(&file) {
        load_benchmarks(&file).err().unwrap_or_default()
    } else if is_suite(&file) {
        played(&file).err().unwrap_or_default()
    } else if is_brand(&file) {
        load_brand(&file).err().unwrap_or_default()
    } else {
        inspect_workflow(&file).1
    }
}

/// Plays a suite on the shipped workflow; a case that fails is no problem of the file.
fn played(file: &SourceFile) -> Result<(), Vec<Diagnostic>> {
    let shipped = include_bytes!("../workflows/engagement.yaml").to_vec();
    let workflow = load_workflow(&SourceFile::new("engagement.yaml", shipped)).unwrap();
    let suite = load_suite(file, Some(&workflow))?;
    for case in play(&suite, &workflow, |_| true) {
        assert!(case.failed.is_none(), "{}: {:#?}", case.name, case.failed);
    }
    Ok(())
}

/// A file that is right, and those that lie beside it in its workspace.
struct RightFile {
    name: String,
    text: String,
    beside: Vec<SourceFile>,
}

impl RightFile {
    /// What is wrong with the file when `text` takes the place of its own.
    fn problems_of(&self, text: String) -> Vec<Diagnostic> {
        let mut files = self.beside.clone();
        files.push(SourceFile::new(&self.name, text.into_bytes()));
        check_all(&files, !self.beside.is_empty(), &Default::default())
    }
}

/// The brands of `pairs/` that fit the workflow above them.
fn brands_that_are_right() -> Vec<RightFile> {
    let files = fs::read_dir(root().join("tests/definition/pairs")).unwrap();
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let right = texts.filter(|text| text.starts_with("# near: "));
    let pair = right.map(|text| {
        let (workflow, brand) = text.split_once("\n---\n").unwrap();
        let workflow = SourceFile::new("workflows/small.yaml", workflow.as_bytes().to_vec());
        let (name, text) = ("brands/acme.yaml".to_owned(), brand.to_owned());
        RightFile { name, text, beside: vec![workflow] }
    });
    pair.collect()
}

/// What is shipped, and the corpus.
fn files_that_are_right() -> Vec<RightFile> {
    let shipped = [
        ("workflows/engagement.yaml", include_str!("../workflows/engagement.yaml")),
        ("workflows/engagement.test.yaml", include_str!("../workflows/engagement.test.yaml")),
        ("brands/acme.yaml", include_str!("../src/cli/init/acme.yaml")),
    ];
    let other = |own: &str| {
        let others = shipped.iter().filter(|(name, _)| *name != own);
        others.map(|(name, text)| SourceFile::new(*name, text.as_bytes().to_vec())).collect()
    };
    let shipped = shipped.map(|(name, text)| RightFile {
        name: name.to_owned(),
        text: text.to_owned(),
        beside: other(name),
    });
    let corpus = fs::read_dir(root().join("tests/definition/accept")).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        RightFile { name: path.display().to_string(), text, beside: Vec::new() }
    });
    shipped.into_iter().chain(corpus).chain(brands_that_are_right()).collect()
}

/// `text` with `wrong` in the place of `right`, once for each place where `right` stands line by
/// line, whatever its indentation; and the numbers of the exchanged lines with one more each way.
fn exchanged(text: &str, right: &str, wrong: &str) -> Vec<(String, RangeInclusive<usize>)> {
    let lines: Vec<&str> = text.lines().collect();
    let right: Vec<&str> = right.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let places = lines.windows(right.len()).enumerate().filter_map(|(at, window)| {
        let margin = " ".repeat(indent(window[0]));
        let dedented = window.iter().map(|line| line.strip_prefix(&margin));
        let fits = dedented.eq(right.iter().map(|line| Some(*line)));
        fits.then_some((at, margin))
    });
    let exchange = |(at, margin): (usize, String)| {
        let wrong: Vec<String> = wrong.lines().map(|line| format!("{margin}{line}")).collect();
        let before = lines[..at].iter().map(|&line| line.to_owned());
        let after = lines[at + right.len()..].iter().map(|&line| line.to_owned());
        let near = at..=at + wrong.len() + 1;
        (before.chain(wrong).chain(after).collect::<Vec<_>>().join("\n") + "\n", near)
    };
    places.map(exchange).collect()
}

/// The keys that the program knows at a place of a file, as it lists them for a wrong one.
fn known_keys(file: &str, place: &str) -> Vec<String> {
    let wrong = serde_yaml::from_str("{ no_such_key: 1 }").unwrap();
    let problems = load(&spliced(file, place, wrong));
    let unknown = problems.into_iter().find(|problem| problem.code == Code::UnknownKey);
    unknown.map(|problem| problem.known).unwrap_or_default()
}

/// One page's commands in a folder of its own.
struct Session<'p> {
    page: &'p Page,
    dir: tempfile::TempDir,
    /// Where the commands run, relative to `dir`.
    here: PathBuf,
    count: usize,
}

impl<'p> Session<'p> {
    fn new(page: &'p Page) -> Self {
        Self { page, dir: tempfile::tempdir().unwrap(), here: PathBuf::new(), count: 0 }
    }

    /// Runs everything of the page in its order; how many commands that were.
    fn run(mut self) -> usize {
        for block in &self.page.blocks {
            if let Some(name) = block.mark("file") {
                let path = self.dir.path().join(&self.here).join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, &block.text).unwrap();
            }
            if block.language == "console" {
                if let Some(line) = block.mark("setup") {
                    self.shell(line, block.line);
                }
                for (line, expected) in commands(&block.text) {
                    self.command(&line, &expected, block.line);
                }
            }
        }
        self.count
    }

    fn command(&mut self, line: &str, expected: &[String], at: usize) {
        let place = format!("{}:{at}: $ {line}", self.page.name);
        if let Some(folder) = line.strip_prefix("cd ") {
            self.here.push(folder);
            let here = self.dir.path().join(&self.here);
            assert!(here.is_dir() && expected.is_empty(), "{place}");
            return;
        }
        let line = if is_for_builders(line) {
            let known = ["CONTRIBUTING.md", ".ci/run"];
            let named = |file| fs::read_to_string(root().join(file)).unwrap().contains(line);
            assert!(known.into_iter().any(named), "{place}: neither of {known:?} names this");
            let Some(args) = line.strip_prefix("cargo run --release --") else {
                assert!(expected.is_empty(), "{place}: it is not run, so it can show nothing");
                println!("skipped: {place}");
                return;
            };
            println!("run with the program that is being tested: {place}");
            format!("fivestep{args}")
        } else {
            line.to_owned()
        };
        let printed = self.shell(&line, at);
        let fits = matches(expected, &lines_of(&printed));
        let expected = expected.join("\n");
        assert!(fits, "{place}\n--- the page shows\n{expected}\n--- it prints\n{printed}");
        self.count += 1;
    }

    /// Runs a line in a shell, as a person would; both streams in the order they are written.
    fn shell(&self, line: &str, at: usize) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_fivestep"));
        let path = std::env::var("PATH").unwrap_or_default();
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{line}")])
            .current_dir(self.dir.path().join(&self.here))
            .env_clear()
            .env("PATH", format!("{}:{path}", program.parent().unwrap().display()))
            .env("NO_COLOR", "1")
            .env("LC_ALL", "C")
            .env("USER", "ada")
            .env("FIVESTEP_NOW", NOW)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let (name, status) = (&self.page.name, output.status);
        assert!(status.success(), "{name}:{at}: $ {line}\n{printed}\n{status}");
        printed
    }
}

/// The commands of a console block, each with what it shows; `\` at the end goes on with `> `.
fn commands(block: &str) -> Vec<(String, Vec<String>)> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    for line in block.lines() {
        let open = commands.last_mut().filter(|(command, _)| command.ends_with('\\'));
        if let (Some((command, _)), Some(rest)) = (open, line.strip_prefix("> ")) {
            command.pop();
            command.push_str(rest);
        } else if let Some(command) = line.strip_prefix("$ ") {
            commands.push((command.to_owned(), Vec::new()));
        } else {
            let (_, shown) = commands.last_mut().expect("a console block begins with `$ `");
            shown.push(line.trim_end().to_owned());
        }
    }
    commands
}

/// Whether a line builds or tests fivestep instead of running it.
fn is_for_builders(line: &str) -> bool {
    let mut words = line.split_whitespace().skip_while(|word| {
        word.split_once('=')
            .is_some_and(|(name, _)| name.bytes().all(|c| c.is_ascii_uppercase() || c == b'_'))
    });
    matches!(words.next(), Some("cargo" | ".ci/run"))
}

fn lines_of(printed: &str) -> Vec<String> {
    printed.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Whether the lines printed are those expected.
fn matches(expected: &[String], printed: &[String]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((any, rest)) if any == "..." => {
            (0..=printed.len()).any(|skip| matches(rest, &printed[skip..]))
        }
        Some((line, rest)) => printed
            .split_first()
            .is_some_and(|(first, others)| line_matches(line, first) && matches(rest, others)),
    }
}

fn line_matches(expected: &str, printed: &str) -> bool {
    let Some((before, after)) = expected.split_once("[..]") else { return expected == printed };
    let Some(rest) = printed.strip_prefix(before) else { return false };
    let ends: Vec<usize> = rest.char_indices().map(|(at, _)| at).chain([rest.len()]).collect();
    ends.into_iter().any(|at| line_matches(after, &rest[at..]))
}

/// A page with its generated parts made anew, and how many there are.
fn generated_anew(page: &Page) -> (String, usize) {
    let (mut text, mut count, mut inside) = (String::new(), 0, false);
    for line in page.text.lines() {
        if line == "<!-- end generated -->" {
            inside = false;
        }
        if !inside {
            text.push_str(line);
            text.push('\n');
        }
        if let Some((mark, name)) = comment(line).filter(|(mark, _)| mark == "generated") {
            let part = match name.as_str() {
                "workflows" => Some(drawn_workflows()),
                name => reference::part(name),
            };
            let part = part.unwrap_or_else(|| panic!("{}: {mark} {name}?", page.name));
            text.push_str(&format!("\n{part}\n"));
            (count, inside) = (count + 1, true);
        }
    }
    assert!(!inside, "{}: a generated part does not end", page.name);
    (text, count)
}

/// Every workflow that comes with fivestep, by its name; suites are none.
fn shipped_workflows() -> Vec<(String, Graph)> {
    let entries = fs::read_dir(root().join("workflows")).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".yaml") && !name.ends_with(".test.yaml"))
        .collect();
    names.sort();
    let graph = |name: String| {
        let bytes = fs::read(root().join("workflows").join(&name)).unwrap();
        let workflow = load_workflow(&SourceFile::new(name.as_str(), bytes)).unwrap();
        (workflow.id.to_string(), of_workflow(&workflow))
    };
    names.into_iter().map(graph).collect()
}

/// A section for each shipped workflow: its picture, and the same for those who edit Markdown.
fn drawn_workflows() -> String {
    let sections = shipped_workflows().into_iter().map(|(name, graph)| {
        let (title, told) = (&graph.title, graph.told());
        format!(
            "## {name}\n\n{title}.\n\n![{told}](../images/{name}.svg)\n\nThe same in Mermaid:\n\n\
             ```mermaid\n{}```\n",
            mermaid::text(&graph)
        )
    });
    sections.collect::<Vec<_>>().join("\n")
}

/// The lines of a page outside of its blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    text.lines().filter(move |line| {
        let fence = line.starts_with("```");
        inside ^= fence;
        !inside && !fence
    })
}

/// The relative links of a page.
fn links(text: &str) -> Vec<String> {
    let targets = prose(text).flat_map(|line| {
        line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link)
    });
    targets.filter(|link| !link.contains("://")).map(str::to_owned).collect()
}

/// The name under which a heading is linked to.
fn slug(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

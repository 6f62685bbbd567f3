//! What the tests of the product share: a fresh workspace, a fixed clock, the real program.
#![allow(dead_code, reason = "each test file uses a part")]

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

use tempfile::TempDir;

/// The moment at which every test runs unless it says otherwise.
pub const NOW: &str = "2026-03-30T10:00:00Z";

/// A fresh folder, a fixed clock and a named person.
pub struct TestEnv {
    dir: TempDir,
    now: String,
}

/// What the program answered.
pub struct Answer {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Answer {
    /// Standard output, standard error and exit code as one text, to read as a person would.
    pub fn text(&self) -> String {
        format!("{}{}[exit {}]", self.stdout, self.stderr, self.code)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not JSON: {error}\n{}", self.text()))
    }
}

impl TestEnv {
    /// An empty folder.
    pub fn empty() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), now: NOW.to_owned() }
    }

    /// A workspace with the shipped workflow and the first brand file.
    pub fn new() -> Self {
        let env = Self::empty();
        let made = env.fivestep(["init", "."]);
        assert_eq!(made.code, 0, "{}", made.text());
        env
    }

    /// The same workspace at another moment.
    pub fn at(mut self, now: &str) -> Self {
        self.now = now.to_owned();
        self
    }

    pub fn set_now(&mut self, now: &str) {
        self.now = now.to_owned();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file of the workspace.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Changes a file of the workspace; the text must be there.
    pub fn replace(&self, name: &str, from: &str, to: &str) -> &Self {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} does not hold {from:?}");
        self.write(name, text.replacen(from, to, 1))
    }

    /// The program, ready to run here.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fivestep"));
        command
            .current_dir(self.dir.path())
            .env_clear()
            .env("NO_COLOR", "1")
            .env("FIVESTEP_NOW", &self.now)
            .env("FIVESTEP_ACTOR", "Ada")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub fn fivestep<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Answer {
        self.answer(self.command().args(args).output().unwrap())
    }

    /// Runs a command line as a person types it, `fivestep` included; quotes group words, and
    /// ` | ` hands the output of one command to the next.
    pub fn line(&self, line: &str) -> Answer {
        let mut last: Option<Answer> = None;
        for part in line.split(" | ") {
            let words = words(part);
            assert_eq!(words.first().map(String::as_str), Some("fivestep"), "{line}");
            let before = last.take();
            let input = before.as_ref().map_or("", |answer| answer.stdout.as_str());
            let mut answer = self.fed(input, words[1..].iter().map(String::as_str));
            let earlier = before.map(|answer| answer.stderr).unwrap_or_default();
            answer.stderr.insert_str(0, &earlier);
            last = Some(answer);
        }
        last.expect("a line has a command")
    }

    /// Runs the program with a text on its standard input.
    pub fn fed<'a>(&self, input: &str, args: impl IntoIterator<Item = &'a str>) -> Answer {
        if input.is_empty() {
            return self.fivestep(args);
        }
        let mut command = self.command();
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that does not read to the end closes the pipe; that is its right.
        drop(child.stdin.take().expect("it is piped").write_all(input.as_bytes()));
        self.answer(child.wait_with_output().unwrap())
    }

    /// What a terminal would show after these command lines, each with its answer and exit code.
    pub fn terminal(&self, lines: &str) -> String {
        let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
        let shown = lines.map(|line| format!("$ {line}\n{}", self.line(line).text()));
        // The help pads its lines; no editor would keep that in a snapshot.
        let shown = shown.collect::<Vec<_>>().join("\n\n");
        shown.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }

    /// Every file of the folder with its bytes; a link with what it says. SQLite's two helper
    /// files come and go with each reader and are left out.
    pub fn contents(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut all = BTreeMap::new();
        collect(self.root(), &mut all);
        all
    }

    /// A copy of the folder, to change.
    pub fn copied(&self) -> Self {
        let copy = Self { dir: tempfile::tempdir().unwrap(), now: self.now.clone() };
        copy_folder(self.root(), copy.root());
        copy
    }

    /// Writes an export of `acme.example` to a folder of the workspace.
    pub fn export(&self, folder: &str, round: &fivestep::samples::Round) -> &Self {
        fivestep::samples::bluesky(&self.path(folder), &acme(), std::slice::from_ref(round))
            .unwrap();
        self
    }

    /// Runs it and demands success.
    pub fn ok<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Answer {
        let answer = self.fivestep(args);
        assert_eq!(answer.code, 0, "{}", answer.text());
        answer
    }

    fn answer(&self, output: Output) -> Answer {
        let clean = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("the program writes UTF-8");
            let real = self.dir.path().canonicalize().unwrap().display().to_string();
            text.replace(&real, "$DIR").replace(&self.dir.path().display().to_string(), "$DIR")
        };
        Answer {
            code: output.status.code().unwrap_or(-1),
            stdout: clean(output.stdout),
            stderr: clean(output.stderr),
        }
    }
}

/// The same with pseudonyms as `p-[..]`: every evidence file makes its own.
pub fn without_pseudonyms(mut shown: String) -> String {
    let mut from = 0;
    while let Some(place) = shown[from..].find("p-").map(|place| from + place + 2) {
        let digits = shown[place..].bytes().take_while(u8::is_ascii_hexdigit).count();
        if digits == 10 {
            shown.replace_range(place..place + digits, "[..]");
        }
        from = place;
    }
    shown
}

/// The account of the first brand file.
pub fn acme() -> fivestep::samples::SampleAccount {
    fivestep::samples::SampleAccount {
        handle: "acme.example".to_owned(),
        name: "Acme Coffee".to_owned(),
        bio: "We roast. https://acme.example".to_owned(),
        trade: fivestep::samples::Trade::Roaster,
        opened_at: "2025-03-01T00:00:00Z".parse().unwrap(),
    }
}

/// Four good weeks that end two hours before [`NOW`].
pub fn round() -> fivestep::samples::Round {
    fivestep::samples::Round::healthy("2026-03-30T08:00:00Z".parse().unwrap())
}

/// A workspace in which acme has evidence and has started.
pub fn started() -> TestEnv {
    static STARTED: OnceLock<TestEnv> = OnceLock::new();
    let env = STARTED.get_or_init(|| {
        let env = TestEnv::new();
        let words = "[coffee, caffè, espresso, moka, beans, chicchi, roast, tostare, grinder, \
                     macinatura, \"latte art\", \"single origin\"]";
        env.replace("brands/acme.yaml", "[coffee, espresso, roast, \"single origin\"]", words);
        env.export("exports/acme", &round());
        env.ok(["import", "acme"]);
        env.ok(["start", "acme"]);
        env
    });
    env.copied()
}

/// The workspace of the demo.
pub fn demo() -> TestEnv {
    static DEMO: OnceLock<TestEnv> = OnceLock::new();
    let env = DEMO.get_or_init(|| {
        let env = TestEnv::empty();
        env.ok(["demo", "."]);
        env
    });
    env.copied()
}

fn collect(folder: &Path, all: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let meta = path.symlink_metadata().unwrap();
        let name = path.to_string_lossy();
        if meta.is_dir() {
            all.insert(path.clone(), Vec::new());
            collect(&path, all);
        } else if meta.is_symlink() {
            all.insert(
                path.clone(),
                fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes(),
            );
        } else if !name.ends_with("-wal") && !name.ends_with("-shm") {
            all.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&to).unwrap();
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A command line's words; double and single quotes group.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = None::<String>;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// Where the real samples lie, if they do.
pub fn shared_data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("FIVESTEP_SHARED_DATA").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: the real samples are not in {}", folder.display());
    None
}

/// A workflow whose gates are open as soon as one follower is engaged, so that a brand can go
/// round and round.
pub const RING: &str = include_str!("ring.yaml");

/// A number of ring brands in a workspace, started, with evidence behind their gates.
pub fn ring(brands: usize) -> TestEnv {
    let env = TestEnv::new();
    env.write("workflows/ring.yaml", RING);
    for number in 0..brands {
        env.write(&format!("brands/ring-{number}.yaml"), ring_brand(number));
    }
    fs::remove_file(env.path("brands/acme.yaml")).unwrap();
    env.ok(["check"]);
    let account = fivestep::samples::SampleAccount {
        handle: "ring.example".to_owned(),
        name: "Ring".to_owned(),
        bio: "https://ring.example".to_owned(),
        trade: fivestep::samples::Trade::Roaster,
        opened_at: "2025-03-01T00:00:00Z".parse().unwrap(),
    };
    let round = fivestep::samples::Round::healthy("2026-03-30T08:00:00Z".parse().unwrap());
    fivestep::samples::bluesky(&env.path("exports/ring"), &account, &[round]).unwrap();
    // One import is enough: the others get a copy of its evidence, and the note about it.
    env.ok(["import", "ring-0"]);
    let state = fivestep::store::StateStore::open(&env.path(".fivestep/state.db"));
    let mut state = state.unwrap();
    for number in 1..brands {
        let name = format!("ring-{number}");
        let from = env.path(".fivestep/evidence/ring-0.db");
        fs::copy(from, env.path(&format!(".fivestep/evidence/{name}.db"))).unwrap();
        state.note_evidence(&fivestep::model::BrandId::new(name).unwrap(), 1).unwrap();
    }
    env.ok(["start", "--all"]);
    env
}

pub fn ring_brand(number: usize) -> String {
    format!(
        "brand: ring-{number}\nname: Ring {number}\ntimezone: UTC\nlanguages: [en]\n\
         workflow: ring\naccounts: [ {{ platform: bluesky, handle: \"@ring.example\" }} ]\n\
         charter: {{ pillars: [ {{ id: coffee, words: [coffee] }} ] }}\n\
         sources: [ {{ kind: bluesky_api, account: \"@ring.example\", path: exports/ring }} ]\n"
    )
}

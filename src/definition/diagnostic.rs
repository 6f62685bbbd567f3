//! One thing that is wrong with a definition file, and everything a person needs to mend it.
//!
//! A check makes a `Problem` (code, place, words) and hands it to `Problems`, which knows the
//! file and turns the place into line and column.
//!
//! # Always true
//!
//! - A code keeps its meaning for ever; a code that is no longer used is not given away again.
//! - Text of the file is shown shortened and without control characters, so that a hostile file
//!   cannot speak to the terminal.

use std::{fmt, ops::Range};

use serde::{Serialize, Serializer};

use super::{SourceFile, suggest::closest, text::Lines};

/// The most problems of one file that are reported.
pub const MAX_PROBLEMS: usize = 100;

/// The most names that a problem lists.
const MAX_KNOWN: usize = 100;

/// The most other places that belong to a problem, and the most stages of its path.
const MAX_RELATED: usize = 24;

/// The most names that a misspelt one is compared with.
const MAX_COMPARED: usize = 1_000;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The file is refused.
    Error,
    /// The file is accepted, but somebody should know.
    Warning,
}

macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $name:ident = $number:literal,)+) => {
        /// What kind of problem it is. The numbers never change.
        ///
        /// `F00xx` text and YAML, `F01xx` keys and values, `F02xx` names, `F03xx` the graph of
        /// stages, `F04xx` brands, `F05xx` suites, `F06xx` actions and ladders.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $meaning])+ $name,)+
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// The code as people see it, such as `F0101`.
            pub fn id(self) -> &'static str {
                match self {
                    $(Code::$name => $number,)+
                }
            }

            /// What it means, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Code::$name => concat!($($meaning,)+).trim_ascii_start(),)+
                }
            }

            /// The page about it, in Markdown: why it is refused, wrong and right, what to do.
            ///
            /// A code whose page is missing does not compile.
            pub fn page(self) -> &'static str {
                match self {
                    $(Code::$name => include_str!(concat!(
                        "../../docs/reference/diagnostics/",
                        $number,
                        ".md"
                    )),)+
                }
            }
        }
    };
}

codes! {
    /// The file is longer than a definition may be.
    TooLarge = "F0001",
    /// The bytes are not UTF-8.
    NotUtf8 = "F0002",
    /// The text holds a character that nobody can see, such as NUL.
    ControlCharacter = "F0003",
    /// The file says nothing, or is not a mapping of keys to values.
    NotADefinition = "F0004",
    /// The text is not YAML.
    Syntax = "F0005",
    /// A tab stands where YAML wants spaces.
    Tab = "F0006",
    /// Values are nested more than 64 levels deep.
    TooDeep = "F0007",
    /// The file has more than 250,000 values.
    TooManyNodes = "F0008",
    /// A second document begins in the same file.
    SecondDocument = "F0009",
    /// An anchor, an alias or a merge key: every value is written where it is used.
    Reference = "F0010",
    /// A tag, a directive or a key that is not a plain word: parts of YAML that are not used here.
    UnusedYaml = "F0011",
    /// A key is written twice in one mapping.
    DuplicateKey = "F0012",
    /// There are more problems than are reported.
    TooManyProblems = "F0013",

    /// A key that does not exist at this place.
    UnknownKey = "F0101",
    /// A mapping, a list or a text stands where another of them belongs.
    WrongType = "F0102",
    /// A key that must be there is not.
    MissingKey = "F0103",
    /// A key has no value, or a list that needs an entry has none.
    EmptyValue = "F0104",
    /// A text is too long.
    TooLong = "F0105",
    /// The file's format is another one than this program reads.
    UnknownFormat = "F0106",
    /// A number is not one, or lies outside its range.
    BadNumber = "F0107",
    /// A duration is not one, is of the wrong kind, or is too long.
    BadDuration = "F0108",
    /// A threshold or goal is not written in its metric's unit.
    WrongUnit = "F0109",
    /// Something else than `true` or `false`.
    BadTruth = "F0110",
    /// A clause compares in no way, in several ways, or in a way its metric does not allow.
    BadComparison = "F0111",
    /// Keys that exclude each other, or of which exactly one must be there.
    ClashingKeys = "F0112",
    /// A bound of an interval is asked of a metric that has none.
    BoundOnCensus = "F0113",
    /// The chosen bound would open the gate the less is known.
    BoundOpensOnIgnorance = "F0114",
    /// No evidence could ever meet this demand.
    NeverMet = "F0115",
    /// A form contradicts itself or uses what forms do not have.
    BadForm = "F0116",
    /// An expression is not written in the language of expressions.
    BadExpression = "F0117",
    /// An expression joins or compares values of kinds that do not go together.
    WrongKind = "F0118",
    /// A reminder would come before its task is opened.
    ReminderTooEarly = "F0119",

    /// A name holds characters that names do not have, or is too long.
    BadName = "F0201",
    /// Two things of one kind carry the same name.
    DuplicateName = "F0202",
    /// A stage that the file does not define.
    UnknownStage = "F0203",
    /// A task that the stage does not define.
    UnknownTask = "F0204",
    /// A metric that does not exist.
    UnknownMetric = "F0205",
    /// A step that is not one of the five.
    UnknownStep = "F0206",
    /// A word that is not one of those allowed here.
    UnknownWord = "F0207",
    /// A clause compares a metric with the goal of another metric.
    OtherGoal = "F0208",
    /// An outcome that a workflow cannot give: the engine or a person does.
    OutcomeNotGiven = "F0209",
    /// A file of a workspace is not named after what it defines.
    Misnamed = "F0210",
    /// A name that expressions do not have.
    UnknownName = "F0211",
    /// An expression asks for something that cannot be asked for at its place.
    NameNotHere = "F0212",
    /// A field that the form of a task does not have.
    UnknownField = "F0213",

    /// One of the five steps has no stage.
    MissingStep = "F0301",
    /// A gate or the goal would open on a tick box alone.
    NoEvidence = "F0302",
    /// No way leads to a stage.
    Unreachable = "F0303",
    /// No way leads from a stage to the end of the run.
    NoWayOut = "F0304",
    /// The main cycle does not visit the five steps in their order.
    StepOrder = "F0305",
    /// The last way on has a condition, so that a brand could be left with no way on.
    NoDefault = "F0306",
    /// A way on that is never taken.
    DeadBranch = "F0307",
    /// Gold would be given without the goal being held.
    UnearnedGold = "F0308",
    /// A brand could go round a loop again and again on the same evidence.
    SpinningLoop = "F0309",
    /// Clauses of one gate contradict each other, so that it never opens.
    Contradiction = "F0310",
    /// A gate shuts gold out: what passes it cannot meet the goal.
    GoldShutOut = "F0311",
    /// A gate asks for more than the goal does.
    StricterThanGoal = "F0312",
    /// Two ways on can be true at once, and only their order decides.
    Overlap = "F0313",
    /// A gate waits longer than its stage may last.
    WaitOutlivesLimit = "F0314",

    /// A time zone that does not exist.
    UnknownZone = "F0401",
    /// A path that is not inside the workspace.
    BadPath = "F0402",
    /// Not a two-letter language code.
    BadLanguage = "F0403",
    /// A cadence that is not written as posts per week.
    BadCadence = "F0404",
    /// The brand follows another workflow.
    OtherWorkflow = "F0405",
    /// The workflow asks for a goal that the brand does not set.
    MissingGoal = "F0406",
    /// No source of the brand can answer a clause; somebody will have to waive it.
    Unmeasurable = "F0407",
    /// The brand follows a workflow that does not exist.
    UnknownWorkflow = "F0408",
    /// The brand's own history says that a clause takes longer than the measuring window.
    TooFewCases = "F0409",
    /// Working hours that are not written as from when to when.
    BadHours = "F0410",
    /// The workflow imports from the brand's sources, and none of them has a path.
    NothingToPull = "F0411",

    /// A suite plays a workflow that does not exist.
    NoSuchWorkflow = "F0501",
    /// A step does a part that is not written above it.
    UnknownPart = "F0502",
    /// A clause that the workflow does not have at this place.
    UnknownClause = "F0503",
    /// A way on that no stage of the workflow has.
    UnknownWay = "F0504",
    /// A suite observes what the engine derives, or numbers that its metric does not have.
    NotObservable = "F0505",
    /// An observation lacks the cases or the interval that a clause of the workflow asks for.
    NeedsCases = "F0506",
    /// Something else than an instant.
    BadInstant = "F0507",
    /// The cases of a suite have more steps than are played.
    TooManySteps = "F0508",

    /// An action that the stage does not define.
    UnknownAction = "F0601",
    /// Actions wait for each other, so that none of them ever begins.
    ActionCircle = "F0602",
    /// A URL that is not one, or is not safe to call.
    BadUrl = "F0603",
    /// A size that is not written in KB or MB, or is too large.
    BadSize = "F0604",
    /// A secret stands in the file instead of the name of the variable that holds it.
    SecretInFile = "F0605",
    /// A rung of a ladder that is not later than the one before, or leads to the same owner.
    BadLadder = "F0606",

    /// A schedule's line is not five fields of cron.
    BadCron = "F0701",
    /// A schedule asks for a day that no month has.
    NeverComes = "F0702",
    /// Two schedules do the same at the same times.
    SameSchedule = "F0703",
}

impl Code {
    /// How bad a problem of this kind is.
    pub fn severity(self) -> Severity {
        match self {
            Code::SpinningLoop
            | Code::StricterThanGoal
            | Code::Overlap
            | Code::Unmeasurable
            | Code::TooFewCases
            | Code::NothingToPull
            | Code::SameSchedule => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// One problem at its place in a file, ready to be shown or written as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// What kind of problem it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The file, as people know it.
    pub file: String,
    /// The place in the file's bytes.
    pub span: Range<usize>,
    /// The line on which the place begins, from 1.
    pub line: u32,
    /// The column at which it begins, in characters from 1.
    pub column: u32,
    /// The line on which it ends.
    pub end_line: u32,
    /// The column behind its last character.
    pub end_column: u32,
    /// A few words to stand at the caret; may be empty.
    pub label: String,
    /// The names that exist; empty if the problem is not about a name.
    pub known: Vec<String>,
    /// The one name or text that was probably meant.
    pub suggestion: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// The way through the workflow that shows it, stage by stage; empty if none is needed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<String>,
    /// Other places of the same file that belong to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// The brands it is about, each by name; empty if it is about the file alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub brands: Vec<String>,
}

/// Another place of the same file that belongs to a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Related {
    /// The place in the file's bytes.
    pub span: Range<usize>,
    /// The line on which the place begins, from 1.
    pub line: u32,
    /// The column at which it begins, in characters from 1.
    pub column: u32,
    /// The line on which it ends.
    pub end_line: u32,
    /// The column behind its last character.
    pub end_column: u32,
    /// What it has to do with the problem, in a few words.
    pub message: String,
}

/// A problem before its file is known.
#[derive(Debug)]
pub(super) struct Problem {
    code: Code,
    span: Range<usize>,
    message: String,
    label: String,
    known: Vec<String>,
    suggestion: Option<String>,
    help: Option<String>,
    path: Vec<String>,
    related: Vec<(Range<usize>, String)>,
    brands: Vec<String>,
}

impl Problem {
    pub fn new(code: Code, span: &Range<usize>, message: impl Into<String>) -> Self {
        Self {
            code,
            span: span.clone(),
            message: message.into(),
            label: String::new(),
            known: Vec::new(),
            suggestion: None,
            help: None,
            path: Vec::new(),
            related: Vec::new(),
            brands: Vec::new(),
        }
    }

    pub fn label(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub fn suggest(self, suggestion: Option<String>) -> Self {
        Self { suggestion, ..self }
    }

    /// Shows the problem by a way through the workflow, from its first stage to its last.
    pub fn path(self, stages: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let path = stages.into_iter().take(MAX_RELATED).map(Into::into).collect();
        Self { path, ..self }
    }

    /// Adds another place of the file, and what it has to do with the problem.
    pub fn related(mut self, span: &Range<usize>, message: impl Into<String>) -> Self {
        if self.related.len() < MAX_RELATED {
            self.related.push((span.clone(), message.into()));
        }
        self
    }

    /// Names the brands it is about.
    pub fn brands(self, brands: Vec<String>) -> Self {
        Self { brands, ..self }
    }

    /// Names what exists, and suggests the one that `text` comes closest to.
    pub fn known<'n>(self, names: impl IntoIterator<Item = &'n str>, text: &str) -> Self {
        let names: Vec<&str> = names.into_iter().take(MAX_COMPARED).collect();
        let suggestion = closest(text, names.iter().copied()).map(str::to_owned);
        let known = names.into_iter().take(MAX_KNOWN).map(str::to_owned).collect();
        Self { known, suggestion, ..self }
    }
}

/// The problems of one file.
#[derive(Debug)]
pub(super) struct Problems<'a> {
    file: &'a SourceFile,
    lines: Option<Lines>,
    found: Vec<Diagnostic>,
}

impl<'a> Problems<'a> {
    pub fn new(file: &'a SourceFile) -> Self {
        Self { file, lines: None, found: Vec::new() }
    }

    /// Keeps `problem`, unless there are too many already.
    pub fn add(&mut self, problem: Problem) {
        if self.is_full() {
            return;
        }
        let diagnostic = self.placed(problem);
        self.found.push(diagnostic);
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether a problem was noted inside of `span`, so that what is missing there was refused.
    pub fn is_noted_in(&self, span: &Range<usize>) -> bool {
        let inside =
            |found: &Diagnostic| span.start <= found.span.start && found.span.end <= span.end;
        self.found.iter().any(inside)
    }

    /// Whether further problems would be dropped, so that looking for them is a waste.
    pub fn is_full(&self) -> bool {
        self.found.len() >= MAX_PROBLEMS
    }

    /// The text at a place, or nothing if the file is not a text there.
    pub fn text_at(&self, span: &Range<usize>) -> &'a str {
        let bytes = self.file.bytes().get(span.clone()).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// A place without the white space at its end.
    pub fn trimmed(&self, span: Range<usize>) -> Range<usize> {
        let bytes = self.file.bytes().get(span.clone()).unwrap_or_default();
        span.start..span.start + bytes.trim_ascii_end().len()
    }

    /// Adds to what was found the other place that `find` has for it, which is handed the problem
    /// and the text at its place.
    pub fn relate(&mut self, find: impl Fn(&Diagnostic, &str) -> Option<(Range<usize>, String)>) {
        for at in 0..self.found.len() {
            let found = find(&self.found[at], self.text_at(&self.found[at].span));
            let Some((span, message)) = found else { continue };
            let related = self.related(span, message);
            self.found[at].related.push(related);
        }
    }

    /// Everything found, in the order of the file.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|diagnostic| diagnostic.span.start);
        if self.is_full() {
            let end = self.file.bytes().len();
            let message = format!("no more than {MAX_PROBLEMS} problems are shown");
            let problem = Problem::new(Code::TooManyProblems, &(end..end), message);
            let last = self.placed(problem.help("mend these and check again"));
            self.found.push(last);
        }
        self.found
    }

    fn placed(&mut self, problem: Problem) -> Diagnostic {
        let (line, column) = self.place(problem.span.start);
        let (end_line, end_column) = self.place(problem.span.end);
        let related = problem.related.into_iter();
        let related = related.map(|(span, message)| self.related(span, message)).collect();
        Diagnostic {
            code: problem.code,
            severity: problem.code.severity(),
            message: problem.message,
            file: self.file.name().to_owned(),
            span: problem.span,
            line,
            column,
            end_line,
            end_column,
            label: problem.label,
            known: problem.known,
            suggestion: problem.suggestion,
            help: problem.help,
            path: problem.path,
            related,
            brands: problem.brands,
        }
    }

    fn related(&mut self, span: Range<usize>, message: String) -> Related {
        let (line, column) = self.place(span.start);
        let (end_line, end_column) = self.place(span.end);
        Related { span, line, column, end_line, end_column, message }
    }

    /// The line of a place, from 1.
    pub fn line_of(&mut self, offset: usize) -> u32 {
        self.place(offset).0
    }

    fn place(&mut self, offset: usize) -> (u32, u32) {
        // The file may be far too long to be looked through.
        if offset == 0 {
            return (1, 1);
        }
        let bytes = self.file.bytes();
        self.lines().place(bytes, offset)
    }

    fn lines(&mut self) -> &Lines {
        let bytes = self.file.bytes();
        self.lines.get_or_insert_with(|| Lines::of(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_each_says_what_it_means() {
        assert!(Code::ALL.is_sorted_by(|left, right| left.id() < right.id()));
        for code in Code::ALL {
            assert!(code.meaning().ends_with('.'), "{code}");
            assert!(!code.meaning().starts_with(' '), "{code}");
        }
    }
}

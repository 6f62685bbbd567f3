//! Every verb and flag, with its help. The page `docs/reference/command-line.md` is made from
//! these.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{evidence::scores::Decision, runner::known::Asked, store::state::Keep};

use super::shipped::Shipped;

/// The five-step workflow engine for social-media engagement.
///
/// A workflow file configures the five stages (define, target, support, refine, repeat); each
/// brand goes round them; a stage's gate opens on evidence measured from the brand's own exports.
#[derive(Debug, Parser)]
#[command(
    name = "fivestep",
    version,
    max_term_width = 90,
    after_help = "\
Examples:
  fivestep demo                 a ready workspace in ./demo, with four brands
  fivestep import acme          read the brand's exports
  fivestep advance --all        move every brand whose gate is open
  fivestep why acme             why a brand stands where it stands"
)]
pub struct Cli {
    /// Flags of every verb.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// Flags of every verb.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// The workspace; otherwise the nearest one from here upwards
    #[arg(short = 'C', long, global = true, value_name = "DIR", env = "FIVESTEP_WORKSPACE")]
    pub workspace: Option<PathBuf>,
    /// How to print: for people, for programs, or names only
    #[arg(short, long, global = true, value_enum, default_value_t = Format::Table)]
    pub output: Format,
    /// Who gives the command, for the journal
    #[arg(long, global = true, value_name = "NAME", env = "FIVESTEP_ACTOR")]
    pub actor: Option<String>,
    /// Decide as if it were this moment (UTC); for tests and what-if
    #[arg(long, global = true, value_name = "INSTANT", env = "FIVESTEP_NOW",
          value_parser = parse_instant)]
    pub now: Option<DateTime<Utc>>,
    /// Log to standard error; twice for more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Log as JSON, one object a line
    #[arg(long, global = true)]
    pub log_json: bool,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text and tables for people, at most 80 columns
    Table,
    /// One JSON document, never shortened
    Json,
    /// One name a line, to pipe into another verb through `-`
    Ids,
    /// SARIF 2.1.0, for tools that review code
    #[value(hide = true)]
    Sarif,
    /// JUnit XML, for tools that show test results
    #[value(hide = true)]
    Junit,
    /// Mermaid's flowchart language, which code hosts draw
    #[value(hide = true)]
    Mermaid,
    /// Graphviz's language
    #[value(hide = true)]
    Dot,
    /// A picture for browsers
    #[value(hide = true)]
    Svg,
    /// iCalendar, for calendar programs
    #[value(hide = true)]
    Ics,
    /// One page for browsers and paper
    #[value(hide = true)]
    Html,
    /// Markdown
    #[value(hide = true)]
    Md,
    /// A table of comma-separated values
    #[value(hide = true)]
    Csv,
}

/// A format that every verb has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// See [`Format::Table`].
    Table,
    /// See [`Format::Json`].
    Json,
    /// See [`Format::Ids`].
    Ids,
}

impl Format {
    /// Which of the formats of every verb it is; none of them if only some verbs have it.
    pub fn plain(self) -> Option<Plain> {
        match self {
            Format::Table => Some(Plain::Table),
            Format::Json => Some(Plain::Json),
            Format::Ids => Some(Plain::Ids),
            Format::Sarif
            | Format::Junit
            | Format::Mermaid
            | Format::Dot
            | Format::Svg
            | Format::Ics
            | Format::Html
            | Format::Md
            | Format::Csv => None,
        }
    }

    /// The formats of every verb.
    pub const COMMON: [Format; 3] = [Format::Table, Format::Json, Format::Ids];

    /// How it is written after `-o`.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Make a workspace with a shipped workflow and a first brand file
    Init(InitArgs),
    /// Make a workspace with four sample brands and run them
    Demo(DemoArgs),
    /// Check workflow, brand and suite files
    Check(CheckArgs),
    /// Print the JSON Schema of workflow, brand or suite files, for editors
    Schema(SchemaArgs),
    /// What a code of `check` means, and what to do about it
    Explain(ExplainArgs),
    /// Play the suites that test workflows, without data and without waiting
    Test(TestArgs),
    /// List brands, or show one brand's file
    Brand(BrandArgs),
    /// Read a brand's exports into its evidence
    Import(ImportArgs),
    /// Start brands on their workflow
    Start(StartArgs),
    /// Move brands on whose gate is open
    Advance(AdvanceArgs),
    /// Where brands stand
    #[command(visible_alias = "list")]
    Status(StatusArgs),
    /// Why a brand stands where it stands, and what would move it
    Why(WhyArgs),
    /// What would become of a brand, or would have; writes nothing
    Simulate(SimulateArgs),
    /// Work for people
    Tasks(TasksArgs),
    /// Finish a task, or confirm what another person did
    ///
    /// A task with `four_eyes` counts when a second person has given the command, without a form.
    Done(DoneArgs),
    /// Say no to a task
    Reject(RejectArgs),
    /// Give a task to another owner
    Reassign(ReassignArgs),
    /// Take a task up again that is done or rejected
    Reopen(ReopenArgs),
    /// What people are to be told, and were
    Notices(NoticesArgs),
    /// Try an action again that has failed
    Retry(RetryArgs),
    /// Let a brand go on without an action
    Skip(SkipArgs),
    /// Let a brand pass a clause that no source can measure
    Waive(WaiveArgs),
    /// A brand's journal
    History(HistoryArgs),
    /// A brand's numbers with sample and sources, or what an action answered
    Show(ShowArgs),
    /// What was imported for a brand, and what it can tell
    Receipts(ReceiptsArgs),
    /// A brand's metrics, now or as known earlier, with their rows
    Metrics(MetricsArgs),
    /// Whether a brand is what its charter says, and which posts drift from it
    Define(DefineArgs),
    /// Whom to turn to today, why, and what came of it before
    Target(TargetArgs),
    /// The conversations that wait for an answer, those to answer first at the top
    Inbox(InboxArgs),
    /// What a brand's people give and gain, and what to do about it
    Refine(RefineArgs),
    /// The questions about people that a person has to answer
    Review(ReviewArgs),
    /// A cycle beside those before it: what moved, and what was done
    Repeat(RepeatArgs),
    /// A brand's report: one page to send, or its numbers
    Report(ReportArgs),
    /// Draw a workflow, and where a brand is in it
    Graph(GraphArgs),
    /// When schedules come
    Schedule(ScheduleArgs),
    /// Hold brands where they are
    #[command(after_help = "Example:\n  fivestep pause acme --reason \"summer break\"")]
    Pause(HoldArgs),
    /// Let held brands go on
    #[command(after_help = "Example:\n  fivestep resume acme")]
    Resume(HoldArgs),
    /// End brands' runs as abandoned, with nothing left half done
    ///
    /// Open tasks and actions are closed one by one in the journal. While an attempt of an action
    /// runs it is refused; `abandon` ends a run at once, whatever still runs.
    #[command(after_help = "Example:\n  fivestep cancel acme --reason \"the brand was sold\"")]
    Cancel(HoldArgs),
    /// End brands' runs as abandoned at once
    ///
    /// Nothing is waited for: an attempt of an action that runs may still do its work, and nobody
    /// hears of it. `cancel` ends a run with nothing left half done.
    #[command(after_help = "\
Example:\n  fivestep abandon acme --actor Ada --reason \"the program hangs\"")]
    Abandon(HoldArgs),
    /// Go on under the edited workflow file
    #[command(after_help = "Example:\n  fivestep adopt acme --reason \"a higher bar\"")]
    Adopt(HoldArgs),
    /// Take brands over to the edited workflow file, with a plan before
    Migrate(MigrateArgs),
    /// Let a brand stand again where it stood after an earlier commit
    Rewind(RewindArgs),
    /// Let a brand begin where another one stands, to try something
    Fork(ForkArgs),
    /// Do what is due, once; safe from cron
    Tick(TickArgs),
    /// Do what is due when it is due, until it is stopped
    Serve(ServeArgs),
    /// Let go what is old, and give its bytes back
    Gc(GcArgs),
    /// Look whether everything that is kept is as it should be
    Doctor(DoctorArgs),
    /// Take a person out of a brand's evidence, for good
    ///
    /// Everything they did and wrote goes, and their name goes from what others wrote. A mark that
    /// only this evidence file can make is left, so that a later import does not bring them back.
    Forget(ForgetArgs),
    /// Copy the whole workspace, while others work in it
    Backup(BackupArgs),
    /// Make a workspace again from a backup
    Restore(RestoreArgs),
    /// Write one brand to one file, for another workspace
    Export(ExportArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

impl Verb {
    /// The formats that a verb writes beside those of every verb; the only place that says so.
    pub fn own_formats(&self) -> &'static [Format] {
        match self {
            Verb::Graph(_) => &[Format::Mermaid, Format::Dot, Format::Svg],
            Verb::Check(_) => &[Format::Sarif],
            Verb::Test(_) => &[Format::Junit],
            Verb::Tasks(_) => &[Format::Ics],
            Verb::Target(_) | Verb::Inbox(_) | Verb::Refine(_) | Verb::Review(_) => &[Format::Csv],
            Verb::Repeat(_) => &[Format::Md, Format::Csv],
            Verb::Define(_) => &[Format::Csv, Format::Md],
            Verb::Report(_) => &[Format::Html, Format::Md, Format::Csv],
            Verb::Init(_)
            | Verb::Demo(_)
            | Verb::Explain(_)
            | Verb::Schema(_)
            | Verb::Brand(_)
            | Verb::Import(_)
            | Verb::Start(_)
            | Verb::Advance(_)
            | Verb::Status(_)
            | Verb::Why(_)
            | Verb::Simulate(_)
            | Verb::Done(_)
            | Verb::Reject(_)
            | Verb::Reassign(_)
            | Verb::Reopen(_)
            | Verb::Notices(_)
            | Verb::Retry(_)
            | Verb::Skip(_)
            | Verb::Waive(_)
            | Verb::History(_)
            | Verb::Show(_)
            | Verb::Receipts(_)
            | Verb::Metrics(_)
            | Verb::Schedule(_)
            | Verb::Pause(_)
            | Verb::Resume(_)
            | Verb::Cancel(_)
            | Verb::Abandon(_)
            | Verb::Adopt(_)
            | Verb::Migrate(_)
            | Verb::Rewind(_)
            | Verb::Fork(_)
            | Verb::Tick(_)
            | Verb::Serve(_)
            | Verb::Gc(_)
            | Verb::Doctor(_)
            | Verb::Forget(_)
            | Verb::Backup(_)
            | Verb::Restore(_)
            | Verb::Export(_)
            | Verb::Completions(_) => &[],
        }
    }
}

/// Arguments of `init`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep init acme-agency
  fivestep init acme-agency --workflow small-brand")]
pub struct InitArgs {
    /// The folder to make; otherwise that of `-C`, or this one
    pub dir: Option<PathBuf>,
    /// The workflow to begin with
    #[arg(long, value_enum, default_value_t = Shipped::Engagement, value_name = "NAME")]
    pub workflow: Shipped,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fivestep demo\n  fivestep -C demo why verde-garden")]
pub struct DemoArgs {
    /// The folder to make, `demo` if none is named; an earlier demo there is replaced
    pub dir: Option<PathBuf>,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep check
  fivestep check workflows/engagement.yaml
  fivestep check -o sarif > check.sarif  for tools that review code (SARIF 2.1.0)")]
pub struct CheckArgs {
    /// Files or folders; otherwise the whole workspace
    pub paths: Vec<PathBuf>,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep schema > workflow.schema.json
  fivestep schema brand > brand.schema.json
  fivestep schema suite > suite.schema.json")]
pub struct SchemaArgs {
    /// Which files
    #[arg(value_enum, default_value_t = SchemaFile::Workflow, value_name = "workflow|brand|suite")]
    pub file: SchemaFile,
}

/// Which files a schema is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaFile {
    /// `workflows/NAME.yaml`
    Workflow,
    /// `brands/NAME.yaml`
    Brand,
    /// `workflows/NAME.test.yaml`
    Suite,
    /// A file of benchmarks, wherever it lies
    Benchmarks,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fivestep explain F0205\n  fivestep explain")]
pub struct ExplainArgs {
    /// The code; otherwise all codes are listed
    pub code: Option<String>,
}

/// Arguments of `test`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep test
  fivestep test workflows/engagement.yaml --filter gold
  fivestep test --require-coverage
  fivestep test -o junit > suites.xml  for tools that show test results")]
pub struct TestArgs {
    /// Suites, workflows or folders; otherwise every suite of the workspace
    #[arg(value_name = "FILE")]
    pub paths: Vec<PathBuf>,
    /// Only cases whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Say which stages, ways, outcomes and verdicts no case took
    #[arg(long)]
    pub coverage: bool,
    /// Fail unless every stage, way and outcome was taken; implies `--coverage`
    #[arg(long)]
    pub require_coverage: bool,
}

/// Arguments of `brand`.
#[derive(Debug, Args)]
pub struct BrandArgs {
    /// What to do
    #[command(subcommand)]
    pub verb: BrandVerb,
}

/// What to do with brand files.
#[derive(Debug, Subcommand)]
pub enum BrandVerb {
    /// Every brand that has a file
    #[command(after_help = "Example:\n  fivestep brand list -o ids | fivestep start -")]
    List,
    /// What a brand's file says, and which metrics its sources can carry
    #[command(after_help = "Example:\n  fivestep brand show acme")]
    Show {
        /// The brand
        brand: String,
    },
}

/// Arguments of `import`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep import acme                       every source of the brand's file that has a path
  fivestep import acme ~/Downloads/acme.zip  one export, wherever it lies
  fivestep import acme tickets.csv --guess-map > maps/tickets.yaml  a mapping to start from
  fivestep import acme tickets.csv --map maps/tickets.yaml --preview
  fivestep import acme --archive acme.fivestep.tar.gz  all of a brand, from another workspace
  fivestep brand list -o ids | fivestep import -")]
pub struct ImportArgs {
    /// The brand; `-` reads names from standard input
    #[arg(required_unless_present = "all")]
    pub brand: Option<String>,
    /// Exports, each a file, a folder or an archive; otherwise those of the brand's file
    #[arg(value_name = "FILE")]
    pub paths: Vec<PathBuf>,
    /// Read a table by this mapping
    #[arg(long, value_name = "FILE", requires = "paths")]
    pub map: Option<PathBuf>,
    /// How new an export is that does not say so itself: an instant, or the end of a day (UTC)
    #[arg(long, value_name = "DATE", value_parser = parse_instant, requires = "paths")]
    pub as_of: Option<DateTime<Utc>>,
    /// Write a mapping to start from, guessed from the header of a table
    #[arg(long, requires = "paths", conflicts_with_all = ["map", "preview", "dry_run"])]
    pub guess_map: bool,
    /// Show the first facts of each kind, write nothing
    #[arg(long)]
    pub preview: bool,
    /// The export is a part, such as a range of dates: mark nobody as gone
    #[arg(long)]
    pub part: bool,
    /// The export is whole, however many people are gone
    #[arg(long, conflicts_with = "part")]
    pub whole: bool,
    /// Take the whole brand in, with its run, from a file of `fivestep export`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "preview", "part", "whole"])]
    pub archive: Option<PathBuf>,
    /// Read and report, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Every brand that has a file in `brands/`
    #[arg(long, conflicts_with_all = ["brand", "archive"])]
    pub all: bool,
    /// Then say how many followers are engaged
    #[arg(long, conflicts_with_all = ["dry_run", "preview", "guess_map", "archive"])]
    pub measure: bool,
}

/// Which brands.
#[derive(Debug, Clone, Args)]
pub struct Brands {
    /// Brands by name; `-` reads names from standard input
    #[arg(value_name = "BRAND")]
    pub brands: Vec<String>,
    /// Every brand
    #[arg(long, conflicts_with = "brands")]
    pub all: bool,
    /// Of all, only those that pass
    #[command(flatten)]
    pub filter: Where,
}

impl Brands {
    /// Whether all are asked, or all that pass a filter.
    pub fn are_all(&self) -> bool {
        self.all || (self.brands.is_empty() && self.filter.filter.is_some())
    }
}

/// Which of all brands.
#[derive(Debug, Clone, Args)]
pub struct Where {
    /// Only brands that pass, such as `stage = "support" and blocked_for >= 7d`
    #[arg(long = "where", value_name = "FILTER")]
    pub filter: Option<String>,
}

/// Arguments of `start`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep start acme --actor Ada
  fivestep start acme --again")]
pub struct StartArgs {
    /// Which brands
    #[command(flatten)]
    pub which: Brands,
    /// Begin another run of brands whose run has ended; it sees nothing of the one before
    #[arg(long, conflicts_with = "all")]
    pub again: bool,
    /// Decide and print, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `advance`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep advance acme
  fivestep advance --all --until blocked
  fivestep advance --where \"stage = support and blocked_for >= 7d\"
  fivestep advance --resume
  fivestep advance acme --dry-run")]
pub struct AdvanceArgs {
    /// Which brands
    #[command(flatten)]
    pub which: Brands,
    /// Go on with an `advance --all` that was interrupted, as it was asked then
    #[arg(long, conflicts_with_all = ["brands", "all", "filter", "until", "window_end", "dry_run"])]
    pub resume: bool,
    /// Go on until `blocked`, or until the brand is in this stage; otherwise one stage
    #[arg(long, value_name = "blocked|STAGE")]
    pub until: Option<String>,
    /// Let the measuring window end here instead of at the newest evidence
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    pub window_end: Option<DateTime<Utc>>,
    /// Decide and print, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `tick`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep tick
  fivestep tick acme
  fivestep -C DIR tick  from cron, such as every five minutes")]
pub struct TickArgs {
    /// Brands by name, `-` reads them from standard input; otherwise every brand
    #[arg(value_name = "BRAND")]
    pub brands: Vec<String>,
    /// How many actions run side by side
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = parse_workers)]
    pub workers: usize,
    /// Every line, however many; so it is where brands are named
    #[arg(long)]
    pub each: bool,
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fivestep serve --workers 8 --for 1s")]
pub struct ServeArgs {
    /// Answer Prometheus at this address, such as `127.0.0.1:9464`, under `/metrics`
    #[arg(long, value_name = "ADDRESS")]
    pub metrics: Option<SocketAddr>,
    /// How long another process waits before it takes the lead of one that is not heard of
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = parse_time)]
    pub lease: Duration,
    /// Stop after so long, such as `8h`; otherwise when it is told to
    #[arg(long = "for", value_name = "TIME", value_parser = parse_time)]
    pub time: Option<Duration>,
    /// How many actions run side by side
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = parse_workers)]
    pub workers: usize,
}

/// Arguments of `status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep status
  fivestep status --blocked -o ids
  fivestep list --where \"stage = support and blocked_for >= 7d\"
  fivestep status --stuck
  fivestep status --watch --every 30")]
pub struct StatusArgs {
    /// Brands by name, `-` reads them from standard input; otherwise every brand that has started
    #[arg(value_name = "BRAND")]
    pub brands: Vec<String>,
    /// Only brands whose gate is shut
    #[arg(long)]
    pub blocked: bool,
    /// Only brands in this stage
    #[arg(long, value_name = "STAGE")]
    pub stage: Option<String>,
    /// Only brands that pass
    #[command(flatten)]
    pub filter: Where,
    /// What holds brands, one row a clause, instead of one row a brand
    #[arg(long, conflicts_with = "brands")]
    pub stuck: bool,
    /// The fleet at a glance, those first that need somebody, drawn again until Ctrl-C
    #[arg(long, conflicts_with_all = ["brands", "stuck"])]
    pub watch: bool,
    /// How many seconds lie between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..), requires = "watch")]
    pub every: u64,
}

/// Arguments of `why`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fivestep why acme")]
pub struct WhyArgs {
    /// Brands by name; `-` reads names from standard input
    #[arg(value_name = "BRAND", required = true)]
    pub brands: Vec<String>,
    /// Let the measuring window end here instead of at the newest evidence
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    pub window_end: Option<DateTime<Utc>>,
}

/// Arguments of `simulate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep simulate acme --set response_rate=95%/120 --tasks done --for 90d
  fivestep simulate acme --workflow workflows/stricter.yaml
  fivestep simulate --workflow workflows/engagement.yaml --tasks done
  fivestep simulate acme --since start --goal engaged_follower_rate=3%")]
pub struct SimulateArgs {
    /// The brand; without one, a workflow is played from nothing
    pub brand: Option<String>,
    /// Suppose that a metric says this; `/N` says on how many cases
    #[arg(long, value_name = "METRIC=VALUE[/N]", conflicts_with = "since")]
    pub set: Vec<String>,
    /// Suppose that the brand aims at this
    #[arg(long, value_name = "METRIC=VALUE")]
    pub goal: Vec<String>,
    /// Suppose that the brand runs on this file
    #[arg(long, value_name = "FILE")]
    pub workflow: Option<PathBuf>,
    /// Let the clock go on day by day, with fresh evidence each day, such as `90d`
    #[arg(long = "for", value_name = "DAYS", value_parser = parse_days, conflicts_with = "since")]
    pub days: Option<u32>,
    /// Suppose that people do every task at once
    #[arg(long, value_enum, value_name = "done")]
    pub tasks: Option<TasksAre>,
    /// Go on until `blocked`, as if left out, or until the brand is in this stage
    #[arg(long, value_name = "blocked|STAGE", conflicts_with = "since")]
    pub until: Option<String>,
    /// Replay the brand's own past from here, and compare: `start`, a revision or a day
    #[arg(long, value_name = "start|REVISION|DATE", requires = "brand")]
    pub since: Option<String>,
}

/// What is supposed of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TasksAre {
    /// Each is done as soon as it is open
    Done,
}

/// Arguments of `tasks`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep tasks
  fivestep tasks --owner role:lead --overdue
  fivestep tasks --brand acme --remind
  fivestep tasks -o ics > tasks.ics  for calendar programs")]
pub struct TasksArgs {
    /// Brands by name, `-` reads them from standard input; otherwise every running brand
    #[arg(value_name = "BRAND")]
    pub brands: Vec<String>,
    /// The same, once a brand
    #[arg(long = "brand", value_name = "BRAND")]
    pub more_brands: Vec<String>,
    /// Only tasks of brands that pass
    #[command(flatten)]
    pub filter: Where,
    /// Only tasks that this person or role has now; `me` is whoever `--actor` names
    #[arg(long, value_name = "OWNER")]
    pub owner: Option<String>,
    /// Only tasks past their deadline
    #[arg(long)]
    pub overdue: bool,
    /// Only tasks whose owner should be reminded by now (`remind` of the workflow)
    #[arg(long)]
    pub remind: bool,
    /// Tasks that are done, too
    #[arg(long)]
    pub done: bool,
    /// With `-o ics`: to-dos instead of events, for programs that read them
    #[arg(long)]
    pub todo: bool,
}

/// Arguments of `done`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep done acme sign_charter --set agreed=true --actor Ada
  fivestep done acme sign_charter --set agreed=true --link https://acme.example/charter
  fivestep done acme sign_charter --actor Ben  the second person, without a form")]
pub struct DoneArgs {
    /// The brand
    pub brand: String,
    /// The task
    pub task: String,
    /// A field of the form, once a field; the value is JSON or plain text
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// The whole form as one JSON object
    #[arg(long, value_name = "JSON", conflicts_with = "set")]
    pub input: Option<String>,
    /// What shows that it was done, in your words; at most 2,000 characters
    #[arg(long, value_name = "TEXT", value_parser = parse_note)]
    pub note: Option<String>,
    /// Where it can be seen: an address that begins with `https://` or `http://`
    #[arg(long, value_name = "URL", value_parser = parse_link)]
    pub link: Option<String>,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Decide and print, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `reject`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  fivestep reject acme sign_charter --actor Ada --reason \"the client says no\"")]
pub struct RejectArgs {
    /// The brand
    pub brand: String,
    /// The task
    pub task: String,
    /// Why, for the journal and for whoever does it again
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Decide and print, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `reassign`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fivestep reassign acme sign_charter --to role:head")]
pub struct ReassignArgs {
    /// The brand
    pub brand: String,
    /// The task
    pub task: String,
    /// Who has it from now on: a person, or `role:NAME`
    #[arg(long, value_name = "OWNER")]
    pub to: String,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Decide and print, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `retry`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep retry acme fetch
  fivestep retry acme schedule:morning")]
pub struct RetryArgs {
    /// The brand
    pub brand: String,
    /// The action of its stage, or `schedule:NAME` for that of a schedule
    pub action: String,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Decide and print, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `skip`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  fivestep skip acme fetch --actor Ada --reason \"the exports came by mail\"")]
pub struct SkipArgs {
    /// The brand
    pub brand: String,
    /// The action of its stage, or `schedule:NAME` for that of a schedule
    pub action: String,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Decide and print, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `notices`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fivestep notices\n  fivestep notices acme --all")]
pub struct NoticesArgs {
    /// Brands by name, `-` reads them from standard input; otherwise every brand
    #[arg(value_name = "BRAND")]
    pub brands: Vec<String>,
    /// Those that were delivered, too
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `reopen`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fivestep reopen acme sign_charter --reason \"wrong version\"")]
pub struct ReopenArgs {
    /// The brand
    pub brand: String,
    /// The task
    pub task: String,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Decide and print, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `waive`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  fivestep waive acme reached --actor Ada --reason \"the archive has no followers\"")]
pub struct WaiveArgs {
    /// The brand
    pub brand: String,
    /// The clause
    pub clause: String,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Decide and print, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `history`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fivestep history acme --last 20")]
pub struct HistoryArgs {
    /// The brand
    pub brand: String,
    /// Only the last lines
    #[arg(long, value_name = "LINES")]
    pub last: Option<usize>,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fivestep show acme\n  fivestep show acme --answer audit")]
pub struct ShowArgs {
    /// The brand
    pub brand: String,
    /// What an action answered when it succeeded last, instead of the numbers; `schedule:NAME` for
    /// that of a schedule
    #[arg(long, value_name = "ACTION", conflicts_with = "window_end")]
    pub answer: Option<String>,
    /// Let the measuring window end here instead of at the newest evidence
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    pub window_end: Option<DateTime<Utc>>,
}

/// Arguments of `receipts`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fivestep receipts acme\n  fivestep receipts acme --number 1")]
pub struct ReceiptsArgs {
    /// The brand
    pub brand: String,
    /// Only this one, counted from the first import
    #[arg(long, value_name = "N")]
    pub number: Option<usize>,
}

/// Which evidence is looked at, and which stretch of time.
#[derive(Debug, Args)]
pub struct MomentArgs {
    /// Only what was imported by then, as if it were then: an instant, or the end of a day (UTC)
    #[arg(long, value_name = "DATE", value_parser = parse_instant)]
    pub as_of: Option<DateTime<Utc>>,
    /// The length of the window; otherwise that of the brand's workflow
    #[arg(long, value_name = "TIME", value_parser = parse_window)]
    pub window: Option<i64>,
    /// Let the measuring window end here instead of at the newest evidence
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    pub window_end: Option<DateTime<Utc>>,
}

impl MomentArgs {
    /// What is asked of a brand's evidence.
    pub fn asked(&self) -> Asked {
        Asked { as_of: self.as_of, window_seconds: self.window, ..Asked::default() }
    }
}

/// Arguments of `metrics`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep metrics acme
  fivestep metrics acme --as-of 2026-03-02 --window 7d
  fivestep metrics acme --explain engaged_follower_rate --first 5
  fivestep metrics acme --benchmarks published.yaml")]
pub struct MetricsArgs {
    /// The brand
    pub brand: String,
    /// Which evidence, and of when.
    #[command(flatten)]
    pub moment: MomentArgs,
    /// One metric: its formula, the numbers put in, and the rows behind it
    #[arg(long, value_name = "NAME")]
    pub explain: Option<String>,
    /// Published numbers to be read beside the brand's own: a file of benchmarks
    #[arg(long, value_name = "FILE", conflicts_with = "explain")]
    pub benchmarks: Option<PathBuf>,
    /// Name people instead of giving each a pseudonym
    #[arg(long, requires = "explain")]
    pub names: bool,
    /// How many rows at most
    #[arg(long, value_name = "N", default_value_t = 20, requires = "explain")]
    pub first: usize,
}

/// Arguments of `define`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep define acme
  fivestep define acme --window 90d --first 30
  fivestep define acme -o csv")]
pub struct DefineArgs {
    /// The brand
    pub brand: String,
    /// How many posts on no pillar are listed; `-o csv` and `-o json` have all
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub first: usize,
    /// Which evidence, and of when.
    #[command(flatten)]
    pub moment: MomentArgs,
}

/// Arguments of `target`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep target acme
  fivestep target acme --names -o csv > targets.csv
  fivestep target acme --log")]
pub struct TargetArgs {
    /// The brand
    pub brand: String,
    /// How many are listed; without it, `audience.people_a_day` of the brand's file
    #[arg(long, value_name = "N")]
    pub first: Option<usize>,
    /// Name people and show where their posts are, instead of giving each a pseudonym
    #[arg(long)]
    pub names: bool,
    /// Also list everybody of the segments to whom the brand wrote, with what came of it
    #[arg(long)]
    pub log: bool,
    /// Which evidence, and of when.
    #[command(flatten)]
    pub moment: MomentArgs,
}

/// Arguments of `inbox`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep inbox acme
  fivestep inbox acme --names --first 5
  fivestep inbox acme --minutes 30 --each 6")]
pub struct InboxArgs {
    /// The brand
    pub brand: String,
    /// How many are listed; `-o csv` has all
    #[arg(long, value_name = "N", default_value_t = 15)]
    pub first: usize,
    /// Name people and show where their posts are, instead of giving each a pseudonym
    #[arg(long)]
    pub names: bool,
    /// How many minutes a day there are for answers
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub minutes: u16,
    /// How many minutes an answer takes
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    pub each: u16,
    /// Which evidence, and of when.
    #[command(flatten)]
    pub moment: MomentArgs,
}

/// Arguments of `refine`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep refine acme
  fivestep refine acme --explain @ann.example
  fivestep refine acme -o csv --only review_for_removal
  fivestep refine --evaluate labelled.csv")]
pub struct RefineArgs {
    /// The brand
    #[arg(required_unless_present = "evaluate")]
    pub brand: Option<String>,
    /// Judge the screen itself, on a table of accounts of which the column `label` says whether
    /// they are fake or genuine
    #[arg(long, value_name = "FILE", conflicts_with_all = ["brand", "explain", "only"])]
    pub evaluate: Option<PathBuf>,
    /// One person, by handle, id or pseudonym: every part of both scores
    #[arg(long, value_name = "WHO")]
    pub explain: Option<String>,
    /// How many people of each decision are listed
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub first: usize,
    /// Only people with this decision, in the table of `-o csv`
    #[arg(long, value_name = "DECISION", value_parser = parse_decision)]
    pub only: Option<Decision>,
    /// Name people instead of giving each a pseudonym
    #[arg(long)]
    pub names: bool,
    /// Which evidence, and of when.
    #[command(flatten)]
    pub moment: MomentArgs,
}

/// Arguments of `review`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep review acme
  fivestep review acme --keys --actor Rita
  fivestep review acme -o csv --names
  fivestep review acme --plan plan.csv")]
pub struct ReviewArgs {
    /// The brand
    pub brand: String,
    /// Show one after another, and take an answer a line from standard input
    #[arg(long, group = "work")]
    pub keys: bool,
    /// Take the answers from the table that `-o csv` writes, filled in: all of them or none
    #[arg(long, value_name = "FILE", group = "work")]
    pub from: Option<PathBuf>,
    /// Write a table of what is to be done on the platform: at most 20 deeds a day, people named
    #[arg(long, value_name = "FILE", group = "work")]
    pub plan: Option<PathBuf>,
    /// Note the deeds of a plan that have `yes` under `done`: all of them or none
    #[arg(long, value_name = "FILE", group = "work")]
    pub done: Option<PathBuf>,
    /// Those who are reviewed or snoozed, too
    #[arg(long)]
    pub all: bool,
    /// How many are listed or asked about
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub first: usize,
    /// Name people instead of giving each a pseudonym
    #[arg(long)]
    pub names: bool,
    /// Say what would be taken or noted, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `repeat`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep repeat acme
  fivestep repeat acme --cycles 1 -o md")]
pub struct RepeatArgs {
    /// The brand
    pub brand: String,
    /// With how many earlier cycles it is compared
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    pub cycles: u16,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep report acme
  fivestep report acme -o html --to acme.html
  fivestep report acme -o csv
  fivestep report --all -o html --to reports")]
pub struct ReportArgs {
    /// The brand
    #[arg(required_unless_present = "all")]
    pub brand: Option<String>,
    /// Every brand that has a file in `brands/`, a report each
    #[arg(long, conflicts_with = "brand", requires = "to")]
    pub all: bool,
    /// The file to write instead of standard output, with `--all` the folder; what is there is
    /// replaced
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
}

/// Arguments of `forget`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep forget acme @ann.example --reason \"she asked on 2 March\" --dry-run
  fivestep forget acme @ann.example --reason \"she asked on 2 March\"")]
pub struct ForgetArgs {
    /// The brand
    pub brand: String,
    /// The person: their handle, or their id as fivestep writes it
    pub handle: String,
    /// Why, for the record; do not name the person
    #[arg(long)]
    pub reason: String,
    /// Say what would go, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `graph`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep graph
  fivestep graph --brand acme
  fivestep graph workflows/engagement.yaml -o mermaid  for pages that draw Mermaid
  fivestep graph -o dot > engagement.dot               for Graphviz
  fivestep graph --brand acme -o svg > acme.svg        for browsers")]
pub struct GraphArgs {
    /// A workflow of the workspace, or a workflow file; otherwise the only one of the workspace
    #[arg(value_name = "WORKFLOW|FILE")]
    pub workflow: Option<String>,
    /// Draw the workflow that this brand runs on, with the way it took
    #[arg(long, value_name = "BRAND", conflicts_with = "workflow")]
    pub brand: Option<String>,
}

/// Arguments of `schedule`.
#[derive(Debug, Args)]
pub struct ScheduleArgs {
    /// What to do
    #[command(subcommand)]
    pub verb: ScheduleVerb,
}

/// What to do with schedules.
#[derive(Debug, Subcommand)]
pub enum ScheduleVerb {
    /// The next times of schedules, with what clock changes do to them
    Preview(PreviewArgs),
}

/// Arguments of `schedule preview`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep schedule preview acme
  fivestep schedule preview --schedule morning --days 7
  fivestep schedule preview engagement --around 2026-10-25 --zone Europe/Rome")]
pub struct PreviewArgs {
    /// A brand or a workflow by name, or a workflow file; otherwise the only workflow
    #[arg(value_name = "BRAND|WORKFLOW|FILE")]
    pub name: Option<String>,
    /// Only this schedule
    #[arg(long, value_name = "ID")]
    pub schedule: Option<String>,
    /// So many times of each schedule, up to 1000; otherwise 10
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub count: Option<u16>,
    /// The times of so many days
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3660))]
    pub days: Option<u32>,
    /// From the day before this one, three days if nothing else is said; otherwise from now
    #[arg(long, value_name = "DATE")]
    pub around: Option<NaiveDate>,
    /// The zone of schedules that name none; otherwise the brand's, or UTC
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
}

/// Arguments of `pause`, `resume`, `cancel`, `abandon` and `adopt`.
#[derive(Debug, Args)]
pub struct HoldArgs {
    /// Brands by name; `-` reads names from standard input
    #[arg(value_name = "BRAND", required = true)]
    pub brands: Vec<String>,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Decide and print, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `migrate`.
#[derive(Debug, Args)]
#[command(
    group = clap::ArgGroup::new("do").required(true),
    after_help = "\
Examples:
  fivestep migrate engagement --plan
  fivestep migrate engagement --plan acme
  fivestep migrate engagement --apply --reason \"a higher bar\""
)]
pub struct MigrateArgs {
    /// The workflow whose file was edited
    pub workflow: String,
    /// Brands by name, `-` reads them from standard input; otherwise all that run on an older text
    #[arg(value_name = "BRAND")]
    pub brands: Vec<String>,
    /// Say what would happen, write nothing
    #[arg(long, group = "do")]
    pub plan: bool,
    /// Do it, unless one of the brands cannot
    #[arg(long, group = "do")]
    pub apply: bool,
    /// A stage that has another name now, once a stage
    #[arg(long, value_name = "OLD=NEW")]
    pub stage: Vec<String>,
    /// A task that has another name now, once a task
    #[arg(long, value_name = "OLD=NEW")]
    pub task: Vec<String>,
    /// One line a brand, too; so it is where brands are named
    #[arg(long)]
    pub each: bool,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// Arguments of `rewind`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep rewind acme --to 1 --reason \"the wrong charter\" --dry-run
  fivestep rewind acme --to acme@1.define.1 --reason \"the wrong charter\"")]
pub struct RewindArgs {
    /// The brand
    pub brand: String,
    /// The commit: its number, or the name of the checkpoint it made
    #[arg(long, value_name = "CHECKPOINT")]
    pub to: String,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Decide and print, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `fork`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fivestep fork acme acme-trial --reason \"a bolder workflow\"")]
pub struct ForkArgs {
    /// The brand that it begins as
    pub brand: String,
    /// The brand that begins; it has a file and has not started
    pub new: String,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Decide and print, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `gc`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep gc --dry-run
  fivestep gc --keep-days 90 --keep-cycles 4")]
pub struct GcArgs {
    /// Keep the journal of the last so many days whole
    #[arg(long, value_name = "DAYS", default_value_t = Keep::default().days)]
    pub keep_days: u32,
    /// Keep the journal of the last so many cycles of each brand whole, at least one
    #[arg(long, value_name = "CYCLES", default_value_t = Keep::default().cycles,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub keep_cycles: u32,
    /// Remove the evidence of brands that neither run nor have a file; otherwise it is listed
    #[arg(long)]
    pub orphans: bool,
    /// Count and print, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fivestep doctor\n  fivestep doctor --fix")]
pub struct DoctorArgs {
    /// Mend what can be mended: timers, notes about evidence, rows of brands that are no more
    #[arg(long)]
    pub fix: bool,
    /// Compare every index with its table, too
    #[arg(long)]
    pub full: bool,
}

/// Arguments of `backup`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep backup ../acme-agency.tar.gz  one file
  fivestep backup ../acme-agency-copy    a folder")]
pub struct BackupArgs {
    /// A new file that ends with `.tar.gz`, or else a new folder
    pub to: PathBuf,
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fivestep restore ../acme-agency.tar.gz ../acme-again")]
pub struct RestoreArgs {
    /// What `fivestep backup` wrote, a file or a folder
    #[arg(value_name = "BACKUP")]
    pub from: PathBuf,
    /// A new or empty folder
    pub dir: PathBuf,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fivestep export acme
  fivestep -C ../other import acme --archive acme.fivestep.tar.gz")]
pub struct ExportArgs {
    /// The brand
    pub brand: String,
    /// A new file; otherwise `BRAND.fivestep.tar.gz` here
    pub file: Option<PathBuf>,
    /// Leave out the facts about other people; the metrics are measured from new imports then
    #[arg(long)]
    pub without_evidence: bool,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fivestep completions bash > fivestep.bash")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// Takes an instant (`2026-03-02T09:00:00Z`) or a day (`2026-03-02`, its end in UTC).
pub fn parse_instant(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.to_utc());
    }
    text.parse::<NaiveDate>()
        .ok()
        .and_then(|day| day.and_hms_opt(23, 59, 59))
        .map(|end| end.and_utc())
        .ok_or_else(|| {
            "write an instant such as 2026-03-02T09:00:00Z, or a day such as 2026-03-02".to_owned()
        })
}

/// Takes the name of a decision.
fn parse_decision(text: &str) -> Result<Decision, String> {
    text.parse().map_err(|()| {
        let names = Decision::ALL.map(|row| format!("`{}`", row.1));
        format!("there is {}", names.join(", "))
    })
}

/// The length of a window in seconds: `24h`, `28d`, `4w`.
fn parse_window(text: &str) -> Result<i64, String> {
    let read = amount(text, [("h", 3_600), ("d", 86_400), ("w", 7 * 86_400)]);
    match read.filter(|(number, _)| *number <= u32::from(u16::MAX)) {
        Some((number, seconds)) => Ok(i64::from(number) * i64::from(seconds)),
        None => Err("write a whole number of `h`, `d` or `w`, such as `28d`".to_owned()),
    }
}

/// A whole number above 0, and how many seconds its unit has.
fn amount(text: &str, units: [(&str, u32); 3]) -> Option<(u32, u32)> {
    let split = text.len().saturating_sub(1);
    let unit = text.get(split..)?;
    let (_, seconds) = units.into_iter().find(|(name, _)| *name == unit)?;
    let number = text.get(..split)?.parse().ok().filter(|number| *number > 0)?;
    Some((number, seconds))
}

/// Takes what shows that a task was done, in words.
fn parse_note(text: &str) -> Result<String, String> {
    const MOST: usize = 2_000;
    match text.chars().count() {
        0..=MOST => Ok(text.to_owned()),
        count => Err(format!("it has {count} characters; write at most {MOST}, or a `--link`")),
    }
}

/// Takes the address of a page. It is kept and shown, never opened.
fn parse_link(text: &str) -> Result<String, String> {
    const MOST: usize = 2_000;
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let has_host =
        rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['));
    let steers = |c: char| c.is_whitespace() || c.is_control();
    if has_host && !text.contains(steers) && text.chars().count() <= MOST {
        return Ok(text.to_owned());
    }
    Err("write a whole address such as https://acme.example/charter".to_owned())
}

/// A length of time for people: `90s`, `10m`, `8h`.
fn parse_time(text: &str) -> Result<Duration, String> {
    match amount(text, [("s", 1), ("m", 60), ("h", 3_600)]) {
        Some((number, seconds)) => Ok(Duration::from_secs(u64::from(number) * u64::from(seconds))),
        None => Err("write a whole number of `s`, `m` or `h`, such as `10m`".to_owned()),
    }
}

fn parse_workers(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=64) => Ok(number),
        _ => Err("write a number from 1 to 64".to_owned()),
    }
}

/// Takes a number of days, `90d` or `12w`.
fn parse_days(text: &str) -> Result<u32, String> {
    const MOST: u32 = 3_660;
    let days = match (text.strip_suffix('d'), text.strip_suffix('w')) {
        (Some(days), _) => days.parse().ok(),
        (None, Some(weeks)) => weeks.parse::<u32>().ok().and_then(|weeks| weeks.checked_mul(7)),
        (None, None) => None,
    };
    days.filter(|days| (1..=MOST).contains(days))
        .ok_or_else(|| format!("write days or weeks, such as `90d` or `12w`, up to {MOST} days"))
}

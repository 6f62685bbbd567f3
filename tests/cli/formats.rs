//! What holds for every verb: formats, widths, colours, help, exit codes.

use insta::assert_snapshot;
use serde_json::Value;

use crate::common::{TestEnv, demo, ring, started};

/// Every verb that answers about the demo without changing it.
const QUESTIONS: [&str; 12] = [
    "fivestep check",
    "fivestep brand list",
    "fivestep brand show azzurro-radio",
    "fivestep status",
    "fivestep status verde-garden",
    "fivestep why verde-garden azzurro-radio bianco-books rosso-roasters",
    "fivestep why azzurro-radio",
    "fivestep tasks --done",
    "fivestep history bianco-books",
    "fivestep show rosso-roasters",
    "fivestep receipts azzurro-radio",
    "fivestep import azzurro-radio exports/azzurro-radio/2026-03-30.zip --dry-run",
];

/// Verbs that change something, in an order that works on [`started`].
const DEEDS: [&str; 13] = [
    "fivestep import acme",
    "fivestep advance acme",
    "fivestep advance --all",
    "fivestep done acme sign_charter --set agreed=true --reason 'read aloud to everybody in the shop, twice'",
    "fivestep reopen acme sign_charter --reason 'it was the wrong version of the charter, from last year'",
    "fivestep done acme sign_charter --set agreed=true",
    "fivestep advance acme --until blocked",
    "fivestep status",
    "fivestep pause acme --reason 'summer break of the whole team, until the first of September'",
    "fivestep resume acme",
    "fivestep why acme",
    "fivestep cancel acme --reason 'the shop closed'",
    "fivestep history acme",
];

fn with(line: &str, format: &str) -> String {
    format!("{line} -o {format}")
}

/// The keys and types of a document; a list is as its first entry, a map of names as one of them.
fn shape(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "text".to_owned(),
        Value::Array(list) => format!("[{}]", list.first().map(shape).unwrap_or_default()),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}: {}", shape(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

#[test]
fn no_line_of_a_table_is_wider_than_80_columns() {
    let (asked, moved) = (demo(), started());
    let questions = QUESTIONS.iter().map(|line| (asked.line(line), *line));
    let deeds = DEEDS.iter().map(|line| (moved.line(line), *line));
    // The quoted lines of a definition keep their own width.
    for (answer, line) in questions.chain(deeds).filter(|(_, line)| !line.ends_with("check")) {
        let wide: Vec<&str> =
            answer.stdout.lines().filter(|line| line.chars().count() > 80).collect();
        assert_eq!(wide, Vec::<&str>::new(), "{line}");
        assert!(answer.stdout.lines().all(|line| line == line.trim_end()), "{line} pads a line");
    }
    let told = TestEnv::empty().ok(["demo"]).stdout;
    assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
}

#[test]
fn json_is_one_document_of_a_known_shape() {
    let (asked, moved) = (demo(), started());
    let questions = QUESTIONS.iter().map(|line| (asked.line(&with(line, "json")), *line));
    let deeds = DEEDS.iter().map(|line| (moved.line(&with(line, "json")), *line));
    let shapes = questions.chain(deeds).map(|(answer, line)| {
        assert!(answer.stderr.is_empty(), "{line}: {}", answer.text());
        format!("{line}\n  {}\n", shape(&answer.json()))
    });
    assert_snapshot!(shapes.collect::<String>(), @"
    fivestep check
      {diagnostics: [{brands: [text], code: text, column: number, end_column: number, end_line: number, file: text, help: text, known: [], label: text, line: number, message: text, severity: text, span: {end: number, start: number}, suggestion: null}], errors: number, files: number, warnings: number}
    fivestep brand list
      [text]
    fivestep brand show azzurro-radio
      {accounts: [{handle: text, platform: text}], audience: {least_fit: number, never: [], people_a_day: number, prospects: null, seeds: [], segments: [{accounts: [], bio: [text], follows: [], hashtags: [], id: text, languages: [text], not: []}]}, charter: {people: [{name: text, role: text}], pillars: [{id: text, not: [], words: [text]}], posts_per_week: number}, competitors: [], digest: text, goals: {engaged_follower_rate: number}, id: text, keep_words: text, languages: [text], name: text, sources: [{account: text, kind: text, map: null, path: null}], workflow: text, working_time: {timezone: text, week: [bool]}}
    fivestep status
      [{at: text, blocked: bool, blocked_age_seconds: number, blocked_since: text, brand: text, checkpoint: text, cycle: number, definition: text, held_by: [text], revision: number, since: text, stage: text, stage_age_seconds: number, state: text, status: text, waived: [text], workflow: text}]
    fivestep status verde-garden
      [{at: text, blocked: bool, blocked_age_seconds: number, blocked_since: text, brand: text, checkpoint: text, cycle: number, definition: text, held_by: [text], revision: number, since: text, stage: text, stage_age_seconds: number, state: text, status: text, waived: [], workflow: text}]
    fivestep why verde-garden azzurro-radio bianco-books rosso-roasters
      [{actions: [], brand: text, checkpoint: text, cycle: number, gate: [{because: text, clause: text, demand: text, evidence: text, measured: text, numbers: {age_seconds: number, interval: {high: number, low: number}, metric: text, n: number, threshold: number, unit: text, value: number}, reason: text, remedy: text, to_pass: text, verdict: text}], goal: [{clause: text, demand: text, evidence: text, measured: text, numbers: {age_seconds: number, interval: {high: number, low: number}, metric: text, n: number, threshold: number, unit: text, value: number}, verdict: text}], goal_held_for: number, goal_streak: number, name: text, next: null, notes: [], now: text, open: bool, purpose: text, since: text, stage: text, status: text, tasks: [], timers: [], title: text, window: text}]
    fivestep why azzurro-radio
      {actions: [], brand: text, checkpoint: text, cycle: number, gate: [{because: text, clause: text, demand: text, evidence: text, measured: text, numbers: {age_seconds: number, interval: null, metric: text, n: null, threshold: number, unit: text, value: null}, remedy: text, verdict: text, waived: text}], goal: [{clause: text, demand: text, evidence: text, measured: text, numbers: {age_seconds: number, interval: null, metric: text, n: null, threshold: number, unit: text, value: null}, remedy: text, verdict: text}], goal_held_for: number, goal_streak: number, name: text, next: null, notes: [], now: text, open: bool, purpose: text, since: text, stage: text, status: text, tasks: [], timers: [], title: text, window: text}
    fivestep tasks --done
      []
    fivestep history bianco-books
      [{actor: text, at: text, event: text, revision: number, text: text}]
    fivestep show rosso-roasters
      {brand: text, checkpoint: text, name: text, notes: [], numbers: [{as_of: text, denominator: text, found: text, metric: text, n: number, sources: [text], span: [text], text: text, unit: text, value: number, window: {asked: bool, from: text, to: text}, window_text: text}], sources: [text], span: text, window: text, workflow: text}
    fivestep receipts azzurro-radio
      {brand: text, receipts: [{at: text, cannot_tell: [text], missing: [], number: number, receipt: {account: text, as_of: text, carried: [text], compared: [{found: number, note: text, stated: number, what: text}], digest: text, files: [{bytes: number, digest: text, kept: number, name: text, places: {}, rows_read: number, skipped: {}}], kind: text, notes: [text], spans: {posts: [text]}}}]}
    fivestep import azzurro-radio exports/azzurro-radio/2026-03-30.zip --dry-run
      [{brand: text, changed: null, facts: null, path: text, receipt: {account: text, as_of: text, carried: [text], compared: [{found: number, note: text, stated: number, what: text}], digest: text, files: [{bytes: number, digest: text, kept: number, name: text, places: {}, rows_read: number, skipped: {}}], kind: text, notes: [text], spans: {posts: [text]}}, result: text}]
    fivestep import acme
      [{brand: text, changed: bool, facts: {added: {account_totals: number, follows: number, interactions: number, people: number, post_totals: number, posts: number, profiles: number, requests: number}, changed: bool, left: number, returned: number, revision: number, updated: {account_totals: number, follows: number, interactions: number, people: number, post_totals: number, posts: number, profiles: number, requests: number}}, path: text, receipt: {account: text, as_of: text, carried: [text], compared: [{found: number, note: text, stated: number, what: text}], digest: text, files: [{bytes: number, digest: text, kept: number, name: text, places: {}, rows_read: number, skipped: {}}], kind: text, notes: [text], spans: {follows: [text], interactions: [text], post_totals: [text], posts: [text]}}, result: text}]
    fivestep advance acme
      [{brand: text, checkpoint: text, held_by: [text], path: [text], result: text}]
    fivestep advance --all
      [{brand: text, checkpoint: text, held_by: [text], path: [text], result: text}]
    fivestep done acme sign_charter --set agreed=true --reason 'read aloud to everybody in the shop, twice'
      [{brand: text, checkpoint: text, dry_run: bool, happened: [text], verb: text}]
    fivestep reopen acme sign_charter --reason 'it was the wrong version of the charter, from last year'
      [{brand: text, checkpoint: text, dry_run: bool, happened: [text], verb: text}]
    fivestep done acme sign_charter --set agreed=true
      [{brand: text, checkpoint: text, dry_run: bool, happened: [text], verb: text}]
    fivestep advance acme --until blocked
      [{brand: text, checkpoint: text, held_by: [text], path: [text], result: text}]
    fivestep status
      [{at: text, blocked: bool, blocked_age_seconds: number, blocked_since: text, brand: text, checkpoint: text, cycle: number, definition: text, held_by: [text], revision: number, since: text, stage: text, stage_age_seconds: number, state: text, status: text, waived: [], workflow: text}]
    fivestep pause acme --reason 'summer break of the whole team, until the first of September'
      [{brand: text, checkpoint: text, dry_run: bool, happened: [text], verb: text}]
    fivestep resume acme
      [{brand: text, checkpoint: text, dry_run: bool, happened: [text], verb: text}]
    fivestep why acme
      {actions: [], brand: text, checkpoint: text, cycle: number, gate: [{because: text, clause: text, demand: text, evidence: text, measured: text, numbers: {age_seconds: number, interval: null, metric: text, n: number, threshold: number, unit: text, value: number}, verdict: text}], goal: [{clause: text, demand: text, evidence: text, measured: text, numbers: {age_seconds: number, interval: {high: number, low: number}, metric: text, n: number, threshold: number, unit: text, value: number}, verdict: text}], goal_held_for: number, goal_streak: number, name: text, next: {at: text, kind: text, of: text}, notes: [], now: text, open: bool, purpose: text, since: text, stage: text, status: text, tasks: [{brand: text, changed_at: text, command: text, deadline: text, done_by: null, form: [text], four_eyes: bool, overdue: bool, owner: text, remind: bool, revision: number, stage: text, state: text, task: text, title: text, uid: text}], timers: [{at: text, kind: text, of: text}], title: text, window: text}
    fivestep cancel acme --reason 'the shop closed'
      [{brand: text, checkpoint: text, dry_run: bool, happened: [text], verb: text}]
    fivestep history acme
      [{actor: text, at: text, event: text, revision: number, text: text}]
    ");
}

#[test]
fn json_of_init_and_demo_is_one_document_too() {
    let env = TestEnv::empty();
    assert_snapshot!(shape(&env.ok(["init", "a", "-o", "json"]).json()), @"{files: [text], workspace: text}");
    let demo = env.ok(["demo", "b", "-o", "json"]).json();
    let brands: Vec<&str> =
        demo.as_array().unwrap().iter().map(|why| why["brand"].as_str().unwrap()).collect();
    assert_eq!(brands, ["rosso-roasters", "bianco-books", "verde-garden", "azzurro-radio"]);
}

#[test]
fn a_failure_in_json_says_its_kind_its_exit_and_what_to_do() {
    let env = started();
    env.replace("workflows/engagement.yaml", "title:", "titel:");
    let table = [
        ("fivestep done acme sign_charter -o json", "usage"),
        ("fivestep why nobody -o json", "unknown"),
        ("fivestep adopt acme -o json", "invalid"),
        ("fivestep import acme nowhere -o json", "fault"),
        ("fivestep resume acme -o json", "blocked"),
    ];
    for (line, kind) in table {
        let answer = env.line(line);
        let error = &answer.json()["error"];
        assert_eq!(error["kind"], kind, "{line}");
        assert_eq!(error["exit"], answer.code, "{line}");
        assert!(error["message"].is_string(), "{line}");
        assert!(!answer.stderr.is_empty(), "{line}: people see it, too");
        match kind {
            "invalid" => assert_eq!(error["diagnostics"][1]["suggestion"], "title", "{error}"),
            _ => assert!(error["hint"].is_string(), "{line}"),
        }
    }
}

#[test]
fn each_brand_of_a_list_has_its_own_outcome_in_json() {
    let env = ring(2);
    let answer = env.line("fivestep pause ring-0 nobody ring-1 -o json");
    assert_eq!(answer.code, 4, "{}", answer.text());
    let json = answer.json();
    assert_eq!(json[0]["brand"], "ring-0");
    assert_eq!(json[1]["error"]["kind"], "unknown");
    assert_eq!(json[2]["happened"][0], "paused");
    let answer = env.line("fivestep advance ring-0 nobody ring-1 -o json");
    let json = answer.json();
    assert_eq!(json[0]["error"]["refusal"]["refusal"], "paused");
    assert_eq!(json[1]["error"]["exit"], 4);
}

#[test]
fn names_pipe_into_any_verb_that_takes_several() {
    let env = demo();
    assert_snapshot!(env.ok(["status", "--blocked", "-o", "ids"]).stdout, @r"
    azzurro-radio
    bianco-books
    verde-garden
    ");
    let table =
        ["advance -", "why - -o ids", "status - -o ids", "tasks - -o ids", "adopt -", "pause -"];
    for verb in table {
        let answer = env.line(&format!("fivestep brand list -o ids | fivestep {verb}"));
        assert!([0, 10].contains(&answer.code), "{verb}: {}", answer.text());
    }
    let same = env.line("fivestep status -o ids | fivestep status - -o ids").stdout;
    assert_eq!(same, env.ok(["status", "-o", "ids"]).stdout);
    let fresh = TestEnv::new();
    assert_snapshot!(fresh.line("fivestep brand list -o ids | fivestep start - -o ids").text(), @r"
    acme
    [exit 0]
    ");
}

#[test]
fn names_on_standard_input_may_have_been_made_on_windows() {
    let env = ring(2);
    let answer = env.fed("ring-0\r\n\r\n\n  ring-1  \n", ["pause", "-", "-o", "ids"]);
    assert_snapshot!(answer.text(), @r"
    ring-0
    ring-1
    [exit 0]
    ");
    assert_snapshot!(env.fed("ring-0\r\n../ring-1\r\n", ["resume", "-"]).text(), @r"
    error: `../ring-1` is not a brand name: use 1 to 64 of a-z, 0-9, `-` and `_`, beginning with a letter or digit
    hint: see the names with `fivestep brand list`
    [exit 2]
    ");
    assert_snapshot!(env.fed("\n\r\n", ["resume", "-"]).text(), @r"
    error: no brand was named
    hint: name brands; `fivestep brand list` shows them
    [exit 2]
    ");
}

#[test]
fn a_log_goes_to_standard_error_and_never_into_an_answer() {
    let env = started();
    let quiet = env.ok(["import", "acme", "-o", "json"]);
    assert_eq!(quiet.stderr, "");
    let told = env.ok(["import", "acme", "-o", "json", "-vv", "--log-json"]);
    assert_eq!(told.json(), quiet.json());
    assert!(told.stderr.lines().count() >= 1, "{}", told.text());
    for line in told.stderr.lines() {
        let entry: Value = serde_json::from_str(line).expect("a line of the log is JSON");
        assert!(entry["level"].is_string(), "{line}");
    }
}

#[test]
fn a_name_of_a_person_cannot_disturb_a_terminal_or_a_table() {
    let env = started();
    env.ok(["pause", "acme", "--actor", "A\tb\nc\u{1b}[31m"]);
    let mut command = env.command();
    let output = command.env("CLICOLOR_FORCE", "1").args(["history", "acme", "--last", "1"]);
    let text = String::from_utf8(output.env_remove("NO_COLOR").output().unwrap().stdout).unwrap();
    assert!(text.contains("A b c [31m"), "{text:?}");
    assert!(!text.contains("\u{1b}[31m"), "{text:?}");
}

#[test]
fn colours_stay_on_the_terminal() {
    let env = demo();
    let output = |line: &str, force: bool| {
        let mut command = env.command();
        command.env_remove("NO_COLOR").args(line.split(' ').skip(1));
        if force {
            command.env("CLICOLOR_FORCE", "1");
        }
        let output = command.output().unwrap();
        [output.stdout, output.stderr].concat().contains(&0x1b)
    };
    for line in QUESTIONS.into_iter().chain(["fivestep why nobody", "fivestep --help"]) {
        assert!(!output(line, false), "{line} colours a pipe");
    }
    assert!(output("fivestep why verde-garden", true), "colours can be asked for");
}

#[test]
fn help_says_what_there_is_and_shows_examples() {
    let env = TestEnv::empty();
    assert_snapshot!(env.terminal("fivestep --help"), @"
    $ fivestep --help
    The five-step workflow engine for social-media engagement.

    A workflow file configures the five stages (define, target, support, refine, repeat); each
    brand goes round them; a stage's gate opens on evidence measured from the brand's own
    exports.

    Usage: fivestep [OPTIONS] <COMMAND>

    Commands:
      init         Make a workspace with a shipped workflow and a first brand file
      demo         Make a workspace with four sample brands and run them
      check        Check workflow, brand and suite files
      schema       Print the JSON Schema of workflow, brand or suite files, for editors
      explain      What a code of `check` means, and what to do about it
      test         Play the suites that test workflows, without data and without waiting
      brand        List brands, or show one brand's file
      import       Read a brand's exports into its evidence
      start        Start brands on their workflow
      advance      Move brands on whose gate is open
      status       Where brands stand [alias: list]
      why          Why a brand stands where it stands, and what would move it
      simulate     What would become of a brand, or would have; writes nothing
      tasks        Work for people
      done         Finish a task, or confirm what another person did
      reject       Say no to a task
      reassign     Give a task to another owner
      reopen       Take a task up again that is done or rejected
      notices      What people are to be told, and were
      retry        Try an action again that has failed
      skip         Let a brand go on without an action
      waive        Let a brand pass a clause that no source can measure
      history      A brand's journal
      show         A brand's numbers with sample and sources, or what an action answered
      receipts     What was imported for a brand, and what it can tell
      metrics      A brand's metrics, now or as known earlier, with their rows
      define       Whether a brand is what its charter says, and which posts drift from it
      target       Whom to turn to today, why, and what came of it before
      inbox        The conversations that wait for an answer, those to answer first at the top
      refine       What a brand's people give and gain, and what to do about it
      review       The questions about people that a person has to answer
      repeat       A cycle beside those before it: what moved, and what was done
      report       A brand's report: one page to send, or its numbers
      graph        Draw a workflow, and where a brand is in it
      schedule     When schedules come
      pause        Hold brands where they are
      resume       Let held brands go on
      cancel       End brands' runs as abandoned, with nothing left half done
      abandon      End brands' runs as abandoned at once
      adopt        Go on under the edited workflow file
      migrate      Take brands over to the edited workflow file, with a plan before
      rewind       Let a brand stand again where it stood after an earlier commit
      fork         Let a brand begin where another one stands, to try something
      tick         Do what is due, once; safe from cron
      serve        Do what is due when it is due, until it is stopped
      gc           Let go what is old, and give its bytes back
      doctor       Look whether everything that is kept is as it should be
      forget       Take a person out of a brand's evidence, for good
      backup       Copy the whole workspace, while others work in it
      restore      Make a workspace again from a backup
      export       Write one brand to one file, for another workspace
      completions  Print a completion script for a shell
      help         Print this message or the help of the given subcommand(s)

    Options:
      -C, --workspace <DIR>
              The workspace; otherwise the nearest one from here upwards

              [env: FIVESTEP_WORKSPACE=]

      -o, --output <OUTPUT>
              How to print: for people, for programs, or names only

              Possible values:
              - table: Text and tables for people, at most 80 columns
              - json:  One JSON document, never shortened
              - ids:   One name a line, to pipe into another verb through `-`

              [default: table]

          --actor <NAME>
              Who gives the command, for the journal

              [env: FIVESTEP_ACTOR=Ada]

          --now <INSTANT>
              Decide as if it were this moment (UTC); for tests and what-if

              [env: FIVESTEP_NOW=2026-03-30T10:00:00Z]

      -v, --verbose...
              Log to standard error; twice for more

          --log-json
              Log as JSON, one object a line

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Examples:
      fivestep demo                 a ready workspace in ./demo, with four brands
      fivestep import acme          read the brand's exports
      fivestep advance --all        move every brand whose gate is open
      fivestep why acme             why a brand stands where it stands
    [exit 0]
    ");
    assert_snapshot!(env.terminal("fivestep advance --help"), @r#"
    $ fivestep advance --help
    Move brands on whose gate is open

    Usage: fivestep advance [OPTIONS] [BRAND]...

    Arguments:
      [BRAND]...
              Brands by name; `-` reads names from standard input

    Options:
          --all
              Every brand

      -C, --workspace <DIR>
              The workspace; otherwise the nearest one from here upwards

              [env: FIVESTEP_WORKSPACE=]

      -o, --output <OUTPUT>
              How to print: for people, for programs, or names only

              Possible values:
              - table: Text and tables for people, at most 80 columns
              - json:  One JSON document, never shortened
              - ids:   One name a line, to pipe into another verb through `-`

              [default: table]

          --where <FILTER>
              Only brands that pass, such as `stage = "support" and blocked_for >= 7d`

          --actor <NAME>
              Who gives the command, for the journal

              [env: FIVESTEP_ACTOR=Ada]

          --resume
              Go on with an `advance --all` that was interrupted, as it was asked then

          --now <INSTANT>
              Decide as if it were this moment (UTC); for tests and what-if

              [env: FIVESTEP_NOW=2026-03-30T10:00:00Z]

          --until <blocked|STAGE>
              Go on until `blocked`, or until the brand is in this stage; otherwise one stage

      -v, --verbose...
              Log to standard error; twice for more

          --window-end <INSTANT>
              Let the measuring window end here instead of at the newest evidence

          --dry-run
              Decide and print, write nothing

          --log-json
              Log as JSON, one object a line

      -h, --help
              Print help (see a summary with '-h')

    Examples:
      fivestep advance acme
      fivestep advance --all --until blocked
      fivestep advance --where "stage = support and blocked_for >= 7d"
      fivestep advance --resume
      fivestep advance acme --dry-run
    [exit 0]
    "#);
    assert_snapshot!(env.terminal("fivestep waive -h"), @r#"
    $ fivestep waive -h
    Let a brand pass a clause that no source can measure

    Usage: fivestep waive [OPTIONS] <BRAND> <CLAUSE>

    Arguments:
      <BRAND>   The brand
      <CLAUSE>  The clause

    Options:
      -C, --workspace <DIR>  The workspace; otherwise the nearest one from here upwards [env:
                             FIVESTEP_WORKSPACE=]
          --reason <TEXT>    Why, for the journal
          --dry-run          Decide and print, write nothing
      -o, --output <OUTPUT>  How to print: for people, for programs, or names only [default:
                             table] [possible values: table, json, ids]
          --actor <NAME>     Who gives the command, for the journal [env: FIVESTEP_ACTOR=Ada]
          --now <INSTANT>    Decide as if it were this moment (UTC); for tests and what-if
                             [env: FIVESTEP_NOW=2026-03-30T10:00:00Z]
      -v, --verbose...       Log to standard error; twice for more
          --log-json         Log as JSON, one object a line
      -h, --help             Print help (see more with '--help')

    Example:
      fivestep waive acme reached --actor Ada --reason "the archive has no followers"
    [exit 0]
    "#);
    let version = env.ok(["--version"]).stdout;
    assert_eq!(version, format!("fivestep {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_mistake_on_the_command_line_is_named() {
    let lines = "
        fivestep
        fivestep advnace acme
        fivestep status --blockd
        fivestep status -o yaml
        fivestep why
        fivestep advance acme --all
        fivestep done acme sign --set a=1 --input {}
        fivestep --now yesterday status";
    let env = TestEnv::new();
    // The first is the whole help; its last line is enough.
    let told = env.terminal(lines);
    let start = told.find("$ fivestep advnace").unwrap();
    assert_snapshot!(told[start..], @r"
    $ fivestep advnace acme
    error: unrecognized subcommand 'advnace'

      tip: some similar subcommands exist: 'cancel', 'advance'

    Usage: fivestep [OPTIONS] <COMMAND>

    For more information, try '--help'.
    [exit 2]

    $ fivestep status --blockd
    error: unexpected argument '--blockd' found

      tip: a similar argument exists: '--blocked'

    Usage: fivestep status --blocked [BRAND]...

    For more information, try '--help'.
    [exit 2]

    $ fivestep status -o yaml
    error: invalid value 'yaml' for '--output <OUTPUT>'
      [possible values: table, json, ids]

    For more information, try '--help'.
    [exit 2]

    $ fivestep why
    error: the following required arguments were not provided:
      <BRAND>...

    Usage: fivestep why --actor <NAME> --now <INSTANT> <BRAND>...

    For more information, try '--help'.
    [exit 2]

    $ fivestep advance acme --all
    error: the argument '[BRAND]...' cannot be used with '--all'

    Usage: fivestep advance --actor <NAME> --now <INSTANT> <BRAND>...

    For more information, try '--help'.
    [exit 2]

    $ fivestep done acme sign --set a=1 --input {}
    error: the argument '--set <FIELD=VALUE>' cannot be used with '--input <JSON>'

    Usage: fivestep done --set <FIELD=VALUE> --actor <NAME> --now <INSTANT> <BRAND> <TASK>

    For more information, try '--help'.
    [exit 2]

    $ fivestep --now yesterday status
    error: invalid value 'yesterday' for '--now <INSTANT>': write an instant such as 2026-03-02T09:00:00Z, or a day such as 2026-03-02

    For more information, try '--help'.
    [exit 2]
    ");
    assert_eq!(env.line("fivestep").code, 2);
}

#[test]
fn completions_are_scripts() {
    let env = TestEnv::empty();
    let table = [("bash", "_fivestep() {"), ("zsh", "#compdef fivestep"), ("fish", "# Print")];
    for (shell, first) in table {
        let script = env.ok(["completions", shell]).stdout;
        assert!(script.lines().next().unwrap().starts_with(first), "{shell}: {script}");
        assert!(script.contains("window-end"), "{shell} knows every flag");
    }
}

#[test]
fn every_exit_code_means_one_thing() {
    let env = ring(1);
    env.write("brands/wrong.yaml", "brand: wrong\nnmae: Wrong\n");
    let moved = "UPDATE brand SET revision = revision + 1 WHERE brand = 'ring-0'";
    let table = [
        (0, "it moved or answered", "fivestep advance ring-0", None),
        (1, "an export failed it", "fivestep import ring-0 nowhere", None),
        (2, "the command line", "fivestep advance --frobnicate", None),
        (2, "a form", "fivestep waive ring-0 some", None),
        (3, "a file is wrong", "fivestep start wrong", None),
        (3, "a file is wrong", "fivestep check", None),
        (4, "a name does not exist", "fivestep why nobody", None),
        (5, "a case failed", "fivestep test --filter gold --require-coverage", None),
        (10, "nothing to do", "fivestep resume ring-0", None),
        (6, "another process was faster", "fivestep pause ring-0", Some(moved)),
        (6, "another process was faster", "fivestep advance --all", None),
    ];
    for (code, why, line, first) in table {
        if let Some(sql) = first {
            let state = rusqlite::Connection::open(env.path(".fivestep/state.db")).unwrap();
            state.execute_batch(sql).unwrap();
        }
        let answer = env.line(line);
        assert_eq!(answer.code, code, "{why}: {}", answer.text());
    }
    let documented: Vec<u8> = fivestep::cli::exit::Exit::ALL.iter().map(|row| row.1).collect();
    assert_eq!(documented, [0, 1, 2, 3, 4, 5, 6, 10]);
}

//! The parts of the reference pages that are made from the code.
//!
//! Start reading at [`part`]. Pages under `docs/reference/` hold such a part between
//! `<!-- generated: NAME -->` and `<!-- end generated -->`; `tests/docs.rs` compares the two, and
//! writes the pages again when `FIVESTEP_BLESS` is set.
//!
//! # Always true
//!
//! - The same program gives the same text: no clock, no environment, no width of a terminal.

use clap::{Arg, ArgAction, Command, CommandFactory};

use crate::{
    definition::{Code, KeyManual, Severity, expression::VOCABULARY, manual},
    evidence::scores::{Decision, Feature, Reason},
    model::{
        Denominator, FactKind, Metric, Outcome, SourceKind, Unit,
        metric::{Better, Method},
    },
    store::filter::FIELDS,
};

use super::{args::Cli, exit::Exit};

/// The Markdown of one generated part; `None` if there is no part of that name.
///
/// ```
/// use fivestep::cli::reference::part;
/// assert!(part("exit-codes").is_some_and(|text| text.contains("| 10 | blocked |")));
/// assert_eq!(part("nonsense"), None);
/// ```
pub fn part(name: &str) -> Option<String> {
    match name {
        "capabilities" => Some(capabilities()),
        "command-line" => Some(command_line()),
        "diagnostics" => Some(diagnostics()),
        "exit-codes" => Some(exit_codes()),
        "denominators" => Some(denominators()),
        "filter-fields" => Some(filter_fields()),
        "expression-names" => Some(expression_names()),
        "formulas" => Some(formulas()),
        "measurable" => Some(measurable()),
        "metrics" => Some(metrics()),
        "score-parts" => Some(score_parts()),
        "screen-reasons" => Some(screen_reasons()),
        "decisions" => Some(decisions()),
        "outcomes" => Some(listed(Outcome::ALL.map(Outcome::name))),
        _ => manual(name.strip_prefix("keys of ")?).map(keys),
    }
}

/// The keys of a record.
fn keys(rows: Vec<KeyManual>) -> String {
    let rows = rows.into_iter().map(|row| {
        let KeyManual { key, required, takes, about, example } = row;
        vec![code(key), yes(required), takes, about.to_owned(), code(example)]
    });
    table(&["key", "required", "value", "meaning", "example"], rows)
}

/// What is out of what.
fn denominators() -> String {
    let rows = Denominator::ALL.map(|(denominator, name)| {
        let own = Metric::ALL.into_iter().filter(|metric| metric.spec().per == Some(denominator));
        let own: Vec<String> = own.map(|metric| code(&metric.to_string())).collect();
        vec![code(name), if own.is_empty() { "none".to_owned() } else { own.join(", ") }]
    });
    table(&["denominator", "metrics out of it"], rows)
}

fn exit_codes() -> String {
    let rows = Exit::ALL.map(|(_, code, name, meaning)| {
        vec![code.to_string(), name.to_owned(), meaning.to_owned()]
    });
    table(&["code", "name", "meaning"], rows)
}

fn filter_fields() -> String {
    let rows = FIELDS.map(|(name, takes, meaning)| {
        let takes: Vec<String> = takes.split_whitespace().map(str::to_owned).collect();
        let (operators, value) = takes.split_at(takes.len().saturating_sub(1));
        let operators: Vec<String> = operators.iter().map(|operator| code(operator)).collect();
        vec![code(name), operators.join(" "), value.concat(), meaning.to_owned()]
    });
    table(&["word", "operators", "value", "what it asks"], rows)
}

fn expression_names() -> String {
    let rows = VOCABULARY.map(|word| {
        let [name, kind, places, meaning] = [word.name, word.kind, word.places, word.meaning];
        vec![code(name), kind.to_owned(), places.to_owned(), meaning.to_owned()]
    });
    table(&["name", "kind", "where", "what it says"], rows)
}

fn metrics() -> String {
    let rows = Metric::ALL.map(|metric| {
        let spec = metric.spec();
        let better = match (spec.better, spec.unit) {
            (Better::Higher, Unit::Instant) => "later",
            (Better::Lower, Unit::Instant) => "earlier",
            (Better::Higher, _) => "higher",
            (Better::Lower, _) => "lower",
        };
        let method = match spec.method {
            Method::Wilson => "Wilson",
            Method::Rank => "ranks",
            Method::Bootstrap => "bootstrap",
            Method::Census => "none",
        };
        let way = |way: &&[FactKind]| way.iter().map(FactKind::to_string).collect::<Vec<_>>();
        let needs: Vec<String> = spec.needs.iter().map(|one| way(one).join("; ")).collect();
        vec![
            code(&metric.to_string()),
            spec.title.to_owned(),
            spec.unit.to_string(),
            spec.cases.to_owned(),
            method.to_owned(),
            better.to_owned(),
            needs.join(" **or** "),
        ]
    });
    table(&["metric", "what it says", "unit", "a case", "interval", "better", "needs"], rows)
}

/// How each metric is computed, and who says so.
fn formulas() -> String {
    let rows = Metric::ALL.map(|metric| {
        let spec = metric.spec();
        vec![code(&metric.to_string()), spec.formula.to_owned(), spec.source.to_owned()]
    });
    table(&["metric", "formula", "source"], rows)
}

/// What both scores of a person are made of.
fn score_parts() -> String {
    let rows = Feature::ALL.map(|part| {
        let axis = match part.axis() {
            "fits" => "how they fit".to_owned(),
            axis => format!("what they {}", axis.strip_suffix('s').unwrap_or_default()),
        };
        [axis, code(part.name()), part.weight().to_string(), part.formula().to_owned()].to_vec()
    });
    table(&["score", "part", "weight", "share of the weight"], rows)
}

/// What speaks against an account, and for it.
fn screen_reasons() -> String {
    let rows = Reason::ALL.map(|reason| {
        let points = format!("{:+}", reason.points());
        let points = if reason.points() == 0 { "0".to_owned() } else { points };
        vec![
            code(reason.code()),
            reason.group().name().to_owned(),
            points,
            reason.words().to_owned(),
        ]
    });
    table(&["reason", "group", "points", "what it says"], rows)
}

/// What may be proposed about a person.
fn decisions() -> String {
    let rows = Decision::ALL.map(|(_, name, advice)| vec![code(name), advice.to_owned()]);
    table(&["decision", "what it asks for"], rows)
}

/// Which kinds of facts each kind of source can carry.
fn capabilities() -> String {
    let rows = FactKind::ALL.map(|kind| {
        let carried = SourceKind::ALL.map(|(source, _)| yes(source.carries().contains(&kind)));
        [vec![kind.to_string()], carried.to_vec()].concat()
    });
    table(&[&["facts"], SourceKind::ALL.map(|(_, name)| name).as_slice()].concat(), rows)
}

/// Which metrics a brand with one kind of source can have.
fn measurable() -> String {
    let rows = Metric::WRITTEN.map(|metric| {
        let measured = SourceKind::ALL.map(|(source, _)| yes(source.can_measure(metric)));
        [vec![code(metric.name())], measured.to_vec()].concat()
    });
    table(&[&["metric"], SourceKind::ALL.map(|(_, name)| name).as_slice()].concat(), rows)
}

fn diagnostics() -> String {
    let families = [
        ("F00", "Text and YAML"),
        ("F01", "Keys and values"),
        ("F02", "Names"),
        ("F03", "The graph of stages"),
        ("F04", "Brands"),
        ("F05", "Suites"),
        ("F06", "Actions and ladders"),
        ("F07", "Schedules"),
    ];
    let family = |(prefix, title): (&str, &str)| {
        let codes = Code::ALL.iter().filter(|code| code.id().starts_with(prefix));
        let rows = codes.map(|code| {
            let severity = match code.severity() {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            let link = format!("[{code}](diagnostics/{code}.md)");
            vec![link, code.meaning().to_owned(), severity.to_owned()]
        });
        format!("## {title}\n\n{}", table(&["code", "meaning", "severity"], rows))
    };
    families.map(family).join("\n")
}

fn command_line() -> String {
    let mut cli = Cli::command();
    cli.build();
    let global: Vec<&Arg> = cli.get_arguments().filter(|arg| is_told(arg)).collect();
    let mut text = format!("## Options of every verb\n\n{}", options(&global));
    for verb in cli.get_subcommands().filter(|verb| verb.get_name() != "help") {
        let inner: Vec<&Command> =
            verb.get_subcommands().filter(|inner| inner.get_name() != "help").collect();
        if inner.is_empty() {
            text.push_str(&one_verb(verb, verb.get_name()));
        }
        for command in inner {
            text.push_str(&one_verb(
                command,
                &format!("{} {}", verb.get_name(), command.get_name()),
            ));
        }
    }
    text
}

/// The section of one verb: what it does, how it is written, its own arguments, an example.
fn one_verb(verb: &Command, name: &str) -> String {
    let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
    let own: Vec<&Arg> =
        verb.get_arguments().filter(|arg| is_told(arg) && !arg.is_global_set()).collect();
    let usage: Vec<String> = own.iter().map(|arg| usage(arg)).collect();
    let usage = [vec![format!("fivestep {name}")], usage].concat().join(" ");
    let mut text = format!("\n## `{name}`\n\n{about}.\n\n```text\n{usage}\n```\n");
    for alias in verb.get_visible_aliases() {
        text.push_str(&format!("\n`fivestep {alias}` is the same.\n"));
    }
    if !own.is_empty() {
        text.push_str(&format!("\n{}", options(&own)));
    }
    if let Some(help) = verb.get_after_help() {
        let examples: Vec<String> = help.to_string().lines().skip(1).map(example).collect();
        text.push_str(&format!("\n```sh\n{}\n```\n", examples.join("\n")));
    }
    text
}

/// A line of the help's examples; what it says on the right becomes a comment of the shell.
fn example(line: &str) -> String {
    match line.trim().split_once("  ") {
        Some((command, what)) => format!("{command}  # {}", what.trim()),
        None => line.trim().to_owned(),
    }
}

/// Help and version explain themselves.
fn is_told(arg: &Arg) -> bool {
    !matches!(
        arg.get_action(),
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
    )
}

fn usage(arg: &Arg) -> String {
    let many = matches!(arg.get_action(), ArgAction::Append);
    let dots = if many { "…" } else { "" };
    match arg.get_long() {
        Some(_) => format!("[{}]{dots}", spelled(arg)),
        None if arg.is_required_set() => format!("{}{dots}", value(arg)),
        None => format!("[{}]{dots}", value(arg)),
    }
}

fn options(args: &[&Arg]) -> String {
    let rows = args.iter().map(|arg| {
        let short = arg.get_short().map(|short| format!("`-{short}`, ")).unwrap_or_default();
        let mut help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let values = arg.get_possible_values();
        let values: Vec<_> = values.iter().filter(|value| !value.is_hide_set()).collect();
        let takes_value = arg.get_action().takes_values();
        if takes_value && !values.is_empty() {
            let names: Vec<String> = values.iter().map(|value| code(value.get_name())).collect();
            help.push_str(&format!(": {}", names.join(", ")));
        }
        if let Some(default) = arg.get_default_values().first().filter(|_| takes_value) {
            help.push_str(&format!("; by default `{}`", default.display()));
        }
        if let Some(variable) = arg.get_env() {
            help.push_str(&format!("; else `{}` from the environment", variable.display()));
        }
        vec![format!("{short}{}", code(&spelled(arg))), help]
    });
    table(&["argument", "meaning"], rows)
}

/// `--flag`, `--option VALUE` or `VALUE`.
fn spelled(arg: &Arg) -> String {
    match arg.get_long() {
        Some(long) if arg.get_action().takes_values() => format!("--{long} {}", value(arg)),
        Some(long) => format!("--{long}"),
        None => value(arg),
    }
}

fn value(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    names.first().map_or_else(|| arg.get_id().as_str().to_uppercase(), ToString::to_string)
}

fn yes(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn listed<const N: usize>(names: [&str; N]) -> String {
    format!("{}\n", names.map(code).join(", "))
}

/// A Markdown table.
fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let rule = format!("|{}\n", "---|".repeat(head.len()));
    let rows: String = rows.into_iter().map(|row| line(&row)).collect();
    format!("{}{rule}{rows}", line(&head))
}

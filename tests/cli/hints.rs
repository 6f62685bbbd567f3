//! Every command that an answer suggests exists and works.

use crate::common::{TestEnv, demo, started};

/// The commands between backticks and after "Next:", with the placeholders filled in.
fn suggested(text: &str) -> Vec<String> {
    let quoted = text.split('`').skip(1).step_by(2);
    let lines = text.lines().map(str::trim);
    let commands = quoted.chain(lines).filter(|part| part.starts_with("fivestep "));
    let filled = commands.map(|command| {
        let fill =
            [("FIELD=VALUE", "agreed=true"), ("PATH", "exports/acme"), (" DIR", " elsewhere")];
        fill.iter().fold(command.to_owned(), |text, (hole, with)| text.replace(hole, with))
    });
    filled.collect()
}

#[test]
fn a_suggested_command_works() {
    // (a command that answers with suggestions, how many, before it)
    let table: [(&str, usize, &[&str]); 23] = [
        ("fivestep advance acme", 1, &["fivestep advance acme"]),
        ("fivestep start acme", 1, &[]),
        ("fivestep resume acme", 1, &[]),
        ("fivestep advance acme", 1, &["fivestep pause acme"]),
        ("fivestep advance acme", 2, &["fivestep cancel acme"]),
        ("fivestep reopen acme sign_charter", 1, &[]),
        ("fivestep done acme sign_charter", 1, &[]),
        (
            "fivestep done acme sign_charter --set agreed=true",
            1,
            &["fivestep done acme sign_charter --set agreed=true"],
        ),
        ("fivestep waive acme complete --reason x", 1, &[]),
        ("fivestep adopt acme", 1, &[]),
        ("fivestep why Acme", 1, &[]),
        ("fivestep advance", 1, &[]),
        ("fivestep status --stage refine", 1, &[]),
        ("fivestep tasks --overdue", 1, &[]),
        ("fivestep init elsewhere", 3, &[]),
        ("fivestep why acme", 1, &["fivestep done acme sign_charter --set agreed=true"]),
        ("fivestep demo elsewhere", 4, &[]),
        ("fivestep reject acme sign_charter --reason x", 0, &[]),
        (
            "fivestep done acme sign_charter --set agreed=true",
            1,
            &["fivestep reject acme sign_charter --reason x"],
        ),
        ("fivestep why acme", 1, &["fivestep reject acme sign_charter --reason x"]),
        ("fivestep why acme", 1, &["fivestep pause acme"]),
        ("fivestep start acme --again", 1, &[]),
        ("fivestep notices", 1, &[]),
    ];
    for (line, count, before) in table {
        let env = started();
        for line in before {
            env.line(line);
        }
        let said = env.line(line).text();
        let commands = suggested(&said);
        assert_eq!(commands.len(), count, "{line} suggests {commands:?}: {said}");
        for command in commands {
            // What `init` suggests is for its own folder, which has no export yet.
            if said.starts_with("Made a workspace in elsewhere:") && command.contains("import") {
                continue;
            }
            let answer = env.line(&command);
            assert!([0, 10].contains(&answer.code), "{line} suggests {command}: {}", answer.text());
        }
    }
}

#[test]
fn a_folder_without_a_workspace_is_told_how_to_get_one() {
    let said = TestEnv::empty().line("fivestep status").text();
    let commands = suggested(&said);
    assert_eq!(commands, ["fivestep init", "fivestep demo"], "{said}");
    for command in commands {
        assert_eq!(TestEnv::empty().line(&command).code, 0, "{command}");
    }
}

#[test]
fn a_brand_that_was_not_started_is_told_how_to_start() {
    let env = TestEnv::new();
    for line in ["fivestep why acme", "fivestep history acme", "fivestep advance acme"] {
        let said = env.line(line).text();
        let start = suggested(&said).into_iter().find(|command| command.contains("start"));
        let answer = env.line(&format!("{} --dry-run", start.unwrap_or_default()));
        assert_eq!(answer.code, 0, "{said}");
    }
}

#[test]
fn an_edited_workflow_is_adopted_as_suggested() {
    let env = started();
    env.replace("workflows/engagement.yaml", "at_least: 60%", "at_least: 61%");
    let why = env.ok(["why", "acme"]).stdout.replace("\n      ", " ");
    let commands = suggested(&why);
    assert_eq!(commands, ["fivestep adopt acme"], "{why}");
    assert_eq!(env.line(&commands[0]).code, 0);
}

#[test]
fn a_missing_flag_is_the_one_that_was_missing() {
    let env = demo();
    let run = |line: &str| {
        let words = crate::common::words(line);
        let mut command = env.command();
        let output = command.env_remove("FIVESTEP_ACTOR").args(&words[1..]).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let mut line = "fivestep waive azzurro-radio open".to_owned();
    for flag in ["--actor NAME", "--reason TEXT"] {
        let (code, said) = run(&line);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(&format!("`{flag}`")), "{said}");
        line = format!("{line} {flag}");
    }
    assert_eq!(run(&line).0, 0);
}

#[test]
fn every_example_of_the_help_is_understood() {
    let env = started();
    env.write("demo/.keep", "");
    std::fs::remove_file(env.path("demo/.keep")).unwrap();
    let help = env.ok(["--help"]).stdout;
    let verbs: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|verb| *verb != "help")
        .collect();
    assert!(verbs.len() >= 36, "{verbs:?}");
    let pages = verbs.iter().flat_map(|verb| match *verb {
        "brand" => vec![vec!["brand", "list"], vec!["brand", "show"]],
        "schedule" => vec![vec!["schedule", "preview"]],
        verb => vec![vec![verb]],
    });
    let mut texts = vec![help.clone()];
    for mut page in pages {
        page.push("--help");
        let text = env.ok(page.iter().copied()).stdout;
        assert!(text.contains("Example"), "{page:?} shows no example");
        texts.push(text);
    }
    let mut seen = 0;
    for line in
        texts.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with("  fivestep"))
    {
        let command = line.trim().split("  ").next().unwrap_or_default();
        let command = command.split(" > ").next().unwrap_or_default();
        let answer = env.line(command);
        assert_ne!(answer.code, 2, "{command}: {}", answer.text());
        assert!(answer.code >= 0, "{command}: {}", answer.text());
        seen += 1;
    }
    assert!(seen >= 30, "{seen} examples");
}

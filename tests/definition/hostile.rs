//! Files that no person would write: each gets one clear answer, in time that grows with the file.

use std::time::{Duration, Instant};

use fivestep::definition::{
    MAX_BYTES, SourceFile, diagnostic::MAX_PROBLEMS, inspect_workflow, render,
};

use super::{codes, engagement};

/// A quadratic part would take minutes, so that a busy machine does not matter.
const IN_TIME: Duration = Duration::from_secs(20);

const SMALL: &str = include_str!("accept/small.yaml");
const GATE: &str = "exit: [{ id: quick, metric: first_response_median, at_most: 24h }]";
const WAYS: &str = "next:\n      - { when: goal.held, finish: gold }\n      - { to: target }\n";

/// The small workflow with another gate of `support`.
fn gate(clauses: impl IntoIterator<Item = String>) -> String {
    let clauses: String = clauses.into_iter().map(|clause| format!("      - {clause}\n")).collect();
    exchanged(
        GATE,
        &format!(
            "exit:\n      - {{ id: quick, metric: first_response_median, at_most: 24h }}\n{clauses}"
        ),
    )
}

/// The small workflow with other ways out of `repeat`, above the last one.
fn ways(ways: impl IntoIterator<Item = String>) -> String {
    let ways: String = ways.into_iter().map(|way| format!("      - {way}\n")).collect();
    let gold = "      - { when: goal.held, finish: gold }\n";
    exchanged(WAYS, &format!("next:\n{gold}{ways}      - {{ to: target }}\n"))
}

/// The small workflow with more stages behind its own.
fn stages(more: impl IntoIterator<Item = String>) -> String {
    format!("{SMALL}{}", more.into_iter().collect::<String>())
}

fn stage(name: &str, next: &str) -> String {
    format!("  {name}: {{ step: support, title: S, {GATE}, next: {next} }}\n")
}

/// The small workflow with a part of it written otherwise.
fn exchanged(from: &str, to: &str) -> String {
    assert!(SMALL.contains(from), "the small workflow says {from}");
    SMALL.replacen(from, to, 1)
}

/// A clause of `support` that asks an expression.
fn asking(expression: &str) -> String {
    gate([format!("{{ id: asks, when: '{expression}' }}")])
}

/// An expression of exactly so many terms.
fn terms(count: usize) -> String {
    let terms: Vec<String> = (0..count / 2).map(|at| format!("cycle != {}", at + 1_000)).collect();
    asking(&terms.join(" && "))
}

/// So many levels of lists, one in the other, below `title`.
fn levels(count: usize) -> String {
    exchanged("title: Small", &format!("title: {}x{}", "[".repeat(count), "]".repeat(count)))
}

fn nested_groups(depth: usize) -> String {
    let open = "{ any: [{ wait: 1d }, ".repeat(depth);
    gate([format!("{{ id: deep, all: [{open}{{ wait: 2d }}{}] }}", "] }".repeat(depth))])
}

#[test]
fn each_limit_is_met_exactly() {
    let padded = |bytes: usize| format!("{SMALL}#{}\n", "x".repeat(bytes - SMALL.len() - 2));
    // The file has some values of its own.
    let values = |count: usize| {
        let own = 129;
        exchanged("title: Small", &format!("title: [{}x]", "x,".repeat(count - own - 1)))
    };
    // (why, what is just allowed and its code if it is not right, what is too much, its code)
    let table = [
        ("4 MB", padded(MAX_BYTES), None, padded(MAX_BYTES + 1), "F0001"),
        ("64 levels", levels(62), Some("F0102"), levels(63), "F0007"),
        ("250,000 values", values(250_000), Some("F0102"), values(250_001), "F0008"),
        (
            "4,000 characters",
            exchanged("title: Small", &format!("title: {}", "é".repeat(4_000))),
            None,
            exchanged("title: Small", &format!("title: {}", "é".repeat(4_001))),
            "F0105",
        ),
        ("64 terms", terms(64), None, terms(66), "F0117"),
        (
            "64 characters of a name",
            exchanged("workflow: small", &format!("workflow: {}", "a".repeat(64))),
            None,
            exchanged("workflow: small", &format!("workflow: {}", "a".repeat(65))),
            "F0201",
        ),
        ("groups as deep as values", nested_groups(28), None, nested_groups(29), "F0007"),
    ];
    for (why, allowed, right, too_much, code) in table {
        assert_eq!(codes(allowed).first().copied(), right, "{why}");
        assert_eq!(codes(too_much).first().copied(), Some(code), "more than {why}");
    }
}

#[test]
fn hostile_files_are_refused_with_one_clear_word() {
    let small = engagement();
    let nested = |open: &str| format!("{small}x: {}", open.repeat(200_000));
    let mut laughs = String::from("a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for (name, last) in ('b'..='z').zip('a'..) {
        laughs += &format!("{name}: &{name} [{}]\n", vec![format!("*{last}"); 9].join(", "));
    }
    let titled = |title: &str| exchanged("title: Small", &format!("title: {title}"));
    let number =
        "owner: lead, form: { type: object, properties: { n: { type: number, maximum: .inf } } } }";
    let questions = vec!["regressed(\"define\")"; 120_000].join("||");
    let held = |held: &str| exchanged("held_for: 1", &format!("held_for: {held}"));
    // (why, the bytes, the code that is named first)
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing", Vec::new(), "F0004"),
        ("white space", b" \n\n ".to_vec(), "F0004"),
        ("no document", b"---\n...\n".to_vec(), "F0004"),
        ("an empty mapping", b"{}".to_vec(), "F0004"),
        ("a file of 50 MB", vec![b'#'; 50_000_000], "F0001"),
        ("a scalar of 10 MB", format!("title: {}", "x".repeat(10_000_000)).into(), "F0001"),
        ("200,000 brackets", nested("[").into(), "F0007"),
        ("200,000 mappings", nested("{a: ").into(), "F0007"),
        ("200,000 dashes", nested("\n - ").into(), "F0101"),
        ("200,000 dashes in a line", format!("x:\n {}", "- ".repeat(200_000)).into(), "F0007"),
        ("200,000 keys of keys", "? ".repeat(200_000).into(), "F0007"),
        ("groups 60 deep", nested_groups(60).into(), "F0007"),
        ("too many values", format!("title: [{}]", "a,".repeat(250_000)).into(), "F0008"),
        (
            "too many keys",
            (0..130_000).map(|at| format!("k{at}: v\n")).collect::<String>().into(),
            "F0008",
        ),
        (
            "20,000 stages",
            stages((0..20_000).map(|at| stage(&format!("s{at}"), "refine"))).into(),
            "F0008",
        ),
        (
            "50,000 ways",
            ways((0..50_000).map(|at| format!("{{ when: cycle == {at}, to: define }}"))).into(),
            "F0008",
        ),
        ("a billion laughs", laughs.into(), "F0010"),
        ("an alias to itself", b"&a [*a]".to_vec(), "F0010"),
        ("a merge of itself", titled("x\n<<: &a { <<: *a }").into(), "F0010"),
        ("UTF-16", b"\xff\xfea\0:\0 \0b\0".to_vec(), "F0002"),
        ("Latin-1", b"title: caf\xe9\n".to_vec(), "F0002"),
        ("cut inside a character", b"title: caf\xc3".to_vec(), "F0002"),
        ("half of a pair of UTF-16 in UTF-8", b"title: \xed\xa0\x80".to_vec(), "F0002"),
        ("a character in more bytes than it takes", b"title: \xc0\xaf".to_vec(), "F0002"),
        ("NUL, where some parsers stop", b"format: 1\0\n".to_vec(), "F0003"),
        ("a second mark of byte order", titled("\u{feff}x").into(), "F0003"),
        ("a picture", b"\x89PNG\r\n\x1a\n".to_vec(), "F0002"),
        ("an archive", b"PK\x03\x04\x14\0".to_vec(), "F0003"),
        ("an executable", b"\x7fELF\x02".to_vec(), "F0003"),
        ("a tab for spaces", SMALL.replace("  all:", "\tall:").into(), "F0006"),
        (
            "a key that other readers take for true",
            exchanged("title: Small", "on: Small\ntitle: Small").into(),
            "F0101",
        ),
        ("a truth in another word", exchanged("is: true", "is: yes").into(), "F0110"),
        ("a truth in capitals", exchanged("is: true", "is: True").into(), "F0110"),
        ("a time of day for a number", held("9:30").into(), "F0107"),
        ("a number in base 8", held("0o10").into(), "F0107"),
        ("a number in base 16", held("0x10").into(), "F0107"),
        ("a number with thousands", held("1_000").into(), "F0107"),
        ("a number with an exponent", held("1e3").into(), "F0107"),
        ("a number with a sign", held("+1").into(), "F0107"),
        ("digits of another script", held("١").into(), "F0107"),
        ("a number of 4,000 digits", held(&"9".repeat(4_000)).into(), "F0107"),
        ("no number", held(".nan").into(), "F0107"),
        ("without end", exchanged("at_least: 20", "at_least: .inf").into(), "F0109"),
        ("more than everything", exchanged("at_most: 60%", "at_most: 1e999%").into(), "F0109"),
        (
            "a duration of ages",
            exchanged("window: 28d", &format!("window: {}w", u64::MAX)).into(),
            "F0108",
        ),
        ("a form's limit without end", exchanged("owner: lead }", number).into(), "F0107"),
        ("an expression of 3,900 brackets", asking(&"(".repeat(3_900)).into(), "F0117"),
        ("an expression of 10,000 brackets", asking(&"(".repeat(10_000)).into(), "F0105"),
        ("an expression of 100,000 characters", asking(&"x".repeat(100_000)).into(), "F0105"),
        (
            "120,000 questions in a way",
            ways([format!("{{ when: '{questions}', to: define }}")]).into(),
            "F0105",
        ),
        ("an expression of 3,900 minus signs", asking(&"-".repeat(3_900)).into(), "F0117"),
        ("a number in an expression that is none", asking("cycle > 1.2.3").into(), "F0117"),
        (
            "a number of 3,900 digits in an expression",
            asking(&format!("cycle > {}", "9".repeat(3_900))).into(),
            "F0117",
        ),
        (
            "a division by nothing, which is missing",
            asking("cycle / 0 > 1 && cycle < 0").into(),
            "F0115",
        ),
    ];
    for (why, bytes, code) in table {
        let found = codes(bytes);
        assert_eq!(found.first().copied(), Some(code), "{why}");
    }
}

#[test]
fn odd_files_that_are_right_are_right() {
    let either = |at| {
        format!(
            "{{ any: [{{ when: response_rate > {at}% }}, {{ when: conversation_depth > {at} }}] }}"
        )
    };
    let many: Vec<String> = (0..12).map(either).collect();
    let many = format!("{{ id: many, all: [{}] }}", many.join(", "));
    let joined = |at| format!("(response_rate > {at}% || cycle > {at})");
    let joined: Vec<String> = (0..10).map(joined).collect();
    let joined = joined.join(" && ");
    // (why, the text)
    let table = [
        ("a mark of byte order", format!("\u{feff}{SMALL}")),
        ("CR and LF at the end of lines", SMALL.replace('\n', "\r\n")),
        ("CR alone", SMALL.replace('\n', "\r")),
        ("no line break at the end", SMALL.trim_end().to_owned()),
        ("a number that begins with 0 is decimal", exchanged("held_for: 1", "held_for: 01")),
        ("a time of day is a text", exchanged("title: Small", "title: 9:30")),
        ("other words for truth are texts", exchanged("title: Small", "title: no")),
        ("no number is a text", exchanged("title: Small", "title: .nan")),
        ("groups that would be multiplied out to 4,096 sets", gate([many])),
        ("an expression that would be multiplied out to 1,024 sets", asking(&joined)),
    ];
    for (why, text) in table {
        let file = SourceFile::new("odd.yaml", text.into_bytes());
        let (_, problems) = inspect_workflow(&file);
        assert!(problems.is_empty(), "{why}: {}", render(&problems, &[&file], false));
    }
}

/// The small workflow with many tasks in `define`, and a clause for each.
fn tasks(count: usize, clause: impl Fn(usize) -> String) -> String {
    let task = |at| format!("      - {{ id: t{at}, title: T, owner: lead }}\n");
    let tasks: String = (0..count).map(task).collect();
    let clauses = (0..count).map(|at| format!("      - {{ id: c{at}, {} }}\n", clause(at)));
    exchanged("      - { id: signed, task: sign }\n", &clauses.collect::<String>()).replacen(
        "    tasks:\n",
        &format!("    tasks:\n{tasks}"),
        1,
    )
}

/// The small workflow with 12,000 stages in a row before `refine`.
fn row(last: &str) -> String {
    let next = |at: usize| if at == 11_999 { last.to_owned() } else { format!("s{}", at + 1) };
    let row = (0..12_000).map(|at| stage(&format!("s{at}"), &next(at)));
    stages(row).replacen("next: refine", "next: s0", 1)
}

/// Any-groups of 64 parts each.
fn groups(count: usize) -> Vec<String> {
    let parts = |at: usize| -> String {
        (0..64).map(|part| format!("{{ when: cycle != {} }}, ", part + at)).collect()
    };
    (0..count).map(|at| format!("any: [{}]", parts(at))).collect()
}

/// Large files about stages: (why, the text, the code that is named first).
fn large_graphs() -> Vec<(&'static str, String, Option<&'static str>)> {
    let named = |at: usize, next: &str| stage(&format!("s{at}"), next);
    let alone = stages((0..12_000).map(|at| named(at, "refine")));
    let ring = stages((0..12_000).map(|at| named(at, &format!("s{}", (at + 1) % 12_000))));
    let enter = "next: [{ when: cycle > 1, to: s0 }, { to: refine }]";
    let entered = ring.replacen("next: refine", enter, 1);
    let way = |to| format!("{{ when: engaged_followers == {to}, to: s{to} }}, ");
    let everywhere = format!("[ {}{{ to: refine }} ]", (0..180).map(way).collect::<String>());
    let dense = stages((0..180).map(|at| named(at, &everywhere)));
    vec![
        ("12,000 stages in a row", row("refine"), None),
        ("a circle of 12,000 stages", row(&enter[6..]), Some("F0309")),
        ("12,000 stages that nothing leads to", alone, Some("F0303")),
        ("a ring of 12,000 stages", ring, Some("F0303")),
        ("a ring of 12,000 stages that is entered", entered, Some("F0304")),
        (
            "180 stages with 180 ways each",
            dense.replacen("next: refine", "next: s0", 1),
            Some("F0309"),
        ),
    ]
}

/// Large files about clauses.
fn large_gates() -> Vec<(&'static str, String, Option<&'static str>)> {
    let comparison = |at| format!("{{ id: c{at}, metric: engaged_followers, at_least: {at} }}");
    let expression = |at| format!("{{ id: c{at}, when: response_rate / 1.{at:05} > 10% }}");
    let choice =
        |at| format!("{{ id: c{at}, when: response_rate > 10% || conversation_depth > {at} }}");
    let against = "{ id: last, metric: first_response_median, at_least: 48h }".to_owned();
    let loose = |at| format!("{{ id: c{at}, metric: response_rate, at_least: {}% }}", at % 50);
    let strict = |at| {
        let percent = 91 + at % 9;
        format!("{{ id: c{at}, metric: response_rate, at_least: {percent}%, bound: lower95 }}")
    };
    let goals: String = (0..14_000).map(|at| format!("    - {}\n", loose(at))).collect();
    let with_goals = gate((0..14_000).map(loose));
    let with_goals = with_goals.replacen("  held_for", &format!("{goals}  held_for"), 1);
    let long = |at: usize| {
        let length = "first_response_median + first_response_median - first_response_median";
        let terms: Vec<String> =
            (0..16).map(|term| format!("{length}            < {}h", term + at + 30)).collect();
        format!("{{ id: c{at}, when: '{}' }}", terms.join(" || "))
    };
    let apart = groups(400).into_iter().enumerate();
    let apart = gate(apart.map(|(at, group)| format!("{{ id: c{at}, {group} }}")));
    let together = format!("{{ id: all, all: [{{ {} }}] }}", groups(400).join(" }, { "));
    vec![
        ("20,000 comparisons in one gate", gate((0..20_000).map(comparison)), None),
        ("20,000 expressions in one gate", gate((0..20_000).map(expression)), None),
        ("20,000 choices in one gate", gate((0..20_000).map(choice)), None),
        (
            "20,000 clauses and a contradiction",
            gate((0..20_000).map(expression).chain([against])),
            Some("F0310"),
        ),
        ("14,000 lines of the goal and a clause for each", with_goals, None),
        (
            "14,000 clauses that ask for more than the goal",
            gate((0..14_000).map(strict)),
            Some("F0312"),
        ),
        ("groups of 64 parts, 400 of them", apart, None),
        ("one group of 400 groups of 64 parts", gate([together]), None),
        ("900 expressions of 64 terms", gate((0..900).map(long)), None),
    ]
}

/// The small workflow with many actions in `support`, each of which needs another.
fn actions(count: usize, needed: impl Fn(usize) -> usize) -> String {
    let action =
        |at| format!("      - {{ id: a{at}, run: source.pull, needs: [a{}] }}\n", needed(at));
    let actions: String = (0..count).map(action).collect();
    exchanged("    title: S\n", &format!("    title: S\n    entry:\n{actions}"))
}

/// Large files about ways, tasks, actions and forms.
fn large_lists() -> Vec<(&'static str, String, Option<&'static str>)> {
    let way = |at| format!("{{ when: cycle + {at} > goal.streak, to: define }}");
    let same = |_| "{ when: cycle == 2, to: define }".to_owned();
    let nowhere = |at| format!("{{ when: 'regressed(\"s{at}\")', to: define }}");
    let fields: String = (0..60_000).map(|at| format!("f{at}, ")).collect();
    let form = format!("owner: lead, form: {{ type: object, required: [{fields}x] }} }}");
    let schedules = |each: fn(usize) -> String| {
        let lines: String = (0..20_000).map(each).collect();
        format!("{}schedules:\n{lines}", super::engagement())
    };
    vec![
        (
            "20,000 schedules",
            schedules(|at| {
                let (minute, hour) = (at % 60, at / 60 % 24);
                let day = at / 1_440 + 1;
                format!("  - {{ id: s{at}, cron: {minute} {hour} {day} * *, run: advance }}\n")
            }),
            None,
        ),
        (
            "20,000 schedules that do the same",
            schedules(|at| format!("  - {{ id: s{at}, cron: 0 9 * * *, run: advance }}\n")),
            Some("F0703"),
        ),
        ("45,000 ways", ways((0..45_000).map(way)), None),
        ("45,000 ways of which one is taken", ways((0..45_000).map(same)), Some("F0307")),
        ("45,000 ways that ask for no stage", ways((0..45_000).map(nowhere)), Some("F0203")),
        ("10,000 tasks, asked for", tasks(10_000, |at| format!("task: t{at}")), None),
        (
            "10,000 tasks, asked for in expressions",
            tasks(10_000, |at| format!("when: tasks.t{at}.done")),
            None,
        ),
        ("10,000 tasks, misspelt", tasks(10_000, |at| format!("task: tt{at}")), Some("F0204")),
        ("20,000 actions in a circle", actions(20_000, |at| (at + 1) % 20_000), Some("F0602")),
        (
            "20,000 actions that need nothing there is",
            actions(20_000, |at| at + 20_000),
            Some("F0601"),
        ),
        (
            "60,000 fields that are required and none",
            exchanged("owner: lead }", &form),
            Some("F0116"),
        ),
    ]
}

/// Checks large files: (why, the text, the code that is named first).
fn are_checked_in_time(table: Vec<(&str, String, Option<&str>)>) {
    for (why, text, code) in table {
        let size = text.len();
        let file = SourceFile::new("large.yaml", text.into_bytes());
        let begin = Instant::now();
        let (_, problems) = inspect_workflow(&file);
        let took = begin.elapsed();
        println!("{:>6} ms {:>5} kB {why}", took.as_millis(), size / 1_000);
        let first = problems.first();
        assert_eq!(first.map(|problem| problem.code.id()), code, "{why}: {first:#?}");
        assert!(problems.len() <= MAX_PROBLEMS + 1 && took < IN_TIME, "{why} took {took:?}");
    }
}

#[test]
fn large_graphs_are_checked_in_time_that_grows_with_them() {
    are_checked_in_time(large_graphs());
}

#[test]
fn large_gates_are_checked_in_time_that_grows_with_them() {
    are_checked_in_time(large_gates());
}

#[test]
fn large_lists_are_checked_in_time_that_grows_with_them() {
    are_checked_in_time(large_lists());
}

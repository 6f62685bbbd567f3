//! `tasks -o ics`, as readers of calendars that others wrote understand it.

use std::{io::BufReader, process::Command};

use ical::{IcalParser, parser::ical::component::IcalCalendar, property::Property};

use crate::common::TestEnv;

/// Two brands, the second with a title that is hard to write, each with a task due on Thursday.
fn two_brands() -> TestEnv {
    let env = TestEnv::new();
    env.replace(
        "workflows/engagement.yaml",
        "deadline: 3 business days\n",
        "deadline: 3 business days\n        remind: [2 business days, 1 business day]\n",
    );
    let text = std::fs::read_to_string(env.path("workflows/engagement.yaml")).unwrap();
    let title = format!("\"Sign; say, \\\\ or 👩‍🌾 {}\"", "größer als eine Zeile, ".repeat(4));
    let other = text.replacen("workflow: engagement", "workflow: hard", 1);
    env.write(
        "workflows/hard.yaml",
        other.replacen("title: Sign the charter", &format!("title: {title}"), 1),
    );
    let brand = std::fs::read_to_string(env.path("brands/acme.yaml")).unwrap();
    let brand = brand.replacen("brand: acme", "brand: other", 1);
    env.write("brands/other.yaml", brand.replacen("workflow: engagement", "workflow: hard", 1));
    env.ok(["start", "--all"]);
    env
}

fn read(text: &str) -> IcalCalendar {
    let calendars: Result<Vec<IcalCalendar>, _> =
        IcalParser::new(BufReader::new(text.as_bytes())).collect();
    let mut calendars = calendars.unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(calendars.len(), 1, "{text}");
    calendars.remove(0)
}

/// The value of a property that must be there once.
fn one<'a>(properties: &'a [Property], name: &str) -> &'a str {
    let found: Vec<&Property> =
        properties.iter().filter(|property| property.name == name).collect();
    assert_eq!(found.len(), 1, "{name} in {properties:?}");
    found[0].value.as_deref().unwrap_or_default()
}

/// A text as the standard says it was meant.
fn meant(text: &str) -> String {
    let (mut out, mut escaped) = (String::new(), false);
    for c in text.chars() {
        match (escaped, c) {
            (false, '\\') => escaped = true,
            (true, 'n' | 'N') => (escaped, _) = (false, out.push('\n')),
            (_, c) => (escaped, _) = (false, out.push(c)),
        }
    }
    out
}

#[test]
fn a_task_is_an_event_that_ends_at_its_deadline_with_an_alarm_a_reminder() {
    let env = two_brands();
    let text = env.ok(["tasks", "-o", "ics"]).stdout;
    assert!(text.ends_with("END:VCALENDAR\r\n"), "{text}");
    assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{text}");
    let calendar = read(&text);
    assert_eq!(one(&calendar.properties, "VERSION"), "2.0");
    assert_eq!((calendar.events.len(), calendar.todos.len()), (2, 0));
    let event = &calendar.events[0];
    // (property, value)
    let table = [
        ("DTSTAMP", "20260330T100000Z"),
        ("DTSTART", "20260402T093000Z"),
        ("DTEND", "20260402T100000Z"),
        ("SEQUENCE", "1"),
        ("SUMMARY", "Sign the charter (acme)"),
        ("CATEGORIES", "acme,define"),
        ("TRANSP", "TRANSPARENT"),
    ];
    for (property, value) in table {
        assert_eq!(one(&event.properties, property), value);
    }
    let said = meant(one(&event.properties, "DESCRIPTION"));
    assert!(said.contains("fivestep done acme sign_charter --set agreed=VALUE"), "{said}");
    let alarms: Vec<&str> =
        event.alarms.iter().map(|alarm| one(&alarm.properties, "TRIGGER")).collect();
    assert_eq!(alarms, ["20260331T100000Z", "20260401T100000Z"]);
    let hard = meant(one(&calendar.events[1].properties, "SUMMARY"));
    assert!(hard.starts_with("Sign; say, \\ or 👩‍🌾 größer als eine Zeile, größer"), "{hard}");
    assert_ne!(
        one(&calendar.events[0].properties, "UID"),
        one(&calendar.events[1].properties, "UID")
    );
}

#[test]
fn the_same_task_stays_the_same_entry_and_grows_newer() {
    let mut env = two_brands();
    let seen = |env: &TestEnv| {
        let calendar = read(&env.ok(["tasks", "acme", "-o", "ics"]).stdout);
        let properties = &calendar.events[0].properties;
        let uid = one(properties, "UID").to_owned();
        (uid, one(properties, "SEQUENCE").parse::<u64>().unwrap())
    };
    let first = seen(&env);
    env.set_now("2026-03-31T10:00:00Z");
    assert_eq!(seen(&env), first, "the clock changes nothing");
    env.ok(["reassign", "acme", "sign_charter", "--to", "Ben"]);
    let second = seen(&env);
    assert_eq!(second.0, first.0);
    assert!(second.1 > first.1);
    env.ok(["cancel", "acme"]);
    env.ok(["start", "acme", "--again"]);
    assert_ne!(seen(&env).0, first.0, "another run has another task");
}

#[test]
fn to_dos_are_written_for_programs_that_know_them() {
    let env = two_brands();
    env.ok(["reject", "other", "sign_charter", "--reason", "no"]);
    let calendar = read(&env.ok(["tasks", "-o", "ics", "--todo"]).stdout);
    assert_eq!((calendar.events.len(), calendar.todos.len()), (0, 2));
    let status = |at: usize| one(&calendar.todos[at].properties, "STATUS").to_owned();
    assert_eq!([status(0), status(1)], ["NEEDS-ACTION", "CANCELLED"]);
    assert_eq!(one(&calendar.todos[0].properties, "DUE"), "20260402T100000Z");
    let events = env.ok(["tasks", "-o", "ics"]);
    assert!(events.stderr.contains("left out without a deadline: 1"), "{}", events.stderr);
    assert_eq!(env.fivestep(["tasks", "--todo"]).code, 2, "it says how a calendar is written");
}

#[test]
fn a_calendar_without_a_task_is_a_calendar() {
    let env = TestEnv::new();
    let calendar = read(&env.ok(["tasks", "-o", "ics"]).stdout);
    assert_eq!((calendar.events.len(), calendar.todos.len()), (0, 0));
}

/// Reads the calendar with two more readers, each strict in its own way.
const PYTHON: &str = "
import sys, icalendar, vobject
text = open(sys.argv[1], 'rb').read()
for component in icalendar.Calendar.from_ical(text).walk():
    assert not component.errors, component.errors
    if component.name in ('VEVENT', 'VTODO'):
        end = component.get('DTEND') or component.get('DUE')
        print(component.name, component['SUMMARY'][:4], end.dt.isoformat(), len(component.walk('VALARM')))
calendar = vobject.readOne(text.decode())
calendar.validate(raiseException=True)
for kind in ('vevent', 'vtodo'):
    for entry in calendar.contents.get(kind, []):
        print(entry.name, entry.summary.value[:4], len(entry.contents.get('valarm', [])))
";

#[test]
fn readers_in_python_understand_it_too() {
    let python = || Command::new("python3");
    let known = python().args(["-c", "import icalendar, vobject"]).output();
    if !known.is_ok_and(|known| known.status.success()) {
        eprintln!(
            "skipped: `pip install icalendar vobject` would let Python read the calendar, too"
        );
        return;
    }
    let env = two_brands();
    // (flags, what the two readers say of each entry)
    let table: [(&[&str], &str); 2] = [
        (&[], "VEVENT Sign 2026-04-02T10:00:00+00:00 2\n"),
        (&["--todo"], "VTODO Sign 2026-04-02T10:00:00+00:00 2\n"),
    ];
    for (flags, line) in table {
        let answer = env.ok(["tasks", "-o", "ics"].into_iter().chain(flags.iter().copied()));
        env.write("tasks.ics", &answer.stdout);
        let read = python().arg("-c").arg(PYTHON).arg(env.path("tasks.ics")).output().unwrap();
        let said = String::from_utf8_lossy(&read.stdout).into_owned();
        assert!(read.status.success(), "{said}{}", String::from_utf8_lossy(&read.stderr));
        assert_eq!(said.matches(line).count(), 2, "{said}");
        assert_eq!(said.lines().count(), 4, "{said}");
    }
}

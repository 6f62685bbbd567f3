//! Every verb that writes dies at each named place that it passes, and asking again ends the work.
//!
//! Start reading at [`scenes`]. A scene is played once to its end while the places that it passes
//! are written down; then it dies at each of them, and once more at the last time it passes there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Output,
};

use fivestep::failpoint;

use crate::{
    common::{self, TestEnv},
    sound::{assert_sound, busy},
};

/// Something that a person does.
struct Scene {
    /// A workspace in which it can be done.
    make: fn() -> TestEnv,
    /// What is typed.
    verb: &'static str,
    /// What is typed after a death.
    again: &'static str,
    /// What is typed to see what came of it, if it lies elsewhere.
    then: Option<&'static str>,
    /// The workspace in which it can be seen afterwards, and the brand.
    seen: (&'static str, &'static str),
}

fn scenes() -> Vec<Scene> {
    let here = |make: fn() -> TestEnv, verb: &'static str, brand: &'static str| Scene {
        make,
        verb,
        again: verb,
        then: None,
        seen: (".", brand),
    };
    let copy = |verb: &'static str, then: &'static str| Scene {
        then: Some(then),
        seen: ("again", "acme"),
        ..here(common::started, verb, "acme")
    };
    vec![
        here(TestEnv::empty, "init .", "acme"),
        here(unread, "import acme", "acme"),
        here(unstarted, "start acme", "acme"),
        Scene { again: "advance --resume", ..here(|| common::ring(3), "advance --all", "ring-1") },
        here(common::demo, "gc --keep-days 0 --keep-cycles 1", "bianco-books"),
        copy("backup copy.tar.gz", "restore copy.tar.gz again"),
        copy("backup copy", "restore copy again"),
        Scene { then: None, make: backed_up, ..copy("restore copy.tar.gz again", "") },
        here(common::started, "export acme acme.tar.gz", "acme"),
        here(carried, "import acme --archive acme.tar.gz", "acme"),
        here(with_a_second_file, "fork verde-garden trial", "trial"),
        here(common::demo, "forget verde-garden @gaia30.example --reason asked", "verde-garden"),
    ]
}

/// An export that was not imported yet.
fn unread() -> TestEnv {
    let env = TestEnv::new();
    env.export("exports/acme", &common::round());
    env
}

fn unstarted() -> TestEnv {
    let env = unread();
    env.ok(["import", "acme"]);
    env
}

fn backed_up() -> TestEnv {
    let env = common::started();
    env.ok(["backup", "copy.tar.gz"]);
    env
}

/// A workspace without brands that has the archive of one.
fn carried() -> TestEnv {
    let (from, to) = (common::started(), TestEnv::new());
    from.ok(["export", "acme", "acme.tar.gz"]);
    fs::copy(from.path("acme.tar.gz"), to.path("acme.tar.gz")).unwrap();
    fs::remove_file(to.path("brands/acme.yaml")).unwrap();
    to
}

fn with_a_second_file() -> TestEnv {
    let env = common::demo();
    let text = fs::read_to_string(env.path("brands/verde-garden.yaml")).unwrap();
    env.write("brands/trial.yaml", text.replace("brand: verde-garden", "brand: trial"));
    env
}

fn run(env: &TestEnv, verb: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = env.command();
    command.args(verb.split(' ')).envs(variables.iter().copied());
    command.output().unwrap()
}

/// What people see of a workspace.
fn seen(env: &TestEnv, (folder, brand): (&str, &str)) -> Vec<String> {
    let asks = ["status", "tasks", "history", "why", "show"].map(|verb| match verb {
        "status" | "tasks" => format!("fivestep -C {folder} {verb}"),
        _ => format!("fivestep -C {folder} {verb} {brand}"),
    });
    asks.iter().map(|line| env.line(line).text()).collect()
}

/// The checks that find something in a workspace; none if there is none yet.
fn doctor(env: &TestEnv) -> Vec<String> {
    if !env.path(".fivestep").exists() {
        return Vec::new();
    }
    let report = env.line("fivestep doctor -o json").json();
    let checks = report["checks"].as_array().expect("a list of checks").iter();
    let found = checks.filter(|check| check["found"] != 0);
    found.map(|check| check["check"].as_str().expect("its name").to_owned()).collect()
}

/// How often each place is passed.
fn passed(env: &TestEnv, verb: &str) -> BTreeMap<String, usize> {
    let log = env.root().with_extension("places");
    let output = run(env, verb, &[("FIVESTEP_FAILPOINT_LOG", log.to_str().unwrap())]);
    assert!(matches!(output.status.code(), Some(0 | 10)), "{verb}: {output:?}");
    let mut counts = BTreeMap::new();
    for place in fs::read_to_string(&log).unwrap_or_default().lines() {
        *counts.entry(place.to_owned()).or_default() += 1;
    }
    drop(fs::remove_file(log));
    counts
}

/// Copies in the making that a death has left; they are nobody's, and go with the next copy made
/// here a day later.
fn leftovers(env: &TestEnv) -> usize {
    let inside = |folder: &str| fs::read_dir(env.path(folder)).into_iter().flatten();
    let names = [".", ".fivestep", ".fivestep/evidence"].into_iter().flat_map(inside);
    let names = names.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(|name| name.starts_with(".fivestep-copy-") || name.contains(".fork-")).count()
}

#[test]
fn every_verb_that_dies_at_a_place_is_ended_by_asking_again() {
    for Scene { make, verb, again, then, seen: place } in scenes() {
        let whole = make();
        let before = seen(&whole, place);
        let passes = passed(&whole, verb);
        then.map(|then| run(&whole, then, &[]));
        let expected = seen(&whole, place);
        let deaths =
            passes.iter().flat_map(|(name, count)| BTreeSet::from([(name, 1), (name, *count)]));
        for (name, time) in deaths {
            let (env, at) = (make(), format!("{name}:{time}"));
            let died = run(&env, verb, &[("FIVESTEP_FAILPOINT", &at)]);
            assert_eq!(died.status.code(), None, "{verb} does not die at {at}: {died:?}");
            // An import may have to be noted still; whatever else is wrong is wrong.
            let found = doctor(&env);
            assert!(found.iter().all(|check| check == "evidence"), "{verb} {at}: {found:?}");
            // What was done already may be refused; what is seen afterwards decides.
            run(&env, again, &[]);
            if again != verb && seen(&env, place) == before {
                // It died before there was anything to go on with.
                run(&env, verb, &[]);
            }
            then.map(|then| run(&env, then, &[]));
            assert_eq!(seen(&env, place), expected, "{verb} after {at}");
            assert_eq!(doctor(&env), [""; 0], "{verb} after {at}");
            assert!(leftovers(&env) <= 2, "{verb} after {at}");
        }
    }
}

#[test]
fn every_place_is_passed_by_something_that_is_tested() {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for Scene { make, verb, .. } in scenes() {
        names.extend(passed(&make(), verb).into_keys());
    }
    names.extend(passed(&due(), "tick").into_keys());
    let all: BTreeSet<String> = failpoint::ALL.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(names, all);
    let page = include_str!("../../docs/design/0015-proofs.md");
    for name in all {
        assert!(page.contains(&format!("`{name}`")), "`{name}` is not on the page of proofs");
    }
}

/// So many seconds after the brands have started.
fn later(seconds: i64) -> String {
    let start: chrono::DateTime<chrono::Utc> = common::NOW.parse().unwrap();
    (start + chrono::TimeDelta::seconds(seconds)).to_rfc3339()
}

/// Three brands with something to do.
fn due() -> TestEnv {
    busy(3).at(&later(2))
}

#[test]
fn death_at_every_place_is_survived() {
    for name in passed(&due(), "tick").keys() {
        for times in [1, 2, 5] {
            let env = due();
            let at = format!("{name}:{times}");
            let died = run(&env, "tick", &[("FIVESTEP_FAILPOINT", &at)]).status.code().is_none();
            assert!(died || times > 1, "{name}: nobody passes there");
            assert_sound(&env, 3);
            // What was begun counts as lost after its time, and is tried again.
            for seconds in [400, 800, 1_200] {
                let tick = run(&env, "tick", &[("FIVESTEP_NOW", &later(seconds))]);
                assert!(tick.status.success(), "{name}: {tick:?}");
            }
            let found = assert_sound(&env, 3);
            assert!(found.left >= 6, "{name}: every brand went on: {found:?}");
            assert!(found.succeeded >= 3, "{name}: what was lost was done again: {found:?}");
            assert!(died || found.twice == 0, "{name}: nothing was repeated: {found:?}");
        }
    }
}

#[test]
fn a_server_that_dies_at_a_place_leaves_everything_sound() {
    for name in ["write.before", "write.written", "write.after"] {
        let env = busy(2);
        let now = env.command().env_remove("FIVESTEP_NOW").args(["status"]).output().unwrap();
        assert!(now.status.success(), "{now:?}");
        for time in 1..=4 {
            let mut server = env.command();
            server.env_remove("FIVESTEP_NOW").env("FIVESTEP_FAILPOINT", format!("{name}:{time}"));
            let died = server.args(["serve", "--lease", "1s", "--for", "3s"]).output().unwrap();
            assert_eq!(died.status.code(), None, "{name}:{time}: {died:?}");
            assert_sound(&env, 2);
        }
    }
}

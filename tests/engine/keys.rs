//! A piece of work has one key, whatever the workflow calls the place where it is done.

use fivestep::model::{ActionName, Digest, Verb, command::Renamed};
use serde_json::Map;

use crate::common::{Run, Seen, day, load};

const ACTING: &str = include_str!("acting.yaml");

/// The key of `fetch`, if it belongs to the run.
fn key(run: &Run) -> Option<Digest> {
    let fetch: ActionName = "fetch".parse().expect("a name");
    run.checkpoint.actions.get(&fetch).map(|state| state.key.clone())
}

/// Goes over to another text, in which stages may have other names.
fn migrate(run: &mut Run, text: &str, names: &[(&str, &str)]) {
    run.workflow = load(text);
    let stages =
        names.iter().map(|(old, new)| (old.parse().expect("a name"), new.parse().expect("a name")));
    run.ok(Verb::Migrate(Renamed { stages: stages.collect(), ..Renamed::default() }));
}

#[test]
fn work_that_one_text_drops_and_another_brings_back_is_the_same_work() {
    let mut run = Run::started(load(ACTING), Seen::good(day(0)));
    run.ok(Verb::Begin);
    let done = key(&run).expect("it was opened");
    let action = "fetch".parse().expect("a name");
    run.ok(Verb::Settle { action, key: done.clone(), attempt: 1, result: Ok(Map::new()) });
    let without = ACTING
        .replace(
            "      - { id: fetch, run: source.pull, retry: { attempts: 2, first: 10s } }\n",
            "",
        )
        .replace(", needs: [fetch]", "");
    migrate(&mut run, &without, &[]);
    assert_eq!(key(&run), None, "this text does not have it");
    let renamed = ACTING
        .replace("initial: define", "initial: identity")
        .replace("  define:\n", "  identity:\n    step: define\n");
    migrate(&mut run, &renamed, &[("define", "identity")]);
    assert_eq!(run.stage(), "identity");
    assert_eq!(key(&run), Some(done), "whoever does it can tell the repetition");
}

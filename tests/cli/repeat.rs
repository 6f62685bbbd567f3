//! `repeat`: a cycle beside those before it, every number traced, nothing said of causes.

use insta::assert_snapshot;

use crate::common::{demo, started};

#[test]
fn a_cycle_is_compared_with_the_last_that_had_evidence_of_its_own() {
    assert_snapshot!(demo().terminal("fivestep repeat bianco-books --cycles 1"), @"");
}

#[test]
fn a_first_cycle_has_nothing_beside_it() {
    assert_snapshot!(started().terminal("fivestep repeat acme"), @"");
}

#[test]
fn the_command_beside_a_number_gives_that_number() {
    let env = demo();
    let view = env.line("fivestep repeat bianco-books -o json").json();
    let compared = view["compared"].as_array().expect("comparisons");
    let mut traced = 0;
    for one in compared.iter().flat_map(|one| [&one["before"], &one["after"]]) {
        let behind = env.line(&format!("{} -o json", one["trace"].as_str().unwrap())).json();
        assert_eq!(behind["value"].as_f64(), one["value"].as_f64(), "{one}");
        assert_eq!(behind["n"].as_u64(), one["n"].as_u64(), "{one}");
        traced += 1;
    }
    assert_eq!(traced, 20, "five measures, two earlier cycles, both sides");
}

#[test]
fn every_form_has_every_change() {
    let env = demo();
    let form = |form: &str| env.ok(["repeat", "bianco-books", "-o", form]).stdout;
    let view: serde_json::Value = serde_json::from_str(&form("json")).unwrap();
    let (markdown, table) = (form("md").replace('\\', ""), form("csv"));
    let compared = view["compared"].as_array().expect("comparisons");
    let worked = view["worked"].as_array().expect("stages").iter();
    let moved: Vec<_> = worked.flat_map(|one| one["moved"].as_array().unwrap()).collect();
    let mut lines = csv::Reader::from_reader(table.as_bytes());
    assert_eq!(lines.records().count(), compared.len() + moved.len(), "a line a comparison");
    for one in compared.iter().chain(moved) {
        let text = one["text"].as_str().expect("a text");
        assert!(markdown.contains(text) && table.contains(text), "{text}");
    }
}

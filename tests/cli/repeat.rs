//! `repeat`: a cycle beside those before it, every number traced, nothing said of causes.

use insta::assert_snapshot;

use crate::common::{demo, started};

#[test]
fn a_cycle_is_compared_with_the_last_that_had_evidence_of_its_own() {
    assert_snapshot!(demo().terminal("fivestep repeat bianco-books --cycles 1"), @"
    $ fivestep repeat bianco-books --cycles 1
    bianco-books  Bianco Books
      cycle: 3, evidence to 2026-03-30 08:00
      note: cycle 4 has no evidence of its own yet; import a later export
      gold: not held; no cycle of 3 met the goal
      first regressed: no stage that was passed would be shut by today's numbers
      plateau: no: engaged_retention moved against cycle 2
      budget: cycle 4 of 12; 2 of 3 cycles without a gain

    compared with cycle 2
      engaged_follower_rate: 5.743 % (n 505), was 5.242 % (n 496): unclear, +0.5
                             points (-2.4 to +3.4)
      engaged_retention: 95.65 % (n 46), was 80.43 % (n 46): better, +15.2 points
                         (+1.7 to +29.2)
      back_and_forth_rate: 33.33 % (n 42), was 33.33 % (n 42): unclear, +0.0 points
                           (-19.5 to +19.5)
      response_rate: 100 % (n 42), was 100 % (n 42): unclear, +0.0 points (-8.4 to
                     +8.4)
      high_intent_rate: not compared, not measured: a folder of saved Bluesky API
                        answers does not hold reach of posts

    what was done in cycle 3, and what moved beside it
      define: 28 d; 1 task done; held by on_topic, signed
        profile_completeness: 100 %, was 100 %: unclear, +0.0 points, all counted
        topic_adherence: 87.5 % (n 32), was 34.38 % (n 32): better, +53.1 points
                         (+29.8 to +69.0)
        longest_silent_gap: 16 h 10 min, was 16 h 10 min: unclear, +0 s, all counted
      target: passed at once; 1 task done; held by wrote
        engaged_followers: 29, was 26: better, +3, all counted
      support: passed at once
        response_rate: 100 % (n 42), was 100 % (n 42): unclear, +0.0 points (-8.4 to
                       +8.4)
        first_response_median: 43 min 39 s (n 42), was 43 min 39 s (n 42): unclear,
                               +0 s, the intervals meet
        back_and_forth_rate: 33.33 % (n 42), was 33.33 % (n 42): unclear, +0.0
                             points (-19.5 to +19.5)
      refine: passed at once; 1 task done; held by reviewed
        concentration: 26.36 % (n 129), was 27.2 % (n 125): unclear, -0.8 points
                       (-4.5 to +2.8)
      repeat: passed at once

    What was done and what moved are shown side by side. That one followed the other
    does not show that it was caused by it: seasons, news and what the platform
    shows to whom move numbers, too.
    [exit 0]
    ");
}

#[test]
fn a_first_cycle_has_nothing_beside_it() {
    assert_snapshot!(started().terminal("fivestep repeat acme"), @"
    $ fivestep repeat acme
    acme  Acme Coffee
      cycle: 1, evidence to 2026-03-30 08:00
      note: the cycle goes on: its numbers may still change
      gold: not held; no cycle was judged yet
      first regressed: no stage that was passed would be shut by today's numbers
      plateau: not known yet: 0 of 3 earlier cycles can be compared
      budget: cycle 1 of 12; 0 of 3 cycles without a gain

    what was done in cycle 1, and what moved beside it
      define: entered just now

    What was done and what moved are shown side by side. That one followed the other
    does not show that it was caused by it: seasons, news and what the platform
    shows to whom move numbers, too.
    [exit 0]
    ");
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

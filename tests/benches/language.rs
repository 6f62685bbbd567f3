//! Reading a workflow file beside parsing its YAML alone, and judging one gate.

use std::hint::black_box;

use fivestep::{
    definition::{SourceFile, load_workflow},
    engine::gate::{Evidence, judge},
    model::Observations,
};

use super::{
    harness::{Series, limit, seconds},
    place::{ENGAGEMENT, now, walk, workflow},
    rounds,
};

/// Ten clauses of every kind; 2,000 of them make a file of a megabyte.
const CLAUSES: &str = "      - { id: a, metric: response_rate, at_least: 70%, bound: lower95, min_n: 20, because: WHY }
      - { id: b, metric: first_response_median, at_most: 24h, max_age: 7d, because: WHY }
      - { id: c, metric: back_and_forth_rate, at_least: 10%, min_n: 20, because: WHY }
      - { id: d, metric: topic_adherence, at_least: 60%, bound: lower95, because: WHY }
      - { id: e, metric: engaged_followers, at_least: 20, because: WHY }
      - { id: f, when: response_rate.low >= 60% || response_rate >= previous.response_rate + 5%, because: WHY }
      - { id: g, when: '!(concentration > 60%) && engaged_followers > 10 && cycle < 12', because: WHY }
      - { id: h, any: [{ metric: response_rate, at_least: 90% }, { when: response_rate.n >= 20 }], because: WHY }
      - { id: i, all: [{ metric: concentration, at_most: 60% }, { wait: 1d }], because: WHY }
      - { id: j, metric: longest_silent_gap, at_most: 7d, because: WHY }
";

/// Reading and checking a workflow file.
pub fn check() {
    println!("check of a workflow file, text to model");
    let long = workflow_of(200);
    let size = |text: &str| text.len() as f64 / 1e6;
    for (name, text) in [("shipped", ENGAGEMENT), ("2,000 clauses", &long)] {
        let file = SourceFile::new("workflow.yaml", text.into());
        let mut all = Series::new(format!("{name}, {:.3} MB", size(text)));
        let mut events = Series::new("  of it, the parser's events alone");
        let mut value = Series::new("  beside it, serde_yaml to a value");
        for _ in 0..rounds() {
            let milliseconds = |thing: &mut dyn FnMut()| 1e3 * seconds(thing);
            all.add(milliseconds(&mut || drop(black_box(load_workflow(&file).expect("right")))));
            events.add(milliseconds(&mut || {
                let parsed = granit_parser::Parser::new_from_str(text);
                assert!(parsed.into_iter().all(|event| black_box(event).is_ok()));
            }));
            value.add(milliseconds(&mut || {
                drop(black_box(serde_yaml::from_str::<serde_yaml::Value>(text).expect("YAML")));
            }));
        }
        limit(&all, 150.0, "ms");
        events.print("ms");
        value.print("ms");
    }
    println!();
}

/// Judging one gate of ten clauses.
pub fn gate(observations: &Observations) {
    const BATCH: u32 = 2_000;
    println!("one gate of ten clauses");
    let mixed = workflow(&workflow_of(1));
    let checkpoint = walk(&mixed, observations, &[]);
    let stage = mixed.stages.first().expect("a stage");
    let now = now();
    let evidence = Evidence { workflow: &mixed, checkpoint: &checkpoint, observations, now };
    let mut series = Series::new(format!("judged, {} clauses of every kind", stage.exit.len()));
    for _ in 0..rounds() {
        let took = seconds(|| {
            for _ in 0..BATCH {
                drop(black_box(judge(black_box(stage), evidence)));
            }
        });
        series.add(took * 1e6 / f64::from(BATCH));
    }
    series.print("µs");
    println!();
}

/// A workflow with so many stages of ten clauses in the step `define`.
fn workflow_of(stages: usize) -> String {
    let why = "Nobody gets to know a brand that is silent for weeks, and nobody trusts one that \
               talks about everything and nothing. This is written out at length because a file \
               of a megabyte is mostly such reasons: what people once agreed on, why a number is \
               what it is, and who is to be asked before it is changed; a good file says so, and \
               a slow reader of files must not be why it does not.";
    let clauses = CLAUSES.replace("WHY", &format!("\"{why}\""));
    let name = |number: usize| match number {
        0 => "define".to_owned(),
        last if last == stages => "target".to_owned(),
        number => format!("define-{number}"),
    };
    let defines: String = (0..stages)
        .map(|number| {
            let (id, next) = (name(number), name(number + 1));
            format!(
                "  {id}:\n    step: define\n    title: Define\n    exit:\n{clauses}    next: {next}\n"
            )
        })
        .collect();
    format!(
        "format: 1\nworkflow: mixed\nversion: 1.0.0\ntitle: Mixed\ninitial: define\nwindow: 28d\n\
         goal: {{ all: [{{ metric: response_rate, at_least: 90%, bound: lower95 }}], held_for: 2 }}\n\
         limits: {{ cycles: 12 }}\nstages:\n{defines}\
         \x20 target: {{ title: T, exit: [{{ id: a, metric: engaged_followers, at_least: 20 }}], next: support }}\n\
         \x20 support: {{ title: S, exit: [{{ id: a, metric: response_rate, at_least: 70% }}], next: refine }}\n\
         \x20 refine: {{ title: R, exit: [{{ id: a, metric: concentration, at_most: 60% }}], next: repeat }}\n\
         \x20 repeat:\n    title: Again\n    exit: [{{ id: settled, metric: window_settled, is: true }}]\n\
         \x20   next: [{{ when: goal.held, finish: gold }}, {{ to: target }}]\n"
    )
}

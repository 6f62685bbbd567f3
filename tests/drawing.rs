//! Drawings of workflows: what is on them, that nothing overlaps, that nobody's words become
//! markup, and that a huge workflow ends quickly.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests are an edge")]

use std::fs;

use fivestep::{
    cli::draw::{
        dot,
        layout::{Area, Picture, Shape, WIDTH, picture},
        mermaid, svg,
    },
    definition::{SourceFile, load_workflow},
    model::{
        Bound, Branch, Clause, ClauseId, Demand, Digest, Expression, Fact, FiveStep, Goal, Limits,
        Metric, Next, Outcome, Period, Quantity, Stage, StageId, StageLimit, Target, Test,
        Threshold, Unit, Workflow, WorkflowId,
    },
    view::graph::{Graph, of_workflow},
};
use insta::assert_snapshot;
use proptest::prelude::*;

fn loaded(path: &str) -> Graph {
    let bytes = fs::read(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    of_workflow(&load_workflow(&SourceFile::new(path, bytes)).unwrap())
}

/// A workflow of stages in a row, each with one clause.
fn row(count: usize, title: &str) -> Workflow {
    let id = |place: usize| StageId::new(format!("s{place}")).unwrap();
    let stage = |place: usize| Stage {
        id: id(place),
        step: FiveStep::ALL[place * 5 / count],
        title: title.to_owned(),
        purpose: None,
        entry: Vec::new(),
        tasks: Vec::new(),
        exit: vec![clause("some", 1.0)],
        next: Next { branches: Vec::new(), otherwise: Target::Stage(id((place + 1) % count)) },
        limit: None,
    };
    Workflow {
        digest: Digest::of(b""),
        id: WorkflowId::new("row").unwrap(),
        version: "1".to_owned(),
        title: title.to_owned(),
        initial: id(0),
        window_seconds: 28 * 86_400,
        goal: Goal { all: vec![clause("gold", 100.0)], held_for: 1 },
        limits: Limits { cycles: 12, stall_after: Some(3) },
        schedules: Vec::new(),
        stages: (0..count).map(stage).collect(),
    }
}

fn clause(id: &str, least: f64) -> Clause {
    let demand = Demand::Metric {
        metric: Metric::EngagedFollowers,
        test: Test::AtLeast(Threshold::Fixed(Quantity::new(Unit::Count, least))),
        bound: Bound::Lower95,
        min_n: Some(20),
        max_age: None,
    };
    Clause { id: ClauseId::new(id).unwrap(), demand, because: None }
}

/// Texts that lie over each other or outside of the picture, or on a stage that is not theirs.
fn faults(picture: &Picture) -> Vec<String> {
    let page = Area { x: 0.0, y: 0.0, width: WIDTH, height: picture.height };
    let areas: Vec<(Area, &str)> =
        picture.texts.iter().map(|text| (text.area(), text.text.as_str())).collect();
    let mut faults = Vec::new();
    for (at, (area, text)) in areas.iter().enumerate() {
        let inside = area.x >= page.x
            && area.y >= page.y
            && area.x + area.width <= page.x + page.width
            && area.y + area.height <= page.y + page.height;
        if !inside {
            faults.push(format!("outside: {text}"));
        }
        let over = areas[at + 1..].iter().filter(|(other, _)| area.meets(other));
        faults.extend(over.map(|(_, other)| format!("`{text}` lies over `{other}`")));
        for shape in &picture.shapes {
            if let Shape::Card { area: box_area, .. } | Shape::End { area: box_area, .. } = shape {
                let within = area.x >= box_area.x
                    && area.x + area.width <= box_area.x + box_area.width
                    && area.y >= box_area.y
                    && area.y + area.height <= box_area.y + box_area.height;
                if area.meets(box_area) && !within {
                    faults.push(format!("`{text}` crosses the edge of a box"));
                }
            }
        }
    }
    faults
}

#[test]
fn the_shipped_workflow_in_mermaid_and_dot() {
    let graph = loaded("workflows/engagement.yaml");
    assert_snapshot!(mermaid::text(&graph), @r#"
    ---
    title: "engagement 1.0.0: Five steps to an engaged audience"
    config:
      flowchart:
        wrappingWidth: 420
    ---
    flowchart TD
      start(("start"))
      s0["1 define<br/>Define your true brand"]:::define
      s1{{"2 target<br/>Engage the people you want"}}:::target
      s2("3 support<br/>Support the audience you have"):::support
      s3[/"4 refine<br/>Refine your network"\]:::refine
      s4[["5 repeat<br/>Repeat what works"]]:::repeat
      g4{"gate"}
      gold(["★ gold"]):::gold
      exhausted(["exhausted"]):::ended
      stalled(["stalled"]):::ended
      start --> s0
      s0 -->|"complete: profile_completeness ≥ 100 %<br/>on_topic: topic_adherence ≥ 60 % (lower95, n ≥ 20)<br/>steady: longest_silent_gap ≤ 7 d<br/>signed: task sign_charter"| s1
      s1 -->|"reached: engaged_followers ≥ 20<br/>wrote: task engage"| s2
      s2 -->|"answered: response_rate ≥ 70 % (lower95, n ≥ 20)<br/>quick: first_response_median ≤ 1 d<br/>open: back_and_forth_rate ≥ 10 % (n ≥ 20)"| s3
      s3 -->|"many_voices: concentration ≤ 60 % (upper95)<br/>reviewed: task review"| s4
      s4 -->|"settled: window_settled"| g4
      g4 -->|"if goal.held"| gold
      g4 -->|"else if regressed(#34;define#34;)"| s0
      g4 -->|"otherwise"| s1
      g4 -.->|"after 3 cycles without a gain"| stalled
      g4 -.->|"after 12 cycles"| exhausted
      classDef define fill:#dbe9ff,stroke:#1f5fbf,color:#10233f
      classDef target fill:#eee2fb,stroke:#7a3fb5,color:#2a1440
      classDef support fill:#d8f3e8,stroke:#0b7a5b,color:#062e22
      classDef refine fill:#fdebd5,stroke:#a35200,color:#3d1f00
      classDef repeat fill:#fbdfe9,stroke:#b3265e,color:#430a21
      classDef gold fill:#ffd54a,stroke:#8a6a00,color:#2f2400
      classDef ended fill:#e6e8ec,stroke:#5b6472,color:#20252d
    "#);
    assert_snapshot!(dot::text(&graph), @r##"
    digraph "engagement" {
      label="engagement 1.0.0: Five steps to an engaged audience"
      labelloc=t
      rankdir=TB
      fontname="Helvetica"
      node [fontname="Helvetica" style=filled]
      edge [fontname="Helvetica" fontsize=11]
      start [shape=circle label="start" fillcolor="#20252d" fontcolor="white"]
      s0 [shape=box fillcolor="#dbe9ff" color="#1f5fbf" label="1 define\nDefine your true brand" tooltip="Define your true brand"]
      s1 [shape=hexagon fillcolor="#eee2fb" color="#7a3fb5" label="2 target\nEngage the people you want" tooltip="Engage the people you want"]
      s2 [shape=ellipse fillcolor="#d8f3e8" color="#0b7a5b" label="3 support\nSupport the audience you have" tooltip="Support the audience you have"]
      s3 [shape=octagon fillcolor="#fdebd5" color="#a35200" label="4 refine\nRefine your network" tooltip="Refine your network"]
      s4 [shape=component fillcolor="#fbdfe9" color="#b3265e" label="5 repeat\nRepeat what works" tooltip="Repeat what works"]
      g4 [shape=diamond style=solid label="gate"]
      gold [shape=box peripheries=2 fillcolor="#ffd54a"]
      exhausted [shape=box peripheries=2 fillcolor="#e6e8ec"]
      stalled [shape=box peripheries=2 fillcolor="#e6e8ec"]
      start -> s0
      s0 -> s1 [label="  complete: profile_completeness ≥ 100 %\l  on_topic: topic_adherence ≥ 60 % (lower95, n ≥ 20)\l  steady: longest_silent_gap ≤ 7 d\l  signed: task sign_charter\l" weight=9]
      s1 -> s2 [label="  reached: engaged_followers ≥ 20\l  wrote: task engage\l" weight=9]
      s2 -> s3 [label="  answered: response_rate ≥ 70 % (lower95, n ≥ 20)\l  quick: first_response_median ≤ 1 d\l  open: back_and_forth_rate ≥ 10 % (n ≥ 20)\l" weight=9]
      s3 -> s4 [label="  many_voices: concentration ≤ 60 % (upper95)\l  reviewed: task review\l" weight=9]
      s4 -> g4 [label="  settled: window_settled\l" weight=9]
      g4 -> gold [label="  if goal.held\l"]
      g4 -> s0 [label="  else if regressed(\"define\")\l"]
      g4 -> s1 [label="  otherwise\l"]
      g4 -> stalled [label="  after 3 cycles without a gain\l" style=dashed]
      g4 -> exhausted [label="  after 12 cycles\l" style=dashed]
    }
    "##);
}

#[test]
fn nine_stages_with_sign_offs_and_limits() {
    let graph = loaded("tests/drawing/nine.yaml");
    assert_snapshot!(mermaid::text(&graph), @r#"
    ---
    title: "sign-off 2.1.0: An agency's own process, with a sign-off by the client before anything is said in public"
    config:
      flowchart:
        wrappingWidth: 420
    ---
    flowchart TD
      start(("start"))
      s0["1 define<br/>Define the brand with everybody who has a say in it, from the founders to the people in the shop"]:::define
      s1["1 define: charter<br/>Write the charter"]:::define
      s2["1 define: approve<br/>The client approves the charter"]:::define
      g2{"gate"}
      s3{{"2 target<br/>Engage the people you want"}}:::target
      s4{{"2 target: pilot<br/>Try three kinds of posts"}}:::target
      g4{"gate"}
      s5("3 support<br/>Support the audience you have"):::support
      s6("3 support: review<br/>Read the month's conversations together"):::support
      g6{"gate"}
      s7[/"4 refine<br/>Refine your network"\]:::refine
      s8[["5 repeat<br/>Repeat what works"]]:::repeat
      g8{"gate"}
      gold(["★ gold"]):::gold
      exhausted(["exhausted"]):::ended
      stalled(["stalled"]):::ended
      start --> s0
      s0 -->|"complete: profile_completeness ≥ 100 %"| s1
      s1 -->|"written: task write<br/>seen: engaged_followers ≥ 1"| s2
      s2 -->|"signed: task sign<br/>slept: wait 1 d<br/>seen: engaged_followers ≥ 1"| g2
      g2 -->|"if !tasks.sign.agreed"| s1
      g2 -->|"otherwise"| s3
      s2 -.->|"gate still shut after 10 business days"| stalled
      s3 -->|"reached: any of: engaged_followers ≥ 20#59; (all of: engaged_followers ≥ 5#59; wait 28 d)"| s4
      s4 -->|"tried: wait 7 d<br/>seen: engaged_followers ≥ 1"| g4
      g4 -->|"if topic_adherence #60; 50% #38;#38; topic_adherence.n #62;= 20 #124;#124; engaged_followers #60; 3 #38;#38; stage.age #62; 2w #38;#38; previous.engaged_foll…"| s1
      g4 -->|"else if engaged_followers #62;= 100"| s7
      g4 -->|"otherwise"| s5
      s5 -->|"answered: response_rate ≥ 70 % (lower95, n ≥ 20, age ≤ 2 d)<br/>quick: first_response_median ≤ 1 d"| s6
      s5 -.->|"gate still shut after 60 d"| s6
      s6 -->|"read: task read<br/>seen: engaged_followers ≥ 1"| g6
      g6 -->|"if !tasks.read.fine"| s5
      g6 -->|"otherwise"| s7
      s7 -->|"many_voices: concentration ≤ 60 % (upper95)"| s8
      s8 -->|"settled: window_settled"| g8
      g8 -->|"if goal.held"| gold
      g8 -->|"else if regressed(#34;define#34;)"| s0
      g8 -->|"otherwise"| s3
      g8 -.->|"after 4 cycles without a gain"| stalled
      g8 -.->|"after 24 cycles"| exhausted
      classDef define fill:#dbe9ff,stroke:#1f5fbf,color:#10233f
      classDef target fill:#eee2fb,stroke:#7a3fb5,color:#2a1440
      classDef support fill:#d8f3e8,stroke:#0b7a5b,color:#062e22
      classDef refine fill:#fdebd5,stroke:#a35200,color:#3d1f00
      classDef repeat fill:#fbdfe9,stroke:#b3265e,color:#430a21
      classDef gold fill:#ffd54a,stroke:#8a6a00,color:#2f2400
      classDef ended fill:#e6e8ec,stroke:#5b6472,color:#20252d
    "#);
    assert_eq!(faults(&picture(&graph)), Vec::<String>::new());
}

#[test]
fn every_picture_is_xml_that_says_what_it_shows() {
    for path in ["workflows/engagement.yaml", "tests/drawing/nine.yaml"] {
        let graph = loaded(path);
        let text = svg::text(&graph);
        let document = roxmltree::Document::parse(&text).unwrap();
        let root = document.root_element();
        assert_eq!(root.attribute("role"), Some("img"));
        assert_eq!(root.attribute("width"), Some("800"));
        let height = root.attribute("height").unwrap();
        assert_eq!(root.attribute("viewBox"), Some(format!("0 0 800 {height}").as_str()));
        let named = root.attribute("aria-labelledby").unwrap();
        for id in named.split(' ') {
            let told = root.children().find(|child| child.attribute("id") == Some(id));
            assert!(told.unwrap().text().is_some_and(|text| !text.is_empty()), "{id}");
        }
        // Nothing is fetched: the only address is the name of the language.
        assert_eq!(text.matches("http").count(), 1, "{path}");
        for node in &graph.stages {
            let shown = document.descendants().any(|one| one.text() == Some(node.step.name()));
            assert!(shown || node.step.name() != node.stage, "{path} lacks {}", node.stage);
        }
    }
}

#[test]
fn the_five_steps_differ_by_figure_and_number_as_well_as_by_colour() {
    let text = svg::text(&loaded("workflows/engagement.yaml"));
    let figures: Vec<String> = FiveStep::ALL
        .iter()
        .map(|step| {
            let line = text.lines().find(|line| line.contains(&format!("badge {step}"))).unwrap();
            let corners = line.matches(',').count();
            format!("{} {corners}", line.split(' ').next().unwrap())
        })
        .collect();
    assert_eq!(figures, ["<circle 0", "<polygon 4", "<polygon 4", "<polygon 6", "<polygon 5"]);
    for number in 1..=5 {
        assert!(text.contains(&format!(">{number}</text>")), "{number}");
    }
}

#[test]
fn nobody_s_title_becomes_markup() {
    let titles = [
        "</text><script>alert(1)</script>",
        "]]> & &amp; \"quotes\" 'single' <b>bold</b>",
        "%%{init: {}}%% `x` [y](z) #quot; \\N \\",
        "\u{202e}reversed\u{2066} \u{7} \u{1b}[31m \u{fffe} \u{0}",
        "漢字かな交じり文 😀😀😀 \u{fdfd}",
        "",
    ];
    for title in titles {
        let graph = of_workflow(&row(5, title));
        let text = svg::text(&graph);
        let document = roxmltree::Document::parse(&text).unwrap();
        assert!(document.descendants().all(|node| node.tag_name().name() != "script"), "{title}");
        let steers =
            |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
        for text in [text, mermaid::text(&graph), dot::text(&graph)] {
            assert!(!text.contains(steers), "{title:?}");
        }
        assert!(!mermaid::text(&graph).contains("<script"), "{title}");
        assert_eq!(faults(&picture(&graph)), Vec::<String>::new(), "{title}");
    }
}

#[test]
fn a_huge_workflow_is_shortened_and_nothing_is_lost() {
    let title = "Long ".repeat(800);
    let graph = of_workflow(&row(1_000, &title));
    let text = svg::text(&graph);
    let document = roxmltree::Document::parse(&text).unwrap();
    let whole = |node: &roxmltree::Node<'_, '_>| {
        node.tag_name().name() == "title" && node.text() == Some(title.as_str())
    };
    assert!(document.descendants().filter(whole).count() >= 1_000);
    assert!(text.contains("…</text>"));
    assert!(mermaid::text(&graph).lines().all(|line| line.chars().count() < 2_000));
    assert!(dot::text(&graph).contains('…'));
    // A picture is never wider, whatever it holds.
    assert!(text.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"800\""));
}

#[test]
fn ways_that_find_no_lane_say_where_they_lead() {
    let mut workflow = row(40, "Back");
    let first = workflow.stages[0].id.clone();
    for stage in &mut workflow.stages {
        let when = Expression::Fact(Fact::GoalHeld);
        stage.next.branches.push(Branch { when, target: Target::Stage(first.clone()) });
    }
    let picture = picture(&of_workflow(&workflow));
    assert_eq!(faults(&picture), Vec::<String>::new());
    let told = picture.texts.iter().filter(|text| text.text.contains("→ 1 define: s0")).count();
    assert_eq!(told, 41, "each of the 40 conditions, and the way back from the last stage");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_two_texts_overlap(workflow in workflows()) {
        let graph = of_workflow(&workflow);
        prop_assert_eq!(faults(&picture(&graph)), Vec::<String>::new());
        let text = svg::text(&graph);
        prop_assert!(roxmltree::Document::parse(&text).is_ok());
    }
}

/// Workflows of up to twelve stages that lead anywhere, with titles and conditions of any length.
fn workflows() -> impl Strategy<Value = Workflow> {
    let target = (0..14_usize, 0..3_usize);
    let stage = (
        "(\\PC{0,12} ?){0,12}",
        0..5_usize,
        0..15_usize,
        proptest::collection::vec((target.clone(), 1..40_usize), 0..4),
        target.clone(),
        proptest::option::of(target),
    );
    (proptest::collection::vec(stage, 1..=12), "\\PC{0,90}", 0..12_usize).prop_map(
        |(stages, title, initial)| {
            let count = stages.len();
            let mut workflow = row(count, &title);
            workflow.initial = StageId::new(format!("s{}", initial % count)).unwrap();
            let to = |(place, end): (usize, usize)| match place < count {
                true => Target::Stage(StageId::new(format!("s{place}")).unwrap()),
                false => Target::Finish(Outcome::ALL[end]),
            };
            for (stage, (title, step, clauses, branches, otherwise, limit)) in
                workflow.stages.iter_mut().zip(stages)
            {
                stage.title = title;
                stage.step = FiveStep::ALL[step];
                stage.exit = (0..clauses).map(|n| clause(&format!("c{n}"), 1e9)).collect();
                stage.next.branches = branches
                    .into_iter()
                    .map(|(target, length)| Branch { when: long(length), target: to(target) })
                    .collect();
                stage.next.otherwise = to(otherwise);
                stage.limit =
                    limit.map(|at| StageLimit { after: Period::BusinessDays(3), target: to(at) });
            }
            workflow
        },
    )
}

/// A condition of so many parts.
fn long(parts: usize) -> Expression {
    use fivestep::model::expression::Operator;
    let one = || Expression::Fact(Fact::Regressed(StageId::new("s0").unwrap()));
    (1..parts).fold(one(), |all, _| Expression::binary(Operator::And, all, one()))
}

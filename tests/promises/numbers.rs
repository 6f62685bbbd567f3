//! The numbers: from real answers, from a very large page, and on very few cases.

use fivestep::{model::Metric, model::Unit, samples::Round};
use serde_json::Value;

use crate::common::{Answer, TestEnv, demo, round, shared_data};

/// The text as one line, so that a break cannot hide what is looked for.
fn flat(answer: &Answer) -> String {
    answer.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_says(answer: &Answer, expected: &[&str]) {
    let text = flat(answer);
    for words in expected {
        assert!(text.contains(words), "not said: {words}\n{}", answer.text());
    }
}

/// One metric of `show -o json`.
fn number(env: &TestEnv, brand: &str, metric: &str) -> Value {
    let shown = env.ok(["show", brand, "-o", "json"]).json();
    let numbers = shown["numbers"].as_array().unwrap();
    numbers.iter().find(|number| number["metric"] == metric).unwrap().clone()
}

/// The expected ends of intervals are from another implementation of Wilson's formula, with the
/// exact quantile where ours has 1.96.
fn assert_near(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap_or(f64::NAN);
    assert!((value - expected).abs() <= expected.abs() * 1e-5, "{value} is not {expected}");
}

/// A workspace with a brand for the real answers, on the day after they were saved.
fn real() -> Option<(TestEnv, String)> {
    let folder = shared_data()?.join("bluesky-api");
    let mut env = TestEnv::new();
    env.set_now("2023-09-05T09:00:00Z");
    let acme = std::fs::read_to_string(env.path("brands/acme.yaml")).unwrap();
    let real =
        acme.replace("brand: acme", "brand: real").replace("@acme.example", "@shinyakato.dev");
    env.write("brands/real.yaml", real);
    Some((env, folder.display().to_string()))
}

#[test]
fn real_answers_give_the_numbers_that_were_counted_by_hand() {
    let Some((env, folder)) = real() else { return };
    let imported = env.ok(["import", "real", &folder]);
    assert_says(
        &imported,
        &[
            "listNotifications.json: 200 rows, 187 kept; left out: 13 a follow is not engagement",
            "followers: stated 4945, found 50: the saved pages are a part",
            "so nobody is marked as gone",
        ],
    );
    env.ok(["start", "real"]);
    let rate = "1.436 % (71 of 4,945 followers), 95 % interval 1.14 % to 1.807 %";
    assert_says(
        &env.ok(["show", "real"]),
        &[
            "engaged_followers 71 of 4,945 followers",
            &format!("engaged_follower_rate {rate}; fraction 0.01436"),
            "window: 28 d to 2023-09-04 04:25, the newest evidence",
            "evidence inside it: 2023-08-31 to 2023-09-04",
            "sources: bluesky_api @shinyakato.dev",
        ],
    );
    assert_says(&env.ok(["why", "real"]), &[rate]);
    let engaged = number(&env, "real", "engaged_followers");
    assert_eq!((engaged["value"].as_f64(), engaged["n"].as_u64()), (Some(71.0), Some(4945)));
    let rate = number(&env, "real", "engaged_follower_rate");
    assert_eq!((rate["hits"].as_u64(), rate["n"].as_u64()), (Some(71), Some(4945)));
    assert_near(&rate["value"], 71.0 / 4945.0);
    assert_near(&rate["interval"]["low"], 0.011_399_162_561_700_465);
    assert_near(&rate["interval"]["high"], 0.018_070_655_785_531_06);
    let shown = env.ok(["show", "real", "-o", "json"]).json();
    assert_eq!(shown["span"], "2023-08-31 to 2023-09-04");
}

#[test]
fn real_notifications_come_from_125_people() {
    let Some((env, folder)) = real() else { return };
    for name in ["getProfile.json", "listNotifications.json"] {
        let bytes = std::fs::read(format!("{folder}/{name}")).unwrap();
        env.write(&format!("exports/notifications/{name}"), bytes);
    }
    let imported = env.ok(["import", "real", "exports/notifications", "-o", "json"]).json();
    assert_eq!(imported[0]["facts"]["added"]["people"], 125);
    let files = imported[0]["receipt"]["files"].as_array().unwrap();
    let file = files.iter().find(|file| file["name"] == "listNotifications.json").unwrap();
    assert_eq!(file["rows_read"], 200);
}

/// Acme with an export of its own making, imported and started.
fn made(round: &Round) -> TestEnv {
    let env = TestEnv::new();
    env.export("exports/acme", round);
    env.ok(["import", "acme"]);
    env.ok(["start", "acme"]);
    env
}

#[test]
fn the_page_of_41_5_million_reads_the_same_everywhere() {
    let env = made(&Round {
        followers: 600,
        stated_followers: Some(41_500_000),
        engaged: 575,
        ..round()
    });
    let rate = "0.0014 % (575 of 41,500,000 followers), 95 % interval 0.001277 % to 0.001504 %";
    assert_says(
        &env.ok(["show", "acme"]),
        &[
            "engaged_followers 575 of 41,500,000 followers",
            &format!("engaged_follower_rate {rate}; fraction 0.000014"),
        ],
    );
    assert_says(&env.ok(["why", "acme"]), &["fail engaged_follower_rate at least 2 %", rate]);
    let shown = number(&env, "acme", "engaged_follower_rate");
    assert_eq!(shown["fraction"], "0.000014");
    assert_eq!(shown["text"], rate);
    let why = env.ok(["why", "acme", "-o", "json"]).json();
    assert_eq!(why["goal"][0]["measured"], rate);
    for numbers in [&shown, &why["goal"][0]["numbers"]] {
        assert_near(&numbers["value"], 575.0 / 41_500_000.0);
        assert_near(&numbers["interval"]["low"], 1.276_827_683_113_204_4e-5);
        assert_near(&numbers["interval"]["high"], 1.503_512_924_151_987_8e-5);
    }
    assert_near(&why["goal"][0]["numbers"]["threshold"], 0.02);
}

#[test]
fn few_cases_have_wide_intervals() {
    // (conversations, answered, what is said)
    let table = [
        (5, 4, "80 % (4 of 5 conversations), 95 % interval 37.55 % to 96.38 %", (0.376, 0.964)),
        (30, 0, "0 % (0 of 30 conversations), 95 % interval 0 % to 11.35 %", (0.0, 0.114)),
    ];
    for (conversations, answered, text, (low, high)) in table {
        let env = made(&Round { conversations, answered, back_and_forth: 0, ..round() });
        assert_says(&env.ok(["show", "acme"]), &[text]);
        let rate = number(&env, "acme", "response_rate");
        let digits = |value: &Value| (value.as_f64().unwrap() * 1000.0).round() / 1000.0;
        assert_eq!(digits(&rate["interval"]["low"]), low);
        assert_eq!(digits(&rate["interval"]["high"]), high);
    }
}

/// Every object of a document.
fn objects<'a>(value: &'a Value, found: &mut Vec<&'a serde_json::Map<String, Value>>) {
    match value {
        Value::Object(fields) => {
            found.push(fields);
            fields.values().for_each(|value| objects(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| objects(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_proportion(name: &str) -> bool {
    Metric::ALL.iter().any(|metric| metric.name() == name && metric.unit() == Unit::Proportion)
}

#[test]
fn no_answer_mixes_fractions_and_percentages() {
    let env = demo();
    let brands = ["rosso-roasters", "bianco-books", "verde-garden", "azzurro-radio"];
    let (mut fractions, mut percentages) = (0, 0);
    for brand in brands {
        for verb in [&["why"][..], &["show"], &["brand", "show"], &["history"], &["status"]] {
            let ask = |format| env.ok(verb.iter().copied().chain([brand, "-o", format]));
            fractions += assert_fractions(&ask("json").json());
            percentages += assert_percentages(&flat(&ask("table")));
        }
    }
    // What is stored is what later answers are made from.
    let state = fivestep::store::StateStore::open(&env.path(".fivestep/state.db")).unwrap();
    for brand in brands {
        let journal = state.journal(&fivestep::model::BrandId::new(brand).unwrap()).unwrap();
        fractions += assert_fractions(&serde_json::to_value(journal).unwrap());
    }
    assert!(fractions > 200, "{fractions} fractions were looked at");
    assert!(percentages > 60, "{percentages} percentages were looked at");
}

/// Wherever a metric is a proportion, its numbers are between 0 and 1, and its text says the same
/// number in percent.
fn assert_fractions(document: &Value) -> usize {
    let mut found = Vec::new();
    objects(document, &mut found);
    let mut seen = 0;
    for fields in found {
        let named = fields.get("metric").and_then(Value::as_str).is_some_and(is_proportion);
        let mut numbers: Vec<f64> = Vec::new();
        if named || fields.get("unit").is_some_and(|unit| unit == "proportion") {
            let own = ["value", "threshold"].iter().filter_map(|name| fields.get(*name)?.as_f64());
            let ends = fields.get("interval").map(|ends| [&ends["low"], &ends["high"]]);
            numbers.extend(own);
            numbers.extend(ends.into_iter().flatten().filter_map(Value::as_f64));
            if let (Some(value), Some(text)) = (fields.get("value"), fields.get("text")) {
                let percent = text.as_str().unwrap().split(" %").next().unwrap();
                let percent: f64 = percent.parse().unwrap();
                assert!((percent - value.as_f64().unwrap() * 100.0).abs() < 0.01, "{fields:?}");
            }
        }
        // A brand's goals: the metric's name is the key.
        let goals = fields.iter().filter(|(name, _)| is_proportion(name));
        numbers.extend(goals.filter_map(|(_, value)| value.as_f64()));
        for number in numbers {
            assert!((0.0..=1.0).contains(&number), "{number} is no fraction: {fields:?}");
            seen += 1;
        }
    }
    seen
}

/// What stands before a percent sign is at most 100; what stands after `fraction` is at most 1.
fn assert_percentages(text: &str) -> usize {
    let words: Vec<&str> = text.split(' ').collect();
    let mut seen = 0;
    for pair in words.windows(2) {
        let number = |word: &str| word.trim_matches(|c: char| !c.is_ascii_digit()).parse::<f64>();
        if pair[1].starts_with('%') {
            let percent = number(pair[0]).unwrap();
            assert!((0.0..=100.0).contains(&percent), "{percent} % in {text}");
            seen += 1;
        }
        if pair[0] == "fraction" {
            let fraction = number(pair[1]).unwrap();
            assert!((0.0..=1.0).contains(&fraction), "fraction {fraction} in {text}");
            seen += 1;
        }
    }
    seen
}

#[test]
fn a_window_ends_where_it_was_asked_to_and_says_so() {
    let env = made(&round());
    let newest = "window: 28 d to 2026-03-30 08:00, the newest evidence";
    assert_says(&env.ok(["show", "acme"]), &[newest]);
    let asked = env.ok(["show", "acme", "--window-end", "2026-03-15T12:00:00Z"]);
    assert_says(&asked, &["window: 28 d to 2026-03-15 12:00, as asked"]);
    let asked = env.ok(["show", "acme", "--window-end", "2026-03-15", "-o", "json"]).json();
    let rate = &asked["numbers"][1];
    assert_eq!(rate["window"]["asked"], true);
    assert_eq!(rate["window"]["to"], "2026-03-15T23:59:59Z");
    assert!(
        rate["value"].as_f64() < number(&env, "acme", "engaged_follower_rate")["value"].as_f64()
    );
    // Asking changes nothing; advancing with it is a decision, and the journal keeps it.
    assert_says(&env.ok(["show", "acme"]), &[newest]);
    let moved = env.fivestep(["advance", "acme", "--window-end", "2026-03-15"]);
    assert_eq!(moved.code, 10, "{}", moved.text());
    let state = fivestep::store::StateStore::open(&env.path(".fivestep/state.db")).unwrap();
    let brand = fivestep::model::BrandId::new("acme").unwrap();
    let basis = state.checkpoint(&brand).unwrap().observations.basis.clone();
    assert_eq!(basis.window_end, "2026-03-15T23:59:59Z".parse().ok());
}

//! How something is spread: answers over time, conversations over turns, people over what they give and
//! gain.
//!
//! Start reading at [`spreads`].
//!
//! # Always true
//!
//! - Every portion stands with its cases and what they are out of; an estimated one with its interval.
//! - What is counted is what the numbers of the catalogue count.

use serde::Serialize;

use crate::{
    evidence::{
        portrait::{DEEPEST, Portrait},
        scores::Band,
        survival::Curve,
    },
    model::{
        Finding, Interval, Metric, Observation, Quantity, Unit,
        quantity::{count, interval_text},
    },
    runner::Case,
};

use super::{report::trace, sentence};

/// Marks of the curve, in seconds.
const MARKS: [(f64, &str); 6] = [
    (900.0, "15 min"),
    (3_600.0, "1 h"),
    (14_400.0, "4 h"),
    (86_400.0, "24 h"),
    (259_200.0, "72 h"),
    (604_800.0, "7 d"),
];

/// How something is spread over its portions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spread {
    /// Which: `answers`, `turns` or `value`.
    pub id: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// What it says, in a sentence.
    pub told: String,
    /// How many cases there are.
    pub n: u64,
    /// What a case is.
    pub denominator: String,
    /// The window in words.
    pub window: Option<String>,
    /// The sources.
    pub sources: Vec<String>,
    /// What a reader must know to take it right.
    pub caveats: Vec<String>,
    /// The portions, in their order.
    pub portions: Vec<Portion>,
    /// Where the share changes, as seconds and share; of answers alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Up to how many seconds the share is known; absent if it is known for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_until: Option<f64>,
    /// The command that shows what is behind it.
    pub trace: String,
}

/// One portion.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Portion {
    /// What it is, such as `within 1 h`.
    pub label: String,
    /// Where it stands among the others: the column and row of a table, from 0; only of a square of
    /// people.
    #[serde(skip)]
    pub place: Option<(usize, usize)>,
    /// The share; absent where nobody can tell.
    pub share: Option<f64>,
    /// The cases in it; absent where the share is estimated.
    pub cases: Option<u64>,
    /// The 95 % interval of an estimate.
    pub interval: Option<Interval>,
    /// The share for people, or why there is none.
    pub text: String,
}

/// The share from a moment on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Step {
    /// The moment, in seconds.
    pub seconds: f64,
    /// The share, 0 to 1.
    pub share: f64,
    /// Its 95 % interval, if it has one.
    pub interval: Option<Interval>,
}

/// What there is to show of an audience; nothing where its numbers were not measured.
pub fn spreads(case: &Case, portrait: &Portrait) -> Vec<Spread> {
    let seen = |metric: Metric| {
        let seen = case.observations.metrics.get(&metric);
        seen.filter(|seen| matches!(seen.finding, Finding::Measured { .. }))
    };
    let answers = seen(Metric::ResponseRate).zip(portrait.answered());
    let turns = seen(Metric::ConversationDepth).filter(|_| !portrait.turns.is_empty());
    let found = [
        answers.map(|(seen, curve)| of_answers(case, seen, &curve)),
        turns.map(|seen| of_turns(case, seen, portrait)),
        of_value(case, portrait),
    ];
    found.into_iter().flatten().collect()
}

fn of_answers(case: &Case, seen: &Observation, curve: &Curve) -> Spread {
    let waiting = curve.n - curve.happened;
    let portions: Vec<Portion> = MARKS.iter().map(|mark| answered_by(curve, *mark)).collect();
    let quickly = portions.iter().find(|one| one.label == "within 1 h" && one.share.is_some());
    let told = match quickly {
        Some(one) => {
            let interval = one.interval.map(within).unwrap_or_default();
            format!("{} of conversations are answered within an hour{interval}.", one.text)
        }
        None => "Nobody has waited for an hour yet.".to_owned(),
    };
    let waited = (waiting > 0).then(|| {
        format!(
            "{} without an answer at the window's end, which count for as long as they waited \
             (Kaplan and Meier's estimate)",
            count(waiting as f64)
        )
    });
    let caveats = waited.into_iter().chain(seen.caveats.iter().cloned()).collect();
    let steps = curve.steps().iter().map(|step| Step {
        seconds: step.seconds,
        share: step.share,
        interval: step.interval,
    });
    Spread {
        portions,
        steps: steps.collect(),
        known_until: curve.known_until(),
        caveats,
        ..about(case, seen, "answers", "How soon conversations are answered", told, curve.n)
    }
}

fn answered_by(curve: &Curve, (seconds, label): (f64, &str)) -> Portion {
    let step = curve.at(seconds);
    Portion {
        label: format!("within {label}"),
        place: None,
        share: step.map(|step| step.share),
        cases: None,
        interval: step.and_then(|step| step.interval),
        text: step.map_or_else(
            || "not known: nobody has waited for so long".to_owned(),
            |step| percent(step.share),
        ),
    }
}

fn of_turns(case: &Case, seen: &Observation, portrait: &Portrait) -> Spread {
    let n: u64 = portrait.turns.values().sum();
    let portions: Vec<Portion> = (1..=DEEPEST)
        .map(|turns| {
            let cases = portrait.turns.get(&turns).copied().unwrap_or_default();
            let label = match turns {
                1 => "1 turn: one side alone spoke".to_owned(),
                DEEPEST => format!("{turns} turns or more"),
                _ => format!("{turns} turns"),
            };
            counted(label, cases, n)
        })
        .collect();
    let told = back_and_forth(case, portrait, n);
    Spread { portions, ..about(case, seen, "turns", "How deep conversations go", told, n) }
}

/// How many conversations go back and forth, with the interval of the metric of that name.
fn back_and_forth(case: &Case, portrait: &Portrait, n: u64) -> String {
    let deep: u64 = portrait.turns.iter().filter(|(turns, _)| **turns >= 3).map(|row| row.1).sum();
    let (deep, all) = (count(deep as f64), count(n as f64));
    let rate = case.observations.metrics.get(&Metric::BackAndForthRate).map(|seen| &seen.finding);
    let rate = match rate {
        Some(Finding::Measured { value, interval: Some(interval), .. }) => {
            format!(" That is {}{}.", percent(*value), within(*interval))
        }
        Some(
            Finding::Measured { interval: None, .. }
            | Finding::NoCases { .. }
            | Finding::NotExported { .. }
            | Finding::Suppressed { .. }
            | Finding::Unmeasurable { .. },
        )
        | None => String::new(),
    };
    format!("{deep} of {all} conversations go back and forth: three turns or more.{rate}")
}

/// An interval within a sentence.
fn within(interval: Interval) -> String {
    format!(", 95 % interval {}", interval_text(Unit::Proportion, interval))
}

/// The bands of an axis, the highest first, with what they are called.
const BANDS: [(Band, &str); 4] = [
    (Band::High, "much"),
    (Band::Middle, "some"),
    (Band::Low, "little"),
    (Band::Unknown, "not known"),
];

fn of_value(case: &Case, portrait: &Portrait) -> Option<Spread> {
    let n: u64 = portrait.people.values().sum();
    // What a look at people has in common with a number: its window and sources.
    let seen = case.observations.metrics.get(&super::report::HEADLINE).filter(|_| n > 0)?;
    let mut portions = Vec::new();
    for (row, (gives, gives_name)) in BANDS.iter().enumerate() {
        for (column, (gains, gains_name)) in BANDS.iter().enumerate() {
            let cases = portrait.people.get(&(*gives, *gains)).copied().unwrap_or_default();
            let label = format!("give {gives_name}, gain {gains_name}");
            portions.push(Portion { place: Some((column, row)), ..counted(label, cases, n) });
        }
    }
    let giving = |band: Band| -> u64 {
        portrait.people.iter().filter(|((gives, _), _)| *gives == band).map(|row| row.1).sum()
    };
    let told = format!(
        "Of {} people, {} give the brand much; {} to say. Who reads and says nothing is left in peace.",
        count(n as f64),
        count(giving(Band::High) as f64),
        match giving(Band::Unknown) {
            0 => "enough is known of each".to_owned(),
            unknown => format!("of {} too little is known", count(unknown as f64)),
        }
    );
    let brand = case.brand.id.to_string();
    Some(Spread {
        portions,
        denominator: "people who follow, ask to, or engaged".to_owned(),
        caveats: vec!["what is not known is left out of a score, and never low".to_owned()],
        trace: format!("fivestep refine {brand} -o csv"),
        ..about(case, seen, "value", "What people give and gain", told, n)
    })
}

/// What all spreads say of themselves.
fn about(
    case: &Case,
    seen: &Observation,
    id: &'static str,
    title: &'static str,
    told: String,
    n: u64,
) -> Spread {
    let window_end = case.observations.basis.window_end;
    Spread {
        id,
        title,
        told,
        n,
        denominator: seen.denominator.clone(),
        window: sentence::window(seen),
        sources: seen.sources.clone(),
        caveats: Vec::new(),
        portions: Vec::new(),
        steps: Vec::new(),
        known_until: None,
        trace: trace(case.brand.id.as_str(), seen.metric, None, window_end),
    }
}

fn counted(label: String, cases: u64, n: u64) -> Portion {
    let share = cases as f64 / n as f64;
    let text = format!("{} ({} of {})", percent(share), count(cases as f64), count(n as f64));
    Portion { label, place: None, share: Some(share), cases: Some(cases), interval: None, text }
}

fn percent(share: f64) -> String {
    Quantity::new(Unit::Proportion, share).to_string()
}

impl Spread {
    /// What it rests on, in one line.
    pub fn basis(&self) -> String {
        let cases = format!("{} {}", count(self.n as f64), self.denominator);
        let sources = format!("from {}", self.sources.join(", "));
        let sources = (!self.sources.is_empty()).then_some(sources);
        let parts = [Some(cases), self.window.clone(), sources];
        parts.into_iter().flatten().collect::<Vec<String>>().join(" · ")
    }
}

impl Portion {
    /// The interval for people, or why there is none.
    pub fn interval_text(&self) -> String {
        match (self.interval, self.cases, self.share) {
            (Some(interval), ..) => interval_text(Unit::Proportion, interval),
            (None, Some(_), _) => "none: all there is was counted".to_owned(),
            (None, None, Some(_)) => "none: these cases do not give one".to_owned(),
            (None, None, None) => "none".to_owned(),
        }
    }
}

//! What the scores say about a brand's people: everybody counted, the first of each decision, and
//! one person with every part.
//!
//! Start reading at [`refine`].

use serde::Serialize;

use crate::{
    evidence::{
        facts::PersonId,
        pseudonym::Pseudonyms,
        scores::{
            Band, Context, Decision, Judgement, Movement, Part, Proposal, Reason, Score, Screen,
            Survey, Tenths,
            decision::Standing,
            judge,
            survey::{Found, Kind},
        },
        somebody::Somebody,
    },
    model::Window,
    runner::known::Known,
};

use super::sentence;

/// Everybody, and what is proposed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refine {
    /// The brand.
    pub brand: String,
    /// Its name for people.
    pub name: String,
    /// The window; its end is the moment of the judgement. Absent if there is no evidence.
    pub window: Option<Window>,
    /// The window in words.
    pub window_text: Option<String>,
    /// How many people were judged.
    pub judged: u64,
    /// How many of them follow us.
    pub followers: u64,
    /// Of how many enough is known to say what they give us.
    pub gives_known: u64,
    /// Of how many enough is known to say what they gain from us.
    pub gains_known: u64,
    /// Decision by decision.
    pub decisions: Vec<DecisionView>,
    /// What the screen says of how many.
    pub screens: Vec<ScreenView>,
    /// People who ask to follow, the first of them.
    pub requests: Vec<PersonView>,
    /// How many ask to follow.
    pub requests_in_all: u64,
    /// How people moved since the window before.
    pub movements: Vec<MovementView>,
    /// Whether people are named.
    pub names: bool,
}

/// A decision with those whom it is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecisionView {
    /// Which.
    pub decision: Decision,
    /// How many people.
    pub people: u64,
    /// What it asks for.
    pub advice: &'static str,
    /// The first of them, those with the highest scores before; nobody is listed of whom nothing
    /// is asked.
    pub first: Vec<PersonView>,
}

/// An answer of the screen with how many people have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ScreenView {
    /// The answer.
    pub screen: Screen,
    /// How many.
    pub people: u64,
}

/// A movement with those who moved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MovementView {
    /// Which.
    pub movement: Movement,
    /// How many people; absent if no export could tell.
    pub people: Option<u64>,
    /// The first of them.
    pub first: Vec<String>,
}

/// One person with what was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PersonView {
    /// Who: a pseudonym or a handle.
    pub who: String,
    /// What is proposed.
    pub decision: Decision,
    /// What that asks for.
    pub advice: &'static str,
    /// What they give us.
    pub gives: ScoreView,
    /// What they gain from us.
    pub gains: ScoreView,
    /// What the screen says.
    pub screen: Screen,
    /// The points of the screen's reasons.
    pub screen_points: i32,
    /// The screen's reasons.
    pub reasons: Vec<ReasonView>,
    /// Whether they follow us.
    pub follows: bool,
    /// Whether we follow them.
    pub followed: bool,
    /// Whether they ever engaged.
    pub engaged: bool,
    /// What is proposed about their request to follow, if they ask.
    pub request: Option<Proposal>,
}

/// A score as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreView {
    /// The score, 0 to 100; absent if too little is known.
    pub value: Option<Tenths>,
    /// The band.
    pub band: Band,
    /// Whether the band would fall if the next window were like this one.
    pub slips: bool,
    /// How much of the weights is known, in percent.
    pub coverage: u16,
    /// The parts; the points of all known ones are the score.
    pub parts: Vec<PartView>,
}

/// A part of a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartView {
    /// Its name.
    pub part: &'static str,
    /// The points; absent where nothing is known.
    pub points: Option<Tenths>,
    /// What they could be at most.
    pub of: Tenths,
    /// Why.
    pub because: String,
}

/// A reason of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReasonView {
    /// Its code.
    pub code: &'static str,
    /// Its points.
    pub points: i32,
    /// What it says.
    pub words: &'static str,
}

/// What people are called in an answer.
#[derive(Debug, Clone)]
pub struct Names {
    pseudonyms: Option<Pseudonyms>,
    named: bool,
}

impl Names {
    /// - `named`: whether people are named; otherwise each has a pseudonym.
    pub fn of(known: &Known, named: bool) -> Self {
        Self { pseudonyms: known.pseudonyms.clone(), named }
    }

    /// Whether people are named.
    pub fn are_shown(&self) -> bool {
        self.named
    }

    /// What somebody is called.
    pub fn who(&self, id: &PersonId, handle: Option<&str>) -> String {
        match (self.named, &self.pseudonyms) {
            (true, _) => sentence::plain(handle.unwrap_or(id.as_str())),
            (false, Some(pseudonyms)) => pseudonyms.name(id),
            (false, None) => "somebody".to_owned(),
        }
    }

    /// Whether `text` means this person: their handle, their id, or their pseudonym.
    pub fn means(&self, text: &str, somebody: &Somebody) -> bool {
        let bare = |name: &str| name.trim_start_matches('@').to_lowercase();
        let by_handle = somebody.handle().is_some_and(|handle| bare(handle) == bare(text));
        // Nobody's pseudonym is made unless the text could be one: that takes a hash.
        let by_pseudonym = || {
            let name = |names: &Pseudonyms| names.name(&somebody.person_id());
            text.starts_with("p-") && self.pseudonyms.as_ref().map(name).as_deref() == Some(text)
        };
        by_handle || somebody.id() == text || by_pseudonym()
    }
}

/// Everybody, and what is proposed.
///
/// - `surveyed`: what a look at everybody found; absent if there is no evidence.
pub fn refine(known: &Known, surveyed: Option<&Surveyed>, names: &Names) -> Refine {
    let empty = Survey::new(0);
    let survey = surveyed.map_or(&empty, |surveyed| &surveyed.survey);
    let window = surveyed.map(|surveyed| surveyed.window);
    let screens = survey.screens.iter();
    Refine {
        brand: known.brand.id.to_string(),
        name: known.brand.name.clone(),
        window,
        window_text: window.map(sentence::stretch),
        judged: survey.judged,
        followers: survey.followers,
        gives_known: survey.known.0,
        gains_known: survey.known.1,
        decisions: survey.decisions.iter().map(|(one, kind)| decision(*one, kind, names)).collect(),
        screens: screens
            .map(|(screen, people)| ScreenView { screen: *screen, people: *people })
            .collect(),
        requests: people(&survey.requests, names),
        requests_in_all: survey.requests.count,
        movements: movements(survey, surveyed, names),
        names: names.named,
    }
}

/// A survey with what else is known of the look.
#[derive(Debug)]
pub struct Surveyed {
    /// The counts.
    pub survey: Survey,
    /// The window.
    pub window: Window,
    /// The movements that the exports could tell.
    pub tells: Vec<Movement>,
}

impl Surveyed {
    /// Before anybody was seen.
    ///
    /// - `most`: how many of each kind are named.
    pub fn begin(context: &Context, most: usize) -> Self {
        let all = Movement::ALL.into_iter().map(|row| row.0);
        Self {
            survey: Survey::new(most),
            window: context.now().window,
            tells: all.filter(|movement| context.tells(*movement)).collect(),
        }
    }
}

fn decision(decision: Decision, kind: &Kind, names: &Names) -> DecisionView {
    let first = if decision.asks_something() { people(kind, names) } else { Vec::new() };
    DecisionView { decision, people: kind.count, advice: decision.advice(), first }
}

fn people(kind: &Kind, names: &Names) -> Vec<PersonView> {
    let first = kind.first().into_iter();
    first.filter_map(|found| Some(person(found, found.judgement.as_ref()?, names))).collect()
}

fn movements(survey: &Survey, surveyed: Option<&Surveyed>, names: &Names) -> Vec<MovementView> {
    let tells = |one| surveyed.is_some_and(|surveyed| surveyed.tells.contains(one));
    let moved = survey.movements.iter().map(|(movement, kind)| MovementView {
        movement: *movement,
        people: tells(movement).then_some(kind.count),
        first: kind.first().iter().map(|one| names.who(&one.id, one.handle.as_deref())).collect(),
    });
    moved.collect()
}

/// One person of the crowd; `None` if there is nothing to judge.
pub fn one(context: &Context, somebody: &Somebody, names: &Names) -> Option<PersonView> {
    let judgement = judge(context, somebody)?;
    let handle = somebody.handle().map(str::to_owned);
    let found = Found { id: somebody.person_id(), handle, judgement: None };
    Some(person(&found, &judgement, names))
}

/// The view of one person.
pub(super) fn person(found: &Found, judgement: &Judgement, names: &Names) -> PersonView {
    let Judgement { relation, gives, gains, standings, screening, decision, proposal } = judgement;
    PersonView {
        who: names.who(&found.id, found.handle.as_deref()),
        decision: *decision,
        advice: decision.advice(),
        gives: score(gives, standings.gives),
        gains: score(gains, standings.gains),
        screen: screening.screen,
        screen_points: screening.points,
        reasons: screening.reasons.iter().copied().map(reason).collect(),
        follows: relation.follows,
        followed: relation.followed,
        engaged: relation.engaged,
        request: *proposal,
    }
}

fn score(score: &Score, standing: Standing) -> ScoreView {
    ScoreView {
        value: score.value(),
        band: standing.band,
        slips: standing.slips,
        coverage: score.coverage,
        parts: score.parts.iter().map(part).collect(),
    }
}

pub(super) fn part(part: &Part) -> PartView {
    PartView {
        part: part.feature.name(),
        points: part.points,
        of: part.of,
        because: part.because.to_string(),
    }
}

fn reason(reason: Reason) -> ReasonView {
    ReasonView { code: reason.code(), points: reason.points(), words: reason.words() }
}

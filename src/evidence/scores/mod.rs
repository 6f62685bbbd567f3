//! Scores: what one person gives us, what they gain from us, and what to do about it.
//!
//! ```text
//! Brand, Facts, Crowd ──► Context::look ──► Context     (sums, never people)
//! Context, Somebody ──► judge ──► Judgement
//! ```
//!
//! Start reading at [`judge`]. The parts of both scores are in `value`, the screen in
//! [`screen`], bands and decisions in [`decision`].
//!
//! # Always true
//!
//! - A judgement follows from one person's rows and a [`Context`] that holds no row a person, so a
//!   crowd of any size is judged in one pass.
//! - A score is the sum of its shown parts, to the tenth of a point.
//! - What no source tells is left out and counted as not covered; it never lowers a score, and an
//!   axis of which too little is known is unknown, never low.
//! - A band looks back at the two windows before, judged from the same rows: nothing is kept.
//! - No name, handle or id has any influence.
//! - A decision is a proposal to people. Nobody who ever did anything for us is proposed for
//!   removal.
//!
//! # Source
//!
//! Weights, thresholds and what they rest on: `docs/reference/scores.md`.

pub(crate) mod burst;
pub mod context;
pub mod decision;
pub mod evaluation;
pub mod fit;
#[cfg(test)]
mod laws;
pub mod movement;
pub mod ruling;
pub mod score;
pub mod screen;
pub mod survey;
mod talking;
mod value;

pub use self::{
    context::{Context, Moment},
    decision::{Band, Decision, Proposal, Standing, Standings},
    evaluation::Evaluation,
    movement::Movement,
    score::{Feature, Part, Score, Tenths},
    screen::{Reason, Screen, Screening, Signs},
    survey::Survey,
};
use super::{facts::PersonId, somebody::Somebody};

/// How somebody stands to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Relation {
    /// They follow one of our accounts.
    pub follows: bool,
    /// One of our accounts follows them.
    pub followed: bool,
    /// They ask to follow, and nobody has answered yet.
    pub asks: bool,
    /// They liked, shared or said something to us, ever.
    pub engaged: bool,
}

impl Relation {
    /// Whether there is anything to judge: a mere name that appears in a thread is nobody's
    /// business, and neither is who has left without a word.
    pub fn matters(self) -> bool {
        self.follows || self.followed || self.asks || self.engaged
    }
}

/// What was found about one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// How they stand to us.
    pub relation: Relation,
    /// What they give us.
    pub gives: Score,
    /// What they gain from us.
    pub gains: Score,
    /// The bands of both.
    pub standings: Standings,
    /// Whether the account looks real and awake.
    pub screening: Screening,
    /// What is proposed.
    pub decision: Decision,
    /// What is proposed about their request to follow, if there is one.
    pub proposal: Option<Proposal>,
}

/// Judges one person; `None` if they are one of our accounts or nothing links them to us.
///
/// # Example
///
/// ```
/// # use fivestep::model::{Brand, BrandId, Charter, Digest, WorkflowId, WorkingTime};
/// # let brand = Brand {
/// #     digest: Digest::of(b""), id: BrandId::new("acme")?, name: "Acme".into(),
/// #     working_time: WorkingTime::default(), languages: vec![],
/// #     workflow: WorkflowId::new("engagement")?, goals: Default::default(), accounts: vec![],
/// #     competitors: vec![],
/// #     charter: Charter::default(), audience: Default::default(), sources: vec![],
/// #     keep_words: Default::default(),
/// # };
/// use fivestep::evidence::{
///     facts::{Act, Facts, Interaction, PersonId},
///     scores::{Band, Context, judge},
///     somebody::Crowd,
/// };
/// let at = "2026-03-02T09:00:00Z".parse()?;
/// let liked = Interaction {
///     actor: PersonId::stored("other:ann"), act: Act::Like, object: "post".into(),
///     account: PersonId::stored("other:us"), at,
/// };
/// let facts = Facts { as_of: Some(at), interactions: vec![liked], ..Facts::default() };
/// let Ok(context) = Context::look(&brand, &facts, &facts, 28 * 86_400, None);
/// let context = context.ok_or("the facts have a date")?;
/// facts.each(&mut |somebody| {
///     let judgement = judge(&context, somebody).expect("she liked something");
///     // No source says what else she did, so her value is unknown, not low.
///     assert_eq!(judgement.standings.gives.band, Band::Unknown);
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn judge(context: &Context, somebody: &Somebody) -> Option<Judgement> {
    let moment = context.now();
    let relation = context.relation(somebody, moment).filter(|relation| relation.matters())?;
    let id = somebody.person_id();
    // Who never did anything was never above low, and most never did.
    let last = if relation.engaged { past(context, somebody, &id) } else { None };
    let (gives, gains, signs) = looked(context, somebody, &id, relation, moment);
    let screening = screen::screen(&signs);
    let standings = Standings::after(last, &gives, &gains);
    let decision =
        decision::decide(standings.gives.band, standings.gains.band, screening.screen, relation);
    let proposal = relation.asks.then(|| decision::proposal(&standings, screening.screen));
    Some(Judgement { relation, gives, gains, standings, screening, decision, proposal })
}

/// What the screen says of somebody now.
pub(crate) fn screened(context: &Context, somebody: &Somebody, relation: Relation) -> Screen {
    let view = value::View::of(context, context.now(), somebody, relation, &[]);
    screen::screen(&view.signs()).screen
}

/// Where somebody stood at the end of the window before; `None` if nothing linked them to us.
fn past(context: &Context, somebody: &Somebody, id: &PersonId) -> Option<Standings> {
    context.past().fold(None, |last, moment| {
        let relation = context.relation(somebody, moment).filter(|relation| relation.matters());
        let (gives, gains, _) = looked(context, somebody, id, relation?, moment);
        Some(Standings::after(last, &gives, &gains))
    })
}

/// Both scores of somebody at a moment, and the signs for the screen.
fn looked(
    context: &Context,
    somebody: &Somebody,
    id: &PersonId,
    relation: Relation,
    moment: &Moment,
) -> (Score, Score, Signs) {
    let talks = context.talks_with(somebody, id, moment);
    let view = value::View::of(context, moment, somebody, relation, &talks);
    (view.gives(), view.gains(), view.signs())
}

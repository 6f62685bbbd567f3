//! With whom it goes both ways.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    reading::{Reading, Row, Subject},
    scope::Scope,
};
use crate::{
    evidence::facts::{PersonId, PostKind},
    model::Metric,
};

/// Which directions there were with one person, and when last.
#[derive(Debug, Clone, Copy)]
struct Tie {
    theirs: bool,
    ours: bool,
    last: DateTime<Utc>,
}

/// People who engaged with us and to whom we wrote, out of those with whom there was either.
pub(super) fn reciprocity(scope: &Scope) -> Reading {
    let metric = Metric::Reciprocity;
    let ties = ties(scope);
    if ties.is_empty() {
        return Reading::no_cases(metric, "nobody engaged in the window, and we wrote to nobody");
    }
    let both = ties.values().filter(|tie| tie.theirs && tie.ours).count() as u64;
    let inbound = ties.values().filter(|tie| tie.theirs).count();
    let outbound = ties.values().filter(|tie| tie.ours).count();
    Reading::proportion(metric, both, ties.len() as u64)
        .out_of("people who engaged with us or to whom we replied in the window")
        .given("people who engaged with us", inbound as f64)
        .given("people to whom we replied", outbound as f64)
        .over(ties.values().map(|tie| tie.last))
        .behind(scope, || {
            ties.iter().map(|(person, tie)| Row {
                of: Subject::Person((*person).clone()),
                at: Some(tie.last),
                counts: tie.theirs && tie.ours,
                what: match (tie.theirs, tie.ours) {
                    (true, true) => "both ways".to_owned(),
                    (true, false) => "engaged, and we did not reply".to_owned(),
                    (false, _) => "we replied, and they did not engage".to_owned(),
                },
            })
        })
        .but(scope.begins_late())
}

fn ties<'a>(scope: &Scope<'a>) -> BTreeMap<&'a PersonId, Tie> {
    let mut ties: BTreeMap<&PersonId, Tie> = BTreeMap::new();
    let mut add = |person: &'a PersonId, ours: bool, at: DateTime<Utc>| {
        let tie = ties.entry(person).or_insert(Tie { theirs: false, ours: false, last: at });
        tie.theirs |= !ours;
        tie.ours |= ours;
        tie.last = tie.last.max(at);
    };
    scope.inbound(scope.window).for_each(|one| add(&one.actor, false, one.at));
    let replies = scope.own_posts().filter(|post| post.kind == PostKind::Reply);
    for post in replies.filter(|post| scope.window.holds(post.at)) {
        if let Some(to) = post.parent_author.as_ref().filter(|to| !scope.is_own(to)) {
            add(to, true, post.at);
        }
    }
    ties
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    #[test]
    fn it_goes_both_ways_with_whom_we_answer_and_who_engages() {
        // (why, world, line)
        let table = [
            (
                "nobody",
                World::new(),
                "no cases: nobody engaged in the window, and we wrote to nobody",
            ),
            ("one way, theirs", World::new().likes("ann", 5), "0 of 1"),
            ("one way, ours", World::new().answers("ann", "r", 5), "0 of 1"),
            ("both", World::new().likes("ann", 5).answers("ann", "r", 4), "1 of 1"),
            (
                "twice is once",
                World::new().likes("ann", 5).likes("ann", 6).answers("ann", "r", 4),
                "1 of 1",
            ),
            (
                "outside the window",
                World::new().likes("ann", 5).answers("ann", "r", 29 * 24),
                "0 of 1",
            ),
            (
                "we are nobody",
                World::new().likes("us", 5).answers("us", "r", 4).likes("ann", 1),
                "0 of 1",
            ),
        ];
        for (why, world, expected) in table {
            assert_eq!(world.line(Metric::Reciprocity), expected, "{why}");
        }
    }
}

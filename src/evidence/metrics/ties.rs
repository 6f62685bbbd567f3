//! With whom it goes both ways.

use super::{
    reading::{Reading, Row, Subject},
    scope::Scope,
    tally::Face,
};
use crate::model::{Finding, Metric};

/// People who engaged with us and to whom we wrote, out of those with whom there was either.
pub(super) fn reciprocity(scope: &Scope) -> Reading {
    let metric = Metric::Reciprocity;
    let ties = &scope.tally.ties;
    if ties.any() == 0 {
        return Reading::no_cases(metric, "nobody engaged in the window, and we wrote to nobody");
    }
    Reading::proportion(metric, ties.both, ties.any())
        .out_of("people who engaged with us or to whom we replied in the window")
        .given("people who engaged with us", ties.theirs as f64)
        .given("people to whom we replied", ties.ours as f64)
        .within(ties.last)
        .behind(scope, || scope.tally.faces.iter().filter_map(row))
        .but(scope.begins_late())
}

/// Followers whom we follow, out of all who are known by name.
pub(super) fn mutual_follow_rate(scope: &Scope) -> Reading {
    let metric = Metric::MutualFollowRate;
    let (ties, followers) = (&scope.tally.ties, scope.tally.activity.followers);
    if ties.follows == 0 {
        let why = "no export lists whom we follow".to_owned();
        return Reading::without(metric, Finding::NotExported { why });
    }
    if followers == 0 {
        return Reading::no_cases(metric, "no follower is known by name at the window's end");
    }
    let mutual = || scope.tally.faces.iter().filter(|one| one.follows && one.followed);
    Reading::proportion(metric, ties.mutual, followers)
        .out_of("followers known by name at the window's end")
        .given("accounts that we follow", ties.follows as f64)
        .behind(scope, || {
            mutual().map(|one| Row {
                of: Subject::Person(one.id.clone()),
                at: None,
                counts: true,
                what: "follows us, and we follow them".to_owned(),
            })
        })
}

/// What there was with somebody, if there was anything.
fn row(one: &Face) -> Option<Row> {
    let what = match (one.deeds > 0, one.ours.is_some()) {
        (false, false) => return None,
        (true, true) => "both ways",
        (true, false) => "engaged, and we did not reply",
        (false, true) => "we replied, and they did not engage",
    };
    Some(Row {
        of: Subject::Person(one.id.clone()),
        at: one.last.max(one.ours),
        counts: one.deeds > 0 && one.ours.is_some(),
        what: what.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    #[test]
    fn mutual_are_followers_at_the_end_whom_we_follow() {
        let followed = || World::new().follow_all(["ann", "bob", "cid"]);
        // (why, world, line)
        let table = [
            ("nobody knows", followed(), "not exported: no export lists whom we follow"),
            ("one of three", followed().we_follow("bob", None), "1 of 3"),
            ("who does not follow us", followed().we_follow("zoe", None), "0 of 3"),
            ("given up", followed().we_follow("ann", None).we_follow("bob", Some(5)), "1 of 3"),
            ("left us", followed().we_follow("dan", None).follows("dan", None, Some(9)), "0 of 3"),
            (
                "no followers",
                World::new().we_follow("ann", None),
                "no cases: no follower is known by name at the window's end",
            ),
        ];
        for (why, world, expected) in table {
            assert_eq!(world.line(Metric::MutualFollowRate), expected, "{why}");
        }
    }

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

//! One line of a gate or of the goal: what it compares, with what, and whether that makes sense.

use super::{Checker, value_of};
use crate::{
    definition::{
        diagnostic::{Code, Problem},
        expression::{Place, Scope},
        raw::{self, Field, Spot, Words},
        read::{self, GOALS, MAX_COUNT, clock, period, quantity, whole},
        suggest::quoted,
    },
    model::{
        Bound, Clause, ClauseId, Demand, Metric, Period, TaskId, Test, Threshold, Unit,
        metric::{BUSINESS, Method},
    },
};

/// Which of two comparisons a threshold belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    AtLeast,
    AtMost,
}

impl Checker<'_, '_> {
    /// The clauses of a gate.
    pub(super) fn gate_clauses(
        &mut self,
        raw: &[Spot<raw::Clause>],
        scope: Scope<'_>,
    ) -> Vec<Option<Clause>> {
        self.no_doubles("clause", raw.iter().filter_map(|clause| clause.value.id.as_ref()));
        let one = |clause| {
            let demand = self.demand(clause, scope);
            let Some(words) = &clause.value.id else {
                let problem =
                    Problem::new(Code::MissingKey, &clause.span, "this clause has no `id`");
                self.add(problem.help("give it a short name, such as `id: answered`"));
                return None;
            };
            let id = self.id(words, ClauseId::new)?;
            Some(Clause { id, demand: demand?, because: value_of(&clause.value.because) })
        };
        raw.iter().map(one).collect()
    }

    /// The clauses of the goal: named like their metric, unless they say otherwise.
    pub(super) fn goal_clauses(
        &mut self,
        raw: &[Spot<raw::Clause>],
        scope: Scope<'_>,
    ) -> Vec<Option<Clause>> {
        let name_of = |clause: &'_ Spot<raw::Clause>| {
            clause.value.id.clone().or_else(|| clause.value.metric.clone())
        };
        let names: Vec<Words> = raw.iter().filter_map(name_of).collect();
        self.no_doubles("goal clause", &names);
        let one = |clause: &Spot<raw::Clause>| {
            let demand = self.demand(clause, scope);
            let id = match (&clause.value.id, &clause.value.metric) {
                (Some(words), _) => self.id(words, ClauseId::new)?,
                (None, Some(metric)) => ClauseId::new(metric.value.as_str()).ok()?,
                (None, None) if demand.is_none() => return None,
                (None, None) => {
                    let message = "this clause has no `id`, and no metric to be named after";
                    let problem = Problem::new(Code::MissingKey, &clause.span, message);
                    self.add(problem.help("give it a short name, such as `id: answered`"));
                    return None;
                }
            };
            Some(Clause { id, demand: demand?, because: value_of(&clause.value.because) })
        };
        raw.iter().map(one).collect()
    }

    /// What a clause demands: exactly one of a metric, a task, a wait, an expression or a group.
    fn demand(&mut self, raw: &Spot<raw::Clause>, scope: Scope<'_>) -> Option<Demand> {
        let clause = &raw.value;
        let group = |list: &Field<Vec<Spot<raw::Clause>>>| {
            list.as_ref().map(|list| Words { value: String::new(), span: list.span.clone() })
        };
        let asked = [
            ("metric", clause.metric.clone()),
            ("task", clause.task.clone()),
            ("wait", clause.wait.clone()),
            ("when", clause.when.clone()),
            ("any", group(&clause.any)),
            ("all", group(&clause.all)),
        ];
        let asked: Vec<(&str, Words)> =
            asked.into_iter().filter_map(|(key, words)| Some((key, words?))).collect();
        let [(key, words)] = asked.as_slice() else {
            self.not_one(raw, &asked);
            return None;
        };
        if *key != "metric" {
            self.compares_nothing(clause, key);
        }
        match *key {
            "metric" => self.comparison(raw, words),
            "task" => self.task_done(words, scope),
            "wait" => self.wait(words, scope),
            "when" => self.expression(words, scope).map(Demand::When),
            "any" => self.members(clause.any.as_ref()?, scope).map(Demand::Any),
            _ => self.members(clause.all.as_ref()?, scope).map(Demand::All),
        }
    }

    /// A clause that asks for nothing, or for several things.
    fn not_one(&mut self, raw: &Spot<raw::Clause>, asked: &[(&str, Words)]) {
        match asked {
            [(first, _), (second, words), ..] => {
                let message = format!("a clause asks for one thing: `{first}` or `{second}`");
                let problem = Problem::new(Code::ClashingKeys, &words.span, message);
                self.add(problem.help("make two clauses of it, or a group with `any:` or `all:`"));
            }
            // What it asked for was refused.
            [] if self.problems.is_noted_in(&raw.span) => {}
            _ => {
                let message = "this clause asks for nothing";
                let problem = Problem::new(Code::MissingKey, &raw.span, message);
                self.add(problem.help(
                    "add `metric:` with a comparison, `task:`, `wait:`, `when:`, or a group",
                ));
            }
        }
    }

    /// Refuses the keys of a comparison where nothing is compared.
    fn compares_nothing(&mut self, raw: &raw::Clause, key: &str) {
        let comparing = [
            ("at_least", &raw.at_least),
            ("at_most", &raw.at_most),
            ("is", &raw.is),
            ("bound", &raw.bound),
            ("min_n", &raw.min_n),
            ("max_age", &raw.max_age),
            ("hours", &raw.hours),
        ];
        for (other, words) in comparing {
            if let Some(words) = words {
                let message = format!("`{other}` goes with `metric`, not with `{key}`");
                self.add(Problem::new(Code::ClashingKeys, &words.span, message));
            }
        }
    }

    fn task_done(&mut self, task: &Words, scope: Scope<'_>) -> Option<Demand> {
        if scope.place == Place::Goal {
            let message = "the goal is reached on evidence; a task cannot be part of it";
            self.add(Problem::new(Code::NoEvidence, &task.span, message));
            return None;
        }
        if !scope.tasks.contains_key(task.value.as_str()) {
            if self.problems.is_full() {
                return None;
            }
            let message = format!("this stage has no task {}", quoted(&task.value));
            let problem = Problem::new(Code::UnknownTask, &task.span, message);
            self.add(problem.known(scope.tasks.keys().copied(), &task.value));
            return None;
        }
        TaskId::new(task.value.as_str()).ok().map(Demand::Task)
    }

    fn wait(&mut self, words: &Words, scope: Scope<'_>) -> Option<Demand> {
        if scope.place == Place::Goal {
            let message = "the goal is reached on evidence; waiting cannot be part of it";
            self.add(Problem::new(Code::NoEvidence, &words.span, message));
            return None;
        }
        self.read(words, period).map(Demand::Wait)
    }

    fn members(
        &mut self,
        list: &Spot<Vec<Spot<raw::Clause>>>,
        scope: Scope<'_>,
    ) -> Option<Vec<Demand>> {
        self.not_empty(list, "a group needs at least one clause");
        let members: Vec<Option<Demand>> =
            list.value.iter().map(|member| self.demand(member, scope)).collect();
        members.into_iter().collect()
    }

    fn comparison(&mut self, raw: &Spot<raw::Clause>, metric: &Words) -> Option<Demand> {
        let clause = &raw.value;
        let min_n = self.read_field(&clause.min_n, |text| whole(text, 1..=MAX_COUNT));
        let max_age = self.read_field(&clause.max_age, clock).map(Period::Seconds);
        let bounds = Bound::ALL;
        let bound = match &clause.bound {
            Some(words) => self.word(words, Code::UnknownWord, "bound", &bounds),
            None => Some(Bound::Point),
        };
        let metric = self
            .metric(metric, |plain| format!("write `metric: {plain}` with `hours: {BUSINESS}`"))?;
        let measured = self.in_hours(metric, &clause.hours);
        let test = self.test(raw, metric)?;
        let bound = bound?;
        if let Some(words) = &clause.bound {
            self.bound_makes_sense(words, metric, test, bound);
        }
        Some(Demand::Metric { metric: measured?, test, bound, min_n, max_age })
    }

    /// The metric of a name; `advice` says what is written instead of the name of a twin.
    pub(super) fn metric(
        &mut self,
        words: &Words,
        advice: impl FnOnce(Metric) -> String,
    ) -> Option<Metric> {
        let twin = words.value.parse::<Metric>().ok().filter(|metric| metric.is_business());
        if let Some(plain) = twin.map(Metric::plain) {
            let message = format!("{} is `{plain}` in business hours", quoted(&words.value));
            let problem = Problem::new(Code::UnknownMetric, &words.span, message);
            self.add(problem.suggest(Some(plain.to_string())).help(advice(plain)));
            return None;
        }
        let names = Metric::WRITTEN.map(|metric| (metric, metric.name()));
        self.word(words, Code::UnknownMetric, "metric", &names)
    }

    /// The metric that `hours` makes of `metric`.
    fn in_hours(&mut self, metric: Metric, hours: &Field<String>) -> Option<Metric> {
        let Some(words) = hours else { return Some(metric) };
        self.word(words, Code::UnknownWord, "measure of hours", &[((), BUSINESS)])?;
        if metric.business().is_none() {
            let waiting = Metric::WRITTEN.into_iter().filter(|metric| metric.business().is_some());
            let waiting: Vec<String> = waiting.map(|metric| format!("`{metric}`")).collect();
            let message = format!("`{metric}` measures no waiting, so it has no business hours");
            let problem = Problem::new(Code::BadComparison, &words.span, message);
            self.add(problem.help(format!("these have: {}", waiting.join(", "))));
        }
        metric.business()
    }

    /// The one comparison of a clause.
    fn test(&mut self, raw: &Spot<raw::Clause>, metric: Metric) -> Option<Test> {
        let clause = &raw.value;
        match (&clause.at_least, &clause.at_most, &clause.is) {
            (Some(words), None, None) => {
                self.threshold(words, metric, Side::AtLeast, clause).map(Test::AtLeast)
            }
            (None, Some(words), None) => {
                self.threshold(words, metric, Side::AtMost, clause).map(Test::AtMost)
            }
            (None, None, Some(words)) if metric.unit() == Unit::Truth => {
                self.read(words, read::truth).map(Test::Is)
            }
            (None, None, Some(words)) => {
                let unit = metric.unit();
                let message = format!("`is` asks for a truth, but `{metric}` is a {unit}");
                let problem = Problem::new(Code::BadComparison, &words.span, message);
                self.add(problem.help("compare it with `at_least` or `at_most`"));
                None
            }
            (None, None, None) => {
                let message = format!("this clause does not say what `{metric}` is compared with");
                let problem = Problem::new(Code::BadComparison, &raw.span, message);
                let key = if metric.unit() == Unit::Truth { "is" } else { "at_least" };
                self.add(problem.help(format!("add `{key}:` with {}", metric.unit().described())));
                None
            }
            (_, Some(second), _) | (_, None, Some(second)) => {
                let message = "a clause compares once";
                let problem = Problem::new(Code::BadComparison, &second.span, message);
                self.add(problem.help("make two clauses of it"));
                None
            }
        }
    }

    fn threshold(
        &mut self,
        words: &Words,
        metric: Metric,
        side: Side,
        clause: &raw::Clause,
    ) -> Option<Threshold> {
        if metric.unit() == Unit::Truth {
            let message = format!("`{metric}` is true or false, never more or less");
            let problem = Problem::new(Code::BadComparison, &words.span, message);
            self.add(problem.help("write `is: true`"));
            return None;
        }
        if let Some(name) = words.value.strip_prefix(GOALS) {
            return self.own_goal(words, name, metric);
        }
        let value = self.read(words, |text| quantity(text, metric.unit()))?;
        let bound = clause.bound.as_ref().map(|bound| bound.value.as_str());
        let never = metric.unit() == Unit::Proportion
            && match side {
                Side::AtLeast => value.value >= 1.0 && bound == Some("lower95"),
                Side::AtMost => value.value <= 0.0 && bound == Some("upper95"),
            };
        if never && metric.spec().method != Method::Census {
            let message = "no number of cases brings an end of the interval as far as this";
            let problem = Problem::new(Code::NeverMet, &words.span, message);
            self.add(problem.help("leave some room, or compare the point (`bound: point`)"));
        }
        Some(Threshold::Fixed(value))
    }

    /// `goals.METRIC`: the brand's own target for the same metric.
    fn own_goal(&mut self, words: &Words, name: &str, metric: Metric) -> Option<Threshold> {
        if name == metric.name() {
            return Some(Threshold::Goal(metric));
        }
        let own = format!("{GOALS}{metric}");
        let known = name.parse::<Metric>().is_ok();
        let problem = if known {
            let message = format!("{} is the goal of another metric", quoted(&words.value));
            Problem::new(Code::OtherGoal, &words.span, message)
        } else {
            let message = format!("there is no metric {}", quoted(name));
            Problem::new(Code::UnknownMetric, &words.span, message)
        };
        self.add(problem.suggest(Some(own)));
        None
    }

    fn bound_makes_sense(&mut self, words: &Words, metric: Metric, test: Test, bound: Bound) {
        if bound == Bound::Point {
            return;
        }
        if metric.spec().method == Method::Census {
            let message =
                format!("`{metric}` counts everything there is; it has no interval to bound");
            let problem = Problem::new(Code::BoundOnCensus, &words.span, message);
            self.add(problem.help("remove `bound`"));
            return;
        }
        let meant = match (test, bound) {
            (Test::AtLeast(_), Bound::Upper95) => "lower95",
            (Test::AtMost(_), Bound::Lower95) => "upper95",
            (
                Test::AtLeast(_) | Test::AtMost(_) | Test::Is(_),
                Bound::Point | Bound::Lower95 | Bound::Upper95,
            ) => return,
        };
        let message = "the fewer cases there are, the sooner this bound would open the gate";
        let problem = Problem::new(Code::BoundOpensOnIgnorance, &words.span, message);
        self.add(
            problem
                .suggest(Some(meant.to_owned()))
                .help("`at_least` is safe with `lower95`, `at_most` with `upper95`"),
        );
    }
}

//! Time for which a run was held counts for nothing that it waits for.

use chrono::TimeDelta;
use fivestep::model::{Command, TaskState, Verb};

use crate::common::{Run, SHIPPED, Seen, day, load, shipped};

/// The shipped workflow with one more task in its first stage, due two days after it is opened.
fn with_photos() -> String {
    let task =
        "    tasks:\n      - { id: photos, title: Photos, owner: role:lead, deadline: 2d }\n";
    let gate = "      - { id: signed, task: sign_charter }\n";
    let asked = format!("{gate}      - {{ id: shown, task: photos }}\n");
    SHIPPED.replacen("    tasks:\n", task, 1).replace(gate, &asked)
}

fn days_until_due(run: &Run) -> i64 {
    let open = run.checkpoint.tasks.iter().find(|(task, _)| task.as_str() == "photos");
    let Some((_, TaskState::Open { deadline: Some(deadline), .. })) = open else {
        panic!("the task is open and has a deadline: {open:?}")
    };
    (*deadline - day(0)).num_days()
}

#[test]
fn a_deadline_is_put_off_by_the_time_it_was_held() {
    // (why, on which day the task comes, on which it is due after a pause from day 1 to day 11)
    let table = [("it was there before", 0, 12), ("it came in the middle", 6, 13)];
    for (why, comes, due) in table {
        let edited = load(&with_photos());
        let mut run =
            Run::started(if comes == 0 { edited.clone() } else { shipped() }, Seen::good(day(0)));
        run.now = day(1);
        run.ok(Verb::Pause);
        if comes > 0 {
            run.now = day(comes);
            run.workflow = edited;
            run.ok(Verb::Adopt);
        }
        run.now = day(11);
        run.ok(Verb::Resume);
        assert_eq!(days_until_due(&run), due, "{why}");
        run.now = day(due) - TimeDelta::seconds(1);
        assert!(run.ask(&Command::of_engine(Verb::Tick)).is_err(), "{why}");
        run.now = day(due);
        assert!(run.ask(&Command::of_engine(Verb::Tick)).is_ok(), "{why}");
    }
}

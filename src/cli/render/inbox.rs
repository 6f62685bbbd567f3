//! The inbox, for people: a list, and a table to work through.

use crate::{
    cli::out::{self, finish},
    failure::Failure,
    model::quantity::{count, duration, working_time},
    view::inbox::{InboxView, ReachView, WaitingView},
};

use super::{bold, refine::record, report::table::safe, wrapped};

/// How things stand, then those to answer first.
pub fn text(view: &InboxView) -> String {
    let mut out = format!("{}  {}\n", bold(&view.brand), view.name);
    let Some(window) = &view.window_text else {
        out.push_str(&wrapped(2, "", "no export is imported yet"));
        return out;
    };
    out.push_str(&wrapped(2, "window: ", window));
    if view.opened == 0 && view.waiting == 0 {
        out.push_str(&wrapped(2, "", "no export tells of a conversation in it"));
        return out;
    }
    out.push_str(&wrapped(2, "conversations: ", &conversations(view)));
    out.push_str(&wrapped(2, "waiting: ", &waiting(view)));
    out.push_str(&wrapped(2, "reach: ", &reach(&view.reach)));
    if !view.repeated.is_empty() {
        let people = view.repeated.iter().take(5);
        let people = people.map(|one| format!("{} in {}", one.who, one.conversations));
        out.push_str(&wrapped(2, "asking again: ", &people.collect::<Vec<_>>().join(", ")));
    }
    if !view.first.is_empty() {
        out.push_str(&format!("\n{}", first(view)));
    }
    if view.waiting > view.first.len() {
        let more = view.waiting - view.first.len();
        out.push_str(&format!("and {more} more: `--first {}`\n", view.waiting));
    }
    out
}

fn conversations(view: &InboxView) -> String {
    let (opened, over) = (count(view.opened as f64), count(view.over as f64));
    format!("{opened} opened, {over} ended with words of theirs that ask nothing")
}

fn waiting(view: &InboxView) -> String {
    let number = |number: usize| count(number as f64);
    if view.waiting == 0 {
        return "nobody".to_owned();
    }
    let mut text = format!("{}, from {} people", number(view.waiting), number(view.people));
    text.push_str(&format!(", {} with a question", number(view.questions)));
    if view.overdue > 0 {
        let overdue = number(view.overdue);
        text.push_str(&format!(", {overdue} of these for over 72 h from people who give much"));
    }
    if let Some(share) = view.concentration.filter(|_| view.people > 10) {
        text.push_str(&format!("; {:.0} % of them from ten people", 100.0 * share));
    }
    text
}

fn reach(reach: &ReachView) -> String {
    let ReachView { minutes_a_day, minutes_each, answers_a_day, opened_a_day, days } = *reach;
    let end = match days {
        Some(0.0) => "nobody waits".to_owned(),
        Some(1.0) => "nobody waits after a day".to_owned(),
        Some(days) => format!("nobody waits after {days:.0} days"),
        None => "the number of those who wait grows".to_owned(),
    };
    format!(
        "{minutes_a_day:.0} minutes a day are {answers_a_day:.1} answers of {minutes_each:.0} minutes; \
         {opened_a_day:.1} conversations open a day, so {end}"
    )
}

fn first(view: &InboxView) -> String {
    let mut rows = out::table(&["WHO", "ASKS", "GIVES", "WAITS", "WORKING TIME", "POSTS"]);
    for one in &view.first {
        rows.add_row([
            one.who.clone(),
            asks(one).to_owned(),
            one.gives.map_or_else(|| "unknown".to_owned(), |gives| gives.to_string()),
            duration(one.waited_seconds as f64),
            working_time(one.waited_business_seconds as f64),
            one.posts.to_string(),
        ]);
    }
    let mut out = finish(&rows);
    let addresses = view.first.iter().filter_map(|one| Some((one, one.post.as_ref()?)));
    let address = |(one, post): (&WaitingView, &String)| {
        let words = one.words.as_deref().map(|words| wrapped(4, "", &format!("“{words}”")));
        wrapped(2, &format!("{}: ", one.who), post) + &words.unwrap_or_default()
    };
    let addresses: String = addresses.map(address).collect();
    if !addresses.is_empty() {
        out.push_str(&format!("\n{}\n{addresses}", bold("posts to answer")));
    }
    out
}

fn asks(one: &WaitingView) -> &'static str {
    match one.asks {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not known",
    }
}

/// A line a conversation that waits, those to answer first at the top.
///
/// # Errors
///
/// [`Failure::Io`] if it cannot be made.
pub fn table(view: &InboxView) -> Result<String, Failure> {
    let mut out = record(&[
        "who",
        "post",
        "since",
        "waited_hours",
        "waited_working_hours",
        "posts",
        "asks",
        "language",
        "gives",
        "band",
        "words",
    ])?;
    let hours = |seconds: i64| format!("{:.1}", seconds as f64 / 3_600.0);
    for one in &view.first {
        out.push_str(&record(&[
            safe(&one.who).as_str(),
            &safe(one.post.as_deref().unwrap_or_default()),
            &one.since.to_rfc3339(),
            &hours(one.waited_seconds),
            &hours(one.waited_business_seconds),
            &one.posts.to_string(),
            asks(one),
            one.language.as_deref().unwrap_or_default(),
            &one.gives.map(|gives| gives.to_string()).unwrap_or_default(),
            one.band.name(),
            &safe(one.words.as_deref().unwrap_or_default()),
        ])?);
    }
    Ok(out)
}

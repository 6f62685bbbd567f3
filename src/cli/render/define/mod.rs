//! The charter audit, for people; as Markdown and as a table in the files beside.

pub mod markdown;
pub mod table;

use crate::{
    model::quantity::duration,
    view::{
        define::{DefineView, DriftPost, ShareView, SilenceView},
        sentence,
    },
};

use super::{bold, wrapped};

/// The whole answer.
pub fn text(view: &DefineView) -> String {
    let mut out = format!("{}  {}\n", bold(&view.brand), view.name);
    let window = view.window_text.as_deref().unwrap_or("no export is imported yet");
    out.push_str(&wrapped(2, "window: ", window));
    if !view.sources.is_empty() {
        out.push_str(&wrapped(2, "sources: ", &view.sources.join(", ")));
    }
    section(&mut out, "numbers", &numbers(view));
    let accounts = view.accounts.iter();
    let accounts: String =
        accounts.map(|one| wrapped(2, &format!("{}: ", one.handle), &one.text)).collect();
    section(&mut out, "accounts", &accounts);
    // Of one account, the line above says it all.
    if view.accounts.len() > 1 {
        section(&mut out, "accounts on which a field is filled in", &shares(&view.fields));
    }
    let agreements = view.agreements.iter();
    let agreements: String =
        agreements.map(|one| wrapped(2, &format!("{}: ", one.field), &one.text)).collect();
    section(&mut out, "whether the accounts say the same", &agreements);
    section(&mut out, "posts on a pillar", &shares(&view.pillars));
    section(&mut out, "posts and replies that show a person", &shares(&view.people));
    section(&mut out, "weeks with", &shares(&view.weeks));
    let silences: String = view.silences.iter().map(silence).collect();
    section(&mut out, "longest silences", &silences);
    let title = format!("on no pillar, newest first: {} of {}", view.drift.posts, view.drift.of);
    section(&mut out, &title, &drift(view));
    out
}

fn section(out: &mut String, title: &str, lines: &str) {
    if !lines.is_empty() {
        out.push_str(&format!("\n{}\n{lines}", bold(title)));
    }
}

fn numbers(view: &DefineView) -> String {
    let line = |(metric, text): (String, &str)| wrapped(2, &format!("{metric}: "), text);
    let numbers = view.numbers.iter();
    let values = numbers.clone().map(|one| (one.observation.metric.to_string(), one.text.as_str()));
    let notes = numbers.flat_map(|one| {
        let caveats = one.observation.caveats.iter();
        caveats.map(|caveat| (format!("note on {}", one.observation.metric), caveat.as_str()))
    });
    values.chain(notes).map(line).collect()
}

fn shares(shares: &[ShareView]) -> String {
    shares.iter().map(|one| wrapped(2, &format!("{}: ", one.of), &one.text)).collect()
}

fn silence(silence: &SilenceView) -> String {
    let SilenceView { from, to, seconds } = silence;
    let label = format!("{}: ", duration(*seconds as f64));
    wrapped(2, &label, &format!("{} to {}", sentence::instant(*from), sentence::instant(*to)))
}

fn drift(view: &DefineView) -> String {
    let mut out: String = view.drift.listed.iter().map(post).collect();
    let more = view.drift.posts - view.drift.listed.len();
    if more > 0 {
        out.push_str(&format!("and {more} more: `--first {}`\n", view.drift.posts));
    }
    out
}

fn post(one: &DriftPost) -> String {
    let label = format!("{}  ", sentence::instant(one.at));
    wrapped(2, &label, &one.excerpt) + &wrapped(4, "", &one.post)
}

//! What an action answered, for people.

use crate::view::{answers::AnswerView, sentence};

use super::{bold, wrapped};

/// When it succeeded, then its answer as JSON.
pub fn text(view: &AnswerView) -> String {
    let commit = view.revision.map(|revision| format!(", commit {revision}"));
    let at = format!("{}{}", sentence::instant(view.at), commit.unwrap_or_default());
    let mut out = format!("{}  {}\n", bold(&view.brand), view.action);
    out.push_str(&wrapped(2, "succeeded: ", &at));
    if view.answer.is_empty() {
        out.push_str(&wrapped(2, "", "it answered nothing"));
        return out;
    }
    // `{:#}` of JSON cannot fail, and breaks its lines itself.
    let json = format!("{:#}", serde_json::Value::Object(view.answer.clone()));
    out.push_str(
        &json.lines().map(|line| format!("{}\n", sentence::plain(line))).collect::<String>(),
    );
    out
}

//! A brand's numbers, for people.

use crate::view::numbers::Numbers;

use super::{bold, wrapped};

/// The whole answer.
pub fn text(numbers: &Numbers) -> String {
    let mut out = format!("{}  {}\n", bold(&numbers.brand), numbers.name);
    out.push_str(&wrapped(2, "", &format!("workflow {}", numbers.workflow)));
    if let Some(window) = &numbers.window {
        out.push_str(&wrapped(2, "window: ", window));
    }
    if let Some(span) = &numbers.span {
        out.push_str(&wrapped(2, "evidence inside it: ", span));
    }
    if !numbers.sources.is_empty() {
        out.push_str(&wrapped(2, "sources: ", &numbers.sources.join(", ")));
    }
    for note in &numbers.notes {
        out.push_str(&wrapped(0, "note: ", note));
    }
    out.push('\n');
    for number in &numbers.numbers {
        out.push_str(&format!("{}\n", bold(&number.observation.metric.to_string())));
        let fraction =
            number.fraction.as_ref().map(|text| format!("; fraction {text}")).unwrap_or_default();
        out.push_str(&wrapped(4, "", &format!("{}{fraction}", number.text)));
        if !number.observation.denominator.is_empty() {
            out.push_str(&wrapped(4, "counts: ", &number.observation.denominator));
        }
        for caveat in &number.observation.caveats {
            out.push_str(&wrapped(4, "note: ", caveat));
        }
    }
    out
}

//! The one name that was probably meant, and the user's own words made safe to repeat.

/// How many characters of the user's text a message repeats.
const SHOWN_CHARS: usize = 60;

/// Longer texts are no slip of a finger, and comparing them would take long.
const COMPARED_CHARS: usize = 64;

/// The name closest to `text`, if one is close enough to have been meant.
pub(super) fn closest<'a>(text: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if text.chars().count() > COMPARED_CHARS {
        return None;
    }
    let text = text.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&text, &name.to_lowercase());
    names
        .into_iter()
        .map(|name| (distance(name), name))
        .filter(|(distance, name)| is_close(*distance, name.chars().count()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// One slip for every three letters, but never all of a short name.
fn is_close(distance: usize, chars: usize) -> bool {
    distance <= chars.max(3) / 3 && distance < chars
}

/// `text` in backticks, shortened and without characters that would disturb a terminal.
pub(super) fn quoted(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(SHOWN_CHARS)
        .map(|c| if is_disturbing(c) { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(SHOWN_CHARS).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// Whether a character changes how others are shown: controls and marks of direction.
fn is_disturbing(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_a_finger_is_recognised_and_another_word_is_not() {
        // (why, the text, the suggestion)
        let names = ["metric", "at_least", "at_most", "is", "because"];
        let table = [
            ("a letter too many", "mettric", Some("metric")),
            ("two letters swapped", "metirc", Some("metric")),
            ("another case", "Metric", Some("metric")),
            ("nothing like it", "colour", None),
            ("short names need to be very close", "if", Some("is")),
            ("short names share at least a letter", "a", None),
            ("empty", "", None),
        ];
        for (why, text, suggestion) in table {
            assert_eq!(closest(text, names), suggestion, "{why}");
        }
    }

    #[test]
    fn a_text_is_repeated_short_and_harmless() {
        assert_eq!(quoted("a\u{1b}[31mb"), "`a\u{fffd}[31mb`");
        assert_eq!(quoted(&"x".repeat(100)).chars().count(), SHOWN_CHARS + 3);
    }
}

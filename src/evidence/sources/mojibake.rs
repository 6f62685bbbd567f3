//! Texts that were written as UTF-8 and read as Latin-1, mended.
//!
//! Start reading at [`mended`].
//!
//! # Always true
//!
//! - A text changes only if all of it can be taken back and the result is UTF-8, so a sound text
//!   is never harmed.
//!
//! # Source
//!
//! Exports of Facebook and Instagram write `ó` as `\u00c3\u00b3`.

use std::borrow::Cow;

use serde_json::Value;

/// The text as it was meant.
pub(crate) fn mended(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    match bytes.map(String::from_utf8) {
        Some(Ok(meant)) => Cow::Owned(meant),
        Some(Err(_)) | None => Cow::Borrowed(text),
    }
}

/// A whole value, in its texts and in its keys.
pub(crate) fn mended_value(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        Value::String(text) => mended(text).into_owned().into(),
        Value::Array(list) => list.iter().map(mended_value).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (mended(key).into_owned(), mended_value(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_is_mended_only_where_that_gives_utf_8() {
        // (why this row exists, the text, as it was meant)
        let table = [
            ("an accent", "\u{c3}\u{b3}", "ó"),
            ("an emoji", "\u{f0}\u{9f}\u{91}\u{8d}", "👍"),
            ("an apostrophe", "weren\u{e2}\u{80}\u{99}t", "weren’t"),
            ("sound and Latin-1", "café", "café"),
            ("sound and beyond Latin-1", "日本 \u{c3}\u{b3}", "日本 \u{c3}\u{b3}"),
            ("half of a sequence", "\u{c3}", "\u{c3}"),
            ("plain", "hello", "hello"),
            ("nothing", "", ""),
        ];
        for (why, text, meant) in table {
            assert_eq!(mended(text), meant, "{why}");
        }
        let value = json!({"Comentario que \u{c3}\u{a9}": ["\u{c3}\u{b3}", 1, null]});
        assert_eq!(mended_value(&value), json!({"Comentario que é": ["ó", 1, null]}));
    }
}

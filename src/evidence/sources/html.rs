//! The words inside the HTML of a post.
//!
//! Start reading at [`to_text`].
//!
//! # Always true
//!
//! - One pass, linear in the length, no recursion: no markup can make it slow or deep.
//! - What is not a tag or a known entity stays as it was typed.

/// The longest entity looked at, in bytes behind its `&`.
const MAX_ENTITY_BYTES: usize = 10;

/// Takes the markup out of `html`; paragraphs and line breaks become line ends.
pub fn to_text(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = if rest.starts_with('&') { entity(rest, &mut out) } else { tag(rest, &mut out) };
    }
    out.push_str(rest);
    tidy(&out)
}

/// Takes one tag off the front and answers what follows it.
fn tag<'h>(rest: &'h str, out: &mut String) -> &'h str {
    let inside = &rest[1..];
    if !inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') {
        out.push('<');
        return inside;
    }
    let Some(end) = inside.find('>') else { return "" };
    let name = inside[..end].split([' ', '\t', '\n', '\r']).next().unwrap_or("");
    match name.trim_end_matches('/').to_ascii_lowercase().as_str() {
        "br" | "li" | "div" | "/div" => out.push('\n'),
        "p" | "/p" | "blockquote" | "/blockquote" => out.push_str("\n\n"),
        hidden @ ("script" | "style") => return behind(&inside[end + 1..], hidden),
        _ => {}
    }
    &inside[end + 1..]
}

/// What follows the end of an element whose content nobody reads.
fn behind<'h>(rest: &'h str, name: &str) -> &'h str {
    let mut rest = rest;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        if rest.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name)) {
            return rest.split_once('>').map_or("", |(_, after)| after);
        }
    }
    ""
}

/// Takes one entity off the front and answers what follows it.
fn entity<'h>(rest: &'h str, out: &mut String) -> &'h str {
    let end = rest.bytes().take(MAX_ENTITY_BYTES + 1).position(|byte| byte == b';');
    let known = end.and_then(|end| Some((decode(&rest[1..end])?, end)));
    match known {
        Some((c, end)) => {
            out.push(c);
            &rest[end + 1..]
        }
        None => {
            out.push('&');
            &rest[1..]
        }
    }
}

fn decode(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        "hellip" => Some('…'),
        _ => {
            let number = name.strip_prefix('#')?;
            let hex = number.strip_prefix(['x', 'X']);
            let code = match hex {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// Keeps at most one empty line in a row, and none at the ends.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut line_ends = 0;
    for c in text.trim().chars() {
        line_ends = if c == '\n' { line_ends + 1 } else { 0 };
        if line_ends <= 2 {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_plain_text() {
        // (why this row exists, the HTML, the text)
        let table = [
            ("a paragraph", "<p>Hello</p>", "Hello"),
            ("two paragraphs", "<p>One</p><p>Two</p>", "One\n\nTwo"),
            ("a line break", "One<br />Two<br>Three", "One\nTwo\nThree"),
            ("a mention", r#"<p><a href="x" class="u">@<span>rita</span></a> hi</p>"#, "@rita hi"),
            ("entities", "Tom &amp; &#39;Rita&#x27; &lt;3", "Tom & 'Rita' <3"),
            ("not twice", "&amp;lt;", "&lt;"),
            ("not an entity", "AT&T; R&D &#x110000; &", "AT&T; R&D &#x110000; &"),
            ("not a tag", "1 < 2 > 0", "1 < 2 > 0"),
            ("an open tag at the end", "hello <a href=", "hello"),
            ("a script", "a<script>alert('?')</script >b", "ab"),
            ("an open script", "a<style>x", "a"),
            ("a character of four bytes behind &", "&💥💥💥;", "&💥💥💥;"),
            ("nothing", "", ""),
        ];
        for (why, html, text) in table {
            assert_eq!(to_text(html), text, "{why}");
        }
    }

    #[test]
    fn a_megabyte_of_open_tags_is_read_in_one_pass() {
        for html in ["<".repeat(1 << 20), "<a ".repeat(1 << 18), "&".repeat(1 << 20)] {
            to_text(&html);
        }
        to_text(&"<script></".repeat(1 << 17));
    }
}

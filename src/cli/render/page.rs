//! A page of the reference, written in a small part of Markdown, as text for a terminal.

use super::{bold, wrapped};

/// How far a block of text stands in.
const INDENT: usize = 4;

/// Headings in bold, blocks indented instead of fenced, paragraphs and lists broken at 80 columns.
pub fn text(page: &str) -> String {
    let (mut out, mut paragraph, mut in_block) = (String::new(), String::new(), false);
    for line in page.lines() {
        if line.starts_with("```") {
            flush(&mut paragraph, &mut out);
            in_block = !in_block;
        } else if in_block {
            let line = format!("{:INDENT$}{line}", "");
            out.push_str(&format!("{}\n", line.trim_end()));
        } else if line.trim().is_empty() {
            flush(&mut paragraph, &mut out);
            out.push('\n');
        } else if let Some(heading) = line.strip_prefix('#') {
            flush(&mut paragraph, &mut out);
            let heading = wrapped(0, "", heading.trim_start_matches('#').trim());
            out.extend(heading.lines().map(|line| format!("{}\n", bold(line))));
        } else {
            if line.starts_with("- ") {
                flush(&mut paragraph, &mut out);
            }
            paragraph.push_str(line.trim());
            paragraph.push(' ');
        }
    }
    flush(&mut paragraph, &mut out);
    out
}

/// Writes a paragraph or an entry of a list, and begins the next.
fn flush(paragraph: &mut String, out: &mut String) {
    let text = unlinked(paragraph.trim());
    if let Some(entry) = text.strip_prefix("- ") {
        out.push_str(&wrapped(0, "- ", entry));
    } else if !text.is_empty() {
        out.push_str(&wrapped(0, "", &text));
    }
    paragraph.clear();
}

/// A text whose links are only their words, because a terminal cannot follow them.
fn unlinked(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, link)) = rest.split_once('[') {
        out.push_str(before);
        rest = match link.split_once("](").and_then(|(words, tail)| {
            let (_, after) = tail.split_once(')')?;
            (!words.contains(['[', ']'])).then_some((words, after))
        }) {
            Some((words, after)) => {
                out.push_str(words);
                after
            }
            None => {
                out.push('[');
                link
            }
        };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_their_words_and_lists_of_yaml_are_no_links() {
        // (a text, what is shown)
        let table = [
            ("see [metrics](../metrics.md) for all", "see metrics for all"),
            ("write `[en]` or [two](b.md)", "write `[en]` or two"),
            ("`[en]`", "`[en]`"),
            ("none", "none"),
        ];
        for (text, shown) in table {
            assert_eq!(unlinked(text), shown);
        }
    }

    #[test]
    fn a_page_is_readable_without_its_marks() {
        let page = "# F1: A title\n\nOne\nparagraph.\n\n## Wrong\n\n```yaml\na:\n  - b\n```\n\n- one\n  more\n- two\n";
        let shown = anstream::adapter::strip_str(&text(page)).to_string();
        insta::assert_snapshot!(shown, @"
        F1: A title

        One paragraph.

        Wrong

            a:
              - b

        - one more
        - two
        ");
    }
}

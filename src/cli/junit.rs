//! JUnit XML, which most tools that show test results read.

use crate::view::suite::{CaseView, SuiteView, Tested};

/// Everything that `test` found as one document.
pub fn document(tested: &Tested) -> String {
    let errors = tested.suites.iter().filter(|suite| suite.error.is_some()).count();
    let count = tested.passed + tested.failed + errors;
    let suites: String = tested.suites.iter().map(suite).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"fivestep\" tests=\"{count}\" failures=\"{}\" errors=\"{errors}\">\n\
         {suites}</testsuites>\n",
        tested.failed
    )
}

fn suite(suite: &SuiteView) -> String {
    let failures = suite.cases.iter().filter(|case| !case.passed).count();
    let errors = usize::from(suite.error.is_some());
    let name = escaped(&suite.file);
    let cases: String = match &suite.error {
        Some(error) => {
            let message = error["message"].as_str().unwrap_or("it cannot be read");
            let message = escaped(message);
            format!(
                "    <testcase name=\"{name}\" classname=\"{name}\">\n      \
                 <error message=\"{message}\"/>\n    </testcase>\n"
            )
        }
        None => suite.cases.iter().map(|one| case(one, &suite.file)).collect(),
    };
    format!(
        "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\">\n\
         {cases}  </testsuite>\n",
        suite.cases.len() + errors
    )
}

fn case(case: &CaseView, file: &str) -> String {
    let class = escaped(file.trim_end_matches(".test.yaml"));
    let head = format!(
        "    <testcase name=\"{}\" classname=\"{class}\" file=\"{}\" line=\"{}\"",
        escaped(&case.name),
        escaped(file),
        case.line
    );
    let Some(failure) = &case.failure else { return format!("{head}/>\n") };
    let lines = failure
        .mismatches
        .iter()
        .map(|one| format!("{}: expected {}, actual {}", one.what, one.expected, one.actual));
    let lines: Vec<String> = lines.collect();
    let held = failure
        .held_by
        .iter()
        .map(|clause| format!("held by {}: {}; {}", clause.clause, clause.demand, clause.measured));
    let place = format!("{file}:{}: {}", failure.line, failure.step);
    let body: Vec<String> = [place].into_iter().chain(lines.iter().cloned()).chain(held).collect();
    format!(
        "{head}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
        escaped(&lines.join("; ")),
        body.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("\n")
    )
}

/// A text as XML takes it in an attribute or an element; what XML cannot hold becomes `\u{fffd}`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // A line break in an attribute would be read as a space.
            '\n' => out.push_str("&#10;"),
            '\t' | '\r' => out.push_str(&format!("&#{};", u32::from(c))),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_break_out_of_the_document() {
        // (why, the text, as it is written)
        let table = [
            ("markup", "a < b && c > \"d\"", "a &lt; b &amp;&amp; c &gt; &quot;d&quot;"),
            ("the end of raw text", "]]>", "]]&gt;"),
            ("a line break", "a\nb", "a&#10;b"),
            ("a character that XML has not", "a\u{1b}[31m\u{0}", "a\u{fffd}[31m\u{fffd}"),
            ("other scripts", "naïve 日本", "naïve 日本"),
        ];
        for (why, text, written) in table {
            assert_eq!(escaped(text), written, "{why}");
        }
    }
}

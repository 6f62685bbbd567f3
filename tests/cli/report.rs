//! `report`: one model in five forms, every number traced, and a page that stands alone.

use std::process::Command;

use insta::assert_snapshot;
use serde_json::Value;

use crate::common::{TestEnv, demo, started};

const HOSTILE: &str = "<script>alert(1)</script>\"'&|`*_[x](javascript:y)";

/// The figures of a report in JSON: the present ones, then those of the trend.
fn figures(report: &Value) -> Vec<Value> {
    let now = report["figures"].as_array().expect("figures").iter();
    let trend = report["trend"].as_array().expect("a trend").iter();
    now.chain(trend.map(|point| &point["figure"])).cloned().collect()
}

/// The portions of a report in JSON, each with what it is a portion of.
fn portions(report: &Value) -> Vec<(Value, Value)> {
    let spreads = report["spreads"].as_array().expect("spreads").iter();
    let both = |spread: &Value| -> Vec<(Value, Value)> {
        let portions = spread["portions"].as_array().expect("portions").iter();
        portions.map(|portion| (spread.clone(), portion.clone())).collect()
    };
    spreads.flat_map(both).collect()
}

#[test]
fn what_is_spread_adds_up_to_the_numbers_of_the_catalogue() {
    let env = demo();
    let mut spread = 0;
    for brand in ["bianco-books", "rosso-roasters", "verde-garden"] {
        let report = env.ok(["report", brand, "-o", "json"]).json();
        let figure = |name: &str| {
            let found = figures(&report).into_iter().find(|figure| figure["metric"] == name);
            found.unwrap_or_else(|| panic!("{brand}: {name}"))
        };
        for one in report["spreads"].as_array().unwrap() {
            let sum = |key: &str| -> f64 {
                one["portions"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter_map(|portion| portion[key].as_f64())
                    .sum()
            };
            match one["id"].as_str().unwrap() {
                "answers" => {
                    assert_eq!(one["n"], figure("response_rate")["n"], "{brand}");
                    let last = one["steps"].as_array().unwrap().last().unwrap();
                    // Nobody waits for longer than anybody was answered after, but for the unanswered.
                    assert!(
                        last["share"].as_f64() >= figure("response_rate")["value"].as_f64(),
                        "{brand}"
                    );
                }
                "turns" => {
                    assert_eq!(one["n"], figure("conversation_depth")["n"], "{brand}");
                    assert_eq!(sum("cases"), one["n"].as_f64().unwrap(), "{brand}");
                    let deep: f64 = one["portions"].as_array().unwrap()[2..]
                        .iter()
                        .map(|one| one["cases"].as_f64().unwrap())
                        .sum();
                    let rate = figure("back_and_forth_rate");
                    assert_eq!(
                        deep,
                        (rate["value"].as_f64().unwrap() * rate["n"].as_f64().unwrap()).round(),
                        "{brand}"
                    );
                    let (told, interval) = (&one["told"], rate["interval_text"].as_str().unwrap());
                    assert!(told.as_str().unwrap().contains(interval), "{brand}: {told}");
                }
                "value" => {
                    assert_eq!(sum("cases"), one["n"].as_f64().unwrap(), "{brand}");
                    let people = env.ok(["refine", brand, "-o", "json"]).json();
                    assert_eq!(one["n"], people["judged"], "{brand}");
                }
                other => panic!("nobody says what {other} adds up to"),
            }
            spread += 1;
        }
    }
    assert_eq!(spread, 9, "three brands, three pictures each");
}

/// What is read on a page, without its markup.
fn seen(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    unescaped(&text)
}

fn unescaped(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[test]
fn the_terminal_shows_the_report_in_brief() {
    assert_snapshot!(started().terminal("fivestep report acme"), @"
    $ fivestep report acme
    acme  Acme Coffee
      44 of 400 followers engage: 11 %.
      95 % interval 8.297 % to 14.45 % · out of followers as the profile states them
      · 28 d to 2026-03-30 08:00, the newest evidence · from bluesky_api
      @acme.example
      Cycle 1, in define: Define your true brand
      cycle 1: 11 %, 95 % interval 8.297 % to 14.45 %
      next: Sign the charter (role:lead), due 2026-04-02 10:00

      a page to send: fivestep report acme -o html --to acme.html
    [exit 0]
    ");
}

#[test]
fn every_form_has_every_number() {
    let env = demo();
    for brand in ["azzurro-radio", "bianco-books", "rosso-roasters", "verde-garden"] {
        let form = |form: &str| env.ok(["report", brand, "-o", form]).stdout;
        let report: Value = serde_json::from_str(&form("json")).expect("JSON");
        let (html, markdown, table) =
            (seen(&form("html")), form("md").replace('\\', ""), form("csv"));
        let figures = figures(&report);
        let mut lines = csv::Reader::from_reader(table.as_bytes());
        let lines: Vec<csv::StringRecord> = lines.records().map(Result::unwrap).collect();
        let portions = portions(&report);
        assert_eq!(lines.len(), figures.len() + portions.len(), "{brand}: a line a number");
        for spread in report["spreads"].as_array().unwrap() {
            let told = spread["told"].as_str().unwrap();
            assert!(html.contains(told), "{brand}: the page lacks {told}");
            assert!(markdown.contains(told), "{brand}: Markdown lacks {told}");
        }
        for ((spread, portion), line) in portions.iter().zip(&lines[figures.len()..]) {
            let of_all = ["denominator", "window", "trace"].map(|key| spread[key].as_str());
            let own = ["text", "label"].map(|key| portion[key].as_str());
            for said in own.into_iter().chain(of_all).flatten() {
                assert!(html.contains(said), "{brand}: the page lacks {said}");
                assert!(markdown.contains(said), "{brand}: Markdown lacks {said}");
                assert!(line.iter().any(|cell| cell == said), "{brand}: {line:?} lacks {said}");
            }
            assert_eq!(line[4].parse::<f64>().ok(), portion["share"].as_f64(), "{line:?}");
            assert_eq!(line[7].parse::<u64>().ok(), spread["n"].as_u64(), "{line:?}");
            let ends = [&line[9], &line[10]].map(|end| end.parse::<f64>().ok());
            let interval = ["low", "high"].map(|end| portion["interval"][end].as_f64());
            assert_eq!(ends, interval, "{line:?}");
        }
        for (figure, line) in figures.iter().zip(&lines) {
            let text = |key: &str| figure[key].as_str().unwrap_or_default().to_owned();
            for said in ["text", "interval_text", "denominator", "window", "trace"].map(text) {
                assert!(html.contains(&said), "{brand}: the page lacks {said}");
                assert!(markdown.contains(&said), "{brand}: Markdown lacks {said}");
                assert!(line.iter().any(|cell| cell == said), "{brand}: {line:?} lacks {said}");
            }
            assert_eq!(line[4].parse::<f64>().ok(), figure["value"].as_f64(), "{line:?}");
            assert_eq!(line[7].parse::<u64>().ok(), figure["n"].as_u64(), "{line:?}");
            let absent = figure["absent"].as_str();
            assert_eq!(absent.is_some(), figure["value"].is_null(), "absent, or a value: {figure}");
            assert!(absent.is_none() || !text("text").is_empty(), "absent says why: {figure}");
        }
    }
}

#[test]
fn the_command_beside_a_number_gives_that_number() {
    let env = demo();
    for brand in ["bianco-books", "rosso-roasters", "verde-garden"] {
        let report = env.ok(["report", brand, "-o", "json"]).json();
        let traced = figures(&report).into_iter().filter(|figure| {
            figure["trace"].as_str().is_some_and(|trace| trace.contains("--explain"))
        });
        let mut count = 0;
        for figure in traced {
            let trace = figure["trace"].as_str().expect("a command");
            let behind = env.line(&format!("{trace} -o json")).json();
            assert_eq!(behind["value"].as_f64(), figure["value"].as_f64(), "{trace}");
            assert_eq!(behind["n"].as_u64(), figure["n"].as_u64(), "{trace}");
            count += 1;
        }
        assert!(count > 20, "{brand}: {count} numbers were traced");
    }
}

#[test]
fn a_hostile_name_is_only_text() {
    let env = started();
    let quoted = serde_json::to_string(HOSTILE).unwrap();
    env.replace("brands/acme.yaml", "name: Acme Coffee", &format!("name: {quoted}"));
    let page = env.ok(["report", "acme", "-o", "html"]).stdout;
    assert!(!page.contains("<script"), "{page}");
    assert!(seen(&page).contains(HOSTILE), "the name is read as it is written");
    let markdown = env.ok(["report", "acme", "-o", "md"]).stdout;
    assert!(!markdown.contains("<script") || markdown.contains("\\<script"), "{markdown}");
    assert!(!markdown.contains("[x](") && !markdown.contains("| |"), "{markdown}");
}

#[test]
fn nobody_of_the_audience_is_named() {
    let env = started();
    let rows = "fivestep metrics acme --explain engaged_followers --names --first 99 -o json";
    let rows = env.line(rows).json();
    let people: Vec<String> = rows["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["of"].as_str().expect("a handle").trim_start_matches('@').to_owned())
        .collect();
    assert!(people.len() > 10, "{people:?}");
    for form in ["html", "md", "csv", "json", "table"] {
        let report = env.ok(["report", "acme", "-o", form]).stdout;
        let named = people.iter().find(|person| report.contains(person.as_str()));
        assert_eq!(named, None, "{form}");
    }
}

#[test]
fn a_report_is_written_to_a_file_and_replaces_it_whole() {
    let env = started();
    env.write("acme.html", "an older one");
    let said = env.ok(["report", "acme", "-o", "html", "--to", "acme.html"]);
    assert_eq!(said.stdout, "");
    let written = std::fs::read_to_string(env.path("acme.html")).unwrap();
    assert_eq!(written, env.ok(["report", "acme", "-o", "html"]).stdout);
    assert_eq!(env.line("fivestep report acme -o html --to no/such/acme.html").code, 1);
    assert_eq!(env.line("fivestep report acme -o ids --to acme.html").code, 2);
}

/// A page that shows another one in a frame of some width, and says in its title how far that can be
/// scrolled sideways and how much it asked for.
fn framed(page: &str, width: u32) -> String {
    let page = page.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<!doctype html><title>not loaded</title><body style=\"margin:0\">\
         <iframe style=\"border:0;width:{width}px;height:900px\" srcdoc=\"{page}\" \
         onload=\"const page = this.contentDocument; \
         page.querySelectorAll('details').forEach(one => one.open = true); \
         const root = page.documentElement; \
         document.title = root.clientWidth + ' wide, sideways ' + \
         (root.scrollWidth - root.clientWidth) + ', asked for ' + \
         this.contentWindow.performance.getEntriesByType('resource').length\"></iframe>"
    )
}

/// What a browser has against a page at some width.
fn complaints(env: &TestEnv, page: &str, width: u32) -> Vec<String> {
    env.write("frame.html", framed(page, width));
    let shown = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"])
        .args(["--hide-scrollbars", "--window-size=1400,1000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", env.path("browser").display()))
        .arg(env.path("frame.html"))
        .output()
        .unwrap();
    let (dom, said) =
        (String::from_utf8_lossy(&shown.stdout), String::from_utf8_lossy(&shown.stderr));
    let console = said.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned);
    let title = format!("<title>{width} wide, sideways 0, asked for 0</title>");
    let frame = (!dom.contains(&title)).then(|| dom.chars().take(200).collect());
    console.chain(frame).collect()
}

#[test]
fn a_browser_shows_it_without_a_complaint_a_request_or_a_sideways_scroll() {
    if Command::new("chromium").arg("--version").output().is_err() {
        eprintln!("skipped: `chromium` is not installed (Debian: apt-get install chromium)");
        return;
    }
    let env = demo();
    for brand in ["azzurro-radio", "bianco-books", "verde-garden"] {
        let page = env.ok(["report", brand, "-o", "html"]).stdout;
        for width in [375, 1280] {
            let found = complaints(&env, &page, width);
            assert!(found.is_empty(), "{brand} at {width}: {found:?}");
        }
        // The browser would have said so.
        let image = page.replace("<main>", "<main><img src=\"logo.png\" alt=\"\">");
        assert_ne!(complaints(&env, &image, 375), [""; 0], "an image is refused");
        let wide = page.replace("<main>", "<main><div style=\"width:2000px\">wide</div>");
        assert_ne!(complaints(&env, &wide, 375), [""; 0], "a wide line is seen");
    }
}

/// The page with its policy taken out and axe-core put in, which leaves its verdict in the title.
fn judged_by_axe(page: &str, axe: &str) -> String {
    let run = "document.querySelectorAll('details').forEach(one => one.open = true); \
               axe.run().then(found => { document.title = found.passes.length + ' passes, against: ' \
               + found.violations.map(one => one.id).join(' ') + '.'; })";
    let script = format!("<script>{axe}</script><script>{run}</script></body>");
    page.replace("default-src 'none'; style-src", "style-src").replace("</body>", &script)
}

#[test]
fn axe_finds_nothing_against_the_page_in_light_and_dark() {
    let file = std::env::var("AXE_CORE").ok().and_then(|file| std::fs::read_to_string(file).ok());
    let Some(axe) = file else {
        eprintln!("skipped: `AXE_CORE` does not name the file `axe.min.js` of npm's axe-core");
        return;
    };
    let env = demo();
    for brand in ["azzurro-radio", "verde-garden"] {
        let page = env.ok(["report", brand, "-o", "html"]).stdout;
        let plain = judged_by_axe(&page, &axe);
        let faint = plain.replace("--soft: #", "--soft: #8888; --was: #");
        for (scheme, page, clean) in [(0, &plain, true), (1, &plain, true), (1, &faint, false)] {
            env.write("axe.html", page);
            let shown = Command::new("chromium")
                .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
                .args(["--virtual-time-budget=20000", "--window-size=1280,1000"])
                .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
                .arg(format!("--user-data-dir={}", env.path("browser").display()))
                .arg(env.path("axe.html"))
                .output()
                .unwrap();
            let dom = String::from_utf8_lossy(&shown.stdout);
            let title = dom.split("<title>").nth(1).unwrap_or_default();
            let title = title.split("</title>").next().unwrap_or_default();
            let wanted = if clean { " passes, against: ." } else { "against: color-contrast" };
            assert!(title.contains(wanted), "{brand}, scheme {scheme}: {title}");
        }
    }
}

#[test]
fn a_report_for_every_brand_and_a_page_that_leads_to_them() {
    let env = demo();
    env.write("brands/broken.yaml", "brand: [");
    let read = |name: &str| std::fs::read_to_string(env.path(name)).expect(name);
    for (format, folder) in [("html", "pages"), ("md", "words")] {
        let all = env.fivestep(["report", "--all", "-o", format, "--to", folder]);
        assert!(all.stderr.contains("broken.yaml"), "{}", all.stderr);
        assert!(all.stderr.contains(&format!("4 reports in {folder}")), "it hides no other");
        assert_ne!(all.code, 0);
    }
    let index = read("pages/index.html");
    for brand in ["azzurro-radio", "bianco-books", "rosso-roasters", "verde-garden"] {
        assert!(index.contains(&format!("href=\"{brand}.html\"")), "{brand}");
        for (format, folder) in [("html", "pages"), ("md", "words")] {
            let alone = env.ok(["report", brand, "-o", format]).stdout;
            assert_eq!(read(&format!("{folder}/{brand}.{format}")), alone, "{brand}");
        }
    }
}

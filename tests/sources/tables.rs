//! Tables of one's own, read by a mapping.

use fivestep::{
    evidence::{
        facts::{Act, Count, Facts, PostKind},
        sources::{self, Export, SourceError, guess_map},
    },
    model::{FactKind, Source, SourceKind},
};

use crate::make::{at, rows, source, texts};

pub const TICKETS: &str = "ticket,message_id,created_at,sender_type,sender,content
7,m2,2024-05-01 10:30:00,agent,desk@acme.example,\"It is, yes\"
7,m1,2024-05-01 10:00:00,customer,Ann,Is it open?
8,m3,1714557600,customer,Bo,Hello
8,m3,1714557600,customer,Bo,Hello
8,m4,soon,customer,Bo,Hello
8,1.2E+17,2024-05-01,customer,Bo,Hello
";
pub const MAP: &str = "rows: messages
columns: { id: message_id, thread: ticket, at: created_at, side: sender_type, author: sender, text: content }
ours: [agent]
";

/// Reads a table by a mapping.
pub fn read(name: &str, table: &str, map: &str) -> Result<Export, SourceError> {
    let folder = texts(&[(name, table), ("map.yaml", map)]);
    let map = Some(folder.path().join("map.yaml").display().to_string());
    let source = Source { map, ..source(SourceKind::Table, "acme") };
    sources::read(&source, &folder.path().join(name))
}

/// The facts with the people in them.
fn facts(export: &Export) -> Facts {
    export.with_people(usize::MAX).expect("people")
}

#[test]
fn messages_become_conversations_whoever_wrote_them_down() {
    let lines = r#"{"ticket":{"id":7},"id":"m1","at":1714557600000,"from":{"kind":"customer","name":"Ann"},"body":"Is it open?"}
{"ticket":{"id":7},"id":"m2","at":1714559400000,"from":{"kind":"agent","name":"desk"},"body":"It is, yes"}
not json
[1]
"#;
    let of_lines = "rows: messages
columns: { id: id, thread: ticket.id, at: at, side: from.kind, author: from.name, text: body }
ours: [Agent]
";
    let table = read("t.csv", TICKETS, MAP).expect("sound");
    let answer = table.facts.posts.iter().find(|post| post.kind == PostKind::Reply).expect("one");
    assert_eq!(
        (answer.at, answer.parent_at),
        (at("2024-05-01T10:30:00Z"), Some(at("2024-05-01T10:00:00Z")))
    );
    assert_eq!(answer.text.as_deref(), Some("It is, yes"));
    let ann =
        table.facts.posts.iter().find(|post| post.author.as_str() == "other:ann").expect("one");
    assert_eq!((ann.chars, ann.question), (11, Some(true)));
    let people = facts(&table);
    let acts: Vec<_> = people.interactions.iter().map(|i| (i.actor.as_str(), i.act)).collect();
    assert_eq!(acts, [("other:ann", Act::Mention), ("other:bo", Act::Mention)]);
    let (read_rows, kept, skipped) = rows(&table, "t.csv");
    assert_eq!((read_rows, kept), (6, 3), "{skipped:?}");
    for reason in ["there twice", "plausible time", "rounded by a spreadsheet"] {
        assert!(skipped.iter().any(|(met, _)| met.contains(reason)), "{reason}: {skipped:?}");
    }
    let carried = [FactKind::Inbound, FactKind::Conversations, FactKind::Answers];
    assert_eq!(table.facts.carried, carried.into_iter().collect());

    let lines = read("t.jsonl", lines, of_lines).expect("sound");
    assert_eq!(lines.facts.posts.len(), 2);
    assert_eq!(lines.facts.posts[1].parent_at, Some(at("2024-05-01T10:00:00Z")));
    assert_eq!(rows(&lines, "t.jsonl").0, 4);
}

#[test]
fn messages_that_need_no_answer_are_marked_by_their_status() {
    let table =
        "id,at,from,state\nm1,2024-05-01,Ann,Spam \nm2,2024-05-02,Bo,open\nm3,2024-05-03,Cid,\n";
    let map =
        "rows: messages\ncolumns: { id: id, at: at, author: from, status: state }\nours: [desk]\n";
    let read_with = |more: &str| read("s.csv", table, &format!("{map}{more}"));
    let export = read_with("no_answer: [spam, closed]\n").expect("sound");
    let told: Vec<Option<bool>> = export.facts.posts.iter().map(|post| post.needs_answer).collect();
    assert_eq!(told, [Some(false), Some(true), None], "an empty cell says nothing");
    let refused = read_with("").expect_err("no value means anything").to_string();
    assert!(refused.contains("which `status` means"), "{refused}");
}

#[test]
fn an_export_without_a_date_is_dated_by_who_brings_it() {
    let names = "Name\nAnn\nBo\n";
    let map = "rows: followers\ncomplete: true\ncolumns: { author: name }\n";
    let dated = |table: &str, map: &str, day: Option<&str>| {
        let folder = texts(&[("f.csv", table), ("m.yaml", map)]);
        let source = Source {
            map: Some(folder.path().join("m.yaml").display().to_string()),
            as_of: day.map(at),
            ..source(SourceKind::Table, "acme")
        };
        sources::read(&source, &folder.path().join("f.csv"))
    };
    let day = "2026-01-31T23:59:59Z";
    let undated = dated(names, map, None).expect_err("no row has a time");
    assert!(undated.hint().contains("--as-of DATE"), "{}", undated.hint());
    let export = dated(names, map, Some(day)).expect("sound");
    assert_eq!(export.facts.as_of, Some(at(day)));
    assert!(export.receipt.notes.iter().any(|note| note.contains("the one that was given")));

    let since = "Name,Since\nAnn,2026-01-10\n";
    let with_times = "rows: followers\ncolumns: { author: name, at: Since }\n";
    let later =
        dated(since, with_times, Some(day)).expect("a list may be newer than its newest follower");
    assert_eq!(later.facts.as_of, Some(at(day)));
    let error =
        dated(since, with_times, Some("2026-01-09T00:00:00Z")).expect_err("facts are newer");
    assert_eq!(
        error.to_string().split_once("f.csv").expect("the place").1,
        "` tells itself that it is of 2026-01-10 00:00, not of 2026-01-09 00:00"
    );
}

#[test]
fn the_other_kinds_of_rows_give_their_facts() {
    let followers = "Name;Since\nAnn;2024-05-01\nBo;\n";
    let part = read("f.csv", followers, "rows: followers\ncolumns: { author: name, at: Since }\n");
    let part = part.expect("sound");
    assert_eq!(
        (facts(&part).follows.len(), part.followers_complete.len()),
        (2, 0),
        "not said whole"
    );
    let whole =
        "rows: followers\nplatform: x\ncomplete: true\ncolumns: { author: name, at: Since }\n";
    let whole = read("f.csv", followers, whole).expect("sound");
    assert_eq!(whole.followers_complete[0].as_str(), "x:acme");
    let counts = |export: &Export| export.facts.carried.contains(&FactKind::FollowerCount);
    assert_eq!((counts(&part), counts(&whole)), (false, true), "only a whole list tells how many");

    let acts = "who,when,what,on\nAnn,2024-05-01,favourite,p1\nAnn,2024-05-01,wave,p1\n";
    let map = "rows: interactions\ncolumns: { author: who, at: when, act: what, object: on }\n";
    let export = read("i.csv", acts, map).expect("sound");
    assert_eq!(facts(&export).interactions[0].act, Act::Like);
    assert!(rows(&export, "i.csv").2[0].0.contains("none of like"));

    let numbers = "post,day,likes,seen\np1,2024-05-01,\"1,204\",-\n";
    let map = "rows: post_numbers\ncolumns: { id: post, at: day, likes: likes, views: seen }\n";
    let export = read("n.csv", numbers, map).expect("sound");
    let counts = &export.facts.post_totals[0].counts;
    assert_eq!(
        (counts.get(Count::Likes).unwrap(), counts.get(Count::Views)),
        (1204, None),
        "`-` is absent"
    );

    let map = "rows: account_numbers\ncolumns: { at: day, likes: likes }\n";
    let export = read("n.csv", numbers, map).expect("sound");
    assert_eq!(export.facts.account_totals[0].to, at("2024-05-02T00:00:00Z"));

    let map = "rows: posts\ntime: \"%d/%m/%Y\"\ncolumns: { id: id, at: day, text: text }\n";
    let export = read("p.csv", "id,day,text\np1,31/12/2023,We roast\n", map).expect("sound");
    assert_eq!(export.facts.posts[0].text.as_deref(), Some("We roast"));
    assert_eq!(export.facts.posts[0].at, at("2023-12-31T00:00:00Z"));
}

#[test]
fn a_mapping_that_cannot_be_followed_is_refused_with_line_and_remedy() {
    // (the mapping, a word of the message, a word of the remedy)
    let table = [
        ("rows: massages\ncolumns: {}\n", "line 1", "rows"),
        ("rows: messages\n", "columns", "guess-map"),
        ("rows: messages\nkolumns: {}\n", "line 2", "columns"),
        (
            "rows: messages\ncolumns:\n  id: a\n  at: b\n  auhtor: c\n",
            "line 5: rows of `messages` have no column `auhtor`",
            "did you mean `author`",
        ),
        (
            "rows: messages\ncolumns: { id: a, at: b }\n",
            "line 2: rows of `messages` need the column `author`",
            "author: COLUMN",
        ),
        (
            "rows: messages\ncolumns: { id: message_id, at: created_at, author: sender }\n",
            "which messages are ours",
            "ours: [agent]",
        ),
        (
            "rows: interactions\ncolumns: { author: a, at: b, object: c }\n",
            "what was done",
            "act: like",
        ),
        ("rows: post_numbers\ncolumns: { id: a, at: b }\n", "need a column with a number", "likes"),
        (
            "rows: followers\ncolumns: { author: sender, name: nickname }\n",
            "has no column `nickname`",
            "sender_type",
        ),
        ("rows: followers\ncolumns: { author: nobody }\n", "no header", "--map"),
        ("\u{0}", "", ""),
    ];
    for (map, message, remedy) in table {
        let error = read("t.csv", TICKETS, map).expect_err(map);
        assert!(error.to_string().contains(message), "{map}: {error}");
        assert!(error.hint().contains(remedy), "{map}: {}", error.hint());
    }
    let map = "rows: followers\ncolumns: { author: sender, at: content }\n";
    let error = read("t.csv", TICKETS, map).expect_err("no row can be read").to_string();
    assert!(error.contains("none of 6 rows") && error.contains("line 2: `at` is not"), "{error}");
    let folder = texts(&[("t.csv", TICKETS)]);
    let error = sources::read(&source(SourceKind::Table, "acme"), &folder.path().join("t.csv"));
    assert!(matches!(error, Err(SourceError::NoMapping { .. })));
}

#[test]
fn a_guess_is_a_mapping_that_works_or_says_what_it_lacks() {
    let folder = texts(&[
        ("t.csv", TICKETS),
        ("numbers.csv", "Post ID,Date,Likes,Impressions\np1,2024-05-01,4,9\n"),
        ("fans.csv", "Handle,Name\nann,Ann\n"),
        ("odd.csv", "a,b\n1,2\n"),
    ]);
    let guess = |name: &str| guess_map(&folder.path().join(name)).expect(name);
    let tickets = guess("t.csv");
    let export = read("t.csv", TICKETS, &tickets).expect(&tickets);
    assert_eq!(facts(&export).interactions.len(), 2, "{tickets}");
    assert!(guess("numbers.csv").contains("rows: post_numbers\ncolumns:\n  id: \"Post ID\""));
    assert!(guess("fans.csv").contains("rows: followers"));
    assert!(guess("odd.csv").contains("needed, and not found"));
}

/// Reads the tickets in Windows-1252, with one more row of these bytes.
fn read_windows(row: &[u8]) -> Result<Export, SourceError> {
    let folder = texts(&[("map.yaml", MAP)]);
    let map = Some(folder.path().join("map.yaml").display().to_string());
    let table = folder.path().join("t.csv");
    std::fs::write(&table, [TICKETS.as_bytes(), row].concat()).expect("a file");
    sources::read(&Source { map, ..source(SourceKind::Table, "acme") }, &table)
}

#[test]
fn a_table_in_windows_1252_is_read_and_the_receipt_says_so() {
    let export = read_windows(b"9,m9,2024-05-01 12:00:00,customer,Zo\xeb,Caf\xe9 f\xfcr 5 \x80?\n");
    let export = export.expect("Windows-1252");
    let zoe = |name: &str| facts(&export).posts.iter().any(|post| post.author.as_str() == name);
    assert!(zoe("other:zoë"), "{:?}", facts(&export).posts);
    assert_eq!(export.receipt.files[0].assumed.as_deref(), Some("Windows-1252"));
    let notes = export.receipt.notes.join("\n");
    assert!(notes.contains("`t.csv` is not UTF-8 and was read as Windows-1252"), "{notes}");

    let plain = read_windows(b"").expect("ASCII");
    assert_eq!(plain.receipt.files[0].assumed, None);
    let utf8 = read_windows("9,m9,2024-05-01 12:00:00,customer,Zoë,Café\n".as_bytes());
    assert_eq!(utf8.expect("UTF-8").receipt.files[0].assumed, None);

    let mixed = "9,m9,2024-05-01 12:00:00,customer,Zoë,".as_bytes();
    let error = read_windows(&[mixed, b"Caf\xe9\n"].concat()).expect_err("two encodings");
    assert!(error.to_string().contains("another encoding"), "{error}");
}

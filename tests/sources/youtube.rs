//! YouTube: Takeout in several languages, and the tables of Studio.

use fivestep::{
    evidence::{
        facts::{Count, PostKind},
        sources::{self, Export, SourceError},
    },
    model::{FactKind, SourceKind},
};
use serde_json::{Value, json};

use crate::make::{at, compared, rows, source, texts};

pub const OWN: &str = "UCaaaaaaaaaaaaaaaaaaaaaa";

/// Comments and subscriptions.
pub fn takeout_sample() -> Vec<(String, Vec<u8>)> {
    let comments = format!(
        "Comment ID,Channel ID,Created,Price,Parent Comment ID,Video ID,Text\n\
         UgwAAAAAAAAAAAAAAAAA4AaABAg,{OWN},2024-02-13T10:00:00+00:00,0,,dQw4w9WgXcQ,\
         \"{{\"\"text\"\":\"\"Hi\"\"}}\"\n"
    );
    let subscribed = "Channel Id,Channel Url,Channel Title\nUCbbbbbbbbbbbbbbbbbbbbbb,http://x,R\n";
    vec![("comments.csv".into(), comments.into()), ("subscriptions.csv".into(), subscribed.into())]
}

/// A table of Studio.
pub fn studio_sample() -> Vec<(String, Vec<u8>)> {
    let text = "Content,Video publish time,Views,Subscribers,Impressions\n\
        Total,,\"1,234\",12,\"2,000\"\ndQw4w9WgXcQ,\"Jul 14, 2026\",\"1,234\",-3,\"1,500\"\n";
    vec![("Table data.csv".into(), text.into())]
}

#[test]
fn takeout_is_read_in_any_language() {
    let row = |id: &str, parent: &str| {
        format!(
            "{id},{OWN},2024-02-13T10:00:00.123456+00:00,0,{parent},dQw4w9WgXcQ,\"{{\"\"text\"\":\"\"Bueno?\"\"}}\"\n"
        )
    };
    let rows_of = format!(
        "{}{}",
        row("UgwAAAAAAAAAAAAAAAAA4AaABAg", ""),
        row("UgwBBBBBBBBBBBBBBBBB4AaABAg.9x", "UgwBBBBBBBBBBBBBBBBB4AaABAg")
    );
    // (language, file, header)
    let table = [
        (
            "en",
            "comments/comments.csv",
            "Comment ID,Channel ID,Comment Create Timestamp,Price,Parent Comment ID,Video ID,Comment Text",
        ),
        (
            "es",
            "comentarios/comentarios.csv",
            "ID de comentario,ID del canal,Marca de tiempo de creación del comentario,Precio,ID de comentario principal,ID de vídeo,Texto del comentario",
        ),
        (
            "fr",
            "commentaires/commentaires.csv",
            "ID du commentaire,ID de la chaîne,Horodatage de création du commentaire,Prix,ID du commentaire parent,ID de la vidéo,Texte du commentaire",
        ),
        (
            "de",
            "Kommentare/Kommentare.csv",
            "Kommentar-ID,Kanal-ID,Zeitstempel,Preis,ID des übergeordneten Kommentars,Video-ID,Kommentartext",
        ),
    ];
    for (language, file, header) in table {
        let text = format!("{header}\n{rows_of}");
        let folder = texts(&[
            (&format!("Takeout/YouTube/{file}"), &text),
            (
                "Takeout/YouTube/subscriptions.csv",
                "Channel Id,Channel Url,Channel Title\nUCbbbbbbbbbbbbbbbbbbbbbb,http://www.youtube.com/channel/x,Rita\n",
            ),
            ("Takeout/YouTube/history.csv", "a,b\n1,2\n"),
        ]);
        assert_eq!(sources::detect(folder.path()), Some(SourceKind::YoutubeTakeout), "{language}");
        let export =
            sources::read(&source(SourceKind::YoutubeTakeout, OWN), folder.path()).expect(language);
        let posts = &export.facts.posts;
        assert_eq!(posts.len(), 2, "{language}");
        assert_eq!(posts[0].kind, PostKind::Original, "{language}");
        assert_eq!(posts[0].text.as_deref(), Some("Bueno?"), "{language}");
        assert_eq!(posts[0].at, at("2024-02-13T10:00:00.123456Z"), "{language}");
        assert_eq!(posts[1].kind, PostKind::Reply, "{language}");
        let parent = "youtube:comment:UgwBBBBBBBBBBBBBBBBB4AaABAg";
        assert_eq!(posts[1].parent.as_deref(), Some(parent), "{language}");
        let followed = export.facts.follows[0].followed.as_str();
        assert_eq!(followed, "youtube:UCbbbbbbbbbbbbbbbbbbbbbb", "{language}");
        let note = "`Takeout/YouTube/history.csv` was not read: no known table";
        assert_eq!(export.receipt.notes, [note], "{language}");
    }
}

#[test]
fn a_comment_that_cannot_be_told_costs_its_row() {
    let header = "Comment ID,Channel ID,Comment Create Timestamp,Price,Parent Comment ID,Video ID,Comment Text\n";
    let words = r#""{""text"":""x""}""#;
    let id = "UgwAAAAAAAAAAAAAAAAA4AaABAg";
    let time = "2024-02-13T10:00:00+00:00";
    // (the row, why it is skipped)
    let table = [
        (format!(",{OWN},{time},0,,v,{words}"), "no cell is the id of a comment"),
        (format!("{id},{OWN},soon,0,,v,{words}"), "no cell is a plausible time"),
        (format!("{id},{OWN},{time},0,,v,words"), "no cell holds the words as JSON"),
        (
            format!("{id},UCcccccccccccccccccccccc,{time},0,,v,{words}"),
            "a comment of another channel",
        ),
    ];
    for (row, reason) in table {
        let sound = format!("{id},{OWN},{time},0,,v,{words}");
        let folder = texts(&[("comments.csv", &format!("{header}{sound}\n{row}\n"))]);
        let export =
            sources::read(&source(SourceKind::YoutubeTakeout, OWN), folder.path()).expect("a part");
        assert_eq!(rows(&export, "comments.csv"), (2, 1, vec![(reason.to_owned(), 1)]));
    }
}

#[test]
fn the_tables_of_studio_are_read_without_their_sums() {
    let english = "Content,Video title,Video publish time,Duration,Views,Watch time (hours),Subscribers,Impressions,Impressions click-through rate (%)\n\
        Total,,,,\"1,234,567\",99.5,12,\"2,000\",4.1\n\
        dQw4w9WgXcQ,\"One, two\",\"Jul 14, 2026\",61,\"1,234,000\",90.5,-3,\"1,500\",4.2\n\
        aaaaaaaaaaa,Three,\"Jul 15, 2026\",61,567,9.5,15,500,4.0\n\
        1.2E+11,Ruined,\"Jul 15, 2026\",61,567,9.5,15,500,4.0\n";
    let french = "Contenu,Titre de la vidéo,Heure de publication de la vidéo,Durée,Vues,Durée de visionnage (heures),Abonnés,Impressions,Taux de clics par impressions (%)\n\
        Total,,,,1\u{202f}234\u{202f}567,99,12,2\u{a0}000,4\n\
        dQw4w9WgXcQ,Un,14 juil. 2026,61,1\u{202f}234\u{202f}000,90,-3,1\u{a0}500,4\n\
        aaaaaaaaaaa,Deux,15 juil. 2026,61,567,9,15,500,4\n\
        ,Vide,15 juil. 2026,61,567,9,15,500,4\n";
    for (language, text) in [("en", english), ("fr", french)] {
        let folder =
            texts(&[("Table data.csv", text), ("Totals.csv", "Date,Views\n2026-07-14,5\n")]);
        assert_eq!(sources::detect(folder.path()), Some(SourceKind::YoutubeStudio), "{language}");
        let export =
            sources::read(&source(SourceKind::YoutubeStudio, OWN), folder.path()).expect(language);
        let (read, kept, _) = rows(&export, "Table data.csv");
        assert_eq!((read, kept), (3, 2), "{language}");
        assert_eq!(compared(&export), [("views", 1_234_567, 1_234_567)], "{language}");
        let totals = &export.facts.post_totals;
        let first = totals.iter().find(|t| t.post.ends_with("dQw4w9WgXcQ")).expect(language);
        assert_eq!(first.at, at("2026-07-14T00:00:00Z"), "{language}");
        assert_eq!(first.counts.get(Count::Views).unwrap(), 1_234_000, "{language}");
        assert_eq!(first.counts.get(Count::Impressions).unwrap(), 1_500, "{language}");
        assert!(!first.counts.states(Count::NewFollows), "{language}: lost is not gained");
    }
}

/// A comment as the API has it.
fn comment(id: &str, who: &str, at: &str, words: &str, parent: Option<&str>) -> Value {
    json!({"kind": "youtube#comment", "id": id, "snippet": {
        "authorDisplayName": format!("@{}", &who[..4]), "authorChannelId": {"value": who},
        "textDisplay": words, "textOriginal": words, "likeCount": 1, "publishedAt": at,
        "parentId": parent, "channelId": OWN}})
}

const RITA: &str = "UCritaaaaaaaaaaaaaaaaaaa";
const BOB: &str = "UCbobbbbbbbbbbbbbbbbbbbb";

/// A channel with a video; Rita asks, we answer, Bob joins; one reply more is stated.
fn api_answers() -> Vec<(&'static str, Value)> {
    let channel = json!({"kind": "youtube#channel", "id": OWN,
        "snippet": {"title": "Acme", "description": "Coffee", "customUrl": "@acme",
                    "thumbnails": {"default": {"url": "https://yt.example/a.jpg"}}},
        "statistics": {"subscriberCount": "41500000", "videoCount": "2", "hiddenSubscriberCount": false}});
    let video = |id: &str, channel: &str| {
        json!({"kind": "youtube#video", "id": id,
            "snippet": {"channelId": channel, "title": "How we roast?", "publishedAt": "2024-02-10T10:00:00Z"},
            "statistics": {"viewCount": "1204", "likeCount": "57", "commentCount": "3"}})
    };
    let thread = json!({"kind": "youtube#commentThread", "id": "UgTop", "snippet": {
        "channelId": OWN, "videoId": "dQw4w9WgXcQ", "totalReplyCount": 3,
        "topLevelComment": comment("UgTop", RITA, "2024-02-11T10:00:00Z", "Which beans?", None)},
    "replies": {"comments": [
        comment("UgTop.2", BOB, "2024-02-11T12:00:00Z", "Me too", Some("UgTop")),
        comment("UgTop.1", OWN, "2024-02-11T11:00:00Z", "From Ethiopia", Some("UgTop")),
    ]}});
    let gone = json!({"kind": "youtube#commentThread", "snippet": {"topLevelComment":
        {"kind": "youtube#comment", "id": "UgGone", "snippet": {"textOriginal": "x", "publishedAt": "2024-02-11T10:00:00Z"}}}});
    let answer = |kind: &str, items: Value| {
        json!({"kind": format!("youtube#{kind}ListResponse"), "etag": "x",
               "pageInfo": {"totalResults": 1, "resultsPerPage": 20}, "items": items})
    };
    let again = comment("UgTop.1", OWN, "2024-02-11T11:00:00Z", "From Ethiopia", Some("UgTop"));
    vec![
        ("channels.json", answer("channel", json!([channel]))),
        (
            "videos.json",
            answer("video", json!([video("dQw4w9WgXcQ", OWN), video("aaaaaaaaaaa", RITA)])),
        ),
        ("threads.json", answer("commentThread", json!([thread, gone]))),
        ("replies.json", answer("comment", json!([again]))),
    ]
}

/// The same as bytes.
pub fn api_sample() -> Vec<(String, Vec<u8>)> {
    let bytes = |(name, value): (&str, Value)| (name.to_owned(), value.to_string().into_bytes());
    api_answers().into_iter().map(bytes).collect()
}

fn api(account: &str, files: &[(&str, Value)]) -> Result<Export, SourceError> {
    let told: Vec<(&str, String)> =
        files.iter().map(|(name, value)| (*name, value.to_string())).collect();
    let borrowed: Vec<(&str, &str)> =
        told.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let folder = texts(&borrowed);
    assert_eq!(sources::detect(folder.path()), Some(SourceKind::YoutubeApi));
    sources::read(&source(SourceKind::YoutubeApi, account), folder.path())
}

#[test]
fn answers_of_the_api_tell_who_commented() {
    let export = api(OWN, &api_answers()).expect("sound");
    let facts = &export.facts;
    let acts: Vec<_> =
        facts.interactions.iter().map(|one| (one.actor.as_str(), &*one.object)).collect();
    let (rita, bob) = (format!("youtube:{RITA}"), format!("youtube:{BOB}"));
    assert_eq!(
        acts,
        [(bob.as_str(), "youtube:comment:UgTop.2"), (rita.as_str(), "youtube:comment:UgTop")]
    );
    let answer = facts
        .posts
        .iter()
        .find(|post| post.kind == PostKind::Reply && post.author.as_str().ends_with(OWN));
    let answer = answer.expect("our answer");
    assert_eq!(
        (&*answer.root, answer.parent.as_deref()),
        ("youtube:comment:UgTop", Some("youtube:comment:UgTop"))
    );
    assert_eq!(answer.parent_author.as_ref().map(|id| id.as_str()), Some(rita.as_str()));
    let asked = facts.posts.iter().find(|post| &*post.id == "youtube:comment:UgTop").expect("hers");
    assert_eq!((asked.question, asked.at), (Some(true), at("2024-02-11T10:00:00Z")));
    let totals = &facts.post_totals[0];
    assert_eq!(
        &*totals.post, "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "as in Studio's tables"
    );
    assert_eq!(
        (totals.counts.get(Count::Views), totals.counts.get(Count::Likes)),
        (Some(1204), Some(57))
    );
    assert_eq!(facts.profiles[0].followers, Some(41_500_000));
    assert_eq!(compared(&export), [("replies", 3, 2)], "one is in no answer");
    let skipped = |file: &str| rows(&export, file).2;
    assert_eq!(skipped("videos.json"), [("a video of another channel".to_owned(), 1)]);
    assert_eq!(skipped("threads.json"), [("a comment of nobody who can be told".to_owned(), 1)]);
    let kinds = [FactKind::Inbound, FactKind::Conversations, FactKind::Answers, FactKind::OwnPosts];
    assert!(kinds.iter().all(|kind| facts.carried.contains(kind)));
}

#[test]
fn the_channel_is_told_by_its_id_or_by_its_handle() {
    let whole = api_answers();
    // (account, files, is it refused?)
    let table = [
        ("@Acme", &whole[..], false),
        ("@other", &whole[..], true),
        (OWN, &whole[2..], false),
        ("@acme", &whole[2..], true),
    ];
    for (account, files, refused) in table {
        let read = api(account, files);
        assert_eq!(read.is_err(), refused, "{account}: {read:?}");
    }
    let mut hidden = whole;
    hidden[0].1["items"][0]["statistics"]["hiddenSubscriberCount"] = json!(true);
    assert_eq!(
        api(OWN, &hidden).expect("sound").facts.profiles[0].followers,
        None,
        "hidden is not 0"
    );
}

//! X: its archive in both generations, its tables in three, its answers.

use fivestep::{
    evidence::{
        facts::{Act, Count, PostKind},
        sources::{self, Export, SourceError},
    },
    model::{FactKind, SourceKind},
};
use serde_json::json;

use crate::make::{Archive, at, compared, rows, source, texts, zip};

const MANIFEST: &str = r#"window.__THAR_CONFIG = {
  "userInfo": {"accountId": "12345", "userName": "acme", "displayName": "Acme"},
  "archiveInfo": {"sizeBytes": "1", "generationDate": "2021-03-01T00:00:00.000Z",
                  "isPartialArchive": false},
  "dataTypes": {
    "follower": {"files": [{"fileName": "data/follower.js", "globalName": "YTD.follower.part0",
                            "count": "2"}]},
    "tweets": {"files": [{"fileName": "data/tweets.js", "globalName": "YTD.tweets.part0", "count": "3"},
                         {"fileName": "data/tweets-part1.js", "globalName": "YTD.tweets.part1",
                          "count": "1"}]}}}"#;
const ACCOUNT: &str = r#"window.YTD.account.part0 = [ {"account": {"username": "acme",
  "accountId": "12345", "accountDisplayName": "Acme", "createdAt": "2010-01-01T00:00:00.000Z"}} ]"#;
const PROFILE: &str = r#"window.YTD.profile.part0 = [ {"profile": {"description":
  {"bio": "We roast", "website": "https://t.co/x", "location": ""}, "avatarMediaUrl": ""}} ]"#;
const FOLLOWERS: &str = r#"window.YTD.follower.part0 = [
  {"follower": {"accountId": "44187619", "userLink": "https://twitter.com/intent/user?user_id=44187619"}},
  {"follower": {"accountId": "1245403438755852288", "userLink": "x"}} ]"#;
// Not sorted, as the platform writes it.
const TWEETS: &str = r#"window.YTD.tweets.part0 = [
  {"tweet": {"id_str": "1359566336000000001", "full_text": "@rita Because &lt;we&gt; roast it. Why?",
    "created_at": "Wed Feb 10 18:30:00 +0000 2021", "favorite_count": "5", "retweet_count": "0",
    "in_reply_to_status_id_str": "1359564800000000000", "in_reply_to_user_id_str": "777",
    "in_reply_to_screen_name": "rita", "lang": "en"}},
  {"tweet": {"id_str": "1359566336000000002", "full_text": "Slowly.",
    "created_at": "Wed Feb 10 18:31:00 +0000 2021", "favorite_count": "0", "retweet_count": "0",
    "in_reply_to_status_id_str": "1359566336000000001", "in_reply_to_user_id_str": "12345",
    "in_reply_to_screen_name": "acme", "lang": "und"}},
  {"tweet": {"id_str": "1359566336000000003", "full_text": "RT @rita: x",
    "created_at": "Wed Feb 10 18:32:00 +0000 2021", "favorite_count": "0", "retweet_count": "0"}} ]"#;
const MORE_TWEETS: &str = r#"window.YTD.tweets.part1 = [
  {"tweet": {"id_str": "1359500000000000000", "full_text": "Good morning",
    "created_at": "Wed Feb 10 14:00:00 +0000 2021", "favorite_count": "7", "retweet_count": "2"}} ]"#;

pub fn whole() -> Vec<(&'static str, &'static str)> {
    vec![
        ("data/manifest.js", MANIFEST),
        ("data/account.js", ACCOUNT),
        ("data/profile.js", PROFILE),
        ("data/follower.js", FOLLOWERS),
        ("data/tweets.js", TWEETS),
        ("data/tweets-part1.js", MORE_TWEETS),
        (
            "data/following.js",
            r#"window.YTD.following.part0 = [ {"following": {"accountId": "9"}} ]"#,
        ),
        (
            "data/like.js",
            r#"window.YTD.like.part0 = [ {"like": {"tweetId": "1", "fullText": "x"}} ]"#,
        ),
        (
            "data/direct-messages.js",
            r#"window.YTD.direct_messages.part0 = [ {"dmConversation": {}} ]"#,
        ),
        ("data/deleted-tweets.js", r#"window.YTD.deleted_tweets.part0 = [ {"tweet": {}} ]"#),
        (
            "data/tweet-headers.js",
            r#"window.YTD.tweet_headers.part0 = [ {"tweet": {"tweet_id": "1", "user_id": "12345",
                "created_at": "Wed Feb 10 18:30:00 +0000 2021"}} ]"#,
        ),
        (
            "data/block.js",
            r#"window.YTD.block.part0 = [ {"blocking": {"accountId": "13", "userLink": "x"}} ]"#,
        ),
        (
            "data/mute.js",
            r#"window.YTD.mute.part0 = [ {"muting": {"accountId": "14", "userLink": "x"}} ]"#,
        ),
        (
            "data/lists-member.js",
            r#"window.YTD.lists_member.part0 = [ {"userListInfo": {"urls": ["https://twitter.com/a/lists/1"]}} ]"#,
        ),
        (
            "data/ad-engagements.js",
            r#"window.YTD.ad_engagements.part0 = [ {"ad": {"adsUserData": {"adEngagements": {}}}} ]"#,
        ),
        ("data/tweets_media/a.mp4", "film"),
    ]
}

fn archive(files: &[(&str, &str)]) -> Result<Export, SourceError> {
    let folder = texts(files);
    sources::read(&source(SourceKind::XArchive, "@Acme"), folder.path())
}

#[test]
fn an_archive_gives_our_side_and_its_counts_are_checked() {
    let export = archive(&whole()).expect("sound");
    let facts = &export.facts;
    let seen: Vec<_> = facts
        .posts
        .iter()
        .map(|post| (post.id.rsplit('/').next().unwrap_or(""), post.kind, post.parent_at))
        .collect();
    let parent = at("2021-02-10T18:08:02.469Z");
    assert_eq!(
        seen,
        [
            ("1359500000000000000", PostKind::Original, None),
            ("1359566336000000001", PostKind::Reply, Some(parent)),
            ("1359566336000000002", PostKind::SelfThread, Some(at("2021-02-10T18:14:08.680Z"))),
            ("1359566336000000003", PostKind::Repost, None),
        ]
    );
    let reply = &facts.posts[1];
    assert_eq!(reply.text.as_deref(), Some("@rita Because <we> roast it. Why?"));
    assert_eq!(
        (reply.question, reply.language.map(String::from).as_deref()),
        (Some(true), Some("en"))
    );
    assert_eq!(reply.parent_author.as_ref().map(|id| id.as_str()), Some("x:777"));
    assert_eq!(facts.posts[2].root, reply.root, "the thread goes on");
    assert_eq!((&facts.posts[3].text, facts.posts[3].chars), (&None, 0), "not our words");
    assert_eq!(facts.people[0].handle, "@rita");
    let totals: Vec<_> =
        facts.post_totals.iter().map(|row| row.counts.get(Count::Likes).unwrap()).collect();
    assert_eq!(totals, [7, 5, 0], "0 is a number here; the repost has none of ours");
    assert_eq!(facts.follows.len(), 3);
    assert_eq!(export.followers_complete.len(), 1);
    assert_eq!(facts.as_of, Some(at("2021-03-01T00:00:00Z")), "when the archive was made");
    let profile = &facts.profiles[0];
    assert_eq!((profile.followers, profile.follows), (Some(2), Some(1)));
    assert!(profile.fields["bio"] && profile.fields["link"] && !profile.fields["picture"]);
    assert_eq!(
        compared(&export),
        [
            ("rows of follower.js", 2, 2),
            ("rows of tweets-part1.js", 1, 1),
            ("rows of tweets.js", 3, 3)
        ]
    );
    for (file, reason) in [
        ("like.js", "neither"),
        ("messages.js", "private"),
        ("deleted-tweets.js", "deleted"),
        ("block.js", "blocks"),
        ("mute.js", "mutes"),
        ("lists-member.js", "names nobody"),
        ("ad-engagements.js", "advertisements"),
        ("tweet-headers.js", "stands with its words elsewhere"),
    ] {
        let (read, kept, skipped) = rows(&export, file);
        assert_eq!((read, kept), (1, 0), "{file}");
        assert!(skipped[0].0.contains(reason), "{file}: {skipped:?}");
    }
    assert!(!facts.carried.contains(&FactKind::Inbound), "an archive knows one side");
}

#[test]
fn the_packed_archive_and_the_older_names_give_the_same() {
    let files: Vec<(String, Vec<u8>)> =
        whole().iter().map(|(name, text)| ((*name).into(), text.as_bytes().to_vec())).collect();
    let packed = Archive::of(&zip(&files));
    assert_eq!(sources::detect(&packed.path), Some(SourceKind::XArchive));
    let zipped =
        sources::read(&source(SourceKind::XArchive, "12345"), &packed.path).expect("sound");
    let folder = archive(&whole()).expect("sound");
    assert_eq!(zipped.facts.posts, folder.facts.posts);
    assert_eq!(zipped.receipt.digest, folder.receipt.digest);

    // Until 2021 the file was tweet.js, at the top, and its rows stood bare.
    let bare = TWEETS.replace("{\"tweet\": ", "").replace("}},", "},").replace("}} ]", "} ]");
    let old = bare.replace("tweets.part0", "tweet.part0");
    let old = archive(&[("account.js", ACCOUNT), ("tweet.js", &old)]).expect("sound");
    assert_eq!(old.facts.posts, folder.facts.posts[1..]);
    assert!(old.followers_complete.is_empty());
}

#[test]
fn a_part_of_an_archive_marks_nobody_as_gone() {
    let edited = |name: &str, from: &str, to: &str| -> Vec<(String, String)> {
        let edit = |(known, text): &(&str, &str)| {
            let text = if *known == name { text.replace(from, to) } else { (*text).to_owned() };
            ((*known).to_owned(), text)
        };
        whole().iter().map(edit).collect()
    };
    let without = |name: &str| -> Vec<(String, String)> {
        edited(name, "", "").into_iter().filter(|(known, _)| known != name).collect()
    };
    // (why this row exists, the files)
    let table = [
        ("called partial", edited("data/manifest.js", "false", "true")),
        (
            "a row was taken out",
            edited("data/follower.js", "{\"accountId\": \"44187619\"", "{\"a\": \"1\""),
        ),
        ("fewer followers than stated", edited("data/manifest.js", "\"2\"", "\"3\"")),
        ("tweets cut off", edited("data/manifest.js", "\"count\": \"3\"", "\"count\": \"30\"")),
        ("no manifest", without("data/manifest.js")),
    ];
    for (why, files) in table {
        let files: Vec<(&str, &str)> =
            files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        let export = archive(&files).expect(why);
        assert!(export.followers_complete.is_empty(), "{why}");
        assert!(export.receipt.notes[0].contains("nobody is marked"), "{why}");
    }
}

#[test]
fn an_archive_of_somebody_else_is_refused() {
    let folder = texts(&whole());
    let error = sources::read(&source(SourceKind::XArchive, "@rita"), folder.path());
    assert!(matches!(&error, Err(SourceError::OtherAccount { found, .. }) if found == "@acme"));
    let nobody = texts(&[("data/tweets.js", TWEETS)]);
    let error = sources::read(&source(SourceKind::XArchive, "@acme"), nobody.path());
    assert!(matches!(error, Err(SourceError::UnknownAccount { .. })));
}

pub const POSTS: &str = "Post id,Date,Post text,Post Link,Impressions,Likes,Engagements,Bookmarks,Shares,\
New follows,Replies,Reposts,Profile visits,Detail Expands,URL Clicks,Hashtag Clicks,Permalink Clicks
1359500000000000000,\"Wed, Feb 10, 2021\",\"Good, morning\nall\",https://x.com/acme/status/1359500000000000000,\
1200,7,30,0,1,2,3,4,5,6,7,8,9
1.3595E+18,\"Wed, Feb 10, 2021\",x,https://x.com/acme/status/1,1,1,1,1,1,1,1,1,1,1,1,1,1
1359500000000000009,\"Wed, Feb 10, 2021\",x,https://x.com/rita/status/1,1,1,1,1,1,1,1,1,1,1,1,1,1
";
const DAYS: &str =
    "\u{feff}Date,Impressions,Likes,Engagements,Bookmarks,Shares,New follows,Unfollows,\
Replies,Reposts,Profile visits,Create Post,Video views,Media views
\"Tue, Jul 14, 2026\",100,5,9,0,0,2,1,0,0,3,1,0,0
";
pub const LEGACY: &str = "Tweet id,Tweet permalink,Tweet text,time,impressions,engagements,engagement rate,\
retweets,replies,likes,user profile clicks,url clicks,hashtag clicks,detail expands,permalink clicks,\
app opens,app installs,follows,promoted impressions
\"1359500000000000000\",\"https://twitter.com/acme/status/1359500000000000000\",\"Hi\",\
\"2021-02-10 14:00 +0000\",424.0,12.0,0.028,1.0,0.0,3.0,2.0,0.0,0.0,4.0,0.0,0.0,0.0,0.0,-
";

#[test]
fn the_tables_of_numbers_are_told_apart_by_their_columns() {
    let read = |text: &str| {
        let folder = texts(&[("account_analytics.csv", text)]);
        let path = folder.path().join("account_analytics.csv");
        assert_eq!(sources::detect(&path), Some(SourceKind::XAnalytics));
        sources::read(&source(SourceKind::XAnalytics, "@acme"), &path).expect("sound")
    };
    let posts = read(POSTS);
    let [post] = &posts.facts.post_totals[..] else { panic!("one row is sound") };
    assert_eq!(&*post.post, "https://x.com/i/status/1359500000000000000", "as in the archive");
    assert_eq!(
        (post.counts.get(Count::Impressions).unwrap(), post.counts.get(Count::Clicks).unwrap()),
        (1200, 24)
    );
    assert_eq!(post.counts.get(Count::Saves).unwrap(), 0, "a stated 0 is a number");
    let (read_rows, kept, skipped) = rows(&posts, ".csv");
    assert_eq!((read_rows, kept, skipped.len()), (3, 1, 2));
    assert!(skipped[0].0.contains("rounded by a spreadsheet"), "{skipped:?}");
    assert!(skipped[1].0.contains("another account"), "{skipped:?}");
    assert_eq!(posts.receipt.files[0].places[&skipped[0].0], "line 4", "counted in lines");

    let days = read(DAYS);
    let unfollows = days.facts.account_totals.iter().find(|row| row.count == Count::Unfollows);
    let unfollows = unfollows.expect("there");
    assert_eq!((unfollows.value, unfollows.from), (1, at("2026-07-14T00:00:00Z")));
    assert_eq!(unfollows.to, at("2026-07-15T00:00:00Z"));
    assert_eq!(days.facts.carried, [FactKind::AccountTotals].into_iter().collect());

    let legacy = read(LEGACY);
    let [post] = &legacy.facts.post_totals[..] else { panic!("one row") };
    assert_eq!(
        (post.counts.get(Count::Impressions).unwrap(), post.counts.get(Count::Likes).unwrap()),
        (424, 3)
    );
    assert!(!post.counts.states(Count::Saves), "what the table lacks is absent");
}

/// A folder of answers.
pub fn answers() -> Vec<(String, Vec<u8>)> {
    let rita = json!({"id": "777", "name": "Rita", "username": "rita", "description": "",
        "created_at": "2019-01-01T00:00:00.000Z", "most_recent_tweet_id": "1359566336000000009",
        "public_metrics": {"followers_count": 9, "following_count": 1, "tweet_count": 4}});
    let us = json!({"data": {"id": "12345", "name": "Acme", "username": "acme",
        "description": "We roast", "url": "", "profile_image_url": "https://p/default_profile.png",
        "public_metrics": {"followers_count": 1, "following_count": 0, "tweet_count": 2}}});
    let followers = json!({"data": [rita], "meta": {"result_count": 1}});
    let tweets = json!({"data": [
        {"id": "1359566336000000001", "text": "Because.", "author_id": "12345",
         "created_at": "2021-02-10T18:30:00.000Z", "conversation_id": "1359564800000000000",
         "in_reply_to_user_id": "777", "lang": "en",
         "referenced_tweets": [{"type": "replied_to", "id": "1359564800000000000"}],
         "public_metrics": {"like_count": 2, "reply_count": 0, "retweet_count": 0,
                            "quote_count": 0, "bookmark_count": 1, "impression_count": 50}},
        {"id": "1359566336000000005", "text": "RT @rita: x", "author_id": "12345",
         "created_at": "2021-02-10T19:30:00.000Z",
         "referenced_tweets": [{"type": "retweeted", "id": "1359564800000000000"}]}]});
    let mentions = json!({"data": [
        {"id": "1359564800000000000", "text": "@acme why?", "author_id": "777",
         "created_at": "2021-02-10T18:10:00.000Z", "conversation_id": "1359564800000000000"},
        {"id": "1359566336000000007", "text": "@acme thanks", "author_id": "777",
         "created_at": "2021-02-10T18:40:00.000Z", "conversation_id": "1359564800000000000",
         "in_reply_to_user_id": "12345",
         "referenced_tweets": [{"type": "replied_to", "id": "1359566336000000001"}]}],
        "includes": {"users": [rita]}, "meta": {"result_count": 2}});
    let likers = json!({"data": [{"id": "778", "name": "Bo", "username": "bo"}], "meta": {}});
    let files = [
        ("users.json", us),
        ("followers.json", followers),
        ("tweets.json", tweets),
        ("mentions.json", mentions),
        ("liking_users-1359566336000000001.json", likers),
    ];
    files.map(|(name, answer)| (name.to_owned(), answer.to_string().into_bytes())).to_vec()
}

#[test]
fn the_answers_of_the_api_tell_both_sides() {
    let files = answers();
    let named: Vec<(&str, &str)> =
        files.iter().map(|(n, b)| (n.as_str(), std::str::from_utf8(b).expect("text"))).collect();
    let folder = texts(&named);
    assert_eq!(sources::detect(folder.path()), Some(SourceKind::XApi));
    let export = sources::read(&source(SourceKind::XApi, "acme"), folder.path()).expect("sound");
    let facts = &export.facts;
    let acts: Vec<_> = facts.interactions.iter().map(|i| (i.actor.as_str(), i.act)).collect();
    assert_eq!(acts, [("x:777", Act::Reply), ("x:777", Act::Mention), ("x:778", Act::Like)]);
    assert_eq!(facts.interactions[2].at, at("2021-02-10T18:14:08.680Z"), "the post's time");
    assert!(export.receipt.notes[0].contains("no time"));
    let roots: std::collections::BTreeSet<_> = facts
        .posts
        .iter()
        .filter(|post| post.kind != PostKind::Repost)
        .map(|post| &*post.root)
        .collect();
    assert_eq!(roots.len(), 1, "one conversation: {roots:?}");
    assert_eq!(facts.post_totals[0].counts.get(Count::Impressions).unwrap(), 50);
    let traits = &facts.people.iter().find(|p| p.handle == "@rita").expect("known").traits;
    assert_eq!((traits.followers, traits.bio_filled), (Some(9), Some(false)));
    let profile = &facts.profiles[0];
    assert_eq!(profile.followers, Some(1));
    assert!(profile.fields["bio"] && !profile.fields["picture"] && !profile.fields["link"]);
    assert_eq!(export.followers_complete.len(), 1);
    let held = SourceKind::XApi.carries();
    assert!(FactKind::ALL.iter().all(|kind| facts.carried.contains(kind) == held.contains(kind)));

    let half = json!({"data": [], "meta": {"next_token": "x"}});
    let half = half.to_string();
    let part = texts(&[named[0], ("followers.json", &half)]);
    std::fs::write(
        part.path().join("tweets.json"),
        r#"{"data":[{"id":"1359566336000000001",
        "text":"x"}]}"#,
    )
    .expect("a file");
    let export = sources::read(&source(SourceKind::XApi, "acme"), part.path()).expect("sound");
    assert!(export.followers_complete.is_empty(), "more pages are to come");
}

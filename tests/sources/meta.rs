//! Instagram and Facebook: both generations of lists, the insights, and the tables of Pages.

use fivestep::{
    evidence::{
        facts::{Count, Follow, RequestState},
        sources::{self, Export, SourceError},
    },
    model::{FactKind, SourceKind},
};

use crate::make::{Archive, at, compared, rows, source, texts, zip};

const FOLLOWERS: &str = r#"[
  {"title": "", "media_list_data": [], "string_list_data": [
    {"href": "https://www.instagram.com/rita", "value": "rita", "timestamp": 1760000000}]},
  {"title": "", "media_list_data": [], "string_list_data": [
    {"href": "https://www.instagram.com/bob", "value": "bob", "timestamp": 1700000000}]}]"#;
const MORE_FOLLOWERS: &str = r#"[{"title": "", "media_list_data": [], "string_list_data": [
    {"href": "https://www.instagram.com/eve", "value": "Eve", "timestamp": 1650000000}]}]"#;
const FOLLOWING: &str = r#"{"relationships_following": [
  {"title": "ada", "string_list_data": [
    {"href": "https://www.instagram.com/_u/ada", "timestamp": 1690000000}]},
  {"title": "", "media_list_data": [], "string_list_data": [
    {"href": "https://www.instagram.com/old", "value": "old", "timestamp": 1500000000}]},
  {"title": "", "string_list_data": [{"href": "https://www.instagram.com/_u/linked", "timestamp": 0}]},
  {"title": "", "string_list_data": []}]}"#;
const REQUESTS: &str = r#"{"relationships_follow_requests_received": [
  {"title": "", "media_list_data": [], "string_list_data": [
    {"href": "https://www.instagram.com/zoe", "value": "zoe", "timestamp": 1761000000}]}]}"#;
const INTERACTIONS: &str = r#"{"organic_insights_interactions": [
  {"title": "", "media_map_data": {}, "string_map_data": {
    "Date Range": {"href": "", "value": "Jul 22 - Oct 19", "timestamp": 0},
    "Accounts engaged": {"href": "", "value": "1,575", "timestamp": 0},
    "Content Interactions": {"href": "", "value": "4,002", "timestamp": 0},
    "Accounts engaged Delta": {"href": "", "value": "+3%", "timestamp": 0},
    "Story Replies": {"href": "", "value": "12", "timestamp": 0}}}]}"#;
const AUDIENCE: &str = r#"{"organic_insights_audience": [
  {"title": "", "media_map_data": {}, "string_map_data": {
    "Date Range": {"href": "", "value": "Jul 22 - Oct 19", "timestamp": 0},
    "Followers": {"href": "", "value": "3", "timestamp": 0},
    "Follows": {"href": "", "value": "2", "timestamp": 0},
    "Unfollows": {"href": "", "value": "1", "timestamp": 0}}}]}"#;
const POSTS: &str = r#"{"organic_insights_posts": [
  {"media_map_data": {"Media Thumbnail": {"uri": "media/posts/202509/1.jpg",
      "creation_timestamp": 1757000000, "title": "Caf\u00c3\u00a9"}},
   "string_map_data": {"Likes": {"value": "57"}, "Comments": {"value": "4"},
      "Saves": {"value": "--"}, "Accounts reached": {"value": "1,204"}}}]}"#;
const COMMENTS: &str = r#"[
  {"media_list_data": [], "string_map_data": {
    "Comment": {"href": "", "value": "Qu\u00c3\u00a9 bueno \u00f0\u009f\u0091\u008d?", "timestamp": 0},
    "Media Owner": {"href": "", "value": "rita", "timestamp": 0},
    "Time": {"href": "", "value": "", "timestamp": 1758000000}}}]"#;

const LISTS: &str = "connections/followers_and_following";
const INSIGHTS: &str = "logged_information/past_instagram_insights";

fn whole() -> Vec<(String, &'static str)> {
    let lists = [
        ("followers_1.json", FOLLOWERS),
        ("followers_2.json", MORE_FOLLOWERS),
        ("following.json", FOLLOWING),
        ("follow_requests_you've_received.json", REQUESTS),
        (
            "pending_follow_requests.json",
            r#"{"relationships_follow_requests_sent": [{"title": ""}]}"#,
        ),
        (
            "recently_unfollowed_profiles.json",
            r#"{"relationships_unfollowed_users": [{"title": "x"}]}"#,
        ),
    ];
    let insights = [
        ("content_interactions.json", INTERACTIONS),
        ("audience_insights.json", AUDIENCE),
        ("posts.json", POSTS),
    ];
    let others = [
        ("your_instagram_activity/comments/post_comments_1.json", COMMENTS),
        (
            "your_instagram_activity/messages/inbox/rita_1/message_1.json",
            r#"{"participants": [{"name": "Rita"}], "messages": [{"sender_name": "Rita"}], "title": "R"}"#,
        ),
    ];
    let named = |folder: &'static str| move |(name, text)| (format!("{folder}/{name}"), text);
    let lists = lists.into_iter().map(named(LISTS));
    let insights = insights.into_iter().map(named(INSIGHTS));
    lists.chain(insights).chain(others.map(|(name, text)| (name.to_owned(), text))).collect()
}

/// The same as bytes.
pub fn instagram_sample() -> Vec<(String, Vec<u8>)> {
    whole().into_iter().map(|(name, text)| (name, text.into())).collect()
}

/// A small export of a person.
pub fn facebook_sample() -> Vec<(String, Vec<u8>)> {
    let friends = r#"{"friends_v2": [{"name": "Jos\u00c3\u00a9", "timestamp": 1700000000}]}"#;
    let asked = r#"{"received_requests_v2": [{"name": "Zoe", "timestamp": 1700000001}]}"#;
    let comments = r#"{"comments_v2": [{"timestamp": 1700000003, "title": "x",
        "data": [{"comment": {"comment": "Hi"}}]}]}"#;
    vec![
        ("your_friends.json".into(), friends.into()),
        ("received_friend_requests.json".into(), asked.into()),
        ("comments.json".into(), comments.into()),
    ]
}

/// A classic table.
pub fn classic_sample() -> Vec<(String, Vec<u8>)> {
    let text = "Post ID,Permalink,Posted,Lifetime Post Total Reach,Lifetime Engaged Users\n\
        ,,,Lifetime: people,Lifetime: engaged\n\
        1_2,https://fb.example/2,01/31/2020 10:51:05 AM,\"41,500\",600\n";
    vec![("insights.csv".into(), text.into())]
}

/// A table of the Business Suite.
pub fn suite_sample() -> Vec<(String, Vec<u8>)> {
    let text = "Post ID,Page name,Publish time,Permalink,Date,Reach,Reactions\n\
        1,Acme,02/13/2024 10:00,https://fb.example/1,Lifetime,800,10\n";
    vec![("table.csv".into(), text.into())]
}

fn instagram(files: &[(String, &str)]) -> Result<Export, SourceError> {
    let borrowed: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let folder = texts(&borrowed);
    assert_eq!(sources::detect(folder.path()), Some(SourceKind::InstagramExport));
    sources::read(&source(SourceKind::InstagramExport, "@Acme"), folder.path())
}

#[test]
fn an_instagram_export_is_read_in_both_generations() {
    let export = instagram(&whole()).expect("sound");
    let facts = &export.facts;
    let own = "instagram:acme";
    let follows: Vec<(&str, &str)> =
        facts.follows.iter().map(|f| (f.follower.as_str(), f.followed.as_str())).collect();
    let expected = [
        (own, "instagram:ada"),
        (own, "instagram:linked"),
        (own, "instagram:old"),
        ("instagram:bob", own),
        ("instagram:eve", own),
        ("instagram:rita", own),
    ];
    assert_eq!(follows, expected);
    let since =
        |name: &str| facts.follows.iter().find(|f| f.followed.as_str() == name).expect(name).since;
    assert_eq!(since("instagram:linked"), None, "a time of 0 says nothing");
    assert_eq!(since("instagram:ada"), Some(at("2023-07-22T04:26:40Z")));
    let request = &facts.requests[0];
    assert_eq!((request.person.as_str(), request.state), ("instagram:zoe", RequestState::Pending));
    assert_eq!(request.at, Some(at("2025-10-20T22:40:00Z")));
    let comment = &facts.posts[0];
    assert_eq!(comment.text.as_deref(), Some("Qué bueno 👍?"));
    assert_eq!(comment.parent_author.as_ref().map(|id| id.as_str()), Some("instagram:rita"));
    assert_eq!(rows(&export, "message_1.json").1, 0, "messages are counted only");
    // (file, why not)
    let table = [
        ("following.json", "a row names nobody"),
        ("pending_follow_requests.json", "a request of ours"),
        ("recently_unfollowed_profiles.json", "whom we no longer follow"),
    ];
    for (file, reason) in table {
        assert_eq!(rows(&export, file).2, [(reason.to_owned(), 1)], "{file}");
    }
}

#[test]
fn the_insights_are_numbers_under_labels() {
    let export = instagram(&whole()).expect("sound");
    let total = |count: Count| {
        let found = export.facts.account_totals.iter().find(|total| total.count == count);
        found.map(|total| (total.value, total.from, total.to))
    };
    let (from, to) = (at("2025-07-22T00:00:00Z"), at("2025-10-20T00:00:00Z"));
    assert_eq!(total(Count::EngagedPeople), Some((1575, from, to)));
    assert_eq!(total(Count::Engagements), Some((4002, from, to)));
    assert_eq!(total(Count::Unfollows), Some((1, from, to)));
    assert_eq!(total(Count::EngagedFollowers), None);
    let post = &export.facts.post_totals[0];
    let counts: Vec<(Count, u64)> = post.counts.stated().collect();
    assert_eq!(counts, [(Count::Likes, 57), (Count::Replies, 4), (Count::Reach, 1204)]);
    assert_eq!(post.at, at("2025-09-04T15:33:20Z"));
    assert!(export.receipt.notes.iter().any(|note| note.contains("`Story Replies`")));
    assert_eq!(compared(&export), [("followers", 3, 3)]);
    assert_eq!(export.followers_complete.len(), 1, "as many as the insights state");
    let facts = [FactKind::FollowerCount, FactKind::Followers, FactKind::PostTotals];
    assert!(facts.iter().all(|fact| export.facts.carried.contains(fact)));
}

#[test]
fn the_same_labels_are_read_in_other_languages_and_mended() {
    let spanish = r#"{"organic_insights_interactions": [{"media_map_data": {}, "string_map_data": {
        "Intervalo de fechas": {"value": "Jan 1, 2025 - Jan 31, 2025"},
        "Interacciones con el contenido": {"value": "40"},
        "Cuentas alcanzadas": {"value": "1.204"}}}]}"#;
    let portuguese = "{\"organic_insights_interactions\": [{\"string_map_data\": {\
        \"Intervalo de datas\": {\"value\": \"Jan 1, 2025 - Jan 31, 2025\"},\
        \"Intera\\u00c3\\u00a7\\u00c3\\u00b5es com o conte\\u00c3\\u00bado\": {\"value\": \"41\"}}}]}";
    // (the language, the file, the number)
    for (language, text, value) in [("es", spanish, 40), ("pt", portuguese, 41)] {
        let files = [
            (format!("{LISTS}/followers_1.json"), FOLLOWERS),
            (format!("{INSIGHTS}/content_interactions.json"), text),
        ];
        let export = instagram(&files).expect(language);
        let totals = export.facts.account_totals.iter();
        let found: Vec<u64> =
            totals.filter(|total| total.count == Count::Engagements).map(|t| t.value).collect();
        assert_eq!(found, [value], "{language}");
    }
}

#[test]
fn followers_among_those_reached_are_not_all_followers() {
    let reached = r#"{"organic_insights_reach": [{"string_map_data": {
        "Date Range": {"value": "Jul 22 - Oct 19"}, "Accounts reached": {"value": "9,000"},
        "Followers": {"value": "1,800"}, "Non-Followers": {"value": "7,200"},
        "Impressions": {"value": "20,111"}}}]}"#;
    let mut files = whole();
    files.push((format!("{INSIGHTS}/profiles_reached.json"), reached));
    let export = instagram(&files).expect("sound");
    let total = |count: Count| {
        let totals = export.facts.account_totals.iter().filter(|total| total.count == count);
        totals.map(|total| total.value).collect::<Vec<u64>>()
    };
    assert_eq!(total(Count::Reach), [9_000]);
    assert_eq!(total(Count::Impressions), [20_111]);
    assert_eq!(total(Count::Followers), [3], "what the audience file states");
    assert_eq!(export.facts.profiles[0].followers, Some(3));
}

#[test]
fn what_we_liked_is_counted_only() {
    let likes = r#"{"likes_media_likes": [{"title": "rita", "string_list_data": [
        {"href": "https://www.instagram.com/p/1/", "value": "\u00f0\u009f\u0091\u008d", "timestamp": 1758000000}]}]}"#;
    let mut files = whole();
    files.push(("your_instagram_activity/likes/liked_posts.json".into(), likes));
    let export = instagram(&files).expect("sound");
    let why = "a like of ours, which is no fact".to_owned();
    assert_eq!(rows(&export, "liked_posts.json").2, [(why, 1)]);
}

#[test]
fn a_low_part_of_a_stated_sum_is_withheld_and_not_zero() {
    let text = "Post ID,Publish time,Permalink,\"Reactions, Comments and Shares\",Reactions,Comments,Shares\n\
        1,02/13/2024 10:00,https://fb.example/1,12,12,,\n\
        2,02/14/2024 10:00,https://fb.example/2,0,,,\n\
        3,02/15/2024 10:00,https://fb.example/3,,4,,\n";
    let folder = texts(&[("table.csv", text)]);
    let read = sources::read(&source(SourceKind::MetaBusinessSuite, "acme"), folder.path());
    let export = read.expect("sound");
    let parts = |place: usize| {
        let counts = &export.facts.post_totals[place].counts;
        let told = |count| match (counts.get(count), counts.withholds(count)) {
            (Some(number), _) => number.to_string(),
            (None, true) => "withheld".to_owned(),
            (None, false) => "not told".to_owned(),
        };
        [Count::Likes, Count::Replies, Count::Shares].map(told).join(", ")
    };
    assert_eq!(parts(0), "12, withheld, withheld");
    assert_eq!(parts(1), "0, 0, 0", "the parts of 0 are 0");
    assert_eq!(parts(2), "4, not told, not told", "no sum is stated");
}

#[test]
fn a_part_of_the_time_never_looks_like_mass_unfollowing() {
    let audience =
        |stated: &str| AUDIENCE.replace("\"value\": \"3\"", &format!("\"value\": \"{stated}\""));
    let (three, five, thousand) = (audience("3"), audience("5"), audience("41,500,000"));
    let list = |name: &str, text| (format!("{LISTS}/{name}"), text);
    let stated = |text| (format!("{INSIGHTS}/audience_insights.json"), text);
    let both = [list("followers_1.json", FOLLOWERS), list("followers_2.json", MORE_FOLLOWERS)];
    let broken = list("followers_3.json", r#"[{"title": ""}]"#);
    // (why this row exists, the files, is the list whole?)
    let table = [
        ("as many as stated", vec![both[0].clone(), both[1].clone(), stated(three.as_str())], true),
        ("fewer than stated", vec![both[0].clone(), both[1].clone(), stated(&five)], false),
        ("far fewer", vec![both[0].clone(), stated(&thousand)], false),
        ("nothing stated", both.to_vec(), false),
        (
            "a row that cannot be read",
            vec![both[0].clone(), both[1].clone(), broken, stated(&three)],
            false,
        ),
    ];
    for (why, files, whole) in table {
        let export = instagram(&files).expect(why);
        assert_eq!(!export.followers_complete.is_empty(), whole, "{why}");
        let noted =
            export.receipt.notes.iter().any(|note| note.contains("nobody is marked as gone"));
        assert_eq!(noted, !whole, "{why}");
    }
}

#[test]
fn older_folders_archives_and_other_accounts_are_told_apart() {
    let old = r#"{"relationships_followers": [{"string_list_data": [{"value": "rita", "timestamp": 1600000000}]}]}"#;
    let export =
        instagram(&[("followers_and_following/followers.json".to_owned(), old)]).expect("old");
    assert_eq!(export.facts.follows.len(), 1);
    let profile = |label: &str, name: &str| {
        format!(
            r#"{{"profile_user": [{{"string_map_data": {{"{label}": {{"value": "{name}"}}}}}}]}}"#
        )
    };
    let path = "personal_information/personal_information/personal_information.json";
    // (why this row exists, the label, the name, is it refused?)
    let table = [
        ("ours", "Username", "ACME", false),
        ("another", "Username", "other", true),
        ("ours in another language", "Nombre de usuario", "acme", false),
        ("cannot be told", "Nombre de usuario", "other", false),
    ];
    for (why, label, name, refused) in table {
        let profile = profile(label, name);
        let files =
            [(format!("{LISTS}/followers_1.json"), FOLLOWERS), (path.to_owned(), profile.as_str())];
        let read = instagram(&files);
        assert_eq!(read.is_err(), refused, "{why}");
    }
    let packed: Vec<(String, Vec<u8>)> =
        whole().into_iter().map(|(name, text)| (name, text.as_bytes().to_vec())).collect();
    let archive = Archive::of(&zip(&packed));
    assert_eq!(sources::detect(&archive.path), Some(SourceKind::InstagramExport));
    let packed = sources::read(&source(SourceKind::InstagramExport, "@Acme"), &archive.path);
    assert_eq!(packed.expect("a zip").facts, instagram(&whole()).expect("a folder").facts);
}

#[test]
fn a_facebook_export_is_read_wherever_its_folders_are() {
    let friends =
        r#"{"friends_v2": [{"name": "Jos\u00c3\u00a9", "timestamp": 1700000000}, {"name": ""}]}"#;
    let asked = r#"{"received_requests_v2": [{"name": "Zoe", "timestamp": 1700000001}]}"#;
    let declined = r#"{"rejected_requests_v2": [{"name": "Bob", "timestamp": 1700000002}]}"#;
    let comments = r#"{"comments_v2": [{"timestamp": 1700000003, "title": "Acme commented on Rita's post.",
        "data": [{"comment": {"timestamp": 1700000003, "comment": "Tr\u00c3\u00a8s bien!", "author": "Acme"}}]}]}"#;
    let reactions = r#"[{"timestamp": 1700000004, "data": [{"reaction": {"reaction": "LIKE"}}]}]"#;
    // (friends, comments, whom we follow): the names of two generations
    let table = [
        (
            "connections/friends",
            "your_facebook_activity/comments_and_reactions",
            "who_you've_followed",
        ),
        (
            "friends_and_followers",
            "your_activity_across_facebook/comments_and_reactions",
            "who_you_ve_followed",
        ),
    ];
    let follows =
        r#"{"following_v3": [{"name": "Caf\u00c3\u00a9 Rita", "timestamp": 1700000005}]}"#;
    for (people, activity, followed) in table {
        let files = [
            (format!("{people}/your_friends.json"), friends),
            (format!("{people}/received_friend_requests.json"), asked),
            (format!("{people}/rejected_friend_requests.json"), declined),
            (format!("{people}/{followed}.json"), follows),
            (format!("{activity}/comments.json"), comments),
            (format!("{activity}/likes_and_reactions_1.json"), reactions),
        ];
        let borrowed: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), *t)).collect();
        let folder = texts(&borrowed);
        assert_eq!(sources::detect(folder.path()), Some(SourceKind::FacebookExport));
        let export = sources::read(&source(SourceKind::FacebookExport, "Acme"), folder.path())
            .expect("sound");
        let facts = &export.facts;
        let ours = |follow: &&Follow| follow.follower.as_str() == "facebook:Acme";
        let followed: Vec<_> =
            facts.follows.iter().filter(ours).map(|follow| follow.followed.as_str()).collect();
        assert_eq!(followed, ["facebook:Café Rita", "facebook:José"]);
        assert_eq!(facts.follows.len(), 3, "a friend follows and is followed");
        let states: Vec<_> = facts.requests.iter().map(|r| (r.person.as_str(), r.state)).collect();
        let expected =
            [("facebook:Bob", RequestState::Declined), ("facebook:Zoe", RequestState::Pending)];
        assert_eq!(states, expected);
        assert!(facts.people.iter().any(|person| person.handle == "José"));
        assert_eq!(facts.posts[0].text.as_deref(), Some("Très bien!"));
        assert!(export.followers_complete.is_empty());
        assert_eq!(rows(&export, "your_friends.json").1, 1);
        let reason = "a reaction of ours, which is no fact".to_owned();
        assert_eq!(rows(&export, "likes_and_reactions_1.json").2, [(reason, 1)]);
    }
}

#[test]
fn a_classic_table_has_two_headers_and_names_twice() {
    let text = "\u{feff}Post ID,Permalink,Post Message,Type,Posted,Lifetime Post Total Reach,\
        Lifetime Engaged Users,Lifetime People who have liked your Page and engaged with your post,\
        comment,share,like,comment\n\
        ,,,,,Lifetime: The number of people,Lifetime: engaged,Lifetime: liked,,,,\n\
        1_2,https://www.facebook.com/1/posts/2,\"Hello,\nyou\",Link,01/31/2020 10:51:05 AM,\"41,500\",600,575,3,,9,8\n\
        1_3,https://www.facebook.com/1/posts/3,,Photo,02/01/2020 10:00:00 PM,10,,2,,,,\n\
        1.2E+17,https://www.facebook.com/1/posts/4,,Photo,02/01/2020 10:00:00 PM,10,1,2,,,,\n";
    let folder = texts(&[("insights.csv", text)]);
    assert_eq!(sources::detect(folder.path()), Some(SourceKind::FacebookInsights));
    let read = sources::read(&source(SourceKind::FacebookInsights, "acme"), folder.path());
    let export = read.expect("sound");
    let post = &export.facts.post_totals[0];
    assert_eq!(&*post.post, "https://www.facebook.com/1/posts/2");
    assert_eq!(post.at, at("2020-01-31T10:51:05Z"));
    assert_eq!(post.account.as_str(), "facebook:acme");
    let counts: Vec<(Count, u64)> = post.counts.stated().collect();
    let expected = [
        (Count::Likes, 9),
        (Count::Replies, 3),
        (Count::Reach, 41500),
        (Count::EngagedPeople, 600),
        (Count::EngagedFollowers, 575),
    ];
    assert_eq!(counts, expected);
    let (read, kept, skipped) = rows(&export, "insights.csv");
    assert_eq!((read, kept), (3, 2), "the second header is no row");
    assert!(skipped[0].0.contains("rounded by a spreadsheet"), "{skipped:?}");
}

#[test]
fn the_tables_of_the_business_suite_are_read() {
    let page = "\u{feff}Post ID,Page ID,Page name,Title,Publish time,Permalink,Post type,Date,Impressions,\
        Reach,\"Reactions, Comments and Shares\",Reactions,Comments,Shares,Total clicks\n";
    let row = |id: &str, time: &str, date: &str| {
        format!(
            "{id},77,Acme,\"Hi, you\",{time},https://fb.example/{id},Photos,{date},900,800,15,10,3,2,7\n"
        )
    };
    let small = page.replace("Comments and Shares", "comments and shares");
    let spanish = "Identificador de la publicación;Hora de publicación;Enlace permanente;Alcance;Reacciones\n\
        5;13/02/2024 10:00;https://fb.example/5;800;10\n";
    let instagram = "Post ID,Account ID,Account username,Publish time,Permalink,Date,Reach,Likes,Saves,Follows\n\
        6,9,acme,02/13/2024 10:00,https://www.instagram.com/p/6/,Lifetime,800,10,4,1\n";
    // (why this row exists, the table, the address of the post, whose, reactions, reach)
    let table = [
        (
            "a Page",
            format!("{page}{}", row("1", "02/13/2024 10:00", "Lifetime")),
            "https://fb.example/1",
            "facebook:acme",
        ),
        (
            "small letters",
            format!("{small}{}", row("1", "02/13/2024 10:00", "Lifetime")),
            "https://fb.example/1",
            "facebook:acme",
        ),
        (
            "the day first",
            format!("{page}{}", row("1", "13/02/2024 10:00", "Lifetime")),
            "https://fb.example/1",
            "facebook:acme",
        ),
        ("Spanish", spanish.to_owned(), "https://fb.example/5", "facebook:acme"),
        ("Instagram", instagram.to_owned(), "https://www.instagram.com/p/6/", "instagram:acme"),
    ];
    for (why, text, post, account) in table {
        let folder = texts(&[("table.csv", &text)]);
        assert_eq!(sources::detect(folder.path()), Some(SourceKind::MetaBusinessSuite), "{why}");
        let source = source(SourceKind::MetaBusinessSuite, "@Acme");
        let export = sources::read(&source, folder.path()).expect(why);
        let found = &export.facts.post_totals[0];
        assert_eq!((&*found.post, found.account.as_str()), (post, account), "{why}");
        assert_eq!(found.at, at("2024-02-13T10:00:00Z"), "{why}");
        assert_eq!(
            (found.counts.get(Count::Likes).unwrap(), found.counts.get(Count::Reach).unwrap()),
            (10, 800),
            "{why}"
        );
    }
    // (why this row exists, the id, the day, the reason)
    let table = [
        ("rounded", "1.22158E+17", "Lifetime", "rounded by a spreadsheet"),
        ("of one day", "3", "2/13/2024", "the number of one day"),
    ];
    for (why, id, date, reason) in table {
        let sound = row("1", "02/13/2024 10:00", "Lifetime");
        let text = format!("{page}{sound}{}", row(id, "02/13/2024 10:00", date));
        let folder = texts(&[("table.csv", &text)]);
        let source = source(SourceKind::MetaBusinessSuite, "@Acme");
        let export = sources::read(&source, folder.path()).expect(why);
        let (read, kept, skipped) = rows(&export, "table.csv");
        assert_eq!((read, kept), (2, 1), "{why}");
        assert!(skipped[0].0.contains(reason), "{why}: {skipped:?}");
    }
    // (why this row exists, two times, a word of the message)
    let table = [
        ("both ways", ["01/02/2024 10:00", "03/04/2024 10:00"], "may be read in two ways"),
        ("mixed", ["13/02/2024 10:00", "02/13/2024 10:00"], "the other way round"),
    ];
    for (why, times, message) in table {
        let text = times.map(|time| row("1", time, "Lifetime")).concat();
        let folder = texts(&[("table.csv", &format!("{page}{text}"))]);
        let source = source(SourceKind::MetaBusinessSuite, "@Acme");
        let error = sources::read(&source, folder.path()).expect_err(why);
        assert!(
            error.to_string().contains(message) && error.hint().contains("2024-01-31"),
            "{error}"
        );
    }
}

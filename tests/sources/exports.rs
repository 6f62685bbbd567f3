//! LinkedIn and TikTok: what people download from them.

use fivestep::{
    evidence::{
        facts::{Count, PostKind, RequestState, Visibility},
        sources::{self, SourceError},
    },
    model::{FactKind, SourceKind},
};
use serde_json::{Value, json};

use crate::make::{at, compared, folder, rows, source, texts};

const CONNECTIONS: &str = "Notes:
\"When exporting your connection data, you may notice that some of the email addresses are missing.\"

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Ann,Lee,https://www.linkedin.com/in/ann-lee,,Acme,Roaster,08 Feb 2026
,,,,,,09 Feb 2026
";
const MESSAGES: &str = "\"CONVERSATION ID\",\"CONVERSATION TITLE\",\"FROM\",\"SENDER PROFILE URL\",\"TO\",\
\"RECIPIENT PROFILE URLS\",\"DATE\",\"SUBJECT\",\"CONTENT\",\"FOLDER\"
\"c1\",\"\",\"Us\",\"https://www.linkedin.com/in/Acme/\",\"Ann\",\"x\",\"2026-02-10 11:00:00 UTC\",\"\",\"Yes, it is\",\"INBOX\"
\"c1\",\"\",\"Ann Lee\",\"https://www.linkedin.com/in/ann-lee\",\"Us\",\"x\",\"2026-02-10 10:00:00 UTC\",\"\",\"Is it open?\",\"INBOX\"
\"c2\",\"Buy now\",\"A shop\",\"\",\"Us\",\"x\",\"2026-02-10 10:00:00 UTC\",\"\",\"Buy\",\"INBOX\"
";
const INVITATIONS: &str = "From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl
Bo,Us,\"1/29/26, 2:37 PM\",,INCOMING,https://www.linkedin.com/in/bo,https://www.linkedin.com/in/acme
Us,Cy,\"1/29/26, 2:38 PM\",,OUTGOING,https://www.linkedin.com/in/acme,https://www.linkedin.com/in/cy
";

/// The tables of an export.
pub fn linkedin() -> Vec<(&'static str, &'static str)> {
    vec![
        ("Connections.csv", CONNECTIONS),
        ("messages.csv", MESSAGES),
        ("Invitations.csv", INVITATIONS),
        (
            "Shares.csv",
            "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n2026-02-01 09:00:00,https://l/1,\"We roast. Why?\",,,MEMBER_NETWORK\n",
        ),
        ("Comments.csv", "Date,Link,Message\n2026-02-02 09:00:00,https://l/9,Fine\n"),
        ("Reactions.csv", "Date,Type,Link\n2026-02-02 09:00:00,LIKE,https://l/9\n"),
        ("Skills.csv", "Name\nRoasting\n"),
    ]
}

#[test]
fn a_linkedin_export_is_read_table_by_table() {
    let folder = texts(&linkedin());
    assert_eq!(sources::detect(folder.path()), Some(SourceKind::LinkedinExport));
    let us = source(SourceKind::LinkedinExport, "https://www.linkedin.com/in/acme");
    let export = sources::read(&us, folder.path()).expect("sound");
    let facts = &export.facts;
    assert_eq!(facts.follows.len(), 2, "a connection follows both ways");
    assert_eq!(facts.follows[0].since, Some(at("2026-02-08T00:00:00Z")));
    assert!(export.followers_complete.is_empty());
    assert_eq!(rows(&export, "Connections.csv"), (2, 1, vec![("a member who is gone".into(), 1)]));
    assert_eq!(rows(&export, "messages.csv"), (3, 2, vec![("a sponsored message".into(), 1)]));
    assert_eq!(rows(&export, "Reactions.csv").1, 0);
    let private: Vec<_> =
        facts.posts.iter().filter(|post| post.visibility == Visibility::Direct).collect();
    assert!(private.iter().all(|post| post.text.is_none()), "not even our words");
    let answer = private.iter().find(|post| post.kind == PostKind::Reply).expect("answered");
    assert_eq!(answer.parent_at, Some(at("2026-02-10T10:00:00Z")));
    let [request] = &facts.requests[..] else { panic!("one came in") };
    assert_eq!((request.person.as_str(), request.state), ("linkedin:bo", RequestState::Pending));
    assert_eq!(request.at, Some(at("2026-01-29T14:37:00Z")));
    let share =
        facts.posts.iter().find(|post| post.kind == PostKind::Original && post.text.is_some());
    assert_eq!(share.expect("ours").question, Some(true));
    let ann = facts.people.iter().find(|person| person.handle == "@ann-lee").expect("known");
    assert_eq!(ann.name.as_deref(), Some("Ann Lee"));
    assert!(!facts.carried.contains(&FactKind::Inbound), "messages are one part of who engaged");

    let alone = folder.path().join("Connections.csv");
    assert_eq!(sources::detect(&alone), Some(SourceKind::LinkedinExport));
    assert_eq!(sources::read(&us, &alone).expect("sound").facts.follows.len(), 2);
}

pub fn tiktok(new: bool, followers: u64) -> Value {
    let fans = json!({"FansList": [{"Date": "2024-05-01 10:00:00", "UserName": "ann"},
                                   {"Date": "soon", "UserName": "bo"}]});
    let following = json!({"Following": [{"Date": "2024-05-01 10:00:00", "UserName": "cy"}]});
    let profile = json!({"Profile Information": {"ProfileMap": {"userName": "Acme",
        "bioDescription": "", "likesReceived": "12", "followerCount": followers}}});
    let comments = json!({"CommentsList": [{"date": "2024-05-02 10:00:00", "comment": "Fine?",
                                            "photo": "N/A", "url": ""}]});
    let videos = json!({"VideoList": [{"Date": "2024-05-03 10:00:00", "Link": "https://t/1",
                                       "Likes": "7"}]});
    let chat = json!({"Chat History": {"ChatHistory": {"Chat History with ann:": [
        {"Date": "2024-05-04 10:00:00", "From": "ann", "Content": "Open?"},
        {"Date": "2024-05-04 11:00:00", "From": "acme", "Content": "Yes"}]}}});
    if new {
        json!({"Your Activity": {"Follower": fans, "Following": following}, "Post": {"Posts": videos},
               "Comment": {"Comments": comments}, "Profile And Settings": profile,
               "Direct Message": chat})
    } else {
        let videos = json!({"videos": {"videolist": [{"date": "2024-05-03 10:00:00",
                                                     "link": "https://t/1", "likes": "7"}]}});
        json!({"Activity": {"Follower List": fans, "Following List": following},
               "Video": videos, "Comment": {"Comments": comments}, "Profile": profile,
               "Direct Messages": chat})
    }
}

#[test]
fn both_generations_of_tiktok_give_the_same_facts() {
    let read = |new, followers| {
        let folder = folder(&[("user_data_tiktok.json", tiktok(new, followers))]);
        assert_eq!(sources::detect(folder.path()), Some(SourceKind::TiktokExport), "{new}");
        sources::read(&source(SourceKind::TiktokExport, "@acme"), folder.path()).expect("sound")
    };
    let (old, new) = (read(false, 1), read(true, 1));
    assert_eq!(old.facts, new.facts);
    let facts = &old.facts;
    assert_eq!(facts.follows.len(), 2);
    assert_eq!(facts.post_totals[0].counts.get(Count::Likes).unwrap(), 7);
    assert_eq!(facts.profiles[0].followers, Some(1));
    assert_eq!(facts.profiles[0].fields.get("bio"), Some(&false));
    let chat: Vec<_> = facts.posts.iter().filter(|p| p.visibility == Visibility::Direct).collect();
    assert_eq!(chat.len(), 2);
    assert!(chat.iter().all(|post| post.text.is_none()));
    let (read_rows, kept, _) = rows(&old, ".json");
    assert_eq!((read_rows, kept), (7, 6));
    assert_eq!(compared(&old), [("followers", 1, 1)]);
    assert!(old.followers_complete.is_empty(), "one of its rows could not be read");

    let mut whole = tiktok(true, 1);
    whole["Your Activity"]["Follower"]["FansList"].as_array_mut().expect("rows").pop();
    for (stated, complete) in [(1, true), (100, false)] {
        whole["Profile And Settings"]["Profile Information"]["ProfileMap"]["followerCount"] =
            json!(stated);
        let folder = folder(&[("user_data_tiktok.json", whole.clone())]);
        let export = sources::read(&source(SourceKind::TiktokExport, "acme"), folder.path());
        let export = export.expect("sound");
        assert_eq!(!export.followers_complete.is_empty(), complete, "{stated} stated, 1 listed");
    }
    let folder = folder(&[("user_data_tiktok.json", tiktok(true, 1))]);
    let error = sources::read(&source(SourceKind::TiktokExport, "@bo"), folder.path());
    assert!(matches!(&error, Err(SourceError::OtherAccount { found, .. }) if found == "@Acme"));
}

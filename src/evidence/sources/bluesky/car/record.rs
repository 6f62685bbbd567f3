//! One record of a repository as facts.
//!
//! Start reading at [`Own::record`].
//!
//! # Always true
//!
//! - A record's time is the earlier of the one it states and the one in its key: both are the
//!   client's, and neither may lie in the future of the other.

use chrono::{DateTime, Utc};
use ipld_core::ipld::Ipld;
use serde_json::{Map, Value, json};

use super::super::view;
use crate::{
    evidence::{
        facts::{PersonId, Post, PostKind},
        sources::{
            draft::Draft,
            gather::FollowSeen,
            json::{self, Skip},
            text, times,
        },
    },
    model::FactKind,
};

/// Collections that the network once had and has no longer.
const RETIRED: [&str; 4] = [
    "app.bsky.feed.vote",
    "app.bsky.graph.assertion",
    "app.bsky.graph.confirmation",
    "app.bsky.system.declaration",
];

/// The owner of the repository.
pub(super) struct Own {
    pub did: String,
    pub id: PersonId,
}

impl Own {
    /// Takes the facts out of a record, or says why there are none.
    pub(super) fn record(&self, key: &str, record: &Value, draft: &mut Draft) -> Result<(), Skip> {
        let (collection, name) = key.split_once('/').unwrap_or((key, ""));
        match collection {
            "app.bsky.actor.profile" => self.profile(record, draft),
            "app.bsky.feed.post" => draft.gather.post(self.post(key, name, record)?),
            "app.bsky.feed.repost" => draft.gather.post(self.repost(name, record)?),
            "app.bsky.graph.follow" => {
                let whom = view::person_id(view::did(record, "/subject")?);
                let since = Some(made_at(name, record)?);
                let seen = FollowSeen { since, ..Default::default() };
                draft.gather.follow(self.id.clone(), whom, seen);
            }
            "app.bsky.feed.like" => return Err(Skip::because("a like of ours, which is no fact")),
            "app.bsky.graph.block" => return Err(Skip::because("whom we block, which is no fact")),
            retired if RETIRED.contains(&retired) => {
                return Err(Skip::because(format!("of the retired collection `{retired}`")));
            }
            other => {
                let other = text::clean_name(other);
                return Err(Skip::because(format!("of the collection `{other}`, not read")));
            }
        }
        Ok(())
    }

    fn profile(&self, record: &Value, draft: &mut Draft) {
        let field = |path: &str| record.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let bio = field("/description");
        draft.profile.says = text::profile_says(field("/displayName"), bio, [], []);
        let fields = &mut draft.profile.fields;
        fields.insert("name".to_owned(), !field("/displayName").trim().is_empty());
        fields.insert("bio".to_owned(), !bio.trim().is_empty());
        fields.insert("picture".to_owned(), record.pointer("/avatar").is_some());
        // A handle of one's own would be a link too, but a repository does not name its handle.
        if text::has_link(bio) {
            fields.insert("link".to_owned(), true);
        }
        draft.gather.carried.insert(FactKind::Profile);
    }

    fn post(&self, key: &str, name: &str, record: &Value) -> Result<Post, Skip> {
        let at = made_at(name, record)?;
        let view = json!({
            "uri": format!("at://{}/{key}", self.did), "author": {"did": self.did},
            "indexedAt": at.to_rfc3339(), "record": record,
        });
        view::post(&view)
    }

    /// A post passed on, under the id that saved answers give it too.
    fn repost(&self, name: &str, record: &Value) -> Result<Post, Skip> {
        let id = format!("{}#repost-by-{}", view::address(record, "/subject/uri")?, self.did);
        let at = made_at(name, record)?;
        Ok(Post { kind: PostKind::Repost, ..Post::new(id, self.id.clone(), at) })
    }
}

fn made_at(name: &str, record: &Value) -> Result<DateTime<Utc>, Skip> {
    let stated = json::instant(record, "/createdAt")?;
    Ok(times::of_tid(name).map_or(stated, |in_key| in_key.min(stated)))
}

/// A record as JSON, for the functions that read saved answers; links and bytes are left out.
pub(super) fn to_json(record: Ipld) -> Value {
    match record {
        Ipld::Null | Ipld::Bytes(_) | Ipld::Link(_) => Value::Null,
        Ipld::Bool(truth) => truth.into(),
        Ipld::Integer(number) => i64::try_from(number).map_or(Value::Null, Value::from),
        Ipld::Float(number) => number.into(),
        Ipld::String(text) => text.into(),
        Ipld::List(list) => list.into_iter().map(to_json).collect(),
        Ipld::Map(map) => {
            let map: Map<String, Value> =
                map.into_iter().map(|(key, value)| (key, to_json(value))).collect();
            map.into()
        }
    }
}

//! `actor.json`: whose archive it is, and what their profile says.

use std::collections::BTreeMap;

use serde_json::Value;

use super::status;
use crate::{
    evidence::{
        facts::PersonId,
        sources::{
            SourceError,
            gather::ProfileSeen,
            html,
            json::{self, Skip},
            text,
        },
    },
    model::Source,
};

/// The brand's own account.
#[derive(Debug)]
pub(super) struct Actor {
    /// Its id: an address.
    pub url: String,
    /// The same as a key.
    pub id: PersonId,
    /// Its name on its server.
    pub name: String,
    /// Its server.
    pub host: String,
    /// The address of its followers, to which a post for followers is sent.
    pub followers: Option<String>,
    /// Its profile.
    pub profile: ProfileSeen,
}

impl Actor {
    /// Takes what is needed from `actor.json`.
    ///
    /// # Errors
    ///
    /// [`SourceError::Shape`] if it is not an account, [`SourceError::OtherAccount`] if it is not
    /// the one that `source` names.
    pub(super) fn of(file: &str, value: &Value, source: &Source) -> Result<Actor, SourceError> {
        json::object(file, value, "")?;
        let actor = Self::parse(value).map_err(|Skip(_)| SourceError::Shape {
            file: file.to_owned(),
            pointer: "/".into(),
            wanted: "an account with the texts `id` and `preferredUsername`",
            found: "without them",
        })?;
        if actor.is(&source.account) {
            return Ok(actor);
        }
        Err(SourceError::OtherAccount {
            file: file.to_owned(),
            found: actor.profile.handle,
            wanted: source.account.clone(),
        })
    }

    fn parse(value: &Value) -> Result<Actor, Skip> {
        let url = status::address(json::text(value, "/id")?)?.to_owned();
        let name = text::clean_name(json::text(value, "/preferredUsername")?);
        let host = status::host(&url).unwrap_or_default().to_owned();
        let followers = json::maybe_text(value, "/followers")?.map(str::to_owned);
        let handle = format!("@{name}@{host}");
        let profile =
            ProfileSeen { handle, fields: fields(value), says: says(value), ..Default::default() };
        Ok(Actor { id: status::person_id(&url), url, name, host, followers, profile })
    }

    /// Whether `account` means this account: its address, or `name@host`, where the host may also
    /// be the domain above the server's (`acme@acme.example` on `social.acme.example`).
    fn is(&self, account: &str) -> bool {
        let account = account.trim();
        if account == self.url {
            return true;
        }
        let account = account.trim_start_matches('@').to_lowercase();
        let Some((name, host)) = account.split_once('@') else { return false };
        let own = self.host.to_lowercase();
        name == self.name.to_lowercase()
            && (host == own || (host.contains('.') && own.ends_with(&format!(".{host}"))))
    }
}

/// Which of the required fields are filled in.
fn fields(value: &Value) -> BTreeMap<String, bool> {
    let text = |path: &str| value.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let bio = text("/summary");
    let picture = match value.pointer("/icon") {
        None | Some(Value::Null) => false,
        Some(Value::Array(icons)) => !icons.is_empty(),
        Some(_) => true,
    };
    let rows = value.pointer("/attachment").and_then(Value::as_array).into_iter().flatten();
    let values = rows.filter_map(|row| row.pointer("/value").and_then(Value::as_str));
    BTreeMap::from([
        ("name".to_owned(), !text("/name").trim().is_empty()),
        ("bio".to_owned(), !html::to_text(bio).is_empty()),
        ("picture".to_owned(), picture),
        ("link".to_owned(), values.chain([bio]).any(links)),
    ])
}

/// What the profile says.
fn says(value: &Value) -> BTreeMap<String, String> {
    let field = |path: &str| value.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let rows = value.pointer("/attachment").and_then(Value::as_array).into_iter().flatten();
    let links = rows.filter_map(|row| row.pointer("/value").and_then(Value::as_str));
    let bio = html::to_text(field("/summary"));
    // The text of a link is cut short; where it leads stands in its markup.
    text::profile_says(field("/name"), &bio, links, [])
}

/// Whether HTML has a link that leads somewhere; mentions and hashtags do not count.
fn links(html: &str) -> bool {
    text::has_link(&html::to_text(html))
}

//! Whose folder it is: the brand's own account among all the accounts in the answers.
//!
//! Start reading at [`Own::find`].
//!
//! # Always true
//!
//! - A folder of another account is never taken for ours.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use super::{Answers, Call, read_answer, view};
use crate::{
    evidence::{
        facts::{Person, PersonId},
        sources::{
            SourceError,
            gather::{Gather, ProfileSeen},
            json::{self, Skip},
            receipt::FileReceipt,
            text,
        },
    },
    model::{FactKind, Source},
};

/// The brand's own account.
pub(super) struct Own {
    /// Its id.
    pub id: PersonId,
    /// Its DID.
    pub did: String,
    /// Its profile, as far as the folder tells.
    pub profile: ProfileSeen,
}

impl Own {
    /// Finds the account that `source` names in the profiles of the folder, or else in the
    /// subjects of its lists.
    ///
    /// # Errors
    ///
    /// [`SourceError::OtherAccount`] if the folder belongs to another account,
    /// [`SourceError::UnknownAccount`] if it does not tell.
    pub(super) fn find(
        source: &Source,
        path: &Path,
        answers: &Answers,
    ) -> Result<Own, SourceError> {
        let wanted = source.account.trim().trim_start_matches('@');
        let mut other = None;
        for (call, name, file) in answers {
            let pointer = match call {
                Call::Profile => "",
                Call::Followers | Call::Follows => "/subject",
                Call::Notifications
                | Call::Feed
                | Call::Thread
                | Call::Likes
                | Call::RepostedBy
                | Call::Quotes
                | Call::Profiles
                | Call::Relationships => continue,
            };
            let (_, page) = read_answer(name, file)?;
            let account = json::object(name, &page, pointer)?;
            let person = view::person(account, "").map_err(|Skip(_)| unfit(name, pointer))?;
            if is(&person, wanted) {
                return Ok(Own::new(&person, account, *call));
            }
            other.get_or_insert((name.clone(), person.handle));
        }
        match other {
            Some((file, found)) => {
                Err(SourceError::OtherAccount { file, found, wanted: source.account.clone() })
            }
            None if view::is_did(wanted) => Ok(Own::by_did(wanted)),
            None => Err(SourceError::UnknownAccount {
                path: path.display().to_string(),
                account: source.account.clone(),
            }),
        }
    }

    fn new(person: &Person, account: &Value, call: Call) -> Own {
        let did = json::text(account, "/did").unwrap_or_default().to_owned();
        let mut profile = ProfileSeen { handle: person.handle.clone(), ..Default::default() };
        if call == Call::Profile {
            profile.fields = fields(account);
            profile.says = says(account);
            let count = |path| json::maybe_count(account, path).ok().flatten();
            profile.followers = count("/followersCount");
            profile.follows = count("/followsCount");
            profile.posts = count("/postsCount");
        }
        Own { id: person.id.clone(), did, profile }
    }

    /// The account when only its DID is known, which needs no answer to be resolved.
    fn by_did(did: &str) -> Own {
        let profile = ProfileSeen { handle: did.to_owned(), ..Default::default() };
        Own { id: view::person_id(did), did: did.to_owned(), profile }
    }

    /// Whether `row` is about this account.
    pub(super) fn is(&self, did: &str) -> bool {
        self.did == did
    }
}

fn is(person: &Person, wanted: &str) -> bool {
    let handle = person.handle.trim_start_matches('@');
    handle.eq_ignore_ascii_case(wanted) || person.id == view::person_id(wanted)
}

fn unfit(file: &str, pointer: &str) -> SourceError {
    let pointer = if pointer.is_empty() { "/" } else { pointer };
    SourceError::Shape {
        file: file.to_owned(),
        pointer: pointer.to_owned(),
        wanted: "an account with `did` and `handle`",
        found: "without them",
    }
}

/// The domain that a handle is: one that is not the host's own is theirs, and leads there.
fn domain(handle: &str) -> Option<String> {
    let handle = handle.to_ascii_lowercase();
    (!handle.ends_with(".bsky.social") && handle != "handle.invalid").then_some(handle)
}

/// Which of the required fields are filled in; the API leaves empty ones out.
fn fields(account: &Value) -> BTreeMap<String, bool> {
    let field = |path: &str| {
        account.pointer(path).and_then(Value::as_str).map(str::trim).unwrap_or_default()
    };
    let domain = domain(field("/handle")).is_some();
    BTreeMap::from([
        ("name".to_owned(), !field("/displayName").is_empty()),
        ("bio".to_owned(), !field("/description").is_empty()),
        ("picture".to_owned(), !field("/avatar").is_empty()),
        ("link".to_owned(), domain || text::has_link(field("/description"))),
    ])
}

/// What the profile says.
fn says(account: &Value) -> BTreeMap<String, String> {
    let field = |path: &str| account.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let link = domain(field("/handle")).map(|host| format!("https://{host}"));
    let link = link.unwrap_or_default();
    // A domain as a handle is proved by whoever holds it.
    text::profile_says(
        field("/displayName"),
        field("/description"),
        [link.as_str()],
        [link.as_str()],
    )
}

/// Counts the one row of a profile; its facts were taken when the account was looked for.
pub(super) fn count_profile(
    own: &Own,
    page: &Value,
    file: &mut FileReceipt,
    gather: &mut Gather,
) -> Result<(), SourceError> {
    let account = json::object(&file.name.clone(), page, "")?;
    gather.stated(json::maybe_instant(account, "/indexedAt"));
    let checks = ["/followersCount", "/followsCount", "/postsCount"];
    match view::did(account, "/did") {
        Ok(did) if own.is(did) => {
            gather.carried.insert(FactKind::Profile);
            match checks.iter().find_map(|path| json::maybe_count(account, path).err()) {
                Some(Skip(reason)) => file.skip(&reason, || "/".into()),
                None => file.keep(),
            }
        }
        Ok(_) => file.skip("a profile of somebody else", || "/".into()),
        Err(Skip(reason)) => file.skip(&reason, || "/".into()),
    }
    Ok(())
}

//! The kinds of exports that fivestep reads, one row each.
//!
//! Start reading at the rows of [`SourceKind`]; the name in YAML, the platform, the words for
//! people and the facts that such an export can hold all stand there. The reader of a kind is named
//! in `evidence::sources`.
//!
//! # Source
//!
//! What each export really holds: `docs/reference/sources.md`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{brand::Platform, capability::FactKind};

/// Writes the enum and its tables from one row a kind: name in YAML, platform, what it is, how it
/// is given, and which facts it can hold, each with the file of the export that holds them.
macro_rules! source_kinds {
    ($(
        $(#[$doc:meta])*
        $kind:ident = $name:literal, $platform:ident, $words:literal,
            given: $given:literal,
            holds: { $($fact:ident: $file:literal),* $(,)? };
    )*) => {
        /// A kind of export or saved API answer that fivestep reads.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum SourceKind {
            $($(#[$doc])* #[serde(rename = $name)] $kind,)*
        }

        impl SourceKind {
            /// Every kind with its name in YAML.
            pub const ALL: [(SourceKind, &'static str); [$($name),*].len()] =
                [$((SourceKind::$kind, $name)),*];

            /// The name in YAML.
            pub fn name(self) -> &'static str {
                match self { $(SourceKind::$kind => $name,)* }
            }

            /// The platform whose facts it holds.
            pub fn platform(self) -> Platform {
                match self { $(SourceKind::$kind => Platform::$platform,)* }
            }

            /// What it is, in words.
            pub fn words(self) -> &'static str {
                match self { $(SourceKind::$kind => $words,)* }
            }

            /// What a person gives to have it read, as advice.
            pub fn given(self) -> &'static str {
                match self { $(SourceKind::$kind => $given,)* }
            }

            /// The facts this kind of source can carry.
            pub fn carries(self) -> &'static [FactKind] {
                match self { $(SourceKind::$kind => &[$(FactKind::$fact),*],)* }
            }

            /// The file of the export that holds a kind of facts; `None` if it cannot carry them.
            pub fn file_of(self, fact: FactKind) -> Option<&'static str> {
                match self {
                    $(SourceKind::$kind => {
                        let files = [$((FactKind::$fact, $file)),*];
                        files.iter().find(|(kind, _)| *kind == fact).map(|(_, file)| *file)
                    })*
                }
            }
        }
    };
}

source_kinds! {
    /// A folder of saved Bluesky API answers.
    BlueskyApi = "bluesky_api", Bluesky, "a folder of saved Bluesky API answers",
        given: "give a folder with saved answers named after their calls: getProfile.json, \
                listNotifications.json, getFollowers.json, getFollows.json, getAuthorFeed.json, \
                getPostThread.json",
        holds: {
            Profile: "getProfile",
            FollowerCount: "getProfile",
            Followers: "getFollowers",
            Inbound: "listNotifications",
            Conversations: "listNotifications",
            Answers: "getAuthorFeed",
            OwnPosts: "getAuthorFeed",
            PostTotals: "getAuthorFeed",
        };
    /// A Mastodon archive, `.zip` or `.tar.gz`.
    MastodonArchive = "mastodon_archive", Mastodon, "a Mastodon archive",
        given: "give the archive itself, as downloaded from Preferences > Import and export: \
                a .zip or .tar.gz file",
        holds: { Profile: "actor.json", Answers: "outbox.json", OwnPosts: "outbox.json" };
    /// The archive that X makes of an account.
    XArchive = "x_archive", X, "an X archive",
        given: "give the archive as downloaded from Settings > Your account: a .zip file, or the \
                folder it was unpacked to",
        holds: {
            Profile: "data/profile.js",
            FollowerCount: "data/follower.js",
            Followers: "data/follower.js",
            Answers: "data/tweets.js",
            OwnPosts: "data/tweets.js",
            PostTotals: "data/tweets.js",
        };
    /// Tables of numbers from X's analytics.
    XAnalytics = "x_analytics", X, "a table of X analytics",
        given: "give a .csv file as downloaded from X analytics, of posts or of days, or a folder \
                of such",
        holds: {
            PostTotals: "the table of posts",
            Impressions: "the table of posts",
            AccountTotals: "the table of days",
        };
    /// Saved answers of X's API, version 2.
    XApi = "x_api", X, "a folder of saved X API answers",
        given: "give a folder with saved answers named after their calls: users.json, \
                followers.json, following.json, tweets.json, mentions.json, \
                liking_users-POST.json, retweeted_by-POST.json, quote_tweets-POST.json",
        holds: {
            Profile: "users.json",
            FollowerCount: "users.json",
            Followers: "followers.json",
            Inbound: "mentions.json",
            Conversations: "mentions.json",
            Answers: "tweets.json",
            OwnPosts: "tweets.json",
            PostTotals: "tweets.json",
            Impressions: "tweets.json",
        };
    /// Dialogues of a help desk as JSON.
    Dialogues = "dialogues", Other, "a file of support dialogues",
        given: "give a .json file with a list of dialogues, each with `company`, `header`, `turns` \
                and `closing`",
        holds: { Inbound: "turns", Conversations: "turns", Answers: "turns and closing" };
    /// The export of a LinkedIn member.
    LinkedinExport = "linkedin_export", Linkedin, "a LinkedIn export",
        given: "give the .zip as downloaded from Settings > Data privacy, the folder it was unpacked \
                to, or one of its tables such as Connections.csv",
        holds: {
            Followers: "Connections.csv",
            Conversations: "messages.csv",
            Answers: "messages.csv",
            OwnPosts: "Shares.csv",
            Requests: "Invitations.csv",
        };
    /// The data of a TikTok account as JSON.
    TiktokExport = "tiktok_export", Tiktok, "a TikTok export",
        given: "give user_data_tiktok.json, or the .zip with it, asked for as JSON and for all time",
        holds: {
            FollowerCount: "Profile",
            Followers: "Follower List",
            Conversations: "Direct Messages",
            Answers: "Direct Messages",
            OwnPosts: "Videos",
            PostTotals: "Videos",
        };
    /// A table of one's own, read by a mapping.
    Table = "table", Other, "a table with a mapping",
        given: "give a .csv or .jsonl file, and a mapping with `--map FILE` or as `map:` of the \
                source",
        holds: {
            Followers: "rows of followers",
            Inbound: "rows of messages or interactions",
            Conversations: "rows of messages",
            Answers: "rows of messages",
            OwnPosts: "rows of posts",
            PostTotals: "rows of post_numbers",
            Reach: "rows of post_numbers",
            Impressions: "rows of post_numbers",
            Views: "rows of post_numbers",
            AccountTotals: "rows of account_numbers",
            EngagedTotals: "rows of account_numbers",
        };
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_reads_as_the_same_word_everywhere() {
        for (kind, name) in SourceKind::ALL {
            assert_eq!(kind.to_string(), name);
            assert_eq!(serde_json::json!(kind), name);
            for fact in FactKind::ALL {
                assert_eq!(kind.file_of(fact).is_some(), kind.carries().contains(&fact), "{name}");
            }
        }
    }
}

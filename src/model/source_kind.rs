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
                        let files: &[(FactKind, &'static str)] = &[$((FactKind::$fact, $file)),*];
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
                getPostThread.json, getProfiles.json, getLikes.json, getRepostedBy.json, \
                getQuotes.json, getRelationships.json",
        holds: {
            Profile: "getProfile",
            FollowerCount: "getProfile",
            Followers: "getFollowers",
            Inbound: "listNotifications",
            Conversations: "listNotifications",
            Answers: "getAuthorFeed",
            OwnPosts: "getAuthorFeed",
            PostTotals: "getAuthorFeed",
            Traits: "getProfiles",
        };
    /// A repository of the AT Protocol, `.car`.
    BlueskyCar = "bluesky_car", Bluesky, "a Bluesky repository",
        given: "give the .car file, as com.atproto.sync.getRepo answers it, and the account by its \
                DID",
        holds: { Profile: "the .car file", Answers: "the .car file", OwnPosts: "the .car file" };
    /// A Mastodon archive, `.zip` or `.tar.gz`.
    MastodonArchive = "mastodon_archive", Mastodon, "a Mastodon archive",
        given: "give the archive itself, as downloaded from Preferences > Import and export: \
                a .zip or .tar.gz file",
        holds: { Profile: "actor.json", Answers: "outbox.json", OwnPosts: "outbox.json" };
    /// A folder of saved Mastodon API answers.
    MastodonApi = "mastodon_api", Mastodon, "a folder of saved Mastodon API answers",
        given: "give a folder with saved answers named after their calls: verify_credentials.json, \
                followers.json, following.json, follow_requests.json, notifications.json, \
                statuses.json, context-ID.json, favourited_by-ID.json, reblogged_by-ID.json, \
                relationships.json; with `curl -i` their headers tell whether a list goes on",
        holds: {
            Profile: "verify_credentials",
            FollowerCount: "verify_credentials",
            Followers: "followers",
            Inbound: "notifications",
            Conversations: "notifications",
            Answers: "statuses",
            OwnPosts: "statuses",
            PostTotals: "statuses",
            Requests: "follow_requests",
            Activity: "followers",
            Traits: "followers",
        };
    /// The lists that a Mastodon server lets an account download.
    MastodonCsv = "mastodon_csv", Mastodon, "a list exported by Mastodon",
        given: "give following_accounts.csv as downloaded from Preferences > Import and export, or \
                a folder with it and the other lists",
        holds: {};
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
            Activity: "followers.json",
            Traits: "followers.json",
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
            FollowerCount: "rows of followers, complete: true",
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
            Mentions: "rows of account_numbers",
        };
    /// The export that Instagram makes of an account.
    InstagramExport = "instagram_export", Instagram, "an Instagram export",
        given: "give the export in JSON and of `All time`, as downloaded from Your information: a \
                .zip file, or the folder it was unpacked to",
        holds: {
            FollowerCount: "past_instagram_insights/audience_insights.json",
            Followers: "followers_and_following/followers_1.json",
            PostTotals: "past_instagram_insights/posts.json",
            Reach: "past_instagram_insights/posts.json",
            Impressions: "past_instagram_insights/posts.json",
            EngagedTotals: "past_instagram_insights/content_interactions.json",
            AccountTotals: "past_instagram_insights/content_interactions.json",
            Requests: "followers_and_following/follow_requests_you've_received.json",
        };
    /// The export that Facebook makes of a person.
    FacebookExport = "facebook_export", Facebook, "a Facebook export",
        given: "give the export in JSON, as downloaded from Your information: a .zip file, or the \
                folder it was unpacked to",
        holds: {
            Followers: "friends/your_friends.json",
            Requests: "friends/received_friend_requests.json",
        };
    /// The classic table of numbers of a Page.
    FacebookInsights = "facebook_insights", Facebook, "a classic table of Page insights",
        given: "give the .csv file of post data as downloaded from Page Insights, or a folder of such",
        holds: {
            PostTotals: "the table of posts",
            Reach: "the table of posts",
            Impressions: "the table of posts",
        };
    /// A table of numbers from the Meta Business Suite.
    MetaBusinessSuite = "meta_business_suite", Facebook, "a table of the Meta Business Suite",
        given: "give the .csv file of content as downloaded from the Business Suite, untouched by a \
                spreadsheet, or a folder of such",
        holds: {
            PostTotals: "the table of content",
            Reach: "the table of content",
            Impressions: "the table of content",
            Views: "the table of content",
        };
    /// What Takeout hands over of a YouTube account.
    YoutubeTakeout = "youtube_takeout", Youtube, "a YouTube Takeout",
        given: "give the Takeout of YouTube: a .zip or .tgz file, the folder it was unpacked to, or \
                its table of comments",
        holds: { OwnPosts: "comments/comments.csv" };
    /// A table of numbers from YouTube Studio.
    YoutubeStudio = "youtube_studio", Youtube, "a table of YouTube Studio",
        given: "give `Table data.csv` as exported from Advanced mode, or the .zip file around it",
        holds: {
            PostTotals: "Table data.csv",
            Impressions: "Table data.csv",
            Views: "Table data.csv",
        };
    /// Saved answers of YouTube's Data API.
    YoutubeApi = "youtube_api", Youtube, "a folder of saved YouTube API answers",
        given: "give a folder with saved answers of channels.list, videos.list, commentThreads.list \
                with `allThreadsRelatedToChannelId`, and comments.list; files may have any name",
        holds: {
            Profile: "channels.list",
            FollowerCount: "channels.list",
            Inbound: "commentThreads.list",
            Conversations: "commentThreads.list",
            Answers: "commentThreads.list",
            OwnPosts: "videos.list",
            PostTotals: "videos.list",
            Views: "videos.list",
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

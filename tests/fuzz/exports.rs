//! Breaks the readers of exports, if that can be done. The first byte chooses what the others are
//! taken for.
#![no_main]

mod exports_law;

use fivestep::model::SourceKind;

/// Kinds with a name that a file of theirs has.
const NAMES: [(SourceKind, &str); 12] = [
    (SourceKind::BlueskyCar, "a.car"),
    (SourceKind::MastodonApi, "verify_credentials.json"),
    (SourceKind::MastodonCsv, "following_accounts.csv"),
    (SourceKind::InstagramExport, "followers_1.json"),
    (SourceKind::InstagramExport, "past_instagram_insights/posts.json"),
    (SourceKind::InstagramExport, "post_comments_1.json"),
    (SourceKind::FacebookExport, "your_friends.json"),
    (SourceKind::FacebookExport, "comments.json"),
    (SourceKind::FacebookInsights, "a.csv"),
    (SourceKind::MetaBusinessSuite, "a.csv"),
    (SourceKind::YoutubeTakeout, "comments.csv"),
    (SourceKind::YoutubeStudio, "a.csv"),
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let (kind, name) = NAMES[usize::from(*first) % NAMES.len()];
    let folder = tempfile::TempDir::new().expect("a folder");
    exports_law::export(kind, "did:plc:own", folder.path(), &[(name, rest)]);
});

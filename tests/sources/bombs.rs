//! Archives that unpack to far more than they are, or say other things than they hold.

use std::io::Write;

use fivestep::{
    evidence::sources::{self, SourceError},
    model::SourceKind,
};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::make::source;

#[test]
fn a_bomb_in_any_list_stops_early() {
    // (the kind, the entry that never ends, how it begins)
    let table: [(SourceKind, &str, &[u8]); 6] = [
        (SourceKind::XArchive, "data/tweets.js", b"window.YTD.tweets.part0 = [ \""),
        (SourceKind::XAnalytics, "a.csv", b"Post id,Post link,Impressions\n"),
        (SourceKind::XApi, "users.json", b"{\"data\": [\""),
        (SourceKind::Dialogues, "d.json", b"[ "),
        (SourceKind::LinkedinExport, "Connections.csv", b"First Name,URL,Connected On\n\""),
        (SourceKind::TiktokExport, "user_data.json", b"{\"Activity\": \""),
    ];
    for (kind, name, begin) in table {
        let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default();
        for (name, text) in crate::x::whole().iter().filter(|(known, _)| known.contains("account"))
        {
            zip.start_file(*name, options).expect("an entry");
            zip.write_all(text.as_bytes()).expect("room");
        }
        zip.start_file(name, options).expect("an entry");
        zip.write_all(begin).expect("room");
        let blanks = vec![b' '; 1 << 20];
        (0..24).for_each(|_| zip.write_all(&blanks).expect("room"));
        let bomb = crate::make::Archive::of(&zip.finish().expect("a zip").into_inner());
        let _ = sources::detect(&bomb.path);
        let error = sources::read(&source(kind, "acme"), &bomb.path).expect_err("a bomb");
        let stopped = matches!(error, SourceError::Bomb { .. } | SourceError::TooLarge { .. });
        assert!(stopped, "{kind}: {error}");
    }
}

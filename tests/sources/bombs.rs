//! Archives that unpack to far more than they are, or say other things than they hold.
//!
//! [`Zip`] writes what no honest tool writes. A bomb of 100 GB is about 100 MB of packed blanks, or much
//! less where its entries share them; how much of it is read is what counts here, never the time.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use fivestep::{
    evidence::sources::{self, SourceError},
    model::SourceKind,
};
use flate2::{Compress, Compression, Crc, FlushCompress};
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::make::source;

/// What a bomb unpacks to.
const BOMB_BYTES: u64 = 100_000_000_000;
/// How much of a bomb may be read before it is stopped.
const MAX_READ_BYTES: u64 = 1 << 20;

/// Blanks, packed so that any number of them in a row is packed too.
struct Blanks {
    packed: Vec<u8>,
}

impl Blanks {
    /// How many blanks one piece is.
    const COUNT: u64 = 1 << 20;

    fn new() -> Self {
        let blanks = vec![b' '; Blanks::COUNT as usize];
        let mut packed = Vec::with_capacity(1 << 16);
        let mut compress = Compress::new(Compression::best(), false);
        compress.compress_vec(&blanks, &mut packed, FlushCompress::Full).expect("room");
        Self { packed }
    }

    /// Writes an empty list and `pieces` pieces of blanks behind it, and answers how much that was.
    fn write(&self, to: &mut impl Write, pieces: u64) -> io::Result<u64> {
        let (begin, end) = ([0, 2, 0, 0xfd, 0xff, b'[', b']'], [1, 0, 0, 0xff, 0xff]);
        to.write_all(&begin)?;
        for _ in 0..pieces {
            to.write_all(&self.packed)?;
        }
        to.write_all(&end)?;
        Ok((begin.len() + end.len()) as u64 + pieces * self.packed.len() as u64)
    }

    /// The sum of what [`Blanks::write`] packs.
    fn sum(pieces: u64) -> u32 {
        let (mut sum, blanks) = (Crc::new(), vec![b' '; Blanks::COUNT as usize]);
        sum.update(b"[]");
        (0..pieces).for_each(|_| sum.update(&blanks));
        sum.sum()
    }
}

/// What the table of contents says of one entry, true or not.
#[derive(Clone)]
struct Said {
    name: String,
    sum: u32,
    packed: u64,
    unpacked: u64,
    /// Where its bytes begin, with their header.
    at: u64,
}

/// A .zip that may lie.
struct Zip {
    to: BufWriter<File>,
    at: u64,
    said: Vec<Said>,
}

impl Zip {
    fn new(path: &Path) -> Self {
        Self { to: BufWriter::new(File::create(path).expect("a file")), at: 0, said: Vec::new() }
    }

    fn put(&mut self, parts: &[&[u8]]) {
        for part in parts {
            self.to.write_all(part).expect("room");
            self.at += part.len() as u64;
        }
    }

    /// Adds a deflated entry of an empty list and blanks.
    ///
    /// - `unpacked`: what it says that it unpacks to.
    fn add(&mut self, name: &str, blanks: &Blanks, pieces: u64, sum: u32, unpacked: u64) {
        let mut packed = Vec::new();
        // Two ends of a large entry are the same: it is written as it is made.
        let count = match pieces {
            ..100 => blanks.write(&mut packed, pieces).expect("room"),
            _ => pieces * blanks.packed.len() as u64 + 12,
        };
        let at = self.at;
        let said = Said { name: name.to_owned(), sum, packed: count, unpacked, at };
        self.put(&[b"PK\x03\x04", &head_of(&said)]);
        match pieces {
            ..100 => self.put(&[&packed]),
            _ => self.at += blanks.write(&mut self.to, pieces).expect("room"),
        }
        self.said.push(said);
    }

    /// Names the bytes of an entry once more, under another name.
    fn share(&mut self, of: usize, name: &str) {
        self.said.push(Said { name: name.to_owned(), ..self.said[of].clone() });
    }

    fn finish(mut self) {
        let (begin, count) = (self.at, self.said.len() as u64);
        for said in std::mem::take(&mut self.said) {
            let head = head_of(&said);
            let large = [large_of(&said), said.at.to_le_bytes().to_vec()].concat();
            self.put(&[b"PK\x01\x02", &[45, 0], &head[..24]]);
            self.put(&[&(large.len() as u16 + 4).to_le_bytes()]);
            // The comment, the disk and the kind of file are nothing; the place stands further behind.
            self.put(&[&[0; 10], &[0xff; 4], said.name.as_bytes()]);
            self.put(&[&[1, 0], &(large.len() as u16).to_le_bytes(), &large]);
        }
        let (end, counts) = (self.at, [count.to_le_bytes(), count.to_le_bytes()].concat());
        let size = (end - begin).to_le_bytes();
        self.put(&[b"PK\x06\x06", &44_u64.to_le_bytes(), &[45, 0, 45, 0], &[0; 8], &counts]);
        self.put(&[&size, &begin.to_le_bytes()]);
        self.put(&[b"PK\x06\x07", &[0; 4], &end.to_le_bytes(), &[1, 0, 0, 0]]);
        self.put(&[b"PK\x05\x06", &[0; 4], &[0xff; 12], &[0; 2]]);
        self.to.flush().expect("room");
    }
}

/// The sizes of an entry, as eight bytes each.
fn large_of(said: &Said) -> Vec<u8> {
    [said.unpacked.to_le_bytes(), said.packed.to_le_bytes()].concat()
}

/// What stands before the bytes of an entry, behind its mark.
fn head_of(said: &Said) -> Vec<u8> {
    let large = large_of(said);
    let mut head = [45_u16, 0, 8, 0, 0x21].map(u16::to_le_bytes).concat();
    head.extend(said.sum.to_le_bytes());
    // The sizes stand further behind, where eight bytes have room.
    head.extend([0xff; 8]);
    head.extend((said.name.len() as u16).to_le_bytes());
    head.extend((large.len() as u16 + 4).to_le_bytes());
    head.extend(said.name.as_bytes());
    head.extend([1, 0]);
    head.extend((large.len() as u16).to_le_bytes());
    head.extend(large);
    head
}

/// A tar of one entry that is as large as the bomb, packed.
fn tar_gz(path: &Path, name: &str, blanks: &Blanks) {
    let mut to = BufWriter::new(File::create(path).expect("a file"));
    let mut header = tar::Header::new_gnu();
    header.set_path(name).expect("a name");
    header.set_size(BOMB_BYTES);
    header.set_cksum();
    to.write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]).expect("room");
    to.write_all(&[0, 0, 2, 0xff, 0xfd]).expect("room");
    to.write_all(header.as_bytes()).expect("room");
    blanks.write(&mut to, BOMB_BYTES / Blanks::COUNT).expect("room");
}

fn one_zip(path: &Path, blanks: &Blanks, says: u64) {
    let mut zip = Zip::new(path);
    zip.add("d.json", blanks, BOMB_BYTES / Blanks::COUNT, 0, says);
    zip.finish();
}

/// Sound entries, each too small to be a bomb, and all together one.
fn many_zip(path: &Path, blanks: &Blanks, shared: bool) {
    let (pieces, mut zip) = (7, Zip::new(path));
    let (sum, size) = (Blanks::sum(pieces), 2 + pieces * Blanks::COUNT);
    for number in 0..BOMB_BYTES / size {
        let name = format!("{number}.json");
        match number {
            1.. if shared => zip.share(0, &name),
            _ => zip.add(&name, blanks, pieces, sum, size),
        }
    }
    zip.finish();
}

/// What reading answers, and how many bytes of the file that took.
fn read(path: &Path) -> (Result<sources::Export, SourceError>, u64) {
    let bytes = Arc::new(AtomicU64::new(0));
    let task = (source(SourceKind::Dialogues, "acme"), path.to_owned());
    let mut answer = None;
    sources::read_all(&[task], &bytes, &mut |_, export| answer = Some(export));
    (answer.expect("one export"), bytes.load(Ordering::Relaxed))
}

#[test]
fn a_bomb_of_100_gb_stops_after_a_megabyte() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("bomb");
    let blanks = Blanks::new();
    // (what it is, how it is made, how long its table of contents is at most)
    type Make<'m> = &'m dyn Fn(&Path);
    let table: [(&str, Make<'_>, u64); 6] = [
        ("a .zip that says 1 KB", &|path| one_zip(path, &blanks, 1_000), 0),
        ("a .zip that says 100 GB", &|path| one_zip(path, &blanks, BOMB_BYTES), 0),
        ("a .zip of many entries", &|path| many_zip(path, &blanks, false), 2 << 20),
        ("a .zip whose entries share their bytes", &|path| many_zip(path, &blanks, true), 2 << 20),
        ("a .tar.gz, in what is read", &|path| tar_gz(path, "d.json", &blanks), 0),
        ("a .tar.gz, in what is passed over", &|path| tar_gz(path, "a.mp4", &blanks), 0),
    ];
    for (why, make, contents) in table {
        make(&path);
        let size = path.metadata().expect("a file").len();
        let began = Instant::now();
        let _ = sources::detect(&path);
        let (answer, read) = read(&path);
        let error = answer.expect_err(why);
        let took = began.elapsed().as_secs_f64();
        println!("{why}: {size} bytes, of which {read} were read in {took:.3} s: {error}");
        // One that gives more than it says is damaged, and 100 GB without a row are too long a row.
        let stopped = matches!(
            error,
            SourceError::Bomb { .. } | SourceError::Damaged { .. } | SourceError::TooLarge { .. }
        );
        assert!(stopped, "{why}: {error}");
        assert!(read < MAX_READ_BYTES + contents, "{why}: {read} bytes were read");
    }
    crate::soak::peak_bytes().into_iter().for_each(|peak| println!("peak: {} MB", peak >> 20));
}

#[test]
fn the_shapes_of_bombs_are_sound_when_they_are_small() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("small");
    let blanks = Blanks::new();
    let mut zip = Zip::new(&path);
    zip.add("d.json", &blanks, 2, Blanks::sum(2), 2 + 2 * Blanks::COUNT);
    zip.finish();
    let mut archive = zip::ZipArchive::new(File::open(&path).expect("a file")).expect("a zip");
    let mut unpacked = Vec::new();
    let mut entry = archive.by_index(0).expect("an entry");
    io::copy(&mut entry, &mut unpacked).expect("its sum is right");
    assert_eq!(unpacked.len() as u64, 2 + 2 * Blanks::COUNT);
    assert_eq!(unpacked.trim_ascii_end(), b"[]");
}

#[test]
fn a_zip_inside_of_a_zip_stays_closed() {
    let folder = TempDir::new().expect("a folder");
    let (inner, path) = (folder.path().join("inner"), folder.path().join("outer"));
    one_zip(&inner, &Blanks::new(), 1_000);
    let mut zip = ZipWriter::new(File::create(&path).expect("a file"));
    zip.start_file("d.json.zip", SimpleFileOptions::default()).expect("an entry");
    io::copy(&mut File::open(&inner).expect("a file"), &mut zip).expect("room");
    zip.finish().expect("a zip");
    let (answer, read) = read(&path);
    assert!(matches!(answer, Err(SourceError::NothingToRead { .. })), "{answer:?}");
    assert!(read < MAX_READ_BYTES, "{read} bytes were read");
}

#[test]
fn a_zip_with_one_name_twice_is_refused() {
    let folder = TempDir::new().expect("a folder");
    let (path, blanks) = (folder.path().join("twice"), Blanks::new());
    let mut zip = Zip::new(&path);
    zip.add("d.json", &blanks, 1, Blanks::sum(1), 2 + Blanks::COUNT);
    zip.share(0, "d.json");
    zip.finish();
    let error = read(&path).0.expect_err("twice");
    assert!(matches!(error, SourceError::UnsafeEntry { .. }), "{error}");
    // Nothing is unpacked, so names that differ by capitals are two files.
    let mut zip = Zip::new(&path);
    zip.add("d.json", &blanks, 1, Blanks::sum(1), 2 + Blanks::COUNT);
    zip.share(0, "D.json");
    zip.finish();
    let error = read(&path).0.expect_err("no dialogue is in it");
    assert!(!matches!(error, SourceError::UnsafeEntry { .. }), "{error}");
}

#[test]
fn a_table_of_contents_without_end_is_refused_before_it_is_read() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("long");
    let mut zip = Zip::new(&path);
    zip.add("d.json", &Blanks::new(), 1, Blanks::sum(1), 2 + Blanks::COUNT);
    (0..1_000_001).for_each(|number| zip.share(0, &number.to_string()));
    zip.finish();
    let (answer, read) = read(&path);
    assert!(matches!(answer, Err(SourceError::TooLarge { .. })), "{answer:?}");
    assert!(read < MAX_READ_BYTES, "{read} bytes were read");
}

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

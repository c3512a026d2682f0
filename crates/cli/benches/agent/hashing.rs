//! How fast contents are read and hashed, beside others' hashers and programs.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use quell_agent::hash::{Budget, Hasher};
use sha1_checked::Digest as _;

use crate::processor;
use crate::stage::scratch;
use crate::table::{Row, whole};

/// Large enough that what comes before and after is no matter, small enough for the page cache.
pub(crate) const SIZE: usize = 256 << 20;
const ROUNDS: usize = 5;
/// What the agent reads at once, for those that are given pieces.
const PIECE: usize = 128 * 1024;

pub(crate) fn measure() -> Vec<Row> {
    let directory = scratch();
    let path = directory.path().join("large");
    write_large(&path);
    let by_agent = |_: &Path, file: &File| {
        Hasher::new()
            .sha1(file, &Budget::UNLIMITED)
            .expect("the file can be read");
    };
    let both_by_agent = |_: &Path, file: &File| {
        Hasher::new()
            .digests(file, &Budget::UNLIMITED)
            .expect("the file can be read");
    };
    vec![
        row(
            "bulk hash, MB/s: SHA-1 by the agent",
            "800",
            &path,
            by_agent,
        ),
        row(
            "… SHA-1 and SHA-256 in one reading, as what is taken is hashed",
            "",
            &path,
            both_by_agent,
        ),
        row("… the crate `sha1`", "", &path, |_, file| {
            let mut hasher = sha1::Sha1::new();
            in_pieces(file, |piece| hasher.update(piece));
            hasher.finalize();
        }),
        row(
            "… the crate `sha1-checked`, which looks for collisions",
            "",
            &path,
            |_, file| {
                let mut hasher = sha1_checked::Sha1::new();
                in_pieces(file, |piece| hasher.update(piece));
                hasher.try_finalize();
            },
        ),
        program("sha1sum", &[], &path),
        program("openssl", &["dgst", "-sha1"], &path),
    ]
}

/// A file that has no holes and does not compress.
pub(crate) fn write_large(path: &Path) {
    let mut file = File::create(path).expect("the directory is ours");
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut piece = vec![0; PIECE];
    for _ in 0..SIZE / PIECE {
        for word in piece.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&piece).expect("there is room");
    }
    file.sync_all().expect("there is room");
}

fn in_pieces(mut file: &File, mut take: impl FnMut(&[u8])) {
    let mut piece = vec![0; PIECE];
    loop {
        let count = file.read(&mut piece).expect("the file can be read");
        if count == 0 {
            return;
        }
        take(piece.get(..count).unwrap_or_default());
    }
}

fn row(what: &str, goal: &'static str, path: &Path, hash: impl Fn(&Path, &File)) -> Row {
    let before = processor::own();
    let rates: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let file = File::open(path).expect("the file is there");
            let began = Instant::now();
            hash(path, &file);
            rate(began.elapsed())
        })
        .collect();
    let took = processor::own() - before;
    let in_all = rate(took) * ROUNDS as f64;
    Row::rates(what, goal, &rates).costing(format!("{} MB a second of it", whole(in_all)))
}

/// A program that may not be there.
fn program(name: &'static str, arguments: &[&str], path: &Path) -> Row {
    let what = format!("… `{}`", [&[name], arguments].concat().join(" "));
    let once = || -> Option<f64> {
        let began = Instant::now();
        let status = Command::new(name)
            .args(arguments)
            .arg(path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .ok()?;
        status.success().then(|| rate(began.elapsed()))
    };
    let rates: Option<Vec<f64>> = (0..ROUNDS).map(|_| once()).collect();
    match rates {
        Some(rates) => Row::rates(what, "", &rates),
        None => Row::single(what, "", "not installed here".to_owned()),
    }
}

/// In MB, of a million bytes, a second.
pub(crate) fn rate(time: Duration) -> f64 {
    SIZE as f64 / 1e6 / time.as_secs_f64()
}

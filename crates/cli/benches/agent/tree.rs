//! A tree of small files, to be walked and to be hashed.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use quell_agent::find::Walk;
use quell_agent::hash::{Budget, Hasher};

use crate::processor;
use crate::stage::directory_in;
use crate::table::{Row, median, milliseconds};

const DIRECTORIES: usize = 500;
const FILES_EACH: usize = 200;
/// All of them together: a hundred thousand.
pub(crate) const FILES: usize = DIRECTORIES * FILES_EACH;
/// Bytes in each; about what the middle one of a machine's files has.
const SIZE: usize = 4096;
const ROUNDS: usize = 7;

/// Dropped, it is gone.
pub(crate) struct Tree(PathBuf);

impl Tree {
    pub(crate) fn grow(parent: &Path) -> Self {
        let root = directory_in(parent, "tree");
        for directory in 0..DIRECTORIES {
            let directory = directory_in(&root, &format!("{directory:03}"));
            for file in 0..FILES_EACH {
                let path = directory.join(format!("file-{file:03}"));
                let mut content = path.as_os_str().as_encoded_bytes().to_vec();
                content.resize(SIZE, b'.');
                fs::write(path, content).expect("there is room");
            }
        }
        Self(root)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn measure(tree: &Tree) -> Vec<Row> {
    let roots = [tree.path().to_owned()];
    let every = rounds(ROUNDS, || count(&roots, None));
    // One byte more than any of them has.
    let of_size = rounds(ROUNDS, || count(&roots, Some(SIZE as u64 + 1)));
    let hashed = rounds(3, || hash_all(&roots));
    vec![
        rate("walk and stat, 100,000 small files, files/s", "", &every)
            .costing(of_processor(&every, "480,000")),
        times(
            "search without an index where the size is known, 100,000 files",
            &of_size,
        )
        .costing(a_search(&of_size)),
        rate("walk, open and SHA-1, files/s", "", &hashed).costing(of_processor(&hashed, "30,000")),
    ]
}

/// What each round took: on the wall, and of the processor.
type Rounds = Vec<(Duration, Duration)>;

fn rounds(count: usize, mut once: impl FnMut()) -> Rounds {
    // What is in the page cache already is no matter of ours.
    once();
    (0..count)
        .map(|_| {
            let (began, before) = (Instant::now(), processor::own());
            once();
            (began.elapsed(), processor::own() - before)
        })
        .collect()
}

fn count(roots: &[PathBuf], size: Option<u64>) {
    let nothing = HashSet::new();
    let mut walk = Walk::new(roots, &nothing).only_size(size);
    let found = walk.by_ref().count();
    let looked_at = walk.tally().files;
    assert_eq!(looked_at, FILES as u64, "every file is looked at");
    assert_eq!(found, if size.is_some() { 0 } else { FILES });
}

fn hash_all(roots: &[PathBuf]) {
    let nothing = HashSet::new();
    let mut hasher = Hasher::new();
    let hashed = Walk::new(roots, &nothing)
        .filter_map(|found| {
            let (opened, _) = found.open().ok()?;
            hasher.sha1(&opened, &Budget::UNLIMITED).ok()
        })
        .count();
    assert_eq!(hashed, FILES, "every file is read");
}

fn rate(what: &str, goal: &'static str, rounds: &Rounds) -> Row {
    let rates: Vec<f64> = rounds.iter().map(|(wall, _)| a_second(*wall)).collect();
    Row::rates(what, goal, &rates)
}

fn times(what: &str, rounds: &Rounds) -> Row {
    let times: Vec<Duration> = rounds.iter().map(|(wall, _)| *wall).collect();
    Row::times(what, "", &times)
}

fn a_second(time: Duration) -> f64 {
    FILES as f64 / time.as_secs_f64()
}

fn of_processor(rounds: &Rounds, goal: &str) -> String {
    let took = processor_of(rounds);
    let rate = crate::table::whole(a_second(took));
    format!("{rate} files a second of it (goal {goal})")
}

/// The goal is for 465,000 files, as a machine has them.
fn a_search(rounds: &Rounds) -> String {
    let took = processor_of(rounds);
    let of_a_machine = took.mul_f64(465_000.0 / FILES as f64);
    let (took, of_a_machine) = (milliseconds(took), milliseconds(of_a_machine));
    format!("{took}; {of_a_machine} for 465,000 files (goal 1,500 ms)")
}

fn processor_of(rounds: &Rounds) -> Duration {
    median(
        &rounds
            .iter()
            .map(|(_, processor)| *processor)
            .collect::<Vec<_>>(),
    )
}

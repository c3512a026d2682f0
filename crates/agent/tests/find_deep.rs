//! Trees that are deeper than paths can be long, and than there are descriptors.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;

use std::collections::HashSet;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Command;

use engine_stage::Stage;
use engine_stage::mounts::{Stuck, with_own_mounts};
use quell_agent::find::Walk;
use quell_protocol::{FileOutcome, Verdict};
use rustix::fs::{Mode, OFlags, mkdirat, open, openat, renameat};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

const LEVELS: usize = 2200;
const DIRECTORY: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);

/// A tree with two directories at each level, `d` and `e`: the walk must come back to every one of
/// those that it went through. Each `e` holds a file.
struct Comb {
    root: PathBuf,
    /// Where the lowest `d` ends.
    lowest: OwnedFd,
}

impl Comb {
    fn below(root: &Path, levels: usize) -> Self {
        let mut at = open(root, DIRECTORY, Mode::empty()).unwrap();
        for _ in 0..levels {
            for name in [c"d", c"e"] {
                mkdirat(&at, name, Mode::RWXU).unwrap();
            }
            let aside = openat(&at, c"e", DIRECTORY, Mode::empty()).unwrap();
            write(&aside, c"leaf", b"leaf");
            at = openat(&at, c"d", DIRECTORY, Mode::empty()).unwrap();
        }
        Self {
            root: root.to_owned(),
            lowest: at,
        }
    }
}

impl Drop for Comb {
    /// What clears the stage away would itself be too deep.
    fn drop(&mut self) {
        for name in ["d", "e"] {
            let mut remove = Command::new("rm");
            let removed = remove.arg("-rf").arg(self.root.join(name)).status();
            assert!(removed.unwrap().success());
        }
    }
}

fn write(directory: &OwnedFd, name: &std::ffi::CStr, content: &[u8]) {
    let flags = OFlags::CREATE | OFlags::WRONLY | OFlags::CLOEXEC;
    let file = openat(directory, name, flags, Mode::RWXU).unwrap();
    assert_eq!(rustix::io::write(&file, content).unwrap(), content.len());
}

#[test]
fn walk_of_a_tree_deeper_than_there_are_descriptors_finds_every_file() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    let comb = Comb::below(&root, LEVELS);
    let limit = getrlimit(Resource::Nofile);
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: Some(200),
            ..limit
        },
    )
    .unwrap();
    let (roots, nothing) = ([root], HashSet::new());
    let mut walk = Walk::new(&roots, &nothing);
    let longest = walk.by_ref().map(|found| {
        assert_eq!(found.name.as_c_str(), c"leaf");
        assert!(found.open().is_ok());
        found.path().len()
    });
    let lengths: HashSet<usize> = longest.collect();
    assert_eq!(lengths.len(), LEVELS);
    assert!(lengths.iter().max().unwrap() > &4096);
    assert_eq!(
        (walk.tally().files, walk.tally().skipped),
        (LEVELS as u64, 0)
    );
    setrlimit(Resource::Nofile, limit).unwrap();
    drop(comb);
}

#[test]
fn walk_of_a_tree_that_is_moved_meanwhile_finds_its_way_back() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    let away = tempfile::tempdir_in(root.parent().unwrap()).unwrap();
    let comb = Comb::below(&root, 400);
    let (roots, nothing) = ([root.clone()], HashSet::new());
    let mut walk = Walk::new(&roots, &nothing);
    let at_the_bottom = root.as_os_str().len() + "/d".len() * 399 + "/e/leaf".len();
    let is_above = |length: &usize| *length < at_the_bottom;
    let on_the_way_down = walk.by_ref().map(|found| found.path().len());
    let before = on_the_way_down.take_while(is_above).count() + 1;
    let middle = root.join("d/".repeat(50));
    let moved = away.path().join("d");
    std::fs::rename(middle.join("d"), &moved).unwrap();
    let after = walk.by_ref().count();
    assert_eq!((before + after, walk.tally().skipped), (400, 0));
    std::fs::rename(&moved, middle.join("d")).unwrap();
    drop(comb);
}

#[test]
fn walk_does_not_go_back_through_what_never_answers_as_root() {
    let name = "walk_does_not_go_back_through_what_never_answers_as_root";
    with_own_mounts(name, || {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        let away = tempfile::tempdir_in(root.parent().unwrap()).unwrap();
        let comb = Comb::below(&root, 400);
        let (roots, nothing) = ([root.clone()], HashSet::new());
        let mut walk = Walk::new(&roots, &nothing);
        let lowest = root.as_os_str().len() + "/d".len() * 399;
        let on_the_way_down = walk.by_ref().map(|found| found.path().len());
        let before = on_the_way_down
            .take_while(|length| *length < lowest)
            .count()
            + 1;
        let middle = root.join("d/".repeat(50));
        let moved = away.path().join("d");
        std::fs::rename(middle.join("d"), &moved).unwrap();
        let Some(stuck) = Stuck::at(&root.join("d/".repeat(30))) else {
            return;
        };
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(move || tell.send(walk.by_ref().count()).unwrap());
            let after = told.recv_timeout(std::time::Duration::from_secs(60));
            // Whoever waits is let go on, whatever is told.
            drop(stuck);
            let after = after.expect("it waits");
            assert!(
                before + after > 350 && before + after < 400,
                "{before} {after}"
            );
        });
        std::fs::rename(&moved, middle.join("d")).unwrap();
        drop(comb);
    });
}

#[test]
fn file_deeper_than_any_path_can_be_long_is_taken() {
    let stage = Stage::new();
    let comb = Comb::below(&stage.root(), LEVELS);
    let program = stage.sample("program");
    let root = open(stage.root(), DIRECTORY, Mode::empty()).unwrap();
    renameat(&root, c"program", &comb.lowest, c"program").unwrap();
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert!(!program.exists());
    let file = &result.files[0];
    assert_eq!(file.outcome, FileOutcome::Quarantined);
    assert!(file.path.to_bytes().len() > 4096);
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    assert!(openat(&comb.lowest, c"program", flags, Mode::empty()).is_err());
    assert_eq!(stage.items().len(), 1);
}

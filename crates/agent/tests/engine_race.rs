//! Attackers that swap names while the engine acts: it may fail, but never with the wrong file.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use engine_stage::Stage;
use quell_protocol::Verdict;
use rustix::fs::{CWD, RenameFlags, renameat_with};

const ACTIONS: usize = 25;

/// Exchanges two names again and again while `act` runs.
fn while_exchanging<T>(one: &Path, other: &Path, act: impl FnOnce() -> T) -> T {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let _ = renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE);
            }
        });
        let seen = act();
        over.store(true, Ordering::Relaxed);
        seen
    })
}

/// Every item must be the sample; the innocent content must still be somewhere below the root.
fn assert_only_samples_were_taken(stage: &Stage, sample: &[u8], innocent: &[u8]) {
    for item in stage.items() {
        assert_eq!(stage.item_content(&item), sample, "took the wrong file");
    }
    let kept = contents_below(&stage.root());
    assert!(
        kept.iter().any(|content| content == innocent),
        "the innocent file is gone"
    );
}

fn contents_below(directory: &Path) -> Vec<Vec<u8>> {
    let mut contents = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.symlink_metadata().unwrap().is_dir() {
            contents.extend(contents_below(&path));
        } else if let Ok(content) = fs::read(&path) {
            contents.push(content);
        }
    }
    contents
}

#[test]
fn name_exchanged_with_an_innocent_file_never_costs_that_file() {
    let stage = Stage::new();
    let engine = stage.engine();
    let mut taken = 0;
    for _ in 0..ACTIONS {
        let target = stage.sample("target");
        let innocent = stage.innocent("innocent");
        let contents = [&target, &innocent].map(|path| fs::read(path).unwrap());
        let result = while_exchanging(&target, &innocent, || stage.act(&engine));
        assert_only_samples_were_taken(&stage, &contents[0], &contents[1]);
        taken += usize::from(result.verdict == Verdict::Succeeded);
        let _ = fs::remove_file(target);
        let _ = fs::remove_file(innocent);
    }
    assert!(taken > 0, "the attacker always won");
    assert!(stage.names().is_empty(), "a capture directory remained");
}

#[test]
fn directory_exchanged_with_a_symlink_never_leads_out_of_the_root() {
    let stage = Stage::new();
    let engine = stage.engine();
    let beyond = stage.base().join("beyond");
    fs::create_dir(&beyond).unwrap();
    fs::create_dir(stage.path("inside")).unwrap();
    std::os::unix::fs::symlink(&beyond, stage.path("outside")).unwrap();
    // The very same content lies outside of the root: taking it there would be as wrong.
    let victim = beyond.join("target");
    fs::rename(stage.sample("inside/target"), &victim).unwrap();
    for _ in 0..ACTIONS {
        stage.sample("inside/target");
        let (one, other) = (stage.path("inside"), stage.path("outside"));
        while_exchanging(&one, &other, || stage.act(&engine));
        assert!(victim.exists(), "reached out of the root");
        let is_link = stage
            .path("inside")
            .symlink_metadata()
            .unwrap()
            .is_symlink();
        if is_link {
            let exchange = RenameFlags::EXCHANGE;
            renameat_with(CWD, &one, CWD, &other, exchange).unwrap();
        }
    }
}

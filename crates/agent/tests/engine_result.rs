//! What the engine says of what it did: which processes, which files, what is left over, and how far
//! it looked.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use engine_stage::{Sleeper, Stage, file_at};
use quell_agent::engine::Engine;
use quell_protocol::{Barrier, Confidence, Limit, ResidualReason, Tier, Verdict};

fn reasons(result: &quell_protocol::ActionResult) -> Vec<ResidualReason> {
    result.residuals.iter().map(|one| one.reason).collect()
}

#[test]
fn process_and_file_are_told_by_what_they_are() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let inode = fs::metadata(&program).unwrap();
    let _sleeper = Sleeper::start(&program);
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(result.processes[0].confidence, Confidence::Executable);
    let own = fs::read_to_string("/proc/self/cgroup").unwrap();
    match &result.processes[0].cgroup {
        Some(group) => assert!(own.lines().any(|line| line.ends_with(group)), "{group}"),
        None => assert!(own.lines().all(|line| line.ends_with(":/")), "{own}"),
    }
    let file = file_at(&result, &program);
    assert_eq!((file.dev, file.ino), (Some(inode.dev()), Some(inode.ino())));
    assert_eq!(reasons(&result), []);
    assert_eq!(result.coverage.tiers, [Tier::Running, Tier::SizeMatch]);
}

#[test]
fn nothing_found_tells_that_everything_was_looked_at() {
    let stage = Stage::new();
    stage.innocent("innocent");
    let result = stage.act(&stage.engine());
    assert_eq!(result.coverage.tiers, [Tier::Running, Tier::Everything]);
    assert!(result.coverage.complete && result.coverage.files == 1);
    assert_eq!(reasons(&result), []);
}

#[test]
fn link_that_was_not_found_is_left_over_beside_a_success() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let outside = stage.root().parent().unwrap().join("outside");
    fs::hard_link(&program, &outside).unwrap();
    let result = stage.act(&stage.engine());
    let links = result
        .residuals
        .iter()
        .find(|one| one.reason == ResidualReason::ResidualLinks)
        .unwrap();
    assert_eq!(links.count, Some(1), "{result:#?}");
    assert_eq!(links.at, Some(file_at(&result, &program).path.clone()));
}

#[test]
fn root_that_is_not_there_is_named() {
    let stage = Stage::new();
    stage.sample("program");
    let mut config = stage.config();
    let gone = stage.path("gone");
    config.scope.roots.push(gone.clone());
    let protect = engine_stage::Nothing;
    let engine = Engine::open(config, Box::new(stage.vault()), Box::new(protect)).unwrap();
    let result = stage.act(&engine);
    let [unreached] = result.coverage.unreached.as_slice() else {
        panic!("{result:#?}")
    };
    assert_eq!(unreached.path.display(), gone.to_str().unwrap());
    assert_eq!(unreached.why, Barrier::Missing);
}

#[test]
fn file_too_large_to_be_read_makes_not_found_doubtful() {
    let stage = Stage::new();
    stage.innocent("innocent");
    let mut config = stage.config();
    config.limits.hash_cap = 10;
    let protect = engine_stage::Nothing;
    let engine = Engine::open(config, Box::new(stage.vault()), Box::new(protect)).unwrap();
    let result = stage.act(&engine);
    assert_eq!(result.coverage.ended_by, [Limit::FileSize]);
    assert_eq!(result.coverage.tiers, [Tier::Running]);
    assert_eq!(reasons(&result), [ResidualReason::NotSearched]);
    let Verdict::Failed { message, .. } = &result.verdict else {
        panic!("{result:#?}")
    };
    assert!(message.contains("cut short"), "{message}");
}

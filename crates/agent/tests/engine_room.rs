//! A vault without room: nothing is stopped and nothing taken.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;

use std::fs;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use engine_stage::{Folder, Nothing, Sleeper, Stage, file_at};
use quell_agent::engine::{Engine, ItemDraft, Seal, SealError};
use quell_protocol::{ActionResult, FailureReason, FileOutcome, ProcessOutcome, Verdict};

/// A vault of a size that the test sets.
struct Small {
    vault: Folder,
    room: Arc<AtomicU64>,
}

impl Seal for Small {
    fn seal(&self, item: &ItemDraft, content: BorrowedFd<'_>) -> Result<String, SealError> {
        self.vault.seal(item, content)
    }

    fn contains(&self, item_id: &str) -> bool {
        self.vault.contains(item_id)
    }

    fn has_room(&self, size: u64) -> bool {
        size <= self.room.load(Ordering::Relaxed)
    }
}

fn engine(stage: &Stage, room: &Arc<AtomicU64>) -> Engine {
    let small = Small {
        vault: stage.vault(),
        room: Arc::clone(room),
    };
    Engine::open(stage.config(), Box::new(small), Box::new(Nothing)).unwrap()
}

fn failure(result: &ActionResult) -> (FailureReason, &str) {
    match &result.verdict {
        Verdict::Failed { reason, message } => (*reason, message),
        Verdict::Succeeded => panic!("{result:#?}"),
    }
}

#[test]
fn file_that_finds_no_room_stays_and_runs_until_there_is_room() {
    let stage = Stage::new();
    let (program, link) = (stage.sample("program"), stage.path("link"));
    fs::hard_link(&program, &link).unwrap();
    let size = fs::metadata(&program).unwrap().len();
    let room = Arc::new(AtomicU64::new(size - 1));
    let engine = engine(&stage, &room);
    let mut sleeper = Sleeper::start(&program);

    let result = stage.act(&engine);
    let (reason, message) = failure(&result);
    assert_eq!(reason, FailureReason::VaultUnavailable);
    assert!(message.contains(&format!("{size} bytes")), "{message}");
    assert_eq!(result.processes[0].outcome, ProcessOutcome::LeftAlone);
    assert!(sleeper.goes_on());
    for path in [&program, &link] {
        assert_eq!(file_at(&result, path).outcome, FileOutcome::NotRemoved);
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o755);
    }
    assert_eq!(stage.names(), [&b"link"[..], b"program"]);
    assert!(stage.items().is_empty());

    room.store(size, Ordering::Relaxed);
    let result = stage.act(&engine);
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(sleeper.killed_by(), Some(9));
    assert!(stage.names().is_empty());
}

#[test]
fn two_files_need_room_for_both() {
    let stage = Stage::new();
    let paths = [stage.sample("one"), stage.sample("two")];
    let size = fs::metadata(&paths[0]).unwrap().len();
    let mut sleepers = paths.each_ref().map(|path| Sleeper::start(path));
    let engine = engine(&stage, &Arc::new(AtomicU64::new(size)));
    let result = stage.act(&engine);
    assert_eq!(failure(&result).0, FailureReason::VaultUnavailable);
    assert_eq!(stage.items().len(), 1);
    let running = sleepers
        .iter_mut()
        .filter_map(|one| one.goes_on().then_some(()));
    assert_eq!(running.count(), 1, "{result:#?}");
    assert_eq!(stage.names().len(), 1);
}

#[test]
fn file_without_a_name_needs_room_for_its_copy_as_well() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let size = fs::metadata(&program).unwrap().len();
    let room = Arc::new(AtomicU64::new(size));
    let engine = engine(&stage, &room);
    let mut sleeper = Sleeper::start(&program);
    fs::remove_file(&program).unwrap();

    let result = stage.act(&engine);
    assert_eq!(failure(&result).0, FailureReason::VaultUnavailable);
    assert_eq!(file_at(&result, &program).outcome, FileOutcome::NotRemoved);
    assert!(sleeper.goes_on());

    room.store(2 * size, Ordering::Relaxed);
    let result = stage.act(&engine);
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(sleeper.killed_by(), Some(9));
    assert_eq!(stage.items().len(), 1);
}
